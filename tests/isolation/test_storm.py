"""Twenty companies on three connections, and nobody sees another's rows."""

import pytest

from tenants.exchange import plain
from tenants.scope import Principal
from tests.isolation.proof import holds
from tests.isolation.storm import storm


@pytest.mark.timeout(180)
async def test_nobody_sees_another_in_a_storm() -> None:
    """I9: 1,000 interleaved operations of 20 companies on a pool of 3, with cancellations, aborted transactions,
    statement timeouts, terminated backends and backends killed like a crash: no foreign row in any answer, and an
    empty context at every checkout.
    """
    assert await holds(storm()) > 2_000


@pytest.mark.timeout(60)
async def test_a_context_that_stays_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: were a context set for the session and not for the transaction, the storm would show it at a checkout."""
    made = Principal.__post_init__

    def lasting(principal: Principal) -> None:
        made(principal)
        opening = principal.opening.replace("SET LOCAL", "SET")
        object.__setattr__(principal, "opening", opening)
        object.__setattr__(principal, "opening_message", plain(*opening.split("; ")))

    monkeypatch.setattr(Principal, "__post_init__", lasting)
    seen = [outcome.wrong async for outcome in storm(operations=60) if outcome.wrong]
    assert any("it was handed out as" in wrong for wrong in seen)
