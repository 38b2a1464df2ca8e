"""Where Linli runs: its settings, its embedded PostgreSQL, and the data files it ships."""
