"""Credit: records, their history and scores are the company's rows, written in its name; a regulator of the place reads
records and scores. What everybody may know of a company's credit is the registry's, and the platform writes it.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0013"
down_revision = "0012"

DUES = """
SELECT r.tenant_id, r.id, 'CREDIT_OBJECTION' AS kind, r.id AS subject_id, r.project_id, NULL::uuid AS estate_id,
       r.division_path, r.object_by AS due_on, r.provisional
FROM credit_record r WHERE r.state = 'NOTIFIED' AND r.subject = 'COMPANY' AND r.object_by >= current_date
UNION ALL
SELECT r.tenant_id, md5(concat_ws(' ', r.id, 'rectify'))::uuid AS id, 'CREDIT_RECTIFICATION' AS kind,
       r.id AS subject_id, r.project_id, NULL::uuid AS estate_id, r.division_path, r.rectify_by AS due_on, r.provisional
FROM credit_record r
WHERE r.rectify_by IS NOT NULL AND r.rectified_on IS NULL AND r.ended_on IS NULL AND r.state <> 'REVOKED'
      AND r.subject = 'COMPANY'
"""

_due = import_module("migrations.versions.0008_due")

OF_COMPANIES = f"{_due.OF_COMPANIES} UNION ALL {DUES}"


def upgrade() -> None:
    create_tables()
    _due.show(OF_COMPANIES, _due.OF_COMMUNITIES)
    protect("credit_record")
    allow("credit_record", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("credit_record", "regulator", in_division(purpose=True), ("SELECT",))
    protect("credit_entry")
    allow("credit_entry", "tenant", own(), ("SELECT", "INSERT"))
    protect("credit_enrolment")
    allow("credit_enrolment", "tenant", own(), ("SELECT", "INSERT"))
    protect("credit_score")
    allow("credit_score", "tenant", own(), ("SELECT", "INSERT", "UPDATE", "DELETE"))
    allow("credit_score", "regulator", in_division(purpose=True), ("SELECT",))
    protect("public_credit")
    for role in ("tenant", "regulator", "public"):
        allow("public_credit", role, EVERYONE, ("SELECT",))
    allow("public_credit", "worker", EVERYONE, ("SELECT", "INSERT", "UPDATE", "DELETE"))


def create_tables() -> None:
    op.create_table(
        "credit_record",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("information", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("objection_days", sa.Integer(), nullable=False),
        sa.Column("rectify_days", sa.Integer(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("object_by", sa.Date(), nullable=True),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("rectified_on", sa.Date(), nullable=True),
        sa.Column("rectification", sa.Text(), nullable=True),
        sa.Column("objected_on", sa.Date(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("objection_others", sa.Text(), nullable=True),
        sa.Column("objection_appraisal_days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("objection_decide_by", sa.Date(), nullable=True),
        sa.Column("objection_decided_on", sa.Date(), nullable=True),
        sa.Column("objection_outcome", sa.Text(), nullable=True),
        sa.Column("objection_answer", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("repair_applied_on", sa.Date(), nullable=True),
        sa.Column("repair_pledge", sa.Text(), nullable=True),
        sa.Column("repair_correction", sa.Text(), nullable=True),
        sa.Column("repair_decide_by", sa.Date(), nullable=True),
        sa.Column("repair_decided_on", sa.Date(), nullable=True),
        sa.Column("repair_outcome", sa.Text(), nullable=True),
        sa.Column("repair_answer", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("revocation", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.CheckConstraint("subject IN ('COMPANY', 'PROJECT_LEAD')", name="subject_known"),
        sa.CheckConstraint("information IN ('BASIC', 'GOOD', 'BAD')", name="information_known"),
        sa.CheckConstraint("severity IN ('MINOR', 'GENERAL', 'SERIOUS')", name="severity_known"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'NOTIFIED', 'OBJECTED', 'EFFECTIVE', 'REPAIR_APPLIED', 'REPAIRED', 'EXPIRED', 'REVOKED')",
            name="state_known",
        ),
        sa.CheckConstraint("objection_outcome IN ('UPHELD', 'AMENDED', 'REVOKED')", name="objection_outcome_known"),
        sa.CheckConstraint("repair_outcome IN ('GRANTED', 'REFUSED')", name="repair_outcome_known"),
        sa.CheckConstraint("(subject = 'PROJECT_LEAD') = (staff_id IS NOT NULL)", name="lead_known"),
        sa.CheckConstraint("(information = 'BAD') = (severity IS NOT NULL)", name="severity_of_bad"),
        sa.CheckConstraint("basis <> '' AND facts <> '' AND article <> ''", name="grounds_given"),
        sa.CheckConstraint("decided_on >= occurred_on", name="decided_after_it_occurred"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "replaces"], ["credit_record.tenant_id", "credit_record.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("credit_record_division", "credit_record", ["division_path", "id"])
    op.create_index(
        "credit_record_ending",
        "credit_record",
        ["tenant_id", "valid_to"],
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "credit_record_notified",
        "credit_record",
        ["tenant_id", "object_by"],
        postgresql_where=sa.text("state = 'NOTIFIED'"),
    )
    op.create_index(
        "credit_record_to_rectify",
        "credit_record",
        ["tenant_id", "rectify_by"],
        postgresql_where=sa.text("rectify_by IS NOT NULL AND rectified_on IS NULL AND ended_on IS NULL"),
    )
    op.create_index("credit_record_near_expiry", "credit_record", ["valid_to", "division_path"])
    op.create_index(
        "credit_record_objected",
        "credit_record",
        ["division_path", "objected_on"],
        postgresql_where=sa.text("objected_on IS NOT NULL"),
    )
    op.create_index(
        "credit_record_repair",
        "credit_record",
        ["division_path", "repair_applied_on"],
        postgresql_where=sa.text("repair_applied_on IS NOT NULL"),
    )
    op.create_index("credit_record_project", "credit_record", ["tenant_id", "project_id"])
    op.create_index("credit_record_replaces", "credit_record", ["tenant_id", "replaces"])
    op.create_index("credit_record_scheme", "credit_record", ["scheme_id"])
    op.create_index("credit_record_staff", "credit_record", ["tenant_id", "staff_id"])
    op.create_table(
        "credit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "record_id"], ["credit_record.tenant_id", "credit_record.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "record_id", "record_version"),
        sa.UniqueConstraint("tenant_id", "seq"),
    )
    op.create_table(
        "credit_enrolment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "enrolled_on"),
    )
    op.create_table(
        "credit_score",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("explanation", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("because", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("composition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("subject IN ('COMPANY', 'PROJECT_LEAD')", name="subject_known"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "credit_score_company",
        "credit_score",
        ["tenant_id", "valid_from"],
        unique=True,
        postgresql_where=sa.text("staff_id IS NULL"),
    )
    op.create_index("credit_score_division", "credit_score", ["division_path", "valid_from", "id"])
    op.create_index(
        "credit_score_lead",
        "credit_score",
        ["tenant_id", "staff_id", "valid_from"],
        unique=True,
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    op.create_index("credit_score_scheme", "credit_score", ["scheme_id"])
    op.create_table(
        "public_credit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("records", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("public_credit_company", "public_credit", ["company_id", "valid_from"])
    op.create_index("public_credit_scheme", "public_credit", ["scheme_id"])
    op.create_index("public_credit_uscc", "public_credit", ["uscc", "valid_from"])
