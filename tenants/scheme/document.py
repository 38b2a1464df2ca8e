"""A scheme's document (评定方案): everything by which a score comes about, as data with one canonical form."""

import hashlib
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

import orjson
from pydantic import Field

from tenants.errors import Code, DomainError
from tenants.scheme.indicator import Indicator, Recorded, Subject, Validity, Veto
from tenants.scheme.text import write
from tenants.scheme.values import Day, Flag, Key, Number, Part, Range, Span, Whole, Words


class Purpose(StrEnum):
    """What a scheme is for (用途)."""

    CREDIT = "CREDIT"
    RATING = "RATING"


class Every(StrEnum):
    """How often a score is settled (评价周期)."""

    CONTINUOUS = "CONTINUOUS"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"


class GroupKind(StrEnum):
    """Who evaluates (评价主体类别)."""

    ASSOCIATION = "ASSOCIATION"
    AUTHORITY = "AUTHORITY"
    OWNERS = "OWNERS"
    PEER = "PEER"
    STREET_COMMUNITY = "STREET_COMMUNITY"
    STREET_COMMUNITY_PARTY = "STREET_COMMUNITY_PARTY"
    THIRD_PARTY = "THIRD_PARTY"


class Nature(StrEnum):
    """The class of information a section holds (信息类别)."""

    BASIC = "BASIC"
    GOOD = "GOOD"
    BAD = "BAD"


class Upward(StrEnum):
    """Whether points are merits, or demerits that add up (得分制、累计记分制)."""

    MERIT = "MERIT"
    DEMERIT = "DEMERIT"


class Compared(StrEnum):
    """Which total the bands are compared with."""

    UNROUNDED = "UNROUNDED"
    PRINTED = "PRINTED"


class Given(StrEnum):
    """How a band comes about: by the score, only by a veto, or by not being enrolled at all."""

    NOT_ENROLLED = "NOT_ENROLLED"
    SCORE = "SCORE"
    VETO = "VETO"


class Basis(Part):
    """The document that a scheme rests on (依据文件)."""

    title: Words
    number: Words | None = None
    issued_on: Day | None = None
    article: Words | None = None


class Cycle(Part):
    """How often it is settled, whether each cycle starts anew (清零), and what share of the estates each covers."""

    every: Every
    reset: Flag = False
    coverage_min: Number | None = None


class Group(Part):
    """An evaluator group (评价主体), with how many of the full marks are its to give."""

    code: Key
    name: Words
    kind: GroupKind
    weight: Number
    assumed: Words | None = None


class Dimension(Part):
    """A dimension or section (维度、板块). `max` and `min` hold for the sum of its indicators; `pass_at` is what it
    takes to pass it; `scored_by` says how many of its marks each group gives, where that is not in proportion to the
    groups' weights.
    """

    code: Key
    name: Words
    nature: Nature | None = None
    max: Number | None = None
    min: Number | None = None
    pass_at: Number | None = None
    scored_by: dict[Key, Number] = Field(default_factory=dict)
    assumed: Words | None = None
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1, max_length=200)]

    @property
    def loose(self) -> Span:
        """What its indicators can sum to, before its own cap and floor."""
        total = Span(Decimal(0), Decimal(0))
        for indicator in self.indicators:
            total += indicator.span
        return total

    @property
    def span(self) -> Span:
        """What it can give."""
        return self.loose.within(self.min, self.max)

    @property
    def marks(self) -> Decimal | None:
        """Its full marks; None when there is no limit."""
        return self.span.high


class Clause(Part):
    """One way into a band; all that it says must hold. `counts` speaks of how many an indicator counted."""

    score: Range | None = None
    bad: Flag | None = None
    passed: Range | None = None
    counts: dict[Key, Range] = Field(default_factory=dict)


class Band(Part):
    """A band or grade (等次), reached by any of its clauses; what follows from it is `action`."""

    code: Key
    name: Words
    given: Given = Given.SCORE
    when: Annotated[tuple[Clause, ...], Field(max_length=20)] = ()
    action: Words | None = None
    assumed: Words | None = None


class Document(Part):
    """A scheme. What its source does not give is either in `gaps` or marked `assumed` where it was chosen."""

    code: Key
    name: Words
    subject: Subject
    purpose: Purpose
    basis: Basis
    valid_from: Day
    valid_to: Day | None = None
    cycle: Cycle
    validity: Validity | None = None
    upward: Upward = Upward.MERIT
    base: Number = Decimal(0)
    min: Number | None = None
    max: Number | None = None
    full_marks: Number | None = None
    places: Annotated[Whole, Field(le=4)] = 2
    bands_on: Compared = Compared.UNROUNDED
    groups: Annotated[tuple[Group, ...], Field(max_length=20)] = ()
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=50)]
    bands: Annotated[tuple[Band, ...], Field(max_length=30)] = ()
    assumed: Words | None = None
    gaps: Annotated[tuple[Words, ...], Field(max_length=50)] = ()
    notes: Annotated[tuple[Words, ...], Field(max_length=50)] = ()

    @cached_property
    def canonical(self) -> bytes:
        """The document's one form: JSON with sorted keys, numbers as text, and nothing that was left out."""
        return orjson.dumps(self.structure(), option=orjson.OPT_SORT_KEYS)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return hashlib.sha256(self.canonical).hexdigest()

    def structure(self) -> dict[str, Any]:
        """The document as plain values in the order in which it is written, without what was left out."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def text(self) -> str:
        """The document as YAML."""
        return write(self.structure())

    @cached_property
    def indicators(self) -> dict[str, tuple[Dimension, Indicator]]:
        """Every indicator with its dimension, by code."""
        return {each.code: (dimension, each) for dimension in self.dimensions for each in dimension.indicators}

    def points_for(self, item: str, level: str | None = None, points: Decimal | None = None) -> Decimal:
        """The points that a new record of an item gets. Raises `DomainError` when the scheme does not give them."""
        _, indicator = self.indicators.get(item, (None, None))
        if isinstance(indicator, Recorded) and not indicator.retired:
            return indicator.points_for(level, points)
        if isinstance(indicator, Veto) and not indicator.retired:
            return Decimal(0)
        raise DomainError(Code.SCORE_INDICATOR_UNKNOWN, item, indicator=item)

    @property
    def span(self) -> Span:
        """What the total can lie between."""
        total = Span(self.base, self.base)
        for dimension in self.dimensions:
            total += dimension.span
        return total.within(self.min, self.max)

    def shares(self, dimension: Dimension) -> dict[str, Decimal]:
        """How many marks of a dimension each group gives, by the groups' weights where it says nothing else."""
        return dimension.scored_by or {group.code: group.weight for group in self.groups}
