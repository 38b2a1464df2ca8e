"""What hangs on a change: when a company enrols, when a record begins or ceases to count, and every night, the scores
of the company and of its leads are worked out anew, and what is public of them follows.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from tenants.change import create, find
from tenants.checks import Checks
from tenants.company import Company
from tenants.credit.inputs import CreditEnrolment, editions
from tenants.credit.publication import publish
from tenants.credit.record import CreditRecord, CreditSubject
from tenants.credit.score import refresh
from tenants.errors import Code, DomainError
from tenants.project import ProjectLead
from tenants.row import today
from tenants.scope import Scope


async def enrol(scope: Scope, document: str, *, on: date | None = None) -> CreditEnrolment:
    """The company enrols, once; from that day on it has a score."""
    checks = Checks()
    named = checks.text("document", document, limit=200)
    checks.done()
    day = on or today()
    company = await find(scope, Company, scope.tenant_id, lock=True)  # of two at once, the later sees the earlier
    known = select(col(CreditEnrolment.id)).where(col(CreditEnrolment.tenant_id) == scope.tenant_id)
    if await scope.session.scalar(known) is not None:
        raise DomainError(Code.CREDIT_ENROLLED)
    row = CreditEnrolment(tenant_id=scope.tenant_id, enrolled_on=day, document=named)
    await create(scope, row, "credit_enrolment")
    await refresh(scope, company, day)
    await publish(scope, company)
    return row


async def rescore(scope: Scope, row: CreditRecord, since: date) -> None:
    """A record began or ceased to count on a day: work out what hangs on it, that of who led its project included."""
    company = await find(scope, Company, row.tenant_id, lock=True)
    known = await editions(scope, company.division_path)
    leads: Iterable[UUID] = () if row.staff_id is None else (row.staff_id,)
    if row.staff_id is None:
        await refresh(scope, company, since, known=known[CreditSubject.COMPANY])
        if known[CreditSubject.PROJECT_LEAD] and row.project_id is not None:
            leads = await _leads(scope, col(ProjectLead.project_id) == row.project_id)
    for staff_id in leads:
        await refresh(scope, company, since, staff_id, known=known[CreditSubject.PROJECT_LEAD])
    await publish(scope, company)


_RATED = """
SELECT EXISTS (SELECT FROM scheme s JOIN company c ON c.division_path ^@ s.division_path
               WHERE c.tenant_id = $1 AND s.purpose = 'CREDIT')
"""


async def rated(scope: Scope) -> bool:
    """Whether there is, or ever was, a credit scheme where the company is registered; else it has no credit at all."""
    return bool(await scope.connection.fetchval(_RATED, scope.tenant_id))


async def recompute(scope: Scope, on: date, *, since: date | None = None) -> int:
    """The nightly work on one company's credit: bring its score and its leads' scores up to a day, and what is stored
    of them `since` an earlier one; how many periods were written. What begins or ends by its date alone is found here.
    """
    company = await find(scope, Company, scope.tenant_id, lock=True)
    known = await editions(scope, company.division_path)
    if not any(known.values()):
        return 0
    first = since or on
    written = await refresh(scope, company, first, until=on, known=known[CreditSubject.COMPANY])
    if known[CreditSubject.PROJECT_LEAD]:
        for staff_id in await _leads(scope):
            written += await refresh(scope, company, first, staff_id, until=on, known=known[CreditSubject.PROJECT_LEAD])
    await publish(scope, company)
    return written


async def _leads(scope: Scope, *conditions: Any) -> list[UUID]:
    """Who leads or led a project of the company."""
    found = await scope.session.scalars(
        select(col(ProjectLead.staff_id))
        .where(col(ProjectLead.tenant_id) == scope.tenant_id, *conditions)
        .distinct()
        .order_by(col(ProjectLead.staff_id))
    )
    return list(found)
