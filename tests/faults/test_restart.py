"""The database goes away and comes back: callers are told to try again, and nobody has to restart the server."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import pytest

import migrations
from infra.embedded import Embedded
from tenants.division import load_national
from tenants.scope import Database
from tests.conformance.test_mutations import CREATE, project
from tests.faults.test_overload import QUICK, SLOW, refused
from tests.serving import Served, World, populate, served

POOL = 4


class Own:
    """A PostgreSQL of this module's own, which may be stopped without asking anyone."""

    def __init__(self, home: Path) -> None:
        self._server = Embedded(home)  # what is committed is safe, as in service
        self._server.join()
        self._server.create_database("linli_restart")
        self.admin_url = self._server.url("linli_restart")
        self.app_url = self._server.url("linli_restart", "linli_app")

    def start(self) -> None:
        """Start it again."""
        self._server.join()

    def stop(self) -> None:
        """Stop it as an operator does: connections are cut with a message."""
        self._server.leave()

    def kill(self) -> None:
        """Kill it: connections break without a word."""
        pid = int((self._server.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                time.sleep(0.02)
        self._server.leave()


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Own]:
    """The server with the schema and the divisions in place."""
    own = Own(tmp_path_factory.mktemp("own"))
    await asyncio.to_thread(migrations.upgrade, own.admin_url)
    database = await Database.open(own.app_url)
    await load_national(database)
    await database.close()
    yield own
    own.stop()


@pytest.fixture(scope="module")
async def world(own: Own) -> World:
    """Two companies and a regulator."""
    return await populate(own.app_url)


@pytest.fixture
def server(tmp_path: Path, own: Own, world: World) -> Iterator[Served]:
    """A server over it."""
    with served(tmp_path, own, world, pool_size=POOL, write_pool_size=2, acquire_timeout_ms=1_000) as running:
        yield running


class Load:
    """Readers and writers that never stop, and what they were answered."""

    def __init__(self, server: Served) -> None:
        self.outcomes: Counter[str] = Counter()
        self.created: set[str] = set()
        self.last_failure = 0.0
        self._server = server
        self._tasks: list[asyncio.Task[None]] = []
        self._serial = 0

    async def __aenter__(self) -> "Load":
        self._client = self._server.client()
        self._tasks = [asyncio.create_task(self._read()) for _ in range(6)]
        self._tasks += [asyncio.create_task(self._write()) for _ in range(2)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()
        for task in self._tasks:
            if not task.cancelled() and task.exception() is not None:
                raise task.exception() or AssertionError

    async def _read(self) -> None:
        while True:
            self._judge("read", await self._client.post("/graphql", json=SLOW))
            await asyncio.sleep(0.005)

    async def _write(self) -> None:
        while True:
            self._serial += 1
            variables = {"input": project(f"重启小区{id(self)}-{self._serial}")}
            answer = await self._client.post("/graphql", json={"query": CREATE, "variables": variables})
            if self._judge("write", answer):
                payload = answer.json()["data"]["createProject"]
                assert payload["userErrors"] == []
                self.created.add(payload["project"]["id"])
            await asyncio.sleep(0.01)

    def _judge(self, what: str, answer: httpx.Response) -> bool:
        if answer.status_code == 200 and "errors" not in answer.json():
            self.outcomes[what] += 1
            return True
        assert refused(answer), answer.text
        self.outcomes[f"{what} refused"] += 1
        self.last_failure = time.monotonic()
        return False


@pytest.mark.parametrize("way", ["stopped", "killed"])
async def test_restart_under_load(server: Served, own: Own, way: str) -> None:
    """F1: only retriable errors, every answered commit is kept, recovery by itself within 10 s, no stuck pool."""
    async with Load(server) as load:
        await asyncio.sleep(1)
        await asyncio.to_thread(own.stop if way == "stopped" else own.kill)
        await asyncio.sleep(1.5)
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        ready = httpx.get(f"{server.url}/readyz")
        assert ready.status_code == 503
        assert ready.headers["retry-after"]
        await asyncio.to_thread(own.start)
        back = time.monotonic()
        before = load.outcomes.copy()
        await asyncio.sleep(5)
        outcomes, last_failure = load.outcomes - before, load.last_failure
    assert last_failure - back < 3
    assert before["read refused"] > 0
    assert before["write refused"] > 0
    assert outcomes["read"] > 50
    assert outcomes["write"] > 5
    assert httpx.get(f"{server.url}/readyz").status_code == 200
    connection = await asyncpg.connect(own.admin_url)
    found = {f"prj_{row['id']}" for row in await connection.fetch("SELECT id FROM project")}
    await connection.close()
    assert load.created <= found
    async with server.client() as client:
        answers = await asyncio.gather(*(client.post("/graphql", json=SLOW) for _ in range(POOL * 5)))
    assert {answer.status_code for answer in answers} == {200}


async def test_backends_are_killed_under_load(server: Served, own: Own) -> None:
    """F1: connections cut one by one under the server's feet cost at most a retriable error each."""
    connection = await asyncpg.connect(own.admin_url)
    async with Load(server) as load:
        for _ in range(20):
            await asyncio.sleep(0.1)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'linli' "
                "ORDER BY random() LIMIT 2"
            )
        await asyncio.sleep(0.5)
    await connection.close()
    assert load.outcomes["read"] > 50
    assert load.outcomes["read refused"] + load.outcomes["write refused"] <= 40
    assert server.ask(QUICK["query"]).status_code == 200


async def test_start_without_database(tmp_path: Path, own: Own, world: World) -> None:
    """A server whose database vanished right after the start says so, and serves when it is back."""
    with served(tmp_path, own, world) as server:
        await asyncio.to_thread(own.stop)
        assert refused(server.ask(QUICK["query"]))
        await asyncio.to_thread(own.start)
        deadline = time.monotonic() + 10
        while server.ask(QUICK["query"]).status_code != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
