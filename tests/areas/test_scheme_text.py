"""Schemes as text: what is written is what is read, and what cannot be read says where and why."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import Code, DomainError, DomainErrors
from tenants.scheme.reading import document_of, read
from tenants.scheme.text import parse, write
from tests.areas.schemes import indicator, points, scheme
from tests.areas.test_scheme_properties import documents
from tests.areas.town import problems


def test_the_plain_part_of_yaml() -> None:
    """Mappings, sequences, flow collections, quotes and comments; every scalar is the text that was written."""
    text = """
---
# 方案
name: 济南 # 注释
version: 1.10
no: no
day: 2025-01-01
quoted: "a: b # c \\u4e2d"
single: 'it''s'
flow: {a: 1, b: [x, "y, z"], c: {}}
items:
- one
-   two: 2
    three: [3]
-
  - nested
last: "[60, 85)"
long: one
  text, folded
"""
    assert parse(text) == {
        "name": "济南",
        "version": "1.10",
        "no": "no",
        "day": "2025-01-01",
        "quoted": "a: b # c 中",
        "single": "it's",
        "flow": {"a": "1", "b": ["x", "y, z"], "c": {}},
        "items": ["one", {"two": "2", "three": ["3"]}, ["nested"]],
        "last": "[60, 85)",
        "long": "one text, folded",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1\nb: *x", 1),
        ("a: !!python/object:os.system x", 1),
        ("a: |\n  text", 1),
        ("a: >\n  text", 1),
        ("a: 1\na: 2", 2),
        ("a: {b: 1, b: 2}", 1),
        ("a: [1, 2", 1),
        ("a: {b}", 1),
        ("a:", 1),
        ("a: 1\n  b: 2", 2),
        ("a:\n    b: 1\n  c: 2", 3),
        ("a: b: c", 1),
        ('a: "b" c', 1),
        ('a: "\\x"', 1),
        ("a:\n\t- b", 2),
        ("- a\nb: 1", 2),
        ("a: 1\n- b", 2),
        ("a: [" * 30 + "1" + "]" * 30, 1),
        ("\n".join(f"{'  ' * depth}a:" for depth in range(30)) + " 1", 22),
        ("a: " + "[" * 5_000, 1),
        ("? [a]\n: b", 1),
        ("a: @b", 1),
        ("a: 1\nb: *a", 2),
        ("a: 1\n&b c: 2", 2),
        ("a: 1\nb: ! x", 2),
        ("a: 1\n---\nb: 2", 2),
        ("a: 1\nb: [\n", 2),
        ("a: 1\nb: 'c\nd: 2\n", 2),
        ('a: 1\nb: "\\UFFFFFFFF"', 2),
        (f"%YAML {'9' * 5_000}.1\n---\na: 1", 1),
    ],
)
def test_what_is_not_taken_says_its_line(text: str, line: int) -> None:
    """Anchors, tags, blocks of text, doubled keys, bad indentation, endless nesting: refused with the line."""
    with pytest.raises(DomainError) as refusal:
        parse(text)
    assert problems(refusal.value) == [(Code.SCHEME_TEXT, None)]
    assert refusal.value.values["line"] == line


def test_too_long_and_empty_texts_are_refused() -> None:
    """A text has a limit, and something in it."""
    for text, code in (("# nothing\n", Code.EMPTY), ("a: b\n" * 50_000, Code.TOO_LONG)):
        with pytest.raises(DomainError) as refusal:
            parse(text)
        assert problems(refusal.value) == [(code, None)]


@pytest.mark.timeout(20)
def test_hostile_texts_are_refused_quickly() -> None:
    """No text is read in more than a few passes, and a deep one is refused before it is gone into."""
    for text in (
        "a" * 190_000,
        "a:" + " " * 190_000 + "b",
        '"' * 190_000,
        "[" * 190_000,
        "{a: " * 40_000,
        "- " * 90_000,
        "? " * 90_000,
        "!" * 190_000,
        "a: '" + "x\n" * 90_000,
    ):
        with pytest.raises((DomainError, DomainErrors)):
            read(text)


@given(st.text(st.sampled_from("ab0 \n\r\t:-?,[]{}\"'\\#&*!|>%@`~<=.xuU\ufeff\uffff中") | st.characters(), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is sent, the answer is a structure or a refusal, never another error."""
    with suppress(DomainError):
        parse(text)


_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)
_structures = st.recursive(
    _texts,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), _structures, min_size=1, max_size=5))
def test_what_is_written_is_read(structure: dict[str, Any]) -> None:
    """Any structure of texts comes back as it was, here and with a reader that takes `no` and 1.10 for values."""
    assert parse(write(structure)) == structure
    assert yaml.safe_load(write(structure)) == structure


@pytest.mark.parametrize(
    "text",
    [
        "1.10",
        "1e3",
        "-1",
        ".5",
        "0x1F",
        "0o17",
        "1:30",
        "2025-01-01",
        "no",
        "y",
        "N",
        "true",
        "null",
        "~",
        ".inf",
        "=",
    ],
)
def test_a_text_that_some_reader_takes_for_a_value_is_quoted(text: str) -> None:
    """What YAML 1.1 or 1.2 reads as a number, a day, a flag or nothing is written in quotes, as a key as well."""
    assert write({text: text, "words": "中文 and more"}) == f"'{text}': '{text}'\nwords: 中文 and more\n"


def test_what_is_used_twice_is_written_twice() -> None:
    """No alias is written, since none is read."""
    shared = {"a": "b"}
    assert parse(write({"one": shared, "two": shared})) == {"one": shared, "two": shared}


@given(documents())
def test_a_document_read_from_its_text_is_the_same_bytes(document: Any) -> None:
    """A published document that is written as YAML and read again has the same canonical form and hash."""
    again = read(write(document.structure()))
    assert again.canonical == document.canonical
    assert again.digest == document.digest


def test_equal_numbers_are_equal_bytes() -> None:
    """5, 5.0 and "5.00" are one number; what was left out and what was said as its default are one document."""
    written: list[Any] = [5, "5", "5.00", Decimal("5.0")]
    assert len({scheme(points(high)).canonical for high in written}) == 1
    assert scheme(points(5), base=0, places=2).canonical == scheme(points(5)).canonical


@pytest.mark.parametrize(
    ("given", "code", "place"),
    [
        ({"colour": "red"}, Code.SCHEME_KEY_UNKNOWN, "colour"),
        ({"dimensions": [{"code": "D", "name": "维度"}]}, Code.SCHEME_KEY_MISSING, "dimensions[0].indicators"),
        ({"subject": "ESTATE"}, Code.SCHEME_VALUE_UNREADABLE, "subject"),
        ({"base": 0.5}, Code.SCHEME_VALUE_UNREADABLE, "base"),
        ({"base": "NaN"}, Code.SCHEME_VALUE_UNREADABLE, "base"),
        ({"base": "1e9"}, Code.SCHEME_VALUE_UNREADABLE, "base"),
        ({"base": "1.00001"}, Code.SCHEME_VALUE_UNREADABLE, "base"),
        ({"base": True}, Code.SCHEME_VALUE_UNREADABLE, "base"),
        ({"places": "x"}, Code.SCHEME_VALUE_UNREADABLE, "places"),
        ({"places": 9}, Code.SCHEME_VALUE_UNREADABLE, "places"),
        ({"valid_from": "2025-02-30"}, Code.SCHEME_VALUE_UNREADABLE, "valid_from"),
        ({"valid_from": "20250201"}, Code.SCHEME_VALUE_UNREADABLE, "valid_from"),
        ({"code": "有空 格"}, Code.SCHEME_VALUE_UNREADABLE, "code"),
        ({"name": "  "}, Code.SCHEME_VALUE_UNREADABLE, "name"),
        ({"dimensions": []}, Code.SCHEME_VALUE_UNREADABLE, "dimensions"),
        ({"dimensions": "x"}, Code.SCHEME_VALUE_UNREADABLE, "dimensions"),
        ({"basis": "x"}, Code.SCHEME_VALUE_UNREADABLE, "basis"),
        ({"cycle": {"every": "YEAR", "reset": "yes"}}, Code.SCHEME_VALUE_UNREADABLE, "cycle.reset"),
        (
            {"bands": [{"code": "A", "name": "优", "when": [{"score": "85-100"}]}]},
            Code.SCHEME_VALUE_UNREADABLE,
            "bands[0].when[0].score",
        ),
        (
            {"bands": [{"code": "A", "name": "优", "when": [{"score": "(5, 5]"}]}]},
            Code.SCHEME_VALUE_UNREADABLE,
            "bands[0].when[0].score",
        ),
    ],
)
def test_a_structure_that_does_not_fit_says_its_place(given: dict[str, Any], code: Code, place: str) -> None:
    """Unknown and missing keys, floats, words for numbers, days that are none: each with its path."""
    structure = scheme(points()).structure() | given
    with pytest.raises(DomainErrors) as refusal:
        document_of(structure)
    assert problems(refusal.value) == [(code, place)]


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        (indicator("magic"), Code.SCHEME_VALUE_UNREADABLE, "dimensions[0].indicators[0]"),
        ({"code": "I", "name": "指标"}, Code.SCHEME_KEY_MISSING, "dimensions[0].indicators[0]"),
        (indicator("range"), Code.SCHEME_KEY_MISSING, "dimensions[0].indicators[0].high"),
        (indicator("range", high=5, points=5), Code.SCHEME_KEY_UNKNOWN, "dimensions[0].indicators[0].points"),
        (
            indicator("count", steps=[{"range": "[0, x)", "points": 1}]),
            Code.SCHEME_VALUE_UNREADABLE,
            "dimensions[0].indicators[0].steps[0].range",
        ),
    ],
)
def test_an_indicator_that_does_not_fit_says_its_place(wrong: dict[str, Any], code: Code, place: str) -> None:
    """An unknown kind, none, and what its kind does not have."""
    structure = scheme(points()).structure()
    structure["dimensions"][0]["indicators"] = [wrong]
    with pytest.raises(DomainErrors) as refusal:
        document_of(structure)
    assert problems(refusal.value) == [(code, place)]
