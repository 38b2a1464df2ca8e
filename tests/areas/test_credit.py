"""A credit record goes through due process: noticed, objected to, decided by another than who drafted it, repaired."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import project, setting
from tenants.calendar import add_months, after_working_days
from tenants.credit import notice, objection, repair
from tenants.credit.record import (
    CreditSeverity,
    CreditState,
    CreditSubject,
    ObjectionOutcome,
    RepairOutcome,
)
from tenants.errors import Code
from tenants.permission import COMPANY_ROLES, CompanyRole, RegulatorRole
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.credit import CITY, DAY, Bureau, new, publish, scheme
from tests.areas.town import OTHER_CITY_STREET, OTHER_DISTRICT_STREET, STREET, Firm, Town
from tests.reads.asking import Asker


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau, and its schemes for companies and project leads."""
    for subject in CreditSubject:
        await publish(town, CITY, scheme(subject))
    return await Bureau.of(town)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company registered in the city."""
    return await town.company()


async def test_from_draft_to_force(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The notice says what the published forms say; the days run in working days from the day after it was served."""
    served = today() - 20 * DAY
    ago = today() - 21 * DAY
    row = await bureau.notified(firm, served, occurred_on=ago, decided_on=ago, rectify_days=15, objection_days=7)
    assert (row.state, row.points, row.handler, row.article) == ("NOTIFIED", Decimal(-5), "孙悦", "附件三第1项")
    assert (row.notified_on, row.object_by) == (served, after_working_days(served, 7).on)
    assert row.rectify_by is not None
    done = await town.do(bureau.publisher, notice.take_effect, row.id, row.version)
    assert (done.state, done.effective_on, done.valid_to) == ("EFFECTIVE", today(), add_months(ago, 12))
    assert await town.journal(firm) == [
        ("company_member", "created"),
        ("company", "enrolled"),
        ("credit_record", "drafted"),
        ("credit_record", "notified"),
        ("credit_record", "effective"),
        ("credit_score", "changed"),
    ]
    entry = await town.administrator.fetchrow(
        "SELECT * FROM audit_entry WHERE tenant_id = $1 AND action = 'effective'", firm.id
    )
    assert entry is not None
    assert (entry["actor_kind"], entry["actor_id"]) == ("regulator", bureau.publisher.actor_id)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"basis": " "}, (Code.CREDIT_BASIS_REQUIRED, "basis")),
        ({"occurred_on": today() + DAY, "decided_on": today() + DAY}, (Code.DATE_IN_FUTURE, "occurredOn")),
        ({"decided_on": today() + DAY}, (Code.DATE_IN_FUTURE, "decidedOn")),
        ({"decided_on": today() - 9 * DAY}, (Code.DATE_OUT_OF_ORDER, "decidedOn")),
        ({"facts": ""}, (Code.EMPTY, "facts")),
        ({"objection_days": 0}, (Code.CREDIT_DAYS, "objectionDays")),
        ({"severity": None}, (Code.CREDIT_SEVERITY_REQUIRED, "severity")),
        ({"item": "G1", "level": "CITY"}, (Code.CREDIT_SEVERITY_UNWANTED, "severity")),
        ({"item": "X9"}, (Code.SCORE_INDICATOR_UNKNOWN, "item")),
        ({"item": "G1", "level": "MOON"}, (Code.SCORE_LEVEL_UNKNOWN, "level")),
        ({"item": "D2"}, (Code.SCORE_POINTS_REQUIRED, "points")),
        ({"points": Decimal(-7)}, (Code.SCORE_OUT_OF_RANGE, "points")),
        ({"subject": CreditSubject.PROJECT_LEAD}, (Code.CREDIT_PROJECT_REQUIRED, "projectId")),
        (
            {"occurred_on": date(2022, 8, 1), "decided_on": date(2022, 8, 1)},
            (Code.CREDIT_TERM_OVER, "decidedOn"),
        ),
        (
            {"occurred_on": date(2020, 8, 1), "decided_on": date(2020, 8, 1)},
            (Code.CREDIT_SCHEME_MISSING, "decidedOn"),
        ),
    ],
)
async def test_a_draft_names_its_grounds(
    town: Town, bureau: Bureau, firm: Firm, more: dict[str, Any], problem: tuple[Code, str]
) -> None:
    """Without a basis, with a future date, for an item or points the scheme does not give: refused, nothing kept."""
    assert problem in await town.refused(bureau.assessor, notice.draft, new(firm, **more))
    assert await town.administrator.fetchval("SELECT count(*) FROM credit_record WHERE tenant_id = $1", firm.id) == 0


async def test_points_are_those_of_the_day_of_decision(town: Town, firm: Firm) -> None:
    """A decision of the older version's day gets the older points, however late it is drafted."""
    county = "370402"
    older = scheme(valid_from="2024-01-01", valid_to="2026-01-01")
    newer = scheme(valid_from="2026-01-01")
    await publish(town, county, older, {"D1": -3})
    await publish(town, county, newer, {"D1": -8})
    district = await Bureau.of(town, county)
    begun = await town.project(firm, at=STREET)
    on = date(2025, 12, 31)
    serious = {"severity": CreditSeverity.SERIOUS, "project_id": begun.id}
    before = await district.draft(firm, occurred_on=on, decided_on=on, **serious)
    after = await district.draft(firm, occurred_on=on, decided_on=on + DAY, **serious)
    assert (before.points, after.points) == (Decimal(-3), Decimal(-8))


async def test_whoever_drafts_does_not_decide(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Four eyes at every decision: a publisher may draft, and then another decides. Streets only draft."""
    row = await town.do(bureau.publisher, notice.draft, new(firm))
    own = await town.refused(bureau.publisher, notice.notify, row.id, 1, today(), "孙悦")
    assert own == [(Code.FOUR_EYES, "id")]
    begun = await town.project(firm, at=STREET)
    street = await Bureau.of(town, STREET)
    drafted = await street.draft(firm, project_id=begun.id)
    low = await town.refused(street.publisher, notice.notify, drafted.id, 1, today(), "孙悦")
    assert low == [(Code.CREDIT_COUNTY_DECIDES, "id")]
    noticed = await town.do(bureau.publisher, notice.notify, drafted.id, 1, today(), "孙悦")
    assert noticed.state == CreditState.NOTIFIED


async def test_a_regulator_outside_its_division_finds_nothing(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Neither the company nor its project nor its record is there for another division's regulator."""
    begun = await town.project(firm, at=STREET)
    row = await bureau.draft(firm, project_id=begun.id)
    for at in (OTHER_CITY_STREET[:4], OTHER_DISTRICT_STREET[:6]):
        other = await Bureau.of(town, at)
        assert await town.refused(other.assessor, notice.draft, new(firm, project_id=begun.id)) in (
            [(Code.NOT_FOUND, "companyId")],
            [(Code.NOT_FOUND, "projectId")],
        )
        revoking = await town.refused(other.publisher, notice.revoke, row.id, 1, "重复")
        assert revoking == [(Code.NOT_FOUND, "id")]


async def test_a_company_that_left_answers_for_what_it_did(town: Town, bureau: Bureau) -> None:
    """After its last project in the city ended a record is drafted, notified and put into force, of the company and
    about the project, and revoked.
    """
    firm, project_id = await town.gone()
    for of in (None, project_id):
        row = await bureau.effective(firm, project_id=of)
        assert row.state == CreditState.EFFECTIVE
        row = await town.do(bureau.publisher, notice.revoke, row.id, row.version, "依据被撤销")
        assert row.state == CreditState.REVOKED


async def test_a_bad_record_needs_its_notice(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Nothing bad takes effect unannounced or while it can be objected to; good information does at once."""
    bad = await bureau.draft(firm)
    unannounced = await town.refused(bureau.publisher, notice.take_effect, bad.id, 1)
    assert unannounced == [(Code.CREDIT_NOTICE_REQUIRED, "id")]
    noticed = await town.do(bureau.publisher, notice.notify, bad.id, 1, today(), "孙悦")
    assert await town.refused(bureau.publisher, notice.take_effect, bad.id, 2) == [(Code.CREDIT_OBJECTION_OPEN, "id")]
    assert noticed.object_by is not None
    last = noticed.object_by
    on_it = await town.refused(bureau.publisher, notice.take_effect, bad.id, 2, on=last)
    assert on_it == [(Code.CREDIT_OBJECTION_OPEN, "id")]
    assert (await town.do(bureau.publisher, notice.take_effect, bad.id, 2, on=last + DAY)).state == "EFFECTIVE"
    good = await bureau.draft(firm, item="G1", level="CITY", severity=None)
    done = await town.do(bureau.publisher, notice.take_effect, good.id, 1)
    assert (done.points, done.valid_to) == (Decimal(5), add_months(today(), 24))


async def test_an_objection_within_its_days(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The last day is in time, the next is late; an undecided objection keeps the record from taking effect."""
    ago = today() - 60 * DAY
    row = await bureau.notified(firm, ago, occurred_on=ago, decided_on=ago)
    assert await town.refused(firm.admin, objection.object_to, row.id, row.version, "已公示") == [
        (Code.CREDIT_OBJECTION_LATE, "id")
    ]
    row = await bureau.notified(firm)
    assert row.object_by is not None
    last = row.object_by
    late = await town.refused(firm.admin, objection.object_to, row.id, row.version, "已公示", on=last + DAY)
    assert late == [(Code.CREDIT_OBJECTION_LATE, "id")]
    assert await town.refused(firm.admin, objection.object_to, row.id, row.version, " ", on=last) == [
        (Code.EMPTY, "grounds")
    ]
    lodged = await town.do(firm.admin, objection.object_to, row.id, row.version, "已公示，见照片", on=last)
    assert (lodged.state, lodged.objection_decide_by) == ("OBJECTED", after_working_days(last, 3).on)
    undecided = await town.refused(bureau.publisher, notice.take_effect, row.id, lodged.version, on=last + 90 * DAY)
    assert undecided == [(Code.CREDIT_OBJECTION_UNDECIDED, "id")]


@pytest.mark.parametrize("outcome", list(ObjectionOutcome))
async def test_an_objection_is_decided(town: Town, bureau: Bureau, firm: Firm, outcome: ObjectionOutcome) -> None:
    """It stands, is amended within what the scheme gives for the item, or is taken back."""
    row = await bureau.notified(firm, item="D2", points=Decimal(-6))
    row = await town.do(firm.admin, objection.object_to, row.id, row.version, "情节轻微")
    given = (row.id, row.version, outcome, "经复核")
    if outcome == ObjectionOutcome.AMENDED:
        assert await town.refused(bureau.publisher, objection.decide_objection, *given) == [
            (Code.CREDIT_POINTS_REQUIRED, "points")
        ]
        assert await town.refused(bureau.publisher, objection.decide_objection, *given, Decimal(-11)) == [
            (Code.SCORE_OUT_OF_RANGE, "points")
        ]
    assert await town.refused(bureau.assessor, objection.decide_objection, *given, Decimal(-2)) == [
        (Code.FOUR_EYES, "id")
    ]
    points = Decimal(-2) if outcome == ObjectionOutcome.AMENDED else None
    done = await town.do(bureau.publisher, objection.decide_objection, *given, points)
    assert done.objection_outcome == outcome
    expected = {
        ObjectionOutcome.UPHELD: (CreditState.EFFECTIVE, Decimal(-6)),
        ObjectionOutcome.AMENDED: (CreditState.EFFECTIVE, Decimal(-2)),
        ObjectionOutcome.REVOKED: (CreditState.REVOKED, Decimal(-6)),
    }
    assert (done.state, done.points) == expected[outcome]


async def test_the_division_sets_the_clocks(town: Town) -> None:
    """OBJECTION_DAYS, OBJECTION_DECISION_DAYS and the months of publication are the division's, within Order 36."""
    city = "3707"
    await publish(town, city, scheme())
    elsewhere = await Bureau.of(town, city)
    for key, value in (
        (SettingKey.OBJECTION_DAYS, "10"),
        (SettingKey.OBJECTION_DECISION_DAYS, "7"),
        (SettingKey.PUBLICATION_MONTHS_GENERAL, "6"),
        (SettingKey.REPAIR_DAYS, "1"),
        (SettingKey.REPAIR_MIN_MONTHS_GENERAL, "0"),
    ):
        put = NewSetting(division_code=city, key=key, value=value, valid_from=date(2020, 1, 1), basis="潍建〔2026〕1号")
        await town.do(elsewhere.publisher, setting.put, put)
    too_long = NewSetting(
        division_code=city,
        key=SettingKey.PUBLICATION_MONTHS_SERIOUS,
        value="37",
        valid_from=date(2020, 1, 1),
        basis="潍建〔2026〕1号",
    )
    assert await town.refused(elsewhere.publisher, setting.put, too_long) == [(Code.SETTING_INVALID, "value")]
    firm = await town.company(at=city)
    row = await elsewhere.notified(firm)
    assert row.object_by == after_working_days(today(), 10).on
    lodged = await town.do(firm.admin, objection.object_to, row.id, row.version, "有误")
    assert lodged.objection_decide_by == after_working_days(today(), 7).on
    done = await town.do(
        elsewhere.publisher, objection.decide_objection, row.id, lodged.version, ObjectionOutcome.UPHELD, "维持"
    )
    assert done.valid_to == add_months(done.decided_on, 6)
    applied = await town.do(firm.admin, repair.apply, done.id, done.version, "已公示", "承诺书1号")
    assert applied.repair_decide_by == after_working_days(today(), 1).on


async def test_repair_waits_for_its_term(town: Town, bureau: Bureau, firm: Firm) -> None:
    """A general record after three months, a serious one after twelve, counted from the day of decision (Order 36)."""
    for severity, months in ((CreditSeverity.GENERAL, 3), (CreditSeverity.SERIOUS, 12)):
        row = await bureau.effective(firm, severity=severity)
        earliest = add_months(row.decided_on, months)
        given = (row.id, row.version, "已公示", "承诺书1号")
        early = await town.refused(firm.admin, repair.apply, *given, on=earliest - DAY)
        assert early == [(Code.CREDIT_REPAIR_TOO_EARLY, "id")]
        applied = await town.do(firm.admin, repair.apply, *given, on=earliest)
        assert applied.state == CreditState.REPAIR_APPLIED
    good = await bureau.draft(firm, item="G1", level="CITY", severity=None)
    good = await town.do(bureau.publisher, notice.take_effect, good.id, 1)
    unneeded = await town.refused(firm.admin, repair.apply, good.id, good.version, "无", "承诺书1号")
    assert unneeded == [(Code.CREDIT_NOT_BAD, "id")]


async def test_a_repair_is_decided(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Refused: it counts as before and may be applied for again. Granted: it counts no more from that day on."""
    row = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    row = await town.do(firm.admin, repair.apply, row.id, row.version, "已公示", "承诺书1号")
    refused = await town.do(
        bureau.publisher, repair.decide_repair, row.id, row.version, RepairOutcome.REFUSED, "未完成整改"
    )
    assert (refused.state, refused.ended_on, refused.repair_outcome) == ("EFFECTIVE", None, "REFUSED")
    undue = await town.refused(
        bureau.publisher, repair.decide_repair, row.id, refused.version, RepairOutcome.GRANTED, "准予"
    )
    assert undue == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    again = await town.do(firm.admin, repair.apply, row.id, refused.version, "全部公示", "承诺书2号")
    assert (again.repair_outcome, again.repair_answer) == (None, None)
    done = await town.do(
        bureau.publisher, repair.decide_repair, row.id, again.version, RepairOutcome.GRANTED, "准予修复"
    )
    assert (done.state, done.ended_on) == ("REPAIRED", today())


async def test_revoked_in_any_state(town: Town, bureau: Bureau, firm: Firm) -> None:
    """A basis that was annulled takes the record with it, wherever it stands; nothing follows after that."""
    drafted = await bureau.draft(firm)
    noticed = await bureau.notified(firm)
    running = await bureau.effective(firm)
    for row in (drafted, noticed, running):
        done = await town.do(bureau.publisher, notice.revoke, row.id, row.version, "处罚决定已被撤销")
        assert (done.state, done.revocation) == ("REVOKED", "处罚决定已被撤销")
        assert done.ended_on == (today() if row is running else None)
        again = await town.refused(bureau.publisher, notice.revoke, row.id, done.version, "再次")
        assert again == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_a_lead_is_found_by_project_and_day(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The record is of who led the project on the day it occurred; nobody led it: refused."""
    begun = await town.project(firm, at=STREET)
    first, second = await town.staff(firm), await town.staff(firm, "刘洋")
    led = await town.do(firm.admin, project.assign_lead, begun.id, begun.version, first.id, today() - 30 * DAY, False)
    await town.do(firm.admin, project.assign_lead, begun.id, led.version, second.id, today() - 5 * DAY, True)
    for on, person in ((today() - 10 * DAY, first), (today() - 3 * DAY, second)):
        row = await bureau.draft(
            firm, subject=CreditSubject.PROJECT_LEAD, project_id=begun.id, occurred_on=on, decided_on=on
        )
        assert row.staff_id == person.id
    before = today() - 31 * DAY
    lead = new(firm, subject=CreditSubject.PROJECT_LEAD, project_id=begun.id, occurred_on=before, decided_on=before)
    assert await town.refused(bureau.assessor, notice.draft, lead) == [(Code.CREDIT_LEAD_UNKNOWN, "occurredOn")]


async def test_another_company_meets_nothing(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Objecting to another company's record is the same NOT_FOUND as to an unknown one."""
    row = await bureau.notified(firm)
    other = await town.company()
    assert await town.refused(other.admin, objection.object_to, row.id, row.version, "有误") == [(Code.NOT_FOUND, "id")]


async def test_what_has_ended_stays_for_audit_only(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Lists, nodes and counts hold what is in force or on its way, a regulator's as the company's own members'; the
    company's administrator and the regulator's auditor read on, who is logged.
    """
    kept = await bureau.effective(firm)
    gone = await bureau.effective(firm)
    await town.do(bureau.publisher, notice.revoke, gone.id, gone.version, "处罚决定已被撤销")
    lapsed = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    await town.administrator.execute(
        "UPDATE credit_record SET valid_to = current_date - 1 WHERE id = $1", lapsed.id
    )  # the nightly job has not come by yet
    schema = executable(build())
    text = "query($id: ID!) { creditRecords(last: 20) { totalCount nodes { id } } creditRecord(id: $id) { id } }"
    regulator = Asker(schema, town.database, bureau.assessor)
    seen = await regulator(text, id=f"crd_{gone.id}")
    ids = {node["id"] for node in seen["creditRecords"]["nodes"]}
    assert f"crd_{kept.id}" in ids
    assert not ids & {f"crd_{gone.id}", f"crd_{lapsed.id}"}
    assert seen["creditRecord"] is None
    manager = await town.member(firm, CompanyRole.PROJECT_MANAGER)
    theirs = await Asker(schema, town.database, firm.member(manager.id, CompanyRole.PROJECT_MANAGER))(
        text, id=f"crd_{gone.id}"
    )
    assert (theirs["creditRecords"]["totalCount"], theirs["creditRecord"]) == (1, None)
    auditor = await town.regulator(CITY, RegulatorRole.AUDITOR)
    for who in (firm.admin, auditor):
        found = await Asker(schema, town.database, who)(text, id=f"crd_{gone.id}")
        assert {f"crd_{one.id}" for one in (kept, gone, lapsed)} <= {
            node["id"] for node in found["creditRecords"]["nodes"]
        }
        assert found["creditRecord"] == {"id": f"crd_{gone.id}"}
    logged = "SELECT kinds FROM access_entry WHERE tenant_id = $1 AND actor_id = $2"
    assert await town.administrator.fetchval(logged, firm.id, auditor.actor_id) == ["CreditRecord"]


async def test_a_leads_records_are_for_the_administrator_and_the_lead(town: Town, bureau: Bureau, firm: Firm) -> None:
    """A project manager sees the company's records and his own as a lead, not a colleague's."""
    begun = await town.project(firm, at=STREET)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, today() - 30 * DAY, False)
    of_lead = await bureau.draft(firm, subject=CreditSubject.PROJECT_LEAD, project_id=begun.id)
    of_firm = await bureau.draft(firm)
    lead = await town.member(firm, CompanyRole.PROJECT_MANAGER, staff_id=person.id)
    colleague = await town.member(firm, CompanyRole.PROJECT_MANAGER)
    schema = executable(build())

    async def seen(principal: Principal) -> set[str]:
        answer = await Asker(schema, town.database, principal)("{ creditRecords { nodes { id } } }")
        return {node["id"] for node in answer["creditRecords"]["nodes"]}

    both = {f"crd_{of_lead.id}", f"crd_{of_firm.id}"}
    assert await seen(firm.admin) == both
    assert await seen(firm.member(lead.id, CompanyRole.PROJECT_MANAGER)) == both
    assert await seen(firm.member(colleague.id, CompanyRole.PROJECT_MANAGER)) == {f"crd_{of_firm.id}"}
    assert CompanyRole.FRONT_DESK not in [role for role, held in COMPANY_ROLES.items() if "credit:read" in held]


async def test_what_a_notice_asks_for_is_due(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The days to object, while they run, and the days to rectify, until the company says that it did; then neither."""
    row = await bureau.notified(firm, rectify_days=15)
    ask = Asker(executable(build()), town.database, firm.admin)

    async def due() -> list[tuple[str, str]]:
        found = await ask("{ dues { nodes { kind dueOn } } }")
        credit = [one for one in found["dues"]["nodes"] if one["kind"].startswith("CREDIT_")]
        return sorted((one["kind"], one["dueOn"]) for one in credit)

    both = [("CREDIT_OBJECTION", str(row.object_by)), ("CREDIT_RECTIFICATION", str(row.rectify_by))]
    assert await due() == both
    row = await town.do(firm.admin, objection.object_to, row.id, row.version, "有误")
    assert await due() == both[1:]
    row = await town.do(firm.admin, repair.rectify, row.id, row.version, "已公示收费项目")
    assert await due() == []
    again = await town.refused(firm.admin, repair.rectify, row.id, row.version, "再次")
    assert again == [(Code.CREDIT_NOTHING_TO_RECTIFY, "id")]
