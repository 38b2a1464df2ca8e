"""Checks: what nobody can see is put right, what cannot be meant is told, and nothing that is typed breaks anything."""

import unicodedata
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.checks import AREA_LIMIT, FIRST_DAY, LAST_DAY, Checks, tidy
from tenants.errors import Code, DomainErrors
from tests.areas.town import problems


def found(checks: Checks) -> list[tuple[Code, str | None]]:
    """What was found so far, readable in both languages."""
    return problems(DomainErrors(checks.errors))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  锦绣　　花园 ", "锦绣 花园"),
        ("Ａ座１０１", "A座101"),
        ("（山东）物业，一公司", "（山东）物业，一公司"),
        ("\ufeff光明\u200b路", "光明路"),
        ("\u202e反\u202c", "反"),
        ("一\t二\r\n三\u2028四", "一 二 三 四"),
        ("e\u0301", "é"),
        ("ﾊﾟ", "ﾊﾟ"),
        ("\x00", "\x00"),
    ],
)
def test_text_is_kept_as_it_is_seen(typed: str, kept: str) -> None:
    """The same for everyone who reads it."""
    assert tidy(typed) == kept


def test_lines_stay_where_they_mean_something() -> None:
    """In a reason, not in a name."""
    assert tidy(" 一　\r\n\n 二 ", lines=True) == "一\n\n二"


@given(st.text())
def test_tidying_twice_changes_nothing(typed: str) -> None:
    """What is stored is what is found again by typing it."""
    assert tidy(tidy(typed)) == tidy(typed)
    assert tidy(tidy(typed, lines=True), lines=True) == tidy(typed, lines=True)


@given(st.text(st.characters(), max_size=120))
def test_any_text_is_kept_or_told(typed: str) -> None:
    """What passes can be stored and read; what does not is named once."""
    checks = Checks()
    kept = checks.text("name", typed)
    if checks.errors:
        assert {code for code, _ in found(checks)} <= {Code.EMPTY, Code.TOO_LONG, Code.CHARACTER_NOT_ALLOWED}
    else:
        assert 0 < len(kept) <= 100
        assert kept.encode()
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in kept)


@given(st.text(max_size=30))
def test_any_phone_is_kept_or_told(typed: str) -> None:
    """A number has ASCII digits, whatever was typed."""
    checks = Checks()
    kept = checks.phone("phone", typed)
    if kept is not None and not checks.errors:
        assert kept.isascii() or "转" in kept
        assert sum(character.isdigit() for character in kept) >= 5


@given(st.decimals() | st.decimals(places=2, min_value=0, max_value=AREA_LIMIT))
def test_any_area_is_kept_or_told(typed: Decimal) -> None:
    """What passes is exactly what was typed, with two decimals."""
    checks = Checks()
    kept = checks.area("area", typed)
    if checks.errors:
        [(code, field)] = found(checks)
        assert (code in {Code.AREA_NOT_POSITIVE, Code.TOO_LARGE, Code.TOO_PRECISE}, field) == (True, "area")
    else:
        assert kept == typed
        assert kept.as_tuple().exponent == -2
        assert 0 < kept <= AREA_LIMIT


@given(st.dates(), st.none() | st.dates())
def test_any_day_is_kept_or_told(typed: date, latest: date | None) -> None:
    """Inclusive at both ends."""
    checks = Checks()
    checks.day("on", typed, latest=latest)
    if not FIRST_DAY <= typed <= LAST_DAY:
        assert found(checks) == [(Code.DATE_IMPLAUSIBLE, "on")]
    elif latest is not None and typed > latest:
        assert found(checks) == [(Code.DATE_IN_FUTURE, "on")]
    else:
        assert not checks.errors


def test_days_and_counts_at_their_limits() -> None:
    """The limit itself is allowed, the next value is not."""
    day = timedelta(days=1)
    checks = Checks()
    for allowed in (FIRST_DAY, LAST_DAY):
        checks.day("on", allowed)
        checks.not_before("on", allowed, allowed)
    for number in (0, 2**31 - 1):
        checks.count("n", number)
    checks.area("area", AREA_LIMIT)
    checks.area("area", Decimal("0.01"))
    checks.text("name", "名" * 100)
    checks.done()
    checks.day("a", FIRST_DAY - day)
    checks.day("b", LAST_DAY + day)
    checks.not_before("c", FIRST_DAY, FIRST_DAY + day)
    checks.count("d", 2**31)
    checks.text("e", "名" * 101)
    checks.area("f", AREA_LIMIT + Decimal("0.01"))
    assert found(checks) == [
        (Code.DATE_IMPLAUSIBLE, "a"),
        (Code.DATE_IMPLAUSIBLE, "b"),
        (Code.DATE_OUT_OF_ORDER, "c"),
        (Code.TOO_LARGE, "d"),
        (Code.TOO_LONG, "e"),
        (Code.TOO_LARGE, "f"),
    ]


def test_what_is_found_inside_counts_outside() -> None:
    """With the whole path."""
    checks = Checks()
    inner = checks.within("contract").within("days")
    inner.add(Code.EMPTY, "first")
    assert found(checks) == [(Code.EMPTY, "contract.days.first")]
    with pytest.raises(DomainErrors):
        checks.done()
