"""Regulators (监管机构), from province to community, and their members; each reaches its division's subtree."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from tenants import division
from tenants.change import change, create, find_at
from tenants.checks import Checks
from tenants.company import MemberStatus
from tenants.division import DivisionLevel
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.permission import RegulatorRole
from tenants.row import PERSONAL, Changing, Row, code_field, one_of, today
from tenants.scope import Scope


class RegulatorStatus(StrEnum):
    """Whether a regulator's members may sign in."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class Regulator(Changing, Row, table=True):
    """A regulator organisation of one division."""

    __tablename__ = "regulator"
    __table_args__ = (
        UniqueConstraint("division_id", "name"),
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        one_of("level", DivisionLevel),
        one_of("status", RegulatorStatus),
        CheckConstraint("name <> ''", name="name_given"),
    )

    name: str = Field(sa_type=Text)
    level: DivisionLevel = code_field()
    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    status: RegulatorStatus = code_field(default=RegulatorStatus.ACTIVE)


class RegulatorMember(Changing, Row, table=True):
    """A person who signs in for a regulator with one role, until the assignment ends if it has an end."""

    __tablename__ = "regulator_member"
    __table_args__ = (
        ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        Index("regulator_member_regulator", "regulator_id"),
        one_of("role", RegulatorRole),
        one_of("status", MemberStatus),
        CheckConstraint("name <> ''", name="name_given"),
    )

    regulator_id: UUID
    name: str = Field(sa_type=Text, sa_column_kwargs=PERSONAL)
    role: RegulatorRole = code_field()
    status: MemberStatus = code_field(default=MemberStatus.ACTIVE)
    assigned_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewRegulator:
    """A regulator to establish, with its first member."""

    name: str
    division_code: str
    member_name: str
    member_role: RegulatorRole = RegulatorRole.PUBLISHER


async def establish(scope: Scope, new: NewRegulator) -> tuple[Regulator, RegulatorMember]:
    """Establish a regulator of a division, at that division's level, with its first member. The platform's own work."""
    checks = Checks()
    name = checks.text("name", new.name)
    code = checks.text("divisionCode", new.division_code)
    checks.text("memberName", new.member_name)
    checks.done()
    place = await division.by_code(scope, code, "divisionCode")
    regulator = Regulator(name=name, level=place.level, division_id=place.id, division_path=place.path)
    taken = DomainError(Code.REGULATOR_EXISTS, "name", division=place.name, name=name)
    await create(scope, regulator, "regulator", taken={"regulator_division_id_name_key": taken})
    return regulator, await appoint(scope, regulator, new.member_name, new.member_role)


async def appoint(scope: Scope, regulator: Regulator, name: str, role: RegulatorRole) -> RegulatorMember:
    """Let a person sign in for a regulator with a role. The platform's own work."""
    checks = Checks()
    name = checks.text("memberName", name)
    checks.done()
    member = RegulatorMember(regulator_id=regulator.id, name=name, role=role)
    scope.session.add(member)
    await record(scope, "member_appointed", "regulator", regulator, {"member_id": member.id, "role": role})
    return member


async def appoint_own(scope: Scope, name: str, role: RegulatorRole, assigned_until: date | None) -> RegulatorMember:
    """The regulator's security administrator lets a person in, until a day if one is given."""
    checks = Checks()
    name = checks.text("name", name)
    if assigned_until is not None:
        checks.day("assignedUntil", assigned_until)
        checks.not_before("assignedUntil", assigned_until, today())
    checks.done()
    assert scope.principal.regulator_id is not None
    member = RegulatorMember(
        regulator_id=scope.principal.regulator_id, name=name, role=role, assigned_until=assigned_until
    )
    await create(scope, member, "regulator_member", action="appointed")
    return member


async def assign(
    scope: Scope, id: UUID, version: int, role: RegulatorRole, assigned_until: date | None
) -> RegulatorMember:
    """Change a member's role and until when he or she is assigned; from the day after nothing is seen any more.

    Nobody changes their own assignment, so a regulator never loses its last security administrator.
    """
    checks = Checks()
    if assigned_until is not None:
        checks.day("assignedUntil", assigned_until)
        checks.not_before("assignedUntil", assigned_until, today() - timedelta(days=1))
    checks.done()
    member = await find_at(scope, RegulatorMember, id, version)
    if member.id == scope.principal.actor_id:
        raise DomainError(Code.OWN_ASSIGNMENT, "id")
    values = {"role": role, "assigned_until": assigned_until}
    await change(scope, member, "regulator_member", values, action="assigned")
    return member
