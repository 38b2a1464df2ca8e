"""I9: twenty companies at once on three connections, while requests are cancelled and backends are killed.

It runs on a server of its own: killing a backend with SIGKILL makes PostgreSQL restart every session it has.
"""

import asyncio
import json
import os
import random
import re
import signal
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event

import migrations
from infra.embedded import Embedded
from infra.postgres import APP_ROLE
from schema import build, executable
from schema.engine import Engine, Request
from tenants.errors import Unavailable
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.row import new_id
from tenants.scope import Database, Principal, Scope
from tests.isolation.catalogue import LOGIN, TENANT, Catalogue
from tests.isolation.ground import engine
from tests.isolation.proof import Outcome, Outcomes
from tests.isolation.questions import Questions
from tests.isolation.rows import RowSet
from tests.isolation.rules import rule
from tests.isolation.world import Context, fill

COMPANIES = 20
POOL = 3
AT_ONCE = 12
STATEMENT_TIMEOUT_MS = 150

# Which of a thousand operations find a backend terminated, and which a backend killed like a crash.
TERMINATED_EVERY = 40
KILLED_AT = (200, 400, 600, 800)

_CONTEXT = """
SELECT current_user::text, session_user::text, coalesce(current_setting('linli.tenant', true), ''),
       coalesce(current_setting('linli.division', true), ''), coalesce(current_setting('linli.regulator', true), ''),
       coalesce(current_setting('linli.actor', true), ''), coalesce(current_setting('linli.file', true), '')
"""
_EMPTY = (LOGIN, LOGIN, "", "", "", "", "")

_QUERY = """{
    company { id name members { nodes { name } } }
    projects { nodes { id name company { id name } contracts { nodes { id } } staff { nodes { id name } }
                       leads { nodes { staff { name } } } } }
    staff { totalCount nodes { id name number project { name } } }
    auditEntries { nodes { action } }
}"""
_MUTATION = """mutation ($input: CreateStaffInput!) {
    createStaff(input: $input) { staff { id name project { name company { name } } } userErrors { code message } }
}"""

_NAME = re.compile(r"(企业[0-9]{2})·(\w+)")


class _Aborted(Exception):
    """A rule gave up in the middle of a transaction."""


class Storm:
    """The operations, and what they saw that they should not have."""

    def __init__(
        self, database: Database, asked: Engine, catalogue: Catalogue, companies: list[RowSet], seed: int
    ) -> None:
        self.database = database
        self.engine = asked
        self.catalogue = catalogue
        self.companies = companies
        self.random = random.Random(seed)
        self.outcomes: list[Outcome] = []
        self.ended: Counter[str] = Counter()
        self.checkouts = 0
        schema = executable(build())
        tables = Questions(schema, str).tables
        self.questions = {rows.name: Questions(schema, partial(_id, tables, rows)) for rows in companies}
        # By the topic of the event that an operation writes: whose it is, and whether it must be gone at the end.
        self.written: dict[str, tuple[UUID, bool]] = {}

    # Every checkout is looked at

    def watch(self) -> None:
        """Look at each connection as it leaves its pool, before anything is said on it."""
        pool: Any = self.database._pool
        take = pool.take

        async def taken() -> Any:
            connection = await take()
            try:
                await self._look(connection)
            except BaseException:  # cancelled while we looked: nobody else will give it back
                connection.terminate()
                pool.give_back(connection)
                raise
            return connection

        pool.take = taken

        @event.listens_for(self.database._engine.sync_engine, "checkout")
        def checked_out(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
            dbapi_connection.run_async(self._look)

    async def _look(self, connection: Any) -> None:
        with suppress(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
            if connection.is_in_transaction():
                self.outcomes.append(Outcome("I9", "checkout", "a connection was handed out inside a transaction"))
                return
            found = tuple(await connection.fetchrow(_CONTEXT))
            self.checkouts += 1
            wrong = None if found == _EMPTY else f"it was handed out as {found}"
            self.outcomes.append(Outcome("I9", "checkout", wrong))

    # Operations

    def principal(self, rows: RowSet) -> Principal:
        """The administrator of a company."""
        permissions = COMPANY_ROLES[CompanyRole.TENANT_ADMIN]
        return Principal("tenant", permissions, actor_id=rows.given["actor_id"], tenant_id=rows.given["tenant_id"])

    def operation(self, number: int) -> Callable[[], Awaitable[None]]:
        """One operation of one company, chosen by chance."""
        rows = self.random.choice(self.companies)
        kinds: list[Callable[[RowSet, int], Awaitable[None]]] = [
            self._reads,
            self._reads,
            self._reads_in_one_message,
            self._reads_in_one_message,
            self._fails_in_one_message,
            self._reads_slowly,
            self._reads_and_fails,
            self._writes,
            self._writes,
            self._writes_and_aborts,
            self._writes_and_refuses,
            self._writes_and_fails,
            self._passes_over_a_failure,
            self._acts_for_another,
            self._asks,
            self._asks,
            self._changes,
            self._asks_anything,
            self._changes_anything,
        ]
        kind = self.random.choice(kinds)
        return lambda: kind(rows, number)

    async def _inside(self, connection: Any, rows: RowSet, actor: UUID | None) -> None:
        """The transaction says it is the company's, and every row of every table is; a row that is only for some of
        the company shows itself to them alone.
        """
        own = rows.given["tenant_id"]
        who = Context(TENANT, tenant=str(own), actor=str(actor or ""))
        found = tuple(await connection.fetchrow(_CONTEXT))
        expected = (TENANT, LOGIN, who.tenant, "", "", who.actor, "")
        self.outcomes.append(Outcome("I9", "context", None if found == expected else f"{found} is not {expected}"))
        for table in self.random.sample(self.catalogue.tenant_tables, 3):
            allowed = rule(table, TENANT, "SELECT")
            seen = await connection.fetch(f"SELECT tenant_id FROM {table.name}")
            if allowed is None or not allowed.holds(rows.rows[table.name], who):
                wrong = "a row that is not for its actor" if seen else None
                self.outcomes.append(Outcome("I9", f"rows of {table.name}", wrong))
            elif seen or not table.may(TENANT, "DELETE"):  # what the company may remove, it may have removed
                self._own(seen, own, table.name)

    def _own(self, found: list[Any], own: UUID, where: str) -> None:
        foreign = sum(row["tenant_id"] != own for row in found)
        wrong = f"{foreign} foreign rows" if foreign else None if found else "not even its own row"
        self.outcomes.append(Outcome("I9", f"rows of {where}", wrong, control=True))

    async def _reads(self, rows: RowSet, number: int) -> None:
        async with self.database.reading(self.principal(rows)) as connection:
            await self._inside(connection, rows, rows.given["actor_id"])

    async def _reads_in_one_message(self, rows: RowSet, number: int) -> None:
        own = str(rows.given["tenant_id"])
        sql = "SELECT convert_to(concat_ws(' ', current_user, current_setting('linli.tenant'), $1::text), 'UTF8')"
        found = await self.database.read(self.principal(rows), sql, [str(number)])
        wrong = None if found == f"linli_tenant {own} {number}".encode() else f"{found!r}"
        self.outcomes.append(Outcome("I9", "the reply to one message", wrong))

    async def _fails_in_one_message(self, rows: RowSet, number: int) -> None:
        sql = "SELECT convert_to(($1::int / 0)::text, 'UTF8')"
        await self.database.read(self.principal(rows), sql, [number])

    async def _reads_slowly(self, rows: RowSet, number: int) -> None:
        async with self.database.reading(self.principal(rows)) as connection:
            await self._inside(connection, rows, rows.given["actor_id"])
            await connection.execute("SELECT pg_sleep(1)")

    async def _reads_and_fails(self, rows: RowSet, number: int) -> None:
        async with self.database.reading(self.principal(rows)) as connection:
            await self._inside(connection, rows, rows.given["actor_id"])
            await connection.execute("SELECT 1 / 0")

    async def _write(self, scope: Scope, rows: RowSet, number: int, *, stays: bool) -> None:
        own = rows.given["tenant_id"]
        await self._inside(scope.connection, rows, scope.principal.actor_id)
        topic = f"storm.{number}"
        self.written[topic] = (own, stays)
        await scope.connection.execute(
            "INSERT INTO outbox_event (tenant_id, id, topic, entity_id, payload) VALUES ($1, $2, $3, $2, '{}')",
            own,
            new_id(),
            topic,
        )
        await asyncio.sleep(0)
        changed = await scope.connection.fetch("UPDATE staff SET version = version + 1 RETURNING tenant_id")
        self._own(changed, own, "staff, changed")

    async def _writes(self, rows: RowSet, number: int) -> None:
        async with self.database.writing(self.principal(rows)) as scope:
            await self._write(scope, rows, number, stays=True)

    async def _writes_and_aborts(self, rows: RowSet, number: int) -> None:
        async with self.database.writing(self.principal(rows)) as scope:
            await self._write(scope, rows, number, stays=False)
            raise _Aborted

    async def _writes_and_refuses(self, rows: RowSet, number: int) -> None:
        async with self.database.writing(self.principal(rows)) as scope:
            await self._write(scope, rows, number, stays=False)
            scope.refuse()

    async def _writes_and_fails(self, rows: RowSet, number: int) -> None:
        async with self.database.writing(self.principal(rows)) as scope:
            await self._write(scope, rows, number, stays=False)
            await scope.connection.execute("SELECT 1 / 0")

    async def _passes_over_a_failure(self, rows: RowSet, number: int) -> None:
        with suppress(RuntimeError):
            async with self.database.writing(self.principal(rows)) as scope:
                await self._write(scope, rows, number, stays=False)
                with suppress(asyncpg.DivisionByZeroError):
                    await scope.connection.execute("SELECT 1 / 0")

    async def _acts_for_another(self, rows: RowSet, number: int) -> None:
        regulator = Principal(
            "regulator",
            REGULATOR_ROLES[RegulatorRole.PUBLISHER],
            regulator_id=rows.rows["regulator"]["id"],
            division_path=rows.given["division_path"],
        )
        other = self.random.choice(self.companies)
        async with self.database.writing(regulator) as scope:
            async with scope.on_file(rows.rows["party_file"]["id"]), scope.acting_for(rows.given["tenant_id"]):
                await self._inside(scope.connection, rows, None)
            with suppress(_Aborted):
                async with scope.savepoint(), scope.acting_for(other.given["tenant_id"]):
                    await self._write(scope, other, number, stays=False)
                    raise _Aborted
            with suppress(_Aborted):
                async with scope.acting_for(other.given["tenant_id"]):
                    raise _Aborted
            found = tuple(await scope.connection.fetchrow(_CONTEXT))
            expected = ("linli_regulator", LOGIN, "", rows.given["division_path"], str(regulator.regulator_id), "", "")
            self.outcomes.append(Outcome("I9", "after acting", None if found == expected else f"{found}"))
            seen = await scope.connection.fetch("SELECT division_path FROM project")
            beyond = sum(not row["division_path"].startswith(rows.given["division_path"]) for row in seen)
            self.outcomes.append(Outcome("I9", "after acting", f"{beyond} rows out of reach" if beyond else None))

    async def _asks(self, rows: RowSet, number: int) -> None:
        self._says_own(await self._answer(rows, _QUERY), rows)

    async def _changes(self, rows: RowSet, number: int) -> None:
        body = await self._answer(rows, _MUTATION, input={"name": f"{rows.name}·{number}", "post": "OTHER"})
        self._says_own(body, rows)

    async def _asks_anything(self, rows: RowSet, number: int) -> None:
        """Any document of the schema."""
        _, document = self.random.choice([*self.questions[rows.name].documents(filtered=False)])
        self._says_own(await self._answer(rows, document), rows, somebody=False)

    async def _changes_anything(self, rows: RowSet, number: int) -> None:
        """Any mutation of the schema, on something of the company's own; whether its rules are met is all the same."""
        questions = self.questions[rows.name]
        asked = self.random.choice([*questions.writes()])
        named = f"{asked.prefix}_{new_id()}" if asked.own else _id(questions.tables, rows, asked.prefix)
        body = await self._answer(rows, asked.document, **asked.variables(named))
        self._says_own(body, rows, somebody=False)

    async def _answer(self, rows: RowSet, query: str, **variables: Any) -> bytes:
        request = Request(query, None, variables, "zh", "storm", read_only=False)
        answer = await self.engine.answer(request, self.principal(rows))
        if answer.code == "UNAVAILABLE":
            raise Unavailable("the engine says so")
        failed = json.loads(answer.body).get("errors", [])
        failed = [error for error in failed if error["extensions"]["code"] != "FORBIDDEN"]
        wrong = f"{failed} {answer.error!r}" if failed else None
        self.outcomes.append(Outcome("I9", "an answer", wrong))
        return answer.body

    def _says_own(self, body: bytes, rows: RowSet, *, somebody: bool = True) -> None:
        public = {table.name for table in self.catalogue.tables.values() if not table.tenant}
        names = {name for name, table in _NAME.findall(body.decode()) if table not in public}
        foreign = names - {rows.name}
        wrong = f"it names {', '.join(sorted(foreign))}" if foreign else None
        if somebody and not names:
            wrong = "it names nobody"
        self.outcomes.append(Outcome("I9", "an answer", wrong, control=bool(names)))

    # Running

    async def run(self, number: int, gate: asyncio.Semaphore) -> None:
        """One operation to its end, which may be a cancellation, even several times over."""
        operation = self.operation(number)
        cancelled = self.random.random() < 0.25
        after, times = self.random.random() * 0.02, self.random.randint(1, 4)
        async with gate:
            task = asyncio.ensure_future(operation())
            if cancelled:
                await asyncio.sleep(after)
                for _ in range(times):
                    task.cancel()
                    await asyncio.sleep(0)
            try:
                await task
                self.ended["finished"] += 1
            except asyncio.CancelledError:
                self.ended["cancelled"] += 1
            except Unavailable as error:
                self.ended["timed out" if "too long" in error.reason else "connection lost"] += 1
            except (_Aborted, asyncpg.DivisionByZeroError):
                self.ended["aborted"] += 1
            except Exception as error:
                self.outcomes.append(Outcome("I9", f"operation {number}", f"{type(error).__name__}: {error}"))


def _id(tables: Mapping[str, str], rows: RowSet, prefix: str) -> str:
    """The id of a company's own object of a kind, or of the registry beside it."""
    return f"{prefix}_{rows.rows[tables[prefix]]['id']}"


async def storm(operations: int = 1_000, seed: int = 20_260_301) -> Outcomes:
    """The storm on a server of its own, and what is left after it."""
    with tempfile.TemporaryDirectory(prefix="linli-storm-") as home:
        server = Embedded(Path(home), throwaway=True)
        await asyncio.to_thread(server.join)
        try:
            server.create_database("storm")
            await asyncio.to_thread(migrations.upgrade, server.url("storm"))
            for outcome in await _weathered(server, operations, seed):
                yield outcome
        finally:
            await asyncio.to_thread(server.leave)


async def _weathered(server: Embedded, operations: int, seed: int) -> list[Outcome]:
    admin_url = server.url("storm")
    administrator = await asyncpg.connect(admin_url)
    places = {f"企业{number:02}": f"37{number % 4 + 1:02}02001001" for number in range(COMPANIES)}
    factory, sets = await fill(administrator, places, {})
    await administrator.close()
    database = await Database.open(
        server.url("storm", APP_ROLE),
        pool_size=POOL,
        write_pool_size=POOL,
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        acquire_timeout_ms=10_000,
    )
    raging = Storm(database, engine(database), factory.catalogue, [each[0] for each in sets.values()], seed)
    raging.watch()
    killed: Counter[str] = Counter()
    try:
        gate = asyncio.Semaphore(AT_ONCE)
        running: set[asyncio.Task[None]] = set()
        for number in range(operations):
            task = asyncio.create_task(raging.run(number, gate))
            running.add(task)
            task.add_done_callback(running.discard)
            while len(running) > 2 * AT_ONCE:
                await asyncio.sleep(0.001)
            if killed["killed with SIGKILL"] < sum(number >= at for at in KILLED_AT):
                killed["killed with SIGKILL"] += await _kill(admin_url, raging.random)
            elif number % TERMINATED_EVERY == 0:
                killed["terminated"] += await _terminate(admin_url, raging.random)
        await asyncio.gather(*running)
        return [*raging.outcomes, *await _afterwards(raging, admin_url), *_enough(raging, operations, killed)]
    finally:
        await database.close()


_BACKENDS = f"SELECT pid FROM pg_stat_activity WHERE usename = '{LOGIN}' AND datname = 'storm' ORDER BY pid"


async def _terminate(admin_url: str, chance: random.Random) -> int:
    administrator = await asyncpg.connect(admin_url)
    try:
        backends = [row["pid"] for row in await administrator.fetch(_BACKENDS)]
        return len(backends) and int(
            await administrator.fetchval("SELECT pg_terminate_backend($1)", chance.choice(backends))
        )
    finally:
        await administrator.close()


async def _kill(admin_url: str, chance: random.Random) -> int:
    """Kill a backend as a crash would, and wait until PostgreSQL has recovered from it."""
    administrator = await asyncpg.connect(admin_url)
    backends = [row["pid"] for row in await administrator.fetch(_BACKENDS)]
    if not backends:
        await administrator.close()
        return 0
    with suppress(ProcessLookupError):
        os.kill(chance.choice(backends), signal.SIGKILL)
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        for _ in range(400):  # until this session, too, is ended
            await administrator.execute("SELECT 1")
            await asyncio.sleep(0.005)
        await administrator.close()
        return 0  # the backend had just gone by itself, so nothing crashed
    administrator.terminate()
    async with asyncio.timeout(30):
        while True:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await (await asyncpg.connect(admin_url)).close()
                return 1
            await asyncio.sleep(0.02)


async def _afterwards(raging: Storm, admin_url: str) -> list[Outcome]:
    """What was written is its writer's, what was undone is not there, and every connection of both pools serves."""
    found: list[Outcome] = []
    administrator = await asyncpg.connect(admin_url)
    try:
        events = await administrator.fetch("SELECT topic, tenant_id FROM outbox_event WHERE topic LIKE 'storm.%'")
        staff = await administrator.fetch("SELECT name, tenant_id FROM staff WHERE name ~ '^企业[0-9]{2}·[0-9]+$'")
    finally:
        await administrator.close()
    for row in events:
        owner, stays = raging.written[row["topic"]]
        right = stays and owner == row["tenant_id"]
        wrong = None if right else f"of {owner}, to stay {stays}, found as {row['tenant_id']}"
        found.append(Outcome("I9", "what was written", wrong))
    names = {rows.name: rows.given["tenant_id"] for rows in raging.companies}
    for row in staff:
        wrong = None if names[row["name"][:4]] == row["tenant_id"] else f"{row['name']} is in another company"
        found.append(Outcome("I9", "what was written", wrong))
    together = asyncio.Barrier(2 * POOL)

    async def holds_one(opened: Any, rows: RowSet) -> None:
        async with opened(raging.principal(rows)) as held:
            await raging._inside(getattr(held, "connection", held), rows, rows.given["actor_id"])
            async with asyncio.timeout(10):
                await together.wait()

    before = len(raging.outcomes)
    pools = [raging.database.reading, raging.database.writing] * POOL
    done = await asyncio.gather(
        *(holds_one(opened, rows) for opened, rows in zip(pools, raging.companies, strict=False)),
        return_exceptions=True,
    )
    lost = [repr(error) for error in done if error is not None]
    found.append(Outcome("I9", "all connections at once", "; ".join(lost) or None))
    return [*found, *raging.outcomes[before:]]


def _enough(raging: Storm, operations: int, killed: Counter[str]) -> list[Outcome]:
    """The storm was one: of everything that was to happen, enough did."""
    told = f"{dict(raging.ended)}, {dict(killed)}, {raging.checkouts} checkouts"
    least = {"finished": 0.3, "cancelled": 0.05, "timed out": 0.01, "aborted": 0.05}
    calm = [end for end, share in least.items() if raging.ended[end] < share * operations]
    calm += [] if killed["killed with SIGKILL"] >= 3 or operations < KILLED_AT[-1] else ["killed"]
    calm += [] if killed["terminated"] else ["terminated"]
    wrong = f"too few {', '.join(calm)}: {told}" if calm else None
    return [Outcome("I9", f"{operations} operations: {told}", wrong, control=True)]
