"""An issue's loop closes: found, reported, assigned, worked on, answered, closed, evaluated, reopened if need be."""

from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from schema.failure import Failure
from tenants import issue, setting
from tenants.errors import Code
from tenants.issue import Issue, IssueChannel, IssueLevel, IssueSource, IssueState, NewCategory, NewIssue
from tenants.project import Project
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import OTHER_STREET, STREET, Firm, Town, at_once
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
    answered = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *TO_FEEDBACK)
    for state in (IssueState.CLOSED, IssueState.EVALUATED, IssueState.REOPENED):  # they take a day or a reason
        assert await town.refused(firm.admin, issue.advance, answered.id, answered.version, state) == [
            (Code.TRANSITION_NOT_ALLOWED, "id")
        ]
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
    """Closed and there again: open anew, with a new deadline; its reason outlives the next answer."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    row = await walked(town, firm, row, *TO_FEEDBACK)
    assert await town.refused(firm.admin, issue.reopen, row.id, row.version, "又漏了", MONDAY) == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]
    row = await town.do(firm.admin, issue.close, row.id, row.version, date(2025, 3, 5))
    assert await town.refused(firm.admin, issue.reopen, row.id, row.version, "又漏了", date(2025, 3, 4)) == [
        (Code.DATE_OUT_OF_ORDER, "reopenedOn")
    ]
    row = await town.do(firm.admin, issue.reopen, row.id, row.version, "又漏了", date(2025, 4, 7))
    assert (row.state, row.reopened, row.closed_on, row.due_on) == ("REOPENED", 1, None, date(2025, 4, 10))
    row = await walked(town, firm, row, *TO_FEEDBACK[1:])
    assert (row.answer, row.reopening_reason, row.reopened_on) == ("已修复", "又漏了", date(2025, 4, 7))


async def test_two_at_once(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """The company closes what the street hands up at the same moment: one does, the other is told."""
    row = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *TO_FEEDBACK)
    answers = await at_once(
        town.do(firm.admin, issue.close, row.id, row.version, MONDAY),
        town.do(street, issue.escalate, row.id, row.version, IssueLevel.STREET, "街道协调"),
    )
    assert [(Code.CONFLICT, "version")] in answers
    assert sum(isinstance(answer, Issue) for answer in answers) == 1


async def test_an_open_issue_is_put_right(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """Its title, category and the departments that help, each on its own; a closed one stays as it is."""
    top = await town.do(street, issue.add_category, NewCategory(division_code=STREET, code="02", name="公共部位"))
    row = await town.do(firm.admin, issue.record_issue, new(begun, detail="东侧"))
    row = await town.do(
        firm.admin, issue.update, row.id, 1, {"category_id": top.id, "co_handlers": ["城管 中队", "环保站", "环保站"]}
    )
    assert (row.title, row.detail, row.category_id) == ("地下车库渗水", "东侧", top.id)
    assert row.co_handlers == ["城管 中队", "环保站"]
    row = await town.do(firm.admin, issue.update, row.id, 2, {"title": "车库渗水", "detail": None})
    assert (row.title, row.detail, row.version) == ("车库渗水", None, 3)
    assert await town.refused(firm.admin, issue.update, row.id, 3, {"title": " ", "co_handlers": [""]}) == [
        (Code.EMPTY, "title"),
        (Code.EMPTY, "coHandlers"),
    ]
    assert await town.refused(firm.admin, issue.update, row.id, 2, {"title": "旧"}) == [(Code.CONFLICT, "version")]
    row = await walked(town, firm, row, *TO_FEEDBACK)
    row = await town.do(firm.admin, issue.close, row.id, row.version, MONDAY)
    assert await town.refused(firm.admin, issue.update, row.id, row.version, {"title": "改"}) == [
        (Code.ISSUE_CLOSED, "id")
    ]


async def test_the_level_only_rises(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """The company hands it up to the community, the street up to itself; nobody hands it down."""
    row = await town.do(firm.admin, issue.record_issue, new(begun))
    row = await walked(town, firm, row, IssueState.REPORTED)
    row = await town.do(firm.admin, issue.escalate, row.id, row.version, IssueLevel.COMMUNITY, "涉及市政管网")
    assert (row.level, row.state) == ("COMMUNITY", "ASSIGNED")
    down = await town.refused(firm.admin, issue.escalate, row.id, row.version, IssueLevel.GRID, "退回")
    assert down == [(Code.LEVEL_ONLY_RISES, "level")]
    row = await town.do(street, issue.escalate, row.id, row.version, IssueLevel.STREET, "街道协调")
    assert (row.level, row.escalation_reason) == ("STREET", "街道协调")
    assert (await town.journal(firm))[-1] == ("issue", "escalated")


async def test_an_open_issue_is_handed_up_at_any_step(town: Town, firm: Firm, begun: Project) -> None:
    """Found or already answered, it may prove too much for the estate; closed, there is nothing to hand up."""
    for states in ((), TO_FEEDBACK):
        row = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *states)
        row = await town.do(firm.admin, issue.escalate, row.id, row.version, IssueLevel.GRID, "需要协调")
        assert (row.level, row.state) == ("GRID", "ASSIGNED")
    row = await walked(town, firm, row, *TO_FEEDBACK[2:])
    row = await town.do(firm.admin, issue.close, row.id, row.version, MONDAY)
    assert row.closed_at_level == "GRID"
    assert await town.refused(firm.admin, issue.escalate, row.id, row.version, IssueLevel.CITY, "再议") == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]


async def test_a_regulator_raises_and_supervises(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """What the street raises is the company's issue, reported; overdue, it is supervised; before that it is not."""
    row = await town.do(street, issue.raise_issue, new(begun, source=IssueSource.INSPECTION))
    assert (row.tenant_id, row.state) == (firm.id, "REPORTED")
    supervised = await town.do(street, issue.supervise, row.id, row.version)
    assert supervised.supervised_on == today()
    assert await town.refused(street, issue.supervise, row.id, supervised.version) == [(Code.SUPERVISED_ALREADY, "id")]
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


async def test_a_category_is_renamed_and_ends(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """By its division's regulator or one above; one that is not used any more is for old issues only."""
    made = await town.do(street, issue.add_category, NewCategory(division_code=STREET, code="03", name="停车"))
    county = await town.regulator(STREET[:6])
    changes = {"name": "停车管理", "beyond_estate": True}
    made = await town.do(county, issue.update_category, made.id, 1, changes)
    assert (made.name, made.beyond_estate) == ("停车管理", True)
    assert await town.refused(street, issue.update_category, made.id, 1, {"name": "停车"}) == [
        (Code.CONFLICT, "version")
    ]
    neighbour = await town.regulator(OTHER_STREET)
    assert await town.refused(neighbour, issue.update_category, made.id, 2, {"name": "停车"}) == [
        (Code.DIVISION_OUTSIDE_REACH, "id")
    ]
    made = await town.do(street, issue.update_category, made.id, 2, {"closed_on": today() + DAY})
    assert (await town.do(firm.admin, issue.record_issue, new(begun, category_id=made.id))).category_id == made.id
    made = await town.do(street, issue.update_category, made.id, 3, {"closed_on": today()})
    assert await town.refused(firm.admin, issue.record_issue, new(begun, category_id=made.id)) == [
        (Code.NOT_FOUND, "categoryId")
    ]


FIGURES = """query($since: Date!, $until: Date!, $kind: EstateKind) {
    issueFigures(since: $since, until: $until, estateKind: $kind) {
        found closed closedShare closedInTimeShare inTimeTarget meanDays closedAtEstateShare closedAtGridShare
        closedAtCommunityShare closedAtStreetShare overdue supervised estates estatesServed foundPerEstate
        foundYearBefore yearOnYear evaluated satisfaction __typename } }"""


async def test_the_report_says_how_issues_stand(town: Town) -> None:
    """R-07 over a division nobody else uses, where the street has set seven days: by the division's days and not by
    three, by level, for each estate served, and against the year before.
    """
    firm, at = await town.company(), "370404001"
    street = await town.regulator(at)
    seven = NewSetting(
        division_code=at, key=SettingKey.ISSUE_DAYS, value="7", valid_from=date(2024, 1, 1), basis="街道办〔2024〕1号"
    )
    await town.do(street, setting.put, seven)
    target = NewSetting(
        division_code=at, key=SettingKey.ISSUE_ON_TIME_TARGET, value="0.85", valid_from=date(2024, 1, 1), basis="同上"
    )
    await town.do(street, setting.put, target)
    begun = await town.project(firm, at=at)
    quiet = await town.project(firm, at=at)
    for days, level in ((2, None), (5, IssueLevel.GRID), (9, IssueLevel.STREET)):
        row = await walked(town, firm, await town.do(firm.admin, issue.record_issue, new(begun)), *TO_FEEDBACK[:1])
        if level is not None:
            row = await town.do(firm.admin, issue.escalate, row.id, row.version, level, "需要协调")
        row = await walked(town, firm, row, *TO_FEEDBACK[1 if level is None else 2 :])
        row = await town.do(firm.admin, issue.close, row.id, row.version, MONDAY + days * DAY)
        if days < 9:
            await town.do(firm.admin, issue.evaluate, row.id, row.version, 5 if days == 2 else 2)
    late = await town.do(firm.admin, issue.record_issue, new(begun))
    await town.do(street, issue.supervise, late.id, late.version)
    for found_on in (date(2024, 3, 1), date(2024, 12, 31), date(2023, 12, 31)):
        await town.do(firm.admin, issue.record_issue, new(quiet, found_on=found_on))
    ask = Asker(executable(build()), town.database, street)
    year = {"since": "2025-01-01", "until": "2025-12-31"}

    async def figures(**asked: Any) -> Any:
        (row,) = (await ask(FIGURES, **asked))["issueFigures"]
        return row

    assert await figures(**year) == {
        "found": 4,
        "closed": 3,
        "closedShare": "0.7500",
        "closedInTimeShare": "0.6667",
        "inTimeTarget": "0.85",
        "meanDays": "5.33",
        "closedAtEstateShare": "0.3333",
        "closedAtGridShare": "0.3333",
        "closedAtCommunityShare": "0.0000",
        "closedAtStreetShare": "0.3333",
        "overdue": 1,
        "supervised": 1,
        "estates": 1,
        "estatesServed": 2,
        "foundPerEstate": "2.00",
        "foundYearBefore": 2,
        "yearOnYear": "1.0000",
        "evaluated": 2,
        "satisfaction": "3.50",
        "__typename": "IssueFigures",
    }
    assert (await figures(**year, kind="COMMERCIAL"))["found"] == 4
    shares = ("closedShare", "closedInTimeShare", "meanDays", "closedAtEstateShare", "yearOnYear", "satisfaction")
    other_kind = await figures(**year, kind="RESETTLEMENT")
    assert (other_kind["found"], other_kind["estatesServed"], other_kind["foundPerEstate"]) == (0, 0, None)
    assert [other_kind[share] for share in shares] == [None] * len(shares)
    before = await figures(since="2021-01-01", until="2021-12-31")
    assert (before["found"], before["estatesServed"], before["foundPerEstate"]) == (0, 0, None)


async def test_the_report_as_of_a_past_day(town: Town) -> None:
    """What was found later is not there, and what was closed later was open then, late if its deadline had passed."""
    firm, at = await town.company(), "370404104"
    place = await town.project(firm, at=at)
    row = await town.do(firm.admin, issue.record_issue, new(place))
    due = row.due_on
    assert due is not None
    row = await walked(town, firm, row, *TO_FEEDBACK)
    row = await town.do(firm.admin, issue.close, row.id, row.version, due + 5 * DAY)
    await town.do(firm.admin, issue.evaluate, row.id, row.version, 4)
    await town.do(firm.admin, issue.record_issue, new(place, found_on=due + 2 * DAY))
    ask = Asker(executable(build()), town.database, await town.regulator(at))
    query = """query ($asOf: Date) { issueFigures(since: "2025-01-01", until: "2025-12-31", asOf: $asOf) {
        found closed overdue evaluated meanDays } issueCategoryFigures(
            since: "2025-01-01", until: "2025-12-31", asOf: $asOf) { found closed } }"""

    async def on(day: date | None) -> list[int | None]:
        answer = await ask(query, asOf=None if day is None else str(day))
        (row,) = answer["issueFigures"]
        totals = [sum(each[name] for each in answer["issueCategoryFigures"]) for name in ("found", "closed")]
        assert totals == [row["found"], row["closed"]]
        return [*totals, row["overdue"], row["evaluated"]]

    assert await on(MONDAY - DAY) == [0, 0, 0, 0]
    assert await on(due) == [1, 0, 0, 0]
    assert await on(due + DAY) == [1, 0, 1, 0]
    assert await on(due + 5 * DAY) == [2, 1, 0, 1]
    assert await on(None) == [2, 1, 1, 1]


async def test_the_report_names_the_most_frequent_categories(town: Town) -> None:
    """R-07 by category: the most frequent first, with its share and the category above; what has none is a row too."""
    firm, at = await town.company(), "370404102"
    street = await town.regulator(at)
    top = await town.do(street, issue.add_category, NewCategory(division_code=at, code="01", name="规划"))
    low = NewCategory(division_code=at, code="0101", name="学校配套", parent_id=top.id, beyond_estate=True)
    school = await town.do(street, issue.add_category, low)
    begun = await town.project(firm, at=at)
    for category in (school, school, top, None):
        made = new(begun, category_id=category.id if category else None)
        row = await town.do(firm.admin, issue.record_issue, made)
    row = await walked(town, firm, row, *TO_FEEDBACK)
    await town.do(firm.admin, issue.close, row.id, row.version, MONDAY)
    ask = Asker(executable(build()), town.database, street)
    answer = await ask("""{ issueCategoryFigures(since: "2025-01-01", until: "2025-12-31") {
        code name parentName beyondEstate found foundShare closed closedShare } }""")
    assert [tuple(row.values()) for row in answer["issueCategoryFigures"]] == [
        ("0101", "学校配套", "规划", True, 2, "0.5000", 0, "0.0000"),
        ("01", "规划", None, False, 1, "0.2500", 0, "0.0000"),
        (None, None, None, False, 1, "0.2500", 1, "1.0000"),
    ]


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
        (row,) = (await ask(text, division=division))["issueFigures"]
        return int(row["found"])

    county = await town.regulator("370404")
    assert await found(firm.admin) == await found(other.admin) == 1
    assert await found(await town.regulator(at)) == 2
    assert await found(await town.regulator("370404101")) == 0
    assert await found(county, at) == 2
    assert await found(county, "3704") == await found(county)
    unknown = Asker(schema, town.database, county)
    assert (await unknown(text, division="div_00000000-0000-7000-8000-000000000000"))["issueFigures"] == [{"found": 0}]


BROKEN_DOWN = """query ($since: Date!, $until: Date!, $every: Every, $breakdown: Boolean!) {
    issueFigures(since: $since, until: $until, every: $every, breakdown: $breakdown) {
        division { code level } since until found closed closedShare withheld } }"""


async def test_a_report_by_street_and_half_year(town: Town) -> None:
    """Each street of a county has its row, with nothing in it too, and each half-year its own; every share is that of
    its cell. Together they are the whole.
    """
    firm = await town.company()
    streets = ("370404002", "370404103")
    first, second = [await town.project(firm, at=at) for at in streets]
    made = [
        await town.do(firm.admin, issue.record_issue, new(place, found_on=found_on))
        for place, found_on in ((first, date(2022, 3, 1)), (first, date(2022, 8, 1)), (second, date(2022, 6, 30)))
    ]
    row = await walked(town, firm, made[0], *TO_FEEDBACK)
    await town.do(firm.admin, issue.close, row.id, row.version, date(2022, 3, 9))
    ask = Asker(executable(build()), town.database, await town.regulator("370404"))

    async def rows(**asked: Any) -> list[dict[str, Any]]:
        days = {"since": "2022-02-01", "until": "2022-11-30"}
        found: list[dict[str, Any]] = (await ask(BROKEN_DOWN, **days, **asked))["issueFigures"]
        return found

    (whole,) = await rows(breakdown=False)
    assert (whole["division"], whole["found"]) == ({"code": "370404", "level": "COUNTY"}, 3)
    by_street = await rows(breakdown=True)
    codes = [one["division"]["code"] for one in by_street]
    assert codes == sorted(codes)
    assert set(streets) < set(codes)
    assert {one["division"]["level"] for one in by_street} == {"STREET"}
    assert {one["division"]["code"]: (one["found"], one["closedShare"]) for one in by_street if one["found"]} == {
        streets[0]: (2, "0.5000"),
        streets[1]: (1, "0.0000"),
    }
    assert {one["closedShare"] for one in by_street if not one["found"]} == {None}
    halves = await rows(breakdown=False, every="HALF_YEAR")
    assert [(one["since"], one["until"], one["found"], one["closedShare"]) for one in halves] == [
        ("2022-02-01", "2022-06-30", 2, "0.5000"),
        ("2022-07-01", "2022-11-30", 1, "0.0000"),
    ]
    cells = await rows(breakdown=True, every="MONTH")
    assert len(cells) == 10 * len(codes)
    assert sum(one["found"] for one in cells) == 3
    assert {tuple(one["withheld"]) for one in cells} == {()}


async def test_a_report_has_so_many_periods(town: Town) -> None:
    """Sixty months are answered, one more is refused and says so; of a breakdown, twelve."""
    ask = Asker(executable(build()), town.database, await town.regulator("370404"))
    for until, breakdown, number, limit in (("2024-12-31", False, 61, 60), ("2020-12-01", True, 13, 12)):
        last_but_one = str(date.fromisoformat(until).replace(day=1) - DAY)
        asked = {"since": "2019-12-31", "every": "MONTH", "breakdown": breakdown}
        assert (await ask(BROKEN_DOWN, **asked, until=last_but_one))["issueFigures"]
        with pytest.raises(Failure) as refused:
            await ask(BROKEN_DOWN, **asked, until=until)
        (error,) = refused.value.errors
        assert f"At most {limit} periods; these days hold {number}" in error.message
    assert (await ask(BROKEN_DOWN, since="2025-02-01", until="2025-01-01", every="YEAR", breakdown=False)) == {
        "issueFigures": []
    }
