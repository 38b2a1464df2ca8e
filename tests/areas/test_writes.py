"""Mutations as the contract has them: who may, what is told for which field, and that each root field stands alone."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_required_input_field,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema import build, executable
from tenants import company
from tenants.company import CompanyStatus
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES
from tenants.row import new_id
from tenants.scope import Database, Principal
from tests.areas.errands import CONTRACT, Desk, Errand, document, input_type, mutations, prepare, seen
from tests.areas.town import Town


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    """Where requests are answered."""
    return Desk(town)


def errors(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The codes and fields of a payload's errors."""
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


@pytest.mark.parametrize("mutation", mutations())
async def test_every_mutation_does_its_errand(town: Town, desk: Desk, mutation: str) -> None:
    """The payload has the entity as it is after the change, no error, and the journal has a new entry by the actor."""
    errand = await prepare(town, mutation)

    async def entries() -> int:
        tables = ("audit_entry", "registry_audit_entry", "party_file_access")
        counts = " + ".join(f"(SELECT count(*) FROM {table} WHERE actor_id = $1)" for table in tables)
        found: int = await town.administrator.fetchval(f"SELECT {counts}", errand.principal.actor_id)
        return found

    before = await entries()
    payload = await desk.run(errand)
    assert payload.pop("userErrors") == []
    [entity] = payload.values()
    # An edition has no versions, and what is deleted has none any more.
    if "version" in errand.input and mutation not in ("publishScheme", "discardRatingCycle"):
        # What is issued again is a new row, whose first version it is.
        expected = 1 if mutation.startswith("reissue") else errand.input["version"] + 1
        assert entity["version"] == expected or "takeOver" in mutation
    assert await entries() > before


@pytest.mark.parametrize("mutation", mutations())
async def test_only_roles_with_the_permission_may(town: Town, desk: Desk, mutation: str) -> None:
    """Every other role is refused as a whole, and the permission named; the roles are those of the errand's kind."""
    errand = await prepare(town, mutation)
    root = executable(build()).mutation_type
    assert root is not None
    permission = root.fields[mutation].extensions["strawberry-definition"].metadata["permission"]
    all_roles: dict[str, Any] = {"tenant": COMPANY_ROLES, "regulator": REGULATOR_ROLES}
    for kind, roles in all_roles.items():
        for role, permissions in roles.items():
            who = Principal(
                kind,  # type: ignore[arg-type]
                permissions,
                actor_id=errand.principal.actor_id,
                tenant_id=errand.principal.tenant_id or new_id() if kind == "tenant" else None,
                regulator_id=new_id() if kind == "regulator" else None,
                division_path="370402" if kind == "regulator" else None,
            )
            if permission in permissions:
                continue
            answer = await desk.ask(who, document(mutation), {"input": errand.input})
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert (role, codes, answer.get("data")) == (role, {"FORBIDDEN"}, None)
            assert permission in {error["extensions"]["permission"] for error in answer["errors"]}
    assert errors(await desk.run(errand)) == []


@pytest.mark.parametrize("mutation", mutations())
async def test_a_suspended_company_changes_nothing(town: Town, desk: Desk, mutation: str) -> None:
    """Each mutation of a company refuses, and says whom to ask; its people read on."""
    errand = await prepare(town, mutation)
    tenant_id = errand.principal.tenant_id
    if tenant_id is None:
        return
    await town.do(Principal("worker", tenant_id=tenant_id), company.set_status, CompanyStatus.SUSPENDED)
    payload = await desk.run(errand)
    assert errors(payload) == [("COMPANY_NOT_ACTIVE", None)]
    assert "暂停" in payload["userErrors"][0]["message"]
    answer = await desk.ask(errand.principal, "{ company { status } }")
    assert answer["data"]["company"]["status"] == "SUSPENDED"


@pytest.mark.parametrize(
    ("mutation", "field", "version"), [(name, *found) for name in mutations() if (found := seen(name))]
)
async def test_stale_versions_and_unknown_ids(town: Town, desk: Desk, mutation: str, field: str, version: str) -> None:
    """D1: a stale version is a conflict; an id of another company is told the same as one of nothing, which is
    NOT_FOUND or, where only a community may, that; an id of another kind or of no shape is NOT_FOUND. Nothing of it was
    changed.
    """
    errand = await prepare(town, mutation)
    prefix, _, key = errand.input[field].partition("_")
    assert errors(await desk.run(errand, **{version: 99})) == [("CONFLICT", version)]
    foreign = (await prepare(town, mutation)).input[field]
    unknown = [f"{prefix}_{uuid4()}", *([foreign] if errand.principal.tenant_id is not None else [])]
    wrong = [
        f"xyz_{key}",
        key,
        "",
        f"{prefix}_{key.upper()}",
        f"{prefix}_{{{key[:34]}}}",
        "\x00",
    ]
    for values, codes in (unknown, {"NOT_FOUND", "COMMUNITY_ONLY"}), (wrong, {"NOT_FOUND"}):
        answers = [await desk.run(errand, **{field: value}) for value in values]
        assert [answer for answer in answers if answer != answers[0]] == []
        [(code, at)] = errors(answers[0])
        assert code in codes
        assert at == field
    assert errors(await desk.run(errand)) == []


@pytest.mark.parametrize(
    ("mutation", "prefix"), [("createProject", "prj"), ("createStaff", "stf"), ("createCompanyMember", "mem")]
)
async def test_a_client_may_bring_a_uuidv7(town: Town, desk: Desk, mutation: str, prefix: str) -> None:
    """Its answer has that id; what is no UUIDv7 is refused with what would do, and twice is once too often."""
    errand, own = await prepare(town, mutation), f"{prefix}_{new_id()}"
    for wrong in (f"{prefix}_{uuid4()}", str(new_id()), f"est_{new_id()}", "1", own.upper(), "prj_\x00"):
        payload = await desk.run(errand, id=wrong)
        assert errors(payload) == [("ID_INVALID", "id")]
        assert f"“{prefix}_”" in payload["userErrors"][0]["message"]
    payload = await desk.run(errand, id=own)
    assert errors(payload) == []
    assert own in [entity["id"] for name, entity in payload.items() if name != "userErrors"]
    again = await prepare(town, mutation)
    own_again = {name: value for name, value in again.input.items() if name not in ("projectId", "staffId", "number")}
    mine = Errand(mutation, errand.principal, own_again)
    assert errors(await desk.run(mine, id=own)) == [("ID_TAKEN", "id")]
    # Another company may use it: whether it exists here, nobody learns.
    assert errors(await desk.run(again, id=own)) == []


async def test_the_id_of_a_request_is_ours(town: Town, desk: Desk) -> None:
    """Regulators decide by it across companies, so no company chooses it."""
    errand = await prepare(town, "requestTakeOver")
    answer = await desk.ask(errand.principal, document("requestTakeOver"), {"input": errand.input | {"id": "tko_1"}})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


# What is told, and for which field


BAD: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (
        "createProject",
        {
            "name": "\x00",
            "contract": CONTRACT | {"startsOn": "2027-01-01", "endsOn": "2026-12-31", "filedOn": "2126-01-01"},
            "newEstate": {"name": " ", "kind": "MIXED", "divisionCode": "370402", "area": "0", "households": -1},
            "ownerPartyMembers": -1,
            "surveyedOn": "1026-01-01",
        },
        [
            ("CHARACTER_NOT_ALLOWED", "name"),
            ("DATE_IN_FUTURE", "contract.filedOn"),
            ("CONTRACT_ENDS_BEFORE_START", "contract.endsOn"),
            ("NEGATIVE", "ownerPartyMembers"),
            ("DATE_IMPLAUSIBLE", "surveyedOn"),
            ("EMPTY", "newEstate.name"),
            ("AREA_NOT_POSITIVE", "newEstate.area"),
            ("NEGATIVE", "newEstate.households"),
            ("DIVISION_TOO_HIGH", "newEstate.divisionCode"),
        ],
    ),
    ("createProject", {"newEstate": None}, [("ESTATE_REQUIRED", "estateId")]),
    ("createProject", {"estateId": "est_1"}, [("NOT_FOUND", "estateId")]),
    ("updateProject", {"name": None, "gridCount": -1}, [("EMPTY", "name"), ("NEGATIVE", "gridCount")]),
    ("endProject", {"endedOn": "2023-12-31"}, [("DATE_OUT_OF_ORDER", "endedOn")]),
    ("endProject", {"reason": "TAKEN_OVER"}, [("END_REASON_RESERVED", "reason")]),
    (
        "addServiceContract",
        {"contract": CONTRACT | {"startsOn": "2023-01-01", "endsOn": "2023-12-31"}},
        [("DATE_OUT_OF_ORDER", "contract.startsOn")],
    ),
    ("addServiceContract", {"contract": CONTRACT}, [("CONTRACT_OVERLAPS", "contract.startsOn")]),
    ("assignProjectLead", {"replaceCurrent": False}, [("LEAD_ACTIVE", "staffId")]),
    ("assignProjectLead", {"staffId": "stf_"}, [("NOT_FOUND", "staffId")]),
    ("assignProjectLead", {"arrivedOn": "2024-01-01"}, [("DATE_OUT_OF_ORDER", "arrivedOn")]),
    ("requestTakeOver", {"projectName": "项" * 101}, [("TOO_LONG", "projectName")]),
    ("refuseTakeOver", {"reason": "\u200b"}, [("REASON_REQUIRED", "reason")]),
    (
        "createStaff",
        {"name": "", "workPhone": "无", "gridCode": "3", "number": "9" * 41},
        [
            ("EMPTY", "name"),
            ("TOO_LONG", "number"),
            ("PHONE_INVALID", "workPhone"),
            ("NOT_A_GRID_MEMBER", "gridCode"),
        ],
    ),
    ("updateStaff", {"leftOn": "2226-01-01", "post": None}, [("DATE_IMPLAUSIBLE", "leftOn"), ("EMPTY", "post")]),
    ("updateCompany", {"name": "\ufeff", "contactPhone": "1"}, [("EMPTY", "name"), ("PHONE_INVALID", "contactPhone")]),
    ("createCompanyMember", {"staffId": "mem_1"}, [("NOT_FOUND", "staffId")]),
    ("removeCompanyMember", {"removedOn": "2126-01-01"}, [("DATE_IN_FUTURE", "removedOn")]),
    (
        "createEstate",
        {"area": "0.005", "gridCount": -1, "address": "路" * 501, "divisionCode": "410102001"},
        [
            ("TOO_LONG", "address"),
            ("TOO_PRECISE", "area"),
            ("NEGATIVE", "gridCount"),
            ("DIVISION_OUTSIDE_REACH", "divisionCode"),
        ],
    ),
    ("updateEstate", {"area": "1000000000000", "kind": None}, [("EMPTY", "kind"), ("TOO_LARGE", "area")]),
    ("updateEstate", {"divisionCode": None, "households": None}, [("EMPTY", "divisionCode"), ("EMPTY", "households")]),
]


@pytest.mark.parametrize(("mutation", "changed", "expected"), BAD)
async def test_problems_name_their_input_field(
    town: Town, desk: Desk, mutation: str, changed: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """All of them, by the path of the input as the contract spells it, with no entity and nothing written."""
    errand = await prepare(town, mutation)
    count = "SELECT count(*) FROM audit_entry", "SELECT count(*) FROM registry_audit_entry"
    before = [await town.administrator.fetchval(one) for one in count]
    payload = await desk.run(errand, **changed)
    assert errors(payload) == expected
    assert [entity for name, entity in payload.items() if name != "userErrors"] == [None]
    assert [await town.administrator.fetchval(one) for one in count] == before
    for _, path in expected:
        assert_path(mutation, path)


def assert_path(mutation: str, path: str) -> None:
    """The mutation's input has such a field."""
    type_: Any = input_type(mutation)
    for name in path.split("."):
        if name.isdigit():
            continue
        assert isinstance(type_, GraphQLInputObjectType)
        type_ = get_named_type(type_.fields[name].type)


async def test_problems_are_told_in_the_language_asked_for(town: Town, desk: Desk) -> None:
    """Values of enums by their Chinese term in Chinese, by their name in English."""
    errand = await prepare(town, "withdrawTakeOver")
    assert errors(await desk.run(errand)) == []
    messages = {}
    for locale in ("zh", "en"):
        answer = await desk.ask(
            errand.principal,
            document("withdrawTakeOver"),
            {"input": errand.input | {"version": 2}},
            locale,
        )
        [error] = answer["data"]["withdrawTakeOver"]["userErrors"]
        messages[locale] = error["message"]
    assert messages["zh"] == "当前状态为“已撤回”，不能变为“已撤回”；允许的下一状态：—。"
    assert messages["en"] == "It is WITHDRAWN and cannot become WITHDRAWN; allowed next: —."


def planted(type_: Any, given: dict[str, Any], kinds: set[str], value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The input with the value in one of its places of these types, each in turn, by the path of the place."""
    for name, field in type_.fields.items():
        inner, is_list = get_named_type(field.type), is_list_type(get_nullable_type(field.type))
        if inner.name in kinds:
            yield name, given | {name: [value] if is_list else value}
        elif is_input_object_type(inner) and given.get(name):
            one, at = (given[name][0], f"{name}.0") if is_list else (given[name], name)
            for path, changed in planted(inner, one, kinds, value):
                yield f"{at}.{path}", given | {name: [changed] if is_list else changed}


@pytest.mark.parametrize("mutation", mutations())
async def test_what_cannot_be_stored_is_a_user_error(town: Town, desk: Desk, mutation: str) -> None:
    """For every text of every input, and never an internal error: what PostgreSQL cannot hold and what a terminal obeys
    is told for its field.
    """
    errand = await prepare(town, mutation)
    for text in ("\x00", "a\x1b[31mb"):
        for path, input_ in planted(input_type(mutation), errand.input, {"String"}, text):
            found = errors(await desk.run(Errand(mutation, errand.principal, input_)))
            assert path in {field for _, field in found}, (path, found)


@pytest.mark.parametrize("mutation", mutations())
async def test_a_day_that_cannot_be_meant_is_a_user_error(town: Town, desk: Desk, mutation: str) -> None:
    """For every day and time of every input, the first and the last that the contract can say: told for its field, and
    nothing is worked out from it first.
    """
    errand = await prepare(town, mutation)
    for day in ("1000-01-01", "9000-12-31"):
        days = planted(input_type(mutation), errand.input, {"Date"}, day)
        times = planted(input_type(mutation), errand.input, {"DateTime"}, f"{day}T00:00:00+08:00")
        for path, input_ in (*days, *times):
            found = errors(await desk.run(Errand(mutation, errand.principal, input_)))
            assert path in {field for _, field in found}, (path, found)


async def test_errands_fill_every_input(town: Town) -> None:
    """Each input inside an input stands in some errand, or nothing would have been planted in it."""
    there: set[str] = set()
    filled: set[str] = set()
    for mutation in mutations():
        inside = {
            name: get_named_type(field.type)
            for name, field in input_type(mutation).fields.items()
            if is_input_object_type(get_named_type(field.type))
        }
        there |= {inner.name for inner in inside.values()}
        if there > filled:
            given = (await prepare(town, mutation)).input
            filled |= {inner.name for name, inner in inside.items() if given.get(name)}
        for inner in inside.values():
            assert not any(is_input_object_type(get_named_type(field.type)) for field in inner.fields.values()), inner
    assert filled == there


async def test_numbers_beyond_int_are_refused_by_the_contract(town: Town, desk: Desk) -> None:
    """GraphQL's Int has 32 bits; a Decimal its own form."""
    errand = await prepare(town, "createEstate")
    for changed in ({"households": 2**31}, {"area": "NaN"}, {"area": "1e3"}, {"area": "9" * 30}):
        answer = await desk.ask(errand.principal, document("createEstate"), {"input": errand.input | changed})
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def anything(type_: Any) -> st.SearchStrategy[Any]:
    """Values of an input's type as GraphQL lets them through, the awkward ones more often."""
    if isinstance(type_, GraphQLNonNull):
        return _of(type_.of_type)
    return st.none() | _of(type_)


AWKWARD = st.sampled_from(
    ["", " ", "\x00", "\u200b", "\ud800", "名" * 101, "名" * 501, "370402001", "37", "13800000000"]
)


def _of(type_: Any) -> st.SearchStrategy[Any]:
    if isinstance(type_, GraphQLList):
        return st.lists(anything(type_.of_type), max_size=3)
    if isinstance(type_, GraphQLEnumType):
        return st.sampled_from(list(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        required = {name for name, field in type_.fields.items() if is_required_input_field(field)}
        fields = {name: anything(field.type) for name, field in type_.fields.items()}
        optional = {name: field for name, field in fields.items() if name not in required}
        return st.fixed_dictionaries({name: fields[name] for name in required}, optional=optional)
    return {
        "Boolean": st.booleans(),
        "Date": st.dates(date(1000, 1, 1), date(9000, 12, 31)).map(date.isoformat)
        | st.sampled_from(["2024-01-01", "2025-06-30", "2026-12-31"]),
        "DateTime": st.dates(date(1000, 1, 2), date(8999, 12, 31)).map(lambda day: f"{day.isoformat()}T09:00:00+08:00")
        | st.sampled_from(["2025-09-20T01:00:00Z", "2025-09-20T04:00:00Z"]),
        "Decimal": st.decimals(allow_nan=False, places=3, min_value=-(10**14), max_value=10**14).map(str),
        "ID": AWKWARD | st.sampled_from(["prj", "stf", "mem", "est", "tko"]).map(lambda prefix: f"{prefix}_{new_id()}"),
        "JSON": st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | AWKWARD,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(AWKWARD | st.just("dimensions"), inner),
            max_leaves=10,
        ),
        "Int": st.integers(-(2**31), 2**31 - 1) | st.sampled_from([0, 1, 2]),
        "String": AWKWARD | st.text(max_size=20),
    }[type_.name]


@pytest.mark.parametrize("mutation", mutations())
def test_no_input_breaks_anything(database: Any, mutation: str) -> None:
    """Whatever is typed into whichever fields, it is done or told for a field of the input; nothing is an internal
    error.
    """
    type_ = input_type(mutation)
    changes = st.fixed_dictionaries({}, optional={name: anything(field.type) for name, field in type_.fields.items()})

    async def opened() -> Town:
        return Town(await Database.open(database.app_url), await asyncpg.connect(database.admin_url))

    async def close(town: Town) -> None:
        await town.administrator.close()
        await town.database.close()

    with asyncio.Runner() as runner:
        town = runner.run(opened())
        desk = Desk(town)
        waiting: list[Errand] = []

        @settings(max_examples=30, suppress_health_check=list(HealthCheck))
        @given(changes)
        def typed(changed: dict[str, Any]) -> None:
            errand = waiting.pop() if waiting else runner.run(prepare(town, mutation))
            found = runner.run(desk.run(errand, **changed))["userErrors"]
            for error in found:
                if error["field"] is not None:
                    assert_path(mutation, error["field"])
            if found:
                waiting.append(errand)  # nothing was changed, so it is as good as new

        try:
            typed()
        finally:
            runner.run(close(town))


# Several root fields


async def test_each_root_field_stands_alone(town: Town, desk: Desk) -> None:
    """A field that the database itself refused leaves nothing of itself; those before and after it stay."""
    firm = await town.company()
    taken = await town.staff(firm, number="7")
    query = """
    mutation (
      $first: CreateStaffInput!, $same: CreateStaffInput!, $number: CreateStaffInput!, $last: CreateStaffInput!
    ) {
      first: createStaff(input: $first) { staff { name number } userErrors { code field } }
      same: createStaff(input: $same) { staff { name } userErrors { code field } }
      number: createStaff(input: $number) { staff { name } userErrors { code field } }
      last: createStaff(input: $last) { staff { name number } userErrors { code field } }
    }
    """
    answer = await desk.ask(
        firm.admin,
        query,
        {
            "first": {"name": "甲", "post": "OTHER", "number": "8"},
            "same": {"name": "乙", "post": "OTHER", "id": f"stf_{taken.id}"},
            "number": {"name": "丙", "post": "OTHER", "number": "7"},
            "last": {"name": "丁", "post": "OTHER", "number": "9"},
        },
    )
    assert answer["data"] == {
        "first": {"staff": {"name": "甲", "number": "8"}, "userErrors": []},
        "same": {"staff": None, "userErrors": [{"code": "ID_TAKEN", "field": "id"}]},
        "number": {"staff": None, "userErrors": [{"code": "STAFF_NUMBER_TAKEN", "field": "number"}]},
        "last": {"staff": {"name": "丁", "number": "9"}, "userErrors": []},
    }
    names = await town.administrator.fetch("SELECT name FROM staff WHERE tenant_id = $1 ORDER BY id", firm.id)
    assert [row["name"] for row in names] == ["张伟", "甲", "丁"]
    assert (await town.journal(firm))[2:] == [("staff", "created")] * 3


async def test_a_half_done_take_over_leaves_nothing(town: Town, desk: Desk) -> None:
    """Confirming acts for two companies; refused in the second, it undoes the first, and the next field is the
    regulator's own again.
    """
    errand = await prepare(town, "confirmTakeOver")
    incoming = await town.administrator.fetchval(
        "SELECT tenant_id FROM take_over WHERE id = $1", UUID(errand.input["id"].removeprefix("tko_"))
    )
    await town.do(Principal("worker", tenant_id=incoming), company.set_status, CompanyStatus.SUSPENDED)
    query = """
    mutation ($confirm: ConfirmTakeOverInput!, $refuse: RefuseTakeOverInput!) {
      confirmTakeOver(input: $confirm) { takeOver { state } userErrors { code field } }
      refuseTakeOver(input: $refuse) { takeOver { state reason estate { servingCompany } } userErrors { code } }
    }
    """
    variables = {"confirm": errand.input, "refuse": errand.input | {"reason": "企业已暂停"}}
    answer = await desk.ask(errand.principal, query, variables)
    assert answer["data"]["confirmTakeOver"] == {
        "takeOver": None,
        "userErrors": [{"code": "COMPANY_NOT_ACTIVE", "field": None}],
    }
    refused = answer["data"]["refuseTakeOver"]
    assert refused["userErrors"] == []
    assert (refused["takeOver"]["state"], refused["takeOver"]["reason"]) == ("REFUSED", "企业已暂停")
    assert refused["takeOver"]["estate"]["servingCompany"] is not None
    assert await town.administrator.fetchval("SELECT count(*) FROM project WHERE tenant_id = $1", incoming) == 0


async def test_changes_of_one_document_see_each_other(town: Town, desk: Desk) -> None:
    """In their order, in one transaction: the second takes the version the first made."""
    errand = await prepare(town, "updateProject")
    query = """
    mutation ($one: UpdateProjectInput!, $two: UpdateProjectInput!) {
      one: updateProject(input: $one) { project { version name } userErrors { code } }
      two: updateProject(input: $two) { project { version name gridCount } userErrors { code } }
    }
    """
    variables = {"one": errand.input, "two": {"id": errand.input["id"], "version": 2, "gridCount": 3}}
    data = (await desk.ask(errand.principal, query, variables))["data"]
    assert data["one"]["project"]["version"] == 2
    assert data["two"] == {"project": {"version": 3, "name": "新名", "gridCount": 3}, "userErrors": []}


# The contract


def test_every_mutation_says_what_it_needs() -> None:
    """In its description."""
    root = executable(build()).mutation_type
    assert root is not None
    for field in root.fields.values():
        permission = field.extensions["strawberry-definition"].metadata["permission"]
        assert f"`{permission.value}`" in (field.description or "")
