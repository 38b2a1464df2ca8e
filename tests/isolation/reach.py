"""Who reaches which rows, tried on the database for every table, role and command, and compared with the rules."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from tests.isolation.catalogue import COMMANDS, OWNER, REGULATOR, TENANT, Command, ForeignKey, Table
from tests.isolation.proof import (
    CHECK_VIOLATION,
    FOREIGN_KEY_VIOLATION,
    REFUSED,
    UNIQUE_VIOLATION,
    Outcome,
    Outcomes,
    Probe,
    Result,
    insertion,
    literal,
)
from tests.isolation.rows import Row, RowSet
from tests.isolation.rules import Rule, rule
from tests.isolation.world import Context, World


async def reach(
    probe: Probe, world: World, tables: Iterable[Table] | None = None, roles: Sequence[str] | None = None
) -> Outcomes:
    """I3, I4, I5 and I14: every role, command and context on every table reaches the rows of its rule and no other."""
    for table in tables or world.catalogue.in_order:
        for role in roles or world.catalogue.app_roles:
            yield await _refused(probe, world, table, role, "TRUNCATE")
            for command in COMMANDS:
                allowed = rule(table, role, command)
                if table.may(role, command) and allowed:
                    async for outcome in _within_rule(probe, world, table, role, command, allowed):
                        yield outcome
                else:
                    yield await _refused(probe, world, table, role, command)


async def never_set(probe: Probe, world: World, role: str) -> Outcomes:
    """I5: on a connection on which nobody has ever set a context, the settings are absent, not empty."""
    who = Context(role, None, None, None, None)
    for table in world.catalogue.in_order:
        for command in COMMANDS:
            allowed = rule(table, role, command)
            if table.may(role, command) and allowed:
                async for outcome in _within_rule(probe, world, table, role, command, allowed, [(who, "I5")]):
                    yield outcome


async def _within_rule(
    probe: Probe,
    world: World,
    table: Table,
    role: str,
    command: Command,
    allowed: Rule,
    contexts: Sequence[tuple[Context, str]] = (),
) -> Outcomes:
    named = [(who, "I3") for who in world.contexts(role)] + [(who, "I5") for who in world.malformed(role)]
    for who, promise in contexts or named:
        if command == "INSERT":
            async for outcome in _inserts(probe, world, table, who, promise, allowed):
                yield outcome
            continue
        expected = [row for row in world.rows[table.name] if allowed.holds(row, who)]
        control = bool(expected) and not allowed.everything
        target = f"{command} {table.name} as {who}"
        statement = _statement(table, command, role, allowed)
        # Without WHERE the statement reads no row, so its own policy alone decides.
        every = await probe.tries(who, statement)
        if command == "DELETE" and every.state == FOREIGN_KEY_VIOLATION and expected:
            every = Result(len(expected))  # own rows, which others point at
        yield Outcome(promise, target, _differs(every, len(expected)), control)
        if set(table.primary) <= table.may(role, "SELECT"):
            others = await probe.tries(who, f"{statement} WHERE {_besides(table, expected)}")
            yield Outcome(promise, f"{target}, the rows of others", _differs(others, 0))
        elif command == "SELECT":
            yield Outcome(promise, target, f"{role} reads rows of {table.name} but not their key")
    if command == "UPDATE" and not contexts:
        async for outcome in _escapes(probe, world, table, role, allowed):
            yield outcome


async def _inserts(probe: Probe, world: World, table: Table, who: Context, promise: str, allowed: Rule) -> Outcomes:
    """I4: a row like one of each company's is taken when it is within the rule, and refused by the policy when not."""
    granted = table.may(who.role, "INSERT")
    for sets in world.sets.values():
        values = await world.another(table, sets[0].name)
        variants: list[Row] = [{column: None} for column in allowed.columns if not table.columns[column].not_null]
        if "registry_state" in allowed.columns:
            variants.append({"registry_state": "CONFIRMED"})
        for row in (values, *(values | variant for variant in variants)):
            within = allowed.holds(_complete(table, row), who)
            result = await probe.tries(who, insertion(table, row, granted=granted))
            target = f"INSERT into {table.name} a row of {sets[0].name} as {who}"
            if within and result.state == UNIQUE_VIOLATION and table.primary == ("tenant_id",):
                result = Result(affected=1)  # a company is there once: the policy let it pass, its key did not
            control = within and not allowed.everything
            yield Outcome(promise if promise == "I5" else "I4", target, _taken(result, within), control)


async def _escapes(probe: Probe, world: World, table: Table, role: str, allowed: Rule) -> Outcomes:
    """I4: an update cannot carry a row to another company or out of reach; what stays within is not refused."""
    for column in allowed.columns:
        everyone = {_frozen(row[column]): row[column] for row in world.rows[table.name]}
        for who in world.contexts(role):
            mine = [row for row in world.rows[table.name] if allowed.holds(row, who)]
            if not mine:
                continue
            for value in everyone.values():
                within = all(allowed.holds(row | {column: value}, who) for row in mine)
                result = await probe.tries(who, f"UPDATE {table.name} SET {column} = {literal(value)}")
                granted = column in table.may(role, "UPDATE")
                if result.state in (UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION, CHECK_VIOLATION):
                    result = Result(affected=1)  # the policy, which is asked first, let it pass
                wrong = _taken(result, within and granted)
                yield Outcome("I4", f"UPDATE {table.name}.{column} to {value} as {who}", wrong, within and granted)


async def _refused(
    probe: Probe, world: World, table: Table, role: str, command: Command | Literal["TRUNCATE"]
) -> Outcome:
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
    result = await probe.tries(who, sql)
    promise = "I14" if role == REGULATOR and table.tenant else "I3"
    wrong = None
    if result.state != REFUSED or "permission denied for table" not in result.message:
        wrong = f"no rule lets {role} {command} here, and the grants do not refuse it: {result}"
    return Outcome(promise, f"{command} {table.name} as {who}", wrong)


async def owner(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I1: forced row-level security shows the owner of the tables nothing either."""
    for table in tables or world.catalogue.in_order:
        result = await probe.tries(Context(OWNER), f"SELECT FROM {table.name}")
        wrong = None if result == Result() else f"its owner reads it: {result}"
        yield Outcome("I1", f"SELECT {table.name} as {OWNER}", wrong)


async def unread_columns(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I14: a column that a role was not granted cannot be read, not even to filter by it."""
    for table in tables or world.catalogue.in_order:
        for role in world.catalogue.app_roles[1:]:
            readable = table.may(role, "SELECT")
            for column in set(table.columns) - readable if readable else ():
                for sql in (f"SELECT {column} FROM {table.name}", f"SELECT 1 FROM {table.name} WHERE {column} IS NULL"):
                    result = await probe.tries(world.contexts(role)[0], sql)
                    wrong = None if result.state == REFUSED else f"{role} reads {table.name}.{column}: {result}"
                    yield Outcome("I14", sql, wrong)


async def foreign_keys(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I6: a foreign key into a company's table takes no row of another company, by insert or update, whoever writes.

    The administrator, whom no policy stops, shows that it is the key itself that refuses.
    """
    for table in tables or world.catalogue.in_order:
        for key in table.foreign_keys:
            target = world.catalogue.tables[key.target]
            if not target.tenant:
                continue
            for own, foreign in (("甲", "乙"), ("乙", "甲"), ("丙", "甲")):
                mine, theirs = world.sets[own][0], world.sets[foreign][0]
                crossed = _crossed(table, key, theirs)
                name = f"{table.name}.{key.name}"
                if not crossed:  # the tenant itself: for the company this is I4, for the key its own existence
                    stray = dict.fromkeys(key.columns, world.factory.fresh(table, "tenant_id", own))
                    yield await _points(probe, None, table, await world.another(table, own, **stray), name)
                    continue
                values = await world.another(table, own, **crossed)
                yield await _points(probe, None, table, values, name)
                who = world.company(own)
                if table.may(TENANT, "INSERT"):
                    yield await _points(probe, who, table, values, name)
                if set(crossed) <= table.may(TENANT, "UPDATE"):
                    yield await _repoints(probe, who, table, mine.rows[table.name], crossed, name)
                right = await world.another(table, own)
                result = await _inserted(probe, None, table, right)
                wrong = None if result.state is None else f"its own company's row is refused: {result}"
                yield Outcome("I6", f"{name} to its own company", wrong, control=True)


async def same_values(probe: Probe, world: World, tables: Iterable[Table] | None = None) -> Outcomes:
    """I7: A takes every value that only B has, ids included: B's whole row set again, as A's own.

    The rows go in as A wherever A may insert, parents first, so that each unique index is met with B's values in it.
    """
    chosen = {table.name for table in tables or world.catalogue.tenant_tables}
    a, who = world.tenant_id("甲"), world.company("甲")
    for owner in ("乙", "丙"):
        theirs = world.sets[owner][0]
        before: list[str] = []
        for table in world.catalogue.tenant_tables:
            decided = [unique for unique in table.uniques if _beyond_tenant(table, unique.columns)]
            if not decided:
                continue
            copy = insertion(table, _itself(table, theirs.rows[table.name]) | {"tenant_id": a})
            statements = [who.opening, copy] if table.may(TENANT, "INSERT") else [copy]
            if table.name in chosen:
                result = await probe.tries(None, *before, *statements)
                again = await probe.tries(None, *before, *statements, copy)
                for unique in decided:
                    target = f"{unique.name}: the values of {owner} as A's own"
                    yield Outcome("I7", target, f"refused: {result}" if result.state else None)
                wrong = None if again.state == UNIQUE_VIOLATION else f"the same row twice gives {again}"
                yield Outcome("I7", f"{table.name} twice for one company", wrong, control=True)
            before += [*statements, "RESET ROLE"]


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


async def _points(probe: Probe, who: Context | None, table: Table, values: Row, name: str) -> Outcome:
    result = await _inserted(probe, who, table, values)
    wrong = None if result.state == FOREIGN_KEY_VIOLATION else f"points across companies: {result}"
    return Outcome("I6", f"{name} inserted by {who or 'the administrator'}", wrong)


async def _repoints(probe: Probe, who: Context, table: Table, row: Row, crossed: Row, name: str) -> Outcome:
    changes = ", ".join(f"{column} = {literal(value)}" for column, value in crossed.items())
    result = await probe.tries(who, f"UPDATE {table.name} SET {changes} WHERE id = {literal(row['id'])}", _NOW)
    wrong = None if result.state == FOREIGN_KEY_VIOLATION else f"points across companies: {result}"
    return Outcome("I6", f"{name} updated by {who}", wrong)


_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
"""Keys that would be checked at commit are checked now."""


async def _inserted(probe: Probe, who: Context | None, table: Table, values: Row) -> Result:
    return await probe.tries(who, insertion(table, values), _NOW)


def _taken(result: Result, within: bool) -> str | None:
    """What is wrong with the outcome of a write that is within the rule, or is not."""
    if within:
        return f"within the rule and yet {result}" if result.state else None
    return None if result.state == REFUSED else f"not within the rule and yet {result}"


def _statement(table: Table, command: Command, role: str, allowed: Rule) -> str:
    """The command on every row, told nothing about rows."""
    if command == "UPDATE":
        return f"UPDATE {table.name} SET {_harmless(table, role, allowed)} = DEFAULT"
    return f"SELECT FROM {table.name}" if command == "SELECT" else f"DELETE FROM {table.name}"


def _harmless(table: Table, role: str, allowed: Rule) -> str:
    """A column whose default can be set on every row at once without meaning anything."""
    held = {*table.primary, *allowed.columns}
    held |= {column for key in table.foreign_keys for column in key.columns}
    held |= {column for check in table.checks for column in check.columns}
    held |= {column for unique in table.uniques for column in (*unique.columns, *unique.predicate_columns)}
    for name in sorted(table.may(role, "UPDATE") - held):
        column = table.columns[name]
        if not column.generated and (column.defaulted or not column.not_null):
            return name
    raise LookupError(f"{table.name} has no column that {role} could set to its default without breaking a rule")


def _differs(result: Result, expected: int) -> str | None:
    return None if result == Result(expected) else f"{result} instead of {expected}"


def _besides(table: Table, rows: Iterable[Row]) -> str:
    """The condition that a row is none of these."""
    keys = [f"({', '.join(literal(row[column]) for column in table.primary)})" for row in rows]
    return f"({', '.join(table.primary)}) NOT IN ({', '.join(keys)})" if keys else "true"


def _complete(table: Table, values: Row) -> Row:
    return dict.fromkeys(table.columns) | values


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
