"""The engine: what a document makes of the inputs of one case as of a day. A pure function, exact to the last digit.

Every number is a fraction of whole numbers, so nothing is ever rounded but the total that is printed, half up. Bands
are compared with the unrounded total unless the document says otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tenants.calendar import add_months
from tenants.errors import Code, DomainError, DomainErrors
from tenants.scheme.document import Band, Clause, Compared, Dimension, Document, Every, Given, Nature
from tenants.scheme.indicator import Cascade, Counting, Gate, Judged, Levels, Recorded, Survey, Tiers, Validity, Veto
from tenants.scheme.inputs import Entry, Inputs, Occurrence, Term
from tenants.scheme.result import Answered, Because, Counted, Cut, IndicatorScore, Result, SectionScore, Why
from tenants.scheme.values import exact_text, number_text, printed

_NOTHING = Fraction(0)
_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


def score(document: Document, inputs: Inputs, as_of: date) -> Result:
    """What the document makes of the inputs as of the day, with its whole explanation.

    Only occurrences in force on that day appear in it. Raises `DomainErrors`, each naming its indicator, for answers
    that the document does not take.
    """
    sorted_in = _sort(document, inputs, as_of)
    sections = tuple(_section(document, dimension, sorted_in) for dimension in document.dimensions)
    if sorted_in.errors:
        raise DomainErrors(sorted_in.errors)
    before = Fraction(document.base) + sum((section.points for section in sections), _NOTHING)
    total, cuts = _limited(before, document.min, document.max)
    in_print = printed(total, document.places)
    measured = Measured(
        score=total if document.bands_on is Compared.UNROUNDED else Fraction(in_print),
        bad=any(_is_bad(dimension, section) for dimension, section in zip(document.dimensions, sections, strict=True)),
        passed=sum(section.passed is True for section in sections),
        counts=sorted_in.counts,
    )
    vetoes = tuple(sorted(sorted_in.vetoes))
    band, because, clause = _band(document, measured, inputs.enrolled, vetoes, bool(sorted_in.gates_failed))
    return Result(
        scheme=document.code,
        digest=document.digest,
        as_of=as_of,
        sections=sections,
        base=document.base,
        before=before,
        total=total,
        cuts=cuts,
        printed=in_print,
        bad=measured.bad,
        passed=measured.passed,
        band=band,
        because=because,
        clause=clause,
        gates_failed=tuple(sorted(sorted_in.gates_failed)),
        vetoes=vetoes,
        missing=tuple(sorted(sorted_in.missing)),
    )


class _Sorted:
    """The inputs by indicator, in an order of their own, and what the indicators find out besides points."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        self.occurrences: dict[str, list[tuple[Occurrence, date | None]]] = defaultdict(list)
        self.terms = terms
        self.errors: list[DomainError] = []
        self.missing: set[str] = set()
        self.vetoes: set[str] = set()
        self.gates_failed: set[str] = set()
        self.counts: dict[str, Fraction] = {}


def _sort(document: Document, inputs: Inputs, as_of: date) -> _Sorted:
    made = _Sorted(inputs.terms)
    seen: set[tuple[str, ...]] = set()

    def once(*key: str) -> None:
        if key in seen:
            made.errors.append(DomainError(Code.SCORE_TWICE, key[1], indicator=key[1], by=key[-1] or "—"))
        seen.add(key)

    for entry in sorted(inputs.entries, key=lambda entry: (entry.indicator, entry.group or "", entry.evaluator)):
        once("entry", entry.indicator, entry.group or "", entry.evaluator)
        _, indicator = document.indicators.get(entry.indicator, (None, None))
        if isinstance(indicator, Judged):
            made.entries[entry.indicator].append(entry)
        else:
            made.errors.append(DomainError(Code.SCORE_INDICATOR_UNKNOWN, entry.indicator, indicator=entry.indicator))
    since = _cycle_start(document, as_of)
    for each in sorted(
        inputs.occurrences, key=lambda each: (each.item, each.effective_on, each.occurred_on, each.record)
    ):
        once("occurrence", each.item, each.record)
        _, indicator = document.indicators.get(each.item, (None, None))
        if not isinstance(indicator, Recorded | Veto):
            made.errors.append(DomainError(Code.SCORE_INDICATOR_UNKNOWN, each.item, indicator=each.item))
            continue
        last = last_day(each, indicator.validity or document.validity)
        if (since or each.effective_on) <= each.effective_on <= as_of and (last is None or as_of <= last):
            made.occurrences[each.item].append((each, last))
    return made


def last_day(occurrence: Occurrence, validity: Validity | None) -> date | None:
    """The last day on which an occurrence counts; None while none is in sight.

    A period of months begins with the day after and ends on the corresponding day (Civil Code arts. 201, 202).
    """
    days = [occurrence.ends_on] if occurrence.ends_on else []
    if validity is not None and not days:
        start = occurrence.occurred_on if validity.counted_from == "OCCURRED" else occurrence.effective_on
        if validity.months is not None:
            days.append(add_months(start, validity.months))
        if validity.until_rectified and occurrence.rectified_on:
            days.append(occurrence.rectified_on)
    return min(days) if days else None


def _cycle_start(document: Document, as_of: date) -> date | None:
    """The first day of the cycle that the day lies in, where every cycle starts anew."""
    if not document.cycle.reset or document.cycle.every is Every.CONTINUOUS:
        return None
    months = _MONTHS[document.cycle.every]
    return date(as_of.year, (as_of.month - 1) // months * months + 1, 1)


def _section(document: Document, dimension: Dimension, given: _Sorted) -> SectionScore:
    shares = document.shares(dimension)
    indicators = tuple(
        _recorded(indicator, given) if isinstance(indicator, Recorded) else _judged(indicator, shares, given)
        for indicator in dimension.indicators
    )
    before = sum((indicator.points for indicator in indicators), _NOTHING)
    points, cuts = _limited(before, dimension.min, dimension.max)
    passed = None if dimension.pass_at is None else points >= dimension.pass_at
    return SectionScore(dimension.code, dimension.name, indicators, before, points, cuts, passed)


def _judged(indicator: Judged, shares: dict[str, Decimal], given: _Sorted) -> IndicatorScore:
    entries = given.entries[indicator.code]
    if isinstance(indicator, Survey):
        entries = _pooled(indicator, entries, given)
    decides = isinstance(indicator, Gate | Veto)  # whoever answers it, it holds for the whole case
    answers: list[Answered] = []
    by_group: dict[str | None, list[Fraction]] = defaultdict(list)
    for entry in entries:
        try:
            if entry.answer != indicator.takes:
                raise DomainError(
                    Code.SCORE_ANSWER_OF_ANOTHER_KIND, indicator.code, indicator=indicator.code, takes=indicator.takes
                )
            if not (entry.group in shares or (entry.group is None and (decides or not shares))):
                raise DomainError(
                    Code.SCORE_GROUP_UNKNOWN, indicator.code, group=entry.group or "—", groups=tuple(sorted(shares))
                )
            points = indicator.award(entry)
        except DomainError as error:
            given.errors.append(error)
            continue
        _decided(indicator, entry, given)
        by_group[entry.group].append(points)
        answers.append(Answered(entry.group, entry.evaluator, _shown(entry), points))
    if isinstance(indicator, Veto):
        return _veto(indicator, answers, given)
    given.counts[indicator.code] = _mean([Fraction(entry.count) for entry in entries if entry.count is not None])
    if decides or not shares:
        if not answers:
            given.missing.add(indicator.code)
        before = _mean(by_group[None])
    else:
        given.missing.update(f"{indicator.code}/{group}" for group in shares if group not in by_group)
        whole = sum(shares.values())
        before = sum(
            (_mean(by_group[group]) * Fraction(share) / Fraction(whole) for group, share in shares.items()), _NOTHING
        )
    return IndicatorScore(indicator, tuple(answers), (), before, before, ())


def _pooled(indicator: Survey, entries: Sequence[Entry], given: _Sorted) -> list[Entry]:
    """A survey's answers, of each group together: they count alike whoever took them down."""
    pooled: dict[str | None, Entry] = {}
    for entry in entries:
        known = pooled.get(entry.group)
        if known is None or known.answers is None or entry.answers is None:
            pooled[entry.group] = entry
        else:
            pooled[entry.group] = known.model_copy(update={"answers": known.answers + entry.answers, "evaluator": ""})
    for group, entry in pooled.items():
        if len(entry.answers or ()) < indicator.sample:
            given.missing.add(indicator.code if group is None else f"{indicator.code}/{group}")
    return list(pooled.values())


def _decided(indicator: Judged, entry: Entry, given: _Sorted) -> None:
    """What an answer decides besides its points."""
    out = isinstance(indicator, Tiers) and indicator.chosen(entry).ineligible
    if out or (isinstance(indicator, Gate) and not entry.yes):
        given.gates_failed.add(indicator.code)
    if isinstance(indicator, Veto) and entry.yes:
        given.vetoes.add(indicator.code)


def _shown(entry: Entry) -> dict[str, object]:
    """An answer as the explanation shows it; of a survey how many there were and their mean, not each of them."""
    if entry.answers is not None:
        return {"answers": len(entry.answers), "mean": exact_text(_mean([Fraction(one) for one in entry.answers]))}
    shown = {name: getattr(entry, name) for name in entry.answer}
    return {name: number_text(value) if isinstance(value, Decimal) else value for name, value in shown.items()}


def _veto(indicator: Veto, answers: list[Answered], given: _Sorted) -> IndicatorScore:
    """A veto takes an answer or an occurrence; nothing said, nothing was met."""
    lines = tuple(_counted(each, last, _NOTHING, None) for each, last in given.occurrences[indicator.code])
    if lines:
        given.vetoes.add(indicator.code)
    given.counts[indicator.code] = Fraction(len(lines))
    return IndicatorScore(indicator, tuple(answers), lines, _NOTHING, _NOTHING, ())


def _recorded(indicator: Recorded, given: _Sorted) -> IndicatorScore:
    lines: list[tuple[Occurrence, date | None, Fraction]] = []
    for each, last in given.occurrences[indicator.code]:
        try:
            lines.append((each, last, indicator.award(each)))
        except DomainError as error:
            given.errors.append(error)
    uncounted = _uncounted(indicator, lines, given.terms)
    counted = tuple(_counted(each, last, points, uncounted.get(each.record)) for each, last, points in lines)
    given.counts[indicator.code] = Fraction(sum(line.why is None for line in counted))
    before = sum((line.counted for line in counted), _NOTHING)
    points, cuts = _limited(before, indicator.min, indicator.max)
    return IndicatorScore(indicator, (), counted, before, points, cuts)


def _uncounted(
    indicator: Recorded, lines: Iterable[tuple[Occurrence, date | None, Fraction]], terms: Sequence[Term]
) -> dict[str, Why]:
    """The records that do not count, and why."""
    why: dict[str, Why] = {}
    left: list[tuple[Occurrence, Fraction]] = []
    for each, _, points in lines:
        if isinstance(indicator, Cascade) and indicator.within_term and not _in_term(each.occurred_on, terms):
            why[each.record] = Why.OUTSIDE_TERM
        elif isinstance(indicator, Cascade) and indicator.deductions_only and (each.points or 0) >= 0:
            why[each.record] = Why.NOT_DEDUCTED
        else:
            left.append((each, points))
    highest_only = isinstance(indicator, Levels) and indicator.counting is Counting.HIGHEST
    if not (highest_only or indicator.once_per_matter):
        return why
    # The first of the highest counts, in the order of effect: which one it is does not change the sum.
    left.sort(key=lambda line: -abs(line[1]))
    matters: set[str] = set()
    for position, (each, _) in enumerate(left):
        if highest_only and position:
            why[each.record] = Why.LOWER_LEVEL
        elif indicator.once_per_matter and each.matter is not None:
            if each.matter in matters:
                why[each.record] = Why.SAME_MATTER
            matters.add(each.matter)
    return why


def _in_term(day: date, terms: Sequence[Term]) -> bool:
    return any(term.starts_on <= day and (term.ends_on is None or day <= term.ends_on) for term in terms)


def _counted(each: Occurrence, last: date | None, points: Fraction, why: Why | None) -> Counted:
    return Counted(
        record=each.record,
        level=each.level,
        occurred_on=each.occurred_on,
        effective_on=each.effective_on,
        ends_on=last,
        matter=each.matter,
        points=points,
        counted=points if why is None else _NOTHING,
        why=why,
    )


def _limited(points: Fraction, low: Decimal | None, high: Decimal | None) -> tuple[Fraction, tuple[Cut, ...]]:
    """The points within a floor and a cap, and what that cut."""
    if high is not None and points > high:
        return Fraction(high), (Cut(Fraction(high) - points, Why.CAP, high),)
    if low is not None and points < low:
        return Fraction(low), (Cut(Fraction(low) - points, Why.FLOOR, low),)
    return points, ()


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, _NOTHING) / len(values) if values else _NOTHING


def _is_bad(dimension: Dimension, section: SectionScore) -> bool:
    """Whether bad information is in force: anything that counts in a section of that nature."""
    return dimension.nature is Nature.BAD and (
        section.points != 0
        or any(line.why is None for indicator in section.indicators for line in indicator.occurrences)
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What the clauses of bands speak of."""

    score: Fraction
    bad: bool
    passed: int
    counts: dict[str, Fraction]


def holds(clause: Clause, measured: Measured) -> bool:
    """Whether everything that a clause says is so."""
    return (
        (clause.score is None or measured.score in clause.score)
        and (clause.bad is None or measured.bad is clause.bad)
        and (clause.passed is None or Fraction(measured.passed) in clause.passed)
        and all(measured.counts.get(code, _NOTHING) in interval for code, interval in clause.counts.items())
    )


def _band(
    document: Document, measured: Measured, enrolled: bool, vetoes: Iterable[str], ineligible: bool
) -> tuple[Band | None, Because, Clause | None]:
    """The band that is reached, why, and by which of its clauses."""
    if not enrolled:
        absent = next((band for band in document.bands if band.given is Given.NOT_ENROLLED), None)
        return absent, Because.NOT_ENROLLED, None
    if ineligible:
        return None, Because.INELIGIBLE, None
    struck = [document.indicators[code][1] for code in vetoes]
    if struck:
        named = {veto.band for veto in struck if isinstance(veto, Veto)}
        # Bands are written from the best to the worst: of several vetoes the worst decides.
        worst = next((band for band in reversed(document.bands) if band.code in named), None)
        return worst, Because.VETO, None
    for band in document.bands:
        for clause in band.when if band.given is Given.SCORE else ():
            if holds(clause, measured):
                return band, Because.SCORE, clause
    return None, Because.NO_BANDS, None
