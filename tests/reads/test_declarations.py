"""What is declared wrongly keeps the schema from building, with a sentence that says what is wrong."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from schema import executable
from schema.reads import (
    SCALARS,
    Connection,
    DeclarationError,
    Node,
    Row,
    by_id,
    column,
    connection,
    entity,
    expression,
    many,
    one,
)
from schema.reads.agreement import disagreements
from schema.reads.field import TYPES
from schema.reads.query import catalogue
from schema.vetting import vet
from tenants import project, staff
from tenants.permission import Permission


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """The entities of these tests are nobody else's."""
    before = dict(TYPES)
    yield
    TYPES.clear()
    TYPES.update(before)


def schema_of(cls: Any, root: Any) -> GraphQLSchema:
    """A schema with one root field for an entity."""
    query = type("Query", (), {"__annotations__": {"it": root}, "it": by_id("It (它).")})
    built = strawberry.Schema(
        query=strawberry.type(query, description="Q (查询)"), types=[cls], config=StrawberryConfig(scalar_map=SCALARS)
    )
    return executable(built)


def faults(cls: Any) -> list[str]:
    """What is wrong with an entity."""
    return list(disagreements(schema_of(cls, cls | None)))


def declared(**fields: tuple[Any, Any]) -> Any:
    """An entity over the project table."""
    body = {
        "__doc__": "Case (例).",
        "__annotations__": {name: kind for name, (kind, _) in fields.items()},
        **{name: field for name, (_, field) in fields.items()},
    }
    made: Any = type("Case", (Node,), body)
    return entity(table=project.Project, prefix="cas", permission=Permission.PROJECT_READ)(made)


def test_declarations_that_agree_have_no_faults() -> None:
    """The positive control of what follows."""
    Case = declared(  # noqa: N806
        name=(str, column("Name (名称).", where=True, order=True)),
        ended_on=(date | None, column("End (终止).")),
        people=(int, expression("People (人数).", lambda row: row.count(staff.Staff, by="project_id"))),
        left=(
            bool,
            expression(
                "Any left (有人离职).",
                lambda row: row.exists(staff.Staff, by="project_id", where=lambda one: f"{one.left_on} IS NOT NULL"),
            ),
        ),
    )
    assert faults(Case) == []
    assert faults(declared(itself=(Case, one("Itself (自身).", by={"id": "id", "tenant_id": "tenant_id"})))) == []


@pytest.mark.parametrize(
    ("kind", "field", "fault"),
    [
        (str, column("X (某)."), "is no column of project"),
        (str, column("X (某).", name="end_reason"), "may be missing in project, so its type is optional"),
        (list[str], column("X (某).", name="name", where=False, order=True), "is a list"),
        (time, expression("X (某).", lambda row: row.name), "which the compiler does not know"),
        (int, expression("X (某).", lambda row: row.nothing), "the table project has no column nothing"),
        (int, expression("X (某).", lambda row: "(SELECT count(*) FROM staff)"), "without its company's predicate"),
    ],
)
def test_values_that_are_not_there_are_refused(kind: Any, field: Any, fault: str) -> None:
    """A column that is missing or may be null, a type unknown, a table read without its company's predicate."""
    found = faults(declared(x=(kind, field)))
    assert [each for each in found if each.startswith("Case.x") and fault in each], found


def test_relations_that_may_find_nothing_are_optional() -> None:
    """A nullable key or a condition of its own makes a relation optional; unknown columns are named."""
    other = declared(name=(str, column("Name (名称).")))
    other.__name__ = "Other"
    TYPES["Other"] = other
    narrowed = one("X (某).", by={"id": "id"}, condition=lambda row: f"{row.left_on} IS NULL")
    found = faults(declared(x=(other, narrowed)))
    assert any("its condition" in each for each in found)
    assert any("no column left_on" in each for each in found)
    found = faults(declared(x=(other | None, one("X (某).", by="nowhere_id"))))
    assert [each for each in found if "matches nowhere_id" in each]
    found = faults(declared(x=(Connection[other], many("X (某).", by="nowhere_id"))))  # type: ignore[valid-type]
    assert [each for each in found if "matches nowhere_id" in each]


def test_an_entity_is_described_and_is_a_node() -> None:
    """Without a docstring or the interface there is no entity; without a permission there is no declaration."""
    with pytest.raises(DeclarationError, match="docstring"):
        entity(table=project.Project, prefix="cas", permission=Permission.PROJECT_READ)(type("Bare", (Node,), {}))
    with pytest.raises(DeclarationError, match="Node"):
        entity(table=project.Project, prefix="cas", permission=Permission.PROJECT_READ)(type("Lone", (), {}))
    with pytest.raises(TypeError, match="permission"):
        entity(table=project.Project, prefix="cas")  # type: ignore[call-arg]


def test_two_entities_have_two_prefixes() -> None:
    """An id names its entity."""
    first = declared(name=(str, column("Name (名称).")))
    second = declared(name=(str, column("Name (名称).")))
    query = strawberry.type(
        type(
            "Query",
            (),
            {
                "__annotations__": {"a": Connection[first], "b": Connection[second]},  # type: ignore[valid-type]
                "a": connection("A (甲)."),
                "b": connection("B (乙)."),
            },
        )
    )
    second.__strawberry_definition__.name = "Second"
    with pytest.raises(DeclarationError, match="share the prefix cas"):
        catalogue(executable(strawberry.Schema(query=query, config=StrawberryConfig(scalar_map=SCALARS))))


def test_a_personal_column_names_its_permission() -> None:
    """The schema is not built while a field over a personal column names none."""
    made: Any = type("Person", (Node,), {"__doc__": "P (人).", "__annotations__": {"name": str}, "name": column("名")})
    Person = entity(table=staff.Staff, prefix="per", permission=Permission.STAFF_READ)(made)  # noqa: N806
    with pytest.raises(DeclarationError, match=r"Person\.name shows personal data and names no permission"):
        vet(schema_of(Person, Person | None))


def test_a_row_only_names_columns_it_has(contract: GraphQLSchema) -> None:
    """SQL in declarations cannot name a column that is not there, and sub-selects carry the company."""
    from schema.reads.audience import Audience
    from schema.reads.sql import Statement

    row: Row = Statement(Audience("tenant", frozenset())).row(project.Project.__table__)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="no column nothing"):
        _ = row.nothing
    assert (
        row.count(staff.Staff, by="project_id")
        == "(SELECT count(*) FROM staff s2 WHERE s2.tenant_id = $1::uuid AND s2.project_id = p1.id"
        " AND s2.tenant_id = p1.tenant_id)"
    )
