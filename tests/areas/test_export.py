"""A report as an Excel workbook: what was asked, by whom and when, figures as figures, and never a formula."""

import io
import zipfile
from datetime import date
from typing import Any, Literal

import httpx
import pytest
from python_calamine import CalamineWorkbook

from api.tokens import Tokens
from tenants import issue
from tenants.issue import IssueChannel, IssueSource, NewCategory, NewIssue
from tenants.scope import Principal
from tests.areas.town import Firm, Town
from tests.serving import Served

COUNTY = "370404"
STREETS = ("370404001", "370404002")
YEAR = {"since": "2025-01-01", "until": "2025-12-31"}
FORMULA = '=HYPERLINK("http://example.org","点此")'


def headers(server: Served, who: Principal) -> dict[str, str]:
    """Those of somebody who has signed in; a regulator states no purpose, for it asks for figures."""
    organisation = who.tenant_id or who.regulator_id
    assert organisation is not None
    assert who.actor_id is not None
    kind: Literal["tenant", "regulator"] = "regulator" if who.tenant_id is None else "tenant"
    token = Tokens.of(server.settings).mint(kind, member_id=who.actor_id, organisation_id=organisation)
    return {"authorization": f"Bearer {token}"}


def grid(content: bytes) -> list[list[Any]]:
    """The cells of the one sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert len(book.sheet_names) == 1
    return book.get_sheet_by_index(0).to_python()


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows below the heads, by head."""
    at = next(number for number, row in enumerate(rows) if row[0] == "行政区划" and row[1] == "区划代码")
    found = []
    for row in rows[at + 1 :]:
        if not row[0]:
            break
        found.append(dict(zip(rows[at], row, strict=True)))
    return found


@pytest.fixture(scope="module")
async def firm(town: Town, server: Served) -> Firm:
    """A company with two issues in one street of the county, and a category whose name is a formula."""
    made = await town.company()
    county = await town.regulator(COUNTY)
    category = await town.do(county, issue.add_category, NewCategory(division_code=COUNTY, code="=1+1", name=FORMULA))
    place = await town.project(made, at=STREETS[0])
    for found_on in (date(2025, 3, 1), date(2025, 9, 1)):
        new = NewIssue(
            estate_id=place.estate_id,
            title="路灯不亮",
            source=IssueSource.PATROL,
            channel=IssueChannel.COUNTER,
            found_on=found_on,
            category_id=category.id,
        )
        await town.do(made.admin, issue.record_issue, new)
    return made


async def test_a_report_as_a_workbook(town: Town, server: Served, firm: Firm) -> None:
    """The county's whole first, then each street by half-year: numbers are numbers, a rate of nothing a dash, and the
    lines above say what was asked.
    """
    who = await town.regulator(COUNTY)
    assert who.regulator_id is not None
    asked = YEAR | {"breakdown": "true", "every": "HALF_YEAR", "estateKind": "COMMERCIAL"}
    answer = httpx.get(f"{server.url}/reports/issueFigures.xlsx", params=asked, headers=headers(server, who))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert 'filename="issueFigures_2025-01-01_2025-12-31.xlsx"' in answer.headers["content-disposition"]
    rows = grid(answer.content)
    said = {row[0]: row[1] for row in rows}
    assert rows[0][0] == "R-07 问题统计"
    assert (said["起始日期"], said["小区类型"], said["按期分列"]) == ("2025-01-01", "商住小区", "半年")
    assert "北京时间" in said["制表时间"]
    assert said["制表单位"] == (await town.row("regulator", who.regulator_id))["name"]
    assert said["办结率"].startswith("closed of found")
    whole, *cells = table(rows)
    assert (whole["区划代码"], whole["发现数"], whole["办结率"]) == (COUNTY, 2, 0)
    assert whole["起始日期"] == date(2025, 1, 1)
    found = {(cell["区划代码"], cell["起始日期"].month): (cell["发现数"], cell["办结率"]) for cell in cells}
    assert found[STREETS[0], 1] == found[STREETS[0], 7] == (1, 0)
    assert found[STREETS[1], 1] == (0, "—")


async def test_no_cell_is_a_formula(town: Town, server: Served, firm: Firm) -> None:
    """Whatever a name looks like, it is text."""
    answer = httpx.get(
        f"{server.url}/reports/issueCategoryFigures.xlsx",
        params=YEAR,
        headers=headers(server, await town.regulator(COUNTY)),
    )
    (row,) = table(grid(answer.raise_for_status().content))
    assert (row["类别代码"], row["类别名称"], row["小区无法解决"], row["占比"]) == ("=1+1", FORMULA, "否", 1)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet.lower()


async def test_it_is_asked_for_as_anything_else_is(town: Town, server: Served, firm: Firm) -> None:
    """Not without signing in, not without the permission, only what there is, and a wrong value is refused and named;
    a company gets its own figures.
    """
    url = f"{server.url}/reports"
    county = headers(server, await town.regulator(COUNTY))
    own = headers(server, firm.admin)
    cases: tuple[tuple[str, dict[str, str], dict[str, str], int, str], ...] = (
        ("issueFigures", {}, YEAR, 401, "UNAUTHENTICATED"),
        ("partyCoverage", own, YEAR, 403, "FORBIDDEN"),
        ("creditScore", county, YEAR, 404, "NOT_FOUND"),
        ("nothing", county, YEAR, 404, "NOT_FOUND"),
        ("issueFigures", county, {"since": "2025-01-01"}, 400, "BAD_REQUEST"),
        ("issueFigures", county, YEAR | {"rows": "1"}, 400, "BAD_REQUEST"),
        ("issueFigures", county, YEAR | {"since": "2025-02-30"}, 400, "BAD_USER_INPUT"),
        ("issueFigures", county, YEAR | {"breakdown": "yes"}, 400, "BAD_USER_INPUT"),
        ("issueFigures", county, YEAR | {"since": "2001-01-01", "every": "MONTH"}, 400, "BAD_USER_INPUT"),
    )
    for report, who, asked, status, code in cases:
        answer = httpx.get(f"{url}/{report}.xlsx", params=asked, headers=who)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code), (report, asked)
    answer = httpx.get(f"{url}/issueFigures.xlsx", params=YEAR, headers=own).raise_for_status()
    (row,) = table(grid(answer.content))
    assert (row["行政区划"], row["发现数"]) == ("全部", 2)
