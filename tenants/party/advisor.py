"""Party-building advisors (党建指导员): sent by a regulator to a company that has no organisation of its own."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select, text
from sqlmodel import Field

from tenants.change import change, create, find_at
from tenants.checks import Checks
from tenants.company import Company, CompanyStatus
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL_COLUMN
from tenants.party.organisation import AT_WORK, PartyOrganisation
from tenants.row import Changing, TenantRow, new_id, today
from tenants.scope import Scope


class PartyAdvisor(Changing, TenantRow, table=True):
    """An advisor's assignment to the company, which knows who it is; a regulator's lists say only that there is one."""

    __tablename__ = "party_advisor"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        Index("party_advisor_one_current", "tenant_id", "unit", unique=True, postgresql_where=text("until IS NULL")),
        Index("party_advisor_division", "division_path", "id"),
        CheckConstraint("until >= since", name="dates_in_order"),
        CheckConstraint("unit <> ''", name="unit_given"),
    )

    division_path: str = Field(sa_type=Text(collation="C"))
    advisor_name: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=CONFIDENTIAL_COLUMN)
    unit: str = Field(sa_type=Text)
    since: date
    until: date | None = None
    assigned_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewAdvisor:
    """An advisor to send: to which company, from which unit, since when."""

    company_id: UUID
    unit: str
    since: date
    advisor_name: str | None = None
    id: UUID | None = None


async def assign(scope: Scope, new: NewAdvisor) -> PartyAdvisor:
    """Send an advisor to a company in the regulator's reach that has no organisation at work; one a unit."""
    checks = Checks()
    unit = checks.text("unit", new.unit)
    name = checks.optional_text("advisorName", new.advisor_name, limit=40)
    checks.day("since", new.since, latest=today())
    checks.done()
    # Which companies a regulator may name, its own policy says: an unknown and a foreign one are the same NOT_FOUND.
    seen = await scope.session.execute(
        select(Company.tenant_id, Company.status, Company.division_path).where(  # type: ignore[call-overload]
            Company.tenant_id == new.company_id
        )
    )
    company = seen.one_or_none()
    if company is None or not company.division_path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.NOT_FOUND, "companyId")
    if company.status != CompanyStatus.ACTIVE:
        raise DomainError(Code.COMPANY_NOT_ACTIVE, "companyId", status=company.status)
    regulator = scope.principal.regulator_id
    async with scope.acting_for(new.company_id):
        has_organisation = await scope.session.scalar(
            select(PartyOrganisation.id)  # type: ignore[call-overload]
            .where(
                PartyOrganisation.tenant_id == new.company_id,
                PartyOrganisation.state.in_(AT_WORK),  # type: ignore[attr-defined]
            )
            .limit(1)
        )
        if has_organisation is not None:
            raise DomainError(Code.PARTY_ADVISOR_NEEDLESS, "companyId")
        row = PartyAdvisor(
            tenant_id=new.company_id,
            id=new.id or new_id(),
            division_path=company.division_path,
            advisor_name=name,
            unit=unit,
            since=new.since,
            assigned_by=regulator,
        )
        current = DomainError(Code.PARTY_ADVISOR_CURRENT, "companyId", unit=unit)
        await create(scope, row, "party_advisor", taken={"party_advisor_one_current": current})
    return row


async def end(scope: Scope, id: UUID, version: int, until: date) -> PartyAdvisor:
    """An advisor's assignment ends."""
    found = await scope.session.execute(
        select(PartyAdvisor.tenant_id, PartyAdvisor.version).where(PartyAdvisor.id == id)  # type: ignore[call-overload]
    )
    seen = found.one_or_none()
    if seen is None:
        raise DomainError(Code.NOT_FOUND, "id")
    async with scope.acting_for(seen.tenant_id):
        row = await find_at(scope, PartyAdvisor, id, version)
        if row.until is not None:
            raise DomainError(Code.PARTY_ADVISOR_ENDED, "id", until=row.until)
        checks = Checks()
        checks.not_before("until", until, row.since)
        checks.day("until", until, latest=today())
        checks.done()
        await change(scope, row, "party_advisor", {"until": until}, action="ended")
    return row
