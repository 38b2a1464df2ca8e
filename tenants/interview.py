"""Interviews (约谈): a regulator plans one with a company about what went wrong, holds it, and files the minutes.

Who is asked to come is said by role; the minutes are a reference, so no name and no word of anybody is kept here. An
order to rectify may follow (`rectification`). The interview is the company's row, which reads its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from tenants.addressee import addressed, require_level
from tenants.change import carry_out, create, find, seen_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.division import DivisionLevel
from tenants.errors import Code
from tenants.row import Changing, TenantRow, code_field, legal_day, new_id, one_of, some_of, today
from tenants.scope import Scope


class InterviewState(StrEnum):
    """Where an interview stands."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class Attendee(StrEnum):
    """Who is asked to come, by role."""

    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    COMPANY_HEAD = "COMPANY_HEAD"
    PROJECT_LEAD = "PROJECT_LEAD"
    COMMUNITY = "COMMUNITY"
    STREET = "STREET"
    OWNERS_COMMITTEE = "OWNERS_COMMITTEE"


STATE_CHANGES: Mapping[InterviewState, tuple[InterviewState, ...]] = {
    InterviewState.PLANNED: (InterviewState.HELD, InterviewState.CANCELLED),
}


class Interview(Changing, TenantRow, table=True):
    """An interview with a company, about one of its projects or about the company; `level` is who planned it."""

    __tablename__ = "interview"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("interview_project", "tenant_id", "project_id", "id"),
        Index("interview_division", "division_path", "id"),
        one_of("level", DivisionLevel),
        one_of("state", InterviewState),
        some_of("attendees", Attendee),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("(state = 'HELD') = (held_on IS NOT NULL)", name="holding_dated"),
        CheckConstraint("(held_on IS NULL) = (minutes IS NULL)", name="minutes_of_held"),
        CheckConstraint("(state = 'CANCELLED') = (cancellation IS NOT NULL)", name="cancellation_reasoned"),
    )

    project_id: UUID | None = None
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    issuer: str = Field(sa_type=Text)
    level: DivisionLevel = code_field()
    state: InterviewState = code_field(default=InterviewState.PLANNED)
    reason: str = Field(sa_type=Text)
    attendees: list[str] = Field(sa_type=ARRAY(Text))
    planned_on: date
    place: str = Field(sa_type=Text)
    held_on: date | None = None
    minutes: str | None = Field(default=None, sa_type=Text)
    cancellation: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class NewInterview:
    """An interview to plan: with which company, about what, who is to come, when and where."""

    company_id: UUID
    reason: str
    attendees: Sequence[Attendee]
    planned_on: date
    place: str
    project_id: UUID | None = None
    id: UUID | None = None


async def plan(scope: Scope, new: NewInterview) -> Interview:
    """A regulator plans an interview with a company that works in its division, or did, today or later."""
    checks = Checks()
    reason = checks.text("reason", new.reason, limit=TEXT_LIMIT, lines=True)
    place = checks.text("place", new.place, limit=NAME_LIMIT)
    checks.day("plannedOn", new.planned_on, earliest=today())
    if not new.attendees:
        checks.add(Code.INTERVIEW_WITHOUT_ATTENDEES, "attendees")
    checks.done()
    to = await addressed(scope, new.company_id, new.project_id)
    async with scope.acting_for(to.company_id):
        row = Interview(
            tenant_id=to.company_id,
            id=new.id or new_id(),
            project_id=new.project_id,
            division_id=to.place.id,
            division_path=to.place.path,
            issuer=to.issuer,
            level=to.level,
            reason=reason,
            attendees=list(dict.fromkeys(new.attendees)),
            planned_on=new.planned_on,
            place=place,
        )
        await create(scope, row, "interview", action="planned")
    return await find(scope, Interview, row.id)


async def hold(scope: Scope, id: UUID, version: int, held_on: date, minutes: str) -> Interview:
    """The interview was held on a day, and where its minutes are filed; by the level that planned it."""
    checks = Checks()
    reference = checks.text("minutes", minutes, limit=200)
    checks.day("heldOn", held_on, latest=today())
    checks.done()
    seen = await _planned(scope, id, version, InterviewState.HELD)
    checks.not_before("heldOn", held_on, legal_day(seen.created_at))
    checks.done()
    return await carry_out(
        scope, seen, "interview", {"state": InterviewState.HELD, "held_on": held_on, "minutes": reference}, "held"
    )


async def cancel(scope: Scope, id: UUID, version: int, reason: str) -> Interview:
    """The interview will not be held, for a reason; by the level that planned it."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    seen = await _planned(scope, id, version, InterviewState.CANCELLED)
    return await carry_out(
        scope, seen, "interview", {"state": InterviewState.CANCELLED, "cancellation": words}, "cancelled"
    )


async def _planned(scope: Scope, id: UUID, version: int, wanted: InterviewState) -> Interview:
    """The interview as the regulator sees it that goes on with it."""
    row = await seen_at(scope, Interview, id, version)
    require_level(scope, DivisionLevel(row.level))
    transition(InterviewState(row.state), wanted, STATE_CHANGES)
    return row
