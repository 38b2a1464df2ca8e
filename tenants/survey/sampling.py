"""The draw: which households of a list are asked, and in which order the reserves follow.

Stated so that anybody can do it again, with any tool: the key of a household is the SHA-256 of the seed, a line break
and the household's label in UTF-8, written in lower-case hexadecimal digits. The households are drawn in the ascending
order of their keys. The digest of the list is the SHA-256 of its labels in ascending order of their UTF-8 bytes, joined
by line breaks; the seed is chosen after the list is given.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from tenants.checks import Checks
from tenants.errors import Code
from tenants.row import chance

HOUSEHOLD_LIMIT: Final = 40
FRAME_LIMIT: Final = 20_000

_NUMBER_OF_A_PERSON: Final = re.compile(r"\d{11}")


def new_seed() -> str:
    """128 random bits in hexadecimal digits."""
    return f"{chance().getrandbits(128):032x}"


def order(seed: str, households: Sequence[str]) -> list[str]:
    """The households as they are drawn."""
    return sorted(households, key=lambda each: hashlib.sha256(f"{seed}\n{each}".encode()).hexdigest())


def digest(households: Sequence[str]) -> str:
    """By which a list is known again."""
    return hashlib.sha256(b"\n".join(sorted(each.encode() for each in households))).hexdigest()


def numbered(households: int) -> list[str]:
    """The list of an estate of which nothing but the number of households is known."""
    return [str(number) for number in range(1, households + 1)]


def checked(checks: Checks, given: Sequence[str]) -> list[str]:
    """The labels of a list, tidied: each once, short, and none with as many digits as a person's number has."""
    if len(given) > FRAME_LIMIT:
        checks.add(Code.TOO_LARGE, "households", limit=FRAME_LIMIT)
        return []
    households = [checks.text("households", each, limit=HOUSEHOLD_LIMIT) for each in given]
    if len(set(households)) < len(households):
        twice = next(each for at, each in enumerate(households) if each in households[:at])
        checks.add(Code.SURVEY_HOUSEHOLD_TWICE, "households", household=twice)
    personal = next((each for each in households if _NUMBER_OF_A_PERSON.search(each)), None)
    if personal is not None:
        checks.add(Code.SURVEY_HOUSEHOLD_PERSONAL, "households")
    return households
