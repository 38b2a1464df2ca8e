"""A town per module, on a database of its own."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tenants.scope import Database
from tests.areas.town import Town


@pytest.fixture(scope="module")
async def town(database: Any, administrator: asyncpg.Connection) -> AsyncIterator[Town]:
    """The module's town."""
    opened = await Database.open(database.app_url, write_pool_size=8)
    yield Town(opened, administrator)
    await opened.close()
