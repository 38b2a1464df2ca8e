"""Whistles (哨): a community, or an estate's branch through it, calls units to an estate, and they report (吹哨报到).

Four levels (report rows S0-17, S0-20): publicity, emergency, enforcement after persuasion has failed, and hard
problems, which a joint meeting studies before they are disposed of. Enforcement and hard problems are dispatched by a
street or above (domain 3.3). A whistle is a row of the company that serves the estate, written in its name; it reads
it. How many hours the units have is a setting of the division (WHISTLE_HOURS, WHISTLE_EMERGENCY_HOURS).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, select
from sqlmodel import Field

from tenants.change import carry_out, change, create, find, find_at, seen_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks, tidy
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.issue import Issue
from tenants.party.organisation import PublicPartyOrganisation
from tenants.project import Project, ProjectStatus
from tenants.row import Changing, TenantRow, code_field, legal_day, new_id, now, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


class WhistleLevel(StrEnum):
    """The four levels, from the first to the fourth."""

    PUBLICITY = "PUBLICITY"
    EMERGENCY = "EMERGENCY"
    ENFORCEMENT = "ENFORCEMENT"
    HARD_PROBLEM = "HARD_PROBLEM"


class WhistleState(StrEnum):
    """Raised, accepted or rejected; answered by a unit, studied (hard problems), disposed of, confirmed."""

    RAISED = "RAISED"
    ACCEPTED = "ACCEPTED"
    RESPONDED = "RESPONDED"
    JOINT_MEETING = "JOINT_MEETING"
    DISPOSED = "DISPOSED"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"


S = WhistleState
_CHANGES: Mapping[WhistleState, tuple[WhistleState, ...]] = {
    S.RAISED: (S.ACCEPTED, S.REJECTED),
    S.ACCEPTED: (S.RESPONDED,),
    S.RESPONDED: (S.DISPOSED,),
    S.DISPOSED: (S.CONFIRMED,),
}
STATE_CHANGES: Mapping[WhistleLevel, Mapping[WhistleState, tuple[WhistleState, ...]]] = {
    **dict.fromkeys((WhistleLevel.PUBLICITY, WhistleLevel.EMERGENCY, WhistleLevel.ENFORCEMENT), _CHANGES),
    WhistleLevel.HARD_PROBLEM: {**_CHANGES, S.RESPONDED: (S.JOINT_MEETING,), S.JOINT_MEETING: (S.DISPOSED,)},
}
BY_STREET: Final = (WhistleLevel.ENFORCEMENT, WhistleLevel.HARD_PROBLEM)
UNITS_LIMIT: Final = 20


class Whistle(Changing, TenantRow, table=True):
    """One whistle at an estate, with the time or day of each step; `raised_by` is the regulator that raised it."""

    __tablename__ = "whistle"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "issue_id"], ["issue.tenant_id", "issue.id"]),
        ForeignKeyConstraint(["branch_id"], ["public_party_organisation.id"]),
        Index("whistle_project", "tenant_id", "project_id", "id"),
        Index("whistle_issue", "tenant_id", "issue_id"),
        Index("whistle_branch", "branch_id"),
        Index(
            "whistle_division",
            "division_path",
            "raised_at",
            "id",
            postgresql_include=[
                "tenant_id",
                "level",
                "state",
                "respond_by",
                "responded_at",
                "disposed_on",
                "confirmed_on",
            ],
        ),
        one_of("level", WhistleLevel),
        one_of("state", WhistleState),
        CheckConstraint("matter <> ''", name="matter_given"),
        CheckConstraint("level <> 'ENFORCEMENT' OR persuasion IS NOT NULL", name="persuasion_failed_first"),
        CheckConstraint("(state = 'REJECTED') = (rejection IS NOT NULL)", name="rejection_explained"),
        CheckConstraint(
            "level <> 'HARD_PROBLEM' OR disposed_on IS NULL OR meeting_on IS NOT NULL", name="hard_problem_studied"
        ),
        CheckConstraint("(state IN ('DISPOSED', 'CONFIRMED')) = (disposed_on IS NOT NULL)", name="disposal_dated"),
    )

    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    issue_id: UUID | None = None
    branch_id: UUID | None = None
    raised_by: UUID
    level: WhistleLevel = code_field()
    matter: str = Field(sa_type=Text)
    persuasion: str | None = Field(default=None, sa_type=Text)
    state: WhistleState = code_field(default=WhistleState.RAISED)
    raised_at: datetime = Field(sa_type=DateTime(timezone=True))
    respond_by: datetime = Field(sa_type=DateTime(timezone=True))
    accepted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    rejection: str | None = Field(default=None, sa_type=Text)
    responded_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    meeting_on: date | None = None
    meeting_minutes: str | None = Field(default=None, sa_type=Text)
    disposed_on: date | None = None
    disposal: str | None = Field(default=None, sa_type=Text)
    confirmed_on: date | None = None


class WhistleUnit(Changing, TenantRow, table=True):
    """A unit that a whistle calls, when that was raised, and when the unit arrived."""

    __tablename__ = "whistle_unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "whistle_id", "name"),
        ForeignKeyConstraint(["tenant_id", "whistle_id"], ["whistle.tenant_id", "whistle.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index(
            "whistle_unit_division",
            "division_path",
            "raised_at",
            "id",
            postgresql_include=["tenant_id", "whistle_id", "name", "arrived_at"],
        ),
        CheckConstraint("name <> ''", name="name_given"),
    )

    whistle_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    name: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_type=DateTime(timezone=True))
    arrived_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


def _hours(from_: str, to: str) -> str:
    """SQL of the median hours between two times."""
    seconds = f"percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM {to} - {from_}))"
    return f"round(({seconds} / 3600)::numeric, 2)"


_RAISED = """{{of_{0}}} AND {{within_{0}}}
    AND {0}.raised_at >= {{since}}::timestamptz AND {0}.raised_at < ({{until}} + 1)::timestamptz"""
_LEVELS = ", ".join(f"({at}, '{level}')" for at, level in enumerate(WhistleLevel, 1))

REPORT = f"""
SELECT l.level, l.number, count(t.id)::int AS raised,
       count(*) FILTER (WHERE t.state = 'REJECTED')::int AS rejected,
       count(t.responded_at)::int AS responded,
       round(count(*) FILTER (WHERE t.responded_at <= t.respond_by)::numeric
             / nullif(count(*) FILTER (WHERE t.state <> 'REJECTED' AND (t.responded_at IS NOT NULL
                                             OR t.respond_by < least(({{until}} + 1)::timestamptz, now()))), 0), 4)
       AS in_time_share,
       {_hours("t.raised_at", "t.responded_at")} AS median_response_hours,
       count(*) FILTER (WHERE t.state <> 'REJECTED' AND t.responded_at IS NULL AND t.respond_by < now())::int
       AS overdue,
       count(t.disposed_on)::int AS disposed,
       round(count(t.disposed_on)::numeric / nullif(count(*) FILTER (WHERE t.state <> 'REJECTED'), 0), 4)
       AS disposed_share,
       count(t.confirmed_on)::int AS confirmed
FROM (VALUES {_LEVELS}) l(number, level)
LEFT JOIN whistle t ON t.level = l.level AND {_RAISED.format("t")}
GROUP BY l.number, l.level ORDER BY l.number
"""
"""R-08: the whistles raised in a period by level, and how they stand today; a level without any is a row of noughts.
In time is by `respond_by`, of those that were answered or should have been; rejected ones are in no share.
"""

UNITS = f"""
SELECT u.name AS unit, count(*)::int AS called, count(u.arrived_at)::int AS arrived,
       round(count(u.arrived_at)::numeric / count(*), 4) AS arrived_share,
       round(count(*) FILTER (WHERE u.arrived_at <= t.respond_by)::numeric / nullif(count(u.arrived_at), 0), 4)
       AS in_time_share,
       {_hours("t.raised_at", "u.arrived_at")} AS median_response_hours
FROM whistle t JOIN whistle_unit u ON u.tenant_id = t.tenant_id AND u.whistle_id = t.id
WHERE {_RAISED.format("t")} AND {_RAISED.format("u")} AND t.state <> 'REJECTED'
GROUP BY u.name ORDER BY u.name
"""
"""R-08 by unit, in the order of their names and not of their numbers: how often called, how often and when arrived."""


@dataclass(frozen=True, kw_only=True)
class NewWhistle:
    """A whistle to raise, with the units it calls."""

    estate_id: UUID
    level: WhistleLevel
    matter: str
    units: Sequence[str]
    persuasion: str | None = None
    branch_id: UUID | None = None
    issue_id: UUID | None = None
    raised_at: datetime | None = None
    id: UUID | None = None


async def blow(scope: Scope, new: NewWhistle) -> Whistle:
    """A community or street raises a whistle at an estate of its own; a branch that raises it is the estate's."""
    raised_at = new.raised_at or now()
    checks = Checks()
    matter = checks.text("matter", new.matter, limit=TEXT_LIMIT)
    persuasion = checks.optional_text("persuasion", new.persuasion, limit=TEXT_LIMIT)
    if new.level == WhistleLevel.ENFORCEMENT and persuasion is None:
        checks.add(Code.WHISTLE_NEEDS_PERSUASION, "persuasion")
    units = list(dict.fromkeys(checks.text("units", unit, limit=NAME_LIMIT) for unit in new.units))
    if not 1 <= len(units) <= UNITS_LIMIT:
        checks.add(Code.WHISTLE_UNITS, "units", limit=UNITS_LIMIT, units=len(units))
    _past(checks, "raisedAt", raised_at)
    checks.done()
    estate = await find(scope, Estate, new.estate_id, "estateId")
    if len(scope.principal.division_path or "") < 9:
        raise DomainError(Code.WHISTLE_COMMUNITY_RAISES, "estateId")
    if estate.serving_tenant_id is None:
        raise DomainError(Code.ESTATE_WITHOUT_COMPANY, "estateId", name=estate.name)
    if new.branch_id is not None:
        branch = await find(scope, PublicPartyOrganisation, new.branch_id, "branchId")
        if branch.estate_id != estate.id or branch.ended_on is not None or branch.founded_on is None:
            raise DomainError(Code.WHISTLE_BRANCH, "branchId", name=estate.name)
    key = SettingKey.WHISTLE_EMERGENCY_HOURS if new.level == WhistleLevel.EMERGENCY else SettingKey.WHISTLE_HOURS
    hours = await effective(scope, key, estate.division_path, legal_day(raised_at))
    raised_by = scope.principal.regulator_id
    assert raised_by is not None
    async with scope.acting_for(estate.serving_tenant_id):
        project = await _project_at(scope, estate)
        if new.issue_id is not None and (await find(scope, Issue, new.issue_id, "issueId")).estate_id != estate.id:
            raise DomainError(Code.NOT_FOUND, "issueId")
        place: dict[str, Any] = {"estate_id": estate.id, "division_path": estate.division_path}
        whistle = Whistle(
            tenant_id=scope.tenant_id,
            id=new.id or new_id(),
            project_id=project.id,
            **place,
            issue_id=new.issue_id,
            branch_id=new.branch_id,
            raised_by=raised_by,
            level=new.level,
            matter=matter,
            persuasion=persuasion,
            raised_at=raised_at,
            respond_by=raised_at + timedelta(hours=hours),
        )
        await create(scope, whistle, "whistle", action="raised")
        for unit in units:
            called = WhistleUnit(
                tenant_id=scope.tenant_id, whistle_id=whistle.id, **place, name=unit, raised_at=raised_at
            )
            await create(scope, called, "whistle_unit", action="called")
    return await find(scope, Whistle, whistle.id)


async def decide(scope: Scope, id: UUID, version: int, *, accepted: bool, reason: str | None = None) -> Whistle:
    """Dispatch the units, or reject the whistle with a reason; from enforcement up a street or above decides."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT) if not accepted else None
    checks.done()
    seen = await seen_at(scope, Whistle, id, version)
    if seen.level in BY_STREET and len(scope.principal.division_path or "") > 9:
        raise DomainError(Code.WHISTLE_STREET_DISPATCHES, "id", level=WhistleLevel(seen.level))
    if accepted:
        return await _step(scope, seen, WhistleState.ACCEPTED, {"accepted_at": now()})
    return await _step(scope, seen, WhistleState.REJECTED, {"rejection": words})


async def report(scope: Scope, id: UUID, version: int, unit: str, arrived_at: datetime) -> Whistle:
    """A unit that was called has arrived; the first to arrive is the response."""
    seen = await seen_at(scope, Whistle, id, version)
    checks = Checks()
    _past(checks, "arrivedAt", arrived_at)
    if arrived_at < seen.raised_at:
        checks.add(Code.WHISTLE_ARRIVED_BEFORE, "arrivedAt")
    checks.done()
    if seen.state != WhistleState.RESPONDED:
        transition(WhistleState(seen.state), WhistleState.RESPONDED, STATE_CHANGES[WhistleLevel(seen.level)])
    async with scope.acting_for(seen.tenant_id):
        whistle = await find_at(scope, Whistle, id, version)
        called = await _called(scope, whistle)
        row = called.get(tidy(unit))
        if row is None:
            raise DomainError(Code.WHISTLE_UNIT_UNKNOWN, "unit", unit=unit, called=tuple(called))
        if row.arrived_at is not None:
            raise DomainError(Code.WHISTLE_UNIT_ARRIVED, "unit", unit=row.name)
        await change(scope, row, "whistle_unit", {"arrived_at": arrived_at}, action="arrived")
        first = min(arrived_at, whistle.responded_at or arrived_at)
        values = {"state": WhistleState.RESPONDED, "responded_at": first}
        await change(scope, whistle, "whistle", values, action="responded", always=True)
    return await find(scope, Whistle, id)


async def meet(scope: Scope, id: UUID, version: int, held_on: date, minutes: str) -> Whistle:
    """A joint meeting has studied a hard problem; `minutes` is their reference."""
    checks = Checks()
    words = checks.text("minutes", minutes, limit=200)
    checks.day("heldOn", held_on, latest=today())
    checks.done()
    seen = await seen_at(scope, Whistle, id, version)
    checks.not_before("heldOn", held_on, legal_day(seen.raised_at))
    checks.done()
    return await _step(scope, seen, WhistleState.JOINT_MEETING, {"meeting_on": held_on, "meeting_minutes": words})


async def dispose(scope: Scope, id: UUID, version: int, disposed_on: date, disposal: str) -> Whistle:
    """What the units did about it; of a hard problem only after its joint meeting."""
    checks = Checks()
    words = checks.text("disposal", disposal, limit=TEXT_LIMIT)
    checks.day("disposedOn", disposed_on, latest=today())
    checks.done()
    seen = await seen_at(scope, Whistle, id, version)
    checks.not_before("disposedOn", disposed_on, seen.meeting_on or legal_day(seen.raised_at))
    checks.done()
    return await _step(scope, seen, WhistleState.DISPOSED, {"disposed_on": disposed_on, "disposal": words})


async def confirm(scope: Scope, id: UUID, version: int) -> Whistle:
    """Who raised it says that it is done, and nobody in its place."""
    seen = await seen_at(scope, Whistle, id, version)
    if seen.raised_by != scope.principal.regulator_id:
        raise DomainError(Code.WHISTLE_RAISER_CONFIRMS, "id")
    return await _step(scope, seen, WhistleState.CONFIRMED, {"confirmed_on": today()})


async def _step(scope: Scope, seen: Whistle, wanted: WhistleState, values: Mapping[str, Any]) -> Whistle:
    transition(WhistleState(seen.state), wanted, STATE_CHANGES[WhistleLevel(seen.level)])
    return await carry_out(scope, seen, "whistle", {"state": wanted, **values}, wanted.lower())


def _past(checks: Checks, field: str, moment: datetime) -> None:
    checks.moment(field, moment)
    if not checks.errors and moment > now():
        checks.add(Code.DATE_IN_FUTURE, field, date=legal_day(moment))


async def _project_at(scope: Scope, estate: Estate) -> Project:
    project: Project | None = await scope.session.scalar(
        select(Project).where(
            Project.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            Project.estate_id == estate.id,  # type: ignore[arg-type]
            Project.status == ProjectStatus.ACTIVE,  # type: ignore[arg-type]
        )
    )
    if project is None:
        raise DomainError(Code.ESTATE_WITHOUT_COMPANY, "estateId", name=estate.name)
    return project


async def _called(scope: Scope, whistle: Whistle) -> dict[str, WhistleUnit]:
    """The units it called, by name, in the order they were."""
    found = await scope.session.scalars(
        select(WhistleUnit)
        .where(WhistleUnit.tenant_id == whistle.tenant_id, WhistleUnit.whistle_id == whistle.id)  # type: ignore[arg-type]
        .order_by(WhistleUnit.id)  # type: ignore[arg-type]
    )
    return {row.name: row for row in found}
