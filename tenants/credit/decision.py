"""Decisions about credit records: who may take one, and how it is carried out in the company's name."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from tenants.change import find, seen_at
from tenants.company import Company
from tenants.credit.publication import publish
from tenants.credit.record import CreditRecord, CreditState, enter, held_at, move
from tenants.credit.standing import rescore
from tenants.errors import Code, DomainError
from tenants.red_black_list import grounds
from tenants.scope import Scope


async def deciding(scope: Scope, id: UUID, version: int) -> CreditRecord:
    """The record as a regulator sees it that is about to decide: from the county up, and not on its own draft.

    A street or community may draft; a regulator of another division does not see the record.
    """
    row = await seen_at(scope, CreditRecord, id, version)
    if len(scope.principal.division_path or "") > len("370402"):
        raise DomainError(Code.CREDIT_COUNTY_DECIDES, "id")
    if row.drafted_by == scope.principal.actor_id:
        raise DomainError(Code.FOUR_EYES, "id")
    return row


async def replace(
    scope: Scope, seen: CreditRecord, ended: Mapping[str, Any], begun: Mapping[str, Any], on: date
) -> CreditRecord:
    """End a record in force on a day and begin another in its place, as like it as `begun` leaves it."""
    async with scope.acting_for(seen.tenant_id):
        row = await held_at(scope, seen.id, seen.version)
        own = {"id", "version", "created_at", "updated_at"}
        like = {name: getattr(row, name) for name in CreditRecord.model_fields if name not in own}
        decided = {"decided_by": scope.principal.actor_id, "ended_on": on}
        await move(scope, row, CreditState.REVOKED, {**decided, **ended}, "amended")
        new = CreditRecord(**like | {**begun, "decided_by": scope.principal.actor_id, "effective_on": on})
        new.replaces = row.id
        await enter(scope, new, "begun_anew")
        await rescore(scope, row, on)
        await grounds.follow(scope, row, new)
    return await find(scope, CreditRecord, new.id)


async def decide(
    scope: Scope, seen: CreditRecord, wanted: CreditState | None, values: Mapping[str, Any], action: str
) -> CreditRecord:
    """Carry a regulator's decision out in the company's name; the record as the regulator sees it then. Without a
    state that is `wanted` the record stays in its own.
    """
    async with scope.acting_for(seen.tenant_id):
        row = await held_at(scope, seen.id, seen.version)
        decided = {"decided_by": scope.principal.actor_id, **values}
        await move(scope, row, wanted, decided, action)
        since = values.get("ended_on") or values.get("effective_on")
        if since is not None:
            await rescore(scope, row, since)
        elif row.effective_on is not None:  # it counts as before, and is no longer marked as objected to
            await publish(scope, await find(scope, Company, row.tenant_id))
        await grounds.end(scope, row)
    return await find(scope, CreditRecord, seen.id)
