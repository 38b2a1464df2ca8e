"""The printed notice of an open day (公告): one sheet of A4 in Chinese that is the same wherever it is opened.

The font is embedded. A character that it does not have is printed as 〓, the printers' sign for a missing one, and the
sheet says so: somebody writes it in by hand, instead of finding the notice wrong on the wall.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.printing import MISSING, legible
from infra.data import font
from schema.terms import term
from tenants.announcement import Announcement, Batch
from tenants.row import legal_day

BATCHES_SHOWN: Final = 60

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_WEEKDAYS: Final = "一二三四五六日"

# What no line begins with, and what no line ends with (避头尾).
_CLOSING: Final = re.escape("，。、；：？！）》」』】〕”’％…—·,.;:?!)]}%")
_OPENING: Final = re.escape("（《「『【〔“‘([{")
_PIECE: Final = re.compile(f"[{_OPENING}]*(?:[0-9A-Za-z@._+-]+|.)[{_CLOSING}]*")

_FAMILY: Final = "notice"
_MARGIN: Final = 25.0
_WIDTH: Final = 210 - 2 * _MARGIN
_LABEL: Final = 30.0
_BODY: Final = 12.5
_LEADING: Final = 8.2
_FOOT: Final = 24.0
_COLUMNS: Final = ("批次", "集合时间", "可参观人数")


def drawn(open_day: Announcement) -> bytes:
    """The notice as PDF; the same open day makes the same bytes."""
    sheet = _Sheet(open_day)
    sheet.heading()
    sheet.facts()
    sheet.batches()
    sheet.signature()
    return sheet.finished()


class _Sheet:
    """A notice as it is drawn, from top to bottom."""

    def __init__(self, open_day: Announcement) -> None:
        from fpdf import FPDF  # heavy, and only this needs it

        self._open_day = open_day
        self._missing = False
        self._pdf = FPDF(format="A4")
        pdf = self._pdf
        pdf.set_creation_date(open_day.updated_at)
        pdf.set_lang("zh-CN")
        pdf.set_title(f"物业开放日公告：{open_day.theme}")
        pdf.set_author(open_day.company)
        pdf.set_margin(_MARGIN)
        pdf.c_margin = 0
        pdf.set_auto_page_break(True, _FOOT)
        pdf.add_font(_FAMILY, "", font.FILE)
        pdf.add_page()

    def heading(self) -> None:
        """The title, the estate, and who gives notice of what."""
        pdf, open_day = self._pdf, self._open_day
        pdf.set_y(_MARGIN + 6)
        with pdf.local_context(text_mode="FILL_STROKE", line_width=0.25):
            self._paragraph("物业开放日公告", size=27, leading=15, align="C")
        pdf.ln(3)
        self._paragraph(open_day.estate, size=16, leading=9, align="C")
        pdf.ln(3)
        y = pdf.get_y()
        for offset, width in ((0.0, 0.7), (1.1, 0.2)):
            pdf.set_line_width(width)
            pdf.line(_MARGIN, y + offset, 210 - _MARGIN, y + offset)
        pdf.ln(9)
        self._paragraph("各位业主、住户：")
        self._paragraph(f"　　{open_day.company}在{open_day.estate}举办物业开放日，欢迎参加。现将有关事项公告如下：")
        pdf.ln(3)

    def facts(self) -> None:
        """What, when, where, and by whom."""
        open_day = self._open_day
        self._fact("主题", open_day.theme)
        self._fact("时间", _period(open_day.starts_at, open_day.ends_at))
        self._fact("集合地点", open_day.meeting_place)
        if open_day.address:
            self._fact("小区地址", open_day.address)
        self._fact("开放区域", "、".join(term(area) for area in open_day.areas))
        self._fact("接待负责人", open_day.host)
        self._fact("组织方", "、".join(term(organiser) for organiser in open_day.organisers))

    def batches(self) -> None:
        """The batches of visitors as a table; none, when all come at once."""
        pdf, all_batches = self._pdf, self._open_day.batches
        if not all_batches:
            return
        self._fact("参观批次", f"共 {len(all_batches)} 批，请按批次到集合地点集合。")
        pdf.ln(1.5)
        self._keep(3 * _LEADING)
        self._row(*_COLUMNS, heading=True)
        for number, batch in enumerate(all_batches[:BATCHES_SHOWN], 1):
            self._row(f"第 {number} 批", self._batch_time(batch), f"{batch.capacity} 人")
        if len(all_batches) > BATCHES_SHOWN:
            self._row(f"其余 {len(all_batches) - BATCHES_SHOWN} 批", "请向物业服务中心查询", "")
        pdf.ln(2)

    def signature(self) -> None:
        """The company and the day of the notice, on one page."""
        pdf, open_day = self._pdf, self._open_day
        pdf.ln(9)
        self._keep(4 * _LEADING)
        self._paragraph(open_day.company, align="R")
        if open_day.published_on is not None:
            day = open_day.published_on
            self._paragraph(f"{day.year}年{day.month}月{day.day}日", align="R")
        if self._missing:
            pdf.ln(4)
            self._paragraph(f"注：{MISSING} 处为字库没有的字，请张贴前补写。", size=9, leading=5)

    def finished(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def _fact(self, label: str, value: str) -> None:
        """A label and, beside it, a text of as many lines as it takes; they start on the same page."""
        pdf = self._pdf
        self._size(_BODY)
        lines = [line for part in value.split("\n") for line in self._lines(part, _WIDTH - _LABEL)]
        self._keep(_LEADING)
        with pdf.local_context(text_mode="FILL_STROKE", line_width=0.12):
            pdf.cell(_LABEL, _LEADING, f"{label}：")
        for line in lines:
            pdf.set_x(_MARGIN + _LABEL)
            pdf.cell(_WIDTH - _LABEL, _LEADING, line, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.4)

    def _row(self, *cells: str, heading: bool = False) -> None:
        pdf = self._pdf
        if self._keep(_LEADING) and not heading:
            self._row(*_COLUMNS, heading=True)
        self._size(11)
        pdf.set_line_width(0.2)
        pdf.set_fill_color(240)
        pdf.set_x(_MARGIN + _LABEL)
        for text, share in zip(cells, (0.25, 0.5, 0.25), strict=True):
            pdf.cell((_WIDTH - _LABEL) * share, _LEADING, self._legible(text), border=1, align="C", fill=heading)
        pdf.ln(_LEADING)

    def _keep(self, height: float) -> bool:
        """Go on at the next page unless so much is left on this one; whether it did."""
        if self._pdf.get_y() + height <= 297 - _FOOT:
            return False
        self._pdf.add_page()
        return True

    def _paragraph(self, text: str, size: float = _BODY, leading: float = _LEADING, align: str = "L") -> None:
        self._size(size)
        for line in self._lines(text, _WIDTH):
            self._pdf.cell(_WIDTH, leading, line, align=align, new_x="LMARGIN", new_y="NEXT")

    def _size(self, points: float) -> None:
        self._pdf.set_font(_FAMILY, size=points)

    def _lines(self, text: str, width: float) -> Iterator[str]:
        """The text in lines that fit, in the size set."""
        line = ""
        for piece in self._pieces(self._legible(text), width):
            if line and self._pdf.get_string_width(line + piece) > width:
                yield line.rstrip(" ")
                line = piece.lstrip(" ")
            else:
                line += piece
        yield line

    def _pieces(self, text: str, width: float) -> Iterator[str]:
        """What is not torn apart: a Latin word or a character, with the punctuation that clings to it."""
        for found in _PIECE.finditer(text):
            if self._pdf.get_string_width(found[0]) <= width:
                yield found[0]
            else:
                yield from found[0]

    def _legible(self, text: str) -> str:
        """The text as the font can show it."""
        shown = legible(text)
        self._missing = self._missing or (MISSING in shown and MISSING not in text)
        return shown

    def _batch_time(self, batch: Batch) -> str:
        """The time alone, unless the open day lasts for several days."""
        open_day, starts_at = self._open_day, batch.starts_at.astimezone(_SHANGHAI)
        if legal_day(open_day.starts_at) == legal_day(open_day.ends_at):
            return f"{starts_at:%H:%M}"
        return f"{_day(starts_at)}{starts_at:%H:%M}"


def _period(starts_at: datetime, ends_at: datetime) -> str:
    first, last = starts_at.astimezone(_SHANGHAI), ends_at.astimezone(_SHANGHAI)
    if first.date() == last.date():
        return f"{first.year}年{_day(first)}{first:%H:%M} 至 {last:%H:%M}"
    return f"{first.year}年{_day(first)}{first:%H:%M} 起\n{last.year}年{_day(last)}{last:%H:%M} 止"


def _day(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日（星期{_WEEKDAYS[moment.weekday()]}）"
