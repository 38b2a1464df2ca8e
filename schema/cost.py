"""How many objects an operation may return, known before it runs: at most, where lists are paged, else about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from schema.reads.declare import PAGE_DEFAULT, PAGE_LIMIT
from schema.reads.report import cells

UNPAGED = 10
"""What a list without paging is taken for; such lists are short by nature (a division's parents, a project's grids),
and so are the rows of one cell of a report.
"""

Number: TypeAlias = "int | str | None"
"""A number, the name of the variable that holds it, or nothing."""


class Page(NamedTuple):
    """The most items that a connection returns."""

    first: Number
    last: Number

    def size(self, variables: Mapping[str, Any]) -> int:
        """Its size; what is out of bounds is refused elsewhere and here only kept from distorting the sum."""
        for number in self:
            value = variables.get(number) if isinstance(number, str) else number
            if isinstance(value, int):
                return min(max(value, 0), PAGE_LIMIT)
        return PAGE_DEFAULT


class Ids(NamedTuple):
    """As many items as a variable lists ids."""

    variable: str

    def size(self, variables: Mapping[str, Any]) -> int:
        """The number of ids given."""
        value = variables.get(self.variable)
        return len(value) if isinstance(value, list) else 1


class Cells(NamedTuple):
    """As many lists of rows as a report is asked for cells, by its arguments `breakdown` and `every`."""

    field: GraphQLField
    node: FieldNode

    def size(self, variables: Mapping[str, Any]) -> int:
        """The number of cells."""
        return cells(self.field, self.node, variables)


Times: TypeAlias = "int | Page | Ids"


class Items(NamedTuple):
    """A list whose length a variable decides: so many times its own objects and what lies below each."""

    times: Page | Ids | Cells
    fixed: int
    below: tuple["Items", ...]

    def total(self, variables: Mapping[str, Any]) -> int:
        """The objects of this list and below."""
        return self.times.size(variables) * _total(self.fixed, self.below, variables)


def _total(fixed: int, below: tuple[Items, ...], variables: Mapping[str, Any]) -> int:
    for items in below:
        fixed += items.total(variables)
    return fixed


class Cost:
    """The cost of one operation: each object it may return counts 1, and so does each `totalCount`.

    The sum is made once, with a term left open for each list whose length is a variable. A branch that
    `@include` or `@skip` leaves out costs nothing, so there is a sum for each outcome of the conditions.
    """

    __slots__ = ("_make", "_sums", "conditions")

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        root = cast("GraphQLCompositeType", schema.get_root_type(operation.operation))
        self.conditions = _conditions([operation.selection_set, *(f.selection_set for f in fragments.values())])
        """The variables that decide which fields are asked for."""
        self._make: Callable[[Mapping[str, Any]], tuple[int, tuple[Items, ...]]] = lambda given: _Sum(
            schema, fragments, given
        ).below(root, [operation.selection_set], PAGE_DEFAULT)
        self._sums: dict[tuple[Any, ...], tuple[int, tuple[Items, ...]]] = {}

    def __call__(self, variables: Mapping[str, Any]) -> int:
        """The cost with these (coerced) variables."""
        shape = tuple([variables.get(name) for name in self.conditions])
        found = self._sums.get(shape)
        if found is None:
            found = self._make(variables)
            if len(self._sums) < 64:
                self._sums[shape] = found
        fixed, open_terms = found
        return _total(fixed, open_terms, variables) if open_terms else fixed


class _Sum:
    """Adds an operation up under given conditions; its work is bounded by the selections once expanded."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        given: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._given = given

    def below(
        self, parent: GraphQLCompositeType, sets: Sequence[SelectionSetNode], page: Times
    ) -> tuple[int, tuple[Items, ...]]:
        """What the selections of one object may return; lists in a connection are as long as its page."""
        fixed = 0
        open_terms: list[Items] = []
        for field, node, inner in self._merged(parent, sets).values():
            more, open_more = self._field(field, node, inner, page)
            fixed += more
            open_terms.extend(open_more)
        return fixed, tuple(open_terms)

    def _field(
        self, field: GraphQLField, node: FieldNode, sets: list[SelectionSetNode], page: Times
    ) -> tuple[int, tuple[Items, ...]]:
        named = get_named_type(field.type)
        if not is_composite_type(named):
            return int(node.name.value == "totalCount"), ()
        if named.name == "PageInfo" or named.name.startswith("__"):
            return 0, ()
        if "first" in field.args:
            # The connection itself is no object; its `nodes` and `edges` are as many as the page.
            return self.below(named, sets, Page(_number(node, "first"), _number(node, "last")))
        fixed, open_terms = self.below(named, sets, UNPAGED)
        # An edge is only the wrapper of its node, but reading a page for its cursors alone is not free.
        own = 0 if named.name.endswith("Edge") and (fixed or open_terms) else 1
        if not is_list_type(get_nullable_type(field.type)):
            return own + fixed, open_terms
        if "every" in field.args:
            rows = tuple(_times(UNPAGED, items) for items in open_terms)
            return 0, (Items(Cells(field, node), UNPAGED * (own + fixed), rows),)
        times = _listed(node) if "ids" in field.args else page
        if isinstance(times, int):
            return times * (own + fixed), tuple(_times(times, items) for items in open_terms)
        return 0, (Items(times, own + fixed, open_terms),)

    def _merged(
        self, parent: GraphQLCompositeType, sets: Sequence[SelectionSetNode]
    ) -> dict[tuple[str, str], tuple[GraphQLField, FieldNode, list[SelectionSetNode]]]:
        """Fields by response name, as the response has them: asking twice for one thing returns it once."""
        merged: dict[tuple[str, str], tuple[GraphQLField, FieldNode, list[SelectionSetNode]]] = {}
        stack = [(parent, selection) for each in sets for selection in each.selections]
        while stack:
            on, selection = stack.pop()
            if self._left_out(selection.directives):
                continue
            if isinstance(selection, FieldNode):
                name = selection.alias or selection.name
                key = (name.value, on.name)
                if key not in merged:
                    field = self._schema.get_field(on, selection.name.value)
                    if field is None:
                        continue
                    merged[key] = (field, selection, [])
                if selection.selection_set:
                    merged[key][2].append(selection.selection_set)
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment: FragmentDefinitionNode | InlineFragmentNode = self._fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode)
                fragment = selection
            if fragment.type_condition is not None:
                named = self._schema.get_type(fragment.type_condition.name.value)
                on = cast("GraphQLCompositeType", named)
            stack.extend((on, each) for each in fragment.selection_set.selections)
        return merged

    def _left_out(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            name = directive.name.value
            if name not in ("skip", "include") or not directive.arguments:
                continue
            value = directive.arguments[0].value
            decided = (
                self._given.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
            )
            if decided is (name == "skip"):
                return True
        return False


def _times(times: int, items: Items) -> Items:
    """A list of known length around one of unknown length."""
    return Items(items.times, times * items.fixed, tuple(_times(times, each) for each in items.below))


def _number(node: FieldNode, name: str) -> Number:
    value = _argument(node, name)
    if isinstance(value, VariableNode):
        return value.name.value
    return int(value.value) if isinstance(value, IntValueNode) else None


def _listed(node: FieldNode) -> int | Ids:
    value = _argument(node, "ids")
    if isinstance(value, VariableNode):
        return Ids(value.name.value)
    return len(value.values) if isinstance(value, ListValueNode) else 1


def _argument(node: FieldNode, name: str) -> ValueNode | None:
    for argument in node.arguments or ():
        if argument.name.value == name and not isinstance(argument.value, NullValueNode):
            return argument.value
    return None


def _conditions(sets: list[SelectionSetNode]) -> tuple[str, ...]:
    names: set[str] = set()
    while sets:
        for selection in sets.pop().selections:
            for directive in selection.directives or ():
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        names.add(argument.value.name.value)
            inner = getattr(selection, "selection_set", None)
            if inner:
                sets.append(inner)
    return tuple(sorted(names))
