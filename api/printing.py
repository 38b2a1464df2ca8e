"""What is printed is set in one embedded font, so that it is the same wherever it is opened.

A character that the font does not have is printed as 〓, the printers' sign for a missing one.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from infra.data import font

MEDIA: Final = "application/pdf"
MISSING: Final = "〓"


@lru_cache(maxsize=1)
def letters() -> frozenset[str]:
    """What the font shows."""
    from fontTools.ttLib import TTFont

    with TTFont(font.FILE, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def legible(text: str) -> str:
    """The text as the font can show it."""
    composed = unicodedata.normalize("NFC", " ".join(text.split(" ")))
    return "".join(letter if letter in letters() else _replaced(letter) for letter in composed)


def _replaced(letter: str) -> str:
    """Marks and joiners that only change their neighbours vanish, spaces are spaces, all else is missing."""
    kind = unicodedata.category(letter)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    return " " if kind in ("Zs", "Zl", "Zp", "Cc") else MISSING
