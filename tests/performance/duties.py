"""What is due: the list of a company with hundreds of projects, and the daily job through a thousand companies."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

import psutil

from tenants import daily
from tenants.scope import Database
from tests.performance.cases import DUES, Case
from tests.performance.ground import Ground, Grounds, Size
from tests.performance.load import Load, Slice
from tests.performance.peers import LINLI, running

if TYPE_CHECKING:
    from tests.performance.bench import Plan

LIST_LIMIT_MS = 30.0
"""A page of the list at p50, at one client."""
NIGHT_LIMIT_S = 60.0
MEMORY_LIMIT = 50 * 1_000_000
"""The daily job's process may grow so much, however many companies there are."""


@dataclass(frozen=True, slots=True)
class Night:
    """One run of the daily job, in a process of its own: what it did, and what it cost. Memory is what the process
    came to hold beyond what it began with.
    """

    companies: int
    marked: int
    told: int
    seconds: float
    processor_s: float
    grown: int


@dataclass(frozen=True, slots=True)
class Duties:
    """The due list alone and under load, the job when much became overdue, and a night when nothing did."""

    projects: int
    dues: int
    alone: Slice
    loaded: Slice
    size: Size
    first: Night
    second: Night
    database_s: tuple[float, float]


def measured(grounds: Grounds, ground: Ground, plan: "Plan", load: Load, say: Callable[[str], None]) -> Duties:
    """Ask for the list, then let the job run twice."""
    large = grounds.large(ground)
    case = Case("dues", "", DUES, DUES)
    with running(LINLI, large) as server:
        server.wait()
        count = json.loads(server.ask(case.name, large.token(), "{ dues { totalCount } }", {}))
        theirs = load.of(large.token())
        theirs.run(server, case, connections=1, seconds=max(plan.warm_up_s, 1))
        rounds, seconds = plan.duties
        alone = [theirs.run(server, case, connections=1, seconds=seconds) for _ in range(rounds)]
        loaded = [theirs.run(server, case, connections=8, seconds=seconds) for _ in range(rounds)]
    say(f"dues: {median(each.p50_ms for each in alone):.1f} ms")
    copy = grounds.copy(plan.night, "night")
    nights = [_night(copy, load) for _ in range(2)]
    for night, _ in nights:
        say(f"night: {night.seconds:.1f} s, {night.told:,} told")
    return Duties(
        projects=large.projects,
        dues=count["data"]["dues"]["totalCount"],
        alone=_middle(alone),
        loaded=_middle(loaded),
        size=plan.night,
        first=nights[0][0],
        second=nights[1][0],
        database_s=(nights[0][1], nights[1][1]),
    )


def _middle(slices: list[Slice]) -> Slice:
    """The slice with the median latency."""
    return sorted(slices, key=lambda each: each.p50_ms)[len(slices) // 2]


def _night(ground: Ground, load: Load) -> tuple[Night, float]:
    """A run of the job in a process of its own, and the seconds of processor time it cost PostgreSQL."""
    job = subprocess.Popen(
        [sys.executable, "-m", "tests.performance.duties", ground.app_url], stdout=subprocess.PIPE, text=True
    )
    database_s = load.database_s(job)
    printed, _ = job.communicate()
    return Night(**json.loads(printed)), database_s


async def _once(url: str) -> Night:
    database = await Database.open(url, pool_size=1, write_pool_size=3, statement_timeout_ms=60_000)
    held = [psutil.Process().memory_info().rss]
    watching = asyncio.create_task(_watch(held))
    try:
        started, worked = time.perf_counter(), time.process_time()
        done = await daily.run(database)
        return Night(
            companies=done.companies,
            marked=done.marked,
            told=done.told,
            seconds=time.perf_counter() - started,
            processor_s=time.process_time() - worked,
            grown=max(held) - held[0],
        )
    finally:
        watching.cancel()
        await database.close()


async def _watch(held: list[int]) -> None:
    """Keep what the process holds at first and at most. The system's own mark counts what came before it began."""
    while True:
        held[1:] = [max(*held, psutil.Process().memory_info().rss)]
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_once(sys.argv[1])))))
