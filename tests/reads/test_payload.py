"""What a mutation returns of its entities: compiled like a query, read in the mutation's own transaction."""

import json
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import strawberry
from graphql import (
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    get_variable_values,
    parse,
    validate,
)
from strawberry.schema.config import StrawberryConfig

from schema import executable
from schema.context import Context
from schema.failure import Failure, FailureCode
from schema.project import Project
from schema.query import Query
from schema.reads import SCALARS, ref
from schema.reads.audience import Audience
from schema.reads.payload import PayloadExecutor, compile_payloads
from tests.reads.asking import Asker
from tests.reads.reference import faults_of

UPDATE = """mutation($in: UpdateProjectInput!, $n: Int) { one: updateProject(input: $in) { __typename
    project { ...P } again: project { staff(first: $n) { nodes { name project { id } } totalCount } }
    userErrors { code field } } } fragment P on Project { id name version estate { name } }"""


async def run(asker: Asker, text: str, variables: dict[str, Any]) -> Any:
    """Run a mutation as the engine does, and roll it back."""
    document = parse(text)
    assert not (errors := validate(asker.schema, document)), errors
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    values = get_variable_values(asker.schema, operation.variable_definitions or (), variables)
    assert not isinstance(values, list), values
    payloads = compile_payloads(asker.schema, operation, fragments, values.coerced, Audience.of(asker.principal))
    async with asker.database.writing(asker.principal) as scope:
        result: Any = execute(
            asker.schema,
            document,
            context_value=Context(scope, "en", "test", alone=True),
            variable_values=variables,
            executor_class=PayloadExecutor,
            payloads=payloads,
        )
        result = await result
        scope.refuse()
    assert result.errors is None, result.errors
    return json.loads(orjson.dumps(result.data))


async def project_of(asker: Asker) -> Any:
    """A running project."""
    text = "{ projects(first: 1, where: {status: {eq: ACTIVE}}) { nodes { id version name } } }"
    return (await asker(text))["projects"]["nodes"][0]


async def test_a_payload_shows_the_change_before_it_is_committed(ask: dict[str, Asker]) -> None:
    """D2: the entity is read on the same connection; fields of one payload share it without harm."""
    company = ask["company"]
    project = await project_of(company)
    answer = await run(
        company, UPDATE, {"in": {"id": project["id"], "version": project["version"], "name": "新名"}, "n": 2}
    )
    changed = answer["one"]
    assert list(changed) == ["__typename", "project", "again", "userErrors"]
    assert (changed["project"]["name"], changed["project"]["version"]) == ("新名", project["version"] + 1)
    assert all(person["project"]["id"] == project["id"] for person in changed["again"]["staff"]["nodes"])
    assert changed["userErrors"] == []
    assert await project_of(company) == project


async def test_a_refused_rule_has_no_entity(ask: dict[str, Asker]) -> None:
    """A payload whose entity is null says so, beside its user errors."""
    company = ask["company"]
    project = await project_of(company)
    answer = await run(company, UPDATE, {"in": {"id": project["id"], "version": 999, "name": "x"}})
    assert (answer["one"]["project"], answer["one"]["again"]) == (None, None)
    assert answer["one"]["userErrors"][0]["code"] == "CONFLICT"


async def test_a_payload_that_may_not_be_read_changes_nothing(ask: dict[str, Asker]) -> None:
    """G13: permissions and arguments of payload selections are checked before the mutation begins."""
    desk, company = ask["front desk"], ask["company"]
    given = {"id": (await project_of(company))["id"], "version": 1}
    with pytest.raises(Failure) as caught:
        await run(desk, UPDATE, {"in": given})
    assert caught.value.code is FailureCode.FORBIDDEN
    assert faults_of(caught.value.errors) == {("FORBIDDEN", "staff:read", "one", "again", "staff")}
    with pytest.raises(Failure) as caught:
        await run(company, UPDATE, {"in": given, "n": 101})
    assert faults_of(caught.value.errors) == {("BAD_USER_INPUT", "one", "again", "staff")}


async def test_lists_of_references_are_read_at_once(ask: dict[str, Asker], contract: GraphQLSchema) -> None:
    """A list keeps its order and its gaps; what cannot be read is null, or an error where null is not allowed."""
    company = ask["company"]
    found = (await company("{ projects(first: 2) { nodes { id name } } }"))["projects"]["nodes"]
    keys = [UUID(node["id"][4:]) for node in found]

    @strawberry.type
    class Several:
        some: list[Project | None]
        sure: Project | None = None

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        async def several(self) -> Several:
            refs = [ref(Project, keys[1]), None, ref(Project, uuid4()), ref(Project, keys[0])]
            return Several(some=refs, sure=ref(Project, keys[0]))

        @strawberry.mutation
        async def nothing(self) -> Project:
            return ref(Project, uuid4())

    built = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
    asker = Asker(executable(built), company.database, company.principal)
    answer = await run(asker, "mutation { several { some { name id } sure { name } } }", {})
    second, first = found[1], found[0]
    assert answer["several"]["some"] == [second, None, None, first]
    assert answer["several"]["sure"] == {"name": first["name"]}
    with pytest.raises(AssertionError, match="can read"):
        await run(asker, "mutation { nothing { name } }", {})
