"""Open days in the contract: prepared, published, held, answered and closed by the company; read by regulators."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import EstateKind, OpenArea, OpenDayState, Organiser
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import open_day as rules
from tenants import open_day_photo as photos
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.estate import Estate
    from schema.issue import Issue
    from schema.project import Project


def _announced(row: Row) -> str:
    """What a company prepares is nobody else's business until it is announced."""
    return f"{row.published_on} IS NOT NULL" if row.statement.audience.kind == "regulator" else "true"


@entity(
    table=rules.OpenDay,
    prefix="opd",
    permission=Permission.OPEN_DAY_READ,
    division="division_path",
    visible=_announced,
)
class OpenDay(Node):
    """Open day (物业开放日): a company shows its work at an estate, and answers what it is told."""

    theme: str = column("Theme (主题).", where=True)
    state: OpenDayState = column("State (开放日状态).", where=True)
    starts_at: datetime = column("Starts at (开始时间).", where=True, order=True)
    ends_at: datetime = column("Ends at (结束时间).", where=True, order=True)
    meeting_place: str = column("Where visitors meet (集合地点).")
    areas: list[OpenArea] = column("What is shown (开放区域).")
    host: str = column("Who receives the visitors, by office (接待负责人职务).")
    organisers: list[Organiser] = column("Who calls it, one or several together (组织方).")
    published_on: date | None = column("Published on (公告日期).", where=True, order=True)
    held_on: date | None = column("Held on (举办日期).", where=True, order=True)
    attended: int | None = column("Visitors, a count (参加人数).")
    volunteers: int | None = column("Volunteers, a count (志愿者人数).")
    party_volunteers: int | None = column(
        "Party members among them, a count (党员志愿者人数).", permission=Permission.PROJECT_READ_BASELINE
    )
    reason: str | None = column("Why it was put off or called off (延期、取消原因).")
    no_opinions: bool = column("It was stated that no opinion was given (无意见声明).")
    closed_on: date | None = column("Closed on (办结日期).", where=True)
    opinion_count: int = expression("Opinions given (意见数).", lambda row: row.count(rules.Opinion, by="open_day_id"))
    unanswered_count: int = expression(
        "Opinions not answered yet (未答复意见数).",
        lambda row: row.count(rules.Opinion, by="open_day_id", where=lambda opinion: f"{opinion.answered_on} IS NULL"),
    )
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project" = one("The project (物业项目).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    batches: Connection["OpenDayBatch"] = many("Batches of visitors (参观批次).", by="open_day_id")
    opinions: Connection["Opinion"] = many("Opinions given (意见建议).", by="open_day_id")
    photos: Connection["OpenDayPhoto"] = many("Photos (开放日照片); never needed for anything.", by="open_day_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.OpenDayBatch, prefix="opb", permission=Permission.OPEN_DAY_RECEIVE)
class OpenDayBatch(Node):
    """Batch of visitors (参观批次)."""

    starts_at: datetime = column("Starts at (开始时间).", where=True, order=True)
    capacity: int = column("How many it takes (容量).")
    registered: int = column("How many have registered, a count (报名人数).")
    attended: int | None = column("How many came, a count (参加人数).")
    version: int = column("Version (版本号), to be given back with a change.")


@entity(table=rules.Opinion, prefix="opn", permission=Permission.OPEN_DAY_READ, division="division_path")
class Opinion(Node):
    """Opinion given on an open day (意见建议), without a name."""

    content: str = column("What was said (意见内容).")
    category: str | None = column("Category (意见类别).", where=True)
    satisfaction: int | None = column("Satisfaction, 1 to 5 (满意度).", where=True)
    received_on: date = column("Given on (提出日期).", where=True, order=True)
    answer_due_on: date = column("To be answered by (答复期限).", where=True, order=True)
    provisional: bool = column("The deadline's year has no published holiday calendar yet (期限暂定).")
    answer: str | None = column("The answer (答复内容).")
    answered_on: date | None = column("Answered on (答复日期).", where=True, order=True)
    open_day: "OpenDay" = one("The open day (物业开放日).", where=True)
    issue: "Issue | None" = one("The issue made of it (转办问题).")
    version: int = column("Version (版本号), to be given back with a change.")


@entity(table=photos.OpenDayPhoto, prefix="oph", permission=Permission.OPEN_DAY_READ, division="division_path")
class OpenDayPhoto(Node):
    """Photo of an open day (开放日照片): a picture and nothing else, neither who took it nor where.

    `POST /open-days/{id}/photos` adds one.
    """

    url: str = expression(
        "Address of the JPEG on this server (图片地址), for a GET with the same token.",
        lambda row: f"'/photos/oph_' || {row.id}",
    )
    width: int = column("Width in pixels (宽).")
    height: int = column("Height in pixels (高).")
    bytes: int = column("Size of the file (字节数).", name="size")
    sha256: str = column("Digest of the file (SHA-256 摘要).")
    open_day: "OpenDay" = one("The open day (物业开放日).", where=True)
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("Open days held in a period, by kind of estate (开放日统计, R-05); a share of nothing is null.")
class OpenDayFigures(Cell):
    """A row for each kind of estate."""

    estate_kind: EstateKind = figure("Kind of estate (小区类型).")
    held: int = figure("Held (举办次数).")
    estates: int = figure("Estates that held one (举办小区数).")
    estates_served: int = figure("Estates where a project ran in the period (在管小区数).")
    held_per_estate: Decimal | None = figure("held for each of estatesServed (小区均举办次数).")
    holding_share: Decimal | None = figure("estates of estatesServed (举办小区占比).")
    quarterly_target: int | None = figure(
        "How many each estate is to hold a quarter in the division asked for, or else your own (每季度目标)."
    )
    attended: int = figure("Visitors (参加人次).")
    opinions: int = figure("Opinions given (意见数).")
    answered_share: Decimal | None = figure("Opinions answered, of opinions (答复率).")
    median_days_to_answer: Decimal | None = figure("Median of the days to answer (答复天数中位数).")


@strawberry.input(description="A batch of visitors (参观批次).")
class BatchInput:
    """When, and how many."""

    starts_at: datetime = strawberry.field(description="Starts at (开始时间), within the open day.")
    capacity: int = strawberry.field(description="How many it takes (容量).")


@strawberry.input(description="An open day to prepare (新建开放日).")
class CreateOpenDayInput:
    """What, where, when."""

    id: strawberry.ID | None = own_identifier("opd")
    project_id: strawberry.ID = identifier("prj", "The project (物业项目).")
    theme: str = strawberry.field(description="Theme (主题).")
    starts_at: datetime = strawberry.field(description="Starts at (开始时间).")
    ends_at: datetime = strawberry.field(description="Ends at (结束时间).")
    meeting_place: str = strawberry.field(description="Where visitors meet (集合地点).")
    host: str = strawberry.field(description="Who receives the visitors, by office (接待负责人职务).")
    areas: list[OpenArea] = strawberry.field(description="What is shown (开放区域), at least one.")
    organisers: list[Organiser] = strawberry.field(
        description="Who calls it, one or several together (组织方); the company when left out.",
        default_factory=lambda: [Organiser.COMPANY],
    )
    batches: list[BatchInput] = strawberry.field(description="Batches of visitors (参观批次).", default_factory=list)


@strawberry.input(description="Change an open day that is not announced yet (修改开放日); what is left out stays.")
class UpdateOpenDayInput:
    """What, where, when."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    theme: str | None = strawberry.field(description="Theme (主题).", default=None)
    starts_at: datetime | None = strawberry.field(description="Starts at (开始时间).", default=None)
    ends_at: datetime | None = strawberry.field(description="Ends at (结束时间).", default=None)
    meeting_place: str | None = strawberry.field(description="Where visitors meet (集合地点).", default=None)
    host: str | None = strawberry.field(
        description="Who receives the visitors, by office (接待负责人职务).", default=None
    )
    areas: list[OpenArea] | None = strawberry.field(description="What is shown (开放区域), at least one.", default=None)
    organisers: list[Organiser] | None = strawberry.field(description="Who calls it (组织方).", default=None)
    batches: list[BatchInput] | None = strawberry.field(
        description="Batches of visitors (参观批次), all of them.", default=None
    )


@strawberry.input(description="Publish an open day (发布开放日公告).")
class PublishOpenDayInput:
    """When the notice is given."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    published_on: date | None = strawberry.field(
        description="Published on (公告日期); today when left out.", default=None
    )


@strawberry.input(description="Put an open day off (延期开放日).")
class PostponeOpenDayInput:
    """Until when, and why."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (延期原因).")
    starts_at: datetime = strawberry.field(description="Starts at (开始时间).")
    ends_at: datetime = strawberry.field(description="Ends at (结束时间).")


@strawberry.input(description="Call an open day off (取消开放日).")
class CancelOpenDayInput:
    """Why."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (取消原因).")


@strawberry.input(description="Set how many have registered for a batch (登记报名人数).")
class RegisterVisitorsInput:
    """A count, no names."""

    id: strawberry.ID = identifier("opb", "The batch (参观批次).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    registered: int = strawberry.field(description="How many (报名人数).")


@strawberry.input(description="Set how many came with a batch (登记到场人数).")
class CountVisitorsInput:
    """A count, no names."""

    id: strawberry.ID = identifier("opb", "The batch (参观批次).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    attended: int = strawberry.field(description="How many came (参加人数).")


@strawberry.input(description="An open day took place (登记举办情况).")
class HoldOpenDayInput:
    """When, and counts."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    held_on: date = strawberry.field(description="Held on (举办日期), within the time announced.")
    attended: int | None = strawberry.field(
        description="Visitors, a count (参加人数); the sum of the batches' counts when left out.", default=None
    )
    volunteers: int = strawberry.field(description="Volunteers, a count (志愿者人数).", default=0)
    party_volunteers: int = strawberry.field(
        description="Party members among them, a count (党员志愿者人数).", default=0
    )


@strawberry.input(description="Close an open day (办结开放日).")
class CloseOpenDayInput:
    """Every opinion is answered, or none was given."""

    id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    no_opinions: bool = strawberry.field(description="State that no opinion was given (无意见声明).", default=False)
    closed_on: date | None = strawberry.field(description="Closed on (办结日期); today when left out.", default=None)


@strawberry.input(description="An opinion given on an open day (登记意见).")
class CreateOpinionInput:
    """What was said; no name."""

    id: strawberry.ID | None = own_identifier("opn")
    open_day_id: strawberry.ID = identifier("opd", "The open day (物业开放日).")
    content: str = strawberry.field(description="What was said (意见内容).")
    category: str | None = strawberry.field(description="Category (意见类别).", default=None)
    satisfaction: int | None = strawberry.field(description="Satisfaction, 1 to 5 (满意度).", default=None)
    received_on: date | None = strawberry.field(description="Given on (提出日期); today when left out.", default=None)


@strawberry.input(description="Answer an opinion (答复意见).")
class AnswerOpinionInput:
    """In words."""

    id: strawberry.ID = identifier("opn", "The opinion (意见建议).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    answer: str = strawberry.field(description="The answer (答复内容).")
    answered_on: date | None = strawberry.field(
        description="Answered on (答复日期); today when left out.", default=None
    )


@strawberry.input(description="Make an issue of an opinion (意见转问题).")
class ConvertOpinionInput:
    """Under which title."""

    id: strawberry.ID = identifier("opn", "The opinion (意见建议).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    title: str = strawberry.field(description="The issue's title (问题标题).")


@strawberry.input(description="Remove a photo for good (删除照片).")
class RemovePhotoInput:
    """Which."""

    id: strawberry.ID = identifier("oph", "The photo (开放日照片).")


@strawberry.type(description="What became of an open day (开放日变更结果).")
class OpenDayPayload:
    """The open day, or why not."""

    open_day: OpenDay | None = changed("The open day (物业开放日)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a batch (参观批次变更结果).")
class OpenDayBatchPayload:
    """The batch, or why not."""

    open_day_batch: OpenDayBatch | None = changed("The batch (参观批次)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of an opinion (意见变更结果).")
class OpinionPayload:
    """The opinion, or why not."""

    opinion: Opinion | None = changed("The opinion (意见建议)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.OPEN_DAY_CREATE, "Prepare an open day (新建开放日).")
async def create_open_day(scope: Scope, input: CreateOpenDayInput) -> OpenDayPayload:
    row = await rules.draft(scope, rules.NewOpenDay(**values(input) | {"batches": _batches(input.batches)}))
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Change an open day that is not announced yet (修改开放日).")
async def update_open_day(scope: Scope, input: UpdateOpenDayInput) -> OpenDayPayload:
    given = {name: value for name, value in values(input).items() if value is not None}
    if input.batches is not None:
        given["batches"] = _batches(input.batches)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Give notice of an open day (发布开放日公告).")
async def publish_open_day(scope: Scope, input: PublishOpenDayInput) -> OpenDayPayload:
    row = await rules.publish(scope, **values(input) | {"published_on": input.published_on or today()})
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Put a published open day off (延期开放日).")
async def postpone_open_day(scope: Scope, input: PostponeOpenDayInput) -> OpenDayPayload:
    row = await rules.postpone(scope, **values(input))
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Call an open day off (取消开放日).")
async def cancel_open_day(scope: Scope, input: CancelOpenDayInput) -> OpenDayPayload:
    row = await rules.cancel(scope, **values(input))
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_RECEIVE, "Set how many have registered for a batch (登记报名人数).")
async def register_visitors(scope: Scope, input: RegisterVisitorsInput) -> OpenDayBatchPayload:
    given = values(input)
    row = await rules.register(scope, given["id"], given["version"], given["registered"])
    return OpenDayBatchPayload(open_day_batch=ref(OpenDayBatch, row.id))


@mutation(Permission.OPEN_DAY_RECEIVE, "Set how many came with a batch (登记到场人数).")
async def count_visitors(scope: Scope, input: CountVisitorsInput) -> OpenDayBatchPayload:
    given = values(input)
    row = await rules.count(scope, given["id"], given["version"], given["attended"])
    return OpenDayBatchPayload(open_day_batch=ref(OpenDayBatch, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Record that an open day took place (登记举办情况).")
async def hold_open_day(scope: Scope, input: HoldOpenDayInput) -> OpenDayPayload:
    row = await rules.hold(scope, **values(input))
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Close an open day whose opinions are all answered (办结开放日).")
async def close_open_day(scope: Scope, input: CloseOpenDayInput) -> OpenDayPayload:
    row = await rules.close(scope, **values(input) | {"closed_on": input.closed_on or today()})
    return OpenDayPayload(open_day=ref(OpenDay, row.id))


@mutation(Permission.OPEN_DAY_RECEIVE, "Record an opinion given on an open day (登记意见).")
async def create_opinion(scope: Scope, input: CreateOpinionInput) -> OpinionPayload:
    row = await rules.collect(scope, rules.NewOpinion(**values(input)))
    return OpinionPayload(opinion=ref(Opinion, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Answer an opinion (答复意见).")
async def answer_opinion(scope: Scope, input: AnswerOpinionInput) -> OpinionPayload:
    given = values(input)
    row = await rules.answer(scope, given["id"], given["version"], input.answer, input.answered_on or today())
    return OpinionPayload(opinion=ref(Opinion, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Make an issue of an opinion, once (意见转问题).")
async def convert_opinion(scope: Scope, input: ConvertOpinionInput) -> OpinionPayload:
    row = await rules.convert(scope, **values(input))
    return OpinionPayload(opinion=ref(Opinion, row.id))


@mutation(Permission.OPEN_DAY_UPDATE, "Remove a photo of an open day for good (删除照片).")
async def remove_photo(scope: Scope, input: RemovePhotoInput) -> OpenDayPayload:
    return OpenDayPayload(open_day=ref(OpenDay, await photos.remove(scope, **values(input))))


def _batches(given: list[BatchInput]) -> list[rules.NewBatch]:
    return [rules.NewBatch(**values(batch)) for batch in given]
