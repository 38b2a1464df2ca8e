"""The access log (查阅记录): which regulator read which of a company's rows and what for, written where they were read.

A regulator states a purpose; without one the policies show it no row of a company. Each row of a company that a
statement answers with leaves a mark (the function `seen` of the database), and the marks become entries in the same
transaction: no row is read without its entry, and no entry remains of a read that failed. Counts and reports leave no
mark, since they answer with no company's row. The company reads the entries about itself.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from tenants.row import Dated, TenantRow, code_field, one_of


class Purpose(StrEnum):
    """What a regulator works for."""

    COMMUNITY_WORK = "COMMUNITY_WORK"
    COMPLAINT = "COMPLAINT"
    CREDIT = "CREDIT"
    INSPECTION = "INSPECTION"
    RATING = "RATING"
    STATISTICS = "STATISTICS"
    SUPERVISION = "SUPERVISION"


class AccessEntry(Dated, TenantRow, table=True):
    """That a regulator read rows of a company, of these kinds, in one request."""

    __tablename__ = "access_entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        Index("access_entry_time", "tenant_id", "created_at", "id"),
        Index("access_entry_regulator", "tenant_id", "regulator_id"),
        one_of("purpose", Purpose),
    )

    regulator_id: UUID
    regulator_name: str = Field(sa_type=Text)
    actor_id: UUID
    purpose: Purpose = code_field()
    kinds: list[str] = Field(sa_type=ARRAY(Text))


LOG: Final = """
INSERT INTO access_entry (tenant_id, id, regulator_id, regulator_name, actor_id, purpose, kinds)
SELECT split_part(mark, ':', 1)::uuid, gen_random_uuid(), r.id, r.name, current_setting('linli.actor')::uuid,
       current_setting('linli.purpose'), array_agg(split_part(mark, ':', 2) ORDER BY split_part(mark, ':', 2))
FROM string_to_table(rtrim(current_setting('linli.seen', true)), ' ') AS mark
JOIN regulator r ON r.id = current_setting('linli.regulator')::uuid
WHERE mark <> ''
GROUP BY 1, r.id, r.name
"""
"""Turns the marks of the transaction into entries, as the worker: a regulator writes no company's row."""


async def mark(connection: Any, companies: Iterable[UUID], kind: str) -> None:
    """Note that a rule answers with rows of these companies; the compiled reads note it row by row."""
    await connection.execute("SELECT count(seen(each, $2)) FROM unnest($1::uuid[]) each", sorted(companies), kind)
