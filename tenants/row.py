"""What every table row carries: a UUIDv7 made by the application, a version for optimistic locking, and times."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from random import Random, SystemRandom
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, Text, Uuid, text
from sqlmodel import Field, SQLModel

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Told:
    """Time and chance of a past that is told: the same each time, and everything a moment after the thing before.

    Each turn has chance and ids of its own, so that one that has more to tell than before changes no other.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._turns = Counter[date]()
        self.on(date(2025, 1, 1))

    def on(self, day: date) -> None:
        """What comes next happened on this day: from nine o'clock on, or a minute later for each turn before."""
        turn = self._turns[day]
        self._turns[day] += 1
        self._moment = datetime.combine(day, time(9), _SHANGHAI).astimezone(UTC) + timedelta(minutes=turn)
        self._began = int(self._moment.timestamp() * 1_000)
        self._numbers = count()
        self._tails = Random(f"{self._seed}/{day}/{turn}/ids")
        self.chance = Random(f"{self._seed}/{day}/{turn}")

    def moment(self) -> datetime:
        """The next moment."""
        self._moment += timedelta(microseconds=1)
        return self._moment

    def id(self) -> UUID:
        """A UUIDv7 of when the turn began, in the order of the ids of the turn."""
        milliseconds, within = divmod(next(self._numbers), 4_096)
        tail = self._tails.getrandbits(62)
        return UUID(int=(self._began + milliseconds) << 80 | 7 << 76 | within << 64 | 2 << 62 | tail)


_told: ContextVar[Told | None] = ContextVar("told", default=None)
_CHANCE: Final = SystemRandom()


@contextmanager
def telling(seed: str) -> Iterator[Told]:
    """Inside, time and chance are those of a story and not the machine's: for sample data, and nothing else."""
    story = Told(seed)
    token = _told.set(story)
    try:
        yield story
    finally:
        _told.reset(token)


def new_id() -> UUID:
    """A new UUIDv7: unique everywhere, and in the order of creation, which is the default order of every list."""
    told = _told.get()
    return uuid_utils.compat.uuid7() if told is None else told.id()


def now() -> datetime:
    """The present instant in UTC; the database keeps `timestamptz`, answers show Asia/Shanghai."""
    told = _told.get()
    return datetime.now(UTC) if told is None else told.moment()


def chance() -> Random:
    """What nobody can foretell: the operating system's random source, for lots, seeds and the letters of links."""
    told = _told.get()
    return _CHANCE if told is None else told.chance


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
