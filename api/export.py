"""Any report as an Excel workbook (报表导出): `GET /reports/openDayFigures.xlsx?since=2026-01-01&until=2026-06-30`.

The query string holds the arguments of the report's field in the contract. The engine answers it as it answers a
document, with the same permissions, limits and refusals; the sheet says what was asked, when, by whom, and what each
figure is. Whatever is text is written as text: nothing in a cell is ever a formula.
"""

import asyncio
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import xlsxwriter
from graphql import GraphQLEnumType, GraphQLField, GraphQLSchema, get_named_type, is_leaf_type, is_required_argument
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import Callers
from api.graphql import STATUS, Refused, caller
from api.workbook import attached
from schema.engine import Engine
from schema.engine import Request as Asked
from schema.failure import FailureCode
from schema.reads.compile import declared, named
from schema.reads.declare import target_of
from schema.reads.report import Report
from schema.terms import chinese
from tenants.row import today
from tenants.scope import Principal

PATH: Final = "/reports/{report}.xlsx"
PATHS: Final = frozenset({PATH})
ROW_LIMIT: Final = 50_000
TEXT_LIMIT: Final = 32_000
"""What a cell holds."""

NOTHING: Final = "—"
WITHHELD: Final = "不予公布"
_NOTES: Final = (
    (NOTHING, "没有该项，或分母为零。"),
    (WITHHELD, "人数过少，或会使人推知过少的人数，按规定不予公布。"),
)

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_CELL: Final = frozenset(("division", "since", "until", "withheld"))
_HEADS: Final = ("行政区划", "区划代码", "起始日期", "截止日期")


@dataclass(frozen=True, slots=True)
class Column:
    """A figure: its name in the contract, what it is, and how its values are written."""

    name: str
    description: str
    type: Any

    @property
    def head(self) -> str:
        """Its Chinese term."""
        return chinese(self.description)

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of something, which is written in percent."""
        return self.type.name == "Decimal" and ("率" in self.head or "占比" in self.head)


class Exported:
    """A report that can be exported, as the contract has it."""

    def __init__(self, name: str, field: GraphQLField) -> None:
        self.name = name
        self._arguments = field.args
        description = field.description or ""
        number = description.partition(":")[0] if description.startswith("R-") else ""
        self.title = f"{number} {chinese(description)}".strip()
        self.columns = [
            Column(each, figure.description or "", get_named_type(figure.type))
            for each, figure in named(field).fields.items()
            if each not in _CELL and is_leaf_type(get_named_type(figure.type))
        ]

    def given(self, query: Mapping[str, str]) -> dict[str, Any]:
        """The arguments in a query string; raises `Refused` for what is none, or not there."""
        unknown = sorted(query.keys() - self._arguments.keys())
        missing = [name for name, one in self._arguments.items() if is_required_argument(one) and not query.get(name)]
        if unknown or missing:
            takes = ", ".join(self._arguments)
            said = ", ".join(name[:50] for name in [*missing, *unknown])
            raise Refused(
                FailureCode.BAD_REQUEST,
                f"参数缺少或多余：{said}；此报表的参数：{takes}。",
                f"Missing or unknown: {said}. This report takes {takes}.",
            )
        return {name: self._value(name, text) for name, text in query.items() if text}

    def document(self, given: Mapping[str, Any], principal: Principal, names: Mapping[str, Any]) -> str:
        """The rows asked for, before them those of the whole when they are broken down, and who asks."""
        variables = ", ".join(f"${name}: {self._arguments[name].type}" for name in given)
        figures = " ".join(["division { name code } since until withheld", *(one.name for one in self.columns)])
        fields = [f"rows: {self._call(given)} {{ {figures} }}"]
        if given.get("breakdown") or "every" in given:
            whole = {name: value for name, value in given.items() if name not in ("breakdown", "every")}
            fields.append(f"whole: {self._call(whole)} {{ {figures} }}")
        if "division" in given:
            fields.append("place: division(id: $division) { name }")
        who = "company" if principal.kind == "tenant" else principal.kind
        if names.get(who) in principal.permissions:
            fields.append(f"who: {who} {{ name }}")
        return f"query ({variables}) {{ {' '.join(fields)} }}"

    def filters(self, given: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What was asked, in words."""
        rows = data.get("whole") or data["rows"]
        place = data.get("place") or (rows[0]["division"] if rows else None)
        yield "行政区划", place["name"] if place else "全部"
        for name, value in given.items():
            if name != "division":
                argument = self._arguments[name]
                yield chinese(argument.description or name), _said(value, get_named_type(argument.type))
        if "asOf" not in given:
            yield "数据截至", today().isoformat()
        schemes = [one.name for one in self.columns if one.name.startswith("scheme")]
        for scheme in sorted({" ".join(str(row[name]) for name in schemes) for row in data["rows"]} if schemes else ()):
            yield "方案版本", scheme

    def _call(self, given: Mapping[str, Any]) -> str:
        return f"{self.name}({', '.join(f'{name}: ${name}' for name in given)})"

    def _value(self, name: str, text: str) -> Any:
        if get_named_type(self._arguments[name].type).name != "Boolean":
            return text
        if text not in ("true", "false"):
            raise Refused(FailureCode.BAD_USER_INPUT, f"{name} 应为 true 或 false。", f"{name} is true or false.")
        return text == "true"


class Reports:
    """Answers at the addresses of reports; the application keeps one in its state while it runs."""

    def __init__(self, callers: Callers, engine: Engine, schema: GraphQLSchema) -> None:
        self._callers = callers
        self._engine = engine
        assert schema.query_type is not None
        fields = schema.query_type.fields
        self._names = {name: target_of(declared(fields[name])).permission for name in ("company", "regulator")}
        self._reports = {
            name: Exported(name, field)
            for name, field in fields.items()
            if isinstance(declaration := declared(field).declaration, Report) and declaration.in_cells
        }

    async def answer(self, request: Request) -> Response:
        """The workbook of one report, or why there is none."""
        exchange = request.scope["exchange"]
        exchange.principal = principal = await caller(dict(request.scope["headers"]), self._callers)
        report = self._reports.get(request.path_params["report"])
        if report is None:
            known = ", ".join(sorted(self._reports))
            raise Refused(
                FailureCode.NOT_FOUND, f"没有此报表；可导出：{known}。", f"No such report; there are {known}."
            )
        given = report.given(request.query_params)
        document = report.document(given, principal, self._names)
        asked = Asked(document, None, given, "zh", exchange.request_id, read_only=True)
        answer = await self._engine.answer(asked, principal)
        exchange.cost, exchange.code, exchange.error = answer.cost, answer.code, answer.error
        if answer.code is not None:
            later = {} if answer.retry_after is None else {"retry-after": str(answer.retry_after)}
            return Response(answer.body, STATUS[answer.code], later, "application/json")
        data = orjson.loads(answer.body)["data"]
        if len(data["rows"]) > ROW_LIMIT:
            raise Refused(
                FailureCode.LIMIT_EXCEEDED,
                f"超过 {ROW_LIMIT} 行；请缩小区划或期间。",
                f"More than {ROW_LIMIT} rows; ask for a smaller division or fewer days.",
            )
        made = await asyncio.to_thread(workbook, report, given, data)
        return attached(made, f"{report.name}_{given['since']}_{given['until']}.xlsx")


def workbook(report: Exported, given: Mapping[str, Any], data: Mapping[str, Any]) -> bytes:
    """One sheet: what was asked, when and by whom, the rows, and what each figure is."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = _Page(book, report.title)
        moment = datetime.now(_SHANGHAI).strftime("%Y-%m-%d %H:%M")
        who = (data.get("who") or {}).get("name") or NOTHING
        for label, said in (*report.filters(given, data), ("制表时间", f"{moment}（北京时间）"), ("制表单位", who)):
            page.line(label, said)
        page.heads([*_HEADS, *(one.head for one in report.columns)])
        for row in [*data.get("whole", ()), *data["rows"]]:
            page.row(row, report.columns)
        page.skip()
        for label, said in (*_NOTES, *((one.head, one.description) for one in report.columns)):
            page.line(label, said)
    return made.getvalue()


class _Page:
    """The sheet in the making, line after line."""

    def __init__(self, book: Any, title: str) -> None:
        self._book = book
        self._formats: dict[str, Any] = {}
        self._sheet = book.add_worksheet(title.translate(dict.fromkeys(map(ord, "[]:*?/\\"), "_"))[:31])
        self._sheet.set_column(0, 0, 22)
        self._sheet.set_column(1, 200, 13)
        self._sheet.write_string(0, 0, title, self._format(bold=True, font_size=14))
        self._at = 1

    def skip(self) -> None:
        """Leave a line."""
        self._at += 1

    def line(self, label: str, said: str) -> None:
        """A label and what it says."""
        self._sheet.write_string(self._at, 0, label, self._format(font_color="#52606D"))
        self._sheet.write_string(self._at, 1, said[:TEXT_LIMIT])
        self._at += 1

    def heads(self, heads: list[str]) -> None:
        """The heads of the columns, which stay in view."""
        self.skip()
        form = self._format(bold=True, text_wrap=True, border=1, bg_color="#E8EEF4", valign="top")
        for column, head in enumerate(heads):
            self._sheet.write_string(self._at, column, head, form)
        self._at += 1
        self._sheet.freeze_panes(self._at, 1)

    def row(self, row: Mapping[str, Any], columns: list[Column]) -> None:
        """A row of the report."""
        division = row["division"] or {}
        for at, text in enumerate((division.get("name") or "全部", division.get("code") or "")):
            self._sheet.write_string(self._at, at, text)
        for at, name in ((2, "since"), (3, "until")):
            self._day(at, row[name])
        for at, column in enumerate(columns, start=len(_HEADS)):
            value = row[column.name]
            if value is None:
                said = WITHHELD if column.name in row["withheld"] else NOTHING
                self._sheet.write_string(self._at, at, said, self._format(align="right"))
            else:
                self._figure(at, column, value)
        self._at += 1

    def _figure(self, at: int, column: Column, value: Any) -> None:
        match column.type.name:
            case "Decimal":
                places = max(0, -int(Decimal(value).as_tuple().exponent))
                form = "0.00%" if column.is_rate else f"#,##0.{'0' * places}".rstrip(".")
                self._sheet.write_number(self._at, at, float(value), self._format(num_format=form))
            case "Int":
                self._sheet.write_number(self._at, at, value)
            case "Date":
                self._day(at, value)
            case _:
                self._sheet.write_string(self._at, at, _said(value, column.type)[:TEXT_LIMIT])

    def _day(self, at: int, text: str) -> None:
        day = date.fromisoformat(text)
        if day.year < 1900:  # Excel knows none before
            self._sheet.write_string(self._at, at, text)
        else:
            self._sheet.write_datetime(self._at, at, day, self._format(num_format="yyyy-mm-dd", align="left"))

    def _format(self, **properties: Any) -> Any:
        key = repr(properties)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def _said(value: Any, type_: Any) -> str:
    """A value in words: an enum's by its Chinese term."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(type_, GraphQLEnumType) and value in type_.values:
        return chinese(type_.values[value].description or value)
    return str(value)


def routes() -> list[Route]:
    """The address, which is there while the application runs."""

    async def answer(request: Request) -> Response:
        found: Response = await request.app.state.reports.answer(request)
        return found

    return [Route(PATH, answer)]
