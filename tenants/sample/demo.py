"""The fixed world of `linli demo`: companies of Zaozhuang to sign in to, regulators, and the published figures."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from infra.data.divisions import COMMUNITIES
from infra.refusal import Refusal
from tenants.company import MemberStatus
from tenants.division import LEVEL, WORKER
from tenants.estate import CommitteeStatus, Estate, EstateKind, Lifecycle, RegistryState, ServiceModel
from tenants.importing import import_divisions
from tenants.member import Member, of_company, of_regulator
from tenants.party.statistics import publish
from tenants.permission import RegulatorRole
from tenants.regulator import Regulator, RegulatorMember, RegulatorStatus
from tenants.sample import published
from tenants.sample.company import (
    TODAY,
    Place,
    Plan,
    Rows,
    Say,
    ids_of,
    insert,
    no_divisions,
    person,
    rows_of,
    uscc_of,
    write,
)
from tenants.scope import Database, Scope


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in to the demo: administrators of two companies of one city, publishers of that city, of its
    province, of a township in Anhui and of a district of Shenzhen.
    """

    company: Member
    other_company: Member
    city: Member
    province: Member
    township: Member
    district: Member


_DEMO_COMPANIES: Final = (
    # name, brand, where it is registered, the communities and streets of its projects
    (
        "枣庄云溪物业服务有限公司（示例）",
        "云溪",
        "370402",
        ("370402001028", "370402004035", "370402006012", "370403001") * 2,
    ),
    (
        "枣庄锦澜物业服务有限公司（示例）",
        "锦澜",
        "370481",
        ("370481001", "370481002", "370402001028", "370402004035") * 2,
    ),
    ("济南瑞泽物业服务有限公司（示例）", "瑞泽", "370102", ("370102001", "370102002", "370102003", "370102004")),
)
_DEMO_REGULATORS: Final = (
    ("山东省住房和城乡建设厅（示例）", "37"),
    ("枣庄市住房和城乡建设局（示例）", "3704"),
    ("市中区住房和城乡建设局（示例）", "370402"),
    ("大兴镇人民政府（示例）", published.TOWNSHIP),
    ("坪山区住房和建设局（示例）", published.PINGSHAN),
    ("济南市住房和城乡建设局（示例）", published.JINAN),
)
_UNSERVED: Final = (("幸福里老旧小区", "370402001028"), ("文化路七号院", "370402004035"))


async def load_demo(database: Database, say: Say = lambda _: None) -> Demo:
    """The fixed world of `linli demo`, made once: companies of Zaozhuang (枣庄) and Jinan, their regulators, two
    estates that nobody serves any more, and what the reports publish of four places.
    """
    codes = [uscc_of(county, "demo", number) for number, (_, _, county, _) in enumerate(_DEMO_COMPANIES)]
    regulators = [next(ids_of("demo/regulator", number))[0] for number in range(len(_DEMO_REGULATORS))]
    province, city, _, township, district, _ = regulators
    # The last company is written last.
    if await of_company(database, codes[-1]) is None:
        await _make_demo(database, say)
    await publish(database, TODAY)
    return Demo(
        company=_found(await of_company(database, codes[0])),
        other_company=_found(await of_company(database, codes[1])),
        city=_found(await of_regulator(database, city)),
        province=_found(await of_regulator(database, province)),
        township=_found(await of_regulator(database, township)),
        district=_found(await of_regulator(database, district)),
    )


def _found(member: Member | None) -> Member:
    if member is None:
        raise Refusal(
            "演示数据已被改动，找不到其管理员：请删除 .linli 目录后重新运行 make demo。",
            "The demo has lost one of its administrators: delete .linli and run `make demo` again.",
        )
    return member


async def _make_demo(database: Database, say: Say) -> None:
    await import_divisions(database, COMMUNITIES, dry_run=False)
    wanted = {path for _, _, county, on in _DEMO_COMPANIES for path in (county, *on)}
    wanted |= {path for _, path in (*_DEMO_REGULATORS, *_UNSERVED)}
    async with database.writing(WORKER) as scope:
        found = await scope.connection.fetch("SELECT id, path FROM division WHERE path = ANY($1)", sorted(wanted))
        places = {row["path"]: Place(row["id"], row["path"]) for row in found}
        if wanted - places.keys():
            raise no_divisions()
        for number, (name, path) in enumerate(_DEMO_REGULATORS):
            await _regulator(scope, number, name, places[path])
        await _unserved(scope, places)
    left = [(estate_id, *entry) for (estate_id, _), entry in zip(ids_of("demo/unserved", 0), _UNSERVED, strict=False)]
    await published.load(database, left, say)
    there = [await of_company(database, uscc_of(c[2], "demo", n)) for n, c in enumerate(_DEMO_COMPANIES)]
    for number, (name, brand, county, streets) in enumerate(_DEMO_COMPANIES):
        if there[number] is None:
            on = [places[street] for street in streets]
            plan = Plan(name, brand, places[county], on, [14] * len(on), number)
            rows = rows_of("demo", plan)
            published.enliven(rows, number)
            await write(database, rows)


async def _regulator(scope: Scope, number: int, name: str, place: Place) -> None:
    random = Random(f"demo/regulator/{number}")
    rows = Rows(ids_of("demo/regulator", number))
    regulator_id = rows.add(
        Regulator,
        name=name,
        level=LEVEL[len(place.path)],
        division_id=place.id,
        division_path=place.path,
        status=RegulatorStatus.ACTIVE,
    )
    for role in (RegulatorRole.PUBLISHER, RegulatorRole.ASSESSOR, RegulatorRole.VIEWER):
        name = person(random)
        rows.add(RegulatorMember, regulator_id=regulator_id, name=name, role=role, status=MemberStatus.ACTIVE)
    for table in (Regulator, RegulatorMember):
        await insert(scope, table, rows.tables[table], again=True)


async def _unserved(scope: Scope, places: dict[str, Place]) -> None:
    rows = Rows(ids_of("demo/unserved", 0))
    for name, path in _UNSERVED:
        rows.add(
            Estate,
            name=name,
            kind=EstateKind.OLD_UNMANAGED,
            division_id=places[path].id,
            division_path=path,
            area=Decimal("32000.00"),
            households=360,
            grid_count=2,
            lifecycle=Lifecycle.DELIVERED,
            service_model=ServiceModel.SELF_MANAGED,
            committee_status=CommitteeStatus.ELIGIBLE_NOT_STARTED,
            registry_state=RegistryState.CONFIRMED,
            served_until=published.LEFT_ON,
        )
    await insert(scope, Estate, rows.tables[Estate], again=True)
