"""Who belongs to an organisation (党组织名册), by file: the members whose relation lies there and those it develops."""

from uuid import UUID

from tenants.scope import Scope


async def of_organisation(scope: Scope, organisation_id: UUID) -> list[UUID]:
    """The files of an organisation: its members and those it develops."""
    rows = await scope.connection.fetch(
        """
        SELECT file_id FROM party_membership
        WHERE tenant_id = $1 AND organisation_id = $2 AND ended_on IS NULL
        UNION
        SELECT file_id FROM development_case
        WHERE tenant_id = $1 AND organisation_id = $2
            AND (ended_on IS NULL OR state = 'SUSPENDED')
        ORDER BY file_id
        """,
        scope.tenant_id,
        organisation_id,
    )
    return [row["file_id"] for row in rows]
