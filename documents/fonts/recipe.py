"""Make the faces of the printed pages again: `python documents/fonts/recipe.py FOLDER`. Needs fontTools.

FOLDER holds the originals, fetched as README.md beside this file says. Each face is one static weight with
TrueType outlines, which is what xhtml2pdf can embed, reduced to the characters that names are written in and to
the shaping rules that HarfBuzz applies unasked. Hinting goes: paper does not need it. So do kerning and ligatures
of the plain faces: xhtml2pdf sets without them, and what is stamped must stand where it was laid out.

Chinese, Japanese and Korean come in one weight, Medium, that stands beside both others, and keep what is common
there, about 6 MB in all:
* Simplified Chinese: GB 2312, both levels; Traditional Chinese: Big5 level 1, its 5,401 frequent characters; both
  with the characters beyond these that parents like to choose;
* Japanese: kana, signs and JIS X 0208 level 1; of level 2, and of the 360 surnames' variants that Windows added,
  what the two Chinese faces have not got;
* Korean: KS X 1001's 2,350 syllables, and the others that a name can hold: no double consonant at the head, no
  cluster at the foot.
"""
import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
ASCII = range(0x20, 0x7F)
LATIN = (ASCII, range(0xA0, 0x2E5), range(0x2EA, 0x34F), range(0x350, 0x530), range(0x1E00, 0x200B),
         range(0x2010, 0x2028), range(0x202F, 0x2060), range(0x20A0, 0x20C0), range(0x2100, 0x2150),
         range(0x2190, 0x219A), range(0x2C60, 0x2C80), range(0xA720, 0xA800), [0x2212, 0x25CC])
SHARED = (0x20, 0xA0, 0x200C, 0x200D, 0x200E, 0x200F, 0x25CC)       # blanks, joiners, and a seat for lone marks
BLOCKS = {
    "Arabic": (range(0x600, 0x700), range(0x750, 0x780), range(0x8A0, 0x900), range(0xFB50, 0xFE00),
               range(0xFE70, 0xFF00)),
    "Hebrew": (range(0x590, 0x600), range(0xFB1D, 0xFB50), [0x20AA]),
    "Devanagari": (range(0x900, 0x980), range(0x1CD0, 0x1D00), range(0xA8E0, 0xA900)),
    "Bengali": (range(0x964, 0x966), range(0x980, 0xA00)),
    "Tamil": (range(0x964, 0x966), range(0xB80, 0xC00)),
    "Thai": (range(0xE00, 0xE80),),
    "Armenian": (range(0x530, 0x590), range(0xFB13, 0xFB18)),
    "Ethiopic": (range(0x1200, 0x13A0), range(0x2D80, 0x2DE0), range(0xAB00, 0xAB30)),
    "Georgian": (range(0x10A0, 0x1100), range(0x1C90, 0x1CC0), range(0x2D00, 0x2D30)),
    "Gujarati": (range(0x964, 0x966), range(0xA80, 0xB00)),
    "Gurmukhi": (range(0x964, 0x966), range(0xA00, 0xA80)),
    "Kannada": (range(0x964, 0x966), range(0xC80, 0xD00)),
    "Khmer": (range(0x1780, 0x17B4), range(0x17B6, 0x1800), range(0x19E0, 0x1A00)),     # not two unwritten vowels
    "Lao": (range(0xE80, 0xF00),),
    "Malayalam": (range(0x964, 0x966), range(0xD00, 0xD80)),
    "Myanmar": (range(0x1000, 0x10A0), range(0xA9E0, 0xAA00), range(0xAA60, 0xAA80)),
    "Sinhala": (range(0x964, 0x966), range(0xD80, 0xE00)),
    "Telugu": (range(0x964, 0x966), range(0xC00, 0xC80)),
    "Thaana": (range(0x780, 0x7C0), [0x60C, 0x61B, 0x61F]),
    "Tibetan": (range(0xF00, 0x1000),),                             # regular alone: half a megabyte
}
CHOSEN_NAMES = ("玥喆堃珺翀瑄璟旸晞旻翊煊婳姮媗嬿琤瑀璘珅炅燊镕淏湉洺澔烜铄锜鋆頔颋骉翯芃菡薏祎"
                "禛竑篪邺韫飏龑凇佶昶赟晗璐鑫婕珈珩璇絜緁芊莛蓁鋐霈靚頡顥駿璿瀅灝燁叡翾禔綸鈺鎧")
LINE, ARABIC_LINE = (960, -260), (1050, -450)           # above and below the baseline, in thousandths of an em
RULES = [rule for rule in subset.Options().layout_features if rule not in ("frac", "numr", "dnom")]
PLAIN_RULES = [rule for rule in RULES if rule not in ("kern", "liga", "clig")]


def rows(codec: str, first: range, second=range(0xA1, 0xFF)) -> set[int]:
    """The characters that a double-byte encoding holds in these rows."""
    texts = (bytes((row, cell)).decode(codec, "ignore") for row in first for cell in second)
    return {ord(char) for char in texts if char}


def syllables() -> set[int]:
    """Hangul with one of 14 plain consonants before any vowel, closed by nothing or by one plain consonant."""
    heads = (0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18)
    feet = (0, 1, 4, 7, 8, 16, 17, 19, 21, 22, 23, 24, 25, 26, 27)
    return {0xAC00 + (head * 21 + vowel) * 28 + foot for head in heads for vowel in range(21) for foot in feet}


def eastern() -> dict[str, set[int]]:
    """The characters of the four faces for Chinese, Japanese and Korean."""
    names = set(map(ord, CHOSEN_NAMES))
    simplified = rows("gb2312", range(0xB0, 0xF8)) | names
    big5 = rows("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
    traditional = {point for point in big5 if point >= 0x4E00} | names | {*range(0x3105, 0x3130)}
    signs = {*range(0x3000, 0x3100), *range(0x31F0, 0x3200), *range(0xFF01, 0xFFA0)}
    japanese = signs | rows("euc_jp", range(0xB0, 0xD0))
    rarer = rows("euc_jp", range(0xD0, 0xF5)) | rows("cp932", range(0xFA, 0xFD), range(0x40, 0xFD))
    japanese |= {point for point in rarer if point >= 0x4E00} - simplified - traditional
    korean = rows("euc_kr", range(0xB0, 0xC9)) | syllables() | {*range(0x3131, 0x3164)}
    return {"SC": simplified, "TC": traditional, "JP": japanese, "KR": korean}


def faces() -> Iterator[tuple[str, str, set[int], list[str]]]:
    """Each face's name, its original's, its characters and its shaping rules."""
    for weight in ("Regular", "Bold"):
        plain = f"NotoSans-{weight}"
        yield plain, plain, {point for block in LATIN for point in block}, PLAIN_RULES
        for script, blocks in BLOCKS.items():
            name = f"Noto{'Serif' if script == 'Tibetan' else 'Sans'}{script}-{weight}"
            if name == "NotoSerifTibetan-Bold":
                continue
            yield name, name, {*SHARED, *(point for block in blocks for point in block)}, RULES
    mono = {*ASCII, *range(0xA0, 0x180), *range(0x2010, 0x2028)}
    yield "NotoSansMono-Regular", "NotoSansMono-Regular", mono, PLAIN_RULES
    for script, points in eastern().items():
        yield f"NotoSans{script}-Medium", f"NotoSans{script}_500Medium", points, []


def reduced(original: Path, points: set[int], rules: list[str]) -> TTFont:
    """The face with these characters and rules alone."""
    options = subset.Options(hinting=False, layout_features=rules, notdef_outline=True, glyph_names=False,
                             name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], recalc_timestamp=False)
    options.drop_tables += ["BASE", "DSIG", "MATH", "STAT", "VORG", "gasp", "meta", "vhea", "vmtx"]
    font = TTFont(original, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    return font


def set_height(font: TTFont, above: int, below: int) -> None:
    """Give a face this height of line. Noto's own, up to 2.1 em, has room for the stacked marks of every script;
    xhtml2pdf would never set lines closer than that, whatever the template says."""
    font["hhea"].ascent = font["OS/2"].sTypoAscender = above
    font["hhea"].descent = font["OS/2"].sTypoDescender = below
    font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0


def build(folder: Path) -> None:
    for name, original, points, rules in faces():
        target = HERE / f"{name}.ttf"
        font = reduced(next(folder.rglob(f"{original}.ttf")), points, rules)
        set_height(font, *(ARABIC_LINE if "Arabic" in name else LINE))
        font.save(target)
        print(f"{target.name:32}{target.stat().st_size:10,}")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
