"""Settings of a division: value, validity and basis; read by all, set by the regulators of the division."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "division_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "key IN ('AGREEMENTS_PER_YEAR', 'BASELINE_MONTHS', 'CHECK_IN_ARRIVAL_DAYS', 'CLAIMED_PROJECTS_MIN', 'COMMITTEE_RATE_COUNTS_PMC', 'COMMITTEE_RATE_DENOMINATOR', 'COMMITTEE_RATE_TARGET', 'CONFIRMATION_DAYS', 'ISSUE_DAYS', 'ISSUE_ON_TIME_TARGET', 'LEAD_REPORT_MONTHS', 'MARK_OBJECTION', 'OBJECTION_DAYS', 'OBJECTION_DECISION_DAYS', 'OBJECTION_DECISION_DAYS_OTHERS', 'OBJECTION_IN_FORCE_DAYS', 'OPEN_DAY_ANSWER_DAYS', 'OPEN_DAY_NOTICE_DAYS', 'OPEN_DAYS_PER_QUARTER', 'PARTY_FILE_RETENTION_MONTHS', 'PARTY_SCORE_SHARE_MIN', 'PARTY_VENUE_ITEMS', 'PUBLICATION_MONTHS_GENERAL', 'PUBLICATION_MONTHS_MINOR', 'PUBLICATION_MONTHS_SERIOUS', 'PUBLISH_NATURAL_PERSON_CREDIT', 'RATING_PUBLICITY_DAYS', 'REPAIR_DAYS', 'REPAIR_MIN_MONTHS_GENERAL', 'REPAIR_MIN_MONTHS_MINOR', 'REPAIR_MIN_MONTHS_SERIOUS', 'SATISFACTION_SAMPLE_MIN', 'SMALL_CELL', 'SUBSIDY_MONTHS_MAX', 'TRANSFER_LETTER_DAYS', 'WHISTLE_EMERGENCY_HOURS', 'WHISTLE_HOURS')",
            name="key_known",
        ),
        sa.CheckConstraint("valid_to > valid_from", name="dates_in_order"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("division_setting_key", "division_setting", ["key", "division_path", "valid_from"])
    op.create_index(
        "division_setting_open",
        "division_setting",
        ["division_id", "key"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    protect("division_setting")
    for role in ("tenant", "regulator", "public", "worker"):
        allow("division_setting", role, EVERYONE, ("SELECT",))
    allow("division_setting", "regulator", in_division(), ("INSERT", "UPDATE"))
    allow("division_setting", "worker", EVERYONE, ("INSERT", "UPDATE"))
