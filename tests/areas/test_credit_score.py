"""A score is what its scheme makes of what is stored, as of any day, whatever order it came in, and it says why."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schema import build, executable
from tenants import project
from tenants.calendar import add_months
from tenants.change import find
from tenants.company import Company
from tenants.credit import notice, repair, score, standing
from tenants.credit.inputs import DAY, Stored, digest, stored
from tenants.credit.record import CreditRecord, CreditSeverity, CreditSubject, RepairOutcome
from tenants.errors import Code
from tenants.row import today
from tenants.scheme import Result
from tenants.scope import Scope
from tests.areas.credit import CITY, Bureau, publish, scheme
from tests.areas.town import STREET, Firm, Town
from tests.reads.asking import Asker


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its schemes; a lead's score follows the company's deductions (Yinchuan, T4 item 6)."""
    await publish(town, CITY, scheme())
    leads = scheme("PROJECT_LEAD").structure()
    leads["base"] = "100"
    leads["dimensions"].append(
        {
            "code": "CASCADE",
            "name": "联动",
            "indicators": [
                {"kind": "cascade", "code": "C6", "name": "企业因所在项目被扣分", "source": "COMPANY"},
                {"kind": "cascade", "code": "C7", "name": "所在项目被扣分", "source": "PROJECT", "factor": "0.5"},
            ],
        }
    )
    await publish(town, CITY, type(scheme()).model_validate(leads))
    return await Bureau.of(town)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company that is enrolled in the credit system."""
    made = await town.company()
    await town.do(made.admin, standing.enrol, "入库材料1号", on=today() - 300 * DAY)
    return made


async def periods(town: Town, firm: Firm, staff_id: Any = None) -> list[Any]:
    """The periods that are stored, in order."""
    return list(
        await town.administrator.fetch(
            "SELECT * FROM credit_score WHERE tenant_id = $1 AND staff_id IS NOT DISTINCT FROM $2 ORDER BY valid_from",
            firm.id,
            staff_id,
        )
    )


async def worked_out(town: Town, firm: Firm, *days: date) -> list[Result]:
    """The scores of some days, from what is stored and nothing else."""

    async def read(scope: Scope) -> Stored:
        return await stored(scope, await find(scope, Company, firm.id))

    inputs = await town.do(firm.admin, read)
    return [found[1] for day in days if (found := inputs.result(day)) is not None]


async def test_not_enrolled_is_a_grade(town: Town, bureau: Bureau) -> None:
    """An operating company that has not enrolled is "C (missing)" (Shandong, T3); enrolling gives it a score, once."""
    made = await town.company()
    await town.do(made.admin, standing.recompute, today())
    (missing,) = await periods(town, made)
    assert (missing["grade"], missing["score"]) == ("C-MISSING", Decimal("0.00"))
    await town.do(made.admin, standing.enrol, "入库材料1号")
    (enrolled,) = await periods(town, made)
    assert (enrolled["grade"], {"what": "ENROLLED"} in json.loads(enrolled["because"])) == ("B", True)
    assert await town.refused(made.admin, standing.enrol, "入库材料2号") == [(Code.CREDIT_ENROLLED, None)]


async def test_a_score_explains_itself(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Each item with its record and article, what the cap cut, and the band; the company reads it as of any day."""
    basic = await bureau.draft(firm, item="B1", points=Decimal(80), severity=None)
    await town.do(bureau.publisher, notice.take_effect, basic.id, 1, on=today() - 50 * DAY)
    for matter in ("一", "二", "三"):
        good = await bureau.draft(firm, item="G1", level="STATE", severity=None, matter=matter)
        await town.do(bureau.publisher, notice.take_effect, good.id, 1, on=today() - 40 * DAY)
    bad = await bureau.effective(firm)
    ask = Asker(executable(build()), town.database, firm.admin)
    text = """query($id: ID!, $on: Date!) { creditScore(company: $id, on: $on) {
        score grade validFrom validTo explanation because } }"""
    own = {"id": f"com_{firm.id}"}
    now = (await ask(text, **own, on=str(today())))["creditScore"]
    assert (now["score"], now["grade"]) == ("115.00", "AAA")
    assert now["because"] == [{"what": "EFFECTIVE", "record": f"crd_{bad.id}"}]
    sections = {section["code"]: section for section in now["explanation"]["sections"]}
    assert (sections["GOOD"]["before"], sections["GOOD"]["points"]) == ("60", "40")
    assert [(cut["why"], cut["limit"]) for cut in sections["GOOD"]["cuts"]] == [("CAP", "40")]
    (item,) = [each for each in sections["BAD"]["indicators"] if each["rule"]["code"] == "D1"]
    assert [(one["record"], one["points"]) for one in item["occurrences"]] == [(str(bad.id), "-5")]
    before = (await ask(text, **own, on=str(today() - DAY)))["creditScore"]
    assert (before["score"], before["validTo"]) == ("120.00", str(today() - DAY))
    earlier = (await ask(text, **own, on=str(today() - 45 * DAY)))["creditScore"]
    assert (earlier["score"], earlier["grade"]) == ("80.00", "AA")
    assert (await ask(text, **own, on=str(today() - 400 * DAY)))["creditScore"] is None


async def test_what_has_ended_leaves_the_score(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Expired, repaired and revoked records count until the day before, and each change says which record it was."""
    repaired = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    repaired = await town.do(firm.admin, repair.apply, repaired.id, repaired.version, "已公示", "承诺书1号")
    revoked = await bureau.effective(firm)
    lapsing = await bureau.effective(firm)
    assert (await periods(town, firm))[-1]["score"] == Decimal("-15.00")
    later = today() + 3 * DAY
    granted = (repaired.id, repaired.version, RepairOutcome.GRANTED, "准予修复")
    await town.do(bureau.publisher, repair.decide_repair, *granted, on=later)
    await town.do(bureau.publisher, notice.revoke, revoked.id, revoked.version, "依据被撤销", on=later + DAY)
    assert lapsing.valid_to is not None
    after = lapsing.valid_to + DAY
    assert await town.do(firm.admin, notice.expire, after, 10) == 1
    await town.do(firm.admin, standing.recompute, after)
    told = [(row["valid_from"], row["score"], json.loads(row["because"])) for row in (await periods(town, firm))[-3:]]
    assert told == [
        (later, Decimal("-10.00"), [{"what": "REPAIRED", "record": f"crd_{repaired.id}"}]),
        (later + DAY, Decimal("-5.00"), [{"what": "REVOKED", "record": f"crd_{revoked.id}"}]),
        (after, Decimal("0.00"), [{"what": "EXPIRED", "record": f"crd_{lapsing.id}"}]),
    ]
    assert [each.printed for each in await worked_out(town, firm, later - DAY)] == [Decimal("-15.00")]


async def test_a_lead_answers_for_the_projects_led(town: Town, bureau: Bureau, firm: Firm) -> None:
    """A deduction of the company's project in the lead's term counts against the lead too, and no other one."""
    begun, other = await town.project(firm, at=STREET), await town.project(firm, at=STREET)
    first, second = await town.staff(firm), await town.staff(firm, "刘洋")
    led = await town.do(firm.admin, project.assign_lead, begun.id, begun.version, first.id, today() - 90 * DAY, False)
    await town.do(firm.admin, project.assign_lead, begun.id, led.version, second.id, today() - 45 * DAY, True)
    ago = {"occurred_on": today() - 60 * DAY, "decided_on": today() - 40 * DAY}
    await bureau.effective(firm, project_id=begun.id, **ago)
    await bureau.effective(firm, project_id=other.id, **ago)
    await bureau.effective(
        firm, project_id=begun.id, subject=CreditSubject.PROJECT_LEAD, occurred_on=today() - 44 * DAY
    )
    assert [row["score"] for row in (await periods(town, firm, first.id))[-1:]] == [Decimal("92.50")]
    assert [row["score"] for row in (await periods(town, firm, second.id))[-1:]] == [Decimal("95.00")]
    assert (await periods(town, firm))[-1]["score"] == Decimal("-10.00")


async def test_nothing_is_written_that_is_right(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Working it out again writes nothing, and twice at once writes no more than once."""
    row = await bureau.effective(firm)
    before = await periods(town, firm)

    async def again(since: date) -> int:
        async def bring(scope: Scope) -> int:
            return await score.refresh(scope, await find(scope, Company, firm.id, lock=True), since)

        return await town.do(firm.admin, bring)

    assert await again(today() - 300 * DAY) == 0
    await town.administrator.execute(
        "UPDATE credit_score SET score = 99, digest = '' WHERE tenant_id = $1 AND valid_to IS NULL", firm.id
    )
    assert sorted(await asyncio.gather(again(today()), again(today()))) == [0, 1]
    put_right = await periods(town, firm)
    kept = [(one["valid_from"], one["score"], one["explanation"]) for one in before]
    assert [(one["valid_from"], one["score"], one["explanation"]) for one in put_right] == kept
    assert row.effective_on == today()


LIVES = st.tuples(
    st.integers(0, 40),  # in force from
    st.none() | st.integers(1, 25),  # revoked after
    st.none() | st.integers(0, 30),  # its term ends after
    st.sampled_from(["B1", "G1", "D1", "D2"]),
)


@settings(max_examples=15, phases=[Phase.generate])  # on a real database, smaller failures come too slowly
@given(lives=st.lists(LIVES, min_size=1, max_size=5), order=st.randoms(use_true_random=False))
async def test_the_order_of_arrivals_does_not_matter(town: Town, bureau: Bureau, lives: list[Any], order: Any) -> None:
    """D10: for every day, the stored period has the bytes that the engine gives again from the stored records."""
    firm = await town.company()
    start = today()
    rows = [await lived(bureau, firm, start + begins * DAY, lapses, item) for begins, _, lapses, item in lives]
    steps: list[tuple[str, int, date]] = [("enrolled", 0, start), *(("night", 0, start + n * DAY) for n in (10, 30))]
    for at, (begins, ends_after, _, _) in enumerate(lives):
        steps.append(("effective", at, start + begins * DAY))
        if ends_after is not None:
            steps.append(("revoked", at, start + (begins + ends_after) * DAY))
    order.shuffle(steps)
    steps.sort(key=lambda step: step[0] == "revoked")  # what is not in force cannot cease to be
    for step, at, day in steps:
        row = rows[at]
        if step == "enrolled":
            await town.do(firm.admin, standing.enrol, "入库材料1号", on=day)
        elif step == "night":
            await town.do(firm.admin, standing.recompute, day)
        else:
            rule, more = (notice.take_effect, ()) if step == "effective" else (notice.revoke, ("重复",))
            rows[at] = await town.do(bureau.publisher, rule, row.id, row.version, *more, on=day)
    await town.do(firm.admin, standing.recompute, start + 75 * DAY)
    found = await periods(town, firm)
    days = [start + offset * DAY for offset in range(76)]
    for day, result in zip(days, await worked_out(town, firm, *days), strict=True):
        (period,) = [one for one in found if one["valid_from"] <= day and (one["valid_to"] or day) >= day]
        assert period["digest"] == digest(result.canonical, result.as_of)
        assert period["explanation"].encode() == replace(result, as_of=period["valid_from"]).canonical
    assert [one["valid_to"] for one in found] == [*(one["valid_from"] - DAY for one in found[1:]), None]
    assert all(one["digest"] != other["digest"] for one, other in pairwise(found))


async def lived(bureau: Bureau, firm: Firm, begins: date, lapses: int | None, item: str) -> CreditRecord:
    """A record whose notice was served, to take effect on a day, and whose term ends so many days later."""
    points = {"B1": Decimal(60), "D2": Decimal(-3)}.get(item)
    severity = None
    decided = today() - 30 * DAY
    if item.startswith("D"):
        severity = CreditSeverity.GENERAL if lapses is None else CreditSeverity.MINOR
        decided = decided if lapses is None else add_months(begins + lapses * DAY, -3)
    more = {"item": item, "severity": severity, "points": points, "level": "CITY" if item == "G1" else None}
    return await bureau.notified(firm, today() - 20 * DAY, occurred_on=decided, decided_on=decided, **more)
