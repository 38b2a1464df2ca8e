"""Figures of Party work (党建统计): published so that none tells of a person; reports R-01 to R-03."""

from tenants.party.statistics.composition import NewComposition, compose
from tenants.party.statistics.publication import Published, publish, publish_ended
from tenants.party.statistics.reports import COVERAGE, COVERAGE_BY_FORMATION, CROSS_APPOINTMENT, FUNNEL
from tenants.party.statistics.tables import CommitteeComposition, PartyFigure, PartyFigureBlock, PartyMeasure

__all__ = [
    "COVERAGE",
    "COVERAGE_BY_FORMATION",
    "CROSS_APPOINTMENT",
    "FUNNEL",
    "CommitteeComposition",
    "NewComposition",
    "PartyFigure",
    "PartyFigureBlock",
    "PartyMeasure",
    "Published",
    "compose",
    "publish",
    "publish_ended",
]
