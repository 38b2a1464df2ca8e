"""The root of every read."""

import strawberry

from schema.agreement import Agreement, ClaimedProject
from schema.campaign import Campaign, CampaignDuty, ComplianceDuty, ComplianceFigures
from schema.check_in import CheckIn, CheckInFigures
from schema.committee import Committee, CommitteeFigures
from schema.company import Company, CompanyMember
from schema.compliance import CompanyDutyFigures
from schema.credit.figures import (
    CreditGradeFigures,
    CreditItemFigures,
    CreditProcessFigures,
    CreditSectionFigures,
    CreditSeverityFigures,
)
from schema.credit.public import MINIMUM_GRADE, USCC, USCCS, CreditCheck, PublicCredit
from schema.credit.record import CreditChain, CreditEntry, CreditRecord
from schema.credit.score import AS_OF, COMPANY, CreditEnrolment, CreditScore, CreditScoreOnDay
from schema.data_quality import DataQualityFigures
from schema.division import Division
from schema.due import Due
from schema.estate import Estate
from schema.interview import Interview
from schema.issue import Issue, IssueCategory, IssueCategoryFigures, IssueFigures
from schema.journal import AuditEntry
from schema.lead_report import LeadReport
from schema.open_day import OpenDay, OpenDayFigures
from schema.party.activity import PartyActivity
from schema.party.advisor import PartyAdvisor
from schema.party.appointment import CrossAppointment
from schema.party.development import DevelopmentCase
from schema.party.membership import PartyMembership, PartyTransfer
from schema.party.organisation import PartyOrganisation, PublicPartyOrganisation
from schema.party.privacy import PartyFile, PartyFileAccess, PartyPerson
from schema.party.quota import DevelopmentQuota
from schema.party.statistics import (
    CommitteeComposition,
    CrossAppointmentFigures,
    DevelopmentFigures,
    PartyCoverageFigures,
    PartyFigure,
    PartyOrganisationFigures,
)
from schema.party.survey import PartyCoverageSurvey
from schema.project import Project
from schema.rating.case import RatingCase
from schema.rating.cycle import RatingCycle
from schema.rating.report import RatingBandFigures, RatingDimensionFigures, RatingFigures
from schema.rating.score import PublishedRating, RatingEvaluator, RatingPeerReview, RatingResult, RatingSheet
from schema.reads import Connection, Node, Scope, by_id, connection, node, nodes, single
from schema.reads.report import report
from schema.rectification import RectificationOrder
from schema.red_black_list.lists import PublicListing, RedBlackEntry, RedBlackFigures, RedBlackList
from schema.regulator import AccessEntry, RegistryAuditEntry, Regulator
from schema.scheme import Scheme, SchemeDraft
from schema.setting import DivisionSetting, EffectiveSetting
from schema.staff import Staff
from schema.subsidy import Subsidy, SubsidyEstateFigures, SubsidyFigures
from schema.survey import Survey, SurveySlip
from schema.take_over import TakeOver
from schema.whistle import Whistle, WhistleFigures, WhistleUnitFigures
from tenants import agreement as agreement_rules
from tenants import campaign as campaign_rules
from tenants import check_in as check_in_rules
from tenants import committee as committee_rules
from tenants import compliance as compliance_rules
from tenants import data_quality as data_quality_rules
from tenants import issue as issue_rules
from tenants import lead_report as lead_report_rules
from tenants import open_day as open_day_rules
from tenants import setting as setting_rules
from tenants import subsidy as subsidy_rules
from tenants import whistle as whistle_rules
from tenants.company import Company as CompanyRow
from tenants.credit import history as credit_history
from tenants.credit import publication as public_credit_rules
from tenants.credit import record as credit_record_rules
from tenants.credit import score as credit_score_rules
from tenants.credit import statistics as credit_statistics
from tenants.estate import Estate as EstateRow
from tenants.party import organisation as party_organisation_rules
from tenants.party import statistics as party_statistics_rules
from tenants.permission import Permission
from tenants.project import Project as ProjectRow
from tenants.rating import report as rating_report
from tenants.rating import result as rating_result
from tenants.rating.publication import PublishedRating as PublishedRatingRow
from tenants.red_black_list import publication as red_black_list_rules
from tenants.red_black_list.tables import RedBlackList as RedBlackListRow


@strawberry.type(description="Everything that can be read (查询).")
class Query:
    """Each field needs the permission of the entity it gives."""

    node: Node | None = node()
    nodes: list[Node | None] = nodes()
    company: Company | None = single("Your company (本企业); null for a regulator.", by={"tenant_id": Scope.TENANT})
    regulator: Regulator | None = single(
        "Your regulator organisation (本机构); null for a company.", by={"id": Scope.REGULATOR}
    )
    companies: Connection[Company] = connection("Companies you may see (物业服务企业).")
    company_members: Connection[CompanyMember] = connection("Members of your portal (企业成员).")
    estates: Connection[Estate] = connection("The estate registry (小区名录).")
    estate: Estate | None = by_id("An estate by its id (小区).")
    committees: Connection[Committee] = connection("Committees of estates, past and present (业委会、物管会).")
    committee: Committee | None = by_id("A committee by its id (业委会、物管会).")
    committee_figures: list[CommitteeFigures] = report(
        "R-04: owners' and property management committees as on `until` (业委会、物管会组建率).",
        committee_rules.REPORT,
        tables={"c": committee_rules.Committee, "e": EstateRow},
        permission=Permission.COMMITTEE_READ,
        by_estate_kind=True,
    )
    whistles: Connection[Whistle] = connection("Whistles you may see (吹哨报到).")
    whistle: Whistle | None = by_id("A whistle by its id (哨).")
    whistle_figures: list[WhistleFigures] = report(
        "R-08: whistles raised in a period by level, as they stand today (吹哨报到统计).",
        whistle_rules.REPORT,
        tables={"t": whistle_rules.Whistle},
        permission=Permission.WHISTLE_READ,
        by_estate_kind=True,
    )
    whistle_unit_figures: list[WhistleUnitFigures] = report(
        "R-08: the units that whistles of a period called, in the order of their names (被吹哨单位到场统计).",
        whistle_rules.UNITS,
        tables={"t": whistle_rules.Whistle, "u": whistle_rules.WhistleUnit},
        permission=Permission.WHISTLE_READ,
        by_estate_kind=True,
    )
    campaigns: Connection[Campaign] = connection("Special campaigns (专项行动), yours and those above you.")
    campaign: Campaign | None = by_id("A campaign by its id (专项行动).")
    campaign_duties: Connection[CampaignDuty] = connection("Duties of campaigns that were done (已完成的专项行动任务).")
    compliance_figures: list[ComplianceFigures] = report(
        "R-12: campaigns' duties that fall due in a period, and those done by its end, by kind (合规日历统计).",
        campaign_rules.REPORT,
        tables={"a": campaign_rules.CampaignDuty, "c": campaign_rules.Campaign},
        permission=Permission.CAMPAIGN_READ,
    )
    compliance_calendar: list[ComplianceDuty] = report(
        "R-12: what falls due in a period, by its day, and whether it is done (合规日历).",
        campaign_rules.CALENDAR,
        tables={"a": campaign_rules.CampaignDuty, "c": campaign_rules.Campaign},
        permission=Permission.CAMPAIGN_READ,
    )
    company_duty_figures: list[CompanyDutyFigures] = report(
        "R-12: what companies owe by a day in a period, and what of it they did, by kind (企业合规统计). A company"
        " reads its own. The yearly agreement is counted in R-06.",
        compliance_rules.REPORT,
        tables={
            "t": check_in_rules.CheckIn,
            "c": check_in_rules.CheckIn,
            "m": lead_report_rules.LeadReport,
            "p": ProjectRow,
            "o": open_day_rules.OpenDay,
        },
        permission=Permission.DUE_READ,
    )
    subsidies: Connection[Subsidy] = connection(
        "Subsidies of property fees in your division, or for the estates you serve (物业费补贴)."
    )
    subsidy: Subsidy | None = by_id("A subsidy by its id (物业费补贴).")
    subsidy_figures: list[SubsidyFigures] = report(
        "R-13: subsidies of property fees for the months of a period (物业费补贴统计).",
        subsidy_rules.REPORT,
        tables={"t": subsidy_rules.Subsidy},
        permission=Permission.SUBSIDY_READ,
        by_estate_kind=True,
    )
    subsidy_estate_figures: list[SubsidyEstateFigures] = report(
        "R-13: subsidies of property fees for the months of a period, by estate (小区物业费补贴).",
        subsidy_rules.ESTATES,
        tables={"t": subsidy_rules.Subsidy},
        permission=Permission.SUBSIDY_READ,
        by_estate_kind=True,
    )
    data_quality_figures: list[DataQualityFigures] = report(
        "R-14: what the data lacks or contradicts today, by check; stale as on `until` (数据质量).",
        data_quality_rules.REPORT,
        tables={
            "e": EstateRow,
            "h": EstateRow,
            "m": committee_rules.Committee,
            "p": ProjectRow,
            "t": check_in_rules.CheckIn,
            "c": CompanyRow,
        },
        permission=Permission.DATA_QUALITY_READ,
        by_estate_kind=True,
    )
    projects: Connection[Project] = connection("Projects you may see (物业项目).")
    project: Project | None = by_id("A project by its id (物业项目).")
    staff: Connection[Staff] = connection("Staff of your company (员工).")
    take_overs: Connection[TakeOver] = connection("Take-overs you may see (接管).")
    divisions: Connection[Division] = connection("Administrative divisions (行政区划).")
    division: Division | None = by_id("A division by its id (行政区划).")
    check_ins: Connection[CheckIn] = connection("Check-ins you may see (社区报到).")
    lead_reports: Connection[LeadReport] = connection("Leads' reports to communities you may see (负责人报告).")
    agreements: Connection[Agreement] = connection("Co-building agreements you may see (共建协议).")
    claimed_projects: Connection[ClaimedProject] = connection("Claimed projects you may see (认领项目).")
    issues: Connection[Issue] = connection("Issues you may see (问题).")
    issue: Issue | None = by_id("An issue by its id (问题).")
    issue_categories: Connection[IssueCategory] = connection("Categories of issues (问题类别).")
    rectification_orders: Connection[RectificationOrder] = connection("Orders you may see (整改通知).")
    rectification_order: RectificationOrder | None = by_id("An order by its id (整改通知).")
    interviews: Connection[Interview] = connection("Interviews you may see (约谈).")
    interview: Interview | None = by_id("An interview by its id (约谈).")
    red_black_lists: Connection[RedBlackList] = connection("Red and black lists you may see (红黑榜).")
    red_black_list: RedBlackList | None = by_id("A red or black list by its id (红黑榜).")
    red_black_entries: Connection[RedBlackEntry] = connection("Entries of lists you may see (榜单条目).")
    public_listings: list[PublicListing] = report(
        "On which red and black lists a company stands, by its code; needs no signing in (红黑榜公示查询).",
        red_black_list_rules.LISTED,
        tables={},
        permission=Permission.RED_BLACK_LIST_READ_PUBLIC,
        days=(),
        by_division=False,
        asked={"uscc": USCC},
    )
    red_black_figures: list[RedBlackFigures] = report(
        "R-09: red and black lists in force in a period, as they stood on its last day (红黑榜统计).",
        red_black_list_rules.REPORT,
        tables={"l": RedBlackListRow},
        permission=Permission.RED_BLACK_LIST_READ,
    )
    credit_records: Connection[CreditRecord] = connection("Credit records you may see (信用记录).")
    credit_record: CreditRecord | None = by_id("A credit record by its id (信用记录).")
    credit_entries: Connection[CreditEntry] = connection("Your company's credit history (信用记录链).")
    credit_scores: Connection[CreditScore] = connection("Credit scores you may see, by period (信用得分).")
    credit_score: CreditScoreOnDay | None = report(
        "A company's credit score on a day, null where no scheme was in force (某日信用得分).",
        credit_score_rules.ON_DAY,
        tables={"t": credit_score_rules.CreditScore},
        permission=Permission.CREDIT_READ,
        days=(),
        by_division=False,
        asked={"on": AS_OF, "company": COMPANY},
        rows_of="CreditScore",
    )
    public_credit: PublicCredit | None = report(
        "The credit of a company, by its code; needs no signing in (企业信用公示查询).",
        public_credit_rules.STANDING,
        tables={"p": public_credit_rules.PublicCredit},
        permission=Permission.CREDIT_READ_PUBLIC,
        days=(),
        by_division=False,
        asked={"uscc": USCC},
    )
    credit_check: list[CreditCheck] = report(
        "Which companies of a tender's list reached a grade on a day (投标信用核查).",
        public_credit_rules.CHECK,
        tables={"p": public_credit_rules.PublicCredit},
        permission=Permission.CREDIT_CHECK,
        days=(),
        by_division=False,
        asked={
            "usccs": USCCS,
            "as_of": AS_OF,
            "minimum_grade": MINIMUM_GRADE,
        },
    )
    credit_grade_figures: list[CreditGradeFigures] = report(
        "R-10: companies by credit grade, the missing ones too, as on `until` (企业信用等级分布).",
        credit_statistics.GRADES,
        tables={"c": CompanyRow, "t": credit_score_rules.CreditScore},
        permission=Permission.CREDIT_READ,
    )
    credit_section_figures: list[CreditSectionFigures] = report(
        "R-10: points of each section of the schemes as on `until` (信用得分分板块统计).",
        credit_statistics.SECTIONS,
        tables={"t": credit_score_rules.CreditScore},
        permission=Permission.CREDIT_READ,
    )
    credit_severity_figures: list[CreditSeverityFigures] = report(
        "R-10: bad records in force by severity as on `until` (在效不良记录统计).",
        credit_statistics.RECORDS,
        tables={"t": credit_score_rules.CreditScore},
        permission=Permission.CREDIT_READ,
    )
    credit_item_figures: list[CreditItemFigures] = report(
        "R-10: items with the most records in force as on `until` (高频计分项).",
        credit_statistics.ITEMS,
        tables={"t": credit_score_rules.CreditScore},
        permission=Permission.CREDIT_READ,
    )
    credit_process_figures: list[CreditProcessFigures] = report(
        "R-11: objections and repairs of a period, and records near expiry (异议与信用修复统计).",
        credit_statistics.DUE_PROCESS,
        tables=dict.fromkeys("ore", credit_record_rules.CreditRecord),
        permission=Permission.CREDIT_READ,
    )
    credit_enrolments: Connection[CreditEnrolment] = connection("Your company's enrolment (信用信息入库).")
    credit_chain: CreditChain = report(
        "Whether your company's credit history holds, link by link (信用记录链核验).",
        credit_history.VERIFY,
        tables={
            "t": credit_history.CreditEntry,
            "r": credit_record_rules.CreditRecord,
            "q": credit_record_rules.CreditRecord,
            "x": credit_history.CreditEntry,
        },
        permission=Permission.CREDIT_AUDIT,
        days=(),
        by_division=False,
    )
    open_days: Connection[OpenDay] = connection("Open days you may see (物业开放日).")
    open_day: OpenDay | None = by_id("An open day by its id (物业开放日).")
    dues: Connection[Due] = connection("Everything due, the most urgent first (待办清单).")
    party_organisations: Connection[PartyOrganisation] = connection("Organisations of companies (企业党组织).")
    party_organisation: PartyOrganisation | None = by_id("A company's organisation by its id (企业党组织).")
    public_party_organisations: Connection[PublicPartyOrganisation] = connection(
        "The registry of organisations of regulators, communities and estates (党组织名录)."
    )
    party_files: Connection[PartyFile] = connection("Party files of your company, by number (党员档案).")
    party_file: PartyFile | None = by_id("A Party file by its id (党员档案).")
    party_persons: Connection[PartyPerson] = connection("Whose files you have opened, while they are open (已查阅).")
    party_file_accesses: Connection[PartyFileAccess] = connection("Who opened Party files and why (查阅记录).")
    party_memberships: Connection[PartyMembership] = connection("Memberships in your company (党员身份).")
    party_transfers: Connection[PartyTransfer] = connection("Transfers of relations (组织关系转接).")
    development_cases: Connection[DevelopmentCase] = connection("Development cases (发展党员流程).")
    development_case: DevelopmentCase | None = by_id("A development case by its id (发展党员流程).")
    party_activities: Connection[PartyActivity] = connection("Party activities (组织生活).")
    cross_appointments: Connection[CrossAppointment] = connection("Cross appointments (交叉任职).")
    party_advisors: Connection[PartyAdvisor] = connection("Advisors of companies (党建指导员).")
    development_quotas: Connection[DevelopmentQuota] = connection("Development quotas (发展党员计划).")
    party_coverage_surveys: Connection[PartyCoverageSurvey] = connection("Coverage surveys (党建工作摸排).")
    committee_compositions: Connection[CommitteeComposition] = connection(
        "Entries of how owners' committees are composed (业委会构成登记)."
    )
    party_figures: Connection[PartyFigure] = connection("Published figures of your divisions (党建统计数据).")
    party_coverage: list[PartyCoverageFigures] = report(
        "R-01: organisation and work coverage, of active companies, and branches, of all estates (组织覆盖率).",
        party_statistics_rules.COVERAGE,
        tables={
            "c": CompanyRow,
            "g": party_organisation_rules.PartyOrganisation,
            "b": party_organisation_rules.PublicPartyOrganisation,
            "e": EstateRow,
        },
        permission=Permission.PARTY_FIGURE_READ,
        by_estate_kind=True,
    )
    party_organisation_figures: list[PartyOrganisationFigures] = report(
        "R-01: organisations at work on the last day, by kind and formation (党组织分类).",
        party_statistics_rules.COVERAGE_BY_FORMATION,
        tables={
            "g": party_organisation_rules.PartyOrganisation,
            "b": party_organisation_rules.PublicPartyOrganisation,
        },
        permission=Permission.PARTY_FIGURE_READ,
    )
    development_figures: list[DevelopmentFigures] = report(
        "R-02: the funnel as published last before `until` (发展党员).",
        party_statistics_rules.FUNNEL,
        tables={"f": party_statistics_rules.PartyFigure},
        permission=Permission.PARTY_FIGURE_READ,
        withholds=True,
    )
    cross_appointment_figures: list[CrossAppointmentFigures] = report(
        "R-03: cross appointments and committees as published last before `until` (双向进入率).",
        party_statistics_rules.CROSS_APPOINTMENT,
        tables={"f": party_statistics_rules.PartyFigure},
        permission=Permission.PARTY_FIGURE_READ,
        withholds=True,
    )
    rating_cycles: Connection[RatingCycle] = connection("Rating cycles: those opened, and drafts of yours (评定周期).")
    rating_cycle: RatingCycle | None = by_id("A rating cycle by its id (评定周期).")
    rating_cases: Connection[RatingCase] = connection("What takes part in ratings, as you may see it (参评对象).")
    rating_case: RatingCase | None = by_id("A case of a rating by its id (参评对象).")
    rating_evaluators: Connection[RatingEvaluator] = connection("Who evaluates in which group (评价单位).")
    rating_sheets: Connection[RatingSheet] = connection("Score sheets as far as you may see them (评分表).")
    rating_peer_reviews: Connection[RatingPeerReview] = connection("Dossiers you evaluate as a peer (同行评价).")
    rating_results: Connection[RatingResult] = connection("Results as far as you may see them (评定结果).")
    published_ratings: Connection[PublishedRating] = connection("Published results, for everybody (公布的评定结果).")
    rating_figures: list[RatingFigures] = report(
        "R-09: cycles published in a period, their coverage and who moved since the cycle before (评定结果统计).",
        rating_report.FIGURES,
        tables={"p": PublishedRatingRow, "q": PublishedRatingRow, "j": ProjectRow, "k": CompanyRow},
        permission=Permission.RATING_READ,
    )
    rating_band_figures: list[RatingBandFigures] = report(
        "R-09: cases by band of the cycles published in a period (评定等次分布).",
        rating_report.BANDS,
        tables={"p": PublishedRatingRow},
        permission=Permission.RATING_READ,
    )
    rating_dimension_figures: list[RatingDimensionFigures] = report(
        "R-09: mean points by dimension of the cycles published in a period (维度平均分).",
        rating_report.DIMENSIONS,
        tables={"p": PublishedRatingRow, "r": rating_result.RatingResult},
        permission=Permission.RATING_READ,
    )
    schemes: Connection[Scheme] = connection("Published schemes (评定方案、信用评价标准), every edition.")
    scheme: Scheme | None = by_id("A published scheme by its id (方案).")
    scheme_drafts: Connection[SchemeDraft] = connection("Drafts of schemes within your reach (方案草案).")
    scheme_draft: SchemeDraft | None = by_id("A draft by its id (方案草案).")
    surveys: Connection[Survey] = connection("Satisfaction surveys you may see (满意度问卷).")
    survey: Survey | None = by_id("A survey by its id (满意度问卷).")
    survey_slips: Connection[SurveySlip] = connection("Households drawn for open surveys (抽样户).")
    division_settings: Connection[DivisionSetting] = connection("Settings of divisions, past and present (属地参数).")
    audit_entries: Connection[AuditEntry] = connection("Your company's audit trail (审计记录).")
    access_entries: Connection[AccessEntry] = connection("Which regulators read your company's rows (查阅记录).")
    registry_audit_entries: Connection[RegistryAuditEntry] = connection(
        "The registry's audit trail in your division (名录审计记录)."
    )
    effective_settings: list[EffectiveSetting] = report(
        "Every setting as it holds in a division on a day: the nearest ancestor's value, or a default (有效属地参数).",
        setting_rules.EFFECTIVE,
        tables={},
        permission=Permission.SETTING_READ,
        days=("on",),
    )
    open_day_figures: list[OpenDayFigures] = report(
        "R-05: open days held in a period, by kind of estate, of the estates served (开放日统计).",
        open_day_rules.REPORT,
        tables={"t": open_day_rules.OpenDay, "o": open_day_rules.Opinion, "p": ProjectRow, "e": EstateRow},
        permission=Permission.OPEN_DAY_READ,
        by_estate_kind=True,
    )
    check_in_figures: list[CheckInFigures] = report(
        "R-06: check-ins of the leads in charge, agreements and claimed projects, as on the last day (报到统计).",
        check_in_rules.REPORT,
        tables={
            "t": check_in_rules.CheckIn,
            "n": check_in_rules.CheckIn,
            "a": agreement_rules.Agreement,
            "b": agreement_rules.Agreement,
            "g": agreement_rules.Agreement,
            "q": agreement_rules.ClaimedProject,
            "p": ProjectRow,
        },
        permission=Permission.CHECK_IN_READ,
        by_estate_kind=True,
    )
    issue_figures: list[IssueFigures] = report(
        "R-07: issues found in a period, and what became of them (问题统计).",
        issue_rules.REPORT,
        tables={"t": issue_rules.Issue, "b": issue_rules.Issue, "p": ProjectRow},
        permission=Permission.ISSUE_READ,
        by_estate_kind=True,
    )
    issue_category_figures: list[IssueCategoryFigures] = report(
        "R-07: issues found in a period by category, the most frequent first (问题分类统计).",
        issue_rules.CATEGORY_REPORT,
        tables={"t": issue_rules.Issue},
        permission=Permission.ISSUE_READ,
        by_estate_kind=True,
    )
