"""A lead reports to the community once a period, where the division asks for it and as often as it asks."""

from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import lead_report, project, setting
from tenants.calendar import add_months
from tenants.errors import Code
from tenants.lead_report import LeadReport, NewLeadReport
from tenants.project import Project
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import OTHER_CITY_STREET, OTHER_STREET, STREET, Firm, Town, at_once
from tests.reads.asking import Asker

DAY = timedelta(days=1)
MONTH = today().replace(day=1)
LIST = "{ dues(where: {kind: {eq: LEAD_REPORT}}) { nodes { dueOn overdue community project { name } } } }"


@pytest.fixture(scope="module", autouse=True)
async def asked(town: Town) -> None:
    """The street asks every month, as Jinan does, the other street every quarter; the other city does not ask."""
    for at, months in ((STREET, "1"), (OTHER_STREET, "3")):
        new = NewSetting(
            division_code=at,
            key=SettingKey.LEAD_REPORT_MONTHS,
            value=months,
            valid_from=date(2021, 1, 1),
            basis="济南市住宅小区物业服务质量综合评价办法",
        )
        await town.do(await town.regulator(at), setting.put, new)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


async def led(town: Town, firm: Firm, at: str = STREET, arrived_on: date = date(2025, 3, 3)) -> Project:
    """A project with a lead; what was recorded is as old as the arrival."""
    begun = await town.project(firm, at=at)
    person = await town.staff(firm)
    made = await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, arrived_on, False)
    await town.administrator.execute("UPDATE check_in SET created_at = arrived_on WHERE project_id = $1", begun.id)
    return made


async def report(town: Town, firm: Firm, at: Project, day: date, **more: Any) -> LeadReport:
    """The report of the period in which a day lies."""
    facts = {"reported_on": max(day, today() - DAY), "document": "月报1号", **more}
    return await town.do(firm.admin, lead_report.report, NewLeadReport(project_id=at.id, day=day, **facts))


async def owed(town: Town, who: Principal) -> list[tuple[str, bool]]:
    """Until when reports are due, and whether that is past."""
    nodes = (await Asker(executable(build()), town.database, who)(LIST))["dues"]["nodes"]
    assert not any(node["community"] for node in nodes)
    return [(node["dueOn"], node["overdue"]) for node in nodes]


def last_day(first: date, months: int = 1) -> str:
    """The last day of a period."""
    return str(add_months(first, months) - DAY)


async def test_this_months_and_last_months(town: Town, firm: Firm) -> None:
    """This month's report is due by its last day, last month's is overdue; each leaves the list when handed in."""
    begun = await led(town, firm)
    before = MONTH - DAY
    assert await owed(town, firm.admin) == [(str(before), True), (last_day(MONTH), False)]
    await report(town, firm, begun, before, reported_on=before)
    assert await owed(town, firm.admin) == [(last_day(MONTH), False)]
    row = await report(town, firm, begun, MONTH, reported_on=MONTH)
    assert (row.since, str(row.until)) == (MONTH, last_day(MONTH))
    assert await owed(town, firm.admin) == []
    assert (await town.journal(firm))[-1] == ("lead_report", "created")


async def test_as_often_as_the_division_asks(town: Town, firm: Firm) -> None:
    """A quarter where it asks every quarter; nothing where it does not ask, though a report may be handed in."""
    begun = await led(town, firm, at=OTHER_STREET)
    quarter = date(today().year, (today().month - 1) // 3 * 3 + 1, 1)
    assert await owed(town, firm.admin) == [(str(quarter - DAY), True), (last_day(quarter, 3), False)]
    row = await report(town, firm, begun, quarter - DAY, reported_on=quarter - DAY)
    assert (row.since, row.until) == (add_months(quarter, -3), quarter - DAY)
    other = await town.company()
    free = await led(town, other, at=OTHER_CITY_STREET)
    assert await owed(town, other.admin) == []
    assert (await report(town, other, free, date(2025, 4, 9), reported_on=date(2025, 4, 9))).since == date(2025, 4, 1)


async def test_nothing_before_the_arrival_or_after_the_leaving(town: Town, firm: Firm) -> None:
    """A lead who arrived this month owes this month's; nobody in charge owes none; nor does one recorded only now."""
    begun = await led(town, firm, arrived_on=MONTH)
    assert await owed(town, firm.admin) == [(last_day(MONTH), False)]
    ended = project.EndReason.TERMINATED
    await town.do(firm.admin, project.end, begun.id, begun.version, today(), ended)
    assert await owed(town, firm.admin) == []
    late = await led(town, firm)
    await town.administrator.execute("UPDATE check_in SET created_at = now() WHERE project_id = $1", late.id)
    assert await owed(town, firm.admin) == [(last_day(MONTH), False)]


async def test_the_community_sees_what_is_owed_to_it(town: Town, firm: Firm) -> None:
    """The street sees the duty and the report; the other street neither."""
    begun = await led(town, firm)
    await report(town, firm, begun, MONTH - DAY, reported_on=MONTH - DAY, summary="电梯年检完成\n绿化补种")
    text = """query($name: String!) {
        dues(where: {kind: {eq: LEAD_REPORT}, project: {name: {eq: $name}}}) { nodes { dueOn } }
        leadReports(where: {project: {name: {eq: $name}}}) { nodes { since document summary } } }"""
    street, other = [
        await Asker(executable(build()), town.database, await town.regulator(at))(text, name=begun.name)
        for at in (STREET, OTHER_STREET)
    ]
    assert street["dues"]["nodes"] == [{"dueOn": last_day(MONTH)}]
    assert street["leadReports"]["nodes"] == [
        {
            "since": str((MONTH - DAY).replace(day=1)),
            "document": "月报1号",
            "summary": "电梯年检完成\n绿化补种",
        }
    ]
    assert other == {"dues": {"nodes": []}, "leadReports": {"nodes": []}}


async def test_what_is_refused(town: Town, firm: Firm) -> None:
    """One report a period, by a project that runs and has a lead, not before the period and with its document."""
    begun = await led(town, firm)

    async def refused(day: date = MONTH, at: Project = begun, **more: Any) -> list[tuple[Code, str | None]]:
        facts = {"reported_on": today(), "document": "1号", **more}
        new = NewLeadReport(project_id=at.id, day=day, **facts)
        return await town.refused(firm.admin, lead_report.report, new)

    assert await refused(document=" ") == [(Code.EMPTY, "document")]
    assert await refused(reported_on=MONTH - DAY) == [(Code.DATE_OUT_OF_ORDER, "reportedOn")]
    assert await refused(reported_on=today() + DAY) == [(Code.DATE_IN_FUTURE, "reportedOn")]
    assert await refused(at=await town.project(firm)) == [(Code.LEAD_MISSING, "projectId")]
    new = NewLeadReport(project_id=begun.id, day=MONTH, reported_on=today(), document="1号")
    answers = await at_once(*(town.do(firm.admin, lead_report.report, new) for _ in range(2)))
    assert [answer for answer in answers if isinstance(answer, list)] == [[(Code.LEAD_REPORTED, "day")]]
    stopped = await town.do(firm.admin, project.end, begun.id, begun.version, today(), project.EndReason.TERMINATED)
    assert await refused(at=stopped) == [(Code.PROJECT_ENDED, "projectId")]
