"""Finding the member that an operator mints a token for: by its organisation, named the way people name it."""

from dataclasses import dataclass
from uuid import UUID

from tenants.division import WORKER
from tenants.permission import CompanyRole, RegulatorRole
from tenants.scope import Database, Principal


@dataclass(frozen=True, slots=True)
class Member:
    """An active member of a company or a regulator, and the role it has."""

    id: UUID
    organisation_id: UUID
    name: str
    role: CompanyRole | RegulatorRole


async def of_company(
    database: Database, company: UUID | str, member: UUID | None = None, role: str | None = None
) -> Member | None:
    """A member of the company with this id or this code (USCC); the first administrator unless one, or one's role, is
    named.
    """
    if isinstance(company, str):
        async with database.reading(WORKER) as connection:
            found = await connection.fetchval("SELECT id FROM enrolment WHERE uscc = $1", company)
        if found is None:
            return None
        company = UUID(str(found))
    async with database.reading(Principal("tenant", tenant_id=company)) as connection:
        row = await connection.fetchrow(
            """
            SELECT id, name, role FROM company_member
            WHERE tenant_id = $1 AND status = 'ACTIVE' AND ($2::uuid IS NULL OR id = $2)
                AND ($3::text IS NULL OR role = $3)
            ORDER BY role <> 'TENANT_ADMIN', created_at, id LIMIT 1
            """,
            company,
            member,
            role,
        )
    return row and Member(UUID(str(row["id"])), company, row["name"], CompanyRole(row["role"]))


async def of_regulator(
    database: Database, regulator: UUID | str, member: UUID | None = None, role: str | None = None
) -> Member | None:
    """A member of the regulator with this id or of this division (by its path), the first who joined unless one, or
    one's role, is named.
    """
    async with database.reading(WORKER) as connection:
        row = await connection.fetchrow(
            """
            SELECT m.id, m.name, m.role, m.regulator_id
            FROM regulator r JOIN regulator_member m ON m.regulator_id = r.id
            WHERE (r.id = $1 OR r.division_path = $2) AND r.status = 'ACTIVE' AND m.status = 'ACTIVE'
                AND ($3::uuid IS NULL OR m.id = $3) AND ($4::text IS NULL OR m.role = $4)
            ORDER BY r.created_at, r.id, m.created_at, m.id LIMIT 1
            """,
            regulator if isinstance(regulator, UUID) else None,
            regulator if isinstance(regulator, str) else None,
            member,
            role,
        )
    return row and Member(UUID(str(row["id"])), UUID(str(row["regulator_id"])), row["name"], RegulatorRole(row["role"]))
