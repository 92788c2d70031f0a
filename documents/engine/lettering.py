"""From text to the operators that show it, and the record of which glyphs a document uses.

Two ways, one result. Text whose characters are all in the plain face (Latin, Greek, Cyrillic letters, digits,
signs; no joining, no marks, no kerning: exactly what xhtml2pdf draws) goes through one `str.translate`. Everything
else is shaped by HarfBuzz and set with its advances and offsets; where its glyphs do not tell their text letter by
letter it carries it as ActualText, or from right to left sign by sign, so that what a reader copies is what was typed.
"""
from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, groupby, pairwise

from documents.engine import typesetting
from documents.engine.drawing import Style

PLAIN = (range(0x20, 0x7F), range(0xA0, 0x300), range(0x370, 0x400), range(0x400, 0x484), range(0x48A, 0x530),
         range(0x1E00, 0x2000), range(0x2010, 0x2028), range(0x2030, 0x205F), range(0x20A0, 0x20C1))
COMMON = frozenset(map(chr, range(0x20, 0x7F)))
_INVISIBLE = frozenset({0xAD})
# Codes beyond a face's own glyphs: of signs that are told and not drawn, and of glyphs that are drawn and tell nothing.
UNSEEN, UNSEEN_WIDTH, MUTE = 0x8000, 50, 0x4000


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
        show, width, meanings = _run(run, size)
        parts.append(f"/F{number} {size:g} Tf {show}")
        total += width
        glyphs.setdefault(number, {}).update(meanings)
    return Line(" ".join(parts).encode("ascii"), total,
                tuple((face, tuple(ids.items())) for face, ids in glyphs.items()))


def _run(run, size: float) -> tuple[str, float, dict[int, str]]:
    """One shaped run: its advances and offsets as corrections of the font's own widths, its text where glyphs do
    not tell it, and what each code means."""
    upem, meanings = run.face.upem, {}
    out, pen, width, unseen_width = [], 0.0, 0.0, UNSEEN_WIDTH * upem / 1000

    def at(x: float, code: int) -> str:
        nonlocal pen
        shift, pen = (pen - x) * 1000 / upem, x + advance(run.face, code) * upem / 1000
        return (f"{shift:g}" if shift else "") + f"<{code:04X}>"

    def unseen(letters: str, x: float) -> None:
        codes = [ord(char) & 0x7FFF | UNSEEN for char in letters]
        meanings.update(zip(codes, letters, strict=True))
        shown = [at(x + place * unseen_width, code) for place, code in enumerate(codes)]
        out.append(f"3 Tr [{''.join(shown)}] TJ 0 Tr" if shown else "")

    spare = run.face.font.face.glyph_count <= MUTE and not run.face.has(typesetting.CFF)     # has codes of our own
    for before, told, places, blank, after in (_backwards if run.backwards and spare else _forwards)(run, meanings):
        unseen(before, -len(before) * unseen_width)
        out.append(f"/Span <</ActualText <FEFF{told.encode('utf-16-be').hex().upper()}>>> BDC" if told else "")
        step = sum(run.advances[place] for _, place, _ in places)
        blank_width = advance(run.face, blank) * upem / 1000
        shown, rise = [at(0, blank)] if blank else [], 0
        for code, place, x in places:
            dx, dy = run.offsets[place]
            if dy != rise:
                if blank:
                    shown.append(at(step - blank_width, blank))
                shown.append(f"] TJ {dy * size / upem:g} Ts [" + (at(unseen_width / 2, blank) if blank else ""))
                rise = dy
            shown.append(at(x + dx, code))
        if blank:
            shown.append(at(step - blank_width, blank))
        out.append(f"[{''.join(shown)}] TJ" + (" 0 Ts" if rise else "") + (" EMC" if told else ""))
        pen, width = pen - step, width + step
        unseen(after, -len(after) * unseen_width)
    if pen:
        out.append(f"[{pen * 1000 / upem:g}] TJ")
    return " ".join(filter(None, out)), width * size / upem, meanings


def _forwards(run, meanings: dict[int, str]):
    """The run as one stretch: its text is told as a whole unless glyph for glyph is letter for letter, for vowels may
    stand before the consonant that they follow."""
    follows, seen = _follows(run), Counter()
    for glyph, cluster in zip(run.ids, run.clusters, strict=True):
        letters, count = run.text[cluster:follows[cluster]], run.clusters.count(cluster)
        meanings.setdefault(glyph, letters[seen[cluster]] if len(letters) == count else letters)
        seen[cluster] += 1
    plain = len(follows) == len(run.ids) == len(run.text) and run.face not in _plain_faces()
    pens = accumulate(run.advances, initial=0)
    places = [(glyph, place, next(pens)) for place, glyph in enumerate(run.ids)]
    yield "", "" if plain else run.text, places, 0, ""


def _backwards(run, meanings: dict[int, str]):
    """Stretches of a run from right to left, each for a letter with its own: the signs told unseen before it, the mark
    that what is drawn stands for, its glyphs with their pens, the signs told unseen after it.

    Readers turn such a run round themselves, sign by sign, but letters and marks each in their way, and ActualText of
    several signs, or at a word's end, wrongly. So every sign is told by itself in the order in which it is seen.
    """
    follows = _follows(run)
    for cluster, group in groupby(range(len(run.ids)), run.clusters.__getitem__):
        letters, pen, places = run.text[cluster:follows[cluster]], 0, []
        for place in group:
            places.append((run.ids[place], place, pen))
            pen += run.advances[place]
        places.sort(key=lambda one: not run.advances[one[1]])           # the letter first, then its marks
        seen = _as_seen(letters)
        before, mark, after = seen.rpartition(next(filter(_is_weak, reversed(seen)), seen[-1]))
        if _is_weak(mark):
            blank = MUTE | (run.face.font.get_nominal_glyph(0x20) or 0)
            places = [(MUTE | glyph, place, pen) for glyph, place, pen in places]
            meanings.update(dict.fromkeys((blank, *(code for code, _, _ in places)), "\u200b"))
            yield before, mark, places, blank, after
        else:
            plain = unicodedata.normalize("NFKC", letters[0])           # a joined form typed as such looks like it
            meanings.update((glyph, plain if len(plain) == 1 else letters[0]) for glyph, _, _ in places)
            yield before, "", places, 0, ""


def _is_weak(char: str) -> bool:
    """Whether readers leave a sign in its place among letters that they turn round."""
    return unicodedata.bidirectional(char) in ("NSM", "BN")


def _as_seen(letters: str) -> str:
    """Letters from left to right, marks between them in the order in which they are typed."""
    parts = [(weak, "".join(part)) for weak, part in groupby(letters, _is_weak)]
    return "".join(part if weak else part[::-1] for weak, part in reversed(parts))


def _follows(run) -> dict[int, int]:
    """Where each cluster of a run's text ends."""
    return dict(pairwise([*sorted(set(run.clusters)), len(run.text)]))


@cache
def _plain_faces() -> tuple:
    return tuple(alphabet(bold, mono).face for bold, mono in ((False, False), (True, False), (False, True)))


def advance(face, glyph: int) -> float:
    """A glyph's width in thousandths of an em."""
    if glyph >= max(UNSEEN, face.font.face.glyph_count):
        return UNSEEN_WIDTH
    return face.font.get_glyph_h_advance(drawn(face, glyph)) * 1000 / face.upem


def drawn(face, code: int) -> int:
    """The glyph that a code stands for; the box for a sign that is not drawn."""
    if code < face.font.face.glyph_count:
        return code
    return 0 if code >= UNSEEN else code & ~MUTE


def number_of(face) -> int:
    return typesetting.FACES.index(face)


@cache
def alphabet(bold: bool, mono: bool) -> Alphabet:
    return Alphabet(typesetting.plain_face(bold=bold, mono=mono))
