"""From a text in any script to glyphs: which face, which direction, which shapes.

A line is cut where direction (Unicode's bidirectional algorithm), script or face change; each run is shaped by
HarfBuzz; runs come in visual order, left to right. The Latin, Greek and Cyrillic faces have no kerning and no
ligatures, because xhtml2pdf lays out without them: a letter without marks is one glyph of one width, whatever
stands beside it, so plain text needs no shaping at all (`lettering.Alphabet`).

A letter and its marks stay in one face wherever one has them all. Ideographs that China, Taiwan and Japan draw
differently come from the face that has most of the text's letters. What none of these faces has is looked for in those
of rarer scripts, which are opened when a text first needs one, then in the board's own fonts (`use_fonts`).
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

import uharfbuzz
from xhtml2pdf.bidi import display_order

_FOLDER = Path(__file__).parent.parent / "fonts"
_REGIONS = ("SC", "TC", "JP", "KR")
_SCRIPTS = ("Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai")
_RARER = ("Armenian", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi", "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar",
          "Sinhala", "Telugu", "Thaana")
# What steers the joining, breaking or direction of its neighbours and is never drawn itself.
_UNDRAWN = frozenset("\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")

FONTS = (".ttf", ".otf", ".ttc")                 # of a collection the first
CFF = "CFF "                                    # the table of PostScript outlines
# What a font of the board's own may have a glyph for and is no letter: controls, steering, line ends, private use.
_NO_LETTERS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})

_VIRAMA = 9                                     # its canonical combining class
# Thai and Lao vowels and signs that stand beside their consonant.
_BEFORE, _AFTER = frozenset("เแโใไເແໂໃໄ"), frozenset("ะาำๅฯๆະາຳຽໆ")


@dataclass(frozen=True, eq=False)
class Face:
    """One font file: units in an em, and how far it reaches above and below the line in those units."""

    name: str
    path: Path
    upem: int
    ascent: int
    descent: int
    font: uharfbuzz.Font                        # opened once a process

    @cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(map(chr, self.font.face.unicodes))

    def has(self, table: str) -> bool:
        return table in self.font.face.table_tags


class OwnFace(Face):
    """A face of the board's own: of all that it says it has, what leaves ink."""

    @cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(char for char in super().characters
                         if unicodedata.category(char) not in _NO_LETTERS and self._leaves_ink(char))

    def _leaves_ink(self, char: str) -> bool:
        glyph = self.font.get_nominal_glyph(ord(char))
        extents = self.font.get_glyph_extents(glyph) if glyph else None
        return bool(extents and extents.width)


def _opened(path: Path, name: str, kind: type[Face] = Face) -> Face:
    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))
    extents = font.get_font_extents("ltr")
    return kind(name, path, font.face.upem, extents.ascender, extents.descender, font)


def _face(script: str, weight: str = "Regular", family: str = "Sans") -> Face:
    name = f"Noto{family}{script}-{weight}"
    return _opened(_FOLDER / f"{name}.ttf", name)


_REGULAR, _BOLD = (tuple(_face(script, weight) for script in ("", *_SCRIPTS)) for weight in ("Regular", "Bold"))
_MONO = _face("Mono")
_EASTERN = tuple(_face(region, "Medium") for region in _REGIONS)    # for regular and bold: 6 MB once
FACES = [*_REGULAR, *_BOLD, _MONO, *_EASTERN]   # a face's place in it is its number; it only grows
_own: list[Face] = []                           # the board's, tried after all of these


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A run in one face, in visual order. Advances and offsets are in the face's units; `clusters` says for each
    glyph where in `text`, the run's logical text, the characters begin that it shows."""

    face: Face
    ids: tuple[int, ...]
    advances: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    text: str
    clusters: tuple[int, ...]
    backwards: bool


def plain_face(bold: bool = False, mono: bool = False) -> Face:
    """The face of Latin, Greek and Cyrillic letters; the one of even width for passwords."""
    return _MONO if mono else _BOLD[0] if bold else _REGULAR[0]


def script_face(script: str, bold: bool = False) -> Face:
    """The face of another script by its English name: Arabic, Hebrew, Devanagari, Bengali, Tamil, Thai; or of a
    region, SC, TC, JP, KR, which has one weight."""
    if script in _REGIONS:
        return _EASTERN[_REGIONS.index(script)]
    return (_BOLD if bold else _REGULAR)[1 + _SCRIPTS.index(script)]


@cache
def _rarer() -> tuple[tuple[Face, ...], tuple[Face, ...]]:
    """The regular and the bold faces of the rarer scripts; Tibetan has one weight."""
    tibetan = _face("Tibetan", family="Serif")
    regular, bold = (tuple(_face(script, weight) for script in _RARER) for weight in ("Regular", "Bold"))
    FACES.extend((*regular, *bold, tibetan))
    return (*regular, tibetan), (*bold, tibetan)


def use_fonts(folder: str) -> None:
    """From now on, try the fonts of this folder after all others; "" for none. Bold names take a file first that has
    "bold" in its name. Raises ValueError, with a sentence, for a font that cannot be read."""
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in FONTS) if folder else []
    except OSError:
        raise ValueError(f"FONTS: {folder} is no folder that can be read.") from None
    if folder and not paths:
        raise ValueError(f"FONTS: {folder} holds no {', '.join(FONTS)} file.")
    known = {face.path: face for face in FACES if isinstance(face, OwnFace)}
    _own[:] = [known.get(path) or _own_face(path) for path in paths]
    FACES.extend(face for face in _own if face.path not in known)
    _printable.cache_clear()


def _own_face(path: Path) -> Face:
    """A file's face. Raises ValueError for what is no font, and for one whose letters are pictures."""
    try:
        face = _opened(path, f"Own{len(FACES)}-{re.sub('[^A-Za-z0-9-]', '', path.stem)}", OwnFace)
        if face.characters and (face.has("glyf") or face.has(CFF)):
            return face
    except uharfbuzz.HarfBuzzError:
        pass
    raise ValueError(f"FONTS: {path} is no font with outlines (TrueType or CFF) that can be read.")


def unprintable(text: str) -> list[str]:
    """The characters that cannot be printed, in order, each once; an empty list for a text that can. No face has
    them: rare signs, and what would change how others are read (controls, overrides, halves of pairs)."""
    return [] if _usual().issuperset(text) else [char for char in dict.fromkeys(text) if char not in _printable()]


@lru_cache(maxsize=4096)
def shape(text: str, bold: bool = False, base_direction: str | None = None,
          mono: bool = False) -> tuple[Glyphs, ...]:
    """A line as runs of glyphs from left to right. `base_direction`: "ltr", "rtl", or None for the text's own.
    Raises ValueError for what is unprintable: nothing is ever set as a box."""
    if missing := unprintable(text):
        raise ValueError(f"No face can print {missing!r}.")
    order, levels = display_order(text, {"ltr": "L", "rtl": "R"}.get(base_direction))
    place = {index: at for at, index in enumerate(order)}
    own = (_MONO, *_REGULAR) if mono else _BOLD if bold else _REGULAR
    kinds = list(zip(levels, _faces(text, (*own, *_eastern(text), *_further(text, bold))), strict=True))
    runs = []
    for (level, face), places in groupby(range(len(text)), kinds.__getitem__):
        places = list(places)
        scripts = _scripts(text[places[0]:places[-1] + 1])
        for script, part in groupby(zip(scripts, places, strict=True), itemgetter(0)):
            part = [at for _, at in part]
            run = _shaped(face, script, level, text[part[0]:part[-1] + 1])
            runs.append((min(place[at] for at in part), run))
    return tuple(run for _, run in sorted(runs, key=itemgetter(0)) if run.ids)


def _shaped(face: Face, script: str, level: int, text: str) -> Glyphs:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.direction = "rtl" if level % 2 else "ltr"
    buffer.script = script              # and no language: guessing takes the server's, and a б is not the same in sr
    buffer.flags |= uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    uharfbuzz.shape(face.font, buffer)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    return Glyphs(face, tuple(info.codepoint for info in infos), tuple(at.x_advance for at in positions),
                  tuple((at.x_offset, at.y_offset) for at in positions), text,
                  tuple(info.cluster for info in infos), bool(level % 2))


def _faces(text: str, faces: tuple[Face, ...]) -> list[Face]:
    """A face for each character: the first that has it with the marks that sit on it, or where none has them all,
    the first that has it. Blanks stay in the run they stand in."""
    chosen: list[Face] = []
    for start, end in clusters(text):
        drawn = [char for char in text[start:end] if char not in _UNDRAWN]
        able = [face for face in faces if face.characters.issuperset(drawn)]
        if text[start].isspace() and chosen and chosen[-1] in able:
            able = [chosen[-1]]
        chosen += able[:1] * (end - start) or [_first(faces, char) for char in text[start:end]]
    return chosen


def _first(faces: tuple[Face, ...], char: str) -> Face:
    return next(face for face in faces if char in face.characters or char in _UNDRAWN)


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each letter with its marks and what is not drawn after it."""
    starts = [at for at, char in enumerate(text)
              if not at or not (unicodedata.category(char)[0] == "M" or char in _UNDRAWN)]
    return pairwise((*starts, len(text)))


def places_to_cut(text: str) -> list[int]:
    """Where a word may be broken, its end among them: never between a letter and its marks, the consonants that a
    virama joins, or a Thai consonant and the vowel written around it."""
    return [end for start, end in clusters(text)
            if end == len(text) or not (text[start] in _BEFORE or text[end] in _AFTER
                                        or _VIRAMA in map(unicodedata.combining, text[start:end]))]


def _eastern(text: str) -> list[Face]:
    """The faces for Chinese, Japanese and Korean, the one that has most of the text's letters first."""
    letters = set(filter(str.isalpha, text))
    return sorted(_EASTERN, key=lambda face: -len(letters & face.characters))


def _further(text: str, bold: bool) -> tuple[Face, ...]:
    """The faces for what the usual ones have not got: of rarer scripts, then the board's own, those of the wanted
    weight first."""
    if _usual().issuperset(text):
        return ()
    return (*_rarer()[bold], *sorted(_own, key=lambda face: ("bold" in face.name.lower()) != bold))


def _scripts(text: str) -> list[str]:
    """The script of each character of a run as ISO 15924 names it; signs, blanks and marks have their neighbour's."""
    own = list(map(_script, text))
    before = next(filter(None, own), "Zyyy")
    return [before := script or before for script in own]


@cache
def _script(char: str) -> str | None:
    """A letter's script, as HarfBuzz's own tables have it; None for what several share."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(char)
    buffer.guess_segment_properties()
    return buffer.script


@cache
def _usual() -> frozenset[str]:
    return _UNDRAWN.union(*(face.characters for face in (*_REGULAR, *_EASTERN)))


@cache
def _printable() -> frozenset[str]:
    return _usual().union(*(face.characters for face in (*_rarer()[0], *_own)))
