"""`make isolation`: runs the whole proof and prints it as a table; exits with 1 when anything does not hold."""

import os
import sys
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import uvloop
from sqlmodel import SQLModel

from infra.embedded import Embedded
from schema import build, executable
from tests.isolation import channels, mutants, reach, sources, structure
from tests.isolation.contract import contract
from tests.isolation.ground import Ground, ground
from tests.isolation.proof import Outcome, Outcomes, Probe
from tests.isolation.questions import Questions
from tests.isolation.statements import Statements
from tests.isolation.storm import COMPANIES, POOL, storm

HOME = Path(os.environ.get("LINLI_TEST_HOME", ".linli-test"))

PROMISES = {
    "I1": (
        "行级安全",
        "row-level security forced on every table, one policy for each grant, owned by nobody who signs in",
    ),
    "I2": ("角色", "the roles of the server are ordinary, own nothing and cannot be left"),
    "I3": (
        "读写他人数据",
        "every role, command and table: the rows of the rule and no other, by any kind of statement",
    ),
    "I4": ("写入他人名下", "no row is inserted for, or carried to, another company or out of reach"),
    "I5": ("无上下文", "no context, an empty one and a malformed one show nothing and fail nowhere"),
    "I6": ("外键", "no foreign key takes a row of another company, and its error tells nothing"),
    "I7": ("唯一约束", "what is unique in one company is free in every other"),
    "I8": ("视图与函数", "views ask as who looks, no function runs with its owner's rights"),
    "I9": (
        "连接池",
        "1,000 operations of 20 companies on 3 connections, cancelled, aborted, killed; one place opens transactions",
    ),
    "I10": ("GraphQL 编号", "another company's id or cursor gives the bytes, in the time, of no object"),
    "I12": ("审计痕迹", "of a Party file and what hangs on one the trail tells that it changed, never what"),
    "I14": ("监管只读", "a regulator writes no row of a company and reads no personal column"),
    "I15": ("变异测试", "every guard, broken on purpose, turns the proof red"),
    "I16": ("分布式", "no sub-select in a policy; keys and every statement are held to the company"),
}


@dataclass(slots=True)
class Line:
    """What is known of one promise."""

    tries: int = 0
    controls: int = 0
    seconds: float = 0.0
    targets: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.control:
            self.controls += 1
        else:
            self.tries += 1
        if outcome.wrong:
            self.wrong.append(f"{outcome.target}: {outcome.wrong}")


class Report:
    """The lines, filled as the proof goes on."""

    def __init__(self) -> None:
        self.lines = {promise: Line() for promise in PROMISES}
        self.noted: dict[str, str] = {}

    async def run(self, outcomes: Outcomes | Iterable[Outcome]) -> None:
        """Run one check to its end."""
        began, promises = time.perf_counter(), set[str]()
        if isinstance(outcomes, Iterable):
            for outcome in outcomes:
                self._take(outcome, promises)
        else:
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    self._take(outcome, promises)
        for promise in promises:
            self.lines[promise].seconds += (time.perf_counter() - began) / len(promises)

    def _take(self, outcome: Outcome, promises: set[str]) -> None:
        promises.add(outcome.promise)
        self.lines[outcome.promise].take(outcome)

    @property
    def holds(self) -> bool:
        """Whether everything held, and everything was tried."""
        return all(line.tries + line.controls and not line.wrong for line in self.lines.values())

    def table(self) -> Iterator[str]:
        """The lines of the table, and below it what does not hold."""
        head = ("", "承诺 Promise", "对象 Targets", "次数 Tries", "对照 Controls", "结果 Result", "秒 s")
        rows = [head]
        for promise, line in self.lines.items():
            result = f"FAILS ({len(line.wrong)})" if line.wrong else "holds" if line.tries else "NOT TRIED"
            number = (f"{line.tries:,}", f"{line.controls:,}")
            rows.append(
                (promise, PROMISES[promise][0], self.noted.get(promise, ""), *number, result, f"{line.seconds:.1f}")
            )
        widths = [max(_width(row[at]) for row in rows) for at in range(len(head))]
        for number_, row in enumerate(rows):
            cells = [
                _padded(cell, width, right=3 <= at <= 4 or at == 6)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            yield "  ".join(cells).rstrip()
            if number_:
                yield f"{'':{widths[0]}}  {PROMISES[row[0]][1]}"
            else:
                yield "  ".join("-" * width for width in widths)
        for promise, line in self.lines.items():
            for wrong in line.wrong[:20]:
                yield f"{promise} FAILS: {wrong}"


async def prove(server: Embedded, say: Callable[[str], None]) -> Report:
    """Run everything."""
    report = Report()
    async with ground(server) as made:
        say("数据库目录、角色与行 / The catalogue, the roles and the rows")
        await _database(report, made)
        say("破坏每一道防线 / Breaking every guard on purpose")
        await _mutants(report, made)
        say("经由 GraphQL / Through GraphQL")
        await _contract(report, made)
    say("连接池风暴 / The storm on the pool")
    await report.run(storm())
    await report.run(chain(sources.opened(), sources.acting()))
    report.noted["I9"] = f"{COMPANIES} companies, {POOL} connections, {len(list(sources.modules()))} modules"
    return report


async def _database(report: Report, made: Ground) -> None:
    world, administrator, catalogue = made.world, made.administrator, made.world.catalogue
    await report.run(structure.tables(administrator, catalogue))
    await report.run(structure.roles(administrator, catalogue))
    await report.run(structure.views_and_functions(administrator))
    await report.run(structure.citus(administrator, catalogue))
    personal = [
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.info.get("personal")
    ]
    await report.run(structure.personal_columns(catalogue, personal))
    confidential = {name for name, table in SQLModel.metadata.tables.items() if table.info.get("confidential")}
    await report.run(structure.confidential(catalogue, confidential))
    await report.run(channels.direct_sign_in(made.app_url, world))
    for role in catalogue.app_roles[1:]:
        async with _probe(made) as fresh:
            await report.run(reach.never_set(fresh, world, role))
    async with _probe(made) as probe:
        await report.run(reach.reach(probe, world))
        await report.run(reach.unread_columns(probe, world))
        await report.run(channels.escapes(probe, world, "postgres"))
        await report.run(channels.policies_cannot_be_switched_off(probe, world))
        await report.run(channels.predicates_see_nothing(probe, world))
        await report.run(channels.other_statements(probe, world))
        await report.run(channels.errors_tell_nothing(probe, world))
        await report.run(channels.statistics(administrator, made.app_url, probe, world))
    async with made.signed_in() as connection:
        await report.run(channels.copies(connection, world))
        await report.run(channels.kept_plans(connection, world))
    async with Probe(administrator) as unbound:
        await report.run(reach.owner(unbound, world))
        await report.run(reach.foreign_keys(unbound, world))
        await report.run(reach.same_values(unbound, world))
    _note(report, made)


def _note(report: Report, made: Ground) -> None:
    """How many there are of what each promise is about."""
    catalogue = made.world.catalogue
    tables, tenants = catalogue.in_order, catalogue.tenant_tables
    policies = sum(len(table.policies) for table in tables)
    into = [key for table in tables for key in table.foreign_keys if catalogue.tables[key.target].tenant]
    uniques = [unique for table in tenants for unique in table.uniques]
    contexts = sum(len(made.world.malformed(role)) + 1 for role in catalogue.app_roles)
    walked = f"{len(catalogue.relations)} tables and views x 5 commands x {len(catalogue.app_roles)} roles"
    report.noted |= {
        "I1": f"{len(tables)} tables, {policies} policies",
        "I2": f"{len(catalogue.app_roles) + 1} roles, {len(tables)} tables",
        "I3": walked,
        "I4": f"{len(tables)} tables, INSERT and UPDATE",
        "I5": f"{len(tables)} tables x 4 commands x {contexts} contexts",
        "I6": f"{len(into)} foreign keys",
        "I7": f"{len(uniques)} unique keys",
        "I8": "views, functions, rules",
        "I12": "what hangs on a Party file",
        "I14": f"{len(tenants)} tables, {sum(len(table.columns) for table in tenants)} columns",
    }


async def _mutants(report: Report, made: Ground) -> None:
    began = time.perf_counter()
    verdicts = [verdict async for verdict in mutants.judged(made.administrator, made.world)]
    await report.run(verdict.outcome for verdict in verdicts)
    unused = mutants.unused(verdicts)
    await report.run(Outcome("I15", each.kind, "its reason covers no mutant") for each in unused)
    seen = sum(bool(verdict.behaviour) for verdict in verdicts)
    report.lines["I15"].seconds = time.perf_counter() - began
    report.noted["I15"] = f"{seen:,} by behaviour, {len(verdicts) - seen} by the catalogue"


async def _contract(report: Report, made: Ground) -> None:
    statements = Statements(made.world, executable(build()))
    await report.run(statements.held(made))
    async with contract(made) as asked:
        await report.run(asked.ids())
        await report.run(asked.cursors())
        await report.run(asked.everything())
        await report.run(asked.times())
        await report.run(asked.changes())
        await report.run(asked.untouched(made))
        reads, writes = list(asked.questions.reads()), list(asked.questions.writes())
        await report.run(_missed(asked.questions))
    await report.run(statements.written(made))
    report.noted["I10"] = f"{len(reads)} id arguments, filters and cursors, {len(writes)} inputs"
    report.noted["I16"] = "policies, keys, every compiled statement"


def _missed(questions: Questions) -> Iterator[Outcome]:
    for name in (*questions.unasked([*questions.reads(), *questions.writes()]), *questions.unread()):
        yield Outcome("I10", name, f"nothing asks for {name}")


@asynccontextmanager
async def _probe(made: Ground) -> AsyncIterator[Probe]:
    async with made.signed_in() as connection, Probe(connection) as probe:
        yield probe


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """The exit code."""
    server = Embedded(HOME, throwaway=True)
    server.join()
    began = time.perf_counter()
    try:
        report = uvloop.run(prove(server, _say))
    finally:
        server.leave()
    sys.stdout.write("\n".join(report.table()) + "\n")
    told = "隔离成立 / Isolation holds" if report.holds else "隔离不成立 / Isolation does NOT hold"
    sys.stdout.write(f"{told} ({time.perf_counter() - began:.0f} s)\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
