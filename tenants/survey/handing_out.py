"""The slips of links that were just shown, as they are printed: who asks, what for, and whose slip it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tenants.survey.link import Link

_SLIPS: Final = """
SELECT s.title, s.organiser, p.position, p.household, p.token_digest
FROM survey s JOIN survey_slip p ON p.survey_id = s.id
WHERE s.id = $1 AND s.state = 'OPEN' AND p.state = 'OUT' AND NOT p.answered AND p.token_digest = ANY($2::text[])
ORDER BY p.position
"""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One household's."""

    position: int
    household: str
    link: Link


@dataclass(frozen=True, slots=True)
class Bundle:
    """Slips of one survey, in the order of the draw."""

    title: str
    organiser: str
    slips: tuple[PrintedSlip, ...]


async def of(connection: Any, survey_id: UUID, links: Sequence[Link]) -> Bundle | None:
    """The slips of these links; None unless each of them is of a household of this survey that may still answer."""
    known = {link.digest: link for link in links}
    found = await connection.fetch(_SLIPS, survey_id, list(known))
    if len(found) < len(known):
        return None
    slips = tuple(PrintedSlip(row["position"], row["household"], known[row["token_digest"]]) for row in found)
    return Bundle(found[0]["title"], found[0]["organiser"], slips)
