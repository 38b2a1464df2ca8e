"""What waits for somebody at the companies of the demo that one signs in to, so that every role has work to do.

Both have their part of Zaozhuang's problems and open days whose opinions are not answered. The first has, too, an
open day to hold, check-ins and an agreement for the community to confirm, a branch that develops members, and an order
to put something right.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from tenants.agreement import Agreement, AgreementState, ClaimedProject, ClaimShare, ClaimState
from tenants.calendar import after_days
from tenants.check_in import CheckIn, CheckInState
from tenants.division import DivisionLevel
from tenants.issue import Issue, IssueChannel, IssueLevel, IssueSource, IssueState
from tenants.open_day import OpenArea, OpenDay, OpenDayBatch, OpenDayState
from tenants.party.activity import ActivityKind, PartyActivity
from tenants.party.development import (
    RULES,
    CaseReview,
    CaseState,
    CaseStep,
    CaseSupporter,
    DevelopmentCase,
    SupporterRole,
    version_on,
)
from tenants.party.development import DevelopmentStep as S
from tenants.party.development.steps import REVIEW_MONTHS
from tenants.party.due import Due, DueKind
from tenants.party.membership import PartyMembership
from tenants.party.privacy import ConsentPurpose
from tenants.party.quota import DevelopmentQuota
from tenants.project import Project, ProjectLead
from tenants.rectification import RectificationItem, RectificationOrder
from tenants.sample import published
from tenants.sample.company import TODAY, Plan, Rows, between
from tenants.staff import Staff

CHECK_IN_DAYS: Final = 5
"""The days to check in that the demo sets in the district of the company's first community."""
CHECK_IN_SINCE: Final = date(2025, 1, 1)

_REQUIREMENTS: Final = (("清理楼道堆放的杂物", "已清理并张贴提示"), ("公示上半年公共收益", None))
"""What is to be put right, and what the company says it did."""


def enliven(rows: Rows, plan: Plan, committee_id: UUID) -> None:
    """What happens at a company of the demo; its branch stands under a committee of the registry."""
    if plan.number >= published.DEMO_COMPANIES:
        return
    projects = rows.tables[Project]
    published.issues(rows, projects, plan.number * len(projects))
    random = Random(f"enliven/{plan.number}")
    for project in projects:
        published.open_day(rows, random, project, TODAY - timedelta(between(random, 3, 20)), answered=False)
    if plan.number == 0:
        _called_in(rows, projects[0])
        _announced(rows, projects[0])
        _check_ins(rows)
        _agreements(rows, plan)
        _party(rows, plan, committee_id)
        _to_put_right(rows, plan, projects[0])


def _called_in(rows: Rows, project: dict[str, Any]) -> None:
    """An issue that the front desk took a call about."""
    deadline = after_days(TODAY, 3)
    rows.add(
        Issue,
        **_at(project),
        title="3号楼电梯异响",
        source=IssueSource.RESIDENT,
        channel=IssueChannel.PHONE,
        level=IssueLevel.ESTATE,
        state=IssueState.FOUND,
        found_on=TODAY,
        due_on=deadline.on,
        provisional=deadline.provisional,
    )


def _announced(rows: Rows, project: dict[str, Any]) -> None:
    """An open day that is published, for two batches of visitors."""
    starts_at = datetime.combine(TODAY + timedelta(11), time(1), UTC)
    open_day_id = rows.add(
        OpenDay,
        **_at(project),
        theme="走进泵房与消防控制室",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        meeting_place="物业服务中心门前",
        areas=[OpenArea.PUMP_ROOM, OpenArea.FIRE_PUMP_ROOM, OpenArea.MONITORING_ROOM],
        host="项目经理",
        state=OpenDayState.PUBLISHED,
        published_on=TODAY,
    )
    for number, registered in enumerate((12, 5)):
        rows.add(
            OpenDayBatch,
            open_day_id=open_day_id,
            starts_at=starts_at + timedelta(hours=number),
            capacity=20,
            registered=registered,
        )


def _check_ins(rows: Rows) -> None:
    """Every lead's: the first is reported and waits for its community, the second is still to be reported."""
    for place, project in enumerate(rows.tables[Project]):
        leads = [lead for lead in rows.tables[ProjectLead] if lead["project_id"] == project["id"]]
        now = leads[-1]
        if place < 2:
            for before in leads[:-1]:
                before["left_on"] = TODAY - timedelta(4)
            now["arrived_on"] = TODAY - timedelta(4)
        arrived_on = now["arrived_on"]
        days = CHECK_IN_DAYS if arrived_on >= CHECK_IN_SINCE else None
        deadline = days and after_days(arrived_on, days)
        reported_on = None if place == 1 else arrived_on + timedelta(2)
        state = (CheckInState.REPORTED, CheckInState.PENDING)[place] if place < 2 else CheckInState.CONFIRMED
        rows.add(
            CheckIn,
            **_at(project),
            lead_id=now["id"],
            arrived_on=arrived_on,
            days=days,
            deadline_on=deadline and deadline.on,
            provisional=bool(deadline and deadline.provisional),
            state=state,
            reported_on=reported_on,
            document=reported_on and "社区报到登记表（示例）",
            confirmed_on=arrived_on + timedelta(6) if state == CheckInState.CONFIRMED else None,
        )


def _agreements(rows: Rows, plan: Plan) -> None:
    """With the first community one under which a project is done and another claimed; with the next one nothing yet."""
    projects = rows.tables[Project]
    for place, state in enumerate((AgreementState.IN_PROGRESS, AgreementState.SIGNED)):
        street = plan.streets[place]
        agreement_id = rows.add(
            Agreement,
            division_id=street.id,
            division_path=street.path,
            year=TODAY.year,
            community_organisation="社区党组织（示例）",
            signatory="项目经理",
            signed_on=date(TODAY.year, 1, 20),
            document=f"共建〔{TODAY.year}〕{place + 1}号（示例）",
            state=state,
        )
        if state == AgreementState.SIGNED:
            return
        here = [project["id"] for project in projects if project["division_path"] == street.path]
        for title, claim in (("为老人检修水电", ClaimState.COMPLETED), ("应急救护培训", ClaimState.CLAIMED)):
            done = claim == ClaimState.COMPLETED
            claimed_id = rows.add(
                ClaimedProject,
                agreement_id=agreement_id,
                project_id=projects[place]["id"],
                division_id=street.id,
                division_path=street.path,
                title=title,
                category="便民服务",
                beneficiaries=60,
                claimed_on=date(TODAY.year, 3, 2),
                due_on=date(TODAY.year, 12, 31),
                state=claim,
                completed_on=TODAY - timedelta(10) if done else None,
                result="为 58 户检修水电" if done else None,
            )
            for lead in rows.tables[ProjectLead]:
                if lead["project_id"] in here and lead["left_on"] is None:
                    rows.add(ClaimShare, claimed_project_id=claimed_id, lead_id=lead["id"])


def _party(rows: Rows, plan: Plan, committee_id: UUID) -> None:
    """A branch of thirteen members, an applicant to talk with and an activist to review, and a plan for the year."""
    last = published.ORGANISATIONS - 1
    members = published.nth(published.MEMBERS, published.ORGANISATIONS, last)
    branch_id = published.organisation(rows, plan, members, superior_id=committee_id)
    others = [each["id"] for each in rows.tables[Staff] if each["left_on"] is None][members:]
    applied_on = date(2026, 6, 15)
    _case(rows, plan, branch_id, (others[0], members + 1), CaseState.APPLIED, {S.APPLY: applied_on})
    steps = {
        S.APPLY: date(2025, 5, 12),
        S.TALK: date(2025, 6, 3),
        S.RECOMMEND: date(2025, 7, 15),
        S.RECORD_ACTIVIST: date(2025, 7, 28),
        S.ASSIGN_CONTACTS: date(2025, 8, 4),
    }
    activist_id = _case(rows, plan, branch_id, (others[1], members + 2), CaseState.ACTIVIST, steps)
    for contact in rows.tables[PartyMembership][:2]:
        rows.add(
            CaseSupporter,
            case_id=activist_id,
            role=SupporterRole.CONTACT,
            file_id=contact["file_id"],
            since=steps[S.ASSIGN_CONTACTS],
        )
    reviewed_on = date(2026, 1, 12)
    rows.add(CaseReview, case_id=activist_id, reviewed_on=reviewed_on, document="考察记录 2026-1（示例）")
    review = Due(DueKind.CULTIVATION_REVIEW, activist_id, reviewed_on, REVIEW_MONTHS, article="11")
    published.due(rows, plan.county.path, review)
    rows.add(
        PartyActivity,
        organisation_id=branch_id,
        kind=ActivityKind.PARTY_DAY,
        title="主题党日：小区楼道清理",
        held_on=TODAY - timedelta(25),
        due=members,
        attended=members - 2,
        joint_with=["公园社区党总支（示例）"],
    )
    rows.add(DevelopmentQuota, division_path=plan.county.path, year=TODAY.year, planned=2, document="计划（示例）")


def _case(
    rows: Rows, plan: Plan, branch_id: UUID, whose: tuple[UUID, int], state: CaseState, steps: dict[S, date]
) -> UUID:
    """The case of a member of staff, with its file, the steps taken so far and what is due by the rules; gives its
    id.
    """
    applied_on = steps[S.APPLY]
    rules = RULES[version_on(applied_on)]
    case_id = rows.add(
        DevelopmentCase,
        file_id=published.party_file(rows, *whose, ConsentPurpose.DEVELOPMENT, applied_on),
        organisation_id=branch_id,
        rule_version=version_on(applied_on),
        state=state,
        applied_on=applied_on,
    )
    for step, done_on in steps.items():
        rows.add(
            CaseStep,
            case_id=case_id,
            step=step,
            done_on=done_on,
            decision=rules[step].decision,
            document="会议记录（示例）" if rules[step].documented else None,
        )
    for rule in rules.values():
        if rule.limit is not None and rule.limit.since in steps and rule.step not in steps:
            period = Due(rule.limit.kind, case_id, steps[rule.limit.since], rule.limit.months, article=rule.article)
            published.due(rows, plan.county.path, period)
    return case_id


def _to_put_right(rows: Rows, plan: Plan, project: dict[str, Any]) -> None:
    """An order of the street above the first community, with one item that is answered and one that is not."""
    place = {"division_id": plan.streets[0].id, "division_path": plan.streets[0].path}
    due_on = TODAY + timedelta(3)
    order_id = rows.add(
        RectificationOrder,
        **place,
        project_id=project["id"],
        issuer="中心街街道办事处（示例）",
        level=DivisionLevel.STREET,
        basis=f"整改通知书〔{TODAY.year}〕3号（示例）",
        issued_on=TODAY - timedelta(7),
        due_on=due_on,
    )
    for number, (requirement, done) in enumerate(_REQUIREMENTS, 1):
        rows.add(
            RectificationItem,
            **place,
            order_id=order_id,
            place=number,
            requirement=requirement,
            due_on=due_on,
            done=done,
            evidence=done and "整改前后照片（示例）",
            answered_on=TODAY - timedelta(2) if done else None,
        )


def _at(project: dict[str, Any]) -> dict[str, Any]:
    return {
        "project_id": project["id"],
        "estate_id": project["estate_id"],
        "division_path": project["division_path"],
    }
