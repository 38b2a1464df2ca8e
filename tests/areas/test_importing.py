"""Imports of projects, staff and divisions: every row's problems with row and column, all or nothing, and once only."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from infra.refusal import Refusal
from tenants import division, importing
from tenants.company import CompanyStatus, set_status
from tenants.errors import Code, Unavailable
from tenants.importing import Report
from tenants.permission import COMPANY_ROLES, CompanyRole
from tenants.row import today
from tenants.scope import Principal
from tests.areas.town import OTHER_DISTRICT_STREET, STREET, Firm, Town

HEADINGS = (
    *("小区名称", "区划代码", "小区类型", "建筑面积（㎡）", "户数"),
    *("合同类型", "合同起始日期", "合同终止日期", "负责人", "负责人电话"),
)
ROW = ("阳光花园", STREET, "商品房", "52,000.50", "480户", "前期物业", "2024年1月1日", "2026.12.31", "王甲子", "62001")
PEOPLE = ("姓名", "工号", "岗位", "项目", "联系电话", "入职日期", "离职日期", "是否网格员", "网格编号")

Cells = Sequence[Any]


def workbook(path: Path, headings: Cells, *rows: Cells) -> Path:
    """A workbook as a company sends it: a title above the headings."""
    with xlsxwriter.Workbook(path / "file.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "物业企业报送表")
        for number, row in enumerate((headings, *rows), 1):
            page.write_row(number, 0, row)
    return path / "file.xlsx"


def row(**changes: Any) -> list[Any]:
    """A row of projects without a problem, but for the changes."""
    named = dict(zip(HEADINGS, ROW, strict=True))
    return list((named | {heading: value for heading, value in changes.items() if heading in named}).values())


async def projects(town: Town, firm: Firm, file: Path, dry_run: bool = False) -> Report:
    """Import projects in a company's name."""
    return await importing.import_projects(town.database, firm.admin, file, dry_run)


async def people(town: Town, firm: Firm, file: Path, dry_run: bool = False) -> Report:
    """Import staff in a company's name."""
    return await importing.import_staff(town.database, firm.admin, file, dry_run)


def found(report: Report) -> list[tuple[Code, int | None, str | None]]:
    """Code, row and column of every problem, each of which can be read in both languages."""
    for problem in report.problems:
        assert problem.error.message("zh") != problem.error.message("en")
    assert "\n".join(report.lines())
    return [(problem.error.code, problem.row, problem.column) for problem in report.problems]


async def count(town: Town, firm: Firm) -> dict[str, int]:
    """How many rows a company has, its journal included."""
    tables = ("project", "service_contract", "project_lead", "staff", "audit_entry", "outbox_event")
    return {
        table: await town.administrator.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", firm.id)
        for table in tables
    }


# Projects


async def test_a_file_of_projects(town: Town, tmp_path: Path) -> None:
    """D7: each row becomes an estate in the registry, a project, its contract and its lead."""
    firm = await town.company()
    headings = (
        *HEADINGS,
        "网格数",
        "业主党员数",
        "交付情况",
        "业委会情况",
        "服务模式",
        "地址",
        "摸底日期",
        "负责人到任日期",
    )
    more = (3, "４５", "部分交付", "筹备中", "市场化", "光明路1号", 45352, "2024/2/1")
    file = workbook(tmp_path, headings, (*ROW, *more), (*row(小区名称="月光花园", 负责人="", 负责人电话=""), *[""] * 8))
    report = await projects(town, firm, file)
    assert found(report) == []
    assert (report.imported, report.rows, report.added, report.known) == (True, 2, 2, 0)
    made = await town.administrator.fetchrow(
        """
        SELECT e.name, e.division_path, e.kind, e.area::text, e.households, e.grid_count AS grids, e.registry_state,
            e.serving_tenant_id, e.committee_status, e.service_model, e.address,
            p.name AS project, p.started_on, p.delivery_status, p.grid_count, p.owner_party_members, p.surveyed_on,
            c.kind AS contract, c.starts_on, c.ends_on, l.arrived_on, s.name AS lead, s.work_phone, s.post
        FROM project p JOIN estate e ON e.id = p.estate_id JOIN service_contract c ON c.project_id = p.id
        JOIN project_lead l ON l.project_id = p.id JOIN staff s ON s.id = l.staff_id
        WHERE p.tenant_id = $1
        """,
        firm.id,
    )
    assert dict(made) == {
        "name": "阳光花园",
        "division_path": STREET,
        "kind": "COMMERCIAL",
        "area": "52000.50",
        "households": 480,
        "grids": 3,
        "registry_state": "REPORTED",
        "serving_tenant_id": firm.id,
        "committee_status": "PREPARING",
        "service_model": "MARKET",
        "address": "光明路1号",
        "project": "阳光花园",
        "started_on": date(2024, 1, 1),
        "delivery_status": "PARTLY_DELIVERED",
        "grid_count": 3,
        "owner_party_members": 45,
        "surveyed_on": date(2024, 3, 1),
        "contract": "EARLY",
        "starts_on": date(2024, 1, 1),
        "ends_on": date(2026, 12, 31),
        "arrived_on": date(2024, 2, 1),
        "lead": "王甲子",
        "work_phone": "62001",
        "post": "PROJECT_MANAGER",
    }
    assert await town.reach(firm) == division.ancestry(STREET)
    assert set(await town.journal(firm)) >= {
        ("estate", "reported"),
        ("project", "created"),
        ("project_lead", "created"),
    }


async def test_a_dry_run_changes_nothing_and_says_the_same(town: Town, tmp_path: Path) -> None:
    """D7: a dry run reports what the import would do, and writes nothing, not even to the journal."""
    firm = await town.company()
    file = workbook(tmp_path, HEADINGS, row(小区名称="彩虹花园"))
    before = await count(town, firm)
    report = await projects(town, firm, file, dry_run=True)
    assert (report.ok, report.imported, report.added) == (True, False, 1)
    assert await count(town, firm) == before
    assert await town.administrator.fetchval("SELECT count(*) FROM estate WHERE name = '彩虹花园'") == 0
    assert (await projects(town, firm, file)).added == 1


async def test_running_again_adds_nothing(town: Town, tmp_path: Path) -> None:
    """D7: an imported file imported again finds every project known, and changes no row."""
    firm = await town.company()
    file = workbook(tmp_path, HEADINGS, *(row(小区名称=f"星光{n}区", 负责人=f"李{n}") for n in range(5)))
    assert (await projects(town, firm, file)).added == 5
    before = await count(town, firm)
    report = await projects(town, firm, file)
    assert (report.imported, report.added, report.known) == (True, 0, 5)
    assert await count(town, firm) == before


async def test_one_bad_row_keeps_all_out(town: Town, tmp_path: Path) -> None:
    """D7: every row's problems are listed with row and column, and nothing is imported."""
    firm, other = await town.company(), await town.company()
    served = await town.project(other, name="他人花园")
    name = await town.administrator.fetchval("SELECT name FROM estate WHERE id = $1", served.estate_id)
    file = workbook(
        tmp_path,
        HEADINGS,
        row(小区名称="好花园"),
        row(小区名称="", **{"建筑面积（㎡）": "约5万"}),
        row(小区名称="甲花园", 区划代码="370499999", 小区类型="别墅"),
        row(小区名称="乙花园", 区划代码="3704", 户数="-3"),
        row(小区名称="丙花园", 合同终止日期="2023-12-31", **{"建筑面积（㎡）": 0}),
        row(小区名称="丁花园", 合同起始日期="2024年2月30日", 合同终止日期=""),
        row(小区名称=name),
        row(小区名称="好花园"),
        row(小区名称="戊花园", 负责人电话="abc"),
        row(小区名称="己" * 101),
        row(小区名称="庚花园", **{"建筑面积（㎡）": "12.345"}),
    )
    before = await count(town, firm)
    report = await projects(town, firm, file)
    assert found(report) == [
        (Code.EMPTY, 4, "小区名称"),
        (Code.NUMBER_INVALID, 4, "建筑面积（㎡）"),
        (Code.DIVISION_UNKNOWN, 5, "区划代码"),
        (Code.CHOICE_UNKNOWN, 5, "小区类型"),
        (Code.DIVISION_TOO_HIGH, 6, "区划代码"),
        (Code.NEGATIVE, 6, "户数"),
        (Code.AREA_NOT_POSITIVE, 7, "建筑面积（㎡）"),
        (Code.CONTRACT_ENDS_BEFORE_START, 7, "合同终止日期"),
        (Code.DATE_INVALID, 8, "合同起始日期"),
        (Code.EMPTY, 8, "合同终止日期"),
        (Code.ESTATE_SERVED, 9, "小区名称"),
        (Code.ROW_REPEATED, 10, "小区名称"),
        (Code.PHONE_INVALID, 11, "负责人电话"),
        (Code.TOO_LONG, 12, "小区名称"),
        (Code.TOO_PRECISE, 13, "建筑面积（㎡）"),
    ]
    assert not report.imported
    assert await count(town, firm) == before
    lines = list(report.lines())
    assert lines[-1].startswith("共 15 个问题，未导入任何数据")
    assert any("requestTakeOver" in line for line in lines)


async def test_bad_rows_among_many_good_ones(town: Town, tmp_path: Path) -> None:
    """D7: with one row in a hundred wrong, just those are listed; without them all are imported, leads and all."""
    firm = await town.company()
    rows = [row(小区名称=f"万里{n}区", 负责人=f"周{n % 7}", 负责人电话=str(61_000 + n % 7)) for n in range(250)]
    bad = {
        100: row(小区名称="万里坏一区", 区划代码="3704"),
        101: row(小区名称="", 负责人=""),
        230: row(小区名称="己" * 101),
    }
    mixed = [bad.get(n, cells) for n, cells in enumerate(rows)]
    report = await projects(town, firm, workbook(tmp_path, HEADINGS, *mixed))
    assert [problem.row for problem in report.problems] == [103, 104, 233]
    assert (await count(town, firm))["project"] == 0
    good = [cells for n, cells in enumerate(mixed) if n not in bad]
    assert (await projects(town, firm, workbook(tmp_path, HEADINGS, *good))).added == 247
    counts = await count(town, firm)
    assert (counts["project"], counts["project_lead"], counts["staff"]) == (247, 247, 7)
    assert counts["audit_entry"] == counts["outbox_event"]


async def test_an_estate_without_company_is_taken_up(town: Town, tmp_path: Path) -> None:
    """A registered estate that nobody serves is found by name, at its street or at one of its communities."""
    firm = await town.company()
    at_street = await town.estate()
    async with town.database.writing(division.WORKER) as scope:
        street = await division.by_code(scope, OTHER_DISTRICT_STREET, "x")
        low = await division.add(scope, street, "东风社区")
    at_community = await town.estate(low.path)
    estates = await town.administrator.fetchval("SELECT count(*) FROM estate")
    file = workbook(
        tmp_path,
        HEADINGS,
        row(小区名称=at_street.name, 区划代码=f"{STREET}000"),
        row(小区名称=at_community.name, 区划代码=OTHER_DISTRICT_STREET),
    )
    report = await projects(town, firm, file)
    assert (found(report), report.added) == ([], 2)
    served = await town.administrator.fetch("SELECT id FROM estate WHERE serving_tenant_id = $1", firm.id)
    assert {each["id"] for each in served} == {at_street.id, at_community.id}
    assert await town.administrator.fetchval("SELECT count(*) FROM estate") == estates


async def test_places_by_name(town: Town, tmp_path: Path) -> None:
    """A community or street is found by name in the company's city; a name that fits several says which."""
    firm = await town.company()
    async with town.database.writing(division.WORKER) as scope:
        for path in ("370402004", "370481001"):
            await division.add(scope, await division.by_code(scope, path, "x"), "红旗社区居委会")
    headings = ("小区名称", "区县", "街道", "社区", "类型", "面积(万平方米)", "合同期限")
    rest = ("安置房", 1.5, "2024年1月1日至2026年12月31日")
    file = workbook(
        tmp_path,
        headings,
        ("南一区", "市中区", "文化路街道办事处", "红旗社区", *rest),
        ("南二区", "滕州市", "", "红旗居委会", *rest),
        ("南三区", "", "龙山路街道", "", *rest),
        ("南四区", "", "", "红旗社区", *rest),
        ("南五区", "", "不存在街道", "", *rest),
        ("南六区", "市中区", "", "", *rest),
    )
    report = await projects(town, firm, file)
    assert found(report) == [
        (Code.DIVISION_NAME_AMBIGUOUS, 6, "社区"),
        (Code.DIVISION_NAME_UNKNOWN, 7, "街道"),
        (Code.EMPTY, 8, "社区"),
    ]
    good = workbook(tmp_path, headings, *(("北一区", "市中区", "文化路街道", "红旗", *rest),))
    assert (await projects(town, firm, good)).added == 1
    made = await town.administrator.fetchrow("SELECT division_path, area, kind FROM estate WHERE name = '北一区'")
    assert (made["division_path"], made["area"], made["kind"]) == ("370402004A00", 15_000, "RESETTLEMENT")


async def test_merged_communities_and_notes(town: Town, tmp_path: Path) -> None:
    """A community merged over several rows counts for each; what was carried or passed over is said."""
    firm = await town.company()
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, 9, "项目一览表")
        page.write_row(1, 0, HEADINGS)
        for number in range(3):
            page.write_row(2 + number, 0, row(小区名称=f"合并{number}区", 区划代码="", 负责人=f"钱{number}"))
        page.merge_range(2, 1, 4, 1, STREET)
        page.write_row(5, 0, ["合计", "", "", 156001.5])
        page.write(6, 0, "注：数据截至2024年底")
    report = await projects(town, firm, path)
    assert (found(report), report.added) == ([], 3)
    assert [note.row for note in report.notes if note.row] == [4, 5, 6, 7]


async def test_one_lead_of_several_projects(town: Town, tmp_path: Path) -> None:
    """Who leads two projects is one person; a namesake with another phone is another."""
    firm = await town.company()
    file = workbook(
        tmp_path,
        HEADINGS,
        row(小区名称="东一区", 负责人="张　三", 负责人电话="61001"),
        row(小区名称="东二区", 负责人="张三", 负责人电话=61001),
        row(小区名称="东三区", 负责人="张三", 负责人电话="61002"),
    )
    assert found(await projects(town, firm, file)) == []
    assert (await count(town, firm))["staff"] == 2
    again = workbook(tmp_path, HEADINGS, row(小区名称="东四区", 负责人="张三", 负责人电话=""))
    assert found(await projects(town, firm, again)) == [(Code.STAFF_AMBIGUOUS, 3, "负责人")]


async def test_a_contract_of_the_future(town: Town, tmp_path: Path) -> None:
    """A contract may begin tomorrow; its lead cannot have arrived yet and is taken to be there today."""
    firm = await town.company()
    tomorrow = today() + timedelta(1)
    later = row(小区名称="未来一区", 合同起始日期=tomorrow.isoformat(), 合同终止日期="2199-12-31")
    assert found(await projects(town, firm, workbook(tmp_path, HEADINGS, later))) == []
    assert await town.administrator.fetchval(
        "SELECT arrived_on FROM project_lead WHERE tenant_id = $1", firm.id
    ) == today()  # fmt: skip


async def test_formulas_keep_the_file_out(town: Town, tmp_path: Path) -> None:
    """A formula is a problem at its cell, beside the problems of the rows."""
    firm = await town.company()
    path = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, row(小区名称="公式一区"))
        page.write_formula(1, 3, "=1000*2", None, 2000)
        page.write_row(2, 0, row(小区名称="公式二区", 区划代码=""))
    report = await projects(town, firm, path)
    assert found(report) == [(Code.FORMULA, 2, "建筑面积（㎡）"), (Code.EMPTY, 3, "区划代码")]
    assert not report.imported


@pytest.mark.parametrize("kind", ["projects", "staff", "divisions"])
async def test_refused_files(town: Town, tmp_path: Path, kind: str) -> None:
    """A file that is no spreadsheet or has other headings is one problem without row and column."""
    firm = await town.company()
    image, wrong = tmp_path / "image.xlsx", workbook(tmp_path, ("甲", "乙"), (1, 2))
    image.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    for file, code in ((image, Code.FILE_NOT_A_SPREADSHEET), (wrong, Code.HEADING_MISSING)):
        if kind == "divisions":
            report = await importing.import_divisions(town.database, file, False)
        else:
            report = await (projects if kind == "projects" else people)(town, firm, file)
        assert found(report) == [(code, None, None)]
        assert (report.imported, report.rows) == (False, 0)


async def test_who_may_import(town: Town, tmp_path: Path) -> None:
    """Only who may do all that an import does may import, and only for a company that is active."""
    firm = await town.company()
    file = workbook(tmp_path, HEADINGS, row(小区名称="权限一区"))
    manager = replace(firm.admin, permissions=COMPANY_ROLES[CompanyRole.PROJECT_MANAGER])
    with pytest.raises(Refusal, match="project:create"):
        await importing.import_projects(town.database, manager, file, False)
    with pytest.raises(Refusal, match="staff:create"):
        await importing.import_staff(town.database, manager, file, False)
    await town.do(Principal("worker", tenant_id=firm.id), set_status, CompanyStatus.SUSPENDED)
    assert found(await projects(town, firm, file)) == [(Code.COMPANY_NOT_ACTIVE, None, None)]
    staff_file = workbook(tmp_path, PEOPLE, ("张三", "1", "保安"))
    assert found(await people(town, firm, staff_file)) == [(Code.COMPANY_NOT_ACTIVE, None, None)]


async def test_one_company_sees_nothing_of_another_in_its_report(town: Town, tmp_path: Path) -> None:
    """I12: numbers and names of another company's people and projects are free, and its report names none of them."""
    one, other = await town.company(), await town.company()
    canary = workbook(tmp_path, PEOPLE, ("金丝雀", "C001", "保安", "", "13800000001"))
    assert (await people(town, one, canary)).added == 1
    assert (await people(town, other, canary)).added == 1
    await town.project(one, name="金丝雀项目")
    report = await people(town, other, workbook(tmp_path, PEOPLE, ("张三", "1", "保安", "金丝雀项目")))
    assert found(report) == [(Code.PROJECT_UNKNOWN, 3, "项目")]


async def test_a_killed_import_leaves_nothing(town: Town, tmp_path: Path) -> None:
    """D7: when the database connection dies in the middle, no part is imported, and the next run does it all."""
    firm = await town.company()
    file = workbook(tmp_path, HEADINGS, *(row(小区名称=f"断电{n}区", 负责人=f"孙{n}") for n in range(60)))
    before = await count(town, firm)
    importing_it = asyncio.create_task(projects(town, firm, file))
    killed = 0
    while not killed and not importing_it.done():
        await asyncio.sleep(0.05)
        killed = await town.administrator.fetchval(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'linli_app' AND backend_xid IS NOT NULL
            """
        )
    with pytest.raises(Unavailable):
        await importing_it
    assert await count(town, firm) == before
    assert await town.administrator.fetchval("SELECT count(*) FROM estate WHERE name LIKE '断电%'") == 0
    assert (await projects(town, firm, file)).added == 60


# Staff


async def test_a_file_of_staff(town: Town, tmp_path: Path) -> None:
    """D7: people with their posts, projects, phones, dates and grids; what may not be kept is not read."""
    firm = await town.company()
    place = await town.project(firm, name="和平小区")
    file = workbook(
        tmp_path,
        (*PEOPLE, "身份证号", "政治面貌"),
        (
            "张　三",
            "００１",
            "夜班秩序维护员",
            "和平小区",
            "13800000001",
            "2023年3月1日",
            "",
            "是",
            "A-01",
            "370400",
            "中共党员",
        ),
        ("李四", 2, "客服主管", "和平小区", 63211, 45352, "2024-12-31", "否", ""),
        ("王五", "", "其他", "", "", "", "", "", "B-02"),
    )
    report = await people(town, firm, file)
    assert (found(report), report.added) == ([], 3)
    assert any("身份证号、政治面貌" in note.chinese for note in report.notes)
    rows = await town.administrator.fetch(
        """
        SELECT name, number, post, project_id, work_phone, hired_on, left_on, is_grid_member, grid_code
        FROM staff WHERE tenant_id = $1 ORDER BY id
        """,
        firm.id,
    )
    assert [tuple(each) for each in rows] == [
        ("张三", "001", "SECURITY", place.id, "13800000001", date(2023, 3, 1), None, True, "A-01"),
        ("李四", "2", "CUSTOMER_SERVICE", place.id, "63211", date(2024, 3, 1), date(2024, 12, 31), False, None),
        ("王五", None, "OTHER", None, None, None, None, True, "B-02"),
    ]
    stored = await town.administrator.fetchval(
        "SELECT string_agg(s::text, '') || (SELECT string_agg(a::text, '') FROM audit_entry a) FROM staff s"
    )
    assert "党员" not in stored


async def test_staff_again_adds_nothing(town: Town, tmp_path: Path) -> None:
    """D7: people are known by number, or by name and phone or project; a later file fills in what was missing."""
    firm = await town.company()
    await town.project(firm, name="团结小区")
    rows = [
        ("张三", "T1", "保安", "团结小区", "60001"),
        ("李四", "", "保洁", "团结小区", "60002"),
        ("王五", "", "绿化", "团结小区", ""),
        ("王五", "", "绿化", "", ""),
    ]
    file = workbook(tmp_path, PEOPLE, *rows)
    assert (await people(town, firm, file)).added == 4
    before = await count(town, firm)
    assert (await people(town, firm, file)).known == 4
    assert await count(town, firm) == before
    left = [("张三", "T1", "保安", "团结小区", "60001", "", "2024-06-30"), ("李四", "T2", "保洁", "团结小区", "60002")]
    report = await people(town, firm, workbook(tmp_path, PEOPLE, *left))
    assert (report.added, report.known) == (0, 2)
    numbers = await town.administrator.fetch(
        "SELECT number, left_on FROM staff WHERE tenant_id = $1 AND number IS NOT NULL ORDER BY number", firm.id
    )
    assert [tuple(each) for each in numbers] == [("T1", date(2024, 6, 30)), ("T2", None)]


async def test_leads_of_imported_projects_are_known(town: Town, tmp_path: Path) -> None:
    """Who came in as a project's lead is not recorded twice when the staff file follows; the number is filled in."""
    firm = await town.company()
    assert (await projects(town, firm, workbook(tmp_path, HEADINGS, row(小区名称="先锋小区")))).added == 1
    file = workbook(tmp_path, PEOPLE, ("王甲子", "L1", "项目经理", "先锋小区", "62001"))
    assert (await people(town, firm, file)).known == 1
    assert await town.administrator.fetchval("SELECT number FROM staff WHERE tenant_id = $1", firm.id) == "L1"


async def test_staff_problems(town: Town, tmp_path: Path) -> None:
    """D7: every problem of every person, with row and column, and nobody is recorded."""
    firm = await town.company()
    for _ in range(2):
        await town.project(firm, name="双子小区")
    await town.staff(firm, "赵六", number="X9")
    file = workbook(
        tmp_path,
        PEOPLE,
        ("", "1", "保安"),
        ("张三", "2", "宇航员"),
        ("李四", "3", "", "没有的小区"),
        ("王五", "4", "保洁", "双子小区", "电话不详"),
        ("钱七", "X9", "保洁"),
        ("孙八", "5", "保洁", "", "", "2024-05-01", "2024-04-30"),
        ("周九", "5", "保洁"),
        ("吴十", "6", "保洁", "", "", "去年", "", "也许"),
        ("郑一", "7", "保洁", "", "", "", "", "否", "G-1"),
        ("冯二", "8", "保洁", "", "123"),
        ("陈三", "9", "保洁", "", "", "", "2199-01-01"),
    )
    before = await count(town, firm)
    report = await people(town, firm, file)
    assert found(report) == [
        (Code.EMPTY, 3, "姓名"),
        (Code.CHOICE_UNKNOWN, 4, "岗位"),
        (Code.EMPTY, 5, "岗位"),
        (Code.PROJECT_UNKNOWN, 5, "项目"),
        (Code.PROJECT_AMBIGUOUS, 6, "项目"),
        (Code.STAFF_NUMBER_TAKEN, 7, "工号"),
        (Code.DATE_OUT_OF_ORDER, 8, "离职日期"),
        (Code.ROW_REPEATED, 9, "工号"),
        (Code.DATE_INVALID, 10, "入职日期"),
        (Code.YES_NO_INVALID, 10, "是否网格员"),
        (Code.NOT_A_GRID_MEMBER, 11, "网格编号"),
        (Code.PHONE_INVALID, 12, "联系电话"),
        (Code.DATE_IN_FUTURE, 13, "离职日期"),
    ]
    assert await count(town, firm) == before


# Divisions


async def test_communities_of_a_county(town: Town, tmp_path: Path) -> None:
    """Communities come with or without a code, in Chinese or English words; again, they are all known."""
    rows = [
        ("370404001000", "前进社区", "370404001001", "2020年1月1日"),
        ("370404001", "后街社区", "", ""),
        ("", "新街社区居委会", "370404001002", ""),
    ]
    file = workbook(tmp_path, ("上级区划代码", "名称", "代码（可不填）", "起始日期"), *rows)
    report = await importing.import_divisions(town.database, file, True)
    assert (found(report), report.added, report.imported) == ([], 3, False)
    report = await importing.import_divisions(town.database, file, False)
    assert (found(report), report.added) == ([], 3)
    english = tmp_path / "again.csv"
    english.write_text(
        "parent code,name,code\n370404001,后街社区,\n370404001,前进社区,370404001001\n", encoding="utf-8"
    )
    report = await importing.import_divisions(town.database, english, False)
    assert (found(report), report.added, report.known) == ([], 0, 2)
    made = await town.administrator.fetch(
        "SELECT path, code, name, level, valid_from FROM division WHERE path ^@ '370404001' ORDER BY path"
    )
    assert [tuple(each) for each in made[1:]] == [
        ("370404001001", "370404001001", "前进社区", "COMMUNITY", date(2020, 1, 1)),
        ("370404001002", "370404001002", "新街社区居委会", "COMMUNITY", None),
        ("370404001A00", None, "后街社区", "COMMUNITY", None),
    ]


async def test_division_problems(town: Town, tmp_path: Path) -> None:
    """Every row's problems, and no division is added."""
    file = workbook(
        tmp_path,
        ("上级区划代码", "名称", "代码", "起始日期"),
        ("370405001", "一号社区", "", ""),
        ("", "二号社区", "", ""),
        ("370405999", "三号社区", "", ""),
        ("370405001", "", "", "昨天"),
        ("370405001", "四号社区", "370402001001", ""),
        ("370405001", "一号社区", "", ""),
        ("370405001", "五号社区", "", "2199-01-01"),
        ("3704", "市中区", "370499", ""),
    )
    before = await town.administrator.fetchval("SELECT count(*) FROM division")
    report = await importing.import_divisions(town.database, file, False)
    assert found(report) == [
        (Code.EMPTY, 4, "上级区划代码"),
        (Code.DIVISION_UNKNOWN, 5, "上级区划代码"),
        (Code.EMPTY, 6, "名称"),
        (Code.DATE_INVALID, 6, "起始日期"),
        (Code.DIVISION_CODE_INVALID, 7, "代码"),
        (Code.ROW_REPEATED, 8, "名称"),
        (Code.DATE_IN_FUTURE, 9, "起始日期"),
        (Code.DIVISION_EXISTS, 10, "名称"),
    ]
    assert await town.administrator.fetchval("SELECT count(*) FROM division") == before
