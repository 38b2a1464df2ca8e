"""What a mutation returns of its entities: compiled like a query, read in the mutation's own transaction."""

import json
from typing import Any

import orjson
import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, execute, get_variable_values, parse, validate

from schema.context import Context
from schema.failure import Failure, FailureCode
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
