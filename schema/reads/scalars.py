"""Dates, times and exact decimals have one text form, whether PostgreSQL or Python writes it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

SHANGHAI = ZoneInfo("Asia/Shanghai")

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
# Outside these years a time cannot be moved to another zone by every driver, and no legal day lies there.
_FIRST_YEAR, _LAST_YEAR = 1000, 9000


def decimal_text(value: Decimal) -> str:
    """Every digit, no exponent: what `numeric::text` writes."""
    return format(value, "f")


def time_text(value: dt.datetime) -> str:
    """ISO 8601 in Asia/Shanghai without trailing zeros of the second: what `to_json(timestamptz)` writes."""
    text = value.astimezone(SHANGHAI).isoformat()
    whole, dot, rest = text.partition(".")
    return f"{whole}.{rest[:6].rstrip('0')}{rest[6:]}" if dot else text


def _refuse(chinese: str, english: str) -> GraphQLError:
    return GraphQLError(f"{chinese} / {english}", extensions={"code": "BAD_USER_INPUT"})


def _parse_decimal(value: Any) -> Decimal:
    text = value if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
    if not _DECIMAL.fullmatch(text):
        raise _refuse("十进制数格式应为“123.45”。", 'A Decimal is written like "123.45".')
    return Decimal(text)


def _parse_date(value: Any) -> dt.date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if _FIRST_YEAR <= day.year <= _LAST_YEAR:
                return day
    raise _refuse("日期格式应为“2024-03-31”。", 'A Date is written like "2024-03-31".')


def _parse_time(value: Any) -> dt.datetime:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
                return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    raise _refuse(
        "时间格式应为“2024-03-31T08:00:00+08:00”。", 'A DateTime is written like "2024-03-31T08:00:00+08:00".'
    )


SCALARS: dict[object, ScalarDefinition] = {
    dt.date: strawberry.scalar(
        name="Date",
        description="A day (日期), ISO 8601, such as 2024-03-31; a legal day is a day in Asia/Shanghai.",
        serialize=dt.date.isoformat,
        parse_value=_parse_date,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant (时间), ISO 8601 such as 2024-03-31T08:00:00+08:00; without an offset it is Asia/Shanghai time."
        ),
        serialize=time_text,
        parse_value=_parse_time,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal (十进制数) as a string, such as "123.45".',
        serialize=decimal_text,
        parse_value=_parse_decimal,
    ),
}
"""For `StrawberryConfig(scalar_map=SCALARS)`."""
