"""A connection becomes SQL: one page by keyset and LIMIT, and of the rest only what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLObjectType, get_named_type
from strawberry.types.base import StrawberryOptional

from schema.reads.arguments import Tree
from schema.reads.audience import Invalid, Place, bad_input
from schema.reads.connection import Direction
from schema.reads.declare import PAGE_LIMIT, Entity, Many, Paged
from schema.reads.filters import ORDER_LIMIT, scalar_of
from schema.reads.paging import Term, beyond, cursor_json, cursor_sql, page_of
from schema.reads.sql import Json, Sql, Statement, literal, select
from schema.reads.values import IDENTITY, kind_of
from schema.reads.where import Where

if TYPE_CHECKING:
    from schema.reads.compile import Compiler
    from schema.reads.field import Declared
    from schema.reads.row import Row
    from tenants.permission import Permission

FIGURE_ABOVE = 20
"""Of how many companies at most a regulator's filtered count is logged as a read of theirs."""

Part = tuple[str, str, list[FieldNode], Place]
"""A selected field of a connection: response key, name, nodes, place."""


class Listing:
    """One connection of a statement, nested under a row or at the root."""

    def __init__(
        self,
        compiler: Compiler,
        type_: GraphQLObjectType,
        field: Declared,
        target: Entity,
        parent: Row | None,
        given: dict[str, Tree],
        nodes: list[FieldNode],
        place: Place,
    ) -> None:
        self._compiler = compiler
        self._statement = compiler.statement
        self._type = type_
        self._field = field
        self._target = target
        self._parent = parent
        self._given = given
        self._place = place
        self._parts: list[Part] = [
            (key, found[0].name.value, found, place.at(key, found))
            for key, found in compiler.selections.of(type_, nodes).items()
        ]
        self._has_page = any(name in ("nodes", "edges", "pageInfo") for _, name, _, _ in self._parts)
        # Paging that no selected field needs is checked on a statement that is not run.
        self._paging = compiler.statement if self._has_page else Statement(compiler.audience)
        self._page = page_of(given, self._paging, place)

    def json(self) -> Json:
        """The JSON of what is selected of it."""
        row = self._paging.row(self._target.table)
        terms = self._terms(row)
        beyond_cursor = self._beyond(terms, backward=self._page.backward)
        if not self._has_page:
            self._conditions(row)
            self._statement.also_check(self._paging)
            return self._object([self._outside(name, place) for _, name, _, place in self._parts])
        conditions = self._conditions(row) + beyond_cursor
        rows = _Rows(self, row, terms, conditions)
        return rows.whole(self._object([self._part(rows, row, terms, part) for part in self._parts]))

    def _object(self, values: list[Json]) -> Json:
        return _object([key for key, _, _, _ in self._parts], values)

    def _part(self, rows: _Rows, row: Row, terms: list[Term], part: Part) -> Json:
        _, name, nodes, place = part
        if name == "nodes":
            return rows.array(self._node(row, nodes, place))
        if name == "edges":
            return rows.array(self._edge(row, terms, nodes, place))
        if name == "pageInfo":
            return self._page_info(rows, terms, nodes)
        return self._outside(name, place)

    def _outside(self, name: str, place: Place) -> Json:
        """A field to which the rows of the page do not matter."""
        if name == "__typename":
            return Json(f'"{self._type.name}"')
        assert name == "totalCount", place.path
        row = self._statement.row(self._target.table)
        conditions = self._conditions(row)
        if self._given.get("where") is None or not self._statement.seen(row, self._target.name):
            return Json(Sql(f"({select('count(*)', row, conditions)})::text"))
        # Under a filter a count of few companies tells what their rows hold; of many it is a figure.
        company = row["tenant_id"]
        each = f"{company} AS tenant_id, count(*) AS n, count(*) OVER () AS companies"
        counted = f"{select(each, row, conditions)} GROUP BY {company}"
        mark = f"CASE WHEN companies <= {FIGURE_ABOVE} THEN seen(tenant_id, {literal(self._target.name)}) ELSE '' END"
        return Json(Sql(f"(SELECT coalesce(string_agg({mark}, '') || sum(n), '0') FROM ({counted}) AS counted)"))

    # The rows of the list

    def _conditions(self, row: Row) -> list[str]:
        """What keeps rows in the list, paging left aside."""
        compiler, place, declaration = self._compiler, self._place, self._field.declaration
        assert isinstance(declaration, Paged)
        conditions = compiler.rows(self._target, row)
        if self._parent is not None:
            assert isinstance(declaration, Many)
            conditions += self._parent.matching(row, declaration.match)
        if declaration.condition is not None:
            conditions.append(f"({declaration.condition(row)})")
        where = self._given.get("where")
        if isinstance(where, dict):

            def allowed(permission: Permission, name: str) -> bool:
                return compiler.allowed(permission, f"{'.'.join(place.path)}({name})", place)

            conditions.append(Where(row.statement, place, allowed, compiler.rows).sql(self._target, row, where))
        return conditions

    def _terms(self, row: Row) -> list[Term]:
        """The order, made total by the key."""
        given = self._given.get("orderBy")
        steps: list[Any] = given if isinstance(given, list) else []
        default = self._target.order
        if len(steps) > ORDER_LIMIT:
            many = Invalid(f"orderBy 最多 {ORDER_LIMIT} 项。", f"orderBy holds at most {ORDER_LIMIT} steps.")
            self._paging.errors.append(bad_input(many, self._place))
            steps = []
        terms: list[Term] = []
        descending = False
        wanted = [(step["field"].value.value, step["direction"].value is Direction.DESC) for step in steps]
        for name, descending in wanted or ([(default, False)] if default else []):
            if name == "id":
                break  # no two rows have the same, so nothing after it matters
            if any(term.name == name for term in terms):
                continue
            field = self._target.fields[name]
            what = f"{'.'.join(self._place.path)}(orderBy.{name})"
            self._compiler.allowed(field.declaration.permission, what, self._place)
            resolved = field.resolve_type()
            kind = kind_of(scalar_of(resolved))
            assert kind is not None
            nullable = isinstance(resolved, StrawberryOptional)
            terms.append(Term(name, self._target.value(field, row), kind, descending, nullable))
        return [*terms, Term("id", row["id"], IDENTITY, descending, False)]

    def _beyond(self, terms: list[Term], *, backward: bool, inclusive: bool = False) -> list[str]:
        cursor = self._page.cursor
        if cursor is None:
            return []
        entity, statement, place = self._target.name, self._paging, self._place
        return [beyond(cursor, entity, terms, statement, place, backward=backward, inclusive=inclusive)]

    # What is selected of them

    def _node(self, row: Row, nodes: list[FieldNode], place: Place) -> Json:
        type_ = self._below("nodes")
        return self._compiler.object(self._target, type_, row, self._compiler.selections.of(type_, nodes), place)

    def _edge(self, row: Row, terms: list[Term], nodes: list[FieldNode], place: Place) -> Json:
        type_ = self._below("edges")
        fields = self._compiler.selections.of(type_, nodes)
        values = []
        for key, found in fields.items():
            name = found[0].name.value
            if name == "cursor":
                values.append(Json('"', Sql(cursor_sql(self.cursor(row, terms))), '"'))
            elif name == "node":
                values.append(self._node(row, found, place.at(key, found)))
            else:
                values.append(Json(f'"{type_.name}"'))
        return _object(fields, values)

    def cursor(self, row: Row, terms: list[Term]) -> str:
        """The JSON a cursor of the row holds. It tells what the row is ordered by, so whoever gets it has read that."""
        made = Json(self._statement.seen(row, self._target.name))
        made.add(cursor_json(self._target.name, terms))
        return made.sql()

    def _page_info(self, rows: _Rows, terms: list[Term], nodes: list[FieldNode]) -> Json:
        type_ = self._below("pageInfo")
        fields = self._compiler.selections.of(type_, nodes)
        values = []
        for found in fields.values():
            name = found[0].name.value
            if name == "__typename":
                values.append(Json(f'"{type_.name}"'))
            elif name.endswith("Cursor"):
                values.append(rows.end_cursor(first=name == "startCursor"))
            elif name == self._ahead:
                values.append(rows.more())
            else:
                values.append(self._behind())
        return _object(fields, values)

    def _behind(self) -> Json:
        """Whether the list has rows at the cursor or on its other side; without a cursor there is no other side."""
        if self._page.cursor is None:
            return Json("false")
        row = self._statement.row(self._target.table)
        far = self._beyond(self._terms(row), backward=not self._page.backward, inclusive=True)
        return Json(Sql(f"EXISTS ({select('', row, [*self._conditions(row), *far])})::text"))

    @property
    def _ahead(self) -> str:
        """The fact of `pageInfo` that takes one row more than the page to know."""
        return "hasPreviousPage" if self._page.backward else "hasNextPage"

    def _below(self, name: str) -> GraphQLObjectType:
        type_ = get_named_type(self._type.fields[name].type)
        assert isinstance(type_, GraphQLObjectType)
        return type_

    def asks_for_more(self) -> bool:
        """Whether one row more than the page has to be read."""
        type_ = self._below("pageInfo")
        return any(
            found[0].name.value == self._ahead
            for _, name, nodes, _ in self._parts
            if name == "pageInfo"
            for found in self._compiler.selections.of(type_, nodes).values()
        )

    def is_plain(self) -> bool:
        """Whether one list is all that is asked of the page, so that of its rows only their JSON is kept."""
        return [
            name in ("nodes", "edges") for _, name, _, _ in self._parts if name in ("nodes", "edges", "pageInfo")
        ] == [True]


class _Rows:
    """The rows of one page, read once, whatever is selected of them."""

    def __init__(self, listing: Listing, row: Row, terms: list[Term], conditions: list[str]) -> None:
        self._row = row
        self._terms = terms
        self._conditions = conditions
        self._page = listing._page
        self._cursor = listing.cursor(row, terms)
        self._plain = listing.is_plain()
        self._one_more = listing.asks_for_more()
        self._columns: list[str] = []
        size = self._page.size_sql
        self._first, self._last = "1", "list.n"
        if self._one_more and self._page.backward:
            self._first = f"greatest(list.n - {size} + 1, 1)"
        elif self._one_more:
            self._last = f"least(list.n, {size})"

    def array(self, made: Json) -> Json:
        """The JSON list of an expression over the rows."""
        if self._plain:
            return Json("[", Sql(f"array_to_string(ARRAY({self._select([made.sql()])}), ',')"), "]")
        array = self._column(made.sql())
        if self._one_more:
            array = f"{array}[{self._first}:{self._last}]"
        return Json("[", Sql(f"coalesce(array_to_string({array}, ','), '')"), "]")

    def more(self) -> Json:
        """Whether rows follow the page in its direction."""
        return Json(Sql(f"(list.n > {self._page.size_sql})::text"))

    def end_cursor(self, *, first: bool) -> Json:
        """The cursor of the first or the last row of the page, null when it has none."""
        cursor = cursor_sql(f"{self._column(self._cursor)}[{self._first if first else self._last}]")
        return Json(Sql(f"""coalesce('"' || {cursor} || '"', 'null')"""))

    def _column(self, sql: str) -> str:
        if sql not in self._columns:
            self._columns.append(sql)
        return f"list.c{self._columns.index(sql)}"

    def whole(self, made: Json) -> Json:
        """The JSON of the connection, over the rows of its page."""
        if self._plain:
            return made
        columns = [f"array_agg(page.c{at}) AS c{at}, " for at in range(len(self._columns))]
        kept = f"SELECT {''.join(columns)}count(*)::int4 AS n FROM ({self._select(self._columns)}) AS page"
        return Json(Sql(f"(SELECT {made.sql()} FROM ({kept}) AS list)"))

    def _select(self, columns: list[str]) -> str:
        """The rows of the page in the list's order, and one more when it has to be known whether there are more."""
        page, terms = self._page, self._terms
        named = [f"{column} AS c{at}" for at, column in enumerate(columns)]
        if page.backward:
            named += [f"{term.sql} AS o{at}" for at, term in enumerate(terms)]
        order = ", ".join(term.order(reverse=page.backward) for term in terms)
        found = f"{select(', '.join(named), self._row, self._conditions)} ORDER BY {order}"
        extra = 1 if self._one_more else 0
        if page.size is not None:
            found += f" LIMIT {page.size + extra}"
        else:
            # The constant tells a generic plan that few rows are wanted, the parameter how many.
            size = f"{page.size_sql} + 1" if extra else page.size_sql
            found = f"SELECT * FROM ({found} LIMIT {PAGE_LIMIT + extra}) AS most LIMIT {size}"
        if not page.backward:
            return found
        outer = ", ".join(f"back.c{at}" for at in range(len(columns)))
        order = ", ".join(term._replace(sql=f"back.o{at}").order(reverse=False) for at, term in enumerate(terms))
        return f"SELECT {outer} FROM ({found}) AS back ORDER BY {order}"


def _object(keys: Any, values: list[Json]) -> Json:
    made = Json("{")
    for at, (key, value) in enumerate(zip(keys, values, strict=True)):
        made.add(f'{"," if at else ""}"{key}":')
        made.add(value)
    made.add("}")
    return made


__all__ = ["Listing"]
