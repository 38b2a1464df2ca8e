"""Access tokens (访问令牌) after RFC 9068: minted and verified with this installation's own ES256 key, nothing else.

A token says who asks and for whom. What the holder may do is looked up when it is used, so that a member who was
removed a moment ago is refused although the token has not expired.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, Self
from uuid import UUID

import uuid_utils
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from api.signing import Keys, NotSigned
from infra.settings import Settings

Kind = Literal["tenant", "regulator"]

TYPE: Final = "at+jwt"
CLIENT: Final = "linli"
LIFETIME: Final = timedelta(minutes=10)

# Clocks of two machines differ a little.
LEEWAY_S: Final = 5

# A token verified once is not verified again for a minute: the signature costs more than the rest of a small request.
REMEMBERED_S: Final = 60
REMEMBERED: Final = 10_000


class InvalidToken(Exception):
    """The token is not one of ours or not valid now; the reason is short, ASCII and safe to send back."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def challenge(self) -> str:
        """The value of `WWW-Authenticate` (RFC 6750)."""
        return f'Bearer realm="linli", error="invalid_token", error_description="{self.reason}"'


NO_TOKEN_CHALLENGE: Final = 'Bearer realm="linli"'  # noqa: S105
"""The value of `WWW-Authenticate` for a request that carries no token: it says nothing about an error."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    kind: Kind
    member_id: UUID
    organisation_id: UUID
    """The company (`kind` is tenant) or the regulator (`kind` is regulator) the member acts for."""
    roles: tuple[str, ...]
    """The roles at the time of minting, to show; what counts is the member's role in the database."""
    scope: frozenset[str] | None
    """The permissions the token is limited to, or None for all that the member has."""
    client_id: str
    token_id: str
    issued_at: int
    expires_at: int


class Tokens:
    """Mints and verifies the access tokens of one issuer for one audience."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._required = JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            jti={"essential": True},
            client_id={"essential": True},
        )
        self._remembered: OrderedDict[bytes, tuple[Claims, float]] = OrderedDict()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The tokens of this installation."""
        return cls(Keys.of(settings), issuer=settings.issuer, audience=settings.audience)

    def mint(
        self,
        kind: Kind,
        *,
        member_id: UUID,
        organisation_id: UUID,
        roles: Iterable[str] = (),
        scope: Iterable[str] | None = None,
        lifetime: timedelta = LIFETIME,
        client_id: str = CLIENT,
    ) -> str:
        """A signed access token for a member of a company or of a regulator."""
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(member_id),
            "client_id": client_id,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": str(uuid_utils.uuid7()),
            "kind": kind,
            "org": str(organisation_id),
            "roles": list(roles),
        }
        if scope is not None:
            claims["scope"] = " ".join(sorted(scope))
        return self._keys.sign(TYPE, claims)

    def verify(self, token: str) -> Claims:
        """What the token says, or `InvalidToken`."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        now = self._clock()
        if (found := self._remembered.get(digest)) is not None:
            claims, until = found
            if now < until:
                self._remembered.move_to_end(digest)
                return claims
            del self._remembered[digest]
        claims = self._verified(token)
        self._remembered[digest] = (claims, min(now + REMEMBERED_S, claims.expires_at))
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return claims

    def _verified(self, token: str) -> Claims:
        try:
            claims = self._keys.read(TYPE, token)
            self._required.validate(claims)
        except NotSigned as error:
            raise InvalidToken(_REASONS[error.reason]) from None
        except JoseError as error:
            raise InvalidToken(_reason(error)) from None
        except (ValueError, TypeError, KeyError):
            raise InvalidToken("The token is malformed") from None
        return _claims(claims)


_REASONS: Final = {
    "malformed": "The token is malformed",
    "of another type": "The token is not an access token",
    "signature is wrong": "The token's signature is wrong",
    "signed with an unknown key": "The token is signed with an unknown key",
}


def _claims(claims: dict[str, Any]) -> Claims:
    kind, roles, scope, client_id = claims.get("kind"), claims.get("roles"), claims.get("scope"), claims["client_id"]
    try:
        if (
            kind not in ("tenant", "regulator")
            or not isinstance(roles, list)
            or not (scope is None or isinstance(scope, str))
            or not isinstance(client_id, str)
        ):
            raise ValueError
        return Claims(
            kind=kind,
            member_id=UUID(claims["sub"]),
            organisation_id=UUID(claims["org"]),
            roles=tuple(str(role) for role in roles),
            scope=None if scope is None else frozenset(scope.split()),
            client_id=client_id,
            token_id=str(claims["jti"]),
            issued_at=int(claims["iat"]),
            expires_at=int(claims["exp"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidToken("The token's claims are incomplete") from None


def _reason(error: JoseError) -> str:
    if isinstance(error, ExpiredTokenError):
        return "The token has expired"
    if isinstance(error, ClaimError):
        return f"The token's claim {error.claim} is missing or wrong"
    return "The token is malformed"
