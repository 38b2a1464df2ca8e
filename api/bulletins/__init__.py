"""Bulletins (通报) of published ratings and of red and black lists in force, as PDF to print or as a workbook, for
everybody who reads ratings and lists.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import workbook
from api.bulletins import rating, red_black
from api.bulletins.sheet import Sheet
from api.callers import Callers
from api.graphql import Refused, permitted
from api.printing import MEDIA as PDF
from schema.failure import FailureCode
from schema.reads.values import identity
from schema.turns import Turns
from tenants.permission import Permission
from tenants.scope import Database


class Kind(NamedTuple):
    """Of what there are bulletins: where, who reads them, how one is found, and what is said where there is none."""

    address: str
    permission: Permission
    prefix: str
    sheet: Callable[[Any, UUID], Awaitable[Sheet | None]]
    missing: tuple[str, str]


RATING: Final = Kind(
    "/ratings/{id}/bulletin",
    Permission.RATING_READ,
    "rcy",
    rating.sheet,
    ("没有此评定周期，或结果尚未公布。", "There is no such cycle, or nothing is published yet."),
)
RED_BLACK_LIST: Final = Kind(
    "/red-black-lists/{id}/bulletin",
    Permission.RED_BLACK_LIST_READ,
    "rbl",
    red_black.sheet,
    ("没有此榜单，或榜单不在公布期内。", "There is no such list, or it is not in force."),
)
KINDS: Final = (RATING, RED_BLACK_LIST)
PATHS: Final = frozenset(f"{kind.address}.{form}" for kind in KINDS for form in ("pdf", "xlsx"))

DRAWN_AT_ONCE: Final = 1


class Bulletins:
    """Answers at the addresses of bulletins; the application keeps one in its state while it runs."""

    def __init__(self, callers: Callers, database: Database, *, readers: Turns) -> None:
        self._callers = callers
        self._database = database
        self._readers = readers
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def printed(self, kind: Kind, request: Request) -> Response:
        """A bulletin as PDF."""
        sheet = await self._sheet(kind, request)
        async with self._drawing:
            content = await asyncio.to_thread(sheet.printed)
        return Response(content, headers={"cache-control": "no-store"}, media_type=PDF)

    async def written(self, kind: Kind, request: Request) -> Response:
        """A bulletin as a workbook."""
        sheet = await self._sheet(kind, request)
        async with self._drawing:
            content = await asyncio.to_thread(sheet.written)
        return workbook.attached(content, "bulletin.xlsx")

    async def _sheet(self, kind: Kind, request: Request) -> Sheet:
        principal = await permitted(request.scope, self._callers, kind.permission)
        key = identity(kind.prefix)(request.path_params["id"]) or UUID(int=0)
        whose = principal.tenant_id or principal.regulator_id
        async with self._readers.turn(whose), self._database.reading(principal) as connection:
            found = await kind.sheet(connection, key)
        if found is None:
            raise Refused(FailureCode.NOT_FOUND, *kind.missing)
        return found


def routes() -> list[Route]:
    """The addresses."""
    printed = [Route(f"{kind.address}.pdf", partial(_printed, kind)) for kind in KINDS]
    return [*printed, *(Route(f"{kind.address}.xlsx", partial(_written, kind)) for kind in KINDS)]


async def _printed(kind: Kind, request: Request) -> Response:
    return await _of(request).printed(kind, request)


async def _written(kind: Kind, request: Request) -> Response:
    return await _of(request).written(kind, request)


def _of(request: Request) -> Bulletins:
    found = request.app.state.bulletins
    assert isinstance(found, Bulletins)
    return found
