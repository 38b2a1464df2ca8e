"""The only place that opens a transaction: who is asking becomes the database role and context of everything inside.

A transaction starts with one message, `BEGIN; SET LOCAL ROLE …; SET LOCAL linli.tenant = '…'; …`, built from typed
values only. The settings are local, so the connection goes back to its pool without a context.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Self
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import JSON
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import SQLModel

from tenants.access import LOG, Purpose
from tenants.errors import Unavailable
from tenants.exchange import Connection, Unheard, plain
from tenants.permission import Permission
from tenants.pool import Pool

Kind = Literal["tenant", "regulator", "public", "worker"]

_PATH = re.compile(r"[0-9A-Z]{2,12}")
_PATH_LENGTHS = {2, 4, 6, 9, 12}
_LINK = re.compile(r"[0-9a-z]{8}:[0-9a-f]{64}|:")

_SESSION = {"TimeZone": "Asia/Shanghai", "DateStyle": "ISO, YMD", "jit": "off", "application_name": "linli"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: the kind, the company or the division it acts for, what it may do, and what a regulator works for.

    `opening` is the part of the first message that sets role and context, in `opening_message` for one that holds the
    whole transaction. It names every setting, so nothing of an earlier principal survives a change of principal inside
    one transaction. `survey` and `slip` are what the holder of a survey's link reaches; only the public role's policies
    know them, and only the public's opening names them.
    """

    kind: Kind
    permissions: frozenset[Permission] = frozenset()
    actor_id: UUID | None = None
    tenant_id: UUID | None = None
    regulator_id: UUID | None = None
    division_path: str | None = None
    purpose: Purpose | None = None
    survey: str = ""
    slip: str = ""
    opening: str = field(init=False, repr=False, compare=False)
    opening_message: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for value in (self.actor_id, self.tenant_id, self.regulator_id):
            if value is not None and not isinstance(value, UUID):
                raise TypeError("a principal's ids are UUIDs")
        path = self.division_path
        if path is not None and not (_PATH.fullmatch(path) and len(path) in _PATH_LENGTHS):
            raise ValueError("a division path has 2, 4, 6, 9 or 12 digits or capitals")
        if self.kind == "tenant" and self.tenant_id is None:
            raise ValueError("a tenant principal acts for a company")
        if self.kind == "regulator" and (self.regulator_id is None or self.division_path is None):
            raise ValueError("a regulator principal acts for a regulator and its division")
        if self.kind not in ("tenant", "regulator", "public", "worker"):
            raise ValueError("a principal is a tenant, a regulator, the public or a worker")
        if self.purpose is not None and not isinstance(self.purpose, Purpose):
            raise TypeError("a purpose is one of the known ones")
        if not _LINK.fullmatch(f"{self.survey}:{self.slip}") or (self.survey and self.kind != "public"):
            raise ValueError("a link's holder is the public, with a survey's locator and a slip's digest")
        opening = [
            f"SET LOCAL ROLE linli_{self.kind}",
            f"SET LOCAL linli.tenant = '{self.tenant_id or ''}'",
            f"SET LOCAL linli.division = '{path or ''}'",
            f"SET LOCAL linli.regulator = '{self.regulator_id or ''}'",
            f"SET LOCAL linli.actor = '{self.actor_id or ''}'",
            f"SET LOCAL linli.purpose = '{self.purpose or ''}'",
        ]
        if self.kind == "public":
            opening += [f"SET LOCAL linli.survey = '{self.survey}'", f"SET LOCAL linli.slip = '{self.slip}'"]
        object.__setattr__(self, "opening", "; ".join(opening))
        object.__setattr__(self, "opening_message", plain(*opening))


class Scope:
    """One writing transaction of one principal. Rules flush through `session`; only the edge commits."""

    def __init__(self, session: AsyncSession, connection: Any, principal: Principal) -> None:
        self.session = session
        self.connection = connection
        self.principal = principal
        self.actor_kind: Kind = principal.kind
        self._refused = False
        self._later: dict[type[SQLModel], list[dict[str, Any]]] = {}

    def write_later(self, table: type[SQLModel], values: dict[str, Any]) -> None:
        """Insert a row that nothing in this transaction reads: with others of its kind, which have the same columns,
        before role, savepoint or transaction end.
        """
        self._later.setdefault(table, []).append(values)

    async def settle(self) -> None:
        """Write all that is pending, under the principal in whose name it was done."""
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        later, self._later = self._later, {}
        for table, rows in later.items():
            insertion, as_json = _insertion(table, tuple(rows[0]))
            values = [[_json(row[name]) if name in as_json else row[name] for name in rows[0]] for row in rows]
            await self.connection.executemany(insertion, values)

    @property
    def tenant_id(self) -> UUID:
        """The company in whose name this runs; only for rules that run for one."""
        if self.principal.tenant_id is None:
            raise PermissionError("this runs in the name of a company")
        return self.principal.tenant_id

    @property
    def refused(self) -> bool:
        """Whether the transaction will be rolled back at its end."""
        return self._refused

    def refuse(self) -> None:
        """Roll back at the end, although nothing failed: a rule was not met and the caller is told so."""
        self._refused = True

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone alone when it raises."""
        await self.settle()
        await self.connection.execute("SAVEPOINT part")
        try:
            yield
            await self.settle()
        except BaseException:
            self._later.clear()
            with suppress(*_LOST):
                await self.connection.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
                # A session whose flush failed refuses to go on until it is told that this was undone.
                await self.session.rollback()
            self.session.expunge_all()
            raise
        await self.connection.execute("RELEASE SAVEPOINT part")

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[None]:
        """What happens inside is undone at its end: to see what would come of it."""
        with suppress(_TrialOver):
            async with self.savepoint():
                yield
                raise _TrialOver

    @asynccontextmanager
    async def on_file(self, file_id: UUID) -> AsyncIterator[None]:
        """Inside, the transaction may open or erase this one Party file, which its policies pick by this setting."""
        await self.connection.execute(f"SET LOCAL linli.file = '{UUID(str(file_id))}'")
        try:
            yield
        finally:
            with suppress(asyncpg.InFailedSQLTransactionError, *_LOST):
                await self.connection.execute("SET LOCAL linli.file = ''")

    def acting_for(self, tenant_id: UUID) -> AbstractAsyncContextManager[None]:
        """Inside, the transaction has the role and context of a company: for a decision that ends one company's
        project and starts another's, where the decider itself holds no grant on either. The actor stays the decider.
        """
        outer = self.principal
        return self.acting_as(Principal("tenant", outer.permissions, actor_id=outer.actor_id, tenant_id=tenant_id))

    @asynccontextmanager
    async def acting_as(self, principal: Principal) -> AsyncIterator[None]:
        """Inside, the transaction has the role and context of another principal."""
        await self.settle()
        outer = self.principal
        self.principal = principal
        try:
            await self.connection.execute(f"{principal.opening}; SET LOCAL linli.file = ''")
            yield
            await self.settle()
        finally:
            # Also after an error that the caller survives: nothing more happens in the other's name.
            self._later.clear()
            self.session.expunge_all()
            self.principal = outer
            with suppress(asyncpg.InFailedSQLTransactionError, *_LOST):
                await self.connection.execute(outer.opening)


@cache
def _insertion(table: type[SQLModel], names: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The statement that inserts these columns, and those of them that it takes as the text of JSON."""
    made: Any = table
    values = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    insertion = f"INSERT INTO {made.__tablename__} ({', '.join(names)}) VALUES ({values})"
    return insertion, frozenset(name for name in names if isinstance(made.__table__.c[name].type, JSON))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class _TrialOver(Exception):
    """Undoes a trial."""


_LOST: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's farewell arrived, the end of the connection is still to come
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,
)


def unavailable(error: BaseException) -> Unavailable | None:
    """The error as `Unavailable` when the database could not serve the request, None when it is another kind."""
    if isinstance(error, Unavailable):
        return error
    if isinstance(error, DBAPIError):
        original = error.orig.__cause__ if error.orig is not None else None
        if original is not None:
            return unavailable(original)
        return Unavailable("the database connection was lost") if isinstance(error, InterfaceError) else None
    if isinstance(error, PoolTimeoutError):
        return Unavailable("all database connections are busy")
    if isinstance(error, asyncpg.QueryCanceledError):
        return Unavailable("the statement took too long", retry_after=5)
    if isinstance(error, _LOST):
        return Unavailable("the database cannot be reached", retry_after=2)
    return None


_LOGGED = ("SET LOCAL ROLE linli_worker", LOG, "COMMIT")

_BEGIN_READ_ONLY = plain("BEGIN READ ONLY")
_BEGIN = plain("BEGIN")
# A planner that takes a condition to be rarer than it is would look a million rows up one by one.
_PLAN_ANEW = plain(
    "SET LOCAL plan_cache_mode = force_custom_plan", "SET LOCAL enable_nestloop = off", "SET LOCAL work_mem = '64MB'"
)
_COMMIT = plain("COMMIT")
_LOG_AND_COMMIT = plain(*_LOGGED)

_NOT_LASTING = "SET LOCAL synchronous_commit = off; "

DEAD_CONNECTIONS_MET = 3
"""After so many that broke before they said anything it is the server that is gone, not they."""


class Database:
    """The pools of one process, and the two kinds of transaction it can open."""

    def __init__(self, pool: Pool, engine: AsyncEngine) -> None:
        self._pool = pool
        self._engine = engine

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        pool_size: int = 8,
        write_pool_size: int = 4,
        statement_timeout_ms: int = 5_000,
        acquire_timeout_ms: int = 2_000,
        waiting_limit: int = 200,
    ) -> Self:
        """Open the pools; `url` signs in as the login role, which owns nothing. The database may still be down."""
        session = _SESSION | {"statement_timeout": str(statement_timeout_ms)}

        async def connect(**options: Any) -> Any:
            return await asyncpg.connect(url, server_settings=session, timeout=5, **options)

        async def connect_to_read() -> Any:
            return await connect(connection_class=Connection)

        timeout_s = acquire_timeout_ms / 1_000
        pool = Pool(connect_to_read, size=pool_size, waiting=waiting_limit, timeout_s=timeout_s)
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            isolation_level="AUTOCOMMIT",  # the transaction is ours: see `writing`
            pool_size=write_pool_size,
            max_overflow=0,
            pool_timeout=timeout_s,
            pool_reset_on_return=None,
        )
        return cls(pool, engine)

    async def close(self) -> None:
        """Close both pools; what runs is given a moment, then cut."""
        await self._pool.close(5)
        await self._engine.dispose()

    async def read(
        self, principal: Principal, sql: str, parameters: Sequence[Any], *, logged: bool = False, anew: bool = False
    ) -> bytes | None:
        """The one value of one statement, in a READ ONLY transaction of its own, as `principal`. Raises `Unavailable`.

        Begin, role and context, the statement and the commit are one message, and one reply comes back. A read that
        is `logged` writes what it marked as seen into the access log before it commits. One that is planned `anew` is
        planned for these parameters each time, as one that counts many rows: a plan for any division is bad for most.
        """
        before = (_BEGIN if logged else _BEGIN_READ_ONLY) + principal.opening_message + (_PLAN_ANEW if anew else b"")
        after = _LOG_AND_COMMIT if logged else _COMMIT
        try:
            for _ in range(DEAD_CONNECTIONS_MET):
                connection = await self._pool.take()
                try:
                    return await connection.exchange(before, sql, parameters, after)  # type: ignore[no-any-return]
                except Unheard:
                    continue
                except BaseException:
                    await _roll_back(connection)
                    raise
                finally:
                    self._pool.give_back(connection)
        except BaseException as error:
            if (lost := unavailable(error)) is not None:
                raise lost from error
            raise
        raise Unavailable("the database cannot be reached", retry_after=2)

    @asynccontextmanager
    async def reading(self, principal: Principal) -> AsyncIterator[Any]:
        """One READ ONLY transaction on an asyncpg connection, as `principal`. Raises `Unavailable`.

        That of a regulator with a purpose writes what it marked as seen into the access log.
        """
        try:
            connection = await self._opened(principal)
        except BaseException as error:
            if (lost := unavailable(error)) is not None:
                raise lost from error
            raise
        try:
            yield connection
            await connection.execute("COMMIT" if principal.purpose is None else "; ".join(_LOGGED))
        except BaseException as error:
            await _roll_back(connection)
            if (lost := unavailable(error)) is not None:
                raise lost from error
            raise
        finally:
            self._pool.give_back(connection)

    async def _opened(self, principal: Principal) -> Any:
        """A connection inside its transaction. A connection found dead at its first message is replaced: nothing
        has happened on it yet, so trying again is safe.
        """
        begin = "BEGIN READ ONLY" if principal.purpose is None else "BEGIN"
        opening = f"{begin}; {principal.opening}"
        for attempt in range(self._pool.size + 1):
            connection = await self._pool.take()
            try:
                await connection.execute(opening)
            except _LOST:
                connection.terminate()
                self._pool.give_back(connection)
                if attempt == self._pool.size:
                    raise
            except BaseException:
                try:
                    await _roll_back(connection)
                finally:  # also when it is cancelled again: its place must not be lost
                    self._pool.give_back(connection)
                raise
            else:
                return connection
        raise Unavailable("the database cannot be reached")

    @asynccontextmanager
    async def working_for(self, tenant_id: UUID, *, lasting: bool = True) -> AsyncIterator[Scope]:
        """The platform's own work in the name of a company, as `writing`: under the company's policies from the first
        message on, while its journal says that it was the platform.
        """
        async with self.writing(Principal("tenant", tenant_id=tenant_id), lasting=lasting) as scope:
            scope.actor_kind = "worker"
            yield scope

    @asynccontextmanager
    async def writing(self, principal: Principal, *, lasting: bool = True) -> AsyncIterator[Scope]:
        """One transaction on a SQLAlchemy session, as `principal`; it commits when the block ends well and was not
        refused. Raises `Unavailable`. One that is not `lasting` may be lost in a power cut after it was committed: for
        what is simply done again.
        """
        try:
            async with self._engine.connect() as connection:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                try:
                    await raw.execute(f"BEGIN; {'' if lasting else _NOT_LASTING}{principal.opening}")
                    async with AsyncSession(connection, expire_on_commit=False) as session:
                        scope = Scope(session, raw, principal)
                        yield scope
                        if scope.refused:
                            await raw.execute("ROLLBACK")
                        else:
                            await scope.settle()
                            end = "; ".join(_LOGGED) if principal.kind == "regulator" else "COMMIT"
                            # PostgreSQL answers ROLLBACK, without an error, when a statement had failed before.
                            if await raw.execute(end) != "COMMIT":
                                raise RuntimeError("a failed statement was passed over; nothing was committed")
                except BaseException:
                    await _roll_back(raw)
                    raise
                finally:
                    if raw.is_closed():
                        await connection.invalidate()
        except BaseException as error:
            if (lost := unavailable(error)) is not None and lost is not error:
                raise lost from error
            raise


async def _roll_back(connection: Any) -> None:
    """End a failed transaction; a connection that cannot even do that is thrown away.

    So is one whose task is cancelled again while it rolls back: the next caller would find itself inside it.
    """
    if connection.is_closed():
        return
    try:
        await asyncio.wait_for(connection.execute("ROLLBACK"), 2)
    except Exception:  # whatever it is, the error that brought us here is the one to report
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise
