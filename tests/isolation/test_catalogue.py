"""The catalogue keeps the promises: row-level security everywhere, ordinary roles, keys held to the company."""

from sqlmodel import SQLModel

from tests.isolation import channels, structure
from tests.isolation.ground import Ground
from tests.isolation.proof import Probe, holds
from tests.isolation.world import World


async def test_tables_are_secured(ground: Ground, world: World) -> None:
    """I1: row-level security enabled and forced, one policy with its clauses for every grant, owned by the owner."""
    await holds(structure.tables(ground.administrator, world.catalogue), controls=False)


async def test_roles_are_ordinary(ground: Ground, world: World) -> None:
    """I2: the login role and what it becomes have no power, own nothing, and have nowhere else to go."""
    await holds(structure.roles(ground.administrator, world.catalogue), controls=False)


async def test_roles_cannot_be_left(probe: Probe, world: World) -> None:
    """I2: no role gets out, makes anything or touches a guard."""
    await holds(channels.escapes(probe, world, "postgres"), controls=False)


async def test_only_the_login_role_signs_in(ground: Ground, world: World) -> None:
    """I2: what the login role becomes cannot be had without it."""
    await holds(channels.direct_sign_in(ground.app_url, world), controls=False)


async def test_views_and_functions_ask_as_their_caller(ground: Ground) -> None:
    """I8: every view has `security_invoker`, no function its owner's rights."""
    await holds(structure.views_and_functions(ground.administrator), controls=False)


async def test_a_regulator_reads_nothing_personal(world: World) -> None:
    """I14: what the tables mark as personal is not granted to a regulator, and no write at all."""
    marked = [
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.info.get("personal")
    ]
    assert ("company", "contact_phone") in marked
    await holds(structure.personal_columns(world.catalogue, marked), controls=False)


async def test_the_trail_is_silent_on_party_files(world: World) -> None:
    """I12: who reads the audit trail or the events learns nothing of a Party file, or of what hangs on one."""
    marked = {name for name, table in SQLModel.metadata.tables.items() if table.info.get("confidential")}
    assert "development_case" in marked
    await holds(structure.confidential(world.catalogue, marked), controls=False)


async def test_keys_and_policies_can_be_distributed(ground: Ground, world: World) -> None:
    """I16: no sub-select in a policy; primary, foreign and unique keys contain tenant_id."""
    await holds(structure.citus(ground.administrator, world.catalogue), controls=False)


def test_a_clause_is_taken_apart() -> None:
    """I1: the conjuncts of a clause are found under parentheses, texts and CASE, and an OR hides nothing."""
    assert structure.conjuncts("((a = 1) AND ((b = 2) OR (c = 3)))") == ["a = 1", "(b = 2) OR (c = 3)"]
    assert structure.conjuncts("((a = 1) OR true)") == ["(a = 1) OR true"]
    assert structure.conjuncts("(x = CASE WHEN (p AND q) THEN 1 END)") == ["x = CASE WHEN (p AND q) THEN 1 END"]
    assert structure.conjuncts("a = ' AND ' AND b") == ["a = ' AND '", "b"]
    assert structure.conjuncts("((a AND b)) AND (c)") == ["a AND b", "c"]
