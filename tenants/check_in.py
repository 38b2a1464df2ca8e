"""Check-ins (社区报到): a project lead registers with the community soon after arriving, and the community confirms.

A registration with documents, never a clock-in or a position. How many days there are is a setting of the division
(北京市物业管理条例 2024 第66条: 3; 淄博市物业管理条例 2021 第44条: 5); where none is set there is no deadline.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, select
from sqlmodel import Field

from tenants.calendar import Deadline, after_days
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks
from tenants.community import seen
from tenants.errors import Code
from tenants.provisional import unsettled
from tenants.row import Changing, TenantRow, code_field, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


class CheckInState(StrEnum):
    """Where a check-in stands. ENDED: the lead left before it was confirmed, and the next lead's clock runs."""

    PENDING = "PENDING"
    OVERDUE = "OVERDUE"
    REPORTED = "REPORTED"
    REPORTED_LATE = "REPORTED_LATE"
    CONFIRMED = "CONFIRMED"
    ENDED = "ENDED"


STATE_CHANGES: Mapping[CheckInState, tuple[CheckInState, ...]] = {
    CheckInState.PENDING: (
        CheckInState.REPORTED,
        CheckInState.REPORTED_LATE,
        CheckInState.OVERDUE,
        CheckInState.ENDED,
    ),
    # Registered in time and only recorded late is in time: what counts is the community's register.
    CheckInState.OVERDUE: (CheckInState.REPORTED, CheckInState.REPORTED_LATE, CheckInState.ENDED),
    CheckInState.REPORTED: (CheckInState.CONFIRMED, CheckInState.ENDED),
    CheckInState.REPORTED_LATE: (CheckInState.CONFIRMED, CheckInState.ENDED),
}


class CheckIn(Changing, TenantRow, table=True):
    """One lead's duty to check in, from the day of arrival. The deadline is kept as it was set on that day."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("tenant_id", "lead_id"),
        ForeignKeyConstraint(["tenant_id", "lead_id"], ["project_lead.tenant_id", "project_lead.id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("check_in_project", "tenant_id", "project_id"),
        Index("check_in_due", "tenant_id", "state", "deadline_on"),
        Index("check_in_division", "division_path", "id"),
        one_of("state", CheckInState),
        CheckConstraint("reported_on >= arrived_on", name="reported_after_arrival"),
        CheckConstraint("confirmed_on >= reported_on", name="confirmed_after_report"),
        CheckConstraint("(state = 'CONFIRMED') = (confirmed_on IS NOT NULL)", name="confirmation_dated"),
    )

    lead_id: UUID
    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    arrived_on: date
    deadline_on: date | None = None
    provisional: bool = False
    state: CheckInState = code_field(default=CheckInState.PENDING)
    reported_on: date | None = None
    document: str | None = Field(default=None, sa_type=Text)
    late_reason: str | None = Field(default=None, sa_type=Text)
    confirmed_on: date | None = None
    confirmed_by: UUID | None = None


DUES = """
SELECT c.tenant_id, c.id, 'CHECK_IN' AS kind, c.id AS subject_id, c.project_id, c.estate_id, c.division_path,
       c.deadline_on AS due_on, c.provisional
FROM check_in c WHERE c.state IN ('PENDING', 'OVERDUE') AND c.deadline_on IS NOT NULL
"""
"""Check-ins a company still owes."""

REPORT = """
SELECT count(*)::int AS leads,
       count(*) FILTER (WHERE t.state = 'CONFIRMED')::int AS confirmed,
       round(count(*) FILTER (WHERE t.state = 'CONFIRMED')::numeric / nullif(count(*), 0), 4) AS confirmed_share,
       count(t.reported_on)::int AS reported,
       round(count(*) FILTER (WHERE t.reported_on <= t.deadline_on)::numeric
             / nullif(count(*) FILTER (WHERE t.deadline_on IS NOT NULL), 0), 4) AS on_time_share,
       count(*) FILTER (WHERE t.reported_on IS NULL AND t.deadline_on < current_date)::int AS overdue,
       (SELECT count(*)::int FROM agreement a
        WHERE {of_a} AND {within_a}
              AND a.signed_on BETWEEN {since} AND {until}) AS agreements,
       (SELECT count(*)::int FROM claimed_project p
        WHERE {of_p} AND {within_p}
              AND p.state <> 'DROPPED' AND p.claimed_on BETWEEN {since} AND {until}) AS claimed_projects,
       (SELECT count(*)::int FROM claimed_project q
        WHERE {of_q} AND {within_q}
              AND q.state IN ('COMPLETED', 'CONFIRMED') AND q.claimed_on BETWEEN {since} AND {until}
       ) AS completed_projects
FROM check_in t
WHERE {of_t} AND {within_t} AND t.state <> 'ENDED' AND t.arrived_on BETWEEN {since} AND {until}
"""
"""R-06: the leads who arrived in a period and have not left unconfirmed; the agreements and projects of the period."""


async def begin(scope: Scope, *, lead_id: UUID, project_id: UUID, estate_id: UUID, path: str, arrived_on: date) -> None:
    """A lead has arrived: the clock of the estate's division starts on that day, or none where it sets no days."""
    deadline = await _deadline(scope, path, arrived_on)
    row = CheckIn(
        tenant_id=scope.tenant_id,
        lead_id=lead_id,
        project_id=project_id,
        estate_id=estate_id,
        division_path=path,
        arrived_on=arrived_on,
        deadline_on=deadline.on if deadline else None,
        provisional=deadline.provisional if deadline else False,
    )
    await create(scope, row, "check_in")


async def end(scope: Scope, lead_id: UUID) -> None:
    """A lead has left: what was not confirmed by then ends; the next lead's clock is another one."""
    row = await scope.session.scalar(
        select(CheckIn)
        .where(CheckIn.tenant_id == scope.tenant_id, CheckIn.lead_id == lead_id)  # type: ignore[arg-type]
        .with_for_update(key_share=True)
    )
    if row is not None and row.state not in (CheckInState.CONFIRMED, CheckInState.ENDED):
        await change(scope, row, "check_in", {"state": CheckInState.ENDED}, action="ended")


async def settle(scope: Scope, limit: int) -> int:
    """Work provisional deadlines out anew, as the holiday calendar is known now; how many were settled."""
    owed = CheckIn.state.in_((CheckInState.PENDING, CheckInState.OVERDUE))  # type: ignore[attr-defined]
    rows = await unsettled(scope, CheckIn, "deadline_on", owed, limit)
    for row in rows:
        deadline = await _deadline(scope, row.division_path, row.arrived_on)
        assert row.deadline_on is not None
        # Where the division has set no days since, the day that was told stays.
        settled = deadline or Deadline(row.deadline_on, False)
        values = {"deadline_on": settled.on, "provisional": settled.provisional}
        await change(scope, row, "check_in", values, action="settled")
    return len(rows)


async def mark_overdue(scope: Scope, on: date, limit: int) -> int:
    """Mark the check-ins whose deadline has passed on a day, at most so many at once; how many there were."""
    late = await scope.session.scalars(
        select(CheckIn)
        .where(
            CheckIn.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            CheckIn.state == CheckInState.PENDING,  # type: ignore[arg-type]
            CheckIn.deadline_on < on,  # type: ignore[arg-type,operator]
        )
        .order_by(CheckIn.id)  # type: ignore[arg-type]
        .limit(limit)
        .with_for_update(key_share=True)
    )
    rows = late.all()
    for row in rows:
        transition(CheckInState(row.state), CheckInState.OVERDUE, STATE_CHANGES)
        await change(scope, row, "check_in", {"state": CheckInState.OVERDUE}, action="overdue")
    return len(rows)


async def report(
    scope: Scope, id: UUID, version: int, reported_on: date, document: str | None, late_reason: str | None
) -> CheckIn:
    """The lead has registered with the community on a day; after the deadline it is late, and the reason is stated."""
    checks = Checks()
    checks.day("reportedOn", reported_on, latest=today())
    named = checks.optional_text("document", document, limit=200)
    reason = checks.optional_text("lateReason", late_reason)
    checks.done()
    row = await find_at(scope, CheckIn, id, version)
    late = row.deadline_on is not None and reported_on > row.deadline_on
    wanted = CheckInState.REPORTED_LATE if late else CheckInState.REPORTED
    transition(CheckInState(row.state), wanted, STATE_CHANGES)
    checks.not_before("reportedOn", reported_on, row.arrived_on)
    if late and reason is None:
        checks.add(Code.LATE_REASON_REQUIRED, "lateReason", deadline=row.deadline_on)
    checks.done()
    values = {"state": wanted, "reported_on": reported_on, "document": named, "late_reason": reason if late else None}
    await change(scope, row, "check_in", values, action="reported")
    return row


async def confirm(scope: Scope, id: UUID, version: int, confirmed_on: date) -> CheckIn:
    """The community of the estate confirms that the lead has registered with it; no other community can."""
    row = await seen(scope, CheckIn, id, version)
    checks = Checks()
    checks.day("confirmedOn", confirmed_on, latest=today())
    transition(CheckInState(row.state), CheckInState.CONFIRMED, STATE_CHANGES)
    checks.not_before("confirmedOn", confirmed_on, row.reported_on)
    checks.done()
    async with scope.acting_for(row.tenant_id):
        held = await find_at(scope, CheckIn, id, version)
        values = {
            "state": CheckInState.CONFIRMED,
            "confirmed_on": confirmed_on,
            "confirmed_by": scope.principal.actor_id,
        }
        await change(scope, held, "check_in", values, action="confirmed")
    return await find(scope, CheckIn, id)


async def _deadline(scope: Scope, path: str, arrived_on: date) -> Deadline | None:
    days = await effective(scope, SettingKey.CHECK_IN_ARRIVAL_DAYS, path, arrived_on)
    return after_days(arrived_on, days) if days is not None else None
