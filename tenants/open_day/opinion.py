"""Opinions given on an open day: recorded, answered, made issues; when all are answered, the open day is closed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from tenants.calendar import Deadline, after_days
from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.issue import Issue, IssueChannel, IssueSource, NewIssue, record_issue
from tenants.leading import require_own
from tenants.open_day.planning import own
from tenants.open_day.tables import STATE_CHANGES, OpenDay, OpenDayState, Opinion
from tenants.project import Project, require_running
from tenants.provisional import unsettled
from tenants.row import new_id, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective

DUES = """
SELECT o.tenant_id, o.id, 'OPINION' AS kind, o.id AS subject_id, d.project_id, o.estate_id, o.division_path,
       o.answer_due_on AS due_on, o.provisional
FROM opinion o JOIN open_day d ON d.tenant_id = o.tenant_id AND d.id = o.open_day_id
WHERE o.answered_on IS NULL
"""
"""Opinions a company has still to answer."""


@dataclass(frozen=True, kw_only=True)
class NewOpinion:
    """An opinion, without the name of who gave it."""

    open_day_id: UUID
    content: str
    category: str | None = None
    satisfaction: int | None = None
    received_on: date | None = None
    id: UUID | None = None


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
    row = await own(scope, id, version)
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


async def _require_open(scope: Scope, opinion: Opinion) -> None:
    row = await find(scope, OpenDay, opinion.open_day_id, lock=True)
    await require_own(scope, row.project_id, "id")
    if row.state != OpenDayState.FEEDBACK_OPEN:
        raise DomainError(Code.OPEN_DAY_NOT_OPEN, "id", state=OpenDayState(row.state))
