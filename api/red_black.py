"""The bulletin (通报) of a red or black list in force, as a workbook, for everybody who reads lists."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import workbook
from api.callers import Callers
from api.graphql import Refused, permitted
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
        principal = await permitted(request.scope, self._callers, Permission.RED_BLACK_LIST_READ)
        key = identity("rbl")(request.path_params["id"]) or UUID(int=0)
        whose = principal.tenant_id or principal.regulator_id
        async with self._readers.turn(whose), self._database.reading(principal) as connection:
            found = await publication.in_force(connection, key)
        if found is None:
            raise Refused(
                FailureCode.NOT_FOUND,
                "没有此榜单，或榜单不在公布期内。",
                "There is no such list, or it is not in force.",
            )
        content = await asyncio.to_thread(written, found)
        return workbook.attached(content, "bulletin.xlsx")


def written(found: Mapping[str, Any]) -> bytes:
    """What list it is, in which edition, and when this was made; then a line for each entry."""
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
    heads = ("序号", *(head for _, head in _COLUMNS))
    rows = (
        (number, *(entry.get(name) or "—" for name, _ in _COLUMNS)) for number, entry in enumerate(found["content"], 1)
    )
    return workbook.bulletin(found["title"], facts, heads, rows)


def routes() -> list[Route]:
    """The address."""
    return [Route(WORKBOOK, _workbook)]


async def _workbook(request: Request) -> Response:
    found = request.app.state.red_black_bulletins
    assert isinstance(found, RedBlackBulletins)
    return await found.workbook(request)
