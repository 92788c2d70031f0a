"""From a text in any script to glyphs: which face, which direction, which shapes.

A text is cut where direction (Unicode's bidirectional algorithm), script or face change; each run is shaped by
HarfBuzz; runs come in visual order, left to right. Latin, Greek and Cyrillic are set without kerning and
ligatures, as xhtml2pdf sets them, so that what is stamped stands where it was laid out.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import uharfbuzz
from xhtml2pdf.bidi import display_order

_FOLDER = Path(__file__).parent / "fonts"
_SCRIPTS = ("Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai")
_JOINERS = "\u200c\u200d"
_IGNORED = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_AS_LAID_OUT = {"kern": False, "liga": False, "clig": False}


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: units in an em, and how far it reaches above and below the line in those units."""

    name: str
    path: Path
    upem: int
    ascent: int
    descent: int


def _face(name: str) -> Face:
    path = _FOLDER / f"{name}.ttf"
    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))
    extents = font.get_font_extents("ltr")
    return Face(name, path, font.face.upem, extents.ascender, extents.descender)


_REGULAR = tuple(_face(name) for name in ("NotoSans-Regular", *(f"NotoSans{s}-Regular" for s in _SCRIPTS)))
_BOLD = tuple(_face(name) for name in ("NotoSans-Bold", *(f"NotoSans{s}-Bold" for s in _SCRIPTS)))
_MONO = _face("NotoSansMono-Regular")
_EASTERN = (_face("DroidSansFallbackFull"), _face("SlipKorean"))
FACES = (*_REGULAR, *_BOLD, _MONO, *_EASTERN)


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


def plain_face(bold: bool = False, mono: bool = False) -> Face:
    """The face of Latin, Greek and Cyrillic letters; the one of even width for passwords."""
    return _MONO if mono else _BOLD[0] if bold else _REGULAR[0]


def script_face(script: str, bold: bool = False) -> Face:
    """The face of another script by its English name: Arabic, Hebrew, Devanagari, Bengali, Tamil, Thai."""
    return (_BOLD if bold else _REGULAR)[1 + _SCRIPTS.index(script)]


def unprintable(text: str) -> list[str]:
    """The characters that no face has, in order, each once; an empty list for a text that can be printed."""
    return [char for char in dict.fromkeys(text) if char not in _printable() and char not in _IGNORED]


@lru_cache(maxsize=4096)
def shape(text: str, bold: bool = False, base_direction: str | None = None,
          mono: bool = False) -> tuple[Glyphs, ...]:
    """A line as runs of glyphs from left to right. `base_direction`: "ltr", "rtl", or None for the text's own."""
    order, levels = display_order(text, {"ltr": "L", "rtl": "R"}.get(base_direction))
    place = {index: at for at, index in enumerate(order)}
    own = (_MONO, *_REGULAR) if mono else _BOLD if bold else _REGULAR
    faces = _faces(text, (*own, *_EASTERN))
    runs = []
    for (level, face), letters in groupby(range(len(text)), lambda index: (levels[index], faces[index])):
        letters = list(letters)
        runs.append((min(place[index] for index in letters), level, face, text[letters[0]:letters[-1] + 1]))
    return tuple(_shaped(face, run, level) for _, level, face, run in sorted(runs, key=lambda run: run[0]))


def width(runs: tuple[Glyphs, ...], size: float) -> float:
    """The width of a line at a size, in points."""
    return sum(sum(run.advances) * size / run.face.upem for run in runs)


def _shaped(face: Face, text: str, level: int) -> Glyphs:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.direction = "rtl" if level % 2 else "ltr"
    buffer.guess_segment_properties()
    features = _AS_LAID_OUT if face in (_REGULAR[0], _BOLD[0], _MONO) else {}
    uharfbuzz.shape(_font(face), buffer, features)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    return Glyphs(face, tuple(info.codepoint for info in infos), tuple(at.x_advance for at in positions),
                  tuple((at.x_offset, at.y_offset) for at in positions), text,
                  tuple(info.cluster for info in infos))


def _faces(text: str, faces: tuple[Face, ...]) -> list[Face]:
    """A face for each character: the first that has it with the marks that sit on it; spaces and signs stay in
    the run they stand in."""
    chosen: list[Face] = []
    for start, end in _clusters(text):
        letters = [char for char in text[start:end] if char not in _IGNORED]
        able = [face for face in faces if _characters(face).issuperset(letters)] or [faces[0]]
        before = chosen[-1] if chosen else None
        neutral = unicodedata.category(text[start])[0] in "ZPS"
        chosen += [before if neutral and before in able else able[0]] * (end - start)
    return chosen


def _clusters(text: str):
    """Start and end of each letter with its marks and joiners."""
    starts = [at for at, char in enumerate(text)
              if not at or not (unicodedata.category(char)[0] == "M" or char in _JOINERS)]
    return zip(starts, [*starts[1:], len(text)], strict=True)


@cache
def _printable() -> frozenset[str]:
    return frozenset().union(*map(_characters, (*_REGULAR, *_EASTERN)))


@cache
def _font(face: Face):
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(face.path))))


@cache
def _characters(face: Face) -> frozenset[str]:
    return frozenset(map(chr, _font(face).face.unicodes))
