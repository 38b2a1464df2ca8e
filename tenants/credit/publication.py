"""What everybody may know of a company's credit (信用公示): its score and grade by period, and the records in force.

A row of the registry, not of the company: anybody may ask, a tender's caller about any company, without reaching a row
of the company's own. The platform writes it from what the company's rows say. A natural person's record is not in it
unless the division of the record says so (PUBLISH_NATURAL_PERSON_CREDIT; 山东省社会信用条例 第20条).
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, Text, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from tenants.change import find
from tenants.company import Company
from tenants.credit.inputs import counts
from tenants.credit.record import IN_FORCE, CreditRecord, CreditSubject
from tenants.credit.score import CreditScore
from tenants.project import Project
from tenants.row import Row, today
from tenants.scope import Principal, Scope
from tenants.setting import SettingKey, effective
from tenants.staff import Staff


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
    WHERE {of_p} AND p.uscc = upper(trim(u.uscc)) AND p.valid_from <= {as_of} AND {as_of} <= current_date
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


async def publish(scope: Scope, company: Company) -> None:
    """Bring what is public of the company to what its rows say. In the name of the company; the platform writes."""
    await scope.settle()
    periods = await scope.session.scalars(
        select(CreditScore).where(col(CreditScore.tenant_id) == company.tenant_id, col(CreditScore.staff_id).is_(None))
    )
    records = await _records(scope, company, today())
    wanted: dict[UUID, dict[str, Any]] = {
        period.id: {
            "company_id": company.tenant_id,
            "uscc": company.uscc,
            "name": company.name,
            "scheme_id": period.scheme_id,
            "valid_from": period.valid_from,
            "valid_to": period.valid_to,
            "score": period.score,
            "grade": period.grade,
            "records": records if period.valid_to is None else [],
        }
        for period in periods
    }
    platform = Principal("worker", actor_id=scope.principal.actor_id, tenant_id=company.tenant_id)
    async with scope.acting_as(platform):
        shown = await scope.session.scalars(
            select(PublicCredit).where(col(PublicCredit.company_id) == platform.tenant_id)
        )
        for row in shown.all():
            values = wanted.pop(row.id, None)
            if values is None:
                await scope.session.delete(row)
                continue
            for name, value in values.items():
                if getattr(row, name) != value:
                    setattr(row, name, value)
        scope.session.add_all(PublicCredit(id=key, **values) for key, values in wanted.items())
        await scope.session.flush()


async def withdraw(scope: Scope, company_id: UUID) -> None:
    """Nothing is public any more of a company that has left the platform; its own rows stay. The platform's work."""
    await scope.session.execute(delete(PublicCredit).where(col(PublicCredit.company_id) == company_id))


async def _records(scope: Scope, company: Company, on: date) -> list[dict[str, Any]]:
    """The records in force that may be shown. Facts stay with the company and the issuer."""
    found = await scope.session.scalars(
        select(CreditRecord)
        .where(col(CreditRecord.tenant_id) == company.tenant_id, col(CreditRecord.state).in_(IN_FORCE))
        .order_by(col(CreditRecord.effective_on), col(CreditRecord.id))
    )
    shown = []
    for row in found.all():
        if not counts(row, on):
            continue
        of_person = row.subject == CreditSubject.PROJECT_LEAD
        if of_person and not await effective(scope, SettingKey.PUBLISH_NATURAL_PERSON_CREDIT, row.division_path, on):
            continue
        shown.append(
            {
                "subject": row.subject,
                "information": row.information,
                "severity": row.severity,
                "item": row.item,
                "article": row.article,
                "points": format(row.points, "f"),
                "basis": row.basis,
                "issuer": row.issuer,
                "decidedOn": str(row.decided_on),
                "effectiveOn": str(row.effective_on),
                "validTo": str(row.valid_to) if row.valid_to else None,
                **(await _person(scope, row) if of_person else {}),
            }
        )
    return shown


async def _person(scope: Scope, row: CreditRecord) -> dict[str, str]:
    """Whose record it is and of which project, where the division publishes that."""
    assert row.staff_id is not None  # a lead's record has both
    assert row.project_id is not None
    person, project = await find(scope, Staff, row.staff_id), await find(scope, Project, row.project_id)
    return {"name": person.name, "project": project.name}
