"""What people type into cells, read as the value they meant, or refused with what to write instead.

Full-width digits and letters, thousands separators, units, Excel's serial dates and dates written as text are all
understood. What could mean two things is refused: a wrong value that looks right is worse than a message.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from tenants.checks import tidy
from tenants.errors import Code, DomainError

Cell = str | int | float | bool | date | datetime | time | timedelta | None
T = TypeVar("T")

_BETWEEN_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?E\+?\d{2,}", re.I)

_NUMBER: Final = re.compile(
    r"(?P<digits>-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?)(?P<ten_thousand>万)?"
    r"(平方米|平米|平方|m2|m²|户|个|人|名|套|栋|元|sqm)?",
    re.I,
)

_DATE: Final = re.compile(
    r"(?P<y>\d{4})(?:年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号]?|(?P<s>[-/.])(?P<m2>\d{1,2})(?P=s)(?P<d2>\d{1,2})"
    r"|(?P<m3>\d{2})(?P<d3>\d{2}))(?:[ t]?0{1,2}:00(:00(\.0+)?)?)?",
    re.I,
)
_PERIOD: Final = re.compile(
    r"(?P<first>\d{4}(?:年\d{1,2}月\d{1,2}[日号]?|(?P<a>[-/.])\d{1,2}(?P=a)\d{1,2}|\d{4}))"
    r"\s*(?:至|到|起至|~|-+|—+|–|→)\s*"
    r"(?P<last>\d{4}(?:年\d{1,2}月\d{1,2}[日号]?|(?P<b>[-/.])\d{1,2}(?P=b)\d{1,2}|\d{4}))(?:止|为止)?"
)
_EARLIEST, _LATEST = date(1949, 10, 1), date(2199, 12, 31)
# Excel counts days from here, and believes that there was a 29 February 1900.
_DAY_ZERO: Final = date(1899, 12, 30)

_YES: Final = frozenset(["是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1", "1.0"])
_NO: Final = frozenset(["否", "无", "不是", "没有", "×", "✗", "✘", "x", "n", "no", "false", "0", "0.0"])


def text(value: Cell) -> str:
    """The cell as text, tidied, and without the space that pads short Chinese names (张　三)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return _BETWEEN_CHINESE.sub("", tidy(str(value)))


def code(value: Cell) -> str:
    """The cell as a code or number of something, which a spreadsheet may have taken for a quantity and rounded."""
    if isinstance(value, float) and (abs(value) >= 1e15 or not value.is_integer()):
        raise DomainError(Code.CODE_ROUNDED, value=value)
    written = unicodedata.normalize("NFKC", text(value)).lstrip("'").replace(" ", "")
    if _SCIENTIFIC.fullmatch(written):
        raise DomainError(Code.CODE_ROUNDED, value=written)
    return written


def number(value: Cell) -> Decimal | None:
    """The cell as an exact number, None when it is blank."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise DomainError(Code.NUMBER_INVALID, value=text(value))
    if isinstance(value, int | float):
        exact = Decimal(format(value, ".15g"))  # what Excel shows, without the noise of binary fractions
        if not exact.is_finite():
            raise DomainError(Code.NUMBER_INVALID, value=value)
        return exact
    written = unicodedata.normalize("NFKC", value or "")
    compact = "".join(written.split())
    if not compact:
        return None
    found = _NUMBER.fullmatch(compact)
    if found is None or len(compact) > 40:
        raise DomainError(Code.NUMBER_INVALID, value=value.strip() if value else value)
    exact = Decimal(found["digits"].replace(",", ""))
    return exact * 10_000 if found["ten_thousand"] else exact


def whole(value: Cell) -> int | None:
    """The cell as a whole number, None when it is blank."""
    exact = number(value)
    if exact is None:
        return None
    if exact != exact.to_integral_value() or abs(exact) >= 2**31:
        raise DomainError(Code.WHOLE_NUMBER_INVALID, value=text(value))
    return int(exact)


def day(value: Cell) -> date | None:
    """The cell as a date, None when it is blank."""
    if value is None:
        return None
    if isinstance(value, datetime):
        found: date | None = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _day_of_number(value)
    elif isinstance(value, str):
        written = " ".join(unicodedata.normalize("NFKC", value).split())
        if not written:
            return None
        found = _day_of_text(written)
    else:
        found = None
    if found is None or not _EARLIEST <= found <= _LATEST:
        raise DomainError(Code.DATE_INVALID, value=text(value))
    return found


def period(value: Cell) -> tuple[date, date] | None:
    """The cell as a first and a last day (2022年1月1日至2024年12月31日), None when it is blank."""
    written = unicodedata.normalize("NFKC", text(value))
    if not written:
        return None
    found = _PERIOD.fullmatch(written.removeprefix("自").removeprefix("从"))
    days = (_day_of_text(found["first"]), _day_of_text(found["last"])) if found else (None, None)
    if days[0] is None or days[1] is None or not _EARLIEST <= min(days[0], days[1]) <= max(days[0], days[1]) <= _LATEST:
        raise DomainError(Code.PERIOD_INVALID, value=text(value))
    return days[0], days[1]


def _day_of_number(value: float) -> date | None:
    if not math.isfinite(value) or value != int(value):
        return None
    if 10_000 <= value < 110_000:
        return _DAY_ZERO + timedelta(int(value))
    return _day_of_text(str(int(value)))


def _day_of_text(written: str) -> date | None:
    if written.isascii() and written.isdigit() and len(written) == 5:
        return _DAY_ZERO + timedelta(int(written))
    found = _DATE.fullmatch(re.sub(r"\s*([年月日号/.-])\s*", r"\1", written))
    if found is None:
        return None
    parts = found.groupdict()
    month = parts["m1"] or parts["m2"] or parts["m3"]
    of_month = parts["d1"] or parts["d2"] or parts["d3"]
    try:
        return date(int(parts["y"]), int(month), int(of_month))
    except ValueError:
        return None


def yes(value: Cell) -> bool | None:
    """The cell as yes or no, None when it is blank."""
    if isinstance(value, bool):
        return value
    word = unicodedata.normalize("NFKC", text(value)).casefold()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise DomainError(Code.YES_NO_INVALID, value=text(value))


def choice(value: Cell, words: Mapping[str, T]) -> T | None:
    """The cell as one of a few things people have several words for, None when it is blank."""
    word = spelled(text(value))
    if not word:
        return None
    if word in words:
        return words[word]
    shown: dict[T, str] = {}
    for known, meaning in words.items():
        shown.setdefault(meaning, known)
    raise DomainError(Code.CHOICE_UNKNOWN, value=text(value), allowed="、".join(shown.values()))


def spelled(word: str) -> str:
    """A word or a heading without what does not distinguish it: width, case, space and decoration."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return re.sub(r"[\s*★☆:_、\-—]", "", plain)


def words(meanings: Mapping[T, str]) -> dict[str, T]:
    """The words for each meaning, for `choice`: several Chinese ones apart by spaces, and the meaning's own name."""
    known: dict[str, T] = {}
    for meaning, chinese in meanings.items():
        for word in (*chinese.split(), str(meaning)):
            known[spelled(word)] = meaning
    return known
