"""The ratings of the story: projects of one district, rated in two years."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from tenants.change import find
from tenants.rating import case, cycle, objection, progress, result, sheet
from tenants.rating.case import Answer, CaseState, RatingCase, RatingObjectionOutcome
from tenants.rating.cycle import NewCycle, RatingCycle
from tenants.sample.supervision.rectification import put_right
from tenants.sample.supervision.story import CITY, COMMUNITY, DAY, DISTRICT, STREET, Story
from tenants.scheme import Scheme, registry
from tenants.scope import Principal

_GROUPS: Final = {
    "OWNERS": ("OWNER_SATISFACTION", DISTRICT),
    "SITE": ("SITE_EVALUATION", STREET),
    "PARTY": ("PARTY_SCORE", COMMUNITY),
}
"""What each group of the scheme scores, and the place whose office evaluates for it: the district asks the owners."""
_POINTS: Final = ((37, 27, 28), (30, 24, 25), (33, 26, 26), (20, 16, 18))
"""What owners, site evaluation and Party organisations gave each case; the third stands on the edge of a band."""


async def rate(story: Story) -> None:
    """That of 2025 is published, corrected after an objection and being put right; that of 2026 collects scores."""
    _, theirs = story.firms
    city, district = story.at[CITY], story.at[DISTRICT]
    projects = [each["id"] for firm in story.firms for each in firm.projects]
    row, cases = await _collecting(story, 2025, date(2025, 12, 1), projects)
    story.told.on(date(2025, 12, 22))
    for one, points in zip(cases, _POINTS, strict=True):
        for (group, (_, path)), given in zip(_GROUPS.items(), points, strict=True):
            await _scored(story, story.at[path].assessor, one, group, given)
    story.told.on(date(2026, 1, 5))
    row = await story.does(city.assessor, result.score_cycle, row.id, row.version)
    story.told.on(date(2026, 1, 6))
    row = await story.does(city.publisher, progress.publicise, row.id, row.version)
    story.told.on(date(2026, 1, 8))
    poor = await story.does(city.publisher, find, RatingCase, cases[3].id)
    poor = await story.does(theirs.admin, objection.object_to, poor.id, poor.version, "现场评价当日正在检修，请复核")
    story.told.on(date(2026, 1, 9))
    again = [Answer(indicator="SITE_EVALUATION", points=Decimal(22), evidence="复核记录（示例）")]
    await story.does(
        city.publisher,
        objection.decide_objection,
        poor.id,
        poor.version,
        RatingObjectionOutcome.ADJUSTED,
        "检修属实，按复核结果计分",
        "SITE",
        again,
    )
    assert row.object_by is not None  # it is in publicity
    story.told.on(row.object_by + DAY)
    for step in (progress.finalise, progress.publish_cycle, progress.rectify):
        row = await story.does(city.publisher, step, row.id, row.version)
    await put_right(story, district, cases)
    story.told.on(date(2026, 6, 1))
    _, cases = await _collecting(story, 2026, date(2026, 6, 1), projects)
    story.told.on(date(2026, 6, 25))
    for one in cases[:2]:
        await _scored(story, story.at[STREET].assessor, one, "SITE", 28)


async def _scored(story: Story, who: Principal, one: RatingCase, group: str, points: int) -> None:
    given = [Answer(indicator=_GROUPS[group][0], points=Decimal(points), evidence="评价记录（示例）")]
    await story.does(who, sheet.score, one.id, group, given)


async def _collecting(
    story: Story, year: int, on: date, projects: Sequence[UUID]
) -> tuple[RatingCycle, Sequence[RatingCase]]:
    """A rating of the district whose evaluators score: our company applied with its projects and assessed one of them,
    the others are nominated. Gives its cases in the order of the projects.
    """
    ours, city = story.firms[0], story.at[CITY].publisher
    story.told.on(on)
    scheme: Scheme = await story.does(city, registry.edition, "JINAN-QUALITY", CITY, None)
    new = NewCycle(
        division_code=DISTRICT,
        scheme_id=scheme.id,
        title=f"市中区{year}年度住宅小区物业服务质量综合评价（示例）",
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
    )
    row = await story.does(city, cycle.draft, new)
    row = await story.does(city, progress.open_cycle, row.id, row.version)
    for group, (_, path) in _GROUPS.items():
        row = await story.does(city, sheet.appoint, row.id, row.version, group, path, None)
    for project in ours.projects:
        one = await story.does(ours.admin, case.apply, row.id, project["id"])
        if project is ours.projects[0]:
            claims = [Answer(indicator="SITE_EVALUATION", points=Decimal(29), evidence="自查台账（示例）")]
            one = await story.does(ours.admin, case.assess, one.id, one.version, claims)
        await story.does(city, case.decide, one.id, one.version, True, None)
    row = await story.does(city, case.nominate, row.id, row.version, projects[len(ours.projects) :])
    story.told.on(on + 14 * DAY)
    row = await story.does(city, progress.collect, row.id, row.version)
    found = await story.does(city, case.cases_of, row, CaseState.SCORING)
    of_project = {one.project_id: one for one in found}
    return row, [of_project[project] for project in projects]
