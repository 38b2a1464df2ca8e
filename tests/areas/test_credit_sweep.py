"""All companies' scores worked out anew: the same bytes by one worker or two, killed half way or not; chains walked."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from api.cli import app
from infra.refusal import Refusal
from schema import build, executable
from tenants.credit import notice, standing, sweep
from tenants.row import today
from tests.areas.credit import CITY, DAY, Bureau, publish, scheme
from tests.areas.town import Firm, Town
from tests.reads.asking import Asker

SINCE = today() - 90 * DAY


@pytest.fixture(scope="module")
async def firms(town: Town) -> list[Firm]:
    """Companies of the city, best first: enrolled, with a basic score each; of the last two only one is enrolled."""
    await publish(town, CITY, scheme())
    bureau = await Bureau.of(town)
    made = [await town.company() for _ in range(7)]
    for at, firm in enumerate(made[:5]):
        await town.do(firm.admin, standing.enrol, "入库材料1号", on=SINCE)
        row = await bureau.draft(firm, item="B1", points=79 - 5 * at, severity=None)
        await town.do(bureau.publisher, notice.take_effect, row.id, row.version, on=today() - 20 * DAY)
    await town.do(made[5].admin, standing.enrol, "入库材料1号", on=SINCE)
    return made


async def stored(town: Town) -> Any:
    """Every period but for its id and times, to the byte."""
    return await town.administrator.fetch(
        """SELECT tenant_id, valid_from, valid_to, score, grade, explanation::text, digest, because::text,
                  composition::text FROM credit_score ORDER BY tenant_id, valid_from"""
    )


async def public(town: Town) -> Any:
    """Everything public, and the score beside each company's name."""
    return await town.administrator.fetch(
        """SELECT c.tenant_id, c.credit_score, c.credit_grade, p.valid_from, p.valid_to, p.score, p.records::text
           FROM company c LEFT JOIN public_credit p ON p.company_id = c.tenant_id ORDER BY c.tenant_id, p.valid_from"""
    )


async def forget(town: Town) -> None:
    """As on the first night."""
    await town.administrator.execute("DELETE FROM credit_score; DELETE FROM public_credit")


async def test_one_worker_or_two_come_to_the_same_bytes(town: Town, firms: list[Firm]) -> None:
    """The last company had no score before; what is right is written by nobody, whoever comes again."""
    first = await sweep.recompute(town.database, SINCE)
    assert (first.companies, first.written) == (7, 1)
    alone = await stored(town), await public(town)
    await forget(town)
    parts = await asyncio.gather(*(sweep.recompute(town.database, SINCE, share=share, of=2) for share in range(2)))
    assert sum(part.companies for part in parts) == 7
    assert (await stored(town), await public(town)) == alone
    assert (await sweep.recompute(town.database, SINCE)).written == 0


async def test_killed_half_way_it_is_started_again(town: Town, firms: list[Firm]) -> None:
    """Whatever moment it ends at, each company is as it was or as it will be, and the next run ends alike."""
    await sweep.recompute(town.database, SINCE)
    whole = await stored(town)
    await forget(town)
    for patience in (0.01, 0.03, 0.05):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(sweep.recompute(town.database, SINCE), patience)
        assert set(await stored(town)) <= set(whole)
    await sweep.recompute(town.database, SINCE)
    assert await stored(town) == whole


async def test_what_was_changed_behind_its_back_is_put_right(town: Town, firms: list[Firm]) -> None:
    """A score, an explanation or what is public of it, changed by their owner, does not outlive the night."""
    before = await stored(town), await public(town)
    await town.administrator.execute(
        """UPDATE credit_score SET score = 99 WHERE tenant_id = $1;
           UPDATE credit_score SET explanation = '{"total": "99"}' WHERE tenant_id = $2;
           UPDATE company SET credit_grade = 'AAA';
           UPDATE public_credit SET score = 99""".replace("$1", f"'{firms[0].id}'").replace("$2", f"'{firms[1].id}'")
    )
    assert (await sweep.recompute(town.database, SINCE)).written > 0
    assert (await stored(town), await public(town)) == before


async def test_companies_are_listed_by_their_score(town: Town, firms: list[Firm]) -> None:
    """The best or the worst first, page by page in both directions, whoever has no score last; or of one grade only."""
    bare = await town.company()
    ask = Asker(executable(build()), town.database, await town.regulator(CITY))
    text = """query($after: String, $direction: Direction!) {
        companies(first: 3, after: $after, orderBy: [{field: CREDIT_SCORE, direction: $direction}]) {
            nodes { id creditScore creditGrade } pageInfo { hasNextPage endCursor } } }"""

    async def listed(direction: str) -> list[tuple[str, str | None]]:
        found, cursor = [], None
        while True:
            page = (await ask(text, after=cursor, direction=direction))["companies"]
            found += [(node["id"], node["creditGrade"]) for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            cursor = page["pageInfo"]["endCursor"]

    best = await listed("DESC")
    ids = [f"com_{firm.id}" for firm in firms]
    assert best[:5] == list(zip(ids, ["A", "A", "B", "B", "B"], strict=False))
    assert sorted(best[5:7]) == sorted([(ids[5], "B"), (ids[6], "C-MISSING")])
    assert best[7] == (f"com_{bare.id}", None)
    assert await listed("ASC") == best[6::-1] + best[7:]
    of_grade = await ask('{ companies(where: {creditGrade: {eq: "A"}}) { nodes { id } } }')
    assert [node["id"] for node in of_grade["companies"]["nodes"]] == ids[:2]


async def test_every_chain_is_walked(town: Town, firms: list[Firm]) -> None:
    """D9: the first broken link of the company whose history was changed, and of nobody else."""
    assert [found async for found in sweep.verify(town.database) if found] == []
    await town.administrator.execute(
        "UPDATE credit_entry SET action = 'repaired' WHERE tenant_id = $1 AND seq = 2", firms[2].id
    )
    (found,) = [found async for found in sweep.verify(town.database) if found]
    assert (found.tenant_id, found.chain.broken_at, found.chain.broken) == (firms[2].id, 2, "ENTRY_CHANGED")


def test_the_commands(
    database: Any, firms: list[Firm], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Two processes share the work; a broken chain is exit code 1 with its place; a day to come is refused."""
    monkeypatch.setenv("LINLI_DATABASE_URL", database.admin_url)
    monkeypatch.setenv("LINLI_APP_DATABASE_URL", database.app_url)
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))

    def linli(*words: str) -> tuple[int | None, str]:
        code = app(["credit", *words], standalone_mode=False)
        said = capsys.readouterr()
        return code, f"{said.out}{said.err}"

    code, said = linli("recompute", "--as-of", str(SINCE), "--workers", "2")
    assert (code, "已核算 8 家企业" in said) == (None, True)
    code, said = linli("verify")
    assert (code, f"{firms[2].id}" in said, "2/2  ENTRY_CHANGED" in said) == (1, True, True)
    with pytest.raises(Refusal, match="晚于今天"):
        linli("recompute", "--as-of", str(today() + DAY))
