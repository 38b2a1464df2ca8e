"""From a draft to a record in force: drafted by an assessor, noticed, put into effect and revoked by somebody else.

The notice (记分告知单) has the fields of the published forms (上海): facts, article, points, days to rectify, days to
object, handler. Points are those of the scheme version in force on the day of the decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from tenants.addressee import addressed
from tenants.calendar import add_months, after_days, after_working_days
from tenants.change import find
from tenants.checks import NAME_LIMIT, Checks
from tenants.credit.decision import decide, deciding
from tenants.credit.inputs import document_of
from tenants.credit.record import (
    MAY_EXPIRE,
    PUBLICATION_MONTHS,
    CreditRecord,
    CreditSeverity,
    CreditState,
    CreditSubject,
    enter,
    move,
    occurrence,
)
from tenants.errors import Code, DomainError
from tenants.project import lead_on
from tenants.red_black_list import grounds
from tenants.row import new_id, today
from tenants.scheme import Document, Purpose, Subject
from tenants.scheme.document import Nature
from tenants.scheme.indicator import Recorded, Veto
from tenants.scheme.registry import in_force
from tenants.scheme.score import last_day
from tenants.scope import Scope
from tenants.setting import SettingKey, effective

_FIELDS: Final = {Code.SCORE_INDICATOR_UNKNOWN: "item", Code.SCORE_LEVEL_UNKNOWN: "level"}

DAYS_LIMIT: Final = 365
"""No notice gives longer."""


@dataclass(frozen=True, kw_only=True)
class NewCreditRecord:
    """A record to draft: whose, for what, by which item of the scheme and on which document it rests."""

    company_id: UUID
    item: str
    article: str
    facts: str
    basis: str
    occurred_on: date
    decided_on: date
    subject: CreditSubject = CreditSubject.COMPANY
    project_id: UUID | None = None
    severity: CreditSeverity | None = None
    level: str | None = None
    points: Decimal | None = None
    matter: str | None = None
    evidence: str | None = None
    objection_days: int | None = None
    rectify_days: int | None = None
    id: UUID | None = None


async def draft(scope: Scope, new: NewCreditRecord) -> CreditRecord:
    """A regulator's member drafts a record of a company, or of who led a project on the day it occurred.

    It lies in the project's division, or in the regulator's own; a company that never worked there is NOT_FOUND.
    """
    texts = _texts(new)
    to = await addressed(scope, new.company_id, new.project_id)
    place = to.place
    scheme = await in_force(scope, Purpose.CREDIT, Subject(new.subject), place.path, new.decided_on)
    if scheme is None:
        raise DomainError(Code.CREDIT_SCHEME_MISSING, "decidedOn", date=new.decided_on, subject=new.subject)
    nature, points = awarded(await document_of(scope, scheme.id), new.item, new.level, new.points)
    await _graded(scope, new, nature, place.path)
    drafted_by = scope.principal.actor_id
    assert drafted_by is not None
    days = new.objection_days or await effective(scope, SettingKey.OBJECTION_DAYS, place.path, new.decided_on)
    async with scope.acting_for(to.company_id):
        row = CreditRecord(
            tenant_id=to.company_id,
            id=new.id or new_id(),
            subject=new.subject,
            staff_id=await _lead(scope, new) if new.subject == CreditSubject.PROJECT_LEAD else None,
            project_id=new.project_id,
            division_id=place.id,
            division_path=place.path,
            issuer=to.issuer,
            scheme_id=scheme.id,
            information=nature,
            severity=new.severity,
            item=new.item,
            points=points,
            occurred_on=new.occurred_on,
            decided_on=new.decided_on,
            drafted_by=drafted_by,
            objection_days=days,
            rectify_days=new.rectify_days,
            **texts,
        )
        await enter(scope, row)
    return await find(scope, CreditRecord, row.id)


async def notify(scope: Scope, id: UUID, version: int, served_on: date, handler: str) -> CreditRecord:
    """Serve the notice on a day: the time to object and the time to rectify begin with the day after."""
    checks = Checks()
    who = checks.text("handler", handler, limit=NAME_LIMIT)
    checks.day("servedOn", served_on, latest=today())
    checks.done()
    row = await deciding(scope, id, version)
    checks.not_before("servedOn", served_on, row.decided_on)
    checks.done()
    object_by = after_working_days(served_on, row.objection_days)
    rectify_by = after_days(served_on, row.rectify_days) if row.rectify_days else None
    values = {
        "handler": who,
        "notified_on": served_on,
        "object_by": object_by.on,
        "rectify_by": rectify_by.on if rectify_by else None,
        "provisional": object_by.provisional or (rectify_by is not None and rectify_by.provisional),
    }
    return await decide(scope, row, CreditState.NOTIFIED, values, "notified")


async def take_effect(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> CreditRecord:
    """Put a record into force: a bad one after its notice, when nobody objected in time; a good one from its draft."""
    day = on or today()
    row = await deciding(scope, id, version)
    if row.state == CreditState.DRAFT and row.information == Nature.BAD:
        raise DomainError(Code.CREDIT_NOTICE_REQUIRED, "id")
    if row.state == CreditState.NOTIFIED and row.object_by is not None and day <= row.object_by:
        raise DomainError(Code.CREDIT_OBJECTION_OPEN, "id", due=row.object_by)
    if row.state == CreditState.OBJECTED:
        raise DomainError(Code.CREDIT_OBJECTION_UNDECIDED, "id")
    return await decide(scope, row, CreditState.EFFECTIVE, await term_of(scope, row, day), "effective")


async def term_of(scope: Scope, row: CreditRecord, on: date) -> Mapping[str, Any]:
    """From when to when a record counts: the shorter of the division's term for its severity, from the day of the
    decision (Order 36), and the scheme's own validity.
    """
    terms = []
    if row.severity is not None:
        terms.append(await _term(scope, CreditSeverity(row.severity), row.division_path, row.decided_on))
    document = await document_of(scope, row.scheme_id)
    _, indicator = document.indicators[row.item]
    assert isinstance(indicator, Recorded | Veto)  # it gave the record its points
    own = last_day(occurrence(row, on), indicator.validity or document.validity)
    valid_to = min([*terms, *([own] if own else [])], default=None)
    if valid_to is not None and valid_to < on:
        raise DomainError(Code.CREDIT_TERM_OVER, "id", date=valid_to)
    return {"effective_on": on, "valid_to": valid_to}


async def revoke(scope: Scope, id: UUID, version: int, reason: str, *, on: date | None = None) -> CreditRecord:
    """Take a record back in any state, because its basis was annulled or it should not have been drafted.

    From that day on it counts nowhere; Shandong's ordinance gives three working days (社会信用条例 第40条).
    """
    checks = Checks()
    words = checks.text("reason", reason, limit=500)
    checks.done()
    row = await deciding(scope, id, version)
    day = on or today()
    ended = {"ended_on": min(row.ended_on or day, day)} if row.effective_on is not None else {}
    return await decide(scope, row, CreditState.REVOKED, {"revocation": words, **ended}, "revoked")


async def expire(scope: Scope, on: date, limit: int) -> int:
    """Note which records of the company have reached the end of their term by a day, at most so many; how many."""
    found = await scope.session.scalars(
        select(CreditRecord)
        .where(
            CreditRecord.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            CreditRecord.state.in_(MAY_EXPIRE),  # type: ignore[attr-defined]
            CreditRecord.ended_on.is_(None),  # type: ignore[union-attr]
            CreditRecord.valid_to < on,  # type: ignore[arg-type,operator]
        )
        .order_by(CreditRecord.id)  # type: ignore[arg-type]
        .limit(limit)
        .with_for_update(key_share=True)
    )
    rows = found.all()
    for row in rows:
        assert row.valid_to is not None
        await move(scope, row, CreditState.EXPIRED, {"ended_on": row.valid_to + timedelta(days=1)}, "expired")
    await grounds.end(scope, *rows)
    return len(rows)


async def amended(scope: Scope, row: CreditRecord, points: Decimal) -> Decimal:
    """Other points for a record, within what the scheme it was drafted by gives for the item."""
    document = await document_of(scope, row.scheme_id)
    return awarded(document, row.item, row.level, points)[1]


def awarded(document: Document, item: str, level: str | None, points: Decimal | None) -> tuple[Nature, Decimal]:
    """The class of information of an item, and its points. An item of no class is bad when it takes points away, and
    so is a veto.
    """
    try:
        given = document.points_for(item, level, points)
    except DomainError as error:  # it names the item; who fills in a form is to find the field
        raise DomainError(error.code, _FIELDS.get(error.code, "points"), **error.values) from None
    nature = document.indicators[item][0].nature
    if nature is None:
        nature = Nature.GOOD if given > 0 else Nature.BAD
    return nature, given


def _texts(new: NewCreditRecord) -> dict[str, Any]:
    """What can be said of the input without looking anything up."""
    checks = Checks()
    basis = checks.optional_text("basis", new.basis, limit=200)
    if basis is None:
        checks.add(Code.CREDIT_BASIS_REQUIRED, "basis")
    texts = {
        "basis": basis,
        "article": checks.text("article", new.article, limit=200),
        "facts": checks.text("facts", new.facts, limit=2000, lines=True),
        "evidence": checks.optional_text("evidence", new.evidence),
        "level": checks.optional_text("level", new.level, limit=40),
        "matter": checks.optional_text("matter", new.matter, limit=NAME_LIMIT),
    }
    checks.day("occurredOn", new.occurred_on, latest=today())
    checks.day("decidedOn", new.decided_on, latest=today())
    checks.not_before("decidedOn", new.decided_on, new.occurred_on)
    for field, days in (("objectionDays", new.objection_days), ("rectifyDays", new.rectify_days)):
        if days is not None and not 1 <= days <= DAYS_LIMIT:
            checks.add(Code.CREDIT_DAYS, field, value=days, limit=DAYS_LIMIT)
    if new.subject == CreditSubject.PROJECT_LEAD and new.project_id is None:
        checks.add(Code.CREDIT_PROJECT_REQUIRED, "projectId")
    checks.done()
    return texts


async def _graded(scope: Scope, new: NewCreditRecord, nature: Nature, path: str) -> None:
    """A bad record says how severe it is, another one does not; one whose term is over already is not drafted."""
    if nature == Nature.BAD and new.severity is None:
        raise DomainError(Code.CREDIT_SEVERITY_REQUIRED, "severity")
    if nature != Nature.BAD and new.severity is not None:
        raise DomainError(Code.CREDIT_SEVERITY_UNWANTED, "severity")
    if new.severity is not None:
        last = await _term(scope, new.severity, path, new.decided_on)
        if last < today():
            raise DomainError(Code.CREDIT_TERM_OVER, "decidedOn", date=last)


async def _term(scope: Scope, severity: CreditSeverity, path: str, decided_on: date) -> date:
    months = await effective(scope, PUBLICATION_MONTHS[severity], path, decided_on)
    return add_months(decided_on, months)


async def _lead(scope: Scope, new: NewCreditRecord) -> UUID:
    """Who led the project on the day it occurred. The regulator need not know who that is, and is not told."""
    assert new.project_id is not None  # it was asked for
    staff_id = await lead_on(scope, new.project_id, new.occurred_on)
    if staff_id is None:
        raise DomainError(Code.CREDIT_LEAD_UNKNOWN, "occurredOn", date=new.occurred_on)
    return staff_id
