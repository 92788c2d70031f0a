"""Make the faces of the printed pages from their originals: `python documents/fonts/build.py FOLDER`.

FOLDER holds Noto Sans and NanumGothic (SIL Open Font License 1.1) and Droid Sans Fallback (Apache License 2.0)
as TrueType files, as Debian's packages fonts-noto-core, fonts-noto-mono, fonts-nanum and fonts-droid-fallback
have them. Each is reduced to the characters that names are written in, with its shaping rules and without hinting,
which paper does not need. Of Chinese and Japanese it keeps the common characters: GB 2312, Big5's first level,
JIS X 0208. A reduced NanumGothic must not bear its reserved name: it is called Slip Korean. Needs fontTools.
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x530), *range(0x1E00, 0x2070),
         *range(0x20A0, 0x20C1), *range(0x2100, 0x2150), *range(0x2190, 0x219A), 0x2212]
ASCII = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028)]
WHOLE = [*range(0x20, 0x7F), *range(0x590, 0x780), *range(0x8A0, 0xA00), *range(0xB80, 0xC00),
         *range(0xE00, 0xE80), *range(0x1CD0, 0x1D00), *range(0x2000, 0x2070), 0x25CC, *range(0xA8E0, 0xA900),
         *range(0xFB1D, 0xFE00), *range(0xFE70, 0xFF00)]


def common_ideographs() -> list[int]:
    """GB 2312, Big5's frequent level and JIS X 0208, with kana and full-width signs."""
    points = set(range(0x3000, 0x3100)) | set(range(0xFF01, 0xFFEF))
    for codec, high in (("gb2312", range(0xB0, 0xF8)), ("euc_jp", range(0xB0, 0xF5)), ("big5", range(0xA4, 0xC7))):
        low = range(0xA1, 0xFF) if codec != "big5" else [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
        for first in high:
            for second in low:
                points.update(map(ord, bytes((first, second)).decode(codec, "ignore")))
    return sorted(points)


FACES = {
    "NotoSans-Regular": LATIN, "NotoSans-Bold": LATIN, "NotoSansMono-Regular": ASCII,
    **{f"NotoSans{script}-{weight}": WHOLE for weight in ("Regular", "Bold")
       for script in ("Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai")},
    "DroidSansFallbackFull": common_ideographs(),
    "NanumGothic": [*range(0x1100, 0x1200), *range(0x3131, 0x318F), *range(0xAC00, 0xD7A4)],
}


RENAMED = {"NanumGothic": "SlipKorean"}


def build(folder: Path) -> None:
    options = subset.Options(hinting=False, layout_features=["*"], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
                             notdef_outline=True, recalc_timestamp=False, glyph_names=False)
    for name, points in FACES.items():
        source = next(folder.rglob(f"{name}.ttf"))
        font = TTFont(source, recalcTimestamp=False)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=points)
        cutter.subset(font)
        _set_height(font, (1.05, 0.45) if "Arabic" in name else (0.96, 0.26))
        target = HERE / f"{RENAMED.get(name, name)}.ttf"
        if name in RENAMED:
            for record in font["name"].names:
                record.string = RENAMED[name]
        font.save(target)
        print(f"{target.name:32}{target.stat().st_size:10,}")


def _set_height(font: TTFont, height: tuple[float, float]) -> None:
    """Above and below the line in em. Noto's own (1.4 and 2.1 em in all) leave room for stacked marks of every
    script; xhtml2pdf would never set lines closer than that, whatever the template says."""
    above, below = (round(part * font["head"].unitsPerEm) for part in height)
    font["hhea"].ascent = font["OS/2"].sTypoAscender = above
    font["hhea"].descent = font["OS/2"].sTypoDescender = -below
    font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0


if __name__ == "__main__":
    build(Path(sys.argv[1]))
