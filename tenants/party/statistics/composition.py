"""How an owners' committee is composed: counts that a regulator enters at an election and nobody reads row by row."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenants.change import create, find
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.party.statistics.tables import CommitteeComposition
from tenants.row import new_id, today
from tenants.scope import Scope


@dataclass(frozen=True, kw_only=True)
class NewComposition:
    """A committee as it was elected."""

    estate_id: UUID
    elected_on: date
    members: int
    party_members: int
    chair_in_party: bool
    chair_is_secretary: bool
    id: UUID | None = None


async def compose(scope: Scope, new: NewComposition) -> CommitteeComposition:
    """Enter the composition of a committee of the regulator's own reach (an odd number of members, at least five)."""
    checks = Checks()
    if new.members < 5 or new.members % 2 == 0:
        checks.add(Code.PARTY_COMMITTEE_SIZE, "members", members=new.members)
    if not 0 <= new.party_members <= new.members:
        checks.add(Code.PARTY_COMMITTEE_SHARE, "partyMembers", members=new.members, given=new.party_members)
    if new.chair_is_secretary and not new.chair_in_party:
        checks.add(Code.PARTY_SECRETARY_NOT_MEMBER, "chairInParty")
    checks.day("electedOn", new.elected_on, latest=today())
    checks.done()
    estate = await find(scope, Estate, new.estate_id, "estateId")
    if not estate.division_path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.NOT_FOUND, "estateId")
    row = CommitteeComposition(
        id=new.id or new_id(),
        estate_id=estate.id,
        division_path=estate.division_path,
        elected_on=new.elected_on,
        members=new.members,
        party_members=new.party_members,
        chair_in_party=new.chair_in_party,
        chair_is_secretary=new.chair_is_secretary,
    )
    await create(scope, row, "committee_composition")
    return row
