"""Whistles and the units they call: the company's rows, written in its name; a regulator of the place reads them."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, in_division, own, protect

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    create_tables()
    for table in ("whistle", "whistle_unit"):
        protect(table)
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
        allow(table, "regulator", in_division(purpose=True), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "whistle",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("persuasion", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection", sa.Text(), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("meeting_minutes", sa.Text(), nullable=True),
        sa.Column("disposed_on", sa.Date(), nullable=True),
        sa.Column("disposal", sa.Text(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('PUBLICITY', 'EMERGENCY', 'ENFORCEMENT', 'HARD_PROBLEM')", name="level_known"),
        sa.CheckConstraint(
            "state IN ('RAISED', 'ACCEPTED', 'RESPONDED', 'JOINT_MEETING', 'DISPOSED', 'CONFIRMED', 'REJECTED')",
            name="state_known",
        ),
        sa.CheckConstraint("matter <> ''", name="matter_given"),
        sa.CheckConstraint("level <> 'ENFORCEMENT' OR persuasion IS NOT NULL", name="persuasion_failed_first"),
        sa.CheckConstraint("(state = 'REJECTED') = (rejection IS NOT NULL)", name="rejection_explained"),
        sa.CheckConstraint(
            "level <> 'HARD_PROBLEM' OR disposed_on IS NULL OR meeting_on IS NOT NULL", name="hard_problem_studied"
        ),
        sa.CheckConstraint("(state IN ('DISPOSED', 'CONFIRMED')) = (disposed_on IS NOT NULL)", name="disposal_dated"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "issue_id"], ["issue.tenant_id", "issue.id"]),
        sa.ForeignKeyConstraint(["branch_id"], ["public_party_organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("whistle_branch", "whistle", ["branch_id"])
    op.create_index(
        "whistle_division",
        "whistle",
        ["division_path", "raised_at", "id"],
        postgresql_include=["tenant_id", "level", "state", "respond_by", "responded_at", "disposed_on", "confirmed_on"],
    )
    op.create_index("whistle_issue", "whistle", ["tenant_id", "issue_id"])
    op.create_index("whistle_project", "whistle", ["tenant_id", "project_id", "id"])
    op.create_table(
        "whistle_unit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "whistle_id"], ["whistle.tenant_id", "whistle.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "whistle_id", "name"),
    )
    op.create_index(
        "whistle_unit_division",
        "whistle_unit",
        ["division_path", "raised_at", "id"],
        postgresql_include=["tenant_id", "whistle_id", "name", "arrived_at"],
    )
