"""What is due in Party work: worked out when a period begins, by the Civil Code's counting; listed, never decided.

A due date keeps the start and the length of its period, so that one beyond the published holiday calendar, which is
provisional, is worked out anew once the calendar is known.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, select, text
from sqlmodel import Field

from tenants.calendar import Deadline, after_days, after_months
from tenants.provisional import unsettled
from tenants.row import Changing, TenantRow, code_field, now, one_of
from tenants.scope import Scope


class DueKind(StrEnum):
    """What has to be done."""

    ELECTION = "ELECTION"
    TALK = "TALK"
    CULTIVATION_REVIEW = "CULTIVATION_REVIEW"
    BRANCH_MEETING = "BRANCH_MEETING"
    APPROVAL = "APPROVAL"
    OATH = "OATH"
    CONVERSION = "CONVERSION"
    CONVERSION_APPROVAL = "CONVERSION_APPROVAL"
    TRANSFER = "TRANSFER"
    ERASURE = "ERASURE"


class PartyDue(Changing, TenantRow, table=True):
    """One thing to do by a day. Its subject is an organisation, a case, a transfer or a file: never a name."""

    __tablename__ = "party_due"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        Index(
            "party_due_one_open",
            "tenant_id",
            "subject_id",
            "kind",
            unique=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index("party_due_day", "tenant_id", "due_on", postgresql_where=text("closed_on IS NULL")),
        one_of("kind", DueKind),
    )

    kind: DueKind = code_field()
    subject_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    since: date
    months: int = 0
    days: int = 0
    due_on: date
    provisional: bool = Field(default=False)
    article: str | None = Field(default=None, sa_type=Text)
    paused: bool = Field(default=False)
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A period that begins: so many months, or days, from a day on."""

    kind: DueKind
    subject_id: UUID
    since: date
    months: int = 0
    days: int = 0
    article: str | None = None

    @property
    def deadline(self) -> Deadline:
        """Its last day."""
        return _deadline(self.since, self.months, self.days)


async def open_due(scope: Scope, new: Due, path: str) -> None:
    """Note what is due; an open one of the same kind and subject is replaced."""
    deadline = new.deadline
    row = await _open(scope, new.kind, new.subject_id)
    if row is None:
        row = PartyDue(
            tenant_id=scope.tenant_id,
            kind=new.kind,
            subject_id=new.subject_id,
            division_path=path,
            since=new.since,
            due_on=deadline.on,
        )
        scope.session.add(row)
    else:
        row.version += 1
        row.updated_at = now()
    row.since, row.months, row.days, row.article = new.since, new.months, new.days, new.article
    row.due_on, row.provisional = deadline.on, deadline.provisional
    await scope.session.flush()


async def close(scope: Scope, kind: DueKind, subject_id: UUID, on: date) -> None:
    """It was done, or is not due any more."""
    row = await _open(scope, kind, subject_id)
    if row is not None:
        row.closed_on, row.updated_at = on, now()
        row.version += 1
        await scope.session.flush()


async def close_all(scope: Scope, subject_id: UUID, on: date) -> None:
    """Nothing is due of a subject any more."""
    for kind in DueKind:
        await close(scope, kind, subject_id, on)


async def pause(scope: Scope, subject_id: UUID, *, paused: bool) -> None:
    """While a case is suspended nothing of it is due; the days go on counting."""
    rows = await scope.session.scalars(
        select(PartyDue).where(
            PartyDue.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyDue.subject_id == subject_id,  # type: ignore[arg-type]
            PartyDue.closed_on.is_(None),  # type: ignore[union-attr]
        )
    )
    for row in rows:
        row.paused, row.updated_at = paused, now()
        row.version += 1
    await scope.session.flush()


async def settle(scope: Scope, limit: int) -> int:
    """Work provisional days out anew, as the holiday calendar is known now; how many were settled."""
    open_ones = PartyDue.closed_on.is_(None)  # type: ignore[union-attr]
    rows = await unsettled(scope, PartyDue, "due_on", open_ones, limit)
    for row in rows:
        deadline = _deadline(row.since, row.months, row.days)
        row.due_on, row.provisional, row.updated_at = deadline.on, deadline.provisional, now()
        row.version += 1
    await scope.session.flush()
    return len(rows)


async def _open(scope: Scope, kind: DueKind, subject_id: UUID) -> PartyDue | None:
    return await scope.session.scalar(
        select(PartyDue).where(
            PartyDue.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyDue.subject_id == subject_id,  # type: ignore[arg-type]
            PartyDue.kind == kind,  # type: ignore[arg-type]
            PartyDue.closed_on.is_(None),  # type: ignore[union-attr]
        )
    )


def _deadline(since: date, months: int, days: int) -> Deadline:
    return after_days(since, days) if days else after_months(since, months)
