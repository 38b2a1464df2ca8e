"""Projects: one company at an estate at a time, under contracts that do not overlap, with one lead at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tenants import division, project, staff
from tenants.errors import Code, DomainError
from tenants.permission import CompanyRole
from tenants.project import EndReason
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.errands import Desk
from tests.areas.town import (
    END,
    OTHER_STREET,
    START,
    STREET,
    TOMORROW,
    Firm,
    Town,
    at_once,
    contract,
    place,
)

YESTERDAY = today() - TOMORROW


def new(starts_on: date = START, ends_on: date = END, **more: Any) -> project.NewProject:
    """A project under a first contract."""
    return project.NewProject(contract=contract(starts_on, ends_on), **more)


# Beginning


async def test_begins_at_a_registered_estate(town: Town) -> None:
    """The project, its contract, the registry, the company's reach and its journal say the same."""
    firm, where = await town.company(), await town.estate(OTHER_STREET)
    begun = await town.do(firm.admin, project.begin, new(estate_id=where.id, grid_count=4))
    assert (begun.name, begun.status, begun.started_on, begun.grid_count) == (where.name, "ACTIVE", START, 4)
    signed = await town.administrator.fetch("SELECT * FROM service_contract WHERE project_id = $1", begun.id)
    assert [(row["starts_on"], row["ends_on"], row["terminated_on"]) for row in signed] == [(START, END, None)]
    registered = await town.row("estate", where.id)
    assert registered["serving_tenant_id"] == firm.id
    assert registered["serving_company"] == (await town.row("company", firm.id))["name"]
    assert registered["version"] == where.version + 1
    assert await town.reach(firm) == ["37", "3704", "370402", OTHER_STREET]
    assert (await town.journal(firm))[2:] == [
        ("estate", "served"),
        ("project", "created"),
        ("service_contract", "created"),
    ]


async def test_reports_an_estate_that_the_registry_does_not_have(town: Town) -> None:
    """The entry waits for a regulator to confirm it, and says who serves it and what was typed, tidied."""
    firm = await town.company()
    spelled = place("　梧桐　花园 ", area=Decimal("120.5"), address=" \u200b ", division_code="３７０４０２００１")
    begun = await town.do(firm.admin, project.begin, new(new_estate=spelled))
    entry = await town.row("estate", begun.estate_id)
    assert (entry["name"], entry["area"], entry["address"]) == ("梧桐 花园", Decimal("120.50"), None)
    assert (entry["division_path"], entry["registry_state"]) == (STREET, "REPORTED")
    assert entry["serving_tenant_id"] == firm.id
    assert begun.name == "梧桐 花园"
    assert ("estate", "reported") in await town.journal(firm)


REFUSED_CONTRACTS: list[tuple[project.NewContract, list[tuple[Code, str]]]] = [
    (contract(END, START), [(Code.CONTRACT_ENDS_BEFORE_START, "contract.endsOn")]),
    (contract(date(226, 1, 1), END), [(Code.DATE_IMPLAUSIBLE, "contract.startsOn")]),
    (contract(START, date(2924, 1, 1)), [(Code.DATE_IMPLAUSIBLE, "contract.endsOn")]),
    (contract(date.min, date.min), [(Code.DATE_IMPLAUSIBLE, f"contract.{end}sOn") for end in ("start", "end")]),
    (contract(filed_on=today() + TOMORROW), [(Code.DATE_IN_FUTURE, "contract.filedOn")]),
]


@pytest.mark.parametrize(("signed", "expected"), REFUSED_CONTRACTS)
async def test_contract_that_cannot_be(town: Town, signed: project.NewContract, expected: list[Any]) -> None:
    """For a first contract and for a further one the same."""
    firm = await town.company()
    begun = await town.project(firm)
    first = project.NewProject(contract=signed, new_estate=place())
    assert await town.refused(firm.admin, project.begin, first) == expected
    assert await town.refused(firm.admin, project.add_contract, begun.id, 1, signed) == expected


async def test_contract_of_one_day(town: Town) -> None:
    """The last day counts, so a contract may end on the day it starts; it may be filed today."""
    firm = await town.company()
    one_day = contract(START, START, filed_on=today())
    assert await town.do(firm.admin, project.begin, project.NewProject(contract=one_day, new_estate=place()))


REFUSED_PROJECTS: list[tuple[dict[str, Any], Code, str]] = [
    ({"new_estate": place(" 　\t")}, Code.EMPTY, "newEstate.name"),
    ({"new_estate": place("\u200b\ufeff")}, Code.EMPTY, "newEstate.name"),
    ({"new_estate": place("园" * 101)}, Code.TOO_LONG, "newEstate.name"),
    ({"new_estate": place("花\x00园")}, Code.CHARACTER_NOT_ALLOWED, "newEstate.name"),
    ({"new_estate": place("花\ud800园")}, Code.CHARACTER_NOT_ALLOWED, "newEstate.name"),
    ({"new_estate": place("花\x7f园")}, Code.CHARACTER_NOT_ALLOWED, "newEstate.name"),
    ({"new_estate": place(address="路" * 501)}, Code.TOO_LONG, "newEstate.address"),
    ({"new_estate": place(area=Decimal(0))}, Code.AREA_NOT_POSITIVE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("-0.01"))}, Code.AREA_NOT_POSITIVE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("NaN"))}, Code.AREA_NOT_POSITIVE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("sNaN"))}, Code.AREA_NOT_POSITIVE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("Infinity"))}, Code.AREA_NOT_POSITIVE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("1000000000000"))}, Code.TOO_LARGE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("1E+1000000"))}, Code.TOO_LARGE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("1E-1000000"))}, Code.TOO_PRECISE, "newEstate.area"),
    ({"new_estate": place(area=Decimal("10.001"))}, Code.TOO_PRECISE, "newEstate.area"),
    ({"new_estate": place(households=-1)}, Code.NEGATIVE, "newEstate.households"),
    ({"new_estate": place(households=2**31)}, Code.TOO_LARGE, "newEstate.households"),
    ({"new_estate": place(grid_count=-1)}, Code.NEGATIVE, "newEstate.gridCount"),
    ({"new_estate": place(division_code=" ")}, Code.ESTATE_NEEDS_DIVISION, "newEstate.divisionCode"),
    ({"new_estate": place(division_code="999999999")}, Code.DIVISION_UNKNOWN, "newEstate.divisionCode"),
    ({"new_estate": place(division_code="市中区")}, Code.DIVISION_UNKNOWN, "newEstate.divisionCode"),
    ({"new_estate": place(division_code="3704\x00")}, Code.CHARACTER_NOT_ALLOWED, "newEstate.divisionCode"),
    ({"new_estate": place(division_code="370402")}, Code.DIVISION_TOO_HIGH, "newEstate.divisionCode"),
    ({"new_estate": place(division_code="37")}, Code.DIVISION_TOO_HIGH, "newEstate.divisionCode"),
    ({}, Code.ESTATE_REQUIRED, "estateId"),
    ({"new_estate": place(), "estate_id": new_id()}, Code.ESTATE_REQUIRED, "estateId"),
    ({"estate_id": new_id()}, Code.NOT_FOUND, "estateId"),
    ({"new_estate": place(), "name": "项" * 101}, Code.TOO_LONG, "name"),
    ({"new_estate": place(), "grid_count": -1}, Code.NEGATIVE, "gridCount"),
    ({"new_estate": place(), "owner_party_members": -1}, Code.NEGATIVE, "ownerPartyMembers"),
    ({"new_estate": place(), "surveyed_on": today() + TOMORROW}, Code.DATE_IN_FUTURE, "surveyedOn"),
]


@pytest.mark.parametrize(("given", "code", "field"), REFUSED_PROJECTS)
async def test_project_that_cannot_be(town: Town, given: dict[str, Any], code: Code, field: str) -> None:
    """One wrong thing is told by one code, for the field that has it, and nothing is written."""
    firm = await town.company()
    assert await town.refused(firm.admin, project.begin, new(**given)) == [(code, field)]
    assert await town.administrator.fetchval("SELECT count(*) FROM project WHERE tenant_id = $1", firm.id) == 0
    assert len(await town.journal(firm)) == 2


async def test_estate_at_a_closed_or_merged_division(town: Town) -> None:
    """The error names the division that replaced it."""
    firm = await town.company()
    await town.do(division.WORKER, division.close, "370402005", date(2024, 5, 1), "鲁政字〔2024〕1号")
    await town.do(division.WORKER, division.merge, "370402006", OTHER_STREET, date(2024, 5, 1), "鲁政字〔2024〕1号")
    for code, expected in (("370402005", Code.DIVISION_CLOSED), ("370402006", Code.DIVISION_MERGED)):
        found = await town.refused(firm.admin, project.begin, new(new_estate=place(division_code=code)))
        assert found == [(expected, "newEstate.divisionCode")]


async def test_every_problem_at_once(town: Town) -> None:
    """A form shows all that is wrong with it: in the project, its contract and its new estate."""
    firm = await town.company()
    wrong = place(" ", division_code="999", area=Decimal(0), households=-3)
    given = project.NewProject(contract=contract(END, START), new_estate=wrong, name="项" * 101, grid_count=-2)
    assert await town.refused(firm.admin, project.begin, given) == [
        (Code.TOO_LONG, "name"),
        (Code.CONTRACT_ENDS_BEFORE_START, "contract.endsOn"),
        (Code.NEGATIVE, "gridCount"),
        (Code.EMPTY, "newEstate.name"),
        (Code.AREA_NOT_POSITIVE, "newEstate.area"),
        (Code.NEGATIVE, "newEstate.households"),
        (Code.DIVISION_UNKNOWN, "newEstate.divisionCode"),
    ]


async def test_one_company_serves_an_estate_at_a_time(town: Town) -> None:
    """A served estate is refused, whoever serves it; so is a second entry of the same name at the same division."""
    first, second = await town.company(), await town.company()
    begun = await town.project(first)
    entry = await town.row("estate", begun.estate_id)
    same = new(estate_id=begun.estate_id)
    assert await town.refused(second.admin, project.begin, same) == [(Code.ESTATE_SERVED, "estateId")]
    assert await town.refused(first.admin, project.begin, same) == [(Code.ESTATE_SERVED_BY_YOU, "estateId")]
    again = new(new_estate=place(entry["name"]))
    assert await town.refused(second.admin, project.begin, again) == [(Code.ESTATE_EXISTS, "newEstate.name")]
    assert await town.do(second.admin, project.begin, new(new_estate=place(entry["name"], division_code=OTHER_STREET)))


async def test_the_next_company_starts_a_day_after_the_last(town: Town) -> None:
    """The last day of service counts: on it nobody else begins, on the next day anybody may."""
    first, second = await town.company(), await town.company()
    begun = await town.project(first)
    await town.do(first.admin, project.end, begun.id, 1, YESTERDAY, EndReason.EXPIRED)
    touching = new(YESTERDAY, today(), estate_id=begun.estate_id)
    overlaps = [(Code.CONTRACT_OVERLAPS, "contract.startsOn")]
    assert await town.refused(second.admin, project.begin, touching) == overlaps
    assert await town.refused(first.admin, project.begin, touching) == overlaps
    assert await town.do(second.admin, project.begin, new(today(), today(), estate_id=begun.estate_id))
    # The registry forgets nothing: the first company's project is still its own.
    assert (await town.row("project", begun.id))["status"] == "ENDED"


@pytest.mark.parametrize("_", range(5))
async def test_two_companies_begin_at_one_estate_at_once(town: Town, _: int) -> None:
    """One begins, the other is told that it was slower; the registry names the one."""
    firms, where = [await town.company() for _ in range(2)], await town.estate()
    answers = await at_once(*(town.do(firm.admin, project.begin, new(estate_id=where.id)) for firm in firms))
    refused = [answer for answer in answers if isinstance(answer, list)]
    assert refused == [[(Code.ESTATE_SERVED, "estateId")]]
    [begun] = [answer for answer in answers if not isinstance(answer, list)]
    assert (await town.row("estate", where.id))["serving_tenant_id"] == begun.tenant_id


async def test_one_company_begins_twice_at_one_estate_at_once(town: Town) -> None:
    """A form sent twice makes one project."""
    firm, where = await town.company(), await town.estate()
    twice = [town.do(firm.admin, project.begin, new(estate_id=where.id)) for _ in range(2)]
    assert [(Code.ESTATE_SERVED_BY_YOU, "estateId")] in await at_once(*twice)


async def test_two_companies_report_one_estate_at_once(town: Town) -> None:
    """One entry comes into being; the other company is told to choose it."""
    firms, spelled = [await town.company() for _ in range(2)], place()
    answers = await at_once(*(town.do(firm.admin, project.begin, new(new_estate=spelled)) for firm in firms))
    assert [(Code.ESTATE_EXISTS, "newEstate.name")] in answers


# Ids


async def test_a_client_may_bring_the_id(town: Town) -> None:
    """An id is the company's own: used twice it is taken, another company's tells nothing."""
    firm, other = await town.company(), await town.company()
    own = new_id()
    assert (await town.project(firm, id=own)).id == own
    again = new(new_estate=place(), id=own)
    assert await town.refused(firm.admin, project.begin, again) == [(Code.ID_TAKEN, "id")]
    assert (await town.project(other, id=own)).id == own


CHANGES: list[Callable[[Any], tuple[Any, ...]]] = [
    lambda key: (project.update, key, 1, {"name": "新名"}),
    lambda key: (project.end, key, 1, YESTERDAY, EndReason.EXPIRED),
    lambda key: (project.add_contract, key, 1, contract(END + TOMORROW, END + 2 * TOMORROW)),
]


@pytest.mark.parametrize("change", CHANGES)
async def test_foreign_and_unknown_ids_look_the_same(town: Town, change: Callable[[Any], tuple[Any, ...]]) -> None:
    """D1: another company's project is not found, as one that never was."""
    owner, firm = await town.company(), await town.company()
    foreign = await town.project(owner)
    answers = [await town.refused(firm.admin, *change(key)) for key in (foreign.id, new_id())]
    assert answers[0] == answers[1]
    assert answers[0][0][0] == Code.NOT_FOUND


@pytest.mark.parametrize("change", CHANGES)
async def test_stale_version_is_a_conflict(town: Town, change: Callable[[Any], tuple[Any, ...]]) -> None:
    """Who saw an older version is told, and what the other wrote stays."""
    firm = await town.company()
    begun = await town.project(firm)
    await town.do(firm.admin, project.update, begun.id, 1, {"grid_count": 7})
    before = await town.row("project", begun.id)
    assert await town.refused(firm.admin, *change(begun.id)) == [(Code.CONFLICT, "version")]
    assert await town.row("project", begun.id) == before
    assert before["grid_count"] == 7


# Changing


async def test_changes_the_baseline_ledger(town: Town) -> None:
    """What is given changes, null clears, what is left out stays; the journal has before and after."""
    firm = await town.company()
    begun = await town.project(firm, grid_count=3, owner_party_members=40)
    changes = {"name": " 锦绣 家园 ", "grid_count": None, "surveyed_on": today()}
    changed = await town.do(firm.admin, project.update, begun.id, 1, changes)
    assert (changed.name, changed.grid_count, changed.owner_party_members) == ("锦绣 家园", None, 40)
    assert changed.version == 2
    kept = await town.administrator.fetchval(
        "SELECT changes FROM audit_entry WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1", firm.id
    )
    assert '"grid_count": [3, null]' in kept


async def test_a_change_of_nothing_is_no_change(town: Town) -> None:
    """The same values again: no new version, nothing in the journal, and no conflict for who saw the version."""
    firm = await town.company()
    begun = await town.project(firm, grid_count=3)
    before = await town.journal(firm)
    same = await town.do(firm.admin, project.update, begun.id, 1, {"name": f" {begun.name} ", "grid_count": 3})
    assert same.version == 1
    assert await town.journal(firm) == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, [(Code.EMPTY, "name")]),
        ({"name": None}, [(Code.EMPTY, "name")]),
        ({"name": "\x1f"}, [(Code.EMPTY, "name")]),
        ({"name": "a\x01"}, [(Code.CHARACTER_NOT_ALLOWED, "name")]),
        (
            {"grid_count": -1, "owner_party_members": -1},
            [(Code.NEGATIVE, "gridCount"), (Code.NEGATIVE, "ownerPartyMembers")],
        ),
        ({"surveyed_on": today() + TOMORROW}, [(Code.DATE_IN_FUTURE, "surveyedOn")]),
        ({"surveyed_on": date(1024, 1, 1)}, [(Code.DATE_IMPLAUSIBLE, "surveyedOn")]),
    ],
)
async def test_changes_that_cannot_be(town: Town, changes: dict[str, Any], expected: list[Any]) -> None:
    """Each problem with its field."""
    firm = await town.company()
    begun = await town.project(firm)
    assert await town.refused(firm.admin, project.update, begun.id, 1, changes) == expected


# Renewing


async def test_renews_by_a_contract_that_overlaps_none(town: Town) -> None:
    """Touching days overlap, a gap does not; a contract may also stand before another, but not before the project."""
    firm = await town.company()
    begun = await town.project(firm, date(2024, 1, 1), date(2024, 12, 31))
    later = contract(date(2026, 1, 1), date(2026, 12, 31))
    assert (await town.do(firm.admin, project.add_contract, begun.id, 1, later)).version == 2
    for starts_on, ends_on in [
        (date(2024, 12, 31), date(2025, 6, 30)),
        (date(2025, 6, 1), date(2026, 1, 1)),
        (date(2024, 6, 1), date(2024, 6, 1)),
        (date(2024, 1, 1), date(2027, 12, 31)),
    ]:
        found = await town.refused(firm.admin, project.add_contract, begun.id, 2, contract(starts_on, ends_on))
        assert found == [(Code.CONTRACT_OVERLAPS, "contract.startsOn")]
    before = contract(date(2023, 1, 1), date(2023, 12, 31))
    assert await town.refused(firm.admin, project.add_contract, begun.id, 2, before) == [
        (Code.DATE_OUT_OF_ORDER, "contract.startsOn")
    ]
    between = contract(date(2025, 1, 1), date(2025, 12, 31))
    assert (await town.do(firm.admin, project.add_contract, begun.id, 2, between)).version == 3
    assert (await town.journal(firm))[-2:] == [("service_contract", "created"), ("project", "renewed")]


async def test_overlap_names_the_day_after_which_there_is_room(town: Town) -> None:
    """Of several contracts in the way, the one that runs longest."""
    firm = await town.company()
    begun = await town.project(firm, date(2024, 1, 1), date(2024, 12, 31))
    await town.do(firm.admin, project.add_contract, begun.id, 1, contract(date(2025, 1, 1), date(2025, 12, 31)))
    with pytest.raises(DomainError) as caught:
        await town.do(firm.admin, project.add_contract, begun.id, 2, contract(date(2024, 6, 1), date(2025, 6, 30)))
    assert caught.value.values == {"until": date(2025, 12, 31)}


# Leading


async def lead(town: Town, firm: Firm, begun: project.Project, person: staff.Staff, on: date, **more: Any) -> Any:
    """Put someone in charge of a project, whatever its version is."""
    version = (await town.row("project", begun.id))["version"]
    replaced = more.get("replace_current", False)
    return await town.do(firm.admin, project.assign_lead, begun.id, version, person.id, on, replaced)


async def test_one_lead_at_a_time(town: Town) -> None:
    """A second one is refused, or replaces the first on the day of arrival; both terms stay."""
    firm = await town.company()
    begun, first, second = await town.project(firm), await town.staff(firm), await town.staff(firm, "王芳")
    await lead(town, firm, begun, first, date(2024, 2, 1))
    assign = (project.assign_lead, begun.id, 2, second.id, date(2024, 3, 1))
    assert await town.refused(firm.admin, *assign, False) == [(Code.LEAD_ACTIVE, "staffId")]
    assert (await town.do(firm.admin, *assign, True)).version == 3
    terms = await town.administrator.fetch(
        "SELECT staff_id, arrived_on, left_on FROM project_lead WHERE project_id = $1 ORDER BY arrived_on", begun.id
    )
    assert [tuple(term) for term in terms] == [
        (first.id, date(2024, 2, 1), date(2024, 3, 1)),
        (second.id, date(2024, 3, 1), None),
    ]
    assert (await town.journal(firm))[-5:] == [
        ("project_lead", "left"),
        ("check_in", "ended"),
        ("project_lead", "created"),
        ("check_in", "created"),
        ("project", "lead_assigned"),
    ]


async def test_lead_who_cannot_be(town: Town) -> None:
    """Not before the last one, not in the future, not who left, not who leads already, not another company's."""
    firm, other = await town.company(), await town.company()
    begun, first, second = await town.project(firm), await town.staff(firm), await town.staff(firm, "王芳")
    gone, foreign = await town.staff(firm, "李强"), await town.staff(other)
    await town.do(firm.admin, staff.update, gone.id, 1, {"left_on": YESTERDAY})
    await lead(town, firm, begun, first, date(2024, 2, 1))

    async def refused(person: staff.Staff, on: date) -> list[tuple[Code, str | None]]:
        return await town.refused(firm.admin, project.assign_lead, begun.id, 2, person.id, on, True)

    assert await refused(second, date(2024, 1, 31)) == [(Code.DATE_OUT_OF_ORDER, "arrivedOn")]
    assert await refused(second, today() + TOMORROW) == [(Code.DATE_IN_FUTURE, "arrivedOn")]
    assert await refused(second, date.max) == [(Code.DATE_IMPLAUSIBLE, "arrivedOn")]
    assert await refused(gone, today()) == [(Code.STAFF_LEFT, "staffId")]
    assert await refused(first, today()) == [(Code.LEAD_UNCHANGED, "staffId")]
    assert await refused(foreign, today()) == [(Code.NOT_FOUND, "staffId")]


async def test_two_leads_may_arrive_on_one_day(town: Town) -> None:
    """One replaced on the day of arrival is past, so a third is measured against the second."""
    firm, day = await town.company(), date(2024, 2, 1)
    begun = await town.project(firm)
    for name in ("张一", "张二", "张三"):
        await lead(town, firm, begun, await town.staff(firm, name), day, replace_current=True)
    version = (await town.row("project", begun.id))["version"]
    late = await town.staff(firm, "张四")
    found = await town.refused(firm.admin, project.assign_lead, begun.id, version, late.id, day, False)
    assert found == [(Code.LEAD_ACTIVE, "staffId")]


async def test_two_leads_are_assigned_at_once(town: Town) -> None:
    """One is in charge, who assigned the other is told of the conflict."""
    firm = await town.company()
    begun, people = await town.project(firm), [await town.staff(firm, name) for name in ("张伟", "王芳")]
    answers = await at_once(
        *(
            town.do(firm.admin, project.assign_lead, begun.id, 1, person.id, date(2024, 2, 1), False)
            for person in people
        )
    )
    assert [(Code.CONFLICT, "version")] in answers
    assert await town.administrator.fetchval("SELECT count(*) FROM project_lead WHERE project_id = $1", begun.id) == 1


@pytest.mark.parametrize("_", range(5))
async def test_a_lead_leaves_while_being_assigned(town: Town, _: int) -> None:
    """Nobody ever leads who has left: one of the two changes is refused."""
    firm = await town.company()
    begun, person = await town.project(firm), await town.staff(firm)
    answers = await at_once(
        town.do(firm.admin, project.assign_lead, begun.id, 1, person.id, date(2024, 2, 1), False),
        town.do(firm.admin, staff.update, person.id, 1, {"left_on": YESTERDAY}),
    )
    refused = [answer for answer in answers if isinstance(answer, list)]
    assert refused in ([[(Code.STAFF_LEFT, "staffId")]], [[(Code.STAFF_LEADS, "leftOn")]])


# Ending


async def test_ending_stops_contracts_and_lead_and_frees_the_estate(town: Town) -> None:
    """What ran until later stops on the last day, what had ended stays; the company's reach shrinks."""
    firm = await town.company()
    begun = await town.project(firm, date(2024, 1, 1), date(2024, 12, 31), at=OTHER_STREET)
    await town.do(firm.admin, project.add_contract, begun.id, 1, contract(date(2025, 1, 1), date(2026, 12, 31)))
    await town.do(firm.admin, project.add_contract, begun.id, 2, contract(date(2028, 1, 1), date(2028, 12, 31)))
    await lead(town, firm, begun, await town.staff(firm), date(2024, 2, 1))
    assert OTHER_STREET in await town.reach(firm)

    last_day = date(2026, 6, 30)
    ended = await town.do(firm.admin, project.end, begun.id, 4, last_day, EndReason.TERMINATED)

    assert (ended.status, ended.ended_on, ended.end_reason, ended.version) == ("ENDED", last_day, "TERMINATED", 5)
    stopped = await town.administrator.fetch(
        "SELECT terminated_on FROM service_contract WHERE project_id = $1 ORDER BY starts_on", begun.id
    )
    # A contract that had not begun counts as terminated on its first day.
    assert [row["terminated_on"] for row in stopped] == [None, last_day, date(2028, 1, 1)]
    left = await town.administrator.fetchval("SELECT left_on FROM project_lead WHERE project_id = $1", begun.id)
    assert left == last_day
    registered = await town.row("estate", begun.estate_id)
    assert (registered["serving_tenant_id"], registered["serving_company"]) == (None, None)
    assert registered["served_until"] == last_day
    assert await town.reach(firm) == ["37", "3704"]
    assert (await town.journal(firm))[-6:] == [
        ("service_contract", "terminated"),
        ("service_contract", "terminated"),
        ("project_lead", "left"),
        ("check_in", "ended"),
        ("project", "ended"),
        ("estate", "unserved"),
    ]


async def test_end_that_cannot_be(town: Town) -> None:
    """Not before the start, not in the future, not by the name of a take-over, not twice."""
    firm = await town.company()
    begun = await town.project(firm)

    async def refused(on: date, reason: EndReason = EndReason.EXPIRED) -> list[tuple[Code, str | None]]:
        version = (await town.row("project", begun.id))["version"]
        return await town.refused(firm.admin, project.end, begun.id, version, on, reason)

    assert await refused(START - TOMORROW) == [(Code.DATE_OUT_OF_ORDER, "endedOn")]
    assert await refused(today() + TOMORROW) == [(Code.DATE_IN_FUTURE, "endedOn")]
    assert await refused(today(), EndReason.TAKEN_OVER) == [(Code.END_REASON_RESERVED, "reason")]
    await town.do(firm.admin, project.end, begun.id, 1, START, EndReason.TERMINATED)
    assert await refused(START) == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_refused_transition_says_what_is_allowed(town: Town) -> None:
    """In the reader's language."""
    firm = await town.company()
    begun = await town.project(firm)
    await town.do(firm.admin, project.end, begun.id, 1, today(), EndReason.EXPIRED)
    with pytest.raises(DomainError) as caught:
        await town.do(firm.admin, project.end, begun.id, 2, today(), EndReason.EXPIRED)
    assert caught.value.message("en") == "It is ENDED and cannot become ENDED; allowed next: —."


async def test_ended_project_is_history(town: Town) -> None:
    """It is not changed, renewed, led or staffed any more."""
    firm = await town.company()
    begun, person = await town.project(firm), await town.staff(firm)
    await town.do(firm.admin, project.end, begun.id, 1, today(), EndReason.EXPIRED)
    ended = [
        (project.update, begun.id, 2, {"name": "新名"}),
        (project.add_contract, begun.id, 2, contract(today(), END)),
        (project.assign_lead, begun.id, 2, person.id, today(), False),
        (staff.update, person.id, 1, {"project_id": begun.id}),
        (staff.add, staff.NewStaff(name="赵磊", post=staff.Post.OTHER, project_id=begun.id)),
    ]
    fields = ["id", "projectId", "projectId", "projectId", "projectId"]
    for change, field in zip(ended, fields, strict=True):
        assert await town.refused(firm.admin, *change) == [(Code.PROJECT_ENDED, field)]  # type: ignore[arg-type]


async def test_a_project_may_end_before_it_began(town: Town) -> None:
    """A slip in the first day does not keep an estate for years: the engagement counts for nothing in the registry."""
    firm, other = await town.company(), await town.company()
    first_day = today() + timedelta(days=4_000)
    begun = await town.project(firm, first_day, first_day + TOMORROW)
    early = await town.refused(firm.admin, project.end, begun.id, 1, today(), EndReason.TERMINATED)
    assert early == [(Code.DATE_OUT_OF_ORDER, "endedOn")]
    await town.do(firm.admin, project.end, begun.id, 1, first_day, EndReason.TERMINATED)
    assert (await town.row("estate", begun.estate_id))["served_until"] is None
    assert await town.do(other.admin, project.begin, new(today(), END, estate_id=begun.estate_id))


async def test_ending_twice_at_once(town: Town) -> None:
    """One ends it, the other sees an older version."""
    firm = await town.company()
    begun = await town.project(firm)
    twice = [town.do(firm.admin, project.end, begun.id, 1, today(), EndReason.EXPIRED) for _ in range(2)]
    assert [(Code.CONFLICT, "version")] in await at_once(*twice)


# Whose project it is


async def test_a_manager_changes_the_projects_he_or_she_leads(town: Town) -> None:
    """With a staff record that leads it now: not another project, not after leaving it, not without the record."""
    firm = await town.company()
    person, successor = await town.staff(firm), await town.staff(firm, "王芳")
    led, not_led = await town.project(firm), await town.project(firm)
    await lead(town, firm, led, person, date(2024, 2, 1))
    member = await town.member(firm, CompanyRole.PROJECT_MANAGER, staff_id=person.id)
    manager = firm.member(member.id, CompanyRole.PROJECT_MANAGER)
    stranger = await town.member(firm, CompanyRole.PROJECT_MANAGER)

    assert (await town.do(manager, project.update, led.id, 2, {"grid_count": 5})).version == 3
    refused = [(Code.NOT_YOUR_PROJECT, "id")]
    assert await town.refused(manager, project.update, not_led.id, 1, {"grid_count": 5}) == refused
    other = firm.member(stranger.id, CompanyRole.PROJECT_MANAGER)
    assert await town.refused(other, project.update, led.id, 3, {"grid_count": 6}) == refused
    await lead(town, firm, led, successor, date(2024, 3, 1), replace_current=True)
    assert await town.refused(manager, project.update, led.id, 4, {"grid_count": 6}) == refused
    assert (await town.do(firm.admin, project.update, led.id, 4, {"grid_count": 6})).version == 5


async def test_a_manager_sees_the_counts_of_the_projects_he_or_she_leads(town: Town) -> None:
    """Of Party members among the owners: an administrator sees all, a manager own ones, the others may not ask."""
    desk, firm = Desk(town), await town.company()
    person = await town.staff(firm)
    led, _, left = [await town.project(firm, owner_party_members=count) for count in (11, 22, 33)]
    await lead(town, firm, led, person, date(2024, 2, 1))
    await lead(town, firm, left, person, date(2024, 2, 1))
    await lead(town, firm, left, await town.staff(firm, "王芳"), date(2024, 3, 1), replace_current=True)
    member = await town.member(firm, CompanyRole.PROJECT_MANAGER, staff_id=person.id)
    query = "{ projects { nodes { ownerPartyMembers } } }"

    async def seen(who: Principal) -> list[int | None]:
        found = (await desk.ask(who, query))["data"]["projects"]["nodes"]
        return [one["ownerPartyMembers"] for one in found]

    assert await seen(firm.admin) == [11, 22, 33]
    assert await seen(firm.member(member.id, CompanyRole.PROJECT_MANAGER)) == [11, None, None]
    for role in (CompanyRole.PARTY_OFFICER, CompanyRole.FRONT_DESK):
        answer = await desk.ask(firm.member(member.id, role), query)
        assert answer["errors"][0]["extensions"]["permission"] == "project:read_baseline"


# Text, as every rule takes it


async def test_text_is_kept_as_it_is_seen(town: Town) -> None:
    """Letters and digits of one width, one space between words, nothing invisible; Chinese punctuation stays."""
    firm = await town.company()
    begun = await town.project(firm, name="　Ａ座\u200b（２期）\t\u202e东\r\n区 ")
    assert begun.name == "A座（2期） 东 区"
    rare = "𠮷\ue000里"  # a rare character beyond the first plane and one of private use are characters too
    assert (await town.project(firm, name=rare)).name == rare


async def test_reach_survives_projects_that_begin_at_once(town: Town) -> None:
    """Each sees the other: neither place is lost."""
    firm = await town.company()
    streets = [STREET, OTHER_STREET, "370403001", "370404001"]
    spelled = [new(new_estate=replace(place(), division_code=street)) for street in streets]
    answers = await at_once(*(town.do(firm.admin, project.begin, one) for one in spelled))
    assert all(isinstance(answer, project.Project) for answer in answers)
    assert set(streets) <= set(await town.reach(firm))
