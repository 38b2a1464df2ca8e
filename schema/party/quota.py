"""Development quotas in the contract: the plan of a year, and how many were admitted."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, Row, column, entity, expression, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import quota as rules
from tenants.party.membership import PartyMembership
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company


def _admitted(row: Row) -> str:
    """Those whose relation began with the admission: who came from another unit was admitted there."""
    return row.count(
        PartyMembership,
        by={"tenant_id": "tenant_id"},
        where=lambda held: (
            f"extract(year FROM {held.admitted_on}) = {row.year} AND {held.joined_on} = {held.admitted_on}"
        ),
    )


@entity(
    table=rules.DevelopmentQuota,
    prefix="dqt",
    permission=Permission.PARTY_ORGANISATION_READ,
    division="division_path",
)
class DevelopmentQuota(Node):
    """Development quota (发展党员计划) of a company for a year."""

    year: int = column("Year (年度).", where=True, order=True)
    planned: int = column("Planned (计划数).", where=True, order=True)
    admitted: int = expression("Admitted in the year (已接收数).", _admitted, permission=Permission.PARTY_FILE_READ)
    exceeded: bool = expression(
        "More were admitted than planned (超计划).",
        lambda row: f"{_admitted(row)} > {row.planned}",
        permission=Permission.PARTY_FILE_READ,
    )
    document: str | None = column("The document (文号).")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="The plan of a year (登记发展党员计划).")
class PlanDevelopmentInput:
    """How many, in which year."""

    id: strawberry.ID | None = own_identifier("dqt")
    year: int = strawberry.field(description="Year (年度).")
    planned: int = strawberry.field(description="Planned (计划数).")
    document: str | None = strawberry.field(description="The document (文号).", default=strawberry.UNSET)


@strawberry.input(description="A change to the plan of a year (调整发展党员计划).")
class UpdateDevelopmentQuotaInput:
    """How many, by which document."""

    id: strawberry.ID = identifier("dqt", "The plan (计划).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    planned: int = strawberry.field(description="Planned (计划数).")
    document: str | None = strawberry.field(description="The document (文号).", default=None)


@strawberry.type(description="What became of a plan (计划变更结果).")
class DevelopmentQuotaPayload:
    """The plan, or why not."""

    development_quota: DevelopmentQuota | None = changed("The plan (计划)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_ORGANISATION_UPDATE, "Set the plan of a year (登记发展党员计划).")
async def plan_development(scope: Scope, input: PlanDevelopmentInput) -> DevelopmentQuotaPayload:
    row = await rules.plan(scope, rules.NewQuota(**values(input)))
    return DevelopmentQuotaPayload(development_quota=ref(DevelopmentQuota, row.id))


@mutation(Permission.PARTY_ORGANISATION_UPDATE, "Change the plan of a year (调整发展党员计划).")
async def update_development_quota(scope: Scope, input: UpdateDevelopmentQuotaInput) -> DevelopmentQuotaPayload:
    row = await rules.update(scope, **values(input))
    return DevelopmentQuotaPayload(development_quota=ref(DevelopmentQuota, row.id))
