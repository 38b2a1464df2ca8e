"""The command behind `make bench`: everybody on the same ground in one run, rounds interleaved, and a report."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from infra.refusal import Refusal
from tests.performance import duties, growth, province, report
from tests.performance.cases import Case, cases
from tests.performance.duties import Duties
from tests.performance.ground import HOME, NIGHT, SMALL, TINY, Ground, Grounds, Size
from tests.performance.growth import Growth
from tests.performance.load import Load, Slice
from tests.performance.peers import BARE, LINLI, PEERS, Running, install_postgraphile, require_wrk, running
from tests.performance.province import Province

CONNECTIONS = 8
RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run takes: rounds and seconds of the headline cases, of the others, with one connection, of the growth
    and of the due list; and what the daily job goes through.
    """

    size: Size
    warm_up_s: int
    headline: tuple[int, int]
    others: tuple[int, int]
    alone: tuple[int, int]
    growth: tuple[int, int]
    duties: tuple[int, int]
    night: Size
    provinces: tuple[province.Size, ...]
    reports: int


PROVINCES = (province.Size(1_000), province.Size(10_000))
FULL = Plan(SMALL, 2, (5, 5), (3, 3), (2, 1), (15, 1), (5, 3), NIGHT, PROVINCES, 2)
QUICK = Plan(TINY, 0, (1, 1), (1, 1), (0, 0), (0, 0), (1, 1), TINY, (province.Size(10), province.Size(20)), 1)

SECTIONS = ("growth", "duties", "province")
"""What is measured beside the cases, by the name it is chosen by."""


@dataclass(slots=True)
class Measured:
    """What one peer did in one case."""

    loaded: list[Slice] = field(default_factory=list)
    alone: list[Slice] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """Everything a run found."""

    size: Size
    cases: list[Case]
    peers: list[str]
    measured: dict[tuple[str, str], Measured] = field(default_factory=dict)
    bytes: dict[tuple[str, str], int] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    growth: Growth | None = None
    duties: Duties | None = None
    province: Province | None = None

    def ratio(self, case: str, other: str) -> float:
        """How many requests Linli answers for one that another answers right after it: the median of the rounds."""
        rounds = zip(self.measured[case, LINLI.name].loaded, self.measured[case, other].loaded, strict=True)
        return median(ours.per_second / theirs.per_second if theirs.requests else inf for ours, theirs in rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: a small database, short rounds, no file")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="only these cases, or growth, duties or province")
    parser.add_argument("--peers", nargs="+", metavar="PEER", help="only these servers")
    parser.add_argument("--output", type=Path, help="where the report goes")
    options = parser.parse_args(arguments)
    # The servers that were started are stopped then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        run = _run(options)
    except Refusal as refusal:
        print(f"{refusal.chinese}\n{refusal.english}", file=sys.stderr)
        sys.exit(1)
    text = report.written(run)
    print(text)
    whole = not (options.quick or options.only or options.peers)
    output = options.output or (RESULTS if whole else None)
    if output is not None:
        output.write_text(text)


def _run(options: argparse.Namespace) -> Run:
    require_wrk()
    plan = QUICK if options.quick else FULL
    peers = [peer for peer in PEERS if not options.peers or peer.name in options.peers]
    if any(peer.name == "postgraphile" for peer in peers):
        install_postgraphile(_say)
    grounds = Grounds(_say)
    ground = grounds.copy(plan.size)
    known = [*(case.name for case in cases(ground)), *SECTIONS]
    names = options.only or (("nested", "one", "open_days", "write", "duties", "province") if options.quick else known)
    if unknown := [name for name in names if name not in known]:
        raise Refusal(
            f"没有 {'、'.join(unknown)}；可选：{'、'.join(known)}。",
            f"There is no {', '.join(unknown)}; choose from {', '.join(known)}.",
        )
    wanted = [case for case in cases(ground) if case.name in names]
    run = Run(plan.size, wanted, [peer.name for peer in peers])
    load = Load(HOME, ground.token(), grounds.postmaster())
    with ExitStack() as stack:
        servers = [stack.enter_context(running(peer, ground)) for peer in peers if wanted]
        for server in servers:
            server.wait()
        for case in wanted:
            _compare(run, case, servers, ground)
            _measure(run, case, servers, load, plan)
        for server in servers:
            run.memory[server.peer.name] = server.process.memory_info().rss
    if "growth" in names and LINLI in peers:
        run.growth = growth.measured(grounds, ground, plan, load, _say)
    if "duties" in names and LINLI in peers:
        run.duties = duties.measured(grounds, ground, plan, load, _say)
    if "province" in names and LINLI in peers:
        run.province = province.measured(grounds, plan, load, _say)
    return run


def _measure(run: Run, case: Case, servers: list[Running], load: Load, plan: Plan) -> None:
    rounds, seconds = plan.headline if case.headline else plan.others
    for server in servers:
        if plan.warm_up_s:
            load.run(server, case, connections=CONNECTIONS, seconds=plan.warm_up_s)
    for turn in range(rounds):
        for server in servers:
            found = load.run(server, case, connections=CONNECTIONS, seconds=seconds)
            run.measured.setdefault((case.name, server.peer.name), Measured()).loaded.append(found)
            _say(f"{case.name} {turn + 1}/{rounds} {server.peer.title}: {found.per_second:,.0f}/s")
    rounds, seconds = plan.alone
    for _ in range(rounds):
        for server in servers:
            found = load.run(server, case, connections=1, seconds=seconds)
            run.measured[case.name, server.peer.name].alone.append(found)


def _compare(run: Run, case: Case, servers: list[Running], ground: Ground) -> None:
    """Everybody answers the same: the bare route to the byte, the others the same values at the same places."""
    token = ground.token()
    answers: dict[str, bytes] = {}
    for server in servers:
        ask = case.asked_of(server.peer.name)
        body = server.ask(case.name, token, ask.query, ask.variables)
        run.bytes[case.name, server.peer.name] = len(body)
        answers[server.peer.name] = body
    found = {name: _data(body, name, case) for name, body in answers.items()}
    expected = found.get(LINLI.name)
    for name, data in found.items():
        if data is None or (expected is not None and data != expected):
            raise Refusal(
                f"{name} 在 {case.name} 中给出了不同的答案：{answers[name][:500]!r}",
                f"{name} gives another answer to the case {case.name}: {answers[name][:500]!r}",
            )
    if LINLI.name in answers and BARE.name in answers:
        text = answers[BARE.name].rstrip(b"}")
        if not answers[LINLI.name].startswith(text):
            raise Refusal(f"{case.name} 的字节不同。", f"The bytes of the case {case.name} differ.")


def _data(body: bytes, peer: str, case: Case) -> Any:
    try:
        data = json.loads(body).get("data")
    except ValueError:
        return None
    return _with_plain_ids(data)


def _with_plain_ids(value: Any) -> Any:
    """The value with the prefixes of ids taken off."""
    if isinstance(value, list):
        return [_with_plain_ids(each) for each in value]
    if isinstance(value, dict):
        return {
            key: each.partition("_")[2] if key == "id" and each[3:4] == "_" else _with_plain_ids(each)
            for key, each in value.items()
        }
    return value


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
