"""Party memberships and transfers of organisation relations in the contract; a membership is a file's, not a name's."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import MembershipState, MemberType, TransferChannel, TransferDirection, TransferState
from schema.reads import Node, column, entity, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import membership as rules
from tenants.party import transfer as transfers
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.party.organisation import PartyOrganisation, PublicPartyOrganisation
    from schema.party.privacy import PartyFile

READ = Permission.PARTY_FILE_READ


@entity(table=rules.PartyMembership, prefix="pmb", permission=READ)
class PartyMembership(Node):
    """Party membership (党员身份): one active a person, bound to an organisation of the company."""

    type: MemberType = column("Type of member (党员类别).", personal=READ, where=True)
    state: MembershipState = column("Where it stands (状态).", personal=READ, where=True)
    admitted_on: date = column(
        "Admitted on, by the branch's meeting (入党日期).", personal=READ, where=True, order=True
    )
    converted_on: date | None = column("Converted on (转正日期).", personal=READ, where=True, order=True)
    joined_on: date = column("The relation came here on (组织关系转入日期).", where=True, order=True)
    ended_on: date | None = column("Ended here on (终止日期).", where=True, order=True)
    under_sanction: bool = column(
        "A sanction is in effect, or rights are not restored (处分影响期内或未恢复党员权利).", personal=READ
    )
    file: "PartyFile" = one("The file (档案).", where=True)
    organisation: "PartyOrganisation" = one("Where the relation lies (组织关系所在党组织).", where=True)
    activity_organisation: "PartyOrganisation | None" = one(
        "Second organisation, for activities and without a vote (第二党组织，仅参加活动)."
    )
    activity_public: "PublicPartyOrganisation | None" = one(
        "Second organisation of the registry, for activities and without a vote (第二党组织，仅参加活动)."
    )
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@entity(table=transfers.PartyTransfer, prefix="ptr", permission=READ)
class PartyTransfer(Node):
    """Transfer of an organisation relation (组织关系转接); the relation changes on acceptance."""

    direction: TransferDirection = column("Which way (方向).", where=True)
    channel: TransferChannel = column("How (方式).", where=True)
    letter_number: str | None = column("Number of the letter (介绍信编号).", where=True)
    other_organisation: str | None = column("The organisation outside the company (企业外党组织).")
    issued_on: date = column("Issued on (开具日期).", where=True, order=True)
    valid_until: date = column("Valid until (有效期至).", where=True, order=True)
    state: TransferState = column("State (状态).", where=True)
    accepted_on: date | None = column("Accepted on (接收日期).", where=True)
    receipt_on: date | None = column("Receipt came on (回执日期).")
    ended_on: date | None = column("Returned or expired on (退回、过期日期).")
    reason: str | None = column("Why (原因).")
    file: "PartyFile" = one("The file (档案).", where=True)
    from_organisation: "PartyOrganisation | None" = one("From (转出党组织).")
    to_organisation: "PartyOrganisation | None" = one("To (转入党组织).")
    reissue_of: "PartyTransfer | None" = one("The expired one it follows (原转接).")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="A member to enter (登记党员).")
class EnterPartyMembershipInput:
    """Since when, and where the relation lies."""

    id: strawberry.ID | None = own_identifier("pmb")
    file_id: strawberry.ID = identifier("pfl", "The file (档案).")
    organisation_id: strawberry.ID = identifier("pog", "Where the relation lies (组织关系所在党组织).")
    admitted_on: date = strawberry.field(description="Admitted on (入党日期).")
    joined_on: date = strawberry.field(description="The relation came here on (组织关系转入日期).")
    converted_on: date | None = strawberry.field(
        description="Converted on (转正日期); left out for a probationary member.", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to a membership (修改党员身份); what is left out stays.")
class UpdatePartyMembershipInput:
    """Where it stands, sanctions, the second organisation."""

    id: strawberry.ID = identifier("pmb", "The membership (党员身份).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    state: MembershipState | None = strawberry.field(description="Where it stands (状态).", default=strawberry.UNSET)
    ended_on: date | None = strawberry.field(
        description="Left on (离开日期), with the state LEFT.", default=strawberry.UNSET
    )
    under_sanction: bool | None = strawberry.field(
        description="A sanction is in effect, or rights are not restored (处分影响期内或未恢复党员权利).",
        default=strawberry.UNSET,
    )
    activity_organisation_id: strawberry.ID | None = identifier(
        "pog", "Second organisation, for activities (第二党组织).", default=strawberry.UNSET
    )
    activity_public_id: strawberry.ID | None = identifier(
        "ppo", "Second organisation of the registry, for activities (第二党组织).", default=strawberry.UNSET
    )


@strawberry.input(description="A transfer to issue or to note (开具、登记组织关系转接).")
class IssuePartyTransferInput:
    """Whose, which way, from when."""

    id: strawberry.ID | None = own_identifier("ptr")
    file_id: strawberry.ID = identifier("pfl", "The file (档案).")
    direction: TransferDirection = strawberry.field(description="Which way (方向).")
    channel: TransferChannel = strawberry.field(description="How (方式).")
    issued_on: date = strawberry.field(description="Issued on (开具日期).")
    letter_number: str | None = strawberry.field(
        description="Number of the letter (介绍信编号).", default=strawberry.UNSET
    )
    to_organisation_id: strawberry.ID | None = identifier(
        "pog", "To which organisation of the company (转入党组织).", default=strawberry.UNSET
    )
    other_organisation: str | None = strawberry.field(
        description="The organisation outside the company (企业外党组织).", default=strawberry.UNSET
    )
    admitted_on: date | None = strawberry.field(
        description="Admitted on (入党日期), for an incoming transfer.", default=strawberry.UNSET
    )
    converted_on: date | None = strawberry.field(
        description="Converted on (转正日期), for an incoming full member.", default=strawberry.UNSET
    )


@strawberry.input(description="A transfer was accepted (接收组织关系).")
class AcceptPartyTransferInput:
    """Which, when."""

    id: strawberry.ID = identifier("ptr", "The transfer (转接).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    accepted_on: date = strawberry.field(description="Accepted on (接收日期).")
    receipt_on: date | None = strawberry.field(description="Receipt came on (回执日期).", default=None)


@strawberry.input(description="A transfer was returned, or expired (退回、过期).")
class EndPartyTransferInput:
    """Which, what became of it and why."""

    id: strawberry.ID = identifier("ptr", "The transfer (转接).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    state: TransferState = strawberry.field(description="RETURNED or EXPIRED (退回、过期).")
    ended_on: date = strawberry.field(description="On which day (日期).")
    reason: str = strawberry.field(description="Why (原因).")


@strawberry.input(description="Issue an expired transfer again (重新开具).")
class ReissuePartyTransferInput:
    """Which, from when."""

    id: strawberry.ID = identifier("ptr", "The transfer that expired (转接).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    issued_on: date = strawberry.field(description="Issued on (开具日期).")
    letter_number: str | None = strawberry.field(description="Number of the new letter (介绍信编号).", default=None)


@strawberry.type(description="What became of a change to a membership (党员身份变更结果).")
class PartyMembershipPayload:
    """The membership, or why not."""

    party_membership: PartyMembership | None = changed("The membership (党员身份)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a transfer (组织关系转接结果).")
class PartyTransferPayload:
    """The transfer, or why not."""

    party_transfer: PartyTransfer | None = changed("The transfer (转接)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_FILE_UPDATE, "Enter somebody who is a member already (登记党员).")
async def enter_party_membership(scope: Scope, input: EnterPartyMembershipInput) -> PartyMembershipPayload:
    row = await rules.enter(scope, rules.NewMembership(**values(input)))
    return PartyMembershipPayload(party_membership=ref(PartyMembership, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Change where a membership stands (修改党员身份).")
async def update_party_membership(scope: Scope, input: UpdatePartyMembershipInput) -> PartyMembershipPayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return PartyMembershipPayload(party_membership=ref(PartyMembership, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Issue a transfer, or note one issued elsewhere (开具、登记组织关系转接).")
async def issue_party_transfer(scope: Scope, input: IssuePartyTransferInput) -> PartyTransferPayload:
    row = await transfers.issue(scope, transfers.NewTransfer(**values(input)))
    return PartyTransferPayload(party_transfer=ref(PartyTransfer, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Enter that a transfer was accepted: the relation changes (接收组织关系).")
async def accept_party_transfer(scope: Scope, input: AcceptPartyTransferInput) -> PartyTransferPayload:
    row = await transfers.accept(scope, **values(input))
    return PartyTransferPayload(party_transfer=ref(PartyTransfer, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Enter that a transfer was returned or expired (退回、过期).")
async def end_party_transfer(scope: Scope, input: EndPartyTransferInput) -> PartyTransferPayload:
    row = await transfers.give_up(scope, **values(input))
    return PartyTransferPayload(party_transfer=ref(PartyTransfer, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Issue an expired transfer again (重新开具).")
async def reissue_party_transfer(scope: Scope, input: ReissuePartyTransferInput) -> PartyTransferPayload:
    row = await transfers.reissue(scope, **values(input))
    return PartyTransferPayload(party_transfer=ref(PartyTransfer, row.id))
