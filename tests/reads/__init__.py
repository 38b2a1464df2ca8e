"""Compiled reads give what the declarations say: proved against a reference that resolves field by field."""
