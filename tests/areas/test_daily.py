"""The daily job marks what is overdue and tells it once; it may be killed, run twice and run beside itself."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import chinese_calendar
import psutil
import pytest

from api import worker
from infra.files import Files
from infra.settings import Settings
from tenants import check_in, daily, issue, open_day, project, setting
from tenants.company import CompanyStatus, set_status
from tenants.daily import Done
from tenants.errors import Unavailable
from tenants.issue import Issue, IssueChannel, IssueSource, NewIssue
from tenants.open_day import NewOpenDay, NewOpinion, OpenArea
from tenants.party.due import Due as PartyDuty
from tenants.party.due import DueKind as PartyKind
from tenants.party.due import open_due
from tenants.row import new_id, today
from tenants.sample import load
from tenants.scope import Database, Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import Firm, Town

DAY = timedelta(days=1)
AT = "370404104"


@pytest.fixture
async def town(fresh_database: Any) -> AsyncIterator[Town]:
    """A town of the test's own: the job goes through all companies. Leads have five days to check in."""
    opened = await Database.open(fresh_database.app_url, write_pool_size=4)
    administrator = await asyncpg.connect(fresh_database.admin_url)
    made = Town(opened, administrator)
    new = NewSetting(
        division_code=AT,
        key=SettingKey.CHECK_IN_ARRIVAL_DAYS,
        value="5",
        valid_from=date(2021, 1, 1),
        basis="淄博市物业管理条例 第44条",
    )
    await made.do(await made.regulator(AT), setting.put, new)
    yield made
    await administrator.close()
    await opened.close()


async def late(town: Town) -> tuple[Firm, Issue]:
    """A company with a check-in and an issue that are overdue, and an issue that is not."""
    firm = await town.company()
    begun = await town.project(firm, at=AT)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, today() - 60 * DAY, False)
    made = []
    for found_on in (today() - 60 * DAY, today()):
        new = NewIssue(
            estate_id=begun.estate_id,
            title="电梯异响",
            source=IssueSource.RESIDENT,
            channel=IssueChannel.PHONE,
            found_on=found_on,
        )
        made.append(await town.do(firm.admin, issue.record_issue, new))
    return firm, made[0]


async def events(town: Town) -> list[str]:
    """What was told."""
    rows = await town.administrator.fetch("SELECT topic FROM outbox_event WHERE topic LIKE '%.overdue' ORDER BY topic")
    return [row["topic"] for row in rows]


@contextmanager
def unpublished(year: int) -> Iterator[None]:
    """Inside, the holiday calendar ends before a year, as it does until the State Council publishes that year's."""
    known = chinese_calendar.constants.holidays
    taken = {day: known.pop(day) for day in list(known) if day.year >= year}
    try:
        yield
    finally:
        known.update(taken)


async def owing(town: Town) -> None:
    """A company with an issue, an opinion, a check-in and Party work that are all due on 30 January 2025, which turns
    out to be in the Spring Festival.
    """
    firm = await town.company()
    begun = await town.project(firm, at=AT)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, date(2025, 1, 25), False)
    found = NewIssue(
        estate_id=begun.estate_id,
        title="电梯异响",
        source=IssueSource.RESIDENT,
        channel=IssueChannel.PHONE,
        found_on=date(2025, 1, 27),
    )
    await town.do(firm.admin, issue.record_issue, found)
    morning = datetime(2025, 1, 15, 1, tzinfo=UTC)
    day = NewOpenDay(
        project_id=begun.id,
        theme="看得见的放心水",
        starts_at=morning,
        ends_at=morning + timedelta(hours=2),
        meeting_place="门前",
        host="项目经理",
        areas=[OpenArea.PUMP_ROOM],
    )
    row = await town.do(firm.admin, open_day.draft, day)
    row = await town.do(firm.admin, open_day.publish, row.id, row.version, date(2025, 1, 5))
    row = await town.do(firm.admin, open_day.hold, row.id, row.version, date(2025, 1, 15), 10)
    given = NewOpinion(open_day_id=row.id, content="希望延长开放时间", received_on=date(2025, 1, 15))
    await town.do(firm.admin, open_day.collect, given)
    duty = PartyDuty(kind=PartyKind.TALK, subject_id=new_id(), since=date(2024, 12, 30), months=1)
    await town.do(firm.admin, open_due, duty, AT)


@pytest.mark.parametrize("batch", [200, 1], ids=["at once", "in batches"])
async def test_provisional_deadlines_are_settled(town: Town, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """Once the calendar of their year is published, deadlines of every area move past its holidays, before anything is
    told to be overdue; until then they stay provisional.
    """
    monkeypatch.setattr(daily, "BATCH", batch)
    days = """
        SELECT due_on, provisional FROM issue UNION ALL SELECT answer_due_on, provisional FROM opinion
        UNION ALL SELECT deadline_on, provisional FROM check_in UNION ALL SELECT due_on, provisional FROM party_due"""

    async def deadlines() -> set[tuple[date, bool]]:
        return {tuple(row) for row in await town.administrator.fetch(days)}

    with unpublished(2025):
        await owing(town)
        assert await deadlines() == {(date(2025, 1, 30), True)}
        assert (await daily.run(town.database, date(2025, 1, 28))).settled == 0
        assert await deadlines() == {(date(2025, 1, 30), True)}
    assert await daily.run(town.database, date(2025, 2, 5)) == Done(companies=1, settled=4)
    assert await deadlines() == {(date(2025, 2, 5), False)}
    assert await daily.run(town.database, date(2025, 2, 6)) == Done(companies=1, marked=1, told=3)
    entries = await town.administrator.fetch("SELECT entity, actor_kind FROM audit_entry WHERE action = 'settled'")
    assert {tuple(entry) for entry in entries} == {
        ("issue", "worker"),
        ("opinion", "worker"),
        ("check_in", "worker"),
    }


async def test_what_is_overdue_is_marked_and_told_once(town: Town) -> None:
    """The check-in is OVERDUE, each due that passed is told, by the platform, in the company's journal; not twice."""
    firm, old = await late(town)
    assert await daily.run(town.database) == Done(companies=1, marked=1, told=2)
    assert await events(town) == ["check_in.overdue", "due.overdue", "due.overdue"]
    assert [entry for entry in await town.journal(firm) if entry[1] == "overdue"] == [
        ("check_in", "overdue"),
        ("due", "overdue"),
        ("due", "overdue"),
    ]
    entries = await town.administrator.fetch("SELECT * FROM audit_entry WHERE action = 'overdue' AND entity = 'due'")
    assert {entry["actor_kind"] for entry in entries} == {"worker"}
    assert old.id in {entry["entity_id"] for entry in entries}
    row = await town.administrator.fetchrow("SELECT id, version, state FROM check_in")
    assert row is not None
    assert (row["state"], row["version"]) == ("OVERDUE", 2)
    assert await daily.run(town.database) == Done(companies=1)
    assert len(await events(town)) == 3
    # What was registered in time, and only recorded now, still is in time.
    in_time = await town.do(firm.admin, check_in.report, row["id"], 2, today() - 58 * DAY, None, None)
    assert in_time.state == "REPORTED"


async def test_a_new_deadline_that_passes_is_told_again(town: Town) -> None:
    """An issue that is opened anew has a new deadline: when that passes, it is told again, and once."""
    firm, old = await late(town)
    await daily.run(town.database)
    await town.administrator.execute("UPDATE issue SET due_on = due_on + 10 WHERE id = $1", old.id)
    assert (await daily.run(town.database)).told == 1
    assert (await daily.run(town.database)).told == 0
    notice = await town.row("due_notice", old.id)
    assert notice["version"] == 2
    assert await events(town) == ["check_in.overdue"] + ["due.overdue"] * 3
    assert firm.id == notice["tenant_id"]


async def test_a_day_later_more_is_overdue(town: Town) -> None:
    """What is due on a day is not overdue on it, and is on the next."""
    _, _ = await late(town)
    await daily.run(town.database)
    due_on = await town.administrator.fetchval("SELECT max(due_on) FROM issue")
    assert (await daily.run(town.database, due_on)).told == 0
    assert (await daily.run(town.database, due_on + DAY)).told == 1


async def test_party_work_is_told_to_nobody(town: Town) -> None:
    """What Party work owes is in its own list and never an event."""
    firm = await town.company()
    duty = PartyDuty(kind=PartyKind.TALK, subject_id=new_id(), since=today() - 90 * DAY, months=1)
    await town.do(firm.admin, open_due, duty, AT)
    assert await daily.run(town.database) == Done(companies=1)


async def test_a_company_that_left_is_passed_over(town: Town) -> None:
    """Nothing is done in the name of a company that is closed; a suspended one still has its duties."""
    firm, _ = await late(town)
    platform = Principal("worker", tenant_id=firm.id)
    await town.do(platform, set_status, CompanyStatus.SUSPENDED)
    assert (await daily.run(town.database)).told == 2
    await town.do(platform, set_status, CompanyStatus.CLOSED)
    assert await daily.run(town.database, today() + 400 * DAY) == Done()


async def test_two_runs_at_once(town: Town) -> None:
    """They take turns at each company: everything once."""
    for _ in range(4):
        await late(town)
    runs = await asyncio.gather(*(daily.run(town.database) for _ in range(3)))
    assert sum(run.told for run in runs) == 8
    assert len(await events(town)) == 12


async def test_a_run_that_is_killed_is_finished_by_the_next(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed inside its third company: two are done whole, the third not at all; the next run does the rest once."""
    for _ in range(5):
        await late(town)
    monkeypatch.setattr(daily, "BATCH", 2)
    run = asyncio.create_task(daily.run(town.database))
    while await town.administrator.fetchval("SELECT count(*) FROM due_notice") < 4:
        await asyncio.sleep(0.001)
    await town.administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'linli_app'"
        " AND datname = current_database()"
    )
    with pytest.raises((Unavailable, Exception)):
        await run
    whole = await town.administrator.fetch(
        "SELECT count(*) AS n FROM outbox_event WHERE topic LIKE '%.overdue' GROUP BY tenant_id"
    )
    assert 0 < len(whole) < 5
    assert {row["n"] for row in whole} == {3}
    rest = await daily.run(town.database)
    assert rest.told == 2 * (5 - len(whole))
    assert len(await events(town)) == 15


OVERDUE_ISSUES = """
    INSERT INTO issue (tenant_id, id, project_id, estate_id, division_path, title, source, channel, level, state,
                       co_handlers, found_on, due_on, provisional, reopened)
    SELECT tenant_id, gen_random_uuid(), id, estate_id, division_path, '问题', 'PATROL', 'GRID', 'ESTATE', 'FOUND',
           '{}', '2026-01-01', '2026-01-06', false, 0 FROM project, generate_series(1, $1)
"""


async def test_a_worker_killed_by_the_system(fresh_database: Any, tmp_path: Path) -> None:
    """SIGKILL in the middle of the night: each company's part is done whole or not at all; the next run does the rest,
    and everything is told once.
    """
    database = await Database.open(fresh_database.app_url, statement_timeout_ms=60_000)
    await load(database, companies=40, projects=40, children=0)
    await database.close()
    administrator = await asyncpg.connect(fresh_database.admin_url)
    await administrator.execute(OVERDUE_ISSUES.replace("$1", "50"))
    settings = settings_of(fresh_database, tmp_path)
    worker_process = psutil.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "worker"],
        env=os.environ
        | {
            "LINLI_DATABASE_URL": str(settings.administrator_dsn),
            "LINLI_APP_DATABASE_URL": str(settings.app_dsn),
            "LINLI_HOME": str(tmp_path),
        },
    )
    try:
        async with asyncio.timeout(60):
            while await administrator.fetchval("SELECT count(*) FROM due_notice") < 100:
                assert worker_process.poll() is None
                await asyncio.sleep(0.005)
    finally:
        worker_process.send_signal(signal.SIGKILL)
        worker_process.wait(10)
    # What the backend had not committed is undone once it notices that nobody is there.
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'linli'"
    async with asyncio.timeout(20):
        while await administrator.fetchval(left):
            await asyncio.sleep(0.01)

    async def told(table: str) -> list[int]:
        """How much each company was told."""
        only = {"due_notice": "true", "outbox_event": "topic = 'due.overdue'", "audit_entry": "action = 'overdue'"}[
            table
        ]
        rows = await administrator.fetch(f"SELECT count(*) AS told FROM {table} WHERE {only} GROUP BY tenant_id")
        return [row["told"] for row in rows]

    whole = await told("due_notice")
    assert 2 <= len(whole) < 40
    assert whole == await told("outbox_event") == await told("audit_entry") == [50] * len(whole)
    database = await Database.open(fresh_database.app_url)
    rest = await daily.run(database)
    assert (rest.companies, rest.told) == (40, 50 * (40 - len(whole)))
    assert await told("due_notice") == await told("outbox_event") == await told("audit_entry") == [50] * 40
    assert (await daily.run(database)).told == 0
    await administrator.close()
    await database.close()


async def test_memory_is_bounded(fresh_database: Any) -> None:
    """A company that owes fifteen batches makes the job no larger than one that owes one: measured in processes of
    their own, by the most that each ever held.
    """
    database = await Database.open(fresh_database.app_url, statement_timeout_ms=60_000)
    await load(database, companies=1, projects=1, children=0)
    await database.close()
    administrator = await asyncpg.connect(fresh_database.admin_url)
    grown = []
    for batches in (1, 15):
        await administrator.execute(OVERDUE_ISSUES.replace("$1", str(batches * daily.BATCH)))
        command = [sys.executable, "-m", "tests.performance.duties", fresh_database.app_url]
        job = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        printed, _ = await job.communicate()
        night = json.loads(printed)
        assert night["told"] == batches * daily.BATCH
        grown.append(night["grown"])
    await administrator.close()
    assert grown[1] - grown[0] < 6_000_000


async def test_one_company_fails_and_the_others_do_not(town: Town) -> None:
    """What goes wrong at one company is told, undone and left to the next night; the others have their turn."""
    firms = [(await late(town))[0] for _ in range(3)]
    await town.administrator.execute(
        f"""
        CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
        CREATE TRIGGER broken BEFORE INSERT ON due_notice FOR EACH ROW
            WHEN (NEW.tenant_id = '{firms[1].id}') EXECUTE FUNCTION broken()
        """
    )
    failed: list[UUID] = []
    done = await daily.run(town.database, failed=lambda tenant_id, _: failed.append(tenant_id))
    assert (done.companies, done.told) == (3, 4)
    assert failed == [firms[1].id]
    assert (
        await town.administrator.fetchval("SELECT state FROM check_in WHERE tenant_id = $1", firms[1].id) == "PENDING"
    )
    with pytest.raises(Exception, match="broken"):
        await daily.run(town.database)
    await town.administrator.execute("DROP TRIGGER broken ON due_notice")
    assert await daily.run(town.database) == Done(companies=3, marked=1, told=2)


async def test_more_than_a_batch(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company that owes more than a batch is worked through in several transactions."""
    firm, _ = await late(town)
    monkeypatch.setattr(daily, "BATCH", 3)
    assert await town.administrator.fetchval("SELECT count(*) FROM estate") == 1
    estate_id = await town.administrator.fetchval("SELECT id FROM estate")
    for number in range(10):
        new = NewIssue(
            estate_id=estate_id,
            title=f"问题{number}",
            source=IssueSource.PATROL,
            channel=IssueChannel.GRID,
            found_on=today() - 30 * DAY,
        )
        await town.do(firm.admin, issue.record_issue, new)
    assert await daily.run(town.database) == Done(companies=1, marked=1, told=12)


def settings_of(database: Any, home: Path) -> Settings:
    """What a worker of a database is started with."""
    return Settings(database_url=database.admin_url, app_database_url=database.app_url, home=home)


async def test_the_worker_is_stopped_and_runs_again(town: Town, fresh_database: Any, tmp_path: Path) -> None:
    """It works at its start, notes when the next night is, and stops when told to; another one goes on from there."""
    await late(town)
    settings = settings_of(fresh_database, tmp_path)
    for _ in range(2):
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(settings, stop))
        async with asyncio.timeout(20):
            while not await town.administrator.fetchval("SELECT count(*) FROM pgqueuer_schedules"):
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
            stop.set()
            await running
    assert len(await events(town)) == 3
    rows = await town.administrator.fetch("SELECT * FROM pgqueuer_schedules")
    assert [(row["entrypoint"], row["status"], row["next_run"].hour, row["next_run"].minute) for row in rows] == [
        ("daily", "queued", 16, 5)
    ]


async def test_the_worker_sweeps_photos(town: Town, fresh_database: Any, tmp_path: Path) -> None:
    """A picture without a photo goes once it is old; a young one, and one of a company of another database, stay."""
    firm = await town.company()
    settings = settings_of(fresh_database, tmp_path)
    storage = Files.of(settings)
    old, young, foreign = (f"photos/{whose}/{name}.jpg" for whose, name in ((firm.id, 1), (firm.id, 2), (new_id(), 3)))
    for key in (old, young, foreign):
        await storage.put(key, b"of an upload that was cut off")
    for key in (old, foreign):
        os.utime(tmp_path / "files" / key, (time.time() - 7_200,) * 2)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(settings, stop))
    async with asyncio.timeout(20):
        while await storage.get(old) is not None:
            await asyncio.sleep(0.05)
        stop.set()
        await running
    assert await storage.get(young) is not None
    assert await storage.get(foreign) is not None


async def test_the_night_comes(town: Town, fresh_database: Any, tmp_path: Path) -> None:
    """When the time of the schedule has come, one of two workers does the job, and the time of the next is noted."""
    settings = settings_of(fresh_database, tmp_path)
    stop = asyncio.Event()
    first = asyncio.create_task(worker.run(settings, stop))
    async with asyncio.timeout(20):
        while not await town.administrator.fetchval("SELECT count(*) FROM pgqueuer_schedules"):
            await asyncio.sleep(0.05)
        stop.set()
        await first
        await late(town)
        await town.administrator.execute("UPDATE pgqueuer_schedules SET next_run = now() - interval '1 minute'")
        stop = asyncio.Event()
        both = [asyncio.create_task(worker.run(settings, stop)) for _ in range(2)]
        while not await town.administrator.fetchval("SELECT count(last_run) FROM pgqueuer_schedules"):
            await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*both)
    assert await town.administrator.fetchval("SELECT next_run > now() FROM pgqueuer_schedules")
    assert len(await events(town)) == 3


@pytest.mark.long
async def test_a_thousand_companies_in_a_minute(fresh_database: Any) -> None:
    """1,000 companies with 10,000 projects and an overdue issue at each, in under a minute and in bounded memory."""
    database = await Database.open(fresh_database.app_url, statement_timeout_ms=60_000)
    await load(database, companies=1_000, projects=10_000, children=0)
    administrator = await asyncpg.connect(fresh_database.admin_url)
    await administrator.execute(OVERDUE_ISSUES.replace("$1", "1"))
    await administrator.execute("VACUUM ANALYZE")
    process = psutil.Process()
    before, worked, started = process.memory_info().rss, time.process_time(), time.perf_counter()
    done = await daily.run(database)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    grown = process.memory_info().rss - before
    print(f"\n{done} in {seconds:.1f} s ({worked:.1f} s of its own), {grown / 1e6:.1f} MB more")  # noqa: T201
    assert (done.companies, done.told) == (1_000, 10_000)
    assert seconds < 60
    assert grown < 50e6
    started = time.perf_counter()
    assert (await daily.run(database)).told == 0
    print(f"again, with nothing new, in {time.perf_counter() - started:.1f} s")  # noqa: T201
    await administrator.close()
    await database.close()
