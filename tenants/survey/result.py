"""What came of a survey: for each question how often each score was given, the mean, and how many are satisfied."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from tenants.project import Project
from tenants.rating.case import RatingCase
from tenants.rating.cycle import RatingCycle
from tenants.scheme import Document, Entry
from tenants.scope import Scope
from tenants.survey import question
from tenants.survey.tables import Survey, SurveyState, SurveyTally

_PLACES: Final = Decimal("0.01")


def of(row: Survey, tally: SurveyTally) -> list[dict[str, Any]]:
    """The results of a tally, question by question."""
    return [_of(each, {int(score): n for score, n in tally.counts[each.code].items()}) for each in question.of(row)]


def _of(asked: question.Question, counts: dict[int, int]) -> dict[str, Any]:
    answers = sum(counts.values())
    mean = Decimal(sum(score * number for score, number in counts.items())) / answers
    return {
        "code": asked.code,
        "text": asked.text,
        "indicator": asked.indicator,
        "answers": answers,
        "mean": str(mean.quantize(_PLACES, ROUND_HALF_UP)),
        "satisfied": sum(number for score, number in counts.items() if score >= asked.satisfied_from),
        "dissatisfied": sum(number for score, number in counts.items() if score <= asked.dissatisfied_to),
        "counts": {str(score): counts[score] for score in sorted(counts)},
    }


def entry(row: Survey, indicator: str, group: str | None = None) -> Entry | None:
    """The answers of a closed survey to the question that was asked for an indicator, as the scoring engine takes them
    (`Entry.answers`), the lowest first; the evaluator is the survey.

    None while the survey is open, when it was closed below its sample, or when it asked nothing for the indicator: then
    the engine, which gets no entry, counts the indicator among `missing`.
    """
    if row.state != SurveyState.CLOSED:
        return None
    for each in row.results or ():
        if each["indicator"] == indicator:
            answers = [Decimal(score) for score, number in each["counts"].items() for _ in range(number)]
            return Entry(indicator=indicator, group=group, evaluator=f"svy_{row.id}", answers=tuple(sorted(answers)))
    return None


async def asked(scope: Scope, cycle: RatingCycle, document: Document) -> frozenset[tuple[str, str]]:
    """The indicators for which surveys of a cycle ask, but for those that fell short, each with the group of owners."""
    surveys = await scope.session.scalars(
        select(Survey).where(col(Survey.cycle_id) == cycle.id, col(Survey.state) != SurveyState.SHORT)
    )
    indicators = {each.indicator for row in surveys for each in question.of(row) if each.indicator is not None}
    dimensions = {code: document.indicators[code][0] for code in indicators}
    return frozenset((code, question.owners(document, each) or "") for code, each in dimensions.items())


async def entries(
    scope: Scope, cycle: RatingCycle, document: Document, cases: Sequence[RatingCase]
) -> Mapping[UUID, list[Entry]]:
    """What the surveys of a cycle give its cases, by case: for a project the survey of its estate, for a company those
    of all estates that it served. Surveys that are open or fell short give nothing.
    """
    surveys = (
        await scope.session.scalars(
            select(Survey)
            .where(col(Survey.cycle_id) == cycle.id, col(Survey.state) == SurveyState.CLOSED)
            .order_by(col(Survey.id))
        )
    ).all()
    serving = {row.serving_tenant_id for row in surveys}
    found = await scope.session.execute(
        select(col(Project.id), col(Project.estate_id)).where(
            col(Project.tenant_id).in_(serving), col(Project.estate_id).in_({row.estate_id for row in surveys})
        )
    )
    estates: dict[UUID, UUID] = dict(found.all())
    of_company = {company: [row for row in surveys if row.serving_tenant_id == company] for company in serving}
    given: dict[UUID, list[Entry]] = {}
    for case in cases:
        of_case = [
            row
            for row in of_company.get(case.tenant_id, ())
            if case.project_id is None or row.estate_id == estates.get(case.project_id)
        ]
        given[case.id] = [made for row in of_case for made in _entries(row, document)]
    return given


def _entries(row: Survey, document: Document) -> Iterator[Entry]:
    for asked in question.of(row):
        if asked.indicator is not None:
            dimension, _ = document.indicators[asked.indicator]
            made = entry(row, asked.indicator, question.owners(document, dimension))
            if made is not None:
                yield made
