"""Surveys: drawn by lot as anybody can repeat, answered once and without a name, closed when enough have answered."""

import asyncio
import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from schema.failure import Failure
from tenants import scheme, setting, survey
from tenants.errors import Code
from tenants.permission import CompanyRole, RegulatorRole
from tenants.row import today
from tenants.scheme import Inputs
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tenants.survey import NewQuestion, NewSurvey, SurveyState, SurveyTally
from tenants.survey.answer import holder, paper, submit
from tenants.survey.link import Link
from tests.areas.errands.survey import HOUSEHOLDS, QUESTIONS, answered, conductor, drawn, set_up
from tests.areas.schemes import DAY, indicator
from tests.areas.schemes import scheme as scheme_of
from tests.areas.town import OTHER_STREET, STREET, Town
from tests.reads.asking import Asker

MINE = "{ surveys { nodes { title answered results } totalCount } }"


async def test_the_draw_can_be_repeated(town: Town) -> None:
    """With the seed and the list alone, as the contract's description says; the reserves follow in the same order."""
    row, handed = await drawn(town, reserves=3)
    kept = await town.row("survey", row.id)
    order = sorted(HOUSEHOLDS, key=lambda each: hashlib.sha256(f"{kept['seed']}\n{each}".encode()).hexdigest())
    assert [each.slip.household for each in handed] == order[:25]
    slips = "SELECT household, state FROM survey_slip WHERE survey_id = $1 ORDER BY position"
    found = await town.administrator.fetch(slips, row.id)
    assert [each["household"] for each in found] == order[:28]
    assert [each["state"] for each in found] == ["OUT"] * 25 + ["RESERVE"] * 3
    listed = "\n".join(sorted(HOUSEHOLDS)).encode()
    assert (kept["frame_size"], kept["frame_digest"]) == (80, hashlib.sha256(listed).hexdigest())
    assert kept["opened_on"] == today()
    other, _ = await drawn(town)
    assert (await town.row("survey", other.id))["seed"] != kept["seed"]


async def test_households_without_a_list_are_numbered(town: Town) -> None:
    """From one to as many as the registry says; an estate of fewer than the sample is told so."""
    estate = await town.estate()
    await town.administrator.execute("UPDATE estate SET households = 30 WHERE id = $1", estate.id)
    row = await set_up(town, estate.id)
    street = await conductor(town)
    handed = await town.do(street, survey.draw_sample, row.id, 1)
    assert {int(each.slip.household) for each in handed} <= set(range(1, 31))
    again = await set_up(town, (await town.estate()).id)
    assert await town.refused(street, survey.draw_sample, again.id, 1) == [(Code.SURVEY_FRAME, "households")]


@pytest.mark.parametrize(
    ("households", "code"),
    [
        ([*HOUSEHOLDS, " 1-101 "], Code.SURVEY_HOUSEHOLD_TWICE),
        ([*HOUSEHOLDS, "张三 13800000000"], Code.SURVEY_HOUSEHOLD_PERSONAL),
        ([*HOUSEHOLDS, ""], Code.EMPTY),
        ([*HOUSEHOLDS, "x" * 41], Code.TOO_LONG),
        (HOUSEHOLDS[:24], Code.SURVEY_FRAME),
    ],
)
async def test_a_list_that_cannot_be_drawn_from(town: Town, households: list[str], code: Code) -> None:
    """A household twice, a person's number, an empty or endless label, too few; nothing is drawn."""
    row = await set_up(town)
    told = await town.refused(await conductor(town), survey.draw_sample, row.id, 1, households)
    assert told == [(code, "households")]
    assert (await town.row("survey", row.id))["state"] == "DRAFT"


async def test_the_sample_is_the_divisions(town: Town) -> None:
    """25 unless the division says otherwise; more may be asked for, never fewer, and never so few as are not shown."""
    assert (await set_up(town)).required == 25
    assert (await set_up(town, required=40)).required == 40
    estate = await town.estate(OTHER_STREET)
    city = await town.regulator("3704")
    few = NewSetting(
        division_code=OTHER_STREET,
        key=SettingKey.SATISFACTION_SAMPLE_MIN,
        value="3",
        valid_from=DAY,
        basis="枣建〔2026〕2号",
    )
    await town.do(city, setting.put, few)
    new = NewSurvey(estate_id=estate.id, questions=QUESTIONS)
    assert (await town.do(city, survey.set_up, new)).required == 5
    for required in (4, 1001):
        told = await town.refused(city, survey.set_up, replace(new, required=required))
        assert told == [(Code.SURVEY_REQUIRED, "required")]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({"low": 3, "high": 3}, (Code.SURVEY_SCALE, "questions.0.high")),
        ({"low": 0, "high": 101}, (Code.SURVEY_SCALE, "questions.0.high")),
        ({"low": 0, "high": 20}, (Code.SURVEY_EDGES, "questions.0.satisfiedFrom")),
        ({"satisfied_from": 2}, (Code.SURVEY_EDGES, "questions.0.satisfiedFrom")),
        ({"words": ["好", "坏"]}, (Code.SURVEY_WORDS, "questions.0.words")),
        ({"text": " "}, (Code.EMPTY, "questions.0.text")),
    ],
)
async def test_a_question_that_cannot_be_asked(town: Town, question: Any, problem: Any) -> None:
    """A scale without an end, no edge of satisfaction, another number of words than of scores, no text."""
    estate = await town.estate()
    new = NewSurvey(estate_id=estate.id, questions=[NewQuestion(**{"text": "满意吗？", **question})])
    assert await town.refused(await conductor(town), survey.set_up, new) == [problem]


async def test_how_many_questions(town: Town) -> None:
    """At least one, at most twenty, and one for each indicator."""
    street, estate = await conductor(town), await town.estate()
    for questions in ((), QUESTIONS * 11):
        told = await town.refused(street, survey.set_up, NewSurvey(estate_id=estate.id, questions=questions))
        assert told == [(Code.SURVEY_QUESTIONS, "questions")]
    twice = NewSurvey(estate_id=estate.id, questions=(QUESTIONS[0], QUESTIONS[0]))
    assert await town.refused(street, survey.set_up, twice) == [(Code.SURVEY_INDICATOR_TWICE, "questions")]


async def test_a_link_is_used_once_by_twenty_at_once(town: Town) -> None:
    """One of the twenty is counted, the others are told; looking before and after uses nothing up."""
    row, (first, *_) = await drawn(town)
    async with town.database.reading(holder(first.link)) as connection:
        shown = await paper(connection, first.link)
    assert shown is not None
    assert not shown.answered
    scores = {"q1": 4, "q2": 70}
    told = await asyncio.gather(*(town.do(holder(first.link), submit, first.link, scores, "") for _ in range(20)))
    assert sorted(told) == [False] * 19 + [True]
    tally = await town.administrator.fetchrow("SELECT * FROM survey_tally WHERE survey_id = $1", row.id)
    assert tally is not None
    assert (tally["answered"], json.loads(tally["counts"])) == (1, {"q1": {"4": 1}, "q2": {"70": 1}})
    async with town.database.reading(holder(first.link)) as connection:
        shown = await paper(connection, first.link)
    assert shown is not None
    assert shown.answered


async def test_nothing_leads_from_an_answer_to_a_household(town: Town) -> None:
    """No row, time, order or version of its own: two surveys whose households gave the same answers in another order
    hold the same tally, and no entry of a journal came of it.
    """
    tallies = []
    for order in (1, -1):
        row, handed = await drawn(town)
        journals = "SELECT count(*) FROM registry_audit_entry", "SELECT count(*) FROM registry_event"
        before = [await town.administrator.fetchval(each) for each in journals]
        said = [(5, "电梯常坏"), (1, "保洁很好"), (3, "")][::order]
        for slip, (clean, comment) in zip(handed, said, strict=False):
            await answered(town, [slip], clean=clean, comment=comment)
        assert [await town.administrator.fetchval(each) for each in journals] == before
        (tally,) = await town.administrator.fetch("SELECT * FROM survey_tally WHERE survey_id = $1", row.id)
        tallies.append((tally["answered"], tally["counts"], tally["comments"]))
    assert tallies[0] == tallies[1]
    for table in ("survey_slip", "survey_tally"):
        kinds = "SELECT data_type FROM information_schema.columns WHERE table_name = $1"
        found = {each["data_type"] for each in await town.administrator.fetch(kinds, table)}
        assert not {kind for kind in found if "time" in kind or kind == "date"}
    assert not {"survey", "household", "slip_id", "token_digest"} & set(SurveyTally.model_fields)


async def test_nobody_looks_into_the_box(town: Town) -> None:
    """Neither a regulator nor a company holds a grant on tallies; an open survey gives no result."""
    row, handed = await drawn(town)
    await answered(town, handed[:10])
    street = await conductor(town)
    for role in ("tenant", "regulator"):
        may = "SELECT has_any_column_privilege($1, 'survey_tally', 'SELECT, INSERT, UPDATE')"
        assert not await town.administrator.fetchval(may, f"linli_{role}")
    ask = Asker(executable(build()), town.database, street)
    text = "query($id: ID!) { survey(id: $id) { state answered results comments responseRate } }"
    shown = (await ask(text, id=f"svy_{row.id}"))["survey"]
    assert shown == {"state": "OPEN", "answered": 10, "results": None, "comments": None, "responseRate": None}
    with pytest.raises(Failure):
        await Asker(executable(build()), town.database, await town.regulator(STREET, RegulatorRole.VIEWER))(
            "{ surveySlips { nodes { household } } }"
        )


async def test_a_reserve_takes_the_place_of_who_declines(town: Town) -> None:
    """In the order of the draw; the first link stops working; without a reserve left, it is said."""
    row, handed = await drawn(town, reserves=1)
    street = await conductor(town)
    first, second = handed[0], handed[1]
    reserve = await town.do(street, survey.replace_household, row.id, 2, first.slip.id)
    assert reserve.slip.position == 26
    assert not await town.do(holder(first.link), submit, first.link, {"q1": 1, "q2": 1}, "")
    await answered(town, [reserve])
    again = (row.id, 3, first.slip.id)
    assert await town.refused(street, survey.replace_household, *again) == [(Code.SURVEY_SLIP_NOT_OUT, "slipId")]
    told = await town.refused(street, survey.replace_household, row.id, 3, second.slip.id)
    assert told == [(Code.SURVEY_NO_RESERVE, "slipId")]
    used = (row.id, 3, reserve.slip.id)
    assert await town.refused(street, survey.replace_household, *used) == [(Code.SURVEY_SLIP_NOT_OUT, "slipId")]
    other, _ = await drawn(town)
    strange = (other.id, 2, second.slip.id)
    assert await town.refused(street, survey.replace_household, *strange) == [(Code.NOT_FOUND, "slipId")]


async def test_a_lost_link_is_renewed(town: Town) -> None:
    """The new one works and the old one does not."""
    row, (first, *_) = await drawn(town)
    new = await town.do(await conductor(town), survey.renew_link, row.id, 2, first.slip.id)
    assert new.link != first.link
    async with town.database.reading(holder(first.link)) as connection:
        assert await paper(connection, first.link) is None
    await answered(town, [new])


async def test_it_closes_when_the_sample_is_complete(town: Town) -> None:
    """Below it only for a stated reason. Households and links are gone then; results stand, comments without order."""
    row, handed = await drawn(town, required=26)
    street = await conductor(town)
    await answered(town, handed[:20], clean=5, points=90, comment="谢谢")
    await answered(town, handed[20:25], clean=2, points=40, comment="电梯")
    assert await town.refused(street, survey.close, row.id, 2) == [(Code.SURVEY_INCOMPLETE, "shortfall")]
    await answered(town, handed[25:], clean=4, points=80)
    closed = await town.do(street, survey.close, row.id, 2)
    assert (closed.state, closed.answered, closed.approached, closed.declined) == (SurveyState.CLOSED, 26, 26, 0)
    assert closed.results is not None
    clean, points = closed.results
    assert clean["counts"] == {"2": 5, "4": 1, "5": 20}
    assert (clean["mean"], clean["satisfied"], clean["dissatisfied"], clean["answers"]) == ("4.38", 21, 5, 26)
    assert (points["mean"], points["satisfied"], points["dissatisfied"]) == ("80.00", 21, 5)
    assert closed.comments == ["电梯"] * 5 + ["谢谢"] * 20
    for table in ("survey_slip", "survey_tally"):
        count = f"SELECT count(*) FROM {table} WHERE survey_id = $1"
        assert await town.administrator.fetchval(count, row.id) == 0
    trail = await town.administrator.fetchval(
        "SELECT string_agg(changes::text, ' ') FROM registry_audit_entry WHERE entity_id = $1", row.id
    )
    assert "电梯" not in trail
    assert not await town.do(holder(handed[0].link), submit, handed[0].link, {"q1": 1, "q2": 1}, "")


async def test_an_answer_and_the_close_at_once(town: Town) -> None:
    """The answer is in the results, or it is refused; never taken and lost."""
    for _ in range(3):
        row, handed = await drawn(town)
        await answered(town, handed[:24])
        last = handed[24].link
        taken, closed = await asyncio.gather(
            town.do(holder(last), submit, last, {"q1": 1, "q2": 1}, ""),
            town.do(await conductor(town), survey.close, row.id, 2, "有一户一直未答"),
        )
        assert closed.answered == 24 + taken
        assert closed.results is not None
        assert closed.results[0]["answers"] == 24 + taken
        assert (closed.state == SurveyState.CLOSED) is taken


async def test_a_short_survey_counts_for_no_score(town: Town) -> None:
    """It is closed with its reason, and the engine marks its indicator missing; of fewer than five nothing is kept."""
    street = await conductor(town)
    rated = scheme_of(indicator("survey", "CLEAN", low="1", high="5", weight="20", sample="25"))
    for number, shown in ((24, True), (4, False)):
        row, handed = await drawn(town)
        await answered(town, handed[:number], comment="只有我们几户")
        short = await town.do(street, survey.close, row.id, 2, "其余住户长期无人")
        assert (short.state, short.answered, short.shortfall) == (SurveyState.SHORT, number, "其余住户长期无人")
        assert (short.results is not None) is shown
        assert (short.comments is not None) is shown
        assert survey.entry(short, "CLEAN") is None
    assert scheme.score(rated, Inputs(), DAY).missing == ("CLEAN",)
    row, handed = await drawn(town)
    await answered(town, handed[:15], clean=5)
    await answered(town, handed[15:], clean=4)
    closed = await town.do(street, survey.close, row.id, 2)
    entry = survey.entry(closed, "CLEAN")
    assert entry is not None
    assert entry.answers == (Decimal(4),) * 10 + (Decimal(5),) * 15
    result = scheme.score(rated, Inputs(entries=(entry,)), DAY)
    assert result.missing == ()
    assert result.total == Decimal("4.6") * 20
    assert survey.entry(closed, "SAFETY") is None


async def test_one_never_drawn_is_given_up_with_a_reason(town: Town) -> None:
    """And is not drawn afterwards; what is open is not drawn again."""
    street, row = await conductor(town), await set_up(town)
    assert await town.refused(street, survey.close, row.id, 1) == [(Code.SURVEY_INCOMPLETE, "shortfall")]
    given_up = await town.do(street, survey.close, row.id, 1, "小区正在交接")
    assert (given_up.state, given_up.answered, given_up.results) == (SurveyState.SHORT, 0, None)
    told = await town.refused(street, survey.draw_sample, row.id, 2, HOUSEHOLDS)
    assert told == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    other, _ = await drawn(town)
    told = await town.refused(street, survey.draw_sample, other.id, 2, HOUSEHOLDS)
    assert told == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_the_company_sees_it_when_it_is_closed(town: Town) -> None:
    """Its own estate's, with the results and without what residents wrote; another company's never."""
    firm, other = await town.company(), await town.company()
    estate_id = (await town.project(firm)).estate_id
    row, handed = await drawn(town, estate_id=estate_id)
    await answered(town, handed, comment="电梯")
    desk = firm.member((await town.member(firm, CompanyRole.FRONT_DESK)).id, CompanyRole.FRONT_DESK)
    ask, asks = (Asker(executable(build()), town.database, who) for who in (firm.admin, desk))
    assert (await ask(MINE))["surveys"]["totalCount"] == 0
    await town.do(await conductor(town), survey.close, row.id, 2)
    for asker in (ask, asks):
        (shown,) = (await asker(MINE))["surveys"]["nodes"]
        assert (shown["answered"], shown["results"][0]["mean"]) == (25, "5.00")
    with pytest.raises(Failure):
        await ask("{ surveys { nodes { comments } } }")
    assert (await Asker(executable(build()), town.database, other.admin)(MINE))["surveys"]["totalCount"] == 0


async def test_a_link_reaches_nothing_else(town: Town) -> None:
    """Its holder sees one slip, one survey's paper and one tally, and no household; without a link, nothing."""
    row, (first, *_) = await drawn(town)
    await drawn(town)
    for who, number in ((holder(first.link), 1), (Principal("public"), 0), (holder(Link.new(row.locator)), 0)):
        async with town.database.reading(who) as connection:
            assert await connection.fetchval("SELECT count(id) FROM survey_slip") == number
    async with town.database.reading(holder(first.link)) as connection:
        assert await connection.fetchval("SELECT count(id) FROM survey") == 1
        assert await connection.fetchval("SELECT count(id) FROM survey_tally") == 1
    may = "SELECT has_column_privilege('linli_public', 'survey_slip', 'household', 'SELECT')"
    assert not await town.administrator.fetchval(may)


@pytest.mark.parametrize(
    "text", ["", "x", "0123456789abcdefghjkmnp", "u" * 24, "'; DROP TABLE survey; --", "0123456789abcdefghjkmnpé"]
)
def test_what_is_no_link(text: str) -> None:
    """Too short, with letters that no code has, or something else altogether."""
    assert Link.read(text) is None


def test_a_link_is_read_as_people_type_it() -> None:
    """In groups or not, in capitals, with an O for a zero and an l for a one; what is kept does not tell it."""
    link = Link("01a2b3c4d5e6f7g8h9jkmnpq")
    assert (
        Link.read(link.grouped)
        == Link.read(" O1A2 B3C4 D5E6 F7G8 H9JK MNPQ ")
        == Link.read("0la2b3c4d5e6f7g8h9jkmnpq")
        == link
    )
    assert link.code not in link.digest
    assert len({Link.new("01a2b3c4").code for _ in range(100)}) == 100
