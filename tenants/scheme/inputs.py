"""What is scored: the answers of evaluators and the occurrences on record of one case. Stored, they give the same score
again at any time.
"""

from typing import Annotated

from pydantic import Field

from tenants.scheme.values import Day, Flag, Key, Number, Part


class Entry(Part):
    """What one evaluator answered to one indicator. Which field is its answer, the indicator's kind says."""

    indicator: Key
    group: Key | None = None
    evaluator: str = ""
    choice: Key | None = None
    count: Number | None = None
    yes: Flag | None = None
    part: Number | None = None
    whole: Number | None = None
    points: Number | None = None
    answers: Annotated[tuple[Number, ...], Field(max_length=10_000)] | None = None

    @property
    def answer(self) -> tuple[str, ...]:
        """The names of the fields that hold something."""
        fields = ("choice", "count", "yes", "part", "whole", "points", "answers")
        return tuple(name for name in fields if getattr(self, name) is not None)


class Occurrence(Part):
    """Something on record that counts for or against the subject, with the points that were decided when it was
    recorded. Without points it gets those of the scheme.

    `ends_on` is the last day on which it counts, where the record has one of its own; else the indicator's validity
    decides. `matter` names what several occurrences are about, so that it counts once.
    """

    record: str
    item: Key
    points: Number | None = None
    level: Key | None = None
    occurred_on: Day
    effective_on: Day
    ends_on: Day | None = None
    rectified_on: Day | None = None
    matter: str | None = None


class Term(Part):
    """From when until when (that day included) somebody was in charge: what cascades does so within a term."""

    starts_on: Day
    ends_on: Day | None = None


class Inputs(Part):
    """Everything about one case that a score depends on, besides the scheme and the day."""

    entries: Annotated[tuple[Entry, ...], Field(max_length=10_000)] = ()
    occurrences: Annotated[tuple[Occurrence, ...], Field(max_length=10_000)] = ()
    terms: tuple[Term, ...] = ()
    enrolled: Flag = True
