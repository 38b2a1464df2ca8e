"""The page on which a household answers: without a script or a cookie, once, telling nothing to whoever has no link."""

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pypdf
import pytest

from tests.serving import Served

HOUSEHOLDS = [f"{building}-{door}" for building in range(1, 5) for door in range(101, 121)]
QUESTIONS = [
    {"text": "您对<b>保洁</b>满意吗？", "english": "Are you satisfied with the cleaning?"},
    {"text": "您给物业打几分？", "low": 0, "high": 100},
]
ANSWER = {"q1": "4", "q2": "85", "comment": "电梯"}
ENGLISH = {"accept-language": "en-GB,en;q=0.9"}

SET_UP = """mutation($input: SetUpSurveyInput!) {
    setUpSurvey(input: $input) { survey { id version title } userErrors { message } } }"""
DRAW = """mutation($input: DrawSurveySampleInput!) { drawSurveySample(input: $input) {
    handOut { id version links { position household code path } } userErrors { message } } }"""
CLOSE = """mutation($input: CloseSurveyInput!) {
    closeSurvey(input: $input) { survey { state results comments } userErrors { message } } }"""


class Survey:
    """An open survey over HTTP: its id, its version, and the links that are not used yet."""

    def __init__(self, server: Served, estate_id: UUID) -> None:
        self._server = server
        given = {"estateId": f"est_{estate_id}", "questions": QUESTIONS, "title": "某苑<script>满意度调查"}
        made = self.ask(SET_UP, **given)["survey"]
        self.id = made["id"]
        drawn = self.ask(DRAW, id=self.id, version=1, households=HOUSEHOLDS)["handOut"]
        self.version, self.links = drawn["version"], drawn["links"]

    def ask(self, document: str, **given: Any) -> Any:
        """The payload of a mutation that the regulator asks for."""
        headers = {"authorization": f"Bearer {self._server.regulator_token()}", "linli-purpose": "RATING"}
        answer = self._server.ask(document, {"input": given}, headers=headers).json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        assert payload["userErrors"] == []
        return payload

    def next(self) -> str:
        """The address of a page that nobody has answered."""
        path: str = self.links.pop()["path"]
        return path


@pytest.fixture(scope="module")
def web(server: Served) -> Iterator[httpx.Client]:
    """A browser that keeps its connection."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
async def survey(server: Served, administrator: asyncpg.Connection) -> Survey:
    """A survey of which every test takes the links it needs."""
    return Survey(server, await administrator.fetchval("SELECT id FROM estate LIMIT 1"))


class Page(HTMLParser):
    """What a browser without scripts finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of the tags of a name."""
        return [attributes for tag, attributes in self.tags if tag == name]


def test_looking_uses_nothing_up(web: httpx.Client, survey: Survey) -> None:
    """However often, by GET or HEAD; the first POST is taken, the second told, and so is whoever looks again."""
    address = survey.next()
    for _ in range(3):
        assert web.head(address).status_code == 200
        assert web.get(address).status_code == 200
    assert web.put(address).status_code == 405
    thanked = web.post(address, data=ANSWER)
    assert (thanked.status_code, "答卷已收到" in thanked.text) == (200, True)
    for used in (web.post(address, data=ANSWER), web.get(address)):
        assert (used.status_code, "此链接已使用" in used.text) == (410, True)


async def test_twenty_at_once_are_one(server: Served, survey: Survey) -> None:
    """One household is thanked, nineteen are told that the link was used."""
    address = survey.next()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        answers = await asyncio.gather(*(client.post(address, data=ANSWER) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 19


def test_the_page_needs_nothing_from_elsewhere(web: httpx.Client, survey: Survey) -> None:
    """No script, no picture, no link, no cookie; the policy lets nothing else in, and what people typed is escaped."""
    answer = web.get(survey.next())
    page = Page(answer.text)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "a", "b"}
    assert not {name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"}
    assert "http" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]+='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        policy,
    )
    assert page.named("form") == [{"method": "post", "autocomplete": "off"}]
    scores = [field["value"] for field in page.named("input") if field["name"] == "q1"]
    assert scores == ["5", "4", "3", "2", "1"]
    assert "满意" in answer.text
    assert len(answer.content) < 10_000


def test_in_english_where_that_is_preferred(web: httpx.Client, survey: Survey) -> None:
    """The page, the questions that were given in it, and what is said afterwards; Chinese to everybody else."""
    address = survey.next()
    english = web.get(address, headers=ENGLISH)
    assert 'lang="en"' in english.text
    assert "Are you satisfied with the cleaning?" in english.text
    assert "Very dissatisfied" in english.text
    for language in ("fr", "", "zh-CN,en;q=0.5"):
        assert 'lang="zh-CN"' in web.get(address, headers={"accept-language": language}).text
    assert "Thank you" in web.post(address, data=ANSWER, headers=ENGLISH).text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"q1": "4"},
        {**ANSWER, "q1": "6"},
        {**ANSWER, "q2": "101"},
        {**ANSWER, "q2": "８.5"},
        {**ANSWER, "q2": "-1"},
        {**ANSWER, "comment": "长" * 301},
    ],
)
def test_what_is_missing_is_asked_for_again(web: httpx.Client, survey: Survey, given: dict[str, str]) -> None:
    """With what was given, and the link unused: the same household answers afterwards."""
    address = survey.links[0]["path"]
    told = web.post(address, data=given)
    assert told.status_code == 422
    if given.get("q1") == "4":
        assert 'value="4" required checked' in told.text
    assert web.get(address).status_code == 200


def test_what_is_no_form(web: httpx.Client, survey: Survey) -> None:
    """Bytes that are no text, a thousand fields, another media type, a body without end: 4xx, and the link unused."""
    address = survey.next()
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"\xff\xfe", b"q1=%FF%FE", b"&".join(b"x%d=1" % n for n in range(1000)), b'{"q1": 4}', b""):
        assert web.post(address, content=body, headers=form).status_code == 422
    assert web.post(address, content=b"x" * 20_000, headers=form).status_code == 413
    strange = web.post(address, data={"q1": "3", "q2": "7", "comment": "a\x00b\r\nc", "household": "1-101"})
    assert strange.status_code == 200


def test_without_a_link_there_is_nothing(web: httpx.Client, survey: Survey) -> None:
    """A survey that is there and one that never was are told alike, byte for byte; so is what is no code at all."""
    locator = survey.links[0]["path"].removeprefix("/survey/")[:8]
    wrong = [f"{locator}0000000000000000", "0" * 24, "x", "%00", "'; DROP TABLE survey; --", "é" * 24]
    told = {web.get(f"/survey/{code}").text for code in wrong}
    assert len(told) == 1
    assert "链接无效" in told.pop()
    assert {web.post(f"/survey/{code}", data=ANSWER).status_code for code in wrong} == {404}


def test_a_code_can_be_typed(web: httpx.Client, survey: Survey) -> None:
    """At a short address, as it stands on the slip; a slip of the finger is said."""
    entry = "/survey"
    assert "答卷码" in web.get(entry).text
    link = survey.links[0]
    led = web.get(entry, params={"code": f" {link['code'].upper()} "})
    assert (led.status_code, led.headers["location"]) == (303, link["path"])
    wrong = web.get(entry, params={"code": link["code"][:-1]})
    assert (wrong.status_code, "请核对纸条" in wrong.text) == (404, True)


def test_no_log_tells_of_a_household(web: httpx.Client, server: Served, survey: Survey) -> None:
    """Neither the code nor the address nor what was said stands in any line."""
    address = survey.next()
    answer = web.post(address, data={**ANSWER, "comment": "只此一句"})
    line = server.logged(answer)
    assert line["path"] == "/survey/{code}"
    assert set(line) <= {"request_id", "method", "path", "status", "ms", "level", "timestamp", "event"}
    log = server.log_file.read_text()
    assert address.rpartition("/")[2] not in log
    assert "只此一句" not in log
    assert "127.0.0.1" not in log.replace('"host":"127.0.0.1"', "")


def test_slips_are_printed_for_whoever_drew(web: httpx.Client, server: Served, survey: Survey) -> None:
    """Eight to a sheet, in Chinese, each with its household on the stub; only for links that wait for an answer."""
    headers = {"authorization": f"Bearer {server.regulator_token()}", "linli-purpose": "RATING"}
    address, waiting = f"/surveys/{survey.id}/slips.pdf", survey.links[:9]
    codes = [each["code"] for each in waiting]
    answer = web.post(address, json={"codes": codes}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    document = pypdf.PdfReader(BytesIO(answer.content))
    words = "".join(page.extract_text() for page in document.pages)
    assert len(document.pages) == 2
    for each in waiting:
        assert f"第 {each['position']} 号" in words
        assert each["code"][:15] in words
        assert each["code"][15:] in words
    used = survey.links.pop()
    web.post(used["path"], data=ANSWER)
    for refused, status in (([used["code"]], 404), (["0" * 24], 404), (["x"], 400), ([], 400)):
        assert web.post(address, json={"codes": refused}, headers=headers).status_code == status
    assert web.post(address, content=b"{", headers=headers).status_code == 400
    assert web.post(address, json={"codes": codes}, headers=server.headers()).status_code == 403
    assert web.post(address, json={"codes": codes}).status_code == 401


def test_one_address_cannot_try_for_ever(web: httpx.Client, survey: Survey) -> None:
    """After many it waits, with a page that says so; last of this module, which asks from one address."""
    answers = (web.get(f"/survey/{'0' * 24}") for _ in range(200))
    answer = next(answer for answer in answers if answer.status_code == 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert "请稍候" in answer.text


def test_a_closed_survey_is_as_none(survey: Survey) -> None:
    """Its links lead nowhere; what households said in all is there."""
    closed = survey.ask(CLOSE, id=survey.id, version=survey.version, shortfall="演示")["survey"]
    assert closed["state"] == "SHORT"
    assert closed["results"][0]["counts"]["4"] == closed["results"][0]["answers"] - 1
    assert "只此一句" in closed["comments"]
    assert "ab\nc" in closed["comments"]
