"""What only the community (社区) itself may confirm: a company's row that lies in its very division."""

from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel

from tenants.change import find
from tenants.errors import Code, DomainError
from tenants.scope import Scope

R = TypeVar("R", bound=SQLModel)


async def seen(scope: Scope, table: type[R], id: UUID, version: int) -> R:
    """The row as the community sees it, which holds no lock on it: the version is checked again when it is changed.

    A regulator above sees the row and cannot confirm it in the community's place; another community does not see it,
    and is told the same of a row elsewhere and of none at all. Where an estate is registered at a street, because its
    community is not known, the street confirms.
    """
    try:
        row: Any = await find(scope, table, id)
    except DomainError as missing:
        raise DomainError(Code.COMMUNITY_ONLY, "id") from missing
    if row.division_path != scope.principal.division_path:
        raise DomainError(Code.COMMUNITY_ONLY, "id")
    if row.version != version:
        raise DomainError(Code.CONFLICT, "version", seen=version, current=row.version)
    return row  # type: ignore[no-any-return]
