"""The worker: the platform's own jobs, each at its time, by whichever process is there; `linli worker`, `linli demo`.

pgqueuer keeps in the same database when a job runs next, and lets one process at a time have it. It reaches the
database only as `_Ours` does: each statement in a transaction of the worker's role, opened where all are opened.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final, Self
from uuid import UUID

import structlog
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.core.tm import TaskManager
from pgqueuer.models import Schedule

from api.open_days.sweeping import swept
from api.start import JOB_STATEMENT_TIMEOUT_MS
from infra.files import Files, Lost
from infra.postgres import app_url
from infra.settings import Settings
from tenants import daily
from tenants.division import WORKER
from tenants.errors import Unavailable
from tenants.party import statistics
from tenants.row import today
from tenants.scope import Database

log = structlog.get_logger()

EVERY_NIGHT: Final = "5 16 * * *"
"""pgqueuer counts in UTC: five past midnight in China."""

AGAIN_S: Final = 10
"""How long the worker waits for a database that is away."""


class _Ours:
    """pgqueuer's way to the database: each statement as the worker, which may do nothing else to its tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.shutdown = asyncio.Event()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows of a statement."""
        async with self._database.writing(WORKER) as scope:
            return [dict(row) for row in await scope.connection.fetch(query, *args)]

    async def execute(self, query: str, *args: object) -> str:
        """The status of a statement."""
        async with self._database.writing(WORKER) as scope:
            return str(await scope.connection.execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        """Schedules need no notification."""
        raise NotImplementedError("only schedules are used")

    async def add_listener(self, channel: str, callback: Any) -> None:
        """Schedules need no notification."""
        raise NotImplementedError("only schedules are used")

    @property
    def tm(self) -> TaskManager:
        """Tasks of pgqueuer's own."""
        return TaskManager()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held between two statements."""


async def work(database: Database, storage: Files, stop: asyncio.Event) -> None:
    """Do the daily job now, in case a night was missed, and then every night, until told to stop."""
    while not stop.is_set():
        try:
            await _day(database, storage)
            schedules = SchedulerManager(Queries(_Ours(database)))
            schedules.shutdown = stop

            @schedules.schedule("daily", EVERY_NIGHT)
            async def night(_: Schedule) -> None:
                await _day(database, storage)

            await schedules.run()
        except Unavailable as error:
            log.warning("worker", waits_for=error.reason)
            await _either(stop, AGAIN_S)


async def _day(database: Database, storage: Files) -> None:
    done = await daily.run(database, failed=_failed)
    log.info("daily", **asdict(done))
    published = await statistics.publish_ended(database, today())
    if published is not None:
        log.info("party_figures", as_on=str(published.as_on), figures=published.figures, withheld=published.withheld)
    try:
        log.info("photos", swept=await swept(database, storage))
    except Lost as error:  # what is left behind today is swept tomorrow
        log.warning("photos", waits_for=str(error))


def _failed(tenant_id: UUID, error: Exception) -> None:
    """The other companies still have their turn; the next night tries again."""
    log.error("daily", tenant_id=str(tenant_id), exc_info=error)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Work with connections of one's own."""
    database = await Database.open(
        app_url(settings), pool_size=1, write_pool_size=3, statement_timeout_ms=JOB_STATEMENT_TIMEOUT_MS
    )
    try:
        await work(database, Files.of(settings), stop)
    finally:
        await database.close()


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """A worker in a thread of its own while the block runs: for the demo, which is one process."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def main() -> None:
        asyncio.set_event_loop(loop)
        started.set()
        try:
            loop.run_until_complete(run(settings, stop))
        except Exception as error:  # the demo serves on; its log says why nothing is marked overdue
            log.error("worker", exc_info=error)
        finally:
            loop.close()

    thread = threading.Thread(target=main, name="worker", daemon=True)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
            thread.join(settings.shutdown_grace_s)
