"""Which projects somebody leads (负责的项目), of those who sign in."""

from uuid import UUID

from tenants.errors import Code, DomainError
from tenants.permission import CompanyRole
from tenants.scope import Scope

# The caller's role, and whether the caller leads the project now.
_CALLER = """
SELECT m.role, EXISTS (SELECT FROM project_lead l WHERE l.tenant_id = $1 AND l.project_id = $3
                       AND l.staff_id = m.staff_id AND l.left_on IS NULL) AS leads
FROM company_member m WHERE m.tenant_id = $1 AND m.id = $2
"""


async def led_by_caller(scope: Scope, project_id: UUID) -> bool:
    """Whether the caller leads a project now."""
    row = await scope.connection.fetchrow(_CALLER, scope.tenant_id, scope.principal.actor_id, project_id)
    return row is not None and bool(row["leads"])


async def require_own(scope: Scope, project_id: UUID | None, field: str) -> None:
    """A project manager changes what happens at the projects they lead and at no other, nor what is of the whole
    company, whatever else their token may do. It concerns nobody else: a regulator acts by its division, and other
    roles by their permissions.
    """
    if scope.principal.kind != "tenant":
        return
    row = await scope.connection.fetchrow(_CALLER, scope.tenant_id, scope.principal.actor_id, project_id)
    if row is not None and row["role"] == CompanyRole.PROJECT_MANAGER and not row["leads"]:
        raise DomainError(Code.NOT_YOUR_PROJECT, field)
