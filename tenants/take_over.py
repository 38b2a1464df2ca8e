"""Take-overs (接管): requested by the incoming company, decided by a regulator of the estate's division."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from tenants import division, subsidy
from tenants.change import change, create, find, find_at, seen_at, transition
from tenants.checks import NAME_LIMIT, Checks
from tenants.company import Company, refresh_reach, require_active
from tenants.errors import Code, DomainError
from tenants.estate import Estate, mark_served
from tenants.journal import record
from tenants.project import ContractKind, NewContract, check_contract, hand_over, start
from tenants.row import Changing, TenantRow, code_field, now, one_of
from tenants.scope import Scope


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
    filed_on: date | None = None
    state: TakeOverState = code_field(default=TakeOverState.REQUESTED)
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: UUID | None = None
    reason: str | None = Field(default=None, sa_type=Text)


STATE_CHANGES: Mapping[TakeOverState, tuple[TakeOverState, ...]] = {
    TakeOverState.REQUESTED: (TakeOverState.CONFIRMED, TakeOverState.REFUSED, TakeOverState.WITHDRAWN)
}


@dataclass(frozen=True, kw_only=True)
class NewTakeOver:
    """What an incoming company asks for: an estate, and the contract it has signed there."""

    estate_id: UUID
    contract: NewContract
    project_name: str | None = None


async def request(scope: Scope, new: NewTakeOver) -> TakeOver:
    """The incoming company asks to serve an estate that another company serves now.

    The request's id is ours, never the client's: regulators decide by it across companies.
    """
    checks = Checks()
    name = checks.optional_text("projectName", new.project_name, limit=NAME_LIMIT)
    check_contract(checks, new.contract)
    checks.done()
    company = await find(scope, Company, scope.tenant_id)
    estate = await find(scope, Estate, new.estate_id, "estateId")
    if estate.serving_tenant_id is None:
        raise DomainError(Code.ESTATE_UNSERVED, "estateId")
    if estate.serving_tenant_id == company.tenant_id:
        raise DomainError(Code.ESTATE_SERVED_BY_YOU, "estateId")
    take_over = TakeOver(
        tenant_id=company.tenant_id,
        estate_id=estate.id,
        division_path=estate.division_path,
        company_name=company.name,
        project_name=name or estate.name,
        contract_kind=new.contract.kind,
        starts_on=new.contract.starts_on,
        ends_on=new.contract.ends_on,
        filed_on=new.contract.filed_on,
    )
    pending = {"take_over_one_pending": DomainError(Code.TAKE_OVER_PENDING, "estateId")}
    await create(scope, take_over, "take_over", taken=pending)
    return take_over


async def withdraw(scope: Scope, id: UUID, version: int) -> TakeOver:
    """The incoming company takes its request back."""
    take_over = await find_at(scope, TakeOver, id, version)
    transition(TakeOverState(take_over.state), TakeOverState.WITHDRAWN, STATE_CHANGES)
    await change(scope, take_over, "take_over", {"state": TakeOverState.WITHDRAWN}, action="withdrawn")
    return take_over


async def confirm(scope: Scope, id: UUID, version: int) -> TakeOver:
    """A regulator of the estate's division confirms: the outgoing company's project ends on the day before the new
    contract starts, the incoming company's begins, and the registry names the new company. The regulator holds no
    grant on either company's rows: each part happens in the name of the company it concerns.

    A decision may precede the day: the registry names the new company from now on, the projects' dates tell the days.
    """
    take_over = await seen_at(scope, TakeOver, id, version)
    transition(TakeOverState(take_over.state), TakeOverState.CONFIRMED, STATE_CHANGES)
    await division.hold(scope)
    estate = await find(scope, Estate, take_over.estate_id, lock=True)
    incoming, outgoing, served_by = take_over.tenant_id, estate.serving_tenant_id, estate.serving_company
    if outgoing is None:
        raise DomainError(Code.ESTATE_UNSERVED, "id")
    contract = NewContract(
        kind=ContractKind(take_over.contract_kind),
        starts_on=take_over.starts_on,
        ends_on=take_over.ends_on,
        filed_on=take_over.filed_on,
    )
    async with scope.acting_for(outgoing):
        await hand_over(scope, estate.id, take_over.starts_on, take_over.created_at)
    async with scope.acting_for(incoming):
        await require_active(scope)
        company = await find(scope, Company, incoming)
        served = await mark_served(scope, estate.id, company.name, contract.starts_on, field="id", start_field="id")
        await subsidy.pass_on(scope, estate.id, incoming)
        await start(scope, served, contract, name=take_over.project_name)
        await _decide(scope, id, TakeOverState.CONFIRMED, None)
    for company_id in sorted((incoming, outgoing)):  # in one order, as the companies of another take-over may be these
        async with scope.acting_for(company_id):
            await refresh_reach(scope, company_id)
    estate = await find(scope, Estate, estate.id)
    await record(scope, "taken_over", "estate", estate, {"serving_company": [served_by, estate.serving_company]})
    return await find(scope, TakeOver, id)


async def refuse(scope: Scope, id: UUID, version: int, reason: str) -> TakeOver:
    """A regulator of the estate's division refuses, and says why."""
    checks = Checks()
    stated = checks.optional_text("reason", reason, lines=True)
    if stated is None:
        checks.add(Code.REASON_REQUIRED, "reason")
    checks.done()
    take_over = await seen_at(scope, TakeOver, id, version)
    transition(TakeOverState(take_over.state), TakeOverState.REFUSED, STATE_CHANGES)
    async with scope.acting_for(take_over.tenant_id):
        await _decide(scope, id, TakeOverState.REFUSED, stated)
    return await find(scope, TakeOver, id)


async def _decide(scope: Scope, id: UUID, state: TakeOverState, reason: str | None) -> None:
    take_over = await find(scope, TakeOver, id, lock=True)
    transition(TakeOverState(take_over.state), state, STATE_CHANGES)
    decided = {"state": state, "decided_at": now(), "decided_by": scope.principal.actor_id, "reason": reason}
    await change(scope, take_over, "take_over", decided, action=state.lower())
