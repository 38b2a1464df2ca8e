"""R-01 to R-03: coverage, live from organisational facts; the funnel and cross appointments, from published figures.

Each is asked for a division as on a day; `{of_x}` keeps the table under the alias x to what the asker sees, and
`{within_x}` to the division. A period that ends before it begins has nothing in it. A rate whose denominator is zero is
null, which is shown as "—".
"""

# The last day of the period, or an earlier one as on which it is asked for.
_DAY = "least({until}, {as_of})"
_AT_WORK = (
    "{0}.founded_on <= least({{until}}, {{as_of}})"
    " AND ({0}.ended_on IS NULL OR {0}.ended_on > least({{until}}, {{as_of}}))"
)
# A regulator sees every company that works in its division; here one counts only where it is registered.
_WITHIN = "{{since}} <= {{until}} AND {{within_{0}}} AND {{of_{0}}}"

COVERAGE = f"""
SELECT c.*, g.*, e.*, b.*,
       round(c.companies_with_organisation::numeric / nullif(c.companies, 0), 4) AS organisation_coverage,
       round(c.companies_covered::numeric / nullif(c.companies, 0), 4) AS work_coverage,
       round(g.organisations_with_venue::numeric / nullif(g.organisations, 0), 4) AS venue_rate,
       round(b.estates_with_branch::numeric / nullif(e.estates, 0), 4) AS estate_coverage
FROM (
    SELECT count(*) AS companies,
           count(*) FILTER (WHERE c.has_organisation) AS companies_with_organisation,
           count(*) FILTER (WHERE c.has_advisor) AS companies_with_advisor,
           count(*) FILTER (WHERE c.has_organisation OR c.has_advisor) AS companies_covered
    FROM (
        SELECT c.tenant_id IN (SELECT o.tenant_id FROM party_organisation o WHERE {_AT_WORK.format("o")})
                   AS has_organisation,
               c.tenant_id IN (SELECT a.tenant_id FROM party_advisor a WHERE a.since <= {_DAY}
                               AND (a.until IS NULL OR a.until > {_DAY})) AS has_advisor
        FROM company c WHERE {_WITHIN.format("c")} AND c.status = 'ACTIVE'
        OFFSET 0
    ) c
) c CROSS JOIN (
    SELECT count(*) AS organisations,
           count(*) FILTER (WHERE g.has_venue) AS organisations_with_venue,
           count(*) FILTER (WHERE g.term_ends_on < {_DAY}) AS organisations_expired
    FROM party_organisation g WHERE {_WITHIN.format("g")} AND {_AT_WORK.format("g")}
) g CROSS JOIN (
    SELECT count(*) AS estates FROM estate e WHERE {_WITHIN.format("e")}
) e CROSS JOIN (
    SELECT count(*) AS estates_with_branch,
           count(*) FILTER (WHERE b.has_venue) AS branches_with_venue,
           count(*) FILTER (WHERE b.founded_on > date '2020-12-31') AS branches_after_2020,
           count(*) FILTER (WHERE b.secretary_source = 'OWNER') AS secretaries_owners,
           count(*) FILTER (WHERE b.secretary_filled) AS secretaries_filled
    FROM (
        SELECT DISTINCT ON (b.division_path, b.estate_id) b.has_venue, b.secretary_filled, b.secretary_source,
               b.founded_on
        FROM public_party_organisation b
        WHERE {_WITHIN.format("b")} AND {_AT_WORK.format("b")} AND b.estate_id IS NOT NULL
            AND b.kind IN ('BRANCH', 'JOINT_BRANCH', 'FUNCTIONAL_BRANCH', 'COMPREHENSIVE_BRANCH', 'GENERAL_BRANCH')
        ORDER BY b.division_path, b.estate_id, b.founded_on DESC, b.id
    ) b
) b
"""
"""R-01 (组织覆盖率): one row. A company counts where it is registered; an organisation in the division it works in."""

COVERAGE_BY_FORMATION = f"""
SELECT register, kind, formation, count(*) AS organisations, count(*) FILTER (WHERE has_venue) AS with_venue
FROM (
    SELECT 'COMPANY' AS register, g.kind, g.formation, g.has_venue
    FROM party_organisation g WHERE {_WITHIN.format("g")} AND {_AT_WORK.format("g")}
    UNION ALL
    SELECT 'PUBLIC', b.kind, b.formation, b.has_venue
    FROM public_party_organisation b WHERE {_WITHIN.format("b")} AND {_AT_WORK.format("b")}
) all_organisations
GROUP BY register, kind, formation ORDER BY register, kind, formation
"""
"""R-01, in detail: organisations by register, kind and formation."""

_PUBLISHED = """
    f.division_path = {place} AND {of_f} AND {since} <= {until}
    AND f.as_on = (SELECT max(l.as_on) FROM party_figure l WHERE l.division_path = {place} AND l.as_on <= {until}
                   AND (l.created_at AT TIME ZONE 'Asia/Shanghai')::date <= {as_of})
"""

FUNNEL = f"""
SELECT f.measure, f.value, f.as_on, CASE WHEN f.value IS NULL THEN ARRAY['value'] ELSE ARRAY[]::text[] END AS withheld,
       CASE WHEN f.measure = 'ADMITTED_THIS_YEAR'
            THEN (SELECT coalesce(sum(q.planned), 0) FROM development_quota q
                  WHERE q.division_path ^@ {{place}} AND q.year = extract(year FROM f.as_on)) END AS planned
FROM party_figure f
WHERE {_PUBLISHED}
    AND f.measure IN ('APPLICANTS', 'ACTIVISTS', 'DEVELOPMENT_OBJECTS', 'IN_ADMISSION', 'PROBATIONARY_MEMBERS',
                      'FULL_MEMBERS', 'ENTERED_THIS_YEAR', 'ADMITTED_THIS_YEAR', 'CONVERTED_THIS_YEAR',
                      'OVERDUE_CASES')
ORDER BY f.measure
"""
"""R-02 (发展党员): the figures published last; null is withheld."""

CROSS_APPOINTMENT = f"""
WITH found AS (
    SELECT max(f.as_on) AS as_on,
           max(f.value) FILTER (WHERE f.measure = 'PROJECT_LEADS') AS leads,
           max(f.value) FILTER (WHERE f.measure = 'CROSS_APPOINTED_LEADS') AS leads_appointed,
           max(f.value) FILTER (WHERE f.measure = 'COMMITTEES') AS committees,
           max(f.value) FILTER (WHERE f.measure = 'PARTY_CHAIRS') AS party_chairs,
           max(f.value) FILTER (WHERE f.measure = 'CHAIRS_WHO_ARE_SECRETARY') AS chairs_who_are_secretary,
           max(f.value) FILTER (WHERE f.measure = 'COMMITTEES_ABOVE_HALF') AS committees_above_half,
           max(f.value) FILTER (WHERE f.measure = 'COMMITTEE_SHARES') AS shares,
           max(f.value) FILTER (WHERE f.measure = 'COMMITTEE_PARTY_MEMBERS') AS party_members,
           max(f.value) FILTER (WHERE f.measure = 'COMMITTEE_MEMBERS') AS members,
           array_agg(f.measure) FILTER (WHERE f.value IS NULL) AS hidden
    FROM party_figure f WHERE {_PUBLISHED}
)
SELECT as_on, leads, leads_appointed, round(leads_appointed::numeric / nullif(leads, 0), 4) AS appointed_rate,
       committees, party_chairs, chairs_who_are_secretary, committees_above_half,
       round(shares::numeric / nullif(committees, 0) / 100, 2) AS mean_party_share,
       round(party_members::numeric / nullif(members, 0), 4) AS pooled_party_share,
       ARRAY(SELECT w.figure FROM (VALUES
           ('leads', ARRAY['PROJECT_LEADS']), ('leadsAppointed', ARRAY['CROSS_APPOINTED_LEADS']),
           ('appointedRate', ARRAY['PROJECT_LEADS', 'CROSS_APPOINTED_LEADS']), ('committees', ARRAY['COMMITTEES']),
           ('partyChairs', ARRAY['PARTY_CHAIRS']), ('chairsWhoAreSecretary', ARRAY['CHAIRS_WHO_ARE_SECRETARY']),
           ('committeesAboveHalf', ARRAY['COMMITTEES_ABOVE_HALF']),
           ('meanPartyShare', ARRAY['COMMITTEES', 'COMMITTEE_SHARES']),
           ('pooledPartyShare', ARRAY['COMMITTEE_PARTY_MEMBERS', 'COMMITTEE_MEMBERS'])
       ) w(figure, measures) WHERE w.measures && hidden) AS withheld
FROM found
"""
"""R-03 (双向进入率): the mean of the committees' Party shares, in whole percents, and the pooled share."""
