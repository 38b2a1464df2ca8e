"""I10: through GraphQL another company's object is nothing: the very answer, in the same time, that no object gives."""

import re
import statistics
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event

from schema import build, executable
from schema.engine import Engine, Request
from tenants.access import Purpose
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.row import new_id
from tenants.scope import Database, Principal
from tests.isolation.catalogue import Table
from tests.isolation.ground import Ground, engine
from tests.isolation.proof import Outcome, Outcomes
from tests.isolation.questions import TURNS, Question, Questions
from tests.isolation.rules import rule
from tests.isolation.world import World

TIMED_ROUNDS = 30
TOLERANCE = 0.25
TOLERANCE_MS = 0.2

REFUSED = (b"NOT_FOUND", b"FORBIDDEN", b"COMMUNITY_ONLY")
"""What is said of an id that nothing has; whoever may not confirm is told the rule instead, of that as of any other."""

_ROLE = re.compile(r"SET LOCAL ROLE (\w+)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*")


class Asker:
    """One principal that asks the engine."""

    def __init__(self, asked: Engine, principal: Principal) -> None:
        self._engine = asked
        self.principal = principal

    async def __call__(self, document: str, variables: dict[str, Any]) -> bytes:
        """The whole answer."""
        request = Request(document, None, variables, "zh", "the same request", read_only=False)
        return (await self._engine.answer(request, self.principal)).body


class Contract:
    """The questions of the schema, asked by A of B's objects, and by a regulator of what lies out of its reach."""

    def __init__(self, world: World, database: Database) -> None:
        self.world = world
        self._database = database
        self._engine = engine(database)
        self.questions = Questions(executable(build()), lambda prefix: self.id(prefix, "甲"))
        self.a, self.b = self._company("甲"), self._company("乙")
        self.there, self.beyond = self._regulator("3704", "乙"), self._regulator("3637", "丁")

    def listen(self, role: str) -> dict[str, Any]:
        """The statements that are run as a role from now on, with their parameters, as the driver gets them."""
        ran: dict[str, Any] = {}
        now: dict[Any, str] = {}

        @event.listens_for(self._database._engine.sync_engine, "connect")
        def connected(dbapi_connection: Any, _record: Any) -> None:
            raw = dbapi_connection.driver_connection

            def said(query: Any) -> None:
                if opening := _ROLE.search(query.query):
                    now[raw] = opening[1]
                elif now.get(raw) == role:
                    ran.setdefault(query.query, query.args)

            raw.add_query_logger(said)

        @event.listens_for(self._database._engine.sync_engine, "before_cursor_execute")
        def executing(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if now.get(connection.connection.driver_connection) == role:
                ran.setdefault(statement, parameters)

        return ran

    def id(self, prefix: str, owner: str) -> str:
        """The id of an object of a company, or of the registry beside it."""
        row = self.world.sets[owner][0].rows[self.questions.tables[prefix]]
        return f"{prefix}_{row['id']}"

    def _company(self, name: str) -> Asker:
        tenant_id = self.world.tenant_id(name)
        permissions = COMPANY_ROLES[CompanyRole.TENANT_ADMIN]
        return Asker(self._engine, Principal("tenant", permissions, tenant_id=tenant_id))

    def _regulator(self, path: str, owner: str) -> Asker:
        regulator_id = self.world.regulator(path, owner).regulator_id
        permissions = REGULATOR_ROLES[RegulatorRole.PUBLISHER]
        return Asker(
            self._engine,
            Principal(
                "regulator",
                permissions,
                regulator_id=regulator_id,
                division_path=path,
                purpose=Purpose.SUPERVISION,
            ),
        )

    async def ids(self) -> Outcomes:
        """Every id argument and id filter: B's id and no id give the same bytes; for B the answers differ.

        Of what everybody may see (estates, divisions) it is C's, to which no row of A is related.
        """
        for question in self.questions.reads():
            if question.cursor:
                continue
            none = f"{question.prefix}_{new_id()}"
            shared = {self._public(self.a, question.prefix), self._public(self.beyond, question.prefix)}
            theirs = self.id(question.prefix, "丙" if True in shared else "乙")
            for asker, who in ((self.a, "A"), (self.beyond, "a regulator elsewhere")):
                if not (self._public(asker, question.prefix) and self._public(asker, question.gives)):
                    yield Outcome("I10", f"{question.name} by {who}", await self._differ(asker, question, theirs, none))
            for owner, who in ((self.b, "B"), (self.there, "a regulator there")):
                if question.prefix == question.gives and await self._may(owner, question):
                    seen = await self._differ(owner, question, self.id(question.prefix, "乙"), none)
                    wrong = None if seen else "its own object is as none"
                    yield Outcome("I10", f"{question.name} by {who}", wrong, control=True)

    def _relation(self, prefix: str) -> Table:
        """The table or view that holds the objects of a kind."""
        name = self.questions.tables[prefix]
        return {**self.world.catalogue.views, **self.world.catalogue.tables}[name]

    def _public(self, asker: Asker, prefix: str | None) -> bool:
        """Whether objects of a kind are public knowledge to the asker; figures are, of what is itself public."""
        if prefix is None:
            return True
        table = self._relation(prefix)
        read = rule(table, f"linli_{asker.principal.kind}", "SELECT")
        return read is not None and (read.everything or read.public)

    async def _may(self, asker: Asker, question: Question) -> bool:
        """Whether the asker may ask this at all, and stands on a path that leads somewhere."""
        said = orjson.loads(await asker(question.document, question.variables(self.id(question.prefix, "乙"))))
        rows = self.world.sets["乙"][0].rows
        mine = f"linli_{asker.principal.kind}"
        table = self._relation(question.prefix)
        read = rule(table, mine, "SELECT")
        context = self.world.company("乙") if asker is self.b else self.world.regulator("3704", "乙")
        return "errors" not in said and read is not None and read.holds(rows[table.name], context) and _leads(said)

    async def changes(self) -> Outcomes:
        """Every id in every mutation: B's id and no id give the same bytes, and nothing of B changes.

        An id that the asker chooses for something new is free although B has it; those come last, as A then has it too.
        """
        for question in sorted(self.questions.writes(), key=lambda each: each.own):
            for asker, who in ((self.a, "A"), (self.beyond, "a regulator elsewhere")):
                theirs, none = self.id(question.prefix, "乙"), f"{question.prefix}_{new_id()}"
                if self._public(asker, question.prefix):
                    continue
                wrong, said = None, b""
                for turn in range(TURNS):
                    wrong = wrong or await self._differ(asker, question, theirs, none, turn)
                    said = await asker(question.document, question.variables(f"{question.prefix}_{new_id()}", turn))
                    if wrong or question.own or any(code in said for code in REFUSED):
                        break
                else:
                    wrong = f"it is not NOT_FOUND: {said.decode()}"
                yield Outcome("I10", f"{question.name} by {who}", wrong)

    async def cursors(self) -> Outcomes:
        """Every cursor: B's place in a list shows A no row of B, and says what a place of no row says."""
        places = await self._cursors(self.b)
        listed = {question.name: question for question in self.questions.reads() if question.cursor}
        for name, question in listed.items():
            for cursor in places.get(question.gives or "", [])[:3]:
                said = await self.a(question.document, question.variables(cursor))
                other = await self.a(question.document, question.variables(_beside(cursor)))
                public = self._public(self.a, question.gives)
                differs = said != other and not public
                wrong = "another answer than a place of no row" if differs else self._foreign(said)
                yield Outcome("I10", f"{name} of B by A", wrong)
        for _, document, prefix in self.questions.lists():
            for asker, who in ((self.a, "A"), (self.b, "B")):
                wrong = self._reveals(await asker(document, {}), asker.principal)
                yield Outcome("I10", f"cursors of {prefix} for {who}", wrong)

    async def _cursors(self, asker: Asker) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for _, document, prefix in self.questions.lists():
            answer = orjson.loads(await asker(document, {}))
            found.setdefault(prefix, []).extend(each for each in _found(answer.get("data"), "cursor") if each)
        return found

    def _reveals(self, body: bytes, principal: Principal) -> str | None:
        """A cursor holds no company's id, in any spelling, unless it is the place of the company itself."""
        tenants = {str(self.world.tenant_id(name)) for name in self.world.sets}
        for edge in _edges(orjson.loads(body).get("data")):
            raw = _decoded(edge["cursor"]).decode()
            told = any(tenant in raw or tenant.replace("-", "") in raw for tenant in tenants)
            if told and not edge["node"]["id"].startswith("com_"):
                return f"{raw} names a company"
        return None

    async def everything(self) -> Outcomes:
        """Everything that can be read: no answer to A holds a text of B, and answers to A hold A's."""
        for name, document in self.questions.documents(filtered=False):
            said = await self.a(document, {})
            yield Outcome("I10", f"{name} by A", self._foreign(said), control=b"\xe7\x94\xb2\xc2\xb7" in said)

    def _foreign(self, body: bytes) -> str | None:
        text = body.decode()
        for table in self.world.catalogue.tenant_tables:
            for name in ("乙", "丙", "丁"):
                if f"{name}·{table.name}." in text:
                    return f"it holds a text of {name}: {text[:300]}"
        return None

    async def _differ(self, asker: Asker, question: Question, one: str, other: str, *turn: int) -> str | None:
        said = []
        for named in (one, other):
            answer = (await asker(question.document, question.variables(named, *turn))).decode()
            said.append(_MOMENT.sub("‹now›", answer.replace(named, "‹id›").replace(named[4:], "‹id›")))
        return None if said[0] == said[1] else f"{said[0]} is not {said[1]}"

    async def times(self) -> Outcomes:
        """Asking for B's object takes as long as asking for none: in turns, the fastest fifths lie close together.

        What a busy machine adds is never negative, so the fastest answers are what a patient attacker would compare.
        """
        chosen: dict[str, Question] = {}
        for question in (*self.questions.reads(), *self.questions.writes()):
            same = question.changes or (question.prefix == question.gives and question.name.startswith("Query."))
            if same and not (question.cursor or question.own or self._public(self.a, question.prefix)):
                chosen.setdefault(question.name.partition("(")[0], question)
        for question in chosen.values():
            theirs, none = self.id(question.prefix, "乙"), f"{question.prefix}_{new_id()}"
            wrong = None
            for _ in range(4):  # a leak is there every time
                wrong = await self._slower(question, theirs, none)
                if wrong is None:
                    break
            yield Outcome("I10", f"{question.name} in time", wrong)

    async def _slower(self, question: Question, one: str, other: str) -> str | None:
        taken: dict[str, list[float]] = {one: [], other: []}
        for turn in range(TIMED_ROUNDS):
            for named in (one, other) if turn % 2 else (other, one):
                began = time.perf_counter()
                await self.a(question.document, question.variables(named))
                taken[named].append((time.perf_counter() - began) * 1_000)
        fastest = [statistics.mean(sorted(times)[: TIMED_ROUNDS // 5]) for times in taken.values()]
        allowed = max(TOLERANCE_MS, TOLERANCE * min(fastest))
        return None if abs(fastest[0] - fastest[1]) <= allowed else f"{fastest[0]:.2f} ms against {fastest[1]:.2f} ms"

    async def untouched(self, ground: Ground) -> Outcomes:
        """After all that, every row of B, C and D is as it was."""
        for table in self.world.catalogue.tenant_tables:
            before = {row["id"]: row for row in self.world.rows[table.name]}
            for row in await ground.administrator.fetch(f"SELECT * FROM {table.name}"):
                if row["tenant_id"] != self.world.tenant_id("甲"):
                    same = before.get(row["id"]) == dict(row)
                    yield Outcome("I10", f"{table.name} {row['id']}", None if same else "it was changed")


@asynccontextmanager
async def contract(ground: Ground) -> AsyncIterator[Contract]:
    """The contract over a database."""
    database = await Database.open(ground.app_url, pool_size=2, write_pool_size=2)
    try:
        yield Contract(ground.world, database)
    finally:
        await database.close()


def _leads(answer: Any) -> bool:
    """Whether an answer holds anything below its root: a path through nothing shows nothing."""
    return any(value not in (None, []) for value in answer["data"].values())


def _found(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from _found(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _found(inner, name)


def _edges(data: Any) -> Iterator[dict[str, Any]]:
    for edges in _found(data, "edges"):
        yield from edges


def _decoded(cursor: str) -> bytes:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def _beside(cursor: str) -> str:
    """The place right beside a row: its key with the last digit changed, where no row is."""
    held = orjson.loads(_decoded(cursor))
    last = UUID(held[-1]).int ^ 1
    return urlsafe_b64encode(orjson.dumps([*held[:-1], str(UUID(int=last))])).decode().rstrip("=")
