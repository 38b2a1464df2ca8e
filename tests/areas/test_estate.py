"""The estate registry: kept by the regulators of the division, and always true about who serves a place."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tenants import estate, project
from tenants.errors import Code, DomainError
from tenants.estate import CommitteeStatus, RegistryState
from tenants.permission import RegulatorRole
from tenants.project import EndReason
from tenants.row import new_id
from tenants.scope import Principal
from tests.areas.town import (
    OTHER_CITY_STREET,
    OTHER_DISTRICT_STREET,
    OTHER_STREET,
    START,
    STREET,
    Town,
    at_once,
    place,
)


@pytest.fixture(scope="module")
async def county(town: Town) -> Principal:
    """A regulator of the county of `STREET` and `OTHER_STREET`."""
    return await town.regulator("370402")


async def journal(town: Town, key: Any) -> list[tuple[str, Any]]:
    """What the registry's journal says of an estate, and who did it, after checking that the events say the same."""
    entries = await town.administrator.fetch("SELECT * FROM registry_audit_entry WHERE entity_id = $1 ORDER BY id", key)
    events = await town.administrator.fetch("SELECT * FROM registry_event WHERE entity_id = $1 ORDER BY id", key)
    assert [f"{row['entity']}.{row['action']}" for row in entries] == [row["topic"] for row in events]
    return [(row["action"], row["actor_id"]) for row in entries]


# Entering


async def test_regulator_enters_an_estate(town: Town, county: Principal) -> None:
    """A confirmed entry without a company, journalled with the registry."""
    entry = await town.do(county, estate.enter, place(" 锦绣　园 ", address="光明路１号", households=0))
    row = await town.row("estate", entry.id)
    assert (row["name"], row["address"], row["registry_state"]) == ("锦绣 园", "光明路1号", "CONFIRMED")
    assert (row["division_path"], row["serving_tenant_id"], row["serving_company"]) == (STREET, None, None)
    assert await journal(town, entry.id) == [("created", county.actor_id)]


REFUSED: list[tuple[estate.NewEstate, list[tuple[Code, str]]]] = [
    (place(" "), [(Code.EMPTY, "name")]),
    (place("园" * 101), [(Code.TOO_LONG, "name")]),
    (place(area=Decimal(0)), [(Code.AREA_NOT_POSITIVE, "area")]),
    (place(division_code=""), [(Code.ESTATE_NEEDS_DIVISION, "divisionCode")]),
    (place(division_code="370402"), [(Code.DIVISION_TOO_HIGH, "divisionCode")]),
    (place(division_code="370402999"), [(Code.DIVISION_UNKNOWN, "divisionCode")]),
    (place(division_code=OTHER_DISTRICT_STREET), [(Code.DIVISION_OUTSIDE_REACH, "divisionCode")]),
    (place(division_code=OTHER_CITY_STREET), [(Code.DIVISION_OUTSIDE_REACH, "divisionCode")]),
    (
        place("\u3000", division_code="37", area=Decimal(-1), households=-1, grid_count=-1),
        [
            (Code.EMPTY, "name"),
            (Code.AREA_NOT_POSITIVE, "area"),
            (Code.NEGATIVE, "households"),
            (Code.NEGATIVE, "gridCount"),
            (Code.DIVISION_TOO_HIGH, "divisionCode"),
        ],
    ),
]


@pytest.mark.parametrize(("new", "expected"), REFUSED)
async def test_entry_that_cannot_be(
    town: Town, county: Principal, new: estate.NewEstate, expected: list[tuple[Code, str]]
) -> None:
    """Each problem with its field."""
    assert await town.refused(county, estate.enter, new) == expected


async def test_one_entry_per_name_and_division(town: Town, county: Principal) -> None:
    """Also when two regulators enter it at once; another division may have one of the same name."""
    entry = await town.do(county, estate.enter, place())
    again = place(f" {entry.name}")
    assert await town.refused(county, estate.enter, again) == [(Code.ESTATE_EXISTS, "name")]
    assert await town.do(county, estate.enter, place(entry.name, OTHER_STREET))
    spelled = place()
    assert [(Code.ESTATE_EXISTS, "name")] in await at_once(*(town.do(county, estate.enter, spelled) for _ in range(2)))


# Changing


async def test_regulator_confirms_and_changes_an_entry(town: Town, county: Principal) -> None:
    """What a company reported is confirmed; a confirmed entry is not made unconfirmed."""
    firm = await town.company()
    begun = await town.project(firm)
    changes = {"registry_state": RegistryState.CONFIRMED, "households": 310, "area": Decimal("1.5"), "address": " "}
    changed = await town.do(county, estate.update, begun.estate_id, 1, changes)
    assert (changed.registry_state, changed.households, changed.area) == ("CONFIRMED", 310, Decimal("1.50"))
    assert (changed.version, changed.serving_tenant_id) == (2, firm.id)
    assert await journal(town, begun.estate_id) == [("updated", county.actor_id)]
    with pytest.raises(DomainError) as caught:
        await town.do(county, estate.update, begun.estate_id, 2, {"registry_state": RegistryState.REPORTED})
    assert (caught.value.code, caught.value.field) == (Code.TRANSITION_NOT_ALLOWED, "registryState")


async def test_a_change_of_nothing_is_no_change(town: Town, county: Principal) -> None:
    """A form that sends everything back unchanged, in its own spelling, makes no new version."""
    entry = await town.do(county, estate.enter, place(area=Decimal("12.50"), address="光明路1号"))
    same = {
        "name": f" {entry.name}",
        "area": Decimal("12.5"),
        "address": "光明路１号",
        "division_code": f"{STREET}000",
        "registry_state": RegistryState.CONFIRMED,
    }
    assert (await town.do(county, estate.update, entry.id, 1, same)).version == 1
    assert len(await journal(town, entry.id)) == 1


async def test_change_that_cannot_be(town: Town, county: Principal) -> None:
    """What an entry must have is not taken away, and every problem is told at once."""
    entry = await town.do(county, estate.enter, place())
    nothing = dict.fromkeys(
        ("name", "kind", "division_code", "area", "households", "grid_count", "lifecycle", "service_model")
    )
    assert await town.refused(county, estate.update, entry.id, 1, nothing) == [
        (Code.EMPTY, field)
        for field in ("name", "divisionCode", "kind", "area", "households", "gridCount", "lifecycle", "serviceModel")
    ]
    wrong = {"area": Decimal("0.001"), "households": -1, "grid_count": 2**40, "division_code": OTHER_CITY_STREET}
    assert await town.refused(county, estate.update, entry.id, 1, wrong) == [
        (Code.TOO_PRECISE, "area"),
        (Code.NEGATIVE, "households"),
        (Code.TOO_LARGE, "gridCount"),
        (Code.DIVISION_OUTSIDE_REACH, "divisionCode"),
    ]
    other = await town.do(county, estate.enter, place())
    taken = await town.refused(county, estate.update, entry.id, 1, {"name": other.name})
    assert taken == [(Code.ESTATE_EXISTS, "name")]
    stale = {"committee_status": CommitteeStatus.PREPARING}
    await town.do(county, estate.update, entry.id, 1, stale)
    assert await town.refused(county, estate.update, entry.id, 1, stale) == [(Code.CONFLICT, "version")]


@pytest.mark.parametrize("path", ["41", "3705", "370403", OTHER_STREET])
async def test_regulators_of_other_divisions_find_no_such_entry(town: Town, county: Principal, path: str) -> None:
    """They read it, as it is public, but have nothing to change there; an unknown id looks the same."""
    entry = await town.do(county, estate.enter, place())
    elsewhere = await town.regulator(path, RegulatorRole.ASSESSOR)
    for key in (entry.id, new_id()):
        found = await town.refused(elsewhere, estate.update, key, 1, {"households": 1})
        assert found == [(Code.NOT_FOUND, "id")]


async def test_estate_that_moves_takes_its_projects_and_their_companies_along(town: Town) -> None:
    """Past and present projects follow; the reach of the company that serves it follows, that of a past one shrank."""
    past, present = await town.company(at="3705"), await town.company(at="3705")
    begun = await town.project(past, at=STREET)
    await town.do(past.admin, project.end, begun.id, 1, date(2025, 1, 1), EndReason.EXPIRED)
    following = await town.project(present, date(2025, 1, 2), date(2027, 1, 1), estate_id=begun.estate_id)
    assert await town.reach(present) == ["37", "3704", "370402", STREET, "3705"]

    version = (await town.row("estate", begun.estate_id))["version"]
    city = await town.regulator("3704")
    await town.do(city, estate.update, begun.estate_id, version, {"division_code": OTHER_DISTRICT_STREET})

    for key in (begun.id, following.id):
        assert (await town.row("project", key))["division_path"] == OTHER_DISTRICT_STREET
    assert await town.reach(present) == ["37", "3704", "370403", OTHER_DISTRICT_STREET, "3705"]
    assert await town.reach(past) == ["37", "3705"]


async def test_a_regulator_cannot_move_an_estate_out_of_its_division(town: Town) -> None:
    """A city's regulator may, from one county to another; a county's may not."""
    firm = await town.company()
    begun = await town.project(firm)
    county, move = await town.regulator("370402"), {"division_code": OTHER_DISTRICT_STREET}
    found = await town.refused(county, estate.update, begun.estate_id, 1, move)
    assert found == [(Code.DIVISION_OUTSIDE_REACH, "divisionCode")]


async def test_two_regulators_change_an_entry_at_once(town: Town, county: Principal) -> None:
    """One is told that the other was faster; what that one wrote stays."""
    entry = await town.do(county, estate.enter, place())
    answers = await at_once(
        *(town.do(county, estate.update, entry.id, 1, {"households": number}) for number in (100, 200))
    )
    assert [(Code.CONFLICT, "version")] in answers
    [written] = [answer for answer in answers if not isinstance(answer, list)]
    assert (await town.row("estate", entry.id))["households"] == written.households


async def test_estate_moves_while_a_project_begins_there(town: Town, county: Principal) -> None:
    """The project is where the estate is in the end, and the company is seen there."""
    firm, entry = await town.company(at="3705"), await town.do(county, estate.enter, place())
    answers = await at_once(
        town.project(firm, estate_id=entry.id),
        town.do(county, estate.update, entry.id, 1, {"division_code": OTHER_STREET}),
    )
    where = (await town.row("estate", entry.id))["division_path"]
    [begun] = [answer for answer in answers if isinstance(answer, project.Project)]
    assert (await town.row("project", begun.id))["division_path"] == where
    assert await town.reach(firm) == ["37", "3704", "370402", where, "3705"]


# By whom it is served


async def test_a_company_only_marks_its_own(town: Town) -> None:
    """The database refuses a company that would name another one, or itself where another one serves."""
    firm, other = await town.company(), await town.company()
    begun, foreign = await town.project(firm), await town.project(other)
    unserved = await town.estate()
    update = "UPDATE estate SET serving_tenant_id = $2, serving_company = 'x' WHERE id = $1"
    async with town.database.writing(firm.admin) as scope:
        assert await scope.connection.execute(update, foreign.estate_id, firm.id) == "UPDATE 0"
        scope.refuse()
    for key in (begun.estate_id, unserved.id):
        async with town.database.writing(firm.admin) as scope:
            with pytest.raises(Exception, match="row-level security"):
                await scope.connection.execute(update, key, other.id)
            scope.refuse()


async def test_registry_forgets_no_day_of_service(town: Town) -> None:
    """`served_until` only moves on, whatever companies come and go."""
    firm, other = await town.company(), await town.company()
    begun = await town.project(firm, START, date(2026, 12, 31))
    await town.do(firm.admin, project.end, begun.id, 1, date(2025, 6, 30), EndReason.TERMINATED)
    following = await town.project(other, date(2025, 7, 1), date(2026, 12, 31), estate_id=begun.estate_id)
    assert (await town.row("estate", begun.estate_id))["served_until"] == date(2025, 6, 30)
    await town.do(other.admin, project.end, following.id, 1, date(2025, 7, 1), EndReason.TERMINATED)
    assert (await town.row("estate", begun.estate_id))["served_until"] == date(2025, 7, 1)
