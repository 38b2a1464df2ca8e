"""D2: whichever statement of whichever mutation the database dies before, all of the change is there or nothing is."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from sqlmodel import SQLModel

from tenants.scope import Database
from tests.areas.errands import Desk, Errand, document, mutations, prepare
from tests.areas.town import Town
from tests.faults.wire import Wire, wire

State = dict[str, tuple[int, str]]

CONFIDENTIAL = [name for name, table in SQLModel.metadata.tables.items() if table.info.get("confidential")]
"""What is done to their rows is journalled, and nobody outside is told."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A town to prepare errands in, and a desk whose connections run over the wire."""

    town: Town
    desk: Desk
    wire: Wire

    async def state(self) -> State:
        """How many rows each table has, and what they hold."""
        tables = await self.town.administrator.fetch(
            """
            SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('division', 'alembic_version')
            """
        )
        each = " UNION ALL ".join(
            f"SELECT '{row['relname']}', count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '')"
            f" FROM {row['relname']} t"
            for row in tables
        )
        state: State = {name: (count, digest) for name, count, digest in await self.town.administrator.fetch(each)}
        for journal in ("audit_entry", "registry_audit_entry"):
            kept = await self.town.administrator.fetchval(
                f"SELECT count(*) FROM {journal} WHERE entity = ANY($1)", CONFIDENTIAL
            )
            state[f"{journal}: confidential"] = kept, str(kept)
        return state

    async def ask(self, errand: Errand) -> dict[str, Any]:
        """The whole response to an errand."""
        return await self.desk.ask(errand.principal, document(errand.mutation), {"input": errand.input})


@pytest.fixture(scope="module")
async def bench(database: Any, administrator: asyncpg.Connection) -> AsyncIterator[Bench]:
    """One for all mutations: a change that came to nothing leaves everything as it was."""

    killer = await asyncpg.connect(database.admin_url)

    async def kill() -> None:
        """Kill every backend that came over the wire, and wait until it is gone."""
        mine = await killer.fetch(
            """
            SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'linli' AND backend_start > $1
            """,
            since,
        )
        pids = [row["pid"] for row in mine]
        while await killer.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)", pids):
            await asyncio.sleep(0.002)

    direct = await Database.open(database.app_url)
    async with wire(database.app_url, kill) as (url, made):
        wired = await Database.open(url, write_pool_size=1)
        town = Town(direct, administrator)
        await prepare(town, "createStaff")  # the direct connection is there before `since`
        since = await administrator.fetchval("SELECT clock_timestamp()")
        yield Bench(town, Desk(Town(wired, administrator)), made)
        await wired.close()
    await direct.close()
    await killer.close()


def added(before: State, after: State) -> dict[str, int]:
    """How many rows each table gained."""
    return {name: after[name][0] - before[name][0] for name in before if after[name] != before[name]}


def assert_whole(before: State, after: State) -> None:
    """The change is there with an audit entry for each of its parts, and an event for each that is not confidential."""
    gained = added(before, after)
    journals = {"audit_entry": "outbox_event", "registry_audit_entry": "registry_event"}
    for entries, events in journals.items():
        told = gained.get(entries, 0) - gained.pop(f"{entries}: confidential", 0)
        assert told == gained.get(events, 0)
    # Who opened which file is journalled in the access log, and nowhere else.
    logs = {*journals, "party_file_access"}
    assert any(gained.get(entries, 0) > 0 for entries in logs)
    assert set(gained) - logs - set(journals.values())


@pytest.mark.parametrize("mutation", mutations())
async def test_killed_before_each_statement(bench: Bench, mutation: str) -> None:
    """D2: killed before the first, the second, … and the COMMIT: nothing is there, the caller is told to come again,
    and the next request is served. Not killed: everything is there.
    """
    errand = await prepare(bench.town, mutation)
    before = await bench.state()
    answer: dict[str, Any] = {}
    for statement in itertools.count(1):
        bench.wire.break_at(statement)
        answer = await bench.ask(errand)
        if not await bench.wire.settled():
            break
        assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE", (statement, answer)
        assert await bench.state() == before, f"killed before statement {statement}"
    assert answer["data"][mutation]["userErrors"] == []
    assert_whole(before, await bench.state())


@pytest.mark.parametrize("mutation", mutations())
async def test_killed_before_the_reply_to_commit(bench: Bench, mutation: str) -> None:
    """D2: the change is made, though nobody could be told: the caller, told to come again, finds it there."""
    states: list[State] = []
    answer: dict[str, Any] = {}
    bench.wire.break_at(None)
    for last in (None, None, "COMMIT"):  # a first one to open the connection, a second one to count
        errand = await prepare(bench.town, mutation)
        states += [await bench.state()]
        bench.wire.break_at(bench.wire.statements if last else None, "before the reply")
        answer = await bench.ask(errand)
        states += [await bench.state()]
    assert await bench.wire.settled()
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    *_, before, heard, unheard, found = states
    assert_whole(unheard, found)
    assert added(unheard, found) == added(before, heard)


async def test_killed_between_the_fields_of_one_document(bench: Bench) -> None:
    """D2: one operation is one transaction: no field of it stays without the others."""
    first = await prepare(bench.town, "createStaff")
    second = Errand("createStaff", first.principal, first.input | {"number": "2"})
    refused = Errand("createStaff", first.principal, first.input | {"number": "1"})
    query = """
    mutation ($first: CreateStaffInput!, $refused: CreateStaffInput!, $second: CreateStaffInput!) {
      first: createStaff(input: $first) { staff { id } userErrors { code } }
      refused: createStaff(input: $refused) { staff { id } userErrors { code } }
      second: createStaff(input: $second) { staff { id } userErrors { code } }
    }
    """
    variables = {"first": first.input, "refused": refused.input, "second": second.input}
    before = await bench.state()
    answer: dict[str, Any] = {}
    for statement in itertools.count(1):
        bench.wire.break_at(statement)
        answer = await bench.desk.ask(first.principal, query, variables)
        if not await bench.wire.settled():
            break
        assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE", (statement, answer)
        assert await bench.state() == before, f"killed before statement {statement}"
    assert answer["data"]["refused"]["userErrors"] == [{"code": "STAFF_NUMBER_TAKEN"}]
    after = await bench.state()
    assert_whole(before, after)
    assert added(before, after)["staff"] == 2
