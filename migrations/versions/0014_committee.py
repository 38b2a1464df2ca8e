"""Committees of estates and since when an estate is eligible for one; public, and kept by the division's regulators.
How an owners' committee is composed is written by them and read by nobody but the publication of figures.
"""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, protect

revision = "0014"
down_revision = "0013"

COMPOSITION_CARD = (
    "id",
    "committee_id",
    "division_path",
    "elected_on",
    "members",
    "version",
    "created_at",
    "updated_at",
)


def upgrade() -> None:
    op.add_column("estate", sa.Column("committee_eligible_on", sa.Date(), nullable=True))
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX estate_eligible ON estate (division_path)"
        " INCLUDE (id, kind, committee_status, committee_eligible_on)"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE estate ADD CONSTRAINT eligible_since"
        " CHECK (committee_status <> 'NOT_ELIGIBLE' OR committee_eligible_on IS NULL)"
    )
    op.create_table(
        "committee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("owners", sa.Integer(), nullable=True),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("term_ends_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('OC', 'PMC')", name="kind_known"),
        sa.CheckConstraint("members % 2 = 1 AND members >= 5", name="odd_and_at_least_5"),
        sa.CheckConstraint("kind = 'OC' OR (members >= 7 AND owners IS NOT NULL)", name="management_at_least_7"),
        sa.CheckConstraint("owners <= members AND owners * 2 >= members", name="half_of_them_owners"),
        sa.CheckConstraint("term_ends_on > formed_on", name="term_in_order"),
        sa.CheckConstraint("filed_on >= formed_on", name="filed_after_formed"),
        sa.CheckConstraint("ended_on >= formed_on", name="ended_after_formed"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "division_path"),
    )
    op.create_index(
        "committee_active", "committee", ["estate_id"], unique=True, postgresql_where=sa.text("ended_on IS NULL")
    )
    op.create_index(
        "committee_division",
        "committee",
        ["division_path", "id"],
        postgresql_include=["estate_id", "kind", "formed_on", "ended_on", "term_ends_on", "filed_on"],
    )
    op.create_index("committee_estate", "committee", ["estate_id", "formed_on"])
    op.create_table(
        "committee_composition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("elected_on", sa.Date(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("party_members", sa.Integer(), nullable=False),
        sa.Column("chair_in_party", sa.Boolean(), nullable=False),
        sa.Column("chair_is_secretary", sa.Boolean(), nullable=False),
        sa.CheckConstraint("chair_in_party OR NOT chair_is_secretary", name="secretary_in_party"),
        sa.CheckConstraint("party_members BETWEEN 0 AND members", name="no_more_than_members"),
        sa.ForeignKeyConstraint(
            ["committee_id", "division_path"], ["committee.id", "committee.division_path"], onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("committee_composition_committee", "committee_composition", ["committee_id", "elected_on"])
    op.create_index("committee_composition_division", "committee_composition", ["division_path", "id"])
    protect("committee")
    protect("committee_composition")
    allow("committee", "tenant", EVERYONE, ("SELECT",))
    allow("committee", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE"))
    allow("committee", "worker", EVERYONE, ("SELECT", "INSERT"))
    allow("committee_composition", "regulator", in_division(), ("INSERT",))
    allow("committee_composition", "regulator", in_division(), ("SELECT",), columns={"SELECT": COMPOSITION_CARD})
    allow("committee_composition", "worker", EVERYONE, ("SELECT", "INSERT"))
