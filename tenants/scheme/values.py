"""What a scheme's document is written in: exact numbers, flags, days, codes and intervals with open and closed edges.

Each has one text form, so that equal documents have equal bytes: no float is ever read, and 5, 5.0 and "5.00" are one
number.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

from tenants.checks import FIRST_DAY, LAST_DAY

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,4})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INTERVAL = re.compile(r"([\[(])\s*([^,\s]*)\s*,\s*([^,\s]*)\s*([\])])")
_INFINITE = {"", "-", "+", "∞", "-∞", "+∞", "inf", "-inf", "+inf"}


class Part(BaseModel):
    """A part of a document: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def number_text(value: Decimal) -> str:
    """Every digit, no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact_text(value: Fraction) -> str:
    """The number as a decimal where it is one, as a fraction of whole numbers where it is not (`254/3`)."""
    rest = value.denominator
    if rest == 1:
        return str(value.numerator)
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = Context(prec=len(str(value.numerator)) + 4 * len(str(value.denominator)))
    return number_text(digits.divide(Decimal(value.numerator), Decimal(value.denominator)))


def printed(value: Fraction, places: int) -> Decimal:
    """The number rounded half up (四舍五入, away from zero at the half), with exactly so many decimals."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    digits = Context(prec=len(str(whole)) + places + 1, rounding=ROUND_HALF_UP)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places, digits)


def _number(value: Any) -> Decimal:
    text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if not _NUMBER.fullmatch(text):
        raise ValueError("number")
    return Decimal(number_text(Decimal(text)))


def _whole(value: Any) -> int:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _WHOLE.fullmatch(text):
        raise ValueError("whole number")
    return int(text)


def _flag(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError("true or false")


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("day")
    day = date.fromisoformat(value)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("day")
    return day


def unprintable(text: str) -> str | None:
    """The first character that cannot be shown or stored, None when there is none; a tab can."""
    found = next((one for one in text if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} and one != "\t"), None)
    return None if found is None else f"U+{ord(found):04X}"


def _filled(value: str) -> str:
    if not value.strip() or unprintable(value):
        raise ValueError("text")
    return value.strip()


Number = Annotated[Decimal, BeforeValidator(_number), PlainSerializer(number_text, when_used="json")]
"""An exact decimal, at most 9 digits before the point and 4 after it: the product of two stays exact."""
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}$")]
"""A code by which other parts, inputs and records name a part: letters, digits, `_`, `.` and `-`."""
Words = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_filled)]


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two edges, each of which belongs to it or not; an edge that is None is infinite.

    "以上", "以下", "以内" include the number, "不满", "超过", "以外" do not (Civil Code art. 1259).
    """

    low: Decimal | None
    high: Decimal | None
    low_closed: bool
    high_closed: bool

    @classmethod
    def read(cls, value: Any) -> Self:
        """An interval from its text: `[60, 85)` is 60 and more and less than 85; an edge left out is infinite."""
        if isinstance(value, cls):
            return value
        found = _INTERVAL.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValueError("interval")
        opening, low_text, high_text, closing = found.groups()
        low = None if low_text in _INFINITE - {"∞", "+∞", "inf", "+inf"} else _number(low_text)
        high = None if high_text in _INFINITE - {"-∞", "-inf"} else _number(high_text)
        made = cls(low, high, opening == "[" and low is not None, closing == "]" and high is not None)
        if (
            low is not None
            and high is not None
            and (low > high or (low == high and not (made.low_closed and made.high_closed)))
        ):
            raise ValueError("interval")
        return made

    def __str__(self) -> str:
        low = "-∞" if self.low is None else number_text(self.low)
        high = "∞" if self.high is None else number_text(self.high)
        return f"{'[' if self.low_closed else '('}{low}, {high}{']' if self.high_closed else ')'}"

    def __contains__(self, value: Fraction | Decimal | int) -> bool:
        above = self.low is None or value > self.low or (self.low_closed and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_closed and value == self.high))


Range = Annotated[Interval, BeforeValidator(Interval.read), PlainSerializer(str, when_used="json")]


@dataclass(frozen=True, slots=True)
class Span:
    """What a sum of points can lie between; None is without limit."""

    low: Decimal | None
    high: Decimal | None

    def __add__(self, other: "Span") -> "Span":
        return Span(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
        )

    def within(self, low: Decimal | None, high: Decimal | None) -> "Span":
        """The same after a floor and a cap."""

        def cut(value: Decimal | None, unlimited: Decimal | None) -> Decimal | None:
            value = unlimited if value is None else value
            if value is not None and low is not None:
                value = max(value, low)
            if value is not None and high is not None:
                value = min(value, high)
            return value

        return Span(cut(self.low, low), cut(self.high, high))


def sign_span(*points: Decimal) -> Span:
    """What points that may come any number of times can sum to."""
    return Span(
        None if any(one < 0 for one in points) else Decimal(0), None if any(one > 0 for one in points) else Decimal(0)
    )
