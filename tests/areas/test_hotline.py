"""Tickets of the 12345 hotline become issues: each once, all or none, every unknown column named, no caller kept."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from infra.refusal import Refusal
from tenants import importing, issue
from tenants.errors import Code
from tenants.importing import Report
from tenants.issue import NewCategory
from tenants.permission import CompanyRole
from tenants.project import Project
from tenants.scope import Principal
from tests.areas.test_importing import found, workbook
from tests.areas.town import OTHER_STREET, STREET, Firm, Town, place

HEADINGS = ("工单编号", "小区名称", "诉求标题", "诉求内容", "受理时间")


def ticket(begun: Project, number: str = "20250303001", **more: Any) -> list[Any]:
    """A ticket without a problem."""
    named = {
        "工单编号": number,
        "小区名称": begun.name,
        "诉求标题": "电梯停运",
        "诉求内容": "3 号楼电梯已停运两天",
        "受理时间": date(2025, 3, 3),
        **more,
    }
    return list(named.values())


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company."""
    return await town.company()


@pytest.fixture
async def begun(town: Town, firm: Firm) -> Project:
    """Its project."""
    return await town.project(firm)


async def tickets(
    town: Town, who: Principal, path: Path, headings: Sequence[str], *rows: Sequence[Any], dry_run: bool = False
) -> Report:
    """Import a file of tickets."""
    return await importing.import_hotline(town.database, who, workbook(path, headings, *rows), dry_run)


async def issues(town: Town, firm: Firm) -> list[Any]:
    """A company's issues."""
    rows: list[Any] = await town.administrator.fetch(
        "SELECT * FROM issue WHERE tenant_id = $1 ORDER BY external_id", firm.id
    )
    return rows


async def test_each_ticket_once(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """A ticket is an issue with a deadline; the same file again, and the same file grown, add only what is new."""
    rows = [ticket(begun, f"2025030300{number}") for number in range(3)]
    assert (await tickets(town, firm.admin, tmp_path, HEADINGS, *rows, dry_run=True)).added == 3
    assert await issues(town, firm) == []
    report = await tickets(town, firm.admin, tmp_path, HEADINGS, *rows)
    assert (report.added, report.known, found(report)) == (3, 0, [])
    made = await issues(town, firm)
    assert [(row["external_id"], row["source"], row["channel"], row["due_on"]) for row in made] == [
        (f"2025030300{number}", "HOTLINE_12345", "IMPORT", date(2025, 3, 6)) for number in range(3)
    ]
    again = await tickets(town, firm.admin, tmp_path, HEADINGS, *rows)
    assert (again.added, again.known) == (0, 3)
    grown = await tickets(town, firm.admin, tmp_path, HEADINGS, *rows, ticket(begun, "20250303009"))
    assert (grown.added, grown.known) == (1, 3)
    assert len(await issues(town, firm)) == 4


async def test_an_unknown_column_is_named(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """Nothing is imported, and the column is named; what is known and personal is passed over, and said so."""
    headings = (*HEADINGS, "满意度评价", "来电人", "联系电话")
    row = [*ticket(begun), "满意", "王甲子", "62001"]
    report = await tickets(town, firm.admin, tmp_path, headings, row)
    assert found(report) == [(Code.COLUMN_UNKNOWN, None, "满意度评价")]
    assert await issues(town, firm) == []
    report = await tickets(
        town, firm.admin, tmp_path, (*HEADINGS, "来电人", "联系电话"), [*ticket(begun), "王甲子", "62001"]
    )
    assert (report.added, [note.chinese for note in report.notes]) == (1, ["不读取的列：来电人、联系电话"])
    (made,) = await issues(town, firm)
    assert not [value for value in made.values() if isinstance(value, str) and ("王甲子" in value or "62001" in value)]


async def test_all_or_nothing(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """Every problem with its row and column: an unknown estate, another company's, no date, a number twice."""
    other = await town.project(await town.company())
    report = await tickets(
        town,
        firm.admin,
        tmp_path,
        (*HEADINGS, "诉求类别"),
        [*ticket(begun, "1"), ""],
        [*ticket(other, "2"), ""],
        [*ticket(begun, "3", 受理时间=None), ""],
        [*ticket(begun, "1"), ""],
        [*ticket(begun, "4"), "没有的类别"],
    )
    assert found(report) == [
        (Code.PROJECT_UNKNOWN, 4, "小区名称"),
        (Code.EMPTY, 5, "受理时间"),
        (Code.ROW_REPEATED, 6, "工单编号"),
        (Code.CATEGORY_UNKNOWN, 7, "诉求类别"),
    ]
    assert await issues(town, firm) == []


async def test_a_regulator_imports_for_its_division(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """Each ticket goes to the company that serves the estate; one outside the division is unknown; known stays known
    whoever imported it first.
    """
    second = await town.company()
    there = await town.project(second)
    outside = await town.project(second, at=OTHER_STREET)
    street = await town.regulator(STREET)
    new = NewCategory(division_code=STREET, code=f"L{begun.name}", name=f"电梯{begun.name}")
    await town.do(street, issue.add_category, new)
    headings = (*HEADINGS, "诉求类别")
    rows = [[*ticket(begun, "R1"), new.name], [*ticket(there, "R2"), new.code]]
    refused = await tickets(town, street, tmp_path, headings, *rows, [*ticket(outside, "R3"), ""])
    assert found(refused) == [(Code.ESTATE_UNKNOWN, 5, "小区名称")]
    report = await tickets(town, street, tmp_path, headings, *rows)
    assert (report.added, found(report)) == (2, [])
    (mine,), (theirs,) = await issues(town, firm), await issues(town, second)
    assert mine["category_id"] == theirs["category_id"] is not None
    assert (mine["external_id"], theirs["external_id"]) == ("R1", "R2")
    assert mine["state"] == "REPORTED"
    assert (await tickets(town, firm.admin, tmp_path, HEADINGS, ticket(begun, "R1"))).known == 1


async def test_a_changed_ticket_is_noted_and_left(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """What the file says otherwise than the issue is named by row and column; columns it does not have say nothing."""
    other = await town.project(firm)
    wide = (*HEADINGS, "协办单位")
    rows = [[*ticket(begun, f"2025030300{number}"), "城管、环保、城管"] for number in range(3)]
    await tickets(town, firm.admin, tmp_path, wide, *rows)
    before = await issues(town, firm)
    assert before[0]["co_handlers"] == ["城管", "环保"]
    same = await tickets(town, firm.admin, tmp_path, wide, *rows)
    assert (same.known, same.notes) == (3, [])
    report = await tickets(
        town,
        firm.admin,
        tmp_path,
        HEADINGS,
        ticket(begun, "20250303000"),
        ticket(other, "20250303001", 诉求标题="电梯仍停运", 受理时间=date(2025, 3, 4)),
        ticket(begun, "20250303002", 诉求内容=""),
        ticket(begun, "20250303009"),
    )
    assert (report.added, report.known, found(report)) == (1, 3, [])
    assert [(note.row, note.chinese.rpartition("：")[2]) for note in report.notes] == [
        (4, "小区名称、诉求标题、受理时间"),
        (5, "诉求内容"),
    ]
    assert (await issues(town, firm))[:3] == before


async def test_estates_of_one_name_are_told_apart(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """By the street or the community that the row names; without them the ticket is nobody's."""
    twin = await town.project(firm, new_estate=place(begun.name, OTHER_STREET))
    headings = (*HEADINGS, "所属街道")
    report = await tickets(town, firm.admin, tmp_path, headings, [*ticket(begun, "A1"), ""])
    assert found(report) == [(Code.ESTATE_AMBIGUOUS, 3, "小区名称")]
    street = await town.administrator.fetchval("SELECT name FROM division WHERE path = $1", OTHER_STREET)
    report = await tickets(town, firm.admin, tmp_path, headings, [*ticket(begun, "A1"), street])
    assert report.added == 1
    (made,) = await issues(town, firm)
    assert made["estate_id"] == twin.estate_id
    report = await tickets(town, firm.admin, tmp_path, headings, [*ticket(begun, "A2"), "没有的街道"])
    assert found(report) == [(Code.PROJECT_UNKNOWN, 3, "小区名称")]


async def test_nobody_is_there_to_take_it(town: Town, tmp_path: Path) -> None:
    """A ticket of an estate that no company serves is a problem of its row."""
    street = await town.regulator(STREET)
    estate = await town.estate()
    report = await tickets(
        town, street, tmp_path, HEADINGS, ["Z1", estate.name, "电梯停运", "已停运两天", date(2025, 3, 3)]
    )
    assert found(report) == [(Code.ESTATE_WITHOUT_COMPANY, 3, "小区名称")]


async def test_who_may(town: Town, firm: Firm, begun: Project, tmp_path: Path) -> None:
    """The front desk may record issues and so import them; the Party officer may not."""
    for role, may in ((CompanyRole.FRONT_DESK, True), (CompanyRole.PARTY_OFFICER, False)):
        member = await town.member(firm, role)
        who = firm.member(member.id, role)
        if may:
            assert (await tickets(town, who, tmp_path, HEADINGS, ticket(begun))).added == 1
        else:
            with pytest.raises(Refusal, match="issue:create"):
                await tickets(town, who, tmp_path, HEADINGS, ticket(begun))
