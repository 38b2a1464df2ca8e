"""What the database says it holds: tables, columns, keys, policies, roles and privileges, read from its catalogue.

Nothing here is a list of names: a table added next month is a target of every check that walks a `Catalogue`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

import asyncpg

Command = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]
COMMANDS: tuple[Command, ...] = get_args(Command)

LOGIN = "linli_app"
OWNER = "linli_owner"
TENANT, REGULATOR, PUBLIC, WORKER = "linli_tenant", "linli_regulator", "linli_public", "linli_worker"

# Alembic's own table: one version number, no rows of anybody.
NOT_OURS = frozenset({"alembic_version"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `type` as SQL writes it."""

    name: str
    type: str
    not_null: bool
    generated: bool
    defaulted: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that point at columns of a target."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_update: str


@dataclass(frozen=True, slots=True)
class Unique:
    """A primary key, a unique constraint or a unique index; `predicate` where it is partial."""

    name: str
    columns: tuple[str, ...]
    predicate: str | None
    predicate_columns: tuple[str, ...]
    primary: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint."""

    name: str
    expression: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy; the trees are the parsed clauses as the catalogue keeps them (`pg_node_tree`)."""

    name: str
    table: str
    command: Command | Literal["ALL"]
    roles: tuple[str, ...]
    permissive: bool
    using: str | None
    check: str | None
    trees: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def clauses(self) -> dict[str, str]:
        """The clauses it has, by their keyword."""
        return {
            keyword: clause
            for keyword, clause in (("USING", self.using), ("WITH CHECK", self.check))
            if clause is not None
        }


@dataclass(slots=True)
class Table:
    """A table with everything that guards it."""

    name: str
    kind: str
    owner: str
    secured: bool
    forced: bool
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    uniques: list[Unique] = field(default_factory=list)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    # role -> command -> the columns it may use; for DELETE, which has no columns, all of them
    granted: dict[str, dict[Command, frozenset[str]]] = field(default_factory=dict)

    @property
    def tenant(self) -> bool:
        """Whether its rows belong to one company each."""
        return "tenant_id" in self.columns

    def may(self, role: str, command: Command) -> frozenset[str]:
        """The columns on which the role may run the command; none when it may not run it at all."""
        return self.granted.get(role, {}).get(command, frozenset())


@dataclass(frozen=True, slots=True)
class Role:
    """What a role is and what it may become."""

    name: str
    superuser: bool
    bypasses: bool
    creates: bool
    replicates: bool
    inherits: bool
    signs_in: bool
    becomes: frozenset[str]


@dataclass(frozen=True)
class Catalogue:
    """The tables of schema public and the roles a server process can be."""

    tables: Mapping[str, Table]
    views: Mapping[str, Table]
    """Views, as the tables they look like: what guards them is what guards the tables below."""
    roles: Mapping[str, Role]

    @cached_property
    def tenant_tables(self) -> tuple[Table, ...]:
        """The tables whose rows belong to companies, parents before children."""
        return tuple(table for table in self.in_order if table.tenant)

    @cached_property
    def in_order(self) -> tuple[Table, ...]:
        """Every table of ours, each after the tables it points at."""
        placed: dict[str, Table] = {}

        def place(table: Table, above: frozenset[str]) -> None:
            if table.name in placed or table.name in above:
                return
            for key in table.foreign_keys:
                if key.target != table.name and key.target in self.tables:
                    place(self.tables[key.target], above | {table.name})
            placed[table.name] = table

        for name in sorted(self.tables):
            place(self.tables[name], frozenset())
        return tuple(placed.values())

    @property
    def relations(self) -> tuple[Table, ...]:
        """Whatever rows can be asked of: the tables, and the views."""
        return (*self.in_order, *self.views.values())

    @property
    def app_roles(self) -> tuple[str, ...]:
        """The login role and everything it may become."""
        return (LOGIN, *sorted(self.roles[LOGIN].becomes))


# A table is read again for each mutant, so each question is asked once: of one table, or of all of them.
_TABLES = """
SELECT c.relname, c.relkind::text, c.relowner::regrole::text AS owner, c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND ($1::text IS NULL OR c.relname = $1)
"""
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
       a.attgenerated <> '' OR a.attidentity <> '' AS generated, a.atthasdef
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
AND ($1::text IS NULL OR c.relname = $1)
ORDER BY c.relname, a.attnum
"""
_VIEWS = """
SELECT c.relname, c.relowner::regrole::text AS owner, a.attname, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
AND ($1::text IS NULL OR c.relname = $1)
ORDER BY c.relname, a.attnum
"""
_NAMES = """
(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest({keys}) WITH ORDINALITY k(number, place)
 JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)
"""
_CONSTRAINTS = f"""
SELECT c.relname, conname, contype::text, {_NAMES.format(keys="conkey", table="conrelid")} AS columns,
       confrelid::regclass::text AS target, {_NAMES.format(keys="confkey", table="confrelid")} AS target_columns,
       confupdtype::text, pg_get_expr(conbin, conrelid) AS expression
FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c')
AND ($1::text IS NULL OR c.relname = $1)
ORDER BY conname
"""
_INDEXES = f"""
SELECT c.relname, x.relname AS name, i.indisunique, i.indisprimary,
       {_NAMES.format(keys="i.indkey[0:i.indnkeyatts - 1]", table="i.indrelid")} AS columns,
       pg_get_expr(i.indpred, i.indrelid) AS predicate
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace
AND ($1::text IS NULL OR c.relname = $1)
ORDER BY x.relname
"""
_POLICIES = """
SELECT c.relname, p.polname, p.polcmd::text, p.polpermissive,
       ARRAY(SELECT CASE WHEN r = 0 THEN 'public' ELSE r::regrole::text END FROM unnest(p.polroles) r) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check,
       p.polqual::text AS using_tree, p.polwithcheck::text AS check_tree,
       ARRAY(SELECT a.attname::text FROM pg_depend d JOIN pg_attribute a
             ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
             AND d.refclassid = 'pg_class'::regclass) AS columns
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = 'public'::regnamespace
AND ($1::text IS NULL OR c.relname = $1)
ORDER BY 1, 2
"""
_COMMAND = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}
_ROLES = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole OR r.rolcreatedb AS creates, r.rolreplication,
       r.rolinherit, r.rolcanlogin,
       ARRAY(SELECT o.rolname::text FROM pg_roles o
             WHERE o.oid <> r.oid AND (pg_has_role(r.oid, o.oid, 'SET') OR pg_has_role(r.oid, o.oid, 'USAGE'))
       ) AS becomes
FROM pg_roles r WHERE r.rolname LIKE 'linli\\_%'
"""
# What a role may really do, whichever way it came by it: its own grant, one to PUBLIC, or one it inherits.
_GRANTS = """
SELECT c.relname, r.rolname, p.command,
       array_agg(a.attname::text) FILTER (WHERE CASE p.command
           WHEN 'DELETE' THEN has_table_privilege(r.oid, c.oid, 'DELETE')
           ELSE has_column_privilege(r.oid, c.oid, a.attnum, p.command) END) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN pg_roles r CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p(command)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND r.rolname = ANY ($2::text[])
AND ($1::text IS NULL OR c.relname = $1)
GROUP BY c.oid, c.relname, r.oid, r.rolname, p.command
"""


async def read(connection: asyncpg.Connection) -> Catalogue:
    """The catalogue as it stands in this transaction."""
    roles = {row["rolname"]: _role(row) for row in await connection.fetch(_ROLES)}
    return Catalogue(*await _relations(connection, None, list(roles)), roles)


async def reread(connection: asyncpg.Connection, catalogue: Catalogue, name: str) -> Catalogue:
    """The catalogue with one table or view as it stands now."""
    tables, views = await _relations(connection, name, list(catalogue.roles))
    return replace(catalogue, tables={**catalogue.tables, **tables}, views={**catalogue.views, **views})


async def _relations(
    connection: asyncpg.Connection, name: str | None, roles: list[str]
) -> tuple[dict[str, Table], dict[str, Table]]:
    """Tables and views, one or all."""
    tables = {
        row["relname"]: Table(
            row["relname"], row["relkind"], row["owner"], row["relrowsecurity"], row["relforcerowsecurity"]
        )
        for row in await connection.fetch(_TABLES, name)
        if row["relname"] not in NOT_OURS
    }
    for table, row in await _rows(connection, _COLUMNS, tables, name):
        table.columns[row["attname"]] = Column(
            row["attname"], row["type"], row["attnotnull"], row["generated"], row["atthasdef"]
        )
    for table, row in await _rows(connection, _CONSTRAINTS, tables, name):
        columns = tuple(row["columns"] or ())
        if row["contype"] == "c":
            table.checks.append(Check(row["conname"], row["expression"], columns))
        else:
            target = (row["target"], tuple(row["target_columns"]))
            table.foreign_keys.append(ForeignKey(row["conname"], columns, *target, row["confupdtype"]))
    for table, row in await _rows(connection, _INDEXES, tables, name):
        columns = tuple(row["columns"] or ())
        table.indexes[row["name"]] = columns
        if row["indisunique"]:
            named = tuple(column for column in table.columns if re.search(rf"\b{column}\b", row["predicate"] or ""))
            table.uniques.append(Unique(row["name"], columns, row["predicate"], named, row["indisprimary"]))
        if row["indisprimary"]:
            table.primary = columns
    for table, row in await _rows(connection, _POLICIES, tables, name):
        table.policies.append(_policy(row))
    views: dict[str, Table] = {}
    for row in await connection.fetch(_VIEWS, name):
        view = views.setdefault(row["relname"], Table(row["relname"], "v", row["owner"], False, False))
        view.columns[row["attname"]] = Column(row["attname"], row["type"], False, False, False)
        view.primary = tuple(column for column in ("tenant_id", "id") if column in view.columns)
    for table, row in await _rows(connection, _GRANTS, {**tables, **views}, name, roles):
        if row["columns"]:
            table.granted.setdefault(row["rolname"], {})[row["command"]] = frozenset(row["columns"])
    return tables, views


async def _rows(
    connection: asyncpg.Connection, sql: str, tables: Mapping[str, Table], *values: Any
) -> Iterable[tuple[Table, Any]]:
    return [(tables[row["relname"]], row) for row in await connection.fetch(sql, *values) if row["relname"] in tables]


def _policy(row: Any) -> Policy:
    return Policy(
        name=row["polname"],
        table=row["relname"],
        command=_COMMAND[row["polcmd"]],  # type: ignore[arg-type]
        roles=tuple(row["roles"]),
        permissive=row["polpermissive"],
        using=row["using"],
        check=row["check"],
        trees=tuple(tree for tree in (row["using_tree"], row["check_tree"]) if tree),
        columns=tuple(row["columns"]),
    )


def _role(row: Any) -> Role:
    return Role(
        name=row["rolname"],
        superuser=row["rolsuper"],
        bypasses=row["rolbypassrls"],
        creates=row["creates"],
        replicates=row["rolreplication"],
        inherits=row["rolinherit"],
        signs_in=row["rolcanlogin"],
        becomes=frozenset(row["becomes"]),
    )
