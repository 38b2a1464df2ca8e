"""Pages: their size, their cursors, and that walking them meets every row once whatever happens meanwhile."""

import base64
import json
import uuid
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.failure import Failure, FailureCode
from tests.reads.asking import Asker
from tests.reads.reference import faults_of

ESTATES = "{ estates%s { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"


async def test_a_page_has_twenty_rows_unless_asked_otherwise(
    ask: dict[str, Asker], administrator: asyncpg.Connection
) -> None:
    """G8: the default of 20, from the start, or from the end when only `before` is given."""
    company = ask["company"]
    page = (await company(ESTATES % ""))["estates"]
    there = await administrator.fetchval("SELECT count(*) FROM estate")
    assert (len(page["nodes"]), page["totalCount"]) == (20, there)
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (True, False)
    text = f"query($c: String) {ESTATES % '(before: $c)'}"
    before = (await company(text, c=page["pageInfo"]["endCursor"]))["estates"]
    assert before["nodes"] == page["nodes"][:-1]
    everything = (await company(ESTATES % "(first: 100)"))["estates"]
    before = (await company(text, c=everything["pageInfo"]["endCursor"]))["estates"]
    assert before["nodes"] == everything["nodes"][-21:-1]
    assert (before["pageInfo"]["hasNextPage"], before["pageInfo"]["hasPreviousPage"]) == (True, True)


async def test_a_page_knows_the_row_its_cursor_names(ask: dict[str, Asker]) -> None:
    """G9: that row lies on the other side, if it is the only one there too."""
    company = ask["company"]
    first = (await company(ESTATES % "(first: 1)"))["estates"]["pageInfo"]
    last = (await company(ESTATES % "(last: 1)"))["estates"]["pageInfo"]
    after = (await company(f"query($c: String) {ESTATES % '(after: $c)'}", c=first["endCursor"]))["estates"]
    before = (await company(f"query($c: String) {ESTATES % '(before: $c)'}", c=last["endCursor"]))["estates"]
    assert (first["hasPreviousPage"], after["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert (last["hasNextPage"], before["pageInfo"]["hasNextPage"]) == (False, True)
    nothing = (await company(f"query($c: String) {ESTATES % '(after: $c)'}", c=last["endCursor"]))["estates"]
    assert nothing["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        "(first: 0)",
        "(first: 101)",
        "(first: -1)",
        "(last: 0)",
        "(last: 101)",
        "(last: -2147483648)",
        "(first: 1, last: 1)",
        '(after: "x", before: "x")',
        '(first: 1, before: "x")',
        '(last: 1, after: "x")',
        "(orderBy: [{field: NAME}, {field: AREA}, {field: ID}, {field: NAME}, {field: NAME}])",
    ],
)
async def test_a_page_that_cannot_be_is_refused(ask: dict[str, Asker], arguments: str) -> None:
    """G8: BAD_USER_INPUT at the field, in Chinese and in English, whatever is selected of the list."""
    for selected in ("nodes { id }", "totalCount", "__typename", "pageInfo { hasNextPage }"):
        with pytest.raises(Failure) as caught:
            await ask["company"](f"{{ first: estates {{ totalCount }} second: estates{arguments} {{ {selected} }} }}")
        assert caught.value.code is FailureCode.BAD_USER_INPUT
        (error,) = caught.value.errors
        assert error.path == ["second"]
        assert error.extensions == {"code": "BAD_USER_INPUT"}
        assert " / " in error.message


@pytest.mark.parametrize(("first", "last"), [(0, None), (101, None), (-5, None), (None, 0), (3, 3)])
async def test_a_page_size_in_a_variable_is_checked_too(
    ask: dict[str, Asker], first: int | None, last: int | None
) -> None:
    """G8: in every place that the variable is used."""
    text = "query($f: Int, $l: Int) { a: estates(first: $f, last: $l) { totalCount } b: projects(first: $f, last: $l) { nodes { id } } }"  # noqa: E501
    with pytest.raises(Failure) as caught:
        await ask["company"](text, f=first, l=last)
    assert faults_of(caught.value.errors) == {("BAD_USER_INPUT", "a"), ("BAD_USER_INPUT", "b")}


async def test_a_cursor_is_of_one_order_and_tells_nothing(ask: dict[str, Asker]) -> None:
    """G8, I10: only a cursor of the same list and order is taken, whole; it holds no company."""
    company = ask["company"]
    text = "query($c: String) { projects(after: $c, orderBy: [%s]) { edges { cursor } } }"
    cursors = [
        edge["cursor"] for edge in (await company(text % "{field: NAME}, {field: GRID_COUNT}"))["projects"]["edges"]
    ]
    tenant = company.principal.tenant_id
    assert tenant is not None
    for cursor in cursors:
        inside = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert str(tenant).encode() not in inside
        assert tenant.bytes not in inside
    good = cursors[0]
    signed, name, grids, key = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    forged: list[Any] = [
        [signed, None, grids, key],
        [signed, name, "1", key],
        [signed, name, 1.5, key],
        [signed, name, True, key],
        [signed, name, 2**64, key],
        [signed, name, grids, key.upper()],
        [signed, name, grids, None],
        [signed, name, grids],
        [signed, name, grids, key, 1],
        [signed, "\x00", grids, key],
        {"signed": signed},
        signed,
    ]
    bad = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in forged]
    for cursor in ["", "x", "!", "é", "=", good[:-1], good[1:], good + "AAAA", f"{good} x", "A" * 10_000, *bad]:
        with pytest.raises(Failure) as caught:
            await company(text % "{field: NAME}, {field: GRID_COUNT}", c=cursor)
        assert faults_of(caught.value.errors) == {("BAD_USER_INPUT", "projects")}
    for other in ("", "{field: NAME}", "{field: NAME, direction: DESC}, {field: GRID_COUNT}", "{field: GRID_COUNT}"):
        with pytest.raises(Failure):
            await company(text % other, c=good)
    with pytest.raises(Failure):
        await company("query($c: String) { estates(after: $c, orderBy: {field: NAME}) { totalCount } }", c=good)


async def test_a_cursor_of_a_row_of_another_company_is_only_a_place(ask: dict[str, Asker]) -> None:
    """I10: it gives one's own rows beyond that place, and the same for a row that does not exist."""
    theirs = (await ask["other company"]("{ projects(first: 1) { edges { cursor } } }"))["projects"]["edges"][0][
        "cursor"
    ]
    raw = json.loads(base64.urlsafe_b64decode(theirs + "=" * (-len(theirs) % 4)))
    nobody = str(uuid.UUID(int=uuid.UUID(raw[1]).int + 1))
    unknown = base64.urlsafe_b64encode(json.dumps([raw[0], nobody]).encode()).decode().rstrip("=")
    text = "query($c: String) { projects(after: $c) { nodes { id } totalCount } }"
    assert await ask["company"].text(text, c=theirs) == await ask["company"].text(text, c=unknown)


# Walking

DAYS = ["2020-01-01", "2020-01-02", None]
GRIDS = [None, 0, 1]
ROW = st.tuples(st.sampled_from(DAYS), st.sampled_from(GRIDS))
ORDERS = st.lists(
    st.tuples(st.sampled_from(["SURVEYED_ON", "GRID_COUNT", "STARTED_ON", "ID"]), st.sampled_from(["ASC", "DESC"])),
    max_size=3,
)
CHANGES = st.lists(st.one_of(ROW, st.integers(0, 30)), max_size=3)
"""Between two pages: rows that appear, and numbers of rows that go."""


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(ROW, max_size=12),
    order=ORDERS,
    size=st.integers(1, 4),
    backward=st.booleans(),
    changes=st.lists(CHANGES, max_size=6),
)
async def test_walking_meets_every_row_once_whatever_comes_and_goes(
    ask: dict[str, Asker],
    administrator: asyncpg.Connection,
    rows: list[Any],
    order: list[Any],
    size: int,
    backward: bool,
    changes: list[Any],
) -> None:
    """G9: ties, missing values, both directions: a row there all along is met once, none twice, all in order."""
    town = Town(ask["company"], administrator)
    await town.begin(rows)
    order_by = [{"field": field, "direction": direction} for field, direction in order]
    met: list[str] = []
    cursor: str | None = None
    pending = list(changes)
    while True:
        page = await town.page(order_by, size, cursor, backward=backward)
        keys = [edge["node"]["id"] for edge in page["edges"]]
        info = page["pageInfo"]
        if keys:
            assert [info["startCursor"], info["endCursor"]] == [page["edges"][0]["cursor"], page["edges"][-1]["cursor"]]
        met = keys + met if backward else met + keys
        assert len(keys) <= size
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            break
        assert len(keys) == size
        cursor = info["startCursor" if backward else "endCursor"]
        if pending:
            await town.change(pending.pop(0))
    assert len(met) == len(set(met))
    assert town.constant <= set(met)
    # What is still there stands in the list in the order in which it was met.
    whole = [edge["node"]["id"] for edge in (await town.page(order_by, 100, None, backward=False))["edges"]]
    there = set(whole)
    assert [key for key in whole if key in set(met)] == [key for key in met if key in there]
    await town.end()


class Town:
    """Projects of one name, which only this example uses."""

    TEXT = """query($where: ProjectWhere, $order: [ProjectOrder!], $first: Int, $after: String, $last: Int, $before: String) {
        projects(where: $where, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""  # noqa: E501

    def __init__(self, company: Asker, administrator: asyncpg.Connection) -> None:
        self._company = company
        self._administrator = administrator
        self._name = uuid.uuid4().hex
        self._rows: list[str] = []
        self.constant: set[str] = set()
        """Rows that were there from the beginning to the end."""

    async def begin(self, rows: list[Any]) -> None:
        """The first rows."""
        for row in rows:
            await self._add(row)
        self.constant = set(self._rows)

    async def page(self, order: Any, size: int, cursor: str | None, *, backward: bool) -> Any:
        """One page."""
        paging = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        where = {"name": {"eq": self._name}}
        return (await self._company(self.TEXT, where=where, order=order, **paging))["projects"]

    async def change(self, changes: list[Any]) -> None:
        """What happens between two pages."""
        for change in changes:
            if isinstance(change, tuple):
                await self._add(change)
            elif self._rows:
                gone = self._rows.pop(change % len(self._rows))
                self.constant.discard(gone)
                await self._administrator.execute("DELETE FROM project WHERE id = $1", uuid.UUID(gone[4:]))

    async def end(self) -> None:
        """Leave nothing behind."""
        await self._administrator.execute("DELETE FROM project WHERE name = $1", self._name)

    async def _add(self, row: Any) -> None:
        key = uuid.uuid4()
        self._rows.append(f"prj_{key}")
        await self._administrator.execute(
            "INSERT INTO project (tenant_id, id, estate_id, division_path, name, status, started_on, ended_on,"
            " end_reason, surveyed_on, grid_count) SELECT $1, $2, id, division_path, $3, 'ENDED', '2020-01-01',"
            " '2021-01-01', 'EXPIRED', $4::text::date, $5 FROM estate LIMIT 1",
            self._company.principal.tenant_id,
            key,
            self._name,
            row[0],
            row[1],
        )
