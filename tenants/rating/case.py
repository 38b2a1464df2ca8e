"""What is rated (参评对象): a project or a company that takes part in a cycle, applied for or nominated.

APPLIED → ELIGIBLE or INELIGIBLE → SCORING → SCORED → (ADJUSTED) → FINAL. The company enters what it claims of each
indicator; whoever evaluates without knowing the company reads the claims under the dossier number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from tenants.change import (
    carry_out,
    change,
    change_all,
    create,
    create_all,
    find,
    find_at,
    seen_at,
    transition,
)
from tenants.checks import Checks
from tenants.company import Company, CompanyStatus
from tenants.errors import Code, DomainError
from tenants.leading import require_own
from tenants.project import Project, ProjectStatus
from tenants.rating.cycle import CycleState, RatingCycle, at_stage, cycle_in, document_of
from tenants.row import Changing, TenantRow, chance, code_field, one_of, today
from tenants.scheme import Document, Entry, Subject
from tenants.scheme.indicator import Judged, Survey
from tenants.scheme.reading import problem
from tenants.scope import Scope


class CaseState(StrEnum):
    """Where the rating of one case stands."""

    APPLIED = "APPLIED"
    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"
    SCORING = "SCORING"
    SCORED = "SCORED"
    ADJUSTED = "ADJUSTED"
    FINAL = "FINAL"


class RatingObjectionOutcome(StrEnum):
    """What became of an objection: the result stands, or is another one."""

    UPHELD = "UPHELD"
    ADJUSTED = "ADJUSTED"


STATE_CHANGES: Mapping[CaseState, tuple[CaseState, ...]] = {
    CaseState.APPLIED: (CaseState.ELIGIBLE, CaseState.INELIGIBLE),
    CaseState.ELIGIBLE: (CaseState.SCORING, CaseState.INELIGIBLE),
    CaseState.SCORING: (CaseState.SCORED, CaseState.INELIGIBLE),
    CaseState.SCORED: (CaseState.ADJUSTED, CaseState.FINAL),
    CaseState.ADJUSTED: (CaseState.FINAL,),
}

RATED: Final = (CaseState.SCORED, CaseState.ADJUSTED, CaseState.FINAL)


class RatingCase(Changing, TenantRow, table=True):
    """A company, or one of its projects, in a cycle. `claims` holds its self-assessment by indicator."""

    __tablename__ = "rating_case"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        Index(
            "rating_case_project",
            "tenant_id",
            "cycle_id",
            "project_id",
            unique=True,
            postgresql_where=text("project_id IS NOT NULL"),
        ),
        Index(
            "rating_case_company",
            "tenant_id",
            "cycle_id",
            unique=True,
            postgresql_where=text("project_id IS NULL"),
        ),
        Index("rating_case_cycle", "cycle_id", "id"),
        Index("rating_case_division", "division_path", "id"),
        one_of("state", CaseState),
        one_of("objection_outcome", RatingObjectionOutcome),
        CheckConstraint("(objected_on IS NULL) = (objection IS NULL)", name="objection_dated"),
        CheckConstraint("(objection_decided_on IS NULL) = (objection_outcome IS NULL)", name="decision_dated"),
    )

    cycle_id: UUID
    project_id: UUID | None = None
    division_path: str = Field(sa_type=Text(collation="C"))
    number: str = Field(sa_type=Text)
    nominated: bool = False
    applied_on: date
    state: CaseState = code_field()
    reason: str | None = Field(default=None, sa_type=Text)
    claims: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    objected_on: date | None = None
    objection: str | None = Field(default=None, sa_type=Text)
    objection_decide_by: date | None = None
    objection_provisional: bool = False
    objection_decided_on: date | None = None
    objection_outcome: RatingObjectionOutcome | None = code_field(default=None)
    objection_answer: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said of one indicator, with its evidence (a document's title or number)."""

    indicator: str
    choice: str | None = None
    count: Decimal | None = None
    yes: bool | None = None
    part: Decimal | None = None
    whole: Decimal | None = None
    points: Decimal | None = None
    answers: Sequence[Decimal] | None = None
    evidence: str | None = None


_ANSWERED: Final = ("choice", "count", "yes", "part", "whole", "points", "answers")


def new_number() -> str:
    """A dossier number that tells nothing of whose it is, nor of who came first."""
    return f"{chance().getrandbits(48):012X}"


async def apply(scope: Scope, cycle_id: UUID, project_id: UUID | None, *, on: date | None = None) -> RatingCase:
    """The company takes part, with one of its projects where projects are rated, while the cycle is open."""
    project = await find(scope, Project, project_id, "projectId") if project_id is not None else None
    if project is not None:
        await require_own(scope, project.id, "projectId")
    cycle = await cycle_in(scope, cycle_id, (CycleState.OPEN,))
    company = await find(scope, Company, scope.tenant_id)
    if (project is None) is (cycle.subject == Subject.PROJECT):
        raise DomainError(Code.RATING_SUBJECT, "projectId", subject=Subject(cycle.subject))
    if project is not None and project.status != ProjectStatus.ACTIVE:
        raise DomainError(Code.PROJECT_ENDED, "projectId")
    path = company.division_path if project is None else project.division_path
    if not path.startswith(cycle.division_path):
        raise DomainError(Code.RATING_ELSEWHERE, "cycleId")
    row = _entering(scope, cycle, path, project_id, CaseState.APPLIED, on or today())
    await create(scope, row, "rating_case", action="applied", taken=_twice(cycle))
    return row


async def nominate(scope: Scope, cycle_id: UUID, version: int, project_ids: Sequence[UUID] | None) -> RatingCycle:
    """The division nominates projects of its own, or all that are active there and do not take part yet; where
    companies are rated, all that are registered there.
    """
    known = await scope.session.scalars(select(col(Project.id)).where(col(Project.id).in_(project_ids or ())))
    if set(project_ids or ()) - set(known):
        raise DomainError(Code.NOT_FOUND, "projectIds")
    cycle = at_stage(await find_at(scope, RatingCycle, cycle_id, version, "cycleId"), (CycleState.OPEN,), "cycleId")
    if project_ids is not None and cycle.subject != Subject.PROJECT:
        raise DomainError(Code.RATING_SUBJECT, "projectIds", subject=Subject(cycle.subject))
    wanted = await _candidates(scope, cycle, project_ids)
    if project_ids is not None and (missing := set(project_ids) - {found for _, found, _ in wanted}):
        ids = tuple(f"prj_{each}" for each in sorted(missing))
        raise DomainError(Code.RATING_NOT_A_CANDIDATE, "projectIds", ids=ids)
    for tenant_id, theirs in groupby(sorted(wanted, key=lambda one: one[0]), key=lambda one: one[0]):
        async with scope.acting_for(tenant_id):
            rows = [
                _entering(scope, cycle, path, project_id, CaseState.ELIGIBLE, today(), nominated=True)
                for _, project_id, path in theirs
            ]
            await create_all(scope, rows, "rating_case", action="nominated", taken=_twice(cycle))
    cycle = await find(scope, RatingCycle, cycle_id)
    await change(scope, cycle, "rating_cycle", {}, action="nominated", always=True)
    return cycle


async def _candidates(
    scope: Scope, cycle: RatingCycle, project_ids: Sequence[UUID] | None
) -> list[tuple[UUID, UUID | None, str]]:
    """Who does not take part yet and could: company, project, path."""
    taking_part = select(col(RatingCase.id)).where(col(RatingCase.cycle_id) == cycle.id)
    if cycle.subject == Subject.COMPANY:
        there = taking_part.where(col(RatingCase.tenant_id) == col(Company.tenant_id))
        companies = await scope.session.execute(
            select(col(Company.tenant_id), col(Company.division_path)).where(
                col(Company.division_path).startswith(cycle.division_path),
                col(Company.status) == CompanyStatus.ACTIVE,
                ~there.exists(),
            )
        )
        return [(tenant_id, None, path) for tenant_id, path in companies]
    there = taking_part.where(
        col(RatingCase.tenant_id) == col(Project.tenant_id), col(RatingCase.project_id) == col(Project.id)
    )
    wanted = select(col(Project.tenant_id), col(Project.id), col(Project.division_path)).where(
        col(Project.division_path).startswith(cycle.division_path),
        col(Project.status) == ProjectStatus.ACTIVE,
        ~there.exists(),
    )
    if project_ids is not None:
        wanted = wanted.where(col(Project.id).in_(project_ids))
    return [(tenant_id, id_, path) for tenant_id, id_, path in await scope.session.execute(wanted)]


def _entering(
    scope: Scope,
    cycle: RatingCycle,
    path: str,
    project_id: UUID | None,
    state: CaseState,
    on: date,
    *,
    nominated: bool = False,
) -> RatingCase:
    return RatingCase(
        tenant_id=scope.tenant_id,
        cycle_id=cycle.id,
        project_id=project_id,
        division_path=path,
        number=new_number(),
        nominated=nominated,
        applied_on=on,
        state=state,
    )


def _twice(cycle: RatingCycle) -> Mapping[str, DomainError]:
    twice = DomainError(Code.RATING_TWICE, "cycleId", title=cycle.title)
    return {"rating_case_project": twice, "rating_case_company": twice}


async def assess(scope: Scope, id: UUID, version: int, claims: Sequence[Answer]) -> RatingCase:
    """The company's self-assessment (自评) while the cycle is open: what is given is claimed now, what was claimed of
    other indicators stays.
    """
    row = await find_at(scope, RatingCase, id, version)
    if row.project_id is not None:
        await require_own(scope, row.project_id, "id")
    cycle = await cycle_in(scope, row.cycle_id, (CycleState.OPEN,), "id")
    if row.state == CaseState.INELIGIBLE:
        raise DomainError(Code.RATING_INELIGIBLE, "id")
    stated = checked(await document_of(scope, cycle), None, claims, "claims")
    await change(scope, row, "rating_case", {"claims": {**row.claims, **stated}}, action="assessed")
    return row


def checked(document: Document, group: str | None, given: Sequence[Answer], field: str) -> dict[str, Any]:
    """The answers as they are kept, by indicator. Raises `DomainErrors` for what the scheme does not take: an unknown
    indicator, one that another group scores, an answer of another kind or out of its range, evidence that is missing.

    `group` None is the company itself, which may claim anything that is judged.
    """
    checks = Checks()
    found: dict[str, Any] = {}
    for at, one in enumerate(given):
        inner = checks.within(f"{field}.{at}")
        try:
            stated = _stated(document, group, one)
        except DomainError as error:
            inner.add(error.code, error.field if error.field in _ANSWERED else "indicator", **error.values)
            continue
        if one.indicator in found:
            inner.add(Code.SCORE_TWICE, "indicator", indicator=one.indicator, by=group or "—")
        evidence = inner.optional_text("evidence", one.evidence)
        if evidence is None and document.indicators[one.indicator][1].evidence:
            inner.add(Code.RATING_EVIDENCE_REQUIRED, "evidence", indicator=one.indicator)
        found[one.indicator] = {**stated, **({"evidence": evidence} if evidence else {})}
    if not given:
        checks.add(Code.EMPTY, field)
    checks.done()
    return found


def _stated(document: Document, group: str | None, one: Answer) -> dict[str, Any]:
    """One answer as plain values, numbers as texts. Raises `DomainError`."""
    dimension, indicator = document.indicators.get(one.indicator, (None, None))
    if dimension is None or not isinstance(indicator, Judged):
        raise DomainError(Code.SCORE_INDICATOR_UNKNOWN, indicator=one.indicator)
    groups = tuple(sorted(document.shares(dimension)))
    if group and group not in groups:
        raise DomainError(Code.SCORE_GROUP_UNKNOWN, group=group, groups=groups)
    facts = {name: value for name in _ANSWERED if (value := getattr(one, name)) is not None}
    try:
        entry = Entry.model_validate({"indicator": one.indicator, **facts})
    except ValidationError as error:
        found = problem(error.errors(include_url=False)[0])
        raise DomainError(found.code, (found.field or "").partition("[")[0], **found.values) from None
    if entry.answer != indicator.takes:
        raise DomainError(Code.SCORE_ANSWER_OF_ANOTHER_KIND, indicator=one.indicator, takes=indicator.takes)
    if isinstance(indicator, Survey) and not indicator.on_paper:
        raise DomainError(Code.RATING_SURVEY_BY_LOT, indicator=one.indicator)
    indicator.award(entry)
    return entry.model_dump(mode="json", exclude_none=True, exclude={"indicator", "group", "evaluator"})


async def decide(scope: Scope, id: UUID, version: int, eligible: bool, reason: str | None) -> RatingCase:
    """The division decides by the scheme's gates (参评条件) whether a case takes part; if not, it says why."""
    checks = Checks()
    words = checks.optional_text("reason", reason)
    if not eligible and words is None:
        checks.add(Code.REASON_REQUIRED, "reason")
    checks.done()
    seen = await seen_at(scope, RatingCase, id, version)
    cycle = await find(scope, RatingCycle, seen.cycle_id)
    organising(scope, cycle)
    at_stage(cycle, (CycleState.OPEN, CycleState.COLLECTING))
    wanted = CaseState.ELIGIBLE if eligible else CaseState.INELIGIBLE
    transition(CaseState(seen.state), wanted, STATE_CHANGES)
    if eligible and cycle.state == CycleState.COLLECTING:
        wanted = CaseState.SCORING
    action = "admitted" if eligible else "excluded"
    return await carry_out(scope, seen, "rating_case", {"state": wanted, "reason": words}, action)


def organising(scope: Scope, cycle: RatingCycle) -> None:
    """Only the cycle's division, or one above it, decides in it. Raises RATING_ORGANISER_ONLY."""
    if not cycle.division_path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.RATING_ORGANISER_ONLY, "id")


async def cases_of(scope: Scope, cycle: RatingCycle, *states: CaseState) -> list[RatingCase]:
    """The cycle's cases in these states, in one order, as the organiser sees them."""
    found = await scope.session.scalars(
        select(RatingCase)
        .where(col(RatingCase.cycle_id) == cycle.id, col(RatingCase.state).in_(states))
        .order_by(col(RatingCase.tenant_id), col(RatingCase.id))
    )
    return list(found)


async def step(scope: Scope, cases: Sequence[RatingCase], wanted: CaseState, action: str) -> None:
    """Take all these cases a step on, each in its company's name."""
    for tenant_id, theirs in by_company(cases):
        async with scope.acting_for(tenant_id):
            await take_on(scope, theirs, wanted, action)


def by_company(cases: Sequence[RatingCase]) -> Iterator[tuple[UUID, list[RatingCase]]]:
    """The cases of each company, as `cases_of` orders them."""
    for tenant_id, theirs in groupby(cases, key=attrgetter("tenant_id")):
        yield tenant_id, list(theirs)


async def take_on(
    scope: Scope, cases: Sequence[RatingCase], wanted: CaseState, action: str, reason: str | None = None
) -> None:
    """Take a company's cases a step on, in its name; those kept out with the reason."""
    for one in cases:
        transition(CaseState(one.state), wanted, STATE_CHANGES)
    values = {"state": wanted, **({} if reason is None else {"reason": reason})}
    await change_all(scope, cases, "rating_case", values, action=action)
