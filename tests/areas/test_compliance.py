"""R-12 of companies: what they owe and did is counted from their records; each reads its own, regulators all."""

from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import check_in, lead_report, open_day, project, setting
from tenants.calendar import add_months
from tenants.lead_report import NewLeadReport
from tenants.open_day import NewOpenDay, OpenArea
from tenants.project import Project
from tenants.row import now, today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import Firm, Town
from tests.reads.asking import Asker

DAY = timedelta(days=1)
AT = "370405103"
BEFORE = date(today().year, (today().month - 1) // 3 * 3 + 1, 1) - DAY
"""The last day of the quarter before this one."""
FIGURES = """query($since: Date!, $until: Date!) { companyDutyFigures(since: $since, until: $until) {
    kind due done doneInTime overdue doneShare inTimeShare } }"""

Row = tuple[int, int, int, int]


@pytest.fixture(scope="module", autouse=True)
async def asked(town: Town) -> None:
    """The street asks for check-ins in five days, a report every month and two open days a quarter; others do not."""
    asking = (
        (SettingKey.CHECK_IN_ARRIVAL_DAYS, "5"),
        (SettingKey.LEAD_REPORT_MONTHS, "1"),
        (SettingKey.OPEN_DAYS_PER_QUARTER, "2"),
    )
    for key, value in asking:
        new = NewSetting(division_code=AT, key=key, value=value, valid_from=date(2021, 1, 1), basis="某办法")
        await town.do(await town.regulator(AT), setting.put, new)


async def led(town: Town, firm: Firm, arrived_on: date, at: str = AT) -> Project:
    """A project with a lead; what was recorded is as old as the arrival."""
    begun = await town.project(firm, at=at)
    person = await town.staff(firm)
    made = await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, arrived_on, False)
    await town.administrator.execute("UPDATE check_in SET created_at = arrived_on WHERE project_id = $1", begun.id)
    return made


async def held(town: Town, firm: Firm, at: Project, on: date) -> None:
    """An open day that was held."""
    moment = now() - timedelta(days=(today() - on).days)
    new = NewOpenDay(
        project_id=at.id,
        theme="看得见的放心水",
        starts_at=moment,
        ends_at=moment + timedelta(hours=2),
        meeting_place="门前",
        host="项目经理",
        areas=[OpenArea.PUMP_ROOM],
    )
    row = await town.do(firm.admin, open_day.draft, new)
    row = await town.do(firm.admin, open_day.publish, row.id, row.version, on - 10 * DAY)
    await town.do(firm.admin, open_day.hold, row.id, row.version, on, 10)


async def counted(town: Town, who: Principal, since: date, until: date) -> dict[str, Row]:
    """Due, done, done in time and overdue, by kind."""
    ask = Asker(executable(build()), town.database, who)
    found: list[dict[str, Any]] = (await ask(FIGURES, since=str(since), until=str(until)))["companyDutyFigures"]
    for each in found:
        assert each["doneShare"] == (f"{each['done'] / each['due']:.4f}" if each["due"] else None)
    return {each["kind"]: (each["due"], each["done"], each["doneInTime"], each["overdue"]) for each in found}


async def test_what_a_company_owes_is_counted(town: Town) -> None:
    """A check-in in time, a month's report of three late and one missing, one open day of two; another company, which
    did nothing, reads its own, and the regulator both.
    """
    firm, idle = await town.company(), await town.company()
    first = BEFORE.replace(month=BEFORE.month - 2, day=1)
    arrived_on = first
    begun, other = await led(town, firm, arrived_on), await led(town, idle, arrived_on)
    [mine] = await town.administrator.fetch("SELECT id, version FROM check_in WHERE project_id = $1", begun.id)
    await town.do(firm.admin, check_in.report, mine["id"], mine["version"], arrived_on + 5 * DAY, "报到表1号", None)
    for month, reported_on in ((first, first + 20 * DAY), (first.replace(month=first.month + 1), BEFORE)):
        new = NewLeadReport(project_id=begun.id, day=month, reported_on=reported_on, document="月报")
        await town.do(firm.admin, lead_report.report, new)
    await held(town, firm, begun, BEFORE)
    assert await counted(town, firm.admin, first, BEFORE) == {
        "CHECK_IN": (1, 1, 1, 0),
        "LEAD_REPORT": (3, 2, 1, 1),
        "OPEN_DAY": (2, 1, 1, 1),
    }
    assert await counted(town, idle.admin, first, BEFORE) == {
        "CHECK_IN": (1, 0, 0, 1),
        "LEAD_REPORT": (3, 0, 0, 3),
        "OPEN_DAY": (2, 0, 0, 2),
    }
    assert await counted(town, await town.regulator(AT), first, BEFORE) == {
        "CHECK_IN": (2, 1, 1, 1),
        "LEAD_REPORT": (6, 2, 1, 4),
        "OPEN_DAY": (4, 1, 1, 3),
    }
    elsewhere = await counted(town, await town.regulator("3705"), first, BEFORE)
    assert set(elsewhere.values()) == {(0, 0, 0, 0)}
    await held(town, firm, begun, today())
    assert (await counted(town, firm.admin, first, BEFORE))["OPEN_DAY"] == (2, 1, 1, 1)
    assert other.tenant_id == idle.id


async def test_a_deadline_of_more_than_a_year_is_counted(town: Town) -> None:
    """The longest there is, 365 days, ends in the holidays of October 2026, and so on the first working day after."""
    at = "370405104"
    new = NewSetting(
        division_code=at,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value="365",
        valid_from=date(2021, 1, 1),
        basis="某办法",
    )
    await town.do(await town.regulator(at), setting.put, new)
    firm, arrived_on = await town.company(), date(2025, 10, 1)
    begun = await led(town, firm, arrived_on, at=at)
    due = await town.administrator.fetchval("SELECT deadline_on FROM check_in WHERE project_id = $1", begun.id)
    assert due > arrived_on + 366 * DAY
    assert (await counted(town, firm.admin, due, due))["CHECK_IN"] == (1, 0, 0, 1)
    assert (await counted(town, firm.admin, due - 30 * DAY, due - DAY))["CHECK_IN"] == (0, 0, 0, 0)


async def test_nothing_is_owed_before_its_day_or_where_nobody_asks(town: Town) -> None:
    """A quarter that has not ended is not due yet; a division without the settings asks for nothing."""
    firm, free = await town.company(), await town.company()
    await led(town, firm, today() - DAY)
    await led(town, free, today() - 40 * DAY, at="370406001")
    nothing = (0, 0, 0, 0)
    yesterday = {"since": today() - DAY, "until": today() - DAY}
    assert (await counted(town, firm.admin, **yesterday))["OPEN_DAY"] == nothing
    assert (await counted(town, firm.admin, **yesterday))["CHECK_IN"] == nothing
    year = await counted(town, free.admin, today() - 365 * DAY, today())
    assert (year["LEAD_REPORT"], year["OPEN_DAY"]) == (nothing, nothing)


async def test_open_days_of_a_quarter_are_due(town: Town) -> None:
    """Those of the quarter before are overdue, those of this one are due by its last day, until enough were held."""
    firm, other = await town.company(), await town.company()
    await town.administrator.execute("UPDATE company SET created_at = '2024-01-01' WHERE tenant_id = $1", firm.id)
    begun = await town.project(firm, at=AT)
    await town.project(other, at=AT)

    async def owed(who: Principal) -> list[tuple[str, bool]]:
        text = "{ dues(where: {kind: {eq: OPEN_DAY}}) { nodes { dueOn overdue } } }"
        nodes = (await Asker(executable(build()), town.database, who)(text))["dues"]["nodes"]
        return [(node["dueOn"], node["overdue"]) for node in nodes]

    last = add_months(BEFORE + DAY, 3) - DAY
    assert await owed(firm.admin) == [(str(BEFORE), True), (str(last), False)]
    assert await owed(other.admin) == [(str(last), False)]
    for _ in range(2):
        await held(town, firm, begun, today())
    assert await owed(firm.admin) == [(str(BEFORE), True)]
    assert (str(last), False) in await owed(await town.regulator(AT))
