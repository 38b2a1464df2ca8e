"""Errands of rectification orders and interviews."""

from datetime import timedelta

from tenants import interview, rectification
from tenants.interview import Attendee, Interview, NewInterview
from tenants.rectification import NewItem, NewOrder, RectificationItem, RectificationOrder
from tenants.row import today
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.town import STREET, Firm, Town

SOON = today() + timedelta(days=10)


async def _issued(town: Town) -> tuple[Firm, Principal, RectificationOrder, RectificationItem]:
    """An order with one item, of a project that somebody may lead."""
    firm, street = await town.company(), await town.regulator(STREET)
    begun = await town.project(firm)
    new = NewOrder(
        company_id=firm.id,
        project_id=begun.id,
        basis="街改〔2026〕1号",
        due_on=SOON,
        items=[NewItem(requirement="清理消防通道")],
    )
    order = await town.do(street, rectification.issue, new)
    row = await town.administrator.fetchrow("SELECT * FROM rectification_item WHERE order_id = $1", order.id)
    assert row is not None
    return firm, street, order, RectificationItem(**dict(row.items()))


async def _answered(town: Town) -> tuple[Principal, Input]:
    firm, street, order, item = await _issued(town)
    await town.do(firm.admin, rectification.answer, item.id, item.version, "已清理", "照片1号")
    return street, {"id": f"rct_{order.id}", "version": order.version + 1}


@errand
async def issue_rectification_order(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    begun = await town.project(firm)
    return await town.regulator(STREET), {
        "companyId": f"com_{firm.id}",
        "projectId": f"prj_{begun.id}",
        "basis": "街改〔2026〕1号",
        "dueOn": SOON.isoformat(),
        "items": [{"requirement": "清理消防通道", "dueOn": today().isoformat()}, {"requirement": "公示公共收益"}],
    }


@errand
async def answer_rectification_item(town: Town) -> tuple[Principal, Input]:
    firm, _, _, item = await _issued(town)
    return firm.admin, {"id": f"rci_{item.id}", "version": item.version, "done": "已清理", "evidence": "照片1号"}


@errand
async def confirm_rectification_order(town: Town) -> tuple[Principal, Input]:
    return await _answered(town)


@errand
async def return_rectification_order(town: Town) -> tuple[Principal, Input]:
    street, given = await _answered(town)
    return street, {**given, "reason": "未到位", "dueOn": SOON.isoformat()}


async def _planned(town: Town) -> tuple[Principal, Interview]:
    firm, street = await town.company(), await town.regulator(STREET)
    begun = await town.project(firm)
    new = NewInterview(
        company_id=firm.id,
        project_id=begun.id,
        reason="逾期未整改",
        attendees=[Attendee.COMPANY_HEAD],
        planned_on=today(),
        place="街道会议室",
    )
    return street, await town.do(street, interview.plan, new)


@errand
async def plan_interview(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    begun = await town.project(firm)
    return await town.regulator(STREET), {
        "companyId": f"com_{firm.id}",
        "projectId": f"prj_{begun.id}",
        "reason": "逾期未整改",
        "attendees": ["COMPANY_HEAD", "PROJECT_LEAD"],
        "plannedOn": today().isoformat(),
        "place": "街道会议室",
    }


@errand
async def hold_interview(town: Town) -> tuple[Principal, Input]:
    street, row = await _planned(town)
    return street, {"id": f"itv_{row.id}", "version": 1, "heldOn": today().isoformat(), "minutes": "约谈记录1号"}


@errand
async def cancel_interview(town: Town) -> tuple[Principal, Input]:
    street, row = await _planned(town)
    return street, {"id": f"itv_{row.id}", "version": 1, "reason": "已整改"}
