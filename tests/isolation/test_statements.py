"""Every statement is held to its company by its own text."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from infra.embedded import Embedded
from schema import build, executable
from tests.isolation.ground import Ground
from tests.isolation.ground import ground as made
from tests.isolation.proof import holds
from tests.isolation.statements import Statements, scopes, unheld

OWN = UUID("0198f0c2-0000-7000-8000-000000000000")


@pytest.fixture(scope="module")
async def own_ground(postgres: Embedded) -> AsyncIterator[Ground]:
    """A database that the mutations of this module may change."""
    async with made(postgres, "statements") as ground:
        yield ground


@pytest.fixture(scope="module")
def statements(own_ground: Ground) -> Statements:
    """The statements of the schema."""
    return Statements(own_ground.world, executable(build()))


async def test_compiled_statements_are_held(statements: Statements, own_ground: Ground) -> None:
    """I16: reads and payloads name the company on every table of companies, and that alone keeps others out."""
    await holds(statements.held(own_ground))


async def test_statements_of_rules_are_held(statements: Statements, own_ground: Ground) -> None:
    """I16: so do the statements by which the rules change something."""
    await holds(statements.written(own_ground))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT 1 FROM staff s WHERE s.tenant_id = $1::uuid AND s.id = $2", []),
        ("SELECT 1 FROM staff s WHERE s.id = $2", ["staff s"]),
        ("SELECT 1 FROM staff s WHERE s.tenant_id = $2", ["staff s"]),
        ("SELECT 1 FROM staff s WHERE s.tenant_id = $1 OR true", ["staff s"]),
        ("SELECT 1 FROM staff s WHERE (s.tenant_id = $1 OR true) AND s.id = $2", ["staff s"]),
        ("SELECT 1 FROM staff s WHERE NOT s.tenant_id = $1", ["staff s"]),
        ("SELECT (SELECT 1 FROM staff s WHERE s.id = p.id) FROM project p WHERE p.tenant_id = $1", ["staff s"]),
        ("SELECT 1 FROM project p JOIN staff s ON s.id = p.id WHERE p.tenant_id = $1", ["staff s"]),
        ("SELECT 1 FROM project p, staff s WHERE p.tenant_id = $1", ["staff s"]),
        ("SELECT 1 FROM project p LEFT JOIN staff s ON s.tenant_id = $1 AND s.id = p.id WHERE p.tenant_id = $1", []),
        ("SELECT 1 FROM project p LEFT JOIN staff s ON p.tenant_id = $1 CROSS JOIN estate e", ["project p", "staff s"]),
        ("SELECT 1 FROM project p LEFT JOIN staff s ON p.tenant_id = $1 OR s.tenant_id = $1", ["project p", "staff s"]),
        ("SELECT 1 FROM project p RIGHT JOIN staff s ON s.tenant_id = $1 WHERE p.tenant_id = $1", ["staff s"]),
        ("SELECT 'x) FROM project p WHERE' FROM staff AS s WHERE s.tenant_id = $1 ORDER BY 1", []),
        ("UPDATE staff SET name = $2 WHERE staff.tenant_id = $1::UUID", []),
        ("UPDATE staff SET name = $2 WHERE staff.id = $1::UUID", ["staff staff"]),
        ("SELECT 1 FROM estate e WHERE e.id = $2", []),
    ],
)
def test_a_table_that_is_not_held_is_found(sql: str, found: list[str]) -> None:
    """I16: the reading of statements finds what it is there to find."""
    assert list(unheld(sql, [OWN, UUID(int=2)], {"staff", "project"}, OWN)) == found


def test_scopes_are_taken_apart() -> None:
    """I16: a sub-select has its own tables and its own WHERE."""
    sql = "SELECT (SELECT 1 FROM b x WHERE x.i = a.i LIMIT 1), f(a.z) FROM a WHERE a.t = $1 AND a.u IN ($2, $3)"
    assert [(scope.tables, scope.where) for scope in scopes(sql)] == [
        ({"x": "b"}, ["x.i = a.i"]),
        ({"a": "a"}, ["a.t = $1", "a.u IN ($2, $3)"]),
    ]
