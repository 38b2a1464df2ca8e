"""A selection becomes one SQL expression that is its JSON; permissions are checked on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.types.base import StrawberryList, StrawberryOptional

from schema.failure import Failure, FailureCode
from schema.reads.arguments import arguments
from schema.reads.audience import ERROR_LIMIT, Audience, Invalid, Place, Values, bad_input, forbidden
from schema.reads.declare import Entity, Many, One, Scope, Value, target_of
from schema.reads.field import Declared, Identifier
from schema.reads.filters import scalar_of
from schema.reads.listing import Listing
from schema.reads.row import Row
from schema.reads.sql import Json, Sql, Statement, select
from schema.reads.values import TEXT, kind_of
from tenants.division import subtree
from tenants.permission import Permission

Fields = dict[str, list[FieldNode]]


class Selections:
    """What is selected on a concrete type: fragments put in place, directives decided, same keys merged."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Values
    ) -> None:
        self.schema = schema
        self._fragments = fragments
        self.variables = variables

    def of(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Fields:
        """The fields below some nodes, by response key."""
        return self.within(type_, [node.selection_set for node in nodes if node.selection_set])

    def within(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Fields:
        """The fields in some selection sets, by response key."""
        found: Fields = {}
        visited: set[str] = set()
        for selection_set in sets:
            for node in self._walk(type_, selection_set, visited):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def _walk(
        self, type_: GraphQLObjectType, selection_set: SelectionSetNode, visited: set[str]
    ) -> Iterator[FieldNode]:
        for node in selection_set.selections:
            if node.directives and not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_):
                    yield from self._walk(type_, node.selection_set, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_):
                    yield from self._walk(type_, fragment.selection_set, visited)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                value: Any = (directive.arguments or ())[0].value
                condition = self.variables[value.name.value] if isinstance(value, VariableNode) else value.value
                if condition is None:
                    problem = (
                        "@skip 和 @include 的条件不能为 null。 / The condition of @skip or @include cannot be null."
                    )
                    raise Failure(FailureCode.BAD_USER_INPUT, [GraphQLError(problem, directive)])
                if condition is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, name: str, type_: GraphQLObjectType) -> bool:
        if name == type_.name:
            return True
        condition = self.schema.type_map[name]
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, type_)


class Compiler:
    """Compiles selections into one statement, for one audience and one shape of variables."""

    def __init__(self, selections: Selections, audience: Audience) -> None:
        self.selections = selections
        self.audience = audience
        self.statement = Statement(audience)
        self.forbidden: list[GraphQLError] = []

    # Permissions

    def allowed(self, permission: Permission | None, what: str, place: Place) -> bool:
        """Whether the principal has a permission; if not, that is noted."""
        if permission is None or permission in self.audience.permissions:
            return True
        if len(self.forbidden) < ERROR_LIMIT:
            self.forbidden.append(forbidden(what, permission, place))
        return False

    # Rows

    def rows(self, entity: Entity, row: Row) -> list[str]:
        """The conditions that keep rows of an entity to what the principal's kind may see."""
        statement = row.statement
        conditions = statement.reach(row)
        if self.audience.kind == "regulator" and entity.division is not None:
            path = statement.asker(Scope.DIVISION)
            if callable(entity.division):
                conditions.append(f"({entity.division(row, path)})")
            else:
                conditions.append(subtree(row[entity.division], path))
        if entity.visible is not None:
            conditions.append(f"({entity.visible(row)})")
        return conditions

    # Objects

    def object(self, entity: Entity, type_: GraphQLObjectType, row: Row, fields: Fields, place: Place) -> Json:
        """The JSON of a row as an object."""
        made = Json(self.statement.seen(row, entity.name), "{")
        separator = ""
        for key, nodes in fields.items():
            made.add(f'{separator}"{key}":')
            separator = ","
            made.add(self._field(entity, type_, row, nodes, place.at(key, nodes)))
        made.add("}")
        return made

    def _field(self, entity: Entity, type_: GraphQLObjectType, row: Row, nodes: list[FieldNode], place: Place) -> Json:
        name = nodes[0].name.value
        if name == "__typename":
            return Json(f'"{type_.name}"')
        definition = type_.fields[name]
        field = declared(definition)
        declaration = field.declaration
        if isinstance(declaration, Identifier):
            return Json(f'"{entity.prefix}_', Sql(f"{row['id']}::text"), '"')
        if not self.allowed(declaration.permission, ".".join(place.path), place):
            return Json("null")
        if isinstance(declaration, Value):
            return self._value(entity, field, row)
        if isinstance(declaration, One):
            return self._one(definition, field, declaration, row, nodes, place)
        assert isinstance(declaration, Many)
        return self.connection(definition, field, row, nodes, place)

    def _value(self, entity: Entity, field: Declared, row: Row) -> Json:
        resolved = field.resolve_type()
        nullable = isinstance(resolved, StrawberryOptional)
        inner = resolved.of_type if isinstance(resolved, StrawberryOptional) else resolved
        kind = TEXT if isinstance(inner, StrawberryList) else kind_of(scalar_of(inner))
        assert kind is not None
        return kind.json(entity.value(field, row), nullable=nullable)

    def _one(
        self,
        definition: GraphQLField,
        field: Declared,
        declaration: One,
        row: Row,
        nodes: list[FieldNode],
        place: Place,
    ) -> Json:
        target = target_of(field)
        if not self.allowed(target.permission, ".".join(place.path), place):
            return Json("null")
        other = self.statement.row(target.table)
        conditions = [*self.rows(target, other), *row.matching(other, declaration.match)]
        if declaration.condition is not None:
            conditions.append(f"({declaration.condition(other)})")
        type_ = named(definition)
        made = self.object(target, type_, other, self.selections.of(type_, nodes), place)
        unique = set(declaration.match) >= {"id"}
        found = select(made.sql(), other, conditions) + ("" if unique else f" ORDER BY {other['id']} LIMIT 1")
        if isinstance(field.resolve_type(), StrawberryOptional):
            return Json(Sql(f"coalesce(({found}), 'null')"))
        return Json(Sql(f"({found})"))

    # Connections

    def connection(
        self, definition: GraphQLField, field: Declared, row: Row | None, nodes: list[FieldNode], place: Place
    ) -> Json:
        """The JSON of a connection: nested under `row`, or at the root."""
        target = target_of(field)
        if not self.allowed(target.permission, ".".join(place.path), place):
            return Json("null")
        try:
            given = arguments(definition, nodes[0], self.selections.variables)
        except Invalid as error:
            self.statement.errors.append(bad_input(error, place))
            return Json("null")
        return Listing(self, named(definition), field, target, row, given, nodes, place).json()


def declared(definition: GraphQLField) -> Declared:
    """The declaration behind a GraphQL field."""
    field = definition.extensions["strawberry-definition"]
    assert isinstance(field, Declared)
    return field


def named(definition: GraphQLField) -> GraphQLObjectType:
    """The object type that a field leads to."""
    type_ = get_named_type(definition.type)
    assert isinstance(type_, GraphQLObjectType)
    return type_
