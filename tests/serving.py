"""A real server in a process of its own, over a database with two companies, their projects and a regulator."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlmodel import select

from api.tokens import Tokens
from infra.settings import Settings
from tenants.company import NewCompany, enrol
from tenants.division import Division
from tenants.estate import EstateKind, NewEstate
from tenants.permission import COMPANY_ROLES, CompanyRole, RegulatorRole
from tenants.project import ContractKind, NewContract, NewProject, begin
from tenants.regulator import Regulator, RegulatorMember
from tenants.scope import Database, Principal

STREET = "370402001"
"""A street of Zaozhuang's Shizhong district (枣庄市市中区)."""
CITY = "3704"
CODES = ("91370400MA3C0FXG7H", "91370402MA3D4X9K2A")


@dataclass(frozen=True, slots=True)
class Company:
    """A company with its administrator."""

    id: UUID
    admin_id: UUID


@dataclass(frozen=True, slots=True)
class World:
    """Who is in the database."""

    company: Company
    other: Company
    regulator_id: UUID
    regulator_member_id: UUID


async def populate(app_url: str, projects: int = 3) -> World:
    """Two companies with `projects` projects each, and the regulator of their city."""
    database = await Database.open(app_url)
    try:
        companies = [await _company(database, index, projects) for index in range(2)]
        async with database.writing(Principal("worker")) as scope:
            city = (await scope.session.scalars(select(Division).where(Division.path == CITY))).one()
            regulator = Regulator(
                name="枣庄市住房和城乡建设局", level=city.level, division_id=city.id, division_path=city.path
            )
            scope.session.add(regulator)
            await scope.session.flush()
            member = RegulatorMember(regulator_id=regulator.id, name="王敏", role=RegulatorRole.PUBLISHER)
            scope.session.add(member)
    finally:
        await database.close()
    return World(companies[0], companies[1], regulator.id, member.id)


async def _company(database: Database, index: int, projects: int) -> Company:
    tenant_id = uuid4()
    new = NewCompany(
        name=f"枣庄第{index + 1}物业服务有限公司",
        uscc=CODES[index],
        uscc_override="测试用代码",
        division_code=CITY,
        admin_name="李红",
    )
    async with database.writing(Principal("worker", tenant_id=tenant_id)) as scope:
        company, admin = await enrol(scope, new)
    permissions = COMPANY_ROLES[CompanyRole.TENANT_ADMIN]
    principal = Principal("tenant", permissions, actor_id=admin.id, tenant_id=company.tenant_id)
    for number in range(projects):
        async with database.writing(principal) as scope:
            await begin(scope, new_project(f"{index + 1}-{number + 1}号小区"))
    return Company(company.tenant_id, admin.id)


def new_project(name: str) -> NewProject:
    """A project at a new estate of the street."""
    return NewProject(
        name=name,
        new_estate=NewEstate(
            name=name, kind=EstateKind.COMMERCIAL, division_code=STREET, area=Decimal("12000.50"), households=120
        ),
        contract=NewContract(kind=ContractKind.NORMAL, starts_on=date(2024, 1, 1), ends_on=date(2030, 12, 31)),
    )


@dataclass(slots=True)
class Served:
    """A running server, and how to speak to it."""

    url: str
    settings: Settings
    world: World
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def graphql(self) -> str:
        """The endpoint's address."""
        return f"{self.url}/graphql"

    def token(self, company: Company | None = None, **options: Any) -> str:
        """A token of a company's administrator, the first company's unless another is named."""
        company = company or self.world.company
        return Tokens.of(self.settings).mint(
            "tenant",
            member_id=company.admin_id,
            organisation_id=company.id,
            **{"lifetime": timedelta(hours=1), **options},
        )

    def regulator_token(self) -> str:
        """A token of the regulator's member."""
        return Tokens.of(self.settings).mint(
            "regulator", member_id=self.world.regulator_member_id, organisation_id=self.world.regulator_id
        )

    def headers(self, **more: str) -> dict[str, str]:
        """Those of an ordinary request."""
        return {"authorization": f"Bearer {self.token()}", **more}

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        """One operation over HTTP, as the first company's administrator."""
        headers = {**self.headers(), **options.pop("headers", {})}
        body = {"query": query, "variables": variables}
        return httpx.post(self.graphql, json=body, headers=headers, timeout=30, **options)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A client with a token."""
        options.setdefault("timeout", 30)
        return httpx.AsyncClient(base_url=self.url, headers=self.headers(), **options)

    def logs(self) -> list[dict[str, Any]]:
        """What the server has logged so far; every line is JSON."""
        whole = self.log_file.read_bytes().rpartition(b"\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def logged(self, response: httpx.Response) -> dict[str, Any]:
        """The log line of a request; it is written after the response is sent."""
        request_id = response.headers["x-request-id"]
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for line in self.logs():
                if line.get("request_id") == request_id:
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no log line for {request_id}")

    def stop(self, grace: float = 30) -> int:
        """Tell the server to stop, and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(grace)


@contextmanager
def served(home: Path, database: Any, world: World, program: str | None = None, **settings: object) -> Iterator[Served]:
    """A server over a database, until the block ends. `program` replaces `linli serve` with Python text that ends
    by serving, for tests that break something inside.
    """
    port = free_port()
    chosen = {
        "database_url": database.admin_url,
        "app_database_url": database.app_url,
        "home": str(home),
        "port": str(port),
        "shutdown_grace_s": "10",
        **{name: str(value) for name, value in settings.items()},
    }
    # The process inherits nothing of the developer's own settings.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    environment |= {f"LINLI_{name.upper()}": value for name, value in chosen.items()}
    log_file = home / f"server-{port}.log"
    start = "from api.cli import main; import sys; sys.argv = ['linli', 'serve']; main()"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{program or ''}\n{start}"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parent.parent,
        )
    running = Served(f"http://127.0.0.1:{port}", Settings(**chosen), world, process, log_file)
    try:
        wait_until_up(running)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_up(running: Served, seconds: float = 30) -> None:
    """Return when the server is ready, or say what it printed instead."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if httpx.get(f"{running.url}/readyz", timeout=3).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{running.log_file.read_text()[-3_000:]}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
