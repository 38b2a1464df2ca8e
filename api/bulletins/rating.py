"""The bulletin (通报) of a published rating."""

from typing import Any, Final
from uuid import UUID

from api.bulletins.sheet import Sheet
from tenants.rating import bulletin

_HEADS: Final = ("序号", "企业", "项目", "得分", "等次", "后续措施", "更正说明")
_WIDTHS: Final = (9, 30, 26, 12, 13, 26, 18)


async def sheet(connection: Any, cycle_id: UUID) -> Sheet | None:
    """What is announced of a cycle; None while there is nothing published of it."""
    found = await bulletin.of(connection, cycle_id)
    if found is None:
        return None
    return Sheet(
        heading="评定结果通报",
        title=found.title,
        facts=(
            ("组织区划", found.division),
            ("评定期", f"{found.period_from} 至 {found.period_to}"),
            ("公布日期", str(found.published_on)),
            ("评定方案", f"{found.scheme}（第 {found.edition} 版）"),
            ("依据", found.basis),
            ("等次分布", "；".join(f"{name} {count} 个" for name, count in found.bands) or "—"),
        ),
        heads=_HEADS,
        widths=_WIDTHS,
        rows=[
            (
                at,
                line.company,
                line.project or "—",
                line.total,
                line.band or "—",
                line.action or "—",
                line.reason or "",
            )
            for at, line in enumerate(found.lines, 1)
        ],
        made_at=found.updated_at,
    )
