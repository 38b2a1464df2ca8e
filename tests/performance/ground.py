"""The ground all peers stand on: one PostgreSQL, one database with its sample data, one company that asks."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

import migrations
from api.tokens import Tokens
from infra.embedded import Embedded
from infra.postgres import APP_ROLE, embedded
from infra.settings import Settings
from tenants import division, sample
from tenants.scope import Database

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".linli" / "bench"
NEIGHBOURHOOD = Path(__file__).parent / "neighbourhood.sql"
MADE_OF = ("migrations", "infra/data", "tenants/division.py", "tenants/sample", "tests/performance/neighbourhood.sql")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is in a database: companies, their projects, and contracts, leads and staff."""

    companies: int
    projects: int
    children: int

    def __str__(self) -> str:
        return f"{self.companies:,} companies, {self.projects:,} projects, {self.children:,} child rows"


SMALL = Size(100, 10_000, 200_000)
MORE = Size(9_900, 29_700, 148_500)
"""What is added to SMALL for the question whether other companies' rows cost anything."""
TINY = Size(10, 600, 12_000)
"""For a smoke test."""
NIGHT = Size(1_000, 10_000, 30_000)
"""What the daily job goes through."""
NOBODY = UUID(int=0)
LARGE = 300
"""Projects of the company whose due list is asked for."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command came to: seconds, of which on the processor its own and PostgreSQL's, the most memory that its
    processes held, and how many others wanted the processor when it began and when it ended.
    """

    seconds: float
    own_s: float
    database_s: float
    memory: int
    load: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """A database and a company in it that requests come from: one with a hundred projects or a few more."""

    home: Path
    admin_url: str
    app_url: str
    tenant_id: UUID
    member_id: UUID
    project_id: UUID
    """A project of the company: the one asked for by its id."""
    last_project_id: UUID
    """A project on none of the pages that are read: the one that new staff are recorded at."""
    projects: int

    def settings(self, port: int = 8000) -> Settings:
        """Those of a Linli server on this ground, all others at their defaults."""
        return Settings(
            database_url=self.admin_url,
            app_database_url=self.app_url,
            home=self.home,
            port=port,
        )

    def token(self) -> str:
        """An ordinary access token of the company's administrator."""
        tokens = Tokens.of(self.settings())
        return tokens.mint(
            "tenant", member_id=self.member_id, organisation_id=self.tenant_id, lifetime=timedelta(hours=2)
        )


class Grounds:
    """The PostgreSQL server of the measurements, with a database for each size that is only ever copied."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.server: Embedded = embedded(HOME, say)

    def copy(self, size: Size, name: str = "bench") -> Ground:
        """A database of this size that may be written to."""
        self.server.drop_database(name)
        self.server.create_database(name, self._pristine(size))
        self.server.execute("CHECKPOINT")
        return asyncio.run(_found(HOME, self.server.url(name), self.server.url(name, APP_ROLE), projects=100))

    def province(self, companies: int, make: Callable[[Ground], Cost]) -> tuple[Ground, Cost]:
        """A province of so many companies, and what `make` says that making it cost, now or in an earlier run."""
        name = f"sample_{_fingerprint()}_province_{companies}"
        ground = Ground(
            HOME, self.server.url(name), self.server.url(name, APP_ROLE), NOBODY, NOBODY, NOBODY, NOBODY, 5 * companies
        )
        kept = HOME / f"{name}.json"
        if not self.server.has_database(name) or not kept.exists():
            self._forget()
            self.server.drop_database(name)
            self.server.create_database(name)
            self._say(f"正在准备数据 / Preparing data: {companies:,} companies of a province")
            migrations.upgrade(ground.admin_url)
            cost = make(ground)
            asyncio.run(_vacuumed(ground.admin_url))
            kept.write_text(json.dumps(asdict(cost)))
        return ground, Cost(**json.loads(kept.read_text()))

    def large(self, ground: Ground) -> Ground:
        """The same database, asked by a company with so many projects as `LARGE`, or by the largest there is."""
        return asyncio.run(_found(ground.home, ground.admin_url, ground.app_url, projects=LARGE))

    def untouched(self, ground: Ground, size: Size, more: Size | None = None) -> Ground:
        """The same company in a database of this size, or one with more companies, as it was made; only to be read."""
        name = self._pristine(size, more)
        self.server.execute("CHECKPOINT")
        return replace(ground, admin_url=self.server.url(name), app_url=self.server.url(name, APP_ROLE))

    def postmaster(self) -> int:
        """The server's process."""
        return int((self.server.data / "postmaster.pid").read_text().split()[0])

    def _forget(self) -> None:
        """Drop what an earlier version made."""
        for database in self.server.execute("SELECT datname FROM pg_database").split():
            if database.startswith("sample_") and not database.startswith(f"sample_{_fingerprint()}"):
                self.server.drop_database(database)

    def _pristine(self, size: Size, more: Size | None = None) -> str:
        name = f"sample_{_fingerprint()}_{size.companies + (more.companies if more else 0)}"
        if self.server.has_database(name):
            return name
        self._forget()
        self.server.drop_database("unfinished")
        self.server.create_database("unfinished", self._pristine(size) if more else None)
        admin_url, app_url = self.server.url("unfinished"), self.server.url("unfinished", APP_ROLE)
        self._say(f"正在准备数据 / Preparing data: {more or size}")
        if more is None:
            migrations.upgrade(admin_url)
        asyncio.run(_fill(admin_url, app_url, more or size, seed=2 if more else 1))
        self.server.execute(f'ALTER DATABASE unfinished RENAME TO "{name}"')
        return name


async def _vacuumed(admin_url: str) -> None:
    administrator = await asyncpg.connect(admin_url)
    try:
        await administrator.execute("VACUUM (ANALYZE)")
    finally:
        await administrator.close()


async def _fill(admin_url: str, app_url: str, size: Size, seed: int) -> None:
    database = await Database.open(app_url, statement_timeout_ms=60_000)
    try:
        if seed == 1:
            await division.load_national(database)
        await sample.load(database, companies=size.companies, projects=size.projects, children=size.children, seed=seed)
    finally:
        await database.close()
    administrator = await asyncpg.connect(admin_url)
    try:
        await administrator.execute(FUNCTION)
        await administrator.execute(NEIGHBOURHOOD.read_text())
        await administrator.execute("VACUUM (ANALYZE)")
    finally:
        await administrator.close()


async def _found(home: Path, admin_url: str, app_url: str, *, projects: int) -> Ground:
    administrator = await asyncpg.connect(admin_url)
    try:
        company = await administrator.fetchrow(
            """
            SELECT c.tenant_id, m.id AS member_id FROM company c
            JOIN company_member m ON m.tenant_id = c.tenant_id AND m.role = 'TENANT_ADMIN'
            JOIN (SELECT tenant_id, count(*) AS n FROM project GROUP BY tenant_id) p ON p.tenant_id = c.tenant_id
            WHERE c.status = 'ACTIVE' ORDER BY p.n < $1, CASE WHEN p.n < $1 THEN -p.n ELSE p.n END LIMIT 1
            """,
            projects,
        )
        rows = await administrator.fetch(
            "SELECT id FROM project WHERE tenant_id = $1 ORDER BY id", company["tenant_id"]
        )
    finally:
        await administrator.close()
    ids = [row["id"] for row in rows]
    return Ground(
        home, admin_url, app_url, company["tenant_id"], company["member_id"], ids[len(ids) // 2], ids[-1], len(ids)
    )


FUNCTION = """
CREATE SCHEMA IF NOT EXISTS bench;
GRANT USAGE ON SCHEMA bench TO linli_tenant;

-- What Linli's createStaff does, for PostGraphile, whose way of writing several rows at once is a function: the company
-- is active, the project is its own, the row, its audit entry and its outbox event.
CREATE OR REPLACE FUNCTION bench.record_staff(name text, post text, project_id uuid) RETURNS public.staff
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    tenant uuid := current_setting('linli.tenant')::uuid;
    created public.staff;
BEGIN
    IF NOT EXISTS (SELECT FROM public.company c WHERE c.tenant_id = tenant AND c.status = 'ACTIVE') THEN
        RAISE EXCEPTION 'the company is not active';
    END IF;
    IF NOT EXISTS (SELECT FROM public.project p WHERE p.tenant_id = tenant AND p.id = record_staff.project_id) THEN
        RAISE EXCEPTION 'there is no such project';
    END IF;
    INSERT INTO public.staff (tenant_id, id, name, post, project_id, is_grid_member)
    VALUES (tenant, uuidv7(), record_staff.name, record_staff.post, record_staff.project_id, false)
    RETURNING * INTO created;
    INSERT INTO public.audit_entry (tenant_id, id, actor_kind, actor_id, action, entity, entity_id, changes)
    VALUES (tenant, uuidv7(), 'tenant', current_setting('linli.actor')::uuid, 'created', 'staff', created.id,
            jsonb_build_object('name', created.name, 'post', created.post, 'project_id', created.project_id,
                               'is_grid_member', created.is_grid_member));
    INSERT INTO public.outbox_event (tenant_id, id, topic, entity_id, payload)
    VALUES (tenant, uuidv7(), 'staff.created', created.id, jsonb_build_object('version', created.version));
    RETURN created;
END
$$;
GRANT EXECUTE ON FUNCTION bench.record_staff TO linli_tenant;
"""


def _fingerprint() -> str:
    digest = hashlib.sha256(FUNCTION.encode())
    for part in MADE_OF:
        top = ROOT / part
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
