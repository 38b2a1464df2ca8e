"""Cross appointments in the contract: posts held across company and community, never by whom."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import AppointmentDirection, BodyKind, Holder
from schema.reads import Node, column, entity, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import appointment as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.party.organisation import PartyOrganisation, PublicPartyOrganisation
    from schema.party.privacy import PartyFile
    from schema.project import Project

READ = Permission.PARTY_FILE_READ


@entity(table=rules.CrossAppointment, prefix="cap", permission=READ)
class CrossAppointment(Node):
    """Cross appointment (双向进入、交叉任职)."""

    direction: AppointmentDirection = column("Which way (方向).", where=True)
    holder: Holder = column("In which capacity (任职人身份).", personal=READ, where=True)
    body_kind: BodyKind = column("Kind of body (机构类型).", where=True)
    body_name: str = column("The body (机构名称).", where=True)
    post: str = column("The post (职务).")
    since: date = column("Since (任职日期).", where=True, order=True)
    until: date | None = column("Until (离任日期).", where=True, order=True)
    project: "Project | None" = one("The lead's project (所在项目).", where=True)
    file: "PartyFile | None" = one("The holder's file (档案).", where=True)
    organisation: "PartyOrganisation | None" = one("The company's organisation (企业党组织).", where=True)
    public_organisation: "PublicPartyOrganisation | None" = one("The community's organisation (社区党组织).")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="A post somebody took up across (登记交叉任职).")
class AppointAcrossInput:
    """Which way, in which capacity, where, since when."""

    id: strawberry.ID | None = own_identifier("cap")
    direction: AppointmentDirection = strawberry.field(description="Which way (方向).")
    holder: Holder = strawberry.field(description="In which capacity (任职人身份).")
    body_kind: BodyKind = strawberry.field(description="Kind of body (机构类型).")
    body_name: str = strawberry.field(description="The body (机构名称).")
    post: str = strawberry.field(description="The post (职务).")
    since: date = strawberry.field(description="Since (任职日期).")
    project_id: strawberry.ID | None = identifier("prj", "The lead's project (所在项目).", default=strawberry.UNSET)
    file_id: strawberry.ID | None = identifier("pfl", "The holder's file (档案).", default=strawberry.UNSET)
    organisation_id: strawberry.ID | None = identifier(
        "pog", "The company's organisation (企业党组织).", default=strawberry.UNSET
    )
    public_organisation_id: strawberry.ID | None = identifier(
        "ppo", "The community's organisation (社区党组织).", default=strawberry.UNSET
    )


@strawberry.input(description="A post was given up (结束交叉任职).")
class EndCrossAppointmentInput:
    """Which, when."""

    id: strawberry.ID = identifier("cap", "The appointment (任职).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    until: date = strawberry.field(description="Until (离任日期).")


@strawberry.type(description="What became of a cross appointment (交叉任职变更结果).")
class CrossAppointmentPayload:
    """The appointment, or why not."""

    cross_appointment: CrossAppointment | None = changed("The appointment (任职)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_FILE_UPDATE, "Enter a post held across company and community (登记交叉任职).")
async def appoint_across(scope: Scope, input: AppointAcrossInput) -> CrossAppointmentPayload:
    row = await rules.appoint(scope, rules.NewAppointment(**values(input)))
    return CrossAppointmentPayload(cross_appointment=ref(CrossAppointment, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Enter that a post was given up (结束交叉任职).")
async def end_cross_appointment(scope: Scope, input: EndCrossAppointmentInput) -> CrossAppointmentPayload:
    row = await rules.end(scope, **values(input))
    return CrossAppointmentPayload(cross_appointment=ref(CrossAppointment, row.id))
