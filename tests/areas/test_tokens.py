"""Access tokens: only a token that this installation minted, for this audience, that has not expired, is believed."""

import base64
import hmac
import json
import stat
import string
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from api.signing import Keys
from api.tokens import LEEWAY_S, REMEMBERED, REMEMBERED_S, Claims, InvalidToken, Tokens
from infra.refusal import Refusal
from infra.settings import Settings

MEMBER = UUID("0198f0c2-0000-7000-8000-000000000001")
COMPANY = UUID("0198f0c2-0000-7000-8000-000000000002")
ISSUER = "https://linli.example"
AUDIENCE = "https://linli.example/graphql"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

KEY = ECKey.generate_key("P-256", private=True, auto_kid=True)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def issuer_of(
    key: ECKey = KEY, *, issuer: str = ISSUER, audience: str = AUDIENCE, clock: Clock | None = None
) -> Tokens:
    return Tokens(Keys(KeySet([key])), issuer=issuer, audience=audience, clock=clock or Clock())


def mint(tokens: Tokens, **options: Any) -> str:
    return tokens.mint("tenant", member_id=MEMBER, organisation_id=COMPANY, **options)


def forged(change: Callable[[dict[str, Any], dict[str, Any]], None], key: Any = KEY) -> str:
    """A token signed with the real key (or another) whose header or claims were changed before signing."""
    genuine = mint(issuer_of())
    header, claims = (json.loads(decoded(part)) for part in genuine.split(".")[:2])
    change(header, claims)
    while True:
        token = jwt.encode(header, claims, key, algorithms=[header["alg"]], default_type=None)
        if int.from_bytes(decoded(token.split(".")[2])[32:]) <= ORDER // 2:
            return token


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


GENUINE_ISSUER = issuer_of()
GENUINE = mint(GENUINE_ISSUER)


def test_a_minted_token_says_what_was_put_in() -> None:
    """RFC 9068: header and claims have the profile's names, and verify gives back what mint was given."""
    tokens = issuer_of()
    token = mint(tokens, roles=["TENANT_ADMIN"], scope=["project:read", "company:read"], client_id="portal")
    header, body = (json.loads(decoded(part)) for part in token.split(".")[:2])

    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": KEY.thumbprint()}
    assert body["iss"] == ISSUER
    assert body["aud"] == AUDIENCE
    assert body["exp"] - body["iat"] == 600
    assert body["scope"] == "company:read project:read"
    assert tokens.verify(token) == Claims(
        kind="tenant",
        member_id=MEMBER,
        organisation_id=COMPANY,
        roles=("TENANT_ADMIN",),
        scope=frozenset({"project:read", "company:read"}),
        client_id="portal",
        token_id=body["jti"],
        issued_at=body["iat"],
        expires_at=body["exp"],
    )


def test_two_tokens_of_one_member_differ() -> None:
    tokens = issuer_of()
    assert tokens.verify(mint(tokens)).token_id != tokens.verify(mint(tokens)).token_id


def set_header(**values: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda header, claims: header.update(values)


def set_claims(**values: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda header, claims: claims.update(values)


def without(name: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda header, claims: (header if name in header else claims).pop(name) and None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (set_claims(iss="https://elsewhere.example"), "claim iss"),
        (set_claims(aud="https://linli.example/other"), "claim aud"),
        (set_claims(aud=["https://linli.example/other"]), "claim aud"),
        (set_claims(aud=[]), "claim aud"),
        (set_claims(exp="tomorrow"), "claim exp"),
        (set_claims(exp=float("nan")), "claim exp"),
        (set_claims(exp=True), "claim exp"),
        (set_claims(exp=0), "expired"),
        (set_claims(nbf=int(time.time()) + 3600), "claim nbf"),
        (set_claims(iat=int(time.time()) + 3600), "claim iat"),
        (set_claims(kind="worker"), "incomplete"),
        (set_claims(kind=["tenant"]), "incomplete"),
        (set_claims(sub="nobody"), "incomplete"),
        (set_claims(org="'; DROP TABLE company; --"), "incomplete"),
        (set_claims(org=5), "incomplete"),
        (set_claims(roles="TENANT_ADMIN"), "incomplete"),
        (set_claims(scope=["project:read"]), "incomplete"),
        (set_header(typ="JWT"), "not an access token"),
        (set_header(typ="id_token+jwt"), "not an access token"),
        (set_header(kid="unknown"), "unknown key"),
        (set_header(kid=""), "unknown key"),
        *[(without(name), "claim") for name in ("iss", "aud", "exp", "iat", "sub", "jti", "client_id")],
        *[(without(name), "incomplete") for name in ("kind", "org", "roles")],
        (without("typ"), "not an access token"),
        (without("kid"), "unknown key"),
    ],
)
def test_a_token_that_is_well_signed_but_wrong_is_refused(
    change: Callable[[dict[str, Any], dict[str, Any]], None], reason: str
) -> None:
    """O5: wrong or missing claims and header members get a refusal that names what is wrong."""
    with pytest.raises(InvalidToken, match=reason):
        issuer_of().verify(forged(change))


def test_several_audiences_may_include_ours() -> None:
    token = forged(set_claims(aud=["https://other.example", AUDIENCE]))
    assert issuer_of().verify(token).member_id == MEMBER


def test_an_unsigned_token_is_refused() -> None:
    """O5: `alg: none` is refused, with an empty signature and with one of the right length."""
    header = encoded(json.dumps({"alg": "none", "typ": "at+jwt", "kid": KEY.thumbprint()}).encode())
    body = mint(issuer_of()).split(".")[1]
    for signature in ("", "A" * 86):
        with pytest.raises(InvalidToken):
            issuer_of().verify(f"{header}.{body}.{signature}")


@pytest.mark.parametrize("secret", [KEY.as_pem(private=False), KEY.as_bytes(private=False), b""])
def test_the_public_key_is_no_secret_to_sign_with(secret: bytes) -> None:
    """O5: HS512, whose signature has the length of ES256's, is refused with our public key as its secret."""
    header = encoded(json.dumps({"alg": "HS512", "typ": "at+jwt", "kid": KEY.thumbprint()}).encode())
    signed = f"{header}.{GENUINE.split('.')[1]}"
    with pytest.raises(InvalidToken):
        issuer_of().verify(f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha512'))}")


def test_another_algorithm_or_key_is_refused() -> None:
    """O5: with our key's id, but signed otherwise."""
    for algorithm, key in (
        ("ES256", ECKey.generate_key("P-256", private=True)),
        ("ES256K", ECKey.generate_key("secp256k1", private=True)),
        ("RS256", RSAKey.generate_key(2048)),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
    ):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": KEY.thumbprint()}
        payload = decoded(GENUINE.split(".")[1])
        token = jws.serialize_compact(header, payload, key, algorithms=[algorithm])
        with pytest.raises(InvalidToken):
            issuer_of().verify(token)


def test_a_key_inside_the_token_is_not_believed() -> None:
    """O5: `jwk` in the header cannot bring its own key."""
    own = ECKey.generate_key("P-256", private=True, auto_kid=True)
    header = {"alg": "ES256", "typ": "at+jwt", "jwk": own.as_dict(private=False), "kid": own.kid}
    token = jws.serialize_compact(header, decoded(GENUINE.split(".")[1]), own, algorithms=["ES256"])
    with pytest.raises(InvalidToken):
        issuer_of().verify(token)


def test_a_token_of_another_installation_is_refused() -> None:
    """O5: same issuer and audience, another key."""
    token = mint(issuer_of(ECKey.generate_key("P-256", private=True, auto_kid=True)))
    with pytest.raises(InvalidToken, match="unknown key"):
        issuer_of().verify(token)


def test_a_token_expires_whether_it_was_seen_before_or_not() -> None:
    """O5: a remembered token is refused from the same moment as a new one."""
    clock = Clock()
    tokens = issuer_of(clock=clock)
    token = mint(tokens, lifetime=timedelta(seconds=30))
    tokens.verify(token)
    clock.now += 29
    tokens.verify(token)
    clock.now += 1 + LEEWAY_S + 1
    with pytest.raises(InvalidToken, match="expired"):
        tokens.verify(token)
    with pytest.raises(InvalidToken, match="expired"):
        issuer_of(clock=clock).verify(token)


def test_what_is_remembered_is_bounded_in_number_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of tokens cannot fill the memory, and a remembered token is looked at again within a minute."""
    monkeypatch.setattr("api.tokens.REMEMBERED", 8)
    clock = Clock()
    tokens = issuer_of(clock=clock)
    kept = [mint(tokens) for _ in range(20)]
    for token in kept:
        tokens.verify(token)
    assert len(tokens._remembered) == 8

    verified: list[str] = []
    original = tokens._verified

    def counted(token: str) -> Claims:
        verified.append(token)
        return original(token)

    monkeypatch.setattr(tokens, "_verified", counted)
    tokens.verify(kept[-1])
    assert verified == []
    clock.now += REMEMBERED_S + 1
    tokens.verify(kept[-1])
    assert verified == [kept[-1]]
    assert REMEMBERED >= 1_000


ALPHABET = string.ascii_letters + string.digits + "-_.=+/ \n\x00é"


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The genuine token with one to three edits: a character replaced, inserted, removed, or a part swapped."""
    token = GENUINE
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(token) - 1))
        character = draw(st.sampled_from(ALPHABET))
        kind = draw(st.sampled_from(["replace", "insert", "remove", "case", "cut", "double"]))
        if kind == "replace":
            token = token[:place] + character + token[place + 1 :]
        elif kind == "insert":
            token = token[:place] + character + token[place:]
        elif kind == "remove":
            token = token[:place] + token[place + 1 :]
        elif kind == "case":
            token = token[:place] + token[place].swapcase() + token[place + 1 :]
        elif kind == "cut":
            token = token[: place + 1]
        else:
            token = token[:place] + token[place:] + token[place:]
    return token


def other_signature(token: str) -> str:
    """The same token with the other of the two signatures that ECDSA gives to a message."""
    head, _, signature = token.rpartition(".")
    raw = decoded(signature)
    return f"{head}.{encoded(raw[:32] + (ORDER - int.from_bytes(raw[32:])).to_bytes(32))}"


@given(mutations())
@example(GENUINE + "=")
@example(GENUINE + "\n")
@example(GENUINE[:-1] + string.ascii_letters[(string.ascii_letters.index("A") + 1)])
@example(GENUINE.replace(".", "..", 1))
@example(other_signature(GENUINE))
def test_no_mutation_of_a_token_verifies(mutated: str) -> None:
    """O5: a token has exactly one spelling; every other text is refused with a short ASCII reason."""
    if mutated == GENUINE:
        return
    with pytest.raises(InvalidToken) as refused:
        GENUINE_ISSUER.verify(mutated)
    assert refused.value.reason.isascii()
    assert '"' not in refused.value.reason
    assert len(refused.value.reason) < 80


@pytest.mark.parametrize("last", "AQgw")
def test_unused_bits_of_the_signature_are_zero(last: str) -> None:
    """O5: the last character of a signature carries two bits; the sixteen spellings of each are not all taken."""
    genuine = next(token for token in iter(lambda: mint(GENUINE_ISSUER), None) if token[-1] == last)
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    same = [c for c in alphabet if decoded(genuine[-4:-1] + c)[:2] == decoded(genuine[-4:])[:2] and c != last]
    assert same
    for character in same:
        with pytest.raises(InvalidToken):
            GENUINE_ISSUER.verify(genuine[:-1] + character)


@given(st.text())
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(InvalidToken):
        GENUINE_ISSUER.verify(text)


@given(st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.integers() | st.text(max_size=8), st.lists)))
def test_any_signed_claims_are_refused_unless_complete(claims: dict[str, Any]) -> None:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.thumbprint()}
    with pytest.raises(InvalidToken):
        GENUINE_ISSUER.verify(jwt.encode(header, claims, KEY, algorithms=["ES256"]))


def test_the_challenge_is_a_header_value() -> None:
    """RFC 6750: the reason travels in WWW-Authenticate."""
    assert InvalidToken("The token has expired").challenge == (
        'Bearer realm="linli", error="invalid_token", error_description="The token has expired"'
    )


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    token = mint(Tokens.of(settings))
    assert Tokens.of(settings).verify(token).member_id == MEMBER
    assert [path.name for path in settings.home.iterdir()] == ["signing-key.json"]
    key = settings.home / "signing-key.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700

    key.chmod(0o644)
    with pytest.raises(Refusal, match="chmod 600"):
        Tokens.of(settings)


def test_an_older_key_still_verifies_and_the_first_one_signs() -> None:
    """O9: after a rotation both keys verify, and new tokens carry the new key's id."""
    new = ECKey.generate_key("P-256", private=True, auto_kid=True)
    old_token = mint(issuer_of())
    both = Tokens(Keys(KeySet([new, KEY])), issuer=ISSUER, audience=AUDIENCE)
    assert both.verify(old_token).member_id == MEMBER
    assert json.loads(decoded(mint(both).split(".")[0]))["kid"] == new.thumbprint()
