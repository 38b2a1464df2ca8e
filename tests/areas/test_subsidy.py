"""Subsidies of property fees: rate x area x months to the cent, for as many months in a row as the division allows."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from schema import build, executable
from tenants import estate, project, setting, subsidy, take_over
from tenants.errors import Code
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tenants.subsidy import NewSubsidy
from tests.areas.town import TOMORROW, Firm, Town, place
from tests.reads.asking import Asker

AT = "370402"

FIGURES = """query($since: Date!, $until: Date!, $kind: EstateKind) {
    subsidyFigures(since: $since, until: $until, estateKind: $kind) { estates months areaMonths amount }
    subsidyEstateFigures(since: $since, until: $until, estateKind: $kind) { estateName rate area months amount } }"""


def new(estate_id: UUID, **more: Any) -> NewSubsidy:
    """What Zaozhuang's districts pay: 0.2 yuan, for a year."""
    facts: dict[str, Any] = {
        "rate": Decimal("0.2"),
        "first_month": date(2025, 1, 1),
        "months": 12,
        "basis": "区政办〔2024〕9号",
    }
    return NewSubsidy(estate_id=estate_id, **(facts | more))


@pytest.fixture(scope="module")
async def district(town: Town) -> Principal:
    """A publisher of the district that pays."""
    return await town.regulator(AT)


async def of_area(town: Town, who: Principal, area: str, **more: Any) -> estate.Estate:
    """An estate of so many square metres."""
    return await town.do(who, estate.enter, place(area=Decimal(area), **more))


async def test_a_year_of_the_published_rate(town: Town) -> None:
    """S4ZZ-05: 100,000 square metres x 0.2 yuan x 12 months are 240,000 yuan a year, by estate and in all."""
    who = await town.regulator("370481")
    entry = await of_area(town, who, "100000", name="补贴园", division_code="370481001")
    made = await town.do(who, subsidy.grant, new(entry.id, months=36))
    ask = Asker(executable(build()), town.database, who)
    found = await ask(FIGURES, since="2025-01-01", until="2025-12-31")
    year = {"months": 12, "amount": "240000.00"}
    assert found == {
        "subsidyFigures": [{"estates": 1, "areaMonths": "1200000.00"} | year],
        "subsidyEstateFigures": [{"estateName": "补贴园", "rate": "0.2000", "area": "100000.00"} | year],
    }
    listed = (await ask("{ subsidies { nodes { amount months } } }"))["subsidies"]["nodes"]
    assert listed == [{"amount": "720000.00", "months": 36}]
    await town.do(who, subsidy.end, made.id, 1, 6, "企业更换")
    assert (await ask(FIGURES, since="2025-01-01", until="2025-12-31"))["subsidyFigures"][0]["amount"] == "120000.00"


async def test_months_count_whole_and_amounts_exactly(town: Town) -> None:
    """A month belongs to a period when its first day does; thirds of a cent are rounded only in the sum."""
    who = await town.regulator("370403")
    for area in ("0.35", "0.35", "0.35"):
        entry = await of_area(town, who, area, division_code="370403001")
        await town.do(who, subsidy.grant, new(entry.id, rate=Decimal("0.01"), first_month=date(2025, 1, 15), months=1))
    ask = Asker(executable(build()), town.database, who)

    async def paid(since: str, until: str, **more: Any) -> tuple[int, str]:
        found = (await ask(FIGURES, since=since, until=until, **more))["subsidyFigures"][0]
        return found["months"], found["amount"]

    assert await paid("2025-01-01", "2025-01-01") == (3, "0.01")
    assert await paid("2025-01-02", "2025-12-31") == (0, "0.00")
    assert await paid("2024-01-01", "2024-12-31") == (0, "0.00")
    assert await paid("2025-12-31", "2025-01-01") == (0, "0.00")
    assert await paid("2025-01-01", "2025-12-31", kind="COURTYARD") == (0, "0.00")


REFUSED: list[tuple[dict[str, Any], list[tuple[Code, str]]]] = [
    ({"rate": Decimal(0)}, [(Code.SUBSIDY_RATE, "rate")]),
    ({"rate": Decimal("NaN")}, [(Code.SUBSIDY_RATE, "rate")]),
    ({"rate": Decimal("100.01")}, [(Code.SUBSIDY_RATE, "rate")]),
    ({"rate": Decimal("0.00001")}, [(Code.TOO_PRECISE, "rate")]),
    ({"area": Decimal(-1)}, [(Code.AREA_NOT_POSITIVE, "area")]),
    ({"area": Decimal("1000.01")}, [(Code.SUBSIDY_AREA, "area")]),
    ({"first_month": date(2200, 1, 1)}, [(Code.DATE_IMPLAUSIBLE, "firstMonth")]),
    ({"months": 0}, [(Code.SUBSIDY_MONTHS, "months")]),
    ({"months": 37}, [(Code.SUBSIDY_TOO_LONG, "months")]),
    ({"basis": " ", "months": -1}, [(Code.EMPTY, "basis"), (Code.SUBSIDY_MONTHS, "months")]),
]


@pytest.mark.parametrize(("facts", "expected"), REFUSED)
async def test_subsidy_that_cannot_be(
    town: Town, district: Principal, facts: dict[str, Any], expected: list[tuple[Code, str]]
) -> None:
    """Each problem with its field."""
    entry = await of_area(town, district, "1000")
    assert await town.refused(district, subsidy.grant, new(entry.id, **facts)) == expected


async def test_no_more_months_in_a_row_than_the_setting_allows(town: Town, district: Principal) -> None:
    """Three years in a row, then a break; two subsidies never overlap; the nearest division's setting holds."""
    entry = await of_area(town, district, "1000")
    first = await town.do(district, subsidy.grant, new(entry.id, months=24))
    overlapping = new(entry.id, first_month=date(2026, 12, 1), months=1)
    assert await town.refused(district, subsidy.grant, overlapping) == [(Code.SUBSIDY_OVERLAPS, "firstMonth")]
    after = {"first_month": date(2027, 1, 1)}
    assert await town.refused(district, subsidy.grant, new(entry.id, **after, months=13)) == [
        (Code.SUBSIDY_TOO_LONG, "months")
    ]
    await town.do(district, subsidy.grant, new(entry.id, **after, months=12))
    before = {"first_month": date(2024, 12, 1), "months": 1}
    assert await town.refused(district, subsidy.grant, new(entry.id, **before)) == [(Code.SUBSIDY_TOO_LONG, "months")]
    await town.do(district, subsidy.grant, new(entry.id, first_month=date(2028, 2, 1), months=36))
    for months in (24, 25):
        assert await town.refused(district, subsidy.end, first.id, 1, months, "提前") == [
            (Code.SUBSIDY_NOT_FEWER, "months")
        ]
    longer = NewSetting(
        division_code=AT, key=SettingKey.SUBSIDY_MONTHS_MAX, value="60", valid_from=date(2024, 1, 1), basis="试行"
    )
    await town.do(district, setting.put, longer)
    await town.do(district, subsidy.grant, new(entry.id, **before))


async def test_only_where_a_regulator_reaches(town: Town, district: Principal) -> None:
    """Another district neither grants nor ends nor sees it."""
    entry = await of_area(town, district, "1000")
    elsewhere = await town.regulator("370406")
    assert await town.refused(elsewhere, subsidy.grant, new(entry.id)) == [(Code.NOT_FOUND, "estateId")]
    made = await town.do(district, subsidy.grant, new(entry.id))
    assert await town.refused(elsewhere, subsidy.end, made.id, 1, 1, "终止") == [(Code.NOT_FOUND, "id")]
    ask = Asker(executable(build()), town.database, elsewhere)
    assert (await ask("{ subsidies { totalCount } }"))["subsidies"]["totalCount"] == 0


async def test_who_serves_the_estate_reads_what_is_paid_for_it(town: Town, district: Principal) -> None:
    """What still runs goes over to the next company, what is over stays with who served then; nobody else sees it."""
    first, second = await town.company(), await town.company()
    entry = await of_area(town, district, "1000")
    free = await town.do(district, subsidy.grant, new(entry.id, first_month=today(), months=2))

    async def read(firm: Firm) -> list[tuple[int, str]]:
        ask = Asker(executable(build()), town.database, firm.admin)
        found = await ask("{ subsidies { nodes { months estate { name } } } }")
        return [(each["months"], each["estate"]["name"]) for each in found["subsidies"]["nodes"]]

    assert await read(first) == []
    begun = await town.project(first, estate_id=entry.id)
    past = await town.do(district, subsidy.grant, new(entry.id, months=3))
    assert sorted(await read(first)) == [(2, entry.name), (3, entry.name)]
    days = {"since": str(today().replace(day=1)), "until": str(today())}
    ask = Asker(executable(build()), town.database, first.admin)
    assert (await ask(FIGURES, **days))["subsidyFigures"][0]["estates"] == 1
    assert await read(second) == []
    ask = Asker(executable(build()), town.database, second.admin)
    assert (await ask(FIGURES, **days))["subsidyFigures"][0]["estates"] == 0
    node = await ask("query($id: ID!) { node(id: $id) { id } }", id=f"sub_{past.id}")
    assert node["node"] is None
    await town.do(first.admin, project.end, begun.id, begun.version, today(), project.EndReason.EXPIRED)
    assert await read(first) == [(3, entry.name)]
    moving = await town.estate(AT + "001")
    paid = await town.do(district, subsidy.grant, new(moving.id, first_month=today(), months=5))
    held = await town.project(first, estate_id=moving.id)
    asked = await town.request(second, moving.id, today() + TOMORROW)
    await town.do(await town.regulator(AT), take_over.confirm, asked.id, asked.version)
    assert await read(first) == [(3, entry.name)]
    assert await read(second) == [(5, moving.name)]
    owners = await town.administrator.fetch(
        "SELECT serving_tenant_id FROM subsidy WHERE id = ANY($1) ORDER BY id", [free.id, past.id, paid.id]
    )
    assert [each[0] for each in owners] == [None, first.id, second.id]
    assert held.tenant_id == first.id
