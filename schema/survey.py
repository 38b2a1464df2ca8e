"""Satisfaction surveys in the contract: conducted by regulators; a company reads what is published of its estates."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.reads import Scope as Asker
from schema.terms import contract_enum
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import survey as rules
from tenants.permission import Permission
from tenants.scope import Scope
from tenants.survey import SlipState, SurveyState
from tenants.survey.conduct import Handed

if TYPE_CHECKING:
    from schema.estate import Estate
    from schema.rating.cycle import RatingCycle

contract_enum(
    SurveyState,
    "State of a satisfaction survey (满意度问卷状态).",
    {
        SurveyState.DRAFT: "Set up, not drawn (待抽样).",
        SurveyState.OPEN: "Drawn; households answer (调查中).",
        SurveyState.CLOSED: "Closed with its sample complete (已完成).",
        SurveyState.SHORT: "Closed below its sample, for a reason; it does not count for a score (样本不足).",
    },
)
contract_enum(
    SlipState,
    "What became of a household that was drawn (抽样户状态).",
    {
        SlipState.RESERVE: "A reserve, without a link (候补).",
        SlipState.OUT: "It has a link and has not answered (已发放).",
        SlipState.DECLINED: "Declined or never met; a reserve took its place (已更换).",
        SlipState.ANSWERED: "It has answered; when is not known (已作答).",
    },
)


def _visible(row: Row) -> str:
    """A company sees what is published of the survey of an estate that it served when the survey was set up."""
    if row.statement.audience.kind != "tenant":
        return "true"
    return f"{row.serving_tenant_id} = {row.asker(Asker.TENANT)} AND {row.published_on} IS NOT NULL"


def _answered(row: Row) -> str:
    """As counted at the close; until then the slips that were answered, which a company does not see."""
    if row.statement.audience.kind == "tenant":
        return row.answered
    so_far = row.count(rules.SurveySlip, by="survey_id", where=lambda slip: slip.answered)
    return f"coalesce({row.answered}, {so_far})"


@entity(
    table=rules.Survey,
    prefix="svy",
    permission=Permission.SURVEY_READ,
    division="division_path",
    visible=_visible,
)
class Survey(Node):
    """Satisfaction survey (满意度问卷) of an estate, answered by households drawn by lot, each without a name."""

    title: str = column("Title (标题).", where=True)
    organiser: str = column("Who asks (调查单位).")
    state: SurveyState = column("Where it stands (状态).", where=True)
    questions: JSON = column("What is asked (问题): text, scale, what counts as satisfied, and the indicator if any.")
    required: int = column("Households that have to answer (要求样本数).")
    answered: int = expression("Households that have answered (已答户数).", _answered)
    seed: str | None = column(
        "Seed of the draw (抽样种子), in hexadecimal digits. Households are drawn in the ascending order of the SHA-256"
        " (in lower-case hexadecimal digits) of this text, a line break and the household's label."
    )
    frame_size: int | None = column("Households on the list (名单户数).")
    frame_digest: str | None = column(
        "By which the list is known again (名单摘要): SHA-256 of its labels in the order of their bytes, joined by line"
        " breaks; of an estate of N households without a list, the labels are the numbers 1 to N."
    )
    opened_on: date | None = column("Drawn on (抽样日期).", where=True, order=True)
    closed_on: date | None = column("Closed on (结束日期).", where=True, order=True)
    shortfall: str | None = column("Why it was closed below its sample (样本不足原因).")
    approached: int | None = column("Households that were given a link (发放户数).")
    declined: int | None = column("Of these, households that a reserve replaced (更换户数).")
    response_rate: Decimal | None = expression(
        "Of the households given a link those that answered (回收率), null before the close.",
        lambda row: f"round({row.answered} / nullif({row.approached}, 0)::numeric, 4)",
    )
    results: JSON | None = column(
        "For each question the mean, how many are satisfied and dissatisfied, and how often each score was given"
        " (调查结果). Null before the close, and where fewer answered than SMALL_CELL says."
    )
    comments: JSON | None = column(
        "What they wrote (意见建议), in alphabetical order and apart from the scores.",
        personal=Permission.SURVEY_CONDUCT,
    )
    published_on: date | None = column("Shown to the company from (公布日期).", where=True)
    estate: "Estate" = one("The estate (小区).", where=True)
    cycle: "RatingCycle | None" = one("The rating it is for (评定周期).", where=True)
    slips: Connection["SurveySlip"] = many(
        "Households drawn, until the close (抽样户).", by="survey_id", permission=Permission.SURVEY_CONDUCT
    )
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Set up at (创建时间).", order=True)


@entity(
    table=rules.SurveySlip,
    prefix="svs",
    permission=Permission.SURVEY_CONDUCT,
    division="division_path",
    order="position",
)
class SurveySlip(Node):
    """A household that was drawn (抽样户), or a reserve; erased when the survey is closed."""

    position: int = column("Place in the order of the draw (抽样序号).", order=True)
    household: str = column("Label of the household (户号).", personal=Permission.SURVEY_CONDUCT)
    state: SlipState = expression(
        "What became of it (状态).",
        lambda row: f"CASE WHEN {row.answered} THEN 'ANSWERED' ELSE {row.state} END",
        where=True,
    )
    survey: "Survey" = one("The survey (问卷).", where=True)


@strawberry.input(description="A question to ask (问题).")
class SurveyQuestionInput:
    """The text and the scale."""

    text: str = strawberry.field(description="The question (问题).")
    english: str | None = strawberry.field(description="The question in English (英文问题).", default=None)
    low: int = strawberry.field(description="Lowest score (最低分).", default=1)
    high: int = strawberry.field(description="Highest score (最高分), at most 100.", default=5)
    satisfied_from: int | None = strawberry.field(
        description="Satisfied from this score on (满意起算分); 4 of 5, 8 of 10 and 80 of 100 when left out.",
        default=None,
    )
    dissatisfied_to: int | None = strawberry.field(
        description="Dissatisfied up to this score (不满意截止分); 2 of 5, 5 of 10 and 59 of 100 when left out.",
        default=None,
    )
    words: list[str] | None = strawberry.field(
        description="A word for each score, the lowest first (选项文字); the usual five for 1 to 5.", default=None
    )
    indicator: str | None = strawberry.field(
        description="Code of the scheme's indicator that the answers are for (对应指标).", default=None
    )


@strawberry.input(description="Set a survey up (创建问卷).")
class SetUpSurveyInput:
    """Where, and what is asked."""

    id: strawberry.ID | None = own_identifier("svy")
    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    title: str | None = strawberry.field(
        description="Title (标题); made of the estate's name when left out.", default=None
    )
    questions: list[SurveyQuestionInput] = strawberry.field(description="What is asked (问题), 1 to 20 questions.")
    cycle_id: strawberry.ID | None = identifier("rcy", "The rating it is for (评定周期).", default=None)
    required: int | None = strawberry.field(
        description="Households that have to answer (要求样本数); SATISFACTION_SAMPLE_MIN when left out, never fewer.",
        default=None,
    )


@strawberry.input(description="Draw the sample of a survey (抽取样本).")
class DrawSurveySampleInput:
    """From which list, with how many reserves."""

    id: strawberry.ID = identifier("svy", "The survey (问卷).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    households: list[str] | None = strawberry.field(
        description="Labels of all households of the estate, such as 3-2-501, and no names (住户名单). Only those drawn"
        " are kept, until the close. Left out, the households are numbered from 1.",
        default=None,
    )
    reserves: int | None = strawberry.field(
        description="Reserves to draw (候补户数); as many as the sample when left out.", default=None
    )


@strawberry.input(description="Replace a household by the next reserve (更换住户).")
class ReplaceSurveyHouseholdInput:
    """Which."""

    survey_id: strawberry.ID = identifier("svy", "The survey (问卷).")
    version: int = strawberry.field(description="The version of the survey you saw (版本号).")
    slip_id: strawberry.ID = identifier("svs", "The household that declines or is never met (抽样户).")


@strawberry.input(description="Give a household another link (补发链接).")
class RenewSurveyLinkInput:
    """Which."""

    survey_id: strawberry.ID = identifier("svy", "The survey (问卷).")
    version: int = strawberry.field(description="The version of the survey you saw (版本号).")
    slip_id: strawberry.ID = identifier("svs", "The household whose link was lost (抽样户).")


@strawberry.input(description="Close a survey (结束问卷).")
class CloseSurveyInput:
    """Which, and why below its sample."""

    id: strawberry.ID = identifier("svy", "The survey (问卷).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    shortfall: str | None = strawberry.field(
        description="Why it falls short of its sample (样本不足原因); it does not count for a score then.", default=None
    )


@strawberry.type(description="A link for one household (答卷链接), shown this once.")
class SurveyLink:
    """To be handed out."""

    id: strawberry.ID = strawberry.field(description="The household's slip (抽样户编号).")
    position: int = strawberry.field(description="Place in the order of the draw (抽样序号).")
    household: str = strawberry.field(description="Label of the household (户号).")
    code: str = strawberry.field(description="What the household types (答卷码), in groups of four.")
    path: str = strawberry.field(description="Address of its page on this server (答卷地址).")


@strawberry.type(description="What became of a survey (问卷变更结果).")
class SurveyPayload:
    """The survey, or why not."""

    survey: Survey | None = changed("The survey (问卷)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Links to hand out for a survey (待发放的答卷链接).")
class SurveyHandOut:
    """The survey as it is now, and the links."""

    id: strawberry.ID = strawberry.field(description="The survey (问卷编号).")
    version: int = strawberry.field(description="Version of the survey now (版本号).")
    links: list[SurveyLink] = strawberry.field(
        description="The links, which are not kept and cannot be shown again (答卷链接)."
    )


@strawberry.type(description="What was handed out (答卷链接发放结果).")
class SurveyHandOutPayload:
    """The links, or why not."""

    hand_out: SurveyHandOut | None = changed("The links to hand out (待发放的答卷链接)")
    user_errors: list[UserError] = user_errors()


def _handed(*handed: Handed) -> SurveyHandOutPayload:
    survey = handed[0].survey
    links = [
        SurveyLink(
            id=strawberry.ID(f"svs_{each.slip.id}"),
            position=each.slip.position,
            household=each.slip.household,
            code=each.link.grouped,
            path=each.link.path,
        )
        for each in handed
    ]
    made = SurveyHandOut(id=strawberry.ID(f"svy_{survey.id}"), version=survey.version, links=links)
    return SurveyHandOutPayload(hand_out=made)


@mutation(Permission.SURVEY_CONDUCT, "Set a survey of an estate of your division up (创建问卷).")
async def set_up_survey(scope: Scope, input: SetUpSurveyInput) -> SurveyPayload:
    given = values(input)
    questions = [rules.NewQuestion(**values(each)) for each in given.pop("questions")]
    row = await rules.set_up(scope, rules.NewSurvey(questions=questions, **given))
    return SurveyPayload(survey=ref(Survey, row.id))


@mutation(Permission.SURVEY_CONDUCT, "Draw the sample of a survey and open it (抽取样本); links are shown this once.")
async def draw_survey_sample(scope: Scope, input: DrawSurveySampleInput) -> SurveyHandOutPayload:
    return _handed(*await rules.draw_sample(scope, **values(input)))


@mutation(Permission.SURVEY_CONDUCT, "Put the next reserve in a household's place (更换住户); it gets a link.")
async def replace_survey_household(scope: Scope, input: ReplaceSurveyHouseholdInput) -> SurveyHandOutPayload:
    return _handed(await rules.replace_household(scope, **values(input)))


@mutation(Permission.SURVEY_CONDUCT, "Give a household another link, because the first was lost (补发链接).")
async def renew_survey_link(scope: Scope, input: RenewSurveyLinkInput) -> SurveyHandOutPayload:
    return _handed(await rules.renew_link(scope, **values(input)))


@mutation(Permission.SURVEY_CONDUCT, "Close a survey and erase its households (结束问卷).")
async def close_survey(scope: Scope, input: CloseSurveyInput) -> SurveyPayload:
    row = await rules.close(scope, **values(input))
    return SurveyPayload(survey=ref(Survey, row.id))
