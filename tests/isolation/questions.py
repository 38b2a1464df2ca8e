"""Every question of the contract that names an object: made from the schema, so that a new field is asked too."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
    visit,
)

from schema.reads.query import catalogue
from tenants.row import today

WHERE_DEPTH = 2
TURNS = 4


class _Scalars:
    """Values for the scalars that one input requires, each day and time later than the one before.

    Rules want some days past and some to come, some numbers small and some not: each turn is another choice of both.
    """

    def __init__(self, turn: int) -> None:
        self._day = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC) if turn % 2 == 0 else dt.datetime.now(dt.UTC)
        self._number = 1 if turn < 2 else 5

    def value(self, scalar: str) -> Any:
        """The next value of a scalar."""
        self._day += dt.timedelta(days=1)
        return {
            "Boolean": True,
            "Date": self._day.date().isoformat(),
            "DateTime": self._day.isoformat(),
            "Decimal": "100",
            "Float": 1.0,
            "Int": self._number,
            "String": "测试",
        }[scalar]


@dataclass(frozen=True, slots=True)
class Question:
    """A document that names one object; `prefix` tells of which kind, `gives` of which kind the answer is: of none
    where it is figures.

    `own` is an id that the asker gives to something new; `cursor` says that it is a place in a list, not an id. A
    question that `changes` something takes a turn, too: what else its input says.
    """

    name: str
    document: str
    variables: Callable[..., dict[str, Any]]
    prefix: str
    gives: str | None = None
    own: bool = False
    cursor: bool = False
    changes: bool = False


class Questions:
    """The questions of one schema. `mine` gives the id of the asker's own object of a kind, for what else is asked."""

    def __init__(self, schema: GraphQLSchema, mine: Callable[[str], str]) -> None:
        self._schema = schema
        self._mine = mine
        # The prefix of the ids of an entity, by its name in the contract.
        self.prefixes = {type_.name: prefix for prefix, (type_, _) in catalogue(schema).items()}
        self.tables = {prefix: entity.table.name for prefix, (_, entity) in catalogue(schema).items()}

    # Reads

    def reads(self) -> Iterator[Question]:
        """By id, by filter and by cursor, at the root and in every nested list."""
        query = self._schema.query_type
        assert query is not None
        for name, field in query.fields.items():
            yield from self._by_id(name, field)
        for path, type_ in self._ways().items():
            for name, field in type_.fields.items():
                if "where" in field.args or "after" in field.args:
                    yield from self._listed(path, name, field)

    def documents(self, *, filtered: bool) -> Iterator[tuple[str, str]]:
        """Documents that together select every field; `filtered`: and order by every term, filter by every column."""
        # An argument that is named after a kind of object takes the asker's own.
        own = {name[0].lower() + name[1:]: self._mine(prefix) for name, prefix in self.prefixes.items()}
        for path, type_ in self._ways().items():
            place = ".".join(path) or "Query"
            if path:
                yield place, _wrapped(path, f"__typename {self._leaves(type_)}")
            for name, field in type_.fields.items():
                named = get_named_type(field.type)
                if "after" in field.args:
                    yield from self._pages(path, name, field, filtered=filtered)
                elif isinstance(named, GraphQLObjectType) and (given := _asked(field, own=own)) is not None:
                    asked = f"{name}({given})" if given else name
                    yield f"{place}.{name}", _wrapped(path, f"{asked} {{ {self._leaves(named)} }}")

    def _pages(
        self, path: tuple[str, ...], name: str, field: GraphQLField, *, filtered: bool
    ) -> Iterator[tuple[str, str]]:
        entity = self._entity(field)
        page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        shown = f"{{ totalCount nodes {{ {self._leaves(entity)} }} edges {{ cursor node {{ id }} }} {page} }}"
        place = f"{'.'.join(path) or 'Query'}.{name}"
        for arguments in ("first: 3", "last: 3"):
            yield f"{place}({arguments})", _wrapped(path, f"{name}({arguments}) {shown}")
        if not filtered:
            return
        shown = "{ totalCount nodes { id } }"
        order = get_named_type(field.args["orderBy"].type)
        assert isinstance(order, GraphQLInputObjectType)
        terms = get_named_type(order.fields["field"].type)
        assert isinstance(terms, GraphQLEnumType)
        for term in terms.values:
            ordered = f"orderBy: [{{ field: {term}, direction: DESC }}]"
            yield f"{place}({ordered})", _wrapped(path, f"{name}({ordered}) {shown}")
        where = get_named_type(field.args["where"].type)
        assert isinstance(where, GraphQLInputObjectType)
        for condition in self._conditions(where, WHERE_DEPTH):
            yield f"{place}(where: {condition})", _wrapped(path, f"{name}(where: {condition}) {shown}")

    def _conditions(self, where: GraphQLInputObjectType, depth: int) -> Iterator[str]:
        """A condition on every column that can be filtered by, here and where relations lead."""
        for name, field in where.fields.items():
            named = get_named_type(field.type)
            if not isinstance(named, GraphQLInputObjectType) or named is where:
                continue
            if "isNull" in named.fields:
                yield f"{{ {name}: {{ isNull: false }} }}"
            elif depth > 1:
                for inner in self._conditions(named, depth - 1):
                    yield f"{{ or: [{{ {name}: {inner} }}, {{ not: {{ {name}: {inner} }} }}] }}"

    def lists(self) -> Iterator[tuple[str, str, str]]:
        """Every list: its name, a document that shows its cursors, and the kind of its rows."""
        for path, type_ in self._ways().items():
            for name, field in type_.fields.items():
                if "after" in field.args:
                    entity = self._entity(field)
                    body = f"{name}(first: 100) {{ edges {{ cursor node {{ id }} }} }}"
                    yield f"{type_.name}.{name}", _wrapped(path, body), self.prefixes[entity.name]

    def _by_id(self, name: str, field: GraphQLField) -> Iterator[Question]:
        for argument, definition in field.args.items():
            named = get_named_type(definition.type)
            if getattr(named, "name", "") != "ID":
                continue
            many = isinstance(_nullable(definition.type), GraphQLList)
            type_ = get_named_type(field.type)
            kinds = [type_] if isinstance(type_, GraphQLObjectType) else self._schema.get_possible_types(type_)  # type: ignore[arg-type]
            for kind, asked in itertools.product(kinds, self.prefixes.items()):
                entity, prefix = asked
                document = (
                    f"query ($id: {definition.type}) {{ {name}({argument}: $id {_asked(field, besides=argument) or ''})"
                    f" {{ __typename ... on {kind.name} {{ {self._leaves(kind)} }} }} }}"
                )

                def variables(id: str, many: bool = many) -> dict[str, Any]:
                    return {"id": [id, self._mine("prj"), id] if many else id}

                if kind.name == entity or not isinstance(type_, GraphQLInterfaceType):
                    gives = self.prefixes.get(kind.name)
                    yield Question(f"Query.{name}({argument}: {entity}'s)", document, variables, prefix, gives)

    def _listed(self, path: tuple[str, ...], name: str, field: GraphQLField) -> Iterator[Question]:
        entity = self._entity(field)
        gives = self.prefixes[entity.name]
        place = f"{'.'.join(path) or 'Query'}.{name}"
        shown = f"{{ totalCount nodes {{ {self._leaves(entity)} }} edges {{ cursor }} pageInfo {{ hasNextPage }} }}"
        for argument in ("after", "before"):
            if argument in field.args:
                document = f"query ($cursor: String) {_wrapped(path, f'{name}({argument}: $cursor) {shown}')}"
                yield Question(
                    f"{place}({argument}:)", document, lambda cursor: {"cursor": cursor}, gives, gives, cursor=True
                )
        where = get_named_type(field.args["where"].type) if "where" in field.args else None
        if not isinstance(where, GraphQLInputObjectType):
            return
        document = f"query ($where: {where.name}) {_wrapped(path, f'{name}(where: $where) {shown}')}"
        for steps, prefix in self._filters(where, WHERE_DEPTH):
            for operator, around in itertools.product(("eq", "in"), (None, "not", "and", "or")):
                if around and (around not in where.fields or operator == "in"):
                    continue

                def variables(
                    id: str, steps: tuple[str, ...] = steps, operator: str = operator, around: str | None = around
                ) -> dict[str, Any]:
                    condition: dict[str, Any] = {operator: [id] if operator == "in" else id}
                    for step in reversed(steps):
                        condition = {step: condition}
                    if around:
                        condition = {around: condition if around == "not" else [condition]}
                    return {"where": condition}

                told = ".".join([*([around] if around else []), *steps, operator])
                yield Question(f"{place}(where: {told})", document, variables, prefix, gives)

    def _filters(self, where: GraphQLInputObjectType, depth: int) -> Iterator[tuple[tuple[str, ...], str]]:
        """Where an input filters by id: the fields that lead there, and the kind of the id."""
        for name, field in where.fields.items():
            named = get_named_type(field.type)
            if not isinstance(named, GraphQLInputObjectType) or named is where:
                continue
            operand = named.fields.get("eq")
            if operand is not None and getattr(get_named_type(operand.type), "name", "") == "ID":
                yield (name,), self.prefixes[where.name.removesuffix("Where")]
            elif named.name.endswith("Where") and depth > 1:
                for steps, prefix in self._filters(named, depth - 1):
                    yield (name, *steps), prefix

    def _ways(self) -> dict[tuple[str, ...], GraphQLObjectType]:
        """The shortest way from the root to every entity, through lists and single objects; the root is no way."""
        query = self._schema.query_type
        assert query is not None
        ways: dict[tuple[str, ...], GraphQLObjectType] = {(): query}
        reached = {query.name}
        waiting: list[tuple[tuple[str, ...], GraphQLObjectType]] = [((), query)]
        while waiting:
            path, type_ = waiting.pop(0)
            for name, field in type_.fields.items():
                named = get_named_type(field.type)
                if any(is_required_argument(argument) for argument in field.args.values()):
                    continue
                listed = "nodes" in named.fields if isinstance(named, GraphQLObjectType) else False
                entity = self._entity(field) if listed else named
                if not isinstance(entity, GraphQLObjectType) or entity.name not in self.prefixes:
                    continue
                if entity.name not in reached:
                    reached.add(entity.name)
                    way = (*path, name, "nodes") if listed else (*path, name)
                    ways[way] = entity
                    waiting.append((way, entity))
        return ways

    def _entity(self, field: GraphQLField) -> GraphQLObjectType:
        connection = get_named_type(field.type)
        assert isinstance(connection, GraphQLObjectType)
        entity = get_named_type(connection.fields["nodes"].type)
        assert isinstance(entity, GraphQLObjectType)
        return entity

    def _leaves(self, type_: GraphQLObjectType) -> str:
        """All that a row says of itself; a row of figures says its division too."""
        leaves = [
            name
            for name, field in type_.fields.items()
            if is_leaf_type(get_named_type(field.type))
            and not any(is_required_argument(argument) for argument in field.args.values())
        ]
        figures = type_.name not in self.prefixes and "withheld" in type_.fields
        return " ".join([*leaves, *(["division { id }"] if figures else [])])

    # What the walk may not leave out

    def unasked(self, questions: Iterable[Question]) -> list[str]:
        """The arguments and input fields of type ID, and the cursors, that no question names."""
        documents = [(each.name, each.document, each.variables("‹id›")) for each in questions]
        asked = " ".join(f"{name} {document}" for name, document, _ in documents)
        given = [variables for _, _, variables in documents]
        missing = []
        for type_ in self._schema.type_map.values():
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
                for name, field in type_.fields.items():
                    missing += [
                        f"{type_.name}.{name}({argument}:)"
                        for argument, definition in field.args.items()
                        if getattr(get_named_type(definition.type), "name", "") == "ID"
                        or argument in ("after", "before")
                        if f"{name}({argument}" not in asked
                    ]
            elif isinstance(type_, GraphQLInputObjectType) and not type_.name.endswith("Filter"):
                for name, input_field in type_.fields.items():
                    named = get_named_type(input_field.type)
                    if getattr(named, "name", "") in ("ID", "IDFilter") and not any(
                        _names(variables, name) for variables in given
                    ):
                        missing.append(f"{type_.name}.{name}")
        return missing

    def unread(self) -> list[str]:
        """The fields of entities, and of figures, that no document selects."""
        selected: set[str] = set()
        for _, document in self.documents(filtered=False):
            info = TypeInfo(self._schema)
            visit(parse(document), TypeInfoVisitor(info, _Selected(info, selected)))
        query = self._schema.query_type
        assert query is not None
        roots = [get_named_type(field.type) for field in query.fields.values()]
        figures = [
            type_.name for type_ in roots if isinstance(type_, GraphQLObjectType) and "nodes" not in type_.fields
        ]
        return [
            f"{type_}.{name}"
            for type_ in dict.fromkeys([*self.prefixes, *figures])
            for name, field in self._schema.type_map[type_].fields.items()  # type: ignore[attr-defined]
            if f"{type_}.{name}" not in selected
        ]

    # Writes

    def writes(self) -> Iterator[Question]:
        """Every id in the input of every mutation."""
        mutation = self._schema.mutation_type
        for name, field in (mutation.fields if mutation else {}).items():
            (argument, definition), *more = field.args.items()
            assert not more, f"{name} takes more than an input"
            input_type = get_named_type(definition.type)
            assert isinstance(input_type, GraphQLInputObjectType)
            payload = get_named_type(field.type)
            assert isinstance(payload, GraphQLObjectType)
            changed = [
                f"{each} {{ {self._leaves(entity)} }}"
                for each, shown in payload.fields.items()
                if isinstance(entity := get_named_type(shown.type), GraphQLObjectType) and entity.name in self.prefixes
            ]
            document = (
                f"mutation ($input: {definition.type}) {{ {name}({argument}: $input)"
                f" {{ {' '.join(changed)} userErrors {{ code field message }} }} }}"
            )
            for steps, prefix, own in self._ids(input_type):

                def variables(
                    id: str, turn: int = 0, steps: tuple[str, ...] = steps, type_: GraphQLInputObjectType = input_type
                ) -> dict[str, Any]:
                    return {"input": self._filled(type_, steps, id, _Scalars(turn))}

                told = f"Mutation.{name}({argument}.{'.'.join(steps)})"
                yield Question(told, document, variables, prefix, own=own, changes=True)

    def _ids(self, type_: GraphQLInputObjectType) -> Iterator[tuple[tuple[str, ...], str, bool]]:
        for name, field in type_.fields.items():
            named = get_named_type(field.type)
            if getattr(named, "name", "") == "ID":
                metadata = field.extensions["strawberry-definition"].metadata
                yield (name,), metadata["prefix"], bool(metadata.get("own"))
            elif isinstance(named, GraphQLInputObjectType):
                for steps, prefix, own in self._ids(named):
                    yield (name, *steps), prefix, own

    def _filled(
        self, type_: GraphQLInputObjectType, steps: tuple[str, ...], id: str, scalars: _Scalars
    ) -> dict[str, Any]:
        """A least input that names the object at the end of some steps."""
        made: dict[str, Any] = {}
        for name, field in type_.fields.items():
            if steps[:1] == (name,):
                named = get_named_type(field.type)
                if isinstance(named, GraphQLInputObjectType):
                    made[name] = self._filled(named, steps[1:], id, scalars)
                else:
                    made[name] = [id] if isinstance(_nullable(field.type), GraphQLList) else id
            elif is_required_input_field(field):
                made[name] = self._value(field, scalars)
        return made

    def _value(self, field: GraphQLInputField, scalars: _Scalars) -> Any:
        named = get_named_type(field.type)
        if isinstance(named, GraphQLInputObjectType):
            value: Any = self._filled(named, (), "", scalars)
        elif isinstance(named, GraphQLEnumType):
            value = next(iter(named.values))
        elif named.name == "ID":
            value = self._mine(field.extensions["strawberry-definition"].metadata["prefix"])
        else:
            value = scalars.value(named.name)
        return [value] if isinstance(_nullable(field.type), GraphQLList) else value


class _Selected(Visitor):
    """Notes every field that a document selects, with the type it is selected on."""

    def __init__(self, info: TypeInfo, selected: set[str]) -> None:
        super().__init__()
        self._info = info
        self._into = selected

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """One selection."""
        parent = self._info.get_parent_type()
        self._into.add(f"{parent.name if parent else ''}.{node.name.value}")


def _names(variables: Any, name: str) -> bool:
    """Whether something in the variables has this name and the id that was asked for."""
    if isinstance(variables, dict):
        return any((key == name and "‹id›" in str(value)) or _names(value, name) for key, value in variables.items())
    return isinstance(variables, list) and any(_names(each, name) for each in variables)


def _wrapped(path: tuple[str, ...], inner: str) -> str:
    for step in reversed(path):
        inner = f"{step} {{ {inner} }}"
    return f"{{ {inner} }}"


def _asked(field: GraphQLField, *, besides: str | None = None, own: dict[str, str] | None = None) -> str | None:
    """What a field asks for besides one argument: days, as the longest period, or today as the one day, texts, and
    objects, which are `own` ones by the argument's name; None where it is more.
    """
    asked = {
        name: _nullable(argument.type)
        for name, argument in field.args.items()
        if is_required_argument(argument) and name != besides
    }
    own = own or {}
    kinds = {name: get_named_type(type_).name for name, type_ in asked.items()}
    if any(kind not in ("Date", "String") and name not in own for name, kind in kinds.items()):
        return None
    days = [name for name, kind in kinds.items() if kind == "Date"]
    texts = {name: '["none"]' if isinstance(type_, GraphQLList) else '"none"' for name, type_ in asked.items()}
    texts |= {name: f'"{own[name]}"' for name, kind in kinds.items() if kind == "ID"}
    last = today() if len(days) == 1 else "2099-12-31"
    texts |= {name: f'"{last if name == days[-1] else "2000-01-01"}"' for name in days}
    return ", ".join(f"{name}: {text}" for name, text in texts.items())


def _nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_
