"""The errands there are, by mutation."""

from collections.abc import Awaitable, Callable
from typing import Any

from tenants.scope import Principal
from tests.areas.town import Town

Input = dict[str, Any]
Make = Callable[[Town], Awaitable[tuple[Principal, Input]]]

MADE: dict[str, Make] = {}


def errand(make: Make) -> Make:
    """Names the mutation as the function is named."""
    words = make.__name__.split("_")
    MADE[words[0] + "".join(word.title() for word in words[1:])] = make
    return make
