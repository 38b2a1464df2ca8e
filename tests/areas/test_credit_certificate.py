"""A certificate is checked offline with the published key, by the page, and refused once a character was changed."""

import asyncio

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.credit import TYPE, VISITOR_BURST
from api.signing import Keys
from api.tokens import Tokens
from tenants.credit import standing
from tenants.row import today
from tests.areas.credit import CITY, Bureau, publish, scheme
from tests.areas.town import Firm, Town
from tests.serving import Served


@pytest.fixture(scope="module")
async def firm(town: Town, server: Served) -> Firm:
    """A company with a score and an entry in its history, in the database that is served."""
    await publish(town, CITY, scheme())
    made = await town.company("枣庄<b>云溪</b>物业服务有限公司")
    await town.do(made.admin, standing.enrol, "入库材料1号")
    await (await Bureau.of(town)).effective(made)
    return made


@pytest.fixture(scope="module")
def issued(server: Served, firm: Firm) -> dict[str, str]:
    """What the company gets."""
    answer = httpx.get(f"{server.url}/credit/certificate", headers=signed_in(server, firm)).raise_for_status()
    found: dict[str, str] = answer.json()
    return found


def signed_in(server: Served, firm: Firm) -> dict[str, str]:
    """The headers of the company's administrator."""
    assert firm.admin.actor_id is not None
    token = Tokens.of(server.settings).mint("tenant", member_id=firm.admin.actor_id, organisation_id=firm.id)
    return {"authorization": f"Bearer {token}"}


async def test_anyone_checks_it_offline(town: Town, server: Served, firm: Firm, issued: dict[str, str]) -> None:
    """With nothing but the published key set, which holds no private part; it says what is public, as of today."""
    published = httpx.get(f"{server.url}/.well-known/jwks.json").raise_for_status().json()
    assert not {"d", "k"} & {name for key in published["keys"] for name in key}
    said = jwt.decode(issued["certificate"], KeySet.import_key_set(published), algorithms=["ES256"])
    assert said.header["typ"] == "credit+jwt"
    uscc = (await town.row("company", firm.id))["uscc"]
    assert (said.claims["sub"], said.claims["score"], said.claims["grade"]) == (uscc, "-5.00", "C")
    assert said.claims["asOf"] == str(today())
    head = "SELECT hash FROM credit_entry WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1"
    assert said.claims["history"] == await town.administrator.fetchval(head, firm.id)


def test_the_page_shows_a_genuine_one(server: Served, issued: dict[str, str]) -> None:
    """In Chinese and English, escaped, from nowhere but this server; the QR code is an SVG of its address."""
    page = httpx.get(f"{server.url}/credit/verify", params={"c": issued["certificate"]})
    assert page.status_code == 200
    assert "证明有效" in page.text
    assert "Genuine" in page.text
    assert "枣庄&lt;b&gt;云溪&lt;/b&gt;物业服务有限公司" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text.replace(server.url, "")
    assert issued["verify"].endswith(f"/credit/verify?c={issued['certificate']}")
    assert issued["qr"].startswith("<svg")
    empty = httpx.get(f"{server.url}/credit/verify")
    assert (empty.status_code, "证明有效" in empty.text, "证明无效" in empty.text) == (200, False, False)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), other=st.sampled_from("ABCxyz019-_."))
def test_a_tampered_one_is_refused(server: Served, issued: dict[str, str], at: int, other: str) -> None:
    """Whichever character is another; by the page and with the key alone."""
    text = issued["certificate"]
    at %= len(text)
    if text[at] == other:
        return
    changed = text[:at] + other + text[at + 1 :]
    page = httpx.get(f"{server.url}/credit/verify", params={"c": changed})
    assert page.status_code == 422
    assert "证明无效" in page.text


def test_an_access_token_is_no_certificate(server: Served, firm: Firm, issued: dict[str, str]) -> None:
    """Nor a certificate an access token, although one key signs both."""
    token = signed_in(server, firm)["authorization"].removeprefix("Bearer ")
    assert httpx.get(f"{server.url}/credit/verify", params={"c": token}).status_code == 422
    certificate = {"authorization": f"Bearer {issued['certificate']}"}
    assert httpx.get(f"{server.url}/credit/certificate", headers=certificate).status_code == 401
    assert httpx.get(f"{server.url}/credit/verify", params={"c": "x" * 9_000}).status_code == 422


def test_another_key_signs_none(issued: dict[str, str]) -> None:
    """A key set that is not this server's does not confirm it."""
    other = KeySet.generate_key_set("EC", "P-256")
    with pytest.raises((JoseError, ValueError)):
        jwt.decode(issued["certificate"], other, algorithms=["ES256"])


async def test_only_a_company_with_a_score_gets_one(town: Town, server: Served, firm: Firm) -> None:
    """A regulator, a visitor and a company that has no score get none, each told why."""
    city = await town.regulator(CITY)
    assert city.actor_id is not None
    assert city.regulator_id is not None
    token = Tokens.of(server.settings).mint("regulator", member_id=city.actor_id, organisation_id=city.regulator_id)
    address = f"{server.url}/credit/certificate"
    assert httpx.get(address, headers={"authorization": f"Bearer {token}"}).status_code == 403
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, headers=signed_in(server, await town.company())).status_code == 404


async def test_one_company_does_not_take_every_connection(town: Town, server: Served, firm: Firm) -> None:
    """F2: while the database keeps a company's certificates waiting, however many it asks for, others are answered."""
    other = signed_in(server, await town.company())
    waiting = """SELECT count(*) FROM pg_locks WHERE relation = 'public_credit'::regclass AND NOT granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    async with (
        httpx.AsyncClient(base_url=server.url, headers=signed_in(server, firm)) as client,
        asyncio.TaskGroup() as group,
        town.administrator.transaction(),
    ):
        await town.administrator.execute("LOCK TABLE public_credit")
        connections = server.settings.pool_size
        asked = [group.create_task(client.get("/credit/certificate")) for _ in range(connections + 2)]
        while await town.administrator.fetchval(waiting) < connections - 1:
            await asyncio.sleep(0.01)
        answer = await client.post("/graphql", headers=other, json={"query": "{ company { name } }"})
    assert answer.status_code == 200
    assert {each.result().status_code for each in asked} == {200}


def test_an_expired_one_is_refused(server: Served, issued: dict[str, str]) -> None:
    """By LINLI_CERTIFICATE_DAYS, which the page names; until when one is valid is printed on it."""
    keys = Keys.of(server.settings)
    claims = keys.read(TYPE, issued["certificate"])
    assert claims["exp"] - claims["iat"] == server.settings.certificate_days * 86_400
    page = httpx.get(f"{server.url}/credit/verify", params={"c": issued["certificate"]})
    assert "有效期至" in page.text
    old = keys.sign(TYPE, {**claims, "iat": 1_700_000_000, "exp": 1_700_000_000 + 30 * 86_400})
    expired = httpx.get(f"{server.url}/credit/verify", params={"c": old})
    assert (expired.status_code, "证明有效" in expired.text) == (422, False)
    assert "LINLI_CERTIFICATE_DAYS" in expired.text
    assert "2023-12-15 06:13" in expired.text


def test_no_address_checks_too_often(server: Served) -> None:
    """429 and how long to wait; what a client says of its address is nothing while no proxy is trusted."""
    with httpx.Client(base_url=server.url) as client:
        answers = [
            client.get("/credit/verify", params={"c": "x"}, headers={"x-forwarded-for": f"192.0.2.{at}"})
            for at in range(VISITOR_BURST + 5)
        ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
