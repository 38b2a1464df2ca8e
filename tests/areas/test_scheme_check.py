"""A scheme is refused with the reason and its place in the document: weights, Party share, bands, caps, sums."""

from decimal import Decimal
from typing import Any

import pytest

from tenants.errors import Code
from tenants.scheme import check
from tests.areas.schemes import changed, found, indicator, points, scheme
from tests.areas.test_scheme_score import BANDS, GROUPS, LEVELS, STEPS, credit


def bands(*intervals: str, **more: Any) -> list[dict[str, Any]]:
    """Bands A, B, C… with these scores."""
    return [
        {"code": "ABCDEFGH"[at], "name": "等次", "when": [{"score": each, **more}]} for at, each in enumerate(intervals)
    ]


def sections(*maxima: int, **more: Any) -> list[dict[str, Any]]:
    """Sections with these full marks."""
    return [
        {"code": f"D{at}", "name": "板块", "indicators": [points(each, f"I{at}")], **more}
        for at, each in enumerate(maxima)
    ]


def test_a_scheme_in_order_has_no_problems() -> None:
    """Groups, grades with a second predicate, a veto and a grade for those not enrolled."""
    assert found(credit()) == []
    assert found(scheme(points(), groups=GROUPS, full_marks=100), Decimal("0.3")) == []


def test_a_percent_scheme_sums_to_its_full_marks() -> None:
    """T8: sections of 30, 20, 20, 20, 10 and 30 are 130, whatever the scheme calls itself."""
    trap = scheme(dimensions=sections(30, 20, 20, 20, 10, 30), full_marks=100)
    assert found(trap) == [(Code.SCHEME_MARKS, "dimensions")]
    (problem,) = check(trap)
    assert "30 + 20 + 20 + 20 + 10 + 30 = 130" in problem.message("zh")
    assert "not 100" in problem.message("en")
    assert found(scheme(dimensions=sections(30, 20, 20, 20, 10), full_marks=100)) == []


def test_good_and_bad_sections_are_on_top_of_the_full_marks() -> None:
    """A 100-point scheme may have bonus and penalty sections besides."""
    extra = {"code": "BAD", "name": "扣分", "nature": "BAD", "indicators": [indicator("item", "N", points=-5)]}
    assert found(scheme(dimensions=[*sections(60, 40), extra], full_marks=100)) == []


@pytest.mark.parametrize(
    ("weights", "scored_by", "expected"),
    [
        ((50, 30, 10), {}, (Code.SCHEME_WEIGHTS, "groups")),
        ((70, 30, 0), {}, (Code.SCHEME_WEIGHTS, "groups")),
        ((50, 30, 20), {"AUTHORITY": 60, "PARTY": 30}, (Code.SCHEME_WEIGHTS, "dimensions[0].scored_by")),
        ((50, 30, 20), {"AUTHORITY": 100, "PARTY": 0}, (Code.SCHEME_WEIGHTS, "dimensions[0].scored_by")),
        ((50, 30, 20), {"AUTHORITY": 70, "PARTY": 30}, (Code.SCHEME_GROUP_MARKS, "groups[0].weight")),
    ],
)
def test_weights_sum(weights: tuple[int, ...], scored_by: dict[str, int], expected: tuple[Code, str]) -> None:
    """The groups' weights sum to the full marks, a dimension's shares to its own, and both agree."""
    groups = [group | {"weight": weight} for group, weight in zip(GROUPS, weights, strict=True)]
    document = scheme(points(), dimension={"scored_by": scored_by}, groups=groups, full_marks=100)
    assert found(document)[0] == expected


def test_street_and_community_party_organisations_hold_their_share() -> None:
    """Below the division's minimum a rating is refused, at it accepted; where nothing is set, there is none."""
    document = scheme(points(), groups=GROUPS, full_marks=100)
    assert found(document, Decimal("0.30")) == []
    assert found(document, Decimal("0.31")) == [(Code.SCHEME_PARTY_SHARE, "groups")]
    (problem,) = check(document, Decimal("0.31"))
    assert "hold 30% of the score, less than the division's 31%" in problem.message("en")
    alone = scheme(points())
    assert found(alone, Decimal("0.30")) == [(Code.SCHEME_PARTY_SHARE, "groups")]
    assert found(alone, None) == found(alone, Decimal(0)) == []
    assert found(credit(), Decimal("0.30")) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (bands("[85, 100]", "[60, 85)", "[0, 60)"), []),
        (bands("[85, 100]", "[60, 85]", "[0, 60)"), [(Code.SCHEME_BANDS_OVERLAP, "bands[1]")]),
        (bands("[85, 100]", "[60, 80)", "[0, 60)"), [(Code.SCHEME_BANDS_GAP, "bands")]),
        (bands("(85, 100]", "[60, 85)", "[0, 60)"), [(Code.SCHEME_BANDS_GAP, "bands")]),
        (bands("[85, 99]", "[60, 85)", "[0, 60)"), [(Code.SCHEME_BANDS_GAP, "bands")]),
        (bands("(100, ∞)", "[60, 100]", "[0, 60)"), [(Code.SCHEME_BAND_UNREACHABLE, "bands[0]")]),
        (bands("[60, 100]", "[0, 60)", bad=False), []),
        (
            [*bands("[60, 100]", "[0, 60)"), {"code": "X", "name": "等次", "when": [{"bad": True}]}],
            [(Code.SCHEME_BAND_UNREACHABLE, "bands[2]")],
        ),
    ],
)
def test_bands_cover_every_score_once(given: list[dict[str, Any]], expected: list[tuple[Code, str]]) -> None:
    """No overlap at an edge, no gap between or at the ends, and no grade beyond what the total can be."""
    assert found(scheme(points(), bands=given)) == expected


def test_a_second_predicate_is_part_of_the_cover() -> None:
    """Where a grade below 60 asks for bad information, somebody below 60 without any needs a grade too."""
    document = credit()
    without = [band for band in BANDS if band["code"] != "B"] + [
        {"code": "B", "name": "良", "when": [{"score": "[60, 85)"}]}
    ]
    broken = changed(document, bands=without)
    assert found(broken) == [(Code.SCHEME_BANDS_GAP, "bands")]
    assert "bad = false" in check(broken)[0].message("en")


def test_bands_compared_with_the_printed_total_end_at_its_last_decimal() -> None:
    """Between 84.99 and 85.00 nothing can be printed, so nothing is missing; unrounded, something is."""
    given = bands("[85, 100]", "[60, 84.99]", "[0, 59.99]")
    assert found(scheme(points(), bands=given, bands_on="PRINTED")) == []
    assert found(scheme(points(), bands=given))[0] == (Code.SCHEME_BANDS_GAP, "bands")


def test_bands_of_passed_dimensions_cover_every_number() -> None:
    """Five dimensions to pass: six numbers, each with a grade."""
    dimensions = sections(20, 20, 20, 20, 20, pass_at=15)
    stars = [{"code": f"S{n}", "name": "星级", "when": [{"passed": f"[{n}, {n}]"}]} for n in range(6)]
    assert found(scheme(dimensions=dimensions, bands=stars)) == []
    assert found(scheme(dimensions=dimensions, bands=stars[1:])) == [(Code.SCHEME_BANDS_GAP, "bands")]
    six = {"code": "S6", "name": "星级", "when": [{"passed": "[6, 6]"}]}
    assert found(scheme(dimensions=dimensions, bands=[*stars, six])) == [(Code.SCHEME_BAND_UNREACHABLE, "bands[6]")]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (scheme(points(50), dimension={"max": 40}), "dimensions[0].indicators[0]"),
        (scheme(points(30), dimension={"max": 40}), "dimensions[0].max"),
        (scheme(points(30), dimension={"min": 20, "max": 10}), "dimensions[0].indicators[0]"),
        (scheme(points(30), dimension={"pass_at": 31}), "dimensions[0].pass_at"),
        (scheme(indicator("item", points=-5), dimension={"min": -3}), "dimensions[0].indicators[0]"),
        (scheme(indicator("levels", levels=LEVELS, max=2)), "dimensions[0].indicators[0]"),
        (scheme(indicator("item", points=-5, min=-4)), "dimensions[0].indicators[0]"),
        (scheme(indicator("item", points=-5, max=10)), "dimensions[0].indicators[0].max"),
        (scheme(indicator("range", low=5, high=1)), "dimensions[0].indicators[0].low"),
        (scheme(indicator("deduction", start=5, each=1, floor=6)), "dimensions[0].indicators[0].floor"),
        (scheme(points(), min=10, max=5), "min"),
    ],
)
def test_caps_agree_with_what_they_hold(document: Any, place: str) -> None:
    """An item larger than its section's cap, a cap nothing can reach, a floor above a cap."""
    assert (Code.SCHEME_CAP, place) in found(document)


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        (
            scheme(indicator("count", steps=STEPS[1:])),
            Code.SCHEME_STEPS_GAP,
            "dimensions[0].indicators[0].steps",
        ),
        (
            scheme(indicator("count", steps=[{"range": "[0, 3]", "points": 1}, *STEPS[1:]])),
            Code.SCHEME_STEPS_OVERLAP,
            "dimensions[0].indicators[0].steps",
        ),
        (scheme(points(), points()), Code.SCHEME_CODE_TWICE, "dimensions[0].indicators[1].code"),
        (
            scheme(indicator("levels", levels=[LEVELS[0], LEVELS[0]])),
            Code.SCHEME_CODE_TWICE,
            "dimensions[0].indicators[0].levels",
        ),
        (scheme(indicator("veto", band="X")), Code.SCHEME_CODE_UNKNOWN, "dimensions[0].indicators[0].band"),
        (
            scheme(points(), dimension={"scored_by": {"X": 100}}),
            Code.SCHEME_CODE_UNKNOWN,
            "dimensions[0].scored_by",
        ),
        (
            scheme(points(), bands=[{"code": "A", "name": "优", "when": [{"counts": {"X": "[0, 1]"}}]}]),
            Code.SCHEME_CODE_UNKNOWN,
            "bands[0].when[0].counts",
        ),
        (
            scheme(points(), bands=[{"code": "A", "name": "黑名单", "given": "VETO"}]),
            Code.SCHEME_BAND_WITHOUT_VETO,
            "bands[0]",
        ),
        (scheme(points(), bands=[{"code": "A", "name": "优"}]), Code.SCHEME_BAND_CLAUSES, "bands[0].when"),
        (
            scheme(indicator("item", points=5), dimension={"nature": "BAD"}),
            Code.SCHEME_SIGN,
            "dimensions[0].indicators[0]",
        ),
        (
            scheme(indicator("item", points=-5), dimension={"nature": "BAD"}, upward="DEMERIT"),
            Code.SCHEME_SIGN,
            "dimensions[0].indicators[0]",
        ),
        (scheme(indicator("item")), Code.SCHEME_VALUE, "dimensions[0].indicators[0]"),
        (scheme(indicator("item", points=1, low=1, high=2)), Code.SCHEME_VALUE, "dimensions[0].indicators[0]"),
        (scheme(indicator("deduction", each=-1)), Code.SCHEME_VALUE, "dimensions[0].indicators[0].each"),
        (
            scheme(indicator("ratio", at_least=50, points=1)),
            Code.SCHEME_VALUE,
            "dimensions[0].indicators[0].at_least",
        ),
        (scheme(indicator("imported", of=0, points=1)), Code.SCHEME_VALUE, "dimensions[0].indicators[0].of"),
        (scheme(indicator("survey", high=5, weight=0)), Code.SCHEME_VALUE, "dimensions[0].indicators[0].weight"),
        (scheme(points(), valid_to="2025-01-01"), Code.DATE_OUT_OF_ORDER, "valid_to"),
    ],
)
def test_parts_agree_with_each_other(document: Any, code: Code, place: str) -> None:
    """Count tiers without gap or overlap, codes used once, names that exist, signs that fit, values that make sense."""
    assert (code, place) in found(document)
