"""Credit (信用) in the contract: records with due process, their history, and scores that explain themselves."""

from schema.credit import record, score

__all__ = ["record", "score"]
