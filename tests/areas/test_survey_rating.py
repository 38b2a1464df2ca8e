"""A survey for a rating: asked as the scheme says, counted for the case of its estate, published with the rating."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import survey
from tenants.errors import Code, DomainError
from tenants.rating import objection, progress, result, sheet
from tenants.rating.case import Answer, RatingCase, RatingObjectionOutcome
from tenants.rating.cycle import RatingCycle
from tenants.row import new_id, today
from tenants.scheme import Document
from tenants.survey import NewQuestion, NewSurvey
from tests.areas.errands.survey import answered, conductor, drawn, set_up
from tests.areas.rating import CITY, Bureau
from tests.areas.rating import scheme as scheme_of
from tests.areas.schemes import indicator
from tests.areas.town import STREET, Town, problems
from tests.reads.asking import Asker

SERVICE = NewQuestion(text="您对物业服务满意吗？", low=0, high=100, indicator="O1")
SAFETY = NewQuestion(text="您对安全管理满意吗？", low=0, high=10, indicator="O2")


def rated() -> Document:
    """Owners give forty points by a survey of two questions, the street the rest."""
    groups = [
        {"code": "OWNERS", "name": "业主", "kind": "OWNERS", "weight": 40},
        {"code": "PARTY", "name": "街道社区党组织", "kind": "STREET_COMMUNITY_PARTY", "weight": 60},
    ]
    asked = [
        indicator("survey", "O1", high=100, weight="0.3", sample=25),
        indicator("survey", "O2", high=10, weight="1", sample=26),
    ]
    dimensions = [
        {"code": "O", "name": "业主满意度", "scored_by": {"OWNERS": 40}, "indicators": asked},
        {
            "code": "P",
            "name": "党建",
            "scored_by": {"PARTY": 60},
            "indicators": [
                indicator("range", "P1", high=50),
                indicator("survey", "P2", high=10, weight="1", sample=5, on_paper=True),
            ],
        },
    ]
    return scheme_of(groups=groups, dimensions=dimensions)


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau with that scheme."""
    return await Bureau.of(town, CITY, rated())


@pytest.fixture(scope="module")
async def opened(bureau: Bureau) -> RatingCycle:
    """An open cycle."""
    return await bureau.opened()


async def test_its_questions_are_the_schemes(town: Town, opened: RatingCycle) -> None:
    """An indicator of another kind, of another group, or on another scale is refused, and so is asking about none; the
    sample is the largest that an indicator asks for.
    """
    estate, street = await town.estate(), await conductor(town)

    async def told(*questions: NewQuestion) -> Any:
        new = NewSurvey(estate_id=estate.id, questions=questions, cycle_id=opened.id)
        return await town.refused(street, survey.set_up, new)

    for code in ("P1", "P2", "NONE"):
        wrong = NewQuestion(text="满意吗？", low=0, high=10, indicator=code)
        assert await told(SERVICE, wrong) == [(Code.SURVEY_INDICATOR, "questions.1.indicator")]
    assert await told(NewQuestion(text="满意吗？", indicator="O1")) == [(Code.SURVEY_SCALE_RATED, "questions.0.high")]
    assert await told(NewQuestion(text="满意吗？")) == [(Code.SURVEY_INDICATOR, "questions")]
    assert (await set_up(town, cycle_id=opened.id, questions=[SERVICE, SAFETY])).required == 26


async def test_one_of_an_estate_in_a_cycle(town: Town, bureau: Bureau, opened: RatingCycle) -> None:
    """A second one is refused, until the first is closed below its sample; none when the cycle collects no more."""
    estate, street = await town.estate(), await conductor(town)
    new = NewSurvey(estate_id=estate.id, questions=[SERVICE], cycle_id=opened.id)
    first = await town.do(street, survey.set_up, new)
    assert await town.refused(street, survey.set_up, new) == [(Code.SURVEY_EXISTS, "cycleId")]
    await town.do(street, survey.close, first.id, 1, "小区正在交接")
    await town.do(street, survey.set_up, new)
    over = await bureau.opened(title="已结束的评定")
    await town.administrator.execute("UPDATE rating_cycle SET state = 'SCORED' WHERE id = $1", over.id)
    late = replace(new, cycle_id=over.id)
    assert await town.refused(street, survey.set_up, late) == [(Code.RATING_NOT_NOW, "cycleId")]
    elsewhere = replace(new, estate_id=(await town.estate("370502001")).id)
    outside = await town.regulator("37")
    assert await town.refused(outside, survey.set_up, elsewhere) == [(Code.RATING_ELSEWHERE, "cycleId")]


async def test_it_counts_for_the_case_of_its_estate_and_is_published_with_it(town: Town, bureau: Bureau) -> None:
    """The cycle is not scored while the survey is open; then the owners' mean is in the result, and the company sees
    the survey when the rating is published and not before.
    """
    firm = await town.company()
    begun, cycle = await town.project(firm), await bureau.opened(title="居民打分的评定")
    taking_part = await bureau.admitted(firm, cycle, begun.id)
    row, handed = await drawn(town, estate_id=begun.estate_id, questions=[SERVICE, SAFETY], cycle_id=cycle.id)
    street = await conductor(town)

    async def step(rule: Any, who: Any = bureau.publisher, *given: Any, **more: Any) -> Any:
        seen = await town.row("rating_cycle", cycle.id)
        return await town.do(who, rule, cycle.id, seen["version"], *given, **more)

    assert street.regulator_id is not None
    name = (await town.row("regulator", street.regulator_id))["name"]
    await step(sheet.appoint, bureau.publisher, "PARTY", STREET, name)
    await step(progress.collect)
    party = [Answer(indicator="P1", points=Decimal(40)), Answer(indicator="P2", answers=[Decimal(9)] * 5)]
    await town.do(street, sheet.score, taking_part.id, "PARTY", party)
    await answered(town, handed[:13], clean=90, points=8)
    await answered(town, handed[13:], clean=80, points=8)
    with pytest.raises(DomainError) as refused:
        await step(result.score_cycle, bureau.assessor)
    assert problems(refused.value) == [(Code.RATING_INCOMPLETE, "id")]
    await town.do(street, survey.close, row.id, 2)
    await step(result.score_cycle, bureau.assessor)
    total = await town.administrator.fetchval("SELECT total FROM rating_result WHERE case_id = $1", taking_part.id)
    assert total == 85 * Decimal("0.3") + 8 + 40 + 9

    ask = Asker(executable(build()), town.database, firm.admin)
    mine = "{ surveys { nodes { cycle { title } results } totalCount } }"
    await step(progress.publicise, on=today() - timedelta(days=30))
    await step(progress.finalise)
    assert (await ask(mine))["surveys"]["totalCount"] == 0
    await step(progress.publish_cycle)
    (shown,) = (await ask(mine))["surveys"]["nodes"]
    assert [each["mean"] for each in shown["results"]] == ["85.00", "8.00"]
    assert shown["cycle"] == {"title": cycle.title}


async def test_answers_are_not_typed_in_beside_drawn_ones(town: Town) -> None:
    """Where the scheme allows no paper, never; where it does, until a survey of the cycle asks for the indicator. What
    was entered before does not count beside what households answered.
    """
    document = rated()
    facts = document.structure()
    facts["code"], facts["dimensions"][0]["indicators"][0]["on_paper"] = "TEST-PAPER", True
    bureau = await Bureau.of(town, CITY, Document.model_validate(facts))
    firm = await town.company()
    begun, cycle = await town.project(firm), await bureau.opened(title="纸质问卷的评定")
    taking_part = await bureau.admitted(firm, cycle, begun.id)
    street, county = await conductor(town), await town.regulator("370402")
    for group, who in (("OWNERS", county), ("PARTY", street)):
        await bureau.appointed(cycle, group, who)
    await bureau.collecting(cycle)
    paper = Answer(indicator="O1", answers=[Decimal(20)] * 25)
    by_lot = Answer(indicator="O2", answers=[Decimal(1)] * 26)
    never = await town.refused(county, sheet.score, taking_part.id, "OWNERS", [paper, by_lot])
    assert never == [(Code.RATING_SURVEY_BY_LOT, "answers.1.indicator")]
    await town.do(county, sheet.score, taking_part.id, "OWNERS", [paper])
    row, handed = await drawn(town, estate_id=begun.estate_id, questions=[SERVICE, SAFETY], cycle_id=cycle.id)
    late = await town.refused(county, sheet.score, taking_part.id, "OWNERS", [paper])
    assert late == [(Code.RATING_SURVEY_RUN, "answers.0.indicator")]
    await answered(town, handed, clean=90, points=8)
    await town.do(street, survey.close, row.id, 2)
    party = [Answer(indicator="P1", points=Decimal(40)), Answer(indicator="P2", answers=[Decimal(9)] * 5)]
    await town.do(street, sheet.score, taking_part.id, "PARTY", party)
    seen = await town.row("rating_cycle", cycle.id)
    scored = await town.do(bureau.assessor, result.score_cycle, cycle.id, seen["version"])
    total = await town.administrator.fetchval("SELECT total FROM rating_result WHERE case_id = $1", taking_part.id)
    assert total == 90 * Decimal("0.3") + 8 + 40 + 9
    await town.do(bureau.publisher, progress.publicise, cycle.id, scored.version)
    at = await town.row("rating_case", taking_part.id)
    await town.do(firm.admin, objection.object_to, at["id"], at["version"], "问卷有误")
    given = (RatingObjectionOutcome.ADJUSTED, "按纸质问卷更正", "OWNERS", [paper])
    by_hand = await town.refused(bureau.publisher, objection.decide_objection, at["id"], at["version"] + 1, *given)
    assert by_hand == [(Code.RATING_SURVEY_RUN, "answers.0.indicator")]


async def test_it_counts_for_no_other_case(town: Town, bureau: Bureau, opened: RatingCycle) -> None:
    """Neither of another project of the company, nor of who served the estate later."""
    firm, other = await town.company(), await town.company()
    begun, beside = await town.project(firm), await town.project(firm)
    row, handed = await drawn(town, estate_id=begun.estate_id, questions=[SERVICE, SAFETY], cycle_id=opened.id)
    await answered(town, handed, clean=90, points=8)
    await town.do(await conductor(town), survey.close, row.id, 2)
    mine, second = await bureau.admitted(firm, opened, begun.id), await bureau.admitted(firm, opened, beside.id)
    theirs = await bureau.admitted(other, opened, (await town.project(other)).id)
    later = RatingCase(**{**mine.model_dump(warnings=False), "id": new_id(), "tenant_id": other.id})
    cases = [mine, second, theirs, later]
    given = await town.do(bureau.publisher, survey.entries, opened, rated(), cases)
    assert [len(given[case.id]) for case in cases] == [2, 0, 0, 0]


async def test_a_late_survey_of_a_published_rating_is_shown_when_it_closes(town: Town, bureau: Bureau) -> None:
    """Nothing is to come any more that would publish it."""
    cycle = await bureau.opened(title="上年度评定")
    row, _ = await drawn(town, questions=[SERVICE, SAFETY], cycle_id=cycle.id)
    await town.administrator.execute("UPDATE rating_cycle SET state = 'PUBLISHED' WHERE id = $1", cycle.id)
    closed = await town.do(await conductor(town), survey.close, row.id, 2, "评定已结束")
    assert closed.published_on is not None
    assert closed.division_path.startswith(STREET)
