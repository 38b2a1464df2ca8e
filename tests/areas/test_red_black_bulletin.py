"""The workbook of a red or black list says in Chinese what is in force; nothing before, after, or to who may not."""

import io

import httpx
from python_calamine import CalamineWorkbook

from tenants.red_black_list import publication, publicity
from tests.areas.open_days import refused
from tests.areas.red_black import LATER, Office
from tests.areas.test_credit_certificate import signed_in
from tests.areas.town import Firm, Town
from tests.serving import Served


def got(server: Served, firm: Firm, key: object) -> httpx.Response:
    """What the bulletin's address answers a company."""
    address = f"{server.url}/red-black-lists/rbl_{key}/bulletin.xlsx"
    return httpx.get(address, headers=signed_in(server, firm), timeout=30)


async def test_a_bulletin_says_what_is_in_force(town: Town, server: Served) -> None:
    """The list, its edition and when the workbook was made, then each entry; a company of elsewhere may read it too."""
    office, firm, bystander = await Office.of(town), await town.company("=1+1物业"), await town.company(at="3705")
    row = await office.publicised(firm)
    refused(got(server, bystander, row.id), 404, "NOT_FOUND")
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    row = await town.do(office.publisher, publication.publish, row.id, row.version)
    book = CalamineWorkbook.from_filelike(io.BytesIO(got(server, bystander, row.id).content))
    rows = book.get_sheet_by_index(0).to_python()
    said = {line[0]: line[1] for line in rows}
    assert rows[0][0] == row.title
    assert (said["榜单类别"], said["榜单对象"], said["榜单版次"]) == ("黑榜", "物业服务企业", "第 1 版")
    assert str(said["制表时间"]).endswith("（北京时间）")
    assert rows[-1][0] == 1.0
    assert (rows[-1][1], rows[-1][5], rows[-1][6]) == ("=1+1物业", "拒不整改", "枣住建罚〔2026〕7号")
    await town.do(office.publisher, publication.withdraw, row.id, row.version, "依据被撤销")
    refused(got(server, firm, row.id), 404, "NOT_FOUND")
    refused(got(server, firm, "x"), 404, "NOT_FOUND")
    assert httpx.get(f"{server.url}/red-black-lists/rbl_{row.id}/bulletin.xlsx").status_code == 401
