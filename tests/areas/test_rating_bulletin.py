"""The bulletin of a published rating says in Chinese what was published, on paper and in Excel, and nothing before."""

import io

import httpx
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from tenants.rating import progress
from tenants.row import today
from tests.areas.credit import DAY
from tests.areas.open_days import refused
from tests.areas.rating import Bureau, Round
from tests.areas.test_credit_certificate import signed_in
from tests.areas.town import Firm, Town
from tests.serving import Served


@pytest.fixture(scope="module")
async def going(town: Town) -> Round:
    """A cycle that is scored, in the database that is served."""
    going = await Round.of(await Bureau.of(town))
    await going.scored()
    return going


def got(server: Served, firm: Firm, going: Round, form: str) -> httpx.Response:
    """What a bulletin's address answers a company."""
    address = f"{server.url}/ratings/rcy_{going.cycle.id}/bulletin.{form}"
    return httpx.get(address, headers=signed_in(server, firm), timeout=30)


async def test_a_bulletin_says_what_was_published(town: Town, server: Served, going: Round) -> None:
    """Nothing before publication; then title, period, scheme, bands and each result, for a company of elsewhere too."""
    bystander = await town.company(at="3705")
    refused(got(server, bystander, going, "pdf"), 404, "NOT_FOUND")
    await going.take(progress.publicise, on=today() - 30 * DAY)
    await going.take(progress.finalise)
    await going.take(progress.publish_cycle)
    printed = got(server, bystander, going, "pdf")
    assert printed.headers["content-type"] == "application/pdf"
    document = pypdf.PdfReader(io.BytesIO(printed.content), strict=True)
    words = "".join(page.extract_text() for page in document.pages).replace("\n", "")
    company = (await town.row("company", going.firm.id))["name"]
    for expected in (
        "评定结果通报",
        going.cycle.title,
        "2026-01-01 至 2026-06-30",
        "优秀 1 个；合格 1 个；不合格 0 个",
        "93.00",
    ):
        assert expected in words
    book = CalamineWorkbook.from_filelike(io.BytesIO(got(server, bystander, going, "xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()
    first = [row[:2] for row in rows].index(["序号", "企业"])
    assert rows[first + 1][:2] == [1.0, company]
    assert rows[first + 1][3:5] == [93.0, "优秀"]
    assert [row[4] for row in rows[first + 1 :]] == ["优秀", "合格"]


def test_only_who_may_read_ratings(server: Served, going: Round) -> None:
    """Without a token nothing is said of whether there is such a cycle."""
    answer = httpx.get(f"{server.url}/ratings/rcy_{going.cycle.id}/bulletin.pdf")
    assert answer.status_code == 401
