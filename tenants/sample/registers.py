"""What the registers of a sample province hold beside the companies' own rows, made by the database itself: whistles
and who they called, owners' committees, subsidies, campaigns with the duties done, and posts held across.

Whistles and posts are the companies' rows, written in their name; the rest is kept by the regulator of each city, or by
the platform. Equal input gives equal rows, and rows that are there stay as they are.
"""

from datetime import date
from typing import Final
from uuid import UUID

from tenants.campaign import MONTHS, Campaign, DutyKind
from tenants.division import WORKER, DivisionLevel
from tenants.sample.company import TODAY, Place, Rows, ids_of, insert
from tenants.sample.regulator import Authority
from tenants.sample.years import hashed, row_id
from tenants.scope import Database, Principal, Scope
from tenants.setting import KINDS, SettingKey

SINCE: Final = date(2024, 1, 1)
GRACE_DAYS: Final = 10

_TODAY: Final = f"date '{TODAY}'"

_STREETS: Final = f"""
INSERT INTO regulator (id, created_at, updated_at, version, name, level, division_id, division_path, status)
SELECT {row_id("day", "md5('street/' || d.path)")}, day, day, 1, d.name || '（示例）', d.level, d.id, d.path, 'ACTIVE'
FROM division d CROSS JOIN (SELECT date '{SINCE}'::timestamptz AS day) t
WHERE d.level = 'STREET' AND d.valid_to IS NULL AND d.path ^@ $1
ON CONFLICT DO NOTHING
"""
"""Each street's own regulator, which raises the whistles there."""

_RATING_STREETS: Final = """
SELECT id, name, division_id, division_path FROM regulator
WHERE level = 'STREET' AND division_path ^@ $1 AND right(division_path, 1) = '1' ORDER BY division_path
"""

_HOURS: Final = f"""make_interval(hours => CASE level WHEN 'EMERGENCY'
    THEN {KINDS[SettingKey.WHISTLE_EMERGENCY_HOURS].default} ELSE {KINDS[SettingKey.WHISTLE_HOURS].default} END)"""

_WHISTLES: Final = f"""
WITH raised AS (
    SELECT i.tenant_id, i.project_id, i.estate_id, i.division_path, i.id AS issue_id, i.title, s.h, s.b,
           i.found_on + make_time(8 + get_byte(s.b, 1) % 10, get_byte(s.b, 2) % 60, 0) AS at,
           CASE WHEN get_byte(s.b, 3) < 150 THEN 'PUBLICITY' WHEN get_byte(s.b, 3) < 180 THEN 'EMERGENCY'
                WHEN get_byte(s.b, 3) < 220 THEN 'ENFORCEMENT' ELSE 'HARD_PROBLEM' END AS level
    FROM issue i CROSS JOIN {hashed("'whistle/' || i.id")}
    WHERE i.tenant_id = $1 AND get_byte(s.b, 0) < 26
), answered AS (
    SELECT r.*, get_byte(b, 4) < 10 AS rejected,
           CASE WHEN get_byte(b, 4) >= 15 AND answer.at <= {_TODAY} + time '18:00' THEN answer.at END AS responded_at
    FROM raised r
    CROSS JOIN LATERAL (
        SELECT r.at + make_interval(mins => CASE level
            WHEN 'EMERGENCY' THEN 5 + get_byte(b, 5) * (1 + get_byte(b, 6) % 2)
            ELSE 20 + get_byte(b, 5) * (1 + get_byte(b, 6) % 8) END) AS at
        OFFSET 0
    ) answer
), studied AS (
    SELECT a.*, CASE WHEN level = 'HARD_PROBLEM' AND responded_at::date + get_byte(b, 7) % 10 <= {_TODAY}
                     THEN responded_at::date + get_byte(b, 7) % 10 END AS meeting_on
    FROM answered a
), disposed AS (
    SELECT s.*, CASE WHEN get_byte(b, 9) >= 12 AND first + get_byte(b, 8) % 15 <= {_TODAY}
                     THEN first + get_byte(b, 8) % 15 END AS disposed_on
    FROM studied s
    CROSS JOIN LATERAL (
        SELECT CASE level WHEN 'HARD_PROBLEM' THEN meeting_on ELSE responded_at::date END AS first OFFSET 0
    ) f
), confirmed AS (
    SELECT d.*, CASE WHEN get_byte(b, 10) >= 20 AND disposed_on + get_byte(b, 10) % 6 <= {_TODAY}
                     THEN disposed_on + get_byte(b, 10) % 6 END AS confirmed_on
    FROM disposed d
), whistles AS (
    INSERT INTO whistle (tenant_id, id, created_at, updated_at, version, project_id, estate_id, division_path, issue_id,
                         raised_by, level, matter, persuasion, state, raised_at, respond_by, accepted_at, rejection,
                         responded_at, meeting_on, meeting_minutes, disposed_on, disposal, confirmed_on)
    SELECT tenant_id, {row_id("at::timestamptz", "h")}, at, coalesce(confirmed_on, disposed_on, responded_at, at),
           1 + (NOT rejected)::int + num_nonnulls(responded_at, meeting_on, disposed_on, confirmed_on) + rejected::int,
           project_id, estate_id, division_path, issue_id,
           {row_id(f"date '{SINCE}'::timestamptz", "md5('street/' || substr(division_path, 1, 9))")}, level,
           title, CASE level WHEN 'ENFORCEMENT' THEN '已当面劝导两次，未改正（示例）' END,
           CASE WHEN rejected THEN 'REJECTED' WHEN confirmed_on IS NOT NULL THEN 'CONFIRMED'
                WHEN disposed_on IS NOT NULL THEN 'DISPOSED' WHEN meeting_on IS NOT NULL THEN 'JOINT_MEETING'
                WHEN responded_at IS NOT NULL THEN 'RESPONDED' ELSE 'ACCEPTED' END,
           at, at + {_HOURS}, CASE WHEN NOT rejected THEN at + interval '3 minutes' END,
           CASE WHEN rejected THEN '不属于吹哨事项（示例）' END, responded_at, meeting_on,
           CASE WHEN meeting_on IS NOT NULL THEN '联席会议纪要（示例）' END, disposed_on,
           CASE WHEN disposed_on IS NOT NULL THEN '已现场处置（示例）' END, confirmed_on
    FROM confirmed
    RETURNING tenant_id, id, estate_id, division_path, raised_at, responded_at
)
INSERT INTO whistle_unit (tenant_id, id, created_at, updated_at, version, whistle_id, estate_id, division_path, name,
                          raised_at, arrived_at)
SELECT w.tenant_id, {row_id("w.raised_at", "md5('unit/' || w.id || k)")}, w.raised_at,
       coalesce(w.responded_at, w.raised_at), 1 + (w.responded_at IS NOT NULL)::int, w.id, w.estate_id, w.division_path,
       (ARRAY['综合执法队', '派出所', '消防救援站', '供水公司', '供电公司', '燃气公司', '市场监管所'])
       [1 + (get_byte(s.b, 1) + k) % 7], w.raised_at,
       CASE WHEN k = 1 OR get_byte(s.b, 2) < 200
            THEN w.responded_at + make_interval(mins => (k - 1) * get_byte(s.b, 3)) END
FROM whistles w CROSS JOIN {hashed("'units/' || w.id")} CROSS JOIN generate_series(1, 1 + get_byte(s.b, 0) / 180) k
"""
"""One whistle for ten issues, and of three of ten a second unit; most are answered in time, a few never."""

_POSTS: Final = f"""
INSERT INTO cross_appointment (tenant_id, id, created_at, updated_at, version, direction, holder, body_kind, body_name,
                               post, project_id, since)
SELECT p.tenant_id, {row_id("p.started_on::timestamptz", "h")}, p.started_on, p.started_on, 1, 'INTO_COMMUNITY',
       'PROJECT_LEAD', 'RESIDENTS_COMMITTEE', '社区居民委员会（示例）', '兼职委员', p.id, p.started_on
FROM project p CROSS JOIN {hashed("'post/' || p.id")}
WHERE p.tenant_id = $1 AND p.ended_on IS NULL AND get_byte(s.b, 0) < 60
"""
"""The leads of a quarter of the projects hold a post in the community."""

_COMMITTEES: Final = f"""
WITH formed AS (
    SELECT e.id AS estate_id, e.division_path, s.h, s.b,
           CASE e.committee_status WHEN 'PMC' THEN 'PMC' ELSE 'OC' END AS kind,
           least(coalesce(e.committee_eligible_on, date '2021-01-01') + get_byte(s.b, 0) * 3, {_TODAY} - 30) AS on_day,
           7 + 2 * (get_byte(s.b, 1) % 3) AS members
    FROM estate e CROSS JOIN {hashed("'committee/' || e.id")}
    WHERE e.division_path ^@ $1 AND e.committee_status IN ('ESTABLISHED', 'PMC')
          AND NOT EXISTS (SELECT FROM committee c WHERE c.estate_id = e.id)
), committees AS (
    INSERT INTO committee (id, created_at, updated_at, version, estate_id, division_path, kind, members, owners,
                           formed_on, term_ends_on, filed_on)
    SELECT {row_id("on_day::timestamptz", "h")}, on_day, on_day, 1, estate_id, division_path, kind, members,
           CASE kind WHEN 'PMC' THEN members / 2 + 1 END, on_day, (on_day + interval '5 years')::date,
           CASE WHEN get_byte(b, 2) >= 15 THEN on_day + get_byte(b, 2) % 30 END
    FROM formed
    ON CONFLICT DO NOTHING
)
INSERT INTO committee_composition (id, created_at, updated_at, version, committee_id, division_path, elected_on,
                                   members, party_members, chair_in_party, chair_is_secretary)
SELECT {row_id("on_day::timestamptz", "md5('composition/' || h)")}, on_day, on_day, 1,
       {row_id("on_day::timestamptz", "h")}, division_path, on_day, members, 1 + get_byte(b, 3) % (members - 1),
       get_byte(b, 4) < 150, get_byte(b, 4) < 80
FROM formed WHERE kind = 'OC'
ON CONFLICT DO NOTHING
"""
"""A committee where the registry says that there is one, and of owners' committees how it is composed."""

_SUBSIDIES: Final = f"""
INSERT INTO subsidy (id, created_at, updated_at, version, estate_id, division_path, serving_tenant_id, rate, area,
                     first_month, months, basis, end_reason)
SELECT {row_id("first_month::timestamptz", "h")}, first_month, first_month, 1 + (get_byte(b, 3) < 20)::int, id,
       division_path, serving_tenant_id, (ARRAY[0.2, 0.3, 0.5])[1 + get_byte(b, 1) % 3], area, first_month,
       CASE WHEN get_byte(b, 3) < 20 THEN 6 ELSE 12 * (1 + get_byte(b, 4) % 3) END, '物业费补贴办法（示例）',
       CASE WHEN get_byte(b, 3) < 20 THEN '小区已改由市场化物业服务（示例）' END
FROM (
    SELECT e.*, s.h, s.b, (date '{SINCE}' + make_interval(months => get_byte(s.b, 2) % 24))::date AS first_month
    FROM estate e CROSS JOIN {hashed("'subsidy/' || e.id")}
    WHERE e.division_path ^@ $1 AND get_byte(s.b, 0) < 26
) e
ON CONFLICT DO NOTHING
"""
"""For one of ten estates, for one to three years; a few ended early."""

_KINDS: Final = ", ".join(f"('{kind}', {MONTHS[kind]})" for kind in DutyKind)

_DUTIES: Final = f"""
INSERT INTO campaign_duty (id, created_at, updated_at, version, campaign_id, division_id, division_path, kind,
                           period_start, done_on, document)
SELECT {row_id("done_on::timestamptz", "h")}, done_on, done_on, 1, campaign_id, id, path, kind, first, done_on,
       '专项行动台账（示例）'
FROM (
    SELECT c.id AS campaign_id, d.id, d.path, k.kind, f.first::date AS first, s.h, s.b,
           (f.first + make_interval(months => k.months))::date - 1 + get_byte(s.b, 1) % 14 AS done_on
    FROM campaign c
    JOIN (VALUES {_KINDS}) k(kind, months) ON k.kind = ANY(c.duties)
    CROSS JOIN LATERAL generate_series(c.starts_on::timestamp, {_TODAY}, make_interval(months => k.months)) f(first)
    JOIN division d ON d.level = c.owed_by AND d.path ^@ c.division_path AND d.valid_to IS NULL
    CROSS JOIN {hashed("'duty/' || c.id || d.path || k.kind || f.first")}
    WHERE c.id = $1 AND get_byte(s.b, 0) >= 20
) d WHERE done_on <= {_TODAY}
ON CONFLICT DO NOTHING
"""
"""Twelve of thirteen duties, a few later than the campaign grants."""


async def whistle(scope: Scope) -> None:
    """Whistles at the projects of the company in whose name this runs, and posts that its leads hold across."""
    await scope.connection.execute(_WHISTLES, scope.tenant_id)
    await scope.connection.execute(_POSTS, scope.tenant_id)


async def streets(scope: Scope, province: str) -> list[Authority]:
    """Make the regulators of the streets, as the platform; those whose code ends in 1, which rate project leads."""
    await scope.connection.execute(_STREETS, province)
    found = await scope.connection.fetch(_RATING_STREETS, province)
    return [
        Authority(
            Place(row["division_id"], row["division_path"]),
            row["name"],
            Principal("regulator", regulator_id=UUID(str(row["id"])), division_path=row["division_path"]),
            {},
        )
        for row in found
    ]


async def campaign(database: Database, owner: Authority, owed_by: DivisionLevel, *duties: DutyKind) -> None:
    """A campaign of a regulator's division until the end of the year, with what was done of it so far."""
    rows = Rows(ids_of(f"{owner.place.path}/campaign", 0))
    campaign_id = rows.add(
        Campaign,
        division_id=owner.place.id,
        division_path=owner.place.path,
        name="物业服务提升专项行动（示例）",
        basis="专项行动方案（示例）",
        starts_on=SINCE,
        ends_on=date(TODAY.year, 12, 31),
        owed_by=owed_by,
        duties=duties,
        grace_days=GRACE_DAYS,
    )
    async with database.writing(WORKER) as scope, scope.acting_as(owner.principal):
        await insert(scope, Campaign, rows.tables[Campaign], again=True)
        await scope.connection.execute(_DUTIES, campaign_id)


async def keep(database: Database, city: Authority) -> None:
    """What the platform and a city's regulator keep of its estates: committees and subsidies."""
    async with database.writing(WORKER) as scope:
        await scope.connection.execute(_COMMITTEES, city.place.path)
        async with scope.acting_as(city.principal):
            await scope.connection.execute(_SUBSIDIES, city.place.path)
