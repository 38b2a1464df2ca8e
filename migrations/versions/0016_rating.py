"""Ratings: cycles are the registry's and known to all; what is rated are the companies' rows, written in their name, and
a regulator reads those of its place.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, for_a_purpose, in_division, own, protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    create_tables()
    protect("rating_cycle")
    for role in ("tenant", "regulator"):
        allow("rating_cycle", role, EVERYONE, ("SELECT",))
    allow("rating_cycle", "regulator", in_division(), ("INSERT", "UPDATE"))
    protect("rating_case")
    allow("rating_case", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("rating_case", "regulator", for_a_purpose(in_division()), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "rating_cycle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("coverage_min", sa.Numeric(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("collecting_on", sa.Date(), nullable=True),
        sa.Column("scored_on", sa.Date(), nullable=True),
        sa.Column("scored_by", sa.Uuid(), nullable=True),
        sa.Column("publicity_on", sa.Date(), nullable=True),
        sa.Column("object_by", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("final_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("rectifying_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("subject IN ('COMPANY', 'PROJECT', 'PROJECT_LEAD')", name="subject_known"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'OPEN', 'COLLECTING', 'SCORED', 'PUBLICITY', 'FINAL', 'PUBLISHED', 'RECTIFYING',"
            " 'CLOSED')",
            name="state_known",
        ),
        sa.CheckConstraint(
            "disclosure IN ('EVALUATORS', 'ORGANISER', 'PARTIES', 'EVERYBODY')", name="disclosure_known"
        ),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint("period_to >= period_from", name="dates_in_order"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "division_path", "disclosure"),
    )
    op.create_index("rating_cycle_division", "rating_cycle", ["division_path", "id"])
    op.create_index("rating_cycle_scheme", "rating_cycle", ["scheme_id"])
    op.create_table(
        "rating_case",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("nominated", sa.Boolean(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objected_on", sa.Date(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("objection_decide_by", sa.Date(), nullable=True),
        sa.Column("objection_provisional", sa.Boolean(), nullable=False),
        sa.Column("objection_decided_on", sa.Date(), nullable=True),
        sa.Column("objection_outcome", sa.Text(), nullable=True),
        sa.Column("objection_answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('APPLIED', 'ELIGIBLE', 'INELIGIBLE', 'SCORING', 'SCORED', 'ADJUSTED', 'FINAL')",
            name="state_known",
        ),
        sa.CheckConstraint("objection_outcome IN ('UPHELD', 'ADJUSTED')", name="objection_outcome_known"),
        sa.CheckConstraint("(objected_on IS NULL) = (objection IS NULL)", name="objection_dated"),
        sa.CheckConstraint("(objection_decided_on IS NULL) = (objection_outcome IS NULL)", name="decision_dated"),
        sa.ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "rating_case_company",
        "rating_case",
        ["tenant_id", "cycle_id"],
        unique=True,
        postgresql_where=sa.text("project_id IS NULL"),
    )
    op.create_index("rating_case_cycle", "rating_case", ["cycle_id", "id"])
    op.create_index("rating_case_division", "rating_case", ["division_path", "id"])
    op.create_index(
        "rating_case_project",
        "rating_case",
        ["tenant_id", "cycle_id", "project_id"],
        unique=True,
        postgresql_where=sa.text("project_id IS NOT NULL"),
    )
