"""The journal: who changed what is written with the change, can be read by the company, and is never rewritten."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import SQLModel

from schema import build, executable
from schema.reads.query import catalogue
from tenants import estate, project
from tenants.journal import record
from tenants.project import EndReason
from tenants.row import new_id
from tenants.scope import Principal
from tests.areas.errands import Desk, mutations, prepare
from tests.areas.town import END, START, STREET, Town, place


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    """Where requests are answered."""
    return Desk(town)


async def changes(town: Town, key: UUID) -> list[tuple[str, dict[str, Any]]]:
    """What a row's audit entries say, in their order."""
    rows = await town.administrator.fetch(
        "SELECT action, changes FROM audit_entry WHERE entity_id = $1 ORDER BY id", key
    )
    return [(row["action"], json.loads(row["changes"])) for row in rows]


async def test_a_new_row_is_journalled_with_its_values(town: Town) -> None:
    """As JSON keeps them: dates, ids and decimals as text; what is empty is left out."""
    firm = await town.company()
    begun = await town.project(firm, grid_count=3, new_estate=place("甲园", area=Decimal("10.5")))
    assert await changes(town, begun.id) == [
        (
            "created",
            {
                "estate_id": str(begun.estate_id),
                "division_path": STREET,
                "name": "甲园",
                "status": "ACTIVE",
                "started_on": START.isoformat(),
                "contract_until": END.isoformat(),
                "grid_count": 3,
            },
        )
    ]
    [(action, entry)] = await changes(town, begun.estate_id)
    assert (action, entry["area"], entry["registry_state"]) == ("reported", "10.50", "REPORTED")


async def test_a_change_is_journalled_with_before_and_after(town: Town) -> None:
    """Only of what differs; an event tells the version that came of it."""
    firm = await town.company()
    begun = await town.project(firm, grid_count=3)
    await town.do(firm.admin, project.update, begun.id, 1, {"grid_count": 4, "name": begun.name})
    await town.do(firm.admin, project.end, begun.id, 2, date(2026, 1, 1), EndReason.EXPIRED)
    assert (await changes(town, begun.id))[1:] == [
        ("updated", {"grid_count": [3, 4]}),
        ("ended", {"status": ["ACTIVE", "ENDED"], "ended_on": [None, "2026-01-01"], "end_reason": [None, "EXPIRED"]}),
    ]
    payloads = await town.administrator.fetch(
        "SELECT payload FROM outbox_event WHERE entity_id = $1 ORDER BY id", begun.id
    )
    assert [json.loads(row["payload"]) for row in payloads] == [{"version": number} for number in (1, 2, 3)]


CHANGING = {
    entity.table.name: "id" if "id" in entity.table.columns else "tenant_id"
    for _, entity in catalogue(executable(build())).values()
    if "version" in entity.table.columns
}
"""The tables of what people know by an id, with its column; what is worked out from them, as a period is, hangs on an
entry of theirs.
"""
CONFIDENTIAL = {name for name, table in SQLModel.metadata.tables.items() if table.info.get("confidential")}


@pytest.mark.parametrize("mutation", mutations())
async def test_every_mutation_is_journalled_whole(town: Town, desk: Desk, mutation: str) -> None:
    """Each row that it made or changed has an entry by the actor, with the change and an event; nobody else's has. Of
    what is confidential nobody outside is told.
    """
    errand = await prepare(town, mutation)
    before = await town.administrator.fetchval("SELECT clock_timestamp()")
    assert (await desk.run(errand))["userErrors"] == []
    entries = await town.administrator.fetch(
        """
        SELECT entity, entity_id FROM audit_entry WHERE created_at > $1 AND actor_id = $2
        UNION SELECT entity, entity_id FROM registry_audit_entry WHERE created_at > $1 AND actor_id = $2
        """,
        before,
        errand.principal.actor_id,
    )
    journalled = {row["entity_id"] for row in entries}
    for table, key in CHANGING.items():
        touched = await town.administrator.fetch(f"SELECT {key} AS key FROM {table} WHERE updated_at > $1", before)
        assert {row["key"] for row in touched} <= journalled, table
    outbox = await town.administrator.fetch(
        "SELECT entity_id FROM outbox_event WHERE created_at > $1"
        " UNION SELECT entity_id FROM registry_event WHERE created_at > $1",
        before,
    )
    told = {row["entity_id"] for row in entries if row["entity"] not in CONFIDENTIAL}
    assert {row["entity_id"] for row in outbox} == told


async def test_a_change_nobody_may_make_leaves_no_entry(town: Town) -> None:
    """A refused rule and its entry go together."""
    firm = await town.company()
    begun = await town.project(firm)
    before = await town.journal(firm)
    await town.refused(firm.admin, project.update, begun.id, 9, {"name": "x"})
    assert await town.journal(firm) == before


@pytest.mark.parametrize("table", ["audit_entry", "outbox_event", "registry_audit_entry", "registry_event"])
@pytest.mark.parametrize("kind", ["tenant", "regulator", "worker", "public"])
async def test_nobody_rewrites_the_journal(town: Town, table: str, kind: str) -> None:
    """The server's roles may neither change nor delete an entry."""
    firm, authority = await town.company(), await town.regulator("3704")
    principals = {
        "tenant": firm.admin,
        "regulator": authority,
        "worker": Principal("worker", tenant_id=firm.id),
        "public": Principal("public"),
    }
    for statement in (f"UPDATE {table} SET created_at = now()", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        async with town.database.writing(principals[kind]) as scope:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await scope.connection.execute(statement)
            scope.refuse()


async def test_companies_and_regulators_write_only_in_their_own_journal(town: Town) -> None:
    """An entry for another company, or for a place outside a regulator's division, is refused by the database."""
    firm, other = await town.company(), await town.company()
    theirs = await town.project(other)
    async with town.database.writing(firm.admin) as scope:
        await record(scope, "updated", "project", theirs)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await scope.settle()
        scope.refuse()
    county = await town.regulator("370402")
    outside = await town.do(await town.regulator("3705"), estate.enter, place(division_code="370502001"))
    async with town.database.writing(county) as scope:
        await record(scope, "updated", "estate", outside)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await scope.settle()
        scope.refuse()


async def test_a_company_reads_its_own_trail(town: Town, desk: Desk) -> None:
    """Who did what to what and when, a regulator's decision among it; the ids lead to the member and the row."""
    errand = await prepare(town, "confirmTakeOver")
    await desk.run(errand)
    key = UUID(errand.input["id"].removeprefix("tko_"))
    firm_id = UUID(str((await town.row("take_over", key))["tenant_id"]))
    admin = await town.administrator.fetchval("SELECT id FROM company_member WHERE tenant_id = $1", firm_id)
    principal = Principal("tenant", (await town.company()).admin.permissions, actor_id=admin, tenant_id=firm_id)
    query = "{ auditEntries { nodes { actorKind actorId action subject subjectId changes createdAt } } }"
    answer = await desk.ask(principal, query)
    assert "errors" not in answer, answer
    entries = answer["data"]["auditEntries"]["nodes"]
    told = [(one["actorKind"], one["actorId"], f"{one['subject']}.{one['action']}") for one in entries]
    regulator = f"rgm_{errand.principal.actor_id}"
    assert told == [
        ("worker", None, "company_member.created"),
        ("worker", None, "company.enrolled"),
        ("tenant", f"mem_{admin}", "take_over.created"),
        ("regulator", regulator, "estate.served"),
        ("regulator", regulator, "project.created"),
        ("regulator", regulator, "service_contract.created"),
        ("regulator", regulator, "take_over.confirmed"),
    ]
    ids = [one["subjectId"] for one in entries]
    assert [one.split("_")[0] for one in ids] == ["mem", "com", "tko", "est", "prj", "con", "tko"]
    assert ids[2] == ids[6] == errand.input["id"]
    found = await desk.ask(principal, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert [one["id"] for one in found["data"]["nodes"]] == ids


async def test_an_actor_is_whoever_acts(town: Town) -> None:
    """Also in a company's name: the actor stays the decider, and without one it is nobody."""
    firm = await town.company()
    rows = await town.administrator.fetch("SELECT DISTINCT actor_id FROM audit_entry WHERE tenant_id = $1", firm.id)
    assert [row["actor_id"] for row in rows] == [None]
    worker = Principal("worker", actor_id=new_id(), tenant_id=firm.id)
    async with town.database.writing(worker) as scope, scope.acting_for(firm.id):
        row = await town.project(firm)
        await record(scope, "noted", "project", row)
    entry = await town.administrator.fetchrow("SELECT * FROM audit_entry WHERE action = 'noted'")
    assert (entry["actor_kind"], entry["actor_id"]) == ("worker", worker.actor_id)
