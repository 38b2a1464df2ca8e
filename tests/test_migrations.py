"""The migrations make what the tables say, and nobody waits long for them."""

import asyncio
import importlib
import pkgutil
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import migrations
import tenants
from infra.embedded import Embedded
from tests.conftest import Clone


async def test_the_tables_are_what_the_models_say(database: Clone) -> None:
    """M1: no difference is left between the models and a database that the migrations made."""
    for module in pkgutil.walk_packages(tenants.__path__, "tenants."):
        importlib.import_module(module.name)

    def ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or not str(name).startswith("pgqueuer_")

    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, SQLModel.metadata))

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(database.admin_url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_a_migration_gives_up_on_a_lock_within_seconds(postgres: Embedded, fresh_database: Clone) -> None:
    """M1: it waits a second for a lock and no longer, so that requests never queue behind it."""
    connection = await asyncpg.connect(fresh_database.admin_url)
    try:
        await connection.execute("BEGIN; LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        started = asyncio.get_running_loop().time()
        with pytest.raises(DBAPIError, match="lock timeout"):
            await asyncio.to_thread(migrations.upgrade, fresh_database.admin_url)
        assert asyncio.get_running_loop().time() - started < 10
    finally:
        await connection.close()
