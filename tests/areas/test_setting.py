"""The nearest division's setting wins, a default holds elsewhere, and what held on any day stays answerable."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import setting
from tenants.errors import Code
from tenants.scope import Scope
from tenants.setting import KINDS, NewSetting, SettingKey
from tests.areas.town import OTHER_STREET, STREET, Town
from tests.reads.asking import Asker

KEY = SettingKey.ISSUE_DAYS


def new(at: str, value: str, on: date, key: SettingKey = KEY) -> NewSetting:
    """A value from a day on."""
    return NewSetting(division_code=at, key=key, value=value, valid_from=on, basis="枣住建〔2024〕1号")


async def holds(town: Town, at: str, on: date) -> Any:
    """What the setting is in a division on a day, as anyone may ask."""
    firm = await town.company()

    async def ask(scope: Scope) -> Any:
        return await setting.effective(scope, KEY, at, on)

    return await town.do(firm.admin, ask)


async def test_the_nearest_ancestor_wins(town: Town) -> None:
    """Nothing set: the default. The city's value holds below it; the street's own before the city's."""
    city, street = await town.regulator("3704"), await town.regulator(STREET)
    assert await holds(town, STREET, date(2024, 6, 1)) == 3
    await town.do(city, setting.put, new("3704", "7", date(2024, 1, 1)))
    await town.do(street, setting.put, new(STREET, "2", date(2024, 3, 1)))
    assert await holds(town, STREET, date(2024, 2, 29)) == 7
    assert await holds(town, STREET, date(2024, 3, 1)) == 2
    assert await holds(town, OTHER_STREET, date(2024, 3, 1)) == 7
    assert await holds(town, STREET, date(2023, 12, 31)) == 3


async def test_the_past_stays_answerable(town: Town) -> None:
    """A new value ends the one before on the same day; none is put before the last one."""
    city = await town.regulator("3702")
    at = "370202"
    first = await town.do(city, setting.put, new("3702", "7", date(2024, 1, 1)))
    await town.do(city, setting.put, new("3702", "9", date(2025, 1, 1)))
    assert await holds(town, at, date(2024, 12, 31)) == 7
    assert await holds(town, at, date(2025, 1, 1)) == 9
    assert await town.refused(city, setting.put, new("3702", "5", date(2025, 1, 1))) == [
        (Code.DATE_OUT_OF_ORDER, "validFrom")
    ]
    row = await town.row("division_setting", first.id)
    assert (row["valid_to"], row["version"]) == (date(2025, 1, 1), 2)


async def test_a_value_can_end(town: Town) -> None:
    """Ended, the division above decides again."""
    city = await town.regulator("3703")
    row = await town.do(city, setting.put, new("3703", "7", date(2024, 1, 1)))
    await town.do(city, setting.end, row.id, 1, date(2024, 7, 1))
    assert await holds(town, "370302", date(2024, 6, 30)) == 7
    assert await holds(town, "370302", date(2024, 7, 1)) == 3
    assert await town.refused(city, setting.end, row.id, 1, date(2024, 8, 1)) == [(Code.CONFLICT, "version")]


@pytest.mark.parametrize(
    ("key", "value"),
    [(KEY, "0"), (KEY, "x"), (KEY, "1.5"), (SettingKey.ISSUE_ON_TIME_TARGET, "1.1"), (SettingKey.SMALL_CELL, "1")],
)
async def test_values_are_of_their_kind(town: Town, key: SettingKey, value: str) -> None:
    """A value that the software could not use is refused, with what it takes."""
    city = await town.regulator("3705")
    assert await town.refused(city, setting.put, new("3705", value, date(2024, 1, 1), key)) == [
        (Code.SETTING_INVALID, "value")
    ]


async def test_only_within_its_reach(town: Town) -> None:
    """A city sets nothing for its province or another city."""
    city = await town.regulator("3704")
    for elsewhere in ("37", "3702"):
        assert await town.refused(city, setting.put, new(elsewhere, "7", date(2026, 1, 1))) == [
            (Code.DIVISION_OUTSIDE_REACH, "divisionCode")
        ]


def test_each_setting_has_a_kind_and_a_source() -> None:
    """Thresholds say where they come from, and a default is a value of its kind."""
    assert set(KINDS) == set(SettingKey)
    for kind in KINDS.values():
        assert kind.source
        written = "；".join(kind.default) if isinstance(kind.default, tuple) else str(kind.default)
        assert kind.default is None or kind.parse(written) == kind.default
    assert KINDS[SettingKey.ISSUE_ON_TIME_TARGET].default == Decimal("0.90")


async def test_what_holds_can_be_asked(town: Town) -> None:
    """`effectiveSettings` gives the nearest value of each key on a day, with the document it rests on; to anyone."""
    city, street = await town.regulator("3706"), await town.regulator("370602002")
    await town.do(city, setting.put, new("3706", "7", date(2024, 1, 1)))
    await town.do(city, setting.put, new("3706", "10", date(2024, 1, 1), SettingKey.OPEN_DAY_NOTICE_DAYS))
    await town.do(street, setting.put, new("370602002", "2", date(2024, 3, 1)))
    row = await town.administrator.fetchrow("SELECT id FROM division WHERE path = '370602002'")
    assert row is not None
    ask = Asker(executable(build()), town.database, (await town.company()).admin)
    text = """query($division: ID, $on: Date!) {
        effectiveSettings(division: $division, on: $on) { key value divisionName basis } }"""

    async def held(on: str) -> dict[str, str]:
        found = (await ask(text, division=f"div_{row['id']}", on=on))["effectiveSettings"]
        return {each["key"]: each["value"] for each in found}

    assert await held("2024-02-01") == {"ISSUE_DAYS": "7", "OPEN_DAY_NOTICE_DAYS": "10"}
    assert await held("2024-03-01") == {"ISSUE_DAYS": "2", "OPEN_DAY_NOTICE_DAYS": "10"}
    assert await held("2023-12-31") == {}
