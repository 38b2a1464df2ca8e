"""A sample province: companies all over it, communities below its streets, regulators, a credit scheme, and three years
of what happened. It fills a database for measurements, so the database itself makes the many rows.
"""

from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from random import Random
from typing import Final
from uuid import UUID

from infra.refusal import Refusal
from tenants.campaign import DutyKind
from tenants.company import CompanyStatus
from tenants.credit.inputs import CreditEnrolment
from tenants.division import WORKER, Division, DivisionLevel
from tenants.estate import CommitteeStatus, Estate
from tenants.issue import IssueCategory
from tenants.party.advisor import PartyAdvisor
from tenants.party.organisation import Formation, OrganisationKind, SecretarySource
from tenants.party.statistics import publish
from tenants.permission import RegulatorRole
from tenants.sample import credit, published, ratings, registers, years
from tenants.sample.company import (
    TODAY,
    Counties,
    Loaded,
    Place,
    Plan,
    Rows,
    Say,
    between,
    brand_of,
    day_between,
    ids_of,
    insert,
    make,
    person,
    pick,
    shares,
    streets_of,
    unlike,
)
from tenants.sample.ratings import Ratings
from tenants.sample.regulator import Authority, authority
from tenants.scheme import Scheme, library
from tenants.scope import Database, Scope
from tenants.setting import DivisionSetting, SettingKey

CHILDREN: Final = 6
"""Of each project: two contracts, three managers who take turns, and somebody who works there."""
_CATEGORIES: Final = (
    *("设施维修", "环境卫生", "秩序维护", "停车管理"),
    *("消防安全", "收费争议", "邻里纠纷", "其他"),
)


async def load_province(
    database: Database,
    province: str,
    *,
    companies: int,
    projects: int,
    events: int,
    records: int,
    seed: int = 1,
    say: Say = lambda _: None,
) -> Loaded:
    """Make `companies` companies of a province with `projects` projects in all, `events` open days, as many check-ins
    and issues, and `records` credit records. Two are made at once; one that is there already is left as it is.
    """
    at, counties = await _places(database, province)
    named = f"{province}/{seed}"
    async with database.writing(WORKER) as scope:
        for street in await registers.streets(scope, province):
            await _adopted(scope, street, credit.LEAD_SCHEME)
        theirs, *cities = await _authorities(scope, at)
        office = await _office(scope, theirs)
        categories = await _rules(scope, theirs.place)
        rating = Ratings(await _adopted(scope, theirs, ratings.SCHEME))
        for city in cities:
            await rating.begin(scope, city)

    async def then(plan: Plan, scope: Scope) -> None:
        # A statement is planned once, for a company among many, however few there were at first.
        await scope.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off")
        await years.live(scope, before[plan.number], events, projects, categories)
        await credit.keep(scope, plan.number, records, companies, office)
        await registers.whistle(scope)
        await rating.rate(scope)

    plans = list(_plans(named, companies, projects, counties))
    before = list(accumulate((len(plan.streets) for plan in plans), initial=0))
    made = await make(database, named, plans, companies, more=_more, then=then, at_once=2, say=say)
    await registers.campaign(database, theirs, DivisionLevel.COUNTY, DutyKind.HALF_YEAR_ASSESSMENT)
    for city in cities:
        duties = (DutyKind.MONTHLY_REPORT, DutyKind.QUARTERLY_OBSERVATION)
        await registers.campaign(database, city, DivisionLevel.STREET, *duties)
        await registers.keep(database, city)
        await rating.publish(database, city)
    await publish(database, TODAY)
    return made


def _plans(seed: str, companies: int, projects: int, counties: Counties) -> Iterator[Plan]:
    """Every fifth project stands outside the county where its company is registered."""
    random = Random(seed)
    for number, share in enumerate(shares(projects, companies, random)):
        county, communities = pick(random, counties)
        brand = brand_of(number * 4_099)
        yield Plan(
            name=f"{brand}物业服务有限公司（示例{seed}-{number + 1}）",
            brand=brand + unlike(number, 1),
            county=county,
            streets=[
                pick(random, communities if random.random() < 0.8 else pick(random, counties)[1]) for _ in range(share)
            ],
            children=[CHILDREN] * share,
            number=number,
            status=CompanyStatus.SUSPENDED if number % 50 == 49 else CompanyStatus.ACTIVE,
            managers=3,
        )


def _more(rows: Rows, plan: Plan) -> None:
    """Of ten companies nine are enrolled for credit or more, six have a Party organisation and three an advisor; every
    third estate has a branch. Where an estate is eligible for an owners' committee, since when.
    """
    random = Random(f"province/{plan.number}")
    if plan.number % 30 != 29:
        rows.add(CreditEnrolment, enrolled_on=years.SINCE, document="信用信息入库表（示例）")
    if plan.number % 10 < 6:
        published.organisation(rows, plan, 3)
    elif plan.number % 10 < 9:
        rows.add(
            PartyAdvisor,
            division_path=plan.county.path,
            advisor_name=person(random),
            unit="街道党工委（示例）",
            since=years.SINCE,
        )
    for estate in rows.tables.get(Estate, []):
        eligible = estate["committee_status"] not in (CommitteeStatus.NOT_ELIGIBLE, CommitteeStatus.PMC)
        since = day_between(random, date(2018, 1, 1), date(2023, 6, 30))
        estate["committee_eligible_on"] = since if eligible else None
    for estate in rows.tables.get(Estate, [])[::3]:
        published.estate_organisation(
            rows,
            estate,
            OrganisationKind.BRANCH,
            Formation.SOLE,
            SecretarySource.OWNER if between(random, 0, 1) else SecretarySource.APPOINTED,
            venue=between(random, 0, 1) == 0,
        )


async def _places(database: Database, province: str) -> tuple[dict[str, Place], Counties]:
    """The province and its cities by path, and its counties with their communities: four or five below each street,
    made where there are none of ours yet.
    """
    streets = [county for county in await streets_of(database) if county[0].path[:2] == province]
    if not streets:
        raise Refusal(
            f"{province} 不是省级行政区划代码：例如山东省为 37。",
            f"{province} is no code of a province: Shandong's is 37.",
        )
    rows = Rows(ids_of(f"{province}/communities", 0))
    for street in (street for _, below in streets for street in below):
        number = int(street.path, 36)
        for place in range(4 + number % 2):
            rows.add(
                Division,
                # A letter comes first in what is made locally, so that it never equals a published code.
                path=f"{street.path}S{place:02}",
                name=f"{brand_of(number * 7 + place * 4_099)[:2]}社区（示例）",
                level=DivisionLevel.COMMUNITY,
                parent_id=street.id,
            )
    async with database.writing(WORKER) as scope:
        await insert(scope, Division, rows.tables[Division], again=True)
        found = await scope.connection.fetch(
            "SELECT id, path FROM division WHERE level IN ('PROVINCE', 'CITY') AND path ^@ $1", province
        )
    made = await streets_of(database, DivisionLevel.COMMUNITY)
    counties = [
        (county, [place for place in below if place.path[9] == "S"])
        for county, below in made
        if county.path[:2] == province
    ]
    return {row["path"]: Place(row["id"], row["path"]) for row in found}, counties


async def _authorities(scope: Scope, at: dict[str, Place]) -> list[Authority]:
    """A regulator of the province, the first, and one of each city."""
    province = min(at, key=len)
    names = dict.fromkeys(sorted(at), "市住房和城乡建设局（示例）") | {province: "省住房和城乡建设厅（示例）"}
    return [
        await authority(scope, f"{province}/regulator", number, name, at[path])
        for number, (path, name) in enumerate(names.items())
    ]


async def _office(scope: Scope, province: Authority) -> credit.Office:
    """The province's regulator keeps the credit."""
    return credit.Office(
        province.place.id,
        province.place.path,
        province.name,
        await _adopted(scope, province, credit.SCHEME),
        province.members[RegulatorRole.ASSESSOR],
        province.members[RegulatorRole.PUBLISHER],
    )


async def _adopted(scope: Scope, by: Authority, name: str) -> UUID:
    """The id of a shipped scheme as a regulator published it."""
    document = library.shipped(name)
    rows = Rows(ids_of(f"{by.place.path}/scheme/{name}", 0))
    scheme_id = rows.add(
        Scheme,
        division_id=by.place.id,
        division_path=by.place.path,
        code=document.code,
        name=document.name,
        subject=document.subject,
        purpose=document.purpose,
        basis=document.basis.title,
        valid_from=document.valid_from,
        text=library.text_of(name),
        document=document.structure(),
        digest=document.digest,
        edition=1,
    )
    async with scope.acting_as(by.principal):
        await insert(scope, Scheme, rows.tables[Scheme], again=True)
    return scheme_id


async def _rules(scope: Scope, place: Place) -> list[UUID]:
    """What the province has set up: the days to check in and the categories of issues, whose ids these are."""
    rows = Rows(ids_of(f"{place.path}/rules", 0))
    where = {"division_id": place.id, "division_path": place.path}
    rows.add(
        DivisionSetting,
        **where,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value=str(years.CHECK_IN_DAYS),
        valid_from=years.SINCE.replace(year=2010),
        basis="物业项目负责人报到办法（示例）",
    )
    categories = [
        rows.add(IssueCategory, **where, code=f"{number:02}", name=name) for number, name in enumerate(_CATEGORIES, 1)
    ]
    for table in (DivisionSetting, IssueCategory):
        await insert(scope, table, rows.tables[table], again=True)
    return categories
