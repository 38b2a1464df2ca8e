"""Importing a company's projects: estates, contracts, leads and the baseline ledger, one project a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from tenants import company, project, staff
from tenants.change import find
from tenants.company import Company
from tenants.errors import Code, DomainError, DomainErrors
from tenants.estate import CommitteeStatus, EstateKind, Lifecycle, NewEstate, ServiceModel
from tenants.importing.places import Places
from tenants.importing.report import Outcome, Report, Session, importing, require
from tenants.permission import Permission
from tenants.project import ContractKind, DeliveryStatus, NewContract, NewProject
from tenants.row import today
from tenants.scope import Database, Principal, Scope
from tenants.sheet import Column, Note, Reader, words
from tenants.staff import NewStaff, Post

COLUMNS = (
    Column(
        "estate",
        "小区名称",
        "estate name",
        ("小区", "楼盘名称", "楼盘", "物业小区名称", "住宅小区名称", "物业区域名称", "服务小区", "estate"),
    ),
    Column(
        "project",
        "项目名称",
        "project name",
        ("项目", "物业项目名称", "物业项目", "服务项目名称", "服务项目", "project"),
    ),
    Column(
        "division",
        "区划代码",
        "division code",
        ("社区代码", "社区区划代码", "所属社区代码", "街道代码", "行政区划代码", "统计用区划代码", "division"),
        carries=True,
    ),
    Column(
        "county", "区县", "county", ("县区", "区市", "区（市）", "所属区县", "所在区县", "县（市、区）", "行政区"), True
    ),
    Column(
        "street",
        "街道",
        "street",
        ("街道镇", "镇街", "乡镇", "街道名称", "所属街道", "所在街道", "街道乡镇", "镇街道"),
        True,
    ),
    Column(
        "community",
        "社区",
        "community",
        ("所属社区", "社区名称", "所在社区", "社区居委会", "居委会", "所属居委会", "社区村", "村居"),
        True,
    ),
    Column("address", "地址", "address", ("小区地址", "项目地址", "坐落", "详细地址", "地理位置", "位置")),
    Column(
        "kind", "小区类型", "estate kind", ("类型", "小区性质", "项目类型", "物业类型", "房屋性质", "小区类别", "kind")
    ),
    Column(
        "area",
        "建筑面积",
        "area",
        ("总建筑面积", "物业面积", "管理面积", "服务面积", "在管面积", "物业服务面积", "建筑总面积", "面积", "area m2"),
    ),
    Column("households", "户数", "households", ("总户数", "住户数", "住宅户数", "小区户数", "规划户数")),
    Column("grids", "网格数", "grids", ("网格数量", "网格个数", "划分网格数", "grid count")),
    Column("lifecycle", "销售状态", "lifecycle", ("楼盘状态", "开发阶段", "建设状态")),
    Column("delivery", "交付情况", "delivery status", ("交付状态", "是否交付", "交房情况")),
    Column("model", "服务模式", "service model", ("管理模式", "物业服务模式", "物业管理模式")),
    Column(
        "committee",
        "业委会情况",
        "committee status",
        ("业委会", "业主委员会", "业委会状态", "业主委员会情况", "业委会成立情况"),
    ),
    Column("contract_kind", "合同类型", "contract kind", ("合同性质", "合同种类", "合同类别")),
    Column(
        "starts_on",
        "合同起始日期",
        "contract from",
        (
            "合同开始日期",
            "合同起始日",
            "合同起始时间",
            "合同开始时间",
            "起始日期",
            "开始日期",
            "服务开始日期",
            "合同起",
            "合同期限起",
        ),
    ),
    Column(
        "ends_on",
        "合同终止日期",
        "contract to",
        (
            "合同结束日期",
            "合同截止日期",
            "合同到期日期",
            "合同到期日",
            "合同到期时间",
            "合同终止时间",
            "合同结束时间",
            "终止日期",
            "截止日期",
            "结束日期",
            "到期日期",
            "到期日",
            "合同止",
            "合同期限止",
        ),
    ),
    Column(
        "term",
        "合同期限",
        "contract period",
        ("合同期", "服务期限", "合同起止日期", "合同起止时间", "合同起止", "合同有效期"),
    ),
    Column("filed_on", "合同备案日期", "contract filed on", ("备案日期", "备案时间", "合同备案时间")),
    Column(
        "lead", "负责人", "project lead", ("项目负责人", "项目经理", "物业经理", "小区负责人", "负责人姓名", "lead")
    ),
    Column(
        "lead_phone",
        "负责人电话",
        "lead phone",
        (
            "联系电话",
            "联系方式",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "项目负责人电话",
            "项目经理电话",
            "负责人联系电话",
            "负责人联系方式",
        ),
    ),
    Column(
        "arrived_on", "负责人到任日期", "lead arrived on", ("到任日期", "到岗日期", "任职日期", "到任时间", "任职时间")
    ),
    Column("party_members", "业主党员数", "owner Party members", ("业主党员人数", "党员人数", "党员数", "党员业主数")),
    Column("surveyed_on", "摸底日期", "surveyed on", ("摸底调查日期", "调查日期", "摸排日期", "摸底时间")),
)
REQUIRED = (
    ("estate", "project"),
    ("division", "street", "community"),
    ("kind",),
    ("area",),
    ("starts_on", "term"),
    ("ends_on", "term"),
)
FIELDS: dict[str, Sequence[str]] = {
    "name": ("project", "estate"),
    "estateId": ("estate", "project"),
    "newEstate.name": ("estate", "project"),
    "newEstate.divisionCode": ("division", "community", "street"),
    "division": ("division", "community", "street"),
    "newEstate.address": ("address",),
    "newEstate.area": ("area",),
    "newEstate.households": ("households",),
    "newEstate.gridCount": ("grids",),
    "gridCount": ("grids",),
    "ownerPartyMembers": ("party_members",),
    "surveyedOn": ("surveyed_on",),
    "contract.startsOn": ("starts_on", "term"),
    "contract.endsOn": ("ends_on", "term"),
    "contract.filedOn": ("filed_on",),
    "staffId": ("lead",),
    "lead.name": ("lead",),
    "lead.workPhone": ("lead_phone",),
    "arrivedOn": ("arrived_on", "starts_on", "term"),
}

KINDS = words(
    {
        EstateKind.RESETTLEMENT: "安置小区 安置房 回迁小区 回迁房 拆迁安置 拆迁安置小区 还建小区",
        EstateKind.COMMERCIAL: "商住小区 商品房小区 商品房 商品住宅 商品住宅小区 普通住宅 住宅小区 住宅",
        EstateKind.OLD_UNMANAGED: "老旧小区 无物业老旧小区 无物业小区 老旧无物业小区 老小区",
        EstateKind.AFFORDABLE: "保障性住房 保障房 公租房 廉租房 经济适用房 经适房 保障性住房小区 保障房小区",
        EstateKind.COURTYARD: "院落 单位大院 家属院 单位家属院 单位院 单体楼 独栋楼 散居楼院 楼院",
        EstateKind.MIXED: "混合 混合小区 综合 综合体 混合型",
    }
)
LIFECYCLES = words(
    {
        Lifecycle.PRE_SALE: "未售 待售 未开盘 在建",
        Lifecycle.ON_SALE: "在售 销售中 预售",
        Lifecycle.DELIVERED: "已交付 交付 售罄 已售 已建成",
    }
)
DELIVERIES = words(
    {
        DeliveryStatus.NOT_DELIVERED: "未交付 否 未交房",
        DeliveryStatus.PARTLY_DELIVERED: "部分交付 部分交房 分期交付",
        DeliveryStatus.DELIVERED: "已交付 交付 全部交付 是 已交房",
    }
)
MODELS = words(
    {
        ServiceModel.MARKET: "市场化 市场化物业 专业物业 市场化服务 专业化物业服务",
        ServiceModel.PUBLIC_INTEREST: "公益物业 公益性物业 红色公益物业 公益",
        ServiceModel.STATE_OWNED: "国企物业 国有物业 国有企业 国企兜底",
        ServiceModel.DISTRICT_SUBSIDY: "区级补贴 政府补贴 区财政补贴 财政补贴",
        ServiceModel.STREET_PACKAGE: "街道打包 街道兜底 打包管理 街道托管 片区打包",
        ServiceModel.RESIDENTS_COMMITTEE_COMPANY: "居委会物业 社区物业 社区居委会成立物业 社区自办物业",
        ServiceModel.TAKE_OVER: "接管 代管 大物业接管 物业接管 托管",
        ServiceModel.SELF_MANAGED: "自管 自治管理 居民自治 业主自管 自我管理",
    }
)
COMMITTEES = words(
    {
        CommitteeStatus.NOT_ELIGIBLE: "不符合条件 未达条件 不具备条件",
        CommitteeStatus.ELIGIBLE_NOT_STARTED: "符合条件未启动 未成立 未启动 无 否 未组建",
        CommitteeStatus.PREPARING: "筹备中 筹备 正在筹备 组建中",
        CommitteeStatus.ESTABLISHED: "已成立 已组建 有 是 成立 业委会",
        CommitteeStatus.PMC: "物管会 物业管理委员会 已成立物管会",
    }
)
CONTRACT_KINDS = words(
    {
        ContractKind.EARLY: "前期物业服务合同 前期物业 前期 前期合同 前期物业合同 前期服务合同",
        ContractKind.NORMAL: "普通物业服务合同 物业服务合同 普通 正式 正式合同 业主大会选聘 物业合同 一般",
    }
)


async def import_projects(database: Database, principal: Principal, file: Path, dry_run: bool) -> Report:
    """Begin the projects of a file in the name of the principal's company.

    A project is known by its estate's name and division and the first day of its contract. An estate that the
    registry does not have is reported with the project; one that another company serves needs a take-over.
    """
    for needed in (Permission.PROJECT_CREATE, Permission.LEAD_ASSIGN, Permission.STAFF_CREATE):
        require(principal, needed)
    report = Report(dry_run)
    async with importing(database, principal, file, dry_run, COLUMNS, REQUIRED, FIELDS, report) as session:
        if session is None:
            return report
        await company.require_active(session.scope)
        own = await find(session.scope, Company, session.scope.tenant_id)
        places = Places(session.scope, own.division_path[:4])
        taker = _Taker(session, places)
        _note_assumptions(session)
        await session.each(taker.take, taker.forget)
    return report


def _note_assumptions(session: Session) -> None:
    present, notes = session.table.present, session.report.notes
    if "contract_kind" not in present:
        notes.append(
            Note(
                "没有“合同类型”列：按普通物业服务合同导入",
                "There is no contract kind: all are taken as normal contracts",
            )
        )
    if "lead" in present and "arrived_on" not in present:
        notes.append(
            Note(
                "没有“负责人到任日期”列：以合同起始日期为到任日期",
                "There is no arrival date of the leads: they arrive when the contract starts",
            )
        )


@dataclass(slots=True)
class _Taker:
    """Takes one row after the other, and remembers which row named which estate and person."""

    session: Session
    places: Places
    _rows: dict[tuple[str, str], int] = field(default_factory=dict)
    _leads: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """The import's transaction."""
        return self.session.scope

    def forget(self) -> None:
        """The people who were added may be gone again."""
        self._leads.clear()

    async def take(self, row: Reader) -> Outcome | None:
        """One project."""
        estate = row.text("estate") or row.text("project")
        if not estate:
            row.require("estate" if "estate" in self.session.table.present else "project", None)
        path = await self._place(row)
        starts_on, ends_on = _dates(row, self.session.table.present)
        facts = self._facts(row)
        contract_kind = row.choice("contract_kind", CONTRACT_KINDS) or ContractKind.NORMAL
        filed_on, surveyed_on = row.day("filed_on"), row.day("surveyed_on")
        delivery, members = row.choice("delivery", DELIVERIES), row.whole("party_members")
        lead, phone, arrived_on = row.text("lead"), row.text("lead_phone"), row.day("arrived_on")
        known = await self._known(row, estate, path, starts_on) if estate and path and starts_on else None
        if isinstance(known, Outcome):
            return known if not row.problems else None
        if row.problems or not (path and starts_on and ends_on):
            return None
        new = NewProject(
            contract=NewContract(kind=contract_kind, starts_on=starts_on, ends_on=ends_on, filed_on=filed_on),
            estate_id=known,
            new_estate=None if known else NewEstate(name=estate, division_code=path, **facts),
            name=row.text("project") or None,
            delivery_status=delivery,
            grid_count=facts["grid_count"] if not row.blank("grids") else None,
            owner_party_members=members,
            surveyed_on=surveyed_on,
        )
        begun = await project.begin(self.scope, new)
        if lead:
            person = await self._lead(lead, phone, begun.id)
            arrival = arrived_on or min(starts_on, today())
            await project.assign_lead(self.scope, begun.id, begun.version, person, arrival, False)
        return Outcome.ADDED

    async def _place(self, row: Reader) -> str | None:
        code, community = row.code("division"), row.text("community")
        if not code and community.isascii() and community:
            code, community = row.code("community"), ""
        names = (row.text("county"), row.text("street"), community)
        if not code and not any(names[1:]):
            present = self.session.table.present
            row.require(next(key for key in ("division", "community", "street") if key in present), None)
            return None
        try:
            return await self.places.path(code, *names)
        except DomainError as error:
            row.refuse(error, next(key for key in FIELDS["division"] if not row.blank(key)))
            return None

    def _facts(self, row: Reader) -> dict[str, Any]:
        """What the registry would be told about a new estate."""
        area = row.number_in("area")
        if area is not None and "万" in self.session.table.headings["area"]:
            area *= 10_000
        return {
            "kind": row.require("kind", row.choice("kind", KINDS)),
            "area": row.require("area", area) or Decimal(0),
            "address": row.text("address") or None,
            "households": row.whole("households") or 0,
            "grid_count": row.whole("grids") or 0,
            "lifecycle": row.choice("lifecycle", LIFECYCLES) or Lifecycle.DELIVERED,
            "service_model": row.choice("model", MODELS) or ServiceModel.MARKET,
            "committee_status": row.choice("committee", COMMITTEES) or CommitteeStatus.NOT_ELIGIBLE,
        }

    async def _known(self, row: Reader, estate: str, path: str, starts_on: date) -> Outcome | UUID | None:
        """The estate in the registry, or that the project is there already. An estate entered at the street is the same
        as one of that name at one of its communities.
        """
        first = self._rows.setdefault((path, estate), row.number)
        if first != row.number:
            row.refuse(DomainError(Code.ROW_REPEATED, row=first), "estate")
            return None
        rows = await self.scope.connection.fetch(
            """
            SELECT e.id, e.serving_tenant_id, p.id AS project_id FROM estate e
            LEFT JOIN project p ON p.tenant_id = $4 AND p.estate_id = e.id AND p.started_on = $3
            WHERE e.name = $1 AND e.division_path = ANY($2)
            UNION ALL
            SELECT e.id, e.serving_tenant_id, p.id FROM estate e
            LEFT JOIN project p ON p.tenant_id = $4 AND p.estate_id = e.id AND p.started_on = $3
            WHERE e.name = $1 AND e.division_path ^@ $5 AND length(e.division_path) > length($5)
            """,
            estate,
            [path[:length] for length in (9, 12) if length <= len(path)],
            starts_on,
            self.scope.tenant_id,
            path,
        )
        if any(found["serving_tenant_id"] == self.scope.tenant_id or found["project_id"] for found in rows):
            return Outcome.KNOWN
        if len(rows) > 1:
            row.refuse(DomainError(Code.ESTATE_AMBIGUOUS, name=estate), "estate")
            return None
        if rows and rows[0]["serving_tenant_id"] is not None:
            row.refuse(DomainError(Code.ESTATE_SERVED), "estate")
            return None
        return UUID(str(rows[0]["id"])) if rows else None

    async def _lead(self, name: str, phone: str, project_id: UUID) -> UUID:
        """The member of staff who leads, by name and, where given, phone; a new one when there is none."""
        if (name, phone) in self._leads:
            return self._leads[name, phone]
        rows = await self.scope.connection.fetch(
            """
            SELECT id, work_phone FROM staff
            WHERE tenant_id = $1 AND name = $2 AND left_on IS NULL
                AND ($3 = '' OR work_phone = $3 OR work_phone IS NULL)
            ORDER BY work_phone NULLS LAST, id
            """,
            self.scope.tenant_id,
            name,
            phone,
        )
        exact = [row["id"] for row in rows if row["work_phone"] == (phone or None)]
        found = exact if len(exact) == 1 else [row["id"] for row in rows]
        if len(found) > 1:
            raise DomainError(Code.STAFF_AMBIGUOUS, "staffId", name=name)
        if not found:
            new = NewStaff(name=name, post=Post.PROJECT_MANAGER, project_id=project_id, work_phone=phone or None)
            try:
                found = [(await staff.add(self.scope, new)).id]
            except DomainErrors as errors:
                raise DomainErrors([_about_lead(error) for error in errors.errors]) from errors
        self._leads[name, phone] = UUID(str(found[0]))
        return self._leads[name, phone]


def _dates(row: Reader, present: frozenset[str]) -> tuple[date | None, date | None]:
    """First and last day of the contract, from two columns or from one."""
    starts_on, ends_on = row.day("starts_on"), row.day("ends_on")
    if not row.blank("term"):
        term = row.period("term") or (None, None)
        return starts_on or term[0], ends_on or term[1]
    for key, value in (("starts_on", starts_on), ("ends_on", ends_on)):
        row.require(key if key in present else "term", value)
    return starts_on, ends_on


def _about_lead(error: DomainError) -> DomainError:
    return DomainError(error.code, f"lead.{error.field}", **error.values)
