"""Regulators and their members in the contract."""

from datetime import datetime
from typing import TYPE_CHECKING

from schema.reads import Connection, Node, column, entity, many, one
from schema.terms import DivisionLevel, MemberStatus, RegulatorRole, RegulatorStatus
from tenants import regulator as rules
from tenants.permission import Permission

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
    created_at: datetime = column("Admitted at (加入时间).", order=True)
