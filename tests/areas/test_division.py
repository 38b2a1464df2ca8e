"""Divisions outlive their codes: found as people write them, renamed, merged and closed with history kept."""

import asyncio
import hashlib
import lzma
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from infra.data import divisions as published
from tenants import company, division, estate, project
from tenants.access import Purpose
from tenants.errors import Code, DomainError, DomainErrors
from tenants.regulator import Regulator
from tenants.row import new_id, today
from tenants.scope import Database, Principal, Scope

BASIS = "鲁政字〔2024〕1号"
DAY = date(2024, 5, 1)

REGULATOR = Principal("regulator", regulator_id=new_id(), division_path="370402", purpose=Purpose.SUPERVISION)


@pytest.fixture(scope="module")
async def linli(database: Any) -> AsyncIterator[Database]:
    """The module's database as the server opens it."""
    opened = await Database.open(database.app_url)
    yield opened
    await opened.close()


@pytest.fixture
async def scope(linli: Database) -> AsyncIterator[Scope]:
    """A worker's transaction that leaves nothing behind."""
    async with linli.writing(division.WORKER) as scope:
        scope.refuse()
        yield scope


async def refused(code: Code, awaitable: Any) -> DomainError:
    """The one error with which a rule refuses."""
    with pytest.raises((DomainError, DomainErrors)) as caught:
        await awaitable
    (error,) = caught.value.errors if isinstance(caught.value, DomainErrors) else [caught.value]
    assert isinstance(error, DomainError)
    assert error.code == code
    assert error.message("zh") != error.message("en")
    return error


async def enrol(scope: Scope, name: str, uscc: str, place: str) -> UUID:
    """A company registered at a division."""
    tenant_id = new_id()
    async with scope.acting_as(Principal("worker", tenant_id=tenant_id)):
        new = company.NewCompany(name=name, uscc=uscc, uscc_override="测试", division_code=place, admin_name="测试员")
        await company.enrol(scope, new)
    return tenant_id


async def serve(scope: Scope, tenant_id: UUID, name: str, place: str) -> UUID:
    """A project of the company at a new estate; gives the estate's id."""
    new = project.NewProject(
        contract=project.NewContract(
            kind=project.ContractKind.NORMAL, starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31)
        ),
        new_estate=estate.NewEstate(
            name=name, kind=estate.EstateKind.COMMERCIAL, division_code=place, area=Decimal(1000)
        ),
    )
    async with scope.acting_for(tenant_id):
        return (await project.begin(scope, new)).estate_id


async def reach(scope: Scope, tenant_id: UUID) -> list[str]:
    """The divisions whose regulators see the company."""
    async with scope.acting_for(tenant_id):
        found: list[str] = await scope.connection.fetchval("SELECT reach FROM company WHERE tenant_id = $1", tenant_id)
    return found


# The data file


def test_published_divisions_are_whole() -> None:
    """The file holds what its README says, each code once, a parent before its children."""
    rows = published.read()
    lengths = [len(code) for code, _ in rows]
    assert [lengths.count(n) for n in (2, 4, 6, 9)] == [31, 342, 2_978, 41_352]
    seen: set[str] = set()
    for code, name in rows:
        assert name == name.strip() != ""
        assert code not in seen
        assert len(code) == 2 or code[: {4: 2, 6: 4, 9: 6}[len(code)]] in seen
        seen.add(code)
    names = dict(rows)
    assert [names[code] for code in ("37", "3704", "370402", "370402001")] == [
        "山东省",
        "枣庄市",
        "市中区",
        "中心街街道",
    ]


def test_data_file_is_made_from_the_four_tables(tmp_path: Path) -> None:
    """Rebuilding from tables with the published facts gives the same content, and twice the same bytes."""
    tables = dict.fromkeys((2, 4, 6, 9), "code,name\n")
    for code, name in reversed(published.read()):
        tables[len(code)] += f'{code},"{name}"\n'
    for file, length in zip(published.TABLES, tables, strict=True):
        (tmp_path / file).write_text(tables[length], encoding="utf-8")
    built = published.build(tmp_path)
    assert lzma.decompress(built) == lzma.decompress(published.FILE.read_bytes())
    assert hashlib.sha256(built).digest() == hashlib.sha256(published.build(tmp_path)).digest()
    assert published.FILE.stat().st_size < 400_000


async def test_loading_again_changes_nothing(fresh_database: Any) -> None:
    """The national load adds only what is missing: what was renamed or closed since stays so."""
    linli = await Database.open(fresh_database.app_url)
    administrator = await asyncpg.connect(fresh_database.admin_url)
    try:
        async with linli.writing(division.WORKER) as scope:
            await division.rename(scope, "370402001", "中心街新街道", DAY, BASIS)
            await division.close(scope, "370402002", DAY, BASIS)
        everything = "SELECT md5(string_agg(d::text, '|' ORDER BY path)), count(*) FROM division d"
        before = await administrator.fetchrow(everything)
        assert await division.load_national(linli) == 0
        assert await administrator.fetchrow(everything) == before
        assert before["count"] == 44_703
        await administrator.execute("DELETE FROM division WHERE path ^@ '370406'")
        assert await division.load_national(linli) == 12
    finally:
        await administrator.close()
        await linli.close()


async def test_published_ids_are_the_same_everywhere(scope: Scope) -> None:
    """A published division has the same id on every machine, so ids may be written down."""
    place = await division.by_code(scope, "370402001", "divisionCode")
    assert place.id == division.published_id("370402001") == UUID("c3c81d56-cea2-5558-ba5c-09193c5102ef")
    assert place.parent_id == division.published_id("370402")
    assert (place.level, place.path, place.code) == ("STREET", "370402001", "370402001")


# Finding


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("37", "37"),
        ("370000", "37"),
        ("370400", "3704"),
        ("370402", "370402"),
        ("370402000000", "370402"),
        ("370402001000", "370402001"),
        ("370402001", "370402001"),
        (" ３７０４０２００１ ", "370402001"),
        ("441900", "441900"),  # a city without counties repeats itself with zeros
        ("350527000", "350527000"),  # and so does a county without streets
    ],
)
async def test_found_as_people_write_it(scope: Scope, written: str, path: str) -> None:
    """Codes are found short, filled up with zeros, in full-width digits and with space around them."""
    assert (await division.by_code(scope, written, "divisionCode")).path == path


@pytest.mark.parametrize(
    "written", ["", "3", "99", "3704020", "37040200100", "370402001001", "枣庄", "'; --", "0" * 12]
)
async def test_unknown_code_is_refused(scope: Scope, written: str) -> None:
    """An unknown code is an error that names the field."""
    error = await refused(Code.DIVISION_UNKNOWN, division.by_code(scope, written, "newEstate.divisionCode"))
    assert error.field == "newEstate.divisionCode"


async def test_finding_reads_no_whole_table(scope: Scope) -> None:
    """P1: a division is found through an index, however many there are: every write that names one waits for it."""
    scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'division'"
    before = await scope.connection.fetchval(scans)
    for code in ("370402001", "3704", "370402001000"):
        await division.by_code(scope, code, "divisionCode")
    assert await scope.connection.fetchval(scans) == before


async def test_a_recoded_and_closed_division_is_still_explained(scope: Scope) -> None:
    """Who gives the last code of a division that is no more is told what became of it."""
    await division.recode(scope, "370402001", "370402097", DAY, BASIS)
    await division.merge(scope, "370402097", "370402002", DAY, BASIS)
    for code in ("370402001", "370402097"):
        await refused(Code.DIVISION_MERGED, division.by_code(scope, code, "divisionCode"))


def test_ancestry() -> None:
    """A path says all the divisions above it."""
    assert division.ancestry("370402001003") == ["37", "3704", "370402", "370402001", "370402001003"]
    assert division.ancestry("37") == ["37"]


# Adding


async def test_division_without_a_code_gets_a_path_no_code_can_have(scope: Scope) -> None:
    """Codes are no longer published: a community without one gets a path with a letter, below its street's."""
    street = await division.by_code(scope, "370402001", "parent")
    first = await division.add(scope, street, "解放社区")
    second = await division.add(scope, street, "建设社区", since=DAY)
    coded = await division.add(scope, street, "文化社区", "370402001003")
    assert (first.path, second.path, coded.path) == ("370402001A00", "370402001A01", "370402001003")
    assert {first.level, second.level, coded.level} == {"COMMUNITY"}
    assert (await division.by_code(scope, "370402001a00", "x")).id == first.id
    county = await division.add(scope, await division.by_code(scope, "3704", "parent"), "高新区")
    assert county.path == "3704A0"


async def test_what_cannot_be_added(scope: Scope) -> None:
    """Names are unique below one division, codes fit their level and place, and dates are not in the future."""
    street = await division.by_code(scope, "370402001", "parent")
    community = await division.add(scope, street, "解放社区", "370402001001")
    await refused(Code.EMPTY, division.add(scope, street, "  "))
    await refused(Code.DIVISION_EXISTS, division.add(scope, street, "解放社区"))
    await refused(Code.DIVISION_CODE_TAKEN, division.add(scope, street, "新", "370402001001"))
    for code in ("370402002001", "37040200100", "3704020010012", "37040200100A", "３７０４０２００１００９", ""):
        await refused(Code.DIVISION_CODE_INVALID, division.add(scope, street, "新", code))
    await refused(Code.DIVISION_TOO_LOW, division.add(scope, community, "一组"))
    await refused(Code.DATE_IN_FUTURE, division.add(scope, street, "新", since=today() + timedelta(1)))


# Changing


async def test_history_answers_what_it_was_called(scope: Scope) -> None:
    """Every name is kept with the days on which it was in force."""
    street = await division.by_code(scope, "370402001", "parent")
    place = await division.add(scope, street, "一社区", since=date(2020, 1, 1))
    await division.rename(scope, place.path, "二社区", date(2022, 3, 1), BASIS)
    await division.rename(scope, place.path, "三社区", date(2024, 3, 1), BASIS)
    place = await division.close(scope, place.path, date(2025, 3, 1), BASIS)
    names = {
        date(2019, 12, 31): None,
        date(2020, 1, 1): "一社区",
        date(2022, 2, 28): "一社区",
        date(2022, 3, 1): "二社区",
        date(2024, 2, 29): "二社区",
        date(2024, 3, 1): "三社区",
        date(2025, 2, 28): "三社区",
        date(2025, 3, 1): None,
    }
    assert {day: await division.name_on(scope, place, day) for day in names} == names


async def test_a_changed_code_keeps_the_path(scope: Scope) -> None:
    """A new code is found, the old one too while nobody else has it, and nobody's reach changes."""
    county = await division.recode(scope, "370402", "370499", DAY, BASIS)
    assert (county.code, county.path) == ("370499", "370402")
    assert (await division.by_code(scope, "370499", "x")).id == county.id
    assert (await division.by_code(scope, "370402", "x")).id == county.id
    city = await division.by_code(scope, "3704", "x")
    newer = await division.add(scope, city, "新区", "370402")
    assert newer.path == "3704A0"  # its code is another division's path
    assert (await division.by_code(scope, "370402", "x")).id == newer.id
    await refused(Code.DIVISION_CODE_TAKEN, division.recode(scope, "370403", "370499", DAY, BASIS))
    await refused(Code.DIVISION_CODE_INVALID, division.recode(scope, "370403", "370599", DAY, BASIS))


async def test_a_change_is_dated_and_founded(scope: Scope) -> None:
    """No change in the future, none before an earlier one, none without a document."""
    tomorrow = today() + timedelta(1)
    for change in (
        division.rename(scope, "370402001", "新名", tomorrow, BASIS),
        division.recode(scope, "370402001", "370402099", tomorrow, BASIS),
        division.close(scope, "370402001", tomorrow, BASIS),
        division.merge(scope, "370402001", "370402002", tomorrow, BASIS),
    ):
        error = await refused(Code.DATE_IN_FUTURE, change)
        assert error.field == "on"
    await refused(Code.EMPTY, division.close(scope, "370402001", DAY, " "))
    await division.rename(scope, "370402001", "新名", DAY, BASIS)
    await refused(Code.DATE_OUT_OF_ORDER, division.close(scope, "370402001", DAY - timedelta(1), BASIS))
    await division.close(scope, "370402001", DAY, BASIS)
    await refused(Code.DIVISION_CLOSED, division.rename(scope, "370402001", "又一个", DAY, BASIS))


async def test_nothing_is_left_in_a_closed_division(scope: Scope) -> None:
    """A division with divisions, estates, companies or regulators in it is not closed but merged."""
    tenant_id = await enrol(scope, "测试物业甲", "91370400TEST000001", "370402002")
    await serve(scope, tenant_id, "测试花园", "370402001")
    await refused(Code.DIVISION_IN_USE, division.close(scope, "370402", DAY, BASIS))
    await refused(Code.DIVISION_IN_USE, division.close(scope, "370402001", DAY, BASIS))
    error = await refused(Code.DIVISION_IN_USE, division.close(scope, "370402002", DAY, BASIS))
    assert error.values == {"name": "各塔埠街道", "divisions": 0, "estates": 0, "companies": 1, "regulators": 0}
    await division.close(scope, "370402003", DAY, BASIS)


async def test_new_estates_are_refused_at_closed_divisions(scope: Scope) -> None:
    """An estate cannot be entered at a division that was closed or merged; the error says what replaced it."""
    tenant_id = await enrol(scope, "测试物业甲", "91370400TEST000001", "3704")
    await division.close(scope, "370402003", DAY, BASIS)
    await division.merge(scope, "370402001", "370402002", DAY, BASIS)
    await refused(Code.DIVISION_CLOSED, serve(scope, tenant_id, "测试花园", "370402003"))
    error = await refused(Code.DIVISION_MERGED, serve(scope, tenant_id, "测试花园", "370402001"))
    assert error.field == "newEstate.divisionCode"
    assert "各塔埠街道" in error.message("zh")
    assert "370402002" in error.message("en")


async def test_merging_moves_everything_that_was_there(scope: Scope) -> None:
    """Estates with their projects, communities, companies and regulators move; each reach follows."""
    registered = await enrol(scope, "测试物业甲", "91370400TEST000001", "370402001")
    working = await enrol(scope, "测试物业乙", "91370400TEST000002", "370500")
    community = await division.add(scope, await division.by_code(scope, "370402001", "x"), "解放社区", "370402001001")
    await serve(scope, registered, "测试东园", "370402001")
    low = await serve(scope, working, "测试西园", "370402001001")
    same = await serve(scope, working, "测试同名园", "370402001")
    await serve(scope, registered, "测试同名园", "370403001")
    authority = Regulator(
        name="测试街道办",
        level=division.DivisionLevel.STREET,
        division_id=division.published_id("370402001"),
        division_path="370402001",
    )
    scope.session.add(authority)
    await scope.session.flush()

    successor = await division.merge(scope, "370402001", "370403001", DAY, BASIS)

    scope.session.expunge_all()
    moved = await division.by_code(scope, "370402001001", "x")
    assert (moved.id, moved.path, moved.parent_id) == (community.id, "370403001A00", successor.id)
    fetch = scope.connection.fetch
    rows = await fetch("SELECT id, name, division_path FROM estate ORDER BY name, division_path")
    assert {(row["name"], row["division_path"]) for row in rows} == {
        ("测试东园", "370403001"),
        ("测试西园", "370403001A00"),
        ("测试同名园", "370403001"),
        ("测试同名园（原中心街街道）", "370403001"),
    }
    assert {row["id"] for row in rows if row["name"] == "测试西园"} == {low}
    assert {row["id"] for row in rows if "原" in row["name"]} == {same}
    assert [tuple(row) for row in await fetch("SELECT division_path FROM regulator")] == [("370403001",)]
    async with scope.acting_for(working):
        assert {row[0] for row in await fetch("SELECT division_path FROM project")} == {"370403001", "370403001A00"}
    assert await reach(scope, registered) == ["37", "3704", "370403", "370403001"]
    assert await reach(scope, working) == ["37", "3704", "370403", "370403001", "370403001A00", "3705"]
    async with scope.acting_as(
        Principal("regulator", regulator_id=new_id(), division_path="370402", purpose=Purpose.SUPERVISION)
    ):
        assert await fetch("SELECT tenant_id FROM company") == []
    old = await scope.session.get_one(division.Division, division.published_id("370402001"))
    assert (old.valid_to, old.successor_id) == (DAY, successor.id)


async def test_merging_counties_keeps_the_tree_below(scope: Scope) -> None:
    """A county's streets go along with their communities, each path below the one above it."""
    street = await division.by_code(scope, "370403001", "x")
    await division.add(scope, street, "解放社区")
    await division.merge(scope, "370403", "370402", DAY, BASIS)
    wrong = await scope.connection.fetch(
        """
        SELECT child.path FROM division child JOIN division parent ON parent.id = child.parent_id
        WHERE NOT child.path ^@ parent.path OR (parent.valid_to IS NOT NULL AND child.valid_to IS NULL)
        """
    )
    assert wrong == []
    scope.session.expunge_all()
    assert (await division.by_code(scope, "370403001", "x")).path == "370402A00"
    assert (await division.by_code(scope, "370402A00A00", "x")).name == "解放社区"


async def test_what_cannot_be_merged(scope: Scope) -> None:
    """Only two divisions of one level, both in force."""
    for into in ("370402001", "370402", "3704"):
        await refused(Code.DIVISION_LEVEL_DIFFERS, division.merge(scope, "370402001", into, DAY, BASIS))
    await division.close(scope, "370402002", DAY, BASIS)
    await refused(Code.DIVISION_CLOSED, division.merge(scope, "370402001", "370402002", DAY, BASIS))
    await refused(Code.DIVISION_UNKNOWN, division.merge(scope, "370402001", "370402999", DAY, BASIS))


async def test_every_change_is_journalled(scope: Scope) -> None:
    """D2: the change, its history, its audit entry and its event are written together, in one transaction."""
    place = await division.rename(scope, "370402001", "新名", DAY, BASIS)
    await division.recode(scope, "370402001", "370402098", DAY, BASIS)
    await division.merge(scope, "370402001", "370402002", DAY, BASIS)
    fetch = scope.connection.fetch
    history = "SELECT kind, old_name, old_code, basis FROM division_change WHERE division_id = $1 ORDER BY id"
    assert [tuple(row) for row in await fetch(history, place.id)] == [
        ("RENAMED", "中心街街道", "370402001", BASIS),
        ("CODED", "新名", "370402001", BASIS),
        ("MERGED", "新名", "370402098", BASIS),
    ]
    async with scope.acting_as(
        Principal("regulator", regulator_id=new_id(), division_path="370402", purpose=Purpose.SUPERVISION)
    ):
        audit = await fetch("SELECT action, actor_kind, changes FROM registry_audit_entry ORDER BY id")
        topics = await fetch("SELECT topic FROM registry_event ORDER BY id")
    assert [(row["action"], row["actor_kind"]) for row in audit] == [
        ("renamed", "worker"),
        ("coded", "worker"),
        ("merged", "worker"),
    ]
    assert audit[0]["changes"]["name"] == ["中心街街道", "新名"]
    assert [row["topic"] for row in topics] == ["division.renamed", "division.coded", "division.merged"]


async def test_a_merger_waits_for_estates_on_their_way(linli: Database, administrator: asyncpg.Connection) -> None:
    """An estate that is being entered while its division is merged ends up in the successor."""
    entered, ready = asyncio.Event(), asyncio.Event()
    async with linli.writing(division.WORKER) as scope:
        tenant_id = await enrol(scope, "测试物业丙", "91370400TEST000003", "3704")

    async def enter() -> None:
        async with linli.writing(Principal("tenant", tenant_id=tenant_id)) as scope:
            await division.by_code(scope, "370404001", "x")
            entered.set()
            await ready.wait()
            new = project.NewProject(
                contract=project.NewContract(
                    kind=project.ContractKind.NORMAL, starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31)
                ),
                new_estate=estate.NewEstate(
                    name="测试南园", kind=estate.EstateKind.COMMERCIAL, division_code="370404001", area=Decimal(1)
                ),
            )
            await project.begin(scope, new)

    async def merge() -> None:
        await entered.wait()
        async with linli.writing(division.WORKER) as scope:
            asyncio.get_running_loop().call_later(0.2, ready.set)
            await division.merge(scope, "370404001", "370404002", DAY, BASIS)

    await asyncio.gather(enter(), merge())
    assert await administrator.fetchval("SELECT division_path FROM estate WHERE name = '测试南园'") == "370404002"
