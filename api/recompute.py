"""Credit worked out anew by several processes: a score is made of exact arithmetic, which one core does at a time."""

from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context

from api import start
from infra.settings import Settings
from tenants.credit import sweep
from tenants.credit.sweep import Recomputed


def recompute(settings: Settings, since: date, workers: int, say: start.Say) -> Recomputed:
    """Share all companies among so many workers, each with connections of its own; what they did together."""
    if workers == 1:
        return _share(settings, since, workers, 0, say)
    start.require_schema(settings, say)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        parts = list(pool.map(partial(_share, settings, since, workers), range(workers)))
    return Recomputed(sum(part.companies for part in parts), sum(part.written for part in parts))


def _share(settings: Settings, since: date, workers: int, share: int, say: start.Say = lambda _: None) -> Recomputed:
    return start.work(settings, say, lambda database: sweep.recompute(database, since, share=share, of=workers))
