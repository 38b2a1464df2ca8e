"""Documents for the comparison: their bones from hypothesis-graphql, dressed from a seed with what it leaves out.

hypothesis-graphql writes valid operations with all their arguments, mostly unusable ones. Dressing gives each several
lives: values that exist, cursors of real rows, variables for literals (given, defaulted or left out), directives,
fragments, aliases, and the same field asked for twice.
"""

import datetime as dt
import json
import random
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis_graphql import nodes, queries

from schema.reads.declare import Many, One, RootById, RootConnection, RootOne, Value, entity_of, target_of
from schema.reads.field import Declared
from schema.reads.query import catalogue
from schema.reads.report import Report
from tests.reads.reference import Snapshot, cursor_of, declared, order_of, plain, signed_by

DEPTH = 5
WEIGHT = 150
"""How many fields a document may have; enough to meet everything, few enough to run thousands."""


@dataclass
class Written:
    """A document and its variables as a client sends them."""

    text: str
    variables: dict[str, Any]


def bones(sdl: str, number: int, chosen: int) -> list[DocumentNode]:
    """`number` operations of hypothesis-graphql, the same for the same `chosen`."""
    days = st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(9000, 1, 1))
    plain = {
        "Date": days.map(lambda day: nodes.String(day.isoformat())),
        "DateTime": days.map(lambda day: nodes.String(f"{day.isoformat()}T23:59:59.5+08:00")),
        "Decimal": st.sampled_from(["0", "1000.50", "-3.1"]).map(nodes.String),
        "JSON": st.just(nodes.String("x")),
    }
    found: list[DocumentNode] = []

    @seed(chosen)
    @settings(max_examples=number, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=False)
    @given(queries(sdl, custom_scalars=plain, print_ast=lambda document: document))
    def collect(document: DocumentNode) -> None:
        found.append(document)

    collect()
    return found


@dataclass
class Pool:
    """Values that exist, so that documents find something."""

    ids: list[str] = field(default_factory=list)
    values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: GraphQLSchema, snapshots: list[Snapshot]) -> "Pool":
        """From what some principals see; each meets the others' ids."""
        pool = cls()
        for prefix, (_, entity) in catalogue(schema).items():
            rows = [row for snapshot in snapshots for row in snapshot.rows[entity.table.name]]
            if len(rows) > 500:
                rows = rows[:: len(rows) // 500]
            pool.ids += [f"{prefix}_{row['id']}" for row in rows[:40]]
            for name, one in entity.inputs.items():
                column = getattr(one.declaration, "column", None) or one.python_name
                if isinstance(one.declaration, Value):
                    found = {plain(row.get(column)) for row in rows if isinstance(row.get(column), Hashable)}
                    pool.values[entity.name, name] = sorted(found - {None})
        return pool


class Enumerated(str):
    """The name of an enum value: written bare in a document, as a string in variables."""

    __slots__ = ()


class Dresser:
    """Writes one document."""

    def __init__(self, schema: GraphQLSchema, pool: Pool, snapshot: Snapshot, chance: random.Random) -> None:
        self._schema = schema
        self._pool = pool
        self._snapshot = snapshot
        self._chance = chance
        self._permissions = snapshot.principal.permissions
        self._variables: dict[str, tuple[str, str | None]] = {}
        self._given: dict[str, Any] = {}
        self._fragments: list[str] = []
        self._weight = 0
        # Most documents are meant to be usable; the others may ask for anything.
        self._careful = chance.random() < 0.8
        known = catalogue(schema)
        self._ids = [
            text
            for text in pool.ids
            if not self._careful or known[text.partition("_")[0]][1].permission in self._permissions
        ]

    def write(self, bones_: DocumentNode) -> Written:
        """Dress an operation."""
        operation = bones_.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        assert self._schema.query_type is not None
        body = self._selections(self._schema.query_type, operation.selection_set, 0)
        defined = ", ".join(
            f"${name}: {type_}" + ("" if default is None else f" = {default}")
            for name, (type_, default) in self._variables.items()
        )
        head = f"query Q({defined}) " if defined else ""
        return Written("\n".join([f"{head}{body}", *self._fragments]), self._given)

    def _maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    # Selections

    def _selections(self, type_: Any, base: SelectionSetNode | None, depth: int, *, apart: bool = False) -> str:
        lines = []
        for node in base.selections if base else ():
            if isinstance(node, FieldNode):
                lines.append(self._field(type_, node.name.value, node, depth, apart=apart))
            elif isinstance(node, InlineFragmentNode) and node.type_condition:
                inner = self._schema.type_map[node.type_condition.name.value]
                if self._careful and entity_of(_origin(inner)).permission not in self._permissions:
                    continue
                body = self._selections(inner, node.selection_set, depth, apart=True)
                lines.append(f"... on {inner.name}{self._directive()} {body}")
            else:
                assert not isinstance(node, FragmentSpreadNode)
        if type_ is not self._schema.query_type:
            names = list(type_.fields)
            chosen = self._chance.choices(names, k=self._chance.randrange(5))
            lines.extend(self._field(type_, name, None, depth, apart=apart) for name in chosen)
        if self._maybe(0.2) or not any(lines):
            lines.append("__typename")
        self._chance.shuffle(lines)
        lines = [line for line in lines if line]
        if self._maybe(0.25) and len(lines) > 1:
            at = self._chance.randrange(1, len(lines))
            lines = [self._wrapped(type_, lines[:at]), *lines[at:]]
        return f"{{ {' '.join(lines)} }}"

    def _wrapped(self, type_: Any, lines: list[str]) -> str:
        body = f"{{ {' '.join(lines)} }}"
        if self._maybe(0.5):
            condition = f" on {type_.name}" if self._maybe(0.5) else ""
            return f"...{condition}{self._directive()} {body}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type_.name} {body}")
        return f"...{name}{self._directive()}" + (f" ...{name}" if self._maybe(0.2) else "")

    def _field(self, parent: Any, name: str, base: FieldNode | None, depth: int, *, apart: bool) -> str:
        definition = parent.fields[name]
        type_ = get_named_type(definition.type)
        self._weight += 1
        one = declared(definition)
        if one is not None and isinstance(one.declaration, Report) and one.declaration.asked:
            return ""  # what it asks for besides days nobody guesses; the tests of its area ask it
        if self._careful and not self._may_read(definition, type_):
            return ""
        if not is_leaf_type(type_) and (depth > DEPTH or self._weight > WEIGHT):
            return ""
        arguments = self._arguments(parent, definition, base) if definition.args else ""
        # Fields of one response name must agree in their arguments, so each with arguments gets a name of its own.
        alias = f"{name}{self._weight}: " if arguments or self._maybe(0.1) else ""
        if apart and not alias and name != "id":
            alias = f"{name}Of{parent.name}: "  # two types may have one name for fields of different types
        if is_leaf_type(type_):
            return f"{alias}{name}{self._directive()}"
        body = self._selections(type_, base.selection_set if base else None, depth + 1)
        once = f"{alias}{name}{arguments}{self._directive()} {body}"
        if self._maybe(0.1):
            once += f" {alias}{name}{arguments} {self._selections(type_, None, depth + 2)}"
        return once

    def _may_read(self, definition: Any, type_: Any) -> bool:
        one = declared(definition)
        needed = [one.declaration.permission] if one else []
        if one and isinstance(one.declaration, One | Many | RootOne | RootById | RootConnection):
            needed.append(target_of(one).permission)
        return all(permission is None or permission in self._permissions for permission in needed)

    def _directive(self) -> str:
        if not self._maybe(0.08):
            return ""
        name, value = self._chance.choice(["include", "skip"]), self._chance.choice([True, False])
        text = self._variable("Boolean!", value) if self._maybe(0.5) else _literal(value)
        return f" @{name}(if: {text})"

    # Arguments

    def _arguments(self, parent: Any, definition: Any, base: FieldNode | None) -> str:
        usual = {
            argument.name.value: _untyped(argument.value)
            for argument in (base.arguments or () if base else ())
            if self._maybe(0.3)
        }
        if "first" in definition.args:
            found = self._paging(definition, usual)
        elif isinstance(declared(definition).declaration, Report):  # type: ignore[union-attr]
            found = self._parameters(definition)
        elif "ids" in definition.args:
            found = {"ids": [self._id() for _ in range(self._chance.randrange(6))]}
        else:
            found = {"id": self._id()}
        texts = []
        for name, value in found.items():
            type_ = definition.args[name].type
            texts.append(f"{name}: {self._written(value, type_)}")
        return f"({', '.join(texts)})" if texts else ""

    def _parameters(self, definition: Any) -> dict[str, Any]:
        """A report's: a division that exists or not, days of this year and others, a kind of estate."""
        found: dict[str, Any] = {}
        for name, argument in definition.args.items():
            value: Any
            if name == "division":
                value = self._chance.choice([None, self._id(), *[one for one in self._ids if one.startswith("div_")]])
            elif is_enum_type(get_named_type(argument.type)):
                value = Enumerated(self._chance.choice(list(get_named_type(argument.type).values)))
            elif name == "breakdown":
                value = self._maybe(0.5)
            else:
                value = self._chance.choice(["1999-12-31", "2024-03-01", "2024-06-30", "2026-12-31"])
            if is_non_null_type(argument.type) or self._maybe(0.6):
                found[name] = value
        return found

    def _id(self) -> str:
        chance = self._chance
        real = chance.choice(self._ids)
        if self._maybe(0.85):
            return real
        return chance.choice(
            ["", "prj_", "prj_x", "zzz_1", real[:-1], real.upper(), real + " ", real[:-1] + "g", "_", "est_" + real[4:]]
        )

    def _paging(self, definition: Any, usual: dict[str, Any]) -> dict[str, Any]:
        target = entity_of(_origin(get_named_type(get_named_type(definition.type).fields["nodes"].type)))
        chance = self._chance
        found: dict[str, Any] = {}
        if self._maybe(0.4):
            found["orderBy"] = self._order(definition)
        if self._maybe(0.4):
            found["where"] = self._where(target, 1)
        if self._careful:
            backward = self._maybe(0.4)
            if self._maybe(0.7):
                found["last" if backward else "first"] = chance.choice([1, 2, 3, 3, 5, 20, 100])
            if self._maybe(0.4):
                found["before" if backward else "after"] = self._cursor(target, found.get("orderBy"))
        else:
            found = usual | found
            for name in ("first", "last"):
                if self._maybe(0.3):
                    found[name] = chance.choice([0, -1, 1, 2, 100, 101, None])
            for name in ("after", "before"):
                if self._maybe(0.3):
                    found[name] = chance.choice([None, "", "x", "WyJ4Il0", self._cursor(target, found.get("orderBy"))])
        return found

    def _order(self, definition: Any) -> list[dict[str, Any]]:
        step = get_named_type(definition.args["orderBy"].type)
        names = list(get_named_type(step.fields["field"].type).values)
        limit = 3 if self._careful else 6
        steps: list[dict[str, Any]] = []
        for _ in range(self._chance.randrange(limit)):
            one: dict[str, Any] = {"field": Enumerated(self._chance.choice(names))}
            if self._maybe(0.6):
                one["direction"] = Enumerated(self._chance.choice(["ASC", "DESC"]))
            steps.append(one)
        return steps

    def _cursor(self, target: Any, steps: Any) -> str:
        rows = self._snapshot.rows[target.table.name]
        if not rows or (not self._careful and self._maybe(0.3)):
            return "WyJub25lIl0"
        order = order_of(target, [_step(target, each) for each in steps or []])
        row = self._chance.choice(rows)
        if any(name not in row for name, _ in order):
            return "WyJub25lIl0"
        return cursor_of(signed_by(target, order), [row[name] for name, _ in order])

    def _where(self, target: Any, depth: int) -> dict[str, Any]:
        type_ = self._schema.type_map[f"{target.name}Where"]
        names = list(type_.fields)  # type: ignore[attr-defined]
        found: dict[str, Any] = {}
        for _ in range(self._chance.randrange(1, 3)):
            name = self._chance.choice(names)
            inner = type_.fields[name].type  # type: ignore[attr-defined]
            if not self._careful and self._maybe(0.05):
                found[name] = None
            elif name in ("and", "or"):
                if depth < 4:
                    found[name] = [self._where(target, depth + 1) for _ in range(self._chance.randrange(3))]
            elif name == "not" or inner.name.endswith("Where"):
                if depth < (4 if self._careful else 7):
                    other = target if name == "not" else self._related(target, name)
                    found[name] = self._where(other, depth + 1)
            else:
                found[name] = self._operators(target, name, inner)
        return found

    def _related(self, target: Any, name: str) -> Any:
        one = target.inputs[name]
        assert isinstance(one, Declared)
        return target_of(one)

    def _operators(self, target: Any, name: str, type_: Any) -> dict[str, Any]:
        chance = self._chance
        found: dict[str, Any] = {}
        for _ in range(chance.choice([1, 1, 1, 2])):
            operator = chance.choice(list(type_.fields))
            values = [self._one(target, name, operator, type_) for _ in range(3 if operator == "in" else 1)]
            found[operator] = values if operator == "in" else values[0]
            if not self._careful and self._maybe(0.05):
                found[operator] = None
        return found

    def _one(self, target: Any, name: str, operator: str, type_: Any) -> Any:
        chance = self._chance
        if operator == "isNull" or type_.name == "BooleanFilter":
            return chance.choice([True, False])
        if name == "id":
            return self._id()
        values = self._pool.values.get((target.name, name)) or ["x"]
        value = chance.choice(values)
        leaf = get_named_type(type_.fields["eq"].type)
        if leaf.name == "String":
            if operator in ("contains", "startsWith"):
                start = chance.randrange(len(value) + 1)
                return value[:start] if operator == "startsWith" else value[start : start + 2]
            return value
        if hasattr(leaf, "values"):
            return Enumerated(chance.choice(list(leaf.values)))
        if leaf.name == "Int":
            return value if isinstance(value, int) else 1
        if leaf.name == "Date" and value == "x":
            return "2024-01-01"
        if leaf.name == "DateTime" and value == "x":
            return "2024-01-01T00:00:00Z"
        if leaf.name == "Decimal" and value == "x":
            return "1"
        return value

    # Literals and variables

    def _written(self, value: Any, type_: Any) -> str:
        """A value as it stands in the document: a literal, a variable, or a literal with variables inside."""
        if self._maybe(0.3):
            return self._variable(str(type_), value, omit=not is_non_null_type(type_))
        inner = type_.of_type if is_non_null_type(type_) else type_
        if isinstance(value, dict) and is_input_object_type(inner):
            fields = [f"{key}: {self._written(each, inner.fields[key].type)}" for key, each in value.items()]
            return f"{{{', '.join(fields)}}}"
        if isinstance(value, list) and is_list_type(inner):
            return f"[{', '.join(self._written(each, inner.of_type) for each in value)}]"
        return _literal(value)

    def _variable(self, type_: str, value: Any, *, omit: bool = False) -> str:
        name = f"v{len(self._variables)}"
        if value is None and type_.endswith("!"):
            return "null"
        way = self._chance.random()
        if way < 0.1:
            self._variables[name] = (type_, _literal(value))  # its default
        elif way < 0.15 and omit:
            self._variables[name] = (type_, None)  # left out
        else:
            self._variables[name] = (type_, None)
            self._given[name] = _json(value)
        return f"${name}"


def _origin(type_: Any) -> Any:
    return type_.extensions["strawberry-definition"].origin


def _step(target: Any, step: Mapping[str, Any]) -> dict[str, Any]:
    name = str(step["field"])
    return {"field": _Named(name.lower()), "direction": _Named(str(step.get("direction", "ASC")))}


@dataclass
class _Named:
    value: str


def _untyped(node: Any) -> Any:
    if node.kind == "enum_value":
        return Enumerated(node.value)
    if node.kind == "list_value":
        return [_untyped(item) for item in node.values]
    if node.kind == "object_value":
        return {each.name.value: _untyped(each.value) for each in node.fields}
    return value_from_ast_untyped(node)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Enumerated):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_literal(each)}' for key, each in value.items())}}}"
    return str(value)


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return [_json(each) for each in value]
    if isinstance(value, dict):
        return {key: _json(each) for key, each in value.items()}
    return value


__all__ = ["Dresser", "Pool", "Written", "bones"]
