"""The estate registry (小区名录): places, which outlive the companies that serve them and may have none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field

from tenants import division
from tenants.change import change, create, find, find_at, violated_constraint
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.row import Changing, Row, code_field, new_id, now, one_of
from tenants.scope import Scope


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


@dataclass(frozen=True, kw_only=True)
class NewEstate:
    """An estate to enter in the registry. `division_code` names its community, or its street where none is known."""

    name: str
    kind: EstateKind
    division_code: str
    area: Decimal
    address: str | None = None
    households: int = 0
    grid_count: int = 0
    lifecycle: Lifecycle = Lifecycle.DELIVERED
    service_model: ServiceModel = ServiceModel.MARKET
    committee_status: CommitteeStatus = CommitteeStatus.NOT_ELIGIBLE


async def enter(scope: Scope, new: NewEstate) -> Estate:
    """A regulator enters an estate of its division in the registry."""
    estate = await _entry(scope, new, "", RegistryState.CONFIRMED)
    if not estate.division_path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    await create(scope, estate, "estate", taken=_taken(estate.name, ""))
    return estate


async def report(scope: Scope, new: NewEstate, company: str, field: str) -> Estate:
    """A company reports an estate that it begins to serve and that the registry does not have yet."""
    estate = await _entry(scope, new, f"{field}.", RegistryState.REPORTED)
    estate.serving_tenant_id = scope.tenant_id
    estate.serving_company = company
    scope.session.add(estate)
    taken = _taken(estate.name, f"{field}.")
    try:
        await scope.session.flush()
    except IntegrityError as error:
        raise taken.get(violated_constraint(error), error) from error
    return estate


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Estate:
    """A regulator changes or confirms an entry of its division; by whom the estate is served is not its to type."""
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"] or "")
    if "address" in values:
        values["address"] = checks.optional_text("address", values["address"])
    for name, field in _REQUIRED.items():
        if values.get(name, ...) is None:
            checks.add(Code.EMPTY, field)
    if values.get("area") is not None:
        checks.positive("area", values["area"])
    checks.not_negative("households", values.get("households"))
    checks.not_negative("gridCount", values.get("grid_count"))
    checks.done()
    estate = await find_at(scope, Estate, id, version)
    if (code := values.pop("division_code", None)) is not None:
        place = await _place(scope, code, "divisionCode")
        if not place.path.startswith(scope.principal.division_path or "-"):
            raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
        values |= {"division_id": place.id, "division_path": place.path}
    await change(scope, estate, "estate", values, taken=_taken(values.get("name", estate.name), ""))
    return estate


async def mark_served(scope: Scope, estate: Estate, company: str) -> None:
    """The company of the scope begins to serve the estate; the registry says so. Fails when another got there first."""
    await find(scope, Estate, estate.id, lock=True)
    estate.serving_tenant_id = scope.tenant_id
    estate.serving_company = company
    await _touch(scope, estate)


async def mark_unserved(scope: Scope, estate_id: UUID, until: date) -> None:
    """The company of the scope served the estate up to and including `until`."""
    estate = await find(scope, Estate, estate_id, lock=True)
    estate.serving_tenant_id = None
    estate.serving_company = None
    estate.served_until = until
    await _touch(scope, estate)


async def _touch(scope: Scope, estate: Estate) -> None:
    estate.version += 1
    estate.updated_at = now()
    await scope.session.flush()


_REQUIRED = {
    "kind": "kind",
    "area": "area",
    "households": "households",
    "grid_count": "gridCount",
    "lifecycle": "lifecycle",
    "service_model": "serviceModel",
    "committee_status": "committeeStatus",
    "registry_state": "registryState",
}


def _taken(name: str, prefix: str) -> dict[str, DomainError]:
    return {"estate_division_id_name_key": DomainError(Code.ESTATE_EXISTS, f"{prefix}name", name=name)}


async def _place(scope: Scope, code: str, field: str) -> division.Division:
    """The division an estate is entered at: a community or a street that still exists."""
    if not code.strip():
        raise DomainError(Code.ESTATE_NEEDS_DIVISION, field)
    place = await division.by_code(scope, code, field)
    if division.DivisionLevel(place.level) not in (division.DivisionLevel.STREET, division.DivisionLevel.COMMUNITY):
        raise DomainError(Code.DIVISION_TOO_HIGH, field, name=place.name)
    return place


async def _entry(scope: Scope, new: NewEstate, prefix: str, state: RegistryState) -> Estate:
    checks = Checks(prefix)
    name = checks.text("name", new.name)
    address = checks.optional_text("address", new.address)
    checks.positive("area", new.area)
    checks.not_negative("households", new.households)
    checks.not_negative("gridCount", new.grid_count)
    checks.done()
    place = await _place(scope, new.division_code, f"{prefix}divisionCode")
    return Estate(
        id=new_id(),
        name=name,
        kind=new.kind,
        division_id=place.id,
        division_path=place.path,
        address=address,
        area=new.area,
        households=new.households,
        grid_count=new.grid_count,
        lifecycle=new.lifecycle,
        service_model=new.service_model,
        committee_status=new.committee_status,
        registry_state=state,
    )
