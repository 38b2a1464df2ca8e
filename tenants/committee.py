"""Owners' committees (业主委员会) and property management committees (物业管理委员会) of estates: what R-04 counts.

An owners' committee has an odd number of members, at least five, and a term of at most five years (山东省物业管理条例
2021, art. 30). Where there can be none, a property management committee acts: an odd number, at least seven, at least
half of them owners (淄博市物业管理条例 2021, arts. 36 to 39). Only counts are kept, never who the members are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, select, text
from sqlmodel import Field

from tenants.calendar import add_months
from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.estate import CommitteeStatus, Estate
from tenants.row import Changing, Row, code_field, new_id, one_of, today
from tenants.scope import Scope
from tenants.setting import SettingKey, number_on, text_on


class CommitteeKind(StrEnum):
    """OC is an owners' committee, PMC a property management committee."""

    OC = "OC"
    PMC = "PMC"


LEAST_MEMBERS: Final = {CommitteeKind.OC: 5, CommitteeKind.PMC: 7}
TERM_MONTHS: Final = 60
_STATUS: Final = {CommitteeKind.OC: CommitteeStatus.ESTABLISHED, CommitteeKind.PMC: CommitteeStatus.PMC}


class Committee(Changing, Row, table=True):
    """A committee of an estate, from the day it was formed until the day it ended; an estate has one at a time."""

    __tablename__ = "committee"
    __table_args__ = (
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        UniqueConstraint("id", "division_path"),
        Index("committee_active", "estate_id", unique=True, postgresql_where=text("ended_on IS NULL")),
        Index("committee_estate", "estate_id", "formed_on"),
        Index(
            "committee_division",
            "division_path",
            "id",
            postgresql_include=["estate_id", "kind", "formed_on", "ended_on", "term_ends_on", "filed_on"],
        ),
        one_of("kind", CommitteeKind),
        CheckConstraint("members % 2 = 1 AND members >= 5", name="odd_and_at_least_5"),
        CheckConstraint("kind = 'OC' OR (members >= 7 AND owners IS NOT NULL)", name="management_at_least_7"),
        CheckConstraint("owners <= members AND owners * 2 >= members", name="half_of_them_owners"),
        CheckConstraint("term_ends_on > formed_on", name="term_in_order"),
        CheckConstraint("filed_on >= formed_on", name="filed_after_formed"),
        CheckConstraint("ended_on >= formed_on", name="ended_after_formed"),
    )

    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    kind: CommitteeKind = code_field()
    members: int
    owners: int | None = None
    formed_on: date
    term_ends_on: date
    filed_on: date | None = None
    ended_on: date | None = None
    end_reason: str | None = Field(default=None, sa_type=Text)


_ELIGIBLE = """coalesce(e.committee_eligible_on <= {until},
                        e.committee_status IN ('ELIGIBLE_NOT_STARTED', 'PREPARING', 'ESTABLISHED'))"""

REPORT = f"""
SELECT s.*,
       round(s.eligible_with_committee::numeric / nullif(s.eligible_estates, 0), 4) AS rate_of_eligible,
       round(s.with_committee::numeric / nullif(s.estates, 0), 4) AS rate_of_all,
       CASE s.denominator WHEN 'ALL' THEN round(s.with_committee::numeric / nullif(s.estates, 0), 4)
            ELSE round(s.eligible_with_committee::numeric / nullif(s.eligible_estates, 0), 4) END AS rate
FROM (
    SELECT r.*, n.estates, n.eligible_estates, n.owners_committees, n.management_committees, n.preparing, n.terms_over,
           n.unfiled, n.owners_committees + CASE WHEN r.counts_pmc THEN n.management_committees ELSE 0 END
               AS with_committee,
           n.eligible_owners + CASE WHEN r.counts_pmc THEN n.eligible_management ELSE 0 END AS eligible_with_committee
    FROM (
        SELECT {text_on(SettingKey.COMMITTEE_RATE_COUNTS_PMC, "{place}", "{until}")} = 'true' AS counts_pmc,
               {text_on(SettingKey.COMMITTEE_RATE_DENOMINATOR, "{place}", "{until}")} AS denominator,
               {number_on(SettingKey.COMMITTEE_RATE_TARGET, "{place}", "{until}")} AS target
        OFFSET 0
    ) r CROSS JOIN (
        SELECT count(*)::int AS estates,
               count(*) FILTER (WHERE e.eligible)::int AS eligible_estates,
               count(*) FILTER (WHERE e.kind = 'OC')::int AS owners_committees,
               count(*) FILTER (WHERE e.kind = 'OC' AND e.eligible)::int AS eligible_owners,
               count(*) FILTER (WHERE e.kind = 'PMC')::int AS management_committees,
               count(*) FILTER (WHERE e.kind = 'PMC' AND e.eligible)::int AS eligible_management,
               count(*) FILTER (WHERE e.kind IS NULL AND e.committee_status = 'PREPARING')::int AS preparing,
               count(*) FILTER (WHERE e.term_ends_on < {{until}})::int AS terms_over,
               count(*) FILTER (WHERE e.unfiled)::int AS unfiled
        FROM (
            SELECT e.committee_status, {_ELIGIBLE} AS eligible, c.kind, c.term_ends_on,
                   c.kind IS NOT NULL AND (c.filed_on IS NULL OR c.filed_on > {{until}}) AS unfiled
            FROM estate e
            LEFT JOIN committee c ON {{of_c}} AND {{within_c}} AND c.estate_id = e.id AND c.formed_on <= {{until}}
                                  AND (c.ended_on IS NULL OR c.ended_on > {{until}})
            WHERE {{since}} <= {{until}} AND {{of_e}} AND {{within_e}}
            OFFSET 0
        ) e
    ) n
) s
"""
"""R-04: the committees that act on the last day of the period, of the estates that are eligible for one then and of all
in the registry.

An estate is eligible from the day the registry gives (`committee_eligible_on`); where it gives none, if its status
says so. A rate counts, above its line, only estates that stand below it; whether a property management committee
counts, and of which estates the division's own rate is, are its settings.
"""


@dataclass(frozen=True, kw_only=True)
class NewCommittee:
    """A committee that was formed. `owners` are those among the members; of an OC, which has owners only, left out."""

    estate_id: UUID
    kind: CommitteeKind
    members: int
    formed_on: date
    term_ends_on: date
    owners: int | None = None
    filed_on: date | None = None
    id: UUID | None = None


async def form(scope: Scope, new: NewCommittee) -> Committee:
    """A regulator enters a committee of an estate in its division, which says in the registry that it has one."""
    checks = Checks()
    _composed(checks, new.kind, new.members, new.owners)
    checks.day("formedOn", new.formed_on, latest=today())
    _term(checks, new.formed_on, new.term_ends_on)
    checks.day("filedOn", new.filed_on, latest=today())
    checks.not_before("filedOn", new.filed_on, new.formed_on)
    checks.done()
    estate = await find(scope, Estate, new.estate_id, "estateId", lock=True)
    status, since = CommitteeStatus(estate.committee_status), estate.committee_eligible_on
    eligible = status not in (CommitteeStatus.NOT_ELIGIBLE, CommitteeStatus.PMC) or since is not None
    if new.kind == CommitteeKind.OC and (not eligible or (since is not None and new.formed_on < since)):
        raise DomainError(Code.COMMITTEE_NOT_ELIGIBLE, "estateId", name=estate.name, formed_on=new.formed_on)
    last = await _last(scope, estate.id)
    if last is not None and last.ended_on is None:
        raise DomainError(Code.COMMITTEE_ACTIVE, "estateId", name=estate.name, formed_on=last.formed_on)
    checks.not_before("formedOn", new.formed_on, last.ended_on if last is not None else None)
    checks.done()
    committee = Committee(
        id=new.id or new_id(),
        estate_id=estate.id,
        division_path=estate.division_path,
        kind=new.kind,
        members=new.members,
        owners=new.owners,
        formed_on=new.formed_on,
        term_ends_on=new.term_ends_on,
        filed_on=new.filed_on,
    )
    await create(scope, committee, "committee")
    known = {"committee_eligible_on": since or new.formed_on} if eligible else {}
    await change(scope, estate, "estate", {"committee_status": _STATUS[new.kind]} | known, action="committee_formed")
    return committee


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Committee:
    """Say when it was filed, put its term right, or count its members anew after a by-election."""
    values = dict(changes)
    checks = Checks()
    checks.kept(Committee, values)
    checks.done()
    committee = await find_at(scope, Committee, id, version)
    members, owners = values.get("members", committee.members), values.get("owners", committee.owners)
    _composed(checks, CommitteeKind(committee.kind), members, owners)
    if "term_ends_on" in values:
        _term(checks, committee.formed_on, values["term_ends_on"])
    checks.day("filedOn", values.get("filed_on"), latest=today())
    checks.not_before("filedOn", values.get("filed_on"), committee.formed_on)
    checks.done()
    await change(scope, committee, "committee", values)
    return committee


async def end(scope: Scope, id: UUID, version: int, ended_on: date, reason: str) -> Committee:
    """Dissolved, replaced or not elected again: from that day on the estate has none, and the next may be formed."""
    checks = Checks()
    words = checks.text("reason", reason)
    checks.day("endedOn", ended_on, latest=today())
    checks.done()
    seen = await find(scope, Committee, id)
    estate = await find(scope, Estate, seen.estate_id, lock=True)
    committee = await find_at(scope, Committee, id, version)
    if committee.ended_on is not None:
        raise DomainError(Code.COMMITTEE_ENDED, "id", ended_on=committee.ended_on)
    checks.not_before("endedOn", ended_on, committee.formed_on)
    checks.done()
    await change(scope, committee, "committee", {"ended_on": ended_on, "end_reason": words}, action="ended")
    eligible = estate.committee_eligible_on is not None
    status = CommitteeStatus.ELIGIBLE_NOT_STARTED if eligible else CommitteeStatus.NOT_ELIGIBLE
    await change(scope, estate, "estate", {"committee_status": status}, action="committee_ended")
    return committee


def _composed(checks: Checks, kind: CommitteeKind, members: int, owners: int | None) -> None:
    least = LEAST_MEMBERS[kind]
    checks.count("members", members)
    if members < least or members % 2 == 0:
        checks.add(Code.COMMITTEE_SIZE, "members", least=least, members=members)
    if (kind == CommitteeKind.PMC and owners is None) or (
        owners is not None and not (members <= owners * 2 and owners <= members)
    ):
        checks.add(Code.COMMITTEE_OWNERS, "owners", members=members)


def _term(checks: Checks, formed_on: date, term_ends_on: date) -> None:
    checks.day("termEndsOn", term_ends_on)
    if not checks.errors and not formed_on < term_ends_on <= add_months(formed_on, TERM_MONTHS):
        checks.add(Code.COMMITTEE_TERM, "termEndsOn", formed_on=formed_on, latest=add_months(formed_on, TERM_MONTHS))


async def _last(scope: Scope, estate_id: UUID) -> Committee | None:
    return await scope.session.scalar(
        select(Committee)
        .where(Committee.estate_id == estate_id)  # type: ignore[arg-type]
        .order_by(Committee.formed_on.desc(), Committee.id.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
