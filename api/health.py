"""Whether the process is alive, and whether it can do its work: two different questions with two addresses."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else one sentence that says what is wrong."""

CHECK_TIMEOUT_S = 2.0


async def alive(_: Request) -> Response:
    """The event loop turns: a restart would not help with anything else."""
    return _answer(200, "alive")


class Ready:
    """Whether requests should be sent here: the database answers, and its schema is the one this code needs."""

    def __init__(self, check: Check) -> None:
        self._check = check

    async def answer(self, _: Request) -> Response:
        """Ask the database, for a short time."""
        try:
            problem = await asyncio.wait_for(self._check(), CHECK_TIMEOUT_S)
        except TimeoutError:
            problem = "数据库没有及时响应。 / The database does not answer in time."
        if problem is None:
            return _answer(200, "ready")
        return _answer(503, "not ready", problem, {"retry-after": "2"})


def _answer(status: int, state: str, problem: str | None = None, headers: dict[str, str] | None = None) -> Response:
    body = {"status": state} if problem is None else {"status": state, "problem": problem}
    return Response(orjson.dumps(body), status, headers, "application/json")
