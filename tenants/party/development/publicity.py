"""Publicity (公示) of a development object: agreed to, then shown for working days, and objections that are decided."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tenants.calendar import after_working_days
from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.party.development.case import open_case, require_order, rules_of, steps_of
from tenants.party.development.guards import refused
from tenants.party.development.steps import PUBLICITY_DAYS, CaseState, DevelopmentStep, Guard
from tenants.party.development.tables import CasePublicity, DevelopmentCase
from tenants.row import new_id, today
from tenants.scope import Scope


@dataclass(frozen=True, kw_only=True)
class NewPublicity:
    """A publicity of a case: when the committee above agreed, when and where it is shown; a mobile person's at both
    places.
    """

    case_id: UUID
    case_version: int
    first_day: date
    last_day: date
    place: str
    agreed_on: date | None = None
    second_place: str | None = None
    document: str | None = None
    id: UUID | None = None


async def publicise(scope: Scope, new: NewPublicity) -> CasePublicity:
    """Enter a publicity, once the branch has decided and the committee above agreed; one that is too short is refused,
    with the day on which it may end.
    """
    checks = Checks()
    place = checks.text("place", new.place)
    second = checks.optional_text("secondPlace", new.second_place, limit=100)
    document = checks.optional_text("document", new.document, limit=200)
    for field, day in (("firstDay", new.first_day), ("lastDay", new.last_day)):
        checks.day(field, day)
    checks.day("agreedOn", new.agreed_on, latest=today())
    checks.not_before("lastDay", new.last_day, new.first_day)
    checks.not_before("firstDay", new.first_day, new.agreed_on)
    checks.done()
    case = await open_case(scope, new.case_id, new.case_version, "caseId", "caseVersion")
    rule, done = rules_of(case)[DevelopmentStep.AGREE_OBJECT], await steps_of(scope, case)
    require_order(case, rule, done, "caseId")
    if rule.step in done:
        raise refused(Code.PARTY_STEP_DONE, "caseId", case, rule, done_on=done[rule.step].done_on)
    if Guard.PUBLICISED in rule.guards and new.agreed_on is None:
        raise refused(Code.PARTY_AGREEMENT_UNDATED, "agreedOn", case, rule)
    first_possible = done[DevelopmentStep.DECIDE_OBJECT].done_on
    checks.not_before("agreedOn", new.agreed_on, first_possible)
    checks.not_before("firstDay", new.first_day, first_possible)
    checks.done()
    # A publicity is shown from its first day, which counts; a period counts from the day after its start.
    long_enough = after_working_days(new.first_day - timedelta(days=1), PUBLICITY_DAYS)
    if new.last_day < long_enough.on:
        raise refused(
            Code.PARTY_PUBLICITY_TOO_SHORT, "lastDay", case, rule, days=PUBLICITY_DAYS, earliest=long_enough.on
        )
    if case.mobile and second is None:
        raise refused(Code.PARTY_SECOND_PLACE, "secondPlace", case, rule)
    row = CasePublicity(
        tenant_id=case.tenant_id,
        id=new.id or new_id(),
        case_id=case.id,
        agreed_on=new.agreed_on,
        first_day=new.first_day,
        last_day=new.last_day,
        place=place,
        second_place=second,
        document=document,
        provisional=long_enough.provisional,
    )
    await create(scope, row, "case_publicity")
    await change(scope, case, "development_case", {}, action="publicised", always=True)
    return row


async def object_to(scope: Scope, id: UUID, version: int) -> CasePublicity:
    """An objection came; what it says stays with the committee."""
    row = await _of_unfinished(scope, id, version)
    await change(scope, row, "case_publicity", {"objections": row.objections + 1}, action="objected")
    return row


async def resolve(scope: Scope, id: UUID, version: int) -> CasePublicity:
    """An objection was looked into and decided."""
    row = await _of_unfinished(scope, id, version)
    if row.resolved >= row.objections:
        raise DomainError(Code.PARTY_NO_OBJECTION, "id")
    await change(scope, row, "case_publicity", {"resolved": row.resolved + 1}, action="resolved")
    return row


async def _of_unfinished(scope: Scope, id: UUID, version: int) -> CasePublicity:
    """The publicity, locked, of a case that has not ended."""
    row = await find_at(scope, CasePublicity, id, version)
    case = await find(scope, DevelopmentCase, row.case_id)
    if case.state in CaseState.ended():
        raise DomainError(Code.PARTY_CASE_NOT_RUNNING, "id", state=CaseState(case.state))
    return row
