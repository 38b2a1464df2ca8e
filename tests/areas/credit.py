"""What the tests of credit share: a scheme as Shandong's and Yantai's rules have it, and records on their way."""

from datetime import date, timedelta
from typing import Any

from tenants.credit import notice
from tenants.credit.notice import NewCreditRecord
from tenants.credit.record import CreditRecord, CreditSeverity
from tenants.permission import RegulatorRole
from tenants.row import today
from tenants.scheme import Document, Scheme, registry
from tenants.scope import Principal
from tests.areas.town import Firm, Town

DAY = timedelta(days=1)
CITY = "3704"


def scheme(subject: str = "COMPANY", valid_from: str = "2022-07-01", **more: Any) -> Document:
    """Basic information up to 80, good up to 40, bad without a floor; the grades of Shandong (table T3)."""
    facts: dict[str, Any] = {
        "code": f"TEST-{subject}",
        "name": "枣庄市物业服务企业信用评价标准",
        "subject": subject,
        "purpose": "CREDIT",
        "basis": {"title": "山东省物业服务企业信用信息管理办法"},
        "valid_from": valid_from,
        "cycle": {"every": "CONTINUOUS"},
        "dimensions": [
            {
                "code": "BASIC",
                "name": "基础信息",
                "nature": "BASIC",
                "max": 80,
                "indicators": [{"kind": "item", "code": "B1", "name": "基础信息", "low": 0, "high": 80}],
            },
            {
                "code": "GOOD",
                "name": "良好信息",
                "nature": "GOOD",
                "max": 40,
                "indicators": [
                    {
                        "kind": "levels",
                        "code": "G1",
                        "name": "表彰",
                        "validity": {"months": 24},
                        "levels": [
                            {"code": "STATE", "name": "国家", "points": 20},
                            {"code": "CITY", "name": "市", "points": 5},
                        ],
                    }
                ],
            },
            {
                "code": "BAD",
                "name": "不良信息",
                "nature": "BAD",
                "indicators": [
                    {"kind": "item", "code": "D1", "name": "未公示收费", "points": -5},
                    {"kind": "item", "code": "D2", "name": "其他违规", "low": -10, "high": -1},
                ],
            },
        ],
        "bands": [
            {"code": "AAA", "name": "AAA", "when": [{"score": "[85, )"}]},
            {"code": "AA", "name": "AA", "when": [{"score": "[80, 85)"}]},
            {"code": "A", "name": "A", "when": [{"score": "[70, 80)"}]},
            {"code": "B", "name": "B", "when": [{"score": "[60, 70)"}, {"score": "(, 60)", "bad": False}]},
            {"code": "C", "name": "C", "when": [{"score": "(, 60)", "bad": True}]},
            {"code": "C-MISSING", "name": "C（缺失）", "given": "NOT_ENROLLED"},
        ],
        **more,
    }
    return Document.model_validate(facts)


class Bureau:
    """The city's housing bureau: one drafts, another decides."""

    def __init__(self, town: Town, assessor: Principal, publisher: Principal) -> None:
        self.town = town
        self.assessor = assessor
        self.publisher = publisher

    @classmethod
    async def of(cls, town: Town, path: str = CITY) -> "Bureau":
        """Both members, of a division."""
        return cls(town, await town.regulator(path, RegulatorRole.ASSESSOR), await town.regulator(path))

    async def draft(self, firm: Firm, **more: Any) -> CreditRecord:
        """A drafted record: charges that were not published."""
        return await self.town.do(self.assessor, notice.draft, new(firm, **more))

    async def notified(self, firm: Firm, served_on: date | None = None, **more: Any) -> CreditRecord:
        """One whose notice was served, today unless told otherwise."""
        row = await self.draft(firm, **more)
        return await self.town.do(self.publisher, notice.notify, row.id, row.version, served_on or today(), "孙悦")

    async def effective(self, firm: Firm, **more: Any) -> CreditRecord:
        """One in force: noticed long ago, and nobody objected."""
        ago = today() - 40 * DAY
        facts = {"occurred_on": ago, "decided_on": ago, **more}
        row = await self.notified(firm, served_on=today() - 30 * DAY, **facts)
        return await self.town.do(self.publisher, notice.take_effect, row.id, row.version)


def new(firm: Firm, **more: Any) -> NewCreditRecord:
    """A record to draft."""
    facts: dict[str, Any] = {
        "item": "D1",
        "article": "附件三第1项",
        "facts": "未在小区显著位置公示收费项目和标准",
        "basis": "枣住建罚〔2026〕7号",
        "severity": CreditSeverity.GENERAL,
        "occurred_on": today() - 2 * DAY,
        "decided_on": today() - DAY,
        **more,
    }
    return NewCreditRecord(company_id=firm.id, **facts)


async def publish(town: Town, path: str, document: Document, points: dict[str, int] | None = None) -> Scheme:
    """Publish a scheme in a division, some of its items with other points: one drafts, another publishes."""
    facts = document.structure()
    for dimension in facts["dimensions"]:
        for indicator in dimension["indicators"]:
            if indicator["code"] in (points or {}):
                indicator["points"] = str((points or {})[indicator["code"]])
    assessor = await town.regulator(path, RegulatorRole.ASSESSOR)
    row = await town.do(assessor, registry.draft, path, registry.Writing(structure=facts))
    return await town.do(await town.regulator(path), registry.publish, row.id, row.version)
