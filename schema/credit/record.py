"""Credit records in the contract: drafted and decided by regulators, objected to and repaired by the company."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.credit.terms import (
    ChainBreak,
    CreditSeverity,
    CreditState,
    CreditSubject,
    Nature,
    ObjectionOutcome,
    RepairOutcome,
)
from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.reads import Scope as Asker
from schema.reads.report import figure, figures
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.company import CompanyMember
from tenants.credit import history, notice, objection, repair
from tenants.credit.record import CreditRecord as Record
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.project import Project
    from schema.staff import Staff


def _visible(row: Row) -> str:
    """What has ended leaves every answer but audit's: the company's administrator and the regulator's auditor read it;
    who ended it sees that it did, that day. A project lead's records are for who audits the company's credit, for the
    lead, and for regulators.
    """
    audience = row.statement.audience
    kept = f"{row.ended_on} IS NULL AND {row.state} <> 'REVOKED' AND coalesce({row.valid_to} >= current_date, true)"
    shown = "true"
    if Permission.CREDIT_READ_ENDED not in audience.permissions:
        shown = f"(({kept}) OR ({row.decided_by} = {row.asker(Asker.ACTOR)} AND {row.updated_at} >= current_date))"
    if audience.kind != "tenant" or Permission.CREDIT_AUDIT in audience.permissions:
        return shown

    def asking(member: Row) -> str:
        return f"{member['id']} = {member.asker(Asker.ACTOR)}"

    own = row.exists(CompanyMember, by={"staff_id": "staff_id"}, where=asking)
    return f"{shown} AND ({row.subject} = 'COMPANY' OR {own})"


@entity(table=Record, prefix="crd", permission=Permission.CREDIT_READ, division="division_path", visible=_visible)
class CreditRecord(Node):
    """Credit record (信用记录) of a company or a project lead, with the fields of its notice (记分告知单).

    One that expired, was repaired or revoked is shown to audit only: the company's administrator and auditors.
    """

    subject: CreditSubject = column("Whose credit it is (信用主体).", where=True)
    information: Nature = column("Class of information (信息类别).", where=True)
    severity: CreditSeverity | None = column("How grave a bad record is (严重程度).", where=True)
    state: CreditState = column("Where its due process stands (状态).", where=True)
    item: str = column("Code of the scheme's item (计分项代码).", where=True)
    level: str | None = column("Level, for items that have levels (级别).", where=True)
    matter: str | None = column("The matter, where several records are about one (事项).", where=True)
    article: str = column("Article or clause of the standard (标准条款).")
    points: Decimal = column(
        "Points, with their sign (分值), of the scheme in force on the day of decision.", order=True
    )
    facts: str = column("The facts (事实).")
    basis: str = column("The document that decided it (依据文件及文号).")
    evidence: str | None = column("Reference of the evidence (证据材料).")
    issuer: str = column("Who issued it (记录单位).", where=True)
    occurred_on: date = column("Occurred on (发生日期).", where=True, order=True)
    decided_on: date = column("Decided on (认定日期).", where=True, order=True)
    handler: str | None = column("Who handles it at the issuer (承办人).")
    objection_days: int = column("Working days to object, as the notice says (异议天数).")
    rectify_days: int | None = column("Days to rectify, as the notice says (整改天数).")
    notified_on: date | None = column("Notice served on (告知日期).", where=True, order=True)
    object_by: date | None = column("Last day to object (异议期限).", where=True, order=True)
    rectify_by: date | None = column("Last day to rectify (整改期限).", where=True, order=True)
    provisional: bool = column("A deadline's year has no published holiday calendar yet (期限暂定).")
    rectified_on: date | None = column("Reported as rectified on (整改报告日期).", where=True)
    rectification: str | None = column("How it was rectified (整改说明).")
    objected_on: date | None = column("Objected to on (提出异议日期).", where=True, order=True)
    objection: str | None = column("Grounds of the objection (异议理由).")
    objection_others: str | None = column("Other bodies involved in the objection (涉及的其他单位).")
    objection_appraisal_days: int = column("Working days of expert appraisal, not counted (专家评审工作日).")
    objection_decide_by: date | None = column("Objection to be decided by (异议处理期限).", where=True, order=True)
    objection_decided_on: date | None = column("Objection decided on (异议处理日期).", where=True)
    objection_outcome: ObjectionOutcome | None = column("What became of the objection (异议处理结果).", where=True)
    objection_answer: str | None = column("Answer to the objection (异议答复).")
    objection_overdue: bool = expression(
        "The objection was not decided in time, or is not (异议处理逾期).",
        lambda row: f"coalesce(coalesce({row.objection_decided_on}, current_date) > {row.objection_decide_by}, false)",
        where=True,
    )
    effective_on: date | None = column("In force since (生效日期).", where=True, order=True)
    valid_to: date | None = column("Last day it may count (有效期至).", where=True, order=True)
    repair_applied_on: date | None = column("Repair applied for on (申请修复日期).", where=True, order=True)
    repair_correction: str | None = column("What was put right (整改情况).")
    repair_pledge: str | None = column("Document of the public pledge (信用承诺书).")
    repair_decide_by: date | None = column("Repair to be decided by (修复办理期限).", where=True, order=True)
    repair_overdue: bool = expression(
        "The application was not decided in time, or is not (修复办理逾期).",
        lambda row: f"coalesce(coalesce({row.repair_decided_on}, current_date) > {row.repair_decide_by}, false)",
        where=True,
    )
    repair_decided_on: date | None = column("Repair decided on (修复决定日期).", where=True)
    repair_outcome: RepairOutcome | None = column("What became of the application (修复结果).", where=True)
    repair_answer: str | None = column("Answer to the application (修复答复).")
    ended_on: date | None = column("First day on which it counts no more (终止日期).", where=True, order=True)
    revocation: str | None = column("Why it was taken back (撤销原因).")
    replaced: "CreditRecord | None" = one(
        "The record in whose place it began, when an objection changed its points (被变更的记录).", by="replaces"
    )
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    staff: "Staff | None" = one("The project lead (项目负责人).", where=True)
    project: "Project | None" = one("The project (物业项目).", where=True)
    division: "Division" = one("Where it lies (所属区划).", where=True)
    history: Connection["CreditEntry"] = many("Its history (变更记录).", by="record_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Drafted at (起草时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=history.CreditEntry, prefix="cre", permission=Permission.CREDIT_AUDIT, order="seq")
class CreditEntry(Node):
    """Entry of a company's credit history (信用记录链): a step of a record, bound to the entry before it by a hash."""

    seq: int = column("Its place in the company's chain, from 1 (序号).", where=True, order=True)
    action: str = column("The step, in the past tense (操作).", where=True)
    actor_kind: str = column("Kind of who took it: tenant, regulator or worker (操作者类型).")
    actor_id: str | None = expression(
        "Id of the member who took it (操作者编号); null for the platform.",
        lambda row: (
            f"CASE {row.actor_kind} WHEN 'tenant' THEN 'mem_' WHEN 'regulator' THEN 'rgm_' END || {row.actor_id}"
        ),
    )
    content: JSON = column("The record after it (记录内容).", name="record")
    previous: str = column("Hash of the entry before, empty for the first (前一哈希).")
    hash: str = column("SHA-256 over this entry and `previous` (哈希).", where=True)
    record: "CreditRecord | None" = one("The record (信用记录).", where=True)
    created_at: datetime = column("When (时间).", where=True, order=True)


@figures("A walk along your company's credit history (信用记录链核验); `brokenAt` is null while it holds.")
class CreditChain:
    """One row."""

    entries: int = figure("Entries (记录数).")
    head: str | None = figure("Hash of the last entry (最新哈希).")
    broken_at: int | None = figure("The first place where the chain does not hold (断裂位置).")
    broken: ChainBreak | None = figure("How it is broken (断裂类型).")


@strawberry.input(description="Draft a credit record (起草信用记录).")
class DraftCreditRecordInput:
    """Whose, for what, by which item and document."""

    id: strawberry.ID | None = own_identifier("crd")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业).")
    subject: CreditSubject = strawberry.field(
        description="Whose credit it is (信用主体); a lead is who led the project on the day it occurred.",
        default=CreditSubject.COMPANY,
    )
    project_id: strawberry.ID | None = identifier("prj", "The project (物业项目).", default=None)
    item: str = strawberry.field(description="Code of the scheme's item (计分项代码).")
    level: str | None = strawberry.field(description="Level, for items that have levels (级别).", default=None)
    points: Decimal | None = strawberry.field(
        description="Points (分值), only for items whose points are judged.", default=None
    )
    severity: CreditSeverity | None = strawberry.field(
        description="How grave it is (严重程度), for a bad record.", default=None
    )
    matter: str | None = strawberry.field(
        description="The matter (事项), where several records are about one.", default=None
    )
    article: str = strawberry.field(description="Article or clause of the standard (标准条款).")
    facts: str = strawberry.field(description="The facts (事实).")
    basis: str = strawberry.field(description="The document that decided it, with its number (依据文件及文号).")
    evidence: str | None = strawberry.field(description="Reference of the evidence (证据材料).", default=None)
    occurred_on: date = strawberry.field(description="Occurred on (发生日期).")
    decided_on: date = strawberry.field(description="Decided on (认定日期); points are those of this day's scheme.")
    objection_days: int | None = strawberry.field(
        description="Working days to object (异议天数); OBJECTION_DAYS of the division when left out.", default=None
    )
    rectify_days: int | None = strawberry.field(description="Days to rectify (整改天数).", default=None)


@strawberry.input(description="Serve a record's notice (送达记分告知单).")
class NotifyCreditRecordInput:
    """When, and by whom."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    served_on: date | None = strawberry.field(
        description="Served on (送达日期); today when left out.", default=strawberry.UNSET
    )
    handler: str = strawberry.field(description="Who handles it (承办人).")


@strawberry.input(description="Put a record into force (信用记录生效).")
class EffectCreditRecordInput:
    """Which."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="Take a record back (撤销信用记录).")
class RevokeCreditRecordInput:
    """Why."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    reason: str = strawberry.field(description="Why (撤销原因), such as the document that annulled its basis.")


@strawberry.input(description="Report that a record's matter was put right (报告整改).")
class RectifyCreditRecordInput:
    """How."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    rectification: str = strawberry.field(description="How it was rectified (整改说明).")


@strawberry.input(description="Object to a notice, or to a record in force (提出异议).")
class ObjectToCreditRecordInput:
    """On which grounds."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    grounds: str = strawberry.field(description="Grounds (异议理由).")


@strawberry.input(description="Extend the time to decide an objection (延长异议处理期限).")
class ExtendCreditObjectionInput:
    """Because of whom or what."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    others: str | None = strawberry.field(description="Other bodies involved (涉及的其他单位).", default=None)
    appraisal_days: int = strawberry.field(
        description="Working days of expert appraisal (专家评审工作日), which are not counted.", default=0
    )


@strawberry.input(description="Decide an objection (处理异议).")
class DecideCreditObjectionInput:
    """How, and why."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    outcome: ObjectionOutcome = strawberry.field(description="How (处理结果).")
    answer: str = strawberry.field(description="Answer to the company (异议答复).")
    points: Decimal | None = strawberry.field(description="The new points (变更后分值), for AMENDED.", default=None)


@strawberry.input(description="Apply for repair (申请信用修复).")
class ApplyForCreditRepairInput:
    """What was put right, and the pledge."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    correction: str = strawberry.field(description="What was put right (整改情况).")
    pledge: str = strawberry.field(description="Document of the public pledge (信用承诺书).")


@strawberry.input(description="Decide an application for repair (办理信用修复).")
class DecideCreditRepairInput:
    """How, and why."""

    id: strawberry.ID = identifier("crd", "The record (信用记录).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    outcome: RepairOutcome = strawberry.field(description="How (修复结果).")
    answer: str = strawberry.field(description="Answer to the company (修复答复).")


@strawberry.type(description="What became of a credit record (信用记录变更结果).")
class CreditRecordPayload:
    """The record, or why not."""

    credit_record: CreditRecord | None = changed("The record (信用记录)")
    user_errors: list[UserError] = user_errors()


def _payload(row: Record) -> CreditRecordPayload:
    return CreditRecordPayload(credit_record=ref(CreditRecord, row.id))


@mutation(
    Permission.CREDIT_DRAFT, "Draft a credit record of a company or project lead of your division (起草信用记录)."
)
async def draft_credit_record(scope: Scope, input: DraftCreditRecordInput) -> CreditRecordPayload:
    return _payload(await notice.draft(scope, notice.NewCreditRecord(**values(input))))


@mutation(Permission.CREDIT_DECIDE, "Serve the notice of a record that somebody else drafted (送达记分告知单).")
async def notify_credit_record(scope: Scope, input: NotifyCreditRecordInput) -> CreditRecordPayload:
    given = values(input)
    served_on = given.get("served_on") or today()
    return _payload(await notice.notify(scope, given["id"], given["version"], served_on, given["handler"]))


@mutation(Permission.CREDIT_DECIDE, "Put a record into force that nobody objected to in time (信用记录生效).")
async def effect_credit_record(scope: Scope, input: EffectCreditRecordInput) -> CreditRecordPayload:
    return _payload(await notice.take_effect(scope, **values(input)))


@mutation(Permission.CREDIT_DECIDE, "Take a record back, because its basis was annulled (撤销信用记录).")
async def revoke_credit_record(scope: Scope, input: RevokeCreditRecordInput) -> CreditRecordPayload:
    return _payload(await notice.revoke(scope, **values(input)))


@mutation(Permission.CREDIT_OBJECT, "Report that what a notice told you to rectify is done (报告整改).")
async def rectify_credit_record(scope: Scope, input: RectifyCreditRecordInput) -> CreditRecordPayload:
    return _payload(await repair.rectify(scope, **values(input)))


@mutation(
    Permission.CREDIT_OBJECT,
    "Object to a notice within its days, or to a record in force within the division's (提出异议).",
)
async def object_to_credit_record(scope: Scope, input: ObjectToCreditRecordInput) -> CreditRecordPayload:
    return _payload(await objection.object_to(scope, **values(input)))


@mutation(
    Permission.CREDIT_DECIDE,
    "Extend the time to decide an objection: other bodies are involved, or experts appraise (延长异议处理期限).",
)
async def extend_credit_objection(scope: Scope, input: ExtendCreditObjectionInput) -> CreditRecordPayload:
    return _payload(await objection.extend(scope, **values(input)))


@mutation(Permission.CREDIT_DECIDE, "Decide an objection (处理异议).")
async def decide_credit_objection(scope: Scope, input: DecideCreditObjectionInput) -> CreditRecordPayload:
    return _payload(await objection.decide_objection(scope, **values(input)))


@mutation(Permission.CREDIT_OBJECT, "Apply for the repair of a bad record after its shortest term (申请信用修复).")
async def apply_for_credit_repair(scope: Scope, input: ApplyForCreditRepairInput) -> CreditRecordPayload:
    return _payload(await repair.apply(scope, **values(input)))


@mutation(Permission.CREDIT_DECIDE, "Decide an application for repair (办理信用修复).")
async def decide_credit_repair(scope: Scope, input: DecideCreditRepairInput) -> CreditRecordPayload:
    return _payload(await repair.decide_repair(scope, **values(input)))
