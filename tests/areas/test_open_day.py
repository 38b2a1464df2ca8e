"""An open day is published in good time, held, and closed when every opinion is answered or none was given."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import open_day, project, setting
from tenants.errors import Code
from tenants.estate import EstateKind
from tenants.open_day import (
    BATCHES_LIMIT,
    VISITORS_LIMIT,
    NewBatch,
    NewOpenDay,
    NewOpinion,
    OpenArea,
    OpenDay,
    Organiser,
)
from tenants.permission import CompanyRole
from tenants.project import Project
from tenants.row import now, today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import Firm, Town, at_once, place
from tests.reads.asking import Asker

MORNING = datetime(2025, 9, 20, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
NOON = MORNING + timedelta(hours=3)
HELD = date(2025, 9, 20)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, firm: Firm) -> Project:
    """Its project."""
    return await town.project(firm)


def new(begun: Project, **more: Any) -> NewOpenDay:
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
    return NewOpenDay(project_id=begun.id, **facts)


async def held(town: Town, firm: Firm, begun: Project) -> OpenDay:
    """An open day that took place."""
    row = await town.do(firm.admin, open_day.draft, new(begun))
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
    later = await town.do(
        firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="路灯不亮", received_on=HELD)
    )
    await town.do(firm.admin, project.end, begun.id, begun.version, today(), project.EndReason.TERMINATED)
    assert await town.refused(firm.admin, open_day.convert, later.id, 1, "路灯不亮") == [(Code.PROJECT_ENDED, "id")]


async def batches(town: Town, row: OpenDay) -> list[Any]:
    """An open day's batches by their time."""
    rows: list[Any] = await town.administrator.fetch(
        "SELECT id, starts_at, capacity, registered, version FROM open_day_batch WHERE open_day_id = $1"
        " ORDER BY starts_at",
        row.id,
    )
    return rows


async def test_a_draft_is_changed_until_it_is_announced(town: Town, firm: Firm, begun: Project) -> None:
    """Each part on its own, batches as a whole; the whole has to make sense; what was announced is put off instead."""
    first = [NewBatch(starts_at=MORNING, capacity=30), NewBatch(starts_at=MORNING + HOUR, capacity=30)]
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=first))
    organisers = [Organiser.COMPANY, Organiser.COMMUNITY, Organiser.COMPANY]
    row = await town.do(firm.admin, open_day.update, row.id, 1, {"theme": " 安全用电 ", "organisers": organisers})
    assert (row.theme, row.organisers, row.areas, row.version) == (
        "安全用电",
        ["COMPANY", "COMMUNITY"],
        ["PUMP_ROOM"],
        2,
    )
    other = [NewBatch(starts_at=MORNING + HOUR, capacity=20), NewBatch(starts_at=MORNING + 2 * HOUR, capacity=25)]
    row = await town.do(firm.admin, open_day.update, row.id, 2, {"batches": other})
    assert [(found["starts_at"], found["capacity"]) for found in await batches(town, row)] == [
        (batch.starts_at, batch.capacity) for batch in other
    ]
    assert row.version == 3
    refused = await town.refused(firm.admin, open_day.update, row.id, 3, {"ends_at": MORNING + HOUR, "host": ""})
    outside = [(Code.BATCH_OUTSIDE, f"batches.{index}.startsAt") for index in range(2)]
    assert refused == [(Code.EMPTY, "host"), *outside]
    assert await town.refused(firm.admin, open_day.update, row.id, 2, {"theme": "旧"}) == [(Code.CONFLICT, "version")]
    row = await town.do(firm.admin, open_day.publish, row.id, 3, HELD - 10 * DAY)
    assert await town.refused(firm.admin, open_day.update, row.id, 4, {"theme": "新"}) == [
        (Code.OPEN_DAY_ANNOUNCED, "id")
    ]


async def test_a_draft_is_nobody_elses_business(town: Town, firm: Firm, begun: Project) -> None:
    """A regulator of the place sees an open day from its announcement on, also when it is called off after that."""
    street = await town.regulator(begun.division_path)
    row = await town.do(firm.admin, open_day.draft, new(begun))
    schema = executable(build())
    text = "query ($id: ID!) { openDay(id: $id) { state } node(id: $id) { id } }"

    async def seen(who: Principal) -> Any:
        answer = await Asker(schema, town.database, who)(text, id=f"opd_{row.id}")
        assert (answer["openDay"] is None) == (answer["node"] is None)
        return answer["openDay"] and answer["openDay"]["state"]

    assert (await seen(firm.admin), await seen(street)) == ("DRAFT", None)
    row = await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    assert await seen(street) == "PUBLISHED"
    row = await town.do(firm.admin, open_day.cancel, row.id, 2, "停电")
    assert await seen(street) == "CANCELLED"


async def test_put_off_and_called_off(town: Town, firm: Firm, begun: Project) -> None:
    """Put off with its batches, published anew, then called off with a reason; a called-off day is not held."""
    given = [NewBatch(starts_at=MORNING + number * HOUR, capacity=30) for number in range(2)]
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=given))
    row = await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    week = timedelta(days=7)
    row = await town.do(firm.admin, open_day.postpone, row.id, 2, "台风", MORNING + week, NOON + week)
    assert [found["starts_at"] for found in await batches(town, row)] == [batch.starts_at + week for batch in given]
    row = await town.do(firm.admin, open_day.postpone, row.id, 3, "台风未过", MORNING + DAY, NOON + DAY)
    assert [found["starts_at"] for found in await batches(town, row)] == [batch.starts_at + DAY for batch in given]
    short = await town.refused(firm.admin, open_day.postpone, row.id, 4, "停电", MORNING, MORNING + HOUR)
    assert short == [(Code.BATCH_OUTSIDE, "endsAt")]
    earlier = await town.refused(firm.admin, open_day.publish, row.id, 4, HELD - 11 * DAY)
    assert earlier == [(Code.DATE_OUT_OF_ORDER, "publishedOn")]
    row = await town.do(firm.admin, open_day.publish, row.id, 4, HELD - 2 * DAY)
    row = await town.do(firm.admin, open_day.cancel, row.id, 5, "停水检修")
    assert (row.state, row.reason) == ("CANCELLED", "停水检修")
    assert await town.refused(firm.admin, open_day.hold, row.id, 6, HELD, 0) == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_a_batch_is_not_overfilled(town: Town, firm: Firm, begun: Project) -> None:
    """Registration is a count within the batch's capacity, while the day is announced."""
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=[NewBatch(starts_at=MORNING, capacity=30)]))
    (batch,) = await batches(town, row)
    assert await town.refused(firm.admin, open_day.register, batch["id"], 1, 10) == [(Code.VISITORS_NOT_NOW, "id")]
    await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    assert await town.refused(firm.admin, open_day.register, batch["id"], 1, 31) == [(Code.BATCH_FULL, "registered")]
    assert (await town.do(firm.admin, open_day.register, batch["id"], 1, 30)).registered == 30
    await town.do(firm.admin, open_day.hold, row.id, 2, HELD, 28)
    assert await town.refused(firm.admin, open_day.register, batch["id"], 2, 29) == [(Code.VISITORS_NOT_NOW, "id")]


async def test_who_came_is_counted_by_batch(town: Town, firm: Firm, begun: Project) -> None:
    """The whole is the sum of the batches unless it is given, and never less; each may be put right until closing."""
    given = [NewBatch(starts_at=MORNING + number * HOUR, capacity=30) for number in range(2)]
    row = await town.do(firm.admin, open_day.draft, new(begun, batches=given))
    await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    assert await town.refused(firm.admin, open_day.hold, row.id, 2, HELD) == [(Code.EMPTY, "attended")]
    first, second = [found["id"] for found in await batches(town, row)]
    assert await town.refused(firm.admin, open_day.count, first, 1, -1) == [(Code.NEGATIVE, "attended")]
    assert (await town.do(firm.admin, open_day.count, first, 1, 33)).attended == 33
    await town.do(firm.admin, open_day.count, second, 1, 20)
    assert await town.refused(firm.admin, open_day.hold, row.id, 2, HELD, 52) == [(Code.FEWER_THAN_BATCHES, "attended")]
    row = await town.do(firm.admin, open_day.hold, row.id, 2, HELD)
    assert row.attended == 53
    assert await town.refused(firm.admin, open_day.count, second, 2, 21) == [(Code.FEWER_THAN_BATCHES, "attended")]
    assert (await town.do(firm.admin, open_day.count, second, 2, 19)).attended == 19
    await town.do(firm.admin, open_day.close, row.id, 3, HELD, True)
    assert await town.refused(firm.admin, open_day.count, second, 3, 18) == [(Code.VISITORS_NOT_NOW, "id")]


async def test_nobody_came_yet(town: Town, firm: Firm, begun: Project) -> None:
    """Before a batch begins there is nobody to count."""
    starts_at = now() + 5 * DAY
    facts = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    batch = NewBatch(starts_at=starts_at, capacity=9)
    row = await town.do(firm.admin, open_day.draft, new(begun, **facts, batches=[batch]))
    await town.do(firm.admin, open_day.publish, row.id, 1, today())
    (found,) = await batches(town, row)
    assert await town.refused(firm.admin, open_day.count, found["id"], 1, 9) == [(Code.DATE_IN_FUTURE, "id")]


async def test_held_when_it_was_announced(town: Town, firm: Firm, begun: Project) -> None:
    """On one of its days; another day takes a new notice, so that nobody comes in vain."""
    row = await town.do(firm.admin, open_day.draft, new(begun, ends_at=NOON + DAY))
    await town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY)
    for day in (HELD - DAY, HELD + 2 * DAY):
        assert await town.refused(firm.admin, open_day.hold, row.id, 2, day, 9) == [(Code.HELD_OFF_NOTICE, "heldOn")]
    assert (await town.do(firm.admin, open_day.hold, row.id, 2, HELD + DAY, 9)).held_on == HELD + DAY


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"ends_at": MORNING}, (Code.ENDS_BEFORE_START, "endsAt")),
        ({"areas": []}, (Code.EMPTY, "areas")),
        ({"organisers": []}, (Code.EMPTY, "organisers")),
        ({"theme": " "}, (Code.EMPTY, "theme")),
        (
            {"batches": [NewBatch(starts_at=MORNING, capacity=VISITORS_LIMIT + 1)]},
            (Code.TOO_LARGE, "batches.0.capacity"),
        ),
        (
            {"batches": [NewBatch(starts_at=MORNING + n * SECOND, capacity=9) for n in range(BATCHES_LIMIT + 1)]},
            (Code.BATCHES_TOO_MANY, "batches"),
        ),
        ({"batches": [NewBatch(starts_at=MORNING, capacity=0)]}, (Code.CAPACITY_NOT_POSITIVE, "batches.0.capacity")),
        ({"batches": [NewBatch(starts_at=NOON, capacity=9)]}, (Code.BATCH_OUTSIDE, "batches.0.startsAt")),
        ({"batches": [NewBatch(starts_at=MORNING, capacity=9)] * 2}, (Code.BATCH_TWICE, "batches")),
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


FIGURES = """query ($since: Date!, $until: Date!) { openDayFigures(since: $since, until: $until) {
    estateKind held estates estatesServed heldPerEstate holdingShare quarterlyTarget attended opinions answeredShare
    medianDaysToAnswer } }"""


async def test_the_report_counts_by_kind_of_estate(town: Town, firm: Firm) -> None:
    """R-05 over a division nobody else uses: only days that were held count, per estate served and not per estate that
    held one; the median of the days to answer; nothing is null where it is nothing of nothing.
    """
    at = "370404002"
    begun = await town.project(firm, at=at)
    for _ in range(2):
        await town.project(firm, at=at)
    await town.project(firm, new_estate=place(division_code=at, kind=EstateKind.RESETTLEMENT))
    row = await held(town, firm, begun)
    await held(town, firm, begun)
    await town.do(firm.admin, open_day.draft, new(begun, starts_at=NOON, ends_at=NOON + DAY))
    for days in (1, 4, 9, None):
        said = await town.do(
            firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="灯不亮", received_on=HELD)
        )
        if days is not None:
            await town.do(firm.admin, open_day.answer, said.id, 1, "已更换", HELD + days * DAY)
    street = await town.regulator(at)
    once = NewSetting(
        division_code=at, key=SettingKey.OPEN_DAYS_PER_QUARTER, value="1", valid_from=date(2025, 1, 1), basis="街道办"
    )
    await town.do(street, setting.put, once)
    ask = Asker(executable(build()), town.database, street)
    mine = Asker(executable(build()), town.database, firm.admin)
    answer = (await ask(FIGURES, since="2025-01-01", until="2025-12-31"))["openDayFigures"]
    assert [tuple(kind.values()) for kind in answer] == [
        ("COMMERCIAL", 2, 1, 3, "0.67", "0.3333", 1, 84, 4, "0.7500", "4.0"),
        ("RESETTLEMENT", 0, 0, 1, "0.00", "0.0000", 1, 0, 0, None, None),
    ]
    # Nobody's settings hold for a company that asks for all its divisions at once.
    seen = (await mine(FIGURES, since="2025-01-01", until="2025-12-31"))["openDayFigures"]
    assert seen == [{**kind, "quarterlyTarget": None} for kind in answer]
    other = Asker(executable(build()), town.database, (await town.company()).admin)
    assert (await other(FIGURES, since="2025-01-01", until="2025-12-31"))["openDayFigures"] == []
    assert (await ask(FIGURES, since="2021-01-01", until="2021-12-31"))["openDayFigures"] == []


async def test_nobody_is_invited_to_a_project_that_ended(town: Town, firm: Firm, begun: Project) -> None:
    """A draft that outlives its project is called off."""
    row = await town.do(firm.admin, open_day.draft, new(begun))
    await town.do(firm.admin, project.end, begun.id, begun.version, today(), project.EndReason.TERMINATED)
    assert await town.refused(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY) == [(Code.PROJECT_ENDED, "id")]
    assert (await town.do(firm.admin, open_day.cancel, row.id, 1, "项目已终止")).state == "CANCELLED"


async def test_two_at_once(town: Town, firm: Firm, begun: Project) -> None:
    """Of two who publish, close or convert at the same moment one does, and the other is told; an answer that meets the
    closing comes before it or is refused.
    """
    row = await town.do(firm.admin, open_day.draft, new(begun))
    publishing = [town.do(firm.admin, open_day.publish, row.id, 1, HELD - 10 * DAY) for _ in range(2)]
    assert [(Code.CONFLICT, "version")] in await at_once(*publishing)
    row = await town.do(firm.admin, open_day.hold, row.id, 2, HELD, 42)
    said = await town.do(
        firm.admin, open_day.collect, NewOpinion(open_day_id=row.id, content="灯不亮", received_on=HELD)
    )
    converting = [town.do(firm.admin, open_day.convert, said.id, 1, "楼道灯不亮") for _ in range(2)]
    assert [(Code.CONFLICT, "version")] in await at_once(*converting)
    made = "SELECT count(*) FROM issue WHERE tenant_id = $1 AND source = 'OPEN_DAY'"
    assert await town.administrator.fetchval(made, firm.id) == 1
    answered, closed = await at_once(
        town.do(firm.admin, open_day.answer, said.id, 2, "已更换", HELD),
        town.do(firm.admin, open_day.close, row.id, 4, HELD, False),
    )
    assert isinstance(answered, open_day.Opinion)  # closing never comes first: an unanswered opinion keeps it open
    assert isinstance(closed, OpenDay) or closed == [(Code.OPINIONS_UNANSWERED, "id")]


async def test_the_front_desk_receives_visitors(town: Town, firm: Firm, begun: Project) -> None:
    """The front desk may register and collect; preparing and closing an open day are not its work."""
    desk = firm.member(firm.admin.actor_id, CompanyRole.FRONT_DESK)  # type: ignore[arg-type]
    assert "open_day:receive" in desk.permissions
    assert not {"open_day:create", "open_day:update"} & desk.permissions
