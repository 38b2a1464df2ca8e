"""Importing tickets of the 12345 hotline (12345 热线工单) as issues, one ticket a row, known by the ticket's number.

A company imports those of the estates it serves; a regulator those of its division, each with the company that serves
the estate. A ticket that is there already is passed over, and where the file says something else of it, that is noted.
Who called stays outside: those columns are known and not read. Any other column is refused by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from tenants import company
from tenants.errors import Code, DomainError
from tenants.importing import projects
from tenants.importing.places import stem
from tenants.importing.report import Outcome, Report, Session, importing, require
from tenants.issue import IssueChannel, IssueSource, NewIssue, raise_issue, record_issue
from tenants.permission import Permission
from tenants.row import today
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
    *(column for column in projects.COLUMNS if column.key in ("county", "street", "community")),
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
        report.notes += taker.differing.values()
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


@dataclass(frozen=True, slots=True)
class _Estate:
    """An estate that a ticket may name, and the names of the divisions it lies in."""

    id: UUID
    path: str
    divisions: frozenset[str]


@dataclass(slots=True)
class _Taker:
    """Takes one ticket after the other, knowing the estates, the categories and the tickets that are there."""

    session: Session
    differing: dict[int, Note] = field(default_factory=dict)
    _estates: dict[str, dict[UUID, _Estate]] = field(default_factory=dict)
    _categories: dict[str, list[tuple[str, UUID]]] = field(default_factory=dict)
    _tickets: dict[str, Mapping[str, object]] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)

    async def load(self) -> None:
        """The estates that the importer may name, the categories in use, and the tickets of the file that are known:
        those of the company, or of any company that the regulator sees.
        """
        scope, table = self.session.scope, self.session.table
        divisions = "array(SELECT d.name FROM division d WHERE e.division_path ^@ d.path) AS divisions"
        if scope.principal.kind == "tenant":
            rows = await scope.connection.fetch(
                f"""
                SELECT e.id, e.division_path, e.name, p.name AS project, {divisions} FROM project p
                JOIN estate e ON e.id = p.estate_id WHERE p.tenant_id = $1 AND p.status = 'ACTIVE'
                """,
                scope.tenant_id,
            )
        else:
            rows = await scope.connection.fetch(
                f"SELECT e.id, e.division_path, e.name, e.name AS project, {divisions} FROM estate e"
                " WHERE e.division_path ^@ $1",
                scope.principal.division_path,
            )
        for row in rows:
            names = frozenset(stem(name) for name in row["divisions"])
            place = _Estate(UUID(str(row["id"])), row["division_path"], names)
            for name in {spelled(row["name"]), spelled(row["project"])}:
                self._estates.setdefault(name, {})[place.id] = place
        rows = await scope.connection.fetch(
            "SELECT id, division_path, code, name FROM issue_category WHERE closed_on IS NULL OR closed_on > $1",
            today(),
        )
        for row in rows:
            for name in {spelled(row["name"]), spelled(row["code"])}:
                self._categories.setdefault(name, []).append((row["division_path"], UUID(str(row["id"]))))
        rows = await scope.connection.fetch(
            """
            SELECT external_id, estate_id, title, detail, category_id, found_on, co_handlers FROM issue
            WHERE tenant_id = coalesce($1, tenant_id) AND source = $2 AND external_id = ANY($3)
            """,
            scope.principal.tenant_id,
            IssueSource.HOTLINE_12345.value,
            [Reader(table, row).code("ticket") for row in table.rows],
        )
        self._tickets = {row["external_id"]: row for row in rows}

    async def take(self, row: Reader) -> Outcome | None:
        """One ticket."""
        ticket = row.require("ticket", row.code("ticket"))
        content = row.text("content")
        title = row.text("title") or content[:_TITLE_LENGTH]
        row.require("title" if "title" in self.session.table.present else "content", title)
        received = row.require("received", row.day("received"))
        estate = self._estate(row)
        category = self._category(row, estate.path) if estate else None
        if ticket:
            first = self._rows.setdefault(ticket, row.number)
            if first != row.number:
                row.refuse(DomainError(Code.ROW_REPEATED, row=first), "ticket")
        if row.problems or not (ticket and received and estate):
            return None
        new = NewIssue(
            estate_id=estate.id,
            title=title,
            detail=content or None,
            source=IssueSource.HOTLINE_12345,
            channel=IssueChannel.IMPORT,
            found_on=received,
            category_id=category,
            external_id=ticket,
            co_handlers=list(dict.fromkeys(filter(None, row.text("handlers").replace("，", "、").split("、")))),
        )
        if ticket in self._tickets:
            self._compare(row.number, new, self._tickets[ticket])
            return Outcome.KNOWN
        scope = self.session.scope
        await (record_issue if scope.principal.kind == "tenant" else raise_issue)(scope, new)
        return Outcome.ADDED

    def _compare(self, number: int, new: NewIssue, known: Mapping[str, object]) -> None:
        """Note what the file says otherwise than the issue; columns that it does not have say nothing."""
        table = self.session.table
        parts = {
            "estate": ("estate_id", new.estate_id),
            "title": ("title", new.title),
            "content": ("detail", new.detail),
            "category": ("category_id", new.category_id),
            "received": ("found_on", new.found_on),
            "handlers": ("co_handlers", list(new.co_handlers)),
        }
        other = [
            table.headings[key]
            for key, (column, value) in parts.items()
            if key in table.present and known[column] != value
        ]
        if other:
            listed = "、".join(other)
            self.differing[number] = Note(
                f"工单已登记，内容与登记的不同，未作更改：{listed}",
                f"The ticket is there already and says otherwise, which was not changed: {listed}",
                number,
            )

    def _estate(self, row: Reader) -> _Estate | None:
        """The estate of this name, in the county, street and community that the row names."""
        name = row.require("estate", row.text("estate"))
        if not name:
            return None
        within = {stem(text) for key in ("county", "street", "community") if (text := row.text(key))}
        found = [each for each in self._estates.get(spelled(name), {}).values() if within <= each.divisions]
        if len(found) == 1:
            return found[0]
        if found:
            row.refuse(DomainError(Code.ESTATE_AMBIGUOUS, name=name), "estate")
        else:
            mine = self.session.scope.principal.kind == "tenant"
            row.refuse(DomainError(Code.PROJECT_UNKNOWN if mine else Code.ESTATE_UNKNOWN, name=name), "estate")
        return None

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
