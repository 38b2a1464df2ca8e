"""Regulators and their members in the contract, and what they left in the logs."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.terms import DivisionLevel, MemberStatus, Purpose, RegulatorRole, RegulatorStatus
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import access, journal
from tenants import regulator as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division


@entity(table=rules.Regulator, prefix="reg", permission=Permission.REGULATOR_READ)
class Regulator(Node):
    """Regulator organisation (监管机构), which sees its division's subtree."""

    name: str = column("Name (机构名称).", where=True, order=True)
    level: DivisionLevel = column("Level (级别).", where=True)
    status: RegulatorStatus = column("Status (状态).", where=True)
    division: "Division" = one("Its division (管辖区划).")
    members: Connection["RegulatorMember"] = many("Members (监管成员).", by="regulator_id")
    created_at: datetime = column("Recorded at (登记时间).")


@entity(table=rules.RegulatorMember, prefix="rgm", permission=Permission.REGULATOR_READ)
class RegulatorMember(Node):
    """Member of a regulator (监管成员)."""

    name: str = column("Name (姓名).", personal=Permission.REGULATOR_READ, where=True, order=True)
    role: RegulatorRole = column("Role (角色).", where=True)
    status: MemberStatus = column("Status (状态).", where=True)
    assigned_until: date | None = column("Assigned until (任职截止); null without an end.", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Admitted at (加入时间).", order=True)


@entity(table=access.AccessEntry, prefix="acc", permission=Permission.ACCESS_READ, order="created_at")
class AccessEntry(Node):
    """Entry of your company's access log (查阅记录): a regulator read rows of yours."""

    created_at: datetime = column("When (时间).", where=True, order=True)
    regulator_name: str = column("Which regulator (监管机构).", where=True)
    purpose: Purpose = column("What for (用途).", where=True)
    kinds: list[str] = column("Types of what was read (查阅内容).")


@entity(
    table=journal.RegistryAuditEntry,
    prefix="rau",
    permission=Permission.REGISTRY_AUDIT_READ,
    division="division_path",
)
class RegistryAuditEntry(Node):
    """Entry of the registry's audit trail (名录审计记录): estates, regulators, settings; for auditors."""

    created_at: datetime = column("When (时间).", where=True, order=True)
    actor_kind: str = column("Kind of principal: tenant, regulator or worker (操作者类型).", where=True)
    action: str = column("What was done, in the past tense (操作).", where=True)
    subject: str = column("What it was done to (对象类型).", name="entity", where=True)
    changes: JSON = column("Column: [before, after], or the values of a new row (变更内容).")


@strawberry.input(description="Let a person in (任命成员).")
class AppointRegulatorMemberInput:
    """Who, as what, until when."""

    name: str = strawberry.field(description="Name (姓名).")
    role: RegulatorRole = strawberry.field(description="Role (角色).")
    assigned_until: date | None = strawberry.field(
        description="Assigned until (任职截止); without an end when left out.", default=None
    )


@strawberry.input(description="Change a member's assignment (调整任职).")
class AssignRegulatorMemberInput:
    """As what, and until when."""

    id: strawberry.ID = identifier("rgm", "The member (监管成员).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    role: RegulatorRole = strawberry.field(description="Role (角色).")
    assigned_until: date | None = strawberry.field(
        description="Assigned until (任职截止); yesterday ends it at once, left out it has no end.", default=None
    )


@strawberry.type(description="What became of a member of a regulator (监管成员变更结果).")
class RegulatorMemberPayload:
    """The member, or why not."""

    regulator_member: RegulatorMember | None = changed("The member (监管成员)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.REGULATOR_UPDATE_MEMBERS, "Let a person in to your regulator (任命成员).")
async def appoint_regulator_member(scope: Scope, input: AppointRegulatorMemberInput) -> RegulatorMemberPayload:
    row = await rules.appoint_own(scope, **values(input))
    return RegulatorMemberPayload(regulator_member=ref(RegulatorMember, row.id))


@mutation(Permission.REGULATOR_UPDATE_MEMBERS, "Change or end a member's assignment (调整、终止任职).")
async def assign_regulator_member(scope: Scope, input: AssignRegulatorMemberInput) -> RegulatorMemberPayload:
    row = await rules.assign(scope, **values(input))
    return RegulatorMemberPayload(regulator_member=ref(RegulatorMember, row.id))
