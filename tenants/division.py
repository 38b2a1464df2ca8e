"""Administrative divisions (行政区划): a tree that outlives its codes, and the path that scopes a regulator.

The statistical codes end in 2023 and are no longer published, so a code is an optional attribute: the key is our own,
and the path (2, 4, 6, 9 or 12 characters: province, city, county, street, community) is the code where one was
published and a locally given one elsewhere.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from itertools import product
from string import digits
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, and_, col, func, or_, select

from infra.data import divisions as published
from tenants.access import Purpose
from tenants.checks import NAME_LIMIT, TEXT_LIMIT, Checks
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.row import Changing, Dated, Row, code_field, now, one_of, today
from tenants.scope import Database, Principal, Scope


class DivisionLevel(StrEnum):
    """The five levels of the administrative tree."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    STREET = "STREET"
    COMMUNITY = "COMMUNITY"


PATH_LENGTH = {
    DivisionLevel.PROVINCE: 2,
    DivisionLevel.CITY: 4,
    DivisionLevel.COUNTY: 6,
    DivisionLevel.STREET: 9,
    DivisionLevel.COMMUNITY: 12,
}


class ChangeKind(StrEnum):
    """What may happen to a division."""

    RENAMED = "RENAMED"
    CODED = "CODED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class Division(Changing, Row, table=True):
    """One division as it is today; what it was is in `division_change`."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("path"),
        UniqueConstraint("id", "path"),
        Index("division_parent", "parent_id"),
        Index("division_code", "code", unique=True, postgresql_where=text("valid_to IS NULL AND code IS NOT NULL")),
        ForeignKeyConstraint(["parent_id"], ["division.id"]),
        ForeignKeyConstraint(["successor_id"], ["division.id"]),
        one_of("level", DivisionLevel),
        CheckConstraint(
            "length(path) = CASE level WHEN 'PROVINCE' THEN 2 WHEN 'CITY' THEN 4 WHEN 'COUNTY' THEN 6"
            " WHEN 'STREET' THEN 9 ELSE 12 END AND path ~ '^[0-9A-Z]+$'",
            name="path_shape",
        ),
        CheckConstraint("valid_to >= valid_from", name="valid_order"),
    )

    path: str = Field(sa_type=Text(collation="C"))
    code: str | None = Field(default=None, sa_type=Text)
    name: str = Field(sa_type=Text)
    level: DivisionLevel = code_field()
    parent_id: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: UUID | None = None

    @property
    def division_path(self) -> str:
        """Where what happens to the division is journalled."""
        return self.path


class DivisionChange(Dated, Row, table=True):
    """One change in a division's life, from a date and on a document; never edited, so history keeps."""

    __tablename__ = "division_change"
    __table_args__ = (
        Index("division_change_division", "division_id", "effective_on"),
        ForeignKeyConstraint(["division_id"], ["division.id"]),
        ForeignKeyConstraint(["successor_id"], ["division.id"]),
        one_of("kind", ChangeKind),
    )

    division_id: UUID
    kind: ChangeKind = code_field()
    effective_on: date
    old_name: str = Field(sa_type=Text)
    old_code: str | None = Field(default=None, sa_type=Text)
    new_name: str | None = Field(default=None, sa_type=Text)
    new_code: str | None = Field(default=None, sa_type=Text)
    successor_id: UUID | None = None
    basis: str = Field(sa_type=Text)


LEVEL = {length: level for level, length in PATH_LENGTH.items()}

WORKER = Principal("worker")

# Whoever enters something at a division holds this lock shared, whoever merges or closes one holds it alone.
_TREE: Final = 3_704_000_001

_CODE: Final = re.compile("[0-9A-Z]{2,12}")

# What a locally made part of a path consists of: a letter first, so that it never equals a published code.
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CHARACTERS: Final = digits + _LETTERS

# A published division has the same id on every machine.
_PUBLISHED = UUID("5f0a5b1c-6c3e-5d0e-9d5e-3c1f8a7e2b90")


def ancestry(path: str) -> list[str]:
    """The paths of the divisions above, from the province down, and the path itself."""
    return [path[:length] for length in sorted(LEVEL) if length <= len(path)]


def subtree(column: str, path: str) -> str:
    """SQL: the division path in a column lies in the subtree of another path.

    The prefix is written as a range, which an index serves in a generic plan too: paths hold digits and capitals,
    and "[" comes after them.
    """
    return f"({column} >= {path} AND {column} < {path} || '[')"


def published_id(code: str) -> UUID:
    """The id of the division that was published under `code`."""
    return uuid5(_PUBLISHED, code)


async def hold(scope: Scope) -> None:
    """No division is merged or closed until the caller's transaction ends."""
    await scope.connection.execute(f"SELECT pg_advisory_xact_lock_shared({_TREE})")


async def by_code(scope: Scope, value: str, field: str) -> Division:
    """The division in force with this code or path, which stays in force until the caller's transaction ends.

    A code may be written with the zeros that fill it up to 6, 9 or 12 digits. Raises DIVISION_UNKNOWN,
    DIVISION_CLOSED or DIVISION_MERGED for `field`, TOO_LONG or CHARACTER_NOT_ALLOWED for what can be no code.
    """
    checks = Checks()
    checks.optional_text(field, value, limit=NAME_LIMIT)
    for error in checks.errors:
        raise error
    await hold(scope)
    wanted = _spellings(value)
    in_force = and_(col(Division.code).in_(wanted), col(Division.valid_to).is_(None))  # as the index has it
    # A path stays when the code changes; last come codes of divisions that were recoded and then closed.
    for condition in (or_(in_force, col(Division.path).in_(wanted)), col(Division.code).in_(wanted)):
        found = (await scope.session.scalars(select(Division).where(condition))).all()
        if found:
            break
    else:
        raise DomainError(Code.DIVISION_UNKNOWN, field, value=value.strip())
    best = min(found, key=lambda d: (d.valid_to is not None, *_nearness(d, wanted)))
    await _in_force(scope, best, field)
    return best


async def _in_force(scope: Scope, division: Division, field: str) -> None:
    if division.valid_to is None:
        return
    if division.successor_id is None:
        raise DomainError(Code.DIVISION_CLOSED, field, name=division.name, date=division.valid_to)
    successor = await scope.session.get_one(Division, division.successor_id)
    raise DomainError(
        Code.DIVISION_MERGED,
        field,
        name=division.name,
        date=division.valid_to,
        successor=successor.name,
        successor_path=successor.path,
    )


def _spellings(value: str) -> list[str]:
    """The code itself, then without the zeros that fill it up, the longest first; none for what can be no code."""
    code = unicodedata.normalize("NFKC", value).strip().upper()
    if not _CODE.fullmatch(code):
        return []
    shorter = [code[:n] for n in (9, 6, 4, 2) if n < len(code) and not code[n:].strip("0") and len(code) in (6, 9, 12)]
    return [code, *shorter]


def _nearness(division: Division, wanted: list[str]) -> tuple[int, int]:
    """How well a division fits the spellings: by its code before by its path, the longest spelling first."""
    code = wanted.index(division.code) if division.code in wanted else len(wanted)
    path = wanted.index(division.path) if division.path in wanted else len(wanted)
    return min(code, path), code


async def load_national(database: Database) -> int:
    """Add the published provinces, cities, counties and streets that are missing, and say how many were.

    What is there already stays as it is, so a division that was renamed, merged or closed since stays so.
    """
    rows = published.read()
    added = 0
    async with database.writing(WORKER) as scope:
        # In parts, so that no statement nears its time limit on a slow machine; a parent comes before its children.
        for first in range(0, len(rows), 5_000):
            codes, names = zip(*rows[first : first + 5_000], strict=True)
            status: str = await scope.connection.execute(
                """
                INSERT INTO division (id, path, code, name, level, parent_id)
                SELECT id, code, code, name, level, parent_id
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[])
                    AS published (id, code, name, level, parent_id)
                ON CONFLICT DO NOTHING
                """,
                [published_id(code) for code in codes],
                codes,
                names,
                [LEVEL[len(code)].value for code in codes],
                [published_id(_above(code)) if len(code) > 2 else None for code in codes],
            )
            added += int(status.split()[-1])
    return added


def _above(path: str) -> str:
    """The path of the division above."""
    return path[: max(length for length in LEVEL if length < len(path))]


async def add(scope: Scope, above: Division, name: str, code: str | None = None, since: date | None = None) -> Division:
    """Add a division below another one; its path is its code, or a locally made one where it has none."""
    checks = Checks()
    name = checks.text("name", name)
    if since is not None and since > today():
        checks.add(Code.DATE_IN_FUTURE, "validFrom", date=since)
    if above.level == DivisionLevel.COMMUNITY:
        checks.add(Code.DIVISION_TOO_LOW, "parent", name=above.name)
    checks.done()
    level = _below(above)
    if code is not None:
        await _free_code(scope, code, level, above)
    await _free_name(scope, above, name)
    path = await _free_path(scope, above, code)
    division = Division(path=path, code=code, name=name, level=level, parent_id=above.id, valid_from=since)
    # Its id is the same on every machine, unless a division that had the code before has it.
    if code is not None and await scope.session.get(Division, published_id(code)) is None:
        division.id = published_id(code)
    scope.session.add(division)
    await record(scope, "created", "division", division, {"path": path, "code": code, "name": name})
    return division


async def rename(scope: Scope, code: str, name: str, on: date, basis: str) -> Division:
    """Give a division a new name from a day on, by the document `basis`; the old one stays answerable."""
    checks = Checks()
    name = checks.text("name", name)
    basis = checks.text("basis", basis, TEXT_LIMIT)
    checks.done()
    division = await _changing(scope, code, on)
    await _free_name(scope, await _parent(scope, division), name)
    await _change(scope, division, ChangeKind.RENAMED, on, basis, name=name)
    return division


async def recode(scope: Scope, code: str, new_code: str, on: date, basis: str) -> Division:
    """Give a division a new code from a day on. Its path stays, and so does what lies in whose reach."""
    checks = Checks()
    basis = checks.text("basis", basis, TEXT_LIMIT)
    checks.done()
    division = await _changing(scope, code, on)
    await _free_code(scope, new_code, DivisionLevel(division.level), await _parent(scope, division))
    await _change(scope, division, ChangeKind.CODED, on, basis, code=new_code)
    return division


async def close(scope: Scope, code: str, on: date, basis: str) -> Division:
    """Close a division that nothing is left in."""
    checks = Checks()
    basis = checks.text("basis", basis, TEXT_LIMIT)
    checks.done()
    await scope.connection.execute(f"SELECT pg_advisory_xact_lock({_TREE})")
    companies = await _companies(scope, code)
    division = await _changing(scope, code, on)
    left = {"companies": len(companies), **await _inhabitants(scope, division)}
    if any(left.values()):
        raise DomainError(Code.DIVISION_IN_USE, "division", name=division.name, **left)
    await _change(scope, division, ChangeKind.CLOSED, on, basis, valid_to=on)
    return division


async def merge(scope: Scope, code: str, into: str, on: date, basis: str) -> Division:
    """Merge a division into another of its level: its divisions, estates, companies and regulators move there.

    A division that moves with it gets a locally made path below the successor, as its old path says who is above.
    """
    checks = Checks()
    basis = checks.text("basis", basis, TEXT_LIMIT)
    checks.done()
    await scope.connection.execute(f"SELECT pg_advisory_xact_lock({_TREE})")
    companies = await _companies(scope, code)
    division = await _changing(scope, code, on)
    successor = await by_code(scope, into, "into")
    if successor.id == division.id or successor.level != division.level:
        raise DomainError(Code.DIVISION_LEVEL_DIFFERS, "into", name=division.name, other=successor.name)
    await _change(scope, division, ChangeKind.MERGED, on, basis, valid_to=on, successor_id=successor.id)
    await _move_divisions(scope, division, successor)
    await _move_rows(scope, division, successor)
    await _move_companies(scope, companies, division, successor)
    return successor


async def name_on(scope: Scope, division: Division, day: date) -> str | None:
    """What the division was called on a day, None when it did not exist then."""
    if (division.valid_from and day < division.valid_from) or (division.valid_to and day >= division.valid_to):
        return None
    query = (
        select(DivisionChange.old_name)
        .where(
            DivisionChange.division_id == division.id,
            DivisionChange.kind == ChangeKind.RENAMED,
            DivisionChange.effective_on > day,
        )
        .order_by(col(DivisionChange.effective_on), col(DivisionChange.id))
    )
    return (await scope.session.scalars(query)).first() or division.name


async def _changing(scope: Scope, code: str, on: date) -> Division:
    """The division, locked, when a change on that day is neither in the future nor before an earlier change."""
    division = await by_code(scope, code, "division")
    await scope.session.refresh(division, with_for_update=True)
    await _in_force(scope, division, "division")
    last = await scope.session.scalar(
        select(func.max(DivisionChange.effective_on)).where(DivisionChange.division_id == division.id)
    )
    checks = Checks()
    if on > today():
        checks.add(Code.DATE_IN_FUTURE, "on", date=on)
    checks.not_before("on", on, max(filter(None, (division.valid_from, last)), default=None))
    checks.done()
    return division


async def _change(scope: Scope, division: Division, kind: ChangeKind, on: date, basis: str, **values: Any) -> None:
    """Change the columns, and keep what they were in the division's history and in the journal."""
    change = DivisionChange(
        division_id=division.id,
        kind=kind,
        effective_on=on,
        old_name=division.name,
        old_code=division.code,
        new_name=values.get("name"),
        new_code=values.get("code"),
        successor_id=values.get("successor_id"),
        basis=basis,
    )
    facts = {name: [getattr(division, name), value] for name, value in values.items()}
    for name, value in values.items():
        setattr(division, name, value)
    division.version += 1
    division.updated_at = now()
    scope.session.add(change)
    await record(scope, kind.lower(), "division", division, {**facts, "effective_on": on, "basis": basis})


def _below(division: Division) -> DivisionLevel:
    """The level right below a division's."""
    return LEVEL[min(length for length in LEVEL if length > len(division.path))]


async def _parent(scope: Scope, division: Division) -> Division | None:
    return await scope.session.get(Division, division.parent_id) if division.parent_id else None


async def _free_name(scope: Scope, parent: Division | None, name: str) -> None:
    """Two divisions below the same one do not have the same name at the same time."""
    query = select(Division.id).where(
        Division.parent_id == (parent.id if parent else None), Division.name == name, col(Division.valid_to).is_(None)
    )
    if await scope.session.scalar(query.limit(1)):
        raise DomainError(Code.DIVISION_EXISTS, "name", parent=parent.name if parent else "中国", name=name)


async def _free_code(scope: Scope, code: str, level: DivisionLevel, parent: Division | None) -> None:
    """A code has the digits of its level, begins with the code above and belongs to one division at a time."""
    length = PATH_LENGTH[level]
    above = (parent.code if parent else None) or ""
    if not (len(code) == length and code.isascii() and code.isdigit() and code.startswith(above)):
        raise DomainError(
            Code.DIVISION_CODE_INVALID, "code", value=code, level=level, length=length, above=above or "—"
        )
    holder = await scope.session.scalar(
        select(Division).where(Division.code == code, col(Division.valid_to).is_(None)).limit(1)
    )
    if holder is not None:
        raise DomainError(Code.DIVISION_CODE_TAKEN, "code", value=code, name=holder.name)


async def _free_path(scope: Scope, above: Division, code: str | None) -> str:
    """The code where it fits below the path above and no division has had it; otherwise a path made here."""
    wide = PATH_LENGTH[_below(above)] - len(above.path)
    taken = set(await scope.session.scalars(select(Division.path).where(Division.parent_id == above.id)))
    if code is not None and code.startswith(above.path) and code not in taken:
        return code
    made = (above.path + "".join(part) for part in product(_LETTERS, *[_CHARACTERS] * (wide - 1)))
    return next(path for path in made if path not in taken)


async def _companies(scope: Scope, code: str) -> list[UUID]:
    """The companies registered or working in the division: those its regulator sees."""
    division = await by_code(scope, code, "division")
    regulator = Principal(
        "regulator", regulator_id=division.id, division_path=division.path, purpose=Purpose.STATISTICS
    )
    async with scope.acting_as(regulator):
        rows = await scope.connection.fetch("SELECT tenant_id FROM company ORDER BY tenant_id")
    return [row["tenant_id"] for row in rows]


async def _inhabitants(scope: Scope, division: Division) -> dict[str, int]:
    """How many divisions, estates and regulators a division still has."""
    from tenants.estate import Estate
    from tenants.regulator import Regulator, RegulatorStatus

    async def count(*conditions: Any) -> int:
        return int(await scope.session.scalar(select(func.count()).where(*conditions)) or 0)

    return {
        "divisions": await count(Division.parent_id == division.id, col(Division.valid_to).is_(None)),
        "estates": await count(Estate.division_id == division.id),
        "regulators": await count(Regulator.division_id == division.id, Regulator.status == RegulatorStatus.ACTIVE),
    }


async def _move_divisions(scope: Scope, old: Division, new: Division) -> None:
    """Move the divisions right below `old`, with all below them; what refers to their paths follows by itself."""
    query = select(Division).where(Division.parent_id == old.id, col(Division.valid_to).is_(None))
    for child in (await scope.session.scalars(query.order_by(Division.path))).all():
        before, path = child.path, await _free_path(scope, new, None)
        await scope.connection.execute(
            """
            UPDATE division SET path = $2 || substr(path, length($1) + 1), version = version + 1, updated_at = now()
            WHERE path ^@ $1
            """,
            before,
            path,
        )
        await scope.session.refresh(child)
        child.parent_id = new.id
        await record(scope, "moved", "division", child, {"path": [before, path]})


async def _move_rows(scope: Scope, old: Division, new: Division) -> None:
    """Move the estates, regulators and Party organisations of `old`; an estate or regulator whose name is taken there
    says where it came from.
    """
    from tenants.change import change
    from tenants.estate import Estate
    from tenants.party.organisation import PublicPartyOrganisation
    from tenants.regulator import Regulator

    place = {"division_id": new.id, "division_path": new.path}
    tables: tuple[tuple[Any, str], ...] = ((Estate, "estate"), (Regulator, "regulator"))
    for table, entity in tables:
        taken = set(await scope.session.scalars(select(table.name).where(table.division_id == new.id)))
        rows = await scope.session.scalars(select(table).where(table.division_id == old.id).with_for_update())
        for row in rows.all():
            name = f"{row.name}（原{old.name}）" if row.name in taken else row.name
            await change(scope, row, entity, {**place, "name": name}, action="moved")
    listed: Any = PublicPartyOrganisation
    organisations = await scope.session.scalars(
        select(listed).where(listed.division_path == old.path, listed.estate_id.is_(None)).with_for_update()
    )
    for row in organisations.all():
        await change(scope, row, "public_party_organisation", {"division_path": new.path}, action="moved")


_OF_COMPANIES = ("development_quota", "party_advisor", "party_coverage_survey", "party_due", "party_organisation")
"""Tables of a company whose rows lie where the company does, and which no estate carries along."""


async def _move_companies(scope: Scope, companies: list[UUID], old: Division, new: Division) -> None:
    """Register the companies of `old` at `new`, and bring the reach of all companies it touches up to date."""
    from tenants.change import find
    from tenants.company import Company, refresh_reach

    for tenant_id in companies:
        registrar = Principal("worker", actor_id=scope.principal.actor_id, tenant_id=tenant_id)
        async with scope.acting_as(registrar):
            company = await find(scope, Company, tenant_id)
            registered = company.division_id == old.id
            if registered:
                company.division_id, company.division_path = new.id, new.path
                company.version += 1
                company.updated_at = now()
        async with scope.acting_for(tenant_id):
            await refresh_reach(scope, tenant_id)
            for table in _OF_COMPANIES:
                await scope.connection.execute(
                    f"UPDATE {table} SET division_path = $3, version = version + 1, updated_at = now()"
                    " WHERE tenant_id = $1 AND division_path = $2",
                    tenant_id,
                    old.path,
                    new.path,
                )
            if registered:
                company = await find(scope, Company, tenant_id)
                await record(scope, "moved", "company", company, {"division_path": [old.path, new.path]})
