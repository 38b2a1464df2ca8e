"""The bulletin (通报) of a red or black list in force: what stands on it today."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from api.bulletins.sheet import Sheet
from schema.red_black_list.terms import Colour, Subject
from schema.terms import term
from tenants.red_black_list import publication

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_HEADING: Final = {Colour.RED: "红榜通报", Colour.BLACK: "黑榜通报"}
_COLUMNS: Final = {
    "company": ("企业名称", 32),
    "uscc": ("统一社会信用代码", 32),
    "project": ("项目名称", 26),
    "lead": ("项目负责人", 16),
    "reason": ("列入事由", 34),
    "ground": ("列入依据", 32),
}
_OF_SUBJECT: Final = {
    Subject.COMPANY: ("company", "uscc", "reason", "ground"),
    Subject.PROJECT: ("company", "uscc", "project", "reason", "ground"),
    Subject.PROJECT_LEAD: tuple(_COLUMNS),
}


async def sheet(connection: Any, list_id: UUID) -> Sheet | None:
    """What a list says today; None for one that is not in force."""
    found = await publication.in_force(connection, list_id)
    if found is None:
        return None
    made_at = datetime.now(_SHANGHAI)
    names = _OF_SUBJECT[Subject(found["subject"])]
    return Sheet(
        heading=_HEADING[Colour(found["colour"])],
        title=found["title"],
        facts=(*_facts(found), ("制表时间", f"{made_at:%Y-%m-%d %H:%M}（北京时间）")),
        heads=("序号", *(_COLUMNS[name][0] for name in names)),
        widths=(10, *(_COLUMNS[name][1] for name in names)),
        rows=[
            (number, *(entry.get(name) or "—" for name in names)) for number, entry in enumerate(found["content"], 1)
        ],
        made_at=made_at,
    )


def _facts(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Whose list it is, on what it rests, how it was publicised, and which edition it is."""
    yield "榜单类别", term(Colour(found["colour"]))
    yield "榜单对象", term(Subject(found["subject"]))
    yield "发布单位", found["organiser"]
    yield "依据文件", found["basis"]
    if found["cycle"] is not None:
        yield "评定周期", f"{found['cycle']}（{found['scheme']}，第 {found['scheme_edition']} 版）"
    yield "榜单期间", f"{found['period_from']} 至 {found['period_to']}"
    yield "公示日期", f"{found['publicised_on']}，异议期至 {found['object_by']}"
    yield "公布日期", str(found["published_on"])
    yield "公布期限", str(found["valid_to"])
    yield "榜单版次", f"第 {found['edition']} 版"
    if found["correction"] is not None:
        yield "更正说明", f"更正第 {found['edition'] - 1} 版：{found['correction']}"
