"""A whole request that is refused: which code, what a person reads, and nothing about the inside of the server."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import orjson
from graphql import GraphQLError


class FailureCode(StrEnum):
    """Every `extensions.code` of a top-level error; clients may rely on these names."""

    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    CONFLICT = "CONFLICT"
    COST_EXCEEDED = "COST_EXCEEDED"
    FORBIDDEN = "FORBIDDEN"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    INTERNAL = "INTERNAL"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    NOT_FOUND = "NOT_FOUND"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    PURPOSE_REQUIRED = "PURPOSE_REQUIRED"
    RATE_LIMITED = "RATE_LIMITED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAVAILABLE = "UNAVAILABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"


def known_code(error: GraphQLError, otherwise: FailureCode) -> FailureCode:
    """The code that an error names itself, if it does."""
    code = (error.extensions or {}).get("code")
    return FailureCode.__members__.get(str(code), otherwise)


def formatted(error: GraphQLError, code: FailureCode, request_id: str, **extensions: object) -> dict[str, Any]:
    """An error as an entry of `errors`: its own extensions kept, the code and the request's id always there."""
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        entry["path"] = list(error.path)
    entry["extensions"] = {**(error.extensions or {}), **extensions, "code": code.value, "requestId": request_id}
    return entry


class Failure(Exception):
    """The request has no data, only errors: all of one code, each with a message and, where known, a place."""

    def __init__(self, code: FailureCode, message: str | Sequence[GraphQLError], /, **extensions: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.errors = (GraphQLError(message),) if isinstance(message, str) else tuple(message)
        self.extensions = extensions

    def body(self, request_id: str, **response: object) -> bytes:
        """The response, with `response` as further top-level entries."""
        errors = [formatted(error, self.code, request_id, **self.extensions) for error in self.errors]
        return orjson.dumps({"errors": errors, **response})
