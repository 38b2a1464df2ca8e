"""The font of printed notices: Noto Sans SC, cut down to the characters that Chinese notices are written with.

Run as a program it makes the font file again from the whole font that README.md names:
`python -m infra.data.font NotoSansSC_400Regular.ttf`.
"""

import sys
from pathlib import Path
from typing import Final

from infra.data import divisions

FILE: Final = Path(__file__).with_name("NotoSansSC-notice.ttf")
LICENCE: Final = Path(__file__).with_name("NotoSansSC-OFL.txt")

# Outside GB 2312, and met in the names of estates, companies and people.
NAMES: Final = "堃喆垚翀赟昇烜玥珺琰璟瓘祎祺禛筠粼芃苼莳薏豳赑邗鄞鎏镕锜锴雱霂颀顼飏骐髙龢犇羴鱻焱燚珑玺樾郦澜麓墅囍"

SIGNS: Final = "·–—―…•※×÷°²³½㎡㎥㎞℃™©®№→←↑↓★☆"


def characters() -> set[str]:
    """GB 2312 with its punctuation, ASCII, every character in the name of a division, and what names need besides."""
    rows = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    gb2312 = "".join(pair.decode("gb2312", "ignore") for pair in rows)
    places = "".join(name for _, name in divisions.read()) + divisions.COMMUNITIES.read_text(encoding="utf-8")
    return {*gb2312, *map(chr, range(0x20, 0x7F)), *places, *NAMES, *SIGNS} - {"\n"}


def build(whole: Path) -> None:
    """Write the font file: outlines and widths, without hints and without what only layout engines use."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "GPOS", "GSUB", "GDEF", "gasp"]
    font = TTFont(whole, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, characters())))
    subsetter.subset(font)
    font.save(FILE)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
