"""What holds of every scheme and every input: order does not matter, caps hold, and every total has one band."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import Code
from tenants.scheme import Document, Entry, Inputs, Occurrence, check, score
from tenants.scheme.values import Interval, exact_text
from tests.areas.schemes import DAY, changed, scheme

_numbers = st.decimals(-999, 999, places=2, allow_nan=False)
_marks = st.decimals(0, 50, places=2, allow_nan=False)


@st.composite
def _edges(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Bands that cut the line at drawn edges, each edge on one side."""
    edges = sorted(draw(st.sets(_numbers, min_size=1, max_size=5)), reverse=True)
    closed = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    bands, above, above_closed = [], "∞", False
    for at, (edge, mine) in enumerate(zip(edges, closed, strict=True)):
        text = f"{'[' if mine else '('}{edge}, {above}{']' if above_closed else ')'}"
        bands.append({"code": f"B{at}", "name": "等次", "when": [{"score": text}]})
        above, above_closed = str(edge), not mine
    text = f"(-∞, {above}{']' if above_closed else ')'}"
    return [*bands, {"code": "LAST", "name": "等次", "when": [{"score": text}]}]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Schemes in order: judged marks by two groups, capped honours, demerits, and bands over all scores."""
    cap = draw(st.integers(3, 10))
    weight = draw(st.integers(1, 99))
    return scheme(
        full_marks=100,
        base=draw(_numbers),
        groups=[
            {"code": "G1", "name": "一组", "kind": "AUTHORITY", "weight": weight},
            {"code": "G2", "name": "二组", "kind": "STREET_COMMUNITY_PARTY", "weight": 100 - weight},
        ],
        dimensions=[
            {
                "code": "MARKS",
                "name": "评分",
                "nature": "BASIC",
                "indicators": [
                    {"code": "M1", "name": "一", "kind": "range", "high": 50},
                    {"code": "M2", "name": "二", "kind": "survey", "high": 5, "weight": 10},
                ],
            },
            {
                "code": "GOOD",
                "name": "加分",
                "nature": "GOOD",
                "max": cap,
                "indicators": [
                    {
                        "code": "H",
                        "name": "荣誉",
                        "kind": "levels",
                        "counting": draw(st.sampled_from(["EACH", "HIGHEST"])),
                        "once_per_matter": draw(st.booleans()),
                        "levels": [
                            {"code": "HIGH", "name": "高", "points": 3},
                            {"code": "LOW", "name": "低", "points": "0.5"},
                        ],
                    },
                    {"code": "P", "name": "其他", "kind": "item", "low": 0, "high": 3, "max": 7},
                ],
            },
            {
                "code": "BAD",
                "name": "扣分",
                "nature": "BAD",
                "indicators": [
                    {"code": "N", "name": "处罚", "kind": "item", "points": -5, "validity": {"months": 12}},
                ],
            },
        ],
        bands=draw(_edges()),
    )


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    """Answers of any number of evaluators, and occurrences before and after the day."""
    entries = [
        Entry.model_validate({"indicator": "M1", "group": group, "evaluator": str(at), "points": draw(_marks)})
        for group in ("G1", "G2")
        for at in range(draw(st.integers(0, 3)))
    ]
    answers = st.lists(st.integers(0, 5), min_size=1, max_size=7)
    entries += [
        Entry.model_validate({"indicator": "M2", "group": group, "evaluator": str(at), "answers": draw(answers)})
        for group in ("G1", "G2")
        for at in range(draw(st.integers(0, 2)))
    ]
    kinds = st.tuples(
        st.sampled_from([("H", "HIGH"), ("H", "LOW"), ("P", None), ("N", None)]),
        st.integers(-800, 200),
        st.sampled_from([None, "甲", "乙"]),
        st.decimals(0, 3, places=1, allow_nan=False),
    )
    occurrences = [
        Occurrence.model_validate(
            {
                "record": str(at),
                "item": item,
                "level": level,
                "points": points if item == "P" else None,
                "occurred_on": DAY + timedelta(days=days),
                "effective_on": DAY + timedelta(days=days),
                "matter": matter,
            }
        )
        for at, ((item, level), days, matter, points) in enumerate(draw(st.lists(kinds, max_size=12)))
    ]
    return Inputs(entries=tuple(entries), occurrences=tuple(occurrences))


@given(documents(), inputs(), st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(document: Document, given: Inputs, random: Any) -> None:
    """The same inputs in any order give the same bytes (D10)."""
    entries, occurrences = list(given.entries), list(given.occurrences)
    random.shuffle(entries)
    random.shuffle(occurrences)
    shuffled = Inputs(entries=tuple(entries), occurrences=tuple(occurrences))
    assert score(document, shuffled, DAY).canonical == score(document, given, DAY).canonical


@given(documents(), inputs())
def test_stored_inputs_give_the_same_bytes(document: Document, given: Inputs) -> None:
    """What was stored as JSON and is read again scores bit for bit the same (D10)."""
    again = Inputs.model_validate_json(given.model_dump_json(exclude_defaults=True))
    reread = Document.model_validate_json(document.canonical)
    assert reread.canonical == document.canonical
    assert score(reread, again, DAY).canonical == score(document, given, DAY).canonical


@given(documents(), inputs())
def test_caps_are_never_exceeded_and_everything_adds_up(document: Document, given: Inputs) -> None:
    """Sums before and after each cut differ by the cut; no sum passes its cap; the total is that of its parts."""
    result = score(document, given, DAY)
    for dimension, section in zip(document.dimensions, result.sections, strict=True):
        assert section.before == sum(indicator.points for indicator in section.indicators)
        assert section.points == section.before + sum(cut.points for cut in section.cuts)
        assert dimension.max is None or section.points <= dimension.max
        for indicator in section.indicators:
            cap = getattr(indicator.rule, "max", None)
            assert cap is None or indicator.points <= cap
            assert indicator.points == indicator.before + sum(cut.points for cut in indicator.cuts)
            if indicator.occurrences:
                assert indicator.before == sum(line.counted for line in indicator.occurrences)
    assert result.total == Fraction(document.base) + sum(section.points for section in result.sections)
    assert abs(Fraction(result.printed) - result.total) <= Fraction(1, 2 * 10**document.places)


@given(documents(), inputs())
def test_every_total_has_exactly_one_band(document: Document, given: Inputs) -> None:
    """In a scheme that was checked, whatever the score, one band has it and no other."""
    assert {error.code for error in check(document)} <= {Code.SCHEME_BAND_UNREACHABLE}
    result = score(document, given, DAY)
    having = [
        band.code
        for band in document.bands
        if any(clause.score and result.total in clause.score for clause in band.when)
    ]
    assert having == [result.band and result.band.code]


@given(documents(), st.integers(0, 5))
def test_a_gap_is_never_overlooked(document: Document, at: int) -> None:
    """A band taken out leaves scores without one, and the check says so, as long as a total can lie there."""
    at %= len(document.bands)
    reachable = all(error.field != f"bands[{at}]" for error in check(document))
    left = changed(document, bands=[band for other, band in enumerate(document.bands) if other != at])
    assert (Code.SCHEME_BANDS_GAP in {error.code for error in check(left)}) is reachable


@given(st.fractions(-1000, 1000, max_denominator=400))
def test_exact_numbers_are_written_exactly(value: Fraction) -> None:
    """A decimal where there is one, else a fraction; read again, it is the same number."""
    assert Fraction(exact_text(value)) == value


@given(_numbers, _numbers, st.booleans(), st.booleans(), _numbers)
def test_an_interval_is_what_it_says(low: Any, high: Any, left: bool, right: bool, value: Any) -> None:
    """Its text read again is the same interval, and its edges belong to it where the bracket says so."""
    low, high = min(low, high), max(low, high)
    if low == high and not (left and right):
        return
    interval = Interval.read(f"{'[' if left else '('}{low},{high}{']' if right else ')'}")
    assert Interval.read(str(interval)) == interval
    assert (value in interval) is (
        (low < value or (left and low == value)) and (value < high or (right and value == high))
    )


def test_the_day_is_what_counts() -> None:
    """A score as of a day knows nothing of what took effect later."""
    document = scheme({"code": "N", "name": "处罚", "kind": "item", "points": -5})
    later = Occurrence.model_validate(
        {"record": "1", "item": "N", "occurred_on": date(2025, 1, 1), "effective_on": date(2025, 7, 1)}
    )
    assert score(document, Inputs(occurrences=(later,)), DAY) == score(document, Inputs(), DAY)
