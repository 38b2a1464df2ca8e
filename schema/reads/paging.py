"""Keyset paging: an order, the cursors that name a place in it, and the condition of being beyond such a place."""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from schema.reads.arguments import Leaf, Tree
from schema.reads.audience import Invalid, Place, Values, bad_input
from schema.reads.declare import PAGE_DEFAULT, PAGE_LIMIT
from schema.reads.sql import Json, Statement
from schema.reads.values import Kind

CURSOR_LENGTH = 4_000


class Term(NamedTuple):
    """One step of an order. Missing values come last in either direction."""

    name: str
    sql: str
    kind: Kind
    descending: bool
    nullable: bool

    def order(self, *, reverse: bool) -> str:
        """For ORDER BY; `reverse` is the exact opposite, missing values first."""
        direction = "DESC" if self.descending != reverse else "ASC"
        if not self.nullable:
            return f"{self.sql} {direction}"
        return f"{self.sql} {direction} NULLS {'FIRST' if reverse else 'LAST'}"


class Page(NamedTuple):
    """What part of a list is asked for: how many rows, from which end, beyond which cursor."""

    size: int | None
    """The number of rows when the document gives it; None when a variable does."""
    size_sql: str
    backward: bool
    cursor: Leaf | None


def page_of(arguments: dict[str, Tree], statement: Statement, place: Place) -> Page:
    """Read `first`, `after`, `last` and `before`; what cannot be used becomes a fault of the statement."""
    given = {
        name: leaf
        for name in ("first", "after", "last", "before")
        if isinstance(leaf := arguments.get(name), Leaf) and leaf.value is not None
    }
    for one, other in (("first", "last"), ("after", "before"), ("first", "before"), ("last", "after")):
        if one in given and other in given:
            statement.errors.append(
                bad_input(
                    Invalid(
                        f"{one} 与 {other} 不能同时使用：向后翻页用 first 和 after，向前翻页用 last 和 before。",
                        f"{one} cannot go with {other}: forward takes first and after, backward last and before.",
                    ),
                    place,
                )
            )
            return Page(PAGE_DEFAULT, str(PAGE_DEFAULT), False, None)
    backward = "last" in given or "before" in given
    cursor = given.get("before" if backward else "after")
    name = "last" if backward else "first"
    leaf = given.get(name)
    if leaf is None:
        return Page(PAGE_DEFAULT, str(PAGE_DEFAULT), backward, cursor)
    check = _CHECKS[name]
    if leaf.get is None:
        try:
            size = check(leaf.value)
        except Invalid as error:
            statement.errors.append(bad_input(error, place))
            size = PAGE_DEFAULT
        return Page(size, str(size), backward, cursor)
    return Page(None, statement.value(leaf, "int4", check, place), backward, cursor)


def _check(name: str) -> Callable[[int], int]:
    def check(size: int) -> int:
        if not 1 <= size <= PAGE_LIMIT:
            raise Invalid(
                f"{name} 必须在 1 到 {PAGE_LIMIT} 之间，当前为 {size}。",
                f"{name} must be between 1 and {PAGE_LIMIT}; it is {size}.",
            )
        return size

    return check


_CHECKS = {"first": _check("first"), "last": _check("last")}


# Cursors: base64url of the JSON [signature of the order, value, …, key]


def signature(entity: str, order: Iterable[tuple[str, bool]]) -> str:
    """Tells the cursors of one order, fields and whether they descend, from those of another."""
    text = ",".join([entity, *(f"{name}{'-' if descending else '+'}" for name, descending in order)])
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def _signed(entity: str, terms: Sequence[Term]) -> str:
    return signature(entity, [(term.name, term.descending) for term in terms])


def cursor_json(entity: str, terms: Sequence[Term]) -> Json:
    """The JSON a cursor holds, for one row."""
    made = Json(f'["{_signed(entity, terms)}"')
    for term in terms:
        made.add(",")
        made.add(term.kind.json(term.sql, nullable=term.nullable))
    made.add("]")
    return made


def cursor_sql(json: str) -> str:
    """The cursor of such JSON."""
    return f"translate(encode(convert_to({json}, 'UTF8'), 'base64'), E'+/=\\n', '-_')"


def decode(cursor: str, signed: str, terms: Sequence[Term]) -> list[Any]:
    """The values in a cursor; raises `Invalid` for anything that is no cursor of this order."""
    try:
        if len(cursor) > CURSOR_LENGTH:
            raise ValueError(cursor)
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        found = orjson.loads(raw)
        if type(found) is not list or len(found) != len(terms) + 1 or found[0] != signed:
            raise ValueError(cursor)
        values = []
        for term, value in zip(terms, found[1:], strict=True):
            if value is None and not term.nullable:
                raise ValueError(cursor)
            values.append(None if value is None else term.kind.from_cursor(value))
    except (ValueError, binascii.Error, OverflowError):
        raise Invalid(
            "游标无效，或来自另一种排序；请使用同一查询返回的游标。",
            "The cursor is not valid, or comes from another order; use one that this query returned.",
        ) from None
    return values


# Conditions


def beyond(
    cursor: Leaf,
    entity: str,
    terms: Sequence[Term],
    statement: Statement,
    place: Place,
    *,
    backward: bool,
    inclusive: bool = False,
) -> str:
    """The condition that a row comes after the cursor, or with `backward` before it; `inclusive`: or at it."""
    signed = _signed(entity, terms)
    find = cursor.get

    def get(variables: Values, _: Any) -> Any:
        values = decode(cursor.value if find is None else find(variables), signed, terms)
        return values if len(values) > 1 else values[0]

    known = ("cursor", cursor.path or id(cursor), signed)
    marks = statement.found(known, tuple(term.kind.cast for term in terms), get, place)
    more, less = (">=", "<=") if inclusive else (">", "<")
    forward = [term.descending == backward for term in terms]
    if len(set(forward)) == 1 and not any(term.nullable for term in terms):
        left, right = ", ".join(term.sql for term in terms), ", ".join(marks)
        whole = f"({left})" if len(terms) > 1 else left
        return f"{whole} {more if forward[0] else less} {f'({right})' if len(terms) > 1 else right}"
    last = terms[-1]
    condition = f"{last.sql} {more if forward[-1] else less} {marks[-1]}"
    for term, mark, up in reversed(list(zip(terms[:-1], marks[:-1], forward[:-1], strict=True))):
        strict = f"{term.sql} {'>' if up else '<'} {mark}"
        if not term.nullable:
            condition = f"({strict} OR ({term.sql} = {mark} AND {condition}))"
            continue
        # Missing values come last, so going backward every present value comes before a missing one.
        missing = (
            f"({term.sql} IS NOT NULL AND {mark} IS NULL)"
            if backward
            else f"({term.sql} IS NULL AND {mark} IS NOT NULL)"
        )
        condition = f"({strict} OR {missing} OR ({term.sql} IS NOT DISTINCT FROM {mark} AND {condition}))"
    first = terms[0]
    if not first.nullable:
        # Implied by the rest; an index can begin there.
        condition = f"({first.sql} {'>=' if forward[0] else '<='} {marks[0]} AND {condition})"
    return condition


__all__ = ["Page", "Term", "beyond", "cursor_json", "cursor_sql", "decode", "page_of", "signature"]
