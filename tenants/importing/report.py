"""What an import did or would do, and every problem with its row and column, in Chinese and English."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from infra.refusal import Refusal
from tenants.errors import DomainError, DomainErrors
from tenants.permission import Permission
from tenants.scope import Database, Principal, Scope
from tenants.sheet import Column, Note, Problem, Reader, Row, Table, read


class Outcome(Enum):
    """What became of a row without problems."""

    ADDED = "added"
    KNOWN = "known"


@dataclass(slots=True)
class Report:
    """The result of an import. Nothing was imported when there are problems or when it was a dry run."""

    dry_run: bool
    sheet: str = ""
    rows: int = 0
    added: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the file can be imported as it is."""
        return not self.problems

    @property
    def imported(self) -> bool:
        """Whether it was."""
        return self.ok and not self.dry_run

    def lines(self) -> Iterator[str]:
        """The report as a person reads it: notes, problems, and what it comes to."""
        for note in self.notes:
            yield f"{_where(note.row, note.column)}{note.chinese} / {note.english}"
        for problem in self.problems:
            where = _where(problem.row, problem.column)
            yield f"{where}{problem.error.message('zh')} / {problem.error.message('en')} [{problem.error.code.name}]"
        if not self.ok:
            count = len(self.problems)
            yield f"共 {count} 个问题，未导入任何数据 / {count} problems; nothing was imported"
        elif self.dry_run:
            yield (
                f"检查通过：{self.rows} 行，将新增 {self.added}，已存在 {self.known} / "
                f"No problems: {self.rows} rows, {self.added} to add, {self.known} already there"
            )
        else:
            yield (
                f"导入完成：{self.rows} 行，新增 {self.added}，已存在 {self.known} / "
                f"Imported: {self.rows} rows, {self.added} added, {self.known} already there"
            )


def _where(row: int | None, column: str | None) -> str:
    if row is None:
        return f"[{column}] " if column else ""
    return f"第 {row} 行 / row {row}" + (f" [{column}]: " if column else ": ")


Take = Callable[[Reader], Awaitable[Outcome | None]]

# Rows without a problem share a savepoint, and what is written at its end.
_TOGETHER = 100


@dataclass(slots=True)
class Session:
    """An import under way: the table, the report, and the transaction of every row."""

    scope: Scope
    table: Table
    report: Report
    fields: Mapping[str, Sequence[str]]

    async def each(self, take: Take, forget: Callable[[], None] = lambda: None) -> None:
        """Let `take` do what is to be done for each row. What a rule refuses is a problem of its row, and undone alone;
        `forget` is called when rows were undone and will be taken again.
        """
        for first in range(0, len(self.table.rows), _TOGETHER):
            rows = self.table.rows[first : first + _TOGETHER]
            try:
                async with self.scope.savepoint():
                    done = [(reader, await take(reader)) for reader in self._readers(rows)]
            except (DomainError, DomainErrors):
                forget()
                done = [await self._alone(reader, take) for reader in self._readers(rows)]
            for reader, outcome in done:
                self.report.problems += reader.problems
                self.report.added += outcome is Outcome.ADDED
                self.report.known += outcome is Outcome.KNOWN

    def _readers(self, rows: Sequence[Row]) -> Iterator[Reader]:
        return (Reader(self.table, row) for row in rows)

    async def _alone(self, reader: Reader, take: Take) -> tuple[Reader, Outcome | None]:
        outcome: Outcome | None = None
        try:
            async with self.scope.savepoint():
                outcome = await take(reader)
        except DomainErrors as errors:
            for error in errors.errors:
                reader.refuse(error, self._column(error))
        except DomainError as error:
            reader.refuse(error, self._column(error))
        return reader, outcome

    def _column(self, error: DomainError) -> str | None:
        """The column that a rule's field was read from: the first the file has, or the first there is."""
        keys = self.fields.get(error.field or "", ())
        return next((key for key in keys if key in self.table.present), keys[0] if keys else None)


def require(principal: Principal, needed: Permission) -> None:
    """Refuse whoever may not do all that an import does."""
    if needed not in principal.permissions:
        raise Refusal(
            f"该成员没有导入所需的权限（{needed}）：请由企业管理员导入。",
            f"This member may not import ({needed} is missing): let an administrator of the company do it.",
        )


@asynccontextmanager
async def importing(
    database: Database,
    principal: Principal,
    file: Path,
    dry_run: bool,
    columns: Sequence[Column],
    required: Sequence[tuple[str, ...]],
    fields: Mapping[str, Sequence[str]],
    report: Report,
) -> AsyncIterator[Session | None]:
    """The session of an import, None when the file itself is refused. It is undone in a dry run and after a problem."""
    try:
        table = await asyncio.to_thread(read, file, columns, required)
    except DomainError as error:
        report.problems.append(Problem(error))
        yield None
        return
    report.sheet, report.rows = table.sheet, len(table.rows)
    report.notes += table.notes
    report.problems += table.problems
    async with database.writing(principal) as scope:
        try:
            yield Session(scope, table, report, fields)
        except DomainError as error:  # the import as a whole may not be
            report.problems.append(Problem(error))
        report.problems = table.listed(report.problems)
        if dry_run or report.problems:
            scope.refuse()
