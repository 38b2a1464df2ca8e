"""Projects, their contracts and their leads in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import strawberry

from schema import reads
from schema.estate import EstateInput
from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.terms import ContractKind, DeliveryStatus, EndReason, ProjectStatus
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import company
from tenants import project as rules
from tenants.estate import NewEstate
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.check_in import CheckIn
    from schema.company import Company
    from schema.estate import Estate
    from schema.issue import Issue
    from schema.open_day import OpenDay
    from schema.staff import Staff


def _own_count(row: Row) -> str:
    """Who may change any project sees the count of any, a project manager that of the projects he or she leads."""
    if Permission.PROJECT_UPDATE in row.statement.audience.permissions:
        return row.owner_party_members

    def is_asker(member: Row) -> str:
        return f"{member['id']} = {member.asker(reads.Scope.ACTOR)}"

    def led_by_asker(lead: Row) -> str:
        asker = lead.exists(company.CompanyMember, by={"staff_id": "staff_id"}, where=is_asker)
        return f"{lead.left_on} IS NULL AND {asker}"

    led = row.exists(rules.ProjectLead, by="project_id", where=led_by_asker)
    return f"CASE WHEN {led} THEN {row.owner_party_members} END"


@entity(table=rules.Project, prefix="prj", permission=Permission.PROJECT_READ, division="division_path")
class Project(Node):
    """Project (物业项目): a company's engagement at an estate, with the estate's baseline ledger (工作台账)."""

    name: str = column("Name (项目名称).", where=True, order=True)
    status: ProjectStatus = column("Status (项目状态).", where=True)
    started_on: date = column("Started on (进驻日期).", where=True, order=True)
    contract_until: date | None = column("Last day of its latest contract (合同截止日).", where=True, order=True)
    ended_on: date | None = column("Last day (终止日期).", where=True, order=True)
    end_reason: EndReason | None = column("Why it ended (终止原因).", where=True)
    delivery_status: DeliveryStatus | None = column("Baseline: delivery (交付情况).", where=True)
    grid_count: int | None = column("Baseline: grids (网格数量).", where=True, order=True)
    owner_party_members: int | None = expression(
        "Baseline: Party members among the owners, a count (党员人数); null where you may only see it of projects you"
        " lead and do not lead this one.",
        _own_count,
        permission=Permission.PROJECT_READ_BASELINE,
    )
    surveyed_on: date | None = column("Baseline: surveyed on (摸底日期).", where=True, order=True)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    estate: "Estate" = one("The estate (小区).", where=True)
    contracts: Connection["ServiceContract"] = many("Service contracts (物业服务合同).", by="project_id")
    leads: Connection["ProjectLead"] = many("Leads, past and present (历任负责人).", by="project_id")
    current_lead: "ProjectLead | None" = one(
        "The present lead (现任负责人).", by={"project_id": "id"}, condition=lambda lead: f"{lead.left_on} IS NULL"
    )
    staff: Connection["Staff"] = many("Staff working here (在岗员工).", by="project_id")
    open_days: Connection["OpenDay"] = many("Open days (物业开放日).", by="project_id")
    issues: Connection["Issue"] = many("Issues found here (问题).", by="project_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.ServiceContract, prefix="con", permission=Permission.CONTRACT_READ)
class ServiceContract(Node):
    """Service contract (物业服务合同)."""

    kind: ContractKind = column("Kind (合同类型).", where=True)
    starts_on: date = column("First day (起始日期).", where=True, order=True)
    ends_on: date = column("Last day (终止日期).", where=True, order=True)
    filed_on: date | None = column("Filed with the authority on (备案日期).", where=True)
    terminated_on: date | None = column("Terminated early on (提前解除日期).", where=True)
    project: "Project" = one("The project (物业项目).", where=True)
    version: int = column("Version (版本号).")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@entity(table=rules.ProjectLead, prefix="led", permission=Permission.LEAD_READ)
class ProjectLead(Node):
    """Term of a project lead (项目负责人任职)."""

    arrived_on: date = column("Arrived on (到任日期).", where=True, order=True)
    left_on: date | None = column("Left on (离任日期).", where=True, order=True)
    staff: "Staff | None" = one("The person (员工).", where=True)
    project: "Project" = one("The project (物业项目).", where=True)
    check_in: "CheckIn | None" = one("The check-in with the community (社区报到).", by={"lead_id": "id"})
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="A service contract (物业服务合同).")
class ContractInput:
    """Kind and days; the last day counts."""

    kind: ContractKind = strawberry.field(description="Kind (合同类型).")
    starts_on: date = strawberry.field(description="First day (起始日期).")
    ends_on: date = strawberry.field(description="Last day (终止日期).")
    filed_on: date | None = strawberry.field(
        description="Filed with the authority on (备案日期).", default=strawberry.UNSET
    )

    def new(self) -> rules.NewContract:
        """As the rules take it."""
        return rules.NewContract(**values(self))


@strawberry.input(description="A project to begin (新建项目), at a registered estate or at a new one.")
class CreateProjectInput:
    """Either `estateId` or `newEstate`."""

    id: strawberry.ID | None = own_identifier("prj")
    estate_id: strawberry.ID | None = identifier(
        "est", "A registered estate that nobody serves (已登记小区).", default=strawberry.UNSET
    )
    new_estate: EstateInput | None = strawberry.field(
        description="An estate that the registry does not have yet (新小区); a regulator confirms it later.",
        default=strawberry.UNSET,
    )
    name: str | None = strawberry.field(
        description="Name (项目名称); the estate's when left out.", default=strawberry.UNSET
    )
    contract: ContractInput = strawberry.field(description="The contract it begins under (首份合同).")
    delivery_status: DeliveryStatus | None = strawberry.field(
        description="Baseline: delivery (交付情况).", default=strawberry.UNSET
    )
    grid_count: int | None = strawberry.field(description="Baseline: grids (网格数量).", default=strawberry.UNSET)
    owner_party_members: int | None = strawberry.field(
        description="Baseline: Party members among the owners, a count (党员人数).", default=strawberry.UNSET
    )
    surveyed_on: date | None = strawberry.field(
        description="Baseline: surveyed on (摸底日期).", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to a project (修改项目); what is left out stays.")
class UpdateProjectInput:
    """Name and baseline ledger."""

    id: strawberry.ID = identifier("prj", "The project (物业项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (项目名称).", default=strawberry.UNSET)
    delivery_status: DeliveryStatus | None = strawberry.field(
        description="Baseline: delivery (交付情况).", default=strawberry.UNSET
    )
    grid_count: int | None = strawberry.field(description="Baseline: grids (网格数量).", default=strawberry.UNSET)
    owner_party_members: int | None = strawberry.field(
        description="Baseline: Party members among the owners, a count (党员人数).", default=strawberry.UNSET
    )
    surveyed_on: date | None = strawberry.field(
        description="Baseline: surveyed on (摸底日期).", default=strawberry.UNSET
    )


@strawberry.input(description="End a project (终止项目).")
class EndProjectInput:
    """When and why."""

    id: strawberry.ID = identifier("prj", "The project (物业项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    ended_on: date = strawberry.field(
        description="Last day of service (终止日期), today at the latest; its first day for a project not yet begun."
    )
    reason: EndReason = strawberry.field(description="Why (终止原因); only a confirmed take-over gives TAKEN_OVER.")


@strawberry.input(description="A further contract for a project (续签合同).")
class AddServiceContractInput:
    """Which project, which contract."""

    project_id: strawberry.ID = identifier("prj", "The project (物业项目).")
    version: int = strawberry.field(description="The project's version you saw (版本号).")
    contract: ContractInput = strawberry.field(description="The contract (合同); it overlaps none.")


@strawberry.input(description="Put a member of staff in charge of a project (任命项目负责人).")
class AssignProjectLeadInput:
    """Who, from when."""

    project_id: strawberry.ID = identifier("prj", "The project (物业项目).")
    version: int = strawberry.field(description="The project's version you saw (版本号).")
    staff_id: strawberry.ID = identifier("stf", "The member of staff (员工).")
    arrived_on: date = strawberry.field(description="Day of arrival (到任日期), today at the latest.")
    replace_current: bool = strawberry.field(
        description="The present lead leaves on that day (替换现任).", default=False
    )


@strawberry.type(description="What became of a change to a project (项目变更结果).")
class ProjectPayload:
    """The project, or why not."""

    project: Project | None = changed("The project (物业项目)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PROJECT_CREATE, "Begin to serve an estate that nobody serves (新建项目).")
async def create_project(scope: Scope, input: CreateProjectInput) -> ProjectPayload:
    given: dict[str, Any] = values(input) | {"contract": input.contract.new()}
    if given.get("new_estate") is not None:
        given["new_estate"] = NewEstate(**values(given["new_estate"]))
    row = await rules.begin(scope, rules.NewProject(**given))
    return ProjectPayload(project=ref(Project, row.id))


@mutation(
    Permission.PROJECT_UPDATE_LED,
    "Change a project's name or baseline ledger (修改项目): those you lead, with `project:update` any.",
)
async def update_project(scope: Scope, input: UpdateProjectInput) -> ProjectPayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return ProjectPayload(project=ref(Project, row.id))


@mutation(Permission.PROJECT_END, "End a project: contracts stop, the lead leaves, the estate is free (终止项目).")
async def end_project(scope: Scope, input: EndProjectInput) -> ProjectPayload:
    row = await rules.end(scope, **values(input))
    return ProjectPayload(project=ref(Project, row.id))


@mutation(Permission.PROJECT_UPDATE, "Renew a project by a further contract (续签合同).")
async def add_service_contract(scope: Scope, input: AddServiceContractInput) -> ProjectPayload:
    given = values(input)
    row = await rules.add_contract(scope, given["project_id"], given["version"], input.contract.new())
    return ProjectPayload(project=ref(Project, row.id))


@mutation(Permission.LEAD_ASSIGN, "Put a member of staff in charge of a project (任命项目负责人).")
async def assign_project_lead(scope: Scope, input: AssignProjectLeadInput) -> ProjectPayload:
    row = await rules.assign_lead(scope, **values(input))
    return ProjectPayload(project=ref(Project, row.id))
