"""Party files in the contract: numbers in every list; whose file it is only for who opened it, and why is logged."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import AccessPurpose, ConsentPurpose, LegalBasis
from schema.reads import Connection, Node, column, entity, expression, many, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import privacy as rules
from tenants.party import retention
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import CompanyMember
    from schema.party.development import DevelopmentCase
    from schema.party.membership import PartyMembership, PartyTransfer
    from schema.staff import Staff


@entity(table=rules.PartyFile, prefix="pfl", permission=Permission.PARTY_FILE_READ)
class PartyFile(Node):
    """Party file (党员档案台账) of a member of staff: a number, why it is kept and until when; it names nobody."""

    number: str = column("The company's number of the file (档案编号).", where=True, order=True)
    legal_basis: LegalBasis = column("Why it may be kept (处理依据).", where=True)
    basis_document: str | None = column("The document it rests on (依据文件).")
    opened_on: date = column("Begun on (建档日期).", where=True, order=True)
    closed_on: date | None = column("Closed on (关闭日期).", where=True, order=True)
    retain_until: date | None = column("Kept until (保存至).", where=True, order=True)
    erased_on: date | None = column("What it said of a person was erased on (删除日期).", where=True)
    person: "PartyPerson | None" = one(
        "Whose file it is (本人): null unless you have opened the file within the last minutes.",
        by={"file_id": "id"},
        permission=Permission.PARTY_FILE_OPEN,
    )
    consents: Connection["PartyConsent"] = many("Consents (单独同意).", by="file_id")
    accesses: Connection["PartyFileAccess"] = many("Who opened it and why (查阅记录).", by="file_id")
    memberships: Connection["PartyMembership"] = many("Memberships (党员身份).", by="file_id")
    transfers: Connection["PartyTransfer"] = many("Transfers (组织关系转接).", by="file_id")
    cases: Connection["DevelopmentCase"] = many("Development cases (发展党员流程).", by="file_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@entity(table=rules.PartyPerson, prefix="pps", permission=Permission.PARTY_FILE_OPEN)
class PartyPerson(Node):
    """Whose Party file it is (党员档案本人): readable by who opened the file, until the time is over."""

    staff: "Staff | None" = one("The member of staff (员工).", permission=Permission.PARTY_FILE_OPEN)
    file: "PartyFile" = one("The file (档案).", where=True)
    opened_until: datetime | None = column("Readable until (可查阅至).")


@entity(table=rules.PartyConsent, prefix="pcn", permission=Permission.PARTY_FILE_READ)
class PartyConsent(Node):
    """Separate consent (单独同意) to one purpose, in the wording of one version."""

    purpose: ConsentPurpose = column("What for (用途).", where=True)
    wording: str = column("Version of the wording (文本版本).")
    document: str | None = column("Where the consent is kept (同意书编号).")
    given_on: date = column("Given on (同意日期).", where=True, order=True)
    withdrawn_on: date | None = column("Withdrawn on (撤回日期).", where=True, order=True)
    file: "PartyFile" = one("The file (档案).", where=True)


@entity(table=rules.PartyFileAccess, prefix="pfa", permission=Permission.PARTY_FILE_READ_ACCESS)
class PartyFileAccess(Node):
    """Entry of the access log (查阅记录): who opened which file, what for and why; it names nobody but the reader."""

    created_at: datetime = column("When (查阅时间).", where=True, order=True)
    purpose: AccessPurpose = column("What for (查阅目的).", where=True)
    reason: str = column("Why (查阅理由).")
    expires_at: datetime = column("Readable until (可查阅至).")
    member: "CompanyMember | None" = one("Who (查阅人).", by={"id": "actor_id"}, where=True)
    file: "PartyFile | None" = one("Which file (档案).", where=True, permission=Permission.PARTY_FILE_READ)
    file_number: str = expression(
        "Number of the file (档案编号).",
        lambda row: row.value(rules.PartyFile, lambda file: file.number, by={"id": "file_id"}),
    )


@strawberry.input(description="A consent as it was given (单独同意).")
class PartyConsentInput:
    """What for, to which wording, when."""

    purpose: ConsentPurpose = strawberry.field(description="What for (用途).")
    wording: str = strawberry.field(description="Version of the wording (文本版本).")
    given_on: date = strawberry.field(description="Given on (同意日期).")
    document: str | None = strawberry.field(
        description="Where the consent is kept (同意书编号).", default=strawberry.UNSET
    )

    def new(self) -> rules.NewConsent:
        """As the rules take it."""
        return rules.NewConsent(**values(self))


@strawberry.input(description="A Party file to begin (建立党员档案); each person has one.")
class CreatePartyFileInput:
    """Whose, under which number, resting on what."""

    id: strawberry.ID | None = own_identifier("pfl")
    staff_id: strawberry.ID = identifier("stf", "The member of staff (员工).")
    number: str = strawberry.field(description="The company's number of the file (档案编号); it should name nobody.")
    legal_basis: LegalBasis = strawberry.field(description="Why it may be kept (处理依据).")
    basis_document: str | None = strawberry.field(
        description="The document it rests on (依据文件), unless that is consent.", default=strawberry.UNSET
    )
    consents: list[PartyConsentInput] = strawberry.field(
        description="Consents the person gave (单独同意).", default_factory=list
    )


@strawberry.input(description="Open Party files to see whose they are (查阅党员档案); each opening is logged.")
class OpenPartyFilesInput:
    """Which files, what for and why."""

    file_ids: list[strawberry.ID] | None = identifier("pfl", "The files (档案), at most 100.", default=strawberry.UNSET)
    organisation_id: strawberry.ID | None = identifier(
        "pog", "All files of an organisation (党组织名册).", default=strawberry.UNSET
    )
    purpose: AccessPurpose = strawberry.field(description="What for (查阅目的).")
    reason: str = strawberry.field(description="Why (查阅理由); the company reads it in the log.")


@strawberry.input(description="Record a consent (登记单独同意).")
class GivePartyConsentInput:
    """Whose, and to what."""

    file_id: strawberry.ID = identifier("pfl", "The file (档案).")
    consent: PartyConsentInput = strawberry.field(description="The consent (单独同意).")


@strawberry.input(description="Record that a consent was withdrawn (登记撤回同意).")
class WithdrawPartyConsentInput:
    """Whose, for what, when."""

    file_id: strawberry.ID = identifier("pfl", "The file (档案).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    purpose: ConsentPurpose = strawberry.field(description="For what (用途).")
    withdrawn_on: date = strawberry.field(description="Withdrawn on (撤回日期).")


@strawberry.input(description="Close a file whose purpose is fulfilled (关闭档案).")
class ClosePartyFileInput:
    """Which file, when."""

    id: strawberry.ID = identifier("pfl", "The file (档案).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    closed_on: date = strawberry.field(description="Closed on (关闭日期).")


@strawberry.input(description="Erase whose file it is (删除档案中的个人信息).")
class ErasePartyFileInput:
    """Which file."""

    id: strawberry.ID = identifier("pfl", "The file (档案).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.type(description="What became of a change to a Party file (党员档案变更结果).")
class PartyFilePayload:
    """The file, or why not."""

    party_file: PartyFile | None = changed("The file (档案)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The files that were opened (查阅结果).")
class OpenPartyFilesPayload:
    """The files with the people they are about, or why not."""

    party_files: list[PartyFile] = strawberry.field(
        description="The files (档案); `person` is readable now, and for some minutes.", default_factory=list
    )
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_FILE_UPDATE, "Begin a Party file for a member of staff (建立党员档案).")
async def create_party_file(scope: Scope, input: CreatePartyFileInput) -> PartyFilePayload:
    given = values(input) | {"consents": [consent.new() for consent in input.consents]}
    row = await rules.begin(scope, rules.NewFile(**given))
    return PartyFilePayload(party_file=ref(PartyFile, row.id))


@mutation(
    Permission.PARTY_FILE_OPEN,
    "Open Party files (查阅党员档案): who, what for and why is logged before anything can be read.",
)
async def open_party_files(scope: Scope, input: OpenPartyFilesInput) -> OpenPartyFilesPayload:
    given = values(input)
    opened = await rules.open_chosen(scope, rules.Opening(**given))
    return OpenPartyFilesPayload(party_files=[ref(PartyFile, entry.file_id) for entry in opened])


@mutation(Permission.PARTY_FILE_UPDATE, "Record a person's consent (登记单独同意).")
async def give_party_consent(scope: Scope, input: GivePartyConsentInput) -> PartyFilePayload:
    row = await rules.give_consent(scope, values(input)["file_id"], input.consent.new())
    return PartyFilePayload(party_file=ref(PartyFile, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Record that a person withdrew consent (登记撤回同意).")
async def withdraw_party_consent(scope: Scope, input: WithdrawPartyConsentInput) -> PartyFilePayload:
    row = await retention.withdraw_consent(scope, **values(input))
    return PartyFilePayload(party_file=ref(PartyFile, row.id))


@mutation(
    Permission.PARTY_FILE_UPDATE, "Close a Party file (关闭档案); it is kept for its time, then due to be erased."
)
async def close_party_file(scope: Scope, input: ClosePartyFileInput) -> PartyFilePayload:
    given = values(input)
    row = await retention.close(scope, given["id"], given["version"], given["closed_on"])
    return PartyFilePayload(party_file=ref(PartyFile, row.id))


@mutation(Permission.PARTY_FILE_UPDATE, "Erase whose file it is, when its time is over (删除个人信息).")
async def erase_party_file(scope: Scope, input: ErasePartyFileInput) -> PartyFilePayload:
    given = values(input)
    row = await retention.erase(scope, given["id"], given["version"])
    return PartyFilePayload(party_file=ref(PartyFile, row.id))
