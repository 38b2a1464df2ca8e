"""Lists and their entries: what a regulator prepares and publishes, and what a company objects to."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.reads import Scope as Asker
from schema.reads.report import Cell, figure, figures
from schema.red_black_list.terms import Colour, EntryOutcome, EntryState, ListState, Subject
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.credit.record import CreditRecord as Record
from tenants.division import subtree
from tenants.permission import Permission
from tenants.red_black_list import preparation, publication, publicity
from tenants.red_black_list.tables import RedBlackEntry as Entry
from tenants.red_black_list.tables import RedBlackList as Listing
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.credit.record import CreditRecord
    from schema.division import Division
    from schema.project import Project
    from schema.rating.case import RatingCase
    from schema.rating.cycle import RatingCycle
    from schema.staff import Staff


def _in_force(row: Row) -> str:
    return f"{row.published_on} IS NOT NULL AND {row.ended_on} IS NULL AND {row.valid_to} >= current_date"


def _visible(row: Row) -> str:
    """Everybody sees what is in force; a company also what it is on while that is publicised; regulators above the
    list's division and itself see those being prepared, and of those that gave way what audit does.
    """
    if row.statement.audience.kind == "tenant":
        publicised = f"{row.publicised_on} IS NOT NULL AND {row.published_on} IS NULL AND {row.ended_on} IS NULL"
        return f"({_in_force(row)}) OR ({publicised} AND {row.exists(Entry, by='list_id')})"
    permissions = row.statement.audience.permissions
    if not permissions & {Permission.RED_BLACK_LIST_AUDIT, Permission.RED_BLACK_LIST_PREPARE}:
        return _in_force(row)
    within = subtree(row.division_path, row.asker(Asker.DIVISION))
    kept = "true" if Permission.RED_BLACK_LIST_AUDIT in permissions else f"{row.ended_on} IS NULL"
    return f"({_in_force(row)}) OR ({within} AND {kept})"


def _entry_visible(row: Row) -> str:
    """A company sees its own, once they are publicised, while the list stands, and its administrator why one was taken
    off; those who prepare lists see what they prepare, and audit everything. One whose record's term is over is hidden
    before the nightly work notes that.
    """

    def standing(listing: Row) -> str:
        return f"{listing.ended_on} IS NULL AND {listing.valid_to} >= current_date"

    permissions = row.statement.audience.permissions
    if Permission.RED_BLACK_LIST_AUDIT in permissions:
        return "true"
    stands = row.exists(Listing, by={"id": "list_id"}, where=standing)
    runs = row.exists(
        Record, by={"id": "credit_record_id"}, where=lambda record: f"coalesce({record.valid_to} >= current_date, true)"
    )
    shown = f"{stands} AND ({row.credit_record_id} IS NULL OR {row.state} <> 'LISTED' OR {runs})"
    if Permission.RED_BLACK_LIST_PREPARE in permissions:
        return f"{row.state} <> 'WITHDRAWN' AND {shown}"
    if row.statement.audience.kind != "tenant":
        return f"{row.state} = 'LISTED' AND {shown}"
    mine = f"({row.state} = 'LISTED' OR ({row.state} = 'REMOVED' AND {row.objected_on} IS NOT NULL)) AND {shown}"
    return f"({mine}) OR {row.state} = 'WITHDRAWN'" if Permission.CREDIT_READ_ENDED in permissions else mine


def _said(row: Row) -> str:
    """What was published, and while it is in force what of it is shown today."""
    today = publication.shown(row.content, row.lifted, "current_date")
    return f"CASE WHEN {row.ended_on} IS NULL THEN {today} ELSE {row.content} END"


@entity(table=Listing, prefix="rbl", permission=Permission.RED_BLACK_LIST_READ, visible=_visible)
class RedBlackList(Node):
    """Edition of a red or black list (红黑榜). What was published is never changed; a later edition takes its place."""

    colour: Colour = column("Red or black (榜单类别).", where=True)
    subject: Subject = column("Whose list it is (榜单对象).", where=True)
    state: ListState = column("Where it stands (榜单状态).", where=True)
    title: str = column("Title (榜单名称).", where=True)
    basis: str = column("The document it rests on (依据文件及文号).")
    organiser: str = column("Who publishes it (发布单位).", where=True)
    period_from: date = column("First day of its period (起始日期).", where=True, order=True)
    period_to: date = column("Last day of its period (截止日期).", where=True, order=True)
    valid_to: date = column("Shown until (公布期限).", where=True, order=True)
    in_force: bool = expression("Published, and to be shown today (在效).", _in_force, where=True)
    edition: int = column("Edition (版次).", where=True)
    correction: str | None = column("What this edition corrects (更正说明).")
    publicised_on: date | None = column("Publicised on (公示日期).", where=True, order=True)
    object_by: date | None = column("Last day to object (异议期限).", where=True, order=True)
    provisional: bool = column("That day's year has no published holiday calendar yet (期限暂定).")
    handled_on: date | None = column("Publicity closed on (异议处理完毕日期).")
    published_on: date | None = column("Published on (公布日期).", where=True, order=True)
    content: JSON | None = expression(
        "What was published, entry by entry (公布内容): company, uscc, project, lead, reason, ground and until when the"
        " ground holds. An entry whose credit record was repaired, revoked or has expired is left out.",
        _said,
    )
    ended_on: date | None = column("Shown no more since (停止公布日期).", where=True)
    withdrawal: str | None = column("Why it was taken back (撤下原因).")
    cycle: "RatingCycle | None" = one("The rating whose results it lists (评定周期).", where=True)
    supersedes: "RedBlackList | None" = one("The edition before it (前一版).")
    division: "Division" = one("Whose list it is (所属区划).", where=True)
    entries: Connection["RedBlackEntry"] = many(
        "Its entries (榜单条目), for the companies concerned and regulators.", by="list_id"
    )
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Prepared at (拟定时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(
    table=Entry,
    prefix="rbe",
    permission=Permission.RED_BLACK_ENTRY_READ,
    division="division_path",
    visible=_entry_visible,
)
class RedBlackEntry(Node):
    """Entry of a company, project or project lead on a red or black list (榜单条目)."""

    state: EntryState = column("Where it stands (条目状态).", where=True)
    reason: str = column("Why (列入事由).")
    document: str | None = column("The document it rests on (依据文件及文号).")
    objected_on: date | None = column("Objected to on (提出异议日期).", where=True, order=True)
    objection: str | None = column("Grounds of the objection (异议理由).")
    objection_decide_by: date | None = column("Objection to be decided by (异议处理期限).", where=True, order=True)
    objection_decided_on: date | None = column("Objection decided on (异议处理日期).", where=True)
    objection_outcome: EntryOutcome | None = column("What became of the objection (异议处理结果).", where=True)
    objection_answer: str | None = column("Answer to the objection (异议答复).")
    ending: str | None = column("Why it left the list, or is proposed to (移出或撤下原因).")
    withdrawal_proposed: bool = expression(
        "Somebody proposes to take it off, and nobody has confirmed that (待确认撤下).",
        lambda row: f"({row.state} = 'LISTED' AND {row.proposed_by} IS NOT NULL)",
        where=True,
    )
    list: "RedBlackList | None" = one("The list (榜单).", where=True)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project | None" = one("The project (物业项目).", where=True)
    staff: "Staff | None" = one("The project lead (项目负责人).")
    rating_case: "RatingCase | None" = one("The rating it rests on (参评对象).")
    credit_record: "CreditRecord | None" = one("The credit record it rests on (信用记录).")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Entered at (列入时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@figures("A list in force on which a company stands (红黑榜查询): no natural person's.")
class PublicListing:
    """One entry."""

    colour: Colour = figure("Red or black (榜单类别).")
    subject: Subject = figure("Whose list it is (榜单对象).")
    title: str = figure("Title of the list (榜单名称).")
    organiser: str = figure("Who published it (发布单位).")
    basis: str = figure("The document it rests on (依据文件及文号).")
    period_from: date = figure("First day of its period (起始日期).")
    period_to: date = figure("Last day of its period (截止日期).")
    published_on: date = figure("Published on (公布日期).")
    valid_to: date = figure("Shown until (公布期限).")
    edition: int = figure("Edition (版次).")
    company: str = figure("The company (企业名称).")
    project: str | None = figure("The project (项目名称).")
    reason: str = figure("Why (列入事由).")
    ground: str = figure("What the entry rests on (列入依据).")


@figures("Red and black lists in force in a period (红黑榜统计, R-09), as they stood on its last day.")
class RedBlackFigures(Cell):
    """A row for each colour and subject of which there is a list."""

    colour: Colour = figure("Red or black (榜单类别).")
    subject: Subject = figure("Whose lists (榜单对象).")
    lists: int = figure("Lists (榜单数).")
    entries: int = figure("Entries (条目数).")
    companies: int = figure("Companies concerned (涉及企业数).")


@strawberry.input(description="Begin a red or black list (拟定红黑榜).")
class PrepareRedBlackListInput:
    """Of whom, for which period, on which document, until when."""

    id: strawberry.ID | None = own_identifier("rbl")
    colour: Colour = strawberry.field(description="Red or black (榜单类别).")
    subject: Subject = strawberry.field(
        description="Whose list it is (榜单对象); PROJECT_LEAD only where the division publishes persons' credit."
    )
    title: str = strawberry.field(description="Title (榜单名称).")
    basis: str = strawberry.field(description="The document it rests on, with its number (依据文件及文号).")
    period_from: date = strawberry.field(description="First day of its period (起始日期).")
    period_to: date = strawberry.field(description="Last day of its period (截止日期).")
    valid_to: date = strawberry.field(description="Shown until (公布期限), today or later.")
    cycle_id: strawberry.ID | None = identifier(
        "rcy", "The published rating of your division whose results it lists (评定周期).", default=None
    )


@strawberry.input(description="Enter a company or project on a list (列入红黑榜).")
class AddRedBlackEntryInput:
    """Whose, why, and on what it rests."""

    id: strawberry.ID | None = own_identifier("rbe")
    list_id: strawberry.ID = identifier("rbl", "The list, which is being prepared (榜单).")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业).")
    project_id: strawberry.ID | None = identifier(
        "prj", "The project (物业项目), for lists of projects and of those who lead them.", default=None
    )
    reason: str = strawberry.field(description="Why (列入事由).")
    document: str | None = strawberry.field(
        description="The document it rests on (依据文件及文号), unless a credit record.", default=None
    )
    rating_case_id: strawberry.ID | None = identifier(
        "rca", "The result it rests on, of the list's rating (参评对象).", default=None
    )
    credit_record_id: strawberry.ID | None = identifier(
        "crd", "The credit record it rests on (信用记录).", default=None
    )


@strawberry.input(description="Which list, and in which version you saw it (榜单).")
class RedBlackListInput:
    """The list."""

    id: strawberry.ID = identifier("rbl", "The list (榜单).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Take a list back (撤下榜单).")
class WithdrawRedBlackListInput:
    """Why."""

    id: strawberry.ID = identifier("rbl", "The list (榜单).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (撤下原因).")


@strawberry.input(description="Begin the next edition of a published list (更正再版).")
class ReissueRedBlackListInput:
    """What is to be corrected."""

    id: strawberry.ID = identifier("rbl", "The list (榜单).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    correction: str = strawberry.field(description="What is to be corrected (更正说明).")


@strawberry.input(description="Take an entry off a list (移出或撤下条目).")
class RemoveRedBlackEntryInput:
    """Why."""

    id: strawberry.ID = identifier("rbe", "The entry (榜单条目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (原因).")


@strawberry.input(description="Which entry, and in which version you saw it (榜单条目).")
class RedBlackEntryInput:
    """The entry."""

    id: strawberry.ID = identifier("rbe", "The entry (榜单条目).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Object to an entry (提出异议).")
class ObjectToRedBlackEntryInput:
    """On which grounds."""

    id: strawberry.ID = identifier("rbe", "The entry (榜单条目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    grounds: str = strawberry.field(description="Grounds (异议理由).")


@strawberry.input(description="Decide an objection to an entry (处理榜单异议).")
class DecideRedBlackObjectionInput:
    """How, and why."""

    id: strawberry.ID = identifier("rbe", "The entry (榜单条目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    outcome: EntryOutcome = strawberry.field(description="How (处理结果).")
    answer: str = strawberry.field(description="Answer to the company (异议答复).")
    reason: str | None = strawberry.field(description="The new reason (变更后事由), for AMENDED.", default=None)


@strawberry.type(description="What became of a list (榜单变更结果).")
class RedBlackListPayload:
    """The list, or why not."""

    red_black_list: RedBlackList | None = changed("The list (榜单)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of an entry (榜单条目变更结果).")
class RedBlackEntryPayload:
    """The entry, or why not."""

    red_black_entry: RedBlackEntry | None = changed("The entry (榜单条目)")
    user_errors: list[UserError] = user_errors()


def _list(row: Listing) -> RedBlackListPayload:
    return RedBlackListPayload(red_black_list=ref(RedBlackList, row.id))


def _entry(row: Entry) -> RedBlackEntryPayload:
    return RedBlackEntryPayload(red_black_entry=ref(RedBlackEntry, row.id))


@mutation(Permission.RED_BLACK_LIST_PREPARE, "Begin a red or black list of your division (拟定红黑榜).")
async def prepare_red_black_list(scope: Scope, input: PrepareRedBlackListInput) -> RedBlackListPayload:
    return _list(await preparation.prepare(scope, preparation.NewList(**values(input))))


@mutation(Permission.RED_BLACK_LIST_PREPARE, "Enter a company or project on a list being prepared (列入红黑榜).")
async def add_red_black_entry(scope: Scope, input: AddRedBlackEntryInput) -> RedBlackEntryPayload:
    return _entry(await preparation.enter(scope, preparation.NewEntry(**values(input))))


@mutation(Permission.RED_BLACK_LIST_PREPARE, "Take an entry off a list being prepared (移出条目).")
async def remove_red_black_entry(scope: Scope, input: RemoveRedBlackEntryInput) -> RedBlackEntryPayload:
    return _entry(await preparation.strike(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PUBLISH, "Begin the publicity of a list that somebody else prepared (公示榜单).")
async def publicise_red_black_list(scope: Scope, input: RedBlackListInput) -> RedBlackListPayload:
    return _list(await publicity.publicise(scope, **values(input)))


@mutation(Permission.RED_BLACK_ENTRY_OBJECT, "Object to an entry of your company during the publicity (提出异议).")
async def object_to_red_black_entry(scope: Scope, input: ObjectToRedBlackEntryInput) -> RedBlackEntryPayload:
    return _entry(await publicity.object_to(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PUBLISH, "Decide an objection to an entry that somebody else made (处理榜单异议).")
async def decide_red_black_objection(scope: Scope, input: DecideRedBlackObjectionInput) -> RedBlackEntryPayload:
    return _entry(await publicity.decide(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PUBLISH, "Close a publicity whose objections are all decided (公示期满).")
async def conclude_red_black_list(scope: Scope, input: RedBlackListInput) -> RedBlackListPayload:
    return _list(await publicity.conclude(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PUBLISH, "Publish a list that somebody else prepared (公布榜单).")
async def publish_red_black_list(scope: Scope, input: RedBlackListInput) -> RedBlackListPayload:
    return _list(await publication.publish(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PUBLISH, "Take a list back, published or not (撤下榜单).")
async def withdraw_red_black_list(scope: Scope, input: WithdrawRedBlackListInput) -> RedBlackListPayload:
    return _list(await publication.withdraw(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PREPARE, "Propose to take an entry off a published list (提出撤下条目).")
async def propose_red_black_withdrawal(scope: Scope, input: RemoveRedBlackEntryInput) -> RedBlackEntryPayload:
    return _entry(await publication.propose_withdrawal(scope, **values(input)))


@mutation(
    Permission.RED_BLACK_LIST_PUBLISH,
    "Take an entry off a published list at once, as somebody else proposed (确认撤下条目).",
)
async def withdraw_red_black_entry(scope: Scope, input: RedBlackEntryInput) -> RedBlackEntryPayload:
    return _entry(await publication.withdraw_entry(scope, **values(input)))


@mutation(Permission.RED_BLACK_LIST_PREPARE, "Begin the next edition of a published list, to correct it (更正再版).")
async def reissue_red_black_list(scope: Scope, input: ReissueRedBlackListInput) -> RedBlackListPayload:
    return _list(await publication.reissue(scope, **values(input)))
