"""The command line does what the README says, and a reason not to go on is one sentence, never a traceback."""

import asyncio
import os
import re
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

import migrations
from infra.embedded import Embedded
from tests.conftest import Clone
from tests.demonstration import LINLI, QUERY, TOKENS, Demo, demonstrations, environment
from tests.serving import free_port


def linli(*arguments: str, home: Path, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINLI, *arguments], env=environment(home, **values), capture_output=True, text=True, timeout=120, check=False
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The two sentences of a refusal."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    chinese, english = done.stderr.splitlines()[-2:]
    assert re.search(r"[一-鿿]", chinese)
    assert english.isascii()
    return f"{chinese}\n{english}"


def ask(clone: Clone, sql: str) -> list[Any]:
    """Run SQL as the administrator."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(clone.admin_url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        return runner.run(run())


def ended(process: psutil.Process) -> bool:
    """Whether it has ended; a container's first process may never take note."""
    return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)


@pytest.fixture
def home(own_path: Path) -> Path:
    return own_path / "home"


def test_help_names_every_command_and_is_quick(home: Path) -> None:
    started = time.monotonic()
    done = linli("--help", home=home)
    assert done.returncode == 0
    assert time.monotonic() - started < 5
    for command in ("demo", "serve", "migrate", "token", "divisions", "import", "sample", "schema", "worker"):
        assert re.search(rf"\b{command}\b", done.stdout), command
    assert not home.exists()


@pytest.fixture
def started(home: Path) -> Iterator[list[Demo]]:
    with demonstrations(home) as demos:
        yield demos


def test_the_demo_runs_from_nothing_and_again(home: Path, started: list[Demo]) -> None:
    """Its tokens work as printed, each sees its own; a second start takes under ten seconds and loses nothing."""
    started.append(demo := Demo(home))
    assert list(demo.values) == ["GRAPHQL_URL", *TOKENS]
    assert (home / "demo.env").read_text() == "".join(demo.lines)
    assert stat.S_IMODE((home / "demo.env").stat().st_mode) == 0o600

    answers = {name: demo.ask(name) for name in TOKENS}
    for answer in answers.values():
        assert answer.status_code == 200, answer.text
    seen = {name.removesuffix("_TOKEN"): answer.json()["data"]["projects"] for name, answer in answers.items()}
    own, other = seen["COMPANY"], seen["OTHER_COMPANY"]
    assert own["totalCount"] > 0
    assert other["totalCount"] > 0
    assert {node["id"] for node in own["nodes"]}.isdisjoint(node["id"] for node in other["nodes"])
    assert own == seen["MANAGER"] == seen["PARTY_OFFICER"] == seen["FRONT_DESK"]
    levels = [seen[name]["totalCount"] for name in ("COMMUNITY", "STREET", "REGULATOR", "PROVINCE")]
    assert levels == sorted(levels)
    assert seen["REGULATOR"]["totalCount"] >= own["totalCount"] + other["totalCount"]
    assert (seen["TOWNSHIP"]["totalCount"], seen["DISTRICT"]["totalCount"]) == (64, 45)

    server = psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))
    assert demo.stop(signal.SIGTERM) == 0
    assert ended(server)

    started.append(again := Demo(home))
    answer = again.ask("COMPANY_TOKEN")
    waited, worked = time.monotonic() - again.started, again.worked()
    assert answer.json()["data"]["projects"] == own
    assert again.stop(signal.SIGINT) == 0
    # Other tests keep the machine busy: a start that took longer took it waiting for its turn.
    assert min(waited, worked) < 10


def test_the_worker_works_and_stops(home: Path, database: Clone) -> None:
    """It does the daily job at its start, notes the next night, and ends in order when told to."""
    urls = {"database_url": database.admin_url, "app_database_url": database.app_url}
    process = subprocess.Popen(
        [LINLI, "worker"], env=environment(home, **urls), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        assert '"event":"daily"' in process.stdout.readline().replace(" ", "")
        while not ask(database, "SELECT 1 FROM pgqueuer_schedules WHERE entrypoint = 'daily'"):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_port_in_use_is_a_sentence(home: Path, database: Clone) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            sentence = refused(linli(command, home=home, port=port, database_url=database.admin_url))
            assert f"127.0.0.1:{port} is in use" in sentence
            assert "LINLI_PORT" in sentence


def test_an_address_that_is_not_ours_is_a_sentence(home: Path) -> None:
    assert "LINLI_HOST" in refused(linli("serve", home=home, host="203.0.113.1"))


@pytest.mark.parametrize("command", [("serve",), ("migrate",), ("token", "--regulator", "37"), ("demo",)])
def test_an_unreachable_database_is_a_sentence(home: Path, command: tuple[str, ...]) -> None:
    url = f"postgresql://admin:very-secret@127.0.0.1:{free_port()}/linli"
    sentence = refused(linli(*command, home=home, port=str(free_port()), database_url=url))
    assert "LINLI_DATABASE_URL" in sentence
    assert "very-secret" not in sentence


def test_wrong_settings_are_a_sentence(home: Path) -> None:
    sentence = refused(linli("migrate", home=home, port="many", database_url="postgres://admin:very-secret@host"))
    assert "LINLI_PORT" in sentence
    assert "LINLI_DATABASE_URL" in sentence
    assert "very-secret" not in sentence


def test_an_empty_database_is_migrated_and_then_served(home: Path, postgres: Embedded) -> None:
    """`serve` says to migrate; `migrate` does, and a second time does nothing."""
    name = f"clone_{os.getpid()}_empty"
    postgres.create_database(name)
    urls = {"database_url": postgres.url(name), "app_database_url": postgres.url(name, "linli_app")}
    try:
        assert "run `linli migrate` first" in refused(linli("serve", home=home, port=str(free_port()), **urls))
        first = linli("migrate", home=home, **urls)
        assert first.returncode == 0, first.stderr
        assert "Migrating" in first.stderr
        second = linli("migrate", home=home, **urls)
        assert second.returncode == 0, second.stderr
        assert "Migrating" not in second.stderr
        assert migrations.head() in second.stderr
        assert "no such active member" in refused(linli("token", "--regulator", "37", home=home, **urls))
    finally:
        postgres.drop_database(name)


def test_a_newer_schema_is_a_sentence(home: Path, fresh_database: Clone) -> None:
    """An older program neither serves nor migrates a newer database."""
    ask(fresh_database, "UPDATE alembic_version SET version_num = '9999'")
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    for command in ("serve", "migrate", "demo"):
        sentence = refused(linli(command, home=home, port=str(free_port()), **urls))
        assert "(9999) is newer than the program" in sentence


def test_the_sql_of_the_migrations_can_be_read_first(home: Path) -> None:
    done = linli("migrate", "--sql", home=home)
    assert done.returncode == 0
    assert "CREATE TABLE project" in done.stdout
    assert "FORCE ROW LEVEL SECURITY" in done.stdout
    assert not home.exists()


def test_the_schema_is_printed_as_it_is_checked_in(home: Path) -> None:
    done = linli("schema", home=home)
    assert done.stdout == (Path(__file__).parent.parent / "schema" / "schema.graphql").read_text(encoding="utf-8")
    assert not home.exists()


def test_tokens_are_minted_for_members_only(home: Path, fresh_database: Clone) -> None:
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    filled = linli("sample", "--companies", "1", "--projects", "2", "--seed", "7", home=home, **urls)
    assert filled.returncode == 0, filled.stderr
    assert "--company" in refused(linli("token", home=home, **urls))
    both = ("token", "--company", "a", "--regulator", "37")
    assert "--company" in refused(linli(*both, home=home, **urls))
    assert "no such active member" in refused(linli("token", "--company", "91370400MA3C0FXG7H", home=home, **urls))
    role = refused(linli("token", "--company", "x", "--role", "publisher", home=home, **urls))
    assert "No such role: publisher" in role
    assert "PARTY_OFFICER" in role
    unknown = ("token", "--company", "x", "--scope", "everything:read")
    sentence = refused(linli(*unknown, home=home, **urls))
    assert "No such permission: everything:read" in sentence
    assert "project:read" in sentence


def test_a_token_of_the_command_line_signs_in(home: Path, fresh_database: Clone) -> None:
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    linli("sample", "--companies", "1", "--projects", "2", "--seed", "7", home=home, **urls)
    ((company, uscc),) = ask(fresh_database, "SELECT id, uscc FROM company")
    port = str(free_port())

    def post(token: str, body: dict[str, str]) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        answer: dict[str, Any] = httpx.post(
            f"http://127.0.0.1:{port}/graphql", json=body, headers=headers, timeout=60
        ).json()
        return answer

    with subprocess.Popen([LINLI, "serve"], env=environment(home, port=port, **urls)) as server:
        try:
            for named in (f"com_{company}", uscc):
                token = linli("token", "--company", named, "--scope", "project:read", home=home, **urls).stdout.strip()
                assert post(token, QUERY)["data"]["projects"]["totalCount"] == 2
                limited = post(token, {"query": "{ staff(first: 1) { totalCount } }"})
                assert limited["errors"][0]["extensions"]["code"] == "FORBIDDEN"
            officer = linli("token", "--company", uscc, "--role", "party_officer", home=home, **urls).stdout.strip()
            assert post(officer, {"query": "{ partyFiles { totalCount } }"})["data"]["partyFiles"]["totalCount"] == 0
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0


def test_divisions_are_kept_from_the_command_line(home: Path, fresh_database: Clone) -> None:
    """Domain 2.8: renamed, recoded, merged or closed from a day on, with the document it rests on."""
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    since = ("--on", "2024-05-01", "--basis", "枣民字〔2024〕1号")
    renamed = linli("divisions", "rename", "370402001", "新中心街街道", *since, home=home, **urls)
    assert renamed.returncode == 0, renamed.stderr
    assert "新中心街街道" in renamed.stderr
    assert ask(fresh_database, "SELECT name FROM division WHERE path = '370402001'") == [("新中心街街道",)]
    merged = linli("divisions", "merge", "370402004", "370402001", *since, home=home, **urls)
    assert merged.returncode == 0, merged.stderr
    assert ask(fresh_database, "SELECT kind FROM division_change ORDER BY kind") == [("MERGED",), ("RENAMED",)]
    assert refused(linli("divisions", "close", "999999", *since, home=home, **urls))
    usage = linli("divisions", "close", "370402", "--on", "soon", "--basis", "x", home=home, **urls)
    assert usage.returncode == 2
    assert "Traceback" not in usage.stderr


def test_spreadsheets_are_imported_whole_or_not_at_all(home: Path, tmp_path: Path, fresh_database: Clone) -> None:
    """A dry run lists the problems by row and column; a second run adds nothing; a bad file imports nothing."""
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    linli("sample", "--companies", "1", "--projects", "1", "--seed", "7", home=home, **urls)
    ((uscc, before),) = ask(fresh_database, "SELECT uscc, (SELECT count(*) FROM staff) FROM company")
    counting = "SELECT count(*) FROM staff"
    file = tmp_path / "员工.csv"

    file.write_text("姓名,工号,岗位\n甲一,T001,保洁\n,T002,保安\n", encoding="utf-8")
    bad = linli("import", "staff", str(file), "--company", uscc, home=home, **urls)
    assert bad.returncode == 1
    assert "row 3" in bad.stdout
    assert "nothing was imported" in bad.stdout
    assert "Traceback" not in bad.stderr
    assert ask(fresh_database, counting) == [(before,)]

    file.write_text("姓名,工号,岗位\n甲一,T001,保洁\n乙二,T002,保安\n", encoding="gb18030")
    for arguments, added in ((("--dry-run",), 0), ((), 2), ((), 2)):
        done = linli("import", "staff", str(file), "--company", uscc, *arguments, home=home, **urls)
        assert done.returncode == 0, done
        assert ask(fresh_database, counting) == [(before + added,)]

    missing = linli("import", "projects", str(tmp_path / "none.xlsx"), "--company", uscc, home=home, **urls)
    assert "Cannot read" in refused(missing)
    stranger = linli("import", "staff", str(file), "--company", "91370400MA3C0FXG7H", home=home, **urls)
    assert "no such active member" in refused(stranger)


def test_tickets_of_the_hotline_are_imported_once(home: Path, tmp_path: Path, fresh_database: Clone) -> None:
    """As the README says: an unknown column is named with the known ones, and a row that changed is reported."""
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    linli("sample", "--companies", "1", "--projects", "1", "--seed", "7", home=home, **urls)
    ((uscc, estate),) = ask(fresh_database, "SELECT uscc, (SELECT name FROM project) FROM company")
    file = tmp_path / "工单.csv"

    def imported(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text, encoding="utf-8")
        return linli("import", "hotline", str(file), "--company", uscc, *arguments, home=home, **urls)

    bad = imported(f"工单编号,小区名称,诉求标题,受理日期,工单密级\n1,{estate},电梯停运,2026-03-03,普通\n")
    assert bad.returncode == 1
    assert "工单密级" in bad.stdout
    assert "协办单位" in bad.stdout  # the known columns are listed
    tickets = f"工单编号,小区名称,诉求标题,受理日期,来电人\n1,{estate},电梯停运,2026-03-03,王甲子\n"
    for arguments, there in ((("--dry-run",), 0), ((), 1), ((), 1)):
        done = imported(tickets, *arguments)
        assert done.returncode == 0, done
        assert ask(fresh_database, "SELECT count(*) FROM issue") == [(there,)]
    again = imported(tickets.replace("电梯停运", "电梯困人"))
    assert again.returncode == 0
    assert "row 2" in again.stdout
    assert "诉求标题" in again.stdout
    assert ask(fresh_database, "SELECT title FROM issue") == [("电梯停运",)]


def test_schemes_are_checked_imported_and_exported(home: Path, tmp_path: Path, fresh_database: Clone) -> None:
    """Problems are listed with their place; an import is a draft, a second one writes it anew; what was published comes
    out as it went in.
    """
    file = tmp_path / "scheme.yaml"
    exported = linli("scheme", "export", "jinan-quality", home=home)
    assert exported.returncode == 0, exported
    file.write_text(exported.stdout, encoding="utf-8")
    checked = linli("scheme", "check", str(file), "--party-share", "0.30", home=home)
    assert re.fullmatch(r"JINAN-QUALITY  sha256:[0-9a-f]{64}\n", checked.stdout)
    file.write_text(exported.stdout.replace("weight: 40", "weight: 30"), encoding="utf-8")
    bad = linli("scheme", "check", str(file), home=home)
    assert (bad.returncode, bad.stdout.count("\n")) == (1, 1)
    assert bad.stdout.startswith("groups: 权重合计为 90")
    file.write_text("code: [\n", encoding="utf-8")
    assert linli("scheme", "check", str(file), home=home).stdout.startswith("yaml: 第 1 行")
    assert "Cannot read" in refused(linli("scheme", "check", str(tmp_path / "none.yaml"), home=home))
    assert "from 0 to 1" in refused(linli("scheme", "check", "wuxi-lead", "--party-share", "30", home=home))

    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    establish = ("establish", "枣庄市住房和城乡建设局", "--division", "3704", "--member", "王敏")
    assert linli(*establish, home=home, **urls).returncode == 0
    for version in (1, 2):
        file.write_text(f"{exported.stdout}# 第 {version} 稿\n", encoding="utf-8")
        done = linli("scheme", "import", str(file), "--regulator", "3704", home=home, **urls)
        assert done.returncode == 0, done
        assert f"version {version}" in done.stderr
    ((division, text),) = ask(fresh_database, "SELECT division_path, text FROM scheme_draft")
    assert (division, text) == ("3704", f"{exported.stdout}# 第 2 稿\n")
    outside = linli("scheme", "import", str(file), "--regulator", "3704", "--division", "3702", home=home, **urls)
    assert "outside the area" in refused(outside)
    file.write_text(exported.stdout.replace("weight: 40", "weight: 30"), encoding="utf-8")
    bad = linli("scheme", "import", str(file), "--regulator", "3704", home=home, **urls)
    assert (bad.returncode, bad.stdout.startswith("groups: ")) == (1, True)
    assert "no published scheme" in refused(linli("scheme", "export", "JINAN-QUALITY", home=home, **urls))
    ask(fresh_database, "INSERT INTO scheme SELECT d.*, 1 FROM scheme_draft d")
    assert linli("scheme", "export", "JINAN-QUALITY", home=home, **urls).stdout == text


def test_communities_of_a_county_are_loaded_from_a_file(home: Path, tmp_path: Path, fresh_database: Clone) -> None:
    urls = {"database_url": fresh_database.admin_url, "app_database_url": fresh_database.app_url}
    file = tmp_path / "communities.csv"
    file.write_text("代码,名称\n370402001001,甲社区\n370402001002,乙社区\n", encoding="utf-8")
    for _ in range(2):
        done = linli("divisions", "load", str(file), home=home, **urls)
        assert done.returncode == 0, done
        found = ask(fresh_database, "SELECT name FROM division WHERE path ^@ '370402001' AND level = 'COMMUNITY'")
        assert sorted(found) == sorted([("甲社区",), ("乙社区",)])
