"""Development cases: 25 steps under the rules a case began under, each guard with the case that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tenants.calendar import add_months, after_working_days
from tenants.errors import Code
from tenants.party import development, membership
from tenants.party.development import RULES, CaseState, DevelopmentCase, Facts, NewCase, RuleVersion
from tenants.party.development import DevelopmentStep as S
from tenants.party.development.steps import DevelopmentStage, Guard
from tenants.party.organisation import OrganisationKind
from tenants.row import today
from tests.areas.party.ledger import DOCUMENT, Ledger, public, vote
from tests.areas.town import at_once

BORN = date(1990, 5, 1)

# A case under the 2014 rules whose every step lies in the past.
DAYS = {
    S.TALK: date(2023, 1, 20),
    S.RECOMMEND: date(2023, 2, 15),
    S.RECORD_ACTIVIST: date(2023, 2, 20),
    S.ASSIGN_CONTACTS: date(2023, 2, 22),
    S.CULTIVATE: date(2024, 2, 15),
    S.DECIDE_OBJECT: date(2024, 2, 20),
    S.AGREE_OBJECT: date(2024, 3, 1),
    S.CHOOSE_INTRODUCERS: date(2024, 3, 4),
    S.POLITICAL_REVIEW: date(2024, 3, 20),
    S.TRAIN: date(2024, 4, 10),
    S.COMMITTEE_REVIEW: date(2024, 4, 15),
    S.PRE_REVIEW: date(2024, 4, 22),
    S.FILL_FORM: date(2024, 4, 25),
    S.BRANCH_MEETING: date(2024, 5, 10),
    S.TALK_BEFORE_APPROVAL: date(2024, 5, 20),
    S.APPROVE: date(2024, 6, 20),
    S.RECORD_ADMISSION: date(2024, 6, 25),
    S.PLACE: date(2024, 6, 26),
    S.OATH: date(2024, 7, 1),
    S.CONTINUE_EDUCATION: date(2024, 7, 10),
    S.REQUEST_CONVERSION: date(2025, 5, 10),
    S.CONVERSION_MEETING: date(2025, 5, 20),
    S.APPROVE_CONVERSION: date(2025, 7, 1),
    S.ARCHIVE: date(2025, 7, 10),
}
APPLIED = date(2023, 1, 5)
DAYS_LEFT = {step: day for step, day in DAYS.items() if day > DAYS[S.ASSIGN_CONTACTS]}
STEPS = tuple(DAYS)


async def facts_for(ledger: Ledger, case: DevelopmentCase, step: S) -> dict[str, Any]:
    """What a step needs beyond its day and document."""
    if step == S.ASSIGN_CONTACTS:
        return {"supporters": [(await ledger.member()).file_id]}
    if step == S.CHOOSE_INTRODUCERS:
        return {"supporters": [(await ledger.member()).file_id, (await ledger.member()).file_id]}
    if step == S.DECIDE_OBJECT:
        return {"opinions_heard": True}
    if step == S.TRAIN:
        return {"training_days": 3}
    if step in (S.BRANCH_MEETING, S.CONVERSION_MEETING):
        return {"vote": vote()}
    if step in (S.APPROVE, S.APPROVE_CONVERSION):
        return {"approver_public_id": ledger.committee.id}
    return {}


async def bring(
    ledger: Ledger,
    before: S | None,
    shift: int = 0,
    case: DevelopmentCase | None = None,
    days: dict[S, date] | None = None,
) -> DevelopmentCase:
    """A case that has gone through every step before the one named, all days shifted by so many."""
    later = timedelta(days=shift)
    case = case or await ledger.case(APPLIED + later)
    for step, day in (days or DAYS).items():
        if step == before:
            break
        if step == S.CULTIVATE:
            for reviewed_on in (date(2023, 8, 15), date(2024, 2, 10)):
                case = await ledger.do(development.review, case.id, case.version, reviewed_on + later, DOCUMENT)
        if step == S.AGREE_OBJECT and case.rule_version == RuleVersion.RULES_2026:
            first = DAYS[S.DECIDE_OBJECT] + later + timedelta(days=1)
            last = after_working_days(first, 5).on
            await ledger.publicised(case, first, last)
            day = last + timedelta(days=1) - later
        if shift and step in (S.REQUEST_CONVERSION, S.CONVERSION_MEETING):
            day += timedelta(days=2)  # a leap day may lie between
        case = await ledger.step(case, step, day + later, **await facts_for(ledger, case, step))
    return case


# The table


def test_there_are_25_steps_in_5_stages() -> None:
    """The traditional count; in both versions every step has its article, and only names steps before it."""
    assert len(S) == 25
    for rules in RULES.values():
        order = list(S)
        assert list(rules) == order
        assert [stage for stage in DevelopmentStage if any(rule.stage == stage for rule in rules.values())] == list(
            DevelopmentStage
        )
        for rule in rules.values():
            assert rule.article
            assert all(order.index(each) < order.index(rule.step) for each in rule.after)
            if rule.limit:
                assert order.index(rule.limit.since) < order.index(rule.step)


def test_what_2026_changed() -> None:
    """The object's publicity and the oath's month are new; everything else is alike."""
    old, new = RULES[RuleVersion.RULES_2014], RULES[RuleVersion.RULES_2026]
    assert [step for step in S if old[step] != new[step]] == [S.AGREE_OBJECT, S.OATH]
    assert Guard.PUBLICISED in new[S.AGREE_OBJECT].guards
    assert Guard.PUBLICISED not in old[S.AGREE_OBJECT].guards
    assert old[S.OATH].limit is None


@pytest.mark.parametrize(
    ("day", "version"), [(date(2026, 5, 10), RuleVersion.RULES_2014), (date(2026, 5, 11), RuleVersion.RULES_2026)]
)
async def test_the_application_decides_the_rules(ledger: Ledger, day: date, version: RuleVersion) -> None:
    """A case keeps the rules of the day on which it began."""
    assert (await ledger.case(day)).rule_version == version


# The whole way


async def test_from_application_to_archive(ledger: Ledger) -> None:
    """Every step in order: the states follow, a membership begins and is converted as of the day on which probation was
    over (articles 31 and 33), and nothing stays due.
    """
    case = await bring(ledger, None)
    assert (case.state, case.ended_on) == (CaseState.ARCHIVED, date(2025, 7, 10))
    held = await ledger.town.administrator.fetchrow("SELECT * FROM party_membership WHERE file_id = $1", case.file_id)
    assert held is not None
    assert (held["type"], held["admitted_on"], held["converted_on"]) == ("FULL", date(2024, 5, 10), date(2025, 5, 10))
    assert await ledger.dues(case.id) == {}
    steps = await ledger.town.administrator.fetch("SELECT * FROM case_step WHERE case_id = $1", case.id)
    assert {step["step"] for step in steps} == set(S)
    assert {step["entered_by"] for step in steps} == {ledger.officer.actor_id}
    assert all(step["document"] == DOCUMENT for step in steps)
    votes = await ledger.town.administrator.fetch("SELECT step, yes FROM case_vote WHERE case_id = $1", case.id)
    assert {(row["step"], row["yes"]) for row in votes} == {("BRANCH_MEETING", 6), ("CONVERSION_MEETING", 6)}


async def test_the_same_under_the_2026_rules(ledger: Ledger, it_is: Callable[[date], None]) -> None:
    """With publicity, a secret ballot and the oath's month; beyond the published calendar days are provisional."""
    it_is(date(2029, 1, 2))
    shift = (date(2026, 5, 12) - APPLIED).days
    case = await bring(ledger, None, shift)
    assert (case.rule_version, case.state) == (RuleVersion.RULES_2026, CaseState.ARCHIVED)
    provisional = await ledger.town.administrator.fetchval(
        "SELECT count(*) FROM party_due WHERE subject_id = $1 AND provisional", case.id
    )
    assert provisional > 0


@pytest.mark.parametrize("step", STEPS)
async def test_no_step_before_its_own(ledger: Ledger, step: S) -> None:
    """Each step is refused on a fresh case unless it is the next, and says what comes before."""
    case = await ledger.case(APPLIED)
    if step == S.TALK:
        return
    more = await facts_for(ledger, case, step)
    assert await ledger.step_refused(case, step, DAYS[step], **more) == (Code.PARTY_STEP_OUT_OF_ORDER, "step")


async def test_a_step_is_taken_once(ledger: Ledger) -> None:
    """Again is refused, with the day on which it was done; so is a day before the step that it follows, or tomorrow."""
    case = await bring(ledger, S.RECOMMEND)
    assert await ledger.step_refused(case, S.TALK, DAYS[S.TALK]) == (Code.PARTY_STEP_DONE, "step")
    assert await ledger.step_refused(case, S.RECOMMEND, date(2023, 1, 19)) == (Code.DATE_OUT_OF_ORDER, "doneOn")
    tomorrow = today() + timedelta(days=1)
    assert await ledger.step_refused(case, S.RECOMMEND, tomorrow) == (Code.DATE_IN_FUTURE, "doneOn")
    assert await ledger.step_refused(case, S.RECOMMEND, DAYS[S.RECOMMEND], document=" ") == (
        Code.PARTY_DOCUMENT_REQUIRED,
        "document",
    )


async def test_two_take_the_same_step_at_once(ledger: Ledger) -> None:
    """One succeeds, the other is told that the case has moved on; there is one row."""
    case = await bring(ledger, S.RECOMMEND)
    facts = Facts(done_on=DAYS[S.RECOMMEND], document=DOCUMENT)
    answers = await at_once(
        *(ledger.do(development.take_step, case.id, case.version, S.RECOMMEND, facts) for _ in range(3))
    )
    assert sum(isinstance(answer, DevelopmentCase) for answer in answers) == 1
    assert answers.count([(Code.CONFLICT, "version")]) == 2


# Guards


async def test_an_applicant_is_of_age(ledger: Ledger) -> None:
    """Eighteen on the day of the application; the date of birth is asked for and kept nowhere."""
    file = await ledger.file()

    async def refused(born: date | None) -> Any:
        application = Facts(done_on=date(2024, 3, 1), born_on=born)
        new = NewCase(file_id=file.id, organisation_id=ledger.branch.id, application=application)
        return await ledger.refused(development.start, new)

    assert await refused(None) == [(Code.PARTY_AGE_UNSTATED, "bornOn")]
    assert await refused(date(2006, 3, 2)) == [(Code.PARTY_TOO_YOUNG, "bornOn")]
    application = Facts(done_on=date(2024, 3, 1), born_on=date(2006, 3, 1))
    new = NewCase(file_id=file.id, organisation_id=ledger.branch.id, application=application)
    case = await ledger.do(development.start, new)
    row = await ledger.town.row("development_case", case.id)
    assert date(2006, 3, 1) not in row.values()
    assert await ledger.refused(development.start, new) == [(Code.PARTY_CASE_OPEN, "fileId")]


async def test_a_member_does_not_apply(ledger: Ledger) -> None:
    """Who is a member has no application to make."""
    held = await ledger.member()
    new = NewCase(
        file_id=held.file_id,
        organisation_id=ledger.branch.id,
        application=Facts(done_on=APPLIED, born_on=BORN),
    )
    assert await ledger.refused(development.start, new) == [(Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")]
    past = development.EarlierStep(step=S.TALK, done_on=DAYS[S.TALK], document=DOCUMENT)
    assert await ledger.refused(development.start, replace(new, history=[past])) == [
        (Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")
    ]


async def test_contacts_are_one_or_two_full_members(ledger: Ledger) -> None:
    """None, three, the subject and a probationary member are refused; one of another unit comes with a document."""
    case = await bring(ledger, S.ASSIGN_CONTACTS)
    full = [(await ledger.member()).file_id for _ in range(3)]
    probationary = (await ledger.member(converted_on=None)).file_id
    day = DAYS[S.ASSIGN_CONTACTS]
    for supporters, code in (
        ([], Code.PARTY_SUPPORTERS_NUMBER),
        (full, Code.PARTY_SUPPORTERS_NUMBER),
        ([case.file_id], Code.PARTY_SUPPORTER_IS_SUBJECT),
        ([probationary], Code.PARTY_SUPPORTER_NOT_FULL),
        ([(await ledger.file()).id], Code.PARTY_SUPPORTER_NOT_FULL),
    ):
        found = await ledger.step_refused(case, S.ASSIGN_CONTACTS, day, supporters=supporters)
        assert found == (code, "supporterIds")
    case = await ledger.step(
        case, S.ASSIGN_CONTACTS, day, supporters=full[:1], supporters_elsewhere=["社区党委证明1号"]
    )
    rows = await ledger.town.administrator.fetch("SELECT * FROM case_supporter WHERE case_id = $1", case.id)
    assert {(row["role"], row["file_id"], row["document"]) for row in rows} == {
        ("CONTACT", full[0], None),
        ("CONTACT", None, "社区党委证明1号"),
    }


async def test_a_document_counts_once_and_a_full_member_from_conversion(ledger: Ledger) -> None:
    """Two copies of a document name one introducer, and who was converted later was no full member on that day."""
    case = await bring(ledger, S.CHOOSE_INTRODUCERS)
    day = DAYS[S.CHOOSE_INTRODUCERS]
    twice = ["社区党委证明1号", " 社区党委证明1号"]
    found = await ledger.step_refused(case, S.CHOOSE_INTRODUCERS, day, supporters_elsewhere=twice)
    assert found == (Code.PARTY_SUPPORTERS_NUMBER, "supporterIds")
    later = await ledger.member(converted_on=day + timedelta(days=1))
    good = await ledger.member()
    found = await ledger.step_refused(case, S.CHOOSE_INTRODUCERS, day, supporters=[good.file_id, later.file_id])
    assert found == (Code.PARTY_SUPPORTER_NOT_FULL, "supporterIds")


async def test_contacts_are_changed_when_they_cannot_go_on(ledger: Ledger) -> None:
    """Article 9: others are named from a day on, by the same rule; those before stand in the case with their days."""
    case = await bring(ledger, S.ASSIGN_CONTACTS)
    new = await ledger.member()
    facts = Facts(done_on=date(2023, 6, 1), supporters=[new.file_id])
    contact = development.SupporterRole.CONTACT
    assert await ledger.refused(development.change_supporters, case.id, case.version, contact, facts) == [
        (Code.PARTY_STEP_NOT_DONE, "role")
    ]
    case = await bring(ledger, S.CULTIVATE, case=case, days={S.ASSIGN_CONTACTS: DAYS[S.ASSIGN_CONTACTS], **DAYS_LEFT})
    subject = Facts(done_on=date(2023, 6, 1), supporters=[case.file_id])
    assert await ledger.refused(development.change_supporters, case.id, case.version, contact, subject) == [
        (Code.PARTY_SUPPORTER_IS_SUBJECT, "supporterIds")
    ]
    before = Facts(done_on=date(2023, 2, 1), supporters=[new.file_id])
    assert await ledger.refused(development.change_supporters, case.id, case.version, contact, before) == [
        (Code.DATE_OUT_OF_ORDER, "doneOn")
    ]
    case = await ledger.do(development.change_supporters, case.id, case.version, contact, facts)
    rows = await ledger.town.administrator.fetch(
        "SELECT file_id, ended_on FROM case_supporter WHERE case_id = $1 ORDER BY since", case.id
    )
    assert [row["ended_on"] for row in rows] == [date(2023, 6, 1), None]
    assert rows[1]["file_id"] == new.file_id


async def test_introducers_are_still_eligible_at_the_pre_review(ledger: Ledger) -> None:
    """One who has left since or is under a sanction is replaced before the committee looks (articles 14 and 18)."""
    case = await bring(ledger, S.PRE_REVIEW)
    first = await ledger.town.administrator.fetchval(
        "SELECT file_id FROM case_supporter WHERE case_id = $1 AND role = 'INTRODUCER' LIMIT 1", case.id
    )
    held = await ledger.town.administrator.fetchrow("SELECT * FROM party_membership WHERE file_id = $1", first)
    assert held is not None
    left = {"state": membership.MembershipState.LEFT, "ended_on": date(2024, 4, 20)}
    await ledger.do(membership.update, held["id"], held["version"], left)
    day = DAYS[S.PRE_REVIEW]
    assert await ledger.step_refused(case, S.PRE_REVIEW, day) == (Code.PARTY_SUPPORTER_NOT_FULL, "id")
    others = [(await ledger.member()).file_id for _ in range(2)]
    facts = Facts(done_on=date(2024, 4, 21), supporters=others)
    introducer = development.SupporterRole.INTRODUCER
    case = await ledger.do(development.change_supporters, case.id, case.version, introducer, facts)
    assert (await ledger.step(case, S.PRE_REVIEW, day)).state == CaseState.PRE_REVIEWED


async def test_who_leaves_soon_is_not_admitted_here(ledger: Ledger) -> None:
    """Within three months (article 18): refused, with what can be done; three months to the day are enough."""
    case = await bring(ledger, S.COMMITTEE_REVIEW)
    day = DAYS[S.COMMITTEE_REVIEW]
    found = await ledger.step_refused(case, S.COMMITTEE_REVIEW, day, leaving_on=date(2024, 7, 14))
    assert found == (Code.PARTY_LEAVING_SOON, "leavingOn")
    await ledger.step(case, S.COMMITTEE_REVIEW, day, leaving_on=date(2024, 7, 15))


async def test_introducers_are_two_full_members_in_good_standing(ledger: Ledger) -> None:
    """One, the subject, a probationary member and one under a sanction are refused (article 14)."""
    case = await bring(ledger, S.CHOOSE_INTRODUCERS)
    good, bad = await ledger.member(), await ledger.member()
    await ledger.do(membership.update, bad.id, bad.version, {"under_sanction": True})
    day = DAYS[S.CHOOSE_INTRODUCERS]
    for supporters, code in (
        ([good.file_id], Code.PARTY_SUPPORTERS_NUMBER),
        ([good.file_id, good.file_id], Code.PARTY_SUPPORTERS_NUMBER),
        ([good.file_id, case.file_id], Code.PARTY_SUPPORTER_IS_SUBJECT),
        ([good.file_id, bad.file_id], Code.PARTY_SUPPORTER_SANCTIONED),
        ([good.file_id, (await ledger.member(converted_on=None)).file_id], Code.PARTY_SUPPORTER_NOT_FULL),
    ):
        found = await ledger.step_refused(case, S.CHOOSE_INTRODUCERS, day, supporters=supporters)
        assert found == (code, "supporterIds")


async def test_an_activist_is_reviewed_and_waits_twelve_months(ledger: Ledger) -> None:
    """A review for each half-year, or no end of cultivation. Eleven months and thirty days: too early, by the month's
    corresponding day.
    """
    case = await bring(ledger, S.CULTIVATE)
    assert await ledger.step_refused(case, S.CULTIVATE, DAYS[S.CULTIVATE]) == (Code.PARTY_NOT_REVIEWED, "id")
    assert await ledger.dues(case.id) == {"CULTIVATION_REVIEW": date(2023, 8, 15)}
    case = await ledger.do(development.review, case.id, case.version, date(2023, 8, 10), DOCUMENT)
    assert (await ledger.dues(case.id))["CULTIVATION_REVIEW"] == date(2024, 2, 18)  # the 10th is a new year's holiday
    assert await ledger.step_refused(case, S.CULTIVATE, date(2024, 2, 15)) == (Code.PARTY_NOT_REVIEWED, "id")
    case = await ledger.step(case, S.CULTIVATE, date(2024, 2, 10))
    early = {"opinions_heard": True}
    assert await ledger.step_refused(case, S.DECIDE_OBJECT, date(2024, 2, 14), **early) == (
        Code.PARTY_STEP_TOO_EARLY,
        "doneOn",
    )
    assert await ledger.step_refused(case, S.DECIDE_OBJECT, date(2024, 2, 15)) == (
        Code.PARTY_OPINIONS_UNHEARD,
        "opinionsHeard",
    )
    case = await ledger.step(case, S.DECIDE_OBJECT, date(2024, 2, 15), **early)


async def test_reviews_are_of_activists(ledger: Ledger) -> None:
    """Before the branch has recommended there is nobody to review."""
    case = await ledger.case(APPLIED)
    assert await ledger.refused(development.review, case.id, case.version, date(2023, 6, 1), DOCUMENT) == [
        (Code.PARTY_NOT_AN_ACTIVIST, "id")
    ]


async def test_publicity_of_five_working_days(ledger: Ledger, it_is: Callable[[date], None]) -> None:
    """Too short, still running, or with an open objection: the agreement waits (2026, article 13)."""
    it_is(date(2029, 1, 2))
    shift = (date(2026, 5, 12) - APPLIED).days
    case = await bring(ledger, S.AGREE_OBJECT, shift)
    day = DAYS[S.DECIDE_OBJECT] + timedelta(days=shift + 20)
    assert await ledger.step_refused(case, S.AGREE_OBJECT, day) == (Code.PARTY_NOT_PUBLICISED, "id")
    first = DAYS[S.DECIDE_OBJECT] + timedelta(days=shift + 1)
    last = after_working_days(first - timedelta(days=1), 5).on
    new: dict[str, Any] = {
        "case_id": case.id,
        "case_version": case.version,
        "first_day": first,
        "last_day": last - timedelta(days=1),
        "place": "公司公示栏",
    }
    unagreed = development.NewPublicity(**new)
    assert await ledger.refused(development.publicise, unagreed) == [(Code.PARTY_AGREEMENT_UNDATED, "agreedOn")]
    early = development.NewPublicity(**new, agreed_on=first - timedelta(days=2))
    assert await ledger.refused(development.publicise, early) == [(Code.DATE_OUT_OF_ORDER, "agreedOn")]
    short = development.NewPublicity(**new, agreed_on=first)
    assert await ledger.refused(development.publicise, short) == [(Code.PARTY_PUBLICITY_TOO_SHORT, "lastDay")]
    shown = await ledger.publicised(case, first, last)
    assert await ledger.step_refused(case, S.AGREE_OBJECT, last) == (Code.PARTY_PUBLICITY_RUNNING, "doneOn")
    shown = await ledger.do(development.object_to, shown.id, shown.version)
    assert await ledger.step_refused(case, S.AGREE_OBJECT, day) == (Code.PARTY_OBJECTION_OPEN, "id")
    shown = await ledger.do(development.resolve, shown.id, shown.version)
    assert await ledger.refused(development.resolve, shown.id, shown.version) == [(Code.PARTY_NO_OBJECTION, "id")]
    case = await ledger.step(case, S.AGREE_OBJECT, day)
    assert case.state == CaseState.DEVELOPMENT_OBJECT
    again = development.NewPublicity(**{**new, "case_version": case.version, "last_day": last}, agreed_on=first)
    assert await ledger.refused(development.publicise, again) == [(Code.PARTY_STEP_DONE, "caseId")]
    case = await ledger.do(development.stop, case.id, case.version, CaseState.WITHDRAWN, today(), DOCUMENT, "本人申请")
    shown = await ledger.publicity(shown.id)
    assert await ledger.refused(development.object_to, shown.id, shown.version) == [(Code.PARTY_CASE_NOT_RUNNING, "id")]


async def test_a_publicity_comes_after_the_branch_has_decided(ledger: Ledger) -> None:
    """Nobody is made public who is not about to be a development object (article 13)."""
    case = await bring(ledger, S.DECIDE_OBJECT)
    new = development.NewPublicity(
        case_id=case.id,
        case_version=case.version,
        agreed_on=date(2024, 3, 1),
        first_day=date(2024, 3, 4),
        last_day=date(2024, 3, 8),
        place="公司公示栏",
    )
    assert await ledger.refused(development.publicise, new) == [(Code.PARTY_STEP_OUT_OF_ORDER, "caseId")]


async def test_a_provisional_publicity_is_counted_anew(ledger: Ledger, it_is: Callable[[date], None]) -> None:
    """What was five working days by a calendar without holidays is too short once they are published."""
    it_is(date(2029, 1, 2))
    shift = (date(2026, 5, 12) - APPLIED).days
    case = await bring(ledger, S.AGREE_OBJECT, shift)
    first = DAYS[S.DECIDE_OBJECT] + timedelta(days=shift + 1)
    last = after_working_days(first - timedelta(days=1), 5).on
    shown = await ledger.publicised(case, first, last)
    assert shown.provisional
    await ledger.town.administrator.execute(
        "UPDATE case_publicity SET last_day = last_day - 1 WHERE id = $1", shown.id
    )  # as a holiday among its days would count
    found = await ledger.step_refused(case, S.AGREE_OBJECT, last + timedelta(days=9))
    assert found == (Code.PARTY_PUBLICITY_TOO_SHORT, "id")


async def test_working_days_skip_holidays_and_count_make_up_saturdays(ledger: Ledger) -> None:
    """From 28 September 2024 (a Saturday off): 29 September is worked, 1 to 7 October are not, 12 October is."""
    case = await bring(ledger, S.AGREE_OBJECT)
    new = {"case_id": case.id, "case_version": case.version, "place": "公司公示栏"}
    short = development.NewPublicity(first_day=date(2024, 9, 28), last_day=date(2024, 10, 9), **new)  # type: ignore[arg-type]
    assert await ledger.refused(development.publicise, short) == [(Code.PARTY_PUBLICITY_TOO_SHORT, "lastDay")]
    shown = await ledger.publicised(case, date(2024, 9, 28), date(2024, 10, 10))
    assert not shown.provisional


async def test_mobile_people_are_publicised_at_both_places(ledger: Ledger) -> None:
    """One place alone is refused."""
    case = await bring(ledger, S.AGREE_OBJECT, case=await ledger.case(APPLIED, mobile=True))
    new = {
        "case_id": case.id,
        "case_version": case.version,
        "first_day": date(2024, 3, 4),
        "last_day": date(2024, 3, 8),
    }
    one = development.NewPublicity(place="公司", **new)  # type: ignore[arg-type]
    assert await ledger.refused(development.publicise, one) == [(Code.PARTY_SECOND_PLACE, "secondPlace")]
    await ledger.publicised(case, date(2024, 3, 4), date(2024, 3, 8), second_place="居住地社区")


async def test_training_of_three_days_or_24_hours(ledger: Ledger) -> None:
    """Two days and 23 hours are neither; 24 hours will do."""
    case = await bring(ledger, S.TRAIN)
    day = DAYS[S.TRAIN]
    assert await ledger.step_refused(case, S.TRAIN, day, training_days=2, training_hours=23) == (
        Code.PARTY_TRAINING_SHORT,
        "trainingDays",
    )
    assert (await ledger.step(case, S.TRAIN, day, training_hours=24)).state == CaseState.TRAINED


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        (None, (Code.PARTY_VOTE_REQUIRED, "vote")),
        (vote(no=2), (Code.PARTY_VOTE_DOES_NOT_ADD_UP, "vote")),
        (vote(attended=8, written=2, yes=8), (Code.PARTY_VOTE_DOES_NOT_ADD_UP, "vote")),
        (vote(attended=7, yes=8, no=-1), (Code.PARTY_VOTE_DOES_NOT_ADD_UP, "vote")),
        (vote(due=0, attended=0, yes=0), (Code.PARTY_VOTE_DOES_NOT_ADD_UP, "vote")),
        (vote(due=10, attended=5, written=5, yes=10), (Code.PARTY_QUORUM, "vote.attended")),
        (vote(one_at_a_time=False), (Code.PARTY_ONE_AT_A_TIME, "vote.oneAtATime")),
        (vote(due=10, attended=9, yes=5), (Code.PARTY_VOTE_NOT_CARRIED, "vote.yes")),
    ],
)
async def test_votes_that_do_not_carry(ledger: Ledger, numbers: Any, problem: tuple[Code, str]) -> None:
    """More than half of those due come, more than half of those due agree, each alone, and the numbers add up."""
    case = await bring(ledger, S.BRANCH_MEETING)
    assert await ledger.step_refused(case, S.BRANCH_MEETING, DAYS[S.BRANCH_MEETING], vote=numbers) == problem
    carried = vote(due=10, attended=6, written=2, yes=6, no=2)
    assert (await ledger.step(case, S.BRANCH_MEETING, DAYS[S.BRANCH_MEETING], vote=carried)).state == (
        CaseState.BRANCH_APPROVED
    )


async def test_the_ballot_is_secret_since_2026(ledger: Ledger, it_is: Callable[[date], None]) -> None:
    """An open vote is enough under the 2014 text and refused under that of 2026 (article 20)."""
    old = await bring(ledger, S.BRANCH_MEETING)
    await ledger.step(old, S.BRANCH_MEETING, DAYS[S.BRANCH_MEETING], vote=vote(secret=False))
    it_is(date(2029, 1, 2))
    shift = (date(2026, 5, 12) - APPLIED).days
    new = await bring(ledger, S.BRANCH_MEETING, shift)
    day = DAYS[S.BRANCH_MEETING] + timedelta(days=shift)
    assert await ledger.step_refused(new, S.BRANCH_MEETING, day, vote=vote(secret=False)) == (
        Code.PARTY_SECRET_BALLOT,
        "vote.secret",
    )


async def test_a_temporary_organisation_admits_nobody(ledger: Ledger) -> None:
    """Nor is anybody voted on there (article 22)."""
    temporary = await ledger.organise(kind=OrganisationKind.TEMPORARY_BRANCH)
    case = await ledger.case(APPLIED, organisation_id=temporary.id)
    case = await bring(ledger, S.BRANCH_MEETING, case=case)
    assert await ledger.step_refused(case, S.BRANCH_MEETING, DAYS[S.BRANCH_MEETING], vote=vote()) == (
        Code.PARTY_ORGANISATION_HOLDS_NO_RELATIONS,
        "id",
    )


async def test_only_a_committee_approves(ledger: Ledger) -> None:
    """A general branch does not; the refusal names article 22."""
    case = await bring(ledger, S.APPROVE)
    general = await public(ledger.town, kind=OrganisationKind.GENERAL_BRANCH)
    for approver, code in ((general.id, Code.PARTY_MAY_NOT_APPROVE), (None, Code.PARTY_APPROVER_REQUIRED)):
        found = await ledger.step_refused(case, S.APPROVE, DAYS[S.APPROVE], approver_public_id=approver)
        assert found == (code, "approverId")


# Time


async def test_a_late_meeting_needs_a_reason(ledger: Ledger) -> None:
    """One month after the pre-review (article 19): the corresponding day is in time, the next needs a stated reason."""
    case = await bring(ledger, S.BRANCH_MEETING)
    assert (await ledger.dues(case.id))["BRANCH_MEETING"] == date(2024, 5, 22)
    late = date(2024, 5, 23)
    assert await ledger.step_refused(case, S.BRANCH_MEETING, late, vote=vote()) == (
        Code.PARTY_DEADLINE_MISSED,
        "lateReason",
    )
    case = await ledger.step(case, S.BRANCH_MEETING, late, vote=vote(), late_reason="书记住院，会议顺延")
    assert case.state == CaseState.BRANCH_APPROVED


async def test_approval_within_three_months_and_never_after_six(ledger: Ledger) -> None:
    """Three months; with special reasons six; then not at all (article 25)."""
    case = await bring(ledger, S.APPROVE)
    approve = {"approver_public_id": ledger.committee.id}
    assert await ledger.step_refused(case, S.APPROVE, date(2024, 8, 13), **approve) == (
        Code.PARTY_DEADLINE_MISSED,
        "lateReason",
    )
    assert await ledger.step_refused(case, S.APPROVE, date(2024, 11, 12), late_reason="特殊情况", **approve) == (
        Code.PARTY_DEADLINE_FINAL,
        "doneOn",
    )
    # Six months end on Sunday 10 November, so they end on Monday (Civil Code, article 203).
    case = await ledger.step(case, S.APPROVE, date(2024, 11, 11), late_reason="特殊情况", **approve)
    assert case.state == CaseState.PROBATIONARY


async def test_a_late_talk_is_flagged_and_not_refused(ledger: Ledger) -> None:
    """The month after the application (article 7) is computed and listed; a late talk is still a talk."""
    case = await ledger.case(APPLIED)
    assert await ledger.dues(case.id) == {"TALK": date(2023, 2, 6)}
    case = await ledger.step(case, S.TALK, date(2023, 4, 1))
    assert (case.state, await ledger.dues(case.id)) == (CaseState.TALKED, {})


async def test_probation_lasts_a_year(ledger: Ledger) -> None:
    """The request comes on the corresponding day, not before; the due date is that day."""
    case = await bring(ledger, S.REQUEST_CONVERSION)
    assert (await ledger.dues(case.id))["CONVERSION"] == date(2025, 5, 12)  # the 10th is a Saturday
    assert await ledger.step_refused(case, S.REQUEST_CONVERSION, date(2025, 5, 9)) == (
        Code.PARTY_STEP_TOO_EARLY,
        "doneOn",
    )


async def test_probation_is_extended_once_by_six_to_twelve_months(ledger: Ledger) -> None:
    """Five and thirteen months, and a second time, are refused; the request is to be made again after it."""
    case = await bring(ledger, S.APPROVE_CONVERSION)
    decided = date(2025, 5, 21)
    for months in (5, 13):
        assert await ledger.refused(development.extend, case.id, case.version, months, decided, DOCUMENT) == [
            (Code.PARTY_EXTENSION_MONTHS, "months")
        ]
    case = await ledger.do(development.extend, case.id, case.version, 6, decided, DOCUMENT)
    assert (case.state, case.extended_until) == (CaseState.PROBATIONARY, date(2025, 11, 10))
    assert await ledger.refused(development.extend, case.id, case.version, 6, decided, DOCUMENT) == [
        (Code.PARTY_EXTENDED_ALREADY, "months")
    ]
    assert await ledger.step_refused(case, S.REQUEST_CONVERSION, date(2025, 11, 9)) == (
        Code.PARTY_STEP_TOO_EARLY,
        "doneOn",
    )
    case = await ledger.step(case, S.REQUEST_CONVERSION, date(2025, 11, 10))
    case = await ledger.step(case, S.CONVERSION_MEETING, date(2025, 11, 12), vote=vote())
    case = await ledger.step(case, S.APPROVE_CONVERSION, date(2025, 12, 1), approver_public_id=ledger.committee.id)
    assert case.state == CaseState.FULL
    held = await ledger.town.administrator.fetchrow("SELECT * FROM party_membership WHERE file_id = $1", case.file_id)
    assert held is not None
    assert (held["converted_on"], case.extended_on) == (date(2025, 11, 10), decided)
    early = await bring(ledger, S.RECOMMEND)
    assert await ledger.refused(development.extend, early.id, early.version, 6, decided, DOCUMENT) == [
        (Code.PARTY_NOT_ON_PROBATION, "id")
    ]


# Ways out


async def test_moving_away_and_resuming(ledger: Ledger) -> None:
    """A suspended case waits where it stood, owes nothing meanwhile, and its months go on counting (article 12)."""
    case = await bring(ledger, S.CULTIVATE)
    moved = date(2023, 6, 1)
    case = await ledger.do(
        development.stop, case.id, case.version, CaseState.SUSPENDED, moved, DOCUMENT, "调往外地项目"
    )
    assert await ledger.dues(case.id) == {}
    (problem,) = await ledger.refused(development.review, case.id, case.version, date(2023, 8, 1), DOCUMENT)
    assert problem == (Code.PARTY_CASE_NOT_RUNNING, "id")
    other = await ledger.organise()
    case = await ledger.do(development.resume, case.id, case.version, date(2023, 12, 1), other.id)
    assert (case.state, case.organisation_id) == (CaseState.ACTIVIST, other.id)
    assert set(await ledger.dues(case.id)) == {"CULTIVATION_REVIEW"}
    for reviewed_on in (date(2023, 12, 5), date(2024, 2, 12)):
        case = await ledger.do(development.review, case.id, case.version, reviewed_on, DOCUMENT)
    case = await ledger.step(case, S.CULTIVATE, date(2024, 2, 15))
    case = await ledger.step(case, S.DECIDE_OBJECT, date(2024, 2, 15), opinions_heard=True)
    assert await ledger.refused(development.resume, case.id, case.version, today(), None) == [
        (Code.PARTY_CASE_NOT_SUSPENDED, "id")
    ]


@pytest.mark.parametrize("state", [CaseState.WITHDRAWN, CaseState.REJECTED])
async def test_withdrawn_or_rejected(ledger: Ledger, state: CaseState) -> None:
    """It is over with a reason and a document, nothing is due, and a new case may begin."""
    case = await bring(ledger, S.CULTIVATE)
    assert await ledger.refused(development.stop, case.id, case.version, state, today(), DOCUMENT, "") == [
        (Code.REASON_REQUIRED, "reason")
    ]
    assert await ledger.refused(
        development.stop, case.id, case.version, CaseState.CANCELLED, today(), DOCUMENT, "理由"
    ) == [(Code.TRANSITION_NOT_ALLOWED, "state")]
    case = await ledger.do(development.stop, case.id, case.version, state, today(), DOCUMENT, "本人申请")
    assert (case.state, await ledger.dues(case.id)) == (state, {})
    assert await ledger.step_refused(case, S.CULTIVATE, DAYS[S.CULTIVATE]) == (Code.PARTY_CASE_NOT_RUNNING, "id")
    await ledger.case(date(2026, 1, 5), file_id=case.file_id)


async def test_a_case_that_went_elsewhere(ledger: Ledger) -> None:
    """Its papers went to another unit (articles 12 and 34): nothing is due here, and it is over without a judgement."""
    case = await bring(ledger, S.CULTIVATE)
    case = await ledger.do(development.stop, case.id, case.version, CaseState.SUSPENDED, today(), DOCUMENT, "外调")
    handed_over = CaseState.TRANSFERRED
    case = await ledger.do(development.stop, case.id, case.version, handed_over, today(), DOCUMENT, "材料转出")
    assert (case.state, case.state_before, await ledger.dues(case.id)) == (CaseState.TRANSFERRED, None, {})


async def test_days_that_cannot_be_are_named_as_they_were_given(ledger: Ledger) -> None:
    """The field of the problem is the field of the input."""
    case = await bring(ledger, S.CULTIVATE)
    tomorrow = today() + timedelta(days=1)
    assert await ledger.refused(
        development.stop, case.id, case.version, CaseState.WITHDRAWN, tomorrow, DOCUMENT, "本人申请"
    ) == [(Code.DATE_IN_FUTURE, "stoppedOn")]
    case = await ledger.do(
        development.stop, case.id, case.version, CaseState.SUSPENDED, today(), DOCUMENT, "调往外地项目"
    )
    assert await ledger.refused(development.resume, case.id, case.version, tomorrow, None) == [
        (Code.DATE_IN_FUTURE, "resumedOn")
    ]


async def test_a_cancelled_probation_ends_the_membership(ledger: Ledger) -> None:
    """Probation is cancelled, not withdrawn; the person is no member any more."""
    case = await bring(ledger, S.REQUEST_CONVERSION)
    assert await ledger.refused(
        development.stop, case.id, case.version, CaseState.WITHDRAWN, today(), DOCUMENT, "理由"
    ) == [(Code.TRANSITION_NOT_ALLOWED, "state")]
    case = await ledger.do(
        development.stop, case.id, case.version, CaseState.CANCELLED, today(), DOCUMENT, "不履行义务"
    )
    held = await ledger.town.administrator.fetchrow("SELECT * FROM party_membership WHERE file_id = $1", case.file_id)
    assert held is not None
    assert (held["state"], held["ended_on"]) == ("CANCELLED", today())


# A case that was running before


async def test_a_running_case_is_carried_over(ledger: Ledger) -> None:
    """Its steps come with their documents, in order, and its next ones go by the rules it began under."""
    file = await ledger.file()
    steps = [S.TALK, S.RECOMMEND, S.RECORD_ACTIVIST]
    history = [development.EarlierStep(step=step, done_on=DAYS[step], document=DOCUMENT) for step in steps]
    new = {"file_id": file.id, "organisation_id": ledger.branch.id}
    application = Facts(done_on=APPLIED, born_on=BORN, document=DOCUMENT)
    unordered = NewCase(application=application, history=history[::-1], **new)  # type: ignore[arg-type]
    assert await ledger.refused(development.start, unordered) == [(Code.PARTY_STEP_OUT_OF_ORDER, "history.0.step")]
    case = await ledger.do(
        development.start,
        NewCase(application=application, history=history, **new),  # type: ignore[arg-type]
    )
    assert (case.state, case.rule_version) == (CaseState.ACTIVIST, RuleVersion.RULES_2014)
    assert (await ledger.dues(case.id))["CULTIVATION_REVIEW"] == date(2023, 8, 15)
    case = await bring(ledger, None, case=case, days={s: d for s, d in DAYS.items() if s not in steps})
    assert case.state == CaseState.ARCHIVED


async def test_introducers_of_a_case_that_was_carried_over_are_named_here(ledger: Ledger) -> None:
    """Its documents say that they were chosen; before the pre-review the ledger wants to know whom."""
    file = await ledger.file()
    past = [step for step in STEPS if step != S.TALK and DAYS[step] <= DAYS[S.COMMITTEE_REVIEW]]
    history = [development.EarlierStep(step=step, done_on=DAYS[step], document=DOCUMENT) for step in (S.TALK, *past)]
    application = Facts(done_on=APPLIED, born_on=BORN, document=DOCUMENT)
    new = NewCase(file_id=file.id, organisation_id=ledger.branch.id, application=application, history=history)
    case = await ledger.do(development.start, new)
    day = DAYS[S.PRE_REVIEW]
    assert await ledger.step_refused(case, S.PRE_REVIEW, day) == (Code.PARTY_SUPPORTERS_NUMBER, "id")
    facts = Facts(done_on=day, supporters=[(await ledger.member()).file_id], supporters_elsewhere=["社区党委证明2号"])
    introducer = development.SupporterRole.INTRODUCER
    case = await ledger.do(development.change_supporters, case.id, case.version, introducer, facts)
    assert (await ledger.step(case, S.PRE_REVIEW, day)).state == CaseState.PRE_REVIEWED


def test_months_are_those_of_the_civil_code() -> None:
    """The corresponding day, or the month's last where there is none."""
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
