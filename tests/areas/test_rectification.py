"""What a regulator orders to be put right is answered item by item; the level that ordered it confirms or returns."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import daily, interview, project, rectification
from tenants.change import find
from tenants.errors import Code
from tenants.interview import Attendee, NewInterview
from tenants.permission import CompanyRole, RegulatorRole
from tenants.project import Project
from tenants.rating import progress
from tenants.rectification import NewItem, NewOrder, RectificationItem, RectificationOrder
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.rating import Bureau, Round
from tests.areas.town import OTHER_CITY_STREET, OTHER_STREET, STREET, Firm, Town
from tests.reads.asking import Asker

DAY = timedelta(days=1)
SOON = today() + 10 * DAY


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, firm: Firm) -> Project:
    """Its project in a street."""
    return await town.project(firm)


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """That street's assessor."""
    return await town.regulator(STREET, RegulatorRole.ASSESSOR)


def new(firm: Firm, begun: Project | None = None, **more: Any) -> NewOrder:
    """An order with two things to put right, the first earlier than the second."""
    items = [NewItem(requirement="清理消防通道", due_on=today() + 3 * DAY), NewItem(requirement="公示公共收益")]
    facts: dict[str, Any] = {"basis": "枣市中住建改〔2026〕7号", "due_on": SOON, "items": items, **more}
    return NewOrder(company_id=firm.id, project_id=begun.id if begun else None, **facts)


async def items_of(town: Town, order: RectificationOrder) -> list[RectificationItem]:
    """The items of an order, in their order."""
    rows = await town.administrator.fetch(
        "SELECT * FROM rectification_item WHERE order_id = $1 ORDER BY place", order.id
    )
    return [RectificationItem(**dict(row.items())) for row in rows]


async def answered(town: Town, firm: Firm, who: Principal, order: RectificationOrder) -> RectificationOrder:
    """The order once the company has answered each item."""
    for item in await items_of(town, order):
        if item.answered_on is None:
            await town.do(firm.admin, rectification.answer, item.id, item.version, "已清理", "照片1号")
    return await town.do(who, find, RectificationOrder, order.id)


async def test_from_issue_to_confirmation(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """With its last item the order is answered; who issued it confirms it, in the company's own trail."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    assert (order.state, order.level, order.issued_on, order.due_on) == ("ISSUED", "STREET", today(), SOON)
    first, second = await items_of(town, order)
    assert [(item.place, item.due_on) for item in (first, second)] == [(1, today() + 3 * DAY), (2, SOON)]
    await town.do(firm.admin, rectification.answer, first.id, 1, "已清理", "照片1号")
    corrected = await town.do(firm.admin, rectification.answer, first.id, 2, "已清理并划线", "照片2号")
    assert (corrected.done, corrected.answered_on) == ("已清理并划线", today())
    assert (await town.row("rectification_order", order.id))["state"] == "ISSUED"
    early = await town.refused(street, rectification.confirm, order.id, 1)
    assert early == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    order = await answered(town, firm, street, order)
    assert order.state == "ANSWERED"
    done = await town.do(street, rectification.confirm, order.id, order.version)
    assert (done.state, done.confirmed_on) == ("CONFIRMED", today())
    entry = await town.administrator.fetchrow(
        "SELECT * FROM audit_entry WHERE tenant_id = $1 AND action = 'confirmed'", firm.id
    )
    assert entry is not None
    assert (entry["actor_kind"], entry["actor_id"]) == ("regulator", street.actor_id)


async def test_nothing_follows_a_confirmation(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """An answer to a confirmed order, and a return of one, are refused with where it stands."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    order = await answered(town, firm, street, order)
    item, _ = await items_of(town, order)
    waiting = await town.refused(firm.admin, rectification.answer, item.id, item.version, "补充", "照片3号")
    assert waiting == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    order = await town.do(street, rectification.confirm, order.id, order.version)
    late = await town.refused(firm.admin, rectification.answer, item.id, item.version, "补充", "照片3号")
    assert late == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    back = await town.refused(street, rectification.send_back, order.id, order.version, "未到位", SOON)
    assert back == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_an_order_is_returned(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """With a reason and a new day, for the items named, or all; what was good stays answered."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    order = await answered(town, firm, street, order)
    first, second = await items_of(town, order)
    given = (order.id, order.version)
    assert await town.refused(street, rectification.send_back, *given, " ", today() - DAY, []) == [
        (Code.EMPTY, "reason"),
        (Code.DATE_IN_PAST, "dueOn"),
        (Code.RECTIFICATION_WITHOUT_ITEMS, "itemIds"),
    ]
    assert await town.refused(street, rectification.send_back, *given, "未到位", SOON, [new_id()]) == [
        (Code.NOT_FOUND, "itemIds")
    ]
    later = SOON + 5 * DAY
    order = await town.do(street, rectification.send_back, *given, "通道仍堆放杂物", later, [first.id])
    assert (order.state, order.returned, order.return_reason, order.due_on) == ("RETURNED", 1, "通道仍堆放杂物", later)
    again, kept = await items_of(town, order)
    assert (again.answered_on, again.due_on) == (None, later)
    assert (kept.answered_on, kept.version) == (today(), second.version)
    order = await answered(town, firm, street, order)
    order = await town.do(street, rectification.send_back, order.id, order.version, "全部重做", later)
    assert [item.answered_on for item in await items_of(town, order)] == [None, None]
    assert order.returned == 2


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"items": []}, (Code.RECTIFICATION_WITHOUT_ITEMS, "items")),
        ({"items": [NewItem(requirement="整改")] * 51}, (Code.RECTIFICATION_ITEMS_TOO_MANY, "items")),
        ({"items": [NewItem(requirement=" ")]}, (Code.EMPTY, "items.0.requirement")),
        (
            {"items": [NewItem(requirement="整改", due_on=SOON + DAY)]},
            (Code.RECTIFICATION_ITEM_LATER, "items.0.dueOn"),
        ),
        ({"items": [NewItem(requirement="整改", due_on=today() - DAY)]}, (Code.DATE_IN_PAST, "items.0.dueOn")),
        ({"due_on": today() - DAY}, (Code.DATE_IN_PAST, "dueOn")),
        ({"due_on": date(2926, 1, 1)}, (Code.DATE_IMPLAUSIBLE, "dueOn")),
        ({"basis": ""}, (Code.EMPTY, "basis")),
        ({"interview_id": new_id()}, (Code.NOT_FOUND, "interviewId")),
    ],
)
async def test_an_order_names_what_by_when_and_why(
    town: Town, firm: Firm, begun: Project, street: Principal, more: dict[str, Any], problem: tuple[Code, str]
) -> None:
    """Without items or a document, or with a day that has passed: refused, nothing kept."""
    assert problem in await town.refused(street, rectification.issue, new(firm, begun, **more))
    count = "SELECT count(*) FROM rectification_order WHERE tenant_id = $1"
    assert await town.administrator.fetchval(count, firm.id) == 0


async def test_an_answer_names_what_was_done_and_the_evidence(
    town: Town, firm: Firm, begun: Project, street: Principal
) -> None:
    """Both; another company's item is not there, and a stale version is a conflict."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    item, _ = await items_of(town, order)
    assert await town.refused(firm.admin, rectification.answer, item.id, 1, "", "") == [
        (Code.EMPTY, "done"),
        (Code.EMPTY, "evidence"),
    ]
    other = await town.company()
    assert await town.refused(other.admin, rectification.answer, item.id, 1, "已清理", "照片") == [
        (Code.NOT_FOUND, "id")
    ]
    assert await town.refused(firm.admin, rectification.answer, item.id, 7, "已清理", "照片") == [
        (Code.CONFLICT, "version")
    ]


async def test_a_manager_answers_for_the_projects_led(
    town: Town, firm: Firm, begun: Project, street: Principal
) -> None:
    """Not for another project, nor for the company."""
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, today() - DAY, False)
    member = await town.member(firm, CompanyRole.PROJECT_MANAGER, staff_id=person.id)
    manager = firm.member(member.id, CompanyRole.PROJECT_MANAGER)
    await town.project(firm, at=OTHER_STREET)
    city = await town.regulator("3704")
    for order, allowed in (
        (await town.do(street, rectification.issue, new(firm, begun)), True),
        (await town.do(city, rectification.issue, new(firm)), False),
    ):
        item, _ = await items_of(town, order)
        given = (item.id, item.version, "已清理", "照片1号")
        if allowed:
            await town.do(manager, rectification.answer, *given)
        else:
            assert await town.refused(manager, rectification.answer, *given) == [(Code.NOT_YOUR_PROJECT, "id")]


async def test_the_level_that_issued_decides(town: Town, firm: Firm, begun: Project, street: Principal) -> None:
    """The city and the community look on; another street or city finds nothing."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    order = await answered(town, firm, street, order)
    city = await town.regulator("3704")
    assert await town.refused(city, rectification.confirm, order.id, order.version) == [(Code.ISSUING_LEVEL_ONLY, "id")]
    for at in (OTHER_STREET, OTHER_CITY_STREET):
        elsewhere = await town.regulator(at)
        confirming = await town.refused(elsewhere, rectification.confirm, order.id, order.version)
        assert confirming == [(Code.NOT_FOUND, "id")]
        assert await town.refused(elsewhere, rectification.issue, new(firm, begun)) in (
            [(Code.NOT_FOUND, "companyId")],
            [(Code.NOT_FOUND, "projectId")],
        )
    colleague = await town.regulator(STREET)
    assert (await town.do(colleague, rectification.confirm, order.id, order.version)).state == "CONFIRMED"
    stale = await town.refused(colleague, rectification.confirm, order.id, order.version)
    assert stale == [(Code.CONFLICT, "version")]


async def test_a_company_that_left_is_still_held_to_it(town: Town, street: Principal) -> None:
    """After its last project in the street ended what it was told is confirmed, and it is told more: about the project,
    and as a company; another street's regulator finds nothing.
    """
    firm = await town.company(at="3705")
    begun = await town.project(firm)
    order = await town.do(street, rectification.issue, new(firm, begun))
    await town.leave(firm, begun.id)
    order = await answered(town, firm, street, order)
    assert (await town.do(street, rectification.confirm, order.id, order.version)).state == "CONFIRMED"
    for more in (new(firm, begun), new(firm)):
        later = await town.do(street, rectification.issue, more)
        later = await answered(town, firm, street, later)
        later = await town.do(street, rectification.send_back, later.id, later.version, "未到位", SOON)
        assert later.state == "RETURNED"
    elsewhere = await town.regulator(OTHER_STREET)
    for more in (new(firm, begun), new(firm)):
        assert await town.refused(elsewhere, rectification.issue, more) == [(Code.NOT_FOUND, "companyId")]


async def test_what_is_to_be_put_right_is_due_and_told(
    town: Town, firm: Firm, begun: Project, street: Principal
) -> None:
    """Each item is on the list by its own day until it is answered; what became overdue is told once."""
    order = await town.do(street, rectification.issue, new(firm, begun))
    ask = Asker(executable(build()), town.database, firm.admin)
    listed = """{ dues(where: {kind: {eq: RECTIFICATION}}) {
        nodes { dueOn overdue project { name } rectificationItem { requirement order { state overdue } } } } }"""
    nodes = (await ask(listed))["dues"]["nodes"]
    assert [(node["dueOn"], node["rectificationItem"]["requirement"]) for node in nodes] == [
        (str(today() + 3 * DAY), "清理消防通道"),
        (str(SOON), "公示公共收益"),
    ]
    assert [node["overdue"] for node in nodes] == [False, False]
    await town.administrator.execute(
        "UPDATE rectification_item SET due_on = $2 WHERE order_id = $1 AND place = 1", order.id, today() - DAY
    )
    nodes = (await ask(listed))["dues"]["nodes"]
    assert [(node["overdue"], node["rectificationItem"]["order"]["overdue"]) for node in nodes] == [
        (True, True),
        (False, True),
    ]
    await daily.run(town.database)
    await daily.run(town.database)
    told = "SELECT count(*) FROM audit_entry WHERE tenant_id = $1 AND entity = 'due' AND action = 'overdue'"
    assert await town.administrator.fetchval(told, firm.id) == 1
    await answered(town, firm, street, order)
    assert (await ask(listed))["dues"]["nodes"] == []
    assert await ask("{ rectificationOrders(where: {overdue: {eq: true}}) { totalCount } }") == {
        "rectificationOrders": {"totalCount": 0}
    }


async def test_a_cycle_is_closed_once_its_orders_are_confirmed(town: Town) -> None:
    """An order may follow the published result of the company's own case; until then the cycle is not closed."""
    going = await Round.of(await Bureau.of(town))
    project_id, publisher = going.case.project_id, going.bureau.publisher
    due = replace(new(going.firm), project_id=project_id, rating_case_id=going.case.id)
    early = await town.refused(publisher, rectification.issue, due)
    assert early == [(Code.RATING_NOT_NOW, "ratingCaseId")]
    await going.published()
    theirs = replace(due, rating_case_id=going.rival.id)
    assert await town.refused(publisher, rectification.issue, theirs) == [(Code.NOT_FOUND, "ratingCaseId")]
    order = await town.do(publisher, rectification.issue, due)
    await going.take(progress.rectify)
    assert await going.refuse(progress.close) == [(Code.RECTIFICATION_UNCONFIRMED, "id")]
    order = await answered(town, going.firm, publisher, order)
    await town.do(publisher, rectification.confirm, order.id, order.version)
    assert (await going.take(progress.close)).state == "CLOSED"


async def test_a_company_sees_its_own_orders_and_interviews(
    town: Town, firm: Firm, begun: Project, street: Principal
) -> None:
    """With what followed what; the regulator reads them too, another company and another street nothing."""
    planned = await town.do(
        street,
        interview.plan,
        NewInterview(
            company_id=firm.id,
            project_id=begun.id,
            reason="逾期未整改",
            attendees=[Attendee.COMPANY_HEAD],
            planned_on=today(),
            place="街道会议室",
        ),
    )
    await town.do(street, rectification.issue, new(firm, begun, interview_id=planned.id))
    text = "{ interviews { nodes { attendees orders { nodes { basis items { nodes { place } } } } } } }"
    found = await Asker(executable(build()), town.database, firm.admin)(text)
    assert found["interviews"]["nodes"] == [
        {
            "attendees": ["COMPANY_HEAD"],
            "orders": {
                "nodes": [{"basis": "枣市中住建改〔2026〕7号", "items": {"nodes": [{"place": 1}, {"place": 2}]}}]
            },
        }
    ]
    seen = await Asker(executable(build()), town.database, street)(text)
    assert found["interviews"]["nodes"][0] in seen["interviews"]["nodes"]
    for nobody in ((await town.company()).admin, await town.regulator(OTHER_STREET)):
        assert (await Asker(executable(build()), town.database, nobody)(text))["interviews"]["nodes"] == []
