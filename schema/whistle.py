"""Whistles in the contract: regulators raise, dispatch and confirm them, the company concerned reads them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import WhistleLevel, WhistleState
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import whistle as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.estate import Estate
    from schema.issue import Issue
    from schema.party.organisation import PublicPartyOrganisation
    from schema.project import Project


@entity(table=rules.WhistleUnit, prefix="whu", permission=Permission.WHISTLE_READ, division="division_path")
class WhistleUnit(Node):
    """Unit that a whistle calls (被吹哨单位)."""

    name: str = column("Name (单位名称).", where=True, order=True)
    arrived_at: datetime | None = column("Arrived at (到场时间).", where=True)
    whistle: "Whistle" = one("The whistle (哨).", where=True)


@entity(table=rules.Whistle, prefix="whi", permission=Permission.WHISTLE_READ, division="division_path")
class Whistle(Node):
    """Whistle (哨) at an estate: units are called, and report (吹哨报到)."""

    level: WhistleLevel = column("Level (哨级).", where=True)
    state: WhistleState = column("State (状态).", where=True)
    matter: str = column("What it is about (事由).")
    persuasion: str | None = column("How persuasion failed (劝阻无效记录).")
    raised_at: datetime = column("Raised at (吹哨时间).", where=True, order=True)
    respond_by: datetime = column("A unit is to be there by (应到场时间).", where=True, order=True)
    accepted_at: datetime | None = column("Accepted and dispatched at (受理时间).")
    rejection: str | None = column("Why it was rejected (退回原因).")
    responded_at: datetime | None = column("The first unit arrived at (首个单位到场时间).", where=True)
    meeting_on: date | None = column("Studied by a joint meeting on (联席会议日期).")
    meeting_minutes: str | None = column("Reference of the minutes (会议纪要编号).")
    disposed_on: date | None = column("Disposed of on (处置日期).", where=True, order=True)
    disposal: str | None = column("What was done (处置结果).")
    confirmed_on: date | None = column("Confirmed by who raised it on (确认日期).", where=True)
    units: Connection["WhistleUnit"] = many("Units it calls (被吹哨单位).", by="whistle_id")
    branch: "PublicPartyOrganisation | None" = one("The estate's branch that raised it (吹哨党支部).")
    issue: "Issue | None" = one("The issue it is about (问题).", permission=Permission.ISSUE_READ)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project" = one("The project (物业项目).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("Whistles raised in a period, by level, as they stand today (吹哨报到统计, R-08).")
class WhistleFigures(Cell):
    """One row of a level, from the first to the fourth; a rate or median of nothing is null, shown as “—”."""

    level: WhistleLevel = figure("Level (哨级).")
    number: int = figure("Its number, 1 to 4 (级次).")
    raised: int = figure("Raised (吹哨数).")
    rejected: int = figure("Rejected (退回数).")
    responded: int = figure("To which a unit came (已到场数).")
    in_time_share: Decimal | None = figure("Answered by the time set, of those answered or overdue (按时到场率).")
    median_response_hours: Decimal | None = figure(
        "Median hours from raising to the first arrival (到场用时中位数，小时)."
    )
    overdue: int = figure("To which nobody has come in time, now (逾期未到场数).")
    disposed: int = figure("Disposed of (已处置数).")
    disposed_share: Decimal | None = figure("Disposed of, of those not rejected (处置率).")
    confirmed: int = figure("Confirmed by who raised it (已确认数).")


@figures("Units called by the whistles of a period (被吹哨单位到场统计, R-08), in the order of their names.")
class WhistleUnitFigures(Cell):
    """One row of a unit; rejected whistles are not counted."""

    unit: str = figure("Name (单位名称).")
    called: int = figure("Called (被吹哨数).")
    arrived: int = figure("Arrived (到场数).")
    arrived_share: Decimal = figure("Arrived, of called (到场率).")
    in_time_share: Decimal | None = figure("Arrived by the time set, of arrived (按时到场率).")
    median_response_hours: Decimal | None = figure("Median hours from raising to arrival (到场用时中位数，小时).")


@strawberry.input(description="A whistle to raise (吹哨).")
class RaiseWhistleInput:
    """Where, at which level, about what, for whom."""

    id: strawberry.ID | None = own_identifier("whi")
    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    level: WhistleLevel = strawberry.field(description="Level (哨级).")
    matter: str = strawberry.field(description="What it is about (事由).")
    units: list[str] = strawberry.field(description="Units called (被吹哨单位), 1 to 20.")
    persuasion: str | None = strawberry.field(
        description="How persuasion failed (劝阻无效记录); ENFORCEMENT needs it.", default=None
    )
    branch_id: strawberry.ID | None = identifier(
        "ppo", "The estate's branch that raises it (吹哨党支部).", default=None
    )
    issue_id: strawberry.ID | None = identifier("iss", "The issue it is about (问题).", default=None)
    raised_at: datetime | None = strawberry.field(description="Raised at (吹哨时间); now when left out.", default=None)


@strawberry.input(description="Accept a whistle or reject it (受理或退回).")
class DecideWhistleInput:
    """Which, and why not."""

    id: strawberry.ID = identifier("whi", "The whistle (哨).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    accepted: bool = strawberry.field(description="Accepted (是否受理).")
    reason: str | None = strawberry.field(description="Why not (退回原因); needed to reject.", default=None)


@strawberry.input(description="A unit has arrived (单位报到).")
class ReportToWhistleInput:
    """Which unit, when."""

    id: strawberry.ID = identifier("whi", "The whistle (哨).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    unit: str = strawberry.field(description="Name of the unit, as it was called (单位名称).")
    arrived_at: datetime = strawberry.field(description="Arrived at (到场时间).")


@strawberry.input(description="A joint meeting has studied a hard problem (联席会议研究攻坚哨).")
class MeetOnWhistleInput:
    """When, and where it is written."""

    id: strawberry.ID = identifier("whi", "The whistle (哨).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    held_on: date = strawberry.field(description="Held on (会议日期).")
    minutes: str = strawberry.field(description="Reference of the minutes (会议纪要编号).")


@strawberry.input(description="A whistle was disposed of (处置哨).")
class DisposeWhistleInput:
    """When and how."""

    id: strawberry.ID = identifier("whi", "The whistle (哨).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    disposal: str = strawberry.field(description="What was done (处置结果).")
    disposed_on: date | None = strawberry.field(
        description="Disposed of on (处置日期); today when left out.", default=None
    )


@strawberry.input(description="Confirm that a whistle is done (确认哨办结).")
class ConfirmWhistleInput:
    """Which."""

    id: strawberry.ID = identifier("whi", "The whistle (哨).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.type(description="What became of a whistle (哨变更结果).")
class WhistlePayload:
    """The whistle, or why not."""

    whistle: Whistle | None = changed("The whistle (哨)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.WHISTLE_RAISE, "Raise a whistle at an estate of your community or street (吹哨).")
async def raise_whistle(scope: Scope, input: RaiseWhistleInput) -> WhistlePayload:
    row = await rules.blow(scope, rules.NewWhistle(**values(input)))
    return WhistlePayload(whistle=ref(Whistle, row.id))


@mutation(Permission.WHISTLE_DISPATCH, "Accept a whistle and dispatch its units, or reject it (受理或退回哨).")
async def decide_whistle(scope: Scope, input: DecideWhistleInput) -> WhistlePayload:
    row = await rules.decide(scope, **values(input))
    return WhistlePayload(whistle=ref(Whistle, row.id))


@mutation(Permission.WHISTLE_DISPATCH, "Record that a unit has arrived (单位报到).")
async def report_to_whistle(scope: Scope, input: ReportToWhistleInput) -> WhistlePayload:
    row = await rules.report(scope, **values(input))
    return WhistlePayload(whistle=ref(Whistle, row.id))


@mutation(Permission.WHISTLE_DISPATCH, "Record that a joint meeting has studied a hard problem (联席会议研究攻坚哨).")
async def meet_on_whistle(scope: Scope, input: MeetOnWhistleInput) -> WhistlePayload:
    row = await rules.meet(scope, **values(input))
    return WhistlePayload(whistle=ref(Whistle, row.id))


@mutation(Permission.WHISTLE_DISPATCH, "Record what was done about a whistle (处置哨).")
async def dispose_whistle(scope: Scope, input: DisposeWhistleInput) -> WhistlePayload:
    row = await rules.dispose(scope, **values(input) | {"disposed_on": input.disposed_on or today()})
    return WhistlePayload(whistle=ref(Whistle, row.id))


@mutation(Permission.WHISTLE_RAISE, "Confirm that a whistle you raised is done (确认哨办结).")
async def confirm_whistle(scope: Scope, input: ConfirmWhistleInput) -> WhistlePayload:
    row = await rules.confirm(scope, **values(input))
    return WhistlePayload(whistle=ref(Whistle, row.id))
