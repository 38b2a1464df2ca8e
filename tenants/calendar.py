"""Legal days: periods counted as the Civil Code counts them, working days by the State Council's holiday calendar.

Civil Code arts. 200 to 204: the first day does not count (201); a period of months or years ends on the corresponding
day, or on the month's last day where there is none (202); a last day that is a holiday moves to the day after the
holiday (203); special rules prevail (204). Beyond the published calendar a date is provisional: a weekend counts as
free, a public holiday is not known yet.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import chinese_calendar


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """The last day of a period; `provisional` when the holiday calendar of its year is not published yet."""

    on: date
    provisional: bool


class Every(StrEnum):
    """How long each period of a series is, by the calendar."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"

    def number(self, since: date, until: date) -> int:
        """How many periods these days touch."""
        return max(0, self._place(until) - self._place(since) + 1) if since <= until else 0

    def within(self, since: date, until: date) -> list[tuple[date, date]]:
        """First and last day of each period, the first and the last period cut to these days."""
        starts = [self._start(self._place(since) + at) for at in range(1, self.number(since, until))]
        lasts = [start - timedelta(days=1) for start in starts]
        return list(zip([since, *starts], [*lasts, until], strict=True)) if since <= until else []

    @property
    def _months(self) -> int:
        return {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}[self]

    def _place(self, day: date) -> int:
        return (day.year * 12 + day.month - 1) // self._months

    def _start(self, place: int) -> date:
        year, month = divmod(place * self._months, 12)
        return date(year, month + 1, 1)


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether people work on a day, make-up Saturdays included; and whether that is provisional."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5, True


def published_until() -> date:
    """The last day whose working days are known."""
    return date(max(chinese_calendar.constants.holidays).year, 12, 31)


def after_days(start: date, days: int) -> Deadline:
    """The last of so many calendar days that begin with the day after `start`."""
    return _on_working_day(start + timedelta(days=days))


def after_months(start: date, months: int) -> Deadline:
    """The last day of so many months that begin with the day after `start`."""
    return _on_working_day(add_months(start, months))


def after_working_days(start: date, days: int) -> Deadline:
    """The last of so many working days that begin with the day after `start`."""
    day, left, provisional = start, days, False
    while left:
        day += timedelta(days=1)
        working, unsure = is_working_day(day)
        provisional = provisional or unsure
        left -= working
    return Deadline(day, provisional)


def add_months(start: date, months: int) -> date:
    """The corresponding day so many months later (or earlier), or the month's last day where there is none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _on_working_day(day: date) -> Deadline:
    provisional = False
    while True:
        working, unsure = is_working_day(day)
        provisional = provisional or unsure
        if working:
            return Deadline(day, provisional)
        day += timedelta(days=1)
