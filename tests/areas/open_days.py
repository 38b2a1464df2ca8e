"""Open days of a server's first company, made over HTTP as its administrator makes them."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from tenants.row import now
from tests.serving import Served

_CREATE = """
mutation ($input: CreateOpenDayInput!) { createOpenDay(input: $input) { openDay { id version } userErrors { code } } }
"""
_STEP = {
    "publish": ("publishOpenDay", "PublishOpenDayInput"),
    "postpone": ("postponeOpenDay", "PostponeOpenDayInput"),
    "cancel": ("cancelOpenDay", "CancelOpenDayInput"),
    "hold": ("holdOpenDay", "HoldOpenDayInput"),
}

SOON: datetime = (now() + timedelta(days=30)).replace(hour=1, minute=0, second=0, microsecond=0)
"""Nine o'clock in Shanghai, far enough ahead for any notice."""


def said(server: Served, query: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
    """The data of an answer without errors."""
    answer = server.ask(query, variables, **options).json()
    assert "errors" not in answer, answer
    return answer["data"]


def drafted(server: Served, starts_at: datetime = SOON, **more: Any) -> str:
    """The id of a new open day at the company's first project."""
    project = said(server, "{ projects(first: 1) { nodes { id } } }")["projects"]["nodes"][0]["id"]
    facts = {
        "projectId": project,
        "theme": "看得见的放心水",
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=3)).isoformat(),
        "meetingPlace": "物业服务中心门前",
        "host": "项目经理",
        "areas": ["PUMP_ROOM", "FIRE_PUMP_ROOM"],
        **more,
    }
    made = said(server, _CREATE, {"input": facts})["createOpenDay"]
    assert made["userErrors"] == []
    return str(made["openDay"]["id"])


def done(server: Served, step: str, id: str, **more: Any) -> dict[str, Any]:
    """The open day after one more step of its life."""
    field, kind = _STEP[step]
    version = said(server, "query ($id: ID!) { openDay(id: $id) { version } }", {"id": id})["openDay"]["version"]
    query = f"""mutation ($input: {kind}!) {{
        {field}(input: $input) {{ openDay {{ id version state }} userErrors {{ message }} }} }}"""
    answer = said(server, query, {"input": {"id": id, "version": version, **more}})[field]
    assert answer["userErrors"] == []
    return dict(answer["openDay"])


def published(server: Served, starts_at: datetime = SOON, **more: Any) -> str:
    """The id of an announced open day."""
    open_day = drafted(server, starts_at, **more)
    done(server, "publish", open_day)
    return open_day


def get(server: Served, path: str, token: str | None = None, **headers: str) -> httpx.Response:
    """What an address answers."""
    sent = {"authorization": f"Bearer {token or server.token()}", "linli-purpose": "INSPECTION", **headers}
    return httpx.get(f"{server.url}{path}", headers=sent, timeout=30)


def refused(response: httpx.Response, status: int, code: str) -> str:
    """The message of a refusal: one error in JSON, in both languages, with the request's id."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    chinese, english = error["message"].split(" / ")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english.isascii()
    return str(error["message"])
