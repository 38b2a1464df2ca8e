"""GraphQL over HTTP and nothing else: which requests are well-formed, and which status an answer has."""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from api.callers import Callers
from api.tokens import NO_TOKEN_CHALLENGE, InvalidToken
from api.visitors import Visitors
from schema.engine import Answer, Engine, Request, unavailable_answer
from schema.failure import Failure, FailureCode
from tenants.access import Purpose
from tenants.errors import Locale, Unavailable
from tenants.permission import VISITOR, Permission
from tenants.scope import Principal

ANYBODY: Final = Principal("public", VISITOR)
"""Who has not signed in."""
VISITOR_BODY_LIMIT: Final = 8_192
BODY_TIMEOUT_S: Final = 15.0
"""How long a client may take to send its body."""
WATCH_AFTER_S: Final = 0.05
"""A request that takes longer is watched for its client leaving; most are answered sooner."""

STATUS: Final[Mapping[FailureCode, int]] = {
    FailureCode.BAD_REQUEST: 400,
    FailureCode.BAD_USER_INPUT: 400,
    FailureCode.CONFLICT: 409,
    FailureCode.COST_EXCEEDED: 400,
    FailureCode.FORBIDDEN: 403,
    FailureCode.GRAPHQL_PARSE_FAILED: 400,
    FailureCode.GRAPHQL_VALIDATION_FAILED: 400,
    FailureCode.INTERNAL: 500,
    FailureCode.LIMIT_EXCEEDED: 400,
    FailureCode.METHOD_NOT_ALLOWED: 405,
    FailureCode.NOT_ACCEPTABLE: 406,
    FailureCode.NOT_FOUND: 404,
    FailureCode.PAYLOAD_TOO_LARGE: 413,
    FailureCode.PURPOSE_REQUIRED: 403,
    FailureCode.RATE_LIMITED: 429,
    FailureCode.UNAUTHENTICATED: 401,
    FailureCode.UNAVAILABLE: 503,
    FailureCode.UNSUPPORTED_MEDIA_TYPE: 415,
}

ANSWERED: Final = frozenset(
    {
        FailureCode.BAD_USER_INPUT,
        FailureCode.GRAPHQL_PARSE_FAILED,
        FailureCode.GRAPHQL_VALIDATION_FAILED,
    }
)
"""A client that names `application/json` gets 200 for these: GraphQL over HTTP keeps that type's older custom."""

GRAPHQL_JSON: Final = b"application/graphql-response+json"
JSON: Final = b"application/json"

Headers = Mapping[bytes, bytes]


class Media(NamedTuple):
    """The media type of a response, and whether the client named plain JSON to get it."""

    type: bytes
    by_name: bool


PLAIN: Final = Media(JSON, by_name=False)


@dataclass(slots=True)
class Exchange:
    """One request and what became of it: what its log line is made of."""

    request_id: str
    status: int = 0
    cost: int | None = None
    code: FailureCode | None = None
    principal: Principal | None = None
    error: BaseException | None = None
    sent: object = None


class Refused(Exception):
    """Answered without execution: the failure, and the headers that belong to its status."""

    def __init__(self, code: FailureCode, chinese: str, english: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(code)
        self.failure = Failure(code, f"{chinese} / {english}")
        self.headers = headers


class Endpoint:
    """Answers GET and POST at one path."""

    def __init__(self, engine: Engine, callers: Callers, visitors: Visitors, *, body_limit: int) -> None:
        self._engine = engine
        self._callers = callers
        self._visitors = visitors
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive, send: Send, exchange: Exchange) -> None:
        """Answer one request, whatever it holds; nothing is raised but a cancellation from outside."""
        media = PLAIN
        request: Request | None = None
        try:
            method = scope["method"]
            if method not in ("POST", "GET"):
                raise Refused(
                    FailureCode.METHOD_NOT_ALLOWED,
                    "请使用 POST 或 GET。",
                    "Use POST or GET.",
                    (b"allow", b"GET, POST"),
                )
            media = _acceptable(headers.get(b"accept"))
            if b"authorization" in headers:
                exchange.principal = await caller(headers, self._callers)
                request = await self._read(scope, headers, receive, exchange, self._body_limit)
            else:
                request = await self._visitors_request(scope, headers, receive, exchange)
                exchange.principal = ANYBODY
            answer = await _while_connected(self._engine.answer(request, exchange.principal), receive)
        except Refused as refused:
            exchange.code = refused.failure.code
            body = refused.failure.body(exchange.request_id)
            await respond(send, STATUS[exchange.code], media.type, body, exchange, *refused.headers)
            return
        except Unavailable as lost:
            answer = unavailable_answer(lost, exchange.request_id)
        except ClientLeft:
            exchange.status = 499
            return
        exchange.cost = answer.cost
        exchange.code = answer.code
        if answer.error is not None:
            exchange.error = answer.error
            exchange.sent = (request.variables, _literals(request.query)) if request else None
        if answer.changed and exchange.principal is not None:
            self._callers.forget(exchange.principal.tenant_id or exchange.principal.regulator_id)
        await respond(send, _status(answer, media), media.type, answer.body, exchange, *_headers(answer))

    async def _read(self, scope: Scope, headers: Headers, receive: Receive, exchange: Exchange, limit: int) -> Request:
        if scope["method"] == "POST":
            body = await whole_body(headers, receive, limit=limit, seconds=BODY_TIMEOUT_S)
            parameters = _from_body(headers, body)
        else:
            parameters = _from_query(headers, scope["query_string"])
        return _request(parameters, headers, exchange, read_only=scope["method"] == "GET")

    async def _visitors_request(self, scope: Scope, headers: Headers, receive: Receive, exchange: Exchange) -> Request:
        """The request of somebody who has not signed in, if it asks for nothing but what is public, and not too often.

        Whatever else it is, it is refused for want of a token.
        """
        try:
            request = await self._read(scope, headers, receive, exchange, VISITOR_BODY_LIMIT)
        except Refused:
            raise _no_token() from None
        if not self._engine.mentions_public(request.query):
            raise _no_token()
        # Before the document is parsed: that costs more than counting does.
        client = scope.get("client")
        if wait := self._visitors.wait(client[0] if client else ""):
            raise Refused(
                FailureCode.RATE_LIMITED,
                f"查询过于频繁，请 {wait} 秒后再试，或登录后查询。",
                f"You ask too often; try again in {wait} seconds, or sign in.",
                (b"retry-after", b"%d" % wait),
            )
        if not self._engine.is_public(request):
            raise _no_token()
        return request


async def caller(headers: Headers, callers: Callers) -> Principal:
    """Who asks, by the token in the Authorization header, and what for where a regulator states it in Linli-Purpose.

    Raises `Refused` or `Unavailable`.
    """
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        raise _no_token()
    stated = headers.get(b"linli-purpose", b"").strip().decode("latin-1")
    if stated and stated not in Purpose.__members__:
        raise Refused(
            FailureCode.BAD_REQUEST,
            f"请求头 Linli-Purpose 应为 {'、'.join(Purpose)} 之一。",
            f"The header Linli-Purpose takes one of {', '.join(Purpose)}.",
        )
    try:
        return await callers.identify(token.strip().decode("latin-1"), Purpose(stated) if stated else None)
    except InvalidToken as error:
        raise Refused(
            FailureCode.UNAUTHENTICATED,
            "访问令牌无效或已过期，请重新获取。",
            "The access token is invalid or has expired; obtain a new one.",
            (b"www-authenticate", error.challenge.encode("ascii")),
        ) from None


async def permitted(scope: Scope, callers: Callers, permission: Permission) -> Principal:
    """Who asks, if it has the permission. Asked before anything is looked for, so a refusal tells of nothing."""
    exchange: Exchange = scope["exchange"]
    principal = exchange.principal = await caller(dict(scope["headers"]), callers)
    if permission not in principal.permissions:
        raise Refused(
            FailureCode.FORBIDDEN,
            f"此操作需要权限 {permission.value}。",
            f"This needs the permission {permission.value}.",
        )
    return principal


def _no_token() -> Refused:
    return Refused(
        FailureCode.UNAUTHENTICATED,
        "请在 Authorization 请求头中提供访问令牌：Bearer <令牌>。",
        "Send an access token in the Authorization header: Bearer <token>.",
        (b"www-authenticate", NO_TOKEN_CHALLENGE.encode("ascii")),
    )


async def whole_body(headers: Headers, receive: Receive, *, limit: int, seconds: float) -> bytes:
    """The body, of at most `limit` bytes, that arrives within `seconds`; raises `Refused` or `ClientLeft`.

    One announced as too large is refused before it is sent, one that grows too large is cut off there.
    """
    require_size(headers, limit)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientLeft
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise _too_large(limit)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise Refused(
            FailureCode.BAD_REQUEST,
            f"请求体未在 {seconds:.0f} 秒内发送完毕。",
            f"The body did not arrive within {seconds:.0f} seconds.",
            (b"connection", b"close"),
        ) from None


def require_size(headers: Headers, limit: int) -> None:
    """Refuse a body that is announced as larger than `limit`."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Refused:
    return Refused(
        FailureCode.PAYLOAD_TOO_LARGE,
        f"请求体超过 {limit} 字节。",
        f"The body is larger than {limit} bytes.",
        (b"connection", b"close"),
    )


async def respond(
    send: Send,
    status: int,
    media: bytes,
    body: bytes,
    exchange: Exchange,
    *headers: tuple[bytes, bytes],
) -> None:
    """Send a whole response; one of an API is never sniffed, framed or kept by a cache."""
    exchange.status = status
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", media + b"; charset=utf-8"),
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", exchange.request_id.encode("ascii")),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


class ClientLeft(Exception):
    """Nobody is there to read the answer."""


async def _while_connected(work: Coroutine[Any, Any, Answer], receive: Receive) -> Answer:
    """Do the work, and give it up when the client leaves, so that the database stops too."""
    doing = asyncio.current_task()
    assert doing is not None
    watching: asyncio.Task[None] | None = None
    left = False

    async def wait_for_leaving() -> None:
        nonlocal left
        if (await receive())["type"] == "http.disconnect":
            left = True
            doing.cancel()

    def watch() -> None:
        nonlocal watching
        watching = asyncio.ensure_future(wait_for_leaving())

    # Watching every request would cost each a task, and most are answered sooner than a client can leave.
    soon = asyncio.get_running_loop().call_later(WATCH_AFTER_S, watch)
    try:
        return await work
    except asyncio.CancelledError:
        if left and doing.uncancel() == 0:
            raise ClientLeft from None
        raise
    finally:
        soon.cancel()
        if watching is not None:
            watching.cancel()


def _request(parameters: object, headers: Headers, exchange: Exchange, *, read_only: bool) -> Request:
    if not isinstance(parameters, dict):
        raise _bad("请求体应为一个 JSON 对象（不支持批量数组）。", "The body must be one JSON object (no batches).")
    query = parameters.get("query")
    variables = parameters.get("variables")
    operation_name = parameters.get("operationName")
    extensions = parameters.get("extensions")
    if not isinstance(query, str):
        raise _bad("缺少 query，或它不是字符串。", "query is missing or no string.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables 应为 JSON 对象。", "variables must be a JSON object.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise _bad("operationName 应为字符串。", "operationName must be a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("extensions 应为 JSON 对象。", "extensions must be a JSON object.")
    return Request(
        query=query,
        operation_name=operation_name,
        variables=variables or {},
        locale=locale_of(headers.get(b"accept-language", b"")),
        request_id=exchange.request_id,
        read_only=read_only,
    )


def _from_body(headers: Headers, body: bytes) -> object:
    if not _is_json(headers.get(b"content-type", b"")):
        raise Refused(
            FailureCode.UNSUPPORTED_MEDIA_TYPE,
            "请求体应为 UTF-8 编码的 application/json。",
            "The body must be application/json in UTF-8.",
            (b"accept-post", JSON),
        )
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad("请求体不是有效的 JSON。", "The body is no valid JSON.") from None


def _from_query(headers: Headers, query: bytes) -> object:
    if not _from_script(headers):
        raise _bad(
            "GET 请求须在 Accept 请求头中写明 application/json 或 application/graphql-response+json。",
            "A GET must name application/json or application/graphql-response+json in its Accept header.",
        )
    try:
        given = parse_qs(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
        parameters: dict[str, object] = {name: values[-1] for name, values in given.items()}
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = orjson.loads(given[name][-1] or "null")
    except ValueError:
        raise _bad(
            "查询参数有误：应为 UTF-8，variables 和 extensions 应为 JSON。",
            "The query string is wrong: it must be UTF-8, with variables and extensions in JSON.",
        ) from None
    return parameters


def _from_script(headers: Headers) -> bool:
    """Whether a GET was made on purpose. A link, an image or a form on another site cannot name JSON as what it
    accepts, nor claim to be a script's fetch: whatever a browser may attach to such a request, it gets no answer.
    """
    accepted = headers.get(b"accept", b"")
    return JSON in accepted or GRAPHQL_JSON in accepted or headers.get(b"sec-fetch-mode") in (b"cors", b"same-origin")


def _bad(chinese: str, english: str) -> Refused:
    return Refused(FailureCode.BAD_REQUEST, chinese, english)


def _status(answer: Answer, media: Media) -> int:
    if answer.code is None or (media.by_name and answer.code in ANSWERED):
        return 200
    return STATUS[answer.code]


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    if answer.code is FailureCode.UNAVAILABLE:
        return [(b"retry-after", b"%d" % (answer.retry_after or 1))]
    if answer.code is FailureCode.METHOD_NOT_ALLOWED:
        return [(b"allow", b"POST")]
    return []


def _acceptable(accept: bytes | None) -> Media:
    media = PLAIN if accept is None else _best(accept)
    if media is None:
        raise Refused(
            FailureCode.NOT_ACCEPTABLE,
            "只能返回 application/graphql-response+json 或 application/json。",
            "Answers are application/graphql-response+json or application/json.",
        )
    return media


@lru_cache(256)
def _best(accept: bytes) -> Media | None:
    """The best of what a client accepts; at the same preference the first it names."""
    offers = {
        GRAPHQL_JSON: Media(GRAPHQL_JSON, by_name=False),
        JSON: Media(JSON, by_name=True),
        b"application/*": PLAIN,
        b"*/*": PLAIN,
    }
    best: tuple[float, Media] | None = None
    for part in accept.lower().split(b","):
        name, *parameters = (piece.strip() for piece in part.split(b";"))
        media = offers.get(name)
        preference = _preference(parameters)
        if media is not None and preference > 0 and (best is None or preference > best[0]):
            best = (preference, media)
    return best[1] if best else None


def _preference(parameters: list[bytes]) -> float:
    for parameter in parameters:
        if match := re.fullmatch(rb"q=([01](?:\.[0-9]{0,3})?)", parameter):
            return float(match[1])
    return 1.0


@lru_cache(64)
def _is_json(content_type: bytes) -> bool:
    name, *parameters = (piece.strip() for piece in content_type.lower().split(b";"))
    return name == JSON and all(
        parameter in (b"charset=utf-8", b'charset="utf-8"')
        for parameter in parameters
        if parameter.startswith(b"charset=")
    )


@lru_cache(256)
def locale_of(accept_language: bytes) -> Locale:
    """Chinese unless English is preferred to it."""
    best: tuple[float, Locale] = (0.0, "zh")
    for part in accept_language.lower().split(b","):
        tag, *parameters = (piece.strip() for piece in part.split(b";"))
        preference = _preference(parameters)
        for locale in ("zh", "en"):
            if tag.split(b"-")[0] == locale.encode() and preference > best[0]:
                best = (preference, locale)
    return best[1]


def _literals(document: str) -> list[str]:
    """The values written into a document, which its author should have put into variables."""
    return re.findall(r'"([^"\n]+)"', document)
