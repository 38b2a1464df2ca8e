"""D10: whoever changes, removes or reorders an entry of a company's credit history, or a record beside it, is found
out, at the first link that does not hold.
"""

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema import build, executable
from tenants.change import change, find_at
from tenants.credit import history, notice, objection
from tenants.credit.history import Chain, ChainBreak
from tenants.credit.record import CreditRecord, ObjectionOutcome
from tenants.scope import Scope
from tests.areas.credit import CITY, Bureau, publish, scheme
from tests.areas.town import Firm, Town
from tests.reads.asking import Asker


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its scheme."""
    await publish(town, CITY, scheme())
    return await Bureau.of(town)


@pytest.fixture(scope="module")
async def firm(town: Town, bureau: Bureau) -> Firm:
    """A company with ten entries about three records."""
    made = await town.company()
    await bureau.effective(made)
    await bureau.effective(made)
    row = await bureau.notified(made)
    row = await town.do(made.admin, objection.object_to, row.id, row.version, "有误")
    given = (row.id, row.version, ObjectionOutcome.UPHELD, "维持")
    await town.do(bureau.publisher, objection.decide_objection, *given)
    return made


@pytest.fixture
async def owner(town: Town) -> Any:
    """Whoever may do anything to the tables; what is done is undone after the test."""
    transaction = town.administrator.transaction()
    await transaction.start()
    await town.administrator.execute("SET LOCAL session_replication_role = replica")  # no foreign key is in the way
    yield town.administrator
    await transaction.rollback()


async def walked(owner: asyncpg.Connection, firm: Firm) -> Chain:
    """What the verifier finds, asked of the owner's own connection, which sees what it did."""
    held = {f"of_{alias}": f"{alias}.tenant_id = $1" for alias in "trqx"}
    row = await owner.fetchrow(history.VERIFY.format_map(held), firm.id)
    assert row is not None
    return Chain(**dict(row.items()))


async def test_a_history_holds(town: Town, firm: Firm) -> None:
    """As the company asks for it, by rule and through GraphQL, where each entry shows the record after its step."""
    chain = await town.do(firm.admin, history.verify)
    assert (chain.entries, chain.broken_at, chain.broken) == (10, None, None)
    ask = Asker(executable(build()), town.database, firm.admin)
    answer = await ask(
        "{ creditChain { entries head brokenAt broken } creditEntries { nodes { seq action previous hash content } } }"
    )
    assert answer["creditChain"] == {"entries": 10, "head": chain.head, "brokenAt": None, "broken": None}
    entries = answer["creditEntries"]["nodes"]
    assert [entry["seq"] for entry in entries] == list(range(1, 11))
    assert [entry["previous"] for entry in entries] == ["", *(entry["hash"] for entry in entries[:-1])]
    assert [entry["content"]["state"] for entry in entries[-4:]] == ["DRAFT", "NOTIFIED", "OBJECTED", "EFFECTIVE"]


EDITS = {
    "action": "action || '!'",
    "actor_id": "gen_random_uuid()",
    "created_at": "created_at + interval '1 microsecond'",
    "record": """jsonb_set(record, '{points}', '-1')""",
    "record_version": "record_version + 100",
    "hash": "repeat('0', 64)",
    "previous": "repeat('0', 64)",
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, 10), column=st.sampled_from(sorted(EDITS)))
async def test_an_edited_entry_is_found(owner: asyncpg.Connection, firm: Firm, seq: int, column: str) -> None:
    """Any column of any entry."""
    async with undone(owner):
        await owner.execute(
            f"UPDATE credit_entry SET {column} = {EDITS[column]} WHERE tenant_id = $1 AND seq = $2", firm.id, seq
        )
        chain = await walked(owner, firm)
        assert (chain.broken_at, chain.broken) == (seq, ChainBreak.ENTRY_CHANGED)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, 9), follower=st.booleans())
async def test_a_removed_entry_is_found(owner: asyncpg.Connection, firm: Firm, seq: int, follower: bool) -> None:
    """Also when those after it are numbered anew."""
    async with undone(owner):
        await owner.execute("DELETE FROM credit_entry WHERE tenant_id = $1 AND seq = $2", firm.id, seq)
        if follower:
            await owner.execute("UPDATE credit_entry SET seq = -seq WHERE tenant_id = $1 AND seq > $2", firm.id, seq)
            await owner.execute("UPDATE credit_entry SET seq = -seq - 1 WHERE tenant_id = $1 AND seq < 0", firm.id)
        chain = await walked(owner, firm)
        expected = ChainBreak.ENTRY_CHANGED if follower else ChainBreak.ENTRY_MISSING
        assert (chain.broken_at, chain.broken) == (seq, expected)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=st.lists(st.integers(1, 10), min_size=2, max_size=2, unique=True))
async def test_reordered_entries_are_found(owner: asyncpg.Connection, firm: Firm, pair: list[int]) -> None:
    """Two entries that change places, at the first of them."""
    async with undone(owner):
        for was, becomes in ((pair[0], 1000), (pair[1], pair[0]), (1000, pair[1])):
            await owner.execute(
                "UPDATE credit_entry SET seq = $3 WHERE tenant_id = $1 AND seq = $2", firm.id, was, becomes
            )
        chain = await walked(owner, firm)
        assert (chain.broken_at, chain.broken) == (min(pair), ChainBreak.ENTRY_CHANGED)


async def test_the_last_entry_removed_is_found(owner: asyncpg.Connection, firm: Firm) -> None:
    """Its record says more than the history that is left; and so does a record of which no entry is left."""
    await owner.execute("DELETE FROM credit_entry WHERE tenant_id = $1 AND seq = 10", firm.id)
    assert await walked(owner, firm) == Chain(9, (await walked(owner, firm)).head, 9, ChainBreak.RECORD_CHANGED)
    await owner.execute("DELETE FROM credit_entry WHERE tenant_id = $1 AND seq > 6", firm.id)
    chain = await walked(owner, firm)
    assert (chain.entries, chain.broken) == (6, ChainBreak.ENTRY_MISSING)


@pytest.mark.parametrize("edit", ["points = points + 1", "state = 'REVOKED'", "facts = '无'", "valid_to = NULL"])
async def test_a_record_changed_beside_its_history_is_found(owner: asyncpg.Connection, firm: Firm, edit: str) -> None:
    """At the last entry about it."""
    record = await owner.fetchval("SELECT record_id FROM credit_entry WHERE tenant_id = $1 AND seq = 1", firm.id)
    await owner.execute(f"UPDATE credit_record SET {edit} WHERE tenant_id = $1 AND id = $2", firm.id, record)
    chain = await walked(owner, firm)
    assert (chain.broken_at, chain.broken) == (3, ChainBreak.RECORD_CHANGED)


async def test_the_server_itself_cannot_change_an_entry(town: Town, firm: Firm) -> None:
    """The company's role, under which all decisions are carried out, holds no grant to change or remove one."""
    for statement in ("UPDATE credit_entry SET action = ''", "DELETE FROM credit_entry"):
        async with town.database.writing(firm.admin) as scope:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await scope.connection.execute(statement)
            scope.refuse()


async def test_a_rule_that_forgot_the_history_would_be_found(town: Town, bureau: Bureau) -> None:
    """A change that is journalled but not chained is one beside the history."""
    other = await town.company()
    row = await bureau.draft(other)

    async def forgetful(scope: Scope) -> None:
        held = await find_at(scope, CreditRecord, row.id, row.version)
        await change(scope, held, "credit_record", {"evidence": "照片"})

    await town.do(other.admin, forgetful)
    chain = await town.do(other.admin, history.verify)
    assert (chain.broken_at, chain.broken) == (1, ChainBreak.RECORD_CHANGED)


async def test_many_at_once_make_one_chain(town: Town, bureau: Bureau) -> None:
    """Decisions about one company that meet take turns, and every link holds."""
    other = await town.company()
    rows = [await bureau.notified(other) for _ in range(6)]
    await asyncio.gather(
        *(town.do(other.admin, objection.object_to, row.id, row.version, "有误") for row in rows[:3]),
        *(town.do(bureau.publisher, notice.revoke, row.id, row.version, "重复") for row in rows[3:]),
    )
    chain = await town.do(other.admin, history.verify)
    assert (chain.entries, chain.broken_at) == (18, None)


class undone:  # noqa: N801 - it reads as a statement
    """What happens inside is undone: each example starts from the same history."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()
