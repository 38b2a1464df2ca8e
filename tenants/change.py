"""How rules find, make and change rows: locked, at the version the caller saw, journalled in the same transaction."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.row import now
from tenants.scope import Scope

R = TypeVar("R", bound=SQLModel)


async def find(scope: Scope, table: type[R], id: UUID, field: str = "id", *, lock: bool = False) -> R:
    """The row with this id in the company's (or the registry's) rows. A foreign and an unknown id are the same
    NOT_FOUND, found out by the same statement.

    `lock` keeps others from changing the row until the transaction ends, not from referring to it. Locks are taken in
    one order, so that changes that meet wait instead of deadlocking: estate, project, staff or member, company.
    """
    tenant_id = scope.principal.tenant_id if hasattr(table, "tenant_id") else None
    statement = _by_id(table, of_company=tenant_id is not None, lock=lock)
    found = await scope.session.execute(statement, {"id": id, "tenant_id": tenant_id})
    row: R | None = found.scalar_one_or_none()
    if row is None:
        raise DomainError(Code.NOT_FOUND, field)
    return row


@cache
def _by_id(table: type[SQLModel], *, of_company: bool, lock: bool) -> Select[Any]:
    """The statement of `find`, made once for each table."""
    columns: Any = table
    statement = select(table).where(columns.id == bindparam("id"))
    if of_company:
        statement = statement.where(columns.tenant_id == bindparam("tenant_id"))
    if lock:
        statement = statement.with_for_update(key_share=True)
    return statement.execution_options(populate_existing=True)


async def find_at(
    scope: Scope, table: type[R], id: UUID, version: int, field: str = "id", version_field: str = "version"
) -> R:
    """The row, locked, if it still is at the version the caller saw."""
    row: Any = await find(scope, table, id, field, lock=True)
    if row.version != version:
        raise DomainError(Code.CONFLICT, version_field, seen=version, current=row.version)
    return row  # type: ignore[no-any-return]


async def seen_at(scope: Scope, table: type[R], id: UUID, version: int) -> R:
    """The row, not locked, if it still is at the version the caller saw: for a regulator, which sees a company's row
    and cannot lock it. The version is checked again when the decision is carried out.
    """
    row: Any = await find(scope, table, id)
    if row.version != version:
        raise DomainError(Code.CONFLICT, "version", seen=version, current=row.version)
    return row  # type: ignore[no-any-return]


async def carry_out(scope: Scope, seen: R, entity: str, values: Mapping[str, Any], action: str) -> R:
    """Carry a regulator's decision about a company's row out in the company's name, and give the row as the regulator
    sees it then.
    """
    decided: Any = seen
    async with scope.acting_for(decided.tenant_id):
        row = await find_at(scope, type(seen), decided.id, decided.version)
        await change(scope, row, entity, values, action=action)
    return await find(scope, type(seen), decided.id)


async def create(
    scope: Scope,
    row: Any,
    entity: str,
    *,
    action: str = "created",
    taken: Mapping[str, DomainError] | None = None,
) -> None:
    """Insert the row and journal it. `taken` gives the error for a unique constraint that the row runs into; an id
    that is already used is one everywhere.
    """
    await create_all(scope, [row], entity, action=action, taken=taken)


async def create_all(
    scope: Scope,
    rows: Sequence[Any],
    entity: str,
    *,
    action: str = "created",
    taken: Mapping[str, DomainError] | None = None,
) -> None:
    """Insert rows of one kind together, and journal each; as `create`."""
    scope.session.add_all(rows)
    try:
        await scope.session.flush()
    except IntegrityError as error:
        raise _taken(error, rows[0], taken or {}) from error
    for row in rows:
        await record(scope, action, entity, row, _values(row))


async def create_unread(scope: Scope, rows: Sequence[Any], entity: str) -> None:
    """Insert rows that nothing in this transaction reads and that meet no other's values, and journal each: in
    one message for all, without what it takes to know them again.
    """
    for row in rows:
        held = {name: getattr(row, name) for name in row.__table__.columns.keys()}  # noqa: SIM118 - as in `_values`
        scope.write_later(type(row), held)
        await record(scope, "created", entity, row, _values(row))


async def change(
    scope: Scope,
    row: Any,
    entity: str,
    values: Mapping[str, Any],
    *,
    action: str = "updated",
    taken: Mapping[str, DomainError] | None = None,
    always: bool = False,
) -> bool:
    """Set the columns that differ, raise the version and journal before and after. Nothing differs: nothing happens,
    unless `always`: then the change is in rows that hang on this one.
    """
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if not changes and not always:
        return False
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = now()
    try:
        await scope.session.flush()
    except IntegrityError as error:
        raise _taken(error, row, taken or {}) from error
    await record(scope, action, entity, row, changes)
    return True


async def change_all(scope: Scope, rows: Sequence[Any], entity: str, values: Mapping[str, Any], *, action: str) -> None:
    """Set the same values in rows of the company, each if it still is at the version at which the caller read it: by
    one statement, and journal each. The rows are told of it, and leave the session.
    """
    await scope.session.flush()
    [table] = {type(row) for row in rows}
    wanted = {row.id: row.version + 1 for row in rows}
    set_to = "".join(f"{name} = ${at}, " for at, name in enumerate(values, 4))
    changed = await scope.connection.fetch(
        f"UPDATE {table.__tablename__} SET {set_to}version = version + 1, updated_at = $3"
        " WHERE tenant_id = $1 AND id = ANY ($2) RETURNING id, version",
        scope.tenant_id,
        list(wanted),
        now(),
        *values.values(),
    )
    found: dict[UUID, int] = {row["id"]: row["version"] for row in changed}
    for row in rows:
        if row.id not in found:
            raise DomainError(Code.NOT_FOUND, "id")
        if found[row.id] != wanted[row.id]:
            raise DomainError(Code.CONFLICT, "version", seen=row.version, current=found[row.id] - 1)
        if row in scope.session:
            scope.session.expunge(row)
        changes = {name: [getattr(row, name), value] for name, value in values.items()}
        for name, value in {**values, "version": wanted[row.id]}.items():
            setattr(row, name, value)
        await record(scope, action, entity, row, changes)


def transition(state: StrEnum, wanted: StrEnum, table: Mapping[Any, tuple[Any, ...]], field: str = "id") -> None:
    """Refuse a transition that the state machine's table does not have, and say which it has."""
    allowed = table.get(state, ())
    if wanted not in allowed:
        raise DomainError(Code.TRANSITION_NOT_ALLOWED, field, state=state, wanted=wanted, allowed=tuple(allowed))


def violated_constraint(error: IntegrityError) -> str:
    """The name of the constraint that a statement ran into."""
    return str(getattr(error.orig.__cause__ if error.orig else None, "constraint_name", ""))


def _taken(error: IntegrityError, row: Any, taken: Mapping[str, DomainError]) -> BaseException:
    violated = violated_constraint(error)
    if violated in taken:
        return taken[violated]
    if violated == f"{row.__tablename__}_pkey":
        return DomainError(Code.ID_TAKEN, "id")
    if violated.endswith("_division_path_fkey"):  # what it refers to was read before it moved
        return DomainError(Code.PLACE_MOVED)
    return error


def _values(row: Any) -> dict[str, Any]:
    """The columns of a new row that hold something, but for those every row has."""
    return {
        name: value
        for name in row.__table__.columns.keys()  # noqa: SIM118 - a column collection is no mapping
        if name not in {"tenant_id", "id", "version", "created_at", "updated_at"}
        and (value := getattr(row, name)) is not None
    }
