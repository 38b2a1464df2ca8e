"""`where` and `orderBy`: their input types, made from the columns an entity declares filterable and orderable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from schema.reads.connection import Direction, OrderField
from schema.reads.declare import DeclarationError, Entity, One, Value, bare, target_of
from schema.reads.field import TYPES

WHERE_DEPTH = 5
WHERE_PARTS = 100
ORDER_LIMIT = 4

_Operators = tuple[tuple[str, str], ...]

_EQUALITY: _Operators = (("eq", "Equal to this (等于)."), ("in", "Equal to one of these (属于), at most 100."))
_ORDER: _Operators = (
    ("gt", "After or above this (大于)."),
    ("gte", "This or after it (大于等于)."),
    ("lt", "Before or below this (小于)."),
    ("lte", "This or before it (小于等于)."),
)
_TEXT: _Operators = (
    ("contains", "Has this somewhere (包含), case matters."),
    ("starts_with", "Starts with this (以此开头), case matters."),
)
_NULL = ("is_null", "Has no value, or has one (为空).")

_SCALARS: dict[Any, tuple[str, _Operators]] = {
    str: ("String", _EQUALITY + _TEXT),
    int: ("Int", _EQUALITY + _ORDER),
    Decimal: ("Decimal", _EQUALITY + _ORDER),
    dt.date: ("Date", _EQUALITY + _ORDER),
    dt.datetime: ("DateTime", _EQUALITY + _ORDER),
    bool: ("Boolean", _EQUALITY[:1]),
    strawberry.ID: ("ID", _EQUALITY),
}


def scalar_of(resolved: Any) -> Any:
    """The Python type of a leaf field's values: a scalar's, or the enum."""
    inner = bare(resolved)
    return inner.wrapped_cls if isinstance(inner, StrawberryEnumDefinition) else inner


def filter_type(leaf: Any) -> Any:
    """The operators for one kind of value."""
    if isinstance(leaf, type) and issubclass(leaf, Enum):
        name, operators = leaf.__name__, _EQUALITY
    elif leaf in _SCALARS:
        name, operators = _SCALARS[leaf]
    else:
        raise DeclarationError(f"there is no filter for values of {leaf}")
    return _made(
        f"{name}Filter",
        f"Conditions on a value of {name} (取值条件); all of them must hold.",
        lambda: [
            *(_input(op, list[leaf] if op == "in" else leaf, text) for op, text in operators),
            _input(_NULL[0], bool, _NULL[1]),
        ],
    )


def where_type(entity: Entity) -> Any:
    """The `where` input of an entity."""
    name = f"{entity.name}Where"

    def fields() -> list[StrawberryField]:
        made = [_input("id", filter_type(strawberry.ID), "Id (编号).")]
        for field in entity.fields.values():
            declaration = field.declaration
            if isinstance(declaration, Value) and declaration.where:
                made.append(_input(field, filter_type(scalar_of(field.resolve_type())), field.description or ""))
            elif isinstance(declaration, One) and declaration.where:
                made.append(
                    _input(field, where_type(target_of(field)), f"There is one that meets this: {field.description}")
                )
        return [
            *made,
            _input("and", _list_of(TYPES[name]), "All of these hold (并且)."),
            _input("or", _list_of(TYPES[name]), "At least one of these holds (或者)."),
            _input("not", TYPES[name], "This does not hold (非)."),
        ]

    return _made(name, f"Which rows of {entity.name} (筛选条件): all conditions given must hold.", fields)


def _list_of(type_: Any) -> Any:
    return list[type_]


def order_type(entity: Entity) -> Any:
    """The `orderBy` input of an entity."""
    return _made(
        f"{entity.name}Order",
        f"One step of an order of {entity.name} (排序依据).",
        lambda: [
            _input("field", _order_fields(entity), "By this field (排序字段).", required=True),
            _input("direction", Direction, "In this direction (排序方向).", default=Direction.ASC, required=True),
        ],
    )


def _order_fields(entity: Entity) -> Any:
    name = f"{entity.name}OrderField"
    if name not in TYPES:
        members = {"ID": strawberry.enum_value("id", description="Order of creation (创建顺序).")}
        for field in entity.fields.values():
            if isinstance(field.declaration, Value) and field.declaration.order:
                members[field.python_name.upper()] = strawberry.enum_value(
                    field.python_name, description=field.description
                )
        make: Any = OrderField
        fields = make(name, members)
        TYPES[name] = strawberry.enum(fields, name=name, description=f"Fields that order {entity.name} (可排序字段).")
    return TYPES[name]


def _input(
    field: StrawberryField | str, type_: Any, description: str, *, default: Any = UNSET, required: bool = False
) -> StrawberryField:
    python_name = field if isinstance(field, str) else field.python_name
    return StrawberryField(
        python_name=python_name,
        graphql_name=None if isinstance(field, str) else field.graphql_name,
        type_annotation=StrawberryAnnotation(type_ if required else type_ | None),
        description=description,
        default=default,
    )


def _made(name: str, description: str, fields: Callable[[], list[StrawberryField]]) -> Any:
    if name not in TYPES:
        # Known before its fields are made: types may name each other and themselves.
        made: Any = type(name, (), {"__doc__": description})
        TYPES[name] = made
        made.__strawberry_definition__ = StrawberryObjectDefinition(
            name=name,
            is_input=True,
            is_interface=False,
            origin=made,
            description=description,
            interfaces=[],
            extend=False,
            directives=(),
            is_type_of=None,
            resolve_type=None,
            fields=[],
        )
        made.__strawberry_definition__.fields.extend(fields())
    return TYPES[name]
