"""How a migration protects a table: row-level security forced, one policy per role and command, and column grants.

Policies read the context with bare `current_setting` and never with a sub-select, so they hold under Citus too. A
context that is absent, empty or malformed gives no rows.
"""

from collections.abc import Mapping
from typing import Literal

from alembic import op

Command = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]

_TENANT = "current_setting('linli.tenant', true)"
_DIVISION = "current_setting('linli.division', true)"
_PURPOSE = "current_setting('linli.purpose', true) <> ''"
_REGULATOR = "current_setting('linli.regulator', true)"

_TENANT_ID = f"CASE WHEN pg_input_is_valid({_TENANT}, 'uuid') THEN {_TENANT}::uuid END"


def own(column: str = "tenant_id") -> str:
    """Rows of the company in whose name the transaction runs."""
    return f"{column} = {_TENANT_ID}"


def own_or_free(column: str) -> str:
    """Rows of that company and rows of no company; without a company, none."""
    return f"coalesce({column}, {_TENANT_ID}) = {_TENANT_ID}"


def own_regulator(column: str) -> str:
    """Rows of the regulator in whose name the transaction runs."""
    return f"{column} = CASE WHEN pg_input_is_valid({_REGULATOR}, 'uuid') THEN {_REGULATOR}::uuid END"


def in_division(column: str = "division_path", *, purpose: bool = False) -> str:
    """Rows in the subtree of the regulator's division, with `purpose` only while one is stated. A path of any other
    length than a level's is none.

    It is a range, of which an index works out both ends once: a function of the column would be called for every row,
    and the planner would take hardly a row to pass it. Paths hold digits and capitals, and "[" comes after them.
    """
    asked = f"length({_DIVISION}) IN (2, 4, 6, 9, 12)" + (f" AND {_PURPOSE}" if purpose else "")
    return f"{column} >= CASE WHEN {asked} THEN {_DIVISION} END AND {column} < {_DIVISION} || '['"


def reaching_division(column: str = "reach") -> str:
    """Rows whose list of paths names the regulator's division."""
    return f"{column} @> ARRAY[nullif({_DIVISION}, '')]"


def by_link(column: str, setting: str) -> str:
    """Rows that a survey's link names: its survey by the locator (`linli.survey`), its slip by the digest."""
    return f"{column} = nullif(current_setting('linli.{setting}', true), '')"


def for_a_purpose(rows: str) -> str:
    """Of those rows all while a purpose is stated, else none: how a regulator reads a company's rows. Of rows in its
    division `in_division` says it at less cost.
    """
    return f"{rows} AND {_PURPOSE}"


EVERYONE = "true"


def protect(table: str) -> None:
    """Nobody reads or writes the table, its owner included, until `allow` says otherwise."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def allow(
    table: str,
    role: str,
    rows: str,
    commands: tuple[Command, ...],
    *,
    written: str | None = None,
    columns: Mapping[Command, tuple[str, ...]] | None = None,
) -> None:
    """Let `role` run `commands` on the rows that meet `rows`; `written` (default `rows`) is what a new row must meet.

    `columns` narrows the grant of a command to some columns.
    """
    checked = written or rows
    for command in commands:
        clause = {
            "SELECT": f"USING ({rows})",
            "INSERT": f"WITH CHECK ({checked})",
            "UPDATE": f"USING ({rows}) WITH CHECK ({checked})",
            "DELETE": f"USING ({rows})",
        }[command]
        op.execute(f"CREATE POLICY {role}_{command.lower()} ON {table} FOR {command} TO linli_{role} {clause}")
        chosen = f" ({', '.join(columns[command])})" if columns and command in columns else ""
        op.execute(f"GRANT {command}{chosen} ON {table} TO linli_{role}")
