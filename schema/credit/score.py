"""Credit scores in the contract: of any day, with everything they are made of."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import strawberry
from strawberry.scalars import JSON

from schema.credit.terms import CreditSubject
from schema.reads import Node, Row, column, entity, one, ref
from schema.reads import Scope as Asker
from schema.reads.audience import Invalid
from schema.reads.report import Asked, figure, figures
from schema.reads.values import identity
from schema.writes import UserError, changed, mutation, user_errors, values
from tenants.company import CompanyMember
from tenants.credit import inputs, standing
from tenants.credit import score as rules
from tenants.permission import Permission
from tenants.row import today
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.company import Company
    from schema.division import Division
    from schema.staff import Staff

EXPLANATION = (
    "What it is made of (得分说明): sections and items, each with its rule, article and records, what was cut and why,"
    " and the band reached. Worked out again from the stored records, it has the same bytes."
)
BECAUSE = "What was different from the day before (变动原因): records that began or ceased to count, a new scheme."


def _visible(row: Row) -> str:
    """A lead's score is for who audits the company's credit, and for the lead; a regulator sees companies' scores."""
    audience = row.statement.audience
    if Permission.CREDIT_AUDIT in audience.permissions:
        return "true"
    if audience.kind != "tenant":
        return f"{row.staff_id} IS NULL"

    def asking(member: Row) -> str:
        return f"{member['id']} = {member.asker(Asker.ACTOR)}"

    return f"{row.staff_id} IS NULL OR {row.exists(CompanyMember, by={'staff_id': 'staff_id'}, where=asking)}"


@entity(
    table=rules.CreditScore,
    prefix="csc",
    permission=Permission.CREDIT_READ,
    division="division_path",
    visible=_visible,
    order="valid_from",
)
class CreditScore(Node):
    """Credit score (信用得分) of a company or a project lead in a period in which nothing changed it."""

    subject: CreditSubject = column("Whose credit it is (信用主体).", where=True)
    score: Decimal = column("The score, rounded half up to the scheme's places (得分).", where=True, order=True)
    grade: str | None = column("Code of the band reached (信用等级).", where=True)
    valid_from: date = column("First day of the period (起始日期).", where=True, order=True)
    valid_to: date | None = column("Last day, null while it holds (截止日期).", where=True, order=True)
    explanation: JSON = column(EXPLANATION)
    because: JSON = column(BECAUSE)
    digest: str = column("SHA-256 over the explanation but for its day (摘要).")
    company: "Company | None" = one("The company (物业服务企业).", by={"id": "tenant_id"})
    staff: "Staff | None" = one("The project lead (项目负责人); null for a company.", where=True)
    division: "Division" = one("Where the company is registered (注册地).", where=True)
    version: int = column("Version (版本号).")
    created_at: datetime = column("Worked out at (计算时间).", order=True)


@figures("Credit score of a company on a day (某日信用得分), with everything it is made of.")
class CreditScoreOnDay:
    """One row."""

    score: Decimal = figure("The score (得分).")
    grade: str | None = figure("Code of the band reached (信用等级).")
    valid_from: date = figure("Nothing changed it since (起始日期).")
    valid_to: date | None = figure("Nor until, null while it holds (截止日期).")
    explanation: JSON = figure(EXPLANATION)
    because: JSON = figure(BECAUSE)
    digest: str = figure("SHA-256 over the explanation but for its day (摘要).")


def _known(day: date) -> date:
    if day > today():
        raise Invalid(
            f"截至日期 {day} 尚未到来：信用得分只到今天；请填写今天或更早的日期。",
            f"The day {day} is yet to come: credit is known up to today. Ask as of today or an earlier day.",
        )
    return day


AS_OF: Final = Asked(date, "As of this day (截至日期), today at the latest.", "date", _known, anew=True)
COMPANY: Final = Asked(strawberry.ID, "The company (物业服务企业).", "uuid", identity("com"))


@entity(table=inputs.CreditEnrolment, prefix="cen", permission=Permission.CREDIT_AUDIT)
class CreditEnrolment(Node):
    """Enrolment of a company in the credit system (信用信息入库)."""

    enrolled_on: date = column("Enrolled on (入库日期).", where=True)
    document: str = column("Reference of what was handed in (入库材料).")
    version: int = column("Version (版本号).")
    created_at: datetime = column("Recorded at (登记时间).")


@strawberry.input(description="Enrol your company in the credit system (信用信息入库).")
class EnrolInCreditInput:
    """With which documents."""

    document: str = strawberry.field(description="Reference of what was handed in (入库材料).")


@strawberry.type(description="What became of an enrolment (入库结果).")
class CreditEnrolmentPayload:
    """The enrolment, or why not."""

    credit_enrolment: CreditEnrolment | None = changed("The enrolment (信用信息入库)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.CREDIT_OBJECT, "Enrol your company in the credit system, once (信用信息入库).")
async def enrol_in_credit(scope: Scope, input: EnrolInCreditInput) -> CreditEnrolmentPayload:
    row = await standing.enrol(scope, **values(input))
    return CreditEnrolmentPayload(credit_enrolment=ref(CreditEnrolment, row.id))
