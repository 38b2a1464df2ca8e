"""Credit certificates (信用证明) over plain HTTP: signed for a company, checked offline by anyone who has the published
key, and a page that checks one.

A certificate is a compact JWS (RFC 7515) of type `credit+jwt`, signed with ES256. Its claims are what is public of the
company's credit on a day, so it tells a reader nothing that a query would not.
"""

import io
import time
from datetime import datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from api.callers import Callers
from api.graphql import Refused, caller
from api.signing import Keys, NotSigned
from api.visitors import Visitors
from schema.failure import FailureCode
from schema.turns import Turns
from tenants.credit import publication
from tenants.permission import Permission
from tenants.scope import Database

KEYS: Final = "/.well-known/jwks.json"
CERTIFICATE: Final = "/credit/certificate"
VERIFY: Final = "/credit/verify"
PATHS: Final = frozenset({KEYS, CERTIFICATE, VERIFY})

TYPE: Final = "credit+jwt"
LENGTH_LIMIT: Final = 4_096
VISITOR_BURST: Final = 60
"""Certificates that one address may check at once."""

_DAY_S: Final = 86_400

_SHOWN: Final = (
    ("name", "企业名称", "Company"),
    ("sub", "统一社会信用代码", "Unified social credit code"),
    ("gradeName", "信用等级", "Credit grade"),
    ("score", "信用得分", "Credit score"),
    ("scheme", "评价标准", "Scheme"),
    ("basis", "依据文件", "Basis"),
    ("asOf", "截至日期", "As of"),
    ("exp", "有效期至", "Valid until"),
    ("iss", "签发者", "Issuer"),
)

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>信用证明核验 / Credit certificate</title><style>
body {{ font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 2rem auto;
  max-width: 40rem; padding: 0 1rem; line-height: 1.6; color: #1c2733; }}
h1 {{ font-size: 1.4rem; }} .said {{ padding: .8rem 1rem; border-radius: .4rem; font-weight: 600; }}
.good {{ background: #e3f4e8; color: #14532d; }} .bad {{ background: #fde8e8; color: #7f1d1d; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; }} th, td {{ text-align: left; padding: .5rem .4rem;
  border-bottom: 1px solid #d6dee6; vertical-align: top; }} th {{ font-weight: 400; color: #52606d; width: 45%; }}
textarea {{ width: 100%; box-sizing: border-box; font-family: monospace; }}
button {{ font: inherit; padding: .4rem 1.2rem; }}
</style></head><body><h1>信用证明核验<br>Check of a credit certificate</h1>{said}
<form method="get" action="{action}"><label for="c">证明内容 / The certificate</label>
<textarea id="c" name="c" rows="5" maxlength="{limit}">{given}</textarea>
<p><button type="submit">核验 / Check</button></p></form>
<p>公钥 / Public key: <a href="{keys}">{keys}</a></p></body></html>
"""


class Certificates:
    """Answers at the addresses of certificates; the application keeps one in its state while it runs."""

    def __init__(
        self,
        callers: Callers,
        database: Database,
        keys: Keys,
        *,
        issuer: str,
        days: int,
        visitors: Visitors,
        readers: Turns,
    ) -> None:
        self._callers = callers
        self._database = database
        self._readers = readers
        self._keys = keys
        self._issuer = issuer
        self._days = days
        self._visitors = visitors

    async def keys(self, _: Request) -> Response:
        """The public keys, as a JWK set."""
        return JSONResponse(self._keys.published, headers={"cache-control": "max-age=3600"})

    async def certificate(self, request: Request) -> Response:
        """The company's certificate as of today, the address that checks it, and both as a QR code (SVG)."""
        principal = await caller(dict(request.scope["headers"]), self._callers)
        request.scope["exchange"].principal = principal
        if principal.tenant_id is None or Permission.CREDIT_READ not in principal.permissions:
            raise Refused(
                FailureCode.FORBIDDEN,
                f"只有企业成员可以获取本企业的信用证明，需要权限 {Permission.CREDIT_READ}。",
                f"A company's members get its certificate; this needs the permission {Permission.CREDIT_READ}.",
            )
        async with self._readers.turn(principal.tenant_id), self._database.reading(principal) as connection:
            found = await publication.certified(connection, principal.tenant_id)
        if found is None:
            raise Refused(FailureCode.NOT_FOUND, "贵企业还没有信用得分。", "Your company has no credit score yet.")
        issued = int(time.time())
        expires = issued + self._days * _DAY_S
        claims = {"iss": self._issuer, "iat": issued, "exp": expires, "sub": found.pop("uscc"), **found}
        signed = self._keys.sign(TYPE, claims)
        address = f"{self._issuer}{VERIFY}?c={signed}"
        drawn = io.BytesIO()
        segno.make(address, error="l", micro=False).save(drawn, kind="svg", scale=4, xmldecl=False)
        answer = {"certificate": signed, "verify": address, "qr": drawn.getvalue().decode()}
        return Response(orjson.dumps(answer), media_type="application/json", headers={"cache-control": "no-store"})

    async def verify(self, request: Request) -> Response:
        """The page: what a certificate says, if it is genuine; without one, a form to give it."""
        given = request.query_params.get("c", "").strip()
        status, said = 200, ""
        if given and (wait := self._visitors.wait(request.client.host if request.client else "")):
            raise Refused(
                FailureCode.RATE_LIMITED,
                f"核验过于频繁，请 {wait} 秒后再试。",
                f"You check too often; try again in {wait} seconds.",
                (b"retry-after", b"%d" % wait),
            )
        if given:
            try:
                if len(given) > LENGTH_LIMIT:
                    raise NotSigned("malformed")
                claims = self._keys.read(TYPE, given)
                if claims["exp"] <= time.time():
                    status = 422
                said = (_genuine if status == 200 else _expired)(claims)
            except NotSigned:
                status, said = 422, _REFUSED
        page = _PAGE.format(said=said, action=VERIFY, keys=KEYS, limit=LENGTH_LIMIT, given=escape(given[:LENGTH_LIMIT]))
        policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
        headers = {"content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "no-referrer"}
        return HTMLResponse(page, status, headers)


_REFUSED: Final = (
    '<p class="said bad">证明无效：签名不符，内容可能被改动。'
    "<br>Not genuine: the signature does not fit; it may have been changed.</p>"
)


def _expired(claims: dict[str, Any]) -> str:
    days = (claims["exp"] - claims["iat"]) // _DAY_S
    return (
        f'<p class="said bad">证明已过期：自签发起 {days} 天内有效（设置 LINLI_CERTIFICATE_DAYS），已于'
        f" {_moment(claims['exp'])} 届满，请企业重新获取。<br>Expired: it was valid for {days} days from its issue"
        f" (the setting LINLI_CERTIFICATE_DAYS), until {_moment(claims['exp'])}; ask the company for a new one.</p>"
    )


def _moment(seconds: int) -> str:
    """A time of a certificate as it is printed: the legal time in China."""
    return f"{datetime.fromtimestamp(seconds, ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"


def _genuine(claims: dict[str, Any]) -> str:
    shown = {**claims, "exp": _moment(claims["exp"])}
    rows = "".join(
        f"<tr><th>{chinese}<br>{english}</th><td>{escape(str(shown.get(name) or '—'))}</td></tr>"
        for name, chinese, english in _SHOWN
    )
    return (
        '<p class="said good">证明有效：由本平台签发，未被改动。<br>Genuine: signed here, and not changed.</p>'
        f"<table>{rows}</table><p>所示为截至当日的情况，现况以公开查询为准。"
        "<br>It shows how things stood on that day; the public query tells how they stand now.</p>"
    )


def routes() -> list[Route]:
    """The addresses, which are there while the application runs."""

    def route(path: str, name: str) -> Route:
        async def answer(request: Request) -> Response:
            found: Response = await getattr(request.app.state.certificates, name)(request)
            return found

        return Route(path, answer)

    return [route(KEYS, "keys"), route(CERTIFICATE, "certificate"), route(VERIFY, "verify")]
