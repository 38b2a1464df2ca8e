"""Committees of estates in the contract: read by all, kept by regulators."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.reads.report import Cell, figure, figures
from schema.terms import CommitteeKind
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import committee as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.estate import Estate


@entity(table=rules.Committee, prefix="cmt", permission=Permission.COMMITTEE_READ, division="division_path")
class Committee(Node):
    """Owners' committee or property management committee (业主委员会、物业管理委员会) of an estate; it names nobody."""

    kind: CommitteeKind = column("Kind (类型).", where=True)
    members: int = column("Members (成员人数).", where=True)
    owners: int | None = column("Owners among the members of a management committee (业主成员人数).")
    formed_on: date = column("Formed on (成立日期).", where=True, order=True)
    term_ends_on: date = column("Last day of its term (任期届满日).", where=True, order=True)
    filed_on: date | None = column("Filed on (备案日期).", where=True)
    ended_on: date | None = column("Ended on (终止日期); null while it acts.", where=True)
    end_reason: str | None = column("Why it ended (终止原因).")
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures(
    "Owners' and property management committees as on a day (业委会、物管会组建率, R-04). A rate counts only estates"
    " that stand below its line; of none it is null, shown as “—”."
)
class CommitteeFigures(Cell):
    """One row."""

    estates: int = figure("Estates in the registry, as it is today (小区数).")
    eligible_estates: int = figure(
        "Estates that are eligible for an owners' committee on the day, or by their status where no day is known"
        " (具备成立条件小区数)."
    )
    owners_committees: int = figure("Estates where an owners' committee acts (已成立业委会小区数).")
    management_committees: int = figure("Estates where a management committee acts (已成立物管会小区数).")
    with_committee: int = figure("Estates with one that counts (已组建小区数), by COMMITTEE_RATE_COUNTS_PMC.")
    eligible_with_committee: int = figure("Of these, eligible estates (具备条件且已组建小区数).")
    counts_pmc: bool = figure("Whether management committees count (物管会是否计入), by COMMITTEE_RATE_COUNTS_PMC.")
    denominator: str = figure("ELIGIBLE or ALL: whose rate `rate` is (组建率分母), by COMMITTEE_RATE_DENOMINATOR.")
    rate: Decimal | None = figure("The rate as the division counts it (组建率).")
    rate_of_eligible: Decimal | None = figure("With one, of eligible estates (组建率，以具备条件小区为分母).")
    rate_of_all: Decimal | None = figure("With one, of all estates (组建率，以全部小区为分母).")
    target: Decimal = figure("The rate aimed at (组建率目标), by COMMITTEE_RATE_TARGET.")
    terms_over: int = figure("Acting after the end of their term, which still count (任期届满未换届数).")
    unfiled: int = figure("Acting and not filed by the day (未备案数).")
    preparing: int = figure("Estates without one where a preparatory group is at work today (筹备中小区数).")


@strawberry.input(description="A committee that was formed (登记业委会、物管会).")
class FormCommitteeInput:
    """Where, which, how many, until when."""

    id: strawberry.ID | None = own_identifier("cmt")
    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    kind: CommitteeKind = strawberry.field(description="Kind (类型).")
    members: int = strawberry.field(
        description="Members (成员人数): an odd number, of an owners' committee at least 5, of the other at least 7."
    )
    owners: int | None = strawberry.field(
        description="Owners among the members of a management committee (业主成员人数), at least half.", default=None
    )
    formed_on: date = strawberry.field(description="Formed on (成立日期).")
    term_ends_on: date = strawberry.field(description="Last day of its term (任期届满日), at most five years later.")
    filed_on: date | None = strawberry.field(description="Filed on (备案日期).", default=None)


@strawberry.input(description="Put a committee's entry right (修改业委会、物管会登记); what is left out stays.")
class UpdateCommitteeInput:
    """Its filing, its term, its members."""

    id: strawberry.ID = identifier("cmt", "The committee (业委会、物管会).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    members: int | None = strawberry.field(description="Members (成员人数).", default=strawberry.UNSET)
    owners: int | None = strawberry.field(
        description="Owners among the members (业主成员人数).", default=strawberry.UNSET
    )
    term_ends_on: date | None = strawberry.field(
        description="Last day of its term (任期届满日).", default=strawberry.UNSET
    )
    filed_on: date | None = strawberry.field(description="Filed on (备案日期).", default=strawberry.UNSET)


@strawberry.input(description="End a committee (终止业委会、物管会).")
class EndCommitteeInput:
    """When and why."""

    id: strawberry.ID = identifier("cmt", "The committee (业委会、物管会).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    ended_on: date = strawberry.field(description="Ended on (终止日期): from this day on it does not count.")
    reason: str = strawberry.field(description="Why (终止原因).")


@strawberry.type(description="What became of a committee (业委会、物管会变更结果).")
class CommitteePayload:
    """The committee, or why not."""

    committee: Committee | None = changed("The committee (业委会、物管会)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.COMMITTEE_UPDATE, "Enter a committee that was formed at an estate (登记业委会、物管会).")
async def form_committee(scope: Scope, input: FormCommitteeInput) -> CommitteePayload:
    row = await rules.form(scope, rules.NewCommittee(**values(input)))
    return CommitteePayload(committee=ref(Committee, row.id))


@mutation(Permission.COMMITTEE_UPDATE, "Put a committee's entry right (修改业委会、物管会登记).")
async def update_committee(scope: Scope, input: UpdateCommitteeInput) -> CommitteePayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return CommitteePayload(committee=ref(Committee, row.id))


@mutation(Permission.COMMITTEE_UPDATE, "End a committee (终止业委会、物管会).")
async def end_committee(scope: Scope, input: EndCommitteeInput) -> CommitteePayload:
    row = await rules.end(scope, **values(input))
    return CommitteePayload(committee=ref(Committee, row.id))
