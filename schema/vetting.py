"""A schema is only built when it is safe: every way in and every personal field names its permission."""

import re
from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNamedType, GraphQLObjectType, GraphQLSchema

from schema.reads.agreement import disagreements
from schema.reads.declare import DeclarationError, RootNode, RootNodes, Value, entity_of, target_of
from schema.reads.field import Declared

_CHINESE = re.compile(r"[\u4e00-\u9fff]")

# Their permission is that of the entity which the id names, checked when the document is compiled.
_BY_ID_OF_ANY = (RootNode, RootNodes)


def vet(schema: GraphQLSchema) -> None:
    """Raise `DeclarationError` with every fault of the schema, one a line."""
    faults = [*_roots(schema), *_personal(schema), *_descriptions(schema), *disagreements(schema)]
    if faults:
        raise DeclarationError("the schema is not built:\n" + "\n".join(faults))


def _roots(schema: GraphQLSchema) -> Iterator[str]:
    """Fields of Query that are not declared reads, and fields of Mutation without a permission."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        declared = field.extensions.get("strawberry-definition")
        if not isinstance(declared, Declared):
            yield f"Query.{name} is not declared with schema.reads, so it names no permission"
        elif not isinstance(declared.declaration, _BY_ID_OF_ANY):
            target_of(declared)  # an entity, which cannot be declared without a permission
    for name, field in schema.mutation_type.fields.items() if schema.mutation_type else ():
        declared = field.extensions.get("strawberry-definition")
        if declared is None or declared.metadata.get("permission") is None:
            yield f"Mutation.{name} names no permission: declare it with schema.writes.mutation"


def _personal(schema: GraphQLSchema) -> Iterator[str]:
    """Fields over a personal column that name no permission of their own."""
    for type_ in schema.type_map.values():
        definition = (type_.extensions or {}).get("strawberry-definition")
        if not isinstance(type_, GraphQLObjectType) or "__entity__" not in vars(getattr(definition, "origin", object)):
            continue
        table = entity_of(definition.origin).table  # type: ignore[union-attr]
        for name, field in type_.fields.items():
            declared = field.extensions.get("strawberry-definition")
            if not isinstance(declared, Declared) or not isinstance(declared.declaration, Value):
                continue
            column = declared.declaration.column or declared.python_name
            personal = column in table.columns and table.columns[column].info.get("personal")
            if personal and declared.declaration.permission is None:
                yield f"{type_.name}.{name} shows personal data and names no permission: column(personal=…)"


def _descriptions(schema: GraphQLSchema) -> Iterator[str]:
    """Types, fields, arguments and values whose description lacks, or lacks the Chinese term."""
    for path, description in _described(schema):
        if not description or not _CHINESE.search(description):
            yield f"{path} needs a description with its Chinese term"


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or type_.name in _NAMED_BY_THE_SPECIFICATION:
            continue
        yield type_.name, type_.description
        yield from _members(type_)


_NAMED_BY_THE_SPECIFICATION = {"Boolean", "Float", "ID", "Int", "JSON", "String"}


def _members(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(type_, GraphQLObjectType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field.description
            for argument, given in field.args.items():
                if type_.name != "Mutation":  # its one argument is `input`, whose type says everything
                    yield f"{type_.name}.{name}({argument}:)", given.description
    elif isinstance(type_, GraphQLInputObjectType):
        for name, input_field in type_.fields.items():
            yield f"{type_.name}.{name}", input_field.description
    elif isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value.description
