"""A list is prepared by a county's, city's or province's regulator: its title, its period, and its entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from tenants import division
from tenants.addressee import addressed
from tenants.change import carry_out, create, find, seen_at, transition
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.credit.record import CreditRecord, counts
from tenants.division import LEVEL
from tenants.errors import Code, DomainError
from tenants.project import lead_on
from tenants.rating.case import RatingCase
from tenants.rating.cycle import PUBLIC, cycle_in
from tenants.red_black_list.tables import STATE_CHANGES, Colour, EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.regulator import Regulator
from tenants.row import new_id, today
from tenants.scheme import Subject
from tenants.scope import Scope
from tenants.setting import SettingKey, effective


@dataclass(frozen=True, kw_only=True)
class NewList:
    """A list to prepare: of whom, for which period, on which document, and until when it is shown."""

    colour: Colour
    subject: Subject
    title: str
    basis: str
    period_from: date
    period_to: date
    valid_to: date
    cycle_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """An entry: whose, why, and what it rests on: a credit record, the result of the list's rating, or a document."""

    list_id: UUID
    company_id: UUID
    reason: str
    project_id: UUID | None = None
    document: str | None = None
    credit_record_id: UUID | None = None
    rating_case_id: UUID | None = None
    id: UUID | None = None


async def prepare(scope: Scope, new: NewList) -> RedBlackList:
    """Begin a list of the regulator's division. Natural persons are listed only where the division publishes their
    credit (PUBLISH_NATURAL_PERSON_CREDIT; 山东省社会信用条例 第20条).
    """
    checks = Checks()
    title = checks.text("title", new.title, limit=NAME_LIMIT)
    basis = checks.text("basis", new.basis, limit=200)
    checks.day("periodFrom", new.period_from)
    checks.day("periodTo", new.period_to)
    checks.not_before("periodTo", new.period_to, new.period_from)
    checks.day("validTo", new.valid_to, earliest=today())
    checks.done()
    regulator_id, prepared_by = scope.principal.regulator_id, scope.principal.actor_id
    assert regulator_id is not None  # only a regulator's member has the permission
    assert prepared_by is not None
    organiser = await find(scope, Regulator, regulator_id)
    if len(organiser.division_path) > len("370402"):
        raise DomainError(Code.RED_BLACK_COUNTY_PREPARES)
    await require_publishable(scope, new.subject, organiser.division_path, "subject")
    if new.cycle_id is not None:
        cycle = await cycle_in(scope, new.cycle_id, PUBLIC)
        if cycle.division_path != organiser.division_path:
            raise DomainError(Code.NOT_FOUND, "cycleId")
    place = await division.by_code(scope, organiser.division_path, "id")
    row = RedBlackList(
        id=new.id or new_id(),
        division_id=place.id,
        division_path=place.path,
        organiser=organiser.name,
        colour=new.colour,
        subject=new.subject,
        title=title,
        basis=basis,
        period_from=new.period_from,
        period_to=new.period_to,
        cycle_id=new.cycle_id,
        valid_to=new.valid_to,
        prepared_by=prepared_by,
    )
    await create(scope, row, "red_black_list", action="prepared")
    return row


async def enter(scope: Scope, new: NewEntry) -> RedBlackEntry:
    """Put a company, a project or who leads it now on a list that is being prepared."""
    checks = Checks()
    reason = checks.text("reason", new.reason, limit=TEXT_LIMIT, lines=True)
    document = checks.optional_text("document", new.document, limit=200)
    checks.done()
    row = await organised(scope, new.list_id, field="listId")
    _in_preparation(row, "listId")
    if (new.project_id is None) is not (row.subject == Subject.COMPANY):
        raise DomainError(Code.RED_BLACK_SUBJECT, "projectId", subject=Subject(row.subject))
    to = await addressed(scope, new.company_id, new.project_id)
    if document is None and new.credit_record_id is None and new.rating_case_id is None:
        raise DomainError(Code.RED_BLACK_GROUNDS_REQUIRED, "document")
    if new.credit_record_id is not None:
        ground = await find(scope, CreditRecord, new.credit_record_id, "creditRecordId")
        if ground.tenant_id != to.company_id or not counts(ground, today()):
            raise DomainError(Code.NOT_FOUND, "creditRecordId")
    if new.rating_case_id is not None:
        rated = await find(scope, RatingCase, new.rating_case_id, "ratingCaseId")
        if (rated.tenant_id, rated.project_id, rated.cycle_id) != (to.company_id, new.project_id, row.cycle_id):
            raise DomainError(Code.NOT_FOUND, "ratingCaseId")
    listed_by = scope.principal.actor_id
    assert listed_by is not None
    async with scope.acting_for(to.company_id):
        staff_id = None
        if row.subject == Subject.PROJECT_LEAD and new.project_id is not None:
            staff_id = await lead_on(scope, new.project_id, today())
            if staff_id is None:
                raise DomainError(Code.RED_BLACK_LEAD_MISSING, "projectId")
        entry = RedBlackEntry(
            tenant_id=to.company_id,
            id=new.id or new_id(),
            list_id=row.id,
            division_path=row.division_path,
            project_id=new.project_id,
            staff_id=staff_id,
            reason=reason,
            document=document,
            credit_record_id=new.credit_record_id,
            rating_case_id=new.rating_case_id,
            listed_by=listed_by,
        )
        taken = DomainError(Code.RED_BLACK_ENTRY_EXISTS, "companyId" if new.project_id is None else "projectId")
        once = {"red_black_entry_company_once": taken, "red_black_entry_project_once": taken}
        await create(scope, entry, "red_black_entry", taken=once)
    return await find(scope, RedBlackEntry, entry.id)


async def strike(scope: Scope, id: UUID, version: int, reason: str) -> RedBlackEntry:
    """Take an entry off a list that is still being prepared."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    seen = await seen_at(scope, RedBlackEntry, id, version)
    _in_preparation(await organised(scope, seen.list_id), "id")
    return await carry_out(scope, seen, "red_black_entry", {"state": EntryState.REMOVED, "ending": words}, "removed")


async def require_publishable(scope: Scope, subject: Subject, path: str, field: str) -> None:
    """A list of natural persons is one that the division lets be published."""
    if subject == Subject.PROJECT_LEAD and not await effective(
        scope, SettingKey.PUBLISH_NATURAL_PERSON_CREDIT, path, today()
    ):
        raise DomainError(Code.RED_BLACK_OF_PEOPLE, field)


async def organised(scope: Scope, id: UUID, version: int | None = None, field: str = "id") -> RedBlackList:
    """The list of the regulator's own division. Regulators above it look on; for others it is not there to change."""
    row = await find(scope, RedBlackList, id, field)
    own = scope.principal.division_path or "-"
    if not row.division_path.startswith(own):
        raise DomainError(Code.NOT_FOUND, field)
    if row.division_path != own:
        raise DomainError(Code.ISSUING_LEVEL_ONLY, field, level=LEVEL[len(row.division_path)])
    if version is not None and row.version != version:
        raise DomainError(Code.CONFLICT, "version", seen=version, current=row.version)
    return row


async def entries_of(scope: Scope, row: RedBlackList, *states: EntryState) -> Sequence[RedBlackEntry]:
    """The entries of a list in these states, as the regulator sees them, in the order in which they were entered."""
    found = await scope.session.scalars(
        select(RedBlackEntry)
        .where(col(RedBlackEntry.list_id) == row.id, col(RedBlackEntry.state).in_(states))
        .order_by(col(RedBlackEntry.id))
        .execution_options(populate_existing=True)
    )
    return found.all()


def _in_preparation(row: RedBlackList, field: str) -> None:
    if row.state != ListState.PREPARED:
        raise DomainError(Code.RED_BLACK_NOT_PREPARED, field, state=ListState(row.state))


def require_change(row: RedBlackList, wanted: ListState) -> None:
    """The list may become what is wanted, by the table of its states."""
    transition(ListState(row.state), wanted, STATE_CHANGES)
