"""Companies (物业服务企业): the tenants, and the members of their portals."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlmodel import Field

from tenants.permission import CompanyRole
from tenants.row import Changing, Row, TenantRow, code_field, new_id, one_of


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
    the regulator of each of them see the company without a join.
    """

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        Index("company_reach", "reach", postgresql_using="gin"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        one_of("status", CompanyStatus),
        CheckConstraint("name <> ''", name="name_given"),
    )

    tenant_id: UUID = Field(default_factory=new_id, primary_key=True, sa_type=Uuid)
    id: UUID = Field(
        default=None,
        sa_type=Uuid,
        sa_column_args=(Computed("tenant_id", persisted=True),),
    )
    name: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text)
    uscc_override: str | None = Field(default=None, sa_type=Text)
    contact_name: str | None = Field(default=None, sa_type=Text)
    contact_phone: str | None = Field(default=None, sa_type=Text)
    status: CompanyStatus = code_field(default=CompanyStatus.APPLIED)
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    reach: list[str] = Field(default_factory=list, sa_type=ARRAY(Text(collation="C")))


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

    name: str = Field(sa_type=Text)
    role: CompanyRole = code_field()
    status: MemberStatus = code_field(default=MemberStatus.ACTIVE)
    staff_id: UUID | None = None
    removed_on: date | None = None
