"""Scores and results in the contract: entered by evaluators and peers, worked out, objected to, published."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.rating.case import RatingAnswerInput, RatingCasePayload, answers, of_case
from schema.rating.cycle import RatingCyclePayload, RatingCycleStepInput, payload
from schema.rating.terms import RatingObjectionOutcome
from schema.reads import Node, Row, column, entity, expression, one, ref
from schema.reads import Scope as Asker
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants.division import subtree
from tenants.permission import Permission
from tenants.rating import coverage, objection, progress, publication, result, sheet, what_if
from tenants.scheme.registry import Writing
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.rating.case import RatingCase
    from schema.rating.cycle import RatingCycle
    from schema.scheme import Scheme

_VERSION = "Version (版本号)."
_GROUP = "Code of the evaluator group (评价主体代码); empty where the scheme has none."


@entity(table=sheet.RatingEvaluator, prefix="rev", permission=Permission.RATING_SCORE)
class RatingEvaluator(Node):
    """Evaluator (评价主体成员): a regulator that scores in a group of a cycle."""

    group: str = column(_GROUP, name="group_code", where=True)
    regulator_name: str = column("Name of the regulator (评价单位).", where=True)
    mine: bool = expression(
        "Whether it is your organisation (是否本单位).",
        lambda row: f"{row.regulator_id} = {row.asker(Asker.REGULATOR)}",
        where=True,
    )
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    version: int = column(_VERSION)
    created_at: datetime = column("Appointed at (确定时间).", order=True)


def _readable(row: Row, path: str) -> str:
    """What a regulator wrote itself, and what lies in cycles of its division: the policy asks the stage too."""
    return f"({row.regulator_id} = {row.asker(Asker.REGULATOR)} OR {subtree(row.division_path, path)})"


@entity(table=sheet.RatingSheet, prefix="rsh", permission=Permission.RATING_READ, division=_readable)
class RatingSheet(Node):
    """Score sheet (评分表): what an evaluator answered of a case. Until the cycle is scored only the evaluator reads
    it, then the organiser, and once published the company.
    """

    group: str = column(_GROUP, name="group_code", where=True)
    evaluator: str = column("Who evaluated (评价单位).", where=True)
    revision: int = column("Revision (修订次数), from 1; the last one counts.", where=True, order=True)
    answers: JSON = column("The answers by indicator, with their evidence (评分); numbers are texts.")
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    case: "RatingCase | None" = one("The case (参评对象).", where=True)
    version: int = column(_VERSION)
    created_at: datetime = column("Entered at (评分时间).", order=True)


@entity(table=sheet.RatingPeerReview, prefix="rpr", permission=Permission.RATING_READ, division="division_path")
class RatingPeerReview(Node):
    """Peer review (同行评价): a dossier without names that a company evaluates, and its answers."""

    group: str = column(_GROUP, name="group_code", where=True)
    number: str = column("Dossier number (案卷编号).", where=True)
    dossier: JSON = column("The indicators to answer, and what is claimed (匿名案卷).")
    answers: JSON = column("The answers by indicator (评分); numbers are texts.")
    submitted_on: date | None = column("Answered on (评价日期).", where=True, order=True)
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    company: "Company | None" = one("The peer (评价企业).", by={"id": "tenant_id"})
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Handed out at (分发时间).", order=True)


@entity(table=result.RatingResult, prefix="rrs", permission=Permission.RATING_READ, division="division_path")
class RatingResult(Node):
    """Result of a case (评定结果). The company reads it from publicity on. A correction is another edition."""

    edition: int = column("Edition (版次), from 1; the last one holds.", where=True, order=True)
    total: Decimal = column("The total, rounded half up to the scheme's places (总分).", where=True, order=True)
    band: str | None = column("Code of the band reached (等次).", where=True)
    explanation: JSON = column(
        "What it is made of (得分说明): sections and indicators, each with its answers, what was cut and why, and the"
        " band reached."
    )
    inputs: JSON = column("What went into it (评定依据数据); scored again by the scheme, it gives the same bytes.")
    digest: str = column("SHA-256 over the explanation (摘要).", where=True)
    scheme_digest: str = column("SHA-256 of the scheme it was scored by (方案摘要).")
    reason: str | None = column("Why there is another edition (更正原因).")
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    case: "RatingCase | None" = one("The case (参评对象).", where=True)
    scheme: "Scheme" = one("What it was scored by (评定方案).")
    version: int = column(_VERSION)
    created_at: datetime = column("Worked out at (计算时间).", order=True)


def _latest(row: Row) -> str:
    later = row.exists(
        publication.PublishedRating,
        by={"cycle_id": "cycle_id", "number": "number"},
        where=lambda other: f"{other.edition} > {row.edition}",
    )
    return f"NOT {later}"


@entity(table=publication.PublishedRating, prefix="rpb", permission=Permission.RATING_READ)
class PublishedRating(Node):
    """Published result (公布的评定结果), for everybody."""

    company_name: str = column("The company (物业服务企业).", where=True)
    project_name: str | None = column("The project (物业项目).", where=True)
    number: str = column("Dossier number (案卷编号).", where=True)
    edition: int = column("Edition (版次).", where=True, order=True)
    latest: bool = expression("No correction followed it (现行结果).", _latest, where=True)
    total: Decimal = column("Total (总分).", where=True, order=True)
    band: str | None = column("Code of the band (等次代码).", where=True)
    band_name: str | None = column("The band (等次).", where=True)
    action: str | None = column("What follows from the band (后续措施).")
    reason: str | None = column("Why it was corrected (更正原因).")
    published_on: date = column("Published on (公布日期).", where=True, order=True)
    cycle: "RatingCycle" = one("The cycle (评定周期).", where=True)
    created_at: datetime = column("Entered at (登记时间).", order=True)


@strawberry.input(description="Appoint an evaluator (确定评价单位).")
class AppointRatingEvaluatorInput:
    """Of which cycle, for which group, and who."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    version: int = strawberry.field(description="The cycle's version that you saw (版本号).")
    group: str = strawberry.field(description=_GROUP)
    division_code: str = strawberry.field(description="Code of the regulator's division (区划代码).")
    regulator_name: str | None = strawberry.field(
        description="Its name (单位名称), where the division has several.", default=None
    )


@strawberry.input(description="Dismiss an evaluator (撤销评价单位).")
class DismissRatingEvaluatorInput:
    """Of which cycle, and which."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    version: int = strawberry.field(description="The cycle's version that you saw (版本号).")
    evaluator_id: strawberry.ID = identifier("rev", "The evaluator (评价主体成员).")


@strawberry.input(description="Score a case (评分).")
class ScoreRatingCaseInput:
    """Which, in which group, and how."""

    case_id: strawberry.ID = identifier("rca", "The case (参评对象).")
    group: str = strawberry.field(description=_GROUP)
    answers: list[RatingAnswerInput] = strawberry.field(
        description="Your answers (评分内容); what you answered before of other indicators stays."
    )


@strawberry.input(description="Appoint a peer (确定同行评价企业).")
class AppointRatingPeerInput:
    """Of which cycle, for which group, and which company."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    version: int = strawberry.field(description="The cycle's version that you saw (版本号).")
    group: str = strawberry.field(description="Code of the group of peers (同行评价主体代码).")
    company_id: strawberry.ID = identifier("com", "The company (物业服务企业).")


@strawberry.input(description="Answer a dossier (同行评价).")
class ReviewAsRatingPeerInput:
    """Which, and how."""

    id: strawberry.ID = identifier("rpr", "The dossier (匿名案卷).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    answers: list[RatingAnswerInput] = strawberry.field(description="Your answers (评分内容).")


@strawberry.input(description="Object to a result (提出异议).")
class ObjectToRatingInput:
    """On which grounds."""

    id: strawberry.ID = identifier("rca", "The case (参评对象).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    grounds: str = strawberry.field(description="Grounds (异议理由).")


@strawberry.input(description="Decide an objection to a result (处理评定异议).")
class DecideRatingObjectionInput:
    """How, and why."""

    id: strawberry.ID = identifier("rca", "The case (参评对象).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    outcome: RatingObjectionOutcome = strawberry.field(description="How (处理结果).")
    answer: str = strawberry.field(description="Answer to the company (异议答复).")
    group: str = strawberry.field(description=f"Whose answers are replaced, for ADJUSTED. {_GROUP}", default="")
    answers: list[RatingAnswerInput] = strawberry.field(
        description="What stands in their place (更正后的评分), for ADJUSTED.", default_factory=list
    )


@strawberry.input(description="Correct a published result (更正评定结果).")
class CorrectRatingResultInput:
    """Which, how, and why."""

    id: strawberry.ID = identifier("rca", "The case (参评对象).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    group: str = strawberry.field(description=f"Whose answers are replaced. {_GROUP}")
    answers: list[RatingAnswerInput] = strawberry.field(description="What stands in their place (更正后的评分).")
    reason: str = strawberry.field(description="Why (更正原因).")


@strawberry.input(description="A cycle whose coverage is asked for (查询评定覆盖率).")
class MeasureRatingCoverageInput:
    """Which."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期), open or collecting.")


@strawberry.input(description="A scheme to try on a scored cycle (方案试算).")
class RescoreRatingCycleInput:
    """Which cycle, and the scheme in one form."""

    cycle_id: strawberry.ID = identifier("rcy", "The cycle (评定周期), scored or later.")
    yaml: str | None = strawberry.field(description="The scheme as YAML (YAML 文本); this or `document`.", default=None)
    document: JSON | None = strawberry.field(
        description="The scheme as a structure (结构化内容); this or `yaml`.", default=None
    )


@strawberry.type(description="What became of scores (评分结果).")
class RatingSheetPayload:
    """The sheet, or why not."""

    rating_sheet: RatingSheet | None = changed("The sheet (评分表)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a peer's review (同行评价变更结果).")
class RatingPeerReviewPayload:
    """The review, or why not."""

    rating_peer_review: RatingPeerReview | None = changed("The review (同行评价)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Of how many cases an answer is missing (缺项).")
class RatingGap:
    """One indicator of one group."""

    indicator: str = strawberry.field(description="Code of the indicator, and of the group behind a slash (指标/主体).")
    cases: int = strawberry.field(description="How many cases lack it (缺项个数).")


@strawberry.type(description="How far a cycle has come that still runs (评定覆盖率), in numbers only.")
class RatingCoverage:
    """Who takes part, and how much is entered."""

    candidates: int = strawberry.field(
        description="Projects that run on the last day of the period, or companies registered in the division (应评数)."
    )
    taking_part: int = strawberry.field(description="Cases, but for those kept out (参评数).")
    undecided: int = strawberry.field(description="Applications not decided yet (待审查数).")
    ineligible: int = strawberry.field(description="Cases kept out (不予参评数).")
    coverage: Decimal | None = strawberry.field(description="`takingPart` / `candidates` (覆盖率); null of none.")
    coverage_min: Decimal | None = strawberry.field(description="What the scheme asks each to cover (最低覆盖率).")
    coverage_met: bool | None = strawberry.field(description="Whether it does (是否达标); null where nothing is asked.")
    complete: int = strawberry.field(description="Cases of which every answer is there (评分完整数).")
    missing: list[RatingGap] = strawberry.field(description="What is missing of how many cases (缺项).")


@strawberry.type(description="What is known of a cycle's coverage (评定覆盖率查询结果).")
class RatingCoveragePayload:
    """The coverage, or why not."""

    rating_coverage: RatingCoverage | None = changed("The coverage (覆盖率)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="How many cases are in a band, before and after (等次变动).")
class RatingBandShift:
    """One band; null for cases without one."""

    band: str | None = strawberry.field(description="Code of the band (等次代码); null for cases without one.")
    count: int = strawberry.field(description="How many cases (个数).")


@strawberry.type(description="What a trial makes of one case (个案变动).")
class RatingMove:
    """One case, by its dossier number."""

    number: str = strawberry.field(description="Dossier number (案卷编号).")
    total_before: Decimal = strawberry.field(description="Total as scored (原总分).")
    total_after: Decimal = strawberry.field(description="Total by the tried scheme (试算总分).")
    band_before: str | None = strawberry.field(description="Band as scored (原等次).")
    band_after: str | None = strawberry.field(description="Band by the tried scheme (试算等次).")
    rank_before: int = strawberry.field(description="Rank as scored, from 1 (原名次).")
    rank_after: int = strawberry.field(description="Rank by the tried scheme, from 1 (试算名次).")
    missing: list[str] = strawberry.field(description="What the tried scheme asks for and nobody answered (缺项).")


@strawberry.type(description="What another scheme makes of a scored cycle (方案试算结果); nothing is kept.")
class RatingTrial:
    """Bands before and after, and every case."""

    digest: str = strawberry.field(description="SHA-256 of the tried scheme (方案摘要).")
    before: list[RatingBandShift] = strawberry.field(description="Cases by band, as scored (原等次分布).")
    after: list[RatingBandShift] = strawberry.field(description="Cases by band, by the tried scheme (试算等次分布).")
    cases: list[RatingMove] = strawberry.field(description="Every case, by its new rank (个案变动).")


@strawberry.type(description="What a trial found (方案试算结果).")
class RatingTrialPayload:
    """The trial, or why not."""

    rating_trial: RatingTrial | None = changed("The trial (试算)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.RATING_PUBLISH, "Let a regulator of your division or below evaluate in a group (确定评价单位).")
async def appoint_rating_evaluator(scope: Scope, input: AppointRatingEvaluatorInput) -> RatingCyclePayload:
    given = {"regulator_name": None, **values(input)}
    return payload(await sheet.appoint(scope, **given))


@mutation(Permission.RATING_PUBLISH, "Let a regulator evaluate no more (撤销评价单位); what it entered stands.")
async def dismiss_rating_evaluator(scope: Scope, input: DismissRatingEvaluatorInput) -> RatingCyclePayload:
    return payload(await sheet.dismiss(scope, **values(input)))


@mutation(Permission.RATING_SCORE, "Score a case in a group in which your organisation evaluates (评分).")
async def score_rating_case(scope: Scope, input: ScoreRatingCaseInput) -> RatingSheetPayload:
    row = await sheet.score(scope, values(input)["case_id"], input.group, answers(input.answers))
    return RatingSheetPayload(rating_sheet=ref(RatingSheet, row.id))


@mutation(Permission.RATING_PUBLISH, "Let a company evaluate others' dossiers as a peer (确定同行评价企业).")
async def appoint_rating_peer(scope: Scope, input: AppointRatingPeerInput) -> RatingCyclePayload:
    return payload(await sheet.appoint_peer(scope, **values(input)))


@mutation(Permission.RATING_REVIEW, "Answer a dossier as a peer (同行评价).")
async def review_as_rating_peer(scope: Scope, input: ReviewAsRatingPeerInput) -> RatingPeerReviewPayload:
    given = values(input)
    row = await sheet.review(scope, given["id"], given["version"], answers(input.answers))
    return RatingPeerReviewPayload(rating_peer_review=ref(RatingPeerReview, row.id))


@mutation(Permission.RATING_SCORE, "Count who takes part and what is entered of a running cycle (查询覆盖率).")
async def measure_rating_coverage(scope: Scope, input: MeasureRatingCoverageInput) -> RatingCoveragePayload:
    found = await coverage.measure(scope, **values(input))
    told = RatingCoverage(
        candidates=found.candidates,
        taking_part=found.taking_part,
        undecided=found.undecided,
        ineligible=found.ineligible,
        coverage=found.share,
        coverage_min=found.share_min,
        coverage_met=found.met,
        complete=found.complete,
        missing=[RatingGap(indicator=code, cases=cases) for code, cases in found.missing],
    )
    return RatingCoveragePayload(rating_coverage=told)


@mutation(Permission.RATING_SCORE, "Score every case of a cycle by its scheme (汇总评分); incomplete ones are named.")
async def score_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await result.score_cycle(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "Show the companies their results, which somebody else scored (结果公示).")
async def publicise_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.publicise(scope, **values(input)))


@mutation(Permission.RATING_OBJECT, "Object to a result within the days of publicity (提出异议).")
async def object_to_rating(scope: Scope, input: ObjectToRatingInput) -> RatingCasePayload:
    return of_case(await objection.object_to(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "Decide an objection to a result that somebody else scored (处理评定异议).")
async def decide_rating_objection(scope: Scope, input: DecideRatingObjectionInput) -> RatingCasePayload:
    given = values(input) | {"answers": answers(input.answers)}
    return of_case(await objection.decide_objection(scope, **given))


@mutation(Permission.RATING_PUBLISH, "End publicity, when it is over and every objection is decided (结果审定).")
async def finalise_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.finalise(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "Publish the final results to everybody (结果公布).")
async def publish_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.publish_cycle(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "Correct a published result; the correction is another edition (更正评定结果).")
async def correct_rating_result(scope: Scope, input: CorrectRatingResultInput) -> RatingCasePayload:
    return of_case(await objection.correct(scope, **values(input) | {"answers": answers(input.answers)}))


@mutation(Permission.RATING_PUBLISH, "Begin to put right what was found (开始整改).")
async def rectify_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.rectify(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "Close a cycle (结束评定周期).")
async def close_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.close(scope, **values(input)))


@mutation(Permission.SCHEME_DRAFT, "Score a scored cycle by a draft scheme, and show who moves (方案试算).")
async def rescore_rating_cycle(scope: Scope, input: RescoreRatingCycleInput) -> RatingTrialPayload:
    writing = Writing(yaml=input.yaml, structure=input.document)
    found = await what_if.rescore(scope, values(input)["cycle_id"], writing)
    trial = RatingTrial(
        digest=found.digest,
        before=[RatingBandShift(band=band, count=count) for band, count in found.before],
        after=[RatingBandShift(band=band, count=count) for band, count in found.after],
        cases=[
            RatingMove(
                number=one.number,
                total_before=one.total_before,
                total_after=one.total_after,
                band_before=one.band_before,
                band_after=one.band_after,
                rank_before=one.rank_before,
                rank_after=one.rank_after,
                missing=list(one.missing),
            )
            for one in found.cases
        ],
    )
    return RatingTrialPayload(rating_trial=trial)
