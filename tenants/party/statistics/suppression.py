"""Small cells never leave: what is published is sums of blocks, and every block holds at least k people.

One measure's counts lie on the divisions of one province, a tree. The divisions are put into blocks, disjoint and
together everything; a block that holds fewer than k is joined with others until it does not (complementary
suppression: a small one that stands alone takes the smallest beside it). A division's figure is published when it is
a sum of whole blocks, and is withheld otherwise. Whatever is added to or subtracted from what, the result is again a
sum of blocks: no query can come nearer to a person than a block.

The same holds over time. Blocks are only joined, never split, so two periods have no finer common part than a block;
and a block's figure stays what it was until it has changed by k or more, so no difference of two periods is a small
one. A part of a whole that is published too (overdue cases among the cases) counts with its complement: both must
reach k. A sum of shares is shown as their mean in whole percents would have it: exact, its denominators would take it
apart again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from tenants.division import ancestry
from tenants.row import new_id


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of a place: how many, the other parts that the figure would show (such as how many of the whole
    are not among them), and the sum of their shares, in percent, where that is the figure.

    `changed` says how many of those behind such a figure changed since the last time.
    """

    count: int
    rest: tuple[int, ...] = ()
    shares: Decimal | None = None
    changed: int | None = None

    @property
    def figure(self) -> int:
        """What is published of it, a whole number."""
        return self.count if self.shares is None else round(self.shares / max(self.count, 1)) * self.count

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.count + other.count,
            tuple(one + another for one, another in zip(self.rest, other.rest, strict=True)),
            None if self.shares is None else self.shares + (other.shares or 0),
            None if self.changed is None else self.changed + (other.changed or 0),
        )

    def reaches(self, k: int) -> bool:
        """Whether no part of it is small."""
        return min(self.count, *self.rest, k) == k


@dataclass(frozen=True, slots=True)
class Block:
    """Divisions that are only ever counted together, and the figure published of them."""

    places: frozenset[str]
    tally: Tally
    published: int | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def smallest_first(self) -> tuple[int, list[str]]:
        """The order in which blocks are taken to hide a small one."""
        return self.tally.count, sorted(self.places)

    def join(self, others: Iterable["Block"]) -> "Block":
        """One block of several; it has been published when all of them have."""
        parts = [self, *others]
        if len(parts) == 1:
            return self
        known = [part.published for part in parts]
        tally = parts[0].tally
        for part in parts[1:]:
            tally = tally + part.tally
        places = frozenset().union(*(part.places for part in parts))
        return Block(places, tally, sum(filter(None, known)) if None not in known else None)


def settle(counts: Mapping[str, Tally], earlier: Iterable[Block], k: int) -> list[Block]:
    """The blocks of one measure in one province, with the figures to publish; None for all that stays too small.

    `earlier` are the blocks of the last period: those that were published hold on. To split one would show, by the
    part that did not change, how small another part was.
    """
    blocks = []
    held: set[str] = set()
    for block in earlier:
        if block.published is None:
            continue
        parts = [counts[place] for place in block.places if place in counts]
        if parts:
            tally = parts[0]
            for part in parts[1:]:
                tally = tally + part
            blocks.append(Block(block.places, tally, block.published, block.id))
            held |= block.places
    blocks += [Block(frozenset([place]), tally) for place, tally in counts.items() if place not in held]
    joined = _joined(blocks, k)
    return [Block(block.places, block.tally, _figure(block, k), block.id) for block in joined]


def figures(places: Iterable[str], blocks: Iterable[Block]) -> Iterator[tuple[str, int | None]]:
    """Each division with its figure, or None where it is withheld: it is no sum of whole published blocks."""
    below: dict[str, set[str]] = defaultdict(set)
    for place in places:
        for path in ancestry(place):
            below[path].add(place)
    known = list(blocks)
    of_place = {place: block for block in known for place in block.places}
    for path, leaves in sorted(below.items()):
        inside = {of_place[leaf].id: of_place[leaf] for leaf in leaves}.values()
        whole = all(block.published is not None and block.places <= leaves for block in inside)
        yield path, sum(block.published or 0 for block in inside) if whole else None


def _joined(blocks: list[Block], k: int) -> list[Block]:
    """From the lowest divisions up: what is small is put together with what is small beside it, and if that does not
    do, with the smallest that is not.
    """
    at: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        at[_common(block.places)].append(block)
    paths = {path for place in at for path in ancestry(place)}
    settled: dict[str | None, list[Block]] = defaultdict(list)
    """What is settled, by the division above, in the order in which it was."""
    for path in sorted(paths, key=len, reverse=True):
        here = [*at[path], *settled.pop(path, [])]
        small = [block for block in here if not block.tally.reaches(k)]
        enough = sorted((block for block in here if block.tally.reaches(k)), key=lambda block: block.smallest_first)
        if small:
            pool = small[0].join(small[1:])
            while enough and not pool.tally.reaches(k):
                pool = pool.join([enough.pop(0)])
            enough.append(pool)
        settled[_parent(path)] += enough
    return settled[None]


def _figure(block: Block, k: int) -> int | None:
    """What is published of a block: nothing while it is small; what it was, until it has changed enough to say so."""
    if not block.tally.reaches(k):
        return None
    if block.published is None:
        return block.tally.figure
    moved = block.tally.changed if block.tally.changed is not None else abs(block.tally.figure - block.published)
    return block.tally.figure if moved >= k else block.published


def _common(places: frozenset[str]) -> str:
    """The lowest division that holds all these places."""
    first, *others = (ancestry(place) for place in places)
    return max((path for path in first if all(path in other for other in others)), key=len)


def _parent(path: str) -> str | None:
    above = ancestry(path)[:-1]
    return above[-1] if above else None
