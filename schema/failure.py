"""A whole request that is refused: which code, what a person reads, and nothing about the inside of the server."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from graphql import GraphQLError


class FailureCode(StrEnum):
    """Every `extensions.code` of a top-level error; clients may rely on these names."""

    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
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
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAVAILABLE = "UNAVAILABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"


class Failure(Exception):
    """The request has no data, only errors: all of one code, each with a message and, where known, a place."""

    def __init__(self, code: FailureCode, message: str | Sequence[GraphQLError], /, **extensions: object) -> None:
        errors = (GraphQLError(message),) if isinstance(message, str) else tuple(message)
        super().__init__(code.value)
        self.code = code
        self.errors = errors
        self.extensions = extensions

    def formatted(self, request_id: str) -> list[dict[str, Any]]:
        """The `errors` of the response."""
        return [
            {
                "message": error.message,
                **({"locations": [place._asdict() for place in error.locations]} if error.locations else {}),
                **({"path": list(error.path)} if error.path else {}),
                "extensions": {
                    **(error.extensions or {}),
                    "code": self.code.value,
                    "requestId": request_id,
                    **self.extensions,
                },
            }
            for error in self.errors
        ]
