"""Permissions: one alphabetised enum `<area>:<action>`, used for roles and for OAuth scopes alike; default is deny."""

from enum import StrEnum


class Permission(StrEnum):
    """What a caller may do. A root field or a personal field that names none keeps the schema from building."""

    AUDIT_READ = "audit:read"
    COMPANY_READ = "company:read"
    COMPANY_READ_CONTACT = "company:read_contact"
    COMPANY_UPDATE = "company:update"
    CONTRACT_READ = "contract:read"
    DIVISION_READ = "division:read"
    ESTATE_CREATE = "estate:create"
    ESTATE_READ = "estate:read"
    ESTATE_UPDATE = "estate:update"
    LEAD_ASSIGN = "lead:assign"
    LEAD_READ = "lead:read"
    MEMBER_CREATE = "member:create"
    MEMBER_READ = "member:read"
    MEMBER_UPDATE = "member:update"
    PROJECT_CREATE = "project:create"
    PROJECT_END = "project:end"
    PROJECT_READ = "project:read"
    PROJECT_READ_BASELINE = "project:read_baseline"
    PROJECT_UPDATE = "project:update"
    PROJECT_UPDATE_LED = "project:update_led"
    REGULATOR_READ = "regulator:read"
    STAFF_CREATE = "staff:create"
    STAFF_READ = "staff:read"
    STAFF_READ_PERSONAL = "staff:read_personal"
    STAFF_UPDATE = "staff:update"
    TAKE_OVER_CONFIRM = "take_over:confirm"
    TAKE_OVER_READ = "take_over:read"
    TAKE_OVER_REQUEST = "take_over:request"


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


P = Permission

_PUBLIC_KNOWLEDGE = frozenset({P.DIVISION_READ, P.ESTATE_READ})

_COMPANY_READER = _PUBLIC_KNOWLEDGE | {P.COMPANY_READ, P.CONTRACT_READ, P.LEAD_READ, P.PROJECT_READ}

_REGULATOR_READER = _PUBLIC_KNOWLEDGE | {P.COMPANY_READ, P.PROJECT_READ, P.REGULATOR_READ, P.TAKE_OVER_READ}

COMPANY_ROLES: dict[CompanyRole, frozenset[Permission]] = {
    CompanyRole.TENANT_ADMIN: _COMPANY_READER
    | {
        P.AUDIT_READ,
        P.COMPANY_READ_CONTACT,
        P.COMPANY_UPDATE,
        P.LEAD_ASSIGN,
        P.MEMBER_CREATE,
        P.MEMBER_READ,
        P.MEMBER_UPDATE,
        P.PROJECT_CREATE,
        P.PROJECT_END,
        P.PROJECT_READ_BASELINE,
        P.PROJECT_UPDATE,
        P.PROJECT_UPDATE_LED,
        P.STAFF_CREATE,
        P.STAFF_READ,
        P.STAFF_READ_PERSONAL,
        P.STAFF_UPDATE,
        P.TAKE_OVER_READ,
        P.TAKE_OVER_REQUEST,
    },
    CompanyRole.PROJECT_MANAGER: _COMPANY_READER
    | {P.PROJECT_READ_BASELINE, P.PROJECT_UPDATE_LED, P.STAFF_READ, P.STAFF_READ_PERSONAL},
    CompanyRole.PARTY_OFFICER: _COMPANY_READER | {P.STAFF_READ, P.STAFF_READ_PERSONAL},
    CompanyRole.FRONT_DESK: _PUBLIC_KNOWLEDGE | {P.COMPANY_READ, P.PROJECT_READ},
}

REGULATOR_ROLES: dict[RegulatorRole, frozenset[Permission]] = {
    RegulatorRole.VIEWER: _REGULATOR_READER,
    RegulatorRole.ASSESSOR: _REGULATOR_READER | {P.ESTATE_CREATE, P.ESTATE_UPDATE},
    RegulatorRole.PUBLISHER: _REGULATOR_READER | {P.ESTATE_CREATE, P.ESTATE_UPDATE, P.TAKE_OVER_CONFIRM},
}
"""The regulator's assessor keeps the estate registry; confirming a take-over is a decision and the publisher's."""
