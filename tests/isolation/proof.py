"""What a check reports, and how it tries something as somebody: in a transaction that is always undone."""

from collections.abc import AsyncGenerator, Container, Iterable
from dataclasses import dataclass
from typing import Any, Self

import asyncpg

from tests.isolation.catalogue import Table
from tests.isolation.rows import Row
from tests.isolation.world import Context

REFUSED = "42501"
CHECK_VIOLATION = "23514"
FOREIGN_KEY_VIOLATION = "23503"
UNIQUE_VIOLATION = "23505"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that was tried: which promise it serves, on what, and what was wrong with it, if anything.

    A control is the opposite try, which must succeed: without it a silent refusal of everything would pass.
    """

    promise: str
    target: str
    wrong: str | None = None
    control: bool = False


Outcomes = AsyncGenerator[Outcome, None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement gave: a number of rows, or an error."""

    affected: int = 0
    state: str | None = None
    message: str = ""

    def __str__(self) -> str:
        return f"{self.state} {self.message}" if self.state else f"{self.affected} rows"


async def holds(outcomes: Outcomes | Iterable[Outcome], *, controls: bool = True) -> int:
    """How many things were tried; fails when one went wrong, when nothing was tried, or nothing showed the opposite."""
    found = list(outcomes) if isinstance(outcomes, Iterable) else [outcome async for outcome in outcomes]
    wrong = [f"{outcome.promise} {outcome.target}: {outcome.wrong}" for outcome in found if outcome.wrong]
    assert not wrong, "\n".join(wrong[:20])
    assert found, "nothing was tried"
    assert not controls or any(outcome.control for outcome in found), "no control was tried"
    return len(found)


class Probe:
    """Tries statements on one connection as somebody, each in a transaction that is undone before the next.

    One try is one message. On a connection that is in a transaction already, savepoints do the undoing.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._begin, self._undo = (
            ("SAVEPOINT probe; ", "ROLLBACK TO SAVEPOINT probe; RELEASE SAVEPOINT probe; ")
            if connection.is_in_transaction()
            else ("BEGIN; ", "ROLLBACK; ")
        )
        self._left = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._left:
            await self.connection.execute(self._left)
            self._left = ""

    async def tries(self, who: Context | None, *statements: str) -> Result:
        """The last of the statements, done as somebody or as whoever the connection is."""
        opening = f"{who.opening}; " if who else ""
        message = f"{self._left}{self._begin}{opening}{'; '.join(statements)}"
        self._left = self._undo
        try:
            status = await self.connection.execute(message)
        except asyncpg.PostgresError as error:
            return Result(state=error.sqlstate, message=str(error))
        return Result(int(number) if (number := status.rpartition(" ")[2]).isdigit() else 0)


def literal(value: Any) -> str:
    """A value as SQL; its type is the column's."""
    match value:
        case None:
            return "NULL"
        case list():
            return f"ARRAY[{', '.join(literal(each) for each in value)}]::text[]"
        case bytes():
            return f"'\\x{value.hex()}'"
        case _:
            text = value.isoformat() if hasattr(value, "isoformat") else str(value)
            quoted = text.replace("'", "''")
            return f"'{quoted}'"


def insertion(table: Table, values: Row, *, granted: Container[str] | None = None) -> str:
    """The statement that inserts a row, with the columns that were granted."""
    names = [name for name in values if not table.columns[name].generated and (granted is None or name in granted)]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(literal(values[name]) for name in names)})"
    )
