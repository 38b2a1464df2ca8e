"""Party memberships (党员身份) of staff: one active per person, bound to an organisation, counted from conversion.

A membership is a file's, not a name's. The organisation relation (组织关系) changes only when a transfer is accepted; a
second organisation is for activities alone and gives no vote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, select, text
from sqlmodel import Field

from tenants.calendar import add_months
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL
from tenants.party import organisation
from tenants.party.privacy import ConsentPurpose, usable
from tenants.row import PERSONAL, Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope


class MemberType(StrEnum):
    """Probationary (预备党员) or full member (正式党员)."""

    PROBATIONARY = "PROBATIONARY"
    FULL = "FULL"


class MembershipState(StrEnum):
    """Where a membership stands; the last four have ended here."""

    NORMAL = "NORMAL"
    MOBILE = "MOBILE"
    SUSPENDED = "SUSPENDED"
    TRANSFERRED = "TRANSFERRED"
    LEFT = "LEFT"
    CANCELLED = "CANCELLED"
    LEDGER_ENDED = "LEDGER_ENDED"


ENDED = (
    MembershipState.TRANSFERRED,
    MembershipState.LEFT,
    MembershipState.CANCELLED,
    MembershipState.LEDGER_ENDED,
)

_RUNNING = (MembershipState.NORMAL, MembershipState.MOBILE, MembershipState.SUSPENDED)

STATE_CHANGES: Mapping[MembershipState, tuple[MembershipState, ...]] = {
    status: tuple(other for other in (*_RUNNING, MembershipState.LEFT) if other != status) for status in _RUNNING
}
"""What a person enters; a transfer, a cancelled probation and a file that is closed end a membership by themselves."""

PROBATION_MONTHS = 12


class PartyMembership(Changing, TenantRow, table=True):
    """A person's membership in an organisation of the company, from the day the relation came to it."""

    __tablename__ = "party_membership"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "activity_organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        ForeignKeyConstraint(["activity_public_id"], ["public_party_organisation.id"]),
        Index(
            "party_membership_one_active",
            "tenant_id",
            "file_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("party_membership_organisation", "tenant_id", "organisation_id", "id"),
        one_of("type", MemberType),
        one_of("state", MembershipState),
        CheckConstraint("(type = 'FULL') = (converted_on IS NOT NULL)", name="full_is_converted"),
        CheckConstraint("converted_on >= admitted_on + interval '1 year'", name="a_year_of_probation"),
        CheckConstraint("(state IN ('NORMAL', 'MOBILE', 'SUSPENDED')) = (ended_on IS NULL)", name="ended_dated"),
        CheckConstraint("ended_on >= joined_on", name="dates_in_order"),
        CheckConstraint(
            "activity_organisation_id IS NULL OR activity_public_id IS NULL", name="one_activity_organisation"
        ),
        CONFIDENTIAL,
    )

    file_id: UUID
    organisation_id: UUID
    type: MemberType = code_field(sa_column_kwargs=PERSONAL)
    state: MembershipState = code_field(default=MembershipState.NORMAL, sa_column_kwargs=PERSONAL)
    admitted_on: date = Field(sa_column_kwargs=PERSONAL)
    converted_on: date | None = Field(default=None, sa_column_kwargs=PERSONAL)
    joined_on: date
    ended_on: date | None = None
    under_sanction: bool = Field(default=False, sa_column_kwargs=PERSONAL)
    activity_organisation_id: UUID | None = None
    activity_public_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewMembership:
    """A member to enter: since when, and where the relation lies."""

    file_id: UUID
    organisation_id: UUID
    admitted_on: date
    joined_on: date
    converted_on: date | None = None
    id: UUID | None = None


async def enter(scope: Scope, new: NewMembership) -> PartyMembership:
    """Enter somebody who is a member already: full when converted, else probationary."""
    checks = Checks()
    for field, day in (("admittedOn", new.admitted_on), ("joinedOn", new.joined_on), ("convertedOn", new.converted_on)):
        checks.day(field, day, latest=today())
    checks.not_before("joinedOn", new.joined_on, new.admitted_on)
    check_conversion(checks, new.admitted_on, new.converted_on)
    checks.done()
    await usable(scope, new.file_id, ConsentPurpose.MEMBERSHIP, "fileId")
    await organisation.holding_relations(scope, new.organisation_id, "organisationId")
    return await begin(scope, new)


async def begin(scope: Scope, new: NewMembership) -> PartyMembership:
    """The row of a membership that begins; a second active one is refused."""
    row = PartyMembership(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        file_id=new.file_id,
        organisation_id=new.organisation_id,
        type=MemberType.FULL if new.converted_on else MemberType.PROBATIONARY,
        admitted_on=new.admitted_on,
        converted_on=new.converted_on,
        joined_on=new.joined_on,
    )
    second = DomainError(Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")
    await create(scope, row, "party_membership", taken={"party_membership_one_active": second})
    return row


def check_conversion(checks: Checks, admitted_on: date, converted_on: date | None) -> None:
    """A year of probation at least lies between admission and conversion."""
    if converted_on is not None and converted_on < (earliest := add_months(admitted_on, PROBATION_MONTHS)):
        checks.add(Code.PARTY_PROBATION_TOO_SHORT, "convertedOn", earliest=earliest)


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> PartyMembership:
    """Change where a membership stands, whether its rights are suspended, or the organisation for activities."""
    values = dict(changes)
    ended_on: date | None = values.pop("ended_on", None)
    row = await find_at(scope, PartyMembership, id, version)
    if row.ended_on is not None:
        raise DomainError(Code.PARTY_MEMBERSHIP_ENDED, "id", ended_on=row.ended_on)
    checks = Checks()
    checks.kept(PartyMembership, values)
    wanted = values.get("state")
    if wanted is not None and wanted != row.state:
        transition(MembershipState(row.state), MembershipState(wanted), STATE_CHANGES, "state")
    if (wanted == MembershipState.LEFT) != (ended_on is not None):
        checks.add(Code.EMPTY, "endedOn" if ended_on is None else "state")
    if ended_on is not None:
        checks.day("endedOn", ended_on, latest=today())
        checks.not_before("endedOn", ended_on, row.joined_on)
        values["ended_on"] = ended_on
    checks.done()
    if (own := values.get("activity_organisation_id")) is not None:
        await _for_activities(scope, organisation.PartyOrganisation, own, row, "activityOrganisationId")
        values["activity_public_id"] = None
    elif (public := values.get("activity_public_id")) is not None:
        await _for_activities(scope, organisation.PublicPartyOrganisation, public, row, "activityPublicId")
        values["activity_organisation_id"] = None
    await change(scope, row, "party_membership", values)
    return row


async def end(scope: Scope, row: PartyMembership, state: MembershipState, ended_on: date) -> None:
    """End a membership for a reason that another rule has established."""
    values = {"state": state, "ended_on": max(ended_on, row.joined_on)}
    await change(scope, row, "party_membership", values, action="ended")


async def move(scope: Scope, row: PartyMembership, organisation_id: UUID) -> None:
    """The relation moves to another organisation of the company, which is no second one any more."""
    values: dict[str, Any] = {"organisation_id": organisation_id}
    if row.activity_organisation_id == organisation_id:
        values["activity_organisation_id"] = None
    await change(scope, row, "party_membership", values, action="transferred")


async def active_membership(scope: Scope, file_id: UUID) -> PartyMembership | None:
    """The active membership of a file, locked."""
    return await scope.session.scalar(
        select(PartyMembership)
        .where(
            PartyMembership.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyMembership.file_id == file_id,  # type: ignore[arg-type]
            PartyMembership.ended_on.is_(None),  # type: ignore[union-attr]
        )
        .with_for_update()
    )


async def full_membership(scope: Scope, file_id: UUID, on: date) -> PartyMembership | None:
    """The membership by which a file's person was a full member of the company on a day, with a member's rights."""
    return await scope.session.scalar(
        select(PartyMembership)
        .where(
            PartyMembership.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            PartyMembership.file_id == file_id,  # type: ignore[arg-type]
            PartyMembership.converted_on <= on,  # type: ignore[arg-type,operator]
            PartyMembership.state != MembershipState.SUSPENDED,  # type: ignore[arg-type]
            (PartyMembership.ended_on.is_(None)) | (PartyMembership.ended_on > on),  # type: ignore[union-attr,operator]
        )
        .order_by(PartyMembership.joined_on.desc())  # type: ignore[attr-defined]
        .limit(1)
    )


async def _for_activities(scope: Scope, table: Any, id: UUID, row: PartyMembership, field: str) -> None:
    """An organisation at work, other than the one that holds the relation."""
    found = await find(scope, table, id, field)
    if found.state not in organisation.AT_WORK:
        raise DomainError(Code.PARTY_ORGANISATION_NOT_ACTIVE, field, state=found.state)
    if id == row.organisation_id:
        raise DomainError(Code.PARTY_ACTIVITY_ELSEWHERE, field)
