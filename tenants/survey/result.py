"""What came of a survey: for each question how often each score was given, the mean, and how many are satisfied."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from tenants.scheme import Entry
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
