"""What follows from a rating in the story: talks with a company, and orders to put something right."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tenants import interview, rectification
from tenants.change import find
from tenants.interview import Attendee, NewInterview
from tenants.rating.case import RatingCase
from tenants.rectification import NewItem, NewOrder, RectificationOrder
from tenants.sample.supervision.story import Firm, Office, Story


async def put_right(story: Story, office: Office, cases: Sequence[RatingCase]) -> None:
    """Of the two weaker results each company is ordered to put something right: ours did and it is confirmed, the other
    one was talked to and has not answered; another talk is planned.
    """
    ours, theirs = story.firms
    story.told.on(date(2026, 1, 26))
    talk = NewInterview(
        company_id=theirs.id,
        project_id=cases[3].project_id,
        reason="年度综合评价得分偏低，现场评价失分较多",
        attendees=[Attendee.COMPANY_HEAD, Attendee.PROJECT_LEAD, Attendee.STREET],
        planned_on=date(2026, 1, 28),
        place="市中区住房和城乡建设局二楼会议室",
    )
    held = await story.does(office.publisher, interview.plan, talk)
    story.told.on(date(2026, 1, 28))
    held = await story.does(
        office.publisher, interview.hold, held.id, held.version, date(2026, 1, 28), "约谈纪要〔2026〕2号（示例）"
    )
    orders = []
    for firm, one, number, about in (
        (ours, cases[1], 5, ("补齐电梯维保记录并公示", "修复北门道闸")),
        (theirs, cases[3], 6, ("清理地下车库积水", "恢复夜间巡逻并留存记录")),
    ):
        new = NewOrder(
            company_id=firm.id,
            project_id=one.project_id,
            rating_case_id=one.id,
            interview_id=held.id if firm is theirs else None,
            basis=f"整改通知书〔2026〕{number}号（示例）",
            due_on=date(2026, 3, 31),
            items=[NewItem(requirement=each) for each in about],
        )
        orders.append(await story.does(office.publisher, rectification.issue, new))
    story.told.on(date(2026, 3, 2))
    for item in await _items(story, ours, orders[0].id):
        done = (item["requirement"] + "：已完成", "整改前后照片（示例）")
        await story.does(ours.admin, rectification.answer, item["id"], item["version"], *done)
    story.told.on(date(2026, 3, 9))
    answered = await story.does(office.publisher, find, RectificationOrder, orders[0].id)
    await story.does(office.publisher, rectification.confirm, answered.id, answered.version)
    story.told.on(date(2026, 6, 29))
    await story.does(
        office.publisher,
        interview.plan,
        NewInterview(
            company_id=theirs.id,
            project_id=cases[3].project_id,
            reason="整改逾期未答复",
            attendees=[Attendee.LEGAL_REPRESENTATIVE, Attendee.COMPANY_HEAD],
            planned_on=date(2026, 7, 6),
            place="市中区住房和城乡建设局二楼会议室",
        ),
    )


async def _items(story: Story, firm: Firm, order_id: UUID) -> Sequence[Mapping[str, Any]]:
    async with story.scope.acting_for(firm.id):
        return await story.scope.connection.fetch(  # type: ignore[no-any-return]
            "SELECT id, version, requirement FROM rectification_item WHERE tenant_id = $1 AND order_id = $2"
            " ORDER BY place",
            firm.id,
            order_id,
        )
