"""The server: its addresses, what starts and stops with it, and one log line a request."""

import gc
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import structlog
import uuid_utils
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

import migrations
import schema
from api import bulletins, credit, export, logs, open_days, surveys
from api.callers import Callers
from api.graphql import JSON, STATUS, ClientLeft, Endpoint, Exchange, Refused, respond
from api.heads import Protocol
from api.health import Ready, alive
from api.signing import Keys
from api.tokens import Tokens
from api.visitors import Visitors
from infra.files import Files
from infra.postgres import app_url
from infra.settings import Settings
from schema.documents import Documents
from schema.engine import INTERNAL, Engine, unavailable_answer
from schema.failure import Failure, FailureCode
from schema.turns import Turns
from tenants.errors import Unavailable
from tenants.scope import Database

GRAPHQL_PATH: Final = "/graphql"
SDL_PATH: Final = "/schema.graphql"
QUIET: Final = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by machines; logged only when debugging."""
PATHS: Final = QUIET | {GRAPHQL_PATH, SDL_PATH}

READY_REMEMBERED_S: Final = 1.0
"""However often someone asks, the database is asked at most so often."""

WAITING_PER_ORGANISATION: Final = 200
VISITOR_BURST: Final = 10
"""Public queries of one address at once, before it has to wait."""

SCHEMA_PROBLEMS: Final = {
    "empty": "数据库尚未初始化，请运行 linli migrate。 / The database is empty; run linli migrate.",
    "older": "数据库版本较旧，请运行 linli migrate。 / The database is older than this code; run linli migrate.",
    "newer": "数据库版本较新，请升级本程序。 / The database is newer than this code; upgrade Linli.",
}

# What a client may choose as its request's id: enough for any tracing format, too little for prose.
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")

log = structlog.get_logger()


class Server:
    """An ASGI application. What it needs is opened when it starts and closed, after its last request, when it stops."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._schema = schema.executable(schema.build())
        self._sdl_text = schema.sdl()
        self._endpoint: Endpoint | None = None
        self._problem: str | None = None
        self._checked_until = 0.0
        self._others = Starlette(
            routes=[
                Route("/healthz", alive),
                Route("/readyz", Ready(self._database_problem).answer),
                Route(SDL_PATH, self._sdl),
                *open_days.routes(),
                *credit.routes(),
                *surveys.routes(),
                *export.routes(),
                *bulletins.routes(),
            ],
            exception_handlers={
                404: _not_found,
                405: _not_found,
                Refused: _refused,
                Unavailable: _unavailable,
                ClientLeft: _left,
                Exception: _failed,
            },
            lifespan=self._running,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop."""
        if scope["type"] != "http":
            await self._others(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        exchange = Exchange(_request_id(headers.get(b"x-request-id")))
        try:
            if scope["path"] == GRAPHQL_PATH and self._endpoint is not None:
                await self._endpoint(scope, headers, receive, send, exchange)
            else:
                scope["exchange"] = exchange
                await self._others(scope, receive, _marked(send, exchange))
        except Exception as error:  # the framework answers it, and raises it all the same
            exchange.error, exchange.code = error, FailureCode.INTERNAL
            if not exchange.status:
                body = Failure(FailureCode.INTERNAL, INTERNAL).body(exchange.request_id)
                await respond(send, 500, JSON, body, exchange)
        finally:
            _write(scope, exchange, time.perf_counter() - started)

    @asynccontextmanager
    async def _running(self, others: Starlette) -> AsyncIterator[None]:
        settings = self._settings
        database = await Database.open(
            app_url(settings),
            pool_size=settings.pool_size,
            write_pool_size=settings.write_pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
            acquire_timeout_ms=settings.acquire_timeout_ms,
        )
        readers, writers = _turns(settings.pool_size, settings), _turns(settings.write_pool_size, settings)
        engine = Engine(
            database,
            self._schema,
            Documents(
                self._schema,
                token_limit=settings.token_limit,
                cache_bytes=settings.document_cache_bytes,
                introspection=settings.introspection,
            ),
            cost_limit=settings.cost_limit,
            readers=readers,
            writers=writers,
        )
        callers = Callers(Tokens.of(settings), database)
        visitors = Visitors(per_minute=settings.visitor_queries_per_minute, burst=VISITOR_BURST)
        self._endpoint = Endpoint(engine, callers, visitors, body_limit=settings.body_limit_bytes)
        others.state.certificates = credit.Certificates(
            callers,
            database,
            Keys.of(settings),
            issuer=settings.issuer.rstrip("/"),
            days=settings.certificate_days,
            visitors=Visitors(per_minute=settings.visitor_queries_per_minute, burst=credit.VISITOR_BURST),
            readers=readers,
        )
        others.state.open_days = open_days.OpenDays(
            callers, database, Files.of(settings), readers=readers, writers=writers
        )
        others.state.surveys = surveys.Surveys(
            callers,
            database,
            issuer=settings.issuer.rstrip("/"),
            visitors=Visitors(per_minute=settings.visitor_queries_per_minute, burst=surveys.VISITOR_BURST),
            readers=readers,
            writers=writers,
        )
        others.state.bulletins = bulletins.Bulletins(callers, database, readers=readers)
        others.state.reports = export.Reports(callers, engine, self._schema)
        # What lives as long as the process need not be looked at by every collection.
        gc.collect()
        gc.freeze()
        log.info("started", host=settings.host, port=settings.port)
        try:
            yield
        finally:
            self._endpoint = None
            await database.close()
            log.info("stopped")

    async def _database_problem(self) -> str | None:
        """What keeps the database from serving this version of the code."""
        if time.monotonic() < self._checked_until:
            return self._problem
        try:
            version = await migrations.version(app_url(self._settings))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            self._problem = "无法连接数据库。 / The database cannot be reached."
        else:
            state = migrations.state(version)
            self._problem = None if state == "current" else SCHEMA_PROBLEMS[state]
        self._checked_until = time.monotonic() + READY_REMEMBERED_S
        return self._problem

    async def _sdl(self, _: Request) -> Response:
        return PlainTextResponse(self._sdl_text, headers={"cache-control": "max-age=300"})


def serve(settings: Settings, port: socket.socket) -> None:
    """Serve at a listening socket until told to stop; then let what runs finish, for as long as the settings say."""
    logs.configure(settings.log_level)
    config = uvicorn.Config(
        Server(settings),
        http=Protocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        # A client may say any address; only a proxy's word is taken, and only of the proxies that are named.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_grace_s,
    )
    uvicorn.Server(config).run(sockets=[port])


def _turns(pool_size: int, settings: Settings) -> Turns:
    """Some of the connections, one in eight and at least one, are out of any one organisation's reach."""
    return Turns(
        max(1, pool_size - max(1, pool_size // 8)),
        WAITING_PER_ORGANISATION,
        settings.acquire_timeout_ms / 1_000,
    )


def _request_id(given: bytes | None) -> str:
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return str(uuid_utils.uuid7())


def _marked(send: Send, exchange: Exchange) -> Send:
    """Sends a response of the other addresses with the headers that every response has."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", exchange.request_id.encode("ascii")),
                (b"x-content-type-options", b"nosniff"),
            ]
        await send(message)

    return marked


async def _not_found(request: Request, error: Exception) -> Response:
    """An address that is not there, or does not take the method: one shape of error everywhere."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        methods = (error.headers or {}).get("Allow", "GET")
        failure = Failure(FailureCode.METHOD_NOT_ALLOWED, f"请使用 {methods}。 / Use {methods}.")
    else:
        failure = Failure(
            FailureCode.NOT_FOUND, f"没有此地址；接口在 {GRAPHQL_PATH}。 / Not found; the API is at {GRAPHQL_PATH}."
        )
    body = failure.body(_exchange(request).request_id)
    return Response(body, error.status_code, error.headers, "application/json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    exchange = _exchange(request)
    exchange.code = error.failure.code
    headers = {name.decode("ascii"): value.decode("ascii") for name, value in error.headers} | _unread(request)
    body = error.failure.body(exchange.request_id)
    return Response(body, STATUS[error.failure.code], headers, "application/json")


async def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    exchange = _exchange(request)
    exchange.code, exchange.error = FailureCode.UNAVAILABLE, error
    body = unavailable_answer(error, exchange.request_id).body
    return Response(body, 503, {"retry-after": str(error.retry_after)} | _unread(request), "application/json")


def _unread(request: Request) -> dict[str, str]:
    """The connection ends with a refusal of what has a body: it may not have been read, and is not going to be."""
    return {"connection": "close"} if request.method == "POST" else {}


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it; the log shows it


async def _failed(request: Request, error: Exception) -> Response:
    body = Failure(FailureCode.INTERNAL, INTERNAL).body(_exchange(request).request_id)
    return Response(body, 500, media_type="application/json")


def _exchange(request: Request) -> Exchange:
    exchange = request.scope["exchange"]
    assert isinstance(exchange, Exchange)
    return exchange


def _write(scope: Scope, exchange: Exchange, seconds: float) -> None:
    """The log line of a request: numbers, codes and ids, nothing that the caller wrote."""
    # A route's own form, without the ids that stand in it.
    path = getattr(scope.get("route"), "path", scope["path"])
    line: dict[str, Any] = {
        "request_id": exchange.request_id,
        "method": scope["method"],
        # Another path may hold anything: what someone mistyped, or pasted.
        "path": path
        if path in PATHS or path in open_days.PATHS | credit.PATHS | surveys.PATHS | export.PATHS | bulletins.PATHS
        else "other",
        "status": exchange.status,
        "ms": round(seconds * 1_000, 2),
    }
    if exchange.principal is not None:
        line["kind"] = exchange.principal.kind
        line["organisation"] = exchange.principal.tenant_id or exchange.principal.regulator_id
    if exchange.cost is not None:
        line["cost"] = exchange.cost
    if exchange.code is not None:
        line["code"] = exchange.code
    if isinstance(exchange.error, Unavailable):
        log.warning("request", **line, reason=exchange.error.reason)
    elif exchange.error is not None:
        log.error("request", **line, exc_info=exchange.error, sent=exchange.sent)
    elif path in QUIET:
        log.debug("request", **line)
    else:
        log.info("request", **line)
