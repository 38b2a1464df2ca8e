"""From a bearer token to the principal it stands for, as its membership is now."""

import asyncio
import time
from collections import OrderedDict
from uuid import UUID

from api.tokens import Claims, InvalidToken, Tokens
from tenants.access import Purpose
from tenants.admission import admit
from tenants.permission import Permission
from tenants.scope import Database, Principal

REMEMBERED_S = 1.0
"""Another server may have changed the membership meanwhile, so it is looked up again after so long."""
ORGANISATIONS_REMEMBERED = 1_000

_Member = tuple[str, UUID, UUID, frozenset[str] | None, Purpose | None]
"""Kind, organisation, member, scope, purpose. A company chooses its members' ids: one may be another's member too."""


class Callers:
    """Tokens verified, memberships looked up, both remembered for as long as that is safe."""

    def __init__(self, tokens: Tokens, database: Database) -> None:
        self._tokens = tokens
        self._database = database
        self._known: OrderedDict[UUID, dict[_Member, tuple[Principal, float]]] = OrderedDict()
        self._looking: dict[_Member, asyncio.Future[Principal]] = {}

    async def identify(self, token: str, purpose: Purpose | None = None) -> Principal:
        """Who a token stands for, working for a purpose if one is stated; raises `InvalidToken` or `Unavailable`."""
        claims = self._tokens.verify(token)
        member = (claims.kind, claims.organisation_id, claims.member_id, claims.scope, purpose)
        known = self._known.get(claims.organisation_id, {}).get(member)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        principal = await self._looked_up(claims, member, purpose)
        colleagues = self._known.setdefault(claims.organisation_id, {})
        colleagues[member] = (principal, time.monotonic() + REMEMBERED_S)
        self._known.move_to_end(claims.organisation_id)
        if len(self._known) > ORGANISATIONS_REMEMBERED:
            self._known.popitem(last=False)
        return principal

    def forget(self, organisation: UUID | None) -> None:
        """An organisation has changed something, perhaps its members: look them up again."""
        if organisation is not None:
            self._known.pop(organisation, None)

    async def _looked_up(self, claims: Claims, member: _Member, purpose: Purpose | None) -> Principal:
        """However many requests of one member come at once, the database is asked once."""
        looking = self._looking.get(member)
        if looking is None:
            looking = self._looking[member] = asyncio.ensure_future(self._admitted(claims, purpose))
            looking.add_done_callback(lambda done: self._found(member, done))
        # A caller that leaves does not take the answer away from the others.
        return await asyncio.shield(looking)

    def _found(self, member: _Member, done: asyncio.Future[Principal]) -> None:
        del self._looking[member]
        if not done.cancelled():
            done.exception()  # seen, even when every caller has left

    async def _admitted(self, claims: Claims, purpose: Purpose | None) -> Principal:
        granted = None
        if claims.scope is not None:
            granted = frozenset(permission for permission in Permission if permission.value in claims.scope)
        principal = await admit(self._database, claims.kind, claims.organisation_id, claims.member_id, granted, purpose)
        if principal is None:
            raise InvalidToken("The member is no longer active")
        return principal
