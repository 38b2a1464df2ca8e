"""No organisation takes every connection: one that asks for too much at once waits, and the others do not."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tenants.errors import Unavailable


@dataclass(slots=True)
class _Line:
    """The turns one organisation has taken, and those that wait for one."""

    taken: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Turns:
    """At most `at_once` turns for one key; at most `waiting` more wait for `timeout_s`, the rest are refused."""

    def __init__(self, at_once: int, waiting: int, timeout_s: float) -> None:
        self._at_once = at_once
        self._waiting = waiting
        self._timeout_s = timeout_s
        self._lines: dict[Hashable, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    async def take(self, key: Hashable) -> None:
        """Take a turn, or raise `Unavailable`."""
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        if line.taken < self._at_once:
            line.taken += 1
            return
        if len(line.waiting) >= self._waiting:
            raise Unavailable("too many requests of one organisation are waiting")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            async with asyncio.timeout(self._timeout_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.give_back(key)  # the turn came at the moment we stopped waiting
            else:
                with suppress(ValueError):  # given back and passed over in the same moment
                    line.waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise Unavailable("too many requests of one organisation at once") from None
            raise

    def give_back(self, key: Hashable) -> None:
        """End a turn; the one that has waited longest begins."""
        line = self._lines[key]
        while line.waiting:
            turn = line.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        line.taken -= 1
        if not line.taken:
            del self._lines[key]

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """A turn that is given back whatever happens in it; `Unavailable` when there is none."""
        await self.take(key)
        try:
            yield
        finally:
            self.give_back(key)
