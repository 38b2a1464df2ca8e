"""A wire between a client and PostgreSQL that breaks where a test says: before a statement, or before its reply."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Break = Literal["before the statement", "before the reply"]

_EXECUTE, _QUERY = b"EQ"
_COMPLETE = b"SQHXpdcf"
"""Messages that end what a client sends before it waits; those in between are held until one comes."""


class Wire:
    """Passes everything on, counts the statements that are run, and breaks at one of them."""

    def __init__(self, server: str, kill: Callable[[], Awaitable[None]]) -> None:
        self._server = server
        self._kill = kill
        self._killed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._at: int | None = None
        self._how: Break = "before the statement"
        self.statements = 0
        self.broken = False

    def break_at(self, statement: int | None, how: Break = "before the statement") -> None:
        """Kill the backend at the n-th statement from now on, once; None: never."""
        self.statements, self.broken = 0, False
        self._killed.clear()
        self._at, self._how = statement, how

    async def settled(self) -> bool:
        """Whether the wire broke; if it did, the backend is gone."""
        if self.broken:
            await self._killed.wait()
        return self.broken

    async def _break(self) -> None:
        self.broken = True
        await self._kill()
        self._killed.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client."""
        answers, asks = await asyncio.open_unix_connection(self._server)
        silent = asyncio.Event()
        back = asyncio.create_task(self._back(answers, writer, silent))
        self._tasks.add(back)
        back.add_done_callback(self._tasks.discard)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            length = await reader.readexactly(4)
            asks.write(length + await reader.readexactly(int.from_bytes(length) - 4))
            group = b""
            executes = False
            while True:
                head = await reader.readexactly(5)
                group += head + await reader.readexactly(int.from_bytes(head[1:]) - 4)
                executes |= head[0] in (_EXECUTE, _QUERY)
                if head[0] in _COMPLETE:
                    await self._pass(group, asks, silent, executes=executes)
                    group, executes = b"", False
        asks.close()

    async def _pass(self, group: bytes, asks: asyncio.StreamWriter, silent: asyncio.Event, *, executes: bool) -> None:
        self.statements += executes
        breaks = executes and self.statements == self._at and not self.broken
        if breaks and self._how == "before the statement":
            await self._break()
        if breaks and self._how == "before the reply":
            silent.set()
        asks.write(group)
        await asks.drain()

    async def _back(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await answers.read(65_536):
                if silent.is_set():
                    # The server has answered; the client never hears of it.
                    await self._break()
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire(url: str, kill: Callable[[], Awaitable[None]]) -> AsyncIterator[tuple[str, Wire]]:
    """A wire to the server of `url`, a URL with a socket's directory, and the URL that leads through it."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    socket = f".s.PGSQL.{options.get('port', '5432')}"
    made = Wire(f"{options['host']}/{socket}", kill)
    # A short path, as a socket's must be.
    with TemporaryDirectory() as directory:
        listening = await asyncio.start_unix_server(made.serve, f"{directory}/{socket}")
        try:
            yield urlunsplit(parts._replace(query=urlencode(options | {"host": directory}))), made
        finally:
            listening.close()
