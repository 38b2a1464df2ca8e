"""Servers for tests that break something around them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.serving import Served, World, populate, served

Start = Callable[..., Served]


@pytest.fixture(scope="module")
async def world(database: Any) -> World:
    """Two companies and a regulator in the module's database."""
    return await populate(database.app_url)


@pytest.fixture
def start(tmp_path: Path, database: Any, world: World) -> Iterator[Start]:
    """Starts a server with some settings; it is stopped when the test ends."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(served(tmp_path, database, world, **settings))


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Inside, whoever touches the table waits."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Return when an asynchronous condition holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)
