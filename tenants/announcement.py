"""What a company announces of its open days: the latest for its calendar, and one for its printed notice.

A draft is nobody's business yet, so it is never here; an announced open day that is put off or called off still is,
because those who were told have to learn of it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tenants.open_day import OpenArea, OpenDayState, Organiser

LATEST: Final = 500
"""A calendar client loads the whole feed every time, so it is bounded: the open days that start last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A group of visitors."""

    starts_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An open day as it is announced."""

    id: UUID
    version: int
    state: OpenDayState
    theme: str
    starts_at: datetime
    ends_at: datetime
    meeting_place: str
    areas: tuple[OpenArea, ...]
    host: str
    organisers: tuple[Organiser, ...]
    published_on: date | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    estate: str
    address: str | None
    company: str
    batches: tuple[Batch, ...]


_OPEN_DAYS: Final = """
SELECT d.id, d.version, d.state, d.theme, d.starts_at, d.ends_at, d.meeting_place, d.areas, d.host, d.organisers,
       d.published_on, d.reason, d.created_at, d.updated_at, e.name AS estate, e.address, c.name AS company,
       ARRAY(SELECT b.starts_at FROM open_day_batch b WHERE b.tenant_id = $1 AND b.open_day_id = d.id
             ORDER BY b.starts_at) AS batch_starts,
       ARRAY(SELECT b.capacity FROM open_day_batch b WHERE b.tenant_id = $1 AND b.open_day_id = d.id
             ORDER BY b.starts_at) AS batch_capacities
FROM open_day d
JOIN estate e ON e.id = d.estate_id
JOIN company c ON c.tenant_id = $1
WHERE d.tenant_id = $1
"""
_FEED: Final = f"{_OPEN_DAYS} AND d.published_on IS NOT NULL ORDER BY d.starts_at DESC, d.id DESC LIMIT $2"
_ONE: Final = f"{_OPEN_DAYS} AND d.id = $2"


async def latest(connection: Any, tenant_id: UUID, limit: int = LATEST) -> list[Announcement]:
    """The announced open days of a company that start last, the last first."""
    return [_announcement(row) for row in await connection.fetch(_FEED, tenant_id, limit)]


async def one(connection: Any, tenant_id: UUID, id: UUID) -> Announcement | None:
    """An open day of the company, announced or not; None for one that is another company's or nobody's."""
    row = await connection.fetchrow(_ONE, tenant_id, id)
    return None if row is None else _announcement(row)


def _announcement(row: Any) -> Announcement:
    facts = dict(row)
    pairs = zip(facts.pop("batch_starts"), facts.pop("batch_capacities"), strict=True)
    return Announcement(
        **facts
        | {
            "state": OpenDayState(facts["state"]),
            "organisers": tuple(Organiser(organiser) for organiser in facts["organisers"]),
            "areas": tuple(OpenArea(area) for area in facts["areas"]),
            "batches": tuple(Batch(starts_at=starts_at, capacity=capacity) for starts_at, capacity in pairs),
        }
    )
