"""Staff (员工): minimal personal data, post, project and grid membership; Party attributes are never columns here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select
from sqlmodel import Field

from tenants.change import change, create, find, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.row import PERSONAL, Changing, TenantRow, code_field, new_id, one_of, today
from tenants.scope import Scope


class Post(StrEnum):
    """Posts (岗位) in a property company."""

    PROJECT_MANAGER = "PROJECT_MANAGER"
    CUSTOMER_SERVICE = "CUSTOMER_SERVICE"
    ENGINEERING = "ENGINEERING"
    SECURITY = "SECURITY"
    CLEANING = "CLEANING"
    GREENING = "GREENING"
    ADMINISTRATION = "ADMINISTRATION"
    OTHER = "OTHER"


class Staff(Changing, TenantRow, table=True):
    """A member of staff. `number` is the company's own staff number (工号), by which imports know a person again."""

    __tablename__ = "staff"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        Index("staff_project", "tenant_id", "project_id", "id"),
        Index("staff_number", "tenant_id", "number", unique=True),
        one_of("post", Post),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("left_on >= hired_on", name="dates_in_order"),
        CheckConstraint("grid_code IS NULL OR is_grid_member", name="grid_code_of_member"),
    )

    name: str = Field(sa_type=Text, sa_column_kwargs=PERSONAL)
    number: str | None = Field(default=None, sa_type=Text)
    post: Post = code_field()
    project_id: UUID | None = None
    work_phone: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=PERSONAL)
    hired_on: date | None = None
    left_on: date | None = None
    is_grid_member: bool = False
    grid_code: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, kw_only=True)
class NewStaff:
    """A member of staff to record."""

    name: str
    post: Post
    number: str | None = None
    project_id: UUID | None = None
    work_phone: str | None = None
    hired_on: date | None = None
    is_grid_member: bool = False
    grid_code: str | None = None
    id: UUID | None = None


async def add(scope: Scope, new: NewStaff) -> Staff:
    """Record a member of staff of the scope's company."""
    checks = Checks()
    values = _checked(
        checks,
        {
            "name": new.name,
            "number": new.number,
            "work_phone": new.work_phone,
            "hired_on": new.hired_on,
            "is_grid_member": new.is_grid_member,
            "grid_code": new.grid_code,
        },
    )
    if values["grid_code"] is not None and not new.is_grid_member:
        checks.add(Code.NOT_A_GRID_MEMBER, "gridCode")
    checks.done()
    await _workplace(scope, new.project_id)
    staff = Staff(tenant_id=scope.tenant_id, id=new.id or new_id(), post=new.post, project_id=new.project_id, **values)
    await create(scope, staff, "staff", taken=_taken(staff.number))
    return staff


async def update(scope: Scope, id: UUID, version: int, changes: Mapping[str, Any]) -> Staff:
    """Change a member of staff: name, number, post, project, phone, grid, dates. Leaving needs another lead first.

    Who is no longer a grid member has no grid code either.
    """
    checks = Checks()
    values = _checked(checks, changes)
    checks.kept(Staff, values)
    checks.done()
    staff = await find_at(scope, Staff, id, version)
    if values.get("is_grid_member") is False:
        values.setdefault("grid_code", None)
    left = values.get("left_on", staff.left_on)
    checks.not_before("leftOn", left, values.get("hired_on", staff.hired_on))
    if values.get("grid_code", staff.grid_code) and not values.get("is_grid_member", staff.is_grid_member):
        checks.add(Code.NOT_A_GRID_MEMBER, "gridCode")
    checks.done()
    if values.get("project_id", staff.project_id) != staff.project_id:
        await _workplace(scope, values["project_id"])
    if left is not None and staff.left_on is None and await _leads(scope, id):
        raise DomainError(Code.STAFF_LEADS, "leftOn")
    await change(scope, staff, "staff", values, taken=_taken(values.get("number")))
    return staff


def _checked(checks: Checks, values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "name" in values:
        checked["name"] = checks.text("name", values["name"])
    if "number" in values:
        checked["number"] = checks.optional_text("number", values["number"], limit=40)
    if "work_phone" in values:
        checked["work_phone"] = checks.phone("workPhone", values["work_phone"])
    if "grid_code" in values:
        checked["grid_code"] = checks.optional_text("gridCode", values["grid_code"], limit=40)
    checks.day("hiredOn", values.get("hired_on"))
    checks.day("leftOn", values.get("left_on"), latest=today())
    return checked


def _taken(number: str | None) -> dict[str, DomainError]:
    return {"staff_number": DomainError(Code.STAFF_NUMBER_TAKEN, "number", number=number)}


async def _workplace(scope: Scope, project_id: UUID | None) -> None:
    """Staff work at a project of the company that runs."""
    from tenants.project import Project, require_running  # a project's lead is staff, and staff work at a project

    if project_id is not None:
        require_running(await find(scope, Project, project_id, "projectId"), "projectId")


async def _leads(scope: Scope, staff_id: UUID) -> bool:
    from tenants.project import ProjectLead

    statement = select(ProjectLead.id).where(  # type: ignore[call-overload]
        ProjectLead.tenant_id == scope.tenant_id,
        ProjectLead.staff_id == staff_id,
        ProjectLead.left_on.is_(None),  # type: ignore[union-attr]
    )
    return (await scope.session.scalar(statement.limit(1))) is not None
