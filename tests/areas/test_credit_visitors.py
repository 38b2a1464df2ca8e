"""The public query over HTTP: answered without signing in, nothing else is, and no address may ask too often."""

import httpx
import pytest

from api.app import VISITOR_BURST
from api.visitors import Visitors
from tests.serving import Served

QUERY = '{ publicCredit(uscc: "91370400NOSUCH0001") { name } }'


@pytest.fixture
def visitor(server: Served) -> httpx.Client:
    """Somebody without a token."""
    return httpx.Client(base_url=server.url)


def asked(visitor: httpx.Client, query: str, **more: str) -> httpx.Response:
    """The response to a query."""
    return visitor.post("/graphql", json={"query": query}, headers=more)


@pytest.mark.parametrize(
    "query",
    [
        "{ companies { nodes { name } } }",
        '{ publicCredit(uscc: "x") { name } companies { nodes { name } } }',
        '{ publicCredit(uscc: "x") { name } __schema { types { name } } }',
        "{ __typename publicCredit",
        "mutation { publicCredit }",
        "{ __typename }",
        '{ creditCheck(usccs: ["x"], asOf: "2026-01-01", minimumGrade: "A") { found } }',
    ],
)
def test_nothing_else_is_answered_without_a_token(visitor: httpx.Client, query: str) -> None:
    """401 with the challenge, whatever it asks beside or instead."""
    with visitor:
        answer = asked(visitor, query)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_public_query_is_answered_until_it_is_too_often(visitor: httpx.Client) -> None:
    """Then 429 and how long to wait. A wrong token is refused all the same."""
    with visitor:
        answers = [asked(visitor, QUERY) for _ in range(2 * VISITOR_BURST)]
        assert asked(visitor, QUERY, authorization="Bearer x").status_code == 401
    first, *_, answer = answers
    assert (first.status_code, first.json()["data"]) == (200, {"publicCredit": None})
    assert answer.status_code == 429
    assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert int(answer.headers["retry-after"]) >= 1


def test_a_bucket_fills_again() -> None:
    """Each address has its own; of IPv6, each network of one customer."""
    now = 0.0
    visitors = Visitors(per_minute=30, burst=2, clock=lambda: now)
    assert [visitors.wait("192.0.2.1") for _ in range(3)] == [0, 0, 2]
    assert visitors.wait("192.0.2.2") == 0
    now = 2.0
    assert [visitors.wait("192.0.2.1") for _ in range(2)] == [0, 2]
    assert [visitors.wait(f"2001:db8::{n}") for n in range(3)] == [0, 0, 2]
    assert visitors.wait("2001:db8:0:1::1") == 0
