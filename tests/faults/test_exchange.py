"""A read in one message: what it gives, and that no fault of it leaves a connection that anyone else would notice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tenants import exchange
from tenants.errors import Unavailable
from tenants.project import ProjectStatus
from tenants.scope import Database, Principal
from tests.conftest import Clone
from tests.faults.conftest import until
from tests.serving import Company, World

CONTEXT = """
SELECT current_user || ',' || current_setting('transaction_read_only') || ','
    || coalesce(nullif(current_setting('linli.tenant', true), ''), '-')
"""
PROJECTS = "SELECT string_agg(DISTINCT tenant_id::text, ',') FROM project"
PREPARED = "SELECT count(*)::text FROM pg_prepared_statements"


def member(company: Company) -> Principal:
    """The company's administrator."""
    return Principal("tenant", tenant_id=company.id, actor_id=company.admin_id)


@pytest.fixture
def me(world: World) -> Principal:
    """Somebody."""
    return member(world.company)


@pytest.fixture
async def one(database: Clone) -> AsyncIterator[Database]:
    """One connection, so that everyone gets the one that the last has left."""
    opened = await Database.open(database.app_url, pool_size=1, statement_timeout_ms=4_000)
    yield opened
    await opened.close()


@asynccontextmanager
async def unharmed(one: Database, world: World) -> AsyncIterator[None]:
    """After what happens inside, the connection is out of any transaction and serves another company as its own."""
    yield
    other = member(world.other)
    assert await one.read(other, PROJECTS, []) == str(world.other.id).encode()
    assert await one.read(other, CONTEXT, []) == f"linli_tenant,on,{world.other.id}".encode()
    connection = await one._pool.take()
    try:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT current_user") == "linli_app"
        assert not await connection.fetchval("SELECT current_setting('linli.tenant', true)")
    finally:
        one._pool.give_back(connection)


async def test_the_transaction_is_the_principals(one: Database, world: World) -> None:
    """I9: role, context and READ ONLY hold for the one statement, and for each its own."""
    for company in (world.company, world.other, world.company):
        async with unharmed(one, world):
            assert await one.read(member(company), CONTEXT, []) == f"linli_tenant,on,{company.id}".encode()
            assert await one.read(member(company), PROJECTS, []) == str(company.id).encode()
    assert await one.read(Principal("public"), CONTEXT, []) == b"linli_public,on,-"


async def test_nothing_is_written(one: Database, world: World, me: Principal) -> None:
    """I9: a statement that would write is refused by the transaction, whatever the grants say."""
    async with unharmed(one, world):
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await one.read(me, "UPDATE project SET name = name WHERE tenant_id = $1 RETURNING 'x'", [me.tenant_id])


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("text", "物业 \"'\\{},\n\U0001f3e0"),
        ("text", ""),
        ("text", None),
        ("text", ProjectStatus.ACTIVE),
        ("uuid", uuid4()),
        ("uuid", asyncpg.pgproto.pgproto.UUID(str(uuid4()))),
        ("int4", -(2**31)),
        ("int8", 2**63 - 1),
        ("bool", True),
        ("bool", False),
        ("numeric", Decimal("-1234567890.1234567890")),
        ("numeric", Decimal("1E+3")),
        ("date", date(2026, 2, 28)),
        ("timestamptz", datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
        ("text[]", []),
        ("text[]", ["", "NULL", "null", None, 'a"b', "c\\d", "e,f", "{g}", " h ", "物业"]),
        ("uuid[]", [uuid4(), None, uuid4()]),
        ("int4[]", (1, -1)),
    ],
)
async def test_parameters_arrive_as_they_are(
    one: Database, database: Clone, me: Principal, cast: str, value: Any
) -> None:
    """G13: a parameter means the same to PostgreSQL as when asyncpg sends it in binary."""
    administrator = await asyncpg.connect(database.admin_url, server_settings={"TimeZone": "Asia/Shanghai"})
    expected = await administrator.fetchval(f"SELECT $1::{cast}::text", value)
    await administrator.close()
    found = await one.read(me, f"SELECT $1::{cast}::text", [value])
    assert (None if found is None else found.decode()) == expected


@pytest.mark.parametrize("size", [0, 1, 1_000, 65_536, 3_000_001])
async def test_a_long_value_arrives_whole(one: Database, me: Principal, size: int) -> None:
    """P1: a reply may come in any number of pieces."""
    for _ in range(3):
        found = await one.read(me, "SELECT convert_to(repeat('邻', $1::int4), 'UTF8')", [size])
        assert found == "邻".encode() * size


@pytest.mark.parametrize(
    ("sql", "parameters", "error"),
    [
        ("SELECT no_such_column", [], asyncpg.UndefinedColumnError),
        ("SELECT (1 / $1::int4)::text", [0], asyncpg.DivisionByZeroError),
        ("SELECT $1::int4::text", [2**40], asyncpg.NumericValueOutOfRangeError),
        ("SELECT $1::text", ["a\0b"], asyncpg.CharacterNotInRepertoireError),
        ("SELECT uscc FROM enrolment", [], asyncpg.InsufficientPrivilegeError),
        ("SELECT $1::text", [object()], TypeError),
        ("SELECT $1::text", ["\ud800"], UnicodeEncodeError),
    ],
)
async def test_an_error_is_raised_and_forgotten(
    one: Database, world: World, me: Principal, sql: str, parameters: list[Any], error: type[Exception]
) -> None:
    """F2: a statement that fails, fails alone, each time the same way, and leaves no statement behind."""
    await one.read(me, PREPARED, [])
    before = await one.read(me, PREPARED, [])
    async with unharmed(one, world):
        for _ in range(3):
            with pytest.raises(error):
                await one.read(me, sql, parameters)
        assert await one.read(me, PREPARED, []) == before


async def test_a_statement_may_fail_now_and_then(one: Database, world: World, me: Principal) -> None:
    """F2: a statement that is known stays known when a value makes it fail."""
    divide = "SELECT (12 / $1::int4)::text"
    for _ in range(10):
        assert await one.read(me, divide, [3]) == b"4"
        with pytest.raises(asyncpg.DivisionByZeroError):
            await one.read(me, divide, [0])
    async with unharmed(one, world):
        assert await one.read(me, divide, [4]) == b"3"


async def test_statements_are_forgotten_in_turn(one: Database, me: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    """G5: a flood of different statements cannot fill the server's memory."""
    monkeypatch.setattr(exchange, "STATEMENTS_KEPT", 5)
    for turn in range(2):
        for number in range(20):
            assert await one.read(me, f"SELECT '{number}'", []) == str(number).encode()
        found = await one.read(me, PREPARED, [])
        assert found is not None
        assert int(found) <= 6, turn


async def test_a_slow_statement_is_ended(one: Database, world: World, me: Principal) -> None:
    """F2: the time limit of a statement holds, and the caller may try again."""
    async with unharmed(one, world):
        with pytest.raises(Unavailable):
            await one.read(me, "SELECT pg_sleep(30)::text", [])


async def test_who_leaves_stops_the_server(
    one: Database, world: World, me: Principal, administrator: asyncpg.Connection
) -> None:
    """F2: a cancelled read ends in PostgreSQL too, and its connection is never used again."""
    async with unharmed(one, world):
        before = await _backend(one, me)
        for _ in range(3):
            reading = asyncio.ensure_future(one.read(me, "SELECT pg_sleep(3)::text", []))
            await until(_sleeping(administrator, 1))
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            await until(_sleeping(administrator, 0), seconds=2)
        assert await _backend(one, me) != before


async def test_a_dead_connection_is_replaced(
    database: Clone, world: World, me: Principal, administrator: asyncpg.Connection
) -> None:
    """F1: connections that died while nobody used them are noticed by nobody."""
    many = await Database.open(database.app_url, pool_size=6)
    try:
        for _ in range(3):
            await asyncio.gather(*(many.read(me, "SELECT pg_sleep(0.05)::text", []) for _ in range(6)))
            killed = await administrator.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'linli_app' AND datname = current_database()"
            )
            assert killed >= 6
            found = await asyncio.gather(*(many.read(me, PROJECTS, []) for _ in range(6)))
            assert set(found) == {str(world.company.id).encode()}
    finally:
        await many.close()


async def test_a_connection_that_dies_at_work(
    one: Database, world: World, me: Principal, administrator: asyncpg.Connection
) -> None:
    """F1: a read whose backend is killed says that it may be tried again, and the next one works."""
    async with unharmed(one, world):
        reading = asyncio.ensure_future(one.read(me, "SELECT pg_sleep(3)::text", []))
        await until(_sleeping(administrator, 1))
        await administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        with pytest.raises(Unavailable):
            await reading


async def test_at_once_and_in_turn(database: Clone, world: World) -> None:
    """I9: many readers of two companies on three connections, some of whom leave, each see their own rows only."""
    few = await Database.open(database.app_url, pool_size=3, acquire_timeout_ms=20_000)

    async def read(number: int) -> tuple[UUID, bytes | None]:
        company = (world.company, world.other)[number % 2]
        work = asyncio.ensure_future(few.read(member(company), PROJECTS, []))
        if number % 7 == 3:
            await asyncio.sleep(0.002 * (number % 5))
            work.cancel()
            with suppress(asyncio.CancelledError):
                return company.id, await work
            return company.id, str(company.id).encode()
        return company.id, await work

    try:
        for found in await asyncio.gather(*(read(number) for number in range(140))):
            assert found[1] == str(found[0]).encode()
    finally:
        await few.close()


async def _backend(one: Database, me: Principal) -> bytes | None:
    return await one.read(me, "SELECT pg_backend_pid()::text", [])


def _sleeping(administrator: asyncpg.Connection, expected: int) -> Callable[[], Any]:
    async def found() -> bool:
        count = await administrator.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
            " AND state = 'active' AND datname = current_database()"
        )
        return bool(count == expected)

    return found
