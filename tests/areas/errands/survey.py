"""Errands of surveys, each of an estate of its own; and surveys for the tests of surveys."""

from typing import Any
from uuid import UUID

from tenants import survey
from tenants.permission import RegulatorRole
from tenants.scope import Principal
from tenants.survey import NewQuestion, NewSurvey, Survey
from tenants.survey.answer import holder, submit
from tenants.survey.conduct import Handed
from tests.areas.errands.registry import Input, errand
from tests.areas.town import STREET, Town

QUESTIONS = (
    NewQuestion(text="您对保洁满意吗？", indicator="CLEAN"),
    NewQuestion(text="您给物业打几分？", low=0, high=100),
)
HOUSEHOLDS = [f"{building}-{door}" for building in range(1, 5) for door in range(101, 121)]


async def conductor(town: Town) -> Principal:
    """An assessor of the street."""
    return await town.regulator(STREET, RegulatorRole.ASSESSOR)


async def set_up(town: Town, estate_id: UUID | None = None, **more: Any) -> Survey:
    """A survey that is not drawn yet."""
    estate_id = estate_id or (await town.project(await town.company())).estate_id
    new = NewSurvey(estate_id=estate_id, **{"questions": QUESTIONS, **more})
    return await town.do(await conductor(town), survey.set_up, new)


async def drawn(town: Town, households: list[str] = HOUSEHOLDS, **more: Any) -> tuple[Survey, list[Handed]]:
    """An open survey and the slips of its sample."""
    reserves = more.pop("reserves", None)
    row = await set_up(town, **more)
    handed = await town.do(await conductor(town), survey.draw_sample, row.id, 1, households, reserves)
    return row, handed


async def answered(town: Town, handed: list[Handed], clean: int = 5, points: int = 90, comment: str = "") -> None:
    """The households of some slips answer alike."""
    for each in handed:
        scores = {"q1": clean, "q2": points}
        assert await town.do(holder(each.link), submit, each.link, scores, comment)


def _questions() -> list[Input]:
    return [{"text": "您对保洁满意吗？", "indicator": "CLEAN"}, {"text": "打几分？", "low": 0, "high": 100}]


@errand
async def set_up_survey(town: Town) -> tuple[Principal, Input]:
    begun = await town.project(await town.company())
    return await conductor(town), {"estateId": f"est_{begun.estate_id}", "questions": _questions()}


@errand
async def draw_survey_sample(town: Town) -> tuple[Principal, Input]:
    row = await set_up(town)
    return await conductor(town), {"id": f"svy_{row.id}", "version": 1, "households": HOUSEHOLDS}


async def _out(town: Town) -> tuple[Principal, Input]:
    row, handed = await drawn(town)
    given = {"surveyId": f"svy_{row.id}", "version": 2, "slipId": f"svs_{handed[0].slip.id}"}
    return await conductor(town), given


@errand
async def replace_survey_household(town: Town) -> tuple[Principal, Input]:
    return await _out(town)


@errand
async def renew_survey_link(town: Town) -> tuple[Principal, Input]:
    return await _out(town)


@errand
async def close_survey(town: Town) -> tuple[Principal, Input]:
    row, _ = await drawn(town)
    return await conductor(town), {"id": f"svy_{row.id}", "version": 2, "shortfall": "住户多不在家"}
