"""Opening a spreadsheet file of unknown origin: what it is, that it is harmless, and its cells.

A file is told by its content, not by its name. A workbook is unpacked here under a limit and handed to the reader
again in plain form, so that what is read is exactly what was examined: no bomb, no macro, no lying directory.
"""

import csv
import posixpath
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from typing import Any, Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile
from zlib import error as BrokenStream  # noqa: N812

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tenants.errors import Code, DomainError
from tenants.sheet import xls
from tenants.sheet.values import Cell

ROW_LIMIT: Final = 10_000
FILE_LIMIT: Final = 20 << 20
UNPACKED_LIMIT: Final = 96 << 20
COLUMN_LIMIT: Final = 200
# Titles, headings and notes come on top of the rows that are imported.
MARGIN: Final = 100
# Where the last cell may lie: blank rows between the others count for memory.
REACH_LIMIT: Final = 2 * ROW_LIMIT
EXCEL_ROWS: Final = 1 << 20
_PARTS_LIMIT: Final = 2_000

Range = tuple[int, int, int, int]


@dataclass(slots=True)
class Grid:
    """One sheet: every row from the sheet's first, counted from zero, with its merged ranges and its formulas."""

    name: str
    rows: list[list[Cell]]
    merged: list[Range] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    keeps_merges: bool = True


def open_file(path: Path) -> list[Grid]:
    """The visible sheets of a file, in their order. Raises a DomainError for `file` when it is not to be imported."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise _unreadable(error.strerror or str(error)) from error
    if len(data) > FILE_LIMIT:
        raise _too_large(path.stat().st_size, FILE_LIMIT)
    if data.startswith(b"PK"):
        return _workbook(data)
    if data.startswith(xls.MAGIC):
        return _old_workbook(data)
    return [_csv(data)]


# Workbooks of today: .xlsx


@dataclass(slots=True)
class _Examined:
    """What an examination of a worksheet's XML found."""

    filled_rows: int = 0
    last_row: int = -1
    last_column: int = -1
    merged: list[Range] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)


def _workbook(data: bytes) -> list[Grid]:
    parts = _unpack(data)
    if any(PurePosixPath(name).name.casefold() == "vbaproject.bin" for name in parts):
        raise DomainError(Code.FILE_HAS_MACROS, "file")
    if "xl/workbook.xml" not in parts:
        raise _unreadable("not an Excel workbook")
    examined = {}
    for name, part in _worksheets(parts):
        if part not in parts:
            raise _unreadable(f"{part} is missing")
        examined[name] = _examine(parts[part])
    plain = BytesIO()
    with ZipFile(plain, "w", ZIP_STORED) as copy:
        for name, content in parts.items():
            copy.writestr(name, content)
    plain.seek(0)
    grids = []
    for name, rows in _read(plain):
        found = examined.get(name)
        if found is None:
            raise _unreadable(f"sheet {name} is not listed")
        grids.append(Grid(name, rows, found.merged, found.formulas))
    return grids


def _unpack(data: bytes) -> dict[str, bytes]:
    """The XML parts of the package, and the names of the others, within the limit."""
    try:
        with ZipFile(BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > _PARTS_LIMIT or len({entry.filename for entry in entries}) < len(entries):
                raise _unreadable("too many parts")
            declared = sum(entry.file_size for entry in entries)
            if declared > UNPACKED_LIMIT:
                raise _too_large(declared, UNPACKED_LIMIT)
            parts = {}
            for entry in entries:
                if entry.flag_bits & 1:
                    raise DomainError(Code.FILE_ENCRYPTED, "file")
                if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                    raise _unreadable("unusual compression")
                wanted = entry.filename.casefold().endswith((".xml", ".rels"))
                # Reads no more than was declared, and fails when that is not all or not what its checksum says.
                parts[entry.filename] = package.read(entry) if wanted else b""
            return parts
    except (BadZipFile, LargeZipFile, BrokenStream, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _unreadable("damaged") from error


def _worksheets(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The name of every sheet in the workbook and of the part that holds it."""
    targets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            target = given.get("Target", "")
            targets[given.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

    sheets: list[tuple[str, str]] = []

    def sheet(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            by = next((value for key, value in given.items() if key.endswith(":id")), "")
            sheets.append((given.get("name", ""), by))

    _parse(parts.get("xl/_rels/workbook.xml.rels", b""), relation)
    _parse(parts["xl/workbook.xml"], sheet)
    for name, by in sheets:
        target = targets.get(by, "")
        if "worksheets/" in target:
            yield name, target


def _examine(content: bytes) -> _Examined:
    """Count the rows that hold something, note the formulas and merged ranges, and stop at too much of anything."""
    found = _Examined()
    row, column, cell, filled = -1, -1, (-1, -1), False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, cell, filled
        if name == "c":
            cell = _place(given["r"]) if "r" in given else (row, column + 1)
            column = cell[1]
        elif name in ("v", "is"):
            found.last_row, found.last_column = max(found.last_row, cell[0]), max(found.last_column, cell[1])
            if not filled:
                found.filled_rows += 1
                filled = True
            _within(found.filled_rows, found.last_row + 1, found.last_column + 1)
        elif name == "f":
            found.formulas.append(cell)
        elif name == "row":
            row = int(given["r"]) - 1 if "r" in given else row + 1
            column, filled = -1, False
        elif name == "mergeCell":
            first, _, last = given.get("ref", "").partition(":")
            found.merged.append((*_place(first), *_place(last or first)))

    _parse(content, start)
    return found


def _within(filled: int, rows: int, columns: int) -> None:
    if filled > ROW_LIMIT + MARGIN or rows > REACH_LIMIT:
        raise DomainError(Code.FILE_TOO_MANY_ROWS, "file", rows=max(filled, rows), limit=ROW_LIMIT)
    if columns > COLUMN_LIMIT:
        raise DomainError(Code.FILE_TOO_WIDE, "file", columns=columns, limit=COLUMN_LIMIT)


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as AB12, counted from zero."""
    found = re.fullmatch(r"([A-Z]{1,3})([1-9][0-9]{0,6})", reference)
    if found is None:
        raise _unreadable(f"cell {reference[:20]}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _parse(content: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    """Call `start` with the local name and the attributes of each element. Entities of a document's own are refused."""
    parser = expat.ParserCreate()

    def element(name: str, given: dict[str, str]) -> None:
        start(name.rpartition(":")[2], given)

    def doctype(*_: Any) -> None:
        raise _unreadable("a document type")

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        raise _unreadable("damaged XML") from error


def _read(file: BytesIO) -> list[tuple[str, list[list[Cell]]]]:
    """The visible sheets with all their rows."""
    found: list[tuple[str, list[list[Cell]]]] = []
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for sheet in workbook.sheets_metadata:
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                found.append((sheet.name, [[*row] for row in rows]))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the reader is native code: a panic of it is no Exception
        raise _unreadable("damaged") from error
    return found


# Workbooks of before 2007: .xls


def _old_workbook(data: bytes) -> list[Grid]:
    try:
        streams = xls.streams(data)
    except (xls.Damaged, struct.error, IndexError, ValueError) as error:
        raise _unreadable("damaged") from error
    if "EncryptedPackage" in streams:
        raise DomainError(Code.FILE_ENCRYPTED, "file")
    if streams.keys() & {"VBA", "_VBA_PROJECT_CUR", "_VBA_PROJECT"}:
        raise DomainError(Code.FILE_HAS_MACROS, "file")
    book = streams.get("Workbook") or streams.get("Book")
    if not book:
        raise _unreadable("not an Excel workbook")
    try:
        sheets = xls.sheets(book)
    except xls.Encrypted as error:
        raise DomainError(Code.FILE_ENCRYPTED, "file") from error
    except (xls.Damaged, struct.error, IndexError, ValueError) as error:
        raise _unreadable("damaged") from error
    for sheet in sheets:
        _within(sheet.filled_rows, sheet.last_row + 1, sheet.last_column + 1)
    by_name = {sheet.name: sheet for sheet in sheets}
    grids = []
    for name, rows in _read(BytesIO(data)):
        if name not in by_name:
            raise _unreadable(f"sheet {name} is not listed")
        grids.append(Grid(name, rows, by_name[name].merged, by_name[name].formulas))
    return grids


# Text: .csv


def _csv(data: bytes) -> Grid:
    text = _decoded(data)
    start = text[:20_000]
    if re.match(r"\s*<", start):
        raise _unreadable("HTML or XML")
    delimiter = max(",\t;", key=lambda mark: (start.count(mark), mark == ","))
    grid = Grid("CSV", [], keeps_merges=False)
    filled = 0
    csv.field_size_limit(100_000)
    try:
        for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter)):
            filled += any(cell.strip() for cell in row)
            _within(filled, 0, max((column + 1 for column, cell in enumerate(row) if cell.strip()), default=0))
            if number >= EXCEL_ROWS:
                raise DomainError(Code.FILE_TOO_MANY_ROWS, "file", rows=number + 1, limit=ROW_LIMIT)
            cells: list[Cell] = []
            for column, cell in enumerate(row):
                # ="0012" is how programs keep Excel from dropping zeros; any other = computes something.
                kept = re.fullmatch(r'="([^"]*)"', cell.strip())
                if kept is None and cell.lstrip().startswith("="):
                    grid.formulas.append((number, column))
                cells.append(kept[1] if kept else cell)
            grid.rows.append(cells)
    except csv.Error as error:
        raise _unreadable("damaged") from error
    return grid


def _decoded(data: bytes) -> str:
    """The text, from the encodings that Chinese companies' CSV files have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise _unreadable("binary")


def _unreadable(reason: str) -> DomainError:
    return DomainError(Code.FILE_NOT_A_SPREADSHEET, "file", reason=reason)


def _too_large(size: int, limit: int) -> DomainError:
    return DomainError(Code.FILE_TOO_LARGE, "file", size=f"{size >> 20} MB", limit=f"{limit >> 20} MB")
