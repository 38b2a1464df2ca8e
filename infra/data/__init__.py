"""Facts that ship with the code, each with its provenance in the README beside it."""
