"""The whistles of the story: street and community call units to the companies' estates."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from tenants import whistle
from tenants.sample.supervision.story import COMMUNITY, DAY, STREET, Firm, Story
from tenants.scope import Principal
from tenants.whistle import NewWhistle, Whistle, WhistleLevel


async def blow(story: Story) -> None:
    """One of each level but the first: an emergency confirmed, enforcement under way, a hard problem studied, and one
    that was rejected.
    """
    ours, theirs = story.firms
    street, community = story.at[STREET].publisher, story.at[COMMUNITY].publisher
    fire, order, gas = "市中区消防救援大队", "市中区综合行政执法局", "枣庄燃气服务站"
    row = await _blown(
        story, community, ours, date(2026, 4, 8), WhistleLevel.EMERGENCY, "地下车库燃气异味", [gas, fire]
    )
    row = await story.does(community, whistle.decide, row.id, row.version, accepted=True)
    row = await story.does(community, whistle.report, row.id, row.version, gas, _clock(date(2026, 4, 8), 9, 22))
    row = await story.does(community, whistle.report, row.id, row.version, fire, _clock(date(2026, 4, 8), 9, 31))
    story.told.on(date(2026, 4, 9))
    row = await story.does(community, whistle.dispose, row.id, row.version, date(2026, 4, 8), "更换阀门，检测合格")
    await story.does(community, whistle.confirm, row.id, row.version)
    hard = WhistleLevel.HARD_PROBLEM
    row = await _blown(story, street, theirs, date(2026, 5, 18), hard, "历史遗留违建占用绿地", [order])
    row = await story.does(street, whistle.decide, row.id, row.version, accepted=True)
    row = await story.does(street, whistle.report, row.id, row.version, order, _clock(date(2026, 5, 18), 15, 40))
    story.told.on(date(2026, 5, 25))
    await story.does(street, whistle.meet, row.id, row.version, date(2026, 5, 25), "联席会议纪要〔2026〕3号（示例）")
    row = await _blown(story, community, ours, date(2026, 6, 3), WhistleLevel.EMERGENCY, "广场舞音量偏大", [order])
    await story.does(
        community, whistle.decide, row.id, row.version, accepted=False, reason="不属紧急情形，转为问题办理"
    )
    row = await _blown(
        story, street, ours, date(2026, 6, 29), WhistleLevel.ENFORCEMENT, "商铺占用消防通道", [order, fire]
    )
    await story.does(street, whistle.decide, row.id, row.version, accepted=True)


async def _blown(
    story: Story, who: Principal, firm: Firm, on: date, level: WhistleLevel, matter: str, units: Sequence[str]
) -> Whistle:
    story.told.on(on)
    new = NewWhistle(
        estate_id=firm.projects[0]["estate_id"],
        level=level,
        matter=matter,
        units=units,
        persuasion="社区两次上门劝导无效" if level == WhistleLevel.ENFORCEMENT else None,
    )
    row = await story.does(who, whistle.blow, new)
    story.told.on(on + DAY)
    return row


def _clock(day: date, hour: int, minute: int) -> datetime:
    """A time of day in China."""
    return datetime.combine(day, time(hour - 8, minute), UTC)
