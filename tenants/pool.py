"""The reading connections of a process: a free one costs no task and no timer, and the wait for one is bounded."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from tenants.errors import Unavailable


class Pool:
    """At most `size` connections; at most `waiting` callers wait for one, `timeout_s` at most, the rest are refused.

    A connection is handed out as it comes back: whoever uses it ends its transaction, or terminates it.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], *, size: int, waiting: int, timeout_s: float) -> None:
        self._connect = connect
        self.size = size
        self._waiting_limit = waiting
        self._timeout_s = timeout_s
        self._idle: list[Any] = []
        self._made: set[Any] = set()
        self._open = 0
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._closed = False
        self._all_back = asyncio.Event()

    async def take(self) -> Any:
        """A connection: the one used last, since it is the warmest. Raises `Unavailable` when none comes free."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._made.discard(connection)
            self._open -= 1
        if self._closed:
            raise Unavailable("the server is stopping")
        if self._open < self.size:
            self._open += 1
            return await self._opened()
        connection = await self._waited()
        return await self._opened() if connection is None else connection

    def give_back(self, connection: Any) -> None:
        """Free a connection for the caller that has waited longest."""
        if self._closed:
            connection.terminate()
        usable = not connection.is_closed()
        if not usable:
            self._made.discard(connection)
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                # The place of a connection that is closed is handed on too: the waiter opens one anew.
                waiting.set_result(connection if usable else None)
                return
        if usable:
            self._idle.append(connection)
        else:
            self._free_place()

    async def close(self, timeout_s: float) -> None:
        """Refuse whoever waits, close what is idle, and give what is in use a moment to come back before it is cut."""
        self._closed = True
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(Unavailable("the server is stopping"))
        idle, self._idle = self._idle, []
        for connection in idle:
            self._open -= 1
            self._made.discard(connection)
            with suppress(Exception):
                await connection.close(timeout=timeout_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s if self._open else 0):
                await self._all_back.wait()
        for connection in self._made:
            connection.terminate()

    async def _opened(self) -> Any:
        """A new connection at a place that was counted already."""
        try:
            connection = await self._connect()
        except BaseException:
            self._pass_on()
            raise
        self._made.add(connection)
        return connection

    async def _waited(self) -> Any:
        """What comes back first, or None for its place."""
        if len(self._waiting) >= self._waiting_limit:
            raise Unavailable("too many requests are waiting for the database")
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await waiting
        except BaseException as error:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                # It came at the moment we stopped waiting.
                connection = waiting.result()
                if connection is None:
                    self._pass_on()
                else:
                    self.give_back(connection)
            else:
                with suppress(ValueError):
                    self._waiting.remove(waiting)
            if isinstance(error, TimeoutError):
                raise Unavailable("all database connections are busy") from None
            raise

    def _pass_on(self) -> None:
        """Give up a place that holds no connection: the caller that waits opens one there, or it is free."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free_place()

    def _free_place(self) -> None:
        self._open -= 1
        if self._closed and not self._open:
            self._all_back.set()
