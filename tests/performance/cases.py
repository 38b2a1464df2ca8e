"""The cases: what is asked of every peer, in the peer's own words, so that all give the same `data`."""

from dataclasses import dataclass, field
from typing import Any

from tests.performance.ground import Ground


@dataclass(frozen=True, slots=True)
class Ask:
    """A document and its variables."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One request. The conventional server speaks Linli's words, and the bare route reads the variables only."""

    name: str
    title: str
    linli: Ask
    postgraphile: Ask
    headline: bool = False
    writes: bool = False

    def asked_of(self, peer: str) -> Ask:
        """The request in a peer's words."""
        return self.postgraphile if peer == "postgraphile" else self.linli


PROJECT = "name status startedOn gridCount version"
PERSON = "name number post hiredOn isGridMember"
FLAT = "name number post workPhone hiredOn leftOn isGridMember gridCode version"
OPEN_DAY = "theme state host meetingPlace publishedOn heldOn attended version"
OPINION = "category content satisfaction receivedOn answerDueOn answer answeredOn"
DUES = Ask(
    "{ dues(first: 50) { nodes { id kind dueOn overdue provisional project { name } estate { name } issue { title }"
    " opinion { content } checkIn { arrivedOn } } pageInfo { hasNextPage endCursor } } }"
)
"""A page of the due list, which no peer has."""


def cases(ground: Ground) -> list[Case]:
    """All cases, the one that writes last."""
    name = "王甲子"
    return [
        Case(
            "nested",
            "50 projects with 5 staff each, 12 fields",
            Ask(
                f"{{ projects(first: 50) {{ nodes {{ id {PROJECT}"
                f" staff(first: 5) {{ nodes {{ id {PERSON} }} }} }} }} }}"
            ),
            Ask(
                f"{{ projects: allProjects(first: 50) {{ nodes {{ id: rowId {PROJECT}"
                f" staff: staffByTenantIdAndProjectId(first: 5) {{ nodes {{ id: rowId {PERSON} }} }} }} }} }}"
            ),
            headline=True,
        ),
        Case(
            "two",
            "two projects, 3 fields",
            Ask("{ projects(first: 2) { nodes { id name status } } }"),
            Ask("{ projects: allProjects(first: 2) { nodes { id: rowId name status } } }"),
            headline=True,
        ),
        Case(
            "one",
            "one project by its id, 6 fields",
            Ask(f"query ($id: ID!) {{ project(id: $id) {{ id {PROJECT} }} }}", {"id": f"prj_{ground.project_id}"}),
            Ask(
                "query ($tenantId: UUID!, $id: UUID!) { project: projectByTenantIdAndRowId(tenantId: $tenantId,"
                f" rowId: $id) {{ id: rowId {PROJECT} }} }}",
                {"tenantId": str(ground.tenant_id), "id": str(ground.project_id)},
            ),
            headline=True,
        ),
        Case(
            "flat",
            "a page of 100 staff, 10 fields",
            Ask(f"{{ staff(first: 100) {{ nodes {{ id {FLAT} }} }} }}"),
            Ask(f"{{ staff: allStaff(first: 100) {{ nodes {{ id: rowId {FLAT} }} }} }}"),
        ),
        Case(
            "open_days",
            "20 open days with 5 opinions each, 17 fields",
            Ask(
                f"{{ openDays(first: 20) {{ nodes {{ id {OPEN_DAY}"
                f" opinions(first: 5) {{ nodes {{ id {OPINION} }} }} }} }} }}"
            ),
            Ask(
                f"{{ openDays: allOpenDays(first: 20) {{ nodes {{ id: rowId {OPEN_DAY}"
                f" opinions: opinionsByTenantIdAndOpenDayId(first: 5) {{ nodes {{ id: rowId {OPINION} }} }} }} }} }}"
            ),
        ),
        Case(
            "write",
            "a member of staff recorded: the row, its audit entry and its outbox event",
            Ask(
                "mutation ($name: String!, $projectId: ID!) {"
                " createStaff(input: { name: $name, post: SECURITY, projectId: $projectId })"
                " { staff { name post version } } }",
                {"name": name, "projectId": f"prj_{ground.last_project_id}"},
            ),
            Ask(
                "mutation ($name: String!, $projectId: UUID!) {"
                ' createStaff: benchRecordStaff(input: { name: $name, post: "SECURITY", projectId: $projectId })'
                " { staff: result { name post version } } }",
                {"name": name, "projectId": str(ground.last_project_id)},
            ),
            writes=True,
        ),
    ]
