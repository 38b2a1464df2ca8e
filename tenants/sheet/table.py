"""Finding the table in a sheet: its headings, under whatever title and in whatever words, and its rows.

What is passed over (blank rows, totals, notes, columns nobody asked for) and what is carried down from a merged cell
is noted, so that nothing is dropped or assumed in silence.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from tenants.errors import Code, DomainError
from tenants.sheet import values
from tenants.sheet.file import ROW_LIMIT, Grid, open_file
from tenants.sheet.values import Cell, spelled

T = TypeVar("T")

_HEADING_WITHIN: Final = 20
_NOTE: Final = re.compile(r"(注|备注|说明|填表|填报|制表|审核|复核|统计|单位负责人|联系人|打印|以上|以下|note)", re.I)
_TOTAL: Final = re.compile(r"(合计|总计|小计|共计|累计|total|sum)[:：]?", re.I)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an import knows: its key, its Chinese and English headings, and other words for it.

    `carries` marks a column whose cells companies merge over several rows, such as the community of many estates.
    """

    key: str
    heading: str
    english: str
    also: tuple[str, ...] = ()
    carries: bool = False

    @property
    def shown(self) -> str:
        """Both headings."""
        return f"{self.heading} / {self.english}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: the sheet's row number and the column's heading; neither when it is the whole file."""

    error: DomainError
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What was passed over or carried down, for the reader to check."""

    chinese: str
    english: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: its number in the sheet, and its cells by key."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class Table:
    """The table found in a file: what each column is called in it, which of the known columns it has, and which
    headings are not known.
    """

    sheet: str
    headings: dict[str, str]
    present: frozenset[str]
    order: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def listed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems in the order in which a reader finds them in the sheet."""
        last = len(self.order)
        return sorted(problems, key=lambda each: (each.row or 0, self.order.get(each.column or "", last)))


class Reader:
    """Reads the cells of one row and keeps every problem it meets, each at its row and column."""

    def __init__(self, table: Table, row: Row) -> None:
        self.number = row.number
        self.problems: list[Problem] = []
        self._headings = table.headings
        self._cells = row.cells

    def text(self, key: str) -> str:
        """The cell as text, "" when it is blank."""
        return self._read(key, values.text) or ""

    def code(self, key: str) -> str:
        """The cell as a code, "" when it is blank."""
        return self._read(key, values.code) or ""

    def number_in(self, key: str) -> Decimal | None:
        """The cell as an exact number."""
        return self._read(key, values.number)

    def period(self, key: str) -> tuple[date, date] | None:
        """The cell as a first and a last day."""
        return self._read(key, values.period)

    def whole(self, key: str) -> int | None:
        """The cell as a whole number."""
        return self._read(key, values.whole)

    def day(self, key: str) -> date | None:
        """The cell as a date."""
        return self._read(key, values.day)

    def yes(self, key: str) -> bool | None:
        """The cell as yes or no."""
        return self._read(key, values.yes)

    def choice(self, key: str, words: Mapping[str, T]) -> T | None:
        """The cell as one of a few things."""
        return self._read(key, lambda cell: values.choice(cell, words))

    def blank(self, key: str) -> bool:
        """Whether there is nothing in the cell."""
        return _blank(self._cells.get(key))

    def require(self, key: str, value: T | None) -> T | None:
        """The value; a problem when there is none and its cell is blank."""
        if value in (None, "") and not self.met(key):
            self.refuse(DomainError(Code.EMPTY), key)
        return value

    def met(self, key: str) -> bool:
        """Whether this column of the row has a problem already."""
        return any(problem.column == self._headings.get(key, key) for problem in self.problems)

    def refuse(self, error: DomainError, key: str | None) -> None:
        """Note a problem at a column, or at the row as a whole."""
        self.problems.append(Problem(error, self.number, self._headings.get(key, key) if key else None))

    def _read(self, key: str, understand: Callable[[Cell], T]) -> T | None:
        try:
            return understand(self._cells.get(key))
        except DomainError as error:
            self.refuse(error, key)
            return None


def read(path: Path, columns: Sequence[Column], required: Sequence[tuple[str, ...]]) -> Table:
    """The table in a file that has a heading of each group of `required`; one of a group is enough.

    Raises a DomainError for `file` when there is none, more than one, or when the file is not to be imported.
    """
    grids = open_file(path)
    found = [(grid, heading) for grid in grids if (heading := _find_heading(grid, columns)) is not None]
    whole = [(grid, heading) for grid, heading in found if not _missing(heading, required)]
    if len(whole) > 1:
        raise DomainError(Code.SHEETS_AMBIGUOUS, "file", sheets="、".join(grid.name for grid, _ in whole))
    if not whole:
        raise _no_heading(grids, found, columns, required)
    grid, heading = whole[0]
    return _table(grid, heading, columns)


@dataclass(slots=True)
class _Heading:
    """Where the headings are: the rows they take, and the column of each key."""

    first: int
    last: int
    columns: dict[str, int]
    texts: dict[int, str]
    twice: tuple[str, int, int] | None = None


def _find_heading(grid: Grid, columns: Sequence[Column]) -> _Heading | None:
    """The row, or pair of rows, among the first that knows most of the headings."""
    words = {spelled(word): column.key for column in columns for word in (*column.also, column.english, column.heading)}
    words |= {_bare(word): key for word, key in words.items() if _bare(word) not in words}
    best: _Heading | None = None
    for number in range(min(_HEADING_WITHIN, len(grid.rows))):
        single = _match(grid, number, number, words)
        if best is None or len(single.columns) > len(best.columns):
            best = single
    if best is not None and best.columns:
        # A heading over several columns, such as 服务合同 over 起 and 止, or one merged with the row below.
        for first in (best.first - 1, best.first):
            if first >= 0 and first + 1 < len(grid.rows):
                double = _match(grid, first, first + 1, words)
                if len(double.columns) > len(best.columns):
                    best = double
    return best if best is not None and best.columns else None


def _match(grid: Grid, first: int, last: int, words: Mapping[str, str]) -> _Heading:
    upper, above = grid.rows[first], _spread(grid, first)
    lower = grid.rows[last] if last > first else []
    heading = _Heading(first, last, {}, {})
    for number in range(max(len(upper), len(lower))):
        bottom = values.text(lower[number]) if number < len(lower) else ""
        row = above if bottom else upper
        top = values.text(row[number]) if number < len(row) else ""
        if not (top or bottom):
            continue
        heading.texts[number] = top + bottom
        for candidate in (top + bottom, bottom):
            key = words.get(spelled(candidate)) or words.get(_bare(spelled(candidate)))
            if key is None:
                continue
            if key in heading.columns:
                heading.twice = heading.twice or (candidate, heading.columns[key], number)
            else:
                heading.columns[key] = number
                heading.texts[number] = candidate
            break
    return heading


def _spread(grid: Grid, number: int) -> list[Cell]:
    """The cells of a row, those merged to the right repeated."""
    row = list(grid.rows[number])
    for top, left, bottom, right in grid.merged:
        if top <= number <= bottom and right > left and left < len(row):
            value = grid.rows[top][left] if left < len(grid.rows[top]) else None
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
    return row


def _bare(word: str) -> str:
    """A heading without what stands in brackets: units, 必填, examples."""
    return re.sub(r"[(\[【〔<].*?[)\]】〕>]", "", word)


def _missing(heading: _Heading, required: Sequence[tuple[str, ...]]) -> list[str]:
    return [group[0] for group in required if not any(key in heading.columns for key in group)]


def _no_heading(
    grids: Sequence[Grid],
    found: Sequence[tuple[Grid, _Heading]],
    columns: Sequence[Column],
    required: Sequence[tuple[str, ...]],
) -> DomainError:
    """What is missing in the sheet that comes nearest, and what stands there instead."""
    shown = {column.key: column.shown for column in columns}
    if found:
        _, heading = max(found, key=lambda each: len(each[1].columns))
        missing, texts = _missing(heading, required), list(heading.texts.values())
    else:
        missing = [group[0] for group in required]
        filled = ([values.text(cell) for cell in row] for grid in grids for row in grid.rows[:_HEADING_WITHIN])
        texts = max(([text for text in row if text] for row in filled), key=len, default=[])
    return DomainError(
        Code.HEADING_MISSING,
        "file",
        missing="、".join(shown[key] for key in missing),
        found="、".join(text[:20] for text in texts[:30]) or "—",
    )


def _table(grid: Grid, heading: _Heading, columns: Sequence[Column]) -> Table:
    if heading.twice is not None:
        text, first, second = heading.twice
        raise DomainError(Code.HEADING_TWICE, "file", heading=text, first=_letters(first), second=_letters(second))
    headings = {column.key: column.heading for column in columns}
    headings |= {key: heading.texts[number] for key, number in heading.columns.items()}
    order = {text: number for number, text in heading.texts.items()}
    table = Table(grid.name, headings, frozenset(heading.columns), order)
    known = set(heading.columns.values())
    unknown = [text for number, text in sorted(heading.texts.items()) if number not in known and text]
    table.unknown = tuple(unknown)
    if unknown:
        listed = "、".join(text[:20] for text in unknown)
        table.notes.append(Note(f"未导入的列：{listed}", f"Columns that are not imported: {listed}"))
    carrying = {column.key for column in columns if column.carries}
    carried = _Carried(grid, heading, {heading.columns[key]: key for key in carrying & heading.columns.keys()})
    words = {spelled(text) for text in heading.texts.values()}
    for number in range(heading.last + 1, len(grid.rows)):
        cells = grid.rows[number]
        passed = _passed_over(heading, words, cells)
        if passed is None:
            read = {key: cells[at] for key, at in heading.columns.items() if at < len(cells) and not _blank(cells[at])}
            table.notes += carried.into(read, number, headings)
            table.rows.append(Row(number + 1, read))
            if len(table.rows) > ROW_LIMIT:
                raise DomainError(Code.FILE_TOO_MANY_ROWS, "file", rows=len(table.rows), limit=ROW_LIMIT)
        elif passed:
            table.notes.append(Note(f"已跳过：{passed}", f"Passed over: {passed}", number + 1))
    for row, column in sorted(grid.formulas):
        text = heading.texts.get(column) or _letters(column)
        table.problems.append(Problem(DomainError(Code.FORMULA), row + 1, text))
    return table


def _passed_over(heading: _Heading, words: set[str], cells: Sequence[Cell]) -> str | None:
    """None for a row of the table, "" for one with nothing in it, otherwise what shows that it is none."""
    filled = [cell for cell in cells if not _blank(cell)]
    starts = [values.text(cell) for cell in filled[:2]]
    if not any(at < len(cells) and not _blank(cells[at]) for at in heading.columns.values()):
        # A note beside the table, or the number of a row that nobody filled in.
        return starts[0][:40] if len(filled) == 1 and len(starts[0]) > 4 else ""
    if any(_TOTAL.fullmatch(text.replace(" ", "")) for text in starts):
        return starts[0][:40]
    if len(filled) <= 2 and _NOTE.match(starts[0]):
        return starts[0][:40]
    # The headings again, as on the next page of a printed list.
    if len(filled) > 1 and {spelled(values.text(cell)) for cell in filled} <= words:
        return "、".join(starts)[:40]
    return None


class _Carried:
    """Carries the value of a merged cell down to the rows it spans.

    A CSV file has lost its merged cells, so there a blank cell takes the value above it.
    """

    def __init__(self, grid: Grid, heading: _Heading, keys: Mapping[int, str]) -> None:
        self._keys = keys
        self._above: dict[str, tuple[int, Cell]] = {}
        self._merged = None if not grid.keeps_merges else self._spans(grid, heading, keys)

    @staticmethod
    def _spans(grid: Grid, heading: _Heading, keys: Mapping[int, str]) -> dict[tuple[int, str], tuple[int, Cell]]:
        spans: dict[tuple[int, str], tuple[int, Cell]] = {}
        for top, left, bottom, right in grid.merged:
            if bottom == top or top <= heading.last or top >= len(grid.rows) or left >= len(grid.rows[top]):
                continue
            for column in range(left, right + 1):
                if column in keys:
                    for row in range(top + 1, min(bottom + 1, len(grid.rows))):
                        spans[row, keys[column]] = (top, grid.rows[top][left])
        return spans

    def into(self, cells: dict[str, Cell], number: int, headings: Mapping[str, str]) -> Iterator[Note]:
        """Fill what is carried to this row into its cells, and note each."""
        for key in self._keys.values():
            if key in cells:
                self._above[key] = (number, cells[key])
                continue
            carried = self._above.get(key) if self._merged is None else self._merged.get((number, key))
            if carried is not None and not _blank(carried[1]):
                row, cells[key] = carried
                text = values.text(cells[key])
                yield Note(
                    f"沿用第 {row + 1} 行的“{text}”", f"Takes {text} from row {row + 1}", number + 1, headings[key]
                )


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _letters(column: int) -> str:
    """The letters of a column, as spreadsheets show them."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
