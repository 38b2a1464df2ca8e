"""What the reports publish of four places, as rows that give these figures when they are asked for.

Zaozhuang: 250 companies, 893 estates, 1,420 problems and 1,243 of them rectified, 557 Party members in 46
organisations, 172 advisors. Jinan: 1,430 project leads who checked in, 1,850 projects they claimed, some 70 members
developed. A township in Anhui, which its report does not name: 14 resettlement and 50 commercial estates with 181 and
445 open days, 31 branches and groups, 21 working groups. Pingshan: 45 estates, all with a branch and 25 of the
secretaries owners, 34 that may have an owners' committee and 19 that have one. The places and the figures are real,
everything else is invented.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from random import Random
from typing import Any, Final
from uuid import UUID

from tenants.agreement import Agreement, AgreementState, ClaimedProject, ClaimShare, ClaimState
from tenants.calendar import add_months, after_days
from tenants.check_in import CheckIn, CheckInState
from tenants.committee import Committee, CommitteeKind
from tenants.credit.inputs import CreditEnrolment
from tenants.estate import CommitteeStatus, Estate, EstateKind, Lifecycle
from tenants.issue import Issue, IssueChannel, IssueLevel, IssueSource, IssueState
from tenants.open_day import OpenArea, OpenDay, OpenDayState, Opinion, Organiser
from tenants.party.advisor import PartyAdvisor
from tenants.party.due import Due, DueKind, PartyDue
from tenants.party.membership import MembershipState, MemberType, PartyMembership
from tenants.party.organisation import (
    ELECTION_MONTHS,
    Formation,
    OrganisationKind,
    OrganisationState,
    PartyOrganisation,
    PublicPartyOrganisation,
    SecretarySource,
)
from tenants.party.privacy import ConsentPurpose, LegalBasis, PartyConsent, PartyFile, PartyPerson
from tenants.party.statistics import CommitteeComposition
from tenants.project import ContractKind, EndReason, Project, ProjectLead, ProjectStatus, ServiceContract
from tenants.sample.company import (
    Place,
    Plan,
    Rows,
    Say,
    between,
    brand_of,
    make,
    person,
    pick,
    shares,
    streets_of,
)
from tenants.scope import Database
from tenants.staff import Staff

ZAOZHUANG: Final = "3704"
JINAN: Final = "3701"
TOWNSHIP: Final = "340102100"
PINGSHAN: Final = "440310"

SINCE: Final = date(2023, 7, 1)
"""When the projects of these places began."""
ELIGIBLE_ON: Final = date(2022, 1, 1)
"""Since when Pingshan's estates may have an owners' committee."""
LEFT_ON: Final = date(2025, 12, 31)
"""The last day of the company that served the two estates nobody serves."""

COMPANIES, ESTATES, PROBLEMS, RECTIFIED = 250, 893, 1_420, 1_243
MEMBERS, ORGANISATIONS, ADVISORS = 557, 46, 172
LEADS, CLAIMS, DEVELOPED = 1_430, 1_850, 72
OPEN_DAYS: Final = {EstateKind.RESETTLEMENT: (14, 181), EstateKind.COMMERCIAL: (50, 445)}
BRANCHES_AND_GROUPS, WORKING_GROUPS = 31, 21
PINGSHAN_ESTATES, OWNER_SECRETARIES = 45, 25
COMMITTEES: Final = {
    CommitteeStatus.ESTABLISHED: 19,
    CommitteeStatus.PREPARING: 9,
    CommitteeStatus.ELIGIBLE_NOT_STARTED: 6,
    CommitteeStatus.NOT_ELIGIBLE: 11,
}

DEMO_COMPANIES, DEMO_ESTATES = 2, 16
"""How many of Zaozhuang's companies and estates are those that one signs in to; the first has an organisation."""
_DEVELOPING: Final = 24
"""Every so many of Jinan's companies developed members."""
_JINAN_COMPANIES, _TOWNSHIP_COMPANIES, _PINGSHAN_COMPANIES = 143, 8, 9

_PROBLEMS: Final = (
    *("电动车飞线充电", "消防通道被占用", "垃圾清运不及时", "绿化带毁绿种菜", "电梯困人"),
    *("路灯不亮", "地下车库渗水", "外墙瓷砖脱落", "私搭乱建", "污水井堵塞"),
)
_THEMES: Final = ("看得见的放心水", "走进消防控制室", "电梯维保全公开", "今天我当物业经理")
_SERVICES: Final = ("为老人检修水电", "助老助餐", "义务理发", "应急救护培训", "儿童暑期托管", "旧衣回收")
_OPINIONS: Final = ("希望延长开放时间", "建议公示维保记录", "希望增设充电桩", "建议加强夜间巡逻")

_CALLED: Final = {
    OrganisationKind.BRANCH: "党支部",
    OrganisationKind.GROUP: "党小组",
    OrganisationKind.WORKING_GROUP: "党的工作小组",
}

Left = Sequence[tuple[UUID, str, str]]
"""Estates that a company has left: id, name, path."""


async def load(database: Database, left: Left, say: Say) -> None:
    """Make what is missing of the four places."""
    counties = await streets_of(database)
    at = {county.path: (county, streets) for county, streets in counties}
    places = {
        "zaozhuang": (_zaozhuang([each for path, each in at.items() if path.startswith(ZAOZHUANG)]), COMPANIES - 2),
        "jinan": (_jinan([each for path, each in at.items() if path.startswith(JINAN)]), _JINAN_COMPANIES),
        "township": (_township(at[TOWNSHIP[:6]]), _TOWNSHIP_COMPANIES),
        "pingshan": (_pingshan(at[PINGSHAN]), _PINGSHAN_COMPANIES),
    }
    finish = {"zaozhuang": _zaozhuang_rows(left), "jinan": _jinan_rows, "township": _township_rows}
    for name, (plans, companies) in places.items():
        await make(database, name, plans, companies, more=finish.get(name, _pingshan_rows), say=say)


def nth(total: int, parts: int, number: int) -> int:
    """How much of a total falls to one of its parts, spread evenly."""
    return total * (number + 1) // parts - total * number // parts


# Zaozhuang


def _zaozhuang(counties: Sequence[tuple[Place, Sequence[Place]]]) -> Iterator[Plan]:
    random = Random("zaozhuang")
    companies = COMPANIES - DEMO_COMPANIES
    estates = ESTATES - DEMO_ESTATES - 2
    for number, share in enumerate(shares(estates, companies, random)):
        children = 3 + ceil(20 / share) if _organised(number) else 3
        yield _plan("枣庄", number, 100_000, pick(random, counties), share, random, children)


def _organised(number: int) -> bool:
    """Whether a company has a Party organisation; every fifth does, until there are enough."""
    return number % 5 == 0 and number // 5 < ORGANISATIONS - 1


def _zaozhuang_rows(left: Left) -> Any:
    random = Random("zaozhuang")
    found = shares(ESTATES - DEMO_ESTATES - 2, COMPANIES - DEMO_COMPANIES, random)
    first = [DEMO_ESTATES + sum(found[:number]) for number in range(len(found))]

    def more(rows: Rows, plan: Plan) -> None:
        if plan.number == len(found) - 1:
            _left(rows, left)
        issues(rows, rows.tables[Project], first[plan.number])
        if plan.number % 5:
            rows.add(CreditEnrolment, enrolled_on=date(2025, 3, 3), document="信用信息入库表（示例）")
        if _organised(plan.number):
            organisation(rows, plan, nth(MEMBERS, ORGANISATIONS, plan.number // 5))
        elif plan.number - min(plan.number // 5 + 1, ORGANISATIONS - 1) < ADVISORS:
            rows.add(
                PartyAdvisor,
                division_path=plan.county.path,
                advisor_name=person(Random(f"advisor/{plan.number}")),
                unit="街道党工委（示例）",
                since=date(2025, 3, 1),
            )

    return more


def _left(rows: Rows, left: Left) -> None:
    for estate_id, name, path in left:
        project_id = rows.add(
            Project,
            estate_id=estate_id,
            division_path=path,
            name=name,
            status=ProjectStatus.ENDED,
            started_on=SINCE,
            ended_on=LEFT_ON,
            end_reason=EndReason.EXPIRED,
        )
        days = {"starts_on": SINCE, "ends_on": LEFT_ON, "filed_on": SINCE}
        rows.add(ServiceContract, project_id=project_id, kind=ContractKind.NORMAL, **days)


def issues(rows: Rows, projects: Sequence[Mapping[str, Any]], first: int) -> None:
    """The problems found at these projects, of which the first is so far down the city's list."""
    for number, project in enumerate(projects, first):
        for at in range(PROBLEMS * number // ESTATES, PROBLEMS * (number + 1) // ESTATES):
            random = Random(f"problem/{at}")
            found_on = date(2025, 3, 1) + timedelta(between(random, 0, 240))
            closed = nth(RECTIFIED, PROBLEMS, at) == 1
            level = pick(random, (IssueLevel.ESTATE, IssueLevel.ESTATE, IssueLevel.GRID, IssueLevel.COMMUNITY))
            deadline = after_days(found_on, 3)
            rows.add(
                Issue,
                project_id=project["id"],
                estate_id=project["estate_id"],
                division_path=project["division_path"],
                title=pick(random, _PROBLEMS),
                source=IssueSource.INSPECTION,
                channel=IssueChannel.GRID,
                level=level,
                state=IssueState.CLOSED if closed else IssueState.IN_PROGRESS,
                found_on=found_on,
                due_on=deadline.on,
                provisional=deadline.provisional,
                answer="已整改完毕，并在小区公示" if closed else None,
                closed_on=found_on + timedelta(between(random, 1, 6)) if closed else None,
                closed_at_level=level if closed else None,
            )


def organisation(
    rows: Rows, plan: Plan, members: int, admitted_from: date = date(2012, 7, 1), superior_id: UUID | None = None
) -> UUID:
    """A company's branch with its members, whose files rest on their consent; gives the branch's id."""
    founded_on, term_ends_on = date(2024, 7, 1), date(2027, 7, 1)
    apart = (founded_on - admitted_from).days // (members + 1)
    organisation_id = rows.add(
        PartyOrganisation,
        division_path=plan.county.path,
        name=f"{plan.brand}物业党支部（示例）",
        kind=OrganisationKind.BRANCH,
        formation=Formation.SOLE,
        state=OrganisationState.ACTIVE,
        superior_id=superior_id,
        approved_on=founded_on,
        founded_on=founded_on,
        term_years=3,
        term_ends_on=term_ends_on,
        secretary_filled=True,
        secretary_source=SecretarySource.COMPANY,
        has_venue=plan.number % 2 == 0,
        formal_members=members,
    )
    here = [each for each in rows.tables[Staff] if each["left_on"] is None]
    for number, each in enumerate(here[:members], 1):
        admitted_on = admitted_from + timedelta(apart * number)
        file_id = party_file(rows, each["id"], number, ConsentPurpose.MEMBERSHIP, founded_on)
        rows.add(
            PartyMembership,
            file_id=file_id,
            organisation_id=organisation_id,
            type=MemberType.FULL,
            state=MembershipState.NORMAL,
            admitted_on=admitted_on,
            converted_on=add_months(admitted_on, 12) + timedelta(1),
            joined_on=founded_on,
        )
    due(rows, plan.county.path, Due(DueKind.ELECTION, organisation_id, term_ends_on, -ELECTION_MONTHS))
    return organisation_id


# Jinan


def _jinan(counties: Sequence[tuple[Place, Sequence[Place]]]) -> Iterator[Plan]:
    random = Random("jinan")
    for number in range(_JINAN_COMPANIES):
        children = 4 if number % _DEVELOPING == 0 else 3
        yield _plan("济南", number, 200_000, pick(random, counties), LEADS // _JINAN_COMPANIES, random, children)


def _jinan_rows(rows: Rows, plan: Plan) -> None:
    """Every lead arrived in 2025, registered with the community, and claimed a project or two under its agreement."""
    random = Random(f"jinan/{plan.number}")
    if plan.number % _DEVELOPING == 0:
        organisation(rows, plan, DEVELOPED // ceil(_JINAN_COMPANIES / _DEVELOPING), date(2024, 1, 5))
    projects = {project["id"]: project for project in rows.tables[Project]}
    agreements: dict[str, UUID] = {}
    streets = {street.path: street.id for street in plan.streets}
    for path, street_id in sorted(streets.items()):
        agreements[path] = rows.add(
            Agreement,
            division_id=street_id,
            division_path=path,
            year=2025,
            community_organisation="社区党组织（示例）",
            signatory="项目经理",
            signed_on=date(2025, 1, between(random, 6, 24)),
            document=f"共建〔2025〕{plan.number + 1}号（示例）",
            state=AgreementState.IN_PROGRESS,
        )
    for place, lead in enumerate(rows.tables[ProjectLead]):
        project = projects[lead["project_id"]]
        lead["arrived_on"] = arrived_on = date(2025, 2, 1) + timedelta(between(random, 0, 240))
        reported_on = arrived_on + timedelta(between(random, 1, 3))
        confirmed_on = reported_on + timedelta(between(random, 0, 5))
        rows.add(
            CheckIn,
            lead_id=lead["id"],
            project_id=project["id"],
            estate_id=project["estate_id"],
            division_path=project["division_path"],
            arrived_on=arrived_on,
            provisional=False,
            state=CheckInState.CONFIRMED,
            reported_on=reported_on,
            document="社区报到登记表（示例）",
            confirmed_on=confirmed_on,
        )
        number = plan.number * (LEADS // _JINAN_COMPANIES) + place
        for one in range(nth(CLAIMS, LEADS, number)):
            claimed_id = rows.add(
                ClaimedProject,
                agreement_id=agreements[project["division_path"]],
                project_id=project["id"],
                division_id=streets[project["division_path"]],
                division_path=project["division_path"],
                title=f"{_SERVICES[(number + one) % len(_SERVICES)]}（{project['name']}）",
                category="便民服务",
                beneficiaries=between(random, 20, 400),
                claimed_on=confirmed_on,
                due_on=date(2025, 12, 31),
                state=ClaimState.CONFIRMED,
                completed_on=date(2025, 11, 30),
                result="已完成",
                confirmed_on=date(2025, 12, 15),
            )
            rows.add(ClaimShare, claimed_project_id=claimed_id, lead_id=lead["id"])


# The township in Anhui


def _township(county: tuple[Place, Sequence[Place]]) -> Iterator[Plan]:
    random = Random("township")
    here = next(street for street in county[1] if street.path == TOWNSHIP)
    kinds = [kind for kind, (estates, _) in OPEN_DAYS.items() for _ in range(estates)]
    size = len(kinds) // _TOWNSHIP_COMPANIES
    for number in range(_TOWNSHIP_COMPANIES):
        mine = [{"kind": kind, "lifecycle": Lifecycle.DELIVERED} for kind in kinds[number * size : (number + 1) * size]]
        yield _plan("合肥", number, 300_000, (county[0], [here]), size, random, 4, mine)


def _township_rows(rows: Rows, plan: Plan) -> None:
    """Each estate's open days of 2024, and an organisation at most of the estates."""
    random = Random(f"township/{plan.number}")
    estates = rows.tables[Estate]
    for place, (estate, project) in enumerate(zip(estates, rows.tables[Project], strict=True)):
        number = plan.number * len(estates) + place
        resettled, _ = OPEN_DAYS[EstateKind.RESETTLEMENT]
        count, held = OPEN_DAYS[estate["kind"]]
        for _ in range(nth(held, count, number if estate["kind"] == EstateKind.RESETTLEMENT else number - resettled)):
            open_day(rows, random, project, date(2024, 1, 8) + timedelta(between(random, 0, 330)), answered=True)
        if number < BRANCHES_AND_GROUPS + WORKING_GROUPS:
            estate_organisation(rows, estate, *_township_kind(number))


def _township_kind(number: int) -> tuple[OrganisationKind, Formation]:
    if number >= BRANCHES_AND_GROUPS:
        return OrganisationKind.WORKING_GROUP, Formation.DISPATCHED
    kind = OrganisationKind.GROUP if number % 3 == 0 else OrganisationKind.BRANCH
    return kind, Formation.ADJACENT_JOINT if number % 2 else Formation.FUNCTIONAL


def open_day(rows: Rows, random: Random, project: Mapping[str, Any], held_on: date, *, answered: bool) -> None:
    """An open day that was held, with an opinion: answered, and the open day closed, or both still open."""
    starts_at = datetime.combine(held_on, time(1), UTC)
    attended, volunteers = between(random, 8, 60), between(random, 0, 8)
    open_day_id = rows.add(
        OpenDay,
        project_id=project["id"],
        estate_id=project["estate_id"],
        division_path=project["division_path"],
        theme=pick(random, _THEMES),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        meeting_place="物业服务中心门前",
        areas=[pick(random, tuple(OpenArea))],
        host="项目经理",
        organisers=[Organiser.COMPANY],
        state=OpenDayState.CLOSED if answered else OpenDayState.FEEDBACK_OPEN,
        published_on=held_on - timedelta(7),
        held_on=held_on,
        attended=attended,
        volunteers=volunteers,
        party_volunteers=volunteers // 2,
        closed_on=held_on + timedelta(10) if answered else None,
    )
    deadline = after_days(held_on, 15)
    rows.add(
        Opinion,
        open_day_id=open_day_id,
        estate_id=project["estate_id"],
        division_path=project["division_path"],
        category="服务",
        content=pick(random, _OPINIONS),
        satisfaction=between(random, 3, 5),
        received_on=held_on,
        answer_due_on=deadline.on,
        provisional=deadline.provisional,
        answer="已采纳，并在公告栏公示" if answered else None,
        answered_on=held_on + timedelta(between(random, 1, 10)) if answered else None,
    )


# Pingshan


def _pingshan(county: tuple[Place, Sequence[Place]]) -> Iterator[Plan]:
    random = Random("pingshan")
    statuses = [status for status, count in COMMITTEES.items() for _ in range(count)]
    size = PINGSHAN_ESTATES // _PINGSHAN_COMPANIES
    for number in range(_PINGSHAN_COMPANIES):
        mine = [
            {
                "kind": EstateKind.COMMERCIAL,
                "lifecycle": Lifecycle.DELIVERED,
                "committee_status": status,
                "committee_eligible_on": None if status == CommitteeStatus.NOT_ELIGIBLE else ELIGIBLE_ON,
            }
            for status in statuses[number * size : (number + 1) * size]
        ]
        yield _plan("坪山", number, 400_000, county, size, random, 4, mine)


def _pingshan_rows(rows: Rows, plan: Plan) -> None:
    """A branch at every estate, and how each owners' committee is composed: 8 chairs in the Party, 6 of them secretary
    too, six committees above half, 51% on average.
    """
    for place, estate in enumerate(rows.tables[Estate]):
        number = plan.number * len(rows.tables[Estate]) + place
        source = SecretarySource.OWNER if number < OWNER_SECRETARIES else SecretarySource.APPOINTED
        estate_organisation(rows, estate, OrganisationKind.BRANCH, Formation.SOLE, source, venue=number % 50 < 28)
        if estate["committee_status"] == CommitteeStatus.ESTABLISHED:
            members, party_members = (7, 5) if number < 6 else (5, 2) if number < 11 else (7, 3)
            elected_on = date(2024, 3, 1) + timedelta(10 * number)
            committee_id = rows.add(
                Committee,
                estate_id=estate["id"],
                division_path=estate["division_path"],
                kind=CommitteeKind.OC,
                members=members,
                formed_on=elected_on,
                term_ends_on=elected_on + timedelta(3 * 365),
                filed_on=elected_on + timedelta(20),
            )
            rows.add(
                CommitteeComposition,
                committee_id=committee_id,
                division_path=estate["division_path"],
                elected_on=elected_on,
                members=members,
                party_members=party_members,
                chair_in_party=number < 8,
                chair_is_secretary=number < 6,
            )


# What several places share


def _plan(
    city: str,
    number: int,
    offset: int,
    county: tuple[Place, Sequence[Place]],
    estates: int,
    random: Random,
    children: int,
    facts: Sequence[Mapping[str, Any]] = (),
) -> Plan:
    brand = brand_of(number * 4_099 + offset)
    return Plan(
        name=f"{city}{brand}物业服务有限公司（示例）",
        brand=brand,
        county=county[0],
        streets=[pick(random, county[1]) for _ in range(estates)],
        children=[children] * estates,
        number=number,
        since=SINCE,
        estates=facts,
    )


def party_file(rows: Rows, staff_id: UUID, number: int, purpose: ConsentPurpose, opened_on: date) -> UUID:
    """The file of a member of staff who consented to it; gives its id."""
    file_id = rows.add(PartyFile, number=f"示例{number:03}", legal_basis=LegalBasis.CONSENT, opened_on=opened_on)
    rows.add(PartyConsent, file_id=file_id, purpose=purpose, wording="示例告知书第 1 版", given_on=opened_on)
    rows.add(PartyPerson, file_id=file_id, staff_id=staff_id)
    return file_id


def due(rows: Rows, path: str, new: Due) -> None:
    """A period of Party work that runs, with its last day as the rules work it out."""
    rows.add(
        PartyDue,
        kind=new.kind,
        subject_id=new.subject_id,
        division_path=path,
        since=new.since,
        months=new.months,
        days=new.days,
        due_on=new.deadline.on,
        provisional=new.deadline.provisional,
        article=new.article,
    )


def estate_organisation(
    rows: Rows,
    estate: Mapping[str, Any],
    kind: OrganisationKind,
    formation: Formation,
    source: SecretarySource | None = None,
    *,
    venue: bool = False,
) -> None:
    """An organisation at an estate, in the registry."""
    branch = kind == OrganisationKind.BRANCH
    rows.add(
        PublicPartyOrganisation,
        division_path=estate["division_path"],
        estate_id=estate["id"],
        name=f"{estate['name']}{_CALLED[kind]}",
        kind=kind,
        formation=formation,
        state=OrganisationState.ACTIVE,
        approved_on=SINCE,
        founded_on=SINCE,
        term_years=5 if branch else None,
        term_ends_on=date(2028, 7, 1) if branch else None,
        secretary_filled=source is not None,
        secretary_source=source,
        has_venue=venue,
    )


__all__ = ["load"]
