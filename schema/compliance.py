"""What companies owe and did, in the contract: for regulators, and for each company its own."""

from decimal import Decimal

from schema.reads.report import Cell, figure, figures
from schema.terms import CompanyDuty


@figures("Companies' duties that fall due in a period, by kind (企业合规统计, R-12); counted, never typed in.")
class CompanyDutyFigures(Cell):
    """One row of a kind; a rate of nothing is null, shown as “—”."""

    kind: CompanyDuty = figure("What falls due (义务类型).")
    due: int = figure("Due in the period (应完成数).")
    done: int = figure("Done by its end (已完成数).")
    done_in_time: int = figure("Done by their day (按期完成数).")
    overdue: int = figure("Not done and overdue today (逾期未完成数).")
    done_share: Decimal | None = figure("Done, of due (完成率).")
    in_time_share: Decimal | None = figure("Done by their day, of due (按期完成率).")
