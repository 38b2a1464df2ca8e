"""Reports: figures over many rows, declared by their SQL, asked for with parameters, compiled with everything else.

    @figures("Open days held (开放日统计).")
    class OpenDayFigures:
        held: int = figure("Held (举办次数).")

    open_day_figures: list[OpenDayFigures] = report(
        "R-05 …", open_day.REPORT, tables={"t": OpenDay}, permission=Permission.OPEN_DAY_READ
    )

In the SQL, `{of_t}` stands for the condition that keeps the table under the alias `t` to what the principal may see,
`{within_t}` for the one that keeps it to the division asked for (and, with `by_estate_kind`, to the kind of estate),
`{division}` for that division's path (null: all), `{place}` for it or else a regulator's own division, whose settings
hold (null: nobody's), `{since}` and `{until}` for its period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import UUID

import strawberry
from graphql import FieldNode, GraphQLField
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.utils.str_converters import to_camel_case

from schema.reads.arguments import Leaf, arguments
from schema.reads.audience import Invalid, Place, bad_input
from schema.reads.declare import DeclarationError, Root, Scope, Value, bare, column
from schema.reads.field import TYPES, Declared, argument
from schema.reads.filters import scalar_of
from schema.reads.row import subtree, table_of
from schema.reads.sql import Json, Sql, literal
from schema.reads.values import CODE, identity, kind_of
from schema.terms import EstateKind

if TYPE_CHECKING:
    from schema.reads.compile import Compiler
    from tenants.permission import Permission

T = TypeVar("T")

figure = column

DAYS: Final = {
    "since": "First day of the period (起始日期).",
    "until": "Last day of the period (截止日期).",
    "on": "As of this day (截至日期).",
}

NOWHERE: Final = UUID(int=0)


class Asked(NamedTuple):
    """A further argument of a report: its type in the contract, what it says, and how its value becomes a parameter."""

    type: Any
    description: str
    cast: str
    parameter: Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Report(Root):
    """A field of Query whose rows are made by a statement of its own."""

    sql: str
    tables: Mapping[str, Any]
    days: tuple[str, ...]
    by_division: bool = True
    by_estate_kind: bool = False
    asked: Mapping[str, Asked]
    rows_of: str | None = None

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """The division, the days, and the kind of estate."""
        place = argument(
            "division", strawberry.ID | None, "Only this division and below (行政区划); all when left out."
        )
        kind = argument("estate_kind", EstateKind | None, "Only estates of this kind (小区类型); all when left out.")
        return [
            *([place] if self.by_division else []),
            *(argument(name, dt.date, DAYS[name]) for name in self.days),
            *([kind] if self.by_estate_kind else []),
            *(argument(name, one.type, one.description) for name, one in self.asked.items()),
        ]


def report(
    description: str,
    sql: str,
    *,
    tables: Mapping[str, Any],
    permission: Permission,
    days: tuple[str, ...] = ("since", "until"),
    by_division: bool = True,
    by_estate_kind: bool = False,
    asked: Mapping[str, Asked] | None = None,
    rows_of: str | None = None,
) -> Any:
    """A field of Query: the rows of `sql`, or its one row where the type is no list. `days` are the days it asks for,
    each of which the SQL names: `{since}`; `asked` are further arguments, named in the same way.
    `rows_of` is the kind of company's row that each of its rows is, where it is one: the SQL gives its `tenant_id`, and
    that a regulator reads it is logged.
    """
    declaration = Report(
        sql=sql,
        tables=tables,
        permission=permission,
        days=days,
        by_division=by_division,
        by_estate_kind=by_estate_kind,
        asked=asked or {},
        rows_of=rows_of,
    )
    return Declared.field(declaration, description)


def figures(description: str) -> Callable[[type[T]], type[T]]:
    """Make a class the type of a report's rows; each field is a `figure` of the same name in the SQL."""

    def declare(cls: type[T]) -> type[T]:
        made: type[T] = strawberry.type(cls, description=description)
        TYPES[made.__name__] = made
        return made

    return declare


def compiled(
    compiler: Compiler, definition: GraphQLField, field: Declared, type_: Any, nodes: list[FieldNode], place: Place
) -> Json:
    """The JSON of a report."""
    declaration = field.declaration
    assert isinstance(declaration, Report)
    statement = compiler.statement
    try:
        given = arguments(definition, nodes[0], compiler.selections.variables)
    except Invalid as error:
        statement.errors.append(bad_input(error, place))
        return Json("null")
    division = given.get("division", Leaf(None))
    estate_kind = given.get("estateKind", Leaf(None))
    assert isinstance(division, Leaf)
    assert isinstance(estate_kind, Leaf)
    key, parts = "NULL", {}
    if declaration.by_division:
        key = statement.value(division, "uuid", _division, place)
        asked_for = f"(SELECT path FROM division WHERE id = {key})"
        has_own = compiler.audience.kind == "regulator" and "{place}" in declaration.sql
        own = statement.asker(Scope.DIVISION) if has_own else "NULL::text"
        parts = {"division": asked_for, "place": f"coalesce({asked_for}, {own})"}
    for name in declaration.days:
        leaf = given[name]
        assert isinstance(leaf, Leaf)
        parts[name] = statement.value(leaf, "date", _same, place)
    for name, one in declaration.asked.items():
        leaf = given.get(to_camel_case(name), Leaf(None))
        assert isinstance(leaf, Leaf)
        parts[name] = statement.value(leaf, one.cast, one.parameter, place)
    for alias, model in declaration.tables.items():
        table = table_of(model)
        statement.tables.append((table.name, alias))
        seen, asked = [], []
        if compiler.audience.kind == "tenant" and "tenant_id" in table.columns:
            seen.append(f"{alias}.tenant_id = {statement.asker(Scope.TENANT)}")
        if "division_path" in table.columns:
            if compiler.audience.kind == "regulator":
                seen.append(subtree(f"{alias}.division_path", statement.asker(Scope.DIVISION)))
            if declaration.by_division:
                # A division that does not exist has no rows, rather than those of all divisions.
                asked.append(f"({key} IS NULL OR {alias}.division_path ^@ {parts['division']})")
        if declaration.by_estate_kind and table.name == "estate":
            kind = statement.value(estate_kind, "text", CODE.parameter, place)
            asked.append(f"({kind} IS NULL OR {alias}.kind = {kind})")
        if declaration.by_estate_kind and "estate_id" in table.columns:
            kind = statement.value(estate_kind, "text", CODE.parameter, place)
            asked.append(
                f"({kind} IS NULL OR EXISTS (SELECT FROM estate WHERE id = {alias}.estate_id AND kind = {kind}))"
            )
        parts[f"of_{alias}"] = " AND ".join(seen) or "true"
        parts[f"within_{alias}"] = " AND ".join(asked) or "true"
    rows = declaration.sql.format_map(parts)
    made = Json("{")
    if declaration.rows_of is not None and compiler.audience.kind == "regulator":
        statement.logged = True
        made = Json(Sql(f"seen(figures.tenant_id, {literal(declaration.rows_of)})"), "{")
    for at, (response_key, inner) in enumerate(compiler.selections.of(type_, nodes).items()):
        made.add(f'{"," if at else ""}"{response_key}":')
        made.add(_figure(type_, inner[0].name.value))
    made.add("}")
    resolved = field.resolve_type()
    if isinstance(resolved, StrawberryList):
        return Json("[", Sql(f"coalesce((SELECT string_agg({made.sql()}, ',') FROM ({rows}) AS figures), '')"), "]")
    found = f"SELECT {made.sql()} FROM ({rows}) AS figures"
    return Json(Sql(f"coalesce(({found}), 'null')" if isinstance(resolved, StrawberryOptional) else f"({found})"))


def _figure(type_: Any, name: str) -> Json:
    if name == "__typename":
        return Json(f'"{type_.name}"')
    field = type_.fields[name].extensions["strawberry-definition"]
    assert isinstance(field, Declared)
    resolved = field.resolve_type()
    kind = kind_of(scalar_of(bare(resolved)))
    if kind is None or not isinstance(field.declaration, Value):
        raise DeclarationError(f"{type_.name}.{name} is no figure")
    column_name = field.declaration.column or field.python_name
    return kind.json(f"figures.{column_name}", nullable=isinstance(resolved, StrawberryOptional))


def _same(value: Any) -> Any:
    return value


_division_key = identity("div")


def _division(value: Any) -> Any:
    if value is None:
        return None
    # What is no id of a division is the id of none.
    return _division_key(value) or NOWHERE
