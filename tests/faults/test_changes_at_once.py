"""Many companies and a regulator change the same few estates at once: nobody deadlocks, and the registry stays true."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest

from tenants import company, division, estate, project, take_over
from tenants.errors import DomainError, DomainErrors
from tenants.project import EndReason
from tenants.scope import Database, Principal
from tests.areas.errands import Desk, mutations, prepare, seen
from tests.areas.town import OTHER_DISTRICT_STREET, OTHER_STREET, STREET, TOMORROW, Firm, Town, contract

FAR = date(2099, 1, 1)
ROUNDS, AT_ONCE = 60, 8


@pytest.fixture
async def town(fresh_database: Any) -> AsyncIterator[Town]:
    """A town of this test's own."""
    administrator = await asyncpg.connect(fresh_database.admin_url)
    database = await Database.open(fresh_database.app_url, write_pool_size=AT_ONCE)
    yield Town(database, administrator)
    await database.close()
    await administrator.close()


class Crowd:
    """Does something at random, to rows as they were a moment ago."""

    def __init__(self, town: Town, firms: list[Firm], estates: list[estate.Estate], city: Principal) -> None:
        self._town, self._firms, self._estates, self._city = town, firms, estates, city
        self._random = Random(7)
        self._day = date(2015, 1, 1)
        self._looking = asyncio.Lock()
        self.seen: Counter[str] = Counter()

    async def act(self) -> None:
        """One change, and what came of it; only a refusal by a rule is one that may come."""
        acts: list[Callable[[], Awaitable[Any]]] = [
            self.begin,
            self.end,
            self.request,
            self.confirm,
            self.move,
            self.renew,
            self.rename,
        ]
        act = self._random.choice(acts)
        self._day += TOMORROW
        try:
            await act()
        except (DomainError, DomainErrors):
            self.seen[f"{act.__name__} refused"] += 1
        else:
            self.seen[f"{act.__name__} done"] += 1

    async def begin(self) -> None:
        """A company at an estate."""
        where = self._random.choice(self._estates)
        await self._town.project(self._random.choice(self._firms), self._day, FAR, estate_id=where.id)

    async def end(self) -> None:
        """A company one of its projects."""
        day = self._day
        if found := await self._running():
            firm, key, version = found
            await self._town.do(firm.admin, project.end, key, version, day, EndReason.EXPIRED)

    async def renew(self) -> None:
        """A company one of its projects."""
        later = FAR + timedelta(days=self._random.randrange(1, 20_000))
        if found := await self._running():
            firm, key, version = found
            await self._town.do(firm.admin, project.add_contract, key, version, contract(later, later))

    async def request(self) -> None:
        """A company for an estate."""
        day = self._day
        await self._town.request(self._random.choice(self._firms), self._random.choice(self._estates).id, day)

    async def confirm(self) -> None:
        """The regulator a request."""
        if row := await self._look("SELECT id, version FROM take_over WHERE state = 'REQUESTED' ORDER BY random()"):
            await self._town.do(self._city, take_over.confirm, row["id"], row["version"])

    async def move(self) -> None:
        """The regulator an estate."""
        street = self._random.choice([STREET, OTHER_STREET, OTHER_DISTRICT_STREET])
        if row := await self._look("SELECT id, version FROM estate ORDER BY random()"):
            await self._town.do(self._city, estate.update, row["id"], row["version"], {"division_code": street})

    async def rename(self) -> None:
        """A company itself."""
        firm = self._random.choice(self._firms)
        if row := await self._look("SELECT version FROM company WHERE tenant_id = $1", firm.id):
            name = f"{self._random.randrange(1_000)}号物业"
            await self._town.do(firm.admin, company.update, firm.id, row["version"], {"name": name})

    async def _running(self) -> tuple[Firm, Any, int] | None:
        firm = self._random.choice(self._firms)
        running = "SELECT id, version FROM project WHERE tenant_id = $1 AND status = 'ACTIVE' ORDER BY random()"
        row = await self._look(running, firm.id)
        return row and (firm, row["id"], row["version"])

    async def _look(self, query: str, *given: Any) -> Any:
        async with self._looking:
            return await self._town.administrator.fetchrow(f"{query} LIMIT 1", *given)


async def test_many_change_the_same_estates_at_once(town: Town) -> None:
    """Every change is done or refused by a rule, without a deadlock that would have to be tried again; in the end an
    estate is served by whoever has a project there, contracts do not overlap, and companies are seen where they are.
    """
    firms = [await town.company() for _ in range(4)]
    estates = [await town.estate() for _ in range(3)]
    crowd = Crowd(town, firms, estates, await town.regulator("3704"))
    for _ in range(ROUNDS):
        await asyncio.gather(*(crowd.act() for _ in range(AT_ONCE)))

    fetch = town.administrator.fetch
    for act in ("begin", "end", "request", "confirm", "move", "renew", "rename"):
        assert crowd.seen[f"{act} done"] > 0, crowd.seen
    assert crowd.seen["begin refused"] > 0
    wrong = await fetch(
        """
        SELECT e.id FROM estate e LEFT JOIN project p ON p.estate_id = e.id AND p.status = 'ACTIVE' GROUP BY e.id
        HAVING count(p.id) > 1 OR max(e.serving_tenant_id::text) IS DISTINCT FROM max(p.tenant_id::text)
        """
    )
    assert wrong == []
    moved = await fetch(
        "SELECT p.id FROM project p JOIN estate e ON e.id = p.estate_id WHERE p.division_path <> e.division_path"
    )
    assert moved == []
    overlapping = await fetch(
        """
        SELECT a.id FROM service_contract a JOIN project p ON p.id = a.project_id
        JOIN service_contract b ON b.id > a.id JOIN project q ON q.id = b.project_id AND q.estate_id = p.estate_id
        WHERE daterange(a.starts_on, coalesce(a.terminated_on, a.ends_on), '[]')
            && daterange(b.starts_on, coalesce(b.terminated_on, b.ends_on), '[]')
            -- One that was terminated before it began counts for nothing.
            AND a.starts_on IS DISTINCT FROM a.terminated_on AND b.starts_on IS DISTINCT FROM b.terminated_on
        """
    )
    assert overlapping == []
    for firm in firms:
        served = await fetch("SELECT division_path FROM estate WHERE serving_tenant_id = $1", firm.id)
        paths = {part for row in served for part in division.ancestry(row["division_path"])}
        assert await town.reach(firm) == sorted(paths | {"37", "3704"})
        await town.journal(firm)


@pytest.fixture(scope="module")
async def busy_town(database: Any, administrator: asyncpg.Connection) -> AsyncIterator[Town]:
    """One for all mutations, with a connection for each of two people."""
    opened = await Database.open(database.app_url, write_pool_size=2)
    yield Town(opened, administrator)
    await opened.close()


@pytest.mark.parametrize("mutation", mutations())
async def test_of_two_who_do_the_same_at_once_one_is_told(busy_town: Town, mutation: str) -> None:
    """D1: with the version both saw one succeeds, and the other is told that it changed, or what it has become; what
    takes no version is done or told to each. Neither meets an internal error.
    """
    errand, desk = await prepare(busy_town, mutation), Desk(busy_town)
    payloads = await asyncio.gather(desk.run(errand), desk.run(errand))
    told = sorted([(error["code"], error["field"]) for error in each["userErrors"]] for each in payloads)
    assert told[0] == []
    if (found := seen(mutation)) is not None:
        [(code, field)] = told[1]
        assert field == found[1] if code == "CONFLICT" else field == found[0]
