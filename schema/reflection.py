"""Questions about the schema itself (`__schema`, `__type`) are answered in memory, beside those about data."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
)

ABOUT_SCHEMA = frozenset({"__schema", "__type"})


class Parts(NamedTuple):
    """An operation in two: what asks for data and what asks about the schema, each absent when nothing does."""

    data: OperationDefinitionNode | None
    reflection: OperationDefinitionNode | None


def split(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Parts:
    """Both parts; an operation that does not ask about the schema is its own data part, unchanged."""
    selections = operation.selection_set.selections
    fields = list(root_fields(selections, fragments))
    about_schema = [field.name.value in ABOUT_SCHEMA for field in fields]
    if not any(about_schema):
        return Parts(operation, None)
    if all(about_schema):
        return Parts(None, operation)
    data = _only(selections, fragments, about_schema=False)
    reflection = _only(selections, fragments, about_schema=True)
    return Parts(_with(operation, data), _with(operation, reflection))


def reflect(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> dict[str, Any]:
    """The answer to what an operation asks about the schema."""
    definitions = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    result = execute_sync(schema, DocumentNode(definitions=(operation, *definitions)), variable_values=variables)
    if result.errors:
        raise result.errors[0]
    return result.data or {}


def root_fields(
    selections: tuple[SelectionNode, ...], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields of an operation itself, its fragments put in place."""
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection
        else:
            yield from root_fields(_inside(selection, fragments).selections, fragments)


def _only(
    selections: tuple[SelectionNode, ...],
    fragments: Mapping[str, FragmentDefinitionNode],
    *,
    about_schema: bool,
) -> SelectionSetNode:
    kept: list[SelectionNode] = []
    for selection in selections:
        if isinstance(selection, FieldNode):
            if (selection.name.value in ABOUT_SCHEMA) is about_schema:
                kept.append(selection)
            continue
        inner = _only(_inside(selection, fragments).selections, fragments, about_schema=about_schema)
        kept.append(InlineFragmentNode(type_condition=None, directives=selection.directives, selection_set=inner))
    return SelectionSetNode(selections=tuple(kept))


def _inside(selection: SelectionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> SelectionSetNode:
    if isinstance(selection, FragmentSpreadNode):
        return fragments[selection.name.value].selection_set
    assert isinstance(selection, InlineFragmentNode)
    return selection.selection_set


def _with(operation: OperationDefinitionNode, selections: SelectionSetNode) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=selections,
        loc=operation.loc,
    )
