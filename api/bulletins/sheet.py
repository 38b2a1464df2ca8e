"""What a bulletin (通报) says, written once for paper and once for Excel: what it is of, then a line for each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from api import workbook
from api.printing import legible
from infra.data import font

LINES_PRINTED: Final = 1_000
"""More are in the workbook, and the sheet says so."""

_FAMILY: Final = "bulletin"
_BROAD: Final = 150
_PALE: Final = (236, 238, 241)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One bulletin. `widths` are the columns' shares of the paper, which lies across for a broad sheet; `made_at` is
    when what it says was so.
    """

    heading: str
    title: str
    facts: Sequence[tuple[str, str]]
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str | int | Decimal]]
    made_at: datetime

    def written(self) -> bytes:
        """As a workbook."""
        return workbook.bulletin(f"{self.heading}：{self.title}", self.facts, self.heads, self.rows)

    def printed(self) -> bytes:
        """As PDF; the same sheet makes the same bytes."""
        from fpdf import FPDF  # heavy, and only printing needs it
        from fpdf.enums import TableBordersLayout
        from fpdf.fonts import FontFace

        class Pages(FPDF):
            def footer(self) -> None:
                self.set_y(-14)
                self.set_font(_FAMILY, size=8)
                self.cell(0, 6, f"第 {self.page_no()} 页，共 {{nb}} 页", align="C")

        pdf = Pages("landscape" if sum(self.widths) > _BROAD else "portrait", format="A4")
        pdf.set_creation_date(self.made_at)
        pdf.set_lang("zh-CN")
        pdf.set_title(legible(f"{self.heading}：{self.title}"))
        pdf.set_margin(18)
        pdf.set_auto_page_break(True, 18)
        pdf.add_font(_FAMILY, "", font.FILE)
        pdf.add_page()
        pdf.set_font(_FAMILY, size=20)
        pdf.multi_cell(0, 12, self.heading, align="C", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font(_FAMILY, size=14)
        pdf.multi_cell(0, 9, legible(self.title), align="C", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
        pdf.set_font(_FAMILY, size=10)
        for label, said in self.facts:
            pdf.multi_cell(0, 6, legible(f"{label}：{said}"), new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
        pdf.set_font(_FAMILY, size=9)
        pdf.set_draw_color(160)
        with pdf.table(
            col_widths=tuple(self.widths),
            line_height=5,
            padding=1,
            headings_style=FontFace(fill_color=_PALE),
            borders_layout=TableBordersLayout.ALL,
        ) as table:
            for cells in (self.heads, *self.rows[:LINES_PRINTED]):
                row = table.row()
                for cell in cells:
                    row.cell(legible(cell if isinstance(cell, str) else _number(cell)), align="L")
        if (left := len(self.rows) - LINES_PRINTED) > 0:
            pdf.multi_cell(0, 6, f"另有 {left} 行见 Excel 版通报。", new_x="LMARGIN", new_y="NEXT")
        return bytes(pdf.output())


def _number(value: int | Decimal) -> str:
    return format(value, "f" if isinstance(value, Decimal) else "d")
