"""What a check reports, and how it tries something as somebody: in a transaction that is always undone."""

import json
from collections.abc import AsyncGenerator, Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import asyncpg

from tests.isolation.catalogue import Table
from tests.isolation.rows import Row, literal
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


@dataclass(frozen=True, slots=True)
class Try:
    """Statements to be done as somebody, and who tells what is wrong with what the last of them gives, if anything."""

    promise: str
    target: str
    who: Context | None
    statements: tuple[str, ...]
    judge: Callable[[Result], str | None]
    control: bool = False

    @property
    def sql(self) -> str:
        """The whole of it."""
        return "; ".join((self.who.opening, *self.statements) if self.who else self.statements)

    def outcome(self, result: Result) -> Outcome:
        """What is to be reported."""
        return Outcome(self.promise, self.target, self.judge(result), self.control)


# Each try is undone by the error that ends its block, and the error that ends the whole tells what they gave.
_TOGETHER = """
DO $together$
DECLARE
    try text;
    changed bigint;
    said jsonb[] := '{{}}';
BEGIN
    FOREACH try IN ARRAY {tries} LOOP
        BEGIN
            EXECUTE try;
            GET DIAGNOSTICS changed = ROW_COUNT;
            RAISE EXCEPTION USING ERRCODE = '{done}', MESSAGE = changed;
        EXCEPTION WHEN OTHERS THEN
            said := said || jsonb_build_array(SQLSTATE, SQLERRM);
        END;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = '{done}', MESSAGE = to_jsonb(said);
END $together$
"""
_DONE = "LINLI"


class Probe:
    """Tries statements on one connection as somebody, each in a transaction that is undone before the next.

    One try is one message, or a lot of them is. On a connection that is in a transaction already, savepoints do the
    undoing.
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

    async def outcomes(self, tries: Sequence[Try]) -> Outcomes:
        """What each of them gives; in lots, small ones first, so that who looks for one that is wrong has it soon."""
        begin, size = 0, 10
        while begin < len(tries):
            lot = tries[begin : begin + size]
            listed = f"ARRAY[{', '.join(literal(each.sql) for each in lot)}]"
            result = await self.tries(None, _TOGETHER.format(tries=listed, done=_DONE))
            assert result.state == _DONE, result
            for each, (state, message) in zip(lot, json.loads(result.message), strict=True):
                done = state == _DONE
                yield each.outcome(Result(int(message)) if done else Result(state=state, message=message))
            begin, size = begin + size, 4 * size


def insertion(table: Table, values: Row, *, granted: Container[str] | None = None) -> str:
    """The statement that inserts a row, with the columns that were granted."""
    names = [name for name in values if not table.columns[name].generated and (granted is None or name in granted)]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(literal(values[name]) for name in names)})"
    )
