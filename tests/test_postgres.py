"""The embedded PostgreSQL starts once, for its user alone, and ends with the last process that uses it."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from infra import postgres
from infra.embedded import SOCKET_NAME, SOCKET_PATH_LIMIT, Embedded
from infra.refusal import Refusal
from infra.secret import kept
from infra.settings import Settings

JOIN = """
import sys, time
from pathlib import Path
from infra.embedded import Embedded
server = Embedded(Path(sys.argv[1]), throwaway=True)
server.join()
print(server.execute("SELECT 'joined'").strip(), flush=True)
sys.stdin.readline()
server.leave()
"""


@pytest.fixture
def server(own_path: Path) -> Iterator[Embedded]:
    embedded = Embedded(own_path / "home", throwaway=True)
    yield embedded
    embedded.leave()
    if embedded.data.exists():
        embedded.stop()


def process_id(server: Embedded) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def join_elsewhere(server: Embedded) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", JOIN, str(server.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_only_its_user_reaches_it(server: Embedded) -> None:
    """Whoever reaches the socket is trusted, so nobody else may, and nothing listens on the network."""
    server.join()
    for directory in {server.data, server.socket_directory}:
        assert stat.S_IMODE(directory.stat().st_mode) & 0o077 == 0, directory
    assert (server.socket_directory / SOCKET_NAME).is_socket()
    assert server.execute("SHOW listen_addresses").strip() == ""
    assert not [c for c in psutil.Process(process_id(server)).net_connections() if c.family != socket.AF_UNIX]
    assert server.home.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IRGRP | stat.S_IWGRP) == 0


async def test_it_is_the_postgresql_we_expect(server: Embedded) -> None:
    server.join()
    server.create_database("somewhere")
    connection = await asyncpg.connect(server.url("somewhere"))
    try:
        assert connection.get_server_version().major == 18
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        assert await connection.fetchval("SHOW timezone") == "Asia/Shanghai"
        assert await connection.fetchval("SELECT datlocale FROM pg_database WHERE datname = 'somewhere'") == "C.UTF-8"
        assert await connection.fetchval("SELECT lower('ÀÉ') || '中'") == "àé中"
    finally:
        await connection.close()


def test_the_last_to_leave_stops_it(server: Embedded) -> None:
    server.join()
    pid = process_id(server)
    with join_elsewhere(server) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "joined\n"
        server.leave()
        assert runs(pid)
        other.communicate("\n", timeout=60)
    assert not runs(pid)


def test_a_killed_process_counts_as_gone(server: Embedded) -> None:
    server.join()
    pid = process_id(server)
    with join_elsewhere(server) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
    server.leave()
    assert not runs(pid)


def test_many_processes_may_start_it_at_once(server: Embedded) -> None:
    others = [join_elsewhere(server) for _ in range(4)]
    try:
        for other in others:
            assert other.communicate("\n", timeout=60)[0] == "joined\n"
    finally:
        for other in others:
            other.kill()


def test_it_recovers_after_being_killed(server: Embedded) -> None:
    """Also when its number belongs to another program by then, as it may after a container was restarted."""
    server.join()
    server.create_database("kept")
    pid_file = server.data / "postmaster.pid"
    pid = process_id(server)
    os.kill(pid, signal.SIGKILL)
    while runs(pid):
        time.sleep(0.02)
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid())))
    again = Embedded(server.home, throwaway=True)
    again.join()
    try:
        assert again.has_database("kept")
    finally:
        again.leave()


def test_an_interrupted_creation_leaves_nothing_behind(server: Embedded) -> None:
    half = server.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.join()
    assert server.execute("SELECT 1").strip() == "1"
    assert not half.exists()


def test_a_long_path_gets_a_short_private_socket_directory(own_path: Path) -> None:
    server = Embedded(own_path / ("很长的目录名" * 8) / "home", throwaway=True)
    assert len(os.fsencode(server.data / SOCKET_NAME)) > SOCKET_PATH_LIMIT
    directory = server.socket_directory
    assert len(os.fsencode(directory / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
    try:
        server.join()
        assert server.execute("SELECT 1").strip() == "1"
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    finally:
        server.leave()
        directory.rmdir()


def test_a_socket_directory_that_somebody_else_made_is_refused(own_path: Path) -> None:
    """In /tmp another user could make it first, and would then own the door."""
    server = Embedded(own_path / ("long" * 30) / "home", throwaway=True)
    directory = server.socket_directory
    try:
        directory.symlink_to(own_path)
        with pytest.raises(Refusal, match="is not a private directory"):
            server.join()
        directory.unlink()
        directory.mkdir(mode=0o755)
        directory.chmod(0o755)
        with pytest.raises(Refusal, match="is not a private directory"):
            server.join()
    finally:
        directory.rmdir()


def test_another_major_version_is_refused(server: Embedded) -> None:
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Refusal, match="was made by PostgreSQL 16"):
        server.join()


def test_a_start_that_fails_says_where_to_look(server: Embedded) -> None:
    server.join()
    server.leave()
    (server.data / "pg_hba.conf").write_text("nonsense\n")
    with pytest.raises(Refusal, match=r"server\.log"):
        server.join()


def test_urls_of_other_roles_keep_the_server_and_drop_the_password() -> None:
    url = "postgresql://admin:secret@db.example:6432/linli?sslmode=require&password=secret&user=admin"
    changed = postgres.with_role(url, "linli_app", "p@ss/w:rd")
    assert changed == "postgresql://linli_app:p%40ss%2Fw%3Ard@db.example:6432/linli?sslmode=require"
    assert postgres.with_role("postgresql:///linli?host=%2Frun%2Fpg", "linli_app") == (
        "postgresql://linli_app@/linli?host=%2Frun%2Fpg"
    )
    assert postgres.with_database(url, "other").startswith("postgresql://admin:secret@db.example:6432/other?")


async def test_the_application_role_gets_a_password_that_the_server_accepts(
    server: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a server of the operator's, `linli migrate` makes the password that `linli serve` signs in with."""
    server.join()
    server.execute("CREATE ROLE linli_app LOGIN")
    (server.data / "pg_hba.conf").write_text("local all linli_app scram-sha-256\nlocal all all trust\n")
    server.execute("SELECT pg_reload_conf()")
    settings = Settings(home=tmp_path / "config", database_url=server.url("postgres"))
    url = postgres.app_url(settings)
    assert postgres.app_url(settings) == url
    with pytest.raises(Refusal, match="password authentication failed"):
        await postgres.connect(url)

    await postgres.set_app_password(settings)
    connection = await postgres.connect(url)
    assert await connection.fetchval("SELECT current_user") == "linli_app"
    await connection.close()
    assert stat.S_IMODE((settings.home / "app-password").stat().st_mode) == 0o600


async def test_an_unreachable_database_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        await postgres.connect("postgresql://admin:very-secret@127.0.0.1:1/linli")
    assert "LINLI_DATABASE_URL" in refused.value.english
    assert "127.0.0.1" in refused.value.chinese
    assert "very-secret" not in str(refused.value)


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> str:
        made.append(f"secret {len(made)}")
        # Another process is faster: its secret counts, for both.
        (tmp_path / "key").touch(mode=0o600)
        (tmp_path / "key").write_text("the other's")
        return made[-1]

    assert kept(tmp_path / "key", make) == "the other's"
    assert kept(tmp_path / "key", make) == "the other's"
    assert made == ["secret 0"]
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
