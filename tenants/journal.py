"""The journal: an audit entry (who, when, what changed) and an outbox event, in the business row's transaction.

What happens in a company's name is in the company's journal, also what it does to the estate registry; what a
regulator does to the registry is journalled under the registry.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from tenants.row import Dated, Row, TenantRow, code_field, new_id, now
from tenants.scope import Scope


class _Entry(Dated):
    actor_kind: str = code_field()
    actor_id: UUID | None = None
    action: str = Field(sa_type=Text)
    entity: str = Field(sa_type=Text)
    entity_id: UUID
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class _Event(Dated):
    topic: str = Field(sa_type=Text)
    entity_id: UUID
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class _Registry(SQLModel):
    division_path: str = Field(sa_type=Text(collation="C"))


class AuditEntry(_Entry, TenantRow, table=True):
    """What was done to a company's row; append-only."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        Index("audit_entry_entity", "tenant_id", "entity_id"),
    )


class OutboxEvent(_Event, TenantRow, table=True):
    """What others are to be told about a company's row; append-only."""

    __tablename__ = "outbox_event"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),)


class RegistryAuditEntry(_Entry, _Registry, Row, table=True):
    """What was done to the estate registry, and by whom; append-only."""

    __tablename__ = "registry_audit_entry"
    __table_args__ = (Index("registry_audit_entry_entity", "entity_id"),)


class RegistryEvent(_Event, _Registry, Row, table=True):
    """What others are to be told about the estate registry; append-only."""

    __tablename__ = "registry_event"


CONFIDENTIAL: dict[str, Any] = {"info": {"confidential": True}}
"""Ends the `__table_args__` of a table whose journal says that a row was made, refused or changed and by whom, never
what; nobody outside is told of it.
"""


CONFIDENTIAL_COLUMN: dict[str, Any] = {"info": {"personal": True, "confidential": True}}
"""Marks a personal column (`sa_column_kwargs`) that fewer may read than the trail: the journal leaves it out."""


async def record(scope: Scope, action: str, entity: str, row: Any, changes: Mapping[str, Any] | None = None) -> None:
    """Write the audit entry and the outbox event of one change to `row`, in the transaction that makes the change.

    `action` is the past tense of what was done ("created"); `changes` holds column: [before, after] pairs, or the
    values of a new row. A company's row, or a company acting, is journalled with the company; else the registry.
    """
    untold = {column.name for column in row.__table__.columns if column.info.get("confidential")}
    facts = {name: _plain(value) for name, value in (changes or {}).items() if name not in untold}
    confidential = bool(row.__table__.info.get("confidential"))
    if confidential:
        action, facts = (action if action in ("created", "refused") else "changed"), {}
    entry = {
        "created_at": now(),
        "actor_kind": scope.actor_kind,
        "actor_id": scope.principal.actor_id,
        "action": action,
        "entity": entity,
        "entity_id": row.id,
        "changes": facts,
    }
    event = {
        "created_at": entry["created_at"],
        "topic": f"{entity}.{action}",
        "entity_id": row.id,
        "payload": {"version": row.version},
    }
    company = getattr(row, "tenant_id", scope.principal.tenant_id if scope.principal.kind == "tenant" else None)
    if company is not None:
        scope.write_later(AuditEntry, {"id": new_id(), "tenant_id": company, **entry})
        if not confidential:
            scope.write_later(OutboxEvent, {"id": new_id(), "tenant_id": company, **event})
    else:
        # What has no place of its own, such as a regulator's member, is where who acts is.
        place = getattr(row, "division_path", None) or scope.principal.division_path
        scope.write_later(RegistryAuditEntry, {"id": new_id(), "division_path": place, **entry})
        if not confidential:
            scope.write_later(RegistryEvent, {"id": new_id(), "division_path": place, **event})


def _plain(value: Any) -> Any:
    """A value as JSON keeps it: ids, dates and decimals as text."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, StrEnum) else value
    return str(value)
