"""Whether other companies' rows cost anything: the same page with a hundred and with ten thousand companies."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tenants.scope import Database, Principal
from tests.performance.cases import cases
from tests.performance.ground import MORE, Ground, Grounds, Size
from tests.performance.load import Load
from tests.performance.peers import LINLI, running
from tests.performance.peers.bare import NESTED

if TYPE_CHECKING:
    from tests.performance.bench import Plan

LIMIT = 1.2
"""The page may cost so much more among many companies."""

CASES = ("nested", "flat")


@dataclass(frozen=True, slots=True)
class Growth:
    """Medians beside few and beside many companies: requests a second by case, and milliseconds of the statement."""

    few: Size
    many: int
    requests: dict[str, tuple[float, float]]
    statement_ms: tuple[float, float]


def measured(grounds: Grounds, few: Ground, plan: "Plan", load: Load, say: Callable[[str], None]) -> Growth:
    """Ask for the same page in both databases in turn."""
    many = grounds.grown(few, plan.size, MORE)
    rounds, seconds = plan.growth
    requests: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in CASES}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(LINLI, ground)) for ground in (few, many)]
        for server in servers:
            server.wait()
        for case in cases(few):
            if case.name not in CASES:
                continue
            for server in servers:
                load.run(server, case, connections=8, seconds=plan.warm_up_s)
            for turn in range(rounds):
                for place, server in enumerate(servers):
                    found = load.run(server, case, connections=8, seconds=seconds)
                    requests[case.name][place].append(found.per_second)
                say(f"growth {case.name} {turn + 1}/{rounds}")
    statements = asyncio.run(_statements(few, many, seconds=rounds * seconds))
    return Growth(
        few=plan.size,
        many=plan.size.companies + MORE.companies,
        requests={name: (median(found[0]), median(found[1])) for name, found in requests.items()},
        statement_ms=statements,
    )


async def _statements(few: Ground, many: Ground, seconds: int) -> tuple[float, float]:
    """The statement of the nested page alone, in both databases in turn."""
    principal = Principal("tenant", tenant_id=few.tenant_id, actor_id=few.member_id)
    databases = [await Database.open(ground.app_url) for ground in (few, many)]
    took: tuple[list[float], list[float]] = ([], [])
    until = time.perf_counter() + seconds
    try:
        while time.perf_counter() < until:
            for place, database in enumerate(databases):
                async with database.reading(principal) as connection:
                    took[place].append(await _timed(connection, few))
    finally:
        for database in databases:
            await database.close()
    return median(took[0]), median(took[1])


async def _timed(connection: Any, ground: Ground) -> float:
    started = time.perf_counter()
    await connection.fetchval(NESTED, ground.tenant_id)
    return (time.perf_counter() - started) * 1_000
