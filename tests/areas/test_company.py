"""Companies: one code each, changed by their own people, seen where they work, never without an administrator."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tenants import company, division, estate, project, staff, take_over
from tenants.access import Purpose
from tenants.company import CompanyStatus, NewCompany, NewMember, is_valid_uscc
from tenants.errors import Code, DomainError
from tenants.permission import CompanyRole
from tenants.project import EndReason
from tenants.row import new_id, today
from tenants.scope import Database, Principal
from tests.areas.town import (
    OTHER_CITY_STREET,
    OTHER_DISTRICT_STREET,
    OTHER_STREET,
    STREET,
    TOMORROW,
    Firm,
    Town,
    at_once,
)

VALID = "91370400MA3C0FXG7H"


def worker(tenant_id: Any = None) -> Principal:
    """The platform, enrolling a company."""
    return Principal("worker", tenant_id=tenant_id or new_id())


def enrolment(uscc: str, **more: Any) -> NewCompany:
    """A company to enrol."""
    facts = {"name": "枣庄安居物业有限公司", "division_code": "3704", "admin_name": "李红", **more}
    return NewCompany(uscc=uscc, **facts)


def checked(first: str) -> str:
    """The 17 characters with the check character that makes them a code (GB 32100)."""
    return next(first + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_valid_uscc(first + last))


# Enrolling


async def test_enrols_a_company_with_its_administrator(town: Town) -> None:
    """Both are there, journalled with the company by the platform, and the company is seen from its place up."""
    code = checked("91370402MA3AAAAA1")
    new = enrolment(f" ９１{code[2:8].lower()}-{code[8:]} ", name=" 枣庄　安居 ", contact_phone="0632-3312345")
    made, admin = await town.do(worker(), company.enrol, new)
    row = await town.row("company", made.tenant_id)
    assert (row["uscc"], row["uscc_override"], row["name"], row["status"]) == (code, None, "枣庄 安居", "ACTIVE")
    assert row["reach"] == ["37", "3704"]
    assert (admin.role, admin.tenant_id) == (CompanyRole.TENANT_ADMIN, made.tenant_id)
    entries = await town.administrator.fetch(
        "SELECT entity, action, actor_kind FROM audit_entry WHERE tenant_id = $1 ORDER BY id", made.tenant_id
    )
    assert [tuple(entry) for entry in entries] == [
        ("company_member", "created", "worker"),
        ("company", "enrolled", "worker"),
    ]


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91350100M000100Y43", True),  # the example of GB 32100-2015
        ("91110000600037341L", True),
        ("91350100M000100Y44", False),
        ("91350100M000100I43", False),  # I, O, S, V and Z are never used
        ("91350100M000100Y4", False),
        ("", False),
    ],
)
def test_codes_are_checked(code: str, valid: bool) -> None:
    """GB 32100, by python-stdnum."""
    assert is_valid_uscc(code) is valid


async def test_code_that_fails_its_check_needs_a_reason(town: Town) -> None:
    """Real codes exist that fail: they are accepted with a stated reason, and marked; what is no code never is."""
    for code in ("91350100M000100Y44", "12345", "", "91350100M000100Y4\x00"):
        assert await town.refused(worker(), company.enrol, enrolment(code)) == [(Code.USCC_INVALID, "uscc")]
    blank = enrolment("91350100M000100Y44", uscc_override="　")
    assert await town.refused(worker(), company.enrol, blank) == [(Code.USCC_INVALID, "uscc")]
    shapeless = enrolment("12345", uscc_override="营业执照如此")
    assert await town.refused(worker(), company.enrol, shapeless) == [(Code.USCC_INVALID, "uscc")]
    made, _ = await town.do(worker(), company.enrol, enrolment("91350100M000100Y44", uscc_override=" 营业执照如此 "))
    assert made.uscc_override == "营业执照如此"
    right = enrolment(checked("91370402MA3AAAAA2"), uscc_override="多余的理由")
    made, _ = await town.do(worker(), company.enrol, right)
    assert made.uscc_override is None


async def test_one_code_one_company(town: Town) -> None:
    """However it is written, and when two enrol at once; a company that closed gives its code back."""
    code = checked("91370402MA3AAAAA3")
    made, _ = await town.do(worker(), company.enrol, enrolment(code))
    taken = [(Code.USCC_TAKEN, "uscc")]
    assert await town.refused(worker(), company.enrol, enrolment(code.lower())) == taken
    twice = enrolment(checked("91370402MA3AAAAA4"))
    assert taken in await at_once(*(town.do(worker(), company.enrol, twice) for _ in range(2)))
    same_id = worker(made.tenant_id)
    other = enrolment(checked("91370402MA3AAAAA5"))
    assert await town.refused(same_id, company.enrol, other) == [(Code.ID_TAKEN, None)]
    await town.do(same_id, company.set_status, CompanyStatus.CLOSED)
    assert await town.do(worker(), company.enrol, enrolment(code))


async def test_enrolment_with_problems_tells_them_all(town: Town) -> None:
    """Then those of its place."""
    wrong = enrolment("1", name="", admin_name=" ", contact_name="人" * 101, contact_phone="无", division_code="")
    assert await town.refused(worker(), company.enrol, wrong) == [
        (Code.EMPTY, "name"),
        (Code.USCC_INVALID, "uscc"),
        (Code.EMPTY, "adminName"),
        (Code.TOO_LONG, "contactName"),
        (Code.PHONE_INVALID, "contactPhone"),
        (Code.EMPTY, "divisionCode"),
    ]
    nowhere = enrolment(checked("91370402MA3AAAAA6"), division_code="999999")
    assert await town.refused(worker(), company.enrol, nowhere) == [(Code.DIVISION_UNKNOWN, "divisionCode")]


# Its status


STATUSES = list(CompanyStatus)
ALLOWED = {
    CompanyStatus.ACTIVE: {CompanyStatus.SUSPENDED, CompanyStatus.CLOSED},
    CompanyStatus.SUSPENDED: {CompanyStatus.ACTIVE, CompanyStatus.CLOSED},
    CompanyStatus.CLOSED: set(),
    CompanyStatus.APPLIED: {CompanyStatus.ACTIVE, CompanyStatus.CLOSED},
}


@pytest.mark.parametrize("before", STATUSES)
async def test_status_changes_that_are_allowed(town: Town, before: CompanyStatus) -> None:
    """Every other one is refused, naming those that are."""
    for wanted in STATUSES:
        firm = await town.company()
        await town.administrator.execute("UPDATE company SET status = $2 WHERE tenant_id = $1", firm.id, before)
        if wanted in ALLOWED[before]:
            assert (await town.do(worker(firm.id), company.set_status, wanted)).status == wanted
            assert (await town.journal(firm))[-1] == ("company", "status_changed")
        else:
            with pytest.raises(DomainError) as caught:
                await town.do(worker(firm.id), company.set_status, wanted)
            assert set(caught.value.values["allowed"]) == ALLOWED[before]  # type: ignore[call-overload]


@pytest.mark.parametrize("status", [CompanyStatus.APPLIED, CompanyStatus.SUSPENDED, CompanyStatus.CLOSED])
async def test_only_an_active_company_changes_anything(town: Town, status: CompanyStatus) -> None:
    """Every mutation of a company asks this first."""
    firm = await town.company()
    await town.administrator.execute("UPDATE company SET status = $2 WHERE tenant_id = $1", firm.id, status)
    assert await town.refused(firm.admin, company.require_active) == [(Code.COMPANY_NOT_ACTIVE, None)]


# Changing it


async def test_changes_name_and_contact(town: Town) -> None:
    """The registry keeps the name under which the company began."""
    firm = await town.company()
    begun = await town.project(firm)
    registered = (await town.row("estate", begun.estate_id))["serving_company"]
    changes = {"name": " 新名物业 ", "contact_name": "王芳", "contact_phone": "13800000000"}
    changed = await town.do(firm.admin, company.update, firm.id, 1, changes)
    assert (changed.name, changed.contact_name, changed.version) == ("新名物业", "王芳", 2)
    assert (await town.row("estate", begun.estate_id))["serving_company"] == registered
    assert (await town.do(firm.admin, company.update, firm.id, 2, changes)).version == 2
    cleared = await town.do(firm.admin, company.update, firm.id, 2, {"contact_name": None, "contact_phone": " "})
    assert (cleared.contact_name, cleared.contact_phone) == (None, None)


async def test_change_that_cannot_be(town: Town) -> None:
    """Each problem with its field; another company is not found."""
    firm, other = await town.company(), await town.company()
    wrong = {"name": None, "contact_name": "人" * 101, "contact_phone": "无"}
    assert await town.refused(firm.admin, company.update, firm.id, 1, wrong) == [
        (Code.EMPTY, "name"),
        (Code.TOO_LONG, "contactName"),
        (Code.PHONE_INVALID, "contactPhone"),
    ]
    for key in (other.id, new_id()):
        assert await town.refused(firm.admin, company.update, key, 1, {"name": "x"}) == [(Code.NOT_FOUND, "id")]
    assert await town.refused(firm.admin, company.update, firm.id, 9, {"name": "x"}) == [(Code.CONFLICT, "version")]


# Its members


async def test_lets_people_into_the_portal(town: Town) -> None:
    """With a role and, if they are staff, their record; ids as everywhere."""
    firm, other = await town.company(), await town.company()
    person, foreign, gone = await town.staff(firm), await town.staff(other), await town.staff(firm)
    await town.do(firm.admin, staff.update, gone.id, 1, {"left_on": today()})
    own = new_id()

    def new(**more: Any) -> NewMember:
        return NewMember(**{"name": "赵敏", "role": CompanyRole.FRONT_DESK, **more})

    made = await town.do(firm.admin, company.create_member, new(id=own, staff_id=person.id))
    assert (made.id, made.staff_id, made.status) == (own, person.id, "ACTIVE")
    assert await town.do(other.admin, company.create_member, new(id=own))
    refused = {
        (Code.EMPTY, "name"): new(name=" "),
        (Code.ID_TAKEN, "id"): new(id=own),
        (Code.NOT_FOUND, "staffId"): new(staff_id=foreign.id),
        (Code.STAFF_LEFT, "staffId"): new(staff_id=gone.id),
    }
    for expected, given in refused.items():
        assert await town.refused(firm.admin, company.create_member, given) == [expected]


async def test_changes_members(town: Town) -> None:
    """Name, role and record; what every member has is not taken away."""
    firm = await town.company()
    made, person = await town.member(firm, CompanyRole.FRONT_DESK), await town.staff(firm)
    changes = {"name": "钱敏", "role": CompanyRole.PARTY_OFFICER, "staff_id": person.id}
    changed = await town.do(firm.admin, company.update_member, made.id, 1, changes)
    assert (changed.name, changed.role, changed.staff_id, changed.version) == ("钱敏", "PARTY_OFFICER", person.id, 2)
    # The record of someone who left since stays where it is.
    await town.do(firm.admin, staff.update, person.id, 1, {"left_on": today()})
    same = {"staff_id": person.id, "name": "孙敏"}
    assert (await town.do(firm.admin, company.update_member, made.id, 2, same)).version == 3
    cleared = await town.do(firm.admin, company.update_member, made.id, 3, {"staff_id": None})
    assert cleared.staff_id is None
    nothing = {"name": None, "role": None}
    assert await town.refused(firm.admin, company.update_member, made.id, 4, nothing) == [
        (Code.EMPTY, "name"),
        (Code.EMPTY, "role"),
    ]


async def test_removes_members_for_good(town: Town) -> None:
    """Not in the future; the record stays and is not changed any more."""
    firm = await town.company()
    made = await town.member(firm, CompanyRole.FRONT_DESK)
    later = await town.refused(firm.admin, company.remove_member, made.id, 1, today() + TOMORROW)
    assert later == [(Code.DATE_IN_FUTURE, "removedOn")]
    removed = await town.do(firm.admin, company.remove_member, made.id, 1, today())
    assert (removed.status, removed.removed_on, removed.version) == ("REMOVED", today(), 2)
    assert (await town.journal(firm))[-1] == ("company_member", "removed")
    again = await town.refused(firm.admin, company.remove_member, made.id, 2, today())
    assert again == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    changed = await town.refused(firm.admin, company.update_member, made.id, 2, {"name": "x"})
    assert changed == [(Code.MEMBER_REMOVED, "id")]


async def test_the_last_administrator_stays(town: Town) -> None:
    """Neither removed nor given another role; a second one frees the first. Removed ones do not count."""
    firm = await town.company()
    assert firm.admin.actor_id is not None
    first = firm.admin.actor_id
    remove, demote = (company.remove_member, first, 1, today()), (company.update_member, first, 1)
    front_desk = {"role": CompanyRole.FRONT_DESK}
    assert await town.refused(firm.admin, *remove) == [(Code.LAST_ADMIN, "id")]
    assert await town.refused(firm.admin, *demote, front_desk) == [(Code.LAST_ADMIN, "role")]
    assert (await town.do(firm.admin, *demote, {"name": "李蓝", "role": CompanyRole.TENANT_ADMIN})).version == 2
    second = await town.member(firm, CompanyRole.TENANT_ADMIN)
    await town.do(firm.admin, company.remove_member, second.id, 1, today())
    assert await town.refused(firm.admin, company.remove_member, first, 2, today()) == [(Code.LAST_ADMIN, "id")]
    third = await town.member(firm, CompanyRole.TENANT_ADMIN)
    assert await town.do(firm.admin, company.update_member, first, 2, front_desk)
    assert await town.refused(firm.admin, company.remove_member, third.id, 1, today()) == [(Code.LAST_ADMIN, "id")]


@pytest.mark.parametrize("_", range(5))
async def test_two_last_administrators_are_removed_at_once(town: Town, _: int) -> None:
    """One is, the other stays."""
    firm = await town.company()
    second = await town.member(firm, CompanyRole.TENANT_ADMIN)
    answers = await at_once(
        town.do(firm.admin, company.remove_member, firm.admin.actor_id, 1, today()),
        town.do(firm.admin, company.update_member, second.id, 1, {"role": CompanyRole.FRONT_DESK}),
    )
    assert [(Code.LAST_ADMIN, "id")] in answers or [(Code.LAST_ADMIN, "role")] in answers


async def test_foreign_and_unknown_members_look_the_same(town: Town) -> None:
    """D1: not found, both."""
    firm, other = await town.company(), await town.company()
    for key in (other.admin.actor_id, new_id()):
        found = await town.refused(firm.admin, company.remove_member, key, 1, today())
        assert found == [(Code.NOT_FOUND, "id")]


# Who sees it


STREETS = [STREET, OTHER_STREET, OTHER_DISTRICT_STREET, OTHER_CITY_STREET, "410102001"]
REGULATORS = ["37", "41", "3704", "3705", "370402", "370403", "370502", *STREETS, "3712"]


class Engagements(RuleBasedStateMachine):
    """Companies begin, end, take over, and estates move, in any order; after each step everybody is seen rightly."""

    town: Town
    runner: asyncio.Runner

    def run(self, awaitable: Any) -> Any:
        """The answer of a coroutine."""
        return self.runner.run(awaitable)

    @initialize()
    def enrol(self) -> None:
        """Three companies of two cities, and a regulator above all."""
        self.day = date(2024, 1, 1)
        self.firms = [self.run(self.town.company(at=at)) for at in ("3704", "370403", "3705")]
        self.placed = {firm.id: at for firm, at in zip(self.firms, ("3704", "370403", "3705"), strict=True)}
        self.where: dict[Any, str] = {}
        self.serving: dict[Any, Firm | None] = {}

    def next_day(self) -> date:
        """A day after all that happened."""
        self.day += 2 * TOMORROW
        return self.day

    def end_of(self, estate_id: Any) -> None:
        """End the project at an estate."""
        firm = self.serving[estate_id]
        assert firm is not None
        found = "SELECT id, version FROM project WHERE estate_id = $1 AND status = 'ACTIVE'"
        row = self.run(self.town.administrator.fetchrow(found, estate_id))
        self.run(
            self.town.do(firm.admin, project.end, row["id"], row["version"], self.next_day(), EndReason.TERMINATED)
        )
        self.serving[estate_id] = None

    @rule(who=st.integers(0, 2), street=st.sampled_from(STREETS))
    def begin(self, who: int, street: str) -> None:
        """At an estate that nobody serves, or else at a new one."""
        firm, day = self.firms[who], self.next_day()
        free = [key for key, serving in self.serving.items() if serving is None]
        target: dict[str, Any] = {"estate_id": free[0]} if free else {"at": street}
        begun = self.run(self.town.project(firm, day, date(2099, 1, 1), **target))
        self.where.setdefault(begun.estate_id, street)
        self.serving[begun.estate_id] = firm

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Of the projects that run."""
        if served := [key for key, serving in self.serving.items() if serving is not None]:
            self.end_of(data.draw(st.sampled_from(served)))

    @rule(data=st.data(), who=st.integers(0, 2))
    def take_over(self, data: st.DataObject, who: int) -> None:
        """From another company."""
        firm = self.firms[who]
        if served := [key for key, serving in self.serving.items() if serving not in (None, firm)]:
            key = data.draw(st.sampled_from(served))
            asked = self.run(self.town.request(firm, key, self.next_day()))
            above = self.run(self.town.regulator(self.where[key][:2]))
            self.run(self.town.do(above, take_over.confirm, asked.id, 1))
            self.serving[key] = firm

    @rule(data=st.data(), street=st.sampled_from(STREETS[:4]))
    def move(self, data: st.DataObject, street: str) -> None:
        """An estate to another street of the province."""
        if known := [key for key, where in self.where.items() if where.startswith("37")]:
            key = data.draw(st.sampled_from(known))
            version = self.run(self.town.row("estate", key))["version"]
            above = self.run(self.town.regulator("37"))
            self.run(self.town.do(above, estate.update, key, version, {"division_code": street}))
            self.where[key] = street

    @invariant()
    def everybody_is_seen_rightly(self) -> None:
        """By the regulators of every level: each company, and each estate and project, where it is."""
        reaches = {
            firm.id: {
                part
                for path in (
                    self.placed[firm.id],
                    *(self.where[key] for key, serving in self.serving.items() if serving is firm),
                )
                for part in division.ancestry(path)
            }
            for firm in self.firms
        }
        for firm in self.firms:
            assert self.run(self.town.reach(firm)) == sorted(reaches[firm.id])
        for path in REGULATORS:
            expected = {tenant_id for tenant_id, reach in reaches.items() if path in reach}
            assert self.run(self.seen_by(path)) & set(reaches) == expected

    async def seen_by(self, path: str) -> set[Any]:
        """The companies that a regulator of a division reads."""
        regulator = Principal("regulator", regulator_id=new_id(), division_path=path, purpose=Purpose.STATISTICS)
        async with self.town.database.reading(regulator) as connection:
            projects = await connection.fetch("SELECT division_path FROM project")
            assert all(row["division_path"].startswith(path) for row in projects)
            return {row["tenant_id"] for row in await connection.fetch("SELECT tenant_id FROM company")}


def test_regulators_of_every_level_see_exactly_the_companies_they_should(database: Any) -> None:
    """Whatever companies do, `reach` is what recomputing it gives."""

    async def opened() -> Town:
        return Town(await Database.open(database.app_url), await asyncpg.connect(database.admin_url))

    with asyncio.Runner() as runner:
        Engagements.runner, Engagements.town = runner, runner.run(opened())
        run_state_machine_as_test(
            Engagements,
            settings=settings(max_examples=12, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
        )
        runner.run(Engagements.town.administrator.close())
        runner.run(Engagements.town.database.close())
