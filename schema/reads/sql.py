"""The text of one statement: JSON by concatenation, values only as parameters, aliases that never clash."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import GraphQLError

from schema.reads.audience import Invalid, Place, Scope, Values, bad_input
from schema.reads.row import Row

if TYPE_CHECKING:
    from sqlalchemy import Table

    from schema.reads.arguments import Leaf
    from schema.reads.audience import Audience

# PostgreSQL reads a chain of || from the left, one level of its stack for each.
_CHAIN = 64


def literal(text: str) -> str:
    """A SQL literal; only for text made of names and punctuation of the schema and the document."""
    return "'" + text.replace("'", "''") + "'"


def select(sql: str, row: Row, conditions: list[str]) -> str:
    """A select over one table."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {sql} FROM {row.source}{where}"


class Json:
    """JSON text: constants, which fold together, and SQL expressions of type text that are never null."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str | Sql) -> None:
        self.parts: list[str | Sql] = []
        for part in parts:
            self.add(part)

    def add(self, part: str | Sql | Json) -> None:
        """Append a constant, an expression or other JSON."""
        if isinstance(part, Json):
            for piece in part.parts:
                self.add(piece)
        elif isinstance(part, str) and self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += part
        elif part != "":
            self.parts.append(part)

    @property
    def constant(self) -> str | None:
        """The whole text when nothing of it is SQL."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None

    def sql(self) -> str:
        """One SQL expression of type text."""
        pieces = [literal(part) if isinstance(part, str) else part.text for part in self.parts]
        if not pieces:
            return "''"
        while len(pieces) > _CHAIN:
            pieces = [f"({' || '.join(pieces[at : at + _CHAIN])})" for at in range(0, len(pieces), _CHAIN)]
        return " || ".join(pieces)


class Sql(NamedTuple):
    """A SQL expression of type text that is never null and binds tighter than ||."""

    text: str


class Slot(NamedTuple):
    """Parameters of a statement that are found anew for every request: where they go and what finds them."""

    first: int
    width: int
    get: Callable[[Values, Any], Any]
    places: list[Place]


class Statement:
    """A statement in the making: hands out aliases and parameters."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.constants: list[Any] = []
        self._slots: dict[Hashable, Slot] = {}
        self._checks: list[Slot] = []
        self.errors: list[GraphQLError] = []
        self.tables: list[tuple[str, str]] = []
        self.logged = False
        self.counts = False
        self._known: dict[Hashable, int] = {}

    def row(self, table: Table) -> Row:
        """A row of a table under an alias of its own."""
        alias = f"{table.name[0]}{len(self.tables) + 1}"
        self.tables.append((table.name, alias))
        return Row(self, table, alias)

    def reach(self, row: Row) -> list[str]:
        """The condition that keeps a row to the principal's company: for a tenant, on every table that has one."""
        if self.audience.kind == "tenant" and row.has("tenant_id"):
            return [f"{row['tenant_id']} = {self.asker(Scope.TENANT)}"]
        return []

    def seen(self, row: Row, kind: str) -> str | Sql:
        """What stands before a row's JSON: for a regulator who reads a company's row the mark that will be logged."""
        if self.audience.kind != "regulator" or not row.has("tenant_id"):
            return ""
        self.logged = True
        return Sql(f"seen({row['tenant_id']}, {literal(kind)})")

    def asker(self, scope: Scope) -> str:
        """A value of who is asking, as a parameter."""
        name = scope.value

        def get(_: Values, principal: Any) -> Any:
            return getattr(principal, name)

        return self.found(("asker", name), ("text" if name == "division_path" else "uuid",), get)[0]

    def value(self, leaf: Leaf, cast: str, convert: Callable[[Any], Any], place: Place, *, anew: bool = False) -> str:
        """A parameter that comes from the request; a constant of the document is converted once, now, or `anew` in
        every request.
        """
        find = leaf.get or ((lambda _: leaf.value) if anew else None)
        if find is None:
            try:
                return self.constant(convert(leaf.value), cast)
            except Invalid as error:
                self.errors.append(bad_input(error, place))
                return self.constant(None, cast)

        def get(variables: Values, _: Any) -> Any:
            return convert(find(variables))

        return self.found(("variable", leaf.path or find, convert), (cast,), get, place)[0]

    def constant(self, value: Any, cast: str) -> str:
        """A parameter whose value the document or the declarations give."""
        known: Hashable = ("constant", cast, type(value), tuple(value) if isinstance(value, list) else value)
        if known not in self._known:
            self._known[known] = len(self.constants)
            self.constants.append(value)
        return f"${self._known[known] + 1}::{cast}"

    def found(
        self,
        known: Hashable,
        casts: tuple[str, ...],
        get: Callable[[Values, Any], Any],
        place: Place | None = None,
    ) -> list[str]:
        """One or more parameters that `get` finds together in every request; asked for again, they are the same."""
        slot = self._slots.get((known, casts))
        if slot is None:
            slot = self._slots[known, casts] = Slot(len(self.constants), len(casts), get, [])
            self.constants.extend([None] * len(casts))
        if place is not None:
            slot.places.append(place)
        return [f"${slot.first + index + 1}::{cast}" for index, cast in enumerate(casts)]

    def also_check(self, other: Statement) -> None:
        """Take over what another statement, which is not run, would refuse."""
        self.errors.extend(other.errors)
        self._checks.extend(other._slots.values())

    def fill(self, variables: Values, principal: Any) -> list[Any]:
        """The parameters for one request."""
        for check in self._checks:
            check.get(variables, principal)
        parameters = self.constants.copy()
        for first, width, get, _ in self._slots.values():
            if width == 1:
                parameters[first] = get(variables, principal)
            else:
                parameters[first : first + width] = get(variables, principal)
        return parameters

    def faults(self, variables: Values) -> list[GraphQLError]:
        """Every value of the request that cannot be used, each place of it once."""
        found = list(self.errors)
        for slot in (*self._slots.values(), *self._checks):
            if not slot.places:
                continue  # not from the request
            try:
                slot.get(variables, None)
            except Invalid as error:
                found.extend(bad_input(error, place) for place in slot.places)
        return list({(tuple(error.path or ()), error.message): error for error in found}.values())
