"""Checks of what people type: they collect every problem of an input, so that a form shows them all at once."""

import re
from datetime import date
from decimal import Decimal

from tenants.errors import Code, DomainError, DomainErrors

_PHONE = re.compile(
    r"(\+?86[- ]?)?(1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}([-转 ]\d{1,6})?|(400|800)[- ]?\d{3}[- ]?\d{4}|\d{5,8})"
)

NAME_LIMIT = 100
TEXT_LIMIT = 500


class Checks:
    """The problems found so far, each with the path of its field."""

    def __init__(self, prefix: str = "") -> None:
        self.errors: list[DomainError] = []
        self._prefix = prefix

    def add(self, code: Code, field: str, **values: object) -> None:
        """Note that the input's `field` does not meet a rule."""
        self.errors.append(DomainError(code, self._prefix + field, **values))

    def text(self, field: str, value: str, limit: int = NAME_LIMIT) -> str:
        """The text without surrounding space; it must not be empty nor longer than `limit`."""
        stripped = value.strip()
        if not stripped:
            self.add(Code.EMPTY, field)
        elif len(stripped) > limit:
            self.add(Code.TOO_LONG, field, limit=limit, length=len(stripped))
        return stripped

    def optional_text(self, field: str, value: str | None, limit: int = TEXT_LIMIT) -> str | None:
        """The text without surrounding space, None when nothing is left."""
        if value is None or not value.strip():
            return None
        return self.text(field, value, limit)

    def phone(self, field: str, value: str | None) -> str | None:
        """A Chinese mobile, landline, service or short number as it was written."""
        number = self.optional_text(field, value, limit=40)
        if number is not None and not _PHONE.fullmatch(number):
            self.add(Code.PHONE_INVALID, field, value=number)
        return number

    def positive(self, field: str, value: Decimal) -> None:
        """An area is greater than zero."""
        if not value.is_finite() or value <= 0:
            self.add(Code.AREA_NOT_POSITIVE, field, value=value)

    def not_negative(self, field: str, value: int | None) -> None:
        """A count is zero or more."""
        if value is not None and value < 0:
            self.add(Code.NEGATIVE, field, value=value)

    def not_before(self, field: str, value: date | None, earliest: date | None) -> None:
        """A date is not earlier than another."""
        if value is not None and earliest is not None and value < earliest:
            self.add(Code.DATE_OUT_OF_ORDER, field, date=value, earliest=earliest)

    def contract_dates(self, field: str, starts_on: date, ends_on: date) -> None:
        """A contract does not end before it starts."""
        if ends_on < starts_on:
            self.add(Code.CONTRACT_ENDS_BEFORE_START, field, starts_on=starts_on, ends_on=ends_on)

    def done(self) -> None:
        """Raise what was found."""
        if self.errors:
            raise DomainErrors(self.errors)
