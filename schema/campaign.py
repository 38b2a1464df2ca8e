"""Special campaigns in the contract: opened by a division, their duties done by the divisions that owe them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import DivisionLevel, DutyKind
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import campaign as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division


@entity(table=rules.Campaign, prefix="cam", permission=Permission.CAMPAIGN_READ)
class Campaign(Node):
    """Special campaign (专项行动) of a division, with the cadence of its duties."""

    name: str = column("Name (名称).", where=True, order=True)
    basis: str = column("The document it rests on (依据文件).")
    starts_on: date = column("First day (起始日期).", where=True, order=True)
    ends_on: date = column("Last day (截止日期).", where=True, order=True)
    owed_by: DivisionLevel = column("Which divisions owe its duties (承担单位级别).", where=True)
    duties: list[DutyKind] = column("What falls due (工作节奏).")
    grace_days: int = column("Days after a period's end within which its duty is done (宽限天数).")
    division: "Division" = one("Whose it is (行政区划).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@entity(table=rules.CampaignDuty, prefix="cdu", permission=Permission.CAMPAIGN_READ, division="division_path")
class CampaignDuty(Node):
    """Duty of a campaign that a division has done for a period (已完成的专项行动任务)."""

    kind: DutyKind = column("What was done (任务类型).", where=True)
    period_start: date = column("First day of its period (期次起始日).", where=True, order=True)
    done_on: date = column("Done on (完成日期).", where=True, order=True)
    document: str = column("Reference of the document (文号).")
    campaign: "Campaign" = one("The campaign (专项行动).", where=True)
    division: "Division" = one("Who did it (承担单位).", where=True)
    version: int = column("Version (版本号).")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("Duties of campaigns that fall due in a period, by kind (合规日历统计, R-12); counted, never typed in.")
class ComplianceFigures(Cell):
    """One row of a kind; a rate of nothing is null, shown as “—”."""

    kind: DutyKind = figure("What falls due (任务类型).")
    due: int = figure("Due in the period (应完成数).")
    done: int = figure("Done by its end (已完成数).")
    done_in_time: int = figure("Done by their day (按期完成数).")
    overdue: int = figure("Not done and overdue today (逾期未完成数).")
    done_share: Decimal | None = figure("Done, of due (完成率).")
    in_time_share: Decimal | None = figure("Done by their day, of due (按期完成率).")


@figures("What falls due in a period, by its day (合规日历, R-12); the first thousand.")
class ComplianceDuty(Cell):
    """One duty of one division."""

    campaign: str = figure("Name of the campaign (专项行动).")
    kind: DutyKind = figure("What falls due (任务类型).")
    division_path: str = figure("Path of the division that owes it (承担区划).")
    division_name: str = figure("Its name (承担单位).")
    period_start: date = figure("First day of the period it is for (期次起始日).")
    period_end: date = figure("Last day of that period (期次截止日).")
    due_on: date = figure("To be done by (应完成日期).")
    done_on: date | None = figure("Done on (完成日期); null while it is not.")
    overdue: bool = figure("Not done and overdue today (是否逾期).")


@strawberry.input(description="A special campaign to hold (开展专项行动).")
class OpenCampaignInput:
    """Where, when, what falls due, who owes it."""

    id: strawberry.ID | None = own_identifier("cam")
    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    name: str = strawberry.field(description="Name (名称).")
    basis: str = strawberry.field(description="The document it rests on (依据文件).")
    starts_on: date = strawberry.field(description="First day (起始日期).")
    ends_on: date = strawberry.field(description="Last day (截止日期).")
    owed_by: DivisionLevel = strawberry.field(description="Every division of this level in it owes (承担单位级别).")
    duties: list[DutyKind] = strawberry.field(description="What falls due (工作节奏).")
    grace_days: int = strawberry.field(
        description="Days after a period's end within which its duty is done (宽限天数), up to 92.", default=0
    )


@strawberry.input(description="Move a campaign's last day (调整专项行动截止日期).")
class EndCampaignInput:
    """Until when."""

    id: strawberry.ID = identifier("cam", "The campaign (专项行动).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    ends_on: date = strawberry.field(description="Last day (截止日期).")


@strawberry.input(description="A duty of a campaign that was done (登记专项行动任务完成).")
class DoCampaignDutyInput:
    """Which, for which period, by whom, and what shows it."""

    campaign_id: strawberry.ID = identifier("cam", "The campaign (专项行动).")
    kind: DutyKind = strawberry.field(description="What was done (任务类型).")
    period: date = strawberry.field(description="A day of the month, quarter or half-year it is for (所属期次).")
    done_on: date = strawberry.field(description="Done on (完成日期).")
    document: str = strawberry.field(description="Reference of the document (文号).")
    division_code: str = strawberry.field(description="Code of the division that owes it (承担区划代码).")


@strawberry.type(description="What became of a campaign (专项行动变更结果).")
class CampaignPayload:
    """The campaign, or why not."""

    campaign: Campaign | None = changed("The campaign (专项行动)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a duty (专项行动任务登记结果).")
class CampaignDutyPayload:
    """The duty, or why not."""

    campaign_duty: CampaignDuty | None = changed("The duty (专项行动任务)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.CAMPAIGN_UPDATE, "Open a special campaign in your division (开展专项行动).")
async def open_campaign(scope: Scope, input: OpenCampaignInput) -> CampaignPayload:
    row = await rules.open_campaign(scope, rules.NewCampaign(**values(input)))
    return CampaignPayload(campaign=ref(Campaign, row.id))


@mutation(Permission.CAMPAIGN_UPDATE, "Move the last day of a campaign (调整专项行动截止日期).")
async def end_campaign(scope: Scope, input: EndCampaignInput) -> CampaignPayload:
    row = await rules.end(scope, **values(input))
    return CampaignPayload(campaign=ref(Campaign, row.id))


@mutation(Permission.CAMPAIGN_RECORD, "Record that a duty of a campaign was done (登记专项行动任务完成).")
async def do_campaign_duty(scope: Scope, input: DoCampaignDutyInput) -> CampaignDutyPayload:
    row = await rules.do_duty(scope, **values(input))
    return CampaignDutyPayload(campaign_duty=ref(CampaignDuty, row.id))
