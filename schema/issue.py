"""Issues in the contract: the company works on them, regulators raise, escalate and supervise them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import IssueChannel, IssueLevel, IssueSource, IssueState
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import issue as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.estate import Estate
    from schema.project import Project


@entity(table=rules.IssueCategory, prefix="cat", permission=Permission.ISSUE_READ)
class IssueCategory(Node):
    """Category of issues (问题类别) in a division's tree of two levels."""

    code: str = column("Code (类别代码).", where=True, order=True)
    name: str = column("Name (类别名称).", where=True, order=True)
    beyond_estate: bool = column("Cannot be solved within the estate (小区无法解决).", where=True)
    closed_on: date | None = column("Not used from (停用日期).", where=True)
    parent: "IssueCategory | None" = one("The category above (上级类别).", where=True)
    division: "Division" = one("Whose tree it belongs to (所属区划).", where=True)
    children: Connection["IssueCategory"] = many("Categories below (下级类别).", by="parent_id")
    version: int = column("Version (版本号).")


@entity(table=rules.Issue, prefix="iss", permission=Permission.ISSUE_READ, division="division_path")
class Issue(Node):
    """Issue (问题) found at an estate, from finding it to the evaluation of how it was solved."""

    title: str = column("What it is about (问题标题).", where=True)
    detail: str | None = column("Description (问题描述).")
    state: IssueState = column("Step of the loop (问题状态).", where=True)
    level: IssueLevel = column("Level that handles it (处置层级).", where=True)
    source: IssueSource = column("Where it was found (问题来源).", where=True)
    channel: IssueChannel = column("How it came in (受理渠道).", where=True)
    external_id: str | None = column("Its number where it came from (外部编号).", where=True)
    co_handlers: list[str] = column("Departments that help (协办部门).")
    found_on: date = column("Found on (发现日期).", where=True, order=True)
    due_on: date | None = column("To be closed by (办结期限).", where=True, order=True)
    provisional: bool = column("The deadline's year has no published holiday calendar yet (期限暂定).")
    supervised_on: date | None = column("Under supervision since (督办日期).", where=True)
    answer: str | None = column("Latest answer (反馈意见).")
    closed_on: date | None = column("Closed on (办结日期).", where=True, order=True)
    closed_at_level: IssueLevel | None = column("Level at which it was closed (办结层级).", where=True)
    satisfaction: int | None = column("How satisfied the one who raised it is, 1 to 5 (满意度).", where=True)
    escalation_reason: str | None = column("Why it was last handed up (提级原因).")
    reopened: int = column("How often it was opened anew (重开次数).", where=True)
    reopened_on: date | None = column("Last opened anew on (重开日期).", where=True)
    reopening_reason: str | None = column("Why it was last opened anew (重开原因).")
    category: "IssueCategory | None" = one("Category (问题类别).", where=True)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project" = one("The project (物业项目).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@figures(
    "Issues found in a period (问题统计, R-07), and how they stood on `asOf`; a share of nothing is null. Deadlines and"
    " evaluations are those known today, and one reopened since counts as open."
)
class IssueFigures(Cell):
    """One row."""

    found: int = figure("Found (发现数).")
    closed: int = figure("Closed (办结数).")
    closed_share: Decimal | None = figure("closed of found (办结率).")
    closed_in_time_share: Decimal | None = figure(
        "Closed by their deadline, of closed (按期办结率); the setting ISSUE_DAYS gives the days."
    )
    in_time_target: Decimal = figure(
        "The share that the division asked for, or else your own, has set (按期办结率目标, ISSUE_ON_TIME_TARGET)."
    )
    mean_days: Decimal | None = figure("Mean days from finding to closing (平均办结天数).")
    closed_at_estate_share: Decimal | None = figure("Closed at the estate, of closed (小区办结率).")
    closed_at_grid_share: Decimal | None = figure("Closed in the grid, of closed (网格办结率).")
    closed_at_community_share: Decimal | None = figure("Closed at the community, of closed (社区办结率).")
    closed_at_street_share: Decimal | None = figure("Closed at the street, of closed (街道办结率).")
    overdue: int = figure("Open after their deadline, on `asOf` (逾期未办结数).")
    supervised: int = figure("Under supervision (督办数).")
    estates: int = figure("Estates concerned (涉及小区数).")
    estates_served: int = figure("Estates where a project ran in the period (在管小区数).")
    found_per_estate: Decimal | None = figure("found for each of estatesServed (小区均问题数).")
    found_year_before: int = figure("Found in the same period a year before (上年同期发现数).")
    year_on_year: Decimal | None = figure(
        "found less foundYearBefore, of foundYearBefore: 0.8553 is 85.53% more (同比增长率)."
    )
    evaluated: int = figure("Evaluated by who raised them (已评价数).")
    satisfaction: Decimal | None = figure("Mean satisfaction, 1 to 5 (平均满意度).")


@figures("Issues found in a period, by category (问题分类统计, R-07).")
class IssueCategoryFigures(Cell):
    """A row for each category with an issue; one without a name is of issues that have no category."""

    code: str | None = figure("Code (类别代码).")
    name: str | None = figure("Name (类别名称).")
    parent_name: str | None = figure("Name of the category above (上级类别).")
    beyond_estate: bool = figure("Cannot be solved within the estate (小区无法解决).")
    found: int = figure("Found (发现数).")
    found_share: Decimal = figure("found, of those found in all categories (占比).")
    closed: int = figure("Closed (办结数).")
    closed_share: Decimal = figure("closed of found (办结率).")


@strawberry.input(description="An issue to record (登记问题). With an `externalId`, recording it again adds nothing.")
class IssueInput:
    """What, where, and how it came in."""

    id: strawberry.ID | None = own_identifier("iss")
    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    title: str = strawberry.field(description="What it is about (问题标题).")
    source: IssueSource = strawberry.field(description="Where it was found (问题来源).")
    channel: IssueChannel = strawberry.field(description="How it came in (受理渠道).")
    found_on: date = strawberry.field(description="Found on (发现日期).")
    detail: str | None = strawberry.field(description="Description (问题描述).", default=None)
    category_id: strawberry.ID | None = identifier("cat", "Category (问题类别).", default=None)
    external_id: str | None = strawberry.field(description="Its number where it came from (外部编号).", default=None)
    co_handlers: list[str] = strawberry.field(description="Departments that help (协办部门).", default_factory=list)


@strawberry.input(description="Put an open issue right (修改问题); what is left out stays.")
class UpdateIssueInput:
    """What it is about, its category, who helps."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    title: str | None = strawberry.field(description="What it is about (问题标题).", default=strawberry.UNSET)
    detail: str | None = strawberry.field(description="Description (问题描述).", default=strawberry.UNSET)
    category_id: strawberry.ID | None = identifier("cat", "Category (问题类别).", default=strawberry.UNSET)
    co_handlers: list[str] | None = strawberry.field(
        description="Departments that help (协办部门), all of them.", default=strawberry.UNSET
    )


@strawberry.input(description="Take an issue one step on (推进问题).")
class AdvanceIssueInput:
    """Reported, assigned, in progress, or answered."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    state: IssueState = strawberry.field(
        description="REPORTED, ASSIGNED, IN_PROGRESS or FEEDBACK (下一状态); the rest have mutations of their own."
    )
    answer: str | None = strawberry.field(description="The answer (反馈意见); needed for FEEDBACK.", default=None)


@strawberry.input(description="Close an issue (办结问题).")
class CloseIssueInput:
    """When."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    closed_on: date | None = strawberry.field(description="Closed on (办结日期); today when left out.", default=None)


@strawberry.input(description="Record how satisfied the one who raised it is (评价问题).")
class EvaluateIssueInput:
    """From 1 to 5."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    satisfaction: int = strawberry.field(description="From 1, not at all, to 5, fully (满意度).")


@strawberry.input(description="Open a closed issue anew (重新打开问题).")
class ReopenIssueInput:
    """Why."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (重开原因).")
    reopened_on: date | None = strawberry.field(
        description="Opened anew on (重开日期); today when left out.", default=None
    )


@strawberry.input(description="Hand an issue up (提级问题).")
class EscalateIssueInput:
    """To which level, and why."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    level: IssueLevel = strawberry.field(description="To this level (处置层级), above the present one.")
    reason: str = strawberry.field(description="Why (提级原因).")


@strawberry.input(description="Take an overdue issue under supervision (督办问题).")
class SuperviseIssueInput:
    """Which."""

    id: strawberry.ID = identifier("iss", "The issue (问题).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="A category of issues (新增问题类别).")
class CreateIssueCategoryInput:
    """Whose, which, below which."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    code: str = strawberry.field(description="Code (类别代码).")
    name: str = strawberry.field(description="Name (类别名称).")
    parent_id: strawberry.ID | None = identifier("cat", "The first-level category above (上级类别).", default=None)
    beyond_estate: bool = strawberry.field(
        description="Cannot be solved within the estate (小区无法解决).", default=False
    )


@strawberry.input(description="Change a category (修改问题类别); what is left out stays.")
class UpdateIssueCategoryInput:
    """Its name, what it says, until when it is used."""

    id: strawberry.ID = identifier("cat", "The category (问题类别).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (类别名称).", default=strawberry.UNSET)
    beyond_estate: bool | None = strawberry.field(
        description="Cannot be solved within the estate (小区无法解决).", default=strawberry.UNSET
    )
    closed_on: date | None = strawberry.field(
        description="Not used from (停用日期); null to use it again.", default=strawberry.UNSET
    )


@strawberry.type(description="What became of an issue (问题变更结果).")
class IssuePayload:
    """The issue, or why not."""

    issue: Issue | None = changed("The issue (问题)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a category (问题类别变更结果).")
class IssueCategoryPayload:
    """The category, or why not."""

    issue_category: IssueCategory | None = changed("The category (问题类别)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.ISSUE_CREATE, "Record an issue at an estate that your company serves (登记问题).")
async def create_issue(scope: Scope, input: IssueInput) -> IssuePayload:
    row = await rules.record_issue(scope, rules.NewIssue(**values(input)))
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_SUPERVISE, "Raise an issue with the company that serves an estate (交办问题).")
async def raise_issue(scope: Scope, input: IssueInput) -> IssuePayload:
    row = await rules.raise_issue(scope, rules.NewIssue(**values(input)))
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_UPDATE, "Put an open issue right: what it is about, its category, who helps (修改问题).")
async def update_issue(scope: Scope, input: UpdateIssueInput) -> IssuePayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_UPDATE, "Take an issue one step on (推进问题).")
async def advance_issue(scope: Scope, input: AdvanceIssueInput) -> IssuePayload:
    given = values(input)
    row = await rules.advance(scope, given["id"], given["version"], input.state, answer=input.answer)
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_UPDATE, "Close an answered issue (办结问题).")
async def close_issue(scope: Scope, input: CloseIssueInput) -> IssuePayload:
    given = values(input)
    row = await rules.close(scope, given["id"], given["version"], input.closed_on or today())
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_UPDATE, "Record how satisfied the one who raised it is (评价问题).")
async def evaluate_issue(scope: Scope, input: EvaluateIssueInput) -> IssuePayload:
    row = await rules.evaluate(scope, **values(input))
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_UPDATE, "Open a closed issue anew (重新打开问题).")
async def reopen_issue(scope: Scope, input: ReopenIssueInput) -> IssuePayload:
    row = await rules.reopen(scope, **values(input) | {"reopened_on": input.reopened_on or today()})
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_ESCALATE, "Hand an open issue up, with a reason (提级问题).")
async def escalate_issue(scope: Scope, input: EscalateIssueInput) -> IssuePayload:
    row = await rules.escalate(scope, **values(input))
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_SUPERVISE, "Take an overdue issue under supervision (督办问题).")
async def supervise_issue(scope: Scope, input: SuperviseIssueInput) -> IssuePayload:
    row = await rules.supervise(scope, **values(input))
    return IssuePayload(issue=ref(Issue, row.id))


@mutation(Permission.ISSUE_CATEGORY_UPDATE, "Add a category to your division's tree (新增问题类别).")
async def create_issue_category(scope: Scope, input: CreateIssueCategoryInput) -> IssueCategoryPayload:
    row = await rules.add_category(scope, rules.NewCategory(**values(input)))
    return IssueCategoryPayload(issue_category=ref(IssueCategory, row.id))


@mutation(Permission.ISSUE_CATEGORY_UPDATE, "Change a category of your division's tree (修改问题类别).")
async def update_issue_category(scope: Scope, input: UpdateIssueCategoryInput) -> IssueCategoryPayload:
    given = values(input)
    row = await rules.update_category(scope, given.pop("id"), given.pop("version"), given)
    return IssueCategoryPayload(issue_category=ref(IssueCategory, row.id))
