"""Staff (员工): minimal personal data, post, project and grid membership; Party attributes are never columns here."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from tenants.row import Changing, TenantRow, code_field, one_of


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

    name: str = Field(sa_type=Text)
    number: str | None = Field(default=None, sa_type=Text)
    post: Post = code_field()
    project_id: UUID | None = None
    work_phone: str | None = Field(default=None, sa_type=Text)
    hired_on: date | None = None
    left_on: date | None = None
    is_grid_member: bool = False
    grid_code: str | None = Field(default=None, sa_type=Text)
