"""Projects (物业项目): a company's engagement at an estate, its service contracts and its leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, func, select, text
from sqlmodel import Field

from tenants import check_in, division, subsidy
from tenants.change import change, create, find, find_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.company import Company, refresh_reach
from tenants.errors import Code, DomainError
from tenants.estate import Estate, NewEstate, RegistryState, entry_of, hold, mark_served, mark_unserved, report
from tenants.leading import led_by_caller
from tenants.permission import Permission
from tenants.row import Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.staff import Staff


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
    """A company's engagement at one estate, with the baseline ledger of that estate (工作台账, S0-01).

    `contract_until` is the last day of the latest of its contracts, which regulators do not read.
    """

    __tablename__ = "project"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("project_one_active", "tenant_id", "estate_id", unique=True, postgresql_where=text("status = 'ACTIVE'")),
        Index("project_estate", "tenant_id", "estate_id"),
        Index("project_division", "division_path", "id"),
        Index(
            "project_run",
            "division_path",
            "tenant_id",
            postgresql_include=["estate_id", "started_on", "ended_on"],
        ),
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
    contract_until: date | None = None


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


STATUS_CHANGES: Mapping[ProjectStatus, tuple[ProjectStatus, ...]] = {ProjectStatus.ACTIVE: (ProjectStatus.ENDED,)}


@dataclass(frozen=True, kw_only=True)
class NewContract:
    """A service contract; `ends_on` is its last day."""

    kind: ContractKind
    starts_on: date
    ends_on: date
    filed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewProject:
    """A project to begin, at a registered estate or at a new one that is reported with it."""

    contract: NewContract
    estate_id: UUID | None = None
    new_estate: NewEstate | None = None
    name: str | None = None
    delivery_status: DeliveryStatus | None = None
    grid_count: int | None = None
    owner_party_members: int | None = None
    surveyed_on: date | None = None
    id: UUID | None = None


async def begin(scope: Scope, new: NewProject) -> Project:
    """Begin to serve an estate that nobody serves, under a first contract."""
    checks = Checks()
    name = checks.optional_text("name", new.name, limit=NAME_LIMIT)
    check_contract(checks, new.contract)
    checks.count("gridCount", new.grid_count)
    checks.count("ownerPartyMembers", new.owner_party_members)
    checks.day("surveyedOn", new.surveyed_on, latest=today())
    if (new.estate_id is None) == (new.new_estate is None):
        checks.add(Code.ESTATE_REQUIRED, "estateId")
    estate: Estate | None = None
    if new.new_estate is not None:
        estate = await entry_of(scope, checks.within("newEstate"), new.new_estate, RegistryState.REPORTED)
    checks.done()
    company = await find(scope, Company, scope.tenant_id)
    if estate is not None:
        await report(scope, estate, company.name, "newEstate.name")
    else:
        assert new.estate_id is not None
        await division.hold(scope)
        estate = await mark_served(scope, new.estate_id, company.name, new.contract.starts_on)
        await subsidy.pass_on(scope, estate.id, scope.tenant_id)
    project = await start(
        scope,
        estate,
        new.contract,
        name=name,
        id=new.id,
        delivery_status=new.delivery_status,
        grid_count=new.grid_count,
        owner_party_members=new.owner_party_members,
        surveyed_on=new.surveyed_on,
    )
    await refresh_reach(scope, project.tenant_id)
    return project


async def start(
    scope: Scope, estate: Estate, contract: NewContract, *, name: str | None, id: UUID | None = None, **baseline: Any
) -> Project:
    """The rows of a project that begins: it and its contract. The company's reach is the caller's to refresh."""
    project = Project(
        tenant_id=scope.tenant_id,
        id=id or new_id(),
        estate_id=estate.id,
        division_path=estate.division_path,
        name=name or estate.name,
        started_on=contract.starts_on,
        contract_until=contract.ends_on,
        **baseline,
    )
    await create(scope, project, "project")
    await _sign(scope, project, contract)
    return project


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Project:
    """Change a project's name or its baseline ledger (S0-01). Who may only change the projects they lead, does so."""
    values = dict(changes)
    checks = Checks()
    if "name" in values:
        values["name"] = checks.text("name", values["name"])
    checks.count("gridCount", values.get("grid_count"))
    checks.count("ownerPartyMembers", values.get("owner_party_members"))
    checks.day("surveyedOn", values.get("surveyed_on"), latest=today())
    checks.done()
    project = await find_at(scope, Project, id, version)
    if Permission.PROJECT_UPDATE not in scope.principal.permissions and not await led_by_caller(scope, project.id):
        raise DomainError(Code.NOT_YOUR_PROJECT, "id")
    require_running(project, "id")
    await change(scope, project, "project", values)
    return project


async def end(scope: Scope, id: UUID, version: int, ended_on: date, reason: EndReason) -> Project:
    """End a project: its contracts stop, its lead leaves, and the estate is free from the next day on.

    What has not come cannot have ended, so the last day is no later than today; a project that has not begun ends on
    its first day, and the estate counts as not served by it.
    """
    checks = Checks()
    if reason == EndReason.TAKEN_OVER:
        checks.add(Code.END_REASON_RESERVED, "reason")
    checks.done()
    await hold(scope, (await find(scope, Project, id)).estate_id)
    project = await find_at(scope, Project, id, version)
    transition(ProjectStatus(project.status), ProjectStatus.ENDED, STATUS_CHANGES)
    checks.day("endedOn", ended_on, latest=max(today(), project.started_on))
    checks.not_before("endedOn", ended_on, project.started_on)
    checks.done()
    await _stop(scope, project, ended_on, reason)
    await refresh_reach(scope, project.tenant_id)
    return project


async def hand_over(scope: Scope, estate_id: UUID, taken_over_on: date, requested_at: datetime) -> None:
    """End the scope's company's project at an estate because another company, which asked for it at `requested_at`,
    takes it over on a day. The company's reach is the caller's to refresh.
    """
    statement = select(Project).where(
        Project.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
        Project.estate_id == estate_id,  # type: ignore[arg-type]
        Project.status == ProjectStatus.ACTIVE,  # type: ignore[arg-type]
    )
    project = (await scope.session.execute(statement.with_for_update(key_share=True))).scalar_one()
    if project.created_at > requested_at:
        raise DomainError(Code.ESTATE_CHANGED_HANDS, "id")
    last_day = taken_over_on - timedelta(days=1)
    if last_day < project.started_on <= today():
        raise DomainError(
            Code.DATE_OUT_OF_ORDER, "id", date=taken_over_on, earliest=project.started_on + timedelta(days=1)
        )
    await _stop(scope, project, max(last_day, project.started_on), EndReason.TAKEN_OVER)


async def add_contract(scope: Scope, project_id: UUID, version: int, new: NewContract) -> Project:
    """Renew a project: one more contract, which overlaps none."""
    checks = Checks()
    check_contract(checks, new)
    checks.done()
    project = await find_at(scope, Project, project_id, version, "projectId")
    require_running(project, "projectId")
    checks.not_before("contract.startsOn", new.starts_on, project.started_on)
    checks.done()
    last_day = func.coalesce(ServiceContract.terminated_on, ServiceContract.ends_on)
    overlapping = await scope.session.scalar(
        select(func.max(last_day)).where(
            ServiceContract.tenant_id == project.tenant_id,  # type: ignore[arg-type]
            ServiceContract.project_id == project.id,  # type: ignore[arg-type]
            ServiceContract.starts_on <= new.ends_on,  # type: ignore[arg-type]
            last_day >= new.starts_on,
        )
    )
    if overlapping is not None:
        raise DomainError(Code.CONTRACT_OVERLAPS, "contract.startsOn", until=overlapping)
    await _sign(scope, project, new)
    until = max(project.contract_until or new.ends_on, new.ends_on)
    await change(scope, project, "project", {"contract_until": until}, action="renewed", always=True)
    return project


async def assign_lead(
    scope: Scope, project_id: UUID, version: int, staff_id: UUID, arrived_on: date, replace_current: bool
) -> Project:
    """Put a member of staff in charge from the day of arrival; the current lead leaves on that day if so wished."""
    checks = Checks()
    checks.day("arrivedOn", arrived_on, latest=today())
    checks.done()
    project = await find_at(scope, Project, project_id, version, "projectId")
    require_running(project, "projectId")
    # Locked, so that nobody records meanwhile that the person has left.
    staff = await find(scope, Staff, staff_id, "staffId", lock=True)
    if staff.left_on is not None:
        raise DomainError(Code.STAFF_LEFT, "staffId", left_on=staff.left_on)
    leads = await scope.session.scalars(
        select(ProjectLead)
        .where(ProjectLead.tenant_id == project.tenant_id, ProjectLead.project_id == project.id)  # type: ignore[arg-type]
        # Who is there now, or else who left last; two may have arrived on one day.
        .order_by(ProjectLead.left_on.desc().nulls_first(), ProjectLead.arrived_on.desc())  # type: ignore[union-attr, attr-defined]
        .limit(1)
    )
    last = leads.first()
    if last is not None:
        if last.left_on is None and last.staff_id == staff.id:
            raise DomainError(Code.LEAD_UNCHANGED, "staffId", arrived_on=last.arrived_on)
        if last.left_on is None and not replace_current:
            raise DomainError(Code.LEAD_ACTIVE, "staffId", arrived_on=last.arrived_on)
        checks.not_before("arrivedOn", arrived_on, last.left_on or last.arrived_on)
        checks.done()
        if last.left_on is None:
            await change(scope, last, "project_lead", {"left_on": arrived_on}, action="left")
            await check_in.end(scope, last.id, arrived_on)
    lead = ProjectLead(tenant_id=project.tenant_id, project_id=project.id, staff_id=staff.id, arrived_on=arrived_on)
    await create(scope, lead, "project_lead")
    await check_in.begin(
        scope,
        lead_id=lead.id,
        project_id=project.id,
        estate_id=project.estate_id,
        path=project.division_path,
        arrived_on=arrived_on,
    )
    await change(scope, project, "project", {"status": project.status}, action="lead_assigned", always=True)
    return project


def check_contract(checks: Checks, new: NewContract) -> None:
    """The days of a contract can be meant and are in order, and it was not filed in the future."""
    within = checks.within("contract")
    within.day("startsOn", new.starts_on)
    within.day("endsOn", new.ends_on)
    within.day("filedOn", new.filed_on, latest=today())
    if new.ends_on < new.starts_on:
        within.add(Code.CONTRACT_ENDS_BEFORE_START, "endsOn", starts_on=new.starts_on, ends_on=new.ends_on)


def require_running(project: Project, field: str) -> None:
    """A project that has ended is history."""
    if project.status != ProjectStatus.ACTIVE:
        raise DomainError(Code.PROJECT_ENDED, field, ended_on=project.ended_on)


async def _sign(scope: Scope, project: Project, new: NewContract) -> None:
    contract = ServiceContract(
        tenant_id=project.tenant_id,
        project_id=project.id,
        kind=new.kind,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        filed_on=new.filed_on,
    )
    await create(scope, contract, "service_contract")


async def _stop(scope: Scope, project: Project, last_day: date, reason: EndReason) -> None:
    """End the project with all that runs under it, and free the estate."""
    contracts = await scope.session.scalars(
        select(ServiceContract).where(
            ServiceContract.tenant_id == project.tenant_id,  # type: ignore[arg-type]
            ServiceContract.project_id == project.id,  # type: ignore[arg-type]
            func.coalesce(ServiceContract.terminated_on, ServiceContract.ends_on) > last_day,
        )
    )
    for contract in contracts:
        # A contract that would begin only after the last day counts as terminated before its first.
        stopped_on = max(last_day, contract.starts_on)
        await change(scope, contract, "service_contract", {"terminated_on": stopped_on}, action="terminated")
    leads = await scope.session.scalars(
        select(ProjectLead).where(
            ProjectLead.tenant_id == project.tenant_id,  # type: ignore[arg-type]
            ProjectLead.project_id == project.id,  # type: ignore[arg-type]
            ProjectLead.left_on.is_(None),  # type: ignore[union-attr]
        )
    )
    for lead in leads:
        left_on = max(last_day, lead.arrived_on)
        await change(scope, lead, "project_lead", {"left_on": left_on}, action="left")
        await check_in.end(scope, lead.id, left_on)
    ended = {"status": ProjectStatus.ENDED, "ended_on": last_day, "end_reason": reason}
    await change(scope, project, "project", ended, action="ended")
    never_began = project.started_on > today() and last_day <= project.started_on
    await mark_unserved(scope, project.estate_id, None if never_began else last_day)
    await subsidy.pass_on(scope, project.estate_id, None)


async def lead_on(scope: Scope, project_id: UUID, on: date) -> UUID | None:
    """Which member of staff led a project of the company on a day; None when nobody did."""
    staff_id: UUID | None = await scope.session.scalar(
        select(ProjectLead.staff_id)  # type: ignore[call-overload]
        .where(
            ProjectLead.tenant_id == scope.tenant_id,
            ProjectLead.project_id == project_id,
            ProjectLead.arrived_on <= on,
            ProjectLead.left_on.is_(None) | (ProjectLead.left_on >= on),  # type: ignore[union-attr,operator]
        )
        .order_by(ProjectLead.arrived_on.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
    return staff_id
