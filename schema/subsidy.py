"""Subsidies of property fees in the contract: kept by regulators, read by them and by who serves the estate."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, Row, column, entity, expression, one, ref
from schema.reads import Scope as Asker
from schema.reads.report import Cell, figure, figures
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import subsidy as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.estate import Estate


def _visible(row: Row) -> str:
    """A company sees what is paid for the estates it serves, and what was paid while it served one."""
    if row.statement.audience.kind != "tenant":
        return "true"
    return f"{row.serving_tenant_id} = {row.asker(Asker.TENANT)}"


@entity(
    table=rules.Subsidy,
    prefix="sub",
    permission=Permission.SUBSIDY_READ,
    division="division_path",
    visible=_visible,
)
class Subsidy(Node):
    """Subsidy of property fees (物业费补贴) for an estate."""

    rate: Decimal = column("Yuan per square metre and month (补贴标准，元/平方米·月).", where=True)
    area: Decimal = column("Square metres it is paid for (补贴面积).", where=True, order=True)
    first_month: date = column("First day of the first month (起始月份).", where=True, order=True)
    months: int = column("Months that are paid (补贴月数).", where=True)
    amount: Decimal = expression(
        "In yuan: rate x area x months (补贴金额，元).",
        lambda row: f"round({row.rate} * {row.area} * {row.months}, 2)",
    )
    basis: str = column("The document it rests on (依据文件).")
    end_reason: str | None = column("Why fewer months are paid than were granted (提前终止原因).")
    estate: "Estate" = one("The estate (小区).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("Subsidies for the months whose first day lies in a period (物业费补贴统计, R-13).")
class SubsidyFigures(Cell):
    """One row."""

    estates: int = figure("Estates (享受补贴小区数).")
    months: int = figure("Months, summed over estates (补贴月数合计).")
    area_months: Decimal = figure("Square metres times months, summed (补贴面积·月合计).")
    amount: Decimal = figure("In yuan: rate x area x months, summed exactly (补贴金额，元).")


@figures("Subsidies of a period by estate (小区物业费补贴, R-13), in the order of divisions; the first thousand.")
class SubsidyEstateFigures(Cell):
    """One row of a subsidy."""

    estate_name: str = figure("Name of the estate (小区名称).")
    division_path: str = figure("Path of its division (区划).")
    rate: Decimal = figure("Yuan per square metre and month (补贴标准).")
    area: Decimal = figure("Square metres (补贴面积).")
    months: int = figure("Months of the period (补贴月数).")
    amount: Decimal = figure("In yuan: rate x area x months (补贴金额，元).")


@strawberry.input(description="A subsidy to pay for an estate (登记物业费补贴).")
class GrantSubsidyInput:
    """For what, how much, from when, how long, by which document."""

    id: strawberry.ID | None = own_identifier("sub")
    estate_id: strawberry.ID = identifier("est", "The estate (小区).")
    rate: Decimal = strawberry.field(description="Yuan per square metre and month (补贴标准), up to four decimals.")
    first_month: date = strawberry.field(description="A day of the first month (起始月份); months are paid whole.")
    months: int = strawberry.field(description="Months (补贴月数); SUBSIDY_MONTHS_MAX limits those in a row.")
    basis: str = strawberry.field(description="The document it rests on (依据文件).")
    area: Decimal | None = strawberry.field(
        description="Square metres (补贴面积); all of the estate's when left out.", default=None
    )


@strawberry.input(description="Pay fewer months than granted (提前终止物业费补贴).")
class EndSubsidyInput:
    """How many after all, and why."""

    id: strawberry.ID = identifier("sub", "The subsidy (物业费补贴).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    months: int = strawberry.field(description="Months that are paid in all (实际补贴月数).")
    reason: str = strawberry.field(description="Why (提前终止原因).")


@strawberry.type(description="What became of a subsidy (物业费补贴变更结果).")
class SubsidyPayload:
    """The subsidy, or why not."""

    subsidy: Subsidy | None = changed("The subsidy (物业费补贴)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.SUBSIDY_UPDATE, "Grant a subsidy of property fees to an estate (登记物业费补贴).")
async def grant_subsidy(scope: Scope, input: GrantSubsidyInput) -> SubsidyPayload:
    row = await rules.grant(scope, rules.NewSubsidy(**values(input)))
    return SubsidyPayload(subsidy=ref(Subsidy, row.id))


@mutation(Permission.SUBSIDY_UPDATE, "Pay fewer months than were granted (提前终止物业费补贴).")
async def end_subsidy(scope: Scope, input: EndSubsidyInput) -> SubsidyPayload:
    row = await rules.end(scope, **values(input))
    return SubsidyPayload(subsidy=ref(Subsidy, row.id))
