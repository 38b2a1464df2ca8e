"""The enums of credit in the contract, each value with its description and Chinese term."""

from schema.terms import contract_enum
from tenants.credit.history import ChainBreak
from tenants.credit.record import CreditSeverity, CreditState, CreditSubject, ObjectionOutcome, RepairOutcome
from tenants.scheme.document import Nature

contract_enum(
    CreditSubject,
    "Whose credit it is (信用主体).",
    {
        CreditSubject.COMPANY: "The company (物业服务企业).",
        CreditSubject.PROJECT_LEAD: "A project lead (项目负责人).",
    },
)
contract_enum(
    Nature,
    "Class of information (信息类别).",
    {
        Nature.BASIC: "Basic information (基础信息).",
        Nature.GOOD: "Good information (良好信息).",
        Nature.BAD: "Bad information (不良信息).",
    },
    name="CreditInformation",
)
contract_enum(
    CreditSeverity,
    "How grave a bad record is (失信严重程度): it decides how long it is shown and when it may be repaired.",
    {
        CreditSeverity.MINOR: "Minor (轻微失信).",
        CreditSeverity.GENERAL: "General (一般失信).",
        CreditSeverity.SERIOUS: "Serious (严重失信).",
    },
)
contract_enum(
    CreditState,
    "Where a credit record's due process stands (信用记录状态).",
    {
        CreditState.DRAFT: "Drafted, not served (拟记录).",
        CreditState.NOTIFIED: "The notice was served; it may be objected to (已告知).",
        CreditState.OBJECTED: "Objected to, undecided (异议处理中).",
        CreditState.EFFECTIVE: "In force (已生效).",
        CreditState.REPAIR_APPLIED: "In force; repair was applied for (修复申请中).",
        CreditState.REPAIRED: "Repaired: counts and is shown no more (已修复).",
        CreditState.EXPIRED: "Its term is over: counts and is shown no more (已到期).",
        CreditState.REVOKED: "Taken back: counts and is shown no more (已撤销).",
    },
)
contract_enum(
    ObjectionOutcome,
    "What became of an objection (异议处理结果).",
    {
        ObjectionOutcome.UPHELD: "The record stands (维持).",
        ObjectionOutcome.AMENDED: "The record takes effect with other points (变更).",
        ObjectionOutcome.REVOKED: "The record is taken back (撤销).",
    },
    name="CreditObjectionOutcome",
)
contract_enum(
    RepairOutcome,
    "What became of an application for repair (信用修复结果).",
    {RepairOutcome.GRANTED: "Repaired (准予修复).", RepairOutcome.REFUSED: "Refused (不予修复)."},
    name="CreditRepairOutcome",
)
contract_enum(
    ChainBreak,
    "How the chain of a company's credit history is broken (信用记录链断裂类型).",
    {
        ChainBreak.ENTRY_MISSING: "An entry is missing or out of its place (缺失或错序).",
        ChainBreak.ENTRY_CHANGED: "An entry was changed (记录被改动).",
        ChainBreak.RECORD_CHANGED: "A record was changed beside its history (信用记录被直接改动).",
    },
    name="CreditChainBreak",
)

__all__ = [
    "ChainBreak",
    "CreditSeverity",
    "CreditState",
    "CreditSubject",
    "Nature",
    "ObjectionOutcome",
    "RepairOutcome",
]
