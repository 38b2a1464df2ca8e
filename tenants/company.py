"""Companies (物业服务企业): the tenants, and the members of their portals."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    select,
    text,
)
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field
from stdnum.cn import uscc as uscc_number
from stdnum.exceptions import ValidationError

from tenants import division
from tenants.change import change, create, find, find_at, transition, violated_constraint
from tenants.checks import NAME_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.permission import CompanyRole
from tenants.row import PERSONAL, Changing, Row, TenantRow, code_field, new_id, now, one_of, today
from tenants.scope import Database, Scope
from tenants.staff import Staff

BATCH: Final = 200
"""Companies whose ids are in memory at once."""


class CompanyStatus(StrEnum):
    """A company's life on the platform: applied, active, suspended, closed."""

    APPLIED = "APPLIED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class MemberStatus(StrEnum):
    """Whether a portal member may sign in."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


class Company(Changing, table=True):
    """A company, which is a tenant: its id is its `tenant_id`.

    `reach` lists the path of every division it is registered or works in, and of their ancestors: it is what lets
    the regulator of each of them see the company without a join. `credit_score` and `credit_grade` are those of its
    credit that hold, which the platform keeps beside what it publishes, so that companies can be listed by them.
    """

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        Index("company_reach", "reach", postgresql_using="gin"),
        # One for each direction: whoever has no score comes last in both.
        Index("company_credit_best", text("credit_score DESC NULLS LAST"), text("id DESC")),
        Index("company_credit_worst", "credit_score", "id"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        one_of("status", CompanyStatus),
        CheckConstraint("name <> ''", name="name_given"),
    )
    # An UPDATE gives the computed id back at once; it would be read again later otherwise, where nothing may wait.
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}

    tenant_id: UUID = Field(default_factory=new_id, primary_key=True, sa_type=Uuid)
    id: UUID = Field(
        default=None,
        sa_type=Uuid,
        sa_column_args=(Computed("tenant_id", persisted=True),),
    )
    name: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text)
    uscc_override: str | None = Field(default=None, sa_type=Text)
    contact_name: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=PERSONAL)
    contact_phone: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=PERSONAL)
    status: CompanyStatus = code_field(default=CompanyStatus.APPLIED)
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    reach: list[str] = Field(default_factory=list, sa_type=ARRAY(Text(collation="C")))
    credit_score: Decimal | None = Field(default=None, sa_type=Numeric)
    credit_grade: str | None = Field(default=None, sa_type=Text)


class Enrolment(Row, table=True):
    """Which company holds a code: one code, one company. Only enrolment itself can read it."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("uscc"),)

    uscc: str = Field(sa_type=Text)


class CompanyMember(Changing, TenantRow, table=True):
    """A person who signs in to the company's portal with one role."""

    __tablename__ = "company_member"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        Index("company_member_staff", "tenant_id", "staff_id"),
        one_of("role", CompanyRole),
        one_of("status", MemberStatus),
        CheckConstraint("name <> ''", name="name_given"),
    )

    name: str = Field(sa_type=Text, sa_column_kwargs=PERSONAL)
    role: CompanyRole = code_field()
    status: MemberStatus = code_field(default=MemberStatus.ACTIVE)
    staff_id: UUID | None = None
    removed_on: date | None = None


STATUS_CHANGES: Mapping[CompanyStatus, tuple[CompanyStatus, ...]] = {
    CompanyStatus.APPLIED: (CompanyStatus.ACTIVE, CompanyStatus.CLOSED),
    CompanyStatus.ACTIVE: (CompanyStatus.SUSPENDED, CompanyStatus.CLOSED),
    CompanyStatus.SUSPENDED: (CompanyStatus.ACTIVE, CompanyStatus.CLOSED),
}


@dataclass(frozen=True, kw_only=True)
class NewCompany:
    """A company to enrol, with its first administrator; `uscc_override` says why a failing code is right."""

    name: str
    uscc: str
    division_code: str
    admin_name: str
    uscc_override: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """A member to let into the company's portal."""

    name: str
    role: CompanyRole
    staff_id: UUID | None = None
    id: UUID | None = None


async def enrol(scope: Scope, new: NewCompany) -> tuple[Company, CompanyMember]:
    """Enrol a company as an active tenant with its first administrator. The platform's own work: `scope` is a worker's
    whose context is the company's id. One code, one company (GB 32100; real codes exist that fail the check).
    """
    checks = Checks()
    name = checks.text("name", new.name)
    code = uscc_number.compact(unicodedata.normalize("NFKC", new.uscc))
    override = checks.optional_text("usccOverride", new.uscc_override, lines=True)
    valid = is_valid_uscc(code)
    if not (valid or (override is not None and _USCC_SHAPE.fullmatch(code))):
        checks.add(Code.USCC_INVALID, "uscc", value=code)
    admin = checks.text("adminName", new.admin_name)
    contact = checks.optional_text("contactName", new.contact_name, NAME_LIMIT)
    phone = checks.phone("contactPhone", new.contact_phone)
    place_code = checks.text("divisionCode", new.division_code)
    checks.done()
    place = await division.by_code(scope, place_code, "divisionCode")
    tenant_id = scope.tenant_id
    scope.session.add(Enrolment(id=tenant_id, uscc=code))
    try:
        await scope.session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "enrolment_pkey":
            raise DomainError(Code.ID_TAKEN) from error
        raise DomainError(Code.USCC_TAKEN, "uscc", value=code) from error
    company = Company(
        tenant_id=tenant_id,
        name=name,
        uscc=code,
        uscc_override=None if valid else override,
        contact_name=contact,
        contact_phone=phone,
        status=CompanyStatus.ACTIVE,
        division_id=place.id,
        division_path=place.path,
        reach=division.ancestry(place.path),
    )
    scope.session.add(company)
    await scope.session.flush()
    member = CompanyMember(tenant_id=tenant_id, name=admin, role=CompanyRole.TENANT_ADMIN)
    async with scope.acting_for(tenant_id):
        await create(scope, member, "company_member")
        await record(scope, "enrolled", "company", company, {"name": name, "uscc": code})
    return company, member


_USCC_SHAPE = re.compile(r"[0-9A-Z]{18}", re.ASCII)


def is_valid_uscc(code: str) -> bool:
    """Whether a unified social credit code (统一社会信用代码, GB 32100) passes its check."""
    try:
        uscc_number.validate(code)
    except ValidationError:
        return False
    return True


async def enrolled(database: Database) -> AsyncIterator[UUID]:
    """Every company's id, a batch at a time, from the list of enrolments: no row of a company is read across companies.
    The platform's own work.
    """
    last = UUID(int=0)
    while True:
        async with database.reading(division.WORKER) as connection:
            rows = await connection.fetch("SELECT id FROM enrolment WHERE id > $1 ORDER BY id LIMIT $2", last, BATCH)
        for row in rows:
            last = UUID(str(row["id"]))
            yield last
        if len(rows) < BATCH:
            return


async def require_active(scope: Scope) -> None:
    """Only an active company changes anything; its people may read on."""
    company = await find(scope, Company, scope.tenant_id)
    if company.status != CompanyStatus.ACTIVE:
        raise DomainError(Code.COMPANY_NOT_ACTIVE, None, status=CompanyStatus(company.status))


async def set_status(scope: Scope, wanted: CompanyStatus) -> Company:
    """Suspend, reactivate or close the company of the worker's context. A closed company's code is free again."""
    company = await find(scope, Company, scope.tenant_id, lock=True)
    before = CompanyStatus(company.status)
    transition(before, wanted, STATUS_CHANGES)
    company.status = wanted
    company.version += 1
    company.updated_at = now()
    await scope.session.flush()
    if wanted == CompanyStatus.CLOSED:
        from tenants.credit.publication import withdraw  # what is public of a company's credit is made of its rows

        await scope.session.execute(delete(Enrolment).where(Enrolment.id == company.tenant_id))  # type: ignore[arg-type]
        await withdraw(scope, company.tenant_id)
    async with scope.acting_for(company.tenant_id):
        await record(scope, "status_changed", "company", company, {"status": [before, wanted]})
    return company


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Company:
    """Change the company's name or contact. The code and the place of registration are enrolment's.

    What the registry and requests say of the company stays the name it had when it was entered there.
    """
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"])
    if "contact_name" in values:
        values["contact_name"] = checks.optional_text("contactName", values["contact_name"], NAME_LIMIT)
    if "contact_phone" in values:
        values["contact_phone"] = checks.phone("contactPhone", values["contact_phone"])
    checks.done()
    company = await find_at(scope, Company, id, version)
    await change(scope, company, "company", values)
    return company


async def refresh_reach(scope: Scope, tenant_id: UUID) -> None:
    """Bring the company's `reach` to what it is: its place, the places of its active projects, and all above them.

    The company is locked before its projects are read: of two that begin at once, the later sees the earlier.
    """
    from tenants.project import Project, ProjectStatus  # a project's rules refresh the reach of its company

    company = await find(scope, Company, tenant_id, lock=True)
    paths = await scope.session.scalars(
        select(Project.division_path)  # type: ignore[call-overload]
        .where(Project.tenant_id == tenant_id, Project.status == ProjectStatus.ACTIVE)
        .distinct()
    )
    reach = sorted({part for path in (company.division_path, *paths) for part in division.ancestry(path)})
    if reach != company.reach:
        await scope.session.execute(
            sql_update(Company).where(Company.tenant_id == tenant_id).values(reach=reach)  # type: ignore[arg-type]
        )


async def create_member(scope: Scope, new: NewMember) -> CompanyMember:
    """Let a person into the company's portal with a role."""
    checks = Checks()
    name = checks.text("name", new.name)
    checks.done()
    await _employed(scope, new.staff_id)
    member = CompanyMember(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        name=name,
        role=new.role,
        staff_id=new.staff_id,
    )
    await create(scope, member, "company_member")
    return member


async def update_member(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> CompanyMember:
    """Change a member's name, role or staff record; the last administrator stays one."""
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"])
    checks.kept(CompanyMember, values)
    checks.done()
    member = await find_at(scope, CompanyMember, id, version)
    if member.status != MemberStatus.ACTIVE:
        raise DomainError(Code.MEMBER_REMOVED, "id", removed_on=member.removed_on)
    if values.get("staff_id", member.staff_id) != member.staff_id:
        await _employed(scope, values["staff_id"])
    if values.get("role", member.role) != CompanyRole.TENANT_ADMIN:
        await _keep_an_admin(scope, member, "role")
    await change(scope, member, "company_member", values)
    return member


async def remove_member(scope: Scope, id: UUID, version: int, removed_on: date) -> CompanyMember:
    """Close a member's access for good; the record stays."""
    checks = Checks()
    checks.day("removedOn", removed_on, latest=today())
    checks.done()
    member = await find_at(scope, CompanyMember, id, version)
    transition(MemberStatus(member.status), MemberStatus.REMOVED, {MemberStatus.ACTIVE: (MemberStatus.REMOVED,)})
    await _keep_an_admin(scope, member, "id")
    await change(
        scope,
        member,
        "company_member",
        {"status": MemberStatus.REMOVED, "removed_on": removed_on},
        action="removed",
    )
    return member


async def _employed(scope: Scope, staff_id: UUID | None) -> None:
    """A member's staff record is of someone who still works there."""
    if staff_id is None:
        return
    staff = await find(scope, Staff, staff_id, "staffId")
    if staff.left_on is not None:
        raise DomainError(Code.STAFF_LEFT, "staffId", left_on=staff.left_on)


async def _keep_an_admin(scope: Scope, member: CompanyMember, field: str) -> None:
    """Refuse what would leave the company without an administrator, also when two are removed at the same moment:
    whoever comes second waits for the company, and then sees that the other one is gone.
    """
    if member.role != CompanyRole.TENANT_ADMIN:
        return
    await find(scope, Company, member.tenant_id, lock=True)
    another = await scope.session.scalar(
        select(CompanyMember.id)  # type: ignore[call-overload]
        .where(
            CompanyMember.tenant_id == member.tenant_id,
            CompanyMember.id != member.id,
            CompanyMember.role == CompanyRole.TENANT_ADMIN,
            CompanyMember.status == MemberStatus.ACTIVE,
        )
        .limit(1)
    )
    if another is None:
        raise DomainError(Code.LAST_ADMIN, field)
