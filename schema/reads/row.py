"""SQL of one row of a statement: column names are checked, and every sub-select carries its company's predicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table

    from schema.reads.audience import Scope
    from schema.reads.sql import Statement

Condition = Callable[["Row"], str]
"""SQL of a condition on a row, such as `lambda lead: f"{lead.left_on} IS NULL"`; never text from a request."""

Match = Mapping[str, str]
"""Column of the other table -> column of this row."""


def table_of(model: Any) -> Table:
    """The table of a SQLModel class."""
    return model.__table__  # type: ignore[no-any-return]


def source_of(table: Table, kind: str) -> str:
    """The name under which a kind of principal reads a table; a view may have another for some (`info`)."""
    return str(table.info.get(kind, table.name))


class Row:
    """One row: `row.name` is the SQL of its column `name`."""

    def __init__(self, statement: Statement, table: Table, alias: str) -> None:
        self.statement = statement
        self._table = table
        self._alias = alias

    def __getattr__(self, column: str) -> str:
        if column.startswith("_") or column not in self._table.columns:
            raise AttributeError(f"the table {self._table.name} has no column {column}")
        return f"{self._alias}.{column}"

    def __getitem__(self, column: str) -> str:
        """As an attribute, for a column whose name this class uses itself."""
        return self.__getattr__(column)

    def has(self, column: str) -> bool:
        """Whether the table has such a column."""
        return column in self._table.columns

    @property
    def source(self) -> str:
        """The table and the alias, for FROM."""
        return f"{source_of(self._table, self.statement.audience.kind)} {self._alias}"

    def asker(self, scope: Scope) -> str:
        """SQL of a value of who is asking, null when the principal has none."""
        return self.statement.asker(scope)

    def value(self, model: Any, sql: Condition, *, by: str | Match, where: Condition | None = None) -> str:
        """SQL of a scalar sub-select over the rows of another table that match this one."""
        return self._select(model, sql, by, where)

    def count(self, model: Any, *, by: str | Match, where: Condition | None = None) -> str:
        """SQL that counts the rows of another table that match this one."""
        return self._select(model, lambda _: "count(*)", by, where)

    def exists(self, model: Any, *, by: str | Match, where: Condition | None = None) -> str:
        """SQL that tells whether another table has a row that matches this one."""
        return f"EXISTS {self._select(model, lambda _: '1', by, where)}"

    def matching(self, other: Row, match: Match) -> list[str]:
        """The conditions that join another row to this one, company to company where both have one."""
        pairs = dict(match)
        if other.has("tenant_id") and self.has("tenant_id"):
            pairs.setdefault("tenant_id", "tenant_id")
        return [f"{other[theirs]} = {self[ours]}" for theirs, ours in pairs.items()]

    def _select(self, model: Any, sql: Condition, by: str | Match, where: Condition | None) -> str:
        other = self.statement.row(table_of(model))
        conditions = [
            *self.statement.reach(other),
            *self.matching(other, {by: "id"} if isinstance(by, str) else by),
            *([f"({where(other)})"] if where else []),
        ]
        return f"(SELECT {sql(other)} FROM {other.source} WHERE {' AND '.join(conditions)})"
