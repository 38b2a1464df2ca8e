"""Who a token stands for is never mixed up, although companies choose the ids of their own members."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.callers import Callers
from api.tokens import Tokens
from infra.embedded import Embedded
from infra.settings import Settings
from tenants.scope import Database
from tests.isolation.ground import Ground
from tests.isolation.ground import ground as made


@pytest.fixture(scope="module")
async def own_ground(postgres: Embedded) -> AsyncIterator[Ground]:
    """A database in which A, and a regulator, gave a member the very id that a member of B has."""
    async with made(postgres, "callers") as ground:
        twin = ground.world.b.rows["company_member"]["id"]
        for table in ("company_member", "regulator_member"):
            theirs = ground.world.a.rows[table]["id"]
            await ground.administrator.execute(f"UPDATE {table} SET id = $1 WHERE id = $2", twin, theirs)
        yield ground


async def test_members_with_one_id_stay_apart(own_ground: Ground, tmp_path: Path) -> None:
    """I10: a member's id is its company's to choose (offline work), so it can be the id of another's member. Asked at
    once and in any order, each token stands for its own organisation.
    """
    world = own_ground.world
    twin = world.b.rows["company_member"]["id"]
    tokens = Tokens.of(Settings(home=tmp_path))
    a, b, regulator = world.tenant_id("甲"), world.tenant_id("乙"), world.a.rows["regulator"]["id"]
    minted = {
        a: tokens.mint("tenant", member_id=twin, organisation_id=a),
        b: tokens.mint("tenant", member_id=twin, organisation_id=b),
        regulator: tokens.mint("regulator", member_id=twin, organisation_id=regulator),
    }
    database = await Database.open(own_ground.app_url, pool_size=3)
    try:
        for order in itertools.permutations(minted):
            callers = Callers(tokens, database)
            for _ in range(2):  # looked up, then remembered
                found = await asyncio.gather(*(callers.identify(minted[each]) for each in order))
                assert [each.tenant_id or each.regulator_id for each in found] == list(order)
    finally:
        await database.close()
