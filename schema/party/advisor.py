"""Party-building advisors in the contract: sent by a regulator to a company without an organisation."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, Row, column, entity, expression, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import advisor as rules
from tenants.party.organisation import AT_WORK, PartyOrganisation
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company


def _needless(row: Row) -> str:
    at_work = ", ".join(f"'{state}'" for state in AT_WORK)
    organised = row.exists(
        PartyOrganisation,
        by={"tenant_id": "tenant_id"},
        where=lambda organisation: f"{organisation.state} IN ({at_work})",
    )
    return f"{row.until} IS NULL AND {organised}"


@entity(table=rules.PartyAdvisor, prefix="pad", permission=Permission.PARTY_ORGANISATION_READ, division="division_path")
class PartyAdvisor(Node):
    """Party-building advisor's assignment (党建指导员)."""

    advisor_name: str | None = column("Name (姓名).", personal=Permission.PARTY_ORGANISATION_UPDATE)
    unit: str = column("Sent by (派出单位).", where=True)
    since: date = column("Since (开始日期).", where=True, order=True)
    until: date | None = column("Until (结束日期).", where=True, order=True)
    needless: bool = expression(
        "The company has an organisation by now, so the assignment can end (企业已建党组织，可结束选派).",
        _needless,
        where=True,
    )
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="An advisor to send to a company (选派党建指导员).")
class AssignPartyAdvisorInput:
    """To which company, from which unit, since when."""

    id: strawberry.ID | None = own_identifier("pad")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业), which has no organisation.")
    unit: str = strawberry.field(description="Sent by (派出单位).")
    since: date = strawberry.field(description="Since (开始日期).")
    advisor_name: str | None = strawberry.field(
        description="Name (姓名); the company alone reads it.", default=strawberry.UNSET
    )


@strawberry.input(description="An advisor's assignment ends (结束选派).")
class EndPartyAdvisorInput:
    """Which, when."""

    id: strawberry.ID = identifier("pad", "The assignment (选派).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    until: date = strawberry.field(description="Until (结束日期).")


@strawberry.type(description="What became of an advisor's assignment (选派变更结果).")
class PartyAdvisorPayload:
    """The assignment, or why not."""

    party_advisor: PartyAdvisor | None = changed("The assignment (选派)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_REGISTRY_UPDATE, "Send an advisor to a company without an organisation (选派党建指导员).")
async def assign_party_advisor(scope: Scope, input: AssignPartyAdvisorInput) -> PartyAdvisorPayload:
    row = await rules.assign(scope, rules.NewAdvisor(**values(input)))
    return PartyAdvisorPayload(party_advisor=ref(PartyAdvisor, row.id))


@mutation(Permission.PARTY_REGISTRY_UPDATE, "End an advisor's assignment (结束选派).")
async def end_party_advisor(scope: Scope, input: EndPartyAdvisorInput) -> PartyAdvisorPayload:
    row = await rules.end(scope, **values(input))
    return PartyAdvisorPayload(party_advisor=ref(PartyAdvisor, row.id))
