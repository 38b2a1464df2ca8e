"""The published figures of Party work, what they were put together from, and how owners' committees are composed."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from tenants.journal import CONFIDENTIAL
from tenants.row import PERSONAL, Changing, Dated, Row, code_field, one_of


class PartyMeasure(StrEnum):
    """What is published. Stages of development and members are disjoint, and no total of them is published."""

    APPLICANTS = "APPLICANTS"
    ACTIVISTS = "ACTIVISTS"
    DEVELOPMENT_OBJECTS = "DEVELOPMENT_OBJECTS"
    IN_ADMISSION = "IN_ADMISSION"
    PROBATIONARY_MEMBERS = "PROBATIONARY_MEMBERS"
    FULL_MEMBERS = "FULL_MEMBERS"
    ENTERED_THIS_YEAR = "ENTERED_THIS_YEAR"
    ADMITTED_THIS_YEAR = "ADMITTED_THIS_YEAR"
    CONVERTED_THIS_YEAR = "CONVERTED_THIS_YEAR"
    OVERDUE_CASES = "OVERDUE_CASES"
    PROJECT_LEADS = "PROJECT_LEADS"
    CROSS_APPOINTED_LEADS = "CROSS_APPOINTED_LEADS"
    COMMITTEES = "COMMITTEES"
    COMMITTEE_MEMBERS = "COMMITTEE_MEMBERS"
    COMMITTEE_PARTY_MEMBERS = "COMMITTEE_PARTY_MEMBERS"
    COMMITTEE_SHARES = "COMMITTEE_SHARES"
    COMMITTEES_ABOVE_HALF = "COMMITTEES_ABOVE_HALF"
    PARTY_CHAIRS = "PARTY_CHAIRS"
    CHAIRS_WHO_ARE_SECRETARY = "CHAIRS_WHO_ARE_SECRETARY"


class PartyFigure(Dated, Row, table=True):
    """One published figure: a measure, a division, the end of a half-year. It never changes; None is withheld."""

    __tablename__ = "party_figure"
    __table_args__ = (
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        UniqueConstraint("division_path", "as_on", "measure"),
        one_of("measure", PartyMeasure),
        CheckConstraint("value >= 0", name="counts_not_negative"),
    )

    division_path: str = Field(sa_type=Text(collation="C"))
    measure: PartyMeasure = code_field()
    as_on: date
    value: int | None = Field(default=None, sa_type=BigInteger)


class PartyFigureBlock(Dated, Row, table=True):
    """Which divisions the latest figures of a measure count together; the platform's own, read by nobody else."""

    __tablename__ = "party_figure_block"
    __table_args__ = (
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        Index("party_figure_block_measure", "measure", "division_path"),
        one_of("measure", PartyMeasure),
    )

    division_path: str = Field(sa_type=Text(collation="C"))
    measure: PartyMeasure = code_field()
    block_id: UUID
    published: int | None = Field(default=None, sa_type=BigInteger)
    as_on: date


class CommitteeComposition(Changing, Row, table=True):
    """How an owners' committee (业主委员会) of the register was composed at an election; the latest counts.

    `members` are those that the register had then: they change there with a by-election, and this stays as it was.

    Whether a chair is a Party member is a fact about a person everybody knows: it is written here and read by nobody
    but the publication of figures.
    """

    __tablename__ = "committee_composition"
    __table_args__ = (
        ForeignKeyConstraint(
            ["committee_id", "division_path"], ["committee.id", "committee.division_path"], onupdate="CASCADE"
        ),
        Index("committee_composition_committee", "committee_id", "elected_on"),
        Index("committee_composition_division", "division_path", "id"),
        CheckConstraint("party_members BETWEEN 0 AND members", name="no_more_than_members"),
        CheckConstraint("chair_in_party OR NOT chair_is_secretary", name="secretary_in_party"),
        CONFIDENTIAL,
    )

    committee_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    elected_on: date
    members: int
    party_members: int = Field(sa_column_kwargs=PERSONAL)
    chair_in_party: bool = Field(sa_column_kwargs=PERSONAL)
    chair_is_secretary: bool = Field(sa_column_kwargs=PERSONAL)
