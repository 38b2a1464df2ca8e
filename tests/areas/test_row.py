"""Ids, moments and chance: the machine's, but for sample data, whose past is told and is the same each time."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from tenants.row import Told, chance, new_id, now, telling, today

ROOT = Path(__file__).parent.parent.parent
DAY = date(2026, 3, 2)


def lived(told: Told) -> tuple[list[UUID], list[datetime], int]:
    """What happens on a day."""
    told.on(DAY)
    assert today() == DAY
    return [new_id() for _ in range(3)], [now(), now()], chance().getrandbits(64)


def test_what_is_told_is_the_same_each_time() -> None:
    """By the seed, whatever was told before: ids and moments in their order, at China's time, a day's turns apart."""
    with telling("one") as told:
        first = lived(told)
    with telling("one") as told:
        assert lived(told) == first
        again = lived(told)
        assert min(again[0]) > max(first[0])
        assert again[2] != first[2]
    with telling("other") as told:
        assert lived(told)[0] != first[0]
    with telling("one") as told:
        told.on(DAY.replace(day=1))
        new_id(), now(), chance().getrandbits(8)
        assert lived(told) == first
    ids, moments, _ = first
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}
    assert moments == sorted(set(moments))
    nine = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert {each.int >> 80 for each in ids} == {int(nine.timestamp() * 1_000)}


def test_elsewhere_time_and_chance_are_the_machines() -> None:
    """Before and after a story, and whatever the story said."""
    with telling("one") as told:
        told.on(DAY)
        inside = chance().getrandbits(64)
    assert abs((datetime.now(UTC) - now()).total_seconds()) < 60
    assert chance().getrandbits(64) != inside
    assert new_id() != new_id()


def test_nothing_but_sample_data_tells() -> None:
    """No request, no nightly work: only what fills a database to be shown."""
    telling = {
        str(path.relative_to(ROOT))
        for package in ("api", "infra", "schema", "tenants")
        for path in (ROOT / package).rglob("*.py")
        if "telling(" in path.read_text(encoding="utf-8")
    }
    assert telling == {"tenants/row.py", "tenants/sample/supervision/__init__.py"}
