"""One statement for a document: what decides its text, what is a parameter, and what is refused before it runs."""

import json
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLSchema, get_named_type, is_leaf_type

from schema.failure import Failure, FailureCode
from schema.reads.query import SHAPES_KEPT, catalogue
from tenants.permission import Permission
from tests.reads.asking import Asker
from tests.reads.reference import declared, faults_of

CANARY = "canary_7c1e"


async def test_all_root_fields_are_one_statement(ask: dict[str, Asker]) -> None:
    """Several root fields, fragments and aliases: one SELECT, answered in the order of the document."""
    answer = await ask["company"](
        """query { __typename b: projects(first: 1) { ...P } company { name } a: projects(first: 1) { ...P totalCount }
           node(id: "zzz_1") { id } nodes(ids: []) { id } }
           fragment P on ProjectConnection { nodes { ... on Project { name } ... { name id } } __typename }"""
    )
    assert list(answer) == ["__typename", "b", "company", "a", "node", "nodes"]
    assert list(answer["b"]) == ["nodes", "__typename"]
    assert list(answer["b"]["nodes"][0]) == ["name", "id"]
    assert answer["a"]["nodes"] == answer["b"]["nodes"]
    assert (answer["node"], answer["nodes"]) == (None, [])


async def test_a_field_asked_for_twice_has_both_selections(ask: dict[str, Asker]) -> None:
    """Fields of one response name are merged, arguments and all."""
    answer = await ask["company"](
        "{ company { division { name } } company { division { level } name } projects(first: 2) { nodes { id } }"
        " projects(first: 2) { nodes { name } edges { node { id } } } }"
    )
    assert list(answer["company"]["division"]) == ["name", "level"]
    assert list(answer["projects"]["nodes"][1]) == ["id", "name"]


async def test_directives_decide_what_is_compiled(ask: dict[str, Asker]) -> None:
    """`@skip` and `@include`, literal or in variables: nothing left is an empty object."""
    text = """query($no: Boolean!, $yes: Boolean = true) { company @include(if: $yes) { name @skip(if: true) id @include(if: $no)
        ... @skip(if: $yes) { status } } estates @skip(if: $yes) { totalCount } }"""  # noqa: E501
    assert await ask["company"](text, no=False) == {"company": {}}
    assert set(await ask["company"](text, no=True, yes=False)) == {"estates"}
    assert set((await ask["company"](text, no=True))["company"]) == {"id"}


async def test_nothing_of_a_request_stands_in_the_statement(ask: dict[str, Asker]) -> None:
    """Values are parameters, from literals and from variables alike; a statement is the same for all values."""
    company = ask["company"]
    text = """query($n: String, $w: EstateWhere, $i: ID!, $ids: [ID!]!) {
        projects(where: {name: {contains: "CANARY"}, or: [{status: {in: [ACTIVE]}}, {startedOn: {lt: "2024-01-02"}}]}) {
            totalCount }
        estates(where: $w, first: 7) { nodes { name } } staff(where: {number: {eq: $n}}) { totalCount }
        node(id: $i) { id } nodes(ids: $ids) { id } estate(id: "est_CANARY") { name } }""".replace("CANARY", CANARY)
    where = {"name": {"startsWith": CANARY}, "area": {"gt": "31.41"}}
    key = uuid.uuid4()
    given = {"n": CANARY, "w": where, "i": f"prj_{key}", "ids": [f"prj_{key}", "x"]}
    query = company.query(text)
    bound = query.bind(company.coerced(text, given), company.principal)
    assert bound.sql is not None
    for trace in (CANARY, "31.41", "2024", str(key), "ACTIVE"):
        assert trace not in bound.sql
    other = given | {"n": "'", "w": {"name": {"startsWith": "\\"}, "area": {"gt": "1"}}, "ids": ["prj_1"]}
    assert query.bind(company.coerced(text, other), company.principal).sql is bound.sql
    numbers = {int(number) for number in re.findall(r"\$(\d+)", bound.sql)}
    assert numbers == set(range(1, len(bound.parameters) + 1))


async def test_variables_decide_the_text_only_by_their_shape(ask: dict[str, Asker]) -> None:
    """Which keys a filter has, the order and the kinds of ids are the shape; few shapes are kept."""
    company = ask["company"]
    text = "query($w: ProjectWhere, $o: [ProjectOrder!], $f: Int, $i: ID!) { projects(where: $w, orderBy: $o, first: $f) { totalCount nodes { id } } node(id: $i) { id } }"  # noqa: E501
    query = company.query(text)

    def sql(**variables: Any) -> str | None:
        return query.bind(company.coerced(text, {"i": "x", **variables}), company.principal).sql

    assert sql(f=3) is sql(f=99) is not sql()
    assert sql(w={"name": {"eq": "a"}}) is sql(w={"name": {"eq": "b"}}) is not sql(w={"name": {"contains": "a"}})
    assert sql(w={"status": {"eq": "ACTIVE"}}) is sql(w={"status": {"eq": "ENDED"}})
    assert sql(w={"name": {"in": ["a"]}}) is sql(w={"name": {"in": []}})
    assert sql(o=[{"field": "NAME"}]) is not sql(o=[{"field": "NAME", "direction": "DESC"}])
    assert sql(i="prj_1") is sql(i="prj_2") is not sql(i="est_1")
    assert sql(i="abc_1") is sql(i="")
    weight = query.bytes
    for number in range(3 * SHAPES_KEPT):
        sql(w={"or": [{"name": {"eq": "a"}}] * (number % 45)}, o=[{"field": "ID"}] * (number // 45))
    assert query.bytes < SHAPES_KEPT * 20 * weight
    assert len(query._kept) == SHAPES_KEPT


async def test_a_question_about_nothing_stored_needs_no_statement(ask: dict[str, Asker]) -> None:
    """`{ __typename }` is answered without the database."""
    bound = ask["company"].query("{ a: __typename }").bind({}, ask["company"].principal)
    assert (bound.sql, bound.body) == (None, b'{"a":"Query"}')


async def test_missing_permissions_are_named_with_their_field(ask: dict[str, Asker]) -> None:
    """G13: one error a field, with its path and the permission; where and orderBy need what the column needs."""
    desk = ask["front desk"]
    text = """{ p: projects(first: 1) { nodes { name people: staff { nodes { id } } ownerPartyMembers } } staff { totalCount }
        company { contactPhone name } node(id: "stf_x") { id } nodes(ids: ["mem_1", "prj_1"]) { id } }"""  # noqa: E501
    with pytest.raises(Failure) as caught:
        await desk(text)
    assert caught.value.code is FailureCode.FORBIDDEN
    assert faults_of(caught.value.errors) == {
        ("FORBIDDEN", "staff:read", "p", "nodes", "people"),
        ("FORBIDDEN", "project:read_baseline", "p", "nodes", "ownerPartyMembers"),
        ("FORBIDDEN", "staff:read", "staff"),
        ("FORBIDDEN", "company:read_contact", "company", "contactPhone"),
        ("FORBIDDEN", "staff:read", "node"),
        ("FORBIDDEN", "member:read", "nodes"),
    }
    for error in caught.value.errors:
        assert error.extensions is not None
        assert error.extensions["permission"] in error.message
    skipped = "query($no: Boolean!) { projects { totalCount } staff @include(if: $no) { totalCount } }"
    assert set(await desk(skipped, no=False)) == {"projects"}


async def test_a_hidden_column_can_neither_filter_nor_order(ask: dict[str, Asker], contract: GraphQLSchema) -> None:
    """A filter or an order by a personal field would tell of it, so both need its permission; so do related rows."""
    company = ask["company"]
    fewer = company.principal.permissions - {Permission.STAFF_READ_PERSONAL, Permission.ESTATE_READ}
    asker = Asker(contract, company.database, replace(company.principal, permissions=fewer))
    text = """query($w: StaffWhere) { a: staff(where: $w) { totalCount } b: staff(orderBy: {field: NAME}) { __typename }
        c: staff(where: {or: [{project: {estate: {name: {eq: "x"}}}}]}) { __typename } d: staff { nodes { id } } }"""
    with pytest.raises(Failure) as caught:
        await asker(text, w={"not": {"name": {"startsWith": "张"}}})
    assert faults_of(caught.value.errors) == {
        ("FORBIDDEN", "staff:read_personal", "a"),
        ("FORBIDDEN", "staff:read_personal", "b"),
        ("FORBIDDEN", "estate:read", "c"),
    }
    assert {error.message for error in caught.value.errors} > {
        "读取 a(where.not.name) 需要权限 staff:read_personal。"
        " / Reading a(where.not.name) needs the permission staff:read_personal."
    }


async def test_text_that_postgresql_cannot_hold_is_refused(ask: dict[str, Asker]) -> None:
    """G2: a null character or half a surrogate pair in a filter is the caller's error."""
    text = "query($t: String) { projects(where: {name: {eq: $t}}) { totalCount } }"
    for value in ("a\x00", "\ud800"):
        with pytest.raises(Failure) as caught:
            await ask["company"](text, t=value)
        assert faults_of(caught.value.errors) == {("BAD_USER_INPUT", "projects")}


@pytest.mark.parametrize(
    "where",
    [
        "{name: null}",
        "{name: {eq: null}}",
        "{and: null}",
        "{not: null}",
        "{estate: null}",
        "{not: {not: {not: {not: {not: {}}}}}}",
        "{or: [" + '{name: {eq: "x"}},' * 50 + "]}",
        "{name: {in: [" + '"x",' * 101 + "]}}",
    ],
)
async def test_filters_that_cannot_be_meant_are_refused(ask: dict[str, Asker], where: str) -> None:
    """A null is no filter, and a filter has limits: BAD_USER_INPUT at the field."""
    with pytest.raises(Failure) as caught:
        await ask["company"](f"{{ projects(where: {where}) {{ totalCount }} }}")
    assert faults_of(caught.value.errors) == {("BAD_USER_INPUT", "projects")}


async def test_foreign_unknown_and_malformed_ids_give_the_same_bytes(
    ask: dict[str, Asker], contract: GraphQLSchema
) -> None:
    """I10: node, nodes, every `id:` and every id in a filter, for every kind of entity."""
    company, other = ask["company"], ask["other company"]
    for prefix, (type_, entity) in catalogue(contract).items():
        if not entity.tenant or entity.permission not in other.principal.permissions:
            continue
        async with other.database.reading(other.principal) as connection:
            rows = await connection.fetch(f"SELECT id FROM {entity.table.name} LIMIT 100")
        ids = [f"{prefix}_{row['id']}" for row in rows]
        shown = (await other("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
        # The policy lets more through where a declaration narrows it.
        theirs = next(row["id"] for row, node in zip(rows, shown, strict=True) if node is not None)
        roots = [
            f"{name}: {name}(id: $i) {{ id }}"
            for name, field in contract.query_type.fields.items()  # type: ignore[union-attr]
            if "id" in field.args and name != "node" and field.type is type_
        ]
        lists = [
            f"{name}: {name}(where: {{id: {{eq: $i}}}}) {{ totalCount nodes {{ id }} }}"
            for name, field in contract.query_type.fields.items()  # type: ignore[union-attr]
            if str(field.type) == f"{type_.name}Connection!"
        ]
        every = " ".join(["node(id: $i) { id __typename } nodes(ids: [$i, $i]) { id }", *roots, *lists])
        text = f"query($i: ID!) {{ {every} }}"
        answers = {
            await company.text(text, i=f"{prefix}_{key}")
            for key in (theirs, uuid.uuid4(), "x", "", str(theirs).upper(), f"{theirs} ")
        }
        assert len(answers) == 1, entity
        found = json.loads(answers.pop())
        assert (found["node"], found["nodes"]) == (None, [None, None])
        assert (await other(text, i=f"{prefix}_{theirs}"))["node"]["__typename"] == type_.name


async def test_a_regulator_is_bound_to_its_subtree(ask: dict[str, Asker]) -> None:
    """I13: the statement itself asks for no more than the division's subtree, as a range that an index serves."""
    city = ask["city"]
    bound = city.query("{ projects { nodes { id estate { name } } totalCount } companies { totalCount } }").bind(
        {}, city.principal
    )
    assert bound.sql is not None
    for alias in re.findall(r"FROM (?:project|estate) (\w+)", bound.sql):
        within = rf"\({alias}\.division_path >= \$(\d+)::text AND {alias}\.division_path < \$\1::text \|\| '\['\)"
        assert (found := re.search(within, bound.sql)) is not None
        assert bound.parameters[int(found[1]) - 1] == "3704"


async def test_whatever_a_role_may_read_the_database_lets_it_read(
    ask: dict[str, Asker], contract: GraphQLSchema
) -> None:
    """Every field of every entity, for every principal whose permissions have it: none is without its grant."""
    for who in ask.values():
        permissions = who.principal.permissions
        for type_, entity in catalogue(contract).values():
            if entity.permission not in permissions:
                continue
            fields = [
                name
                for name, field in type_.fields.items()
                if is_leaf_type(get_named_type(field.type))
                and (one := declared(field)) is not None
                and (one.declaration.permission is None or one.declaration.permission in permissions)
            ]
            text = f"query($i: ID!) {{ node(id: $i) {{ ... on {type_.name} {{ {' '.join(fields)} }} }} }}"
            found = await who(text, i=f"{entity.prefix}_{uuid.uuid4()}")
            assert found == {"node": None}, (who.principal.kind, type_.name)
