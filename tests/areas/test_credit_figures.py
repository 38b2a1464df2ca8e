"""R-10 and R-11: how companies are graded, by which records, and whether due process keeps its clocks."""

from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import company
from tenants.company import CompanyStatus
from tenants.credit import notice, objection, repair, standing
from tenants.credit.record import CreditSeverity, ObjectionOutcome, RepairOutcome
from tenants.row import today
from tenants.scope import Principal
from tests.areas.credit import CITY, DAY, Bureau, publish, scheme
from tests.areas.town import Town
from tests.reads.asking import Asker

SINCE = today() - 30 * DAY


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """Four companies: one with bad records, one without, one not enrolled and one without a score; one closed."""
    await publish(town, CITY, scheme())
    made = await Bureau.of(town)
    firms = [await town.company() for _ in range(5)]
    for firm, points in zip(firms, (79, 65), strict=False):
        await town.do(firm.admin, standing.enrol, "入库材料1号", on=today() - 90 * DAY)
        row = await made.draft(firm, item="B1", points=Decimal(points), severity=None)
        await town.do(made.publisher, notice.take_effect, row.id, row.version, on=today() - 20 * DAY)
    bad = await made.effective(firms[0], severity=CreditSeverity.MINOR)
    for outcome, ago in ((ObjectionOutcome.UPHELD, 1), (ObjectionOutcome.REVOKED, 12)):
        row = await made.notified(firms[0], today() - 14 * DAY, occurred_on=SINCE, decided_on=SINCE, objection_days=30)
        row = await town.do(firms[0].admin, objection.object_to, row.id, row.version, "有误", on=today() - ago * DAY)
        await town.do(made.publisher, objection.decide_objection, row.id, row.version, outcome, "已核查")
    bad = await town.do(firms[0].admin, repair.apply, bad.id, bad.version, "已公示", "承诺书1号")
    refused = (bad.id, bad.version, RepairOutcome.REFUSED, "未完成")
    await town.do(made.publisher, repair.decide_repair, *refused)
    for firm in (firms[2], firms[4]):
        await town.do(firm.admin, standing.recompute, today() - 5 * DAY)
    await town.do(Principal("worker", tenant_id=firms[4].id), company.set_status, CompanyStatus.CLOSED)
    return made


async def asked(town: Town, bureau: Bureau, field: str, selected: str, **given: Any) -> list[dict[str, Any]]:
    """The rows of a report."""
    more = "".join(f", {name}: {value}" for name, value in given.items())
    period = f'since: "{SINCE}", until: "{today()}"'
    answer = await Asker(executable(build()), town.database, bureau.assessor)(
        f"{{ {field}({period}{more}) {{ {selected} }} }}"
    )
    found: list[dict[str, Any]] = answer[field]
    return found


async def test_companies_by_grade(town: Town, bureau: Bureau) -> None:
    """In the scheme's order, the missing ones too; a closed company is in none. The day before, fewer were graded."""
    rows = await asked(town, bureau, "creditGradeFigures", "grade gradeName missing companies share")
    told = [(row["grade"], row["missing"], row["companies"], row["share"]) for row in rows]
    assert told == [
        ("B", False, 2, "0.5000"),
        ("C-MISSING", True, 1, "0.2500"),
        (None, True, 1, "0.2500"),
    ]
    trend = await asked(town, bureau, "creditGradeFigures", "until grade companies", every="MONTH")
    assert {row["until"] for row in trend} >= {str(today())}
    assert sum(row["companies"] for row in trend if row["until"] == str(today())) == 4


async def test_sections_severities_and_items(town: Town, bureau: Bureau) -> None:
    """Summed up from what the scores that hold are made of."""
    (basic, *_) = await asked(town, bureau, "creditSectionFigures", "section companies mean lowest highest")
    assert basic == {"section": "BASIC", "companies": 3, "mean": "48.00", "lowest": "0.00", "highest": "79.00"}
    (row,) = await asked(
        town, bureau, "creditSeverityFigures", "companies companiesWithBad badRate bad minor general serious"
    )
    assert row == {
        "companies": 3, "companiesWithBad": 1, "badRate": "0.3333", "bad": 2, "minor": 1, "general": 1, "serious": 0,
    }  # fmt: skip
    items = await asked(town, bureau, "creditItemFigures", "item itemName records companies")
    assert [(one["item"], one["itemName"], one["records"], one["companies"]) for one in items] == [
        ("B1", "基础信息", 2, 2),
        ("D1", "未公示收费", 2, 1),
    ]


async def test_due_process(town: Town, bureau: Bureau) -> None:
    """One objection decided in time and one late; one stood. A repair was refused in time. Where nothing was decided
    a rate is null.
    """
    selected = """objectionsLodged objectionsDecided objectionsOnTimeRate objectionsUpheldRate objectionsRevoked
        objectionsOverdue repairsApplied repairsGranted repairsOnTimeRate nearExpiry"""
    (row,) = await asked(town, bureau, "creditProcessFigures", selected)
    assert (row["objectionsLodged"], row["objectionsDecided"], row["objectionsRevoked"]) == (2, 2, 1)
    assert (row["objectionsOnTimeRate"], row["objectionsUpheldRate"], row["objectionsOverdue"]) == ("0.5000",) * 2 + (
        0,
    )
    assert (row["repairsApplied"], row["repairsGranted"], row["repairsOnTimeRate"]) == (1, 0, "1.0000")
    below = await asked(town, bureau, "creditProcessFigures", selected, breakdown="true")
    assert len(below) > 1
    assert {(one["objectionsDecided"], one["objectionsOnTimeRate"]) for one in below} == {(0, None)}
