"""What every table row carries: a UUIDv7 made by the application, a version for optimistic locking, and times."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, Text, Uuid, text
from sqlmodel import Field, SQLModel

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def new_id() -> UUID:
    """A new UUIDv7: unique everywhere, and in the order of creation, which is the default order of every list."""
    return uuid_utils.compat.uuid7()


def now() -> datetime:
    """The present instant in UTC; the database keeps `timestamptz`, answers show Asia/Shanghai."""
    return datetime.now(UTC)


def today() -> date:
    """The legal day in China; a legal day is a date in Asia/Shanghai wherever the server stands."""
    return legal_day(now())


def legal_day(moment: datetime) -> date:
    """The legal day in China of an instant."""
    return moment.astimezone(_SHANGHAI).date()


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The check that keeps a text column to the members of an enum, whose names are the GraphQL values too."""
    allowed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def some_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The check that keeps a column of texts to members of an enum, at least one of them."""
    allowed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} <@ ARRAY[{allowed}] AND cardinality({column}) > 0", name=f"{column}_known")


def code_field(**options: Any) -> Any:
    """A column that holds the value of an enum as text (the table adds `one_of` for it)."""
    return Field(sa_type=Text, **options)


PERSONAL: dict[str, Any] = {"info": {"personal": True}}
"""Marks a column as personal data: a GraphQL field over it names the permission it takes (`sa_column_kwargs`)."""


class Row(SQLModel):
    """A row with an id of its own."""

    id: UUID = Field(default_factory=new_id, primary_key=True, sa_type=Uuid)


class Dated(SQLModel):
    """When the row was made."""

    created_at: datetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("now()")},
    )


class Changing(Dated):
    """A row that people change: its version rises by one with every change, and a stale version is a conflict."""

    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    updated_at: datetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("now()")},
    )


class TenantRow(SQLModel):
    """A row of one company: its key starts with the company, so nothing can point across companies."""

    tenant_id: UUID = Field(primary_key=True, sa_type=Uuid)
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_type=Uuid)
