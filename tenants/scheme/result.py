"""A score that explains itself: what each indicator was given, what it gave, what was cut and why, and which band that
reaches. Equal inputs give equal bytes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import orjson

from tenants.errors import Locale
from tenants.scheme.document import Band, Clause
from tenants.scheme.indicator import Judged, Recorded
from tenants.scheme.values import exact_text, number_text


class Why(StrEnum):
    """Why points were not counted, or only in part (核减原因)."""

    CAP = "CAP"
    FLOOR = "FLOOR"
    LOWER_LEVEL = "LOWER_LEVEL"
    NOT_DEDUCTED = "NOT_DEDUCTED"
    OUTSIDE_TERM = "OUTSIDE_TERM"
    SAME_MATTER = "SAME_MATTER"


class Because(StrEnum):
    """How the band came about (定级原因)."""

    INELIGIBLE = "INELIGIBLE"
    NO_BANDS = "NO_BANDS"
    NOT_ENROLLED = "NOT_ENROLLED"
    SCORE = "SCORE"
    VETO = "VETO"


_WHY: dict[Why, tuple[str, str]] = {
    Why.CAP: ("最高计 {limit} 分，超出部分不计", "at most {limit} points count"),
    Why.FLOOR: ("最低计 {limit} 分，不再扣减", "not below {limit} points"),
    Why.LOWER_LEVEL: ("只计最高一项", "only the highest counts"),
    Why.NOT_DEDUCTED: ("只联动扣分", "only deductions are brought along"),
    Why.OUTSIDE_TERM: ("不在任职期间", "outside the term of office"),
    Why.SAME_MATTER: ("同一事项只计最高一次", "of one matter only the highest counts"),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """Points taken off a sum (negative) or given back to it (positive)."""

    points: Fraction
    why: Why
    limit: Decimal

    def message(self, locale: Locale) -> str:
        """The reason, in the reader's language."""
        return _WHY[self.why][locale == "en"].format(limit=number_text(self.limit))


@dataclass(frozen=True, slots=True)
class Answered:
    """What one evaluator entered, and the points for it."""

    group: str | None
    evaluator: str
    answer: dict[str, Any]
    points: Fraction


@dataclass(frozen=True, slots=True)
class Counted:
    """One occurrence in force: its record, its points, and how many of them count."""

    record: str
    level: str | None
    occurred_on: date
    effective_on: date
    ends_on: date | None
    matter: str | None
    points: Fraction
    counted: Fraction
    why: Why | None

    def message(self, locale: Locale) -> str | None:
        """Why it does not count, in the reader's language."""
        return None if self.why is None else _WHY[self.why][locale == "en"]


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator: its rule, what it was given, its points before and after its own limits."""

    rule: Judged | Recorded
    answers: tuple[Answered, ...]
    occurrences: tuple[Counted, ...]
    before: Fraction
    points: Fraction
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class SectionScore:
    """One dimension: its indicators, their sum, and what its cap and floor leave of it; whether it is passed."""

    code: str
    name: str
    indicators: tuple[IndicatorScore, ...]
    before: Fraction
    points: Fraction
    cuts: tuple[Cut, ...]
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """The score of one case under one document as of one day."""

    scheme: str
    digest: str
    as_of: date
    sections: tuple[SectionScore, ...]
    base: Decimal
    before: Fraction
    total: Fraction
    cuts: tuple[Cut, ...]
    printed: Decimal
    bad: bool
    passed: int
    band: Band | None
    because: Because
    clause: Clause | None
    gates_failed: tuple[str, ...]
    vetoes: tuple[str, ...]
    missing: tuple[str, ...]
    """Indicators without an answer, `INDICATOR/GROUP` where only a group's is missing; a survey below its sample."""

    @property
    def complete(self) -> bool:
        """Whether everything was answered."""
        return not self.missing

    @property
    def canonical(self) -> bytes:
        """The result as JSON; equal inputs give equal bytes. Points are exact: `254/3` where no decimal is."""
        return orjson.dumps(self, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.model_dump(mode="json", exclude_defaults=True)
