"""The schemes that ship give the scores, grades and refusals of the published documents that they stand for."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tenants.errors import Code
from tenants.scheme import Because, Entry, Occurrence, Subject, Term, Why, check
from tenants.scheme.library import names, shipped, text_of
from tenants.scheme.reading import document_of, read
from tenants.scheme.text import parse, write
from tenants.scheme.values import exact_text
from tests.areas.schemes import answer, band, found, on_record, scored, total

DAY = date(2025, 6, 30)


@pytest.mark.parametrize("name", names())
def test_each_is_in_order_and_the_same_when_written_and_read(name: str) -> None:
    """Nothing to object to, the same bytes from its own text, and every gap of its source named."""
    document = shipped(name)
    assert check(document) == []
    again = read(write(document.structure()))
    assert again.canonical == document.canonical
    assert document_of(document.structure()).digest == document.digest
    assert document.gaps or "assumed" in text_of(name)


def test_there_are_those_that_the_sources_give() -> None:
    """Table 2.2 and the tables T1 to T7 of the dossier, for companies, projects and project leads."""
    assert {shipped(name).subject for name in names()} == set(Subject)
    assert len({shipped(name).code for name in names()}) == len(names()) == 22


def jinan(owners: str, site: str, party: str) -> tuple[Entry, ...]:
    return (
        answer("OWNER_SATISFACTION", points=owners, group="OWNERS"),
        answer("SITE_EVALUATION", points=site, group="SITE"),
        answer("PARTY_SCORE", points=party, group="PARTY"),
    )


@pytest.mark.parametrize(
    ("marks", "expected", "reached"),
    [
        (("36", "27", "25"), "88", "SELF"),
        (("35", "25", "25"), "85", "SELF"),
        (("35", "25", "24.99"), "84.99", "NOTICE"),
        (("20", "20", "20"), "60", "NOTICE"),
        (("20", "20", "19.5"), "59.5", "JOINT"),
        (("40", "30", "30"), "100", "SELF"),
    ],
)
def test_t1_jinan(marks: tuple[str, str, str], expected: str, reached: str) -> None:
    """40 + 30 + 30; "85分以上" includes 85 (T9); the Party organisations hold the 30 % that the province asks for."""
    document = shipped("jinan-quality")
    assert found(document, Decimal("0.30")) == []
    assert found(document, Decimal("0.31")) == [(Code.SCHEME_PARTY_SHARE, "groups")]
    result = scored(document, *jinan(*marks))
    assert (result.total, band(result), result.complete) == (Fraction(expected), reached, True)
    assert document.cycle.coverage_min == Decimal("0.5")


def test_t2_jinan_2019() -> None:
    """Four parts of 25; below 60 an order. It gives the Party organisations no share, which the province now asks."""
    document = shipped("jinan-quality-2019")
    parts = ("CONTRACT_SCORE", "COMPLAINT_SCORE", "INSPECTION_SCORE", "OWNER_SCORE")
    assert band(scored(document, *(answer(part, points=15) for part in parts))) == "PASS"
    below = scored(document, *(answer(part, points="14.99") for part in parts))
    assert (below.total, band(below)) == (Fraction("59.96"), "ORDER")
    assert found(document, Decimal("0.30")) == [(Code.SCHEME_PARTY_SHARE, "groups")]


@pytest.mark.parametrize(
    ("basic", "good", "bad", "expected", "reached"),
    [
        ("80", ["3", "2"], [], "85", "AAA"),
        ("80", ["4.99"], [], "84.99", "AA"),
        ("80", ["30", "30"], [], "120", "AAA"),
        ("80", [], ["-5"], "75", "A"),
        ("75", [], [], "75", "A"),
        ("65", [], [], "65", "B"),
        ("65", [], ["-2"], "63", "B"),
        ("55", [], [], "55", "B"),
        ("65", [], ["-10"], "55", "C"),
        ("80", ["40", "40"], ["-61"], "59", "C"),
    ],
)
def test_t3_shandong_with_the_caps_of_yantai(
    basic: str, good: list[str], bad: list[str], expected: str, reached: str
) -> None:
    """Basic at most 80, good at most 40; below 60 it is B without bad information and C with it."""
    records = [
        *(on_record(f"g{at}", "GOOD_RECORD", points=each) for at, each in enumerate(good)),
        *(on_record(f"b{at}", "BAD_RECORD", points=each) for at, each in enumerate(bad)),
    ]
    result = scored(shipped("shandong-credit"), answer("BASIC_SCORE", points=basic), *records)
    assert (result.total, band(result), result.bad) == (Fraction(expected), reached, bool(bad))


def test_t3_a_company_that_is_not_enrolled_is_c_missing() -> None:
    """Not being enrolled is a grade of its own, whatever there is on record."""
    result = scored(shipped("shandong-credit"), answer("BASIC_SCORE", points=80), enrolled=False)
    assert (band(result), result.because) == ("C_MISSING", Because.NOT_ENROLLED)


def test_yantai_validity() -> None:
    """An item counts one year, a severe one until it is put right; the black list is a grade of its own."""
    document = shipped("yantai-credit")
    basic = answer("BASIC_SCORE", points=80)
    mild = on_record("m", "BAD_RECORD", date(2024, 6, 30), points=-5)
    severe = on_record("s", "SEVERE_RECORD", date(2023, 1, 1), points=-20)
    assert total(document, basic, mild, severe, on=date(2025, 6, 30)) == 55
    assert total(document, basic, mild, severe, on=date(2025, 7, 1)) == 60
    listed = on_record("x", "BLACKLISTED", date(2023, 1, 1))
    assert band(scored(document, basic, listed)) == "BLACKLIST"
    assert band(scored(document, basic)) == "AA"


def test_t4_yinchuan_with_the_cascade() -> None:
    """Honours by level, one article at its highest level, and the project's deduction while the manager was there."""
    document = shipped("yinchuan-lead-credit")
    term = Term(starts_on=date(2025, 1, 1))
    records = [
        on_record("c", "1", level="CITY"),
        on_record("a1", "2", level="COUNTY", matter="治理经验"),
        on_record("a2", "2", level="REGION", matter="治理经验"),
        on_record("a3", "2", level="CITY", matter="另一篇"),
        on_record("o", "5", points="2.5"),
        on_record("p1", "6", date(2025, 2, 1), points=-8),
        on_record("p2", "6", date(2024, 12, 31), points=-8),
        on_record("r", "8", level="COUNTY"),
        on_record("f", "12"),
    ]
    result = scored(document, *records, terms=(term,))
    assert result.total == 5 + 15 + 10 + Fraction("2.5") - 8 - 5 - 5
    lines = {line.record: line.why for each in result.sections for one in each.indicators for line in one.occurrences}
    assert {record for record, why in lines.items() if why} == {"a1", "p2"}
    assert (lines["a1"], lines["p2"]) == (Why.SAME_MATTER, Why.OUTSIDE_TERM)


def test_t5_yangzhou() -> None:
    """Honours of three years by level, a donation of the year, five off for each bad item, and two vetoes."""
    document = shipped("yangzhou-credit")
    records = [
        *(on_record(level, "HONOUR", level=level) for level in ("STATE", "PROVINCE", "CITY", "COUNTY", "STREET")),
        on_record("old", "HONOUR", date(2022, 6, 29), level="STATE"),
        on_record("d", "DONATION"),
        on_record("j", "JUDGMENT"),
        on_record("p", "PUBLIC_REVENUE"),
    ]
    basic = answer("BASIC_SCORE", points=80)
    assert total(document, basic, *records) == 80 + 15 + 1 - 10
    struck = scored(document, basic, on_record("v", "FUND_MISUSE"))
    assert (struck.because, struck.vetoes, band(struck)) == (Because.VETO, ("FUND_MISUSE",), None)


def exemplar(but: dict[str, dict[str, Any]]) -> list[Entry]:
    """Every indicator of the module at its maximum, but for these."""
    full: dict[str, dict[str, Any]] = {
        "1.1": {"choice": "APPROVED"},
        "1.2": {"count": 5},
        "2.1": {"choice": "IN_COMMITTEE"},
        "2.2": {"yes": True},
        "2.3": {"yes": True},
        "3.1": {"points": 2},
        "3.2": {"yes": True},
        "3.3": {"part": 3, "whole": 5},
        "3.4": {"yes": True},
    }
    return [answer(code, **given) for code, given in (full | but).items()]


@pytest.mark.parametrize(
    ("but", "expected"),
    [
        ({}, "30"),
        ({"1.2": {"count": 4}}, "28"),
        ({"1.2": {"count": 3}}, "28"),
        ({"1.2": {"count": 2}}, "26"),
        ({"1.2": {"count": 0}}, "26"),
        ({"3.3": {"part": 2, "whole": 5}}, "27"),
        ({"3.3": {"part": 2, "whole": 4}}, "30"),
        ({"1.1": {"choice": "APPLIED"}, "2.1": {"choice": "PROMOTED"}, "3.1": {"points": "0.5"}}, "25.5"),
    ],
)
def test_t6_exemplar_module(but: dict[str, dict[str, Any]], expected: str) -> None:
    """Nine indicators that sum to 30; 3 members and 4 are one tier, 5 the next."""
    result = scored(shipped("exemplar-party-module"), *exemplar(but))
    assert (result.total, result.complete, result.gates_failed) == (Fraction(expected), True, ())


def test_t6_without_an_organisation_nobody_is_eligible() -> None:
    """No Party organisation: not eligible, whatever the other indicators give."""
    result = scored(shipped("exemplar-party-module"), *exemplar({"1.1": {"choice": "NONE"}}))
    assert (result.because, result.gates_failed) == (Because.INELIGIBLE, ("1.1",))


def test_t7_wuxi() -> None:
    """Awards cumulate to at most 6, media count once at the highest; misuse of the fund is serious directly."""
    document = shipped("wuxi-lead")
    given: list[Entry | Occurrence] = [
        answer("TRAINING", yes=True),
        answer("YEARS", count=5),
        answer("SATISFACTION", choice="TOP_TEN"),
        answer("COOPERATION", points="2.5"),
        *(on_record(f"a{at}", "AWARD", level=level) for at, level in enumerate(("STATE", "STATE", "DISTRICT"))),
        *(on_record(f"m{at}", "MEDIA", level=level) for at, level in enumerate(("CITY", "PROVINCE"))),
        on_record("p", "PETITION"),
        on_record("u", "UNSATISFIED"),
    ]
    result = scored(document, *given)
    assert result.total == 1 + 2 + 5 + Fraction("2.5") + 6 + 2 - 5 - 3
    assert band(result) == "ORDINARY"
    assert band(scored(document, *given, on_record("f", "FUND_MISUSE"))) == "SERIOUS"
    assert total(document, answer("YEARS", count="4.9"), answer("TRAINING", yes=False)) == 1


def quarter(residents: int = 25) -> list[Entry]:
    """Every dimension: 3 for documents, 3.125 on site, 2 daily, and residents who give 8 of 10."""
    dimensions = ("SAFETY", "SANITATION", "MAINTENANCE", "ORDER", "DISCLOSURE", "PARTY", "ATMOSPHERE", "CITY")
    return [
        entry
        for dimension in dimensions
        for entry in (
            answer(f"{dimension}_DOCUMENTS", points=3),
            answer(f"{dimension}_SITE", points="3.125"),
            answer(f"{dimension}_DAILY", points=2),
            answer(f"{dimension}_SURVEY", answers=[8] * residents),
        )
    ]


def test_anhui_quarterly() -> None:
    """Eight dimensions by four methods; below 25 residents the assessment is not complete."""
    document = shipped("anhui-quarterly")
    result = scored(document, *quarter())
    assert result.total == 8 * (3 + Fraction("3.125") + 2 + Fraction("2.5"))
    assert result.printed == Decimal("85.00")
    assert result.complete
    assert len(scored(document, *quarter(24)).missing) == 8
    assert {dimension.marks for dimension in document.dimensions} == {Decimal("12.5")}
    methods = {indicator.method for dimension in document.dimensions for indicator in dimension.indicators}
    assert len(methods) == 4


STARS = ("ORGANISATION", "BACKBONE", "SERVICE", "OPERATION", "IMAGE")


def test_wuhan_stars_are_dimensions_passed() -> None:
    """As many stars as items passed; a company on a black list is not rated at all."""
    document = shipped("wuhan-five-star")
    gates = [answer(gate, yes=True) for gate in ("PARTY_SOUND", "NO_ACCIDENT", "NOT_BLACKLISTED")]
    for passed in range(6):
        marks = [answer(f"{star}_SCORE", points=15 if at < passed else "14.99") for at, star in enumerate(STARS)]
        assert band(scored(document, *gates, *marks)) == f"STAR_{passed}"
    marks = [answer(f"{star}_SCORE", points=20) for star in STARS]
    out = scored(document, *marks, *gates[:2], answer("NOT_BLACKLISTED", yes=False))
    assert (out.because, out.gates_failed) == (Because.INELIGIBLE, ("NOT_BLACKLISTED",))


def test_shanyang_stars_are_a_band_of_three_evaluators() -> None:
    """The authority, the association and the peers, in their weights; five stars from 90 on."""
    document = shipped("shanyang-five-star")

    def stars(authority: int, association: int, peers: int) -> tuple[Fraction, str | None]:
        given = {"AUTHORITY": authority, "ASSOCIATION": association, "PEERS": peers}
        result = scored(
            document,
            *(answer(f"{star}_SCORE", points=points, group=by) for star in STARS for by, points in given.items()),
        )
        return result.total, band(result)

    assert stars(18, 18, 18) == (Fraction(90), "STAR_5")
    assert stars(20, 15, 10) == (Fraction(40) + Fraction("22.5") + 15, "STAR_3")
    assert stars(9, 9, 9) == (Fraction(45), "STAR_0")


@pytest.mark.parametrize(
    ("unrectified", "row", "complaints", "expected"),
    [(0, 0, 50, "NONE"), (1, 0, 0, "YELLOW"), (1, 2, 50, "YELLOW"), (1, 3, 10, "RED"), (1, 3, 9, "YELLOW")],
)
def test_qingdao_cards(unrectified: int, row: int, complaints: int, expected: str) -> None:
    """What is not rectified is a yellow card; three in a row with many complaints are a red one."""
    cards = {"UNRECTIFIED": unrectified, "YELLOW_IN_ROW": row, "COMPLAINTS": complaints}
    result = scored(
        shipped("qingdao-cards"),
        *(answer(f"S{at}", points="12.5") for at in range(1, 9)),
        *(answer(code, count=count) for code, count in cards.items()),
    )
    assert (result.total, band(result)) == (Fraction(100), expected)


def credit(name: str, good: object = None, bad: object = None, on: date = DAY) -> tuple[str, str | None]:
    """Total and grade of a company with one good and one bad record of these points."""
    records = [
        *([on_record("g", "GOOD_RECORD", points=good)] if good is not None else []),
        *([on_record("b", "BAD_RECORD", points=bad)] if bad is not None else []),
    ]
    result = scored(shipped(name), *records, on=on)
    return exact_text(result.total), band(result)


def test_haikou() -> None:
    """Base 100 each calendar year: A from 90, B from 75, C from 60, D below; on 1 January everybody has 100 again."""
    assert credit("haikou-credit") == ("100", "A")
    assert credit("haikou-credit", bad=-10) == ("90", "A")
    assert credit("haikou-credit", bad="-10.01") == ("89.99", "B")
    assert credit("haikou-credit", bad=-26) == ("74", "C")
    assert credit("haikou-credit", good=1, bad=-42) == ("59", "D")
    assert credit("haikou-credit", bad=-42, on=date(2025, 12, 31)) == ("58", "D")
    assert credit("haikou-credit", bad=-42, on=date(2026, 1, 1)) == ("100", "A")


def test_lianyungang() -> None:
    """Base 90; A is the second lowest grade, and a veto is B whatever the score."""
    grades = [credit("lianyungang-credit", good=good) for good in (0, 10, 30, 50)]
    assert grades == [("90", "A"), ("100", "AA"), ("120", "AAA"), ("140", "AAAA")]
    assert credit("lianyungang-credit", bad="-5.5") == ("84.5", "B")
    vetoed = scored(shipped("lianyungang-credit"), on_record("g", "GOOD_RECORD", points=60), on_record("v", "VETO"))
    assert (exact_text(vetoed.total), band(vetoed)) == ("150", "B")


def test_shangqiu() -> None:
    """More than 100 is AAA, 100 itself AA; below 60 nobody is rated."""
    grades = [
        credit("shangqiu-credit", good="0.5"),
        *(credit("shangqiu-credit", bad=bad) for bad in (0, -10, -11, -21, -31, -41)),
    ]
    assert [grade for _, grade in grades] == ["AAA", "AA", "AA", "A", "B", "C", "UNRATED"]


def test_nanjing() -> None:
    """The third quarter of 2017: 12 off a company and 8 off its lead for refusing to hand over; anew each year."""
    company = [on_record("1", "REFUSED_HANDOVER"), on_record("2", "HANDOVER_DISPUTE"), on_record("3", "PENALTY")]
    assert total(shipped("nanjing-credit"), *company) == 100 - 12 - 8 - 7
    assert total(shipped("nanjing-lead-credit"), company[0]) == 92
    assert total(shipped("nanjing-credit"), *company, on=date(2026, 1, 1)) == 100


def test_suzhou_deducts_without_a_floor() -> None:
    """Bad information accumulates below zero."""
    bad = [on_record(str(at), "BAD_RECORD", points=-60) for at in range(3)]
    parts = ("BASIC_SCORE", "CONTRACT_SCORE", "SAFETY_SCORE", "DISPUTE_SCORE")
    assert total(shipped("suzhou-credit"), *(answer(part, points=25) for part in parts), *bad) == -80


def test_nanning_a_party_organisation_is_good_information() -> None:
    """Street, county and city score; having a Party organisation adds to it."""
    given = [
        answer("STREET_SCORE", points=25, group="STREET"),
        answer("COUNTY_SCORE", points=25, group="COUNTY"),
        answer("CITY_SCORE", points=35, group="CITY"),
    ]
    document = shipped("nanning-credit")
    assert total(document, *given, answer("PARTY_ORGANISATION", yes=True, group="CITY")) == 90
    assert total(document, *given, answer("PARTY_ORGANISATION", yes=False, group="CITY")) == 85


@pytest.mark.parametrize(
    ("name", "points", "expected"),
    [
        ("beijing-demerit-2010", [5], "NONE"),
        ("beijing-demerit-2010", [5, 1], "WARNING"),
        ("beijing-demerit-2010", [6, 3], "INTERVIEW"),
        ("beijing-demerit-2010", [6, 6], "REVIEW"),
        ("beijing-lead-demerit-2010", [2], "NONE"),
        ("beijing-lead-demerit-2010", [3], "WARNING"),
        ("beijing-lead-demerit-2010", [3, 2], "INTERVIEW"),
    ],
)
def test_beijing_demerits_add_up(name: str, points: list[int], expected: str) -> None:
    """Points upward: 6 a warning, 9 an interview, 12 a review; for a lead 3 and 5."""
    records = [on_record(str(at), "VIOLATION", points=each) for at, each in enumerate(points)]
    result = scored(shipped(name), *records)
    assert (result.total, band(result)) == (Fraction(sum(points)), expected)
    assert band(scored(shipped(name), *records, on=date(2026, 1, 1))) == "NONE"


def test_shanghai_demerits() -> None:
    """18 points for each of eight, 6 for not receiving residents every day."""
    document = shipped("shanghai-lead-demerit")
    assert document.points_for("FUND_MISUSE") == 18
    assert total(document, on_record("1", "CERTIFICATE_LENT"), on_record("2", "RECEPTION")) == 24


T8 = """
code: TRAP
name: 物业服务质量评分细则
subject: PROJECT
purpose: RATING
basis: {title: 网传物业服务质量评分细则}
valid_from: 2020-01-01
cycle: {every: YEAR}
full_marks: 100
dimensions:
  - {code: A, name: 一, indicators: [{code: A1, name: 一, kind: range, high: 30}]}
  - {code: B, name: 二, indicators: [{code: B1, name: 二, kind: range, high: 20}]}
  - {code: C, name: 三, indicators: [{code: C1, name: 三, kind: range, high: 20}]}
  - {code: D, name: 四, indicators: [{code: D1, name: 四, kind: range, high: 20}]}
  - {code: E, name: 五, indicators: [{code: E1, name: 五, kind: range, high: 10}]}
  - {code: F, name: 六, indicators: [{code: F1, name: 六, kind: range, high: 30}]}
"""


def test_t8_is_refused() -> None:
    """The web's "service quality scoring rule" claims percent and sums to 130."""
    assert parse(T8)["full_marks"] == "100"
    (problem,) = check(read(T8))
    assert (problem.code, problem.field) == (Code.SCHEME_MARKS, "dimensions")
    assert "130" in problem.message("zh")
