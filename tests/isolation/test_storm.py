"""Twenty companies on three connections, and nobody sees another's rows."""

import pytest

from tests.isolation.proof import holds
from tests.isolation.storm import storm


@pytest.mark.timeout(180)
async def test_nobody_sees_another_in_a_storm() -> None:
    """I9: 1,000 interleaved operations of 20 companies on a pool of 3, with cancellations, aborted transactions,
    statement timeouts, terminated backends and backends killed like a crash: no foreign row in any answer, and an
    empty context at every checkout.
    """
    assert await holds(storm()) > 2_000
