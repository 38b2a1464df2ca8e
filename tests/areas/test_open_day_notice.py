"""The printed notice says in Chinese, with its font in the file, what was announced, and only that."""

import io
from datetime import timedelta

import asyncpg
import httpx
import pypdf
import pytest

from api.printing import letters
from tests.areas.open_days import SOON, done, drafted, get, published, refused, said
from tests.serving import Served

A4 = (595, 842)


def notice(server: Served, open_day: str, **options: str) -> httpx.Response:
    """The answer at the notice's address."""
    return get(server, f"/open-days/{open_day}/notice.pdf", **options)


def read(response: httpx.Response) -> tuple[str, pypdf.PdfReader]:
    """The words of a notice without the breaks of its lines, after checking that it is a sheet as it should be."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["x-content-type-options"] == "nosniff"
    document = pypdf.PdfReader(io.BytesIO(response.content), strict=True)
    for page in document.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        fonts = page["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts.values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in descendant.get_object()["/FontDescriptor"].get_object()  # embedded
    return "".join(page.extract_text() for page in document.pages).replace("\n", ""), document


async def test_it_says_what_was_announced(server: Served) -> None:
    """Title, estate, time in Shanghai with its weekday, place, areas, batches, host, organiser, company and date."""
    batches = [{"startsAt": (SOON + timedelta(minutes=45 * n)).isoformat(), "capacity": 30 + n} for n in range(3)]
    open_day = published(server, batches=batches, organisers=["COMPANY", "COMMUNITY"])
    words, document = read(notice(server, open_day))
    query = "query ($id: ID!) { openDay(id: $id) { estate { name } company { name } } }"
    facts = said(server, query, {"id": open_day})["openDay"]
    beijing = SOON + timedelta(hours=8)
    weekday = "一二三四五六日"[beijing.weekday()]
    for expected in (
        "物业开放日公告",
        facts["estate"]["name"],
        f"{beijing.year}年{beijing.month}月{beijing.day}日（星期{weekday}）09:00 至 12:00",
        "看得见的放心水",
        "物业服务中心门前",
        "水泵房、消防泵房",
        "第 2 批 09:45 31 人",
        "项目经理",
        "物业服务企业、社区",
    ):
        assert expected in words
    assert facts["company"]["name"] in words.rpartition("人")[2]
    assert document.metadata is not None
    assert document.metadata.title == "物业开放日公告：看得见的放心水"
    assert len(document.pages) == 1


async def test_the_same_notice_is_the_same_file(server: Served) -> None:
    """Byte for byte, so a client that has it is told so."""
    open_day = published(server)
    first = notice(server, open_day)
    assert notice(server, open_day).content == first.content
    assert notice(server, open_day, **{"if-none-match": first.headers["etag"]}).status_code == 304


async def test_long_texts_and_many_batches_fit(server: Served) -> None:
    """Long words and long texts are broken into lines inside the sheet, a long table goes on at the next page."""
    batches = [{"startsAt": (SOON + timedelta(minutes=n)).isoformat(), "capacity": 9} for n in range(70)]
    theme = "看得见的放心水，管得住的消防泵；" * 6
    words, document = read(notice(server, published(server, batches=batches, theme=theme, host="A" * 90)))
    assert theme in words
    assert "A" * 90 in words
    assert len(document.pages) > 1
    assert words.count("可参观人数") == len(document.pages) - 1  # the heading stands on each page of the table
    assert "第 60 批" in words
    assert "其余 10 批" in words
    for page in document.pages:
        places: list[tuple[float, float]] = []
        page.extract_text(visitor_text=lambda text, _, matrix, *__: places.append((matrix[4], matrix[5])))  # noqa: B023
        assert all(0 <= x < A4[0] and 0 <= y <= A4[1] for x, y in places)


async def test_a_character_that_the_font_lacks_is_seen_to_be_missing(server: Served) -> None:
    """A rare character, an emoji and a joiner crash nothing: the sign for a missing character, and a note."""
    words, _ = read(notice(server, published(server, theme="𠮷祥物业👍🏽 龘 開放 e\u0301 测试")))
    assert "〓祥物业〓〓" in words
    assert "字库没有的字" in words
    assert "é 测试" in words
    words, _ = read(notice(server, published(server, theme="常用字，㎡、·、№、…、“”")))
    assert "〓" not in words
    assert "常用字，㎡、·、№、…、“”" in words


async def test_every_character_of_a_division_is_in_the_font(server: Served, administrator: asyncpg.Connection) -> None:
    """The name of no place is ever incomplete."""
    found = await administrator.fetch("SELECT DISTINCT unnest(string_to_array(name, NULL)) AS letter FROM division")
    assert {row["letter"] for row in found} <= letters()


@pytest.mark.parametrize("state", ["DRAFT", "POSTPONED", "CANCELLED"])
async def test_what_is_not_announced_has_none(server: Served, state: str) -> None:
    """A draft, one put off and one called off: 409 with the reason; announced, it has one, and keeps it when held."""
    open_day = drafted(server)
    if state != "DRAFT":
        done(server, "publish", open_day)
    if state == "POSTPONED":
        times = {"startsAt": SOON.isoformat(), "endsAt": (SOON + timedelta(hours=1)).isoformat()}
        done(server, "postpone", open_day, reason="台风", **times)
    if state == "CANCELLED":
        done(server, "cancel", open_day, reason="停电")
    message = refused(notice(server, open_day), 409, "CONFLICT")
    assert state in message
    if state == "POSTPONED":
        done(server, "publish", open_day)
        read(notice(server, open_day))


async def test_another_companys_is_as_unknown_as_nobodys(server: Served) -> None:
    """The same 404, whatever the id; the permission is asked first."""
    open_day = published(server)
    other = server.token(server.world.other)
    unknown = "opd_01980000-0000-7000-8000-000000000000"
    messages = {
        refused(notice(server, given, token=token), 404, "NOT_FOUND")
        for given, token in (
            (open_day, other),
            (unknown, other),
            (unknown, server.token()),
            (open_day.upper(), server.token()),
            (open_day.replace("opd_", "prj_"), server.token()),
            ("%00", server.token()),
            ("'; DROP TABLE open_day; --", server.token()),
        )
    }
    assert len(messages) == 1
    refused(notice(server, unknown, token=server.token(scope=["project:read"])), 403, "FORBIDDEN")
    refused(notice(server, open_day, token=server.regulator_token()), 403, "FORBIDDEN")
    refused(httpx.get(f"{server.url}/open-days/{open_day}/notice.pdf"), 401, "UNAUTHENTICATED")
    line = server.logged(notice(server, open_day))
    assert line["path"] == "/open-days/{id}/notice.pdf"
