"""How a Party file ends (保存与删除): consent withdrawn or purpose fulfilled, kept for its time, then erased."""

from datetime import date
from uuid import UUID

from tenants.calendar import add_months
from tenants.change import change, find, find_at
from tenants.checks import Checks
from tenants.company import Company
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.party import development, due, membership, transfer
from tenants.party.development import CaseState
from tenants.party.membership import MembershipState
from tenants.party.privacy import ConsentPurpose, LegalBasis, PartyFile, valid_consent
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def withdraw_consent(
    scope: Scope, file_id: UUID, version: int, purpose: ConsentPurpose, withdrawn_on: date
) -> PartyFile:
    """Record that the person withdrew. Where the file rests on consent, the work that it was for ends at once; a file
    that then rests on nothing is closed and due to be erased.
    """
    checks = Checks()
    checks.day("withdrawnOn", withdrawn_on, latest=today())
    checks.done()
    file = await find_at(scope, PartyFile, file_id, version, "fileId")
    consent = await valid_consent(scope, file.id, purpose)
    if consent is None:
        raise DomainError(Code.PARTY_CONSENT_MISSING, "purpose", purpose=purpose)
    checks.not_before("withdrawnOn", withdrawn_on, consent.given_on)
    checks.done()
    await change(scope, consent, "party_consent", {"withdrawn_on": withdrawn_on}, action="withdrawn")
    closed = {}
    if file.legal_basis == LegalBasis.CONSENT:
        await _end_work(scope, file, purpose, withdrawn_on)
        if not [each for each in ConsentPurpose if await valid_consent(scope, file.id, each) is not None]:
            closed = {"closed_on": withdrawn_on, "retain_until": withdrawn_on}
            await due.open_due(scope, due.Due(due.DueKind.ERASURE, file.id, withdrawn_on), await _path(scope))
    await change(scope, file, "party_file", closed, action="consent_withdrawn", always=True)
    return file


async def close(scope: Scope, file_id: UUID, version: int, closed_on: date) -> PartyFile:
    """Close a file whose purpose is fulfilled; it is kept for the months that the division's setting says."""
    checks = Checks()
    checks.day("closedOn", closed_on, latest=today())
    checks.done()
    file = await find_at(scope, PartyFile, file_id, version)
    if file.closed_on is not None:
        raise DomainError(Code.PARTY_FILE_CLOSED, "id", closed_on=file.closed_on)
    if (
        await membership.active_membership(scope, file.id) is not None
        or await development.unfinished_case(scope, file.id) is not None
        or await transfer.open_transfer(scope, file.id) is not None
    ):
        raise DomainError(Code.PARTY_FILE_IN_USE, "id")
    checks.not_before("closedOn", closed_on, file.opened_on)
    checks.done()
    path = await _path(scope)
    months = await effective(scope, SettingKey.PARTY_FILE_RETENTION_MONTHS, path, closed_on)
    until = add_months(closed_on, months)
    await change(scope, file, "party_file", {"closed_on": closed_on, "retain_until": until}, action="closed")
    await due.open_due(scope, due.Due(due.DueKind.ERASURE, file.id, closed_on, months), path)
    return file


async def erase(scope: Scope, file_id: UUID, version: int) -> PartyFile:
    """Erase whose file it is, after its time or after consent was withdrawn: the person, the number by which a list
    on paper would find it, and every text that somebody wrote. Days and decisions remain, nobody's, to be counted;
    so does the access log, as the law wants it to.
    """
    file = await find_at(scope, PartyFile, file_id, version)
    if file.erased_on is not None:
        raise DomainError(Code.PARTY_FILE_ERASED, "id", erased_on=file.erased_on)
    if file.retain_until is None or file.retain_until > today():
        raise DomainError(Code.PARTY_FILE_RETAINED, "id", until=file.retain_until or "—")
    async with scope.on_file(file.id):
        await scope.connection.execute("DELETE FROM party_person")
    for statement in _TEXTS:
        await scope.connection.execute(statement, scope.tenant_id, file.id)
    await change(scope, file, "party_file", {"erased_on": today(), "number": f"E{file.id.hex}"}, action="erased")
    await due.close(scope, due.DueKind.ERASURE, file.id, today())
    await record(scope, "erased", "party_person", file)
    return file


_OF_CASE = "tenant_id = $1 AND case_id IN (SELECT id FROM development_case WHERE tenant_id = $1 AND file_id = $2)"

_TEXTS = (
    "UPDATE party_consent SET document = NULL WHERE tenant_id = $1 AND file_id = $2",
    "UPDATE party_transfer SET letter_number = CASE channel WHEN 'LETTER' THEN '—' END, other_organisation = NULL,"
    " reason = NULL WHERE tenant_id = $1 AND file_id = $2",
    "UPDATE development_case SET end_reason = NULL, end_document = NULL, extension_document = NULL"
    " WHERE tenant_id = $1 AND file_id = $2",
    f"UPDATE case_step SET document = NULL, late_reason = NULL WHERE {_OF_CASE}",
    f"UPDATE case_supporter SET document = '—' WHERE document IS NOT NULL AND {_OF_CASE}",
    f"UPDATE case_publicity SET place = '—', second_place = NULL, document = NULL WHERE {_OF_CASE}",
    "UPDATE cross_appointment SET file_id = NULL WHERE tenant_id = $1 AND file_id = $2",
)
"""What people wrote about the file's person, or would lead back to them."""


async def _end_work(scope: Scope, file: PartyFile, purpose: ConsentPurpose, on: date) -> None:
    """Stop the work that may not go on without this consent; nothing is said of the Party."""
    if purpose == ConsentPurpose.DEVELOPMENT:
        await development.end_case(scope, file.id, CaseState.LEDGER_ENDED, on)
        return
    await transfer.end_open(scope, file.id, on)
    held = await membership.active_membership(scope, file.id)
    if held is not None:
        await membership.end(scope, held, MembershipState.LEDGER_ENDED, on)


async def _path(scope: Scope) -> str:
    return (await find(scope, Company, scope.tenant_id)).division_path
