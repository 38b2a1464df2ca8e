"""R-05: open days held, and what was said there."""

from tenants.setting import SettingKey, number_on

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
