"""The load: `wrk` against one server for a few seconds, and what it cost whom."""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from infra.postgres import APP_ROLE
from infra.refusal import Refusal
from tests.performance.cases import Ask, Case
from tests.performance.peers import Running

SCRIPT = Path(__file__).parent / "post.lua"


@dataclass(frozen=True, slots=True)
class Slice:
    """What a few seconds of load came to. CPU times are milliseconds a request."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    server_ms: float
    database_ms: float

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds


class Load:
    """Loads servers, and watches the PostgreSQL behind them."""

    def __init__(self, directory: Path, token: str, postmaster: int) -> None:
        self._directory = directory
        secret = directory / "request.token"
        secret.touch(0o600)
        secret.write_text(token)
        self._postmaster = psutil.Process(postmaster)

    def of(self, token: str) -> Self:
        """The load of another caller."""
        return type(self)(self._directory, token, self._postmaster.pid)

    def ask(self, running: Running, ask: Ask) -> bytes:
        """One request, as the load sends it."""
        return running.ask("", (self._directory / "request.token").read_text(), ask.query, ask.variables)

    def run(self, running: Running, case: Case, *, connections: int, seconds: int) -> Slice:
        """Load one server with one case."""
        ask = case.asked_of(running.peer.name)
        body = json.dumps({"query": ask.query, "variables": ask.variables})
        (self._directory / "request.body").write_text(body)
        server = _cpu(running.process)
        wrk = subprocess.Popen(
            [
                "wrk",
                *("-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)),
                running.url(case.name),
                "--",
                str(self._directory),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        database_s = self.database_s(wrk)
        printed, complained = wrk.communicate()
        server_s = _cpu(running.process) - server
        try:
            summary = json.loads(printed.splitlines()[-1])
        except (IndexError, ValueError):
            raise Refusal(f"wrk 失败：{complained}", f"wrk failed: {complained}") from None
        if summary["errors"]:
            name = running.peer.title
            raise Refusal(
                f"{name} 在 {case.name} 中答错了 {summary['errors']} 次。",
                f"{name} failed {summary['errors']} requests of the case {case.name}.",
            )
        requests = summary["requests"]
        each = 1_000 / max(requests, 1)
        return Slice(
            requests=requests,
            seconds=summary["duration"] / 1e6,
            p50_ms=summary["p50"] / 1e3,
            p99_ms=summary["p99"] / 1e3,
            server_ms=server_s * each,
            database_ms=database_s * each,
        )

    def database_s(self, process: subprocess.Popen[str], watch: Callable[[], None] = lambda: None) -> float:
        """Wait for a process, looking at it now and then; the seconds of processor time that PostgreSQL spent on peers
        meanwhile.
        """
        before = self._backends()
        seen = dict(before)
        while process.poll() is None:
            time.sleep(0.5)
            watch()
            # A connection may end with the process, or with a request that is cut off.
            seen |= self._backends()
        return sum(used - before.get(pid, 0.0) for pid, used in seen.items())

    def _backends(self) -> dict[int, float]:
        """Seconds of processor time of every backend that serves a peer."""
        found: dict[int, float] = {}
        for process in self._postmaster.children():
            with suppress(psutil.NoSuchProcess):
                if APP_ROLE in " ".join(process.cmdline()):
                    found[process.pid] = _cpu(process)
        return found


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
