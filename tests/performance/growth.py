"""Whether other companies' rows cost anything: the same page with a hundred and with ten thousand companies."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

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
class Page:
    """What a page came to beside few and beside many companies, and by what factor it costs more beside many."""

    few: float
    many: float
    factor: float


@dataclass(frozen=True, slots=True)
class Growth:
    """By case, requests a second and the milliseconds of processor time that one takes; and the milliseconds of the
    statement alone. Medians of rounds in turn.
    """

    few: Size
    many: int
    requests: dict[str, Page]
    processor: dict[str, Page]
    statement: Page


def measured(grounds: Grounds, ground: Ground, plan: "Plan", load: Load, say: Callable[[str], None]) -> Growth:
    """Ask for the same page in both databases in turn."""
    # Not in the one that was written to: there the company has become a giant, whose statements are planned anew.
    few, many = grounds.untouched(ground, plan.size), grounds.untouched(ground, plan.size, MORE)
    rounds, seconds = plan.growth
    requests: dict[str, Page] = {}
    processor: dict[str, Page] = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(LINLI, ground)) for ground in (few, many)]
        for server in servers:
            server.wait()
        for case in cases(few):
            if case.name not in CASES:
                continue
            for server in servers:
                load.run(server, case, connections=8, seconds=plan.warm_up_s)
            speeds: list[tuple[float, float]] = []
            times: list[tuple[float, float]] = []
            for turn in range(rounds):
                less, more = [load.run(server, case, connections=8, seconds=seconds) for server in servers]
                speeds.append((less.per_second, more.per_second))
                times.append((less.server_ms + less.database_ms, more.server_ms + more.database_ms))
                say(f"growth {case.name} {turn + 1}/{rounds}: {less.per_second:,.0f}/s, {more.per_second:,.0f}/s")
            requests[case.name] = _page(speeds, [less / more for less, more in speeds])
            processor[case.name] = _page(times, [more / less for less, more in times])
    statements = asyncio.run(_statements(few, many, seconds=rounds * seconds))
    return Growth(
        few=plan.size,
        many=plan.size.companies + MORE.companies,
        requests=requests,
        processor=processor,
        statement=_page(statements, [more / less for less, more in statements]),
    )


def _page(found: list[tuple[float, float]], factors: list[float]) -> Page:
    return Page(median(less for less, _ in found), median(more for _, more in found), median(factors))


async def _statements(few: Ground, many: Ground, seconds: int) -> list[tuple[float, float]]:
    """The statement of the nested page alone, in both databases in turn."""
    principal = Principal("tenant", tenant_id=few.tenant_id, actor_id=few.member_id)
    databases = [await Database.open(ground.app_url) for ground in (few, many)]
    took: list[tuple[float, float]] = []
    until = time.perf_counter() + seconds
    try:
        while time.perf_counter() < until:
            less, more = [await _timed(database, principal) for database in databases]
            took.append((less, more))
    finally:
        for database in databases:
            await database.close()
    return took


async def _timed(database: Database, principal: Principal) -> float:
    started = time.perf_counter()
    await database.read(principal, NESTED, [principal.tenant_id])
    return (time.perf_counter() - started) * 1_000
