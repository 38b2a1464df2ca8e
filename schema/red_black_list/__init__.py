"""Red and black lists (红黑榜) in the contract: prepared, publicised, objected to and published."""

from schema.red_black_list import lists

__all__ = ["lists"]
