"""One place opens transactions, and few rules act for a company."""

from pathlib import Path

import pytest

from tests.isolation import sources
from tests.isolation.proof import holds


async def test_only_the_scope_opens_transactions() -> None:
    """I9: no module but tenants/scope.py connects, begins, commits, sets a role or a setting."""
    await holds(sources.opened(), controls=False)


async def test_only_named_rules_act_for_a_company() -> None:
    """I9: taking a company's role inside another's transaction is for the rules that are named."""
    await holds(sources.acting(), controls=False)


@pytest.mark.parametrize(
    "code",
    [
        "async def f(pool):\n    async with pool.acquire() as c: ...",
        "async def f(c):\n    async with c.transaction(): ...",
        "from asyncpg import connect\nx = connect",
        "async def f(c):\n    await c.execute('BEGIN')",
        "async def f(c, t):\n    await c.execute(f'SET LOCAL linli.tenant = {t}')",
        "async def f(c, t):\n    await c.fetch('SELECT set_config($1, $2, false)')",
        "async def f(c):\n    await c.execute('DECLARE c CURSOR WITH HOLD FOR SELECT 1')",
        "async def f(s):\n    await s.commit()",
    ],
)
def test_a_way_in_is_found(tmp_path: Path, code: str) -> None:
    """I9: the walk finds what it is there to find."""
    for package in sources.WALKED:
        (tmp_path / package).mkdir()
    (tmp_path / "schema" / "other.py").write_text(code)
    assert any("schema/other.py" in (outcome.wrong or "") for outcome in sources.opened(tmp_path))


def test_acting_for_others_is_found(tmp_path: Path) -> None:
    """I9: a rule that is not named and acts for a company is found."""
    for package in sources.WALKED:
        (tmp_path / package).mkdir()
    (tmp_path / "tenants" / "other.py").write_text("async def f(scope, b):\n    async with scope.acting_for(b): ...")
    assert any("tenants/other.py" in (outcome.wrong or "") for outcome in sources.acting(tmp_path))
