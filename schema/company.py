"""Companies and their portal members in the contract."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Connection, Node, column, entity, many, one, ref
from schema.terms import CompanyRole, CompanyStatus, MemberStatus
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import company as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division
    from schema.project import Project
    from schema.staff import Staff


@entity(
    table=rules.Company,
    prefix="com",
    permission=Permission.COMPANY_READ,
    division=lambda row, path: f"{row.reach} @> ARRAY[{path}]",
)
class Company(Node):
    """Property company (物业服务企业)."""

    name: str = column("Name (企业名称).", where=True, order=True)
    uscc: str = column("Unified social credit code (统一社会信用代码).", where=True)
    uscc_override: str | None = column("Why a code that fails its check is right all the same (代码校验例外说明).")
    status: CompanyStatus = column("Status (企业状态).", where=True)
    credit_score: Decimal | None = column(
        "Credit score that holds (当前信用得分), null without one; `creditScore` explains it.",
        where=True,
        order=True,
        permission=Permission.CREDIT_READ,
    )
    credit_grade: str | None = column("Code of its band (当前信用等级).", where=True, permission=Permission.CREDIT_READ)
    contact_name: str | None = column("Contact (联系人).", personal=Permission.COMPANY_READ_CONTACT)
    contact_phone: str | None = column("Contact's phone (联系电话).", personal=Permission.COMPANY_READ_CONTACT)
    division: "Division" = one("Place of registration (注册地).", where=True)
    projects: Connection["Project"] = many("Projects (物业项目).", by={"tenant_id": "tenant_id"})
    members: Connection["CompanyMember"] = many("Portal members (企业成员).", by={"tenant_id": "tenant_id"})
    staff: Connection["Staff"] = many("Staff (员工).", by={"tenant_id": "tenant_id"})
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Enrolled at (入驻时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@entity(table=rules.CompanyMember, prefix="mem", permission=Permission.MEMBER_READ)
class CompanyMember(Node):
    """Portal member of a company (企业成员)."""

    name: str = column("Name (姓名).", personal=Permission.MEMBER_READ, where=True, order=True)
    role: CompanyRole = column("Role (角色).", where=True)
    status: MemberStatus = column("Status (状态).", where=True)
    staff: "Staff | None" = one("Staff record of the same person (对应员工).")
    removed_on: date | None = column("Removed on (移除日期).")
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Admitted at (加入时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="Changes to your company (修改企业信息); what is left out stays.")
class UpdateCompanyInput:
    """Name and contact; code and place are enrolment's."""

    id: strawberry.ID = identifier("com", "The company (企业).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (企业名称).", default=strawberry.UNSET)
    contact_name: str | None = strawberry.field(description="Contact (联系人).", default=strawberry.UNSET)
    contact_phone: str | None = strawberry.field(description="Contact's phone (联系电话).", default=strawberry.UNSET)


@strawberry.input(description="A member to let into the portal (新增成员).")
class CreateCompanyMemberInput:
    """A person and a role."""

    id: strawberry.ID | None = own_identifier("mem")
    name: str = strawberry.field(description="Name (姓名).")
    role: CompanyRole = strawberry.field(description="Role (角色).")
    staff_id: strawberry.ID | None = identifier(
        "stf", "Staff record of the same person (对应员工).", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to a member (修改成员); what is left out stays.")
class UpdateCompanyMemberInput:
    """Name, role and staff record."""

    id: strawberry.ID = identifier("mem", "The member (成员).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (姓名).", default=strawberry.UNSET)
    role: CompanyRole | None = strawberry.field(description="Role (角色).", default=strawberry.UNSET)
    staff_id: strawberry.ID | None = identifier(
        "stf", "Staff record of the same person (对应员工); null for none.", default=strawberry.UNSET
    )


@strawberry.input(description="Close a member's access (移除成员).")
class RemoveCompanyMemberInput:
    """Who, and since when."""

    id: strawberry.ID = identifier("mem", "The member (成员).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    removed_on: date | None = strawberry.field(
        description="Since when (移除日期), today at the latest and when left out.", default=strawberry.UNSET
    )


@strawberry.type(description="What became of a change to a company (企业变更结果).")
class CompanyPayload:
    """The company, or why not."""

    company: Company | None = changed("The company (企业)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a change to a member (成员变更结果).")
class CompanyMemberPayload:
    """The member, or why not."""

    company_member: CompanyMember | None = changed("The member (成员)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.COMPANY_UPDATE, "Change your company's name or contact (修改企业信息).")
async def update_company(scope: Scope, input: UpdateCompanyInput) -> CompanyPayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return CompanyPayload(company=ref(Company, row.tenant_id))


@mutation(Permission.MEMBER_CREATE, "Let a person into the portal (新增成员).")
async def create_company_member(scope: Scope, input: CreateCompanyMemberInput) -> CompanyMemberPayload:
    row = await rules.create_member(scope, rules.NewMember(**values(input)))
    return CompanyMemberPayload(company_member=ref(CompanyMember, row.id))


@mutation(Permission.MEMBER_UPDATE, "Change a member (修改成员).")
async def update_company_member(scope: Scope, input: UpdateCompanyMemberInput) -> CompanyMemberPayload:
    given = values(input)
    row = await rules.update_member(scope, given.pop("id"), given.pop("version"), given)
    return CompanyMemberPayload(company_member=ref(CompanyMember, row.id))


@mutation(Permission.MEMBER_UPDATE, "Close a member's access (移除成员); the record stays.")
async def remove_company_member(scope: Scope, input: RemoveCompanyMemberInput) -> CompanyMemberPayload:
    given = values(input)
    row = await rules.remove_member(scope, given["id"], given["version"], given.get("removed_on") or today())
    return CompanyMemberPayload(company_member=ref(CompanyMember, row.id))
