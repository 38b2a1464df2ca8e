"""A schema is only built when it is safe: every way in and every personal field names its permission."""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
)
from sqlalchemy import Table
from strawberry.types.base import StrawberryList

from schema.reads.agreement import disagreements
from schema.reads.audience import Audience
from schema.reads.declare import DeclarationError, RootNode, RootNodes, Value, bare, entity_of, target_of
from schema.reads.field import Declared
from schema.reads.report import Cell, Report
from schema.reads.row import Condition, Match, Row, table_of
from schema.reads.sql import Statement
from tenants.permission import Permission

_CHINESE = re.compile(r"[\u4e00-\u9fff]")

# What is added to the description of whatever names a permission is no term of its own.
_NEEDED = re.compile(r" Needs `[a-z_:]+` \(所需权限\)\.")

# Their permission is that of the entity which the id names, checked when the document is compiled.
_BY_ID_OF_ANY = (RootNode, RootNodes)


def vet(schema: GraphQLSchema) -> None:
    """Raise `DeclarationError` with every fault of the schema, one a line."""
    faults = [*_roots(schema), *_personal(schema), *_descriptions(schema), *disagreements(schema)]
    if faults:
        raise DeclarationError("the schema is not built:\n" + "\n".join(faults))


def _roots(schema: GraphQLSchema) -> Iterator[str]:
    """Fields of Query that are not declared reads, fields of Mutation without a permission, and every subscription."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        declared = field.extensions.get("strawberry-definition")
        if not isinstance(declared, Declared):
            yield f"Query.{name} is not declared with schema.reads, so it names no permission"
        elif isinstance(declared.declaration, Report):
            if declared.declaration.permission is None:
                yield f"Query.{name} is a report that names no permission"
            rows = declared.resolve_type()
            in_cells = isinstance(rows, StrawberryList) and issubclass(bare(rows), Cell)
            if declared.declaration.in_cells is not in_cells:
                yield f"Query.{name}: a report of a division and a period, and no other, is a list of what is a Cell"
        elif not isinstance(declared.declaration, _BY_ID_OF_ANY):
            target_of(declared)  # an entity, which cannot be declared without a permission
    for name, field in schema.mutation_type.fields.items() if schema.mutation_type else ():
        declared = field.extensions.get("strawberry-definition")
        if declared is None or not isinstance(declared.metadata.get("permission"), Permission):
            yield f"Mutation.{name} names no permission: declare it with schema.writes.mutation"
        if list(field.args) != ["input"]:
            yield f"Mutation.{name} takes more or other than one input"
    for name in schema.subscription_type.fields if schema.subscription_type else ():
        yield f"Subscription.{name} names no permission: nothing declares subscriptions yet"


def _personal(schema: GraphQLSchema) -> Iterator[str]:
    """Fields over personal columns, also within an expression, that name no permission of their own."""
    for type_ in schema.type_map.values():
        definition = (type_.extensions or {}).get("strawberry-definition")
        if not isinstance(type_, GraphQLObjectType) or "__entity__" not in vars(getattr(definition, "origin", object)):
            continue
        table = entity_of(definition.origin).table  # type: ignore[union-attr]
        for name, field in type_.fields.items():
            declared = field.extensions.get("strawberry-definition")
            if not isinstance(declared, Declared) or not isinstance(declared.declaration, Value):
                continue
            if declared.declaration.permission is None and _shows_personal(table, declared):
                yield f"{type_.name}.{name} shows personal data and names no permission: column(personal=…)"


def _shows_personal(table: Table, field: Declared) -> bool:
    assert isinstance(field.declaration, Value)
    row = _Watched(Statement(Audience("worker", frozenset())), table, "row")
    if field.declaration.sql is not None:
        field.declaration.sql(row)
    else:
        row.watch(field.declaration.column or field.python_name)
    return bool(row.personal)


class _Watched(Row):
    """A row that remembers which personal columns were asked of it and of the rows it leads to."""

    def __init__(self, statement: Statement, table: Table, alias: str) -> None:
        super().__init__(statement, table, alias)
        self.personal: set[str] = set()

    def watch(self, column: str) -> None:
        """Remember the column if it is personal."""
        if column in self._table.columns and self._table.columns[column].info.get("personal"):
            self.personal.add(column)

    def __getattr__(self, column: str) -> str:
        found = super().__getattr__(column)
        self.watch(column)
        return found

    def _select(self, model: Any, sql: Condition, by: str | Match, where: Condition | None) -> str:
        other = _Watched(self.statement, table_of(model), "other")
        sql(other)
        if where is not None:
            where(other)
        self.personal |= other.personal
        return "(0)"


def _descriptions(schema: GraphQLSchema) -> Iterator[str]:
    """Types, fields, arguments and values without a description, or without the Chinese term in it."""
    for path, description in _described(schema):
        if not _CHINESE.search(_NEEDED.sub("", description or "")):
            yield f"{path} needs a description with its Chinese term"


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or type_.name in _NAMED_BY_THE_SPECIFICATION:
            continue
        yield type_.name, type_.description
        yield from _members(type_)


_NAMED_BY_THE_SPECIFICATION = {"Boolean", "Float", "ID", "Int", "JSON", "String"}


def _members(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field.description
            for argument, given in field.args.items():
                if type_.name != "Mutation":  # its one argument is an input, whose type says everything
                    yield f"{type_.name}.{name}({argument}:)", given.description
    elif isinstance(type_, GraphQLInputObjectType):
        for name, input_field in type_.fields.items():
            yield f"{type_.name}.{name}", input_field.description
    elif isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value.description
