"""What the tests of ratings share: a scheme of three groups, the bureau that runs a cycle, and cases on their way."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tenants.permission import RegulatorRole
from tenants.rating import case, cycle, progress
from tenants.rating.case import RatingCase
from tenants.rating.cycle import NewCycle, RatingCycle
from tenants.scheme import Document, Scheme
from tenants.scope import Principal
from tests.areas.credit import publish
from tests.areas.schemes import indicator
from tests.areas.schemes import scheme as written
from tests.areas.town import Firm, Town

CITY = "3704"
SINCE, UNTIL = date(2026, 1, 1), date(2026, 6, 30)

_GROUPS = [
    {"code": "SITE", "name": "现场评价组", "kind": "STREET_COMMUNITY", "weight": 40},
    {"code": "PARTY", "name": "街道社区党组织", "kind": "STREET_COMMUNITY_PARTY", "weight": 30},
    {"code": "PEERS", "name": "同行", "kind": "PEER", "weight": 30},
]


def scheme(**more: Any) -> Document:
    """A gate, site points with evidence, a count by the Party organisations, peers; 100 points, three bands."""
    facts: dict[str, Any] = {
        "code": "TEST-RATING",
        "name": "枣庄市物业服务质量评定方案",
        "cycle": {"every": "HALF_YEAR", "coverage_min": "0.5"},
        "full_marks": 100,
        "groups": _GROUPS,
        "dimensions": [
            {
                "code": "S",
                "name": "现场",
                "scored_by": {"SITE": 40},
                "indicators": [
                    indicator("gate", "G", name="党组织健全"),
                    indicator("range", "S1", high=40, evidence=True),
                ],
            },
            {
                "code": "P",
                "name": "党建",
                "scored_by": {"PARTY": 30},
                "indicators": [indicator("range", "P1", high=30)],
            },
            {
                "code": "R",
                "name": "互评",
                "scored_by": {"PEERS": 30},
                "indicators": [indicator("range", "R1", high=30)],
            },
        ],
        "bands": [
            {"code": "GOOD", "name": "优秀", "when": [{"score": "[85, 100]"}]},
            {"code": "FAIR", "name": "合格", "when": [{"score": "[60, 85)"}]},
            {"code": "POOR", "name": "不合格", "when": [{"score": "[0, 60)"}]},
        ],
        **more,
    }
    return written(**facts)


@dataclass(frozen=True, slots=True)
class Bureau:
    """The city's housing bureau, which runs a cycle: one scores, another decides."""

    town: Town
    assessor: Principal
    publisher: Principal
    scheme: Scheme

    @classmethod
    async def of(cls, town: Town, path: str = CITY, document: Document | None = None) -> "Bureau":
        """Both members, and the scheme that they published."""
        published = await publish(town, path, document or scheme())
        return cls(town, await town.regulator(path, RegulatorRole.ASSESSOR), await town.regulator(path), published)

    async def drafted(self, **more: Any) -> RatingCycle:
        """A drafted cycle of the first half-year."""
        facts: dict[str, Any] = {
            "division_code": CITY,
            "scheme_id": self.scheme.id,
            "title": "2026年上半年物业服务质量评定",
            "period_from": SINCE,
            "period_to": UNTIL,
            **more,
        }
        return await self.town.do(self.publisher, cycle.draft, NewCycle(**facts))

    async def opened(self, **more: Any) -> RatingCycle:
        """One that is open."""
        row = await self.drafted(**more)
        return await self.town.do(self.publisher, progress.open_cycle, row.id, row.version)

    async def admitted(self, firm: Firm, opened: RatingCycle, project_id: Any) -> RatingCase:
        """A project that takes part in an open cycle."""
        row = await self.town.do(firm.admin, case.apply, opened.id, project_id)
        return await self.town.do(self.publisher, case.decide, row.id, row.version, True, None)

    async def collecting(self, opened: RatingCycle) -> RatingCycle:
        """The cycle, whose evaluators score now."""
        seen = await self.town.row("rating_cycle", opened.id)
        return await self.town.do(self.publisher, progress.collect, opened.id, seen["version"])
