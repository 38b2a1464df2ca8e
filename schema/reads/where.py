"""`where` becomes SQL: operators on columns, `and`, `or`, `not`, and conditions on related rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schema.reads.arguments import Leaf, Tree
from schema.reads.audience import Invalid, Place, bad_input
from schema.reads.declare import Entity, One, Value, target_of
from schema.reads.field import Declared
from schema.reads.filters import WHERE_DEPTH, WHERE_PARTS, scalar_of
from schema.reads.row import Row
from schema.reads.sql import Statement
from schema.reads.values import IDENTITY, Kind, identity, kind_of, list_of

_SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "startsWith": "^@"}

Allowed = Callable[[Any, str], bool]
"""Whether the principal has the permission that a part of `where` needs; notes the fault if not."""


class Where:
    """The `where` of one field."""

    def __init__(self, statement: Statement, place: Place, allowed: Allowed, rows: Callable[[Entity, Row], list[str]]):
        self._statement = statement
        self._place = place
        self._allowed = allowed
        self._rows = rows
        self._parts = 0

    def sql(self, entity: Entity, row: Row, tree: Tree, name: str = "where", depth: int = 1) -> str:
        """The condition on a row."""
        if depth > WHERE_DEPTH:
            return self._fault(
                f"筛选条件嵌套过深，最多 {WHERE_DEPTH} 层。",
                f"where is nested too deeply: at most {WHERE_DEPTH} levels.",
            )
        if self._is_too_long():
            return "false"
        if not isinstance(tree, dict):
            return self._null(name)
        return _all([self._part(entity, row, key, part, f"{name}.{key}", depth) for key, part in tree.items()])

    def _part(self, entity: Entity, row: Row, key: str, part: Tree, name: str, depth: int) -> str:
        if isinstance(part, Leaf):
            return self._null(name)
        if key in ("and", "or"):
            assert isinstance(part, list)
            parts = [self.sql(entity, row, item, name, depth + 1) for item in part]
            return _all(parts) if key == "and" else f"({' OR '.join(parts)})" if parts else "false"
        assert isinstance(part, dict)
        if key == "not":
            # A missing value does not meet the condition, so it meets its negation.
            return f"({self.sql(entity, row, part, name, depth + 1)}) IS NOT TRUE"
        if key == "id":
            return self._operators(row["id"], IDENTITY, identity(entity.prefix), part, name)
        field = entity.inputs[key]
        declaration = field.declaration
        if declaration.permission is not None and not self._allowed(declaration.permission, name):
            return "false"
        if isinstance(declaration, One):
            return self._related(row, field, declaration, part, name, depth)
        assert isinstance(declaration, Value)
        kind = kind_of(scalar_of(field.resolve_type()))
        assert kind is not None
        return self._operators(entity.value(field, row), kind, kind.parameter, part, name)

    def _related(self, row: Row, field: Declared, declaration: One, part: Tree, name: str, depth: int) -> str:
        target = target_of(field)
        if not self._allowed(target.permission, name):
            return "false"
        other = self._statement.row(target.table)
        conditions = [*self._rows(target, other), *row.matching(other, declaration.match)]
        if declaration.condition is not None:
            conditions.append(f"({declaration.condition(other)})")
        conditions.append(self.sql(target, other, part, name, depth + 1))
        return f"EXISTS (SELECT FROM {other.source} WHERE {_all(conditions)})"

    def _operators(
        self, sql: str, kind: Kind, parameter: Callable[[Any], Any], operators: dict[str, Any], name: str
    ) -> str:
        return _all([self._operator(sql, kind, parameter, key, leaf, name) for key, leaf in operators.items()])

    def _operator(self, sql: str, kind: Kind, parameter: Callable[[Any], Any], key: str, leaf: Leaf, name: str) -> str:
        if self._is_too_long():
            return "false"
        if leaf.value is None:
            return self._null(f"{name}.{key}")
        if key == "isNull":
            return f"{sql} IS {'' if leaf.value else 'NOT '}NULL"
        value = self._statement.value
        if key == "in":
            return f"{sql} = ANY({value(leaf, f'{kind.cast}[]', list_of(parameter), self._place)})"
        if key == "contains":
            return f"strpos({sql}, {value(leaf, kind.cast, parameter, self._place)}) > 0"
        return f"{sql} {_SIGNS[key]} {value(leaf, kind.cast, parameter, self._place)}"

    def _is_too_long(self) -> bool:
        """Counts every part; beyond the limit nothing more is looked at."""
        self._parts += 1
        if self._parts == WHERE_PARTS + 1:
            self._fault(f"筛选条件最多 {WHERE_PARTS} 项。", f"where holds at most {WHERE_PARTS} parts.")
        return self._parts > WHERE_PARTS

    def _null(self, name: str) -> str:
        return self._fault(
            f"{name} 不能为 null：不需要时请省略，查询空值请用 isNull。",
            f"{name} cannot be null: leave it out, or use isNull to ask for missing values.",
        )

    def _fault(self, chinese: str, english: str) -> str:
        self._statement.errors.append(bad_input(Invalid(chinese, english), self._place))
        return "false"


def _all(conditions: list[str]) -> str:
    return " AND ".join(conditions) if conditions else "true"
