"""Schemes: drafts within the reach of their division; published editions that nobody holds a grant to change."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.isolation import EVERYONE, allow, in_division, protect

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_tables()
    protect("scheme_draft")
    allow("scheme_draft", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE", "DELETE"))
    for table in ("scheme", "scheme_retirement"):
        protect(table)
        for role in ("tenant", "regulator", "public", "worker"):
            allow(table, role, EVERYONE, ("SELECT",))
        allow(table, "regulator", in_division(), ("INSERT",))


def _written() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
    ]


def _rules() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("subject IN ('COMPANY', 'PROJECT', 'PROJECT_LEAD')", name="subject_known"),
        sa.CheckConstraint("purpose IN ('CREDIT', 'RATING')", name="purpose_known"),
        sa.CheckConstraint("valid_to > valid_from", name="dates_in_order"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    ]


def create_tables() -> None:
    op.create_table("scheme_draft", *_written(), *_rules(), sa.UniqueConstraint("division_id", "code"))
    op.create_table(
        "scheme",
        *_written(),
        sa.Column("edition", sa.Integer(), nullable=False),
        *_rules(),
        sa.CheckConstraint("edition > 0", name="edition_counted"),
        sa.UniqueConstraint("division_id", "code", "edition"),
    )
    op.create_index("scheme_in_force", "scheme", ["purpose", "subject", "division_path", "valid_from"])
    op.create_table(
        "scheme_retirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scheme_id"),
    )
