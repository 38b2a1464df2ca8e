"""Cross appointments (双向进入、交叉任职): company people in community bodies, and community people in company ones."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL
from tenants.party.organisation import PartyOrganisation, PublicPartyOrganisation, working
from tenants.party.privacy import ConsentPurpose, usable
from tenants.project import Project, ProjectStatus
from tenants.row import PERSONAL, Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope


class AppointmentDirection(StrEnum):
    """From the company into a body of the community, or the other way (兼职委员)."""

    INTO_COMMUNITY = "INTO_COMMUNITY"
    INTO_COMPANY = "INTO_COMPANY"


class Holder(StrEnum):
    """In which capacity somebody holds the post; never who it is."""

    PROJECT_LEAD = "PROJECT_LEAD"
    COMPANY_HEAD = "COMPANY_HEAD"
    STAFF = "STAFF"
    COMMUNITY_LEADER = "COMMUNITY_LEADER"
    COMMITTEE_MEMBER = "COMMITTEE_MEMBER"


class BodyKind(StrEnum):
    """The body in which the post is held."""

    COMMUNITY_PARTY = "COMMUNITY_PARTY"
    RESIDENTS_COMMITTEE = "RESIDENTS_COMMITTEE"
    ESTATE_PARTY = "ESTATE_PARTY"
    OWNERS_COMMITTEE = "OWNERS_COMMITTEE"
    COMPANY_PARTY = "COMPANY_PARTY"


_OF_COMPANY = (Holder.PROJECT_LEAD, Holder.COMPANY_HEAD, Holder.STAFF)


class CrossAppointment(Changing, TenantRow, table=True):
    """A post held across: of a project's lead (whose project says which), a head, or somebody of the community."""

    __tablename__ = "cross_appointment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["party_file.tenant_id", "party_file.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "organisation_id"], ["party_organisation.tenant_id", "party_organisation.id"]
        ),
        ForeignKeyConstraint(["public_organisation_id"], ["public_party_organisation.id"]),
        Index(
            "cross_appointment_one_of_a_lead",
            "tenant_id",
            "project_id",
            "body_kind",
            unique=True,
            postgresql_where=text("until IS NULL AND holder = 'PROJECT_LEAD'"),
        ),
        one_of("direction", AppointmentDirection),
        one_of("holder", Holder),
        one_of("body_kind", BodyKind),
        CheckConstraint(
            "(direction = 'INTO_COMMUNITY') = (holder IN ('PROJECT_LEAD', 'COMPANY_HEAD', 'STAFF'))",
            name="holder_fits_direction",
        ),
        CheckConstraint("(direction = 'INTO_COMPANY') = (body_kind = 'COMPANY_PARTY')", name="body_fits_direction"),
        CheckConstraint("holder <> 'PROJECT_LEAD' OR project_id IS NOT NULL", name="lead_of_a_project"),
        CheckConstraint("until >= since", name="dates_in_order"),
        CONFIDENTIAL,
    )

    direction: AppointmentDirection = code_field()
    holder: Holder = code_field(sa_column_kwargs=PERSONAL)
    body_kind: BodyKind = code_field()
    body_name: str = Field(sa_type=Text)
    post: str = Field(sa_type=Text)
    project_id: UUID | None = None
    file_id: UUID | None = None
    organisation_id: UUID | None = None
    public_organisation_id: UUID | None = None
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewAppointment:
    """A post somebody took up."""

    direction: AppointmentDirection
    holder: Holder
    body_kind: BodyKind
    body_name: str
    post: str
    since: date
    project_id: UUID | None = None
    file_id: UUID | None = None
    organisation_id: UUID | None = None
    public_organisation_id: UUID | None = None
    id: UUID | None = None


async def appoint(scope: Scope, new: NewAppointment) -> CrossAppointment:
    """Enter a post: a company's person in a community body, or a community's in a company's organisation."""
    checks = Checks()
    body = checks.text("bodyName", new.body_name)
    post = checks.text("post", new.post)
    into_company = new.direction == AppointmentDirection.INTO_COMPANY
    if (new.holder in _OF_COMPANY) == into_company:
        checks.add(Code.PARTY_APPOINTMENT_DIRECTION, "holder")
    if (new.body_kind == BodyKind.COMPANY_PARTY) != into_company:
        checks.add(Code.PARTY_APPOINTMENT_DIRECTION, "bodyKind")
    if into_company and new.organisation_id is None:
        checks.add(Code.EMPTY, "organisationId")
    if new.holder == Holder.PROJECT_LEAD and new.project_id is None:
        checks.add(Code.EMPTY, "projectId")
    checks.day("since", new.since, latest=today())
    checks.done()
    if new.project_id is not None:
        project = await find(scope, Project, new.project_id, "projectId")
        if project.status != ProjectStatus.ACTIVE:
            raise DomainError(Code.PROJECT_ENDED, "projectId", ended_on=project.ended_on)
    if new.file_id is not None:
        await usable(scope, new.file_id, ConsentPurpose.MEMBERSHIP, "fileId")
    if new.organisation_id is not None:
        await working(scope, PartyOrganisation, new.organisation_id, "organisationId")
    if new.public_organisation_id is not None:
        await working(scope, PublicPartyOrganisation, new.public_organisation_id, "publicOrganisationId")
    row = CrossAppointment(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        direction=new.direction,
        holder=new.holder,
        body_kind=new.body_kind,
        body_name=body,
        post=post,
        project_id=new.project_id,
        file_id=new.file_id,
        organisation_id=new.organisation_id,
        public_organisation_id=new.public_organisation_id,
        since=new.since,
    )
    held = DomainError(Code.PARTY_APPOINTMENT_HELD, "bodyKind")
    await create(scope, row, "cross_appointment", taken={"cross_appointment_one_of_a_lead": held})
    return row


async def end(scope: Scope, id: UUID, version: int, until: date) -> CrossAppointment:
    """A post was given up."""
    row = await find_at(scope, CrossAppointment, id, version)
    if row.until is not None:
        raise DomainError(Code.PARTY_APPOINTMENT_ENDED, "id", until=row.until)
    checks = Checks()
    checks.not_before("until", until, row.since)
    checks.day("until", until, latest=today())
    checks.done()
    await change(scope, row, "cross_appointment", {"until": until}, action="ended")
    return row
