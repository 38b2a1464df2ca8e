"""Issues and their categories: the company's rows, which a regulator of the place reads; the trees are the registry's."""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import EVERYONE, allow, in_division, own, protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_tables()
    protect("issue")
    allow("issue", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("issue", "regulator", in_division(), ("SELECT",))
    protect("issue_category")
    for role in ("tenant", "regulator", "worker"):
        allow("issue_category", role, EVERYONE, ("SELECT",))
    allow("issue_category", "regulator", in_division(), ("INSERT", "UPDATE"))
    allow("issue_category", "worker", EVERYONE, ("INSERT", "UPDATE"))


def create_tables() -> None:
    op.create_table(
        "issue_category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("beyond_estate", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["issue_category.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("division_id", "code"),
    )
    op.create_index("issue_category_parent", "issue_category", ["parent_id"], unique=False)
    op.create_table(
        "issue",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("co_handlers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("supervised_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_at_level", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("escalation_reason", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("reopening_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('COUNTER', 'PHONE', 'WECHAT', 'APP', 'GRID', 'IMPORT')", name="channel_known"),
        sa.CheckConstraint(
            "closed_at_level IN ('ESTATE', 'GRID', 'COMMUNITY', 'STREET', 'COUNTY', 'CITY')",
            name="closed_at_level_known",
        ),
        sa.CheckConstraint("level IN ('ESTATE', 'GRID', 'COMMUNITY', 'STREET', 'COUNTY', 'CITY')", name="level_known"),
        sa.CheckConstraint(
            "source IN ('PATROL', 'HOTLINE_12345', 'OPEN_DAY', 'HOME_VISIT', 'PARTY_MEMBER_DAY', 'CIVILISED_CITY', 'FIRE_INSPECTION', 'INSPECTION', 'THIRD_PARTY', 'RESIDENT')",
            name="source_known",
        ),
        sa.CheckConstraint(
            "state IN ('FOUND', 'REPORTED', 'ASSIGNED', 'IN_PROGRESS', 'FEEDBACK', 'CLOSED', 'EVALUATED', 'REOPENED')",
            name="state_known",
        ),
        sa.CheckConstraint("title <> ''", name="title_given"),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_at_level IS NULL)", name="closed_at_a_level"),
        sa.CheckConstraint("(reopened = 0) = (reopened_on IS NULL)", name="reopening_dated"),
        sa.CheckConstraint("(state IN ('CLOSED', 'EVALUATED')) = (closed_on IS NOT NULL)", name="closing_dated"),
        sa.CheckConstraint("closed_on >= found_on", name="closed_after_found"),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_known"),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["issue_category.id"],
        ),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("issue_category_id", "issue", ["category_id"], unique=False)
    op.create_index("issue_division", "issue", ["division_path", "found_on", "id"])
    op.create_index(
        "issue_found",
        "issue",
        ["found_on", "division_path"],
        postgresql_include=[
            *("estate_id", "category_id", "closed_on", "due_on", "closed_at_level", "supervised_on"),
            "satisfaction",
        ],
    )
    op.create_index(
        "issue_due", "issue", ["tenant_id", "due_on"], unique=False, postgresql_where=sa.text("closed_on IS NULL")
    )
    op.create_index(
        "issue_external",
        "issue",
        ["tenant_id", "source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("issue_project", "issue", ["tenant_id", "project_id", "id"], unique=False)
