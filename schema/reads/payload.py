"""What a mutation returns of its entities is read like any query: compiled, in the mutation's own transaction.

The selections are compiled before anything is changed, so a document that may not be read changes nothing. Then

    payloads = compile_payloads(schema, operation, fragments, variables, Audience.of(principal))
    await execute(schema, document, context, …, executor_class=PayloadExecutor, payloads=payloads)

puts the JSON of every `ref(Entity, key)` into the result as an `orjson.Fragment`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from schema.failure import Failure, FailureCode
from schema.reads.audience import Audience, Place, Values
from schema.reads.compile import Compiler, Selections
from schema.reads.declare import DeclarationError, Entity, Ref, entity_of
from schema.reads.sql import select


class Payloads:
    """The compiled selections of one mutation request, by the first node of their field."""

    def __init__(self) -> None:
        self._selected: dict[int, _Selected] = {}

    def add(self, node: FieldNode, selected: _Selected) -> None:
        """Keep what is selected at a field."""
        self._selected[id(node)] = selected

    def at(self, node: FieldNode) -> _Selected:
        """What is selected at a field."""
        return self._selected[id(node)]


def compile_payloads(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Values,
    audience: Audience,
) -> Payloads:
    """Compile every selection of an entity in a mutation. Raises `Failure` as a query would."""
    assert schema.mutation_type is not None
    selections = Selections(schema, fragments, variables)
    payloads = Payloads()
    forbidden = []
    faults = []
    waiting: list[tuple[GraphQLObjectType, dict[str, list[FieldNode]], tuple[str, ...]]] = [
        (schema.mutation_type, selections.within(schema.mutation_type, [operation.selection_set]), ())
    ]
    while waiting:
        parent, fields, path = waiting.pop()
        for key, nodes in fields.items():
            definition = parent.fields.get(nodes[0].name.value)
            type_ = get_named_type(definition.type) if definition else None
            if not isinstance(type_, GraphQLObjectType):
                continue  # a leaf
            below = selections.of(type_, nodes)
            place = Place(nodes, (*path, key))
            entity = _entity_behind(type_)
            if entity is None:
                waiting.append((type_, below, place.path))
                continue
            compiler = Compiler(selections, audience)
            if compiler.allowed(entity.permission, ".".join(place.path), place):
                selected = _Selected(compiler, entity, type_, below, place, variables)
                faults += selected.faults()
                payloads.add(nodes[0], selected)
            forbidden += compiler.forbidden
    if forbidden:
        raise Failure(FailureCode.FORBIDDEN, forbidden)
    if faults:
        raise Failure(FailureCode.BAD_USER_INPUT, faults)
    return payloads


def _entity_behind(type_: GraphQLObjectType) -> Entity | None:
    definition = type_.extensions.get("strawberry-definition")
    try:
        return entity_of(getattr(definition, "origin", None))
    except DeclarationError:
        return None


class _Selected:
    """The statement of one selection: finds entities by their keys."""

    def __init__(
        self,
        compiler: Compiler,
        entity: Entity,
        type_: GraphQLObjectType,
        fields: dict[str, list[FieldNode]],
        place: Place,
        variables: Values,
    ) -> None:
        self._entity = entity
        self._variables = variables
        statement = self._statement = compiler.statement
        row = statement.row(entity.table)
        made = compiler.object(entity, type_, row, fields, place)
        (keys,) = statement.found(("keys",), ("uuid[]",), _no_keys)
        self._keys_at = int(keys[1 : keys.index(":")]) - 1
        conditions = [*compiler.rows(entity, row), f"{row['id']} = ANY({keys})"]
        self._sql = select(f"{row['id']}, convert_to({made.sql()}, 'UTF8')", row, conditions)

    def faults(self) -> list[Any]:
        """Values of the request that cannot be used."""
        return self._statement.faults(self._variables)

    async def read(self, refs: Sequence[Ref], connection: Any, principal: Any) -> dict[Any, orjson.Fragment]:
        """The JSON of each entity that is there, by its key."""
        assert all(ref.entity is self._entity for ref in refs), "the payload's type and its references differ"
        parameters = self._statement.fill(self._variables, principal)
        parameters[self._keys_at] = [ref.key for ref in refs]
        return {
            UUID(int=key.int): orjson.Fragment(text) for key, text in await connection.fetch(self._sql, *parameters)
        }


def _no_keys(_: Values, __: Any) -> list[UUID]:
    return []


class PayloadExecutor(ExecutorThrowingOnIncremental):
    """graphql-core's executor, which completes a `Ref` by its compiled statement.

    `info.context.scope` has the connection of the transaction and its principal.
    """

    def __init__(self, *args: Any, payloads: Payloads, **options: Any) -> None:
        super().__init__(*args, **options)
        self._payloads = payloads
        # A connection runs one statement at a time, and the fields of a payload are completed at once.
        self._turn = asyncio.Lock()

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """As graphql-core does, but for references to entities and lists of them."""
        inner = return_type.of_type if is_non_null_type(return_type) else return_type
        if isinstance(result, Ref):
            return self._one(return_type, field_details_list[0].node, result)
        if is_list_type(inner) and isinstance(result, list | tuple) and any(isinstance(one, Ref) for one in result):
            return self._several(inner.of_type, field_details_list[0].node, result)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    async def _one(self, type_: Any, node: FieldNode, ref: Ref) -> orjson.Fragment | None:
        found = await self._read(node, [ref])
        return self._completed(type_, ref, found)

    async def _several(self, type_: Any, node: FieldNode, refs: Sequence[Ref | None]) -> list[orjson.Fragment | None]:
        found = await self._read(node, [ref for ref in refs if ref is not None])
        return [self._completed(type_, ref, found) for ref in refs]

    async def _read(self, node: FieldNode, refs: Sequence[Ref]) -> dict[Any, orjson.Fragment]:
        scope = self.context_value.scope
        async with self._turn:
            return await self._payloads.at(node).read(refs, scope.connection, scope.principal)

    @staticmethod
    def _completed(type_: Any, ref: Ref | None, found: dict[Any, orjson.Fragment]) -> orjson.Fragment | None:
        fragment = None if ref is None else found.get(ref.key)
        if fragment is None and is_non_null_type(type_):
            raise LookupError(f"the change left no {ref} that its own principal can read")
        return fragment
