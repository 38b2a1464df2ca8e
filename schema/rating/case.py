"""What takes part in a rating: applied for by a company or nominated by the division, with its self-assessment."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.rating.cycle import RatingCyclePayload, payload
from schema.rating.terms import CaseState, RatingObjectionOutcome
from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants.permission import Permission
from tenants.rating import case as rules
from tenants.rating.case import RatingCase as Case
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.project import Project
    from schema.rating.cycle import RatingCycle
    from schema.rating.score import RatingResult, RatingSheet


@entity(table=Case, prefix="rca", permission=Permission.RATING_READ, division="division_path")
class RatingCase(Node):
    """Case of a rating (参评对象): a project or a company in a cycle, and what the company claims of itself."""

    number: str = column("Dossier number (案卷编号), under which it is evaluated anonymously.", where=True)
    state: CaseState = column("Where it stands (参评状态).", where=True)
    nominated: bool = column("Nominated by the division, not applied for (推荐参评).", where=True)
    applied_on: date = column("Applied for or nominated on (申报日期).", where=True, order=True)
    reason: str | None = column("Why it does not take part (不予参评原因).")
    claims: JSON = column("What the company claims, by indicator, with its evidence (自评); numbers are texts.")
    objected_on: date | None = column("Objected to on (提出异议日期).", where=True, order=True)
    objection: str | None = column("Grounds of the objection (异议理由).")
    objection_decide_by: date | None = column("Objection to be decided by (异议处理期限).", where=True, order=True)
    objection_provisional: bool = column("That day's year has no published holiday calendar yet (期限暂定).")
    objection_decided_on: date | None = column("Objection decided on (异议处理日期).", where=True)
    objection_outcome: RatingObjectionOutcome | None = column("What became of it (异议处理结果).", where=True)
    objection_answer: str | None = column("Answer to the objection (异议答复).")
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    project: "Project | None" = one("The project (物业项目); null where companies are rated.", where=True)
    results: Connection["RatingResult"] = many("Its results, as far as you may see them (评定结果).", by="case_id")
    sheets: Connection["RatingSheet"] = many("Its score sheets, as far as you may see them (评分表).", by="case_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Entered at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="What is said of one indicator (指标填报); which field is its answer, its kind says.")
class RatingAnswerInput:
    """One indicator, one answer."""

    indicator: str = strawberry.field(description="Code of the indicator (指标代码).")
    choice: str | None = strawberry.field(description="Code of the tier (档次), of fixed tiers.", default=None)
    count: Decimal | None = strawberry.field(
        description="How many (数量), of count tiers and deductions.", default=None
    )
    yes: bool | None = strawberry.field(description="Yes or no (是否), also of gates and vetoes.", default=None)
    part: Decimal | None = strawberry.field(description="Part of the ratio (分子).", default=None)
    whole: Decimal | None = strawberry.field(description="Whole of the ratio (分母).", default=None)
    points: Decimal | None = strawberry.field(description="Points (分值), by judgement or imported.", default=None)
    answers: list[Decimal] | None = strawberry.field(
        description="Answers of a survey on paper (满意度问卷答案).", default=None
    )
    evidence: str | None = strawberry.field(
        description="Title or number of the document that shows it (证据材料).", default=None
    )


def answers(given: list[RatingAnswerInput]) -> list[rules.Answer]:
    """The answers as the rules take them."""
    return [rules.Answer(**vars(one)) for one in given]


@strawberry.input(description="Take part in a rating cycle (申报参评).")
class ApplyForRatingInput:
    """Which cycle, with which project."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    project_id: strawberry.ID | None = identifier(
        "prj", "The project (物业项目); none where companies are rated.", default=None
    )


@strawberry.input(description="Nominate for a rating (推荐参评).")
class NominateForRatingInput:
    """Which cycle, and which projects."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    version: int = strawberry.field(description="The cycle's version that you saw (版本号).")
    project_ids: list[strawberry.ID] | None = identifier(
        "prj", "The projects (物业项目); all that are active there when left out.", default=None
    )


@strawberry.input(description="Assess yourself (自评).")
class AssessForRatingInput:
    """Which case, and what is claimed."""

    id: strawberry.ID = identifier("rca", "The case (参评对象).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    claims: list[RatingAnswerInput] = strawberry.field(
        description="What you claim of indicators (自评内容); what you claimed of others stays."
    )


@strawberry.input(description="Decide whether a case takes part (参评条件审查).")
class DecideRatingCaseInput:
    """Which, and how."""

    id: strawberry.ID = identifier("rca", "The case (参评对象).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    eligible: bool = strawberry.field(description="It meets the conditions (符合参评条件).")
    reason: str | None = strawberry.field(description="Why not (不予参评原因); needed when it does not.", default=None)


@strawberry.type(description="What became of a case (参评对象变更结果).")
class RatingCasePayload:
    """The case, or why not."""

    rating_case: RatingCase | None = changed("The case (参评对象)")
    user_errors: list[UserError] = user_errors()


def of_case(row: Case) -> RatingCasePayload:
    """The case as it is now."""
    return RatingCasePayload(rating_case=ref(RatingCase, row.id))


@mutation(Permission.RATING_APPLY, "Take part in an open cycle, with a project where projects are rated (申报参评).")
async def apply_for_rating(scope: Scope, input: ApplyForRatingInput) -> RatingCasePayload:
    given = values(input)
    return of_case(await rules.apply(scope, given["cycle_id"], given.get("project_id")))


@mutation(Permission.RATING_APPLY, "Enter what you claim of indicators while the cycle is open (自评).")
async def assess_for_rating(scope: Scope, input: AssessForRatingInput) -> RatingCasePayload:
    given = values(input)
    return of_case(await rules.assess(scope, given["id"], given["version"], answers(input.claims)))


@mutation(Permission.RATING_PUBLISH, "Nominate projects of your division, or all there are (推荐参评).")
async def nominate_for_rating(scope: Scope, input: NominateForRatingInput) -> RatingCyclePayload:
    given = values(input)
    return payload(await rules.nominate(scope, given["cycle_id"], given["version"], given.get("project_ids")))


@mutation(Permission.RATING_PUBLISH, "Decide whether a case meets the conditions of taking part (参评条件审查).")
async def decide_rating_case(scope: Scope, input: DecideRatingCaseInput) -> RatingCasePayload:
    return of_case(await rules.decide(scope, **values(input)))
