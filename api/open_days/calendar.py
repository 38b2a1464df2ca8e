"""Open days as an iCalendar feed (RFC 5545): what a calendar application needs to show them and to follow changes.

The same open days make the same bytes: a client asks again and again, and is told that nothing has changed.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from schema.terms import term
from tenants.announcement import Announcement
from tenants.open_day import OpenDayState

MEDIA: Final = "text/calendar"

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_STATUS: Final = {OpenDayState.CANCELLED: "CANCELLED", OpenDayState.POSTPONED: "TENTATIVE"}
"""Any other announced open day is CONFIRMED; one that is put off waits for the notice of its new time."""

# Summer time ended in China in 1991, so one rule holds for every open day.
_SINCE: Final = date(1992, 1, 1)


def feed(announced: Iterable[Announcement]) -> bytes:
    """The feed."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Linli//Open days//ZH")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", "物业开放日")
    calendar.add("x-wr-calname", "物业开放日")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("x-published-ttl", "PT1H")
    for open_day in announced:
        calendar.add_component(_event(open_day))
    calendar.add_missing_timezones(first_date=_SINCE)
    return bytes(calendar.to_ical())


def _event(open_day: Announcement) -> Event:
    event = Event()
    # The id is unique everywhere and never changes, which is all that a UID has to be.
    event.add("uid", f"opd_{open_day.id}")
    event.add("sequence", open_day.version)
    event.add("dtstamp", open_day.updated_at)
    event.add("last-modified", open_day.updated_at)
    event.add("created", open_day.created_at)
    event.add("status", _STATUS.get(open_day.state, "CONFIRMED"))
    event.add("dtstart", _local(open_day.starts_at))
    event.add("dtend", _local(open_day.ends_at))
    event.add("summary", f"物业开放日：{open_day.theme}（{open_day.estate}）")
    event.add("location", "，".join(filter(None, (open_day.estate, open_day.address, open_day.meeting_place))))
    event.add("description", "\n".join(_lines(open_day)))
    return event


def _lines(open_day: Announcement) -> Iterable[str]:
    if open_day.state in _STATUS:
        yield f"{term(open_day.state)}：{open_day.reason or '—'}"
    yield f"集合地点：{open_day.meeting_place}"
    yield f"开放区域：{'、'.join(term(area) for area in open_day.areas)}"
    for number, batch in enumerate(open_day.batches, 1):
        yield f"第 {number} 批：{_local(batch.starts_at):%H:%M}，{batch.capacity} 人"
    yield f"接待负责人：{open_day.host}"
    yield f"组织方：{'、'.join(term(organiser) for organiser in open_day.organisers)}"
    yield f"物业服务企业：{open_day.company}"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_SHANGHAI)
