"""R-05: open days held, and what was said there; and how many a quarter are owed."""

from tenants.setting import SettingKey, number_on, places

REPORT = f"""
SELECT kind AS estate_kind, coalesce(h.held, 0)::int AS held, coalesce(h.estates, 0)::int AS estates,
       coalesce(h.served, 0)::int AS estates_served,
       round(coalesce(h.held, 0)::numeric / nullif(h.served, 0), 2) AS held_per_estate,
       round(coalesce(h.estates, 0)::numeric / nullif(h.served, 0), 4) AS holding_share,
       {number_on(SettingKey.OPEN_DAYS_PER_QUARTER, "{place}", "{until}")} AS quarterly_target,
       coalesce(h.attended, 0)::int AS attended, coalesce(o.given, 0)::int AS opinions,
       round(o.answered::numeric / nullif(o.given, 0), 4) AS answered_share, o.median_days_to_answer
FROM (
    SELECT e.kind, sum(d.held) AS held, count(d.held) AS estates, count(*) FILTER (WHERE r.served) AS served,
           sum(d.attended) AS attended
    FROM (
        SELECT t.estate_id, count(*) AS held, sum(t.attended) AS attended FROM open_day t
        WHERE {{of_t}} AND {{within_t}} AND t.held_on BETWEEN {{since}} AND least({{until}}, {{as_of}})
        GROUP BY t.estate_id
    ) d
    FULL JOIN (
        SELECT p.estate_id, true AS served FROM project p
        WHERE {{of_p}} AND {{within_p}} AND p.started_on <= least({{until}}, {{as_of}})
              AND (p.ended_on IS NULL OR p.ended_on >= {{since}})
        GROUP BY p.estate_id
    ) r USING (estate_id)
    JOIN estate e ON e.id = estate_id WHERE {{of_e}} AND {{within_e}}
    GROUP BY e.kind
) h
FULL JOIN (
    SELECT e.kind, count(*) AS given, count(*) FILTER (WHERE o.answered_on <= {{as_of}}) AS answered,
           round((percentile_cont(0.5) WITHIN GROUP (ORDER BY o.answered_on - o.received_on)
                  FILTER (WHERE o.answered_on <= {{as_of}}))::numeric, 1) AS median_days_to_answer
    FROM opinion o
    JOIN estate e ON e.id = o.estate_id
    WHERE {{of_o}} AND {{of_e}} AND {{within_o}} AND {{within_e}}
          AND o.received_on BETWEEN {{since}} AND least({{until}}, {{as_of}})
    GROUP BY e.kind
) o USING (kind)
ORDER BY kind
"""
"""R-05: the open days held in a period and the opinions given in it, for each kind of estate where there was one or a
project ran. A share is of the estates where a project ran in the period.
"""

OWED = f"""
SELECT p.tenant_id, md5(concat_ws(' ', p.id, q.first, 'OPEN_DAY'))::uuid AS id, 'OPEN_DAY' AS kind,
       NULL::uuid AS subject_id, p.id AS project_id, p.estate_id, p.division_path, q.last AS due_on,
       false AS provisional
FROM ({places(SettingKey.OPEN_DAYS_PER_QUARTER)}) n
JOIN project p ON p.division_path = n.path AND p.status = 'ACTIVE'
JOIN company f ON f.tenant_id = p.tenant_id
CROSS JOIN LATERAL (
    SELECT g.first::date AS first, (g.first + interval '3 months')::date - 1 AS last
    FROM (VALUES (0), (1)) b(ago)
    CROSS JOIN LATERAL (SELECT date_trunc('quarter', current_date::timestamp) - b.ago * interval '3 months' AS first) g
) q
WHERE p.started_on <= q.first AND f.created_at < q.last + 1
  AND {number_on(SettingKey.OPEN_DAYS_PER_QUARTER, "p.division_path", "least(current_date, q.last)")} > (
      SELECT count(*) FROM open_day o
      WHERE o.tenant_id = p.tenant_id AND o.project_id = p.id AND o.held_on BETWEEN q.first AND q.last)
"""
"""Open days still to be held at an estate in the running quarter, and still those of the one before, where the
division says how many a quarter; of a quarter that the project runs through.
"""
