"""Declarations agree with their tables, or the schema is not built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.types.base import StrawberryList, StrawberryOptional

from schema.reads.audience import Audience
from schema.reads.declare import Entity, Many, One, RootById, RootOne, Value, target_of
from schema.reads.field import Declared, Identifier
from schema.reads.filters import scalar_of
from schema.reads.query import catalogue
from schema.reads.row import Condition, Match, Row
from schema.reads.sql import Statement
from schema.reads.values import kind_of

_RESERVED = {"and", "or", "not", "id"}
_OTHER_TABLES = re.compile(r"\b(select|from|join)\b", re.IGNORECASE)


def disagreements(schema: GraphQLSchema) -> Iterator[str]:
    """What is declared and cannot be, one sentence each."""
    for type_, entity in catalogue(schema).values():
        if isinstance(entity.division, str) and entity.division not in entity.table.columns:
            yield f"{entity.name} has no column {entity.division} to hold its division"
        for name, field in entity.inputs.items():
            if name in _RESERVED and not isinstance(field.declaration, Identifier):
                yield f"{entity.name}.{name} has the name of a part of every where"
            for fault in _field(entity, field):
                yield f"{entity.name}.{name} {fault}"
        if type_.name != entity.name:
            yield f"{entity.name} has two names"
    yield from _roots(schema.query_type)


def _roots(query: GraphQLObjectType | None) -> Iterator[str]:
    for name, definition in query.fields.items() if query else ():
        field = definition.extensions.get("strawberry-definition")
        if not isinstance(field, Declared):
            continue
        if isinstance(field.declaration, RootOne | RootById) and not _is_optional(field):
            yield f"Query.{name} can find nothing, so its type is optional"
        if isinstance(field.declaration, RootOne):
            columns = target_of(field).table.columns
            for column in field.declaration.match.keys() - set(columns.keys()):
                yield f"Query.{name} asks for {column}, which is no column of {target_of(field).table.name}"


def _field(entity: Entity, field: Declared) -> Iterator[str]:
    declaration = field.declaration
    if isinstance(declaration, Value):
        yield from _value(entity, field, declaration)
    elif isinstance(declaration, One | Many):
        target = target_of(field)
        yield from _match(entity, target, declaration.match)
        yield from _condition(target, declaration.condition)
        if isinstance(declaration, One) and not _is_optional(field):
            gaps = [ours for ours in declaration.match.values() if _nullable(entity, ours)]
            if gaps or declaration.condition is not None:
                yield f"can find nothing ({', '.join(gaps) or 'its condition'}), so its type is optional"


def _value(entity: Entity, field: Declared, declaration: Value) -> Iterator[str]:
    resolved = field.resolve_type()
    inner = resolved.of_type if isinstance(resolved, StrawberryOptional) else resolved
    is_list = isinstance(inner, StrawberryList)
    if not is_list and kind_of(scalar_of(inner)) is None:
        yield f"is of type {scalar_of(inner)}, which the compiler does not know"
    if is_list and (declaration.where or declaration.order):
        yield "is a list, which no where or orderBy takes"
    if declaration.sql is not None:
        yield from _condition(entity, declaration.sql)
        return
    column = declaration.column or field.python_name
    if column not in entity.table.columns:
        yield f"is no column of {entity.table.name}"
    elif _nullable(entity, column) and not _is_optional(field):
        yield f"may be missing in {entity.table.name}, so its type is optional"


def _match(entity: Entity, target: Entity, match: Match) -> Iterator[str]:
    for theirs, ours in match.items():
        if theirs not in target.table.columns:
            yield f"matches {theirs}, which is no column of {target.table.name}"
        if ours not in entity.table.columns:
            yield f"matches {ours}, which is no column of {entity.table.name}"


def _condition(entity: Entity, sql: Condition | None) -> Iterator[str]:
    if sql is None:
        return
    try:
        text = sql(_Probe(Statement(Audience("worker", frozenset())), entity.table, "row"))
    except AttributeError as error:
        yield f"is no valid SQL: {error}"
        return
    if _OTHER_TABLES.search(text):
        yield "reads another table without its company's predicate: use the row's count, exists or value"


class _Probe(Row):
    """A row whose sub-selects, which are safe, leave no trace in the text."""

    def _select(self, model: Any, sql: Condition, by: str | Match, where: Condition | None) -> str:
        super()._select(model, sql, by, where)
        return "(0)"


def _is_optional(field: Declared) -> bool:
    return isinstance(field.resolve_type(), StrawberryOptional)


def _nullable(entity: Entity, column: str) -> bool:
    return column in entity.table.columns and bool(entity.table.columns[column].nullable)


__all__ = ["disagreements"]
