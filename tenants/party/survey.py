"""Coverage surveys (党建工作摸排): what a company says of its Party building at the end of a period."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from tenants.change import create, find
from tenants.checks import Checks
from tenants.company import Company
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL_COLUMN
from tenants.row import Changing, TenantRow, new_id, today
from tenants.scope import Scope


class PartyCoverageSurvey(Changing, TenantRow, table=True):
    """One answer for one half-year. Its count of members is a company's alone: no regulator is granted it."""

    __tablename__ = "party_coverage_survey"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        UniqueConstraint("tenant_id", "year", "half"),
        CheckConstraint("half IN (1, 2)", name="half_of_a_year"),
        CheckConstraint("staff_count >= 0 AND members >= 0 AND members <= staff_count", name="counts_plausible"),
    )

    division_path: str = Field(sa_type=Text(collation="C"))
    year: int
    half: int
    surveyed_on: date
    staff_count: int
    members: int = Field(sa_column_kwargs=CONFIDENTIAL_COLUMN)
    has_organisation: bool
    advisor_wanted: bool = Field(default=False)
    remark: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=CONFIDENTIAL_COLUMN)


@dataclass(frozen=True, kw_only=True)
class NewSurvey:
    """An answer to the survey of a half-year."""

    year: int
    half: int
    surveyed_on: date
    staff_count: int
    members: int
    has_organisation: bool
    advisor_wanted: bool = False
    remark: str | None = None
    id: UUID | None = None


async def answer(scope: Scope, new: NewSurvey) -> PartyCoverageSurvey:
    """Answer the survey of a half-year that has begun; once."""
    checks = Checks()
    checks.count("staffCount", new.staff_count)
    checks.count("members", new.members)
    remark = checks.optional_text("remark", new.remark, limit=200)
    if not 2000 <= new.year <= 2100:
        checks.add(Code.PARTY_YEAR_IMPLAUSIBLE, "year", year=new.year)
    if new.half not in (1, 2):
        checks.add(Code.PARTY_HALF_YEAR, "half", half=new.half)
    if new.members > new.staff_count:
        checks.add(Code.PARTY_MORE_MEMBERS_THAN_STAFF, "members", members=new.members, staff=new.staff_count)
    checks.day("surveyedOn", new.surveyed_on, latest=today())
    checks.done()
    checks.not_before("surveyedOn", new.surveyed_on, date(new.year, 1 if new.half == 1 else 7, 1))
    checks.done()
    row = PartyCoverageSurvey(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        division_path=(await find(scope, Company, scope.tenant_id)).division_path,
        year=new.year,
        half=new.half,
        surveyed_on=new.surveyed_on,
        staff_count=new.staff_count,
        members=new.members,
        has_organisation=new.has_organisation,
        advisor_wanted=new.advisor_wanted,
        remark=remark,
    )
    answered = DomainError(Code.PARTY_SURVEY_ANSWERED, "half", year=new.year, half=new.half)
    await create(scope, row, "party_coverage_survey", taken={"party_coverage_survey_tenant_id_year_half_key": answered})
    return row
