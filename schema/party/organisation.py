"""Party organisations in the contract: a company's own, and the registry's of regulators, communities and estates."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import Formation, OrganisationKind, OrganisationState, SecretarySource, SizeAdvice
from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import organisation as rules
from tenants.party.membership import PartyMembership as Membership
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.estate import Estate
    from schema.party.activity import PartyActivity
    from schema.party.membership import PartyMembership
    from schema.project import Project


def _election_due(row: Row) -> str:
    at_work = ", ".join(f"'{state}'" for state in rules.AT_WORK)
    from_then = f"{row.term_ends_on} - interval '{rules.ELECTION_MONTHS} months'"
    return f"{row.state} IN ({at_work}) AND {from_then} <= current_date"


def _members(row: Row) -> str:
    return row.count(Membership, by="organisation_id", where=lambda held: f"{held.ended_on} IS NULL")


def _advice(row: Row) -> str:
    """Advice for the kinds that a larger one follows."""
    branches = ", ".join(f"'{kind}'" for kind in (*rules.HOLDS_RELATIONS, OrganisationKind.FUNCTIONAL_BRANCH))
    members = _members(row)
    return (
        f"CASE WHEN {row.kind} IN ({branches}, 'GENERAL_BRANCH') AND {members} >= 100 THEN 'CONSIDER_BASE_COMMITTEE'"
        f" WHEN {row.kind} IN ({branches}) AND {members} > 50 THEN 'CONSIDER_GENERAL_BRANCH' END"
    )


@entity(table=rules.PublicPartyOrganisation, prefix="ppo", permission=Permission.PARTY_ORGANISATION_READ)
class PublicPartyOrganisation(Node):
    """Party organisation of a regulator, a community or an estate (党组织名录): public facts, nobody's name."""

    name: str = column("Name (名称).", where=True, order=True)
    kind: OrganisationKind = column("Kind (类型).", where=True)
    formation: Formation = column("How it was formed (组建方式).", where=True)
    state: OrganisationState = column("State (状态).", where=True)
    division_code: str = column("Path of its division (所在区划).", name="division_path", where=True)
    units: list[str] = column("Units it joins (联合单位).")
    approved_on: date | None = column("Approved on (批复日期).")
    founded_on: date | None = column("Founded on (成立日期).", where=True, order=True)
    term_years: int | None = column("Years of a term (任期年限).")
    term_ends_on: date | None = column("The term ends on (届满日期).", where=True, order=True)
    election_due: bool | None = expression(
        "An election is due: less than six months of the term are left (应换届).",
        _election_due,
        where=True,
    )
    ended_on: date | None = column("Ended on (撤并日期).")
    secretary_filled: bool = column("The secretary's position is filled (书记已配备).", where=True)
    secretary_source: SecretarySource | None = column("Where the secretary comes from (书记来源).", where=True)
    has_venue: bool = column("Has a venue (有阵地).", where=True)
    venue_items: list[str] = column("What the venue has, of the division's checklist (阵地“六有”).")
    venue_checked_on: date | None = column("Venue checked on (阵地检查日期).")
    estate: "Estate | None" = one("The estate (小区).", where=True)
    superior: "PublicPartyOrganisation | None" = one("The organisation above (上级党组织).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@entity(
    table=rules.PartyOrganisation,
    prefix="pog",
    permission=Permission.PARTY_ORGANISATION_READ,
    division="division_path",
)
class PartyOrganisation(Node):
    """Party organisation of a company (企业党组织): organisational facts, nobody's name."""

    name: str = column("Name (名称).", where=True, order=True)
    kind: OrganisationKind = column("Kind (类型).", where=True)
    formation: Formation = column("How it was formed (组建方式).", where=True)
    state: OrganisationState = column("State (状态).", where=True)
    units: list[str] = column("Units it joins (联合单位).")
    formal_members: int | None = column(
        "Full members when it was proposed (组建时正式党员数).", permission=Permission.PARTY_FILE_READ
    )
    members: int = expression("Members now (现有党员数).", _members, permission=Permission.PARTY_FILE_READ)
    size_advice: SizeAdvice | None = expression(
        "What the number of members suggests (规模提示).", _advice, permission=Permission.PARTY_FILE_READ
    )
    approved_on: date | None = column("Approved on (批复日期).")
    approval_document: str | None = column("The document of the approval (批复文号).")
    founded_on: date | None = column("Founded on (成立日期).", where=True, order=True)
    term_years: int | None = column("Years of a term (任期年限).")
    term_ends_on: date | None = column("The term ends on (届满日期).", where=True, order=True)
    election_due: bool | None = expression(
        "An election is due: less than six months of the term are left (应换届).",
        _election_due,
        where=True,
    )
    ended_on: date | None = column("Ended on (撤并日期).")
    secretary_filled: bool = column("The secretary's position is filled (书记已配备).", where=True)
    secretary_source: SecretarySource | None = column("Where the secretary comes from (书记来源).", where=True)
    has_venue: bool = column("Has a venue (有阵地).", where=True)
    venue_items: list[str] = column("What the venue has, of the division's checklist (阵地“六有”).")
    venue_checked_on: date | None = column("Venue checked on (阵地检查日期).")
    parent: "PartyOrganisation | None" = one("The company's organisation above (上级党组织).", where=True)
    superior: "PublicPartyOrganisation | None" = one(
        "The organisation above, of the registry (上级党组织).", where=True
    )
    project: "Project | None" = one("The project it is at (所在项目).", where=True)
    memberships: Connection["PartyMembership"] = many(
        "Memberships here (党员).", by="organisation_id", permission=Permission.PARTY_FILE_READ
    )
    activities: Connection["PartyActivity"] = many("Activities (组织生活).", by="organisation_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="An organisation to propose (拟建党组织).")
class ProposePartyOrganisationInput:
    """What it is and what it stands under."""

    id: strawberry.ID | None = own_identifier("pog")
    name: str = strawberry.field(description="Name (名称).")
    kind: OrganisationKind = strawberry.field(description="Kind (类型).")
    formation: Formation = strawberry.field(description="How it is formed (组建方式).")
    parent_id: strawberry.ID | None = identifier(
        "pog", "The company's organisation above (上级党组织).", default=strawberry.UNSET
    )
    superior_id: strawberry.ID | None = identifier(
        "ppo", "The organisation above, of the registry (上级党组织).", default=strawberry.UNSET
    )
    project_id: strawberry.ID | None = identifier("prj", "The project it is at (所在项目).", default=strawberry.UNSET)
    units: list[str] = strawberry.field(
        description="Units it joins (联合单位): two to five for a joint branch.", default_factory=list
    )
    formal_members: int | None = strawberry.field(
        description="Full members now (正式党员数): at least three for a branch of one unit.", default=strawberry.UNSET
    )
    term_years: int | None = strawberry.field(
        description="Years of a term (任期年限): three or five.", default=strawberry.UNSET
    )


@strawberry.input(description="An organisation of the registry to propose (登记党组织).")
class ProposePublicPartyOrganisationInput:
    """What it is; in a division or at an estate of it."""

    id: strawberry.ID | None = own_identifier("ppo")
    name: str = strawberry.field(description="Name (名称).")
    kind: OrganisationKind = strawberry.field(description="Kind (类型).")
    formation: Formation = strawberry.field(description="How it is formed (组建方式).")
    division_code: str | None = strawberry.field(
        description="Code of its division (区划代码).", default=strawberry.UNSET
    )
    estate_id: strawberry.ID | None = identifier("est", "Its estate (小区).", default=strawberry.UNSET)
    superior_id: strawberry.ID | None = identifier(
        "ppo", "The organisation above (上级党组织).", default=strawberry.UNSET
    )
    units: list[str] = strawberry.field(description="Units it joins (联合单位).", default_factory=list)
    term_years: int | None = strawberry.field(
        description="Years of a term (任期年限): three or five.", default=strawberry.UNSET
    )


@strawberry.input(description="What was decided about an organisation of the registry (党组织设立、换届、撤并).")
class DecidePublicPartyOrganisationInput:
    """What becomes of it, when, by which document."""

    id: strawberry.ID = identifier("ppo", "The organisation (党组织).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    state: OrganisationState = strawberry.field(description="What becomes of it (状态).")
    decided_on: date = strawberry.field(description="Decided on (决定日期).")
    document: str = strawberry.field(description="The document (文号).")


@strawberry.input(description="What was decided about an organisation (党组织设立、换届、撤并).")
class DecidePartyOrganisationInput(DecidePublicPartyOrganisationInput):
    """The same of a company's own."""

    id: strawberry.ID = identifier("pog", "The organisation (党组织).")


@strawberry.input(description="Changes to an organisation of the registry (修改党组织); what is left out stays.")
class UpdatePublicPartyOrganisationInput:
    """Name, units, secretary's position, venue and the organisation above."""

    id: strawberry.ID = identifier("ppo", "The organisation (党组织).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (名称).", default=strawberry.UNSET)
    units: list[str] | None = strawberry.field(description="Units it joins (联合单位).", default=strawberry.UNSET)
    secretary_filled: bool | None = strawberry.field(
        description="The secretary's position is filled (书记已配备).", default=strawberry.UNSET
    )
    secretary_source: SecretarySource | None = strawberry.field(
        description="Where the secretary comes from (书记来源).", default=strawberry.UNSET
    )
    has_venue: bool | None = strawberry.field(description="Has a venue (有阵地).", default=strawberry.UNSET)
    venue_items: list[str] | None = strawberry.field(
        description="What the venue has, of the division's checklist (阵地“六有”).", default=strawberry.UNSET
    )
    venue_checked_on: date | None = strawberry.field(
        description="Venue checked on (阵地检查日期).", default=strawberry.UNSET
    )
    superior_id: strawberry.ID | None = identifier(
        "ppo", "The organisation above, of the registry (上级党组织).", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to an organisation (修改党组织); what is left out stays.")
class UpdatePartyOrganisationInput(UpdatePublicPartyOrganisationInput):
    """The same of a company's own, which may stand under another of the company's."""

    id: strawberry.ID = identifier("pog", "The organisation (党组织).")
    parent_id: strawberry.ID | None = identifier(
        "pog", "The company's organisation above (上级党组织).", default=strawberry.UNSET
    )


@strawberry.type(description="What became of a change to an organisation (党组织变更结果).")
class PartyOrganisationPayload:
    """The organisation, or why not."""

    party_organisation: PartyOrganisation | None = changed("The organisation (党组织)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a change to an organisation of the registry (党组织变更结果).")
class PublicPartyOrganisationPayload:
    """The organisation, or why not."""

    public_party_organisation: PublicPartyOrganisation | None = changed("The organisation (党组织)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_ORGANISATION_UPDATE, "Propose an organisation of your company (拟建党组织).")
async def propose_party_organisation(scope: Scope, input: ProposePartyOrganisationInput) -> PartyOrganisationPayload:
    row = await rules.propose(scope, rules.NewOrganisation(**values(input)))
    return PartyOrganisationPayload(party_organisation=ref(PartyOrganisation, row.id))


@mutation(
    Permission.PARTY_ORGANISATION_UPDATE, "Enter what was decided about an organisation (设立、换届、撤并党组织)."
)
async def decide_party_organisation(scope: Scope, input: DecidePartyOrganisationInput) -> PartyOrganisationPayload:
    given = values(input)
    found = given.pop("id"), given.pop("version")
    row = await rules.decide(scope, rules.PartyOrganisation, *found, rules.Decision(**given))
    return PartyOrganisationPayload(party_organisation=ref(PartyOrganisation, row.id))


@mutation(Permission.PARTY_ORGANISATION_UPDATE, "Change an organisation's secretary position or venue (修改党组织).")
async def update_party_organisation(scope: Scope, input: UpdatePartyOrganisationInput) -> PartyOrganisationPayload:
    given = values(input)
    row = await rules.update(scope, rules.PartyOrganisation, given.pop("id"), given.pop("version"), given)
    return PartyOrganisationPayload(party_organisation=ref(PartyOrganisation, row.id))


@mutation(Permission.PARTY_REGISTRY_UPDATE, "Enter an organisation of your division in the registry (登记党组织).")
async def propose_public_party_organisation(
    scope: Scope, input: ProposePublicPartyOrganisationInput
) -> PublicPartyOrganisationPayload:
    row = await rules.propose_public(scope, rules.NewPublicOrganisation(**values(input)))
    return PublicPartyOrganisationPayload(public_party_organisation=ref(PublicPartyOrganisation, row.id))


@mutation(
    Permission.PARTY_REGISTRY_UPDATE,
    "Enter what was decided about an organisation of the registry (设立、换届、撤并党组织).",
)
async def decide_public_party_organisation(
    scope: Scope, input: DecidePublicPartyOrganisationInput
) -> PublicPartyOrganisationPayload:
    given = values(input)
    found = given.pop("id"), given.pop("version")
    row = await rules.decide(scope, rules.PublicPartyOrganisation, *found, rules.Decision(**given))
    return PublicPartyOrganisationPayload(public_party_organisation=ref(PublicPartyOrganisation, row.id))


@mutation(Permission.PARTY_REGISTRY_UPDATE, "Change an organisation of the registry (修改党组织).")
async def update_public_party_organisation(
    scope: Scope, input: UpdatePublicPartyOrganisationInput
) -> PublicPartyOrganisationPayload:
    given = values(input)
    row = await rules.update(scope, rules.PublicPartyOrganisation, given.pop("id"), given.pop("version"), given)
    return PublicPartyOrganisationPayload(public_party_organisation=ref(PublicPartyOrganisation, row.id))
