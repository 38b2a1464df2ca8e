"""What regulators do at the companies of the demo: schemes, credit, ratings, lists, surveys, whistles, orders, duties.

It is told by the rules themselves, each step on its day and by whom it is for, so that every row is as the rules make
it: deadlines, scores with their explanations, hashes. Places, offices and companies are the demo's; all is invented.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenants.division import WORKER
from tenants.row import telling
from tenants.sample.supervision import credit, duties, lists, ratings, schemes, surveys, whistles
from tenants.sample.supervision.story import Office, Story, firm_of
from tenants.scope import Database


async def supervise(
    database: Database, offices: Mapping[str, Office], firms: Sequence[UUID], unserved: Sequence[UUID]
) -> None:
    """Tell everything, once: all of it or nothing is there."""
    async with database.writing(WORKER, lasting=False) as scope:
        if await scope.connection.fetchval("SELECT EXISTS (SELECT FROM scheme WHERE code = $1)", schemes.CREDIT):
            return
        with telling("supervision") as told:
            story = Story(scope, told, offices, [await firm_of(scope, each) for each in firms])
            await schemes.publish(story)
            ours, theirs = await credit.record(story)
            await ratings.rate(story)
            await surveys.conduct(story)
            await lists.publish(story, ours, theirs)
            await whistles.blow(story)
            await duties.run_campaign(story)
            await duties.grant_subsidies(story, unserved)
            await credit.score(story)
