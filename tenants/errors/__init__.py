"""Errors a person can cause, each with its code of the catalogue, and the one that comes of a busy database."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Literal

from tenants.errors.catalogue import Code, Words

Locale = Literal["zh", "en"]


class DomainError(Exception):
    """A rule was not met: `code` says which, `field` which input (dotted path), `values` fill the message."""

    def __init__(self, code: Code, field: str | None = None, **values: object) -> None:
        super().__init__(code.name)
        self.code = code
        self.field = field
        self.values = values

    def message(self, locale: Locale, term: Callable[[StrEnum], str] = str) -> str:
        """What happened and what to do, in the reader's language; `term` gives the Chinese term of an enum's value."""
        words = self.code.value
        said = words.english if locale == "en" else words.chinese
        return said.format(**{name: _said(value, locale, term) for name, value in self.values.items()})


def _said(value: object, locale: Locale, term: Callable[[StrEnum], str]) -> object:
    if isinstance(value, Words):
        return value.english if locale == "en" else value.chinese
    if isinstance(value, tuple):
        comma = ", " if locale == "en" else "、"
        return comma.join(str(_said(item, locale, term)) for item in value) or "—"
    if isinstance(value, StrEnum):
        return str(value) if locale == "en" else term(value)
    return _UNSEEN.sub("\ufffd", value) if isinstance(value, str) else value


# What somebody typed is told as it can be shown: a terminal obeys the one, and JSON cannot hold the other.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Noted(DomainError):
    """A rule was not met, and that somebody tried stays on record, because the refusal itself tells something: the
    transaction is not undone, so the rule undoes what it did before it writes that down and raises.
    """


class DomainErrors(Exception):
    """Several rules were not met at once; a form shows them all."""

    def __init__(self, errors: list[DomainError]) -> None:
        super().__init__(", ".join(error.code.name for error in errors))
        self.errors = errors


class Unavailable(Exception):
    """The database cannot serve this now; the caller may try again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


__all__ = ["Code", "DomainError", "DomainErrors", "Locale", "Noted", "Unavailable", "Words"]
