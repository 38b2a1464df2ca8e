"""What open days have beside GraphQL, over plain HTTP: a calendar feed, a printable notice, and photos.

The token goes in the Authorization header, as everywhere. It is not taken from the address, although some calendar
applications can send nothing else: addresses end up in logs, in histories and in other people's hands.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import Callers
from api.graphql import Refused, permitted, require_size, whole_body
from api.open_days import calendar, notice, photo
from api.printing import MEDIA
from infra import files
from infra.files import Files
from schema.engine import NO_PURPOSE
from schema.failure import FailureCode
from schema.reads.values import identity
from schema.terms import term
from schema.turns import Turns
from tenants import announcement, open_day_photo
from tenants.company import require_active
from tenants.errors import Code, DomainError, Unavailable
from tenants.open_day import ANNOUNCED
from tenants.open_day_photo import NewPhoto
from tenants.permission import Permission
from tenants.scope import Database, Principal

T = TypeVar("T")

FEED: Final = "/open-days.ics"
NOTICE: Final = "/open-days/{id}/notice.pdf"
PHOTOS: Final = "/open-days/{id}/photos"
PHOTO: Final = "/photos/{id}"

DRAWN_AT_ONCE: Final = 2
"""Drawing and decoding take a processor for a while; the others wait."""
UPLOAD_TIMEOUT_S: Final = 60.0
UPLOADS_AT_ONCE: Final = 8
"""What is sent is held in memory until it is decoded: so many, and half as many of one organisation."""
UPLOADS_WAITING: Final = 40
UPLOAD_WAIT_S: Final = 30.0


class OpenDays:
    """Answers at the addresses of open days; the application keeps one in its state while it runs."""

    def __init__(self, callers: Callers, database: Database, storage: Files, *, readers: Turns, writers: Turns) -> None:
        self._callers = callers
        self._database = database
        self._storage = storage
        self._readers = readers
        self._writers = writers
        self._uploads = Turns(UPLOADS_AT_ONCE, UPLOADS_WAITING, UPLOAD_WAIT_S)
        self._uploads_of_one = Turns(UPLOADS_AT_ONCE // 2, UPLOADS_WAITING, UPLOAD_WAIT_S)
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def feed(self, request: Request) -> Response:
        """A company's announced open days as an iCalendar feed."""
        principal, company = await self._member(request, Permission.OPEN_DAY_READ)
        async with self._reading(principal) as connection:
            announced = await announcement.latest(connection, company)
        content = await asyncio.to_thread(calendar.feed, announced)
        return _kept(request, content, calendar.MEDIA, "物业开放日.ics")

    async def notice(self, request: Request) -> Response:
        """The printed notice of an open day that is announced."""
        principal, company = await self._member(request, Permission.OPEN_DAY_READ)
        key = _key(request, "opd")
        async with self._reading(principal) as connection:
            open_day = await announcement.one(connection, company, key)
        if open_day is None:
            raise _unknown()
        if open_day.state not in ANNOUNCED:
            raise _rule(DomainError(Code.OPEN_DAY_NOT_ANNOUNCED, "id", state=open_day.state))
        async with self._drawing:
            content = await asyncio.to_thread(notice.drawn, open_day)
        return _kept(request, content, MEDIA, "物业开放日公告.pdf")

    async def add_photo(self, request: Request) -> Response:
        """Keep a photo of an announced open day. What can be refused before the picture is sent is refused then."""
        principal, company = await self._member(request, Permission.OPEN_DAY_UPDATE)
        headers = dict(request.scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        if kind not in photo.TYPES:
            raise Refused(
                FailureCode.UNSUPPORTED_MEDIA_TYPE,
                "照片须为 JPEG、PNG 或 WebP，请求体即图片本身（Content-Type: image/jpeg、image/png 或 image/webp）。",
                "A photo is a JPEG, PNG or WebP, and the body is the picture itself "
                "(Content-Type: image/jpeg, image/png or image/webp).",
            )
        require_size(headers, photo.SIZE_LIMIT)
        key = _key(request, "opd")
        async with self._reading(principal) as connection:
            await _ruled(open_day_photo.require_announced(connection, company, key))
        async with self._uploads_of_one.turn(company), self._uploads.turn(None):
            sent = await whole_body(headers, request.receive, limit=photo.SIZE_LIMIT, seconds=UPLOAD_TIMEOUT_S)
            async with self._drawing:
                picture = await photo.cleaned(sent)
        return await self._kept_photo(principal, company, key, picture)

    async def _kept_photo(
        self, principal: Principal, company: UUID, open_day: UUID, picture: photo.Picture
    ) -> Response:
        new = NewPhoto(
            open_day_id=open_day,
            file=open_day_photo.new_file(company),
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            size=len(picture.content),
        )
        async with _available():
            await self._storage.put(new.file, picture.content)
        async with self._writers.turn(company), self._database.writing(principal) as scope:
            await _ruled(require_active(scope))
            row, is_new = await _ruled(open_day_photo.add(scope, new))
        if not is_new:
            with suppress(files.Lost):  # what is left behind is swept
                await self._storage.remove(new.file)
        address = PHOTO.format(id=f"oph_{row.id}")
        answer = {
            "id": f"oph_{row.id}",
            "url": address,
            "width": row.width,
            "height": row.height,
            "bytes": row.size,
            "sha256": row.sha256,
        }
        return Response(
            orjson.dumps(answer), 201 if is_new else 200, {"location": address}, media_type="application/json"
        )

    async def photo(self, request: Request) -> Response:
        """A photo, for the company's members and the regulators of the place."""
        principal = await permitted(request.scope, self._callers, Permission.OPEN_DAY_READ)
        if principal.kind == "regulator" and principal.purpose is None:
            raise Refused(FailureCode.PURPOSE_REQUIRED, *NO_PURPOSE)
        key = _key(request, "oph")
        async with self._reading(principal) as connection:
            shown = await open_day_photo.shown(connection, principal, key)
        if shown is None:
            raise _unknown()
        async with _available():
            content = await self._storage.get(shown.file)
        if content is None or hashlib.sha256(content).hexdigest() != shown.sha256:
            raise Unavailable("the file of a photo is missing or damaged", retry_after=60)
        answer = _kept(request, content, photo.MEDIA, "照片.jpg")
        answer.headers["content-security-policy"] = "default-src 'none'; sandbox"
        return answer

    async def _member(self, request: Request, permission: Permission) -> tuple[Principal, UUID]:
        """Who asks, if it is a member of a company: what a company announces, it announces itself."""
        principal = await permitted(request.scope, self._callers, permission)
        if principal.tenant_id is None:
            raise Refused(
                FailureCode.FORBIDDEN,
                "此地址只供物业服务企业的成员使用；监管机构请用 GraphQL 查询 openDays。",
                "This address is for members of a property company; a regulator asks GraphQL for openDays.",
            )
        return principal, principal.tenant_id

    @asynccontextmanager
    async def _reading(self, principal: Principal) -> AsyncIterator[Any]:
        organisation = principal.tenant_id or principal.regulator_id
        async with self._readers.turn(organisation), self._database.reading(principal) as connection:
            yield connection


def routes() -> list[Route]:
    """The addresses."""
    return [
        Route(FEED, _feed),
        Route(NOTICE, _notice),
        Route(PHOTOS, _add_photo, methods=["POST"]),
        Route(PHOTO, _photo),
    ]


PATHS: Final = frozenset({FEED, NOTICE, PHOTOS, PHOTO})


async def _feed(request: Request) -> Response:
    return await _of(request).feed(request)


async def _notice(request: Request) -> Response:
    return await _of(request).notice(request)


async def _add_photo(request: Request) -> Response:
    return await _of(request).add_photo(request)


async def _photo(request: Request) -> Response:
    return await _of(request).photo(request)


def _of(request: Request) -> OpenDays:
    found = request.app.state.open_days
    assert isinstance(found, OpenDays)
    return found


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    """Inside, a storage that cannot be reached is the same to the caller as a database that cannot."""
    try:
        yield
    except files.Lost as lost:
        raise Unavailable("the storage of photos cannot be reached", retry_after=5) from lost


async def _ruled(work: Awaitable[T]) -> T:
    """What a rule answers; what it refuses, in the form of these addresses."""
    try:
        return await work
    except DomainError as error:
        raise _rule(error) from None


def _key(request: Request, prefix: str) -> UUID:
    """The id in the address; one of another shape is looked for like any other, and not found."""
    return identity(prefix)(request.path_params["id"]) or UUID(int=0)


def _unknown() -> Refused:
    """Another company's and nobody's are the same."""
    return _rule(DomainError(Code.NOT_FOUND, "id"))


def _rule(error: DomainError) -> Refused:
    """A rule that was not met."""
    code = FailureCode.NOT_FOUND if error.code is Code.NOT_FOUND else FailureCode.CONFLICT
    return Refused(code, error.message("zh", term), error.message("en"))


def _kept(request: Request, content: bytes, media: str, name: str) -> Response:
    """A file that a client may keep and has to ask for again, so that it is shown to nobody who may not see it now."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "cache-control": "private, no-cache",
        "vary": "authorization",
        "content-disposition": f"inline; filename*=UTF-8''{quote(name)}",
    }
    if tag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media)
