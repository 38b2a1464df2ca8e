"""Objections (异议申诉) to a notice: lodged by the company within the notice's days, decided by the regulator.

How long the decision may take is the division's OBJECTION_DECISION_DAYS (山东、河南 3 working days, 上海 5).
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from tenants.calendar import after_working_days
from tenants.change import transition
from tenants.checks import Checks
from tenants.credit.decision import decide, deciding
from tenants.credit.notice import amended, term_of
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
    """The company objects to a notice, on the last of its days at the latest."""
    checks = Checks()
    words = checks.text("grounds", grounds, limit=2000, lines=True)
    checks.done()
    day = on or today()
    row = await held_at(scope, id, version)
    transition(CreditState(row.state), CreditState.OBJECTED, STATE_CHANGES)
    if row.object_by is None or day > row.object_by:
        raise DomainError(Code.CREDIT_OBJECTION_LATE, "id", due=row.object_by or "—")
    days = await effective(scope, SettingKey.OBJECTION_DECISION_DAYS, row.division_path, day)
    deadline = after_working_days(day, days)
    values = {
        "objected_on": day,
        "objection": words,
        "objection_decide_by": deadline.on,
        "provisional": row.provisional or deadline.provisional,
    }
    await move(scope, row, CreditState.OBJECTED, values, "objected")
    return row


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
    """Decide an objection: the record stands and takes effect, takes effect with other points, or is revoked."""
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
    values: dict[str, object] = {"objection_decided_on": day, "objection_outcome": outcome, "objection_answer": words}
    if outcome == ObjectionOutcome.REVOKED:
        return await decide(scope, row, CreditState.REVOKED, {**values, "revocation": words}, "revoked")
    if outcome == ObjectionOutcome.AMENDED and points is not None:
        values["points"] = await amended(scope, row, points)
    values |= await term_of(scope, row, day)
    return await decide(scope, row, CreditState.EFFECTIVE, values, outcome.lower())
