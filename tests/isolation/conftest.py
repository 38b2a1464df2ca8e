"""The proof's database, one for all its tests, and connections to it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from infra.embedded import Embedded
from tests.isolation.ground import Ground
from tests.isolation.ground import ground as made
from tests.isolation.proof import Probe
from tests.isolation.world import World


@pytest.fixture(scope="session")
async def ground(postgres: Embedded) -> AsyncIterator[Ground]:
    """The database with its four companies."""
    async with made(postgres) as ground:
        yield ground


@pytest.fixture(scope="session")
def world(ground: Ground) -> World:
    """What is in it."""
    return ground.world


@pytest.fixture(scope="session")
async def server(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the login role."""
    async with ground.signed_in() as connection:
        yield connection


@pytest.fixture
async def probe(server: asyncpg.Connection) -> AsyncIterator[Probe]:
    """Tries of the login role."""
    async with Probe(server) as probe:
        yield probe


@pytest.fixture
async def unbound(ground: Ground) -> AsyncIterator[Probe]:
    """Tries of the administrator, whom no policy binds."""
    async with Probe(ground.administrator) as probe:
        yield probe
