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
        UniqueConstraint("campaign_id", "division_id", "kind", "period_start"),
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
SELECT k.number, k.kind, c.name AS campaign, d.path AS division_path, d.name AS division_name,
       s.first::date AS period_start, p.ended_on AS period_end, p.ended_on + c.grace_days AS due_on, a.done_on
FROM campaign c
JOIN (VALUES {_KINDS}) k(number, kind, months) ON k.kind = ANY(c.duties)
CROSS JOIN LATERAL generate_series(
    make_date(extract(year FROM c.starts_on)::int,
              (extract(month FROM c.starts_on)::int - 1) / k.months * k.months + 1, 1)::timestamp,
    c.ends_on::timestamp, make_interval(months => k.months)) s(first)
CROSS JOIN LATERAL (SELECT (s.first + make_interval(months => k.months))::date - 1 AS ended_on) p
JOIN division d ON d.level = c.owed_by AND d.path ^@ c.division_path
                AND d.path >= {{place}} AND d.path < {{place}} || '['
                AND d.path ^@ nullif(current_setting('linli.division', true), '')
                AND (d.valid_from IS NULL OR d.valid_from <= p.ended_on)
                AND (d.valid_to IS NULL OR d.valid_to > p.ended_on)
LEFT JOIN campaign_duty a ON {{of_a}} AND a.campaign_id = c.id AND a.division_id = d.id AND a.kind = k.kind
                          AND a.period_start = s.first::date AND a.done_on <= {{until}}
WHERE p.ended_on BETWEEN c.starts_on AND c.ends_on AND p.ended_on + c.grace_days BETWEEN {{since}} AND {{until}}
"""

REPORT = f"""
SELECT k.kind, count(o.kind)::int AS due, count(o.done_on)::int AS done,
       count(*) FILTER (WHERE o.done_on <= o.due_on)::int AS done_in_time,
       count(*) FILTER (WHERE o.due_on < current_date AND o.done_on IS NULL)::int AS overdue,
       round(count(o.done_on)::numeric / nullif(count(o.kind), 0), 4) AS done_share,
       round(count(*) FILTER (WHERE o.done_on <= o.due_on)::numeric / nullif(count(o.kind), 0), 4) AS in_time_share
FROM (VALUES {_KINDS}) k(number, kind, months)
LEFT JOIN ({_OWED}) o ON o.kind = k.kind
GROUP BY k.number, k.kind ORDER BY k.number
"""
"""R-12: the duties that fall due in a period, and those of them done by its end, by kind. A period of a campaign counts
when its last day lies in the campaign; it falls due so many days later as the campaign grants.
"""

CALENDAR = f"""
SELECT o.campaign, o.kind, o.division_path, o.division_name, o.period_start, o.period_end, o.due_on, o.done_on,
       o.done_on IS NULL AND o.due_on < current_date AS overdue
FROM ({_OWED}) o ORDER BY o.due_on, o.number, o.division_path, o.campaign LIMIT 1000
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
    key = "campaign_duty_campaign_id_division_id_kind_period_start_key"
    await create(scope, duty, "campaign_duty", action="done", taken={key: taken})
    return duty


def _period_start(day: date, months: int) -> date:
    """The first day of the calendar's month, quarter or half-year that a day lies in."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)
