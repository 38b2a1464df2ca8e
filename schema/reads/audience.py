"""Who a document is compiled for, and the errors that refuse a document before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import GraphQLError, Node

if TYPE_CHECKING:
    from tenants.permission import Permission
    from tenants.scope import Kind, Principal

ERROR_LIMIT = 20


class Audience(NamedTuple):
    """What a compiled statement depends on of a principal: never which company or which person it is."""

    kind: Kind
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, principal: Principal) -> Audience:
        """The audience a principal belongs to."""
        return cls(principal.kind, principal.permissions)


class Scope(StrEnum):
    """Values a statement takes from who is asking, never from the request."""

    ACTOR = "actor_id"
    DIVISION = "division_path"
    REGULATOR = "regulator_id"
    TENANT = "tenant_id"


class Place(NamedTuple):
    """Where in a document: the field's nodes and its response path, without list indices."""

    nodes: Sequence[Node]
    path: tuple[str, ...]

    def at(self, key: str, nodes: Sequence[Node]) -> Place:
        """The place of a field below."""
        return Place(nodes, (*self.path, key))


class Invalid(Exception):
    """A value of the request cannot be used; the message says what would do, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")


def bad_input(error: Invalid, place: Place) -> GraphQLError:
    """The error of a value that cannot be used."""
    return GraphQLError(str(error), place.nodes, path=place.path, extensions={"code": "BAD_USER_INPUT"})


def forbidden(what: str, permission: Permission, place: Place) -> GraphQLError:
    """The error of a field that needs a permission the principal has not."""
    return GraphQLError(
        f"读取 {what} 需要权限 {permission.value}。 / Reading {what} needs the permission {permission.value}.",
        place.nodes,
        path=place.path,
        extensions={"code": "FORBIDDEN", "permission": permission.value},
    )


Values = Mapping[str, Any]
"""Coerced variables by name."""
