"""The credit of the story: what the companies and a lead have on record, and what every company's score is."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tenants.credit import notice, objection, repair, standing
from tenants.credit.notice import NewCreditRecord
from tenants.credit.record import CreditRecord, CreditSeverity, CreditSubject, ObjectionOutcome, RepairOutcome
from tenants.sample.company import TODAY
from tenants.sample.supervision.story import CITY, DAY, DISTRICT, Firm, Office, Story
from tenants.scope import Principal

HANDLER: Final = "孙甲子"


async def record(story: Story) -> tuple[CreditRecord, CreditRecord]:
    """The first company has a record of every kind, one of them repaired and one just noticed, the second objected in
    vain; a lead was commended and reprimanded. Gives the first one's best record and the second one's worst.
    """
    ours, theirs = story.firms
    project = ours.projects[1]["id"]
    for firm, on, document in (
        (ours, date(2025, 1, 10), "信用信息入库表 1 号"),
        (theirs, date(2025, 2, 10), "信用信息入库表 2 号"),
    ):
        story.told.on(on)
        await story.does(firm.admin, standing.enrol, f"{document}（示例）")
    city, general = story.at[CITY], CreditSeverity.GENERAL
    await _in_force(story, city, _new(ours, date(2025, 1, 20), "BASIC", 74, "企业基本情况、项目与人员资料齐全，经核实"))
    charges = "未在小区显著位置公示收费项目和标准"
    new = _new(ours, date(2025, 8, 5), "BAD", -5, charges, general, rectify_days=15)
    repaired = await _in_force(story, city, new)
    story.told.on(date(2025, 8, 18))
    repaired = await story.does(
        ours.admin, repair.rectify, repaired.id, repaired.version, "已在三处公告栏公示收费项目、标准和依据"
    )
    best = await _in_force(story, city, _new(ours, date(2025, 9, 10), "GOOD", 8, "云溪花园获评市级物业服务示范项目"))
    story.told.on(date(2025, 12, 8))
    repaired = await story.does(
        ours.admin,
        repair.apply,
        repaired.id,
        repaired.version,
        "公示三个月无间断，街道现场核实",
        "信用承诺书〔2025〕17号（示例）",
    )
    story.told.on(date(2025, 12, 10))
    answer = "经现场核查，已纠正，准予修复"
    await story.does(city.publisher, repair.decide_repair, repaired.id, repaired.version, RepairOutcome.GRANTED, answer)
    parking = "未按合同约定公示公共收益收支"
    await _in_force(story, city, _new(ours, date(2026, 3, 10), "BAD", -4, parking, general, project_id=project))
    partly = "企业基本情况、项目与人员资料经核实，部分合同未备案"
    await _in_force(story, city, _new(theirs, date(2025, 2, 20), "BASIC", 62, partly))
    worst = await _objected(story, theirs)
    await _leads(story, ours, project)
    story.told.on(date(2026, 6, 24))
    lamps = _new(ours, date(2026, 6, 22), "BAD", -2, "楼道照明损坏两周未修", CreditSeverity.MINOR, rectify_days=10)
    draft = await story.does(city.assessor, notice.draft, lamps)
    await story.does(city.publisher, notice.notify, draft.id, draft.version, date(2026, 6, 24), HANDLER)
    return best, worst


async def score(story: Story) -> None:
    """Every company of the city has its score of this year, as the nightly work would have brought it."""
    story.told.on(TODAY)
    async with story.scope.acting_as(story.at[CITY].publisher):
        found = await story.scope.connection.fetch(
            "SELECT tenant_id FROM company WHERE division_path ^@ $1 ORDER BY tenant_id", CITY
        )
    for (tenant_id,) in found:
        worker = Principal("tenant", tenant_id=tenant_id)
        await story.does(worker, standing.recompute, TODAY, since=date(TODAY.year, 1, 1))


def _new(
    firm: Firm, on: date, item: str, points: int, facts: str, severity: CreditSeverity | None = None, **more: Any
) -> NewCreditRecord:
    kinds = {"BASIC": "基础信息", "GOOD": "良好信息", "BAD": "不良信息"}
    numbered = f"〔{on.year}〕{on.month}{on.day:02}号（示例）"
    return NewCreditRecord(
        company_id=firm.id,
        item=item,
        article=f"{kinds[item]}第 1 项",
        points=Decimal(points),
        facts=facts,
        basis=f"枣住建{'罚' if points < 0 else '信'}{numbered}",
        occurred_on=on - 5 * DAY,
        decided_on=on,
        severity=severity,
        **more,
    )


async def _in_force(story: Story, office: Office, new: NewCreditRecord) -> CreditRecord:
    """A record in force: a bad one after its notice, when nobody objected."""
    story.told.on(new.decided_on)
    row = await story.does(office.assessor, notice.draft, new)
    if new.severity is not None:
        row = await story.does(office.publisher, notice.notify, row.id, row.version, new.decided_on, HANDLER)
        assert row.object_by is not None  # its notice was served
        story.told.on(row.object_by + DAY)
    return await story.does(office.publisher, notice.take_effect, row.id, row.version)


async def _objected(story: Story, firm: Firm) -> CreditRecord:
    """A serious record that the company objected to, and that stands."""
    office, on = story.at[CITY], date(2025, 11, 3)
    story.told.on(on)
    facts = "合同终止后拒不移交物业档案和共用钥匙"
    row = await story.does(
        office.assessor, notice.draft, _new(firm, on, "BAD", -12, facts, CreditSeverity.SERIOUS, objection_days=7)
    )
    row = await story.does(office.publisher, notice.notify, row.id, row.version, on, HANDLER)
    story.told.on(on + 2 * DAY)
    row = await story.does(firm.admin, objection.object_to, row.id, row.version, "档案已于当月移交街道（示例）")
    story.told.on(on + 4 * DAY)
    outcome, answer = ObjectionOutcome.UPHELD, "街道未收到档案，移交清单无签收，维持原认定"
    return await story.does(office.publisher, objection.decide_objection, row.id, row.version, outcome, answer)


async def _leads(story: Story, firm: Firm, project_id: UUID) -> None:
    """Of the lead of a project: commended by the city, and reprimanded by the district."""
    for on, item, level, facts, severity in (
        (date(2025, 10, 15), "3", "CITY", "获评市级优秀项目经理", None),
        (date(2026, 5, 12), "8", "COUNTY", "未按要求到社区报告工作，受区级通报批评", CreditSeverity.GENERAL),
    ):
        new = NewCreditRecord(
            company_id=firm.id,
            subject=CreditSubject.PROJECT_LEAD,
            project_id=project_id,
            item=item,
            level=level,
            article=f"第 {item} 项",
            facts=facts,
            basis=f"市中住建〔{on.year}〕{on.day}号（示例）",
            occurred_on=on - 5 * DAY,
            decided_on=on,
            severity=severity,
            evidence="通报文件（示例）",
        )
        await _in_force(story, story.at[DISTRICT], new)
