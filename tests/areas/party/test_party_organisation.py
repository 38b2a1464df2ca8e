"""Party organisations: what may be formed, what follows what, who may admit and approve, and what is due."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from tenants import division
from tenants.errors import Code
from tenants.party import organisation
from tenants.party.organisation import (
    Decision,
    Formation,
    NewOrganisation,
    PartyOrganisation,
    PublicPartyOrganisation,
)
from tenants.party.organisation import OrganisationKind as K
from tenants.party.organisation import OrganisationState as State
from tenants.scope import Principal, Scope
from tests.areas.party.ledger import DOCUMENT, FOUNDED, Ledger, public
from tests.areas.town import OTHER_CITY_STREET, STREET, Town, at_once


def new(kind: K = K.BRANCH, **more: Any) -> NewOrganisation:
    """A proposal that meets every rule, unless told otherwise."""
    facts = {"name": "第一党支部", "formation": Formation.SOLE, "formal_members": 3, **more}
    return NewOrganisation(kind=kind, **facts)


async def test_a_branch_goes_from_proposal_to_its_next_election(ledger: Ledger) -> None:
    """PROPOSED, APPROVED, ACTIVE; the term of three years begins, and by its end the next election is held. While it
    is being held it is still due.
    """
    row = await ledger.do(organisation.propose, new())
    assert (row.state, row.term_years) == (State.PROPOSED, 3)
    row = await ledger.at_work(row)
    assert (row.founded_on, row.term_ends_on) == (FOUNDED, date(2022, 7, 1))
    assert await ledger.dues(row.id) == {"ELECTION": date(2022, 7, 1)}
    begin = Decision(state=State.RE_ELECTING, decided_on=date(2022, 5, 1), document=DOCUMENT)
    row = await ledger.do(organisation.decide, PartyOrganisation, row.id, row.version, begin)
    assert await ledger.dues(row.id) == {"ELECTION": date(2022, 7, 1)}
    again = Decision(state=State.ACTIVE, decided_on=date(2022, 6, 1), document=DOCUMENT)
    row = await ledger.do(organisation.decide, PartyOrganisation, row.id, row.version, again)
    assert (row.founded_on, row.term_ends_on) == (FOUNDED, date(2025, 6, 1))
    assert await ledger.dues(row.id) == {"ELECTION": date(2025, 6, 3)}  # the 1st is a Sunday before a holiday
    gone = Decision(state=State.DISSOLVED, decided_on=date(2024, 6, 1), document=DOCUMENT)
    row = await ledger.do(organisation.decide, PartyOrganisation, row.id, row.version, gone)
    assert await ledger.dues(row.id) == {}


async def test_what_does_not_follow_is_refused(ledger: Ledger) -> None:
    """A proposal does not become active unapproved; what is dissolved stays so and is not changed."""
    row = await ledger.do(organisation.propose, new())
    active = Decision(state=State.ACTIVE, decided_on=FOUNDED, document=DOCUMENT)
    assert await ledger.refused(organisation.decide, PartyOrganisation, row.id, row.version, active) == [
        (Code.TRANSITION_NOT_ALLOWED, "state")
    ]
    gone = Decision(state=State.DISSOLVED, decided_on=FOUNDED, document=DOCUMENT)
    row = await ledger.do(organisation.decide, PartyOrganisation, row.id, row.version, gone)
    assert await ledger.refused(organisation.update, PartyOrganisation, row.id, row.version, {"name": "又一支部"}) == [
        (Code.PARTY_ORGANISATION_NOT_ACTIVE, "id")
    ]


@pytest.mark.parametrize(
    ("proposal", "problem"),
    [
        (new(formal_members=2), (Code.PARTY_BRANCH_TOO_SMALL, "formalMembers")),
        (new(K.JOINT_BRANCH, formation=Formation.JOINT, units=["甲公司"]), (Code.PARTY_JOINT_UNITS, "units")),
        (
            new(K.JOINT_BRANCH, formation=Formation.JOINT, units=[f"{n}公司" for n in range(6)]),
            (Code.PARTY_JOINT_UNITS, "units"),
        ),
        (new(term_years=4), (Code.PARTY_TERM_INVALID, "termYears")),
        (new(K.TEMPORARY_BRANCH, term_years=3), (Code.PARTY_TERM_INVALID, "termYears")),
        (new(name=" "), (Code.EMPTY, "name")),
    ],
)
async def test_what_cannot_be_formed(
    ledger: Ledger, proposal: NewOrganisation, problem: tuple[Code, str | None]
) -> None:
    """Three full members for a branch, two to five units for a joint one, terms of three or five years."""
    assert await ledger.refused(organisation.propose, proposal) == [problem]


async def test_a_joint_branch_of_five_units(ledger: Ledger) -> None:
    """Five units are within the rule, and fewer than three members each."""
    units = [f"{n}公司" for n in range(5)]
    row = await ledger.do(
        organisation.propose, new(K.JOINT_BRANCH, formation=Formation.JOINT, units=units, formal_members=2)
    )
    assert row.units == units


async def test_six_haves_are_a_setting(ledger: Ledger) -> None:
    """A venue is checked against the list of its division; an item that is not on it is refused."""
    row = await ledger.organise()
    venue = {"has_venue": True, "venue_items": ["有场所", "有党旗"]}
    row = await ledger.do(organisation.update, PartyOrganisation, row.id, row.version, venue)
    assert row.venue_items == ["有场所", "有党旗"]
    other = {"venue_items": ["有咖啡机"]}
    assert await ledger.refused(organisation.update, PartyOrganisation, row.id, row.version, other) == [
        (Code.PARTY_VENUE_ITEM_UNKNOWN, "venueItems")
    ]
    row = await ledger.do(organisation.update, PartyOrganisation, row.id, row.version, {"has_venue": False})
    assert row.venue_items == []
    assert await ledger.refused(
        organisation.update, PartyOrganisation, row.id, row.version, {"venue_items": ["有场所"]}
    ) == [(Code.PARTY_VENUE_MISSING, "hasVenue")]


async def test_a_secretary_position(ledger: Ledger) -> None:
    """Filled or not, and where the secretary comes from; a vacant position has no source."""
    row = await ledger.organise()
    filled = {"secretary_filled": True, "secretary_source": organisation.SecretarySource.OWNER}
    row = await ledger.do(organisation.update, PartyOrganisation, row.id, row.version, filled)
    assert row.secretary_source == "OWNER"
    row = await ledger.do(organisation.update, PartyOrganisation, row.id, row.version, {"secretary_filled": False})
    assert row.secretary_source is None
    source = {"secretary_source": organisation.SecretarySource.OWNER}
    assert await ledger.refused(organisation.update, PartyOrganisation, row.id, row.version, source) == [
        (Code.PARTY_SECRETARY_VACANT, "secretarySource")
    ]


async def test_who_may_approve_members(ledger: Ledger) -> None:
    """A committee may; a general branch, a temporary organisation and whatever belongs to a street's committee, a
    company's own at any distance or an estate's, may not.
    """
    street = await public(ledger.town, at=STREET, kind=K.BASE_COMMITTEE)
    below_street = await public(ledger.town, at=STREET, kind=K.BASE_COMMITTEE, superior_id=street.id)
    general = await public(ledger.town, kind=K.GENERAL_BRANCH)
    temporary = await public(ledger.town, kind=K.TEMPORARY_BRANCH)
    estate = await ledger.town.estate()
    of_estate = await public(ledger.town, at=STREET, kind=K.BASE_COMMITTEE, estate_id=estate.id)
    own = await ledger.organise(kind=K.BASE_COMMITTEE)
    group = await ledger.organise(kind=K.BASE_COMMITTEE, superior_id=street.id)
    below_group = await ledger.organise(kind=K.BASE_COMMITTEE, superior_id=None, parent_id=group.id)
    expected = {
        ledger.committee.id: True,
        street.id: True,
        below_street.id: False,
        of_estate.id: False,
        general.id: False,
        temporary.id: False,
    }
    for committee, may in expected.items():
        _, found = await ledger.do(organisation.approving, None, committee, "approverId")
        assert found is may
    for candidate, may in ((own, True), (group, False), (below_group, False)):
        assert (await ledger.do(organisation.approving, candidate.id, None, "approverId"))[1] is may
    assert await ledger.refused(organisation.approving, None, None, "approverId") == [
        (Code.PARTY_APPROVER_REQUIRED, "approverId")
    ]


@pytest.mark.parametrize("kind", [K.TEMPORARY_BRANCH, K.FUNCTIONAL_BRANCH, K.GROUP, K.WORKING_GROUP])
async def test_what_holds_no_relations(ledger: Ledger, kind: K) -> None:
    """A temporary or functional organisation and a group hold nobody's relation, so they admit nobody."""
    row = await ledger.organise(kind=kind, formation=Formation.FUNCTIONAL)
    assert await ledger.refused(organisation.holding_relations, row.id, "organisationId") == [
        (Code.PARTY_ORGANISATION_HOLDS_NO_RELATIONS, "organisationId")
    ]


async def test_the_registry_is_kept_by_the_regulator_of_the_division(town: Town) -> None:
    """An organisation outside a regulator's division is neither entered nor changed; everybody may read of it."""
    estate = await town.estate()
    row = await public(town, at=STREET, estate_id=estate.id)
    assert row.division_path == STREET
    stranger = await town.regulator("3705")
    elsewhere = organisation.NewPublicOrganisation(
        name="社区党委", kind=K.BASE_COMMITTEE, formation=Formation.SOLE, division_code=STREET
    )
    assert await town.refused(stranger, organisation.propose_public, elsewhere) == [
        (Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    ]
    gone = Decision(state=State.DISSOLVED, decided_on=date(2024, 1, 1), document=DOCUMENT)
    assert await town.refused(stranger, organisation.decide, PublicPartyOrganisation, row.id, row.version, gone) == [
        (Code.NOT_FOUND, "id")
    ]


async def test_where_an_organisation_stands_is_changed(ledger: Ledger) -> None:
    """Under another of the company's or of the registry, one of the two, never under itself or what is below it."""
    upper = await ledger.organise(kind=K.GENERAL_BRANCH)
    lower = await ledger.organise()
    under = {"parent_id": upper.id}
    lower = await ledger.do(organisation.update, PartyOrganisation, lower.id, lower.version, under)
    assert (lower.parent_id, lower.superior_id) == (upper.id, None)
    for above_it in (lower, upper):
        changes = {"parent_id": above_it.id}
        assert await ledger.refused(organisation.update, PartyOrganisation, upper.id, upper.version, changes) == [
            (Code.PARTY_ABOVE_ITSELF, "parentId")
        ]
    both = {"parent_id": upper.id, "superior_id": ledger.committee.id}
    assert await ledger.refused(organisation.update, PartyOrganisation, lower.id, lower.version, both) == [
        (Code.PARTY_ONE_SUPERIOR, "superiorId")
    ]
    back = {"superior_id": ledger.committee.id}
    lower = await ledger.do(organisation.update, PartyOrganisation, lower.id, lower.version, back)
    assert (lower.parent_id, lower.superior_id) == (None, ledger.committee.id)


async def test_what_an_organisation_cannot_be_without(ledger: Ledger) -> None:
    """Null is no answer to yes or no, and a venue is not checked tomorrow."""
    row = await ledger.organise()
    nothing = {"secretary_filled": None, "has_venue": None, "venue_checked_on": date(2190, 1, 1)}
    assert await ledger.refused(organisation.update, PartyOrganisation, row.id, row.version, nothing) == [
        (Code.EMPTY, "secretaryFilled"),
        (Code.EMPTY, "hasVenue"),
        (Code.DATE_IN_FUTURE, "venueCheckedOn"),
    ]


async def test_a_company_cannot_touch_the_registry(ledger: Ledger) -> None:
    """The database refuses a company's write to the registry."""

    async def rename(scope: Scope) -> None:
        await scope.connection.execute("UPDATE public_party_organisation SET name = '我的'")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ledger.do(rename)


async def test_organisations_go_with_a_division_that_is_merged(town: Town) -> None:
    """A company's own and those of the registry: the street that took the other over sees them, the old path shows
    nothing any more.
    """
    street, successor = "370403001", "370402002"
    ledger = await Ledger.begin(town, at=street)
    party_committee = await public(town, at=street, kind=K.BASE_COMMITTEE)

    async def merge(scope: Scope) -> None:
        await division.merge(scope, street, successor, date(2026, 3, 1), "民政厅〔2026〕1号")

    await town.do(Principal("worker"), merge)
    assert (await town.row("party_organisation", ledger.branch.id))["division_path"] == successor
    assert (await town.row("public_party_organisation", party_committee.id))["division_path"] == successor
    async with town.database.reading(await town.regulator(successor)) as connection:
        assert await connection.fetchval("SELECT count(*) FROM party_organisation") == 1


async def test_an_organisation_with_members_does_not_end(ledger: Ledger) -> None:
    """Relations are transferred first."""
    row = await ledger.organise()
    held = await ledger.member(organisation_id=row.id)
    gone = Decision(state=State.MERGED, decided_on=date(2025, 1, 1), document=DOCUMENT)
    assert await ledger.refused(organisation.decide, PartyOrganisation, row.id, row.version, gone) == [
        (Code.PARTY_ORGANISATION_NOT_EMPTY, "id")
    ]
    assert held.organisation_id == row.id


async def test_another_company_s_organisation_is_not_there(town: Town, ledger: Ledger) -> None:
    """I10: as a parent it is as unknown as one that does not exist."""
    other = await Ledger.begin(town, at=OTHER_CITY_STREET)
    assert await ledger.refused(organisation.propose, new(parent_id=other.branch.id)) == [(Code.NOT_FOUND, "parentId")]


async def test_two_decide_at_once(ledger: Ledger) -> None:
    """One decision stands; the other is told that it saw an older version."""
    row = await ledger.do(organisation.propose, new())
    approve = Decision(state=State.APPROVED, decided_on=FOUNDED, document=DOCUMENT)
    answers = await at_once(
        *(ledger.do(organisation.decide, PartyOrganisation, row.id, row.version, approve) for _ in range(2))
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["PartyOrganisation", "list"]
    assert [(Code.CONFLICT, "version")] in answers
