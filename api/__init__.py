"""The edge: HTTP, tokens and the command line. Protocols only; no business rule lives here."""
