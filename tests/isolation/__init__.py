"""The proof that no row of one company reaches another, its targets taken from the catalogue and from the schema."""
