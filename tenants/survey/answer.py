"""What a household does with its link: it is shown the questions, and answers them once.

Both run as the public role, which reaches the one slip and the one tally that the link names, and no other row. The
link is used by answering alone; of answers that come at the same moment the slip takes one.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import select, update
from sqlmodel import col

from tenants.checks import tidy
from tenants.scope import Principal, Scope
from tenants.survey.link import Link
from tenants.survey.question import Question
from tenants.survey.tables import SlipState, SurveySlip, SurveyTally

COMMENT_LIMIT: Final = 300

_PAPER: Final = """
SELECT s.title, s.organiser, s.questions, p.answered FROM survey s JOIN survey_slip p ON p.survey_id = s.id
WHERE s.locator = $1 AND s.state = 'OPEN' AND p.token_digest = $2 AND p.state = 'OUT'
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a link shows."""

    title: str
    organiser: str
    questions: tuple[Question, ...]
    answered: bool


def holder(link: Link) -> Principal:
    """Who has a link: nobody in particular, who may do what the link is for."""
    return Principal("public", survey=link.locator, slip=link.digest)


async def paper(connection: Any, link: Link) -> Paper | None:
    """The questions behind a link. None for one that never was, was replaced, or whose survey is closed: all alike."""
    found = await connection.fetchrow(_PAPER, link.locator, link.digest)
    if found is None:
        return None
    questions = tuple(Question.model_validate(each) for each in orjson.loads(found["questions"]))
    return Paper(found["title"], found["organiser"], questions, found["answered"])


async def submit(scope: Scope, link: Link, scores: Mapping[str, int], comment: str) -> bool:
    """Use the link and add the scores, by question, to the tally; False when the link is used, or none any more."""
    slip = (
        update(SurveySlip)
        .where(
            col(SurveySlip.token_digest) == link.digest,
            col(SurveySlip.state) == SlipState.OUT,
            col(SurveySlip.answered).is_(False),
        )
        .values(answered=True)
        .returning(col(SurveySlip.id))
        .execution_options(synchronize_session=False)
    )
    if (await scope.session.execute(slip)).first() is None:
        return False
    tally = (
        await scope.session.scalars(
            select(SurveyTally).where(col(SurveyTally.locator) == link.locator).with_for_update()
        )
    ).one()
    tally.answered += 1
    tally.counts = {
        **tally.counts,
        **{code: _one_more(tally.counts.get(code, {}), str(score)) for code, score in scores.items()},
    }
    if comment:
        tally.comments = sorted([*tally.comments, comment])
    return True


def _one_more(counts: Mapping[str, int], score: str) -> dict[str, int]:
    """The counts with one more of a score, in the order of scores and not of their coming."""
    added = {**counts, score: counts.get(score, 0) + 1}
    return dict(sorted(added.items(), key=lambda each: int(each[0])))


def comment_in(text: str) -> str:
    """What somebody wrote, tidied, without what cannot be shown."""
    seen = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs"})
    return tidy(seen, lines=True)


def scores(paper: Paper, given: Mapping[str, str]) -> dict[str, int]:
    """The scores, by question, that are on the questions' scales; a question without one is left out."""
    found = {}
    for each in paper.questions:
        text = tidy(given.get(each.code, ""))
        if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) in each.scores:
            found[each.code] = int(text)
    return found
