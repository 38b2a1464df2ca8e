"""The steps of a cycle, and what each takes with it. Scoring is `result.score_cycle`."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tenants import rectification, survey
from tenants.calendar import after_working_days
from tenants.errors import Code, DomainError
from tenants.rating.case import RATED, CaseState, RatingCase, cases_of, step
from tenants.rating.cycle import CycleState, RatingCycle, move, own_cycle
from tenants.rating.objection import other_hands
from tenants.rating.publication import publish
from tenants.rating.result import latest
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def open_cycle(scope: Scope, id: UUID, version: int) -> RatingCycle:
    """Open a cycle: companies apply and assess themselves."""
    return await move(scope, await own_cycle(scope, id, version, CycleState.OPEN), CycleState.OPEN)


async def collect(scope: Scope, id: UUID, version: int) -> RatingCycle:
    """End applications and self-assessment; evaluators score from now on. Every application must be decided."""
    row = await own_cycle(scope, id, version, CycleState.COLLECTING)
    undecided = await cases_of(scope, row, CaseState.APPLIED)
    if undecided:
        raise DomainError(Code.RATING_UNDECIDED, "id", numbers=_named(undecided))
    await move(scope, row, CycleState.COLLECTING)
    await step(scope, await cases_of(scope, row, CaseState.ELIGIBLE), CaseState.SCORING, "scoring")
    return row


async def publicise(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RatingCycle:
    """Show the companies their results (公示); they object within the division's working days."""
    day = on or today()
    row = await own_cycle(scope, id, version, CycleState.PUBLICITY)
    await other_hands(scope, row)
    days = await effective(scope, SettingKey.RATING_PUBLICITY_DAYS, row.division_path, day)
    deadline = after_working_days(day, days)
    values = {"object_by": deadline.on, "provisional": deadline.provisional}
    return await move(scope, row, CycleState.PUBLICITY, values, on=day)


async def finalise(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RatingCycle:
    """End publicity, when its last day is over and every objection is decided."""
    day = on or today()
    row = await own_cycle(scope, id, version, CycleState.FINAL)
    await other_hands(scope, row)
    if row.object_by is not None and day <= row.object_by:
        raise DomainError(Code.RATING_PUBLICITY_RUNS, "id", due=row.object_by)
    cases = await cases_of(scope, row, *RATED)
    undecided = [one for one in cases if one.objected_on is not None and one.objection_decided_on is None]
    if undecided:
        raise DomainError(Code.RATING_OBJECTIONS_OPEN, "id", numbers=_named(undecided))
    await move(scope, row, CycleState.FINAL, on=day)
    await step(scope, cases, CaseState.FINAL, "final")
    return row


async def publish_cycle(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RatingCycle:
    """Publish the final results to everybody, and to the companies the surveys of their estates."""
    row = await own_cycle(scope, id, version, CycleState.PUBLISHED)
    await other_hands(scope, row)
    await move(scope, row, CycleState.PUBLISHED, on=on)
    final = {one.id for one in await cases_of(scope, row, CaseState.FINAL)}
    results = [result for case_id, result in (await latest(scope, row)).items() if case_id in final]
    await publish(scope, row, results, on=on)
    await survey.publish(scope, row)
    return row


async def rectify(scope: Scope, id: UUID, version: int) -> RatingCycle:
    """What was found is put right from now on."""
    return await move(scope, await own_cycle(scope, id, version, CycleState.RECTIFYING), CycleState.RECTIFYING)


async def close(scope: Scope, id: UUID, version: int) -> RatingCycle:
    """Close a cycle, once everything is put right that was ordered because of its results."""
    row = await own_cycle(scope, id, version, CycleState.CLOSED)
    await rectification.require_confirmed(scope, row.id)
    return await move(scope, row, CycleState.CLOSED)


def _named(cases: Sequence[RatingCase]) -> tuple[str, ...]:
    """The first of them, by dossier number."""
    return tuple(one.number for one in cases[:20])
