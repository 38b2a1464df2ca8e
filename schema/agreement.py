"""Co-building agreements and claimed projects in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.terms import AgreementState, ClaimState
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import agreement as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.project import Project, ProjectLead


@entity(table=rules.Agreement, prefix="agr", permission=Permission.AGREEMENT_READ, division="division_path")
class Agreement(Node):
    """Co-building agreement (共建协议) of a company with a community for a year."""

    year: int = column("Year (年度).", where=True, order=True)
    state: AgreementState = column("State (协议状态).", where=True)
    community_organisation: str = column("The community's Party organisation (社区党组织).")
    signatory: str = column("Who signed for the company, by office (签订人职务).")
    signed_on: date = column("Signed on (签订日期).", where=True, order=True)
    document: str = column("Reference of the document (协议文号).")
    reviewed_on: date | None = column("Reviewed by the community on (评议日期).", where=True)
    review: str | None = column("The community's review (评议意见).")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    division: "Division" = one("The community (社区).", where=True)
    claimed_projects: Connection["ClaimedProject"] = many("Projects claimed under it (认领项目).", by="agreement_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.ClaimedProject, prefix="clp", permission=Permission.AGREEMENT_READ, division="division_path")
class ClaimedProject(Node):
    """Community service project that a company has claimed (认领共建项目)."""

    title: str = column("Title (项目名称).", where=True, order=True)
    category: str = column("Category (项目类别).", where=True)
    beneficiaries: int | None = column("Beneficiaries, a count (受益人数).")
    state: ClaimState = column("State (认领项目状态).", where=True)
    claimed_on: date = column("Claimed on (认领日期).", where=True, order=True)
    due_on: date = column("To be completed by (完成期限).", where=True, order=True)
    completed_on: date | None = column("Completed on (完成日期).", where=True, order=True)
    result: str | None = column("Result (实施结果).")
    drop_reason: str | None = column("Why it was given up (放弃原因).")
    confirmed_on: date | None = column("Confirmed by the community on (确认日期).", where=True)
    agreement: "Agreement" = one("The agreement (共建协议).", where=True)
    project: "Project | None" = one("The project it is done at (物业项目).")
    replaced_by: "ClaimedProject | None" = one("The project that replaces it (替换项目).")
    shares: Connection["ClaimShare"] = many("Leads who share it (共同认领人).", by="claimed_project_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.ClaimShare, prefix="cls", permission=Permission.LEAD_READ)
class ClaimShare(Node):
    """A lead's share in a claimed project (共同认领)."""

    lead: "ProjectLead | None" = one("The lead's term (项目负责人任职).")
    claimed_project: "ClaimedProject" = one("The project (认领项目).")


@strawberry.input(description="An agreement that was signed (登记共建协议).")
class SignAgreementInput:
    """With whom, for which year, by which document."""

    id: strawberry.ID | None = own_identifier("agr")
    division_code: str = strawberry.field(description="Code of the community (社区代码).")
    year: int = strawberry.field(description="Year (年度).")
    community_organisation: str = strawberry.field(description="The community's Party organisation (社区党组织).")
    signatory: str = strawberry.field(description="Who signed for the company, by office (签订人职务).")
    signed_on: date = strawberry.field(description="Signed on (签订日期).")
    document: str = strawberry.field(description="Reference of the document (协议文号).")


@strawberry.input(description="A project to claim (认领项目).")
class ClaimProjectInput:
    """What, under which agreement, by when, by whom."""

    id: strawberry.ID | None = own_identifier("clp")
    agreement_id: strawberry.ID = identifier("agr", "The agreement (共建协议).")
    title: str = strawberry.field(description="Title (项目名称).")
    category: str = strawberry.field(description="Category (项目类别).")
    due_on: date = strawberry.field(description="To be completed by (完成期限).")
    claimed_on: date | None = strawberry.field(description="Claimed on (认领日期); today when left out.", default=None)
    project_id: strawberry.ID | None = identifier("prj", "The project it is done at (物业项目).", default=None)
    beneficiaries: int | None = strawberry.field(description="Beneficiaries, a count (受益人数).", default=None)
    lead_ids: list[strawberry.ID] = identifier("led", "Leads who share it (共同认领人).", default_factory=list)


@strawberry.input(description="Work on a claimed project has begun (开始实施).")
class StartClaimedProjectInput:
    """Which."""

    id: strawberry.ID = identifier("clp", "The claimed project (认领项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="A claimed project is done (完成认领项目).")
class CompleteClaimedProjectInput:
    """When, and with what result."""

    id: strawberry.ID = identifier("clp", "The claimed project (认领项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    completed_on: date = strawberry.field(description="Completed on (完成日期).")
    result: str = strawberry.field(description="Result (实施结果).")


@strawberry.input(description="Give a claimed project up (放弃认领项目).")
class DropClaimedProjectInput:
    """Why, and what replaces it."""

    id: strawberry.ID = identifier("clp", "The claimed project (认领项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (放弃原因).")
    replaced_by_id: strawberry.ID | None = identifier("clp", "The one that replaces it (替换项目).", default=None)


@strawberry.input(description="The community confirms a claimed project (确认认领项目).")
class ConfirmClaimedProjectInput:
    """Which, and when."""

    id: strawberry.ID = identifier("clp", "The claimed project (认领项目).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    confirmed_on: date | None = strawberry.field(
        description="Confirmed on (确认日期); today when left out.", default=None
    )


@strawberry.input(description="The community reviews an agreement (评议共建协议).")
class ReviewAgreementInput:
    """In words."""

    id: strawberry.ID = identifier("agr", "The agreement (共建协议).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    review: str = strawberry.field(description="The review (评议意见).")
    reviewed_on: date | None = strawberry.field(
        description="Reviewed on (评议日期); today when left out.", default=None
    )


@strawberry.type(description="What became of an agreement (共建协议变更结果).")
class AgreementPayload:
    """The agreement, or why not."""

    agreement: Agreement | None = changed("The agreement (共建协议)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a claimed project (认领项目变更结果).")
class ClaimedProjectPayload:
    """The claimed project, or why not."""

    claimed_project: ClaimedProject | None = changed("The claimed project (认领项目)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.AGREEMENT_UPDATE, "Record the year's agreement with a community (登记共建协议).")
async def sign_agreement(scope: Scope, input: SignAgreementInput) -> AgreementPayload:
    row = await rules.sign(scope, rules.NewAgreement(**values(input)))
    return AgreementPayload(agreement=ref(Agreement, row.id))


@mutation(Permission.AGREEMENT_UPDATE, "Claim a community service project (认领项目).")
async def claim_project(scope: Scope, input: ClaimProjectInput) -> ClaimedProjectPayload:
    row = await rules.claim(scope, rules.NewClaim(**values(input)))
    return ClaimedProjectPayload(claimed_project=ref(ClaimedProject, row.id))


@mutation(Permission.AGREEMENT_UPDATE, "Work on a claimed project has begun (开始实施).")
async def start_claimed_project(scope: Scope, input: StartClaimedProjectInput) -> ClaimedProjectPayload:
    row = await rules.begin_claim(scope, **values(input))
    return ClaimedProjectPayload(claimed_project=ref(ClaimedProject, row.id))


@mutation(Permission.AGREEMENT_UPDATE, "A claimed project is done (完成认领项目).")
async def complete_claimed_project(scope: Scope, input: CompleteClaimedProjectInput) -> ClaimedProjectPayload:
    row = await rules.complete_claim(scope, **values(input))
    return ClaimedProjectPayload(claimed_project=ref(ClaimedProject, row.id))


@mutation(Permission.AGREEMENT_UPDATE, "Give a claimed project up, with a reason (放弃认领项目).")
async def drop_claimed_project(scope: Scope, input: DropClaimedProjectInput) -> ClaimedProjectPayload:
    row = await rules.drop_claim(scope, **{"replaced_by_id": None} | values(input))
    return ClaimedProjectPayload(claimed_project=ref(ClaimedProject, row.id))


@mutation(Permission.AGREEMENT_CONFIRM, "Confirm that a project claimed with your community is done (确认认领项目).")
async def confirm_claimed_project(scope: Scope, input: ConfirmClaimedProjectInput) -> ClaimedProjectPayload:
    row = await rules.confirm_claim(scope, **values(input) | {"confirmed_on": input.confirmed_on or today()})
    return ClaimedProjectPayload(claimed_project=ref(ClaimedProject, row.id))


@mutation(Permission.AGREEMENT_CONFIRM, "Review a year's agreement with your community (评议共建协议).")
async def review_agreement(scope: Scope, input: ReviewAgreementInput) -> AgreementPayload:
    given = values(input)
    row = await rules.review(scope, given["id"], given["version"], input.reviewed_on or today(), input.review)
    return AgreementPayload(agreement=ref(Agreement, row.id))
