"""Whether a document is a scheme: every problem names its place in the document and says what would satisfy it."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tenants.errors import Code, DomainError
from tenants.scheme.document import Band, Compared, Dimension, Document, Given, GroupKind, Nature, Purpose, Upward
from tenants.scheme.indicator import (
    Count,
    Deduction,
    Imported,
    Item,
    Levels,
    Manual,
    Ratio,
    Recorded,
    Shown,
    Survey,
    Tiers,
    Veto,
)
from tenants.scheme.score import Measured, holds
from tenants.scheme.values import Interval, exact_text, number_text

_CELLS = 50_000
"""More combinations than this of what bands speak of, and nobody can read the bands either."""


def check(document: Document, minimum_party_share: Decimal | None = None) -> list[DomainError]:
    """The document's problems; none, and it may be published.

    `minimum_party_share` is how much of a rating's full marks the street and community Party organisations must hold
    in the division (setting PARTY_SCORE_SHARE_MIN, Shandong report row S4P-07), None where it says nothing.
    """
    problems = [*_names(document), *_dates(document)]
    if problems:
        return problems  # the rest would speak of parts that are not there
    problems += list(_marks(document)) or list(_weights(document))
    problems += _party_share(document, minimum_party_share)
    for position, dimension in enumerate(document.dimensions):
        problems += _dimension(document, dimension, f"dimensions[{position}]")
    problems += _total(document)
    return problems or list(_bands(document))


def _names(document: Document) -> Iterator[DomainError]:
    """Codes name one part each, and what is named exists."""
    indicators = [
        (f"dimensions[{at}].indicators[{position}]", each)
        for at, dimension in enumerate(document.dimensions)
        for position, each in enumerate(dimension.indicators)
    ]
    yield from _once("groups", document.groups)
    yield from _once("dimensions", document.dimensions)
    yield from _once("bands", document.bands)
    seen: set[str] = set()
    for place, each in indicators:
        if each.code in seen:
            yield DomainError(Code.SCHEME_CODE_TWICE, f"{place}.code", name=each.code)
        seen.add(each.code)
        yield from _once(f"{place}.options", each.options if isinstance(each, Tiers) else ())
        yield from _once(f"{place}.levels", each.levels if isinstance(each, Levels) else ())
    groups = [group.code for group in document.groups]
    for at, dimension in enumerate(document.dimensions):
        yield from _known(f"dimensions[{at}].scored_by", dimension.scored_by, groups)
    struck = [band.code for band in document.bands if band.given is Given.VETO]
    named = [band.code for band in document.bands]
    for place, each in indicators:
        if isinstance(each, Veto) and each.band is not None:
            yield from _known(f"{place}.band", [each.band], named)
    led_to = {each.band for _, each in indicators if isinstance(each, Veto)}
    for at, band in enumerate(document.bands):
        if band.code in struck and band.code not in led_to:
            yield DomainError(Code.SCHEME_BAND_WITHOUT_VETO, f"bands[{at}]", band=band.code)
        if (band.given is Given.SCORE) is not bool(band.when):
            yield DomainError(Code.SCHEME_BAND_CLAUSES, f"bands[{at}].when", band=band.code)
        for position, clause in enumerate(band.when):
            counted = [each.code for _, each in indicators if isinstance(each, Recorded | Count | Deduction | Veto)]
            yield from _known(f"bands[{at}].when[{position}].counts", clause.counts, counted)
    if sum(band.given is Given.NOT_ENROLLED for band in document.bands) > 1:
        yield DomainError(Code.SCHEME_CODE_TWICE, "bands", name=Given.NOT_ENROLLED.value)


def _once(place: str, parts: Sequence[Any]) -> Iterator[DomainError]:
    for code, times in Counter(part.code for part in parts).items():
        if times > 1:
            yield DomainError(Code.SCHEME_CODE_TWICE, place, name=code)


def _known(place: str, named: Iterable[str], known: Sequence[str]) -> Iterator[DomainError]:
    for code in named:
        if code not in known:
            yield DomainError(Code.SCHEME_CODE_UNKNOWN, place, name=code, known=tuple(known))


def _dates(document: Document) -> Iterator[DomainError]:
    if document.valid_to is not None and document.valid_to <= document.valid_from:
        yield DomainError(Code.DATE_OUT_OF_ORDER, "valid_to", date=document.valid_to, earliest=document.valid_from)


def _marks(document: Document) -> Iterator[DomainError]:
    """The dimensions sum to the full marks; good and bad information comes on top."""
    if document.full_marks is None:
        return
    marks = [dimension.marks for dimension in _counted(document)]
    known = [mark for mark in marks if mark is not None]
    total = sum(known, Decimal(0)) if len(known) == len(marks) else None
    if total != document.full_marks:
        yield DomainError(
            Code.SCHEME_MARKS,
            "dimensions",
            parts=" + ".join("∞" if mark is None else number_text(mark) for mark in marks),
            total="∞" if total is None else number_text(total),
            full=number_text(document.full_marks),
        )


def _counted(document: Document) -> list[Dimension]:
    return [each for each in document.dimensions if each.nature in (None, Nature.BASIC)]


def _weights(document: Document) -> Iterator[DomainError]:
    """The groups sum to the full marks, their shares of a dimension to its marks, and both agree."""
    if not document.groups:
        return
    full, counted = document.full_marks, _counted(document)
    weights = sum((group.weight for group in document.groups), Decimal(0))
    if full is None or weights != full or any(group.weight <= 0 for group in document.groups):
        yield DomainError(
            Code.SCHEME_WEIGHTS,
            "groups",
            total=number_text(weights),
            full="—" if full is None else number_text(full),
        )
        return
    held = dict.fromkeys((group.code for group in document.groups), Fraction(0))
    for position, dimension in enumerate(document.dimensions):
        marks = dimension.marks
        shares = document.shares(dimension)
        given = sum(shares.values(), Decimal(0))
        none = any(share <= 0 for share in shares.values())
        if dimension.scored_by and (none or (marks is not None and given != marks)):
            yield DomainError(
                Code.SCHEME_WEIGHTS,
                f"dimensions[{position}].scored_by",
                total=number_text(given),
                full="—" if marks is None else number_text(marks),
            )
            return
        if dimension in counted and marks is not None:
            for code, share in shares.items():
                held[code] += Fraction(marks) * Fraction(share) / Fraction(given)
    for position, group in enumerate(document.groups):
        if held[group.code] != group.weight:
            yield DomainError(
                Code.SCHEME_GROUP_MARKS,
                f"groups[{position}].weight",
                group=group.code,
                weight=number_text(group.weight),
                held=exact_text(held[group.code]),
            )


def _party_share(document: Document, minimum: Decimal | None) -> Iterator[DomainError]:
    if minimum is None or document.purpose is not Purpose.RATING:
        return
    held = sum(
        (group.weight for group in document.groups if group.kind is GroupKind.STREET_COMMUNITY_PARTY), Decimal(0)
    )
    full = document.full_marks or sum((group.weight for group in document.groups), Decimal(0))
    if held < minimum * full or (minimum and not full):
        share = Fraction(held) / Fraction(full) if full else Fraction(0)
        yield DomainError(
            Code.SCHEME_PARTY_SHARE,
            "groups",
            share=exact_text(share * 100),
            minimum=number_text(minimum * 100),
            kind=GroupKind.STREET_COMMUNITY_PARTY,
        )


def _dimension(document: Document, dimension: Dimension, place: str) -> Iterator[DomainError]:
    """Caps and floors agree with what they hold, and every indicator with itself."""
    for position, indicator in enumerate(dimension.indicators):
        where = f"{place}.indicators[{position}]"
        yield from _indicator(indicator, where)
        if dimension.nature is Nature.BAD or dimension.nature is Nature.GOOD:
            good = (dimension.nature is Nature.GOOD) is (document.upward is Upward.MERIT)
            wrong = [one for one in indicator.singles if (one < 0 if good else one > 0)]
            if wrong:
                yield DomainError(Code.SCHEME_SIGN, where, points=number_text(wrong[0]), sign="≥ 0" if good else "≤ 0")
        highest = max(indicator.singles)
        if dimension.max is not None and highest > dimension.max:
            yield _cap(where, highest, "≤", dimension.max)
        lowest = min(indicator.singles)
        if dimension.min is not None and lowest < dimension.min:
            yield _cap(where, lowest, "≥", dimension.min)
    loose = dimension.loose
    if dimension.max is not None:
        if loose.high is not None and dimension.max > loose.high:
            yield _cap(f"{place}.max", dimension.max, "≤", loose.high)
        if dimension.min is not None and dimension.min > dimension.max:
            yield _cap(f"{place}.min", dimension.min, "≤", dimension.max)
    if dimension.min is not None and loose.low is not None and dimension.min < loose.low:
        yield _cap(f"{place}.min", dimension.min, "≥", loose.low)
    if dimension.pass_at is not None and dimension.marks is not None and dimension.pass_at > dimension.marks:
        yield _cap(f"{place}.pass_at", dimension.pass_at, "≤", dimension.marks)


def _indicator(indicator: Shown, place: str) -> Iterator[DomainError]:
    match indicator:
        case Count():
            yield from _steps(indicator, place)
        case Manual() if indicator.low > indicator.high:
            yield _cap(f"{place}.low", indicator.low, "≤", indicator.high)
        case Deduction():
            if indicator.each <= 0:
                yield DomainError(Code.SCHEME_VALUE, f"{place}.each", value=number_text(indicator.each), expected="> 0")
            if indicator.floor is not None and indicator.floor > indicator.start:
                yield _cap(f"{place}.floor", indicator.floor, "≤", indicator.start)
        case Survey():
            if indicator.low >= indicator.high:
                yield _cap(f"{place}.low", indicator.low, "<", indicator.high)
            if indicator.weight <= 0:
                yield DomainError(
                    Code.SCHEME_VALUE, f"{place}.weight", value=number_text(indicator.weight), expected="> 0"
                )
        case Ratio() if not 0 < indicator.at_least <= 1:
            yield DomainError(
                Code.SCHEME_VALUE, f"{place}.at_least", value=number_text(indicator.at_least), expected="(0, 1]"
            )
        case Imported() if indicator.of <= 0:
            yield DomainError(Code.SCHEME_VALUE, f"{place}.of", value=number_text(indicator.of), expected="> 0")
        case Recorded():
            yield from _item(indicator, place)


def _item(indicator: Recorded, place: str) -> Iterator[DomainError]:
    if isinstance(indicator, Item):
        judged = indicator.low is not None and indicator.high is not None
        if (indicator.points is None) is not judged or (indicator.low is None) is not (indicator.high is None):
            yield DomainError(Code.SCHEME_VALUE, place, value="—", expected="points | low + high")
            return
        if indicator.low is not None and indicator.high is not None and indicator.low > indicator.high:
            yield _cap(f"{place}.low", indicator.low, "≤", indicator.high)
    if indicator.max is not None:
        if indicator.min is not None and indicator.min > indicator.max:
            yield _cap(f"{place}.min", indicator.min, "≤", indicator.max)
        if max(indicator.singles) > indicator.max:
            yield _cap(place, max(indicator.singles), "≤", indicator.max)
        if all(one <= 0 for one in indicator.singles):
            yield _cap(f"{place}.max", indicator.max, "≤", Decimal(0))
    if indicator.min is not None and min(indicator.singles) < indicator.min:
        yield _cap(place, min(indicator.singles), "≥", indicator.min)


def _steps(indicator: Count, place: str) -> Iterator[DomainError]:
    """Count tiers give every count from zero on one number of points."""
    edges = {edge for step in indicator.steps for edge in (step.range.low, step.range.high) if edge is not None}
    for cell, sample in _cells(edges, Decimal(0), None):
        found = [str(step.range) for step in indicator.steps if sample in step.range]
        if len(found) > 1:
            yield DomainError(Code.SCHEME_STEPS_OVERLAP, f"{place}.steps", cell=cell, steps=tuple(found))
        elif not found:
            yield DomainError(Code.SCHEME_STEPS_GAP, f"{place}.steps", cell=cell)


def _total(document: Document) -> Iterator[DomainError]:
    if document.max is not None and document.min is not None and document.min > document.max:
        yield _cap("min", document.min, "≤", document.max)


def _cap(place: str, value: Decimal, sign: str, limit: Decimal) -> DomainError:
    return DomainError(Code.SCHEME_CAP, place, value=number_text(value), expected=f"{sign} {number_text(limit)}")


def _bands(document: Document) -> Iterator[DomainError]:
    """Every score that can come about falls in exactly one band, and every band can come about.

    What clauses speak of is cut at all their edges into cells in which no clause changes its mind; one sample of each
    cell shows what holds in it.
    """
    bands = [(at, band) for at, band in enumerate(document.bands) if band.given is Given.SCORE]
    if not bands:
        return
    measures = _measures(document, [band for _, band in bands])
    combinations = 1
    for cells in measures.values():
        combinations *= len(cells)
    if combinations > _CELLS:
        yield DomainError(Code.SCHEME_BANDS_TOO_MANY, "bands", limit=_CELLS)
        return
    reached: set[str] = set()
    told: set[tuple[str, ...]] = set()
    for chosen in itertools.product(*measures.values()):
        sample = dict(zip(measures, (value for _, value in chosen), strict=True))
        counts = {name.removeprefix("counts."): value for name, value in sample.items() if name.startswith("counts.")}
        measured = Measured(score=sample["score"], bad=bool(sample["bad"]), passed=int(sample["passed"]), counts=counts)
        met = [(at, band) for at, band in bands if any(holds(clause, measured) for clause in band.when)]
        reached.update(band.code for _, band in met)
        codes = tuple(band.code for _, band in met)
        if len(met) == 1 or codes in told:
            continue
        told.add(codes)
        cell = ", ".join(
            f"{name} {text}" for name, (text, _) in zip(measures, chosen, strict=True) if len(measures[name]) > 1
        )
        if met:
            yield DomainError(Code.SCHEME_BANDS_OVERLAP, f"bands[{met[1][0]}]", bands=codes, cell=cell)
        else:
            yield DomainError(Code.SCHEME_BANDS_GAP, "bands", cell=cell)
    for at, band in bands:
        if band.code not in reached:
            span = document.span
            score = Interval(span.low, span.high, span.low is not None, span.high is not None)
            yield DomainError(Code.SCHEME_BAND_UNREACHABLE, f"bands[{at}]", band=band.code, score=str(score))


def _measures(document: Document, bands: Sequence[Band]) -> dict[str, list[tuple[str, Fraction]]]:
    """For each thing that clauses speak of, its cells: how to say one, and a sample of it."""
    clauses = [clause for band in bands for clause in band.when]
    span = document.span
    grid = document.places if document.bands_on is Compared.PRINTED else None
    scores = [clause.score for clause in clauses if clause.score is not None]
    measures = {"score": list(_cells(_edges(scores), span.low, span.high, grid))}
    may_be_bad = any(dimension.nature is Nature.BAD for dimension in document.dimensions)
    measures["bad"] = [("= false", Fraction(0)), *([("= true", Fraction(1))] if may_be_bad else [])]
    passable = sum(dimension.pass_at is not None for dimension in document.dimensions)
    measures["passed"] = [(f"= {number}", Fraction(number)) for number in range(passable + 1)]
    for code in sorted({code for clause in clauses for code in clause.counts}):
        edges = _edges([clause.counts[code] for clause in clauses if code in clause.counts])
        measures[f"counts.{code}"] = list(_cells(edges, Decimal(0), None, 0))
    return measures


def _edges(intervals: Iterable[Interval]) -> set[Decimal]:
    return {edge for interval in intervals for edge in (interval.low, interval.high) if edge is not None}


def _cells(
    edges: Iterable[Decimal], low: Decimal | None, high: Decimal | None, places: int | None = None
) -> Iterator[tuple[str, Fraction]]:
    """The edges between `low` and `high` and what lies between them, each said and with a sample.

    With `places` only numbers of so many decimals exist.
    """
    bounds = {edge for edge in (*edges, low, high) if edge is not None}
    inside = sorted(edge for edge in bounds if (low is None or edge >= low) and (high is None or edge <= high))
    unit = Fraction(1, 10**places) if places is not None else None

    def between(above: Decimal | None, below: Decimal | None) -> Iterator[tuple[str, Fraction]]:
        if above is None and below is None:
            sample = Fraction(0)
        elif above is None:
            sample = Fraction(below or 0) - 1
        elif below is None:
            sample = Fraction(above) + 1
        elif unit is None:
            sample = (Fraction(above) + Fraction(below)) / 2
        else:
            sample = (Fraction(above) // unit + 1) * unit
            if sample >= below:
                return
        yield str(Interval(above, below, False, False)), sample

    if low is None:
        yield from between(None, inside[0] if inside else None)
    for edge, following in itertools.zip_longest(inside, inside[1:]):
        if unit is None or Fraction(edge) % unit == 0:
            yield f"= {number_text(edge)}", Fraction(edge)
        if following is not None or high is None:
            yield from between(edge, following)
