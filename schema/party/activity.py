"""Party activities in the contract: what was held and how many came."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import ActivityKind
from schema.reads import Node, column, entity, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import activity as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.party.organisation import PartyOrganisation


@entity(table=rules.PartyActivity, prefix="pac", permission=Permission.PARTY_ACTIVITY_READ)
class PartyActivity(Node):
    """Party activity (组织生活): a registration with counts, no list of names."""

    kind: ActivityKind = column("Kind (类型).", where=True)
    title: str = column("What it was (主题).", where=True)
    held_on: date = column("Held on (日期).", where=True, order=True)
    due: int | None = column("Due to come (应到人数).")
    attended: int = column("Came (实到人数).", order=True)
    joint_with: list[str] = column("Other organisations that held it too (联合党组织).")
    document: str | None = column("The record (记录编号).")
    organisation: "PartyOrganisation" = one("The organisation (党组织).", where=True)
    version: int = column("Version (版本号).")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="A Party activity that was held (登记组织生活).")
class HoldPartyActivityInput:
    """What, when, and how many came."""

    id: strawberry.ID | None = own_identifier("pac")
    organisation_id: strawberry.ID = identifier("pog", "The organisation (党组织).")
    kind: ActivityKind = strawberry.field(description="Kind (类型).")
    title: str = strawberry.field(description="What it was (主题).")
    held_on: date = strawberry.field(description="Held on (日期).")
    attended: int = strawberry.field(description="Came (实到人数).")
    due: int | None = strawberry.field(description="Due to come (应到人数).", default=strawberry.UNSET)
    joint_with: list[str] = strawberry.field(
        description="Other organisations that held it too (联合党组织).", default_factory=list
    )
    document: str | None = strawberry.field(description="The record (记录编号).", default=strawberry.UNSET)


@strawberry.type(description="What became of an activity (组织生活登记结果).")
class PartyActivityPayload:
    """The activity, or why not."""

    party_activity: PartyActivity | None = changed("The activity (组织生活)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_ORGANISATION_UPDATE, "Record an activity with the number of those who came (登记组织生活).")
async def hold_party_activity(scope: Scope, input: HoldPartyActivityInput) -> PartyActivityPayload:
    row = await rules.hold(scope, rules.NewActivity(**values(input)))
    return PartyActivityPayload(party_activity=ref(PartyActivity, row.id))
