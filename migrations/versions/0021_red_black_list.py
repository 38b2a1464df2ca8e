"""Red and black lists: an entry is the company's row, written in its name; a list is the registry's. A published one is
everybody's to read while it stands, and nobody may write more on it than the platform: that it ended, or since when an
entry of it is not shown any more.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    create_tables()
    protect("red_black_list")
    allow("red_black_list", "regulator", EVERYONE, ("SELECT",))
    allow("red_black_list", "regulator", in_division(), ("INSERT",))
    allow(
        "red_black_list",
        "regulator",
        f"{in_division()} AND published_on IS NULL",
        ("UPDATE",),
        written=f"{in_division()} AND (published_on IS NULL OR state = 'PUBLISHED')",
    )
    allow("red_black_list", "tenant", "ended_on IS NULL", ("SELECT",))
    allow(
        "red_black_list",
        "public",
        "ended_on IS NULL AND published_on IS NOT NULL AND subject <> 'PROJECT_LEAD'",
        ("SELECT",),
    )
    allow(
        "red_black_list",
        "worker",
        EVERYONE,
        ("SELECT", "UPDATE"),
        columns={"UPDATE": ("state", "ended_on", "withdrawal", "lifted", "version", "updated_at")},
    )
    protect("red_black_entry")
    allow("red_black_entry", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("red_black_entry", "regulator", in_division(purpose=True), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "red_black_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("object_by", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("handled_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("lifted", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("withdrawal", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_on IS NOT NULL OR state NOT IN ('SUPERSEDED', 'WITHDRAWN')", name="ending_dated"),
        sa.CheckConstraint("ended_on IS NULL OR state IN ('SUPERSEDED', 'WITHDRAWN')", name="ending_stated"),
        sa.CheckConstraint("colour IN ('RED', 'BLACK')", name="colour_known"),
        sa.CheckConstraint(
            "state IN ('PREPARED', 'PUBLICITY', 'OBJECTION_HANDLED', 'PUBLISHED', 'SUPERSEDED', 'WITHDRAWN')",
            name="state_known",
        ),
        sa.CheckConstraint("subject IN ('COMPANY', 'PROJECT', 'PROJECT_LEAD')", name="subject_known"),
        sa.CheckConstraint("title <> '' AND basis <> ''", name="grounds_given"),
        sa.CheckConstraint("(edition = 1) = (supersedes_id IS NULL)", name="edition_counted"),
        sa.CheckConstraint("(published_on IS NULL) = (content IS NULL)", name="content_of_published"),
        sa.CheckConstraint("period_to >= period_from", name="period_in_order"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["red_black_list.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "division_path"),
    )
    op.create_index("red_black_list_division", "red_black_list", ["division_path", "id"], unique=False)
    op.create_index("red_black_list_supersedes", "red_black_list", ["supersedes_id"], unique=False)
    op.create_table(
        "red_black_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("credit_record_id", sa.Uuid(), nullable=True),
        sa.Column("rating_case_id", sa.Uuid(), nullable=True),
        sa.Column("listed_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("objected_on", sa.Date(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("objection_decide_by", sa.Date(), nullable=True),
        sa.Column("objection_decided_on", sa.Date(), nullable=True),
        sa.Column("objection_outcome", sa.Text(), nullable=True),
        sa.Column("objection_answer", sa.Text(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("objection_outcome IN ('KEPT', 'AMENDED', 'REMOVED')", name="objection_outcome_known"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.CheckConstraint("state IN ('DRAFT', 'LISTED', 'REMOVED', 'WITHDRAWN')", name="state_known"),
        sa.CheckConstraint("(objected_on IS NULL) = (objection IS NULL)", name="objection_dated"),
        sa.CheckConstraint("(objection_decided_on IS NULL) = (objection_outcome IS NULL)", name="decision_dated"),
        sa.CheckConstraint(
            "document IS NOT NULL OR credit_record_id IS NOT NULL OR rating_case_id IS NOT NULL", name="grounds_given"
        ),
        sa.CheckConstraint("staff_id IS NULL OR project_id IS NOT NULL", name="lead_of_project"),
        sa.ForeignKeyConstraint(
            ["list_id", "division_path"], ["red_black_list.id", "red_black_list.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "rating_case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credit_record_id"],
            ["credit_record.tenant_id", "credit_record.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff.tenant_id", "staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "red_black_entry_company_once",
        "red_black_entry",
        ["tenant_id", "list_id"],
        unique=True,
        postgresql_where=sa.text("project_id IS NULL AND state IN ('DRAFT', 'LISTED')"),
    )
    op.create_index("red_black_entry_credit_record", "red_black_entry", ["tenant_id", "credit_record_id"], unique=False)
    op.create_index("red_black_entry_division", "red_black_entry", ["division_path", "id"], unique=False)
    op.create_index("red_black_entry_list", "red_black_entry", ["list_id", "id"], unique=False)
    op.create_index("red_black_entry_project", "red_black_entry", ["tenant_id", "project_id"], unique=False)
    op.create_index(
        "red_black_entry_project_once",
        "red_black_entry",
        ["tenant_id", "list_id", "project_id"],
        unique=True,
        postgresql_where=sa.text("project_id IS NOT NULL AND state IN ('DRAFT', 'LISTED')"),
    )
    op.create_index("red_black_entry_staff", "red_black_entry", ["tenant_id", "staff_id"], unique=False)
    op.create_index("red_black_list_cycle", "red_black_list", ["cycle_id"])
    op.create_index("red_black_entry_rating_case", "red_black_entry", ["tenant_id", "rating_case_id"])
