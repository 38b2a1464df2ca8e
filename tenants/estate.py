"""The estate registry (小区名录): places, which outlive the companies that serve them and may have none."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint
from sqlmodel import Field

from tenants import division
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks, tidy
from tenants.company import refresh_reach
from tenants.errors import Code, DomainError
from tenants.row import Changing, Row, code_field, one_of, today
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

    `serving_tenant_id` makes the rule "one company at a time" a fact of one row, `serving_company` is that company's
    name as registered when it began; `served_until` is the last day of the last engagement, after which the next may
    start.
    """

    __tablename__ = "estate"
    __table_args__ = (
        UniqueConstraint("id", "division_path"),
        UniqueConstraint("division_id", "name"),
        Index("estate_division", "division_path", "id", postgresql_include=["kind"]),
        Index(
            "estate_eligible",
            "division_path",
            postgresql_include=["id", "kind", "committee_status", "committee_eligible_on"],
        ),
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
        CheckConstraint("committee_status <> 'NOT_ELIGIBLE' OR committee_eligible_on IS NULL", name="eligible_since"),
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
    committee_eligible_on: date | None = None
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
    committee_eligible_on: date | None = None


REGISTRY_STATE_CHANGES: Mapping[RegistryState, tuple[RegistryState, ...]] = {
    RegistryState.REPORTED: (RegistryState.CONFIRMED,)
}


async def enter(scope: Scope, new: NewEstate) -> Estate:
    """A regulator enters an estate of its division in the registry."""
    entry = await entry_of(scope, Checks(), new, RegistryState.CONFIRMED)
    await create(scope, entry, "estate", taken=_taken(entry.name, "name"))
    return entry


async def entry_of(scope: Scope, checks: Checks, new: NewEstate, state: RegistryState) -> Estate:
    """The row of a new entry, which is not in the registry yet. Raises what is wrong with it and all in `checks`."""
    name = checks.text("name", new.name)
    address = checks.optional_text("address", new.address)
    area = checks.area("area", new.area)
    checks.count("households", new.households)
    checks.count("gridCount", new.grid_count)
    _eligible(checks, new.committee_status, new.committee_eligible_on)
    place = await _place(scope, checks, new.division_code)
    checks.done()
    assert place is not None
    return Estate(
        name=name,
        kind=new.kind,
        division_id=place.id,
        division_path=place.path,
        address=address,
        area=area,
        households=new.households,
        grid_count=new.grid_count,
        lifecycle=new.lifecycle,
        service_model=new.service_model,
        committee_status=new.committee_status,
        committee_eligible_on=new.committee_eligible_on,
        registry_state=state,
    )


async def report(scope: Scope, entry: Estate, company: str, field: str) -> None:
    """A company reports an estate that it begins to serve and that the registry does not have yet."""
    entry.serving_tenant_id = scope.tenant_id
    entry.serving_company = company
    await create(scope, entry, "estate", action="reported", taken=_taken(entry.name, field))


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Estate:
    """A regulator changes or confirms an entry of its division; by whom the estate is served is not its to type.

    An entry that moves to another division takes its projects along, and who sees the company that serves it follows.
    """
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"])
    if "address" in values:
        values["address"] = checks.optional_text("address", values["address"])
    if values.get("division_code", ...) is None:
        checks.add(Code.EMPTY, "divisionCode")
    checks.kept(Estate, values)
    if values.get("area") is not None:
        values["area"] = checks.area("area", values["area"])
    checks.count("households", values.get("households"))
    checks.count("gridCount", values.get("grid_count"))
    if (code := values.pop("division_code", None)) is not None:
        place = await _place(scope, checks, code)
        if place is not None:
            values |= {"division_id": place.id, "division_path": place.path}
    checks.done()
    estate = await find_at(scope, Estate, id, version)
    state, wanted = RegistryState(estate.registry_state), values.get("registry_state", estate.registry_state)
    if wanted != state:
        transition(state, wanted, REGISTRY_STATE_CHANGES, "registryState")
    if values.get("committee_status") == CommitteeStatus.NOT_ELIGIBLE:
        values.setdefault("committee_eligible_on", None)
    status = CommitteeStatus(values.get("committee_status", estate.committee_status))
    _eligible(checks, status, values.get("committee_eligible_on"))
    checks.done()
    moved = values.get("division_path", estate.division_path) != estate.division_path
    await change(scope, estate, "estate", values, taken=_taken(values.get("name", estate.name), "name"))
    if moved and estate.serving_tenant_id is not None:
        async with scope.acting_for(estate.serving_tenant_id):
            await refresh_reach(scope, scope.tenant_id)
    return estate


async def mark_served(
    scope: Scope,
    id: UUID,
    company: str,
    starts_on: date,
    *,
    field: str = "estateId",
    start_field: str = "contract.startsOn",
) -> Estate:
    """The company of the scope begins to serve the estate; the registry says so. Refuses an estate that is served, and
    one that was served until `starts_on` or later.
    """
    try:
        estate = await find(scope, Estate, id, field, lock=True)
    except DomainError as error:  # there is none, or it is another company's, and so not ours to lock
        await find(scope, Estate, id, field)
        raise DomainError(Code.ESTATE_SERVED, field) from error
    if estate.serving_tenant_id is not None:
        raise DomainError(Code.ESTATE_SERVED_BY_YOU, field)
    if estate.served_until is not None and starts_on <= estate.served_until:
        raise DomainError(Code.CONTRACT_OVERLAPS, start_field, until=estate.served_until)
    serving = {"serving_tenant_id": scope.tenant_id, "serving_company": company}
    await change(scope, estate, "estate", serving, action="served")
    return estate


async def mark_unserved(scope: Scope, estate_id: UUID, until: date | None) -> None:
    """The company of the scope served the estate up to and including `until`; None when it never began to."""
    estate = await find(scope, Estate, estate_id, lock=True)
    served_until = {} if until is None else {"served_until": until}
    nobody = {"serving_tenant_id": None, "serving_company": None}
    await change(scope, estate, "estate", nobody | served_until, action="unserved")


async def hold(scope: Scope, estate_id: UUID) -> None:
    """Lock the estate before its project, as a take-over does. One that another company serves stays unlocked."""
    with suppress(DomainError):
        await find(scope, Estate, estate_id, lock=True)


def _eligible(checks: Checks, status: CommitteeStatus, since: date | None) -> None:
    checks.day("committeeEligibleOn", since, latest=today())
    if since is not None and status == CommitteeStatus.NOT_ELIGIBLE:
        checks.add(Code.COMMITTEE_ELIGIBLE_SINCE, "committeeEligibleOn")


def _taken(name: str, field: str) -> dict[str, DomainError]:
    return {"estate_division_id_name_key": DomainError(Code.ESTATE_EXISTS, field, name=name)}


async def _place(scope: Scope, checks: Checks, code: str) -> division.Division | None:
    """The division an estate is entered at: a community or a street in force, within reach of the regulator if it is
    one that enters it. None when `checks` says what is wrong.
    """
    if not tidy(code):
        checks.add(Code.ESTATE_NEEDS_DIVISION, "divisionCode")
        return None
    try:
        place = await division.by_code(scope, code, checks.path("divisionCode"))
    except DomainError as error:
        checks.errors.append(error)
        return None
    if division.DivisionLevel(place.level) not in (division.DivisionLevel.STREET, division.DivisionLevel.COMMUNITY):
        checks.add(Code.DIVISION_TOO_HIGH, "divisionCode", name=place.name)
        return None
    if not place.path.startswith(scope.principal.division_path or ""):
        checks.add(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
        return None
    return place
