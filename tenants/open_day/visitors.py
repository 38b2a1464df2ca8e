"""Visitors of an open day: how many registered, how many came with each batch, and in all when it was held."""

from datetime import date
from uuid import UUID

from tenants.change import change, find, find_at, transition
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.leading import require_own
from tenants.open_day.planning import VISITORS_LIMIT, batches_of, own
from tenants.open_day.tables import COUNTING, REGISTERING, STATE_CHANGES, OpenDay, OpenDayBatch, OpenDayState
from tenants.row import legal_day, now, today
from tenants.scope import Scope


async def register(scope: Scope, batch_id: UUID, version: int, registered: int) -> OpenDayBatch:
    """Set how many have registered for a batch of an announced open day: a count, within its capacity."""
    _, batch = await _batch(scope, batch_id, version, REGISTERING)
    if not 0 <= registered <= batch.capacity:
        raise DomainError(Code.BATCH_FULL, "registered", value=registered, capacity=batch.capacity)
    await change(scope, batch, "open_day_batch", {"registered": registered}, action="registered")
    return batch


async def count(scope: Scope, batch_id: UUID, version: int, attended: int) -> OpenDayBatch:
    """Set how many came with a batch: a count, once it has begun; also more than it was meant to take."""
    checks = Checks()
    checks.count("attended", attended, VISITORS_LIMIT)
    checks.done()
    row, batch = await _batch(scope, batch_id, version, COUNTING)
    if batch.starts_at > now():
        raise DomainError(Code.DATE_IN_FUTURE, "id", date=legal_day(batch.starts_at))
    if row.attended is not None:
        others = [each.attended or 0 for each in await batches_of(scope, row.id) if each.id != batch.id]
        _require_sum(attended + sum(others), row.attended)
    await change(scope, batch, "open_day_batch", {"attended": attended}, action="counted")
    return batch


async def hold(
    scope: Scope,
    id: UUID,
    version: int,
    held_on: date,
    attended: int | None = None,
    volunteers: int = 0,
    party_volunteers: int = 0,
) -> OpenDay:
    """A published open day took place at the time that was announced. How many came and how many volunteers helped are
    counts; the visitors are those of the batches when they are left out.
    """
    checks = Checks()
    checks.day("heldOn", held_on, latest=today())
    checks.count("attended", attended, VISITORS_LIMIT)
    checks.count("volunteers", volunteers, VISITORS_LIMIT)
    checks.count("partyVolunteers", party_volunteers)
    if party_volunteers > volunteers:
        checks.add(Code.MORE_THAN_ALL, "partyVolunteers", part=party_volunteers, whole=volunteers)
    checks.done()
    row = await own(scope, id, version)
    transition(OpenDayState(row.state), OpenDayState.HELD, STATE_CHANGES)
    first, last = legal_day(row.starts_at), legal_day(row.ends_at)
    if not first <= held_on <= last:
        raise DomainError(Code.HELD_OFF_NOTICE, "heldOn", date=held_on, first=first, last=last)
    counted = [batch.attended for batch in await batches_of(scope, row.id) if batch.attended is not None]
    if attended is None and not counted:
        raise DomainError(Code.EMPTY, "attended")
    came = sum(counted) if attended is None else attended
    _require_sum(sum(counted), came)
    values = {
        "state": OpenDayState.HELD,
        "held_on": held_on,
        "attended": came,
        "volunteers": volunteers,
        "party_volunteers": party_volunteers,
    }
    await change(scope, row, "open_day", values, action="held")
    return row


async def _batch(
    scope: Scope, id: UUID, version: int, states: tuple[OpenDayState, ...]
) -> tuple[OpenDay, OpenDayBatch]:
    """A batch and its open day, both held; the open day's first, so that those who meet here take turns."""
    seen = await find(scope, OpenDayBatch, id)
    row = await find(scope, OpenDay, seen.open_day_id, lock=True)
    await require_own(scope, row.project_id, "id")
    batch = await find_at(scope, OpenDayBatch, id, version)
    if row.state not in states:
        raise DomainError(Code.VISITORS_NOT_NOW, "id", state=OpenDayState(row.state), allowed=states)
    return row, batch


def _require_sum(counted: int, attended: int) -> None:
    if counted > attended:
        raise DomainError(Code.FEWER_THAN_BATCHES, "attended", value=attended, counted=counted)
