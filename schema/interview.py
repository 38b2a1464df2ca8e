"""Interviews in the contract: planned, held and filed by a regulator; the company sees its own."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.terms import Attendee, DivisionLevel, InterviewState
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import interview as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.project import Project
    from schema.rectification import RectificationOrder


@entity(table=rules.Interview, prefix="itv", permission=Permission.INTERVIEW_READ, division="division_path")
class Interview(Node):
    """Interview (约谈) of a company by a regulator; who came is said by role, the minutes are a reference."""

    state: InterviewState = column("Where it stands (约谈状态).", where=True)
    level: DivisionLevel = column("The level that planned it (约谈层级).", where=True)
    issuer: str = column("Who planned it (约谈单位).", where=True)
    reason: str = column("What about (约谈事由).")
    attendees: list[Attendee] = column("Who is asked to come, by role (约谈对象).")
    planned_on: date = column("Planned for (约谈日期).", where=True, order=True)
    place: str = column("Where it is held (约谈地点).")
    held_on: date | None = column("Held on (实际约谈日期).", where=True, order=True)
    minutes: str | None = column("Where the minutes are filed (约谈记录编号).")
    cancellation: str | None = column("Why it was not held (取消原因).")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project | None" = one("The project (物业项目).", where=True)
    division: "Division" = one("Where it lies (所属区划).", where=True)
    orders: Connection["RectificationOrder"] = many("Orders that followed it (后续整改通知).", by="interview_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Planned at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="Plan an interview (拟定约谈).")
class PlanInterviewInput:
    """With whom, about what, when and where."""

    id: strawberry.ID | None = own_identifier("itv")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业).")
    project_id: strawberry.ID | None = identifier("prj", "The project (物业项目).", default=None)
    reason: str = strawberry.field(description="What about (约谈事由).")
    attendees: list[Attendee] = strawberry.field(description="Who is asked to come, by role (约谈对象).")
    planned_on: date = strawberry.field(description="Planned for (约谈日期), today or later.")
    place: str = strawberry.field(description="Where it is held (约谈地点).")


@strawberry.input(description="File an interview that was held (登记约谈).")
class HoldInterviewInput:
    """When, and where the minutes are."""

    id: strawberry.ID = identifier("itv", "The interview (约谈).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    held_on: date | None = strawberry.field(
        description="Held on (实际约谈日期); today when left out.", default=strawberry.UNSET
    )
    minutes: str = strawberry.field(description="Where the minutes are filed (约谈记录编号).")


@strawberry.input(description="Cancel an interview (取消约谈).")
class CancelInterviewInput:
    """Why."""

    id: strawberry.ID = identifier("itv", "The interview (约谈).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (取消原因).")


@strawberry.type(description="What became of an interview (约谈变更结果).")
class InterviewPayload:
    """The interview, or why not."""

    interview: Interview | None = changed("The interview (约谈)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.INTERVIEW_HOLD, "Plan an interview with a company that works in your division (拟定约谈).")
async def plan_interview(scope: Scope, input: PlanInterviewInput) -> InterviewPayload:
    row = await rules.plan(scope, rules.NewInterview(**values(input)))
    return InterviewPayload(interview=ref(Interview, row.id))


@mutation(Permission.INTERVIEW_HOLD, "File that an interview was held, with its minutes (登记约谈).")
async def hold_interview(scope: Scope, input: HoldInterviewInput) -> InterviewPayload:
    given = values(input)
    held_on = given.get("held_on") or today()
    row = await rules.hold(scope, given["id"], given["version"], held_on, given["minutes"])
    return InterviewPayload(interview=ref(Interview, row.id))


@mutation(Permission.INTERVIEW_HOLD, "Cancel a planned interview, with a reason (取消约谈).")
async def cancel_interview(scope: Scope, input: CancelInterviewInput) -> InterviewPayload:
    row = await rules.cancel(scope, **values(input))
    return InterviewPayload(interview=ref(Interview, row.id))
