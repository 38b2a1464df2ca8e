"""Photos of open days: the company's rows, which it may also remove, and which a regulator of the place sees."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, in_division, own, protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "open_day_photo",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("open_day_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name="picture_measured"),
        sa.ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "open_day_id", "sha256"),
    )
    op.create_index("open_day_photo_division", "open_day_photo", ["division_path", "id"])
    op.create_index("open_day_photo_open_day", "open_day_photo", ["tenant_id", "open_day_id", "id"])
    protect("open_day_photo")
    allow("open_day_photo", "tenant", own(), ("SELECT", "INSERT", "DELETE"))
    allow("open_day_photo", "regulator", in_division(), ("SELECT",))
