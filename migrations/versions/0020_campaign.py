"""Special campaigns and their duties: a campaign binds the divisions below and is read by all; what was done, in reach."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, in_division, protect

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    create_tables()
    protect("campaign")
    allow("campaign", "regulator", EVERYONE, ("SELECT",))
    allow("campaign", "regulator", in_division(), ("INSERT", "UPDATE"))
    protect("campaign_duty")
    allow("campaign_duty", "regulator", in_division(), ("SELECT", "INSERT"))


def create_tables() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("owed_by", sa.Text(), nullable=False),
        sa.Column("duties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("owed_by IN ('PROVINCE', 'CITY', 'COUNTY', 'STREET', 'COMMUNITY')", name="owed_by_known"),
        sa.CheckConstraint(
            "duties <@ ARRAY['MONTHLY_REPORT', 'QUARTERLY_OBSERVATION', 'HALF_YEAR_ASSESSMENT'] AND cardinality(duties) > 0",
            name="duties_known",
        ),
        sa.CheckConstraint("name <> '' AND basis <> ''", name="name_and_basis_given"),
        sa.CheckConstraint("ends_on > starts_on", name="dates_in_order"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 92", name="grace_known"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("campaign_division", "campaign", ["division_path", "id"])
    op.create_table(
        "campaign_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('MONTHLY_REPORT', 'QUARTERLY_OBSERVATION', 'HALF_YEAR_ASSESSMENT')", name="kind_known"
        ),
        sa.CheckConstraint("document <> ''", name="document_given"),
        sa.CheckConstraint("done_on >= period_start", name="done_in_its_period"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            *("campaign_id", "period_start", "kind", "division_id"),
            name="campaign_duty_once",
            postgresql_include=["division_path", "done_on"],
        ),
    )
    op.create_index("campaign_duty_division", "campaign_duty", ["division_path", "id"])
