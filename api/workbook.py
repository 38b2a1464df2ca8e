"""A bulletin (通报) as a workbook: what it is of, then a line for each entry. Texts stay texts, whatever they say."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import xlsxwriter
from starlette.responses import Response

MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bulletin(
    title: str,
    facts: Sequence[tuple[str, str]],
    heads: Sequence[str],
    rows: Iterable[Sequence[str | int | Decimal]],
) -> bytes:
    """One sheet: the title, a line for each fact, the heads, which stay in view, and the rows."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("通报")
        bold = book.add_format({"bold": True})
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, len(heads) - 1, 26)
        sheet.write_string(0, 0, title, bold)
        for at, (label, said) in enumerate(facts, 1):
            sheet.write_string(at, 0, label)
            sheet.write_string(at, 1, said)
        first = len(facts) + 2
        for column, head in enumerate(heads):
            sheet.write_string(first, column, head, bold)
        for at, cells in enumerate(rows, first + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write_number(at, column, float(cell))
        sheet.freeze_panes(first + 1, 0)
    return made.getvalue()


def attached(content: bytes, name: str) -> Response:
    """The workbook, to be saved under this name."""
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=MEDIA)
