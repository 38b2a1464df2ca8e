"""A database with awkward rows, and what each principal sees of it."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLSchema

from schema import build, executable
from tenants.scope import Database
from tests.reads.asking import Asker
from tests.reads.world import World, fill


@pytest.fixture(scope="session")
def contract() -> GraphQLSchema:
    """The schema."""
    return executable(build())


@pytest.fixture(scope="module")
async def world(administrator: asyncpg.Connection) -> World:
    """Who may ask; the rows are there."""
    return await fill(administrator)


@pytest.fixture(scope="module")
async def linli(database: Any, world: World) -> AsyncIterator[Database]:
    """The database as the server opens it."""
    opened = await Database.open(database.app_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def ask(contract: GraphQLSchema, linli: Database, world: World) -> dict[str, Asker]:
    """Who may ask, each ready to."""
    return {name: Asker(contract, linli, principal) for name, principal in world.principals.items()}
