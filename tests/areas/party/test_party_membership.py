"""Memberships and transfers: one active a person, a year of probation, relations that change only on acceptance."""

from datetime import date, timedelta

import pytest

from tenants.errors import Code
from tenants.party import membership, organisation, transfer
from tenants.party.development import DevelopmentStep as S
from tenants.party.membership import MembershipState, NewMembership
from tenants.party.transfer import NewTransfer, TransferChannel, TransferDirection, TransferState
from tenants.row import today
from tests.areas.party.ledger import Ledger, public
from tests.areas.party.test_party_development import bring
from tests.areas.town import at_once

YESTERDAY = today() - timedelta(days=1)


def letter(file_id: object, **more: object) -> NewTransfer:
    """An internal transfer by letter, issued yesterday."""
    facts = {
        "direction": TransferDirection.INTERNAL,
        "channel": TransferChannel.LETTER,
        "letter_number": "转字1号",
        "issued_on": YESTERDAY,
        **more,
    }
    return NewTransfer(file_id=file_id, **facts)  # type: ignore[arg-type]


async def test_a_person_has_one_active_membership(ledger: Ledger) -> None:
    """A second one is refused while the first runs, also when both are entered at once."""
    file = await ledger.file()
    new = NewMembership(
        file_id=file.id, organisation_id=ledger.branch.id, admitted_on=date(2020, 1, 1), joined_on=date(2020, 1, 1)
    )
    answers = await at_once(*(ledger.do(membership.enter, new) for _ in range(2)))
    assert [(Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")] in answers
    held = next(answer for answer in answers if not isinstance(answer, list))
    left = {"state": MembershipState.LEFT, "ended_on": date(2022, 1, 1)}
    await ledger.do(membership.update, held.id, held.version, left)
    again = NewMembership(
        file_id=file.id, organisation_id=ledger.branch.id, admitted_on=date(2020, 1, 1), joined_on=date(2023, 1, 1)
    )
    assert (await ledger.do(membership.enter, again)).type == "PROBATIONARY"


async def test_a_year_lies_between_admission_and_conversion(ledger: Ledger) -> None:
    """The day a year later is enough, the day before is not; both the rule and the table say so."""
    file = await ledger.file()
    facts = {"file_id": file.id, "organisation_id": ledger.branch.id, "joined_on": date(2021, 3, 1)}
    early = NewMembership(admitted_on=date(2020, 2, 29), converted_on=date(2021, 2, 27), **facts)  # type: ignore[arg-type]
    assert await ledger.refused(membership.enter, early) == [(Code.PARTY_PROBATION_TOO_SHORT, "convertedOn")]
    right = NewMembership(admitted_on=date(2020, 2, 29), converted_on=date(2021, 2, 28), **facts)  # type: ignore[arg-type]
    assert (await ledger.do(membership.enter, right)).type == "FULL"


async def test_where_a_membership_stands(ledger: Ledger) -> None:
    """Normal, mobile and suspended follow each other; leaving needs its day and is the end."""
    held = await ledger.member()
    held = await ledger.do(membership.update, held.id, held.version, {"state": MembershipState.MOBILE})
    assert await ledger.refused(membership.update, held.id, held.version, {"state": MembershipState.TRANSFERRED}) == [
        (Code.TRANSITION_NOT_ALLOWED, "state")
    ]
    assert await ledger.refused(membership.update, held.id, held.version, {"state": MembershipState.LEFT}) == [
        (Code.EMPTY, "endedOn")
    ]
    left = {"state": MembershipState.LEFT, "ended_on": YESTERDAY}
    held = await ledger.do(membership.update, held.id, held.version, left)
    assert await ledger.refused(membership.update, held.id, held.version, {"under_sanction": True}) == [
        (Code.PARTY_MEMBERSHIP_ENDED, "id")
    ]


async def test_a_second_organisation_is_for_activities(ledger: Ledger) -> None:
    """One of the company's or of the registry, not both and not the one that holds the relation (S3-17)."""
    held = await ledger.member()
    estate_branch = await public(ledger.town)
    held = await ledger.do(membership.update, held.id, held.version, {"activity_public_id": estate_branch.id})
    own = await ledger.organise(kind=organisation.OrganisationKind.FUNCTIONAL_BRANCH)
    held = await ledger.do(membership.update, held.id, held.version, {"activity_organisation_id": own.id})
    assert (held.activity_organisation_id, held.activity_public_id) == (own.id, None)
    assert await ledger.refused(
        membership.update, held.id, held.version, {"activity_organisation_id": ledger.branch.id}
    ) == [(Code.PARTY_ACTIVITY_ELSEWHERE, "activityOrganisationId")]


@pytest.mark.parametrize("kind", [organisation.OrganisationKind.TEMPORARY_BRANCH, organisation.OrganisationKind.GROUP])
async def test_no_relation_in_a_temporary_organisation(ledger: Ledger, kind: organisation.OrganisationKind) -> None:
    """A temporary organisation admits none."""
    temporary = await ledger.organise(kind=kind)
    file = await ledger.file()
    new = NewMembership(
        file_id=file.id, organisation_id=temporary.id, admitted_on=date(2020, 1, 1), joined_on=date(2020, 1, 1)
    )
    assert await ledger.refused(membership.enter, new) == [
        (Code.PARTY_ORGANISATION_HOLDS_NO_RELATIONS, "organisationId")
    ]


async def test_the_relation_changes_on_acceptance(ledger: Ledger) -> None:
    """Issuing moves nobody; accepting does, once, and what was due is done."""
    held = await ledger.member()
    other = await ledger.organise()
    issued = await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id))
    assert issued.state == "ISSUED"
    assert (await ledger.town.row("party_membership", held.id))["organisation_id"] == ledger.branch.id
    assert set(await ledger.dues(issued.id)) == {"TRANSFER"}
    answers = await at_once(*(ledger.do(transfer.accept, issued.id, issued.version, today(), None) for _ in range(2)))
    assert [(Code.CONFLICT, "version")] in answers
    assert (await ledger.town.row("party_membership", held.id))["organisation_id"] == other.id
    assert await ledger.dues(issued.id) == {}


async def test_a_transfer_out_ends_the_membership_here(ledger: Ledger) -> None:
    """And the file's next transfer is an incoming one, with the dates the person brings."""
    held = await ledger.member()
    out = letter(held.file_id, direction=TransferDirection.OUTGOING, other_organisation="某街道党工委")
    issued = await ledger.do(transfer.issue, out)
    await ledger.do(transfer.accept, issued.id, issued.version, today(), None)
    assert (await ledger.town.row("party_membership", held.id))["state"] == "TRANSFERRED"
    back = letter(
        held.file_id,
        direction=TransferDirection.INCOMING,
        channel=TransferChannel.SYSTEM,
        letter_number=None,
        other_organisation="某街道党工委",
        to_organisation_id=ledger.branch.id,
        admitted_on=date(2019, 1, 1),
        converted_on=date(2020, 1, 2),
    )
    issued = await ledger.do(transfer.issue, back)
    await ledger.do(transfer.accept, issued.id, issued.version, today(), today())
    active = await ledger.town.administrator.fetchrow(
        "SELECT type, joined_on FROM party_membership WHERE file_id = $1 AND ended_on IS NULL", held.file_id
    )
    assert active is not None
    assert (active["type"], active["joined_on"]) == ("FULL", today())


async def test_a_letter_expires_and_is_reissued(ledger: Ledger) -> None:
    """Valid for the days of the setting (90): not accepted after that, entered as expired, then issued again."""
    held = await ledger.member()
    other = await ledger.organise()
    old = await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id, issued_on=date(2026, 5, 6)))
    assert old.valid_until == date(2026, 8, 4)
    assert await ledger.refused(transfer.accept, old.id, old.version, date(2026, 8, 5), None) == [
        (Code.PARTY_TRANSFER_EXPIRED, "acceptedOn")
    ]
    expired = TransferState.EXPIRED
    assert await ledger.refused(transfer.give_up, old.id, old.version, expired, date(2026, 8, 4), "未接收") == [
        (Code.PARTY_TRANSFER_VALID, "endedOn")
    ]
    assert await ledger.refused(transfer.reissue, old.id, old.version, YESTERDAY, None) == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]
    old = await ledger.do(transfer.give_up, old.id, old.version, expired, date(2026, 8, 5), "未接收")
    new = await ledger.do(transfer.reissue, old.id, old.version, YESTERDAY, "转字2号")
    assert (new.reissue_of_id, new.letter_number, new.state) == (old.id, "转字2号", "ISSUED")
    assert (await ledger.town.row("party_transfer", old.id))["state"] == "REISSUED"


async def test_a_returned_transfer_moves_nobody(ledger: Ledger) -> None:
    """It needs a reason, and only then may another be issued."""
    held = await ledger.member()
    other = await ledger.organise()
    issued = await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id))
    assert await ledger.refused(transfer.issue, letter(held.file_id, to_organisation_id=other.id)) == [
        (Code.PARTY_TRANSFER_OPEN, "fileId")
    ]
    returned = TransferState.RETURNED
    assert await ledger.refused(transfer.give_up, issued.id, issued.version, returned, today(), " ") == [
        (Code.REASON_REQUIRED, "reason")
    ]
    await ledger.do(transfer.give_up, issued.id, issued.version, returned, today(), "信息有误")
    assert (await ledger.town.row("party_membership", held.id))["organisation_id"] == ledger.branch.id
    await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id))


async def test_a_transfer_is_given_up_as_returned_or_expired_alone(ledger: Ledger) -> None:
    """That it was accepted or issued again is entered where the relation, or the new letter, comes with it."""
    held = await ledger.member()
    other = await ledger.organise()
    issued = await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id))
    for state in (TransferState.ACCEPTED, TransferState.REISSUED, TransferState.LEDGER_ENDED):
        assert await ledger.refused(transfer.give_up, issued.id, issued.version, state, today(), "误填") == [
            (Code.TRANSITION_NOT_ALLOWED, "state")
        ]


async def test_a_case_on_probation_goes_with_the_relation(ledger: Ledger) -> None:
    """Within the company it moves along; out of it, it is over here (article 34)."""
    case = await bring(ledger, S.CONTINUE_EDUCATION)
    other = await ledger.organise()
    issued = await ledger.do(transfer.issue, letter(case.file_id, to_organisation_id=other.id))
    await ledger.do(transfer.accept, issued.id, issued.version, today(), None)
    assert (await ledger.town.row("development_case", case.id))["organisation_id"] == other.id
    out = letter(case.file_id, direction=TransferDirection.OUTGOING, other_organisation="某街道党工委")
    issued = await ledger.do(transfer.issue, out)
    await ledger.do(transfer.accept, issued.id, issued.version, today(), None)
    row = await ledger.town.row("development_case", case.id)
    assert (row["state"], row["ended_on"], await ledger.dues(case.id)) == ("TRANSFERRED", today(), {})


async def test_the_second_organisation_becomes_the_first(ledger: Ledger) -> None:
    """A relation that moves to where the member took part anyway leaves no second organisation behind."""
    held = await ledger.member()
    other = await ledger.organise()
    second = {"activity_organisation_id": other.id}
    held = await ledger.do(membership.update, held.id, held.version, second)
    issued = await ledger.do(transfer.issue, letter(held.file_id, to_organisation_id=other.id))
    await ledger.do(transfer.accept, issued.id, issued.version, today(), None)
    row = await ledger.town.row("party_membership", held.id)
    assert (row["organisation_id"], row["activity_organisation_id"]) == (other.id, None)


async def test_days_of_a_transfer_in_order(ledger: Ledger) -> None:
    """Nobody is transferred before they joined, admitted after they were sent, or sent anew before it expired."""
    held = await ledger.member(joined_on=today())
    other = await ledger.organise()
    assert await ledger.refused(transfer.issue, letter(held.file_id, to_organisation_id=other.id)) == [
        (Code.DATE_OUT_OF_ORDER, "issuedOn")
    ]
    incoming = letter(
        (await ledger.file()).id,
        direction=TransferDirection.INCOMING,
        other_organisation="某社区党委",
        to_organisation_id=ledger.branch.id,
        admitted_on=today(),
    )
    assert await ledger.refused(transfer.issue, incoming) == [(Code.DATE_OUT_OF_ORDER, "issuedOn")]


async def test_what_a_membership_cannot_be_without(ledger: Ledger) -> None:
    """Null is no state and no answer to yes or no."""
    held = await ledger.member()
    nothing = {"state": None, "under_sanction": None}
    assert await ledger.refused(membership.update, held.id, held.version, nothing) == [
        (Code.EMPTY, "state"),
        (Code.EMPTY, "underSanction"),
    ]


async def test_what_a_transfer_needs(ledger: Ledger) -> None:
    """A letter its number, an outgoing one a destination, an incoming one an admission; nobody stays put."""
    held = await ledger.member()
    assert await ledger.refused(
        transfer.issue, letter(held.file_id, to_organisation_id=ledger.branch.id, letter_number=None)
    ) == [(Code.EMPTY, "letterNumber")]
    assert await ledger.refused(transfer.issue, letter(held.file_id, direction=TransferDirection.OUTGOING)) == [
        (Code.EMPTY, "otherOrganisation")
    ]
    assert await ledger.refused(transfer.issue, letter(held.file_id, to_organisation_id=ledger.branch.id)) == [
        (Code.PARTY_TRANSFER_NOWHERE, "toOrganisationId")
    ]
    incoming = letter(
        held.file_id,
        direction=TransferDirection.INCOMING,
        other_organisation="某社区党委",
        to_organisation_id=ledger.branch.id,
    )
    assert await ledger.refused(transfer.issue, incoming) == [(Code.EMPTY, "admittedOn")]
