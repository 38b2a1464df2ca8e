"""What a credit score is worked out from: the records by their dates, the scheme of the day, the enrolment, the terms
of a lead. A pure function of what is stored, whatever order it was stored in.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint, func, select
from sqlmodel import Field, col

from tenants import division
from tenants.company import Company
from tenants.credit.record import CreditRecord, CreditState, CreditSubject
from tenants.project import ProjectLead
from tenants.row import Changing, TenantRow
from tenants.scheme import Inputs, Occurrence, Purpose, Result, Scheme, SchemeRetirement, Subject, Term, score
from tenants.scheme.document import Document
from tenants.scheme.indicator import Cascade, Recorded, Veto
from tenants.scheme.registry import document_in
from tenants.scope import Scope

DAY: Final = timedelta(days=1)


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
    records: Sequence[CreditRecord]
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

    def _enrolled(self, day: date) -> bool:
        return self.enrolled_on is not None and self.enrolled_on <= day

    def _occurrences(self, document: Document, record: CreditRecord) -> Iterable[Occurrence]:
        assert record.effective_on is not None
        own = record.occurrence(record.effective_on)
        if record.subject == self.subject:
            if isinstance(document.indicators.get(record.item, (None, None))[1], Recorded | Veto):
                yield own
            return
        for code, (_, indicator) in document.indicators.items():
            if isinstance(indicator, Cascade) and indicator.source == Subject.COMPANY and self._led(indicator, record):
                yield own.model_copy(update={"item": code, "level": None})

    def _led(self, indicator: Cascade, record: CreditRecord) -> bool:
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


def counts(record: CreditRecord, day: date) -> bool:
    """Whether a record counts on a day; `record.COUNTS` says it in SQL."""
    return (
        record.effective_on is not None
        and record.effective_on <= day
        and (record.valid_to is None or day <= record.valid_to)
        and (record.ended_on is None or day < record.ended_on)
    )


def digest(result: Result) -> str:
    """SHA-256 of a result but for its day."""
    return hashlib.sha256(replace(result, as_of=date.min).canonical).hexdigest()


_DOCUMENTS: dict[UUID, Document] = {}
"""A published edition never changes, so a process reads each once."""
_REMEMBERED: Final = 200


async def editions(scope: Scope, path: str) -> Mapping[CreditSubject, Sequence[Edition]]:
    """The credit schemes of a division and those above it, past and present, by whom they rate."""
    rows = await scope.session.execute(
        select(
            col(Scheme.id),
            col(Scheme.subject),
            col(Scheme.division_path),
            col(Scheme.edition),
            col(Scheme.valid_from),
            func.least(col(Scheme.valid_to), col(SchemeRetirement.retired_on)),
        )
        .outerjoin(SchemeRetirement, col(SchemeRetirement.scheme_id) == col(Scheme.id))
        .where(
            col(Scheme.purpose) == Purpose.CREDIT,
            col(Scheme.subject).in_(list(CreditSubject)),
            col(Scheme.division_path).in_(division.ancestry(path)),
        )
        .order_by(col(Scheme.id))
    )
    found: dict[CreditSubject, list[Edition]] = {subject: [] for subject in CreditSubject}
    for key, subject, at, number, valid_from, until in rows.all():
        document = await document_of(scope, key)
        found[CreditSubject(subject)].append(Edition(key, at, number, valid_from, until, document))
    return found


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
    records = select(CreditRecord).where(
        col(CreditRecord.tenant_id) == company.tenant_id, col(CreditRecord.effective_on).is_not(None)
    )
    leads: Sequence[ProjectLead] = ()
    enrolled_on: date | None = None
    if staff_id is None:
        records = records.where(col(CreditRecord.staff_id).is_(None))
        enrolled_on = await scope.session.scalar(
            select(func.min(col(CreditEnrolment.enrolled_on))).where(
                col(CreditEnrolment.tenant_id) == company.tenant_id
            )
        )
    else:
        terms = select(ProjectLead).where(
            col(ProjectLead.tenant_id) == company.tenant_id, col(ProjectLead.staff_id) == staff_id
        )
        leads = (await scope.session.scalars(terms.order_by(col(ProjectLead.arrived_on)))).all()
        led = col(CreditRecord.project_id).in_({lead.project_id for lead in leads})
        records = records.where((col(CreditRecord.staff_id) == staff_id) | (led & col(CreditRecord.staff_id).is_(None)))
    return Stored(
        subject=subject,
        editions=(await editions(scope, company.division_path))[subject] if known is None else known,
        records=(await scope.session.scalars(records.order_by(col(CreditRecord.id)))).all(),
        enrolled_on=enrolled_on,
        leads=leads,
    )
