"""Schemes for tests, written the short way: what a test is about, on a document that is otherwise in order."""

from datetime import date
from fractions import Fraction
from typing import Any

from tenants.errors import Code
from tenants.scheme import Document, Entry, Inputs, Occurrence, Result, check, score
from tests.areas.town import problems

DAY = date(2025, 6, 30)


def scheme(*indicators: dict[str, Any], dimension: dict[str, Any] | None = None, **more: Any) -> Document:
    """A document with these indicators in one dimension, unless `dimensions` says otherwise."""
    facts: dict[str, Any] = {
        "code": "TEST",
        "name": "测试方案",
        "subject": "PROJECT",
        "purpose": "RATING",
        "basis": {"title": "测试办法"},
        "valid_from": "2025-01-01",
        "cycle": {"every": "YEAR"},
        "dimensions": [{"code": "D", "name": "维度", "indicators": list(indicators), **(dimension or {})}],
    }
    return Document.model_validate(facts | more)


def changed(document: Document, **more: Any) -> Document:
    """The document with other parts."""
    return Document.model_validate(dict(document) | more)


def indicator(kind: str, code: str = "I", **more: Any) -> dict[str, Any]:
    """An indicator of a kind."""
    return {"code": code, "name": "指标", "kind": kind, **more}


def points(high: object = 100, code: str = "I", **more: Any) -> dict[str, Any]:
    """An indicator of points by judgement, from zero to `high`."""
    return indicator("range", code, high=high, **more)


def answer(of: str = "I", **given: Any) -> Entry:
    """What an evaluator entered."""
    return Entry.model_validate({"indicator": of, **given})


def on_record(record: str, item: str = "I", on: date = date(2025, 3, 1), **more: Any) -> Occurrence:
    """Something on record, in effect since it occurred."""
    return Occurrence.model_validate({"record": record, "item": item, "occurred_on": on, "effective_on": on, **more})


def scored(document: Document, *given: Entry | Occurrence, on: date = DAY, **more: Any) -> Result:
    """What the document makes of the answers and occurrences."""
    entries = tuple(each for each in given if isinstance(each, Entry))
    occurrences = tuple(each for each in given if isinstance(each, Occurrence))
    return score(document, Inputs(entries=entries, occurrences=occurrences, **more), on)


def total(document: Document, *given: Entry | Occurrence, on: date = DAY, **more: Any) -> Fraction:
    """The total alone."""
    return scored(document, *given, on=on, **more).total


def band(result: Result) -> str | None:
    """The code of the band that was reached."""
    return None if result.band is None else result.band.code


def found(document: Document, minimum: Any = None) -> list[tuple[Code, str | None]]:
    """The problems of a document; each can be read in both languages."""
    return [one for error in check(document, minimum) for one in problems(error)]
