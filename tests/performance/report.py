"""What a run found, as a page to read: figures, ratios beside their targets, memory, machine and versions."""

import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil

from tests.performance.duties import LIST_LIMIT_MS, NIGHT_LIMIT_S
from tests.performance.duties import MEMORY_LIMIT as NIGHT_MEMORY_LIMIT
from tests.performance.growth import LIMIT
from tests.performance.peers import BARE, CONVENTIONAL, LINLI, NODE, PEERS, POOL_SIZE, POSTGRAPHILE, POSTGRAPHILE_PEER
from tests.performance.province import PAGE_LIMIT_MS, RECOMPUTE_LIMIT_S, REPORT_LIMIT_MS, SAMPLE_LIMIT_S, WAYS

if TYPE_CHECKING:
    from tests.performance.bench import Measured, Run
    from tests.performance.ground import Cost

PROFILE = Path(__file__).parent / "PROFILE.md"
TITLES = {peer.name: peer.title for peer in PEERS}

MEMORY_LIMIT = 200 * 1_000_000
TARGETS = {
    ("nested", POSTGRAPHILE_PEER.name): 4.0,
    ("nested", CONVENTIONAL.name): 20.0,
    ("nested", BARE.name): 0.8,
    ("two", POSTGRAPHILE_PEER.name): 1.3,
    ("two", BARE.name): 0.7,
    ("one", POSTGRAPHILE_PEER.name): 1.3,
    ("one", BARE.name): 0.7,
}
"""The fewest requests that Linli answers for one that the other answers."""


def written(run: "Run") -> str:
    """The report."""
    parts = [
        "# How fast Linli is\n\nWritten by `make bench`; one run, rounds interleaved. "
        f"{datetime.now(timezone(timedelta(hours=8))):%Y-%m-%d}.\n",
        *([_summary(run), _speed(run), _memory(run)] if run.cases else []),
        _growth(run),
        _duties(run),
        _province(run),
        _method(run),
        _machine(),
    ]
    if PROFILE.exists():
        parts.append(PROFILE.read_text())
    return "\n".join(part for part in parts if part)


def _summary(run: "Run") -> str:
    others = [name for name in run.peers if name != LINLI.name]
    if LINLI.name not in run.peers or not others:
        return ""
    lines = [
        "## Linli beside the others\n",
        "Requests that Linli answers for one of the other, the median of the rounds; in brackets the target.\n",
        _row("Case", *(TITLES[name] for name in others)),
        _row(*["---"] * (len(others) + 1)),
    ]
    for case in run.cases:
        cells = []
        for name in others:
            ratio, target = run.ratio(case.name, name), TARGETS.get((case.name, name))
            cell = f"{ratio:.2f}"
            if target is not None:
                cell += f" ({target:g}: {_verdict(ratio, target)})"
            cells.append(cell)
        lines.append(_row(f"{case.name}: {case.title}", *cells))
    return "\n".join(lines) + "\n"


def _verdict(ratio: float, target: float) -> str:
    return "reached" if ratio >= target else f"short by {1 - ratio / target:.0%}"


def _speed(run: "Run") -> str:
    lines = [
        "## Figures\n",
        "Medians of the rounds, with the slowest and the fastest round; latencies in milliseconds; CPU in milliseconds"
        " of one core a request.\n",
        _row(
            "Case", "Server", "requests/s", "p50", "p99", "alone: p50", "p99", "CPU server", "CPU PostgreSQL", "bytes"
        ),
        _row(*["---"] * 10),
    ]
    for case in run.cases:
        for name in run.peers:
            found = run.measured[case.name, name]
            speeds = [each.per_second for each in found.loaded]
            lines.append(
                _row(
                    case.name,
                    TITLES[name],
                    f"{median(speeds):,.0f} ({min(speeds):,.0f}–{max(speeds):,.0f})",
                    f"{median(each.p50_ms for each in found.loaded):.2f}",
                    f"{median(each.p99_ms for each in found.loaded):.2f}",
                    *_alone(found),
                    f"{median(each.server_ms for each in found.loaded):.2f}",
                    f"{median(each.database_ms for each in found.loaded):.2f}",
                    f"{run.bytes[case.name, name]:,}",
                )
            )
    return "\n".join(lines) + "\n"


def _alone(found: "Measured") -> tuple[str, str]:
    if not found.alone:
        return "–", "–"
    return f"{median(each.p50_ms for each in found.alone):.2f}", f"{median(each.p99_ms for each in found.alone):.2f}"


def _memory(run: "Run") -> str:
    lines = ["## Memory of the servers after the load\n", _row("Server", "RSS"), _row("---", "---")]
    for name, size in run.memory.items():
        note = f" (under {MEMORY_LIMIT / 1e6:.0f} MB: {'reached' if size < MEMORY_LIMIT else 'missed'})"
        lines.append(_row(TITLES[name], f"{size / 1e6:.0f} MB{note if name == LINLI.name else ''}"))
    return "\n".join(lines) + "\n"


def _growth(run: "Run") -> str:
    growth = run.growth
    if growth is None:
        return ""
    lines = [
        "## The same page among more companies\n",
        f"One company's pages in a database of {growth.few.companies:,} companies and in one of {growth.many:,},"
        f" asked in turn; at most {LIMIT - 1:.0%} more is the target.\n",
        _row("Page", f"{growth.few.companies:,} companies", f"{growth.many:,} companies", "costs"),
        _row(*["---"] * 4),
    ]
    for name, page in growth.requests.items():
        lines.append(_row(f"{name}, requests/s", f"{page.few:,.0f}", f"{page.many:,.0f}", _more(page.factor)))
        page = growth.processor[name]
        lines.append(_row(f"{name}, CPU ms a request", f"{page.few:.2f}", f"{page.many:.2f}", _more(page.factor)))
    page = growth.statement
    lines.append(_row("nested, the statement alone, ms", f"{page.few:.2f}", f"{page.many:.2f}", _more(page.factor)))
    return "\n".join(lines) + "\n"


def _duties(run: "Run") -> str:
    found = run.duties
    if found is None:
        return ""
    lines = [
        "## What is due\n",
        f"A page of 50 of the {found.dues:,} dues of a company with {found.projects} projects, each with what it is"
        f" about; p50 under {LIST_LIMIT_MS:.0f} ms at one client is the target.\n",
        _row("Clients", "requests/s", "p50", "p99", "CPU server", "CPU PostgreSQL"),
        _row(*["---"] * 6),
    ]
    for clients, each in ((1, found.alone), (8, found.loaded)):
        note = f" ({_reached(each.p50_ms < LIST_LIMIT_MS)})" if clients == 1 else ""
        lines.append(
            _row(
                str(clients),
                f"{each.per_second:,.0f}",
                f"{each.p50_ms:.2f}{note}",
                f"{each.p99_ms:.2f}",
                f"{each.server_ms:.2f}",
                f"{each.database_ms:.2f}",
            )
        )
    lines += [
        f"\nThe daily job through {found.first.companies:,} companies with {found.size.projects:,} projects, one after"
        f" the other in one process; under {NIGHT_LIMIT_S:.0f} s and"
        f" {NIGHT_MEMORY_LIMIT / 1e6:.0f} MB more memory is the target.\n",
        _row("Night", "marked", "told", "seconds", "CPU job, s", "CPU PostgreSQL, s", "memory"),
        _row(*["---"] * 7),
    ]
    for name, night, database_s in (
        ("when much became overdue", found.first, found.database_s[0]),
        ("when nothing did", found.second, found.database_s[1]),
    ):
        lines.append(
            _row(
                name,
                f"{night.marked:,}",
                f"{night.told:,}",
                f"{night.seconds:.1f} ({_reached(night.seconds < NIGHT_LIMIT_S)})",
                f"{night.processor_s:.1f}",
                f"{database_s:.1f}",
                f"+{night.grown / 1e6:.0f} MB ({_reached(night.grown < NIGHT_MEMORY_LIMIT)})",
            )
        )
    return "\n".join(lines) + "\n"


def _province(run: "Run") -> str:
    found = run.province
    if found is None:
        return ""
    few, many = found.sizes
    lines = [
        "## A province\n",
        f"{many.companies:,} companies with {many.projects:,} projects; {many.events:,} open days, as many check-ins"
        f" and issues; {many.records:,} credit records; beside a province of {few.companies:,} companies. Made by"
        f" `linli sample`; under {SAMPLE_LIMIT_S:.0f} s is the target. All scores worked out anew by"
        f" `linli credit recompute`; under {RECOMPUTE_LIMIT_S:.0f} s is the target. The load is how many processes"
        " of the machine wanted one of its cores at the beginning and at the end.\n",
        _row("Work", "companies", "seconds", "CPU, s", "CPU PostgreSQL, s", "memory", "load"),
        _row(*["---"] * 7),
        *(_cost("sample", size.companies, cost, SAMPLE_LIMIT_S) for size, cost in found.made.items()),
        *(
            _cost(f"recompute, {workers} at once", size.companies, cost, RECOMPUTE_LIMIT_S)
            for (size, workers), cost in found.recomputed.items()
        ),
        f"\nOne and two workers came to {'the same' if all(found.same.values()) else 'DIFFERENT'} bytes.\n",
        f"p50 in milliseconds at one client, of a report over a year with all its figures; under {REPORT_LIMIT_MS:.0f}"
        f" is the target. The page is the first 50 `companies` by score; under {PAGE_LIMIT_MS:.0f} is the target.\n",
        _row(
            "Report",
            f"province, {few.companies:,} companies",
            f"province, {many.companies:,} companies",
            "costs",
            "city",
            "by city",
            "by quarter",
        ),
        _row(*["---"] * 7),
    ]
    for name in dict.fromkeys(name for name, _, _ in found.reports):
        asked = [
            found.reports.get((name, size, way), 0) for size, way in ((few, "province"), *((many, w) for w in WAYS))
        ]
        lines.append(_latencies(name, asked, REPORT_LIMIT_MS))
    pages = [found.pages[few, "province"], found.pages[many, "province"], found.pages[many, "city"]]
    lines.append(_latencies("companies", pages, PAGE_LIMIT_MS))
    return "\n".join(lines) + "\n"


def _cost(name: str, companies: int, cost: "Cost", limit: float) -> str:
    return _row(
        name,
        f"{companies:,}",
        f"{cost.seconds:.1f} ({_reached(cost.seconds < limit)})",
        f"{cost.own_s:.1f}",
        f"{cost.database_s:.1f}",
        f"{cost.memory / 1e6:.0f} MB",
        f"{cost.load[0]:.1f}–{cost.load[1]:.1f}",
    )


def _latencies(name: str, asked: Sequence[float | None], limit: float) -> str:
    """A row; 0 stands for what cannot be asked in this way, None for what was not answered in time."""
    cells = [
        "no answer" if each is None else f"{each:.1f} ({_reached(each < limit)})" if each else "–" for each in asked
    ]
    few, many = asked[:2]
    cells.insert(2, f"{many / few:.1f} times" if few and many else "–")
    return _row(name, *cells, *["–"] * (6 - len(cells)))


def _reached(reached: bool) -> str:
    return "reached" if reached else "missed"


def _more(factor: float) -> str:
    return f"{factor - 1:+.0%} ({_reached(factor <= LIMIT)})"


def _method(run: "Run") -> str:
    return f"""## What was measured

{run.size}, and at each project two open days with five opinions and five issues.
Row-level security is forced on every table, in one embedded PostgreSQL at its ordinary, durable settings.
Every server is one process with {POOL_SIZE} connections to PostgreSQL (Linli has some more for writing, and keeps one
out of any one company's reach), and verifies the same ES256 token, remembering the verified ones. Before a case is
measured its answers are compared: the bare route's `data` is Linli's to the byte, the others' has the same values.

- **Linli** is `linli serve` at its defaults, its log line a request included.
- **PostGraphile** is the Amber preset on grafserv's Node server with `outputDataAsString`, `NODE_ENV` and
  `GRAPHILE_ENV` production, no GraphiQL; role and tenant by `pgSettings`. It does not look its caller's membership up.
- **Conventional** is Strawberry's ASGI view with parser and validation caches and orjson, SQLModel tables on an async
  SQLAlchemy session, data loaders, uvicorn with uvloop and httptools. It does not look the membership up either.
- **Bare** is an ASGI function with a hand-written statement for each case, which returns the finished JSON text, in
  the same transaction as Linli's: no GraphQL, no validation, no limits, no log. It uses asyncpg as everybody does, so
  its transaction is three messages (begin with role and context, statement, commit) where Linli's is one: that is how
  Linli can be the faster of the two.
- The writing case records a member of staff. All check that the company is active and the project its own, and insert
  the row, its audit entry and its outbox event: Linli and the conventional server by their ORM in several statements,
  PostGraphile by a PL/pgSQL function, the bare route by one statement.

The load is `wrk` with one thread and 8 connections, and one connection for the columns "alone"; it, the server and
PostgreSQL share the machine's cores.
"""


def _machine() -> str:
    node = _said(str(NODE / "bin" / "node"), "--version").strip()
    wrk = re.search(r"wrk \S*?([0-9][0-9.]*)", _said("wrk", "--version"))
    lock = (POSTGRAPHILE / "package.json").read_text()
    postgraphile = re.search(r'"postgraphile": "([^"]+)"', lock)
    packages = ("strawberry-graphql", "graphql-core", "asyncpg", "sqlalchemy", "sqlmodel", "uvicorn", "uvloop")
    versions = [
        f"Python {platform.python_version()}",
        f"PostgreSQL {_postgres()}",
        f"Node {node}",
        f"PostGraphile {postgraphile[1] if postgraphile else '?'}",
        f"wrk {wrk[1] if wrk else '?'}",
        *(f"{name} {version(name)}" for name in packages),
    ]
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"## Machine and versions\n\n{psutil.cpu_count()} cores of {_processor()}, {memory:.0f} GiB,"
        f" {platform.system()} {platform.release().split('-')[0]}.\n\n{', '.join(versions)}.\n"
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _postgres() -> str:
    from infra.embedded import _programs

    found = re.search(r"[0-9.]+", _said(str(_programs() / "postgres"), "--version"))
    return found[0] if found else "?"


def _said(*command: str) -> str:
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
