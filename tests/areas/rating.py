"""What the tests of ratings share: a scheme of three groups, the bureau that runs a cycle, and cases on their way."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from tenants.permission import REGULATOR_ROLES, RegulatorRole
from tenants.rating import case, cycle, progress, result, sheet
from tenants.rating.case import Answer, RatingCase
from tenants.rating.cycle import NewCycle, RatingCycle
from tenants.row import new_id, today
from tenants.scheme import Document, Scheme
from tenants.scope import Principal
from tests.areas.credit import DAY, publish
from tests.areas.schemes import indicator
from tests.areas.schemes import scheme as written
from tests.areas.town import STREET, Firm, Town

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
        publisher = await town.regulator(path)
        assessor = replace(publisher, actor_id=new_id(), permissions=REGULATOR_ROLES[RegulatorRole.ASSESSOR])
        return cls(town, assessor, publisher, published)

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

    async def appointed(self, opened: RatingCycle, group: str, who: Principal) -> asyncpg.Record:
        """A regulator that evaluates in a group from now on."""
        assert who.regulator_id is not None
        assert who.division_path is not None
        name = (await self.town.row("regulator", who.regulator_id))["name"]
        seen = await self.town.row("rating_cycle", opened.id)
        of = (opened.id, seen["version"], group, who.division_path, name)
        await self.town.do(self.publisher, sheet.appoint, *of)
        row = await self.town.administrator.fetchrow(
            "SELECT * FROM rating_evaluator WHERE cycle_id = $1 AND group_code = $2 AND regulator_id = $3",
            opened.id,
            group,
            who.regulator_id,
        )
        assert row is not None
        return row

    async def admitted(self, firm: Firm, opened: RatingCycle, project_id: Any) -> RatingCase:
        """A project that takes part in an open cycle."""
        row = await self.town.do(firm.admin, case.apply, opened.id, project_id)
        return await self.town.do(self.publisher, case.decide, row.id, row.version, True, None)

    async def collecting(self, opened: RatingCycle) -> RatingCycle:
        """The cycle, whose evaluators score now."""
        seen = await self.town.row("rating_cycle", opened.id)
        return await self.town.do(self.publisher, progress.collect, opened.id, seen["version"])


@dataclass(frozen=True, slots=True)
class Round:
    """A cycle that collects: two companies' projects, a street for each group, a peer, and who may do what."""

    bureau: Bureau
    cycle: RatingCycle
    firm: Firm
    other: Firm
    case: RatingCase
    rival: RatingCase
    site: Principal
    party: Principal

    @classmethod
    async def of(cls, bureau: Bureau, at: str = CITY) -> "Round":
        """Everything up to the moment at which scores come in; both companies are each other's peers, and ours is
        registered at a division.
        """
        town = bureau.town
        firm, other = await town.company(at=at), await town.company()
        opened = await bureau.opened()
        mine = await bureau.admitted(firm, opened, (await town.project(firm)).id)
        rival = await bureau.admitted(other, opened, (await town.project(other)).id)
        site = await town.regulator(STREET, RegulatorRole.ASSESSOR)
        party = await town.regulator(STREET, RegulatorRole.ASSESSOR)
        for group, who in (("SITE", site), ("PARTY", party)):
            await bureau.appointed(opened, group, who)
        row = await bureau.collecting(opened)
        for peer in (firm, other):
            row = await town.do(bureau.publisher, sheet.appoint_peer, row.id, row.version, "PEERS", peer.id)
        return cls(bureau, row, firm, other, mine, rival, site, party)

    async def score(self, case_id: Any = None, *, site: str = "38", party: str = "28") -> None:
        """Both groups score a case, ours unless another is given."""
        town, of = self.bureau.town, case_id or self.case.id
        given = [yes("G"), Answer(indicator="S1", points=Decimal(site), evidence="现场记录 3 号")]
        await town.do(self.site, sheet.score, of, "SITE", given)
        await town.do(self.party, sheet.score, of, "PARTY", [Answer(indicator="P1", points=Decimal(party))])

    async def reviewed(self, points: str = "27") -> None:
        """Each company answers the other's dossier."""
        town = self.bureau.town
        for peer in (self.firm, self.other):
            for row in await self.dossiers(peer):
                given = [Answer(indicator="R1", points=Decimal(points))]
                await town.do(peer.admin, sheet.review, row["id"], row["version"], given)

    async def dossiers(self, peer: Firm) -> list[Any]:
        """What a company was handed as a peer."""
        return await self.bureau.town.administrator.fetch(  # type: ignore[no-any-return]
            "SELECT * FROM rating_peer_review WHERE tenant_id = $1 AND cycle_id = $2", peer.id, self.cycle.id
        )

    async def complete(self) -> None:
        """Everybody has scored everything."""
        await self.score()
        await self.score(self.rival.id, site="20", party="15")
        await self.reviewed()

    async def take(self, rule: Any, principal: Principal | None = None, **more: Any) -> RatingCycle:
        """The cycle after a step."""
        seen = await self.bureau.town.row("rating_cycle", self.cycle.id)
        who = principal or self.bureau.publisher
        made: RatingCycle = await self.bureau.town.do(who, rule, self.cycle.id, seen["version"], **more)
        return made

    async def refuse(self, rule: Any, principal: Principal | None = None, **more: Any) -> Any:
        """Why a step is refused."""
        seen = await self.bureau.town.row("rating_cycle", self.cycle.id)
        who = principal or self.bureau.publisher
        return await self.bureau.town.refused(who, rule, self.cycle.id, seen["version"], **more)

    async def scored(self) -> RatingCycle:
        """The cycle with everything entered, scored by the assessor."""
        await self.complete()
        return await self.take(result.score_cycle, self.bureau.assessor)

    async def publicised(self, on: date | None = None) -> RatingCycle:
        """In publicity, since a day."""
        await self.scored()
        return await self.take(progress.publicise, on=on or today())

    async def final(self) -> RatingCycle:
        """Final, after a publicity that is over."""
        await self.publicised(today() - 30 * DAY)
        return await self.take(progress.finalise)

    async def published(self) -> RatingCycle:
        """Published."""
        await self.final()
        return await self.take(progress.publish_cycle)

    async def at(self, case_id: Any = None) -> tuple[Any, int]:
        """A case's id and present version."""
        seen = await self.bureau.town.row("rating_case", case_id or self.case.id)
        return seen["id"], seen["version"]


def yes(of: str) -> Answer:
    """Yes to an indicator."""
    return Answer(indicator=of, yes=True)
