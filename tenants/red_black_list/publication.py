"""What is published of a list (红黑榜公布): an edition that nobody changes; a later one takes its place, or none does.

What was published is kept with the edition, entry by entry, so that it can be read by everybody without a row of any
company. An edition that gave way stays with the division's publishers and auditors alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from tenants.change import change, create, find, find_at
from tenants.checks import TEXT_LIMIT, Checks
from tenants.company import Company
from tenants.credit.record import CreditRecord, counts
from tenants.errors import Code, DomainError
from tenants.project import Project
from tenants.rating.cycle import RatingCycle
from tenants.red_black_list.preparation import (
    carry_out,
    entries_of,
    organised,
    require_change,
    require_publishable,
    seen_at,
)
from tenants.red_black_list.publicity import deciding, require_decided, require_others
from tenants.red_black_list.tables import EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.row import new_id, today
from tenants.scheme import Subject
from tenants.scope import Principal, Scope
from tenants.staff import Staff

LISTED = """
SELECT l.colour, l.subject, l.title, l.organiser, l.basis, l.period_from, l.period_to, l.published_on, l.valid_to,
       l.edition, e.one ->> 'company' AS company, e.one ->> 'project' AS project, e.one ->> 'reason' AS reason,
       e.one ->> 'ground' AS ground
FROM red_black_list l CROSS JOIN LATERAL jsonb_array_elements(l.content) WITH ORDINALITY AS e(one, at)
WHERE l.ended_on IS NULL AND l.published_on <= current_date AND l.valid_to >= current_date
      AND l.subject <> 'PROJECT_LEAD' AND e.one ->> 'uscc' = upper(trim({uscc}))
ORDER BY l.published_on DESC, l.id, e.at
"""
"""On which lists in force a company or a project of its stands; a list has no company's row, and none of a person."""

REPORT = """
SELECT l.colour, l.subject, count(DISTINCT l.id)::int AS lists, count(*)::int AS entries,
       count(DISTINCT e.one ->> 'uscc')::int AS companies
FROM red_black_list l CROSS JOIN LATERAL jsonb_array_elements(l.content) AS e(one)
WHERE {of_l} AND {within_l} AND l.published_on <= {until} AND l.valid_to >= {since}
      AND coalesce(l.ended_on > {until}, true)
GROUP BY l.colour, l.subject ORDER BY l.colour, l.subject
"""
"""R-09: the lists in force in a period, by the edition that stood on its last day."""


_IN_FORCE = """
SELECT title, colour, subject, organiser, basis, period_from, period_to, published_on, valid_to, edition, content
FROM red_black_list
WHERE id = $1 AND published_on IS NOT NULL AND ended_on IS NULL AND valid_to >= current_date
"""


async def in_force(connection: Any, id: UUID) -> dict[str, Any] | None:
    """What a list in force says, with its entries; None for any other."""
    found = await connection.fetchrow(_IN_FORCE, id)
    return None if found is None else {**found, "content": orjson.loads(found["content"])}


async def publish(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RedBlackList:
    """Publish a list whose objections are handled, by somebody else than who prepared it and entered its entries."""
    day = on or today()
    row = await deciding(scope, id, version)
    if row.state == ListState.PUBLICITY:
        await require_decided(scope, row)
    require_change(row, ListState.PUBLISHED)
    await require_decided(scope, row)
    await require_publishable(scope, Subject(row.subject), row.division_path, "id")
    if row.valid_to < day:
        raise DomainError(Code.RED_BLACK_TERM_OVER, "id", date=row.valid_to)
    entries = await entries_of(scope, row, EntryState.LISTED)
    require_others(scope, entries)
    content = await _content(scope, row, entries)
    row = await find_at(scope, RedBlackList, id, version)
    values = {"state": ListState.PUBLISHED, "published_on": day, "content": content}
    await change(scope, row, "red_black_list", values, action="published")
    if row.supersedes_id is not None:
        before = await find(scope, RedBlackList, row.supersedes_id)
        if before.state != ListState.PUBLISHED:
            raise DomainError(Code.RED_BLACK_SUPERSEDED, "id", edition=before.edition)
        await _end(scope, before, {"state": ListState.SUPERSEDED, "ended_on": day}, "superseded")
    return await find(scope, RedBlackList, id)


async def withdraw(scope: Scope, id: UUID, version: int, reason: str, *, on: date | None = None) -> RedBlackList:
    """Take a list back, published or not: nobody but its publishers and auditors reads it any more."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    row = await organised(scope, id, version)
    require_change(row, ListState.WITHDRAWN)
    values = {"state": ListState.WITHDRAWN, "ended_on": on or today(), "withdrawal": words}
    await _end(scope, row, values, "withdrawn")
    for entry in await entries_of(scope, row, EntryState.DRAFT, EntryState.LISTED):
        await carry_out(scope, entry, {"state": EntryState.WITHDRAWN, "ending": words}, "withdrawn")
    return await find(scope, RedBlackList, id)


async def withdraw_entry(scope: Scope, id: UUID, version: int, reason: str, *, on: date | None = None) -> RedBlackEntry:
    """Take an entry off a published list at once: the next edition, which has it no more, takes the list's place."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    day = on or today()
    seen = await seen_at(scope, id, version)
    row = await organised(scope, seen.list_id)
    require_change(row, ListState.SUPERSEDED)
    left = [entry for entry in await entries_of(scope, row, EntryState.LISTED) if entry.id != seen.id]
    if not left:
        raise DomainError(Code.RED_BLACK_LAST_ENTRY, "id")
    content = await _content(scope, row, left)
    published = {
        "state": ListState.PUBLISHED,
        "publicised_on": row.publicised_on,
        "object_by": row.object_by,
        "handled_on": row.handled_on,
        "published_on": day,
        "content": content,
    }
    await _next(scope, row, words, left, EntryState.LISTED, published)
    await _end(scope, row, {"state": ListState.SUPERSEDED, "ended_on": day}, "superseded")
    return await carry_out(scope, seen, {"state": EntryState.WITHDRAWN, "ending": words}, "withdrawn")


async def reissue(scope: Scope, id: UUID, version: int, correction: str) -> RedBlackList:
    """Begin the next edition of a published list, with its entries as drafts, to be corrected; it goes the same way."""
    checks = Checks()
    words = checks.text("correction", correction, limit=TEXT_LIMIT)
    checks.done()
    row = await organised(scope, id, version)
    require_change(row, ListState.SUPERSEDED)
    await _end(scope, row, {}, "reissued")
    entries = await entries_of(scope, row, EntryState.LISTED)
    return await _next(scope, row, words, entries, EntryState.DRAFT, {})


async def _next(
    scope: Scope,
    row: RedBlackList,
    correction: str,
    entries: Sequence[RedBlackEntry],
    state: EntryState,
    values: Mapping[str, Any],
) -> RedBlackList:
    """The edition after this one, with copies of some of its entries in a state."""
    prepared_by = scope.principal.actor_id
    assert prepared_by is not None
    kept = ("division_id", "division_path", "organiser", "colour", "subject", "title", "basis", "cycle_id")
    dates = ("period_from", "period_to", "valid_to")
    edition = RedBlackList(
        **{name: getattr(row, name) for name in (*kept, *dates)},
        edition=row.edition + 1,
        supersedes_id=row.id,
        correction=correction,
        prepared_by=prepared_by,
        **values,
    )
    await create(scope, edition, "red_black_list", action="published" if values else "reissued")
    said = ("tenant_id", "division_path", "project_id", "staff_id", "reason", "document")
    grounds = ("credit_record_id", "rating_case_id")
    for entry in entries:
        copy = {name: getattr(entry, name) for name in (*said, *grounds)}
        async with scope.acting_for(entry.tenant_id):
            await create(
                scope,
                RedBlackEntry(**copy, id=new_id(), list_id=edition.id, listed_by=prepared_by, state=state),
                "red_black_entry",
            )
    return await find(scope, RedBlackList, edition.id)


async def _content(scope: Scope, row: RedBlackList, entries: Sequence[RedBlackEntry]) -> list[dict[str, Any]]:
    """What is published, entry by entry: who, why and on what it rests, by the names that hold now."""
    if not entries:
        raise DomainError(Code.RED_BLACK_EMPTY, "id")
    cycle = await find(scope, RatingCycle, row.cycle_id) if row.cycle_id is not None else None
    content = []
    for entry in entries:
        async with scope.acting_for(entry.tenant_id):
            company = await find(scope, Company, entry.tenant_id)
            said = {"company": company.name, "uscc": company.uscc, "reason": entry.reason, "ground": entry.document}
            if entry.credit_record_id is not None:
                record = await find(scope, CreditRecord, entry.credit_record_id)
                if not counts(record, today()):
                    raise DomainError(Code.RED_BLACK_GROUNDS_ENDED, "id", name=company.name)
                said["ground"] = entry.document or record.basis
            if entry.rating_case_id is not None and cycle is not None:
                said["ground"] = said["ground"] or cycle.title
            if entry.project_id is not None:
                said["project"] = (await find(scope, Project, entry.project_id)).name
            if entry.staff_id is not None and row.subject == Subject.PROJECT_LEAD:
                said["lead"] = (await find(scope, Staff, entry.staff_id)).name
            content.append(said)
    return content


async def _end(scope: Scope, row: RedBlackList, values: Mapping[str, Any], action: str) -> None:
    """Note on a list that it ended. The platform does, which may write nothing else on a published one."""
    platform = Principal("worker", actor_id=scope.principal.actor_id)
    async with scope.acting_as(platform):
        held = await find_at(scope, RedBlackList, row.id, row.version)
        await change(scope, held, "red_black_list", values, action=action, always=True)
