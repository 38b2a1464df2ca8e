"""What the tests of red and black lists share: a bureau whose assessor prepares and whose publisher decides."""

from datetime import timedelta
from typing import Any

from tenants.permission import RegulatorRole
from tenants.red_black_list import preparation, publication, publicity
from tenants.red_black_list.preparation import NewEntry, NewList
from tenants.red_black_list.tables import Colour, RedBlackEntry, RedBlackList
from tenants.row import today
from tenants.scheme import Subject
from tenants.scope import Principal
from tests.areas.town import Firm, Town

DAY = timedelta(days=1)
CITY = "3704"
LATER = today() + 30 * DAY
"""A day on which every publicity that begins today is over."""


def listed(**more: Any) -> NewList:
    """A black list of companies."""
    facts: dict[str, Any] = {
        "colour": Colour.BLACK,
        "subject": Subject.COMPANY,
        "title": "2026年第二季度物业服务企业黑榜",
        "basis": "枣住建通〔2026〕11号",
        "period_from": today() - 90 * DAY,
        "period_to": today(),
        "valid_to": today() + 365 * DAY,
        **more,
    }
    return NewList(**facts)


def entry(row: RedBlackList, firm: Firm, **more: Any) -> NewEntry:
    """An entry that rests on a document."""
    facts: dict[str, Any] = {"reason": "拒不整改", "document": "枣住建罚〔2026〕7号", **more}
    return NewEntry(list_id=row.id, company_id=firm.id, **facts)


class Office:
    """A regulator's two members, and the steps that they take one after the other."""

    def __init__(self, town: Town, assessor: Principal, publisher: Principal) -> None:
        self.town = town
        self.assessor = assessor
        self.publisher = publisher

    @classmethod
    async def of(cls, town: Town, path: str = CITY) -> "Office":
        """Both members, of a division."""
        return cls(town, await town.regulator(path, RegulatorRole.ASSESSOR), await town.regulator(path))

    async def prepared(self, *firms: Firm, **more: Any) -> RedBlackList:
        """A list with an entry for each company."""
        row = await self.town.do(self.assessor, preparation.prepare, listed(**more))
        for firm in firms:
            await self.town.do(self.assessor, preparation.enter, entry(row, firm))
        return row

    async def publicised(self, *firms: Firm, **more: Any) -> RedBlackList:
        """One that may be objected to."""
        row = await self.prepared(*firms, **more)
        return await self.town.do(self.publisher, publicity.publicise, row.id, row.version)

    async def concluded(self, *firms: Firm, **more: Any) -> RedBlackList:
        """One that nobody objected to in time."""
        row = await self.publicised(*firms, **more)
        return await self.town.do(self.publisher, publicity.conclude, row.id, row.version, on=LATER)

    async def published(self, *firms: Firm, **more: Any) -> RedBlackList:
        """One that is published today."""
        row = await self.concluded(*firms, **more)
        return await self.town.do(self.publisher, publication.publish, row.id, row.version)

    async def withdraw(self, one: RedBlackEntry, reason: str) -> RedBlackEntry:
        """Take an entry off a published list, as proposed."""
        one = await self.town.do(self.assessor, publication.propose_withdrawal, one.id, one.version, reason)
        return await self.town.do(self.publisher, publication.withdraw_entry, one.id, one.version)

    async def entry_of(self, row: RedBlackList, firm: Firm) -> RedBlackEntry:
        """The company's entry on a list."""
        found = await self.town.administrator.fetchrow(
            "SELECT * FROM red_black_entry WHERE list_id = $1 AND tenant_id = $2", row.id, firm.id
        )
        assert found is not None
        return RedBlackEntry(**dict(found.items()))
