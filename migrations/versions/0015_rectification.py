"""Interviews, rectification orders and their items: the company's rows, written in its name; a regulator of the place
reads them. What is to be put right is due.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, in_division, own, protect

revision = "0015"
down_revision = "0014"

DUES = """
SELECT i.tenant_id, i.id, 'RECTIFICATION' AS kind, i.id AS subject_id, o.project_id, NULL::uuid AS estate_id,
       i.division_path, i.due_on, false AS provisional
FROM rectification_item i JOIN rectification_order o ON o.tenant_id = i.tenant_id AND o.id = i.order_id
WHERE i.answered_on IS NULL
"""

_due = import_module("migrations.versions.0008_due")

OF_COMPANIES = f"{import_module('migrations.versions.0013_credit').OF_COMPANIES} UNION ALL {DUES}"
OF_COMMUNITIES = _due.OF_COMMUNITIES


def upgrade() -> None:
    create_tables()
    for table in ("interview", "rectification_order", "rectification_item"):
        protect(table)
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
        allow(table, "regulator", in_division(purpose=True), ("SELECT",))
    _due.show(OF_COMPANIES, OF_COMMUNITIES)


def create_tables() -> None:
    op.create_table(
        "interview",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attendees", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("cancellation", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'CANCELLED') = (cancellation IS NOT NULL)", name="cancellation_reasoned"),
        sa.CheckConstraint("(state = 'HELD') = (held_on IS NOT NULL)", name="holding_dated"),
        sa.CheckConstraint(
            "attendees <@ ARRAY['LEGAL_REPRESENTATIVE', 'COMPANY_HEAD', 'PROJECT_LEAD', 'COMMUNITY', 'STREET', 'OWNERS_COMMITTEE'] AND cardinality(attendees) > 0",
            name="attendees_known",
        ),
        sa.CheckConstraint("level IN ('PROVINCE', 'CITY', 'COUNTY', 'STREET', 'COMMUNITY')", name="level_known"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.CheckConstraint("state IN ('PLANNED', 'HELD', 'CANCELLED')", name="state_known"),
        sa.CheckConstraint("(held_on IS NULL) = (minutes IS NULL)", name="minutes_of_held"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
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
    op.create_index("interview_division", "interview", ["division_path", "id"], unique=False)
    op.create_index("interview_project", "interview", ["tenant_id", "project_id", "id"], unique=False)
    op.create_table(
        "rectification_order",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'CONFIRMED') = (confirmed_on IS NOT NULL)", name="confirming_dated"),
        sa.CheckConstraint("basis <> ''", name="basis_given"),
        sa.CheckConstraint("level IN ('PROVINCE', 'CITY', 'COUNTY', 'STREET', 'COMMUNITY')", name="level_known"),
        sa.CheckConstraint("state IN ('ISSUED', 'ANSWERED', 'RETURNED', 'CONFIRMED')", name="state_known"),
        sa.CheckConstraint("(returned = 0) = (returned_on IS NULL)", name="returning_dated"),
        sa.CheckConstraint("due_on >= issued_on", name="due_after_issued"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
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
    op.create_index("rectification_order_division", "rectification_order", ["division_path", "id"], unique=False)
    op.create_index("rectification_order_interview", "rectification_order", ["tenant_id", "interview_id"], unique=False)
    op.create_index(
        "rectification_order_project", "rectification_order", ["tenant_id", "project_id", "id"], unique=False
    )
    op.create_table(
        "rectification_item",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.CheckConstraint("answered_on IS NULL OR (done <> '' AND evidence <> '')", name="answer_evidenced"),
        sa.CheckConstraint("requirement <> ''", name="requirement_given"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["rectification_order.tenant_id", "rectification_order.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "order_id", "place"),
    )
    op.create_index("rectification_item_division", "rectification_item", ["division_path", "id"], unique=False)
    op.create_index(
        "rectification_item_due",
        "rectification_item",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("answered_on IS NULL"),
    )
