"""Data quality in the contract: report R-14."""

from decimal import Decimal

from schema.reads.report import Cell, figure, figures
from schema.terms import DataCheck


@figures("Data quality (数据质量, R-14): a row for each check, whose own description defines it; of none, null.")
class DataQualityFigures(Cell):
    """One row of a check."""

    check: DataCheck = figure("What is counted (核查项).")
    found: int = figure("How many rows fail it (问题数).")
    total: int = figure("Of how many: estates, running projects or active companies (核查总数).")
    share: Decimal | None = figure("Of all (占比).")
