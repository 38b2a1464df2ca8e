"""Who acts in the story: offices of regulators and firms of companies, one after the other in one transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from tenants.access import Purpose
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.row import Told
from tenants.sample import published
from tenants.scope import Principal, Scope

R = TypeVar("R")

CITY: Final = published.ZAOZHUANG
DISTRICT: Final = "370402"
STREET: Final = "370402001"
COMMUNITY: Final = "370402001028"

DAY: Final = timedelta(1)


@dataclass(frozen=True, slots=True)
class Office:
    """A regulator's two members who act: one drafts and scores, the other decides."""

    assessor: Principal
    publisher: Principal

    @classmethod
    def of(cls, regulator_id: UUID, path: str, members: Mapping[RegulatorRole, UUID]) -> "Office":
        """Both, of a division."""

        def member(role: RegulatorRole) -> Principal:
            return Principal(
                "regulator",
                REGULATOR_ROLES[role],
                actor_id=members[role],
                regulator_id=regulator_id,
                division_path=path,
                purpose=Purpose.SUPERVISION,
            )

        return cls(member(RegulatorRole.ASSESSOR), member(RegulatorRole.PUBLISHER))


@dataclass(frozen=True, slots=True)
class Firm:
    """A company whose administrator acts, and its projects in the community."""

    id: UUID
    admin: Principal
    projects: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """One transaction in which one after the other acts, at the time that is told."""

    scope: Scope
    told: Told
    at: Mapping[str, Office]
    firms: Sequence[Firm]

    async def does(self, who: Principal, rule: Callable[..., Awaitable[R]], *given: Any, **more: Any) -> R:
        """What a rule answers to whoever acts."""
        self.scope.actor_kind = who.kind
        async with self.scope.acting_as(who):
            return await rule(self.scope, *given, **more)


async def firm_of(scope: Scope, tenant_id: UUID) -> Firm:
    """The company, with what it has in the community."""
    async with scope.acting_for(tenant_id):
        admin = await scope.connection.fetchval(
            "SELECT id FROM company_member WHERE tenant_id = $1 AND role = $2", tenant_id, CompanyRole.TENANT_ADMIN
        )
        projects = await scope.connection.fetch(
            "SELECT id, estate_id, name FROM project WHERE tenant_id = $1 AND division_path = $2 ORDER BY id",
            tenant_id,
            COMMUNITY,
        )
    who = Principal("tenant", COMPANY_ROLES[CompanyRole.TENANT_ADMIN], actor_id=admin, tenant_id=tenant_id)
    return Firm(tenant_id, who, [dict(each) for each in projects])
