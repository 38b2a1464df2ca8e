"""Coverage (覆盖率) of a cycle that still runs: how many take part of those that should, and how much is entered.

Told in numbers only: until the cycle is scored each evaluator alone reads what it entered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from tenants.change import find
from tenants.company import Company, CompanyStatus
from tenants.project import Project
from tenants.rating.case import CaseState, cases_of, organising
from tenants.rating.cycle import CycleState, Disclosure, RatingCycle, at_stage, document_of
from tenants.rating.inputs import assembled
from tenants.rating.result import incomplete
from tenants.scheme import Subject
from tenants.scheme import score as work_out
from tenants.scope import Scope

_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Coverage:
    """`share` is taking_part / candidates, None of none; `missing` says by indicator/group of how many cases it is."""

    candidates: int
    taking_part: int
    undecided: int
    ineligible: int
    share: Decimal | None
    share_min: Decimal | None
    met: bool | None
    complete: int
    missing: Sequence[tuple[str, int]]


async def measure(scope: Scope, cycle_id: UUID) -> Coverage:
    """The coverage of a cycle before it is scored, for its organiser. Candidates are those of R-09."""
    cycle = await find(scope, RatingCycle, cycle_id, "cycleId")
    organising(scope, cycle)
    at_stage(cycle, (CycleState.OPEN, CycleState.COLLECTING), "cycleId")
    cases = await cases_of(scope, cycle, *CaseState)
    states = Counter(one.state for one in cases)
    taking_part = len(cases) - states[CaseState.INELIGIBLE]
    candidates = await _candidates(scope, cycle)
    share_min = cycle.coverage_min
    complete, missing = 0, Counter[str]()
    document = await document_of(scope, cycle)
    async with scope.trial():
        # As far as the organiser reads what was entered once the cycle is scored.
        await scope.session.execute(
            update(RatingCycle)
            .where(col(RatingCycle.id) == cycle.id)
            .values(disclosure=Disclosure.ORGANISER)
            .execution_options(synchronize_session=False)
        )
        scoring = [one for one in cases if one.state == CaseState.SCORING]
        inputs_of = await assembled(scope, document, cycle, scoring)
        for one in scoring:
            result = work_out(document, inputs_of[one.id], cycle.period_to)
            missing.update(result.missing if incomplete(result) else ())
            complete += not incomplete(result)
    return Coverage(
        candidates=candidates,
        taking_part=taking_part,
        undecided=states[CaseState.APPLIED],
        ineligible=states[CaseState.INELIGIBLE],
        share=(Decimal(taking_part) / candidates).quantize(_PLACES, ROUND_HALF_UP) if candidates else None,
        share_min=share_min,
        met=taking_part >= share_min * candidates if share_min is not None and candidates else None,
        complete=complete,
        missing=sorted(missing.items()),
    )


async def _candidates(scope: Scope, cycle: RatingCycle) -> int:
    """Projects that run on the last day of the period, or active companies registered in the division."""
    if cycle.subject == Subject.COMPANY:
        wanted = select(func.count()).where(
            col(Company.division_path).startswith(cycle.division_path), col(Company.status) == CompanyStatus.ACTIVE
        )
    else:
        wanted = select(func.count()).where(
            col(Project.division_path).startswith(cycle.division_path),
            col(Project.started_on) <= cycle.period_to,
            or_(col(Project.ended_on).is_(None), col(Project.ended_on) > cycle.period_to),
        )
    return (await scope.session.scalar(wanted)) or 0
