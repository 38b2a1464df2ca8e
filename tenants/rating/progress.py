"""The steps of a cycle, and what each takes with it."""

from uuid import UUID

from tenants.errors import Code, DomainError
from tenants.rating.case import CaseState, RatingCase, cases_of, step
from tenants.rating.cycle import CycleState, RatingCycle, move, own_cycle
from tenants.scope import Scope


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


def _named(cases: list[RatingCase]) -> tuple[str, ...]:
    """The first of them, by dossier number."""
    return tuple(one.number for one in cases[:20])
