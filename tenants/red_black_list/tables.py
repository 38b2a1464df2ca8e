"""A list with its edition, and an entry of a company on it: where each stands, and what it rests on."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from tenants.row import Changing, Row, TenantRow, code_field, one_of
from tenants.scheme import Subject


class Colour(StrEnum):
    """Whether a list praises or warns."""

    RED = "RED"
    BLACK = "BLACK"


class ListState(StrEnum):
    """Where a list stands. It expires by its last day alone."""

    PREPARED = "PREPARED"
    PUBLICITY = "PUBLICITY"
    OBJECTION_HANDLED = "OBJECTION_HANDLED"
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class EntryState(StrEnum):
    """Where an entry stands. LISTED: publicised, and published with its list."""

    DRAFT = "DRAFT"
    LISTED = "LISTED"
    REMOVED = "REMOVED"
    WITHDRAWN = "WITHDRAWN"


class EntryOutcome(StrEnum):
    """What became of an objection to an entry."""

    KEPT = "KEPT"
    AMENDED = "AMENDED"
    REMOVED = "REMOVED"


STATE_CHANGES: Mapping[ListState, tuple[ListState, ...]] = {
    ListState.PREPARED: (ListState.PUBLICITY, ListState.WITHDRAWN),
    ListState.PUBLICITY: (ListState.OBJECTION_HANDLED, ListState.WITHDRAWN),
    ListState.OBJECTION_HANDLED: (ListState.PUBLISHED, ListState.WITHDRAWN),
    ListState.PUBLISHED: (ListState.SUPERSEDED, ListState.WITHDRAWN),
}


ENTRY_STATE_CHANGES: Mapping[EntryState, tuple[EntryState, ...]] = {
    EntryState.DRAFT: (EntryState.LISTED, EntryState.REMOVED),
    EntryState.LISTED: (EntryState.REMOVED, EntryState.WITHDRAWN),
}


class RedBlackList(Changing, Row, table=True):
    """One edition of a list. `content` is what was published, entry by entry; nobody may change it any more then.
    `lifted` says of which `entry` of it, and from which day `on`, is not shown although it was published.
    """

    __tablename__ = "red_black_list"
    __table_args__ = (
        UniqueConstraint("id", "division_path"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["supersedes_id"], ["red_black_list.id"]),
        ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        Index("red_black_list_division", "division_path", "id"),
        Index("red_black_list_supersedes", "supersedes_id"),
        Index("red_black_list_cycle", "cycle_id"),
        one_of("colour", Colour),
        one_of("subject", Subject),
        one_of("state", ListState),
        CheckConstraint("title <> '' AND basis <> ''", name="grounds_given"),
        CheckConstraint("period_to >= period_from", name="period_in_order"),
        CheckConstraint("(published_on IS NULL) = (content IS NULL)", name="content_of_published"),
        CheckConstraint("ended_on IS NOT NULL OR state NOT IN ('SUPERSEDED', 'WITHDRAWN')", name="ending_dated"),
        CheckConstraint("ended_on IS NULL OR state IN ('SUPERSEDED', 'WITHDRAWN')", name="ending_stated"),
        CheckConstraint("(edition = 1) = (supersedes_id IS NULL)", name="edition_counted"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    organiser: str = Field(sa_type=Text)
    colour: Colour = code_field()
    subject: Subject = code_field()
    title: str = Field(sa_type=Text)
    basis: str = Field(sa_type=Text)
    period_from: date
    period_to: date
    cycle_id: UUID | None = None
    valid_to: date
    edition: int = 1
    supersedes_id: UUID | None = None
    correction: str | None = Field(default=None, sa_type=Text)
    state: ListState = code_field(default=ListState.PREPARED)
    prepared_by: UUID
    publicised_on: date | None = None
    object_by: date | None = None
    provisional: bool = False
    handled_on: date | None = None
    published_on: date | None = None
    content: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    lifted: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSONB, server_default=text("'[]'"), nullable=False)
    )
    ended_on: date | None = None
    withdrawal: str | None = Field(default=None, sa_type=Text)


class RedBlackEntry(Changing, TenantRow, table=True):
    """A company, one of its projects, or who leads that project, on a list: why, and on what that rests.

    `ending` is why it left the list, or, with `proposed_by`, why somebody proposes to take it off.
    """

    __tablename__ = "red_black_entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(["tenant_id", "credit_record_id"], ["credit_record.tenant_id", "credit_record.id"]),
        ForeignKeyConstraint(["tenant_id", "rating_case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        ForeignKeyConstraint(
            ["list_id", "division_path"], ["red_black_list.id", "red_black_list.division_path"], onupdate="CASCADE"
        ),
        Index("red_black_entry_project", "tenant_id", "project_id"),
        Index("red_black_entry_staff", "tenant_id", "staff_id"),
        Index("red_black_entry_rating_case", "tenant_id", "rating_case_id"),
        Index("red_black_entry_credit_record", "tenant_id", "credit_record_id"),
        Index(
            "red_black_entry_company_once",
            "tenant_id",
            "list_id",
            unique=True,
            postgresql_where=text("project_id IS NULL AND state IN ('DRAFT', 'LISTED')"),
        ),
        Index(
            "red_black_entry_project_once",
            "tenant_id",
            "list_id",
            "project_id",
            unique=True,
            postgresql_where=text("project_id IS NOT NULL AND state IN ('DRAFT', 'LISTED')"),
        ),
        Index("red_black_entry_list", "list_id", "id"),
        Index("red_black_entry_division", "division_path", "id"),
        one_of("state", EntryState),
        one_of("objection_outcome", EntryOutcome),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint(
            "document IS NOT NULL OR credit_record_id IS NOT NULL OR rating_case_id IS NOT NULL", name="grounds_given"
        ),
        CheckConstraint("staff_id IS NULL OR project_id IS NOT NULL", name="lead_of_project"),
        CheckConstraint("(objected_on IS NULL) = (objection IS NULL)", name="objection_dated"),
        CheckConstraint("(objection_decided_on IS NULL) = (objection_outcome IS NULL)", name="decision_dated"),
    )

    list_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    project_id: UUID | None = None
    staff_id: UUID | None = None
    reason: str = Field(sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    credit_record_id: UUID | None = None
    rating_case_id: UUID | None = None
    listed_by: UUID
    state: EntryState = code_field(default=EntryState.DRAFT)
    objected_on: date | None = None
    objection: str | None = Field(default=None, sa_type=Text)
    objection_decide_by: date | None = None
    objection_decided_on: date | None = None
    objection_outcome: EntryOutcome | None = code_field(default=None)
    objection_answer: str | None = Field(default=None, sa_type=Text)
    ending: str | None = Field(default=None, sa_type=Text)
    proposed_by: UUID | None = None
