"""A server that is told to stop finishes what it has begun and loses no commit."""

import asyncio
import time
from typing import Any

import asyncpg
import httpx

from tests.conformance.test_mutations import CREATE, project
from tests.faults.conftest import Start, locked, until
from tests.faults.test_overload import SLOW


async def waiting(database: Any) -> bool:
    """Whether a statement of the server waits for a lock."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        return bool(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'linli' "
                "AND datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
    finally:
        await connection.close()


async def test_live_requests_are_finished(start: Start, database: Any) -> None:
    """F3: what runs when SIGTERM comes is answered; nothing new is accepted; the process ends in good order."""
    server = start(statement_timeout_ms=20_000, shutdown_grace_s=15)
    async with server.client() as client:
        async with locked(database.admin_url, "project"):
            reads = [asyncio.create_task(client.post("/graphql", json=SLOW)) for _ in range(4)]
            body = {"query": CREATE, "variables": {"input": project("停机小区")}}
            writes = [asyncio.create_task(client.post("/graphql", json=body))]
            await until(lambda: waiting(database))
            await asyncio.sleep(0.3)
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            await asyncio.sleep(1)
            assert not stopping.done()
            try:
                refused = await httpx.AsyncClient().get(f"{server.url}/healthz", timeout=2)
            except httpx.TransportError:
                refused = None
            assert refused is None
        answers = await asyncio.gather(*reads, *writes)
    assert {answer.status_code for answer in answers} == {200}
    assert all("errors" not in answer.json() for answer in answers)
    assert await stopping == 0
    created = answers[-1].json()["data"]["createProject"]["project"]["id"]
    connection = await asyncpg.connect(database.admin_url)
    assert await connection.fetchval("SELECT count(*) FROM project WHERE id = $1::uuid", created[4:]) == 1
    await connection.close()


async def test_no_commit_is_dropped(start: Start, database: Any) -> None:
    """F3: under load, each change that was committed was answered, and each that was answered was committed."""
    server = start(shutdown_grace_s=10)
    created: set[str] = set()
    stop = asyncio.Event()

    async def write(writer: int) -> None:
        async with server.client() as client:
            for number in range(10_000):
                body = {"query": CREATE, "variables": {"input": project(f"末班小区{writer}-{number}")}}
                try:
                    answer = await client.post("/graphql", json=body)
                except httpx.TransportError:
                    assert stop.is_set()
                    return
                assert answer.status_code == 200
                created.add(answer.json()["data"]["createProject"]["project"]["id"])

    writers = [asyncio.create_task(write(writer)) for writer in range(6)]
    async with asyncio.timeout(60):
        while len(created) <= 10:  # the server is busy writing when it is told to stop
            await asyncio.sleep(0.05)
    stop.set()
    assert await asyncio.to_thread(server.stop) == 0
    await asyncio.gather(*writers)
    connection = await asyncpg.connect(database.admin_url)
    rows = await connection.fetch("SELECT id FROM project WHERE name LIKE '末班小区%'")
    await connection.close()
    assert len(created) > 10
    assert {f"prj_{row['id']}" for row in rows} == created


async def test_grace_has_an_end(start: Start, database: Any) -> None:
    """F3: what does not finish within the grace is cancelled and undone, and the process ends."""
    server = start(statement_timeout_ms=60_000, shutdown_grace_s=1)
    connection = await asyncpg.connect(database.admin_url)
    before = await connection.fetchval("SELECT count(*) FROM estate")
    async with locked(database.admin_url, "project"), server.client() as client:
        body = {"query": CREATE, "variables": {"input": project("不归小区")}}
        request = asyncio.create_task(client.post("/graphql", json=body))
        await until(lambda: waiting(database))
        started = time.monotonic()
        await asyncio.to_thread(server.stop)
        assert time.monotonic() - started < 8
        await asyncio.gather(request, return_exceptions=True)
    assert await connection.fetchval("SELECT count(*) FROM estate") == before
    await connection.close()
