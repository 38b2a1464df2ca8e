"""Credit records (信用记录): what was decided about a company or a project lead, and where its due process stands.

DRAFT → NOTIFIED → (OBJECTED) → EFFECTIVE → (OBJECTED | REPAIR_APPLIED → REPAIRED) → EXPIRED; any → REVOKED. A record
counts on a day by its dates alone, so one in force counts on while it is objected to, and what counted on any past day
stays answerable; every step is a link of `history`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, text
from sqlmodel import Field

from tenants.change import change, create, find, find_at, transition
from tenants.company import Company
from tenants.credit.history import append
from tenants.row import Changing, TenantRow, code_field, one_of
from tenants.scheme import Occurrence
from tenants.scheme.document import Nature
from tenants.scope import Scope
from tenants.setting import SettingKey


class CreditSubject(StrEnum):
    """Whose credit it is. A project lead is rated apart from the company (重庆、成都、凉山)."""

    COMPANY = "COMPANY"
    PROJECT_LEAD = "PROJECT_LEAD"


class CreditSeverity(StrEnum):
    """How grave a bad record is (NDRC Order 36): it decides how long it is shown and when it may be repaired."""

    MINOR = "MINOR"
    GENERAL = "GENERAL"
    SERIOUS = "SERIOUS"


class CreditState(StrEnum):
    """Where a record's due process stands."""

    DRAFT = "DRAFT"
    NOTIFIED = "NOTIFIED"
    OBJECTED = "OBJECTED"
    EFFECTIVE = "EFFECTIVE"
    REPAIR_APPLIED = "REPAIR_APPLIED"
    REPAIRED = "REPAIRED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class ObjectionOutcome(StrEnum):
    """What became of an objection; UPHELD: the record stands."""

    UPHELD = "UPHELD"
    AMENDED = "AMENDED"
    REVOKED = "REVOKED"


class RepairOutcome(StrEnum):
    """What became of an application for repair."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"


STATE_CHANGES: Mapping[CreditState, tuple[CreditState, ...]] = {
    CreditState.DRAFT: (CreditState.NOTIFIED, CreditState.EFFECTIVE, CreditState.REVOKED),
    CreditState.NOTIFIED: (CreditState.OBJECTED, CreditState.EFFECTIVE, CreditState.REVOKED),
    CreditState.OBJECTED: (CreditState.EFFECTIVE, CreditState.EXPIRED, CreditState.REVOKED),
    CreditState.EFFECTIVE: (
        CreditState.OBJECTED,
        CreditState.REPAIR_APPLIED,
        CreditState.EXPIRED,
        CreditState.REVOKED,
    ),
    CreditState.REPAIR_APPLIED: (
        CreditState.REPAIRED,
        CreditState.EFFECTIVE,
        CreditState.EXPIRED,
        CreditState.REVOKED,
    ),
    CreditState.REPAIRED: (CreditState.REVOKED,),
    CreditState.EXPIRED: (CreditState.REVOKED,),
}

MAY_EXPIRE = (CreditState.EFFECTIVE, CreditState.OBJECTED, CreditState.REPAIR_APPLIED)

PUBLICATION_MONTHS: Mapping[CreditSeverity, SettingKey] = {
    CreditSeverity.MINOR: SettingKey.PUBLICATION_MONTHS_MINOR,
    CreditSeverity.GENERAL: SettingKey.PUBLICATION_MONTHS_GENERAL,
    CreditSeverity.SERIOUS: SettingKey.PUBLICATION_MONTHS_SERIOUS,
}
REPAIR_MONTHS: Mapping[CreditSeverity, SettingKey] = {
    CreditSeverity.MINOR: SettingKey.REPAIR_MIN_MONTHS_MINOR,
    CreditSeverity.GENERAL: SettingKey.REPAIR_MIN_MONTHS_GENERAL,
    CreditSeverity.SERIOUS: SettingKey.REPAIR_MIN_MONTHS_SERIOUS,
}


class CreditRecord(Changing, TenantRow, table=True):
    """One record. What a notice (记分告知单) says is here; both day counts are the notice's own, as the forms have it.

    `valid_to` is the last day it may count, `ended_on` the first day on which it does not count any more. One whose
    points were amended while it was in force ends, and another that `replaces` it begins: the past stays as it was.
    """

    __tablename__ = "credit_record"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "replaces"], ["credit_record.tenant_id", "credit_record.id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        Index("credit_record_scheme", "scheme_id"),
        Index("credit_record_project", "tenant_id", "project_id"),
        Index("credit_record_staff", "tenant_id", "staff_id"),
        Index("credit_record_replaces", "tenant_id", "replaces"),
        Index("credit_record_ending", "tenant_id", "valid_to", postgresql_where=text("ended_on IS NULL")),
        Index(
            "credit_record_objected", "division_path", "objected_on", postgresql_where=text("objected_on IS NOT NULL")
        ),
        Index(
            "credit_record_repair",
            "division_path",
            "repair_applied_on",
            postgresql_where=text("repair_applied_on IS NOT NULL"),
        ),
        Index("credit_record_near_expiry", "valid_to", "division_path"),
        Index("credit_record_notified", "tenant_id", "object_by", postgresql_where=text("state = 'NOTIFIED'")),
        Index(
            "credit_record_to_rectify",
            "tenant_id",
            "rectify_by",
            postgresql_where=text("rectify_by IS NOT NULL AND rectified_on IS NULL AND ended_on IS NULL"),
        ),
        Index("credit_record_division", "division_path", "id"),
        one_of("subject", CreditSubject),
        one_of("information", Nature),
        one_of("severity", CreditSeverity),
        one_of("state", CreditState),
        one_of("objection_outcome", ObjectionOutcome),
        one_of("repair_outcome", RepairOutcome),
        CheckConstraint("(subject = 'PROJECT_LEAD') = (staff_id IS NOT NULL)", name="lead_known"),
        CheckConstraint("(information = 'BAD') = (severity IS NOT NULL)", name="severity_of_bad"),
        CheckConstraint("basis <> '' AND facts <> '' AND article <> ''", name="grounds_given"),
        CheckConstraint("decided_on >= occurred_on", name="decided_after_it_occurred"),
    )

    subject: CreditSubject = code_field()
    staff_id: UUID | None = None
    project_id: UUID | None = None
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    issuer: str = Field(sa_type=Text)
    information: Nature = code_field()
    severity: CreditSeverity | None = code_field(default=None)
    scheme_id: UUID
    item: str = Field(sa_type=Text)
    level: str | None = Field(default=None, sa_type=Text)
    matter: str | None = Field(default=None, sa_type=Text)
    article: str = Field(sa_type=Text)
    points: Decimal = Field(sa_type=Numeric)
    facts: str = Field(sa_type=Text)
    basis: str = Field(sa_type=Text)
    evidence: str | None = Field(default=None, sa_type=Text)
    occurred_on: date
    decided_on: date
    state: CreditState = code_field(default=CreditState.DRAFT)
    drafted_by: UUID
    objection_days: int
    rectify_days: int | None = None
    handler: str | None = Field(default=None, sa_type=Text)
    notified_on: date | None = None
    object_by: date | None = None
    rectify_by: date | None = None
    provisional: bool = False
    rectified_on: date | None = None
    rectification: str | None = Field(default=None, sa_type=Text)
    objected_on: date | None = None
    objection: str | None = Field(default=None, sa_type=Text)
    objection_others: str | None = Field(default=None, sa_type=Text)
    objection_appraisal_days: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    objection_decide_by: date | None = None
    objection_decided_on: date | None = None
    objection_outcome: ObjectionOutcome | None = code_field(default=None)
    objection_answer: str | None = Field(default=None, sa_type=Text)
    effective_on: date | None = None
    decided_by: UUID | None = None
    valid_to: date | None = None
    repair_applied_on: date | None = None
    repair_pledge: str | None = Field(default=None, sa_type=Text)
    repair_correction: str | None = Field(default=None, sa_type=Text)
    repair_decide_by: date | None = None
    repair_decided_on: date | None = None
    repair_outcome: RepairOutcome | None = code_field(default=None)
    repair_answer: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    revocation: str | None = Field(default=None, sa_type=Text)
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """Of a record that is or was in force, what a score is made of: the part of `CreditRecord` that is read nightly."""

    id: UUID
    subject: CreditSubject
    project_id: UUID | None
    severity: CreditSeverity | None
    item: str
    level: str | None
    matter: str | None
    points: Decimal
    occurred_on: date
    effective_on: date
    valid_to: date | None
    ended_on: date | None
    state: CreditState


EFFECTIVE: Final = f"""
SELECT {", ".join(f"r.{one.name}" for one in fields(Effective))} FROM credit_record r
WHERE r.tenant_id = $1 AND r.effective_on IS NOT NULL AND {{of_subject}} ORDER BY r.id
"""
"""The rows of `Effective` of one subject."""


def counts(record: CreditRecord | Effective, day: date) -> bool:
    """Whether a record counts on a day; `COUNTS` says it in SQL."""
    return (
        record.effective_on is not None
        and record.effective_on <= day
        and (record.valid_to is None or day <= record.valid_to)
        and (record.ended_on is None or day < record.ended_on)
    )


def occurrence(record: CreditRecord | Effective, effective_on: date) -> Occurrence:
    """The record as the engine takes it, in force from a day on."""
    return Occurrence(
        record=str(record.id),
        item=record.item,
        points=record.points,
        level=record.level,
        occurred_on=record.occurred_on,
        effective_on=effective_on,
        ends_on=record.valid_to,
        matter=record.matter,
    )


COUNTS = """(r.effective_on <= {day} AND (r.valid_to IS NULL OR r.valid_to >= {day})
    AND (r.ended_on IS NULL OR r.ended_on > {day}))"""
"""SQL: the record `r` counts on a day: it took effect by then, its term runs, and nothing ended it."""


DUES = """
SELECT r.tenant_id, r.id, 'CREDIT_OBJECTION' AS kind, r.id AS subject_id, r.project_id, NULL::uuid AS estate_id,
       r.division_path, r.object_by AS due_on, r.provisional
FROM credit_record r WHERE r.state = 'NOTIFIED' AND r.subject = 'COMPANY' AND r.object_by >= current_date
UNION ALL
SELECT r.tenant_id, md5(concat_ws(' ', r.id, 'rectify'))::uuid AS id, 'CREDIT_RECTIFICATION' AS kind,
       r.id AS subject_id, r.project_id, NULL::uuid AS estate_id, r.division_path, r.rectify_by AS due_on, r.provisional
FROM credit_record r
WHERE r.rectify_by IS NOT NULL AND r.rectified_on IS NULL AND r.ended_on IS NULL AND r.state <> 'REVOKED'
      AND r.subject = 'COMPANY'
"""
"""What a company may still object to, and has still to put right; a lead's own matters are not for everybody."""


async def enter(scope: Scope, row: CreditRecord, action: str = "drafted") -> None:
    """Insert a record and begin its history."""
    await create(scope, row, "credit_record", action=action)
    await append(scope, row, action)


async def held_at(scope: Scope, id: UUID, version: int) -> CreditRecord:
    """The company's record, locked, if it is at the version the caller saw. The company is locked before it: whoever
    changes what its credit is made of takes turns.
    """
    await find(scope, Company, scope.tenant_id, lock=True)
    return await find_at(scope, CreditRecord, id, version)


async def move(
    scope: Scope, row: CreditRecord, wanted: CreditState | None, values: Mapping[str, Any], action: str
) -> None:
    """Take a record to another state, or with None a step further in its own, as one link of its history."""
    if wanted is not None:
        transition(CreditState(row.state), wanted, STATE_CHANGES)
    await change(scope, row, "credit_record", {"state": wanted or row.state, **values}, action=action, always=True)
    await append(scope, row, action)
