"""A query operation as a prepared statement: compiled once per audience and shape of variables, then only bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    type_from_ast,
    visit,
)

from schema.failure import Failure, FailureCode
from schema.reads import report
from schema.reads.arguments import Leaf, arguments, shape
from schema.reads.audience import Audience, Invalid, Place, Values, bad_input
from schema.reads.compile import Compiler, Selections, declared, named
from schema.reads.declare import (
    DeclarationError,
    Entity,
    RootById,
    RootConnection,
    RootNode,
    RootNodes,
    RootOne,
    entity_of,
    target_of,
)
from schema.reads.sql import Json, Sql, Statement, select
from schema.reads.values import LIST_LIMIT, identity, prefix_of, uuid_from

if TYPE_CHECKING:
    from tenants.scope import Principal

SHAPES_KEPT = 32

Fragments = Mapping[str, FragmentDefinitionNode]


class Bound(NamedTuple):
    """A statement ready to run: one row, one `bytea`, the JSON of `data`; or that JSON when no row is needed for it.

    `logged` when a regulator reads rows of companies with it; `counts` when it counts many rows for a report.
    """

    sql: str | None
    parameters: list[Any]
    body: bytes | None
    logged: bool = False
    counts: bool = False


def compile_query(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments, audience: Audience
) -> Query:
    """The query operation for an audience. What depends on variables is compiled at the first request of its shape.

    It asks for data only: `__schema` and `__type` are answered elsewhere.
    """
    return Query(schema, operation, fragments, audience)


class Query:
    """A query operation; holds the statements of the latest shapes of its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Fragments,
        audience: Audience,
    ) -> None:
        assert operation.operation is OperationType.QUERY
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._audience = audience
        self._shape_of = _shape_of(schema, operation, fragments)
        self._kept: OrderedDict[Any, _Shape] = OrderedDict()
        self.bytes = 0
        """Roughly what the statements it holds weigh in memory."""

    def bind(self, variables: Values, principal: Principal) -> Bound:
        """The statement for one request of a principal of this audience; `variables` are coerced.

        Raises `Failure`: FORBIDDEN when the audience may not read a field, BAD_USER_INPUT for values that cannot be
        used, with every such place.
        """
        key = self._shape_of(variables)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._compiled(variables)
            self._kept[key] = kept
            self.bytes += kept.bytes
            if len(self._kept) > SHAPES_KEPT:
                _, oldest = self._kept.popitem(last=False)
                self.bytes -= oldest.bytes
        elif len(self._kept) > 1:
            self._kept.move_to_end(key)
        return kept.bind(variables, principal)

    def _compiled(self, variables: Values) -> _Shape:
        selections = Selections(self._schema, self._fragments, variables)
        root = _Root(self._schema, selections, self._audience, self._operation)
        made = root.json()
        if root.compiler.forbidden:
            raise Failure(FailureCode.FORBIDDEN, root.compiler.forbidden)
        return _Shape(made, root.compiler.statement)


class _Shape:
    """One statement with what fills its parameters."""

    def __init__(self, made: Json, statement: Statement) -> None:
        self._statement = statement
        constant = made.constant
        self._body = None if constant is None else constant.encode()
        self._sql = f"SELECT convert_to({made.sql()}, 'UTF8')" if constant is None else None
        self.bytes = 2_000 + 4 * len(self._sql or "")

    def bind(self, variables: Values, principal: Principal) -> Bound:
        statement = self._statement
        if statement.errors:
            raise Failure(FailureCode.BAD_USER_INPUT, statement.faults(variables))
        try:
            parameters = statement.fill(variables, principal)
        except Invalid:
            raise Failure(FailureCode.BAD_USER_INPUT, statement.faults(variables)) from None
        return Bound(self._sql, parameters, self._body, statement.logged, statement.counts)


class _Root:
    """The root fields of a query."""

    def __init__(
        self,
        schema: GraphQLSchema,
        selections: Selections,
        audience: Audience,
        operation: OperationDefinitionNode,
    ) -> None:
        assert schema.query_type is not None
        self.compiler = Compiler(selections, audience)
        self._schema = schema
        self._type = schema.query_type
        self._selections = selections
        self._operation = operation

    def json(self) -> Json:
        """The JSON of `data`."""
        made = Json("{")
        for at, (key, nodes) in enumerate(self._selections.within(self._type, [self._operation.selection_set]).items()):
            made.add(f'{"," if at else ""}"{key}":')
            made.add(self._field(nodes, Place(nodes, (key,))))
        made.add("}")
        return made

    def _field(self, nodes: list[FieldNode], place: Place) -> Json:
        name = nodes[0].name.value
        if name == "__typename":
            return Json(f'"{self._type.name}"')
        definition = self._type.fields[name]
        field = declared(definition)
        declaration = field.declaration
        if not self.compiler.allowed(declaration.permission, place.path[0], place):
            return Json("null")
        if isinstance(declaration, RootConnection):
            return self.compiler.connection(definition, field, None, nodes, place)
        if isinstance(declaration, report.Report):
            return report.compiled(self.compiler, definition, field, named(definition), nodes, place)
        if isinstance(declaration, RootOne):
            return self._one(definition, target_of(field), declaration, nodes, place)
        try:
            given = arguments(definition, nodes[0], self._selections.variables)
        except Invalid as error:
            self.compiler.statement.errors.append(bad_input(error, place))
            return Json("null")
        leaf = given["ids" if isinstance(declaration, RootNodes) else "id"]
        assert isinstance(leaf, Leaf)
        if isinstance(declaration, RootById):
            return self._by_id(named(definition), target_of(field), leaf, nodes, place)
        if isinstance(declaration, RootNode):
            found = catalogue(self._schema).get(prefix_of(leaf.value))
            return self._by_id(*found, leaf, nodes, place) if found else Json("null")
        assert isinstance(declaration, RootNodes)
        return self._nodes(leaf, nodes, place)

    def _one(
        self,
        definition: GraphQLField,
        target: Entity,
        declaration: RootOne,
        nodes: list[FieldNode],
        place: Place,
    ) -> Json:
        statement = self.compiler.statement
        if not self.compiler.allowed(target.permission, place.path[0], place):
            return Json("null")
        row = statement.row(target.table)
        conditions = self.compiler.rows(target, row)
        for column, scope in declaration.match.items():
            conditions.append(f"{row[column]} = {statement.asker(scope)}")
        made = self._object(named(definition), target, row, nodes, place)
        return Json(Sql(f"coalesce(({select(made.sql(), row, conditions)} LIMIT 1), 'null')"))

    def _by_id(
        self, type_: GraphQLObjectType, target: Entity, leaf: Leaf, nodes: list[FieldNode], place: Place
    ) -> Json:
        if not self.compiler.allowed(target.permission, place.path[0], place):
            return Json("null")
        statement = self.compiler.statement
        row = statement.row(target.table)
        key = statement.value(leaf, "uuid", identity(target.prefix), place)
        return Json(Sql(f"coalesce(({self._keyed(type_, target, row, key, nodes, place)} LIMIT 1), 'null')"))

    def _nodes(self, leaf: Leaf, nodes: list[FieldNode], place: Place) -> Json:
        known = catalogue(self._schema)
        prefixes = sorted({prefix for text in leaf.value if (prefix := prefix_of(text)) in known})
        find = leaf.get

        def get(variables: Values, _: Any) -> tuple[list[int], list[Any]]:
            return _keys(leaf.value if find is None else find(variables), prefixes)

        kinds, keys = self.compiler.statement.found(("ids", leaf.path or id(leaf)), ("int4[]", "uuid[]"), get, place)
        cases = []
        for at, prefix in enumerate(prefixes):
            type_, target = known[prefix]
            if not self.compiler.allowed(target.permission, place.path[0], place):
                continue
            row = self.compiler.statement.row(target.table)
            found = self._keyed(type_, target, row, "wanted.key", nodes, place)
            cases.append(f"WHEN {at} THEN coalesce(({found} LIMIT 1), 'null')")
        case = f"CASE wanted.kind {' '.join(cases)} ELSE 'null' END" if cases else "'null'"
        wanted = f"unnest({kinds}, {keys}) AS wanted(kind, key)"
        return Json("[", Sql(f"array_to_string(ARRAY(SELECT {case} FROM {wanted}), ',')"), "]")

    def _keyed(
        self,
        type_: GraphQLObjectType,
        target: Entity,
        row: Any,
        key: str,
        nodes: list[FieldNode],
        place: Place,
    ) -> str:
        made = self._object(type_, target, row, nodes, place)
        return select(made.sql(), row, [*self.compiler.rows(target, row), f"{row['id']} = {key}"])

    def _object(self, type_: GraphQLObjectType, target: Entity, row: Any, nodes: list[FieldNode], place: Place) -> Json:
        return self.compiler.object(target, type_, row, self._selections.of(type_, nodes), place)


def _keys(ids: list[str], prefixes: list[str]) -> tuple[list[int], list[Any]]:
    if len(ids) > LIST_LIMIT:
        raise Invalid(
            f"ids 最多 {LIST_LIMIT} 个，当前 {len(ids)} 个。", f"ids holds at most {LIST_LIMIT}; it has {len(ids)}."
        )
    kinds: list[int] = []
    keys: list[UUID | None] = []
    for text in ids:
        prefix, _, rest = text.partition("_")
        try:
            keys.append(uuid_from(rest))
            kinds.append(prefixes.index(prefix))
        except ValueError:
            del keys[len(kinds) :]
            keys.append(None)
            kinds.append(-1)
    return kinds, keys


Catalogue = dict[str, tuple[GraphQLObjectType, Entity]]

_catalogues: WeakKeyDictionary[GraphQLSchema, Catalogue] = WeakKeyDictionary()


def catalogue(schema: GraphQLSchema) -> Catalogue:
    """The entities of a schema by the prefix of their ids."""
    found = _catalogues.get(schema)
    if found is None:
        found = _catalogues[schema] = {}
        for type_ in schema.type_map.values():
            if not isinstance(type_, GraphQLObjectType):
                continue
            definition = type_.extensions.get("strawberry-definition")
            try:
                entity = entity_of(getattr(definition, "origin", None))
            except DeclarationError:
                continue
            if entity.prefix in found:
                raise DeclarationError(
                    f"{entity.name} and {found[entity.prefix][1].name} share the prefix {entity.prefix}"
                )
            found[entity.prefix] = (type_, entity)
    return found


# The shape of variables


def _shape_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments
) -> Callable[[Values], Any]:
    """A function from coerced variables to what the statement's text depends on of them."""
    ids = _id_variables(operation, fragments)
    known = catalogue(schema)
    pieces: list[Callable[[Values], Any]] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        pieces.append(
            _prefixes(name, known) if name in ids else _skeleton(name, type_from_ast(schema, definition.type))
        )
    if not pieces:
        return lambda _: None
    if len(pieces) == 1:
        return pieces[0]
    return lambda variables: tuple([piece(variables) for piece in pieces])


def _skeleton(name: str, type_: Any) -> Callable[[Values], Any]:
    return lambda variables: shape(variables[name], type_) if name in variables else "absent"


def _prefixes(name: str, known: Catalogue) -> Callable[[Values], Any]:
    def prefixes(variables: Values) -> Any:
        value = variables.get(name)
        if isinstance(value, list):
            return tuple(sorted({prefix for text in value if (prefix := prefix_of(text or "")) in known}))
        prefix = prefix_of(value or "")
        return prefix if prefix in known else value is None

    return prefixes


def _id_variables(operation: OperationDefinitionNode, fragments: Fragments) -> set[str]:
    """Variables among the ids of `node` and `nodes`: the types they name decide the statement."""
    found: set[str] = set()

    class _Finder(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            if node.name.value in ("node", "nodes"):
                found.update(_variables_in(node.arguments))

    for definition in (operation, *fragments.values()):
        visit(definition, _Finder())
    return found


def _variables_in(nodes: Any) -> set[str]:
    found: set[str] = set()

    class _Finder(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            found.add(node.name.value)

    for node in nodes or ():
        visit(node, _Finder())
    return found
