"""A record in force may be objected to: it counts on, is decided within the division's clock, and the past stays."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import setting
from tenants.calendar import after_working_days
from tenants.credit import history, notice, objection, repair
from tenants.credit.record import CreditRecord, CreditState, ObjectionOutcome
from tenants.errors import Code
from tenants.row import today
from tenants.setting import NewSetting, SettingKey
from tests.areas.credit import CITY, DAY, Bureau, publish, scheme
from tests.areas.town import Firm, Town
from tests.reads.asking import Asker

AMENDED, REVOKED, UPHELD = ObjectionOutcome.AMENDED, ObjectionOutcome.REVOKED, ObjectionOutcome.UPHELD


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its scheme; objections are marked there, as in Henan."""
    await publish(town, CITY, scheme())
    made = await Bureau.of(town)
    for key, value in ((SettingKey.MARK_OBJECTION, "true"), (SettingKey.OBJECTION_IN_FORCE_DAYS, "20")):
        put = NewSetting(division_code=CITY, key=key, value=value, valid_from=date(2020, 1, 1), basis="枣建〔2026〕1号")
        await town.do(made.publisher, setting.put, put)
    return made


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company registered in the city."""
    return await town.company()


async def in_force(town: Town, bureau: Bureau, firm: Firm, ago: int = 10) -> CreditRecord:
    """A record in force since some days ago."""
    row = await bureau.notified(
        firm, today() - 50 * DAY, item="D2", points=Decimal(-8), occurred_on=today() - 60 * DAY,
        decided_on=today() - 55 * DAY,
    )  # fmt: skip
    return await town.do(bureau.publisher, notice.take_effect, row.id, row.version, on=today() - ago * DAY)


async def lodged(town: Town, firm: Firm, row: CreditRecord, **more: Any) -> CreditRecord:
    """The company's objection."""
    return await town.do(firm.admin, objection.object_to, row.id, row.version, "并非本企业所为", **more)


async def scores(town: Town, firm: Firm) -> list[tuple[date, Decimal]]:
    """The company's periods."""
    found = await town.administrator.fetch(
        "SELECT valid_from, score FROM credit_score WHERE tenant_id = $1 ORDER BY valid_from", firm.id
    )
    return [(row["valid_from"], row["score"]) for row in found]


async def marked(town: Town, firm: Firm) -> list[str | None]:
    """The day on which each public record was objected to, where it is marked."""
    uscc = (await town.row("company", firm.id))["uscc"]
    ask = Asker(executable(build()), town.database, firm.admin)
    answer = await ask("query($uscc: String!) { publicCredit(uscc: $uscc) { records } }", uscc=uscc)
    return [one.get("objectedOn") for one in answer["publicCredit"]["records"]]


async def test_it_counts_on_and_is_marked_at_once(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Until it is decided the score stays; the public query says that it is objected to (MARK_OBJECTION), then no more.
    An objection is taken once.
    """
    row = await in_force(town, bureau, firm)
    before = await scores(town, firm)
    assert await marked(town, firm) == [None]
    row = await lodged(town, firm, row)
    assert (row.state, row.effective_on) == ("OBJECTED", today() - 10 * DAY)
    assert row.objection_decide_by == after_working_days(today(), 3).on
    assert await marked(town, firm) == [str(today())]
    early = await town.refused(bureau.publisher, notice.take_effect, row.id, row.version)
    assert early == [(Code.CREDIT_OBJECTION_UNDECIDED, "id")]
    row = await town.do(bureau.publisher, objection.decide_objection, row.id, row.version, UPHELD, "维持")
    assert (row.state, row.effective_on, row.ended_on) == ("EFFECTIVE", today() - 10 * DAY, None)
    assert await marked(town, firm) == [None]
    assert await scores(town, firm) == before
    again = await town.refused(firm.admin, objection.object_to, row.id, row.version, "再次提出")
    assert again == [(Code.CREDIT_OBJECTION_DECIDED, "id")]


async def test_amended_points_count_from_the_decision_on(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The record ends and another takes its place that day, to the same last day: what the score was stays so (D10)."""
    first = await in_force(town, bureau, firm)
    row = await lodged(town, firm, first)
    amended = (row.id, row.version, AMENDED, "情节轻微")
    too_much = await town.refused(bureau.publisher, objection.decide_objection, *amended, Decimal(-11))
    assert too_much == [(Code.SCORE_OUT_OF_RANGE, "points")]
    done = await town.do(bureau.publisher, objection.decide_objection, *amended, Decimal(-2))
    assert (done.replaces, done.state, done.points) == (first.id, "EFFECTIVE", Decimal(-2))
    assert (done.effective_on, done.valid_to, done.decided_on) == (today(), first.valid_to, first.decided_on)
    old = await town.row("credit_record", first.id)
    assert (old["state"], old["ended_on"], old["points"]) == ("REVOKED", today(), Decimal(-8))
    assert await scores(town, firm) == [(today() - 10 * DAY, Decimal("-8.00")), (today(), Decimal("-2.00"))]
    assert (await town.do(firm.admin, history.verify)).broken is None
    again = await town.refused(firm.admin, objection.object_to, done.id, done.version, "再次提出")
    assert again == [(Code.CREDIT_OBJECTION_DECIDED, "id")]


async def test_revoked_it_counts_no_more(town: Town, bureau: Bureau, firm: Firm) -> None:
    """From the day of the decision on."""
    row = await lodged(town, firm, await in_force(town, bureau, firm))
    row = await town.do(bureau.publisher, objection.decide_objection, row.id, row.version, REVOKED, "异议成立")
    assert (row.state, row.ended_on) == ("REVOKED", today())
    assert await scores(town, firm) == [(today() - 10 * DAY, Decimal("-8.00")), (today(), Decimal("0.00"))]


async def test_the_divisions_clock_for_records_in_force(town: Town, bureau: Bureau, firm: Firm) -> None:
    """OBJECTION_IN_FORCE_DAYS from its effect: on the last day yes, on the next no. Repair being asked for, no."""
    row = await in_force(town, bureau, firm)
    assert row.effective_on is not None
    last = after_working_days(row.effective_on, 20).on
    late = await town.refused(firm.admin, objection.object_to, row.id, row.version, "有误", on=last + DAY)
    assert late == [(Code.CREDIT_OBJECTION_LATE, "id")]
    assert (await lodged(town, firm, row, on=last)).state == CreditState.OBJECTED
    asked = await bureau.effective(firm, severity="MINOR")
    asked = await town.do(firm.admin, repair.apply, asked.id, asked.version, "已公示", "承诺书1号")
    repairing = await town.refused(firm.admin, objection.object_to, asked.id, asked.version, "有误")
    assert repairing == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_others_and_experts_extend_the_clock(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Seven working days where others are involved, and an appraisal's days on top; not after the clock ran out."""
    row = await lodged(town, firm, await in_force(town, bureau, firm))
    row = await town.do(bureau.publisher, objection.extend, row.id, row.version, "市场监管局", 0)
    assert (row.state, row.objection_decide_by) == ("OBJECTED", after_working_days(today(), 7).on)
    row = await town.do(bureau.publisher, objection.extend, row.id, row.version, "市场监管局", 10)
    assert row.objection_decide_by == after_working_days(today(), 17).on
    days = await town.refused(bureau.publisher, objection.extend, row.id, row.version, None, -1)
    assert days == [(Code.CREDIT_DAYS, "appraisalDays")]
    late = await lodged(town, firm, await in_force(town, bureau, firm), on=today() - 9 * DAY)
    over = await town.refused(bureau.publisher, objection.extend, late.id, late.version, "市场监管局", 0)
    assert over == [(Code.CREDIT_OBJECTION_OVERDUE, "id")]
    quiet = await in_force(town, bureau, firm)
    none = await town.refused(bureau.publisher, objection.extend, quiet.id, quiet.version, "市场监管局", 0)
    assert none == [(Code.CREDIT_OBJECTION_NONE, "id")]


async def test_an_overdue_decision_is_shown(town: Town, bureau: Bureau) -> None:
    """While it is undecided after its day, and after it was decided late; one in time never."""
    firm = await town.company()
    late = await lodged(town, firm, await in_force(town, bureau, firm), on=today() - 9 * DAY)
    await lodged(town, firm, await in_force(town, bureau, firm))
    ask = Asker(executable(build()), town.database, firm.admin)
    text = "{ creditRecords(where: {objectionOverdue: {eq: true}}) { nodes { id objectionOverdue } } }"
    shown = [{"id": f"crd_{late.id}", "objectionOverdue": True}]
    assert (await ask(text))["creditRecords"]["nodes"] == shown
    await town.do(bureau.publisher, objection.decide_objection, late.id, late.version, UPHELD, "维持")
    assert (await ask(text))["creditRecords"]["nodes"] == shown


async def test_it_expires_although_it_is_objected_to(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Its term ends whatever is still to be decided."""
    row = await lodged(town, firm, await in_force(town, bureau, firm))
    assert row.valid_to is not None
    assert await town.do(firm.admin, notice.expire, row.valid_to + DAY, 10) == 1
    assert (await town.row("credit_record", row.id))["state"] == "EXPIRED"
