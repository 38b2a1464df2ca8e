"""Text becomes a validated document of bounded size and known cost, once, in time linear in its length."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)

from schema.cost import Cost
from schema.failure import Failure, FailureCode
from schema.reflection import Parts, root_fields, split

SOURCE_LIMIT = 131_072
"""The longest document, in characters: values belong into variables."""
FIELD_LIMIT = 400
"""The most selections written in a document."""
EXPANDED_LIMIT = 2_000
"""The most selections of one operation once every fragment is put in its place."""
DEPTH_LIMIT = 20
"""The deepest nesting of selections, through fragments: six connections with their nodes, and introspection."""
ALIAS_LIMIT = 100
FRAGMENT_LIMIT = 100
DIRECTIVE_LIMIT = 100
DIRECTIVES_AT_ONE_PLACE_LIMIT = 5
ERROR_LIMIT = 20
"""Validation stops here: the rest of a wrong document's errors cost time and help nobody."""

TOKEN_BYTES = 400
"""What one token of a parsed document keeps in memory, measured (syntax tree, locations and the token itself)."""


@dataclass(slots=True)
class Operation:
    """One operation of a document, with its cost and the plans that others keep for it."""

    node: OperationDefinitionNode
    cost: Cost
    root_fields: Mapping[str, str]
    """The names of its fields by their response names."""
    parts: Parts
    plans: dict[Any, Any] = field(default_factory=dict)

    @property
    def is_mutation(self) -> bool:
        """A mutation changes data, so it is never answered to a GET."""
        return self.node.operation is OperationType.MUTATION


@dataclass(slots=True)
class Document:
    """A valid document."""

    text: str
    node: DocumentNode
    fragments: dict[str, FragmentDefinitionNode]
    operations: dict[str | None, Operation]
    weight: int

    def operation(self, name: str | None) -> Operation:
        """The operation that a request means."""
        if not name:
            if len(self.operations) == 1:
                return next(iter(self.operations.values()))
            raise Failure(
                FailureCode.BAD_REQUEST,
                "文档含多个操作，请用 operationName 指明一个。"
                " / The document holds several operations; name one with operationName.",
            )
        operation = self.operations.get(name)
        if operation is None:
            raise Failure(
                FailureCode.BAD_REQUEST,
                f"文档中没有名为“{name[:100]}”的操作。 / The document holds no operation named {name[:100]}.",
            )
        return operation


class Documents:
    """Valid documents by their text, the least recently used leaving when their memory passes a limit."""

    def __init__(self, schema: GraphQLSchema, *, token_limit: int, cache_bytes: int, introspection: bool) -> None:
        self._schema = schema
        self._token_limit = token_limit
        self._cache_bytes = cache_bytes
        # One document may not push out most of the others.
        self._largest_kept = cache_bytes // 8
        self._rules: tuple[type[Any], ...] = (
            *specified_rules,
            *(() if introspection else (NoWholeSchema,)),
        )
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def __call__(self, text: str) -> Document:
        """The document of a text, from memory or made now; raises `Failure` when it is not valid."""
        document = self._kept.get(text)
        if document is not None:
            self._kept.move_to_end(text)
            return document
        document = self._read(text)
        if document.weight <= self._largest_kept:
            self._kept[text] = document
            self.bytes += document.weight
            self._evict()
        return document

    def grew(self, document: Document, by: int) -> None:
        """Someone keeps `by` more bytes in a document's plans."""
        document.weight += by
        if self._kept.get(document.text) is document:
            self.bytes += by
            self._evict()

    def _evict(self) -> None:
        while self.bytes > self._cache_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.weight

    def _read(self, text: str) -> Document:
        node = self._parse(text)
        fragments = {
            definition.name.value: definition
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        # Before validation, whose rules are slower than linear in what this bounds.
        _check_size(node, fragments)
        errors = validate(self._schema, node, self._rules, max_errors=ERROR_LIMIT)
        if errors:
            raise Failure(FailureCode.GRAPHQL_VALIDATION_FAILED, errors)
        operations = {
            definition.name.value if definition.name else None: Operation(
                definition,
                Cost(self._schema, definition, fragments),
                {
                    (found.alias or found.name).value: found.name.value
                    for found in root_fields(definition.selection_set.selections, fragments)
                },
                split(definition, fragments),
            )
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        if not operations:
            raise Failure(FailureCode.BAD_REQUEST, "文档中没有操作。 / The document holds no operation to execute.")
        return Document(text, node, fragments, operations, 2 * len(text) + TOKEN_BYTES * _tokens(node))

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(
                text,
                max_lexical_tokens=self._token_limit,
                max_comments=self._token_limit,
                max_source_length=SOURCE_LIMIT,
            )
        except GraphQLSyntaxError as error:
            too_large = error.message.endswith("Parsing aborted.")
            code = FailureCode.LIMIT_EXCEEDED if too_large else FailureCode.GRAPHQL_PARSE_FAILED
            raise Failure(code, [error]) from None


class NoWholeSchema(ValidationRule):
    """Answering `__schema` is dear, and the same is served as a file; one `__type` by name is cheap and stays."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuse `__schema`."""
        if node.name.value == "__schema":
            self.report_error(
                GraphQLError(
                    "不提供内省查询 __schema，完整的 SDL 见 GET /schema.graphql。"
                    " / Introspection of __schema is off; the whole SDL is at GET /schema.graphql.",
                    node,
                )
            )


@dataclass(slots=True)
class _Size:
    """What one definition holds, its fragments not yet put in place."""

    selections: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)


def _check_size(document: DocumentNode, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
    _check("片段", "fragments", len(fragments), FRAGMENT_LIMIT)
    sizes: dict[str, _Size] = {}
    operations: list[_Size] = []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            sizes[definition.name.value] = _measure(definition)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_measure(definition))
    every = [*sizes.values(), *operations]
    _check("字段", "fields", sum(size.selections for size in every), FIELD_LIMIT)
    _check("别名", "aliases", sum(size.aliases for size in every), ALIAS_LIMIT)
    _check("指令", "directives", sum(size.directives for size in every), DIRECTIVE_LIMIT)

    expanded: dict[str, tuple[int, int]] = {}

    def expand(size: _Size) -> tuple[int, int]:
        # At most one call of this a fragment, so its recursion is bounded by FRAGMENT_LIMIT.
        selections, depth = size.selections, size.depth
        for name, at in size.spreads:
            if name not in expanded:
                # While a fragment is being measured it counts as empty: a cycle is validation's to report.
                expanded[name] = (0, 0)
                if name in sizes:
                    expanded[name] = expand(sizes[name])
            inner, height = expanded[name]
            selections += inner
            depth = max(depth, at + height)
        return selections, depth

    # Fragments that no operation uses are validated too, so they are bounded too.
    for size in (*operations, *sizes.values()):
        selections, depth = expand(size)
        _check("展开片段后的字段", "fields with every fragment put in place", selections, EXPANDED_LIMIT)
        _check("嵌套层数", "levels of nesting", depth, DEPTH_LIMIT)


def _measure(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Size:
    size = _Size()
    places: list[Any] = [definition, *(definition.variable_definitions or ())]
    stack: list[tuple[SelectionSetNode, int]] = [(definition.selection_set, 1)]
    while stack:
        selection_set, depth = stack.pop()
        size.depth = max(size.depth, depth)
        size.selections += len(selection_set.selections)
        places.extend(selection_set.selections)
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                size.spreads.append((selection.name.value, depth - 1))
                continue
            inner = selection.selection_set  # type: ignore[attr-defined]
            if isinstance(selection, FieldNode):
                size.aliases += selection.alias is not None
                if inner:
                    stack.append((inner, depth + 1))
            elif inner:
                # An inline fragment adds to no response, but a chain of them is still work.
                stack.append((inner, depth + 1))
    for place in places:
        at_one_place = len(place.directives or ())
        size.directives += at_one_place
        _check("同一处的指令", "directives at one place", at_one_place, DIRECTIVES_AT_ONE_PLACE_LIMIT)
    return size


def _check(chinese: str, english: str, found: int, limit: int) -> None:
    if found > limit:
        raise Failure(
            FailureCode.LIMIT_EXCEEDED,
            f"文档过大：{chinese}最多 {limit} 个。 / The document is too large: at most {limit} {english}.",
            limit=limit,
        )


def _tokens(document: DocumentNode) -> int:
    token = document.loc.start_token if document.loc else None
    count = 0
    while token:
        count += 1
        token = token.next
    return count
