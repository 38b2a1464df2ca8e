"""Objections (异议) to a result in publicity, and results that are corrected: decided by another than who scored."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from tenants.calendar import after_working_days
from tenants.change import carry_out, change, find, find_at, seen_at, transition
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.rating.case import (
    RATED,
    STATE_CHANGES,
    Answer,
    CaseState,
    RatingCase,
    RatingObjectionOutcome,
    organising,
)
from tenants.rating.cycle import PUBLIC, CycleState, RatingCycle, at_stage, cycle_in
from tenants.rating.publication import publish
from tenants.rating.result import next_edition
from tenants.rating.sheet import RatingSheet
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def object_to(scope: Scope, id: UUID, version: int, grounds: str, *, on: date | None = None) -> RatingCase:
    """The company objects to its result, once, within the days of publicity."""
    checks = Checks()
    words = checks.text("grounds", grounds, limit=2000, lines=True)
    checks.done()
    day = on or today()
    row = await find_at(scope, RatingCase, id, version)
    cycle = await cycle_in(scope, row.cycle_id, (CycleState.PUBLICITY,), "id")
    if row.state not in RATED:
        raise DomainError(Code.RATING_INELIGIBLE, "id")
    if cycle.object_by is not None and day > cycle.object_by:
        raise DomainError(Code.RATING_OBJECTION_LATE, "id", due=cycle.object_by)
    if row.objected_on is not None:
        raise DomainError(Code.RATING_OBJECTED, "id", date=row.objected_on)
    days = await effective(scope, SettingKey.OBJECTION_DECISION_DAYS, cycle.division_path, day)
    deadline = after_working_days(day, days)
    values = {
        "objected_on": day,
        "objection": words,
        "objection_decide_by": deadline.on,
        "objection_provisional": deadline.provisional,
    }
    await change(scope, row, "rating_case", values, action="objected")
    return row


async def decide_objection(
    scope: Scope,
    id: UUID,
    version: int,
    outcome: RatingObjectionOutcome,
    answer: str,
    group: str = "",
    answers: Sequence[Answer] = (),
    *,
    on: date | None = None,
) -> RatingCase:
    """Decide an objection: the result stands, or the case is worked out anew with other answers of a group."""
    checks = Checks()
    words = checks.text("answer", answer, limit=2000, lines=True)
    if outcome == RatingObjectionOutcome.UPHELD and answers:
        checks.add(Code.RATING_UNCHANGED, "answers")
    checks.done()
    seen, cycle = await _deciding(scope, id, version, (CycleState.PUBLICITY,))
    if seen.objected_on is None or seen.objection_decided_on is not None:
        raise DomainError(Code.RATING_NO_OBJECTION, "id")
    values: dict[str, Any] = {
        "objection_decided_on": on or today(),
        "objection_outcome": outcome,
        "objection_answer": words,
    }
    if outcome == RatingObjectionOutcome.ADJUSTED:
        transition(CaseState(seen.state), CaseState.ADJUSTED, STATE_CHANGES)
        await next_edition(scope, cycle, seen, group, answers, words)
        values["state"] = CaseState.ADJUSTED
    return await carry_out(scope, seen, "rating_case", values, "objection_decided")


async def correct(
    scope: Scope, id: UUID, version: int, group: str, answers: Sequence[Answer], reason: str
) -> RatingCase:
    """Correct a result that is published: its next edition is published beside it, for a reason."""
    checks = Checks()
    words = checks.text("reason", reason, limit=500)
    checks.done()
    seen, cycle = await _deciding(scope, id, version, PUBLIC)
    if seen.state != CaseState.FINAL:
        raise DomainError(Code.RATING_INELIGIBLE, "id")
    row = await next_edition(scope, cycle, seen, group, answers, words)
    async with scope.acting_for(seen.tenant_id):
        case = await find_at(scope, RatingCase, id, version)
        await change(scope, case, "rating_case", {}, action="corrected", always=True)
    await publish(scope, cycle, [row])
    return await find(scope, RatingCase, id)


async def _deciding(
    scope: Scope, id: UUID, version: int, states: Sequence[CycleState]
) -> tuple[RatingCase, RatingCycle]:
    seen = await seen_at(scope, RatingCase, id, version)
    cycle = await find(scope, RatingCycle, seen.cycle_id)
    organising(scope, cycle)
    at_stage(cycle, states)
    await other_hands(scope, cycle)
    return seen, cycle


async def other_hands(scope: Scope, cycle: RatingCycle) -> None:
    """Whoever scored, or entered a score, does not decide (四眼原则)."""
    actor = scope.principal.actor_id
    entered = select(col(RatingSheet.id)).where(
        col(RatingSheet.cycle_id) == cycle.id, col(RatingSheet.entered_by) == actor
    )
    if cycle.scored_by == actor or await scope.session.scalar(entered.limit(1)) is not None:
        raise DomainError(Code.FOUR_EYES, "id")
