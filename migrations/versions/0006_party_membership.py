"""Party organisations, files and memberships: a company's own, which the regulator reads only as organisational facts.

Whose file a Party file is, is readable by who has opened it, while it is open; opening it needs an entry of the access
log that says the same, by a foreign key.
"""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0006"
down_revision = "0005"

TABLES = (
    "cross_appointment",
    "development_quota",
    "party_activity",
    "party_advisor",
    "party_consent",
    "party_coverage_survey",
    "party_due",
    "party_file",
    "party_file_access",
    "party_membership",
    "party_organisation",
    "party_person",
    "party_transfer",
    "public_party_organisation",
)

# What a regulator reads of a company's organisation, advisor and survey: no count of members and nobody's name.
ORGANISATION_CARD = (
    "tenant_id",
    "id",
    "created_at",
    "version",
    "updated_at",
    "division_path",
    "name",
    "kind",
    "formation",
    "state",
    "units",
    "approved_on",
    "approval_document",
    "founded_on",
    "term_years",
    "term_ends_on",
    "ended_on",
    "secretary_filled",
    "secretary_source",
    "has_venue",
    "venue_items",
    "venue_checked_on",
    "parent_id",
    "superior_id",
    "project_id",
)
ADVISOR_CARD = (
    "tenant_id",
    "id",
    "created_at",
    "version",
    "updated_at",
    "division_path",
    "unit",
    "since",
    "until",
    "assigned_by",
)
SURVEY_CARD = (
    "tenant_id",
    "id",
    "created_at",
    "version",
    "updated_at",
    "division_path",
    "year",
    "half",
    "surveyed_on",
    "staff_count",
    "has_organisation",
    "advisor_wanted",
)

_ACTOR = "current_setting('linli.actor', true)"
_FILE = "current_setting('linli.file', true)"
_SELF = f"CASE WHEN pg_input_is_valid({_ACTOR}, 'uuid') THEN {_ACTOR}::uuid END"
LOGGED = f"actor_id = {_SELF} AND expires_at <= now() + interval '1 hour'"
OPENED = f"opened_by = {_SELF} AND opened_until > now()"
ON_FILE = f"file_id = CASE WHEN pg_input_is_valid({_FILE}, 'uuid') THEN {_FILE}::uuid END"


def upgrade() -> None:
    create_tables()
    for table in TABLES:
        protect(table)
    allow_tenants()
    allow_regulators()
    allow("public_party_organisation", "worker", EVERYONE, ("SELECT", "INSERT", "UPDATE"))


def allow_tenants() -> None:
    """A company works on its own rows; the access log is only added to, and a survey is answered once.

    Nobody enters an access for somebody else, or one that does not end soon. Nobody reads whose file it is but who opened it. The file to be opened or erased is picked by a setting, for a
    condition in the statement would have to read the row.
    """
    for table in (
        "cross_appointment",
        "development_quota",
        "party_activity",
        "party_advisor",
        "party_consent",
        "party_due",
        "party_file",
        "party_membership",
        "party_organisation",
        "party_transfer",
    ):
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("party_coverage_survey", "tenant", own(), ("SELECT", "INSERT"))
    # Its division may be merged into another; its answer stays.
    allow(
        "party_coverage_survey",
        "tenant",
        own(),
        ("UPDATE",),
        columns={"UPDATE": ("division_path", "version", "updated_at")},
    )
    allow("party_file_access", "tenant", own(), ("SELECT",))
    allow("party_file_access", "tenant", f"{own()} AND {LOGGED}", ("INSERT",))
    allow("public_party_organisation", "tenant", EVERYONE, ("SELECT",))
    allow("party_person", "tenant", f"{own()} AND {OPENED}", ("SELECT",))
    allow("party_person", "tenant", own(), ("INSERT",))
    allow(
        "party_person",
        "tenant",
        f"{own()} AND {ON_FILE}",
        ("UPDATE",),
        written=f"{own()} AND {ON_FILE} AND {OPENED}",
        columns={"UPDATE": ("access_id", "opened_by", "opened_until", "version", "updated_at")},
    )
    allow("party_person", "tenant", f"{own()} AND {ON_FILE}", ("DELETE",))


def allow_regulators() -> None:
    """A regulator keeps the registry of its division and reads organisational facts of companies: no person's row."""
    allow("public_party_organisation", "regulator", EVERYONE, ("SELECT",))
    allow("public_party_organisation", "regulator", in_division(), ("INSERT", "UPDATE"))
    for table, card in (
        ("party_organisation", ORGANISATION_CARD),
        ("party_advisor", ADVISOR_CARD),
        ("party_coverage_survey", SURVEY_CARD),
    ):
        allow(table, "regulator", in_division(), ("SELECT",), columns={"SELECT": card})
    allow("development_quota", "regulator", in_division(), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "development_quota",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.CheckConstraint("planned >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "year"),
    )
    op.create_table(
        "party_advisor",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("advisor_name", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("unit <> ''", name="unit_given"),
        sa.CheckConstraint("until >= since", name="dates_in_order"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("party_advisor_division", "party_advisor", ["division_path", "id"], unique=False)
    op.create_index(
        "party_advisor_one_current",
        "party_advisor",
        ["tenant_id", "unit"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "party_coverage_survey",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("half", sa.Integer(), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=False),
        sa.Column("staff_count", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("has_organisation", sa.Boolean(), nullable=False),
        sa.Column("advisor_wanted", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint("half IN (1, 2)", name="half_of_a_year"),
        sa.CheckConstraint("staff_count >= 0 AND members >= 0 AND members <= staff_count", name="counts_plausible"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "year", "half"),
    )
    op.create_table(
        "party_due",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ELECTION', 'TALK', 'CULTIVATION_REVIEW', 'BRANCH_MEETING', 'APPROVAL', 'OATH', 'CONVERSION', 'CONVERSION_APPROVAL', 'TRANSFER', 'ERASURE')",
            name="kind_known",
        ),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "party_due_day",
        "party_due",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index(
        "party_due_one_open",
        "party_due",
        ["tenant_id", "subject_id", "kind"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "party_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("basis_document", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.CheckConstraint("legal_basis = 'CONSENT' OR basis_document IS NOT NULL", name="basis_documented"),
        sa.CheckConstraint("legal_basis IN ('CONSENT', 'STATUTORY_DUTY', 'EMPLOYMENT')", name="legal_basis_known"),
        sa.CheckConstraint("number <> ''", name="number_given"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
    )
    op.create_table(
        "public_party_organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("formation", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("units", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approval_document", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("term_years", sa.Integer(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("secretary_filled", sa.Boolean(), nullable=False),
        sa.Column("secretary_source", sa.Text(), nullable=True),
        sa.Column("has_venue", sa.Boolean(), nullable=False),
        sa.Column("venue_items", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("venue_checked_on", sa.Date(), nullable=True),
        sa.Column("estate_id", sa.Uuid(), nullable=True),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cardinality(units) <= 5 OR kind <> 'JOINT_BRANCH'", name="units_at_most_5"),
        sa.CheckConstraint(
            "formation IN ('SOLE', 'JOINT', 'FUNCTIONAL', 'ADJACENT_JOINT', 'DISPATCHED')", name="formation_known"
        ),
        sa.CheckConstraint(
            "kind IN ('INDUSTRY_COMMITTEE', 'BASE_COMMITTEE', 'GENERAL_BRANCH', 'BRANCH', 'JOINT_BRANCH', 'FUNCTIONAL_BRANCH', 'TEMPORARY_BRANCH', 'COMPREHENSIVE_BRANCH', 'GROUP', 'WORKING_GROUP')",
            name="kind_known",
        ),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint(
            "secretary_source IN ('OWNER', 'APPOINTED', 'COMPANY', 'COMMUNITY', 'RETIRED_CADRE')",
            name="secretary_source_known",
        ),
        sa.CheckConstraint(
            "state IN ('PROPOSED', 'APPROVED', 'ACTIVE', 'RE_ELECTING', 'MERGED', 'DISSOLVED')", name="state_known"
        ),
        sa.CheckConstraint("has_venue OR cardinality(venue_items) = 0", name="items_of_a_venue"),
        sa.CheckConstraint("secretary_filled OR secretary_source IS NULL", name="source_of_a_secretary"),
        sa.CheckConstraint("term_years IN (3, 5)", name="term_of_3_or_5_years"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"],
            ["public_party_organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "public_party_organisation_division", "public_party_organisation", ["division_path", "id"], unique=False
    )
    op.create_index(
        "public_party_organisation_at_estate",
        "public_party_organisation",
        ["division_path", "estate_id", sa.text("founded_on DESC"), "id"],
        postgresql_include=["kind", "ended_on", "has_venue", "secretary_filled", "secretary_source"],
        postgresql_where=sa.text("estate_id IS NOT NULL"),
    )
    op.create_index("public_party_organisation_estate", "public_party_organisation", ["estate_id"], unique=False)
    op.create_index("public_party_organisation_superior", "public_party_organisation", ["superior_id"], unique=False)
    op.create_table(
        "party_consent",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("purpose IN ('MEMBERSHIP', 'DEVELOPMENT')", name="purpose_known"),
        sa.CheckConstraint("withdrawn_on >= given_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "party_consent_one_valid",
        "party_consent",
        ["tenant_id", "file_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.create_table(
        "party_file_access",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('DEVELOPMENT_WORK', 'MEMBERSHIP_WORK', 'TRANSFER_WORK', 'DATA_SUBJECT_REQUEST', 'RECONCILIATION')",
            name="purpose_known",
        ),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "id", "file_id", "actor_id", "expires_at"),
    )
    op.create_index("party_file_access_file", "party_file_access", ["tenant_id", "file_id", "id"], unique=False)
    op.create_table(
        "party_organisation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("formation", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("units", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approval_document", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("term_years", sa.Integer(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("secretary_filled", sa.Boolean(), nullable=False),
        sa.Column("secretary_source", sa.Text(), nullable=True),
        sa.Column("has_venue", sa.Boolean(), nullable=False),
        sa.Column("venue_items", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("venue_checked_on", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("formal_members", sa.Integer(), nullable=True),
        sa.CheckConstraint("cardinality(units) <= 5 OR kind <> 'JOINT_BRANCH'", name="units_at_most_5"),
        sa.CheckConstraint(
            "formation IN ('SOLE', 'JOINT', 'FUNCTIONAL', 'ADJACENT_JOINT', 'DISPATCHED')", name="formation_known"
        ),
        sa.CheckConstraint(
            "kind IN ('INDUSTRY_COMMITTEE', 'BASE_COMMITTEE', 'GENERAL_BRANCH', 'BRANCH', 'JOINT_BRANCH', 'FUNCTIONAL_BRANCH', 'TEMPORARY_BRANCH', 'COMPREHENSIVE_BRANCH', 'GROUP', 'WORKING_GROUP')",
            name="kind_known",
        ),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint(
            "secretary_source IN ('OWNER', 'APPOINTED', 'COMPANY', 'COMMUNITY', 'RETIRED_CADRE')",
            name="secretary_source_known",
        ),
        sa.CheckConstraint(
            "state IN ('PROPOSED', 'APPROVED', 'ACTIVE', 'RE_ELECTING', 'MERGED', 'DISSOLVED')", name="state_known"
        ),
        sa.CheckConstraint("formal_members >= 0", name="counts_not_negative"),
        sa.CheckConstraint("has_venue OR cardinality(venue_items) = 0", name="items_of_a_venue"),
        sa.CheckConstraint("secretary_filled OR secretary_source IS NULL", name="source_of_a_secretary"),
        sa.CheckConstraint("term_years IN (3, 5)", name="term_of_3_or_5_years"),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["superior_id"],
            ["public_party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "party_organisation_division",
        "party_organisation",
        ["division_path", "id"],
        postgresql_include=["tenant_id", "kind", "formation", "founded_on", "ended_on", "term_ends_on", "has_venue"],
    )
    op.create_index("party_organisation_parent", "party_organisation", ["tenant_id", "parent_id"], unique=False)
    op.create_table(
        "cross_appointment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("body_kind", sa.Text(), nullable=False),
        sa.Column("body_name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("public_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(direction = 'INTO_COMMUNITY') = (holder IN ('PROJECT_LEAD', 'COMPANY_HEAD', 'STAFF'))",
            name="holder_fits_direction",
        ),
        sa.CheckConstraint("(direction = 'INTO_COMPANY') = (body_kind = 'COMPANY_PARTY')", name="body_fits_direction"),
        sa.CheckConstraint(
            "body_kind IN ('COMMUNITY_PARTY', 'RESIDENTS_COMMITTEE', 'ESTATE_PARTY', 'OWNERS_COMMITTEE', 'COMPANY_PARTY')",
            name="body_kind_known",
        ),
        sa.CheckConstraint("direction IN ('INTO_COMMUNITY', 'INTO_COMPANY')", name="direction_known"),
        sa.CheckConstraint("holder <> 'PROJECT_LEAD' OR project_id IS NOT NULL", name="lead_of_a_project"),
        sa.CheckConstraint(
            "holder IN ('PROJECT_LEAD', 'COMPANY_HEAD', 'STAFF', 'COMMUNITY_LEADER', 'COMMITTEE_MEMBER')",
            name="holder_known",
        ),
        sa.CheckConstraint("until >= since", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["public_organisation_id"],
            ["public_party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "cross_appointment_one_of_a_lead",
        "cross_appointment",
        ["tenant_id", "project_id", "body_kind"],
        unique=True,
        postgresql_where=sa.text("until IS NULL AND holder = 'PROJECT_LEAD'"),
    )
    op.create_table(
        "party_activity",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("joint_with", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('GENERAL_MEETING', 'COMMITTEE_MEETING', 'GROUP_MEETING', 'PARTY_CLASS', 'PARTY_DAY', 'ORGANISATION_LIFE_MEETING', 'REVIEW_OF_MEMBERS', 'VOLUNTEER_SERVICE', 'JOINT_ACTIVITY')",
            name="kind_known",
        ),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint("attended >= 0 AND due >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "party_activity_organisation", "party_activity", ["tenant_id", "organisation_id", "held_on"], unique=False
    )
    op.create_table(
        "party_membership",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("converted_on", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("under_sanction", sa.Boolean(), nullable=False),
        sa.Column("activity_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("activity_public_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state IN ('NORMAL', 'MOBILE', 'SUSPENDED')) = (ended_on IS NULL)", name="ended_dated"),
        sa.CheckConstraint("(type = 'FULL') = (converted_on IS NOT NULL)", name="full_is_converted"),
        sa.CheckConstraint("converted_on >= admitted_on + interval '1 year'", name="a_year_of_probation"),
        sa.CheckConstraint(
            "state IN ('NORMAL', 'MOBILE', 'SUSPENDED', 'TRANSFERRED', 'LEFT', 'CANCELLED', 'LEDGER_ENDED')",
            name="state_known",
        ),
        sa.CheckConstraint("type IN ('PROBATIONARY', 'FULL')", name="type_known"),
        sa.CheckConstraint(
            "activity_organisation_id IS NULL OR activity_public_id IS NULL", name="one_activity_organisation"
        ),
        sa.CheckConstraint("ended_on >= joined_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["activity_public_id"],
            ["public_party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
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
        "party_membership_one_active",
        "party_membership",
        ["tenant_id", "file_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "party_membership_organisation", "party_membership", ["tenant_id", "organisation_id", "id"], unique=False
    )
    op.create_table(
        "party_person",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("access_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(access_id IS NULL) = (opened_by IS NULL) AND (access_id IS NULL) = (opened_until IS NULL)",
            name="opened_by_a_logged_access",
        ),
        sa.ForeignKeyConstraint(
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
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff.tenant_id", "staff.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("party_person_one_file", "party_person", ["tenant_id", "staff_id"], unique=True)
    op.create_index("party_person_one_person", "party_person", ["tenant_id", "file_id"], unique=True)
    op.create_table(
        "party_transfer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=True),
        sa.Column("from_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("other_organisation", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("receipt_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reissue_of_id", sa.Uuid(), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("converted_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(state = 'ACCEPTED') = (accepted_on IS NOT NULL)", name="acceptance_dated"),
        sa.CheckConstraint("channel <> 'LETTER' OR letter_number IS NOT NULL", name="letter_numbered"),
        sa.CheckConstraint("channel IN ('SYSTEM', 'LETTER')", name="channel_known"),
        sa.CheckConstraint("direction IN ('INTERNAL', 'OUTGOING', 'INCOMING')", name="direction_known"),
        sa.CheckConstraint(
            "state IN ('ISSUED', 'ACCEPTED', 'RETURNED', 'EXPIRED', 'REISSUED', 'LEDGER_ENDED')", name="state_known"
        ),
        sa.CheckConstraint("valid_until >= issued_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["party_file.tenant_id", "party_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reissue_of_id"],
            ["party_transfer.tenant_id", "party_transfer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_organisation_id"],
            ["party_organisation.tenant_id", "party_organisation.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("party_transfer_file", "party_transfer", ["tenant_id", "file_id", "id"], unique=False)
    op.create_index(
        "party_transfer_one_open",
        "party_transfer",
        ["tenant_id", "file_id"],
        unique=True,
        postgresql_where=sa.text("state = 'ISSUED'"),
    )
