"""The registry of schemes: a regulator drafts one for its division, somebody else publishes it, and then it stands.

A draft is seen within the division's reach; a published edition by everybody, and nobody holds a grant to change it. A
new edition follows the last one and never rewrites it; one that is no longer to be used is retired.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from tenants import division
from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.division import Division
from tenants.errors import Code, DomainError, DomainErrors
from tenants.journal import RegistryAuditEntry, record
from tenants.row import Changing, Row, code_field, one_of, today
from tenants.scheme.check import check
from tenants.scheme.document import Document, Purpose
from tenants.scheme.indicator import Recorded, Subject, Veto
from tenants.scheme.reading import document_of, read
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


class SchemeState(StrEnum):
    """Whether a published edition is in use."""

    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class _Written(Changing, Row):
    """A document and what lists show of it; the columns repeat what it says, so that they can be asked for."""

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    subject: Subject = code_field()
    purpose: Purpose = code_field()
    basis: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    text: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)


class SchemeDraft(_Written, table=True):
    """A scheme that is being written; one of each code in a division at a time."""

    __tablename__ = "scheme_draft"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        UniqueConstraint("division_id", "code"),
        one_of("subject", Subject),
        one_of("purpose", Purpose),
        CheckConstraint("valid_to > valid_from", name="dates_in_order"),
    )


class Scheme(_Written, table=True):
    """A published edition of a scheme: frozen, because no role may change or delete it."""

    __tablename__ = "scheme"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        UniqueConstraint("division_id", "code", "edition"),
        Index("scheme_in_force", "purpose", "subject", "division_path", "valid_from"),
        one_of("subject", Subject),
        one_of("purpose", Purpose),
        CheckConstraint("valid_to > valid_from", name="dates_in_order"),
        CheckConstraint("edition > 0", name="edition_counted"),
    )

    edition: int


class SchemeRetirement(Changing, Row, table=True):
    """From a day on an edition is not used any more, for a reason; what was scored by it stays."""

    __tablename__ = "scheme_retirement"
    __table_args__ = (
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        UniqueConstraint("scheme_id"),
        CheckConstraint("reason <> ''", name="reason_given"),
    )

    scheme_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    retired_on: date
    reason: str = Field(sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class Writing:
    """A document as it comes in: as YAML, or as the structure that the YAML writes down."""

    yaml: str | None = None
    structure: Any = None

    async def document(self) -> Document:
        """The document. Raises `DomainError` or `DomainErrors` with its places.

        The longest text takes seconds to read, in which others are served.
        """
        if (self.yaml is None) is (self.structure is None):
            raise DomainError(Code.SCHEME_ONE_FORM, "yaml")
        try:
            if self.yaml is None:
                return document_of(self.structure)
            return await asyncio.to_thread(read, self.yaml)
        except DomainError as error:
            raise DomainError(error.code, error.field or "yaml", **error.values) from None

    @property
    def text(self) -> str:
        """The YAML, as it was written where it was, comments included."""
        return self.yaml if self.yaml is not None else document_of(self.structure).text


async def look_over(scope: Scope, division_code: str, writing: Writing) -> Document:
    """The document, if the division may publish it. Raises `DomainErrors` with all its problems."""
    place = await division.by_code(scope, division_code, "divisionCode")
    return await _in_order(scope, await writing.document(), place.path)


async def draft(scope: Scope, division_code: str, writing: Writing) -> SchemeDraft:
    """Begin a draft for a division of the regulator's."""
    place = await _own(scope, division_code)
    document = await _in_order(scope, await writing.document(), place.path)
    row = SchemeDraft(
        division_id=place.id,
        division_path=place.path,
        **_columns(document),
        text=writing.text,
        document=document.structure(),
    )
    taken = DomainError(Code.SCHEME_DRAFT_EXISTS, "code", code_name=document.code, division=place.name)
    await create(scope, row, "scheme_draft", action="drafted", taken={"scheme_draft_division_id_code_key": taken})
    return row


async def redraft(scope: Scope, id: UUID, version: int, writing: Writing) -> SchemeDraft:
    """Write a draft anew."""
    row = await find_at(scope, SchemeDraft, id, version)
    document = await _in_order(scope, await writing.document(), row.division_path)
    if document.code != row.code:
        raise DomainError(Code.SCHEME_CODE_FIXED, "code", was=row.code, given=document.code)
    values = {**_columns(document), "text": writing.text, "document": document.structure()}
    await change(scope, row, "scheme_draft", values)
    return row


async def bring(scope: Scope, division_code: str, writing: Writing) -> SchemeDraft:
    """Begin a draft, or write the one anew that the division has of this scheme."""
    place = await _own(scope, division_code)
    document = await writing.document()
    there = await scope.session.scalar(
        select(SchemeDraft).where(
            SchemeDraft.division_id == place.id,  # type: ignore[arg-type]
            SchemeDraft.code == document.code,  # type: ignore[arg-type]
        )
    )
    if there is None:
        return await draft(scope, division_code, writing)
    return await redraft(scope, there.id, there.version, writing)


async def publish(scope: Scope, id: UUID, version: int) -> Scheme:
    """Publish a draft as the next edition of its scheme. Whoever wrote on the draft does not publish it (四眼原则)."""
    row = await find_at(scope, SchemeDraft, id, version)
    await scope.settle()
    mine = await scope.session.scalar(
        select(RegistryAuditEntry)
        .where(
            RegistryAuditEntry.entity_id == row.id,  # type: ignore[arg-type]
            RegistryAuditEntry.actor_id == scope.principal.actor_id,  # type: ignore[arg-type]
        )
        .limit(1)
    )
    if mine is not None:
        raise DomainError(Code.FOUR_EYES, "id")
    document = await _in_order(scope, document_of(row.document), row.division_path)
    last = await scope.session.scalar(
        select(Scheme)
        .where(Scheme.division_id == row.division_id, Scheme.code == row.code)  # type: ignore[arg-type]
        .order_by(Scheme.edition.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
    if last is not None:
        _follows(document, last)
    made = Scheme(
        division_id=row.division_id,
        division_path=row.division_path,
        **_columns(document),
        text=row.text,
        document=row.document,
        edition=1 if last is None else last.edition + 1,
    )
    taken = DomainError(Code.SCHEME_PUBLISHED_MEANWHILE, "id")
    await create(scope, made, "scheme", action="published", taken={"scheme_division_id_code_edition_key": taken})
    await record(scope, "published", "scheme_draft", row, {"scheme_id": made.id, "digest": row.digest})
    await scope.session.delete(row)
    await scope.session.flush()
    return made


async def retire(scope: Scope, id: UUID, retired_on: date, reason: str) -> Scheme:
    """Take a published edition out of use from a day on; the past stays as it was."""
    row = await find(scope, Scheme, id)
    _within(scope, row.division_path)
    checks = Checks()
    reason = checks.text("reason", reason, limit=500)
    checks.day("retiredOn", retired_on)
    checks.not_before("retiredOn", retired_on, today())
    checks.done()
    made = SchemeRetirement(scheme_id=row.id, division_path=row.division_path, retired_on=retired_on, reason=reason)
    taken = DomainError(Code.SCHEME_RETIRED, "id", code_name=row.code, edition=row.edition)
    await create(scope, made, "scheme_retirement", action="retired", taken={"scheme_retirement_scheme_id_key": taken})
    return row


async def in_force(scope: Scope, purpose: Purpose, subject: Subject, path: str, on: date) -> Scheme | None:
    """The edition by which a division scores on a day: the nearest ancestor's, its latest; None where there is none."""
    retired = select(SchemeRetirement).where(
        SchemeRetirement.scheme_id == Scheme.id,  # type: ignore[arg-type]
        SchemeRetirement.retired_on <= on,  # type: ignore[arg-type]
    )
    return await scope.session.scalar(
        select(Scheme)
        .where(
            Scheme.purpose == purpose,  # type: ignore[arg-type]
            Scheme.subject == subject,  # type: ignore[arg-type]
            Scheme.division_path.in_(division.ancestry(path)),  # type: ignore[attr-defined]
            Scheme.valid_from <= on,  # type: ignore[arg-type]
            Scheme.valid_to.is_(None) | (Scheme.valid_to > on),  # type: ignore[union-attr,operator]
            ~retired.exists(),
        )
        .order_by(
            func.length(Scheme.division_path).desc(),
            Scheme.valid_from.desc(),  # type: ignore[attr-defined]
            Scheme.edition.desc(),  # type: ignore[attr-defined]
        )
        .limit(1)
    )


async def edition(scope: Scope, code: str, division_code: str | None, number: int | None) -> Scheme:
    """A published edition of the scheme with this code, the latest unless a number is given."""
    wanted = select(Scheme).where(Scheme.code == code)  # type: ignore[arg-type]
    if division_code is not None:
        place = await division.by_code(scope, division_code, "divisionCode")
        wanted = wanted.where(Scheme.division_id == place.id)  # type: ignore[arg-type]
    if number is not None:
        wanted = wanted.where(Scheme.edition == number)  # type: ignore[arg-type]
    found = (await scope.session.scalars(wanted.order_by(Scheme.edition.desc()))).all()  # type: ignore[attr-defined]
    if not found:
        raise DomainError(Code.SCHEME_UNKNOWN, "code", code_name=code)
    if len({row.division_id for row in found}) > 1:
        raise DomainError(
            Code.SCHEME_AMBIGUOUS,
            "divisionCode",
            code_name=code,
            paths=tuple(sorted({row.division_path for row in found})),
        )
    return found[0]


def document_in(row: SchemeDraft | Scheme) -> Document:
    """The document of a row. Raises `ValueError` when it is not the one that was written."""
    document = document_of(row.document)
    if document.digest != row.digest:
        raise ValueError(f"the document of scheme {row.id} is not the one whose hash was kept")
    return document


async def _in_order(scope: Scope, document: Document, path: str) -> Document:
    minimum: Decimal | None = await effective(
        scope, SettingKey.PARTY_SCORE_SHARE_MIN, path, max(document.valid_from, today())
    )
    if problems := check(document, minimum):
        raise DomainErrors(problems)
    return document


def _follows(document: Document, last: Scheme) -> None:
    """A new edition begins later than the last one, and keeps the items that records of the last one rest on."""
    if document.valid_from <= last.valid_from:
        raise DomainError(Code.SCHEME_NOT_LATER, "valid_from", valid_from=document.valid_from, last=last.valid_from)
    before = document_in(last).indicators.values()
    dropped = tuple(
        each.code for _, each in before if isinstance(each, Recorded | Veto) and each.code not in document.indicators
    )
    if document.purpose is Purpose.CREDIT and dropped:
        raise DomainError(Code.SCHEME_ITEMS_DROPPED, "dimensions", items=dropped)


def _columns(document: Document) -> dict[str, Any]:
    basis = document.basis
    return {
        "code": document.code,
        "name": document.name,
        "subject": document.subject,
        "purpose": document.purpose,
        "basis": f"{basis.title}（{basis.number}）" if basis.number else basis.title,
        "valid_from": document.valid_from,
        "valid_to": document.valid_to,
        "digest": document.digest,
    }


async def _own(scope: Scope, code: str) -> Division:
    place = await division.by_code(scope, code, "divisionCode")
    _within(scope, place.path, "divisionCode")
    return place


def _within(scope: Scope, path: str, field: str = "id") -> None:
    if not path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, field)
