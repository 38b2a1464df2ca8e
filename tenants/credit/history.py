"""The history of a company's credit records: append-only, each entry bound to the one before it by a hash (D10).

An entry holds the record as it was after a step. Whoever changes, removes or reorders an entry, or changes a record
beside its history, is shown where the chain breaks, although the owner of the tables can do all of that.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from tenants.change import find
from tenants.company import Company
from tenants.row import Dated, TenantRow, code_field, new_id, now
from tenants.scope import Scope

if TYPE_CHECKING:
    from tenants.credit.record import CreditRecord


class CreditEntry(Dated, TenantRow, table=True):
    """One link: the step, who took it, the record after it, and the hash over all of that and the link before."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seq"),
        UniqueConstraint("tenant_id", "record_id", "record_version"),
        ForeignKeyConstraint(["tenant_id", "record_id"], ["credit_record.tenant_id", "credit_record.id"]),
    )

    seq: int
    record_id: UUID
    record_version: int
    action: str = Field(sa_type=Text)
    actor_kind: str = code_field()
    actor_id: UUID | None = None
    record: dict[str, Any] = Field(sa_type=JSONB)
    previous: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


class ChainBreak(StrEnum):
    """How a chain is broken."""

    ENTRY_MISSING = "ENTRY_MISSING"
    ENTRY_CHANGED = "ENTRY_CHANGED"
    RECORD_CHANGED = "RECORD_CHANGED"


RECORD: Final = "jsonb_strip_nulls(to_jsonb(r) - ARRAY['created_at', 'updated_at', 'division_path'])"
"""SQL of what an entry keeps of the record `r`. Its path follows the division's; the division itself is kept."""

HASH: Final = """encode(sha256(convert_to(json_build_array(e.previous, e.tenant_id, e.seq, e.id,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.record_id, e.record_version, e.action,
    e.actor_kind, e.actor_id, e.record::text)::text, 'UTF8')), 'hex')"""
"""SQL of the hash of an entry `e`."""

_APPEND: Final = f"""
INSERT INTO credit_entry (tenant_id, id, created_at, seq, record_id, record_version, action, actor_kind, actor_id,
                          record, previous, hash)
SELECT e.*, {HASH} FROM (
    SELECT r.tenant_id, $3::uuid AS id, $4::timestamptz AS created_at, coalesce(last.seq, 0) + 1 AS seq,
           r.id AS record_id, r.version AS record_version, $5::text AS action, $6::text AS actor_kind,
           $7::uuid AS actor_id, {RECORD} AS record, coalesce(last.hash, '') AS previous
    FROM credit_record r LEFT JOIN LATERAL (
        SELECT seq, hash FROM credit_entry WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1) last ON true
    WHERE r.tenant_id = $1 AND r.id = $2
) e
"""

_FIRST: Final = "e.broken = 'RECORD_CHANGED', e.n"
"""A chain that does not hold says more than a record that does not agree with it."""

VERIFY: Final = f"""
SELECT w.entries, w.head, CASE WHEN w.broken IS NOT NULL THEN least(w.n, w.entries + 1) END AS broken_at, w.broken
FROM (SELECT count(e.seq)::int AS entries, max(e.hash) FILTER (WHERE e.latest) AS head,
             (array_agg(e.n ORDER BY {_FIRST}) FILTER (WHERE e.broken IS NOT NULL))[1]::int AS n,
             (array_agg(e.broken ORDER BY {_FIRST}) FILTER (WHERE e.broken IS NOT NULL))[1] AS broken
FROM (
    SELECT e.seq, e.n, e.hash, e.latest, CASE
           WHEN e.seq <> e.n THEN 'ENTRY_MISSING'
           WHEN e.previous <> coalesce(e.before, '') OR e.hash <> {HASH} THEN 'ENTRY_CHANGED'
           WHEN e.last_of_record AND e.record <> {RECORD} THEN 'RECORD_CHANGED' END AS broken
    FROM (
        SELECT t.*, r, row_number() OVER chain AS n, lag(t.hash) OVER chain AS before,
               lead(t.seq) OVER chain IS NULL AS latest,
               lead(t.seq) OVER (PARTITION BY t.record_id ORDER BY t.seq) IS NULL AS last_of_record
        FROM credit_entry t JOIN credit_record r ON r.id = t.record_id
        WHERE {{of_t}} AND {{of_r}} WINDOW chain AS (ORDER BY t.seq)
    ) e
    UNION ALL
    SELECT NULL, 2147483647, NULL, false, 'ENTRY_MISSING' FROM credit_record q
    WHERE {{of_q}} AND NOT EXISTS (SELECT FROM credit_entry x WHERE {{of_x}} AND x.record_id = q.id)
) e) w
"""
"""Walk a company's chain: how many entries there are, the hash of the last one, and the first broken link."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk along a company's chain found; `broken_at` is the first place where it does not hold."""

    entries: int
    head: str | None
    broken_at: int | None
    broken: ChainBreak | None


async def append(scope: Scope, row: "CreditRecord", action: str) -> None:
    """Add the record's present state to the company's chain, which one transaction at a time continues."""
    await find(scope, Company, row.tenant_id, lock=True)
    await scope.settle()
    await scope.connection.execute(
        _APPEND, row.tenant_id, row.id, new_id(), now(), action, scope.actor_kind, scope.principal.actor_id
    )


async def verify(scope: Scope) -> Chain:
    """Walk the chain of the company in whose name this runs."""
    await scope.settle()
    held = {f"of_{alias}": f"{alias}.tenant_id = $1" for alias in "trqx"}
    row = await scope.connection.fetchrow(VERIFY.format_map(held), scope.tenant_id)
    broken = row["broken"]
    return Chain(row["entries"], row["head"], row["broken_at"], None if broken is None else ChainBreak(broken))
