"""The enums of Party work in the contract, each value with its description and Chinese term."""

from schema.terms import contract_enum
from tenants.party.activity import ActivityKind
from tenants.party.appointment import AppointmentDirection, BodyKind, Holder
from tenants.party.development import (
    RULES,
    CaseState,
    DevelopmentStage,
    DevelopmentStep,
    RuleVersion,
    StepDecision,
    SupporterRole,
)
from tenants.party.membership import MembershipState, MemberType
from tenants.party.organisation import Formation, OrganisationKind, OrganisationState, SecretarySource, SizeAdvice
from tenants.party.privacy import AccessPurpose, ConsentPurpose, LegalBasis
from tenants.party.statistics import PartyMeasure
from tenants.party.transfer import TransferChannel, TransferDirection, TransferState

contract_enum(
    OrganisationKind,
    "Kind of Party organisation (党组织类型).",
    {
        OrganisationKind.INDUSTRY_COMMITTEE: "Committee of the property industry (物业行业党委).",
        OrganisationKind.BASE_COMMITTEE: "Base committee (基层党委).",
        OrganisationKind.GENERAL_BRANCH: "General branch (党总支).",
        OrganisationKind.BRANCH: "Branch (党支部).",
        OrganisationKind.JOINT_BRANCH: "Joint branch of two to five units (联合党支部).",
        OrganisationKind.FUNCTIONAL_BRANCH: "Functional branch (功能型党支部): activities, no relations.",
        OrganisationKind.TEMPORARY_BRANCH: "Temporary branch (临时党支部): admits nobody.",
        OrganisationKind.COMPREHENSIVE_BRANCH: "Comprehensive branch of a community (综合党支部).",
        OrganisationKind.GROUP: "Group (党小组).",
        OrganisationKind.WORKING_GROUP: "Working group (党的工作小组).",
    },
    name="PartyOrganisationKind",
)
contract_enum(
    Formation,
    "How an organisation was formed (组建方式).",
    {
        Formation.SOLE: "By one unit (单独组建).",
        Formation.JOINT: "By several units (联合组建).",
        Formation.FUNCTIONAL: "For a function (功能型).",
        Formation.ADJACENT_JOINT: "By joining adjacent areas (划接连片).",
        Formation.DISPATCHED: "With people sent to it (派遣).",
    },
    name="PartyOrganisationFormation",
)
contract_enum(
    OrganisationState,
    "State of an organisation (党组织状态); that an election is due is computed.",
    {
        OrganisationState.PROPOSED: "Proposed (拟建).",
        OrganisationState.APPROVED: "Approved by the committee above (已批准).",
        OrganisationState.ACTIVE: "At work (正常).",
        OrganisationState.RE_ELECTING: "Electing anew (换届中).",
        OrganisationState.MERGED: "Merged into another (已合并).",
        OrganisationState.DISSOLVED: "Dissolved (已撤销).",
    },
    name="PartyOrganisationState",
)
contract_enum(
    SecretarySource,
    "Where a secretary comes from (书记来源); never who it is.",
    {
        SecretarySource.OWNER: "An owner of the estate (业主).",
        SecretarySource.APPOINTED: "Appointed from above (选派).",
        SecretarySource.COMPANY: "From the company (企业).",
        SecretarySource.COMMUNITY: "From the community (社区).",
        SecretarySource.RETIRED_CADRE: "A retired cadre (退休干部).",
    },
)
contract_enum(
    SizeAdvice,
    "What the number of members suggests (规模提示); never a refusal.",
    {
        SizeAdvice.CONSIDER_GENERAL_BRANCH: "More than 50 members: consider a general branch (可设党总支).",
        SizeAdvice.CONSIDER_BASE_COMMITTEE: "100 members and more: consider a base committee (可设基层党委).",
    },
    name="PartyOrganisationSizeAdvice",
)
contract_enum(
    LegalBasis,
    "Why the company may keep a file (处理依据).",
    {
        LegalBasis.CONSENT: "Separate consent (单独同意).",
        LegalBasis.STATUTORY_DUTY: "A statutory duty (法定职责或义务).",
        LegalBasis.EMPLOYMENT: "Lawful employment rules (依法制定的劳动规章制度).",
    },
    name="PartyFileBasis",
)
contract_enum(
    ConsentPurpose,
    "What a separate consent is for (同意用途).",
    {
        ConsentPurpose.MEMBERSHIP: "Membership ledger (党员台账).",
        ConsentPurpose.DEVELOPMENT: "Development of members (发展党员).",
    },
    name="PartyConsentPurpose",
)
contract_enum(
    AccessPurpose,
    "What a file is opened for (查阅目的).",
    {
        AccessPurpose.DEVELOPMENT_WORK: "Work on a development case (发展党员工作).",
        AccessPurpose.MEMBERSHIP_WORK: "Work on a membership (党员管理工作).",
        AccessPurpose.TRANSFER_WORK: "Work on a transfer (组织关系转接).",
        AccessPurpose.DATA_SUBJECT_REQUEST: "The person asked for it (本人申请).",
        AccessPurpose.RECONCILIATION: "Check against the official system (与党员信息系统核对).",
    },
    name="PartyFilePurpose",
)
contract_enum(
    MemberType,
    "Type of member (党员类别).",
    {MemberType.PROBATIONARY: "Probationary member (预备党员).", MemberType.FULL: "Full member (正式党员)."},
    name="PartyMemberType",
)
contract_enum(
    MembershipState,
    "Where a membership stands (党员身份状态).",
    {
        MembershipState.NORMAL: "Normal (正常).",
        MembershipState.MOBILE: "Mobile (流动).",
        MembershipState.SUSPENDED: "Suspended (停止党籍).",
        MembershipState.TRANSFERRED: "Transferred out (已转出).",
        MembershipState.LEFT: "Left (已离开).",
        MembershipState.CANCELLED: "Probation cancelled (取消预备党员资格).",
        MembershipState.LEDGER_ENDED: "Not kept any more, because the file is closed (台账终止).",
    },
    name="PartyMembershipState",
)
contract_enum(
    TransferDirection,
    "Which way a relation is transferred (转接方向).",
    {
        TransferDirection.INTERNAL: "Between the company's organisations (企业内).",
        TransferDirection.OUTGOING: "Out of the company (转出).",
        TransferDirection.INCOMING: "Into the company (转入).",
    },
    name="PartyTransferDirection",
)
contract_enum(
    TransferChannel,
    "How a relation is transferred (转接方式).",
    {
        TransferChannel.SYSTEM: "Through the national information system (线上转接).",
        TransferChannel.LETTER: "By letter of introduction (介绍信).",
    },
    name="PartyTransferChannel",
)
contract_enum(
    TransferState,
    "State of a transfer (转接状态).",
    {
        TransferState.ISSUED: "Issued (已开具).",
        TransferState.ACCEPTED: "Accepted: the relation has changed (已接收).",
        TransferState.RETURNED: "Returned (已退回).",
        TransferState.EXPIRED: "Expired unaccepted (已过期).",
        TransferState.REISSUED: "Expired and issued again (已重开).",
        TransferState.LEDGER_ENDED: "Not followed any more, because the file may not be kept (台账终止).",
    },
    name="PartyTransferState",
)
contract_enum(
    RuleVersion,
    "Which rules a case runs under (适用细则), by the day of the application.",
    {
        RuleVersion.RULES_2014: "The rules of 2014 (2014年细则).",
        RuleVersion.RULES_2026: "The rules of 2026 (2026年细则).",
    },
    name="DevelopmentRules",
)
contract_enum(
    CaseState,
    "Where a development case stands (发展党员状态).",
    {
        CaseState.APPLIED: "Has applied (已申请).",
        CaseState.TALKED: "Has been talked with (已谈话).",
        CaseState.ACTIVIST: "Activist (入党积极分子).",
        CaseState.DEVELOPMENT_OBJECT: "Development object (发展对象).",
        CaseState.REVIEWED: "Politically reviewed (已政审).",
        CaseState.TRAINED: "Trained (已培训).",
        CaseState.PRE_REVIEWED: "Pre-reviewed (已预审).",
        CaseState.BRANCH_APPROVED: "Agreed to by the branch (支部大会已通过).",
        CaseState.PROBATIONARY: "Probationary member (预备党员).",
        CaseState.CONVERSION_REQUESTED: "Has asked to convert (已申请转正).",
        CaseState.CONVERSION_BRANCH: "Conversion agreed to by the branch (支部大会已通过转正).",
        CaseState.FULL: "Full member (正式党员).",
        CaseState.ARCHIVED: "Archived (已归档).",
        CaseState.WITHDRAWN: "Withdrawn by the person (本人撤回).",
        CaseState.REJECTED: "Refused (未予接收).",
        CaseState.SUSPENDED: "Waits, because the person moved away (中止).",
        CaseState.CANCELLED: "Probation cancelled (取消预备党员资格).",
        CaseState.TRANSFERRED: "Goes on in another unit, with its papers (材料已转出).",
        CaseState.LEDGER_ENDED: "Not kept any more, because the file is closed (台账终止).",
    },
    name="DevelopmentCaseState",
)
contract_enum(
    DevelopmentStage,
    "Stage of developing a member (发展党员阶段): five, of 25 steps.",
    {
        DevelopmentStage.APPLICATION: "Application (申请入党).",
        DevelopmentStage.ACTIVIST: "Activist (入党积极分子的确定和培养教育).",
        DevelopmentStage.DEVELOPMENT_OBJECT: "Development object (发展对象的确定和考察).",
        DevelopmentStage.ADMISSION: "Admission of a probationary member (预备党员的接收).",
        DevelopmentStage.PROBATION: "Education, inspection and conversion (预备党员的教育考察和转正).",
    },
)
contract_enum(
    DevelopmentStep,
    "Step of developing a member (发展党员步骤): 25 in 5 stages, with the article of the 2026 rules.",
    {
        step: f"{number}. {rule.english} ({rule.chinese}，第{rule.article}条)."
        for number, (step, rule) in enumerate(RULES[RuleVersion.RULES_2026].items(), 1)
    },
)
contract_enum(
    StepDecision,
    "What a step has decided (办理结果).",
    {
        StepDecision.DONE: "Done (已办理).",
        StepDecision.AGREED: "Agreed (同意).",
        StepDecision.RECORDED: "Recorded (备案).",
        StepDecision.PASSED: "Passed (合格).",
        StepDecision.APPROVED: "Approved (批准).",
    },
    name="DevelopmentStepDecision",
)
contract_enum(
    SupporterRole,
    "Contact or introducer (联系人、介绍人).",
    {
        SupporterRole.CONTACT: "Contact who cultivates (培养联系人).",
        SupporterRole.INTRODUCER: "Introducer (入党介绍人).",
    },
    name="CaseSupporterRole",
)
contract_enum(
    ActivityKind,
    "Kind of organisation life (组织生活类型).",
    {
        ActivityKind.GENERAL_MEETING: "General meeting of the branch (支部党员大会).",
        ActivityKind.COMMITTEE_MEETING: "Meeting of the branch committee (支部委员会).",
        ActivityKind.GROUP_MEETING: "Group meeting (党小组会).",
        ActivityKind.PARTY_CLASS: "Party class (党课).",
        ActivityKind.PARTY_DAY: "Party day (主题党日).",
        ActivityKind.ORGANISATION_LIFE_MEETING: "Organisation life meeting (组织生活会).",
        ActivityKind.REVIEW_OF_MEMBERS: "Review of members (民主评议党员).",
        ActivityKind.VOLUNTEER_SERVICE: "Volunteer service (志愿服务).",
        ActivityKind.JOINT_ACTIVITY: "Activity held with others (活动联办).",
    },
    name="PartyActivityKind",
)
contract_enum(
    AppointmentDirection,
    "Which way a cross appointment goes (任职方向).",
    {
        AppointmentDirection.INTO_COMMUNITY: "A company's person in a community body (企业人员进入社区).",
        AppointmentDirection.INTO_COMPANY: "A community's person in the company's organisation (社区人员进入企业).",
    },
    name="CrossAppointmentDirection",
)
contract_enum(
    Holder,
    "In which capacity a post is held (任职人身份); never who it is.",
    {
        Holder.PROJECT_LEAD: "Project lead (项目负责人).",
        Holder.COMPANY_HEAD: "Head of the company (企业负责人).",
        Holder.STAFF: "Member of staff (员工).",
        Holder.COMMUNITY_LEADER: "Leader of the community's organisation (社区党组织成员).",
        Holder.COMMITTEE_MEMBER: "Member of an owners' committee (业委会成员).",
    },
    name="CrossAppointmentHolder",
)
contract_enum(
    BodyKind,
    "Body in which a post is held (任职机构类型).",
    {
        BodyKind.COMMUNITY_PARTY: "Party organisation of the community (社区党组织).",
        BodyKind.RESIDENTS_COMMITTEE: "Residents' committee (居民委员会).",
        BodyKind.ESTATE_PARTY: "Party organisation of the estate (小区党组织).",
        BodyKind.OWNERS_COMMITTEE: "Owners' committee (业主委员会).",
        BodyKind.COMPANY_PARTY: "Party organisation of the company (企业党组织).",
    },
    name="CrossAppointmentBody",
)
contract_enum(
    PartyMeasure,
    "What a published figure counts (统计指标).",
    {
        PartyMeasure.APPLICANTS: "Applicants (入党申请人).",
        PartyMeasure.ACTIVISTS: "Activists (入党积极分子).",
        PartyMeasure.DEVELOPMENT_OBJECTS: "Development objects (发展对象).",
        PartyMeasure.IN_ADMISSION: "Being admitted (接收办理中).",
        PartyMeasure.PROBATIONARY_MEMBERS: "Probationary members (预备党员).",
        PartyMeasure.FULL_MEMBERS: "Full members (正式党员).",
        PartyMeasure.ENTERED_THIS_YEAR: "Cases begun in the year (本年新申请).",
        PartyMeasure.ADMITTED_THIS_YEAR: "Admitted in the year (本年接收预备党员).",
        PartyMeasure.CONVERTED_THIS_YEAR: "Converted in the year (本年转正).",
        PartyMeasure.OVERDUE_CASES: "Cases with something overdue (逾期未办).",
        PartyMeasure.PROJECT_LEADS: "Project leads (在任项目负责人).",
        PartyMeasure.CROSS_APPOINTED_LEADS: "Leads with a post in a community body (交叉任职的项目负责人).",
        PartyMeasure.COMMITTEES: "Owners' committees (业主委员会).",
        PartyMeasure.COMMITTEE_MEMBERS: "Members of owners' committees (业委会成员).",
        PartyMeasure.COMMITTEE_PARTY_MEMBERS: "Party members in owners' committees (业委会党员成员).",
        PartyMeasure.COMMITTEE_SHARES: "Committees times the mean Party share, in percent (业委会党员占比之和).",
        PartyMeasure.COMMITTEES_ABOVE_HALF: "Committees with more than half Party members (党员过半的业委会).",
        PartyMeasure.PARTY_CHAIRS: "Committees whose chair is a Party member (主任为党员的业委会).",
        PartyMeasure.CHAIRS_WHO_ARE_SECRETARY: "Party chairs who are secretary of the estate's branch (一肩挑).",
    },
)

__all__ = [
    "AccessPurpose",
    "ActivityKind",
    "AppointmentDirection",
    "BodyKind",
    "CaseState",
    "ConsentPurpose",
    "DevelopmentStage",
    "DevelopmentStep",
    "Formation",
    "Holder",
    "LegalBasis",
    "MemberType",
    "MembershipState",
    "OrganisationKind",
    "OrganisationState",
    "PartyMeasure",
    "RuleVersion",
    "SecretarySource",
    "SizeAdvice",
    "StepDecision",
    "SupporterRole",
    "TransferChannel",
    "TransferDirection",
    "TransferState",
]
