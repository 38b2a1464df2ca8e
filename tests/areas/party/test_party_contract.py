"""Party work through GraphQL: lists without names, names through an opening, refusals that say what would do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from schema import build, executable
from tenants.party import advisor
from tenants.permission import PARTY_PERSONAL, CompanyRole, RegulatorRole
from tenants.scope import Principal
from tests.areas.errands import Desk
from tests.areas.party.ledger import Ledger
from tests.areas.party.test_party_development import APPLIED
from tests.areas.town import Town

NAMES = "{ partyFiles { nodes { id number person { staff { name } } } } }"


@pytest.fixture(scope="module")
async def desk(town: Town) -> Desk:
    """The engine over the module's town."""
    return Desk(town)


async def files(desk: Desk, principal: Principal) -> list[dict[str, Any]]:
    """Every file with its person, as somebody's query answers."""
    answer = await desk.ask(principal, NAMES)
    assert "errors" not in answer, answer
    return answer["data"]["partyFiles"]["nodes"]  # type: ignore[no-any-return]


async def test_a_name_is_null_until_the_file_is_opened(desk: Desk, ledger: Ledger) -> None:
    """The mutation answers with the name, queries of the same officer go on to, and everybody else's stay null."""
    file = await ledger.file()
    await ledger.file()
    assert {node["person"] for node in await files(desk, ledger.officer)} == {None}
    opening = """
    mutation ($input: OpenPartyFilesInput!) {
      openPartyFiles(input: $input) { partyFiles { id person { staff { name } openedUntil } } userErrors { code } }
    }
    """
    given = {"fileIds": [f"pfl_{file.id}"], "purpose": "MEMBERSHIP_WORK", "reason": "核对名册"}
    answer = await desk.ask(ledger.officer, opening, {"input": given})
    (opened,) = answer["data"]["openPartyFiles"]["partyFiles"]
    assert opened["person"]["staff"]["name"].startswith("王")
    seen = {node["id"]: node["person"] for node in await files(desk, ledger.officer)}
    assert [person for person in seen.values() if person] == [{"staff": opened["person"]["staff"]}]
    second = await ledger.town.member(ledger.firm, CompanyRole.PARTY_OFFICER)
    colleague = ledger.firm.member(second.id, CompanyRole.PARTY_OFFICER)
    assert {node["person"] and 1 for node in await files(desk, colleague)} == {None}
    persons = "{ partyPersons { totalCount } }"
    assert (await desk.ask(ledger.officer, persons))["data"]["partyPersons"]["totalCount"] == 1
    assert (await desk.ask(colleague, persons))["data"]["partyPersons"]["totalCount"] == 0


async def test_the_company_reads_who_opened_what_and_why(desk: Desk, ledger: Ledger) -> None:
    """The administrator reads the log with the file's number, and no file."""
    file = await ledger.file()
    opening = "mutation ($input: OpenPartyFilesInput!) { openPartyFiles(input: $input) { userErrors { code } } }"
    given = {"fileIds": [f"pfl_{file.id}"], "purpose": "DATA_SUBJECT_REQUEST", "reason": "本人申请查阅"}
    await desk.ask(ledger.officer, opening, {"input": given})
    log = """
    { partyFileAccesses(where: {purpose: {eq: DATA_SUBJECT_REQUEST}}) {
        nodes { purpose reason fileNumber member { name } } } }
    """
    answer = await desk.ask(ledger.firm.admin, log)
    assert answer["data"]["partyFileAccesses"]["nodes"] == [
        {
            "purpose": "DATA_SUBJECT_REQUEST",
            "reason": "本人申请查阅",
            "fileNumber": file.number,
            "member": {"name": "赵敏"},
        }
    ]
    for query in (NAMES, "{ developmentCases { totalCount } }", "{ partyMemberships { totalCount } }"):
        refused = await desk.ask(ledger.firm.admin, query)
        assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}


BEGIN = """mutation($one: CreatePartyFileInput!, $two: CreatePartyFileInput!) {
    one: createPartyFile(input: $one) { partyFile { number } userErrors { code } }
    two: createPartyFile(input: $two) { partyFile { number } userErrors { code } }
}"""


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside-another"])
async def test_who_is_told_that_there_is_a_file_is_on_record(
    desk: Desk, ledger: Ledger, town: Town, alone: bool
) -> None:
    """The refusal tells the officer that somebody has a file: the company reads that it was tried, and of nobody."""
    known, other = await town.staff(ledger.firm, "赵六"), await town.staff(ledger.firm, "孙七")
    held = await ledger.file(staff_id=known.id)
    given = {"legalBasis": "STATUTORY_DUTY", "basisDocument": "党内法规"}
    one = {**given, "staffId": f"stf_{known.id}", "number": f"R{alone}1"}
    two = {**given, "staffId": f"stf_{other.id}", "number": f"R{alone}2"}
    text, variables = BEGIN, {"one": one, "two": two}
    if alone:
        text = "mutation($one: CreatePartyFileInput!) { one: createPartyFile(input: $one) { userErrors { code } } }"
        variables.pop("two")
    answer = (await desk.ask(ledger.officer, text, variables))["data"]
    assert answer["one"]["userErrors"] == [{"code": "PARTY_FILE_EXISTS"}]
    if not alone:
        assert answer["two"] == {"partyFile": {"number": two["number"]}, "userErrors": []}
    files = await town.administrator.fetch("SELECT number FROM party_file WHERE number LIKE $1 || '%'", f"R{alone}")
    assert [row["number"] for row in files] == ([] if alone else [two["number"]])
    trail = '{ auditEntries(where: {action: {eq: "refused"}}, last: 1) { nodes { subject subjectId changes } } }'
    (entry,) = (await desk.ask(ledger.firm.admin, trail))["data"]["auditEntries"]["nodes"]
    assert (entry["subject"], entry["changes"]) == ("party_file", {})
    assert str(held.id) not in str(entry)
    assert str(known.id) not in str(entry)


async def test_no_other_role_gets_any_of_it(desk: Desk, ledger: Ledger, town: Town) -> None:
    """Every root field of a person's table is FORBIDDEN to managers, front desks and regulators, and so is every
    relation that leads there.
    """
    manager = await town.member(ledger.firm, CompanyRole.PROJECT_MANAGER)
    front = await town.member(ledger.firm, CompanyRole.FRONT_DESK)
    others = [
        ledger.firm.member(manager.id, CompanyRole.PROJECT_MANAGER),
        ledger.firm.member(front.id, CompanyRole.FRONT_DESK),
        await town.regulator("37"),
    ]
    schema = executable(build())
    assert schema.query_type is not None
    roots = [
        "partyFiles",
        "partyPersons",
        "partyFileAccesses",
        "partyMemberships",
        "partyTransfers",
        "developmentCases",
        "crossAppointments",
    ]
    assert set(roots) <= set(schema.query_type.fields)
    for principal in others:
        for root in roots:
            answer = await desk.ask(principal, f"{{ {root} {{ totalCount }} }}")
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        for path in ("memberships { totalCount }", "members", "sizeAdvice", "formalMembers"):
            answer = await desk.ask(principal, f"{{ partyOrganisations {{ nodes {{ {path} }} }} }}")
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    assert PARTY_PERSONAL


def readable(type_: Any) -> list[str]:
    """The fields of a type that are asked for without more."""
    return [name for name, field in type_.fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args]


async def test_every_role_is_answered_or_forbidden(desk: Desk, ledger: Ledger, town: Town) -> None:
    """Each field of each list of Party work, one at a time: an answer or FORBIDDEN, never an error of the database."""
    await ledger.member()
    await ledger.case(APPLIED)
    others = [ledger.firm.member((await town.member(ledger.firm, role)).id, role) for role in CompanyRole]
    asking = [*others, *[await town.regulator("37", role) for role in RegulatorRole]]
    query_type = executable(build()).query_type
    assert query_type is not None
    for root, field in query_type.fields.items():
        page: Any = get_named_type(field.type)
        if "part" not in root.lower() and not root.startswith(("development", "cross", "committeeComp")):
            continue
        if not page.name.endswith("Connection"):
            continue
        for name in readable(get_named_type(page.fields["nodes"].type)):
            for principal in asking:
                answer = await desk.ask(principal, f"{{ {root}(first: 1) {{ nodes {{ {name} }} }} }}")
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert codes in (set(), {"FORBIDDEN"}), (root, name, principal.kind, answer)


async def test_a_case_through_the_contract(desk: Desk, ledger: Ledger) -> None:
    """Begin, take a step out of order, read what it says in both languages, take the right one, read the case back."""
    file = await ledger.file()
    start = """
    mutation ($input: StartDevelopmentCaseInput!) {
      startDevelopmentCase(input: $input) {
        developmentCase { id version state ruleVersion steps { nodes { step decision document } } }
        userErrors { code field message } } }
    """
    given = {
        "fileId": f"pfl_{file.id}",
        "organisationId": f"pog_{ledger.branch.id}",
        "appliedOn": "2026-05-12",
        "bornOn": "1995-01-01",
        "document": "申请书1",
    }
    payload = (await desk.ask(ledger.officer, start, {"input": given}))["data"]["startDevelopmentCase"]
    case = payload["developmentCase"]
    assert case["ruleVersion"] == "RULES_2026"
    assert case["steps"]["nodes"] == [{"step": "APPLY", "decision": "DONE", "document": "申请书1"}]
    take = """
    mutation ($input: RecordDevelopmentStepInput!) {
      recordDevelopmentStep(input: $input) {
        developmentCase { version state } userErrors { code field message } } }
    """
    step = {"id": case["id"], "version": case["version"], "step": "AGREE_OBJECT", "doneOn": "2026-06-01"}
    for locale, words in (
        ("zh", ("递交", "确定发展对象", "第13条")),
        ("en", ("Decide: development object", "article 13")),
    ):
        answer = await desk.ask(ledger.officer, take, {"input": {**step, "document": "文1"}}, locale)  # type: ignore[arg-type]
        (error,) = answer["data"]["recordDevelopmentStep"]["userErrors"]
        assert (error["code"], error["field"]) == ("PARTY_STEP_OUT_OF_ORDER", "step")
        assert all(word in error["message"] for word in words[1:])
    answer = await desk.ask(ledger.officer, take, {"input": {**step, "step": "TALK", "doneOn": "2026-05-20"}})
    assert answer["data"]["recordDevelopmentStep"] == {
        "developmentCase": {"version": case["version"] + 1, "state": "TALKED"},
        "userErrors": [],
    }


async def test_what_is_due_leads_to_what_it_is_about(desk: Desk, ledger: Ledger) -> None:
    """The officer goes from the list to the case, its stage and who entered its steps, and from an organisation's
    election to the organisation; the administrator sees elections alone.
    """
    case = await ledger.case(APPLIED)
    query = """
    { dues(where: {kind: {in: [PARTY_TALK, PARTY_ELECTION]}}, first: 50) { nodes {
        kind partyOrganisation { name }
        developmentCase {
          id stage state dues(first: 5) { nodes { kind } } steps(first: 5) { nodes { step enteredBy } } } } } }
    """
    answer = await desk.ask(ledger.officer, query)
    assert "errors" not in answer, answer
    nodes = answer["data"]["dues"]["nodes"]
    (found,) = [
        node["developmentCase"] for node in nodes if (node["developmentCase"] or {}).get("id") == f"dcs_{case.id}"
    ]
    assert found == {
        "id": f"dcs_{case.id}",
        "stage": "APPLICATION",
        "state": "APPLIED",
        "dues": {"nodes": [{"kind": "PARTY_TALK"}]},
        "steps": {"nodes": [{"step": "APPLY", "enteredBy": "赵敏"}]},
    }
    assert ledger.branch.name in [node["partyOrganisation"]["name"] for node in nodes if node["partyOrganisation"]]
    kinds = "{ dues(first: 100) { nodes { kind partyOrganisation { name } } } }"
    seen = (await desk.ask(ledger.firm.admin, kinds))["data"]["dues"]["nodes"]
    assert {node["kind"] for node in seen} == {"PARTY_ELECTION"}
    refused = await desk.ask(ledger.firm.admin, "{ dues { nodes { developmentCase { id } } } }")
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}


async def test_an_organisation_with_its_counts(desk: Desk, ledger: Ledger) -> None:
    """The officer reads members and advice; a regulator reads the organisation without either."""
    await ledger.member()
    query = "{ partyOrganisations(first: 1) { nodes { name state electionDue members sizeAdvice } } }"
    (node,) = (await desk.ask(ledger.officer, query))["data"]["partyOrganisations"]["nodes"]
    assert (node["state"], node["electionDue"], node["sizeAdvice"]) == ("ACTIVE", True, None)
    assert node["members"] >= 1
    regulator = await ledger.town.regulator("37")
    public = """
    { partyOrganisations { nodes { name kind state secretaryFilled venueItems } }
      publicPartyOrganisations { totalCount } }
    """
    answer = await desk.ask(regulator, public)
    assert answer["data"]["partyOrganisations"]["nodes"]
    assert answer["data"]["publicPartyOrganisations"]["totalCount"] >= 1


async def test_an_advisor_whom_a_company_needs_no_more(desk: Desk, ledger: Ledger, town: Town) -> None:
    """Sent to a company without an organisation; once it has one, the regulator is shown that the task is over."""
    city = await town.regulator("3704")
    bare = await town.company(at="370402")
    new = advisor.NewAdvisor(company_id=bare.id, unit="街道党工委", since=date(2026, 1, 1))
    await town.do(city, advisor.assign, new)
    query = "{ partyAdvisors { nodes { needless company { id } } } }"

    async def needless() -> bool:
        nodes = (await desk.ask(city, query))["data"]["partyAdvisors"]["nodes"]
        (found,) = [node["needless"] for node in nodes if node["company"]["id"] == f"com_{bare.id}"]
        return bool(found)

    assert not await needless()
    member = await town.member(bare, CompanyRole.PARTY_OFFICER)
    officer = bare.member(member.id, CompanyRole.PARTY_OFFICER)
    await replace(ledger, firm=bare, officer=officer).organise()
    assert await needless()


async def test_reports_through_the_contract(desk: Desk, ledger: Ledger) -> None:
    """R-01 to R-03 answer a regulator, null where nothing was published, and are FORBIDDEN to companies."""
    query = """
    { partyCoverage(since: "2026-01-01", until: "2026-11-22") { companies organisationCoverage workCoverage }
      partyOrganisationFigures(since: "2026-01-01", until: "2026-11-22") { register kind formation organisations }
      developmentFigures(since: "2026-01-01", until: "2026-11-22") { measure value planned }
      crossAppointmentFigures(since: "2026-01-01", until: "2026-11-22") { asOn leads meanPartyShare }
      partyFigures { totalCount } }
    """
    answer = await desk.ask(await ledger.town.regulator("3704"), query)
    assert "errors" not in answer, answer
    assert answer["data"]["partyCoverage"][0]["companies"] >= 1
    assert answer["data"]["crossAppointmentFigures"] == [{"asOn": None, "leads": None, "meanPartyShare": None}]
    assert answer["data"]["developmentFigures"] == []
    refused = await desk.ask(ledger.officer, query)
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}
