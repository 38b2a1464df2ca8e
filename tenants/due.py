"""What is due (待办): one list of everything owed, across areas, worked out by the database when it is asked.

Each area says in its `DUES` what companies owe, and in its `CONFIRMATIONS` what communities owe them. The view
`regulatory_due` puts these together for regulators; `due` is the company's own part, with its Party work. Both run with
the rights of who looks, so the policies of every table hold.
"""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, MetaData, Text
from sqlmodel import Field

from tenants import agreement, check_in, issue, lead_report, open_day, rectification
from tenants.credit import record
from tenants.permission import Permission
from tenants.row import Changing, TenantRow, code_field, one_of


class DueKind(StrEnum):
    """What has to be done. Party work says what kind of thing is due, never whose."""

    AGREEMENT = "AGREEMENT"
    AGREEMENT_REVIEW = "AGREEMENT_REVIEW"
    CHECK_IN = "CHECK_IN"
    CHECK_IN_CONFIRMATION = "CHECK_IN_CONFIRMATION"
    CLAIM = "CLAIM"
    CLAIM_CONFIRMATION = "CLAIM_CONFIRMATION"
    CLAIMED_PROJECT = "CLAIMED_PROJECT"
    CREDIT_OBJECTION = "CREDIT_OBJECTION"
    CREDIT_RECTIFICATION = "CREDIT_RECTIFICATION"
    ISSUE = "ISSUE"
    LEAD_REPORT = "LEAD_REPORT"
    OPEN_DAY = "OPEN_DAY"
    OPINION = "OPINION"
    PARTY_APPROVAL = "PARTY_APPROVAL"
    PARTY_BRANCH_MEETING = "PARTY_BRANCH_MEETING"
    PARTY_CONVERSION = "PARTY_CONVERSION"
    PARTY_CONVERSION_APPROVAL = "PARTY_CONVERSION_APPROVAL"
    PARTY_CULTIVATION_REVIEW = "PARTY_CULTIVATION_REVIEW"
    PARTY_ELECTION = "PARTY_ELECTION"
    PARTY_ERASURE = "PARTY_ERASURE"
    PARTY_OATH = "PARTY_OATH"
    PARTY_TALK = "PARTY_TALK"
    PARTY_TRANSFER = "PARTY_TRANSFER"
    RECTIFICATION = "RECTIFICATION"


NEEDED: dict[DueKind, Permission] = {
    DueKind.AGREEMENT: Permission.AGREEMENT_READ,
    DueKind.AGREEMENT_REVIEW: Permission.AGREEMENT_READ,
    DueKind.CHECK_IN: Permission.CHECK_IN_READ,
    DueKind.CHECK_IN_CONFIRMATION: Permission.CHECK_IN_READ,
    DueKind.CLAIM: Permission.AGREEMENT_READ,
    DueKind.CLAIM_CONFIRMATION: Permission.AGREEMENT_READ,
    DueKind.CLAIMED_PROJECT: Permission.AGREEMENT_READ,
    DueKind.CREDIT_OBJECTION: Permission.CREDIT_READ,
    DueKind.CREDIT_RECTIFICATION: Permission.CREDIT_READ,
    DueKind.ISSUE: Permission.ISSUE_READ,
    DueKind.LEAD_REPORT: Permission.CHECK_IN_READ,
    DueKind.OPEN_DAY: Permission.OPEN_DAY_READ,
    DueKind.OPINION: Permission.OPEN_DAY_READ,
    DueKind.PARTY_ELECTION: Permission.PARTY_ORGANISATION_READ,
    DueKind.RECTIFICATION: Permission.RECTIFICATION_READ,
}
"""Whoever may read an area sees what is due in it; of Party work, all but elections is for who reads Party files."""


def needed(kind: DueKind) -> Permission:
    """The permission to see what is due of a kind."""
    return NEEDED.get(kind, Permission.PARTY_FILE_READ)


_UNION = "\nUNION ALL\n"
_OF_COMPANIES = _UNION.join(
    area.DUES.strip() for area in (check_in, lead_report, agreement, issue, open_day, record, rectification)
)
_OF_COMMUNITIES = _UNION.join(area.CONFIRMATIONS.strip() for area in (check_in, agreement))

REGULATORY_DUE = f"""
SELECT owed.*, false AS community FROM (
{_OF_COMPANIES}
) owed
UNION ALL
SELECT owed.*, true AS community FROM (
{_OF_COMMUNITIES}
) owed
"""
"""The query of the view `regulatory_due`."""

DUE = """
SELECT tenant_id, id, kind, subject_id, project_id, estate_id, division_path, due_on, provisional, community
FROM regulatory_due WHERE NOT community
UNION ALL
SELECT d.tenant_id, d.id, 'PARTY_' || d.kind, d.subject_id, NULL::uuid, NULL::uuid, d.division_path, d.due_on,
       d.provisional, false
FROM party_due d WHERE d.closed_on IS NULL AND NOT d.paused
"""
"""The query of the view `due`."""


class Due(TenantRow, table=True):
    """One thing to do by a day; a row of the view, with metadata of its own because no migration makes it a table."""

    metadata = MetaData()
    __tablename__ = "due"
    __table_args__: ClassVar[dict[str, Any]] = {"info": {"regulator": "regulatory_due"}}

    kind: DueKind = code_field()
    subject_id: UUID | None = None
    project_id: UUID | None = None
    estate_id: UUID | None = None
    division_path: str = Field(sa_type=Text(collation="C"))
    due_on: date
    provisional: bool = False
    community: bool = False


class DueNotice(Changing, TenantRow, table=True):
    """That a due, whose id it has, became overdue and its company's listeners were told; by which day it was due."""

    __tablename__ = "due_notice"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        one_of("kind", DueKind),
    )

    kind: DueKind = code_field()
    due_on: date
