"""Admission: who signs in, with which permissions, and that a role may do no more than the field's own table says."""

from typing import Any

import pytest

from tenants import company
from tenants.admission import admit
from tenants.company import CompanyStatus
from tenants.errors import Code
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, Permission, RegulatorRole
from tenants.regulator import NewRegulator, appoint, establish
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.town import STREET, Town

ADMIN, MANAGER, OFFICER, DESK = CompanyRole
VIEWER, ASSESSOR, PUBLISHER, SECURITY, AUDITOR = RegulatorRole
EVERYBODY = {*CompanyRole, *RegulatorRole}
COMPANY, REGULATOR = set(CompanyRole), {VIEWER, ASSESSOR, PUBLISHER}
BUSINESS = COMPANY | REGULATOR

WHO_MAY: dict[Permission, set[Any]] = {
    # Places are public knowledge.
    Permission.DIVISION_READ: EVERYBODY,
    Permission.ESTATE_READ: EVERYBODY,
    Permission.ESTATE_CREATE: {ASSESSOR, PUBLISHER},
    Permission.ESTATE_UPDATE: {ASSESSOR, PUBLISHER},
    Permission.COMMITTEE_READ: EVERYBODY,
    Permission.COMMITTEE_UPDATE: {ASSESSOR, PUBLISHER},
    # Public money: seen by regulators and who serves the estate, granted by decision.
    Permission.SUBSIDY_READ: BUSINESS - {DESK},
    Permission.SUBSIDY_UPDATE: {PUBLISHER},
    # The gaps of everybody's data.
    Permission.DATA_QUALITY_READ: REGULATOR,
    # Companies and projects: those who see any see the card; the contact is the company's own.
    Permission.COMPANY_READ: BUSINESS,
    Permission.COMPANY_READ_CONTACT: {ADMIN},
    Permission.COMPANY_UPDATE: {ADMIN},
    Permission.PROJECT_READ: BUSINESS,
    # The count of Party members among the owners: not for the front desk, not for regulators.
    Permission.PROJECT_READ_BASELINE: {ADMIN, MANAGER},
    Permission.PROJECT_CREATE: {ADMIN},
    Permission.PROJECT_END: {ADMIN},
    Permission.PROJECT_UPDATE: {ADMIN},
    Permission.PROJECT_UPDATE_LED: {ADMIN, MANAGER},
    Permission.CONTRACT_READ: COMPANY - {DESK},
    Permission.LEAD_READ: COMPANY - {DESK},
    Permission.LEAD_ASSIGN: {ADMIN},
    # People: inside the company, and by name only for those who work with them.
    Permission.STAFF_READ: COMPANY - {DESK},
    Permission.STAFF_READ_PERSONAL: COMPANY - {DESK},
    Permission.STAFF_CREATE: {ADMIN},
    Permission.STAFF_UPDATE: {ADMIN},
    Permission.MEMBER_READ: {ADMIN, OFFICER},
    Permission.MEMBER_CREATE: {ADMIN},
    Permission.MEMBER_UPDATE: {ADMIN},
    Permission.AUDIT_READ: {ADMIN},
    # Take-overs: asked for by companies, decided by the regulator's publisher.
    Permission.TAKE_OVER_READ: {ADMIN} | REGULATOR,
    Permission.TAKE_OVER_REQUEST: {ADMIN},
    Permission.TAKE_OVER_CONFIRM: {PUBLISHER},
    # A regulator's own house: who lets people in and who audits reads no company's row.
    Permission.REGULATOR_READ: set(RegulatorRole),
    Permission.REGULATOR_UPDATE_MEMBERS: {SECURITY},
    Permission.REGISTRY_AUDIT_READ: {AUDITOR},
    # Which regulators looked at the company.
    Permission.ACCESS_READ: {ADMIN},
    # Published schemes are public; to draft one is work, to publish one a decision.
    Permission.SCHEME_READ: EVERYBODY,
    Permission.SCHEME_DRAFT: {ASSESSOR, PUBLISHER},
    Permission.SCHEME_PUBLISH: {PUBLISHER},
    # Settings are public; to set one is a decision.
    Permission.SETTING_READ: EVERYBODY,
    Permission.SETTING_UPDATE: {PUBLISHER},
    # Open days and issues: the front desk receives visitors and opens issues; the regulator raises and supervises.
    Permission.OPEN_DAY_READ: BUSINESS,
    Permission.OPEN_DAY_CREATE: {ADMIN, MANAGER},
    Permission.OPEN_DAY_UPDATE: {ADMIN, MANAGER},
    Permission.OPEN_DAY_RECEIVE: {ADMIN, MANAGER, DESK},
    Permission.ISSUE_READ: BUSINESS,
    Permission.ISSUE_CREATE: {ADMIN, MANAGER, DESK},
    Permission.ISSUE_UPDATE: {ADMIN, MANAGER},
    Permission.ISSUE_ESCALATE: {ADMIN, MANAGER, ASSESSOR, PUBLISHER},
    Permission.ISSUE_SUPERVISE: {ASSESSOR, PUBLISHER},
    Permission.ISSUE_CATEGORY_UPDATE: {ASSESSOR, PUBLISHER},
    # Campaigns: opened by decision, their duties recorded as they are done, by regulators for regulators.
    Permission.CAMPAIGN_READ: REGULATOR,
    Permission.CAMPAIGN_RECORD: {ASSESSOR, PUBLISHER},
    Permission.CAMPAIGN_UPDATE: {PUBLISHER},
    # Whistles: raised and dispatched by regulators, read by the company concerned.
    Permission.WHISTLE_READ: BUSINESS - {DESK},
    Permission.WHISTLE_RAISE: {ASSESSOR, PUBLISHER},
    Permission.WHISTLE_DISPATCH: {ASSESSOR, PUBLISHER},
    # Check-ins and agreements: reported by the company, confirmed by the community, no business of the front desk.
    Permission.CHECK_IN_READ: BUSINESS - {DESK},
    Permission.CHECK_IN_REPORT: {ADMIN, MANAGER},
    Permission.CHECK_IN_CONFIRM: {ASSESSOR, PUBLISHER},
    Permission.AGREEMENT_READ: BUSINESS - {DESK},
    Permission.AGREEMENT_UPDATE: {ADMIN, MANAGER},
    Permission.AGREEMENT_CONFIRM: {ASSESSOR, PUBLISHER},
    # Credit: assessors draft, publishers decide, the company objects; what has ended is the company's and audit's.
    Permission.CREDIT_READ: (BUSINESS - {DESK}) | {AUDITOR},
    Permission.CREDIT_READ_ENDED: {ADMIN, AUDITOR},
    Permission.CREDIT_READ_PUBLIC: EVERYBODY,
    Permission.CREDIT_CHECK: {ADMIN} | REGULATOR,
    Permission.CREDIT_AUDIT: {ADMIN},
    Permission.CREDIT_OBJECT: {ADMIN},
    Permission.CREDIT_DRAFT: {ASSESSOR, PUBLISHER},
    Permission.CREDIT_DECIDE: {PUBLISHER},
    # Ratings: projects' managers assess themselves, assessors score, publishers run the cycle and decide.
    Permission.RATING_READ: BUSINESS - {DESK},
    Permission.RATING_APPLY: {ADMIN, MANAGER},
    Permission.RATING_OBJECT: {ADMIN},
    Permission.RATING_REVIEW: {ADMIN},
    Permission.RATING_SCORE: {ASSESSOR, PUBLISHER},
    Permission.RATING_PUBLISH: {PUBLISHER},
    # What is to be put right, and interviews about it: regulators of every level order, the company answers.
    Permission.RECTIFICATION_READ: BUSINESS - {DESK},
    Permission.RECTIFICATION_ISSUE: {ASSESSOR, PUBLISHER},
    Permission.RECTIFICATION_ANSWER: {ADMIN, MANAGER},
    Permission.RECTIFICATION_CONFIRM: {ASSESSOR, PUBLISHER},
    Permission.INTERVIEW_READ: BUSINESS - {DESK},
    Permission.INTERVIEW_HOLD: {ASSESSOR, PUBLISHER},
    # Surveys: a regulator's work; a company reads what is published of its own estates.
    Permission.SURVEY_READ: BUSINESS,
    Permission.SURVEY_CONDUCT: {ASSESSOR, PUBLISHER},
    # Red and black lists: published ones are public, those that gave way are for audit; publishers decide.
    Permission.RED_BLACK_LIST_READ: BUSINESS | {AUDITOR},
    Permission.RED_BLACK_LIST_READ_PUBLIC: EVERYBODY,
    Permission.RED_BLACK_LIST_AUDIT: {PUBLISHER, AUDITOR},
    Permission.RED_BLACK_LIST_PREPARE: {ASSESSOR, PUBLISHER},
    Permission.RED_BLACK_LIST_PUBLISH: {PUBLISHER},
    Permission.RED_BLACK_ENTRY_READ: BUSINESS - {DESK},
    Permission.RED_BLACK_ENTRY_OBJECT: {ADMIN},
    # What is due is narrowed to the areas that the reader may read.
    Permission.DUE_READ: BUSINESS,
    # Party organisations are facts; whose file it is, only the Party affairs officer learns, and the company who asked.
    Permission.PARTY_ORGANISATION_READ: BUSINESS - {DESK},
    Permission.PARTY_ACTIVITY_READ: COMPANY - {DESK},
    Permission.PARTY_ORGANISATION_UPDATE: {OFFICER},
    Permission.PARTY_FILE_READ: {OFFICER},
    Permission.PARTY_FILE_OPEN: {OFFICER},
    Permission.PARTY_FILE_UPDATE: {OFFICER},
    Permission.PARTY_FILE_READ_ACCESS: {ADMIN, OFFICER},
    Permission.PARTY_REGISTRY_UPDATE: {ASSESSOR, PUBLISHER},
    Permission.PARTY_FIGURE_READ: REGULATOR,
}


@pytest.mark.parametrize("permission", Permission)
def test_who_may_what(permission: Permission) -> None:
    """Each permission is held by exactly these roles; one that is added has to be decided on here."""
    roles: dict[Any, frozenset[Permission]] = {**COMPANY_ROLES, **REGULATOR_ROLES}
    assert {role for role, held in roles.items() if permission in held} == WHO_MAY[permission]


def test_permissions_are_named_alike() -> None:
    """Alphabetised, `<area>:<action>`, and every one is granted to some role."""
    assert [permission.value for permission in Permission] == sorted(permission.value for permission in Permission)
    assert all(permission.value.count(":") == 1 for permission in Permission)
    assert set(WHO_MAY) == set(Permission)


@pytest.mark.parametrize("role", CompanyRole)
async def test_admits_members_of_a_company(town: Town, role: CompanyRole) -> None:
    """With the permissions of the role they have now."""
    firm = await town.company()
    member = await town.member(firm, role)
    principal = await admit(town.database, "tenant", firm.id, member.id)
    assert principal == Principal("tenant", COMPANY_ROLES[role], actor_id=member.id, tenant_id=firm.id)
    await town.do(firm.admin, company.update_member, member.id, 1, {"role": DESK})
    principal = await admit(town.database, "tenant", firm.id, member.id)
    assert principal is not None
    assert principal.permissions == COMPANY_ROLES[DESK]


async def test_a_removed_member_is_not_admitted(town: Town) -> None:
    """From that moment, whatever the token says."""
    firm = await town.company()
    member = await town.member(firm, ADMIN)
    await town.do(firm.admin, company.remove_member, member.id, 1, today())
    assert await admit(town.database, "tenant", firm.id, member.id) is None


async def test_only_members_of_that_organisation_are_admitted(town: Town) -> None:
    """Not another company's, not a regulator's, not nobody."""
    firm, other = await town.company(), await town.company()
    authority = await town.regulator(STREET)
    assert other.admin.actor_id is not None
    assert authority.actor_id is not None
    assert authority.regulator_id is not None
    for member in (other.admin.actor_id, authority.actor_id, new_id(), firm.id):
        assert await admit(town.database, "tenant", firm.id, member) is None
        assert await admit(town.database, "tenant", new_id(), member) is None
    for member in (other.admin.actor_id, new_id(), authority.regulator_id):
        assert await admit(town.database, "regulator", authority.regulator_id, member) is None
    elsewhere = await town.regulator(STREET)
    assert elsewhere.regulator_id is not None
    assert await admit(town.database, "regulator", elsewhere.regulator_id, authority.actor_id) is None


@pytest.mark.parametrize("status", [CompanyStatus.SUSPENDED, CompanyStatus.CLOSED])
async def test_people_of_a_suspended_company_read_on(town: Town, status: CompanyStatus) -> None:
    """They are admitted, and their company's rows are there; only changes are refused."""
    firm = await town.company()
    begun = await town.project(firm)
    await town.do(Principal("worker", tenant_id=firm.id), company.set_status, status)
    assert firm.admin.actor_id is not None
    principal = await admit(town.database, "tenant", firm.id, firm.admin.actor_id)
    assert principal is not None
    async with town.database.reading(principal) as connection:
        assert await connection.fetchval("SELECT id FROM project") == begun.id


@pytest.mark.parametrize("role", RegulatorRole)
async def test_admits_members_of_a_regulator(town: Town, role: RegulatorRole) -> None:
    """With the division of their regulator, as it is now."""
    authority = await town.regulator("370402", role)
    assert authority.regulator_id is not None
    assert authority.actor_id is not None
    found = await admit(
        town.database, "regulator", authority.regulator_id, authority.actor_id, purpose=authority.purpose
    )
    assert found == authority


async def test_members_of_a_closed_regulator_are_not_admitted(town: Town) -> None:
    """Nor a removed member of an open one."""
    authority = await town.regulator("370402")
    assert authority.regulator_id is not None
    assert authority.actor_id is not None
    close = "UPDATE regulator SET status = 'CLOSED' WHERE id = $1"
    remove = "UPDATE regulator_member SET status = 'REMOVED' WHERE id = $1"
    await town.administrator.execute(close, authority.regulator_id)
    assert await admit(town.database, "regulator", authority.regulator_id, authority.actor_id) is None
    another = await town.regulator("370402")
    assert another.regulator_id is not None
    assert another.actor_id is not None
    await town.administrator.execute(remove, another.actor_id)
    assert await admit(town.database, "regulator", another.regulator_id, another.actor_id) is None


async def test_a_grant_narrows_a_role_and_never_widens_it(town: Town) -> None:
    """What an application was granted is at most what the member may."""
    firm = await town.company()
    desk = await town.member(firm, DESK)
    granted = frozenset({Permission.PROJECT_READ, Permission.STAFF_READ_PERSONAL})
    principal = await admit(town.database, "tenant", firm.id, desk.id, granted)
    assert principal is not None
    assert principal.permissions == {Permission.PROJECT_READ}
    nothing = await admit(town.database, "tenant", firm.id, desk.id, frozenset())
    assert nothing is not None
    assert nothing.permissions == frozenset()


# Regulators come into being


async def test_establishes_a_regulator(town: Town) -> None:
    """At the level of its division, with a first member, journalled with the registry; one name per division."""
    worker = Principal("worker", actor_id=new_id())
    new = NewRegulator(name=" 市中区　住建局 ", division_code="370402", member_name="王敏")
    made, member = await town.do(worker, establish, new)
    assert (made.name, made.level, made.division_path) == ("市中区 住建局", "COUNTY", "370402")
    assert (member.regulator_id, member.role) == (made.id, PUBLISHER)
    entries = await town.administrator.fetch(
        "SELECT action, actor_id FROM registry_audit_entry WHERE entity_id = $1 ORDER BY id", made.id
    )
    assert [tuple(entry) for entry in entries] == [
        ("created", worker.actor_id),
        ("member_appointed", worker.actor_id),
    ]
    assert await town.refused(worker, establish, new) == [(Code.REGULATOR_EXISTS, "name")]
    wrong = NewRegulator(name="", division_code=" ", member_name="\x00")
    assert await town.refused(worker, establish, wrong) == [
        (Code.EMPTY, "name"),
        (Code.EMPTY, "divisionCode"),
        (Code.CHARACTER_NOT_ALLOWED, "memberName"),
    ]
    nowhere = NewRegulator(name="无此局", division_code="999", member_name="王敏")
    assert await town.refused(worker, establish, nowhere) == [(Code.DIVISION_UNKNOWN, "divisionCode")]
    assert await town.refused(worker, appoint, made, " ", VIEWER) == [(Code.EMPTY, "memberName")]
