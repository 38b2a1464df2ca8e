"""Take-overs (接管): requested by the incoming company, decided by a regulator of the estate's division."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from tenants.project import ContractKind
from tenants.row import Changing, TenantRow, code_field, one_of


class TakeOverState(StrEnum):
    """REQUESTED becomes CONFIRMED, REFUSED or WITHDRAWN, and stays so."""

    REQUESTED = "REQUESTED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class TakeOver(Changing, TenantRow, table=True):
    """A request of the incoming company (its tenant) to serve an estate that another company serves now."""

    __tablename__ = "take_over"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index(
            "take_over_one_pending",
            "tenant_id",
            "estate_id",
            unique=True,
            postgresql_where=text("state = 'REQUESTED'"),
        ),
        Index("take_over_division", "division_path", "id"),
        one_of("state", TakeOverState),
        one_of("contract_kind", ContractKind),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("(state IN ('CONFIRMED', 'REFUSED')) = (decided_at IS NOT NULL)", name="decision_dated"),
    )

    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    company_name: str = Field(sa_type=Text)
    project_name: str = Field(sa_type=Text)
    contract_kind: ContractKind = code_field()
    starts_on: date
    ends_on: date
    state: TakeOverState = code_field(default=TakeOverState.REQUESTED)
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: UUID | None = None
    reason: str | None = Field(default=None, sa_type=Text)
