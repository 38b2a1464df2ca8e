"""Reads: an area declares entities here; a document over them becomes one SQL statement that returns its JSON."""

from schema.reads.connection import Connection, Direction, Edge, Node, PageInfo
from schema.reads.declare import (
    DeclarationError,
    Ref,
    Scope,
    by_id,
    column,
    connection,
    entity,
    expression,
    many,
    node,
    nodes,
    one,
    ref,
    single,
)
from schema.reads.row import Row
from schema.reads.scalars import SCALARS

__all__ = [
    "SCALARS",
    "Connection",
    "DeclarationError",
    "Direction",
    "Edge",
    "Node",
    "PageInfo",
    "Ref",
    "Row",
    "Scope",
    "by_id",
    "column",
    "connection",
    "entity",
    "expression",
    "many",
    "node",
    "nodes",
    "one",
    "ref",
    "single",
]
