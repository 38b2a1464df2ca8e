"""A town per module, on a database of its own; and, for what is asked over HTTP, a server over such a database."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from tenants.scope import Database
from tests.areas.town import Town
from tests.serving import Served, World, populate, served


@pytest.fixture(scope="module")
async def town(database: Any, administrator: asyncpg.Connection) -> AsyncIterator[Town]:
    """The module's town."""
    opened = await Database.open(database.app_url, write_pool_size=8)
    yield Town(opened, administrator)
    await opened.close()


@pytest.fixture(scope="module")
async def world(database: Any) -> World:
    """Two companies and a regulator in the module's database."""
    return await populate(database.app_url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database: Any, world: World) -> Iterator[Served]:
    """A server over the module's database."""
    with served(tmp_path_factory.mktemp("home"), database, world) as running:
        yield running
