"""What companies owe by a day and did (合规日历, R-12), judged by counting their records: nothing is typed in for it.

A new lead's check-in by its deadline; a report to the community for each period (LEAD_REPORT_MONTHS) by its last day;
so many open days at an estate in a quarter that a project runs through (OPEN_DAYS_PER_QUARTER). Where a division's
setting asks for nothing, nothing is owed. Shares, and no ranking (国办函〔2026〕12号). The yearly agreement is R-06's.
"""

from enum import StrEnum

from tenants.setting import SettingKey, number_on, places


class CompanyDuty(StrEnum):
    """What a company owes again and again."""

    CHECK_IN = "CHECK_IN"
    LEAD_REPORT = "LEAD_REPORT"
    OPEN_DAY = "OPEN_DAY"


def _asking(key: SettingKey) -> str:
    """The divisions in which a setting is made for them or one above them, with the number that holds at the end."""
    return f"""(
        SELECT d.path, {number_on(key, "d.path", "{until}")} AS amount
        FROM ({places(key)}) d
    )"""


def _periods(months: str) -> str:
    """The periods of so many months whose last day lies in the period asked for."""
    return f"""(
        SELECT f.first::date AS first, (f.first + make_interval(months => {months}))::date - 1 AS last
        FROM generate_series(
            make_date(extract(year FROM {{since}})::int,
                      (extract(month FROM {{since}})::int - 1) / {months} * {months} + 1, 1)::timestamp,
            {{until}}::timestamp, make_interval(months => {months})) f(first)
        WHERE (f.first + make_interval(months => {months}))::date - 1 <= {{until}}
    )"""


_CHECK_INS = """
SELECT count(*) AS due, count(*) FILTER (WHERE t.reported_on <= {until}) AS done,
       count(*) FILTER (WHERE t.reported_on <= least(t.deadline_on, {until})) AS in_time,
       count(*) FILTER (WHERE t.deadline_on < current_date AND (t.reported_on <= {until}) IS NOT TRUE) AS overdue
FROM check_in t
WHERE {of_t} AND {within_t} AND t.deadline_on BETWEEN {since} AND {until}
      AND (t.left_on IS NULL OR t.left_on >= t.deadline_on OR t.reported_on IS NOT NULL)
"""
_LEAD_REPORTS = f"""
WITH n AS MATERIALIZED (SELECT * FROM {_asking(SettingKey.LEAD_REPORT_MONTHS)} n WHERE n.amount > 0)
SELECT count(*) AS due, count(m.id) AS done, count(*) FILTER (WHERE m.reported_on <= r.last) AS in_time,
       count(*) FILTER (WHERE m.id IS NULL AND r.last < current_date) AS overdue
FROM n
JOIN check_in c ON c.division_path = n.path AND c.division_path = ANY(ARRAY(SELECT path FROM n))
                AND {{of_c}} AND {{within_c}}
CROSS JOIN LATERAL {_periods("n.amount")} r
LEFT JOIN lead_report m ON {{of_m}} AND m.tenant_id = c.tenant_id AND m.project_id = c.project_id
                        AND m.since = r.first AND m.reported_on <= {{until}}
WHERE c.arrived_on <= r.last AND coalesce(c.left_on > r.last, true) AND c.created_at < r.last + 1
"""
_OPEN_DAYS = f"""
WITH n AS MATERIALIZED (SELECT * FROM {_asking(SettingKey.OPEN_DAYS_PER_QUARTER)} n WHERE n.amount > 0)
SELECT coalesce(sum(n.amount), 0) AS due, coalesce(sum(least(h.held, n.amount)), 0) AS done,
       coalesce(sum(least(h.held, n.amount)), 0) AS in_time,
       coalesce(sum(n.amount - least(h.held, n.amount)) FILTER (WHERE q.last < current_date), 0) AS overdue
FROM n
JOIN project p ON p.division_path = n.path AND p.division_path = ANY(ARRAY(SELECT path FROM n))
               AND {{of_p}} AND {{within_p}}
CROSS JOIN LATERAL {_periods("3")} q
CROSS JOIN LATERAL (
    SELECT count(*) AS held FROM open_day o
    WHERE {{of_o}} AND o.tenant_id = p.tenant_id AND o.project_id = p.id AND o.held_on BETWEEN q.first AND q.last
) h
WHERE p.started_on <= q.first AND coalesce(p.ended_on > q.last, true)
"""

REPORT = f"""
SELECT k.kind, k.due::int, k.done::int, k.in_time::int AS done_in_time, k.overdue::int,
       round(k.done::numeric / nullif(k.due, 0), 4) AS done_share,
       round(k.in_time::numeric / nullif(k.due, 0), 4) AS in_time_share
FROM (
    SELECT 1 AS number, '{CompanyDuty.CHECK_IN}' AS kind, t.* FROM ({_CHECK_INS}) t
    UNION ALL SELECT 2, '{CompanyDuty.LEAD_REPORT}', m.* FROM ({_LEAD_REPORTS}) m
    UNION ALL SELECT 3, '{CompanyDuty.OPEN_DAY}', o.* FROM ({_OPEN_DAYS}) o
) k ORDER BY k.number
"""
"""R-12 of companies: what falls due in a period, and what of it was done by its end, by kind. An open day of a later
quarter makes up for none; a lead who left before the deadline owes no check-in.
"""
