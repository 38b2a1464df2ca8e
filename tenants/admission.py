"""Admission: a signed-in member becomes a principal, if the membership and its organisation still stand."""

from typing import Literal
from uuid import UUID

from tenants.access import Purpose
from tenants.company import MemberStatus
from tenants.permission import (
    COMPANY_ROLES,
    PARTY,
    REGULATOR_ROLES,
    CompanyRole,
    Permission,
    RegulatorRole,
)
from tenants.regulator import RegulatorStatus
from tenants.row import today
from tenants.scope import Database, Principal

_COMPANY_MEMBER = "SELECT role, status FROM company_member WHERE tenant_id = $1 AND id = $2"

_REGULATOR_MEMBER = """
SELECT m.role, m.status, m.assigned_until, r.division_path, r.status AS regulator_status
FROM regulator_member m JOIN regulator r ON r.id = m.regulator_id WHERE m.regulator_id = $1 AND m.id = $2
"""


async def admit(
    database: Database,
    kind: Literal["tenant", "regulator"],
    organisation: UUID,
    member: UUID,
    granted: frozenset[Permission] | None = None,
    purpose: Purpose | None = None,
) -> Principal | None:
    """The principal of a member, with the permissions of its role (only the `granted` ones, if some were); None when
    there is no such active member. A regulator's member works for the `purpose` it states.
    """
    if kind == "tenant":
        opener = Principal("tenant", tenant_id=organisation, actor_id=member)
        async with database.reading(opener) as connection:
            row = await connection.fetchrow(_COMPANY_MEMBER, organisation, member)
        if row is None or row["status"] != MemberStatus.ACTIVE:
            return None
        permissions = _narrowed(COMPANY_ROLES[CompanyRole(row["role"])], granted)
        return Principal("tenant", permissions, actor_id=member, tenant_id=organisation)
    # Which division the regulator reaches is not known yet, so it reaches none while it looks itself up.
    opener = Principal("regulator", regulator_id=organisation, division_path="ZZ", actor_id=member)
    async with database.reading(opener) as connection:
        row = await connection.fetchrow(_REGULATOR_MEMBER, organisation, member)
    if row is None or row["status"] != MemberStatus.ACTIVE or row["regulator_status"] != RegulatorStatus.ACTIVE:
        return None
    if row["assigned_until"] is not None and row["assigned_until"] < today():
        return None
    permissions = _narrowed(REGULATOR_ROLES[RegulatorRole(row["role"])], granted)
    return Principal(
        "regulator",
        permissions,
        actor_id=member,
        regulator_id=organisation,
        division_path=row["division_path"],
        purpose=purpose,
    )


def _narrowed(role: frozenset[Permission], granted: frozenset[Permission] | None) -> frozenset[Permission]:
    """A role's permissions, or those of them that were granted; what nobody can grant falls away (Party work)."""
    return role if granted is None else (role & granted) - PARTY
