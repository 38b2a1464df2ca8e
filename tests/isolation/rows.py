"""Rows for any table, made from the catalogue: column types, NOT NULL, CHECKs and foreign keys, nothing by name.

A column that cannot be filled stops the proof and is named, so a table that needs more than this gets it at once.
"""

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import asyncpg

from tenants.row import new_id
from tests.isolation.catalogue import Catalogue, Column, Table

Row = dict[str, Any]

_DAY = dt.date(2024, 3, 1)
_INSTANT = dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC)
_LITERAL = re.compile(r"'((?:[^']|'')*)'::text")
_ATTEMPTS = 5_000


class Unfillable(Exception):
    """The factory cannot make a row of a table; says which table and which column or constraint."""


@dataclass(slots=True)
class RowSet:
    """One row in every table, belonging together: what one company, and the registry around it, holds.

    `given` are the values of columns, by name, that say whose and where a row is.
    """

    name: str
    given: Mapping[str, Any]
    rows: dict[str, Row] = field(default_factory=dict)


class Factory:
    """Makes values and rows; every text it makes is made once. `chosen` holds, by table, what cannot be guessed."""

    def __init__(
        self, catalogue: Catalogue, administrator: asyncpg.Connection, chosen: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.catalogue = catalogue
        self._administrator = administrator
        self._chosen = chosen
        self._count = itertools.count(1)
        self._shapes: dict[str, dict[str, Any]] = {}

    async def fill(self, rows: RowSet) -> RowSet:
        """Insert a row into every table that the set does not have yet, parents first."""
        for table in self.catalogue.in_order:
            if table.name not in rows.rows:
                rows.rows[table.name] = await self.insert(table, await self.values(table, rows))
        return rows

    async def room(self, table: Table, rows: RowSet) -> RowSet:
        """A set in which another row of the table finds its place: rows that only one row may point at are new ones."""
        pointing = {column for key in table.foreign_keys for column in key.columns} | set(rows.given)
        if not any(pointing >= set(unique.columns) for unique in table.uniques if not unique.primary):
            return rows
        above = {key.target for key in table.foreign_keys}
        new = RowSet(rows.name, rows.given, {name: row for name, row in rows.rows.items() if name not in above})
        for parent in self.catalogue.in_order:
            if parent.name in above and self._once(parent):
                new.rows[parent.name] = rows.rows[parent.name]
            elif parent.name in above:
                new.rows[parent.name] = await self.insert(
                    parent, await self.values(parent, await self.room(parent, rows))
                )
        return new

    def _once(self, table: Table) -> bool:
        """Whether a set can have only one such row: a company, a division."""
        return table.name in self._chosen or table.primary == ("tenant_id",)

    async def insert(self, table: Table, values: Row) -> Row:
        """Insert one row as the administrator; what the table then holds."""
        try:
            names = [name for name in values if not table.columns[name].generated]
            places = ", ".join(f"${i}::{table.columns[name].type}" for i, name in enumerate(names, 1))
            sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places}) RETURNING *"
            row = await self._administrator.fetchrow(sql, *(values[name] for name in names))
        except asyncpg.PostgresError as error:
            raise Unfillable(f"{table.name}: {error}") from error
        assert row is not None
        return dict(row)

    async def values(self, table: Table, rows: RowSet, **chosen: Any) -> Row:
        """Values of a new row of the set, which points at the set's own rows; `chosen` come first."""
        values: Row = {**self._chosen.get(table.name, {}), **chosen}
        for name, value in rows.given.items():
            if name in table.columns:
                values.setdefault(name, value)
        for key in table.foreign_keys:
            parent = rows.rows.get(key.target)
            if parent is None and key.target != table.name:
                raise Unfillable(f"{table.name}.{', '.join(key.columns)}: the set has no row of {key.target}")
            if parent is not None:
                for column, target in zip(key.columns, key.target_columns, strict=True):
                    values.setdefault(column, parent[target])
            else:  # a row that points at its own kind: the first one points at none
                for column in key.columns:
                    values.setdefault(column, None)
        shape = await self._shape(table, values)
        for each in table.columns.values():
            if not each.generated and each.name not in values:
                given = shape.get(each.name, _ANY)
                values[each.name] = self._made(table, each, rows.name) if given is _ANY else given
        return values

    def fresh(self, table: Table, column: str, owner: str) -> Any:
        """Another value for a column."""
        return self._made(table, table.columns[column], owner)

    def _made(self, table: Table, column: Column, owner: str) -> Any:
        number = next(self._count)
        kind = column.type.partition("(")[0]
        match kind:
            case "uuid":
                return new_id()
            case "text" | "character varying":
                return f"{owner}·{table.name}.{column.name}·{number}"
            case "integer" | "bigint" | "smallint":
                return number % 30_000 + 1
            case "numeric" | "double precision" | "real":
                return Decimal(number % 30_000 + 1) if kind == "numeric" else float(number)
            case "boolean":
                return True
            case "date":
                return _DAY
            case "timestamp with time zone":
                return _INSTANT
            case "jsonb" | "json":
                return json.dumps({"made by": f"{owner}·{number}"}, ensure_ascii=False)
            case "text[]":
                return [f"{owner}·{number}"]
            case "bytea":
                return f"{owner}·{number}".encode()
        raise Unfillable(f"{table.name}.{column.name}: the row factory knows no value of type {column.type}")

    async def _shape(self, table: Table, given: Row) -> dict[str, Any]:
        """Which columns must be empty or hold one of some values, so that every CHECK holds and every partial unique
        index takes the row; found by trying, once a table.
        """
        if table.name not in self._shapes:
            rules = [(check.name, check.expression, check.columns) for check in table.checks]
            rules += [
                (unique.name, unique.predicate, unique.predicate_columns)
                for unique in table.uniques
                if unique.predicate
            ]
            shape: dict[str, Any] = {}
            for group in _connected(rules):
                shape |= await self._solve(table, group, given)
            self._shapes[table.name] = shape
        return self._shapes[table.name]

    async def _solve(self, table: Table, rules: Sequence["_Rule"], given: Row) -> dict[str, Any]:
        names = sorted({column for _, _, columns in rules for column in columns})
        candidates = {
            name: [given[name]] if name in given else list(self._candidates(table, name, rules)) for name in names
        }
        columns = ", ".join(f"${i}::{table.columns[name].type} AS {name}" for i, name in enumerate(names, 1))
        holds = " AND ".join(f"coalesce(({expression}), true)" for _, expression, _ in rules)
        statement = await self._administrator.prepare(f"SELECT {holds} FROM (SELECT {columns}) row")
        # The fullest row first: an empty column proves less.
        tried = sorted(
            itertools.islice(itertools.product(*candidates.values()), _ATTEMPTS),
            key=lambda values: sum(value is None for value in values),
        )
        for values in tried:
            if await statement.fetchval(*values):
                chosen = dict(zip(names, values, strict=True))
                literal = {name: set(_literals(name, rules)) for name in names}
                return {
                    name: value if value is None or value in literal[name] else _ANY
                    for name, value in chosen.items()
                    if name not in given
                }
        broken = ", ".join(name for name, _, _ in rules)
        raise Unfillable(f"{table.name}.{', '.join(names)}: the row factory finds no values that satisfy {broken}")

    def _candidates(self, table: Table, name: str, rules: Sequence["_Rule"]) -> Iterator[Any]:
        if table.columns[name].type == "text":
            yield from _literals(name, rules)
        yield self._made(table, table.columns[name], "shape")
        if not table.columns[name].not_null:
            yield None


_ANY: Any = object()
"""A column's value does not matter."""

_Rule = tuple[str, str, tuple[str, ...]]


def _literals(column: str, rules: Iterable[_Rule]) -> list[str]:
    """The texts that the rules compare a column with."""
    found: list[str] = []
    for _, expression, _ in rules:
        for part in re.split(r"\bAND\b|\bOR\b", expression):
            if re.search(rf"\b{column}\b", part):
                found += [literal.replace("''", "'") for literal in _LITERAL.findall(part)]
    return list(dict.fromkeys(found))


def _connected(rules: Sequence[_Rule]) -> list[list[_Rule]]:
    """The rules in groups that share no column."""
    groups: list[list[_Rule]] = []
    for rule in rules:
        columns = set(rule[2])
        joined = [group for group in groups if any(columns & set(other[2]) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([rule, *itertools.chain.from_iterable(joined)])
    return groups
