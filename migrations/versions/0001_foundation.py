"""The foundation: divisions, companies, estates, projects, staff, regulators, take-overs and the journal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.isolation import (
    EVERYONE,
    allow,
    in_division,
    own,
    own_or_free,
    own_regulator,
    protect,
    reaching_division,
)

revision = "0001"
down_revision = None

TABLES = (
    "audit_entry",
    "company",
    "company_member",
    "division",
    "division_change",
    "enrolment",
    "estate",
    "outbox_event",
    "project",
    "project_lead",
    "regulator",
    "regulator_member",
    "registry_audit_entry",
    "registry_event",
    "service_contract",
    "staff",
    "take_over",
)

# What a regulator reads of a company: the public card, no contact; of a project: all but the count of Party members.
COMPANY_CARD = (
    "tenant_id",
    "id",
    "name",
    "uscc",
    "uscc_override",
    "status",
    "division_id",
    "division_path",
    "reach",
    "credit_score",
    "credit_grade",
    "version",
    "created_at",
    "updated_at",
)
PROJECT_CARD = (
    "tenant_id",
    "id",
    "estate_id",
    "division_path",
    "name",
    "status",
    "started_on",
    "ended_on",
    "end_reason",
    "delivery_status",
    "grid_count",
    "surveyed_on",
    "version",
    "created_at",
    "updated_at",
)


def upgrade() -> None:
    create_tables()
    for table in TABLES:
        protect(table)
    allow_everyone()
    allow_tenants()
    allow_regulators()
    allow_workers()


def allow_everyone() -> None:
    """Divisions are public facts."""
    for role in ("tenant", "regulator", "public", "worker"):
        allow("division", role, EVERYONE, ("SELECT",))
        allow("division_change", role, EVERYONE, ("SELECT",))


def allow_tenants() -> None:
    """A company works on its own rows, deletes nothing, and reads the estate registry, which is public knowledge.

    In the registry it may report an estate that it serves, and mark an estate as served by itself or by nobody.
    """
    for table in ("company_member", "project", "project_lead", "service_contract", "staff", "take_over"):
        allow(table, "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
    allow(
        "company",
        "tenant",
        own(),
        ("SELECT", "UPDATE"),
        columns={"UPDATE": ("name", "contact_name", "contact_phone", "reach", "version", "updated_at")},
    )
    for table in ("audit_entry", "outbox_event"):
        allow(table, "tenant", own(), ("SELECT", "INSERT"))
    allow("estate", "tenant", EVERYONE, ("SELECT",))
    allow(
        "estate",
        "tenant",
        EVERYONE,
        ("INSERT",),
        written=f"({own('serving_tenant_id')}) AND registry_state = 'REPORTED'",
    )
    allow(
        "estate",
        "tenant",
        own_or_free("serving_tenant_id"),
        ("UPDATE",),
        columns={"UPDATE": ("serving_tenant_id", "serving_company", "served_until", "version", "updated_at")},
    )


def allow_regulators() -> None:
    """A regulator reads its subtree and keeps the estate registry; no grant on a company's rows lets it write."""
    allow("company", "regulator", reaching_division(), ("SELECT",), columns={"SELECT": COMPANY_CARD})
    allow("project", "regulator", in_division(), ("SELECT",), columns={"SELECT": PROJECT_CARD})
    allow("take_over", "regulator", in_division(), ("SELECT",))
    allow("estate", "regulator", in_division(), ("SELECT", "INSERT", "UPDATE"))
    for table in ("registry_audit_entry", "registry_event"):
        allow(table, "regulator", in_division(), ("SELECT", "INSERT"))
    allow("regulator", "regulator", own_regulator("id"), ("SELECT",))
    allow("regulator_member", "regulator", own_regulator("regulator_id"), ("SELECT",))


def allow_workers() -> None:
    """The platform's own work: enrolling one company at a time, and the registry of divisions and regulators."""
    allow("company", "worker", own(), ("SELECT", "INSERT", "UPDATE"))
    allow("enrolment", "worker", EVERYONE, ("SELECT", "INSERT", "DELETE"))
    for table in ("division", "estate", "regulator", "regulator_member"):
        allow(
            table, "worker", EVERYONE, ("INSERT", "UPDATE") if table == "division" else ("SELECT", "INSERT", "UPDATE")
        )
    for table in ("division_change", "registry_audit_entry", "registry_event"):
        allow(table, "worker", EVERYONE, ("INSERT",))


def create_tables() -> None:
    op.create_table(
        "division",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "length(path) = CASE level WHEN 'PROVINCE' THEN 2 WHEN 'CITY' THEN 4 WHEN 'COUNTY' THEN 6 WHEN 'STREET' THEN 9 ELSE 12 END AND path ~ '^[0-9A-Z]+$'",
            name="path_shape",
        ),
        sa.CheckConstraint("level IN ('PROVINCE', 'CITY', 'COUNTY', 'STREET', 'COMMUNITY')", name="level_known"),
        sa.CheckConstraint("valid_to >= valid_from", name="valid_order"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["division.id"],
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["division.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "path"),
        sa.UniqueConstraint("path"),
    )
    op.create_index(
        "division_code",
        "division",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL AND code IS NOT NULL"),
    )
    op.create_index("division_parent", "division", ["parent_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uscc"),
    )
    op.create_table(
        "registry_audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("registry_audit_entry_entity", "registry_audit_entry", ["entity_id"], unique=False)
    op.create_table(
        "registry_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "company",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), sa.Computed("tenant_id", persisted=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("uscc_override", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("reach", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("credit_score", sa.Numeric(), nullable=True),
        sa.Column("credit_grade", sa.Text(), nullable=True),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("status IN ('APPLIED', 'ACTIVE', 'SUSPENDED', 'CLOSED')", name="status_known"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id"),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    op.create_index("company_reach", "company", ["reach"], unique=False, postgresql_using="gin")
    op.create_index("company_credit_best", "company", [sa.text("credit_score DESC NULLS LAST"), sa.text("id DESC")])
    op.create_index("company_credit_worst", "company", ["credit_score", "id"])
    op.create_table(
        "division_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("old_name", sa.Text(), nullable=False),
        sa.Column("old_code", sa.Text(), nullable=True),
        sa.Column("new_name", sa.Text(), nullable=True),
        sa.Column("new_code", sa.Text(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('RENAMED', 'CODED', 'MERGED', 'CLOSED')", name="kind_known"),
        sa.ForeignKeyConstraint(
            ["division_id"],
            ["division.id"],
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["division.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("division_change_division", "division_change", ["division_id", "effective_on"], unique=False)
    op.create_table(
        "estate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("area", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("grid_count", sa.Integer(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("service_model", sa.Text(), nullable=False),
        sa.Column("committee_status", sa.Text(), nullable=False),
        sa.Column("registry_state", sa.Text(), nullable=False),
        sa.Column("serving_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("serving_company", sa.Text(), nullable=True),
        sa.Column("served_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "committee_status IN ('NOT_ELIGIBLE', 'ELIGIBLE_NOT_STARTED', 'PREPARING', 'ESTABLISHED', 'PMC')",
            name="committee_status_known",
        ),
        sa.CheckConstraint(
            "kind IN ('RESETTLEMENT', 'COMMERCIAL', 'OLD_UNMANAGED', 'AFFORDABLE', 'COURTYARD', 'MIXED')",
            name="kind_known",
        ),
        sa.CheckConstraint("lifecycle IN ('PRE_SALE', 'ON_SALE', 'DELIVERED')", name="lifecycle_known"),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("registry_state IN ('REPORTED', 'CONFIRMED')", name="registry_state_known"),
        sa.CheckConstraint(
            "service_model IN ('MARKET', 'PUBLIC_INTEREST', 'STATE_OWNED', 'DISTRICT_SUBSIDY', 'STREET_PACKAGE', 'RESIDENTS_COMMITTEE_COMPANY', 'TAKE_OVER', 'SELF_MANAGED')",
            name="service_model_known",
        ),
        sa.CheckConstraint("(serving_tenant_id IS NULL) = (serving_company IS NULL)", name="serving_named"),
        sa.CheckConstraint("area > 0", name="area_positive"),
        sa.CheckConstraint("households >= 0 AND grid_count >= 0", name="counts_not_negative"),
        sa.CheckConstraint("length(division_path) >= 9", name="division_low_enough"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("division_id", "name"),
        sa.UniqueConstraint("id", "division_path"),
    )
    op.create_index("estate_division", "estate", ["division_path", "id"], postgresql_include=["kind"])
    op.create_index("estate_serving", "estate", ["serving_tenant_id"], unique=False)
    op.create_table(
        "regulator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("division_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("level IN ('PROVINCE', 'CITY', 'COUNTY', 'STREET', 'COMMUNITY')", name="level_known"),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("status IN ('ACTIVE', 'CLOSED')", name="status_known"),
        sa.ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("division_id", "name"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("audit_entry_entity", "audit_entry", ["tenant_id", "entity_id"], unique=False)
    op.create_table(
        "outbox_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_table(
        "project",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("delivery_status", sa.Text(), nullable=True),
        sa.Column("grid_count", sa.Integer(), nullable=True),
        sa.Column("owner_party_members", sa.Integer(), nullable=True),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'ENDED') = (ended_on IS NOT NULL)", name="ended_dated"),
        sa.CheckConstraint(
            "delivery_status IN ('NOT_DELIVERED', 'PARTLY_DELIVERED', 'DELIVERED')", name="delivery_status_known"
        ),
        sa.CheckConstraint("end_reason IN ('EXPIRED', 'TERMINATED', 'TAKEN_OVER')", name="end_reason_known"),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("status IN ('ACTIVE', 'ENDED')", name="status_known"),
        sa.CheckConstraint("ended_on >= started_on", name="dates_in_order"),
        sa.CheckConstraint("owner_party_members >= 0 AND grid_count >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "project_division",
        "project",
        ["division_path", "id"],
    )
    op.create_index("project_estate", "project", ["tenant_id", "estate_id"], unique=False)
    op.create_index(
        "project_run",
        "project",
        ["division_path", "tenant_id"],
        postgresql_include=["estate_id", "started_on", "ended_on"],
    )
    op.create_index(
        "project_one_active",
        "project",
        ["tenant_id", "estate_id"],
        unique=True,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )
    op.create_table(
        "regulator_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("role IN ('VIEWER', 'ASSESSOR', 'PUBLISHER')", name="role_known"),
        sa.CheckConstraint("status IN ('ACTIVE', 'REMOVED')", name="status_known"),
        sa.ForeignKeyConstraint(
            ["regulator_id"],
            ["regulator.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("regulator_member_regulator", "regulator_member", ["regulator_id"], unique=False)
    op.create_table(
        "take_over",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("division_path", sa.Text(collation="C"), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("project_name", sa.Text(), nullable=False),
        sa.Column("contract_kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state IN ('CONFIRMED', 'REFUSED')) = (decided_at IS NOT NULL)", name="decision_dated"),
        sa.CheckConstraint("contract_kind IN ('EARLY', 'NORMAL')", name="contract_kind_known"),
        sa.CheckConstraint("state IN ('REQUESTED', 'CONFIRMED', 'REFUSED', 'WITHDRAWN')", name="state_known"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("take_over_division", "take_over", ["division_path", "id"], unique=False)
    op.create_index(
        "take_over_one_pending",
        "take_over",
        ["tenant_id", "estate_id"],
        unique=True,
        postgresql_where=sa.text("state = 'REQUESTED'"),
    )
    op.create_table(
        "service_contract",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('EARLY', 'NORMAL')", name="kind_known"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        sa.CheckConstraint("terminated_on >= starts_on AND terminated_on <= ends_on", name="termination_within"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "service_contract_project", "service_contract", ["tenant_id", "project_id", "starts_on"], unique=False
    )
    op.create_table(
        "staff",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("work_phone", sa.Text(), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("is_grid_member", sa.Boolean(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint(
            "post IN ('PROJECT_MANAGER', 'CUSTOMER_SERVICE', 'ENGINEERING', 'SECURITY', 'CLEANING', 'GREENING', 'ADMINISTRATION', 'OTHER')",
            name="post_known",
        ),
        sa.CheckConstraint("grid_code IS NULL OR is_grid_member", name="grid_code_of_member"),
        sa.CheckConstraint("left_on >= hired_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("staff_number", "staff", ["tenant_id", "number"], unique=True)
    op.create_index("staff_project", "staff", ["tenant_id", "project_id", "id"], unique=False)
    op.create_table(
        "company_member",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint(
            "role IN ('TENANT_ADMIN', 'PROJECT_MANAGER', 'PARTY_OFFICER', 'FRONT_DESK')", name="role_known"
        ),
        sa.CheckConstraint("status IN ('ACTIVE', 'REMOVED')", name="status_known"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff.tenant_id", "staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["company.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("company_member_staff", "company_member", ["tenant_id", "staff_id"], unique=False)
    op.create_table(
        "project_lead",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("left_on >= arrived_on", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["project.tenant_id", "project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff.tenant_id", "staff.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "project_lead_one_active",
        "project_lead",
        ["tenant_id", "project_id"],
        unique=True,
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_index("project_lead_project", "project_lead", ["tenant_id", "project_id", "arrived_on"], unique=False)
    op.create_index("project_lead_staff", "project_lead", ["tenant_id", "staff_id"], unique=False)
