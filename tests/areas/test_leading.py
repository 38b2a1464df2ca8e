"""A project manager changes what happens at the projects they lead, and at no other (domain 3.3)."""

from dataclasses import replace
from typing import Any

import pytest

from schema import build, executable
from tenants import project
from tenants.permission import COMPANY_ROLES, CompanyRole
from tenants.row import today
from tenants.scope import Principal
from tests.areas.errands import Desk, Errand, mutations, prepare
from tests.areas.town import Firm, Town

OF_NO_PROJECT = {
    "createIssue": "what is found at another estate is told too",
    "signAgreement": "an agreement covers all estates of a community",
    "claimProject": "a claimed project may be of no one project; one that is is refused",
}
"""What a project manager may do beside the projects they lead, and why."""


def of_managers() -> list[str]:
    """The mutations that the role of a project manager has the permission for."""
    root = executable(build()).mutation_type
    assert root is not None

    def permission(name: str) -> Any:
        return root.fields[name].extensions["strawberry-definition"].metadata["permission"]

    held = COMPANY_ROLES[CompanyRole.PROJECT_MANAGER]
    return [name for name in mutations() if permission(name) in held and name not in OF_NO_PROJECT]


async def manager(town: Town, errand: Errand, *, leading: bool) -> Principal:
    """A project manager of the errand's company, who leads all of its projects or none."""
    firm = Firm(errand.principal.tenant_id, errand.principal)  # type: ignore[arg-type]
    person = await town.staff(firm)
    member = await town.member(firm, CompanyRole.PROJECT_MANAGER, staff_id=person.id)
    if leading:
        await town.administrator.execute(
            "UPDATE project_lead SET staff_id = $2 WHERE tenant_id = $1 AND left_on IS NULL", firm.id, person.id
        )
        found = await town.administrator.fetch(
            "SELECT id, started_on FROM project p WHERE tenant_id = $1 AND NOT EXISTS ("
            "SELECT FROM project_lead l WHERE l.project_id = p.id AND l.left_on IS NULL)",
            firm.id,
        )
        for row in found:
            await town.administrator.execute(
                "INSERT INTO project_lead (tenant_id, id, project_id, staff_id, arrived_on)"
                " VALUES ($1, gen_random_uuid(), $2, $3, $4)",
                firm.id,
                row["id"],
                person.id,
                row["started_on"],
            )
    return firm.member(member.id, CompanyRole.PROJECT_MANAGER)


@pytest.mark.parametrize("mutation", of_managers())
async def test_a_manager_changes_what_they_lead(town: Town, mutation: str) -> None:
    """Whoever leads the project does the errand; a manager who does not is told so, whatever the token may do."""
    desk = Desk(town)
    errand = await prepare(town, mutation)
    if errand.principal.kind == "regulator":
        pytest.skip("the errand of a regulator, who leads nothing")
    # A claimed project of no one project is anybody's.
    await town.administrator.execute(
        "UPDATE claimed_project c SET project_id = p.id FROM project p WHERE p.tenant_id = $1 AND c.tenant_id = $1",
        errand.principal.tenant_id,
    )
    stranger = await manager(town, errand, leading=False)
    for permissions in (stranger.permissions, errand.principal.permissions - {"project:update"}):
        refused = await desk.run(replace(errand, principal=replace(stranger, permissions=permissions)))
        assert [error["code"] for error in refused["userErrors"]] == ["NOT_YOUR_PROJECT"]
    lead = await manager(town, errand, leading=True)
    done = await desk.run(replace(errand, principal=lead))
    assert done["userErrors"] == []


async def test_a_project_is_claimed_for_ones_own(town: Town) -> None:
    """A claimed project of no one project is anybody's; one of a project is its manager's."""
    desk = Desk(town)
    errand = await prepare(town, "claimProject")
    stranger = await manager(town, errand, leading=False)
    place = await town.administrator.fetchval("SELECT id FROM project WHERE tenant_id = $1", errand.principal.tenant_id)
    theirs = replace(errand, principal=stranger)
    refused = await desk.run(theirs, projectId=f"prj_{place}")
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [("NOT_YOUR_PROJECT", "projectId")]
    assert (await desk.run(theirs, projectId=None))["userErrors"] == []


async def test_who_has_left_leads_no_more(town: Town) -> None:
    """The next lead's is the project, from the day of the change on."""
    desk = Desk(town)
    errand = await prepare(town, "createOpenDay")
    first = await manager(town, errand, leading=True)
    firm = Firm(errand.principal.tenant_id, errand.principal)  # type: ignore[arg-type]
    row = await town.administrator.fetchrow("SELECT id, version FROM project WHERE tenant_id = $1", firm.id)
    assert row is not None
    other = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, row["id"], row["version"], other.id, today(), True)
    refused = await desk.run(replace(errand, principal=first))
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [("NOT_YOUR_PROJECT", "projectId")]


async def test_the_front_desk_receives_everywhere(town: Town) -> None:
    """Who leads nothing by role is held to permissions alone."""
    errand = await prepare(town, "createOpinion")
    firm = Firm(errand.principal.tenant_id, errand.principal)  # type: ignore[arg-type]
    member = await town.member(firm, CompanyRole.FRONT_DESK)
    done = await Desk(town).run(replace(errand, principal=firm.member(member.id, CompanyRole.FRONT_DESK)))
    assert done["userErrors"] == []
