"""The PostgreSQL a process works on, and the URLs that lead to it as its administrator and as the server."""

import atexit
import base64
import hashlib
import hmac
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from infra.refusal import Refusal
from infra.secret import kept
from infra.settings import Settings

if TYPE_CHECKING:
    from infra.embedded import Embedded

APP_ROLE: Final = "linli_app"
DATABASE: Final = "linli"

Say = Callable[[str], None]


def administrator_url(settings: Settings, say: Say = lambda _: None) -> str:
    """The URL of a role that may create roles and tables, starting the embedded server when none is named."""
    if settings.administrator_dsn is not None:
        return settings.administrator_dsn
    return embedded(settings.home, say).url(DATABASE)


def app_url(settings: Settings, say: Say = lambda _: None) -> str:
    """The URL the server itself connects with, as `linli_app`, which owns nothing and only becomes others."""
    if settings.app_dsn is not None:
        return settings.app_dsn
    if settings.administrator_dsn is None:
        return embedded(settings.home, say).url(DATABASE, APP_ROLE)
    return with_role(settings.administrator_dsn, APP_ROLE, _password(settings))


def with_role(url: str, role: str, password: str | None = None) -> str:
    """The same server and database, entered as another role."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    options = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("user", "password")]
    login = quote(role, safe="") + (f":{quote(password, safe='')}" if password else "")
    return urlunsplit(parts._replace(netloc=f"{login}@{address}", query=urlencode(options)))


def with_database(url: str, database: str) -> str:
    """The same server and role, in another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database, safe='')}"))


async def set_app_password(settings: Settings) -> None:
    """Give `linli_app` the password of its URL; over the embedded server's private socket it needs none."""
    if settings.administrator_dsn is None:
        return
    parts = urlsplit(app_url(settings))
    password = parts.password or parse_qs(parts.query).get("password", [""])[0]
    if not password or unquote(parts.username or "") != APP_ROLE:
        return  # the operator gave another way in: a certificate, a password file, a role of their own
    connection = await connect(settings.administrator_dsn)
    try:
        # Roles belong to the whole server, and two who alter one at once would both fail.
        await connection.execute("SELECT pg_advisory_lock(hashtext('linli_app password'))")
        # Only the verifier travels, so that no log of the server can hold the password.
        await connection.execute(f"ALTER ROLE {APP_ROLE} PASSWORD '{_scram_verifier(unquote(password))}'")
    finally:
        await connection.close()


async def connect(url: str, **options: Any) -> asyncpg.Connection:
    """Connect, or refuse with a sentence that says what to look at."""
    try:
        return await asyncpg.connect(url, timeout=10, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as error:
        raise unreachable(url, error) from error


def unreachable(url: str, error: Exception) -> Refusal:
    """Why there is no connection, and what to look at; the URL's password is not repeated."""
    parts = urlsplit(url)
    place = parts.hostname or parse_qs(parts.query).get("host", [""])[0] or "localhost"
    name = unquote(parts.path.strip("/"))
    reason = str(error).strip() or type(error).__name__
    return Refusal(
        f"无法连接 {place} 上的数据库 {name}（{reason}）：请检查 PostgreSQL 是否已启动，以及 LINLI_DATABASE_URL"
        " 和 LINLI_APP_DATABASE_URL。",
        f"Cannot connect to database {name} at {place} ({reason}): check that PostgreSQL is running, "
        "and LINLI_DATABASE_URL and LINLI_APP_DATABASE_URL.",
    )


_embedded: dict[Path, "Embedded"] = {}


def embedded(home: Path, say: Say = lambda _: None, *, throwaway: bool = False) -> "Embedded":
    """The embedded server of this home, started or joined once per process and left when the process ends."""
    if os.name != "posix":
        raise Refusal(
            "内置 PostgreSQL 只能在 Linux 和 macOS 上运行：请另装 PostgreSQL，并设置 LINLI_DATABASE_URL。",
            "The embedded PostgreSQL needs Linux or macOS: install PostgreSQL and set LINLI_DATABASE_URL.",
        )
    from infra.embedded import Embedded  # it needs modules that only POSIX systems have

    home = home.absolute()
    if home not in _embedded:
        server = Embedded(home, throwaway=throwaway)
        server.join(say)
        server.create_database(DATABASE)
        atexit.register(_leave, server)
        _embedded[home] = server
    return _embedded[home]


def _leave(server: "Embedded") -> None:
    try:
        server.leave()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")  # the process ends anyway


def _password(settings: Settings) -> str:
    return kept(settings.home / "app-password", lambda: secrets.token_urlsafe(32))


def _scram_verifier(password: str, iterations: int = 4096) -> str:
    """What PostgreSQL stores for a password (RFC 5803), made here so that the password itself stays here."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, client_text, server_text = (base64.b64encode(part).decode() for part in (salt, client, server))
    return f"SCRAM-SHA-256${iterations}:{salt_text}${client_text}:{server_text}"
