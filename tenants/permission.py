"""Permissions: one alphabetised enum `<area>:<action>`, used for roles and for OAuth scopes alike; default is deny."""

from enum import StrEnum


class Permission(StrEnum):
    """What a caller may do. A root field or a personal field that names none keeps the schema from building."""

    ACCESS_READ = "access:read"
    AGREEMENT_CONFIRM = "agreement:confirm"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_UPDATE = "agreement:update"
    AUDIT_READ = "audit:read"
    CAMPAIGN_READ = "campaign:read"
    CAMPAIGN_RECORD = "campaign:record"
    CAMPAIGN_UPDATE = "campaign:update"
    CHECK_IN_CONFIRM = "check_in:confirm"
    CHECK_IN_READ = "check_in:read"
    CHECK_IN_REPORT = "check_in:report"
    COMMITTEE_READ = "committee:read"
    COMMITTEE_UPDATE = "committee:update"
    COMPANY_READ = "company:read"
    COMPANY_READ_CONTACT = "company:read_contact"
    COMPANY_UPDATE = "company:update"
    CONTRACT_READ = "contract:read"
    CREDIT_AUDIT = "credit:audit"
    CREDIT_CHECK = "credit:check"
    CREDIT_DECIDE = "credit:decide"
    CREDIT_DRAFT = "credit:draft"
    CREDIT_OBJECT = "credit:object"
    CREDIT_READ = "credit:read"
    CREDIT_READ_ENDED = "credit:read_ended"
    CREDIT_READ_PUBLIC = "credit:read_public"
    DATA_QUALITY_READ = "data_quality:read"
    DIVISION_READ = "division:read"
    DUE_READ = "due:read"
    ESTATE_CREATE = "estate:create"
    ESTATE_READ = "estate:read"
    ESTATE_UPDATE = "estate:update"
    INTERVIEW_HOLD = "interview:hold"
    INTERVIEW_READ = "interview:read"
    ISSUE_CREATE = "issue:create"
    ISSUE_ESCALATE = "issue:escalate"
    ISSUE_READ = "issue:read"
    ISSUE_SUPERVISE = "issue:supervise"
    ISSUE_UPDATE = "issue:update"
    ISSUE_CATEGORY_UPDATE = "issue_category:update"
    LEAD_ASSIGN = "lead:assign"
    LEAD_READ = "lead:read"
    MEMBER_CREATE = "member:create"
    MEMBER_READ = "member:read"
    MEMBER_UPDATE = "member:update"
    OPEN_DAY_CREATE = "open_day:create"
    OPEN_DAY_READ = "open_day:read"
    OPEN_DAY_RECEIVE = "open_day:receive"
    OPEN_DAY_UPDATE = "open_day:update"
    PARTY_ACTIVITY_READ = "party_activity:read"
    PARTY_FIGURE_READ = "party_figure:read"
    PARTY_FILE_OPEN = "party_file:open"
    PARTY_FILE_READ = "party_file:read"
    PARTY_FILE_READ_ACCESS = "party_file:read_access"
    PARTY_FILE_UPDATE = "party_file:update"
    PARTY_ORGANISATION_READ = "party_organisation:read"
    PARTY_ORGANISATION_UPDATE = "party_organisation:update"
    PARTY_REGISTRY_UPDATE = "party_registry:update"
    PROJECT_CREATE = "project:create"
    PROJECT_END = "project:end"
    PROJECT_READ = "project:read"
    PROJECT_READ_BASELINE = "project:read_baseline"
    PROJECT_UPDATE = "project:update"
    PROJECT_UPDATE_LED = "project:update_led"
    RATING_APPLY = "rating:apply"
    RATING_OBJECT = "rating:object"
    RATING_PUBLISH = "rating:publish"
    RATING_READ = "rating:read"
    RATING_REVIEW = "rating:review"
    RATING_SCORE = "rating:score"
    RECTIFICATION_ANSWER = "rectification:answer"
    RECTIFICATION_CONFIRM = "rectification:confirm"
    RECTIFICATION_ISSUE = "rectification:issue"
    RECTIFICATION_READ = "rectification:read"
    RED_BLACK_ENTRY_OBJECT = "red_black_entry:object"
    RED_BLACK_ENTRY_READ = "red_black_entry:read"
    RED_BLACK_LIST_AUDIT = "red_black_list:audit"
    RED_BLACK_LIST_PREPARE = "red_black_list:prepare"
    RED_BLACK_LIST_PUBLISH = "red_black_list:publish"
    RED_BLACK_LIST_READ = "red_black_list:read"
    RED_BLACK_LIST_READ_PUBLIC = "red_black_list:read_public"
    REGISTRY_AUDIT_READ = "registry_audit:read"
    REGULATOR_READ = "regulator:read"
    REGULATOR_UPDATE_MEMBERS = "regulator:update_members"
    SCHEME_DRAFT = "scheme:draft"
    SCHEME_PUBLISH = "scheme:publish"
    SCHEME_READ = "scheme:read"
    SETTING_READ = "setting:read"
    SETTING_UPDATE = "setting:update"
    STAFF_CREATE = "staff:create"
    STAFF_READ = "staff:read"
    STAFF_READ_PERSONAL = "staff:read_personal"
    STAFF_UPDATE = "staff:update"
    SUBSIDY_READ = "subsidy:read"
    SUBSIDY_UPDATE = "subsidy:update"
    SURVEY_CONDUCT = "survey:conduct"
    SURVEY_READ = "survey:read"
    TAKE_OVER_CONFIRM = "take_over:confirm"
    TAKE_OVER_READ = "take_over:read"
    TAKE_OVER_REQUEST = "take_over:request"
    WHISTLE_DISPATCH = "whistle:dispatch"
    WHISTLE_RAISE = "whistle:raise"
    WHISTLE_READ = "whistle:read"


class CompanyRole(StrEnum):
    """Roles of a company's portal members (租户角色)."""

    TENANT_ADMIN = "TENANT_ADMIN"
    PROJECT_MANAGER = "PROJECT_MANAGER"
    PARTY_OFFICER = "PARTY_OFFICER"
    FRONT_DESK = "FRONT_DESK"


class RegulatorRole(StrEnum):
    """Roles of a regulator's members (监管角色)."""

    VIEWER = "VIEWER"
    ASSESSOR = "ASSESSOR"
    PUBLISHER = "PUBLISHER"
    SECURITY_ADMIN = "SECURITY_ADMIN"
    AUDITOR = "AUDITOR"


P = Permission

PARTY_PERSONAL = frozenset({P.PARTY_FILE_OPEN, P.PARTY_FILE_READ, P.PARTY_FILE_READ_ACCESS, P.PARTY_FILE_UPDATE})
"""What only the Party affairs officer's role gives; who opened a file, and why, the administrator reads too."""

PARTY = frozenset(permission for permission in Permission if permission.value.startswith("party_"))
"""What only a person's own role gives, never a scope granted to somebody else: no application reaches Party work."""

_PUBLIC_KNOWLEDGE = frozenset(
    {
        P.COMMITTEE_READ,
        P.CREDIT_READ_PUBLIC,
        P.DIVISION_READ,
        P.ESTATE_READ,
        P.RED_BLACK_LIST_READ_PUBLIC,
        P.SCHEME_READ,
        P.SETTING_READ,
    }
)

_COMPANY_READER = _PUBLIC_KNOWLEDGE | {
    P.AGREEMENT_READ,
    P.CHECK_IN_READ,
    P.COMPANY_READ,
    P.CONTRACT_READ,
    P.CREDIT_READ,
    P.DUE_READ,
    P.INTERVIEW_READ,
    P.ISSUE_READ,
    P.LEAD_READ,
    P.OPEN_DAY_READ,
    P.PARTY_ACTIVITY_READ,
    P.PARTY_ORGANISATION_READ,
    P.PROJECT_READ,
    P.RATING_READ,
    P.RECTIFICATION_READ,
    P.SUBSIDY_READ,
    P.SURVEY_READ,
    P.WHISTLE_READ,
    P.RED_BLACK_ENTRY_READ,
    P.RED_BLACK_LIST_READ,
}

_REGULATOR_READER = _PUBLIC_KNOWLEDGE | {
    P.AGREEMENT_READ,
    P.CAMPAIGN_READ,
    P.CHECK_IN_READ,
    P.COMPANY_READ,
    P.CREDIT_CHECK,
    P.CREDIT_READ,
    P.DATA_QUALITY_READ,
    P.DUE_READ,
    P.INTERVIEW_READ,
    P.ISSUE_READ,
    P.PARTY_FIGURE_READ,
    P.PARTY_ORGANISATION_READ,
    P.OPEN_DAY_READ,
    P.PROJECT_READ,
    P.RATING_READ,
    P.RECTIFICATION_READ,
    P.RED_BLACK_ENTRY_READ,
    P.RED_BLACK_LIST_READ,
    P.REGULATOR_READ,
    P.SUBSIDY_READ,
    P.SURVEY_READ,
    P.TAKE_OVER_READ,
    P.WHISTLE_READ,
}

_REGULATOR_KEEPER = _REGULATOR_READER | {
    P.AGREEMENT_CONFIRM,
    P.CAMPAIGN_RECORD,
    P.CHECK_IN_CONFIRM,
    P.COMMITTEE_UPDATE,
    P.CREDIT_DRAFT,
    P.ESTATE_CREATE,
    P.ESTATE_UPDATE,
    P.INTERVIEW_HOLD,
    P.ISSUE_CATEGORY_UPDATE,
    P.ISSUE_ESCALATE,
    P.ISSUE_SUPERVISE,
    P.PARTY_REGISTRY_UPDATE,
    P.RATING_SCORE,
    P.RECTIFICATION_CONFIRM,
    P.RECTIFICATION_ISSUE,
    P.RED_BLACK_LIST_PREPARE,
    P.SCHEME_DRAFT,
    P.SURVEY_CONDUCT,
    P.WHISTLE_DISPATCH,
    P.WHISTLE_RAISE,
}

VISITOR = frozenset({P.CREDIT_READ_PUBLIC, P.RED_BLACK_LIST_READ_PUBLIC})
"""What may be asked without signing in."""

COMPANY_ROLES: dict[CompanyRole, frozenset[Permission]] = {
    CompanyRole.TENANT_ADMIN: _COMPANY_READER
    | {
        P.ACCESS_READ,
        P.AGREEMENT_UPDATE,
        P.AUDIT_READ,
        P.CHECK_IN_REPORT,
        P.COMPANY_READ_CONTACT,
        P.COMPANY_UPDATE,
        P.CREDIT_AUDIT,
        P.CREDIT_CHECK,
        P.CREDIT_OBJECT,
        P.CREDIT_READ_ENDED,
        P.ISSUE_CREATE,
        P.ISSUE_ESCALATE,
        P.ISSUE_UPDATE,
        P.LEAD_ASSIGN,
        P.MEMBER_CREATE,
        P.MEMBER_READ,
        P.MEMBER_UPDATE,
        P.OPEN_DAY_CREATE,
        P.OPEN_DAY_RECEIVE,
        P.OPEN_DAY_UPDATE,
        P.PARTY_FILE_READ_ACCESS,
        P.PROJECT_CREATE,
        P.PROJECT_END,
        P.PROJECT_READ_BASELINE,
        P.PROJECT_UPDATE,
        P.PROJECT_UPDATE_LED,
        P.RATING_APPLY,
        P.RATING_OBJECT,
        P.RATING_REVIEW,
        P.RECTIFICATION_ANSWER,
        P.RED_BLACK_ENTRY_OBJECT,
        P.STAFF_CREATE,
        P.STAFF_READ,
        P.STAFF_READ_PERSONAL,
        P.STAFF_UPDATE,
        P.TAKE_OVER_READ,
        P.TAKE_OVER_REQUEST,
    },
    CompanyRole.PROJECT_MANAGER: _COMPANY_READER
    | {
        P.AGREEMENT_UPDATE,
        P.CHECK_IN_REPORT,
        P.ISSUE_CREATE,
        P.ISSUE_ESCALATE,
        P.ISSUE_UPDATE,
        P.OPEN_DAY_CREATE,
        P.OPEN_DAY_UPDATE,
        P.OPEN_DAY_RECEIVE,
        P.PROJECT_READ_BASELINE,
        P.PROJECT_UPDATE_LED,
        P.RATING_APPLY,
        P.RECTIFICATION_ANSWER,
        P.STAFF_READ,
        P.STAFF_READ_PERSONAL,
    },
    CompanyRole.PARTY_OFFICER: _COMPANY_READER
    | PARTY_PERSONAL
    | {P.MEMBER_READ, P.PARTY_ORGANISATION_UPDATE, P.STAFF_READ, P.STAFF_READ_PERSONAL},
    CompanyRole.FRONT_DESK: _PUBLIC_KNOWLEDGE
    | {
        P.COMPANY_READ,
        P.DUE_READ,
        P.ISSUE_CREATE,
        P.ISSUE_READ,
        P.OPEN_DAY_READ,
        P.OPEN_DAY_RECEIVE,
        P.PROJECT_READ,
        P.SURVEY_READ,
        P.RED_BLACK_LIST_READ,
    },
}

REGULATOR_ROLES: dict[RegulatorRole, frozenset[Permission]] = {
    RegulatorRole.VIEWER: _REGULATOR_READER,
    RegulatorRole.ASSESSOR: _REGULATOR_KEEPER,
    RegulatorRole.PUBLISHER: _REGULATOR_KEEPER
    | {
        P.CAMPAIGN_UPDATE,
        P.CREDIT_DECIDE,
        P.RATING_PUBLISH,
        P.RED_BLACK_LIST_AUDIT,
        P.RED_BLACK_LIST_PUBLISH,
        P.SCHEME_PUBLISH,
        P.SETTING_UPDATE,
        P.SUBSIDY_UPDATE,
        P.TAKE_OVER_CONFIRM,
    },
    RegulatorRole.SECURITY_ADMIN: _PUBLIC_KNOWLEDGE | {P.REGULATOR_READ, P.REGULATOR_UPDATE_MEMBERS},
    RegulatorRole.AUDITOR: _PUBLIC_KNOWLEDGE
    | {
        P.CREDIT_READ,
        P.CREDIT_READ_ENDED,
        P.RED_BLACK_LIST_AUDIT,
        P.RED_BLACK_LIST_READ,
        P.REGISTRY_AUDIT_READ,
        P.REGULATOR_READ,
    },
}
"""The assessor keeps the estate registry, confirms what a community confirms, conducts surveys, drafts schemes and
credit records, and scores ratings; settings, take-overs, published schemes, credit and ratings are decisions and the
publisher's. Who lets people in and who audits reads no company's row (等保 GB/T 22239-2019: the three apart), but for
credit: what has ended stays for audit only, so the auditor reads it, and each such read is logged.
"""
