"""Reports of leads to their communities in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import lead_report as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.estate import Estate
    from schema.project import Project, ProjectLead


@entity(table=rules.LeadReport, prefix="ldr", permission=Permission.CHECK_IN_READ, division="division_path")
class LeadReport(Node):
    """Report of a project lead to the community for a period (负责人向社区报告)."""

    since: date = column("First day of the period (期初).", where=True, order=True)
    until: date = column("Last day of the period (期末), by which it is due.", where=True, order=True)
    reported_on: date = column("Handed in on (报告日期).", where=True, order=True)
    document: str = column("Reference of the report (报告文号).")
    summary: str | None = column("What it says, in short (报告摘要).")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    lead: "ProjectLead | None" = one("The lead's term (项目负责人任职).")
    project: "Project" = one("The project (物业项目).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="A report that a lead handed in to the community (登记负责人报告).")
class ReportToCommunityInput:
    """Of which project, for which period, by which document."""

    project_id: strawberry.ID = identifier("prj", "The project (物业项目).")
    day: date = strawberry.field(description="A day in the period reported on (报告期内任一日).")
    document: str = strawberry.field(description="Reference of the report (报告文号).")
    summary: str | None = strawberry.field(description="What it says, in short (报告摘要).", default=None)
    reported_on: date | None = strawberry.field(
        description="Handed in on (报告日期); today when left out.", default=None
    )


@strawberry.type(description="What became of a report (报告登记结果).")
class LeadReportPayload:
    """The report, or why not."""

    lead_report: LeadReport | None = changed("The report (负责人报告)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.CHECK_IN_REPORT, "Record a lead's report to the community (登记负责人报告).")
async def report_to_community(scope: Scope, input: ReportToCommunityInput) -> LeadReportPayload:
    row = await rules.report(
        scope, rules.NewLeadReport(**values(input) | {"reported_on": input.reported_on or today()})
    )
    return LeadReportPayload(lead_report=ref(LeadReport, row.id))
