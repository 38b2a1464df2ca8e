"""Data quality (R-14): what the registry and the companies' master data lack or contradict, counted, never typed in."""

from enum import StrEnum
from typing import Final

from tenants.setting import SettingKey, number_on


class DataCheck(StrEnum):
    """What is counted: of estates (ESTATE_), of running projects (PROJECT_), of active companies (COMPANY_)."""

    COMPANY_CODE_OVERRIDDEN = "COMPANY_CODE_OVERRIDDEN"
    ESTATE_COMMITTEE_UNREGISTERED = "ESTATE_COMMITTEE_UNREGISTERED"
    ESTATE_COMMUNITY_MISSING = "ESTATE_COMMUNITY_MISSING"
    ESTATE_DIVISION_CODE_MISSING = "ESTATE_DIVISION_CODE_MISSING"
    ESTATE_ELIGIBILITY_UNDATED = "ESTATE_ELIGIBILITY_UNDATED"
    ESTATE_HOUSEHOLDS_MISSING = "ESTATE_HOUSEHOLDS_MISSING"
    ESTATE_STALE = "ESTATE_STALE"
    ESTATE_UNCONFIRMED = "ESTATE_UNCONFIRMED"
    PROJECT_CONTRACT_EXPIRED = "PROJECT_CONTRACT_EXPIRED"
    PROJECT_DELIVERY_DIFFERS = "PROJECT_DELIVERY_DIFFERS"
    PROJECT_GRIDS_DIFFER = "PROJECT_GRIDS_DIFFER"
    PROJECT_LEAD_MISSING = "PROJECT_LEAD_MISSING"
    PROJECT_SURVEY_STALE = "PROJECT_SURVEY_STALE"


_ACTING: Final = (
    "e.id IN (SELECT m.estate_id FROM committee m WHERE {{of_m}} AND {{within_m}} AND m.ended_on IS NULL"
    " AND m.kind = '{kind}')"
)

_CHECKS: Final = {
    DataCheck.COMPANY_CODE_OVERRIDDEN: ("companies", "c.uscc_override IS NOT NULL"),
    DataCheck.ESTATE_COMMITTEE_UNREGISTERED: (
        "estates",
        f"(e.committee_status = 'ESTABLISHED') <> ({_ACTING.format(kind='OC')})"
        f" OR (e.committee_status = 'PMC') <> ({_ACTING.format(kind='PMC')})",
    ),
    DataCheck.ESTATE_COMMUNITY_MISSING: ("estates", "length(e.division_path) = 9"),
    DataCheck.ESTATE_DIVISION_CODE_MISSING: (
        "estates",
        "e.division_id IN (SELECT d.id FROM division d WHERE d.code IS NULL)",
    ),
    DataCheck.ESTATE_ELIGIBILITY_UNDATED: (
        "estates",
        "e.committee_eligible_on IS NULL AND e.committee_status NOT IN ('NOT_ELIGIBLE', 'PMC')",
    ),
    DataCheck.ESTATE_HOUSEHOLDS_MISSING: ("estates", "e.households = 0"),
    DataCheck.ESTATE_STALE: ("estates", "e.updated_at < s.stale"),
    DataCheck.ESTATE_UNCONFIRMED: ("estates", "e.registry_state = 'REPORTED'"),
    DataCheck.PROJECT_CONTRACT_EXPIRED: ("projects", "p.contract_until < {until}"),
    DataCheck.PROJECT_DELIVERY_DIFFERS: (
        "projects",
        "(p.delivery_status = 'DELIVERED') <> (h.lifecycle = 'DELIVERED')",
    ),
    DataCheck.PROJECT_GRIDS_DIFFER: (
        "projects",
        "p.grid_count <> h.grid_count",
    ),
    DataCheck.PROJECT_LEAD_MISSING: (
        "projects",
        "p.id NOT IN (SELECT t.project_id FROM check_in t WHERE {of_t} AND {within_t} AND t.left_on IS NULL)",
    ),
    DataCheck.PROJECT_SURVEY_STALE: ("projects", "p.surveyed_on IS NULL OR p.surveyed_on < s.stale"),
}
"""What each check counts, and by which condition. Other tables are asked with IN, which PostgreSQL answers from a hash
made once; joined, it would look them up row by row, because by their policies it takes them for few.
"""


def _sums(rows: str) -> str:
    counts = (
        f"count(*) FILTER (WHERE {condition})::int AS {check.lower()}"
        for check, (of, condition) in _CHECKS.items()
        if of == rows
    )
    return ", ".join(("count(*)::int AS total", *counts))


_ROWS = ", ".join(f"('{check}', {of}.{check.lower()}, {of}.total)" for check, (of, _) in _CHECKS.items())

REPORT = f"""
WITH s AS (
    SELECT ({{until}} - make_interval(months => {number_on(SettingKey.BASELINE_MONTHS, "{place}", "{until}")}))::date
           AS stale
), estates AS (
    SELECT {_sums("estates")}
    FROM estate e CROSS JOIN s WHERE {{since}} <= {{until}} AND {{of_e}} AND {{within_e}}
), projects AS (
    SELECT {_sums("projects")}
    FROM project p JOIN estate h ON h.id = p.estate_id CROSS JOIN s
    WHERE {{of_h}} AND {{within_h}} AND {{since}} <= {{until}} AND {{of_p}} AND {{within_p}} AND p.status = 'ACTIVE'
), companies AS (
    SELECT {_sums("companies")}
    FROM company c WHERE {{since}} <= {{until}} AND {{of_c}} AND {{within_c}} AND c.status = 'ACTIVE'
)
SELECT v.check, v.found, v.total, round(v.found::numeric / nullif(v.total, 0), 4) AS share
FROM estates, projects, companies, LATERAL (VALUES {_ROWS}) v("check", found, total)
ORDER BY v.check
"""
"""R-14: the data as it is today; what is stale or expired, as on the last day of the period. A lead in charge is known
to a regulator by the check-in that every lead owes; a company counts where it is registered.
"""
