"""What is kept of an open day: itself, its batches of visitors, and what was said there; and its states."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from tenants.row import Changing, TenantRow, code_field, one_of, some_of


class OpenDayState(StrEnum):
    """Where an open day stands; the regulator's figures count HELD and later."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    POSTPONED = "POSTPONED"
    CANCELLED = "CANCELLED"
    HELD = "HELD"
    FEEDBACK_OPEN = "FEEDBACK_OPEN"
    CLOSED = "CLOSED"


class OpenArea(StrEnum):
    """What is shown (practice: pump room, fire pump room, power, generator, lifts, monitoring, cleaning)."""

    PUMP_ROOM = "PUMP_ROOM"
    FIRE_PUMP_ROOM = "FIRE_PUMP_ROOM"
    POWER_ROOM = "POWER_ROOM"
    GENERATOR = "GENERATOR"
    LIFT_MACHINE_ROOM = "LIFT_MACHINE_ROOM"
    MONITORING_ROOM = "MONITORING_ROOM"
    CLEANING_STORE = "CLEANING_STORE"
    SERVICE_CENTRE = "SERVICE_CENTRE"
    OTHER = "OTHER"


class Organiser(StrEnum):
    """Who calls the open day."""

    COMPANY = "COMPANY"
    COMMUNITY = "COMMUNITY"
    STREET = "STREET"
    HOUSING_AUTHORITY = "HOUSING_AUTHORITY"
    ASSOCIATION = "ASSOCIATION"


STATE_CHANGES: Mapping[OpenDayState, tuple[OpenDayState, ...]] = {
    OpenDayState.DRAFT: (OpenDayState.PUBLISHED, OpenDayState.CANCELLED),
    OpenDayState.PUBLISHED: (OpenDayState.HELD, OpenDayState.POSTPONED, OpenDayState.CANCELLED),
    OpenDayState.POSTPONED: (OpenDayState.PUBLISHED, OpenDayState.POSTPONED, OpenDayState.CANCELLED),
    OpenDayState.HELD: (OpenDayState.FEEDBACK_OPEN, OpenDayState.CLOSED),
    OpenDayState.FEEDBACK_OPEN: (OpenDayState.CLOSED,),
}


COUNTED = (OpenDayState.HELD, OpenDayState.FEEDBACK_OPEN, OpenDayState.CLOSED)


ANNOUNCED = (OpenDayState.PUBLISHED, *COUNTED)


REGISTERING = (OpenDayState.PUBLISHED,)


COUNTING = (OpenDayState.PUBLISHED, OpenDayState.HELD, OpenDayState.FEEDBACK_OPEN)


class OpenDay(Changing, TenantRow, table=True):
    """One open day at a project's estate."""

    __tablename__ = "open_day"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("open_day_project", "tenant_id", "project_id", "id"),
        Index("open_day_starts", "tenant_id", "starts_at"),
        Index("open_day_division", "division_path", "held_on", "id"),
        Index("open_day_held", "held_on", "division_path", postgresql_include=["estate_id", "attended"]),
        one_of("state", OpenDayState),
        some_of("areas", OpenArea),
        some_of("organisers", Organiser),
        CheckConstraint("theme <> ''", name="theme_given"),
        CheckConstraint("ends_at > starts_at", name="times_in_order"),
        CheckConstraint("(state IN ('HELD', 'FEEDBACK_OPEN', 'CLOSED')) = (held_on IS NOT NULL)", name="holding_dated"),
        CheckConstraint(
            "attended >= 0 AND volunteers >= 0 AND party_volunteers >= 0 AND party_volunteers <= volunteers",
            name="counts_add_up",
        ),
    )

    project_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    theme: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))
    meeting_place: str = Field(sa_type=Text)
    areas: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    host: str = Field(sa_type=Text)
    organisers: list[str] = Field(default_factory=lambda: [Organiser.COMPANY.value], sa_type=ARRAY(Text))
    state: OpenDayState = code_field(default=OpenDayState.DRAFT)
    published_on: date | None = None
    held_on: date | None = None
    attended: int | None = None
    volunteers: int | None = None
    party_volunteers: int | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    no_opinions: bool = False
    closed_on: date | None = None


class OpenDayBatch(Changing, TenantRow, table=True):
    """A group of visitors with its time and how many it takes."""

    __tablename__ = "open_day_batch"
    __table_args__ = (
        UniqueConstraint("tenant_id", "open_day_id", "starts_at"),
        ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        CheckConstraint("capacity > 0 AND registered BETWEEN 0 AND capacity AND attended >= 0", name="counts_fit"),
    )

    open_day_id: UUID
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    capacity: int
    registered: int = 0
    attended: int | None = None


class Opinion(Changing, TenantRow, table=True):
    """An opinion given on an open day; nobody's name, and at most one issue made of it."""

    __tablename__ = "opinion"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        ForeignKeyConstraint(["tenant_id", "issue_id"], ["issue.tenant_id", "issue.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("opinion_open_day", "tenant_id", "open_day_id", "id"),
        Index("opinion_issue", "tenant_id", "issue_id"),
        Index("opinion_division", "division_path", "id"),
        Index("opinion_received", "received_on", "division_path", postgresql_include=["estate_id", "answered_on"]),
        CheckConstraint("content <> ''", name="content_given"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_known"),
        CheckConstraint("answered_on >= received_on", name="answered_after_received"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answer_dated"),
    )

    open_day_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    category: str | None = Field(default=None, sa_type=Text)
    content: str = Field(sa_type=Text)
    satisfaction: int | None = None
    received_on: date
    answer_due_on: date
    provisional: bool = False
    answer: str | None = Field(default=None, sa_type=Text)
    answered_on: date | None = None
    issue_id: UUID | None = None
