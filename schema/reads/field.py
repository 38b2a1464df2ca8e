"""A GraphQL field that says where its value lies: Strawberry sees its type, the compiler its declaration."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import UNRESOLVED, StrawberryField

if TYPE_CHECKING:
    from tenants.permission import Permission

TYPES: dict[str, Any] = {}
"""Entities, their filters and their orders by name, so that modules name each other's types without importing them."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a field means; the permission it needs beyond that of the entity it belongs to."""

    permission: Permission | None = None

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """The arguments of the field, made when the schema is built."""
        return []


class Declared(StrawberryField):
    """A Strawberry field with a declaration. No resolver runs under a read, so it has none."""

    declaration: Declaration

    @classmethod
    def field(cls, declaration: Declaration, description: str, **options: Any) -> Any:
        """A field for the body of a type; `Any`, because the annotation beside it says its type."""
        if declaration.permission is not None:
            description = f"{description} Needs `{declaration.permission.value}` (所需权限)."
        made = cls(description=description, **options)
        made.declaration = declaration
        return made

    def __copy__(self) -> Declared:
        copied = super().__copy__()
        copied.declaration = self.declaration
        return copied

    def resolve_type(self, **options: Any) -> Any:
        """The type of the annotation; names it does not know are looked up among the declared types."""
        resolved = super().resolve_type(**options)
        annotation = self.type_annotation
        if resolved is UNRESOLVED and annotation is not None and isinstance(self.origin, type):
            namespace = {**TYPES, **vars(sys.modules[self.origin.__module__])}
            self.type_annotation = StrawberryAnnotation(annotation.raw_annotation, namespace=namespace)
            resolved = super().resolve_type(**options)
        return resolved

    @property
    def arguments(self) -> list[StrawberryArgument]:
        """Those of the declaration; made late, for they may name types declared later."""
        if self._arguments is None:
            self._arguments = self.declaration.arguments(self)
        return self._arguments

    @arguments.setter
    def arguments(self, value: list[StrawberryArgument]) -> None:
        self._arguments = value


def argument(name: str, type_: Any, description: str, **options: Any) -> StrawberryArgument:
    """One argument; `name` is the Python name, shown in camelCase."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type_, namespace=TYPES),
        description=description,
        **options,
    )


@dataclass(frozen=True, kw_only=True)
class Identifier(Declaration):
    """The id of an entity: its prefix and the key of its row."""


Match = Mapping[str, str]
"""Column of the other table -> column of this row."""
