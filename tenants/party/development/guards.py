"""What has to hold for a step beyond the steps before it; each guard names its article and what would satisfy it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from tenants.calendar import add_months, after_working_days
from tenants.change import change, create
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.party import membership, organisation
from tenants.party.development.steps import (
    PUBLICITY_DAYS,
    REVIEW_MONTHS,
    SECRET_BALLOT,
    TITLES,
    DevelopmentStep,
    Guard,
    RuleVersion,
    StepRule,
)
from tenants.party.development.tables import (
    CasePublicity,
    CaseReview,
    CaseStep,
    CaseSupporter,
    CaseVote,
    DevelopmentCase,
    SupporterRole,
)
from tenants.scope import Scope

AGE = 18

INTRODUCERS = 2

LEAVING_MONTHS = 3
"""Who leaves the unit within so many months is normally not admitted there (article 18)."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """The numbers of a vote: members due to attend with a vote, who came, who gave an opinion in writing before."""

    due: int
    attended: int
    yes: int
    no: int
    secret: bool
    one_at_a_time: bool
    abstained: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is said of a step as it is entered; which of it a step needs, its guards say.

    `born_on` and `leaving_on` are checked and not kept. `supporters` are files of full members of the company,
    `supporters_elsewhere` documents that name full members of other units.
    """

    done_on: date
    document: str | None = None
    late_reason: str | None = None
    born_on: date | None = None
    opinions_heard: bool = False
    supporters: Sequence[UUID] = ()
    supporters_elsewhere: Sequence[str] = ()
    training_days: int | None = None
    training_hours: int | None = None
    leaving_on: date | None = None
    vote: Vote | None = None
    approver_id: UUID | None = None
    approver_public_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step about to be taken."""

    scope: Scope
    case: DevelopmentCase
    rule: StepRule
    facts: Facts

    def refused(self, code: Code, field: str, **values: object) -> DomainError:
        """The error of a guard."""
        return refused(code, field, self.case, self.rule, **values)


def refused(code: Code, field: str, case: DevelopmentCase, rule: StepRule, **values: object) -> DomainError:
    """The error of a step, with its name and article in the rules that the case keeps."""
    rules = TITLES[RuleVersion(case.rule_version)]
    return DomainError(code, field, step=rule.title, article=rule.article, rules=rules, **values)


async def _adult(attempt: Attempt) -> None:
    born, on = attempt.facts.born_on, attempt.facts.done_on
    if born is None:
        raise attempt.refused(Code.PARTY_AGE_UNSTATED, "bornOn", age=AGE)
    if (of_age := add_months(born, 12 * AGE)) > on:
        raise attempt.refused(Code.PARTY_TOO_YOUNG, "bornOn", age=AGE, earliest=of_age)


async def _contacts(attempt: Attempt) -> None:
    await _support(attempt, SupporterRole.CONTACT, 1)


async def _introducers(attempt: Attempt) -> None:
    await _support(attempt, SupporterRole.INTRODUCER, INTRODUCERS)


async def _support(attempt: Attempt, role: SupporterRole, fewest: int) -> None:
    """Two full members (a contact may be alone), not the subject, none under a sanction; those before step back."""
    facts, case, scope = attempt.facts, attempt.case, attempt.scope
    checks = Checks()
    files = list(dict.fromkeys(facts.supporters))
    elsewhere = list(dict.fromkeys(facts.supporters_elsewhere))
    before = await supporters(scope, case, role)
    for old in before:
        checks.not_before("doneOn", facts.done_on, old.since)
    checks.done()
    given = len(files) + len(elsewhere)
    if not fewest <= given <= INTRODUCERS:
        wanted = str(INTRODUCERS) if fewest == INTRODUCERS else f"{fewest}–{INTRODUCERS}"
        raise attempt.refused(Code.PARTY_SUPPORTERS_NUMBER, "supporterIds", wanted=wanted, given=given)
    for file_id in files:
        await _eligible(attempt, file_id, "supporterIds")
    for old in before:
        await change(scope, old, "case_supporter", {"ended_on": facts.done_on}, action="ended")
    named = [{"file_id": file_id} for file_id in files] + [{"document": document} for document in elsewhere]
    for each in named:
        row = CaseSupporter(tenant_id=case.tenant_id, case_id=case.id, role=role, since=facts.done_on, **each)
        await create(scope, row, "case_supporter")


async def _eligible(attempt: Attempt, file_id: UUID, field: str) -> None:
    """Another person, a full member of the company on the day of the step, whose rights no sanction touches."""
    if file_id == attempt.case.file_id:
        raise attempt.refused(Code.PARTY_SUPPORTER_IS_SUBJECT, field)
    held = await membership.full_membership(attempt.scope, file_id, attempt.facts.done_on)
    if held is None:
        raise attempt.refused(Code.PARTY_SUPPORTER_NOT_FULL, field)
    if held.under_sanction:
        raise attempt.refused(Code.PARTY_SUPPORTER_SANCTIONED, field)


async def _introduced(attempt: Attempt) -> None:
    """The introducers, chosen months ago, may have left or been sanctioned since."""
    found = await supporters(attempt.scope, attempt.case, SupporterRole.INTRODUCER)
    if len(found) != INTRODUCERS:
        raise attempt.refused(Code.PARTY_SUPPORTERS_NUMBER, "id", wanted=str(INTRODUCERS), given=len(found))
    for each in found:
        if each.file_id is not None:
            await _eligible(attempt, each.file_id, "id")


async def supporters(scope: Scope, case: DevelopmentCase, role: SupporterRole) -> Sequence[CaseSupporter]:
    """Who supports a case in this role now."""
    found = await scope.session.scalars(
        select(CaseSupporter).where(
            CaseSupporter.tenant_id == case.tenant_id,  # type: ignore[arg-type]
            CaseSupporter.case_id == case.id,  # type: ignore[arg-type]
            CaseSupporter.role == role,  # type: ignore[arg-type]
            CaseSupporter.ended_on.is_(None),  # type: ignore[union-attr]
        )
    )
    return found.all()


async def _reviewed(attempt: Attempt) -> None:
    """A review for every half-year since the branch decided, and one at least; a late one counts."""
    case, on = attempt.case, attempt.facts.done_on
    since = await attempt.scope.session.scalar(
        select(CaseStep.done_on).where(  # type: ignore[call-overload]
            CaseStep.tenant_id == case.tenant_id,
            CaseStep.case_id == case.id,
            CaseStep.step == DevelopmentStep.RECOMMEND,
        )
    )
    given = await attempt.scope.session.scalar(
        select(func.count())
        .select_from(CaseReview)
        .where(
            CaseReview.tenant_id == case.tenant_id,  # type: ignore[arg-type]
            CaseReview.case_id == case.id,  # type: ignore[arg-type]
            CaseReview.reviewed_on <= on,  # type: ignore[arg-type]
        )
    )
    assert since is not None
    wanted = 1
    while add_months(since, (wanted + 1) * REVIEW_MONTHS) <= on:
        wanted += 1
    if (given or 0) < wanted:
        raise attempt.refused(Code.PARTY_NOT_REVIEWED, "id", wanted=wanted, given=given or 0)


async def _opinions(attempt: Attempt) -> None:
    if not attempt.facts.opinions_heard:
        raise attempt.refused(Code.PARTY_OPINIONS_UNHEARD, "opinionsHeard")


async def _publicised(attempt: Attempt) -> None:
    """Shown for its working days as the holiday calendar is known today, over, and every objection decided."""
    shown = await _latest_publicity(attempt.scope, attempt.case)
    if shown is None:
        raise attempt.refused(Code.PARTY_NOT_PUBLICISED, "id", days=PUBLICITY_DAYS)
    earliest = after_working_days(shown.first_day - timedelta(days=1), PUBLICITY_DAYS).on
    if shown.last_day < earliest:
        raise attempt.refused(Code.PARTY_PUBLICITY_TOO_SHORT, "id", days=PUBLICITY_DAYS, earliest=earliest)
    if shown.last_day >= attempt.facts.done_on:
        raise attempt.refused(Code.PARTY_PUBLICITY_RUNNING, "doneOn", last_day=shown.last_day)
    if shown.objections > shown.resolved:
        raise attempt.refused(Code.PARTY_OBJECTION_OPEN, "id", objections=shown.objections - shown.resolved)


async def _latest_publicity(scope: Scope, case: DevelopmentCase) -> CasePublicity | None:
    """The latest publicity of a case, locked, so that no objection comes between looking and deciding."""
    return await scope.session.scalar(
        select(CasePublicity)
        .where(
            CasePublicity.tenant_id == case.tenant_id,  # type: ignore[arg-type]
            CasePublicity.case_id == case.id,  # type: ignore[arg-type]
        )
        .order_by(CasePublicity.first_day.desc(), CasePublicity.id.desc())  # type: ignore[attr-defined]
        .limit(1)
        .with_for_update()
    )


async def _trained(attempt: Attempt) -> None:
    days, hours = attempt.facts.training_days or 0, attempt.facts.training_hours or 0
    if days < 3 and hours < 24:
        raise attempt.refused(Code.PARTY_TRAINING_SHORT, "trainingDays", days=days, hours=hours)


async def _stays(attempt: Attempt) -> None:
    leaving, on = attempt.facts.leaving_on, attempt.facts.done_on
    if leaving is not None and leaving < add_months(on, LEAVING_MONTHS):
        raise attempt.refused(Code.PARTY_LEAVING_SOON, "leavingOn", leaving_on=leaving, months=LEAVING_MONTHS)


async def _may_admit(attempt: Attempt) -> None:
    """A temporary organisation admits nobody (article 22), a functional one and a group hold no relations."""
    await organisation.holding_relations(attempt.scope, attempt.case.organisation_id, "id")


async def _may_approve(attempt: Attempt) -> None:
    approver, may = await organisation.approving(
        attempt.scope, attempt.facts.approver_id, attempt.facts.approver_public_id, "approverId"
    )
    if not may:
        raise attempt.refused(Code.PARTY_MAY_NOT_APPROVE, "approverId", name=approver.name, kind=approver.kind)


async def _voted(attempt: Attempt) -> None:
    vote, case = attempt.facts.vote, attempt.case
    if vote is None:
        raise attempt.refused(Code.PARTY_VOTE_REQUIRED, "vote")
    counts = (vote.due, vote.attended, vote.written, vote.yes, vote.no, vote.abstained)
    cast, votes = vote.attended + vote.written, vote.yes + vote.no + vote.abstained
    if min(counts) < 0 or vote.due == 0 or cast > vote.due or votes != cast:
        raise attempt.refused(Code.PARTY_VOTE_DOES_NOT_ADD_UP, "vote", due=vote.due, cast=cast, votes=votes)
    majority = vote.due // 2 + 1
    if vote.attended < majority:
        raise attempt.refused(Code.PARTY_QUORUM, "vote.attended", attended=vote.attended, needed=majority)
    if not vote.one_at_a_time:
        raise attempt.refused(Code.PARTY_ONE_AT_A_TIME, "vote.oneAtATime")
    if RuleVersion(case.rule_version) in SECRET_BALLOT and not vote.secret:
        raise attempt.refused(Code.PARTY_SECRET_BALLOT, "vote.secret")
    if vote.yes < majority:
        raise attempt.refused(Code.PARTY_VOTE_NOT_CARRIED, "vote.yes", yes=vote.yes, needed=majority, due=vote.due)
    attempt.scope.session.add(
        CaseVote(
            tenant_id=case.tenant_id,
            case_id=case.id,
            step=attempt.rule.step,
            held_on=attempt.facts.done_on,
            due=vote.due,
            attended=vote.attended,
            written=vote.written,
            yes=vote.yes,
            no=vote.no,
            abstained=vote.abstained,
            secret=vote.secret,
            one_at_a_time=vote.one_at_a_time,
        )
    )
    await attempt.scope.session.flush()


GUARDS: Mapping[Guard, Callable[[Attempt], Awaitable[None]]] = {
    Guard.ADULT: _adult,
    Guard.CONTACTS: _contacts,
    Guard.REVIEWED_HALF_YEARLY: _reviewed,
    Guard.OPINIONS_HEARD: _opinions,
    Guard.PUBLICISED: _publicised,
    Guard.INTRODUCERS: _introducers,
    Guard.TRAINED: _trained,
    Guard.STAYS: _stays,
    Guard.INTRODUCED: _introduced,
    Guard.MAY_ADMIT: _may_admit,
    Guard.VOTE: _voted,
    Guard.MAY_APPROVE: _may_approve,
}
