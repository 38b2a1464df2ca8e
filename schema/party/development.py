"""Development cases in the contract: 25 steps of one mutation, each entered with its day, document and facts."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import strawberry

from schema.party.terms import CaseState, DevelopmentStage, DevelopmentStep, RuleVersion, StepDecision, SupporterRole
from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.company import CompanyMember
from tenants.party import development as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.due import Due
    from schema.party.organisation import PartyOrganisation, PublicPartyOrganisation
    from schema.party.privacy import PartyFile

READ, UPDATE = Permission.PARTY_FILE_READ, Permission.PARTY_FILE_UPDATE


def _stage(row: Row) -> str:
    stages = " ".join(f"WHEN '{state}' THEN '{stage}'" for state, stage in rules.STAGE_OF.items())
    return f"CASE coalesce({row.state_before}, {row.state}) {stages} END"


def _entered_by(row: Row) -> str:
    return row.value(CompanyMember, lambda member: member.name, by={"id": "entered_by"})


@entity(table=rules.DevelopmentCase, prefix="dcs", permission=READ)
class DevelopmentCase(Node):
    """Development case (发展党员流程): one person's way into the Party, under the rules it began under."""

    rule_version: RuleVersion = column("Which rules (适用细则).", where=True)
    state: CaseState = column("Where it stands (状态).", personal=READ, where=True)
    state_before: CaseState | None = column("Where it stood when it was suspended (中止前状态).")
    stage: DevelopmentStage | None = expression(
        "Stage of the case (阶段), also while it is suspended; null once it is over.", _stage, personal=READ
    )
    applied_on: date = column("Applied on (申请日期).", personal=READ, where=True, order=True)
    mobile: bool = column("Works and lives at different places (流动人员).", where=True)
    extended_months: int | None = column("Probation was extended by so many months (延长预备期月数).", where=True)
    extended_on: date | None = column("The extension was decided on (延长决定日期).")
    extended_until: date | None = column("Probation was extended until (延长至).", where=True)
    extension_document: str | None = column("The document of the extension (延长文号).")
    ended_on: date | None = column("Ended, or suspended, on (终止、中止日期).", where=True, order=True)
    end_reason: str | None = column("Why (原因).")
    end_document: str | None = column("By which document (文号).")
    file: "PartyFile" = one("The file (档案).", where=True)
    organisation: "PartyOrganisation" = one("The branch (党支部).", where=True)
    steps: Connection["CaseStep"] = many("Steps taken (已办步骤).", by="case_id")
    reviews: Connection["CaseReview"] = many("Half-year reviews (半年考察).", by="case_id")
    supporters: Connection["CaseSupporter"] = many("Contacts and introducers (联系人、介绍人).", by="case_id")
    votes: Connection["CaseVote"] = many("Votes (表决).", by="case_id")
    publicities: Connection["CasePublicity"] = many("Publicity (公示).", by="case_id")
    dues: Connection["Due"] = many("What is due (待办).", by="subject_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.CaseStep, prefix="cst", permission=READ)
class CaseStep(Node):
    """Step that was taken (已办步骤)."""

    step: DevelopmentStep = column("Which step (步骤).", personal=READ, where=True)
    done_on: date = column("Done on (办理日期).", personal=READ, where=True, order=True)
    decision: StepDecision = column("What was decided (办理结果).", where=True)
    document: str | None = column("The document or record (文件或记录编号).")
    late_reason: str | None = column("Why it was late (逾期理由).")
    carried_over: bool = column("Taken before the case came into this ledger (历史步骤).", where=True)
    superseded: bool = column("To be taken again, after an extension (已失效).", where=True)
    training_days: int | None = column("Days of training (培训天数).")
    training_hours: int | None = column("Class hours of training (培训学时).")
    approver: "PartyOrganisation | None" = one("The company's committee that approved (审批党委).")
    approver_public: "PublicPartyOrganisation | None" = one("The committee that approved (审批党委).")
    entered_by: str | None = expression("Who entered it, by name (登记人).", _entered_by, personal=READ)
    case: "DevelopmentCase" = one("The case (流程).", where=True)
    created_at: datetime = column("Entered at (登记时间).", order=True)


@entity(table=rules.CaseReview, prefix="crv", permission=READ)
class CaseReview(Node):
    """Half-year review of an activist (半年考察)."""

    reviewed_on: date = column("Reviewed on (考察日期).", where=True, order=True)
    document: str = column("The record (记录编号).")
    entered_by: str | None = expression("Who entered it, by name (登记人).", _entered_by, personal=READ)
    case: "DevelopmentCase" = one("The case (流程).", where=True)


@entity(table=rules.CaseSupporter, prefix="csp", permission=READ)
class CaseSupporter(Node):
    """Contact or introducer (培养联系人、入党介绍人), by file number or, of another unit, by a document."""

    role: SupporterRole = column("Which (类别).", where=True)
    document: str | None = column("The document that names a member of another unit (外单位证明).")
    since: date = column("Since (开始日期).", where=True, order=True)
    ended_on: date | None = column("Until (结束日期).", where=True)
    file: "PartyFile | None" = one("The file (档案).", where=True)
    case: "DevelopmentCase" = one("The case (流程).", where=True)


@entity(table=rules.CaseVote, prefix="cvt", permission=READ)
class CaseVote(Node):
    """Vote of a general meeting on one person (支部大会表决)."""

    step: DevelopmentStep = column("At which step (步骤).", where=True)
    held_on: date = column("Held on (会议日期).", where=True, order=True)
    due: int = column("Full members with a vote, due to attend (应到会有表决权的正式党员).")
    attended: int = column("Attended (实到).")
    written: int = column("Absent, with an opinion given in writing before (书面意见).")
    yes: int = column("Agreed (赞成).")
    no: int = column("Refused (不赞成).")
    abstained: int = column("Abstained (弃权).")
    secret: bool = column("By secret ballot (无记名投票).")
    one_at_a_time: bool = column("Each person discussed and voted on alone (逐个讨论表决).")
    case: "DevelopmentCase" = one("The case (流程).", where=True)


@entity(table=rules.CasePublicity, prefix="cpb", permission=READ)
class CasePublicity(Node):
    """Publicity of a development object (公示)."""

    agreed_on: date | None = column("The committee above agreed on (上级党委同意日期).", where=True)
    first_day: date = column("First day (开始日期).", where=True, order=True)
    last_day: date = column("Last day (结束日期).", where=True, order=True)
    place: str = column("Where (公示地点).")
    second_place: str | None = column("Where else, for a mobile person (第二公示地点).")
    document: str | None = column("The document (文号).")
    provisional: bool = column("Counted without the year's published holidays (暂按工作日推算).")
    objections: int = column("Objections that came (异议数).")
    resolved: int = column("Objections decided (已处理异议数).")
    case: "DevelopmentCase" = one("The case (流程).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")


@strawberry.input(description="Numbers of a vote (支部大会表决情况).")
class CaseVoteInput:
    """Votes are those of members present and of opinions given in writing before."""

    due: int = strawberry.field(description="Full members with a vote, due to attend (应到).")
    attended: int = strawberry.field(description="Attended (实到).")
    yes: int = strawberry.field(description="Agreed (赞成).")
    no: int = strawberry.field(description="Refused (不赞成).")
    secret: bool = strawberry.field(description="By secret ballot (无记名投票).")
    one_at_a_time: bool = strawberry.field(description="Each person discussed and voted on alone (逐个讨论表决).")
    abstained: int = strawberry.field(description="Abstained (弃权).", default=0)
    written: int = strawberry.field(description="Absent, with a written opinion (书面意见).", default=0)


@strawberry.input(description="A step of the case's past, known from its document (历史步骤).")
class EarlierStepInput:
    """Which, when, by which document."""

    step: DevelopmentStep = strawberry.field(description="Which step (步骤).")
    done_on: date = strawberry.field(description="Done on (办理日期).")
    document: str = strawberry.field(description="The document (文件编号).")


@strawberry.input(description="An application to join the Party (入党申请); a running case brings its history.")
class StartDevelopmentCaseInput:
    """Whose, where, since when."""

    id: strawberry.ID | None = own_identifier("dcs")
    file_id: strawberry.ID = identifier("pfl", "The file (档案).")
    organisation_id: strawberry.ID = identifier("pog", "The branch (党支部).")
    applied_on: date = strawberry.field(description="Applied on (申请日期); it decides which rules hold.")
    born_on: date = strawberry.field(
        description="Date of birth (出生日期), checked against the age of 18 and kept nowhere."
    )
    document: str | None = strawberry.field(
        description="Where the application is kept (申请书编号).", default=strawberry.UNSET
    )
    mobile: bool = strawberry.field(description="Works and lives at different places (流动人员).", default=False)
    history: list[EarlierStepInput] = strawberry.field(
        description="Steps taken before the case came into this ledger, in order (历史步骤).", default_factory=list
    )


@strawberry.input(description="A step that was taken (办理步骤).")
class RecordDevelopmentStepInput:
    """Which, when, and what its guards ask for."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    step: DevelopmentStep = strawberry.field(description="Which step (步骤).")
    done_on: date = strawberry.field(description="Done on (办理日期).")
    document: str | None = strawberry.field(
        description="The document or record (文件或记录编号).", default=strawberry.UNSET
    )
    late_reason: str | None = strawberry.field(
        description="Why it is late (逾期理由), when its time has passed.", default=strawberry.UNSET
    )
    opinions_heard: bool = strawberry.field(
        description="Group, contacts, members and colleagues were heard (已听取意见).", default=False
    )
    supporter_ids: list[strawberry.ID] = identifier(
        "pfl", "Files of the contacts or introducers (联系人、介绍人档案).", default_factory=list
    )
    supporters_elsewhere: list[str] = strawberry.field(
        description="Documents that name full members of other units (外单位证明).", default_factory=list
    )
    training_days: int | None = strawberry.field(description="Days of training (培训天数).", default=strawberry.UNSET)
    training_hours: int | None = strawberry.field(
        description="Class hours of training (培训学时).", default=strawberry.UNSET
    )
    leaving_on: date | None = strawberry.field(
        description="When the person leaves the unit, if that is known (将离开单位日期), checked and kept nowhere.",
        default=strawberry.UNSET,
    )
    vote: CaseVoteInput | None = strawberry.field(description="The vote (表决情况).", default=strawberry.UNSET)
    approver_id: strawberry.ID | None = identifier(
        "pog", "The company's committee that approves (审批党委).", default=strawberry.UNSET
    )
    approver_public_id: strawberry.ID | None = identifier(
        "ppo", "The committee of the registry that approves (审批党委).", default=strawberry.UNSET
    )


@strawberry.input(description="A half-year review of an activist (半年考察).")
class ReviewDevelopmentCaseInput:
    """When, by which record."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reviewed_on: date = strawberry.field(description="Reviewed on (考察日期).")
    document: str = strawberry.field(description="The record (记录编号).")


@strawberry.input(description="Extend probation, once (延长预备期).")
class ExtendProbationInput:
    """By how many months, by which document."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    months: int = strawberry.field(description="Six to twelve months (延长月数).")
    decided_on: date = strawberry.field(description="Decided on (决定日期).")
    document: str = strawberry.field(description="The document (文号).")


@strawberry.input(description="Other contacts or introducers from a day on (调整培养联系人、入党介绍人).")
class ChangeCaseSupportersInput:
    """Which, from when; all of the role are named anew."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    role: SupporterRole = strawberry.field(description="Contacts or introducers (类别).")
    done_on: date = strawberry.field(description="From which day (调整日期).")
    supporter_ids: list[strawberry.ID] = identifier("pfl", "Their files (档案).", default_factory=list)
    supporters_elsewhere: list[str] = strawberry.field(
        description="Documents that name full members of other units (外单位证明).", default_factory=list
    )


@strawberry.input(description="Withdraw, refuse, suspend, hand over or cancel a case (撤回、拒收、中止、转出、取消).")
class StopDevelopmentCaseInput:
    """Which, when, by which document and why."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    state: CaseState = strawberry.field(description="WITHDRAWN, REJECTED, SUSPENDED, TRANSFERRED or CANCELLED (结果).")
    stopped_on: date = strawberry.field(description="On which day (日期).")
    document: str = strawberry.field(description="The document (文号).")
    reason: str = strawberry.field(description="Why (原因).")


@strawberry.input(description="Take a suspended case up again (恢复流程); its time has gone on.")
class ResumeDevelopmentCaseInput:
    """When, and where if elsewhere."""

    id: strawberry.ID = identifier("dcs", "The case (流程).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    resumed_on: date = strawberry.field(description="On which day (日期).")
    organisation_id: strawberry.ID | None = identifier(
        "pog", "The branch, when it is another (党支部).", default=strawberry.UNSET
    )


@strawberry.input(description="A publicity of a development object (公示).")
class PubliciseDevelopmentCaseInput:
    """When and where."""

    id: strawberry.ID | None = own_identifier("cpb")
    case_id: strawberry.ID = identifier("dcs", "The case (流程).")
    case_version: int = strawberry.field(description="The case's version you saw (版本号).")
    agreed_on: date | None = strawberry.field(
        description="The committee above agreed on (上级党委同意日期); the rules of 2026 ask for it first.",
        default=strawberry.UNSET,
    )
    first_day: date = strawberry.field(description="First day on which it is shown; it counts (开始日期).")
    last_day: date = strawberry.field(description="Last day (结束日期): at least five working days.")
    place: str = strawberry.field(description="Where (公示地点).")
    second_place: str | None = strawberry.field(
        description="Where else, for a mobile person (第二公示地点).", default=strawberry.UNSET
    )
    document: str | None = strawberry.field(description="The document (文号).", default=strawberry.UNSET)


@strawberry.input(description="An objection to a publicity (公示异议).")
class CasePublicityInput:
    """To which."""

    id: strawberry.ID = identifier("cpb", "The publicity (公示).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.type(description="What became of a change to a case (发展党员变更结果).")
class DevelopmentCasePayload:
    """The case, or why not."""

    development_case: DevelopmentCase | None = changed("The case (流程)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a publicity (公示结果).")
class CasePublicityPayload:
    """The publicity, or why not."""

    case_publicity: CasePublicity | None = changed("The publicity (公示)")
    user_errors: list[UserError] = user_errors()


@mutation(UPDATE, "Begin a development case with the application (递交入党申请书).")
async def start_development_case(scope: Scope, input: StartDevelopmentCaseInput) -> DevelopmentCasePayload:
    given = values(input)
    application = rules.Facts(
        done_on=given.pop("applied_on"), born_on=given.pop("born_on"), document=given.pop("document", None)
    )
    history = [rules.EarlierStep(**values(step)) for step in given.pop("history")]
    row = await rules.start(scope, rules.NewCase(**given, application=application, history=history))
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Enter that a step was taken (办理步骤); its guards say what it needs.")
async def record_development_step(scope: Scope, input: RecordDevelopmentStepInput) -> DevelopmentCasePayload:
    given: dict[str, Any] = values(input)
    case_id, version, step = given.pop("id"), given.pop("version"), given.pop("step")
    given["supporters"] = given.pop("supporter_ids")
    if given.get("vote") is not None:
        given["vote"] = rules.Vote(**values(given["vote"]))
    row = await rules.take_step(scope, case_id, version, step, rules.Facts(**given))
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Enter a half-year review of an activist (半年考察).")
async def review_development_case(scope: Scope, input: ReviewDevelopmentCaseInput) -> DevelopmentCasePayload:
    given = values(input)
    row = await rules.review(scope, given["id"], given["version"], given["reviewed_on"], given["document"])
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Name other contacts or introducers (调整培养联系人、入党介绍人).")
async def change_case_supporters(scope: Scope, input: ChangeCaseSupportersInput) -> DevelopmentCasePayload:
    given = values(input)
    case_id, version, role = given.pop("id"), given.pop("version"), given.pop("role")
    given["supporters"] = given.pop("supporter_ids")
    row = await rules.change_supporters(scope, case_id, version, role, rules.Facts(**given))
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Extend probation, once, by six to twelve months (延长预备期).")
async def extend_probation(scope: Scope, input: ExtendProbationInput) -> DevelopmentCasePayload:
    given = values(input)
    row = await rules.extend(
        scope, given["id"], given["version"], given["months"], given["decided_on"], given["document"]
    )
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Withdraw, refuse, suspend, hand over or cancel a case (撤回、不予接收、中止、转出、取消).")
async def stop_development_case(scope: Scope, input: StopDevelopmentCaseInput) -> DevelopmentCasePayload:
    given = values(input)
    row = await rules.stop(
        scope, given["id"], given["version"], given["state"], given["stopped_on"], given["document"], given["reason"]
    )
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Take a suspended case up again where it stood (恢复流程).")
async def resume_development_case(scope: Scope, input: ResumeDevelopmentCaseInput) -> DevelopmentCasePayload:
    given = values(input)
    row = await rules.resume(scope, given["id"], given["version"], given["resumed_on"], given.get("organisation_id"))
    return DevelopmentCasePayload(development_case=ref(DevelopmentCase, row.id))


@mutation(UPDATE, "Enter a publicity of at least five working days (公示).")
async def publicise_development_case(scope: Scope, input: PubliciseDevelopmentCaseInput) -> CasePublicityPayload:
    row = await rules.publicise(scope, rules.NewPublicity(**values(input)))
    return CasePublicityPayload(case_publicity=ref(CasePublicity, row.id))


@mutation(UPDATE, "Enter that an objection came (登记公示异议); the case waits until it is decided.")
async def object_to_publicity(scope: Scope, input: CasePublicityInput) -> CasePublicityPayload:
    row = await rules.object_to(scope, **values(input))
    return CasePublicityPayload(case_publicity=ref(CasePublicity, row.id))


@mutation(UPDATE, "Enter that an objection was decided (处理公示异议).")
async def resolve_objection(scope: Scope, input: CasePublicityInput) -> CasePublicityPayload:
    row = await rules.resolve(scope, **values(input))
    return CasePublicityPayload(case_publicity=ref(CasePublicity, row.id))
