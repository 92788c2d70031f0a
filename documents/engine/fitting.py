"""Where a value's lines go in its room: as the template has it, else smaller, else on more lines, never outside.

The rule, in this order: full size on one line; down to 70 % on one line; then full size, 85 %, 70 %, 60 %, 50 %
on as many lines as the room holds, broken at spaces, or inside a word that is wider than the room, there between
letters with all their marks. What still does not fit is refused. Further lines share the slack above and below the
first one as it did.
"""
from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import segno

from documents.engine import lettering
from documents.engine.compiler import ASCENT, DESCENT, Slot
from documents.engine.lettering import Line
from documents.engine.typesetting import places_to_cut

ONE_LINE, SMALLEST = 0.7, (1.0, 0.85, 0.7, 0.6, 0.5)
LEADING = 1.18


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
    """The lines of a value."""
    room, size = slot.right - slot.left, slot.style.size
    whole = _line(slot, text, size)
    if whole.width <= room + 0.01:
        return (_at(slot, text, whole, slot.baseline),)
    scale = room / whole.width
    if scale >= ONE_LINE:
        return (_at(slot, text, _line(slot, text, int(size * scale * 100) / 100), slot.baseline),)
    for scale in SMALLEST:
        lines = list(_wrapped(slot, text, size * scale, room))
        first = _first_baseline(slot, len(lines), size * scale)
        if first is not None:
            return tuple(_at(slot, line, _line(slot, line, size * scale), first - index * size * scale * LEADING)
                         for index, line in enumerate(lines))
    raise TooLong(text)


def _first_baseline(slot: Slot, lines: int, size: float) -> float | None:
    """Where the first of several lines stands; None where they are too many. Smaller letters leave more slack."""
    spared = slot.style.size - size
    above, below = slot.above + ASCENT * spared, slot.below + DESCENT * spared
    further = (lines - 1) * size * LEADING
    if further > above + below:
        return None
    return slot.baseline + (further * above / (above + below) if further else 0.0)


def _wrapped(slot: Slot, text: str, size: float, room: float) -> Iterator[str]:
    """Lines no wider than the room: whole words while they fit, letters where one word does not."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _line(slot, longer, size).width <= room:
            line = longer
            continue
        if line:
            yield line
        while word and _line(slot, word, size).width > room:
            cut = _longest(slot, word, size, room)
            yield word[:cut]
            word = word[cut:]
        line = word
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
