"""The bulletin (通报) of a published rating, as PDF to print or as a workbook, for everybody who reads ratings."""

import asyncio
from decimal import Decimal
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import workbook
from api.callers import Callers
from api.graphql import Refused, permitted
from api.printing import MEDIA as PDF
from api.printing import legible
from infra.data import font
from schema.failure import FailureCode
from schema.reads.values import identity
from schema.turns import Turns
from tenants.permission import Permission
from tenants.rating import bulletin
from tenants.rating.bulletin import Bulletin
from tenants.scope import Database

PRINTED: Final = "/ratings/{id}/bulletin.pdf"
WORKBOOK: Final = "/ratings/{id}/bulletin.xlsx"
PATHS: Final = frozenset({PRINTED, WORKBOOK})

LINES_PRINTED: Final = 1_000
"""More are in the workbook, and the sheet says so."""
DRAWN_AT_ONCE: Final = 1

_FAMILY: Final = "bulletin"
_HEADS: Final = ("序号", "企业", "项目", "得分", "等次", "后续措施", "更正说明")


class Bulletins:
    """Answers at the addresses of bulletins; the application keeps one in its state while it runs."""

    def __init__(self, callers: Callers, database: Database, *, readers: Turns) -> None:
        self._callers = callers
        self._database = database
        self._readers = readers
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def printed(self, request: Request) -> Response:
        """The bulletin as PDF."""
        found = await self._found(request)
        async with self._drawing:
            content = await asyncio.to_thread(drawn, found)
        return Response(content, headers={"cache-control": "no-store"}, media_type=PDF)

    async def workbook(self, request: Request) -> Response:
        """The bulletin as a workbook."""
        found = await self._found(request)
        async with self._drawing:
            content = await asyncio.to_thread(written, found)
        return workbook.attached(content, "bulletin.xlsx")

    async def _found(self, request: Request) -> Bulletin:
        principal = await permitted(request.scope, self._callers, Permission.RATING_READ)
        key = identity("rcy")(request.path_params["id"]) or UUID(int=0)
        whose = principal.tenant_id or principal.regulator_id
        async with self._readers.turn(whose), self._database.reading(principal) as connection:
            found = await bulletin.of(connection, key)
        if found is None:
            raise Refused(
                FailureCode.NOT_FOUND,
                "没有此评定周期，或结果尚未公布。",
                "There is no such cycle, or nothing is published yet.",
            )
        return found


def _facts(found: Bulletin) -> list[tuple[str, str]]:
    """What stands above the results."""
    return [
        ("组织区划", found.division),
        ("评定期", f"{found.period_from} 至 {found.period_to}"),
        ("公布日期", str(found.published_on)),
        ("评定方案", f"{found.scheme}（第 {found.edition} 版）"),
        ("依据", found.basis),
        ("等次分布", "；".join(f"{name} {count} 个" for name, count in found.bands) or "—"),
    ]


def _rows(found: Bulletin) -> list[tuple[str | int | Decimal, ...]]:
    return [
        (
            at,
            line.company,
            line.project or "—",
            line.total,
            line.band or "—",
            line.action or "—",
            line.reason or "",
        )
        for at, line in enumerate(found.lines, 1)
    ]


def drawn(found: Bulletin) -> bytes:
    """The bulletin as PDF; the same results make the same bytes."""
    from fpdf import FPDF  # heavy, and only printing needs it

    pdf = FPDF(format="A4")
    pdf.set_creation_date(found.updated_at)
    pdf.set_lang("zh-CN")
    pdf.set_title(legible(f"评定结果通报：{found.title}"))
    pdf.set_margin(18)
    pdf.set_auto_page_break(True, 18)
    pdf.add_font(_FAMILY, "", font.FILE)
    pdf.add_page()
    pdf.set_font(_FAMILY, size=20)
    pdf.multi_cell(0, 12, "评定结果通报", align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FAMILY, size=14)
    pdf.multi_cell(0, 9, legible(found.title), align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.set_font(_FAMILY, size=10)
    for label, said in _facts(found):
        pdf.multi_cell(0, 6, legible(f"{label}：{said}"), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.set_font(_FAMILY, size=9)
    with pdf.table(col_widths=(8, 30, 26, 11, 13, 28, 18), line_height=5, first_row_as_headings=False) as table:
        for cells in (_HEADS, *_rows(found)[:LINES_PRINTED]):
            row = table.row()
            for cell in cells:
                row.cell(
                    legible(cell if isinstance(cell, str) else format(cell, "f" if isinstance(cell, Decimal) else "d"))
                )
    if len(found.lines) > LINES_PRINTED:
        left = len(found.lines) - LINES_PRINTED
        pdf.multi_cell(0, 6, f"另有 {left} 个结果见 Excel 版通报。", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def written(found: Bulletin) -> bytes:
    """The bulletin as a workbook."""
    return workbook.bulletin(f"评定结果通报：{found.title}", _facts(found), _HEADS, _rows(found))


def routes() -> list[Route]:
    """The addresses."""
    return [Route(PRINTED, _printed), Route(WORKBOOK, _workbook)]


async def _printed(request: Request) -> Response:
    return await _of(request).printed(request)


async def _workbook(request: Request) -> Response:
    return await _of(request).workbook(request)


def _of(request: Request) -> Bulletins:
    found = request.app.state.bulletins
    assert isinstance(found, Bulletins)
    return found
