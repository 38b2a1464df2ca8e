"""Importing tickets of the 12345 hotline (12345 热线工单) as issues, one ticket a row, known by the ticket's number.

A company imports those of the estates it serves; a regulator those of its division, each with the company that serves
the estate. Who called stays outside: those columns are known and not read. Any other column is refused by its name.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from tenants import company
from tenants.errors import Code, DomainError
from tenants.importing.report import Outcome, Report, Session, importing, require
from tenants.issue import IssueChannel, IssueSource, NewIssue, raise_issue, record_issue
from tenants.permission import Permission
from tenants.scope import Database, Principal
from tenants.sheet import Column, Note, Problem, Reader, spelled

COLUMNS = (
    Column("ticket", "工单编号", "ticket number", ("工单号", "受理编号", "诉求编号", "热线工单编号", "编号", "ticket")),
    Column(
        "estate",
        "小区名称",
        "estate",
        ("小区", "涉及小区", "诉求小区", "项目名称", "物业项目", "物业小区", "所属小区"),
    ),
    Column("title", "诉求标题", "title", ("标题", "工单标题", "诉求事项", "主题", "问题")),
    Column("content", "诉求内容", "content", ("内容", "工单内容", "诉求描述", "问题描述", "详细内容")),
    Column("category", "诉求类别", "category", ("类别", "问题类别", "诉求分类", "问题分类", "工单类别")),
    Column("received", "受理日期", "received on", ("受理时间", "来电时间", "来电日期", "诉求时间", "登记时间")),
    Column("handlers", "协办单位", "co-handlers", ("协办部门", "配合单位", "会办单位")),
)
PASSED_OVER: Final = (
    Column("number", "序号", "row number", ("行号", "no")),
    Column("caller", "来电人", "caller", ("诉求人", "反映人", "市民姓名", "姓名", "联系人")),
    Column("phone", "来电号码", "caller's phone", ("联系电话", "电话", "联系方式", "手机号", "来电电话", "手机号码")),
    Column("address", "来电人地址", "caller's address", ("地址", "联系地址", "住址", "详细地址")),
)
"""What such files hold and an issue does not: it is not read, and the report says so."""

REQUIRED = (("ticket",), ("estate",), ("title", "content"), ("received",))
FIELDS = {
    "externalId": ("ticket",),
    "estateId": ("estate",),
    "title": ("title", "content"),
    "detail": ("content",),
    "categoryId": ("category",),
    "foundOn": ("received",),
    "coHandlers": ("handlers",),
}
_TITLE_LENGTH: Final = 40
"""Where the file has no title, so much of the content is one."""


async def import_hotline(database: Database, principal: Principal, file: Path, dry_run: bool) -> Report:
    """Record the tickets of a file in the name of the principal's company, or raise them as a regulator."""
    require(principal, Permission.ISSUE_CREATE if principal.kind == "tenant" else Permission.ISSUE_SUPERVISE)
    report = Report(dry_run)
    columns = (*COLUMNS, *PASSED_OVER)
    async with importing(database, principal, file, dry_run, columns, REQUIRED, FIELDS, report) as session:
        if session is None:
            return report
        if principal.kind == "tenant":
            await company.require_active(session.scope)
        _judge_columns(session)
        taker = _Taker(session)
        await taker.load()
        await session.each(taker.take)
    return report


def _judge_columns(session: Session) -> None:
    """Name every column that is not known, and say which of the known ones are not read."""
    known = "、".join(column.heading for column in COLUMNS)
    for text in session.table.unknown:
        error = DomainError(Code.COLUMN_UNKNOWN, "file", value=text, known=known)
        session.report.problems.append(Problem(error, None, text))
    unread = [session.table.headings[each.key] for each in PASSED_OVER if each.key in session.table.present]
    if unread:
        listed = "、".join(unread)
        session.report.notes.append(Note(f"不读取的列：{listed}", f"Columns that are not read: {listed}"))


@dataclass(slots=True)
class _Taker:
    """Takes one ticket after the other, knowing the estates and the categories."""

    session: Session
    _estates: dict[str, dict[UUID, str]] = field(default_factory=dict)
    _categories: dict[str, list[tuple[str, UUID]]] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)

    async def load(self) -> None:
        """The estates that the importer may name, and all categories in use."""
        scope = self.session.scope
        if scope.principal.kind == "tenant":
            rows = await scope.connection.fetch(
                """
                SELECT e.id, e.division_path, e.name, p.name AS project FROM project p
                JOIN estate e ON e.id = p.estate_id WHERE p.tenant_id = $1 AND p.status = 'ACTIVE'
                """,
                scope.tenant_id,
            )
        else:
            rows = await scope.connection.fetch(
                "SELECT id, division_path, name, name AS project FROM estate WHERE division_path ^@ $1",
                scope.principal.division_path,
            )
        for row in rows:
            for name in {spelled(row["name"]), spelled(row["project"])}:
                self._estates.setdefault(name, {})[UUID(str(row["id"]))] = row["division_path"]
        rows = await scope.connection.fetch(
            "SELECT id, division_path, code, name FROM issue_category WHERE closed_on IS NULL"
        )
        for row in rows:
            for name in {spelled(row["name"]), spelled(row["code"])}:
                self._categories.setdefault(name, []).append((row["division_path"], UUID(str(row["id"]))))

    async def take(self, row: Reader) -> Outcome | None:
        """One ticket."""
        ticket = row.require("ticket", row.code("ticket"))
        content = row.text("content")
        title = row.text("title") or content[:_TITLE_LENGTH]
        row.require("title" if "title" in self.session.table.present else "content", title)
        received = row.require("received", row.day("received"))
        estate = self._estate(row)
        category = self._category(row, estate[1]) if estate else None
        if ticket:
            first = self._rows.setdefault(ticket, row.number)
            if first != row.number:
                row.refuse(DomainError(Code.ROW_REPEATED, row=first), "ticket")
        if row.problems or not (ticket and received and estate):
            return None
        if await self._known(ticket):
            return Outcome.KNOWN
        new = NewIssue(
            estate_id=estate[0],
            title=title,
            detail=content or None,
            source=IssueSource.HOTLINE_12345,
            channel=IssueChannel.IMPORT,
            found_on=received,
            category_id=category,
            external_id=ticket,
            co_handlers=[name for name in row.text("handlers").replace("，", "、").split("、") if name],
        )
        scope = self.session.scope
        await (record_issue if scope.principal.kind == "tenant" else raise_issue)(scope, new)
        return Outcome.ADDED

    def _estate(self, row: Reader) -> tuple[UUID, str] | None:
        name = row.require("estate", row.text("estate"))
        if not name:
            return None
        found = list(self._estates.get(spelled(name), {}).items())
        if len(found) != 1:
            code = Code.PROJECT_AMBIGUOUS if found else Code.PROJECT_UNKNOWN
            row.refuse(DomainError(code, name=name), "estate")
            return None
        return found[0]

    def _category(self, row: Reader, path: str) -> UUID | None:
        """The nearest division's category of this name or code."""
        name = row.text("category")
        if not name:
            return None
        found = [each for each in self._categories.get(spelled(name), []) if path.startswith(each[0])]
        if not found:
            here = {
                known
                for known, each in self._categories.items()
                if any(path.startswith(place) for place, _ in each) and not known.isascii()
            }
            listed = "、".join(sorted(here)[:20]) or "—"
            row.refuse(DomainError(Code.CATEGORY_UNKNOWN, value=name, known=listed), "category")
            return None
        return max(found)[1]

    async def _known(self, ticket: str) -> bool:
        """Whether an issue has this ticket: of the company, or of any company that the regulator sees."""
        scope = self.session.scope
        found = await scope.connection.fetchval(
            "SELECT EXISTS (SELECT FROM issue WHERE tenant_id = coalesce($1, tenant_id) AND source = $2"
            " AND external_id = $3)",
            scope.principal.tenant_id,
            IssueSource.HOTLINE_12345.value,
            ticket,
        )
        return bool(found)
