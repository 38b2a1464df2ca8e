"""Special campaigns: what falls due follows from their cadence, what was done from the records, R-12 from both."""

from datetime import date
from typing import Any

import pytest

from schema import build, executable
from tenants import campaign
from tenants.campaign import Campaign, DutyKind, NewCampaign
from tenants.division import DivisionLevel
from tenants.errors import Code
from tenants.permission import RegulatorRole
from tenants.row import today
from tenants.scope import Principal
from tests.areas.town import TOMORROW, Town
from tests.reads.asking import Asker

MONTHLY, QUARTERLY, HALF_YEARLY = DutyKind

FIGURES = """query($division: ID, $since: Date!, $until: Date!) {
    complianceFigures(division: $division, since: $since, until: $until) {
        kind due done doneInTime overdue doneShare inTimeShare }
    complianceCalendar(division: $division, since: $since, until: $until) {
        kind divisionName periodStart dueOn doneOn overdue } }"""
YEAR = {"since": "2025-01-01", "until": "2025-12-31"}


def new(at: str, **more: Any) -> NewCampaign:
    """A campaign of the first half of 2025, with all three duties."""
    facts: dict[str, Any] = {
        "name": "物业服务突出问题整治",
        "basis": "枣住建〔2024〕5号",
        "starts_on": date(2025, 1, 1),
        "ends_on": date(2025, 6, 30),
        "owed_by": DivisionLevel.COUNTY,
        "duties": list(DutyKind),
    }
    return NewCampaign(division_code=at, **(facts | more))


async def done(
    town: Town, who: Principal, row: Campaign, at: str, kind: DutyKind, period: date, on: date
) -> campaign.CampaignDuty:
    """A duty that was done."""
    return await town.do(who, campaign.do_duty, row.id, kind, period, on, "通报〔2025〕1期", at)


async def test_the_cadence_makes_the_duties(town: Town) -> None:
    """S4ZZ-07: in half a year six reports, two observations and an assessment of each of the city's counties; what was
    done late is done, not in time; another city has none of it.
    """
    city, county = await town.regulator("3704"), await town.regulator("370402")
    row = await town.do(city, campaign.open_campaign, new("3704"))
    counties = await town.administrator.fetchval(
        "SELECT count(*) FROM division WHERE level = 'COUNTY' AND path ^@ '3704' AND valid_to IS NULL"
    )
    await done(town, county, row, "370402", MONTHLY, date(2025, 1, 20), date(2025, 1, 31))
    await done(town, county, row, "370402", MONTHLY, date(2025, 2, 1), date(2025, 3, 9))
    await done(town, county, row, "370402", QUARTERLY, date(2025, 3, 31), date(2025, 3, 20))
    ask = Asker(executable(build()), town.database, city)
    found = (await ask(FIGURES, **YEAR))["complianceFigures"]
    assert [(each["kind"], each["due"], each["done"], each["doneInTime"]) for each in found] == [
        ("MONTHLY_REPORT", 6 * counties, 2, 1),
        ("QUARTERLY_OBSERVATION", 2 * counties, 1, 1),
        ("HALF_YEAR_ASSESSMENT", counties, 0, 0),
    ]
    ask = Asker(executable(build()), town.database, county)
    assert (await ask(FIGURES, **YEAR))["complianceFigures"] == [
        {
            "kind": kind,
            "due": due,
            "done": made,
            "doneInTime": in_time,
            "overdue": due - made,
            "doneShare": f"{made / due:.4f}",
            "inTimeShare": f"{in_time / due:.4f}",
        }
        for kind, due, made, in_time in (
            ("MONTHLY_REPORT", 6, 2, 1),
            ("QUARTERLY_OBSERVATION", 2, 1, 1),
            ("HALF_YEAR_ASSESSMENT", 1, 0, 0),
        )
    ]
    february = (await ask(FIGURES, since="2025-02-01", until="2025-03-08"))["complianceCalendar"]
    assert [(each["periodStart"], each["dueOn"], each["doneOn"], each["overdue"]) for each in february] == [
        ("2025-02-01", "2025-02-28", None, True)
    ]
    ask = Asker(executable(build()), town.database, await town.regulator("3705"))
    none = (await ask(FIGURES, **YEAR))["complianceFigures"]
    assert [(each["due"], each["doneShare"]) for each in none] == [(0, None)] * 3


async def test_a_campaign_gives_days_and_may_end_early(town: Town) -> None:
    """A period counts by its last day, falls due so many days later, and is not owed once the campaign has ended."""
    county = await town.regulator("370502")
    at = await town.regulator("370502001")
    row = await town.do(county, campaign.open_campaign, new("370502", owed_by="STREET", duties=[MONTHLY], grace_days=5))
    await done(town, at, row, "370502001", MONTHLY, date(2025, 1, 1), date(2025, 2, 5))
    ask = Asker(executable(build()), town.database, at)

    async def monthly(**days: str) -> tuple[int, int, int]:
        found = (await ask(FIGURES, **days))["complianceFigures"][0]
        return found["due"], found["done"], found["doneInTime"]

    assert await monthly(**YEAR) == (6, 1, 1)
    assert await monthly(since="2025-02-01", until="2025-02-04") == (0, 0, 0)
    assert await monthly(since="2025-02-05", until="2025-02-05") == (1, 1, 1)
    await town.do(county, campaign.end, row.id, 1, date(2025, 3, 30))
    assert await monthly(**YEAR) == (2, 1, 1)
    refused = town.refused(county, campaign.end, row.id, 2, date(2025, 1, 1))
    assert await refused == [(Code.ENDS_BEFORE_START, "endsOn")]
    late = town.refused(at, campaign.do_duty, row.id, MONTHLY, date(2025, 3, 1), date(2025, 4, 1), "通报", "370502001")
    assert await late == [(Code.CAMPAIGN_PERIOD, "period")]


async def test_campaign_that_cannot_be(town: Town) -> None:
    """Each problem with its field; only in one's own division, owed at its level or below."""
    city = await town.regulator("3706")
    wrong = new("3706", name=" ", basis="", ends_on=date(2025, 1, 1), duties=[], grace_days=93)
    assert await town.refused(city, campaign.open_campaign, wrong) == [
        (Code.EMPTY, "name"),
        (Code.EMPTY, "basis"),
        (Code.ENDS_BEFORE_START, "endsOn"),
        (Code.EMPTY, "duties"),
        (Code.TOO_LARGE, "graceDays"),
    ]
    assert await town.refused(city, campaign.open_campaign, new("37")) == [
        (Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    ]
    assert await town.refused(city, campaign.open_campaign, new("3706", owed_by=DivisionLevel.PROVINCE)) == [
        (Code.CAMPAIGN_LEVEL, "owedBy")
    ]


@pytest.fixture(scope="module")
async def running(town: Town) -> Campaign:
    """A campaign of a city with monthly reports of its counties."""
    city = await town.regulator("3707")
    return await town.do(city, campaign.open_campaign, new("3707", duties=[MONTHLY]))


REFUSED: list[tuple[tuple[DutyKind, date, date, str, str], list[tuple[Code, str]]]] = [
    ((QUARTERLY, date(2025, 1, 1), date(2025, 1, 31), "通报", "370702"), [(Code.CAMPAIGN_DUTY_UNKNOWN, "kind")]),
    ((MONTHLY, date(2025, 7, 1), date(2025, 7, 31), "通报", "370702"), [(Code.CAMPAIGN_PERIOD, "period")]),
    ((MONTHLY, date(2024, 12, 31), date(2025, 1, 1), "通报", "370702"), [(Code.CAMPAIGN_PERIOD, "period")]),
    ((MONTHLY, date(2025, 2, 1), date(2025, 1, 31), "通报", "370702"), [(Code.DATE_OUT_OF_ORDER, "doneOn")]),
    ((MONTHLY, date(2025, 2, 1), date(2025, 2, 28), " ", "370702"), [(Code.EMPTY, "document")]),
    ((MONTHLY, date(2025, 2, 1), today() + TOMORROW, "通报", "370702"), [(Code.DATE_IN_FUTURE, "doneOn")]),
    ((MONTHLY, date(2025, 2, 1), date(2025, 2, 28), "通报", "370702001"), [(Code.CAMPAIGN_NOT_OWED, "divisionCode")]),
    ((MONTHLY, date(2025, 2, 1), date(2025, 2, 28), "通报", "370602"), [(Code.CAMPAIGN_NOT_OWED, "divisionCode")]),
]


@pytest.mark.parametrize(("given", "expected"), REFUSED)
async def test_duty_that_cannot_have_been_done(
    town: Town, running: Campaign, given: Any, expected: list[tuple[Code, str]]
) -> None:
    """Only what the campaign has, for its periods, by who owes it, when it could be done."""
    province = await town.regulator("37")
    assert await town.refused(province, campaign.do_duty, running.id, *given) == expected


async def test_a_duty_is_done_once_by_who_owes_it(town: Town, running: Campaign) -> None:
    """Twice is once; a neighbour does not do it in one's place; an assessor records, a viewer reads."""
    county = await town.regulator("370703", RegulatorRole.ASSESSOR)
    given = (MONTHLY, date(2025, 3, 3), date(2025, 3, 31), "通报")
    await town.do(county, campaign.do_duty, running.id, *given, "370703")
    assert await town.refused(county, campaign.do_duty, running.id, *given, "370703") == [
        (Code.CAMPAIGN_DONE_ALREADY, "period")
    ]
    assert await town.refused(county, campaign.do_duty, running.id, *given, "370702") == [
        (Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    ]
    neighbour = Asker(executable(build()), town.database, await town.regulator("370702"))
    found = await neighbour("{ campaignDuties { totalCount } campaigns { nodes { duties division { name } } } }")
    assert found["campaignDuties"]["totalCount"] == 0
    assert {"duties": ["MONTHLY_REPORT"], "division": {"name": "潍坊市"}} in found["campaigns"]["nodes"]
