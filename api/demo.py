"""The whole system in one command: database, schema, divisions, sample data, tokens, server; safe to repeat."""

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Final

from api import start, worker
from api.app import GRAPHQL_PATH, serve
from api.tokens import Tokens
from infra.postgres import app_url
from infra.settings import Settings
from tenants import division, sample
from tenants.member import Member
from tenants.permission import CompanyRole
from tenants.scope import Database

Say = Callable[[str], None]

# A demo is shown for a while, and started anew with new tokens.
LIFETIME: Final = timedelta(days=30)


def run(settings: Settings, say: Say) -> None:
    """Prepare everything that is missing, print how to reach it, and serve until stopped."""
    with start.claim_port(settings) as port:
        start.migrate(settings, say)
        lines = asyncio.run(_prepare(settings, say))
        file = _write(settings.home / "demo.env", lines)
        print(lines, end="", flush=True)
        say(f"以上各行已写入 {file}；按 Ctrl-C 停止 / These lines are in {file}; stop with Ctrl-C")
        with worker.beside(settings):
            serve(settings, port)


async def _prepare(settings: Settings, say: Say) -> str:
    database = await Database.open(app_url(settings), statement_timeout_ms=60_000)
    try:
        say("正在载入行政区划 / Loading the divisions")
        await division.load_national(database)
        say("正在准备示例数据 / Preparing the sample data")
        people = await sample.load_demo(database, say)
    finally:
        await database.close()
    tokens = Tokens.of(settings)

    def token(member: Member) -> str:
        return tokens.mint(
            "tenant" if isinstance(member.role, CompanyRole) else "regulator",
            member_id=member.id,
            organisation_id=member.organisation_id,
            roles=[member.role],
            lifetime=LIFETIME,
        )

    values = {"GRAPHQL_URL": _address(settings) + GRAPHQL_PATH}
    values |= {f"{each.name.upper()}_TOKEN": token(getattr(people, each.name)) for each in fields(people)}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _address(settings: Settings) -> str:
    """Where a client on this machine finds the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _write(path: Path, text: str) -> Path:
    """The file is whole at every moment, and only its user can read it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
    return path
