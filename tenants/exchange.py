"""One message to PostgreSQL and one reply: statements around one that asks, its parameters, the one value it gives.

asyncpg signs in, keeps the connection and knows its errors, but waits for a reply after every statement. For the
length of one exchange its connection's transport speaks to us instead: the extended query protocol (version 3.0)
takes any number of statements before the Sync that asks for the reply, and skips all that follow one that fails.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from struct import Struct
from typing import Any, Final
from uuid import UUID

import asyncpg

STATEMENTS_KEPT: Final = 128
"""Prepared statements a connection keeps; the one used longest ago leaves first. The plan of a large document takes
half a megabyte of the database's memory, so a flood of distinct ones must meet a limit there too.
"""
CANCEL_TIMEOUT_S: Final = 2.0

_INT4: Final = Struct("!i")
_INT2: Final = Struct("!H")
_NULL: Final = _INT4.pack(-1)

# Kinds of message in a reply.
_ROW, _ERROR, _READY = b"DEZ"
_DONE: Final = b"123CIns"
_UNASKED: Final = b"NSA"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + _INT4.pack(len(body) + 4) + body


def _parse(name: bytes, sql: str) -> bytes:
    return _message(b"P", name + b"\0" + sql.encode() + b"\0\0\0")


def _close(name: bytes) -> bytes:
    return _message(b"C", b"S" + name + b"\0")


_EXECUTE: Final = _message(b"E", b"\0\0\0\0\0")
_SYNC: Final = _message(b"S", b"")
_BIND_NOTHING: Final = _message(b"B", b"\0\0\0\0\0\0\0\0")


def plain(*statements: str) -> bytes:
    """Statements without parameters and without a value, as a part of a message."""
    return b"".join(_parse(b"", statement) + _BIND_NOTHING + _EXECUTE for statement in statements)


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection of asyncpg that can exchange one message for one value."""

    __slots__ = ("_exchange",)

    _exchange: "_Exchange"

    def is_closed(self) -> bool:
        """Whether it is of no more use, known as soon as its transport knows."""
        return bool(super().is_closed() or self._transport.is_closing())

    async def exchange(self, before: bytes, sql: str, parameters: Sequence[Any], after: bytes) -> bytes | None:
        """Run the statement between those `before` and `after`, all in one message; its one value, in binary.

        An error leaves a transaction that has to be ended. Whoever is cancelled here leaves the connection closed,
        and the server is told to stop. `Unheard` means that the connection broke before the server said anything.
        """
        try:
            exchange = self._exchange
        except AttributeError:
            exchange = self._exchange = _Exchange(self)
        waiter = exchange.begin(before, sql, parameters, after)
        try:
            return await waiter
        except asyncio.CancelledError:
            try:
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(CANCEL_TIMEOUT_S):
                        await self._cancel(asyncio.get_running_loop().create_future())
            finally:
                self.terminate()
            raise


class Unheard(asyncpg.ConnectionDoesNotExistError):  # type: ignore[misc]
    """The connection broke before the server said anything, so what reads only may be tried on another."""


class _Exchange(asyncio.Protocol):
    """Speaks on a connection's transport from a message to the end of its reply."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transport = connection._transport
        self._usual: asyncio.Protocol = connection._protocol
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[bytes | None] = self._loop.create_future()
        self._names: OrderedDict[str, bytes] = OrderedDict()
        self._named = 0
        self._to_close = b""
        # Of the reply that is awaited:
        self._sql = ""
        self._is_new = False
        self._value: bytes | None = None
        self._error: Exception | None = None
        self._heard = False
        self._pieces: list[bytes] = []
        self._missing = 0

    def begin(self, before: bytes, sql: str, parameters: Sequence[Any], after: bytes) -> asyncio.Future[bytes | None]:
        """Send the message; what the reply holds arrives in the future."""
        if self._connection.is_closed():
            raise Unheard("the connection is closed")
        name = self._names.get(sql)
        self._is_new = name is None
        if name is None:
            name = b"linli_%d" % self._named
            # Bound first: a parameter that cannot be written must leave no name behind.
            rest = _parse(name, sql) + _bind(name, parameters)
            self._keep(sql, name)
        else:
            self._names.move_to_end(sql)
            rest = _bind(name, parameters)
        message = b"".join((self._to_close, before, rest, _EXECUTE, after, _SYNC))
        self._to_close = b""
        self._waiter = self._loop.create_future()
        self._sql = sql
        self._value = self._error = None
        self._heard = False
        self._transport.set_protocol(self)
        self._transport.write(message)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        """Take the reply apart."""
        if self._pieces:
            self._pieces.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return
            data = b"".join(self._pieces)
            self._pieces.clear()
        at, size = 0, len(data)
        while size - at >= 5:
            end = at + 1 + _INT4.unpack_from(data, at + 1)[0]
            if end > size:
                break
            kind = data[at]
            if kind == _ROW:
                (width,) = _INT4.unpack_from(data, at + 7)
                self._value = None if width < 0 else data[at + 11 : at + 11 + width]
            elif kind == _ERROR:
                self._fail(data[at + 5 : end])
            elif kind == _READY:
                self._transport.set_protocol(self._usual)
                if end < size:
                    self._usual.data_received(data[end:])
                self._end(idle=data[at + 5 : end] == b"I")
                return
            elif kind in _DONE:
                self._heard = True
            elif kind not in _UNASKED:
                # Not what we asked for, so nothing after it can be trusted either.
                self._transport.abort()
                return
            at = end
        if at < size:
            self._pieces.append(data[at:])
            whole = 1 + _INT4.unpack_from(data, at + 1)[0] if size - at >= 5 else 5
            self._missing = whole - (size - at)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone, for asyncpg too."""
        self._usual.connection_lost(error)
        if not self._waiter.done():
            kind = asyncpg.ConnectionDoesNotExistError if self._heard else Unheard
            lost = kind("the connection was closed")
            lost.__cause__ = self._error or error
            self._waiter.set_exception(lost)

    def _keep(self, sql: str, name: bytes) -> None:
        """Remember the statement by its name; with too many, the one used longest ago is closed."""
        self._names[sql] = name
        self._named += 1
        if len(self._names) > STATEMENTS_KEPT:
            self._to_close += _close(self._names.popitem(last=False)[1])

    def _fail(self, body: bytes) -> None:
        fields = {part[:1].decode(): part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
        self._error = asyncpg.PostgresError.new(fields, query=self._sql)
        if self._is_new or isinstance(self._error, asyncpg.InvalidSQLStatementNameError):
            # The server may know it by its name or not; from now on neither of us does.
            name = self._names.pop(self._sql, None)
            if name is not None:
                self._to_close += _close(name)

    def _end(self, *, idle: bool) -> None:
        if self._waiter.done():
            return
        if self._error is not None:
            self._waiter.set_exception(self._error)
        elif idle:
            self._waiter.set_result(self._value)
        else:
            self._connection.terminate()
            self._waiter.set_exception(RuntimeError("the message left its transaction open"))


def _bind(name: bytes, parameters: Sequence[Any]) -> bytes:
    """Parameters as text, the value in binary."""
    parts = [b"\0", name, b"\0\0\0", _INT2.pack(len(parameters))]
    for parameter in parameters:
        if parameter is None:
            parts.append(_NULL)
        else:
            text = _text(parameter).encode()
            parts.append(_INT4.pack(len(text)))
            parts.append(text)
    parts.append(b"\0\x01\0\x01")
    return _message(b"B", b"".join(parts))


def _text(value: Any) -> str:
    """A value as PostgreSQL reads it."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "t" if value else "f"
    if kind in _WRITTEN:
        return str(value)
    if isinstance(value, Enum):
        return _text(value.value)
    if isinstance(value, _KINDS):
        return str(value)
    if isinstance(value, list | tuple):
        items = ",".join(["NULL" if item is None else _quoted(_text(item)) for item in value])
        return f"{{{items}}}"
    raise TypeError(f"a parameter cannot be a {kind.__name__}")


_KINDS: Final = (str, UUID, int, Decimal, date)
_WRITTEN: Final = frozenset({*_KINDS, datetime})
"""Kinds whose own text PostgreSQL reads; asyncpg's rows hold kinds derived from them."""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
