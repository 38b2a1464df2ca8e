"""I15: every guard of the database is broken on purpose, one at a time, and the proof has to notice.

A mutant is made inside a transaction, the checks that concern it run inside the same transaction, and it is undone.
Behaviour is asked first, and the catalogue when no behaviour shows the loss: such a mutant must be named in UNSEEN with
the reason, so that a check that has gone blind is not taken for one.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import product
from typing import cast

import asyncpg

from tests.isolation import catalogue as catalogues
from tests.isolation import reach, structure
from tests.isolation.catalogue import COMMANDS, LOGIN, OWNER, PUBLIC, REGULATOR, TENANT, WORKER, Policy, Table
from tests.isolation.proof import Outcome, Outcomes, Probe, Try
from tests.isolation.world import World

_GUARD = re.compile(r"CASE WHEN pg_input_is_valid\((?P<setting>.+?), 'uuid'::text\) THEN .+? END", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken guard: its kind, what it breaks, the SQL that breaks it, the roles it concerns if not all, and where
    it is likely to show.
    """

    kind: str
    target: str
    table: str | None
    sql: str
    roles: tuple[str, ...] | None = None
    first: str = ""

    @property
    def name(self) -> str:
        """Kind and target."""
        return f"{self.kind}: {self.target}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks said of a mutant: what somebody can do, or else what the catalogue says."""

    mutant: Mutant
    behaviour: str | None
    catalogue: str | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether the mutant was noticed, and if by no behaviour, whether that is explained."""
        wrong = None
        if not (self.behaviour or self.catalogue):
            wrong = "nothing turns red"
        elif not self.behaviour and not any(reason.covers(self.mutant) for reason in UNSEEN):
            wrong = f"no behaviour shows it, and no reason is given; the catalogue says {self.catalogue}"
        return Outcome("I15", self.mutant.name, wrong)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why no behaviour shows a kind of mutant, on the targets that the pattern names; the catalogue must show it."""

    kind: str
    reason: str
    targets: str = ".*"

    def covers(self, mutant: Mutant) -> bool:
        """Whether the mutant is of this kind and on such a target."""
        return mutant.kind == self.kind and re.fullmatch(self.targets, mutant.target) is not None


UNSEEN = (
    Unseen("policy for all commands", "the commands beside its own are not granted"),
    Unseen("policy for everybody", "the other roles hold no such grant, or no context that its clause asks for"),
    Unseen("USING without WITH CHECK", "PostgreSQL then checks new rows with USING, which says the same"),
    Unseen("OR a backdoor", "a door opens for nobody who does not know its word"),
    Unseen("IS NOT DISTINCT FROM instead of =", "the column is never empty, or USING gives WITH CHECK no row"),
    Unseen(
        "nullif 1 removed", "an empty path has none of the lengths that the other conjunct asks for, or is in no reach"
    ),
    Unseen(
        "cast without its guard", "USING, whose guard is there, gives WITH CHECK no row to fail on", ".* WITH CHECK"
    ),
    Unseen(
        "OR true",
        "tenant_id is not among the columns granted, so no update changes it",
        r"(company|party_coverage_survey)\.tenant_update WITH .*",
    ),
    Unseen(
        "OR true",
        "token_digest is not among the columns granted, so no update changes it",
        "survey_slip.public_update WITH .*",
    ),
    Unseen("conjunct 1 of 1 removed", "as OR true", "survey_slip.public_update WITH .*"),
    Unseen("conjunct 1 of 1 removed", "as OR true", r"(company|party_coverage_survey)\.tenant_update WITH .*"),
    Unseen(
        "conjunct 1 of 4 removed",
        "neither tenant_id nor file_id is among the columns granted, so no update changes it",
        "party_person.tenant_update WITH .*",
    ),
    Unseen("conjunct 2 of 4 removed", "as conjunct 1", "party_person.tenant_update WITH .*"),
    Unseen("id instead of tenant_id", "the id of a company is generated from its tenant_id", r"company\..*"),
    Unseen(
        "division_path instead of state",
        "a list is published by more than one column",
        r"red_black_list\..* WITH CHECK",
    ),
    Unseen("organiser instead of state", "as division_path", r"red_black_list\..* WITH CHECK"),
    Unseen("no guard on the division", "USING asks for the length, too", ".*_update WITH CHECK"),
    Unseen("a wider set of lengths", "USING asks for the length, too", ".*_update WITH CHECK"),
    Unseen("LIKE instead of starts with", "USING finds no row for a path that is a pattern", ".*_update WITH CHECK"),
    Unseen("backdoor policy", "the role holds no grant that it could open"),
    Unseen("privilege granted", "REFERENCES and TRIGGER need a right to create, which nobody has", "(REF|TRIG).*"),
    Unseen("foreign key dropped", "it points into the registry, or another key with the company stands beside it"),
    Unseen(
        "unique across companies",
        "the proof's scores are those of companies, and this key holds those of leads",
        "credit_score_lead",
    ),
    Unseen(
        "unique across companies",
        "the proof's entries are of projects, as it fills a row",
        "red_black_entry_company_once",
    ),
    Unseen("unique across companies", "the proof's cases are of projects, as it fills a row", "rating_case_company"),
    Unseen("role attribute", "it opens what lies beside the tables, or the role holds no grant it could use"),
    Unseen("role membership", "as a role attribute"),
    Unseen("schema", "it opens no table that exists"),
    Unseen("setting", "the setting makes queries fail, on new connections only"),
    Unseen("beside the tables", "what it shows is a new thing, which no check on a table knows"),
    Unseen("sub-select", "it says the same; only a distributed database refuses it"),
)
"""Kinds that behaviour cannot show. One that covers no mutant any more is reported, so the list stays true."""


async def judged(administrator: asyncpg.Connection, world: World) -> AsyncIterator[Verdict]:
    """Every mutant of this database with its verdict; the database is left as it was."""
    async with administrator.transaction():
        checks = Checks(world)
        for mutant in mutants(world):
            await administrator.execute(f"SAVEPOINT mutant; {mutant.sql}")
            try:
                seen = await _behaviour(administrator, checks, mutant)
                yield Verdict(mutant, seen, None if seen else await _said(administrator, world, mutant))
            finally:
                await administrator.execute("ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant")


class Checks:
    """All that is tried on a table, made once from the sound database: or a mutant could hide itself by taking its own
    target away.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[tuple[str, str, str], list[Try]] = {}

    async def of(self, mutant: Mutant) -> AsyncIterator[list[Try]]:
        """The tries that a mutant concerns, in lists, the likely one first."""
        catalogue = self.world.catalogue
        names: list[tuple[str, str]] = [*product(mutant.roles or catalogue.app_roles, reach.ALL_COMMANDS)]
        if mutant.roles is None:
            names += product([""], ("columns", "owner", "keys", "values"))
        for role, check in sorted(names, key=lambda name: name[1] != mutant.first):
            yield await self._tries(mutant.table or "", role, check)

    async def _tries(self, name: str, role: str, check: str) -> list[Try]:
        if (name, role, check) not in self._made:
            if not any(each == name for each, *_ in self._made):
                self._made.clear()  # mutants come table by table
            self._made[name, role, check] = await self._make(name, role, check)
        return self._made[name, role, check]

    async def _make(self, name: str, role: str, check: str) -> list[Try]:
        table = {**self.world.catalogue.tables, **self.world.catalogue.views}[name]
        match check:
            case "columns":
                return reach.unread(self.world, table)
            case "owner":
                return reach.owned(table)
            case "keys":
                return [each async for each in reach.pointing(self.world, table)]
            case "values":
                return reach.again(self.world, table)
            case _:
                return await reach.reaching(self.world, table, role, cast(reach.AnyCommand, check))


def unused(verdicts: Iterable[Verdict]) -> list[Unseen]:
    """The reasons that no mutant needs."""
    unseen = [verdict.mutant for verdict in verdicts if not verdict.behaviour]
    return [reason for reason in UNSEEN if not any(reason.covers(mutant) for mutant in unseen)]


async def _behaviour(administrator: asyncpg.Connection, checks: Checks, mutant: Mutant) -> str | None:
    """The first thing that somebody can do, or can no longer do, on the table concerned."""
    if mutant.table is None:
        return None
    async with Probe(administrator) as probe:
        async for tries in checks.of(mutant):
            if found := await _first_wrong(probe.outcomes(tries)):
                return found
    return None


async def _said(administrator: asyncpg.Connection, world: World, mutant: Mutant) -> str | None:
    """The first thing the catalogue says: of the table concerned, or else of anything."""
    if mutant.table and mutant.table in world.catalogue.tables:
        catalogue = await catalogues.reread(administrator, world.catalogue, mutant.table)
        table = catalogue.tables[mutant.table]
        for outcomes in (
            structure.tables(administrator, catalogue, table),
            structure.citus(administrator, catalogue, table),
        ):
            if found := await _first_wrong(outcomes):
                return found
    catalogue = await catalogues.read(administrator)
    for outcomes in (
        structure.tables(administrator, catalogue),
        structure.roles(administrator, catalogue),
        structure.views_and_functions(administrator),
        structure.citus(administrator, catalogue),
    ):
        if found := await _first_wrong(outcomes):
            return found
    return next((each.wrong for each in structure.personal_columns(catalogue, ()) if each.wrong), None)


async def _first_wrong(outcomes: Outcomes) -> str | None:
    async with aclosing(outcomes):  # what is left half-way is undone now, not when it is collected
        async for outcome in outcomes:
            if outcome.wrong:
                return f"{outcome.promise} {outcome.target}: {outcome.wrong}"
    return None


def mutants(world: World) -> Iterator[Mutant]:
    """One mutant for every way to break every guard that the catalogue holds."""
    for table in world.catalogue.in_order:
        for policy in table.policies:
            yield from _policy(table, policy)
        yield from _table(world, table)
    for view in world.catalogue.views.values():
        yield from _view(world, view)
    yield from _roles()
    yield from _beside()


def _policy(table: Table, policy: Policy) -> Iterator[Mutant]:
    target = f"{table.name}.{policy.name}"
    on = f"{policy.name} ON {table.name}"
    [role] = policy.roles
    other = {TENANT: PUBLIC, REGULATOR: TENANT, PUBLIC: WORKER, WORKER: TENANT}[role]

    def again(clauses: dict[str, str], *, command: str = policy.command, kind: str = "PERMISSIVE") -> str:
        said = " ".join(f"{keyword} ({clause})" for keyword, clause in clauses.items())
        return f"DROP POLICY {on}; CREATE POLICY {on} AS {kind} FOR {command} TO {role} {said}"

    def mutant(kind: str, sql: str, *, of: str = target, roles: tuple[str, ...] | None = (role,)) -> Mutant:
        return Mutant(kind, of, table.name, sql, roles, first=policy.command)

    yield mutant("policy dropped", f"DROP POLICY {on}")
    yield mutant("policy for everybody", f"ALTER POLICY {on} TO PUBLIC", roles=None)
    yield mutant("policy for another role", f"ALTER POLICY {on} TO {other}", roles=(role, other))
    yield mutant("policy restrictive", again(policy.clauses, kind="RESTRICTIVE"))
    if policy.command in ("SELECT", "UPDATE") and policy.using:
        every = {"USING": policy.using, "WITH CHECK": policy.check or policy.using}
        yield mutant("policy for all commands", again(every, command="ALL"))
    if policy.command == "UPDATE" and policy.using:
        yield mutant("USING without WITH CHECK", again({"USING": policy.using}))
    for keyword, clause in policy.clauses.items():
        for kind, changed in _clause(table, role, clause):
            yield mutant(kind, f"ALTER POLICY {on} {keyword} ({changed})", of=f"{target} {keyword}")
    if policy.command == "UPDATE" and policy.using and policy.check and policy.check != "true":
        both = f"ALTER POLICY {on} USING (({policy.using}) OR true) WITH CHECK (({policy.check}) OR true)"
        yield mutant("OR true in both clauses", both)


def _clause(table: Table, role: str, clause: str) -> Iterator[tuple[str, str]]:
    """The ways to break one clause; one that lets everything pass can only be narrowed."""
    if clause == "true":
        yield "false instead of true", "false"
        return
    yield "OR true", f"({clause}) OR true"
    yield "OR a backdoor", f"({clause}) OR current_setting('linli.actor', true) = 'backdoor'"
    yield "negated", f"NOT ({clause})"
    parts = structure.conjuncts(" ".join(clause.split()))
    for number, part in enumerate(parts):
        kept = [f"({each})" for each in parts if each != part]
        yield f"conjunct {number + 1} of {len(parts)} removed", " AND ".join(kept) or "true"
    text = " ".join(clause.split())
    for column in table.columns.values():
        named = rf"(?<!::)\b{column.name}\b"  # a column may be called what a type is
        if re.search(named, structure_free(text)):
            alike = [each.name for each in table.columns.values() if each.type == column.type and each != column]
            for swapped in alike[:2]:
                yield f"{swapped} instead of {column.name}", re.sub(named, swapped, text)
    for setting in sorted(set(re.findall(r"linli\.(\w+)", text))):
        for wrong in [each for each in ("actor", "tenant", "regulator") if each != setting][:2]:
            yield f"linli.{wrong} instead of linli.{setting}", text.replace(f"linli.{setting}", f"linli.{wrong}")
    for guard in _GUARD.finditer(text):
        yield "cast without its guard", f"{text[: guard.start()]}{guard['setting']}::uuid{text[guard.end() :]}"
        if text[: guard.start()].endswith(" = "):
            before = text[: guard.start()].removesuffix(" = ")
            yield "IS NOT DISTINCT FROM instead of =", f"{before} IS NOT DISTINCT FROM {text[guard.start() :]}"
            yield "<> instead of =", f"{before} <> {text[guard.start() :]}"
    for number, found in enumerate(re.finditer(r"NULLIF\((current_setting\([^)]*\)), ''::text\)", text), 1):
        yield f"nullif {number} removed", text[: found.start()] + found[1] + text[found.end() :]
    for kind, pattern, broken in _PREFIXES:
        if re.search(pattern, text):
            yield kind, re.sub(pattern, broken, text)


_PATH = r"current_setting\('linli\.division'::text, true\)"
_RANGE = rf"\((\w+) >= (CASE WHEN .+? END)\) AND \(\w+ < \({_PATH} \|\| '\['::text\)\)"
_PREFIXES = (
    ("contains instead of starts with", _RANGE, r"position(\2 in \1) > 0"),
    ("LIKE instead of starts with", _RANGE, r"\1 LIKE \2 || '%'"),
    ("the row is the prefix", _RANGE, r"\2 ^@ \1"),
    ("from anywhere", rf"CASE WHEN ((?:(?!THEN).)+) THEN {_PATH} ELSE NULL::text END", r"CASE WHEN \1 THEN '' END"),
    ("no guard on the division", rf"CASE WHEN (?:(?!THEN).)+ THEN ({_PATH}) ELSE NULL::text END", r"\1"),
    ("no purpose asked", r" AND \(current_setting\('linli\.purpose'::text, true\) <> ''::text\)", ""),
    ("any purpose, and none", r"(current_setting\('linli\.purpose'::text, true\)) <> ''::text", r"\1 IS NOT NULL"),
    ("a wider set of lengths", r"ARRAY\[2, ", "ARRAY[1, 2, 3, 5, 8, "),
    ("a narrower set of lengths", r"ARRAY\[2, 4, ", "ARRAY[4, "),
    ("nothing is everything", r"@> (ARRAY\[.+\])", r"@> array_remove(\1, NULL)"),
    ("contained instead of contains", "@>", "<@"),
)
"""Ways to break a regulator's reach."""


def structure_free(text: str) -> str:
    """A clause without what it quotes, so that a column's name is not found in a setting's."""
    return re.sub(r"'[^']*'", "''", text)


def _table(world: World, table: Table) -> Iterator[Mutant]:
    name = table.name
    yield Mutant("row-level security disabled", name, name, f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
    yield Mutant("not forced", name, name, f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY", first="owner")
    yield Mutant("owned by the administrator", name, name, f"ALTER TABLE {name} OWNER TO CURRENT_USER", first="owner")
    yield Mutant("owned by the login role", name, name, f"ALTER TABLE {name} OWNER TO {LOGIN}")
    yield Mutant("owned by the tenant role", name, name, f"ALTER TABLE {name} OWNER TO {TENANT}")
    yield Mutant("backdoor policy", name, name, f"CREATE POLICY backdoor ON {name} FOR SELECT TO {TENANT} USING (true)")
    for role in world.catalogue.app_roles[1:]:
        missing = [command for command in COMMANDS if not table.may(role, command)]
        grant = f"GRANT {', '.join(missing)} ON {name} TO {role}"
        if missing:
            yield Mutant("commands granted", grant, name, grant, (role,), first=missing[0])
        for command in missing:
            passes = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            sql = f"{grant}; CREATE POLICY late ON {name} FOR {command} TO {role} {passes}"
            target = f"{command} ON {name} TO {role}"
            yield Mutant("command granted with a policy", target, name, sql, (role,), first=command)
        hidden = sorted(set(table.columns) - table.may(role, "SELECT"))
        if table.may(role, "SELECT"):
            for column in hidden:
                sql = f"GRANT SELECT ({column}) ON {name} TO {role}"
                yield Mutant("column granted", f"{name}.{column} to {role}", name, sql, first="columns")
    for privilege in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        sql = f"GRANT {privilege} ON {name} TO {TENANT}"
        yield Mutant("privilege granted", f"{privilege} on {name}", name, sql, (TENANT,), first=privilege)
    yield Mutant("granted to everybody", name, name, f"GRANT SELECT ON {name} TO PUBLIC")
    yield Mutant("granted to the login role", name, name, f"GRANT SELECT ON {name} TO {LOGIN}", (LOGIN,))
    yield from _keys(world, table)


def _view(world: World, view: Table) -> Iterator[Mutant]:
    name = view.name
    owners = f"ALTER VIEW {name} SET (security_invoker = false)"
    yield Mutant("view that asks as its owner", name, name, owners)
    yield Mutant(
        "view that asks as the administrator", name, name, f"{owners}; ALTER VIEW {name} OWNER TO CURRENT_USER"
    )
    for role in world.catalogue.app_roles:
        if not view.may(role, "SELECT"):
            yield Mutant("view granted", f"{name} to {role}", name, f"GRANT SELECT ON {name} TO {role}", (role,))


def _keys(world: World, table: Table) -> Iterator[Mutant]:
    name = table.name
    if table.tenant:
        for unique in table.uniques:
            free = [each for each in unique.columns if each != "tenant_id" and not table.columns[each].generated]
            if free:
                where = f" WHERE {unique.predicate}" if unique.predicate else ""
                wide = f"CREATE UNIQUE INDEX wide ON {name} ({', '.join(free)}){where}"
                yield Mutant("unique across companies", unique.name, name, wide, first="values")
    for key in table.foreign_keys:
        target = world.catalogue.tables[key.target]
        pairs = [pair for pair in zip(key.columns, key.target_columns, strict=True) if pair[1] != "tenant_id"]
        drop = f"ALTER TABLE {name} DROP CONSTRAINT {key.name}"
        yield Mutant("foreign key dropped", f"{name}.{key.name}", name, drop, first="keys")
        if target.tenant and pairs:
            columns, targets = (", ".join(names) for names in zip(*pairs, strict=True))
            # The key must be there to be pointed at, so the target gets one without the company, too.
            single = (
                f"{drop}; CREATE UNIQUE INDEX single ON {key.target} ({targets});"
                f" ALTER TABLE {name} ADD CONSTRAINT {key.name} FOREIGN KEY ({columns})"
                f" REFERENCES {key.target} ({targets})"
            )
            yield Mutant("foreign key without the company", f"{name}.{key.name}", name, single, first="keys")


def _roles() -> Iterator[Mutant]:
    for role, table in {LOGIN: None, TENANT: "staff", REGULATOR: "project", PUBLIC: None, WORKER: "company"}.items():
        for attribute in ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "INHERIT"):
            concerned = table if attribute in ("SUPERUSER", "BYPASSRLS") else None
            sql = f"ALTER ROLE {role} {attribute}"
            yield Mutant("role attribute", f"{role} {attribute}", concerned, sql, (role,))
        for group in (OWNER, "pg_read_all_data", "pg_write_all_data", "pg_monitor"):
            yield Mutant("role membership", f"{group} to {role}", None, f"GRANT {group} TO {role}")
        yield Mutant("schema", f"CREATE to {role}", None, f"GRANT CREATE ON SCHEMA public TO {role}")
        yield Mutant("setting", f"of {role}", None, f"ALTER ROLE {role} SET row_security = off")
    yield Mutant("role attribute", f"{OWNER} LOGIN", None, f"ALTER ROLE {OWNER} LOGIN")


def _beside() -> Iterator[Mutant]:
    """What a later migration might add beside the tables."""
    everybody = "DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO PUBLIC', current_database()); END $$"
    body = (
        "CREATE FUNCTION staff_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER {} AS 'SELECT count(*) FROM staff'"
    )
    added = {
        "temporary tables for everybody": everybody,
        "large objects for everybody": "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC",
        "default privileges": (
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON TABLES TO {TENANT}"
        ),
        "view without security_invoker": (
            f"CREATE VIEW every_staff AS SELECT * FROM staff; GRANT SELECT ON every_staff TO {TENANT}"
        ),
        "view with security_invoker off": (
            "CREATE VIEW every_staff WITH (security_invoker = false) AS SELECT * FROM staff"
        ),
        "materialized view": "CREATE MATERIALIZED VIEW every_staff AS SELECT * FROM staff",
        "SECURITY DEFINER function": body.format(""),
        "SECURITY DEFINER function with a search_path": body.format("SET search_path = public"),
        "table without row-level security": (
            f"CREATE TABLE notice (tenant_id uuid REFERENCES company, id uuid, PRIMARY KEY (tenant_id, id));"
            f" ALTER TABLE notice OWNER TO {OWNER}"
        ),
        "secured table of no rule": (
            f"CREATE TABLE notice (id uuid PRIMARY KEY); ALTER TABLE notice OWNER TO {OWNER};"
            " ALTER TABLE notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        ),
        "table in another schema": "CREATE SCHEMA side; CREATE TABLE side.notice (id int)",
        "partition without row-level security": (
            f"CREATE TABLE notice (tenant_id uuid REFERENCES company, id uuid, PRIMARY KEY (tenant_id, id))"
            f" PARTITION BY HASH (tenant_id); ALTER TABLE notice OWNER TO {OWNER};"
            " ALTER TABLE notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            " CREATE TABLE notice_1 PARTITION OF notice FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
            f" ALTER TABLE notice_1 OWNER TO {OWNER}"
        ),
        "rewrite rule": "CREATE RULE quiet AS ON INSERT TO staff DO ALSO SELECT 1",
        "publication": "CREATE PUBLICATION everything FOR ALL TABLES",
    }
    for name, sql in added.items():
        yield Mutant("beside the tables", name, None, sql)
    mine = (
        "CASE WHEN pg_input_is_valid(current_setting('linli.tenant', true), 'uuid')"
        " THEN current_setting('linli.tenant', true)::uuid END"
    )
    policy = "ALTER POLICY tenant_select ON staff USING (tenant_id = {})"
    yield Mutant("sub-select", "in staff.tenant_select", "staff", policy.format(f"(SELECT {mine})"), (TENANT,))
    function = f"CREATE FUNCTION mine() RETURNS uuid LANGUAGE sql STABLE AS $$SELECT {mine}$$; "
    yield Mutant(
        "sub-select", "in a function of staff.tenant_select", "staff", function + policy.format("mine()"), (TENANT,)
    )
