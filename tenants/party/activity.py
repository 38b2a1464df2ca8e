"""Party activities (组织生活): what kind, when, with whom and how many came; counts, no list of names, no clock-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from tenants.change import create
from tenants.checks import Checks
from tenants.errors import Code
from tenants.party.organisation import PartyOrganisation, working
from tenants.row import Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope


class ActivityKind(StrEnum):
    """Kinds of organisation life."""

    GENERAL_MEETING = "GENERAL_MEETING"
    COMMITTEE_MEETING = "COMMITTEE_MEETING"
    GROUP_MEETING = "GROUP_MEETING"
    PARTY_CLASS = "PARTY_CLASS"
    PARTY_DAY = "PARTY_DAY"
    ORGANISATION_LIFE_MEETING = "ORGANISATION_LIFE_MEETING"
    REVIEW_OF_MEMBERS = "REVIEW_OF_MEMBERS"
    VOLUNTEER_SERVICE = "VOLUNTEER_SERVICE"
    JOINT_ACTIVITY = "JOINT_ACTIVITY"


class PartyActivity(Changing, TenantRow, table=True):
    """One activity of an organisation; `joint_with` names other organisations (S4P-15), never people."""

    __tablename__ = "party_activity"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        Index("party_activity_organisation", "tenant_id", "organisation_id", "held_on"),
        one_of("kind", ActivityKind),
        CheckConstraint("attended >= 0 AND due >= 0", name="counts_not_negative"),
        CheckConstraint("title <> ''", name="title_given"),
    )

    organisation_id: UUID
    kind: ActivityKind = code_field()
    title: str = Field(sa_type=Text)
    held_on: date
    due: int | None = None
    attended: int
    joint_with: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    document: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class NewActivity:
    """An activity that was held."""

    organisation_id: UUID
    kind: ActivityKind
    title: str
    held_on: date
    attended: int
    due: int | None = None
    joint_with: Sequence[str] = ()
    document: str | None = None
    id: UUID | None = None


async def hold(scope: Scope, new: NewActivity) -> PartyActivity:
    """Record an activity with the number of those who came; a joint one names who else held it."""
    checks = Checks()
    title = checks.text("title", new.title)
    document = checks.optional_text("document", new.document, limit=200)
    joint = [checks.text("jointWith", name) for name in new.joint_with]
    checks.count("attended", new.attended)
    checks.count("due", new.due)
    checks.day("heldOn", new.held_on, latest=today())
    if new.kind != ActivityKind.JOINT_ACTIVITY and new.due is not None and new.attended > new.due:
        checks.add(Code.PARTY_ATTENDED_MORE_THAN_DUE, "attended", attended=new.attended, due=new.due)
    if new.kind == ActivityKind.JOINT_ACTIVITY and not joint:
        checks.add(Code.EMPTY, "jointWith")
    checks.done()
    organisation = await working(scope, PartyOrganisation, new.organisation_id, "organisationId")
    checks.not_before("heldOn", new.held_on, organisation.founded_on)
    checks.done()
    row = PartyActivity(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        organisation_id=organisation.id,
        kind=new.kind,
        title=title,
        held_on=new.held_on,
        due=new.due,
        attended=new.attended,
        joint_with=joint,
        document=document,
    )
    await create(scope, row, "party_activity")
    return row
