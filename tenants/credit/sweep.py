"""All companies in turn, one transaction each: their scores worked out anew as of a day, their histories walked.

A company is looked at under its own policies and then forgotten, so memory does not grow with their number.
What is right already is not written: a run that was killed is simply started again, and two may run at once. Several
workers share the companies by their ids; whoever works one out, it comes to the same bytes.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from tenants import company
from tenants.change import find
from tenants.credit import history, standing
from tenants.row import today
from tenants.scope import Database


@dataclass(slots=True)
class Recomputed:
    """What one worker did: companies it looked at, and periods that it wrote."""

    companies: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """A company whose history does not hold, and where."""

    tenant_id: UUID
    name: str
    chain: history.Chain


AT_ONCE: Final = 2
"""Companies that one worker has in work: while the database works at one, the other is worked out."""


async def recompute(database: Database, since: date, *, share: int = 0, of: int = 1) -> Recomputed:
    """Bring all scores from a day up to today to what is stored; `share` is one worker's `of` so many."""
    parts = await asyncio.gather(*(_recompute(database, since, share + of * at, of * AT_ONCE) for at in range(AT_ONCE)))
    return Recomputed(sum(part.companies for part in parts), sum(part.written for part in parts))


async def _recompute(database: Database, since: date, share: int, of: int) -> Recomputed:
    done = Recomputed()
    async for tenant_id in company.enrolled(database):
        if tenant_id.int % of != share:
            continue
        async with database.working_for(tenant_id, lasting=False) as scope:
            done.written += await standing.recompute(scope, today(), since=since)
        done.companies += 1
    return done


async def verify(database: Database) -> AsyncIterator[Broken | None]:
    """Walk the history of every company, and say of each whether it holds (D9)."""
    async for tenant_id in company.enrolled(database):
        async with database.working_for(tenant_id) as scope:
            chain = await history.verify(scope)
            if chain.broken is None:
                yield None
            else:
                yield Broken(tenant_id, (await find(scope, company.Company, tenant_id)).name, chain)
