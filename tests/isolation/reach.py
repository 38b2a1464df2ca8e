"""Who reaches which rows, tried on the database for every table, role and command, and compared with the rules."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from tests.isolation.catalogue import COMMANDS, OWNER, REGULATOR, TENANT, Command, ForeignKey, Table
from tests.isolation.proof import (
    CHECK_VIOLATION,
    FOREIGN_KEY_VIOLATION,
    REFUSED,
    UNIQUE_VIOLATION,
    Outcomes,
    Probe,
    Result,
    Try,
    insertion,
)
from tests.isolation.rows import Row, RowSet, literal
from tests.isolation.rules import Rule, rule
from tests.isolation.world import Context, World

AnyCommand = Command | Literal["TRUNCATE"]
ALL_COMMANDS: tuple[AnyCommand, ...] = (*COMMANDS, "TRUNCATE")

Judge = Callable[[Result], str | None]

NOT_UPDATABLE = "55000"


async def reach(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I3, I4, I5 and I14: every role, command and context on every table and view reaches the rows of its rule and no
    other.
    """
    for table in tables or world.catalogue.relations:
        for role in world.catalogue.app_roles:
            for command in ALL_COMMANDS:
                async for outcome in probe.outcomes(await reaching(world, table, role, command)):
                    yield outcome


async def reaching(world: World, table: Table, role: str, command: AnyCommand) -> list[Try]:
    """What one role may do to one table by one command, in every context: the rows of the rule, or nothing."""
    allowed = None if command == "TRUNCATE" else rule(table, role, command)
    if command == "TRUNCATE" or allowed is None or not table.may(role, command):
        # A view is no table to truncate, and nobody's privileges are asked.
        return [] if command == "TRUNCATE" and table.kind == "v" else [_refused(world, table, role, command)]
    named = [(who, "I3") for who in world.contexts(role)] + [(who, "I5") for who in world.malformed(role)]
    tries = [
        each for who, promise in named for each in await _within_rule(world, table, who, command, promise, allowed)
    ]
    return [*tries, *(_escapes(world, table, role, allowed) if command == "UPDATE" else ())]


async def never_set(probe: Probe, world: World, role: str) -> Outcomes:
    """I5: on a connection on which nobody has ever set a context, the settings are absent, not empty."""
    who = Context(role, None, None, None, None)
    for table in world.catalogue.relations:
        for command in COMMANDS:
            allowed = rule(table, role, command)
            if table.may(role, command) and allowed:
                async for outcome in probe.outcomes(await _within_rule(world, table, who, command, "I5", allowed)):
                    yield outcome


async def _within_rule(
    world: World, table: Table, who: Context, command: Command, promise: str, allowed: Rule
) -> list[Try]:
    if command == "INSERT":
        return [each async for each in _inserts(world, table, who, promise, allowed)]
    expected = [row for row in world.rows[table.name] if allowed.holds(row, who)]
    control = bool(expected) and not allowed.everything
    target = f"{command} {table.name} as {who}"
    statement = _statement(world, table, command, who.role, allowed)
    # Without WHERE the statement reads no row, so its own policy alone decides.
    judge = _exactly(len(expected))
    if command == "DELETE":
        judge = _exactly(len(expected), FOREIGN_KEY_VIOLATION)  # own rows, which others point at
    if command == "UPDATE" and not all(allowed.takes(row, who) for row in expected):
        judge, control = _taken(False), False
    tries = [Try(promise, target, who, (statement,), judge, control)]
    if set(table.primary) <= table.may(who.role, "SELECT"):
        others = f"{statement} WHERE {_besides(table, expected)}"
        tries.append(Try(promise, f"{target}, the rows of others", who, (others,), _exactly(0)))
    elif command == "SELECT":
        unread = f"{who.role} reads rows of {table.name} but not their key"
        tries.append(Try(promise, target, who, (statement,), lambda result: unread))
    return tries


async def _inserts(world: World, table: Table, who: Context, promise: str, allowed: Rule) -> AsyncIterator[Try]:
    """I4: a row like one of each company's is taken when it is within the rule, and refused by the policy when not."""
    granted = table.may(who.role, "INSERT")
    for sets in world.sets.values():
        values = await world.another(table, sets[0].name)
        variants: list[Row] = [{column: None} for column in allowed.columns if not table.columns[column].not_null]
        if "registry_state" in allowed.columns:
            variants.append({"registry_state": "CONFIRMED"})
        for column in allowed.written:
            variants += [{column: world.factory.fresh(table, column, "甲")}, {column: sets[0].rows[table.name][column]}]
        for row in (values, *(values | variant for variant in variants)):
            within = allowed.takes(_complete(table, row), who)
            target = f"INSERT into {table.name} a row of {sets[0].name} as {who}"
            # A company is there once: the policy lets it pass, its key does not.
            judge = _taken(within, *([UNIQUE_VIOLATION] if table.primary == ("tenant_id",) else []))
            control = within and not allowed.everything
            promised = promise if promise == "I5" else "I4"
            yield Try(promised, target, who, (insertion(table, row, granted=granted),), judge, control)


def _escapes(world: World, table: Table, role: str, allowed: Rule) -> Iterator[Try]:
    """I4: an update cannot carry a row to another company or out of reach; what stays within is not refused."""
    for column in (*allowed.columns, *allowed.written):
        values = {_frozen(row[column]): row[column] for row in world.rows[table.name]}
        other = world.factory.fresh(table, column, "甲")
        for who in world.contexts(role):
            mine = [row for row in world.rows[table.name] if allowed.holds(row, who)]
            for value in (*values.values(), other) if mine else ():
                within = all(allowed.takes(row | {column: value}, who) for row in mine)
                within &= column in table.may(role, "UPDATE")
                # The policy is asked first, and lets pass what a key or a check then does not.
                judge = _taken(within, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION, CHECK_VIOLATION)
                sql = f"UPDATE {table.name} SET {column} = {literal(value)}"
                yield Try("I4", f"UPDATE {table.name}.{column} to {value} as {who}", who, (sql,), judge, within)


def _refused(world: World, table: Table, role: str, command: AnyCommand) -> Try:
    """I14: what no rule allows is refused by the grants, before any policy is asked."""
    who = world.contexts(role)[0]
    column = next(name for name, each in table.columns.items() if not each.generated)
    sql = {
        "SELECT": f"SELECT 1 FROM {table.name}",
        "INSERT": f"INSERT INTO {table.name} DEFAULT VALUES",
        "UPDATE": f"UPDATE {table.name} SET {column} = DEFAULT",
        "DELETE": f"DELETE FROM {table.name}",
        "TRUNCATE": f"TRUNCATE {table.name}",
    }[command]

    def judge(result: Result) -> str | None:
        if table.kind == "v" and command != "SELECT" and result.state == NOT_UPDATABLE:
            return None
        if result.state == REFUSED and re.search(rf"permission denied for (table|view) {table.name}$", result.message):
            return None
        return f"no rule lets {role} {command} here, and the grants do not refuse it: {result}"

    promise = "I14" if role == REGULATOR and table.tenant else "I3"
    return Try(promise, f"{command} {table.name} as {who}", who, (sql,), judge)


async def owner(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I1: forced row-level security shows the owner of the tables nothing either."""
    for table in tables or world.catalogue.relations:
        async for outcome in probe.outcomes(owned(table)):
            yield outcome


def owned(table: Table) -> list[Try]:
    """What its owner sees of one table."""
    who = Context(OWNER)
    return [Try("I1", f"SELECT {table.name} as {OWNER}", who, (f"SELECT FROM {table.name}",), _exactly(0))]


async def unread_columns(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I14: a column that a role was not granted cannot be read, not even to filter by it."""
    for table in tables or world.catalogue.in_order:
        async for outcome in probe.outcomes(unread(world, table)):
            yield outcome


def unread(world: World, table: Table) -> list[Try]:
    """The columns of one table that roles were not granted."""
    hidden = [
        (role, column)
        for role in world.catalogue.app_roles[1:]
        for column in sorted(set(table.columns) - table.may(role, "SELECT"))
        if table.may(role, "SELECT")
    ]
    return [
        Try("I14", f"{sql} as {role}", world.contexts(role)[0], (sql,), _taken(False))
        for role, column in hidden
        for sql in (f"SELECT {column} FROM {table.name}", f"SELECT 1 FROM {table.name} WHERE {column} IS NULL")
    ]


async def foreign_keys(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I6: a foreign key into a company's table takes no row of another company, by insert or update, whoever writes.

    The administrator, whom no policy stops, shows that it is the key itself that refuses.
    """
    for table in tables or world.catalogue.in_order:
        async for outcome in probe.outcomes([each async for each in pointing(world, table)]):
            yield outcome


async def pointing(world: World, table: Table) -> AsyncIterator[Try]:
    """The foreign keys of one table."""
    for key in table.foreign_keys:
        if not world.catalogue.tables[key.target].tenant:
            continue
        for own, foreign in (("甲", "乙"), ("乙", "甲"), ("丙", "甲")):
            mine, theirs = world.sets[own][0], world.sets[foreign][0]
            crossed = _crossed(table, key, theirs)
            if not crossed:  # the tenant itself: for the company this is I4, for the key its own existence
                stray = dict.fromkeys(key.columns, world.factory.fresh(table, "tenant_id", own))
                yield _points(None, table, await world.another(table, own, **_alone(table, key), **stray), key)
                continue
            values = await world.another(table, own, **_alone(table, key), **crossed)
            yield _points(None, table, values, key)
            who = world.company(own)
            if table.may(TENANT, "INSERT"):
                yield _points(who, table, values, key)
            if set(crossed) <= table.may(TENANT, "UPDATE"):
                yield _repoints(who, table, mine.rows[table.name], crossed, key)
            right = insertion(table, await world.another(table, own))
            told = f"{table.name}.{key.name} to its own company"
            yield Try("I6", told, None, (right, _NOW), _taken(True), control=True)


async def same_values(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I7: A takes every value that only B has, ids included: B's whole row set again, as A's own."""
    for table in tables or world.catalogue.tenant_tables:
        async for outcome in probe.outcomes(again(world, table)):
            yield outcome


def again(world: World, table: Table) -> list[Try]:
    """B's row of one table as A's own, after those it points at.

    The rows go in as A wherever A may insert, so that each unique index is met with B's values in it.
    """
    decided = [unique for unique in table.uniques if _beyond_tenant(table, unique.columns)]
    if not table.tenant or not decided:
        return []
    tries = []
    for owner in ("乙", "丙"):
        *above, same = [_as_own(world, each, world.sets[owner][0].rows[each.name]) for each in _above(world, table, {})]
        before = tuple(statement for statements in above for statement in (*statements, "RESET ROLE"))
        statements = (*before, *same)
        names = ", ".join(unique.name for unique in decided)
        tries.append(Try("I7", f"{names}: the values of {owner} as A's own", None, statements, _taken(True)))
        twice = (*statements, same[-1])
        told = f"{table.name} twice for one company"
        tries.append(Try("I7", told, None, twice, _violates(UNIQUE_VIOLATION), control=True))
    return tries


def _as_own(world: World, table: Table, row: Row) -> tuple[str, ...]:
    """The statements that give A a row like this."""
    a, own = world.company("甲"), _itself(table, row) | {"tenant_id": world.tenant_id("甲")}
    allowed = rule(table, TENANT, "INSERT")
    mine = allowed is not None and allowed.takes(own, a) and table.may(TENANT, "INSERT")
    return (a.opening, insertion(table, own)) if mine else (insertion(table, own),)


def _above(world: World, table: Table, placed: dict[str, Table]) -> list[Table]:
    """The companies' tables that a table points at, and those that these point at, parents first; then the table."""
    for key in table.foreign_keys:
        target = world.catalogue.tables[key.target]
        if target.tenant and target.name not in (table.name, "company") and target.name not in placed:
            _above(world, target, placed)
    placed[table.name] = table
    return list(placed.values())


def _beyond_tenant(table: Table, columns: Sequence[str]) -> bool:
    """Whether more than the company itself decides about uniqueness."""
    return any(column != "tenant_id" and not table.columns[column].generated for column in columns)


def _itself(table: Table, row: Row) -> Row:
    """The row, pointing at itself where it points at another of its kind, which the set does not hold."""
    pairs = [
        pair
        for key in table.foreign_keys
        if key.target == table.name
        for pair in zip(key.columns, key.target_columns, strict=True)
    ]
    return row | {column: row[target] for column, target in pairs}


def _crossed(table: Table, key: ForeignKey, theirs: RowSet) -> Row:
    """The key's columns as they point at another company's row, the company's own column left alone."""
    pairs = zip(key.columns, key.target_columns, strict=True)
    return {column: theirs.rows[key.target][target] for column, target in pairs if target != "tenant_id"}


def _alone(table: Table, key: ForeignKey) -> Row:
    """What must be empty so that no other key of the table has a say in where this one points."""
    shared = set(key.columns) - {"tenant_id"} or {"tenant_id"}
    others = [other for other in table.foreign_keys if other is not key and shared & set(other.columns)]
    beside = [column for other in others for column in other.columns if column not in key.columns]
    return dict.fromkeys(column for column in beside if not table.columns[column].not_null)


def _points(who: Context | None, table: Table, values: Row, key: ForeignKey) -> Try:
    target = f"{table.name}.{key.name} inserted by {who or 'the administrator'}"
    return Try("I6", target, who, (insertion(table, values), _NOW), _violates(FOREIGN_KEY_VIOLATION, key.name))


def _repoints(who: Context, table: Table, row: Row, crossed: Row, key: ForeignKey) -> Try:
    changes = ", ".join(f"{column} = {literal(value)}" for column, value in crossed.items())
    sql = f"UPDATE {table.name} SET {changes} WHERE id = {literal(row['id'])}"
    target = f"{table.name}.{key.name} updated by {who}"
    return Try("I6", target, who, (sql, _NOW), _violates(FOREIGN_KEY_VIOLATION))


_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
"""Keys that would be checked at commit are checked now."""


def _taken(within: bool, *passing: str) -> Judge:
    """A write is taken, or ends beyond the policies in one of some states; or the policies refuse it."""

    def judge(result: Result) -> str | None:
        if within:
            return None if result.state in (None, *passing) else f"within the rule and yet {result}"
        return None if result.state == REFUSED else f"not within the rule and yet {result}"

    return judge


def _violates(state: str, name: str = "") -> Judge:
    """An error of this state, of the constraint of this name."""
    return lambda result: None if result.state == state and name in result.message else f"{result} instead of {state}"


def _exactly(number: int, *passing: str) -> Judge:
    """So many rows are reached; if any, the statement may also end in one of some states."""

    def judge(result: Result) -> str | None:
        reached = result == Result(number) or (number and result.state in passing)
        return None if reached else f"{result} instead of {number} rows"

    return judge


def _statement(world: World, table: Table, command: Command, role: str, allowed: Rule) -> str:
    """The command on every row, told nothing about rows."""
    if command == "UPDATE":
        return f"UPDATE {table.name} SET {_harmless(world, table, role, allowed)}"
    return f"SELECT FROM {table.name}" if command == "SELECT" else f"DELETE FROM {table.name}"


def _harmless(world: World, table: Table, role: str, allowed: Rule) -> str:
    """A change of every row at once that means nothing: to a column's default, or else to what one row points at."""
    held = {*table.primary, *allowed.columns}
    held |= {column for check in table.checks for column in check.columns}
    held |= {column for unique in table.uniques for column in (*unique.columns, *unique.predicate_columns)}
    pointing = {column for key in table.foreign_keys for column in key.columns}
    free = sorted(table.may(role, "UPDATE") - held)
    for name in (each for each in free if each not in pointing):
        column = table.columns[name]
        if not column.generated and (column.defaulted or not column.not_null):
            return f"{name} = DEFAULT"
    for name in (each for each in free if each in pointing):
        return f"{name} = {literal(world.rows[table.name][0][name])}"
    raise LookupError(f"{table.name} has no column that {role} could set on every row without breaking a rule")


def _besides(table: Table, rows: Iterable[Row]) -> str:
    """The condition that a row is none of these."""
    keys = [f"({', '.join(literal(row[column]) for column in table.primary)})" for row in rows]
    return f"({', '.join(table.primary)}) NOT IN ({', '.join(keys)})" if keys else "true"


def _complete(table: Table, values: Row) -> Row:
    return dict.fromkeys(table.columns) | values


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
