"""Special campaigns (专项行动) and their compliance calendar (R-12): duties that fall due by a cadence, and those done.

Zaozhuang's campaigns have a monthly report, a quarterly observation and a half-year assessment (report row S4ZZ-07).
Which of them a campaign has, which level of divisions owes them and how many days it has after a period are data; what
is due follows from that, and progress is counted from what was done, never typed in. A duty that was done is a
document, not a visit to an app, and nobody is ranked (国办函〔2026〕12号).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from tenants import division
from tenants.calendar import add_months
from tenants.change import change, create, find, find_at
from tenants.checks import NAME_LIMIT, Checks
from tenants.division import DivisionLevel
from tenants.errors import Code, DomainError
from tenants.row import Changing, Row, code_field, new_id, one_of, some_of, today
from tenants.scope import Scope


class DutyKind(StrEnum):
    """What falls due again and again."""

    MONTHLY_REPORT = "MONTHLY_REPORT"
    QUARTERLY_OBSERVATION = "QUARTERLY_OBSERVATION"
    HALF_YEAR_ASSESSMENT = "HALF_YEAR_ASSESSMENT"


MONTHS: Mapping[DutyKind, int] = {
    DutyKind.MONTHLY_REPORT: 1,
    DutyKind.QUARTERLY_OBSERVATION: 3,
    DutyKind.HALF_YEAR_ASSESSMENT: 6,
}
GRACE_LIMIT: Final = 92


class Campaign(Changing, Row, table=True):
    """A campaign of a division, from a day until a day; every division of a level in it owes its duties."""

    __tablename__ = "campaign"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("campaign_division", "division_path", "id"),
        one_of("owed_by", DivisionLevel),
        some_of("duties", DutyKind),
        CheckConstraint("name <> '' AND basis <> ''", name="name_and_basis_given"),
        CheckConstraint("ends_on > starts_on", name="dates_in_order"),
        CheckConstraint("grace_days BETWEEN 0 AND 92", name="grace_known"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    name: str = Field(sa_type=Text)
    basis: str = Field(sa_type=Text)
    starts_on: date
    ends_on: date
    owed_by: DivisionLevel = code_field()
    duties: list[str] = Field(sa_type=ARRAY(Text))
    grace_days: int = 0


class CampaignDuty(Changing, Row, table=True):
    """That a division did its duty of a kind for a period, and the document that shows it."""

    __tablename__ = "campaign_duty"
    __table_args__ = (
        UniqueConstraint(
            *("campaign_id", "period_start", "kind", "division_id"),
            name="campaign_duty_once",
            postgresql_include=["division_path", "done_on"],
        ),
        ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("campaign_duty_division", "division_path", "id"),
        one_of("kind", DutyKind),
        CheckConstraint("document <> ''", name="document_given"),
        CheckConstraint("done_on >= period_start", name="done_in_its_period"),
    )

    campaign_id: UUID
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    kind: DutyKind = code_field()
    period_start: date
    done_on: date
    document: str = Field(sa_type=Text)


_KINDS = ", ".join(f"({at}, '{kind}', {MONTHS[kind]})" for at, kind in enumerate(DutyKind, 1))

_OWED = f"""
WITH periods AS MATERIALIZED (
    SELECT c.id, c.name, c.division_path, c.owed_by, k.number, k.kind, p.first, p.ended_on,
           p.ended_on + c.grace_days AS due_on
    FROM campaign c
    JOIN (VALUES {_KINDS}) k(number, kind, months) ON k.kind = ANY(c.duties)
    CROSS JOIN LATERAL generate_series(
        make_date(extract(year FROM c.starts_on)::int,
                  (extract(month FROM c.starts_on)::int - 1) / k.months * k.months + 1, 1)::timestamp,
        c.ends_on::timestamp, make_interval(months => k.months)) s(first)
    CROSS JOIN LATERAL (
        SELECT s.first::date AS first, (s.first + make_interval(months => k.months))::date - 1 AS ended_on
    ) p
    WHERE p.ended_on BETWEEN c.starts_on AND c.ends_on AND p.ended_on + c.grace_days BETWEEN {{since}} AND {{until}}
          AND (c.division_path ^@ {{place}} OR {{place}} ^@ c.division_path)
), owing AS MATERIALIZED (
    SELECT c.id AS campaign_id, d.id, d.path, d.name, d.valid_from, d.valid_to
    FROM (SELECT DISTINCT id, division_path, owed_by FROM periods) c
    JOIN (
        SELECT * FROM division d
        WHERE {division.subtree("d.path", "{place}")}
              AND d.path >= current_setting('linli.division', true)
              AND d.path < nullif(current_setting('linli.division', true), '') || '['
    ) d ON d.level = c.owed_by AND d.path ^@ c.division_path
)"""

_IN_FORCE = (
    """(o.valid_from IS NULL OR o.valid_from <= p.ended_on) AND (o.valid_to IS NULL OR o.valid_to > p.ended_on)"""
)

_DONE = """{{of_a}} AND {{within_a}} AND a.done_on <= {{until}}
    AND a.campaign_id = ANY(ARRAY(SELECT DISTINCT id FROM {0}))
    AND a.period_start = ANY(ARRAY(SELECT DISTINCT first FROM {0}))"""
"""Of the duties done those that may be among the owed: found by their index, and not by reading what was ever done."""

REPORT = f"""
{_OWED}
SELECT k.kind, coalesce(f.due, 0) AS due, coalesce(g.done, 0) AS done, coalesce(g.in_time, 0) AS done_in_time,
       coalesce(f.past - coalesce(g.past, 0), 0) AS overdue,
       round(coalesce(g.done, 0)::numeric / f.due, 4) AS done_share,
       round(coalesce(g.in_time, 0)::numeric / f.due, 4) AS in_time_share
FROM (VALUES {_KINDS}) k(number, kind, months)
LEFT JOIN (
    SELECT p.number, sum(o.divisions)::int AS due,
           coalesce(sum(o.divisions) FILTER (WHERE p.due_on < current_date), 0)::int AS past
    FROM periods p
    JOIN (SELECT campaign_id, valid_from, valid_to, count(*) AS divisions FROM owing GROUP BY 1, 2, 3) o
         ON o.campaign_id = p.id AND {_IN_FORCE}
    GROUP BY p.number
) f ON f.number = k.number
LEFT JOIN (
    SELECT p.number, count(*)::int AS done, count(*) FILTER (WHERE a.done_on <= p.due_on)::int AS in_time,
           count(*) FILTER (WHERE p.due_on < current_date)::int AS past
    FROM campaign_duty a
    JOIN periods p ON p.id = a.campaign_id AND p.kind = a.kind AND p.first = a.period_start
    JOIN owing o ON o.campaign_id = a.campaign_id AND o.id = a.division_id AND {_IN_FORCE}
    WHERE {_DONE.format("periods")}
    GROUP BY p.number
) g ON g.number = k.number
ORDER BY k.number
"""
"""R-12: the duties that fall due in a period, and those of them done by its end, by kind. A period of a campaign counts
when its last day lies in the campaign; it falls due so many days later as the campaign grants.
"""

CALENDAR = f"""
{_OWED}, owed AS MATERIALIZED (
    SELECT p.id, p.name AS campaign, p.number, p.kind, p.first, p.ended_on, p.due_on,
           o.id AS division_id, o.path, o.name
    FROM periods p JOIN owing o ON o.campaign_id = p.id AND {_IN_FORCE}
    ORDER BY p.due_on, p.number, o.path, p.name LIMIT 1000
)
SELECT o.campaign, o.kind, o.path AS division_path, o.name AS division_name, o.first AS period_start,
       o.ended_on AS period_end, o.due_on, a.done_on, a.done_on IS NULL AND o.due_on < current_date AS overdue
FROM owed o
LEFT JOIN campaign_duty a ON a.campaign_id = o.id AND a.division_id = o.division_id AND a.kind = o.kind
                          AND a.period_start = o.first AND {_DONE.format("owed")}
ORDER BY o.due_on, o.number, o.path, o.campaign
"""
"""R-12, row by row: what falls due in a period, by its day; the first thousand."""


@dataclass(frozen=True, kw_only=True)
class NewCampaign:
    """A campaign to hold."""

    division_code: str
    name: str
    basis: str
    starts_on: date
    ends_on: date
    owed_by: DivisionLevel
    duties: Sequence[DutyKind]
    grace_days: int = 0
    id: UUID | None = None


async def open_campaign(scope: Scope, new: NewCampaign) -> Campaign:
    """A regulator opens a campaign in its division or below."""
    checks = Checks()
    name = checks.text("name", new.name, limit=NAME_LIMIT)
    basis = checks.text("basis", new.basis, limit=200)
    checks.day("startsOn", new.starts_on)
    checks.day("endsOn", new.ends_on)
    if new.ends_on <= new.starts_on:
        checks.add(Code.ENDS_BEFORE_START, "endsOn")
    if not new.duties:
        checks.add(Code.EMPTY, "duties")
    checks.count("graceDays", new.grace_days, GRACE_LIMIT)
    checks.done()
    place = await division.by_code(scope, new.division_code, "divisionCode")
    if not place.path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    if division.PATH_LENGTH[new.owed_by] < len(place.path):
        raise DomainError(Code.CAMPAIGN_LEVEL, "owedBy", level=new.owed_by, name=place.name)
    campaign = Campaign(
        id=new.id or new_id(),
        division_id=place.id,
        division_path=place.path,
        name=name,
        basis=basis,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        owed_by=new.owed_by,
        duties=[str(kind) for kind in DutyKind if kind in new.duties],
        grace_days=new.grace_days,
    )
    await create(scope, campaign, "campaign", action="opened")
    return campaign


async def end(scope: Scope, id: UUID, version: int, ends_on: date) -> Campaign:
    """Move a campaign's last day: periods that end after it are owed by nobody any more."""
    checks = Checks()
    checks.day("endsOn", ends_on)
    checks.done()
    campaign = await find_at(scope, Campaign, id, version)
    if ends_on <= campaign.starts_on:
        raise DomainError(Code.ENDS_BEFORE_START, "endsOn")
    await change(scope, campaign, "campaign", {"ends_on": ends_on}, action="ended")
    return campaign


async def do_duty(
    scope: Scope, campaign_id: UUID, kind: DutyKind, period: date, done_on: date, document: str, division_code: str
) -> CampaignDuty:
    """Record that a division which owes a duty did it for the period that a day lies in, once."""
    checks = Checks()
    paper = checks.text("document", document, limit=200)
    checks.day("period", period)
    checks.day("doneOn", done_on, latest=today())
    checks.done()
    campaign = await find(scope, Campaign, campaign_id, "campaignId")
    place = await division.by_code(scope, division_code, "divisionCode")
    if not place.path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    if place.level != campaign.owed_by or not place.path.startswith(campaign.division_path):
        raise DomainError(Code.CAMPAIGN_NOT_OWED, "divisionCode", name=place.name, campaign=campaign.name)
    if kind not in campaign.duties:
        raise DomainError(
            Code.CAMPAIGN_DUTY_UNKNOWN, "kind", kind=kind, duties=tuple(DutyKind(each) for each in campaign.duties)
        )
    start = _period_start(period, MONTHS[kind])
    if not campaign.starts_on <= add_months(start, MONTHS[kind]) - timedelta(1) <= campaign.ends_on:
        raise DomainError(Code.CAMPAIGN_PERIOD, "period", starts_on=campaign.starts_on, ends_on=campaign.ends_on)
    checks.not_before("doneOn", done_on, start)
    checks.done()
    duty = CampaignDuty(
        campaign_id=campaign.id,
        division_id=place.id,
        division_path=place.path,
        kind=kind,
        period_start=start,
        done_on=done_on,
        document=paper,
    )
    taken = DomainError(Code.CAMPAIGN_DONE_ALREADY, "period", name=place.name, kind=kind, since=start)
    key = "campaign_duty_once"
    await create(scope, duty, "campaign_duty", action="done", taken={key: taken})
    return duty


def _period_start(day: date, months: int) -> date:
    """The first day of the calendar's month, quarter or half-year that a day lies in."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)
