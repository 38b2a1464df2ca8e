"""A lead checks in with the community within the days its division sets; only that community confirms."""

from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import agreement, check_in, project, setting
from tenants.check_in import CheckIn, CheckInState
from tenants.errors import Code
from tenants.row import new_id, today
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


async def test_the_deadline_stays_as_it_was_set(town: Town, firm: Firm) -> None:
    """Three days were set on the day of arrival: nine from a later day, or entered afterwards for that very day, change
    neither the deadline nor whether a report is late. Who arrives later has nine.
    """
    at = "370405103"
    community = await town.regulator(at)

    async def put(days: str, valid_from: date) -> None:
        new = NewSetting(
            division_code=at,
            key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
            value=days,
            valid_from=valid_from,
            basis="北京市物业管理条例 第66条",
        )
        await town.do(community, setting.put, new)

    await put("3", date(2025, 1, 1))
    _, row = await arrived(town, firm, date(2025, 3, 3), at=at)
    assert (row.days, row.deadline_on) == (3, date(2025, 3, 6))
    await put("9", date(2025, 3, 2))
    late = await town.refused(firm.admin, check_in.report, row.id, 1, date(2025, 3, 7), None, None)
    assert late == [(Code.LATE_REASON_REQUIRED, "lateReason")]
    assert (await town.row("check_in", row.id))["deadline_on"] == date(2025, 3, 6)
    _, later = await arrived(town, firm, date(2025, 3, 3), at=at)
    assert (later.days, later.deadline_on) == (9, date(2025, 3, 12))


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
    """Another community is told the rule, and the same as of a check-in that there is not; the city above sees it and
    cannot confirm in the community's place.
    """
    _, row = await arrived(town, firm, date(2025, 3, 3))
    await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 5), None, None)
    other, city = await town.regulator(OTHER_STREET), await town.regulator("3704")
    on = date(2025, 3, 6)
    assert await town.refused(other, check_in.confirm, row.id, 2, on) == [(Code.COMMUNITY_ONLY, "id")]
    assert await town.refused(other, check_in.confirm, new_id(), 2, on) == [(Code.COMMUNITY_ONLY, "id")]
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
    assert [row["left_on"] for row in rows] == [date(2025, 6, 2), None]


async def test_a_confirmed_one_stays_confirmed(town: Town, firm: Firm, street: Principal) -> None:
    """A lead who leaves after it was confirmed has checked in; since when nobody is in charge is known."""
    led, row = await arrived(town, firm, date(2025, 3, 3))
    await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 5), None, None)
    await town.do(street, check_in.confirm, row.id, 2, date(2025, 3, 6))
    await town.do(firm.admin, project.end, led.id, led.version, date(2025, 12, 31), project.EndReason.TERMINATED)
    after = await town.row("check_in", row.id)
    assert (after["state"], after["left_on"]) == ("CONFIRMED", date(2025, 12, 31))


async def test_ending_a_project_ends_the_check_in(town: Town, firm: Firm, street: Principal) -> None:
    """A lead whose project ended has nobody to check in with."""
    led, row = await arrived(town, firm, date(2025, 3, 3))
    await town.do(firm.admin, project.end, led.id, led.version, date(2025, 12, 31), project.EndReason.TERMINATED)
    assert (await town.row("check_in", row.id))["state"] == "ENDED"


FIGURES = """query($since: Date!, $until: Date!) { checkInFigures(since: $since, until: $until) {
    leads confirmed confirmedShare notReported overdue arrived reported onTimeShare agreements agreementsExpected
    agreementsShare claimedProjects projectsPerAgreement projectsPerLead completedProjects completedShare } }"""

NOBODY = {
    "leads": 0,
    "confirmed": 0,
    "confirmedShare": None,
    "notReported": 0,
    "overdue": 0,
    "arrived": 0,
    "reported": 0,
    "onTimeShare": None,
    "agreements": 0,
    "agreementsExpected": 0,
    "agreementsShare": None,
    "claimedProjects": 0,
    "projectsPerAgreement": None,
    "projectsPerLead": None,
    "completedProjects": 0,
    "completedShare": None,
}


async def test_the_report_of_check_ins(town: Town) -> None:
    """R-06 of a community nobody else uses: who is in charge, who reported in time and who did not, agreements beside
    those asked for, projects claimed and completed; as on the last day asked for. Nothing of nothing is null. The list
    of new leads who have not reported is one of check-ins.
    """
    at = "370405102"
    community = await town.regulator(at)
    ask = Asker(executable(build()), town.database, community)

    async def figures(since: str, until: str) -> Any:
        (row,) = (await ask(FIGURES, since=since, until=until))["checkInFigures"]
        return row

    assert await figures("2025-01-01", "2025-12-31") == NOBODY
    days = NewSetting(
        division_code=at,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value="5",
        valid_from=date(2021, 1, 1),
        basis="淄博市物业管理条例 第44条",
    )
    await town.do(community, setting.put, days)
    first, second = await town.company(), await town.company()
    # In time and confirmed; late and confirmed; never; gone before the deadline; gone after it without a word.
    rows = [(await arrived(town, first, date(2025, 3, 3), at=at)) for _ in range(3)]
    rows += [(await arrived(town, second, date(2025, 3, 3), at=at)) for _ in range(2)]
    for number, reported_on in enumerate((date(2025, 3, 5), date(2025, 4, 1))):
        row = rows[number][1]
        await town.do(first.admin, check_in.report, row.id, 1, reported_on, None, "出差")
        await town.do(community, check_in.confirm, row.id, 2, date(2025, 4, 2))
    for number, last_day in ((3, date(2025, 3, 7)), (4, date(2025, 6, 30))):
        led = rows[number][0]
        ended = project.EndReason.TERMINATED
        await town.do(second.admin, project.end, led.id, led.version, last_day, ended)
    signing = agreement.NewAgreement(
        division_code=at,
        year=2025,
        community_organisation="社区党委",
        signatory="项目经理",
        signed_on=date(2025, 3, 10),
        document="共建〔2025〕1号",
    )
    signed = await town.do(first.admin, agreement.sign, signing)
    claims = []
    for title in ("检修水电", "义诊", "助餐"):
        claim = agreement.NewClaim(
            agreement_id=signed.id,
            title=title,
            category="便民",
            claimed_on=date(2025, 3, 10),
            due_on=date(2025, 12, 1),
        )
        claims.append(await town.do(first.admin, agreement.claim, claim))
    await town.do(first.admin, agreement.drop_claim, claims[0].id, 1, "无法开展", None)
    await town.do(first.admin, agreement.complete_claim, claims[1].id, 1, date(2025, 7, 1), "服务 80 人")

    assert await figures("2025-01-01", "2025-12-31") == {
        "leads": 3,
        "confirmed": 2,
        "confirmedShare": "0.6667",
        "notReported": 1,
        "overdue": 1,
        "arrived": 5,
        "reported": 2,
        "onTimeShare": "0.2500",
        "agreements": 1,
        "agreementsExpected": 1,
        "agreementsShare": "1.0000",
        "claimedProjects": 2,
        "projectsPerAgreement": "2.00",
        "projectsPerLead": "0.67",
        "completedProjects": 1,
        "completedShare": "0.5000",
    }
    # At the end of March both companies worked here, one report was in, and nothing was confirmed or completed.
    march = await figures("2025-03-01", "2025-03-31")
    assert march == NOBODY | {
        "leads": 4,
        "confirmedShare": "0.0000",
        "notReported": 3,
        "overdue": 3,
        "arrived": 5,
        "reported": 1,
        "onTimeShare": "0.2500",
        "agreements": 1,
        "agreementsExpected": 2,
        "agreementsShare": "0.5000",
        "claimedProjects": 2,
        "projectsPerAgreement": "2.00",
        "projectsPerLead": "0.50",
        "completedShare": "0.0000",
    }
    # The company sees its own part, and nobody below another community sees any.
    own = Asker(executable(build()), town.database, second.admin)
    asked = {"since": "2025-01-01", "until": "2025-12-31"}
    assert (await own(FIGURES, **asked))["checkInFigures"] == [NOBODY | {"arrived": 2, "onTimeShare": "0.0000"}]
    other = Asker(executable(build()), town.database, await town.regulator("370405101"))
    assert (await other(FIGURES, **asked))["checkInFigures"] == [NOBODY]
    missing = await ask(
        """{ checkIns(where: {state: {in: [PENDING, OVERDUE]}, leftOn: {isNull: true}}) {
            nodes { deadlineOn days project { name } company { name } } } }"""
    )
    assert missing["checkIns"]["nodes"] == [
        {
            "deadlineOn": "2025-03-10",
            "days": 5,
            "project": {"name": rows[2][0].name},
            "company": {"name": (await town.row("company", first.id))["name"]},
        }
    ]


async def test_the_report_knows_the_setting(town: Town, firm: Firm) -> None:
    """Where a division asks for no agreement, none is expected."""
    at = "370405104"
    community = await town.regulator(at)
    none = NewSetting(
        division_code=at, key=SettingKey.AGREEMENTS_PER_YEAR, value="0", valid_from=date(2025, 1, 1), basis="某文件"
    )
    await town.do(community, setting.put, none)
    await town.project(firm, at=at)
    ask = Asker(executable(build()), town.database, community)
    for year, expected in ((2024, 1), (2025, 0)):
        found = await ask(FIGURES, since=f"{year}-01-01", until=f"{year}-12-31")
        assert found["checkInFigures"] == [found["checkInFigures"][0] | {"agreementsExpected": expected}]
