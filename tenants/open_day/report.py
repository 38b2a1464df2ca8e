"""R-05: open days held, and what was said there."""

from tenants.setting import SettingKey, number_on

REPORT = f"""
SELECT kind AS estate_kind, coalesce(h.held, 0) AS held, coalesce(h.estates, 0) AS estates,
       coalesce(s.estates, 0) AS estates_served,
       round(coalesce(h.held, 0)::numeric / nullif(s.estates, 0), 2) AS held_per_estate,
       round(coalesce(h.estates, 0)::numeric / nullif(s.estates, 0), 4) AS holding_share,
       {number_on(SettingKey.OPEN_DAYS_PER_QUARTER, "{place}", "{until}")} AS quarterly_target,
       coalesce(h.attended, 0) AS attended, coalesce(o.given, 0) AS opinions,
       round(o.answered::numeric / nullif(o.given, 0), 4) AS answered_share, o.median_days_to_answer
FROM (
    SELECT e.kind, count(*)::int AS estates
    FROM (
        SELECT DISTINCT p.estate_id FROM project p
        WHERE {{of_p}} AND {{within_p}} AND p.started_on <= least({{until}}, {{as_of}})
              AND (p.ended_on IS NULL OR p.ended_on >= {{since}})
    ) p
    JOIN estate e ON e.id = p.estate_id WHERE {{of_e}} AND {{within_e}}
    GROUP BY e.kind
) s
FULL JOIN (
    SELECT e.kind, sum(t.held)::int AS held, count(*)::int AS estates, sum(t.attended)::int AS attended
    FROM (
        SELECT t.estate_id, count(*) AS held, sum(t.attended) AS attended FROM open_day t
        WHERE {{of_t}} AND {{within_t}} AND t.held_on BETWEEN {{since}} AND least({{until}}, {{as_of}})
        GROUP BY t.estate_id
    ) t
    JOIN estate e ON e.id = t.estate_id WHERE {{of_e}} AND {{within_e}}
    GROUP BY e.kind
) h USING (kind)
LEFT JOIN (
    SELECT e.kind, count(*)::int AS given, count(*) FILTER (WHERE o.answered_on <= {{as_of}})::int AS answered,
           round((percentile_cont(0.5) WITHIN GROUP (ORDER BY o.answered_on - o.received_on)
                  FILTER (WHERE o.answered_on <= {{as_of}}))::numeric, 1) AS median_days_to_answer
    FROM open_day t
    JOIN opinion o ON o.tenant_id = t.tenant_id AND o.open_day_id = t.id
    JOIN estate e ON e.id = o.estate_id
    WHERE {{of_t}} AND {{of_o}} AND {{of_e}} AND {{within_t}} AND {{within_o}} AND {{within_e}}
          AND t.held_on BETWEEN {{since}} AND least({{until}}, {{as_of}}) AND o.received_on <= {{as_of}}
    GROUP BY e.kind
) o USING (kind)
ORDER BY kind
"""
"""R-05: the open days held in a period and what was said there, for each kind of estate where a project ran or one was
held. A share is of the estates where a project ran in the period.
"""
