"""An operation is answered: a query by one compiled statement, a mutation in one transaction."""

import inspect
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, execute, get_variable_values
from sqlalchemy.exc import DBAPIError

from schema.context import Context
from schema.documents import Document, Documents, Operation
from schema.failure import Failure, FailureCode, formatted, known_code
from schema.reads.audience import Audience
from schema.reads.compile import declared
from schema.reads.payload import PayloadExecutor, Payloads, compile_payloads
from schema.reads.query import compile_query
from schema.reflection import reflect
from schema.turns import Turns
from tenants.access import Purpose
from tenants.errors import Locale, Unavailable
from tenants.permission import VISITOR
from tenants.scope import Database, Principal, unavailable

RETRIES = 2
"""How often a mutation that lost against another one is tried again."""

COERCION_ERRORS = 10

INTERNAL = "内部错误，请附上 requestId 联系我们。 / Internal error, contact us with the requestId."
UNAVAILABLE = "服务暂时繁忙，请稍后重试。 / The service is busy for the moment; try again shortly."
NO_PURPOSE = (
    f"查阅企业数据须在请求头 Linli-Purpose 中说明用途（{'、'.join(Purpose)} 之一）；企业可以看到该查阅记录。",
    f"State in the header Linli-Purpose what you read a company's rows for (one of {', '.join(Purpose)});"
    " the company sees it in its access log.",
)
UNSTORABLE = "文本中含有无法存储的字符（NUL）。 / A text holds a character that cannot be stored (NUL)."


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and how."""

    query: str
    operation_name: str | None
    variables: dict[str, Any]
    locale: Locale
    request_id: str
    read_only: bool


class Answer(NamedTuple):
    """The response's JSON; the code of its errors, if it has any; what an operator needs to know."""

    body: bytes
    code: FailureCode | None = None
    cost: int | None = None
    retry_after: int | None = None
    error: BaseException | None = None
    changed: bool = False
    """Something may have been committed."""


def unavailable_answer(lost: Unavailable, request_id: str, cost: int | None = None, **response: object) -> Answer:
    """The answer while the database cannot serve: nothing is wrong with the request, it may come again."""
    failure = Failure(FailureCode.UNAVAILABLE, UNAVAILABLE, retryAfter=lost.retry_after)
    return Answer(failure.body(request_id, **response), failure.code, cost, lost.retry_after, lost)


class _Undone(Exception):
    """A mutation met the unexpected, so all of it is rolled back."""

    def __init__(self, result: ExecutionResult, cause: BaseException) -> None:
        super().__init__()
        self.result = result
        self.cause = cause


class Engine:
    """Answers operations on one schema over one database."""

    def __init__(
        self,
        database: Database,
        schema: GraphQLSchema,
        documents: Documents,
        *,
        cost_limit: int,
        readers: Turns,
        writers: Turns,
    ) -> None:
        self._database = database
        self._schema = schema
        self._documents = documents
        assert schema.query_type is not None
        fields = schema.query_type.fields.items()
        self._public = frozenset(name for name, field in fields if declared(field).declaration.permission in VISITOR)
        self._cost_limit = cost_limit
        self._readers = readers
        self._writers = writers

    async def answer(self, request: Request, principal: Principal) -> Answer:
        """The answer to a request, whatever happens; only a cancellation is raised."""
        cost: int | None = None
        try:
            document = self._documents(request.query)
            operation = document.operation(request.operation_name)
            if operation.is_mutation and request.read_only:
                raise Failure(
                    FailureCode.METHOD_NOT_ALLOWED,
                    "变更操作须用 POST 发送。 / A mutation must be sent with POST.",
                )
            variables = self._coerced(operation, request.variables)
            cost = operation.cost(variables)
            if cost > self._cost_limit:
                raise self._too_dear(cost)
            if operation.is_mutation:
                return await self._mutation(request, principal, document, operation, variables, cost)
            return await self._query(principal, document, operation, variables, request.variables, cost)
        except Exception as error:  # the one place that turns the unexpected into an answer
            return self._failed(error, request, cost)

    def mentions_public(self, query: str) -> bool:
        """Whether a text may ask for something that needs no signing in; found out without parsing it."""
        return any(name in query for name in self._public)

    def is_public(self, request: Request) -> bool:
        """Whether the request asks for nothing but what needs no signing in."""
        try:
            operation = self._documents(request.query).operation(request.operation_name)
        except Failure:
            return False
        asked = set(operation.root_fields.values()) - {"__typename"}
        return not operation.is_mutation and bool(asked) and asked <= self._public

    async def _query(
        self,
        principal: Principal,
        document: Document,
        operation: Operation,
        variables: dict[str, Any],
        given: dict[str, Any],
        cost: int,
    ) -> Answer:
        data, reflection = operation.parts
        text = b"{}" if data is None else await self._read(principal, document, operation, data, variables)
        if reflection is not None:
            found = orjson.loads(text) | reflect(self._schema, document.node, reflection, given)
            text = orjson.dumps({name: found[name] for name in operation.root_fields if name in found})
        body = b'{"data":%b,"extensions":{"cost":{"requested":%d,"limit":%d}}}'
        return Answer(body % (text, cost, self._cost_limit), cost=cost)

    async def _read(
        self,
        principal: Principal,
        document: Document,
        operation: Operation,
        node: OperationDefinitionNode,
        variables: dict[str, Any],
    ) -> bytes:
        audience = Audience.of(principal)
        plan = operation.plans.get(audience)
        if plan is None:
            plan = compile_query(self._schema, node, document.fragments, audience)
            operation.plans[audience] = plan
        weight = plan.bytes
        bound = plan.bind(variables, principal)
        if plan.bytes != weight:
            self._documents.grew(document, plan.bytes - weight)
        if bound.sql is None:
            return bound.body or b"{}"
        principal = _for_a_purpose(principal, rows=bound.logged)
        organisation = _organisation(principal)
        await self._readers.take(organisation)
        try:
            body = await self._database.read(
                principal, bound.sql, bound.parameters, logged=bound.logged, anew=bound.counts
            )
            return body or b"{}"
        finally:
            self._readers.give_back(organisation)

    async def _mutation(
        self,
        request: Request,
        principal: Principal,
        document: Document,
        operation: Operation,
        variables: dict[str, Any],
        cost: int,
    ) -> Answer:
        self._require_permissions(operation, principal)
        principal = _for_a_purpose(principal, rows=True)
        # Before anything changes: a document whose answer may not be read changes nothing.
        payloads = compile_payloads(self._schema, operation.node, document.fragments, variables, Audience.of(principal))
        organisation = _organisation(principal)
        await self._writers.take(organisation)
        try:
            return await self._committed(request, principal, document, operation, payloads, cost)
        finally:
            self._writers.give_back(organisation)

    async def _committed(
        self,
        request: Request,
        principal: Principal,
        document: Document,
        operation: Operation,
        payloads: Payloads,
        cost: int,
    ) -> Answer:
        for attempt in range(RETRIES + 1):
            try:
                async with self._database.writing(principal) as scope:
                    context = Context(scope, request.locale, request.request_id, len(operation.root_fields) == 1)
                    result = await self._executed(request, document, context, payloads)
                    if result.errors:
                        raise _Undone(result, result.errors[0].original_error or result.errors[0])
            except Exception as error:
                undone = error.cause if isinstance(error, _Undone) else error
                if _lost_a_race(undone):
                    if attempt < RETRIES:
                        continue
                    raise Unavailable("the change kept losing against others") from undone
                if isinstance(error, _Undone) and unavailable(undone) is None:
                    return self._undone(error.result, request, cost)
                raise undone from None
            body = orjson.dumps({"data": result.data, "extensions": {"cost": self._cost(cost)}})
            return Answer(body, cost=cost, changed=True)
        raise AssertionError("the last attempt returns or raises")

    async def _executed(
        self, request: Request, document: Document, context: Context, payloads: Payloads
    ) -> ExecutionResult:
        result = execute(
            self._schema,
            document.node,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            executor_class=PayloadExecutor,
            payloads=payloads,
        )
        return await result if inspect.isawaitable(result) else result

    def _require_permissions(self, operation: Operation, principal: Principal) -> None:
        """Refuse the whole document, before anything happens, for a field that the principal may not use."""
        fields = self._schema.mutation_type.fields if self._schema.mutation_type else {}
        errors = []
        for key, name in operation.root_fields.items():
            field = fields.get(name)
            if field is None:
                continue  # __typename
            permission = field.extensions["strawberry-definition"].metadata["permission"]
            if permission not in principal.permissions:
                errors.append(
                    GraphQLError(
                        f"{key} 需要权限 {permission.value}。 / {key} needs the permission {permission.value}.",
                        path=[key],
                        extensions={"permission": permission.value},
                    )
                )
        if errors:
            raise Failure(FailureCode.FORBIDDEN, errors)

    def _coerced(self, operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
        definitions = operation.node.variable_definitions
        if not definitions:
            return {}
        values = get_variable_values(self._schema, definitions, given, max_errors=COERCION_ERRORS)
        if isinstance(values, list):
            raise Failure(FailureCode.BAD_USER_INPUT, values)
        return values.coerced

    def _too_dear(self, cost: int) -> Failure:
        return Failure(
            FailureCode.COST_EXCEEDED,
            f"该请求最多可能返回 {cost} 个对象，超过上限 {self._cost_limit}；请减小 first、减少期数，或分几次查询。"
            f" / This could return {cost} objects, more than the limit of {self._cost_limit};"
            " ask for a smaller page, for fewer periods, or in several requests.",
            requested=cost,
            limit=self._cost_limit,
            # Waiting does not help: the request itself is too large.
            retryAfter=None,
        )

    def _cost(self, cost: int) -> dict[str, int]:
        return {"requested": cost, "limit": self._cost_limit}

    def _failed(self, error: Exception, request: Request, cost: int | None) -> Answer:
        """An answer without data."""
        response: dict[str, Any] = {} if cost is None else {"extensions": {"cost": self._cost(cost)}}
        reported: Exception | None = None
        if isinstance(error, Failure):
            failure = error
        elif isinstance(error, GraphQLError) and error.original_error is None:
            failure = Failure(known_code(error, FailureCode.BAD_USER_INPUT), [error])
        elif (lost := unavailable(error)) is not None:
            return unavailable_answer(lost, request.request_id, cost, **response)
        elif isinstance(_cause(error), asyncpg.CharacterNotInRepertoireError):
            failure = Failure(FailureCode.BAD_USER_INPUT, UNSTORABLE)
        else:
            failure, reported = Failure(FailureCode.INTERNAL, INTERNAL), error
            if cost is not None:
                response["data"] = None  # it was being executed
        body = failure.body(request.request_id, **response)
        return Answer(body, failure.code, cost, error=reported)

    def _undone(self, result: ExecutionResult, request: Request, cost: int) -> Answer:
        """An answer to a mutation of which nothing remains: no data, and each error, masked unless meant to be read."""
        entries = []
        code: FailureCode | None = None
        reported: BaseException | None = None
        for error in result.errors or ():
            original = error.original_error
            if original is None or isinstance(original, GraphQLError):
                code = known_code(error, FailureCode.BAD_USER_INPUT)
                entries.append(formatted(error, code, request.request_id))
            elif isinstance(_cause(original), asyncpg.CharacterNotInRepertoireError):
                code = FailureCode.BAD_USER_INPUT
                entries.append(formatted(_saying(UNSTORABLE, error), code, request.request_id))
            else:
                reported, code = original, FailureCode.INTERNAL
                entries.append(formatted(_saying(INTERNAL, error), code, request.request_id))
        body = orjson.dumps({"errors": entries, "data": None, "extensions": {"cost": self._cost(cost)}})
        return Answer(body, code, cost, error=reported)


def _for_a_purpose(principal: Principal, *, rows: bool) -> Principal:
    """The principal, if it may read rows of companies now; a regulator who asks for figures only works for those."""
    if principal.kind != "regulator" or principal.purpose is not None:
        return principal
    if rows:
        raise Failure(FailureCode.PURPOSE_REQUIRED, " / ".join(NO_PURPOSE))
    return _counting(principal)


@lru_cache(maxsize=1_024)
def _counting(principal: Principal) -> Principal:
    return replace(principal, purpose=Purpose.STATISTICS)


def _organisation(principal: Principal) -> UUID | None:
    return principal.tenant_id or principal.regulator_id


def _saying(message: str, error: GraphQLError) -> GraphQLError:
    """The error with another message, at the same place."""
    return GraphQLError(message, error.nodes, path=error.path, extensions=error.extensions)


def _cause(error: BaseException) -> BaseException:
    """What the driver reported, from under SQLAlchemy's wrapping."""
    if isinstance(error, DBAPIError) and error.orig is not None and error.orig.__cause__ is not None:
        return error.orig.__cause__
    return error


def _lost_a_race(error: BaseException) -> bool:
    """Whether another transaction was in the way, so that trying again can succeed."""
    return isinstance(_cause(error), asyncpg.SerializationError | asyncpg.DeadlockDetectedError)
