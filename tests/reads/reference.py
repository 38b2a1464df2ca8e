"""The reference: the same declarations resolved field by field by graphql-core, over plain rows held in Python.

It shares with the compiler the declarations, the format of ids and cursors, and nothing else: rows come from one
`SELECT` a table as the principal, filters, orders and pages are made of Python lists.
"""

import base64
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cmp_to_key
from inspect import isawaitable
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.scalars import JSON

from schema.reads.audience import Audience
from schema.reads.declare import (
    Entity,
    Many,
    One,
    RootById,
    RootConnection,
    RootNode,
    RootNodes,
    RootOne,
    Value,
    entity_of,
    target_of,
)
from schema.reads.field import Declared, Identifier
from schema.reads.filters import ORDER_LIMIT, WHERE_DEPTH, WHERE_PARTS, scalar_of
from schema.reads.paging import signature
from schema.reads.query import catalogue
from schema.reads.report import Cell, Report
from schema.reads.row import source_of
from schema.reads.scalars import time_text
from schema.reads.sql import Statement
from tenants.scope import Database, Principal

Row = Mapping[str, Any]
Fault = tuple[str, ...]
"""FORBIDDEN with its permission and path, or BAD_USER_INPUT with its path."""

PAGE = 20


def declared(definition: Any) -> Declared | None:
    """The declaration behind a GraphQL field."""
    found = definition.extensions.get("strawberry-definition")
    return found if isinstance(found, Declared) else None


@dataclass
class Snapshot:
    """Every row a principal may see, by table; values of expressions under the Python name of their field."""

    principal: Principal
    database: Database
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    async def take(cls, database: Database, schema: GraphQLSchema, principal: Principal) -> "Snapshot":
        """Read all of it in one transaction of the principal."""
        snapshot = cls(principal, database)
        async with database.reading(principal) as connection:
            for _, entity in catalogue(schema).values():
                snapshot.rows[entity.table.name] = await snapshot._table(connection, entity)
        return snapshot

    async def _table(self, connection: asyncpg.Connection, entity: Entity) -> list[Row]:
        name = source_of(entity.table, self.principal.kind)
        readable = await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
            " AND has_column_privilege(attrelid, attnum, 'SELECT')",
            name,
        )
        if not readable:
            return []
        columns = ", ".join(f'"{row["attname"]}"' for row in readable)
        statement = Statement(Audience(self.principal.kind, self.principal.permissions))
        seen = statement.row(entity.table)
        sql = f"SELECT {columns} FROM {seen.source} {f'WHERE {entity.visible(seen)}' if entity.visible else ''}"
        rows: list[Row] = [dict(row) for row in await connection.fetch(sql, *statement.fill({}, self.principal))]
        for one in entity.fields.values():
            if isinstance(one.declaration, Value) and one.declaration.sql is not None:
                await self._expression(connection, entity, one, rows)
        return rows

    async def _expression(self, connection: asyncpg.Connection, entity: Entity, one: Declared, rows: Any) -> None:
        # A company's own statement would repeat the predicate whose lack the comparison is to find.
        kind = "worker" if self.principal.kind == "tenant" else self.principal.kind
        statement = Statement(Audience(kind, self.principal.permissions))
        row = statement.row(entity.table)
        sql = f"SELECT {row['id']} AS key, {entity.value(one, row)} AS value FROM {row.source}"
        parameters = statement.fill({}, self.principal)
        await connection.execute("SAVEPOINT expression")
        try:
            found = {each["key"]: each["value"] for each in await connection.fetch(sql, *parameters)}
        except asyncpg.InsufficientPrivilegeError:
            await connection.execute("ROLLBACK TO SAVEPOINT expression")
            return
        for each in rows:
            each[one.python_name] = found[each["id"]]


class Reference:
    """Answers documents for one principal."""

    def __init__(self, schema: GraphQLSchema, snapshot: Snapshot) -> None:
        self._schema = schema
        self._snapshot = snapshot
        self._entities = {prefix: entity for prefix, (_, entity) in catalogue(schema).items()}

    async def answer(self, document: Any, variables: dict[str, Any]) -> dict[str, Any]:
        """The data of a document without faults."""

        # graphql-core takes functions for middleware, and no bound methods.
        def resolve(*given: Any, **arguments: Any) -> Any:
            return self._resolve(*given, **arguments)

        result: Any = execute(self._schema, document, variable_values=variables, middleware=[resolve])
        if isawaitable(result):
            result = await result
        if result.errors:
            raise result.errors[0]
        return json.loads(orjson.dumps(result.data))  # type: ignore[no-any-return]

    # Resolving

    def _resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        definition = info.parent_type.fields.get(info.field_name)
        one = declared(definition) if definition else None
        if definition is None:
            return info.parent_type.name  # __typename
        if one is None:
            return source[info.field_name] if isinstance(source, dict) else next_(source, info, **arguments)
        declaration = one.declaration
        if isinstance(declaration, Identifier):
            return f"{source.entity.prefix}_{source.row['id']}"
        if isinstance(declaration, Value):
            return self._leaf(one, source.row[declaration.column or one.python_name])
        if isinstance(declaration, RootNode):
            return self._by_id(None, arguments["id"])
        if isinstance(declaration, RootNodes):
            return [self._by_id(None, text) for text in arguments["ids"]]
        if isinstance(declaration, Report):
            return self._report(one, info, arguments)
        target = target_of(one)
        if one.origin is Cell:
            found = [row for row in self._snapshot.rows["division"] if row["path"] == source.row["path"]]
            return _thing(target, found[0]) if found else None
        if isinstance(declaration, RootById):
            return self._by_id(target, arguments["id"])
        rows = self._rows(target, declaration)
        if isinstance(declaration, RootOne):
            wanted = {column: getattr(self._snapshot.principal, scope) for column, scope in declaration.match.items()}
            rows = [row for row in rows if all(row[column] == value != None for column, value in wanted.items())]  # noqa: E711
        elif isinstance(declaration, One | Many):
            rows = self._matching(source.entity, source.row, target, declaration)
        if isinstance(declaration, One | RootOne):
            return _thing(target, min(rows, key=lambda row: row["id"])) if rows else None
        return self._connection(target, rows, arguments)

    async def _report(self, one: Declared, info: Any, given: dict[str, Any]) -> Any:
        """The rows of each cell: the report's own SQL, asked once for each with its parameters written into it."""
        report = one.declaration
        assert isinstance(report, Report)
        own = self._snapshot.principal.division_path
        asked = given.get("division")
        key = (asked or "").removeprefix("div_")
        known = [
            row for row in self._snapshot.rows["division"] if (str(row["id"]) == key if asked else row["path"] == own)
        ]
        place = known[0]["path"] if known else None
        places = [place]
        if given.get("breakdown"):
            parent = known[0]["id"] if known else UUID(int=0) if asked is not None else None
            places = sorted(
                row["path"]
                for row in self._snapshot.rows["division"]
                if row["parent_id"] == parent and (row["valid_to"] is None or row["valid_to"] >= given["since"])
            )
        days = {name: given[name] for name in report.days}
        parts = [days]
        if given.get("every") is not None:
            periods = _parts(days["since"], days["until"], given["every"])
            parts = [{"since": first, "until": last} for first, last in periods]
        limited = asked is not None or bool(given.get("breakdown"))
        type_ = get_named_type(info.return_type)
        things = [
            _figures(type_, {"withheld": [], **row, **part, "path": path})
            for path in places
            for part in parts
            for row in await self._cell(
                report, path if path or not limited else "nowhere", part, given, limited=limited
            )
        ]
        return things if is_list_type(get_nullable_type(info.return_type)) else things[0]

    async def _cell(
        self, report: Report, place: str | None, days: dict[str, date], given: dict[str, Any], *, limited: bool
    ) -> Any:
        own = self._snapshot.principal.division_path
        path = "NULL::text" if place is None else f"'{place}'"
        as_of = given.get("asOf")
        parts = {
            "place": path,
            "as_of": "current_date" if as_of is None else f"'{as_of}'::date",
            **{name: f"'{day}'::date" for name, day in days.items()},
        }
        parts["any_kind"] = str(given.get("estateKind") is None).lower()
        kind_of_estate = given["estateKind"].value if given.get("estateKind") is not None else None
        for alias, model in report.tables.items():
            columns = model.__table__.columns
            asked = []
            if "division_path" in columns and limited:
                asked.append(f"{alias}.division_path ^@ {path}")
            if kind_of_estate is not None and model.__tablename__ == "estate":
                asked.append(f"{alias}.kind = '{kind_of_estate}'")
            elif kind_of_estate is not None and "estate_id" in columns:
                estate = f"SELECT FROM estate WHERE id = {alias}.estate_id AND kind = '{kind_of_estate}'"
                asked.append(f"EXISTS ({estate})")
            # What a company may see its policies decide alone; a regulator counts what lies in its own division, also
            # where it may see more, as the companies that only work there.
            mine = own is not None and "division_path" in columns
            parts |= {
                f"of_{alias}": f"{alias}.division_path ^@ '{own}'" if mine else "true",
                f"within_{alias}": " AND ".join(asked) or "true",
            }
        async with self._snapshot.database.reading(self._snapshot.principal) as connection:
            return [dict(row) for row in await connection.fetch(report.sql.format_map(parts))]

    def _rows(self, target: Entity, declaration: Any) -> list[Row]:
        rows = self._snapshot.rows[target.table.name]
        condition = getattr(declaration, "condition", None)
        return rows if condition is None else [row for row in rows if _holds(target, condition, row)]

    def _matching(self, entity: Entity, row: Row, target: Entity, declaration: One | Many) -> list[Row]:
        match = dict(declaration.match)
        if entity.tenant and target.tenant:
            match.setdefault("tenant_id", "tenant_id")
        return [
            other
            for other in self._rows(target, declaration)
            if all(row[ours] is not None and other[theirs] == row[ours] for theirs, ours in match.items())
        ]

    def _by_id(self, wanted: Entity | None, text: str) -> Any:
        prefix, _, key = text.partition("_")
        entity = self._entities.get(prefix)
        if entity is None or (wanted is not None and wanted is not entity):
            return None
        for row in self._snapshot.rows[entity.table.name]:
            if str(row["id"]) == key:
                return _thing(entity, row)
        return None

    def _leaf(self, one: Declared, value: Any) -> Any:
        leaf = scalar_of(one.resolve_type())
        if value is None:
            return None
        if leaf is JSON:
            return json.loads(value)
        if not (isinstance(leaf, type) and issubclass(leaf, Enum)):
            return value
        return [leaf(each) for each in value] if isinstance(value, list) else leaf(value)

    # Connections

    def _connection(self, target: Entity, rows: list[Row], given: dict[str, Any]) -> dict[str, Any]:
        where = given.get("where")
        rows = [row for row in rows if where is None or self._meets(target, row, where)]
        order = order_of(target, given.get("orderBy") or [])
        compare = _comparison([descending for _, descending in order])

        def values(row: Row) -> list[Any]:
            return [row["id" if name == "id" else _column(target.fields[name])] for name, _ in order]

        def in_order(one: Row, other: Row) -> int:
            return int(compare(values(one), values(other)))

        rows = sorted(rows, key=cmp_to_key(in_order))
        signed = signed_by(target, order)
        first, after, last, before = (given.get(name) for name in ("first", "after", "last", "before"))
        total = len(rows)
        backward = last is not None or before is not None
        cursor = before if backward else after
        behind = False
        if cursor is not None:
            place = _place(target, order, cursor)
            sides = [compare(values(row), place) for row in rows]
            behind = any(side >= 0 if backward else side <= 0 for side in sides)
            rows = [row for row, side in zip(rows, sides, strict=True) if (side < 0 if backward else side > 0)]
        size = (last if backward else first) or PAGE
        more = len(rows) > size
        rows = rows[-size:] if backward else rows[:size]
        cursors = [cursor_of(signed, values(row)) for row in rows]
        things = [_thing(target, row) for row in rows]
        return {
            "nodes": things,
            "edges": [{"cursor": text, "node": thing} for text, thing in zip(cursors, things, strict=True)],
            "totalCount": total,
            "pageInfo": {
                "hasNextPage": behind if backward else more,
                "hasPreviousPage": more if backward else behind,
                "startCursor": cursors[0] if cursors else None,
                "endCursor": cursors[-1] if cursors else None,
            },
        }

    def _meets(self, target: Entity, row: Row, where: dict[str, Any]) -> bool:
        return all(self._part(target, row, key, part) for key, part in where.items())

    def _part(self, target: Entity, row: Row, key: str, part: Any) -> bool:
        if key == "and":
            return all(self._meets(target, row, each) for each in part)
        if key == "or":
            return any(self._meets(target, row, each) for each in part)
        if key == "not":
            return not self._meets(target, row, part)
        if key == "id":
            return all(_operator(f"{target.prefix}_{row['id']}", op, value) for op, value in part.items())
        one = target.inputs[key]
        if isinstance(one.declaration, One):
            other = target_of(one)
            return any(self._meets(other, found, part) for found in self._matching(target, row, other, one.declaration))
        value = row[_column(one)]
        return all(_operator(value, op, given) for op, given in part.items())


def _column(one: Declared) -> str:
    return getattr(one.declaration, "column", None) or one.python_name


def _operator(value: Any, operator: str, given: Any) -> bool:
    if operator == "isNull":
        return (value is None) is given
    if value is None:
        return False
    if operator == "in":
        return value in given
    return _OPERATORS[operator](value, given)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, given: bool(value == given),
    "gt": lambda value, given: bool(value > given),
    "gte": lambda value, given: bool(value >= given),
    "lt": lambda value, given: bool(value < given),
    "lte": lambda value, given: bool(value <= given),
    "contains": lambda value, given: given in value,
    "startsWith": lambda value, given: bool(value.startswith(given)),
}


def _holds(target: Entity, condition: Any, row: Row) -> bool:
    """Conditions of declarations are SQL; the few forms they take are read here."""
    statement = Statement(Audience("worker", frozenset()))
    made = statement.row(target.table)
    column, _, rest = condition(made).removeprefix(f"{made.source.split()[-1]}.").partition(" ")
    if rest == "IS NULL":
        return row[column] is None
    assert rest.startswith("= '"), rest
    return bool(row[column] == rest[3:-1])


def _thing(entity: Entity, row: Row) -> Any:
    thing: Any = object.__new__(entity.type)
    vars(thing).update(entity=entity, row=row)
    return thing


def _figures(type_: Any, row: Row) -> Any:
    thing: Any = object.__new__(type_.extensions["strawberry-definition"].origin)
    vars(thing).update(row=row)
    return thing


def _parts(since: date, until: date, every: Any) -> list[tuple[date, date]]:
    """Day by day: a new period begins where the calendar's does."""

    def period(day: date) -> tuple[int, int]:
        return day.year, {"MONTH": day.month, "QUARTER": (day.month + 2) // 3, "HALF_YEAR": day.month > 6}.get(every, 0)

    days = [since + timedelta(days=at) for at in range((until - since).days + 1)]
    found = [list(group) for _, group in itertools.groupby(days, period)]
    return [(group[0], group[-1]) for group in found]


# Orders and cursors


def order_of(target: Entity, steps: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    descending = False
    wanted = [(step["field"].value, step["direction"].value == "DESC") for step in steps]
    for name, descending in wanted or ([(target.order, False)] if target.order else []):
        if name == "id":
            break
        if name not in [known for known, _ in found]:
            found.append((name, descending))
    return [*found, ("id", descending)]


def _comparison(directions: list[bool]) -> Any:
    def compare(left: list[Any], right: list[Any]) -> int:
        for one, other, descending in zip(left, right, directions, strict=True):
            if one is None or other is None:
                if (one is None) != (other is None):
                    return 1 if one is None else -1
            elif one != other:
                return (1 if one > other else -1) * (-1 if descending else 1)
        return 0

    return compare


def signed_by(target: Entity, order: list[tuple[str, bool]]) -> str:
    return signature(target.name, order)


def cursor_of(signed: str, values: list[Any]) -> str:
    text = json.dumps([signed, *map(plain, values)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date | Decimal | UUID):
        return str(value)
    return value


def _place(target: Entity, order: list[tuple[str, bool]], cursor: str) -> list[Any]:
    """The values in a cursor; ValueError for one of another order or none at all."""
    found = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    if not isinstance(found, list) or len(found) != len(order) + 1 or found[0] != signed_by(target, order):
        raise ValueError(cursor)
    values: list[Any] = []
    for (name, _), value in zip(order, found[1:], strict=True):
        leaf = UUID if name == "id" else scalar_of(target.fields[name].resolve_type())
        if value is None:
            values.append(None)
        elif leaf is datetime or leaf is date:
            values.append(leaf.fromisoformat(value))
        elif leaf in (UUID, Decimal):
            values.append(leaf(value))
        else:
            values.append(value)
    return values


# Faults: found in the document, whatever rows there are


class Faults:
    """What a document may not ask or cannot mean, for one audience."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        audience: Audience,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._variables = variables
        self._audience = audience
        self._forbidden: set[Fault] = set()
        self._bad: set[Fault] = set()
        root = schema.query_type
        assert root is not None
        fields = collect_fields(schema, self._fragments, variables, root, operation).grouped_field_set
        for key, details in fields.items():
            self._field(root, details, (key,))

    @property
    def all(self) -> set[Fault]:
        """The faults the request is refused for."""
        return self._forbidden or self._bad

    def _below(self, type_: GraphQLObjectType, details: Any) -> Any:
        found = collect_subfields(self._schema, self._fragments, self._variables, self._operation, type_, details)
        return found.grouped_field_set.items()

    def _object(self, type_: GraphQLObjectType, details: Any, path: tuple[str, ...]) -> None:
        for key, found in self._below(type_, details):
            self._field(type_, found, (*path, key))

    def _may(self, permission: Any, path: tuple[str, ...]) -> bool:
        if permission is None or permission in self._audience.permissions:
            return True
        self._forbidden.add(("FORBIDDEN", permission.value, *path))
        return False

    def _reject(self, path: tuple[str, ...]) -> None:
        self._bad.add(("BAD_USER_INPUT", *path))

    def _field(self, parent: GraphQLObjectType, details: Any, path: tuple[str, ...]) -> None:
        name = details[0].node.name.value
        if name == "__typename":
            return
        definition = parent.fields[name]
        one = declared(definition)
        type_ = get_named_type(definition.type)
        if one is None:  # a part of a connection
            if isinstance(type_, GraphQLObjectType):
                self._object(type_, details, path)
            return
        declaration = one.declaration
        if isinstance(declaration, Identifier) or not self._may(declaration.permission, path):
            return
        if isinstance(declaration, Value):
            return
        if isinstance(declaration, RootNode | RootNodes):
            self._nodes(definition, details, path)
            return
        if isinstance(declaration, Report):
            assert isinstance(type_, GraphQLObjectType)
            given = self._arguments(definition, details, path)
            if given is not None:
                if given.get("every") is not None:
                    number = len(_parts(given["since"], given["until"], given["every"]))
                    if number > (12 if given["breakdown"] else 60):
                        self._reject(path)
                self._object(type_, details, path)
            return
        target = target_of(one)
        assert isinstance(type_, GraphQLObjectType)
        if not self._may(target.permission, path):
            return
        if isinstance(declaration, RootConnection | Many):
            given = self._arguments(definition, details, path)
            if given is None:
                return
            self._paging(target, given, path)
            if given.get("where") is not None:
                _WhereFaults(self, path).check(target, given["where"], 1)
        self._object(type_, details, path)

    def _arguments(self, definition: Any, details: Any, path: tuple[str, ...]) -> dict[str, Any] | None:
        try:
            return get_argument_values(definition, details[0].node, self._variables)
        except GraphQLError:
            self._reject(path)
            return None

    def _nodes(self, definition: Any, details: Any, path: tuple[str, ...]) -> None:
        given = self._arguments(definition, details, path)
        if given is None:
            return
        ids = given["ids"] if "ids" in given else [given["id"]]
        if len(ids) > 100:
            self._reject(path)
        known = catalogue(self._schema)
        for prefix in {text.partition("_")[0] for text in ids} & known.keys():
            type_, entity = known[prefix]
            if self._may(entity.permission, path):
                self._object(type_, details, path)

    def _paging(self, target: Entity, given: dict[str, Any], path: tuple[str, ...]) -> None:
        first, after, last, before = (given.get(name) is not None for name in ("first", "after", "last", "before"))
        steps = given.get("orderBy") or []
        if len(steps) > ORDER_LIMIT:
            self._reject(path)
            steps = []
        for name, _ in order_of(target, steps)[:-1]:
            self._may(target.fields[name].declaration.permission, path)
        if (first or after) and (last or before):
            self._reject(path)
            return
        if any(given.get(name) is not None and not 1 <= given[name] <= 100 for name in ("first", "last")):
            self._reject(path)
        for name in ("after", "before"):
            if given.get(name) is not None:
                try:
                    _place(target, order_of(target, steps), given[name])
                except ValueError:
                    self._reject(path)


class _WhereFaults:
    def __init__(self, faults: Faults, path: tuple[str, ...]) -> None:
        self._faults = faults
        self._path = path
        self._parts = 0

    def check(self, target: Entity, where: Any, depth: int) -> None:
        """Look at one level."""
        if depth > WHERE_DEPTH or self._is_too_long() or where is None:
            self._faults._reject(self._path)
            return
        for key, part in where.items():
            self._part(target, key, part, depth)

    def _part(self, target: Entity, key: str, part: Any, depth: int) -> None:
        if part is None:
            self._faults._reject(self._path)
        elif key in ("and", "or"):
            for each in part:
                self.check(target, each, depth + 1)
        elif key == "not":
            self.check(target, part, depth + 1)
        elif key == "id":
            self._operators(part)
        else:
            one = target.inputs[key]
            if not self._faults._may(one.declaration.permission, self._path):
                return
            if not isinstance(one.declaration, One):
                self._operators(part)
            elif self._faults._may(target_of(one).permission, self._path):
                self.check(target_of(one), part, depth + 1)

    def _is_too_long(self) -> bool:
        self._parts += 1
        if self._parts > WHERE_PARTS:
            self._faults._reject(self._path)
        return self._parts > WHERE_PARTS

    def _operators(self, operators: dict[str, Any]) -> None:
        for value in operators.values():
            if self._is_too_long():
                return
            if value is None or (isinstance(value, list) and len(value) > 100):
                self._faults._reject(self._path)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and not isinstance(text, Enum) and not _storable(text):
                    self._faults._reject(self._path)


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def faults_of(errors: Any) -> set[Fault]:
    """The errors of a refused document in the reference's terms."""
    return {
        (
            error.extensions["code"],
            *([error.extensions["permission"]] if error.extensions["code"] == "FORBIDDEN" else []),
            *error.path,
        )
        for error in errors
    }


__all__ = ["Faults", "Reference", "Snapshot", "entity_of", "faults_of"]
