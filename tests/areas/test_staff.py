"""Staff: minimal data, a number that is one person's, and nobody who leads a project is recorded as gone."""

from datetime import date
from typing import Any

import pytest

from tenants import project, staff
from tenants.errors import Code
from tenants.row import new_id, today
from tenants.staff import Post
from tests.areas.town import TOMORROW, Firm, Town, at_once


@pytest.fixture(scope="module")
async def firm(town: Town) -> Firm:
    """The company that employs."""
    return await town.company()


def person(name: str = "张伟", **more: Any) -> staff.NewStaff:
    """A member of staff to record."""
    return staff.NewStaff(name=name, post=Post.ENGINEERING, **more)


async def test_records_a_member_of_staff(town: Town, firm: Firm) -> None:
    """With all that the work needs, tidied."""
    begun = await town.project(firm)
    made = await town.do(
        firm.admin,
        staff.add,
        person(
            " 欧阳　娜 ",
            number="Ａ-００１",
            project_id=begun.id,
            work_phone="１３８ ００００ ００００".replace(" ", ""),
            hired_on=today(),
            is_grid_member=True,
            grid_code=" 3 ",
        ),
    )
    row = await town.row("staff", made.id)
    assert (row["name"], row["number"], row["work_phone"], row["grid_code"]) == ("欧阳 娜", "A-001", "13800000000", "3")
    assert (row["project_id"], row["post"], row["left_on"]) == (begun.id, "ENGINEERING", None)
    assert (await town.journal(firm))[-1] == ("staff", "created")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (person(""), [(Code.EMPTY, "name")]),
        (person("名" * 101), [(Code.TOO_LONG, "name")]),
        (person("张\x00伟"), [(Code.CHARACTER_NOT_ALLOWED, "name")]),
        (person(number="9" * 41), [(Code.TOO_LONG, "number")]),
        (person(work_phone="1380000"), None),
        (person(work_phone="138-0000-000x"), [(Code.PHONE_INVALID, "workPhone")]),
        (person(work_phone="٣٣١٢٣٤٥"), [(Code.PHONE_INVALID, "workPhone")]),
        (person(work_phone="0632-3312345转801"), None),
        (person(work_phone="（0632）3312345"), None),
        (person(work_phone="+86 13800000000"), None),
        (person(work_phone="400-800-1234"), None),
        (person(work_phone="\u202a13800000000\u202c"), None),
        (person(work_phone="  "), None),
        (person(hired_on=date(1026, 1, 1)), [(Code.DATE_IMPLAUSIBLE, "hiredOn")]),
        (person(grid_code="3"), [(Code.NOT_A_GRID_MEMBER, "gridCode")]),
        (person(grid_code=" "), None),
        (person(project_id=new_id()), [(Code.NOT_FOUND, "projectId")]),
        (
            person(" ", number="9" * 41, work_phone="无", grid_code="3"),
            [
                (Code.EMPTY, "name"),
                (Code.TOO_LONG, "number"),
                (Code.PHONE_INVALID, "workPhone"),
                (Code.NOT_A_GRID_MEMBER, "gridCode"),
            ],
        ),
    ],
)
async def test_what_may_be_recorded(town: Town, firm: Firm, new: staff.NewStaff, expected: Any) -> None:
    """Each problem with its field; None is none."""
    if expected is None:
        assert await town.do(firm.admin, staff.add, new)
    else:
        assert await town.refused(firm.admin, staff.add, new) == expected


async def test_a_number_is_one_persons(town: Town, firm: Firm) -> None:
    """Within a company, also when it is given twice at once; another company counts for itself; none is no number."""
    await town.staff(firm, number="B-1")
    taken = [(Code.STAFF_NUMBER_TAKEN, "number")]
    assert await town.refused(firm.admin, staff.add, person(number=" Ｂ-1")) == taken
    other = await town.staff(firm, number="B-2")
    assert await town.refused(firm.admin, staff.update, other.id, 1, {"number": "B-1"}) == taken
    assert await town.staff(await town.company(), number="B-1")
    assert await town.staff(firm, number=" ")
    assert await town.staff(firm, number=None)
    assert taken in await at_once(*(town.staff(firm, number="B-3") for _ in range(2)))


async def test_changes_one_fact_at_a_time(town: Town, firm: Firm) -> None:
    """What is left out stays, null clears; who is no grid member any more has no grid code either."""
    made = await town.staff(firm, number="C-1", work_phone="12345678", is_grid_member=True, grid_code="7")
    changed = await town.do(firm.admin, staff.update, made.id, 1, {"number": None, "post": Post.SECURITY})
    assert (changed.number, changed.post, changed.work_phone, changed.grid_code) == (None, "SECURITY", "12345678", "7")
    changed = await town.do(firm.admin, staff.update, made.id, 2, {"is_grid_member": False, "work_phone": None})
    assert (changed.is_grid_member, changed.grid_code, changed.work_phone) == (False, None, None)
    assert (await town.do(firm.admin, staff.update, made.id, 3, {"post": Post.SECURITY})).version == 3


async def test_change_that_cannot_be(town: Town, firm: Firm) -> None:
    """Every problem of the input at once, then what the record itself forbids."""
    made = await town.staff(firm, hired_on=date(2024, 5, 1))

    async def refused(**changes: Any) -> list[tuple[Code, str | None]]:
        return await town.refused(firm.admin, staff.update, made.id, 1, changes)

    assert await refused(name=None, post=None, is_grid_member=None) == [
        (Code.EMPTY, "name"),
        (Code.EMPTY, "post"),
        (Code.EMPTY, "isGridMember"),
    ]
    assert await refused(left_on=date(2024, 4, 30)) == [(Code.DATE_OUT_OF_ORDER, "leftOn")]
    assert await refused(left_on=today() + TOMORROW) == [(Code.DATE_IN_FUTURE, "leftOn")]
    assert await refused(grid_code="3") == [(Code.NOT_A_GRID_MEMBER, "gridCode")]
    assert await refused(grid_code="3", is_grid_member=False) == [(Code.NOT_A_GRID_MEMBER, "gridCode")]
    foreign = await town.project(await town.company())
    assert await refused(project_id=foreign.id) == [(Code.NOT_FOUND, "projectId")]
    assert (await town.do(firm.admin, staff.update, made.id, 1, {"left_on": date(2024, 5, 1)})).version == 2
    assert await town.refused(firm.admin, staff.update, made.id, 1, {"post": Post.OTHER}) == [
        (Code.CONFLICT, "version")
    ]
    assert await town.refused(firm.admin, staff.update, made.id, 2, {"hired_on": date(2024, 5, 2)}) == [
        (Code.DATE_OUT_OF_ORDER, "leftOn")
    ]


async def test_a_lead_is_replaced_before_leaving(town: Town, firm: Firm) -> None:
    """Then the person may go; a mistaken leaving date is taken back."""
    begun, person_, successor = await town.project(firm), await town.staff(firm), await town.staff(firm, "王芳")
    await town.do(firm.admin, project.assign_lead, begun.id, 1, person_.id, date(2024, 2, 1), False)
    leaving = (staff.update, person_.id, 1, {"left_on": today()})
    assert await town.refused(firm.admin, *leaving) == [(Code.STAFF_LEADS, "leftOn")]
    await town.do(firm.admin, project.assign_lead, begun.id, 2, successor.id, date(2024, 3, 1), True)
    assert (await town.do(firm.admin, *leaving)).left_on == today()
    assert (await town.do(firm.admin, staff.update, person_.id, 2, {"left_on": None})).left_on is None


async def test_foreign_and_unknown_staff_look_the_same(town: Town, firm: Firm) -> None:
    """D1: not found, both."""
    foreign = await town.staff(await town.company())
    for key in (foreign.id, new_id()):
        assert await town.refused(firm.admin, staff.update, key, 1, {"post": Post.OTHER}) == [(Code.NOT_FOUND, "id")]


async def test_a_client_may_bring_the_id(town: Town, firm: Firm) -> None:
    """Once; another company's use of it tells nothing."""
    own = new_id()
    assert (await town.staff(firm, id=own)).id == own
    assert await town.refused(firm.admin, staff.add, person(id=own)) == [(Code.ID_TAKEN, "id")]
    assert (await town.staff(await town.company(), id=own)).id == own
