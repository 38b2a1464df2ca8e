"""What is due: the lists for companies and for regulators, and a note of what was told to be overdue.

The views run with the rights of who looks: the policies of every table below them decide. Regulators have a list of
their own, because they hold no grant on Party work.
"""

import sqlalchemy as sa
from alembic import op

from migrations.isolation import allow, own, protect

revision = "0008"
down_revision = "0007"

OF_COMPANIES = """
SELECT c.tenant_id, c.id, 'CHECK_IN' AS kind, c.id AS subject_id, c.project_id, c.estate_id, c.division_path,
       c.deadline_on AS due_on, c.provisional
FROM check_in c WHERE c.state IN ('PENDING', 'OVERDUE') AND c.deadline_on IS NOT NULL
UNION ALL
SELECT c.tenant_id, md5(concat_ws(' ', c.project_id, r.since))::uuid AS id, 'LEAD_REPORT' AS kind,
       NULL::uuid AS subject_id, c.project_id, c.estate_id, c.division_path, r.until AS due_on, false AS provisional
FROM (SELECT l.tenant_id, l.division_path, coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'LEAD_REPORT_MONTHS' AND s.division_path IN (left(l.division_path, 2), left(l.division_path, 4), left(l.division_path, 6), left(l.division_path, 9), left(l.division_path, 12)) AND s.valid_from <= current_date AND (s.valid_to IS NULL OR s.valid_to > current_date)
    ORDER BY s.division_path DESC LIMIT 1), NULL) AS months
      FROM check_in l WHERE l.left_on IS NULL GROUP BY l.tenant_id, l.division_path) n
JOIN check_in c ON c.tenant_id = n.tenant_id AND c.division_path = n.division_path AND c.left_on IS NULL
CROSS JOIN LATERAL (
    SELECT s.since::date AS since, (s.since + n.months * interval '1 month')::date - 1 AS until
    FROM (VALUES (0), (1)) b(ago)
    CROSS JOIN LATERAL (
        SELECT date_trunc('month', current_date::timestamp) - interval '1 month'
               * ((extract(month FROM current_date)::int - 1) % n.months + b.ago * n.months) AS since
    ) s
) r
WHERE n.months IS NOT NULL AND c.arrived_on <= r.until AND c.created_at < r.until + 1
  AND coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'LEAD_REPORT_MONTHS' AND s.division_path IN (left(c.division_path, 2), left(c.division_path, 4), left(c.division_path, 6), left(c.division_path, 9), left(c.division_path, 12)) AND s.valid_from <= least(current_date, r.until) AND (s.valid_to IS NULL OR s.valid_to > least(current_date, r.until))
    ORDER BY s.division_path DESC LIMIT 1), NULL) = n.months
  AND NOT EXISTS (SELECT FROM lead_report m
                  WHERE m.tenant_id = c.tenant_id AND m.project_id = c.project_id AND m.since = r.since)
UNION ALL
SELECT c.tenant_id, c.id, 'CLAIMED_PROJECT' AS kind, c.id AS subject_id, c.project_id, NULL::uuid AS estate_id,
       c.division_path, c.due_on, false AS provisional
FROM claimed_project c WHERE c.state IN ('CLAIMED', 'IN_PROGRESS')
UNION ALL
SELECT a.tenant_id, a.id, 'CLAIM' AS kind, a.id AS subject_id, NULL::uuid AS project_id, NULL::uuid AS estate_id,
       a.division_path, make_date(a.year, 12, 31) AS due_on, false AS provisional
FROM agreement a
WHERE a.state <> 'REVIEWED' AND coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'CLAIMED_PROJECTS_MIN' AND s.division_path IN (left(a.division_path, 2), left(a.division_path, 4), left(a.division_path, 6), left(a.division_path, 9), left(a.division_path, 12)) AND s.valid_from <= least(current_date, make_date(a.year, 12, 31)) AND (s.valid_to IS NULL OR s.valid_to > least(current_date, make_date(a.year, 12, 31)))
    ORDER BY s.division_path DESC LIMIT 1), 1) > (
    SELECT count(*) FROM claimed_project m
    WHERE m.tenant_id = a.tenant_id AND m.agreement_id = a.id AND m.state <> 'DROPPED')
UNION ALL
SELECT w.tenant_id, md5(concat_ws(' ', w.tenant_id, w.division_path, y.year))::uuid AS id, 'AGREEMENT' AS kind,
       NULL::uuid AS subject_id, NULL::uuid AS project_id, NULL::uuid AS estate_id,
       w.division_path, make_date(y.year, 12, 31) AS due_on, false AS provisional
FROM (SELECT p.tenant_id, p.division_path, min(p.started_on) AS since
      FROM project p WHERE p.status = 'ACTIVE' GROUP BY p.tenant_id, p.division_path) w
JOIN company f ON f.tenant_id = w.tenant_id
CROSS JOIN LATERAL (SELECT extract(year FROM current_date)::int - ago AS year FROM (VALUES (0), (1)) b(ago)) y
WHERE w.since <= make_date(y.year, 12, 31) AND f.created_at < make_date(y.year + 1, 1, 1)
  AND coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'AGREEMENTS_PER_YEAR' AND s.division_path IN (left(w.division_path, 2), left(w.division_path, 4), left(w.division_path, 6), left(w.division_path, 9), left(w.division_path, 12)) AND s.valid_from <= least(current_date, make_date(y.year, 12, 31)) AND (s.valid_to IS NULL OR s.valid_to > least(current_date, make_date(y.year, 12, 31)))
    ORDER BY s.division_path DESC LIMIT 1), 1) > 0
  AND NOT EXISTS (SELECT FROM agreement g WHERE g.tenant_id = w.tenant_id AND g.division_path = w.division_path
                  AND g.year = y.year)
UNION ALL
SELECT i.tenant_id, i.id, 'ISSUE' AS kind, i.id AS subject_id, i.project_id, i.estate_id, i.division_path,
       i.due_on, i.provisional
FROM issue i WHERE i.closed_on IS NULL AND i.due_on IS NOT NULL
UNION ALL
SELECT o.tenant_id, o.id, 'OPINION' AS kind, o.id AS subject_id, d.project_id, o.estate_id, o.division_path,
       o.answer_due_on AS due_on, o.provisional
FROM opinion o JOIN open_day d ON d.tenant_id = o.tenant_id AND d.id = o.open_day_id
WHERE o.answered_on IS NULL
UNION ALL
SELECT p.tenant_id, md5(concat_ws(' ', p.id, q.first, 'OPEN_DAY'))::uuid AS id, 'OPEN_DAY' AS kind,
       NULL::uuid AS subject_id, p.id AS project_id, p.estate_id, p.division_path, q.last AS due_on,
       false AS provisional
FROM (SELECT DISTINCT d.path FROM division_setting s
      JOIN division d ON d.path >= s.division_path AND d.path < s.division_path || '['
      WHERE s.key = 'OPEN_DAYS_PER_QUARTER') n
JOIN project p ON p.division_path = n.path AND p.status = 'ACTIVE'
JOIN company f ON f.tenant_id = p.tenant_id
CROSS JOIN LATERAL (
    SELECT g.first::date AS first, (g.first + interval '3 months')::date - 1 AS last
    FROM (VALUES (0), (1)) b(ago)
    CROSS JOIN LATERAL (SELECT date_trunc('quarter', current_date::timestamp) - b.ago * interval '3 months' AS first) g
) q
WHERE p.started_on <= q.first AND f.created_at < q.last + 1
  AND coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'OPEN_DAYS_PER_QUARTER' AND s.division_path IN (left(p.division_path, 2), left(p.division_path, 4), left(p.division_path, 6), left(p.division_path, 9), left(p.division_path, 12)) AND s.valid_from <= least(current_date, q.last) AND (s.valid_to IS NULL OR s.valid_to > least(current_date, q.last))
    ORDER BY s.division_path DESC LIMIT 1), NULL) > (
      SELECT count(*) FROM open_day o
      WHERE o.tenant_id = p.tenant_id AND o.project_id = p.id AND o.held_on BETWEEN q.first AND q.last)
"""

OF_COMMUNITIES = """
SELECT c.tenant_id, c.id, 'CHECK_IN_CONFIRMATION' AS kind, c.id AS subject_id, c.project_id, c.estate_id,
       c.division_path, c.reported_on + coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'CONFIRMATION_DAYS' AND s.division_path IN (left(c.division_path, 2), left(c.division_path, 4), left(c.division_path, 6), left(c.division_path, 9), left(c.division_path, 12)) AND s.valid_from <= c.reported_on AND (s.valid_to IS NULL OR s.valid_to > c.reported_on)
    ORDER BY s.division_path DESC LIMIT 1), 15)
       AS due_on, false AS provisional
FROM check_in c WHERE c.state IN ('REPORTED', 'REPORTED_LATE')
UNION ALL
SELECT c.tenant_id, c.id, 'CLAIM_CONFIRMATION' AS kind, c.id AS subject_id, c.project_id, NULL::uuid AS estate_id,
       c.division_path,
       c.completed_on + coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'CONFIRMATION_DAYS' AND s.division_path IN (left(c.division_path, 2), left(c.division_path, 4), left(c.division_path, 6), left(c.division_path, 9), left(c.division_path, 12)) AND s.valid_from <= c.completed_on AND (s.valid_to IS NULL OR s.valid_to > c.completed_on)
    ORDER BY s.division_path DESC LIMIT 1), 15) AS due_on,
       false AS provisional
FROM claimed_project c WHERE c.state = 'COMPLETED'
UNION ALL
SELECT a.tenant_id, a.id, 'AGREEMENT_REVIEW' AS kind, a.id AS subject_id, NULL::uuid AS project_id,
       NULL::uuid AS estate_id, a.division_path, make_date(a.year, 12, 31) AS due_on, false AS provisional
FROM agreement a
WHERE a.state <> 'REVIEWED' AND coalesce((
    SELECT CASE WHEN s.value ~ '^[0-9]+$' THEN s.value::int END FROM division_setting s
    WHERE s.key = 'CLAIMED_PROJECTS_MIN' AND s.division_path IN (left(a.division_path, 2), left(a.division_path, 4), left(a.division_path, 6), left(a.division_path, 9), left(a.division_path, 12)) AND s.valid_from <= least(current_date, make_date(a.year, 12, 31)) AND (s.valid_to IS NULL OR s.valid_to > least(current_date, make_date(a.year, 12, 31)))
    ORDER BY s.division_path DESC LIMIT 1), 1) <= (
    SELECT count(*) FROM claimed_project m
    WHERE m.tenant_id = a.tenant_id AND m.agreement_id = a.id AND m.state = 'CONFIRMED')
"""

DUE = """
SELECT tenant_id, id, kind, subject_id, project_id, estate_id, division_path, due_on, provisional, community
FROM regulatory_due WHERE NOT community
UNION ALL
SELECT d.tenant_id, d.id, 'PARTY_' || d.kind, d.subject_id, NULL::uuid, NULL::uuid, d.division_path, d.due_on,
       d.provisional, false
FROM party_due d WHERE d.closed_on IS NULL AND NOT d.paused
"""


def show(of_companies: str, of_communities: str) -> None:
    """Make the regulators' list, or make it anew for areas that came later."""
    op.execute(
        f"""
        CREATE OR REPLACE VIEW regulatory_due WITH (security_invoker = true) AS
        SELECT owed.*, false AS community FROM ({of_companies}) owed
        UNION ALL
        SELECT owed.*, true AS community FROM ({of_communities}) owed
        """
    )


def upgrade() -> None:
    show(OF_COMPANIES, OF_COMMUNITIES)
    op.execute("GRANT SELECT ON regulatory_due TO linli_tenant, linli_regulator")
    op.execute(f"CREATE VIEW due WITH (security_invoker = true) AS {DUE}")
    op.execute("GRANT SELECT ON due TO linli_tenant")
    op.create_table(
        "due_notice",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('AGREEMENT', 'AGREEMENT_REVIEW', 'CHECK_IN', 'CHECK_IN_CONFIRMATION', 'CLAIM', 'CLAIM_CONFIRMATION', 'CLAIMED_PROJECT', 'CREDIT_OBJECTION', 'CREDIT_RECTIFICATION', 'ISSUE', 'LEAD_REPORT', 'OPEN_DAY', 'OPINION', 'PARTY_APPROVAL', 'PARTY_BRANCH_MEETING', 'PARTY_CONVERSION', 'PARTY_CONVERSION_APPROVAL', 'PARTY_CULTIVATION_REVIEW', 'PARTY_ELECTION', 'PARTY_ERASURE', 'PARTY_OATH', 'PARTY_TALK', 'PARTY_TRANSFER', 'RECTIFICATION')",
            name="kind_known",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    protect("due_notice")
    allow("due_notice", "tenant", own(), ("SELECT", "INSERT", "UPDATE"))
