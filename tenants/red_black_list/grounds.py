"""An entry rests on a credit record while that is in force: once it ends, the entry leaves its list by itself.

In the transaction that ends the record: before the publication the entry is not on the list any more; what was
published stays as it was, and the list notes since when the entry is not shown. A record whose term ran out is hidden
by every reading from that day on, and noted by the nightly work.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from tenants.change import change, find
from tenants.credit.record import CreditRecord, CreditState
from tenants.red_black_list.tables import EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.scope import Principal, Scope

_ENDINGS: Final[Mapping[CreditState, str]] = {
    CreditState.REPAIRED: "所依据的信用记录已修复",
    CreditState.EXPIRED: "所依据的信用记录已到期",
    CreditState.REVOKED: "所依据的信用记录已撤销",
}


async def end(scope: Scope, *records: CreditRecord) -> None:
    """Take the entries that rest on these records, which have ended, off their lists. In the name of the company."""
    ended = {record.id: record for record in records if record.state in _ENDINGS}
    for seen in await _resting_on(scope, *ended):
        assert seen.credit_record_id is not None
        record = ended[seen.credit_record_id]
        words = _ENDINGS[CreditState(record.state)]
        if not await _lifted(scope, seen, record.ended_on, words):
            continue
        entry = await find(scope, RedBlackEntry, seen.id, lock=True)
        left = EntryState.REMOVED if entry.state == EntryState.DRAFT else EntryState.WITHDRAWN
        await change(scope, entry, "red_black_entry", {"state": left, "ending": words}, action="grounds_ended")


async def follow(scope: Scope, record: CreditRecord, new: CreditRecord) -> None:
    """Let the entries that rest on a record rest on the one that takes its place. In the name of the company."""
    for seen in await _resting_on(scope, record.id):
        entry = await find(scope, RedBlackEntry, seen.id, lock=True)
        await change(scope, entry, "red_black_entry", {"credit_record_id": new.id}, action="grounds_replaced")


async def _resting_on(scope: Scope, *ids: object) -> Sequence[RedBlackEntry]:
    """The company's entries on lists, in the order in which lists are locked."""
    found = await scope.session.scalars(
        select(RedBlackEntry)
        .where(
            col(RedBlackEntry.tenant_id) == scope.tenant_id,
            col(RedBlackEntry.credit_record_id).in_(ids),
            col(RedBlackEntry.state).in_((EntryState.DRAFT, EntryState.LISTED)),
        )
        .order_by(col(RedBlackEntry.list_id), col(RedBlackEntry.id))
    )
    return found.all()


async def _lifted(scope: Scope, entry: RedBlackEntry, on: date | None, words: str) -> bool:
    """Note on the list that the entry is not shown from a day on; a list of which nothing is left has ended with it.
    False for one that had ended before. The list stays locked: nobody publishes it with the entry meanwhile.
    """
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        row = await find(scope, RedBlackList, entry.list_id, lock=True)
        if row.ended_on is not None:
            return False
        if row.state == ListState.PUBLISHED:
            assert on is not None  # only a record in force is grounds
            lifted = [*row.lifted, {"entry": str(entry.id), "on": str(on)}]
            values: dict[str, object] = {"lifted": lifted}
            if {one.get("entry") for one in row.content or ()} <= {one["entry"] for one in lifted}:
                values |= {"state": ListState.WITHDRAWN, "ended_on": on, "withdrawal": words}
            await change(scope, row, "red_black_list", values, action="entry_lifted")
        return True
