"""Spreadsheets as companies keep them are understood, and what could harm or mislead is refused before it is read."""

import csv
import io
import struct
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants import sheet
from tenants.errors import Code, DomainError
from tenants.sheet import Column, values, xls
from tenants.sheet import file as sheet_file

COLUMNS = (
    Column("name", "小区名称", "estate name", ("小区", "楼盘名称")),
    Column("place", "所属社区", "community", ("社区",), carries=True),
    Column("area", "建筑面积", "area"),
    Column("from", "起始日期", "from", ("合同期限起", "服务合同起")),
    Column("to", "终止日期", "to", ("合同期限止", "服务合同止")),
)
REQUIRED = (("name",), ("area",))
HEADINGS = ["小区名称", "所属社区", "建筑面积", "起始日期", "终止日期"]


def workbook(path: Path, rows: Sequence[Sequence[Any]], name: str = "Sheet1") -> Path:
    """A workbook with one sheet."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def read(path: Path) -> sheet.Table:
    """The table in a file with the columns of these tests."""
    return sheet.read(path, COLUMNS, REQUIRED)


def refusal(path: Path) -> DomainError:
    """The error with which a file is refused."""
    with pytest.raises(DomainError) as caught:
        read(path)
    assert caught.value.field == "file"
    assert all(caught.value.message(locale) for locale in ("zh", "en"))
    return caught.value


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


# Values


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2024-03-01", date(2024, 3, 1)),
        ("2024/3/1", date(2024, 3, 1)),
        ("2024.3.1", date(2024, 3, 1)),
        ("2024年3月1日", date(2024, 3, 1)),
        ("2024 年 3 月 1 日", date(2024, 3, 1)),
        ("2024年03月01号", date(2024, 3, 1)),
        ("２０２４．３．１", date(2024, 3, 1)),
        ("20240301", date(2024, 3, 1)),
        (20240301.0, date(2024, 3, 1)),
        (45352.0, date(2024, 3, 1)),
        ("45352", date(2024, 3, 1)),
        ("2024-03-01 00:00:00", date(2024, 3, 1)),
        (datetime(2024, 3, 1, 8), date(2024, 3, 1)),  # noqa: DTZ001 - a cell has no time zone
        (date(2024, 3, 1), date(2024, 3, 1)),
        ("", None),
        ("　", None),
        (None, None),
    ],
)
def test_dates(cell: Any, meant: date | None) -> None:
    """Dates are understood in every way companies write them."""
    assert values.day(cell) == meant


@pytest.mark.parametrize(
    "cell",
    [
        "2024年3月", "24.3.1", "3/1/2024", "2024-02-30", "2024-3/1", "长期", "2024", 2024.0, 45352.5, True,
        "1024-03-01", "9999-12-31", "2024-03-01 10:30", float("nan"), float("inf"), timedelta(1), "2023-13-01",
    ],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two(cell: Any) -> None:
    """A date that is incomplete, impossible or ambiguous is refused, not guessed."""
    with pytest.raises(DomainError) as caught:
        values.day(cell)
    assert caught.value.code == Code.DATE_INVALID


@given(st.dates(date(1949, 10, 1), date(2199, 12, 31)), st.sampled_from([
    "{0:%Y}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y}.{0.month}.{0.day}", "{0:%Y%m%d}",
    "{0:%Y}年{0:%m}月{0:%d}日", "  {0:%Y}-{0.month}-{0.day} ", "{0:%Y-%m-%d} 00:00:00",
]), st.booleans())  # fmt: skip
def test_every_date_in_every_style(day: date, style: str, wide: bool) -> None:
    """Whatever is written is read back, in full-width digits too, and as Excel's own number."""
    written = style.format(day)
    if wide:
        written = written.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert values.day(written) == day
    assert values.day(float((day - date(1899, 12, 30)).days)) == day


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.none()))
def test_no_cell_breaks_a_reader(cell: Any) -> None:
    """Whatever is in a cell, it is understood or refused; nothing else happens."""
    words = values.words({True: "是 有", False: "否"})
    for understand in (
        values.text,
        values.code,
        values.number,
        values.whole,
        values.day,
        values.period,
        values.yes,
        lambda c: values.choice(c, words),
    ):
        with suppress(DomainError):
            understand(cell)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2022年1月1日至2024年12月31日", (date(2022, 1, 1), date(2024, 12, 31))),
        ("2022.1.1-2024.12.31", (date(2022, 1, 1), date(2024, 12, 31))),
        ("2022-01-01-2024-12-31", (date(2022, 1, 1), date(2024, 12, 31))),
        ("2022/1/1 — 2024/12/31", (date(2022, 1, 1), date(2024, 12, 31))),
        ("自2022年1月1日起至2024年12月31日止", (date(2022, 1, 1), date(2024, 12, 31))),
        ("20220101～20241231", (date(2022, 1, 1), date(2024, 12, 31))),
        ("", None),
    ],
)
def test_periods(cell: str, meant: tuple[date, date] | None) -> None:
    """A contract's period in one cell."""
    assert values.period(cell) == meant


@pytest.mark.parametrize("cell", ["三年", "2022年1月1日", "2022-2024", "2022-01-01至长期", "2022-02-30至2023-01-01"])
def test_what_is_no_period(cell: str) -> None:
    """A period needs two whole dates."""
    with pytest.raises(DomainError) as caught:
        values.period(cell)
    assert caught.value.code == Code.PERIOD_INVALID


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (12345.6, "12345.6"),
        (12345.599999999999, "12345.6"),
        ("12,345.6", "12345.6"),
        ("１２，３４５．６㎡", "12345.6"),
        ("12345.6平方米", "12345.6"),
        ("12345.6 m²", "12345.6"),
        ("1.2万", "12000"),
        ("1.2万平方米", "12000"),
        ("360户", "360"),
        ("-5", "-5"),
        (0, "0"),
        ("", None),
        (None, None),
    ],
)
def test_numbers(cell: Any, meant: str | None) -> None:
    """Numbers are exact, whatever their digits, separators and units."""
    assert values.number(cell) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    "cell", ["约300", "300-400", "12,34", "1,2345", "三百", "1.2.3", "12e5", "1 200 00x", "--", "#N/A", True, "㎡"]
)
def test_what_is_no_number(cell: Any) -> None:
    """An estimate, a range or a slip of the finger is refused."""
    with pytest.raises(DomainError) as caught:
        values.number(cell)
    assert caught.value.code == Code.NUMBER_INVALID


@given(st.decimals(0, 10**9, places=2), st.booleans(), st.sampled_from(["", "㎡", "平方米", " 户"]))
def test_every_number_is_read_exactly(number: Decimal, wide: bool, unit: str) -> None:
    """Nothing is rounded on the way from a cell to a decimal."""
    written = f"{number:,}{unit}"
    if wide:
        written = written.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert values.number(written) == number
    assert values.number(float(number)) == number


def test_codes_and_texts() -> None:
    """Codes keep their digits, names lose only the space that pads them, and rounded codes are refused."""
    assert [values.code(cell) for cell in (370402001003.0, "３７０４", " 0012 ", 1001, "'0012", "")] == [
        "370402001003", "3704", "0012", "1001", "0012", "",
    ]  # fmt: skip
    assert [values.text(cell) for cell in ("张　三", " 阳光 花园\n", "Ａ区（一期）", 12.0, None, "A  B")] == [
        "张三", "阳光花园", "A区（一期）", "12", "", "A B",
    ]  # fmt: skip
    for rounded in ("3.70402E+11", 3.70402e17, 12.5):
        with pytest.raises(DomainError) as caught:
            values.code(rounded)
        assert caught.value.code == Code.CODE_ROUNDED


def test_yes_no_and_choices() -> None:
    """Companies have many words for one thing; an unknown one is answered with those that are known."""
    assert [values.yes(cell) for cell in ("是", "√", "Ｙ", 1.0, True, "有")] == [True] * 6
    assert [values.yes(cell) for cell in ("否", "×", "no", 0, False, "无")] == [False] * 6
    assert values.yes(" ") is None
    words = values.words({"A": "安置小区 回迁房", "B": "商品房"})
    assert [values.choice(cell, words) for cell in ("回迁房", "商品 房", "a", "", None)] == ["A", "B", "A", None, None]
    with pytest.raises(DomainError) as caught:
        values.choice("别墅", words)
    assert caught.value.values == {"value": "别墅", "allowed": "安置小区、商品房"}
    with pytest.raises(DomainError):
        values.yes("也许")


# Finding the table


def test_titles_notes_totals_and_blank_rows(tmp_path: Path) -> None:
    """The headings are found below a title; what is not data is passed over, and said so."""
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["枣庄市物业项目一览表"],
            ["填报单位：示例物业", None, None, None, "2024年"],
            ["序号", "小区名称（必填）", "*所 属 社区", "建筑面积\n(㎡)", "备注"],
            [1, "阳光花园", "铁西社区", 1200.5, None],
            [],
            [2, "月光花园", "铁西社区", "1,300"],
            ["序号", "小区名称（必填）", "*所 属 社区", "建筑面积\n(㎡)", "备注"],
            [3, "星光花园", "公园社区", "1.2万"],
            [4],
            ["合  计", None, None, 14500.5],
            ["注：以上数据截至2024年3月"],
            ["填表人：张三", None, "审核人：李四"],
        ],
    )
    table = read(path)
    assert [(row.number, row.cells["name"]) for row in table.rows] == [
        (4, "阳光花园"),
        (6, "月光花园"),
        (8, "星光花园"),
    ]
    assert [note.row for note in table.notes] == [None, 7, 10, 11, 12]
    assert "备注" in table.notes[0].chinese
    assert table.headings["area"] == "建筑面积 (㎡)"
    assert table.present == {"name", "place", "area"}
    assert not table.problems


def test_headings_in_two_rows(tmp_path: Path) -> None:
    """A heading may stand over several columns, with its parts in the row below."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for column, heading in enumerate(["小区名称", "所属社区", "建筑面积"]):
            page.merge_range(1, column, 2, column, heading)
        page.merge_range(1, 3, 1, 4, "服务合同")
        page.write_row(2, 3, ["起", "止"])
        page.write_row(3, 0, ["阳光花园", "铁西社区", 1200, "2024-01-01", "2024-12-31"])
    table = read(path)
    assert table.present == {"name", "place", "area", "from", "to"}
    assert [(row.number, row.cells["from"], row.cells["to"]) for row in table.rows] == [(4, "2024-01-01", "2024-12-31")]


def test_merged_cells_carry_down(tmp_path: Path) -> None:
    """A community merged over several estates counts for all of them, and only for them."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.merge_range(1, 1, 3, 1, "铁西社区")
        for number, name in enumerate("甲乙丙丁"):
            page.write(number + 1, 0, name)
            page.write(number + 1, 2, 100)
        page.merge_range(5, 0, 6, 0, "戊")
        page.write(6, 2, 100)
    table = read(path)
    assert [row.cells.get("place") for row in table.rows] == ["铁西社区"] * 3 + [None, None, None]
    assert [note.row for note in table.notes] == [3, 4]
    assert [row.cells.get("name") for row in table.rows] == [
        "甲",
        "乙",
        "丙",
        "丁",
        "戊",
        None,
    ]  # a name is not carried


def test_csv_carries_down_what_excel_had_merged(tmp_path: Path) -> None:
    """A CSV file has lost its merged cells: a blank community is the one above."""
    path = tmp_path / "a.csv"
    path.write_text("小区名称,所属社区,建筑面积\n甲,铁西社区,1\n乙,,2\n丙,公园社区,3\n丁,,4\n", encoding="gb18030")
    table = read(path)
    assert [row.cells["place"] for row in table.rows] == ["铁西社区", "铁西社区", "公园社区", "公园社区"]
    assert [note.row for note in table.notes] == [3, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_encodings(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """CSV as Excel and other programs write it in China."""
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [HEADINGS, ["㵲溪花园,一期", "铁西", "1,200.50", '="0012"', ""]]
        )
    row = read(path).rows[0]
    assert row.cells == {"name": "㵲溪花园,一期", "place": "铁西", "area": "1,200.50", "from": "0012"}


def test_old_workbooks(tmp_path: Path) -> None:
    """An .xls file is read like any other, whatever its name."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(biff([[*HEADINGS[:3]], ["阳光花园", "铁西社区", 1200.5]]))
    assert [dict(row.cells) for row in read(path).rows] == [{"name": "阳光花园", "place": "铁西社区", "area": 1200.5}]


def test_the_right_sheet_is_found(tmp_path: Path) -> None:
    """Among several sheets the one with the headings is read; when two have them, neither is."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("填表说明").write_column(0, 0, ["请按要求填写", "小区名称为全称"])
        page = book.add_worksheet("项目")
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, ["阳光花园", "铁西社区", 1])
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, HEADINGS)
        hidden.hide()
    assert read(path).sheet == "项目"
    with xlsxwriter.Workbook(path) as book:
        for name in ("市中区", "薛城区"):
            book.add_worksheet(name).write_row(0, 0, HEADINGS)
    error = refusal(path)
    assert (error.code, error.values) == (Code.SHEETS_AMBIGUOUS, {"sheets": "市中区、薛城区"})


def test_missing_headings_are_named(tmp_path: Path) -> None:
    """A file with wrong headings is refused with what is missing and what was found."""
    error = refusal(workbook(tmp_path / "a.xlsx", [["姓名", "小区名称", "电话"], ["张三", "阳光花园", "1"]]))
    assert error.code == Code.HEADING_MISSING
    assert error.values == {"missing": "建筑面积 / area", "found": "姓名、小区名称、电话"}
    error = refusal(workbook(tmp_path / "b.xlsx", [["a", "b"], [1, 2]]))
    assert error.values == {"missing": "小区名称 / estate name、建筑面积 / area", "found": "a、b"}
    assert refusal(workbook(tmp_path / "c.xlsx", [])).values["found"] == "—"


def test_a_heading_that_comes_twice(tmp_path: Path) -> None:
    """Two columns of one meaning leave open which is meant."""
    error = refusal(workbook(tmp_path / "a.xlsx", [["小区名称", "建筑面积", "楼盘名称"], ["甲", 1, "乙"]]))
    assert error.code == Code.HEADING_TWICE
    assert error.values == {"heading": "楼盘名称", "first": "A", "second": "C"}


# Refused files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"PK\x03\x04 this is no zip file",
        b"<html><table><tr><td>\xe5\xb0\x8f</td></tr></table></html>",
        xls.MAGIC + b"\0" * 600,
        xls.MAGIC,
        bytes(range(256)) * 10,
        b'"' * 200_000,
    ],
)
def test_what_is_no_spreadsheet(tmp_path: Path, content: bytes) -> None:
    """A file that is no spreadsheet is refused, whatever it is called."""
    for name in ("a.xlsx", "a.csv", "a.xls"):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal(path).code in (Code.FILE_NOT_A_SPREADSHEET, Code.HEADING_MISSING)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """A missing file and a directory are refused like any other."""
    assert refusal(tmp_path / "none.xlsx").code == Code.FILE_NOT_A_SPREADSHEET
    assert refusal(tmp_path).code == Code.FILE_NOT_A_SPREADSHEET


def test_a_hundred_thousand_rows_are_refused_quickly(tmp_path: Path) -> None:
    """100,000 rows are refused in under two seconds, as workbook and as CSV."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        for number in range(1, 100_001):
            page.write_row(number, 0, [f"花园{number}", "铁西社区", 100, "2024-01-01", "2024-12-31"])
    plain = tmp_path / "a.csv"
    plain.write_text(",".join(HEADINGS) + "\n" + "花园,铁西社区,100,2024-01-01,2024-12-31\n" * 100_000)
    for file in (path, plain):
        started = time.process_time()
        assert refusal(file).code == Code.FILE_TOO_MANY_ROWS
        assert time.process_time() - started < 2


def test_the_limit_is_ten_thousand_rows(tmp_path: Path) -> None:
    """Ten thousand rows are read, blank ones not counted; one more is refused."""
    path = tmp_path / "a.csv"
    path.write_text("小区名称,建筑面积\n\n" + "花园,1\n\n" * 10_000)
    assert len(read(path).rows) == 10_000
    path.write_text("小区名称,建筑面积\n" + "花园,1\n" * 10_001)
    assert refusal(path).code == Code.FILE_TOO_MANY_ROWS


def test_formatted_but_empty_rows_do_not_count(tmp_path: Path) -> None:
    """Companies format whole columns: a million empty rows are no reason to refuse."""
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, ["阳光花园", "铁西社区", 1]])

    def pad(parts: dict[str, bytes]) -> None:
        rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 200_003))
        part = "xl/worksheets/sheet1.xml"
        parts[part] = parts[part].replace(b"</sheetData>", rows + b"</sheetData>")

    assert len(read(repacked(path, pad)).rows) == 1


def test_formulas_are_refused_at_their_cells(tmp_path: Path) -> None:
    """Every formula is a problem with its row and column: what it showed last may not be what it means."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, ["阳光花园", "铁西社区", 100])
        page.write_formula(1, 2, "=50+50", None, 100)
        page.write_row(2, 0, ["月光花园", "铁西社区", 100])
        page.write_formula(2, 8, '=HYPERLINK("http://example.com")')
    found = [(problem.error.code, problem.row, problem.column) for problem in read(path).problems]
    assert found == [(Code.FORMULA, 2, "建筑面积"), (Code.FORMULA, 3, "I")]
    plain = tmp_path / "a.csv"
    plain.write_text("小区名称,建筑面积\n阳光花园,=50+50\n=cmd|' /C calc'!A0,1\n")
    found = [(problem.error.code, problem.row, problem.column) for problem in read(plain).problems]
    assert found == [(Code.FORMULA, 2, "建筑面积"), (Code.FORMULA, 3, "小区名称")]
    old = tmp_path / "a.xls"
    old.write_bytes(biff([["小区名称", "建筑面积"], ["阳光花园", "=100"]]))
    found = [(problem.error.code, problem.row, problem.column) for problem in read(old).problems]
    assert found == [(Code.FORMULA, 2, "建筑面积")]


def test_macros_are_refused(tmp_path: Path) -> None:
    """A workbook with macros is refused, under any name."""
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, ["阳光花园", "铁西社区", 1]])
    assert refusal(repacked(path, lambda parts: parts.update({"xl/vbaProject.bin": b"x"}))).code == Code.FILE_HAS_MACROS
    old = tmp_path / "a.xls"
    old.write_bytes(biff([["小区名称", "建筑面积"]], storage="_VBA_PROJECT_CUR"))
    assert refusal(old).code == Code.FILE_HAS_MACROS


def test_encrypted_files_are_refused(tmp_path: Path) -> None:
    """A file behind a password is refused as such: a workbook of today, one of before, and a locked package."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(compound({"EncryptedPackage": b"x" * 5_000, "EncryptionInfo": b"y" * 5_000}))
    assert refusal(path).code == Code.FILE_ENCRYPTED
    path.write_bytes(biff([["小区名称", "建筑面积"]], before=record(0x2F, b"\0" * 6)))
    assert refusal(path).code == Code.FILE_ENCRYPTED
    workbook(path, [HEADINGS])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert refusal(path).code == Code.FILE_ENCRYPTED


def bomb(size: int) -> Callable[[dict[str, bytes]], None]:
    """A worksheet part of many zeros."""
    return lambda parts: parts.update({"xl/worksheets/sheet1.xml": b"<a>" + b"0" * size})


def test_zip_bombs_are_refused_by_what_they_declare(tmp_path: Path) -> None:
    """A workbook that says it unpacks to more than the limit is not unpacked."""
    path = repacked(workbook(tmp_path / "a.xlsx", [HEADINGS]), bomb(200 << 20))
    assert path.stat().st_size < 1 << 20
    started = time.process_time()
    assert refusal(path).code == Code.FILE_TOO_LARGE
    assert time.process_time() - started < 0.5


def test_zip_bombs_that_lie_are_refused_by_what_they_are(tmp_path: Path) -> None:
    """A workbook that unpacks to more than it says is refused without unpacking the rest."""
    path = repacked(workbook(tmp_path / "a.xlsx", [HEADINGS]), bomb(120 << 20))
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        size = struct.unpack_from("<I", data, at + 24)[0]
        if size > 100 << 20:
            struct.pack_into("<I", data, at + 24, 1_000)
    path.write_bytes(data)
    assert refusal(path).code == Code.FILE_NOT_A_SPREADSHEET


def test_cells_far_away_do_not_fill_memory(tmp_path: Path) -> None:
    """One cell in the last corner of a sheet would make a reader hold 17 thousand million cells."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write(1_048_575, 0, "x")
    assert refusal(path).code == Code.FILE_TOO_MANY_ROWS
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write(1, 16_383, "x")
    assert refusal(path).code == Code.FILE_TOO_WIDE
    old = tmp_path / "a.xls"
    old.write_bytes(biff([["小区名称"]], cell=(65_535, 60_000)))
    assert refusal(old).code == Code.FILE_TOO_MANY_ROWS


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    """A document type in a part (billion laughs, external entities) is refused."""
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, ["阳光花园", "铁西社区", 1]])
    declaration = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'

    def declare(parts: dict[str, bytes]) -> None:
        part = "xl/worksheets/sheet1.xml"
        parts[part] = parts[part].replace(b"<worksheet", declaration + b"<worksheet", 1)

    assert refusal(repacked(path, declare)).code == Code.FILE_NOT_A_SPREADSHEET


def test_other_office_files_are_refused(tmp_path: Path) -> None:
    """A document, a presentation or any other package is no workbook."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    assert refusal(path).code == Code.FILE_NOT_A_SPREADSHEET


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """More than the limit is refused by size."""
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(sheet_file.FILE_LIMIT + 1)
    assert refusal(path).code == Code.FILE_TOO_LARGE


def test_workbooks_of_other_programs(tmp_path: Path) -> None:
    """A workbook written by openpyxl, which writes its package in another way, reads the same."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(HEADINGS)
    page.append(["阳光花园", "铁西社区", 1200.5, date(2024, 1, 1), "2024年12月31日"])
    book.save(path)
    reader = sheet.Reader(table := read(path), table.rows[0])
    assert (reader.number_in("area"), reader.day("from"), reader.day("to")) == (
        Decimal("1200.5"), date(2024, 1, 1), date(2024, 12, 31),
    )  # fmt: skip


def _base() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.merge_range(1, 1, 2, 1, "铁西社区")
        page.write(1, 0, "阳光花园")
    return file.getvalue()


_XLSX = _base()


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_are_refused_not_crashed_on(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever a few changed bytes do to a file, the answer is a table or a refusal."""
    original = data.draw(st.sampled_from([_XLSX, biff([HEADINGS, ["阳光花园", "铁西社区", 1.5]])]))
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(1, len(damaged))) :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged)
    with suppress(DomainError):
        read(path)


# Writing .xls files, which no library of ours writes


def record(code: int, body: bytes) -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", code, len(body)) + body


def _text(value: str) -> bytes:
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def biff(
    rows: Sequence[Sequence[Any]],
    *,
    before: bytes = b"",
    storage: str | None = None,
    cell: tuple[int, int] | None = None,
) -> bytes:
    """An .xls workbook of one sheet; a text that starts with = becomes a formula with that result."""
    begin, end = struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0), record(0x0A, b"")
    cells = b""
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(value, str) and value.startswith("="):
                result = struct.pack("<dHIH", float(value[1:]), 0, 0, 3)
                cells += record(0x06, place + result + b"\x1e" + struct.pack("<H", 1))
            elif isinstance(value, str):
                cells += record(0x204, place + _text(value))
            else:
                cells += record(0x203, place + struct.pack("<d", value))
    if cell is not None:
        cells += record(0x203, struct.pack("<HHHd", *cell, 0, 1.0))
    name = "Sheet1".encode("utf-16-le")

    def bound(start: int) -> bytes:
        return record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name) // 2, 1) + name)

    opening = record(0x809, begin) + before + record(0x42, struct.pack("<H", 1200))
    start = len(opening) + len(bound(0)) + len(end)
    page = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + end
    book = opening + bound(start) + end + page
    return compound({"Workbook": book.ljust(5_000, b"\0")}, storage)


def compound(streams: dict[str, bytes], storage: str | None = None) -> bytes:
    """A compound file with these streams, each of 4,096 bytes or more."""
    sectors: list[bytes] = []
    links: list[int] = []
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, content in streams.items():
        first = len(sectors)
        pieces = [content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512)]
        sectors += pieces
        links += [*range(first + 1, first + len(pieces)), 0xFFFFFFFE]
        entries.append((name, 2, first, len(content)))
    if storage is not None:
        entries.append((storage, 1, 0, 0))
    directory = len(sectors)
    body = b""
    for number, (name, kind, first, size) in enumerate(entries):
        raw = name.encode("utf-16-le") + b"\0\0"
        sibling = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        child = 1 if number == 0 else 0xFFFFFFFF
        body += raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIII", len(raw), kind, 1, 0xFFFFFFFF, sibling, child, b"", 0, 0, 0, first, size, 0
        )
    pieces = [body[at : at + 512].ljust(512, b"\0") for at in range(0, len(body), 512)]
    sectors += pieces
    links += [*range(directory + 1, directory + len(pieces)), 0xFFFFFFFE]
    tables = 1
    while len(links) + tables > 128 * tables:
        tables += 1
    places = list(range(len(sectors), len(sectors) + tables))
    links += [0xFFFFFFFD] * tables
    links += [0xFFFFFFFF] * (128 * tables - len(links))
    sectors += [struct.pack("<128I", *links[at : at + 128]) for at in range(0, len(links), 128)]
    header = xls.MAGIC + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory, 0, 4_096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - tables))
    return header + b"".join(sectors)
