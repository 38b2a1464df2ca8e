"""Open days (物业开放日): drafted, published in good time, held, and closed when every opinion is answered.

No law asks for open days, so what is asked is data: the notice (OPEN_DAY_NOTICE_DAYS), the days to answer an opinion
(OPEN_DAY_ANSWER_DAYS) and how many a quarter (OPEN_DAYS_PER_QUARTER) are settings of the division. Visitors are counted
and not named; photos are never needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlmodel import Field

from tenants.calendar import Deadline, after_days
from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.issue import Issue, IssueChannel, IssueSource, NewIssue, record_issue
from tenants.leading import require_own
from tenants.project import Project, require_running
from tenants.provisional import unsettled
from tenants.row import Changing, TenantRow, code_field, legal_day, new_id, now, one_of, some_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective, number_on


class OpenDayState(StrEnum):
    """Where an open day stands; the regulator's figures count HELD and later."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    POSTPONED = "POSTPONED"
    CANCELLED = "CANCELLED"
    HELD = "HELD"
    FEEDBACK_OPEN = "FEEDBACK_OPEN"
    CLOSED = "CLOSED"


class OpenArea(StrEnum):
    """What is shown (practice: pump room, fire pump room, power, generator, lifts, monitoring, cleaning)."""

    PUMP_ROOM = "PUMP_ROOM"
    FIRE_PUMP_ROOM = "FIRE_PUMP_ROOM"
    POWER_ROOM = "POWER_ROOM"
    GENERATOR = "GENERATOR"
    LIFT_MACHINE_ROOM = "LIFT_MACHINE_ROOM"
    MONITORING_ROOM = "MONITORING_ROOM"
    CLEANING_STORE = "CLEANING_STORE"
    SERVICE_CENTRE = "SERVICE_CENTRE"
    OTHER = "OTHER"


class Organiser(StrEnum):
    """Who calls the open day."""

    COMPANY = "COMPANY"
    COMMUNITY = "COMMUNITY"
    STREET = "STREET"
    HOUSING_AUTHORITY = "HOUSING_AUTHORITY"
    ASSOCIATION = "ASSOCIATION"


STATE_CHANGES: Mapping[OpenDayState, tuple[OpenDayState, ...]] = {
    OpenDayState.DRAFT: (OpenDayState.PUBLISHED, OpenDayState.CANCELLED),
    OpenDayState.PUBLISHED: (OpenDayState.HELD, OpenDayState.POSTPONED, OpenDayState.CANCELLED),
    OpenDayState.POSTPONED: (OpenDayState.PUBLISHED, OpenDayState.POSTPONED, OpenDayState.CANCELLED),
    OpenDayState.HELD: (OpenDayState.FEEDBACK_OPEN, OpenDayState.CLOSED),
    OpenDayState.FEEDBACK_OPEN: (OpenDayState.CLOSED,),
}

COUNTED = (OpenDayState.HELD, OpenDayState.FEEDBACK_OPEN, OpenDayState.CLOSED)
ANNOUNCED = (OpenDayState.PUBLISHED, *COUNTED)
REGISTERING = (OpenDayState.PUBLISHED,)
COUNTING = (OpenDayState.PUBLISHED, OpenDayState.HELD, OpenDayState.FEEDBACK_OPEN)


VISITORS_LIMIT: Final = 100_000
BATCHES_LIMIT: Final = 200
"""More is a slip of the pen."""


class OpenDay(Changing, TenantRow, table=True):
    """One open day at a project's estate."""

    __tablename__ = "open_day"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("open_day_project", "tenant_id", "project_id", "id"),
        Index("open_day_starts", "tenant_id", "starts_at"),
        Index(
            "open_day_division",
            "division_path",
            "held_on",
            "id",
            postgresql_include=["tenant_id", "estate_id", "attended"],
        ),
        one_of("state", OpenDayState),
        some_of("areas", OpenArea),
        some_of("organisers", Organiser),
        CheckConstraint("theme <> ''", name="theme_given"),
        CheckConstraint("ends_at > starts_at", name="times_in_order"),
        CheckConstraint("(state IN ('HELD', 'FEEDBACK_OPEN', 'CLOSED')) = (held_on IS NOT NULL)", name="holding_dated"),
        CheckConstraint(
            "attended >= 0 AND volunteers >= 0 AND party_volunteers >= 0 AND party_volunteers <= volunteers",
            name="counts_add_up",
        ),
    )

    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    theme: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))
    meeting_place: str = Field(sa_type=Text)
    areas: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    host: str = Field(sa_type=Text)
    organisers: list[str] = Field(default_factory=lambda: [Organiser.COMPANY.value], sa_type=ARRAY(Text))
    state: OpenDayState = code_field(default=OpenDayState.DRAFT)
    published_on: date | None = None
    held_on: date | None = None
    attended: int | None = None
    volunteers: int | None = None
    party_volunteers: int | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    no_opinions: bool = False
    closed_on: date | None = None


class OpenDayBatch(Changing, TenantRow, table=True):
    """A group of visitors with its time and how many it takes."""

    __tablename__ = "open_day_batch"
    __table_args__ = (
        UniqueConstraint("tenant_id", "open_day_id", "starts_at"),
        ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        CheckConstraint("capacity > 0 AND registered BETWEEN 0 AND capacity AND attended >= 0", name="counts_fit"),
    )

    open_day_id: UUID
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    capacity: int
    registered: int = 0
    attended: int | None = None


class Opinion(Changing, TenantRow, table=True):
    """An opinion given on an open day; nobody's name, and at most one issue made of it."""

    __tablename__ = "opinion"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        ForeignKeyConstraint(["tenant_id", "issue_id"], ["issue.tenant_id", "issue.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("opinion_open_day", "tenant_id", "open_day_id", "id"),
        Index("opinion_issue", "tenant_id", "issue_id"),
        Index(
            "opinion_division",
            "division_path",
            "id",
            postgresql_include=["tenant_id", "open_day_id", "estate_id", "received_on", "answered_on"],
        ),
        CheckConstraint("content <> ''", name="content_given"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_known"),
        CheckConstraint("answered_on >= received_on", name="answered_after_received"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answer_dated"),
    )

    open_day_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    category: str | None = Field(default=None, sa_type=Text)
    content: str = Field(sa_type=Text)
    satisfaction: int | None = None
    received_on: date
    answer_due_on: date
    provisional: bool = False
    answer: str | None = Field(default=None, sa_type=Text)
    answered_on: date | None = None
    issue_id: UUID | None = None


DUES = """
SELECT o.tenant_id, o.id, 'OPINION' AS kind, o.id AS subject_id, d.project_id, o.estate_id, o.division_path,
       o.answer_due_on AS due_on, o.provisional
FROM opinion o JOIN open_day d ON d.tenant_id = o.tenant_id AND d.id = o.open_day_id
WHERE o.answered_on IS NULL
"""
"""Opinions a company has still to answer."""

REPORT = f"""
SELECT kind AS estate_kind, coalesce(h.held, 0) AS held, coalesce(h.estates, 0) AS estates,
       coalesce(s.estates, 0) AS estates_served,
       round(coalesce(h.held, 0)::numeric / nullif(s.estates, 0), 2) AS held_per_estate,
       round(coalesce(h.estates, 0)::numeric / nullif(s.estates, 0), 4) AS holding_share,
       {number_on(SettingKey.OPEN_DAYS_PER_QUARTER, "{place}", "{until}")} AS quarterly_target,
       coalesce(h.attended, 0) AS attended, coalesce(o.given, 0) AS opinions,
       round(o.answered::numeric / nullif(o.given, 0), 4) AS answered_share, o.median_days_to_answer
FROM (
    SELECT e.kind, count(*)::int AS estates
    FROM (
        SELECT DISTINCT p.estate_id FROM project p
        WHERE {{of_p}} AND {{within_p}} AND p.started_on <= least({{until}}, {{as_of}})
              AND (p.ended_on IS NULL OR p.ended_on >= {{since}})
    ) p
    JOIN estate e ON e.id = p.estate_id WHERE {{of_e}} AND {{within_e}}
    GROUP BY e.kind
) s
FULL JOIN (
    SELECT e.kind, sum(t.held)::int AS held, count(*)::int AS estates, sum(t.attended)::int AS attended
    FROM (
        SELECT t.estate_id, count(*) AS held, sum(t.attended) AS attended FROM open_day t
        WHERE {{of_t}} AND {{within_t}} AND t.held_on BETWEEN {{since}} AND least({{until}}, {{as_of}})
        GROUP BY t.estate_id
    ) t
    JOIN estate e ON e.id = t.estate_id WHERE {{of_e}} AND {{within_e}}
    GROUP BY e.kind
) h USING (kind)
LEFT JOIN (
    SELECT e.kind, count(*)::int AS given, count(*) FILTER (WHERE o.answered_on <= {{as_of}})::int AS answered,
           round((percentile_cont(0.5) WITHIN GROUP (ORDER BY o.answered_on - o.received_on)
                  FILTER (WHERE o.answered_on <= {{as_of}}))::numeric, 1) AS median_days_to_answer
    FROM open_day t
    JOIN opinion o ON o.tenant_id = t.tenant_id AND o.open_day_id = t.id
    JOIN estate e ON e.id = o.estate_id
    WHERE {{of_t}} AND {{of_o}} AND {{of_e}} AND {{within_t}} AND {{within_o}} AND {{within_e}}
          AND t.held_on BETWEEN {{since}} AND least({{until}}, {{as_of}}) AND o.received_on <= {{as_of}}
    GROUP BY e.kind
) o USING (kind)
ORDER BY kind
"""
"""R-05: the open days held in a period and what was said there, for each kind of estate where a project ran or one was
held. A share is of the estates where a project ran in the period.
"""


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


@dataclass(frozen=True, kw_only=True)
class NewOpinion:
    """An opinion, without the name of who gave it."""

    open_day_id: UUID
    content: str
    category: str | None = None
    satisfaction: int | None = None
    received_on: date | None = None
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
    row = await _own(scope, id, version)
    if row.state != OpenDayState.DRAFT:
        raise DomainError(Code.OPEN_DAY_ANNOUNCED, "id", state=OpenDayState(row.state))
    known = [NewBatch(starts_at=each.starts_at, capacity=each.capacity) for each in await _batches(scope, row.id)]
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
    row = await _own(scope, id, version)
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
    row = await _own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.POSTPONED, STATE_CHANGES)
    shift = starts_at - row.starts_at
    batches = await _batches(scope, row.id)
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
    row = await _own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.CANCELLED, STATE_CHANGES)
    await change(scope, row, "open_day", {"state": OpenDayState.CANCELLED, "reason": words}, action="cancelled")
    return row


async def register(scope: Scope, batch_id: UUID, version: int, registered: int) -> OpenDayBatch:
    """Set how many have registered for a batch of an announced open day: a count, within its capacity."""
    _, batch = await _batch(scope, batch_id, version, REGISTERING)
    if not 0 <= registered <= batch.capacity:
        raise DomainError(Code.BATCH_FULL, "registered", value=registered, capacity=batch.capacity)
    await change(scope, batch, "open_day_batch", {"registered": registered}, action="registered")
    return batch


async def count(scope: Scope, batch_id: UUID, version: int, attended: int) -> OpenDayBatch:
    """Set how many came with a batch: a count, once it has begun; also more than it was meant to take."""
    checks = Checks()
    checks.count("attended", attended, VISITORS_LIMIT)
    checks.done()
    row, batch = await _batch(scope, batch_id, version, COUNTING)
    if batch.starts_at > now():
        raise DomainError(Code.DATE_IN_FUTURE, "id", date=legal_day(batch.starts_at))
    if row.attended is not None:
        others = [each.attended or 0 for each in await _batches(scope, row.id) if each.id != batch.id]
        _require_sum(attended + sum(others), row.attended)
    await change(scope, batch, "open_day_batch", {"attended": attended}, action="counted")
    return batch


async def hold(
    scope: Scope,
    id: UUID,
    version: int,
    held_on: date,
    attended: int | None = None,
    volunteers: int = 0,
    party_volunteers: int = 0,
) -> OpenDay:
    """A published open day took place at the time that was announced. How many came and how many volunteers helped are
    counts; the visitors are those of the batches when they are left out.
    """
    checks = Checks()
    checks.day("heldOn", held_on, latest=today())
    checks.count("attended", attended, VISITORS_LIMIT)
    checks.count("volunteers", volunteers, VISITORS_LIMIT)
    checks.count("partyVolunteers", party_volunteers)
    if party_volunteers > volunteers:
        checks.add(Code.MORE_THAN_ALL, "partyVolunteers", part=party_volunteers, whole=volunteers)
    checks.done()
    row = await _own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.HELD, STATE_CHANGES)
    first, last = legal_day(row.starts_at), legal_day(row.ends_at)
    if not first <= held_on <= last:
        raise DomainError(Code.HELD_OFF_NOTICE, "heldOn", date=held_on, first=first, last=last)
    counted = [batch.attended for batch in await _batches(scope, row.id) if batch.attended is not None]
    if attended is None and not counted:
        raise DomainError(Code.EMPTY, "attended")
    came = sum(counted) if attended is None else attended
    _require_sum(sum(counted), came)
    values = {
        "state": OpenDayState.HELD,
        "held_on": held_on,
        "attended": came,
        "volunteers": volunteers,
        "party_volunteers": party_volunteers,
    }
    await change(scope, row, "open_day", values, action="held")
    return row


async def collect(scope: Scope, new: NewOpinion) -> Opinion:
    """Record an opinion given on an open day that was held and is not closed."""
    received = new.received_on or today()
    checks = Checks()
    content = checks.text("content", new.content, limit=1000)
    category = checks.optional_text("category", new.category, limit=NAME_LIMIT)
    checks.day("receivedOn", received, latest=today())
    if new.satisfaction is not None and not 1 <= new.satisfaction <= 5:
        checks.add(Code.SATISFACTION_UNKNOWN, "satisfaction", value=new.satisfaction)
    checks.done()
    row = await find(scope, OpenDay, new.open_day_id, "openDayId", lock=True)
    await require_own(scope, row.project_id, "openDayId")
    if row.state == OpenDayState.HELD:
        await change(scope, row, "open_day", {"state": OpenDayState.FEEDBACK_OPEN}, action="feedback_opened")
    elif row.state != OpenDayState.FEEDBACK_OPEN:
        raise DomainError(Code.OPEN_DAY_NOT_OPEN, "openDayId", state=OpenDayState(row.state))
    assert row.held_on is not None
    checks.not_before("receivedOn", received, row.held_on)
    checks.done()
    deadline = await _answer_deadline(scope, row.division_path, received)
    opinion = Opinion(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        open_day_id=row.id,
        estate_id=row.estate_id,
        division_path=row.division_path,
        category=category,
        content=content,
        satisfaction=new.satisfaction,
        received_on=received,
        answer_due_on=deadline.on,
        provisional=deadline.provisional,
    )
    await create(scope, opinion, "opinion")
    return opinion


async def answer(scope: Scope, id: UUID, version: int, words: str, answered_on: date) -> Opinion:
    """Answer an opinion while its open day is not closed."""
    checks = Checks()
    text = checks.text("answer", words, limit=1000)
    checks.day("answeredOn", answered_on, latest=today())
    checks.done()
    opinion = await find_at(scope, Opinion, id, version)
    await _require_open(scope, opinion)
    checks.not_before("answeredOn", answered_on, opinion.received_on)
    checks.done()
    await change(scope, opinion, "opinion", {"answer": text, "answered_on": answered_on}, action="answered")
    return opinion


async def convert(scope: Scope, id: UUID, version: int, title: str) -> Opinion:
    """Make an issue of an opinion, once."""
    opinion = await find_at(scope, Opinion, id, version)
    if opinion.issue_id is not None:
        raise DomainError(Code.CONVERTED_ALREADY, "id")
    row = await find(scope, OpenDay, opinion.open_day_id)
    await require_own(scope, row.project_id, "id")
    require_running(await find(scope, Project, row.project_id), "id")
    issue: Issue = await record_issue(
        scope,
        NewIssue(
            estate_id=opinion.estate_id,
            title=title,
            detail=opinion.content,
            source=IssueSource.OPEN_DAY,
            channel=IssueChannel.COUNTER,
            found_on=opinion.received_on,
            external_id=str(opinion.id),
        ),
    )
    await change(scope, opinion, "opinion", {"issue_id": issue.id}, action="converted")
    return opinion


async def close(scope: Scope, id: UUID, version: int, closed_on: date, no_opinions: bool) -> OpenDay:
    """Close an open day: every opinion is answered, or it is stated that none was given."""
    checks = Checks()
    checks.day("closedOn", closed_on, latest=today())
    checks.done()
    row = await _own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.CLOSED, STATE_CHANGES)
    checks.not_before("closedOn", closed_on, row.held_on)
    checks.done()
    given, answered = (
        await scope.session.execute(
            select(func.count(), func.count(Opinion.answered_on)).where(  # type: ignore[arg-type]
                Opinion.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
                Opinion.open_day_id == row.id,  # type: ignore[arg-type]
            )
        )
    ).one()
    if given > answered:
        raise DomainError(Code.OPINIONS_UNANSWERED, "id", count=given - answered)
    if given == 0 and not no_opinions:
        raise DomainError(Code.OPINIONS_NOT_STATED, "noOpinions")
    if given > 0 and no_opinions:
        raise DomainError(Code.OPINIONS_GIVEN, "noOpinions", count=given)
    values = {"state": OpenDayState.CLOSED, "closed_on": closed_on, "no_opinions": no_opinions}
    await change(scope, row, "open_day", values, action="closed")
    return row


async def settle(scope: Scope, limit: int) -> int:
    """Work provisional deadlines out anew, as the holiday calendar is known now; how many were settled."""
    unanswered = Opinion.answered_on.is_(None)  # type: ignore[union-attr]
    rows = await unsettled(scope, Opinion, "answer_due_on", unanswered, limit)
    for row in rows:
        deadline = await _answer_deadline(scope, row.division_path, row.received_on)
        values = {"answer_due_on": deadline.on, "provisional": deadline.provisional}
        await change(scope, row, "opinion", values, action="settled")
    return len(rows)


async def _answer_deadline(scope: Scope, path: str, received_on: date) -> Deadline:
    return after_days(received_on, await effective(scope, SettingKey.OPEN_DAY_ANSWER_DAYS, path, received_on))


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


async def _own(scope: Scope, id: UUID, version: int) -> OpenDay:
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


async def _batches(scope: Scope, open_day_id: UUID) -> Sequence[OpenDayBatch]:
    of_this: Any = (OpenDayBatch.tenant_id == scope.tenant_id, OpenDayBatch.open_day_id == open_day_id)
    return (await scope.session.scalars(select(OpenDayBatch).where(*of_this))).all()


async def _batch(
    scope: Scope, id: UUID, version: int, states: tuple[OpenDayState, ...]
) -> tuple[OpenDay, OpenDayBatch]:
    """A batch and its open day, both held; the open day's first, so that those who meet here take turns."""
    seen = await find(scope, OpenDayBatch, id)
    row = await find(scope, OpenDay, seen.open_day_id, lock=True)
    await require_own(scope, row.project_id, "id")
    batch = await find_at(scope, OpenDayBatch, id, version)
    if row.state not in states:
        raise DomainError(Code.VISITORS_NOT_NOW, "id", state=OpenDayState(row.state), allowed=states)
    return row, batch


def _require_sum(counted: int, attended: int) -> None:
    if counted > attended:
        raise DomainError(Code.FEWER_THAN_BATCHES, "attended", value=attended, counted=counted)


async def _require_open(scope: Scope, opinion: Opinion) -> None:
    row = await find(scope, OpenDay, opinion.open_day_id, lock=True)
    await require_own(scope, row.project_id, "id")
    if row.state != OpenDayState.FEEDBACK_OPEN:
        raise DomainError(Code.OPEN_DAY_NOT_OPEN, "id", state=OpenDayState(row.state))
