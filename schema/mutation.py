"""The root of every write."""

from strawberry.tools import create_type

from schema import company, estate, project, staff, take_over

Mutation = create_type(
    "Mutation",
    [
        project.create_project,
        project.update_project,
        project.end_project,
        project.add_service_contract,
        project.assign_project_lead,
        take_over.request_take_over,
        take_over.withdraw_take_over,
        take_over.confirm_take_over,
        take_over.refuse_take_over,
        staff.create_staff,
        staff.update_staff,
        company.update_company,
        company.create_company_member,
        company.update_company_member,
        company.remove_company_member,
        estate.create_estate,
        estate.update_estate,
    ],
    description=(
        "Everything that can be changed (变更): each field answers with the changed entity or `userErrors`. A change"
        " takes the `version` you saw; one that changes nothing makes no new version."
    ),
)
