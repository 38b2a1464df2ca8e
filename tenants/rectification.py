"""Rectification orders (整改通知): a regulator tells a company what to put right by when, the company says item by item
what it did, and the level that issued the order confirms it or returns it.

The order and its items are the company's rows, written in its name. What is overdue is worked out from the items' days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, select, text
from sqlmodel import Field, col

from tenants.addressee import addressed, require_level
from tenants.change import carry_out, change, create, find, find_at, seen_at, transition
from tenants.checks import TEXT_LIMIT, Checks
from tenants.division import DivisionLevel
from tenants.errors import Code, DomainError
from tenants.interview import Interview
from tenants.leading import require_own
from tenants.rating.case import RatingCase
from tenants.rating.cycle import CycleState, cycle_in
from tenants.row import Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope


class RectificationState(StrEnum):
    """Where an order stands. ANSWERED: every item is."""

    ISSUED = "ISSUED"
    ANSWERED = "ANSWERED"
    RETURNED = "RETURNED"
    CONFIRMED = "CONFIRMED"


STATE_CHANGES: Mapping[RectificationState, tuple[RectificationState, ...]] = {
    RectificationState.ISSUED: (RectificationState.ANSWERED,),
    RectificationState.ANSWERED: (RectificationState.CONFIRMED, RectificationState.RETURNED),
    RectificationState.RETURNED: (RectificationState.ANSWERED,),
}

ITEMS_LIMIT: Final = 50
WORDS_LIMIT: Final = 2000


class RectificationOrder(Changing, TenantRow, table=True):
    """An order to a company, about one of its projects or about the company; `level` is who issued it."""

    __tablename__ = "rectification_order"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        ForeignKeyConstraint(["tenant_id", "rating_case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("rectification_order_project", "tenant_id", "project_id", "id"),
        Index("rectification_order_interview", "tenant_id", "interview_id"),
        Index("rectification_order_rating_case", "tenant_id", "rating_case_id"),
        Index("rectification_order_division", "division_path", "id"),
        one_of("level", DivisionLevel),
        one_of("state", RectificationState),
        CheckConstraint("basis <> ''", name="basis_given"),
        CheckConstraint("due_on >= issued_on", name="due_after_issued"),
        CheckConstraint("(state = 'CONFIRMED') = (confirmed_on IS NOT NULL)", name="confirming_dated"),
        CheckConstraint("(returned = 0) = (returned_on IS NULL)", name="returning_dated"),
    )

    project_id: UUID | None = None
    interview_id: UUID | None = None
    rating_case_id: UUID | None = None
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    issuer: str = Field(sa_type=Text)
    level: DivisionLevel = code_field()
    basis: str = Field(sa_type=Text)
    state: RectificationState = code_field(default=RectificationState.ISSUED)
    issued_on: date
    due_on: date
    confirmed_on: date | None = None
    returned: int = 0
    returned_on: date | None = None
    return_reason: str | None = Field(default=None, sa_type=Text)


class RectificationItem(Changing, TenantRow, table=True):
    """One thing to put right by a day, and what the company says it did; `place` is its number in the order, from 1."""

    __tablename__ = "rectification_item"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["rectification_order.tenant_id", "rectification_order.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        UniqueConstraint("tenant_id", "order_id", "place"),
        Index("rectification_item_due", "tenant_id", "due_on", postgresql_where=text("answered_on IS NULL")),
        Index("rectification_item_division", "division_path", "id"),
        CheckConstraint("requirement <> ''", name="requirement_given"),
        CheckConstraint("answered_on IS NULL OR (done <> '' AND evidence <> '')", name="answer_evidenced"),
    )

    order_id: UUID
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    place: int
    requirement: str = Field(sa_type=Text)
    due_on: date
    done: str | None = Field(default=None, sa_type=Text)
    evidence: str | None = Field(default=None, sa_type=Text)
    answered_on: date | None = None


DUES = """
SELECT i.tenant_id, i.id, 'RECTIFICATION' AS kind, i.id AS subject_id, o.project_id, NULL::uuid AS estate_id,
       i.division_path, i.due_on, false AS provisional
FROM rectification_item i JOIN rectification_order o ON o.tenant_id = i.tenant_id AND o.id = i.order_id
WHERE i.answered_on IS NULL
"""
"""What a company has still to put right."""


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """One thing to put right, by the order's day unless it has an earlier one."""

    requirement: str
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order to issue: to which company, on which document, what to put right and by when."""

    company_id: UUID
    basis: str
    due_on: date
    items: Sequence[NewItem]
    project_id: UUID | None = None
    interview_id: UUID | None = None
    rating_case_id: UUID | None = None
    id: UUID | None = None


async def issue(scope: Scope, new: NewOrder) -> RectificationOrder:
    """A regulator issues an order to a company that works in its division, or did; it may follow an interview with it,
    or the published result of a rating of the company or of that project.
    """
    checks = Checks()
    basis = checks.text("basis", new.basis, limit=200)
    checks.day("dueOn", new.due_on, earliest=today())
    if not new.items:
        checks.add(Code.RECTIFICATION_WITHOUT_ITEMS, "items")
    if len(new.items) > ITEMS_LIMIT:
        checks.add(Code.RECTIFICATION_ITEMS_TOO_MANY, "items", count=len(new.items), limit=ITEMS_LIMIT)
    wanted = [_checked(checks.within(f"items.{at}"), item, new.due_on) for at, item in enumerate(new.items)]
    checks.done()
    to = await addressed(scope, new.company_id, new.project_id)
    if new.interview_id is not None:
        interview = await find(scope, Interview, new.interview_id, "interviewId")
        if interview.tenant_id != to.company_id:
            raise DomainError(Code.NOT_FOUND, "interviewId")
    if new.rating_case_id is not None:
        rated = await find(scope, RatingCase, new.rating_case_id, "ratingCaseId")
        if (rated.tenant_id, rated.project_id) != (to.company_id, new.project_id):
            raise DomainError(Code.NOT_FOUND, "ratingCaseId")
        await cycle_in(scope, rated.cycle_id, (CycleState.PUBLISHED, CycleState.RECTIFYING), "ratingCaseId")
    async with scope.acting_for(to.company_id):
        order = RectificationOrder(
            tenant_id=to.company_id,
            id=new.id or new_id(),
            project_id=new.project_id,
            interview_id=new.interview_id,
            rating_case_id=new.rating_case_id,
            division_id=to.place.id,
            division_path=to.place.path,
            issuer=to.issuer,
            level=to.level,
            basis=basis,
            issued_on=today(),
            due_on=new.due_on,
        )
        await create(scope, order, "rectification_order", action="issued")
        for place, (requirement, due_on) in enumerate(wanted, 1):
            item = RectificationItem(
                tenant_id=to.company_id,
                order_id=order.id,
                division_id=to.place.id,
                division_path=to.place.path,
                place=place,
                requirement=requirement,
                due_on=due_on,
            )
            await create(scope, item, "rectification_item")
    return await find(scope, RectificationOrder, order.id)


async def answer(scope: Scope, id: UUID, version: int, done: str, evidence: str) -> RectificationItem:
    """The company says of an item what it did and where the evidence is. With the last item the order is answered;
    until then an answer may be put right.
    """
    checks = Checks()
    words = checks.text("done", done, limit=WORDS_LIMIT, lines=True)
    reference = checks.text("evidence", evidence, limit=TEXT_LIMIT)
    checks.done()
    seen = await find(scope, RectificationItem, id)
    order = await find(
        scope, RectificationOrder, seen.order_id, lock=True
    )  # of two at once, the later sees the earlier
    await require_own(scope, order.project_id, "id")
    transition(RectificationState(order.state), RectificationState.ANSWERED, STATE_CHANGES)
    item = await find_at(scope, RectificationItem, id, version)
    values = {"done": words, "evidence": reference, "answered_on": today()}
    await change(scope, item, "rectification_item", values, action="answered", always=True)
    if not await _unanswered(scope, order):
        await change(scope, order, "rectification_order", {"state": RectificationState.ANSWERED}, action="answered")
    return item


async def confirm(scope: Scope, id: UUID, version: int) -> RectificationOrder:
    """The level that issued an answered order finds that everything was put right."""
    seen = await _answered(scope, id, version, RectificationState.CONFIRMED)
    values = {"state": RectificationState.CONFIRMED, "confirmed_on": today()}
    return await carry_out(scope, seen, "rectification_order", values, "confirmed")


async def send_back(
    scope: Scope, id: UUID, version: int, reason: str, due_on: date, item_ids: Sequence[UUID] | None = None
) -> RectificationOrder:
    """The level that issued an answered order returns some of its items, or all, to be done by a new day."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT, lines=True)
    checks.day("dueOn", due_on, earliest=today())
    if item_ids is not None and not item_ids:
        checks.add(Code.RECTIFICATION_WITHOUT_ITEMS, "itemIds")
    checks.done()
    seen = await _answered(scope, id, version, RectificationState.RETURNED)
    async with scope.acting_for(seen.tenant_id):
        order = await find_at(scope, RectificationOrder, id, version)
        items = await _items(scope, order)
        if item_ids is not None and not set(item_ids) <= items.keys():
            raise DomainError(Code.NOT_FOUND, "itemIds")
        for item_id in items if item_ids is None else dict.fromkeys(item_ids):
            values = {"due_on": due_on, "answered_on": None}
            await change(scope, items[item_id], "rectification_item", values, action="returned")
        returned = {
            "state": RectificationState.RETURNED,
            "returned": order.returned + 1,
            "returned_on": today(),
            "return_reason": words,
            "due_on": due_on,
        }
        await change(scope, order, "rectification_order", returned, action="returned")
    return await find(scope, RectificationOrder, id)


async def require_confirmed(scope: Scope, cycle_id: UUID) -> None:
    """Every order that followed a result of a rating cycle is confirmed, as its regulator sees it."""
    waiting = await scope.session.scalar(
        select(func.count())
        .select_from(RectificationOrder)
        .join(
            RatingCase,
            (col(RatingCase.tenant_id) == col(RectificationOrder.tenant_id))
            & (col(RatingCase.id) == col(RectificationOrder.rating_case_id)),
        )
        .where(
            col(RatingCase.cycle_id) == cycle_id,
            col(RectificationOrder.state) != RectificationState.CONFIRMED,
        )
    )
    if waiting:
        raise DomainError(Code.RECTIFICATION_UNCONFIRMED, "id", count=waiting)


def _checked(checks: Checks, item: NewItem, order_due_on: date) -> tuple[str, date]:
    requirement = checks.text("requirement", item.requirement, limit=WORDS_LIMIT, lines=True)
    if item.due_on is None:
        return requirement, order_due_on
    checks.day("dueOn", item.due_on, earliest=today())
    if item.due_on > order_due_on:
        checks.add(Code.RECTIFICATION_ITEM_LATER, "dueOn", date=item.due_on, latest=order_due_on)
    return requirement, item.due_on


async def _answered(scope: Scope, id: UUID, version: int, wanted: RectificationState) -> RectificationOrder:
    """The order as the regulator sees it that decides on the answers."""
    order = await seen_at(scope, RectificationOrder, id, version)
    require_level(scope, DivisionLevel(order.level))
    transition(RectificationState(order.state), wanted, STATE_CHANGES)
    return order


async def _items(scope: Scope, order: RectificationOrder) -> dict[UUID, RectificationItem]:
    found = await scope.session.scalars(
        select(RectificationItem)
        .where(col(RectificationItem.tenant_id) == order.tenant_id, col(RectificationItem.order_id) == order.id)
        .order_by(col(RectificationItem.place))
        .with_for_update(key_share=True)
    )
    return {item.id: item for item in found.all()}


async def _unanswered(scope: Scope, order: RectificationOrder) -> int:
    count = await scope.session.scalar(
        select(func.count())
        .select_from(RectificationItem)
        .where(
            col(RectificationItem.tenant_id) == order.tenant_id,
            col(RectificationItem.order_id) == order.id,
            col(RectificationItem.answered_on).is_(None),
        )
    )
    return count or 0
