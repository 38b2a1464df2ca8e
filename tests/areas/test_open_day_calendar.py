"""The calendar feed shows what a company has announced, follows its changes, and shows it to nobody else."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from icalendar import Calendar

from tests.areas.open_days import SOON, done, drafted, get, published, refused
from tests.serving import Served

FEED = "/open-days.ics"


def events(response: httpx.Response) -> dict[str, Any]:
    """The feed's events by their UID, as another program's parser reads them."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    (calendar,) = Calendar.from_ical(response.content, multiple=True)
    found = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    return found


async def test_an_announced_open_day_is_in_the_feed(server: Served) -> None:
    """With its time in Shanghai, its place, its batches, and the version as its sequence; a draft is not there."""
    batches = [{"startsAt": (SOON + timedelta(hours=1)).isoformat(), "capacity": 30}]
    open_day = published(server, batches=batches, theme="水泵房；消防,放心\\安心\n请来")
    draft = drafted(server)
    answer = get(server, FEED)
    found = events(answer)
    assert draft not in found
    event = found[open_day]
    assert event["SEQUENCE"] == 2
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event.start == SOON.astimezone(ZoneInfo("Asia/Shanghai"))
    assert event.start.hour == 9
    assert event.end - event.start == timedelta(hours=3)
    assert event["DTSTAMP"].to_ical().endswith(b"Z")
    assert "水泵房；消防,放心\\安心" in event["SUMMARY"]  # escaped on the way, and itself again
    assert "物业服务中心门前" in event["LOCATION"]
    assert "第 1 批：10:00，30 人" in event["DESCRIPTION"]
    assert "水泵房、消防泵房" in event["DESCRIPTION"]
    assert b"BEGIN:VTIMEZONE" in answer.content
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is torn apart where a line is folded


async def test_changes_reach_those_who_were_told(server: Served) -> None:
    """Put off is tentative at its new time, called off is cancelled; both keep the UID, and the sequence rises."""
    open_day = published(server)
    week = timedelta(days=7)
    times = {"startsAt": (SOON + week).isoformat(), "endsAt": (SOON + week + timedelta(hours=2)).isoformat()}
    done(server, "postpone", open_day, reason="台风", **times)
    event = events(get(server, FEED))[open_day]
    assert (event["STATUS"], event["SEQUENCE"]) == ("TENTATIVE", 3)
    assert event.start == SOON + week
    assert "延期" in event["DESCRIPTION"]
    assert "台风" in event["DESCRIPTION"]
    done(server, "cancel", open_day, reason="停水检修")
    event = events(get(server, FEED))[open_day]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 4)
    assert "停水检修" in event["DESCRIPTION"]
    never_told = drafted(server)
    done(server, "cancel", never_told, reason="不办了")
    assert never_told not in events(get(server, FEED))


async def test_the_same_feed_is_sent_once(server: Served) -> None:
    """A client that has it is told so, after it was asked who it is; a change sends it again."""
    open_day = published(server)
    first = get(server, FEED)
    tag = first.headers["etag"]
    again = get(server, FEED, **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert get(server, FEED).content == first.content
    done(server, "cancel", open_day, reason="停电")
    assert get(server, FEED, **{"if-none-match": tag}).status_code == 200
    refused(httpx.get(f"{server.url}{FEED}", headers={"if-none-match": tag}), 401, "UNAUTHENTICATED")


async def test_nobody_else_has_it(server: Served) -> None:
    """Another company has its own feed; a regulator, a member without the permission and a stranger have none."""
    open_day = published(server)
    assert open_day not in events(get(server, FEED, server.token(server.world.other)))
    refused(get(server, FEED, server.regulator_token()), 403, "FORBIDDEN")
    assert "open_day:read" in refused(get(server, FEED, server.token(scope=["project:read"])), 403, "FORBIDDEN")
    refused(httpx.get(f"{server.url}{FEED}"), 401, "UNAUTHENTICATED")
    refused(httpx.get(f"{server.url}{FEED}?token={server.token()}"), 401, "UNAUTHENTICATED")
    assert refused(httpx.post(f"{server.url}{FEED}"), 405, "METHOD_NOT_ALLOWED")
    line = server.logged(get(server, FEED))
    assert (line["path"], line["status"], line["organisation"]) == (FEED, 200, str(server.world.company.id))


async def test_the_feed_is_bounded(server: Served, administrator: asyncpg.Connection) -> None:
    """However many open days there are, it holds the 500 that start last."""
    open_day = published(server, SOON + timedelta(days=400))
    columns = """project_id, estate_id, division_path, theme, ends_at, meeting_place, areas, host, organisers, state,
        no_opinions, published_on"""
    await administrator.execute(
        f"""INSERT INTO open_day (tenant_id, id, starts_at, {columns})
        SELECT tenant_id, gen_random_uuid(), starts_at - n * interval '1 minute', {columns}
        FROM open_day, generate_series(1, 600) n WHERE id = $1""",
        open_day.removeprefix("opd_"),
    )
    found = events(get(server, FEED))
    assert len(found) == 500
    assert open_day in found
    await administrator.execute("DELETE FROM open_day WHERE starts_at > $1", SOON + timedelta(days=300))
