"""Whom a regulator addresses (监管对象): a company of its division, or one of the company's projects there. One whose
last project there has ended still is: what it did there is followed up.

What it says lies where the project is, or else in the regulator's own division, and is answered to the level that said
it: the division of that level which the place belongs to.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, union_all
from sqlmodel import col

from tenants import division
from tenants.change import find
from tenants.company import Company
from tenants.division import LEVEL, Division, DivisionLevel
from tenants.errors import Code, DomainError
from tenants.project import Project
from tenants.regulator import Regulator
from tenants.scope import Scope


@dataclass(frozen=True, slots=True)
class Addressee:
    """The company, where what it is told lies, and who tells it."""

    company_id: UUID
    place: Division
    issuer: str
    level: DivisionLevel


async def addressed(scope: Scope, company_id: UUID, project_id: UUID | None) -> Addressee:
    """What the regulator sees of them; a company that is not registered in its division and never worked there, a
    project of another company or of another division is NOT_FOUND.
    """
    regulator_id, own = scope.principal.regulator_id, scope.principal.division_path
    assert regulator_id is not None  # only a regulator's member has the permissions
    assert own is not None
    present = select(col(Company.tenant_id)).where(col(Company.tenant_id) == company_id)
    ever = select(col(Project.tenant_id)).where(col(Project.tenant_id) == company_id)
    if await scope.session.scalar(union_all(present, ever).limit(1)) is None:
        raise DomainError(Code.NOT_FOUND, "companyId")
    path = own if project_id is None else await _path(scope, company_id, project_id)
    regulator = await find(scope, Regulator, regulator_id)
    return Addressee(company_id, await division.by_code(scope, path, "projectId"), regulator.name, LEVEL[len(own)])


async def _path(scope: Scope, tenant_id: UUID, project_id: UUID) -> str:
    path = await scope.session.scalar(
        select(col(Project.division_path)).where(col(Project.id) == project_id, col(Project.tenant_id) == tenant_id)
    )
    if path is None:
        raise DomainError(Code.NOT_FOUND, "projectId")
    return path


def require_level(scope: Scope, level: DivisionLevel, field: str = "id") -> None:
    """Only a regulator of the level that issued something goes on with it; those above and below it look on."""
    if LEVEL[len(scope.principal.division_path or "")] != level:
        raise DomainError(Code.ISSUING_LEVEL_ONLY, field, level=DivisionLevel(level))
