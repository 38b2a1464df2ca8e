"""R-09, the results of the cycles that were published in a period: how many cases reached which band, how much of the
division was rated, what each dimension gave on average, and who moved since the cycle before. Of each case the edition
that holds.
"""

from typing import Final

from tenants.division import subtree

_CYCLES: Final = """
cycles AS MATERIALIZED (
    SELECT c.id, c.title, c.subject, c.period_from, c.period_to, c.published_on, c.coverage_min, c.division_path,
           s.document, s.code AS scheme, s.edition,
           ARRAY(SELECT b.band ->> 'code' FROM jsonb_array_elements(s.document -> 'bands') WITH ORDINALITY b(band, at)
                 ORDER BY b.at) AS bands,
           (SELECT o.id FROM rating_cycle o
            WHERE o.division_id = c.division_id AND o.subject = c.subject AND o.published_on IS NOT NULL
                  AND o.period_to < c.period_to
            ORDER BY o.period_to DESC, o.id DESC LIMIT 1) AS before_id
    FROM rating_cycle c JOIN scheme s ON s.id = c.scheme_id
    WHERE c.published_on BETWEEN {since} AND {until}
          AND ({place} IS NULL OR c.division_path ^@ {place} OR {place} ^@ c.division_path)
)
"""
"""A city's cycle is asked for in a county too: then of the county's cases. Rows of the cycles are found by an array of
their ids, which the indexes take, and not by a join.
"""

_LATEST: Final = """NOT EXISTS (
    SELECT FROM published_rating n
    WHERE n.cycle_id = {alias}.cycle_id AND n.number = {alias}.number AND n.edition > {alias}.edition
          AND n.edition > 1)"""
"""Hardly any result is corrected: there are few second editions to look through."""

FIGURES: Final = f"""
WITH {_CYCLES}
SELECT c.title, c.scheme, c.edition, c.period_from, c.period_to, c.published_on, c.coverage_min, n.candidates, f.*,
       round(f.rated::numeric / nullif(n.candidates, 0), 4) AS coverage,
       CASE WHEN n.candidates > 0 THEN f.rated >= c.coverage_min * n.candidates END AS coverage_met
FROM cycles c
JOIN (
    SELECT m.cycle_id, count(*)::int AS rated, round(avg(m.total), 2) AS mean_total,
           count(*) FILTER (WHERE m.at < m.was)::int AS moved_up,
           count(*) FILTER (WHERE m.at > m.was)::int AS moved_down,
           count(*) FILTER (WHERE m.at = m.was)::int AS unmoved,
           count(*) FILTER (WHERE m.is_new)::int AS new_cases
    FROM (
        SELECT p.cycle_id, p.total, array_position(c.bands, p.band) AS at, array_position(c.bands, q.band) AS was,
               q.cycle_id IS NULL AS is_new
        FROM cycles c
        JOIN published_rating p ON {{of_p}} AND {{within_p}} AND p.cycle_id = c.id AND {_LATEST.format(alias="p")}
                                   AND p.cycle_id = ANY(ARRAY(SELECT id FROM cycles))
        LEFT JOIN published_rating q ON {{of_q}} AND q.cycle_id = c.before_id AND q.rated_id = p.rated_id
                                        AND q.cycle_id = ANY(ARRAY(SELECT before_id FROM cycles))
                                        AND {_LATEST.format(alias="q")}
        OFFSET 0
    ) m
    GROUP BY m.cycle_id
) f ON f.cycle_id = c.id
CROSS JOIN LATERAL (
    SELECT (CASE c.subject WHEN 'PROJECT' THEN (
                SELECT count(*) FROM project j
                WHERE {{of_j}} AND {{within_j}} AND {subtree("j.division_path", "c.division_path")}
                      AND j.started_on <= c.period_to
                      AND (j.ended_on IS NULL OR j.ended_on > c.period_to))
            ELSE (SELECT count(*) FROM company k
                  WHERE {{of_k}} AND {{within_k}} AND k.division_path ^@ c.division_path AND k.status = 'ACTIVE')
            END)::int AS candidates
    OFFSET 0
) n
ORDER BY c.period_to, c.title
"""
"""Bands have the order in which the scheme lists them, the best first; a band that the scheme has not is no move."""

BANDS: Final = f"""
WITH {_CYCLES}
SELECT f.title, f.period_to, f.band, f.band_name, f.cases, round(f.cases / f.among, 4) AS share
FROM (
    SELECT c.title, c.period_to, b.at, b.band ->> 'code' AS band, b.band ->> 'name' AS band_name,
           coalesce(p.cases, 0)::int AS cases, sum(p.cases) OVER (PARTITION BY c.id) AS among
    FROM cycles c
    CROSS JOIN LATERAL jsonb_array_elements(c.document -> 'bands') WITH ORDINALITY b(band, at)
    LEFT JOIN (
        SELECT p.cycle_id, p.band, count(*) AS cases
        FROM published_rating p
        WHERE {{of_p}} AND {{within_p}} AND {_LATEST.format(alias="p")}
              AND p.cycle_id = ANY(ARRAY(SELECT id FROM cycles))
        GROUP BY p.cycle_id, p.band
    ) p ON p.cycle_id = c.id AND p.band = b.band ->> 'code'
) f WHERE f.among > 0 ORDER BY f.period_to, f.title, f.at
"""

DIMENSIONS: Final = f"""
WITH {_CYCLES}
SELECT c.title, c.period_to, d.section ->> 'code' AS dimension, d.section ->> 'name' AS dimension_name,
       m.cases, m.mean
FROM (
    SELECT r.cycle_id, d.at, count(*)::int AS cases, round(avg(r.points[d.at]), 2) AS mean
    FROM (
        SELECT r.cycle_id, r.points
        FROM published_rating p
        JOIN rating_result r ON {{of_r}} AND r.id = p.id AND r.cycle_id = ANY(ARRAY(SELECT id FROM cycles))
        WHERE {{of_p}} AND {{within_p}} AND {_LATEST.format(alias="p")}
              AND p.cycle_id = ANY(ARRAY(SELECT id FROM cycles))
        OFFSET 0
    ) r CROSS JOIN LATERAL generate_subscripts(r.points, 1) d(at)
    GROUP BY r.cycle_id, d.at
) m
JOIN cycles c ON c.id = m.cycle_id
CROSS JOIN LATERAL jsonb_array_elements(c.document -> 'dimensions') WITH ORDINALITY d(section, at)
WHERE d.at = m.at
ORDER BY c.period_to, c.title, m.at
"""
