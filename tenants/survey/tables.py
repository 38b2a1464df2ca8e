"""The rows of a survey: the survey itself, a slip for every household drawn, and the tally of what was answered.

They are the regulator's. A company reads of the survey of its estate what is published, and nothing else.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from tenants.journal import CONFIDENTIAL_COLUMN
from tenants.row import PERSONAL, Changing, Row, code_field, one_of


class SurveyState(StrEnum):
    """Where a survey stands. SHORT: closed below its sample, for a reason; it does not count for a score."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SHORT = "SHORT"


class SlipState(StrEnum):
    """What became of a household that was drawn; the last of them it says itself, by answering."""

    RESERVE = "RESERVE"
    OUT = "OUT"
    DECLINED = "DECLINED"
    ANSWERED = "ANSWERED"


class Survey(Changing, Row, table=True):
    """A survey of an estate. `seed`, `frame_size` and `frame_digest` say how its sample was drawn; what stands behind
    `closed_on` came of it. `results` is null while nothing may be shown.
    """

    __tablename__ = "survey"
    __table_args__ = (
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        UniqueConstraint("locator"),
        UniqueConstraint("id", "locator"),
        UniqueConstraint("id", "division_path"),
        Index("survey_division", "division_path", "id"),
        Index("survey_estate", "estate_id"),
        Index("survey_serving", "serving_tenant_id"),
        # One that fell short may be asked again.
        Index("survey_cycle", "cycle_id", "estate_id", unique=True, postgresql_where=text("state <> 'SHORT'")),
        one_of("state", SurveyState),
        CheckConstraint("(state IN ('CLOSED', 'SHORT')) = (closed_on IS NOT NULL)", name="close_dated"),
        CheckConstraint("state <> 'SHORT' OR shortfall IS NOT NULL", name="shortfall_explained"),
    )

    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    serving_tenant_id: UUID | None = None
    cycle_id: UUID | None = None
    title: str = Field(sa_type=Text)
    organiser: str = Field(sa_type=Text)
    questions: list[dict[str, Any]] = Field(sa_type=JSONB)
    required: int
    locator: str = Field(sa_type=Text)
    state: SurveyState = code_field(default=SurveyState.DRAFT)
    seed: str | None = Field(default=None, sa_type=Text)
    frame_size: int | None = None
    frame_digest: str | None = Field(default=None, sa_type=Text)
    opened_on: date | None = None
    closed_on: date | None = None
    shortfall: str | None = Field(default=None, sa_type=Text)
    approached: int | None = None
    declined: int | None = None
    answered: int | None = None
    results: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    comments: list[str] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), sa_column_kwargs=CONFIDENTIAL_COLUMN
    )
    published_on: date | None = None


class SurveySlip(Row, table=True):
    """A household that was drawn, in the order of drawing, until the survey is closed. Without times and versions, so
    that nothing says when it was answered.
    """

    __tablename__ = "survey_slip"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "division_path"], ["survey.id", "survey.division_path"], onupdate="CASCADE"),
        UniqueConstraint("survey_id", "position"),
        Index("survey_slip_division", "division_path", "id"),
        Index("survey_slip_token", "token_digest"),
        CheckConstraint("state IN ('RESERVE', 'OUT', 'DECLINED')", name="state_known"),
    )

    survey_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    position: int
    household: str = Field(sa_type=Text, sa_column_kwargs=PERSONAL)
    state: SlipState = code_field()
    answered: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    token_digest: str | None = Field(default=None, sa_type=Text)


class SurveyTally(Row, table=True):
    """How often each score was given to each question of an open survey, and the comments in alphabetical order."""

    __tablename__ = "survey_tally"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "locator"], ["survey.id", "survey.locator"]),
        UniqueConstraint("survey_id"),
        Index("survey_tally_locator", "locator"),
    )

    survey_id: UUID
    locator: str = Field(sa_type=Text)
    answered: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    counts: dict[str, dict[str, int]] = Field(sa_type=JSONB)
    comments: list[str] = Field(sa_type=JSONB)
