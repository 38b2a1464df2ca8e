"""Logs are JSON lines that say what happened, to which request, for whom, and nothing that a caller wrote."""

import io
import logging
from typing import Any

import httpx
import orjson
import pytest
import structlog

from api import logs
from tests.conformance.test_mutations import CREATE, project
from tests.serving import Served

CANARY = "金丝雀-91be07"


def test_request_line(server: Served) -> None:
    """One line a request: id, method, path, status, time, cost, who."""
    response = server.ask("{ projects(first: 3) { nodes { name } } }", headers={"x-request-id": "trace-00000001"})
    line = server.logged(response)
    assert line.pop("ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "trace-00000001",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "cost": 3,
        "kind": "tenant",
        "organisation": str(server.world.company.id),
    }


def test_refused_request_line(server: Served) -> None:
    """A refusal has its code."""
    line = server.logged(server.ask("{ nothingLikeThis }"))
    assert (line["status"], line["code"], line["level"]) == (400, "GRAPHQL_VALIDATION_FAILED", "info")


def test_nothing_that_a_caller_wrote(server: Served) -> None:
    """No token, no personal data, no document text and no variables, however a request ends."""
    token = server.token()
    requests: list[dict[str, Any]] = [
        {"query": f'{{ projects(where: {{ name: {{ eq: "{CANARY}" }} }}) {{ nodes {{ id }} }} }}'},
        {"query": CREATE, "variables": {"input": project(CANARY)}},
        {"query": CREATE, "variables": {"input": project(CANARY, gridCount=-1)}},
        {"query": CREATE, "variables": {"input": CANARY}},
        {"query": CREATE, "variables": {"input": project(f"{CANARY}\0")}},
        {"query": f'{{ node(id: "{CANARY}") {{ id }} }}'},
        {"query": f"{{ a: {CANARY} }}"},
        {"query": "{ __typename }", "operationName": CANARY},
        {"query": f'{{ project(id: "{CANARY}" }}'},
        {"query": f'# {CANARY}\n query ($a: String = "{CANARY}") {{ __typename @include(if: $a) }}'},
    ]
    for request in requests:
        httpx.post(server.graphql, json=request, headers=server.headers())
    for path in (f"/{CANARY}", f"/graphql?query={CANARY}", f"/healthz?{CANARY}", f"/graphql/{token}"):
        httpx.get(f"{server.url}{path}", headers={"authorization": f"Bearer {token}"})
    httpx.post(server.graphql, headers={"authorization": f"Bearer {token}x", "user-agent": "canary-91be07"})
    last = server.logged(server.ask("{ company { name } }", headers={"x-request-id": "the-last-one"}))
    assert last["status"] == 200
    written = server.log_file.read_text()
    assert len(server.logs()) > len(requests)
    for secret in (CANARY, "91be07", token, token.split(".")[1], "projects", "createProject"):
        assert secret not in written


@pytest.fixture
def stream() -> Any:
    """A place for log lines of this process."""
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    before = logging.getLogger().handlers, logging.getLogger().level
    logs.configure("info", text)
    yield raw
    logging.getLogger().handlers, logging.getLogger().level = before
    structlog.reset_defaults()


def test_libraries_log_json_too(stream: io.BytesIO) -> None:
    """What libraries log has the same form; what they merely chat about is left out."""
    logging.getLogger("asyncpg").warning("the pool is %s", "slow")
    logging.getLogger("sqlalchemy.engine").info("SELECT secret")
    (line,) = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["level"]) == ("the pool is slow", "warning")


def test_trace_is_whole_but_for_what_was_sent(stream: io.BytesIO) -> None:
    """Types, places and messages of an error and its causes; values the caller sent are cut out of them."""
    try:
        try:
            int("张三丰")
        except ValueError as error:
            raise RuntimeError("no member 13812345678 named 张三丰") from error
    except RuntimeError as error:
        sent = ({"input": {"name": "张三丰", "phones": [13812345678]}},)
        structlog.get_logger().error("failed", exc_info=error, sent=sent)
    line = orjson.loads(stream.getvalue())
    assert [each["type"] for each in line["trace"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert line["trace"][0]["message"] == "no member ‹…› named ‹…›"
    assert "test_logs.py" in line["trace"][1]["frames"][0]
    assert "张三丰".encode() not in stream.getvalue()


async def test_rows_quoted_by_the_database_are_left_out(stream: io.BytesIO, administrator: Any) -> None:
    """PostgreSQL quotes rows in its details; they are personal data."""
    await administrator.execute("CREATE TEMP TABLE person (name text PRIMARY KEY)")
    await administrator.execute("INSERT INTO person VALUES ('李四光')")
    try:
        await administrator.execute("INSERT INTO person VALUES ('李四光')")
    except Exception as error:
        structlog.get_logger().error("failed", exc_info=error)
    assert "李四光".encode() not in stream.getvalue()
    assert b"23505" in stream.getvalue()
    assert b"person_pkey" in stream.getvalue()
