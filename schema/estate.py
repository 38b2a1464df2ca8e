"""The estate registry in the contract: read by all, kept by regulators."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema import reads
from schema.reads import Connection, Node, column, entity, expression, many, one, ref
from schema.terms import CommitteeStatus, EstateKind, Lifecycle, RegistryState, ServiceModel
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import estate as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division
    from schema.project import Project


@entity(table=rules.Estate, prefix="est", permission=Permission.ESTATE_READ, division="division_path")
class Estate(Node):
    """Estate (小区): a place in the public registry, which outlives the companies that serve it."""

    name: str = column("Name (小区名称).", where=True, order=True)
    kind: EstateKind = column("Kind (小区类型).", where=True)
    address: str | None = column("Address (地址).")
    area: Decimal = column("Floor area in square metres (建筑面积).", where=True, order=True)
    households: int = column("Households (户数).", where=True, order=True)
    grid_count: int = column("Grids (网格数).", where=True, order=True)
    lifecycle: Lifecycle = column("Delivery stage (交付阶段).", where=True)
    service_model: ServiceModel = column("Service model (服务模式).", where=True)
    committee_status: CommitteeStatus = column("Owners' committee (业主委员会状态).", where=True)
    committee_eligible_on: date | None = column(
        "Since when the conditions for an owners' committee are met (具备成立业委会条件日期).", where=True
    )
    registry_state: RegistryState = column("State of the entry (登记状态).", where=True)
    serving_company: str | None = column(
        "Name of the company that serves it, as registered when it began (服务企业); null for none.", where=True
    )
    served_until: date | None = column("Last day of the last ended engagement (上一服务截止日).")
    served_by_you: bool = expression(
        "Whether your company serves it (是否由本企业服务).",
        lambda row: f"coalesce({row.serving_tenant_id} = {row.asker(reads.Scope.TENANT)}, false)",
    )
    division: "Division" = one("Community or street (所属区划).", where=True)
    projects: Connection["Project"] = many("Projects at this estate that you may see (物业项目).", by="estate_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Registered at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="An estate to enter in the registry (登记小区).")
class EstateInput:
    """The facts of a place."""

    name: str = strawberry.field(description="Name (小区名称).")
    kind: EstateKind = strawberry.field(description="Kind (小区类型).")
    division_code: str = strawberry.field(
        description="Code of the community, or of the street where none is known (区划代码)."
    )
    area: Decimal = strawberry.field(description="Floor area in square metres (建筑面积), greater than zero.")
    address: str | None = strawberry.field(description="Address (地址).", default=strawberry.UNSET)
    households: int = strawberry.field(description="Households (户数).", default=0)
    grid_count: int = strawberry.field(description="Grids (网格数).", default=0)
    lifecycle: Lifecycle = strawberry.field(description="Delivery stage (交付阶段).", default=Lifecycle.DELIVERED)
    service_model: ServiceModel = strawberry.field(description="Service model (服务模式).", default=ServiceModel.MARKET)
    committee_status: CommitteeStatus = strawberry.field(
        description="Owners' committee (业主委员会状态).", default=CommitteeStatus.NOT_ELIGIBLE
    )
    committee_eligible_on: date | None = strawberry.field(
        description="Since when the conditions for one are met (具备成立业委会条件日期).", default=None
    )


@strawberry.input(description="Changes to an entry of the registry (修改小区登记); what is left out stays.")
class UpdateEstateInput:
    """The facts of a place, one by one."""

    id: strawberry.ID = identifier("est", "The estate (小区).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (小区名称).", default=strawberry.UNSET)
    kind: EstateKind | None = strawberry.field(description="Kind (小区类型).", default=strawberry.UNSET)
    division_code: str | None = strawberry.field(
        description="Code of the community or street (区划代码).", default=strawberry.UNSET
    )
    area: Decimal | None = strawberry.field(
        description="Floor area in square metres (建筑面积).", default=strawberry.UNSET
    )
    address: str | None = strawberry.field(description="Address (地址); null for none.", default=strawberry.UNSET)
    households: int | None = strawberry.field(description="Households (户数).", default=strawberry.UNSET)
    grid_count: int | None = strawberry.field(description="Grids (网格数).", default=strawberry.UNSET)
    lifecycle: Lifecycle | None = strawberry.field(description="Delivery stage (交付阶段).", default=strawberry.UNSET)
    service_model: ServiceModel | None = strawberry.field(
        description="Service model (服务模式).", default=strawberry.UNSET
    )
    committee_status: CommitteeStatus | None = strawberry.field(
        description="Owners' committee (业主委员会状态).", default=strawberry.UNSET
    )
    committee_eligible_on: date | None = strawberry.field(
        description="Since when the conditions for one are met (具备成立业委会条件日期); NOT_ELIGIBLE takes it away.",
        default=strawberry.UNSET,
    )
    registry_state: RegistryState | None = strawberry.field(
        description="CONFIRMED confirms an entry that a company reported (登记状态).", default=strawberry.UNSET
    )


@strawberry.type(description="What became of a change to an estate (小区变更结果).")
class EstatePayload:
    """The estate, or why not."""

    estate: Estate | None = changed("The estate (小区)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.ESTATE_CREATE, "Enter an estate of your division in the registry (登记小区).")
async def create_estate(scope: Scope, input: EstateInput) -> EstatePayload:
    row = await rules.enter(scope, rules.NewEstate(**values(input)))
    return EstatePayload(estate=ref(Estate, row.id))


@mutation(Permission.ESTATE_UPDATE, "Change or confirm an entry of the registry (修改、确认小区登记).")
async def update_estate(scope: Scope, input: UpdateEstateInput) -> EstatePayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return EstatePayload(estate=ref(Estate, row.id))
