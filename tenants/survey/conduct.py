"""How a survey is conducted: set up, drawn, handed out with reserves for those who decline, and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.rating.cycle import PUBLIC, CycleState, RatingCycle, cycle_in, document_of
from tenants.regulator import Regulator
from tenants.row import new_id, today
from tenants.scope import Principal, Scope
from tenants.setting import SettingKey, effective
from tenants.survey import question, result, sampling
from tenants.survey.link import Link, new_locator
from tenants.survey.question import NewQuestion, rated
from tenants.survey.tables import SlipState, Survey, SurveySlip, SurveyState, SurveyTally

REQUIRED_LIMIT: Final = 1_000

_ASKED_DURING: Final = (CycleState.OPEN, CycleState.COLLECTING)

STATE_CHANGES: Final = {
    SurveyState.DRAFT: (SurveyState.OPEN, SurveyState.SHORT),
    SurveyState.OPEN: (SurveyState.CLOSED, SurveyState.SHORT),
}
"""One that is given up before the draw is closed as SHORT too, with the reason."""


@dataclass(frozen=True, kw_only=True)
class NewSurvey:
    """A survey to set up."""

    estate_id: UUID
    questions: Sequence[NewQuestion]
    title: str | None = None
    required: int | None = None
    cycle_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A slip to hand out, with its link, which is shown now and never again."""

    survey: Survey
    slip: SurveySlip
    link: Link


async def set_up(scope: Scope, new: NewSurvey) -> Survey:
    """Set a survey of an estate up. Its sample is that of the division's setting, or more.

    For a rating (`cycle_id`) each question that names an indicator has its scale and asks its sample at least; there
    is one survey of an estate in a cycle, but for those that fell short.
    """
    checks = Checks()
    title = checks.optional_text("title", new.title, limit=NAME_LIMIT)
    questions = question.checked(checks, new.questions)
    checks.done()
    estate = await find(scope, Estate, new.estate_id, "estateId")
    minimum = await _minimum(scope, estate.division_path)
    if new.cycle_id is not None:
        cycle = await cycle_in(scope, new.cycle_id, _ASKED_DURING)
        if not estate.division_path.startswith(cycle.division_path):
            raise DomainError(Code.RATING_ELSEWHERE, "cycleId")
        minimum = max([minimum, *rated(await document_of(scope, cycle), questions)])
    required = minimum if new.required is None else new.required
    if not minimum <= required <= REQUIRED_LIMIT:
        raise DomainError(Code.SURVEY_REQUIRED, "required", minimum=minimum, limit=REQUIRED_LIMIT, given=required)
    assert scope.principal.regulator_id is not None  # only a regulator's member has the permission
    organiser = await find(scope, Regulator, scope.principal.regulator_id)
    row = Survey(
        id=new.id or new_id(),
        estate_id=estate.id,
        division_path=estate.division_path,
        serving_tenant_id=estate.serving_tenant_id,
        cycle_id=new.cycle_id,
        title=title or f"{estate.name}物业服务满意度调查",
        organiser=organiser.name,
        questions=question.kept(questions),
        required=required,
        locator=new_locator(),
    )
    taken = DomainError(Code.SURVEY_EXISTS, "cycleId", estate=estate.name)
    await create(scope, row, "survey", action="set_up", taken={"survey_cycle": taken})
    return row


async def draw_sample(
    scope: Scope, id: UUID, version: int, households: Sequence[str] | None = None, reserves: int | None = None
) -> list[Handed]:
    """Draw the sample from a list of households, or from their numbers where there is no list, and open the survey.

    As many reserves as asked for follow in the order of the draw; as many as the sample when nothing is said, or what
    there is. The seed is chosen here, when the list is given; a survey is drawn once.
    """
    checks = Checks()
    frame = [] if households is None else sampling.checked(checks, households)
    checks.count("reserves", reserves, limit=REQUIRED_LIMIT)
    checks.done()
    row = await find_at(scope, Survey, id, version)
    transition(SurveyState(row.state), SurveyState.OPEN, STATE_CHANGES)
    if households is None:
        frame = sampling.numbered((await find(scope, Estate, row.estate_id)).households)
    if len(frame) < row.required:
        raise DomainError(Code.SURVEY_FRAME, "households", given=len(frame), required=row.required)
    seed = sampling.new_seed()
    drawn = sampling.order(seed, frame)[: row.required + (row.required if reserves is None else reserves)]
    slips = [
        SurveySlip(
            survey_id=row.id,
            division_path=row.division_path,
            position=at,
            household=household,
            state=SlipState.RESERVE,
        )
        for at, household in enumerate(drawn, 1)
    ]
    scope.session.add_all(slips)
    values = {
        "state": SurveyState.OPEN,
        "seed": seed,
        "frame_size": len(frame),
        "frame_digest": sampling.digest(frame),
        "opened_on": today(),
    }
    await change(scope, row, "survey", values, action="drawn")
    handed = [_hand_out(row, slip) for slip in slips[: row.required]]
    tally = SurveyTally(survey_id=row.id, locator=row.locator, counts={}, comments=[])
    await _begin(scope, tally)
    return handed


async def replace_household(scope: Scope, survey_id: UUID, version: int, slip_id: UUID) -> Handed:
    """Put the next reserve in the place of a household that declines or is never met (替补); its link stops working."""
    row, slip = await _handed_out(scope, survey_id, version, slip_id)
    reserve = await scope.session.scalar(
        select(SurveySlip)
        .where(col(SurveySlip.survey_id) == row.id, col(SurveySlip.state) == SlipState.RESERVE)
        .order_by(col(SurveySlip.position))
        .limit(1)
    )
    if reserve is None:
        raise DomainError(Code.SURVEY_NO_RESERVE, "slipId")
    slip.state, slip.token_digest = SlipState.DECLINED, None
    handed = _hand_out(row, reserve)
    await change(scope, row, "survey", {}, action="household_replaced", always=True)
    return handed


async def renew_link(scope: Scope, survey_id: UUID, version: int, slip_id: UUID) -> Handed:
    """Give a household that has not answered another link, because the first was lost; the first stops working."""
    row, slip = await _handed_out(scope, survey_id, version, slip_id)
    handed = _hand_out(row, slip)
    await change(scope, row, "survey", {}, action="link_renewed", always=True)
    return handed


async def close(scope: Scope, id: UUID, version: int, shortfall: str | None = None) -> Survey:
    """Close a survey whose sample is complete; or below it, with the reason stated (`shortfall`), and then it does not
    count for a score. The households are erased, and the tally becomes the survey's results.

    Results of fewer households than SMALL_CELL are not kept at all. A survey that belongs to no rating is published;
    one that does, with its rating.
    """
    checks = Checks()
    reason = checks.optional_text("shortfall", shortfall)
    checks.done()
    row = await find_at(scope, Survey, id, version)
    # Before the tally: whoever answers holds a slip when it takes the tally.
    slips = (
        await scope.session.scalars(
            select(SurveySlip)
            .where(col(SurveySlip.survey_id) == row.id)
            .order_by(col(SurveySlip.position))
            .with_for_update()
        )
    ).all()
    answered = sum(slip.answered for slip in slips)
    complete = row.state == SurveyState.OPEN and answered >= row.required
    wanted = SurveyState.CLOSED if complete else SurveyState.SHORT
    transition(SurveyState(row.state), wanted, STATE_CHANGES)
    if not complete and reason is None:
        raise DomainError(Code.SURVEY_INCOMPLETE, "shortfall", answered=answered, required=row.required)
    await scope.session.execute(delete(SurveySlip).where(col(SurveySlip.survey_id) == row.id))
    tally = await _end(scope, row.id)
    row = await find_at(scope, Survey, id, version)
    least = await effective(scope, SettingKey.SMALL_CELL, row.division_path, today())
    shown = result.of(row, tally) if tally is not None and answered >= least else None
    values: dict[str, Any] = {
        "state": wanted,
        "closed_on": today(),
        "shortfall": None if complete else reason,
        "approached": sum(slip.state != SlipState.RESERVE for slip in slips),
        "declined": sum(slip.state == SlipState.DECLINED for slip in slips),
        "answered": answered,
        "results": shown,
        "comments": tally.comments if tally is not None and shown is not None else None,
        "published_on": today() if await _stands_alone(scope, row) else None,
    }
    await change(scope, row, "survey", values, action="closed")
    return row


async def _stands_alone(scope: Scope, row: Survey) -> bool:
    """Whether nothing is to come before the company may see it: no rating, or one that is published already."""
    return row.cycle_id is None or (await find(scope, RatingCycle, row.cycle_id)).state in PUBLIC


async def publish(scope: Scope, cycle: RatingCycle) -> None:
    """With a rating its surveys are published: the companies see those of their estates that are closed."""
    found = await scope.session.scalars(
        select(Survey)
        .where(col(Survey.cycle_id) == cycle.id, col(Survey.closed_on).is_not(None), col(Survey.published_on).is_(None))
        .order_by(col(Survey.id))
        .with_for_update(key_share=True)
    )
    for row in found.all():
        await change(scope, row, "survey", {"published_on": today()}, action="published")


async def _minimum(scope: Scope, path: str) -> int:
    """The smallest sample of a division: its setting, and never so few that the results could not be shown."""
    asked: int = await effective(scope, SettingKey.SATISFACTION_SAMPLE_MIN, path, today())
    shown: int = await effective(scope, SettingKey.SMALL_CELL, path, today())
    return max(asked, shown)


def _hand_out(row: Survey, slip: SurveySlip) -> Handed:
    link = Link.new(row.locator)
    slip.state, slip.token_digest = SlipState.OUT, link.digest
    return Handed(row, slip, link)


async def _handed_out(scope: Scope, survey_id: UUID, version: int, slip_id: UUID) -> tuple[Survey, SurveySlip]:
    """An open survey and a slip of it that waits for an answer, both locked."""
    row = await find_at(scope, Survey, survey_id, version, "surveyId")
    if row.state != SurveyState.OPEN:
        raise DomainError(Code.SURVEY_NOT_OPEN, "surveyId", state=SurveyState(row.state))
    slip = await find(scope, SurveySlip, slip_id, "slipId", lock=True)
    if slip.survey_id != row.id:
        raise DomainError(Code.NOT_FOUND, "slipId")
    state = SlipState.ANSWERED if slip.answered else SlipState(slip.state)
    if state != SlipState.OUT:
        raise DomainError(Code.SURVEY_SLIP_NOT_OUT, "slipId", state=state)
    return row, slip


async def _begin(scope: Scope, tally: SurveyTally) -> None:
    """Put an empty tally up. The platform's work: a regulator holds no grant on tallies."""
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        scope.session.add(tally)


async def _end(scope: Scope, survey_id: UUID) -> SurveyTally | None:
    """Take a tally down; None where there is none, because nothing was drawn."""
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        of_survey = col(SurveyTally.survey_id) == survey_id
        tally: SurveyTally | None = await scope.session.scalar(select(SurveyTally).where(of_survey))
        await scope.session.execute(delete(SurveyTally).where(of_survey))
    return tally
