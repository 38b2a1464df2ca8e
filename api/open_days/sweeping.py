"""Removes the pictures that belong to no photo: of photos that were removed, and of uploads that never ended.

Each company's are compared with its own rows, in its own name. A young one is left alone: its row may be on its way.
So are those of a company that the database does not know: it may be the database that is not theirs.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from infra.files import Files
from tenants import open_day_photo
from tenants.row import now
from tenants.scope import Database, Principal

YOUNG: Final = timedelta(hours=1)


async def swept(database: Database, storage: Files, young: timedelta = YOUNG) -> int:
    """How many were removed. Running twice at once, or being killed half way, does no harm."""
    removed = 0
    for name in await storage.folders(open_day_photo.FOLDER):
        tenant_id = _company(name)
        if tenant_id is None:
            continue
        before = now() - young
        old = [kept.key async for kept in storage.under(f"{open_day_photo.FOLDER}/{name}") if kept.since < before]
        # Looked up after the list was made: what became a photo meanwhile is not in the list, being young.
        async with database.reading(Principal("tenant", tenant_id=tenant_id)) as connection:
            photos = await open_day_photo.files(connection, tenant_id)
        if photos is None:
            continue
        for key in set(old) - photos:
            await storage.remove(key)
            removed += 1
    return removed


def _company(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
