"""The page on which a household answers a survey (满意度问卷), and the slips to print, over plain HTTP.

Nobody signs in and nothing is set: no cookie, no script, nothing from elsewhere, no trace of the address or of the
link in a log. Looking at a page uses nothing up, so a link may be previewed, fetched ahead or reloaded; only the form's
POST does. A link that never was, one that was replaced, and one into a survey that is closed get the same answer.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.callers import Callers
from api.graphql import BODY_TIMEOUT_S, Refused, locale_of, permitted, whole_body
from api.printing import MEDIA
from api.surveys import page, slips
from api.visitors import Visitors
from schema.failure import FailureCode
from schema.reads.values import identity
from schema.turns import Turns
from tenants.errors import Unavailable
from tenants.permission import Permission
from tenants.scope import Database
from tenants.survey import answer, handing_out
from tenants.survey.link import PAGE, Link

ENTRY: Final = PAGE
ANSWER: Final = f"{PAGE}/{{code}}"
SLIPS: Final = "/surveys/{id}/slips.pdf"
PATHS: Final = frozenset({ENTRY, ANSWER, SLIPS})

BODY_LIMIT: Final = 16_384
CODES_LIMIT: Final = 1_000
CODES_BODY_LIMIT: Final = 65_536
VISITOR_BURST: Final = 120
"""A sample of residents may sit in one room behind one address."""
DRAWN_AT_ONCE: Final = 1

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(page.STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
    "x-robots-tag": "noindex",
}


class Surveys:
    """Answers at the addresses of surveys; the application keeps one in its state while it runs."""

    def __init__(
        self,
        callers: Callers,
        database: Database,
        *,
        issuer: str,
        visitors: Visitors,
        readers: Turns,
        writers: Turns,
    ) -> None:
        self._callers = callers
        self._database = database
        self._issuer = issuer
        self._visitors = visitors
        self._readers = readers
        self._writers = writers
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def entry(self, request: Request) -> Response:
        """Where somebody who cannot scan the slip types its code."""
        words = _words(request)
        given = request.query_params.get("code")
        if given is None:
            return _page(200, words.entry())
        link = Link.read(given)
        if link is None:
            return _page(404, words.entry(mistyped=True))
        return RedirectResponse(link.path, 303, _HEADERS)

    async def ask(self, request: Request) -> Response:
        """The questions behind a link."""
        words, link = _words(request), Link.read(request.path_params["code"])
        try:
            if wait := self._wait(request):
                return _too_often(words, wait)
            found = await self._paper(link)
        except Unavailable as lost:
            return _busy(words, lost)
        if found is None:
            return _page(404, words.unknown())
        return _page(410, words.used()) if found.answered else _page(200, words.form(found))

    async def take(self, request: Request) -> Response:
        """One household's answer. What is missing in it is asked for again, with what was given."""
        words, link = _words(request), Link.read(request.path_params["code"])
        headers = dict(request.scope["headers"])
        sent = await whole_body(headers, request.receive, limit=BODY_LIMIT, seconds=BODY_TIMEOUT_S)
        try:
            if wait := self._wait(request):
                return _too_often(words, wait)
            found = await self._paper(link)
            if link is None or found is None:
                return _page(404, words.unknown())
            if found.answered:
                return _page(410, words.used())
            given = _given(sent)
            scores = answer.scores(found, given)
            comment = answer.comment_in(given.get(page.COMMENT, ""))
            if len(scores) < len(found.questions) or len(comment) > answer.COMMENT_LIMIT:
                return _page(422, words.form(found, given, scores))
            async with self._writers.turn(ENTRY), self._database.writing(answer.holder(link)) as scope:
                taken = await answer.submit(scope, link, scores, comment)
        except Unavailable as lost:
            return _busy(words, lost)
        return _page(200, words.thanks()) if taken else _page(410, words.used())

    async def slips(self, request: Request) -> Response:
        """The slips to print of the links that whoever drew the sample has just been given: `{"codes": [...]}`."""
        principal = await permitted(request.scope, self._callers, Permission.SURVEY_CONDUCT)
        headers = dict(request.scope["headers"])
        sent = await whole_body(headers, request.receive, limit=CODES_BODY_LIMIT, seconds=BODY_TIMEOUT_S)
        links = _links(sent)
        key = identity("svy")(request.path_params["id"]) or UUID(int=0)
        async with self._readers.turn(principal.regulator_id), self._database.reading(principal) as connection:
            bundle = await handing_out.of(connection, key, links)
        if bundle is None:
            raise Refused(
                FailureCode.NOT_FOUND,
                "没有此问卷，或其中有链接已失效、已作答或不属于此问卷。",
                "There is no such survey, or a link is not of it, was replaced or has been used.",
            )
        async with self._drawing:
            content = await asyncio.to_thread(slips.drawn, bundle, self._issuer)
        return Response(content, headers={"cache-control": "no-store"}, media_type=MEDIA)

    def _wait(self, request: Request) -> int:
        client = request.scope.get("client")
        return self._visitors.wait(client[0] if client else "")

    async def _paper(self, link: Link | None) -> answer.Paper | None:
        if link is None:
            return None
        async with self._readers.turn(ENTRY), self._database.reading(answer.holder(link)) as connection:
            return await answer.paper(connection, link)


def routes() -> list[Route]:
    """The addresses."""
    return [
        Route(ENTRY, _entry),
        Route(ANSWER, _ask),
        Route(ANSWER, _take, methods=["POST"]),
        Route(SLIPS, _slips, methods=["POST"]),
    ]


async def _entry(request: Request) -> Response:
    return await _of(request).entry(request)


async def _ask(request: Request) -> Response:
    return await _of(request).ask(request)


async def _take(request: Request) -> Response:
    return await _of(request).take(request)


async def _slips(request: Request) -> Response:
    return await _of(request).slips(request)


def _of(request: Request) -> Surveys:
    found = request.app.state.surveys
    assert isinstance(found, Surveys)
    return found


def _words(request: Request) -> page.Words:
    return page.WORDS[locale_of(request.headers.get("accept-language", "").encode("latin-1"))]


def _page(status: int, content: str, headers: Mapping[str, str] | None = None) -> Response:
    return HTMLResponse(content, status, {**_HEADERS, **(headers or {})})


def _too_often(words: page.Words, wait: int) -> Response:
    return _page(429, words.later(), {"retry-after": str(wait)})


def _busy(words: page.Words, lost: Unavailable) -> Response:
    return _page(503, words.later(), {"retry-after": str(lost.retry_after)})


def _given(sent: bytes) -> dict[str, str]:
    """The fields of a form, the last of each name; what is no form has none."""
    try:
        fields = parse_qs(sent.decode("ascii"), errors="strict", max_num_fields=50)
    except ValueError:
        return {}
    return {name: each[-1] for name, each in fields.items()}


def _links(sent: bytes) -> list[Link]:
    """The links of a request for slips."""
    try:
        codes = orjson.loads(sent)["codes"]
        links = [Link.read(code) for code in codes]
        if not 1 <= len(links) <= CODES_LIMIT:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError):
        links = [None]
    found = [link for link in links if link is not None]
    if len(found) < len(links):
        raise Refused(
            FailureCode.BAD_REQUEST,
            f'请求体应为 {{"codes": ["…"]}}，含 1 至 {CODES_LIMIT} 个刚发放的答卷码。',
            f'The body is {{"codes": ["…"]}} with 1 to {CODES_LIMIT} codes that were just handed out.',
        )
    return found
