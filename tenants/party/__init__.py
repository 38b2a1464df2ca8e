"""Party membership of staff (党员管理): organisations, files, memberships, development cases and figures."""

from tenants.party import (
    activity,
    advisor,
    appointment,
    development,
    due,
    membership,
    organisation,
    privacy,
    quota,
    retention,
    statistics,
    survey,
    transfer,
)

__all__ = [
    "activity",
    "advisor",
    "appointment",
    "development",
    "due",
    "membership",
    "organisation",
    "privacy",
    "quota",
    "retention",
    "statistics",
    "survey",
    "transfer",
]
