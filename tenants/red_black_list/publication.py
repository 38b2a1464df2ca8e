"""What is published of a list (红黑榜公布): an edition that nobody changes; a later one takes its place, or none does.

What was published is kept with the edition, entry by entry, so that it can be read by everybody without a row of any
company; an entry whose ground has ended is left out of every reading. An edition that gave way stays with the
division's publishers and auditors alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from tenants.change import carry_out, change, create, find, find_at, seen_at, transition
from tenants.checks import TEXT_LIMIT, Checks
from tenants.company import Company
from tenants.credit.record import CreditRecord, counts
from tenants.errors import Code, DomainError
from tenants.project import Project
from tenants.rating.cycle import RatingCycle
from tenants.red_black_list.preparation import (
    entries_of,
    organised,
    require_change,
    require_publishable,
)
from tenants.red_black_list.publicity import deciding, require_decided, require_others
from tenants.red_black_list.tables import ENTRY_STATE_CHANGES, EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.row import new_id, today
from tenants.scheme import Subject
from tenants.scope import Principal, Scope
from tenants.staff import Staff


def shown(content: str, lifted: str, day: str) -> str:
    """SQL: what a published list says on a day, without the entries that were taken off it and those whose credit
    record's term is over.
    """
    return (
        f"jsonb_path_query_array({content},"
        " '$[*] ? (!(@.entry == $lifted[*] ? (@.on <= $day).entry) && !(@.until < $day))',"
        f" jsonb_build_object('lifted', {lifted}, 'day', {day}))"
    )


_TODAY = shown("l.content", "l.lifted", "current_date")

LISTED = f"""
SELECT l.colour, l.subject, l.title, l.organiser, l.basis, l.period_from, l.period_to, l.published_on, l.valid_to,
       l.edition, e.one ->> 'company' AS company, e.one ->> 'project' AS project, e.one ->> 'reason' AS reason,
       e.one ->> 'ground' AS ground
FROM red_black_list l
CROSS JOIN LATERAL jsonb_array_elements({_TODAY}) WITH ORDINALITY AS e(one, at)
WHERE l.ended_on IS NULL AND l.published_on <= current_date AND l.valid_to >= current_date
      AND l.subject <> 'PROJECT_LEAD' AND e.one ->> 'uscc' = upper(trim({{uscc}}))
ORDER BY l.published_on DESC, l.id, e.at
"""
"""On which lists in force a company or a project of its stands; a list has no company's row, and none of a person."""

REPORT = f"""
SELECT l.colour, l.subject, count(DISTINCT l.id)::int AS lists, count(*)::int AS entries,
       count(DISTINCT e.one ->> 'uscc')::int AS companies
FROM red_black_list l CROSS JOIN LATERAL jsonb_array_elements({shown("l.content", "l.lifted", "{until}")}) AS e(one)
WHERE {{of_l}} AND {{within_l}} AND l.published_on <= {{until}} AND l.valid_to >= {{since}}
      AND coalesce(l.ended_on > {{until}}, true)
GROUP BY l.colour, l.subject ORDER BY l.colour, l.subject
"""
"""R-09: the lists in force in a period, by the edition that stood on its last day."""


_IN_FORCE = f"""
SELECT l.title, l.colour, l.subject, l.organiser, l.basis, l.period_from, l.period_to, l.publicised_on, l.object_by,
       l.published_on, l.valid_to, l.edition, l.correction, c.title AS cycle, s.name AS scheme,
       s.edition AS scheme_edition, {_TODAY} AS content
FROM red_black_list l LEFT JOIN rating_cycle c ON c.id = l.cycle_id LEFT JOIN scheme s ON s.id = c.scheme_id
WHERE l.id = $1 AND l.published_on IS NOT NULL AND l.ended_on IS NULL AND l.valid_to >= current_date
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
    await find_at(scope, RedBlackList, id, version)  # no record that an entry rests on ends unnoticed now
    entries = await entries_of(scope, row, EntryState.LISTED)
    require_others(scope, entries)
    said = await _content(scope, row, entries, day)
    row = await find_at(scope, RedBlackList, id, version)
    values = {"state": ListState.PUBLISHED, "published_on": day, "content": said}
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
        left = EntryState.REMOVED if entry.state == EntryState.DRAFT else EntryState.WITHDRAWN
        await carry_out(scope, entry, "red_black_entry", {"state": left, "ending": words}, "withdrawn")
    return await find(scope, RedBlackList, id)


async def propose_withdrawal(scope: Scope, id: UUID, version: int, reason: str) -> RedBlackEntry:
    """Propose to take an entry off a published list; somebody else confirms that."""
    checks = Checks()
    words = checks.text("reason", reason, limit=TEXT_LIMIT)
    checks.done()
    seen = await seen_at(scope, RedBlackEntry, id, version)
    require_change(await organised(scope, seen.list_id), ListState.SUPERSEDED)
    transition(EntryState(seen.state), EntryState.WITHDRAWN, ENTRY_STATE_CHANGES)
    values = {"ending": words, "proposed_by": scope.principal.actor_id}
    return await carry_out(scope, seen, "red_black_entry", values, "withdrawal_proposed")


async def withdraw_entry(scope: Scope, id: UUID, version: int, *, on: date | None = None) -> RedBlackEntry:
    """Take an entry off a published list at once, as somebody else proposed: the next edition, which has it no more,
    takes the list's place.
    """
    day = on or today()
    seen = await seen_at(scope, RedBlackEntry, id, version)
    row = await deciding(scope, seen.list_id)
    require_change(row, ListState.SUPERSEDED)
    transition(EntryState(seen.state), EntryState.WITHDRAWN, ENTRY_STATE_CHANGES)
    if seen.proposed_by is None or seen.ending is None:
        raise DomainError(Code.RED_BLACK_NOT_PROPOSED, "id")
    if seen.proposed_by == scope.principal.actor_id:
        raise DomainError(Code.FOUR_EYES, "id")
    require_others(scope, [seen])
    left = [entry for entry in await entries_of(scope, row, EntryState.LISTED) if entry.id != seen.id]
    if not left:
        raise DomainError(Code.RED_BLACK_LAST_ENTRY, "id")
    published = {
        "state": ListState.PUBLISHED,
        "publicised_on": row.publicised_on,
        "object_by": row.object_by,
        "handled_on": row.handled_on,
        "published_on": day,
    }
    await _next(scope, row, seen.ending, seen.proposed_by, left, published)
    await _end(scope, row, {"state": ListState.SUPERSEDED, "ended_on": day}, "superseded")
    return await carry_out(scope, seen, "red_black_entry", {"state": EntryState.WITHDRAWN}, "withdrawn")


async def reissue(scope: Scope, id: UUID, version: int, correction: str) -> RedBlackList:
    """Begin the next edition of a published list, with its entries as drafts, to be corrected; it goes the same way."""
    checks = Checks()
    words = checks.text("correction", correction, limit=TEXT_LIMIT)
    checks.done()
    row = await organised(scope, id, version)
    require_change(row, ListState.SUPERSEDED)
    await _end(scope, row, {}, "reissued")
    entries = await entries_of(scope, row, EntryState.LISTED)
    prepared_by = scope.principal.actor_id
    assert prepared_by is not None  # only a regulator's member has the permission
    return await _next(scope, row, words, prepared_by, entries, {})


async def _next(
    scope: Scope,
    row: RedBlackList,
    correction: str,
    prepared_by: UUID,
    entries: Sequence[RedBlackEntry],
    published: Mapping[str, Any],
) -> RedBlackList:
    """The edition after this one, with copies of some of its entries: as drafts, or as they stand where it is
    `published` at once.
    """
    said = ("tenant_id", "division_path", "project_id", "staff_id", "reason", "document")
    grounds = ("credit_record_id", "rating_case_id")
    standing = ("state", "ending", "proposed_by") if published else ()
    number, copied = new_id(), (*said, *grounds, *standing)
    copies = [
        RedBlackEntry(
            **{name: getattr(entry, name) for name in copied}, id=new_id(), list_id=number, listed_by=prepared_by
        )
        for entry in entries
    ]
    if published:
        published = {**published, "content": await _content(scope, row, copies, published["published_on"])}
    kept = ("division_id", "division_path", "organiser", "colour", "subject", "title", "basis", "cycle_id")
    dates = ("period_from", "period_to", "valid_to")
    edition = RedBlackList(
        **{name: getattr(row, name) for name in (*kept, *dates)},
        id=number,
        edition=row.edition + 1,
        supersedes_id=row.id,
        correction=correction,
        prepared_by=prepared_by,
        **published,
    )
    await create(scope, edition, "red_black_list", action="published" if published else "reissued")
    for copy in copies:
        async with scope.acting_for(copy.tenant_id):
            await create(scope, copy, "red_black_entry")
    return await find(scope, RedBlackList, number)


async def _content(scope: Scope, row: RedBlackList, entries: Sequence[RedBlackEntry], on: date) -> list[dict[str, Any]]:
    """What is published, entry by entry: who, why, on what it rests and until when that holds, by the names of now."""
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
                if not counts(record, on):
                    raise DomainError(Code.RED_BLACK_GROUNDS_ENDED, "id", name=company.name)
                said["ground"] = entry.document or record.basis
                if record.valid_to is not None:
                    said["until"] = str(record.valid_to)
            if entry.rating_case_id is not None and cycle is not None:
                said["ground"] = said["ground"] or cycle.title
            if entry.project_id is not None:
                said["project"] = (await find(scope, Project, entry.project_id)).name
            if entry.staff_id is not None and row.subject == Subject.PROJECT_LEAD:
                said["lead"] = (await find(scope, Staff, entry.staff_id)).name
            content.append({"entry": str(entry.id), **said})
    return content


async def _end(scope: Scope, row: RedBlackList, values: Mapping[str, Any], action: str) -> None:
    """Note on a list that it ended. The platform does, which may write nothing else on a published one."""
    platform = Principal("worker", actor_id=scope.principal.actor_id)
    async with scope.acting_as(platform):
        held = await find_at(scope, RedBlackList, row.id, row.version)
        await change(scope, held, "red_black_list", values, action=action, always=True)
