"""Credit scores (信用得分): what the scheme of a division makes of the records in force, as of any day, and why.

Scores are kept as periods. A period begins when something changed what the score is made of, says what that was, and
holds until the next begins, so the score of any past day is one row. Each is worked out by `tenants.scheme` from what
is stored: the records by their dates, the scheme in force on the day, the enrolment. Nothing else goes in, so working
it out again gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from json import loads
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, Text, cast, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

from tenants.change import change, find
from tenants.company import Company
from tenants.credit.inputs import DAY, Edition, Stored, digest, stored
from tenants.credit.record import CreditSubject
from tenants.journal import record
from tenants.row import Changing, TenantRow, code_field, one_of, today
from tenants.scope import Scope


class ExactJson(UserDefinedType[str]):
    """JSON whose text is kept byte for byte (PostgreSQL's `json`, not `jsonb`), read and written as that text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Its name in SQL."""
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        """Read as text, or the driver would make an object of it."""
        return cast(column, Text)


class CreditScore(Changing, TenantRow, table=True):
    """The score of a company or a lead in a period; `valid_to` is its last day, null while it holds.

    `explanation` is the engine's result as of the first day, byte for byte; two periods of the same `digest` differ in
    nothing but that day. `composition` sums it up for reports: points by section, and how many records there are by
    item and by severity.
    """

    __tablename__ = "credit_score"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        Index(
            "credit_score_company", "tenant_id", "valid_from", unique=True, postgresql_where=text("staff_id IS NULL")
        ),
        Index(
            "credit_score_lead",
            "tenant_id",
            "staff_id",
            "valid_from",
            unique=True,
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
        Index("credit_score_division", "division_path", "valid_from", "id"),
        Index("credit_score_scheme", "scheme_id"),
        one_of("subject", CreditSubject),
    )

    subject: CreditSubject = code_field()
    staff_id: UUID | None = None
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    scheme_id: UUID
    valid_from: date
    valid_to: date | None = None
    score: Decimal = Field(sa_type=Numeric)
    grade: str | None = Field(default=None, sa_type=Text)
    # The journal would only repeat it.
    explanation: str = Field(sa_type=ExactJson, sa_column_kwargs={"info": {"confidential": True}})
    digest: str = Field(sa_type=Text)
    because: list[dict[str, str]] = Field(sa_type=JSONB)
    composition: dict[str, dict[str, Any]] = Field(sa_type=JSONB)


ON_DAY = """
SELECT t.tenant_id, t.score, t.grade, t.valid_from, t.valid_to, t.explanation, t.because, t.digest FROM credit_score t
WHERE {of_t} AND t.tenant_id = {company} AND t.staff_id IS NULL
      AND t.valid_from <= {on} AND (t.valid_to IS NULL OR t.valid_to >= {on})
"""
"""A company's period that holds a day."""


_HELD = """
SELECT t.id, t.valid_from, t.valid_to, t.digest, t.scheme_id, t.score, t.grade, t.because::text, t.composition::text,
       sha256(convert_to(t.explanation::text, 'UTF8')) AS bytes
FROM credit_score t
WHERE t.tenant_id = $1 AND t.staff_id IS NOT DISTINCT FROM $2 AND coalesce(t.valid_to, 'infinity') >= $3::date - 1
      AND coalesce(t.valid_to, 'infinity') >= coalesce((
          SELECT max(l.valid_from) FROM credit_score l
          WHERE l.tenant_id = $1 AND l.staff_id IS NOT DISTINCT FROM $2 AND l.valid_from < $3::date), $3::date) - 1
ORDER BY t.valid_from
"""


async def refresh(
    scope: Scope,
    company: Company,
    since: date,
    staff_id: UUID | None = None,
    *,
    until: date | None = None,
    known: Sequence[Edition] | None = None,
) -> int:
    """Bring the periods from a day on to what the stored inputs give; how many were begun, changed or taken away.

    In the name of the company, which the caller has locked. What is right already, to the byte, is not written.
    `known` are the editions of the subject's schemes, where the caller has them.
    """
    await scope.settle()
    periods = [_Held.of(row) for row in await scope.connection.fetch(_HELD, company.tenant_id, staff_id, since)]
    # What ended by its date alone since the last period began may not have been noticed yet.
    since = min([since, *(one.valid_from for one in periods[-1:])])
    before = next(
        (one for one in periods if one.valid_from < since and (one.valid_to or date.max) >= since - DAY), None
    )
    later = {one.valid_from: one for one in periods if one.valid_from >= since}
    inputs = await stored(scope, company, staff_id, known)
    last = max([until or today(), since, *later])
    wanted = _periods(inputs, since, last, before)
    written = 0
    if before is not None:
        written += await _keep(scope, before, {"valid_to": wanted[0][0] - DAY if wanted else None})
    for at, (start, values) in enumerate(wanted):
        if values is None:
            continue
        facts: dict[str, Any] = {**values, "valid_to": wanted[at + 1][0] - DAY if at + 1 < len(wanted) else None}
        period = later.pop(start, None)
        if period is not None:
            written += await _keep(scope, period, facts)
            continue
        begun = {
            "subject": inputs.subject,
            "staff_id": staff_id,
            "division_id": company.division_id,
            "division_path": company.division_path,
            "valid_from": start,
            **facts,
        }
        row = CreditScore(tenant_id=company.tenant_id, **begun)
        scope.write_later(CreditScore, row.model_dump())
        await record(scope, "changed", "credit_score", row, {k: v for k, v in begun.items() if v is not None})
        written += 1
    for period in later.values():
        row = await find(scope, CreditScore, period.id)
        await record(scope, "withdrawn", "credit_score", row)
        await scope.session.delete(row)
        written += 1
    return written


@dataclass(frozen=True, slots=True)
class _Held:
    """A period as it is stored, with the hash of its explanation in the place of that."""

    id: UUID
    valid_from: date
    digest: str
    facts: Mapping[str, Any]

    @property
    def valid_to(self) -> date | None:
        held: date | None = self.facts["valid_to"]
        return held

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "_Held":
        facts = dict(row) | {name: loads(row[name]) for name in ("because", "composition")}
        return cls(facts.pop("id"), facts.pop("valid_from"), facts["digest"], facts)


async def _keep(scope: Scope, held: _Held, facts: Mapping[str, Any]) -> bool:
    """Change a period where it is not so; one that is right is not even read as a whole."""
    now = {**facts, "bytes": sha256(facts["explanation"].encode()).digest()} if "explanation" in facts else facts
    if all(held.facts[name] == value for name, value in now.items() if name != "explanation"):
        return False
    row = await find(scope, CreditScore, held.id)
    return await change(scope, row, "credit_score", facts)


def _periods(
    inputs: Stored, since: date, until: date, before: _Held | None
) -> list[tuple[date, Mapping[str, Any] | None]]:
    """From which day on the score is another one than before, and which; None where no scheme is in force."""
    known = (
        before.digest if before is not None and (before.valid_to is None or before.valid_to >= since - DAY) else None
    )
    found: list[tuple[date, Mapping[str, Any] | None]] = []
    for day in inputs.days(since, until):
        made = inputs.result(day)
        canonical = b"" if made is None else made[1].canonical
        seen = None if made is None else digest(canonical, day)
        if seen == known:
            continue
        known = seen
        if made is None:
            found.append((day, None))
            continue
        edition, result = made
        values = {
            "scheme_id": edition.id,
            "score": result.printed,
            "grade": result.band.code if result.band else None,
            "explanation": canonical.decode(),
            "digest": seen,
            "because": inputs.because(day),
            "composition": inputs.composition(edition.document, result),
        }
        found.append((day, values))
    return found
