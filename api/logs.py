"""One JSON line an event, cheap to write, without tokens, personal data, document text or variables."""

import logging
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import StatementError

REDACTED = "‹…›"


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send what this process logs, and what its libraries log, to one stream as JSON."""
    stream = stream or sys.stdout
    severity = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _with_trace, _rendered],
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        logger_factory=structlog.BytesLoggerFactory(stream.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _with_trace, _text],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries speak up only when something is wrong: their chatter may quote what a caller sent.
    root.setLevel(max(severity, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"


def trace(error: BaseException, sent: object = None) -> list[dict[str, Any]]:
    """An exception and its causes, outermost first: types, places in the code, and messages.

    What the caller sent is cut out of the messages, and so is what the database quotes from its rows.
    """
    secrets = sorted(set(_texts(sent)), key=len, reverse=True)
    return [
        {
            "type": f"{type(each).__module__}.{type(each).__qualname__}",
            "message": _without(secrets, _message(each)),
            "frames": [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(each.__traceback__)
            ],
        }
        for each in _chain(error)
    ]


def _message(error: BaseException) -> str:
    if isinstance(error, asyncpg.PostgresError):
        # Its detail and hint quote rows; the rest names the rule that was broken.
        named = (getattr(error, "table_name", None), getattr(error, "constraint_name", None))
        return " ".join(filter(None, (error.sqlstate, error.args[0] if error.args else "", *named)))
    if isinstance(error, StatementError):
        return ""  # it repeats the statement with its parameters; its cause follows
    if isinstance(getattr(error, "__cause__", None), asyncpg.PostgresError):
        return ""  # a wrapper that repeats the whole text of its cause
    return str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _texts(value: object) -> Iterator[str]:
    """Every text and number in a JSON value, long enough to mean something."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value)
        if len(text) > 1:
            yield text
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from _texts(each)


def _without(secrets: list[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


def _with_trace(_logger: object, _method: str, event: Any) -> Any:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    sent = event.pop("sent", None)
    if isinstance(error, BaseException):
        event["trace"] = trace(error, sent)
    return event


def _rendered(_logger: object, _method: str, event: Any) -> bytes:
    return orjson.dumps(event, default=str)


def _text(_logger: object, _method: str, event: Any) -> str:
    return orjson.dumps(event, default=str).decode()
