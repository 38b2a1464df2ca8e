"""The bulletin (通报) of a red or black list in force, as a workbook, for everybody who reads lists."""

import asyncio
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bulletin import EXCEL
from api.callers import Callers
from api.graphql import Exchange, Refused, caller
from schema.failure import FailureCode
from schema.reads.values import identity
from schema.red_black_list.terms import Colour, Subject
from schema.terms import term
from schema.turns import Turns
from tenants.permission import Permission
from tenants.red_black_list import publication
from tenants.scope import Database

WORKBOOK: Final = "/red-black-lists/{id}/bulletin.xlsx"
PATHS: Final = frozenset({WORKBOOK})

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_COLUMNS: Final = (
    ("company", "企业名称"),
    ("uscc", "统一社会信用代码"),
    ("project", "项目名称"),
    ("lead", "项目负责人"),
    ("reason", "列入事由"),
    ("ground", "列入依据"),
)


class RedBlackBulletins:
    """Answers at the address of a list's bulletin; the application keeps one in its state while it runs."""

    def __init__(self, callers: Callers, database: Database, *, readers: Turns) -> None:
        self._callers = callers
        self._database = database
        self._readers = readers

    async def workbook(self, request: Request) -> Response:
        """The list as a workbook."""
        exchange: Exchange = request.scope["exchange"]
        principal = exchange.principal = await caller(dict(request.scope["headers"]), self._callers)
        needed = Permission.RED_BLACK_LIST_READ
        if needed not in principal.permissions:
            raise Refused(FailureCode.FORBIDDEN, f"此操作需要权限 {needed}。", f"This needs the permission {needed}.")
        key = identity("rbl")(request.path_params["id"]) or UUID(int=0)
        whose = principal.tenant_id or principal.regulator_id
        await self._readers.take(whose)
        try:
            async with self._database.reading(principal) as connection:
                found = await publication.in_force(connection, key)
        finally:
            self._readers.give_back(whose)
        if found is None:
            raise Refused(
                FailureCode.NOT_FOUND,
                "没有此榜单，或榜单不在公布期内。",
                "There is no such list, or it is not in force.",
            )
        content = await asyncio.to_thread(written, found)
        headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="bulletin.xlsx"'}
        return Response(content, headers=headers, media_type=EXCEL)


def written(found: Mapping[str, Any]) -> bytes:
    """What list it is, in which edition, and when this was made; then a line for each entry. Texts stay texts."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("通报")
        bold = book.add_format({"bold": True})
        sheet.set_column(0, len(_COLUMNS), 26)
        sheet.write_string(0, 0, found["title"], bold)
        facts = (
            ("榜单类别", term(Colour(found["colour"]))),
            ("榜单对象", term(Subject(found["subject"]))),
            ("发布单位", found["organiser"]),
            ("依据文件", found["basis"]),
            ("榜单期间", f"{found['period_from']} 至 {found['period_to']}"),
            ("公布日期", str(found["published_on"])),
            ("公布期限", str(found["valid_to"])),
            ("榜单版次", f"第 {found['edition']} 版"),
            ("制表时间", f"{datetime.now(_SHANGHAI):%Y-%m-%d %H:%M}（北京时间）"),
        )
        for at, (label, said) in enumerate(facts, 1):
            sheet.write_string(at, 0, label)
            sheet.write_string(at, 1, said)
        first = len(facts) + 2
        sheet.write_string(first, 0, "序号", bold)
        for column, (_, head) in enumerate(_COLUMNS, 1):
            sheet.write_string(first, column, head, bold)
        for number, entry in enumerate(found["content"], 1):
            sheet.write_number(first + number, 0, number)
            for column, (name, _) in enumerate(_COLUMNS, 1):
                sheet.write_string(first + number, column, entry.get(name) or "—")
        sheet.freeze_panes(first + 1, 0)
    return made.getvalue()


def routes() -> list[Route]:
    """The address."""
    return [Route(WORKBOOK, _workbook)]


async def _workbook(request: Request) -> Response:
    found = request.app.state.red_black_bulletins
    assert isinstance(found, RedBlackBulletins)
    return await found.workbook(request)
