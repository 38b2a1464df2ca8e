"""One-time links: eight letters that find the survey and sixteen, of 80 random bits, that are the household's own."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

from tenants.row import chance

PAGE: Final = "/survey"
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter of it is taken for another when somebody types it from paper."""
_READ_AS: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})
_LOCATOR: Final = 8
_TOKEN: Final = 16
_CODE: Final = re.compile(f"[{ALPHABET}]{{{_LOCATOR + _TOKEN}}}")


@dataclass(frozen=True, slots=True)
class Link:
    """The code of a link. It is shown once; only its digest is kept."""

    code: str

    @classmethod
    def new(cls, locator: str) -> Self:
        """A link into a survey that nobody has had yet."""
        return cls(locator + _letters(_TOKEN))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The link that somebody followed or typed, however it is grouped; None when it cannot be one."""
        code = text[:100].strip().lower().translate(_READ_AS)
        return cls(code) if _CODE.fullmatch(code) else None

    @property
    def locator(self) -> str:
        """Which survey it leads to; no secret of its own."""
        return self.code[:_LOCATOR]

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return hashlib.sha256(self.code.encode()).hexdigest()

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"{PAGE}/{self.code}"

    @property
    def grouped(self) -> str:
        """For people, in groups of four."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))


def new_locator() -> str:
    """The letters that find a new survey."""
    return _letters(_LOCATOR)


def _letters(number: int) -> str:
    return "".join(chance().choice(ALPHABET) for _ in range(number))
