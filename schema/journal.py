"""A company's own audit trail in the contract."""

from datetime import datetime

from strawberry.scalars import JSON

from schema.reads import Node, Row, column, entity, expression
from schema.reads.declare import entity_of
from schema.reads.field import TYPES
from tenants import journal
from tenants.permission import Permission


def _subject_id(row: Row) -> str:
    """The row's table gives the prefix of its id: what is journalled is called as its table is."""
    entities = [entity_of(kind) for kind in TYPES.values() if "__entity__" in vars(kind)]
    prefixes = " ".join(f"WHEN '{one.table.name}' THEN '{one.prefix}_'" for one in entities)
    return f"CASE {row.entity} {prefixes} END || {row.entity_id}"


@entity(table=journal.AuditEntry, prefix="aud", permission=Permission.AUDIT_READ)
class AuditEntry(Node):
    """Entry of the audit trail (审计记录): who did what to which row, and when."""

    created_at: datetime = column("When (时间).", where=True, order=True)
    actor_kind: str = column("Kind of principal: tenant, regulator or worker (操作者类型).", where=True)
    actor_id: str | None = expression(
        "Id of the member who did it (操作者编号), of your portal or of a regulator; null for the platform.",
        lambda row: (
            f"CASE {row.actor_kind} WHEN 'tenant' THEN 'mem_' WHEN 'regulator' THEN 'rgm_' END || {row.actor_id}"
        ),
    )
    action: str = column("What was done, in the past tense (操作).", where=True)
    subject: str = column("What it was done to (对象类型).", name="entity", where=True)
    subject_id: str | None = expression("Id of what it was done to (对象编号), for `node(id:)`.", _subject_id)
    changes: JSON = column("Column: [before, after], or the values of a new row (变更内容).")
