"""A bulletin of a red or black list says what is in force, on paper and in Excel; nothing before or after."""

import io

import httpx
import pypdf
from python_calamine import CalamineWorkbook

from tenants.red_black_list import publication, publicity
from tests.areas.open_days import refused
from tests.areas.red_black import LATER, Office
from tests.areas.test_credit_certificate import signed_in
from tests.areas.town import Firm, Town
from tests.serving import Served


def got(server: Served, firm: Firm, key: object, form: str = "xlsx") -> httpx.Response:
    """What the bulletin's address answers a company."""
    address = f"{server.url}/red-black-lists/rbl_{key}/bulletin.{form}"
    return httpx.get(address, headers=signed_in(server, firm), timeout=30)


def words_of(printed: httpx.Response) -> str:
    """What a PDF says."""
    assert printed.headers["content-type"] == "application/pdf"
    document = pypdf.PdfReader(io.BytesIO(printed.content), strict=True)
    return "".join(page.extract_text() for page in document.pages).replace("\n", "")


async def test_a_bulletin_says_what_is_in_force(town: Town, server: Served) -> None:
    """The list, its edition and when the bulletin was made, then each entry; a company of elsewhere may read it too."""
    office, firm, bystander = await Office.of(town), await town.company("=1+1物业"), await town.company(at="3705")
    row = await office.publicised(firm)
    for form in ("pdf", "xlsx"):
        refused(got(server, bystander, row.id, form), 404, "NOT_FOUND")
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    row = await town.do(office.publisher, publication.publish, row.id, row.version)
    book = CalamineWorkbook.from_filelike(io.BytesIO(got(server, bystander, row.id).content))
    rows = book.get_sheet_by_index(0).to_python()
    said = {line[0]: line[1] for line in rows}
    assert rows[0][0] == f"黑榜通报：{row.title}"
    assert (said["榜单类别"], said["榜单对象"], said["榜单版次"]) == ("黑榜", "物业服务企业", "第 1 版")
    assert str(said["制表时间"]).endswith("（北京时间）")
    assert rows[-1][0] == 1.0
    assert (rows[-1][1], rows[-1][3], rows[-1][4]) == ("=1+1物业", "拒不整改", "枣住建罚〔2026〕7号")
    printed = words_of(got(server, bystander, row.id, "pdf"))
    for expected in (
        "黑榜通报",
        row.title,
        "依据文件：枣住建通〔2026〕11号",
        f"公示日期：{row.publicised_on}，异议期至 {row.object_by}",
        "榜单版次：第 1 版",
        "=1+1物业",
        "拒不整改",
    ):
        assert expected in printed
    assert "更正" not in printed
    await town.do(office.publisher, publication.withdraw, row.id, row.version, "依据被撤销")
    for form in ("pdf", "xlsx"):
        refused(got(server, firm, row.id, form), 404, "NOT_FOUND")
        assert httpx.get(f"{server.url}/red-black-lists/rbl_{row.id}/bulletin.{form}").status_code == 401
    refused(got(server, firm, "x"), 404, "NOT_FOUND")


async def test_a_bulletin_says_what_its_edition_corrects(town: Town, server: Served) -> None:
    """The later edition names the one before it and why; who left is on neither paper."""
    office, firm, other = await Office.of(town), await town.company("星河物业"), await town.company("晨光物业")
    row = await office.published(firm, other)
    await office.withdraw(await office.entry_of(row, firm), "处罚决定已被撤销")
    refused(got(server, other, row.id, "pdf"), 404, "NOT_FOUND")
    later = await town.administrator.fetchval("SELECT id FROM red_black_list WHERE supersedes_id = $1", row.id)
    printed = words_of(got(server, other, later, "pdf"))
    assert "榜单版次：第 2 版" in printed
    assert "更正说明：更正第 1 版：处罚决定已被撤销" in printed
    assert "晨光物业" in printed
    assert "星河物业" not in printed
