"""Errands of ratings: a cycle of a city's bureau, and cases at each step of its way."""

from tenants.rating import case, objection
from tenants.rating.case import RatingCase
from tenants.rating.cycle import RatingCycle
from tenants.row import today
from tenants.scheme import Scheme
from tenants.scope import Principal
from tests.areas.credit import DAY
from tests.areas.errands.registry import Input, errand
from tests.areas.rating import CITY, SINCE, UNTIL, Bureau, Round
from tests.areas.town import Firm, Town


async def _bureau(town: Town) -> Bureau:
    """The city's bureau; the first errand publishes the scheme."""
    known = await town.administrator.fetchrow("SELECT * FROM scheme WHERE code = 'TEST-RATING'")
    if known is None:
        return await Bureau.of(town)
    return Bureau(town, await town.regulator(CITY), await town.regulator(CITY), Scheme(**known))


def _at(row: RatingCycle) -> Input:
    return {"id": f"rcy_{row.id}", "version": row.version}


def _of(row: RatingCase) -> Input:
    return {"id": f"rca_{row.id}", "version": row.version}


async def _applied(town: Town) -> tuple[Bureau, Firm, RatingCase]:
    bureau, firm = await _bureau(town), await town.company()
    opened = await bureau.opened()
    row = await town.do(firm.admin, case.apply, opened.id, (await town.project(firm)).id)
    return bureau, firm, row


@errand
async def draft_rating_cycle(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    return bureau.publisher, {
        "divisionCode": CITY,
        "schemeId": f"sch_{bureau.scheme.id}",
        "title": "2026年上半年评定",
        "periodFrom": str(SINCE),
        "periodTo": str(UNTIL),
    }


@errand
async def open_rating_cycle(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    return bureau.publisher, _at(await bureau.drafted())


@errand
async def redraft_rating_cycle(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    return bureau.publisher, {**_at(await bureau.drafted()), "title": "2026年度评定", "periodTo": "2026-12-31"}


@errand
async def discard_rating_cycle(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    return bureau.publisher, _at(await bureau.drafted())


@errand
async def collect_rating_cycle(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    return bureau.publisher, _at(await bureau.opened())


@errand
async def apply_for_rating(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    opened, begun = await bureau.opened(), await town.project(firm)
    return firm.admin, {"cycleId": f"rcy_{opened.id}", "projectId": f"prj_{begun.id}"}


@errand
async def assess_for_rating(town: Town) -> tuple[Principal, Input]:
    _, firm, row = await _applied(town)
    return firm.admin, {**_of(row), "claims": [{"indicator": "P1", "points": "28"}]}


@errand
async def nominate_for_rating(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    opened, begun = await bureau.opened(), await town.project(firm)
    given = {"cycleId": f"rcy_{opened.id}", "version": opened.version, "projectIds": [f"prj_{begun.id}"]}
    return bureau.publisher, given


@errand
async def decide_rating_case(town: Town) -> tuple[Principal, Input]:
    bureau, _, row = await _applied(town)
    return bureau.publisher, {**_of(row), "eligible": True}


# Scores and what follows


async def _round(town: Town) -> Round:
    return await Round.of(await _bureau(town))


async def _step(town: Town, row: RatingCycle) -> Input:
    return _at(RatingCycle(**await town.row("rating_cycle", row.id)))


async def _case(going: Round) -> Input:
    id_, version = await going.at()
    return {"id": f"rca_{id_}", "version": version}


ANSWER = {"indicator": "P1", "points": "9"}


@errand
async def appoint_rating_evaluator(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    opened, county = await bureau.opened(), await town.regulator("370402")
    name = (await town.row("regulator", county.regulator_id))["name"]  # type: ignore[arg-type]
    given = {"cycleId": f"rcy_{opened.id}", "version": opened.version, "group": "SITE"}
    return bureau.publisher, {**given, "divisionCode": "370402", "regulatorName": name}


@errand
async def dismiss_rating_evaluator(town: Town) -> tuple[Principal, Input]:
    bureau = await _bureau(town)
    opened = await bureau.opened()
    row = await bureau.appointed(opened, "SITE", await town.regulator("370402"))
    seen = await town.row("rating_cycle", opened.id)
    given = {"cycleId": f"rcy_{opened.id}", "version": seen["version"]}
    return bureau.publisher, {**given, "evaluatorId": f"rev_{row['id']}"}


@errand
async def score_rating_case(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return going.party, {"caseId": f"rca_{going.case.id}", "group": "PARTY", "answers": [ANSWER]}


@errand
async def appoint_rating_peer(town: Town) -> tuple[Principal, Input]:
    going, third = await _round(town), await town.company()
    given = {"cycleId": f"rcy_{going.cycle.id}", "version": going.cycle.version, "group": "PEERS"}
    return going.bureau.publisher, {**given, "companyId": f"com_{third.id}"}


@errand
async def review_as_rating_peer(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    [dossier] = await going.dossiers(going.firm)
    given = {"id": f"rpr_{dossier['id']}", "version": dossier["version"]}
    return going.firm.admin, {**given, "answers": [{"indicator": "R1", "points": "20"}]}


@errand
async def score_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    await going.complete()
    return going.bureau.assessor, await _step(town, going.cycle)


@errand
async def publicise_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return (await town.regulator(CITY)), _at(await going.scored())


@errand
async def object_to_rating(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    await going.publicised()
    return going.firm.admin, {**await _case(going), "grounds": "记录有误"}


@errand
async def decide_rating_objection(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    await going.publicised()
    await town.do(going.firm.admin, objection.object_to, *await going.at(), "记录有误")
    given = {**await _case(going), "outcome": "ADJUSTED", "answer": "复核后更正", "group": "PARTY"}
    return going.bureau.publisher, {**given, "answers": [ANSWER]}


@errand
async def finalise_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return going.bureau.publisher, _at(await going.publicised(today() - 30 * DAY))


@errand
async def publish_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return going.bureau.publisher, _at(await going.final())


@errand
async def correct_rating_result(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    await going.published()
    return going.bureau.publisher, {**await _case(going), "group": "PARTY", "answers": [ANSWER], "reason": "录入错误"}


@errand
async def rectify_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return going.bureau.publisher, _at(await going.published())


@errand
async def close_rating_cycle(town: Town) -> tuple[Principal, Input]:
    going = await _round(town)
    return going.bureau.publisher, _at(await going.published())
