"""The slips of a survey to print, cut and hand out: eight to a sheet of A4, each with its QR code, address and code.

The household stands on a stub beside the fold, which whoever hands the slips out tears off: what stays with the
household names nobody.
"""

from typing import TYPE_CHECKING, Final

import segno

from api.printing import legible
from infra.data import font
from tenants.survey.handing_out import Bundle, PrintedSlip
from tenants.survey.link import PAGE

if TYPE_CHECKING:
    from fpdf import FPDF

_FAMILY: Final = "slip"
_COLUMNS: Final = 2
_ROWS: Final = 4
_WIDTH: Final = 210 / _COLUMNS
_HEIGHT: Final = 297 / _ROWS
_MARGIN: Final = 7.0
_QR: Final = 33.0
_STUB: Final = 12.0


def drawn(bundle: Bundle, issuer: str) -> bytes:
    """The sheets as PDF; the links lead to `issuer`."""
    from fpdf import FPDF  # heavy, and only printing needs it

    pdf = FPDF(format="A4")
    pdf.set_lang("zh-CN")
    pdf.set_title(legible(bundle.title))
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    pdf.add_font(_FAMILY, "", font.FILE)
    for at, slip in enumerate(bundle.slips):
        place = at % (_COLUMNS * _ROWS)
        if place == 0:
            pdf.add_page()
            _cuts(pdf)
        _slip(pdf, bundle, slip, issuer, place % _COLUMNS * _WIDTH, place // _COLUMNS * _HEIGHT)
    return bytes(pdf.output())


def _cuts(pdf: "FPDF") -> None:
    """Where to cut."""
    pdf.set_draw_color(150)
    pdf.set_line_width(0.15)
    pdf.set_dash_pattern(2, 2)
    for column in range(1, _COLUMNS):
        pdf.line(column * _WIDTH, 0, column * _WIDTH, 297)
    for row in range(1, _ROWS):
        pdf.line(0, row * _HEIGHT, 210, row * _HEIGHT)
    pdf.set_dash_pattern()


def _slip(pdf: "FPDF", bundle: Bundle, slip: PrintedSlip, issuer: str, left: float, top: float) -> None:
    x, y, width = left + _MARGIN, top + _MARGIN - 2, _WIDTH - 2 * _MARGIN
    _line(pdf, x, y, width, f"第 {slip.position} 号　{slip.household}", 9)
    _line(pdf, x, y + 4.5, width, "（本条供发放用，交给住户前请撕下）", 6.5)
    pdf.set_dash_pattern(0.6, 1.2)
    pdf.line(left, top + _STUB + 2, left + _WIDTH, top + _STUB + 2)
    pdf.set_dash_pattern()
    y = top + _STUB + 5
    _line(pdf, x, y, width, bundle.title, 11)
    _line(pdf, x, y + 5.5, width, bundle.organiser, 7.5)
    y += 11.5
    _qr(pdf, f"{issuer}{slip.link.path}", x, y)
    beside, narrow = x + _QR + 4, width - _QR - 4
    for offset, text, size in (
        (0.0, "请用手机扫码作答。", 8.5),
        (5.0, "匿名，每户一次，约两分钟。", 8.5),
        (12.0, "不能扫码时，请打开：", 7.5),
        (16.0, f"{issuer}{PAGE}".removeprefix("https://").removeprefix("http://"), 8.0),
        (21.0, "并输入答卷码：", 7.5),
        (25.0, "-".join(slip.link.grouped.split("-")[:3]) + "-", 10.0),
        (29.5, "-".join(slip.link.grouped.split("-")[3:]), 10.0),
    ):
        _line(pdf, beside, y + offset, narrow, text, size)


def _line(pdf: "FPDF", x: float, y: float, width: float, text: str, size: float) -> None:
    """One line; smaller where it would be too long."""
    shown = legible(text)
    pdf.set_font(_FAMILY, size=size)
    if (needed := pdf.get_string_width(shown)) > width:
        pdf.set_font(_FAMILY, size=size * width / needed)
    pdf.set_xy(x, y)
    pdf.cell(width, 4, shown)


def _qr(pdf: "FPDF", address: str, x: float, y: float) -> None:
    """The code as squares of the page itself."""
    modules = segno.make(address, error="m", micro=False).matrix
    size = _QR / len(modules)
    pdf.set_fill_color(0)
    for down, row in enumerate(modules):
        for across, dark in enumerate(row):
            if dark:
                pdf.rect(x + across * size, y + down * size, size, size, style="F")
