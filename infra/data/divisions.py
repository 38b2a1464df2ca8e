"""The divisions of mainland China as last published, in 2023: every province, city, county and street.

Run as a program it makes the data file again, byte for byte, from the four tables that README.md names:
`python -m infra.data.divisions FOLDER`.
"""

import csv
import lzma
import sys
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("divisions.csv.xz")
COMMUNITIES: Final = Path(__file__).with_name("communities-370402.csv")
TABLES: Final = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv")


def read() -> list[tuple[str, str]]:
    """Code and name of every division, a parent always before its children."""
    lines = lzma.decompress(FILE.read_bytes()).decode().splitlines()
    rows = [(code, name) for code, _, name in (line.partition(",") for line in lines)]
    return sorted(rows, key=lambda row: len(row[0]))


def build(folder: Path) -> bytes:
    """The data file made from the four tables in `folder`: sorted lines `code,name`, compressed without a date."""
    names: dict[str, str] = {}
    for table in TABLES:
        with (folder / table).open(encoding="utf-8", newline="") as file:
            names |= {row["code"]: row["name"].strip() for row in csv.DictReader(file)}
    text = "".join(f"{code},{names[code]}\n" for code in sorted(names))
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    FILE.write_bytes(build(Path(sys.argv[1])))
