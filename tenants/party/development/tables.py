"""Development cases (发展党员): a case, its steps, reviews, publicity, contacts and introducers, votes; no names."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from tenants.journal import CONFIDENTIAL
from tenants.party.development.steps import CaseState, DevelopmentStep, RuleVersion, StepDecision
from tenants.row import PERSONAL, Changing, Dated, TenantRow, code_field, one_of

_ENDED = ", ".join(f"'{state}'" for state in CaseState.ended())


class SupporterRole(StrEnum):
    """Contact (培养联系人) or introducer (入党介绍人)."""

    CONTACT = "CONTACT"
    INTRODUCER = "INTRODUCER"


class DevelopmentCase(Changing, TenantRow, table=True):
    """One person's way into the Party; one open case a file. It keeps the rules it began under."""

    __tablename__ = "development_case"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        Index(
            "development_case_one_open",
            "tenant_id",
            "file_id",
            unique=True,
            postgresql_where=text(f"state NOT IN ({_ENDED})"),
        ),
        Index("development_case_organisation", "tenant_id", "organisation_id", "id"),
        one_of("rule_version", RuleVersion),
        one_of("state", CaseState),
        one_of("state_before", CaseState),
        CheckConstraint("(state = 'SUSPENDED') = (state_before IS NOT NULL)", name="suspended_from"),
        CheckConstraint("extended_months BETWEEN 6 AND 12", name="extension_of_6_to_12_months"),
        CheckConstraint("num_nulls(extended_months, extended_on, extended_until) IN (0, 3)", name="extension_dated"),
        CONFIDENTIAL,
    )

    file_id: UUID
    organisation_id: UUID
    rule_version: RuleVersion = code_field()
    state: CaseState = code_field(sa_column_kwargs=PERSONAL)
    state_before: CaseState | None = code_field(default=None)
    applied_on: date = Field(sa_column_kwargs=PERSONAL)
    mobile: bool = Field(default=False)
    extended_months: int | None = None
    extended_on: date | None = None
    extended_until: date | None = None
    extension_document: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    end_reason: str | None = Field(default=None, sa_type=Text)
    end_document: str | None = Field(default=None, sa_type=Text)


class CaseStep(Dated, TenantRow, table=True):
    """A step that was taken: when, what was decided, by which document, and who entered it.

    `carried_over` marks one that was taken before the case came into this ledger, known from its documents. A step
    that an extension makes necessary again is marked `superseded`.
    """

    __tablename__ = "case_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        Index("case_step_once", "tenant_id", "case_id", "step", unique=True, postgresql_where=text("NOT superseded")),
        ForeignKeyConstraint(["tenant_id", "approver_id"], ["party_organisation.tenant_id", "party_organisation.id"]),
        ForeignKeyConstraint(["approver_public_id"], ["public_party_organisation.id"]),
        one_of("step", DevelopmentStep),
        one_of("decision", StepDecision),
        CheckConstraint("training_days >= 0 AND training_hours >= 0", name="counts_not_negative"),
        CONFIDENTIAL,
    )

    case_id: UUID
    step: DevelopmentStep = code_field(sa_column_kwargs=PERSONAL)
    done_on: date = Field(sa_column_kwargs=PERSONAL)
    decision: StepDecision = code_field()
    document: str | None = Field(default=None, sa_type=Text)
    late_reason: str | None = Field(default=None, sa_type=Text)
    entered_by: UUID | None = None
    carried_over: bool = Field(default=False)
    superseded: bool = Field(default=False)
    training_days: int | None = None
    training_hours: int | None = None
    approver_id: UUID | None = None
    approver_public_id: UUID | None = None


class CaseReview(Dated, TenantRow, table=True):
    """A half-year review of an activist by the branch (article 11)."""

    __tablename__ = "case_review"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        Index("case_review_case", "tenant_id", "case_id", "reviewed_on"),
        CheckConstraint("document <> ''", name="documented"),
        CONFIDENTIAL,
    )

    case_id: UUID
    reviewed_on: date
    document: str = Field(sa_type=Text)
    entered_by: UUID | None = None


class CasePublicity(Changing, TenantRow, table=True):
    """One publicity: since when it is agreed to, from its first day to its last, where, and how many objections came
    and were decided.

    `provisional` says that the holiday calendar of those days was not published when they were counted.
    """

    __tablename__ = "case_publicity"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        Index("case_publicity_case", "tenant_id", "case_id", "first_day"),
        CheckConstraint("last_day >= first_day AND first_day >= agreed_on", name="dates_in_order"),
        CheckConstraint("objections >= resolved AND resolved >= 0", name="no_more_resolved_than_raised"),
        CheckConstraint("place <> ''", name="place_given"),
        CONFIDENTIAL,
    )

    case_id: UUID
    agreed_on: date | None = None
    first_day: date
    last_day: date
    place: str = Field(sa_type=Text)
    second_place: str | None = Field(default=None, sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    provisional: bool = Field(default=False)
    objections: int = 0
    resolved: int = 0


class CaseSupporter(Changing, TenantRow, table=True):
    """A contact or an introducer: the file of a full member of the company, or one of another unit by a document."""

    __tablename__ = "case_supporter"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        Index(
            "case_supporter_once",
            "tenant_id",
            "case_id",
            "role",
            "file_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),
        one_of("role", SupporterRole),
        CheckConstraint("(file_id IS NULL) = (document IS NOT NULL)", name="own_or_documented"),
        CONFIDENTIAL,
    )

    case_id: UUID
    role: SupporterRole = code_field()
    file_id: UUID | None = None
    document: str | None = Field(default=None, sa_type=Text)
    since: date
    ended_on: date | None = None


class CaseVote(Dated, TenantRow, table=True):
    """A vote of a general meeting on one person: numbers that add up (articles 19, 20 and 32)."""

    __tablename__ = "case_vote"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        Index("case_vote_case", "tenant_id", "case_id", "held_on"),
        one_of("step", DevelopmentStep),
        CheckConstraint(
            "due > 0 AND attended >= 0 AND written >= 0 AND yes >= 0 AND no >= 0 AND abstained >= 0",
            name="counts_not_negative",
        ),
        CheckConstraint("attended + written <= due", name="no_more_than_due"),
        CheckConstraint("yes + no + abstained = attended + written", name="votes_add_up"),
        CONFIDENTIAL,
    )

    case_id: UUID
    step: DevelopmentStep = code_field()
    held_on: date
    due: int
    attended: int
    written: int
    yes: int
    no: int
    abstained: int
    secret: bool
    one_at_a_time: bool
