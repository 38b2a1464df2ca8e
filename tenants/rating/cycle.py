"""Rating cycles (评定周期): by which scheme, over which period, and where the rating stands.

DRAFT → OPEN (self-assessment) → COLLECTING → SCORED → PUBLICITY (公示) → FINAL → PUBLISHED → RECTIFYING → CLOSED. The
day of each step is kept. A cycle belongs to a division and no company; a draft is known to the regulator that drafts it
and nobody else. Who may read the rows below a cycle hangs on its `disclosure`, which they carry by their foreign key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint, select
from sqlmodel import Field, col

from tenants import division
from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.division import Division
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.row import Changing, Row, code_field, one_of, today
from tenants.scheme import Document, Purpose, Scheme, SchemeRetirement, Subject, registry
from tenants.scope import Scope


class CycleState(StrEnum):
    """Where a rating stands."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    COLLECTING = "COLLECTING"
    SCORED = "SCORED"
    PUBLICITY = "PUBLICITY"
    FINAL = "FINAL"
    PUBLISHED = "PUBLISHED"
    RECTIFYING = "RECTIFYING"
    CLOSED = "CLOSED"


class Disclosure(StrEnum):
    """Who may read scores: each evaluator its own; the organiser all; the companies their results; everybody."""

    EVALUATORS = "EVALUATORS"
    ORGANISER = "ORGANISER"
    PARTIES = "PARTIES"
    EVERYBODY = "EVERYBODY"


STATE_CHANGES: Mapping[CycleState, tuple[CycleState, ...]] = {
    CycleState.DRAFT: (CycleState.OPEN,),
    CycleState.OPEN: (CycleState.COLLECTING,),
    CycleState.COLLECTING: (CycleState.SCORED,),
    CycleState.SCORED: (CycleState.PUBLICITY,),
    CycleState.PUBLICITY: (CycleState.FINAL,),
    CycleState.FINAL: (CycleState.PUBLISHED,),
    CycleState.PUBLISHED: (CycleState.RECTIFYING, CycleState.CLOSED),
    CycleState.RECTIFYING: (CycleState.CLOSED,),
}

PUBLIC: Final = (CycleState.PUBLISHED, CycleState.RECTIFYING, CycleState.CLOSED)

DISCLOSED: Mapping[CycleState, Disclosure] = {
    CycleState.SCORED: Disclosure.ORGANISER,
    CycleState.PUBLICITY: Disclosure.PARTIES,
    CycleState.PUBLISHED: Disclosure.EVERYBODY,
}
"""What a step discloses; the others leave it as it was."""


class RatingCycle(Changing, Row, table=True):
    """One rating. `scheme_id` is a published edition, so what it is scored by never changes."""

    __tablename__ = "rating_cycle"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        UniqueConstraint("id", "division_path", "disclosure"),
        Index("rating_cycle_division", "division_path", "id"),
        Index("rating_cycle_scheme", "scheme_id"),
        one_of("subject", Subject),
        one_of("state", CycleState),
        one_of("disclosure", Disclosure),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("period_to >= period_from", name="dates_in_order"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    regulator_id: UUID
    scheme_id: UUID
    title: str = Field(sa_type=Text)
    subject: Subject = code_field()
    coverage_min: Decimal | None = Field(default=None, sa_type=Numeric)
    period_from: date
    period_to: date
    state: CycleState = code_field(default=CycleState.DRAFT)
    disclosure: Disclosure = code_field(default=Disclosure.EVALUATORS)
    opened_on: date | None = None
    collecting_on: date | None = None
    scored_on: date | None = None
    scored_by: UUID | None = None
    publicity_on: date | None = None
    object_by: date | None = None
    provisional: bool = False
    final_on: date | None = None
    published_on: date | None = None
    rectifying_on: date | None = None
    closed_on: date | None = None


DAY_OF: Mapping[CycleState, str] = {
    CycleState.OPEN: "opened_on",
    CycleState.COLLECTING: "collecting_on",
    CycleState.SCORED: "scored_on",
    CycleState.PUBLICITY: "publicity_on",
    CycleState.FINAL: "final_on",
    CycleState.PUBLISHED: "published_on",
    CycleState.RECTIFYING: "rectifying_on",
    CycleState.CLOSED: "closed_on",
}


@dataclass(frozen=True, kw_only=True)
class NewCycle:
    """A cycle to draft, or a draft as it is to be."""

    division_code: str
    scheme_id: UUID
    title: str
    period_from: date
    period_to: date


async def draft(scope: Scope, new: NewCycle) -> RatingCycle:
    """Draft a cycle for a division of the regulator's, by an edition of a rating scheme that holds in the period."""
    place = await division.by_code(scope, new.division_code, "divisionCode")
    assert scope.principal.regulator_id is not None  # only a regulator's member has the permission
    row = RatingCycle(regulator_id=scope.principal.regulator_id, **await _facts(scope, place, new))
    await create(scope, row, "rating_cycle", action="drafted")
    return row


async def redraft(scope: Scope, id: UUID, version: int, given: Mapping[str, Any]) -> RatingCycle:
    """Change what is given of a draft, by the rules of drafting. An open cycle is what companies applied to."""
    checks = Checks()
    if given.get("division_code", ...) is None:
        checks.add(Code.EMPTY, "divisionCode")
    checks.kept(RatingCycle, given)
    checks.done()
    row = await _draft_at(scope, id, version)
    place = await find(scope, Division, row.division_id)
    if "division_code" in given:
        place = await division.by_code(scope, given["division_code"], "divisionCode")
    kept = NewCycle(
        division_code=place.path,
        scheme_id=row.scheme_id,
        title=row.title,
        period_from=row.period_from,
        period_to=row.period_to,
    )
    await change(scope, row, "rating_cycle", await _facts(scope, place, replace(kept, **given)), action="redrafted")
    return row


async def discard(scope: Scope, id: UUID, version: int) -> UUID:
    """Delete a draft for good, and say whose division it was for. What remains is the journal's word that it was."""
    row = await _draft_at(scope, id, version)
    await record(scope, "discarded", "rating_cycle", row, {"title": row.title})
    await scope.session.delete(row)
    await scope.session.flush()
    return row.division_id


async def _draft_at(scope: Scope, id: UUID, version: int) -> RatingCycle:
    return at_stage(await find_at(scope, RatingCycle, id, version), (CycleState.DRAFT,))


async def _facts(scope: Scope, place: Division, new: NewCycle) -> dict[str, Any]:
    """The columns of a draft. Raises `DomainErrors` for words and days, `DomainError` for a scheme or place unfit."""
    checks = Checks()
    title = checks.text("title", new.title, limit=NAME_LIMIT)
    checks.day("periodFrom", new.period_from)
    checks.day("periodTo", new.period_to)
    checks.not_before("periodTo", new.period_to, new.period_from)
    checks.done()
    if not place.path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    scheme = await find(scope, Scheme, new.scheme_id, "schemeId")
    await _fits(scope, scheme, place.path, new)
    return {
        "division_id": place.id,
        "division_path": place.path,
        "scheme_id": scheme.id,
        "title": title,
        "subject": scheme.subject,
        "coverage_min": registry.document_in(scheme).cycle.coverage_min,
        "period_from": new.period_from,
        "period_to": new.period_to,
    }


async def _fits(scope: Scope, scheme: Scheme, path: str, new: NewCycle) -> None:
    if scheme.purpose != Purpose.RATING or scheme.division_path not in division.ancestry(path):
        raise DomainError(Code.RATING_SCHEME_UNFIT, "schemeId", code_name=scheme.code)
    if scheme.subject == Subject.PROJECT_LEAD:
        raise DomainError(Code.RATING_OF_PEOPLE, "schemeId", code_name=scheme.code)
    retired_on = await scope.session.scalar(
        select(col(SchemeRetirement.retired_on)).where(col(SchemeRetirement.scheme_id) == scheme.id)
    )
    until = min((day for day in (scheme.valid_to, retired_on) if day is not None), default=None)
    if scheme.valid_from > new.period_to or (until is not None and until <= new.period_from):
        raise DomainError(Code.RATING_SCHEME_NOT_IN_FORCE, "periodFrom", code_name=scheme.code)


async def document_of(scope: Scope, cycle: RatingCycle) -> Document:
    """The scheme that the cycle is scored by."""
    return registry.document_in(await find(scope, Scheme, cycle.scheme_id))


async def cycle_in(scope: Scope, id: UUID, states: Iterable[CycleState], field: str = "cycleId") -> RatingCycle:
    """The cycle, if it is in one of the states. Raises RATING_NOT_NOW, which names them."""
    row = await find(scope, RatingCycle, id, field)
    return at_stage(row, states, field)


def at_stage(row: RatingCycle, states: Iterable[CycleState], field: str = "id") -> RatingCycle:
    """The cycle itself. Raises RATING_NOT_NOW when it is in none of the states."""
    allowed = tuple(states)
    if row.state not in allowed:
        raise DomainError(Code.RATING_NOT_NOW, field, state=CycleState(row.state), allowed=allowed)
    return row


async def own_cycle(scope: Scope, id: UUID, version: int, wanted: CycleState) -> RatingCycle:
    """The cycle of the regulator's division, locked, which may become what is wanted."""
    row = await find_at(scope, RatingCycle, id, version)
    transition(CycleState(row.state), wanted, STATE_CHANGES)
    return row


async def move(
    scope: Scope,
    row: RatingCycle,
    wanted: CycleState,
    values: Mapping[str, Any] | None = None,
    *,
    on: date | None = None,
) -> RatingCycle:
    """Take the step, on a day; what it discloses follows in every row below."""
    facts = {
        "state": wanted,
        DAY_OF[wanted]: on or today(),
        "disclosure": DISCLOSED.get(wanted, Disclosure(row.disclosure)),
        **(values or {}),
    }
    await change(scope, row, "rating_cycle", facts, action=wanted.lower())
    return row
