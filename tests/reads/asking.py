"""Ask a compiled query the way the engine does, without HTTP."""

import json
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, get_variable_values, parse, validate

from schema.reads.audience import Audience
from schema.reads.query import Query, compile_query
from tenants.scope import Database, Principal


class Asker:
    """One principal with its database."""

    def __init__(self, schema: GraphQLSchema, database: Database, principal: Principal) -> None:
        self.schema = schema
        self.database = database
        self.principal = principal

    def query(self, text: str) -> Query:
        """The compiled query of a document."""
        document = parse(text)
        assert not (errors := validate(self.schema, document)), errors
        (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        return compile_query(self.schema, operation, fragments, Audience.of(self.principal))

    def coerced(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The variables as graphql-core coerces them."""
        (operation,) = (each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode))
        values = get_variable_values(self.schema, operation.variable_definitions or (), variables)
        assert not isinstance(values, list), values
        return values.coerced

    async def __call__(self, text: str, **variables: Any) -> Any:
        """The data."""
        return json.loads(await self.text(text, **variables))

    async def text(self, text: str, **variables: Any) -> bytes:
        """The data as the database wrote it."""
        bound = self.query(text).bind(self.coerced(text, variables), self.principal)
        if bound.sql is None:
            assert bound.body is not None
            return bound.body
        async with self.database.reading(self.principal) as connection:
            found: bytes = await connection.fetchval(bound.sql, *bound.parameters)
            return found
