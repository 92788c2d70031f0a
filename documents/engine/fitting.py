"""Where a value's lines go in its room: as the template has it, else smaller, else on more lines, never outside.

The rule, in this order: full size on one line; down to 85 % on one line; then full size, 85 %, 70 %, 60 %, 50 %, 40 %
on as many lines as the room holds, broken at spaces and after hyphens; the same broken inside words that are wider than
the room, there between letters with all their marks. No letter is below 7 points while that fits (`fits` tells, and a
caller with larger rooms takes one of those). What still does not fit is cut if it is a name, else refused. Further
lines share the slack above and below the first one as it did.
"""
from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import segno

from documents.engine import lettering
from documents.engine.compiler import ASCENT, DESCENT, Name, Slot
from documents.engine.lettering import Line
from documents.engine.typesetting import places_to_cut

READABLE = 7.0                                  # points
ONE_LINE, SCALES = 0.85, (1.0, 0.85, 0.7, 0.6, 0.5, 0.4)
LEADING = 1.18
_HYPHENS = "\N{HYPHEN}\N{EN DASH}\N{HEBREW PUNCTUATION MAQAF}-"
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# Of a text: words, each with the blank before it, parted after a hyphen; an ideograph is a word.
_PARTS = re.compile(f" ?(?:[{_IDEOGRAPHS}]|[^ {_IDEOGRAPHS}{_HYPHENS}]+[{_HYPHENS}]*|[{_HYPHENS}]+)")


class TooLong(ValueError):
    """A value that no rule can fit into its room."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One line at its place, x and baseline in points."""

    text: str
    x: float
    baseline: float
    line: Line


def place(slot: Slot, text: str) -> tuple[Placed, ...]:
    """The lines of a value. Raises TooLong for what has no room, but for a name, which is cut."""
    whole = _line(slot, text, slot.style.size)
    if whole.width <= slot.right - slot.left + 0.01:
        return (_at(slot, text, whole, slot.baseline),)
    size, lines = _laid_out(slot, text, READABLE) or _laid_out(slot, text, 0.0) or _cut(slot, text)
    first = _first_baseline(slot, len(lines), size)
    return tuple(_at(slot, line, _line(slot, line, size), first - index * size * LEADING)
                 for index, line in enumerate(lines))


def fits(slot: Slot, text: str, least: float = READABLE) -> bool:
    """Whether all of a value has room in letters of so many points. Asked of every name, so a short one is not
    measured: few letters are wider than high, and there is room to spare for them."""
    smallest = max(slot.style.size * ONE_LINE, min(slot.style.size, least))
    return len(text) * smallest <= slot.right - slot.left or _laid_out(slot, text, least) is not None


def wrapped(slot: Slot, text: str | list[str]) -> list[str]:
    """A text as lines of full size as wide as a slot; what is given as a list of parts is broken between them, and
    within one that is wider than the slot."""
    size, room = slot.style.size, slot.right - slot.left
    parts = [text] if isinstance(text, str) else text
    return list(_wrapped(slot, [piece for part in parts for piece in (
        [part] if _line(slot, part, size).width <= room else _PARTS.findall(part))], size, room))


def _laid_out(slot: Slot, text: str, least: float) -> tuple[float, list[str]] | None:
    """The size and the lines of a value; None where it has no room."""
    room, size = slot.right - slot.left, slot.style.size
    least = max(min(least, size), size * SCALES[-1])
    width = _line(slot, text, size).width
    if width <= room + 0.01:
        return size, [text]
    shrunk = int(size * room / width * 100) / 100
    if shrunk >= max(least, size * ONE_LINE):
        return shrunk, [text]
    parts = _PARTS.findall(text)
    widest = max(_line(slot, part.lstrip(" "), size).width for part in parts) / size
    sizes = {max(size * scale, least) for scale in SCALES}
    for smaller in sorted(sizes, key=lambda smaller: (widest * smaller > room, -smaller)):     # whole words first
        lines = list(_wrapped(slot, parts, smaller, room))
        if _first_baseline(slot, len(lines), smaller) is not None:
            return smaller, lines
    return None


def _cut(slot: Slot, text: str) -> tuple[float, list[str]]:
    """As many lines of the smallest letters as the room holds, with an ellipsis at their end."""
    if not isinstance(text, Name):
        raise TooLong(text)
    room, size = slot.right - slot.left, slot.style.size * SCALES[-1]
    most = next(count for count in range(1, len(text) + 1) if _first_baseline(slot, count + 1, size) is None)
    *lines, last = islice(_wrapped(slot, _PARTS.findall(text), size, room), most)
    shortened = (last[:end].rstrip() + "…" for end in (*reversed(places_to_cut(last)), 0))
    return size, [*lines, next((line for line in shortened if _line(slot, line, size).width <= room), "…")]


def _first_baseline(slot: Slot, lines: int, size: float) -> float | None:
    """Where the first of several lines stands; None where they are too many. Smaller letters leave more slack."""
    spared = slot.style.size - size
    above, below = slot.above + ASCENT * spared, slot.below + DESCENT * spared
    further = (lines - 1) * size * LEADING
    if further > above + below:
        return None
    return slot.baseline + (further * above / (above + below) if further else 0.0)


def _wrapped(slot: Slot, parts: list[str], size: float, room: float) -> Iterator[str]:
    """Lines no wider than the room: whole words while they fit, a double name parted after its hyphen, letters where
    one part does not fit."""
    line = ""
    for part in parts:
        if line and _line(slot, line + part, size).width <= room:
            line += part
            continue
        if line:
            yield line
        line = part.lstrip(" ")
        while line and _line(slot, line, size).width > room:
            cut = _longest(slot, line, size, room)
            yield line[:cut]
            line = line[cut:]
    if line:
        yield line


def _longest(slot: Slot, word: str, size: float, room: float) -> int:
    """How many characters of a word one line holds; a letter and its own are parted only where they alone are wider
    than the room (forty consonants joined into one, which no name has)."""
    cuts = places_to_cut(word)
    if _line(slot, word[:cuts[0]], size).width > room:
        cuts = range(1, len(word) + 1)
    low, high = 0, len(cuts) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _line(slot, word[:cuts[middle]], size).width <= room else (low, middle - 1)
    return cuts[low]


def _line(slot: Slot, text: str, size: float) -> Line:
    return lettering.line(text, size, slot.style.bold, slot.style.mono, slot.direction)


def _at(slot: Slot, text: str, line: Line, baseline: float) -> Placed:
    x = {"left": slot.left, "right": slot.right - line.width,
         "center": (slot.left + slot.right - line.width) / 2}[slot.align]
    return Placed(text, x, baseline, line)


def code_path(payload: str) -> bytes:
    """A QR code as one filled path in the unit square, on white with its quiet zone, rows run from the top."""
    matrix = segno.make(payload, error="m", micro=False).matrix
    side = len(matrix) + 8
    runs = []
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate((*modules, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append(b"%d %d %d 1 re" % (start + 4, side - row - 5, column - start))
                start = None
    unit = b"%.6f" % (1 / side)
    return b"%b 0 0 %b 0 0 cm 1 g 0 0 %d %d re f 0 g %b f" % (unit, unit, side, side, b" ".join(runs))


@lru_cache(maxsize=16)
def shared_code(payload: str) -> bytes:
    """The same deflated, for a form that many pages show."""
    return zlib.compress(code_path(payload), 9)
