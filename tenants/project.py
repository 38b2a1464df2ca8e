"""Projects (物业项目): a company's engagement at an estate, its service contracts and its leads."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from tenants.row import Changing, TenantRow, code_field, one_of


class ProjectStatus(StrEnum):
    """A project is active until it ends."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class EndReason(StrEnum):
    """Why a project ended."""

    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"
    TAKEN_OVER = "TAKEN_OVER"


class ContractKind(StrEnum):
    """Early-stage (前期物业) or normal service contract."""

    EARLY = "EARLY"
    NORMAL = "NORMAL"


class DeliveryStatus(StrEnum):
    """Baseline ledger (S0-01): how much of the estate has been delivered."""

    NOT_DELIVERED = "NOT_DELIVERED"
    PARTLY_DELIVERED = "PARTLY_DELIVERED"
    DELIVERED = "DELIVERED"


class Project(Changing, TenantRow, table=True):
    """A company's engagement at one estate, with the baseline ledger of that estate (工作台账, S0-01)."""

    __tablename__ = "project"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("project_one_active", "tenant_id", "estate_id", unique=True, postgresql_where=text("status = 'ACTIVE'")),
        Index("project_estate", "tenant_id", "estate_id"),
        Index("project_division", "division_path", "id"),
        one_of("status", ProjectStatus),
        one_of("end_reason", EndReason),
        one_of("delivery_status", DeliveryStatus),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("ended_on >= started_on", name="dates_in_order"),
        CheckConstraint("(status = 'ENDED') = (ended_on IS NOT NULL)", name="ended_dated"),
        CheckConstraint("owner_party_members >= 0 AND grid_count >= 0", name="counts_not_negative"),
    )

    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    name: str = Field(sa_type=Text)
    status: ProjectStatus = code_field(default=ProjectStatus.ACTIVE)
    started_on: date
    ended_on: date | None = None
    end_reason: EndReason | None = code_field(default=None)
    delivery_status: DeliveryStatus | None = code_field(default=None)
    grid_count: int | None = None
    owner_party_members: int | None = None
    surveyed_on: date | None = None


class ServiceContract(Changing, TenantRow, table=True):
    """A service contract (物业服务合同) under which the project runs; `ends_on` is its last day."""

    __tablename__ = "service_contract"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        Index("service_contract_project", "tenant_id", "project_id", "starts_on"),
        one_of("kind", ContractKind),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("terminated_on >= starts_on AND terminated_on <= ends_on", name="termination_within"),
    )

    project_id: UUID
    kind: ContractKind = code_field()
    starts_on: date
    ends_on: date
    filed_on: date | None = None
    terminated_on: date | None = None


class ProjectLead(Changing, TenantRow, table=True):
    """A project lead (项目负责人) from arrival to leaving; one at a time."""

    __tablename__ = "project_lead"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        Index(
            "project_lead_one_active",
            "tenant_id",
            "project_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
        ),
        Index("project_lead_project", "tenant_id", "project_id", "arrived_on"),
        Index("project_lead_staff", "tenant_id", "staff_id"),
        CheckConstraint("left_on >= arrived_on", name="dates_in_order"),
    )

    project_id: UUID
    staff_id: UUID
    arrived_on: date
    left_on: date | None = None
