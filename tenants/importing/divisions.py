"""Importing divisions that are not published: the communities of a county, or any other level."""

from pathlib import Path

from sqlmodel import col, select

from tenants import division
from tenants.division import LEVEL, WORKER, Division
from tenants.errors import Code, DomainError
from tenants.importing.report import Outcome, Report, importing
from tenants.scope import Database
from tenants.sheet import Column, Reader

COLUMNS = (
    Column(
        "parent",
        "上级区划代码",
        "parent code",
        ("上级代码", "所属区划代码", "街道代码", "所属街道代码", "乡镇代码", "上级行政区划代码", "parent"),
        carries=True,
    ),
    Column(
        "name", "名称", "name", ("区划名称", "行政区划名称", "社区名称", "居委会名称", "村居名称", "社区", "街道名称")
    ),
    Column(
        "code",
        "代码",
        "code",
        ("区划代码", "社区代码", "统计用区划代码", "行政区划代码", "居委会代码", "division code"),
    ),
    Column("since", "起始日期", "valid from", ("设立日期", "成立日期", "启用日期", "生效日期", "since")),
)
REQUIRED = (("name",), ("parent", "code"))
FIELDS = {"parent": ("parent", "code"), "name": ("name",), "code": ("code",), "validFrom": ("since",)}


async def import_divisions(database: Database, file: Path, dry_run: bool) -> Report:
    """Add the divisions of a file. One that its parent has under the same name is known, and stays as it is."""
    report = Report(dry_run)
    async with importing(database, WORKER, file, dry_run, COLUMNS, REQUIRED, FIELDS, report) as session:
        if session is None:
            return report
        scope = session.scope
        taken: dict[tuple[str, str], int] = {}

        async def take(row: Reader) -> Outcome | None:
            name, code, since = row.require("name", row.text("name")), row.code("code"), row.day("since")
            above = row.code("parent") or _above(code)
            if not above and not row.met("code") and not row.met("parent"):
                row.refuse(DomainError(Code.EMPTY), "parent")
            if not name or not above:
                return None
            parent = await division.by_code(scope, above, "parent")
            first = taken.setdefault((parent.path, name), row.number)
            if first != row.number:
                raise DomainError(Code.ROW_REPEATED, "name", row=first)
            known = await scope.session.scalar(
                select(Division).where(
                    Division.parent_id == parent.id, Division.name == name, col(Division.valid_to).is_(None)
                )
            )
            if known is not None and code in ("", known.code):
                return Outcome.KNOWN
            if row.problems:
                return None
            await division.add(scope, parent, name, code or None, since)
            return Outcome.ADDED

        await session.each(take)
    return report


def _above(code: str) -> str:
    """The code of the division above, by the length of this one."""
    return code[: max((length for length in LEVEL if length < len(code)), default=0)] if len(code) in LEVEL else ""
