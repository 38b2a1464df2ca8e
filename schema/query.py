"""The root of every read."""

import strawberry

from schema.company import Company, CompanyMember
from schema.division import Division
from schema.estate import Estate
from schema.journal import AuditEntry
from schema.project import Project
from schema.reads import Connection, Node, Scope, by_id, connection, node, nodes, single
from schema.regulator import Regulator
from schema.staff import Staff
from schema.take_over import TakeOver


@strawberry.type(description="Everything that can be read (查询).")
class Query:
    """Each field needs the permission of the entity it gives."""

    node: Node | None = node()
    nodes: list[Node | None] = nodes()
    company: Company | None = single("Your company (本企业); null for a regulator.", by={"tenant_id": Scope.TENANT})
    regulator: Regulator | None = single(
        "Your regulator organisation (本机构); null for a company.", by={"id": Scope.REGULATOR}
    )
    companies: Connection[Company] = connection("Companies you may see (物业服务企业).")
    company_members: Connection[CompanyMember] = connection("Members of your portal (企业成员).")
    estates: Connection[Estate] = connection("The estate registry (小区名录).")
    estate: Estate | None = by_id("An estate by its id (小区).")
    projects: Connection[Project] = connection("Projects you may see (物业项目).")
    project: Project | None = by_id("A project by its id (物业项目).")
    staff: Connection[Staff] = connection("Staff of your company (员工).")
    take_overs: Connection[TakeOver] = connection("Take-overs you may see (接管).")
    divisions: Connection[Division] = connection("Administrative divisions (行政区划).")
    division: Division | None = by_id("A division by its id (行政区划).")
    audit_entries: Connection[AuditEntry] = connection("Your company's audit trail (审计记录).")
