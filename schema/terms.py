"""The enums of the contract: the domain's own, each value with its description and Chinese term."""

import re
from enum import Enum, StrEnum
from typing import TypeVar

import strawberry

from tenants.access import Purpose
from tenants.agreement import AgreementState, ClaimState
from tenants.calendar import Every
from tenants.campaign import DutyKind
from tenants.check_in import CheckInState
from tenants.committee import CommitteeKind
from tenants.company import CompanyStatus, MemberStatus
from tenants.compliance import CompanyDuty
from tenants.data_quality import DataCheck
from tenants.division import DivisionLevel
from tenants.due import DueKind
from tenants.errors import Code
from tenants.estate import CommitteeStatus, EstateKind, Lifecycle, RegistryState, ServiceModel
from tenants.interview import Attendee, InterviewState
from tenants.issue import IssueChannel, IssueLevel, IssueSource, IssueState
from tenants.open_day import OpenArea, OpenDayState, Organiser
from tenants.permission import CompanyRole, RegulatorRole
from tenants.project import ContractKind, DeliveryStatus, EndReason, ProjectStatus
from tenants.rectification import RectificationState
from tenants.regulator import RegulatorStatus
from tenants.scheme import GroupKind, Subject
from tenants.staff import Post
from tenants.take_over import TakeOverState
from tenants.whistle import WhistleLevel, WhistleState

E = TypeVar("E", bound=type[Enum])

_TERM = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
# By class too: members of two enums are equal when their values are.
_TERMS: dict[tuple[type[Enum], object], str] = {}


def contract_enum(cls: E, description: str, terms: dict[Enum, str], name: str | None = None) -> E:
    """Make a domain enum one of the contract's; every value has its term, or the schema is not built."""
    strawberry.enum(cls, name=name, description=description)
    for value in cls.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = terms[cls(value.value)]
    for known, text in terms.items():
        if found := _TERM.findall(text):
            _TERMS[cls, known.value] = found[-1]
    return cls


def chinese(description: str) -> str:
    """The Chinese term in a description, without what stands after a comma; the description where it has none."""
    found = _TERM.search(description)
    return found[1].partition(", ")[0] if found else description


def term(value: StrEnum) -> str:
    """The Chinese term of an enum's value, as its description has it."""
    return _TERMS.get((type(value), value.value), str(value))


contract_enum(
    AgreementState,
    "State of a co-building agreement (共建协议状态).",
    {
        AgreementState.SIGNED: "Signed (已签订).",
        AgreementState.IN_PROGRESS: "A claimed project has begun (实施中).",
        AgreementState.REVIEWED: "Reviewed by the community (已评议).",
    },
)
contract_enum(
    ClaimState,
    "State of a claimed project (认领项目状态).",
    {
        ClaimState.CLAIMED: "Claimed (已认领).",
        ClaimState.IN_PROGRESS: "In progress (实施中).",
        ClaimState.COMPLETED: "Completed, the community has not confirmed it yet (已完成).",
        ClaimState.CONFIRMED: "Confirmed by the community (社区已确认).",
        ClaimState.DROPPED: "Given up, with a reason (已放弃).",
    },
)
contract_enum(
    CheckInState,
    "State of a check-in (社区报到状态).",
    {
        CheckInState.PENDING: "To be reported (待报到).",
        CheckInState.OVERDUE: "Not reported by the deadline (逾期未报到).",
        CheckInState.REPORTED: "Reported in time (已报到).",
        CheckInState.REPORTED_LATE: "Reported after the deadline (逾期报到).",
        CheckInState.CONFIRMED: "Confirmed by the community (社区已确认).",
        CheckInState.ENDED: "The lead left before it was confirmed (已终结).",
    },
)
contract_enum(
    CompanyStatus,
    "Where a company stands on the platform (企业状态).",
    {
        CompanyStatus.APPLIED: "Has applied, not yet active (已申请).",
        CompanyStatus.ACTIVE: "Works on the platform (正常).",
        CompanyStatus.SUSPENDED: "May read, may not change anything (暂停).",
        CompanyStatus.CLOSED: "Has left the platform (已注销).",
    },
)
contract_enum(
    MemberStatus,
    "Whether a portal member may sign in (成员状态).",
    {MemberStatus.ACTIVE: "May sign in (有效).", MemberStatus.REMOVED: "May not sign in any more (已移除)."},
)
contract_enum(
    CompanyRole,
    "Role of a member of a company's portal (企业成员角色).",
    {
        CompanyRole.TENANT_ADMIN: "Administrator (租户管理员): users, projects, staff, take-overs.",
        CompanyRole.PROJECT_MANAGER: "Project manager (项目经理): changes the projects he or she leads.",
        CompanyRole.PARTY_OFFICER: "Party affairs officer (党务干事).",
        CompanyRole.FRONT_DESK: "Front desk (前台).",
    },
)
contract_enum(
    Purpose,
    "What a regulator works for (用途), stated in the header Linli-Purpose.",
    {
        Purpose.COMMUNITY_WORK: "Community work: check-ins, agreements (社区工作).",
        Purpose.COMPLAINT: "Handling a complaint (投诉处理).",
        Purpose.CREDIT: "Credit evaluation (信用评价).",
        Purpose.INSPECTION: "Inspection on site (现场检查).",
        Purpose.RATING: "Rating (评定).",
        Purpose.STATISTICS: "Figures only (统计).",
        Purpose.SUPERVISION: "Daily supervision (日常监管).",
    },
)
contract_enum(
    RegulatorRole,
    "Role of a member of a regulator (监管成员角色).",
    {
        RegulatorRole.VIEWER: "Reads (查看).",
        RegulatorRole.ASSESSOR: "Keeps the estate registry (评定).",
        RegulatorRole.PUBLISHER: "Decides: confirms take-overs (发布).",
        RegulatorRole.SECURITY_ADMIN: "Appoints members and ends assignments; reads no company's data (安全管理员).",
        RegulatorRole.AUDITOR: "Reads the registry's audit trail; reads no company's data (审计员).",
    },
)
contract_enum(
    RegulatorStatus,
    "Whether a regulator's members may sign in (监管机构状态).",
    {RegulatorStatus.ACTIVE: "Working (正常).", RegulatorStatus.CLOSED: "Closed (已撤销)."},
)
contract_enum(
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
contract_enum(
    DueKind,
    "Kind of thing that is due (待办类型).",
    {
        DueKind.AGREEMENT: "Sign the year's agreement with a community (签订共建协议).",
        DueKind.AGREEMENT_REVIEW: "Review the year's agreement (评议共建协议).",
        DueKind.CHECK_IN: "Check in with the community (社区报到).",
        DueKind.CHECK_IN_CONFIRMATION: "Confirm a check-in (确认报到).",
        DueKind.CLAIM: "Claim a project under the agreement (认领项目不足).",
        DueKind.CLAIM_CONFIRMATION: "Confirm a claimed project (确认认领项目).",
        DueKind.CLAIMED_PROJECT: "Complete a claimed project (完成认领项目).",
        DueKind.ISSUE: "Close an issue (办结问题).",
        DueKind.LEAD_REPORT: "Report to the community for a period (负责人向社区报告).",
        DueKind.OPEN_DAY: "Hold the open days of the quarter (举办季度开放日).",
        DueKind.OPINION: "Answer an opinion given on an open day (答复意见).",
        DueKind.PARTY_APPROVAL: "Approve an admission (审批预备党员).",
        DueKind.PARTY_BRANCH_MEETING: "Hold the branch meeting (召开支部大会).",
        DueKind.PARTY_CONVERSION: "Decide a conversion (讨论转正).",
        DueKind.PARTY_CONVERSION_APPROVAL: "Approve a conversion (审批转正).",
        DueKind.PARTY_CULTIVATION_REVIEW: "Review an activist, every half year (积极分子考察).",
        DueKind.PARTY_ELECTION: "Elect the organisation anew (换届).",
        DueKind.PARTY_ERASURE: "Erase a file whose retention has ended (删除到期档案).",
        DueKind.PARTY_OATH: "Take the oath (入党宣誓).",
        DueKind.PARTY_TALK: "Talk to an applicant (派人谈话).",
        DueKind.PARTY_TRANSFER: "Complete a transfer of relations (组织关系转接).",
        DueKind.CREDIT_OBJECTION: "Object to a credit notice, if you want to (信用记分异议).",
        DueKind.CREDIT_RECTIFICATION: "Put right what a credit notice says, and say so (信用记分整改).",
        DueKind.RECTIFICATION: "Put something right and say so (整改).",
    },
)
contract_enum(
    Every,
    "How long each period of a series is (统计周期), by the calendar.",
    {
        Every.MONTH: "A month (月).",
        Every.QUARTER: "A quarter (季度).",
        Every.HALF_YEAR: "A half-year (半年).",
        Every.YEAR: "A year (年).",
    },
)
contract_enum(
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
contract_enum(
    Lifecycle,
    "Where an estate stands between planning and delivery (交付阶段).",
    {
        Lifecycle.PRE_SALE: "Not yet on sale (未售).",
        Lifecycle.ON_SALE: "On sale (在售).",
        Lifecycle.DELIVERED: "Delivered (已交付).",
    },
)
contract_enum(
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
contract_enum(
    CommitteeKind,
    "Kind of an estate's committee (委员会类型).",
    {
        CommitteeKind.OC: "Owners' committee (业主委员会).",
        CommitteeKind.PMC: "Property management committee (物业管理委员会), where there can be no other.",
    },
)
contract_enum(
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
contract_enum(
    DataCheck,
    "A check of data quality (数据质量核查项), with what it counts.",
    {
        DataCheck.COMPANY_CODE_OVERRIDDEN: "Active companies whose unified social credit code fails its check digit and"
        " was accepted with a reason (统一社会信用代码校验不符).",
        DataCheck.ESTATE_COMMITTEE_UNREGISTERED: "Estates whose committee status and the register of committees"
        " contradict each other (业委会状态与登记不符).",
        DataCheck.ESTATE_COMMUNITY_MISSING: "Estates registered at a street because their community is not known"
        " (未落到社区).",
        DataCheck.ESTATE_DIVISION_CODE_MISSING: "Estates whose community or street has no code (区划代码缺失).",
        DataCheck.ESTATE_ELIGIBILITY_UNDATED: "Estates that are eligible for an owners' committee, nobody knows since"
        " when (缺少具备条件日期).",
        DataCheck.ESTATE_HOUSEHOLDS_MISSING: "Estates without a number of households (户数缺失).",
        DataCheck.ESTATE_STALE: "Estates whose entry nobody has changed for BASELINE_MONTHS months (小区信息过期).",
        DataCheck.ESTATE_UNCONFIRMED: "Estates that a company reported and no regulator has confirmed (小区未核实).",
        DataCheck.PROJECT_CONTRACT_EXPIRED: "Running projects whose last contract has expired (合同到期仍在管).",
        DataCheck.PROJECT_DELIVERY_DIFFERS: "Running projects that say delivered where the registry does not, or the"
        " reverse (交付状态不一致).",
        DataCheck.PROJECT_GRIDS_DIFFER: "Running projects whose grids are not those of the registry (网格数不一致).",
        DataCheck.PROJECT_LEAD_MISSING: "Running projects without a lead in charge, by the check-ins leads owe"
        " (无在任项目负责人).",
        DataCheck.PROJECT_SURVEY_STALE: "Running projects never surveyed, or not for BASELINE_MONTHS months"
        " (台账未摸排或过期).",
    },
)
contract_enum(
    WhistleLevel,
    "Level of a whistle (哨级), from the first to the fourth.",
    {
        WhistleLevel.PUBLICITY: "1: departments come to explain, fire safety say (宣传哨).",
        WhistleLevel.EMERGENCY: "2: a violation that nobody there can stop, cars in a fire lane say (应急哨).",
        WhistleLevel.ENFORCEMENT: "3: persuasion has failed and it must stop at once (执法哨).",
        WhistleLevel.HARD_PROBLEM: "4: duties overlap, and a joint meeting studies it first (攻坚哨).",
    },
)
contract_enum(
    WhistleState,
    "State of a whistle (哨的状态).",
    {
        WhistleState.RAISED: "Raised (已吹哨).",
        WhistleState.ACCEPTED: "Accepted, its units are dispatched (已受理).",
        WhistleState.RESPONDED: "A unit has arrived (已到场).",
        WhistleState.JOINT_MEETING: "Studied by a joint meeting (联席会议已研究).",
        WhistleState.DISPOSED: "Disposed of (已处置).",
        WhistleState.CONFIRMED: "Confirmed by who raised it (已确认).",
        WhistleState.REJECTED: "Rejected, with a reason (已退回).",
    },
)
contract_enum(
    DutyKind,
    "What falls due by a campaign's cadence (工作节奏), by calendar month, quarter and half-year.",
    {
        DutyKind.MONTHLY_REPORT: "Report of each month (月通报).",
        DutyKind.QUARTERLY_OBSERVATION: "Observation on site in each quarter (季观摩).",
        DutyKind.HALF_YEAR_ASSESSMENT: "Assessment of each half-year (半年考核).",
    },
)
contract_enum(
    CompanyDuty,
    "What companies owe by a day, as their records show (企业合规义务).",
    {
        CompanyDuty.CHECK_IN: "Check-in of a new lead, by its deadline (项目负责人报到).",
        CompanyDuty.LEAD_REPORT: "Report to the community, as often as LEAD_REPORT_MONTHS says (负责人报告).",
        CompanyDuty.OPEN_DAY: "Open days of a quarter, as many as OPEN_DAYS_PER_QUARTER says (季度开放日).",
    },
)
contract_enum(
    RegistryState,
    "State of an entry of the estate registry (名录登记状态).",
    {
        RegistryState.REPORTED: "Reported by the company that serves it (企业申报).",
        RegistryState.CONFIRMED: "Confirmed by a regulator of its division (主管部门确认).",
    },
)
contract_enum(
    ProjectStatus,
    "Whether a project runs (项目状态).",
    {ProjectStatus.ACTIVE: "Runs (在管).", ProjectStatus.ENDED: "Has ended (已终止)."},
)
contract_enum(
    EndReason,
    "Why a project ended (终止原因).",
    {
        EndReason.EXPIRED: "The contract expired (合同到期).",
        EndReason.TERMINATED: "The contract was terminated (提前解除).",
        EndReason.TAKEN_OVER: "Another company took over (被接管).",
    },
)
contract_enum(
    ContractKind,
    "Kind of service contract (物业服务合同类型).",
    {ContractKind.EARLY: "Early-stage service (前期物业服务).", ContractKind.NORMAL: "Normal service (普通物业服务)."},
)
contract_enum(
    DeliveryStatus,
    "How much of the estate is delivered, from the baseline ledger (交付情况).",
    {
        DeliveryStatus.NOT_DELIVERED: "Nothing yet (未交付).",
        DeliveryStatus.PARTLY_DELIVERED: "A part (部分交付).",
        DeliveryStatus.DELIVERED: "All (全部交付).",
    },
)
contract_enum(
    IssueState,
    "Step of an issue's loop (问题状态).",
    {
        IssueState.FOUND: "Found (发现).",
        IssueState.REPORTED: "Reported (上报).",
        IssueState.ASSIGNED: "Assigned to a level (分派).",
        IssueState.IN_PROGRESS: "Worked on (处置中).",
        IssueState.FEEDBACK: "Answered (反馈).",
        IssueState.CLOSED: "Closed (办结).",
        IssueState.EVALUATED: "Evaluated by the one who raised it (评价).",
        IssueState.REOPENED: "Opened anew (重新打开).",
    },
)
contract_enum(
    IssueLevel,
    "Level that handles an issue (处置层级).",
    {
        IssueLevel.ESTATE: "Estate (小区).",
        IssueLevel.GRID: "Grid (网格).",
        IssueLevel.COMMUNITY: "Community (社区).",
        IssueLevel.STREET: "Street (街道).",
        IssueLevel.COUNTY: "County or district (区县).",
        IssueLevel.CITY: "City (市).",
    },
)
contract_enum(
    IssueSource,
    "Where an issue was found (问题来源).",
    {
        IssueSource.PATROL: "Patrol (巡查).",
        IssueSource.HOTLINE_12345: "The 12345 hotline (12345 热线).",
        IssueSource.OPEN_DAY: "An open day (物业开放日).",
        IssueSource.HOME_VISIT: "A home visit (入户走访).",
        IssueSource.PARTY_MEMBER_DAY: "A Party members' day (主题党日).",
        IssueSource.CIVILISED_CITY: "A check of the civilised-city campaign (文明城市创建).",
        IssueSource.FIRE_INSPECTION: "A fire inspection (消防检查).",
        IssueSource.INSPECTION: "Another inspection (其他检查).",
        IssueSource.THIRD_PARTY: "A third-party assessment (第三方测评).",
        IssueSource.RESIDENT: "A resident (居民反映).",
    },
)
contract_enum(
    IssueChannel,
    "How an issue came in (受理渠道).",
    {
        IssueChannel.COUNTER: "At the counter (前台).",
        IssueChannel.PHONE: "By telephone (电话).",
        IssueChannel.WECHAT: "By WeChat (微信).",
        IssueChannel.APP: "By an app (应用程序).",
        IssueChannel.GRID: "Through the grid (网格).",
        IssueChannel.IMPORT: "Imported (导入).",
    },
)
contract_enum(
    OpenDayState,
    "State of an open day (开放日状态).",
    {
        OpenDayState.DRAFT: "Prepared (草稿).",
        OpenDayState.PUBLISHED: "Published (已公告).",
        OpenDayState.POSTPONED: "Put off, to be published anew (已延期).",
        OpenDayState.CANCELLED: "Called off (已取消).",
        OpenDayState.HELD: "Held (已举办).",
        OpenDayState.FEEDBACK_OPEN: "Opinions are collected and answered (意见办理中).",
        OpenDayState.CLOSED: "Closed (已办结).",
    },
)
contract_enum(
    OpenArea,
    "What an open day shows (开放区域).",
    {
        OpenArea.PUMP_ROOM: "Water pump room (水泵房).",
        OpenArea.FIRE_PUMP_ROOM: "Fire pump room (消防泵房).",
        OpenArea.POWER_ROOM: "Power distribution room (配电室).",
        OpenArea.GENERATOR: "Generator (发电机房).",
        OpenArea.LIFT_MACHINE_ROOM: "Lift machine room (电梯机房).",
        OpenArea.MONITORING_ROOM: "Monitoring room (监控室).",
        OpenArea.CLEANING_STORE: "Cleaning store (保洁用房).",
        OpenArea.SERVICE_CENTRE: "Service centre (物业服务中心).",
        OpenArea.OTHER: "Another place (其他).",
    },
)
contract_enum(
    Organiser,
    "Who calls an open day (组织方).",
    {
        Organiser.COMPANY: "The property company (物业服务企业).",
        Organiser.COMMUNITY: "The community (社区).",
        Organiser.STREET: "The street (街道).",
        Organiser.HOUSING_AUTHORITY: "The housing authority (住建部门).",
        Organiser.ASSOCIATION: "The association (行业协会).",
    },
)
contract_enum(
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
contract_enum(
    GroupKind,
    "Who evaluates under a scheme (评价主体类别).",
    {
        GroupKind.ASSOCIATION: "The industry's association (行业协会).",
        GroupKind.AUTHORITY: "The industry's authority (行业主管部门).",
        GroupKind.OWNERS: "Owners (业主).",
        GroupKind.PEER: "Property companies, of each other (物业企业互评).",
        GroupKind.STREET_COMMUNITY: "Street and community (街道社区).",
        GroupKind.STREET_COMMUNITY_PARTY: "Party organisations of street and community (街道社区党组织).",
        GroupKind.THIRD_PARTY: "A third party (第三方机构).",
    },
    name="EvaluatorKind",
)
contract_enum(
    Subject,
    "Whom or what a scheme scores (评价对象).",
    {
        Subject.COMPANY: "Companies (物业服务企业).",
        Subject.PROJECT: "Projects (物业项目).",
        Subject.PROJECT_LEAD: "Project leads (项目负责人).",
    },
    name="SchemeSubject",
)
contract_enum(
    RectificationState,
    "Where a rectification order stands (整改状态).",
    {
        RectificationState.ISSUED: "Issued; items are still to be answered (整改中).",
        RectificationState.ANSWERED: "Every item is answered (已回复).",
        RectificationState.RETURNED: "Returned, to be done again (已退回).",
        RectificationState.CONFIRMED: "Confirmed by the level that issued it (已确认).",
    },
)
contract_enum(
    InterviewState,
    "Where an interview stands (约谈状态).",
    {
        InterviewState.PLANNED: "Planned (待约谈).",
        InterviewState.HELD: "Held, the minutes are filed (已约谈).",
        InterviewState.CANCELLED: "Not held, with a reason (已取消).",
    },
)
contract_enum(
    Attendee,
    "Who is asked to come to an interview, by role (约谈对象).",
    {
        Attendee.LEGAL_REPRESENTATIVE: "Legal representative of the company (法定代表人).",
        Attendee.COMPANY_HEAD: "Head of the company (企业负责人).",
        Attendee.PROJECT_LEAD: "Project lead (项目负责人).",
        Attendee.COMMUNITY: "The community (社区).",
        Attendee.STREET: "The street (街道).",
        Attendee.OWNERS_COMMITTEE: "The owners' committee (业主委员会).",
    },
    name="InterviewAttendee",
)
contract_enum(
    TakeOverState,
    "State of a take-over (接管状态).",
    {
        TakeOverState.REQUESTED: "Waits for a regulator (待确认).",
        TakeOverState.CONFIRMED: "Confirmed; the estate changed hands (已确认).",
        TakeOverState.REFUSED: "Refused, with a reason (已驳回).",
        TakeOverState.WITHDRAWN: "Taken back by the incoming company (已撤回).",
    },
)
contract_enum(
    Code,
    "What kept a change from being made (业务错误代码).",
    {code: f"{code.value.english} ({code.value.chinese})" for code in Code},
    name="UserErrorCode",
)

__all__ = [
    "AgreementState",
    "Attendee",
    "CheckInState",
    "ClaimState",
    "Code",
    "CommitteeKind",
    "CommitteeStatus",
    "CompanyDuty",
    "CompanyRole",
    "CompanyStatus",
    "ContractKind",
    "DataCheck",
    "DeliveryStatus",
    "DivisionLevel",
    "DueKind",
    "DutyKind",
    "EndReason",
    "EstateKind",
    "Every",
    "GroupKind",
    "InterviewState",
    "IssueChannel",
    "IssueLevel",
    "IssueSource",
    "IssueState",
    "Lifecycle",
    "MemberStatus",
    "OpenArea",
    "OpenDayState",
    "Organiser",
    "Post",
    "ProjectStatus",
    "Purpose",
    "RectificationState",
    "RegistryState",
    "RegulatorRole",
    "RegulatorStatus",
    "ServiceModel",
    "Subject",
    "TakeOverState",
    "WhistleLevel",
    "WhistleState",
]
