"""Open days, their batches and opinions: the company's rows, which a regulator of the place reads."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, in_division, own, protect

revision = "0005"
down_revision = "0004"

# A regulator sees counts of visitors and volunteers, not of Party members among them.
OPEN_DAY_CARD = (
    "tenant_id",
    "id",
    "project_id",
    "estate_id",
    "division_path",
    "theme",
    "starts_at",
    "ends_at",
    "meeting_place",
    "areas",
    "host",
    "organisers",
    "state",
    "published_on",
    "held_on",
    "attended",
    "volunteers",
    "reason",
    "no_opinions",
    "closed_on",
    "version",
    "created_at",
    "updated_at",
)


def upgrade() -> None:
    create_tables()
    for table in ("open_day", "open_day_batch", "opinion"):
        protect(table)
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("open_day_batch", "tenant", own(), ("DELETE",))
    allow("open_day", "regulator", in_division(), ("SELECT",), columns={"SELECT": OPEN_DAY_CARD})
    allow("opinion", "regulator", in_division(), ("SELECT",))


def create_tables() -> None:
    op.create_table(
        "open_day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_place", sa.Text(), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("organisers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("volunteers", sa.Integer(), nullable=True),
        sa.Column("party_volunteers", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("no_opinions", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('HELD', 'FEEDBACK_OPEN', 'CLOSED')) = (held_on IS NOT NULL)", name="holding_dated"
        ),
        sa.CheckConstraint(
            "areas <@ ARRAY['PUMP_ROOM', 'FIRE_PUMP_ROOM', 'POWER_ROOM', 'GENERATOR', 'LIFT_MACHINE_ROOM', 'MONITORING_ROOM', 'CLEANING_STORE', 'SERVICE_CENTRE', 'OTHER'] AND cardinality(areas) > 0",
            name="areas_known",
        ),
        sa.CheckConstraint(
            "organisers <@ ARRAY['COMPANY', 'COMMUNITY', 'STREET', 'HOUSING_AUTHORITY', 'ASSOCIATION'] AND cardinality(organisers) > 0",
            name="organisers_known",
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'PUBLISHED', 'POSTPONED', 'CANCELLED', 'HELD', 'FEEDBACK_OPEN', 'CLOSED')",
            name="state_known",
        ),
        sa.CheckConstraint("theme <> ''", name="theme_given"),
        sa.CheckConstraint(
            "attended >= 0 AND volunteers >= 0 AND party_volunteers >= 0 AND party_volunteers <= volunteers",
            name="counts_add_up",
        ),
        sa.CheckConstraint("ends_at > starts_at", name="times_in_order"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("open_day_division", "open_day", ["division_path", "held_on", "id"])
    op.create_index(
        "open_day_held", "open_day", ["held_on", "division_path"], postgresql_include=["estate_id", "attended"]
    )
    op.create_index("open_day_project", "open_day", ["tenant_id", "project_id", "id"], unique=False)
    op.create_index("open_day_starts", "open_day", ["tenant_id", "starts_at"], unique=False)
    op.create_table(
        "open_day_batch",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("open_day_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.CheckConstraint("capacity > 0 AND registered BETWEEN 0 AND capacity AND attended >= 0", name="counts_fit"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "open_day_id"],
            ["open_day.tenant_id", "open_day.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "open_day_id", "starts_at"),
    )
    op.create_table(
        "opinion",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("open_day_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("content <> ''", name="content_given"),
        sa.CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answer_dated"),
        sa.CheckConstraint("answered_on >= received_on", name="answered_after_received"),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_known"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "issue_id"],
            ["issue.tenant_id", "issue.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "open_day_id"],
            ["open_day.tenant_id", "open_day.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("opinion_division", "opinion", ["division_path", "id"])
    op.create_index(
        "opinion_received", "opinion", ["received_on", "division_path"], postgresql_include=["estate_id", "answered_on"]
    )
    op.create_index("opinion_issue", "opinion", ["tenant_id", "issue_id"], unique=False)
    op.create_index("opinion_open_day", "opinion", ["tenant_id", "open_day_id", "id"], unique=False)
