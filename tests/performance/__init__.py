"""How fast Linli is beside others, on one machine, one database and one set of data: `make bench`."""
