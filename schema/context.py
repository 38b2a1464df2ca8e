"""What a mutation's root field knows of the request: `info.context`."""

from dataclasses import dataclass

from tenants.errors import Locale
from tenants.scope import Scope


@dataclass(frozen=True, slots=True)
class Context:
    """The one transaction of the operation, who asks, and how to speak to them."""

    scope: Scope
    locale: Locale
    request_id: str
    alone: bool
    """The operation has one root field: a refused rule rolls everything back, and no savepoint is needed."""
