"""Photos of an open day (开放日照片): welcome and never needed; no rule anywhere asks whether there is one.

Here is what is known of a photo; the picture itself is a file that is kept elsewhere under `file`. It is written
before the row is committed, so that a row always has its picture; a picture without a row is nobody's and is swept.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, select
from sqlmodel import Field

from tenants.change import create, find
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.leading import require_own
from tenants.open_day import ANNOUNCED, OpenDay, OpenDayState
from tenants.row import Changing, TenantRow
from tenants.scope import Principal, Scope

PHOTOS_LIMIT: Final = 20
FOLDER: Final = "photos"


class OpenDayPhoto(Changing, TenantRow, table=True):
    """A photo of an open day: nobody's name, no place and no time but that of its recording."""

    __tablename__ = "open_day_photo"
    __table_args__ = (
        UniqueConstraint("tenant_id", "open_day_id", "sha256"),
        ForeignKeyConstraint(["tenant_id", "open_day_id"], ["open_day.tenant_id", "open_day.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("open_day_photo_open_day", "tenant_id", "open_day_id", "id"),
        Index("open_day_photo_division", "division_path", "id"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="picture_measured"),
    )

    open_day_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    file: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    width: int
    height: int
    size: int


@dataclass(frozen=True, kw_only=True)
class NewPhoto:
    """A picture that is kept under `file`."""

    open_day_id: UUID
    file: str
    sha256: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What it takes to show a photo."""

    file: str
    sha256: str


def new_file(tenant_id: UUID) -> str:
    """Where a new picture of a company is kept: in a folder of its own, under a name that nobody guesses."""
    return f"{FOLDER}/{tenant_id}/{secrets.token_hex(16)}.jpg"


async def require_announced(connection: Any, tenant_id: UUID, open_day_id: UUID) -> None:
    """Refuse before a picture is sent what would be refused after it."""
    state = await connection.fetchval(
        "SELECT state FROM open_day WHERE tenant_id = $1 AND id = $2", tenant_id, open_day_id
    )
    if state is None:
        raise DomainError(Code.NOT_FOUND, "id")
    _require_announced(OpenDayState(state))


async def add(scope: Scope, new: NewPhoto) -> tuple[OpenDayPhoto, bool]:
    """Record a photo of an announced open day; the second value is whether it is new. The same picture sent again is
    the photo that is there already, so a client that lost the answer simply tries again.
    """
    open_day = await find(scope, OpenDay, new.open_day_id, lock=True)
    await require_own(scope, open_day.project_id, "id")
    _require_announced(OpenDayState(open_day.state))
    of_open_day: Any = (OpenDayPhoto.tenant_id == scope.tenant_id, OpenDayPhoto.open_day_id == open_day.id)
    known: Any = OpenDayPhoto.sha256 == new.sha256
    found = (await scope.session.scalars(select(OpenDayPhoto).where(*of_open_day, known))).one_or_none()
    if found is not None:
        return found, False
    count = await scope.session.scalar(select(func.count()).select_from(OpenDayPhoto).where(*of_open_day))
    if (count or 0) >= PHOTOS_LIMIT:
        raise DomainError(Code.PHOTOS_TOO_MANY, "id", limit=PHOTOS_LIMIT)
    row = OpenDayPhoto(
        tenant_id=scope.tenant_id,
        open_day_id=open_day.id,
        estate_id=open_day.estate_id,
        division_path=open_day.division_path,
        file=new.file,
        sha256=new.sha256,
        width=new.width,
        height=new.height,
        size=new.size,
    )
    await create(scope, row, "open_day_photo")
    return row, True


async def remove(scope: Scope, id: UUID) -> UUID:
    """Remove a photo for good; its open day's id. What remains is the journal's word that there was one."""
    row = await find(scope, OpenDayPhoto, id)
    open_day = await find(scope, OpenDay, row.open_day_id, lock=True)
    await require_own(scope, open_day.project_id, "id")
    row = await find(scope, OpenDayPhoto, id)  # of two who remove it at once, one finds it gone
    await record(scope, "removed", "open_day_photo", row, {"open_day_id": row.open_day_id, "sha256": row.sha256})
    await scope.session.delete(row)
    await scope.session.flush()
    return row.open_day_id


async def shown(connection: Any, principal: Principal, id: UUID) -> Shown | None:
    """A photo for whoever may see it; None for one that is another's or nobody's."""
    mark, mine, whose = (
        ("seen(tenant_id, 'OpenDayPhoto')", "division_path ^@ $1", principal.division_path)
        if principal.kind == "regulator"
        else ("''", "tenant_id = $1", principal.tenant_id)
    )
    row = await connection.fetchrow(
        f"SELECT file, sha256, {mark} FROM open_day_photo WHERE {mine} AND id = $2", whose, id
    )
    return None if row is None else Shown(row["file"], row["sha256"])


async def files(connection: Any, tenant_id: UUID) -> frozenset[str] | None:
    """Where the pictures of a company's photos are kept; None for a company that this database does not know."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM company WHERE tenant_id = $1)", tenant_id):
        return None
    rows = await connection.fetch("SELECT file FROM open_day_photo WHERE tenant_id = $1", tenant_id)
    return frozenset(row["file"] for row in rows)


def _require_announced(state: OpenDayState) -> None:
    if state not in ANNOUNCED:
        raise DomainError(Code.OPEN_DAY_NOT_ANNOUNCED, "id", state=state)
