"""How a development case moves: one step at a time by the table of its own rules, every step entered by a person.

What is due is worked out when a period begins. A step out of order, a guard that is not met, a wait that is not over
and a firm limit that has passed are refused, each with its article and what would satisfy it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tenants.calendar import add_months, after_months
from tenants.change import change, create, find, find_at, transition
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.party import due, membership, organisation
from tenants.party.development.guards import GUARDS, Attempt, Facts, refused
from tenants.party.development.steps import (
    EXTENSION,
    REVIEW_MONTHS,
    RULES,
    CaseState,
    DevelopmentStep,
    Guard,
    RuleVersion,
    StepRule,
    version_on,
)
from tenants.party.development.tables import CaseReview, CaseStep, DevelopmentCase, SupporterRole
from tenants.party.due import DueKind
from tenants.party.membership import MembershipState, MemberType, NewMembership, active_membership
from tenants.party.organisation import PartyOrganisation
from tenants.party.privacy import ConsentPurpose, usable
from tenants.row import new_id, today
from tenants.scope import Scope

S = DevelopmentStep
Done = dict[DevelopmentStep, CaseStep]

_BEFORE_ADMISSION = (
    CaseState.APPLIED,
    CaseState.TALKED,
    CaseState.ACTIVIST,
    CaseState.DEVELOPMENT_OBJECT,
    CaseState.REVIEWED,
    CaseState.TRAINED,
    CaseState.PRE_REVIEWED,
    CaseState.BRANCH_APPROVED,
)
_ON_PROBATION = (CaseState.PROBATIONARY, CaseState.CONVERSION_REQUESTED, CaseState.CONVERSION_BRANCH)

WAYS_OUT: Mapping[CaseState, tuple[CaseState, ...]] = {
    **dict.fromkeys(
        _BEFORE_ADMISSION, (CaseState.WITHDRAWN, CaseState.REJECTED, CaseState.SUSPENDED, CaseState.TRANSFERRED)
    ),
    **dict.fromkeys(_ON_PROBATION, (CaseState.CANCELLED, CaseState.SUSPENDED, CaseState.TRANSFERRED)),
    CaseState.FULL: (CaseState.TRANSFERRED,),
}
"""How a case stops or waits, beside its steps. A suspended one ends as it could have ended before, or is resumed; one
whose papers went to another unit goes on there (articles 12 and 34).
"""

_CHOSEN = {SupporterRole.CONTACT: S.ASSIGN_CONTACTS, SupporterRole.INTRODUCER: S.CHOOSE_INTRODUCERS}


@dataclass(frozen=True, kw_only=True)
class EarlierStep:
    """A step taken before the case came into this ledger, as its document says."""

    step: DevelopmentStep
    done_on: date
    document: str


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """An application; `history` holds the steps that a running case has behind it."""

    file_id: UUID
    organisation_id: UUID
    application: Facts
    mobile: bool = False
    history: Sequence[EarlierStep] = ()
    id: UUID | None = None


async def start(scope: Scope, new: NewCase) -> DevelopmentCase:
    """Begin a case with the application; the day of it decides which rules the case keeps."""
    checks = Checks()
    applied_on = new.application.done_on
    document = checks.optional_text("document", new.application.document, limit=200)
    checks.day("appliedOn", applied_on, latest=today())
    checks.day("bornOn", new.application.born_on)
    checks.done()
    application = replace(new.application, document=document)
    await usable(scope, new.file_id, ConsentPurpose.DEVELOPMENT, "fileId")
    branch = await organisation.working(scope, PartyOrganisation, new.organisation_id, "organisationId")
    held = await active_membership(scope, new.file_id)
    admitted = any(earlier.step == S.APPROVE for earlier in new.history)
    if held is not None and not (admitted and held.type == MemberType.PROBATIONARY):
        raise DomainError(Code.PARTY_MEMBERSHIP_ACTIVE, "fileId")
    case = DevelopmentCase(
        tenant_id=scope.tenant_id,
        id=new.id or new_id(),
        file_id=new.file_id,
        organisation_id=branch.id,
        rule_version=version_on(applied_on),
        state=CaseState.APPLIED,
        applied_on=applied_on,
        mobile=new.mobile,
    )
    rule = rules_of(case)[S.APPLY]
    for guard in rule.guards:
        await GUARDS[guard](Attempt(scope, case, rule, application))
    running = DomainError(Code.PARTY_CASE_OPEN, "fileId")
    await create(scope, case, "development_case", taken={"development_case_one_open": running})
    await _take(scope, case, branch, rule, application)
    for index, earlier in enumerate(new.history):
        await _carry_over(scope, case, branch, earlier, f"history.{index}.")
    return case


async def take_step(scope: Scope, case_id: UUID, version: int, step: DevelopmentStep, facts: Facts) -> DevelopmentCase:
    """Enter that a step was taken."""
    case = await open_case(scope, case_id, version)
    rule = rules_of(case)[step]
    done = await steps_of(scope, case)
    if step in done:
        raise refused(Code.PARTY_STEP_DONE, "step", case, rule, done_on=done[step].done_on)
    require_order(case, rule, done, "step")
    checks = Checks()
    document = checks.optional_text("document", facts.document, limit=200)
    late_reason = checks.optional_text("lateReason", facts.late_reason, limit=200)
    checks.day("doneOn", facts.done_on, latest=today())
    for each in rule.after:
        checks.not_before("doneOn", facts.done_on, done[each].done_on)
    checks.count("trainingDays", facts.training_days)
    checks.count("trainingHours", facts.training_hours)
    checks.day("leavingOn", facts.leaving_on)
    elsewhere = _elsewhere(checks, facts)
    checks.done()
    facts = replace(facts, document=document, late_reason=late_reason, supporters_elsewhere=elsewhere)
    if rule.documented and document is None:
        raise refused(Code.PARTY_DOCUMENT_REQUIRED, "document", case, rule)
    _require_waited(case, rule, done, facts.done_on)
    _require_in_time(case, rule, done, facts.done_on, late_reason)
    await usable(scope, case.file_id, ConsentPurpose.DEVELOPMENT, "id")
    for guard in rule.guards:
        await GUARDS[guard](Attempt(scope, case, rule, facts))
    branch = await find(scope, PartyOrganisation, case.organisation_id)
    await _take(scope, case, branch, rule, facts)
    return case


async def review(scope: Scope, case_id: UUID, version: int, reviewed_on: date, document: str) -> DevelopmentCase:
    """Enter a half-year review of an activist; the next one is due half a year later."""
    checks = Checks()
    stated = checks.text("document", document, limit=200)
    checks.day("reviewedOn", reviewed_on, latest=today())
    checks.done()
    case = await open_case(scope, case_id, version)
    done = await steps_of(scope, case)
    if S.RECOMMEND not in done or S.BRANCH_MEETING in done:
        raise DomainError(Code.PARTY_NOT_AN_ACTIVIST, "id", state=CaseState(case.state))
    checks.not_before("reviewedOn", reviewed_on, done[S.RECOMMEND].done_on)
    checks.done()
    scope.session.add(
        CaseReview(
            tenant_id=case.tenant_id,
            case_id=case.id,
            reviewed_on=reviewed_on,
            document=stated,
            entered_by=scope.principal.actor_id,
        )
    )
    await change(scope, case, "development_case", {}, action="reviewed", always=True)
    branch = await find(scope, PartyOrganisation, case.organisation_id)
    await _review_due(scope, case, branch, reviewed_on)
    return case


async def change_supporters(
    scope: Scope, case_id: UUID, version: int, role: SupporterRole, facts: Facts
) -> DevelopmentCase:
    """Name other contacts or introducers from a day on, when those before cannot go on (article 9); the same holds of
    them.
    """
    checks = Checks()
    checks.day("doneOn", facts.done_on, latest=today())
    facts = replace(facts, supporters_elsewhere=_elsewhere(checks, facts))
    checks.done()
    case = await open_case(scope, case_id, version)
    rule, done = rules_of(case)[_CHOSEN[role]], await steps_of(scope, case)
    if rule.step not in done:
        raise refused(Code.PARTY_STEP_NOT_DONE, "role", case, rule)
    checks.not_before("doneOn", facts.done_on, done[rule.step].done_on)
    checks.done()
    await usable(scope, case.file_id, ConsentPurpose.DEVELOPMENT, "id")
    for guard in rule.guards:
        await GUARDS[guard](Attempt(scope, case, rule, facts))
    await change(scope, case, "development_case", {}, action="supporters_changed", always=True)
    return case


def _elsewhere(checks: Checks, facts: Facts) -> list[str]:
    """The documents that name supporters of other units."""
    return [checks.text("supportersElsewhere", each, limit=200) for each in facts.supporters_elsewhere]


async def extend(
    scope: Scope, case_id: UUID, version: int, months: int, decided_on: date, document: str
) -> DevelopmentCase:
    """Extend probation, once, by six to twelve months (article 31); a request to convert has to be made again."""
    checks = Checks()
    stated = checks.text("document", document, limit=200)
    if months not in EXTENSION:
        checks.add(Code.PARTY_EXTENSION_MONTHS, "months", months=months)
    checks.day("decidedOn", decided_on, latest=today())
    checks.done()
    case = await open_case(scope, case_id, version)
    if case.state not in _ON_PROBATION:
        raise DomainError(Code.PARTY_NOT_ON_PROBATION, "id", state=CaseState(case.state))
    if case.extended_months is not None:
        raise DomainError(Code.PARTY_EXTENDED_ALREADY, "months", until=case.extended_until)
    done = await steps_of(scope, case)
    admitted_on = done[S.BRANCH_MEETING].done_on
    checks.not_before("decidedOn", decided_on, admitted_on)
    checks.done()
    for step in (S.REQUEST_CONVERSION, S.CONVERSION_MEETING):
        if step in done:
            done[step].superseded = True
    await scope.session.flush()
    total = membership.PROBATION_MONTHS + months
    values = {
        "extended_months": months,
        "extended_on": decided_on,
        "extended_until": add_months(admitted_on, total),
        "state": CaseState.PROBATIONARY,
        "extension_document": stated,
    }
    await change(scope, case, "development_case", values, action="extended")
    branch = await find(scope, PartyOrganisation, case.organisation_id)
    await due.close(scope, DueKind.CONVERSION_APPROVAL, case.id, decided_on)
    period = due.Due(DueKind.CONVERSION, case.id, admitted_on, total, article="31")
    await due.open_due(scope, period, branch.division_path)
    return case


async def stop(
    scope: Scope, case_id: UUID, version: int, state: CaseState, stopped_on: date, document: str, reason: str
) -> DevelopmentCase:
    """Withdraw, reject, suspend, hand over or cancel a case. A suspended case keeps its time; a cancelled one ends
    probation.
    """
    checks = Checks()
    stated = checks.text("document", document, limit=200)
    why = checks.optional_text("reason", reason, limit=200)
    if why is None:
        checks.add(Code.REASON_REQUIRED, "reason")
    checks.day("stoppedOn", stopped_on, latest=today())
    checks.done()
    case = await find_at(scope, DevelopmentCase, case_id, version)
    stood = CaseState(case.state_before or case.state)
    if case.state == CaseState.SUSPENDED and state == CaseState.SUSPENDED:
        raise DomainError(Code.PARTY_CASE_NOT_RUNNING, "id", state=CaseState(case.state))
    transition(stood, state, WAYS_OUT, "state")
    checks.not_before("stoppedOn", stopped_on, case.applied_on)
    checks.done()
    if state == CaseState.SUSPENDED:
        values = {"state": state, "state_before": stood, "ended_on": stopped_on, "end_document": stated}
        await due.pause(scope, case.id, paused=True)
        await change(scope, case, "development_case", {**values, "end_reason": why}, action="suspended")
        return case
    await _end(scope, case, state, stopped_on, stated, why)
    if state == CaseState.CANCELLED:
        held = await active_membership(scope, case.file_id)
        if held is not None:
            await membership.end(scope, held, MembershipState.CANCELLED, stopped_on)
    return case


async def resume(
    scope: Scope, case_id: UUID, version: int, resumed_on: date, organisation_id: UUID | None
) -> DevelopmentCase:
    """Take a suspended case up again where it stood, in the same or another organisation; its time has gone on
    (article 12).
    """
    case = await find_at(scope, DevelopmentCase, case_id, version)
    if case.state_before is None:
        raise DomainError(Code.PARTY_CASE_NOT_SUSPENDED, "id", state=CaseState(case.state))
    checks = Checks()
    checks.day("resumedOn", resumed_on, latest=today())
    checks.not_before("resumedOn", resumed_on, case.ended_on)
    checks.done()
    values: dict[str, Any] = {
        "state": case.state_before,
        "state_before": None,
        "ended_on": None,
        "end_document": None,
        "end_reason": None,
    }
    if organisation_id is not None:
        branch = await organisation.working(scope, PartyOrganisation, organisation_id, "organisationId")
        values["organisation_id"] = branch.id
    await usable(scope, case.file_id, ConsentPurpose.DEVELOPMENT, "id")
    await change(scope, case, "development_case", values, action="resumed")
    await due.pause(scope, case.id, paused=False)
    return case


async def open_case(
    scope: Scope, id: UUID, version: int, field: str = "id", version_field: str = "version"
) -> DevelopmentCase:
    """A case at the version the caller saw, locked, on which work goes on."""
    case = await find_at(scope, DevelopmentCase, id, version, field, version_field)
    if case.state in CaseState.ended() or case.state == CaseState.SUSPENDED:
        raise DomainError(Code.PARTY_CASE_NOT_RUNNING, field, state=CaseState(case.state))
    return case


async def unfinished_case(scope: Scope, file_id: UUID) -> DevelopmentCase | None:
    """The case of a file that runs or waits, locked."""
    return await scope.session.scalar(
        select(DevelopmentCase)
        .where(
            DevelopmentCase.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            DevelopmentCase.file_id == file_id,  # type: ignore[arg-type]
            DevelopmentCase.state.not_in(CaseState.ended()),  # type: ignore[attr-defined]
        )
        .with_for_update()
    )


async def end_case(scope: Scope, file_id: UUID, state: CaseState, on: date, document: str | None = None) -> None:
    """End whatever case of a file runs or waits, because another rule has established that it cannot go on here."""
    case = await unfinished_case(scope, file_id)
    if case is not None:
        await _end(scope, case, state, max(on, case.applied_on), document, None)


async def move_case(scope: Scope, file_id: UUID, organisation_id: UUID) -> None:
    """The case of a probationary member goes where the relation went (article 34)."""
    case = await unfinished_case(scope, file_id)
    if case is not None:
        await change(scope, case, "development_case", {"organisation_id": organisation_id}, action="moved")


async def _end(
    scope: Scope, case: DevelopmentCase, state: CaseState, on: date, document: str | None, reason: str | None
) -> None:
    values = {"state": state, "state_before": None, "ended_on": on, "end_document": document, "end_reason": reason}
    await due.close_all(scope, case.id, on)
    await change(scope, case, "development_case", values, action=state.lower())


# One step


async def _take(scope: Scope, case: DevelopmentCase, branch: PartyOrganisation, rule: StepRule, facts: Facts) -> None:
    """The row of a step that was taken here, and all that it brings with it."""
    step = CaseStep(
        tenant_id=case.tenant_id,
        case_id=case.id,
        step=rule.step,
        done_on=facts.done_on,
        decision=rule.decision,
        document=facts.document,
        late_reason=facts.late_reason,
        entered_by=scope.principal.actor_id,
    )
    if Guard.TRAINED in rule.guards:
        step.training_days, step.training_hours = facts.training_days, facts.training_hours
    if Guard.MAY_APPROVE in rule.guards:
        step.approver_id, step.approver_public_id = facts.approver_id, facts.approver_public_id
    await _enter(scope, case, branch, rule, step)


async def _carry_over(
    scope: Scope, case: DevelopmentCase, branch: PartyOrganisation, earlier: EarlierStep, field: str
) -> None:
    """A step of a case's past: in order and documented; its guards were others' to keep."""
    checks = Checks(prefix=field)
    document = checks.text("document", earlier.document, limit=200)
    checks.day("doneOn", earlier.done_on, latest=today())
    checks.done()
    rule = rules_of(case)[earlier.step]
    done = await steps_of(scope, case)
    if earlier.step in done:
        raise refused(Code.PARTY_STEP_DONE, f"{field}step", case, rule, done_on=done[earlier.step].done_on)
    require_order(case, rule, done, f"{field}step")
    for each in rule.after:
        checks.not_before("doneOn", earlier.done_on, done[each].done_on)
    checks.done()
    step = CaseStep(
        tenant_id=case.tenant_id,
        case_id=case.id,
        step=rule.step,
        done_on=earlier.done_on,
        decision=rule.decision,
        document=document,
        entered_by=scope.principal.actor_id,
        carried_over=True,
    )
    await _enter(scope, case, branch, rule, step)


async def _enter(
    scope: Scope, case: DevelopmentCase, branch: PartyOrganisation, rule: StepRule, step: CaseStep
) -> None:
    """The rows of a step: itself, the case's state, what it makes due, and what it does to the membership."""
    scope.session.add(step)
    await scope.session.flush()
    if rule.step != S.APPLY:
        values: dict[str, Any] = {"state": rule.state} if rule.state is not None else {}
        if rule.step == S.ARCHIVE:
            values["ended_on"] = step.done_on
        await change(scope, case, "development_case", values, action=rule.step.lower(), always=True)
    if rule.limit is not None:
        await due.close(scope, rule.limit.kind, case.id, step.done_on)
    for other in rules_of(case).values():
        if other.limit is not None and other.limit.since == rule.step:
            period = due.Due(other.limit.kind, case.id, step.done_on, other.limit.months, article=other.article)
            await due.open_due(scope, period, branch.division_path)
    if rule.step == S.RECOMMEND:
        await _review_due(scope, case, branch, step.done_on)
    elif rule.step == S.BRANCH_MEETING:
        await due.close(scope, DueKind.CULTIVATION_REVIEW, case.id, step.done_on)
    elif rule.step == S.APPROVE:
        await _admit(scope, case)
    elif rule.step == S.APPROVE_CONVERSION:
        await _convert(scope, case)
    elif rule.step == S.ARCHIVE:
        await due.close_all(scope, case.id, step.done_on)


async def _review_due(scope: Scope, case: DevelopmentCase, branch: PartyOrganisation, since: date) -> None:
    period = due.Due(DueKind.CULTIVATION_REVIEW, case.id, since, REVIEW_MONTHS, article="11")
    await due.open_due(scope, period, branch.division_path)


async def _admit(scope: Scope, case: DevelopmentCase) -> None:
    """Approval makes a probationary member, from the day of the branch's meeting (article 31)."""
    if await active_membership(scope, case.file_id) is not None:
        return  # entered before the case was: a case that was carried over
    admitted_on = (await steps_of(scope, case))[S.BRANCH_MEETING].done_on
    new = NewMembership(
        file_id=case.file_id, organisation_id=case.organisation_id, admitted_on=admitted_on, joined_on=admitted_on
    )
    await membership.begin(scope, new)


async def _convert(scope: Scope, case: DevelopmentCase) -> None:
    """Approval makes a full member from the day on which probation was over, whenever it was discussed and approved
    (articles 33 and 35).
    """
    held = await active_membership(scope, case.file_id)
    if held is None:
        raise DomainError(Code.PARTY_MEMBERSHIP_MISSING, "id")
    if held.type == MemberType.FULL:
        return
    admitted_on = (await steps_of(scope, case))[S.BRANCH_MEETING].done_on
    converted_on = case.extended_until or add_months(admitted_on, membership.PROBATION_MONTHS)
    checks = Checks()
    membership.check_conversion(checks, held.admitted_on, converted_on)
    checks.done()
    full = {"type": MemberType.FULL, "converted_on": converted_on}
    await change(scope, held, "party_membership", full, action="converted")


# What a step asks


def require_order(case: DevelopmentCase, rule: StepRule, done: Done, field: str) -> None:
    """Refuse a step before those that it follows."""
    missing = [rules_of(case)[each] for each in rule.after if each not in done]
    if missing:
        raise refused(
            Code.PARTY_STEP_OUT_OF_ORDER,
            field,
            case,
            rule,
            missing=tuple(each.title for each in missing),
        )


def _require_waited(case: DevelopmentCase, rule: StepRule, done: Done, on: date) -> None:
    wait = rule.wait
    if wait is None:
        return
    earliest = add_months(done[wait.since].done_on, wait.months)
    if wait.extended and case.extended_until is not None:
        earliest = case.extended_until
    if on < earliest:
        raise refused(Code.PARTY_STEP_TOO_EARLY, "doneOn", case, rule, months=wait.months, earliest=earliest)


def _require_in_time(case: DevelopmentCase, rule: StepRule, done: Done, on: date, late_reason: str | None) -> None:
    limit = rule.limit
    if limit is None or not limit.firm:
        return
    since = done[limit.since].done_on
    if limit.longest is not None and on > (last := after_months(since, limit.longest).on):
        raise refused(Code.PARTY_DEADLINE_FINAL, "doneOn", case, rule, last=last)
    if on > (last := after_months(since, limit.months).on) and late_reason is None:
        raise refused(Code.PARTY_DEADLINE_MISSED, "lateReason", case, rule, last=last)


def rules_of(case: DevelopmentCase) -> Mapping[DevelopmentStep, StepRule]:
    """The table of the rules that the case began under."""
    return RULES[RuleVersion(case.rule_version)]


async def steps_of(scope: Scope, case: DevelopmentCase) -> Done:
    """The steps of a case that were taken and count."""
    rows = await scope.session.scalars(
        select(CaseStep).where(
            CaseStep.tenant_id == case.tenant_id,  # type: ignore[arg-type]
            CaseStep.case_id == case.id,  # type: ignore[arg-type]
            CaseStep.superseded.is_(False),  # type: ignore[attr-defined]
        )
    )
    return {DevelopmentStep(row.step): row for row in rows}
