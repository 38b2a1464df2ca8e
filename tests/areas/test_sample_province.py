"""A sample province is the same for the same seed, meets the rules of the areas over three years, and its credit
histories hold link by link.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from graphql import get_named_type, is_leaf_type

from infra.refusal import Refusal
from schema import build, executable
from schema.reads.compile import declared
from schema.reads.report import Report
from tenants import committee, sample
from tenants.access import Purpose
from tenants.calendar import add_months, after_days, after_working_days
from tenants.credit import history, standing
from tenants.permission import REGULATOR_ROLES, RegulatorRole
from tenants.rating.inputs import read
from tenants.sample import Loaded
from tenants.sample.company import TODAY
from tenants.sample.ratings import SCHEME
from tenants.sample.years import SINCE
from tenants.scheme import library, score
from tenants.scope import Database, Principal
from tests.conftest import Clone
from tests.reads.asking import Asker

NINGXIA = "64"
EVENTS, RECORDS = 410, 130

TABLES = (
    *("company", "estate", "project", "staff", "project_lead", "check_in", "open_day", "opinion", "issue"),
    *("agreement", "claimed_project", "credit_enrolment", "credit_record", "credit_entry", "scheme", "regulator"),
    *("whistle", "whistle_unit", "committee", "committee_composition", "campaign", "campaign_duty", "subsidy"),
    *("rating_cycle", "rating_case", "rating_result", "published_rating", "red_black_list", "red_black_entry"),
)


async def made(database: Database, province: str = NINGXIA) -> Loaded:
    """Make the province of these tests."""
    return await sample.load_province(database, province, companies=6, projects=20, events=EVENTS, records=RECORDS)


@pytest.fixture(scope="module")
async def linli(database: Clone) -> AsyncIterator[Database]:
    """A database with the province."""
    opened = await Database.open(database.app_url)
    assert await made(opened) == Loaded(6, 20, 120)
    yield opened
    await opened.close()


async def digests(database: Clone) -> dict[str, tuple[int, str]]:
    """The number of rows of each table, and a digest of all that is in them."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        return {
            table: tuple(
                await connection.fetchrow(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t")
            )
            for table in TABLES
        }
    finally:
        await connection.close()


async def test_the_same_seed_gives_the_same_rows(linli: Database, database: Clone, fresh_database: Clone) -> None:
    """Two databases hold the same rows, histories of credit and their hashes included; a second run adds nothing."""
    other = await Database.open(fresh_database.app_url)
    await made(other)
    first = await digests(fresh_database)
    assert first == await digests(database)
    assert await made(other) == Loaded()
    await other.close()
    assert await digests(fresh_database) == first


async def test_there_is_as_much_as_was_asked_for(linli: Database, administrator: Any) -> None:
    """So many open days, check-ins, issues and credit records, over three years, in communities."""
    for table, day in (("open_day", "starts_at::date"), ("issue", "found_on"), ("check_in", "deadline_on")):
        count, first, last = await administrator.fetchrow(f"SELECT count(*), min({day}), max({day}) FROM {table}")
        assert count == EVENTS
        assert first < SINCE.replace(year=SINCE.year + 1)
        assert (last - TODAY).days > -60
    subjects = dict(await administrator.fetch("SELECT subject, count(*)::int FROM credit_record GROUP BY subject"))
    assert subjects == {"COMPANY": RECORDS, "PROJECT_LEAD": subjects["PROJECT_LEAD"]}
    assert await administrator.fetchval("SELECT bool_and(length(division_path) = 12) FROM estate")
    assert await administrator.fetchval("SELECT count(DISTINCT level) FROM regulator") == 3
    assert 30 <= await administrator.fetchval("SELECT count(*) FROM whistle") <= 55


async def test_a_project_has_one_lead_at_a_time(linli: Database, administrator: Any) -> None:
    """From its first day to its last one without a gap, each with a check-in that says the same of him or her."""
    gaps = await administrator.fetch(
        """
        SELECT 1 FROM (
            SELECT l.*, p.started_on, p.ended_on, lag(l.left_on) OVER w AS before, lead(l.id) OVER w IS NULL AS last
            FROM project_lead l JOIN project p ON p.id = l.project_id
            WINDOW w AS (PARTITION BY p.id ORDER BY l.arrived_on)
        ) l WHERE arrived_on <> coalesce(before + 1, started_on) OR last AND left_on IS DISTINCT FROM ended_on
        """
    )
    others = await administrator.fetch(
        "SELECT 1 FROM project_lead l LEFT JOIN check_in c ON c.lead_id = l.id AND c.arrived_on = l.arrived_on"
        " AND c.left_on IS NOT DISTINCT FROM l.left_on WHERE c.id IS NULL"
    )
    assert (gaps, others) == ([], [])


async def test_deadlines_are_those_of_the_areas(linli: Database, administrator: Any) -> None:
    """What the database worked out in bulk is what the areas work out: working days, months, moved last days."""
    for row in await administrator.fetch("SELECT * FROM check_in"):
        assert row["deadline_on"] == after_days(row["arrived_on"], row["days"]).on
    for row in await administrator.fetch("SELECT * FROM issue"):
        assert row["due_on"] == after_days(row["reopened_on"] or row["found_on"], 3).on
    for row in await administrator.fetch("SELECT * FROM opinion"):
        assert row["answer_due_on"] == after_days(row["received_on"], 15).on
    months = {"MINOR": 3, "GENERAL": 12, "SERIOUS": 36}
    for row in await administrator.fetch("SELECT * FROM credit_record WHERE notified_on IS NOT NULL"):
        assert row["object_by"] == after_working_days(row["notified_on"], 5).on
        if row["objected_on"] is not None:
            assert row["objection_decide_by"] == after_working_days(row["objected_on"], 3).on
        if row["effective_on"] is not None:
            assert row["valid_to"] == add_months(row["decided_on"], months[row["severity"]])
            assert row["effective_on"] <= row["valid_to"]


async def test_every_state_that_lasts_is_there(linli: Database, administrator: Any) -> None:
    """Periods that are over and such that run, things done in time, late and not at all."""
    found = {
        table: {row[0] for row in await administrator.fetch(f"SELECT DISTINCT state FROM {table}")}
        for table in ("check_in", "open_day", "issue", "credit_record", "whistle")
    }
    assert found["check_in"] >= {"CONFIRMED", "ENDED"}
    assert found["open_day"] >= {"CLOSED", "FEEDBACK_OPEN", "CANCELLED"}
    assert found["issue"] >= {"CLOSED", "EVALUATED", "IN_PROGRESS"}
    assert found["credit_record"] >= {"EFFECTIVE", "EXPIRED"}
    assert found["whistle"] >= {"CONFIRMED", "DISPOSED", "RESPONDED", "REJECTED"}
    assert await administrator.fetchval("SELECT count(*) FROM issue WHERE closed_on > due_on") > 0
    assert await administrator.fetchval("SELECT count(*) FROM issue WHERE closed_on IS NULL AND due_on < $1", TODAY) > 0
    assert await administrator.fetchval("SELECT count(*) FROM check_in WHERE reported_on > deadline_on") > 0


async def test_credit_histories_hold_and_give_scores(linli: Database, administrator: Any) -> None:
    """Each company's chain is whole, and the scheme of the province makes a score of its records."""
    grades = set()
    for row in await administrator.fetch("SELECT tenant_id FROM company"):
        tenant_id = row["tenant_id"]
        async with linli.writing(Principal("worker", tenant_id=tenant_id)) as scope, scope.acting_for(tenant_id):
            chain = await history.verify(scope)
            assert chain.broken is None
            assert chain.entries > RECORDS // 6
            assert await standing.recompute(scope, TODAY) == 1
        grades.add(await administrator.fetchval("SELECT grade FROM credit_score WHERE tenant_id = $1", tenant_id))
    assert len(grades) > 1


async def test_committees_are_those_of_the_registry(linli: Database, administrator: Any) -> None:
    """An estate has a committee where the registry says so, formed when it was eligible, for five years at most."""
    for row in await administrator.fetch(
        "SELECT e.committee_status, e.committee_eligible_on, c.kind, c.formed_on, c.term_ends_on"
        " FROM estate e LEFT JOIN committee c ON c.estate_id = e.id"
    ):
        kind = {"ESTABLISHED": "OC", "PMC": "PMC"}.get(row["committee_status"])
        assert row["kind"] == kind
        if kind is not None:
            assert row["formed_on"] >= (row["committee_eligible_on"] or row["formed_on"])
            assert row["term_ends_on"] <= add_months(row["formed_on"], committee.TERM_MONTHS)


async def test_ratings_come_to_the_same_again(linli: Database, administrator: Any) -> None:
    """Each result is what the scheme makes of its inputs, to the byte; each is published, most of them in its band."""
    document = library.shipped(SCHEME)
    for row in await administrator.fetch(
        "SELECT r.*, c.period_to, p.total AS shown, p.band_name FROM rating_result r"
        " JOIN rating_cycle c ON c.id = r.cycle_id LEFT JOIN published_rating p ON p.id = r.id"
    ):
        again = score(document, read(row["inputs"]), row["period_to"])
        assert again.canonical.decode() == row["explanation"]
        assert row["points"] == [Decimal(one.points.numerator) / one.points.denominator for one in again.sections]
        assert (again.printed, again.digest) == (row["total"], row["scheme_digest"]) == (row["shown"], document.digest)
        assert again.band is not None
        assert (again.band.code, again.band.name) == (row["band"], row["band_name"])


async def test_every_report_has_figures(linli: Database, administrator: Any) -> None:
    """R-01 to R-14 over the three years, as the province's regulator asks for them: none is empty."""
    for row in await administrator.fetch("SELECT tenant_id FROM company"):
        worker = Principal("worker", tenant_id=row["tenant_id"])
        async with linli.writing(worker) as scope, scope.acting_for(row["tenant_id"]):
            await standing.recompute(scope, TODAY)
    made = executable(build())
    asker = Asker(
        made,
        linli,
        Principal(
            "regulator",
            REGULATOR_ROLES[RegulatorRole.PUBLISHER],
            regulator_id=await administrator.fetchval("SELECT id FROM regulator WHERE division_path = $1", NINGXIA),
            division_path=NINGXIA,
            purpose=Purpose.STATISTICS,
        ),
    )
    assert made.query_type is not None
    empty = []
    for name, field in made.query_type.fields.items():
        report = declared(field).declaration
        if isinstance(report, Report) and report.in_cells:
            parts = get_named_type(field.type).fields.items()
            figures = " ".join(key for key, part in parts if is_leaf_type(get_named_type(part.type)))
            found = await asker(f'{{ {name}(since: "{SINCE}", until: "{TODAY}") {{ {figures} }} }}')
            if not any(isinstance(value, int) and value > 0 for row in found[name] for value in row.values()):
                empty.append(name)
    assert empty == []


async def test_a_province_is_named_by_its_code(linli: Database) -> None:
    """A code that no province has is refused with an example."""
    for code in ("3704", "99", ""):
        with pytest.raises(Refusal, match="no code of a province"):
            await made(linli, code)
