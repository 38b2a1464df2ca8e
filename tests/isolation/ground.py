"""A database of the proof's own, made by the real migrations and filled with the world of four companies."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

import migrations
from infra.embedded import Embedded
from infra.postgres import APP_ROLE
from schema import build, executable
from schema.documents import Documents
from schema.engine import Engine
from schema.turns import Turns
from tenants.scope import Database
from tests.isolation import world as worlds
from tests.isolation.catalogue import OWNER
from tests.isolation.world import World


@dataclass(frozen=True, slots=True)
class Ground:
    """The database: its URLs, the administrator's connection to it, and what is in it."""

    server: Embedded
    name: str
    admin_url: str
    app_url: str
    administrator: asyncpg.Connection
    world: World

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the login role, as the server's own are."""
        connection = await asyncpg.connect(self.app_url)
        try:
            yield connection
        finally:
            await connection.close()


def engine(database: Database) -> Engine:
    """The GraphQL engine as the server builds it, with room for large documents."""
    schema = executable(build())
    documents = Documents(schema, token_limit=100_000, cache_bytes=64 << 20, introspection=False)
    turns = Turns(100, 10_000, 30.0)
    return Engine(database, schema, documents, cost_limit=10_000_000, readers=turns, writers=turns)


@asynccontextmanager
async def ground(server: Embedded, purpose: str = "isolation", also: str = "") -> AsyncIterator[Ground]:
    """The database, dropped afterwards. It is migrated, not cloned: a clone loses the privileges on the database.

    `also` is SQL that the owner of the tables runs before the rows are made: what a later migration may bring.
    """
    name = f"clone_{os.getpid()}_{purpose}"
    server.drop_database(name)
    server.create_database(name)
    admin_url = server.url(name)
    try:
        await asyncio.to_thread(migrations.upgrade, admin_url)
        administrator = await asyncpg.connect(admin_url)
        asked = await asyncpg.connect(admin_url)
        try:
            if also:
                await administrator.execute(f"BEGIN; SET LOCAL ROLE {OWNER}; {also}; COMMIT")
            world = await worlds.build(administrator)
            world.factory.asked = asked
            yield Ground(server, name, admin_url, server.url(name, APP_ROLE), administrator, world)
        finally:
            await asked.close()
            await administrator.close()
    finally:
        server.drop_database(name)
