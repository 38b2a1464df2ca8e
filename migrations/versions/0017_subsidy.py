"""Subsidies of property fees, kept by the division's regulators and read by who serves the estate; until when a project's
contract runs, which regulators see.
"""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("project", sa.Column("contract_until", sa.Date(), nullable=True))
    op.execute("GRANT SELECT (contract_until) ON project TO linli_regulator")
    op.create_table(
        "subsidy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("serving_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("rate", sa.Numeric(8, 4), nullable=False),
        sa.Column("area", sa.Numeric(14, 2), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("rate > 0 AND area > 0", name="amount_positive"),
        sa.CheckConstraint("months >= 0", name="months_not_negative"),
        sa.CheckConstraint("extract(day FROM first_month) = 1", name="month_begins"),
        sa.CheckConstraint("basis <> ''", name="basis_given"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "subsidy_division",
        "subsidy",
        ["division_path", "id"],
        postgresql_include=["estate_id", "rate", "area", "first_month", "months"],
    )
    op.create_index("subsidy_serving", "subsidy", ["serving_tenant_id"])
    op.create_index("subsidy_estate", "subsidy", ["estate_id", "first_month"])
    protect("subsidy")
    allow("subsidy", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE"))
    allow("subsidy", "tenant", own("serving_tenant_id"), ("SELECT",))
    allow("subsidy", "worker", EVERYONE, ("SELECT", "UPDATE"), columns={"UPDATE": ("serving_tenant_id",)})
