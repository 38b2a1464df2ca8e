"""R-09 in the contract: what came of the cycles that were published in a period."""

from datetime import date
from decimal import Decimal

from schema.reads.report import Cell, figure, figures

_TITLE = "The cycle (评定周期)."
_UNTIL = "Last day of the period rated (评定期止)."


@figures("Results of a published cycle (评定结果统计, R-09), of the division asked for; a rate of none is null.")
class RatingFigures(Cell):
    """One row for each cycle."""

    title: str = figure(_TITLE)
    scheme: str = figure("Code of the scheme it was scored by (评定方案代码).")
    edition: int = figure("Edition of the scheme (方案版次).")
    period_from: date = figure("First day of the period rated (评定期起).")
    period_to: date = figure(_UNTIL)
    published_on: date = figure("Published on (公布日期).")
    candidates: int = figure("Projects that ran, or companies registered, on the last day of the period (应评数).")
    rated: int = figure("Rated, of these (参评数).")
    coverage: Decimal | None = figure("`rated` / `candidates` (覆盖率).")
    coverage_min: Decimal | None = figure("What the scheme asks each cycle to cover (最低覆盖率).")
    coverage_met: bool | None = figure("Whether it does (覆盖率是否达标); null where the scheme asks nothing.")
    mean_total: Decimal = figure("Mean of the totals (平均分).")
    moved_up: int = figure("In a better band than in the division's cycle before (上升数).")
    moved_down: int = figure("In a worse one (下降数).")
    unmoved: int = figure("In the same one (持平数).")
    new_cases: int = figure("Not in the cycle before (新参评数).")


@figures("Cases of a published cycle by band (评定等次分布, R-09), the best band first.")
class RatingBandFigures(Cell):
    """One row for each band of each cycle."""

    title: str = figure(_TITLE)
    period_to: date = figure(_UNTIL)
    band: str = figure("Code of the band (等次代码).")
    band_name: str = figure("The band (等次).")
    cases: int = figure("Cases in it (个数).")
    share: Decimal = figure("Of all cases that have a band (占比).")


@figures("Mean points by dimension of a published cycle (维度平均分, R-09), of the results that you may read.")
class RatingDimensionFigures(Cell):
    """One row for each dimension of each cycle."""

    title: str = figure(_TITLE)
    period_to: date = figure(_UNTIL)
    dimension: str = figure("Code of the dimension (维度代码).")
    dimension_name: str = figure("The dimension (维度).")
    cases: int = figure("Cases it is the mean of (个数).")
    mean: Decimal = figure("Mean points (平均分).")
