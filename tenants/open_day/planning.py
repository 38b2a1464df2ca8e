"""Open days before they are held: prepared, announced, put off, called off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select

from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.leading import require_own
from tenants.open_day.tables import STATE_CHANGES, OpenArea, OpenDay, OpenDayBatch, OpenDayState, Organiser
from tenants.project import Project, require_running
from tenants.row import legal_day, new_id, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective

VISITORS_LIMIT: Final = 100_000
BATCHES_LIMIT: Final = 200
"""More is a slip of the pen."""


@dataclass(frozen=True, kw_only=True)
class NewBatch:
    """A group of visitors."""

    starts_at: datetime
    capacity: int


@dataclass(frozen=True, kw_only=True)
class NewOpenDay:
    """An open day to prepare."""

    project_id: UUID
    theme: str
    starts_at: datetime
    ends_at: datetime
    meeting_place: str
    host: str
    areas: Sequence[OpenArea] = ()
    organisers: Sequence[Organiser] = (Organiser.COMPANY,)
    batches: Sequence[NewBatch] = ()
    id: UUID | None = None


async def draft(scope: Scope, new: NewOpenDay) -> OpenDay:
    """Prepare an open day at a running project, in one or several batches of visitors."""
    plan = _plan(new)
    project = await find(scope, Project, new.project_id, "projectId")
    await require_own(scope, project.id, "projectId")
    require_running(project, "projectId")
    row = OpenDay(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        project_id=project.id,
        estate_id=project.estate_id,
        division_path=project.division_path,
        **plan,
    )
    await create(scope, row, "open_day")
    await _add_batches(scope, row.id, new.batches)
    return row


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> OpenDay:
    """Change what is prepared, as long as nobody was told. Batches that are given replace all that there are."""
    row = await own(scope, id, version)
    if row.state != OpenDayState.DRAFT:
        raise DomainError(Code.OPEN_DAY_ANNOUNCED, "id", state=OpenDayState(row.state))
    known = [NewBatch(starts_at=each.starts_at, capacity=each.capacity) for each in await batches_of(scope, row.id)]
    planned = {name: getattr(row, name) for name in _PLANNED}
    new = NewOpenDay(project_id=row.project_id, **{**planned, "batches": known, **changes})
    await change(scope, row, "open_day", _plan(new), always="batches" in changes)
    if "batches" in changes:
        of_this: Any = (OpenDayBatch.tenant_id == scope.tenant_id, OpenDayBatch.open_day_id == row.id)
        await scope.session.execute(delete(OpenDayBatch).where(*of_this))
        await _add_batches(scope, row.id, new.batches)
    return row


async def publish(scope: Scope, id: UUID, version: int, published_on: date) -> OpenDay:
    """Give notice; it is given as many days ahead as the division sets."""
    row = await own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.PUBLISHED, STATE_CHANGES)
    checks = Checks()
    checks.day("publishedOn", published_on, latest=today())
    checks.not_before("publishedOn", published_on, row.published_on)
    checks.done()
    days = await effective(scope, SettingKey.OPEN_DAY_NOTICE_DAYS, row.division_path, published_on)
    ahead = (legal_day(row.starts_at) - published_on).days
    require_running(await find(scope, Project, row.project_id), "id")
    if ahead < days:
        raise DomainError(Code.NOTICE_TOO_SHORT, "publishedOn", ahead=ahead, days=days)
    await change(
        scope,
        row,
        "open_day",
        {"state": OpenDayState.PUBLISHED, "published_on": published_on, "reason": None},
        action="published",
    )
    return row


async def postpone(
    scope: Scope, id: UUID, version: int, reason: str, starts_at: datetime, ends_at: datetime
) -> OpenDay:
    """Put a published open day off to another time; it is published anew."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.moment("startsAt", starts_at)
    checks.moment("endsAt", ends_at)
    if ends_at <= starts_at:
        checks.add(Code.ENDS_BEFORE_START, "endsAt")
    checks.done()
    row = await own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.POSTPONED, STATE_CHANGES)
    shift = starts_at - row.starts_at
    batches = await batches_of(scope, row.id)
    if any(batch.starts_at + shift >= ends_at for batch in batches):
        raise DomainError(Code.BATCH_OUTSIDE, "endsAt")
    values = {"state": OpenDayState.POSTPONED, "reason": words, "starts_at": starts_at, "ends_at": ends_at}
    await change(scope, row, "open_day", values, action="postponed", always=True)
    # No batch moves to where another still is.
    for batch in sorted(batches, key=lambda each: each.starts_at, reverse=shift > timedelta()):
        await change(scope, batch, "open_day_batch", {"starts_at": batch.starts_at + shift}, action="postponed")
    return row


async def cancel(scope: Scope, id: UUID, version: int, reason: str) -> OpenDay:
    """Call an open day off, and say why."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    row = await own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.CANCELLED, STATE_CHANGES)
    await change(scope, row, "open_day", {"state": OpenDayState.CANCELLED, "reason": words}, action="cancelled")
    return row


_PLANNED: Final = ("theme", "starts_at", "ends_at", "meeting_place", "host", "areas", "organisers")


def _plan(new: NewOpenDay) -> dict[str, Any]:
    """What is prepared, put right where nobody sees a difference; refused where it cannot be meant."""
    checks = Checks()
    plan = {
        "theme": checks.text("theme", new.theme, limit=NAME_LIMIT),
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "meeting_place": checks.text("meetingPlace", new.meeting_place, limit=NAME_LIMIT),
        "host": checks.text("host", new.host, limit=NAME_LIMIT),
        "areas": list(dict.fromkeys(str(area) for area in new.areas)),
        "organisers": list(dict.fromkeys(str(organiser) for organiser in new.organisers)),
    }
    checks.moment("startsAt", new.starts_at)
    checks.moment("endsAt", new.ends_at)
    if new.ends_at <= new.starts_at:
        checks.add(Code.ENDS_BEFORE_START, "endsAt")
    for several in ("areas", "organisers"):
        if not plan[several]:
            checks.add(Code.EMPTY, several)
    if len(new.batches) > BATCHES_LIMIT:
        checks.add(Code.BATCHES_TOO_MANY, "batches", count=len(new.batches), limit=BATCHES_LIMIT)
    for index, batch in enumerate(new.batches[:BATCHES_LIMIT]):
        inner = checks.within(f"batches.{index}")
        if batch.capacity <= 0:
            inner.add(Code.CAPACITY_NOT_POSITIVE, "capacity", value=batch.capacity)
        inner.count("capacity", max(batch.capacity, 0), VISITORS_LIMIT)
        if not new.starts_at <= batch.starts_at < new.ends_at:
            inner.add(Code.BATCH_OUTSIDE, "startsAt")
    if len({batch.starts_at for batch in new.batches}) < len(new.batches):
        checks.add(Code.BATCH_TWICE, "batches")
    checks.done()
    return plan


async def own(scope: Scope, id: UUID, version: int) -> OpenDay:
    """An open day at the version the caller saw, which the caller may change."""
    row = await find_at(scope, OpenDay, id, version)
    await require_own(scope, row.project_id, "id")
    return row


async def _add_batches(scope: Scope, open_day_id: UUID, batches: Sequence[NewBatch]) -> None:
    for batch in batches:
        row = OpenDayBatch(
            tenant_id=scope.tenant_id, open_day_id=open_day_id, starts_at=batch.starts_at, capacity=batch.capacity
        )
        await create(scope, row, "open_day_batch")


async def batches_of(scope: Scope, open_day_id: UUID) -> Sequence[OpenDayBatch]:
    """The batches of an open day."""
    of_this: Any = (OpenDayBatch.tenant_id == scope.tenant_id, OpenDayBatch.open_day_id == open_day_id)
    return (await scope.session.scalars(select(OpenDayBatch).where(*of_this))).all()
