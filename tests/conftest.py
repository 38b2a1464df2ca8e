"""Every test runs on a real PostgreSQL whose schema was made by the real migrations; databases are clones of it.

One embedded server serves all tests, all workers and all runs. The first test that needs a database makes a
template from the migrations and the divisions; the template is kept until one of the files it is made of changes.
"""

import asyncio
import fcntl
import hashlib
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import hypothesis
import psutil
import pytest

import migrations
from infra.embedded import Embedded
from infra.postgres import APP_ROLE
from tenants import division
from tenants.scope import Database

ROOT = Path(__file__).parent.parent
HOME = Path(os.environ.get("LINLI_TEST_HOME", ROOT / ".linli-test"))
MADE_OF = ("migrations", "infra", "tenants/division.py")
TEMPLATES_KEPT = 4

# The same examples on every machine and in every run, unless a longer run asks for others.
hypothesis.settings.register_profile("linli", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("linli")


@dataclass(frozen=True, slots=True)
class Clone:
    """A database of a test's own: as the administrator for setting up, as `linli_app` for the code under test."""

    name: str
    admin_url: str
    app_url: str


@pytest.fixture
def own_path() -> Iterator[Path]:
    """An empty directory for a server of a test's own: pytest's closes itself to the system user that PostgreSQL
    runs as when the tests run as root.
    """
    with tempfile.TemporaryDirectory(prefix="linli-test-") as path:
        yield Path(path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Embedded]:
    """The embedded server of the test runs, stopped when the last run that uses it ends."""
    server = Embedded(HOME, throwaway=True)
    server.join()
    yield server
    server.leave()


@pytest.fixture(scope="session")
def template(postgres: Embedded) -> str:
    """The name of a database with all tables, roles, policies and divisions, and no other row."""
    name = f"template_{_fingerprint()}"
    with _alone():
        _drop_leftovers(postgres)
        if not postgres.has_database(name):
            unfinished = "template_unfinished"
            postgres.drop_database(unfinished)
            postgres.create_database(unfinished)
            migrations.upgrade(postgres.url(unfinished))
            asyncio.run(_load_divisions(postgres.url(unfinished, APP_ROLE), postgres.url(unfinished)))
            postgres.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


@pytest.fixture(scope="module")
def database(postgres: Embedded, template: str) -> Iterator[Clone]:
    """One database for the tests of a module."""
    with _clone(postgres, template) as clone:
        yield clone


@pytest.fixture
def fresh_database(postgres: Embedded, template: str) -> Iterator[Clone]:
    """One database for one test."""
    with _clone(postgres, template) as clone:
        yield clone


@pytest.fixture(scope="module")
async def administrator(database: Clone) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the module's database that passes every policy, for setting up and for looking."""
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()


_numbers = itertools.count(1)


@contextmanager
def _clone(postgres: Embedded, template: str) -> Iterator[Clone]:
    name = f"clone_{os.getpid()}_{next(_numbers)}"
    postgres.create_database(name, template)
    try:
        yield Clone(name, postgres.url(name), postgres.url(name, APP_ROLE))
    finally:
        postgres.drop_database(name)


async def _load_divisions(app_url: str, admin_url: str) -> None:
    database = await Database.open(app_url)
    try:
        await division.load_national(database)
    finally:
        await database.close()
    administrator = await asyncpg.connect(admin_url)
    await administrator.execute("VACUUM ANALYZE")
    await administrator.close()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in MADE_OF:
        top = ROOT / part
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _drop_leftovers(postgres: Embedded) -> None:
    """Drop the clones of runs that were killed, and all but the newest templates."""
    names = postgres.execute("SELECT datname FROM pg_database ORDER BY oid").split()
    templates = [name for name in names if name.startswith("template_") and len(name) == 25]
    orphans = [n for n in names if n.startswith("clone_") and not psutil.pid_exists(int(n.split("_")[1]))]
    for name in [*templates[:-TEMPLATES_KEPT], *orphans]:
        postgres.drop_database(name)


@contextmanager
def _alone() -> Iterator[None]:
    lock = os.open(HOME / "template.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
