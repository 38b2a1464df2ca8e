"""Rows for any table, made from the catalogue: column types, NOT NULL, CHECKs and foreign keys, nothing by name.

A column that cannot be filled stops the proof and is named, so a table that needs more than this gets it at once.
"""

import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import asyncpg

from tenants.row import new_id
from tests.isolation.catalogue import Catalogue, Column, Table

Row = dict[str, Any]

_DAY = dt.date(2024, 3, 1)
_INSTANT = dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC)
_LITERAL = re.compile(r"'((?:[^']|'')*)'::text")
_NUMBER = re.compile(r"(?<![\w.'])\d{1,6}(?![\w.'])")
_NUMBERS = ("integer", "bigint", "smallint")
_LATER = {"date": dt.timedelta(days=400), "timestamp with time zone": dt.timedelta(hours=1)}
# Of these types a row takes the very value that was found to satisfy the rules.
_KEPT = (*_NUMBERS, *_LATER, "boolean", "text[]")
_ATTEMPTS = 5_000
# As many rows as any world puts where there is room for one of each kind: settings of one division, say.
_TURNS = 8


def _room(numeric: str) -> int:
    """How many whole numbers from 1 on a numeric type takes."""
    bounds = re.findall(r"\d+", numeric)
    whole = int(bounds[0]) - (int(bounds[1]) if bounds[1:] else 0) if bounds else 9
    return int(10**whole) - 1


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
    # Which of the values that the rules name comes first: another one where no other parent can be had.
    turn: int = 0


class Factory:
    """Makes values and rows; every text it makes is made once. `chosen` holds, by table, what cannot be guessed."""

    def __init__(
        self, catalogue: Catalogue, administrator: asyncpg.Connection, chosen: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.catalogue = catalogue
        self._administrator = administrator
        # Whether values satisfy a rule is asked here; while something is tried, the administrator's own connection
        # may stand in a transaction that has failed.
        self.asked = administrator
        self._chosen = chosen
        self._count = itertools.count(1)
        self._rows: Counter[tuple[str, str]] = Counter()
        self._shapes: dict[tuple[str, int], dict[str, Any]] = {}
        # By table, rules and the numbers of candidates: which candidates held.
        self._found: dict[Any, tuple[int, ...]] = {}
        self._turn = 0

    async def fill(self, rows: RowSet) -> RowSet:
        """Insert a row into every table that the set does not have yet, parents first."""
        for table in self.catalogue.in_order:
            if table.name not in rows.rows:
                if any(key.target == table.name for key in table.foreign_keys):
                    # The first row can point at none of its own kind; the set's is the one that points at it.
                    rows.rows[table.name] = await self._placed(table, await self.room(table, rows))
                rows.rows[table.name] = await self._placed(table, rows)
        return rows

    async def _placed(self, table: Table, rows: RowSet) -> Row:
        """Insert a row; where another one has its place, the next that the rules allow."""
        for turn in range(_TURNS):
            try:
                return await self.insert(table, await self.values(table, replace(rows, turn=turn)))
            except Unfillable as error:
                if not isinstance(error.__cause__, asyncpg.UniqueViolationError) or turn == _TURNS - 1:
                    raise
        raise AssertionError("the last turn returns or raises")

    async def room(self, table: Table, rows: RowSet) -> RowSet:
        """A set in which another row of the table finds its place: rows that only one row may point at are new ones."""
        pointing = {column for key in table.foreign_keys for column in key.columns} | set(rows.given)
        # Nor do values that the rules name, or that are always the same, tell two rows apart.
        rules = [(check.name, check.expression, check.columns) for check in table.checks]
        pointing |= {name for name, each in table.columns.items() if each.type in _LATER or _literals(name, rules)}
        if not any(pointing >= set(unique.columns) for unique in table.uniques if not unique.primary):
            return rows
        above = {key.target for key in table.foreign_keys} - {table.name}
        new = RowSet(rows.name, rows.given, {name: row for name, row in rows.rows.items() if name not in above})
        for parent in self.catalogue.in_order:
            if parent.name in above and self._once(parent):
                new.rows[parent.name] = rows.rows[parent.name]
            elif parent.name in above:
                beside = RowSet(rows.name, rows.given, {**rows.rows, **new.rows})
                new.rows[parent.name] = await self.insert(
                    parent, await self.values(parent, await self.room(parent, beside))
                )
        if all(self._once(self.catalogue.tables[name]) for name in above):
            new.turn = _TURNS
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
                    if not table.columns[column].not_null:
                        values.setdefault(column, None)
        self._turn = rows.turn
        shape = await self._shape(table, values, chosen)
        values |= {name: value for name, value in shape.items() if name in values and value is not _ANY}
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
        text = f"{owner}·{table.name}.{column.name}·{number}"
        match kind:
            case "uuid":
                return new_id()
            case "text" | "character varying":
                return text
            case "integer" | "bigint" | "smallint":
                return number % 30_000 + 1
            case "numeric":
                return Decimal(number % min(30_000, _room(column.type)) + 1)
            case "double precision" | "real":
                return float(number)
            case "boolean":
                return False
            case "date":  # counted by column, so that two rows of a table tell themselves apart by it
                self._rows[table.name, column.name] += 1
                return _DAY + dt.timedelta(days=self._rows[table.name, column.name] % 300)
            case "timestamp with time zone":
                return _INSTANT
            case "jsonb" | "json":
                return json.dumps({"made by": text}, ensure_ascii=False)
            case "text[]":
                return [text]
            case "numeric[]":
                return [Decimal(number % 30_000 + 1)]
            case "bytea":
                return text.encode()
        raise Unfillable(f"{table.name}.{column.name}: the row factory knows no value of type {column.type}")

    async def _shape(self, table: Table, given: Row, chosen: Iterable[str]) -> dict[str, Any]:
        """Which columns must be empty or hold one of some values, so that every CHECK holds and every partial unique
        index takes the row; found by trying, once a table.
        """
        rules = [(check.name, check.expression, check.columns) for check in table.checks]
        rules += [
            (unique.name, unique.predicate, unique.predicate_columns) for unique in table.uniques if unique.predicate
        ]
        known = self._shapes.setdefault((table.name, self._turn), {})
        pointing = {column for key in table.foreign_keys for column in key.columns}
        shape = dict(known)
        for group in _connected(rules):
            names = {column for _, _, columns in group for column in columns}
            if not names <= known.keys():
                found = await self._solve(table, group, given, chosen)
                shape |= found
                # Numbers and parents are found anew for every row: two rows need not share a number within bounds,
                # and of two parents that exclude each other a row has one.
                if not any(name in pointing or table.columns[name].type in _NUMBERS for name in names):
                    known |= {name: found.get(name, _ANY) for name in names}
        return shape

    async def _solve(self, table: Table, rules: Sequence["_Rule"], given: Row, chosen: Iterable[str]) -> dict[str, Any]:
        names = sorted({column for _, _, columns in rules for column in columns})
        pointing = {column for key in table.foreign_keys for column in key.columns}
        candidates: dict[str, list[Any]] = {}
        for name in names:
            if name not in given:
                candidates[name] = list(self._candidates(table, name, rules))
            elif name in chosen:
                candidates[name] = [given[name]]
            elif name in pointing:
                candidates[name] = [given[name], *([] if table.columns[name].not_null else [None])]
            else:  # what is said of all tables need not fit this one
                candidates[name] = [given[name], *_literals(name, rules)]
        asked = (table.name, tuple(rule[0] for rule in rules), tuple(map(len, candidates.values())))
        known = [[self._found[asked]]] if asked in self._found else []  # what held for one row holds for most
        for places in itertools.chain(known, _places(candidates, pointing)):
            tried = [[each[at] for each, at in zip(candidates.values(), place, strict=True)] for place in places]
            first = await self._first(table, names, tried, rules)
            if first is None:
                continue
            self._found[asked] = places[first]
            literals = {name: _literals(name, rules) for name in names}
            return {
                name: value if value is None or value in literals[name] or table.columns[name].type in _KEPT else _ANY
                for name, value in zip(names, tried[first], strict=True)
                if name not in given or value != given[name]
            }
        # A row outside a partial index is a row all the same.
        firm = [each for each in rules if all(each[0] != unique.name for unique in table.uniques)]
        if len(firm) < len(rules):
            return await self._solve(table, firm, given, chosen) if firm else {}
        broken = ", ".join(name for name, _, _ in rules)
        raise Unfillable(f"{table.name}.{', '.join(names)}: the row factory finds no values that satisfy {broken}")

    async def _first(
        self, table: Table, names: Sequence[str], tried: Sequence[Sequence[Any]], rules: Sequence["_Rule"]
    ) -> int | None:
        """Which of some rows' values is the first that satisfies the rules."""
        listed = ", ".join(f"({at}, {', '.join(map(literal, values))})" for at, values in enumerate(tried))
        columns = ", ".join(f"c{at}::{table.columns[name].type} AS {name}" for at, name in enumerate(names))
        given = f"(VALUES {listed}) given(nth, {', '.join(f'c{at}' for at in range(len(names)))})"
        holds = " AND ".join(f"coalesce(({expression}), true)" for _, expression, _ in rules)
        sql = f"SELECT min(nth) FROM (SELECT nth, {columns} FROM {given}) row WHERE {holds}"
        return await self.asked.fetchval(sql)  # type: ignore[no-any-return]

    def _candidates(self, table: Table, name: str, rules: Sequence["_Rule"]) -> Iterator[Any]:
        kind = table.columns[name].type
        if kind == "text":
            texts = _literals(name, rules)
            first = self._turn % max(1, len(texts))
            yield from texts[first:] + texts[:first]
        if kind == "text[]" and (texts := _literals(name, rules)):
            yield texts
        made = self._made(table, table.columns[name], "shape")
        yield made
        if kind in _LATER:
            yield made + _LATER[kind]
        if kind == "boolean":
            yield True
        if kind in _NUMBERS:
            bounds = {int(each) for _, rule, columns in rules if name in columns for each in _NUMBER.findall(rule)}
            self._rows[table.name, name] += 1  # rows of one table are told apart also within bounds
            number = self._rows[table.name, name] % 13
            yield from dict.fromkeys([*(bound + number for bound in sorted(bounds)), *sorted(bounds)])
        if not table.columns[name].not_null:
            yield None


def _places(candidates: Mapping[str, Sequence[Any]], pointing: Container[str]) -> Iterator[list[tuple[int, ...]]]:
    """Which candidates to try together: the fullest row first, with the most parents, for an empty column proves less.

    They come in lots, which get larger.
    """
    every = itertools.product(*(range(len(each)) for each in candidates.values()))
    places = sorted(
        itertools.islice(every, _ATTEMPTS),
        key=lambda place: sum(
            1 + (name in pointing)
            for (name, each), at in zip(candidates.items(), place, strict=True)
            if each[at] is None
        ),
    )
    begin, size = 0, 50
    while begin < len(places):
        yield places[begin : begin + size]
        begin, size = begin + size, 2 * size


_ANY: Any = object()
"""A column's value does not matter."""

_Rule = tuple[str, str, tuple[str, ...]]


def literal(value: Any) -> str:
    """A value as SQL; its type is the column's."""
    match value:
        case None:
            return "NULL"
        case list():
            elements = (str(each).replace("\\", "\\\\").replace('"', '\\"') for each in value)
            return literal("{" + ",".join(f'"{each}"' for each in elements) + "}")
        case bytes():
            return f"'\\x{value.hex()}'"
        case _:
            text = value.isoformat() if hasattr(value, "isoformat") else str(value)
            quoted = text.replace("'", "''")
            return f"'{quoted}'"


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
