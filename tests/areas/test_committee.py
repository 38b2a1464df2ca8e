"""Owners' and property management committees: formed by the rules, one at a time, counted in R-04 as on any day."""

from datetime import date
from typing import Any

import pytest

from schema import build, executable
from tenants import committee, estate, setting
from tenants.calendar import add_months
from tenants.committee import CommitteeKind, NewCommittee
from tenants.errors import Code
from tenants.estate import CommitteeStatus, Estate
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import TOMORROW, Town, at_once, place
from tests.reads.asking import Asker

FORMED = date(2024, 3, 1)
ELIGIBLE: dict[str, Any] = {
    "committee_status": CommitteeStatus.ELIGIBLE_NOT_STARTED,
    "committee_eligible_on": date(2023, 1, 1),
}

FIGURES = """query($division: ID, $on: Date!, $kind: EstateKind) {
    committeeFigures(division: $division, since: $on, until: $on, estateKind: $kind) {
        estates eligibleEstates ownersCommittees managementCommittees rate rateOfEligible rateOfAll target
        countsPmc denominator termsOver unfiled preparing } }"""


def new(at: Estate, **more: Any) -> NewCommittee:
    """An owners' committee of five."""
    facts: dict[str, Any] = {
        "kind": CommitteeKind.OC,
        "members": 5,
        "formed_on": FORMED,
        "term_ends_on": add_months(FORMED, 36),
    }
    return NewCommittee(estate_id=at.id, **(facts | more))


def managing(at: Estate, **more: Any) -> NewCommittee:
    """A management committee of seven, four of them owners."""
    return new(at, **({"kind": CommitteeKind.PMC, "members": 7, "owners": 4} | more))


@pytest.fixture(scope="module")
async def county(town: Town) -> Principal:
    """A regulator of the county of `STREET`."""
    return await town.regulator("370402")


async def eligible(town: Town, county: Principal, **facts: Any) -> Estate:
    """An estate that may have an owners' committee."""
    return await town.do(county, estate.enter, place(**(ELIGIBLE | facts)))


async def test_the_registry_says_what_was_formed_and_ended(town: Town, county: Principal) -> None:
    """A management committee is followed by an owners' committee, and the estate's status with it."""
    entry = await eligible(town, county)
    first = await town.do(county, committee.form, managing(entry))
    assert (await town.row("estate", entry.id))["committee_status"] == "PMC"
    assert await town.refused(county, committee.form, new(entry)) == [(Code.COMMITTEE_ACTIVE, "estateId")]
    first = await town.do(county, committee.update, first.id, 1, {"filed_on": date(2024, 3, 20), "owners": 5})
    assert await town.refused(county, committee.update, first.id, 2, {"members": 11}) == [
        (Code.COMMITTEE_OWNERS, "owners")
    ]
    ended_on = date(2025, 5, 1)
    first = await town.do(county, committee.end, first.id, 2, ended_on, "选出业主委员会")
    row = await town.row("estate", entry.id)
    assert (row["committee_status"], row["committee_eligible_on"]) == ("ELIGIBLE_NOT_STARTED", date(2023, 1, 1))
    assert await town.refused(county, committee.end, first.id, 3, ended_on, "再次") == [(Code.COMMITTEE_ENDED, "id")]
    assert await town.refused(county, committee.form, new(entry)) == [(Code.DATE_OUT_OF_ORDER, "formedOn")]
    await town.do(county, committee.form, new(entry, formed_on=ended_on, term_ends_on=date(2028, 5, 1)))
    assert (await town.row("estate", entry.id))["committee_status"] == "ESTABLISHED"


REFUSED: list[tuple[dict[str, Any], list[tuple[Code, str]]]] = [
    ({"members": 3}, [(Code.COMMITTEE_SIZE, "members")]),
    ({"members": 6}, [(Code.COMMITTEE_SIZE, "members")]),
    ({"members": -5}, [(Code.NEGATIVE, "members"), (Code.COMMITTEE_SIZE, "members")]),
    ({"kind": CommitteeKind.PMC, "members": 5, "owners": 3}, [(Code.COMMITTEE_SIZE, "members")]),
    ({"kind": CommitteeKind.PMC, "members": 7}, [(Code.COMMITTEE_OWNERS, "owners")]),
    ({"kind": CommitteeKind.PMC, "members": 7, "owners": 3}, [(Code.COMMITTEE_OWNERS, "owners")]),
    ({"kind": CommitteeKind.PMC, "members": 7, "owners": 8}, [(Code.COMMITTEE_OWNERS, "owners")]),
    ({"term_ends_on": date(2029, 3, 2)}, [(Code.COMMITTEE_TERM, "termEndsOn")]),
    ({"term_ends_on": FORMED}, [(Code.COMMITTEE_TERM, "termEndsOn")]),
    ({"filed_on": date(2024, 2, 29)}, [(Code.DATE_OUT_OF_ORDER, "filedOn")]),
    ({"formed_on": date(2022, 12, 31), "term_ends_on": FORMED}, [(Code.COMMITTEE_NOT_ELIGIBLE, "estateId")]),
]


@pytest.mark.parametrize(("facts", "expected"), REFUSED)
async def test_committee_that_cannot_be(
    town: Town, county: Principal, facts: dict[str, Any], expected: list[tuple[Code, str]]
) -> None:
    """Each problem with its field and its rule (domain 2.6)."""
    entry = await eligible(town, county)
    assert await town.refused(county, committee.form, new(entry, **facts)) == expected


async def test_five_years_are_a_term_and_half_are_enough(town: Town, county: Principal) -> None:
    """The edges themselves are allowed: a term of exactly five years."""
    entry = await eligible(town, county)
    made = await town.do(county, committee.form, new(entry, term_ends_on=date(2029, 3, 1)))
    assert made.owners is None


async def test_an_estate_that_may_have_none_gets_a_management_committee(town: Town, county: Principal) -> None:
    """No owners' committee while the registry says it is not eligible, nor before the day it became so; and an entry
    does not say both that it is not eligible and since when it is.
    """
    entry = await town.do(county, estate.enter, place())
    assert await town.refused(county, committee.form, new(entry)) == [(Code.COMMITTEE_NOT_ELIGIBLE, "estateId")]
    made = await town.do(county, committee.form, managing(entry))
    await town.do(county, committee.end, made.id, 1, date(2025, 1, 1), "任期未满解散")
    assert (await town.row("estate", entry.id))["committee_status"] == "NOT_ELIGIBLE"
    since = {"committee_eligible_on": date(2025, 2, 1)}
    version = (await town.row("estate", entry.id))["version"]
    assert await town.refused(county, estate.update, entry.id, version, since) == [
        (Code.COMMITTEE_ELIGIBLE_SINCE, "committeeEligibleOn")
    ]
    later = {"committee_eligible_on": today() + TOMORROW, "committee_status": CommitteeStatus.PREPARING}
    assert await town.refused(county, estate.update, entry.id, version, later) == [
        (Code.DATE_IN_FUTURE, "committeeEligibleOn")
    ]
    await town.do(county, estate.update, entry.id, version, later | since)
    taken = await town.do(
        county, estate.update, entry.id, version + 1, {"committee_status": CommitteeStatus.NOT_ELIGIBLE}
    )
    assert taken.committee_eligible_on is None


async def test_only_where_a_regulator_reaches(town: Town, county: Principal) -> None:
    """Another county finds neither the estate nor its committee; two at once form one."""
    entry = await eligible(town, county)
    elsewhere = await town.regulator("370403")
    assert await town.refused(elsewhere, committee.form, new(entry)) == [(Code.NOT_FOUND, "estateId")]
    answers = await at_once(*(town.do(county, committee.form, new(entry)) for _ in range(2)))
    assert [(Code.COMMITTEE_ACTIVE, "estateId")] in answers
    [made] = [each for each in answers if not isinstance(each, list)]
    assert await town.refused(elsewhere, committee.end, made.id, 1, today(), "终止") == [(Code.NOT_FOUND, "id")]


#


async def fill(town: Town, path: str, estates: int, eligible: int, of_kind: dict[str, int]) -> None:
    """So many estates of a street, so many of them eligible since 2018, the first of them with committees of 2019."""
    await town.administrator.execute(
        """
        WITH made AS (
            INSERT INTO estate (id, name, kind, division_id, division_path, area, households, grid_count, lifecycle,
                                service_model, committee_status, committee_eligible_on, registry_state)
            SELECT gen_random_uuid(), $1 || n, 'COMMERCIAL', d.id, d.path, 1, 1, 1, 'DELIVERED', 'MARKET',
                   CASE WHEN n > $3 THEN 'NOT_ELIGIBLE' WHEN n <= $4 THEN 'ESTABLISHED' WHEN n <= $4 + $5 THEN 'PMC'
                        ELSE 'ELIGIBLE_NOT_STARTED' END,
                   CASE WHEN n <= $3 THEN date '2018-01-01' END, 'CONFIRMED'
            FROM division d, generate_series(1, $2) n WHERE d.path = $1
            RETURNING id, division_path, committee_status
        )
        INSERT INTO committee (id, estate_id, division_path, kind, members, owners, formed_on, term_ends_on)
        SELECT gen_random_uuid(), id, division_path, CASE committee_status WHEN 'PMC' THEN 'PMC' ELSE 'OC' END, 7, 4,
               '2019-05-01', '2024-05-01'
        FROM made WHERE committee_status IN ('ESTABLISHED', 'PMC')
        """,
        path,
        estates,
        eligible,
        of_kind.get("OC", 0),
        of_kind.get("PMC", 0),
    )


async def test_the_rate_of_pingshan(town: Town) -> None:
    """S3-05: of 45 estates 34 are eligible and 19 have a committee, 55.9%; not before they were formed, and after they
    are no more. A kind of estate that there is none of has no rate.
    """
    await fill(town, "440310001", 45, 34, {"OC": 19})
    ask = Asker(executable(build()), town.database, await town.regulator("440310"))
    found = (await ask(FIGURES, on="2020-01-01"))["committeeFigures"][0]
    assert found == {
        "estates": 45,
        "eligibleEstates": 34,
        "ownersCommittees": 19,
        "managementCommittees": 0,
        "rate": "0.5588",
        "rateOfEligible": "0.5588",
        "rateOfAll": "0.4222",
        "target": "0.70",
        "countsPmc": True,
        "denominator": "ELIGIBLE",
        "termsOver": 0,
        "unfiled": 19,
        "preparing": 0,
    }
    before = (await ask(FIGURES, on="2019-04-30"))["committeeFigures"][0]
    assert (before["eligibleEstates"], before["ownersCommittees"], before["rate"]) == (34, 0, "0.0000")
    assert (await ask(FIGURES, on="2017-12-31"))["committeeFigures"][0]["rate"] is None
    over = (await ask(FIGURES, on="2024-05-02"))["committeeFigures"][0]
    assert (over["termsOver"], over["ownersCommittees"]) == (19, 19)
    await town.administrator.execute("UPDATE committee SET ended_on = '2024-06-01' WHERE division_path ^@ '440310'")
    assert (await ask(FIGURES, on="2024-05-31"))["committeeFigures"][0]["ownersCommittees"] == 19
    assert (await ask(FIGURES, on="2024-06-01"))["committeeFigures"][0]["ownersCommittees"] == 0
    none = (await ask(FIGURES, on="2020-01-01", kind="COURTYARD"))["committeeFigures"][0]
    assert (none["estates"], none["rate"], none["rateOfAll"]) == (0, None, None)


async def test_the_rate_of_zibo_and_what_its_settings_say(town: Town) -> None:
    """S4ZB-03: 922 owners' and management committees are 67%; without the latter, or of all estates, it is another."""
    await fill(town, "370302001", 1_500, 1_376, {"OC": 500, "PMC": 422})
    city = await town.regulator("3703")
    ask = Asker(executable(build()), town.database, city)
    found = (await ask(FIGURES, on="2020-11-23"))["committeeFigures"][0]
    assert (found["ownersCommittees"], found["managementCommittees"], found["rate"]) == (500, 422, "0.6701")

    def put(key: SettingKey, value: str) -> NewSetting:
        return NewSetting(division_code="3703", key=key, value=value, valid_from=date(2021, 1, 1), basis="试行")

    await town.do(city, setting.put, put(SettingKey.COMMITTEE_RATE_COUNTS_PMC, "false"))
    await town.do(city, setting.put, put(SettingKey.COMMITTEE_RATE_DENOMINATOR, "ALL"))
    await town.do(city, setting.put, put(SettingKey.COMMITTEE_RATE_TARGET, "0.8"))
    found = (await ask(FIGURES, on="2021-01-01"))["committeeFigures"][0]
    assert (found["countsPmc"], found["denominator"], found["target"]) == (False, "ALL", "0.8")
    assert (found["rate"], found["rateOfAll"], found["rateOfEligible"]) == ("0.3333", "0.3333", "0.3634")
    assert await town.refused(city, setting.put, put(SettingKey.COMMITTEE_RATE_DENOMINATOR, "SOME")) == [
        (Code.SETTING_INVALID, "value")
    ]


async def test_the_rate_of_zaozhuang_rises(town: Town) -> None:
    """S4ZZ-01: 11% before, 22.6% after; a division is its subtree, and another city's estates are none of it."""
    await fill(town, "370481001", 1_000, 1_000, {"OC": 226})
    await town.administrator.execute(
        "UPDATE committee SET formed_on = '2020-06-01' WHERE id IN (SELECT id FROM committee"
        " WHERE division_path ^@ '370481' ORDER BY id LIMIT 116)"
    )
    ask = Asker(executable(build()), town.database, await town.regulator("3704"))
    place = await town.administrator.fetchval("SELECT id FROM division WHERE path = '370481'")
    rates = [
        (await ask(FIGURES, division=f"div_{place}", on=on))["committeeFigures"][0]["rate"]
        for on in ("2020-05-31", "2020-06-01")
    ]
    assert rates == ["0.1100", "0.2260"]
