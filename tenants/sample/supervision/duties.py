"""What the city asks of its counties in the story, and what it pays for estates that nobody serves."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from tenants import campaign, subsidy
from tenants.campaign import DutyKind, NewCampaign
from tenants.division import DivisionLevel
from tenants.sample.supervision.story import CITY, Story
from tenants.subsidy import NewSubsidy

COUNTIES: Final = ("370402", "370403", "370404", "370405", "370406", "370481")


async def run_campaign(story: Story) -> None:
    """A campaign of the city: every county reports by the month, observes by the quarter, assesses by the half-year;
    one county was late in May and another has not reported.
    """
    city = story.at[CITY].publisher
    story.told.on(date(2025, 12, 29))
    new = NewCampaign(
        division_code=CITY,
        name="物业管理突出问题专项整治（示例）",
        basis="枣物治〔2025〕1号（示例）",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        owed_by=DivisionLevel.COUNTY,
        duties=tuple(DutyKind),
        grace_days=10,
    )
    row = await story.does(city, campaign.open_campaign, new)
    for month in range(1, 6):
        for county in COUNTIES:
            if (month, county) == (5, COUNTIES[2]):
                continue
            on = date(2026, month + 1, 17 if (month, county) == (5, COUNTIES[1]) else 6)
            story.told.on(on)
            period, paper = date(2026, month, 1), f"{month}月整治月报（示例）"
            await story.does(city, campaign.do_duty, row.id, DutyKind.MONTHLY_REPORT, period, on, paper, county)
    story.told.on(date(2026, 4, 9))
    for county in COUNTIES:
        first, paper = date(2026, 1, 1), "一季度现场观摩记录（示例）"
        kind = DutyKind.QUARTERLY_OBSERVATION
        await story.does(city, campaign.do_duty, row.id, kind, first, date(2026, 4, 9), paper, county)


async def grant_subsidies(story: Story, estates: Sequence[UUID]) -> None:
    """Three years for each estate that nobody serves any more, 0.2 yuan a square metre and month (S4ZZ-05)."""
    story.told.on(date(2025, 12, 30))
    for estate_id in estates:
        new = NewSubsidy(
            estate_id=estate_id,
            rate=Decimal("0.2"),
            first_month=date(2026, 1, 1),
            months=36,
            basis="老旧小区物业补贴办法（示例）",
        )
        await story.does(story.at[CITY].publisher, subsidy.grant, new)
