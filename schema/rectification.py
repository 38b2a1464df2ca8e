"""Rectification orders in the contract: issued and confirmed by a regulator, answered item by item by the company."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.terms import DivisionLevel, RectificationState
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import rectification as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.interview import Interview
    from schema.project import Project
    from schema.rating.case import RatingCase


def _late(item: Row) -> str:
    return f"{item.answered_on} IS NULL AND {item.due_on} < current_date"


@entity(
    table=rules.RectificationOrder, prefix="rct", permission=Permission.RECTIFICATION_READ, division="division_path"
)
class RectificationOrder(Node):
    """Rectification order (整改通知): what a company has to put right, on which document, and by when."""

    state: RectificationState = column("Where it stands (整改状态).", where=True)
    level: DivisionLevel = column("The level that issued it and confirms it (签发层级).", where=True)
    issuer: str = column("Who issued it (签发单位).", where=True)
    basis: str = column("The document it rests on (依据文件及文号).")
    issued_on: date = column("Issued on (签发日期).", where=True, order=True)
    due_on: date = column("To be answered by (整改期限).", where=True, order=True)
    overdue: bool = expression(
        "An item is not answered, and its day has passed (已逾期).",
        lambda row: row.exists(rules.RectificationItem, by="order_id", where=_late),
        where=True,
    )
    confirmed_on: date | None = column("Confirmed on (确认日期).", where=True, order=True)
    returned: int = column("How often it was returned (退回次数).", where=True)
    returned_on: date | None = column("Last returned on (退回日期).", where=True)
    return_reason: str | None = column("Why it was last returned (退回原因).")
    items: Connection["RectificationItem"] = many("What is to be put right (整改事项).", by="order_id")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project | None" = one("The project (物业项目).", where=True)
    rating_case: "RatingCase | None" = one("The rating whose result it follows (参评对象).")
    interview: "Interview | None" = one("The interview it followed (约谈).", where=True)
    division: "Division" = one("Where it lies (所属区划).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Issued at (签发时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(
    table=rules.RectificationItem,
    prefix="rci",
    permission=Permission.RECTIFICATION_READ,
    division="division_path",
    order="place",
)
class RectificationItem(Node):
    """One thing to put right (整改事项), and what the company says it did."""

    place: int = column("Its number in the order (序号).", where=True, order=True)
    requirement: str = column("What is to be put right (整改要求).")
    due_on: date = column("By this day (整改期限).", where=True, order=True)
    overdue: bool = expression("It is not answered, and its day has passed (已逾期).", _late, where=True)
    done: str | None = column("What was done (整改情况).")
    evidence: str | None = column("Reference of the evidence (证据材料).")
    answered_on: date | None = column("Answered on (回复日期); null again once it is returned.", where=True)
    order: "RectificationOrder" = one("The order (整改通知).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")


@strawberry.input(description="One thing to put right (整改事项).")
class RectificationItemInput:
    """What, and by when if earlier than the order's day."""

    requirement: str = strawberry.field(description="What is to be put right (整改要求).")
    due_on: date | None = strawberry.field(
        description="By this day (整改期限), at the latest the order's, which it is when left out.", default=None
    )


@strawberry.input(description="Issue a rectification order (签发整改通知).")
class IssueRectificationOrderInput:
    """To whom, on which document, what, and by when."""

    id: strawberry.ID | None = own_identifier("rct")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业).")
    project_id: strawberry.ID | None = identifier("prj", "The project (物业项目).", default=None)
    interview_id: strawberry.ID | None = identifier("itv", "The interview it follows (约谈).", default=None)
    rating_case_id: strawberry.ID | None = identifier(
        "rca",
        "The rating, published, whose result it follows (参评对象): of the company, or of the project.",
        default=None,
    )
    basis: str = strawberry.field(description="The document it rests on, with its number (依据文件及文号).")
    due_on: date = strawberry.field(description="To be answered by (整改期限), today or later.")
    items: list[RectificationItemInput] = strawberry.field(description="What is to be put right (整改事项).")


@strawberry.input(description="Say what was done about an item (回复整改事项).")
class AnswerRectificationItemInput:
    """What, and where the evidence is."""

    id: strawberry.ID = identifier("rci", "The item (整改事项).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    done: str = strawberry.field(description="What was done (整改情况).")
    evidence: str = strawberry.field(description="Reference of the evidence (证据材料).")


@strawberry.input(description="Confirm that everything was put right (确认整改).")
class ConfirmRectificationOrderInput:
    """Which order."""

    id: strawberry.ID = identifier("rct", "The order (整改通知).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Return an answered order, to be done again (退回整改).")
class ReturnRectificationOrderInput:
    """Why, by when, and which items."""

    id: strawberry.ID = identifier("rct", "The order (整改通知).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (退回原因).")
    due_on: date = strawberry.field(description="To be done by (新的整改期限), today or later.")
    item_ids: list[strawberry.ID] | None = identifier(
        "rci", "Only these items (退回事项); all when left out.", default=None
    )


@strawberry.type(description="What became of an order (整改通知变更结果).")
class RectificationOrderPayload:
    """The order, or why not."""

    rectification_order: RectificationOrder | None = changed("The order (整改通知)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of an item (整改事项变更结果).")
class RectificationItemPayload:
    """The item, or why not."""

    rectification_item: RectificationItem | None = changed("The item (整改事项)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.RECTIFICATION_ISSUE, "Order a company of your division to put something right (签发整改通知).")
async def issue_rectification_order(scope: Scope, input: IssueRectificationOrderInput) -> RectificationOrderPayload:
    given = values(input)
    items = [rules.NewItem(**values(item)) for item in given.pop("items")]
    row = await rules.issue(scope, rules.NewOrder(items=items, **given))
    return RectificationOrderPayload(rectification_order=ref(RectificationOrder, row.id))


@mutation(Permission.RECTIFICATION_ANSWER, "Say what was done about an item, with evidence (回复整改事项).")
async def answer_rectification_item(scope: Scope, input: AnswerRectificationItemInput) -> RectificationItemPayload:
    row = await rules.answer(scope, **values(input))
    return RectificationItemPayload(rectification_item=ref(RectificationItem, row.id))


@mutation(Permission.RECTIFICATION_CONFIRM, "Confirm an answered order that your level issued (确认整改).")
async def confirm_rectification_order(scope: Scope, input: ConfirmRectificationOrderInput) -> RectificationOrderPayload:
    row = await rules.confirm(scope, **values(input))
    return RectificationOrderPayload(rectification_order=ref(RectificationOrder, row.id))


@mutation(Permission.RECTIFICATION_CONFIRM, "Return an answered order that your level issued (退回整改).")
async def return_rectification_order(scope: Scope, input: ReturnRectificationOrderInput) -> RectificationOrderPayload:
    row = await rules.send_back(scope, **values(input))
    return RectificationOrderPayload(rectification_order=ref(RectificationOrder, row.id))
