"""Check-ins in the contract: reported by the company, confirmed by the community."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import CheckInState
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import check_in as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.estate import Estate
    from schema.project import Project, ProjectLead


@entity(table=rules.CheckIn, prefix="chk", permission=Permission.CHECK_IN_READ, division="division_path")
class CheckIn(Node):
    """Check-in of a project lead with the community (社区报到): a registration with documents."""

    state: CheckInState = column("State (报到状态).", where=True)
    arrived_on: date = column("The lead arrived on (到任日期).", where=True, order=True)
    left_on: date | None = column("The lead left on (离任日期).", where=True, order=True)
    days: int | None = column("Days to check in, as set on the day of arrival (报到天数).")
    deadline_on: date | None = column(
        "Last day to check in (报到期限); null where the division sets no days.", where=True, order=True
    )
    provisional: bool = column("The deadline's year has no published holiday calendar yet (期限暂定).")
    reported_on: date | None = column("Registered with the community on (报到日期).", where=True, order=True)
    document: str | None = column("Reference of the registration (报到材料).")
    late_reason: str | None = column("Why it was late (逾期原因).")
    confirmed_on: date | None = column("Confirmed by the community on (确认日期).", where=True, order=True)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    lead: "ProjectLead | None" = one("The lead's term (项目负责人任职).")
    project: "Project" = one("The project (物业项目).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@figures(
    "Check-ins, agreements and claimed projects (报到统计, R-06) on the last day of the period, or on `asOf` if that is"
    " earlier; a share of nothing is null. Which claimed projects were given up is as it is today. Agreements are of a"
    " company and a community; for a kind of estate, where the company serves one of that kind there."
)
class CheckInFigures(Cell):
    """One row, as on the last day of the period, or `asOf` if that is earlier."""

    leads: int = figure("Leads in charge on that day (在任负责人数).")
    confirmed: int = figure("Leads whose check-in the community has confirmed (已确认数).")
    confirmed_share: Decimal | None = figure("confirmed of leads (报到确认率).")
    not_reported: int = figure("Leads who have not reported yet (未报到数).")
    overdue: int = figure("Leads who have not reported after their deadline (逾期未报到数).")
    arrived: int = figure("Leads who arrived in the period (到任数).")
    reported: int = figure("Leads who arrived in the period and reported (已报到数).")
    on_time_share: Decimal | None = figure(
        "Reported by the deadline, of those who arrived in the period and reported or had to (按期报到率)."
    )
    agreements: int = figure("Agreements signed for the years of the period (签订协议数).")
    agreements_expected: int = figure("Companies by community where an agreement was asked for (应签协议数).")
    agreements_share: Decimal | None = figure(
        "Signed of agreementsExpected, by the companies they are expected of (协议签订率)."
    )
    claimed_projects: int = figure("Projects claimed under these agreements and not given up (认领项目数).")
    projects_per_agreement: Decimal | None = figure("claimedProjects for each of agreements (每份协议认领项目数).")
    projects_per_lead: Decimal | None = figure("claimedProjects for each of leads (人均认领项目数).")
    completed_projects: int = figure("Projects completed (完成项目数).")
    completed_share: Decimal | None = figure("completedProjects of claimedProjects (项目完成率).")


@strawberry.input(description="A lead has registered with the community (登记报到).")
class ReportCheckInInput:
    """When, with which document, and why late."""

    id: strawberry.ID = identifier("chk", "The check-in (社区报到).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reported_on: date = strawberry.field(description="Registered on (报到日期).")
    document: str | None = strawberry.field(description="Reference of the registration (报到材料).", default=None)
    late_reason: str | None = strawberry.field(
        description="Why it is late (逾期原因); needed after the deadline.", default=None
    )


@strawberry.input(description="The community confirms a check-in (确认报到).")
class ConfirmCheckInInput:
    """Which, and when."""

    id: strawberry.ID = identifier("chk", "The check-in (社区报到).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    confirmed_on: date | None = strawberry.field(
        description="Confirmed on (确认日期); today when left out.", default=None
    )


@strawberry.type(description="What became of a check-in (报到变更结果).")
class CheckInPayload:
    """The check-in, or why not."""

    check_in: CheckIn | None = changed("The check-in (社区报到)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.CHECK_IN_REPORT, "Record that a lead has registered with the community (登记报到).")
async def report_check_in(scope: Scope, input: ReportCheckInInput) -> CheckInPayload:
    row = await rules.report(scope, **values(input))
    return CheckInPayload(check_in=ref(CheckIn, row.id))


@mutation(Permission.CHECK_IN_CONFIRM, "Confirm a check-in with your community (确认报到).")
async def confirm_check_in(scope: Scope, input: ConfirmCheckInInput) -> CheckInPayload:
    row = await rules.confirm(scope, **values(input) | {"confirmed_on": input.confirmed_on or today()})
    return CheckInPayload(check_in=ref(CheckIn, row.id))
