"""What is asked: questions as data, each with a scale of whole numbers and what on it counts as satisfied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from tenants.checks import NAME_LIMIT, Checks
from tenants.errors import Code
from tenants.scheme.document import Dimension, Document, GroupKind
from tenants.scheme.indicator import Survey
from tenants.scheme.values import number_text

QUESTIONS_LIMIT: Final = 20
HIGHEST: Final = 100
CHOICES_LIMIT: Final = 11
"""Up to so many scores can be chosen from; of more, one is written as a number."""

_EDGES: Final[Mapping[tuple[int, int], tuple[int, int]]] = {(1, 5): (4, 2), (0, 10): (8, 5), (0, 100): (80, 59)}
"""From which score on one is satisfied and up to which dissatisfied, on the scales that are usual."""
_FIVE: Final = ("非常不满意", "不满意", "一般", "满意", "非常满意")
_FIVE_ENGLISH: Final = ("Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied")


class Question(BaseModel):
    """A question as it is kept. `indicator` is the code of the scheme's indicator that its answers are for."""

    model_config = ConfigDict(frozen=True)

    code: str
    text: str
    english: str | None
    low: int
    high: int
    satisfied_from: int
    dissatisfied_to: int
    words: tuple[str, ...] | None
    indicator: str | None

    @property
    def scores(self) -> range:
        """Every score that can be given."""
        return range(self.low, self.high + 1)

    @property
    def chosen_from(self) -> bool:
        """Whether its scores are few enough to be chosen from."""
        return len(self.scores) <= CHOICES_LIMIT

    def asked(self, english: bool) -> str:
        """The question in the reader's language, if it was given in it."""
        return (english and self.english) or self.text

    def worded(self, score: int, english: bool) -> str:
        """A score as people choose it."""
        if self.words is None:
            return str(score)
        if english and self.words == _FIVE:
            return _FIVE_ENGLISH[score - self.low]
        return self.words[score - self.low]


@dataclass(frozen=True, kw_only=True)
class NewQuestion:
    """A question to ask; the usual scale of five when nothing is said of it."""

    text: str
    english: str | None = None
    low: int = 1
    high: int = 5
    satisfied_from: int | None = None
    dissatisfied_to: int | None = None
    words: Sequence[str] | None = None
    indicator: str | None = None


def checked(checks: Checks, given: Sequence[NewQuestion]) -> list[Question]:
    """The questions as they are kept, numbered in their order."""
    if not 1 <= len(given) <= QUESTIONS_LIMIT:
        checks.add(Code.SURVEY_QUESTIONS, "questions", limit=QUESTIONS_LIMIT)
        return []
    found = [_checked(checks.within(f"questions.{at}"), f"q{at + 1}", each) for at, each in enumerate(given)]
    made = [each for each in found if each is not None]
    indicators = [each.indicator for each in made if each.indicator is not None]
    if len(set(indicators)) < len(indicators):
        twice = next(each for at, each in enumerate(indicators) if each in indicators[:at])
        checks.add(Code.SURVEY_INDICATOR_TWICE, "questions", indicator=twice)
    return made


def _checked(checks: Checks, code: str, new: NewQuestion) -> Question | None:
    known = len(checks.errors)
    text = checks.text("text", new.text)
    english = checks.optional_text("english", new.english, limit=2 * NAME_LIMIT)
    indicator = checks.optional_text("indicator", new.indicator, limit=40)
    if not 0 <= new.low < new.high <= HIGHEST:
        checks.add(Code.SURVEY_SCALE, "high", low=new.low, high=new.high, highest=HIGHEST)
        return None
    satisfied_from, dissatisfied_to = _EDGES.get((new.low, new.high), (None, None))
    satisfied_from = satisfied_from if new.satisfied_from is None else new.satisfied_from
    dissatisfied_to = dissatisfied_to if new.dissatisfied_to is None else new.dissatisfied_to
    if satisfied_from is None or dissatisfied_to is None:
        checks.add(Code.SURVEY_EDGES, "satisfiedFrom", low=new.low, high=new.high)
        return None
    if not new.low <= dissatisfied_to < satisfied_from <= new.high:
        checks.add(Code.SURVEY_EDGES, "satisfiedFrom", low=new.low, high=new.high)
    words = None if new.words is None else tuple(checks.text("words", each, limit=20) for each in new.words)
    if words is None and (new.low, new.high) == (1, 5):
        words = _FIVE
    scores = new.high - new.low + 1
    if words is not None and (len(words) != scores or scores > CHOICES_LIMIT):
        checks.add(Code.SURVEY_WORDS, "words", scores=scores, given=len(words), limit=CHOICES_LIMIT)
    if len(checks.errors) > known:
        return None
    return Question(
        code=code,
        text=text,
        english=english,
        low=new.low,
        high=new.high,
        satisfied_from=satisfied_from,
        dissatisfied_to=dissatisfied_to,
        words=words,
        indicator=indicator,
    )


def rated(document: Document, questions: Sequence[Question]) -> list[int]:
    """The samples that the indicators of a scheme ask for which questions are asked. Raises `DomainErrors` for a
    question whose indicator is no survey of owners, or has another scale.
    """
    checks, samples = Checks(), []
    for at, each in enumerate(questions):
        if each.indicator is None:
            continue
        dimension, indicator = document.indicators.get(each.indicator, (None, None))
        if dimension is None or not isinstance(indicator, Survey) or not _asked_of_owners(document, dimension):
            checks.add(Code.SURVEY_INDICATOR, f"questions.{at}.indicator", indicator=each.indicator)
        elif indicator.low != each.low or indicator.high != each.high:
            scale = {"low": number_text(indicator.low), "high": number_text(indicator.high)}
            checks.add(Code.SURVEY_SCALE_RATED, f"questions.{at}.high", indicator=each.indicator, **scale)
        else:
            samples.append(indicator.sample)
    if all(each.indicator is None for each in questions):
        checks.add(Code.SURVEY_INDICATOR, "questions", indicator="—")
    checks.done()
    return samples


def owners(document: Document, dimension: Dimension) -> str | None:
    """The group whose answers a survey gives in a dimension: the owners (业主), if they are among its groups."""
    shares = document.shares(dimension)
    return next((each.code for each in document.groups if each.code in shares and each.kind is GroupKind.OWNERS), None)


def _asked_of_owners(document: Document, dimension: Dimension) -> bool:
    return not document.shares(dimension) or owners(document, dimension) is not None


def kept(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """As the survey's row has them."""
    return [each.model_dump(mode="json") for each in questions]


def of(row: Any) -> tuple[Question, ...]:
    """The questions of a survey's row."""
    return tuple(Question.model_validate(each) for each in row.questions)
