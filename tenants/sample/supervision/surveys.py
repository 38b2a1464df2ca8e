"""The surveys of the story: households of two estates are drawn and answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from tenants import survey
from tenants.sample.supervision.story import COMMUNITY, STREET, Story
from tenants.scope import Principal
from tenants.survey import Link, NewQuestion, NewSurvey, Survey
from tenants.survey.answer import holder, submit

_QUESTIONS: Final = (
    NewQuestion(text="您对保洁服务满意吗？", english="Are you satisfied with the cleaning?"),
    NewQuestion(text="您对秩序维护满意吗？", english="Are you satisfied with security and order?"),
    NewQuestion(text="您给物业服务打几分？", english="How many points do you give the service?", low=0, high=100),
)


async def conduct(story: Story) -> None:
    """The street's of our first estate is closed with 25 answers; the community's of the second one runs."""
    first, second = story.firms[0].projects
    street, community = story.at[STREET].assessor, story.at[COMMUNITY].assessor
    row, links = await _drawn(story, street, first, date(2026, 5, 11))
    story.told.on(date(2026, 5, 20))
    for number, link in enumerate(links):
        scores = {"q1": 3 + number % 3, "q2": 5 - number % 4, "q3": 70 + number}
        words = ("希望增加夜间照明", "", "保洁很及时", "", "")[number % 5]
        await story.does(holder(link), submit, link, scores, words)
    story.told.on(date(2026, 6, 5))
    await story.does(street, survey.close, row.id, row.version)
    _, links = await _drawn(story, community, second, date(2026, 6, 22))
    story.told.on(date(2026, 6, 26))
    for link in links[1:4]:
        await story.does(holder(link), submit, link, {"q1": 4, "q2": 4, "q3": 85}, "")


async def _drawn(story: Story, who: Principal, project: Mapping[str, Any], on: date) -> tuple[Survey, Sequence[Link]]:
    """An open survey of an estate, and the links of its sample."""
    story.told.on(on)
    row = await story.does(who, survey.set_up, NewSurvey(estate_id=project["estate_id"], questions=_QUESTIONS))
    households = [f"{building}号楼{door}" for building in range(1, 7) for door in range(101, 117)]
    handed = await story.does(who, survey.draw_sample, row.id, row.version, households, 10)
    return handed[0].survey, [each.link for each in handed]
