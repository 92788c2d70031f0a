"""From text to the operators that show it, and the record of which glyphs a document uses.

Two ways, one result. Text whose characters are all in the plain face (Latin, Greek, Cyrillic letters, digits,
signs; no joining, no marks, no kerning: exactly what xhtml2pdf draws) goes through one `str.translate`. Everything
else is shaped by HarfBuzz and set with its advances and offsets; where its glyphs do not tell their text letter by
letter it carries it as ActualText, so that what a reader copies is what was typed.
"""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from documents.engine import typesetting
from documents.engine.drawing import Style

PLAIN = (range(0x20, 0x7F), range(0xA0, 0x300), range(0x370, 0x400), range(0x400, 0x484), range(0x48A, 0x530),
         range(0x1E00, 0x2000), range(0x2010, 0x2028), range(0x2030, 0x205F), range(0x20A0, 0x20C1))
COMMON = frozenset(map(chr, range(0x20, 0x7F)))
_INVISIBLE = frozenset({0xAD})


class Alphabet:
    """The plain characters of one face: character → glyph in hexadecimal, and its width."""

    def __init__(self, face):
        self.face, self.number = face, number_of(face)
        font = face.font
        known = set(font.face.unicodes)
        points = [point for block in PLAIN for point in block if point in known and point not in _INVISIBLE]
        self.glyphs: dict[str, int] = {}
        for point in points:
            glyph = font.get_nominal_glyph(point)
            if glyph not in self.glyphs.values():       # a glyph can mean one character only: µ or μ, not both
                self.glyphs[chr(point)] = glyph
        self.hex = {ord(char): f"{glyph:04X}" for char, glyph in self.glyphs.items()}
        self.widths = {char: advance(face, glyph) for char, glyph in self.glyphs.items()}
        self.covers = frozenset(self.glyphs).issuperset

    def width(self, text: str) -> float:
        """In em."""
        return sum(map(self.widths.__getitem__, text)) / 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A text ready to be shown at a place: operators after the position, width in points, glyphs by face."""

    show: bytes
    width: float
    glyphs: tuple[tuple[int, tuple[tuple[int, str], ...]], ...]


def line(text: str, size: float, bold: bool, mono: bool, direction: str) -> Line:
    """One line of text. Plain text goes from left to right on every page: a telephone number, an address. Its
    glyphs are not listed: `Used` takes them from the text itself."""
    plain = alphabet(bold, mono)
    if plain.covers(text):
        show = f"/F{plain.number} {size:g} Tf <{text.translate(plain.hex)}> Tj"
        return Line(show.encode("ascii"), plain.width(text) * size, ())
    return _shaped(text, size, bold, mono, direction)


class Used:
    """The glyphs one document shows, by face: what has to be embedded, and what each of them means."""

    def __init__(self):
        self.plain: dict[tuple[bool, bool], set[str]] = {}
        self.shaped: dict[int, dict[int, str]] = {}

    def add(self, text: str, style: Style, shown: Line) -> None:
        if not shown.glyphs:
            self._plain((style.bold, style.mono)).update(text)
        for face, glyphs in shown.glyphs:
            known = self.shaped.setdefault(face, {})
            for glyph, meaning in glyphs:
                known.setdefault(glyph, meaning)

    def merge(self, other: Used) -> None:
        """Take over another record."""
        for key, chars in other.plain.items():
            self._plain(key).update(chars)
        for face, glyphs in other.shaped.items():
            known = self.shaped.setdefault(face, {})
            for glyph, meaning in glyphs.items():
                known.setdefault(glyph, meaning)

    def _plain(self, key: tuple[bool, bool]) -> set[str]:
        """A face's letters so far; the common ones are always among them, so that most slips share one subset."""
        if key not in self.plain:
            self.plain[key] = set(COMMON & alphabet(*key).glyphs.keys())
        return self.plain[key]

    def by_face(self) -> dict[int, dict[int, str]]:
        """Face number → glyph → the text it stands for."""
        faces = {number: dict(glyphs) for number, glyphs in self.shaped.items()}
        for key, chars in self.plain.items():
            plain = alphabet(*key)
            glyphs = faces.setdefault(plain.number, {})
            for char in sorted(chars):
                glyphs[plain.glyphs[char]] = char
        return faces


@lru_cache(maxsize=4096)
def _shaped(text: str, size: float, bold: bool, mono: bool, direction: str) -> Line:
    parts, total, glyphs = [], 0.0, {}
    for run in typesetting.shape(text, bold=bold, mono=mono, base_direction=direction):
        number = number_of(run.face)
        show, width = _run(run, size)
        parts.append(f"/F{number} {size:g} Tf {show}")
        total += width
        glyphs.setdefault(number, {}).update(zip(run.ids, _meanings(run), strict=True))
    return Line(" ".join(parts).encode("ascii"), total,
                tuple((face, tuple(ids.items())) for face, ids in glyphs.items()))


def _run(run, size: float) -> tuple[str, float]:
    """One shaped run: its advances and offsets as corrections of the font's own widths, its text where glyphs do
    not tell it."""
    upem = run.face.upem
    out, carry, width, rise = [], 0.0, 0.0, 0.0
    for text, start, end in _told(run):
        if text:
            out.append(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>>> BDC")
        shown = []
        for at in range(start, end):
            (dx, dy), glyph = run.offsets[at], run.ids[at]
            if dy != rise:
                shown.append(f"] TJ {dy * size / upem:g} Ts [")
                rise = dy
            shift = (carry - dx) * 1000 / upem
            shown.append((f"{shift:g}" if shift else "") + f"<{glyph:04X}>")
            carry = advance(run.face, glyph) * upem / 1000 + dx - run.advances[at]
            width += run.advances[at]
        out.append(f"[{''.join(shown)}] TJ" + (" EMC" if text else ""))
    if carry:
        out.append(f"[{carry * 1000 / upem:g}] TJ")
    return " ".join(out) + (" 0 Ts" if rise else ""), width * size / upem


def _told(run):
    """Stretches of a run: (the text to be told, or "" where each glyph tells its own letter, first glyph, end).

    Right to left, only what is not letter for letter is told apart, since readers turn such runs round themselves;
    left to right, the whole run, since vowels may stand before the consonant that they follow.
    """
    starts = sorted(set(run.clusters)) + [len(run.text)]
    follows = dict(zip(starts, starts[1:], strict=False))
    ones = [follows[cluster] - cluster == 1 and run.clusters.count(cluster) == 1 for cluster in run.clusters]
    if all(ones) and run.face not in _plain_faces():
        yield "", 0, len(run.ids)
    elif run.clusters[0] <= run.clusters[-1]:
        yield run.text, 0, len(run.ids)
    else:
        kinds = [None if one else cluster for one, cluster in zip(ones, run.clusters, strict=True)]
        for cluster, places in groupby(range(len(kinds)), kinds.__getitem__):
            places = list(places)
            yield "" if cluster is None else run.text[cluster:follows[cluster]], places[0], places[-1] + 1


def _meanings(run) -> list[str]:
    """The text each glyph stands for: its cluster's letters, one to a glyph where there are as many of both."""
    starts = sorted(set(run.clusters)) + [len(run.text)]
    follows = dict(zip(starts, starts[1:], strict=False))
    meanings, seen = [], Counter()
    for cluster in run.clusters:
        letters, count = run.text[cluster:follows[cluster]], run.clusters.count(cluster)
        meanings.append(letters[seen[cluster]] if len(letters) == count else letters)
        seen[cluster] += 1
    return meanings


@cache
def _plain_faces() -> tuple:
    return tuple(alphabet(bold, mono).face for bold, mono in ((False, False), (True, False), (False, True)))


def advance(face, glyph: int) -> float:
    """A glyph's width in thousandths of an em."""
    return face.font.get_glyph_h_advance(glyph) * 1000 / face.upem


def number_of(face) -> int:
    return typesetting.FACES.index(face)


@cache
def alphabet(bold: bool, mono: bool) -> Alphabet:
    return Alphabet(typesetting.plain_face(bold=bold, mono=mono))
