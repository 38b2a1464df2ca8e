"""Periods are counted as the Civil Code counts them; what the published calendar does not cover is provisional."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.calendar import (
    Deadline,
    Every,
    add_months,
    after_days,
    after_months,
    after_working_days,
    is_working_day,
)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2025, 3, 3), 3, date(2025, 3, 6)),  # the first day does not count (art. 201)
        (date(2025, 3, 3), 5, date(2025, 3, 10)),  # a last day on a weekend moves on (art. 203)
        (date(2025, 9, 28), 5, date(2025, 10, 9)),  # and past the whole National Day holiday
        (date(2025, 1, 21), 5, date(2025, 1, 26)),  # a make-up Sunday is a working day
    ],
)
def test_days(start: date, days: int, last: date) -> None:
    """Calendar days."""
    assert after_days(start, days) == Deadline(last, provisional=False)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),  # no corresponding day: the month's last (art. 202)
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 11, 15), 3, date(2025, 2, 17)),  # 15 February 2025 is a Saturday
        (date(2025, 4, 8), 12, date(2026, 4, 8)),
    ],
)
def test_months(start: date, months: int, last: date) -> None:
    """Months end on the corresponding day."""
    assert after_months(start, months).on == last


def test_working_days_skip_holidays_and_count_make_up_days() -> None:
    """Five working days of publicity across the National Day of 2025: 9 to 11 October (a make-up Saturday), 13, 14."""
    assert after_working_days(date(2025, 9, 30), 5) == Deadline(date(2025, 10, 14), provisional=False)


@pytest.mark.parametrize(
    ("start", "months", "corresponding", "last"),
    [
        (date(2023, 9, 29), 12, date(2024, 9, 29), date(2024, 9, 29)),  # a Sunday on which people work
        (date(2024, 9, 28), 12, date(2025, 9, 28), date(2025, 9, 28)),  # and another
        (date(2024, 10, 1), 12, date(2025, 10, 1), date(2025, 10, 9)),  # the first day after the whole holiday
        (date(2024, 12, 31), 2, date(2025, 2, 28), date(2025, 2, 28)),  # the month's last day, a Friday
    ],
)
def test_a_deadline_moves_and_a_wait_does_not(start: date, months: int, corresponding: date, last: date) -> None:
    """Article 203 lengthens the time that somebody has; a year of probation is over on its corresponding day."""
    assert add_months(start, months) == corresponding
    assert after_months(start, months) == Deadline(last, provisional=False)


def test_beyond_the_calendar_it_is_provisional() -> None:
    """No holiday is known in 2040: weekends count as free, and the answer says that it may change."""
    assert after_days(date(2040, 1, 2), 3) == Deadline(date(2040, 1, 5), provisional=True)


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(0, 400))
def test_a_deadline_is_a_working_day_not_before_its_period(start: date, days: int) -> None:
    """It never comes early, and people work on it."""
    deadline = after_days(start, days)
    assert deadline.on >= start + timedelta(days=days)
    assert is_working_day(deadline.on)[0]


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(-60, 60))
def test_months_there_and_back(start: date, months: int) -> None:
    """Adding months keeps the day, but where the month is too short for it."""
    moved = add_months(start, months)
    assert (moved.year * 12 + moved.month) - (start.year * 12 + start.month) == months
    assert moved.day == start.day or (moved + timedelta(days=1)).day == 1


@given(st.dates(date(2000, 1, 1), date(2035, 12, 31)), st.integers(0, 2_000), st.sampled_from(list(Every)))
def test_periods_cover_the_days_once_each(since: date, days: int, every: Every) -> None:
    """They follow one another without a gap from the first day to the last, and each but the first begins a month."""
    until = since + timedelta(days=days)
    periods = every.within(since, until)
    assert len(periods) == every.number(since, until)
    assert (periods[0][0], periods[-1][1]) == (since, until)
    for (first, last), (following, _) in pairwise(periods):
        assert first <= last == following - timedelta(days=1)
        months = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}[every]
        assert (following.day, (following.month - 1) % months) == (1, 0)
    assert every.within(until, since - timedelta(days=1)) == []
