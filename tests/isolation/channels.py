"""Ways around the front door: other roles, statistics, words of errors, errors inside predicates, plans that were kept.

Everything here is tried as the server would be if somebody could make it run any SQL: signed in as the login role.
"""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from infra.postgres import with_role
from tests.isolation.catalogue import LOGIN, OWNER, REGULATOR, TENANT
from tests.isolation.proof import REFUSED, Outcome, Outcomes, Probe, Result, insertion
from tests.isolation.rows import literal
from tests.isolation.rules import rule
from tests.isolation.world import Context, World

_ESCAPES = (
    f"SET ROLE {OWNER}",
    "SET ROLE {administrator}",
    "SET ROLE pg_read_all_data",
    "SET ROLE pg_monitor",
    f"SET SESSION AUTHORIZATION {OWNER}",
    "SET SESSION AUTHORIZATION {administrator}",
    f"ALTER ROLE {LOGIN} SUPERUSER",
    f"ALTER ROLE {LOGIN} BYPASSRLS",
    f"ALTER ROLE {TENANT} BYPASSRLS",
    f"GRANT {OWNER} TO {LOGIN}",
    "CREATE ROLE linli_other",
    "CREATE SCHEMA other",
    "CREATE TABLE public.other (id int)",
    "CREATE TEMP TABLE other (id int)",
    "CREATE VIEW public.other AS SELECT 1",
    "CREATE FUNCTION public.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE PUBLICATION other FOR ALL TABLES",
    "SET session_replication_role = replica",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/linli-other'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT umoptions FROM pg_user_mapping",
)
_OF_TABLES = (
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {table} OWNER TO {role}",
    "CREATE POLICY other ON {table} USING (true)",
    "CREATE INDEX other ON {table} ((1))",
    "DROP TABLE {table} CASCADE",
)


async def escapes(probe: Probe, world: World, administrator: str) -> Outcomes:
    """I2: neither the login role nor what it becomes gets out of its role, makes anything, or touches a guard."""
    for role in world.catalogue.app_roles:
        who = None if role == LOGIN else world.contexts(role)[0]
        for statement in _ESCAPES:
            sql = statement.format(administrator=administrator)
            yield _refused(f"{sql} as {role}", await probe.tries(who, sql))
        for table in world.catalogue.in_order:
            named = [f"DROP POLICY {policy.name} ON {table.name}" for policy in table.policies[:1]]
            for sql in (*(each.format(table=table.name, role=role) for each in _OF_TABLES), *named):
                yield _refused(f"{sql} as {role}", await probe.tries(who, sql))


def _refused(target: str, result: Result) -> Outcome:
    return Outcome("I2", target, None if result.state == REFUSED else f"{target}: {result}")


async def direct_sign_in(app_url: str, world: World) -> Outcomes:
    """I2: only the login role signs in; what it may become cannot be had without it."""
    for role in (*world.catalogue.app_roles[1:], OWNER):
        wrong = f"{role} signs in by itself"
        try:
            connection = await asyncpg.connect(with_role(app_url, role))
            await connection.close()
        except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError):
            wrong = ""
        yield Outcome("I2", f"sign in as {role}", wrong or None)


async def policies_cannot_be_switched_off(probe: Probe, world: World) -> Outcomes:
    """I3: asking for no policies is an error, not all rows."""
    for table in world.catalogue.in_order:
        for role in world.catalogue.app_roles[1:]:
            if table.may(role, "SELECT"):
                who = world.contexts(role)[0]
                result = await probe.tries(who, "SET LOCAL row_security = off", f"SELECT FROM {table.name}")
                wrong = None if result.state == REFUSED else f"{result}"
                yield Outcome("I3", f"row_security = off, SELECT {table.name} as {role}", wrong)


async def predicates_see_nothing(probe: Probe, world: World) -> Outcomes:
    """I3: a predicate that fails on B's rows does not fail for A, so an error cannot tell what B has.

    B, who does have the rows, gets the error: the predicate was asked.
    """
    b = world.tenant_id("乙")
    trap = f"1 / CASE WHEN tenant_id = '{b}' THEN 0 ELSE 1 END = 1"
    for table in world.catalogue.tenant_tables:
        for sql in (
            f"SELECT FROM {table.name} WHERE {trap}",
            f"SELECT FROM {table.name} ORDER BY {trap}",
            f"SELECT count(*) FILTER (WHERE {trap}) FROM {table.name}",
            f"SELECT FROM {table.name} x JOIN {table.name} y ON {trap.replace('tenant_id', 'x.tenant_id')}",
        ):
            result = await probe.tries(world.company("甲"), sql)
            yield Outcome("I3", f"{sql} as A", f"{result}" if result.state else None)
            result = await probe.tries(world.company("乙"), sql)
            wrong = None if result.state == "22012" else f"the predicate was not asked: {result}"
            yield Outcome("I3", f"{sql} as B", wrong, control=True)


async def other_statements(probe: Probe, world: World) -> Outcomes:
    """I3, I4: statements that read and write at once, or lock, reach B's rows no more than the plain ones."""
    a, b = world.company("甲"), world.company("乙")
    for table in world.catalogue.tenant_tables:
        row = world.b.rows[table.name]
        same = " AND ".join(f"{column} = {literal(row[column])}" for column in table.primary)
        if table.may(TENANT, "UPDATE"):
            allowed = rule(table, TENANT, "UPDATE")
            changed = allowed is not None and allowed.holds(row, b)
            for lock in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
                sql = f"SELECT FROM {table.name} WHERE {same} FOR {lock}"
                for outcome in await _hidden(probe, a, b, sql, changed):
                    yield outcome
            column = next(iter(sorted(table.may(TENANT, "UPDATE") - set(table.primary))))
            source = ", ".join(f"{literal(row[each])}::{table.columns[each].type} AS {each}" for each in table.primary)
            on = " AND ".join(f"t.{each} = s.{each}" for each in table.primary)
            sql = (
                f"MERGE INTO {table.name} t USING (SELECT {source}) s ON {on}"
                f" WHEN MATCHED THEN UPDATE SET {column} = t.{column}"
            )
            for outcome in await _hidden(probe, a, b, sql, changed):
                yield outcome
        if table.may(TENANT, "INSERT"):
            key = ", ".join(table.primary)
            written = rule(table, TENANT, "INSERT")
            state = None if written is not None and written.takes(row, b) else REFUSED
            for action in ("NOTHING", f"UPDATE SET {table.primary[0]} = excluded.{table.primary[0]}"):
                if action != "NOTHING" and table.primary[0] not in table.may(TENANT, "UPDATE"):
                    continue
                sql = f"{insertion(table, row)} ON CONFLICT ({key}) DO {action}"
                result = await probe.tries(a, sql)
                wrong = None if result.state == REFUSED else f"{result}"
                yield Outcome("I4", f"{table.name}: B's row again as A, ON CONFLICT DO {action}", wrong)
                result = await probe.tries(b, sql)
                wrong = None if result.state == state else f"{result}"
                told = f"{table.name}: B's row again as B, ON CONFLICT DO {action}"
                yield Outcome("I4", told, wrong, control=state is None)


async def _hidden(probe: Probe, a: Context, b: Context, sql: str, changed: bool) -> list[Outcome]:
    """A reaches nothing; B reaches its row, unless the rule keeps it from B too as long as B does no more."""
    mine, theirs = await probe.tries(a, sql), await probe.tries(b, sql)
    return [
        Outcome("I3", f"{sql} as A", None if not mine.state and mine.affected == 0 else f"{mine}"),
        Outcome("I3", f"{sql} as B", None if theirs.affected == int(changed) else f"{theirs}", control=changed),
    ]


async def errors_tell_nothing(probe: Probe, world: World) -> Outcomes:
    """I6: pointing at B's row fails with the very words with which pointing at no row fails."""
    who = world.company("甲")
    for table in world.catalogue.tenant_tables:
        for key in table.foreign_keys:
            pairs = list(zip(key.columns, key.target_columns, strict=True))
            crossed = {ours: world.b.rows[key.target][theirs] for ours, theirs in pairs if theirs != "tenant_id"}
            if not world.catalogue.tables[key.target].tenant or not crossed or not table.may(TENANT, "INSERT"):
                continue
            unknown = {column: world.factory.fresh(table, column, "甲") for column in crossed}
            said = []
            for chosen in (crossed, unknown):
                values = await world.another(table, "甲", **chosen)
                said.append(await _said(probe, who, insertion(table, values)))
            wrong = None if said[0] == said[1] and said[0] else f"{said[0]} is not {said[1]}"
            yield Outcome("I6", f"{table.name}.{key.name}: the words for B's row and for no row", wrong)


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def _said(probe: Probe, who: Context, sql: str) -> dict[str, str]:
    """All that an error says, ids aside."""
    await probe.tries(who, "SELECT 1")
    try:
        await probe.connection.execute(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE")
    except asyncpg.PostgresError as error:
        return {name: _UUID.sub("…", str(value)) for name, value in error.as_dict().items() if value is not None}
    return {}


async def statistics(administrator: asyncpg.Connection, app_url: str, probe: Probe, world: World) -> Outcomes:
    """I3: what the planner learnt of the rows, and what other sessions run, is not shown."""
    await administrator.execute("ANALYZE")
    for table in world.catalogue.in_order:
        learnt = f"FROM pg_stats WHERE tablename = '{table.name}'"
        for role in world.catalogue.app_roles:
            result = await probe.tries(world.contexts(role)[0], f"SELECT {learnt}")
            yield Outcome("I3", f"pg_stats of {table.name} as {role}", None if result.affected == 0 else f"{result}")
        known = await administrator.fetchval(f"SELECT count(*) {learnt}")
        yield Outcome("I3", f"pg_stats of {table.name}", None if known else "nothing was learnt", control=True)
    running = "FROM pg_stat_activity WHERE query LIKE 'SELECT ''B runs this''%'"
    async with _running(app_url, world.company("乙")) as other:
        for role in world.catalogue.app_roles[1:]:
            result = await probe.tries(world.contexts(role)[0], f"SELECT {running}")
            yield Outcome("I3", f"pg_stat_activity as {role}", None if result.affected == 0 else f"{result}")
        seen = await administrator.fetchval(f"SELECT count(*) {running} AND pid = {other}")
        yield Outcome("I3", "pg_stat_activity", None if seen else "nothing runs", control=True)


@asynccontextmanager
async def _running(app_url: str, who: Context) -> AsyncIterator[int]:
    """Another session, in which somebody has just run something."""
    connection = await asyncpg.connect(app_url)
    try:
        await connection.execute(f"BEGIN; {who.opening}")
        await connection.execute("SELECT 'B runs this'")
        yield connection.get_server_pid()
    finally:
        await connection.close()


async def copies(connection: asyncpg.Connection, world: World) -> Outcomes:
    """I3: COPY gives the rows of the policy, and takes none past it."""
    for table in world.catalogue.in_order:
        for role in (TENANT, REGULATOR):
            allowed = rule(table, role, "SELECT")
            who = world.contexts(role)[0]
            if allowed is None or not table.may(role, "SELECT"):
                continue
            expected = sum(allowed.holds(row, who) for row in world.rows[table.name])
            columns = sorted(table.may(role, "SELECT"))
            found = await _copied(connection, who, f"SELECT {', '.join(columns)} FROM {table.name}")
            wrong = None if found == expected else f"{found} rows instead of {expected}"
            yield Outcome("I3", f"COPY {table.name} TO as {role}", wrong, control=bool(expected))
        if table.tenant and table.may(TENANT, "INSERT"):
            state = None
            await connection.execute(f"BEGIN; {world.company('甲').opening}")
            try:
                await connection.copy_to_table(table.name, source=io.BytesIO(b"\\N\n"), columns=["tenant_id"])
            except asyncpg.PostgresError as error:
                state = error.sqlstate
            await connection.execute("ROLLBACK")
            wrong = None if state == "0A000" else f"{state} instead of 0A000: COPY FROM asks no policy"
            yield Outcome("I4", f"COPY {table.name} FROM as {TENANT}", wrong)


async def _copied(connection: asyncpg.Connection, who: Context, query: str) -> int:
    async with _as(connection, who):
        status = await connection.copy_from_query(query, output=io.BytesIO())
    return int(status.rpartition(" ")[2])


async def kept_plans(connection: asyncpg.Connection, world: World) -> Outcomes:
    """I3: a statement prepared by one principal and run by others shows each its own rows, generic plan or not."""
    for mode in ("auto", "force_generic_plan", "force_custom_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for table in world.catalogue.tenant_tables:
            roles = [role for role in (TENANT, REGULATOR) if table.may(role, "SELECT")]
            contexts = [who for role in roles for who in (*world.contexts(role), *world.malformed(role)[:2])]
            async with _as(connection, contexts[0]):
                statement = await connection.prepare(f"SELECT {', '.join(table.primary)} FROM {table.name}")
            for who in (*contexts, *reversed(contexts), *contexts):
                allowed = rule(table, who.role, "SELECT")
                rows = [row for row in world.rows[table.name] if allowed and allowed.holds(row, who)]
                expected = {tuple(row[column] for column in table.primary) for row in rows}
                async with _as(connection, who):
                    found = {tuple(row) for row in await statement.fetch()}
                wrong = None if found == expected else f"{len(found)} rows instead of {len(expected)}"
                yield Outcome("I3", f"{mode}: SELECT {table.name} as {who}", wrong, control=bool(expected))
    await connection.execute("RESET plan_cache_mode")


@asynccontextmanager
async def _as(connection: asyncpg.Connection, who: Context) -> AsyncIterator[None]:
    """A READ ONLY transaction of somebody, as the server opens it."""
    await connection.execute(f"BEGIN READ ONLY; {who.opening}")
    try:
        yield
    finally:
        await connection.execute("ROLLBACK")
