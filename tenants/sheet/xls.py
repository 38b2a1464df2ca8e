"""Looking into an .xls file before it is read: a compound file (MS-CFB) that holds a stream of BIFF records (MS-XLS).

Only what decides whether the file may be imported is looked at: encryption, macros, formulas, merged ranges, and how
far the cells reach. Every length and every chain is bounded by the size of the file.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FREE: Final = 0xFFFFFFFA  # this and above: no sector

_FORMULA, _EOF, _FILE_PASS, _SHEET, _MERGED, _BOF = 0x06, 0x0A, 0x2F, 0x85, 0xE5, 0x809
_CELLS: Final = {0x06, 0x7E, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E}
_MANY_CELLS: Final = {0xBD}


class Damaged(Exception):
    """The file contradicts itself."""


class Encrypted(Exception):
    """The workbook needs a password."""


@dataclass(slots=True)
class Sheet:
    """What an examination of one sheet found."""

    name: str
    filled_rows: int = 0
    last_row: int = -1
    last_column: int = -1
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)


def streams(data: bytes) -> dict[str, bytes]:
    """The streams and storages of a compound file by name; the content of those that a workbook is in."""
    if len(data) < 512:
        raise Damaged
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise Damaged
    size = 1 << shift
    directory, _, mini_limit, mini_table = struct.unpack_from("<IIII", data, 48)

    def sector(number: int) -> bytes:
        if (number + 1) * size >= len(data):
            raise Damaged
        return data[(number + 1) * size : (number + 2) * size].ljust(size, b"\0")

    def numbers(content: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(content) // 4}I", content))

    in_header = numbers(data[76:512])
    next_table = struct.unpack_from("<I", data, 68)[0]
    tables, seen = [number for number in in_header if number < _FREE], set()
    while next_table < _FREE:
        if next_table in seen:
            raise Damaged
        seen.add(next_table)
        *more, next_table = numbers(sector(next_table))
        tables += [number for number in more if number < _FREE]
    if len(tables) * size > len(data):
        raise Damaged
    following = [number for table in tables for number in numbers(sector(table))]

    def chain(number: int, links: list[int], limit: int) -> list[int]:
        found: list[int] = []
        while number < _FREE:
            if len(found) > limit or number >= len(links):
                raise Damaged
            found.append(number)
            number = links[number]
        return found

    def content(number: int) -> bytes:
        return b"".join(sector(each) for each in chain(number, following, len(data) // size))

    entries = content(directory)
    small = numbers(content(mini_table))
    found: dict[str, bytes] = {}
    mini = b""
    for at in range(0, len(entries) - 127, 128):
        entry = entries[at : at + 128]
        length, kind = struct.unpack_from("<H", entry, 64)[0], entry[66]
        start, total = struct.unpack_from("<II", entry, 116)
        if kind == 5:
            mini = content(start)
        if kind not in (1, 2) or not 2 <= length <= 64:
            continue
        name = entry[: length - 2].decode("utf-16-le", "replace")
        body = b""
        if kind == 2 and name in ("Workbook", "Book"):
            if total >= mini_limit:
                body = content(start)[:total]
            else:
                pieces = chain(start, small, len(small))
                body = b"".join(mini[each * 64 : each * 64 + 64] for each in pieces)[:total]
        found[name] = body
    return found


def sheets(book: bytes) -> list[Sheet]:
    """What is in the sheets of a workbook stream."""
    places: list[tuple[int, str]] = []
    version = 0
    for code, body in _records(book, 0):
        if code == _BOF and not version:
            version = struct.unpack_from("<H", body)[0]
        elif code == _FILE_PASS:
            raise Encrypted
        elif code == _SHEET:
            start, kind, length = struct.unpack_from("<IxBB", body)
            if kind == 0:
                places.append((start, _name(body, length, version)))
    if version not in (0x500, 0x600):
        raise Damaged
    return [_examined(book, start, name) for start, name in places]


def _examined(book: bytes, start: int, name: str) -> Sheet:
    sheet = Sheet(name)
    filled: set[int] = set()
    for code, body in _records(book, start):
        if code in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if code in _MANY_CELLS else column
            filled.add(row)
            sheet.last_row, sheet.last_column = max(sheet.last_row, row), max(sheet.last_column, column, last)
            if code == _FORMULA:
                sheet.formulas.append((row, column))
        elif code == _MERGED:
            for at in range(2, len(body) - 7, 8):
                first, last, left, right = struct.unpack_from("<HHHH", body, at)
                sheet.merged.append((first, left, last, right))
    sheet.filled_rows = len(filled)
    return sheet


def _records(book: bytes, start: int) -> list[tuple[int, bytes]]:
    """The records from a place to the end of what begins there, without what is embedded in it."""
    found: list[tuple[int, bytes]] = []
    at, depth = start, 0
    while at + 4 <= len(book):
        code, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        if len(body) < length:
            raise Damaged
        at += 4 + length
        depth += (code == _BOF) - (code == _EOF)
        if depth == 1 or (depth == 0 and code == _EOF):
            found.append((code, body))
        if depth <= 0:
            return found
    raise Damaged


def _name(body: bytes, length: int, version: int) -> str:
    if version == 0x600:
        wide = body[7] & 1
        return body[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
    return body[7 : 7 + length].decode("gb18030", "replace")
