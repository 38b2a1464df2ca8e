"""G13: generated documents get the same answers and the same refusals from the compiler and from the reference."""

import json
import os
import random
import re
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, get_variable_values, parse, validate
from sqlmodel import SQLModel

from schema import sdl
from schema.failure import Failure
from schema.reads.audience import Audience
from schema.reads.query import Bound, Query, compile_query
from tenants.scope import Database, Principal
from tests.reads.documents import Dresser, Pool, Written, bones
from tests.reads.reference import Fault, Faults, Reference, Snapshot, faults_of
from tests.reads.world import World

DOCUMENTS = int(os.environ.get("LINLI_DOCUMENTS", "2000"))
CHUNKS = 20
LIVES = 8
"""How many documents are dressed from the same bones."""
AUDIENCES = ("company", "city", "company", "province", "other company", "street", "front desk", "small company")


@pytest.fixture(scope="module")
async def snapshots(linli: Database, world: World, contract: GraphQLSchema) -> dict[str, Snapshot]:
    """What every principal sees."""
    return {name: await Snapshot.take(linli, contract, who) for name, who in world.principals.items()}


def asked(query: Query, variables: dict[str, Any], principal: Principal) -> tuple[Bound | None, set[Fault]]:
    """The statement, or why there is none."""
    try:
        return query.bind(variables, principal), set()
    except Failure as failure:
        return None, faults_of(failure.errors)


TENANT_TABLES = {table.name for table in SQLModel.metadata.tables.values() if "tenant_id" in table.columns}


def assert_bound_to_company(sql: str, parameters: list[Any], principal: Principal, said: str) -> None:
    """I16: every tenant table of a statement, at every level, carries the company's predicate."""
    for table, alias in re.findall(r"\b(?:FROM|JOIN)\s+(\w+)\s+(\w+)", sql):
        if table in TENANT_TABLES:
            mark = re.search(rf"\b{alias}\.tenant_id = \$(\d+)::uuid", sql)
            assert mark is not None, f"{table} {alias}\n{said}\n{sql}"
            assert parameters[int(mark[1]) - 1] == principal.tenant_id, said


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_generated_documents_get_the_same_answer_twice(
    chunk: int, linli: Database, world: World, contract: GraphQLSchema, snapshots: dict[str, Snapshot]
) -> None:
    """G13, I16: the same data or the same refusals, and every tenant table with the company's predicate."""
    number = -(-DOCUMENTS // CHUNKS)
    pool = Pool.of(contract, list(snapshots.values()))
    references = {name: Reference(contract, snapshot) for name, snapshot in snapshots.items()}
    seen: Counter[str] = Counter()
    for at, skeleton in enumerate(bones(sdl(), -(-number // LIVES), chunk)):
        for life in range(LIVES):
            chance = random.Random(f"{chunk}/{at}/{life}")
            name = AUDIENCES[(at + life) % len(AUDIENCES)]
            written = Dresser(contract, pool, snapshots[name], chance).write(skeleton)
            outcome = await compare(contract, linli, world.principals[name], references[name], written)
            seen[outcome] += 1
    # Neither kind of answer is rare, or the documents prove little.
    assert seen["answered"] > 0.4 * seen.total(), seen
    assert seen["refused"] > 0, seen


class _Answered(Exception):
    """Undoes the transaction of an answer: what a regulator saw is logged, and the log is among what is compared."""


async def compare(
    contract: GraphQLSchema, linli: Database, principal: Principal, reference: Reference, written: Written
) -> str:
    """Ask both, and fail with the document when they differ."""
    said = f"{written.text}\n{json.dumps(written.variables, ensure_ascii=False)}\nas {principal.kind}"
    document = parse(written.text)
    assert not (wrong := validate(contract, document)), f"{wrong}\n{said}"
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    values = get_variable_values(contract, operation.variable_definitions or (), written.variables)
    if isinstance(values, list):
        return "not coerced"
    audience = Audience.of(principal)
    expected = Faults(contract, operation, fragments, values, audience).all
    query = compile_query(contract, operation, fragments, audience)
    bound, refused = asked(query, values.coerced, principal)
    assert refused == expected, said
    if bound is None:
        return "refused"
    text = bound.body
    if bound.sql is not None:
        with suppress(_Answered):
            async with linli.reading(principal) as connection:
                text = await connection.fetchval(bound.sql, *bound.parameters)
                raise _Answered
    assert text is not None, said
    if bound.sql is not None and principal.kind == "tenant":
        assert_bound_to_company(bound.sql, bound.parameters, principal, said)
    answer = json.loads(text)
    assert answer == await reference.answer(document, written.variables), f"{said}\n{bound.sql}"
    return "answered"
