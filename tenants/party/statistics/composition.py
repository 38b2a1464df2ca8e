"""How an owners' committee is composed: counts that a regulator enters at an election and nobody reads row by row."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenants.change import create, find
from tenants.checks import Checks
from tenants.committee import Committee, CommitteeKind
from tenants.errors import Code, DomainError
from tenants.party.statistics.tables import CommitteeComposition
from tenants.row import new_id, today
from tenants.scope import Scope


@dataclass(frozen=True, kw_only=True)
class NewComposition:
    """A committee of the register as it was elected."""

    committee_id: UUID
    elected_on: date
    party_members: int
    chair_in_party: bool
    chair_is_secretary: bool
    id: UUID | None = None


async def compose(scope: Scope, new: NewComposition) -> CommitteeComposition:
    """Enter the composition of an owners' committee that acts; how many members it has, the register says."""
    checks = Checks()
    if new.chair_is_secretary and not new.chair_in_party:
        checks.add(Code.PARTY_SECRETARY_NOT_MEMBER, "chairInParty")
    checks.day("electedOn", new.elected_on, latest=today())
    checks.done()
    committee = await find(scope, Committee, new.committee_id, "committeeId", lock=True)
    if committee.kind != CommitteeKind.OC:
        raise DomainError(Code.PARTY_COMMITTEE_OF_OWNERS, "committeeId")
    if committee.ended_on is not None:
        raise DomainError(Code.COMMITTEE_ENDED, "committeeId", ended_on=committee.ended_on)
    if not 0 <= new.party_members <= committee.members:
        checks.add(Code.PARTY_COMMITTEE_SHARE, "partyMembers", members=committee.members, given=new.party_members)
    checks.not_before("electedOn", new.elected_on, committee.formed_on)
    checks.done()
    row = CommitteeComposition(
        id=new.id or new_id(),
        committee_id=committee.id,
        division_path=committee.division_path,
        elected_on=new.elected_on,
        members=committee.members,
        party_members=new.party_members,
        chair_in_party=new.chair_in_party,
        chair_is_secretary=new.chair_is_secretary,
    )
    await create(scope, row, "committee_composition")
    return row
