"""Reports on credit in the contract: distribution (R-10) and due process (R-11)."""

from decimal import Decimal

from schema.reads.report import Cell, figure, figures
from tenants.credit.statistics import NEAR_EXPIRY_DAYS


@figures(
    "Companies registered in the division, closed ones left out, by credit grade as on the last day of the period"
    " (企业信用等级分布, R-10); with `every`, the trend."
)
class CreditGradeFigures(Cell):
    """A grade of a scheme, in its order; companies without a score last."""

    scheme: str | None = figure("The scheme (评价标准); null for companies without a score.")
    edition: int | None = figure("Its edition (版次).")
    grade: str | None = figure("Code of the grade (信用等级).")
    grade_name: str | None = figure("Its name (等级名称).")
    missing: bool = figure("The companies are not enrolled, or have no score (缺失).")
    companies: int = figure("Companies (企业数).")
    share: Decimal = figure("Of all companies there (占比).")


@figures("Points of the sections of credit schemes as on the last day of the period (信用得分分板块统计, R-10).")
class CreditSectionFigures(Cell):
    """A section of a scheme."""

    scheme: str = figure("The scheme (评价标准).")
    edition: int = figure("Its edition (版次).")
    section: str = figure("Code of the section (板块代码).")
    section_name: str | None = figure("Its name (板块名称).")
    companies: int = figure("Companies with a score by it (企业数).")
    mean: Decimal = figure("Mean of their points (平均分).")
    lowest: Decimal = figure("Fewest points (最低分).")
    highest: Decimal = figure("Most points (最高分).")


@figures("Bad credit records in force by severity, as on the last day of the period (在效不良记录统计, R-10).")
class CreditSeverityFigures(Cell):
    """One row."""

    companies: int = figure("Companies with a score (有信用得分企业数).")
    companies_with_bad: int = figure("Of these, with a bad record in force (有在效不良记录企业数).")
    bad_rate: Decimal | None = figure("Share of these, of companies with a score (占比); null for none.")
    bad: int = figure("Bad records (不良记录数).")
    minor: int = figure("Minor ones (轻微失信).")
    general: int = figure("General ones (一般失信).")
    serious: int = figure("Serious ones (严重失信).")


@figures("The twenty items with the most credit records in force on the last day of the period (高频计分项, R-10).")
class CreditItemFigures(Cell):
    """An item of a scheme, the most frequent first."""

    scheme: str = figure("The scheme (评价标准).")
    edition: int = figure("Its edition (版次).")
    item: str = figure("Code of the item (计分项代码).")
    item_name: str | None = figure("Its name (计分项名称).")
    records: int = figure("Records (记录数).")
    companies: int = figure("Companies with one (涉及企业数).")


@figures(
    "Objections and repairs of a period, of records that lie in the division (异议与信用修复统计, R-11). A rate's"
    " denominator is what was decided in the period; of none it is null, shown as “—”."
)
class CreditProcessFigures(Cell):
    """One row."""

    objections_lodged: int = figure("Objections lodged (提出异议数).")
    objections_decided: int = figure("Objections decided (办结异议数).")
    objections_on_time: int = figure("Of these, on time (按期办结异议数).")
    objections_on_time_rate: Decimal | None = figure("On time, of those decided (异议按期办结率).")
    objections_upheld: int = figure("Of those decided, the record stands (维持数).")
    objections_upheld_rate: Decimal | None = figure("The record stands, of those decided (维持率).")
    objections_amended: int = figure("Its points were changed (变更数).")
    objections_revoked: int = figure("It was taken back (撤销数).")
    objections_overdue: int = figure("Undecided after their day, on the last day of the period (逾期未办异议数).")
    repairs_applied: int = figure("Repairs applied for (申请修复数).")
    repairs_decided: int = figure("Repairs decided (办结修复数).")
    repairs_granted: int = figure("Of these, granted (准予修复数).")
    repairs_on_time: int = figure("Of those decided, on time (按期办结修复数).")
    repairs_on_time_rate: Decimal | None = figure("On time, of those decided (修复按期办结率).")
    repairs_overdue: int = figure("Undecided after their day, on the last day of the period (逾期未办修复数).")
    near_expiry: int = figure(
        f"Records in force on the last day whose term is over within {NEAR_EXPIRY_DAYS} days (即将到期记录数)."
    )
