"""Transfers of organisation relations (组织关系转接): issued, accepted, expired, reissued, returned.

The relation changes only on acceptance. A letter is valid for the days that the division's setting says; whether it
was accepted in time is computed, that it expired is entered by a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select, text
from sqlmodel import Field

from tenants.calendar import after_days
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL
from tenants.party import due, membership, organisation
from tenants.party.development import CaseState, end_case, move_case
from tenants.party.membership import MembershipState, NewMembership, active_membership
from tenants.party.privacy import ConsentPurpose, usable
from tenants.row import PERSONAL, Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


class TransferDirection(StrEnum):
    """Between the company's own organisations, out of the company, or into it."""

    INTERNAL = "INTERNAL"
    OUTGOING = "OUTGOING"
    INCOMING = "INCOMING"


class TransferChannel(StrEnum):
    """Through the national information system (线上) or by letter of introduction (介绍信)."""

    SYSTEM = "SYSTEM"
    LETTER = "LETTER"


class TransferState(StrEnum):
    """ISSUED becomes ACCEPTED, RETURNED or EXPIRED; an expired one may be REISSUED, as a new transfer. LEDGER_ENDED is
    one that the ledger may not follow any more.
    """

    ISSUED = "ISSUED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    EXPIRED = "EXPIRED"
    REISSUED = "REISSUED"
    LEDGER_ENDED = "LEDGER_ENDED"


STATE_CHANGES: Mapping[TransferState, tuple[TransferState, ...]] = {
    TransferState.ISSUED: (TransferState.ACCEPTED, TransferState.RETURNED, TransferState.EXPIRED),
    TransferState.EXPIRED: (TransferState.REISSUED,),
}

GIVEN_UP = (TransferState.RETURNED, TransferState.EXPIRED)


class PartyTransfer(Changing, TenantRow, table=True):
    """One transfer; where it comes from or goes to outside the company is an organisation's name, never a person's."""

    __tablename__ = "party_transfer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "from_organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "to_organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "reissue_of_id"], ["party_transfer.tenant_id", "party_transfer.id"]),
        Index(
            "party_transfer_one_open",
            "tenant_id",
            "file_id",
            unique=True,
            postgresql_where=text("state = 'ISSUED'"),
        ),
        Index("party_transfer_file", "tenant_id", "file_id", "id"),
        one_of("direction", TransferDirection),
        one_of("channel", TransferChannel),
        one_of("state", TransferState),
        CheckConstraint("channel <> 'LETTER' OR letter_number IS NOT NULL", name="letter_numbered"),
        CheckConstraint("valid_until >= issued_on", name="dates_in_order"),
        CheckConstraint("(state = 'ACCEPTED') = (accepted_on IS NOT NULL)", name="acceptance_dated"),
        CONFIDENTIAL,
    )

    file_id: UUID
    direction: TransferDirection = code_field()
    channel: TransferChannel = code_field()
    letter_number: str | None = Field(default=None, sa_type=Text)
    from_organisation_id: UUID | None = None
    to_organisation_id: UUID | None = None
    other_organisation: str | None = Field(default=None, sa_type=Text)
    issued_on: date
    valid_until: date
    state: TransferState = code_field(default=TransferState.ISSUED)
    accepted_on: date | None = None
    receipt_on: date | None = None
    ended_on: date | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    reissue_of_id: UUID | None = None
    admitted_on: date | None = Field(default=None, sa_column_kwargs=PERSONAL)
    converted_on: date | None = Field(default=None, sa_column_kwargs=PERSONAL)


@dataclass(frozen=True, kw_only=True)
class NewTransfer:
    """A transfer as it is issued; an incoming one says since when the person is a member."""

    file_id: UUID
    direction: TransferDirection
    channel: TransferChannel
    issued_on: date
    letter_number: str | None = None
    to_organisation_id: UUID | None = None
    other_organisation: str | None = None
    admitted_on: date | None = None
    converted_on: date | None = None
    id: UUID | None = None


async def issue(scope: Scope, new: NewTransfer) -> PartyTransfer:
    """Issue a transfer, or note one issued elsewhere; nothing of the membership changes yet."""
    return await _issue(scope, new, None)


async def accept(scope: Scope, id: UUID, version: int, accepted_on: date, receipt_on: date | None) -> PartyTransfer:
    """The receiving organisation accepted: now, and only now, the relation changes."""
    row = await find_at(scope, PartyTransfer, id, version)
    transition(TransferState(row.state), TransferState.ACCEPTED, STATE_CHANGES)
    checks = Checks()
    checks.not_before("acceptedOn", accepted_on, row.issued_on)
    checks.day("acceptedOn", accepted_on, latest=today())
    checks.day("receiptOn", receipt_on, latest=today())
    checks.not_before("receiptOn", receipt_on, accepted_on)
    checks.done()
    if accepted_on > row.valid_until:
        raise DomainError(Code.PARTY_TRANSFER_EXPIRED, "acceptedOn", until=row.valid_until)
    accepted = {"state": TransferState.ACCEPTED, "accepted_on": accepted_on, "receipt_on": receipt_on}
    held = await active_membership(scope, row.file_id)
    if row.direction == TransferDirection.INCOMING:
        assert row.to_organisation_id is not None
        assert row.admitted_on is not None
        await usable(scope, row.file_id, ConsentPurpose.MEMBERSHIP, "id")
        await organisation.holding_relations(scope, row.to_organisation_id, "id")
        joined = NewMembership(
            file_id=row.file_id,
            organisation_id=row.to_organisation_id,
            admitted_on=row.admitted_on,
            converted_on=row.converted_on,
            joined_on=accepted_on,
        )
        await membership.begin(scope, joined)
    elif held is None:
        raise DomainError(Code.PARTY_MEMBERSHIP_MISSING, "id")
    elif row.direction == TransferDirection.OUTGOING:
        await membership.end(scope, held, MembershipState.TRANSFERRED, accepted_on)
        await end_case(scope, row.file_id, CaseState.TRANSFERRED, accepted_on, row.letter_number)
    else:
        assert row.to_organisation_id is not None
        await organisation.holding_relations(scope, row.to_organisation_id, "id")
        await membership.move(scope, held, row.to_organisation_id)
        await move_case(scope, row.file_id, row.to_organisation_id)
    await change(scope, row, "party_transfer", accepted, action="accepted")
    await due.close(scope, due.DueKind.TRANSFER, row.id, accepted_on)
    return row


async def give_up(
    scope: Scope, id: UUID, version: int, state: TransferState, ended_on: date, reason: str
) -> PartyTransfer:
    """A transfer was returned, or expired unaccepted; the relation stays where it was."""
    row = await find_at(scope, PartyTransfer, id, version)
    transition(TransferState(row.state), state, {TransferState.ISSUED: GIVEN_UP}, "state")
    checks = Checks()
    stated = checks.optional_text("reason", reason, limit=200)
    if stated is None:
        checks.add(Code.REASON_REQUIRED, "reason")
    checks.not_before("endedOn", ended_on, row.issued_on)
    checks.day("endedOn", ended_on, latest=today())
    if state == TransferState.EXPIRED and ended_on <= row.valid_until:
        checks.add(Code.PARTY_TRANSFER_VALID, "endedOn", until=row.valid_until)
    checks.done()
    await change(
        scope,
        row,
        "party_transfer",
        {"state": state, "ended_on": ended_on, "reason": stated},
        action=state.lower(),
    )
    await due.close(scope, due.DueKind.TRANSFER, row.id, ended_on)
    return row


async def reissue(scope: Scope, id: UUID, version: int, issued_on: date, letter_number: str | None) -> PartyTransfer:
    """Issue an expired transfer again, as a new one that names the old."""
    old = await find_at(scope, PartyTransfer, id, version)
    transition(TransferState(old.state), TransferState.REISSUED, STATE_CHANGES)
    await change(scope, old, "party_transfer", {"state": TransferState.REISSUED}, action="reissued")
    again: dict[str, Any] = {
        name: getattr(old, name)
        for name in (
            "file_id",
            "direction",
            "channel",
            "to_organisation_id",
            "other_organisation",
            "admitted_on",
            "converted_on",
        )
    }
    new = NewTransfer(**again, issued_on=issued_on, letter_number=letter_number or old.letter_number)
    checks = Checks()
    checks.not_before("issuedOn", issued_on, old.ended_on)
    checks.done()
    return await _issue(scope, new, old.id)


async def open_transfer(scope: Scope, file_id: UUID) -> PartyTransfer | None:
    """The transfer of a file that is under way, locked."""
    return await scope.session.scalar(
        select(PartyTransfer)
        .where(
            PartyTransfer.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyTransfer.file_id == file_id,  # type: ignore[arg-type]
            PartyTransfer.state == TransferState.ISSUED,  # type: ignore[arg-type]
        )
        .with_for_update()
    )


async def end_open(scope: Scope, file_id: UUID, on: date) -> None:
    """Follow the transfer of a file no further, because the file may not be kept."""
    row = await open_transfer(scope, file_id)
    if row is not None:
        values = {"state": TransferState.LEDGER_ENDED, "ended_on": max(on, row.issued_on)}
        await change(scope, row, "party_transfer", values, action="ledger_ended")
        await due.close(scope, due.DueKind.TRANSFER, row.id, on)


async def _issue(scope: Scope, new: NewTransfer, reissue_of: UUID | None) -> PartyTransfer:
    checks = Checks()
    number = checks.optional_text("letterNumber", new.letter_number, limit=40)
    other = checks.optional_text("otherOrganisation", new.other_organisation, limit=100)
    for field, day in (("issuedOn", new.issued_on), ("admittedOn", new.admitted_on), ("convertedOn", new.converted_on)):
        checks.day(field, day, latest=today())
    if new.channel == TransferChannel.LETTER and number is None:
        checks.add(Code.EMPTY, "letterNumber")
    if new.direction != TransferDirection.INTERNAL and other is None:
        checks.add(Code.EMPTY, "otherOrganisation")
    if new.direction != TransferDirection.OUTGOING and new.to_organisation_id is None:
        checks.add(Code.EMPTY, "toOrganisationId")
    if new.direction == TransferDirection.INCOMING:
        if new.admitted_on is None:
            checks.add(Code.EMPTY, "admittedOn")
        else:
            membership.check_conversion(checks, new.admitted_on, new.converted_on)
            checks.not_before("issuedOn", new.issued_on, new.admitted_on)
    checks.done()
    await usable(scope, new.file_id, ConsentPurpose.MEMBERSHIP, "fileId")
    held = await active_membership(scope, new.file_id)
    if new.direction == TransferDirection.INCOMING and held is not None:
        raise DomainError(Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")
    if new.direction != TransferDirection.INCOMING and held is None:
        raise DomainError(Code.PARTY_MEMBERSHIP_MISSING, "fileId")
    if held is not None:
        checks.not_before("issuedOn", new.issued_on, held.joined_on)
        checks.done()
    if new.direction == TransferDirection.OUTGOING:
        to = None
    else:
        assert new.to_organisation_id is not None
        to = await organisation.holding_relations(scope, new.to_organisation_id, "toOrganisationId")
        if held is not None and held.organisation_id == to.id:
            raise DomainError(Code.PARTY_TRANSFER_NOWHERE, "toOrganisationId")
    path = to.division_path if to is not None else await _path_of(scope, held)
    days = await effective(scope, SettingKey.TRANSFER_LETTER_DAYS, path, new.issued_on)
    row = PartyTransfer(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        file_id=new.file_id,
        direction=new.direction,
        channel=new.channel,
        letter_number=number,
        from_organisation_id=held.organisation_id if held is not None else None,
        to_organisation_id=to.id if to is not None else None,
        other_organisation=other,
        issued_on=new.issued_on,
        valid_until=after_days(new.issued_on, days).on,
        reissue_of_id=reissue_of,
        admitted_on=new.admitted_on,
        converted_on=new.converted_on,
    )
    open_one = DomainError(Code.PARTY_TRANSFER_OPEN, "fileId")
    await create(scope, row, "party_transfer", taken={"party_transfer_one_open": open_one})
    await due.open_due(scope, due.Due(due.DueKind.TRANSFER, row.id, new.issued_on, days=days), path)
    return row


async def _path_of(scope: Scope, held: membership.PartyMembership | None) -> str:
    assert held is not None
    return (await find(scope, organisation.PartyOrganisation, held.organisation_id)).division_path
