"""A flood of distinct documents fills neither the server's memory nor the database's."""

import asyncio

import asyncpg
import httpx
import psutil
import pytest

from tests.faults.conftest import Start
from tests.serving import Served

FIELDS = """
nodes { id name status startedOn estate { name area households } contracts(first: 5) { nodes { id kind } totalCount }
leads(first: 2) { nodes { id arrivedOn staff { name } } } } pageInfo { hasNextPage endCursor }
"""


async def flood(server: Served, documents: range) -> None:
    """Ask each of many documents once."""
    numbers = iter(documents)
    async with server.client(limits=httpx.Limits(max_connections=4)) as client:

        async def ask() -> None:
            for number in numbers:
                lists = " ".join(f"a{number}x{at}: projects(first: {at + 1}) {{ {FIELDS} }}" for at in range(3))
                response = await client.post("/graphql", json={"query": f"{{ {lists} }}"})
                assert response.status_code == 200

        await asyncio.gather(*(ask() for _ in range(4)))


def megabytes(pid: int) -> int:
    """What a process holds for itself."""
    return int(psutil.Process(pid).memory_full_info().uss) >> 20


@pytest.mark.long
async def test_flood_of_distinct_documents(start: Start, administrator: asyncpg.Connection) -> None:
    """The server's documents and the database's plans reach their limits and grow no further."""
    server = start(pool_size=2, document_cache_bytes=4 << 20)
    await flood(server, range(400))
    before = megabytes(server.process.pid)
    await flood(server, range(400, 1_600))
    assert megabytes(server.process.pid) - before < 16
    backends = await administrator.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'linli'"
    )
    assert all(megabytes(backend["pid"]) < 128 for backend in backends)
