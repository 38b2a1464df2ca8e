"""The enums of the contract: the domain's own, each value with its description and Chinese term."""

import re
from enum import StrEnum
from typing import TypeVar

import strawberry

from tenants.company import CompanyStatus, MemberStatus
from tenants.division import DivisionLevel
from tenants.errors import CATALOGUE, Code
from tenants.estate import CommitteeStatus, EstateKind, Lifecycle, RegistryState, ServiceModel
from tenants.permission import CompanyRole, RegulatorRole
from tenants.project import ContractKind, DeliveryStatus, EndReason, ProjectStatus
from tenants.regulator import RegulatorStatus
from tenants.staff import Post
from tenants.take_over import TakeOverState

E = TypeVar("E", bound=type[StrEnum])

_TERM = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
# By class too: members of two enums are equal when their values are.
_TERMS: dict[tuple[type[StrEnum], str], str] = {}


def _enum(cls: E, description: str, terms: dict[StrEnum, str], name: str | None = None) -> E:
    """Make a domain enum one of the contract's; every value has its term, or the schema is not built."""
    strawberry.enum(cls, name=name, description=description)
    for value in cls.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = terms[cls(value.value)]
    for known, text in terms.items():
        if found := _TERM.findall(text):
            _TERMS[cls, known.value] = found[-1]
    return cls


def term(value: StrEnum) -> str:
    """The Chinese term of an enum's value, as its description has it."""
    return _TERMS.get((type(value), value.value), str(value))


_enum(
    CompanyStatus,
    "Where a company stands on the platform (企业状态).",
    {
        CompanyStatus.APPLIED: "Has applied, not yet active (已申请).",
        CompanyStatus.ACTIVE: "Works on the platform (正常).",
        CompanyStatus.SUSPENDED: "May read, may not change anything (暂停).",
        CompanyStatus.CLOSED: "Has left the platform (已注销).",
    },
)
_enum(
    MemberStatus,
    "Whether a portal member may sign in (成员状态).",
    {MemberStatus.ACTIVE: "May sign in (有效).", MemberStatus.REMOVED: "May not sign in any more (已移除)."},
)
_enum(
    CompanyRole,
    "Role of a member of a company's portal (企业成员角色).",
    {
        CompanyRole.TENANT_ADMIN: "Administrator (租户管理员): users, projects, staff, take-overs.",
        CompanyRole.PROJECT_MANAGER: "Project manager (项目经理): changes the projects he or she leads.",
        CompanyRole.PARTY_OFFICER: "Party affairs officer (党务干事).",
        CompanyRole.FRONT_DESK: "Front desk (前台).",
    },
)
_enum(
    RegulatorRole,
    "Role of a member of a regulator (监管成员角色).",
    {
        RegulatorRole.VIEWER: "Reads (查看).",
        RegulatorRole.ASSESSOR: "Keeps the estate registry (评定).",
        RegulatorRole.PUBLISHER: "Decides: confirms take-overs (发布).",
    },
)
_enum(
    RegulatorStatus,
    "Whether a regulator's members may sign in (监管机构状态).",
    {RegulatorStatus.ACTIVE: "Working (正常).", RegulatorStatus.CLOSED: "Closed (已撤销)."},
)
_enum(
    DivisionLevel,
    "Level of the administrative tree (行政区划级别).",
    {
        DivisionLevel.PROVINCE: "Province (省级).",
        DivisionLevel.CITY: "Prefecture-level city (地级).",
        DivisionLevel.COUNTY: "County or district (县级).",
        DivisionLevel.STREET: "Street, town or township (乡级).",
        DivisionLevel.COMMUNITY: "Community or village (社区、村).",
    },
)
_enum(
    EstateKind,
    "Kind of estate (小区类型).",
    {
        EstateKind.RESETTLEMENT: "Resettlement (安置小区).",
        EstateKind.COMMERCIAL: "Commercial (商住小区).",
        EstateKind.OLD_UNMANAGED: "Old, without property service (老旧无物业小区).",
        EstateKind.AFFORDABLE: "Affordable housing (保障性住房).",
        EstateKind.COURTYARD: "Courtyard (楼院).",
        EstateKind.MIXED: "Mixed (混合).",
    },
)
_enum(
    Lifecycle,
    "Where an estate stands between planning and delivery (交付阶段).",
    {
        Lifecycle.PRE_SALE: "Not yet on sale (未售).",
        Lifecycle.ON_SALE: "On sale (在售).",
        Lifecycle.DELIVERED: "Delivered (已交付).",
    },
)
_enum(
    ServiceModel,
    "Who serves an estate and who pays (服务模式).",
    {
        ServiceModel.MARKET: "A company on the market (市场化物业).",
        ServiceModel.PUBLIC_INTEREST: "A public-interest company led by the street (公益性物业).",
        ServiceModel.STATE_OWNED: "A state-owned company (国有企业兜底).",
        ServiceModel.DISTRICT_SUBSIDY: "Subsidised by the district (区级补贴).",
        ServiceModel.STREET_PACKAGE: "Several estates packaged by the street (街道打包).",
        ServiceModel.RESIDENTS_COMMITTEE_COMPANY: "A company of the residents' committee (居委会成立公司).",
        ServiceModel.TAKE_OVER: "Taken over by a neighbouring company (接管).",
        ServiceModel.SELF_MANAGED: "Managed by the owners (业主自管).",
    },
)
_enum(
    CommitteeStatus,
    "How far the estate's owners' committee has come (业主委员会状态).",
    {
        CommitteeStatus.NOT_ELIGIBLE: "The conditions for one are not met (不具备条件).",
        CommitteeStatus.ELIGIBLE_NOT_STARTED: "The conditions are met, nothing started (具备条件未启动).",
        CommitteeStatus.PREPARING: "A preparatory group is at work (筹备中).",
        CommitteeStatus.ESTABLISHED: "Established (已成立).",
        CommitteeStatus.PMC: "A property management committee acts instead (物业管理委员会).",
    },
)
_enum(
    RegistryState,
    "State of an entry of the estate registry (名录登记状态).",
    {
        RegistryState.REPORTED: "Reported by the company that serves it (企业申报).",
        RegistryState.CONFIRMED: "Confirmed by a regulator of its division (主管部门确认).",
    },
)
_enum(
    ProjectStatus,
    "Whether a project runs (项目状态).",
    {ProjectStatus.ACTIVE: "Runs (在管).", ProjectStatus.ENDED: "Has ended (已终止)."},
)
_enum(
    EndReason,
    "Why a project ended (终止原因).",
    {
        EndReason.EXPIRED: "The contract expired (合同到期).",
        EndReason.TERMINATED: "The contract was terminated (提前解除).",
        EndReason.TAKEN_OVER: "Another company took over (被接管).",
    },
)
_enum(
    ContractKind,
    "Kind of service contract (物业服务合同类型).",
    {ContractKind.EARLY: "Early-stage service (前期物业服务).", ContractKind.NORMAL: "Normal service (普通物业服务)."},
)
_enum(
    DeliveryStatus,
    "How much of the estate is delivered, from the baseline ledger (交付情况).",
    {
        DeliveryStatus.NOT_DELIVERED: "Nothing yet (未交付).",
        DeliveryStatus.PARTLY_DELIVERED: "A part (部分交付).",
        DeliveryStatus.DELIVERED: "All (全部交付).",
    },
)
_enum(
    Post,
    "Post of a member of staff (岗位).",
    {
        Post.PROJECT_MANAGER: "Project manager (项目经理).",
        Post.CUSTOMER_SERVICE: "Customer service (客服).",
        Post.ENGINEERING: "Engineering (工程维修).",
        Post.SECURITY: "Security (秩序维护).",
        Post.CLEANING: "Cleaning (保洁).",
        Post.GREENING: "Greening (绿化).",
        Post.ADMINISTRATION: "Administration (行政).",
        Post.OTHER: "Other (其他).",
    },
)
_enum(
    TakeOverState,
    "State of a take-over (接管状态).",
    {
        TakeOverState.REQUESTED: "Waits for a regulator (待确认).",
        TakeOverState.CONFIRMED: "Confirmed; the estate changed hands (已确认).",
        TakeOverState.REFUSED: "Refused, with a reason (已驳回).",
        TakeOverState.WITHDRAWN: "Taken back by the incoming company (已撤回).",
    },
)
_enum(
    Code,
    "What kept a change from being made (业务错误代码).",
    {code: f"{english} ({chinese})" for code, (chinese, english) in CATALOGUE.items()},
    name="UserErrorCode",
)

__all__ = [
    "Code",
    "CommitteeStatus",
    "CompanyRole",
    "CompanyStatus",
    "ContractKind",
    "DeliveryStatus",
    "DivisionLevel",
    "EndReason",
    "EstateKind",
    "Lifecycle",
    "MemberStatus",
    "Post",
    "ProjectStatus",
    "RegistryState",
    "RegulatorRole",
    "RegulatorStatus",
    "ServiceModel",
    "TakeOverState",
]
