"""The fixed world of `linli demo`: companies of Zaozhuang to sign in to, regulators, and the published figures."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from infra.data.divisions import COMMUNITIES
from infra.refusal import Refusal
from tenants.division import WORKER
from tenants.estate import CommitteeStatus, Estate, EstateKind, Lifecycle, RegistryState, ServiceModel
from tenants.importing import import_divisions
from tenants.issue import IssueCategory
from tenants.member import Member, of_company, of_regulator
from tenants.party.organisation import Formation, OrganisationKind, OrganisationState, PublicPartyOrganisation
from tenants.party.statistics import publish
from tenants.permission import CompanyRole, RegulatorRole
from tenants.sample import published, workday
from tenants.sample.company import (
    TODAY,
    Place,
    Plan,
    Rows,
    Say,
    ids_of,
    insert,
    no_divisions,
    rows_of,
    uscc_of,
    write,
)
from tenants.sample.regulator import establish
from tenants.sample.supervision import supervise
from tenants.sample.supervision.story import Office
from tenants.scope import Database, Scope
from tenants.setting import DivisionSetting, SettingKey


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in to the demo: one of each role of a company, the administrator of another company of its city,
    and publishers of regulators, from a community and street of that company up to its province, of a township in Anhui
    and of a district of Shenzhen.
    """

    company: Member
    manager: Member
    party_officer: Member
    front_desk: Member
    other_company: Member
    community: Member
    street: Member
    regulator: Member
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
    ("枣庄市住房和城乡建设局（示例）", published.ZAOZHUANG),
    ("市中区住房和城乡建设局（示例）", "370402"),
    ("大兴镇人民政府（示例）", published.TOWNSHIP),
    ("坪山区住房和建设局（示例）", published.PINGSHAN),
    ("济南市住房和城乡建设局（示例）", published.JINAN),
    ("中心街街道办事处（示例）", "370402001"),
    ("公园社区居民委员会（示例）", "370402001028"),
)
_UNSERVED: Final = (("幸福里老旧小区", "370402001028"), ("文化路七号院", "370402004035"))
_COMMITTEES: Final = (
    ("枣庄市物业行业党委（示例）", published.ZAOZHUANG, OrganisationKind.INDUSTRY_COMMITTEE),
    ("中心街街道党工委（示例）", "370402001", OrganisationKind.BASE_COMMITTEE),
)
_SETTINGS: Final = (
    ("11", SettingKey.CHECK_IN_ARRIVAL_DAYS, 3, "北京市物业管理条例（2024）第六十六条"),
    ("3703", SettingKey.CHECK_IN_ARRIVAL_DAYS, 5, "淄博市物业管理条例（2021）第四十四条"),
    ("370402", SettingKey.CHECK_IN_ARRIVAL_DAYS, workday.CHECK_IN_DAYS, "市中区物业项目负责人报到办法（示例）"),
    ("37", SettingKey.PARTY_SCORE_SHARE_MIN, "0.30", "《中国城市报》2020年11月23日关于山东省的报道"),
    ("370402", SettingKey.LEAD_REPORT_MONTHS, 1, "市中区物业项目负责人报到办法（示例）"),
)
_CATEGORIES: Final = (
    *("设施维修", "环境卫生", "秩序维护", "停车管理"),
    *("消防安全", "收费争议", "邻里纠纷", "其他"),
)


async def load_demo(database: Database, say: Say = lambda _: None) -> Demo:
    """The fixed world of `linli demo`, made once: companies of Zaozhuang (枣庄) and Jinan, their regulators, two
    estates that nobody serves any more, and what the reports publish of four places.
    """
    codes = [uscc_of(county, "demo", number) for number, (_, _, county, _) in enumerate(_DEMO_COMPANIES)]
    # The last company is written last.
    if await of_company(database, codes[-1]) is None:
        await _make_demo(database, say)
    await publish(database, TODAY)

    async def member(company: int, role: CompanyRole) -> Member:
        return _found(await of_company(database, codes[company], role=role))

    async def publisher(path: str) -> Member:
        number = next(number for number, (_, each) in enumerate(_DEMO_REGULATORS) if each == path)
        regulator_id, _ = next(ids_of("demo/regulator", number))
        return _found(await of_regulator(database, regulator_id, role=RegulatorRole.PUBLISHER))

    return Demo(
        company=await member(0, CompanyRole.TENANT_ADMIN),
        manager=await member(0, CompanyRole.PROJECT_MANAGER),
        party_officer=await member(0, CompanyRole.PARTY_OFFICER),
        front_desk=await member(0, CompanyRole.FRONT_DESK),
        other_company=await member(1, CompanyRole.TENANT_ADMIN),
        community=await publisher("370402001028"),
        street=await publisher("370402001"),
        regulator=await publisher(published.ZAOZHUANG),
        province=await publisher("37"),
        township=await publisher(published.TOWNSHIP),
        district=await publisher(published.PINGSHAN),
    )


def _found(member: Member | None) -> Member:
    if member is None:
        raise Refusal(
            "演示数据已被改动，找不到其成员：请删除 .linli 目录后重新运行 make demo。",
            "The demo has lost one of its members: delete .linli and run `make demo` again.",
        )
    return member


async def _make_demo(database: Database, say: Say) -> None:
    await import_divisions(database, COMMUNITIES, dry_run=False)
    wanted = {path for _, _, county, on in _DEMO_COMPANIES for path in (county, *on)}
    wanted |= {path for _, path in (*_DEMO_REGULATORS, *_UNSERVED)} | {path for path, *_ in _SETTINGS}
    async with database.writing(WORKER) as scope:
        found = await scope.connection.fetch("SELECT id, path FROM division WHERE path = ANY($1)", sorted(wanted))
        places = {row["path"]: Place(row["id"], row["path"]) for row in found}
        if wanted - places.keys():
            raise no_divisions()
        offices = {}
        for number, (name, path) in enumerate(_DEMO_REGULATORS):
            members = await establish(scope, "demo/regulator", number, name, places[path])
            offices[path] = Office.of(next(ids_of("demo/regulator", number))[0], path, members)
        await _unserved(scope, places)
        committee_id = await _neighbourhood(scope, places)
    left = [(estate_id, *entry) for (estate_id, _), entry in zip(ids_of("demo/unserved", 0), _UNSERVED, strict=False)]
    await published.load(database, left, say)
    there = [await of_company(database, uscc_of(c[2], "demo", n)) for n, c in enumerate(_DEMO_COMPANIES)]
    ours = [next(ids_of("demo", number))[0] for number in range(published.DEMO_COMPANIES)]
    for number, (name, brand, county, streets) in enumerate(_DEMO_COMPANIES):
        if number == published.DEMO_COMPANIES:
            await supervise(database, offices, ours, [estate_id for estate_id, *_ in left])
        if there[number] is None:
            on = [places[street] for street in streets]
            plan = Plan(name, brand, places[county], on, [14] * len(on), number, since=published.SINCE)
            rows = rows_of("demo", plan)
            workday.enliven(rows, plan, committee_id)
            await write(database, rows)


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


async def _neighbourhood(scope: Scope, places: dict[str, Place]) -> UUID:
    """What the regulators have set up: settings, categories of issues, and Party committees, of which the street's is
    given back.
    """
    rows = Rows(ids_of("demo/neighbourhood", 0))
    for path, key, value, basis in _SETTINGS:
        rows.add(
            DivisionSetting,
            division_id=places[path].id,
            division_path=path,
            key=key,
            value=str(value),
            valid_from=workday.CHECK_IN_SINCE,
            basis=basis,
        )
    city = places[published.ZAOZHUANG]
    for number, name in enumerate(_CATEGORIES, 1):
        code = f"{number:02}"
        rows.add(IssueCategory, division_id=city.id, division_path=city.path, code=code, name=name, beyond_estate=False)
    superior_id = None
    for name, path, kind in _COMMITTEES:
        superior_id = rows.add(
            PublicPartyOrganisation,
            division_path=path,
            superior_id=superior_id,
            name=name,
            kind=kind,
            formation=Formation.SOLE,
            state=OrganisationState.ACTIVE,
            approved_on=published.SINCE,
            founded_on=published.SINCE,
            term_years=5,
            term_ends_on=date(2028, 7, 1),
            secretary_filled=True,
            has_venue=True,
        )
    for table in (DivisionSetting, IssueCategory, PublicPartyOrganisation):
        await insert(scope, table, rows.tables[table], again=True)
    assert superior_id is not None
    return superior_id
