"""What regulators do at the companies of the demo: schemes, credit, ratings, lists, surveys, whistles, orders, duties.

It is told by the rules themselves, each step on its day and by whom it is for, so that every row is as the rules make
it: deadlines, scores with their explanations, hashes. Places, offices and companies are the demo's; all is invented.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from tenants import campaign, interview, rectification, subsidy, survey, whistle
from tenants.access import Purpose
from tenants.campaign import DutyKind, NewCampaign
from tenants.change import find
from tenants.credit import notice, objection, repair, standing
from tenants.credit.notice import NewCreditRecord
from tenants.credit.record import CreditRecord, CreditSeverity, CreditSubject, ObjectionOutcome, RepairOutcome
from tenants.division import WORKER, DivisionLevel
from tenants.interview import Attendee, NewInterview
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.rating import case, cycle, progress, result, sheet
from tenants.rating import objection as rating_objection
from tenants.rating.case import Answer, RatingCase, RatingObjectionOutcome
from tenants.rating.cycle import NewCycle, RatingCycle
from tenants.rectification import NewItem, NewOrder
from tenants.red_black_list import preparation, publication, publicity
from tenants.red_black_list.preparation import NewEntry, NewList
from tenants.red_black_list.tables import Colour
from tenants.row import Told, telling
from tenants.sample import published
from tenants.sample.company import TODAY
from tenants.scheme import Scheme, Subject, library, registry
from tenants.scope import Database, Principal, Scope
from tenants.subsidy import NewSubsidy
from tenants.survey import NewQuestion, NewSurvey
from tenants.survey.answer import holder, submit
from tenants.survey.link import Link
from tenants.whistle import NewWhistle, WhistleLevel

R = TypeVar("R")

CITY: Final = published.ZAOZHUANG
DISTRICT: Final = "370402"
STREET: Final = "370402001"
COMMUNITY: Final = "370402001028"
COUNTIES: Final = ("370402", "370403", "370404", "370405", "370406", "370481")
CREDIT: Final = "ZAOZHUANG-CREDIT"
SHOWN_UNTIL: Final = date(2035, 12, 31)
"""Until when the lists are shown: as long as anybody looks at the demo."""

DAY: Final = timedelta(1)
HANDLER: Final = "孙甲子"


@dataclass(frozen=True, slots=True)
class Office:
    """A regulator's two members who act: one drafts and scores, the other decides."""

    assessor: Principal
    publisher: Principal

    @classmethod
    def of(cls, regulator_id: UUID, path: str, members: Mapping[RegulatorRole, UUID]) -> "Office":
        """Both, of a division."""

        def member(role: RegulatorRole) -> Principal:
            return Principal(
                "regulator",
                REGULATOR_ROLES[role],
                actor_id=members[role],
                regulator_id=regulator_id,
                division_path=path,
                purpose=Purpose.SUPERVISION,
            )

        return cls(member(RegulatorRole.ASSESSOR), member(RegulatorRole.PUBLISHER))


@dataclass(frozen=True, slots=True)
class Firm:
    """A company whose administrator acts, and its projects in the community."""

    id: UUID
    admin: Principal
    projects: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """One transaction in which one after the other acts, at the time that is told."""

    scope: Scope
    told: Told
    at: Mapping[str, Office]
    firms: Sequence[Firm]

    async def does(self, who: Principal, rule: Callable[..., Awaitable[R]], *given: Any, **more: Any) -> R:
        """What a rule answers to whoever acts."""
        self.scope.actor_kind = who.kind
        async with self.scope.acting_as(who):
            return await rule(self.scope, *given, **more)


async def supervise(
    database: Database, offices: Mapping[str, Office], firms: Sequence[UUID], unserved: Sequence[UUID]
) -> None:
    """Tell everything, once: all of it or nothing is there."""
    async with database.writing(WORKER, lasting=False) as scope:
        if await scope.connection.fetchval("SELECT EXISTS (SELECT FROM scheme WHERE code = $1)", CREDIT):
            return
        with telling("supervision") as told:
            story = Story(scope, told, offices, [await _firm(scope, each) for each in firms])
            await _schemes(story)
            ours, theirs = await _credit(story)
            await _rating(story)
            await _survey(story)
            await _lists(story, ours, theirs)
            await _whistles(story)
            await _duties(story)
            await _subsidies(story, unserved)
            await _scores(story)


async def _firm(scope: Scope, tenant_id: UUID) -> Firm:
    async with scope.acting_for(tenant_id):
        admin = await scope.connection.fetchval(
            "SELECT id FROM company_member WHERE tenant_id = $1 AND role = $2", tenant_id, CompanyRole.TENANT_ADMIN
        )
        projects = await scope.connection.fetch(
            "SELECT id, estate_id, name FROM project WHERE tenant_id = $1 AND division_path = $2 ORDER BY id",
            tenant_id,
            COMMUNITY,
        )
    who = Principal("tenant", COMPANY_ROLES[CompanyRole.TENANT_ADMIN], actor_id=admin, tenant_id=tenant_id)
    return Firm(tenant_id, who, [dict(each) for each in projects])


# Schemes


def _credit_scheme() -> registry.Writing:
    """Shandong's grades over items of our own: the province's three tables of items are not published."""
    document = library.shipped("shandong-credit").structure()
    items: Mapping[str, dict[str, Any]] = {
        "BASIC": {"code": "BASIC", "name": "基础信息", "low": 0, "high": 80},
        "GOOD": {"code": "GOOD", "name": "良好信息", "low": 1, "high": 10, "validity": {"months": 24}},
        "BAD": {"code": "BAD", "name": "不良信息", "low": -20, "high": -1},
    }
    dimensions = [
        {**each, "indicators": [{"kind": "item", "assumed": "示例分值", **items[each["code"]]}]}
        for each in document["dimensions"]
    ]
    named = {"code": CREDIT, "name": "枣庄市物业服务企业信用评价标准（示例）", "dimensions": dimensions}
    return registry.Writing(structure={**document, **named, "gaps": []})


async def _schemes(story: Story) -> None:
    """The city publishes how companies are rated and what their credit is made of; the district, that of leads."""
    story.told.on(date(2025, 1, 6))
    for path, writing in (
        (CITY, _credit_scheme()),
        (CITY, registry.Writing(yaml=library.text_of("jinan-quality"))),
        (DISTRICT, registry.Writing(yaml=library.text_of("yinchuan-lead-credit"))),
    ):
        draft = await story.does(story.at[path].assessor, registry.draft, path, writing)
        await story.does(story.at[path].publisher, registry.publish, draft.id, draft.version)


# Credit


async def _credit(story: Story) -> tuple[CreditRecord, CreditRecord]:
    """The first company has a record of every kind, one of them repaired and one just noticed, the second objected in
    vain; a lead was commended and reprimanded. Gives the first one's best record and the second one's worst.
    """
    ours, theirs = story.firms
    project = ours.projects[1]["id"]
    for firm, on, document in (
        (ours, date(2025, 1, 10), "信用信息入库表 1 号"),
        (theirs, date(2025, 2, 10), "信用信息入库表 2 号"),
    ):
        story.told.on(on)
        await story.does(firm.admin, standing.enrol, f"{document}（示例）")
    await _in_force(story, ours, date(2025, 1, 20), "BASIC", 74, "企业基本情况、项目与人员资料齐全，经核实")
    charges = "未在小区显著位置公示收费项目和标准"
    general = CreditSeverity.GENERAL
    repaired = await _in_force(story, ours, date(2025, 8, 5), "BAD", -5, charges, general, rectify_days=15)
    story.told.on(date(2025, 8, 18))
    repaired = await story.does(
        ours.admin, repair.rectify, repaired.id, repaired.version, "已在三处公告栏公示收费项目、标准和依据"
    )
    best = await _in_force(story, ours, date(2025, 9, 10), "GOOD", 8, "云溪花园获评市级物业服务示范项目")
    story.told.on(date(2025, 12, 8))
    repaired = await story.does(
        ours.admin,
        repair.apply,
        repaired.id,
        repaired.version,
        "公示三个月无间断，街道现场核实",
        "信用承诺书〔2025〕17号（示例）",
    )
    story.told.on(date(2025, 12, 10))
    answer = "经现场核查，已纠正，准予修复"
    city = story.at[CITY].publisher
    await story.does(city, repair.decide_repair, repaired.id, repaired.version, RepairOutcome.GRANTED, answer)
    parking = "未按合同约定公示公共收益收支"
    await _in_force(story, ours, date(2026, 3, 10), "BAD", -4, parking, general, project_id=project)
    await _in_force(story, theirs, date(2025, 2, 20), "BASIC", 62, "企业基本情况、项目与人员资料经核实，部分合同未备案")
    worst = await _objected(story, theirs)
    await _leads(story, ours, project)
    story.told.on(date(2026, 6, 24))
    lamps = _new(ours, date(2026, 6, 22), "BAD", -2, "楼道照明损坏两周未修", CreditSeverity.MINOR, rectify_days=10)
    draft = await story.does(story.at[CITY].assessor, notice.draft, lamps)
    await story.does(city, notice.notify, draft.id, draft.version, date(2026, 6, 24), HANDLER)
    return best, worst


async def _scores(story: Story) -> None:
    """Every company of the city has its score of this year, as the nightly work would have brought it."""
    story.told.on(TODAY)
    async with story.scope.acting_as(story.at[CITY].publisher):
        found = await story.scope.connection.fetch(
            "SELECT tenant_id FROM company WHERE division_path ^@ $1 ORDER BY tenant_id", CITY
        )
    for (tenant_id,) in found:
        worker = Principal("tenant", tenant_id=tenant_id)
        await story.does(worker, standing.recompute, TODAY, since=date(TODAY.year, 1, 1))


def _new(
    firm: Firm, on: date, item: str, points: int, facts: str, severity: CreditSeverity | None = None, **more: Any
) -> NewCreditRecord:
    kinds = {"BASIC": "基础信息", "GOOD": "良好信息", "BAD": "不良信息"}
    numbered = f"〔{on.year}〕{on.month}{on.day:02}号（示例）"
    return NewCreditRecord(
        company_id=firm.id,
        item=item,
        article=f"{kinds[item]}第 1 项",
        points=Decimal(points),
        facts=facts,
        basis=f"枣住建{'罚' if points < 0 else '信'}{numbered}",
        occurred_on=on - 5 * DAY,
        decided_on=on,
        severity=severity,
        **more,
    )


async def _in_force(
    story: Story,
    firm: Firm,
    on: date,
    item: str,
    points: int,
    facts: str,
    severity: CreditSeverity | None = None,
    **more: Any,
) -> CreditRecord:
    """A record of the city's, in force: a bad one after its notice, when nobody objected."""
    office = story.at[CITY]
    story.told.on(on)
    row = await story.does(office.assessor, notice.draft, _new(firm, on, item, points, facts, severity, **more))
    if severity is not None:
        row = await story.does(office.publisher, notice.notify, row.id, row.version, on, HANDLER)
        assert row.object_by is not None  # its notice was served
        story.told.on(row.object_by + DAY)
    return await story.does(office.publisher, notice.take_effect, row.id, row.version)


async def _objected(story: Story, firm: Firm) -> CreditRecord:
    """A serious record that the company objected to, and that stands."""
    office, on = story.at[CITY], date(2025, 11, 3)
    story.told.on(on)
    facts = "合同终止后拒不移交物业档案和共用钥匙"
    row = await story.does(
        office.assessor, notice.draft, _new(firm, on, "BAD", -12, facts, CreditSeverity.SERIOUS, objection_days=7)
    )
    row = await story.does(office.publisher, notice.notify, row.id, row.version, on, HANDLER)
    story.told.on(on + 2 * DAY)
    row = await story.does(firm.admin, objection.object_to, row.id, row.version, "档案已于当月移交街道（示例）")
    story.told.on(on + 4 * DAY)
    outcome, answer = ObjectionOutcome.UPHELD, "街道未收到档案，移交清单无签收，维持原认定"
    return await story.does(office.publisher, objection.decide_objection, row.id, row.version, outcome, answer)


async def _leads(story: Story, firm: Firm, project_id: UUID) -> None:
    """Of the lead of a project: commended by the city, and reprimanded by the district."""
    office = story.at[DISTRICT]
    for on, item, level, facts, severity in (
        (date(2025, 10, 15), "3", "CITY", "获评市级优秀项目经理", None),
        (date(2026, 5, 12), "8", "COUNTY", "未按要求到社区报告工作，受区级通报批评", CreditSeverity.GENERAL),
    ):
        story.told.on(on)
        new = NewCreditRecord(
            company_id=firm.id,
            subject=CreditSubject.PROJECT_LEAD,
            project_id=project_id,
            item=item,
            level=level,
            article=f"第 {item} 项",
            facts=facts,
            basis=f"市中住建〔{on.year}〕{on.day}号（示例）",
            occurred_on=on - 5 * DAY,
            decided_on=on,
            severity=severity,
            evidence="通报文件（示例）",
        )
        row = await story.does(office.assessor, notice.draft, new)
        if severity is not None:
            row = await story.does(office.publisher, notice.notify, row.id, row.version, on, HANDLER)
            assert row.object_by is not None  # its notice was served
            story.told.on(row.object_by + DAY)
        await story.does(office.publisher, notice.take_effect, row.id, row.version)


# Ratings, and what follows from them


_POINTS: Final = ((37, 27, 28), (30, 24, 25), (33, 26, 26), (20, 16, 18))
"""What owners, site evaluation and Party organisations gave each case; the third stands on the edge of a band."""


async def _rating(story: Story) -> None:
    """That of 2025 is published, corrected after an objection and being put right; that of 2026 collects scores."""
    _, theirs = story.firms
    city, district = story.at[CITY], story.at[DISTRICT]
    projects = [each["id"] for firm in story.firms for each in firm.projects]
    row, cases = await _collecting(story, 2025, date(2025, 12, 1), projects)
    story.told.on(date(2025, 12, 22))
    for one, points in zip(cases, _POINTS, strict=True):
        for (group, who), given in zip(_groups(story), points, strict=True):
            await _scored(story, who, one, group, given)
    story.told.on(date(2026, 1, 5))
    row = await story.does(city.assessor, result.score_cycle, row.id, row.version)
    story.told.on(date(2026, 1, 6))
    row = await story.does(city.publisher, progress.publicise, row.id, row.version)
    story.told.on(date(2026, 1, 8))
    poor = await _seen(story, cases[3])
    poor = await story.does(
        theirs.admin, rating_objection.object_to, poor.id, poor.version, "现场评价当日正在检修，请复核"
    )
    story.told.on(date(2026, 1, 9))
    again = [Answer(indicator="SITE_EVALUATION", points=Decimal(22), evidence="复核记录（示例）")]
    await story.does(
        city.publisher,
        rating_objection.decide_objection,
        poor.id,
        poor.version,
        RatingObjectionOutcome.ADJUSTED,
        "检修属实，按复核结果计分",
        "SITE",
        again,
    )
    assert row.object_by is not None  # it is in publicity
    story.told.on(row.object_by + DAY)
    for step in (progress.finalise, progress.publish_cycle, progress.rectify):
        row = await story.does(city.publisher, step, row.id, row.version)
    await _put_right(story, district, cases)
    story.told.on(date(2026, 6, 1))
    _, cases = await _collecting(story, 2026, date(2026, 6, 1), projects)
    story.told.on(date(2026, 6, 25))
    for one in cases[:2]:
        await _scored(story, story.at[STREET].assessor, one, "SITE", 28)


def _groups(story: Story) -> Sequence[tuple[str, Principal]]:
    """Who evaluates for which group of the scheme: the district asks the owners."""
    places = (("OWNERS", DISTRICT), ("SITE", STREET), ("PARTY", COMMUNITY))
    return [(group, story.at[path].assessor) for group, path in places]


_INDICATORS: Final = {"OWNERS": "OWNER_SATISFACTION", "SITE": "SITE_EVALUATION", "PARTY": "PARTY_SCORE"}


async def _scored(story: Story, who: Principal, one: RatingCase, group: str, points: int) -> None:
    given = [Answer(indicator=_INDICATORS[group], points=Decimal(points), evidence="评价记录（示例）")]
    await story.does(who, sheet.score, one.id, group, given)


async def _collecting(
    story: Story, year: int, on: date, projects: Sequence[UUID]
) -> tuple[RatingCycle, Sequence[RatingCase]]:
    """A rating of the district whose evaluators score: our company applied with its projects and assessed one of them,
    the others are nominated. Gives its cases in the order of the projects.
    """
    ours, city = story.firms[0], story.at[CITY].publisher
    story.told.on(on)
    scheme: Scheme = await story.does(city, registry.edition, "JINAN-QUALITY", CITY, None)
    new = NewCycle(
        division_code=DISTRICT,
        scheme_id=scheme.id,
        title=f"市中区{year}年度住宅小区物业服务质量综合评价（示例）",
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
    )
    row = await story.does(city, cycle.draft, new)
    row = await story.does(city, progress.open_cycle, row.id, row.version)
    for group, path in (("OWNERS", DISTRICT), ("SITE", STREET), ("PARTY", COMMUNITY)):
        row = await story.does(city, sheet.appoint, row.id, row.version, group, path, None)
    for project in ours.projects:
        one = await story.does(ours.admin, case.apply, row.id, project["id"])
        if project is ours.projects[0]:
            claims = [Answer(indicator="SITE_EVALUATION", points=Decimal(29), evidence="自查台账（示例）")]
            one = await story.does(ours.admin, case.assess, one.id, one.version, claims)
        await story.does(city, case.decide, one.id, one.version, True, None)
    row = await story.does(city, case.nominate, row.id, row.version, projects[len(ours.projects) :])
    story.told.on(on + 14 * DAY)
    row = await story.does(city, progress.collect, row.id, row.version)
    found = await story.does(city, case.cases_of, row, case.CaseState.SCORING)
    of_project = {one.project_id: one for one in found}
    return row, [of_project[project] for project in projects]


async def _seen(story: Story, one: RatingCase) -> RatingCase:
    """A case as it is now."""
    return await story.does(story.at[CITY].publisher, find, RatingCase, one.id)


async def _put_right(story: Story, office: Office, cases: Sequence[RatingCase]) -> None:
    """Of the two weaker results each company is ordered to put something right: ours did and it is confirmed, the other
    one was talked to and has not answered; another talk is planned.
    """
    ours, theirs = story.firms
    story.told.on(date(2026, 1, 26))
    talk = NewInterview(
        company_id=theirs.id,
        project_id=cases[3].project_id,
        reason="年度综合评价得分偏低，现场评价失分较多",
        attendees=[Attendee.COMPANY_HEAD, Attendee.PROJECT_LEAD, Attendee.STREET],
        planned_on=date(2026, 1, 28),
        place="市中区住房和城乡建设局二楼会议室",
    )
    held = await story.does(office.publisher, interview.plan, talk)
    story.told.on(date(2026, 1, 28))
    held = await story.does(
        office.publisher, interview.hold, held.id, held.version, date(2026, 1, 28), "约谈纪要〔2026〕2号（示例）"
    )
    orders = []
    for firm, one, number, about in (
        (ours, cases[1], 5, ("补齐电梯维保记录并公示", "修复北门道闸")),
        (theirs, cases[3], 6, ("清理地下车库积水", "恢复夜间巡逻并留存记录")),
    ):
        new = NewOrder(
            company_id=firm.id,
            project_id=one.project_id,
            rating_case_id=one.id,
            interview_id=held.id if firm is theirs else None,
            basis=f"整改通知书〔2026〕{number}号（示例）",
            due_on=date(2026, 3, 31),
            items=[NewItem(requirement=each) for each in about],
        )
        orders.append(await story.does(office.publisher, rectification.issue, new))
    story.told.on(date(2026, 3, 2))
    for item in await _items(story, ours, orders[0].id):
        done = (item["requirement"] + "：已完成", "整改前后照片（示例）")
        await story.does(ours.admin, rectification.answer, item["id"], item["version"], *done)
    story.told.on(date(2026, 3, 9))
    answered = await story.does(office.publisher, find, rectification.RectificationOrder, orders[0].id)
    await story.does(office.publisher, rectification.confirm, answered.id, answered.version)
    story.told.on(date(2026, 6, 29))
    await story.does(
        office.publisher,
        interview.plan,
        NewInterview(
            company_id=theirs.id,
            project_id=cases[3].project_id,
            reason="整改逾期未答复",
            attendees=[Attendee.LEGAL_REPRESENTATIVE, Attendee.COMPANY_HEAD],
            planned_on=date(2026, 7, 6),
            place="市中区住房和城乡建设局二楼会议室",
        ),
    )


async def _items(story: Story, firm: Firm, order_id: UUID) -> Sequence[Mapping[str, Any]]:
    async with story.scope.acting_for(firm.id):
        return await story.scope.connection.fetch(  # type: ignore[no-any-return]
            "SELECT id, version, requirement FROM rectification_item WHERE tenant_id = $1 AND order_id = $2"
            " ORDER BY place",
            firm.id,
            order_id,
        )


# Surveys


_QUESTIONS: Final = (
    NewQuestion(text="您对保洁服务满意吗？", english="Are you satisfied with the cleaning?"),
    NewQuestion(text="您对秩序维护满意吗？", english="Are you satisfied with security and order?"),
    NewQuestion(text="您给物业服务打几分？", english="How many points do you give the service?", low=0, high=100),
)


async def _survey(story: Story) -> None:
    """The street's of our first estate is closed with 25 answers; the community's of the second one runs."""
    first, second = story.firms[0].projects
    street, community = story.at[STREET].assessor, story.at[COMMUNITY].assessor
    row, links = await _drawn(story, street, first, date(2026, 5, 11))
    story.told.on(date(2026, 5, 20))
    for number, link in enumerate(links):
        scores = {"q1": 3 + number % 3, "q2": 5 - number % 4, "q3": 70 + number}
        words = ("希望增加夜间照明", "", "保洁很及时", "", "")[number % 5]
        await story.does(holder(link), submit, link, scores, words)
    story.told.on(date(2026, 6, 5))
    await story.does(street, survey.close, row.id, row.version)
    _, links = await _drawn(story, community, second, date(2026, 6, 22))
    story.told.on(date(2026, 6, 26))
    for link in links[1:4]:
        await story.does(holder(link), submit, link, {"q1": 4, "q2": 4, "q3": 85}, "")


async def _drawn(
    story: Story, who: Principal, project: Mapping[str, Any], on: date
) -> tuple[survey.Survey, Sequence[Link]]:
    """An open survey of an estate, and the links of its sample."""
    story.told.on(on)
    row = await story.does(who, survey.set_up, NewSurvey(estate_id=project["estate_id"], questions=_QUESTIONS))
    households = [f"{building}号楼{door}" for building in range(1, 7) for door in range(101, 117)]
    handed = await story.does(who, survey.draw_sample, row.id, row.version, households, 10)
    return handed[0].survey, [each.link for each in handed]


# Lists


async def _lists(story: Story, best: CreditRecord, worst: CreditRecord) -> None:
    """A red and a black list of companies, both published."""
    office = story.at[CITY]
    for colour, name, record, reason in (
        (Colour.RED, "红榜", best, "信用良好，项目获评市级示范"),
        (Colour.BLACK, "黑榜", worst, "合同终止后拒不移交物业档案"),
    ):
        story.told.on(date(2026, 4, 13))
        new = NewList(
            colour=colour,
            subject=Subject.COMPANY,
            title=f"枣庄市2026年第一季度物业服务企业{name}（示例）",
            basis="枣住建通〔2026〕11号（示例）",
            period_from=date(2026, 1, 1),
            period_to=date(2026, 3, 31),
            valid_to=SHOWN_UNTIL,
        )
        row = await story.does(office.assessor, preparation.prepare, new)
        entry = NewEntry(list_id=row.id, company_id=record.tenant_id, reason=reason, credit_record_id=record.id)
        await story.does(office.assessor, preparation.enter, entry)
        story.told.on(date(2026, 4, 14))
        row = await story.does(office.publisher, publicity.publicise, row.id, row.version)
        assert row.object_by is not None  # it is in publicity
        story.told.on(row.object_by + DAY)
        row = await story.does(office.publisher, publicity.conclude, row.id, row.version)
        await story.does(office.publisher, publication.publish, row.id, row.version)


# Whistles


async def _whistles(story: Story) -> None:
    """One of each level but the first: an emergency confirmed, enforcement under way, a hard problem studied, and one
    that was rejected.
    """
    ours, theirs = story.firms
    street, community = story.at[STREET].publisher, story.at[COMMUNITY].publisher
    fire, order, gas = "市中区消防救援大队", "市中区综合行政执法局", "枣庄燃气服务站"
    row = await _blown(
        story, community, ours, date(2026, 4, 8), WhistleLevel.EMERGENCY, "地下车库燃气异味", [gas, fire]
    )
    row = await story.does(community, whistle.decide, row.id, row.version, accepted=True)
    row = await story.does(community, whistle.report, row.id, row.version, gas, _clock(date(2026, 4, 8), 9, 22))
    row = await story.does(community, whistle.report, row.id, row.version, fire, _clock(date(2026, 4, 8), 9, 31))
    story.told.on(date(2026, 4, 9))
    row = await story.does(community, whistle.dispose, row.id, row.version, date(2026, 4, 8), "更换阀门，检测合格")
    await story.does(community, whistle.confirm, row.id, row.version)
    hard = WhistleLevel.HARD_PROBLEM
    row = await _blown(story, street, theirs, date(2026, 5, 18), hard, "历史遗留违建占用绿地", [order])
    row = await story.does(street, whistle.decide, row.id, row.version, accepted=True)
    row = await story.does(street, whistle.report, row.id, row.version, order, _clock(date(2026, 5, 18), 15, 40))
    story.told.on(date(2026, 5, 25))
    await story.does(street, whistle.meet, row.id, row.version, date(2026, 5, 25), "联席会议纪要〔2026〕3号（示例）")
    row = await _blown(story, community, ours, date(2026, 6, 3), WhistleLevel.EMERGENCY, "广场舞音量偏大", [order])
    await story.does(
        community, whistle.decide, row.id, row.version, accepted=False, reason="不属紧急情形，转为问题办理"
    )
    row = await _blown(
        story, street, ours, date(2026, 6, 29), WhistleLevel.ENFORCEMENT, "商铺占用消防通道", [order, fire]
    )
    await story.does(street, whistle.decide, row.id, row.version, accepted=True)


async def _blown(
    story: Story, who: Principal, firm: Firm, on: date, level: WhistleLevel, matter: str, units: Sequence[str]
) -> whistle.Whistle:
    story.told.on(on)
    new = NewWhistle(
        estate_id=firm.projects[0]["estate_id"],
        level=level,
        matter=matter,
        units=units,
        persuasion="社区两次上门劝导无效" if level == WhistleLevel.ENFORCEMENT else None,
    )
    row = await story.does(who, whistle.blow, new)
    story.told.on(on + DAY)
    return row


def _clock(day: date, hour: int, minute: int) -> datetime:
    """A time of day in China."""
    return datetime.combine(day, time(hour - 8, minute), UTC)


# Duties and subsidies


async def _duties(story: Story) -> None:
    """A campaign of the city: every county reports by the month, observes by the quarter, assesses by the half-year;
    one county was late in May and another has not reported.
    """
    city = story.at[CITY].publisher
    story.told.on(date(2025, 12, 29))
    new = NewCampaign(
        division_code=CITY,
        name="物业管理突出问题专项整治（示例）",
        basis="枣物治〔2025〕1号（示例）",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        owed_by=DivisionLevel.COUNTY,
        duties=tuple(DutyKind),
        grace_days=10,
    )
    row = await story.does(city, campaign.open_campaign, new)
    for month in range(1, 6):
        for county in COUNTIES:
            if (month, county) == (5, COUNTIES[2]):
                continue
            on = date(2026, month + 1, 17 if (month, county) == (5, COUNTIES[1]) else 6)
            story.told.on(on)
            period, paper = date(2026, month, 1), f"{month}月整治月报（示例）"
            await story.does(city, campaign.do_duty, row.id, DutyKind.MONTHLY_REPORT, period, on, paper, county)
    story.told.on(date(2026, 4, 9))
    for county in COUNTIES:
        first, paper = date(2026, 1, 1), "一季度现场观摩记录（示例）"
        kind = DutyKind.QUARTERLY_OBSERVATION
        await story.does(city, campaign.do_duty, row.id, kind, first, date(2026, 4, 9), paper, county)


async def _subsidies(story: Story, estates: Sequence[UUID]) -> None:
    """Three years for each estate that nobody serves any more, 0.2 yuan a square metre and month (S4ZZ-05)."""
    story.told.on(date(2025, 12, 30))
    for estate_id in estates:
        new = NewSubsidy(
            estate_id=estate_id,
            rate=Decimal("0.2"),
            first_month=date(2026, 1, 1),
            months=36,
            basis="老旧小区物业补贴办法（示例）",
        )
        await story.does(story.at[CITY].publisher, subsidy.grant, new)
