"""The GraphQL contract: one module per area, reads compiled to SQL, and a schema that is only built when it is safe."""

from functools import cache

import strawberry
from graphql import GraphQLSchema
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig


@cache
def build() -> strawberry.Schema:
    """The schema. Raises when a root field or a personal field names no permission, or a description is missing."""
    from schema.mutation import Mutation
    from schema.query import Query
    from schema.reads import SCALARS
    from schema.vetting import vet

    schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
    vet(executable(schema))
    return schema


def executable(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema inside Strawberry's."""
    return schema._schema


def sdl() -> str:
    """The contract as text: `schema/schema.graphql`."""
    return print_schema(build()) + "\n"
