"""The Relay shapes every list and every object shares: Node, Connection, Edge, PageInfo, order direction."""

from enum import Enum
from typing import Generic, TypeVar

import strawberry

from schema.reads.field import Declared, Identifier

T = TypeVar("T")


@strawberry.interface(description="Anything with an id of its own (对象): `node(id:)` finds it again.")
class Node:
    """The interface of every entity."""

    id: strawberry.ID = Declared.field(Identifier(), "Opaque id (编号), stable for ever.")


@strawberry.type(description="Where a page lies in its list (分页信息).")
class PageInfo:
    """The four facts of Relay paging."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page (是否有下一页).")
    has_previous_page: bool = strawberry.field(description="Whether rows come before this page (是否有上一页).")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the page's first row (首行游标); null when empty."
    )
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last row (末行游标); null when empty.")


@strawberry.type(description="A row of a list with its place in it (列表项).")
class Edge(Generic[T]):
    """One row and its cursor."""

    cursor: str = strawberry.field(description="Opaque place of the row (游标), for `after` and `before`.")
    node: T = strawberry.field(description="The row itself (对象).")


@strawberry.type(description="One page of a list (分页列表).")
class Connection(Generic[T]):
    """One page; what is not selected costs nothing."""

    nodes: list[T] = strawberry.field(description="The rows of the page (本页对象).")
    edges: list[Edge[T]] = strawberry.field(description="The rows of the page with their cursors (本页列表项).")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list (分页信息).")
    total_count: int = strawberry.field(
        description="How many rows the whole list has under `where` (总数); counted only when selected."
    )


@strawberry.enum(description="Direction of an order (排序方向).")
class Direction(Enum):
    """Ascending or descending; missing values come last either way."""

    ASC = strawberry.enum_value("ASC", description="Ascending (升序), missing values last.")
    DESC = strawberry.enum_value("DESC", description="Descending (降序), missing values last.")


class OrderField(Enum):
    """What the enums of orderable fields have in common: their members name Python fields."""
