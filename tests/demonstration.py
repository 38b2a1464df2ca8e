"""A running `linli demo`, with what it printed; and the environment that programs of the tests run in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from infra.embedded import Embedded
from tests.serving import free_port

LINLI = Path(sys.executable).with_name("linli")
QUERY = {"query": "{ projects(first: 2) { totalCount nodes { id name } } }"}
TOKENS = (
    *("COMPANY_TOKEN", "MANAGER_TOKEN", "PARTY_OFFICER_TOKEN", "FRONT_DESK_TOKEN", "OTHER_COMPANY_TOKEN"),
    *("COMMUNITY_TOKEN", "STREET_TOKEN", "REGULATOR_TOKEN", "PROVINCE_TOKEN", "TOWNSHIP_TOKEN", "DISTRICT_TOKEN"),
)


def environment(home: Path, **values: str) -> dict[str, str]:
    """Nothing of the developer's own settings, and these."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    return clean | {"LINLI_HOME": str(home)} | {f"LINLI_{name.upper()}": value for name, value in values.items()}


class Demo:
    """A running `linli demo`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [LINLI, "demo"], env=environment(home, port=str(free_port())), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline() for _ in ("GRAPHQL_URL", *TOKENS)]
        self.values = dict(line.rstrip("\n").split("=", 1) for line in self.lines)

    def ask(self, token: str) -> httpx.Response:
        """A list of projects, as the person with this token; a regulator reads rows for a purpose."""
        return httpx.post(
            self.values["GRAPHQL_URL"],
            json=QUERY,
            headers={"authorization": f"Bearer {self.values[token]}", "linli-purpose": "SUPERVISION"},
            timeout=60,
        )

    def worked(self) -> float:
        """Seconds of processor time so far, its own and that of the programs it has run."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)

    def stop(self, number: signal.Signals) -> int:
        """Tell it to stop, and wait for it."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def demonstrations(home: Path) -> Iterator[list[Demo]]:
    """Those that are put into the list are gone when the block ends, their PostgreSQL too."""
    demos: list[Demo] = []
    try:
        yield demos
    finally:
        for demo in demos:
            demo.process.kill()
            demo.process.wait()
            assert demo.process.stdout is not None
            demo.process.stdout.close()
        if (home / "postgres").exists():
            Embedded(home).stop()
