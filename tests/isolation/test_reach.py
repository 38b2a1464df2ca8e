"""Nobody reaches a row that the rules do not give: tried on every table, for every role, command and context."""

import asyncpg
import pytest

from tenants.access import Purpose
from tenants.scope import Principal
from tests.isolation import channels, reach
from tests.isolation.catalogue import PUBLIC, REGULATOR, TENANT, WORKER
from tests.isolation.ground import Ground
from tests.isolation.proof import Probe, holds
from tests.isolation.world import World


async def test_rows_of_others_cannot_be_reached(probe: Probe, world: World) -> None:
    """I3, I4, I5, I14: every role, command and context on every table; B sees its own rows all the while."""
    await holds(reach.reach(probe, world))


@pytest.mark.parametrize("role", [TENANT, REGULATOR, PUBLIC, WORKER])
async def test_no_context_was_ever_set(ground: Ground, role: str) -> None:
    """I5: on a new connection the settings are absent, which shows no row and is no error."""
    async with ground.signed_in() as connection, Probe(connection) as probe:
        await holds(reach.never_set(probe, ground.world, role), controls=False)


async def test_the_owner_is_bound_too(unbound: Probe, world: World) -> None:
    """I1: FORCE holds: the owner of the tables sees no row."""
    await holds(reach.owner(unbound, world), controls=False)


async def test_columns_not_granted_cannot_be_read(probe: Probe, world: World) -> None:
    """I14: not even to filter by them."""
    await holds(reach.unread_columns(probe, world), controls=False)


async def test_foreign_keys_stay_within_a_company(unbound: Probe, world: World) -> None:
    """I6: no key takes a row of another company, whoever writes."""
    await holds(reach.foreign_keys(unbound, world))


async def test_values_of_others_are_free(unbound: Probe, world: World) -> None:
    """I7: what is unique in B is free for A."""
    await holds(reach.same_values(unbound, world))


async def test_errors_tell_nothing(probe: Probe, world: World) -> None:
    """I6: the words for B's row are the words for no row."""
    await holds(channels.errors_tell_nothing(probe, world), controls=False)


async def test_policies_cannot_be_switched_off(probe: Probe, world: World) -> None:
    """I3: `row_security = off` is an error."""
    await holds(channels.policies_cannot_be_switched_off(probe, world), controls=False)


async def test_predicates_see_nothing(probe: Probe, world: World) -> None:
    """I3: an expression that fails on B's rows never meets them."""
    await holds(channels.predicates_see_nothing(probe, world))


async def test_other_statements_reach_no_further(probe: Probe, world: World) -> None:
    """I3, I4: MERGE, ON CONFLICT and row locks."""
    await holds(channels.other_statements(probe, world))


async def test_copy_reaches_no_further(server: asyncpg.Connection, world: World) -> None:
    """I3, I4: COPY in both directions."""
    await holds(channels.copies(server, world))


async def test_statistics_tell_nothing(ground: Ground, probe: Probe, world: World) -> None:
    """I3: neither the planner's statistics nor the list of what runs."""
    await holds(channels.statistics(ground.administrator, ground.app_url, probe, world))


async def test_kept_plans_serve_everybody(server: asyncpg.Connection, world: World) -> None:
    """I3: a statement prepared by one principal and run by another."""
    await holds(channels.kept_plans(server, world))


def test_contexts_are_those_of_principals(world: World) -> None:
    """I3: what the proof says of itself in a transaction is the very text that a principal says."""
    a, regulator = world.company("甲"), world.regulator("3704")
    assert Principal("tenant", tenant_id=a.tenant_id, actor_id=a.actor_id).opening == a.opening
    principal = Principal(
        "regulator", regulator_id=regulator.regulator_id, division_path="3704", purpose=Purpose.SUPERVISION
    )
    assert principal.opening == regulator.opening


HOSTILE = ("'", "x'; SET ROLE linli_owner; --", "37'; RESET ROLE; --", "37\n", "３７", "37\x00", "370", "", "%", "3_")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_principal_takes_no_text(world: World, text: str) -> None:
    """I5: a context is made of ids and of paths that have the shape of one; nothing else gets into the message."""
    regulator = world.regulator("37").regulator_id
    with pytest.raises(ValueError, match="path"):
        Principal("regulator", regulator_id=regulator, division_path=text)
    for name in ("tenant_id", "regulator_id", "actor_id"):
        with pytest.raises((TypeError, ValueError)):
            Principal("tenant", **{"tenant_id": world.tenant_id("甲"), name: text})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="principal"):
        Principal(text)  # type: ignore[arg-type]
