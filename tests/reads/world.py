"""Three companies and the regulators above them, with rows chosen to be awkward: ties, gaps, quotes and far dates."""

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg

from tenants.access import Purpose
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.scope import Principal
from tests.isolation import catalogue as catalogues
from tests.isolation.catalogue import Table
from tests.isolation.rows import Factory, RowSet
from tests.isolation.world import CHOSEN

STREETS = ("370402001", "370402002", "370502001", "360402001")
NAMES = (
    "幸福里",
    "幸福里",
    'A "quoted" name',
    "back\\slash",
    "line\nbreak\ttab",
    "emoji 🏠 𠮷",
    "</script>&<b>",
    "Ünïcödé",
    "\x01\x1f\x7f\u2028",
    "zzz",
    "阳光花园",
    "'; DROP TABLE project; --",
)
POSTS = ("SECURITY", "CLEANING", "ENGINEERING", "OTHER")


@dataclass(frozen=True, slots=True)
class World:
    """Who may ask, by name."""

    principals: dict[str, Principal]


async def fill(administrator: asyncpg.Connection, seed: int = 1) -> World:
    """Fill an empty database that has its divisions."""
    return await _Filling(administrator, random.Random(seed)).all()


class _Filling:
    def __init__(self, connection: asyncpg.Connection, chance: random.Random) -> None:
        self._connection = connection
        self._chance = chance
        self._moment = dt.datetime(2024, 1, 31, 15, 59, 59, tzinfo=dt.UTC)

    async def all(self) -> World:
        chance = self._chance
        # Of the national divisions a few are enough, or every answer would be about divisions.
        await self._connection.execute("SET session_replication_role = replica")
        await self._connection.execute(
            "DELETE FROM division WHERE NOT EXISTS (SELECT FROM unnest($1::text[]) AS kept WHERE kept ^@ path)"
            " AND NOT path ^@ '370402'",
            list(STREETS),
        )
        await self._connection.execute("RESET session_replication_role")
        rows = await self._connection.fetch("SELECT id, path FROM division WHERE path = ANY($1)", list(STREETS))
        streets = {row["path"]: row["id"] for row in rows}
        tenants = [self._id() for _ in range(3)]
        estates: dict[uuid.UUID, str] = {}
        for number in range(24):
            path = STREETS[number % 4]
            estates[await self._estate(number, path, streets[path])] = path
        for number, tenant in enumerate(tenants):
            await self._company(number, tenant, streets[STREETS[0]])
            served = chance.sample(list(estates.items()), (14, 9, 1)[number])
            projects = [await self._project(tenant, estate, path) for estate, path in served]
            await self._staff(tenant, projects)
            await self._others(tenant, list(estates.items()))
        principals = await self._principals(tenants)
        await self._schemes()
        catalogue = await catalogues.read(self._connection)
        factory = Factory(catalogue, self._connection, CHOSEN)
        for name, sets in (("company", 6), ("other company", 3), ("small company", 1)):
            for _ in range(sets):
                await self._everything_else(factory, principals[name])
        for table in catalogue.in_order:
            if table.tenant and "id" in table.columns:
                await self._make_awkward(table)
        # Nobody has an opinion of what was not announced.
        await self._connection.execute(
            "UPDATE open_day o SET published_on = '2024-03-01' WHERE published_on IS NULL"
            " AND EXISTS (SELECT FROM opinion WHERE tenant_id = o.tenant_id AND open_day_id = o.id)"
        )
        return World(principals)

    async def _everything_else(self, factory: Factory, who: Principal) -> None:
        """A row of the company in every table, belonging together; also in a table that is made next month."""
        place = self._chance.choice(STREETS)
        rows = {
            "company": await self._connection.fetchrow("SELECT * FROM company WHERE tenant_id = $1", who.tenant_id),
            "division": await self._connection.fetchrow("SELECT * FROM division WHERE path = $1", place),
        }
        given = {
            "tenant_id": who.tenant_id,
            "serving_tenant_id": who.tenant_id,
            "actor_id": who.actor_id,
            "expires_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
            "division_path": place,
            "status": "ACTIVE",
            "version": 1,
            "created_at": self._moment,
        }
        await factory.fill(RowSet("行", given, {name: dict(row or {}) for name, row in rows.items()}))

    async def _make_awkward(self, table: Table) -> None:
        """Give the rows of a table, where its rules leave a column free, texts with quotes, ties and nothing at all."""
        rules = itertools.chain[Any](table.checks, table.foreign_keys, table.uniques)
        bound = {column for rule in rules for column in rule.columns}
        for column in table.columns.values():
            if column.name in bound or column.generated:
                continue
            values = {"text": NAMES, "date": [dt.date(2024, 3, 1)], "boolean": [False]}.get(column.type, [])
            choices = [*values, *([] if column.not_null else [None])]
            if not choices:
                continue
            for row in await self._connection.fetch(f"SELECT id FROM {table.name} ORDER BY id"):
                if self._chance.random() < 0.5:
                    change = f"UPDATE {table.name} SET {column.name} = $1 WHERE id = $2"
                    await self._connection.execute(change, self._chance.choice(choices), row["id"])

    async def _principals(self, tenants: list[uuid.UUID]) -> dict[str, Principal]:
        admin, desk = COMPANY_ROLES[CompanyRole.TENANT_ADMIN], COMPANY_ROLES[CompanyRole.FRONT_DESK]
        found = {
            "company": Principal("tenant", admin, actor_id=self._id(), tenant_id=tenants[0]),
            "other company": Principal("tenant", admin, actor_id=self._id(), tenant_id=tenants[1]),
            "small company": Principal("tenant", admin, actor_id=self._id(), tenant_id=tenants[2]),
            "front desk": Principal("tenant", desk, actor_id=self._id(), tenant_id=tenants[0]),
            "no company": Principal("tenant", admin, actor_id=self._id(), tenant_id=self._id()),
        }
        for name, path in (("province", "37"), ("city", "3704"), ("street", STREETS[1])):
            row = await self._connection.fetchrow("SELECT id, level FROM division WHERE path = $1", path)
            regulator = await self._insert(
                "regulator", name=f"{path}住建局", level=row["level"], division_id=row["id"], division_path=path
            )
            permissions = REGULATOR_ROLES[RegulatorRole.PUBLISHER]
            found[name] = Principal(
                "regulator",
                permissions,
                actor_id=self._id(),
                regulator_id=regulator,
                division_path=path,
                purpose=Purpose.SUPERVISION,
            )
        return found

    async def _estate(self, number: int, path: str, division: uuid.UUID) -> uuid.UUID:
        chance = self._chance
        return await self._insert(
            "estate",
            name=f"{NAMES[number % len(NAMES)]}{number // len(NAMES) or ''}",
            kind=chance.choice(["COMMERCIAL", "MIXED", "RESETTLEMENT"]),
            division_id=division,
            division_path=path,
            address=chance.choice([None, "解放路 1 号", "", 'No. "7"']),
            area=chance.choice([Decimal("1000.00"), Decimal("1000.50"), Decimal("0.01"), Decimal("999999999999.99")]),
            households=chance.choice([0, 1, 300, 300, 1_000_000]),
            grid_count=chance.randrange(4),
            lifecycle=chance.choice(["DELIVERED", "ON_SALE"]),
            service_model="MARKET",
            committee_status=chance.choice(["NOT_ELIGIBLE", "ESTABLISHED"]),
            registry_state=chance.choice(["REPORTED", "CONFIRMED"]),
            served_until=chance.choice([None, dt.date(2023, 12, 31)]),
        )

    async def _company(self, number: int, tenant: uuid.UUID, division: uuid.UUID) -> None:
        await self._insert(
            "company",
            has_id=False,
            tenant_id=tenant,
            name=f'第{number}物业 "{number}"',
            uscc=f"9137040{number}",
            uscc_override=None if number else "补录",
            contact_name=[None, "李四", ""][number],
            contact_phone=None,
            status="ACTIVE",
            division_id=division,
            division_path=STREETS[0],
            reach=[path[:length] for path in STREETS for length in (2, 4, 6, 9)],
        )

    async def _project(self, tenant: uuid.UUID, estate: uuid.UUID, path: str) -> uuid.UUID:
        chance = self._chance
        ended = chance.random() < 0.3
        project = await self._insert(
            "project",
            tenant_id=tenant,
            estate_id=estate,
            division_path=path,
            name=chance.choice(NAMES),
            status="ENDED" if ended else "ACTIVE",
            started_on=chance.choice([dt.date(1999, 12, 31), dt.date(2020, 2, 29), dt.date(2020, 2, 29)]),
            ended_on=dt.date(2024, 6, 30) if ended else None,
            end_reason="EXPIRED" if ended else None,
            delivery_status=chance.choice([None, "DELIVERED", "NOT_DELIVERED"]),
            grid_count=chance.choice([None, 0, 1, 1, 5]),
            owner_party_members=chance.choice([None, 12]),
            surveyed_on=chance.choice([None, None, dt.date(2024, 3, 1), dt.date(2024, 3, 2)]),
        )
        for year in range(chance.randrange(4)):
            await self._insert(
                "service_contract",
                tenant_id=tenant,
                project_id=project,
                kind=chance.choice(["EARLY", "NORMAL"]),
                starts_on=dt.date(2018 + 2 * year, 1, 1),
                ends_on=dt.date(2019 + 2 * year, 12, 31),
                filed_on=chance.choice([None, dt.date(2018, 1, 1)]),
            )
        return project

    async def _staff(self, tenant: uuid.UUID, projects: list[uuid.UUID]) -> None:
        chance = self._chance
        people = []
        for number in range(5 * len(projects) + 3):
            grid = chance.random() < 0.5
            person = await self._insert(
                "staff",
                tenant_id=tenant,
                name=chance.choice(["张三", "李四", "王五", "O'Neil"]),
                number=chance.choice([None, f"N{number:03}"]),
                post=chance.choice(POSTS),
                project_id=chance.choice([None, *projects]),
                work_phone=chance.choice([None, "13800000000"]),
                hired_on=chance.choice([None, dt.date(2020, 1, 1), dt.date(2021, 1, 1)]),
                left_on=None,
                is_grid_member=grid,
                grid_code="G1" if grid and number % 2 else None,
            )
            people.append(person)
        for project in projects:
            for past in range(chance.randrange(4)):
                await self._insert(
                    "project_lead",
                    tenant_id=tenant,
                    project_id=project,
                    staff_id=chance.choice(people),
                    arrived_on=dt.date(2020 + past, 1, 1),
                    left_on=None if past == 0 and chance.random() < 0.5 else dt.date(2020 + past, 12, 31),
                )
        for role in ("TENANT_ADMIN", "FRONT_DESK"):
            await self._insert(
                "company_member",
                tenant_id=tenant,
                name=f"成员 {role}",
                role=role,
                status="ACTIVE",
                staff_id=chance.choice([None, *people]),
            )

    async def _others(self, tenant: uuid.UUID, estates: list[tuple[uuid.UUID, str]]) -> None:
        chance = self._chance
        for estate, path in chance.sample(estates, 3):
            refused = chance.random() < 0.5
            await self._insert(
                "take_over",
                tenant_id=tenant,
                estate_id=estate,
                division_path=path,
                company_name="某物业",
                project_name="某项目",
                contract_kind="NORMAL",
                starts_on=dt.date(2025, 1, 1),
                ends_on=dt.date(2026, 12, 31),
                state="REFUSED" if refused else "REQUESTED",
                decided_at=self._moment if refused else None,
                reason="材料不全" if refused else None,
            )
        for action in ("created", "updated", "updated"):
            await self._insert(
                "audit_entry",
                tenant_id=tenant,
                changeable=False,
                actor_kind="tenant",
                actor_id=None,
                action=action,
                entity="project",
                entity_id=self._id(),
                changes=chance.choice(['{"name": ["旧", "新\\n"]}', "{}", '{"n": [1, 2.50], "x": null}']),
            )

    async def _schemes(self) -> None:
        """Editions and drafts of one code in two divisions, one of them retired, another to be."""
        chance = self._chance
        for path in ("37", "3704"):
            division = await self._connection.fetchval("SELECT id FROM division WHERE path = $1", path)

            def written(division: uuid.UUID = division, path: str = path) -> dict[str, Any]:
                return {
                    "division_id": division,
                    "division_path": path,
                    "code": "CREDIT",
                    "name": chance.choice(NAMES[:8]),
                    "subject": chance.choice(["COMPANY", "PROJECT"]),
                    "purpose": "CREDIT",
                    "basis": "某办法",
                    "valid_from": dt.date(2024, 1, 1),
                    "valid_to": chance.choice([None, dt.date(2030, 1, 1)]),
                    "text": "code: CREDIT # 注释\n",
                    "document": chance.choice(['{"code": "CREDIT", "base": "0.50"}', '{"n": [1, 2.50], "x": null}']),
                    "digest": chance.choice(["aa", "bb"]),
                }

            await self._insert("scheme_draft", **written())
            for edition in (1, 2, 3):
                scheme = await self._insert("scheme", **written(), edition=edition)
                if edition < 3:
                    await self._insert(
                        "scheme_retirement",
                        scheme_id=scheme,
                        division_path=path,
                        retired_on=dt.date(2025 if edition == 1 else 2199, 1, 1),
                        reason="已有新办法",
                    )

    async def _insert(self, table: str, *, has_id: bool = True, changeable: bool = True, **values: Any) -> uuid.UUID:
        key = self._id()
        # Times with and without fractions, several rows made in one moment.
        self._moment += dt.timedelta(seconds=self._chance.choice([0, 0, 1, 0.5, 0.00012]))
        values |= {"created_at": self._moment} | ({"version": 1, "updated_at": self._moment} if changeable else {})
        if has_id:
            values["id"] = key
        if table == "regulator":
            values["status"] = "ACTIVE"
        await self._connection.execute(_sql(table, values), *values.values())
        return key

    def _id(self) -> uuid.UUID:
        """Random, so that no order of a test is the order of insertion by chance."""
        return uuid.UUID(int=self._chance.getrandbits(128), version=4)


def _sql(table: str, columns: Iterable[str]) -> str:
    names = list(columns)
    marks = ", ".join(f"${at + 1}" for at in range(len(names)))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
