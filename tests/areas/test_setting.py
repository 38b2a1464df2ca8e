"""The nearest division's setting wins, a default holds elsewhere, and what held on any day stays answerable."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import setting
from tenants.errors import Code, DomainErrors
from tenants.scope import Scope
from tenants.setting import KINDS, NewSetting, SettingKey
from tests.areas.town import OTHER_STREET, STREET, Town, at_once, problems
from tests.reads.asking import Asker

KEY = SettingKey.ISSUE_DAYS
TURN = date(2025, 1, 1)


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


async def test_no_two_values_hold_at_once(town: Town) -> None:
    """An ended value does not come to life again, and none is put into the time of one that ended."""
    city = await town.regulator("3707")
    first = await town.do(city, setting.put, new("3707", "7", date(2024, 1, 1)))
    await town.do(city, setting.put, new("3707", "9", date(2025, 1, 1)))
    assert await town.refused(city, setting.end, first.id, 2, date(2026, 1, 1)) == [(Code.SETTING_ENDED, "id")]
    at = await town.regulator("3708")
    row = await town.do(at, setting.put, new("3708", "7", date(2024, 1, 1)))
    await town.do(at, setting.end, row.id, 1, date(2025, 1, 1))
    assert await town.refused(at, setting.put, new("3708", "5", date(2024, 6, 1))) == [
        (Code.DATE_OUT_OF_ORDER, "validFrom")
    ]
    await town.do(at, setting.put, new("3708", "5", date(2025, 1, 1)))
    assert await holds(town, "370811", date(2024, 12, 31)) == 7
    assert await holds(town, "370811", date(2025, 1, 1)) == 5


async def test_two_who_put_the_same_at_once(town: Town) -> None:
    """One value is put; the others are told, whether there was one before or not."""
    regulators = [await town.regulator("3709") for _ in range(3)]
    for year in (2024, 2025):
        answers = await at_once(
            *(town.do(who, setting.put, new("3709", str(n), date(year, 1, 1))) for n, who in enumerate(regulators, 4))
        )
        told = [answer for answer in answers if isinstance(answer, list)]
        assert len(told) == 2
        allowed = ((Code.SETTING_PUT_MEANWHILE, "key"), (Code.DATE_OUT_OF_ORDER, "validFrom"))
        assert all(problem in allowed for (problem,) in told)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[(KEY, value) for value in ("0", "x", "1.5", "-3", "+3", "1_0", "0366", "1e1", "三")],
        *[(SettingKey.ISSUE_ON_TIME_TARGET, value) for value in ("1.1", "NaN", "9E-1", "-0", ".5")],
        (SettingKey.SMALL_CELL, "1"),
        (SettingKey.AGREEMENTS_PER_YEAR, "2"),
        (SettingKey.LEAD_REPORT_MONTHS, "2"),
        (SettingKey.PARTY_VENUE_ITEMS, "有场所；；有设施"),
    ],
)
async def test_values_are_of_their_kind(town: Town, key: SettingKey, value: str) -> None:
    """A value that the software could not use is refused, with the setting's name and what it takes."""
    city = await town.regulator("3705")
    with pytest.raises(DomainErrors) as refusal:
        await town.do(city, setting.put, new("3705", value, date(2024, 1, 1), key))
    assert problems(refusal.value) == [(Code.SETTING_INVALID, "value")]
    for locale in ("zh", "en"):
        message = refusal.value.errors[0].message(locale)
        assert key in message
        assert KINDS[key].expected in message


async def test_a_value_is_read_as_it_is_seen(town: Town) -> None:
    """Full-width digits and spaces around a number are put right; a day nobody can mean is not."""
    city = await town.regulator("3710")
    assert (await town.do(city, setting.put, new("3710", " ７ ", date(2024, 1, 1)))).value == "7"
    assert await town.refused(city, setting.put, new("3710", "8", date(9024, 1, 1))) == [
        (Code.DATE_IMPLAUSIBLE, "validFrom")
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
        assert kind.default is None or kind.parse(kind.default_text or "") == kind.default
    assert KINDS[SettingKey.ISSUE_ON_TIME_TARGET].default == Decimal("0.90")


async def test_what_holds_can_be_asked(town: Town) -> None:
    """`effectiveSettings` gives every setting as it was on a day: the nearest value with its document, or the default
    with where it comes from; to anyone. `divisionSettings` gives the values themselves, past and present.
    """
    city, street = await town.regulator("3706"), await town.regulator("370602002")
    await town.do(city, setting.put, new("3706", "7", date(2024, 1, 1)))
    await town.do(city, setting.put, new("3706", "10", date(2024, 1, 1), SettingKey.OPEN_DAY_NOTICE_DAYS))
    await town.do(street, setting.put, new("370602002", "2", date(2024, 3, 1)))
    row = await town.administrator.fetchrow("SELECT id FROM division WHERE path = '370602002'")
    assert row is not None
    ask = Asker(executable(build()), town.database, (await town.company()).admin)
    text = """query($division: ID, $on: Date!) {
        effectiveSettings(division: $division, on: $on) { key value divisionName validFrom basis } }"""

    async def held(on: str) -> dict[str, tuple[str | None, str | None, str | None]]:
        found = (await ask(text, division=f"div_{row['id']}", on=on))["effectiveSettings"]
        assert [each["key"] for each in found] == sorted(SettingKey)
        return {each["key"]: (each["value"], each["validFrom"], each["basis"]) for each in found}

    paper = "枣住建〔2024〕1号"
    before, then, after = [await held(on) for on in ("2023-12-31", "2024-02-01", "2024-03-01")]
    assert before["ISSUE_DAYS"] == ("3", None, KINDS[KEY].source)
    assert then["ISSUE_DAYS"] == ("7", "2024-01-01", paper)
    assert after["ISSUE_DAYS"] == ("2", "2024-03-01", paper)
    assert before["OPEN_DAY_NOTICE_DAYS"][0] == "3"
    assert then["OPEN_DAY_NOTICE_DAYS"] == after["OPEN_DAY_NOTICE_DAYS"] == ("10", "2024-01-01", paper)
    # What no division says and no rule asks is null, with the places that do ask.
    assert after["CHECK_IN_ARRIVAL_DAYS"][:2] == (None, None)
    assert "淄博市物业管理条例" in (after["CHECK_IN_ARRIVAL_DAYS"][2] or "")
    values = await ask(
        """query($division: ID!) { divisionSettings(where: {division: {id: {eq: $division}}}) {
            nodes { key value validFrom validTo } } }""",
        division=f"div_{row['id']}",
    )
    assert values["divisionSettings"]["nodes"] == [
        {"key": "ISSUE_DAYS", "value": "2", "validFrom": "2024-03-01", "validTo": None}
    ]
    for regulator in (city, street, await town.regulator("3711")):
        ask = Asker(executable(build()), town.database, regulator)
        assert await held("2024-02-01") == then


async def test_sql_reads_a_setting_as_the_rules_do(town: Town) -> None:
    """`number_on` and `effective` agree in every division, on every day, with and without values."""
    for at, value, on in (("37", "9", date(2024, 1, 1)), ("3711", "7", date(2024, 6, 1)), ("371102", "5", TURN)):
        regulator = await town.regulator(at)
        await town.do(regulator, setting.put, new(at, value, on, SettingKey.OPEN_DAY_ANSWER_DAYS))
    firm = await town.company()

    async def compare(scope: Scope) -> None:
        for path in ("37", "3711", "371102", "371102001", "371102001001", "3712", "440310"):
            for day in (date(2023, 1, 1), date(2024, 3, 1), TURN, date(2026, 1, 1)):
                for key in (SettingKey.OPEN_DAY_ANSWER_DAYS, SettingKey.CHECK_IN_ARRIVAL_DAYS):
                    read = await scope.connection.fetchval(
                        f"SELECT {setting.number_on(key, '$1::text', '$2::date')}", path, day
                    )
                    assert read == await setting.effective(scope, key, path, day)

    await town.do(firm.admin, compare)
