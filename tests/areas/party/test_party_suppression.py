"""Figures as an attacker reads them: all periods, all divisions, every sum and difference, and none tells of a few."""

import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise, product

import pytest

from tenants.division import ancestry
from tenants.party.statistics.suppression import Block, Tally, figures, settle
from tests.areas.town import STREET

K = 5
Published = list[tuple[str, int | None]]

# Two cities, five counties, ten streets; companies are registered at every level.
PLACES = (
    "3704",
    "370402",
    "370402001",
    "370402002",
    "370402003",
    "370403001",
    "370403002",
    "370404001",
    "370404002",
    "370502",
    "370502001",
    "370502002",
    "370503001",
)


def run(*periods: Mapping[str, int], k: int = K) -> list[tuple[Published, list[Block]]]:
    """The figures and blocks of one period after another."""
    found = []
    blocks: list[Block] = []
    for counts in periods:
        blocks = settle({place: Tally(count) for place, count in counts.items()}, blocks, k)
        found.append((list(figures(counts, blocks)), blocks))
    return found


# The attacker: knows the divisions, the algorithm and every published figure; solves for what is not published.


def rank(rows: Iterable[Sequence[Fraction]]) -> list[list[Fraction]]:
    """The rows in echelon form."""
    basis: list[list[Fraction]] = []
    for given in rows:
        row = list(given)
        for other in basis:
            lead = next(i for i, value in enumerate(other) if value)
            if row[lead]:
                factor = row[lead] / other[lead]
                row = [a - factor * b for a, b in zip(row, other, strict=True)]
        if any(row):
            basis.append(row)
    return basis


def determined(basis: list[list[Fraction]], row: Sequence[Fraction]) -> bool:
    """Whether a combination of what is published gives this row."""
    return len(rank([*basis, row])) == len(basis)


def indicator(leaves: Sequence[str], places: Iterable[str]) -> list[Fraction]:
    """One for each of the places."""
    chosen = set(places)
    return [Fraction(int(leaf in chosen)) for leaf in leaves]


def small_sums(counts: Mapping[str, int], published: Published) -> list[frozenset[str]]:
    """Groups of companies' divisions, small in number of people, whose sum the attacker can work out."""
    leaves = sorted(counts)
    rows = [
        indicator(leaves, (leaf for leaf in leaves if path in ancestry(leaf)))
        for path, value in published
        if value is not None
    ]
    basis = rank(rows)
    groups = (group for size in range(1, len(leaves) + 1) for group in combinations(leaves, size))
    return [
        frozenset(group)
        for group in groups
        if sum(counts[leaf] for leaf in group) < K and determined(basis, indicator(leaves, group))
    ]


def feasible(counts: Mapping[str, int], published: Published, leaf: str) -> set[int]:
    """What one division's count can be, given the blocks that everything published comes down to."""
    leaves = sorted(counts)
    rows = [
        (frozenset(other for other in leaves if path in ancestry(other)), value)
        for path, value in published
        if value is not None
    ]
    basis = rank([indicator(leaves, group) for group, _ in rows])
    return {counts[leaf]} if determined(basis, indicator(leaves, [leaf])) else set(range(sum(counts.values()) + 1))


def random_counts(chance: random.Random, high: int) -> dict[str, int]:
    """Counts such as companies have: many none, some a few, now and then many."""
    return {
        place: chance.choice([0, 0, chance.randint(0, 4), chance.randint(0, high), chance.randint(0, high)])
        for place in PLACES
    }


@pytest.mark.parametrize("seed", range(60))
def test_no_sum_or_difference_of_one_period_is_small(seed: int) -> None:
    """Parents less children, siblings, remainders of remainders: by linear algebra over everything published."""
    chance = random.Random(seed)
    counts = random_counts(chance, 12)
    ((published, _),) = run(counts)
    assert small_sums(counts, published) == []
    for path, value in published:
        assert value is None or value >= K
        if value is not None:  # and what is published is true
            assert value == sum(count for place, count in counts.items() if path in ancestry(place))
    for leaf, count in counts.items():
        if count < K:
            assert len(feasible(counts, published, leaf)) > 1


def blocks_move_by_five_or_not_at_all(results: Sequence[tuple[Published, list[Block]]]) -> None:
    """Whoever subtracts one period from another subtracts blocks, and blocks are only joined."""
    for (_, old), (_, new) in pairwise(results):
        # Blocks are only joined: every block of the later period is a sum of earlier ones.
        for block in new:
            shown = [part for part in old if part.published is not None]
            assert all(part.places <= block.places or not part.places & block.places for part in shown)
            known = [part.published for part in old if part.places <= block.places]
            if block.published is not None and known and None not in known:
                moved = abs(block.published - sum(value or 0 for value in known))
                assert moved == 0 or moved >= K


@pytest.mark.parametrize("seed", range(40))
def test_no_difference_of_periods_is_small(seed: int) -> None:
    """People come and go over six half-years; a block's figure moves by nothing or by five and more."""
    chance = random.Random(1_000 + seed)
    counts = random_counts(chance, 15)
    periods = [dict(counts)]
    for _ in range(5):
        for place in counts:
            counts[place] = max(0, counts[place] + chance.choice([-2, -1, 0, 0, 0, 1, 2, 7]))
        periods.append(dict(counts))
    results = run(*periods)
    blocks_move_by_five_or_not_at_all(results)


@pytest.mark.parametrize("seed", range(30))
def test_a_later_period_opens_nothing_of_an_earlier_one(seed: int) -> None:
    """The attacker who takes both periods for one, because little changed, finds no small sum either."""
    chance = random.Random(2_000 + seed)
    first = random_counts(chance, 12)
    second = dict(first)
    moved = chance.choice(PLACES)
    second[moved] = second[moved] + chance.choice([1, 4, 6])
    (before, _), (after, _) = run(first, second)
    leaves = sorted(first)
    rows = [
        indicator(leaves, (leaf for leaf in leaves if path in ancestry(leaf)))
        for published in (before, after)
        for path, value in published
        if value is not None
    ]
    basis = rank(rows)
    for size in range(1, 4):
        for group in combinations(leaves, size):
            if sum(first[leaf] for leaf in group) < K:
                assert not determined(basis, indicator(leaves, group))


def test_a_small_one_alone_takes_its_smallest_neighbour() -> None:
    """Complementary suppression: withholding one of three streets would show it as the county less the other two."""
    counts = {"370402001": 2, "370402002": 9, "370402003": 7}
    ((published, _),) = run(counts)
    assert dict(published) == {
        "37": 18,
        "3704": 18,
        "370402": 18,
        "370402001": None,
        "370402002": 9,
        "370402003": None,
    }


def test_small_ones_that_reach_five_together_need_no_other() -> None:
    """Two streets of three people each are withheld; what the county shows beyond the third street is six."""
    ((published, _),) = run({"370402001": 3, "370402002": 3, "370402003": 7})
    assert dict(published)["370402003"] == 7
    assert dict(published)["370402"] == 13


def test_nothing_at_all_is_withheld_too() -> None:
    """That nobody is one is as much a fact about everybody: a zero is a small cell."""
    ((published, _),) = run({"370402001": 0, "370402002": 8, "370402003": 9})
    assert dict(published)["370402001"] is None
    assert dict(published)["370402002"] is None


def test_a_province_with_fewer_than_five_shows_nothing() -> None:
    """Not even the total."""
    ((published, _),) = run({"370402001": 1, "370502001": 3})
    assert {value for _, value in published} == {None}


def test_what_was_never_published_is_free() -> None:
    """A province that was too small for any figure is put into blocks anew when it has grown."""
    results = run({"370402001": 1, "370502001": 3}, {"370402001": 6, "370502001": 8})
    assert {value for _, value in results[0][0]} == {None}
    assert dict(results[1][0])["370402001"] == 6


def test_a_figure_stays_until_it_has_changed_by_five() -> None:
    """Eleven, then thirteen, then sixteen people: eleven, eleven, sixteen are published."""
    results = run({"370402": 11}, {"370402": 13}, {"370402": 16})
    assert [dict(published)["370402"] for published, _ in results] == [11, 11, 16]


def test_what_was_joined_stays_joined() -> None:
    """A street that grew from four to six is not shown: with its neighbour's it would show what that one was."""
    first, second = {"370402001": 4, "370402002": 1, "370402003": 9}, {"370402001": 6, "370402002": 1, "370402003": 9}
    (before, _), (after, _) = run(first, second)
    assert dict(before)["370402001"] is None
    assert dict(after)["370402001"] is None
    assert dict(after)["370402003"] == 9


def test_a_part_of_a_published_whole_counts_with_its_complement() -> None:
    """28 of 30 cases overdue: 30 less 28 would show the two that are not, so the part is withheld."""
    counts = {"370402001": Tally(28, (2,)), "370402002": Tally(20, (15,))}
    blocks = settle(counts, (), K)
    published = dict(figures(counts, blocks))
    assert published["370402001"] is None
    assert published["370402"] == 48


def shares(committees: Sequence[tuple[int, int]]) -> Tally:
    """What is counted of owners' committees of so many Party members of so many."""
    party, all_members = sum(p for p, _ in committees), sum(m for _, m in committees)
    value = sum((Decimal(100 * p) / m for p, m in committees), Decimal(0))
    return Tally(len(committees), (party, all_members - party), shares=value)


@pytest.mark.parametrize("seed", range(20))
def test_a_sum_of_shares_is_not_taken_apart_by_its_denominators(seed: int) -> None:
    """Sizes of committees are known and differ, so 3/5 + 2/7 could be no other two fractions. Of five committees, the
    pooled count beside it, each one's count can still be one of several.
    """
    chance = random.Random(3_000 + seed)
    sizes = (5, chance.choice([5, 7]), 7, 9, 11)
    committees = [(chance.randint(1, size - 1), size) for size in sizes]
    tally = shares(committees)
    published = dict(figures([STREET], settle({STREET: tally}, (), K)))[STREET]
    possible = [
        counts
        for counts in product(*(range(size + 1) for size in sizes))
        if sum(counts) == tally.rest[0] and shares(list(zip(counts, sizes, strict=True))).figure == published
    ]
    assert tuple(p for p, _ in committees) in possible
    for number in range(len(sizes)):
        assert len({counts[number] for counts in possible}) > 1


def test_the_shares_of_one_or_two_committees_are_withheld() -> None:
    """However many people sit on them; and so are those of five that nobody, or everybody, is in the Party of."""
    for committees in ([(5, 11)], [(5, 11), (6, 13)], [(0, 5)] * 5, [(5, 5)] * 5):
        assert dict(figures([STREET], settle({STREET: shares(committees)}, (), K)))[STREET] is None


@pytest.mark.parametrize("seed", range(30))
def test_companies_that_move_tell_nothing(seed: int) -> None:
    """A company that registers elsewhere takes its few with it: blocks stay together, and neither the old place nor
    the new shows them.
    """
    chance = random.Random(4_000 + seed)
    firms = [(chance.choice(PLACES), chance.choice([1, 2, 3, 4, 9])) for _ in range(25)]
    periods = []
    for _ in range(5):
        periods.append({place: sum(people for at, people in firms if at == place) for place in PLACES})
        moved = chance.randrange(len(firms))
        firms[moved] = chance.choice(PLACES), firms[moved][1]
    results = run(*periods)
    blocks_move_by_five_or_not_at_all(results)
    for counts, (published, _) in zip(periods, results, strict=True):
        assert all(value is None or value >= K for _, value in published)
        assert small_sums(counts, published) == []


def test_a_division_may_ask_for_more() -> None:
    """With ten as the smallest cell, nine is withheld."""
    ((published, _),) = run({"370402001": 9, "370402002": 30, "370402003": 40}, k=10)
    assert dict(published)["370402001"] is None
