"""R-09, the results of the cycles that were published in a period: how many cases reached which band, how much of the
division was rated, what each dimension gave on average, and who moved since the cycle before. Of each case the edition
that holds.
"""

from typing import Final

_LATEST: Final = """NOT EXISTS (
    SELECT FROM published_rating n
    WHERE n.cycle_id = {alias}.cycle_id AND n.number = {alias}.number AND n.edition > {alias}.edition)"""

_CYCLES: Final = """
SELECT c.id, c.title, c.subject, c.period_from, c.period_to, c.published_on, c.coverage_min, c.division_id,
       c.division_path, s.document, s.code AS scheme, s.edition
FROM rating_cycle c JOIN scheme s ON s.id = c.scheme_id
WHERE c.published_on BETWEEN {since} AND {until}
      AND ({place} IS NULL OR c.division_path ^@ {place} OR {place} ^@ c.division_path)
"""
"""A city's cycle is asked for in a county too: then of the county's cases."""

FIGURES: Final = f"""
SELECT f.*, round(f.rated::numeric / nullif(f.candidates, 0), 4) AS coverage,
       CASE WHEN f.candidates > 0 THEN f.rated >= f.coverage_min * f.candidates END AS coverage_met
FROM (
    SELECT c.title, c.scheme, c.edition, c.period_from, c.period_to, c.published_on, c.coverage_min,
           (CASE c.subject WHEN 'PROJECT' THEN (
                SELECT count(*) FROM project j
                WHERE {{of_j}} AND {{within_j}} AND j.division_path ^@ c.division_path AND j.started_on <= c.period_to
                      AND (j.ended_on IS NULL OR j.ended_on > c.period_to))
            ELSE (SELECT count(*) FROM company k
                  WHERE {{of_k}} AND {{within_k}} AND k.division_path ^@ c.division_path AND k.status = 'ACTIVE')
            END)::int AS candidates,
           count(*)::int AS rated, round(avg(p.total), 2) AS mean_total,
           count(*) FILTER (WHERE b.at < w.at)::int AS moved_up,
           count(*) FILTER (WHERE b.at > w.at)::int AS moved_down,
           count(*) FILTER (WHERE b.at = w.at)::int AS unmoved,
           count(*) FILTER (WHERE q.id IS NULL)::int AS new_cases
    FROM ({_CYCLES}) c
    JOIN published_rating p ON {{of_p}} AND {{within_p}} AND p.cycle_id = c.id AND {_LATEST.format(alias="p")}
    LEFT JOIN LATERAL (
        SELECT o.id FROM rating_cycle o
        WHERE o.division_id = c.division_id AND o.subject = c.subject AND o.published_on IS NOT NULL
              AND o.period_to < c.period_to
        ORDER BY o.period_to DESC, o.id DESC LIMIT 1
    ) o ON true
    LEFT JOIN published_rating q ON {{of_q}} AND q.cycle_id = o.id AND q.rated_id = p.rated_id
                                    AND {_LATEST.format(alias="q")}
    LEFT JOIN LATERAL jsonb_array_elements(c.document -> 'bands') WITH ORDINALITY b(band, at)
              ON b.band ->> 'code' = p.band
    LEFT JOIN LATERAL jsonb_array_elements(c.document -> 'bands') WITH ORDINALITY w(band, at)
              ON w.band ->> 'code' = q.band
    GROUP BY c.id, c.title, c.scheme, c.edition, c.period_from, c.period_to, c.published_on, c.coverage_min, c.subject,
             c.division_path
) f ORDER BY f.period_to, f.title
"""
"""Bands have the order in which the scheme lists them, the best first; a band that the scheme has not is no move."""

BANDS: Final = f"""
SELECT f.title, f.period_to, f.band, f.band_name, f.cases, round(f.cases / f.among, 4) AS share
FROM (
    SELECT c.title, c.period_to, b.at, b.band ->> 'code' AS band, b.band ->> 'name' AS band_name,
           count(p.id)::int AS cases, sum(count(p.id)) OVER (PARTITION BY c.id) AS among
    FROM ({_CYCLES}) c
    CROSS JOIN LATERAL jsonb_array_elements(c.document -> 'bands') WITH ORDINALITY b(band, at)
    LEFT JOIN published_rating p ON {{of_p}} AND {{within_p}} AND p.cycle_id = c.id AND p.band = b.band ->> 'code'
                                    AND {_LATEST.format(alias="p")}
    GROUP BY c.id, c.title, c.period_to, b.at, b.band
) f WHERE f.among > 0 ORDER BY f.period_to, f.title, f.at
"""

_POINTS: Final = """CASE WHEN strpos(d.section ->> 'points', '/') > 0
    THEN split_part(d.section ->> 'points', '/', 1)::numeric / split_part(d.section ->> 'points', '/', 2)::numeric
    ELSE (d.section ->> 'points')::numeric END"""

DIMENSIONS: Final = f"""
SELECT c.title, c.period_to, d.section ->> 'code' AS dimension, d.section ->> 'name' AS dimension_name,
       count(*)::int AS cases, round(avg({_POINTS}), 2) AS mean
FROM ({_CYCLES}) c
JOIN published_rating p ON {{of_p}} AND {{within_p}} AND p.cycle_id = c.id AND {_LATEST.format(alias="p")}
JOIN rating_result r ON {{of_r}} AND r.id = p.id
CROSS JOIN LATERAL json_array_elements(r.explanation -> 'sections') WITH ORDINALITY d(section, at)
GROUP BY c.id, c.title, c.period_to, d.at, d.section ->> 'code', d.section ->> 'name'
ORDER BY c.period_to, c.title, d.at
"""
