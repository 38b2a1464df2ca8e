"""A lead checks in with the community within the days its division sets; only that community confirms."""

from datetime import date, timedelta

import pytest

from schema import build, executable
from tenants import check_in, project, setting
from tenants.check_in import CheckIn, CheckInState
from tenants.errors import Code
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import OTHER_DISTRICT_STREET, OTHER_STREET, STREET, Firm, Town
from tests.reads.asking import Asker

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """The regulator of the street, where no community is known: it sets five days, as Zibo's ordinance does."""
    regulator = await town.regulator(STREET)
    new = NewSetting(
        division_code=STREET,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value="5",
        valid_from=date(2021, 1, 1),
        basis="淄博市物业管理条例 第44条",
    )
    await town.do(regulator, setting.put, new)
    return regulator


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


async def arrived(town: Town, firm: Firm, on: date, at: str = STREET) -> tuple[project.Project, CheckIn]:
    """The check-in of a lead who arrived on a day."""
    begun = await town.project(firm, at=at)
    person = await town.staff(firm)
    led = await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, on, False)
    row = await town.administrator.fetchrow("SELECT * FROM check_in WHERE project_id = $1", begun.id)
    assert row is not None
    return led, CheckIn(**dict(row.items()))


async def test_the_clock_starts_on_arrival(town: Town, firm: Firm, street: Principal) -> None:
    """Five days after Monday is Saturday, a holiday, so the deadline moves to the next Monday (Civil Code art. 203)."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    assert (row.state, row.deadline_on, row.provisional) == ("PENDING", date(2025, 3, 10), False)


async def test_no_setting_no_deadline(town: Town, firm: Firm, street: Principal) -> None:
    """A division that sets no days has a check-in without a deadline, which is never late."""
    _, row = await arrived(town, firm, date(2025, 3, 3), at=OTHER_DISTRICT_STREET)
    assert row.deadline_on is None
    done = await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 9, 1), None, None)
    assert done.state == CheckInState.REPORTED


async def test_in_time_and_confirmed(town: Town, firm: Firm, street: Principal) -> None:
    """Reported on the last day is in time; the community confirms, and the company's journal says who did it."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    done = await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 10), "报到表 1 号", None)
    assert (done.state, done.document, done.version) == ("REPORTED", "报到表 1 号", 2)
    confirmed = await town.do(street, check_in.confirm, row.id, 2, date(2025, 3, 11))
    assert (confirmed.state, confirmed.confirmed_by) == ("CONFIRMED", street.actor_id)
    assert (await town.journal(firm))[-1] == ("check_in", "confirmed")
    entry = await town.administrator.fetchrow(
        "SELECT * FROM audit_entry WHERE tenant_id = $1 AND action = 'confirmed'", firm.id
    )
    assert entry is not None
    assert (entry["actor_kind"], entry["actor_id"]) == ("regulator", street.actor_id)


async def test_late_needs_a_reason(town: Town, firm: Firm, street: Principal) -> None:
    """One day after the deadline is late, and is recorded with its reason."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    late = date(2025, 3, 11)
    assert await town.refused(firm.admin, check_in.report, row.id, 1, late, None, "  ") == [
        (Code.LATE_REASON_REQUIRED, "lateReason")
    ]
    done = await town.do(firm.admin, check_in.report, row.id, 1, late, None, "负责人住院")
    assert (done.state, done.late_reason) == ("REPORTED_LATE", "负责人住院")


async def test_dates_are_in_order(town: Town, firm: Firm, street: Principal) -> None:
    """Nobody reports before arriving or in the future, and nothing is confirmed before it was reported."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    early = await town.refused(firm.admin, check_in.report, row.id, 1, date(2025, 3, 2), None, None)
    assert early == [(Code.DATE_OUT_OF_ORDER, "reportedOn")]
    future = await town.refused(firm.admin, check_in.report, row.id, 1, today() + DAY, None, None)
    assert [field for _, field in future] == ["reportedOn"]
    await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 5), None, None)
    assert await town.refused(street, check_in.confirm, row.id, 2, date(2025, 3, 4)) == [
        (Code.DATE_OUT_OF_ORDER, "confirmedOn")
    ]


async def test_only_its_community_confirms(town: Town, firm: Firm, street: Principal) -> None:
    """Another community does not even see it; the city above sees it and cannot confirm in the community's place."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 5), None, None)
    other, city = await town.regulator(OTHER_STREET), await town.regulator("3704")
    on = date(2025, 3, 6)
    assert await town.refused(other, check_in.confirm, row.id, 2, on) == [(Code.NOT_FOUND, "id")]
    assert await town.refused(city, check_in.confirm, row.id, 2, on) == [(Code.COMMUNITY_ONLY, "id")]
    assert await town.refused(street, check_in.confirm, row.id, 1, on) == [(Code.CONFLICT, "version")]


async def test_unreported_cannot_be_confirmed(town: Town, firm: Firm, street: Principal) -> None:
    """The state machine names what is allowed."""
    _, row = await arrived(town, firm, date(2025, 3, 3))
    assert await town.refused(street, check_in.confirm, row.id, 1, date(2025, 3, 6)) == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]


async def test_a_new_lead_restarts_the_clock(town: Town, firm: Firm, street: Principal) -> None:
    """The unconfirmed check-in of the one who left ends; the new lead's runs from the new arrival."""
    led, first = await arrived(town, firm, date(2025, 3, 3))
    person = await town.staff(firm, "刘洋")
    await town.do(firm.admin, project.assign_lead, led.id, led.version, person.id, date(2025, 6, 2), True)
    assert (await town.row("check_in", first.id))["state"] == "ENDED"
    rows = await town.administrator.fetch("SELECT * FROM check_in WHERE project_id = $1 ORDER BY id", led.id)
    assert [(row["state"], row["arrived_on"]) for row in rows] == [
        ("ENDED", date(2025, 3, 3)),
        ("PENDING", date(2025, 6, 2)),
    ]


async def test_ending_a_project_ends_the_check_in(town: Town, firm: Firm, street: Principal) -> None:
    """A lead whose project ended has nobody to check in with."""
    led, row = await arrived(town, firm, date(2025, 3, 3))
    await town.do(firm.admin, project.end, led.id, led.version, date(2025, 12, 31), project.EndReason.TERMINATED)
    assert (await town.row("check_in", row.id))["state"] == "ENDED"


async def test_the_report_counts_leads_and_projects(town: Town, firm: Firm) -> None:
    """R-06 over a division nobody else uses: in time, confirmed, agreements and claimed projects."""
    at = "370404102"
    community = await town.regulator(at)
    days = NewSetting(
        division_code=at,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value="5",
        valid_from=date(2021, 1, 1),
        basis="淄博市物业管理条例 第44条",
    )
    await town.do(community, setting.put, days)
    _, first = await arrived(town, firm, date(2025, 3, 3), at=at)
    await arrived(town, firm, date(2025, 3, 3), at=at)
    await town.do(firm.admin, check_in.report, first.id, 1, date(2025, 3, 5), None, None)
    await town.do(community, check_in.confirm, first.id, 2, date(2025, 3, 6))
    ask = Asker(executable(build()), town.database, community)
    answer = await ask("""{ checkInFigures(since: "2025-01-01", until: "2025-12-31") {
        leads confirmed confirmedShare onTimeShare overdue agreements claimedProjects } }""")
    assert answer["checkInFigures"] == {
        "leads": 2,
        "confirmed": 1,
        "confirmedShare": "0.5000",
        "onTimeShare": "0.5000",
        "overdue": 1,
        "agreements": 0,
        "claimedProjects": 0,
    }
