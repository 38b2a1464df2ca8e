"""The bulletin (评定结果通报) of a published cycle: what is announced of it, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    """One result as it holds."""

    company: str
    project: str | None
    total: Decimal
    band: str | None
    action: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A cycle, its scheme and its results, the highest first."""

    title: str
    division: str
    scheme: str
    edition: int
    basis: str
    period_from: date
    period_to: date
    published_on: date
    updated_at: datetime
    bands: Sequence[tuple[str, int]]
    lines: Sequence[Line]


_CYCLE: Final = """
SELECT c.title, d.name AS division, s.name AS scheme, s.edition, s.basis, c.period_from, c.period_to, c.published_on,
       c.updated_at, ARRAY(SELECT b ->> 'name' FROM jsonb_array_elements(s.document -> 'bands') b) AS bands
FROM rating_cycle c JOIN division d ON d.id = c.division_id JOIN scheme s ON s.id = c.scheme_id
WHERE c.id = $1 AND c.published_on IS NOT NULL
"""
_LINES: Final = """
SELECT p.company_name, p.project_name, p.total, p.band_name, p.action, p.reason FROM published_rating p
WHERE p.cycle_id = $1 AND NOT EXISTS (SELECT FROM published_rating n WHERE n.cycle_id = $1 AND n.number = p.number
                                      AND n.edition > p.edition)
ORDER BY p.total DESC, p.company_name, p.project_name, p.id
"""


async def of(connection: Any, cycle_id: UUID) -> Bulletin | None:
    """The bulletin of a cycle; None while there is nothing published of it."""
    cycle = await connection.fetchrow(_CYCLE, cycle_id)
    if cycle is None:
        return None
    lines = [Line(*row) for row in await connection.fetch(_LINES, cycle_id)]
    facts = {name: value for name, value in cycle.items() if name != "bands"}
    bands = [(name, sum(line.band == name for line in lines)) for name in cycle["bands"]]
    return Bulletin(**facts, bands=bands, lines=lines)
