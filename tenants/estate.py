"""The estate registry (小区名录): places, which outlive the companies that serve them and may have none."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint
from sqlmodel import Field

from tenants.row import Changing, Row, code_field, one_of


class EstateKind(StrEnum):
    """Kinds of estate (report rows S0-07): resettlement, commercial, old unmanaged, affordable, courtyard, mixed."""

    RESETTLEMENT = "RESETTLEMENT"
    COMMERCIAL = "COMMERCIAL"
    OLD_UNMANAGED = "OLD_UNMANAGED"
    AFFORDABLE = "AFFORDABLE"
    COURTYARD = "COURTYARD"
    MIXED = "MIXED"


class Lifecycle(StrEnum):
    """Where an estate stands between planning and delivery."""

    PRE_SALE = "PRE_SALE"
    ON_SALE = "ON_SALE"
    DELIVERED = "DELIVERED"


class ServiceModel(StrEnum):
    """Who serves an estate and who pays: the market, or one of the models for old estates."""

    MARKET = "MARKET"
    PUBLIC_INTEREST = "PUBLIC_INTEREST"
    STATE_OWNED = "STATE_OWNED"
    DISTRICT_SUBSIDY = "DISTRICT_SUBSIDY"
    STREET_PACKAGE = "STREET_PACKAGE"
    RESIDENTS_COMMITTEE_COMPANY = "RESIDENTS_COMMITTEE_COMPANY"
    TAKE_OVER = "TAKE_OVER"
    SELF_MANAGED = "SELF_MANAGED"


class CommitteeStatus(StrEnum):
    """How far the estate's owners' committee (业主委员会) has come; PMC is a property management committee (物管会)."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    ELIGIBLE_NOT_STARTED = "ELIGIBLE_NOT_STARTED"
    PREPARING = "PREPARING"
    ESTABLISHED = "ESTABLISHED"
    PMC = "PMC"


class RegistryState(StrEnum):
    """A company may report an estate it starts to serve; a regulator of its division confirms the entry."""

    REPORTED = "REPORTED"
    CONFIRMED = "CONFIRMED"


class Estate(Changing, Row, table=True):
    """An estate: public knowledge, kept by the regulators of its division, and by whom it is served.

    `serving_tenant_id` makes the rule "one company at a time" a fact of one row; `served_until` is the day on which
    the last engagement ended, from which the next may start.
    """

    __tablename__ = "estate"
    __table_args__ = (
        UniqueConstraint("id", "division_path"),
        UniqueConstraint("division_id", "name"),
        Index("estate_division", "division_path", "id"),
        Index("estate_serving", "serving_tenant_id"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        one_of("kind", EstateKind),
        one_of("lifecycle", Lifecycle),
        one_of("service_model", ServiceModel),
        one_of("committee_status", CommitteeStatus),
        one_of("registry_state", RegistryState),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("area > 0", name="area_positive"),
        CheckConstraint("households >= 0 AND grid_count >= 0", name="counts_not_negative"),
        CheckConstraint("length(division_path) >= 9", name="division_low_enough"),
        CheckConstraint("(serving_tenant_id IS NULL) = (serving_company IS NULL)", name="serving_named"),
    )

    name: str = Field(sa_type=Text)
    kind: EstateKind = code_field()
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    address: str | None = Field(default=None, sa_type=Text)
    area: Decimal = Field(sa_type=Numeric(14, 2))
    households: int = 0
    grid_count: int = 0
    lifecycle: Lifecycle = code_field(default=Lifecycle.DELIVERED)
    service_model: ServiceModel = code_field(default=ServiceModel.MARKET)
    committee_status: CommitteeStatus = code_field(default=CommitteeStatus.NOT_ELIGIBLE)
    registry_state: RegistryState = code_field(default=RegistryState.REPORTED)
    serving_tenant_id: UUID | None = None
    serving_company: str | None = Field(default=None, sa_type=Text)
    served_until: date | None = None
