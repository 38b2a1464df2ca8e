"""Objections (异议申诉): lodged by the company against a notice within the notice's days, or against a record in force
within the division's; decided by the regulator.

How long the decision may take is the division's OBJECTION_DECISION_DAYS, or OBJECTION_DECISION_DAYS_OTHERS where other
bodies are involved (山东 3 and 7 working days); the time of an expert appraisal (专家评审) is added (河南 第42条).
While a record in force is objected to it counts on, and is marked in public where MARK_OBJECTION says so.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from tenants.calendar import Deadline, after_working_days
from tenants.change import find, transition
from tenants.checks import Checks
from tenants.company import Company
from tenants.credit.decision import decide, deciding, replace
from tenants.credit.notice import DAYS_LIMIT, amended, term_of
from tenants.credit.publication import publish
from tenants.credit.record import (
    STATE_CHANGES,
    CreditRecord,
    CreditState,
    ObjectionOutcome,
    held_at,
    move,
)
from tenants.errors import Code, DomainError
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def object_to(scope: Scope, id: UUID, version: int, grounds: str, *, on: date | None = None) -> CreditRecord:
    """The company objects, once: to a notice on the last of its days at the latest, or to a record in force."""
    checks = Checks()
    words = checks.text("grounds", grounds, limit=2000, lines=True)
    checks.done()
    day = on or today()
    row = await held_at(scope, id, version)
    transition(CreditState(row.state), CreditState.OBJECTED, STATE_CHANGES)
    if row.objection_decided_on is not None:
        raise DomainError(Code.CREDIT_OBJECTION_DECIDED, "id", date=row.objection_decided_on)
    last = await _last_day(scope, row)
    if last is not None and day > last:
        raise DomainError(Code.CREDIT_OBJECTION_LATE, "id", due=last)
    deadline = await _decide_by(scope, row, day)
    values = {
        "objected_on": day,
        "objection": words,
        "objection_decide_by": deadline.on,
        "provisional": row.provisional or deadline.provisional,
    }
    await move(scope, row, CreditState.OBJECTED, values, "objected")
    if row.effective_on is not None:
        await publish(scope, await find(scope, Company, row.tenant_id))
    return row


async def _last_day(scope: Scope, row: CreditRecord) -> date | None:
    """The last day on which the company may object; None where the division sets none for records in force."""
    if row.effective_on is None:
        return row.object_by
    days = await effective(scope, SettingKey.OBJECTION_IN_FORCE_DAYS, row.division_path, row.effective_on)
    return None if days is None else after_working_days(row.effective_on, days).on


async def _decide_by(
    scope: Scope, row: CreditRecord, on: date, others: str | None = None, appraisal_days: int = 0
) -> Deadline:
    key = SettingKey.OBJECTION_DECISION_DAYS if others is None else SettingKey.OBJECTION_DECISION_DAYS_OTHERS
    days: int = await effective(scope, key, row.division_path, on)
    return after_working_days(on, days + appraisal_days)


async def extend(scope: Scope, id: UUID, version: int, others: str | None, appraisal_days: int) -> CreditRecord:
    """Say, before the deadline is over, which other bodies are involved and how many working days an expert appraisal
    takes: the deadline follows.
    """
    checks = Checks()
    bodies = checks.optional_text("others", others, limit=200)
    if not 0 <= appraisal_days <= DAYS_LIMIT:
        checks.add(Code.CREDIT_DAYS, "appraisalDays", value=appraisal_days, limit=DAYS_LIMIT)
    checks.done()
    row = await deciding(scope, id, version)
    if row.state != CreditState.OBJECTED or row.objected_on is None or row.objection_decide_by is None:
        raise DomainError(Code.CREDIT_OBJECTION_NONE, "id")
    if today() > row.objection_decide_by:
        raise DomainError(Code.CREDIT_OBJECTION_OVERDUE, "id", due=row.objection_decide_by)
    deadline = await _decide_by(scope, row, row.objected_on, bodies, appraisal_days)
    values = {
        "objection_others": bodies,
        "objection_appraisal_days": appraisal_days,
        "objection_decide_by": deadline.on,
        "provisional": row.provisional or deadline.provisional,
    }
    return await decide(scope, row, None, values, "objection_extended")


async def decide_objection(
    scope: Scope,
    id: UUID,
    version: int,
    outcome: ObjectionOutcome,
    answer: str,
    points: Decimal | None = None,
    *,
    on: date | None = None,
) -> CreditRecord:
    """Decide an objection: the record stands and takes effect, takes effect with other points, or is revoked.

    One that is in force already stands as before, or ends on that day and is followed by one with the other points.
    """
    checks = Checks()
    words = checks.text("answer", answer, limit=2000, lines=True)
    if outcome == ObjectionOutcome.AMENDED and points is None:
        checks.add(Code.CREDIT_POINTS_REQUIRED, "points")
    checks.done()
    day = on or today()
    row = await deciding(scope, id, version)
    if row.state != CreditState.OBJECTED:
        raise DomainError(
            Code.TRANSITION_NOT_ALLOWED,
            "id",
            state=CreditState(row.state),
            wanted=outcome,
            allowed=STATE_CHANGES.get(CreditState(row.state), ()),
        )
    in_force = row.effective_on is not None
    values: dict[str, object] = {"objection_decided_on": day, "objection_outcome": outcome, "objection_answer": words}
    if outcome == ObjectionOutcome.REVOKED:
        ended = {"ended_on": day} if in_force else {}
        return await decide(scope, row, CreditState.REVOKED, {**values, "revocation": words, **ended}, "revoked")
    if outcome == ObjectionOutcome.AMENDED and points is not None:
        given = await amended(scope, row, points)
        if in_force:
            begun = {**values, "points": given, "state": CreditState.EFFECTIVE}
            return await replace(scope, row, {**values, "revocation": words}, begun, day)
        values["points"] = given
    if not in_force:
        values |= await term_of(scope, row, day)
    return await decide(scope, row, CreditState.EFFECTIVE, values, outcome.lower())
