"""Ratings (评定) in the contract: cycles, what takes part in them, and what comes out."""

from schema.rating import case, cycle, score

__all__ = ["case", "cycle", "score"]
