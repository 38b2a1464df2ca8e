"""Three years of what happened at a company's projects, made by the database itself: who led them and checked in with
the community, open days and opinions, issues, agreements and what was claimed under them.

Each statement runs in the company's name and takes the company ($1), how many projects those before it have ($2), how
many events there are in all ($3) and at how many projects ($4); each project has its share, and equal input gives equal
rows. What varies is read from the bytes of a hash, so no statement depends on the order of another's rows.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from tenants.calendar import Deadline, after_days
from tenants.sample.company import TODAY
from tenants.scope import Scope
from tenants.setting import KINDS, SettingKey

SINCE: Final = TODAY - timedelta(3 * 365)
"""When the three years begin."""
CHECK_IN_DAYS: Final = 5
"""The days to check in that the sample province sets."""

_FIRST: Final = date(2015, 1, 1)
_TODAY: Final = f"date '{TODAY}'"


def row_id(moment: str, hash: str) -> str:
    """SQL of an id shaped like UUIDv7, of a moment and the MD5 in hexadecimal that makes it unlike others."""
    milliseconds = f"lpad(to_hex((extract(epoch FROM {moment}) * 1000)::bigint), 12, '0')"
    return f"({milliseconds} || '7' || substr({hash}, 1, 3) || '8' || substr({hash}, 4, 15))::uuid"


def chosen(byte: int, *values: str) -> str:
    """SQL of one of some texts by a byte of the hash."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + get_byte(b, {byte}) % {len(values)}]"


def hashed(key: str) -> str:
    """SQL of a lateral row `s`: the MD5 of a key, as hexadecimal text `h` and as bytes `b`."""
    # Neither is worked out again wherever it is named: OFFSET keeps the planner from putting it there.
    return f"LATERAL (SELECT h, decode(h, 'hex') AS b FROM (SELECT md5({key}) AS h OFFSET 0) m OFFSET 0) s"


def later(day: str, calendar: str) -> str:
    """SQL of the deadline that begins with a day, by a parameter that holds a `calendar`."""
    return f"({day} + get_byte({calendar}::bytea, {day} - date '{_FIRST}'))"


def calendar(deadline: Callable[[date], Deadline]) -> bytes:
    """How many days after each day its deadline is, as the areas count it: a byte for each day from 2015 on."""
    every = (_FIRST + timedelta(n) for n in range((TODAY - _FIRST).days + 366))
    return bytes((deadline(day).on - day).days for day in every)


_PROJECTS: Final = """
    SELECT p.*, ((p.place + 1) * $3::bigint / $4 - p.place * $3 / $4)::int AS share
    FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 + $2::bigint AS place FROM project WHERE tenant_id = $1) p
"""
"""SQL of the company's projects, each with its share of the events."""


def _events(kind: str, until: str) -> str:
    """SQL of a project's share of the events of a kind, spread over its part of the three years: `day` by `day`."""
    return f"""
    SELECT p.tenant_id, p.id AS project_id, p.estate_id, p.division_path, s.h, s.b,
           w.since + ((k - 1) * w.days + get_byte(s.b, 0) * w.days / 256) / p.share AS day
    FROM ({_PROJECTS}) p
    CROSS JOIN LATERAL (
        SELECT greatest(p.started_on, date '{SINCE}') AS since,
               least(p.ended_on, {until}) - greatest(p.started_on, date '{SINCE}') + 1 AS days
    ) w
    CROSS JOIN generate_series(1, p.share) k
    CROSS JOIN {hashed(f"'{kind}/' || p.id || '/' || k")}
    WHERE w.days > 0
    """


_LEADS: Final = f"""
INSERT INTO project_lead (tenant_id, id, created_at, updated_at, version, project_id, staff_id, arrived_on, left_on)
SELECT tenant_id, {row_id("arrived_on::timestamptz", "h")}, arrived_on, arrived_on, 1, project_id, staff_id, arrived_on,
       left_on
FROM (
    SELECT p.tenant_id, p.id AS project_id, m.id AS staff_id, s.h, p.started_on + w.days * k / w.terms AS arrived_on,
           CASE WHEN k < w.terms - 1 THEN p.started_on + w.days * (k + 1) / w.terms - 1 ELSE p.ended_on END AS left_on
    FROM ({_PROJECTS}) p
    CROSS JOIN LATERAL (SELECT least(p.ended_on, {_TODAY}) - p.started_on + 1 AS days) d
    CROSS JOIN LATERAL (SELECT d.days, least(p.share, d.days) AS terms) w
    CROSS JOIN generate_series(0, w.terms - 1) k
    JOIN (
        SELECT project_id, id, row_number() OVER (PARTITION BY project_id ORDER BY id) - 1 AS turn,
               count(*) OVER (PARTITION BY project_id) AS managers
        FROM staff WHERE tenant_id = $1 AND post = 'PROJECT_MANAGER'
    ) m ON m.project_id = p.id AND m.turn = k % m.managers
    CROSS JOIN {hashed("'lead/' || p.id || '/' || k")}
) lead
"""
"""The terms of a project's managers, who take turns without a gap; the last one's ends with the project."""

_CHECK_INS: Final = f"""
INSERT INTO check_in (tenant_id, id, created_at, updated_at, version, lead_id, project_id, estate_id, division_path,
                      arrived_on, left_on, days, deadline_on, provisional, state, reported_on, document, late_reason,
                      confirmed_on)
SELECT c.tenant_id, {row_id("arrived_on::timestamptz", "h")}, arrived_on, arrived_on, 1, lead_id, project_id, estate_id,
       division_path, arrived_on, left_on, {CHECK_IN_DAYS}, deadline_on, false,
       CASE WHEN confirmed_on IS NOT NULL THEN 'CONFIRMED' WHEN left_on IS NOT NULL THEN 'ENDED'
            WHEN reported_on > deadline_on THEN 'REPORTED_LATE' WHEN reported_on IS NOT NULL THEN 'REPORTED'
            WHEN deadline_on < {_TODAY} THEN 'OVERDUE' ELSE 'PENDING' END,
       reported_on, CASE WHEN reported_on IS NOT NULL THEN '社区报到登记表（示例）' END,
       CASE WHEN reported_on > deadline_on THEN '交接期间未能到社区（示例）' END, confirmed_on
FROM (
    SELECT c.*, CASE WHEN get_byte(b, 3) >= 10 AND reported_on + get_byte(b, 4) % 10 <= until
                     THEN reported_on + get_byte(b, 4) % 10 END AS confirmed_on
    FROM (
        SELECT l.tenant_id, l.id AS lead_id, l.project_id, p.estate_id, p.division_path, l.arrived_on, l.left_on, s.h,
               s.b, least(l.left_on, {_TODAY}) AS until, {later("l.arrived_on", "$2")} AS deadline_on, r.reported_on
        FROM project_lead l JOIN project p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
        CROSS JOIN {hashed("'check-in/' || l.id")}
        CROSS JOIN LATERAL (
            SELECT CASE WHEN get_byte(s.b, 0) < 8 THEN NULL WHEN get_byte(s.b, 1) < 20
                   THEN l.arrived_on + 8 + get_byte(s.b, 2) % 10 ELSE l.arrived_on + get_byte(s.b, 2) % 6 END AS day
        ) w
        CROSS JOIN LATERAL (SELECT CASE WHEN w.day <= least(l.left_on, {_TODAY}) THEN w.day END AS reported_on) r
        WHERE l.tenant_id = $1
    ) c
) c
"""
"""Each lead's check-in: one in thirteen late, one in thirty never, and not yet confirmed where the days did not do."""

_OPEN_DAYS: Final = f"""
INSERT INTO open_day (tenant_id, id, created_at, updated_at, version, project_id, estate_id, division_path, theme,
                      starts_at, ends_at, meeting_place, areas, host, organisers, state, published_on, held_on,
                      attended, volunteers, party_volunteers, reason, no_opinions, closed_on)
SELECT tenant_id, {row_id("(day - 14)::timestamptz", "h")}, day - 14, day, 1, project_id, estate_id, division_path,
       {chosen(4, "看得见的放心水", "走进消防控制室", "电梯维保公开日", "设备房开放日")}, day + time '09:00',
       day + time '11:00', '物业服务中心门前', ARRAY[{chosen(5, "PUMP_ROOM", "FIRE_PUMP_ROOM", "MONITORING_ROOM")}],
       '项目经理', ARRAY['COMPANY'], state, day - 10, CASE WHEN held THEN day END,
       CASE WHEN held THEN 5 + get_byte(b, 6) % 60 END, CASE WHEN held THEN get_byte(b, 7) % 8 END, NULL,
       CASE WHEN state = 'CANCELLED' THEN '暴雨预警（示例）' END, state = 'CLOSED' AND get_byte(b, 2) >= 77,
       CASE WHEN state = 'CLOSED' THEN day + 14 END
FROM (
    SELECT e.*, state IN ('HELD', 'FEEDBACK_OPEN', 'CLOSED') AS held
    FROM (
        SELECT e.*, CASE WHEN day > {_TODAY} THEN 'PUBLISHED' WHEN get_byte(b, 1) < 8 THEN 'CANCELLED'
                         WHEN day > {_TODAY} - 3 THEN 'HELD'
                         WHEN day > {_TODAY} - 14 OR get_byte(b, 2) < 77 AND get_byte(b, 3) < 4 THEN 'FEEDBACK_OPEN'
                         ELSE 'CLOSED' END AS state
        FROM ({_events("open-day", f"{_TODAY} + 10")}) e
    ) e
) e
"""
"""Open days, the next ones announced; at three of ten somebody said something, and a few wait for an answer."""

_OPINIONS: Final = f"""
INSERT INTO opinion (tenant_id, id, created_at, updated_at, version, open_day_id, estate_id, division_path, category,
                     content, satisfaction, received_on, answer_due_on, provisional, answer, answered_on)
SELECT d.tenant_id, {row_id("d.held_on::timestamptz", "h")}, d.held_on, d.held_on, 1, d.id, d.estate_id,
       d.division_path, {chosen(0, "设施维护", "环境卫生", "停车管理")}, '希望公示水箱清洗和水质检测记录（示例）',
       3 + get_byte(b, 1) % 3, d.held_on, {later("d.held_on", "$2")}, false,
       CASE WHEN d.state = 'CLOSED' THEN '已在公告栏公示，每季度更新（示例）' END,
       CASE WHEN d.state = 'CLOSED' THEN d.held_on + get_byte(b, 2) % 14 END
FROM open_day d CROSS JOIN {hashed("'opinion/' || d.id")}
WHERE d.tenant_id = $1 AND (d.state = 'FEEDBACK_OPEN' OR d.state = 'CLOSED' AND NOT d.no_opinions)
"""
"""One opinion of an open day where there was one."""

_ISSUES: Final = f"""
INSERT INTO issue (tenant_id, id, created_at, updated_at, version, project_id, estate_id, division_path, category_id,
                   title, source, channel, level, state, co_handlers, found_on, due_on, provisional, supervised_on,
                   answer, closed_on, closed_at_level, satisfaction, escalation_reason, reopened, reopened_on,
                   reopening_reason)
SELECT tenant_id, {row_id("day::timestamptz", "h")}, day, coalesce(closed_on, day), 1, project_id, estate_id,
       division_path, ($5::uuid[])[1 + get_byte(b, 9) % cardinality($5::uuid[])],
       {chosen(9, "电梯异响", "楼道堆物", "路灯不亮", "车位被占", "消防通道堵塞", "收费争议", "噪声扰民", "绿化缺损")},
       {chosen(10, "PATROL", "PATROL", "RESIDENT", "RESIDENT", "HOTLINE_12345", "HOME_VISIT", "INSPECTION")},
       {chosen(11, "PHONE", "GRID", "WECHAT", "COUNTER", "APP")}, level,
       CASE WHEN closed_on IS NULL AND {_TODAY} - day < 2 THEN 'REPORTED' WHEN closed_on IS NULL THEN 'IN_PROGRESS'
            WHEN get_byte(b, 6) < 100 THEN 'EVALUATED' ELSE 'CLOSED' END,
       ARRAY[]::text[], day, due_on, false,
       CASE WHEN coalesce(closed_on, {_TODAY}) > due_on + 5 AND get_byte(b, 8) < 60 THEN due_on + 5 END,
       CASE WHEN closed_on IS NOT NULL THEN '已处理并回访（示例）' END, closed_on,
       CASE WHEN closed_on IS NOT NULL THEN level END,
       CASE WHEN closed_on IS NOT NULL AND get_byte(b, 6) < 100 THEN 3 + get_byte(b, 12) % 3 END,
       CASE WHEN level IN ('STREET', 'COUNTY') THEN '超出小区处置能力（示例）' END, (opened_again IS NOT NULL)::int,
       opened_again, CASE WHEN opened_again IS NOT NULL THEN '同一问题再次出现（示例）' END
FROM (
    SELECT e.*, {later("coalesce(opened_again, day)", "$6")} AS due_on,
           CASE WHEN get_byte(b, 3) >= 5 AND done + CASE WHEN opened_again IS NULL THEN 0 ELSE 2 END <= {_TODAY}
                THEN done + CASE WHEN opened_again IS NULL THEN 0 ELSE 2 END END AS closed_on,
           CASE WHEN get_byte(b, 7) < 170 THEN 'ESTATE' WHEN get_byte(b, 7) < 208 THEN 'GRID'
                WHEN get_byte(b, 7) < 238 THEN 'COMMUNITY' WHEN get_byte(b, 7) < 251 THEN 'STREET'
                ELSE 'COUNTY' END AS level
    FROM (
        SELECT e.*, done, CASE WHEN get_byte(b, 4) < 5 AND done <= {_TODAY} THEN done END AS opened_again
        FROM ({_events("issue", _TODAY)}) e
        CROSS JOIN LATERAL (
            SELECT day + CASE WHEN get_byte(b, 1) < 215 THEN get_byte(b, 2) % 4 ELSE 3 + get_byte(b, 2) % 40 END AS done
        ) w
    ) e
) e
"""
"""Issues: five of six dealt with in three days, one in fifty never closed, one in fifty opened anew."""

_AGREEMENTS: Final = f"""
INSERT INTO agreement (tenant_id, id, created_at, updated_at, version, division_id, division_path, year,
                       community_organisation, signatory, signed_on, document, state, reviewed_on, review)
SELECT tenant_id, {row_id("signed_on::timestamptz", "h")}, signed_on, signed_on, 1, division_id, division_path, year,
       '社区党组织（示例）', '项目经理', signed_on, '共建协议（示例）',
       CASE WHEN past THEN 'REVIEWED' ELSE 'IN_PROGRESS' END, CASE WHEN past THEN make_date(year, 12, 20) END,
       CASE WHEN past THEN '已完成（示例）' END
FROM (
    SELECT w.*, d.id AS division_id, s.h, s.b, make_date(w.year, 1, 6) + get_byte(s.b, 0) % 90 AS signed_on,
           w.year < extract(year FROM {_TODAY}) AS past
    FROM (
        SELECT DISTINCT p.tenant_id, p.division_path, y.year
        FROM project p CROSS JOIN generate_series({TODAY.year - 2}, {TODAY.year}) y(year)
        WHERE p.tenant_id = $1 AND p.started_on < make_date(y.year, 12, 20)
              AND (p.ended_on IS NULL OR p.ended_on >= make_date(y.year, 1, 1))
    ) w
    JOIN division d ON d.path = w.division_path
    CROSS JOIN {hashed("'agreement/' || w.tenant_id || w.division_path || w.year")}
    WHERE get_byte(s.b, 1) < 205
) a
"""
"""With four of five communities that a company works in, every year one."""

_CLAIMS: Final = f"""
INSERT INTO claimed_project (tenant_id, id, created_at, updated_at, version, agreement_id, division_id, division_path,
                             title, category, beneficiaries, claimed_on, due_on, state, completed_on, result,
                             confirmed_on)
SELECT tenant_id, {row_id("claimed_on::timestamptz", "h")}, claimed_on, claimed_on, 1, agreement_id, division_id,
       division_path, CASE k WHEN 1 THEN '为老人检修水电（示例）' ELSE '应急救护培训（示例）' END, '便民服务',
       20 + get_byte(b, 1) % 80, claimed_on, make_date(year, 12, 31),
       CASE WHEN done_on IS NULL THEN 'IN_PROGRESS' WHEN past THEN 'CONFIRMED' ELSE 'COMPLETED' END, done_on,
       CASE WHEN done_on IS NOT NULL THEN '已完成（示例）' END,
       CASE WHEN done_on IS NOT NULL AND past THEN done_on + 5 END
FROM (
    SELECT a.tenant_id, a.id AS agreement_id, a.division_id, a.division_path, a.year, s.h, s.b, k,
           a.signed_on + 10 AS claimed_on, a.state = 'REVIEWED' AS past,
           CASE WHEN a.state = 'REVIEWED' AND get_byte(s.b, 0) < 240 OR get_byte(s.b, 0) < 60
                THEN a.signed_on + 40 + get_byte(s.b, 2) % 40 END AS done_on
    FROM agreement a CROSS JOIN generate_series(1, 2) k
    CROSS JOIN {hashed("'claim/' || a.id || '/' || k")}
    WHERE a.tenant_id = $1 AND (k = 1 OR get_byte(s.b, 3) < 75)
) c
"""
"""A project under each agreement, and under every third or fourth a second one."""


_CHECKED_IN: Final = calendar(lambda day: after_days(day, CHECK_IN_DAYS))
_ANSWERED: Final = calendar(lambda day: after_days(day, KINDS[SettingKey.OPEN_DAY_ANSWER_DAYS].default))
_CLOSED: Final = calendar(lambda day: after_days(day, KINDS[SettingKey.ISSUE_DAYS].default))


async def live(scope: Scope, before: int, events: int, projects: int, categories: list[UUID]) -> None:
    """Let three years pass at the projects of the company in whose name this runs."""
    run, company = scope.connection.execute, scope.tenant_id
    await run(_LEADS, company, before, events, projects)
    await run(_CHECK_INS, company, _CHECKED_IN)
    await run(_OPEN_DAYS, company, before, events, projects)
    await run(_OPINIONS, company, _ANSWERED)
    await run(_ISSUES, company, before, events, projects, categories, _CLOSED)
    await run(_AGREEMENTS, company)
    await run(_CLAIMS, company)
