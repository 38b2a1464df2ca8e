"""What if (方案试算): a scored cycle scored by another document, and who would move. Nothing is kept but the entry in
each company's access log: the answer names its cases.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from tenants import access
from tenants.change import find
from tenants.errors import Code, DomainError
from tenants.rating.case import RatingCase, organising
from tenants.rating.cycle import CycleState, RatingCycle, at_stage, document_of
from tenants.rating.inputs import read
from tenants.rating.result import latest
from tenants.scheme import Document, Inputs
from tenants.scheme import score as work_out
from tenants.scheme.indicator import Judged, Recorded, Veto
from tenants.scheme.registry import Writing, look_over
from tenants.scope import Scope

SCORED = (
    CycleState.SCORED,
    CycleState.PUBLICITY,
    CycleState.FINAL,
    *(CycleState.PUBLISHED, CycleState.RECTIFYING, CycleState.CLOSED),
)


@dataclass(frozen=True, slots=True)
class Moved:
    """One case before and after; ranks count from 1, equals alike."""

    number: str
    total_before: Decimal
    total_after: Decimal
    band_before: str | None
    band_after: str | None
    rank_before: int
    rank_after: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What another document makes of a cycle: how many in each band, and every case, the highest after first."""

    digest: str
    before: Sequence[tuple[str | None, int]]
    after: Sequence[tuple[str | None, int]]
    cases: Sequence[Moved]


async def rescore(scope: Scope, cycle_id: UUID, writing: Writing) -> WhatIf:
    """Score the stored inputs of a cycle by another document. What the document does not know is left out; what it asks
    for and nobody answered is `missing` of the case.
    """
    cycle = await find(scope, RatingCycle, cycle_id, "cycleId")
    organising(scope, cycle)
    at_stage(cycle, SCORED, "cycleId")
    document = await look_over(scope, cycle.division_path, writing)
    if document.subject != cycle.subject:
        raise DomainError(Code.RATING_SUBJECT, "yaml", subject=document.subject)
    old = await document_of(scope, cycle)
    cases = {
        one.id: one
        for one in await scope.session.scalars(select(RatingCase).where(col(RatingCase.cycle_id) == cycle.id))
    }
    results = await latest(scope, cycle)
    after = {
        case_id: work_out(document, _answerable(document, read(row.inputs)), cycle.period_to)
        for case_id, row in results.items()
    }
    ranks_before = _ranks({case_id: row.total for case_id, row in results.items()})
    ranks_after = _ranks({case_id: result.printed for case_id, result in after.items()})
    moved = [
        Moved(
            cases[case_id].number,
            row.total,
            after[case_id].printed,
            row.band,
            band.code if (band := after[case_id].band) else None,
            ranks_before[case_id],
            ranks_after[case_id],
            after[case_id].missing,
        )
        for case_id, row in results.items()
    ]
    await access.mark(scope.connection, {row.tenant_id for row in results.values()}, "RatingCase")
    moved.sort(key=lambda one: (one.rank_after, one.number))
    return WhatIf(
        document.digest,
        _counted(old, [one.band_before for one in moved]),
        _counted(document, [one.band_after for one in moved]),
        moved,
    )


def _answerable(document: Document, inputs: Inputs) -> Inputs:
    """Of the inputs those that the document takes: its indicators, its groups, answers of their kind in their range."""
    entries = []
    for entry in inputs.entries:
        dimension, indicator = document.indicators.get(entry.indicator, (None, None))
        if dimension is None or not isinstance(indicator, Judged) or entry.answer != indicator.takes:
            continue
        shares = document.shares(dimension)
        if entry.group is not None and entry.group not in shares:
            continue
        if entry.group is None and shares and not isinstance(indicator, Veto) and indicator.kind != "gate":
            continue
        try:
            indicator.award(entry)
        except DomainError:
            continue
        entries.append(entry)
    occurrences = [
        each
        for each in inputs.occurrences
        if isinstance(document.indicators.get(each.item, (None, None))[1], Recorded | Veto)
    ]
    return inputs.model_copy(update={"entries": tuple(entries), "occurrences": tuple(occurrences)})


def _ranks(totals: dict[UUID, Decimal]) -> dict[UUID, int]:
    first: dict[Decimal, int] = {}
    for rank, total in enumerate(sorted(totals.values(), reverse=True), 1):
        first.setdefault(total, rank)
    return {case_id: first[total] for case_id, total in totals.items()}


def _counted(document: Document, bands: Sequence[str | None]) -> list[tuple[str | None, int]]:
    """How many reached each band, in the order of the document; those without one last."""
    counted = Counter(bands)
    known: list[str | None] = [band.code for band in document.bands]
    return [(code, counted[code]) for code in (*known, None) if code is not None or counted[None]]
