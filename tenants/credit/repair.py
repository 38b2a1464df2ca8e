"""Credit repair (信用修复) after NDRC Order 36: after the shortest term, once put right and with a public pledge.

A repaired record is no longer shown, shared or used; it stays for audit.
"""

from datetime import date
from uuid import UUID

from tenants.calendar import add_months, after_working_days
from tenants.change import transition
from tenants.checks import Checks
from tenants.credit.decision import decide, deciding
from tenants.credit.record import (
    REPAIR_MONTHS,
    STATE_CHANGES,
    CreditRecord,
    CreditSeverity,
    CreditState,
    RepairOutcome,
    held_at,
    move,
)
from tenants.errors import Code, DomainError
from tenants.row import today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


async def rectify(scope: Scope, id: UUID, version: int, rectification: str, *, on: date | None = None) -> CreditRecord:
    """The company says how it put right what the notice told it to (整改), in time or later; the record stands."""
    checks = Checks()
    words = checks.text("rectification", rectification, limit=2000, lines=True)
    checks.done()
    row = await held_at(scope, id, version)
    if row.rectify_by is None or row.rectified_on is not None or row.ended_on is not None:
        raise DomainError(Code.CREDIT_NOTHING_TO_RECTIFY, "id")
    await move(scope, row, None, {"rectified_on": on or today(), "rectification": words}, "rectified")
    return row


async def apply(
    scope: Scope, id: UUID, version: int, correction: str, pledge: str, *, on: date | None = None
) -> CreditRecord:
    """The company applies for repair: what was put right, and the document of its public pledge (信用承诺)."""
    checks = Checks()
    corrected = checks.text("correction", correction, limit=2000, lines=True)
    pledged = checks.text("pledge", pledge, limit=200)
    checks.done()
    day = on or today()
    row = await held_at(scope, id, version)
    transition(CreditState(row.state), CreditState.REPAIR_APPLIED, STATE_CHANGES)
    if row.severity is None:
        raise DomainError(Code.CREDIT_NOT_BAD, "id")
    key = REPAIR_MONTHS[CreditSeverity(row.severity)]
    months = await effective(scope, key, row.division_path, row.decided_on)
    earliest = add_months(row.decided_on, months)
    if day < earliest:
        raise DomainError(Code.CREDIT_REPAIR_TOO_EARLY, "id", setting=key, months=months, earliest=earliest)
    days = await effective(scope, SettingKey.REPAIR_DAYS, row.division_path, day)
    deadline = after_working_days(day, days)
    values = {
        "repair_applied_on": day,
        "repair_correction": corrected,
        "repair_pledge": pledged,
        "repair_decide_by": deadline.on,
        "repair_decided_on": None,
        "repair_outcome": None,
        "repair_answer": None,
        "provisional": row.provisional or deadline.provisional,
    }
    await move(scope, row, CreditState.REPAIR_APPLIED, values, "repair_applied")
    return row


async def decide_repair(
    scope: Scope, id: UUID, version: int, outcome: RepairOutcome, answer: str, *, on: date | None = None
) -> CreditRecord:
    """Decide an application: a repaired record counts no more from that day on; after a refusal it counts as before."""
    checks = Checks()
    words = checks.text("answer", answer, limit=2000, lines=True)
    checks.done()
    day = on or today()
    row = await deciding(scope, id, version)
    wanted = CreditState.REPAIRED if outcome == RepairOutcome.GRANTED else CreditState.EFFECTIVE
    if row.state != CreditState.REPAIR_APPLIED:
        raise DomainError(
            Code.TRANSITION_NOT_ALLOWED,
            "id",
            state=CreditState(row.state),
            wanted=wanted,
            allowed=STATE_CHANGES.get(CreditState(row.state), ()),
        )
    values: dict[str, object] = {"repair_decided_on": day, "repair_outcome": outcome, "repair_answer": words}
    if outcome == RepairOutcome.GRANTED:
        return await decide(scope, row, wanted, {**values, "ended_on": day}, "repaired")
    return await decide(scope, row, wanted, values, "repair_refused")
