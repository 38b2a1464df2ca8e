"""Staff in the contract: personal fields name the permission they take."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.terms import Post
from schema.writes import UserError, changed, identifier, mutation, own_identifier, user_errors, values
from tenants import staff as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.project import Project


@entity(table=rules.Staff, prefix="stf", permission=Permission.STAFF_READ)
class Staff(Node):
    """Member of staff (员工)."""

    name: str = column("Name (姓名).", personal=Permission.STAFF_READ_PERSONAL, where=True, order=True)
    number: str | None = column("The company's staff number (工号).", where=True, order=True)
    post: Post = column("Post (岗位).", where=True)
    work_phone: str | None = column("Work phone (工作电话).", personal=Permission.STAFF_READ_PERSONAL)
    hired_on: date | None = column("Hired on (入职日期).", where=True, order=True)
    left_on: date | None = column("Left on (离职日期).", where=True, order=True)
    is_grid_member: bool = column("Part-time grid member (兼职网格员).", where=True)
    grid_code: str | None = column("Code of the grid (网格编号).", where=True)
    project: "Project | None" = one("Project he or she works at (所在项目).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


@strawberry.input(description="A member of staff to record (新增员工).")
class CreateStaffInput:
    """No more than the work needs."""

    id: strawberry.ID | None = own_identifier("stf")
    name: str = strawberry.field(description="Name (姓名).")
    post: Post = strawberry.field(description="Post (岗位).")
    number: str | None = strawberry.field(description="Staff number (工号).", default=strawberry.UNSET)
    project_id: strawberry.ID | None = identifier("prj", "Project (所在项目).", default=strawberry.UNSET)
    work_phone: str | None = strawberry.field(description="Work phone (工作电话).", default=strawberry.UNSET)
    hired_on: date | None = strawberry.field(description="Hired on (入职日期).", default=strawberry.UNSET)
    is_grid_member: bool = strawberry.field(description="Part-time grid member (兼职网格员).", default=False)
    grid_code: str | None = strawberry.field(description="Code of the grid (网格编号).", default=strawberry.UNSET)


@strawberry.input(description="Changes to a member of staff (修改员工); what is left out stays.")
class UpdateStaffInput:
    """Each fact alone; `leftOn` records that the person left."""

    id: strawberry.ID = identifier("stf", "The member of staff (员工).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    name: str | None = strawberry.field(description="Name (姓名).", default=strawberry.UNSET)
    post: Post | None = strawberry.field(description="Post (岗位).", default=strawberry.UNSET)
    number: str | None = strawberry.field(description="Staff number (工号); null for none.", default=strawberry.UNSET)
    project_id: strawberry.ID | None = identifier("prj", "Project (所在项目); null for none.", default=strawberry.UNSET)
    work_phone: str | None = strawberry.field(
        description="Work phone (工作电话); null for none.", default=strawberry.UNSET
    )
    hired_on: date | None = strawberry.field(description="Hired on (入职日期).", default=strawberry.UNSET)
    left_on: date | None = strawberry.field(
        description="Left on (离职日期), today at the latest; a current project lead is replaced first.",
        default=strawberry.UNSET,
    )
    is_grid_member: bool | None = strawberry.field(
        description="Part-time grid member (兼职网格员).", default=strawberry.UNSET
    )
    grid_code: str | None = strawberry.field(description="Code of the grid (网格编号).", default=strawberry.UNSET)


@strawberry.type(description="What became of a change to a member of staff (员工变更结果).")
class StaffPayload:
    """The member of staff, or why not."""

    staff: Staff | None = changed("The member of staff (员工)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.STAFF_CREATE, "Record a member of staff (新增员工).")
async def create_staff(scope: Scope, input: CreateStaffInput) -> StaffPayload:
    row = await rules.add(scope, rules.NewStaff(**values(input)))
    return StaffPayload(staff=ref(Staff, row.id))


@mutation(Permission.STAFF_UPDATE, "Change a member of staff, or record that he or she left (修改员工、登记离职).")
async def update_staff(scope: Scope, input: UpdateStaffInput) -> StaffPayload:
    given = values(input)
    row = await rules.update(scope, given.pop("id"), given.pop("version"), given)
    return StaffPayload(staff=ref(Staff, row.id))
