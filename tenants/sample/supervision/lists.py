"""The red and the black list of the story, each with the company that a credit record put there."""

from datetime import date
from typing import Final

from tenants.credit.record import CreditRecord
from tenants.red_black_list import preparation, publication, publicity
from tenants.red_black_list.preparation import NewEntry, NewList
from tenants.red_black_list.tables import Colour
from tenants.sample.supervision.story import CITY, DAY, Story
from tenants.scheme import Subject

SHOWN_UNTIL: Final = date(2035, 12, 31)
"""Until when the lists are shown: as long as anybody looks at the demo."""


async def publish(story: Story, best: CreditRecord, worst: CreditRecord) -> None:
    """A red and a black list of companies, both published."""
    office = story.at[CITY]
    for colour, name, record, reason in (
        (Colour.RED, "红榜", best, "信用良好，项目获评市级示范"),
        (Colour.BLACK, "黑榜", worst, "合同终止后拒不移交物业档案"),
    ):
        story.told.on(date(2026, 4, 13))
        new = NewList(
            colour=colour,
            subject=Subject.COMPANY,
            title=f"枣庄市2026年第一季度物业服务企业{name}（示例）",
            basis="枣住建通〔2026〕11号（示例）",
            period_from=date(2026, 1, 1),
            period_to=date(2026, 3, 31),
            valid_to=SHOWN_UNTIL,
        )
        row = await story.does(office.assessor, preparation.prepare, new)
        entry = NewEntry(list_id=row.id, company_id=record.tenant_id, reason=reason, credit_record_id=record.id)
        await story.does(office.assessor, preparation.enter, entry)
        story.told.on(date(2026, 4, 14))
        row = await story.does(office.publisher, publicity.publicise, row.id, row.version)
        assert row.object_by is not None  # it is in publicity
        story.told.on(row.object_by + DAY)
        row = await story.does(office.publisher, publicity.conclude, row.id, row.version)
        await story.does(office.publisher, publication.publish, row.id, row.version)
