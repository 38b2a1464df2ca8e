"""Administrative divisions in the contract: the tree, and what lies in each subtree for the one who asks."""

from datetime import date
from typing import TYPE_CHECKING

from schema.reads import Connection, Node, Row, column, entity, expression, many, one
from schema.reads.row import Condition
from schema.terms import DivisionLevel
from tenants import company, division, estate, project
from tenants.division import subtree
from tenants.permission import Permission

if TYPE_CHECKING:
    from schema.estate import Estate


def _within(row: Row) -> Condition:
    """Rows of another table in this division's subtree."""
    return lambda other: subtree(other.division_path, row.path)


@entity(table=division.Division, prefix="div", permission=Permission.DIVISION_READ)
class Division(Node):
    """Administrative division (行政区划), from province to community."""

    name: str = column("Name (名称).", where=True, order=True)
    level: DivisionLevel = column("Level (级别).", where=True)
    code: str | None = column(
        "Statistical code (统计用区划代码) as published until 2023, or one given locally.", where=True, order=True
    )
    valid_from: date | None = column("In force from (启用日期); null when it always was.")
    valid_to: date | None = column("Closed or merged on (撤销日期).", where=True)
    parent: "Division | None" = one("The division above (上级区划).", where=True)
    successor: "Division | None" = one("The division it was merged into (并入区划).")
    children: Connection["Division"] = many("Divisions directly below (下级区划).", by="parent_id")
    estates: Connection["Estate"] = many("Estates registered right here (小区).", by="division_id")
    company_count: int = expression(
        "Companies working in the subtree that you may see (物业服务企业数).",
        lambda row: row.count(company.Company, by={}, where=lambda other: f"{other.reach} @> ARRAY[{row.path}]"),
    )
    estate_count: int = expression(
        "Estates in the subtree (小区数).", lambda row: row.count(estate.Estate, by={}, where=_within(row))
    )
    project_count: int = expression(
        "Running projects in the subtree that you may see (在管项目数).",
        lambda row: row.count(
            project.Project,
            by={},
            where=lambda other: f"{_within(row)(other)} AND {other.status} = 'ACTIVE'",
        ),
    )
    household_count: int = expression(
        "Households of the estates in the subtree (户数).",
        lambda row: row.value(
            estate.Estate,
            lambda other: f"least(coalesce(sum({other.households}), 0), 2147483647)::int",
            by={},
            where=_within(row),
        ),
    )
