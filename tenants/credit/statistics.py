"""Reports on credit: how companies are graded (R-10), and how due process is kept (R-11).

Grades, sections and records are those of companies registered in the division, by the scores that held at the end of
the last day of the period; what a period of a score is made of is summed up beside it, so no record is read. Due
process is of the records that lie in the division. Companies are no persons, so nothing is withheld; a lead's score is
in none of these figures.
"""

from typing import Final

_SCORES: Final = """
credit_score t WHERE {since} <= {until} AND {of_t} AND {within_t} AND t.staff_id IS NULL
    AND t.valid_from <= {until} AND (t.valid_to IS NULL OR t.valid_to >= {until})
"""

GRADES: Final = f"""
WITH graded AS (
    SELECT t.scheme_id, t.grade, count(*)::int AS companies FROM {_SCORES} GROUP BY t.scheme_id, t.grade
)
SELECT s.name AS scheme, s.edition, n.grade, b.band ->> 'name' AS grade_name, n.companies,
       round(n.companies::numeric / sum(n.companies) OVER (), 4) AS share,
       coalesce(b.band ->> 'given' = 'NOT_ENROLLED', n.scheme_id IS NULL) AS missing
FROM (
    SELECT * FROM graded
    UNION ALL
    SELECT NULL, NULL, a.companies - (SELECT coalesce(sum(g.companies), 0) FROM graded g)::int
    FROM (SELECT count(*)::int AS companies FROM company c
          WHERE {{since}} <= {{until}} AND {{of_c}} AND {{within_c}} AND c.status <> 'CLOSED') a
) n
LEFT JOIN scheme s ON s.id = n.scheme_id
LEFT JOIN LATERAL jsonb_array_elements(s.document -> 'bands') WITH ORDINALITY AS b(band, at)
    ON b.band ->> 'code' = n.grade
WHERE n.companies > 0
ORDER BY s.name, s.edition, b.at
"""
"""R-10: companies by grade, in the scheme's order; those of today that have no score on the day last."""

SECTIONS: Final = f"""
SELECT s.name AS scheme, s.edition, n.section, d.dimension ->> 'name' AS section_name, n.companies, n.mean, n.lowest,
       n.highest
FROM (
    SELECT t.scheme_id, p.section, count(*)::int AS companies, round(avg(p.points::numeric), 2) AS mean,
           min(p.points::numeric) AS lowest, max(p.points::numeric) AS highest
    FROM (SELECT t.scheme_id, t.composition -> 'sections' AS points FROM {_SCORES}) t
    CROSS JOIN LATERAL jsonb_each_text(t.points) AS p(section, points)
    GROUP BY t.scheme_id, p.section
) n
JOIN scheme s ON s.id = n.scheme_id
LEFT JOIN LATERAL jsonb_array_elements(s.document -> 'dimensions') WITH ORDINALITY AS d(dimension, at)
    ON d.dimension ->> 'code' = n.section
ORDER BY s.name, s.edition, d.at
"""
"""R-10: the points of each section of a scheme."""

RECORDS: Final = f"""
SELECT n.*, n.minor + n.general + n.serious AS bad, round(n.companies_with_bad::numeric / nullif(n.companies, 0), 4)
       AS bad_rate
FROM (
    SELECT count(*)::int AS companies, count(*) FILTER (WHERE t.severities <> '{{{{}}}}')::int AS companies_with_bad,
           coalesce(sum((t.severities ->> 'MINOR')::int), 0)::int AS minor,
           coalesce(sum((t.severities ->> 'GENERAL')::int), 0)::int AS general,
           coalesce(sum((t.severities ->> 'SERIOUS')::int), 0)::int AS serious
    FROM (SELECT t.composition -> 'severities' AS severities FROM {_SCORES}) t
) n
"""
"""R-10: bad records that are in force, by severity."""

ITEMS: Final = f"""
SELECT s.name AS scheme, s.edition, n.item, i.indicator ->> 'name' AS item_name, n.records, n.companies
FROM (
    SELECT t.scheme_id, p.item, sum(p.records::int)::int AS records, count(*)::int AS companies
    FROM (SELECT t.scheme_id, t.composition -> 'items' AS items FROM {_SCORES}) t
    CROSS JOIN LATERAL jsonb_each_text(t.items) AS p(item, records)
    GROUP BY t.scheme_id, p.item ORDER BY records DESC, p.item LIMIT 20
) n
JOIN scheme s ON s.id = n.scheme_id
LEFT JOIN LATERAL jsonb_path_query_first(
    s.document, '$.dimensions[*].indicators[*] ? (@.code == $code)', jsonb_build_object('code', n.item)
) AS i(indicator) ON true
ORDER BY n.records DESC, n.item
"""
"""R-10: the twenty items with the most records in force."""

NEAR_EXPIRY_DAYS: Final = 30

DUE_PROCESS: Final = f"""
SELECT o.*, r.*, e.near_expiry,
       round(o.objections_on_time::numeric / nullif(o.objections_decided, 0), 4) AS objections_on_time_rate,
       round(o.objections_upheld::numeric / nullif(o.objections_decided, 0), 4) AS objections_upheld_rate,
       round(r.repairs_on_time::numeric / nullif(r.repairs_decided, 0), 4) AS repairs_on_time_rate
FROM (
    SELECT count(*) FILTER (WHERE o.lodged)::int AS objections_lodged,
           count(*) FILTER (WHERE o.decided)::int AS objections_decided,
           count(*) FILTER (WHERE o.decided AND o.objection_decided_on <= o.objection_decide_by)::int
               AS objections_on_time,
           count(*) FILTER (WHERE o.decided AND o.objection_outcome = 'UPHELD')::int AS objections_upheld,
           count(*) FILTER (WHERE o.decided AND o.objection_outcome = 'AMENDED')::int AS objections_amended,
           count(*) FILTER (WHERE o.decided AND o.objection_outcome = 'REVOKED')::int AS objections_revoked,
           count(*) FILTER (WHERE o.overdue)::int AS objections_overdue
    FROM (
        SELECT o.*, o.objected_on BETWEEN {{since}} AND {{until}} AS lodged,
               o.objection_decided_on BETWEEN {{since}} AND {{until}} AS decided,
               o.objected_on <= {{until}} AND o.objection_decide_by < {{until}}
                   AND coalesce(o.objection_decided_on > {{until}}, o.state = 'OBJECTED') AS overdue
        FROM credit_record o WHERE {{of_o}} AND {{within_o}} AND o.objected_on IS NOT NULL AND o.replaces IS NULL
    ) o
) o CROSS JOIN (
    SELECT count(*) FILTER (WHERE r.repair_applied_on BETWEEN {{since}} AND {{until}})::int AS repairs_applied,
           count(*) FILTER (WHERE r.decided)::int AS repairs_decided,
           count(*) FILTER (WHERE r.decided AND r.repair_outcome = 'GRANTED')::int AS repairs_granted,
           count(*) FILTER (WHERE r.decided AND r.repair_decided_on <= r.repair_decide_by)::int AS repairs_on_time,
           count(*) FILTER (
               WHERE r.repair_applied_on <= {{until}} AND r.repair_decide_by < {{until}}
                     AND coalesce(r.repair_decided_on > {{until}}, r.state = 'REPAIR_APPLIED'))::int AS repairs_overdue
    FROM (
        SELECT r.*, r.repair_decided_on BETWEEN {{since}} AND {{until}} AS decided
        FROM credit_record r WHERE {{of_r}} AND {{within_r}} AND r.repair_applied_on IS NOT NULL
    ) r
) r CROSS JOIN (
    SELECT count(*)::int AS near_expiry FROM credit_record e
    WHERE {{of_e}} AND {{within_e}} AND {{since}} <= {{until}}
          AND e.valid_to BETWEEN {{until}} AND {{until}} + {NEAR_EXPIRY_DAYS} AND e.effective_on <= {{until}}
          AND coalesce(e.ended_on > {{until}}, true)
) e
"""
"""R-11. A record that took another's place through an objection is not counted as objected to once more."""
