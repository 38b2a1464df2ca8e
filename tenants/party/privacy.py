"""Party files (党员档案台账): a pseudonymous card each, the person apart; who sees the person has logged why.

Everything about a person's Party life hangs on a file, which has a number and no name. That the file is somebody's is
one row of `party_person`, which is readable only while it is opened, by who opened it. The database holds to that:
the row's policy asks for the opener and the hour, and its foreign key asks that an entry of the access log says the
same of the same file. The log is never changed; the company reads it. No regulator holds a grant on any of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlmodel import Field

from tenants.change import create, find
from tenants.checks import Checks
from tenants.errors import Code, DomainError, Noted
from tenants.journal import CONFIDENTIAL, record
from tenants.party import roster
from tenants.party.organisation import PartyOrganisation
from tenants.row import PERSONAL, Changing, Dated, TenantRow, code_field, new_id, now, one_of, today
from tenants.scope import Scope
from tenants.staff import Staff

OPEN_FOR = timedelta(minutes=15)
"""How long an opened file stays readable to who opened it."""

FILES_AT_ONCE = 100

_IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]", re.ASCII)


class LegalBasis(StrEnum):
    """Why the company may keep the file (个人信息保护法 第13条)."""

    CONSENT = "CONSENT"
    STATUTORY_DUTY = "STATUTORY_DUTY"
    EMPLOYMENT = "EMPLOYMENT"


class ConsentPurpose(StrEnum):
    """What a separate consent (单独同意) is for."""

    MEMBERSHIP = "MEMBERSHIP"
    DEVELOPMENT = "DEVELOPMENT"


class AccessPurpose(StrEnum):
    """What a file is opened for."""

    DEVELOPMENT_WORK = "DEVELOPMENT_WORK"
    MEMBERSHIP_WORK = "MEMBERSHIP_WORK"
    TRANSFER_WORK = "TRANSFER_WORK"
    DATA_SUBJECT_REQUEST = "DATA_SUBJECT_REQUEST"
    RECONCILIATION = "RECONCILIATION"


class PartyFile(Changing, TenantRow, table=True):
    """The card of a file: a number, why it is kept, and until when. It names nobody."""

    __tablename__ = "party_file"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        UniqueConstraint("tenant_id", "number"),
        one_of("legal_basis", LegalBasis),
        CheckConstraint("number <> ''", name="number_given"),
        CheckConstraint("legal_basis = 'CONSENT' OR basis_document IS NOT NULL", name="basis_documented"),
        CONFIDENTIAL,
    )

    number: str = Field(sa_type=Text)
    legal_basis: LegalBasis = code_field()
    basis_document: str | None = Field(default=None, sa_type=Text)
    opened_on: date
    closed_on: date | None = None
    retain_until: date | None = None
    erased_on: date | None = None


class PartyFileAccess(Dated, TenantRow, table=True):
    """An entry of the access log: who opened which file, what for, and until when; append-only."""

    __tablename__ = "party_file_access"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        UniqueConstraint("tenant_id", "id", "file_id", "actor_id", "expires_at"),
        Index("party_file_access_file", "tenant_id", "file_id", "id"),
        one_of("purpose", AccessPurpose),
        CheckConstraint("reason <> ''", name="reason_given"),
    )

    file_id: UUID
    actor_id: UUID
    purpose: AccessPurpose = code_field()
    reason: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class PartyPerson(Changing, TenantRow, table=True):
    """Whose file it is. Readable only by who has opened the file, while it is open."""

    __tablename__ = "party_person"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "access_id", "file_id", "opened_by", "opened_until"],
            [
                "party_file_access.tenant_id",
                "party_file_access.id",
                "party_file_access.file_id",
                "party_file_access.actor_id",
                "party_file_access.expires_at",
            ],
            name="party_person_opened_as_logged",
        ),
        Index("party_person_one_file", "tenant_id", "staff_id", unique=True),
        Index("party_person_one_person", "tenant_id", "file_id", unique=True),
        CheckConstraint(
            "(access_id IS NULL) = (opened_by IS NULL) AND (access_id IS NULL) = (opened_until IS NULL)",
            name="opened_by_a_logged_access",
        ),
        CONFIDENTIAL,
    )

    file_id: UUID
    staff_id: UUID = Field(sa_column_kwargs=PERSONAL)
    access_id: UUID | None = None
    opened_by: UUID | None = None
    opened_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class PartyConsent(Changing, TenantRow, table=True):
    """A person's consent to one purpose, in the wording of one version; withdrawn at any time."""

    __tablename__ = "party_consent"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        Index(
            "party_consent_one_valid",
            "tenant_id",
            "file_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
        one_of("purpose", ConsentPurpose),
        CheckConstraint("withdrawn_on >= given_on", name="dates_in_order"),
        CONFIDENTIAL,
    )

    file_id: UUID
    purpose: ConsentPurpose = code_field()
    wording: str = Field(sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    given_on: date
    withdrawn_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewConsent:
    """A consent as it was given: what for, to which version of the wording, on which day."""

    purpose: ConsentPurpose
    wording: str
    given_on: date
    document: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file to begin for a member of staff, with what it rests on."""

    staff_id: UUID
    number: str
    legal_basis: LegalBasis
    basis_document: str | None = None
    consents: Sequence[NewConsent] = ()
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Which files to open, by themselves or as an organisation's; what for and why."""

    purpose: AccessPurpose
    reason: str
    file_ids: Sequence[UUID] | None = None
    organisation_id: UUID | None = None


async def begin(scope: Scope, new: NewFile) -> PartyFile:
    """Begin a file; one a person, by a number that names nobody. It rests on the person's consent or on a document.

    That somebody has a file already is told, and that it was asked for in this way is in the audit trail.
    """
    checks = Checks()
    number = checks.text("number", new.number, limit=40)
    document = checks.optional_text("basisDocument", new.basis_document, limit=200)
    if new.legal_basis == LegalBasis.CONSENT and not new.consents:
        checks.add(Code.PARTY_CONSENT_MISSING, "consents", purpose=ConsentPurpose.MEMBERSHIP)
    if new.legal_basis != LegalBasis.CONSENT and document is None:
        checks.add(Code.PARTY_BASIS_DOCUMENT, "basisDocument")
    checks.done()
    staff = await find(scope, Staff, new.staff_id, "staffId")
    if staff.name in number or _IDENTITY_NUMBER.search(number):
        raise DomainError(Code.PARTY_FILE_NUMBER_NAMES, "number")
    file = PartyFile(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        number=number,
        legal_basis=new.legal_basis,
        basis_document=document,
        opened_on=today(),
    )
    taken = {"party_file_tenant_id_number_key": DomainError(Code.PARTY_FILE_NUMBER_TAKEN, "number", number=number)}
    person = PartyPerson(tenant_id=file.tenant_id, file_id=file.id, staff_id=new.staff_id)
    exists = Noted(Code.PARTY_FILE_EXISTS, "staffId")
    try:
        async with scope.savepoint():
            await create(scope, file, "party_file", taken=taken)
            await create(scope, person, "party_person", taken={"party_person_one_file": exists})
    except Noted:
        await record(scope, "refused", "party_file", file)
        raise
    for index, consent in enumerate(new.consents):
        await give_consent(scope, file.id, consent, f"consents.{index}.")
    return file


async def open_files(
    scope: Scope, file_ids: Sequence[UUID], purpose: AccessPurpose, reason: str
) -> list[PartyFileAccess]:
    """Let the actor read whose files these are for the next minutes. Each gets its entry in the access log first,
    in the same transaction: without the entry the database does not open the row.
    """
    checks = Checks()
    why = checks.text("reason", reason, limit=200)
    if len(file_ids) > FILES_AT_ONCE:
        checks.add(Code.PARTY_TOO_MANY_FILES, "fileIds", limit=FILES_AT_ONCE)
    checks.done()
    actor = scope.principal.actor_id
    if actor is None:
        raise PermissionError("a file is opened by a person")
    opened = []
    for file_id in dict.fromkeys(file_ids):
        file = await find(scope, PartyFile, file_id, "fileIds", lock=True)
        if file.erased_on is not None:
            raise DomainError(Code.PARTY_FILE_ERASED, "fileIds", erased_on=file.erased_on)
        entry = PartyFileAccess(
            tenant_id=scope.tenant_id,
            file_id=file.id,
            actor_id=actor,
            purpose=purpose,
            reason=why,
            expires_at=now() + OPEN_FOR,
        )
        scope.session.add(entry)
        await scope.session.flush()
        async with scope.on_file(file.id):
            # No WHERE: a condition would read the row, which is not open yet. The policy picks it.
            await scope.connection.execute(
                "UPDATE party_person SET access_id = $1, opened_by = $2, opened_until = $3",
                entry.id,
                actor,
                entry.expires_at,
            )
        opened.append(entry)
    return opened


async def open_chosen(scope: Scope, opening: Opening) -> list[PartyFileAccess]:
    """Open the files that were named, or all of an organisation."""
    if (opening.file_ids is None) == (opening.organisation_id is None):
        raise DomainError(Code.PARTY_FILES_CHOSEN, "fileIds")
    if opening.organisation_id is not None:
        await find(scope, PartyOrganisation, opening.organisation_id, "organisationId")
        file_ids: Sequence[UUID] = await roster.of_organisation(scope, opening.organisation_id)
    else:
        file_ids = opening.file_ids or ()
    return await open_files(scope, file_ids, opening.purpose, opening.reason)


async def usable(scope: Scope, file_id: UUID, purpose: ConsentPurpose, field: str) -> PartyFile:
    """The file, if it may still be worked on for this purpose: not closed, and consented to where it rests on that."""
    file = await find(scope, PartyFile, file_id, field, lock=True)
    if file.closed_on is not None:
        raise DomainError(Code.PARTY_FILE_CLOSED, field, closed_on=file.closed_on)
    if file.legal_basis == LegalBasis.CONSENT and await valid_consent(scope, file.id, purpose) is None:
        raise DomainError(Code.PARTY_CONSENT_MISSING, field, purpose=purpose)
    return file


async def give_consent(scope: Scope, file_id: UUID, new: NewConsent, at: str = "consent.") -> PartyFile:
    """Record that the person consented to a purpose; `at` is where in the input the consent stands."""
    checks = Checks()
    wording = checks.text(f"{at}wording", new.wording, limit=100)
    document = checks.optional_text(f"{at}document", new.document, limit=200)
    checks.day(f"{at}givenOn", new.given_on, latest=today())
    checks.done()
    file = await find(scope, PartyFile, file_id, "fileId", lock=True)
    if file.closed_on is not None:
        raise DomainError(Code.PARTY_FILE_CLOSED, "fileId", closed_on=file.closed_on)
    consent = PartyConsent(
        tenant_id=file.tenant_id,
        file_id=file.id,
        purpose=new.purpose,
        wording=wording,
        document=document,
        given_on=new.given_on,
    )
    valid = DomainError(Code.PARTY_CONSENT_VALID, f"{at}purpose", purpose=new.purpose)
    await create(scope, consent, "party_consent", taken={"party_consent_one_valid": valid})
    return file


async def valid_consent(scope: Scope, file_id: UUID, purpose: ConsentPurpose) -> PartyConsent | None:
    """The consent to a purpose that was given and not withdrawn."""
    return await scope.session.scalar(
        select(PartyConsent).where(
            PartyConsent.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyConsent.file_id == file_id,  # type: ignore[arg-type]
            PartyConsent.purpose == purpose,  # type: ignore[arg-type]
            PartyConsent.withdrawn_on.is_(None),  # type: ignore[union-attr]
        )
    )
