"""The daily job: provisional deadlines whose calendar is published by now are settled, what became overdue is marked
and told once, credit records whose term is over leave the score, and scores are brought up to the day.

Each company's part is one transaction under the company's own policies, so the job may be killed at any moment and
run again, and two of it may run at once. It holds a batch of rows in memory, however many there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from tenants import check_in, company, issue, open_day
from tenants.calendar import published_until
from tenants.company import CompanyStatus
from tenants.credit import notice, standing
from tenants.due import DueKind, DueNotice
from tenants.errors import Unavailable
from tenants.journal import record
from tenants.party import due as party_due
from tenants.row import now, today
from tenants.scope import Database, Scope

BATCH: Final = 200
"""Rows of one company that are in memory at once."""

_SETTLE: Final = (check_in.settle, issue.settle, open_day.settle, party_due.settle)

_UNSETTLED = "SELECT EXISTS (SELECT FROM due d WHERE d.tenant_id = $1 AND d.provisional AND d.due_on <= $2)"
"""Whether there is something to settle, which is seldom: asked at once for all areas."""

_LATE = """
SELECT d.id, d.kind, d.due_on, n.id IS NOT NULL AS told FROM regulatory_due d
LEFT JOIN due_notice n ON n.tenant_id = d.tenant_id AND n.id = d.id
WHERE d.tenant_id = $1 AND NOT d.community AND d.due_on < $2 AND n.due_on IS DISTINCT FROM d.due_on
ORDER BY d.due_on, d.id LIMIT $3
"""
"""What is overdue and was not told, or was told of an earlier day. Party work is told to nobody outside."""


@dataclass(slots=True)
class Done:
    """What one run did."""

    companies: int = 0
    settled: int = 0
    marked: int = 0
    told: int = 0
    expired: int = 0
    scored: int = 0


def _raise(_: UUID, error: Exception) -> None:
    raise error


async def run(database: Database, on: date | None = None, failed: Callable[[UUID, Exception], None] = _raise) -> Done:
    """Go through all companies, as of a day; today unless told otherwise.

    What goes wrong at one company is told to `failed`, which decides whether the others still have their turn.
    """
    day = on or today()
    done = Done()
    async for tenant_id in company.enrolled(database):
        try:
            while await _once(database, tenant_id, day, done):
                pass
        except Unavailable:
            raise
        except Exception as error:
            failed(tenant_id, error)
        done.companies += 1
    return done


async def _once(database: Database, tenant_id: UUID, day: date, done: Done) -> bool:
    """One batch of one company, counted once it is committed; whether there may be more."""
    marked = told = expired = scored = 0
    async with database.working_for(tenant_id) as scope:
        connection = scope.connection
        # Two runs that meet at a company take turns on its row.
        status = await connection.fetchval(
            "SELECT status FROM company WHERE tenant_id = $1 FOR NO KEY UPDATE", tenant_id
        )
        if status in (CompanyStatus.APPLIED, CompanyStatus.CLOSED):
            return False
        settled: list[int] = []
        if await connection.fetchval(_UNSETTLED, tenant_id, published_until()):
            settled = [await settle(scope, BATCH) for settle in _SETTLE]
        more = BATCH in settled
        if not more:  # nothing is overdue by a deadline that is about to be another
            late = await connection.fetch(_LATE, tenant_id, day, BATCH)
            # No batch tells of more check-ins than it marks, so all are marked when all are told.
            if any(row["kind"] == DueKind.CHECK_IN for row in late):
                marked = await check_in.mark_overdue(scope, day, BATCH)
            await _tell(scope, late)
            told = len(late)
            more = told == BATCH
        if not more and await standing.rated(scope):
            expired = await notice.expire(scope, day, BATCH)
            more = expired == BATCH
            if not more:
                scored = await standing.recompute(scope, day)
    done.settled += sum(settled)
    done.marked += marked
    done.told += told
    done.expired += expired
    done.scored += scored
    return more


async def _tell(scope: Scope, late: Sequence[Any]) -> None:
    """Note what became overdue, with an event for each."""
    columns: Any = DueNotice
    again = [row["id"] for row in late if row["told"]]
    before: dict[UUID, DueNotice] = {}
    if again:
        told = await scope.session.scalars(
            select(DueNotice).where(columns.tenant_id == scope.tenant_id, columns.id.in_(again))
        )
        before = {notice.id: notice for notice in told}
    for row in late:
        due_id = UUID(str(row["id"]))
        notice = before.get(due_id)
        if notice is None:
            notice = DueNotice(tenant_id=scope.tenant_id, id=due_id, kind=DueKind(row["kind"]), due_on=row["due_on"])
            scope.write_later(DueNotice, notice.model_dump())
        else:
            notice.due_on, notice.updated_at = row["due_on"], now()
            notice.version += 1
        await record(scope, "overdue", "due", notice, {"kind": notice.kind, "due_on": notice.due_on})
    await scope.session.flush()
