"""Decisions about credit records: who may take one, and how it is carried out in the company's name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tenants.change import find
from tenants.credit.record import CreditRecord, CreditState, held_at, move
from tenants.credit.standing import rescore
from tenants.errors import Code, DomainError
from tenants.scope import Scope


async def deciding(scope: Scope, id: UUID, version: int) -> CreditRecord:
    """The record as a regulator sees it that is about to decide: from the county up, and not on its own draft.

    A street or community may draft; a regulator of another division does not see the record. It holds no lock on the
    row: the version is checked again when it is changed.
    """
    row = await find(scope, CreditRecord, id)
    if row.version != version:
        raise DomainError(Code.CONFLICT, "version", seen=version, current=row.version)
    if len(scope.principal.division_path or "") > len("370402"):
        raise DomainError(Code.CREDIT_COUNTY_DECIDES, "id")
    if row.drafted_by == scope.principal.actor_id:
        raise DomainError(Code.FOUR_EYES, "id")
    return row


async def decide(
    scope: Scope, seen: CreditRecord, wanted: CreditState, values: Mapping[str, Any], action: str
) -> CreditRecord:
    """Carry a regulator's decision out in the company's name; the record as the regulator sees it then."""
    async with scope.acting_for(seen.tenant_id):
        row = await held_at(scope, seen.id, seen.version)
        decided = {"decided_by": scope.principal.actor_id, **values}
        await move(scope, row, wanted, decided, action)
        since = values.get("ended_on") or values.get("effective_on")
        if since is not None:
            await rescore(scope, row, since)
    return await find(scope, CreditRecord, seen.id)
