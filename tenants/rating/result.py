"""Results (评定结果): what the scheme makes of everything that was entered of a case. Kept with its inputs and never
changed: a correction is the next edition. Worked out again from the stored inputs and the scheme it has the same bytes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint, select
from sqlmodel import Field, col

from tenants.change import create, create_unread, find_at
from tenants.credit.score import ExactJson
from tenants.errors import Code, DomainError
from tenants.rating.case import Answer, CaseState, RatingCase, by_company, cases_of, checked, take_on
from tenants.rating.cycle import CycleState, Disclosure, RatingCycle, document_of, move, own_cycle
from tenants.rating.inputs import assembled, entries_of, read, written
from tenants.rating.sheet import disclosing, require_group, require_unasked
from tenants.row import Changing, TenantRow, code_field, one_of
from tenants.scheme import Document, Inputs, Result
from tenants.scheme import score as work_out
from tenants.scope import Scope

REVIEWED: Final = "复核"
"""The evaluator of an answer that a decision put in the place of others."""


class RatingResult(Changing, TenantRow, table=True):
    """One edition of a case's result. `inputs` and `explanation` are kept byte for byte; `points` are those of each
    dimension, in the scheme's order.
    """

    __tablename__ = "rating_result"
    __table_args__ = (
        disclosing(),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        UniqueConstraint("tenant_id", "case_id", "edition"),
        Index("rating_result_cycle", "cycle_id", "division_path", "disclosure", postgresql_include=["id", "points"]),
        Index("rating_result_scheme", "scheme_id"),
        one_of("disclosure", Disclosure),
        {"info": {"confidential": True}},
    )

    cycle_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    disclosure: Disclosure = code_field()
    case_id: UUID
    edition: int
    scheme_id: UUID
    scheme_digest: str = Field(sa_type=Text)
    total: Decimal = Field(sa_type=Numeric)
    band: str | None = Field(default=None, sa_type=Text)
    points: list[Decimal] = Field(sa_type=ARRAY(Numeric))
    inputs: str = Field(sa_type=ExactJson)
    explanation: str = Field(sa_type=ExactJson)
    digest: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    scored_by: UUID


async def score_cycle(scope: Scope, id: UUID, version: int) -> RatingCycle:
    """Score every case of a cycle. One that misses an answer keeps the cycle from being scored, and is named; one that
    does not meet a gate takes no further part.
    """
    cycle = await own_cycle(scope, id, version, CycleState.SCORED)
    cases = await cases_of(scope, cycle, CaseState.SCORING)
    if not cases:
        raise DomainError(Code.RATING_NO_CASES, "id")
    document = await document_of(scope, cycle)
    # The organiser may read what the evaluators entered from this step on.
    await move(scope, cycle, CycleState.SCORED, {"scored_by": scope.principal.actor_id})
    inputs_of = await assembled(scope, document, cycle, cases)
    missing: list[str] = []
    for tenant_id, theirs in by_company(cases):
        made = {one.id: work_out(document, inputs_of[one.id], cycle.period_to) for one in theirs}
        missing += [f"{one.number}: {', '.join(made[one.id].missing)}" for one in theirs if incomplete(made[one.id])]
        if not missing:
            async with scope.acting_for(tenant_id):
                rows = [_edition(scope, cycle, one, 1, inputs_of[one.id], made[one.id], None) for one in theirs]
                await create_unread(scope, rows, "rating_result")
                await _scored(scope, document, theirs, made)
    if missing:
        raise DomainError(Code.RATING_INCOMPLETE, "id", cases=tuple(missing[:20]))
    return cycle


def incomplete(result: Result) -> bool:
    """Whether an answer is missing; of a case that meets a gate not, nothing more is asked."""
    return bool(result.missing) and not result.gates_failed


async def _scored(
    scope: Scope, document: Document, cases: Sequence[RatingCase], results: Mapping[UUID, Result]
) -> None:
    """Note on a company's cases that they are scored, or which gates keep them out."""
    alike: dict[tuple[str, ...], list[RatingCase]] = defaultdict(list)
    for one in cases:
        alike[results[one.id].gates_failed].append(one)
    for gates, those in alike.items():
        if gates:
            names = "、".join(document.indicators[code][1].name for code in gates)
            await take_on(scope, those, CaseState.INELIGIBLE, "excluded", names)
        else:
            await take_on(scope, those, CaseState.SCORED, "scored")


def _edition(
    scope: Scope, cycle: RatingCycle, case: RatingCase, edition: int, inputs: Inputs, result: Result, reason: str | None
) -> RatingResult:
    assert scope.principal.actor_id is not None
    canonical = result.canonical
    return RatingResult(
        tenant_id=case.tenant_id,
        cycle_id=cycle.id,
        division_path=cycle.division_path,
        disclosure=cycle.disclosure,
        case_id=case.id,
        edition=edition,
        scheme_id=cycle.scheme_id,
        scheme_digest=result.digest,
        total=result.printed,
        band=result.band.code if result.band else None,
        points=[Decimal(one.points.numerator) / one.points.denominator for one in result.sections],
        inputs=written(inputs),
        explanation=canonical.decode(),
        digest=hashlib.sha256(canonical).hexdigest(),
        reason=reason,
        scored_by=scope.principal.actor_id,
    )


async def latest(scope: Scope, cycle: RatingCycle) -> dict[UUID, RatingResult]:
    """The last edition of each case's result, as the organiser sees them."""
    found = await scope.session.scalars(
        select(RatingResult).where(col(RatingResult.cycle_id) == cycle.id).order_by(col(RatingResult.edition))
    )
    return {row.case_id: row for row in found}


async def next_edition(
    scope: Scope, cycle: RatingCycle, case: RatingCase, group: str, given: Sequence[Answer], reason: str
) -> RatingResult:
    """Work a case out anew with other answers in the place of all that a group gave to their indicators. The caller
    knows the case as the organiser does; the edition is written in the company's name.
    """
    async with scope.acting_for(case.tenant_id):  # of two who decide at once, one is told before it compares
        await find_at(scope, RatingCase, case.id, case.version)
    document = await document_of(scope, cycle)
    require_group(document, group)
    stated = checked(document, group, given, "answers")
    await require_unasked(scope, cycle, document, group, given)
    last = (await latest(scope, cycle))[case.id]
    before = read(last.inputs)
    kept = [one for one in before.entries if not (one.indicator in stated and (one.group or "") == group)]
    inputs = before.model_copy(update={"entries": (*kept, *entries_of(stated, group, REVIEWED))})
    result = work_out(document, inputs, cycle.period_to)
    if hashlib.sha256(result.canonical).hexdigest() == last.digest:
        raise DomainError(Code.RATING_UNCHANGED, "answers")
    async with scope.acting_for(case.tenant_id):
        row = _edition(scope, cycle, case, last.edition + 1, inputs, result, reason)
        conflict = DomainError(Code.CONFLICT, "version", seen=last.edition, current=row.edition)
        taken = {"rating_result_tenant_id_case_id_edition_key": conflict}
        await create(scope, row, "rating_result", taken=taken)
        return row
