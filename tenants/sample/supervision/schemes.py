"""The schemes of the story: how companies are rated, and what their credit and that of their leads is made of."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from tenants.sample.supervision.story import CITY, DISTRICT, Story
from tenants.scheme import library, registry

CREDIT: Final = "ZAOZHUANG-CREDIT"
"""Code of the city's scheme of credit."""


def _of_credit() -> registry.Writing:
    """Shandong's grades over items of our own: the province's three tables of items are not published."""
    document = library.shipped("shandong-credit").structure()
    items: Mapping[str, dict[str, Any]] = {
        "BASIC": {"code": "BASIC", "name": "基础信息", "low": 0, "high": 80},
        "GOOD": {"code": "GOOD", "name": "良好信息", "low": 1, "high": 10, "validity": {"months": 24}},
        "BAD": {"code": "BAD", "name": "不良信息", "low": -20, "high": -1},
    }
    dimensions = [
        {**each, "indicators": [{"kind": "item", "assumed": "示例分值", **items[each["code"]]}]}
        for each in document["dimensions"]
    ]
    named = {"code": CREDIT, "name": "枣庄市物业服务企业信用评价标准（示例）", "dimensions": dimensions}
    return registry.Writing(structure={**document, **named, "gaps": []})


async def publish(story: Story) -> None:
    """The city publishes how companies are rated and what their credit is made of; the district, that of leads."""
    story.told.on(date(2025, 1, 6))
    for path, writing in (
        (CITY, _of_credit()),
        (CITY, registry.Writing(yaml=library.text_of("jinan-quality"))),
        (DISTRICT, registry.Writing(yaml=library.text_of("yinchuan-lead-credit"))),
    ):
        draft = await story.does(story.at[path].assessor, registry.draft, path, writing)
        await story.does(story.at[path].publisher, registry.publish, draft.id, draft.version)
