"""Documents are read in time linear in their length, at a known cost, and kept in bounded memory."""

import gc
import time

import psutil
import pytest
from graphql import build_schema

from schema import build, executable
from schema.documents import ALIAS_LIMIT, DEPTH_LIMIT, FIELD_LIMIT, Documents
from schema.failure import Failure, FailureCode
from tenants.calendar import Every

SCHEMA = build_schema("""
    interface Node { id: ID! }
    type Query {
        name: String
        place: Place
        node(id: ID!): Node
        nodes(ids: [ID!]!): [Node]!
        places(first: Int, after: String, last: Int, before: String): PlaceConnection!
    }
    type Mutation { rename(name: String!): Payload! }
    type Payload { place: Place, userErrors: [UserError!]! }
    type UserError { code: String! }
    type PageInfo { hasNextPage: Boolean! }
    type PlaceEdge { cursor: String!, node: Place! }
    type PlaceConnection { nodes: [Place!]!, edges: [PlaceEdge!]!, pageInfo: PageInfo!, totalCount: Int! }
    type Place implements Node {
        id: ID!
        name: String
        above: [Place!]!
        parent: Place
        search(text: [String!]): Place
        places(first: Int, after: String, last: Int, before: String): PlaceConnection!
    }
""")


def documents(cache_bytes: int = 1 << 24, *, introspection: bool = False) -> Documents:
    return Documents(SCHEMA, token_limit=2_000, cache_bytes=cache_bytes, introspection=introspection)


def cost(text: str, **variables: object) -> int:
    return documents()(text).operation(None).cost(variables)


BOMB = (
    "{ place { ...f0 } } "
    + " ".join(
        f"fragment f{i} on Place {{ a: parent {{ ...f{i + 1} }} b: parent {{ ...f{i + 1} }} }}" for i in range(60)
    )
    + " fragment f60 on Place { name }"
)
WIDE_BOMB = (
    "{ place { ...f0 } } "
    + " ".join(f"fragment f{i} on Place {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60))
    + " fragment f60 on Place { name }"
)

ATTACKS = {
    "fragment bomb of level 60": BOMB,
    "fragment bomb of level 60 in one place": WIDE_BOMB,
    "2,000 duplicate fields": "{ " + "name " * 2_000 + "}",
    "2,000 duplicate objects": "{ " + "place { name } " * 2_000 + "}",
    "1,000 aliases": "{ " + " ".join(f"a{i}: name" for i in range(1_000)) + " }",
    "1,000 aliases of objects": "{ " + " ".join(f"a{i}: place {{ name }}" for i in range(1_000)) + " }",
    "500 directives at one place": "{ name " + "@include(if: true) " * 500 + "}",
    "500 unknown directives": "{ name " + "@aa " * 500 + "}",
    "500 directives at many places": "{ " + "name @skip(if: false) " * 500 + "}",
    "3,000 levels": "{ " + "place { " * 3_000 + "name" + " }" * 3_001,
    "3,000 levels of lists": "{ place { search(text: " + "[" * 3_000 + "]" * 3_000 + ") { name } } }",
    "3,000 levels of inline fragments": "{ " + "... { " * 3_000 + "name" + " }" * 3_001,
    "3,000 levels of objects": "{ place { search(text: " + "{a: " * 3_000 + "1" + "}" * 3_000 + ") { name } } }",
    "3,000 fragments": "{ name } " + " ".join(f"fragment f{i} on Place {{ name }}" for i in range(3_000)),
    "3,000 operations": " ".join(f"query q{i} {{ name }}" for i in range(3_000)),
    "3,000 variables": "query (" + " ".join(f"$v{i}: Int" for i in range(3_000)) + ") { name }",
    "10,000 comments": "#\n" * 10_000 + "{ name }",
    "a million characters": "{ name " + " " * 1_000_000 + "}",
    "a circle of fragments": "{ place { ...a } } fragment a on Place { ...b } fragment b on Place { ...a }",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda name: name.replace(" ", "-"))
def test_attack_is_rejected_cheaply(attack: str) -> None:
    """G4: each is refused in less than 50 ms of processor time, with an error that says why."""
    read = documents()
    gc.collect()
    started = time.process_time()
    with pytest.raises(Failure) as refusal:
        read(ATTACKS[attack])
    spent = time.process_time() - started
    assert spent < 0.05
    assert refusal.value.code in (FailureCode.LIMIT_EXCEEDED, FailureCode.GRAPHQL_VALIDATION_FAILED)
    assert len(refusal.value.errors) <= 21
    assert len(read) == 0


def test_largest_document_allowed_is_cheap_too() -> None:
    """G4: what is just within the limits is read in a time that a flood of it cannot exploit."""
    pairs = " ".join(f"a{i}: place {{ name }}" for i in range(ALIAS_LIMIT))
    text = "{ " + pairs + " place { name }" * ((FIELD_LIMIT - 2 * ALIAS_LIMIT) // 2) + " }"
    started = time.process_time()
    documents()(text)
    assert time.process_time() - started < 0.25


def test_depth_counts_through_fragments() -> None:
    """G4: nesting hidden in fragments is nesting."""
    levels = DEPTH_LIMIT // 2
    inner = "parent { " * levels + "name" + " }" * levels
    text = "{ place { " + "parent { " * levels + "...f" + " }" * (levels + 2) + f" fragment f on Place {{ {inner} }}"
    with pytest.raises(Failure, match="LIMIT_EXCEEDED"):
        documents()(text)


def test_whole_schema_is_told_only_where_introspection_is_on() -> None:
    """G5: without introspection the refusal says where the SDL is; one type by name is always told."""
    with pytest.raises(Failure) as refusal:
        documents()("{ __schema { types { name } } }")
    assert "/schema.graphql" in refusal.value.errors[0].message
    assert documents(introspection=True)("{ __schema { types { name } } }")
    assert documents()('{ __type(name: "Place") { name } }')


def test_introspection_cannot_be_nested_without_end() -> None:
    """G5: a circle through `fields` and `type` is cut."""
    text = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    with pytest.raises(Failure, match="GRAPHQL_VALIDATION_FAILED"):
        documents(introspection=True)(text)


class TestCost:
    """Each object that may be returned counts 1, and so does each total (G6)."""

    def test_page_has_twenty_when_nothing_is_said(self) -> None:
        """G6, G8: the documented default is what an unsaid page costs."""
        assert cost("{ places { nodes { id } } }") == 20

    def test_nested_pages_multiply(self) -> None:
        """G6: 100 rows with 100 each are 100 + 100 x 100 objects."""
        assert cost("{ places(first: 100) { nodes { places(first: 100) { nodes { id } } } } }") == 10_100

    def test_last_counts_as_first_does(self) -> None:
        """G6."""
        assert cost("{ places(last: 7) { nodes { id } } }") == 7

    def test_variables_decide(self) -> None:
        """G6: the page may come with the request; null is as if unsaid."""
        text = "query ($a: Int, $b: Int = 3) { places(first: $a) { nodes { places(last: $b) { nodes { id } } } } }"
        assert cost(text, a=10, b=3) == 10 + 10 * 3
        assert cost(text, a=100, b=100) == 10_100
        assert cost(text, a=None, b=5) == 20 + 20 * 5
        assert cost(text, b=5) == 20 + 20 * 5

    def test_edges_and_their_nodes_count_once(self) -> None:
        """G6."""
        assert cost("{ places(first: 10) { edges { cursor node { id parent { id } } } } }") == 20
        assert cost("{ places(first: 10) { edges { cursor } } }") == 10

    def test_total_counts_one(self) -> None:
        """G6: counting is work for the database, though it returns no object."""
        assert cost("{ places(first: 10) { nodes { places(first: 5) { totalCount } } totalCount } }") == 10 + 10 + 1

    def test_page_info_is_free(self) -> None:
        """G6."""
        assert cost("{ places(first: 10) { pageInfo { hasNextPage } } }") == 0

    def test_asking_twice_costs_once(self) -> None:
        """G6: fields that are merged in the response are merged in the sum, through fragments too."""
        text = """
            { places(first: 5) { nodes { id } ...more } places(first: 5) { nodes { name } } }
            fragment more on PlaceConnection { nodes { parent { id } } }
        """
        assert cost(text) == 5 + 5

    def test_aliases_cost_each(self) -> None:
        """G6."""
        assert cost("{ a: places(first: 5) { nodes { id } } b: places(first: 5) { nodes { id } } }") == 10

    def test_ids_cost_as_many_as_they_are(self) -> None:
        """G6."""
        assert cost('{ nodes(ids: ["1", "2", "3"]) { id } }') == 3
        assert cost("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["1", "2"]) == 2

    def test_what_is_left_out_costs_nothing(self) -> None:
        """G6: and the same document with another condition costs what it then returns."""
        operation = documents()(
            "query ($all: Boolean!) { place { id } places @include(if: $all) { nodes { id } } }"
        ).operation(None)
        assert operation.cost({"all": False}) == 1
        assert operation.cost({"all": True}) == 21
        assert cost("{ place @skip(if: true) { id } name }") == 0

    def test_reports_cost_their_cells(self) -> None:
        """G6: ten rows for each period and each of some twenty divisions below, known from literals or variables."""
        read = Documents(executable(build()), token_limit=2_000, cache_bytes=1 << 24, introspection=False)

        def figures(asked: str, variables: str = "", **given: object) -> int:
            period = 'since: "2021-01-01", until: "2025-12-31"'
            return read(f"query{variables} {{ issueFigures({period}{asked}) {{ found }} }}").operation(None).cost(given)

        assert figures("") == 10
        assert figures(", every: MONTH") == 60 * 10
        assert figures(", every: QUARTER, breakdown: false") == 20 * 10
        assert figures(", every: YEAR, breakdown: true") == 20 * 5 * 10
        assert figures(", every: MONTH, breakdown: true") == figures(", breakdown: true") * 12, "as most as it may have"
        asked, variables = ", every: $every, breakdown: $below", "($every: Every, $below: Boolean = true)"
        assert figures(asked, variables, every=Every.HALF_YEAR, below=False) == 10 * 10
        assert figures(asked, variables, every=None, below=True) == 20 * 10
        assert figures(asked, variables, below=None) == 10

    def test_mutation_has_a_cost_too(self) -> None:
        """G6."""
        assert cost('mutation { rename(name: "x") { place { id } } }') == 2


class TestMemory:
    """The memory that documents keep has a limit in bytes."""

    def test_same_text_is_read_once(self) -> None:
        """A repeated document is found, not read again."""
        read = documents()
        assert read("{ name }") is read("{ name }")

    def test_least_recently_used_leaves(self) -> None:
        """When the limit is passed, what was used lately stays."""
        read = documents(cache_bytes=100_000)
        first = read("{ a0: name }")
        for number in range(1, 60):
            read(f"{{ a{number}: name }}")
            assert read("{ a0: name }") is first
            assert read.bytes <= 100_000
        assert len(read) < 60

    def test_plans_count(self) -> None:
        """What others keep with a document counts towards the limit."""
        read = documents(cache_bytes=100_000)
        document = read("{ name }")
        read.grew(document, 90_000)
        read("{ place { name } }")
        read.grew(read("{ place { id } }"), 9_000)
        assert read.bytes <= 100_000
        assert read("{ name }") is not document

    def test_large_document_is_not_kept(self) -> None:
        """One document cannot push out the others."""
        read = documents(cache_bytes=200_000)
        read("{ " + "name " * 300 + "}")
        assert len(read) == 0
        assert read.bytes == 0

    def test_flood_of_distinct_documents_does_not_fill_memory(self) -> None:
        """20,000 distinct documents: the process grows by little more than the limit says."""
        read = documents(cache_bytes=4 << 20)
        for number in range(500):
            read(f"{{ warm{number}: name }}")
        process = psutil.Process()
        before = process.memory_info().rss
        for number in range(20_000):
            read(f"{{ a{number}: name }}")
        grown = process.memory_info().rss - before
        assert read.bytes <= 4 << 20
        assert grown < 16 << 20
