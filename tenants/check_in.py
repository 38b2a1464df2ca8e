"""Check-ins (社区报到): a project lead registers with the community soon after arriving, and the community confirms.

A registration with documents, never a clock-in or a position (国办函〔2026〕12号). How many days there are is a setting
of the division (北京市物业管理条例 2024 第66条: 3; 淄博市物业管理条例 2021 第44条: 5); where none is set there is no
deadline.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, select
from sqlmodel import Field

from tenants.calendar import after_days
from tenants.change import carry_out, change, create, find_at, transition
from tenants.checks import Checks
from tenants.community import seen
from tenants.errors import Code
from tenants.leading import require_own
from tenants.provisional import unsettled
from tenants.row import Changing, TenantRow, code_field, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective, number_on


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
    """One lead's duty to check in, from the day of arrival until the lead leaves. The deadline, and the days it comes
    from, are kept as they were set on the day of arrival.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("tenant_id", "lead_id"),
        ForeignKeyConstraint(["tenant_id", "lead_id"], ["project_lead.tenant_id", "project_lead.id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("check_in_project", "tenant_id", "project_id"),
        Index("check_in_due", "tenant_id", "state", "deadline_on"),
        Index("check_in_division", "division_path", "id"),
        Index(
            "check_in_arrived",
            "arrived_on",
            "division_path",
            postgresql_include=["left_on", "reported_on", "deadline_on"],
        ),
        Index(
            "check_in_deadline",
            "deadline_on",
            "division_path",
            postgresql_include=["left_on", "reported_on"],
        ),
        Index(
            "check_in_in_charge",
            "left_on",
            "division_path",
            postgresql_include=["project_id", "arrived_on", "reported_on", "confirmed_on", "deadline_on"],
        ),
        one_of("state", CheckInState),
        CheckConstraint("left_on >= arrived_on", name="left_after_arrival"),
        CheckConstraint("state <> 'ENDED' OR left_on IS NOT NULL", name="ending_dated"),
        CheckConstraint("(days IS NULL) = (deadline_on IS NULL)", name="deadline_counted"),
        CheckConstraint("reported_on >= arrived_on", name="reported_after_arrival"),
        CheckConstraint("confirmed_on >= reported_on", name="confirmed_after_report"),
        CheckConstraint("(state = 'CONFIRMED') = (confirmed_on IS NOT NULL)", name="confirmation_dated"),
    )

    lead_id: UUID
    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    arrived_on: date
    left_on: date | None = None
    days: int | None = None
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

CONFIRMATIONS = f"""
SELECT c.tenant_id, c.id, 'CHECK_IN_CONFIRMATION' AS kind, c.id AS subject_id, c.project_id, c.estate_id,
       c.division_path, c.reported_on + {number_on(SettingKey.CONFIRMATION_DAYS, "c.division_path", "c.reported_on")}
       AS due_on, false AS provisional
FROM check_in c WHERE c.state IN ('REPORTED', 'REPORTED_LATE')
"""
"""Check-ins that a community has still to confirm."""

_DAY = "least({until}, {as_of})"
_YEARS = f"extract(year FROM {{since}})::int AND extract(year FROM {_DAY})::int"
_YEAR_END = f"least(make_date(y.year, 12, 31), {_DAY})"


def _there(agreement: str) -> str:
    """An agreement is of a company and a community: of a kind of estate where the company serves one of that kind."""
    day = _YEAR_END.replace("y.year", f"{agreement}.year")
    return f"""({{any_kind}} OR EXISTS (
        SELECT FROM project p
        WHERE {{of_p}} AND {{within_p}} AND p.tenant_id = {agreement}.tenant_id
              AND p.division_path = {agreement}.division_path
              AND p.started_on <= {day} AND (p.ended_on IS NULL OR p.ended_on >= {day})))"""


REPORT = f"""
SELECT l.leads, l.confirmed, round(l.confirmed::numeric / nullif(l.leads, 0), 4) AS confirmed_share,
       l.not_reported, l.overdue, i.arrived, i.reported,
       round(i.on_time::numeric / nullif(i.judged, 0), 4) AS on_time_share,
       s.agreements, e.expected AS agreements_expected,
       round(e.signed::numeric / nullif(e.expected, 0), 4) AS agreements_share,
       c.claimed AS claimed_projects, round(c.claimed::numeric / nullif(s.agreements, 0), 2) AS projects_per_agreement,
       round(c.claimed::numeric / nullif(l.leads, 0), 2) AS projects_per_lead,
       c.completed AS completed_projects, round(c.completed::numeric / nullif(c.claimed, 0), 4) AS completed_share
FROM (
    SELECT count(*)::int AS leads,
           count(*) FILTER (WHERE m.confirmed_on <= {_DAY})::int AS confirmed,
           count(*) FILTER (WHERE m.reported_on IS NULL OR m.reported_on > {_DAY})::int AS not_reported,
           count(*) FILTER (WHERE (m.reported_on IS NULL OR m.reported_on > {_DAY}) AND m.deadline_on < {_DAY})::int
           AS overdue
    FROM (
        -- Those who have not left and those who left later, each by its own part of the index.
        SELECT t.confirmed_on, t.reported_on, t.deadline_on FROM check_in t
        WHERE {{of_t}} AND {{within_t}} AND t.arrived_on <= {_DAY} AND t.left_on IS NULL
        UNION ALL
        SELECT t.confirmed_on, t.reported_on, t.deadline_on FROM check_in t
        WHERE {{of_t}} AND {{within_t}} AND t.arrived_on <= {_DAY} AND t.left_on > {_DAY}
    ) m
) l
CROSS JOIN (
    SELECT count(*)::int AS arrived,
           count(*) FILTER (WHERE n.reported_on <= {_DAY})::int AS reported,
           count(*) FILTER (WHERE n.reported_on <= {_DAY} AND n.reported_on <= n.deadline_on) AS on_time,
           count(*) FILTER (WHERE n.deadline_on IS NOT NULL AND n.reported_on <= {_DAY}
                            OR n.deadline_on < least(n.left_on, {_DAY})) AS judged
    FROM check_in n
    WHERE {{of_n}} AND {{within_n}} AND n.arrived_on BETWEEN {{since}} AND {_DAY}
) i
CROSS JOIN (
    SELECT count(*)::int AS agreements FROM agreement a
    WHERE {{of_a}} AND {{within_a}} AND a.year BETWEEN {_YEARS} AND a.signed_on <= {_DAY} AND {_there("a")}
) s
CROSS JOIN (
    -- Company by company in the order of one index, and the agreements in that of another: both are read once a year.
    SELECT coalesce(sum(w.expected), 0)::int AS expected, coalesce(sum(w.signed), 0)::int AS signed
    FROM generate_series({_YEARS.replace(" AND ", ", ")}) y(year)
    CROSS JOIN LATERAL (
        SELECT count(*) AS expected, count(b.tenant_id) AS signed
        FROM (
            SELECT p.division_path, p.tenant_id FROM project p
            WHERE {{of_p}} AND {{within_p}}
                  AND p.started_on <= {_YEAR_END} AND (p.ended_on IS NULL OR p.ended_on >= {_YEAR_END})
            GROUP BY p.division_path, p.tenant_id
        ) r
        LEFT JOIN agreement b ON b.year = y.year AND b.division_path = r.division_path AND b.tenant_id = r.tenant_id
             AND {{of_b}} AND {{within_b}} AND b.signed_on <= {_DAY}
        GROUP BY r.division_path
        HAVING {number_on(SettingKey.AGREEMENTS_PER_YEAR, "r.division_path", _YEAR_END)} > 0
    ) w
) e
CROSS JOIN (
    SELECT count(*)::int AS claimed, count(*) FILTER (WHERE q.completed_on <= {_DAY})::int AS completed
    FROM claimed_project q
    JOIN agreement g ON g.tenant_id = q.tenant_id AND g.id = q.agreement_id
    WHERE {{of_q}} AND {{of_g}} AND {{within_q}} AND {{within_g}} AND q.claimed_on <= {_DAY} AND q.state <> 'DROPPED'
          AND g.year BETWEEN {_YEARS} AND g.signed_on <= {_DAY} AND {_there("g")}
) c
"""
"""R-06, as on the last day of a period, or today: the leads in charge; of those who arrived in it, who reported and had
to; the agreements of its years beside those asked for where projects ran at the year's end; the projects claimed.
"""


async def begin(scope: Scope, *, lead_id: UUID, project_id: UUID, estate_id: UUID, path: str, arrived_on: date) -> None:
    """A lead has arrived: the clock of the estate's division starts on that day, or none where it sets no days."""
    days = await effective(scope, SettingKey.CHECK_IN_ARRIVAL_DAYS, path, arrived_on)
    deadline = after_days(arrived_on, days) if days is not None else None
    row = CheckIn(
        tenant_id=scope.tenant_id,
        lead_id=lead_id,
        project_id=project_id,
        estate_id=estate_id,
        division_path=path,
        arrived_on=arrived_on,
        days=days,
        deadline_on=deadline.on if deadline else None,
        provisional=deadline.provisional if deadline else False,
    )
    await create(scope, row, "check_in")


async def end(scope: Scope, lead_id: UUID, left_on: date) -> None:
    """A lead has left: what was not confirmed by then ends; the next lead's clock is another one."""
    row = await scope.session.scalar(
        select(CheckIn)
        .where(CheckIn.tenant_id == scope.tenant_id, CheckIn.lead_id == lead_id)  # type: ignore[arg-type]
        .with_for_update(key_share=True)
    )
    if row is not None:
        state = row.state if row.state == CheckInState.CONFIRMED else CheckInState.ENDED
        await change(scope, row, "check_in", {"state": state, "left_on": left_on}, action="ended")


async def settle(scope: Scope, limit: int) -> int:
    """Work provisional deadlines out anew, as the holiday calendar is known now; how many were settled."""
    owed = CheckIn.state.in_((CheckInState.PENDING, CheckInState.OVERDUE))  # type: ignore[attr-defined]
    rows = await unsettled(scope, CheckIn, "deadline_on", owed, limit)
    for row in rows:
        assert row.days is not None
        deadline = after_days(row.arrived_on, row.days)
        values = {"deadline_on": deadline.on, "provisional": deadline.provisional}
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
    await require_own(scope, row.project_id, "id")
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
    values = {
        "state": CheckInState.CONFIRMED,
        "confirmed_on": confirmed_on,
        "confirmed_by": scope.principal.actor_id,
    }
    return await carry_out(scope, row, "check_in", values, "confirmed")
