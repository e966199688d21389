#!/usr/bin/env python3
"""Cuts the fonts in style/fonts/ out of Adobe's variable originals.

Run it when the course needs a character that the fonts lack:

    npm pack source-sans@3.52.0 source-code-pro@2.42.0    # and unpack both
    pip install fonttools==4.68.0 brotli==1.2.1
    python3 style/subset-fonts.py SourceSans3VF-Upright.ttf SourceCodeVF-Upright.ttf

The licence reserves the name "Source" for the originals, so the files call
themselves by another name inside. Digits of both are of one width as they
are: no feature has to be switched on for tables.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN = [*range(0x20, 0x7F), 0xA0, *range(0xA7, 0xAA), 0xAB, 0xAD, *range(0xB0, 0x100), 0x131, 0x152, 0x153]
TEXT = "\u2009\u200a\u2011\u202f‐–—‘’‚“”„†•…‰′″‹›⁄€™"
MATHS = "∂∑−√∞≈≠≤≥ΔΣαθλμρστ"
SIGNS = "←↑→↓■□▲▶►▼◀◊○●✓✗"
SANS = [*LATIN, *map(ord, TEXT + MATHS + SIGNS)]
CODE = [*range(0x20, 0x7F), *map(ord, "\u00a0·×–‘’“”…→−≈≤≥")]


def cut(original: str, name: str, characters: list[int], features: list[str]) -> None:
    options = subset.Options(
        flavor="woff2", layout_features=features, hinting=False, desubroutinize=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )
    font = TTFont(original)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = name.replace(" ", "") if record.nameID == 6 else name
    out = Path(__file__).parent / "fonts" / (name.lower().replace(" ", "-") + ".woff2")
    font.flavor = "woff2"
    font.save(out)
    missing = [chr(c) for c in characters if c not in font.getBestCmap()]
    print(f"{out}: {out.stat().st_size} bytes, not in the original: {' '.join(missing) or 'none'}")


sans, code = sys.argv[1:]
cut(sans, "Headroom Sans", SANS, ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "subs", "sups"])
cut(code, "Headroom Code", CODE, ["kern", "mark", "mkmk", "ccmp"])
