"""The load: `wrk` against one server for a few seconds, and what it cost whom."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from infra.postgres import APP_ROLE
from infra.refusal import Refusal
from tests.performance.cases import Case
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

    def run(self, running: Running, case: Case, *, connections: int, seconds: int) -> Slice:
        """Load one server with one case."""
        ask = case.asked_of(running.peer.name)
        body = json.dumps({"query": ask.query, "variables": ask.variables})
        (self._directory / "request.body").write_text(body)
        before = _cpu(running.process), self._database()
        found = subprocess.run(
            [
                "wrk",
                *("-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-s", str(SCRIPT)),
                running.url(case.name),
                "--",
                str(self._directory),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        after = _cpu(running.process), self._database()
        try:
            summary = json.loads(found.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            raise Refusal(f"wrk 失败：{found.stderr}", f"wrk failed: {found.stderr}") from None
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
            server_ms=(after[0] - before[0]) * each,
            database_ms=(after[1] - before[1]) * each,
        )

    def _database(self) -> float:
        return sum(_cpu(process, APP_ROLE) for process in self._postmaster.children())


def _cpu(process: psutil.Process, title: str = "") -> float:
    """Seconds of processor time that a process has used, if its title has this in it."""
    try:
        if title and title not in " ".join(process.cmdline()):
            return 0.0
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
