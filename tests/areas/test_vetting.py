"""A schema that would let someone in without a permission, or that says nothing in Chinese, does not build."""

from collections.abc import AsyncGenerator, Iterator
from datetime import date
from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import build, executable
from schema.reads import SCALARS, DeclarationError, Node, by_id, column, entity, expression, node, nodes
from schema.reads.field import TYPES
from schema.vetting import vet
from schema.writes import mutation
from tenants import company, staff
from tenants.permission import Permission
from tenants.scope import Scope


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """The entities of these tests are nobody else's."""
    before = dict(TYPES)
    yield
    TYPES.clear()
    TYPES.update(before)


def member(**fields: tuple[Any, Any]) -> Any:
    """An entity over the table of members, whose names are personal."""
    body = {
        "__doc__": "Member (成员).",
        "__annotations__": {name: kind for name, (kind, _) in fields.items()},
        **{name: field for name, (_, field) in fields.items()},
    }
    made: Any = type("Member", (Node,), body)
    return entity(table=company.CompanyMember, prefix="mbr", permission=Permission.MEMBER_READ)(made)


ROLE = (str, column("Role (角色)."))


def faults(**roots: Any) -> list[str]:
    """What keeps a schema from building, as the error says it."""
    query = roots.pop("query", None) or query_of(it=(member(role=ROLE) | None, by_id("It (它).")))
    built = strawberry.Schema(query=query, config=StrawberryConfig(scalar_map=SCALARS), **roots)
    try:
        vet(executable(built))
    except DeclarationError as error:
        first, *rest = str(error).splitlines()
        assert first == "the schema is not built:"
        return rest
    return []


def query_of(**fields: tuple[Any, Any]) -> Any:
    """A type Query."""
    body = {
        "__annotations__": {name: kind for name, (kind, _) in fields.items()},
        **{name: field for name, (_, field) in fields.items()},
    }
    return strawberry.type(type("Query", (), body), description="Queries (查询).")


def of(**fields: tuple[Any, Any]) -> list[str]:
    """The faults of a schema with one entity of these fields."""
    return faults(query=query_of(it=(member(**fields) | None, by_id("It (它)."))))


@strawberry.input(description="What to change (变更).")
class ChangeInput:
    """An input."""

    text: str = strawberry.field(description="Text (文本).")


@strawberry.type(description="What became of it (结果).")
class ChangePayload:
    """A payload."""

    text: str | None = strawberry.field(description="Text (文本).", default=None)


async def change(scope: Scope, input: ChangeInput) -> ChangePayload:
    """A mutation's function."""
    return ChangePayload(text=input.text)


async def _ticks() -> AsyncGenerator[int, None]:
    yield 1


def _secret() -> str:
    return "x"


def mutation_of(**fields: Any) -> Any:
    """A type Mutation."""
    return strawberry.type(type("Mutation", (), fields), description="Mutations (变更).")


def test_our_own_schema_is_built() -> None:
    """The positive control: nothing is wrong with it, nor with the smallest one."""
    vet(executable(build()))
    assert faults() == []
    assert of(role=ROLE, name=(str, column("Name (姓名).", personal=Permission.MEMBER_READ))) == []
    by_any_id = query_of(node=(Node | None, node()), nodes=(list[Node | None], nodes()))
    assert faults(query=by_any_id, types=[member(role=ROLE)]) == []


def test_root_field_without_permission() -> None:
    """A resolver in Query names none."""

    secret = strawberry.field(resolver=_secret, description="Secret (秘密).")
    assert "Query.secret is not declared with schema.reads, so it names no permission" in faults(
        query=query_of(it=(member(role=ROLE) | None, by_id("It (它).")), secret=(str, secret))
    )


def test_mutation_without_permission() -> None:
    """One declared with Strawberry alone, or with something else in the permission's place."""

    async def bare(input: ChangeInput) -> ChangePayload:
        return ChangePayload()

    plain = strawberry.mutation(bare, description="Change (变更).")
    wrong = strawberry.mutation(bare, description="Change (变更).", metadata={"permission": "everyone"})
    expected = ["Mutation.change names no permission: declare it with schema.writes.mutation"]
    for field in (plain, wrong):
        assert faults(mutation=mutation_of(change=field)) == expected
    declared = mutation(Permission.MEMBER_UPDATE, "Change (变更).")(change)
    assert faults(mutation=mutation_of(change=declared)) == []


def test_mutation_takes_one_input() -> None:
    """Only an input's fields are described, and only their paths are named by errors."""

    async def more(scope: Scope, input: ChangeInput, also: str) -> ChangePayload:
        return ChangePayload()

    declared = mutation(Permission.MEMBER_UPDATE, "Change (变更).")(more)
    assert faults(mutation=mutation_of(change=declared)) == ["Mutation.change takes more or other than one input"]


def test_subscription() -> None:
    """Nobody has declared how one is permitted."""

    body = {"ticks": strawberry.subscription(resolver=_ticks, description="Ticks (计数).")}
    subscription = strawberry.type(type("Subscription", (), body), description="Subscriptions (订阅).")
    assert faults(subscription=subscription) == [
        "Subscription.ticks names no permission: nothing declares subscriptions yet"
    ]


PERSONAL: list[dict[str, Any]] = [
    {"name": column("Name (姓名).")},
    {"shown": column("Name (姓名).", name="name")},
    {"shown": expression("Name (姓名).", lambda row: f"upper({row.name})")},
    {"shown": expression("Name (姓名).", lambda row: row["name"])},
    {"shown": expression("Name (姓名).", lambda row: row.value(staff.Staff, lambda s: s.name, by={"id": "staff_id"}))},
    {
        "shown": expression(
            "Whether there is a phone (有无电话).",
            lambda row: row.exists(staff.Staff, by={"id": "staff_id"}, where=lambda s: f"{s.work_phone} IS NULL"),
        )
    },
]


@pytest.mark.parametrize("fields", PERSONAL)
def test_personal_column_without_permission(fields: dict[str, Any]) -> None:
    """Shown as it is, under another name, within an expression, or from another table."""
    [name] = fields
    found = of(role=ROLE, **{name: (str, fields[name])})
    assert found == [f"Member.{name} shows personal data and names no permission: column(personal=…)"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"role": (str, column("Role."))}, "Member.role"),
        ({"role": (str, column(""))}, "Member.role"),
        ({"role": (str, column("Role.", permission=Permission.MEMBER_UPDATE))}, "Member.role"),
        ({"removed_on": (date | None, column("Removed on."))}, "Member.removedOn"),
    ],
)
def test_field_without_its_chinese_term(fields: dict[str, Any], place: str) -> None:
    """Every field, with its path."""
    assert of(**fields) == [f"{place} needs a description with its Chinese term"]


def test_other_descriptions_without_their_chinese_term() -> None:
    """Types, inputs and their fields, interfaces, enums and their values, arguments of queries."""

    @strawberry.enum(description="Colour.")
    class Colour(Enum):
        """An enum."""

        RED = strawberry.enum_value("RED", description="Red.")

    @strawberry.interface(description="Thing.")
    class Thing:
        """An interface."""

        size: int = strawberry.field(description="Size.")

    @strawberry.type(description="Payload.")
    class Payload(Thing):
        """A type."""

        colour: Colour | None = strawberry.field(description="Colour.", default=None)

    @strawberry.input(description="Input.")
    class Input:
        """An input."""

        text: str

    async def paint(scope: Scope, input: Input) -> Payload:
        return Payload(size=1)

    declared = mutation(Permission.MEMBER_UPDATE, "Paint")(paint)
    found = faults(mutation=mutation_of(paint=declared))
    for place in (
        "Colour",
        "Colour.RED",
        "Thing",
        "Thing.size",
        "Payload",
        "Payload.colour",
        "Input",
        "Input.text",
        "Mutation.paint",
    ):
        assert f"{place} needs a description with its Chinese term" in found
