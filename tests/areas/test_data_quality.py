"""Data quality (R-14): each check counts exactly the rows that its definition means, of those it could be."""

from datetime import date, timedelta
from typing import Any

from schema import build, executable
from tenants import estate, project, setting
from tenants.committee import CommitteeKind, NewCommittee, form
from tenants.estate import CommitteeStatus, EstateKind
from tenants.project import DeliveryStatus
from tenants.row import today
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.town import START, Firm, Town, contract, place
from tests.reads.asking import Asker

FIGURES = """query($until: Date!, $kind: EstateKind) {
    dataQualityFigures(since: "2024-01-01", until: $until, estateKind: $kind) { check found total share } }"""


async def counted(town: Town, who: Principal, until: date | None = None, **more: Any) -> dict[str, tuple[int, int]]:
    """What each check finds, of how many."""
    ask = Asker(executable(build()), town.database, who)
    rows = (await ask(FIGURES, until=(until or today()).isoformat(), **more))["dataQualityFigures"]
    assert all(row["share"] == (f"{row['found'] / row['total']:.4f}" if row["total"] else None) for row in rows)
    return {row["check"]: (row["found"], row["total"]) for row in rows}


def only(counts: dict[str, tuple[int, int]]) -> dict[str, int]:
    """The checks that found something."""
    return {check: found for check, (found, _) in counts.items() if found}


async def test_estates(town: Town) -> None:
    """What an estate's entry lacks: one estate after another, each with one more fault than the one before."""
    at, street = "370404", "370404001"
    county = await town.regulator(at)
    [none] = {total for _, total in (await counted(town, county)).values()}
    assert none == 0
    whole: dict[str, Any] = {"division_code": street, "households": 90, "grid_count": 1}
    await town.do(county, estate.enter, place(**whole))
    # The registry of this test has streets only, whose codes are known.
    assert only(await counted(town, county)) == {"ESTATE_COMMUNITY_MISSING": 1}
    await town.do(county, estate.enter, place(**whole | {"households": 0, "kind": EstateKind.COURTYARD}))
    said: dict[str, Any] = whole | {
        "committee_status": CommitteeStatus.ESTABLISHED,
        "committee_eligible_on": date(2023, 1, 1),
    }
    third = await town.do(county, estate.enter, place(**said))
    await town.do(county, estate.enter, place(**whole | {"committee_status": CommitteeStatus.PREPARING}))
    assert only(await counted(town, county)) == {
        "ESTATE_COMMUNITY_MISSING": 4,
        "ESTATE_HOUSEHOLDS_MISSING": 1,
        "ESTATE_COMMITTEE_UNREGISTERED": 1,
        "ESTATE_ELIGIBILITY_UNDATED": 1,
    }
    formed = NewCommittee(
        estate_id=third.id,
        kind=CommitteeKind.OC,
        members=5,
        formed_on=date(2024, 3, 1),
        term_ends_on=date(2027, 3, 1),
    )
    await town.do(county, form, formed)
    found = await counted(town, county)
    assert found["ESTATE_COMMITTEE_UNREGISTERED"] == (0, 4)
    assert (await counted(town, county, kind="COURTYARD"))["ESTATE_HOUSEHOLDS_MISSING"] == (1, 1)
    # A year from now nobody has looked at any of them; a month more, and the division asks for every second year.
    later = today() + timedelta(days=400)
    assert (await counted(town, county, later))["ESTATE_STALE"] == (4, 4)
    longer = NewSetting(
        division_code=at, key=SettingKey.BASELINE_MONTHS, value="24", valid_from=START, basis="区住建〔2024〕1号"
    )
    await town.do(county, setting.put, longer)
    assert (await counted(town, county, later))["ESTATE_STALE"] == (0, 4)
    await town.administrator.execute("UPDATE division SET code = NULL WHERE path = $1", street)
    assert (await counted(town, county))["ESTATE_DIVISION_CODE_MISSING"] == (4, 4)


async def served(town: Town, firm: Firm, at: str, **more: Any) -> project.Project:
    """A project at a new estate with one grid, which agrees with the registry in all."""
    facts: dict[str, Any] = {"grid_count": 1, "surveyed_on": today(), "delivery_status": DeliveryStatus.DELIVERED}
    new = place(division_code=at, households=90, grid_count=1)
    return await town.project(firm, new_estate=new, **(facts | more))


async def test_projects_and_companies(town: Town) -> None:
    """A lead gone, a contract expired, figures that contradict the registry's, a survey long ago, a code overridden."""
    at, street = "370405", "370405001"
    county = await town.regulator(at)
    firm = await town.company(at=at)
    person = await town.staff(firm)
    whole = await served(town, firm, street)
    await town.do(firm.admin, project.assign_lead, whole.id, 1, person.id, date(2024, 2, 1), False)
    expected = {"COMPANY_CODE_OVERRIDDEN": 1, "ESTATE_COMMUNITY_MISSING": 1, "ESTATE_UNCONFIRMED": 1}
    assert only(await counted(town, county)) == expected
    await served(town, firm, street, grid_count=3)
    await served(town, firm, street, delivery_status=DeliveryStatus.NOT_DELIVERED)
    await served(town, firm, street, surveyed_on=None)
    old = await served(town, firm, street, surveyed_on=date(2023, 1, 1), ends_on=date(2025, 12, 31))
    expected = expected | {"ESTATE_COMMUNITY_MISSING": 5, "ESTATE_UNCONFIRMED": 5}
    faults = {
        "PROJECT_LEAD_MISSING": 4,
        "PROJECT_GRIDS_DIFFER": 1,
        "PROJECT_DELIVERY_DIFFERS": 1,
        "PROJECT_SURVEY_STALE": 2,
        "PROJECT_CONTRACT_EXPIRED": 1,
    }
    assert only(await counted(town, county)) == expected | faults
    assert (await counted(town, county, date(2025, 12, 31)))["PROJECT_CONTRACT_EXPIRED"] == (0, 5)
    await town.do(firm.admin, project.add_contract, old.id, 1, contract(date(2026, 1, 1), date(2029, 12, 31)))
    assert (await counted(town, county))["PROJECT_CONTRACT_EXPIRED"] == (0, 5)
    await town.do(firm.admin, project.end, whole.id, 2, today(), project.EndReason.TERMINATED)
    assert (await counted(town, county))["PROJECT_LEAD_MISSING"] == (4, 4)
    assert (await counted(town, await town.regulator("370406")))["PROJECT_LEAD_MISSING"] == (0, 0)
