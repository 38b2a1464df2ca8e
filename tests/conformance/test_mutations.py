"""One operation is one transaction: a refused rule leaves nothing, and an unexpected error tells nothing either."""

import asyncio
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.serving import STREET, Company, Served, World, served

CREATE = """
mutation create($input: CreateProjectInput!) {
  createProject(input: $input) {
    project { id name version estate { name households } contracts { nodes { kind startsOn } totalCount } }
    userErrors { code field message }
  }
}
"""

UPDATE = """
mutation update($input: UpdateProjectInput!) {
  updateProject(input: $input) { project { id name version } userErrors { code field message } }
}
"""


def project(name: str, **more: Any) -> dict[str, Any]:
    """The input of a project at an estate of its own."""
    estate = {"name": name, "kind": "COMMERCIAL", "divisionCode": STREET, "area": "100.5"}
    contract = {"kind": "NORMAL", "startsOn": "2025-01-01", "endsOn": "2026-12-31"}
    return {"newEstate": estate, "contract": contract, "name": name, **more}


async def counts(administrator: asyncpg.Connection) -> tuple[Any, ...]:
    """How many rows there are of everything a new project writes."""
    tables = ("project", "estate", "service_contract", "audit_entry", "outbox_event", "registry_event")
    return tuple([await administrator.fetchval(f"SELECT count(*) FROM {table}") for table in tables])


async def test_created_entity_is_read_in_the_same_transaction(server: Served) -> None:
    """The payload has the new row with its relations, read by the same compiler as any query."""
    response = server.ask(CREATE, {"input": project("梧桐苑")})
    assert response.status_code == 200
    answer = response.json()
    payload = answer["data"]["createProject"]
    assert payload["userErrors"] == []
    assert payload["project"]["estate"] == {"name": "梧桐苑", "households": 0}
    assert payload["project"]["contracts"] == {
        "nodes": [{"kind": "NORMAL", "startsOn": "2025-01-01"}],
        "totalCount": 1,
    }
    assert answer["extensions"]["cost"]["limit"] == 5_000
    found = server.ask(f'{{ project(id: "{payload["project"]["id"]}") {{ name }} }}')
    assert found.json()["data"]["project"] == {"name": "梧桐苑"}


@pytest.mark.parametrize(
    ("language", "pattern"),
    [(None, "[\u4e00-\u9fff]"), ("en-GB,en;q=0.9", "[a-z]"), ("fr, zh;q=0.2", "[\u4e00-\u9fff]")],
)
async def test_refused_rule_leaves_nothing(
    server: Served, administrator: asyncpg.Connection, language: str | None, pattern: str
) -> None:
    """`userErrors` name the field, speak the caller's language, and nothing of the change stays."""
    before = await counts(administrator)
    bad = project("翠湖苑", contract={"kind": "NORMAL", "startsOn": "2025-01-01", "endsOn": "2024-12-31"})
    headers = {} if language is None else {"accept-language": language}
    response = server.ask(CREATE, {"input": bad}, headers=headers)
    assert response.status_code == 200
    payload = response.json()["data"]["createProject"]
    assert payload["project"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == "CONTRACT_ENDS_BEFORE_START"
    assert error["field"] == "contract.endsOn"
    assert re.match(pattern, error["message"].lower())
    assert await counts(administrator) == before


async def test_each_root_field_stands_alone(server: Served, administrator: asyncpg.Connection) -> None:
    """With several root fields a refused one is undone alone; all that stand are committed at once."""
    before = await counts(administrator)
    query = """
    mutation ($good: CreateProjectInput!, $bad: CreateProjectInput!, $other: CreateProjectInput!) {
      good: createProject(input: $good) { project { name } userErrors { code } }
      bad: createProject(input: $bad) { project { name } userErrors { code } }
      ...rest
    }
    fragment rest on Mutation { other: createProject(input: $other) { project { name } userErrors { code } } }
    """
    response = server.ask(
        query,
        {"good": project("甲苑"), "bad": project("乙苑", gridCount=-1), "other": project("丙苑")},
    )
    data = response.json()["data"]
    assert list(data) == ["good", "bad", "other"]
    assert data["good"] == {"project": {"name": "甲苑"}, "userErrors": []}
    assert data["bad"] == {"project": None, "userErrors": [{"code": "NEGATIVE"}]}
    assert data["other"] == {"project": {"name": "丙苑"}, "userErrors": []}
    after = await counts(administrator)
    assert after[:3] == tuple(number + 2 for number in before[:3])


async def test_stale_version_is_a_conflict(server: Served) -> None:
    """Of two changes to the same version one wins, and the other is told."""
    created = server.ask(CREATE, {"input": project("丁苑")}).json()["data"]["createProject"]["project"]
    async with server.client() as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    "/graphql",
                    json={
                        "query": UPDATE,
                        "variables": {"input": {"id": created["id"], "version": created["version"], "name": name}},
                    },
                )
                for name in ("丁苑一期", "丁苑二期", "丁苑三期")
            )
        )
    payloads = [answer.json()["data"]["updateProject"] for answer in answers]
    codes = [[error["code"] for error in payload["userErrors"]] for payload in payloads]
    assert sorted(codes) == [[], ["CONFLICT"], ["CONFLICT"]]


async def test_deadlock_is_tried_again(server: Served) -> None:
    """Two documents that change the same rows in opposite order are both answered; neither caller sees a deadlock."""
    made = [server.ask(CREATE, {"input": project(name)}).json() for name in ("戌苑", "亥苑")]
    one, two = [answer["data"]["createProject"]["project"]["id"] for answer in made]
    query = """
    mutation ($a: UpdateProjectInput!, $b: UpdateProjectInput!) {
      a: updateProject(input: $a) { project { version } userErrors { code } }
      b: updateProject(input: $b) { project { version } userErrors { code } }
    }
    """
    async with server.client() as client:
        for version in range(1, 9):
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/graphql",
                        json={
                            "query": query,
                            "variables": {
                                name: {"id": key, "version": version, "name": f"{first[-3:]}-{version}"}
                                for name, key in (("a", first), ("b", second))
                            },
                        },
                    )
                    for first, second in ((one, two), (two, one))
                )
            )
            for answer in answers:
                assert answer.status_code == 200, answer.text
                codes = [error["code"] for part in answer.json()["data"].values() for error in part["userErrors"]]
                assert set(codes) <= {"CONFLICT"}
            versions = server.ask(f'{{ a: project(id: "{one}") {{ version }} b: project(id: "{two}") {{ version }} }}')
            assert versions.json()["data"] == {"a": {"version": version + 1}, "b": {"version": version + 1}}


async def test_foreign_and_unknown_ids_are_alike(server: Served, administrator: asyncpg.Connection) -> None:
    """A project of the other company is as unknown as one that never was."""
    foreign = await administrator.fetchval("SELECT id FROM project WHERE tenant_id = $1", server.world.other.id)
    answers = []
    for key in (foreign, "018f0000-0000-7000-8000-000000000000"):
        variables = {"input": {"id": f"prj_{key}", "version": 1, "name": "x"}}
        answers.append(server.ask(UPDATE, variables).json())
    assert answers[0] == answers[1]
    assert answers[0]["data"]["updateProject"]["userErrors"][0]["code"] == "NOT_FOUND"


async def test_missing_permission_refuses_everything(server: Served, administrator: asyncpg.Connection) -> None:
    """Neither a mutation nor the reading of its payload starts without the permission for it."""
    before = await counts(administrator)
    for scope, permission in (["project:read"], "project:create"), (["project:create"], "project:read"):
        token = server.token(scope=scope)
        response = httpx.post(
            server.graphql,
            json={"query": CREATE, "variables": {"input": project("戊苑")}},
            headers={"authorization": f"Bearer {token}"},
        )
        assert response.status_code == 403
        body = response.json()
        assert "data" not in body
        assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert permission in [error["extensions"]["permission"] for error in body["errors"]]
        assert body["errors"][0]["path"][0] == "createProject"
    assert await counts(administrator) == before


async def test_removed_member_is_refused_at_once(server: Served) -> None:
    """A member removed through this server loses access with the next request, though the token is still valid."""
    create = "mutation ($input: CreateCompanyMemberInput!) { createCompanyMember(input: $input) { %s } }"
    selection = "companyMember { id version } userErrors { code }"
    made = server.ask(create % selection, {"input": {"name": "周乙", "role": "FRONT_DESK"}}).json()
    member = made["data"]["createCompanyMember"]["companyMember"]
    token = server.token(Company(server.world.company.id, UUID(member["id"].removeprefix("mem_"))))

    def ask() -> int:
        return httpx.post(
            server.graphql,
            json={"query": "{ company { name } }"},
            headers={"authorization": f"Bearer {token}"},
        ).status_code

    assert ask() == 200
    remove = (
        "mutation ($input: RemoveCompanyMemberInput!) { removeCompanyMember(input: $input) { userErrors { code } } }"
    )
    variables = {"input": {"id": member["id"], "version": member["version"], "removedOn": "2026-01-01"}}
    assert server.ask(remove, variables).json()["data"]["removeCompanyMember"]["userErrors"] == []
    assert ask() == 401


CANARY = "金丝雀-7fa3c1"

BROKEN = """
from graphql import GraphQLError
from tenants import project

async def broken(scope, id, version, changes):
    await scope.connection.execute("UPDATE project SET name = 'half done'")
    try:
        int(changes["name"])
    except ValueError as error:
        error.extensions = {"hint": "kept"}
        raise

project.update = broken
"""


async def test_unexpected_error_is_masked_and_undone(
    database: Any, world: World, home: Path, administrator: asyncpg.Connection
) -> None:
    """G10: the caller learns the request's id and nothing else, the operator the whole trace without the caller's
    values, and the database keeps nothing.
    """
    key = await administrator.fetchval("SELECT id FROM project WHERE tenant_id = $1", world.company.id)
    names = await administrator.fetch("SELECT id, name FROM project ORDER BY id")
    with served(home, database, world, program=BROKEN) as server:
        variables = {"input": {"id": f"prj_{key}", "version": 1, "name": CANARY}}
        response = server.ask(UPDATE, variables)
        assert response.status_code == 500
        body = response.json()
        assert body["data"] is None
        (error,) = body["errors"]
        assert error["path"] == ["updateProject"]
        assert error["locations"]
        request_id = response.headers["x-request-id"]
        assert error["extensions"] == {"hint": "kept", "code": "INTERNAL", "requestId": request_id}
        assert "requestId" in error["message"]
        assert "int" not in error["message"].lower().replace("internal", "")
        assert body["extensions"]["cost"]
        line = server.logged(response)
        assert line["level"] == "error"
        assert "ValueError" in line["trace"][0]["type"]
        assert "invalid literal" in line["trace"][0]["message"]
        assert any("broken" in frame for frame in line["trace"][0]["frames"])
        assert CANARY not in server.log_file.read_text()
        assert server.ask("{ company { name } }").status_code == 200
    assert await administrator.fetch("SELECT id, name FROM project ORDER BY id") == names


BROKEN_READ = """
from tenants.scope import Database

async def broken(*arguments, **options):
    raise RuntimeError("secret inside")

Database.read = broken
"""


async def test_unexpected_error_of_a_query(database: Any, world: World, home: Path) -> None:
    """G10: the same for a query."""
    with served(home, database, world, program=BROKEN_READ) as server:
        response = server.ask("{ company { name } }")
        assert response.status_code == 500
        assert response.json()["data"] is None
        assert "secret" not in response.text
        assert server.logged(response)["trace"][0]["message"] == "secret inside"
