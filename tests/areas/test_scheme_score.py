"""The engine: every kind of indicator, exact arithmetic, and a result that explains itself."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tenants.errors import Code, DomainError, DomainErrors
from tenants.scheme import Because, Document, Entry, Occurrence, Term, Why
from tests.areas.schemes import answer, band, indicator, on_record, points, scheme, scored, total
from tests.areas.town import problems


def tiers(**more: Any) -> dict[str, Any]:
    return indicator(
        "tiers",
        options=[
            {"code": "APPROVED", "name": "已批复", "points": 5},
            {"code": "APPLIED", "name": "已申请", "points": 3},
            {"code": "NONE", "name": "未建立", "points": 0, "ineligible": True},
        ],
        **more,
    )


STEPS: list[dict[str, Any]] = [
    {"range": "[0, 3)", "points": 1},
    {"range": "[3, 5)", "points": 3},
    {"range": "[5, ∞)", "points": 5},
]
LEVELS: list[dict[str, Any]] = [
    {"code": "STATE", "name": "国家级", "points": 3},
    {"code": "PROVINCE", "name": "省级", "points": 2},
    {"code": "CITY", "name": "市级", "points": "0.5"},
]


@pytest.mark.parametrize(
    ("given", "entry", "expected"),
    [
        (tiers(), {"choice": "APPLIED"}, "3"),
        (indicator("count", steps=STEPS), {"count": 0}, "1"),
        (indicator("count", steps=STEPS), {"count": "2.99"}, "1"),
        (indicator("count", steps=STEPS), {"count": 3}, "3"),
        (indicator("count", steps=STEPS), {"count": 5}, "5"),
        (indicator("yes_no", points=3), {"yes": True}, "3"),
        (indicator("yes_no", points=3), {"yes": False}, "0"),
        (indicator("yes_no", points=0, otherwise=-2), {"yes": False}, "-2"),
        (indicator("ratio", at_least="0.5", points=3), {"part": 1, "whole": 2}, "3"),
        (indicator("ratio", at_least="0.5", points=3), {"part": 49, "whole": 99}, "0"),
        (indicator("ratio", at_least="0.5", points=3), {"part": 0, "whole": 0}, "0"),
        (indicator("range", low=1, high=10), {"points": "7.25"}, "7.25"),
        (indicator("deduction", start=10, each="2.5"), {"count": 5}, "-2.5"),
        (indicator("deduction", start=10, each="2.5", floor=0), {"count": 5}, "0"),
        (indicator("survey", high=100, weight="0.4"), {"answers": [80, 90, 91]}, "34.8"),
        (indicator("imported", of=150, points=20), {"points": 120}, "16"),
        (indicator("gate"), {"yes": True}, "0"),
        (indicator("veto"), {"yes": False}, "0"),
    ],
)
def test_each_judged_kind_gives_its_points(given: dict[str, Any], entry: dict[str, Any], expected: str) -> None:
    """Tiers, count tiers with open edges, yes or no, ratio, range, deduction, survey, imported score, gate, veto."""
    result = scored(scheme(given), answer(**entry))
    assert result.total == Fraction(expected)
    assert result.complete


@pytest.mark.parametrize(
    ("given", "occurrences", "expected"),
    [
        (indicator("item", points=-5), [on_record("1"), on_record("2")], "-10"),
        (indicator("item", points=-5, min=-8), [on_record("1"), on_record("2")], "-8"),
        (indicator("item", low=1, high=10), [on_record("1", points="2.5")], "2.5"),
        (indicator("levels", levels=LEVELS), [on_record("1", level="STATE"), on_record("2", level="CITY")], "3.5"),
        (
            indicator("levels", levels=LEVELS, max=6),
            [on_record(str(number), level="STATE") for number in range(3)],
            "6",
        ),
        (
            indicator("levels", levels=LEVELS, counting="HIGHEST"),
            [on_record("1", level="CITY"), on_record("2", level="PROVINCE")],
            "2",
        ),
        (
            indicator("levels", levels=LEVELS, once_per_matter=True),
            [
                on_record("1", level="CITY", matter="同一报道"),
                on_record("2", level="STATE", matter="同一报道"),
                on_record("3", level="CITY", matter="另一报道"),
            ],
            "3.5",
        ),
        (
            indicator("cascade", source="PROJECT", within_term=False),
            [on_record("1", points=-8), on_record("2", points=4)],
            "-8",
        ),
        (indicator("cascade", source="COMPANY", factor="0.5", within_term=False), [on_record("1", points=-5)], "-2.5"),
    ],
)
def test_each_recorded_kind_gives_its_points(
    given: dict[str, Any], occurrences: list[Occurrence], expected: str
) -> None:
    """Per-occurrence points with and without a floor, points by level (each, highest, capped), cascades."""
    assert total(scheme(given), *occurrences) == Fraction(expected)


def test_an_old_record_keeps_its_points() -> None:
    """Points are those of the scheme on the day of the decision: a record that carries them is not counted anew."""
    document = scheme(indicator("item", points=-5))
    assert total(document, on_record("1", points=-3)) == -3
    assert document.points_for("I") == Decimal(-5)


def test_what_was_not_counted_says_why() -> None:
    """The highest level counts once; the record that does not count is shown with its points and the reason."""
    document = scheme(indicator("levels", levels=LEVELS, counting="HIGHEST"))
    result = scored(document, on_record("a", level="CITY"), on_record("b", level="STATE"))
    lines = {
        line.record: (line.points, line.counted, line.why) for line in result.sections[0].indicators[0].occurrences
    }
    assert lines == {
        "a": (Fraction("0.5"), Fraction(0), Why.LOWER_LEVEL),
        "b": (Fraction(3), Fraction(3), None),
    }


def test_a_cascade_counts_within_the_term() -> None:
    """A project's deduction reaches the manager who was in charge on the day, and nobody else."""
    document = scheme(indicator("cascade", source="PROJECT"))
    term = Term(starts_on=date(2025, 1, 1), ends_on=date(2025, 3, 31))
    within, after = on_record("w", on=date(2025, 3, 31), points=-5), on_record("x", on=date(2025, 4, 1), points=-5)
    result = scored(document, within, after, terms=(term,))
    assert result.total == -5
    assert [line.why for line in result.sections[0].indicators[0].occurrences] == [None, Why.OUTSIDE_TERM]


def test_caps_cut_and_say_how_much() -> None:
    """An indicator's own cap first, then the section's, then that of the total; each cut is in the explanation."""
    document = scheme(indicator("item", points=10, max=25), points(30, "J"), dimension={"max": 40}, base=70, max=100)
    result = scored(document, *(on_record(str(number)) for number in range(3)), answer("J", points=30))
    (section,) = result.sections
    assert [(cut.points, cut.why, cut.limit) for cut in section.indicators[0].cuts] == [
        (Fraction(-5), Why.CAP, Decimal(25))
    ]
    assert (section.before, section.points) == (Fraction(55), Fraction(40))
    assert [(cut.points, cut.limit) for cut in section.cuts] == [(Fraction(-15), Decimal(40))]
    assert (result.before, result.total) == (Fraction(110), Fraction(100))
    assert [cut.message("zh") for cut in result.cuts] == ["最高计 100 分，超出部分不计"]
    assert [cut.message("en") for cut in result.cuts] == ["at most 100 points count"]


def test_only_what_is_in_force_counts_and_is_shown() -> None:
    """Before its effect, after its own last day, and after the validity of its item, a record is nowhere."""
    document = scheme(indicator("item", points=-5, validity={"months": 12}))
    record = on_record("r", on=date(2024, 2, 29))
    for on, count in ((date(2024, 2, 28), 0), (date(2024, 2, 29), 1), (date(2025, 2, 28), 1), (date(2025, 3, 1), 0)):
        result = scored(document, record, on=on)
        assert result.total == -5 * count
        assert len(result.sections[0].indicators[0].occurrences) == count
    assert total(document, on_record("r", on=date(2025, 1, 1), ends_on=date(2025, 6, 29))) == 0


def test_severe_items_count_until_they_are_put_right() -> None:
    """Without a period, until the day on which it was rectified, that day included."""
    document = scheme(indicator("item", points=-5, validity={"until_rectified": True}))
    assert total(document, on_record("r", on=date(2019, 1, 1))) == -5
    rectified = on_record("r", on=date(2019, 1, 1), rectified_on=date(2025, 6, 30))
    assert total(document, rectified, on=date(2025, 6, 30)) == -5
    assert total(document, rectified, on=date(2025, 7, 1)) == 0


def test_honours_count_from_the_day_they_were_given() -> None:
    """A validity may begin with the event rather than with the record of it."""
    document = scheme(indicator("item", points=5, validity={"months": 36, "counted_from": "OCCURRED"}))
    late = on_record("h", on=date(2022, 6, 30), effective_on=date(2025, 5, 1))
    assert total(document, late, on=date(2025, 6, 30)) == 5
    assert total(document, late, on=date(2025, 7, 1)) == 0


def test_a_cycle_that_resets_begins_at_its_base() -> None:
    """On the first day of the next year what happened before is gone; without reset it stays."""
    record = on_record("r", on=date(2024, 12, 31))
    resets = scheme(indicator("item", points=-5), base=100, cycle={"every": "YEAR", "reset": True})
    assert total(resets, record, on=date(2024, 12, 31)) == 95
    assert total(resets, record, on=date(2025, 1, 1)) == 100
    assert total(scheme(indicator("item", points=-5), base=100), record, on=date(2025, 1, 1)) == 95


GROUPS: list[dict[str, Any]] = [
    {"code": "AUTHORITY", "name": "主管部门", "kind": "AUTHORITY", "weight": 50},
    {"code": "PARTY", "name": "街道社区党组织", "kind": "STREET_COMMUNITY_PARTY", "weight": 30},
    {"code": "PEERS", "name": "同行企业", "kind": "PEER", "weight": 20},
]


def test_groups_count_by_weight_and_evaluators_by_their_mean() -> None:
    """Three groups score one indicator: each group's mean, in proportion to its marks; nothing is rounded."""
    document = scheme(points(), full_marks=100, groups=GROUPS)
    given = [
        answer(points=90, group="AUTHORITY", evaluator="a"),
        answer(points=80, group="PARTY", evaluator="b"),
        *(answer(points=each, group="PEERS", evaluator=f"p{each}") for each in (70, 71, 73)),
    ]
    result = scored(document, *given)
    assert result.total == 45 + 24 + Fraction(214, 3) * Fraction(20, 100)
    assert result.printed == Decimal("83.27")
    assert json.loads(result.canonical)["total"] == "1249/15"


def test_a_dimension_may_belong_to_a_group() -> None:
    """Only the group that a dimension names scores it."""
    groups = [GROUPS[0] | {"weight": 70}, GROUPS[1]]
    dimensions = [
        {"code": "A", "name": "现场", "scored_by": {"AUTHORITY": 70}, "indicators": [points(70, "A1")]},
        {"code": "B", "name": "党组织", "scored_by": {"PARTY": 30}, "indicators": [points(30, "B1")]},
    ]
    document = scheme(dimensions=dimensions, groups=groups, full_marks=100)
    assert total(document, answer("A1", points=60, group="AUTHORITY"), answer("B1", points=20, group="PARTY")) == 80
    with pytest.raises(DomainErrors) as refusal:
        scored(document, answer("A1", points=60, group="PARTY"))
    assert problems(refusal.value) == [(Code.SCORE_GROUP_UNKNOWN, "A1")]


def test_what_is_not_answered_is_named() -> None:
    """An unanswered indicator, a group that is silent, and a survey below its sample keep the case incomplete."""
    survey = indicator("survey", "S", high=100, weight=1, sample=25)
    document = scheme(points(), survey)
    result = scored(document, answer("S", answers=[90] * 24, evaluator="night"))
    assert result.missing == ("I", "S")
    whole = scored(document, answer(points=1), answer("S", answers=[90] * 24), answer("S", answers=[65], evaluator="2"))
    assert whole.missing == ()
    assert whole.total == 90
    grouped = scheme(points(), full_marks=100, groups=GROUPS)
    assert scored(grouped, answer(points=90, group="PARTY")).missing == ("I/AUTHORITY", "I/PEERS")


BANDS: list[dict[str, Any]] = [
    {"code": "A", "name": "优", "when": [{"score": "[85, ∞)"}]},
    {"code": "B", "name": "良", "when": [{"score": "[60, 85)"}, {"score": "(-∞, 60)", "bad": False}]},
    {"code": "C", "name": "差", "when": [{"score": "(-∞, 60)", "bad": True}]},
    {"code": "OUT", "name": "黑名单", "given": "VETO"},
    {"code": "NONE", "name": "未入库", "given": "NOT_ENROLLED"},
]


def credit() -> Document:
    """Basic marks, demerits, a veto, and grades of which one asks whether anything bad is in force."""
    dimensions = [
        {
            "code": "BASIC",
            "name": "基础信息",
            "nature": "BASIC",
            "indicators": [points(100, "P"), indicator("gate", "G")],
        },
        {
            "code": "BAD",
            "name": "不良信息",
            "nature": "BAD",
            "indicators": [indicator("item", "N", points=-5), indicator("veto", "V", band="OUT")],
        },
    ]
    return scheme(dimensions=dimensions, bands=BANDS, purpose="CREDIT", subject="COMPANY")


@pytest.mark.parametrize(
    ("marks", "records", "expected"),
    [
        ("85", [], "A"),
        ("84.9999", [], "B"),
        ("60", [], "B"),
        ("59.9999", [], "B"),
        ("60", ["N"], "C"),
        ("65", ["N"], "B"),
        ("100", ["V"], "OUT"),
    ],
)
def test_bands_have_edges_and_a_second_predicate(marks: str, records: list[str], expected: str) -> None:
    """85 is in the upper band; below 60 it depends on whether anything bad is in force; a veto decides alone."""
    entries: list[Entry | Occurrence] = [answer("P", points=marks), answer("G", yes=True)]
    assert band(scored(credit(), *entries, *(on_record(str(at), item) for at, item in enumerate(records)))) == expected


def test_a_result_says_how_its_band_came_about() -> None:
    """By a clause, by a veto, because the case may not take part, or because the company is not enrolled."""
    marks = answer("P", points=100)
    reached = scored(credit(), marks, answer("G", yes=True))
    assert (reached.because, str(reached.clause and reached.clause.score)) == (Because.SCORE, "[85, ∞)")
    out = scored(credit(), marks, answer("G", yes=False))
    assert (band(out), out.because, out.gates_failed) == (None, Because.INELIGIBLE, ("G",))
    struck = scored(credit(), marks, answer("G", yes=True), answer("V", yes=True))
    assert (band(struck), struck.because, struck.vetoes) == ("OUT", Because.VETO, ("V",))
    absent = scored(credit(), enrolled=False)
    assert (band(absent), absent.because) == ("NONE", Because.NOT_ENROLLED)
    assert scored(scheme(tiers()), answer(choice="NONE")).gates_failed == ("I",)


def test_bands_compare_the_unrounded_total() -> None:
    """84.996 prints as 85.00 and is still below 85, unless the scheme compares what it prints."""
    bands = [
        {"code": "A", "name": "优", "when": [{"score": "[85, 100]"}]},
        {"code": "B", "name": "良", "when": [{"score": "[0, 85)"}]},
    ]
    exact = scored(scheme(points(), bands=bands), answer(points="84.996"))
    assert (exact.printed, band(exact)) == (Decimal("85.00"), "B")
    rounded = scored(scheme(points(), bands=bands, bands_on="PRINTED"), answer(points="84.996"))
    assert band(rounded) == "A"


@pytest.mark.parametrize(
    ("value", "expected"), [("2.345", "2.35"), ("2.3449", "2.34"), ("-2.345", "-2.35"), ("0.005", "0.01")]
)
def test_the_printed_total_is_rounded_half_up(value: str, expected: str) -> None:
    """四舍五入: never to the even neighbour."""
    document = scheme(indicator("range", low=-100, high=100))
    assert scored(document, answer(points=value)).printed == Decimal(expected)


def test_bands_may_count_passed_dimensions_and_occurrences() -> None:
    """Stars by the number of dimensions passed; cards by how many were given in a row."""
    dimensions = [
        {"code": code, "name": code, "pass_at": 15, "indicators": [points(20, f"{code}1")]} for code in ("X", "Y")
    ]
    dimensions.append(
        {
            "code": "Z",
            "name": "黄牌",
            "indicators": [indicator("count", "ROW", steps=[{"range": "[0, ∞)", "points": 0}])],
        }
    )
    bands = [
        {"code": "TWO", "name": "二星", "when": [{"passed": "[2, 2]", "counts": {"ROW": "[0, 3)"}}]},
        {"code": "LESS", "name": "其他", "when": [{"passed": "[0, 2)", "counts": {"ROW": "[0, 3)"}}]},
        {"code": "RED", "name": "红牌", "when": [{"counts": {"ROW": "[3, ∞)"}}]},
    ]
    document = scheme(dimensions=dimensions, bands=bands)

    def reached(x: int, y: int, row: int) -> str | None:
        return band(scored(document, answer("X1", points=x), answer("Y1", points=y), answer("ROW", count=row)))

    assert (reached(15, 20, 0), reached(14, 20, 2), reached(20, 20, 3)) == ("TWO", "LESS", "RED")


@pytest.mark.parametrize(
    ("given", "entries", "expected"),
    [
        (points(10), [answer(points=11)], Code.SCORE_OUT_OF_RANGE),
        (indicator("deduction", start=10, each=1), [answer(count=-1)], Code.SCORE_OUT_OF_RANGE),
        (indicator("ratio", at_least="0.5", points=1), [answer(part=3, whole=2)], Code.SCORE_OUT_OF_RANGE),
        (indicator("count", steps=STEPS), [answer(count=-1)], Code.SCORE_OUT_OF_RANGE),
        (points(10), [answer("X", points=1)], Code.SCORE_INDICATOR_UNKNOWN),
        (points(10), [answer(yes=True)], Code.SCORE_ANSWER_OF_ANOTHER_KIND),
        (points(10), [answer()], Code.SCORE_ANSWER_OF_ANOTHER_KIND),
        (points(10), [answer(points=1, group="X")], Code.SCORE_GROUP_UNKNOWN),
        (points(10), [answer(points=1), answer(points=2)], Code.SCORE_TWICE),
        (tiers(), [answer(choice="X")], Code.SCORE_CHOICE_UNKNOWN),
        (indicator("survey", high=5, weight=1), [answer(answers=[6])], Code.SCORE_OUT_OF_RANGE),
        (points(10), [on_record("1")], Code.SCORE_INDICATOR_UNKNOWN),
        (indicator("item", points=-5), [answer(points=1)], Code.SCORE_INDICATOR_UNKNOWN),
        (indicator("item", points=-5), [on_record("1"), on_record("1")], Code.SCORE_TWICE),
        (indicator("item", low=1, high=2), [on_record("1")], Code.SCORE_POINTS_REQUIRED),
        (indicator("levels", levels=LEVELS), [on_record("1", level="X")], Code.SCORE_LEVEL_UNKNOWN),
        (indicator("levels", levels=LEVELS), [on_record("1")], Code.SCORE_LEVEL_UNKNOWN),
    ],
)
def test_answers_that_the_scheme_does_not_take_are_refused(
    given: dict[str, Any], entries: list[Entry | Occurrence], expected: Code
) -> None:
    """Above the maximum, of another kind, twice, unknown: refused with the rule and the indicator."""
    with pytest.raises(DomainErrors) as refusal:
        scored(scheme(given), *entries)
    assert [code for code, _ in problems(refusal.value)] == [expected]


def test_new_records_get_the_points_of_the_scheme() -> None:
    """What the scheme fixes is not for the recorder to choose; what it leaves to judgement lies within its range."""
    document = scheme(
        indicator("item", "F", points=-5),
        indicator("item", "M", low=1, high=10),
        indicator("levels", "L", levels=LEVELS),
        indicator("item", "OLD", points=-1, retired=True),
    )
    assert document.points_for("F", points=Decimal(-5)) == -5
    assert document.points_for("M", points=Decimal(10)) == 10
    assert document.points_for("L", level="PROVINCE") == 2
    for item, level, given, expected in (
        ("F", None, Decimal(-4), Code.SCORE_OUT_OF_RANGE),
        ("M", None, Decimal(11), Code.SCORE_OUT_OF_RANGE),
        ("M", None, None, Code.SCORE_POINTS_REQUIRED),
        ("L", None, None, Code.SCORE_LEVEL_UNKNOWN),
        ("OLD", None, None, Code.SCORE_INDICATOR_UNKNOWN),
        ("X", None, None, Code.SCORE_INDICATOR_UNKNOWN),
    ):
        with pytest.raises(DomainError) as refusal:
            document.points_for(item, level, given)
        assert problems(refusal.value) == [(expected, item)]
    assert total(document, on_record("1", "OLD")) == -1
