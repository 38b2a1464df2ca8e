"""The schema's history: `upgrade` brings a database to the code's version, `state` says where one stands."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def head() -> str:
    """The version this code works with."""
    return str(ScriptDirectory.from_config(_config("")).get_current_head())


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`; the role must be able to create roles. Blocks; safe to repeat."""
    command.upgrade(_config(url), revision)


def write_sql() -> None:
    """Print the SQL of all migrations, for those who want to read before they run."""
    command.upgrade(_config(""), "head", sql=True)


def state(version: str | None) -> str:
    """`current`, `older` (migrate it), `newer` (this code is older than the database) or `empty`."""
    if version is None:
        return "empty"
    known = {script.revision for script in ScriptDirectory.from_config(_config("")).walk_revisions()}
    if version not in known:
        return "newer"
    return "current" if version == head() else "older"


async def version(url: str) -> str | None:
    """The version the database at `url` stands at, None when it was never migrated."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction():
            if await connection.fetchval("SELECT pg_has_role('linli_public', 'SET')"):
                await connection.execute("SET LOCAL ROLE linli_public")
            row = await connection.fetchval("SELECT version_num FROM alembic_version")
        return str(row) if row is not None else None
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedObjectError):
        return None
    finally:
        await connection.close()


def version_now(url: str) -> str | None:
    """`version` for callers without an event loop."""
    return asyncio.run(version(url))
