"""What a credit score is worked out from: the records by their dates, the scheme of the day, the enrolment, the terms
of a lead. A pure function of what is stored, whatever order it was stored in.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint, select
from sqlmodel import Field, col

from tenants import division
from tenants.company import Company
from tenants.credit.record import EFFECTIVE, CreditState, CreditSubject, Effective, counts, occurrence
from tenants.project import ProjectLead
from tenants.row import Changing, TenantRow
from tenants.scheme import Inputs, Occurrence, Purpose, Result, Scheme, Subject, Term, score
from tenants.scheme.document import Document
from tenants.scheme.indicator import Cascade, Recorded, Veto
from tenants.scheme.registry import document_in
from tenants.scheme.values import printed
from tenants.scope import Scope

DAY: Final = timedelta(days=1)
_ANSWERED_FOR: Final = (Subject.COMPANY, Subject.PROJECT)
"""Whose records a lead answers for."""


class CreditEnrolment(Changing, TenantRow, table=True):
    """That a company entered its basic information (信用信息入库), since when, and the reference of what it handed in.

    One that has not is graded as missing, not as good.
    """

    __tablename__ = "credit_enrolment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        UniqueConstraint("tenant_id", "enrolled_on"),
    )

    enrolled_on: date
    document: str = Field(sa_type=Text)


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition of a scheme, and when it is in force; `until` is the first day on which it is not."""

    id: UUID
    division_path: str
    number: int
    valid_from: date
    until: date | None
    document: Document


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that is stored about one subject's credit: what a score of any day is worked out from."""

    subject: CreditSubject
    editions: Sequence[Edition]
    records: Sequence[Effective]
    enrolled_on: date | None
    leads: Sequence[ProjectLead] = ()

    def edition(self, day: date) -> Edition | None:
        """The edition in force on a day: the nearest division's, its latest."""
        held = [one for one in self.editions if one.valid_from <= day and (one.until is None or day < one.until)]
        return max(held, key=lambda one: (len(one.division_path), one.valid_from, one.number), default=None)

    def inputs(self, document: Document, day: date) -> Inputs:
        """What counts on a day, in the document's terms. A record of another scheme's item counts where it was made."""
        occurrences = [
            each for record in self.records if counts(record, day) for each in self._occurrences(document, record)
        ]
        return Inputs(
            occurrences=tuple(occurrences),
            terms=tuple(Term(starts_on=lead.arrived_on, ends_on=lead.left_on) for lead in self.leads),
            enrolled=self.subject != CreditSubject.COMPANY
            or (self.enrolled_on is not None and self.enrolled_on <= day),
        )

    def _occurrences(self, document: Document, record: Effective) -> Iterable[Occurrence]:
        own = occurrence(record, record.effective_on)
        if record.subject == self.subject:
            if isinstance(document.indicators.get(record.item, (None, None))[1], Recorded | Veto):
                yield own
            return
        for code, (_, indicator) in document.indicators.items():
            # Of a project is what is on record of its company at that project.
            if isinstance(indicator, Cascade) and indicator.source in _ANSWERED_FOR and self._led(indicator, record):
                yield own.model_copy(update={"item": code, "level": None})

    def _led(self, indicator: Cascade, record: Effective) -> bool:
        """Whether the lead answers for a company's record: it is about a project that he or she led at the time."""
        return any(
            lead.project_id == record.project_id
            and (
                not indicator.within_term
                or (
                    lead.arrived_on <= record.occurred_on
                    and (lead.left_on is None or record.occurred_on <= lead.left_on)
                )
            )
            for lead in self.leads
        )

    def days(self, since: date, until: date) -> list[date]:
        """The days on which a score can change, the first one included."""
        found: set[date | None] = {since, self.enrolled_on}
        for record in self.records:
            found |= {record.effective_on, record.ended_on, record.valid_to and record.valid_to + DAY}
        for edition in self.editions:
            found |= {edition.valid_from, edition.until}
            if edition.document.cycle.reset:
                found |= {date(year, month, 1) for year in range(since.year, until.year + 1) for month in range(1, 13)}
        return sorted(day for day in found if day is not None and since <= day <= until)

    def result(self, day: date) -> tuple[Edition, Result] | None:
        """The score of a day; None where no scheme was in force."""
        edition = self.edition(day)
        return None if edition is None else (edition, score(edition.document, self.inputs(edition.document, day), day))

    def composition(self, document: Document, result: Result) -> dict[str, dict[str, Any]]:
        """A result summed up: the points of each section, and how many records there are by item and by severity."""
        severities = {str(record.id): record.severity for record in self.records}
        items, grave = Counter[str](), Counter[str]()
        for section in result.sections:
            for indicator in section.indicators:
                for line in indicator.occurrences:
                    items[indicator.rule.code] += 1
                    if severity := severities[line.record]:
                        grave[severity] += 1
        points = {section.code: str(printed(section.points, document.places)) for section in result.sections}
        return {"sections": points, "items": dict(items), "severities": dict(grave)}

    def because(self, day: date) -> list[dict[str, str]]:
        """What is different on a day from the day before."""
        before = day - DAY
        found: list[dict[str, str]] = []
        for record in sorted(self.records, key=lambda record: str(record.id)):
            if counts(record, day) and not counts(record, before):
                found.append({"what": "EFFECTIVE", "record": f"crd_{record.id}"})
            elif counts(record, before) and not counts(record, day):
                left = record.state if record.ended_on == day else CreditState.EXPIRED
                found.append({"what": str(left), "record": f"crd_{record.id}"})
        old, new = self.edition(before), self.edition(day)
        if new is not None and (old is None or old.id != new.id):
            found.append({"what": "SCHEME", "scheme": f"sch_{new.id}"})
        if self.enrolled_on == day:
            found.append({"what": "ENROLLED"})
        return found or [{"what": "CYCLE"}]


def digest(canonical: bytes, day: date) -> str:
    """SHA-256 of the canonical bytes of a result as of a day, but for that day."""
    return hashlib.sha256(canonical.replace(f'"as_of":"{day}"'.encode(), b'"as_of":""', 1)).hexdigest()


_DOCUMENTS: dict[UUID, Document] = {}
"""A published edition never changes, so a process reads each once."""
_REMEMBERED: Final = 200


async def editions(scope: Scope, path: str) -> Mapping[CreditSubject, Sequence[Edition]]:
    """The credit schemes of a division and those above it, past and present, by whom they rate."""
    await scope.settle()
    above = division.ancestry(path)
    found: dict[CreditSubject, list[Edition]] = {subject: [] for subject in CreditSubject}
    for row in await scope.connection.fetch(_EDITIONS, above):
        document = await document_of(scope, row["id"])
        found[CreditSubject(row["subject"])].append(
            Edition(row["id"], row["division_path"], row["edition"], row["valid_from"], row["until"], document)
        )
    return found


_EDITIONS: Final = f"""
SELECT s.id, s.subject, s.division_path, s.edition, s.valid_from, least(s.valid_to, e.retired_on) AS until
FROM scheme s LEFT JOIN scheme_retirement e ON e.scheme_id = s.id
WHERE s.purpose = '{Purpose.CREDIT}' AND s.subject IN ({", ".join(f"'{one}'" for one in CreditSubject)})
      AND s.division_path = ANY($1::text[])
ORDER BY s.id
"""


async def document_of(scope: Scope, id: UUID) -> Document:
    """The document of a published edition."""
    if id not in _DOCUMENTS:
        if len(_DOCUMENTS) >= _REMEMBERED:
            _DOCUMENTS.clear()
        _DOCUMENTS[id] = document_in(await scope.session.get_one(Scheme, id))
    return _DOCUMENTS[id]


async def stored(
    scope: Scope, company: Company, staff_id: UUID | None = None, known: Sequence[Edition] | None = None
) -> Stored:
    """What is stored about the company's credit, or about that of one of its leads."""
    subject = CreditSubject.COMPANY if staff_id is None else CreditSubject.PROJECT_LEAD
    leads: Sequence[ProjectLead] = ()
    enrolled_on: date | None = None
    await scope.settle()
    if staff_id is None:
        found = await scope.connection.fetch(_OF_COMPANY, company.tenant_id)
        enrolled_on, records = found[0][0], [row[1:] for row in found if row["id"] is not None]
    else:
        terms = select(ProjectLead).where(
            col(ProjectLead.tenant_id) == company.tenant_id, col(ProjectLead.staff_id) == staff_id
        )
        leads = (await scope.session.scalars(terms.order_by(col(ProjectLead.arrived_on)))).all()
        led = list({lead.project_id for lead in leads})
        records = await scope.connection.fetch(_OF_LEAD, company.tenant_id, staff_id, led)
    return Stored(
        subject=subject,
        editions=(await editions(scope, company.division_path))[subject] if known is None else known,
        records=[Effective(*row) for row in records],
        enrolled_on=enrolled_on,
        leads=leads,
    )


_OF_COMPANY: Final = f"""
SELECT n.enrolled_on, r.*
FROM (SELECT min(n.enrolled_on) AS enrolled_on FROM credit_enrolment n WHERE n.tenant_id = $1) n
LEFT JOIN ({EFFECTIVE.format(of_subject="r.staff_id IS NULL")}) r ON true
"""
"""When the company enrolled beside each of its records, or alone."""
_OF_LEAD: Final = EFFECTIVE.format(
    of_subject="(r.staff_id = $2 OR r.staff_id IS NULL AND r.project_id = ANY($3::uuid[]))"
)
