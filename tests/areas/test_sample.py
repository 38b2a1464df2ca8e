"""Sample data is the same for the same seed, meets the rules of the areas, and is safe to make again."""

from collections.abc import AsyncIterator
from itertools import islice
from random import Random
from typing import Any

import asyncpg
import pytest
from stdnum.cn import uscc

from infra.refusal import Refusal
from tenants import division, sample
from tenants.sample import Loaded, company
from tenants.scope import Database

TABLES = (
    *("company", "enrolment", "estate", "project", "service_contract", "project_lead"),
    *("staff", "company_member", "regulator", "regulator_member"),
)


@pytest.fixture
async def linli(fresh_database: Any) -> AsyncIterator[Database]:
    """A database of the test's own, as the server opens it."""
    opened = await Database.open(fresh_database.app_url)
    yield opened
    await opened.close()


async def digests(database: Any) -> dict[str, tuple[int, str]]:
    """The number of rows of each table, and a digest of all that is in them."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        return {
            table: tuple(
                await connection.fetchrow(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t")
            )
            for table in TABLES
        }
    finally:
        await connection.close()


async def test_the_same_seed_gives_the_same_rows(fresh_database: Any, database: Any, linli: Database) -> None:
    """Ids, dates and all: two databases filled from one seed hold the same rows, in the order of creation."""
    made = await sample.load(linli, companies=7, projects=40, seed=5)
    assert made == Loaded(7, 40, 800)
    other = await Database.open(database.app_url)
    await sample.load(other, companies=7, projects=40, seed=5)
    await other.close()
    assert await digests(fresh_database) == await digests(database)
    connection = await asyncpg.connect(fresh_database.admin_url)
    out_of_order = (
        "SELECT count(*) FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS late FROM staff) s WHERE late"
    )
    assert await connection.fetchval(out_of_order) == 0
    assert await connection.fetchval("SELECT bool_and(substr(id::text, 15, 1) = '7') FROM staff")
    await connection.close()


async def test_a_second_run_adds_nothing(fresh_database: Any, linli: Database) -> None:
    """Made again, nothing is added or changed; another seed adds its own companies beside them."""
    first = await sample.load(linli, companies=5, projects=12, seed=1, children=100)
    before = await digests(fresh_database)
    assert await sample.load(linli, companies=5, projects=12, seed=1, children=100) == Loaded()
    assert await digests(fresh_database) == before
    assert await sample.load(linli, companies=5, projects=12, seed=2, children=100) == first == Loaded(5, 12, 100)


@pytest.mark.parametrize(
    ("companies", "projects", "children"), [(0, 0, None), (3, 0, None), (5, 2, None), (1, 1, 1), (2, 3, 7), (2, 30, 0)]
)
async def test_any_size(
    linli: Database, fresh_database: Any, companies: int, projects: int, children: int | None
) -> None:
    """However many are asked for, exactly as many there are."""
    made = await sample.load(linli, companies=companies, projects=projects, children=children)
    assert made == Loaded(companies, projects, 20 * projects if children is None else children)
    counts = {table: number for table, (number, _) in (await digests(fresh_database)).items()}
    assert (counts["company"], counts["project"], counts["estate"]) == (companies, projects, projects)
    assert counts["service_contract"] + counts["project_lead"] + counts["staff"] == made.children


async def test_what_is_made_meets_the_rules(fresh_database: Any, linli: Database) -> None:
    """Codes pass their check, each company reaches its divisions, estates name who serves them, contracts follow each
    other, and every running project has one lead, who works there.
    """
    await sample.load(linli, companies=20, projects=200)
    connection = await asyncpg.connect(fresh_database.admin_url)
    fetch = connection.fetch
    for row in await fetch("SELECT uscc, name FROM company"):
        assert uscc.is_valid(row["uscc"])
        assert "示例" in row["name"]
    wrong = {
        "reach": """
            SELECT 1 FROM company c WHERE c.reach <> (
                SELECT array_agg(DISTINCT left(path, length) ORDER BY left(path, length))
                FROM (SELECT division_path AS path FROM project WHERE tenant_id = c.tenant_id AND status = 'ACTIVE'
                      UNION SELECT c.division_path) p, unnest(ARRAY[2, 4, 6, 9, 12]) length
                WHERE length <= length(path))
        """,
        "served": """
            SELECT 1 FROM estate e JOIN project p ON p.estate_id = e.id JOIN company c USING (tenant_id)
            WHERE (p.status = 'ACTIVE') <> (e.serving_tenant_id IS NOT DISTINCT FROM p.tenant_id)
                OR (p.status = 'ACTIVE') <> (e.serving_company IS NOT DISTINCT FROM c.name)
                OR p.ended_on IS DISTINCT FROM e.served_until OR p.division_path <> e.division_path
        """,
        "contracts": """
            SELECT 1 FROM service_contract a JOIN service_contract b USING (tenant_id, project_id)
            WHERE a.id < b.id AND a.ends_on >= b.starts_on
        """,
        "begun": """
            SELECT 1 FROM project p
            WHERE started_on <> (SELECT min(starts_on) FROM service_contract WHERE project_id = p.id)
        """,
        "leads": """
            SELECT 1 FROM project p WHERE 1 <> (
                SELECT count(*) FROM project_lead l JOIN staff s ON s.id = l.staff_id
                WHERE l.project_id = p.id AND s.project_id = p.id AND l.left_on IS NOT DISTINCT FROM p.ended_on
                    AND s.post = 'PROJECT_MANAGER')
        """,
        "dates": "SELECT 1 FROM staff WHERE hired_on > '2026-06-30' OR left_on > '2026-06-30'",
        "streets": "SELECT 1 FROM estate WHERE length(division_path) <> 9",
    }
    assert {name: await fetch(query) for name, query in wrong.items()} == {name: [] for name in wrong}
    shares = [row[0] for row in await fetch("SELECT count(*) FROM project GROUP BY tenant_id ORDER BY 1")]
    assert shares[-1] > 2 * shares[0]
    assert await connection.fetchval("SELECT count(*) FROM project WHERE status = 'ENDED'") > 0
    await connection.close()


async def test_sample_needs_divisions(fresh_database: Any, linli: Database) -> None:
    """Without divisions there is nowhere to put a company: one sentence says what to do."""
    connection = await asyncpg.connect(fresh_database.admin_url)
    await connection.execute("TRUNCATE division CASCADE")
    await connection.close()
    with pytest.raises(Refusal, match="no divisions yet"):
        await sample.load(linli, companies=1, projects=1)


async def test_progress_is_said(linli: Database) -> None:
    """Whoever waits is told how far it is."""
    said: list[str] = []
    await sample.load(linli, companies=3, projects=3, say=said.append)
    assert said
    assert "3/3" in said[-1]


def test_ids_are_shaped_like_uuid7() -> None:
    """Ids say their moment and rise with it, also within one millisecond."""
    made = [one for one, _ in islice(company.ids_of("1", 3), 10_000)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
    assert not set(made) & {one for one, _ in islice(company.ids_of("1", 4), 10)}


@pytest.mark.parametrize(("total", "parts"), [(0, 0), (0, 3), (2, 5), (5, 5), (100, 7), (10_000, 100)])
def test_shares(total: int, parts: int) -> None:
    """Shares add up, and none is empty when there is enough for all."""
    shares = company.shares(total, parts, Random("x"))
    assert (sum(shares), len(shares)) == (total if parts else 0, parts)
    assert all(share >= (total >= parts) for share in shares)


def test_brands_are_apart() -> None:
    """Estates are named after their company; no two companies of one seed share both name and number."""
    names = [(company.brand_of(n * 4_099), company.unlike(n, 1)) for n in range(20_000)]
    assert len(set(names)) == 20_000
    assert division.LEVEL[9] == division.DivisionLevel.STREET
