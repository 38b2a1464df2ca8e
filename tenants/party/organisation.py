"""Party organisations (党组织): of companies, and of regulators, communities and estates; facts, never names.

A company's organisations are its own rows, which the regulators of the division read without a count of members. The
organisations of everybody else are public organisational facts in a registry. What is due (an election by the end of
the term) is computed from the term; only people enter a decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from tenants import division
from tenants.calendar import add_months
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks
from tenants.company import Company
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.journal import CONFIDENTIAL_COLUMN
from tenants.party import due, roster
from tenants.project import Project
from tenants.row import Changing, Row, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


class OrganisationKind(StrEnum):
    """Kinds of organisation, from the industry's committee to a working group in an estate."""

    INDUSTRY_COMMITTEE = "INDUSTRY_COMMITTEE"
    BASE_COMMITTEE = "BASE_COMMITTEE"
    GENERAL_BRANCH = "GENERAL_BRANCH"
    BRANCH = "BRANCH"
    JOINT_BRANCH = "JOINT_BRANCH"
    FUNCTIONAL_BRANCH = "FUNCTIONAL_BRANCH"
    TEMPORARY_BRANCH = "TEMPORARY_BRANCH"
    COMPREHENSIVE_BRANCH = "COMPREHENSIVE_BRANCH"
    GROUP = "GROUP"
    WORKING_GROUP = "WORKING_GROUP"


class Formation(StrEnum):
    """How an organisation was formed (S0-03, S2-03)."""

    SOLE = "SOLE"
    JOINT = "JOINT"
    FUNCTIONAL = "FUNCTIONAL"
    ADJACENT_JOINT = "ADJACENT_JOINT"
    DISPATCHED = "DISPATCHED"


class SecretarySource(StrEnum):
    """Where a secretary comes from (S3-04); never who it is."""

    OWNER = "OWNER"
    APPOINTED = "APPOINTED"
    COMPANY = "COMPANY"
    COMMUNITY = "COMMUNITY"
    RETIRED_CADRE = "RETIRED_CADRE"


class OrganisationState(StrEnum):
    """Proposed, approved, at work, electing anew, or gone. That a term is due is computed, not a state."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    ACTIVE = "ACTIVE"
    RE_ELECTING = "RE_ELECTING"
    MERGED = "MERGED"
    DISSOLVED = "DISSOLVED"


class SizeAdvice(StrEnum):
    """What the size of an organisation suggests; advice, never a refusal."""

    CONSIDER_GENERAL_BRANCH = "CONSIDER_GENERAL_BRANCH"
    CONSIDER_BASE_COMMITTEE = "CONSIDER_BASE_COMMITTEE"


STATE_CHANGES: Mapping[OrganisationState, tuple[OrganisationState, ...]] = {
    OrganisationState.PROPOSED: (OrganisationState.APPROVED, OrganisationState.DISSOLVED),
    OrganisationState.APPROVED: (OrganisationState.ACTIVE, OrganisationState.DISSOLVED),
    OrganisationState.ACTIVE: (OrganisationState.RE_ELECTING, OrganisationState.MERGED, OrganisationState.DISSOLVED),
    OrganisationState.RE_ELECTING: (OrganisationState.ACTIVE, OrganisationState.MERGED, OrganisationState.DISSOLVED),
}

AT_WORK = (OrganisationState.ACTIVE, OrganisationState.RE_ELECTING)

ENDED = (OrganisationState.MERGED, OrganisationState.DISSOLVED)

COMMITTEES = (OrganisationKind.INDUSTRY_COMMITTEE, OrganisationKind.BASE_COMMITTEE)

HOLDS_RELATIONS = (OrganisationKind.BRANCH, OrganisationKind.JOINT_BRANCH, OrganisationKind.COMPREHENSIVE_BRANCH)
"""Where a member's organisation relation (组织关系) can lie; the others take part in activities only."""

WITHOUT_TERM = (OrganisationKind.TEMPORARY_BRANCH, OrganisationKind.GROUP, OrganisationKind.WORKING_GROUP)

UNITS_LIMIT = 5
"""A joint branch joins at most five units (支部工作条例)."""

FORMAL_MEMBERS_MIN = 3
"""A branch of one unit has at least three full members (支部工作条例)."""

ELECTION_MONTHS = 6
"""An election is prepared from this long before the term ends."""

STREET_LENGTH = 9
"""The length of a street's or a town's path."""


class _Organisation(SQLModel):
    """What both registers hold of an organisation."""

    division_path: str = Field(sa_type=Text(collation="C"))
    name: str = Field(sa_type=Text)
    kind: OrganisationKind = code_field()
    formation: Formation = code_field()
    state: OrganisationState = code_field(default=OrganisationState.PROPOSED)
    units: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    approved_on: date | None = None
    approval_document: str | None = Field(default=None, sa_type=Text)
    founded_on: date | None = None
    term_years: int | None = None
    term_ends_on: date | None = None
    ended_on: date | None = None
    secretary_filled: bool = Field(default=False)
    secretary_source: SecretarySource | None = code_field(default=None)
    has_venue: bool = Field(default=False)
    venue_items: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    venue_checked_on: date | None = None


def _checked_columns() -> tuple[CheckConstraint, ...]:
    return (
        one_of("kind", OrganisationKind),
        one_of("formation", Formation),
        one_of("state", OrganisationState),
        one_of("secretary_source", SecretarySource),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("term_years IN (3, 5)", name="term_of_3_or_5_years"),
        CheckConstraint("cardinality(units) <= 5 OR kind <> 'JOINT_BRANCH'", name="units_at_most_5"),
        CheckConstraint("secretary_filled OR secretary_source IS NULL", name="source_of_a_secretary"),
        CheckConstraint("has_venue OR cardinality(venue_items) = 0", name="items_of_a_venue"),
    )


class PublicPartyOrganisation(_Organisation, Changing, Row, table=True):
    """An organisation of a regulator, a community or an estate: a public organisational fact without names."""

    __tablename__ = "public_party_organisation"
    __table_args__ = (
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["superior_id"], ["public_party_organisation.id"]),
        Index("public_party_organisation_division", "division_path", "id"),
        Index("public_party_organisation_estate", "estate_id"),
        Index(
            "public_party_organisation_at_estate",
            "division_path",
            "estate_id",
            text("founded_on DESC"),
            "id",
            postgresql_include=["kind", "ended_on", "has_venue", "secretary_filled", "secretary_source"],
            postgresql_where=text("estate_id IS NOT NULL"),
        ),
        Index("public_party_organisation_superior", "superior_id"),
        *_checked_columns(),
    )

    estate_id: UUID | None = None
    superior_id: UUID | None = None


class PartyOrganisation(_Organisation, Changing, TenantRow, table=True):
    """A company's own organisation. Its parent is the company's own or, as its superior, one of the registry.

    `formal_members` is what the proposal states; it is a count of Party members, which no regulator is granted.
    """

    __tablename__ = "party_organisation"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["party_organisation.tenant_id", "party_organisation.id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["superior_id"], ["public_party_organisation.id"]),
        Index(
            "party_organisation_division",
            "division_path",
            "id",
            postgresql_include=[
                "tenant_id",
                "kind",
                "formation",
                "founded_on",
                "ended_on",
                "term_ends_on",
                "has_venue",
            ],
        ),
        Index("party_organisation_parent", "tenant_id", "parent_id"),
        *_checked_columns(),
        CheckConstraint("formal_members >= 0", name="counts_not_negative"),
    )

    parent_id: UUID | None = None
    superior_id: UUID | None = None
    project_id: UUID | None = None
    formal_members: int | None = Field(default=None, sa_column_kwargs=CONFIDENTIAL_COLUMN)


Organisation = PartyOrganisation | PublicPartyOrganisation
T = TypeVar("T", PartyOrganisation, PublicPartyOrganisation)


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation proposed by a company."""

    name: str
    kind: OrganisationKind
    formation: Formation
    parent_id: UUID | None = None
    superior_id: UUID | None = None
    project_id: UUID | None = None
    units: Sequence[str] = ()
    formal_members: int | None = None
    term_years: int | None = None
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewPublicOrganisation:
    """An organisation of the registry, proposed by a regulator of its division."""

    name: str
    kind: OrganisationKind
    formation: Formation
    division_code: str | None = None
    estate_id: UUID | None = None
    superior_id: UUID | None = None
    units: Sequence[str] = ()
    term_years: int | None = None
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision about an organisation: what becomes of it, on which day, by which document."""

    state: OrganisationState
    decided_on: date
    document: str


async def propose(scope: Scope, new: NewOrganisation) -> PartyOrganisation:
    """Propose an organisation of the scope's company, under one of its own or one of the registry."""
    checks = Checks()
    name = checks.text("name", new.name)
    units = _units(checks, new.kind, new.units)
    term = _term(checks, new.kind, new.term_years)
    checks.count("formalMembers", new.formal_members)
    if new.kind == OrganisationKind.BRANCH and (new.formal_members or 0) < FORMAL_MEMBERS_MIN:
        checks.add(Code.PARTY_BRANCH_TOO_SMALL, "formalMembers", members=new.formal_members or 0)
    if new.parent_id is not None and new.superior_id is not None:
        checks.add(Code.PARTY_ONE_SUPERIOR, "superiorId")
    checks.done()
    path = (await find(scope, Company, scope.tenant_id)).division_path
    if new.project_id is not None:
        path = (await find(scope, Project, new.project_id, "projectId")).division_path
    if new.parent_id is not None:
        await working(scope, PartyOrganisation, new.parent_id, "parentId")
    if new.superior_id is not None:
        await working(scope, PublicPartyOrganisation, new.superior_id, "superiorId")
    row = PartyOrganisation(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        division_path=path,
        name=name,
        kind=new.kind,
        formation=new.formation,
        parent_id=new.parent_id,
        superior_id=new.superior_id,
        project_id=new.project_id,
        units=units,
        formal_members=new.formal_members,
        term_years=term,
    )
    await create(scope, row, "party_organisation")
    return row


async def propose_public(scope: Scope, new: NewPublicOrganisation) -> PublicPartyOrganisation:
    """Enter an organisation of a regulator, a community or an estate in the regulator's own reach."""
    checks = Checks()
    name = checks.text("name", new.name)
    units = _units(checks, new.kind, new.units)
    term = _term(checks, new.kind, new.term_years)
    if (new.division_code is None) == (new.estate_id is None):
        checks.add(Code.PARTY_PLACE_REQUIRED, "divisionCode")
    checks.done()
    if new.estate_id is not None:
        path = (await find(scope, Estate, new.estate_id, "estateId")).division_path
    else:
        path = (await division.by_code(scope, new.division_code or "", "divisionCode")).path
    if not path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    if new.superior_id is not None:
        await working(scope, PublicPartyOrganisation, new.superior_id, "superiorId")
    row = PublicPartyOrganisation(
        id=new.id or new_id(),
        division_path=path,
        name=name,
        kind=new.kind,
        formation=new.formation,
        estate_id=new.estate_id,
        superior_id=new.superior_id,
        units=units,
        term_years=term,
    )
    await create(scope, row, "public_party_organisation")
    return row


async def decide(scope: Scope, table: type[T], id: UUID, version: int, decision: Decision) -> T:
    """Enter what was decided about an organisation; the state machine says what may follow what.

    Becoming active begins a term, and with it the wait for the next election.
    """
    checks = Checks()
    document = checks.text("document", decision.document, limit=200)
    checks.day("decidedOn", decision.decided_on, latest=today())
    checks.done()
    row: Any = await find_at(scope, table, id, version)
    state, wanted = OrganisationState(row.state), decision.state
    transition(state, wanted, STATE_CHANGES, "state")
    checks.not_before("decidedOn", decision.decided_on, row.founded_on or row.approved_on)
    checks.done()
    values: dict[str, Any] = {"state": wanted}
    if wanted == OrganisationState.APPROVED:
        values |= {"approved_on": decision.decided_on, "approval_document": document}
    elif wanted == OrganisationState.ACTIVE:
        values["founded_on"] = row.founded_on or decision.decided_on
        if row.term_years is not None:
            values["term_ends_on"] = add_months(decision.decided_on, 12 * row.term_years)
    elif wanted in ENDED:
        await _nobody_left(scope, row)
        values["ended_on"] = decision.decided_on
    entity = str(row.__tablename__)
    await change(scope, row, entity, values, action=wanted.lower())
    if isinstance(row, PartyOrganisation):
        if wanted == OrganisationState.ACTIVE and row.term_years is not None:
            election = due.Due(due.DueKind.ELECTION, row.id, decision.decided_on, 12 * row.term_years)
            await due.open_due(scope, election, row.division_path)
        elif wanted in ENDED:
            await due.close(scope, due.DueKind.ELECTION, row.id, decision.decided_on)
    return row  # type: ignore[no-any-return]


async def update(scope: Scope, table: type[T], id: UUID, version: int, changes: Mapping[str, Any]) -> T:
    """Change an organisation's name, units, secretary position, venue or the organisation above it; one that is gone
    stays as it was.
    """
    values = dict(changes)
    checks = Checks()
    row: Any = await find_at(scope, table, id, version)
    if row.state in ENDED:
        raise DomainError(Code.PARTY_ORGANISATION_NOT_ACTIVE, "id", state=OrganisationState(row.state))
    if "name" in values:
        values["name"] = checks.text("name", values["name"])
    if "units" in values:
        values["units"] = _units(checks, OrganisationKind(row.kind), values["units"] or ())
    if values.get("secretary_filled") is False:
        values["secretary_source"] = None
    if values.get("secretary_source") is not None and not values.get("secretary_filled", row.secretary_filled):
        checks.add(Code.PARTY_SECRETARY_VACANT, "secretarySource")
    if "venue_items" in values:
        values["venue_items"] = list(
            dict.fromkeys(checks.text("venueItems", item) for item in values["venue_items"] or ())
        )
        known = await venue_checklist(scope, row.division_path, today())
        for item in values["venue_items"]:
            if item not in known:
                checks.add(Code.PARTY_VENUE_ITEM_UNKNOWN, "venueItems", item=item, known="、".join(known))
        if values["venue_items"] and not values.get("has_venue", row.has_venue):
            checks.add(Code.PARTY_VENUE_MISSING, "hasVenue")
    elif values.get("has_venue") is False:
        values["venue_items"] = []
    checks.kept(table, values)
    checks.day("venueCheckedOn", values.get("venue_checked_on"), latest=today())
    checks.done()
    await _put_under(scope, row, values)
    await change(scope, row, str(row.__tablename__), values)
    return row  # type: ignore[no-any-return]


async def venue_checklist(scope: Scope, path: str, on: date) -> tuple[str, ...]:
    """The items a venue is checked against in a division ("six haves", 六有)."""
    found: tuple[str, ...] = await effective(scope, SettingKey.PARTY_VENUE_ITEMS, path, on)
    return found


async def approving(scope: Scope, own_id: UUID | None, public_id: UUID | None, field: str) -> tuple[Organisation, bool]:
    """The organisation that is to approve a member, and whether it may: a committee that does not belong to a town's
    or street's committee (2026 rules, article 22), as those of communities and estates do.
    """
    row: Organisation
    if own_id is not None and public_id is None:
        row = await working(scope, PartyOrganisation, own_id, field)
    elif public_id is not None and own_id is None:
        row = await working(scope, PublicPartyOrganisation, public_id, field)
    else:
        raise DomainError(Code.PARTY_APPROVER_REQUIRED, field)
    if row.kind not in COMMITTEES or (isinstance(row, PublicPartyOrganisation) and _below_street(row)):
        return row, False
    return row, not any(_of_street(each) for each in await _above(scope, row))


def _of_street(row: Organisation) -> bool:
    return (
        isinstance(row, PublicPartyOrganisation)
        and row.kind == OrganisationKind.BASE_COMMITTEE
        and row.estate_id is None
        and len(row.division_path) == STREET_LENGTH
    )


def _below_street(row: PublicPartyOrganisation) -> bool:
    return row.estate_id is not None or len(row.division_path) > STREET_LENGTH


async def _above(scope: Scope, row: Organisation) -> list[Organisation]:
    """The organisations above one, the nearest first."""
    found: list[Organisation] = []
    while row.id not in [each.id for each in found[:-1]]:  # two that were put under each other at the same moment
        parent_id = row.parent_id if isinstance(row, PartyOrganisation) else None
        if parent_id is not None:
            row = await find(scope, PartyOrganisation, parent_id)
        elif row.superior_id is not None:
            row = await find(scope, PublicPartyOrganisation, row.superior_id)
        else:
            break
        found.append(row)
    return found


async def _put_under(scope: Scope, row: Organisation, values: dict[str, Any]) -> None:
    """Check the organisation that another is put under: one of either register, at work, and not below it."""
    fields: dict[str, Any] = {"parent_id": PartyOrganisation, "superior_id": PublicPartyOrganisation}
    chosen = [name for name in fields if values.get(name) is not None]
    if len(chosen) > 1:
        raise DomainError(Code.PARTY_ONE_SUPERIOR, "superiorId")
    for name in chosen:
        field = "parentId" if name == "parent_id" else "superiorId"
        above: Organisation = await working(scope, fields[name], values[name], field)
        if row.id in [each.id for each in (above, *await _above(scope, above))]:
            raise DomainError(Code.PARTY_ABOVE_ITSELF, field)
        values.update({other: None for other in fields if other != name and hasattr(row, other)})


async def holding_relations(scope: Scope, id: UUID, field: str) -> PartyOrganisation:
    """A company's organisation in which a member's organisation relation can lie."""
    row = await working(scope, PartyOrganisation, id, field)
    if row.kind not in HOLDS_RELATIONS:
        raise DomainError(Code.PARTY_ORGANISATION_HOLDS_NO_RELATIONS, field, kind=OrganisationKind(row.kind))
    return row


async def working(scope: Scope, table: type[T], id: UUID, field: str) -> T:
    """An organisation of either register that is at work."""
    row = await find(scope, table, id, field)
    if row.state not in AT_WORK:
        raise DomainError(Code.PARTY_ORGANISATION_NOT_ACTIVE, field, state=OrganisationState(row.state))
    return row


async def _nobody_left(scope: Scope, row: Organisation) -> None:
    """An organisation does not end while it holds somebody's relation or a case that runs."""
    if isinstance(row, PartyOrganisation) and await roster.of_organisation(scope, row.id):
        raise DomainError(Code.PARTY_ORGANISATION_NOT_EMPTY, "id")


def _units(checks: Checks, kind: OrganisationKind, units: Sequence[str]) -> list[str]:
    """The units that an organisation joins: two to five for a joint branch."""
    named = list(dict.fromkeys(checks.text("units", unit) for unit in units))
    if kind == OrganisationKind.JOINT_BRANCH and not 2 <= len(named) <= UNITS_LIMIT:
        checks.add(Code.PARTY_JOINT_UNITS, "units", units=len(named), limit=UNITS_LIMIT)
    return named


def _term(checks: Checks, kind: OrganisationKind, years: int | None) -> int | None:
    """A term of three or five years; a temporary organisation and a group have none."""
    if kind in WITHOUT_TERM:
        if years is not None:
            checks.add(Code.PARTY_TERM_INVALID, "termYears", years=years)
        return None
    if years not in (None, 3, 5):
        checks.add(Code.PARTY_TERM_INVALID, "termYears", years=years)
    return years or 3
