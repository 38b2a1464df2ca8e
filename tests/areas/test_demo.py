"""The demo gives the figures that the reports publish, is the same on every run, and is finished when cut short."""

import time
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any

import asyncpg
import pytest

from schema import build, executable
from tenants import sample
from tenants.access import Purpose
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.sample import Demo
from tenants.scope import Database, Principal
from tests.reads.asking import Asker

YEAR_2024 = 'since: "2024-01-01", until: "2024-12-31"'
YEAR_2025 = 'since: "2025-01-01", until: "2025-12-31"'
TODAY = 'since: "2026-01-01", until: "2026-06-30"'


@pytest.fixture(scope="module")
async def linli(database: Any) -> AsyncIterator[Database]:
    """The module's database, as the server opens it."""
    opened = await Database.open(database.app_url, statement_timeout_ms=60_000)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def demo(linli: Database) -> Demo:
    """The demo, which loads in under a minute of anybody's time."""
    said: list[str] = []
    started, worked = time.monotonic(), time.process_time()
    made = await sample.load_demo(linli, said.append)
    # Other tests keep the machine busy.
    assert min(time.monotonic() - started, 3 * (time.process_time() - worked)) < 60
    assert said
    return made


@pytest.fixture(scope="module")
async def ask(linli: Database, demo: Demo, administrator: asyncpg.Connection) -> dict[str, Asker]:
    """Everybody who can sign in, by the name that demo.env gives them, ready to ask."""
    paths = dict(await administrator.fetch("SELECT id, division_path FROM regulator"))
    found = {}
    for name in (each.name for each in fields(demo)):
        member = getattr(demo, name)
        if isinstance(member.role, CompanyRole):
            permissions = COMPANY_ROLES[member.role]
            principal = Principal("tenant", permissions, actor_id=member.id, tenant_id=member.organisation_id)
        else:
            principal = Principal(
                "regulator",
                REGULATOR_ROLES[member.role],
                actor_id=member.id,
                regulator_id=member.organisation_id,
                purpose=Purpose.STATISTICS,
                division_path=paths[member.organisation_id],
            )
        found[name] = Asker(executable(build()), linli, principal)
    return found


async def digests(url: str) -> dict[str, tuple[int, str]]:
    """The number of rows of each table, and a digest of all that is in them but what no seed decides."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'party_figure%' AND relname NOT LIKE 'registry_%'"
            " AND relname NOT IN ('access_entry', 'alembic_version', 'audit_entry', 'division')"
        )
        row = "md5(string_agg(to_jsonb(t)::text, '|' ORDER BY id))"
        return {
            table: tuple(await connection.fetchrow(f"SELECT count(*), {row} FROM {table} t")) for (table,) in tables
        }
    finally:
        await connection.close()


async def test_zaozhuang(ask: dict[str, Asker]) -> None:
    """S4ZZ-03, S4ZZ-08. 250 companies, 46 of them with an organisation (18.4%) and 172 with an advisor (87.2% covered),
    557 members; 893 estates, 1,420 problems and 1,243 rectified (87.54%).
    """
    answer = await ask["regulator"](
        f"""{{
            companies {{ totalCount }}
            estates {{ totalCount }}
            issueFigures({YEAR_2025}) {{ found closed closedShare estates overdue }}
            partyCoverage({TODAY}) {{
                companies companiesWithOrganisation companiesWithAdvisor companiesCovered
                organisationCoverage workCoverage organisations
            }}
            partyAdvisors {{ totalCount }}
            developmentFigures({TODAY}) {{ measure value }}
        }}"""
    )
    development = {row["measure"]: row["value"] for row in answer.pop("developmentFigures")}
    assert answer == {
        "companies": {"totalCount": 250},
        "estates": {"totalCount": 893},
        "issueFigures": [{"found": 1420, "closed": 1243, "closedShare": "0.8754", "estates": 893, "overdue": 177}],
        "partyCoverage": [
            {
                "companies": 250,
                "companiesWithOrganisation": 46,
                "companiesWithAdvisor": 172,
                "companiesCovered": 218,
                "organisationCoverage": "0.1840",
                "workCoverage": "0.8720",
                "organisations": 46,
            }
        ],
        "partyAdvisors": {"totalCount": 172},
    }
    assert development.pop("FULL_MEMBERS") == 557
    # The two whom one company develops are too few to be told.
    assert set(development.values()) == {None}


async def test_the_parts_are_the_whole(ask: dict[str, Asker]) -> None:
    """Zaozhuang's figures by district, and by month: together they are the published ones, each share that of its cell;
    as of the middle of the year, what was closed later is open.
    """
    answer = await ask["regulator"](
        f"""{{
            districts: issueFigures({YEAR_2025}, breakdown: true) {{ found closed closedShare estates }}
            months: issueFigures({YEAR_2025}, every: MONTH) {{ since found closed closedShare }}
            half: issueFigures({YEAR_2025}, asOf: "2025-06-30") {{ found closed overdue }}
            firstHalf: issueFigures(since: "2025-01-01", until: "2025-06-30") {{ found closed }}
            companies: partyCoverage({TODAY}, breakdown: true) {{ companies companiesWithOrganisation }}
        }}"""
    )
    for parts, number in (("districts", 6), ("months", 12)):
        rows = answer[parts]
        assert len(rows) == number
        assert (sum(row["found"] for row in rows), sum(row["closed"] for row in rows)) == (1420, 1243)
        for row in rows:
            share = None if row["found"] == 0 else f"{row['closed'] / row['found']:.4f}"
            assert row["closedShare"] == share
    assert sum(row["estates"] for row in answer["districts"]) == 893
    (half,), (first,) = answer["half"], answer["firstHalf"]
    assert half["found"] == first["found"]
    assert 0 < half["closed"] <= first["closed"]
    registered = [sum(row[name] for row in answer["companies"]) for name in ("companies", "companiesWithOrganisation")]
    assert registered == [250, 46]


async def test_members_are_counted_where_they_are_enough(
    ask: dict[str, Asker], administrator: asyncpg.Connection
) -> None:
    """The figure of the whole is the sum of its members; that of a part with fewer than five of them is withheld, and
    so is a neighbour's that would show it.
    """
    members = await administrator.fetch(
        "SELECT left(c.division_path, 6) AS path, count(*) FROM party_membership m JOIN company c USING (tenant_id)"
        " WHERE c.division_path ^@ '3704' AND m.ended_on IS NULL GROUP BY 1"
    )
    answer = await ask["regulator"](
        "{ partyFigures(first: 100, where: {measure: {eq: FULL_MEMBERS}}) { nodes { divisionCode value } } }"
    )
    told = {node["divisionCode"]: node["value"] for node in answer["partyFigures"]["nodes"]}
    assert told["3704"] == sum(count for _, count in members) == 557
    assert {path: count for path, count in members if count < 5 and told[path] is not None} == {}
    assert all(told[path] in (count, None) for path, count in members)


async def test_jinan(ask: dict[str, Asker]) -> None:
    """S4J-06. 1,430 leads checked in, 1,850 projects claimed: 1.29 a lead."""
    answer = await ask["province"]('{ divisions(where: {code: {eq: "3701"}}) { nodes { id } } }')
    (jinan,) = answer["divisions"]["nodes"]
    figures = await ask["province"](
        f"query ($in: ID) {{ checkInFigures(division: $in, {YEAR_2025}) {{ leads confirmed claimedProjects }} }}",
        **{"in": jinan["id"]},
    )
    assert figures["checkInFigures"] == [{"leads": 1430, "confirmed": 1430, "claimedProjects": 1850}]


async def test_the_township(ask: dict[str, Asker]) -> None:
    """S0-03, S0-14. 14 resettlement and 50 commercial estates, 181 and 445 open days; 31 branches and groups, 21
    working groups.
    """
    answer = await ask["township"](
        f"""{{
            resettlement: estates(where: {{kind: {{eq: RESETTLEMENT}}}}) {{ totalCount }}
            commercial: estates(where: {{kind: {{eq: COMMERCIAL}}}}) {{ totalCount }}
            openDayFigures({YEAR_2024}) {{ estateKind held estates answeredShare }}
            partyOrganisationFigures({YEAR_2024}) {{ register kind formation organisations }}
        }}"""
    )
    assert [answer["resettlement"]["totalCount"], answer["commercial"]["totalCount"]] == [14, 50]
    assert answer["openDayFigures"] == [
        {"estateKind": "COMMERCIAL", "held": 445, "estates": 50, "answeredShare": "1.0000"},
        {"estateKind": "RESETTLEMENT", "held": 181, "estates": 14, "answeredShare": "1.0000"},
    ]
    organisations = answer["partyOrganisationFigures"]
    working = sum(row["organisations"] for row in organisations if row["kind"] == "WORKING_GROUP")
    assert working == 21
    assert sum(row["organisations"] for row in organisations) - working == 31
    assert {row["formation"] for row in organisations if row["kind"] in ("BRANCH", "GROUP")} == {
        "FUNCTIONAL",
        "ADJACENT_JOINT",
    }


async def test_pingshan(ask: dict[str, Asker]) -> None:
    """S3-02, S3-04 to S3-06. 45 estates, all with a branch, 25 of 45 secretaries owners; 34 may have an owners'
    committee, 19 have one (56%), 9 prepare one, 6 have not begun; 8 chairs are in the Party, six committees are
    above half, and the mean share is 51%, which the pooled share is not. That six of the eight are secretary is
    withheld: it would tell of the two who are not.
    """
    statuses = "ESTABLISHED", "PREPARING", "ELIGIBLE_NOT_STARTED", "NOT_ELIGIBLE"
    parts = " ".join(
        f"{status}: estates(where: {{committeeStatus: {{eq: {status}}}}}) {{ totalCount }}" for status in statuses
    )
    answer = await ask["district"](
        f"""{{
            delivered: estates(where: {{lifecycle: {{eq: DELIVERED}}}}) {{ totalCount }}
            {parts}
            committeeFigures({TODAY}) {{ eligibleEstates ownersCommittees preparing rate }}
            partyCoverage({TODAY}) {{ estates estatesWithBranch estateCoverage secretariesFilled secretariesOwners }}
            crossAppointmentFigures({TODAY}) {{
                committees partyChairs chairsWhoAreSecretary committeesAboveHalf meanPartyShare pooledPartyShare
            }}
        }}"""
    )
    assert answer["delivered"] == {"totalCount": 45}
    assert [answer[status]["totalCount"] for status in statuses] == [19, 9, 6, 11]
    committees = {"eligibleEstates": 34, "ownersCommittees": 19, "preparing": 9, "rate": "0.5588"}
    assert answer["committeeFigures"] == [committees]
    assert answer["partyCoverage"] == [
        {
            "estates": 45,
            "estatesWithBranch": 45,
            "estateCoverage": "1.0000",
            "secretariesFilled": 45,
            "secretariesOwners": 25,
        }
    ]
    (figures,) = answer["crossAppointmentFigures"]
    assert round(100 * float(figures.pop("meanPartyShare"))) == 51
    assert round(100 * float(figures.pop("pooledPartyShare"))) == 52
    assert figures == {"committees": 19, "partyChairs": 8, "chairsWhoAreSecretary": None, "committeesAboveHalf": 6}


async def test_who_signs_in(demo: Demo, administrator: asyncpg.Connection) -> None:
    """Every role of a company, the administrator of another, publishers of regulators of every level; two estates that
    nobody serves.
    """
    first = (demo.company, demo.manager, demo.party_officer, demo.front_desk)
    assert [each.role for each in first] == list(CompanyRole)
    assert {each.organisation_id for each in first} == {demo.company.organisation_id}
    assert demo.other_company.role == CompanyRole.TENANT_ADMIN
    regulators = [getattr(demo, each.name) for each in fields(demo)][5:]
    assert {each.role for each in regulators} == {RegulatorRole.PUBLISHER}
    levels = await administrator.fetch(
        "SELECT level FROM regulator WHERE id = ANY($1)", [each.organisation_id for each in regulators]
    )
    assert {row["level"] for row in levels} == {"PROVINCE", "CITY", "COUNTY", "STREET", "COMMUNITY"}
    assert await administrator.fetchval("SELECT count(*) FROM estate WHERE serving_tenant_id IS NULL") == 2
    staff = await administrator.fetch(
        "SELECT role FROM company_member WHERE tenant_id = $1 AND staff_id IS NOT NULL", demo.company.organisation_id
    )
    assert [row["role"] for row in staff] == [CompanyRole.PROJECT_MANAGER]


async def test_everybody_has_work_to_do(ask: dict[str, Asker]) -> None:
    """What is due at the company covers all areas, and each role sees its own; the community has something to confirm
    of every kind.
    """
    due = {
        name: {node["kind"] for node in (await ask[name]("{ dues(first: 100) { nodes { kind } } }"))["dues"]["nodes"]}
        for name in ("company", "party_officer", "front_desk")
    }
    assert due["front_desk"] == {"ISSUE", "OPINION"}
    assert due["company"] >= {"AGREEMENT", "CHECK_IN", "CLAIM", "CLAIMED_PROJECT", "ISSUE", "LEAD_REPORT", "OPINION"}
    assert "RECTIFICATION" in due["company"]
    assert due["party_officer"] >= {"PARTY_TALK", "PARTY_CULTIVATION_REVIEW", "PARTY_ELECTION"}
    opened = await ask["party_officer"]("{ partyFileAccesses { nodes { reason member { name } } } }")
    assert opened["partyFileAccesses"]["nodes"] == []
    mine = await ask["manager"]("{ dues(where: {mine: {eq: true}}) { totalCount } }")
    assert mine["dues"]["totalCount"] > 0
    waiting = await ask["community"](
        """{
            dues(where: {mine: {eq: true}}) { nodes { kind } }
            checkIns(where: {state: {eq: REPORTED}}) { totalCount }
            claimedProjects(where: {state: {eq: COMPLETED}}) { totalCount }
            agreements(where: {state: {eq: IN_PROGRESS}}) { totalCount }
        }"""
    )
    confirmations = {node["kind"] for node in waiting.pop("dues")["nodes"]}
    assert confirmations == {"CHECK_IN_CONFIRMATION", "CLAIM_CONFIRMATION"}
    assert all(each["totalCount"] == 1 for each in waiting.values()), waiting
    announced = await ask["front_desk"](
        "{ openDays(where: {state: {eq: PUBLISHED}}) { nodes { batches { totalCount } } } }"
    )
    assert announced["openDays"]["nodes"] == [{"batches": {"totalCount": 2}}]


async def test_regulators_have_been_at_work(ask: dict[str, Asker]) -> None:
    """Everything that regulators come for can be seen: a rating published and one that collects, a survey closed and
    one that runs, lists, credit with a record repaired, whistles, orders, interviews, duties and subsidies.
    """
    half = 'since: "2026-01-01", until: "2026-06-30"'
    city = await ask["regulator"](
        f"""{{
            ratingCycles {{ nodes {{ state }} }}
            publishedRatings {{ nodes {{ total band edition latest }} }}
            redBlackLists {{ nodes {{ colour state }} }}
            surveys {{ nodes {{ state answered required }} }}
            whistleFigures({half}) {{ raised rejected responded confirmed }}
            complianceFigures({half}) {{ kind due done overdue }}
            subsidyFigures({half}) {{ amount }}
            creditGradeFigures({half}) {{ grade companies }}
            creditProcessFigures(since: "2025-07-01", until: "2026-06-30") {{
                objectionsLodged objectionsUpheld repairsGranted repairsOnTime
            }}
        }}"""
    )
    assert [node["state"] for node in city["ratingCycles"]["nodes"]] == ["RECTIFYING", "COLLECTING"]
    # One result stands on the edge of a band, another was lifted onto one when it was objected to.
    results = {(each["total"], each["band"], each["edition"]) for each in city["publishedRatings"]["nodes"]}
    assert results == {("92.00", "SELF", 1), ("79.00", "NOTICE", 1), ("85.00", "SELF", 1), ("60.00", "NOTICE", 2)}
    lists = [(node["colour"], node["state"]) for node in city["redBlackLists"]["nodes"]]
    assert lists == [("RED", "PUBLISHED"), ("BLACK", "PUBLISHED")]
    assert city["surveys"]["nodes"] == [
        {"state": "CLOSED", "answered": 25, "required": 25},
        {"state": "OPEN", "answered": 3, "required": 25},
    ]
    whistles = [tuple(row.values()) for row in city["whistleFigures"]]
    assert whistles == [(0, 0, 0, 0), (2, 1, 1, 1), (1, 0, 0, 0), (1, 0, 1, 0)]
    duties = {row.pop("kind"): tuple(row.values()) for row in city["complianceFigures"]}
    assert duties == {
        "MONTHLY_REPORT": (30, 29, 1),
        "QUARTERLY_OBSERVATION": (6, 6, 0),
        "HALF_YEAR_ASSESSMENT": (0, 0, 0),
    }
    assert city["subsidyFigures"] == [{"amount": "76800.00"}]
    grades = {row["grade"]: row["companies"] for row in city["creditGradeFigures"]}
    assert grades == {"A": 1, "B": 198, "C": 1, "C_MISSING": 50}
    process = {"objectionsLodged": 1, "objectionsUpheld": 1, "repairsGranted": 1, "repairsOnTime": 1}
    assert city["creditProcessFigures"] == [process]

    company = await ask["company"](
        """{
            company { id }
            creditRecords { nodes { subject information state } }
            rectificationOrders { nodes { state } }
        }"""
    )
    records = sorted(tuple(node.values()) for node in company["creditRecords"]["nodes"])
    assert records == [
        ("COMPANY", "BAD", "EFFECTIVE"),
        ("COMPANY", "BAD", "NOTIFIED"),
        ("COMPANY", "BAD", "REPAIRED"),
        ("COMPANY", "BASIC", "EFFECTIVE"),
        ("COMPANY", "GOOD", "EFFECTIVE"),
        ("PROJECT_LEAD", "BAD", "EFFECTIVE"),
        ("PROJECT_LEAD", "GOOD", "EFFECTIVE"),
    ]
    assert {node["state"] for node in company["rectificationOrders"]["nodes"]} == {"ISSUED", "CONFIRMED"}
    scores = await ask["company"](
        """query ($company: ID!) {
            during: creditScore(company: $company, on: "2025-10-01") { score grade }
            repaired: creditScore(company: $company, on: "2026-01-01") { score grade }
            now: creditScore(company: $company, on: "2026-06-30") { score grade }
            creditScores(where: {subject: {eq: PROJECT_LEAD}, score: {gt: "0"}}) { nodes { score validFrom validTo } }
            creditChain { broken }
        }""",
        company=company["company"]["id"],
    )
    assert [one["score"] for one in scores.pop("creditScores")["nodes"]] == ["10.00", "6.00", "1.00"]
    assert scores == {
        "during": {"score": "77.00", "grade": "A"},
        "repaired": {"score": "82.00", "grade": "AA"},
        "now": {"score": "78.00", "grade": "A"},
        "creditChain": {"broken": None},
    }
    other = await ask["other_company"]("{ interviews { nodes { state } } rectificationOrders { totalCount } }")
    assert [node["state"] for node in other["interviews"]["nodes"]] == ["HELD", "PLANNED"]
    assert other["rectificationOrders"]["totalCount"] == 1


async def test_nobody_is_real(administrator: asyncpg.Connection, demo: Demo) -> None:
    """Companies and regulators say that they are samples; people are called by the sexagenary cycle."""
    for table in ("company", "regulator", "party_organisation"):
        assert await administrator.fetchval(f"SELECT count(*) FROM {table} WHERE name NOT LIKE '%示例%'") == 0, table
    stems, branches = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
    people = {"staff": "name", "company_member": "name", "regulator_member": "name", "party_advisor": "advisor_name"}
    for table, name in people.items():
        strange = f"SELECT count(*) FROM {table} WHERE {name} !~ '^.[{stems}][{branches}]$'"
        assert await administrator.fetchval(strange) == 0, table


async def test_it_is_there_at_once_the_second_time(linli: Database, database: Any, demo: Demo) -> None:
    """Made again in a moment, and unchanged."""
    before = await digests(database.admin_url)
    started = time.perf_counter()
    assert await sample.load_demo(linli) == demo
    assert time.perf_counter() - started < 1
    assert await digests(database.admin_url) == before


async def test_it_is_the_same_on_every_run(
    database: Any, fresh_database: Any, demo: Demo, administrator: asyncpg.Connection
) -> None:
    """Another database holds the same rows, ids and all; one that was cut short, of which a company is taken out, is
    finished.
    """
    whole = await digests(database.admin_url)
    other = await Database.open(fresh_database.app_url, statement_timeout_ms=60_000)
    assert await sample.load_demo(other) == demo
    assert await digests(fresh_database.admin_url) == whole
    connection = await asyncpg.connect(fresh_database.admin_url)
    assert await connection.fetchval("SELECT array_agg(id ORDER BY id) FROM division") == (
        await administrator.fetchval("SELECT array_agg(id ORDER BY id) FROM division")
    )
    last = await connection.fetchval("SELECT tenant_id FROM company WHERE name LIKE '济南瑞泽物业%'")
    estates = [row[0] for row in await connection.fetch("SELECT estate_id FROM project WHERE tenant_id = $1", last)]
    for table in ("project_lead", "service_contract", "company_member", "staff", "project", "audit_entry", "company"):
        await connection.execute(f"DELETE FROM {table} WHERE tenant_id = $1", last)
    await connection.execute("DELETE FROM estate WHERE id = ANY($1)", estates)
    await connection.execute("DELETE FROM enrolment WHERE id = $1", last)
    await connection.close()
    assert await sample.load_demo(other) == demo
    assert await digests(fresh_database.admin_url) == whole
    await other.close()
