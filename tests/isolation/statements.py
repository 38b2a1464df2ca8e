"""I16, the compiler's half: every statement holds each table of a company to the company, whatever the policies do.

The evidence is the text of the statement and its plan, not the compiler: an alias of a company's table counts as held
when the WHERE of its own SELECT, or what it is joined on, says `alias.tenant_id = $n` as a conjunct and `$n` is bound
to the company.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLSchema, parse

from schema.failure import Failure
from schema.reads.audience import Audience
from schema.reads.payload import compile_payloads
from schema.reads.query import compile_query
from tenants.permission import COMPANY_ROLES, CompanyRole
from tenants.row import new_id
from tenants.scope import Principal
from tests.isolation.catalogue import TENANT
from tests.isolation.contract import contract
from tests.isolation.ground import Ground
from tests.isolation.proof import Outcome, Outcomes
from tests.isolation.questions import Questions
from tests.isolation.structure import conjuncts
from tests.isolation.world import World

_TOKEN = re.compile(r"E?'(?:[^']|'')*'|\"[^\"]*\"|\$\d+|\w+|[(),;]|[^\s\w(),;'\"$]+")
_ENDS = {"GROUP", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "WINDOW", "HAVING", "UNION", "RETURNING", "EXCEPT"}
_JOINS = {"LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "OUTER", "LATERAL", "JOIN", "ONLY"}


@dataclass(slots=True)
class Scope:
    """One SELECT, UPDATE or DELETE: the tables it names itself, by alias, and the conjuncts of its own WHERE.

    `on` are the conjuncts on which a table is joined, if it alone is kept out where they do not hold.
    """

    tables: dict[str, str] = field(default_factory=dict)
    where: list[str] = field(default_factory=list)
    on: dict[str, list[str]] = field(default_factory=dict)


def scopes(sql: str) -> list[Scope]:
    """The scopes of a statement, sub-selects apart from what they stand in.

    >>> [each.tables for each in scopes("SELECT (SELECT 1 FROM b x WHERE x.i = a.i) FROM a WHERE a.t = $1")]
    [{'x': 'b'}, {'a': 'a'}]
    """
    tokens = list(_TOKEN.finditer(sql))
    found: list[Scope] = []
    _walk(sql, tokens, 0, found)
    return found


def _walk(sql: str, tokens: list[re.Match[str]], at: int, found: list[Scope]) -> int:
    """Take one pair of parentheses (or the whole) apart; the index of the token after it."""
    scope, naming, where = Scope(), False, -1
    joined, whole = -1, False
    ended = len(sql)
    while at < len(tokens):
        token = tokens[at]
        word = token[0].upper()
        if word == "(":
            at = _walk(sql, tokens, at + 1, found)
            continue
        if joined >= 0 and (word in (")", ",", "WHERE") or word in _ENDS | _JOINS):
            if not whole:
                scope.on[next(reversed(scope.tables))] = conjuncts(sql[joined : token.start()])
            joined, whole = -1, False
        if word in ("RIGHT", "FULL"):
            whole = True
        if word == ")" or word in _ENDS or word == "WHERE":
            if where >= 0:
                scope.where += conjuncts(sql[where : token.start()])
                where = -1
            naming = False
            if word == "WHERE":
                where = token.end()
            elif word == ")":
                ended = -1
                at += 1
                break
        elif word in ("FROM", "JOIN", "UPDATE", "INTO") or (word == "," and naming):
            naming = True
            at = _named(tokens, at + 1, scope)
            continue
        elif word == "ON" and scope.tables:
            naming, joined = False, token.end()
        elif word in ("ON", "SET", "VALUES", "USING"):
            naming = False
        at += 1
    if where >= 0:
        scope.where += conjuncts(sql[where:ended])
    if scope.tables:
        found.append(scope)
    return at


def _named(tokens: list[re.Match[str]], at: int, scope: Scope) -> int:
    """A table and its alias, if that is what stands here."""
    while at < len(tokens) and tokens[at][0].upper() in _JOINS:
        at += 1
    if at >= len(tokens) or not re.fullmatch(r"[a-z_]\w*", tokens[at][0]):
        return at
    table, alias = tokens[at][0], tokens[at][0]
    at += 1
    if at < len(tokens) and tokens[at][0] == "(":  # a function
        return at
    if at < len(tokens) and tokens[at][0].upper() == "AS":
        at += 1
    if at < len(tokens) and re.fullmatch(r"[a-z_]\w*", tokens[at][0]):
        alias = tokens[at][0]
        at += 1
    scope.tables[alias] = table
    return at


def unheld(sql: str, parameters: list[Any], tenants: set[str], own: UUID) -> Iterator[str]:
    """The aliases of companies' tables that the statement does not hold to the company."""
    for scope in scopes(sql):
        for alias, table in scope.tables.items():
            if table not in tenants:
                continue
            held = [
                match[1]
                for each in (*scope.where, *scope.on.get(alias, ()))
                if (match := re.fullmatch(rf"(?:{alias}\.)?tenant_id = \$(\d+)(?:::uuid)?", each, re.IGNORECASE))
            ]
            if not any(str(parameters[int(number) - 1]) == str(own) for number in held):
                yield f"{table} {alias}"


class Statements:
    """The compiled statements of a company's documents."""

    def __init__(self, world: World, schema: GraphQLSchema) -> None:
        self.world = world
        self.schema = schema
        views = [view for view in world.catalogue.views.values() if view.tenant]
        self.tenants = {table.name for table in (*world.catalogue.tenant_tables, *views)}

    def principal(self, name: str) -> Principal:
        """The administrator of a company."""
        return Principal("tenant", COMPANY_ROLES[CompanyRole.TENANT_ADMIN], tenant_id=self.world.tenant_id(name))

    def compiled(self, principal: Principal) -> Iterator[tuple[str, str, list[Any]]]:
        """Name, SQL and parameters of every statement: of all reads, by id too, and of what mutations return."""

        def own(prefix: str) -> str:
            return f"{prefix}_{self.world.a.rows[questions.tables[prefix]]['id']}"

        questions = Questions(self.schema, own)
        audience = Audience.of(principal)
        asked: list[tuple[str, str, dict[str, Any]]] = [
            (name, document, {}) for name, document in questions.documents(filtered=True)
        ]
        asked += [
            (each.name, each.document, each.variables(own(each.prefix)))
            for each in questions.reads()
            if not each.cursor and each.name.startswith("Query.") and "where" not in each.name
        ]
        for name, document, variables in asked:
            (operation,) = parse(document).definitions
            try:
                bound = compile_query(self.schema, operation, {}, audience).bind(variables, principal)  # type: ignore[arg-type]
            except Failure as failure:
                if failure.code == "FORBIDDEN":
                    continue
                raise
            if bound.sql is not None:
                yield name, bound.sql, bound.parameters
        for question in questions.writes():
            (operation,) = parse(question.document).definitions
            variables = question.variables(own(question.prefix))
            with suppress(Failure):
                payloads = compile_payloads(self.schema, operation, {}, variables, audience)  # type: ignore[arg-type]
                for selected in payloads._selected.values():
                    parameters = selected._statement.fill(variables, principal)
                    parameters[selected._keys_at] = []
                    yield f"{question.name}, payload", selected._sql, parameters

    async def held(self, ground: Ground) -> Outcomes:
        """Every statement of A holds every company's table that it or its plan names to A.

        Run by the administrator, whom no policy binds, it gives nothing of anybody else; run as A with B's id in the
        place of A's, the policies alone give nothing of B.
        """
        a, b = self.principal("甲"), self.principal("乙")
        seen: set[str] = set()
        async with ground.signed_in() as server:
            for name, sql, parameters in self.compiled(a):
                if sql in seen:
                    continue
                seen.add(sql)
                missing = list(unheld(sql, parameters, self.tenants, self.world.tenant_id("甲")))
                yield Outcome("I16", name, f"{', '.join(missing)} not held: {sql}" if missing else None)
                plan = await ground.administrator.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *parameters)
                named = {alias for scope in scopes(sql) for alias in scope.tables}
                loose = [
                    f"{table} {alias}"
                    for table, alias, conditions in _scans(orjson.loads(plan))
                    if table in self.tenants and alias not in named and not _HELD.search(conditions)
                ]
                yield Outcome("I16", f"{name}, plan", f"the plan names {', '.join(loose)}" if loose else None)
                found = await ground.administrator.fetch(sql, *parameters)
                yield Outcome("I16", f"{name}, without policies", self._foreign(found), control=self._own(found))
                swapped = [b.tenant_id if each == a.tenant_id else each for each in parameters]
                await server.execute(f"BEGIN READ ONLY; {a.opening}")
                found = await server.fetch(sql, *swapped)
                await server.execute("ROLLBACK")
                yield Outcome("I16", f"{name}, with another's id", self._foreign(found))

    async def written(self, ground: Ground) -> Outcomes:
        """Every statement that the rules themselves run for A, while A changes what is its own, is held to A too."""
        own = self.world.tenant_id("甲")
        async with contract(ground) as asked:
            ran = asked.listen(TENANT)
            for question in asked.questions.writes():
                named = f"{question.prefix}_{new_id()}" if question.own else asked.id(question.prefix, "甲")
                said = await asked.a(question.document, question.variables(named))
                yield Outcome("I16", question.name, said.decode() if b"INTERNAL" in said else None)
        for sql, parameters in ran.items():
            missing = [] if sql.startswith("INSERT") else list(unheld(sql, list(parameters), self.tenants, own))
            yield Outcome("I16", sql, f"{', '.join(missing)} not held: {sql}" if missing else None)
        changed = [sql for sql in ran if sql.startswith("UPDATE") and "tenant_id" in sql]
        yield Outcome("I16", "statements of the rules", None if changed else "nothing was changed", control=True)

    def _foreign(self, rows: list[Any]) -> str | None:
        text = repr([bytes(value).decode() if isinstance(value, bytes) else value for row in rows for value in row])
        for table in self.tenants:
            for name in ("乙", "丙", "丁"):
                if f"{name}·{table}." in text:
                    return f"it holds a text of {name}: {text[:300]}"
        return None

    def _own(self, rows: list[Any]) -> bool:
        return any("甲·".encode() in value for row in rows for value in row if isinstance(value, bytes))


_HELD = re.compile(r"\btenant_id = ('[0-9a-f-]{36}'::uuid|\w+\.tenant_id)")
"""A table that stands in a view gets the company from the view's own condition, or from a row that has got it."""


def _scans(plan: Any) -> Iterator[tuple[str, str, str]]:
    """The tables and aliases that a plan scans, and on what conditions."""
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            conditions = [plan[each] for each in ("Index Cond", "Recheck Cond", "Filter") if each in plan]
            yield plan["Relation Name"], plan["Alias"], " AND ".join(conditions)
        plan = list(plan.values())
    if isinstance(plan, list):
        for each in plan:
            yield from _scans(each)
