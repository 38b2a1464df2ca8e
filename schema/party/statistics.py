"""Figures of Party work in the contract: published ones, the reports R-01 to R-03, and how a committee is composed."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.party.terms import Formation, OrganisationKind, PartyMeasure
from schema.reads import Node, column, entity, one, ref
from schema.reads.report import Cell, figure, figures
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants.party import statistics as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.committee import Committee


@entity(table=rules.PartyFigure, prefix="pfg", permission=Permission.PARTY_FIGURE_READ, division="division_path")
class PartyFigure(Node):
    """Published figure (党建统计数据) of a division at the end of a half-year; fewer than five are withheld, and so is
    whatever would show them.
    """

    measure: PartyMeasure = column("What it counts (指标).", where=True)
    division_code: str = column("Path of the division (区划).", name="division_path", where=True, order=True)
    as_on: date = column("As on (截至日期).", where=True, order=True)
    value: int | None = column("The figure (数值); null is withheld (不予公布).")
    created_at: datetime = column("Published at (公布时间).")


@figures(
    "Party organisation coverage (组织覆盖率, R-01) on the last day of the period, or on `asOf` if that is earlier; a"
    " rate of nothing is null, shown as “—”. Which companies are active, venues and secretaries are as they are today."
    " A kind of estate narrows estates and their branches, and no companies."
)
class PartyCoverageFigures(Cell):
    """One row."""

    companies: int = figure("Companies registered in the division that are active today (企业数).")
    companies_with_organisation: int = figure(
        "Of the active companies, with an organisation at work (已建党组织企业数)."
    )
    companies_with_advisor: int = figure("Of the active companies, with an advisor (有指导员企业数).")
    companies_covered: int = figure("Of the active companies, with an organisation or an advisor (工作覆盖企业数).")
    organisation_coverage: Decimal | None = figure("companiesWithOrganisation of companies (组织覆盖率).")
    work_coverage: Decimal | None = figure("companiesCovered of companies (工作覆盖率).")
    organisations: int = figure("Organisations of companies (企业党组织数).")
    organisations_with_venue: int = figure("Of these with a venue (有阵地数).")
    venue_rate: Decimal | None = figure("organisationsWithVenue of organisations (阵地率).")
    organisations_expired: int = figure("Organisations whose term has ended (任期届满数).")
    estates: int = figure("Estates (小区数).")
    estates_with_branch: int = figure("Estates with a branch (已建党支部小区数).")
    estate_coverage: Decimal | None = figure("estatesWithBranch of estates (小区党支部覆盖率).")
    branches_with_venue: int = figure("Estate branches with a venue (有阵地的小区党支部数).")
    branches_after_2020: int = figure("Estate branches founded after 2020 (2020年后成立的小区党支部数).")
    secretaries_filled: int = figure("Estate branches whose secretary is in place (书记已配备数).")
    secretaries_owners: int = figure("Of these an owner (业主担任书记数).")


@figures("Party organisations by kind and formation (党组织分类, R-01).")
class PartyOrganisationFigures(Cell):
    """One row of a register, a kind and a formation."""

    register: str = figure("COMPANY or PUBLIC (企业、名录).")
    kind: OrganisationKind = figure("Kind (类型).")
    formation: Formation = figure("How formed (组建方式).")
    organisations: int = figure("Organisations (党组织数).")
    with_venue: int = figure("With a venue (有阵地数).")


@figures("Development of members (发展党员, R-02), as published last; null is withheld.")
class DevelopmentFigures(Cell):
    """One row of a measure."""

    measure: PartyMeasure = figure("What it counts (指标).")
    value: int | None = figure("The figure (数值); null is withheld (不予公布).")
    as_on: date = figure("As on (截至日期).")
    planned: int | None = figure("Planned for the year, beside those admitted (计划数).")


@figures(
    "Cross appointments and owners' committees (双向进入率, R-03), as published last; null is withheld or nothing."
)
class CrossAppointmentFigures(Cell):
    """One row."""

    as_on: date | None = figure("As on (截至日期).")
    leads: int | None = figure("Project leads (项目负责人数).")
    leads_appointed: int | None = figure("With a post in a community body (交叉任职数).")
    appointed_rate: Decimal | None = figure("leadsAppointed of leads (双向进入率).")
    committees: int | None = figure("Owners' committees (业委会数).")
    party_chairs: int | None = figure("Whose chair is a Party member (主任为党员数).")
    chairs_who_are_secretary: int | None = figure("Whose chair is the branch's secretary (一肩挑数).")
    committees_above_half: int | None = figure("With more than half Party members (党员过半数).")
    mean_party_share: Decimal | None = figure(
        "Mean over committees of Party members of members, in whole percents (党员占比均值)."
    )
    pooled_party_share: Decimal | None = figure("Party members of members, of all committees together (合并占比).")


@entity(
    table=rules.CommitteeComposition,
    prefix="cco",
    permission=Permission.PARTY_REGISTRY_UPDATE,
    division="division_path",
)
class CommitteeComposition(Node):
    """Composition of an owners' committee as entered (业委会构成登记); who is a Party member nobody reads here."""

    elected_on: date = column("Elected on (选举日期).", where=True, order=True)
    members: int = column("Members then, as the register had them (成员人数).")
    committee: "Committee" = one("The committee (业主委员会).", where=True)
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@strawberry.input(description="How an owners' committee is composed (登记业委会构成).")
class ComposeCommitteeInput:
    """Counts as elected; they go into figures and are read by nobody row by row."""

    id: strawberry.ID | None = own_identifier("cco")
    committee_id: strawberry.ID = identifier("cmt", "The owners' committee that acts (业主委员会).")
    elected_on: date = strawberry.field(description="Elected on (选举日期).")
    party_members: int = strawberry.field(description="Party members among its members (党员人数).")
    chair_in_party: bool = strawberry.field(description="The chair is a Party member (主任为党员).")
    chair_is_secretary: bool = strawberry.field(description="The chair is the branch's secretary (一肩挑).")


@strawberry.type(description="What became of an entry (登记结果).")
class CommitteeCompositionPayload:
    """The entry, or why not."""

    committee_composition: CommitteeComposition | None = changed("The entry (登记)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.PARTY_REGISTRY_UPDATE, "Enter how an owners' committee is composed (登记业委会构成).")
async def compose_committee(scope: Scope, input: ComposeCommitteeInput) -> CommitteeCompositionPayload:
    row = await rules.compose(scope, rules.NewComposition(**values(input)))
    return CommitteeCompositionPayload(committee_composition=ref(CommitteeComposition, row.id))
