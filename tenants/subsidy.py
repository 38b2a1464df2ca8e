"""Subsidies of property fees (物业费补贴) that a division pays for an estate: rate x area x months, exactly (R-13).

Zaozhuang's districts pay 0.2 yuan per square metre and month for three consecutive years (report row S4ZZ-05); how
many months in a row are allowed is a setting of the division (SUBSIDY_MONTHS_MAX).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, Text, select
from sqlmodel import Field

from tenants.calendar import add_months
from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.estate import Estate
from tenants.row import Changing, Row, new_id, today
from tenants.scope import Principal, Scope
from tenants.setting import SettingKey, effective

RATE_LIMIT: Final = Decimal(100)
MONTHS_LIMIT: Final = 600


class Subsidy(Changing, Row, table=True):
    """What is paid for an estate from a month on: `rate` in yuan per square metre and month, `area` in square metres.

    `months` is how many are paid; ending it early makes them fewer and says why. `serving_tenant_id` is the company
    that reads it: the one that serves the estate, or that served it until it was over.
    """

    __tablename__ = "subsidy"
    __table_args__ = (
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("subsidy_estate", "estate_id", "first_month"),
        Index(
            "subsidy_division",
            "division_path",
            "id",
            postgresql_include=["estate_id", "rate", "area", "first_month", "months"],
        ),
        Index("subsidy_serving", "serving_tenant_id"),
        CheckConstraint("rate > 0 AND area > 0", name="amount_positive"),
        CheckConstraint("months >= 0", name="months_not_negative"),
        CheckConstraint("extract(day FROM first_month) = 1", name="month_begins"),
        CheckConstraint("basis <> ''", name="basis_given"),
    )

    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    serving_tenant_id: UUID | None = None
    rate: Decimal = Field(sa_type=Numeric(8, 4))
    area: Decimal = Field(sa_type=Numeric(14, 2))
    first_month: date
    months: int
    basis: str = Field(sa_type=Text)
    end_reason: str | None = Field(default=None, sa_type=Text)

    @property
    def following_month(self) -> date:
        """The first month that is not paid any more."""
        return add_months(self.first_month, self.months)


def _month(day: str) -> str:
    """SQL that numbers the months, of the month of a day."""
    return f"(extract(year FROM {day}) * 12 + extract(month FROM {day}))::int"


_FIRST = f"greatest({_month('t.first_month')}, {_month('{since}')} + (extract(day FROM {{since}}) > 1)::int)"
_LAST = f"least({_month('t.first_month')} + t.months - 1, {_month('{until}')})"
_PAID = f"""
SELECT t.estate_id, t.rate, t.area, m.months, t.rate * t.area * m.months AS amount
FROM subsidy t CROSS JOIN LATERAL (SELECT {_LAST} - {_FIRST} + 1 AS months) m
WHERE {{of_t}} AND {{within_t}} AND m.months > 0
"""

REPORT = f"""
SELECT count(DISTINCT s.estate_id)::int AS estates, coalesce(sum(s.area * s.months), 0)::numeric AS area_months,
       coalesce(sum(s.months), 0)::int AS months, coalesce(round(sum(s.amount), 2), 0.00) AS amount
FROM ({_PAID}) s
"""
"""R-13: what is paid for the months whose first day lies in the period: rate x area x months, summed exactly, and
rounded to cents only as it is shown.
"""

ESTATES = f"""
WITH paid AS MATERIALIZED ({_PAID} ORDER BY t.division_path FETCH FIRST 1000 ROWS WITH TIES)
SELECT e.name AS estate_name, e.division_path, s.rate, s.area, s.months, round(s.amount, 2) AS amount
FROM paid s JOIN estate e ON e.id = s.estate_id AND e.id = ANY(ARRAY(SELECT estate_id FROM paid))
ORDER BY e.division_path, e.name, s.rate LIMIT 1000
"""
"""R-13 by estate: the first thousand in the order of divisions; a narrower division gives the rest."""


@dataclass(frozen=True, kw_only=True)
class NewSubsidy:
    """A subsidy to pay from the month of a day on. Without an `area` it is for all of the estate's."""

    estate_id: UUID
    rate: Decimal
    first_month: date
    months: int
    basis: str
    area: Decimal | None = None
    id: UUID | None = None


async def grant(scope: Scope, new: NewSubsidy) -> Subsidy:
    """A regulator grants a subsidy to an estate in its division, no longer in a row than its setting allows."""
    checks = Checks()
    basis = checks.text("basis", new.basis, limit=200)
    rate = _rate(checks, new.rate)
    area = checks.area("area", new.area) if new.area is not None else None
    checks.day("firstMonth", new.first_month)
    if not 1 <= new.months <= MONTHS_LIMIT:
        checks.add(Code.SUBSIDY_MONTHS, "months", limit=MONTHS_LIMIT, months=new.months)
    checks.done()
    estate = await find(scope, Estate, new.estate_id, "estateId", lock=True)
    if area is not None and area > estate.area:
        checks.add(Code.SUBSIDY_AREA, "area", area=area, whole=estate.area)
    checks.done()
    subsidy = Subsidy(
        id=new.id or new_id(),
        estate_id=estate.id,
        division_path=estate.division_path,
        serving_tenant_id=estate.serving_tenant_id,
        rate=rate,
        area=area or estate.area,
        first_month=new.first_month.replace(day=1),
        months=new.months,
        basis=basis,
    )
    others = await _of(scope, estate.id)
    for other in others:
        if subsidy.first_month < other.following_month and other.first_month < subsidy.following_month:
            raise DomainError(Code.SUBSIDY_OVERLAPS, "firstMonth", since=other.first_month, months=other.months)
    allowed = await effective(scope, SettingKey.SUBSIDY_MONTHS_MAX, estate.division_path, subsidy.first_month)
    if (in_a_row := _in_a_row(subsidy, others)) > allowed:
        raise DomainError(Code.SUBSIDY_TOO_LONG, "months", allowed=allowed, months=in_a_row)
    await create(scope, subsidy, "subsidy")
    return subsidy


async def end(scope: Scope, id: UUID, version: int, months: int, reason: str) -> Subsidy:
    """Pay fewer months than were granted, and say why; what has been granted is not made more."""
    checks = Checks()
    words = checks.text("reason", reason)
    checks.count("months", months)
    checks.done()
    subsidy = await find_at(scope, Subsidy, id, version)
    if months >= subsidy.months:
        raise DomainError(Code.SUBSIDY_NOT_FEWER, "months", granted=subsidy.months, months=months)
    await change(scope, subsidy, "subsidy", {"months": months, "end_reason": words}, action="ended")
    return subsidy


async def pass_on(scope: Scope, estate_id: UUID, company_id: UUID | None) -> None:
    """Let the company that serves an estate now, or nobody, read what is still paid for it; what is over stays with
    who served it then. The platform writes it: a company writes nothing on a subsidy.
    """
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        await scope.connection.execute(
            "UPDATE subsidy SET serving_tenant_id = $2"
            " WHERE estate_id = $1 AND first_month + make_interval(months => months) > $3::date",
            estate_id,
            company_id,
            today(),
        )


def _rate(checks: Checks, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 < value <= RATE_LIMIT:
        checks.add(Code.SUBSIDY_RATE, "rate", rate=value, limit=RATE_LIMIT)
        return value
    exact = value.quantize(Decimal("0.0001"))
    if exact != value:
        checks.add(Code.TOO_PRECISE, "rate", places=4)
    return exact


def _in_a_row(subsidy: Subsidy, others: Sequence[Subsidy]) -> int:
    """How many months are paid without a break when this one is added to those there are."""
    first, last, months = subsidy.first_month, subsidy.following_month, subsidy.months
    for other in reversed(others):
        if other.following_month == first:
            first, months = other.first_month, months + other.months
    for other in others:
        if other.first_month == last:
            last, months = other.following_month, months + other.months
    return months


async def _of(scope: Scope, estate_id: UUID) -> Sequence[Subsidy]:
    """The estate's subsidies that pay at least a month, in order."""
    found = await scope.session.scalars(
        select(Subsidy)
        .where(Subsidy.estate_id == estate_id, Subsidy.months > 0)  # type: ignore[arg-type]
        .order_by(Subsidy.first_month)  # type: ignore[arg-type]
    )
    return found.all()
