"""What everybody may know of a company's credit (信用公示): its score and grade by period, and the records in force.

A row of the registry, not of the company: anybody may ask, a tender's caller about any company, without reaching a row
of the company's own. The platform writes it from what the company's rows say. A natural person's record is not in it
unless the division of the record says so (PUBLISH_NATURAL_PERSON_CREDIT; 山东省社会信用条例 第20条).
"""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, Text, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from tenants.company import Company
from tenants.credit.record import COUNTS
from tenants.row import Row, today
from tenants.scope import Principal, Scope
from tenants.setting import SettingKey, text_on


class PublicCredit(Row, table=True):
    """A company's credit in a period, whose id it has; `records` are those in force now, and none of a past period."""

    __tablename__ = "public_credit"
    __table_args__ = (
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        Index("public_credit_uscc", "uscc", "valid_from"),
        Index("public_credit_company", "company_id", "valid_from"),
        Index("public_credit_scheme", "scheme_id"),
    )

    company_id: UUID
    uscc: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    scheme_id: UUID
    valid_from: date
    valid_to: date | None = None
    score: Decimal = Field(sa_type=Numeric)
    grade: str | None = Field(default=None, sa_type=Text)
    records: list[dict[str, Any]] = Field(sa_type=JSONB)


STANDING = """
SELECT p.name, p.uscc, p.score, p.grade, b.band ->> 'name' AS grade_name, p.valid_from AS since, s.name AS scheme,
       s.edition, s.basis, s.digest AS scheme_digest, current_date AS as_of,
       (SELECT coalesce(jsonb_agg(r.one ORDER BY r.at), '[]'::jsonb)
        FROM jsonb_array_elements(p.records) WITH ORDINALITY AS r(one, at)
        WHERE coalesce((r.one ->> 'validTo')::date >= current_date, true)) AS records
FROM public_credit p JOIN scheme s ON s.id = p.scheme_id
LEFT JOIN LATERAL jsonb_array_elements(s.document -> 'bands') AS b(band) ON b.band ->> 'code' = p.grade
WHERE {of_p} AND p.uscc = upper(trim({uscc})) AND p.valid_to IS NULL
ORDER BY p.valid_from DESC LIMIT 1
"""
"""A company's credit today. A record whose term ended yesterday is not in it, also before the nightly work."""

CHECK = """
SELECT u.uscc, p.name, p.score, p.grade, p.id IS NOT NULL AS found,
       CASE WHEN p.id IS NULL THEN false ELSE g.reached <= g.needed END AS meets
FROM unnest({usccs}) WITH ORDINALITY AS u(uscc, at)
LEFT JOIN LATERAL (
    SELECT * FROM public_credit p
    WHERE {of_p} AND p.uscc = upper(trim(u.uscc)) AND p.valid_from <= {as_of}
          AND coalesce(p.valid_to >= {as_of}, true)
    ORDER BY p.valid_from DESC LIMIT 1
) p ON true
LEFT JOIN scheme s ON s.id = p.scheme_id
LEFT JOIN LATERAL (
    SELECT min(b.at) FILTER (WHERE b.band ->> 'code' = p.grade) AS reached,
           min(b.at) FILTER (WHERE b.band ->> 'code' = {minimum_grade}) AS needed
    FROM jsonb_array_elements(s.document -> 'bands') WITH ORDINALITY AS b(band, at)
) g ON true
ORDER BY u.at
"""
"""Which companies of a list reached a grade on a day. Grades have the order in which the scheme lists its bands, the
best first; they are not ordered as texts (A is the best in 海口, the second lowest in 连云港).
"""


_CERTIFIED = f"""
SELECT f.*, (SELECT e.hash FROM credit_entry e WHERE e.tenant_id = $1 ORDER BY e.seq DESC LIMIT 1) AS head
FROM ({STANDING.format(of_p="p.company_id = $1", uscc="p.uscc")}) f
"""


async def certified(connection: Any, company_id: UUID) -> dict[str, Any] | None:
    """What a certificate of the company says today: its standing, and the last hash of its credit history, by which a
    history that was cut short since is found out. None for a company without a score.
    """
    found = await connection.fetchrow(_CERTIFIED, company_id)
    if found is None:
        return None
    return {
        "uscc": found["uscc"],
        "name": found["name"],
        "grade": found["grade"],
        "gradeName": found["grade_name"],
        "score": format(found["score"], "f"),
        "scheme": found["scheme"],
        "edition": found["edition"],
        "basis": found["basis"],
        "asOf": str(found["as_of"]),
        "since": str(found["since"]),
        "history": found["head"],
    }


_PUBLISHABLE: Final = f"""
SELECT w.wanted::text, w.score, w.grade,
       c.credit_score IS DISTINCT FROM w.score OR c.credit_grade IS DISTINCT FROM w.grade
            OR w.wanted IS DISTINCT FROM (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM public_credit p
                                          WHERE p.company_id = c.tenant_id) AS differs
FROM company c CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'id', t.id, 'company_id', t.tenant_id, 'uscc', c.uscc, 'name', c.name, 'scheme_id', t.scheme_id,
               'valid_from', t.valid_from, 'valid_to', t.valid_to, 'score', t.score, 'grade', t.grade,
               'records', CASE WHEN t.valid_to IS NULL THEN coalesce(s.records, '[]') ELSE '[]' END) ORDER BY t.id)
           AS wanted, max(t.score) FILTER (WHERE t.valid_to IS NULL) AS score,
           max(t.grade) FILTER (WHERE t.valid_to IS NULL) AS grade
    FROM credit_score t LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
                   'subject', r.subject, 'information', r.information, 'severity', r.severity, 'item', r.item,
                   'article', r.article, 'points', r.points::text, 'basis', r.basis, 'issuer', r.issuer,
                   'decidedOn', r.decided_on, 'effectiveOn', r.effective_on, 'validTo', r.valid_to)
                   || CASE WHEN r.state = 'OBJECTED'
                                AND {text_on(SettingKey.MARK_OBJECTION, "r.division_path", "$2")} = 'true'
                           THEN jsonb_build_object('objectedOn', r.objected_on) ELSE '{{}}' END
                   || CASE WHEN r.staff_id IS NOT NULL
                           THEN jsonb_build_object('name', f.name, 'project', j.name) ELSE '{{}}' END
                   ORDER BY r.effective_on, r.id) AS records
        FROM credit_record r
        LEFT JOIN staff f ON f.tenant_id = $1 AND f.id = r.staff_id
        LEFT JOIN project j ON j.tenant_id = $1 AND j.id = r.project_id
        WHERE t.valid_to IS NULL AND r.tenant_id = $1 AND {COUNTS.format(day="$2")} AND (
              r.staff_id IS NULL
              OR {text_on(SettingKey.PUBLISH_NATURAL_PERSON_CREDIT, "r.division_path", "$2")} = 'true')
    ) s ON true
    WHERE t.tenant_id = $1 AND t.staff_id IS NULL
) w
WHERE c.tenant_id = $1
"""
"""What may be shown of a company, and whether that is another than what is. Facts stay with the company and the issuer;
whose record a lead's is and of which project is shown only where the division publishes that.
"""

_SHOW: Final = """
WITH gone AS (
    DELETE FROM public_credit p WHERE p.company_id = $1
        AND p.id NOT IN (SELECT id FROM jsonb_populate_recordset(NULL::public_credit, coalesce($2::text::jsonb, '[]')))
), held AS (
    UPDATE company SET credit_score = $3, credit_grade = $4 WHERE tenant_id = $1
)
INSERT INTO public_credit SELECT * FROM jsonb_populate_recordset(NULL::public_credit, coalesce($2::text::jsonb, '[]'))
ON CONFLICT (id) DO UPDATE SET
    (uscc, name, scheme_id, valid_from, valid_to, score, grade, records) = (
    EXCLUDED.uscc, EXCLUDED.name, EXCLUDED.scheme_id, EXCLUDED.valid_from, EXCLUDED.valid_to, EXCLUDED.score,
    EXCLUDED.grade, EXCLUDED.records)
"""


async def publish(scope: Scope, company: Company) -> None:
    """Bring what is public of the company to what its rows say, and the score beside its name. In the name of the
    company; the platform writes, and nothing where all is so already.
    """
    await scope.settle()
    found = await scope.connection.fetchrow(_PUBLISHABLE, company.tenant_id, today())
    if found["differs"]:
        platform = Principal("worker", actor_id=scope.principal.actor_id, tenant_id=company.tenant_id)
        async with scope.acting_as(platform):
            await scope.connection.execute(_SHOW, platform.tenant_id, found["wanted"], found["score"], found["grade"])


async def withdraw(scope: Scope, company_id: UUID) -> None:
    """Nothing is public any more of a company that has left the platform, and its score ends; its own rows stay. The
    platform's work.
    """
    await scope.session.execute(delete(PublicCredit).where(col(PublicCredit.company_id) == company_id))
    await scope.connection.execute(
        "UPDATE company SET credit_score = NULL, credit_grade = NULL WHERE tenant_id = $1", company_id
    )
    async with scope.acting_for(company_id):
        await scope.connection.execute(
            "UPDATE credit_score t SET valid_to = greatest(t.valid_from, $2::date - 1), version = t.version + 1"
            " WHERE t.tenant_id = $1 AND t.valid_to IS NULL",
            company_id,
            today(),
        )
