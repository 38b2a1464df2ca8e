"""Development cases, and the figures that are published of them: the regulator reads figures and no row of a company.

How an owners' committee is composed is entered by a regulator and read by nobody but the publication of figures.
"""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0007"
down_revision = "0006"

TABLES = (
    "case_publicity",
    "case_review",
    "case_step",
    "case_supporter",
    "case_vote",
    "development_case",
    "party_figure",
    "party_figure_block",
)


def upgrade() -> None:
    create_tables()
    for table in TABLES:
        protect(table)
    for table in ("case_publicity", "case_step", "case_supporter", "development_case"):
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    for table in ("case_review", "case_vote"):
        allow(table, "tenant", own(), ("SELECT", "INSERT"))
    allow("party_figure", "regulator", in_division(), ("SELECT",))
    allow("party_figure", "worker", EVERYONE, ("SELECT", "INSERT"))
    allow("party_figure_block", "worker", EVERYONE, ("SELECT", "INSERT", "DELETE"))


def create_tables() -> None:
    op.create_table(
        "party_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("as_on", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "measure IN ('APPLICANTS', 'ACTIVISTS', 'DEVELOPMENT_OBJECTS', 'IN_ADMISSION', 'PROBATIONARY_MEMBERS', 'FULL_MEMBERS', 'ENTERED_THIS_YEAR', 'ADMITTED_THIS_YEAR', 'CONVERTED_THIS_YEAR', 'OVERDUE_CASES', 'PROJECT_LEADS', 'CROSS_APPOINTED_LEADS', 'COMMITTEES', 'COMMITTEE_MEMBERS', 'COMMITTEE_PARTY_MEMBERS', 'COMMITTEE_SHARES', 'COMMITTEES_ABOVE_HALF', 'PARTY_CHAIRS', 'CHAIRS_WHO_ARE_SECRETARY')",
            name="measure_known",
        ),
        sa.CheckConstraint("value >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("division_path", "as_on", "measure"),
    )
    op.create_table(
        "party_figure_block",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("as_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "measure IN ('APPLICANTS', 'ACTIVISTS', 'DEVELOPMENT_OBJECTS', 'IN_ADMISSION', 'PROBATIONARY_MEMBERS', 'FULL_MEMBERS', 'ENTERED_THIS_YEAR', 'ADMITTED_THIS_YEAR', 'CONVERTED_THIS_YEAR', 'OVERDUE_CASES', 'PROJECT_LEADS', 'CROSS_APPOINTED_LEADS', 'COMMITTEES', 'COMMITTEE_MEMBERS', 'COMMITTEE_PARTY_MEMBERS', 'COMMITTEE_SHARES', 'COMMITTEES_ABOVE_HALF', 'PARTY_CHAIRS', 'CHAIRS_WHO_ARE_SECRETARY')",
            name="measure_known",
        ),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("party_figure_block_measure", "party_figure_block", ["measure", "division_path"], unique=False)
    op.create_table(
        "development_case",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("mobile", sa.Boolean(), nullable=False),
        sa.Column("extended_months", sa.Integer(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("extension_document", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("end_document", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'SUSPENDED') = (state_before IS NOT NULL)", name="suspended_from"),
        sa.CheckConstraint("rule_version IN ('RULES_2014', 'RULES_2026')", name="rule_version_known"),
        sa.CheckConstraint(
            "state IN ('APPLIED', 'TALKED', 'ACTIVIST', 'DEVELOPMENT_OBJECT', 'REVIEWED', 'TRAINED', 'PRE_REVIEWED', 'BRANCH_APPROVED', 'PROBATIONARY', 'CONVERSION_REQUESTED', 'CONVERSION_BRANCH', 'FULL', 'ARCHIVED', 'WITHDRAWN', 'REJECTED', 'SUSPENDED', 'CANCELLED', 'TRANSFERRED', 'LEDGER_ENDED')",
            name="state_known",
        ),
        sa.CheckConstraint(
            "state_before IN ('APPLIED', 'TALKED', 'ACTIVIST', 'DEVELOPMENT_OBJECT', 'REVIEWED', 'TRAINED', 'PRE_REVIEWED', 'BRANCH_APPROVED', 'PROBATIONARY', 'CONVERSION_REQUESTED', 'CONVERSION_BRANCH', 'FULL', 'ARCHIVED', 'WITHDRAWN', 'REJECTED', 'SUSPENDED', 'CANCELLED', 'TRANSFERRED', 'LEDGER_ENDED')",
            name="state_before_known",
        ),
        sa.CheckConstraint("num_nulls(extended_months, extended_on, extended_until) IN (0, 3)", name="extension_dated"),
        sa.CheckConstraint("extended_months BETWEEN 6 AND 12", name="extension_of_6_to_12_months"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "development_case_one_open",
        "development_case",
        ["tenant_id", "file_id"],
        unique=True,
        postgresql_where=sa.text(
            "state NOT IN ('ARCHIVED', 'WITHDRAWN', 'REJECTED', 'CANCELLED', 'TRANSFERRED', 'LEDGER_ENDED')"
        ),
    )
    op.create_index(
        "development_case_organisation", "development_case", ["tenant_id", "organisation_id", "id"], unique=False
    )
    op.create_table(
        "case_publicity",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("second_place", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("objections", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.CheckConstraint("place <> ''", name="place_given"),
        sa.CheckConstraint("last_day >= first_day AND first_day >= agreed_on", name="dates_in_order"),
        sa.CheckConstraint("objections >= resolved AND resolved >= 0", name="no_more_resolved_than_raised"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["development_case.tenant_id", "development_case.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("case_publicity_case", "case_publicity", ["tenant_id", "case_id", "first_day"], unique=False)
    op.create_table(
        "case_review",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("document <> ''", name="documented"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["development_case.tenant_id", "development_case.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("case_review_case", "case_review", ["tenant_id", "case_id", "reviewed_on"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("carried_over", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("training_days", sa.Integer(), nullable=True),
        sa.Column("training_hours", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("approver_public_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("decision IN ('DONE', 'AGREED', 'RECORDED', 'PASSED', 'APPROVED')", name="decision_known"),
        sa.CheckConstraint(
            "step IN ('APPLY', 'TALK', 'RECOMMEND', 'RECORD_ACTIVIST', 'ASSIGN_CONTACTS', 'CULTIVATE', 'DECIDE_OBJECT', 'AGREE_OBJECT', 'CHOOSE_INTRODUCERS', 'POLITICAL_REVIEW', 'TRAIN', 'COMMITTEE_REVIEW', 'PRE_REVIEW', 'FILL_FORM', 'BRANCH_MEETING', 'TALK_BEFORE_APPROVAL', 'APPROVE', 'RECORD_ADMISSION', 'PLACE', 'OATH', 'CONTINUE_EDUCATION', 'REQUEST_CONVERSION', 'CONVERSION_MEETING', 'APPROVE_CONVERSION', 'ARCHIVE')",
            name="step_known",
        ),
        sa.CheckConstraint("training_days >= 0 AND training_hours >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(
            ["approver_public_id"],
            ["public_party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approver_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["development_case.tenant_id", "development_case.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "case_step_once",
        "case_step",
        ["tenant_id", "case_id", "step"],
        unique=True,
        postgresql_where=sa.text("NOT superseded"),
    )
    op.create_table(
        "case_supporter",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('CONTACT', 'INTRODUCER')", name="role_known"),
        sa.CheckConstraint("(file_id IS NULL) = (document IS NOT NULL)", name="own_or_documented"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["development_case.tenant_id", "development_case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "case_supporter_once",
        "case_supporter",
        ["tenant_id", "case_id", "role", "file_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "case_vote",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("one_at_a_time", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "step IN ('APPLY', 'TALK', 'RECOMMEND', 'RECORD_ACTIVIST', 'ASSIGN_CONTACTS', 'CULTIVATE', 'DECIDE_OBJECT', 'AGREE_OBJECT', 'CHOOSE_INTRODUCERS', 'POLITICAL_REVIEW', 'TRAIN', 'COMMITTEE_REVIEW', 'PRE_REVIEW', 'FILL_FORM', 'BRANCH_MEETING', 'TALK_BEFORE_APPROVAL', 'APPROVE', 'RECORD_ADMISSION', 'PLACE', 'OATH', 'CONTINUE_EDUCATION', 'REQUEST_CONVERSION', 'CONVERSION_MEETING', 'APPROVE_CONVERSION', 'ARCHIVE')",
            name="step_known",
        ),
        sa.CheckConstraint("attended + written <= due", name="no_more_than_due"),
        sa.CheckConstraint(
            "due > 0 AND attended >= 0 AND written >= 0 AND yes >= 0 AND no >= 0 AND abstained >= 0",
            name="counts_not_negative",
        ),
        sa.CheckConstraint("yes + no + abstained = attended + written", name="votes_add_up"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["development_case.tenant_id", "development_case.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("case_vote_case", "case_vote", ["tenant_id", "case_id", "held_on"], unique=False)
