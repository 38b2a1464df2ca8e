"""Ratings: cycles are the registry's and known to all once they are open; what is rated are the companies' rows, written in their name, and
a regulator reads those of its place.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, for_a_purpose, in_division, own, own_regulator, protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    create_tables()
    protect("rating_cycle")
    known = f"(state <> 'DRAFT' OR {own_regulator('regulator_id')})"
    allow("rating_cycle", "tenant", "state <> 'DRAFT'", ("SELECT",))
    allow("rating_cycle", "regulator", known, ("SELECT",))
    allow("rating_cycle", "regulator", in_division(), ("INSERT",))
    allow("rating_cycle", "regulator", f"{in_division()} AND {known}", ("UPDATE",))
    allow("rating_cycle", "regulator", f"state = 'DRAFT' AND {own_regulator('regulator_id')}", ("DELETE",))
    protect("rating_case")
    allow("rating_case", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("rating_case", "regulator", in_division(purpose=True), ("SELECT",))
    protect("rating_evaluator")
    allow("rating_evaluator", "regulator", EVERYONE, ("SELECT",))
    allow("rating_evaluator", "regulator", in_division(), ("INSERT", "DELETE"))
    organiser = f"{in_division()} AND disclosure <> 'EVALUATORS'"
    protect("rating_sheet")
    allow("rating_sheet", "tenant", f"{own()} AND disclosure = 'EVERYBODY'", ("SELECT",))
    allow("rating_sheet", "tenant", own(), ("INSERT",))
    mine = f"({own_regulator('regulator_id')} OR ({organiser}))"
    allow("rating_sheet", "regulator", for_a_purpose(mine), ("SELECT",))
    protect("rating_peer_review")
    allow("rating_peer_review", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("rating_peer_review", "regulator", for_a_purpose(organiser), ("SELECT",))
    protect("rating_result")
    allow("rating_result", "tenant", f"{own()} AND disclosure IN ('PARTIES', 'EVERYBODY')", ("SELECT",))
    allow("rating_result", "tenant", own(), ("INSERT",))
    allow("rating_result", "regulator", in_division(purpose=True), ("SELECT",))
    protect("published_rating")
    for role in ("tenant", "regulator"):
        allow("published_rating", role, EVERYONE, ("SELECT",))
    allow("published_rating", "worker", EVERYONE, ("INSERT",))


def create_tables() -> None:
    op.create_table(
        "rating_cycle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
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
        sa.ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
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
    op.create_table(
        "rating_evaluator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("group_code", sa.Text(), nullable=False),
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        sa.Column("regulator_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cycle_id", "group_code", "regulator_id"),
    )
    op.create_table(
        "rating_sheet",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("group_code", sa.Text(), nullable=False),
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        sa.Column("evaluator", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "disclosure IN ('EVALUATORS', 'ORGANISER', 'PARTIES', 'EVERYBODY')", name="disclosure_known"
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id", "division_path", "disclosure"],
            ["rating_cycle.id", "rating_cycle.division_path", "rating_cycle.disclosure"],
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        sa.ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "case_id", "group_code", "regulator_id", "revision"),
    )
    op.create_index("rating_sheet_cycle", "rating_sheet", ["cycle_id", "division_path", "disclosure"])
    op.create_index("rating_sheet_regulator", "rating_sheet", ["regulator_id", "id"])
    op.create_table(
        "rating_peer_review",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.Column("group_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("dossier", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "disclosure IN ('EVALUATORS', 'ORGANISER', 'PARTIES', 'EVERYBODY')", name="disclosure_known"
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id", "division_path", "disclosure"],
            ["rating_cycle.id", "rating_cycle.division_path", "rating_cycle.disclosure"],
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "cycle_id", "group_code", "number"),
    )
    op.create_index("rating_peer_review_cycle", "rating_peer_review", ["cycle_id", "division_path", "disclosure"])
    op.create_table(
        "rating_result",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_digest", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("points", postgresql.ARRAY(sa.Numeric()), nullable=False),
        sa.Column("inputs", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("explanation", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("scored_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "disclosure IN ('EVALUATORS', 'ORGANISER', 'PARTIES', 'EVERYBODY')", name="disclosure_known"
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id", "division_path", "disclosure"],
            ["rating_cycle.id", "rating_cycle.division_path", "rating_cycle.disclosure"],
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "case_id", "edition"),
    )
    op.create_index(
        "rating_result_cycle",
        "rating_result",
        ["cycle_id", "division_path", "disclosure"],
        postgresql_include=["id", "points"],
    )
    op.create_index("rating_result_scheme", "rating_result", ["scheme_id"])
    op.create_table(
        "published_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("rated_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("project_name", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("band_name", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cycle_id", "number", "edition"),
    )
    op.create_index("published_rating_rated", "published_rating", ["rated_id", "cycle_id"])
    op.create_index(
        "published_rating_cycle",
        "published_rating",
        ["cycle_id", "division_path"],
        postgresql_include=["id", "number", "rated_id", "edition", "total", "band"],
    )
    op.create_index(
        "published_rating_corrected",
        "published_rating",
        ["cycle_id", "number", "edition"],
        postgresql_where=sa.text("edition > 1"),
    )
    op.create_index("published_rating_division", "published_rating", ["division_path", "id"])
