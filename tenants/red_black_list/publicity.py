"""Publicity (公示): the listed companies are told and may object for the division's working days; somebody else than
who prepared the list decides each objection, and closes the publicity when all are decided.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from tenants.calendar import after_working_days
from tenants.change import carry_out, change, find, find_at, seen_at
from tenants.checks import TEXT_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.red_black_list.preparation import entries_of, organised, require_change
from tenants.red_black_list.tables import EntryOutcome, EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def publicise(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RedBlackList:
    """Begin the publicity of a list with its entries; the days to object begin with the day after."""
    day = on or today()
    row = await deciding(scope, id, version)
    require_change(row, ListState.PUBLICITY)
    entries = await entries_of(scope, row, EntryState.DRAFT)
    if not entries:
        raise DomainError(Code.RED_BLACK_EMPTY, "id")
    require_others(scope, entries)
    days = await effective(scope, SettingKey.LIST_PUBLICITY_DAYS, row.division_path, day)
    last = after_working_days(day, days)
    row = await find_at(scope, RedBlackList, id, version)
    values = {
        "state": ListState.PUBLICITY,
        "publicised_on": day,
        "object_by": last.on,
        "provisional": last.provisional,
    }
    await change(scope, row, "red_black_list", values, action="publicised")
    for entry in entries:
        await carry_out(scope, entry, "red_black_entry", {"state": EntryState.LISTED}, "publicised")
    return await find(scope, RedBlackList, id)


async def object_to(scope: Scope, id: UUID, version: int, grounds: str, *, on: date | None = None) -> RedBlackEntry:
    """The company objects to its entry, once, on the last day of the publicity at the latest."""
    checks = Checks()
    words = checks.text("grounds", grounds, limit=2000, lines=True)
    checks.done()
    day = on or today()
    entry = await find_at(scope, RedBlackEntry, id, version)
    if entry.state == EntryState.DRAFT:
        raise DomainError(Code.NOT_FOUND, "id")
    row = await find(scope, RedBlackList, entry.list_id)
    last = await _last_day(scope, row)
    if row.state != ListState.PUBLICITY or day > last:
        raise DomainError(Code.RED_BLACK_OBJECTION_LATE, "id", due=last)
    if entry.objected_on is not None:
        raise DomainError(Code.RED_BLACK_OBJECTED, "id", objected_on=entry.objected_on)
    days = await effective(scope, SettingKey.OBJECTION_DECISION_DAYS, row.division_path, day)
    values = {"objected_on": day, "objection": words, "objection_decide_by": after_working_days(day, days).on}
    await change(scope, entry, "red_black_entry", values, action="objected")
    return entry


async def decide(
    scope: Scope,
    id: UUID,
    version: int,
    outcome: EntryOutcome,
    answer: str,
    reason: str | None = None,
    *,
    on: date | None = None,
) -> RedBlackEntry:
    """Decide an objection: the entry stays, stays with another reason, or leaves the list."""
    checks = Checks()
    words = checks.text("answer", answer, limit=2000, lines=True)
    other = checks.optional_text("reason", reason, limit=TEXT_LIMIT, lines=True)
    if outcome == EntryOutcome.AMENDED and other is None:
        checks.add(Code.REASON_REQUIRED, "reason")
    checks.done()
    entry = await seen_at(scope, RedBlackEntry, id, version)
    await deciding(scope, entry.list_id)
    require_others(scope, [entry])
    if entry.objected_on is None or entry.objection_decided_on is not None:
        raise DomainError(Code.RED_BLACK_NO_OBJECTION, "id")
    values = {"objection_decided_on": on or today(), "objection_outcome": outcome, "objection_answer": words}
    if outcome == EntryOutcome.AMENDED:
        values["reason"] = other
    if outcome == EntryOutcome.REMOVED:
        values |= {"state": EntryState.REMOVED, "ending": words}
    return await carry_out(scope, entry, "red_black_entry", values, "objection_decided")


async def conclude(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RedBlackList:
    """Close a publicity whose days are over and whose objections are all decided."""
    row = await deciding(scope, id, version)
    require_change(row, ListState.OBJECTION_HANDLED)
    day = on or today()
    last = await _last_day(scope, row)
    if day <= last:
        raise DomainError(Code.RED_BLACK_PUBLICITY_RUNNING, "id", due=last)
    await require_decided(scope, row)
    row = await find_at(scope, RedBlackList, id, version)
    values = {"state": ListState.OBJECTION_HANDLED, "handled_on": day, "object_by": last, "provisional": False}
    await change(scope, row, "red_black_list", values, action="objections_handled")
    return row


async def _last_day(scope: Scope, row: RedBlackList) -> date:
    """The last day of the publicity of a list, by what is published of the holiday calendar now."""
    assert row.publicised_on is not None  # it has been publicised
    assert row.object_by is not None
    if not row.provisional:
        return row.object_by
    days = await effective(scope, SettingKey.LIST_PUBLICITY_DAYS, row.division_path, row.publicised_on)
    return after_working_days(row.publicised_on, days).on


async def require_decided(scope: Scope, row: RedBlackList) -> None:
    """No objection to an entry of the list is undecided."""
    entries = await entries_of(scope, row, EntryState.LISTED)
    undecided = sum(entry.objected_on is not None and entry.objection_decided_on is None for entry in entries)
    if undecided:
        raise DomainError(Code.RED_BLACK_OBJECTIONS_OPEN, "id", count=undecided)


async def deciding(scope: Scope, id: UUID, version: int | None = None) -> RedBlackList:
    """The list for who decides about it: a member of its regulator's level, and not who prepared it."""
    row = await organised(scope, id, version)
    if row.prepared_by == scope.principal.actor_id:
        raise DomainError(Code.FOUR_EYES, "id")
    return row


def require_others(scope: Scope, entries: Iterable[RedBlackEntry]) -> None:
    """Nobody decides about an entry of their own."""
    if any(entry.listed_by == scope.principal.actor_id for entry in entries):
        raise DomainError(Code.FOUR_EYES, "id")
