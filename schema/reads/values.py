"""How each kind of value crosses between GraphQL, JSON text, parameters and cursors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from strawberry.scalars import JSON

from schema.reads.audience import Invalid
from schema.reads.sql import Json, Sql

LIST_LIMIT = 100

_INT8 = 2**63
_NUMERIC = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Kind(NamedTuple):
    """A kind of value: the type of its parameters, whether JSON quotes its text, and what a cursor may hold of it."""

    cast: str
    quoted: bool | None
    """True: its text between quotes. False: its text as it is. None: the database escapes it."""
    parameter: Callable[[Any], Any]
    """From a coerced GraphQL value; raises `Invalid`."""
    from_cursor: Callable[[Any], Any]
    """From the JSON of a cursor; raises `ValueError` for what no cursor of ours holds."""

    def json(self, sql: str, *, nullable: bool) -> Json:
        """The JSON of an expression of this kind."""
        text = f"to_json({sql})::text" if self.quoted is None else f"({sql})::text"
        if nullable:
            quoted = f"""'"' || {text} || '"'""" if self.quoted else text
            return Json(Sql(f"coalesce({quoted}, 'null')"))
        return Json('"', Sql(text), '"') if self.quoted else Json(Sql(text))


def _same(value: Any) -> Any:
    return value


def text_parameter(value: str) -> str:
    """A string PostgreSQL can hold."""
    if "\x00" in value:
        raise Invalid("文本不能含有空字符（U+0000）。", "A text cannot hold the null character (U+0000).")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid("文本不是有效的 Unicode。", "The text is not valid Unicode.") from None
    return value


def _code(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _checked(type_: type, parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def from_cursor(value: Any) -> Any:
        if type(value) is not type_:
            raise ValueError(value)
        return parse(value)

    return from_cursor


def _cursor_text(value: str) -> str:
    try:
        return text_parameter(value)
    except Invalid as error:
        raise ValueError(value) from error


def _cursor_int(value: int) -> int:
    if not -_INT8 <= value < _INT8:
        raise ValueError(value)
    return value


def _cursor_decimal(value: str) -> Decimal:
    if not _NUMERIC.fullmatch(value):
        raise ValueError(value)
    return Decimal(value)


def _cursor_time(value: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError(value)
    return moment


def uuid_from(text: str) -> UUID:
    """A UUID in its one spelling; raises `ValueError`."""
    if not _UUID.fullmatch(text):
        raise ValueError(text)
    return UUID(text)


TEXT = Kind("text", None, text_parameter, _checked(str, _cursor_text))
CODE = Kind("text", True, _code, _checked(str, _cursor_text))
IDENTITY = Kind("uuid", True, _same, _checked(str, uuid_from))
_OTHERS: dict[Any, Kind] = {
    str: TEXT,
    int: Kind("int8", False, _same, _checked(int, _cursor_int)),
    bool: Kind("bool", False, _same, _checked(bool, _same)),
    Decimal: Kind("numeric", True, _same, _checked(str, _cursor_decimal)),
    dt.date: Kind("date", True, _same, _checked(str, dt.date.fromisoformat)),
    dt.datetime: Kind("timestamptz", None, _same, _checked(str, _cursor_time)),
    UUID: IDENTITY,
    JSON: Kind("jsonb", False, _same, _checked(str, _same)),
}


def kind_of(leaf: Any) -> Kind | None:
    """The kind of a leaf field's Python type, None for a type the compiler does not know."""
    if isinstance(leaf, type) and issubclass(leaf, Enum):
        return CODE
    return _OTHERS.get(leaf)


@lru_cache(maxsize=1_000)
def list_of(parameter: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """The parameter of a list of values, each made by `parameter`."""

    def convert(values: list[Any]) -> list[Any]:
        if len(values) > LIST_LIMIT:
            raise Invalid(
                f"列表最多 {LIST_LIMIT} 项，当前 {len(values)} 项。",
                f"A list holds at most {LIST_LIMIT} values; this one has {len(values)}.",
            )
        return [parameter(value) for value in values]

    return convert


# Ids: the prefix of the entity, an underscore, its key


def identity(prefix: str) -> Callable[[str], UUID | None]:
    """The key in an id; None, which no row has, for an id of another kind or shape: unknown and foreign look alike."""
    return _identities(prefix)


@lru_cache(maxsize=1_000)
def _identities(prefix: str) -> Callable[[str], UUID | None]:
    start = f"{prefix}_"
    length = len(start)

    def key(text: str) -> UUID | None:
        if not text.startswith(start):
            return None
        try:
            return uuid_from(text[length:])
        except ValueError:
            return None

    return key


def prefix_of(text: str) -> str:
    """What stands before the underscore of an id."""
    return text.partition("_")[0]


__all__ = [
    "CODE",
    "IDENTITY",
    "LIST_LIMIT",
    "TEXT",
    "Kind",
    "identity",
    "kind_of",
    "list_of",
    "prefix_of",
    "text_parameter",
    "uuid_from",
]
