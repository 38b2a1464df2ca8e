"""When the database is slow the server says so and sheds load; who did not cause it does not feel it."""

import asyncio
import time
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conformance.test_mutations import UPDATE
from tests.faults.conftest import Start, locked, until
from tests.serving import Served

SLOW = {"query": "{ projects { nodes { name } } }"}
QUICK = {"query": "{ company { name } }"}


def refused(response: httpx.Response) -> bool:
    """Whether this is the one way of saying "not now"."""
    if response.status_code != 503:
        return False
    body = response.json()
    assert "data" not in body
    assert int(response.headers["retry-after"]) >= 1
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert error["extensions"]["retryAfter"] >= 1
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return True


async def idle(server: Served, database: Any) -> bool:
    """Whether none of the server's connections does anything."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        busy = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'linli' "
            "AND datname = current_database() AND state <> 'idle'"
        )
        return bool(busy == 0)
    finally:
        await connection.close()


async def works(server: Served, database: Any, requests: int = 30) -> None:
    """Every connection of the pool is fit for use."""
    await until(lambda: idle(server, database))
    async with server.client() as client:
        answers = await asyncio.gather(*(client.post("/graphql", json=SLOW) for _ in range(requests)))
    assert {answer.status_code for answer in answers} == {200}


async def test_slow_statement_is_stopped(start: Start, database: Any) -> None:
    """F2: a statement has a limit; then 503 with Retry-After, and the connection is usable again."""
    server = start(statement_timeout_ms=300)
    async with locked(database.admin_url, "project"), server.client() as client:
        started = time.monotonic()
        assert refused(await client.post("/graphql", json=SLOW))
        assert 0.2 < time.monotonic() - started < 2
    await works(server, database)


async def test_slow_mutation_is_stopped_whole(start: Start, database: Any, administrator: asyncpg.Connection) -> None:
    """F2: a mutation that waits too long for a row leaves nothing."""
    server = start(statement_timeout_ms=300)
    row = await administrator.fetchrow(
        "SELECT id, version, name FROM project WHERE tenant_id = $1", server.world.company.id
    )
    variables = {"input": {"id": f"prj_{row['id']}", "version": row["version"], "name": "改名"}}
    async with administrator.transaction():
        await administrator.execute("SELECT FROM project WHERE id = $1 FOR UPDATE", row["id"])
        async with server.client() as client:
            assert refused(await client.post("/graphql", json={"query": UPDATE, "variables": variables}))
    assert await administrator.fetchval("SELECT name FROM project WHERE id = $1", row["id"]) == row["name"]
    answer = server.ask(UPDATE, variables).json()
    assert answer["data"]["updateProject"]["project"]["name"] == "改名"


async def test_exhausted_pool_sheds_load(start: Start, database: Any) -> None:
    """F2: with every connection taken, requests wait for a bounded time in a bounded queue and are then refused."""
    server = start(pool_size=2, acquire_timeout_ms=400, statement_timeout_ms=2_000)
    async with locked(database.admin_url, "project"), server.client(limits=httpx.Limits(max_connections=400)) as client:

        async def one() -> tuple[bool, float]:
            started = time.monotonic()
            response = await client.post("/graphql", json=SLOW)
            return refused(response), time.monotonic() - started

        answers = await asyncio.gather(*(one() for _ in range(300)))
    assert all(shed for shed, _ in answers)
    # One after another they would have taken five minutes; each was told within the time it may wait.
    assert max(seconds for _, seconds in answers) < 20
    await works(server, database)


async def test_others_are_unaffected(start: Start, database: Any) -> None:
    """F2: one company that fills its share of the pool with slow work does not slow another company down."""
    server = start(pool_size=4, statement_timeout_ms=1_500, acquire_timeout_ms=1_000)
    other = {"authorization": f"Bearer {server.token(server.world.other)}"}
    async with (
        locked(database.admin_url, "project"),
        server.client(limits=httpx.Limits(max_connections=200)) as greedy,
        httpx.AsyncClient(base_url=server.url, headers=other) as quiet,
    ):
        assert (await quiet.post("/graphql", json=QUICK)).status_code == 200
        flood = [asyncio.create_task(greedy.post("/graphql", json=SLOW)) for _ in range(100)]
        await asyncio.sleep(0.2)
        times = []
        for _ in range(20):
            started = time.monotonic()
            assert (await quiet.post("/graphql", json=QUICK)).status_code == 200
            times.append(time.monotonic() - started)
        assert sorted(times)[len(times) // 2] < 0.1
        assert all(refused(answer) for answer in await asyncio.gather(*flood))
    await works(server, database)


async def test_client_that_leaves_stops_its_work(start: Start, database: Any) -> None:
    """The statement of a client that closed its connection is cancelled, and its connection is clean."""
    server = start(pool_size=2, statement_timeout_ms=30_000)
    async with locked(database.admin_url, "project"):
        for _ in range(5):
            async with server.client() as client:
                with pytest.raises(httpx.ReadTimeout):
                    await client.post("/graphql", json=SLOW, timeout=0.3)
        # All five are gone although the table is still locked: nobody waits for it but us.
        await until(lambda: idle_but_us(database))
        assert server.ask(QUICK["query"]).status_code == 200
    await works(server, database)
    assert [line for line in server.logs() if line.get("status") == 499]


async def idle_but_us(database: Any) -> bool:
    """Whether nothing waits for a lock."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        waiting = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'linli' "
            "AND datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(waiting == 0)
    finally:
        await connection.close()
