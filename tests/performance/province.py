"""A province: every report as its regulators ask for it, companies by their score, and all scores worked out anew."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import psutil
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

import schema
from api.tokens import Tokens
from schema.reads.report import Report
from tenants.permission import RegulatorRole
from tests.performance.cases import Ask, Case
from tests.performance.ground import ROOT, Cost, Ground, Grounds
from tests.performance.load import Load, Slice
from tests.performance.peers import LINLI, Running, environment, running

if TYPE_CHECKING:
    from tests.performance.bench import Plan

REPORT_LIMIT_MS, PAGE_LIMIT_MS = 150.0, 30.0
"""At p50, at one client."""
SAMPLE_LIMIT_S, RECOMPUTE_LIMIT_S = 300.0, 60.0
CODE, CITY = "37", "3702"
PERIOD = {"since": "2025-07-01", "until": "2026-06-30", "on": "2026-06-30"}

_HELD_ALL_YEAR = f"UPDATE credit_score SET valid_from = '{PERIOD['since']}'"
"""The scores of today are taken for those of the period that reports are asked of."""

PAGE = Ask(
    "{ companies(first: 50, orderBy: [{ field: CREDIT_SCORE, direction: DESC }])"
    " { nodes { id name creditScore creditGrade } pageInfo { hasNextPage endCursor } } }"
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a province holds; open days, check-ins and issues are so many each."""

    companies: int

    @property
    def projects(self) -> int:
        """Five a company."""
        return 5 * self.companies

    @property
    def events(self) -> int:
        """Twenty of each kind a project."""
        return 20 * self.projects

    @property
    def records(self) -> int:
        """Fifty a company."""
        return 50 * self.companies


@dataclass(slots=True)
class Province:
    """What was found of the provinces, the smaller one first. Latencies are p50 in milliseconds; None stands for a
    report that was not answered.
    """

    sizes: list[Size]
    made: dict[Size, Cost] = field(default_factory=dict)
    recomputed: dict[tuple[Size, int], Cost] = field(default_factory=dict)
    same: dict[Size, bool] = field(default_factory=dict)
    reports: dict[tuple[str, Size, str], float | None] = field(default_factory=dict)
    pages: dict[tuple[Size, str], float | None] = field(default_factory=dict)


WAYS = ("province", "city", "by division", "by quarter")
"""How a report is asked for: as the province's regulator, as a city's, and as the province's broken down."""


def measured(grounds: Grounds, plan: "Plan", load: Load, say: Callable[[str], None]) -> Province:
    """Make the provinces and ask everything of each."""
    found = Province(list(plan.provinces))
    seconds = plan.reports
    for size in found.sizes:
        ground, cost = grounds.province(size.companies, partial(_made, size, load))
        found.made[size] = cost
        digests = []
        for workers in (1, 2):
            digests.append(_recomputed(found, ground, size, workers, load))
            say(f"province {size.companies:,}, {workers}: {found.recomputed[size, workers].seconds:.1f} s")
        found.same[size] = digests[0] == digests[1]
        asyncio.run(_executed(ground, _HELD_ALL_YEAR))
        with running(LINLI, ground) as server:
            server.wait()
            for way, path in zip(WAYS, (CODE, CITY, CODE, CODE), strict=True):
                if size is not found.sizes[-1] and way != "province":
                    continue  # the smaller one only shows how the cost grows
                theirs = load.of(asyncio.run(_token(ground, path)))
                for name, ask in _reports(way):
                    found.reports[name, size, way] = _p50(server, theirs, name, ask, seconds)
                    say(f"{size.companies:,} {way} {name}: {found.reports[name, size, way]} ms")
                if way in ("province", "city"):
                    found.pages[size, way] = _p50(server, theirs, "companies", PAGE, seconds)
    return found


def _reports(way: str) -> Iterator[tuple[str, Ask]]:
    """Every report of a division and a period that the contract has, with all its figures."""
    query = schema.executable(schema.build()).query_type
    assert query is not None
    for name, declared in query.fields.items():
        definition = declared.extensions.get("strawberry-definition")
        report = getattr(definition, "declaration", None)
        if not isinstance(report, Report) or report.days not in (("since", "until"), ("on",)):
            continue
        arguments = {key: json.dumps(PERIOD[key]) for key in report.days}
        if any(is_required_argument(each) and key not in arguments for key, each in declared.args.items()):
            continue
        if way.startswith("by "):
            if not report.in_cells:
                continue
            arguments |= {"breakdown": "true"} if way == "by division" else {"every": "QUARTER"}
        given = ", ".join(f"{key}: {value}" for key, value in arguments.items())
        yield name, Ask(f"{{ {name}({given}) {{ {_figures(declared)} }} }}")


def _figures(declared: GraphQLField) -> str:
    rows = get_named_type(declared.type)
    assert isinstance(rows, GraphQLObjectType)
    return " ".join(name for name, each in rows.fields.items() if is_leaf_type(get_named_type(each.type)))


def _p50(server: Running, load: Load, name: str, ask: Ask, seconds: int) -> float | None:
    """The latency at one client, None where it is not answered."""
    for _ in range(2):  # the second finds what the first has read
        body: dict[str, Any] = json.loads(load.ask(server, ask))
        if "errors" in body:
            return None
    found: Slice = load.run(server, Case(name, "", ask, ask), connections=1, seconds=seconds)
    return found.p50_ms if found.requests else None


async def _token(ground: Ground, path: str) -> str:
    administrator = await asyncpg.connect(ground.admin_url)
    try:
        member = await administrator.fetchrow(
            "SELECT m.id, m.regulator_id FROM regulator_member m JOIN regulator r ON r.id = m.regulator_id"
            " WHERE r.division_path = $1 AND m.role = $2",
            path,
            RegulatorRole.PUBLISHER,
        )
    finally:
        await administrator.close()
    tokens = Tokens.of(ground.settings())
    return tokens.mint("regulator", member_id=member["id"], organisation_id=member["regulator_id"])


def _made(size: Size, load: Load, ground: Ground) -> Cost:
    counts = ("--companies", size.companies, "--projects", size.projects, "--events", size.events)
    return _run(ground, load, "sample", "--province", CODE, *counts, "--records", size.records)


def _recomputed(found: Province, ground: Ground, size: Size, workers: int, load: Load) -> str:
    """Work all scores out where there are none yet; a digest of what they came to."""
    asyncio.run(_executed(ground, "TRUNCATE credit_score, public_credit"))
    found.recomputed[size, workers] = _run(ground, load, "credit", "recompute", "--workers", workers)
    return str(
        asyncio.run(
            _executed(
                ground,
                "SELECT count(*) || md5(string_agg(concat_ws('|', tenant_id, valid_from, score, grade, explanation),"
                " ',' ORDER BY tenant_id, valid_from)) FROM credit_score",
            )
        )
    )


async def _executed(ground: Ground, sql: str) -> Any:
    administrator = await asyncpg.connect(ground.admin_url)
    try:
        return await administrator.fetchval(sql)
    finally:
        await administrator.close()


def _run(ground: Ground, load: Load, *command: object) -> Cost:
    """A command of `linli` on this ground."""
    before, started = os.getloadavg()[0], time.perf_counter()
    linli = Path(sys.executable).with_name("linli")
    process = psutil.Popen(
        [str(linli), *map(str, command)], env=environment(ground), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    own: dict[int, float] = {}
    most = 0

    def watch() -> None:
        nonlocal most
        held = 0
        for each in (process, *process.children(recursive=True)):
            try:
                times = each.cpu_times()
                own[each.pid] = times.user + times.system
                held += each.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        most = max(most, held)

    database_s = load.database_s(process, watch)
    if process.returncode:
        raise RuntimeError(f"linli {command[0]} failed")
    seconds = time.perf_counter() - started
    return Cost(seconds, sum(own.values()), database_s, most, (before, os.getloadavg()[0]))
