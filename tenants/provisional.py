"""Provisional deadlines, worked out anew once the holiday calendar of their year is published: one way for every area.

An area that keeps deadlines has a `settle(scope, limit)` for the daily job: it takes the rows that `unsettled` finds,
works each deadline out from where its period began, and says how many there were.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import select

from tenants.calendar import published_until
from tenants.row import TenantRow
from tenants.scope import Scope

R = TypeVar("R", bound=TenantRow)

_FIRST: Final = date(2005, 1, 1)
"""Older days have no holiday calendar that will ever be known."""


async def unsettled(scope: Scope, table: type[R], day: str, owed: Any, limit: int) -> Sequence[R]:
    """The company's rows, locked, which are still `owed` and whose column `day` is provisional although its calendar is
    published; at most so many. A row that is settled is not found again.
    """
    columns: Any = table
    rows = await scope.session.scalars(
        select(table)
        .where(
            columns.tenant_id == scope.tenant_id,
            columns.provisional,
            owed,
            getattr(columns, day).between(_FIRST, published_until()),
        )
        .order_by(columns.id)
        .limit(limit)
        .with_for_update(key_share=True)
    )
    return rows.all()
