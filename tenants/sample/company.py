"""One sample company after the other: its estates, projects, contracts, leads, staff and members, for any number."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from hashlib import blake2b
from itertools import accumulate, count
from random import Random
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
from sqlmodel import SQLModel
from stdnum.cn import uscc

from infra.refusal import Refusal
from tenants.agreement import Agreement, ClaimedProject, ClaimShare
from tenants.check_in import CheckIn
from tenants.committee import Committee
from tenants.company import Company, CompanyMember, CompanyStatus, Enrolment, MemberStatus
from tenants.credit.inputs import CreditEnrolment
from tenants.division import WORKER, DivisionLevel, ancestry
from tenants.estate import CommitteeStatus, Estate, EstateKind, Lifecycle, RegistryState, ServiceModel
from tenants.issue import Issue
from tenants.journal import AuditEntry
from tenants.open_day import OpenDay, OpenDayBatch, Opinion
from tenants.party.activity import PartyActivity
from tenants.party.advisor import PartyAdvisor
from tenants.party.development import CaseReview, CaseStep, CaseSupporter, DevelopmentCase
from tenants.party.due import PartyDue
from tenants.party.membership import PartyMembership
from tenants.party.organisation import PartyOrganisation, PublicPartyOrganisation
from tenants.party.privacy import PartyConsent, PartyFile, PartyPerson
from tenants.party.quota import DevelopmentQuota
from tenants.party.statistics import CommitteeComposition
from tenants.permission import CompanyRole
from tenants.project import (
    ContractKind,
    DeliveryStatus,
    EndReason,
    Project,
    ProjectLead,
    ProjectStatus,
    ServiceContract,
)
from tenants.rectification import RectificationItem, RectificationOrder
from tenants.scope import Database, Principal, Scope
from tenants.staff import Post, Staff

Say = Callable[[str], None]
T = TypeVar("T")

# Nothing here looks at a clock: rows of one seed are the same on every day.
TODAY: Final = date(2026, 6, 30)
_FIRST_MOMENT: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)

_FIRST: Final = "云锦瑞和景澜翠金玉星明康福祥泰安雅文德晨曦江湖松竹梅兰桂"
_SECOND: Final = "溪澜庭湾岭泽园林川原岸屿桥泉谷峰汀洲坪台亭轩阁苑畔月"
_THIRD: Final = "里居悦府城汇邻家"
_ESTATES: Final = ("花园", "家园", "小区", "新苑", "公馆", "雅居", "华庭", "名邸")
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"

_POSTS: Final = (
    *[Post.SECURITY] * 6,
    *[Post.CLEANING] * 5,
    *[Post.CUSTOMER_SERVICE] * 3,
    *[Post.ENGINEERING] * 3,
    Post.GREENING,
    Post.ADMINISTRATION,
    Post.OTHER,
)
_KINDS: Final = (
    *[EstateKind.COMMERCIAL] * 6,
    *[EstateKind.RESETTLEMENT] * 2,
    EstateKind.OLD_UNMANAGED,
    EstateKind.AFFORDABLE,
    EstateKind.COURTYARD,
    EstateKind.MIXED,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a run added."""

    companies: int = 0
    projects: int = 0
    children: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an estate may stand."""

    id: UUID
    path: str


Counties = Sequence[tuple[Place, Sequence[Place]]]
"""Counties with the places below each where estates may stand."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A company to make: what it is called, where it is registered, and for each project its street and the number
    of its contracts, leads and staff. With `since` all its projects began on that day and go on; `estates` says more
    of each estate. With `managers` so many of each project's staff are project managers, and who leads it when is
    left to the caller.
    """

    name: str
    brand: str
    county: Place
    streets: Sequence[Place]
    children: Sequence[int]
    number: int
    status: CompanyStatus = CompanyStatus.ACTIVE
    since: date | None = None
    estates: Sequence[Mapping[str, Any]] = ()
    managers: int = 0


@dataclass(slots=True)
class Rows:
    """The rows of one company by table, with ids in the order of creation."""

    ids: Iterator[tuple[UUID, datetime]]
    tables: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: type[SQLModel], **values: Any) -> UUID:
        """One more row, with the defaults that the table's model has; gives its id."""
        if unknown := values.keys() - table.model_fields.keys():
            raise TypeError(f"{table.__name__} has no {', '.join(sorted(unknown))}")
        row_id, moment = next(self.ids)
        row = {name: default() for name, default in _defaults(table) if name not in values}
        row |= {"id": row_id, **values}
        if "created_at" in table.model_fields:
            row["created_at"] = moment
        if "updated_at" in table.model_fields:
            row |= {"updated_at": moment, "version": 1}
        self.tables.setdefault(table, []).append(row)
        return row_id


@cache
def _defaults(table: type[SQLModel]) -> list[tuple[str, Callable[[], Any]]]:
    """What a column holds that a row says nothing of, beside the id and the moments."""
    apart = {"id", "created_at", "updated_at", "version"}
    optional = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    return [
        (name, partial(field.get_default, call_default_factory=True))
        for name, field in optional.items()
        if name not in apart
    ]


async def load(
    database: Database,
    *,
    companies: int,
    projects: int,
    seed: int = 1,
    children: int | None = None,
    say: Say = lambda _: None,
) -> Loaded:
    """Make `companies` companies with `projects` projects in all, spread unevenly, and `children` contracts, leads and
    staff (20 for each project unless told otherwise). A company that is there already is left as it is.
    """
    children = 20 * projects if children is None else children
    counties = await streets_of(database)
    plans = _plans(seed, companies, projects, children, counties)
    return await make(database, str(seed), plans, companies, say=say)


async def make(
    database: Database,
    seed: str,
    plans: Iterable[Plan],
    companies: int,
    *,
    more: Callable[[Rows, Plan], None] = lambda rows, plan: None,
    then: Callable[[Plan, Scope], Awaitable[None]] | None = None,
    at_once: int = 1,
    say: Say = lambda _: None,
) -> Loaded:
    """Make the companies that are not there yet, so many at once; `more` adds rows to those that every company has,
    and `then` goes on in the company's name in the same transaction.
    """
    added = Loaded()
    for first, batch in batches(plans, 500):
        ids = {plan.number: next(ids_of(seed, plan.number))[0] for plan in batch}
        async with database.reading(WORKER) as connection:
            found = await connection.fetch("SELECT id FROM enrolment WHERE id = ANY($1)", list(ids.values()))
        there = {row["id"] for row in found}
        missing = [plan for plan in batch if ids[plan.number] not in there]

        async def several(plans: Sequence[Plan]) -> None:
            for plan in plans:
                rows = rows_of(seed, plan)
                more(rows, plan)
                await write(database, rows, partial(then, plan) if then else None)

        await asyncio.gather(*(several(missing[part::at_once]) for part in range(at_once)))
        added = Loaded(
            added.companies + len(missing),
            added.projects + sum(len(plan.children) for plan in missing),
            added.children + sum(sum(plan.children) for plan in missing),
        )
        done = first + len(batch)
        say(f"示例数据 / sample data: {done:,}/{companies:,} 家企业 / companies, +{added.projects:,} 个项目 / projects")
    return added


def _plans(seed: int, companies: int, projects: int, children: int, counties: Counties) -> Iterator[Plan]:
    random = Random(f"{seed}/plan")
    offset = int.from_bytes(blake2b(str(seed).encode(), digest_size=4).digest())
    made = 0
    for number, share in enumerate(shares(projects, companies, random)):
        county, streets = pick(random, counties)
        brand = brand_of(number * 4_099 + offset)  # a prime: neighbours do not sound alike, and none comes twice
        yield Plan(
            name=f"{brand}物业服务有限公司（示例{seed}-{number + 1}）",
            brand=brand + unlike(number, seed),
            county=county,
            streets=[pick(random, streets) for _ in range(share)],
            children=[(n + 1) * children // projects - n * children // projects for n in range(made, made + share)],
            number=number,
            status=CompanyStatus.SUSPENDED if number % 50 == 49 else CompanyStatus.ACTIVE,
        )
        made += share


def shares(total: int, parts: int, random: Random) -> list[int]:
    """`total` in `parts` whole numbers: a few large ones, many small ones, none zero where it can be helped."""
    least = min(1, total // parts) if parts else 0
    weights = [(rank + 5) ** -0.7 for rank in range(parts)]
    weights.sort(key=lambda _: random.random())
    whole = sum(weights)
    marks = [round((total - least * parts) * part / whole) for part in accumulate(weights)]
    return [least + mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def brand_of(number: int) -> str:
    """One of some six thousand invented names."""
    number, first = divmod(number, len(_FIRST))
    number, second = divmod(number, len(_SECOND))
    return _FIRST[first] + _SECOND[(second + first) % len(_SECOND)] + _THIRD[number % len(_THIRD)]


def unlike(number: int, seed: int) -> str:
    """What keeps the estates of two companies of one brand apart."""
    again = number // (len(_FIRST) * len(_SECOND) * len(_THIRD))
    return (str(again + 1) if again else "") + (f"·{seed}·" if seed != 1 else "")


def rows_of(seed: str, plan: Plan) -> Rows:
    """All rows of one company."""
    random = Random(f"{seed}/{plan.number}")
    rows = Rows(ids_of(seed, plan.number))
    code = uscc_of(plan.county.path, seed, plan.number)
    tenant_id, moment = next(rows.ids)
    paths = {plan.county.path}
    numbers = count(1)
    for place, (street, children) in enumerate(zip(plan.streets, plan.children, strict=True)):
        if _project(rows, random, plan, tenant_id, place, street, children, numbers):
            paths.add(street.path)
    rows.tables[Enrolment] = [{"id": tenant_id, "uscc": code}]
    rows.tables[Company] = [
        {
            "tenant_id": tenant_id,
            "name": plan.name,
            "uscc": code,
            "contact_name": person(random),
            "contact_phone": _extension(random),
            "status": plan.status,
            "division_id": plan.county.id,
            "division_path": plan.county.path,
            "reach": sorted({part for path in paths for part in ancestry(path)}),
            "created_at": moment,
            "updated_at": moment,
            "version": 1,
        }
    ]
    manager = next((lead["staff_id"] for lead in rows.tables.get(ProjectLead, []) if lead["left_on"] is None), None)
    names = {row["id"]: row["name"] for row in rows.tables.get(Staff, [])}
    for role in CompanyRole:
        staff_id = manager if role == CompanyRole.PROJECT_MANAGER else None
        name = names.get(staff_id) or person(random)
        rows.add(CompanyMember, name=name, role=role, status=MemberStatus.ACTIVE, staff_id=staff_id)
    rows.add(
        AuditEntry,
        actor_kind="worker",
        action="sampled",
        entity="company",
        entity_id=tenant_id,
        changes={"seed": seed, "projects": len(plan.children), "children": sum(plan.children)},
    )
    return rows


@dataclass(frozen=True, slots=True)
class _Course:
    """How a company's time at an estate went: its contracts, how many leads it had, and when it ended, if it did."""

    started_on: date
    last_day: date
    ended_on: date | None
    contracts: Sequence[tuple[date, date]]
    leads: int


def _course(random: Random, plan: Plan, children: int) -> _Course:
    if plan.since is not None:
        last_day = TODAY + timedelta(between(random, 30, 900))
        return _Course(plan.since, last_day, None, [(plan.since, last_day)], 1)
    contracts, leads = min(children, 1 + (children > 5)), (children > 2) + (children > 9)
    ended = random.random() < 0.04
    terms = _terms(random, max(contracts, 1), ended)
    started_on, last_day = terms[0][0], terms[-1][1]
    leads = 0 if plan.managers else leads
    return _Course(started_on, last_day, last_day if ended else None, terms[:contracts], leads)


def _project(
    rows: Rows,
    random: Random,
    plan: Plan,
    tenant_id: UUID,
    place: int,
    street: Place,
    children: int,
    numbers: Iterator[int],
) -> bool:
    """One estate with the company's project there; says whether the project goes on."""
    course = _course(random, plan, children)
    ended = course.ended_on is not None
    facts = plan.estates[place] if plan.estates else {}
    estate = _estate(random, plan, place, street, facts.get("kind"))
    served = {
        "serving_tenant_id": None if ended else tenant_id,
        "serving_company": None if ended else plan.name,
        "served_until": course.ended_on,
    }
    estate_id = rows.add(Estate, **{**estate, **served, **facts})
    project_id = rows.add(
        Project,
        estate_id=estate_id,
        division_path=street.path,
        name=estate["name"],
        status=ProjectStatus.ENDED if ended else ProjectStatus.ACTIVE,
        started_on=course.started_on,
        contract_until=course.last_day if course.contracts else None,
        ended_on=course.ended_on,
        end_reason=EndReason.EXPIRED if ended else None,
        **_ledger(random, estate, course.started_on),
    )
    for starts_on, ends_on in course.contracts:
        early = estate["kind"] == EstateKind.COMMERCIAL and starts_on == course.started_on
        rows.add(
            ServiceContract,
            project_id=project_id,
            kind=ContractKind.EARLY if early else ContractKind.NORMAL,
            starts_on=starts_on,
            ends_on=ends_on,
            filed_on=starts_on + timedelta(between(random, 0, 30)),
        )
    since, gone_on, leads = course.started_on, course.ended_on, course.leads
    staff = [
        _staff(rows, random, project_id, n < (plan.managers or leads), numbers, street, since, gone_on)
        for n in range(children - len(course.contracts) - leads)
    ]
    last = min(course.last_day, TODAY)
    arrivals = sorted({since, day_between(random, since, last)})[-leads:] if leads else []
    for who, arrived_on, left_on in zip(staff, arrivals, [*arrivals[1:], gone_on], strict=False):
        rows.add(ProjectLead, project_id=project_id, staff_id=who, arrived_on=arrived_on, left_on=left_on)
    for _ in range(leads - len(arrivals)):  # two arrivals fell on one day: a member of staff more, a lead less
        _staff(rows, random, project_id, False, numbers, street, since, gone_on)
    return not ended


def _estate(random: Random, plan: Plan, place: int, street: Place, kind: EstateKind | None) -> dict[str, Any]:
    """What the registry has of an estate, beside who serves it."""
    kind = kind or pick(random, _KINDS)
    delivered = kind != EstateKind.COMMERCIAL or random.random() < 0.9
    area = Decimal(between(random, 2_000_000, 25_000_000)).scaleb(-2)
    households = int(area / 105)
    return {
        "name": plan.brand + _ESTATES[place % len(_ESTATES)] + ("" if place < len(_ESTATES) else f"{place + 1}区"),
        "kind": kind,
        "division_id": street.id,
        "division_path": street.path,
        "address": f"{plan.brand}路{between(random, 1, 300)}号",
        "area": area,
        "households": households,
        "grid_count": households // 300 + 1,
        "lifecycle": Lifecycle.DELIVERED if delivered else Lifecycle.ON_SALE,
        "service_model": _model(random, kind),
        "committee_status": pick(random, tuple(CommitteeStatus)) if delivered else CommitteeStatus.NOT_ELIGIBLE,
        "registry_state": RegistryState.CONFIRMED if random.random() < 0.85 else RegistryState.REPORTED,
    }


def _ledger(random: Random, estate: Mapping[str, Any], since: date) -> dict[str, Any]:
    """The baseline ledger of an estate, where the company has surveyed it."""
    if random.random() >= 0.8:
        return {}
    delivered = estate["lifecycle"] == Lifecycle.DELIVERED
    return {
        "delivery_status": DeliveryStatus.DELIVERED if delivered else DeliveryStatus.PARTLY_DELIVERED,
        "grid_count": estate["grid_count"],
        "owner_party_members": estate["households"] // between(random, 8, 20),
        "surveyed_on": day_between(random, since, TODAY),
    }


def _staff(
    rows: Rows,
    random: Random,
    project_id: UUID,
    leading: bool,
    numbers: Iterator[int],
    street: Place,
    since: date,
    gone_on: date | None,
) -> UUID:
    hired_on = since if leading else day_between(random, since, min(gone_on or TODAY, TODAY))
    leaves = not leading and gone_on is None and random.random() < 0.06
    on_grid = random.random() < 0.1
    number = next(numbers)
    return rows.add(
        Staff,
        name=person(random),
        number=f"YG{number:05}",
        post=Post.PROJECT_MANAGER if leading else pick(random, _POSTS),
        project_id=project_id,
        work_phone=_extension(random),
        hired_on=hired_on,
        left_on=day_between(random, hired_on, TODAY) if leaves else gone_on,
        is_grid_member=on_grid,
        grid_code=f"{street.path}-{number:05}" if on_grid else None,
    )


def _terms(random: Random, contracts: int, ended: bool) -> list[tuple[date, date]]:
    """First and last days of contracts, each beginning on the day after the one before."""
    distance = timedelta(between(random, 30, 900))
    ends_on = TODAY - distance if ended else TODAY + distance
    terms: list[tuple[date, date]] = []
    for _ in range(contracts):
        starts_on = ends_on - timedelta(365 * between(random, 1 if terms else 3, 4)) + timedelta(1)
        terms.insert(0, (starts_on, ends_on))
        ends_on = starts_on - timedelta(1)
    return terms


def _model(random: Random, kind: EstateKind) -> ServiceModel:
    if kind != EstateKind.OLD_UNMANAGED:
        return ServiceModel.MARKET
    return pick(random, (ServiceModel.DISTRICT_SUBSIDY, ServiceModel.STREET_PACKAGE, ServiceModel.PUBLIC_INTEREST))


def person(random: Random) -> str:
    turn = between(random, 0, 59)
    return pick(random, _SURNAMES) + _STEMS[turn % 10] + _BRANCHES[turn % 12]


def _extension(random: Random) -> str:
    return str(between(random, 60_000, 69_999))


def uscc_of(county: str, seed: str, number: int) -> str:
    """A code that passes its check, of an organisation that does not exist."""
    digest = int.from_bytes(blake2b(f"{seed}/{number}".encode(), digest_size=8).digest())
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    own = "".join(alphabet[digest // 31**n % 31] for n in range(7))
    body = f"91{county:0<6}XX{own}"
    return body + uscc.calc_check_digit(body)


def ids_of(seed: str, number: int) -> Iterator[tuple[UUID, datetime]]:
    """Ids shaped like UUIDv7, and the moments they say, each later than the one before: a second per company."""
    random = Random(f"{seed}/{number}/ids")
    first = int(_FIRST_MOMENT.timestamp() * 1_000) + 1_000 * number
    for tick in count():
        milliseconds, within = first + tick // 4_096, tick % 4_096
        tail = random.getrandbits(62)
        moment = _FIRST_MOMENT + timedelta(milliseconds=milliseconds - int(_FIRST_MOMENT.timestamp() * 1_000))
        yield UUID(int=milliseconds << 80 | 7 << 76 | within << 64 | 2 << 62 | tail), moment


def pick(random: Random, choices: Sequence[T]) -> T:
    # Only `random.random` promises the same sequence in every version of Python.
    return choices[int(random.random() * len(choices))]


def between(random: Random, least: int, most: int) -> int:
    return least + int(random.random() * (most - least + 1))


def day_between(random: Random, first: date, last: date) -> date:
    return first + timedelta(between(random, 0, max(0, (last - first).days)))


def batches(items: Iterable[T], size: int) -> Iterator[tuple[int, list[T]]]:
    batch: list[T] = []
    first = 0
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield first, batch
            first, batch = first + size, []
    if batch:
        yield first, batch


async def streets_of(database: Database, level: DivisionLevel = DivisionLevel.STREET) -> Counties:
    """Every county in force with the streets below it, or with the communities that were made here."""
    async with database.reading(WORKER) as connection:
        rows = await connection.fetch(
            """
            SELECT id, path FROM division
            WHERE level IN ('COUNTY', $1) AND valid_to IS NULL AND coalesce(code, path) = path ORDER BY path
            """,
            level,
        )
    counties: dict[str, tuple[Place, list[Place]]] = {}
    for row in rows:
        place = Place(row["id"], row["path"])
        if len(place.path) == 6:
            counties[place.path] = (place, [])
        elif place.path[:6] in counties:
            counties[place.path[:6]][1].append(place)
    found = [county for county in counties.values() if county[1]]
    if not found:
        raise no_divisions()
    return found


def no_divisions() -> Refusal:
    return Refusal(
        "数据库中还没有行政区划：请先载入全国行政区划。",
        "The database has no divisions yet: load the national ones first.",
    )


_REGISTRY: Final[tuple[type[SQLModel], ...]] = (
    Enrolment,
    Company,
    Estate,
    PublicPartyOrganisation,
    Committee,
    CommitteeComposition,
)
_TENANT: Final[tuple[type[SQLModel], ...]] = (
    *(Project, Staff, ServiceContract, ProjectLead, CompanyMember, AuditEntry),
    *(CheckIn, Agreement, ClaimedProject, ClaimShare, Issue, OpenDay, OpenDayBatch, Opinion),
    *(RectificationOrder, RectificationItem),
    *(PartyOrganisation, PartyAdvisor, PartyFile, PartyConsent, PartyPerson, PartyMembership),
    *(DevelopmentCase, CaseStep, CaseReview, CaseSupporter, PartyActivity, DevelopmentQuota, PartyDue),
    CreditEnrolment,
)


async def write(database: Database, rows: Rows, then: Callable[[Scope], Awaitable[None]] | None = None) -> None:
    """One company in one transaction: itself and its estates as the worker, all its own rows as the company, in whose
    name `then` goes on.
    """
    tenant_id: UUID = rows.tables[Company][0]["tenant_id"]
    # Whatever a power cut takes away is made again by the next run.
    async with database.writing(Principal("worker", tenant_id=tenant_id), lasting=False) as scope:
        for table in _REGISTRY:
            await insert(scope, table, rows.tables.get(table, []))
        async with scope.acting_for(tenant_id):
            for table in _TENANT:
                mine = [{"tenant_id": tenant_id, **row} for row in rows.tables.get(table, [])]
                await insert(scope, table, mine)
            if then is not None:
                await then(scope)


async def insert(scope: Scope, table: type[SQLModel], rows: Sequence[dict[str, Any]], again: bool = False) -> None:
    """All rows of one table in few statements; `again` passes over those that are there."""
    for first in range(0, len(rows), 2_000):
        name, columns = table.__tablename__, ", ".join(rows[0])
        await scope.connection.execute(
            f"INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, $1::json)"
            + (" ON CONFLICT DO NOTHING" if again else ""),
            orjson.dumps(rows[first : first + 2_000], default=str).decode(),
        )
