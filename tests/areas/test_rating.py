"""A rating cycle opens, companies take part and assess themselves; each rule with the case that breaks it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema import build, executable
from tenants import project
from tenants.credit.record import CreditSubject
from tenants.errors import Code, DomainError
from tenants.permission import CompanyRole
from tenants.rating import case, cycle, progress, sheet
from tenants.rating.case import Answer
from tenants.row import today
from tests.areas.credit import DAY, publish
from tests.areas.credit import Bureau as CreditBureau
from tests.areas.credit import scheme as credit_scheme
from tests.areas.rating import CITY, SINCE, UNTIL, Bureau, scheme
from tests.areas.town import OTHER_CITY_STREET, OTHER_DISTRICT_STREET, Firm, Town
from tests.reads.asking import Asker


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its scheme."""
    return await Bureau.of(town)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company registered in the city."""
    return await town.company()


async def test_a_cycle_is_drafted_opened_and_collects(town: Town, bureau: Bureau, firm: Firm) -> None:
    """The company applies with a project, the division admits it, and the evaluators' time begins."""
    begun = await town.project(firm)
    drafted = await bureau.drafted()
    assert (drafted.state, drafted.subject, drafted.coverage_min) == ("DRAFT", "PROJECT", Decimal("0.5"))
    assert await town.refused(firm.admin, case.apply, drafted.id, begun.id) == [(Code.NOT_FOUND, "cycleId")]
    opened = await town.do(bureau.publisher, progress.open_cycle, drafted.id, drafted.version)
    applied = await town.do(firm.admin, case.apply, opened.id, begun.id)
    assert (applied.state, applied.nominated, len(applied.number)) == ("APPLIED", False, 12)
    early = await town.refused(bureau.publisher, progress.collect, opened.id, opened.version)
    assert early == [(Code.RATING_UNDECIDED, "id")]
    await town.do(bureau.publisher, case.decide, applied.id, applied.version, True, None)
    collecting = await bureau.collecting(opened)
    assert (collecting.state, collecting.collecting_on is not None) == ("COLLECTING", True)
    assert (await town.row("rating_case", applied.id))["state"] == "SCORING"
    assert [entry for entry in await town.journal(firm) if entry[0] == "rating_case"] == [
        ("rating_case", "applied"),
        ("rating_case", "admitted"),
        ("rating_case", "scoring"),
    ]
    back = await town.refused(bureau.publisher, progress.open_cycle, opened.id, collecting.version)
    assert back == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_a_cycle_rests_on_a_rating_scheme_of_the_place_and_the_time(town: Town, bureau: Bureau) -> None:
    """Neither a credit scheme, nor another city's, nor one not in force in the period, nor one that rates people."""
    credit = await publish(town, CITY, credit_scheme())
    elsewhere = await Bureau.of(town, "3705", scheme(code="ELSEWHERE"))
    leads = await publish(town, CITY, scheme(code="TEST-LEADS", subject="PROJECT_LEAD"))
    for more, problem in (
        ({"scheme_id": credit.id}, (Code.RATING_SCHEME_UNFIT, "schemeId")),
        ({"scheme_id": elsewhere.scheme.id}, (Code.RATING_SCHEME_UNFIT, "schemeId")),
        ({"scheme_id": leads.id}, (Code.RATING_OF_PEOPLE, "schemeId")),
        (
            {"period_from": date(2023, 1, 1), "period_to": date(2023, 12, 31)},
            (Code.RATING_SCHEME_NOT_IN_FORCE, "periodFrom"),
        ),
        ({"period_from": UNTIL, "period_to": SINCE}, (Code.DATE_OUT_OF_ORDER, "periodTo")),
        ({"title": ""}, (Code.EMPTY, "title")),
        ({"division_code": "3705"}, (Code.DIVISION_OUTSIDE_REACH, "divisionCode")),
    ):
        facts: dict[str, Any] = {
            "division_code": CITY,
            "scheme_id": bureau.scheme.id,
            "title": "评定",
            "period_from": SINCE,
            "period_to": UNTIL,
            **more,
        }
        assert await town.refused(bureau.publisher, cycle.draft, cycle.NewCycle(**facts)) == [problem]


async def test_a_draft_is_changed_by_what_drafting_takes(town: Town, bureau: Bureau) -> None:
    """Everything of it, by the same rules; an open cycle is changed no more."""
    drafted = await bureau.drafted()
    companies = await publish(town, CITY, scheme(code="TEST-REDRAFT", subject="COMPANY", cycle={"every": "YEAR"}))
    given = {"title": "年度评定", "scheme_id": companies.id, "period_to": date(2026, 12, 31), "division_code": "370402"}
    changed = await town.do(bureau.publisher, cycle.redraft, drafted.id, drafted.version, given)
    assert (changed.title, changed.period_from, changed.period_to) == ("年度评定", SINCE, date(2026, 12, 31))
    assert (changed.scheme_id, changed.subject, changed.coverage_min) == (companies.id, "COMPANY", None)
    assert changed.division_path == "370402"
    for wrong, problem in (
        ({"title": " "}, (Code.EMPTY, "title")),
        ({"title": None}, (Code.EMPTY, "title")),
        ({"division_code": None}, (Code.EMPTY, "divisionCode")),
        ({"period_from": date(2027, 1, 1)}, (Code.DATE_OUT_OF_ORDER, "periodTo")),
        ({"division_code": "3705"}, (Code.DIVISION_OUTSIDE_REACH, "divisionCode")),
        (
            {"scheme_id": (await publish(town, CITY, credit_scheme(code="NOT-RATING"))).id},
            (Code.RATING_SCHEME_UNFIT, "schemeId"),
        ),
    ):
        assert await town.refused(bureau.publisher, cycle.redraft, drafted.id, changed.version, wrong) == [problem]
    opened = await town.do(bureau.publisher, progress.open_cycle, drafted.id, changed.version)
    for rule, more in ((cycle.redraft, ({"title": "晚了"},)), (cycle.discard, ())):
        late = await town.refused(bureau.publisher, rule, opened.id, opened.version, *more)
        assert late == [(Code.RATING_NOT_NOW, "id")]


async def test_a_draft_is_deleted_by_its_regulator(town: Town, bureau: Bureau) -> None:
    """What remains is the journal's word; to another regulator of the same division it is not there."""
    drafted = await bureau.drafted()
    colleague = await town.regulator(CITY)
    for rule, more in ((cycle.discard, ()), (cycle.redraft, ({"title": "别人的"},)), (progress.open_cycle, ())):
        refused = await town.refused(colleague, rule, drafted.id, drafted.version, *more)
        assert refused == [(Code.NOT_FOUND, "id")]
    assert await town.refused(bureau.publisher, cycle.discard, drafted.id, 2) == [(Code.CONFLICT, "version")]
    assert await town.do(bureau.publisher, cycle.discard, drafted.id, 1) == drafted.division_id
    actions = await town.administrator.fetch(
        "SELECT action FROM registry_audit_entry WHERE entity_id = $1 ORDER BY id", drafted.id
    )
    assert [entry["action"] for entry in actions] == ["drafted", "discarded"]
    assert await town.administrator.fetchval("SELECT count(*) FROM rating_cycle WHERE id = $1", drafted.id) == 0


async def test_a_draft_has_no_evaluators_yet(town: Town, bureau: Bureau) -> None:
    """They are public among regulators, and a draft is not."""
    drafted = await bureau.drafted()
    early = await town.refused(bureau.publisher, sheet.appoint, drafted.id, drafted.version, "SITE", CITY, None)
    assert early == [(Code.RATING_NOT_NOW, "cycleId")]


async def test_people_are_not_ranked_but_have_credit(town: Town, bureau: Bureau) -> None:
    """A scheme of project leads rates nobody; the refusal says what to do, and that works: published for credit, it is
    what a lead's records are scored by.
    """
    leads = await publish(town, CITY, scheme(code="TEST-RANKED", subject="PROJECT_LEAD"))
    with pytest.raises(DomainError) as refused:
        await bureau.drafted(scheme_id=leads.id)
    for language in ("zh", "en"):
        assert "draftCreditRecord" in refused.value.message(language)
    await publish(town, CITY, credit_scheme("PROJECT_LEAD"))
    firm = await town.company()
    begun, lead = await town.project(firm), await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, lead.id, today() - 30 * DAY, False)
    row = await CreditBureau(town, bureau.assessor, bureau.publisher).draft(
        firm, subject=CreditSubject.PROJECT_LEAD, project_id=begun.id
    )
    assert (row.staff_id, row.points) == (lead.id, Decimal(-5))


async def test_each_takes_part_once_and_where_it_lies(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Not twice, not from another city, not a project of another company, not without one, not one that is not led."""
    begun = await town.project(firm)
    opened = await bureau.opened()
    await town.do(firm.admin, case.apply, opened.id, begun.id)
    twice = await town.refused(firm.admin, case.apply, opened.id, begun.id)
    assert twice == [(Code.RATING_TWICE, "cycleId")]
    other = await town.company()
    assert await town.refused(other.admin, case.apply, opened.id, begun.id) == [(Code.NOT_FOUND, "projectId")]
    away = await town.project(firm, at=OTHER_CITY_STREET)
    assert await town.refused(firm.admin, case.apply, opened.id, away.id) == [(Code.RATING_ELSEWHERE, "cycleId")]
    assert await town.refused(firm.admin, case.apply, opened.id, None) == [(Code.RATING_SUBJECT, "projectId")]
    manager = firm.member((await town.member(firm, CompanyRole.PROJECT_MANAGER)).id, CompanyRole.PROJECT_MANAGER)
    second = await town.project(firm)
    assert await town.refused(manager, case.apply, opened.id, second.id) == [(Code.NOT_YOUR_PROJECT, "projectId")]


async def test_a_division_nominates_all_or_some(town: Town, bureau: Bureau, firm: Firm) -> None:
    """What takes part already stays as it is; a project of another city is not there to be nominated."""
    first, second = await town.project(firm), await town.project(firm)
    third = await town.project(firm, at=OTHER_DISTRICT_STREET)
    away = await town.project(firm, at=OTHER_CITY_STREET)
    opened = await bureau.opened()
    applied = await town.do(firm.admin, case.apply, opened.id, first.id)
    some = await town.do(bureau.publisher, case.nominate, opened.id, opened.version, [second.id])
    again = await town.refused(bureau.publisher, case.nominate, opened.id, some.version, [second.id])
    assert again == [(Code.RATING_NOT_A_CANDIDATE, "projectIds")]
    foreign = await town.refused(bureau.publisher, case.nominate, opened.id, some.version, [away.id])
    assert foreign == [(Code.NOT_FOUND, "projectIds")]
    everything = await town.do(bureau.publisher, case.nominate, opened.id, some.version, None)
    rows = await town.administrator.fetch(
        "SELECT project_id, nominated, state FROM rating_case WHERE tenant_id = $1 AND cycle_id = $2",
        firm.id,
        opened.id,
    )
    assert {row["project_id"]: (row["nominated"], row["state"]) for row in rows} == {
        first.id: (False, "APPLIED"),
        second.id: (True, "ELIGIBLE"),
        third.id: (True, "ELIGIBLE"),
    }
    assert everything.version == opened.version + 2
    stale = await town.refused(bureau.publisher, case.nominate, opened.id, opened.version, None)
    assert stale == [(Code.CONFLICT, "version")]
    other = await Bureau.of(town, "3705", scheme(code=f"OTHER-{opened.id.hex[:8]}"))
    nothing = await town.refused(other.publisher, case.decide, applied.id, applied.version, True, None)
    assert nothing == [(Code.NOT_FOUND, "id")]


async def test_a_company_assesses_itself_by_the_scheme(town: Town, bureau: Bureau, firm: Firm) -> None:
    """What the scheme does not take is refused with its place; what was claimed of other indicators stays."""
    opened = await bureau.opened()
    row = await town.do(firm.admin, case.apply, opened.id, (await town.project(firm)).id)
    claims = [
        Answer(indicator="S1", points=Decimal("38.5"), evidence=" 巡查记录 12 号 "),
        Answer(indicator="P1", points=Decimal(30)),
    ]
    row = await town.do(firm.admin, case.assess, row.id, row.version, claims)
    row = await town.do(firm.admin, case.assess, row.id, row.version, [Answer(indicator="P1", points=Decimal(29))])
    assert row.claims == {"S1": {"points": "38.5", "evidence": "巡查记录 12 号"}, "P1": {"points": "29"}}
    for given, problem in (
        (Answer(indicator="S1", points=Decimal(41), evidence="x"), (Code.SCORE_OUT_OF_RANGE, "claims.0.indicator")),
        (Answer(indicator="S1", points=Decimal(4)), (Code.RATING_EVIDENCE_REQUIRED, "claims.0.evidence")),
        (Answer(indicator="S1", yes=True), (Code.SCORE_ANSWER_OF_ANOTHER_KIND, "claims.0.indicator")),
        (Answer(indicator="X"), (Code.SCORE_INDICATOR_UNKNOWN, "claims.0.indicator")),
        (Answer(indicator="P1", points=Decimal("1.00001")), (Code.SCHEME_VALUE_UNREADABLE, "claims.0.points")),
    ):
        assert await town.refused(firm.admin, case.assess, row.id, row.version, [given]) == [problem]
    assert await town.refused(firm.admin, case.assess, row.id, row.version, []) == [(Code.EMPTY, "claims")]
    other = await town.company()
    assert await town.refused(other.admin, case.assess, row.id, row.version, claims) == [(Code.NOT_FOUND, "id")]
    await town.do(bureau.publisher, case.decide, row.id, row.version, True, None)
    await bureau.collecting(opened)
    late = (await town.row("rating_case", row.id))["version"]
    assert await town.refused(firm.admin, case.assess, row.id, late, claims) == [(Code.RATING_NOT_NOW, "id")]


async def test_a_step_takes_as_many_statements_for_eight_projects_as_for_two(town: Town, bureau: Bureau) -> None:
    """Few for each company and none for each case, or a province's cycle would take hours."""

    async def taken(number: int) -> int:
        firm = await town.company()
        opened = await bureau.opened()
        projects = [(await town.project(firm)).id for _ in range(number)]
        nominated = await town.do(bureau.publisher, case.nominate, opened.id, opened.version, projects)
        heard: list[Any] = []
        async with town.database.writing(bureau.publisher) as scope:
            scope.connection.add_query_logger(heard.append)
            await progress.collect(scope, opened.id, nominated.version)
            await scope.settle()
            scope.connection.remove_query_logger(heard.append)
        states = await town.administrator.fetch("SELECT state FROM rating_case WHERE cycle_id = $1", opened.id)
        assert [row["state"] for row in states] == ["SCORING"] * number
        return len(heard)

    assert 0 < await taken(2) == await taken(8) < 12


async def test_who_does_not_take_part_is_told_why(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Without a reason nobody is kept out; a street, which is not the organiser, decides nothing."""
    opened = await bureau.opened()
    row = await town.do(firm.admin, case.apply, opened.id, (await town.project(firm)).id)
    silent = await town.refused(bureau.publisher, case.decide, row.id, row.version, False, None)
    assert silent == [(Code.REASON_REQUIRED, "reason")]
    street = await town.regulator("370402001")
    assert await town.refused(street, case.decide, row.id, row.version, True, None) == [
        (Code.RATING_ORGANISER_ONLY, "id")
    ]
    out = await town.do(bureau.publisher, case.decide, row.id, row.version, False, "当年发生较大安全事故")
    assert (out.state, out.reason) == ("INELIGIBLE", "当年发生较大安全事故")
    closed = await town.refused(
        firm.admin, case.assess, row.id, out.version, [Answer(indicator="P1", points=Decimal(1))]
    )
    assert closed == [(Code.RATING_INELIGIBLE, "id")]


async def test_companies_are_rated_where_they_are_registered(town: Town, firm: Firm) -> None:
    """By a scheme of companies the company itself takes part, once and without a project."""
    document = scheme(code="TEST-COMPANIES", subject="COMPANY")
    bureau = await Bureau.of(town, CITY, document)
    opened = await bureau.opened()
    begun = await town.project(firm)
    assert await town.refused(firm.admin, case.apply, opened.id, begun.id) == [(Code.RATING_SUBJECT, "projectId")]
    row = await town.do(firm.admin, case.apply, opened.id, None)
    assert (row.project_id, row.division_path) == (None, CITY)
    assert await town.refused(firm.admin, case.apply, opened.id, None) == [(Code.RATING_TWICE, "cycleId")]
    elsewhere = await town.company(at="3705")
    assert await town.refused(elsewhere.admin, case.apply, opened.id, None) == [(Code.RATING_ELSEWHERE, "cycleId")]


async def test_a_draft_is_its_regulators_own(town: Town, bureau: Bureau, firm: Firm) -> None:
    """Companies and every other regulator, be it of the same division or above, see a cycle once it is open."""
    drafted, opened = await bureau.drafted(), await bureau.opened()
    schema = executable(build())
    others = [await town.regulator(path) for path in ("3705", CITY, "37")]
    for principal, sees in ((bureau.assessor, True), *((one, False) for one in (firm.admin, *others))):
        answer = await Asker(schema, town.database, principal)("{ ratingCycles(first: 100) { nodes { id } } }")
        ids = {node["id"] for node in answer["ratingCycles"]["nodes"]}
        assert (f"rcy_{drafted.id}" in ids) is sees
        assert f"rcy_{opened.id}" in ids
