"""What has to hold for a step beyond the steps before it; each guard names its article and what would satisfy it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from tenants.calendar import add_months
from tenants.errors import Code, DomainError
from tenants.party import organisation, publicity
from tenants.party.development.steps import (
    PUBLICITY_DAYS,
    SECRET_BALLOT,
    TITLES,
    Guard,
    RuleVersion,
    StepRule,
)
from tenants.party.development.tables import CaseReview, CaseSupporter, CaseVote, DevelopmentCase, SupporterRole
from tenants.party.membership import MembershipState, MemberType, active_membership
from tenants.scope import Scope

AGE = 18


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

    `born_on` is checked against the age of 18 and not kept. `supporters` are files of full members of the company,
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
        """The error of a guard, with the article of the case's own rules."""
        rules = TITLES[RuleVersion(self.case.rule_version)]
        return DomainError(code, field, article=self.rule.article, rules=rules, **values)


async def _adult(attempt: Attempt) -> None:
    born, on = attempt.facts.born_on, attempt.facts.done_on
    if born is None:
        raise attempt.refused(Code.PARTY_AGE_UNSTATED, "bornOn", age=AGE)
    if (of_age := add_months(born, 12 * AGE)) > on:
        raise attempt.refused(Code.PARTY_TOO_YOUNG, "bornOn", age=AGE, earliest=of_age)


async def _contacts(attempt: Attempt) -> None:
    await _support(attempt, SupporterRole.CONTACT, 1)


async def _introducers(attempt: Attempt) -> None:
    await _support(attempt, SupporterRole.INTRODUCER, 2)


async def _support(attempt: Attempt, role: SupporterRole, fewest: int) -> None:
    """Two full members (a contact may be alone), not the subject, none under a sanction; those before step back."""
    facts, case, scope = attempt.facts, attempt.case, attempt.scope
    files = list(dict.fromkeys(facts.supporters))
    elsewhere = [document.strip() for document in facts.supporters_elsewhere if document.strip()]
    given = len(files) + len(elsewhere)
    if not fewest <= given <= 2:
        wanted = "2" if fewest == 2 else "1–2"
        raise attempt.refused(Code.PARTY_SUPPORTERS_NUMBER, "supporterIds", wanted=wanted, given=given)
    for file_id in files:
        if file_id == case.file_id:
            raise attempt.refused(Code.PARTY_SUPPORTER_IS_SUBJECT, "supporterIds")
        held = await active_membership(scope, file_id)
        if held is None or held.type != MemberType.FULL or held.state == MembershipState.SUSPENDED:
            raise attempt.refused(Code.PARTY_SUPPORTER_NOT_FULL, "supporterIds")
        if held.under_sanction:
            raise attempt.refused(Code.PARTY_SUPPORTER_SANCTIONED, "supporterIds")
    before = await scope.session.scalars(
        select(CaseSupporter).where(
            CaseSupporter.tenant_id == case.tenant_id,  # type: ignore[arg-type]
            CaseSupporter.case_id == case.id,  # type: ignore[arg-type]
            CaseSupporter.role == role,  # type: ignore[arg-type]
            CaseSupporter.ended_on.is_(None),  # type: ignore[union-attr]
        )
    )
    for old in before:
        old.ended_on = facts.done_on
    await scope.session.flush()
    named = [{"file_id": file_id} for file_id in files] + [{"document": document} for document in elsewhere]
    for each in named:
        scope.session.add(
            CaseSupporter(tenant_id=case.tenant_id, case_id=case.id, role=role, since=facts.done_on, **each)
        )
    await scope.session.flush()


async def _reviewed(attempt: Attempt) -> None:
    found = await attempt.scope.session.scalar(
        select(CaseReview.id)  # type: ignore[call-overload]
        .where(CaseReview.tenant_id == attempt.case.tenant_id, CaseReview.case_id == attempt.case.id)
        .limit(1)
    )
    if found is None:
        raise attempt.refused(Code.PARTY_NOT_REVIEWED, "id")


async def _opinions(attempt: Attempt) -> None:
    if not attempt.facts.opinions_heard:
        raise attempt.refused(Code.PARTY_OPINIONS_UNHEARD, "opinionsHeard")


async def _publicised(attempt: Attempt) -> None:
    latest = await publicity.latest(attempt.scope, attempt.case.id)
    if latest is None:
        raise attempt.refused(Code.PARTY_NOT_PUBLICISED, "id", days=PUBLICITY_DAYS)
    if latest.last_day >= attempt.facts.done_on:
        raise attempt.refused(Code.PARTY_PUBLICITY_RUNNING, "doneOn", last_day=latest.last_day)
    if latest.objections > latest.resolved:
        raise attempt.refused(Code.PARTY_OBJECTION_OPEN, "id", objections=latest.objections - latest.resolved)


async def _trained(attempt: Attempt) -> None:
    days, hours = attempt.facts.training_days or 0, attempt.facts.training_hours or 0
    if days < 3 and hours < 24:
        raise attempt.refused(Code.PARTY_TRAINING_SHORT, "trainingDays", days=days, hours=hours)


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
    Guard.MAY_ADMIT: _may_admit,
    Guard.VOTE: _voted,
    Guard.MAY_APPROVE: _may_approve,
}
