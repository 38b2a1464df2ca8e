"""Four companies, the estates they serve and the regulators above them: the rows that the proof tries to cross.

A (甲) and B (乙) work in one community of Zaozhuang (3704), C (丙) in another city of Shandong, D (丁) in another
province. B has two of everything, so a count tells A's rows from B's.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from tenants.row import new_id
from tests.isolation import catalogue as catalogues
from tests.isolation.catalogue import PUBLIC, REGULATOR, TENANT, WORKER, Catalogue, Table
from tests.isolation.rows import Factory, Row, RowSet

LEVELS = {2: "PROVINCE", 4: "CITY", 6: "COUNTY", 9: "STREET", 12: "COMMUNITY"}

HOME = "370402001001"
# 丁's path holds 3704 where it does not begin with it.
PLACES = {"甲": HOME, "乙": HOME, "丙": "370502001001", "丁": "363704001001"}
SETS = {"乙": 2}

# What no factory guesses: a division's path has the length of its level, a setting's value is one of its kind. A
# regulator sees credit records in force, the scores of companies, and changes lists that are not published. A rating
# cycle is known once it is open.
CHOSEN: Mapping[str, Mapping[str, Any]] = {
    "credit_record": {"state": "EFFECTIVE", "valid_to": None, "ended_on": None},
    "credit_score": {"subject": "COMPANY", "staff_id": None},
    "division": {"path": "99", "level": "PROVINCE", "code": None},
    "division_setting": {"value": "1"},
    "rating_cycle": {"state": "OPEN", "disclosure": "EVERYBODY"},
    "subsidy": {"first_month": dt.date(2024, 3, 1)},
    "red_black_entry": {"state": "LISTED"},
    "red_black_list": {
        "state": "PUBLICITY",
        "publicised_on": dt.date(2024, 3, 1),
        "published_on": None,
        "content": None,
        "valid_to": dt.date(2099, 1, 1),
        "ended_on": None,
    },
}

# A prefix of nothing, a sibling of nothing: a division that exists in no path.
NOWHERE = "3799"


def ancestry(path: str) -> list[str]:
    """A division's path and those of its ancestors, from the province down."""
    return [path[:length] for length in LEVELS if length <= len(path)]


@dataclass(frozen=True, slots=True)
class Context:
    """What a transaction says of itself: its role and settings, well-formed or not. None leaves a setting unset."""

    role: str
    tenant: str | None = ""
    division: str | None = ""
    regulator: str | None = ""
    actor: str | None = ""
    file: str | None = None
    purpose: str | None = ""
    survey: str | None = None
    slip: str | None = None

    @property
    def opening(self) -> str:
        """The SQL that sets it: for a well-formed context the very text that a Principal makes."""
        settings = {
            "tenant": self.tenant,
            "division": self.division,
            "regulator": self.regulator,
            "actor": self.actor,
            "file": self.file,
            "purpose": self.purpose,
            "survey": self.survey,
            "slip": self.slip,
        }
        parts = [f"SET LOCAL ROLE {self.role}"]
        for name, value in settings.items():
            if value is not None:
                quoted = value.replace("'", "''")
                parts.append(f"SET LOCAL linli.{name} = '{quoted}'")
        return "; ".join(parts)

    @property
    def tenant_id(self) -> uuid.UUID | None:
        """The company, when the setting names one."""
        return _uuid(self.tenant)

    @property
    def regulator_id(self) -> uuid.UUID | None:
        """The regulator, when the setting names one."""
        return _uuid(self.regulator)

    @property
    def actor_id(self) -> uuid.UUID | None:
        """The person, when the setting names one."""
        return _uuid(self.actor)

    @property
    def file_id(self) -> uuid.UUID | None:
        """The Party file, when the setting names one."""
        return _uuid(self.file)

    @property
    def division_path(self) -> str | None:
        """The division's path, when the setting has the shape of one."""
        path = self.division or ""
        return path if len(path) in LEVELS and path.isascii() and path.isalnum() else None

    def __str__(self) -> str:
        said = [f"{name}={value!r}" for name, value in self._said() if value != ""]
        return f"{self.role.removeprefix('linli_')}({', '.join(said)})"

    def _said(self) -> list[tuple[str, str | None]]:
        named = [("tenant", self.tenant), ("division", self.division), ("regulator", self.regulator)]
        more = [("survey", self.survey or ""), ("slip", self.slip or "")]
        return [*named, ("file", self.file or ""), ("purpose", self.purpose), *more]


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


class World:
    """The rows, and every row of every table as the administrator sees it."""

    def __init__(self, catalogue: Catalogue, factory: Factory, sets: dict[str, list[RowSet]]) -> None:
        self.catalogue = catalogue
        self.factory = factory
        self.sets = sets
        self.rows: dict[str, list[Row]] = {}
        # By table and company: the set in which one more row of the table finds its place, and that row.
        self.room: dict[str, dict[str, RowSet]] = {}
        self._others: dict[tuple[str, str], Row] = {}

    @property
    def a(self) -> RowSet:
        """What A holds."""
        return self.sets["甲"][0]

    @property
    def b(self) -> RowSet:
        """What B holds; it has a second set too."""
        return self.sets["乙"][0]

    def tenant_id(self, name: str) -> uuid.UUID:
        """The company's id."""
        return self.sets[name][0].given["tenant_id"]  # type: ignore[no-any-return]

    def company(self, name: str) -> Context:
        """A company's own context."""
        given = self.sets[name][0].given
        return Context(TENANT, tenant=str(given["tenant_id"]), actor=str(given["actor_id"]))

    def regulator(self, path: str, owner: str = "甲") -> Context:
        """A regulator's context; `owner` names the set whose regulator it is."""
        regulator = str(self.sets[owner][0].rows["regulator"]["id"])
        return Context(REGULATOR, division=path, regulator=regulator, purpose="SUPERVISION")

    def link(self, name: str) -> Context:
        """Who holds a link into the survey of a company's estate."""
        rows = self.sets[name][0].rows
        return Context(PUBLIC, survey=rows["survey"]["locator"], slip=rows["survey_slip"]["token_digest"])

    async def another(self, table: Table, name: str, **chosen: Any) -> Row:
        """Values of one more row of a company, which is the same each time unless something in it is chosen."""
        if chosen:
            return await self.factory.values(table, self.room[table.name][name], **chosen)
        if (table.name, name) not in self._others:
            self._others[table.name, name] = await self.factory.values(table, self.room[table.name][name])
        return self._others[table.name, name]

    async def look(self, administrator: asyncpg.Connection) -> None:
        """Take down every row of every table and view."""
        for table in self.catalogue.relations:
            self.rows[table.name] = [dict(row) for row in await administrator.fetch(f"SELECT * FROM {table.name}")]

    def contexts(self, role: str) -> list[Context]:
        """Well-formed contexts of a role; some carry settings that belong to other roles, which must mean nothing."""
        b, regulator = str(self.tenant_id("乙")), str(self.b.rows["regulator"]["id"])
        if role == TENANT:
            file = str(self.a.rows["party_file"]["id"])
            a, other = replace(self.company("甲"), file=file), replace(self.company("乙"), file=file)
            return [a, other, replace(a, division="37", regulator=regulator, actor=other.actor)]
        if role == REGULATOR:
            paths = [*ancestry(HOME), "36", "3705", NOWHERE]
            mixed = replace(self.regulator("36", "丁"), tenant=b)
            without_purpose = replace(self.regulator("37"), purpose="")
            return [*(self.regulator(path) for path in paths), self.regulator("36", "丁"), mixed, without_purpose]
        if role == WORKER:
            return [Context(WORKER), Context(WORKER, tenant=b), Context(WORKER, division="37", regulator=regulator)]
        links = [replace(self.link("甲"), tenant=b), self.link("乙"), replace(self.link("甲"), slip="")]
        return [Context(role), Context(role, tenant=b, division="37", regulator=regulator), *links]

    def malformed(self, role: str) -> list[Context]:
        """Contexts that name nobody, or nothing: each must show what a context without that shows."""
        b, regulator = str(self.tenant_id("乙")), str(self.b.rows["regulator"]["id"])
        bad = ["x", "%", "__", " ", "NULL", "' OR true --", "'; SET ROLE linli_owner; --"]
        if role in (TENANT, WORKER):
            ids = [*bad, b[:-1], f"{b}x", "00000000-0000-0000-0000-000000000000"]
            nobody = [replace(self.company("甲"), actor="x", file="x")] if role == TENANT else []
            return [Context(role), *(Context(role, tenant=value) for value in ids), *nobody]
        if role == REGULATOR:
            paths = ["", *bad, "3", "370", "37040", "37%", "%%%%", "3704 ", "３７", "370402001001x", HOME[:8]]
            named = [Context(role, division=path, regulator=regulator, purpose="RATING") for path in paths]
            others = [Context(role, division="37", regulator=value, purpose="RATING") for value in bad]
            return [Context(role), *named, *others]
        return [Context(role, tenant=x, division=x, regulator=x, survey=x, slip=x) for x in ("", *bad)]


async def build(administrator: asyncpg.Connection) -> World:
    """Fill a migrated database that holds no row yet."""
    factory, sets = await fill(administrator, PLACES, SETS)
    await _free_estate(factory, sets["甲"][0])
    await _open_survey(factory, sets["甲"][0])
    await _published_lists(factory, sets["甲"][0])
    for name in ("甲", "乙"):
        await _draft_rating(factory, sets[name][0])
    # What the second rating of B was given is for those who gave it alone, as yet.
    rating = sets["乙"][1].rows["rating_cycle"]["id"]
    await administrator.execute("UPDATE rating_cycle SET disclosure = 'EVALUATORS' WHERE id = $1", rating)
    world = World(factory.catalogue, factory, sets)
    soon = {"expires_at": dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50)}
    for table in world.catalogue.in_order:
        for name, (first, *_) in sets.items():
            room = await factory.room(table, first)
            world.room.setdefault(table.name, {})[name] = replace(room, given={**room.given, **soon})
    await world.look(administrator)
    return world


async def fill(
    administrator: asyncpg.Connection, places: Mapping[str, str], numbers: Mapping[str, int]
) -> tuple[Factory, dict[str, list[RowSet]]]:
    """Make companies by name, each at a place, with one set of rows or as many as `numbers` says."""
    factory = Factory(await catalogues.read(administrator), administrator, CHOSEN)
    divisions = await _divisions(factory, places.values())
    sets: dict[str, list[RowSet]] = {}
    for name, place in places.items():
        tenant_id = new_id()
        given: Mapping[str, Any] = {
            "tenant_id": tenant_id,
            "serving_tenant_id": tenant_id,
            "actor_id": uuid.uuid4(),
            "division_path": place,
            "reach": ancestry(place),
            "status": "ACTIVE",
            "assigned_until": dt.date(2099, 1, 1),
            "version": 1,
        }
        sets[name] = []
        for number in range(numbers.get(name, 1)):
            # What ends, ended in a second set: it may no longer show.
            expires = {"expires_at": dt.datetime(2020 if number else 2099, 1, 1, tzinfo=dt.UTC)}
            rows = {"division": divisions[place]}
            if number:
                rows["company"] = sets[name][0].rows["company"]
            sets[name].append(await factory.fill(RowSet(name, {**given, **expires}, rows)))
        await _look_through(factory.catalogue, administrator, sets[name])
    return factory, sets


async def _look_through(catalogue: Catalogue, administrator: asyncpg.Connection, sets: Iterable[RowSet]) -> None:
    """What the views show of a company: of each the first row that all of them show."""
    views = [view.name for view in catalogue.views.values() if view.tenant]
    for rows in sets:
        shown = {
            view: {
                row["id"]: dict(row)
                for row in await administrator.fetch(
                    f"SELECT * FROM {view} WHERE tenant_id = $1 ORDER BY id", rows.given["tenant_id"]
                )
            }
            for view in views
        }
        for view, found in shown.items():
            rows.rows[view] = next(row for key, row in found.items() if all(key in other for other in shown.values()))


async def _divisions(factory: Factory, places: Iterable[str]) -> dict[str, Row]:
    table = factory.catalogue.tables["division"]
    made: dict[str, Row] = {}
    for path in dict.fromkeys(path for place in places for path in ancestry(place)):
        above = made.get(ancestry(path)[-2]) if len(path) > 2 else None
        chosen = {"path": path, "level": LEVELS[len(path)], "code": path, "parent_id": above and above["id"]}
        made[path] = await factory.insert(table, await factory.values(table, RowSet("行政区划", {}), **chosen))
    return made


async def _published_lists(factory: Factory, beside: RowSet) -> None:
    """Red and black lists that are published, of companies and of people, and one that has ended."""
    table = factory.catalogue.tables["red_black_list"]
    published = {"state": "PUBLISHED", "published_on": dt.date(2024, 3, 1), "content": "[]"}
    of_companies = {**published, "subject": "COMPANY"}
    ended = {**of_companies, "state": "WITHDRAWN", "ended_on": dt.date(2024, 4, 1)}
    for chosen in (of_companies, {**published, "subject": "PROJECT_LEAD"}, ended):
        await factory.insert(table, {**await factory.values(table, beside, **chosen), **chosen})


async def _draft_rating(factory: Factory, beside: RowSet) -> None:
    """A rating that a regulator has not opened yet."""
    table = factory.catalogue.tables["rating_cycle"]
    await factory.insert(table, await factory.values(table, beside, state="DRAFT"))


async def _free_estate(factory: Factory, beside: RowSet) -> None:
    """An estate that nobody serves, beside A's."""
    table = factory.catalogue.tables["estate"]
    nobody = {"serving_tenant_id": None, "serving_company": None}
    await factory.insert(table, await factory.values(table, beside, **nobody))


async def _open_survey(factory: Factory, beside: RowSet) -> None:
    """A survey of A's estate of which nothing is published yet."""
    table = factory.catalogue.tables["survey"]
    await factory.insert(table, await factory.values(table, beside, published_on=None, cycle_id=None))
