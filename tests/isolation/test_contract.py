"""Through GraphQL another company's objects are nothing."""

from collections.abc import AsyncIterator

import pytest

from infra.embedded import Embedded
from schema import build, executable
from schema.reads.sql import Statement
from tests.isolation.contract import Contract, contract
from tests.isolation.ground import Ground
from tests.isolation.ground import ground as made
from tests.isolation.proof import holds
from tests.isolation.questions import Questions
from tests.isolation.statements import Statements


@pytest.fixture(scope="module")
async def own_ground(postgres: Embedded) -> AsyncIterator[Ground]:
    """A database that the mutations of this module may change."""
    async with made(postgres, "contract") as ground:
        yield ground


@pytest.fixture(scope="module")
async def asked(own_ground: Ground) -> AsyncIterator[Contract]:
    """The contract over it."""
    async with contract(own_ground) as asked:
        yield asked


async def test_ids_of_others_are_as_none(asked: Contract) -> None:
    """I10: `node`, `nodes`, every id argument and every id filter: the bytes of no object; B itself sees it."""
    await holds(asked.ids())


async def test_cursors_of_others_show_nothing(asked: Contract) -> None:
    """I10: B's cursor is a place without a row to A, and no cursor names a company."""
    await holds(asked.cursors(), controls=False)


async def test_no_answer_holds_anything_of_others(asked: Contract) -> None:
    """I10: every field of the schema, read by A."""
    await holds(asked.everything())


async def test_ids_of_others_take_as_long_as_none(asked: Contract) -> None:
    """I10: measured in turns, the fastest answers lie close together."""
    await holds(asked.times(), controls=False)


async def test_mutations_on_others_find_nothing(asked: Contract, own_ground: Ground) -> None:
    """I10: every id in every input: NOT_FOUND as for no object, and no row of another company changes."""
    await holds(asked.changes(), controls=False)
    await holds(asked.untouched(own_ground), controls=False)


def test_every_argument_is_asked() -> None:
    """I10: the walk meets every id, every list and every mutation that the schema has."""
    schema = executable(build())
    questions = Questions(schema, lambda prefix: f"{prefix}_0198f0c2-0000-7000-8000-000000000000")
    asked = [*questions.reads(), *questions.writes()]
    assert questions.unasked(asked) == []
    assert questions.unread() == []


async def test_either_half_is_enough_and_the_loss_of_both_is_noticed(
    own_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I10, I16: without the compiler's predicates the policies still keep A out, and the statements are found wanting;
    without both, the questions turn red.
    """
    monkeypatch.setattr(Statement, "reach", lambda *_: [])
    async with contract(own_ground) as asked:
        await holds(asked.everything())
    lacking = Statements(own_ground.world, executable(build())).held(own_ground)
    assert any([outcome.wrong is not None async for outcome in lacking])
    await own_ground.administrator.execute("ALTER TABLE staff DISABLE ROW LEVEL SECURITY")
    async with contract(own_ground) as asked:
        wrong = [outcome.target async for outcome in asked.ids() if outcome.wrong]
        told = [outcome.target async for outcome in asked.everything() if outcome.wrong]
    await own_ground.administrator.execute("ALTER TABLE staff ENABLE ROW LEVEL SECURITY")
    assert any("Query.staff" in target for target in wrong)
    assert any("staff" in target for target in told)
