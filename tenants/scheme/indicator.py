"""The kinds of indicator (指标): what each takes, what it gives for that, and between which points it lies.

Judged indicators take what an evaluator enters of a case; recorded ones take the occurrences in force (honours,
demerits). The kinds are those that the published schemes use; what a scheme needs beyond them is a new kind here.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tenants.errors import Code, DomainError
from tenants.scheme.inputs import Entry, Occurrence
from tenants.scheme.values import (
    Flag,
    Interval,
    Key,
    Number,
    Part,
    Range,
    Span,
    Whole,
    Words,
    number_text,
    sign_span,
)

ZERO = Decimal(0)


class Subject(StrEnum):
    """Who or what a scheme rates (评价对象)."""

    COMPANY = "COMPANY"
    PROJECT = "PROJECT"
    PROJECT_LEAD = "PROJECT_LEAD"


class Method(StrEnum):
    """How an indicator is looked into (评价方式)."""

    DAILY = "DAILY"
    DOCUMENTS = "DOCUMENTS"
    SITE = "SITE"
    SURVEY = "SURVEY"


class Counting(StrEnum):
    """Whether every occurrence counts or only the highest (计分方式)."""

    EACH = "EACH"
    HIGHEST = "HIGHEST"


class Validity(Part):
    """How long an occurrence counts (有效期): some months, or until it is put right; nothing said, without end."""

    months: Whole | None = None
    counted_from: Literal["EFFECTIVE", "OCCURRED"] = "EFFECTIVE"
    until_rectified: Flag = False


class Shown(Part):
    """What every indicator says of itself."""

    code: Key
    name: Words
    article: Words | None = None
    method: Method | None = None
    evidence: Flag = False
    assumed: Words | None = None

    @property
    def span(self) -> Span:
        """Between which points it lies."""
        raise NotImplementedError

    @property
    def singles(self) -> tuple[Decimal, ...]:
        """The points that one answer or one occurrence can give."""
        raise NotImplementedError


class Judged(Shown):
    """An indicator that evaluators answer; `takes` names the fields of an `Entry` that are its answer."""

    takes: ClassVar[tuple[str, ...]]

    def award(self, entry: Entry) -> Fraction:
        """The points for an answer. Raises `DomainError` for one that the indicator does not know."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        return Span(min(self.singles), max(self.singles))


class Option(Part):
    """One of the fixed tiers; one that is `ineligible` keeps the case out."""

    code: Key
    name: Words
    points: Number
    ineligible: Flag = False


class Tiers(Judged):
    """Fixed tiers (分档): the points of the one that was chosen."""

    takes = ("choice",)
    kind: Literal["tiers"]
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=50)]

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return tuple(option.points for option in self.options)

    def chosen(self, entry: Entry) -> Option:
        """The tier that was chosen."""
        for option in self.options:
            if option.code == entry.choice:
                return option
        known = tuple(option.code for option in self.options)
        raise DomainError(Code.SCORE_CHOICE_UNKNOWN, self.code, choice=entry.choice, known=known)

    def award(self, entry: Entry) -> Fraction:
        return Fraction(self.chosen(entry).points)


class Step(Part):
    """The points for a count within an interval."""

    range: Range
    points: Number


class Count(Judged):
    """Count tiers (按数量分档), their edges open or closed."""

    takes = ("count",)
    kind: Literal["count"]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=50)]

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return tuple(step.points for step in self.steps)

    def award(self, entry: Entry) -> Fraction:
        assert entry.count is not None
        for step in self.steps:
            if entry.count in step.range:
                return Fraction(step.points)
        known = tuple(str(step.range) for step in self.steps)
        raise DomainError(Code.SCORE_OUT_OF_RANGE, self.code, value=number_text(entry.count), expected=known)


class YesNo(Judged):
    """Yes or no (是否)."""

    takes = ("yes",)
    kind: Literal["yes_no"]
    points: Number
    otherwise: Number = ZERO

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return self.points, self.otherwise

    def award(self, entry: Entry) -> Fraction:
        return Fraction(self.points if entry.yes else self.otherwise)


class Ratio(Judged):
    """A part of a whole reaches a threshold (比例达标); a part of nothing does not."""

    takes = ("part", "whole")
    kind: Literal["ratio"]
    at_least: Number
    points: Number
    otherwise: Number = ZERO

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return self.points, self.otherwise

    def award(self, entry: Entry) -> Fraction:
        assert entry.part is not None
        assert entry.whole is not None
        within(self.code, entry.whole, ZERO, None)
        within(self.code, entry.part, ZERO, entry.whole)
        reached = entry.whole > 0 and entry.part >= self.at_least * entry.whole
        return Fraction(self.points if reached else self.otherwise)


class Manual(Judged):
    """Points by judgement within a range (幅度评分)."""

    takes = ("points",)
    kind: Literal["range"]
    low: Number = ZERO
    high: Number

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return self.low, self.high

    def award(self, entry: Entry) -> Fraction:
        assert entry.points is not None
        return Fraction(within(self.code, entry.points, self.low, self.high))


class Deduction(Judged):
    """So much off for each occurrence (每次扣分), down to a floor or without one."""

    takes = ("count",)
    kind: Literal["deduction"]
    start: Number = ZERO
    each: Number
    floor: Number | None = None

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return self.start, self.start - self.each

    @property
    def span(self) -> Span:
        return Span(self.floor, self.start)

    def award(self, entry: Entry) -> Fraction:
        assert entry.count is not None
        left = Fraction(self.start) - Fraction(self.each) * Fraction(within(self.code, entry.count, ZERO, None))
        return left if self.floor is None else max(left, Fraction(self.floor))


class Survey(Judged):
    """The mean of the answers times a weight (满意度均值加权); below the sample the case is incomplete.

    Answers come of a survey that was drawn by lot. Whether a group may enter those of a survey on paper instead is for
    the scheme to say, not for a setting: it decides what a result rests on, so it is published and frozen with it.
    """

    takes = ("answers",)
    kind: Literal["survey"]
    low: Number = ZERO
    high: Number
    weight: Number
    sample: Whole = 1
    on_paper: Flag = False

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return self.low * self.weight, self.high * self.weight

    def award(self, entry: Entry) -> Fraction:
        assert entry.answers is not None
        for answer in entry.answers:
            within(self.code, answer, self.low, self.high)
        if not entry.answers:
            return Fraction(0)
        return sum(map(Fraction, entry.answers), Fraction(0)) / len(entry.answers) * Fraction(self.weight)


class Imported(Judged):
    """A score of another evaluation, taken in proportion (引用其他评价得分)."""

    takes = ("points",)
    kind: Literal["imported"]
    of: Number
    points: Number

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return ZERO, self.points

    def award(self, entry: Entry) -> Fraction:
        assert entry.points is not None
        return Fraction(within(self.code, entry.points, ZERO, self.of)) / Fraction(self.of) * Fraction(self.points)


class Gate(Judged):
    """A condition of taking part (参评条件): whoever does not meet it is not rated. Gives no points."""

    takes = ("yes",)
    kind: Literal["gate"]

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return (ZERO,)

    def award(self, entry: Entry) -> Fraction:
        return Fraction(0)


class Veto(Judged):
    """One "no" that decides (一票否决): the band it leads to, whatever the score. Gives no points.

    It is answered by an evaluator, or met by an occurrence in force.
    """

    takes = ("yes",)
    kind: Literal["veto"]
    band: Key | None = None
    validity: Validity | None = None
    retired: Flag = False

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return (ZERO,)

    def award(self, entry: Entry) -> Fraction:
        return Fraction(0)


class Recorded(Shown):
    """An indicator that counts occurrences. `max` and `min` hold for their sum. Of occurrences of one matter only the
    highest counts where `once_per_matter`; a retired one takes no new records, and those in force still count.
    """

    max: Number | None = None
    min: Number | None = None
    once_per_matter: Flag = False
    validity: Validity | None = None
    retired: Flag = False

    @property
    def span(self) -> Span:
        return sign_span(*self.singles).within(self.min, self.max)

    def award(self, occurrence: Occurrence) -> Fraction:
        """The points for an occurrence: those it was recorded with, else those of the scheme."""
        return Fraction(self.points_for(occurrence.level, occurrence.points, recorded=True))

    def points_for(self, level: str | None, points: Decimal | None, *, recorded: bool = False) -> Decimal:
        """The points of a new record. Raises `DomainError` when the scheme does not give them."""
        raise NotImplementedError


class Item(Recorded):
    """So many points for each occurrence (每次加减分); `low` and `high` instead of `points` where they are judged."""

    kind: Literal["item"]
    points: Number | None = None
    low: Number | None = None
    high: Number | None = None

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return tuple(one for one in (self.points, self.low, self.high) if one is not None) or (ZERO,)

    def points_for(self, level: str | None, points: Decimal | None, *, recorded: bool = False) -> Decimal:
        if recorded and points is not None:
            return points
        if self.points is not None:
            if points not in (None, self.points):
                raise DomainError(
                    Code.SCORE_OUT_OF_RANGE, self.code, value=number_text(points), expected=number_text(self.points)
                )
            return self.points
        if points is None:
            raise DomainError(Code.SCORE_POINTS_REQUIRED, self.code)
        return within(self.code, points, self.low, self.high)


class Level(Part):
    """The points at one level, such as that of the one who honoured."""

    code: Key
    name: Words
    points: Number


class Levels(Recorded):
    """Points by level (按级别计分): every occurrence, or only the highest."""

    kind: Literal["levels"]
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=50)]
    counting: Counting = Counting.EACH

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return tuple(level.points for level in self.levels)

    @property
    def span(self) -> Span:
        if self.counting is Counting.HIGHEST:
            return Span(min(*self.singles, ZERO), max(*self.singles, ZERO)).within(self.min, self.max)
        return sign_span(*self.singles).within(self.min, self.max)

    def points_for(self, level: str | None, points: Decimal | None, *, recorded: bool = False) -> Decimal:
        if recorded and points is not None:
            return points
        for known in self.levels:
            if known.code == level:
                return known.points
        expected = tuple(known.code for known in self.levels)
        raise DomainError(Code.SCORE_LEVEL_UNKNOWN, self.code, level=level or "—", known=expected)


class Cascade(Recorded):
    """What another subject's record brings along (联动计分), in proportion; within the lead's term where it says so."""

    kind: Literal["cascade"]
    source: Subject
    factor: Number = Decimal(1)
    deductions_only: Flag = True
    within_term: Flag = True

    @property
    def singles(self) -> tuple[Decimal, ...]:
        return (-self.factor,) if self.deductions_only else (-self.factor, self.factor)

    def points_for(self, level: str | None, points: Decimal | None, *, recorded: bool = False) -> Decimal:
        if points is None:
            raise DomainError(Code.SCORE_POINTS_REQUIRED, self.code)
        return points * self.factor


Indicator = Annotated[
    Tiers | Count | YesNo | Ratio | Manual | Deduction | Survey | Imported | Gate | Veto | Item | Levels | Cascade,
    Field(discriminator="kind"),
]


def within(code: str, points: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
    """The points, when they lie between both, which they may touch."""
    if (low is not None and points < low) or (high is not None and points > high):
        expected = Interval(low, high, low is not None, high is not None)
        raise DomainError(Code.SCORE_OUT_OF_RANGE, code, value=number_text(points), expected=str(expected))
    return points
