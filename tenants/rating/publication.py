"""Published results (评定结果公布): what everybody may know of a rating. The registry's rows, written by the platform;
a correction is published beside what it corrects.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint, select, text
from sqlmodel import Field, col

from tenants.company import Company
from tenants.project import Project
from tenants.rating.case import CaseState, RatingCase, by_company, cases_of
from tenants.rating.cycle import RatingCycle, document_of
from tenants.rating.result import RatingResult
from tenants.row import Dated, Row, today
from tenants.scope import Principal, Scope


class PublishedRating(Dated, Row, table=True):
    """One edition of one result, with the names it goes by. `rated_id` is the project's or the company's."""

    __tablename__ = "published_rating"
    __table_args__ = (
        ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        UniqueConstraint("cycle_id", "number", "edition"),
        Index("published_rating_division", "division_path", "id"),
        Index(
            "published_rating_cycle",
            "cycle_id",
            "division_path",
            postgresql_include=["id", "number", "rated_id", "edition", "total", "band"],
        ),
        Index(
            "published_rating_corrected",
            "cycle_id",
            "number",
            "edition",
            postgresql_where=text("edition > 1"),
        ),
        Index("published_rating_rated", "rated_id", "cycle_id"),
    )

    cycle_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    number: str = Field(sa_type=Text)
    rated_id: UUID
    edition: int
    company_name: str = Field(sa_type=Text)
    project_name: str | None = Field(default=None, sa_type=Text)
    total: Decimal = Field(sa_type=Numeric)
    band: str | None = Field(default=None, sa_type=Text)
    band_name: str | None = Field(default=None, sa_type=Text)
    action: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    published_on: date


async def publish(scope: Scope, cycle: RatingCycle, results: Sequence[RatingResult], *, on: date | None = None) -> None:
    """Publish these results of a cycle, each or none. The organiser reads what they are of; the platform writes."""
    bands = {band.code: band for band in (await document_of(scope, cycle)).bands}
    cases = {one.id: one for one in await cases_of(scope, cycle, CaseState.FINAL)}
    names = await _names(scope, [cases[row.case_id] for row in results])
    rows = []
    for row in results:
        case, band = cases[row.case_id], bands.get(row.band or "")
        company_name, project_name = names[case.id]
        rows.append(
            PublishedRating(
                id=row.id,
                cycle_id=cycle.id,
                division_path=case.division_path,
                number=case.number,
                rated_id=case.project_id or case.tenant_id,
                edition=row.edition,
                company_name=company_name,
                project_name=project_name,
                total=row.total,
                band=row.band,
                band_name=band.name if band else None,
                action=band.action if band else None,
                reason=row.reason if row.edition > 1 else None,
                published_on=on or today(),
            )
        )
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        scope.session.add_all(rows)
        await scope.session.flush()


async def _names(scope: Scope, cases: Sequence[RatingCase]) -> Mapping[UUID, tuple[str, str | None]]:
    """What the company and the project of each case are called, asked of the company itself: its regulator does not see
    it any more once its last project there has ended.
    """
    found: dict[UUID, tuple[str, str | None]] = {}
    for tenant_id, theirs in by_company(sorted(cases, key=attrgetter("tenant_id"))):
        of_case = (col(Project.tenant_id) == tenant_id) & col(Project.id).in_({one.project_id for one in theirs})
        async with scope.acting_for(tenant_id):
            called = await scope.session.execute(
                select(col(Project.id), col(Company.name), col(Project.name))
                .select_from(Company)
                .outerjoin(Project, of_case)
                .where(col(Company.tenant_id) == tenant_id)
            )
            names: dict[UUID | None, tuple[str, str | None]] = {id_: (firm, name) for id_, firm, name in called}
        found |= {one.id: names[one.project_id] for one in theirs}
    return found
