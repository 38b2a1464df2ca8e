"""Party membership of staff (党员管理) in the contract: organisations, files, memberships, cases and figures."""

from schema.party import (
    activity,
    advisor,
    appointment,
    development,
    membership,
    organisation,
    privacy,
    quota,
    statistics,
    survey,
)

__all__ = [
    "activity",
    "advisor",
    "appointment",
    "development",
    "membership",
    "organisation",
    "privacy",
    "quota",
    "statistics",
    "survey",
]
