"""Waiting is bounded and fair, whoever leaves in the middle of it."""

import asyncio
from random import Random
from typing import Any

import asyncpg
import pytest

from schema.turns import Turns
from tenants.errors import Unavailable
from tenants.pool import Pool


async def disturbed(work: Any, times: int, seed: int) -> list[Any]:
    """Run the work many times at once, a third of them cancelled at some moment."""
    chance = Random(seed)
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(work()) for _ in range(times)]
    for task in tasks:
        if chance.random() < 0.33:
            loop.call_later(chance.random() * 0.1, task.cancel)
    return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("seed", range(5))
async def test_turns_survive_cancellation(seed: int) -> None:
    """F2: never more than allowed at once, and when all have left nothing is held."""
    turns = Turns(3, 40, 0.05)
    chance = Random(seed)
    now = most = 0

    async def one() -> None:
        nonlocal now, most
        await turns.take("a")
        now += 1
        most = max(most, now)
        try:
            await asyncio.sleep(chance.random() * 0.02)
        finally:
            now -= 1
            turns.give_back("a")

    outcomes = await disturbed(one, 200, seed)
    assert most == 3
    assert {type(outcome) for outcome in outcomes} == {type(None), Unavailable, asyncio.CancelledError}
    assert len(turns) == 0


async def test_turns_of_others_are_free() -> None:
    """F2: one organisation's full line is not another's."""
    turns = Turns(1, 0, 0.05)
    await turns.take("a")
    with pytest.raises(Unavailable):
        await turns.take("a")
    await turns.take("b")


@pytest.mark.parametrize("seed", range(3))
async def test_pool_survives_cancellation_and_killed_connections(database: Any, seed: int) -> None:
    """F1, F2: every place of the pool is usable after callers left and connections died."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(database.app_url)

    pool = Pool(connect, size=3, waiting=60, timeout_s=0.2)
    chance = Random(seed)
    now = most = 0

    async def one() -> None:
        nonlocal now, most
        connection = await pool.take()
        now += 1
        most = max(most, now)
        try:
            if chance.random() < 0.1:
                connection.terminate()
            await asyncio.sleep(chance.random() * 0.02)
        finally:
            now -= 1
            pool.give_back(connection)

    outcomes = await disturbed(one, 200, seed)
    assert most <= 3
    assert {type(outcome) for outcome in outcomes} == {type(None), Unavailable, asyncio.CancelledError}
    connections = [await asyncio.wait_for(pool.take(), 5) for _ in range(3)]
    assert [await connection.fetchval("SELECT 1") for connection in connections] == [1, 1, 1]
    with pytest.raises(Unavailable):
        await pool.take()
    for connection in connections:
        pool.give_back(connection)
    await pool.close(5)
    assert all(connection.is_closed() for connection in connections)
    with pytest.raises(Unavailable):
        await pool.take()
