"""Publicity (公示) of a development object: five working days at least, and objections that are decided."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select
from sqlmodel import Field

from tenants.calendar import after_working_days, working_days_between
from tenants.change import change, create, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.journal import CONFIDENTIAL
from tenants.party.development.steps import PUBLICITY_DAYS
from tenants.row import Changing, TenantRow, new_id
from tenants.scope import Scope


class CasePublicity(Changing, TenantRow, table=True):
    """One publicity: from its first day to its last, where, and how many objections came and were decided.

    `provisional` says that the holiday calendar of those days was not published when they were counted.
    """

    __tablename__ = "case_publicity"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["development_case.tenant_id", "development_case.id"]),
        Index("case_publicity_case", "tenant_id", "case_id", "first_day"),
        CheckConstraint("last_day >= first_day", name="dates_in_order"),
        CheckConstraint("objections >= resolved AND resolved >= 0", name="no_more_resolved_than_raised"),
        CheckConstraint("place <> ''", name="place_given"),
        CONFIDENTIAL,
    )

    case_id: UUID
    first_day: date
    last_day: date
    place: str = Field(sa_type=Text)
    second_place: str | None = Field(default=None, sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    provisional: bool = Field(default=False)
    objections: int = 0
    resolved: int = 0


@dataclass(frozen=True, kw_only=True)
class NewPublicity:
    """A publicity of a case: when and where; a mobile person's at both places."""

    case_id: UUID
    case_version: int
    first_day: date
    last_day: date
    place: str
    second_place: str | None = None
    document: str | None = None
    id: UUID | None = None


async def publicise(scope: Scope, new: NewPublicity) -> CasePublicity:
    """Enter a publicity; one that is too short is refused, with the day on which it may end."""
    from tenants.party.development import open_case

    checks = Checks()
    place = checks.text("place", new.place)
    second = checks.optional_text("secondPlace", new.second_place, limit=100)
    document = checks.optional_text("document", new.document, limit=200)
    checks.not_before("lastDay", new.last_day, new.first_day)
    checks.done()
    # A publicity runs from its first day, which counts; a period counts from the day after its start.
    long_enough = after_working_days(_day_before(new.first_day), PUBLICITY_DAYS)
    if working_days_between(new.first_day, new.last_day) < PUBLICITY_DAYS:
        raise DomainError(Code.PARTY_PUBLICITY_TOO_SHORT, "lastDay", days=PUBLICITY_DAYS, earliest=long_enough.on)
    case = await open_case(scope, new.case_id, new.case_version, "caseId")
    if case.mobile and second is None:
        raise DomainError(Code.PARTY_SECOND_PLACE, "secondPlace")
    row = CasePublicity(
        tenant_id=case.tenant_id,
        id=new.id or new_id(),
        case_id=case.id,
        first_day=new.first_day,
        last_day=new.last_day,
        place=place,
        second_place=second,
        document=document,
        provisional=long_enough.provisional,
    )
    await create(scope, row, "case_publicity")
    return row


async def object_to(scope: Scope, id: UUID, version: int) -> CasePublicity:
    """An objection came; what it says stays with the committee."""
    row = await find_at(scope, CasePublicity, id, version)
    await change(scope, row, "case_publicity", {"objections": row.objections + 1}, action="objected")
    return row


async def resolve(scope: Scope, id: UUID, version: int) -> CasePublicity:
    """An objection was looked into and decided."""
    row = await find_at(scope, CasePublicity, id, version)
    if row.resolved >= row.objections:
        raise DomainError(Code.PARTY_NO_OBJECTION, "id")
    await change(scope, row, "case_publicity", {"resolved": row.resolved + 1}, action="resolved")
    return row


async def latest(scope: Scope, case_id: UUID) -> CasePublicity | None:
    """The latest publicity of a case, locked, so that no objection comes between looking and deciding."""
    return await scope.session.scalar(
        select(CasePublicity)
        .where(
            CasePublicity.tenant_id == scope.tenant_id,  # type: ignore[arg-type]
            CasePublicity.case_id == case_id,  # type: ignore[arg-type]
        )
        .order_by(CasePublicity.first_day.desc(), CasePublicity.id.desc())  # type: ignore[attr-defined]
        .limit(1)
        .with_for_update()
    )


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
