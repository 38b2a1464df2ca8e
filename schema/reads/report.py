"""Reports: figures over many rows, declared by their SQL, asked for with parameters, compiled with everything else.

    @figures("Open days held (开放日统计).")
    class OpenDayFigures(Cell):
        held: int = figure("Held (举办次数).")

    open_day_figures: list[OpenDayFigures] = report(
        "R-05 …", open_day.REPORT, tables={"t": OpenDay}, permission=Permission.OPEN_DAY_READ
    )

In the SQL, `{of_t}` stands for the condition that keeps the table under the alias `t` to what the principal may see,
`{within_t}` for the one that keeps it to the division meant (and, with `by_estate_kind`, to the kind of estate),
`{place}` for the path of that division (null: everything a company has), whose settings hold, `{since}` and `{until}`
for the period, and `{as_of}` for the day as on which things stand: a report whose SQL names it has the argument.
`{any_kind}` is whether no kind of estate is asked for.

A report of a division and a period has rows that are a `Cell`. It is asked for once or for many cells, and its SQL does
not know: `breakdown` runs it for each division directly below, `every` for each part of the period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import UUID

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.utils.str_converters import to_camel_case

from schema.reads.arguments import Leaf, Tree, arguments
from schema.reads.audience import Invalid, Place, Values, bad_input
from schema.reads.declare import DeclarationError, One, Root, Scope, Value, bare, column, one, target_of
from schema.reads.field import TYPES, Declared, argument
from schema.reads.filters import scalar_of
from schema.reads.row import table_of
from schema.reads.sql import Json, Sql, literal, select
from schema.reads.values import CODE, TEXT, identity, kind_of
from schema.terms import EstateKind, Every
from tenants.division import subtree
from tenants.row import today

if TYPE_CHECKING:
    from sqlalchemy import Table

    from schema.division import Division
    from schema.reads.compile import Compiler
    from tenants.permission import Permission

T = TypeVar("T")

figure = column

DAYS: Final = {
    "since": "First day of the period (起始日期).",
    "until": "Last day of the period (截止日期).",
    "on": "As of this day (截至日期).",
}

AS_OF: Final = "As it stood at the end of this day (截至日期), by the days on record; today when left out."
BREAKDOWN: Final = "A row for each division directly below, in place of one for all (按下一级分列)."
EVERY: Final = (
    "A row for each month, quarter, half-year or year of the period, the first and the last cut to it (按期分列);"
    " at most 60 of them, with `breakdown` at most 12."
)
PERIODS: Final = 60
PERIODS_BROKEN_DOWN: Final = 12

BELOW: Final = 20
"""What a breakdown is taken for before it has run: so many divisions directly below, as a county has streets."""

NOWHERE: Final = UUID(int=0)


class Asked(NamedTuple):
    """A further argument of a report: its type in the contract, what it says, and how its value becomes a parameter.

    `anew` where that depends on the day: then a constant of the document is looked at in every request, too.
    """

    type: Any
    description: str
    cast: str
    parameter: Callable[[Any], Any]
    anew: bool = False


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
    withholds: bool = False

    @property
    def in_cells(self) -> bool:
        """Whether it is of a division and a period, so that it can be broken down by both."""
        return self.by_division and self.days == ("since", "until")

    @property
    def stands_on_a_day(self) -> bool:
        """Whether it has the argument `as_of` of every report, and not one of its own."""
        return "{as_of}" in self.sql and "as_of" not in self.asked

    def arguments(self, field: Declared) -> list[StrawberryArgument]:
        """The division, the days, the kind of estate, and how to break it down."""
        place = argument(
            "division", strawberry.ID | None, "Only this division and below (行政区划); all when left out."
        )
        kind = argument("estate_kind", EstateKind | None, "Only estates of this kind (小区类型); all when left out.")
        cells = [argument("breakdown", bool, BREAKDOWN, default=False), argument("every", Every | None, EVERY)]
        return [
            *([place] if self.by_division else []),
            *(argument(name, dt.date, DAYS[name]) for name in self.days),
            *([argument("as_of", dt.date | None, AS_OF)] if self.stands_on_a_day else []),
            *([kind] if self.by_estate_kind else []),
            *(cells if self.in_cells else []),
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
    withholds: bool = False,
) -> Any:
    """A field of Query: the rows of `sql`, or its one row where the type is no list. `days` are the days it asks for,
    each of which the SQL names: `{since}`; `asked` are further arguments, named in the same way.
    `rows_of` is the kind of company's row that each of its rows is, where it is one: the SQL gives its `tenant_id`, and
    that a regulator reads it is logged. With `withholds` the SQL gives `withheld`, an array of the names, as in the
    contract, of the figures that are null because they would tell of a few people.
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
        withholds=withholds,
    )
    return Declared.field(declaration, description)


def figures(description: str) -> Callable[[type[T]], type[T]]:
    """Make a class the type of a report's rows; each field is a `figure` of the same name in the SQL."""

    def declare(cls: type[T]) -> type[T]:
        made: type[T] = strawberry.type(cls, description=description)
        TYPES[made.__name__] = made
        return made

    return declare


@strawberry.type
class Cell:
    """What every row of a report says beside its figures: of which division and which period it is."""

    division: Division | None = one("The division (行政区划); null for everything your company has.", by="path")
    since: dt.date = figure("First day of its period (起始日期).")
    until: dt.date = figure("Last day of its period (截止日期).")
    withheld: list[str] = figure(
        "Which figures are withheld because they would tell of fewer people than may be told of (不予公布的指标);"
        " any other figure that is null is a rate of nothing, shown as “—”."
    )


def cells(definition: GraphQLField, node: FieldNode, variables: Values) -> int:
    """How many cells a report is asked for; arguments that are refused when it is compiled ask for one."""
    try:
        given = arguments(definition, node, variables)
    except Invalid:
        return 1
    below, every = bool(_leaf(given, "breakdown").value), _leaf(given, "every").value
    periods = 1 if every is None else every.number(_leaf(given, "since").value, _leaf(given, "until").value)
    return (BELOW if below else 1) * min(periods, PERIODS_BROKEN_DOWN if below else PERIODS)


def compiled(
    compiler: Compiler, definition: GraphQLField, field: Declared, type_: Any, nodes: list[FieldNode], place: Place
) -> Json:
    """The JSON of a report."""
    try:
        given = arguments(definition, nodes[0], compiler.selections.variables)
    except Invalid as error:
        compiler.statement.errors.append(bad_input(error, place))
        return Json("null")
    return _Reading(compiler, field, given, place).json(type_, nodes)


class _Reading:
    """One field of a document that asks for a report."""

    def __init__(self, compiler: Compiler, field: Declared, given: Mapping[str, Tree], place: Place) -> None:
        assert isinstance(field.declaration, Report)
        self._compiler = compiler
        self._statement = compiler.statement
        self._regulator = compiler.audience.kind == "regulator"
        self._statement.counts = self._regulator
        self._field = field
        self._report = field.declaration
        self._given = given
        self._place = place
        self._parts: dict[str, str] = {}
        for alias, model in self._report.tables.items():
            self._statement.tables.append((table_of(model).name, alias))
        below, parts = bool(self._leaf("breakdown").value), self._leaf("every").value is not None
        self._cells = {
            **({"below.path": self._below()} if below else {}),
            **({"part.since": self._periods(broken_down=below)} if parts else {}),
        }
        """What is to be crossed for the cells, by what orders it."""
        if below:
            self._parts["place"] = "below.path"
        if parts:
            self._parts |= {"since": "part.since", "until": "part.until"}

    def __getitem__(self, name: str) -> str:
        """What stands for a name in the SQL; a parameter that nothing names is not made."""
        if name not in self._parts:
            self._parts[name] = self._part(name)
        return self._parts[name]

    def json(self, type_: Any, nodes: list[FieldNode]) -> Json:
        """The JSON of its rows, or of its one row."""
        rows = self._report.sql.format_map(self)
        made = Json("{")
        if self._report.rows_of is not None and self._regulator:
            self._statement.logged = True
            made = Json(Sql(f"seen(figures.tenant_id, {literal(self._report.rows_of)})"), "{")
        for at, (response_key, inner) in enumerate(self._compiler.selections.of(type_, nodes).items()):
            made.add(f'{"," if at else ""}"{response_key}":')
            made.add(self._figure(type_, inner, self._place.at(response_key, inner)))
        made.add("}")
        resolved = self._field.resolve_type()
        if not isinstance(resolved, StrawberryList):
            found = f"(SELECT {made.sql()} FROM ({rows}) AS figures)"
            return Json(Sql(f"coalesce({found}, 'null')" if isinstance(resolved, StrawberryOptional) else found))
        source, order = f"({rows}) AS figures", ""
        if self._cells:
            numbered = f"(SELECT row_number() OVER () AS at, numbered.* FROM ({rows}) AS numbered) AS figures"
            source = f"{' CROSS JOIN '.join(self._cells.values())} CROSS JOIN LATERAL {numbered}"
            order = f" ORDER BY {', '.join([*self._cells, 'figures.at'])}"
        return Json("[", Sql(f"coalesce((SELECT string_agg({made.sql()}, ','{order}) FROM {source}), '')"), "]")

    def _figure(self, type_: Any, nodes: list[FieldNode], place: Place) -> Json:
        name = nodes[0].name.value
        if name == "__typename":
            return Json(f'"{type_.name}"')
        field = type_.fields[name].extensions["strawberry-definition"]
        assert isinstance(field, Declared)
        if isinstance(field.declaration, One):
            return self._division(type_.fields[name], field, nodes, place)
        resolved = field.resolve_type()
        kind = TEXT if isinstance(resolved, StrawberryList) else kind_of(scalar_of(bare(resolved)))
        if kind is None or not isinstance(field.declaration, Value):
            raise DeclarationError(f"{type_.name}.{name} is no figure")
        sql = f"figures.{field.declaration.column or field.python_name}"
        if field.origin is Cell:
            if name == "withheld" and not self._report.withholds:
                return Json("[]")
            sql = sql if name == "withheld" else self[name]
        return kind.json(sql, nullable=isinstance(resolved, StrawberryOptional))

    def _division(self, definition: GraphQLField, field: Declared, nodes: list[FieldNode], place: Place) -> Json:
        """The division that a row is of."""
        target, compiler = target_of(field), self._compiler
        if not compiler.allowed(target.permission, ".".join(place.path), place):
            return Json("null")
        row = self._statement.row(target.table)
        type_ = get_named_type(definition.type)
        assert isinstance(type_, GraphQLObjectType)
        made = compiler.object(target, type_, row, compiler.selections.of(type_, nodes), place)
        conditions = [*compiler.rows(target, row), f"{row['path']} = {self['place']}"]
        return Json(Sql(f"coalesce(({select(made.sql(), row, conditions)}), 'null')"))

    # What the SQL names

    def _leaf(self, name: str) -> Leaf:
        return _leaf(self._given, name)

    def _parameter(
        self, name: str, cast: str, convert: Callable[[Any], Any] | None = None, *, anew: bool = False
    ) -> str:
        return self._statement.value(self._leaf(name), cast, convert or _same, self._place, anew=anew)

    def _part(self, name: str) -> str:
        report = self._report
        if name in report.days:
            return self._parameter(name, "date")
        if name in report.asked:
            asked = report.asked[name]
            return self._parameter(name, asked.cast, asked.parameter, anew=asked.anew)
        if name == "as_of":
            if self._leaf(name).value is not None:
                return self._parameter(name, "date")
            # As a value and not as a function, which would be called for every row that is held against it.
            (day,) = self._statement.found(("today",), ("date",), lambda *_: today(), self._place)
            return day
        if name == "any_kind":
            return "true" if self._leaf("estate_kind").value is None else "false"
        if name == "place":
            # A division that does not exist has no rows, rather than those of all divisions.
            return f"(SELECT path FROM division WHERE id = {self._key})" if self._key else self._own or "NULL::text"
        condition, _, alias = name.partition("_")
        table = table_of(report.tables[alias])
        return " AND ".join(self._seen(alias, table) if condition == "of" else self._asked(alias, table)) or "true"

    @property
    def _key(self) -> str | None:
        """The id of the division asked for; whether one is asked for is part of a statement's shape."""
        return None if self._leaf("division").value is None else self._parameter("division", "uuid", _division)

    @property
    def _own(self) -> str | None:
        return self._statement.asker(Scope.DIVISION) if self._regulator else None

    def _below(self) -> str:
        """The divisions directly below; those that were closed before the period have nothing to tell."""
        parent = "IS NULL"
        if key := self._key:
            parent = f"= {key}"
        elif own := self._own:
            parent = f"= (SELECT id FROM division WHERE path = {own})"
        in_force = f"(valid_to IS NULL OR valid_to >= {self._parameter('since', 'date')})"
        return f"(SELECT path FROM division WHERE parent_id {parent} AND {in_force}) AS below"

    def _periods(self, *, broken_down: bool) -> str:
        leaves = [self._leaf(name) for name in ("since", "until", "every")]
        limit = PERIODS_BROKEN_DOWN if broken_down else PERIODS

        def get(variables: Values, _: Any) -> tuple[list[dt.date], list[dt.date]]:
            since, until, every = (leaf.get(variables) if leaf.get else leaf.value for leaf in leaves)
            number = every.number(since, until)
            if number > limit:
                raise Invalid(
                    f"最多 {limit} 期，所选日期有 {number} 期；请缩短期间或加长周期。",
                    f"At most {limit} periods; these days hold {number}. Ask for fewer days, or longer periods.",
                )
            found = every.within(since, until)
            return [first for first, _ in found], [last for _, last in found]

        known = ("periods", *[leaf.path or (leaf.value, leaf.get) for leaf in leaves], limit)
        firsts, lasts = self._statement.found(known, ("date[]", "date[]"), get, self._place)
        return f"unnest({firsts}, {lasts}) AS part(since, until)"

    def _seen(self, alias: str, table: Table) -> list[str]:
        """What keeps a table to what the principal sees."""
        kept = []
        if self._compiler.audience.kind == "tenant" and "tenant_id" in table.columns:
            kept.append(f"{alias}.tenant_id = {self._statement.asker(Scope.TENANT)}")
        if "division_path" in table.columns and (own := self._own):
            kept.append(subtree(f"{alias}.division_path", own))
        return kept

    def _asked(self, alias: str, table: Table) -> list[str]:
        """What keeps a table to what is asked for."""
        kept = []
        if "division_path" in table.columns and ("below.path" in self._cells or self._key):
            kept.append(subtree(f"{alias}.division_path", self["place"]))
        if self._report.by_estate_kind and self._leaf("estate_kind").value is not None:
            kind = self._parameter("estate_kind", "text", CODE.parameter)
            if table.name == "estate":
                kept.append(f"{alias}.kind = {kind}")
            elif "estate_id" in table.columns:
                kept.append(f"EXISTS (SELECT FROM estate WHERE id = {alias}.estate_id AND kind = {kind})")
        return kept


def _leaf(given: Mapping[str, Tree], name: str) -> Leaf:
    leaf = given.get(to_camel_case(name), Leaf(None))
    assert isinstance(leaf, Leaf)
    return leaf


def _same(value: Any) -> Any:
    return value


_division_key = identity("div")


def _division(value: Any) -> Any:
    # What is no id of a division is the id of none.
    return _division_key(value) or NOWHERE
