"""Issues (问题): found, reported, assigned, worked on, answered, closed and evaluated, in a loop that closes.

An issue is a company's row at an estate it serves. A regulator of the place raises, escalates and supervises issues in
the company's name; the level only rises by escalation. How many days there are, from when it was found or opened anew,
is a setting of the division (ISSUE_DAYS).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlmodel import Field

from tenants import division
from tenants.calendar import Deadline, after_days
from tenants.change import carry_out, change, create, find, find_at, seen_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.leading import require_own
from tenants.project import Project, ProjectStatus
from tenants.provisional import unsettled
from tenants.row import Changing, Row, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective, number_on


class IssueState(StrEnum):
    """The steps of the loop."""

    FOUND = "FOUND"
    REPORTED = "REPORTED"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    FEEDBACK = "FEEDBACK"
    CLOSED = "CLOSED"
    EVALUATED = "EVALUATED"
    REOPENED = "REOPENED"


class IssueLevel(StrEnum):
    """Who handles it, from the estate upwards."""

    ESTATE = "ESTATE"
    GRID = "GRID"
    COMMUNITY = "COMMUNITY"
    STREET = "STREET"
    COUNTY = "COUNTY"
    CITY = "CITY"


class IssueSource(StrEnum):
    """Where an issue was found (report row S0-16)."""

    PATROL = "PATROL"
    HOTLINE_12345 = "HOTLINE_12345"
    OPEN_DAY = "OPEN_DAY"
    HOME_VISIT = "HOME_VISIT"
    PARTY_MEMBER_DAY = "PARTY_MEMBER_DAY"
    CIVILISED_CITY = "CIVILISED_CITY"
    FIRE_INSPECTION = "FIRE_INSPECTION"
    INSPECTION = "INSPECTION"
    THIRD_PARTY = "THIRD_PARTY"
    RESIDENT = "RESIDENT"


class IssueChannel(StrEnum):
    """How it came in (report row S2-10)."""

    COUNTER = "COUNTER"
    PHONE = "PHONE"
    WECHAT = "WECHAT"
    APP = "APP"
    GRID = "GRID"
    IMPORT = "IMPORT"


LEVELS: Sequence[IssueLevel] = tuple(IssueLevel)
DETAIL_LIMIT: Final = 2000

STATE_CHANGES: Mapping[IssueState, tuple[IssueState, ...]] = {
    IssueState.FOUND: (IssueState.REPORTED,),
    IssueState.REPORTED: (IssueState.ASSIGNED,),
    IssueState.ASSIGNED: (IssueState.IN_PROGRESS, IssueState.ASSIGNED),
    IssueState.IN_PROGRESS: (IssueState.FEEDBACK, IssueState.ASSIGNED),
    IssueState.FEEDBACK: (IssueState.CLOSED, IssueState.IN_PROGRESS),
    IssueState.CLOSED: (IssueState.EVALUATED, IssueState.REOPENED),
    IssueState.EVALUATED: (IssueState.REOPENED,),
    IssueState.REOPENED: (IssueState.ASSIGNED,),
}

_STEPS = (IssueState.REPORTED, IssueState.ASSIGNED, IssueState.IN_PROGRESS, IssueState.FEEDBACK)

ADVANCES: Mapping[IssueState, tuple[IssueState, ...]] = {
    state: tuple(step for step in following if step in _STEPS) for state, following in STATE_CHANGES.items()
}
"""What a company does step by step; closing, evaluating and reopening take more than a step and are their own."""

ESCALATIONS: Mapping[IssueState, tuple[IssueState, ...]] = {
    state: (IssueState.ASSIGNED,) for state in IssueState if state not in (IssueState.CLOSED, IssueState.EVALUATED)
}
"""Whoever handles an open issue may find that it is beyond them, at whatever step."""


class IssueCategory(Changing, Row, table=True):
    """A category of issues (问题类别) in a division's tree of two levels, kept by its regulators."""

    __tablename__ = "issue_category"
    __table_args__ = (
        UniqueConstraint("division_id", "code"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["parent_id"], ["issue_category.id"]),
        Index("issue_category_parent", "parent_id"),
        CheckConstraint("name <> ''", name="name_given"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    parent_id: UUID | None = None
    beyond_estate: bool = False
    closed_on: date | None = None


class Issue(Changing, TenantRow, table=True):
    """One issue at an estate, with the day of each step."""

    __tablename__ = "issue"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["category_id"], ["issue_category.id"]),
        Index("issue_project", "tenant_id", "project_id", "id"),
        Index("issue_due", "tenant_id", "due_on", postgresql_where=text("closed_on IS NULL")),
        Index(
            "issue_external",
            "tenant_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("issue_division", "division_path", "found_on", "id"),
        Index(
            "issue_found",
            "found_on",
            "division_path",
            postgresql_include=[
                *("estate_id", "category_id", "closed_on", "due_on", "closed_at_level", "supervised_on"),
                "satisfaction",
            ],
        ),
        Index("issue_category_id", "category_id"),
        one_of("state", IssueState),
        one_of("level", IssueLevel),
        one_of("closed_at_level", IssueLevel),
        one_of("source", IssueSource),
        one_of("channel", IssueChannel),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("closed_on >= found_on", name="closed_after_found"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_known"),
        CheckConstraint("(closed_on IS NULL) = (closed_at_level IS NULL)", name="closed_at_a_level"),
        CheckConstraint("(state IN ('CLOSED', 'EVALUATED')) = (closed_on IS NOT NULL)", name="closing_dated"),
        CheckConstraint("(reopened = 0) = (reopened_on IS NULL)", name="reopening_dated"),
    )

    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    category_id: UUID | None = None
    title: str = Field(sa_type=Text)
    detail: str | None = Field(default=None, sa_type=Text)
    source: IssueSource = code_field()
    channel: IssueChannel = code_field()
    external_id: str | None = Field(default=None, sa_type=Text)
    level: IssueLevel = code_field(default=IssueLevel.ESTATE)
    state: IssueState = code_field(default=IssueState.FOUND)
    co_handlers: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    found_on: date
    due_on: date | None = None
    provisional: bool = False
    supervised_on: date | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    closed_on: date | None = None
    closed_at_level: IssueLevel | None = code_field(default=None)
    satisfaction: int | None = None
    escalation_reason: str | None = Field(default=None, sa_type=Text)
    reopened: int = 0
    reopened_on: date | None = None
    reopening_reason: str | None = Field(default=None, sa_type=Text)


DUES = """
SELECT i.tenant_id, i.id, 'ISSUE' AS kind, i.id AS subject_id, i.project_id, i.estate_id, i.division_path,
       i.due_on, i.provisional
FROM issue i WHERE i.closed_on IS NULL AND i.due_on IS NOT NULL
"""
"""Issues a company has still to close."""

# What was closed after the day as on which it is asked for was open then, and not evaluated yet.
_FOUND = """(
    SELECT t.estate_id, t.category_id, t.found_on, t.due_on, t.supervised_on,
           CASE WHEN t.closed_on <= {as_of} THEN t.closed_on END AS closed_on,
           CASE WHEN t.closed_on <= {as_of} THEN t.closed_at_level END AS closed_at_level,
           CASE WHEN t.closed_on <= {as_of} THEN t.satisfaction END AS satisfaction
    FROM issue t
    WHERE {of_t} AND {within_t} AND t.found_on BETWEEN {since} AND least({until}, {as_of})
) t"""

REPORT = f"""
SELECT i.found, i.closed, round(i.closed::numeric / nullif(i.found, 0), 4) AS closed_share,
       round(i.in_time::numeric / nullif(i.closed, 0), 4) AS closed_in_time_share,
       {number_on(SettingKey.ISSUE_ON_TIME_TARGET, "{place}", "{until}")} AS in_time_target,
       round(i.days::numeric / nullif(i.closed, 0), 2) AS mean_days,
       round(i.at_estate::numeric / nullif(i.closed, 0), 4) AS closed_at_estate_share,
       round(i.at_grid::numeric / nullif(i.closed, 0), 4) AS closed_at_grid_share,
       round(i.at_community::numeric / nullif(i.closed, 0), 4) AS closed_at_community_share,
       round(i.at_street::numeric / nullif(i.closed, 0), 4) AS closed_at_street_share,
       i.overdue, i.supervised, e.estates, s.estates AS estates_served,
       round(i.found::numeric / nullif(s.estates, 0), 2) AS found_per_estate,
       y.found AS found_year_before, round((i.found - y.found)::numeric / nullif(y.found, 0), 4) AS year_on_year,
       i.evaluated, round(i.satisfaction::numeric / nullif(i.evaluated, 0), 2) AS satisfaction
FROM (
    SELECT count(*)::int AS found, count(t.closed_on)::int AS closed,
           count(*) FILTER (WHERE t.closed_on <= t.due_on) AS in_time, sum(t.closed_on - t.found_on) AS days,
           count(*) FILTER (WHERE t.closed_at_level = 'ESTATE') AS at_estate,
           count(*) FILTER (WHERE t.closed_at_level = 'GRID') AS at_grid,
           count(*) FILTER (WHERE t.closed_at_level = 'COMMUNITY') AS at_community,
           count(*) FILTER (WHERE t.closed_at_level = 'STREET') AS at_street,
           count(*) FILTER (WHERE t.closed_on IS NULL AND t.due_on < {{as_of}})::int AS overdue,
           count(*) FILTER (WHERE t.supervised_on <= {{as_of}})::int AS supervised,
           count(t.satisfaction)::int AS evaluated, sum(t.satisfaction) AS satisfaction
    FROM {_FOUND}
) i
CROSS JOIN (
    SELECT count(*)::int AS estates FROM (SELECT t.estate_id FROM {_FOUND} GROUP BY t.estate_id) t
) e
CROSS JOIN (
    SELECT count(*)::int AS found FROM issue b
    WHERE {{of_b}} AND {{within_b}}
          AND b.found_on BETWEEN ({{since}} - interval '1 year')::date
                             AND (least({{until}}, {{as_of}}) - interval '1 year')::date
) y
CROSS JOIN (
    SELECT count(*)::int AS estates
    FROM (
        SELECT p.estate_id FROM project p
        WHERE {{of_p}} AND {{within_p}} AND p.started_on <= least({{until}}, {{as_of}})
              AND (p.ended_on IS NULL OR p.ended_on >= {{since}})
        GROUP BY p.estate_id
    ) p
) s
"""
"""R-07: the issues found in a period, and how they stood on a day. In time is by the deadline, which rests on what the
division set (S2-09); an estate is served where a project ran in the period.
"""

CATEGORY_REPORT = f"""
SELECT c.code, c.name, u.name AS parent_name, coalesce(c.beyond_estate, false) AS beyond_estate,
       t.found::int AS found, round(t.found::numeric / sum(t.found) OVER (), 4) AS found_share,
       t.closed::int AS closed, round(t.closed::numeric / t.found, 4) AS closed_share
FROM (
    SELECT t.category_id, count(*) AS found, count(t.closed_on) AS closed FROM {_FOUND} GROUP BY t.category_id
) t
LEFT JOIN issue_category c ON c.id = t.category_id
LEFT JOIN issue_category u ON u.id = c.parent_id
ORDER BY t.found DESC, c.code, c.id
"""
"""R-07: the issues found in a period by category, the most frequent first; those without one are a row of their own."""


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """An issue to record. With an `external_id`, recording it again changes nothing."""

    estate_id: UUID
    title: str
    source: IssueSource
    channel: IssueChannel
    found_on: date
    detail: str | None = None
    category_id: UUID | None = None
    external_id: str | None = None
    co_handlers: Sequence[str] = ()
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewCategory:
    """A category of a division's tree."""

    division_code: str
    code: str
    name: str
    parent_id: UUID | None = None
    beyond_estate: bool = False


async def add_category(scope: Scope, new: NewCategory) -> IssueCategory:
    """A regulator adds a category to its division's tree, which has two levels."""
    checks = Checks()
    name = checks.text("name", new.name, limit=NAME_LIMIT)
    code = checks.text("code", new.code, limit=20)
    checks.done()
    place = await division.by_code(scope, new.division_code, "divisionCode")
    if not place.path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    if new.parent_id is not None:
        parent = await find(scope, IssueCategory, new.parent_id, "parentId")
        if parent.parent_id is not None or parent.division_id != place.id:
            raise DomainError(Code.CATEGORY_TOO_DEEP, "parentId")
    row = IssueCategory(
        division_id=place.id,
        division_path=place.path,
        code=code,
        name=name,
        parent_id=new.parent_id,
        beyond_estate=new.beyond_estate,
    )
    taken = DomainError(Code.CATEGORY_EXISTS, "code", value=code)
    await create(scope, row, "issue_category", taken={"issue_category_division_id_code_key": taken})
    return row


async def update_category(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> IssueCategory:
    """A regulator renames a category of its division or below, or says from which day on it is not used any more."""
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"], limit=NAME_LIMIT)
    if values.get("beyond_estate", False) is None:
        checks.add(Code.EMPTY, "beyondEstate")
    checks.day("closedOn", values.get("closed_on"))
    checks.done()
    seen = await find(scope, IssueCategory, id)
    if not seen.division_path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "id")
    row = await find_at(scope, IssueCategory, id, version)
    await change(scope, row, "issue_category", values)
    return row


async def record_issue(scope: Scope, new: NewIssue) -> Issue:
    """A company records an issue at an estate it serves."""
    checks = Checks()
    title = checks.text("title", new.title, limit=NAME_LIMIT)
    detail = checks.optional_text("detail", new.detail, limit=DETAIL_LIMIT)
    external = checks.optional_text("externalId", new.external_id, limit=NAME_LIMIT)
    handlers = _handlers(checks, new.co_handlers)
    checks.day("foundOn", new.found_on, latest=today())
    checks.done()
    if external is not None and (known := await _known(scope, new.source, external)) is not None:
        return known
    project = await _project_at(scope, new.estate_id)
    if new.category_id is not None:
        await _category(scope, new.category_id, project.division_path)
    deadline = await _deadline(scope, project.division_path, new.found_on)
    issue = Issue(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        project_id=project.id,
        estate_id=project.estate_id,
        division_path=project.division_path,
        category_id=new.category_id,
        title=title,
        detail=detail,
        source=new.source,
        channel=new.channel,
        external_id=external,
        co_handlers=handlers,
        found_on=new.found_on,
        due_on=deadline.on,
        provisional=deadline.provisional,
    )
    taken = DomainError(Code.CONFLICT, "externalId", seen=0, current=1)
    await create(scope, issue, "issue", taken={"issue_external": taken})
    return issue


async def raise_issue(scope: Scope, new: NewIssue) -> Issue:
    """A regulator of the estate's division raises an issue with the company that serves the estate."""
    estate = await find(scope, Estate, new.estate_id, "estateId")
    if estate.serving_tenant_id is None:
        raise DomainError(Code.ESTATE_WITHOUT_COMPANY, "estateId", name=estate.name)
    async with scope.acting_for(estate.serving_tenant_id):
        issue = await record_issue(scope, new)
        if issue.state == IssueState.FOUND:
            await change(scope, issue, "issue", {"state": IssueState.REPORTED}, action="reported")
    return await find(scope, Issue, issue.id)


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Issue:
    """Put right what an open issue is about, under which category it falls and which departments help."""
    values = dict(changes)
    checks = Checks()
    if "title" in values:
        values["title"] = checks.text("title", values["title"], limit=NAME_LIMIT)
    if "detail" in values:
        values["detail"] = checks.optional_text("detail", values["detail"], limit=DETAIL_LIMIT)
    if "co_handlers" in values:
        values["co_handlers"] = _handlers(checks, values["co_handlers"] or ())
    checks.done()
    issue = await _own(scope, id, version)
    if issue.closed_on is not None:
        raise DomainError(Code.ISSUE_CLOSED, "id", closed_on=issue.closed_on)
    if values.get("category_id") is not None:
        await _category(scope, values["category_id"], issue.division_path)
    await change(scope, issue, "issue", values)
    return issue


async def advance(scope: Scope, id: UUID, version: int, wanted: IssueState, *, answer: str | None = None) -> Issue:
    """Take an issue one step on: report, assign, begin, answer. Closing, evaluating and reopening have their own."""
    checks = Checks()
    words = checks.optional_text("answer", answer, limit=DETAIL_LIMIT)
    if wanted == IssueState.FEEDBACK and words is None:
        checks.add(Code.EMPTY, "answer")
    checks.done()
    issue = await _own(scope, id, version)
    transition(IssueState(issue.state), wanted, ADVANCES)
    values = {"state": wanted} | ({"answer": words} if words is not None else {})
    await change(scope, issue, "issue", values, action=wanted.lower())
    return issue


async def close(scope: Scope, id: UUID, version: int, closed_on: date) -> Issue:
    """Close an answered issue on a day, at the level that handled it."""
    checks = Checks()
    checks.day("closedOn", closed_on, latest=today())
    checks.done()
    issue = await _own(scope, id, version)
    transition(IssueState(issue.state), IssueState.CLOSED, STATE_CHANGES)
    checks.not_before("closedOn", closed_on, issue.found_on)
    checks.done()
    values = {"state": IssueState.CLOSED, "closed_on": closed_on, "closed_at_level": issue.level}
    await change(scope, issue, "issue", values, action="closed")
    return issue


async def evaluate(scope: Scope, id: UUID, version: int, satisfaction: int) -> Issue:
    """Record how satisfied the one who raised it is, from 1 to 5."""
    checks = Checks()
    if not 1 <= satisfaction <= 5:
        checks.add(Code.SATISFACTION_UNKNOWN, "satisfaction", value=satisfaction)
    checks.done()
    issue = await _own(scope, id, version)
    transition(IssueState(issue.state), IssueState.EVALUATED, STATE_CHANGES)
    values = {"state": IssueState.EVALUATED, "satisfaction": satisfaction}
    await change(scope, issue, "issue", values, action="evaluated")
    return issue


async def reopen(scope: Scope, id: UUID, version: int, reason: str, reopened_on: date) -> Issue:
    """The problem is there again: the issue opens anew, with a new deadline and the reason kept."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.day("reopenedOn", reopened_on, latest=today())
    checks.done()
    issue = await _own(scope, id, version)
    transition(IssueState(issue.state), IssueState.REOPENED, STATE_CHANGES)
    checks.not_before("reopenedOn", reopened_on, issue.closed_on)
    checks.done()
    deadline = await _deadline(scope, issue.division_path, reopened_on)
    values = {
        "state": IssueState.REOPENED,
        "reopened": issue.reopened + 1,
        "reopened_on": reopened_on,
        "reopening_reason": words,
        "closed_on": None,
        "closed_at_level": None,
        "satisfaction": None,
        "supervised_on": None,
        "due_on": deadline.on,
        "provisional": deadline.provisional,
    }
    await change(scope, issue, "issue", values, action="reopened")
    return issue


async def escalate(scope: Scope, id: UUID, version: int, level: IssueLevel, reason: str) -> Issue:
    """Hand an open issue up; the level only rises. A regulator escalates what lies in its division."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    if scope.principal.kind == "tenant":
        return await _escalated(scope, id, version, level, words)
    seen = await find(scope, Issue, id)
    async with scope.acting_for(seen.tenant_id):
        await _escalated(scope, id, version, level, words)
    return await find(scope, Issue, id)


async def supervise(scope: Scope, id: UUID, version: int) -> Issue:
    """A regulator takes an overdue issue under supervision (督办)."""
    seen = await seen_at(scope, Issue, id, version)
    if seen.closed_on is not None or seen.due_on is None or seen.due_on >= today():
        raise DomainError(Code.NOT_OVERDUE, "id", due_on=seen.due_on or "—")
    if seen.supervised_on is not None:
        raise DomainError(Code.SUPERVISED_ALREADY, "id", supervised_on=seen.supervised_on)
    return await carry_out(scope, seen, "issue", {"supervised_on": today()}, "supervised")


async def _escalated(scope: Scope, id: UUID, version: int, level: IssueLevel, reason: str) -> Issue:
    issue = await _own(scope, id, version)
    transition(IssueState(issue.state), IssueState.ASSIGNED, ESCALATIONS)
    if LEVELS.index(level) <= LEVELS.index(IssueLevel(issue.level)):
        raise DomainError(Code.LEVEL_ONLY_RISES, "level", level=IssueLevel(issue.level))
    values = {"state": IssueState.ASSIGNED, "level": level, "escalation_reason": reason}
    await change(scope, issue, "issue", values, action="escalated")
    return issue


async def settle(scope: Scope, limit: int) -> int:
    """Work provisional deadlines out anew, as the holiday calendar is known now; how many were settled."""
    still_open = Issue.closed_on.is_(None)  # type: ignore[union-attr]
    rows = await unsettled(scope, Issue, "due_on", still_open, limit)
    for row in rows:
        deadline = await _deadline(scope, row.division_path, row.reopened_on or row.found_on)
        values = {"due_on": deadline.on, "provisional": deadline.provisional}
        await change(scope, row, "issue", values, action="settled")
    return len(rows)


async def _own(scope: Scope, id: UUID, version: int) -> Issue:
    """An issue at the version the caller saw, which the caller may change."""
    issue = await find_at(scope, Issue, id, version)
    await require_own(scope, issue.project_id, "id")
    return issue


async def _deadline(scope: Scope, path: str, since: date) -> Deadline:
    return after_days(since, await effective(scope, SettingKey.ISSUE_DAYS, path, since))


def _handlers(checks: Checks, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(checks.text("coHandlers", name, limit=NAME_LIMIT) for name in names))


async def _known(scope: Scope, source: IssueSource, external_id: str) -> Issue | None:
    return await scope.session.scalar(
        select(Issue).where(
            Issue.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            Issue.source == source,  # type: ignore[arg-type]
            Issue.external_id == external_id,  # type: ignore[arg-type]
        )
    )


async def _project_at(scope: Scope, estate_id: UUID) -> Project:
    """The company's running project at an estate; another company's estate is the same NOT_FOUND as an unknown one."""
    project: Project | None = await scope.session.scalar(
        select(Project).where(
            Project.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            Project.estate_id == estate_id,  # type: ignore[arg-type]
            Project.status == ProjectStatus.ACTIVE,  # type: ignore[arg-type]
        )
    )
    if project is None:
        raise DomainError(Code.NOT_FOUND, "estateId")
    return project


async def _category(scope: Scope, category_id: UUID, path: str) -> None:
    category = await find(scope, IssueCategory, category_id, "categoryId")
    ended = category.closed_on is not None and category.closed_on <= today()
    if ended or not path.startswith(category.division_path):
        raise DomainError(Code.NOT_FOUND, "categoryId")
