"""The proof notices when a guard is broken."""

import pytest

from tests.isolation import mutants
from tests.isolation.ground import Ground


@pytest.mark.timeout(600)
async def test_every_mutant_is_noticed(ground: Ground) -> None:
    """I15: each guard broken on purpose turns a behaviour red, or the catalogue for a reason that is named."""
    verdicts = [verdict async for verdict in mutants.judged(ground.administrator, ground.world)]
    wrong = [f"{verdict.mutant.name}: {verdict.outcome.wrong}" for verdict in verdicts if verdict.outcome.wrong]
    assert not wrong, "\n".join(wrong[:20])
    assert mutants.unused(verdicts) == [], "these reasons cover no mutant any more: strike them off"
    policies = sum(len(table.policies) for table in ground.world.catalogue.in_order)
    assert len(verdicts) > 10 * policies
