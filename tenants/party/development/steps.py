"""The steps of developing a Party member (发展党员流程), as data: 25 steps in 5 stages, once per version of the rules.

A row says which steps must be done before, what has to hold, what is due when the step is done and the article it
rests on. The 2026 rules (中国共产党发展党员工作细则, issued 2026-05-11) hold for cases begun under them, the 2014
rules for those begun before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tenants.errors import Words
from tenants.party.due import DueKind


class RuleVersion(StrEnum):
    """Which text of the rules a case runs under, by the day of the application."""

    RULES_2014 = "RULES_2014"
    RULES_2026 = "RULES_2026"


RULES_2026_FROM = date(2026, 5, 11)


def version_on(applied_on: date) -> RuleVersion:
    """The rules that a case begun on a day keeps to its end."""
    return RuleVersion.RULES_2026 if applied_on >= RULES_2026_FROM else RuleVersion.RULES_2014


class DevelopmentStage(StrEnum):
    """The five stages (五个阶段)."""

    APPLICATION = "APPLICATION"
    ACTIVIST = "ACTIVIST"
    DEVELOPMENT_OBJECT = "DEVELOPMENT_OBJECT"
    ADMISSION = "ADMISSION"
    PROBATION = "PROBATION"


class CaseState(StrEnum):
    """Where a case stands; the last are ways a case stops or waits. TRANSFERRED went on elsewhere with its papers."""

    APPLIED = "APPLIED"
    TALKED = "TALKED"
    ACTIVIST = "ACTIVIST"
    DEVELOPMENT_OBJECT = "DEVELOPMENT_OBJECT"
    REVIEWED = "REVIEWED"
    TRAINED = "TRAINED"
    PRE_REVIEWED = "PRE_REVIEWED"
    BRANCH_APPROVED = "BRANCH_APPROVED"
    PROBATIONARY = "PROBATIONARY"
    CONVERSION_REQUESTED = "CONVERSION_REQUESTED"
    CONVERSION_BRANCH = "CONVERSION_BRANCH"
    FULL = "FULL"
    ARCHIVED = "ARCHIVED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"
    TRANSFERRED = "TRANSFERRED"
    LEDGER_ENDED = "LEDGER_ENDED"

    @classmethod
    def ended(cls) -> tuple["CaseState", ...]:
        """States that no step follows."""
        return (cls.ARCHIVED, cls.WITHDRAWN, cls.REJECTED, cls.CANCELLED, cls.TRANSFERRED, cls.LEDGER_ENDED)


class DevelopmentStep(StrEnum):
    """The 25 steps in their order."""

    APPLY = "APPLY"
    TALK = "TALK"
    RECOMMEND = "RECOMMEND"
    RECORD_ACTIVIST = "RECORD_ACTIVIST"
    ASSIGN_CONTACTS = "ASSIGN_CONTACTS"
    CULTIVATE = "CULTIVATE"
    DECIDE_OBJECT = "DECIDE_OBJECT"
    AGREE_OBJECT = "AGREE_OBJECT"
    CHOOSE_INTRODUCERS = "CHOOSE_INTRODUCERS"
    POLITICAL_REVIEW = "POLITICAL_REVIEW"
    TRAIN = "TRAIN"
    COMMITTEE_REVIEW = "COMMITTEE_REVIEW"
    PRE_REVIEW = "PRE_REVIEW"
    FILL_FORM = "FILL_FORM"
    BRANCH_MEETING = "BRANCH_MEETING"
    TALK_BEFORE_APPROVAL = "TALK_BEFORE_APPROVAL"
    APPROVE = "APPROVE"
    RECORD_ADMISSION = "RECORD_ADMISSION"
    PLACE = "PLACE"
    OATH = "OATH"
    CONTINUE_EDUCATION = "CONTINUE_EDUCATION"
    REQUEST_CONVERSION = "REQUEST_CONVERSION"
    CONVERSION_MEETING = "CONVERSION_MEETING"
    APPROVE_CONVERSION = "APPROVE_CONVERSION"
    ARCHIVE = "ARCHIVE"


class StepDecision(StrEnum):
    """What a step that is done has decided."""

    DONE = "DONE"
    AGREED = "AGREED"
    RECORDED = "RECORDED"
    PASSED = "PASSED"
    APPROVED = "APPROVED"


class Guard(StrEnum):
    """What has to hold for a step, beyond the steps before it."""

    ADULT = "ADULT"
    CONTACTS = "CONTACTS"
    REVIEWED_HALF_YEARLY = "REVIEWED_HALF_YEARLY"
    OPINIONS_HEARD = "OPINIONS_HEARD"
    PUBLICISED = "PUBLICISED"
    INTRODUCERS = "INTRODUCERS"
    TRAINED = "TRAINED"
    STAYS = "STAYS"
    INTRODUCED = "INTRODUCED"
    MAY_ADMIT = "MAY_ADMIT"
    VOTE = "VOTE"
    MAY_APPROVE = "MAY_APPROVE"


S, G, D = DevelopmentStep, Guard, StepDecision


@dataclass(frozen=True, slots=True)
class Wait:
    """A step comes no earlier than so many months after another; `extended` when an extension lengthens it."""

    months: int
    since: DevelopmentStep
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A step is due so many months after another. A firm limit is passed only with a stated reason, and never beyond
    `longest` months.
    """

    kind: DueKind
    months: int
    since: DevelopmentStep
    firm: bool = True
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class StepRule:
    """One row of the table."""

    step: DevelopmentStep
    stage: DevelopmentStage
    chinese: str
    english: str
    article: str
    after: tuple[DevelopmentStep, ...] = ()
    state: CaseState | None = None
    decision: StepDecision = StepDecision.DONE
    documented: bool = False
    guards: tuple[Guard, ...] = ()
    wait: Wait | None = None
    limit: Limit | None = None

    @property
    def title(self) -> Words:
        """What the step is called."""
        return Words(self.chinese, self.english)


_ONE, _TWO, _THREE, _FOUR, _FIVE = DevelopmentStage

_TABLE_2026 = (
    StepRule(S.APPLY, _ONE, "递交入党申请书", "Application", "5、6", (), CaseState.APPLIED, guards=(G.ADULT,)),
    StepRule(
        S.TALK,
        _ONE,
        "派人谈话",
        "Talk with the applicant",
        "7",
        (S.APPLY,),
        CaseState.TALKED,
        limit=Limit(DueKind.TALK, 1, S.APPLY, firm=False),
    ),
    StepRule(
        S.RECOMMEND,
        _TWO,
        "推荐和确定入党积极分子",
        "Recommend and decide: activist",
        "8",
        (S.TALK,),
        CaseState.ACTIVIST,
        D.AGREED,
        documented=True,
    ),
    StepRule(
        S.RECORD_ACTIVIST,
        _TWO,
        "上级党委备案",
        "Record with the higher committee",
        "8",
        (S.RECOMMEND,),
        decision=D.RECORDED,
        documented=True,
    ),
    StepRule(
        S.ASSIGN_CONTACTS,
        _TWO,
        "指定培养联系人",
        "Assign one or two contacts",
        "9",
        (S.RECORD_ACTIVIST,),
        guards=(G.CONTACTS,),
    ),
    StepRule(
        S.CULTIVATE,
        _TWO,
        "培养教育考察",
        "Cultivate, educate and inspect",
        "10、11、12",
        (S.ASSIGN_CONTACTS,),
        guards=(G.REVIEWED_HALF_YEARLY,),
    ),
    StepRule(
        S.DECIDE_OBJECT,
        _THREE,
        "确定发展对象",
        "Decide: development object",
        "13",
        (S.CULTIVATE,),
        decision=D.AGREED,
        documented=True,
        guards=(G.OPINIONS_HEARD,),
        wait=Wait(12, S.RECOMMEND),
    ),
    StepRule(
        S.AGREE_OBJECT,
        _THREE,
        "上级党委同意并公示",
        "Agreement of the higher committee, and publicity",
        "13",
        (S.DECIDE_OBJECT,),
        CaseState.DEVELOPMENT_OBJECT,
        D.AGREED,
        documented=True,
        guards=(G.PUBLICISED,),
    ),
    StepRule(
        S.CHOOSE_INTRODUCERS,
        _THREE,
        "确定入党介绍人",
        "Two introducers",
        "14",
        (S.AGREE_OBJECT,),
        guards=(G.INTRODUCERS,),
    ),
    StepRule(
        S.POLITICAL_REVIEW,
        _THREE,
        "政治审查",
        "Political review",
        "16",
        (S.AGREE_OBJECT,),
        CaseState.REVIEWED,
        D.PASSED,
        documented=True,
    ),
    StepRule(
        S.TRAIN,
        _THREE,
        "集中培训",
        "Short-term training",
        "17",
        (S.POLITICAL_REVIEW,),
        CaseState.TRAINED,
        guards=(G.TRAINED,),
    ),
    StepRule(
        S.COMMITTEE_REVIEW,
        _FOUR,
        "支部委员会审查",
        "Review by the branch committee",
        "18",
        (S.CHOOSE_INTRODUCERS, S.POLITICAL_REVIEW, S.TRAIN),
        decision=D.PASSED,
        guards=(G.STAYS,),
    ),
    StepRule(
        S.PRE_REVIEW,
        _FOUR,
        "上级党委预审",
        "Pre-review by the higher committee",
        "18",
        (S.COMMITTEE_REVIEW,),
        CaseState.PRE_REVIEWED,
        D.PASSED,
        documented=True,
        guards=(G.INTRODUCED,),
    ),
    StepRule(S.FILL_FORM, _FOUR, "填写入党志愿书", "Fill in the application form", "18", (S.PRE_REVIEW,)),
    StepRule(
        S.BRANCH_MEETING,
        _FOUR,
        "支部大会讨论",
        "General meeting of the branch",
        "19、20",
        (S.FILL_FORM,),
        CaseState.BRANCH_APPROVED,
        D.AGREED,
        documented=True,
        guards=(G.MAY_ADMIT, G.VOTE),
        limit=Limit(DueKind.BRANCH_MEETING, 1, S.PRE_REVIEW),
    ),
    StepRule(
        S.TALK_BEFORE_APPROVAL,
        _FOUR,
        "党委派人谈话",
        "Talk by the committee before approval",
        "23",
        (S.BRANCH_MEETING,),
    ),
    StepRule(
        S.APPROVE,
        _FOUR,
        "党委审批",
        "Approval by the committee",
        "22、25",
        (S.BRANCH_MEETING, S.TALK_BEFORE_APPROVAL),
        CaseState.PROBATIONARY,
        D.APPROVED,
        documented=True,
        guards=(G.MAY_APPROVE,),
        limit=Limit(DueKind.APPROVAL, 3, S.BRANCH_MEETING, longest=6),
    ),
    StepRule(
        S.RECORD_ADMISSION,
        _FOUR,
        "报上级组织部门备案",
        "Record with the higher organisation department",
        "25",
        (S.APPROVE,),
        decision=D.RECORDED,
        documented=True,
    ),
    StepRule(S.PLACE, _FIVE, "编入党支部和党小组", "Place in branch and group", "28", (S.APPROVE,)),
    StepRule(
        S.OATH,
        _FIVE,
        "入党宣誓",
        "Oath",
        "29",
        (S.APPROVE,),
        limit=Limit(DueKind.OATH, 1, S.APPROVE, firm=False),
    ),
    StepRule(S.CONTINUE_EDUCATION, _FIVE, "继续教育考察", "Continued education and inspection", "30", (S.PLACE,)),
    StepRule(
        S.REQUEST_CONVERSION,
        _FIVE,
        "提出转正申请",
        "Written request to convert",
        "31、32",
        (S.CONTINUE_EDUCATION,),
        CaseState.CONVERSION_REQUESTED,
        wait=Wait(12, S.BRANCH_MEETING, extended=True),
        limit=Limit(DueKind.CONVERSION, 12, S.BRANCH_MEETING, firm=False),
    ),
    StepRule(
        S.CONVERSION_MEETING,
        _FIVE,
        "支部大会讨论转正",
        "General meeting on conversion",
        "32",
        (S.REQUEST_CONVERSION,),
        CaseState.CONVERSION_BRANCH,
        D.AGREED,
        documented=True,
        guards=(G.MAY_ADMIT, G.VOTE),
        wait=Wait(12, S.BRANCH_MEETING, extended=True),
    ),
    StepRule(
        S.APPROVE_CONVERSION,
        _FIVE,
        "党委审批转正",
        "Approval of the conversion",
        "33",
        (S.CONVERSION_MEETING,),
        CaseState.FULL,
        D.APPROVED,
        documented=True,
        guards=(G.MAY_APPROVE,),
        limit=Limit(DueKind.CONVERSION_APPROVAL, 3, S.CONVERSION_MEETING),
    ),
    StepRule(
        S.ARCHIVE,
        _FIVE,
        "材料归档",
        "Archive",
        "36",
        (S.APPROVE_CONVERSION, S.RECORD_ADMISSION, S.OATH),
        CaseState.ARCHIVED,
    ),
)


def _in_2014(rule: StepRule) -> StepRule:
    """What the 2014 text says otherwise: the object is recorded, not agreed and publicised; no time for the oath."""
    if rule.step == S.AGREE_OBJECT:
        record = ("上级党委备案", "Record with the higher committee")
        return replace(rule, chinese=record[0], english=record[1], decision=D.RECORDED, guards=())
    return replace(rule, limit=None) if rule.step == S.OATH else rule


RULES: Mapping[RuleVersion, Mapping[DevelopmentStep, StepRule]] = {
    RuleVersion.RULES_2014: {rule.step: _in_2014(rule) for rule in _TABLE_2026},
    RuleVersion.RULES_2026: {rule.step: rule for rule in _TABLE_2026},
}

TITLES: Mapping[RuleVersion, Words] = {
    RuleVersion.RULES_2014: Words(
        "《中国共产党发展党员工作细则》（2014年）", "the 2014 rules on developing Party members"
    ),
    RuleVersion.RULES_2026: Words(
        "《中国共产党发展党员工作细则》（2026年）", "the 2026 rules on developing Party members"
    ),
}

SECRET_BALLOT = frozenset({RuleVersion.RULES_2026})
"""The versions that ask for a secret ballot (2026: article 20)."""

REVIEW_MONTHS = 6
"""An activist is reviewed this often (article 11)."""

PUBLICITY_DAYS = 5
"""Working days for which a development object is publicised (2026: article 13)."""

EXTENSION = range(6, 13)
"""Months by which probation may be extended, once (article 31)."""

STAGE_OF: Mapping[CaseState, DevelopmentStage] = {
    CaseState.APPLIED: _ONE,
    CaseState.TALKED: _ONE,
    CaseState.ACTIVIST: _TWO,
    CaseState.DEVELOPMENT_OBJECT: _THREE,
    CaseState.REVIEWED: _THREE,
    CaseState.TRAINED: _THREE,
    CaseState.PRE_REVIEWED: _FOUR,
    CaseState.BRANCH_APPROVED: _FOUR,
    CaseState.PROBATIONARY: _FIVE,
    CaseState.CONVERSION_REQUESTED: _FIVE,
    CaseState.CONVERSION_BRANCH: _FIVE,
    CaseState.FULL: _FIVE,
}
