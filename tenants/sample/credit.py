"""Three years of a company's credit records and the chain of their history, made by the database itself.

Good and bad records in a proportion that is the company's own; bad ones are noticed, some objected to, some repaired,
and expire with their term, by the days the areas work out. The history holds a link for each of these steps, hashed as
`tenants.credit.history` does it.
"""

from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from tenants.calendar import after_working_days
from tenants.credit.history import HASH, RECORD
from tenants.sample.company import TODAY
from tenants.sample.years import SINCE, calendar, hashed, later, row_id
from tenants.scope import Scope
from tenants.setting import KINDS, SettingKey

SCHEME: Final = "lianyungang-credit"
"""The shipped scheme that the sample province takes over."""
LEAD_SCHEME: Final = "nanjing-lead-credit"
"""The one that some of its streets take over, for the leads of the projects there."""

_TODAY: Final = f"date '{TODAY}'"


class Office(NamedTuple):
    """Who records a company's credit: the division, the scheme in force there, who drafts and who decides."""

    division_id: UUID
    division_path: str
    issuer: str
    scheme_id: UUID
    drafts: UUID
    decides: UUID


def _months(key: SettingKey) -> str:
    return f"(decided_on + interval '{KINDS[key].default} months')::date"


_DRAFTS: Final = f"""
SELECT k, {row_id("occurred_on::timestamptz", "h")} AS id, b, occurred_on,
       least(occurred_on + get_byte(b, 1) % 10, {_TODAY}) AS decided_on,
       get_byte(b, 2) < 80 + get_byte(decode(md5('quality/' || $1::uuid), 'hex'), 0) / 2 AS good, p.id AS project_id,
       coalesce(d.id, $5::uuid) AS division_id, coalesce(d.path, $6::text) AS division_path
FROM (SELECT (($2::bigint + 1) * $3 / $4 - $2::bigint * $3 / $4)::int AS share) n
CROSS JOIN generate_series(1, n.share) k
CROSS JOIN {hashed("'credit/' || $1::uuid || '/' || k")}
CROSS JOIN LATERAL (
    SELECT date '{SINCE}' + ((k - 1) * {(TODAY - SINCE).days} + get_byte(b, 0) * {(TODAY - SINCE).days} / 256) / n.share
           AS occurred_on
) o
LEFT JOIN (
    SELECT id, division_path, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS projects
    FROM project WHERE tenant_id = $1
) p ON p.place = (get_byte(b, 3) * 256 + get_byte(b, 11)) % p.projects AND get_byte(b, 12) < 205
LEFT JOIN division d ON d.path = p.division_path
"""

_RECORDS: Final = f"""
INSERT INTO credit_record (tenant_id, id, created_at, updated_at, version, subject, project_id, division_id,
    division_path, issuer, information, severity, scheme_id, item, article, points, facts, basis, occurred_on,
    decided_on, state, drafted_by, objection_days, handler, notified_on, object_by, provisional, objected_on, objection,
    objection_decide_by, objection_decided_on, objection_outcome, objection_answer, effective_on, decided_by, valid_to,
    repair_applied_on, repair_pledge, repair_correction, repair_decide_by, repair_decided_on, repair_outcome,
    repair_answer, ended_on, revocation)
SELECT $1::uuid, r.id, decided_on, coalesce(ended_on, repair_decided_on, effective_on, notified_on, decided_on),
       1 + num_nonnulls(notified_on, objected_on, objection_decided_on, repair_applied_on, repair_decided_on)
         + (effective_on IS NOT NULL AND objected_on IS NULL)::int + (ended_on = valid_to + 1 IS TRUE)::int,
       'COMPANY', project_id, division_id, division_path, $7, CASE WHEN good THEN 'GOOD' ELSE 'BAD' END, severity, $8,
       CASE WHEN good THEN 'GOOD_RECORD' ELSE 'BAD_RECORD' END,
       CASE WHEN good THEN '良好信息第1项（示例）' ELSE '不良信息第1项（示例）' END, points,
       CASE WHEN good THEN '受到街道表彰（示例）' ELSE '未在显著位置公示收费标准（示例）' END,
       CASE WHEN good THEN '示例街道表彰决定' ELSE '示例住建罚决定' END || '〔' || extract(year FROM decided_on) || '〕'
            || k || '号', occurred_on, decided_on,
       CASE WHEN objection_outcome = 'REVOKED' THEN 'REVOKED' WHEN repair_outcome = 'GRANTED' THEN 'REPAIRED'
            WHEN ended_on IS NOT NULL THEN 'EXPIRED'
            WHEN repair_applied_on IS NOT NULL AND repair_decided_on IS NULL THEN 'REPAIR_APPLIED'
            WHEN effective_on IS NOT NULL THEN 'EFFECTIVE' WHEN objected_on IS NOT NULL THEN 'OBJECTED'
            WHEN notified_on IS NOT NULL THEN 'NOTIFIED' ELSE 'DRAFT' END,
       $9, {KINDS[SettingKey.OBJECTION_DAYS].default}, CASE WHEN notified_on IS NOT NULL THEN '孙悦' END, notified_on,
       object_by, false, objected_on, CASE WHEN objected_on IS NOT NULL THEN '收费标准已于当日公示（示例）' END,
       {later("objected_on", "$12")}, objection_decided_on, objection_outcome,
       CASE WHEN objection_decided_on IS NOT NULL THEN '经复核（示例）' END, effective_on,
       CASE WHEN notified_on IS NOT NULL OR effective_on IS NOT NULL THEN $10::uuid END,
       CASE WHEN effective_on IS NOT NULL THEN valid_to END, repair_applied_on,
       CASE WHEN repair_applied_on IS NOT NULL THEN '信用承诺书（示例）' END,
       CASE WHEN repair_applied_on IS NOT NULL THEN '已按要求公示（示例）' END,
       {later("repair_applied_on", "$13")}, repair_decided_on, repair_outcome,
       CASE WHEN repair_decided_on IS NOT NULL THEN '经核查（示例）' END, ended_on,
       CASE WHEN objection_outcome = 'REVOKED' THEN '经复核（示例）' END
FROM ({_DRAFTS}) r
CROSS JOIN LATERAL (
    SELECT CASE WHEN NOT good AND decided_on < {_TODAY} THEN decided_on + 1 END AS notified_on,
           CASE WHEN good THEN 1 + get_byte(b, 5) % 3 ELSE -1 - get_byte(b, 5) % 6 END::numeric AS points,
           CASE WHEN good THEN NULL WHEN get_byte(b, 4) < 154 THEN 'MINOR' WHEN get_byte(b, 4) < 230 THEN 'GENERAL'
                ELSE 'SERIOUS' END AS severity
    OFFSET 0
) notice
CROSS JOIN LATERAL (
    SELECT {later("notified_on", "$11")} AS object_by,
           CASE WHEN get_byte(b, 6) < 20 AND notified_on + 2 <= {_TODAY} THEN notified_on + 2 END AS objected_on,
           CASE severity WHEN 'MINOR' THEN {_months(SettingKey.PUBLICATION_MONTHS_MINOR)}
                WHEN 'GENERAL' THEN {_months(SettingKey.PUBLICATION_MONTHS_GENERAL)}
                WHEN 'SERIOUS' THEN {_months(SettingKey.PUBLICATION_MONTHS_SERIOUS)} END AS valid_to
    OFFSET 0
) objection
CROSS JOIN LATERAL (
    SELECT CASE WHEN objected_on + 1 + get_byte(b, 7) % 6 <= {_TODAY} THEN objected_on + 1 + get_byte(b, 7) % 6 END
           AS objection_decided_on
    OFFSET 0
) decision
CROSS JOIN LATERAL (
    SELECT CASE WHEN objection_decided_on IS NULL THEN NULL WHEN get_byte(b, 8) < 60 THEN 'REVOKED' ELSE 'UPHELD' END
           AS objection_outcome
    OFFSET 0
) outcome
CROSS JOIN LATERAL (
    SELECT CASE WHEN objection_outcome = 'REVOKED' THEN NULL WHEN objected_on IS NOT NULL THEN objection_decided_on
                WHEN good THEN CASE WHEN decided_on + 2 <= {_TODAY} THEN decided_on + 2 END
                WHEN object_by < {_TODAY} THEN object_by + 1 END AS effective_on
    OFFSET 0
) effect
CROSS JOIN LATERAL (
    SELECT CASE WHEN severity = 'GENERAL' AND effective_on IS NOT NULL AND get_byte(b, 9) < 30
                     AND decided_on + 100 <= {_TODAY} THEN decided_on + 100 END AS repair_applied_on
    OFFSET 0
) repair
CROSS JOIN LATERAL (
    SELECT CASE WHEN repair_applied_on + 2 <= {_TODAY} THEN repair_applied_on + 2 END AS repair_decided_on
    OFFSET 0
) repaired
CROSS JOIN LATERAL (
    SELECT CASE WHEN repair_decided_on IS NULL THEN NULL WHEN get_byte(b, 10) < 200 THEN 'GRANTED' ELSE 'REFUSED' END
           AS repair_outcome
    OFFSET 0
) granted
CROSS JOIN LATERAL (
    SELECT CASE WHEN repair_outcome = 'GRANTED' THEN repair_decided_on
                WHEN effective_on IS NOT NULL AND valid_to < {_TODAY} THEN valid_to + 1 END AS ended_on
    OFFSET 0
) ended
"""
"""What was drafted, and what became of it by now."""

_OF_LEADS: Final = f"""
INSERT INTO credit_record (tenant_id, id, created_at, updated_at, version, subject, staff_id, project_id, division_id,
    division_path, issuer, information, severity, scheme_id, item, article, points, facts, basis, occurred_on,
    decided_on, state, drafted_by, objection_days, handler, notified_on, object_by, provisional, effective_on,
    decided_by, valid_to, ended_on)
SELECT $1::uuid, {row_id("decided_on::timestamptz", "h")}, decided_on, coalesce(ended_on, effective_on),
       3 + (ended_on IS NOT NULL)::int, 'PROJECT_LEAD', staff_id, project_id, division_id, division_path, $2, 'BAD',
       'GENERAL', scheme_id, 'REFUSED_HANDOVER', '拒不移交（示例）', -8, '未按期移交物业资料（示例）',
       '示例住建罚决定〔' || extract(year FROM decided_on) || '〕' || substr(h, 1, 6) || '号', decided_on, decided_on,
       CASE WHEN ended_on IS NULL THEN 'EFFECTIVE' ELSE 'EXPIRED' END, $3,
       {KINDS[SettingKey.OBJECTION_DAYS].default}, '孙悦', notified_on, effective_on - 1, false, effective_on, $4::uuid,
       valid_to, ended_on
FROM (
    SELECT l.staff_id, p.id AS project_id, d.id AS division_id, p.division_path, c.id AS scheme_id, s.h, o.decided_on,
           o.decided_on + 1 AS notified_on, {later("o.decided_on + 1", "$5")} + 1 AS effective_on, v.valid_to,
           CASE WHEN v.valid_to < {_TODAY} THEN v.valid_to + 1 END AS ended_on
    FROM project p
    JOIN scheme c ON c.subject = 'PROJECT_LEAD' AND p.division_path ^@ c.division_path
    JOIN division d ON d.path = p.division_path
    CROSS JOIN {hashed("'lead-credit/' || p.id")}
    CROSS JOIN LATERAL (
        SELECT date '{SINCE}' + (get_byte(s.b, 0) * 256 + get_byte(s.b, 1)) % {(TODAY - SINCE).days - 40} AS decided_on
    ) o
    CROSS JOIN LATERAL (SELECT {_months(SettingKey.PUBLICATION_MONTHS_GENERAL)} AS valid_to) v
    JOIN project_lead l ON l.tenant_id = p.tenant_id AND l.project_id = p.id AND l.arrived_on <= o.decided_on
                        AND (l.left_on IS NULL OR l.left_on >= o.decided_on)
    WHERE p.tenant_id = $1
) r
"""
"""One record of who led a project on a day, where the street has a scheme for leads; notified, and in force for a year.
"""

_LATER: Final = (
    "handler,notified_on,object_by,decided_by",
    "objected_on,objection,objection_decide_by",
    "objection_decided_on,objection_outcome,objection_answer,effective_on,valid_to",
    "",
    "repair_applied_on,repair_pledge,repair_correction,repair_decide_by",
    "repair_decided_on,repair_outcome,repair_answer",
)
"""What each step after the first one writes in a record, the last step's end beside."""


def _without(step: int, end: str = ",ended_on,revocation") -> str:
    """SQL of the columns that a record does not have yet after a step."""
    return "'{" + ",".join(filter(None, [*_LATER[step - 1 :]])) + end + "}'::text[]"


_ENTRIES: Final = f"""
WITH RECURSIVE step AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY s.day, r.id, s.n)::int AS seq, r.tenant_id,
           {row_id("(s.day + make_time(9, s.n, 0))::timestamptz", "md5('entry/' || r.id || s.n)")} AS id,
           (s.day + make_time(9, s.n, 0))::timestamptz AS created_at, r.id AS record_id,
           row_number() OVER of_record::int AS record_version, s.action, s.actor_kind, s.actor_id,
           CASE WHEN lead(s.n) OVER of_record IS NULL THEN {RECORD}
                ELSE {RECORD} - s.later || jsonb_build_object('state', s.state, 'version', row_number() OVER of_record)
                END AS record
    FROM credit_record r
    CROSS JOIN LATERAL (VALUES
        (1, 'drafted', 'regulator', r.drafted_by, r.decided_on, 'DRAFT', {_without(1)}),
        (2, 'notified', 'regulator', r.decided_by, r.notified_on, 'NOTIFIED', {_without(2)}),
        (3, 'objected', 'tenant', NULL, r.objected_on, 'OBJECTED', {_without(3)}),
        (4, lower(r.objection_outcome), 'regulator', r.decided_by, r.objection_decided_on, 'EFFECTIVE', {_without(4)}),
        (5, 'effective', 'regulator', r.decided_by, CASE WHEN r.objected_on IS NULL THEN r.effective_on END,
         'EFFECTIVE', {_without(5)}),
        (6, 'repair_applied', 'tenant', NULL, r.repair_applied_on, 'REPAIR_APPLIED', {_without(6)}),
        (7, CASE r.repair_outcome WHEN 'GRANTED' THEN 'repaired' ELSE 'repair_refused' END, 'regulator', r.decided_by,
         r.repair_decided_on, 'EFFECTIVE', {_without(7, "ended_on")}),
        (8, 'expired', 'worker', NULL, CASE WHEN r.state = 'EXPIRED' THEN r.ended_on END, 'EXPIRED', '{{}}'::text[])
    ) s(n, action, actor_kind, actor_id, day, state, later)
    WHERE r.tenant_id = $1 AND s.day IS NOT NULL
    WINDOW of_record AS (PARTITION BY r.id ORDER BY s.n)
), chain AS (
    SELECT e.*, {HASH} AS hash FROM (SELECT step.*, '' AS previous FROM step WHERE seq = 1) e
    UNION ALL
    SELECT e.*, {HASH} FROM (SELECT step.*, chain.hash AS previous FROM chain JOIN step ON step.seq = chain.seq + 1) e
)
INSERT INTO credit_entry (tenant_id, id, created_at, seq, record_id, record_version, action, actor_kind, actor_id,
                          record, previous, hash)
SELECT tenant_id, id, created_at, seq, record_id, record_version, action, actor_kind, actor_id, record, previous, hash
FROM chain
"""


_OBJECTED, _DECIDED, _REPAIRED = (
    calendar(partial(after_working_days, days=KINDS[key].default))
    for key in (SettingKey.OBJECTION_DAYS, SettingKey.OBJECTION_DECISION_DAYS, SettingKey.REPAIR_DAYS)
)


async def keep(scope: Scope, number: int, records: int, companies: int, office: Office) -> None:
    """Keep the company's share of the records, as the company of this number of so many; in its name."""
    share, calendars = (scope.tenant_id, number, records, companies), (_OBJECTED, _DECIDED, _REPAIRED)
    await scope.connection.execute(_RECORDS, *share, *office, *calendars)
    await scope.connection.execute(_OF_LEADS, scope.tenant_id, office.issuer, office.drafts, office.decides, _OBJECTED)
    await scope.connection.execute(_ENTRIES, scope.tenant_id)
