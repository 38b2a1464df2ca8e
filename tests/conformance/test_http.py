"""The endpoint keeps to GraphQL over HTTP and answers everything else with an error in JSON."""

import asyncio
import contextlib
import re
import socket
import time
from datetime import timedelta
from typing import Any

import httpx
import psutil
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.serving import Served

CHINESE = re.compile("[\u4e00-\u9fff]")

COMPANY = "{ company { name } }"


def errors(response: httpx.Response, code: str) -> list[dict[str, Any]]:
    """The errors of a refused request, checked for the one shape that errors have."""
    assert response.headers["content-type"] in (
        "application/json; charset=utf-8",
        "application/graphql-response+json; charset=utf-8",
    )
    body = response.json()
    assert "data" not in body
    found: list[dict[str, Any]] = body["errors"]
    for error in found:
        assert error["message"]
        assert error["extensions"]["code"] == code
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    return found


def bilingual(response: httpx.Response, code: str) -> None:
    """Our own refusals speak Chinese and English."""
    for error in errors(response, code):
        chinese, _, english = error["message"].partition(" / ")
        assert CHINESE.search(chinese)
        assert english
        assert not CHINESE.search(english)


@pytest.fixture
def headers(server: Served) -> dict[str, str]:
    """Those of a well-formed POST."""
    return server.headers(**{"content-type": "application/json"})


class TestBodies:
    """What is not a well-formed request is refused with 4xx and JSON (G2)."""

    @pytest.mark.parametrize(
        "body",
        [
            b"null", b"5", b'"x"', b"[]", b"{", b"", b"true", b"{}", b'{"query": null}', b'{"query": 5}',
            b'{"query": "{ __typename }", "variables": []}', b'{"query": "{ __typename }", "variables": "x"}',
            b'{"query": "{ __typename }", "operationName": 5}', b'{"query": "{ __typename }", "extensions": 0}',
            b'[{"query": "{ __typename }"}]', b'{"query": "\xff\xfe"}', b"\xff\xfe\x00", b'{"query": "\\ud800"}',
            b"[" * 5_000, b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_001,
            b"\x1f\x8b\x08\x00",
        ],
        ids=lambda body: repr(body[:40]),
    )  # fmt: skip
    def test_malformed_body(self, server: Served, headers: dict[str, str], body: bytes) -> None:
        """G2."""
        response = httpx.post(server.graphql, content=body, headers=headers)
        assert response.status_code == 400
        bilingual(response, "BAD_REQUEST")

    def test_ten_megabytes(self, server: Served, headers: dict[str, str]) -> None:
        """G2: what is announced as too large is refused before it is sent."""
        body = b'{"query": "' + b" " * 10_000_000 + b'"}'
        response = httpx.post(server.graphql, content=body, headers=headers)
        assert response.status_code == 413
        bilingual(response, "PAYLOAD_TOO_LARGE")

    def test_endless_body_is_cut_off(self, server: Served, headers: dict[str, str]) -> None:
        """G2: a body of unknown length is read up to the limit and not kept."""
        sent = 0

        def endless() -> Any:
            nonlocal sent
            yield b'{"query": "'
            while sent < 500_000_000:
                sent += 65_536
                yield b" " * 65_536

        try:
            response = httpx.post(server.graphql, content=endless(), headers=headers)
        except httpx.WriteError:
            pass  # the server closed the connection while we were still sending
        else:
            assert response.status_code == 413
        assert sent < 100_000_000
        assert server.ask(COMPANY).status_code == 200

    def test_body_that_never_ends_is_given_up(self, server: Served, headers: dict[str, str]) -> None:
        """G2: a client that announces a body and does not send it holds nothing for long."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["POST /graphql HTTP/1.1", "host: x", "content-length: 100", *lines, "", "{"])
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.settings.port), timeout=30) as connection:
            connection.sendall(head.encode())
            answer = connection.recv(1_000)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert time.monotonic() - started < 20

    @pytest.mark.parametrize("form", ["many headers", "one header", "address"])
    def test_endless_head_is_cut_off(self, server: Served, form: str) -> None:
        """G2: a head that does not end is not kept, whichever part of it grows."""
        piece = {"many headers": b"x: " + b"y" * 60 + b"\r\n", "one header": b"y" * 64, "address": b"z" * 64}[form]
        start = {
            "many headers": b"POST /graphql HTTP/1.1\r\n",
            "one header": b"POST /graphql HTTP/1.1\r\nx: ",
            "address": b"GET /graphql?query=",
        }[form]
        before = psutil.Process(server.process.pid).memory_info().rss
        sent = 0
        with socket.create_connection(("127.0.0.1", server.settings.port), timeout=30) as connection:
            connection.sendall(start)
            with contextlib.suppress(ConnectionError):
                while sent < 50_000_000:
                    connection.sendall(piece * 1_000)
                    sent += len(piece) * 1_000
        assert sent < 50_000_000
        assert psutil.Process(server.process.pid).memory_info().rss - before < 16 << 20
        assert server.ask(COMPANY).status_code == 200

    def test_long_head_is_fine(self, server: Served) -> None:
        """A long query by GET and long headers are no attack, also right after a large body on one connection."""
        long = {"query": "{ company { name } } #" + "x" * 20_000}
        with httpx.Client(headers=server.headers(accept="application/json", other="y" * 20_000)) as client:
            for _ in range(3):
                assert client.get(server.graphql, params=long).status_code == 200
                body = {"query": COMPANY, "extensions": {"padding": "x" * 900_000}}
                assert client.post(server.graphql, json=body).status_code == 200

    def test_body_in_pieces(self, server: Served, headers: dict[str, str]) -> None:
        """A body may come in pieces."""

        def pieces() -> Any:
            yield b'{"query": "{ com'
            time.sleep(0.1)
            yield b'pany { name } }"}'

        response = httpx.post(server.graphql, content=pieces(), headers=headers)
        assert response.status_code == 200
        assert response.json()["data"]["company"]["name"]

    def test_null_character_is_bad_input(self, server: Served) -> None:
        """G2: text the database cannot hold is the caller's error, in a variable as in the document."""
        query = "query ($name: String) { projects(where: { name: { eq: $name } }) { nodes { id } } }"
        response = server.ask(query, {"name": "a\0b"})
        assert response.status_code == 400
        errors_ = response.json()["errors"]
        assert errors_[0]["extensions"]["code"] == "BAD_USER_INPUT"
        response = server.ask('{ projects(where: { name: { eq: "a\\u0000b" } }) { nodes { id } } }')
        assert response.status_code == 400


class TestMethodsAndTypes:
    """Each wrong way of asking has its own status (G3)."""

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
    def test_other_methods(self, server: Served, headers: dict[str, str], method: str) -> None:
        """G3."""
        response = httpx.request(method, server.graphql, headers=headers)
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, POST"
        if method != "HEAD":
            bilingual(response, "METHOD_NOT_ALLOWED")

    def test_mutation_by_get(self, server: Served) -> None:
        """G3: a mutation sent by GET is refused whatever it holds, and says which method is allowed."""
        for query in ("mutation { __typename }", "query a { __typename } mutation b { __typename }"):
            response = httpx.get(
                server.graphql,
                params={"query": query, "operationName": "b" if " b" in query else ""},
                headers=server.headers(accept="application/json"),
            )
            assert response.status_code == 405
            assert response.headers["allow"] == "POST"
            bilingual(response, "METHOD_NOT_ALLOWED")

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql",
         "application/json; charset=gbk", "application/jsonx", None],
    )  # fmt: skip
    def test_wrong_content_type(self, server: Served, content_type: str | None) -> None:
        """G3: also what a form on another site could send."""
        chosen = {} if content_type is None else {"content-type": content_type}
        body = b'{"query": "{ __typename }"}'
        response = httpx.post(server.graphql, content=body, headers=server.headers(**chosen))
        assert response.status_code == 415
        bilingual(response, "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize("accept", ["text/html", "image/*", "application/xml, text/*", "application/json;q=0"])
    def test_unacceptable(self, server: Served, headers: dict[str, str], accept: str) -> None:
        """G3."""
        response = httpx.post(server.graphql, json={"query": COMPANY}, headers=headers | {"accept": accept})
        assert response.status_code == 406
        bilingual(response, "NOT_ACCEPTABLE")

    @pytest.mark.parametrize(
        ("accept", "given"),
        [
            ("*/*", "application/json"),
            ("application/*", "application/json"),
            ("application/json", "application/json"),
            ("application/graphql-response+json", "application/graphql-response+json"),
            ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
            ("application/json;q=0.5, application/graphql-response+json;q=0.4", "application/json"),
            ("text/html, application/json;q=0.1", "application/json"),
            ("Application/JSON; charset=utf-8", "application/json"),
        ],
    )
    def test_media_types(self, server: Served, headers: dict[str, str], accept: str, given: str) -> None:
        """G1: the type is negotiated."""
        response = httpx.post(server.graphql, json={"query": COMPANY}, headers=headers | {"accept": accept})
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{given}; charset=utf-8"

    def test_get(self, server: Served) -> None:
        """G1: a query by GET, with its variables."""
        response = httpx.get(
            server.graphql,
            params={
                "query": "query ($first: Int) { projects(first: $first) { nodes { name } } }",
                "variables": '{"first": 1}',
            },
            headers=server.headers(accept="application/json"),
        )
        assert response.status_code == 200
        assert len(response.json()["data"]["projects"]["nodes"]) == 1

    @pytest.mark.parametrize(
        "query", ["", "query=%ff", "query={__typename}&variables={", "query={__typename}&variables=5", "variables={}"]
    )
    def test_malformed_get(self, server: Served, query: str) -> None:
        """G2, by GET."""
        response = httpx.get(f"{server.graphql}?{query}", headers=server.headers(accept="application/json"))
        assert response.status_code == 400
        errors(response, "BAD_REQUEST")

    @pytest.mark.parametrize("accept", ["*/*", "text/html,*/*;q=0.8", "image/avif,*/*"])
    def test_get_that_a_page_elsewhere_could_cause(self, server: Served, accept: str) -> None:
        """G5: a link, an image or a form cannot make this server work."""
        response = httpx.get(server.graphql, params={"query": "{ __typename }"}, headers=server.headers(accept=accept))
        assert response.status_code == 400
        bilingual(response, "BAD_REQUEST")


class TestStatuses:
    """An error in the document or the variables is a 400; a client that names plain JSON gets that type's 200."""

    @pytest.mark.parametrize(
        ("query", "variables", "code"),
        [
            ("{", None, "GRAPHQL_PARSE_FAILED"),
            ("{ nothingLikeThis }", None, "GRAPHQL_VALIDATION_FAILED"),
            ("query ($id: ID!) { project(id: $id) { id } }", {}, "BAD_USER_INPUT"),
            ("query ($id: ID!) { project(id: $id) { id } }", {"id": {"a": 1}}, "BAD_USER_INPUT"),
            ("query ($first: Int) { projects(first: $first) { totalCount } }", {"first": "x"}, "BAD_USER_INPUT"),
            ("query ($first: Int) { projects(first: $first) { totalCount } }", {"first": 2**40}, "BAD_USER_INPUT"),
        ],
    )
    def test_request_errors(self, server: Served, query: str, variables: Any, code: str) -> None:
        """Unknown field, wrong type, missing variable: 400 with the GraphQL error."""
        for accept in ("application/graphql-response+json", "*/*"):
            response = server.ask(query, variables, headers={"accept": accept})
            assert response.status_code == 400
            errors(response, code)
        response = server.ask(query, variables, headers={"accept": "application/json"})
        assert response.status_code == 200
        errors(response, code)

    def test_operation_is_not_found(self, server: Served) -> None:
        """A document with several operations needs a name, and the right one."""
        for name in (None, "c"):
            body = {"query": "query a { __typename } query b { __typename }", "operationName": name}
            response = httpx.post(server.graphql, json=body, headers=server.headers())
            assert response.status_code == 400
            bilingual(response, "BAD_REQUEST")

    def test_chosen_operation_is_answered(self, server: Served) -> None:
        """The name chooses."""
        body = {"query": "query a { x: __typename } query b { y: __typename }", "operationName": "b"}
        response = httpx.post(server.graphql, json=body, headers=server.headers())
        assert response.json()["data"] == {"y": "Query"}

    @pytest.mark.parametrize(
        "arguments", ["first: 0", "first: 101", "first: -1", "last: 0", "last: 101", "first: 1, last: 1"]
    )
    def test_page_sizes(self, server: Served, arguments: str) -> None:
        """G8, over HTTP."""
        response = server.ask(f"{{ projects({arguments}) {{ nodes {{ id }} }} }}")
        assert response.status_code == 400
        bilingual(response, "BAD_USER_INPUT")

    def test_default_page(self, server: Served) -> None:
        """G8: twenty when nothing is said."""
        response = server.ask("{ divisions { nodes { id } } }")
        assert len(response.json()["data"]["divisions"]["nodes"]) == 20


class TestCost:
    """What a request may return is limited, and told (G6)."""

    def test_too_dear(self, server: Served) -> None:
        """G6: refused before execution, with the cost, the limit and that waiting does not help."""
        response = server.ask("{ companies(first: 100) { nodes { projects(first: 100) { nodes { id } } } } }")
        assert response.status_code == 400
        bilingual(response, "COST_EXCEEDED")
        extensions = response.json()["errors"][0]["extensions"]
        assert extensions["requested"] >= 10_000
        assert extensions["limit"] == 5_000
        assert extensions["retryAfter"] is None

    def test_a_report_in_many_cells_is_too_dear(self, server: Served) -> None:
        """G6: by the periods and divisions that it is asked for, not by its one line in the document."""
        text = """query ($until: Date!) {
            issueFigures(since: "2025-01-01", until: $until, every: MONTH, breakdown: true) {
                division { id } found %s
            }
        }"""
        told = server.ask(text % "", {"until": "2025-06-30"}).json()["extensions"]["cost"]
        assert told == {"requested": 20 * 6 * 10 * 2, "limit": 5_000}
        dear = server.ask(text % "another: division { name }", {"until": "2025-12-31"})
        assert dear.status_code == 400
        assert dear.json()["errors"][0]["extensions"]["requested"] == 20 * 12 * 10 * 3

    def test_cost_is_told(self, server: Served) -> None:
        """G6: every answer says what it was counted as."""
        response = server.ask("{ projects(first: 7) { nodes { estate { name } } } }")
        assert response.json()["extensions"] == {"cost": {"requested": 14, "limit": 5_000}}


class TestTokens:
    """Without a valid token there is no answer, and the refusal says so as RFC 6750 wants."""

    def test_no_token(self, server: Served) -> None:
        """401 with a bare challenge."""
        for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}):
            response = httpx.post(server.graphql, json={"query": COMPANY}, headers=headers)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith('Bearer realm="linli"')
            bilingual(response, "UNAUTHENTICATED")

    def test_wrong_tokens(self, server: Served) -> None:
        """Expired, signed by someone else, unsigned, for another audience, damaged: 401 `invalid_token`."""
        good = server.token()
        head, payload, signature = good.split(".")
        stranger = ECKey.generate_key("P-256")
        forged = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "x"}, {"sub": "x"}, stranger)
        wrong = [
            server.token(lifetime=timedelta(seconds=-60)),
            forged,
            f"{head}.{payload}.",
            f"{head}.{payload}.{signature[::-1]}",
            f"{head}.{payload[:-2]}.{signature}",
            "x",
            "é" * 10,
            "a" * 10_000,
        ]
        for token in wrong:
            authorization = b"Bearer " + token.encode("utf-8")
            response = httpx.post(server.graphql, json={"query": COMPANY}, headers={b"authorization": authorization})
            assert response.status_code == 401
            assert 'error="invalid_token"' in response.headers["www-authenticate"]
            bilingual(response, "UNAUTHENTICATED")

    def test_token_of_someone_unknown(self, server: Served) -> None:
        """A good signature for a member who is not there is no permission."""
        token = server.token(server.world.other.__class__(server.world.company.id, server.world.other.admin_id))
        response = httpx.post(server.graphql, json={"query": COMPANY}, headers={"authorization": f"Bearer {token}"})
        assert response.status_code == 401
        bilingual(response, "UNAUTHENTICATED")

    def test_token_with_fewer_permissions(self, server: Served) -> None:
        """A token may hold less than its member's role: the whole document is refused, naming field and permission."""
        token = server.token(scope=["company:read"])
        query = "{ company { name } projects { nodes { id } } }"
        response = httpx.post(server.graphql, json={"query": query}, headers={"authorization": f"Bearer {token}"})
        assert response.status_code == 403
        (error,) = errors(response, "FORBIDDEN")
        assert error["path"] == ["projects"]
        assert error["extensions"]["permission"] == "project:read"
        assert "project:read" in error["message"]


class TestHeaders:
    """Headers that every response has."""

    def test_answer_is_not_kept_or_sniffed(self, server: Served) -> None:
        """Answers belong to one caller."""
        response = server.ask(COMPANY)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "server" not in response.headers
        assert not [name for name in response.headers if name.startswith("access-control-")]

    def test_request_id_is_kept_when_it_is_one(self, server: Served) -> None:
        """A tracing id from outside is used; anything else is replaced."""
        response = server.ask(COMPANY, headers={"x-request-id": "trace-0123456789"})
        assert response.headers["x-request-id"] == "trace-0123456789"
        for other in ("short", "a b c d e f g h", "x" * 65, '{"evil": 1}', "<script>aaaa"):
            response = server.ask(COMPANY, headers={"x-request-id": other})
            assert response.headers["x-request-id"] != other
            assert len(response.headers["x-request-id"]) == 36


class TestOtherAddresses:
    """What else is served."""

    def test_sdl(self, server: Served) -> None:
        """The contract is there for everyone, without a token."""
        response = httpx.get(f"{server.url}/schema.graphql")
        assert response.status_code == 200
        assert "type Query" in response.text
        assert "物业项目" in response.text

    def test_health(self, server: Served) -> None:
        """Alive and ready."""
        assert httpx.get(f"{server.url}/healthz").json() == {"status": "alive"}
        assert httpx.get(f"{server.url}/readyz").json() == {"status": "ready"}

    def test_elsewhere(self, server: Served) -> None:
        """No page, no IDE: the same shape of error."""
        for path in ("/", "/graphiql", "/graphql/", "/playground"):
            response = httpx.get(f"{server.url}{path}", headers={"accept": "text/html"})
            assert response.status_code == 404
            assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        response = httpx.post(f"{server.url}/healthz")
        assert response.status_code == 405
        assert "GET" in response.headers["allow"]


async def test_many_at_once(server: Served) -> None:
    """Answers do not get mixed up: each request gets what it asked for, and its own id."""
    async with server.client() as client:

        async def one(number: int) -> None:
            query = f"{{ a{number}: company {{ name }} }}"
            response = await client.post(
                "/graphql", json={"query": query}, headers={"x-request-id": f"request-{number:05}"}
            )
            assert list(response.json()["data"]) == [f"a{number}"]
            assert response.headers["x-request-id"] == f"request-{number:05}"

        await asyncio.gather(*(one(number) for number in range(100)))
