"""How an area declares its entities: each field against a column, a relation or a SQL expression of its table.

    @entity(table=tables.Project, prefix="prj", permission=Permission.PROJECT_READ, division="division_path")
    class Project(Node):
        \"\"\"Project (物业项目): a company's engagement at an estate.\"\"\"

        name: str = column("Name (名称)", where=True, order=True)
        grid_count: int | None = column("Grids (网格数)", permission=Permission.PROJECT_READ_BASELINE)
        led: bool = expression("Has a lead (有负责人)", lambda row: row.exists(tables.ProjectLead, by="project_id"))
        estate: Estate = one("Estate (小区)", where=True)
        leads: Connection[ProjectLead] = many("Leads (项目负责人)", by="project_id")

Names of entities of other modules may be imported under TYPE_CHECKING: they are found by name when the schema is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.lazy_type import LazyType
from strawberry.utils.str_converters import to_camel_case

from schema.reads.audience import Scope
from schema.reads.connection import Connection, Node
from schema.reads.field import TYPES, Declaration, Declared, Identifier, argument
from schema.reads.row import Condition, Match, Row, table_of

if TYPE_CHECKING:
    from sqlalchemy import Table

    from tenants.permission import Permission

T = TypeVar("T")

PAGE_DEFAULT = 20
PAGE_LIMIT = 100


class DeclarationError(Exception):
    """The declarations contradict the tables or leave a permission out; the schema is not built."""


# Fields of an entity


@dataclass(frozen=True, kw_only=True)
class Value(Declaration):
    """A column or a SQL expression of the row."""

    column: str | None = None
    sql: Condition | None = None
    where: bool = False
    order: bool = False


@dataclass(frozen=True, kw_only=True)
class One(Declaration):
    """The one row of another table that matches."""

    match: Match
    condition: Condition | None = None
    where: bool = False


@dataclass(frozen=True, kw_only=True)
class Paged(Declaration):
    """A field that is a connection."""

    condition: Condition | None = None

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """Paging, `where` and `orderBy` of the entity listed."""
        from schema.reads.filters import order_type, where_type

        target = target_of(field)
        return [
            argument("first", int | None, "How many rows from the start (前几条): 20 when left out, at most 100."),
            argument("after", str | None, "Only rows after this cursor (此游标之后)."),
            argument("last", int | None, "How many rows from the end (后几条), at most 100."),
            argument("before", str | None, "Only rows before this cursor (此游标之前)."),
            argument("where", where_type(target) | None, "Only rows that meet this (筛选条件)."),
            argument(
                "order_by",
                list[order_type(target)] | None,  # type: ignore[misc]
                f"In this order (排序); without one, {target.in_order}.",
            ),
        ]


@dataclass(frozen=True, kw_only=True)
class Many(Paged):
    """The rows of another table that match, as a nested connection."""

    match: Match


# Fields of Query


@dataclass(frozen=True, kw_only=True)
class Root(Declaration):
    """A field of Query."""


@dataclass(frozen=True, kw_only=True)
class RootConnection(Root, Paged):
    """All rows of an entity that the principal may see."""


@dataclass(frozen=True, kw_only=True)
class RootOne(Root):
    """The row whose columns have values of the principal."""

    match: dict[str, Scope]


@dataclass(frozen=True, kw_only=True)
class RootById(Root):
    """The row with an id."""

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """`id`."""
        return [argument("id", strawberry.ID, "Id (编号).")]


@dataclass(frozen=True, kw_only=True)
class RootNode(Root):
    """Any entity, its type told by its id."""

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """`id`."""
        return [argument("id", strawberry.ID, "Id (编号) of any object.")]


@dataclass(frozen=True, kw_only=True)
class RootNodes(Root):
    """Several entities in the order of their ids."""

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """`ids`."""
        return [argument("ids", list[strawberry.ID], "Ids (编号) of any objects, at most 100.")]


# The public functions


def column(
    description: str,
    *,
    name: str | None = None,
    where: bool = False,
    order: bool = False,
    permission: Permission | None = None,
    personal: Permission | None = None,
    graphql_name: str | None = None,
) -> Any:
    """A column of the entity's table; `name` where it differs from the field's.

    `personal` is the permission a personal field needs (a column whose `info` says `personal` has to name one);
    `permission` that of another field which needs more than the entity does.
    """
    value = Value(column=name, where=where, order=order, permission=personal or permission)
    return Declared.field(value, description, graphql_name=graphql_name)


def expression(
    description: str,
    sql: Condition,
    *,
    where: bool = False,
    order: bool = False,
    permission: Permission | None = None,
    personal: Permission | None = None,
    graphql_name: str | None = None,
) -> Any:
    """A SQL expression of the row: `lambda row: f"{row.ended_on} IS NULL"`. Other tables only through the row's
    `count`, `exists` and `value`, which carry the company's predicate.
    """
    value = Value(sql=sql, where=where, order=order, permission=personal or permission)
    return Declared.field(value, description, graphql_name=graphql_name)


def one(
    description: str,
    *,
    by: str | Match | None = None,
    where: bool = False,
    condition: Condition | None = None,
    permission: Permission | None = None,
    graphql_name: str | None = None,
) -> Any:
    """The one row of another entity. `by` is this table's foreign key column (`<field>_id` when left out), or pairs
    of the other table's column and this table's. `condition` narrows the other rows to the one meant.
    `where=True` lets lists filter by it. An entity that not everyone who sees this row may see must be nullable.
    """
    match = {} if by is None else {"id": by} if isinstance(by, str) else dict(by)
    declaration = One(match=match, condition=condition, where=where, permission=permission)
    return Declared.field(declaration, description, graphql_name=graphql_name)


def many(
    description: str,
    *,
    by: str | Match,
    condition: Condition | None = None,
    permission: Permission | None = None,
    graphql_name: str | None = None,
) -> Any:
    """A nested connection. `by` is the other table's column that holds this row's id, or pairs of columns."""
    match = {by: "id"} if isinstance(by, str) else dict(by)
    return Declared.field(
        Many(match=match, condition=condition, permission=permission), description, graphql_name=graphql_name
    )


def connection(
    description: str,
    *,
    condition: Condition | None = None,
    permission: Permission | None = None,
    graphql_name: str | None = None,
) -> Any:
    """A field of Query: the connection of an entity. It needs the entity's permission, and `permission` if named."""
    declaration = RootConnection(condition=condition, permission=permission)
    return Declared.field(declaration, description, graphql_name=graphql_name)


def single(
    description: str, *, by: dict[str, Scope], permission: Permission | None = None, graphql_name: str | None = None
) -> Any:
    """A field of Query: the row whose columns hold values of the principal, such as `by={"id": Scope.TENANT}`.
    Always nullable: another kind of principal has no such value.
    """
    return Declared.field(RootOne(match=by, permission=permission), description, graphql_name=graphql_name)


def by_id(description: str, *, permission: Permission | None = None, graphql_name: str | None = None) -> Any:
    """A field of Query with `id:`; null for a foreign, unknown or malformed id alike."""
    return Declared.field(RootById(permission=permission), description, graphql_name=graphql_name)


def node() -> Any:
    """`Query.node(id:)`; it needs the permission of the entity that the id names."""
    return Declared.field(RootNode(), "The object with an id (按编号查询), null when there is none.")


def nodes() -> Any:
    """`Query.nodes(ids:)`."""
    return Declared.field(
        RootNodes(), "The objects with these ids in their order (按编号批量查询), null where there is none."
    )


# Entities


class Entity:
    """What the compiler knows of an entity: its table, the prefix of its ids, its permission and its fields."""

    def __init__(
        self,
        cls: type,
        table: Table,
        prefix: str,
        permission: Permission,
        division: str | Callable[[Any, str], str] | None,
        visible: Condition | None,
        order: str | None,
    ) -> None:
        self.type = cls
        self.table = table
        self.prefix = prefix
        self.permission = permission
        self.division = division
        self.visible = visible
        self.order = order
        self.tenant = "tenant_id" in table.columns

    def __repr__(self) -> str:
        return f"Entity({self.name})"

    @property
    def name(self) -> str:
        """Its GraphQL name."""
        return str(self.definition.name)

    @property
    def definition(self) -> Any:
        """Strawberry's definition."""
        return get_object_definition(self.type, strict=True)

    @property
    def in_order(self) -> str:
        """In words, how its lists are ordered when nobody says otherwise."""
        return f"by {to_camel_case(self.order)}" if self.order else "in the order of creation"

    @cached_property
    def fields(self) -> dict[str, Declared]:
        """Its declared fields by their Python names."""
        return {field.python_name: field for field in self.definition.fields if isinstance(field, Declared)}

    @cached_property
    def inputs(self) -> dict[str, Declared]:
        """Its declared fields by their names in `where`."""
        return {field.graphql_name or to_camel_case(name): field for name, field in self.fields.items()}

    def value(self, field: Declared, row: Row) -> str:
        """SQL of a column or an expression of a row."""
        declaration = field.declaration
        assert isinstance(declaration, Value)
        if declaration.sql is not None:
            return f"({declaration.sql(row)})"
        return row[declaration.column or field.python_name]


def entity(
    *,
    table: Any,
    prefix: str,
    permission: Permission,
    division: str | Callable[[Any, str], str] | None = None,
    visible: Condition | None = None,
    order: str | None = None,
    name: str | None = None,
) -> Callable[[type[T]], type[T]]:
    """Make a class an entity of a SQLModel table. `permission` is what it takes to read it at all.

    `division` is the column that holds its division path, by which a regulator's statements find its rows, or a
    function of the row and the SQL of the regulator's path: `lambda row, path: f"{row.reach} @> ARRAY[{path}]"`.
    `visible` narrows the rows to those that an audience's permissions let it see. `order` is the field by which its
    lists are ordered when nobody says otherwise; without one, they are in the order of creation.
    The class's docstring becomes the description.
    """

    def declare(cls: type[T]) -> type[T]:
        if not issubclass(cls, Node):
            raise DeclarationError(f"{cls.__name__} is an entity, so it implements Node: class {cls.__name__}(Node)")
        if not (cls.__doc__ or "").strip():
            raise DeclarationError(f"{cls.__name__} has no docstring to be its description")
        made: type[T] = strawberry.type(cls, name=name, description=paragraph(cls.__doc__))
        described = Entity(made, table_of(table), prefix, permission, division, visible, order)
        for field in described.fields.values():
            declaration = field.declaration
            if isinstance(declaration, One) and not declaration.match:
                object.__setattr__(declaration, "match", {"id": f"{field.python_name}_id"})
        made.__entity__ = described  # type: ignore[attr-defined]
        TYPES[made.__name__] = made
        return made

    return declare


def paragraph(doc: str | None) -> str:
    """A docstring without its line breaks."""
    return " ".join((doc or "").split())


def entity_of(cls: Any) -> Entity:
    """The entity that a class declares."""
    found = cls.__dict__.get("__entity__") if isinstance(cls, type) else None
    if not isinstance(found, Entity):
        raise DeclarationError(f"{getattr(cls, '__name__', cls)} is not an entity: declare it with @entity")
    return found


def target_of(field: Declared) -> Entity:
    """The entity that a relation or a connection leads to."""
    resolved = bare(field.resolve_type())
    definition = get_object_definition(resolved)
    if definition is not None and definition.concrete_of is get_object_definition(Connection, strict=True):
        resolved = bare(definition.type_var_map["T"])
    return entity_of(resolved)


def bare(resolved: Any) -> Any:
    """A resolved type without its wrapping in optional, list or lazy."""
    while True:
        if isinstance(resolved, (StrawberryOptional, StrawberryList)):
            resolved = resolved.of_type
        elif isinstance(resolved, LazyType):
            resolved = resolved.resolve_type()
        else:
            return resolved


# References: what a mutation returns in the place of an entity


@dataclass(frozen=True, slots=True)
class Ref:
    """An entity by its key, for a mutation's payload; its selection is read in the same transaction."""

    entity: Entity
    key: UUID | str


def ref(cls: type[T], key: UUID | str) -> T:
    """A reference to an entity where a payload's type asks for the entity; `schema.reads.payload` completes it."""
    return Ref(entity_of(cls), key)  # type: ignore[return-value]


__all__ = [
    "PAGE_DEFAULT",
    "PAGE_LIMIT",
    "Connection",
    "DeclarationError",
    "Declared",
    "Entity",
    "Identifier",
    "Many",
    "Node",
    "One",
    "Paged",
    "Ref",
    "Root",
    "RootById",
    "RootConnection",
    "RootNode",
    "RootNodes",
    "RootOne",
    "Scope",
    "Value",
    "bare",
    "by_id",
    "column",
    "connection",
    "entity",
    "entity_of",
    "expression",
    "many",
    "node",
    "nodes",
    "one",
    "paragraph",
    "ref",
    "single",
    "target_of",
]
