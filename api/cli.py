"""The command line `linli`: what an operator does with an installation, one command each.

What a command needs is imported when it runs, so that `linli --help` answers at once. A reason not to go on is one
sentence of Chinese and one of English, and exit code 1; a traceback is always our mistake.
"""

import contextlib
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from infra.refusal import Refusal
from tenants.permission import RegulatorRole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from infra.settings import Settings
    from tenants.division import Division
    from tenants.errors import DomainError
    from tenants.importing import Report
    from tenants.scope import Database, Scope

app = typer.Typer(
    name="linli",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Linli (邻里): the GraphQL platform of property companies and their regulators.",
)

divisions = typer.Typer(no_args_is_help=True, help="Keep the administrative divisions (行政区划).")
imports = typer.Typer(no_args_is_help=True, help="Import a company's Excel or CSV files (导入表格).")
photos = typer.Typer(no_args_is_help=True, help="Keep the photos of open days (开放日照片).")
schemes = typer.Typer(no_args_is_help=True, help="Check, import and export rating and credit schemes (评定方案).")
credit = typer.Typer(no_args_is_help=True, help="Work out and verify the credit of companies (企业信用).")
app.add_typer(credit, name="credit")
app.add_typer(divisions, name="divisions")
app.add_typer(imports, name="import")
app.add_typer(photos, name="photos")
app.add_typer(schemes, name="scheme")

File = Annotated[Path, typer.Argument(help="An .xlsx, .xls or .csv file (表格文件).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what is wrong (只检查，不导入).")]
OfCompany = Annotated[str, typer.Option("--company", help="The company's id or USCC (企业).")]
AsMember = Annotated[str | None, typer.Option("--member", help="In whose name; else the first administrator (成员).")]


def main() -> None:
    """Run the command line; the entry point of `linli`."""
    try:
        app()
    except Refusal as refusal:
        _say(str(refusal))
        sys.exit(1)


@app.command()
def demo() -> None:
    """Start everything with sample data (演示): database, divisions, companies, tokens, server."""
    from api import demo

    with _stopping_in_order():
        demo.run(_settings(), _say)


@app.command()
def serve() -> None:
    """Start the server (启动服务)."""
    from api import start

    settings = _settings()
    with _stopping_in_order(), start.claim_port(settings) as port:
        start.require_schema(settings, _say)
        from api.app import serve

        serve(settings, port)


@app.command()
def worker() -> None:
    """Do the platform's own jobs, each at its time (后台任务): what became overdue, every night."""
    import asyncio

    from api import logs, start
    from api.worker import run

    settings = _settings()
    with _stopping_in_order():
        start.require_schema(settings, _say)
        logs.configure(settings.log_level)
        _say("后台任务已启动；按 Ctrl-C 停止 / The worker has started; stop with Ctrl-C")
        asyncio.run(run(settings, asyncio.Event()))


@app.command()
def migrate(
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL of all migrations instead (只输出 SQL).")] = False,
) -> None:
    """Bring the database to this program's schema and divisions (升级数据库结构). Safe to repeat."""
    if sql:
        import migrations

        migrations.write_sql()
        return
    from api import start
    from tenants import division

    settings = _settings()
    version = start.migrate(settings, _say)
    added = start.work(settings, _say, division.load_national)
    _say(f"数据库结构为 {version}，新增区划 {added} 个 / The database's schema is {version}; {added} divisions added")


@app.command()
def schema() -> None:
    """Print the GraphQL schema (输出 GraphQL 模式)."""
    from schema import sdl

    print(sdl(), end="")


@app.command()
def settings() -> None:
    """List the settings that come from the environment (设置)."""
    from infra.settings import table

    print(table(), end="")


@app.command()
def token(
    company: Annotated[str | None, typer.Option(help="A company's id or USCC (企业).")] = None,
    regulator: Annotated[str | None, typer.Option(help="A regulator's id or division path (监管机构).")] = None,
    member: Annotated[str | None, typer.Option(help="The member's id; else the first administrator (成员).")] = None,
    role: Annotated[str | None, typer.Option(help="Or the first member of this role, as PARTY_OFFICER (角色).")] = None,
    scope: Annotated[str | None, typer.Option(help="Only these permissions, separated by spaces (权限范围).")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=525_600, help="How long it is valid (有效分钟数).")] = 10,
) -> None:
    """Mint an access token for a member of a company or of a regulator (签发访问令牌)."""
    from api import start
    from api.sign_in import Wanted, mint
    from api.tokens import Tokens

    settings = _settings()
    wanted = Wanted(company, regulator, member, role, scope, timedelta(minutes=minutes))
    print(start.work(settings, _say, lambda database: mint(database, Tokens.of(settings), wanted)))


@app.command()
def enrol(
    name: Annotated[str, typer.Argument(help="The company's registered name (企业名称).")],
    uscc: Annotated[str, typer.Option(help="Its unified social credit code (统一社会信用代码).")],
    division: Annotated[str, typer.Option(help="Code of the division it is registered in (注册地区划代码).")],
    admin: Annotated[str, typer.Option(help="Name of its first administrator (首位管理员姓名).")],
    uscc_override: Annotated[str | None, typer.Option(help="Why a failing code is right (代码校验例外说明).")] = None,
) -> None:
    """Enrol a company with its first administrator (企业入驻)."""
    from api import start
    from tenants import company
    from tenants.row import new_id
    from tenants.scope import Principal

    new = company.NewCompany(
        name=name, uscc=uscc, division_code=division, admin_name=admin, uscc_override=uscc_override
    )

    async def enrolled(database: "Database") -> str:
        async with database.writing(Principal("worker", tenant_id=new_id())) as scope:
            made, member = await company.enrol(scope, new)
            return f"企业 {made.tenant_id}，管理员 {member.id} / Company {made.tenant_id}, administrator {member.id}"

    _say(start.work(_settings(), _say, enrolled))


@app.command()
def establish(
    name: Annotated[str, typer.Argument(help="The regulator's name (机构名称).")],
    division: Annotated[str, typer.Option(help="Code of its division (管辖区划代码).")],
    member: Annotated[str, typer.Option(help="Name of its first member (首位成员姓名).")],
    role: Annotated[RegulatorRole, typer.Option(help="What its first member does (角色).")] = RegulatorRole.PUBLISHER,
) -> None:
    """Establish a regulator with its first member (设立监管机构); a SECURITY_ADMIN appoints the others."""
    from api import start
    from tenants import regulator
    from tenants.scope import Principal

    new = regulator.NewRegulator(name=name, division_code=division, member_name=member, member_role=role)

    async def established(database: "Database") -> str:
        async with database.writing(Principal("worker")) as scope:
            made, first = await regulator.establish(scope, new)
            return f"机构 {made.id}，成员 {first.id} / Regulator {made.id}, member {first.id}"

    _say(start.work(_settings(), _say, established))


@app.command()
def sample(
    companies: Annotated[int, typer.Option(min=1, max=100_000, help="How many companies (企业数).")] = 10,
    projects: Annotated[int, typer.Option(min=0, max=10_000_000, help="How many projects in all (项目数).")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data (随机种子).")] = 1,
    province: Annotated[
        str | None, typer.Option(help="Code of a province to make, with three years of history (省级代码).")
    ] = None,
    events: Annotated[
        int | None, typer.Option(min=0, help="Open days, check-ins and issues of each kind; 20 a project (事件数).")
    ] = None,
    records: Annotated[
        int | None, typer.Option(min=0, help="Credit records of the province; 50 a company (信用记录数).")
    ] = None,
) -> None:
    """Fill the database with invented, lifelike data for measurements (生成测试数据)."""
    from api import start
    from tenants import division
    from tenants.sample import load, load_province

    async def fill(database: "Database") -> None:
        await division.load_national(database)
        if province is None:
            await load(database, companies=companies, projects=projects, seed=seed, say=_say)
            return
        await load_province(
            database,
            province,
            companies=companies,
            projects=projects,
            events=20 * projects if events is None else events,
            records=50 * companies if records is None else records,
            seed=seed,
            say=_say,
        )

    if province is None and (events, records) != (None, None):
        raise typer.BadParameter("--events 和 --records 只用于 --province / belong to --province")
    start.work(_settings(), _say, fill)


On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The first day it holds (生效日期).")]
Basis = Annotated[str, typer.Option("--basis", help="The document it rests on (依据文件).")]
DivisionCode = Annotated[str, typer.Argument(help="The division's code or path (行政区划代码).")]


@divisions.command("load")
def load_divisions(file: File, dry_run: DryRun = False) -> None:
    """Add divisions from a file (载入), such as the communities of a county."""
    from tenants.importing import import_divisions

    _import(file, lambda database: import_divisions(database, file, dry_run))


@photos.command("sweep")
def sweep_photos() -> None:
    """Remove the files of photos that were removed or never recorded (清理照片文件). Safe to repeat, best daily."""
    from api import start
    from api.open_days.sweeping import swept
    from infra.files import Files

    settings = _settings()
    removed = start.work(settings, _say, lambda database: swept(database, Files.of(settings)))
    _say(f"已清理 {removed} 个文件 / Removed {removed} files")


@imports.command("projects")
def import_projects(file: File, company: OfCompany, member: AsMember = None, dry_run: DryRun = False) -> None:
    """Import a company's projects (导入项目): all of them, or none when one has a problem."""
    from api.sign_in import Wanted, sign_in
    from tenants.importing import import_projects

    async def run(database: "Database") -> "Report":
        principal = await sign_in(database, Wanted(company=company, member=member))
        return await import_projects(database, principal, file, dry_run)

    _import(file, run)


@imports.command("staff")
def import_staff(file: File, company: OfCompany, member: AsMember = None, dry_run: DryRun = False) -> None:
    """Import a company's staff (导入员工): all of them, or none when one has a problem."""
    from api.sign_in import Wanted, sign_in
    from tenants.importing import import_staff

    async def run(database: "Database") -> "Report":
        principal = await sign_in(database, Wanted(company=company, member=member))
        return await import_staff(database, principal, file, dry_run)

    _import(file, run)


@imports.command("hotline")
def import_hotline(
    file: File,
    company: Annotated[str | None, typer.Option("--company", help="The company's id or USCC (企业).")] = None,
    regulator: Annotated[
        str | None, typer.Option("--regulator", help="A regulator's id or division path (监管机构).")
    ] = None,
    member: AsMember = None,
    dry_run: DryRun = False,
) -> None:
    """Import tickets of the 12345 hotline (导入 12345 热线工单) as issues; a ticket that is there is passed over."""
    from api.sign_in import Wanted, sign_in
    from tenants.access import Purpose
    from tenants.importing import import_hotline

    async def run(database: "Database") -> "Report":
        principal = await sign_in(
            database, Wanted(company=company, regulator=regulator, member=member), Purpose.COMPLAINT
        )
        return await import_hotline(database, principal, file, dry_run)

    _import(file, run)


@credit.command("recompute")
def recompute_credit(
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="From this day on; else today (起算日).")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="How many processes (进程数).")] = 1,
) -> None:
    """Work out every company's credit score anew as of a day (重算信用得分). Writes only changes; safe to repeat."""
    from api.recompute import recompute
    from tenants.row import today

    day = as_of.date() if as_of else today()
    if day > today():
        raise Refusal(
            f"--as-of {day} 晚于今天：得分只计算到今天。",
            f"--as-of {day} is after today: scores are worked out up to today.",
        )
    done = recompute(_settings(), day, workers, _say)
    _say(
        f"已核算 {done.companies} 家企业，变更 {done.written} 段得分"
        f" / Looked at {done.companies} companies, wrote {done.written} periods"
    )


@credit.command("verify")
def verify_credit() -> None:
    """Walk every company's credit history (核验信用记录链) and name where one is broken; exit code 1 if one is."""
    from api import start
    from tenants.credit import sweep

    async def run(database: "Database") -> tuple[int, int]:
        walked = broken = 0
        async for found in sweep.verify(database):
            walked += 1
            if found is not None:
                broken += 1
                chain = found.chain
                print(f"{found.tenant_id}  {found.name}  {chain.broken_at}/{chain.entries}  {chain.broken}")
        return walked, broken

    walked, broken = start.work(_settings(), _say, run)
    _say(
        f"已核验 {walked} 家企业的信用记录链，{broken} 家断裂"
        f" / Walked the credit history of {walked} companies; {broken} are broken"
    )
    if broken:
        raise typer.Exit(1)


SchemeSource = Annotated[str, typer.Argument(help="A YAML file, or the name of a scheme that ships (方案文件).")]


@schemes.command("check")
def check_scheme(
    source: SchemeSource,
    party_share: Annotated[
        str | None, typer.Option("--party-share", help="The division's PARTY_SCORE_SHARE_MIN (党组织评价最低占比).")
    ] = None,
) -> None:
    """List what is wrong with a scheme (检查方案), each with its place; nothing is written, no database is asked."""
    from tenants.errors import DomainError, DomainErrors
    from tenants.scheme import check
    from tenants.scheme.reading import read
    from tenants.setting import KINDS, SettingKey

    try:
        minimum = None if party_share is None else KINDS[SettingKey.PARTY_SCORE_SHARE_MIN].parse(party_share)
    except ValueError:
        raise Refusal("--party-share 应为 0 至 1，例如 0.30。", "--party-share is from 0 to 1, such as 0.30.") from None
    try:
        document = read(_scheme_text(source))
        problems = check(document, minimum)
    except DomainError as error:
        problems = [error]
    except DomainErrors as errors:
        problems = errors.errors
    else:
        if not problems:
            print(f"{document.code}  sha256:{document.digest}")
            return
    _list_problems(problems)


@schemes.command("import")
def import_scheme(
    source: SchemeSource,
    regulator: Annotated[str, typer.Option("--regulator", help="A regulator's id or division path (监管机构).")],
    division: Annotated[str | None, typer.Option("--division", help="For this division; else its own (区划).")] = None,
    member: AsMember = None,
) -> None:
    """Draft a scheme for a division (导入方案), or write its draft anew; somebody else publishes it."""
    from api import start
    from api.sign_in import Wanted, sign_in
    from tenants.errors import DomainErrors
    from tenants.permission import Permission
    from tenants.scheme import registry

    text = _scheme_text(source)

    async def run(database: "Database") -> "registry.SchemeDraft | DomainErrors":
        principal = await sign_in(database, Wanted(regulator=regulator, member=member))
        if Permission.SCHEME_DRAFT not in principal.permissions:
            raise PermissionError(Permission.SCHEME_DRAFT)
        try:
            async with database.writing(principal) as scope:
                return await registry.bring(
                    scope, division or principal.division_path or "", registry.Writing(yaml=text)
                )
        except DomainErrors as errors:
            return errors

    row = start.work(_settings(), _say, run)
    if isinstance(row, DomainErrors):
        _list_problems(row.errors)
    else:
        _say(f"草案 scd_{row.id}，第 {row.version} 稿 / Draft scd_{row.id}, version {row.version}")


@schemes.command("export")
def export_scheme(
    code: Annotated[str, typer.Argument(help="Code of a published scheme, or the name of one that ships (方案).")],
    division: Annotated[str | None, typer.Option("--division", help="Whose scheme (区划).")] = None,
    edition: Annotated[
        int | None, typer.Option("--edition", min=1, help="Which edition; else the latest (版次).")
    ] = None,
) -> None:
    """Print a scheme as YAML (导出方案): a published edition, or one that ships."""
    from api import start
    from tenants.scheme import library, registry
    from tenants.scope import Principal

    if code in library.names():
        print(library.text_of(code), end="")
        return

    async def run(database: "Database") -> str:
        async with database.writing(Principal("public")) as scope:
            return (await registry.edition(scope, code, division, edition)).text

    print(start.work(_settings(), _say, run), end="")


def _scheme_text(source: str) -> str:
    from tenants.scheme import library

    if source in library.names():
        return library.text_of(source)
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal(
            f"无法读取 {source}：请给出 UTF-8 编码的 YAML 文件，或自带方案名（{'、'.join(library.names())}）。",
            f"Cannot read {source}: give a YAML file in UTF-8, or one of {', '.join(library.names())}.",
        ) from None


def _list_problems(problems: "list[DomainError]") -> NoReturn:
    """One line a problem, its place first; exit code 1."""
    for error in problems:
        print(f"{error.field or 'yaml'}: {error.message('zh')} / {error.message('en')}")
    raise typer.Exit(1)


def _import(file: Path, run: "Callable[[Database], Awaitable[Report]]") -> None:
    """Do it and print its report; exit code 1 when the file has problems."""
    from api import start

    try:
        file.open("rb").close()
    except OSError as error:
        raise Refusal(
            f"无法读取文件 {file}（{error.strerror}）：请检查路径和权限。",
            f"Cannot read {file} ({error.strerror}): check its path and permissions.",
        ) from None
    _say(f"正在读取 {file.name} / Reading {file.name}")
    report = start.work(_settings(), _say, run)
    for line in report.lines():
        print(line)
    if not report.ok:
        raise typer.Exit(1)


@divisions.command()
def rename(code: DivisionCode, name: str, on: On, basis: Basis) -> None:
    """Give a division a new name (更名); the old one stays answerable."""
    from tenants import division

    _change_division(lambda scope: division.rename(scope, code, name, on.date(), basis))


@divisions.command()
def recode(code: DivisionCode, new_code: str, on: On, basis: Basis) -> None:
    """Give a division a new code (变更代码), published or given locally."""
    from tenants import division

    _change_division(lambda scope: division.recode(scope, code, new_code, on.date(), basis))


@divisions.command()
def merge(code: DivisionCode, into: DivisionCode, on: On, basis: Basis) -> None:
    """Merge a division into another of its level (合并): what lies in it moves there."""
    from tenants import division

    _change_division(lambda scope: division.merge(scope, code, into, on.date(), basis))


@divisions.command()
def close(code: DivisionCode, on: On, basis: Basis) -> None:
    """Close a division that nothing is left in (撤销)."""
    from tenants import division

    _change_division(lambda scope: division.close(scope, code, on.date(), basis))


def _change_division(change: "Callable[[Scope], Awaitable[Division]]") -> None:
    from api import start
    from tenants.division import WORKER

    async def run(database: "Database") -> "Division":
        async with database.writing(WORKER) as scope:
            return await change(scope)

    division = start.work(_settings(), _say, run)
    _say(f"{division.name}（{division.path}）：已登记 / recorded")


def _settings() -> "Settings":
    from pydantic import ValidationError

    from infra.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        # Only names and reasons: a value may hold a password.
        wrong = "; ".join(f"LINLI_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        raise Refusal(
            f"请更正环境变量后重试：{wrong}",
            f"Correct these environment variables and try again: {wrong}",
        ) from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _stopping_in_order() -> Iterator[None]:
    """SIGTERM ends the process the way Ctrl-C does: what was started is stopped, an embedded PostgreSQL too."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(0) from None
