"""An interview is planned, then held or cancelled, by the level that planned it."""

from datetime import timedelta
from typing import Any

import pytest

from tenants import interview
from tenants.errors import Code
from tenants.interview import Attendee, NewInterview
from tenants.permission import RegulatorRole
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.town import OTHER_CITY_STREET, STREET, Firm, Town

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def county(town: Town) -> Principal:
    """A county's assessor."""
    return await town.regulator(STREET[:6], RegulatorRole.ASSESSOR)


@pytest.fixture(scope="module")
async def firm(town: Town) -> Firm:
    """A company with a project in a street of it."""
    made = await town.company()
    await town.project(made)
    return made


def new(firm: Firm, **more: Any) -> NewInterview:
    """An interview of the head of the company and the project lead."""
    facts: dict[str, Any] = {
        "reason": "投诉集中，逾期未整改",
        "attendees": [Attendee.COMPANY_HEAD, Attendee.PROJECT_LEAD, Attendee.COMPANY_HEAD],
        "planned_on": today() + DAY,
        "place": "区住建局二楼会议室",
        **more,
    }
    return NewInterview(company_id=firm.id, **facts)


async def test_planned_and_held(town: Town, firm: Firm, county: Principal) -> None:
    """Who comes is kept by role, each once; the minutes are a reference. What was held is held."""
    row = await town.do(county, interview.plan, new(firm))
    assert (row.state, row.level, row.attendees) == ("PLANNED", "COUNTY", ["COMPANY_HEAD", "PROJECT_LEAD"])
    assert await town.refused(county, interview.hold, row.id, 1, today() + DAY, " ") == [
        (Code.EMPTY, "minutes"),
        (Code.DATE_IN_FUTURE, "heldOn"),
    ]
    before = await town.refused(county, interview.hold, row.id, 1, today() - DAY, "约谈记录〔2026〕3号")
    assert before == [(Code.DATE_OUT_OF_ORDER, "heldOn")]
    held = await town.do(county, interview.hold, row.id, 1, today(), "约谈记录〔2026〕3号")
    assert (held.state, held.held_on, held.minutes) == ("HELD", today(), "约谈记录〔2026〕3号")
    for refused in (
        await town.refused(county, interview.hold, row.id, 2, today(), "约谈记录〔2026〕4号"),
        await town.refused(county, interview.cancel, row.id, 2, "不再需要"),
    ):
        assert refused == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    assert (await town.journal(firm))[-2:] == [("interview", "planned"), ("interview", "held")]


async def test_cancelled_with_a_reason(town: Town, firm: Firm, county: Principal) -> None:
    """And by the level that planned it; a regulator of another place finds nothing."""
    row = await town.do(county, interview.plan, new(firm))
    assert await town.refused(county, interview.cancel, row.id, 1, "") == [(Code.EMPTY, "reason")]
    assert await town.refused(county, interview.cancel, row.id, 9, "改期") == [(Code.CONFLICT, "version")]
    city = await town.regulator("3704")
    assert await town.refused(city, interview.cancel, row.id, 1, "改期") == [(Code.ISSUING_LEVEL_ONLY, "id")]
    elsewhere = await town.regulator(OTHER_CITY_STREET)
    assert await town.refused(elsewhere, interview.cancel, row.id, 1, "改期") == [(Code.NOT_FOUND, "id")]
    done = await town.do(county, interview.cancel, row.id, 1, "改期")
    assert (done.state, done.cancellation) == ("CANCELLED", "改期")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"reason": ""}, (Code.EMPTY, "reason")),
        ({"place": ""}, (Code.EMPTY, "place")),
        ({"attendees": []}, (Code.INTERVIEW_WITHOUT_ATTENDEES, "attendees")),
        ({"planned_on": today() - DAY}, (Code.DATE_IN_PAST, "plannedOn")),
        ({"project_id": new_id()}, (Code.NOT_FOUND, "projectId")),
    ],
)
async def test_a_plan_says_what_with_whom_and_when(
    town: Town, firm: Firm, county: Principal, more: dict[str, Any], problem: tuple[Code, str]
) -> None:
    """A plan that leaves one out, or whose day has passed, is refused."""
    assert problem in await town.refused(county, interview.plan, new(firm, **more))


async def test_a_company_elsewhere_is_not_there(town: Town, firm: Firm) -> None:
    """For a regulator in whose division it does not work."""
    elsewhere = await town.regulator(OTHER_CITY_STREET)
    assert await town.refused(elsewhere, interview.plan, new(firm)) == [(Code.NOT_FOUND, "companyId")]


async def test_a_company_that_left_is_still_interviewed(town: Town) -> None:
    """After its last project in the county ended, about that project."""
    firm, project_id = await town.gone()
    county = await town.regulator(STREET[:6])
    row = await town.do(county, interview.plan, new(firm, project_id=project_id))
    held = await town.do(county, interview.hold, row.id, row.version, today(), "约谈记录1号")
    assert held.state == "HELD"
