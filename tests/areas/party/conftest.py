"""A Party ledger per module, and a clock that can be put forward."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

import tenants.row
from tests.areas.party.ledger import Ledger
from tests.areas.town import Town


@pytest.fixture(scope="module")
async def ledger(town: Town) -> Ledger:
    """The module's first company with its officer and branch."""
    return await Ledger.begin(town)


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Put the application's clock to a day: what will be due next year can be done in a test."""
    started = tenants.row.today()

    def put(day: date) -> None:
        shift = timedelta(days=(day - started).days)

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> "Shifted":
                real = datetime.now(tz) + shift
                return cls.fromtimestamp(real.timestamp(), tz)

        monkeypatch.setattr(tenants.row, "datetime", Shifted)

    return put
