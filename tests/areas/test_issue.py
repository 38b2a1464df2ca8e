"""An issue's loop closes: found, reported, assigned, worked on, answered, closed, evaluated, reopened if need be."""

from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import issue, setting
from tenants.errors import Code
from tenants.issue import Issue, IssueChannel, IssueLevel, IssueSource, IssueState, NewCategory, NewIssue
from tenants.project import Project
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import OTHER_STREET, STREET, Firm, Town
from tests.reads.asking import Asker

MONDAY = date(2025, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, firm: Firm) -> Project:
    """Its project."""
    return await town.project(firm)


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """A regulator of the street."""
    return await town.regulator(STREET)


def new(project: Project, **more: Any) -> NewIssue:
    """A leak found on a Monday."""
    facts: dict[str, Any] = {
        "title": "地下车库渗水",
        "source": IssueSource.PATROL,
        "channel": IssueChannel.GRID,
        "found_on": MONDAY,
        **more,
    }
    return NewIssue(estate_id=project.estate_id, **facts)


async def walked(town: Town, firm: Firm, row: Issue, *states: IssueState) -> Issue:
    """The issue after these steps."""
    for state in states:
        answer = "已修复" if state == IssueState.FEEDBACK else None
        row = await town.do(firm.admin, issue.advance, row.id, row.version, state, answer=answer)
    return row


TO_FEEDBACK = (IssueState.REPORTED, IssueState.ASSIGNED, IssueState.IN_PROGRESS, IssueState.FEEDBACK)


async def test_the_loop_closes(town: Town, firm: Firm, begun: Project) -> None:
    """Step by step to the evaluation; each step is in the journal."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    assert (row.state, row.level, row.due_on, row.division_path) == ("FOUND", "ESTATE", date(2025, 3, 6), STREET)
    row = await walked(town, firm, row, *TO_FEEDBACK)
    row = await town.do(firm.admin, issue.close, row.id, row.version, date(2025, 3, 5))
    assert (row.closed_on, row.closed_at_level) == (date(2025, 3, 5), "ESTATE")
    row = await town.do(firm.admin, issue.evaluate, row.id, row.version, 5)
    assert (row.state, row.satisfaction) == ("EVALUATED", 5)
    told = [action for entity, action in await town.journal(firm) if entity == "issue"]
    assert told == ["created", "reported", "assigned", "in_progress", "feedback", "closed", "evaluated"]


async def test_steps_are_taken_in_order(town: Town, firm: Firm, begun: Project) -> None:
    """A step that the machine does not have is refused; an answer is needed to answer; nothing closes unanswered."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    assert await town.refused(firm.admin, issue.advance, row.id, 1, IssueState.IN_PROGRESS) == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]
    assert await town.refused(firm.admin, issue.advance, row.id, 1, IssueState.FEEDBACK) == [(Code.EMPTY, "answer")]
    assert await town.refused(firm.admin, issue.close, row.id, 1, MONDAY) == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    assert await town.refused(firm.admin, issue.evaluate, row.id, 1, 6) == [(Code.SATISFACTION_UNKNOWN, "satisfaction")]


async def test_the_deadline_is_the_divisions(town: Town, firm: Firm) -> None:
    """Where the street sets seven days, seven days it is."""
    other = await town.regulator(OTHER_STREET)
    days = NewSetting(
        division_code=OTHER_STREET,
        key=SettingKey.ISSUE_DAYS,
        value="7",
        valid_from=date(2025, 1, 1),
        basis="街道办〔2025〕3号",
    )
    await town.do(other, setting.put, days)
    begun = await town.project(firm, at=OTHER_STREET)
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    assert row.due_on == date(2025, 3, 10)


async def test_an_external_number_is_recorded_once(town: Town, firm: Firm, begun: Project) -> None:
    """The hotline's ticket, recorded again, is the same issue; the same number from elsewhere is another."""
    ticket = new(begun, source=IssueSource.HOTLINE_12345, channel=IssueChannel.IMPORT, external_id="ZZ20250303001")
    first = await town.do(firm.admin, issue.record_issue, ticket)
    assert (await town.do(firm.admin, issue.record_issue, ticket)).id == first.id
    other = await town.do(firm.admin, issue.record_issue, new(begun, external_id="ZZ20250303001"))
    assert other.id != first.id


async def test_reopening_keeps_count(town: Town, firm: Firm, begun: Project) -> None:
    """Closed and there again: open anew, with its reason and a new deadline."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    row = await walked(town, firm, row, *TO_FEEDBACK)
    row = await town.do(firm.admin, issue.close, row.id, row.version, date(2025, 3, 5))
    row = await town.do(firm.admin, issue.reopen, row.id, row.version, "又漏了", date(2025, 4, 7))
    assert (row.state, row.reopened, row.closed_on, row.due_on) == ("REOPENED", 1, None, date(2025, 4, 10))
    assert (await walked(town, firm, row, IssueState.ASSIGNED)).state == "ASSIGNED"


async def test_the_level_only_rises(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """The company hands it up to the community, the street up to itself; nobody hands it down."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    row = await walked(town, firm, row, IssueState.REPORTED)
    row = await town.do(firm.admin, issue.escalate, row.id, row.version, IssueLevel.COMMUNITY, "涉及市政管网")
    assert (row.level, row.state) == ("COMMUNITY", "ASSIGNED")
    down = await town.refused(firm.admin, issue.escalate, row.id, row.version, IssueLevel.GRID, "退回")
    assert down == [(Code.LEVEL_ONLY_RISES, "level")]
    row = await town.do(street, issue.escalate, row.id, row.version, IssueLevel.STREET, "街道协调")
    assert row.level == "STREET"
    assert (await town.journal(firm))[-1] == ("issue", "escalated")


async def test_a_regulator_raises_and_supervises(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """What the street raises is the company's issue, reported; overdue, it is supervised; before that it is not."""
    row = await town.do(street, issue.raise_issue, new(begun, source=IssueSource.INSPECTION))
    assert (row.tenant_id, row.state) == (firm.id, "REPORTED")
    supervised = await town.do(street, issue.supervise, row.id, row.version)
    assert supervised.supervised_on == today()
    fresh = await town.do(street, issue.raise_issue, new(begun, found_on=today()))
    assert await town.refused(street, issue.supervise, fresh.id, fresh.version) == [(Code.NOT_OVERDUE, "id")]
    neighbour = await town.regulator(OTHER_STREET)
    assert await town.refused(neighbour, issue.supervise, row.id, row.version) == [(Code.NOT_FOUND, "id")]
    assert await town.refused(neighbour, issue.raise_issue, new(begun)) == [(Code.NOT_FOUND, "estateId")]


async def test_only_at_estates_one_serves(town: Town, firm: Firm, begun: Project) -> None:
    """Another company's estate is as unknown as one that does not exist."""
    other = await town.company()
    assert await town.refused(other.admin, issue.record_issue, new(begun)) == [(Code.NOT_FOUND, "estateId")]


async def test_nothing_is_found_tomorrow(town: Town, firm: Firm, begun: Project) -> None:
    """Dates that cannot be meant are refused."""
    tomorrow = await town.refused(firm.admin, issue.record_issue, new(begun, found_on=today() + DAY))
    assert [field for _, field in tomorrow] == ["foundOn"]
    row = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *TO_FEEDBACK)
    assert await town.refused(firm.admin, issue.close, row.id, row.version, MONDAY - DAY) == [
        (Code.DATE_OUT_OF_ORDER, "closedOn")
    ]


async def test_categories_have_two_levels(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """A tree of the division's own: a third level, a repeated code and another division's category are refused."""
    top = await town.do(street, issue.add_category, NewCategory(division_code=STREET, code="01", name="设施设备"))
    low = NewCategory(division_code=STREET, code="0101", name="电梯", parent_id=top.id)
    below = await town.do(street, issue.add_category, low)
    assert await town.refused(street, issue.add_category, low) == [(Code.CATEGORY_EXISTS, "code")]
    third = NewCategory(division_code=STREET, code="010101", name="困人", parent_id=below.id)
    assert await town.refused(street, issue.add_category, third) == [(Code.CATEGORY_TOO_DEEP, "parentId")]
    row = await town.do(firm.admin, issue.record_issue, new(begun, category_id=below.id))
    assert row.category_id == below.id
    neighbour = await town.regulator(OTHER_STREET)
    theirs = await town.do(
        neighbour, issue.add_category, NewCategory(division_code=OTHER_STREET, code="01", name="环境")
    )
    assert await town.refused(firm.admin, issue.record_issue, new(begun, category_id=theirs.id)) == [
        (Code.NOT_FOUND, "categoryId")
    ]


async def test_the_report_counts_what_was_closed_in_time(town: Town) -> None:
    """R-07 over a division nobody else uses: found, closed, closed within three days, mean days, overdue."""
    firm, at = await town.company(), "370404001"
    begun = await town.project(firm, at=at)
    for days in (2, 5):
        row = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *TO_FEEDBACK)
        await town.do(firm.admin, issue.close, row.id, row.version, MONDAY + days * DAY)
    await town.do(firm.admin, issue.record_issue, new(begun))
    ask = Asker(executable(build()), town.database, await town.regulator(at))
    text = """query($since: Date!) { issueFigures(since: $since, until: "2025-12-31") {
        found closed closedShare closedInThreeDaysShare meanDays overdue estates __typename } }"""
    assert (await ask(text, since="2025-01-01"))["issueFigures"] == {
        "found": 3,
        "closed": 2,
        "closedShare": "0.6667",
        "closedInThreeDaysShare": "0.5000",
        "meanDays": "3.50",
        "overdue": 1,
        "estates": 1,
        "__typename": "IssueFigures",
    }
    nothing = (await ask(text, since="2025-12-01"))["issueFigures"]
    assert (nothing["found"], nothing["closedShare"], nothing["meanDays"]) == (0, None, None)


async def test_a_report_is_of_ones_own(town: Town) -> None:
    """A company's report counts its own issues, a neighbouring street's none of them, a division its subtree."""
    at = "370404100"
    firm, other = await town.company(), await town.company()
    for each in (firm, other):
        await town.do(each.admin, issue.record_issue, new(await town.project(each, at=at)))
    schema = executable(build())
    text = """query($division: ID) {
        issueFigures(since: "2025-01-01", until: "2025-12-31", division: $division) { found } }"""

    async def found(principal: Principal, code: str | None = None) -> int:
        ask = Asker(schema, town.database, principal)
        division = None
        if code is not None:
            row = await town.administrator.fetchrow("SELECT id FROM division WHERE path = $1", code)
            assert row is not None
            division = f"div_{row['id']}"
        answer: int = (await ask(text, division=division))["issueFigures"]["found"]
        return answer

    county = await town.regulator("370404")
    assert await found(firm.admin) == await found(other.admin) == 1
    assert await found(await town.regulator(at)) == 2
    assert await found(await town.regulator("370404101")) == 0
    assert await found(county, at) == 2
    assert await found(county, "3704") == await found(county)
    unknown = Asker(schema, town.database, county)
    assert (await unknown(text, division="div_00000000-0000-7000-8000-000000000000"))["issueFigures"]["found"] == 0
