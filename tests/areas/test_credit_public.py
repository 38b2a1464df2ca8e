"""What everybody may know: a company's credit by its code, and whether a tender's list reached a grade on a day."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from schema.failure import Failure, FailureCode
from tenants import company, project, setting
from tenants.company import CompanyStatus, set_status
from tenants.credit import notice, repair, standing
from tenants.credit.record import CreditSeverity, CreditSubject, RepairOutcome
from tenants.permission import VISITOR
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.credit import CITY, DAY, Bureau, publish, scheme
from tests.areas.town import STREET, Firm, Town
from tests.reads.asking import Asker

ANYBODY = Principal("public", VISITOR)
TEXT = """query($uscc: String!) { publicCredit(uscc: $uscc) {
    name uscc score grade gradeName since scheme edition basis asOf records } }"""
CHECK = """query($usccs: [String!]!, $asOf: Date!, $grade: String!) {
    creditCheck(usccs: $usccs, asOf: $asOf, minimumGrade: $grade) { uscc found name grade score meets } }"""


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its schemes."""
    for subject in CreditSubject:
        await publish(town, CITY, scheme(subject))
    return await Bureau.of(town)


async def enrolled(town: Town, bureau: Bureau, points: int | None = None, at: str = CITY) -> tuple[Firm, str]:
    """A company in the credit system and its code, with basic points if it has any."""
    firm = await town.company(at=at)
    await town.do(firm.admin, standing.enrol, "入库材料1号", on=today() - 30 * DAY)
    if points is not None:
        row = await bureau.draft(firm, item="B1", points=Decimal(points), severity=None)
        await town.do(bureau.publisher, notice.take_effect, row.id, row.version, on=today() - 10 * DAY)
    return firm, (await town.row("company", firm.id))["uscc"]


async def shown(town: Town, uscc: str, who: Principal = ANYBODY) -> Any:
    """What is told about a company."""
    return (await Asker(executable(build()), town.database, who)(TEXT, uscc=uscc))["publicCredit"]


async def test_anybody_may_ask_about_a_company(town: Town, bureau: Bureau) -> None:
    """By its code, however it is written; score, grade, scheme and the records in force, without the facts."""
    firm, uscc = await enrolled(town, bureau, 80)
    bad = await bureau.effective(firm)
    found = await shown(town, f" {uscc.lower()} ")
    assert (found["uscc"], found["score"], found["grade"], found["gradeName"]) == (uscc, "75.00", "A", "A")
    assert (found["scheme"], found["edition"], found["asOf"]) == ("枣庄市物业服务企业信用评价标准", 1, str(today()))
    assert [(one["item"], one["points"], one["validTo"]) for one in found["records"]] == [
        ("B1", "80", None),
        ("D1", "-5", str(bad.valid_to)),
    ]
    assert not {"facts", "staff", "name", "handler"} & {key for one in found["records"] for key in one}
    assert await shown(town, "91370400NOSUCH0001") is None
    other = await town.company()
    assert await shown(town, uscc, other.admin) == found == await shown(town, uscc, bureau.assessor)


async def test_a_visitor_may_ask_nothing_else(town: Town, bureau: Bureau) -> None:
    """The public role holds no grant on any company's table, and the permission opens no other field."""
    with pytest.raises(Failure):
        await Asker(executable(build()), town.database, ANYBODY)("{ companies { nodes { name } } }")
    for table in ("company", "credit_record", "credit_score", "credit_entry", "credit_enrolment"):
        granted = await town.administrator.fetchval(
            "SELECT has_any_column_privilege('linli_public', $1, 'SELECT, INSERT, UPDATE')", table
        )
        assert not granted


async def test_what_has_ended_is_not_public(town: Town, bureau: Bureau) -> None:
    """Repaired, revoked and expired records leave the query at once; one that expires tonight before the job comes."""
    firm, uscc = await enrolled(town, bureau, 80)
    repaired = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    revoked, lapsing = await bureau.effective(firm), await bureau.effective(firm)
    assert len((await shown(town, uscc))["records"]) == 4
    repaired = await town.do(firm.admin, repair.apply, repaired.id, repaired.version, "已公示", "承诺书1号")
    granted = (repaired.id, repaired.version, RepairOutcome.GRANTED, "准予修复")
    await town.do(bureau.publisher, repair.decide_repair, *granted)
    await town.do(bureau.publisher, notice.revoke, revoked.id, revoked.version, "依据被撤销")
    left = await shown(town, uscc)
    assert (left["score"], [one["item"] for one in left["records"]]) == ("75.00", ["B1", "D1"])
    await town.administrator.execute(
        """UPDATE public_credit SET records = (SELECT jsonb_agg(jsonb_set(one, '{validTo}', to_jsonb($2::text)))
           FROM jsonb_array_elements(records) one) WHERE uscc = $1 AND valid_to IS NULL""",
        uscc,
        str(today() - DAY),
    )
    assert (await shown(town, uscc))["records"] == []
    past = await town.administrator.fetch(
        "SELECT records FROM public_credit WHERE uscc = $1 AND valid_to < now()", uscc
    )
    assert past
    assert {row["records"] for row in past} == {"[]"}
    assert lapsing.valid_to is not None


async def test_a_person_is_public_only_where_the_division_says_so(town: Town, bureau: Bureau) -> None:
    """A lead's record is nobody's to ask for (Shandong, art. 20), unless PUBLISH_NATURAL_PERSON_CREDIT says so."""
    city = "3706"
    for subject in CreditSubject:
        await publish(town, city, scheme(subject))
    elsewhere = await Bureau.of(town, city)

    async def led(at: str, street: str, office: Bureau) -> str:
        firm, uscc = await enrolled(town, office, at=at)
        begun, person = await town.project(firm, at=street), await town.staff(firm)
        on = today() - 60 * DAY
        await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, on, False)
        await office.effective(firm, subject=CreditSubject.PROJECT_LEAD, project_id=begun.id)
        return uscc

    yes = NewSetting(
        division_code=city,
        key=SettingKey.PUBLISH_NATURAL_PERSON_CREDIT,
        value="true",
        valid_from=date(2024, 1, 1),
        basis="烟建〔2026〕1号",
    )
    await town.do(elsewhere.publisher, setting.put, yes)
    assert (await shown(town, await led(CITY, STREET, bureau)))["records"] == []
    street = await town.administrator.fetchval(
        "SELECT min(path) FROM division WHERE path ^@ '3706' AND level = 'STREET'"
    )
    (record,) = (await shown(town, await led(city, street, elsewhere)))["records"]
    assert (record["subject"], record["name"], record["points"]) == ("PROJECT_LEAD", "张伟", "-5")


async def test_a_tenders_list(town: Town, bureau: Bureau) -> None:
    """In the order given: reached, not reached, not there; as of a day before the last change; grades by the scheme."""
    good, good_code = await enrolled(town, bureau, 80)
    _, middling = await enrolled(town, bureau, 65)
    await bureau.effective(good, item="D2", points=Decimal(-10))
    ask = Asker(executable(build()), town.database, bureau.assessor)

    async def check(on: date, grade: str) -> list[tuple[Any, ...]]:
        found = await ask(CHECK, usccs=[middling, "91370400NOSUCH0001", good_code], asOf=str(on), grade=grade)
        return [(one["found"], one["grade"], one["meets"]) for one in found["creditCheck"]]

    nobody = (False, None, False)
    assert await check(today(), "A") == [(True, "B", False), nobody, (True, "A", True)]
    assert await check(today(), "AA") == [(True, "B", False), nobody, (True, "A", False)]
    assert await check(today() - DAY, "AA") == [(True, "B", False), nobody, (True, "AA", True)]
    assert await check(today(), "B") == [(True, "B", True), nobody, (True, "A", True)]
    assert await check(today(), "五星") == [(True, "B", None), nobody, (True, "A", None)]
    assert await check(today() - 200 * DAY, "B") == [nobody, nobody, nobody]


async def test_a_day_to_come_is_refused(town: Town, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grade as of tomorrow is not known yet: nobody is told that a company has none. Tomorrow it is, also to who asks
    with the same document, which is kept compiled.
    """
    ask, day = Asker(executable(build()), town.database, bureau.assessor), today() + DAY
    firm, uscc = await enrolled(town, bureau)
    written = f'{{ creditCheck(usccs: ["{uscc}"], asOf: "{day}", minimumGrade: "B") {{ found }} }}'
    score = f'{{ creditScore(company: "com_{firm.id}", on: "{day}") {{ score }} }}'
    for text, given in ((CHECK, {"usccs": [uscc], "asOf": str(day), "grade": "B"}), (written, {}), (score, {})):
        with pytest.raises(Failure) as refusal:
            await ask(text, **given)
        [error] = refusal.value.errors
        assert refusal.value.code == FailureCode.BAD_USER_INPUT
        assert f"截至日期 {day} 尚未到来" in error.message
        assert f"The day {day} is yet to come" in error.message
    kept = ask.query(written)
    with pytest.raises(Failure):
        kept.bind({}, bureau.assessor)
    monkeypatch.setattr("schema.credit.score.today", lambda: day)
    assert day in kept.bind({}, bureau.assessor).parameters
    assert await ask(written) == {"creditCheck": [{"found": True}]}


async def test_the_check_needs_its_permission_and_has_a_limit(town: Town, bureau: Bureau) -> None:
    """A visitor cannot go through lists; nobody goes through more than a hundred at once."""
    schema = executable(build())
    given = {"asOf": str(today()), "grade": "A"}
    with pytest.raises(Failure):
        await Asker(schema, town.database, ANYBODY)(CHECK, usccs=["x"], **given)
    with pytest.raises(Failure):
        await Asker(schema, town.database, bureau.assessor)(CHECK, usccs=["x"] * 101, **given)


async def test_a_name_follows_and_a_closed_company_leaves(town: Town, bureau: Bureau) -> None:
    """The nightly work takes a new name over; when the company leaves the platform, nothing is public any more."""
    firm, uscc = await enrolled(town, bureau)
    await town.do(firm.admin, company.update, firm.id, 1, {"name": "枣庄新名物业服务有限公司"})
    await town.do(firm.admin, standing.recompute, today())
    assert (await shown(town, uscc))["name"] == "枣庄新名物业服务有限公司"
    await town.do(Principal("worker", tenant_id=firm.id), set_status, CompanyStatus.CLOSED)
    assert await shown(town, uscc) is None
