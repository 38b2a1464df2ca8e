"""`python -m tests.performance` is the command behind `make bench`."""

from tests.performance.bench import main

main()
