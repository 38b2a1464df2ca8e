"""Take-overs: asked for by the incoming company, decided by a regulator, and both companies' histories are kept."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest

from tenants import company, estate, project, take_over
from tenants.company import CompanyStatus
from tenants.errors import Code, DomainError
from tenants.project import EndReason
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.town import END, OTHER_STREET, START, STREET, TOMORROW, Firm, Town, at_once, contract

DAY = date(2026, 3, 1)


@pytest.fixture
async def outgoing(town: Town) -> Firm:
    """The company that serves the estate of `begun`."""
    return await town.company()


@pytest.fixture
async def incoming(town: Town) -> Firm:
    """The company that asks for it."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, outgoing: Firm) -> project.Project:
    """The project of the outgoing company."""
    return await town.project(outgoing)


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """A regulator of the street the estates stand in."""
    return await town.regulator(STREET)


async def test_both_histories_are_kept(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """The old project ended on the day before, the new one runs, the registry names the new company, and each company
    finds in its journal what the regulator did in its name.
    """
    person = await town.staff(outgoing)
    await town.do(outgoing.admin, project.assign_lead, begun.id, 1, person.id, date(2024, 2, 1), False)
    signed = contract(DAY, date(2029, 2, 28), filed_on=date(2026, 2, 1))
    new = take_over.NewTakeOver(estate_id=begun.estate_id, contract=signed, project_name=" 新项目 ")
    asked = await town.do(incoming.admin, take_over.request, new)
    assert (asked.state, asked.project_name, asked.division_path) == ("REQUESTED", "新项目", STREET)
    before = [len(await town.journal(firm)) for firm in (outgoing, incoming)]

    decided = await town.do(street, take_over.confirm, asked.id, 1)

    assert (decided.state, decided.version, decided.decided_by) == ("CONFIRMED", 2, street.actor_id)
    assert decided.decided_at is not None
    last_day = date(2026, 2, 28)
    old = await town.row("project", begun.id)
    assert (old["status"], old["ended_on"], old["end_reason"]) == ("ENDED", last_day, "TAKEN_OVER")
    fetch = town.administrator.fetch
    contracts = await fetch("SELECT * FROM service_contract WHERE project_id = $1", begun.id)
    assert [row["terminated_on"] for row in contracts] == [last_day]
    leads = await fetch("SELECT left_on FROM project_lead WHERE project_id = $1", begun.id)
    assert [row["left_on"] for row in leads] == [last_day]
    [project_row] = await fetch("SELECT * FROM project WHERE tenant_id = $1", incoming.id)
    assert (project_row["status"], project_row["name"], project_row["started_on"]) == ("ACTIVE", "新项目", DAY)
    [new_contract] = await fetch("SELECT * FROM service_contract WHERE project_id = $1", project_row["id"])
    assert [new_contract[name] for name in ("starts_on", "ends_on", "filed_on")] == [
        signed.starts_on,
        signed.ends_on,
        signed.filed_on,
    ]
    registered = await town.row("estate", begun.estate_id)
    assert (registered["serving_tenant_id"], registered["served_until"]) == (incoming.id, last_day)
    assert registered["serving_company"] == asked.company_name
    assert (await town.journal(outgoing))[before[0] :] == [
        ("service_contract", "terminated"),
        ("project_lead", "left"),
        ("check_in", "ended"),
        ("project", "ended"),
        ("estate", "unserved"),
    ]
    assert (await town.journal(incoming))[before[1] :] == [
        ("estate", "served"),
        ("project", "created"),
        ("service_contract", "created"),
        ("take_over", "confirmed"),
    ]
    for firm, count in ((outgoing, before[0]), (incoming, before[1])):
        entries = await fetch("SELECT actor_kind, actor_id FROM audit_entry WHERE tenant_id = $1 ORDER BY id", firm.id)
        assert {tuple(entry) for entry in entries[count:]} == {("regulator", street.actor_id)}
    [entry] = await fetch(
        "SELECT * FROM registry_audit_entry WHERE entity_id = $1 AND action = 'taken_over'", begun.estate_id
    )
    assert (entry["actor_kind"], entry["actor_id"], entry["division_path"]) == ("regulator", street.actor_id, STREET)
    names = [(await town.row("company", firm.id))["name"] for firm in (outgoing, incoming)]
    assert json.loads(entry["changes"]) == {"serving_company": names}
    events = await fetch("SELECT topic FROM registry_event WHERE entity_id = $1 ORDER BY id", begun.estate_id)
    assert [event["topic"] for event in events] == ["estate.taken_over"]


async def test_regulators_see_who_serves_now(town: Town) -> None:
    """The reach of both companies follows the estate."""
    outgoing, incoming = await town.company(at="3704"), await town.company(at="3705")
    begun = await town.project(outgoing, at=OTHER_STREET)
    asked = await town.request(incoming, begun.estate_id)
    await town.do(await town.regulator("370402"), take_over.confirm, asked.id, 1)
    assert await town.reach(outgoing) == ["37", "3704"]
    assert await town.reach(incoming) == ["37", "3704", "370402", OTHER_STREET, "3705"]


# Requesting


async def test_request_that_cannot_be(town: Town, outgoing: Firm, incoming: Firm, begun: project.Project) -> None:
    """Not of an unknown estate, one without a company, one's own, nor twice."""
    unserved = await town.estate()

    async def refused(firm: Firm, estate_id: Any) -> list[tuple[Code, str | None]]:
        new = take_over.NewTakeOver(estate_id=estate_id, contract=contract(DAY, END))
        return await town.refused(firm.admin, take_over.request, new)

    assert await refused(incoming, new_id()) == [(Code.NOT_FOUND, "estateId")]
    assert await refused(incoming, unserved.id) == [(Code.ESTATE_UNSERVED, "estateId")]
    assert await refused(outgoing, begun.estate_id) == [(Code.ESTATE_SERVED_BY_YOU, "estateId")]
    asked = await town.request(incoming, begun.estate_id)
    assert await refused(incoming, begun.estate_id) == [(Code.TAKE_OVER_PENDING, "estateId")]
    # Another company may ask too, and so may this one again, once it took its request back.
    assert await town.request(await town.company(), begun.estate_id)
    await town.do(incoming.admin, take_over.withdraw, asked.id, 1)
    assert await town.request(incoming, begun.estate_id)


async def test_requesting_twice_at_once(town: Town, incoming: Firm, begun: project.Project) -> None:
    """A form sent twice makes one request."""
    answers = await at_once(*(town.request(incoming, begun.estate_id) for _ in range(2)))
    assert [(Code.TAKE_OVER_PENDING, "estateId")] in answers


async def test_request_with_problems_tells_them_all(town: Town, incoming: Firm, begun: project.Project) -> None:
    """As a form shows them."""
    new = take_over.NewTakeOver(
        estate_id=begun.estate_id,
        contract=contract(END, START, filed_on=today() + TOMORROW),
        project_name="项" * 101,
    )
    assert await town.refused(incoming.admin, take_over.request, new) == [
        (Code.TOO_LONG, "projectName"),
        (Code.DATE_IN_FUTURE, "contract.filedOn"),
        (Code.CONTRACT_ENDS_BEFORE_START, "contract.endsOn"),
    ]


async def test_project_is_called_as_the_estate_unless_named(
    town: Town, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """And the request keeps the name the company had, the registry the name it has."""
    asked = await town.request(incoming, begun.estate_id)
    assert asked.project_name == (await town.row("estate", begun.estate_id))["name"]
    await town.do(incoming.admin, company.update, incoming.id, 1, {"name": "改名物业有限公司"})
    await town.do(street, take_over.confirm, asked.id, 1)
    assert (await town.row("take_over", asked.id))["company_name"] == asked.company_name
    assert (await town.row("estate", begun.estate_id))["serving_company"] == "改名物业有限公司"


# Deciding


DECISIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "CONFIRMED": (take_over.confirm, ()),
    "REFUSED": (take_over.refuse, ("材料不全",)),
    "WITHDRAWN": (take_over.withdraw, ()),
}


@pytest.mark.parametrize("state", DECISIONS)
async def test_a_decided_request_stays_as_it_is(
    town: Town, incoming: Firm, begun: project.Project, street: Principal, state: str
) -> None:
    """From REQUESTED every decision may be made, from any other state none, and the refusal says so."""
    asked = await town.request(incoming, begun.estate_id)
    rule, more = DECISIONS[state]
    who = {"WITHDRAWN": incoming.admin}
    decided = await town.do(who.get(state, street), rule, asked.id, 1, *more)
    assert (decided.state, decided.version) == (state, 2)
    for wanted, (again, given) in DECISIONS.items():
        with pytest.raises(DomainError) as caught:
            await town.do(who.get(wanted, street), again, asked.id, 2, *given)
        assert caught.value.code == Code.TRANSITION_NOT_ALLOWED
        assert (caught.value.values["state"], caught.value.values["wanted"]) == (state, wanted)
        stale = await town.refused(who.get(wanted, street), again, asked.id, 1, *given)
        assert stale == [(Code.CONFLICT, "version")]


async def test_refusal_states_why(town: Town, incoming: Firm, begun: project.Project, street: Principal) -> None:
    """The company reads the reason; nothing else changes."""
    asked = await town.request(incoming, begun.estate_id)
    for reason in ("", " 　\n", "\u200b"):
        found = await town.refused(street, take_over.refuse, asked.id, 1, reason)
        assert found == [(Code.REASON_REQUIRED, "reason")]
    assert await town.refused(street, take_over.refuse, asked.id, 1, "因" * 501) == [(Code.TOO_LONG, "reason")]
    await town.do(street, take_over.refuse, asked.id, 1, " 材料不全：\r\n　合同无公章 ")
    row = await town.row("take_over", asked.id)
    assert (row["state"], row["reason"]) == ("REFUSED", "材料不全：\n合同无公章")
    assert (await town.journal(incoming))[-1] == ("take_over", "refused")
    assert (await town.row("project", begun.id))["status"] == "ACTIVE"


@pytest.mark.parametrize("path", ["37", "3704", "370402", STREET])
async def test_regulators_above_the_estate_decide(
    town: Town, incoming: Firm, begun: project.Project, path: str
) -> None:
    """From the province down to the street."""
    asked = await town.request(incoming, begun.estate_id)
    assert (await town.do(await town.regulator(path), take_over.confirm, asked.id, 1)).state == "CONFIRMED"


@pytest.mark.parametrize("path", ["41", "3705", "370403", OTHER_STREET])
async def test_other_regulators_find_no_such_request(
    town: Town, incoming: Firm, begun: project.Project, path: str
) -> None:
    """D1: one of another division is not found, as one that never was; nor can a company decide."""
    asked = await town.request(incoming, begun.estate_id)
    elsewhere = await town.regulator(path)
    for key in (asked.id, new_id()):
        assert await town.refused(elsewhere, take_over.confirm, key, 1) == [(Code.NOT_FOUND, "id")]
        assert await town.refused(elsewhere, take_over.refuse, key, 1, "无") == [(Code.NOT_FOUND, "id")]


async def test_only_the_company_that_asked_withdraws(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project
) -> None:
    """The outgoing company does not even see the request."""
    asked = await town.request(incoming, begun.estate_id)
    assert await town.refused(outgoing.admin, take_over.withdraw, asked.id, 1) == [(Code.NOT_FOUND, "id")]


# The day


async def test_the_outgoing_company_serves_a_day_at_least(
    town: Town, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """A take-over on its first day or before is refused, on the second day it is not."""
    for first_day in (START - TOMORROW, START):
        asked = await town.request(incoming, begun.estate_id, first_day)
        found = await town.refused(street, take_over.confirm, asked.id, 1)
        assert found == [(Code.DATE_OUT_OF_ORDER, "id")]
        await town.do(incoming.admin, take_over.withdraw, asked.id, 1)
    asked = await town.request(incoming, begun.estate_id, START + TOMORROW)
    await town.do(street, take_over.confirm, asked.id, 1)
    assert (await town.row("project", begun.id))["ended_on"] == START


async def test_a_decision_may_precede_the_day(
    town: Town, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """The registry names the new company from the decision on, the dates tell the days."""
    first_day = today() + timedelta(days=30)
    asked = await town.request(incoming, begun.estate_id, first_day)
    await town.do(street, take_over.confirm, asked.id, 1)
    assert (await town.row("project", begun.id))["ended_on"] == first_day - TOMORROW
    registered = await town.row("estate", begun.estate_id)
    assert (registered["serving_tenant_id"], registered["served_until"]) == (incoming.id, first_day - TOMORROW)
    # Were the new project given up before it begins, nobody else may begin before that day either.
    [following] = await town.administrator.fetch("SELECT id FROM project WHERE tenant_id = $1", incoming.id)
    await town.do(incoming.admin, project.end, following["id"], 1, first_day, EndReason.TERMINATED)
    early = project.NewProject(estate_id=begun.estate_id, contract=contract(first_day - TOMORROW, first_day))
    found = await town.refused((await town.company()).admin, project.begin, early)
    assert found == [(Code.CONTRACT_OVERLAPS, "contract.startsOn")]


async def test_a_project_that_has_not_begun_is_taken_over(
    town: Town, outgoing: Firm, incoming: Firm, street: Principal
) -> None:
    """Nobody keeps an estate by a contract that starts in years."""
    far = today() + timedelta(days=4_000)
    begun = await town.project(outgoing, far, far + TOMORROW)
    asked = await town.request(incoming, begun.estate_id, today())
    await town.do(street, take_over.confirm, asked.id, 1)
    assert (await town.row("project", begun.id))["ended_on"] == far
    registered = await town.row("estate", begun.estate_id)
    assert (registered["serving_tenant_id"], registered["served_until"]) == (incoming.id, None)


# What happened between request and decision


async def test_estate_without_a_company_is_not_taken_over(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """The outgoing company left by itself: the incoming one just begins, and then the request means nothing."""
    asked = await town.request(incoming, begun.estate_id)
    await town.do(outgoing.admin, project.end, begun.id, 1, DAY, EndReason.EXPIRED)
    assert await town.refused(street, take_over.confirm, asked.id, 1) == [(Code.ESTATE_UNSERVED, "id")]
    await town.project(incoming, DAY + TOMORROW, END, estate_id=begun.estate_id)
    assert await town.refused(street, take_over.confirm, asked.id, 1) == [(Code.ESTATE_CHANGED_HANDS, "id")]


async def test_a_request_is_about_the_company_that_served_then(
    town: Town, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """Once another company took the estate over, a request from before does not take it from that one."""
    third = await town.company()
    early, late = [await town.request(firm, begun.estate_id) for firm in (incoming, third)]
    await town.do(street, take_over.confirm, late.id, 1)
    assert await town.refused(street, take_over.confirm, early.id, 1) == [(Code.ESTATE_CHANGED_HANDS, "id")]
    await town.do(street, take_over.refuse, early.id, 1, "已由他企业接管")


async def test_suspended_companies(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """An estate is taken from a suspended company, not given to one."""
    for firm in (incoming, outgoing):
        await town.do(Principal("worker", tenant_id=firm.id), company.set_status, CompanyStatus.SUSPENDED)
    asked = await town.request(incoming, begun.estate_id)
    assert await town.refused(street, take_over.confirm, asked.id, 1) == [(Code.COMPANY_NOT_ACTIVE, None)]
    await town.do(Principal("worker", tenant_id=incoming.id), company.set_status, CompanyStatus.ACTIVE)
    assert (await town.do(street, take_over.confirm, asked.id, 1)).state == "CONFIRMED"


async def test_estate_that_moved_takes_its_requests_along(
    town: Town, incoming: Firm, begun: project.Project, street: Principal
) -> None:
    """The regulator of the new division decides, that of the old one does not find it any more."""
    asked = await town.request(incoming, begun.estate_id)
    county = await town.regulator("370402")
    await town.do(county, estate.update, begun.estate_id, 1, {"division_code": OTHER_STREET})
    assert await town.refused(street, take_over.confirm, asked.id, 1) == [(Code.NOT_FOUND, "id")]
    await town.do(await town.regulator(OTHER_STREET), take_over.confirm, asked.id, 1)
    [following] = await town.administrator.fetch("SELECT * FROM project WHERE tenant_id = $1", incoming.id)
    assert following["division_path"] == OTHER_STREET


# At once


@pytest.mark.parametrize("_", range(3))
async def test_two_confirmations_at_once(
    town: Town, incoming: Firm, begun: project.Project, street: Principal, _: int
) -> None:
    """Of one request: one decides, the other is told that it is decided."""
    asked = await town.request(incoming, begun.estate_id)
    answers = await at_once(*(town.do(street, take_over.confirm, asked.id, 1) for _ in range(2)))
    [refused] = [answer for answer in answers if isinstance(answer, list)]
    assert refused in ([(Code.CONFLICT, "version")], [(Code.ESTATE_CHANGED_HANDS, "id")])
    assert await town.administrator.fetchval("SELECT count(*) FROM project WHERE tenant_id = $1", incoming.id) == 1


@pytest.mark.parametrize("_", range(3))
async def test_two_requests_are_confirmed_at_once(
    town: Town, incoming: Firm, begun: project.Project, street: Principal, _: int
) -> None:
    """Of two companies: one gets the estate, the other regulator is told that it changed hands."""
    rivals = [incoming, await town.company()]
    asked = [await town.request(firm, begun.estate_id) for firm in rivals]
    answers = await at_once(*(town.do(street, take_over.confirm, one.id, 1) for one in asked))
    assert [(Code.ESTATE_CHANGED_HANDS, "id")] in answers


@pytest.mark.parametrize("_", range(3))
async def test_confirmed_while_the_outgoing_company_ends(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project, street: Principal, _: int
) -> None:
    """The two wait for each other in one order: the later is told what the earlier did."""
    asked = await town.request(incoming, begun.estate_id)
    answers = await at_once(
        town.do(street, take_over.confirm, asked.id, 1),
        town.do(outgoing.admin, project.end, begun.id, 1, today(), EndReason.EXPIRED),
    )
    [refused] = [answer for answer in answers if isinstance(answer, list)]
    assert refused in ([(Code.ESTATE_UNSERVED, "id")], [(Code.CONFLICT, "version")])


@pytest.mark.parametrize("_", range(3))
async def test_confirmed_while_being_withdrawn(
    town: Town, incoming: Firm, begun: project.Project, street: Principal, _: int
) -> None:
    """Either it is withdrawn and nothing happened, or it is confirmed and cannot be withdrawn."""
    asked = await town.request(incoming, begun.estate_id)
    await at_once(
        town.do(street, take_over.confirm, asked.id, 1),
        town.do(incoming.admin, take_over.withdraw, asked.id, 1),
    )
    state = (await town.row("take_over", asked.id))["state"]
    served = (await town.row("estate", begun.estate_id))["serving_tenant_id"]
    assert (state, served == incoming.id) in (("CONFIRMED", True), ("WITHDRAWN", False))


@pytest.mark.parametrize("_", range(5))
async def test_two_companies_take_over_from_each_other_at_once(
    town: Town, outgoing: Firm, incoming: Firm, begun: project.Project, street: Principal, _: int
) -> None:
    """Both succeed; neither waits for the other in a circle."""
    other = await town.project(incoming)
    asked = [await town.request(incoming, begun.estate_id), await town.request(outgoing, other.estate_id)]
    answers = await at_once(*(town.do(street, take_over.confirm, one.id, 1) for one in asked))
    assert [answer.state for answer in answers] == ["CONFIRMED", "CONFIRMED"]


async def test_confirmed_while_the_estate_moves(town: Town, incoming: Firm, begun: project.Project) -> None:
    """Whoever sees the company in the end is where the estate is in the end."""
    asked = await town.request(incoming, begun.estate_id)
    county = await town.regulator("370402")
    await at_once(
        town.do(county, take_over.confirm, asked.id, 1),
        town.do(county, estate.update, begun.estate_id, 1, {"division_code": OTHER_STREET}),
    )
    where = (await town.row("estate", begun.estate_id))["division_path"]
    assert where in await town.reach(incoming)


async def test_an_estate_that_moves_at_that_moment(town: Town, incoming: Firm, begun: project.Project) -> None:
    """The request was written for the division it stood in; its company is told to try again, and then succeeds."""
    new = take_over.NewTakeOver(estate_id=begun.estate_id, contract=contract(DAY, END))
    moving = (
        "UPDATE estate SET division_path = $2, division_id = (SELECT id FROM division WHERE path = $2) WHERE id = $1"
    )
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with town.administrator.transaction():
        await town.administrator.execute(moving, begun.estate_id, OTHER_STREET)
        asked = asyncio.create_task(town.refused(incoming.admin, take_over.request, new))
        while not await town.administrator.fetchval(waiting):
            await asyncio.sleep(0.01)
    assert await asked == [(Code.PLACE_MOVED, None)]
    assert (await town.do(incoming.admin, take_over.request, new)).division_path == OTHER_STREET
