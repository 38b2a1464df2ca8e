"""How Alembic runs the migrations: one transaction each, giving up on a lock that it does not get in a second."""

import asyncio
import importlib
import pkgutil

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import tenants
from infra import postgres
from migrations.roles import ensure_roles, prepare_database

# A migration that waits for a lock makes every request behind it wait too; it is better to fail and try again.
LIMITS = ("SET lock_timeout = '1s'", "SET statement_timeout = '60s'")

# Two processes that migrate one database take turns on this advisory lock.
TURN = 7_305_421_968

for module in pkgutil.iter_modules(tenants.__path__):
    importlib.import_module(f"tenants.{module.name}")


def migrate(connection: Connection | None) -> None:
    """Run the migrations on a connection, or write them down as SQL when there is none."""
    context.configure(
        connection=connection,
        dialect_name="postgresql",
        target_metadata=SQLModel.metadata,
        transaction_per_migration=True,
        literal_binds=connection is None,
    )
    for limit in LIMITS:
        context.execute(limit)
    if connection is not None:
        ensure_roles(connection)
        prepare_database(connection)
        connection.commit()
    # Who owns a table may change its policies: the owner is a role that nobody signs in as.
    context.execute("SET ROLE linli_owner")
    with context.begin_transaction():
        context.run_migrations()
    # The server tells from it whether it fits the database; it signs in with a role that holds no grant.
    context.execute("GRANT SELECT ON alembic_version TO linli_public")
    if connection is not None:
        connection.commit()


async def connect_and_migrate(url: str) -> None:
    """One process at a time; the lock goes with the connection that holds it."""
    turn = await postgres.connect(url)
    try:
        await turn.execute("SELECT pg_advisory_lock($1)", TURN)
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: postgres.connect(url), poolclass=NullPool
        )
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await turn.close()


if context.is_offline_mode():
    migrate(None)
else:
    asyncio.run(connect_and_migrate(context.config.attributes["url"]))
