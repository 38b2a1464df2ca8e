"""Importing a company's staff: the minimum about each person, one a row.

Files of companies hold more than the platform may keep (identity numbers, addresses, Party membership): a column that
is not known here is not read, and the report says so.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from tenants import company, staff
from tenants.errors import Code, DomainError
from tenants.importing.report import Outcome, Report, Session, importing, require
from tenants.permission import Permission
from tenants.scope import Database, Principal
from tenants.sheet import Column, Reader, spelled, words
from tenants.staff import NewStaff, Post

COLUMNS = (
    Column("name", "姓名", "name", ("员工姓名", "人员姓名", "名字")),
    Column("number", "工号", "staff number", ("员工编号", "人员编号", "职工编号", "员工号", "编号", "number")),
    Column("post", "岗位", "post", ("职务", "职位", "工种", "岗位名称", "岗位类别", "职务岗位", "岗位职务")),
    Column(
        "project",
        "项目",
        "project",
        (
            "所属项目",
            "项目名称",
            "服务项目",
            "所在项目",
            "小区",
            "小区名称",
            "所在小区",
            "服务小区",
            "所属小区",
            "工作项目",
        ),
        carries=True,
    ),
    Column(
        "phone",
        "联系电话",
        "work phone",
        ("电话", "手机", "手机号", "手机号码", "联系方式", "工作电话", "办公电话", "电话号码", "phone"),
    ),
    Column(
        "hired_on", "入职日期", "hired on", ("入职时间", "入职", "入司日期", "进公司日期", "到岗日期", "参加工作日期")
    ),
    Column("left_on", "离职日期", "left on", ("离职时间", "离职", "离岗日期")),
    Column("grid_member", "网格员", "grid member", ("是否网格员", "兼职网格员", "是否兼职网格员", "是否兼任网格员")),
    Column("grid_code", "网格编号", "grid code", ("网格", "网格编码", "网格号", "所属网格", "网格代码")),
)
REQUIRED = (("name",), ("post",))
FIELDS = {
    "name": ("name",),
    "number": ("number",),
    "post": ("post",),
    "projectId": ("project",),
    "workPhone": ("phone",),
    "hiredOn": ("hired_on",),
    "leftOn": ("left_on",),
    "isGridMember": ("grid_member",),
    "gridCode": ("grid_code", "grid_member"),
}

POSTS = words(
    {
        Post.PROJECT_MANAGER: "项目经理 项目负责人 物业经理 项目主任 负责人 经理 主任",
        Post.CUSTOMER_SERVICE: "客服 客户服务 管家 物业管家 前台 客服管家 收费员",
        Post.ENGINEERING: "工程 维修 工程维修 维修工 水电工 电工 工程师 水电",
        Post.SECURITY: "秩序维护 保安 安保 秩序 秩序维护员 安管 门卫 门岗",
        Post.CLEANING: "保洁 环卫 清洁 保洁员 清洁工",
        Post.GREENING: "绿化 园林 绿化养护 绿化工 绿化员",
        Post.ADMINISTRATION: "行政 财务 人事 文员 会计 出纳 办公室 行政人事 内勤",
        Post.OTHER: "其他 其它",
    }
)
# What a title such as 夜班秩序维护员 or 客服主管 is about; the first that fits decides.
_TITLES = (
    (re.compile("项目经理|项目负责人|物业经理|项目主任"), Post.PROJECT_MANAGER),
    (re.compile("秩序|保安|安保|安管|门卫|门岗|监控|巡逻|消防|车管"), Post.SECURITY),
    (re.compile("保洁|清洁|环卫|环境|垃圾"), Post.CLEANING),
    (re.compile("绿化|园林|园艺"), Post.GREENING),
    (re.compile("工程|维修|水电|电工|弱电|电梯|设备|暖通"), Post.ENGINEERING),
    (re.compile("客服|客户|管家|前台|收费|接待"), Post.CUSTOMER_SERVICE),
    (re.compile("行政|财务|人事|人力|文员|会计|出纳|办公室|内勤|采购|品质|仓管"), Post.ADMINISTRATION),
)


async def import_staff(database: Database, principal: Principal, file: Path, dry_run: bool) -> Report:
    """Record the staff of a file in the name of the principal's company.

    A person is known by the staff number, or, without one, by name and phone. A known person stays as recorded; only
    what was not recorded yet is filled in.
    """
    for needed in (Permission.STAFF_CREATE, Permission.STAFF_UPDATE):
        require(principal, needed)
    report = Report(dry_run)
    async with importing(database, principal, file, dry_run, COLUMNS, REQUIRED, FIELDS, report) as session:
        if session is None:
            return report
        await company.require_active(session.scope)
        taker = _Taker(session)
        await taker.load()
        await session.each(taker.take)
    return report


@dataclass(slots=True)
class _Taker:
    """Takes one row after the other, knowing the company's staff and projects."""

    session: Session
    _by_number: dict[str, Any] = field(default_factory=dict)
    _by_name: dict[tuple[str, str, UUID | None], Any] = field(default_factory=dict)
    _projects: dict[str, set[UUID]] = field(default_factory=dict)
    _rows: dict[Any, int] = field(default_factory=dict)

    async def load(self) -> None:
        """What the company has already."""
        scope = self.session.scope
        for row in await scope.connection.fetch(
            """
            SELECT id, version, name, number, work_phone, project_id, hired_on, left_on FROM staff
            WHERE tenant_id = $1 ORDER BY number NULLS FIRST, id
            """,
            scope.tenant_id,
        ):
            if row["number"]:
                self._by_number[row["number"]] = row
            self._by_name.setdefault(_key(row["name"], row["work_phone"] or "", row["project_id"]), row)
        for row in await scope.connection.fetch(
            """
            SELECT p.id, p.name, e.name AS estate FROM project p JOIN estate e ON e.id = p.estate_id
            WHERE p.tenant_id = $1 AND p.status = 'ACTIVE'
            """,
            scope.tenant_id,
        ):
            for name in {spelled(row["name"]), spelled(row["estate"])}:
                self._projects.setdefault(name, set()).add(UUID(str(row["id"])))

    async def take(self, row: Reader) -> Outcome | None:
        """One person."""
        name = row.require("name", row.text("name"))
        number, phone = row.code("number"), row.text("phone")
        post = row.require("post", _post(row))
        project_id = self._project(row)
        hired_on, left_on = row.day("hired_on"), row.day("left_on")
        grid_code, on_grid = row.code("grid_code") or None, row.yes("grid_member")
        if row.problems or not name or not post:
            return None
        by_name = _key(name, phone, project_id)
        first = self._rows.setdefault(number or by_name, row.number)
        if first != row.number:
            raise DomainError(Code.ROW_REPEATED, "number" if number else "name", row=first)
        scope = self.session.scope
        known = self._by_number.get(number) or self._by_name.get(by_name)
        if known is not None and number and known["number"] not in (None, number):
            known = None  # a namesake
        if known is not None:
            if known["name"] != name:
                raise DomainError(Code.STAFF_NUMBER_TAKEN, "number", number=number)
            given = {"number": number or None, "work_phone": phone or None, "hired_on": hired_on, "left_on": left_on}
            missing = {key: value for key, value in given.items() if value is not None and known[key] is None}
            if missing:
                await staff.update(scope, UUID(str(known["id"])), known["version"], missing)
            return Outcome.KNOWN
        new = NewStaff(
            name=name,
            post=post,
            number=number or None,
            project_id=project_id,
            work_phone=phone or None,
            hired_on=hired_on,
            is_grid_member=bool(grid_code) if on_grid is None else on_grid,
            grid_code=grid_code,
        )
        person = await staff.add(scope, new)
        if left_on is not None:
            await staff.update(scope, person.id, person.version, {"left_on": left_on})
        return Outcome.ADDED

    def _project(self, row: Reader) -> UUID | None:
        name = row.text("project")
        if not name:
            return None
        found = self._projects.get(spelled(name), set())
        if len(found) != 1:
            code = Code.PROJECT_AMBIGUOUS if found else Code.PROJECT_UNKNOWN
            row.refuse(DomainError(code, name=name), "project")
            return None
        return next(iter(found))


def _key(name: str, phone: str, project_id: UUID | None) -> tuple[str, str, UUID | None]:
    """By what a person without a number is known: name and phone, or name and project where there is no phone."""
    return name, phone, None if phone else project_id


def _post(row: Reader) -> Post | None:
    title = row.text("post")
    for pattern, post in _TITLES:
        if spelled(title) not in POSTS and pattern.search(title):
            return post
    return row.choice("post", POSTS)
