"""One server for all tests of how the endpoint behaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, World, populate, served


@pytest.fixture(scope="module")
async def world(database: Any) -> World:
    """Two companies and a regulator in the module's database."""
    return await populate(database.app_url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database: Any, world: World) -> Iterator[Served]:
    """A server over the module's database."""
    with served(tmp_path_factory.mktemp("home"), database, world, log_level="debug") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of a server that a test starts itself."""
    return tmp_path
