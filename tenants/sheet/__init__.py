"""Reading the spreadsheets companies really keep: any heading words, any date style, and nothing taken on trust."""

from tenants.sheet.file import ROW_LIMIT
from tenants.sheet.table import Column, Note, Problem, Reader, Row, Table, read
from tenants.sheet.values import spelled, words

__all__ = ["ROW_LIMIT", "Column", "Note", "Problem", "Reader", "Row", "Table", "read", "spelled", "words"]
