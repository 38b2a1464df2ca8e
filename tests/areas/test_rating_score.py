"""Scores of a rating come in from groups that see only their own, are worked out, objected to and published."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

from schema import build, executable
from tenants.credit import repair
from tenants.credit.record import CreditSeverity, RepairOutcome
from tenants.errors import Code
from tenants.rating import inputs, objection, progress, result, sheet, what_if
from tenants.rating.case import Answer, RatingObjectionOutcome
from tenants.rating.cycle import RatingCycle
from tenants.row import today
from tenants.scheme import registry
from tenants.scheme import score as work_out
from tenants.scope import Principal
from tests.areas.credit import DAY, publish
from tests.areas.credit import Bureau as CreditBureau
from tests.areas.credit import scheme as credit_scheme
from tests.areas.errands import Desk, document
from tests.areas.rating import CITY, UNTIL, Bureau, Round, scheme, yes
from tests.areas.schemes import indicator
from tests.areas.town import OTHER_DISTRICT_STREET, OTHER_STREET, Town
from tests.reads.asking import Asker


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """The city's bureau and its scheme."""
    return await Bureau.of(town)


@pytest.fixture
async def going(bureau: Bureau) -> Round:
    """A cycle that collects scores."""
    return await Round.of(bureau)


def points(of: str, value: object, **more: Any) -> Answer:
    """Points for an indicator."""
    return Answer(indicator=of, points=Decimal(str(value)), **more)


async def sheets(town: Town, principal: Principal, cycle: RatingCycle) -> set[str]:
    """The groups of the sheets of a cycle that somebody reads."""
    text = "query($id: ID!) { ratingSheets(first: 100, where: {cycle: {id: {eq: $id}}}) { nodes { group } } }"
    answer = await Asker(executable(build()), town.database, principal)(text, id=f"rcy_{cycle.id}")
    return {node["group"] for node in answer["ratingSheets"]["nodes"]}


async def test_what_a_group_may_not_enter(town: Town, bureau: Bureau, going: Round) -> None:
    """Another group's indicator, above the maximum, without evidence, a group one is not of: each refused by name."""
    of = going.case.id
    for who, group, given, problem in (
        (going.site, "SITE", points("P1", 3), (Code.SCORE_GROUP_UNKNOWN, "answers.0.indicator")),
        (going.site, "SITE", points("S1", 41, evidence="记录"), (Code.SCORE_OUT_OF_RANGE, "answers.0.indicator")),
        (going.site, "SITE", points("S1", 40), (Code.RATING_EVIDENCE_REQUIRED, "answers.0.evidence")),
        (going.site, "PARTY", points("P1", 3), (Code.RATING_NOT_EVALUATOR, "group")),
        (bureau.assessor, "SITE", points("S1", 3, evidence="记录"), (Code.RATING_NOT_EVALUATOR, "group")),
    ):
        assert await town.refused(who, sheet.score, of, group, [given]) == [problem]
    other_street = await town.regulator(OTHER_STREET)
    assert await town.refused(other_street, sheet.score, of, "SITE", [yes("G")]) == [(Code.NOT_FOUND, "caseId")]
    first = await town.do(going.site, sheet.score, of, "SITE", [yes("G")])
    second = await town.do(going.site, sheet.score, of, "SITE", [points("S1", 30, evidence="记录")])
    assert (first.revision, second.revision, set(second.answers)) == (1, 2, {"G", "S1"})


async def test_a_closed_cycle_takes_no_scores(town: Town, bureau: Bureau, going: Round) -> None:
    """Neither of a regulator nor of a peer, once the cycle is scored."""
    await going.scored()
    late = await town.refused(going.site, sheet.score, going.case.id, "SITE", [yes("G")])
    assert late == [(Code.RATING_NOT_NOW, "caseId")]
    [dossier] = await going.dossiers(going.firm)
    peer = await town.refused(going.firm.admin, sheet.review, dossier["id"], dossier["version"], [points("R1", 1)])
    assert peer == [(Code.RATING_NOT_NOW, "id")]


async def test_each_group_sees_its_own_until_publication(town: Town, bureau: Bureau, going: Round) -> None:
    """Before scoring the writer alone, not even the organiser; then the organiser; the company when it is published."""
    await going.complete()
    readers = [going.site, going.party, bureau.assessor, going.firm.admin]

    async def seen() -> list[set[str]]:
        return [await sheets(town, one, going.cycle) for one in readers]

    assert await seen() == [{"SITE"}, {"PARTY"}, set(), set()]
    await going.take(result.score_cycle, bureau.assessor)
    assert await seen() == [{"SITE"}, {"PARTY"}, {"SITE", "PARTY"}, set()]
    await going.take(progress.publicise, on=today() - 30 * DAY)
    await going.take(progress.finalise)
    assert await seen() == [{"SITE"}, {"PARTY"}, {"SITE", "PARTY"}, set()]
    await going.take(progress.publish_cycle)
    assert await seen() == [{"SITE"}, {"PARTY"}, {"SITE", "PARTY"}, {"SITE", "PARTY"}]


async def test_an_evaluator_is_dismissed_and_what_it_entered_stands(town: Town, bureau: Bureau, going: Round) -> None:
    """It scores no more until it is appointed again; the last of a group stays while scores are collected."""

    async def of(who: Principal) -> Any:
        found = await town.administrator.fetchval(
            "SELECT id FROM rating_evaluator WHERE cycle_id = $1 AND regulator_id = $2",
            going.cycle.id,
            who.regulator_id,
        )
        assert found is not None
        return found

    async def kept(problem: tuple[Code, str], who: Principal, **by: Any) -> None:
        assert await going.refuse(sheet.dismiss, evaluator_id=await of(who), **by) == [problem]

    await kept((Code.RATING_LAST_EVALUATOR, "evaluatorId"), going.party)
    await going.complete()
    second = await town.regulator(OTHER_STREET)
    await bureau.appointed(going.cycle, "PARTY", second)
    await kept((Code.NOT_FOUND, "cycleId"), going.party, principal=second)
    await going.take(sheet.dismiss, evaluator_id=await of(going.party))
    out = await town.refused(going.party, sheet.score, going.case.id, "PARTY", [points("P1", 3)])
    assert out == [(Code.RATING_NOT_EVALUATOR, "group")]
    assert await sheets(town, going.party, going.cycle) == {"PARTY"}
    await bureau.appointed(going.cycle, "PARTY", going.party)
    again = await town.do(going.party, sheet.score, going.case.id, "PARTY", [points("P1", 20)])
    assert again.revision == 2
    await going.take(sheet.dismiss, evaluator_id=await of(going.party))
    await going.take(result.score_cycle, bureau.assessor)
    told = await town.administrator.fetchval("SELECT inputs::text FROM rating_result WHERE case_id = $1", going.case.id)
    [party] = [entry for entry in orjson.loads(told)["entries"] if entry.get("group") == "PARTY"]
    assert (party["evaluator"], party["points"]) == (again.evaluator, "20")
    await kept((Code.RATING_NOT_NOW, "cycleId"), second)


async def test_a_peer_gets_a_dossier_without_names_and_never_its_own(town: Town, going: Round) -> None:
    """The number, the indicators and the claims; no row of the other company can be reached from it."""
    [dossier] = await going.dossiers(going.firm)
    assert dossier["number"] == going.rival.number
    told = orjson.loads(dossier["dossier"])
    assert [each["code"] for each in told["indicators"]] == ["R1"]
    text = dossier["dossier"]
    assert going.rival.project_id is not None
    for table, id_ in (("company", going.other.id), ("project", going.rival.project_id)):
        assert (await town.row(table, id_))["name"] not in text
        assert str(id_) not in text
    own = [row for row in await going.dossiers(going.other) if row["number"] == going.rival.number]
    assert own == []
    # Should one's own dossier ever reach one, answering it is refused all the same.
    await town.administrator.execute(
        "UPDATE rating_peer_review SET number = $2 WHERE id = $1", dossier["id"], going.case.number
    )
    refused = await town.refused(going.firm.admin, sheet.review, dossier["id"], dossier["version"], [points("R1", 30)])
    assert refused == [(Code.RATING_OWN_CASE, "id")]


async def test_an_incomplete_case_keeps_a_cycle_from_being_scored(town: Town, bureau: Bureau, going: Round) -> None:
    """It is named with what it misses; nothing is disclosed by the attempt."""
    await going.score()
    assert await going.refuse(result.score_cycle, bureau.assessor) == [(Code.RATING_INCOMPLETE, "id")]
    assert await sheets(town, bureau.assessor, going.cycle) == set()
    assert await going.refuse(progress.publicise) == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_coverage_is_counted_while_a_cycle_runs(town: Town, bureau: Bureau, going: Round) -> None:
    """Who takes part of those that should, and of how many cases which answer is missing: no score, no company. The
    organiser asks, before it is scored, and what it may read does not change by that.
    """
    await going.score()
    await going.reviewed()
    desk, text = (
        Desk(town),
        (
            "mutation($id: ID!) { measureRatingCoverage(input: {cycleId: $id}) { ratingCoverage { candidates takingPart"
            " undecided ineligible coverage coverageMin coverageMet complete missing { indicator cases } }"
            " userErrors { code field message } } }"
        ),
    )

    async def asked(who: Principal) -> Any:
        said = await desk.ask(who, text, {"id": f"rcy_{going.cycle.id}"})
        return said["data"]["measureRatingCoverage"]

    found = (await asked(bureau.publisher))["ratingCoverage"]
    candidates = await town.administrator.fetchval(
        "SELECT count(*) FROM project WHERE division_path ^@ '3704' AND started_on <= $1 AND ended_on IS NULL", UNTIL
    )
    assert (found["candidates"], found["takingPart"], found["undecided"], found["ineligible"]) == (candidates, 2, 0, 0)
    assert (found["coverageMin"], found["coverageMet"]) == ("0.5", candidates / 2 <= 2)
    assert found["complete"] == 1
    assert found["missing"] == [
        {"indicator": "G", "cases": 1},
        {"indicator": "P1/PARTY", "cases": 1},
        {"indicator": "S1/SITE", "cases": 1},
    ]
    assert await sheets(town, bureau.assessor, going.cycle) == set()
    elsewhere = (await asked(going.site))["userErrors"]
    assert [(each["code"], each["field"]) for each in elsewhere] == [("RATING_ORGANISER_ONLY", "id")]
    await going.score(going.rival.id)
    assert (await asked(bureau.publisher))["ratingCoverage"]["complete"] == 2
    await going.take(result.score_cycle, bureau.assessor)
    assert [each["code"] for each in (await asked(bureau.publisher))["userErrors"]] == ["RATING_NOT_NOW"]


async def test_credit_records_are_deducted_until_they_are_repaired(town: Town) -> None:
    """From a record in force to a rating by it: an item of its own, and as in Yinchuan's table (T4, 6) what another
    record of the project brings along, within the period. What is repaired before the cycle is scored is used no more,
    nor is what concerns another project, another company, or occurred before.
    """
    county = "370402"
    dimensions = [
        {"code": "D", "name": "现场", "indicators": [indicator("range", "A", high=100)]},
        {
            "code": "C",
            "name": "信用",
            "indicators": [
                indicator("item", "D1", name="未公示收费", points=-5),
                indicator("cascade", "T4-6", name="项目信用扣分", source="COMPANY"),
            ],
        },
    ]
    bands = [{"code": "ALL", "name": "参评", "when": [{"score": "(, 100]"}]}]
    document = scheme(code="TEST-CREDITED", groups=[], dimensions=dimensions, bands=bands)
    bureau, credit = await Bureau.of(town, county, document), await CreditBureau.of(town, county)
    await publish(town, county, credit_scheme())
    firm, other = await town.company(), await town.company()
    mine, beside = [await town.project(firm) for _ in range(2)]
    theirs = await town.project(other)

    async def record(of: Any = firm, **more: Any) -> Any:
        return await credit.effective(of, severity=CreditSeverity.MINOR, **more)

    since, until = today() - 60 * DAY, today()
    await record(project_id=mine.id)
    await record(project_id=mine.id, item="D2", points=Decimal(-3))
    repaired = await record(project_id=mine.id, item="D2", points=Decimal(-7))
    await record(project_id=mine.id, item="D2", points=Decimal(-4), occurred_on=since - DAY)
    await record(project_id=beside.id, item="D2", points=Decimal(-2))
    await record(item="D2", points=Decimal(-10))
    applied = await town.do(firm.admin, repair.apply, repaired.id, repaired.version, "已整改", "承诺书1号")
    opened = await bureau.opened(division_code=county, period_from=since, period_to=until)
    await bureau.appointed(opened, "", bureau.assessor)
    cases = [await bureau.admitted(*each) for each in ((firm, opened, mine.id), (firm, opened, beside.id))]
    cases.append(await bureau.admitted(other, opened, theirs.id))
    await bureau.collecting(opened)
    for one in cases:
        await town.do(bureau.assessor, sheet.score, one.id, "", [points("A", 90)])
    granted = (repaired.id, applied.version, RepairOutcome.GRANTED, "准予修复")
    await town.do(credit.publisher, repair.decide_repair, *granted)
    seen = await town.row("rating_cycle", opened.id)
    await town.do(bureau.assessor, result.score_cycle, opened.id, seen["version"])
    rows = await town.administrator.fetch("SELECT case_id, total FROM rating_result WHERE cycle_id = $1", opened.id)
    totals = {row["case_id"]: row["total"] for row in rows}
    assert [totals[one.id] for one in cases] == [Decimal(82), Decimal(88), Decimal(90)]


async def test_a_result_explains_itself_and_is_recomputed_bit_for_bit(town: Town, bureau: Bureau, going: Round) -> None:
    """D10: the stored inputs and the scheme give the stored bytes; nobody holds a grant to change them."""
    await going.scored()
    row = await town.administrator.fetchrow(
        "SELECT *, inputs::text AS kept, explanation::text AS told FROM rating_result WHERE case_id = $1", going.case.id
    )
    assert row is not None
    assert (row["total"], row["band"], row["edition"]) == (Decimal("93.00"), "GOOD", 1)
    document = registry.document_in(bureau.scheme)
    again = work_out(document, inputs.read(row["kept"]), UNTIL)
    assert again.canonical.decode() == row["told"]
    assert hashlib.sha256(again.canonical).hexdigest() == row["digest"]
    told = orjson.loads(row["told"])
    assert [section["points"] for section in told["sections"]] == ["38", "28", "27"]
    grants = await town.administrator.fetch(
        "SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = 'rating_result'"
        " AND grantee LIKE 'linli%' AND grantee <> 'linli_owner'"
    )
    assert {grant["privilege_type"] for grant in grants} == {"SELECT", "INSERT"}


async def test_a_failed_gate_keeps_a_case_out(town: Town, bureau: Bureau, going: Round) -> None:
    """It is not rated, whatever else was entered, and the reason is the gate's name."""
    await going.score()
    await town.do(going.site, sheet.score, going.rival.id, "SITE", [Answer(indicator="G", yes=False)])
    await going.reviewed()
    await going.take(result.score_cycle, bureau.assessor)
    row = await town.row("rating_case", going.rival.id)
    assert (row["state"], row["reason"]) == ("INELIGIBLE", "党组织健全")


async def test_whoever_scored_does_not_decide(town: Town, bureau: Bureau, going: Round) -> None:
    """Four eyes: a publisher may score the cycle, and then another shows, decides and publishes it."""
    await going.complete()
    await going.take(result.score_cycle, bureau.publisher)
    assert await going.refuse(progress.publicise) == [(Code.FOUR_EYES, "id")]
    another = await town.regulator(CITY)
    await going.take(progress.publicise, another, on=today() - 30 * DAY)
    assert await going.refuse(progress.finalise) == [(Code.FOUR_EYES, "id")]


async def test_publicity_and_its_objections(town: Town, bureau: Bureau, going: Round) -> None:
    """Within the days, once; results become final, and are published, when the days are over and all is decided."""
    early = await town.refused(going.firm.admin, objection.object_to, *await going.at(), "有误")
    assert early == [(Code.RATING_NOT_NOW, "id")]
    shown = await going.publicised(today() - 30 * DAY)
    assert shown.object_by is not None
    late = await town.refused(going.firm.admin, objection.object_to, *await going.at(), "有误")
    assert late == [(Code.RATING_OBJECTION_LATE, "id")]
    running = await going.refuse(progress.finalise, on=shown.object_by)
    assert running == [(Code.RATING_PUBLICITY_RUNS, "id")]
    row = await town.do(
        going.other.admin, objection.object_to, *await going.at(going.rival.id), "记录有误", on=shown.object_by
    )
    assert row.objection_decide_by is not None
    again = await town.refused(going.other.admin, objection.object_to, row.id, row.version, "x", on=shown.object_by)
    assert again == [(Code.RATING_OBJECTED, "id")]
    foreign = await town.refused(going.firm.admin, objection.object_to, row.id, row.version, "x", on=shown.object_by)
    assert foreign == [(Code.NOT_FOUND, "id")]
    assert await going.refuse(progress.finalise) == [(Code.RATING_OBJECTIONS_OPEN, "id")]
    assert await going.refuse(progress.publish_cycle) == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    nothing = await town.refused(
        bureau.publisher, objection.decide_objection, *await going.at(), RatingObjectionOutcome.UPHELD, "维持"
    )
    assert nothing == [(Code.RATING_NO_OBJECTION, "id")]
    decided = await town.do(
        bureau.publisher,
        objection.decide_objection,
        row.id,
        row.version,
        RatingObjectionOutcome.ADJUSTED,
        "现场复核后更正",
        "SITE",
        [points("S1", 35, evidence="复核记录")],
    )
    assert (decided.state, decided.objection_outcome) == ("ADJUSTED", "ADJUSTED")
    await going.take(progress.finalise)
    await going.take(progress.publish_cycle)
    rows = await town.administrator.fetch(
        "SELECT number, edition, total, band_name FROM published_rating WHERE cycle_id = $1 ORDER BY total",
        going.cycle.id,
    )
    assert [tuple(row) for row in rows] == [
        (going.rival.number, 2, Decimal("77.00"), "合格"),
        (going.case.number, 1, Decimal("93.00"), "优秀"),
    ]


async def test_a_published_result_is_corrected_by_another_edition(town: Town, bureau: Bureau, going: Round) -> None:
    """Everybody reads both, and which one holds; a correction that changes nothing is refused."""
    await going.published()
    same = await town.refused(
        bureau.publisher,
        objection.correct,
        *await going.at(),
        "PARTY",
        [points("P1", 41)],
        "录入错误",
    )
    assert same == [(Code.SCORE_OUT_OF_RANGE, "answers.0.indicator")]
    await town.do(bureau.publisher, objection.correct, *await going.at(), "PARTY", [points("P1", 8)], "录入错误")
    bystander = await town.company(at="3705")
    text = (
        "query($id: ID!) { publishedRatings(where: {cycle: {id: {eq: $id}}}, orderBy: [{field: EDITION}])"
        " { nodes { number edition latest total bandName reason } } }"
    )
    seen = await Asker(executable(build()), town.database, bystander.admin)(text, id=f"rcy_{going.cycle.id}")
    mine = [node for node in seen["publishedRatings"]["nodes"] if node["number"] == going.case.number]
    assert [(one["edition"], one["latest"], one["total"], one["bandName"], one["reason"]) for one in mine] == [
        (1, False, "93.00", "优秀", None),
        (2, True, "73.00", "合格", "录入错误"),
    ]
    await going.take(progress.rectify)
    closed = await going.take(progress.close)
    assert (closed.state, closed.closed_on) == ("CLOSED", today())


async def test_the_result_of_a_company_that_left_is_published_too(town: Town, bureau: Bureau) -> None:
    """Its only project in the city ends in the publicity: its objection is decided, and nothing is left out of what is
    published and corrected, although the city's regulator sees the company no more.
    """
    going = await Round.of(bureau, at="3705")
    await going.publicised(today() - 30 * DAY)
    objected = await town.do(
        going.firm.admin, objection.object_to, *await going.at(), "记录有误", on=today() - 29 * DAY
    )
    assert going.case.project_id is not None
    await town.leave(going.firm, going.case.project_id)
    assert await town.reach(going.firm) == ["37", "3705"]
    upheld = (going.case.id, objected.version, RatingObjectionOutcome.UPHELD, "维持")
    await town.do(bureau.publisher, objection.decide_objection, *upheld)
    await going.take(progress.finalise)
    await going.take(progress.publish_cycle)
    await town.do(bureau.publisher, objection.correct, *await going.at(), "PARTY", [points("P1", 8)], "录入错误")
    rows = await town.administrator.fetch(
        "SELECT number, edition, company_name, project_name FROM published_rating WHERE cycle_id = $1", going.cycle.id
    )
    expected = await town.administrator.fetch(
        """SELECT k.number, e.edition, c.name, p.name FROM rating_result e
           JOIN rating_case k ON k.id = e.case_id JOIN company c ON c.tenant_id = k.tenant_id
           JOIN project p ON p.id = k.project_id
           WHERE e.cycle_id = $1""",
        going.cycle.id,
    )
    assert {tuple(row) for row in rows} == {tuple(row) for row in expected}
    assert sorted((row["number"] == going.case.number, row["edition"]) for row in rows) == [
        (False, 1),
        (True, 1),
        (True, 2),
    ]
    writing = registry.Writing(structure=scheme().structure())
    moved = await town.do(bureau.publisher, what_if.rescore, going.cycle.id, writing)
    assert {one.number for one in moved.cases} == {going.case.number, going.rival.number}


async def test_what_if_shows_who_moves_and_keeps_nothing(town: Town, bureau: Bureau, going: Round) -> None:
    """A draft with other bands on a scored cycle: how many in each band, and every case, before and after."""
    await going.scored()
    bands = [
        {"code": "TOP", "name": "示范", "when": [{"score": "[95, 100]"}]},
        {"code": "FAIR", "name": "合格", "when": [{"score": "[62, 95)"}]},
        {"code": "POOR", "name": "不合格", "when": [{"score": "[0, 62)"}]},
    ]
    facts = scheme(bands=bands).structure()
    facts["dimensions"][0]["indicators"].append({"kind": "range", "code": "S2", "name": "新增", "high": 5})
    facts["dimensions"][0]["indicators"][1]["high"] = "35"
    before = await town.administrator.fetchval("SELECT count(*) FROM rating_result")
    found = await town.do(bureau.assessor, what_if.rescore, going.cycle.id, registry.Writing(structure=facts))
    assert list(found.before) == [("GOOD", 1), ("FAIR", 1), ("POOR", 0)]
    assert list(found.after) == [("TOP", 0), ("FAIR", 1), ("POOR", 1)]
    by_number = {one.number: one for one in found.cases}
    mine, rival = by_number[going.case.number], by_number[going.rival.number]
    # 38 of what gives at most 35 now is no answer to it; 20 still is.
    assert (mine.total_before, mine.total_after, mine.band_after) == (Decimal("93.00"), Decimal("55.00"), "POOR")
    assert mine.missing == ("S1/SITE", "S2/SITE")
    assert (rival.band_before, rival.band_after, rival.rank_before, rival.rank_after) == ("FAIR", "FAIR", 2, 1)
    assert await town.administrator.fetchval("SELECT count(*) FROM rating_result") == before
    for company in (going.firm, going.other):
        seen = await town.administrator.fetchrow("SELECT * FROM access_entry WHERE tenant_id = $1", company.id)
        assert seen is not None
        assert (seen["kinds"], seen["purpose"]) == (["RatingCase"], "SUPERVISION")
        assert (seen["regulator_id"], seen["actor_id"]) == (bureau.assessor.regulator_id, bureau.assessor.actor_id)
    # Without a purpose no row of a company is read, so nobody moves and nothing is noted.
    aimless = replace(bureau.assessor, purpose=None)
    nobody = await town.do(aimless, what_if.rescore, going.cycle.id, registry.Writing(structure=facts))
    assert list(nobody.cases) == []
    told = await Desk(town).ask(aimless, document("rescoreRatingCycle"), {"input": {"cycleId": "x"}})
    assert [error["extensions"]["code"] for error in told["errors"]] == ["PURPOSE_REQUIRED"]
    collecting = await Round.of(bureau)
    early = await town.refused(bureau.assessor, what_if.rescore, collecting.cycle.id, registry.Writing(structure=facts))
    assert early == [(Code.RATING_NOT_NOW, "cycleId")]


async def test_r09_counts_bands_coverage_and_who_moved(town: Town) -> None:
    """Of two cycles of a county: one project rises, one is new; below half of the projects coverage is not met."""
    county = "370403"
    document = scheme(
        code="TEST-COUNTY",
        groups=[],
        dimensions=[
            {"code": "D1", "name": "现场", "indicators": [indicator("range", "A", high=60)]},
            {"code": "D2", "name": "党建", "indicators": [indicator("range", "B", high=40)]},
        ],
    )
    bureau = await Bureau.of(town, county, document)
    firm = await town.company()
    projects = [await town.project(firm, at=OTHER_DISTRICT_STREET) for _ in range(3)]
    periods = [(date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 6, 30))]
    entered = [{0: (50, 20)}, {0: (55, 35), 1: (30, 20)}]
    for (since, until), given in zip(periods, entered, strict=True):
        opened = await bureau.opened(division_code=county, period_from=since, period_to=until, title=f"{until}评定")
        await bureau.appointed(opened, "", bureau.assessor)
        cases = {at: await bureau.admitted(firm, opened, projects[at].id) for at in given}
        await bureau.collecting(opened)
        for at, (site, party) in given.items():
            await town.do(bureau.assessor, sheet.score, cases[at].id, "", [points("A", site), points("B", party)])
        deciding = await town.regulator(county)
        for rule, who, more in (
            (result.score_cycle, bureau.assessor, {}),
            (progress.publicise, deciding, {"on": today() - 30 * DAY}),
            (progress.finalise, deciding, {}),
            (progress.publish_cycle, deciding, {}),
        ):
            now = await town.row("rating_cycle", opened.id)
            await town.do(who, rule, opened.id, now["version"], **more)
    day = today().isoformat()
    asked = f'(since: "{day}", until: "{day}")'
    text = (
        f"{{ ratingFigures{asked} {{ periodTo candidates rated coverage coverageMet meanTotal movedUp movedDown"
        f" unmoved newCases }} ratingBandFigures{asked} {{ band cases share }}"
        f" ratingDimensionFigures{asked} {{ dimension cases mean }} }}"
    )
    found = await Asker(executable(build()), town.database, bureau.assessor)(text)
    assert [tuple(row.values()) for row in found["ratingFigures"]] == [
        ("2025-12-31", 3, 1, "0.3333", False, "70.00", 0, 0, 0, 1),
        ("2026-06-30", 3, 2, "0.6667", True, "70.00", 1, 0, 0, 1),
    ]
    assert [tuple(row.values()) for row in found["ratingBandFigures"]][3:] == [
        ("GOOD", 1, "0.5000"),
        ("FAIR", 0, "0.0000"),
        ("POOR", 1, "0.5000"),
    ]
    assert [tuple(row.values()) for row in found["ratingDimensionFigures"]] == [
        ("D1", 1, "50.00"),
        ("D2", 1, "20.00"),
        ("D1", 2, "42.50"),
        ("D2", 2, "27.50"),
    ]
