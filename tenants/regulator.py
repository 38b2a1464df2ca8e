"""Regulators (监管机构), from province to community, and their members; each reaches its division's subtree."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from tenants.company import MemberStatus
from tenants.division import DivisionLevel
from tenants.permission import RegulatorRole
from tenants.row import PERSONAL, Changing, Row, code_field, one_of


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
    """A person who signs in for a regulator with one role."""

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
