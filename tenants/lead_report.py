"""Reports of a project lead to the community (负责人向社区报告): one document a period, where the division asks for it.

How often is a setting of the division (LEAD_REPORT_MONTHS; 济南市 2019: every month); where none is set, nothing is
owed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, select
from sqlmodel import Field

from tenants.calendar import add_months
from tenants.change import create, find
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.leading import require_own
from tenants.project import Project, ProjectLead, require_running
from tenants.row import Changing, TenantRow, today
from tenants.scope import Scope
from tenants.setting import SettingKey, effective, number_on


class LeadReport(Changing, TenantRow, table=True):
    """What a project's lead reported to the community of the estate for a period."""

    __tablename__ = "lead_report"
    __table_args__ = (
        UniqueConstraint("tenant_id", "project_id", "since"),
        ForeignKeyConstraint(["tenant_id", "project_id"], ["project.tenant_id", "project.id"]),
        ForeignKeyConstraint(["tenant_id", "lead_id"], ["project_lead.tenant_id", "project_lead.id"]),
        ForeignKeyConstraint(["estate_id", "division_path"], ["estate.id", "estate.division_path"], onupdate="CASCADE"),
        Index("lead_report_lead", "tenant_id", "lead_id"),
        Index("lead_report_division", "division_path", "id"),
        CheckConstraint("until > since", name="period_in_order"),
        CheckConstraint("reported_on >= since", name="reported_after_beginning"),
        CheckConstraint("document <> ''", name="document_given"),
    )

    project_id: UUID
    lead_id: UUID
    estate_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    since: date
    until: date
    reported_on: date
    document: str = Field(sa_type=Text)
    summary: str | None = Field(default=None, sa_type=Text)


DUES = f"""
SELECT c.tenant_id, md5(concat_ws(' ', c.project_id, r.since))::uuid AS id, 'LEAD_REPORT' AS kind,
       NULL::uuid AS subject_id, c.project_id, c.estate_id, c.division_path, r.until AS due_on, false AS provisional
FROM (SELECT l.tenant_id, l.division_path, {number_on(SettingKey.LEAD_REPORT_MONTHS, "l.division_path")} AS months
      FROM check_in l WHERE l.left_on IS NULL GROUP BY l.tenant_id, l.division_path) n
JOIN check_in c ON c.tenant_id = n.tenant_id AND c.division_path = n.division_path AND c.left_on IS NULL
CROSS JOIN LATERAL (
    SELECT s.since::date AS since, (s.since + n.months * interval '1 month')::date - 1 AS until
    FROM (VALUES (0), (1)) b(ago)
    CROSS JOIN LATERAL (
        SELECT date_trunc('month', current_date::timestamp) - interval '1 month'
               * ((extract(month FROM current_date)::int - 1) % n.months + b.ago * n.months) AS since
    ) s
) r
WHERE n.months IS NOT NULL AND c.arrived_on <= r.until AND c.created_at < r.until + 1
  AND {number_on(SettingKey.LEAD_REPORT_MONTHS, "c.division_path", "least(current_date, r.until)")} = n.months
  AND NOT EXISTS (SELECT FROM lead_report m
                  WHERE m.tenant_id = c.tenant_id AND m.project_id = c.project_id AND m.since = r.since)
"""
"""Reports that leads owe: that of the running period by its last day, and still that of the one before. Who leads is
read from the check-ins, which a regulator may see.
"""


@dataclass(frozen=True, kw_only=True)
class NewLeadReport:
    """A report that was handed in, for the period in which a day lies."""

    project_id: UUID
    day: date
    reported_on: date
    document: str
    summary: str | None = None


async def report(scope: Scope, new: NewLeadReport) -> LeadReport:
    """The lead of a running project has reported to the community for a period; once for each."""
    checks = Checks()
    document = checks.text("document", new.document, limit=200)
    summary = checks.optional_text("summary", new.summary, limit=2000, lines=True)
    checks.day("day", new.day)
    checks.day("reportedOn", new.reported_on, latest=today())
    checks.done()
    project = await find(scope, Project, new.project_id, "projectId", lock=True)
    await require_own(scope, project.id, "projectId")
    require_running(project, "projectId")
    lead_id = await scope.session.scalar(
        select(ProjectLead.id).where(  # type: ignore[call-overload]
            ProjectLead.tenant_id == project.tenant_id,
            ProjectLead.project_id == project.id,
            ProjectLead.left_on.is_(None),  # type: ignore[union-attr]
        )
    )
    if lead_id is None:
        raise DomainError(Code.LEAD_MISSING, "projectId", name=project.name)
    # Where nobody asks, who reports of his own accord does so month by month.
    months = await effective(scope, SettingKey.LEAD_REPORT_MONTHS, project.division_path, new.day) or 1
    since = date(new.day.year, (new.day.month - 1) // months * months + 1, 1)
    until = add_months(since, months) - timedelta(days=1)
    checks.not_before("reportedOn", new.reported_on, since)
    checks.done()
    row = LeadReport(
        tenant_id=project.tenant_id,
        project_id=project.id,
        lead_id=lead_id,
        estate_id=project.estate_id,
        division_path=project.division_path,
        since=since,
        until=until,
        reported_on=new.reported_on,
        document=document,
        summary=summary,
    )
    taken = DomainError(Code.LEAD_REPORTED, "day", name=project.name, since=since, until=until)
    await create(scope, row, "lead_report", taken={"lead_report_tenant_id_project_id_since_key": taken})
    return row
