"""A table that comes next month is proved without anyone writing a test, and one that is made badly is named."""

import pytest

from infra.embedded import Embedded
from tests.isolation import reach, structure
from tests.isolation.ground import Ground, ground
from tests.isolation.proof import Outcome, Outcomes, Probe
from tests.isolation.rows import Unfillable

MINE = (
    "tenant_id = CASE WHEN pg_input_is_valid(current_setting('linli.tenant', true), 'uuid')"
    " THEN current_setting('linli.tenant', true)::uuid END"
)
COLUMNS = """
    tenant_id uuid NOT NULL REFERENCES company, id uuid NOT NULL, staff_id uuid NOT NULL, code text NOT NULL,
    state text NOT NULL CHECK (state IN ('DRAFT', 'PUBLISHED')), published_at timestamptz, pages int DEFAULT 1,
    CHECK ((state = 'PUBLISHED') = (published_at IS NOT NULL)),
    PRIMARY KEY (tenant_id, id)
"""
KEYS = "UNIQUE (tenant_id, code), FOREIGN KEY (tenant_id, staff_id) REFERENCES staff (tenant_id, id)"
SECURED = "ALTER TABLE notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
POLICIES = (
    f"CREATE POLICY tenant_select ON notice FOR SELECT TO linli_tenant USING ({MINE})",
    f"CREATE POLICY tenant_insert ON notice FOR INSERT TO linli_tenant WITH CHECK ({MINE})",
    f"CREATE POLICY tenant_update ON notice FOR UPDATE TO linli_tenant USING ({MINE}) WITH CHECK ({MINE})",
    f"CREATE POLICY tenant_delete ON notice FOR DELETE TO linli_tenant USING ({MINE})",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON notice TO linli_tenant",
)


def notice(
    columns: str = COLUMNS, keys: str = KEYS, secured: str = SECURED, policies: tuple[str, ...] = POLICIES
) -> str:
    """The SQL of the table."""
    return "; ".join((f"CREATE TABLE notice ({columns}, {keys})", secured, *policies))


async def proved(made: Ground) -> list[Outcome]:
    """What the proof says of the table."""
    table = made.world.catalogue.tables["notice"]
    found: list[Outcome] = []

    async def take(outcomes: Outcomes) -> None:
        found.extend([outcome async for outcome in outcomes if "notice" in outcome.target])

    await take(structure.tables(made.administrator, made.world.catalogue))
    await take(structure.citus(made.administrator, made.world.catalogue))
    async with made.signed_in() as connection, Probe(connection) as probe:
        await take(reach.reach(probe, made.world, [table]))
    async with Probe(made.administrator) as unbound:
        await take(reach.owner(unbound, made.world, [table]))
        await take(reach.foreign_keys(unbound, made.world, [table]))
        await take(reach.same_values(unbound, made.world, [table]))
    return found


async def test_a_table_made_well_is_proved(postgres: Embedded) -> None:
    """I1, I3 to I7, I16: rows are made for it, and every promise is tried on it with controls."""
    async with ground(postgres, "new", notice()) as made:
        found = await proved(made)
    assert [outcome for outcome in found if outcome.wrong] == []
    assert {outcome.promise for outcome in found} >= {"I1", "I3", "I4", "I5", "I6", "I7", "I14", "I16"}
    assert {outcome.promise for outcome in found if outcome.control} >= {"I3", "I4", "I6", "I7"}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (notice(secured=""), "row-level security is not enabled"),
        (notice(secured="ALTER TABLE notice ENABLE ROW LEVEL SECURITY"), "row-level security is not forced"),
        (notice(policies=POLICIES[1:]), "granted True, 0 policies"),
        (notice(policies=(POLICIES[0].replace(MINE, "true"), *POLICIES[1:])), "instead of"),
        (notice(policies=(*POLICIES, "GRANT SELECT ON notice TO linli_regulator")), "no rule lets linli_regulator"),
        (notice(keys="UNIQUE (code)"), "does not start with tenant_id"),
        (notice(keys="UNIQUE (tenant_id, code)"), "notice.staff_id has no foreign key"),
    ],
)
async def test_a_table_made_badly_is_named(postgres: Embedded, sql: str, said: str) -> None:
    """I1, I3, I14, I16: what is missing is said of the table by name."""
    async with ground(postgres, "new", sql) as made:
        wrong = [f"{outcome.target}: {outcome.wrong}" for outcome in await proved(made) if outcome.wrong]
    assert any("notice" in each and said in each for each in wrong), wrong


async def test_a_column_that_cannot_be_filled_is_named(postgres: Embedded) -> None:
    """I3: the proof does not pass by for want of a row."""
    with pytest.raises(Unfillable, match=r"notice\.floors: .* int4range"):
        async with ground(postgres, "new", notice(f"{COLUMNS}, floors int4range NOT NULL")):
            pass
    with pytest.raises(Unfillable, match=r"notice\..*code.*: .* no values that satisfy"):
        async with ground(postgres, "new", notice(f"{COLUMNS}, CHECK (code ~ '^[0-9]{{4}}$')")):
            pass
