"""An open day is published in good time, held, and closed when every opinion is answered or none was given."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import open_day, setting
from tenants.errors import Code
from tenants.open_day import NewBatch, NewOpenDay, NewOpinion, OpenArea, OpenDay
from tenants.permission import CompanyRole
from tenants.project import Project
from tenants.row import today
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import Firm, Town
from tests.reads.asking import Asker

MORNING = datetime(2025, 9, 20, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
NOON = MORNING + timedelta(hours=3)
HELD = date(2025, 9, 20)
DAY = timedelta(days=1)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, firm: Firm) -> Project:
    """Its project."""
    return await town.project(firm)


def new(project: Project, **more: Any) -> NewOpenDay:
    """A morning at the pump room."""
    facts: dict[str, Any] = {
        "theme": "看得见的放心水",
        "starts_at": MORNING,
        "ends_at": NOON,
        "meeting_place": "物业服务中心门前",
        "host": "项目经理",
        "areas": [OpenArea.PUMP_ROOM],
        **more,
    }
    return NewOpenDay(project_id=project.id, **facts)


async def held(town: Town, firm: Firm, project: Project) -> OpenDay:
    """An open day that took place."""
    row = await town.do(firm.admin, open_day.draft, new(project))
    row = await town.do(firm.admin, open_day.publish, row.id, row.version, HELD - 10 * DAY)
    return await town.do(firm.admin, open_day.hold, row.id, row.version, HELD, 42, 6, 2)


async def test_from_draft_to_closed(town: Town, firm: Firm, begun: Project) -> None:
    """Published, held, an opinion collected, answered, and closed; each step is in the journal."""
    row = await held(town, firm, begun)
    assert (row.state, row.attended, row.volunteers, row.party_volunteers) == ("HELD", 42, 6, 2)
    said = await town.do(
        firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="水箱多久清洗一次？", received_on=HELD)
    )
    assert said.answer_due_on == date(2025, 10, 9)  # fifteen days end in the National Day holiday, and move past it
    assert (await town.row("open_day", row.id))["state"] == "FEEDBACK_OPEN"
    assert await town.refused(firm.admin, open_day.close, row.id, 4, HELD + 5 * DAY, False) == [
        (Code.OPINIONS_UNANSWERED, "id")
    ]
    answered = await town.do(firm.admin, open_day.answer, said.id, 1, "每半年清洗并检测一次", HELD + 3 * DAY)
    assert answered.answered_on == HELD + 3 * DAY
    closed = await town.do(firm.admin, open_day.close, row.id, 4, HELD + 5 * DAY, False)
    assert closed.state == "CLOSED"
    told = [action for entity, action in await town.journal(firm) if entity == "open_day"]
    assert told == ["created", "published", "held", "feedback_opened", "closed"]


async def test_notice_is_given_in_time(town: Town, firm: Firm) -> None:
    """As many days ahead as the division sets, to the day."""
    at = "370402003"
    street = await town.regulator(at)
    days = NewSetting(
        division_code=at, key=SettingKey.OPEN_DAY_NOTICE_DAYS, value="7", valid_from=date(2025, 1, 1), basis="街道办"
    )
    await town.do(street, setting.put, days)
    row = await town.do(firm.admin, open_day.draft, new(await town.project(firm, at=at)))
    assert await town.refused(firm.admin, open_day.publish, row.id, 1, HELD - 6 * DAY) == [
        (Code.NOTICE_TOO_SHORT, "publishedOn")
    ]
    assert (await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 7 * DAY)).state == "PUBLISHED"


async def test_closing_without_opinions_is_stated(town: Town, firm: Firm, begun: Project) -> None:
    """Either every opinion is answered, or it is stated that there was none; never both."""
    row = await held(town, firm, begun)
    assert await town.refused(firm.admin, open_day.close, row.id, 3, HELD, False) == [
        (Code.OPINIONS_NOT_STATED, "noOpinions")
    ]
    closed = await town.do(firm.admin, open_day.close, row.id, 3, HELD, True)
    assert closed.no_opinions
    late = NewOpinion(open_day_id=row.id, content="还有一条")
    assert await town.refused(firm.admin, open_day.collect, late) == [(Code.OPEN_DAY_NOT_OPEN, "openDayId")]


async def test_none_given_cannot_be_said_of_some(town: Town, firm: Firm, begun: Project) -> None:
    """A statement that contradicts the record is refused; a closed event takes no answer."""
    row = await held(town, firm, begun)
    said = await town.do(
        firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="灯不亮", received_on=HELD)
    )
    await town.do(firm.admin, open_day.answer, said.id, 1, "已更换", HELD)
    assert await town.refused(firm.admin, open_day.close, row.id, 4, HELD, True) == [
        (Code.OPINIONS_GIVEN, "noOpinions")
    ]
    await town.do(firm.admin, open_day.close, row.id, 4, HELD, False)
    assert await town.refused(firm.admin, open_day.answer, said.id, 2, "再答复", HELD) == [
        (Code.OPEN_DAY_NOT_OPEN, "id")
    ]


async def test_an_opinion_makes_one_issue(town: Town, firm: Firm, begun: Project) -> None:
    """Converted once; the issue says where it came from."""
    row = await held(town, firm, begun)
    said = await town.do(
        firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="灯不亮", received_on=HELD)
    )
    made = await town.do(firm.admin, open_day.convert, said.id, 1, "楼道灯不亮")
    issue = await town.row("issue", made.issue_id)  # type: ignore[arg-type]
    assert (issue["source"], issue["title"], issue["found_on"]) == ("OPEN_DAY", "楼道灯不亮", HELD)
    assert await town.refused(firm.admin, open_day.convert, said.id, 2, "再转一次") == [(Code.CONVERTED_ALREADY, "id")]


async def test_put_off_and_called_off(town: Town, firm: Firm, begun: Project) -> None:
    """Put off with its batches, published anew, then called off with a reason; a called-off day is not held."""
    batches = [NewBatch(starts_at=MORNING, capacity=30), NewBatch(starts_at=MORNING + timedelta(hours=1), capacity=30)]
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=batches))
    row = await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    week = timedelta(days=7)
    row = await town.do(firm.admin, open_day.postpone, row.id, 2, "台风", MORNING + week, NOON + week)
    rows = await town.administrator.fetch(
        "SELECT starts_at FROM open_day_batch WHERE open_day_id = $1 ORDER BY starts_at", row.id
    )
    assert [found["starts_at"] for found in rows] == [batch.starts_at + week for batch in batches]
    row = await town.do(firm.admin, open_day.publish, row.id, 3, HELD - DAY)
    row = await town.do(firm.admin, open_day.cancel, row.id, 4, "停水检修")
    assert (row.state, row.reason) == ("CANCELLED", "停水检修")
    assert await town.refused(firm.admin, open_day.hold, row.id, 5, HELD, 0) == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_a_batch_is_not_overfilled(town: Town, firm: Firm, begun: Project) -> None:
    """Registration is a count within the batch's capacity, while the day is announced."""
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=[NewBatch(starts_at=MORNING, capacity=30)]))
    batch = (await town.administrator.fetch("SELECT id FROM open_day_batch WHERE open_day_id = $1", row.id))[0]["id"]
    assert await town.refused(firm.admin, open_day.register, batch, 1, 10) == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    assert await town.refused(firm.admin, open_day.register, batch, 1, 31) == [(Code.BATCH_FULL, "registered")]
    assert (await town.do(firm.admin, open_day.register, batch, 1, 30)).registered == 30


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"ends_at": MORNING}, (Code.ENDS_BEFORE_START, "endsAt")),
        ({"areas": []}, (Code.EMPTY, "areas")),
        ({"theme": " "}, (Code.EMPTY, "theme")),
        ({"batches": [NewBatch(starts_at=MORNING, capacity=0)]}, (Code.CAPACITY_NOT_POSITIVE, "batches.capacity")),
        ({"batches": [NewBatch(starts_at=NOON, capacity=9)]}, (Code.BATCH_OUTSIDE, "batches.startsAt")),
        ({"batches": [NewBatch(starts_at=MORNING, capacity=9)] * 2}, (Code.BATCH_TWICE, "batches.startsAt")),
    ],
)
async def test_a_draft_makes_sense(
    town: Town, firm: Firm, begun: Project, more: dict[str, Any], problem: tuple[Code, str]
) -> None:
    """What cannot be meant is refused with its field."""
    assert await town.refused(firm.admin, open_day.draft, new(begun, **more)) == [problem]


async def test_counts_add_up(town: Town, firm: Firm, begun: Project) -> None:
    """More Party-member volunteers than volunteers, fewer than no visitors, and tomorrow are refused together."""
    row = await town.do(firm.admin, open_day.draft, new(begun))
    row = await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    problems = await town.refused(firm.admin, open_day.hold, row.id, 2, today() + DAY, -1, 1, 2)
    assert {field for _, field in problems} == {"heldOn", "attended", "partyVolunteers"}


async def test_the_report_counts_by_kind_of_estate(town: Town, firm: Firm) -> None:
    """R-05 over a division nobody else uses: only days that were held count."""
    at = "370404002"
    begun = await town.project(firm, at=at)
    await held(town, firm, begun)
    await town.do(firm.admin, open_day.draft, new(begun, starts_at=NOON, ends_at=NOON + DAY))
    ask = Asker(executable(build()), town.database, await town.regulator(at))
    answer = await ask("""{ openDayFigures(since: "2025-01-01", until: "2025-12-31") {
        estateKind held estates attended opinions answeredShare } }""")
    assert answer["openDayFigures"] == [
        {"estateKind": "COMMERCIAL", "held": 1, "estates": 1, "attended": 42, "opinions": 0, "answeredShare": None}
    ]


async def test_the_front_desk_receives_visitors(town: Town, firm: Firm, begun: Project) -> None:
    """The front desk may register and collect; preparing and closing an open day are not its work."""
    desk = firm.member(firm.admin.actor_id, CompanyRole.FRONT_DESK)  # type: ignore[arg-type]
    assert "open_day:receive" in desk.permissions
    assert not {"open_day:create", "open_day:update"} & desk.permissions
