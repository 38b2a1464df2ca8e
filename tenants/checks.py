"""Checks of what people type: they collect every problem of an input, so that a form shows them all at once.

What cannot be seen is never a problem: surrounding and repeated space, full-width letters and digits, and invisible
characters are put right instead. Chinese punctuation stays, because registered names have it.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Self

from tenants.errors import Code, DomainError, DomainErrors

_PHONE = re.compile(
    r"(\+?86[- ]?)?(1[3-9]\d{9}|\(?0\d{2,3}\)?[- ]?\d{7,8}([-转 ]\d{1,6})?|(400|800)[- ]?\d{3}[- ]?\d{4}|\d{5,8})",
    re.ASCII,
)

# Soft hyphens, zero-width spaces, byte order marks and directions come along when text is copied; nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_HALF_WIDTH = {
    code + 0xFEE0: code for code in map(ord, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

NAME_LIMIT: Final = 100
TEXT_LIMIT: Final = 500
COUNT_LIMIT: Final = 2_147_483_647
AREA_LIMIT: Final = Decimal("999999999999.99")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""A day outside these is a slip of the pen."""


def tidy(value: str, *, lines: bool = False) -> str:
    """The text as its writer sees it: composed, one space between words, letters and digits of one width.

    `lines` keeps the breaks between lines.
    """
    if lines:
        return "\n".join(tidy(line) for line in value.strip().splitlines())
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", value)).translate(_HALF_WIDTH)
    return _SPACE.sub(" ", seen).strip()


class Checks:
    """The problems found so far, each with the path of its field."""

    def __init__(self, prefix: str = "") -> None:
        self.errors: list[DomainError] = []
        self._prefix = prefix

    def within(self, field: str) -> Self:
        """Checks of the input inside a field; what they find counts here."""
        inner = type(self)(f"{self._prefix}{field}.")
        inner.errors = self.errors
        return inner

    def add(self, code: Code, field: str, **values: object) -> None:
        """Note that the input's `field` does not meet a rule."""
        self.errors.append(DomainError(code, self.path(field), **values))

    def path(self, field: str) -> str:
        """The path of a field from the whole input."""
        return self._prefix + field

    def kept(self, table: Any, values: Mapping[str, Any]) -> None:
        """What a row always has is changed, not taken away; `values` are by column, named as the input's fields are."""
        for name, value in values.items():
            column = table.__table__.columns.get(name)
            if value is None and column is not None and not column.nullable:
                first, *words = name.split("_")
                self.add(Code.EMPTY, first + "".join(map(str.title, words)))

    def text(self, field: str, value: str | None, limit: int = NAME_LIMIT, *, lines: bool = False) -> str:
        """The text, tidied; it must not be empty nor longer than `limit`, nor hold what cannot be shown or stored."""
        text = tidy(value or "", lines=lines)
        if not text:
            self.add(Code.EMPTY, field)
        elif len(text) > limit:
            self.add(Code.TOO_LONG, field, limit=limit, length=len(text))
        refused = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"), None)
        if refused is not None:
            self.add(Code.CHARACTER_NOT_ALLOWED, field, character=f"U+{ord(refused):04X}")
        return text

    def optional_text(
        self, field: str, value: str | None, limit: int = TEXT_LIMIT, *, lines: bool = False
    ) -> str | None:
        """The text, tidied, None when nothing is left."""
        if value is None or not tidy(value):
            return None
        return self.text(field, value, limit, lines=lines)

    def phone(self, field: str, value: str | None) -> str | None:
        """A Chinese mobile, landline, service or short number, with the hyphens it was written with."""
        known = len(self.errors)
        number = self.optional_text(field, value and unicodedata.normalize("NFKC", value), limit=40)
        if number is not None and len(self.errors) == known and not _PHONE.fullmatch(number):
            self.add(Code.PHONE_INVALID, field, value=number)
        return number

    def area(self, field: str, value: Decimal) -> Decimal:
        """An area is greater than zero and has at most two decimals; the answer has exactly two."""
        if not value.is_finite() or value <= 0:
            self.add(Code.AREA_NOT_POSITIVE, field, value=value)
            return value
        if value > AREA_LIMIT:
            self.add(Code.TOO_LARGE, field, limit=AREA_LIMIT)
            return value
        exact = value.quantize(Decimal("0.01"))
        if exact != value:
            self.add(Code.TOO_PRECISE, field, places=2)
        return exact

    def count(self, field: str, value: int | None, limit: int = COUNT_LIMIT) -> None:
        """A count is zero or more, and no more than can be meant."""
        if value is not None and value < 0:
            self.add(Code.NEGATIVE, field, value=value)
        elif value is not None and value > limit:
            self.add(Code.TOO_LARGE, field, limit=limit)

    def moment(self, field: str, value: datetime) -> None:
        """A time on a day that can be meant."""
        self.day(field, value.date())

    def day(self, field: str, value: date | None, *, earliest: date | None = None, latest: date | None = None) -> None:
        """A day that can be meant, not before `earliest` and not after `latest`, one of which is today."""
        if value is None:
            return
        if not FIRST_DAY <= value <= LAST_DAY:
            self.add(Code.DATE_IMPLAUSIBLE, field, date=value, first=FIRST_DAY, last=LAST_DAY)
        elif latest is not None and value > latest:
            self.add(Code.DATE_IN_FUTURE, field, date=value)
        elif earliest is not None and value < earliest:
            self.add(Code.DATE_IN_PAST, field, date=value)

    def not_before(self, field: str, value: date | None, earliest: date | None) -> None:
        """A date is not earlier than another."""
        if value is not None and earliest is not None and value < earliest:
            self.add(Code.DATE_OUT_OF_ORDER, field, date=value, earliest=earliest)

    def done(self) -> None:
        """Raise what was found."""
        if self.errors:
            raise DomainErrors(self.errors)
