"""From a structure to a document: what does not fit is refused with its place and with what would fit."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from tenants.errors import Code, DomainError, DomainErrors, Words
from tenants.scheme.document import Document
from tenants.scheme.text import parse
from tenants.scheme.values import unprintable

_MANY = 50

_EXPECTED: dict[str, tuple[str, str]] = {
    "number": (
        "数字，整数部分最多 9 位、小数最多 4 位，例如 0.5",
        "a number of at most 9 digits and 4 decimals, such as 0.5",
    ),
    "whole number": ("非负整数", "a whole number, zero or more"),
    "true or false": ("true 或 false", "true or false"),
    "day": ("日期，例如 2025-01-31", "a day such as 2025-01-31"),
    "interval": ('区间，例如 "[60, 85)"', 'an interval such as "[60, 85)"'),
    "text": ("文字", "a text"),
    "string_type": ("文字", "a text"),
    "string_too_long": ("较短的文字", "a shorter text"),
    "string_pattern_mismatch": ("1–40 位字母、数字或 _.-", "1 to 40 letters, digits or _ . -"),
    "model_type": ("若干“键: 值”", "keys and values"),
    "model_attributes_type": ("若干“键: 值”", "keys and values"),
    "dict_type": ("若干“键: 值”", "keys and values"),
    "tuple_type": ("列表", "a list"),
    "too_long": ("较短的列表", "a shorter list"),
    "too_short": ("至少一项", "at least one"),
}


def read(text: str) -> Document:
    """The document that a YAML text writes down. Raises `DomainError` or `DomainErrors`."""
    return document_of(parse(text))


def document_of(structure: Any) -> Document:
    """The document of a structure. Raises `DomainErrors`, one for each place that does not fit."""
    try:
        return Document.model_validate(structure)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # A list is "too short" as well when one of its items does not fit; the item is what there is to say.
        inner = {each["loc"][:length] for each in found for length in range(len(each["loc"]))}
        raise DomainErrors([problem(each) for each in found if each["loc"] not in inner][:_MANY]) from None


def problem(error: Any) -> DomainError:
    """One thing that pydantic found, as the error of its place."""
    kind, place = str(error["type"]), _place(error["loc"])
    if kind == "extra_forbidden":
        return DomainError(Code.SCHEME_KEY_UNKNOWN, place, key=_shown(error["loc"][-1]))
    if kind in ("missing", "union_tag_not_found"):
        key = "kind" if kind == "union_tag_not_found" else error["loc"][-1]
        return DomainError(Code.SCHEME_KEY_MISSING, place, key=key)
    context = error.get("ctx", {})
    expected = context.get("expected_tags") or context.get("expected") or context.get("error")
    chinese, english = _EXPECTED.get(str(expected or kind), _EXPECTED.get(kind, (None, None)))
    shown = error["input"] if isinstance(error["input"], str | int | float) else "…"
    if isinstance(error["input"], float):
        chinese, english = '写成文本的数字，例如 "0.5"', 'a number written as a text, such as "0.5"'
    if kind == "less_than_equal":
        chinese = english = f"≤ {context['le']}"
    return DomainError(
        Code.SCHEME_VALUE_UNREADABLE,
        place,
        value=_shown(shown),
        expected=Words(chinese or str(expected or kind), english or str(expected or kind)),
    )


def _place(location: Sequence[str | int]) -> str:
    """A path such as `dimensions[0].indicators[1].points`; the kind that a union was told apart by is no step."""
    place = ""
    for at, step in enumerate(location):
        if isinstance(step, int):
            place += f"[{step}]"
        elif not (at >= 2 and isinstance(location[at - 1], int) and location[at - 2] == "indicators"):
            place += f".{_shown(step)}" if place else _shown(step)
    return place


def _shown(value: object) -> str:
    """What was given, cut short and without what cannot be shown."""
    return "".join("�" if unprintable(one) else one for one in str(value)[:60])
