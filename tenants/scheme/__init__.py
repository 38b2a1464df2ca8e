"""Schemes as data (评定方案、信用评价标准), and the one engine that scores by them.

row = await registry.in_force(scope, purpose, subject, path, day)
document = registry.document_in(row)          # what the scheme says
check(document, minimum_party_share)          # its problems; none, and it may be published
result = score(document, Inputs(...), as_of)  # explains itself: total, printed, band, sections, canonical
document.points_for("B-03")                   # the points that a new record of an item gets
"""

from tenants.scheme import registry
from tenants.scheme.check import check
from tenants.scheme.document import Document, GroupKind, Purpose
from tenants.scheme.indicator import Subject
from tenants.scheme.inputs import Entry, Inputs, Occurrence, Term
from tenants.scheme.registry import Scheme, SchemeDraft, SchemeRetirement, SchemeState
from tenants.scheme.result import Because, Result, Why
from tenants.scheme.score import score

__all__ = [
    "Because",
    "Document",
    "Entry",
    "GroupKind",
    "Inputs",
    "Occurrence",
    "Purpose",
    "Result",
    "Scheme",
    "SchemeDraft",
    "SchemeRetirement",
    "SchemeState",
    "Subject",
    "Term",
    "Why",
    "check",
    "registry",
    "score",
]
