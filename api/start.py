"""What comes before serving: the port is free, the database answers, and its schema is the one this code needs."""

import asyncio
import errno
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import asyncpg

import migrations
from infra import postgres
from infra.refusal import Refusal
from infra.settings import Settings
from tenants.errors import DomainError, DomainErrors, Unavailable
from tenants.scope import Database

OLDEST_POSTGRES: Final = 16

# A command may take its time; a request may not.
JOB_STATEMENT_TIMEOUT_MS: Final = 300_000

Say = Callable[[str], None]
T = TypeVar("T")


def claim_port(settings: Settings) -> socket.socket:
    """The listening socket. It is taken before anything slow happens, and clients may connect from now on."""
    try:
        return socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=2048,
        )
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            raise Refusal(
                f"{place} 已被占用：请停止占用它的程序，或用 LINLI_PORT 指定别的端口。",
                f"{place} is in use: stop the program that uses it, or name another port in LINLI_PORT.",
            ) from None
        raise Refusal(
            f"无法在 {place} 上监听（{error.strerror or error}）：请检查 LINLI_HOST 和 LINLI_PORT。",
            f"Cannot listen on {place} ({error.strerror or error}): check LINLI_HOST and LINLI_PORT.",
        ) from None


def migrate(settings: Settings, say: Say) -> str:
    """Bring the database to the code's schema, and let `linli_app` in; the version it stands at."""
    url = postgres.administrator_url(settings, say)
    found = asyncio.run(_version(url))
    asyncio.run(_require_server(url))
    if (state := migrations.state(found)) == "newer":
        raise _newer(found)
    if state != "current":
        say("正在升级数据库结构 / Migrating the database")
        try:
            migrations.upgrade(url)
        except Exception as error:
            if _is_about_a_lock(error):
                raise Refusal(
                    "数据库正忙，升级未能在一秒内取得锁，未做任何更改：请稍后重试。",
                    "The database is busy: the migration got no lock within a second and changed nothing; "
                    "try again later.",
                ) from error
            raise
    asyncio.run(postgres.set_app_password(settings))
    return migrations.head()


def require_schema(settings: Settings, say: Say) -> None:
    """Refuse unless the database, entered as the server enters it, has exactly the code's schema."""
    url = postgres.app_url(settings, say)
    found = asyncio.run(_version(url))
    state = migrations.state(found)
    if state == "newer":
        raise _newer(found)
    if state != "current":
        raise Refusal(
            "数据库的结构比程序旧：请先运行 linli migrate。",
            "The database's schema is older than the program: run `linli migrate` first.",
        )


def work(settings: Settings, say: Say, job: Callable[[Database], Awaitable[T]]) -> T:
    """Do a job on the database, signed in as the server would be; what a rule refuses is said, not traced."""
    require_schema(settings, say)

    async def run() -> T:
        database = await Database.open(postgres.app_url(settings), statement_timeout_ms=JOB_STATEMENT_TIMEOUT_MS)
        try:
            return await job(database)
        finally:
            await database.close()

    try:
        return _run(run())
    except DomainError as error:
        raise _refused([error]) from None
    except DomainErrors as refused:
        raise _refused(refused.errors) from None
    except PermissionError as error:
        raise Refusal(
            f"该成员没有所需的权限：{error}。",
            f"The member lacks the permission that this needs: {error}.",
        ) from None
    except Unavailable as error:
        raise Refusal(
            f"数据库暂时无法完成操作（{error.reason}）：请稍后重试。",
            f"The database cannot do this now ({error.reason}): try again later.",
        ) from None


def _run(job: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, on the loop that the server runs on: it costs a statement less."""
    if sys.platform == "win32":
        return asyncio.run(job)
    import uvloop

    return uvloop.run(job)


def _refused(errors: list[DomainError]) -> Refusal:
    return Refusal("；".join(error.message("zh") for error in errors), "; ".join(e.message("en") for e in errors))


async def _version(url: str) -> str | None:
    try:
        return await migrations.version(url)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise Refusal(
            f"数据库拒绝登录（{error}）：首次使用请先运行 linli migrate，否则请检查数据库 URL 中的用户和密码。",
            f"The database refuses the sign-in ({error}): run `linli migrate` first if this is a new database, "
            "else check the user and the password in the database's URL.",
        ) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as error:
        raise postgres.unreachable(url, error) from None


async def _require_server(url: str) -> None:
    connection = await postgres.connect(url)
    try:
        major = connection.get_server_version().major
        encoding = await connection.fetchval("SHOW server_encoding")
    finally:
        await connection.close()
    if major < OLDEST_POSTGRES or encoding != "UTF8":
        raise Refusal(
            f"需要 PostgreSQL {OLDEST_POSTGRES} 至 18、编码为 UTF8 的数据库，而这是 {major}、{encoding}：请另建一个。",
            f"A PostgreSQL {OLDEST_POSTGRES} to 18 database in UTF8 is needed, and this one is {major} in {encoding}: "
            "make another one.",
        )


def _newer(version: str | None) -> Refusal:
    return Refusal(
        f"数据库的结构（{version}）比程序新：请换用更新的程序。",
        f"The database's schema ({version}) is newer than the program: run a newer program.",
    )


def _is_about_a_lock(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, asyncpg.LockNotAvailableError):
            return True
        error = error.__cause__ or error.__context__
    return False
