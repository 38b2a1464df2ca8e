"""Errands of ratings: a cycle of a city's bureau, and cases at each step of its way."""

from tenants.rating import case
from tenants.rating.case import RatingCase
from tenants.rating.cycle import RatingCycle
from tenants.scheme import Scheme
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.rating import CITY, SINCE, UNTIL, Bureau
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
