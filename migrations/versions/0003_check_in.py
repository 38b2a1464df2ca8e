"""Check-ins, leads' reports, agreements and claimed projects: the company's rows, which a regulator of the place reads."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, in_division, own, protect

revision = "0003"
down_revision = "0002"

TABLES = ("agreement", "check_in", "claim_share", "claimed_project", "lead_report")


def upgrade() -> None:
    create_tables()
    for table in TABLES:
        protect(table)
        kept = table in ("claim_share", "lead_report")
        allow(table, "tenant", own(), ("SELECT", "INSERT") if kept else ("SELECT", "INSERT", "UPDATE"))
    for table in ("agreement", "check_in", "claimed_project", "lead_report"):
        allow(table, "regulator", in_division(), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "agreement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("community_organisation", sa.Text(), nullable=False),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('SIGNED', 'IN_PROGRESS', 'REVIEWED')", name="state_known"),
        sa.CheckConstraint("year BETWEEN 2000 AND 2199", name="year_meant"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "division_id", "year"),
    )
    op.create_index("agreement_division", "agreement", ["division_path", "id"], unique=False)
    op.create_index(
        "agreement_signed",
        "agreement",
        ["year", "division_path", "tenant_id"],
        postgresql_include=["id", "signed_on"],
    )
    op.create_table(
        "claimed_project",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("beneficiaries", sa.Integer(), nullable=True),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("drop_reason", sa.Text(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'DROPPED') = (drop_reason IS NOT NULL)", name="dropping_explained"),
        sa.CheckConstraint(
            "state IN ('CLAIMED', 'IN_PROGRESS', 'COMPLETED', 'CONFIRMED', 'DROPPED')", name="state_known"
        ),
        sa.CheckConstraint("beneficiaries >= 0", name="beneficiaries_not_negative"),
        sa.CheckConstraint("due_on >= claimed_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agreement_id"],
            ["agreement.tenant_id", "agreement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "replaced_by_id"],
            ["claimed_project.tenant_id", "claimed_project.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "claimed_project_claimed",
        "claimed_project",
        ["claimed_on", "division_path"],
        postgresql_include=["tenant_id", "agreement_id", "completed_on"],
        postgresql_where=sa.text("state <> 'DROPPED'"),
    )
    op.create_index("claimed_project_division", "claimed_project", ["division_path", "id"], unique=False)
    op.create_index(
        "claimed_project_once",
        "claimed_project",
        ["tenant_id", "agreement_id", "title"],
        unique=True,
        postgresql_where=sa.text("state <> 'DROPPED'"),
    )
    op.create_index("claimed_project_project", "claimed_project", ["tenant_id", "project_id"], unique=False)
    op.create_index("claimed_project_replaced", "claimed_project", ["tenant_id", "replaced_by_id"], unique=False)
    op.create_table(
        "check_in",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(days IS NULL) = (deadline_on IS NULL)", name="deadline_counted"),
        sa.CheckConstraint("(state = 'CONFIRMED') = (confirmed_on IS NOT NULL)", name="confirmation_dated"),
        sa.CheckConstraint(
            "state IN ('PENDING', 'OVERDUE', 'REPORTED', 'REPORTED_LATE', 'CONFIRMED', 'ENDED')", name="state_known"
        ),
        sa.CheckConstraint("confirmed_on >= reported_on", name="confirmed_after_report"),
        sa.CheckConstraint("left_on >= arrived_on", name="left_after_arrival"),
        sa.CheckConstraint("reported_on >= arrived_on", name="reported_after_arrival"),
        sa.CheckConstraint("state <> 'ENDED' OR left_on IS NOT NULL", name="ending_dated"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["project_lead.tenant_id", "project_lead.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "lead_id"),
    )
    op.create_index(
        "check_in_arrived",
        "check_in",
        ["arrived_on", "division_path"],
        postgresql_include=["left_on", "reported_on", "deadline_on"],
    )
    op.create_index(
        "check_in_deadline",
        "check_in",
        ["deadline_on", "division_path"],
        postgresql_include=["left_on", "reported_on"],
    )
    op.create_index("check_in_division", "check_in", ["division_path", "id"], unique=False)
    op.create_index(
        "check_in_in_charge",
        "check_in",
        ["left_on", "division_path"],
        postgresql_include=["project_id", "arrived_on", "reported_on", "confirmed_on", "deadline_on"],
    )
    op.create_index("check_in_due", "check_in", ["tenant_id", "state", "deadline_on"], unique=False)
    op.create_index("check_in_project", "check_in", ["tenant_id", "project_id"], unique=False)
    op.create_table(
        "claim_share",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claimed_project_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "claimed_project_id"],
            ["claimed_project.tenant_id", "claimed_project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["project_lead.tenant_id", "project_lead.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "claimed_project_id", "lead_id"),
    )
    op.create_index("claim_share_lead", "claim_share", ["tenant_id", "lead_id"], unique=False)
    op.create_table(
        "lead_report",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.CheckConstraint("document <> ''", name="document_given"),
        sa.CheckConstraint("reported_on >= since", name="reported_after_beginning"),
        sa.CheckConstraint("until > since", name="period_in_order"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["project_lead.tenant_id", "project_lead.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "project_id", "since"),
    )
    op.create_index("lead_report_division", "lead_report", ["division_path", "id"], unique=False)
    op.create_index("lead_report_lead", "lead_report", ["tenant_id", "lead_id"], unique=False)
