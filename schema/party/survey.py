"""Coverage surveys in the contract: what a company says of its Party building at the end of a half-year."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.writes import UserError, changed, mutation, own_identifier, user_errors, values
from tenants.party import survey as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company


@entity(
    table=rules.PartyCoverageSurvey,
    prefix="pcs",
    permission=Permission.PARTY_ORGANISATION_READ,
    division="division_path",
)
class PartyCoverageSurvey(Node):
    """Answer to a coverage survey (党建工作摸排)."""

    year: int = column("Year (年度).", where=True, order=True)
    half: int = column("Half of the year, 1 or 2 (半年).", where=True, order=True)
    surveyed_on: date = column("Surveyed on (摸排日期).", where=True, order=True)
    staff_count: int = column("Staff (员工人数).")
    members: int = column("Party members among them (党员人数).", personal=Permission.PARTY_FILE_READ)
    has_organisation: bool = column("Has an organisation (已建党组织).", where=True)
    advisor_wanted: bool = column("Wants an advisor (申请选派指导员).", where=True)
    remark: str | None = column("Remark (备注).", permission=Permission.PARTY_FILE_READ)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    version: int = column("Version (版本号).")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="An answer to the survey of a half-year (填报摸排).")
class AnswerCoverageSurveyInput:
    """Which half-year, and how many."""

    id: strawberry.ID | None = own_identifier("pcs")
    year: int = strawberry.field(description="Year (年度).")
    half: int = strawberry.field(description="Half of the year, 1 or 2 (半年).")
    surveyed_on: date = strawberry.field(description="Surveyed on (摸排日期).")
    staff_count: int = strawberry.field(description="Staff (员工人数).")
    members: int = strawberry.field(description="Party members among them (党员人数).")
    has_organisation: bool = strawberry.field(description="Has an organisation (已建党组织).")
    advisor_wanted: bool = strawberry.field(description="Wants an advisor (申请选派指导员).", default=False)
    remark: str | None = strawberry.field(description="Remark (备注).", default=strawberry.UNSET)


@strawberry.type(description="What became of an answer (摸排填报结果).")
class PartyCoverageSurveyPayload:
    """The answer, or why not."""

    party_coverage_survey: PartyCoverageSurvey | None = changed("The answer (摸排)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_FILE_UPDATE, "Answer the survey of a half-year, once (填报摸排).")
async def answer_coverage_survey(scope: Scope, input: AnswerCoverageSurveyInput) -> PartyCoverageSurveyPayload:
    row = await rules.answer(scope, rules.NewSurvey(**values(input)))
    return PartyCoverageSurveyPayload(party_coverage_survey=ref(PartyCoverageSurvey, row.id))
