"""Take-overs in the contract: requested by the incoming company, decided by a regulator."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.project import ContractInput
from schema.reads import Node, column, entity, one, ref
from schema.terms import ContractKind, TakeOverState
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import take_over as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.estate import Estate


@entity(table=rules.TakeOver, prefix="tko", permission=Permission.TAKE_OVER_READ, division="division_path")
class TakeOver(Node):
    """Take-over of an estate by another company (接管)."""

    company_name: str = column("The incoming company (接管企业), by its name when it asked.", where=True, order=True)
    project_name: str = column("Name of the project to begin (项目名称).")
    contract_kind: ContractKind = column("Kind of the contract signed (合同类型).", where=True)
    starts_on: date = column("First day of the contract (起始日期).", where=True, order=True)
    ends_on: date = column("Last day of the contract (终止日期).", where=True, order=True)
    filed_on: date | None = column("Filed with the authority on (备案日期).", where=True)
    state: TakeOverState = column("State (接管状态).", where=True)
    decided_at: datetime | None = column("Decided at (确认时间).", order=True)
    reason: str | None = column("Why it was refused (驳回理由).")
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Requested at (申请时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="Ask to serve an estate that another company serves now (申请接管).")
class RequestTakeOverInput:
    """Which estate, under which contract."""

    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    contract: ContractInput = strawberry.field(description="The contract signed with the owners (合同).")
    project_name: str | None = strawberry.field(
        description="Name of the project to begin (项目名称); the estate's when left out.", default=strawberry.UNSET
    )


@strawberry.input(description="Take a request back (撤回接管申请).")
class WithdrawTakeOverInput:
    """Which request."""

    id: strawberry.ID = identifier("tko", "The take-over (接管).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Confirm a take-over (确认接管).")
class ConfirmTakeOverInput:
    """Which request."""

    id: strawberry.ID = identifier("tko", "The take-over (接管).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Refuse a take-over (驳回接管).")
class RefuseTakeOverInput:
    """Which request, and why."""

    id: strawberry.ID = identifier("tko", "The take-over (接管).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (驳回理由); the company reads it.")


@strawberry.type(description="What became of a take-over (接管变更结果).")
class TakeOverPayload:
    """The take-over, or why not."""

    take_over: TakeOver | None = changed("The take-over (接管)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.TAKE_OVER_REQUEST, "Ask to serve an estate that another company serves (申请接管).")
async def request_take_over(scope: Scope, input: RequestTakeOverInput) -> TakeOverPayload:
    row = await rules.request(scope, rules.NewTakeOver(**values(input) | {"contract": input.contract.new()}))
    return TakeOverPayload(take_over=ref(TakeOver, row.id))


@mutation(Permission.TAKE_OVER_REQUEST, "Take a request back (撤回接管申请).")
async def withdraw_take_over(scope: Scope, input: WithdrawTakeOverInput) -> TakeOverPayload:
    row = await rules.withdraw(scope, **values(input))
    return TakeOverPayload(take_over=ref(TakeOver, row.id))


@mutation(
    Permission.TAKE_OVER_CONFIRM,
    "Confirm a take-over (确认接管): the present project ends on the day before, the new one begins, the registry names"
    " the new company from now on.",
)
async def confirm_take_over(scope: Scope, input: ConfirmTakeOverInput) -> TakeOverPayload:
    row = await rules.confirm(scope, **values(input))
    return TakeOverPayload(take_over=ref(TakeOver, row.id))


@mutation(Permission.TAKE_OVER_CONFIRM, "Refuse a take-over and say why (驳回接管).")
async def refuse_take_over(scope: Scope, input: RefuseTakeOverInput) -> TakeOverPayload:
    row = await rules.refuse(scope, **values(input))
    return TakeOverPayload(take_over=ref(TakeOver, row.id))
