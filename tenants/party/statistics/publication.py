"""The half-yearly publication of figures: counted company by company, in the company's own name, then kept from
showing anybody (see suppression), then written once.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tenants.division import WORKER
from tenants.party.statistics.suppression import Block, Tally, figures, settle
from tenants.party.statistics.tables import PartyMeasure
from tenants.row import new_id
from tenants.scope import Database, Principal
from tenants.setting import KINDS, SettingKey

M = PartyMeasure
Counts = dict[PartyMeasure, dict[str, Tally]]

OPEN_TO_ALL = frozenset({M.PROJECT_LEADS, M.COMMITTEES, M.COMMITTEE_MEMBERS})
"""Figures that are no Party attribute of anybody; they are published as they are."""

# $1 the company, $2 the day. Who was what on that day: from the steps and memberships with their dates.
_COMPANY = """
WITH running AS (
    SELECT c.id, c.applied_on,
           bool_or(s.step = 'APPROVE') AS admitted,
           bool_or(s.step = 'APPROVE_CONVERSION') AS converted,
           bool_or(s.step IN ('COMMITTEE_REVIEW', 'PRE_REVIEW', 'FILL_FORM', 'BRANCH_MEETING')) AS in_admission,
           bool_or(s.step = 'AGREE_OBJECT') AS object,
           bool_or(s.step = 'RECOMMEND') AS activist,
           EXISTS (SELECT FROM party_due d WHERE d.tenant_id = $1 AND d.subject_id = c.id AND d.due_on < $2
                   AND NOT d.paused AND (d.closed_on IS NULL OR d.closed_on > $2)) AS overdue
    FROM development_case c
    JOIN case_step s ON s.tenant_id = c.tenant_id AND s.case_id = c.id AND s.done_on <= $2 AND NOT s.superseded
    WHERE c.tenant_id = $1 AND c.applied_on <= $2
        AND (c.ended_on IS NULL OR c.ended_on > $2 OR c.state = 'SUSPENDED')
    GROUP BY c.id, c.applied_on
), stages AS (
    SELECT applied_on, overdue, admitted,
           CASE WHEN admitted THEN 'PROBATION' WHEN in_admission THEN 'IN_ADMISSION'
                WHEN object THEN 'DEVELOPMENT_OBJECTS' WHEN activist THEN 'ACTIVISTS' ELSE 'APPLICANTS' END AS stage
    FROM running WHERE NOT coalesce(converted, false)
), members AS (
    SELECT admitted_on, converted_on, joined_on = admitted_on AS admitted_here,
           coalesce(converted_on <= $2, false) AS is_full,
           ended_on IS NULL OR ended_on > $2 AS present
    FROM party_membership WHERE tenant_id = $1 AND joined_on <= $2
), leads AS (
    SELECT p.id, EXISTS (SELECT FROM cross_appointment a
                         WHERE a.tenant_id = $1 AND a.project_id = p.id AND a.holder = 'PROJECT_LEAD'
                             AND a.direction = 'INTO_COMMUNITY' AND a.since <= $2
                             AND (a.until IS NULL OR a.until > $2)) AS appointed
    FROM project p
    JOIN project_lead l ON l.tenant_id = p.tenant_id AND l.project_id = p.id AND l.arrived_on <= $2
        AND (l.left_on IS NULL OR l.left_on > $2)
    WHERE p.tenant_id = $1
)
SELECT c.division_path, c.status,
    (SELECT count(*) FROM stages WHERE stage = 'APPLICANTS') AS applicants,
    (SELECT count(*) FROM stages WHERE stage = 'ACTIVISTS') AS activists,
    (SELECT count(*) FROM stages WHERE stage = 'DEVELOPMENT_OBJECTS') AS objects,
    (SELECT count(*) FROM stages WHERE stage = 'IN_ADMISSION') AS in_admission,
    (SELECT count(*) FROM stages WHERE stage <> 'PROBATION'
        AND applied_on >= date_trunc('year', $2::date)) AS entered,
    (SELECT count(*) FROM stages WHERE stage <> 'PROBATION'
        AND applied_on < date_trunc('year', $2::date)) AS entered_before,
    (SELECT count(*) FROM stages WHERE overdue) AS overdue,
    (SELECT count(*) FROM stages WHERE NOT overdue) AS in_time,
    (SELECT count(*) FROM members WHERE present AND NOT is_full) AS probationary,
    (SELECT count(*) FROM members WHERE present AND is_full) AS full_members,
    (SELECT count(*) FROM members WHERE admitted_here
        AND admitted_on BETWEEN date_trunc('year', $2::date) AND $2) AS admitted,
    (SELECT count(*) FROM members WHERE present AND NOT is_full
        AND admitted_on < date_trunc('year', $2::date)) AS admitted_before,
    (SELECT count(*) FROM members WHERE converted_on BETWEEN date_trunc('year', $2::date) AND $2) AS converted,
    (SELECT count(*) FROM members WHERE present AND is_full
        AND converted_on < date_trunc('year', $2::date)) AS converted_before,
    (SELECT count(*) FROM leads) AS leads,
    (SELECT count(*) FROM leads WHERE appointed) AS appointed
FROM company c WHERE c.tenant_id = $1
"""

# $1 the day, $2 the day of the last publication. The latest composition of an estate's owners' committee, division by
# division; a committee that has ended by the day counts no more, which is a change too.
_COMMITTEES = """
WITH latest AS (
    SELECT DISTINCT ON (c.estate_id) m.*, c.ended_on IS NULL OR c.ended_on > $1 AS acting,
           coalesce(greatest(m.elected_on, CASE WHEN c.ended_on <= $1 THEN c.ended_on END) > $2, true) AS changed
    FROM committee_composition m JOIN committee c ON c.id = m.committee_id
    WHERE m.elected_on <= $1
    ORDER BY c.estate_id, m.elected_on DESC, m.id DESC
)
SELECT division_path, count(*) FILTER (WHERE acting) AS committees,
       coalesce(sum(members) FILTER (WHERE acting), 0)::int AS members,
       coalesce(sum(party_members) FILTER (WHERE acting), 0)::int AS party_members,
       coalesce(sum(100.0 * party_members / members) FILTER (WHERE acting), 0) AS shares,
       count(*) FILTER (WHERE acting AND 2 * party_members > members) AS above_half,
       count(*) FILTER (WHERE acting AND chair_in_party) AS chairs,
       count(*) FILTER (WHERE acting AND chair_is_secretary) AS secretaries,
       count(*) FILTER (WHERE changed) AS changed
FROM latest GROUP BY division_path
"""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication wrote."""

    as_on: date
    figures: int
    withheld: int


def is_period_end(day: date) -> bool:
    """Figures are published for the ends of half-years, and for no other day: a series of days would tell more."""
    return (day.month, day.day) in ((6, 30), (12, 31))


def last_period_end(day: date) -> date:
    """The end of the half-year that was over on a day."""
    return date(day.year, 6, 30) if day.month > 6 else date(day.year - 1, 12, 31)


async def publish_ended(database: Database, day: date) -> Published | None:
    """Publish the half-year that was over on a day, unless it is published; for the daily job."""
    return await publish(database, last_period_end(day))


async def publish(database: Database, as_on: date) -> Published | None:
    """Publish the figures of a half-year, once; None when they are published already. Safe to run again at any point:
    nothing is written before the end.
    """
    if not is_period_end(as_on):
        raise ValueError("figures are published for 30 June and 31 December")
    async with database.reading(WORKER) as connection:
        last = await connection.fetchval("SELECT max(as_on) FROM party_figure")
        if last is not None and last >= as_on:
            return None
        companies = [row["id"] for row in await connection.fetch("SELECT id FROM enrolment ORDER BY id")]
        committees = await connection.fetch(_COMMITTEES, as_on, last)
        strictest = await connection.fetchval(
            """
            SELECT max(value::int) FROM division_setting
            WHERE key = 'SMALL_CELL' AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
            """,
            as_on,
        )
    # A division may ask for more than the rule, never for less.
    k = max(KINDS[SettingKey.SMALL_CELL].default, strictest or 0)
    counts: Counts = defaultdict(dict)
    for row in committees:
        _add(counts, row["division_path"], _committee_tallies(row))
    for tenant_id in companies:
        async with database.reading(Principal("tenant", tenant_id=UUID(str(tenant_id)))) as connection:
            row = await connection.fetchrow(_COMPANY, tenant_id, as_on)
        if row is not None and row["status"] != "CLOSED":
            _add(counts, row["division_path"], _company_tallies(row))
    return await _write(database, counts, as_on, k)


async def _write(database: Database, counts: Counts, as_on: date, k: int) -> Published | None:
    published, blocks = [], []
    async with database.writing(WORKER) as scope:
        connection = scope.connection
        # Two publications take turns; the second finds the first one's figures.
        await connection.execute("SELECT pg_advisory_xact_lock(7305421970)")
        if await connection.fetchval("SELECT EXISTS (SELECT FROM party_figure WHERE as_on >= $1)", as_on):
            return None
        earlier = await _earlier(connection)
        for measure, places in counts.items():
            by_province: dict[str, dict[str, Tally]] = defaultdict(dict)
            for place, tally in places.items():
                by_province[place[:2]][place] = tally
            for province, found in by_province.items():
                if measure in OPEN_TO_ALL:
                    settled = [Block(frozenset([place]), tally, tally.figure) for place, tally in found.items()]
                else:
                    before = [block for block in earlier[measure] if next(iter(block.places))[:2] == province]
                    nobody = Tally(0, (0,) * len(next(iter(found.values())).rest))
                    known = {place: nobody for block in before for place in block.places} | found
                    settled = settle(known, before, k)
                    found = known
                published += [(new_id(), path, measure, as_on, value) for path, value in figures(found, settled)]
                blocks += [
                    (new_id(), place, measure, block.id, block.published, as_on)
                    for block in settled
                    for place in block.places
                ]
        await connection.execute("DELETE FROM party_figure_block")
        await connection.executemany(
            "INSERT INTO party_figure_block (id, division_path, measure, block_id, published, as_on)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            blocks,
        )
        await connection.executemany(
            "INSERT INTO party_figure (id, division_path, measure, as_on, value) VALUES ($1, $2, $3, $4, $5)", published
        )
    return Published(as_on, len(published), sum(value is None for *_, value in published))


async def _earlier(connection: Any) -> dict[PartyMeasure, list[Block]]:
    rows = await connection.fetch("SELECT measure, block_id, published, division_path FROM party_figure_block")
    places: dict[tuple[PartyMeasure, UUID, int | None], set[str]] = defaultdict(set)
    for row in rows:
        places[PartyMeasure(row["measure"]), UUID(str(row["block_id"])), row["published"]].add(row["division_path"])
    found: dict[PartyMeasure, list[Block]] = defaultdict(list)
    for (measure, block_id, published), held in places.items():
        found[measure].append(Block(frozenset(held), Tally(0), published, block_id))
    return found


def _add(counts: Counts, place: str, tallies: Mapping[PartyMeasure, Tally]) -> None:
    for measure, tally in tallies.items():
        before = counts[measure].get(place)
        counts[measure][place] = tally if before is None else before + tally


def _company_tallies(row: Any) -> dict[PartyMeasure, Tally]:
    return {
        M.APPLICANTS: Tally(row["applicants"]),
        M.ACTIVISTS: Tally(row["activists"]),
        M.DEVELOPMENT_OBJECTS: Tally(row["objects"]),
        M.IN_ADMISSION: Tally(row["in_admission"]),
        M.PROBATIONARY_MEMBERS: Tally(row["probationary"]),
        M.FULL_MEMBERS: Tally(row["full_members"]),
        M.ENTERED_THIS_YEAR: Tally(row["entered"], (row["entered_before"],)),
        M.ADMITTED_THIS_YEAR: Tally(row["admitted"], (row["admitted_before"],)),
        M.CONVERTED_THIS_YEAR: Tally(row["converted"], (row["converted_before"],)),
        M.OVERDUE_CASES: Tally(row["overdue"], (row["in_time"],)),
        M.PROJECT_LEADS: Tally(row["leads"]),
        M.CROSS_APPOINTED_LEADS: Tally(row["appointed"], (row["leads"] - row["appointed"],)),
    }


def _committee_tallies(row: Any) -> dict[PartyMeasure, Tally]:
    committees, party, chairs = row["committees"], row["party_members"], row["chairs"]
    others = row["members"] - party
    return {
        M.COMMITTEES: Tally(committees),
        M.COMMITTEE_MEMBERS: Tally(row["members"]),
        M.COMMITTEE_PARTY_MEMBERS: Tally(party, (others,)),
        M.COMMITTEE_SHARES: Tally(committees, (party, others), shares=row["shares"], changed=row["changed"]),
        M.COMMITTEES_ABOVE_HALF: Tally(row["above_half"], (committees - row["above_half"],)),
        M.PARTY_CHAIRS: Tally(chairs, (committees - chairs,)),
        M.CHAIRS_WHO_ARE_SECRETARY: Tally(row["secretaries"], (chairs - row["secretaries"],)),
    }
