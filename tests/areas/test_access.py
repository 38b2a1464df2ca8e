"""A regulator reads rows of companies for a stated purpose, within its division, while it is assigned; they see it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schema.reads.listing import FIGURE_ABOVE
from tenants import regulator as rules
from tenants.access import Purpose
from tenants.admission import admit
from tenants.errors import Code
from tenants.permission import RegulatorRole
from tenants.row import today
from tenants.scope import Principal
from tests.areas.errands import Desk, document, prepare
from tests.areas.town import OTHER_DISTRICT_STREET, OTHER_STREET, STREET, Firm, Town
from tests.serving import Served

PROJECTS = "{ projects(first: 100) { nodes { id company { id } } } }"
ENTRIES = "{ accessEntries { nodes { regulatorName purpose kinds } } }"


@pytest.fixture(scope="module")
async def desk(town: Town) -> Desk:
    """The engine over the module's town."""
    return Desk(town)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company with a project in a street."""
    made = await town.company()
    await town.project(made)
    return made


@pytest.fixture
async def street(town: Town) -> Principal:
    """A regulator of that street, who states a purpose."""
    return await town.regulator(STREET)


async def entries(desk: Desk, firm: Firm) -> list[dict[str, Any]]:
    """What the company reads in its access log."""
    answer = await desk.ask(firm.admin, ENTRIES)
    return answer["data"]["accessEntries"]["nodes"]  # type: ignore[no-any-return]


def without_purpose(principal: Principal) -> Principal:
    """The same person, who does not say what for."""
    return replace(principal, purpose=None)


async def test_a_company_sees_who_read_its_rows_and_what_for(
    town: Town, desk: Desk, firm: Firm, street: Principal
) -> None:
    """I13: one entry a request and company, with the kinds of what was read; a company without a row read has none."""
    other = await town.company()
    await town.project(other, at=OTHER_STREET)
    answer = await desk.ask(street, PROJECTS)
    assert f"com_{firm.id}" in {node["company"]["id"] for node in answer["data"]["projects"]["nodes"]}
    [entry] = await entries(desk, firm)
    name = (await town.row("regulator", street.regulator_id))["name"]  # type: ignore[arg-type]
    assert entry == {"regulatorName": name, "purpose": "SUPERVISION", "kinds": ["Company", "Project"]}
    assert await entries(desk, other) == []


async def test_without_a_purpose_nothing_is_read(desk: Desk, firm: Firm, street: Principal) -> None:
    """I13: the request is refused and says what would do; the database alone would show no row."""
    answer = await desk.ask(without_purpose(street), PROJECTS)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "PURPOSE_REQUIRED"
    assert "Linli-Purpose" in error["message"]
    assert "SUPERVISION" in error["message"]
    assert "data" not in answer
    assert await entries(desk, firm) == []


@pytest.mark.parametrize("table", ["company", "project", "take_over", "issue", "check_in", "open_day", "agreement"])
async def test_the_database_shows_no_row_without_a_purpose(
    town: Town, firm: Firm, street: Principal, table: str
) -> None:
    """I13: whatever the code above does."""
    async with town.database.reading(without_purpose(street)) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_figures_need_no_purpose_and_leave_no_entry(desk: Desk, firm: Firm, street: Principal) -> None:
    """Counts and reports answer with no company's row."""
    query = """
    { regulator { division { companyCount projectCount } } projects { totalCount }
      issueFigures(since: "2026-01-01", until: "2026-06-30") { found } }
    """
    answer = await desk.ask(without_purpose(street), query)
    assert answer["data"]["projects"]["totalCount"] > 0
    assert answer["data"]["regulator"]["division"]["projectCount"] > 0
    assert await entries(desk, firm) == []


ASKED_OF_ROWS = [
    "{ projects(where: {status: {eq: ACTIVE}}) { totalCount } }",
    "{ projects(first: 100) { edges { cursor } } }",
    "{ projects(first: 100, orderBy: [{field: NAME, direction: ASC}]) { pageInfo { startCursor endCursor } } }",
]


@pytest.mark.parametrize("query", ASKED_OF_ROWS)
async def test_what_tells_of_rows_without_showing_them_is_a_read(town: Town, desk: Desk, query: str) -> None:
    """I13: a filtered count of few companies, and a cursor, which holds what its row is ordered by."""
    firm = await town.company()
    await town.project(firm, at=OTHER_STREET)
    street = await town.regulator(OTHER_STREET)
    [error] = (await desk.ask(without_purpose(street), query))["errors"]
    assert error["extensions"]["code"] == "PURPOSE_REQUIRED"
    assert await entries(desk, firm) == []
    await desk.ask(street, query)
    assert [entry["kinds"] for entry in await entries(desk, firm)] == [["Project"]]


async def test_a_filtered_count_of_many_companies_is_a_figure(town: Town, desk: Desk) -> None:
    """Logging one would fill the log of every company with what tells nothing of it."""
    firms = [await town.company() for _ in range(FIGURE_ABOVE + 1)]
    for firm in firms:
        await town.project(firm, at=OTHER_DISTRICT_STREET)
    street = await town.regulator(OTHER_DISTRICT_STREET)
    counted = await desk.ask(street, "{ projects(where: {status: {eq: ACTIVE}}) { totalCount } }")
    assert counted["data"]["projects"]["totalCount"] == len(firms)
    none = await desk.ask(street, "{ projects(where: {status: {eq: ENDED}}) { totalCount } }")
    assert none["data"]["projects"]["totalCount"] == 0
    assert await entries(desk, firms[0]) == []


async def test_outside_its_division_a_regulator_reads_nothing_and_nobody_is_told(
    town: Town, desk: Desk, firm: Firm
) -> None:
    """I13: no row, so no entry."""
    elsewhere = await town.regulator(OTHER_STREET)
    asked = f'{{ node(id: "com_{firm.id}") {{ id }} projects {{ nodes {{ id }} }} }}'
    answer = await desk.ask(elsewhere, asked)
    assert answer["data"]["node"] is None
    assert await entries(desk, firm) == []


async def test_a_read_that_fails_leaves_no_entry(town: Town, desk: Desk, firm: Firm, street: Principal) -> None:
    """The entry and the read are one transaction."""
    broken = "SELECT seen(tenant_id, 'Project') || (1 / 0)::text FROM project"
    with pytest.raises(Exception, match="division by zero"):
        await town.database.read(street, broken, [], logged=True)
    assert await entries(desk, firm) == []
    await town.database.read(
        street, "SELECT convert_to(seen(tenant_id, 'Project'), 'UTF8') FROM project", [], logged=True
    )
    assert [entry["kinds"] for entry in await entries(desk, firm)] == [["Project"]]


async def test_the_answer_of_a_decision_is_logged_too(town: Town, desk: Desk) -> None:
    """What a mutation answers with was read."""
    errand = await prepare(town, "superviseIssue")
    await desk.ask(errand.principal, document("superviseIssue"), {"input": errand.input})
    found = await town.administrator.fetch(
        "SELECT kinds FROM access_entry WHERE actor_id = $1", errand.principal.actor_id
    )
    assert [row["kinds"] for row in found] == [["Issue"]]


async def test_a_decision_needs_a_purpose(town: Town, desk: Desk) -> None:
    """As every work on companies."""
    errand = await prepare(town, "superviseIssue")
    answer = await desk.ask(without_purpose(errand.principal), document("superviseIssue"), {"input": errand.input})
    assert answer["errors"][0]["extensions"]["code"] == "PURPOSE_REQUIRED"


async def test_no_company_writes_or_changes_its_access_log(
    town: Town, firm: Firm, desk: Desk, street: Principal
) -> None:
    """The log is the platform's to write and nobody's to change."""
    await desk.ask(street, PROJECTS)
    for sql in (
        "UPDATE access_entry SET purpose = 'RATING'",
        "DELETE FROM access_entry",
        "INSERT INTO access_entry SELECT * FROM access_entry",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with town.database.writing(firm.admin) as scope:
                await scope.connection.execute(sql)
    for sql in ("SELECT count(*) FROM access_entry", "INSERT INTO access_entry SELECT * FROM access_entry"):
        with pytest.raises(Exception, match="permission denied"):
            async with town.database.reading(street) as connection:
                await connection.execute(sql)


# Assignments


async def test_an_assignment_that_has_ended_admits_nobody(town: Town, street: Principal) -> None:
    """I13: its last day counts, the day after nothing is seen."""
    assert street.regulator_id is not None
    assert street.actor_id is not None
    until = "UPDATE regulator_member SET assigned_until = $1 WHERE id = $2"
    await town.administrator.execute(until, today(), street.actor_id)
    assert await admit(town.database, "regulator", street.regulator_id, street.actor_id) is not None
    await town.administrator.execute(until, today() - timedelta(days=1), street.actor_id)
    assert await admit(town.database, "regulator", street.regulator_id, street.actor_id) is None


async def test_the_security_administrator_appoints_and_ends(town: Town) -> None:
    """Within the own regulator, journalled, and never for oneself."""
    security = await town.regulator(STREET, RegulatorRole.SECURITY_ADMIN)
    other = await town.regulator(STREET, RegulatorRole.SECURITY_ADMIN)
    assert security.actor_id is not None
    member = await town.do(security, rules.appoint_own, " 周立 ", RegulatorRole.ASSESSOR, None)
    assert (member.name, member.role, member.regulator_id) == ("周立", "ASSESSOR", security.regulator_id)
    yesterday = today() - timedelta(days=1)
    ended = await town.do(security, rules.assign, member.id, 1, RegulatorRole.ASSESSOR, yesterday)
    assert (ended.version, ended.assigned_until) == (2, yesterday)
    journal = await town.administrator.fetch(
        "SELECT action, division_path FROM registry_audit_entry WHERE entity_id = $1 ORDER BY id", member.id
    )
    assert [tuple(row) for row in journal] == [("appointed", STREET), ("assigned", STREET)]
    refused = town.refused
    assert await refused(security, rules.assign, member.id, 1, RegulatorRole.VIEWER, None) == [
        (Code.CONFLICT, "version")
    ]
    assert await refused(security, rules.assign, security.actor_id, 1, RegulatorRole.VIEWER, None) == [
        (Code.OWN_ASSIGNMENT, "id")
    ]
    assert await refused(other, rules.assign, member.id, 2, RegulatorRole.VIEWER, None) == [(Code.NOT_FOUND, "id")]
    assert await refused(security, rules.appoint_own, " ", RegulatorRole.VIEWER, yesterday) == [
        (Code.EMPTY, "name"),
        (Code.DATE_OUT_OF_ORDER, "assignedUntil"),
    ]


@pytest.mark.parametrize("role", [RegulatorRole.SECURITY_ADMIN, RegulatorRole.AUDITOR])
async def test_who_lets_in_and_who_audits_reads_no_company(town: Town, desk: Desk, role: RegulatorRole) -> None:
    """GB/T 22239-2019: administration, security and audit are apart."""
    who = await town.regulator(STREET, role)
    for query in (PROJECTS, "{ companies { nodes { id } } }", "{ issues { totalCount } }", "{ dues { totalCount } }"):
        answer = await desk.ask(who, query)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    audit = await desk.ask(who, "{ registryAuditEntries(first: 1) { nodes { action subject } } }")
    assert ("errors" in audit) == (role == RegulatorRole.SECURITY_ADMIN)


# Over HTTP


def asked(server: Served, purpose: str | None) -> Any:
    """A regulator's list of projects."""
    headers = {"authorization": f"Bearer {server.regulator_token()}"}
    headers |= {} if purpose is None else {"linli-purpose": purpose}
    return server.ask(PROJECTS, headers=headers)


def test_the_purpose_is_stated_in_a_header(server: Served) -> None:
    """One of the known ones; none is refused for rows, an unknown one is always."""
    assert asked(server, None).status_code == 403
    assert asked(server, None).json()["errors"][0]["extensions"]["code"] == "PURPOSE_REQUIRED"
    wrong = asked(server, "CURIOSITY")
    assert wrong.status_code == 400
    assert all(purpose in wrong.json()["errors"][0]["message"] for purpose in Purpose)
    assert asked(server, "RATING").json()["data"]["projects"]["nodes"] != []
    told = server.ask("{ accessEntries { nodes { purpose } } }").json()["data"]["accessEntries"]["nodes"]
    assert told == [{"purpose": "RATING"}]
