"""Development quotas (发展党员计划): how many members a company plans to admit in a year; admitted ones are counted."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.company import Company
from tenants.errors import Code, DomainError
from tenants.row import Changing, TenantRow, new_id
from tenants.scope import Scope


class DevelopmentQuota(Changing, TenantRow, table=True):
    """The plan of one year, by the document that set it. A plan is no fact about a person."""

    __tablename__ = "development_quota"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        UniqueConstraint("tenant_id", "year"),
        CheckConstraint("planned >= 0", name="counts_not_negative"),
    )

    division_path: str = Field(sa_type=Text(collation="C"))
    year: int
    planned: int
    document: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class NewQuota:
    """How many, in which year, by which document."""

    year: int
    planned: int
    document: str | None = None
    id: UUID | None = None


async def plan(scope: Scope, new: NewQuota) -> DevelopmentQuota:
    """Set the plan of a year; one a year."""
    checks = Checks()
    checks.count("planned", new.planned)
    if not 2000 <= new.year <= 2100:
        checks.add(Code.PARTY_YEAR_IMPLAUSIBLE, "year", year=new.year)
    document = checks.optional_text("document", new.document, limit=200)
    checks.done()
    row = DevelopmentQuota(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        division_path=(await find(scope, Company, scope.tenant_id)).division_path,
        year=new.year,
        planned=new.planned,
        document=document,
    )
    planned = DomainError(Code.PARTY_QUOTA_PLANNED, "year", year=new.year)
    await create(scope, row, "development_quota", taken={"development_quota_tenant_id_year_key": planned})
    return row


async def update(scope: Scope, id: UUID, version: int, planned: int, document: str | None) -> DevelopmentQuota:
    """Change the plan of a year."""
    checks = Checks()
    checks.count("planned", planned)
    stated = checks.optional_text("document", document, limit=200)
    checks.done()
    row = await find_at(scope, DevelopmentQuota, id, version)
    await change(scope, row, "development_quota", {"planned": planned, "document": stated or row.document})
    return row
