"""Whoever reads the contract finds at every place what it is, with the field's Chinese term."""

import re
from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from schema import build, executable

STANDARD = {"Boolean", "Float", "ID", "Int", "JSON", "String"}
"""Scalars that GraphQL and Strawberry describe themselves."""


def descriptions() -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument and enum value, with its description."""
    for name, kind in executable(build()).type_map.items():
        if name in STANDARD or name.startswith("__"):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for each, field in kind.fields.items():
                yield f"{name}.{each}", field.description
                for argument, given in field.args.items():
                    yield f"{name}.{each}({argument})", given.description
        elif isinstance(kind, GraphQLInputObjectType):
            for each, given in kind.fields.items():
                yield f"{name}.{each}", given.description
        elif isinstance(kind, GraphQLEnumType):
            for each, value in kind.values.items():
                yield f"{name}.{each}", value.description


def test_everything_is_described_with_its_chinese_term() -> None:
    found = dict(descriptions())
    assert len(found) > 1_000
    assert [name for name, text in found.items() if not re.search(r"[一-鿿]", text or "")] == []
