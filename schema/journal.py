"""A company's own audit trail in the contract."""

from datetime import datetime

from strawberry.scalars import JSON

from schema.reads import Node, column, entity
from tenants import journal
from tenants.permission import Permission


@entity(table=journal.AuditEntry, prefix="aud", permission=Permission.AUDIT_READ)
class AuditEntry(Node):
    """Entry of the audit trail (审计记录): who did what to which row, and when."""

    created_at: datetime = column("When (时间).", where=True, order=True)
    actor_kind: str = column("Kind of principal: tenant, regulator or worker (操作者类型).", where=True)
    action: str = column("What was done, in the past tense (操作).", where=True)
    subject: str = column("What it was done to (对象类型).", name="entity", where=True)
    changes: JSON = column("Column: [before, after], or the values of a new row (变更内容).")
