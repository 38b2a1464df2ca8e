"""Administrative divisions (行政区划): a tree that outlives its codes, and the path that scopes a regulator.

The statistical codes end in 2023 and are no longer published, so a code is an optional attribute: the key is our own,
and the path (2, 4, 6, 9 or 12 characters: province, city, county, street, community) is the code where one was
published and a locally given one elsewhere.
"""

import unicodedata
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, col, or_, select

from infra.data import divisions as published
from tenants.errors import Code, DomainError
from tenants.row import Changing, Dated, Row, code_field, one_of
from tenants.scope import Database, Principal, Scope


class DivisionLevel(StrEnum):
    """The five levels of the administrative tree."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    STREET = "STREET"
    COMMUNITY = "COMMUNITY"


PATH_LENGTH = {
    DivisionLevel.PROVINCE: 2,
    DivisionLevel.CITY: 4,
    DivisionLevel.COUNTY: 6,
    DivisionLevel.STREET: 9,
    DivisionLevel.COMMUNITY: 12,
}


class ChangeKind(StrEnum):
    """What may happen to a division."""

    RENAMED = "RENAMED"
    CODED = "CODED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class Division(Changing, Row, table=True):
    """One division as it is today; what it was is in `division_change`."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("path"),
        UniqueConstraint("id", "path"),
        Index("division_parent", "parent_id"),
        Index("division_code", "code", unique=True, postgresql_where=text("valid_to IS NULL AND code IS NOT NULL")),
        ForeignKeyConstraint(["parent_id"], ["division.id"]),
        ForeignKeyConstraint(["successor_id"], ["division.id"]),
        one_of("level", DivisionLevel),
        CheckConstraint(
            "length(path) = CASE level WHEN 'PROVINCE' THEN 2 WHEN 'CITY' THEN 4 WHEN 'COUNTY' THEN 6"
            " WHEN 'STREET' THEN 9 ELSE 12 END AND path ~ '^[0-9A-Z]+$'",
            name="path_shape",
        ),
        CheckConstraint("valid_to >= valid_from", name="valid_order"),
    )

    path: str = Field(sa_type=Text(collation="C"))
    code: str | None = Field(default=None, sa_type=Text)
    name: str = Field(sa_type=Text)
    level: DivisionLevel = code_field()
    parent_id: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: UUID | None = None


class DivisionChange(Dated, Row, table=True):
    """One change in a division's life, from a date and on a document; never edited, so history keeps."""

    __tablename__ = "division_change"
    __table_args__ = (
        Index("division_change_division", "division_id", "effective_on"),
        ForeignKeyConstraint(["division_id"], ["division.id"]),
        ForeignKeyConstraint(["successor_id"], ["division.id"]),
        one_of("kind", ChangeKind),
    )

    division_id: UUID
    kind: ChangeKind = code_field()
    effective_on: date
    old_name: str = Field(sa_type=Text)
    old_code: str | None = Field(default=None, sa_type=Text)
    new_name: str | None = Field(default=None, sa_type=Text)
    new_code: str | None = Field(default=None, sa_type=Text)
    successor_id: UUID | None = None
    basis: str = Field(sa_type=Text)


LEVEL = {length: level for level, length in PATH_LENGTH.items()}

WORKER = Principal("worker")

# A published division has the same id on every machine.
_PUBLISHED = UUID("5f0a5b1c-6c3e-5d0e-9d5e-3c1f8a7e2b90")


def ancestry(path: str) -> list[str]:
    """The paths of the divisions above, from the province down, and the path itself."""
    return [path[:length] for length in sorted(LEVEL) if length <= len(path)]


def published_id(code: str) -> UUID:
    """The id of the division that was published under `code`."""
    return uuid5(_PUBLISHED, code)


async def by_code(scope: Scope, value: str, field: str) -> Division:
    """The division in force with this code or path.

    A code may be written with the zeros that fill it up to 6, 9 or 12 digits. Raises DIVISION_UNKNOWN,
    DIVISION_CLOSED or DIVISION_MERGED for `field`.
    """
    wanted = _spellings(value)
    query = select(Division).where(or_(col(Division.code).in_(wanted), col(Division.path).in_(wanted)))
    found = (await scope.session.scalars(query)).all()
    if not found:
        raise DomainError(Code.DIVISION_UNKNOWN, field, value=value.strip())
    best = min(found, key=lambda d: (d.valid_to is not None, *_nearness(d, wanted)))
    await _in_force(scope, best, field)
    return best


async def _in_force(scope: Scope, division: Division, field: str) -> None:
    if division.valid_to is None:
        return
    if division.successor_id is None:
        raise DomainError(Code.DIVISION_CLOSED, field, name=division.name, date=division.valid_to)
    successor = await scope.session.get_one(Division, division.successor_id)
    raise DomainError(
        Code.DIVISION_MERGED,
        field,
        name=division.name,
        date=division.valid_to,
        successor=successor.name,
        successor_path=successor.path,
    )


def _spellings(value: str) -> list[str]:
    """The code itself, then without the zeros that fill it up, the longest first."""
    code = unicodedata.normalize("NFKC", value).strip().upper()
    shorter = [code[:n] for n in (9, 6, 4, 2) if n < len(code) and not code[n:].strip("0") and len(code) in (6, 9, 12)]
    return [code, *shorter]


def _nearness(division: Division, wanted: list[str]) -> tuple[int, int]:
    """How well a division fits the spellings: by its code before by its path, the longest spelling first."""
    code = wanted.index(division.code) if division.code in wanted else len(wanted)
    path = wanted.index(division.path) if division.path in wanted else len(wanted)
    return min(code, path), code


async def load_national(database: Database) -> int:
    """Add the published provinces, cities, counties and streets that are missing, and say how many were.

    What is there already stays as it is, so a division that was renamed, merged or closed since stays so.
    """
    codes, names = zip(*published.read(), strict=True)
    async with database.writing(WORKER) as scope:
        status: str = await scope.connection.execute(
            """
            INSERT INTO division (id, path, code, name, level, parent_id)
            SELECT id, code, code, name, level, parent_id
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[])
                AS published (id, code, name, level, parent_id)
            ON CONFLICT DO NOTHING
            """,
            [published_id(code) for code in codes],
            codes,
            names,
            [LEVEL[len(code)].value for code in codes],
            [published_id(_above(code)) if len(code) > 2 else None for code in codes],
        )
    return int(status.split()[-1])


def _above(path: str) -> str:
    """The path of the division above."""
    return path[: max(length for length in LEVEL if length < len(path))]
