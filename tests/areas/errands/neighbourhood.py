"""Errands of settings, check-ins, agreements, issues and open days."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tenants import agreement, check_in, issue, open_day, open_day_photo, project, setting
from tenants.agreement import ClaimedProject, NewAgreement, NewClaim
from tenants.check_in import CheckIn
from tenants.issue import Issue, IssueChannel, IssueSource, IssueState, NewCategory, NewIssue
from tenants.open_day import NewBatch, NewOpenDay, NewOpinion, OpenArea, OpenDay, Opinion
from tenants.open_day_photo import NewPhoto
from tenants.project import Project
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.errands.registry import Input, errand
from tests.areas.town import STREET, Firm, Town

MORNING = datetime(2025, 9, 20, 1, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)
HELD = date(2025, 9, 20)


def _at(prefix: str, row: Any) -> Input:
    return {"id": f"{prefix}_{row.id}", "version": row.version}


async def _served(town: Town) -> tuple[Firm, Project]:
    firm = await town.company()
    return firm, await town.project(firm)


# Settings


_numbers = itertools.count()


async def _county(town: Town) -> str:
    """A county where nothing is set yet."""
    found: str = await town.administrator.fetchval(
        "SELECT path FROM division WHERE level = 'COUNTY' ORDER BY path OFFSET $1 LIMIT 1", next(_numbers)
    )
    return found


@errand
async def put_division_setting(town: Town) -> tuple[Principal, Input]:
    county = await _county(town)
    given = {"divisionCode": county, "key": "ISSUE_DAYS", "value": "7", "basis": "建〔2024〕1号"}
    return await town.regulator(county), given | {"validFrom": "2024-01-01"}


@errand
async def end_division_setting(town: Town) -> tuple[Principal, Input]:
    county = await _county(town)
    regulator = await town.regulator(county)
    new = NewSetting(
        division_code=county, key=SettingKey.ISSUE_DAYS, value="7", valid_from=date(2024, 1, 1), basis="建〔2024〕1号"
    )
    row = await town.do(regulator, setting.put, new)
    return regulator, _at("set", row) | {"validTo": "2024-07-01"}


# Check-ins


async def _arrived(town: Town) -> tuple[Firm, CheckIn]:
    firm, begun = await _served(town)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, 1, person.id, date(2025, 3, 3), False)
    row = await town.administrator.fetchrow("SELECT * FROM check_in WHERE project_id = $1", begun.id)
    assert row is not None
    return firm, CheckIn(**dict(row.items()))


@errand
async def report_check_in(town: Town) -> tuple[Principal, Input]:
    firm, row = await _arrived(town)
    return firm.admin, _at("chk", row) | {"reportedOn": "2025-03-05", "document": "报到表 1 号", "lateReason": "出差"}


@errand
async def report_to_community(town: Town) -> tuple[Principal, Input]:
    firm, row = await _arrived(town)
    return firm.admin, {"projectId": f"prj_{row.project_id}", "day": "2025-04-01", "document": "月报〔2025〕4号"}


@errand
async def confirm_check_in(town: Town) -> tuple[Principal, Input]:
    firm, row = await _arrived(town)
    done = await town.do(firm.admin, check_in.report, row.id, 1, date(2025, 3, 5), None, "出差")
    return await town.regulator(STREET), _at("chk", done) | {"confirmedOn": "2025-03-06"}


# Agreements


def _signing(year: int) -> NewAgreement:
    return NewAgreement(
        division_code=STREET,
        year=year,
        community_organisation="社区党委",
        signatory="项目经理",
        signed_on=date(2026, 1, 15),
        document="共建〔2026〕1号",
    )


async def _claimed(town: Town) -> tuple[Firm, ClaimedProject]:
    firm, _ = await _served(town)
    signed = await town.do(firm.admin, agreement.sign, _signing(2026))
    claim = NewClaim(
        agreement_id=signed.id,
        title="检修水电",
        category="便民",
        due_on=date(2026, 6, 30),
        claimed_on=date(2026, 1, 15),
    )
    return firm, await town.do(firm.admin, agreement.claim, claim)


@errand
async def sign_agreement(town: Town) -> tuple[Principal, Input]:
    firm, _ = await _served(town)
    return firm.admin, {
        "divisionCode": STREET,
        "year": 2026,
        "communityOrganisation": "社区党委",
        "signatory": "项目经理",
        "signedOn": "2026-01-15",
        "document": "共建〔2026〕1号",
    }


@errand
async def claim_project(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, 1, person.id, date(2025, 3, 3), False)
    lead = await town.administrator.fetchval("SELECT id FROM project_lead WHERE project_id = $1", begun.id)
    signed = await town.do(firm.admin, agreement.sign, _signing(2026))
    return firm.admin, {
        "agreementId": f"agr_{signed.id}",
        "title": "检修水电",
        "category": "便民",
        "dueOn": "2026-12-30",
        "claimedOn": "2026-02-01",
        "projectId": f"prj_{begun.id}",
        "leadIds": [f"led_{lead}"],
    }


@errand
async def start_claimed_project(town: Town) -> tuple[Principal, Input]:
    firm, row = await _claimed(town)
    return firm.admin, _at("clp", row)


@errand
async def complete_claimed_project(town: Town) -> tuple[Principal, Input]:
    firm, row = await _claimed(town)
    return firm.admin, _at("clp", row) | {"completedOn": "2026-05-01", "result": "检修 42 户"}


@errand
async def drop_claimed_project(town: Town) -> tuple[Principal, Input]:
    firm, row = await _claimed(town)
    return firm.admin, _at("clp", row) | {"reason": "场地变更"}


@errand
async def confirm_claimed_project(town: Town) -> tuple[Principal, Input]:
    firm, row = await _claimed(town)
    done = await town.do(firm.admin, agreement.complete_claim, row.id, 1, date(2026, 5, 1), "检修 42 户")
    return await town.regulator(STREET), _at("clp", done) | {"confirmedOn": "2026-05-02"}


@errand
async def review_agreement(town: Town) -> tuple[Principal, Input]:
    firm, row = await _claimed(town)
    street = await town.regulator(STREET)
    done = await town.do(firm.admin, agreement.complete_claim, row.id, 1, date(2026, 5, 1), "检修 42 户")
    await town.do(street, agreement.confirm_claim, row.id, done.version, date(2026, 5, 2))
    return street, {
        "id": f"agr_{row.agreement_id}",
        "version": (await town.row("agreement", row.agreement_id))["version"],
        "review": "居民满意",
        "reviewedOn": "2026-11-01",
    }


# Issues


async def _found(town: Town, *states: IssueState) -> tuple[Firm, Issue]:
    firm, begun = await _served(town)
    new = NewIssue(
        estate_id=begun.estate_id,
        title="地下车库渗水",
        source=IssueSource.PATROL,
        channel=IssueChannel.GRID,
        found_on=date(2025, 3, 3),
    )
    row = await town.do(firm.admin, issue.record_issue, new)
    for state in states:
        answer = "已修复" if state == IssueState.FEEDBACK else None
        row = await town.do(firm.admin, issue.advance, row.id, row.version, state, answer=answer)
    return firm, row


_ANSWERED = (IssueState.REPORTED, IssueState.ASSIGNED, IssueState.IN_PROGRESS, IssueState.FEEDBACK)


async def _closed(town: Town) -> tuple[Firm, Issue]:
    firm, row = await _found(town, *_ANSWERED)
    return firm, await town.do(firm.admin, issue.close, row.id, row.version, date(2025, 3, 5))


def _leak(begun: Project) -> Input:
    return {
        "estateId": f"est_{begun.estate_id}",
        "title": "地下车库渗水",
        "source": "PATROL",
        "channel": "GRID",
        "foundOn": "2025-03-03",
        "detail": "雨后积水",
        "coHandlers": ["住建局"],
    }


@errand
async def create_issue(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    return firm.admin, _leak(begun)


@errand
async def raise_issue(town: Town) -> tuple[Principal, Input]:
    _, begun = await _served(town)
    return await town.regulator(STREET), _leak(begun)


@errand
async def update_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _found(town)
    return firm.admin, _at("iss", row) | {"title": "车库渗水", "coHandlers": ["城管中队"]}


@errand
async def advance_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _found(town)
    return firm.admin, _at("iss", row) | {"state": "REPORTED"}


@errand
async def close_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _found(town, *_ANSWERED)
    return firm.admin, _at("iss", row) | {"closedOn": "2025-03-05"}


@errand
async def evaluate_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _closed(town)
    return firm.admin, _at("iss", row) | {"satisfaction": 5}


@errand
async def reopen_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _closed(town)
    return firm.admin, _at("iss", row) | {"reason": "又漏了"}


@errand
async def escalate_issue(town: Town) -> tuple[Principal, Input]:
    firm, row = await _found(town, IssueState.REPORTED)
    return firm.admin, _at("iss", row) | {"level": "COMMUNITY", "reason": "涉及市政管网"}


@errand
async def supervise_issue(town: Town) -> tuple[Principal, Input]:
    _, row = await _found(town)
    return await town.regulator(STREET), _at("iss", row)


@errand
async def create_issue_category(town: Town) -> tuple[Principal, Input]:
    count = await town.administrator.fetchval("SELECT count(*) FROM issue_category")
    return await town.regulator(STREET), {"divisionCode": STREET, "code": f"C{count}", "name": "设施设备"}


@errand
async def update_issue_category(town: Town) -> tuple[Principal, Input]:
    street = await town.regulator(STREET)
    count = await town.administrator.fetchval("SELECT count(*) FROM issue_category")
    new = NewCategory(division_code=STREET, code=f"U{count}", name="设施")
    row = await town.do(street, issue.add_category, new)
    return street, _at("cat", row) | {"name": "设施设备", "beyondEstate": True}


# Open days


async def _drafted(town: Town) -> tuple[Firm, OpenDay]:
    firm, begun = await _served(town)
    new = NewOpenDay(
        project_id=begun.id,
        theme="看得见的放心水",
        starts_at=MORNING,
        ends_at=NOON,
        meeting_place="物业服务中心门前",
        host="项目经理",
        areas=[OpenArea.PUMP_ROOM],
        batches=[NewBatch(starts_at=MORNING, capacity=30)],
    )
    return firm, await town.do(firm.admin, open_day.draft, new)


async def _published(town: Town) -> tuple[Firm, OpenDay]:
    firm, row = await _drafted(town)
    return firm, await town.do(firm.admin, open_day.publish, row.id, 1, HELD - timedelta(days=10))


async def _held(town: Town) -> tuple[Firm, OpenDay]:
    firm, row = await _published(town)
    return firm, await town.do(firm.admin, open_day.hold, row.id, 2, HELD, 42)


async def _said(town: Town) -> tuple[Firm, Opinion]:
    firm, row = await _held(town)
    new = NewOpinion(open_day_id=row.id, content="灯不亮", received_on=HELD)
    return firm, await town.do(firm.admin, open_day.collect, new)


@errand
async def create_open_day(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    return firm.admin, {
        "projectId": f"prj_{begun.id}",
        "theme": "看得见的放心水",
        "startsAt": MORNING.isoformat(),
        "endsAt": NOON.isoformat(),
        "meetingPlace": "物业服务中心门前",
        "host": "项目经理",
        "areas": ["PUMP_ROOM"],
        "batches": [{"startsAt": MORNING.isoformat(), "capacity": 30}],
    }


@errand
async def update_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _drafted(town)
    batch = {"startsAt": MORNING.isoformat(), "capacity": 20}
    return firm.admin, _at("opd", row) | {"theme": "安全用电", "organisers": ["STREET"], "batches": [batch]}


@errand
async def publish_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _drafted(town)
    return firm.admin, _at("opd", row) | {"publishedOn": "2025-09-01"}


@errand
async def postpone_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    week = timedelta(days=7)
    later = {"startsAt": (MORNING + week).isoformat(), "endsAt": (NOON + week).isoformat(), "reason": "台风"}
    return firm.admin, _at("opd", row) | later


@errand
async def cancel_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    return firm.admin, _at("opd", row) | {"reason": "停水检修"}


@errand
async def register_visitors(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    batch = await town.administrator.fetchval("SELECT id FROM open_day_batch WHERE open_day_id = $1", row.id)
    return firm.admin, {"id": f"opb_{batch}", "version": 1, "registered": 10}


@errand
async def count_visitors(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    batch = await town.administrator.fetchval("SELECT id FROM open_day_batch WHERE open_day_id = $1", row.id)
    return firm.admin, {"id": f"opb_{batch}", "version": 1, "attended": 28}


@errand
async def hold_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    return firm.admin, _at("opd", row) | {"heldOn": HELD.isoformat(), "attended": 42, "volunteers": 6}


@errand
async def close_open_day(town: Town) -> tuple[Principal, Input]:
    firm, row = await _held(town)
    return firm.admin, _at("opd", row) | {"noOpinions": True, "closedOn": today().isoformat()}


@errand
async def create_opinion(town: Town) -> tuple[Principal, Input]:
    firm, row = await _held(town)
    return firm.admin, {"openDayId": f"opd_{row.id}", "content": "灯不亮", "receivedOn": HELD.isoformat()}


@errand
async def answer_opinion(town: Town) -> tuple[Principal, Input]:
    firm, row = await _said(town)
    return firm.admin, _at("opn", row) | {"answer": "已更换", "answeredOn": HELD.isoformat()}


@errand
async def convert_opinion(town: Town) -> tuple[Principal, Input]:
    firm, row = await _said(town)
    return firm.admin, _at("opn", row) | {"title": "楼道灯不亮"}


@errand
async def remove_photo(town: Town) -> tuple[Principal, Input]:
    firm, row = await _published(town)
    file = open_day_photo.new_file(firm.id)
    new = NewPhoto(open_day_id=row.id, file=file, sha256="0" * 64, width=640, height=480, size=9_000)
    photo, _ = await town.do(firm.admin, open_day_photo.add, new)
    return firm.admin, {"id": f"oph_{photo.id}"}
