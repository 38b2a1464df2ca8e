"""Rating cycles in the contract: drafted, and taken from step to step, by a division's publisher."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.division import Division
from schema.rating.terms import CycleState
from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.terms import Subject
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants.permission import Permission
from tenants.rating import cycle as rules
from tenants.rating import progress
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.rating.case import RatingCase
    from schema.scheme import Scheme


@entity(table=rules.RatingCycle, prefix="rcy", permission=Permission.RATING_READ)
class RatingCycle(Node):
    """Rating cycle (评定周期): a division rates projects or companies by a scheme, over a period. A draft is seen by
    the regulator that drafts it and nobody else.
    """

    title: str = column("Title (名称).", where=True, order=True)
    state: CycleState = column("Where it stands (状态).", where=True)
    subject: Subject = column("What is rated (评价对象).", where=True)
    period_from: date = column("First day of the period rated (评定期起).", where=True, order=True)
    period_to: date = column("Last day of the period rated (评定期止); scores are as of it.", where=True, order=True)
    coverage_min: Decimal | None = column("What share of the division each cycle has to cover (最低覆盖率).")
    opened_on: date | None = column("Opened on (开放申报日期).", where=True, order=True)
    collecting_on: date | None = column("Scoring began on (评分开始日期).", where=True)
    scored_on: date | None = column("Scored on (评分完成日期).", where=True)
    publicity_on: date | None = column("In publicity since (公示日期).", where=True)
    object_by: date | None = column("Last day to object (异议期限).", where=True, order=True)
    provisional: bool = column("The last day's year has no published holiday calendar yet (期限暂定).")
    final_on: date | None = column("Final since (审定日期).", where=True)
    published_on: date | None = column("Published on (公布日期).", where=True, order=True)
    rectifying_on: date | None = column("Being put right since (整改开始日期).", where=True)
    closed_on: date | None = column("Closed on (结束日期).", where=True)
    division: "Division" = one("Whose cycle it is (组织区划).", where=True)
    scheme: "Scheme" = one("What it is scored by (评定方案).", where=True)
    cases: Connection["RatingCase"] = many("What takes part, as far as you may see it (参评对象).", by="cycle_id")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Drafted at (起草时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="Draft a rating cycle (起草评定周期).")
class DraftRatingCycleInput:
    """Where, by which scheme, over which period."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    scheme_id: strawberry.ID = identifier("sch", "A published rating scheme (评定方案).")
    title: str = strawberry.field(description="Title (名称).")
    period_from: date = strawberry.field(description="First day of the period rated (评定期起).")
    period_to: date = strawberry.field(description="Last day of the period rated (评定期止).")


@strawberry.input(description="Change a draft of a rating cycle (修改评定周期草案).")
class RedraftRatingCycleInput:
    """Which, and what is to be another; what is left out stays."""

    id: strawberry.ID = identifier("rcy", "The draft (评定周期草案).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    division_code: str | None = strawberry.field(
        description="Code of the division (区划代码).", default=strawberry.UNSET
    )
    scheme_id: strawberry.ID | None = identifier(
        "sch", "A published rating scheme (评定方案).", default=strawberry.UNSET
    )
    title: str | None = strawberry.field(description="Title (名称).", default=strawberry.UNSET)
    period_from: date | None = strawberry.field(
        description="First day of the period rated (评定期起).", default=strawberry.UNSET
    )
    period_to: date | None = strawberry.field(
        description="Last day of the period rated (评定期止).", default=strawberry.UNSET
    )


@strawberry.input(description="A cycle to take a step (推进评定周期).")
class RatingCycleStepInput:
    """Which."""

    id: strawberry.ID = identifier("rcy", "The cycle (评定周期).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.type(description="What became of a rating cycle (评定周期变更结果).")
class RatingCyclePayload:
    """The cycle, or why not."""

    rating_cycle: RatingCycle | None = changed("The cycle (评定周期)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a draft that was deleted (删除评定周期草案结果).")
class DiscardedRatingCyclePayload:
    """The division it was for, or why it was not deleted."""

    division: Division | None = changed("The division it was for (组织区划)")
    user_errors: list[UserError] = user_errors()


def payload(row: rules.RatingCycle) -> RatingCyclePayload:
    """The cycle as it is now."""
    return RatingCyclePayload(rating_cycle=ref(RatingCycle, row.id))


@mutation(Permission.RATING_PUBLISH, "Draft a rating cycle for your division or one below (起草评定周期).")
async def draft_rating_cycle(scope: Scope, input: DraftRatingCycleInput) -> RatingCyclePayload:
    return payload(await rules.draft(scope, rules.NewCycle(**values(input))))


@mutation(Permission.RATING_PUBLISH, "Change a draft that your organisation made (修改评定周期草案).")
async def redraft_rating_cycle(scope: Scope, input: RedraftRatingCycleInput) -> RatingCyclePayload:
    given = values(input)
    return payload(await rules.redraft(scope, given.pop("id"), given.pop("version"), given))


@mutation(Permission.RATING_PUBLISH, "Delete a draft that your organisation made (删除评定周期草案).")
async def discard_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> DiscardedRatingCyclePayload:
    return DiscardedRatingCyclePayload(division=ref(Division, await rules.discard(scope, **values(input))))


@mutation(Permission.RATING_PUBLISH, "Open a cycle to applications and self-assessment (开放申报自评).")
async def open_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.open_cycle(scope, **values(input)))


@mutation(Permission.RATING_PUBLISH, "End applications, and let the evaluators score (开始评分).")
async def collect_rating_cycle(scope: Scope, input: RatingCycleStepInput) -> RatingCyclePayload:
    return payload(await progress.collect(scope, **values(input)))
