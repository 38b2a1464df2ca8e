"""The schedule of the platform's own jobs: the tables in which pgqueuer 1.6 keeps when a job runs next, and its log.

They name no company and hold no row of one; only the worker's role reaches them. Ids are identities, so that no role
needs a sequence.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import EVERYONE, allow, protect

revision = "0009"
down_revision = "0008"

STATUS = "status IN ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed')"


def upgrade() -> None:
    op.create_table(
        "pgqueuer_schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("entrypoint", sa.Text(), nullable=False),
        sa.Column("heartbeat", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_run", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_run", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.CheckConstraint(STATUS, name="status_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("expression", "entrypoint"),
    )
    op.create_table(
        "pgqueuer_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("entrypoint", sa.Text(), nullable=False),
        sa.Column("traceback", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("aggregated", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.CheckConstraint(STATUS, name="status_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    for table in ("pgqueuer_schedules", "pgqueuer_log"):
        protect(table)
        allow(table, "worker", EVERYONE, ("SELECT", "INSERT", "UPDATE", "DELETE"))
