"""Co-building agreements (共建协议) and the community service projects claimed under them (认领项目).

A company signs one agreement a year with the Party organisation of each community it works in, and claims at least
one project under it (settings AGREEMENTS_PER_YEAR and CLAIMED_PROJECTS_MIN; report row S4P-10). A project may be
shared by several leads, and only the community confirms it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, select, text
from sqlmodel import Field

from tenants import division
from tenants.change import carry_out, change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.community import seen
from tenants.errors import Code, DomainError
from tenants.leading import require_own
from tenants.project import Project, ProjectLead, ProjectStatus
from tenants.row import Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective, number_on


class AgreementState(StrEnum):
    """SIGNED, then IN_PROGRESS with the first project begun, then REVIEWED by the community."""

    SIGNED = "SIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    REVIEWED = "REVIEWED"


class ClaimState(StrEnum):
    """Where a claimed project stands."""

    CLAIMED = "CLAIMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CONFIRMED = "CONFIRMED"
    DROPPED = "DROPPED"


AGREEMENT_CHANGES: Mapping[AgreementState, tuple[AgreementState, ...]] = {
    AgreementState.SIGNED: (AgreementState.IN_PROGRESS, AgreementState.REVIEWED),
    AgreementState.IN_PROGRESS: (AgreementState.REVIEWED,),
}

CLAIM_CHANGES: Mapping[ClaimState, tuple[ClaimState, ...]] = {
    ClaimState.CLAIMED: (ClaimState.IN_PROGRESS, ClaimState.COMPLETED, ClaimState.DROPPED),
    ClaimState.IN_PROGRESS: (ClaimState.COMPLETED, ClaimState.DROPPED),
    ClaimState.COMPLETED: (ClaimState.CONFIRMED,),
}


class Agreement(Changing, TenantRow, table=True):
    """A company's agreement with one community for one year; it covers all its estates there."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "division_id", "year"),
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("agreement_division", "division_path", "id"),
        Index("agreement_signed", "year", "division_path", "tenant_id", postgresql_include=["id", "signed_on"]),
        one_of("state", AgreementState),
        CheckConstraint("year BETWEEN 2000 AND 2199", name="year_meant"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    year: int
    community_organisation: str = Field(sa_type=Text)
    signatory: str = Field(sa_type=Text)
    signed_on: date
    document: str = Field(sa_type=Text)
    state: AgreementState = code_field(default=AgreementState.SIGNED)
    reviewed_on: date | None = None
    reviewed_by: UUID | None = None
    review: str | None = Field(default=None, sa_type=Text)


class ClaimedProject(Changing, TenantRow, table=True):
    """A community service project that a company has claimed under an agreement."""

    __tablename__ = "claimed_project"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "agreement_id"], ["agreement.tenant_id", "agreement.id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "replaced_by_id"], ["claimed_project.tenant_id", "claimed_project.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        # One that was given up may be claimed again.
        Index(
            "claimed_project_once",
            "tenant_id",
            "agreement_id",
            "title",
            unique=True,
            postgresql_where=text("state <> 'DROPPED'"),
        ),
        Index("claimed_project_project", "tenant_id", "project_id"),
        Index("claimed_project_replaced", "tenant_id", "replaced_by_id"),
        Index("claimed_project_division", "division_path", "id"),
        Index(
            "claimed_project_claimed",
            "claimed_on",
            "division_path",
            postgresql_include=["tenant_id", "agreement_id", "completed_on"],
            postgresql_where=text("state <> 'DROPPED'"),
        ),
        one_of("state", ClaimState),
        CheckConstraint("beneficiaries >= 0", name="beneficiaries_not_negative"),
        CheckConstraint("due_on >= claimed_on", name="dates_in_order"),
        CheckConstraint("(state = 'DROPPED') = (drop_reason IS NOT NULL)", name="dropping_explained"),
    )

    agreement_id: UUID
    project_id: UUID | None = None
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    title: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    beneficiaries: int | None = None
    claimed_on: date
    due_on: date
    state: ClaimState = code_field(default=ClaimState.CLAIMED)
    completed_on: date | None = None
    result: str | None = Field(default=None, sa_type=Text)
    drop_reason: str | None = Field(default=None, sa_type=Text)
    replaced_by_id: UUID | None = None
    confirmed_on: date | None = None
    confirmed_by: UUID | None = None


class ClaimShare(TenantRow, table=True):
    """A lead who shares a claimed project."""

    __tablename__ = "claim_share"
    __table_args__ = (
        UniqueConstraint("tenant_id", "claimed_project_id", "lead_id"),
        ForeignKeyConstraint(["tenant_id", "claimed_project_id"], ["claimed_project.tenant_id", "claimed_project.id"]),
        ForeignKeyConstraint(["tenant_id", "lead_id"], ["project_lead.tenant_id", "project_lead.id"]),
        Index("claim_share_lead", "tenant_id", "lead_id"),
    )

    claimed_project_id: UUID
    lead_id: UUID


_CLAIMS_NEEDED = number_on(
    SettingKey.CLAIMED_PROJECTS_MIN, "a.division_path", "least(current_date, make_date(a.year, 12, 31))"
)
_AGREEMENT_NEEDED = number_on(
    SettingKey.AGREEMENTS_PER_YEAR, "w.division_path", "least(current_date, make_date(y.year, 12, 31))"
)

DUES = f"""
SELECT c.tenant_id, c.id, 'CLAIMED_PROJECT' AS kind, c.id AS subject_id, c.project_id, NULL::uuid AS estate_id,
       c.division_path, c.due_on, false AS provisional
FROM claimed_project c WHERE c.state IN ('CLAIMED', 'IN_PROGRESS')
UNION ALL
SELECT a.tenant_id, a.id, 'CLAIM' AS kind, a.id AS subject_id, NULL::uuid AS project_id, NULL::uuid AS estate_id,
       a.division_path, make_date(a.year, 12, 31) AS due_on, false AS provisional
FROM agreement a
WHERE a.state <> 'REVIEWED' AND {_CLAIMS_NEEDED} > (
    SELECT count(*) FROM claimed_project m
    WHERE m.tenant_id = a.tenant_id AND m.agreement_id = a.id AND m.state <> 'DROPPED')
UNION ALL
SELECT w.tenant_id, md5(concat_ws(' ', w.tenant_id, w.division_path, y.year))::uuid AS id, 'AGREEMENT' AS kind,
       NULL::uuid AS subject_id, NULL::uuid AS project_id, NULL::uuid AS estate_id,
       w.division_path, make_date(y.year, 12, 31) AS due_on, false AS provisional
FROM (SELECT p.tenant_id, p.division_path, min(p.started_on) AS since
      FROM project p WHERE p.status = 'ACTIVE' GROUP BY p.tenant_id, p.division_path) w
JOIN company f ON f.tenant_id = w.tenant_id
CROSS JOIN LATERAL (SELECT extract(year FROM current_date)::int - ago AS year FROM (VALUES (0), (1)) b(ago)) y
WHERE w.since <= make_date(y.year, 12, 31) AND f.created_at < make_date(y.year + 1, 1, 1)
  AND {_AGREEMENT_NEEDED} > 0
  AND NOT EXISTS (SELECT FROM agreement g WHERE g.tenant_id = w.tenant_id AND g.division_path = w.division_path
                  AND g.year = y.year)
"""
"""Claimed projects to complete, projects to claim under an agreement that has too few, and agreements to sign.

An agreement is owed by the end of the year wherever a project runs, and stays owed through the next year, by the
setting of its own year; a year before the company joined is not asked for.
"""

CONFIRMATIONS = f"""
SELECT c.tenant_id, c.id, 'CLAIM_CONFIRMATION' AS kind, c.id AS subject_id, c.project_id, NULL::uuid AS estate_id,
       c.division_path,
       c.completed_on + {number_on(SettingKey.CONFIRMATION_DAYS, "c.division_path", "c.completed_on")} AS due_on,
       false AS provisional
FROM claimed_project c WHERE c.state = 'COMPLETED'
UNION ALL
SELECT a.tenant_id, a.id, 'AGREEMENT_REVIEW' AS kind, a.id AS subject_id, NULL::uuid AS project_id,
       NULL::uuid AS estate_id, a.division_path, make_date(a.year, 12, 31) AS due_on, false AS provisional
FROM agreement a
WHERE a.state <> 'REVIEWED' AND {_CLAIMS_NEEDED} <= (
    SELECT count(*) FROM claimed_project m
    WHERE m.tenant_id = a.tenant_id AND m.agreement_id = a.id AND m.state = 'CONFIRMED')
"""
"""Claimed projects that a community has still to confirm, and agreements it can review since enough are confirmed."""


@dataclass(frozen=True, kw_only=True)
class NewAgreement:
    """An agreement that has been signed."""

    division_code: str
    year: int
    community_organisation: str
    signatory: str
    signed_on: date
    document: str
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewClaim:
    """A project to claim, with the leads who share it."""

    agreement_id: UUID
    title: str
    category: str
    due_on: date
    claimed_on: date | None = None
    project_id: UUID | None = None
    beneficiaries: int | None = None
    lead_ids: Sequence[UUID] = ()
    id: UUID | None = None


async def sign(scope: Scope, new: NewAgreement) -> Agreement:
    """Record the year's agreement with a community in which the company works."""
    checks = Checks()
    organisation = checks.text("communityOrganisation", new.community_organisation, limit=NAME_LIMIT)
    signatory = checks.text("signatory", new.signatory, limit=NAME_LIMIT)
    document = checks.text("document", new.document, limit=200)
    checks.day("signedOn", new.signed_on, latest=today())
    if new.year not in (new.signed_on.year, new.signed_on.year + 1):
        checks.add(Code.YEAR_NOT_MEANT, "year", year=new.year, signed_on=new.signed_on)
    checks.done()
    place = await division.by_code(scope, new.division_code, "divisionCode")
    working_there = await scope.session.scalar(
        select(func.count())
        .select_from(Project)
        .where(
            Project.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            Project.division_path == place.path,  # type: ignore[arg-type]
            Project.status == ProjectStatus.ACTIVE,  # type: ignore[arg-type]
        )
    )
    if not working_there:
        raise DomainError(Code.NO_PROJECT_THERE, "divisionCode", name=place.name)
    agreement = Agreement(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        division_id=place.id,
        division_path=place.path,
        year=new.year,
        community_organisation=organisation,
        signatory=signatory,
        signed_on=new.signed_on,
        document=document,
    )
    taken = DomainError(Code.AGREEMENT_EXISTS, "year", year=new.year, name=place.name)
    await create(scope, agreement, "agreement", taken={"agreement_tenant_id_division_id_year_key": taken})
    return agreement


async def claim(scope: Scope, new: NewClaim) -> ClaimedProject:
    """Claim a community service project under an agreement, alone or shared by several leads."""
    claimed_on = new.claimed_on or today()
    checks = Checks()
    title = checks.text("title", new.title, limit=NAME_LIMIT)
    category = checks.text("category", new.category, limit=NAME_LIMIT)
    checks.count("beneficiaries", new.beneficiaries)
    checks.day("claimedOn", claimed_on, latest=today())
    checks.day("dueOn", new.due_on)
    checks.not_before("dueOn", new.due_on, claimed_on)
    checks.done()
    agreement = await find(scope, Agreement, new.agreement_id, "agreementId", lock=True)
    if agreement.state == AgreementState.REVIEWED:
        raise DomainError(Code.AGREEMENT_REVIEWED, "agreementId", reviewed_on=agreement.reviewed_on)
    checks.not_before("claimedOn", claimed_on, agreement.signed_on)
    checks.done()
    if new.project_id is not None:
        await _of_community(scope, agreement, new.project_id, "projectId")
        await require_own(scope, new.project_id, "projectId")
    leads = [await find(scope, ProjectLead, lead_id, "leadIds") for lead_id in dict.fromkeys(new.lead_ids)]
    for lead in leads:
        if lead.left_on is not None:
            raise DomainError(Code.LEAD_GONE, "leadIds", left_on=lead.left_on)
        await _of_community(scope, agreement, lead.project_id, "leadIds")
    row = ClaimedProject(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        agreement_id=agreement.id,
        project_id=new.project_id,
        division_id=agreement.division_id,
        division_path=agreement.division_path,
        title=title,
        category=category,
        beneficiaries=new.beneficiaries,
        claimed_on=claimed_on,
        due_on=new.due_on,
    )
    taken = DomainError(Code.CLAIMED_TWICE, "title", title=title)
    await create(scope, row, "claimed_project", taken={"claimed_project_once": taken})
    for lead in leads:
        scope.session.add(ClaimShare(tenant_id=scope.tenant_id, claimed_project_id=row.id, lead_id=lead.id))
    await scope.session.flush()
    return row


async def begin_claim(scope: Scope, id: UUID, version: int) -> ClaimedProject:
    """Work on a claimed project has begun."""
    row = await _own(scope, id, version)
    transition(ClaimState(row.state), ClaimState.IN_PROGRESS, CLAIM_CHANGES)
    await change(scope, row, "claimed_project", {"state": ClaimState.IN_PROGRESS}, action="started")
    await _progress(scope, row.agreement_id)
    return row


async def complete_claim(scope: Scope, id: UUID, version: int, completed_on: date, result: str) -> ClaimedProject:
    """A claimed project is done, with its result in words; the community confirms it."""
    checks = Checks()
    stated = checks.text("result", result, limit=500)
    checks.day("completedOn", completed_on, latest=today())
    checks.done()
    row = await _own(scope, id, version)
    transition(ClaimState(row.state), ClaimState.COMPLETED, CLAIM_CHANGES)
    checks.not_before("completedOn", completed_on, row.claimed_on)
    checks.done()
    values = {"state": ClaimState.COMPLETED, "completed_on": completed_on, "result": stated}
    await change(scope, row, "claimed_project", values, action="completed")
    await _progress(scope, row.agreement_id)
    return row


async def drop_claim(scope: Scope, id: UUID, version: int, reason: str, replaced_by_id: UUID | None) -> ClaimedProject:
    """Give a claimed project up, say why, and name the one that replaces it if there is one."""
    checks = Checks()
    stated = checks.text("reason", reason, limit=500)
    checks.done()
    row = await _own(scope, id, version)
    other = await find(scope, ClaimedProject, replaced_by_id, "replacedById") if replaced_by_id is not None else None
    transition(ClaimState(row.state), ClaimState.DROPPED, CLAIM_CHANGES)
    if other is not None and (
        other.agreement_id != row.agreement_id or other.id == row.id or other.state == ClaimState.DROPPED
    ):
        raise DomainError(Code.NOT_FOUND, "replacedById")
    values = {"state": ClaimState.DROPPED, "drop_reason": stated, "replaced_by_id": replaced_by_id}
    await change(scope, row, "claimed_project", values, action="dropped")
    return row


async def confirm_claim(scope: Scope, id: UUID, version: int, confirmed_on: date) -> ClaimedProject:
    """The community confirms that a claimed project is done."""
    row = await seen(scope, ClaimedProject, id, version)
    checks = Checks()
    checks.day("confirmedOn", confirmed_on, latest=today())
    transition(ClaimState(row.state), ClaimState.CONFIRMED, CLAIM_CHANGES)
    checks.not_before("confirmedOn", confirmed_on, row.completed_on)
    checks.done()
    values = {
        "state": ClaimState.CONFIRMED,
        "confirmed_on": confirmed_on,
        "confirmed_by": scope.principal.actor_id,
    }
    return await carry_out(scope, row, "claimed_project", values, "confirmed")


async def review(scope: Scope, id: UUID, version: int, reviewed_on: date, words: str) -> Agreement:
    """The community reviews a year's agreement, once enough of its claimed projects are confirmed."""
    row = await seen(scope, Agreement, id, version)
    checks = Checks()
    stated = checks.text("review", words, limit=500)
    checks.day("reviewedOn", reviewed_on, latest=today())
    transition(AgreementState(row.state), AgreementState.REVIEWED, AGREEMENT_CHANGES)
    checks.not_before("reviewedOn", reviewed_on, row.signed_on)
    checks.done()
    needed = await effective(scope, SettingKey.CLAIMED_PROJECTS_MIN, row.division_path, reviewed_on)
    confirmed = await scope.session.scalar(
        select(func.count())
        .select_from(ClaimedProject)
        .where(
            ClaimedProject.tenant_id == row.tenant_id,  # type: ignore[arg-type]
            ClaimedProject.agreement_id == row.id,  # type: ignore[arg-type]
            ClaimedProject.state == ClaimState.CONFIRMED,  # type: ignore[arg-type]
        )
    )
    if (confirmed or 0) < needed:
        raise DomainError(Code.TOO_FEW_CONFIRMED, "id", confirmed=confirmed, needed=needed)
    values = {
        "state": AgreementState.REVIEWED,
        "reviewed_on": reviewed_on,
        "reviewed_by": scope.principal.actor_id,
        "review": stated,
    }
    return await carry_out(scope, row, "agreement", values, "reviewed")


async def _own(scope: Scope, id: UUID, version: int) -> ClaimedProject:
    """A claimed project at the version the caller saw, which the caller may change: that of no one project anybody."""
    row = await find_at(scope, ClaimedProject, id, version)
    if row.project_id is not None:
        await require_own(scope, row.project_id, "id")
    return row


async def _of_community(scope: Scope, agreement: Agreement, project_id: UUID, field: str) -> None:
    """An agreement covers the company's projects in its community, and no other."""
    project = await find(scope, Project, project_id, field)
    if project.division_path != agreement.division_path:
        raise DomainError(
            Code.PROJECT_ELSEWHERE, field, name=project.name, organisation=agreement.community_organisation
        )


async def _progress(scope: Scope, agreement_id: UUID) -> None:
    agreement = await find(scope, Agreement, agreement_id, lock=True)
    if agreement.state == AgreementState.SIGNED:
        await change(scope, agreement, "agreement", {"state": AgreementState.IN_PROGRESS}, action="progressed")
