"""Argument values with where they came from, so that a statement is compiled once and bound to every later request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from schema.reads.audience import Invalid, Values
from schema.reads.connection import Direction, OrderField

Get = Callable[[Values], Any]


class Leaf(NamedTuple):
    """A scalar, an enum value, a list of either, or null. `get` finds it in later requests; None: it never changes."""

    value: Any
    get: Get | None = None
    path: tuple[str | int, ...] = ()


Tree = dict[str, Any] | list[Any] | Leaf
"""What an argument holds: objects as dicts, lists of objects as lists, everything else as leaves."""

ABSENT: Any = object()


def arguments(field: GraphQLField, node: FieldNode, variables: Values) -> dict[str, Tree]:
    """The arguments given to a field, by name; what is left out and has no default is not among them."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    return _members(field.args, given, variables)


def _members(defined: Mapping[str, Any], given: Mapping[str, ValueNode], variables: Values) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for name, definition in defined.items():
        tree = _tree(given[name], definition.type, variables) if name in given else ABSENT
        if tree is ABSENT:
            default = coerce_default_value(definition)
            if default is Undefined:
                continue
            tree = _constant(default, definition.type)
        found[name] = tree
    return found


def _tree(node: ValueNode, type_: GraphQLInputType, variables: Values) -> Tree:
    required = is_non_null_type(type_)
    inner: Any = type_.of_type if required else type_  # type: ignore[union-attr]
    if isinstance(node, VariableNode):
        name = node.name.value
        if name not in variables:
            return ABSENT  # type: ignore[no-any-return]
        tree = _variable(variables[name], inner, (name,))
    elif isinstance(node, NullValueNode):
        tree = Leaf(None)
    elif is_list_type(inner):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        tree = _list([_tree(item, inner.of_type, variables) for item in items], inner.of_type)
    elif is_input_object_type(inner):
        assert isinstance(node, ObjectValueNode)
        tree = _members(inner.fields, {field.name.value: field.value for field in node.fields}, variables)
    else:
        tree = Leaf(coerce_input_literal(node, inner))
    if required and isinstance(tree, Leaf) and tree.value is None:
        raise Invalid("此处的值不能为 null。", "The value here cannot be null.")
    return tree


def _list(items: list[Any], type_: Any) -> Tree:
    trees = [Leaf(None) if item is ABSENT else item for item in items]
    required = is_non_null_type(type_)
    if required and any(isinstance(tree, Leaf) and tree.value is None for tree in trees):
        raise Invalid("列表中的值不能为 null。", "A value in this list cannot be null.")
    if not _is_leaf(type_):
        return trees
    values = [tree.value for tree in trees]
    gets = [tree.get for tree in trees]
    if not any(gets):
        return Leaf(values)

    def get(variables: Values) -> list[Any]:
        return [value if find is None else find(variables) for value, find in zip(values, gets, strict=True)]

    return Leaf(values, get)


def _variable(value: Any, type_: GraphQLInputType, path: tuple[str | int, ...]) -> Tree:
    inner: Any = type_.of_type if is_non_null_type(type_) else type_
    if value is not None and is_input_object_type(inner):
        return {
            key: _variable(value[key], field.type, (*path, key)) for key, field in inner.fields.items() if key in value
        }
    if value is not None and is_list_type(inner) and not _is_leaf(inner.of_type):
        return [_variable(item, inner.of_type, (*path, index)) for index, item in enumerate(value)]
    return Leaf(value, _finder(path), path)


def _constant(value: Any, type_: GraphQLInputType) -> Tree:
    return _fixed(_variable(value, type_, ()))


def _fixed(tree: Tree) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(tree.value)
    if isinstance(tree, list):
        return [_fixed(item) for item in tree]
    return {key: _fixed(item) for key, item in tree.items()}


def _is_leaf(type_: Any) -> bool:
    inner = type_.of_type if is_non_null_type(type_) else type_
    return is_scalar_type(inner) or is_enum_type(inner)


def _finder(path: tuple[str | int, ...]) -> Get:
    if len(path) == 1:
        (name,) = path
        return lambda variables: variables[name]  # type: ignore[index]

    def get(variables: Values) -> Any:
        value: Any = variables
        for step in path:
            value = value[step]
        return value

    return get


# The part of the variables that decides a statement's text


def shape(value: Any, type_: Any) -> Any:
    """What of a variable's value the statement's text depends on: which keys are there, booleans, orders."""
    if value is None:
        return None
    inner = type_.of_type if is_non_null_type(type_) else type_
    if is_input_object_type(inner):
        return tuple((key, shape(value[key], field.type)) for key, field in inner.fields.items() if key in value)
    if is_list_type(inner):
        return True if _is_leaf(inner.of_type) else tuple(shape(item, inner.of_type) for item in value)
    if isinstance(value, (bool, Direction, OrderField)):
        return value
    return True
