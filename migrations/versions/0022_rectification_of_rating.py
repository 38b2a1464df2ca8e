"""A rectification order may follow the published result of a rating."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("rectification_order", sa.Column("rating_case_id", sa.Uuid(), nullable=True))
    op.execute(
        "-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid\n"
        "ALTER TABLE rectification_order ADD FOREIGN KEY (tenant_id, rating_case_id)"
        " REFERENCES rating_case (tenant_id, id)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX rectification_order_rating_case ON rectification_order (tenant_id, rating_case_id)"
    )
