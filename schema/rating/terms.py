"""The enums of ratings in the contract, each value with its description and Chinese term."""

from schema.terms import contract_enum
from tenants.rating.case import CaseState, RatingObjectionOutcome
from tenants.rating.cycle import CycleState

contract_enum(
    CycleState,
    "Where a rating cycle stands (评定周期状态).",
    {
        CycleState.DRAFT: "Drafted (草案).",
        CycleState.OPEN: "Open to applications and self-assessment (申报自评).",
        CycleState.COLLECTING: "Evaluators score (评分中).",
        CycleState.SCORED: "Scored; only the organiser knows (已评分).",
        CycleState.PUBLICITY: "In publicity; the companies may object (公示中).",
        CycleState.FINAL: "Every objection is decided (已审定).",
        CycleState.PUBLISHED: "Published (已公布).",
        CycleState.RECTIFYING: "Published, and put right where it was asked (整改中).",
        CycleState.CLOSED: "Closed (已结束).",
    },
    name="RatingCycleState",
)
contract_enum(
    CaseState,
    "Where the rating of one project or company stands (参评状态).",
    {
        CaseState.APPLIED: "Applied for (已申报).",
        CaseState.ELIGIBLE: "Takes part (符合参评条件).",
        CaseState.INELIGIBLE: "Does not take part (不符合参评条件).",
        CaseState.SCORING: "Being scored (评分中).",
        CaseState.SCORED: "Scored (已评分).",
        CaseState.ADJUSTED: "Its result was changed after an objection (异议后已调整).",
        CaseState.FINAL: "Final (已审定).",
    },
    name="RatingCaseState",
)
contract_enum(
    RatingObjectionOutcome,
    "What became of an objection to a result (评定异议处理结果).",
    {
        RatingObjectionOutcome.UPHELD: "The result stands (维持).",
        RatingObjectionOutcome.ADJUSTED: "The result is another one (调整).",
    },
)

__all__ = ["CaseState", "CycleState", "RatingObjectionOutcome"]
