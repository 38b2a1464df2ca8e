"""Surveys: the regulator's rows, of which the company reads what is published. The holder of a link reaches the one slip
and the one tally that it names; nobody reads a tally but the platform, which takes it down at the close.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.isolation import EVERYONE, allow, by_link, in_division, own, protect

revision = "0018"
down_revision = "0017"

PAPER = ("id", "locator", "title", "organiser", "questions", "state")
# All but what residents wrote in their own words.
PUBLISHED = (
    "id",
    "created_at",
    "version",
    "updated_at",
    "estate_id",
    "division_path",
    "serving_tenant_id",
    "cycle_id",
    "title",
    "organiser",
    "questions",
    "required",
    "state",
    "seed",
    "frame_size",
    "frame_digest",
    "opened_on",
    "closed_on",
    "shortfall",
    "approached",
    "declined",
    "answered",
    "results",
    "published_on",
)


def upgrade() -> None:
    create_tables()
    protect("survey")
    allow("survey", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE"))
    allow(
        "survey",
        "tenant",
        f"{own('serving_tenant_id')} AND published_on IS NOT NULL",
        ("SELECT",),
        columns={"SELECT": PUBLISHED},
    )
    allow("survey", "public", by_link("locator", "survey"), ("SELECT",), columns={"SELECT": PAPER})
    protect("survey_slip")
    allow("survey_slip", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE", "DELETE"))
    allow(
        "survey_slip",
        "public",
        by_link("token_digest", "slip"),
        ("SELECT", "UPDATE"),
        columns={"SELECT": ("id", "survey_id", "state", "answered", "token_digest"), "UPDATE": ("answered",)},
    )
    protect("survey_tally")
    allow("survey_tally", "public", by_link("locator", "survey"), ("SELECT", "UPDATE"))
    allow("survey_tally", "worker", EVERYONE, ("SELECT", "INSERT", "DELETE"))


def create_tables() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("serving_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("cycle_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("frame_size", sa.Integer(), nullable=True),
        sa.Column("frame_digest", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("shortfall", sa.Text(), nullable=True),
        sa.Column("approached", sa.Integer(), nullable=True),
        sa.Column("declined", sa.Integer(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("results", JSONB(), nullable=True),
        sa.Column("comments", JSONB(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('DRAFT', 'OPEN', 'CLOSED', 'SHORT')", name="state_known"),
        sa.CheckConstraint("(state IN ('CLOSED', 'SHORT')) = (closed_on IS NOT NULL)", name="close_dated"),
        sa.CheckConstraint("state <> 'SHORT' OR shortfall IS NOT NULL", name="shortfall_explained"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "division_path"),
        sa.UniqueConstraint("id", "locator"),
        sa.UniqueConstraint("locator"),
    )
    op.create_index(
        "survey_cycle", "survey", ["cycle_id", "estate_id"], unique=True, postgresql_where=sa.text("state <> 'SHORT'")
    )
    op.create_index("survey_division", "survey", ["division_path", "id"])
    op.create_index("survey_estate", "survey", ["estate_id"])
    op.create_index("survey_serving", "survey", ["serving_tenant_id"])
    op.create_table(
        "survey_slip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('RESERVE', 'OUT', 'DECLINED')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["survey_id", "division_path"], ["survey.id", "survey.division_path"], onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("survey_id", "position"),
    )
    op.create_index("survey_slip_division", "survey_slip", ["division_path", "id"])
    op.create_index("survey_slip_token", "survey_slip", ["token_digest"])
    op.create_table(
        "survey_tally",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("comments", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id", "locator"], ["survey.id", "survey.locator"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("survey_id"),
    )
    op.create_index("survey_tally_locator", "survey_tally", ["locator"])
