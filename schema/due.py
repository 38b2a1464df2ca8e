"""What is due in the contract: one list, by date, of what a company, or the places of a division, owe."""

from datetime import date
from typing import TYPE_CHECKING

from schema.reads import Node, Row, Scope, column, entity, expression, one
from schema.terms import DueKind
from tenants import due as rules
from tenants.company import CompanyMember
from tenants.permission import Permission
from tenants.project import ProjectLead

if TYPE_CHECKING:
    from schema.agreement import Agreement, ClaimedProject
    from schema.check_in import CheckIn
    from schema.company import Company
    from schema.division import Division
    from schema.estate import Estate
    from schema.issue import Issue
    from schema.open_day import Opinion
    from schema.party.development import DevelopmentCase
    from schema.party.membership import PartyTransfer
    from schema.party.organisation import PartyOrganisation
    from schema.party.privacy import PartyFile
    from schema.project import Project
    from schema.rectification import RectificationItem


def _readable(row: Row) -> str:
    """What is due in the areas that the audience may read."""
    kinds = [f"'{kind}'" for kind in DueKind if rules.needed(kind) in row.statement.audience.permissions]
    return f"{row.kind} IN ({', '.join(kinds)})" if kinds else "false"


def _mine(row: Row) -> str:
    """The asker leads the project now; or is the community that owes it: a regulator holds no grant on leads."""
    if row.statement.audience.kind == "regulator":
        return f"({row.community} AND {row.division_path} = {row.asker(Scope.DIVISION)})"

    def myself(member: Row) -> str:
        return f"{member['id']} = {member.asker(Scope.ACTOR)}"

    def leading(lead: Row) -> str:
        return f"{lead.left_on} IS NULL AND {lead.exists(CompanyMember, by={'staff_id': 'staff_id'}, where=myself)}"

    return row.exists(ProjectLead, by={"project_id": "project_id"}, where=leading)


@entity(
    table=rules.Due,
    prefix="due",
    permission=Permission.DUE_READ,
    division="division_path",
    visible=_readable,
    order="due_on",
)
class Due(Node):
    """Something due by a day (待办事项), worked out when it is asked; of Party work never whose."""

    kind: DueKind = column("What has to be done (待办类型).", where=True)
    due_on: date = column("Last day to do it (办理期限).", where=True, order=True)
    overdue: bool = expression("The day has passed (已逾期).", lambda row: f"{row.due_on} < current_date", where=True)
    provisional: bool = column("The day's year has no published holiday calendar yet (期限暂定).", where=True)
    community: bool = column("The community owes it, not the company (由社区办理).", where=True)
    mine: bool = expression("It falls to a project that you lead, or to your community (本人负责).", _mine, where=True)
    company: "Company | None" = one("The company concerned (物业服务企业).", by={"id": "tenant_id"})
    project: "Project | None" = one("The project (物业项目).", where=True)
    estate: "Estate | None" = one("The estate (小区).", where=True)
    division: "Division" = one("Where (行政区划).", by={"path": "division_path"}, where=True)
    agreement: "Agreement | None" = one("The agreement to claim for or to review (共建协议).", by="subject_id")
    check_in: "CheckIn | None" = one("The check-in (社区报到).", by="subject_id")
    claimed_project: "ClaimedProject | None" = one("The claimed project (认领项目).", by="subject_id")
    issue: "Issue | None" = one("The issue (问题).", by="subject_id")
    opinion: "Opinion | None" = one("The opinion (意见建议).", by="subject_id")
    rectification_item: "RectificationItem | None" = one("What is to be put right (整改事项).", by="subject_id")
    development_case: "DevelopmentCase | None" = one(
        "The development case (发展党员流程).", by="subject_id", permission=Permission.PARTY_FILE_READ
    )
    party_file: "PartyFile | None" = one(
        "The Party file to erase (党员档案).", by="subject_id", permission=Permission.PARTY_FILE_READ
    )
    party_organisation: "PartyOrganisation | None" = one(
        "The organisation that elects (党组织).", by="subject_id", permission=Permission.PARTY_ORGANISATION_READ
    )
    party_transfer: "PartyTransfer | None" = one(
        "The transfer of a relation (组织关系转接).", by="subject_id", permission=Permission.PARTY_FILE_READ
    )
