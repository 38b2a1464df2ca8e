"""Open days (物业开放日): drafted, published in good time, held, and closed when every opinion is answered.

No law asks for open days, so what is asked is data: the notice (OPEN_DAY_NOTICE_DAYS), the days to answer an opinion
(OPEN_DAY_ANSWER_DAYS) and how many a quarter (OPEN_DAYS_PER_QUARTER) are settings of the division. Visitors are counted
and not named; photos are never needed.

tables.py    what is kept, and the states
planning.py  prepared, announced, put off, called off
visitors.py  registered, counted, held
opinion.py   given, answered, made issues; then the open day is closed
report.py    R-05
"""

from tenants.open_day.opinion import DUES as OPINIONS_DUE
from tenants.open_day.opinion import NewOpinion, answer, close, collect, convert, settle
from tenants.open_day.planning import (
    BATCHES_LIMIT,
    VISITORS_LIMIT,
    NewBatch,
    NewOpenDay,
    cancel,
    draft,
    postpone,
    publish,
    update,
)
from tenants.open_day.report import OWED, REPORT
from tenants.open_day.tables import ANNOUNCED, OpenArea, OpenDay, OpenDayBatch, OpenDayState, Opinion, Organiser
from tenants.open_day.visitors import count, hold, register

DUES = f"{OPINIONS_DUE.strip()}\nUNION ALL\n{OWED.strip()}\n"
"""Opinions to answer, and open days to hold."""

__all__ = [
    "ANNOUNCED",
    "BATCHES_LIMIT",
    "DUES",
    "REPORT",
    "VISITORS_LIMIT",
    "NewBatch",
    "NewOpenDay",
    "NewOpinion",
    "OpenArea",
    "OpenDay",
    "OpenDayBatch",
    "OpenDayState",
    "Opinion",
    "Organiser",
    "answer",
    "cancel",
    "close",
    "collect",
    "convert",
    "count",
    "draft",
    "hold",
    "postpone",
    "publish",
    "register",
    "settle",
    "update",
]
