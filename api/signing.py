"""The installation's own ES256 keys (签名密钥): whoever has their published half finds out what they signed."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final, Self

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, KeySet

from infra.secret import kept
from infra.settings import Settings

ALGORITHM: Final = "ES256"

# One token has one spelling. Decoders of base64 forgive stray characters and unused bits, so the form is checked
# before anything is decoded: 64 bytes of signature are 86 characters, the last of which carries two bits.
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{1,680}\.[A-Za-z0-9_-]{1,4096}\.[A-Za-z0-9_-]{85}[AQgw]", re.ASCII)
# For the same reason only one of the two signatures that ECDSA gives to one message counts: the one with the lower s.
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class NotSigned(Exception):
    """It was not signed by these keys, or is not of the type meant; the reason is short and ASCII."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Keys:
    """Signs with the first of its keys, and knows what any of them has signed."""

    def __init__(self, keys: KeySet) -> None:
        self._keys: dict[str, ECKey] = {}
        for key in keys:
            if not isinstance(key, ECKey) or key.curve_name != "P-256":
                raise ValueError("tokens and certificates are signed with P-256 keys")
            self._keys[key.thumbprint()] = key
        self._signing_kid = next(iter(self._keys))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The keys of this installation; the first is made on first use and kept in the home."""
        text = kept(settings.home / "signing-key.json", _new_key_set)
        return cls(KeySet.import_key_set(json.loads(text)))

    @property
    def published(self) -> dict[str, Any]:
        """The public halves as a JWK set (RFC 7517)."""
        keys = [{**key.as_dict(private=False), "kid": kid} for kid, key in self._keys.items()]
        return {"keys": [{**key, "use": "sig", "alg": ALGORITHM} for key in keys]}

    def sign(self, type: str, claims: Mapping[str, Any]) -> str:
        """The claims as a compact JWS of a type."""
        header = {"alg": ALGORITHM, "typ": type, "kid": self._signing_kid}
        key = self._keys[self._signing_kid]
        while True:
            token = jwt.encode(header, dict(claims), key, algorithms=[ALGORITHM])
            if _has_lower_s(token):
                return token

    def read(self, type: str, token: str) -> dict[str, Any]:
        """What a JWS of a type says; raises `NotSigned`."""
        if not _FORM.fullmatch(token) or not _has_lower_s(token):
            raise NotSigned("malformed")
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
        except BadSignatureError:
            raise NotSigned("signature is wrong") from None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise NotSigned("malformed") from None
        if decoded.header.get("typ") != type:
            raise NotSigned("of another type")
        return dict(decoded.claims)

    def _key_of(self, signature: Any) -> ECKey:
        kid = signature.headers().get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise NotSigned("signed with an unknown key")
        return key


def _new_key_set() -> str:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, private=True, auto_kid=True)
    return json.dumps(KeySet([key]).as_dict(private=True), indent=2)


def _has_lower_s(token: str) -> bool:
    signature = base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
    return int.from_bytes(signature[32:]) <= _P256_ORDER // 2
