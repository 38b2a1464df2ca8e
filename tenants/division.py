"""Administrative divisions (行政区划): a tree that outlives its codes, and the path that scopes a regulator.

The statistical codes end in 2023 and are no longer published, so a code is an optional attribute: the key is our own,
and the path (2, 4, 6, 9 or 12 characters: province, city, county, street, community) is the code where one was
published and a locally given one elsewhere.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from tenants.row import Changing, Dated, Row, code_field, one_of


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
