"""What all pages of one kind share: plans laid on paper, once for every document and candidate.

A sheet is one plan on a page, or four beside each other. Its words and graphics become one deflated stream; its
structure elements become one format of bytes, filled with a page's object numbers.
"""
from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from documents.engine import lettering
from documents.engine.compiler import Plan, Slot
from documents.engine.lettering import Used
from documents.engine.writer import text_string

DOCUMENT, PAGES, RESOURCES = 1, 2, 3            # object numbers that every document has
SCOPES = {"col": b"Column", "row": b"Row"}      # of a heading cell, as PDF calls them
PARENTS = 2                                     # a tagged page's objects: itself, values, parents, sections


@dataclass(frozen=True, slots=True)
class Cell:
    """A plan at a place on the paper, in points from the lower left."""

    plan: Plan
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """Pages of one kind: `slots` by cell, each with the operators that come before its value; `elements` and the
    `offsets` to add to a page's object number to fill it; where a cell's `sections` begin; `places` of the cells."""

    width: float
    height: float
    shared: bytes
    slots: tuple[tuple[tuple[Slot, bytes], ...], ...]
    elements: bytes
    offsets: tuple[int, ...]
    sections: tuple[int, ...]
    places: tuple[tuple[float, float], ...]
    objects: int
    used: Used
    resources: tuple[dict, ...]
    end: bytes


def single_sheet(cells: tuple[Cell, ...], paper: tuple[float, float], tagged: bool, lines: bytes = b"") -> Sheet:
    """Lay plans on paper. `lines` are drawn as they are: cut lines."""
    used = Used()
    shared = [b"/Artifact BMC q %b Q EMC" % lines] if lines else []
    slots, bodies, offsets, sections, owners = [], [], [], [], []
    first_id, number = 0, PARENTS + 1
    for cell in cells:
        mark = _Marks(cell.plan, first_id, tagged)
        shared.append(_static(cell, mark, used))
        slots.append(_prefixes(cell, mark))
        sections.append(number)
        owners += [number + 1 + tag for tag in cell.plan.block_tags]
        for body, places in _elements(cell.plan, first_id, number):
            bodies.append(body)
            offsets += places
        first_id += len(cell.plan.block_tags)
        number += 1 + len(cell.plan.tags)
    parents = b"[%b]" % b" ".join([b"%d 0 R"] * len(owners))
    return Sheet(*paper, zlib.compress(b"\n".join(shared), 9), tuple(slots), b"\n".join([parents, *bodies]),
                 (*owners, *offsets), tuple(sections), tuple((cell.x, cell.y) for cell in cells),
                 number if tagged else 2, used, tuple(cell.plan.resources for cell in cells),
                 b"EMC\n" if tagged else b"")


sheet = lru_cache(maxsize=256)(single_sheet)    # for pages of which there are more


def stacked(parts: Iterable[tuple[Plan, int]], top: float) -> Plan:
    """One plan of several, one below the other, the first `top` points below the paper's edge: a table whose rows are
    any. Each comes with how many of its first tags are those of the part before: 1 for a further row of its table, all
    for a further line of its row. The values are those of the parts in order; a part uses each of its own once."""
    graphics, words, slots, tags, block_tags, own = [], [], [], [], [], []
    for plan, shared in parts:
        own = own[:shared] + list(range(len(tags), len(tags) + len(plan.tags) - shared))
        tags += (replace(tag, parent=own[tag.parent] if tag.parent >= 0 else -1) for tag in plan.tags[shared:])
        graphics.append(b"q 1 0 0 1 0 %b cm %b Q" % (number(-top), plan.graphics))
        block, value = len(block_tags), len(slots)
        words += (replace(word, block=block + word.block, baseline=word.baseline - top) for word in plan.words)
        slots += (replace(slot, block=block + slot.block, baseline=slot.baseline - top, value=value + slot.value)
                  for slot in plan.slots)
        block_tags += (own[tag] for tag in plan.block_tags)
        top += plan.depth
    return replace(plan, graphics=b"\n".join(graphics), words=tuple(words), slots=tuple(slots), tags=tuple(tags),
                   block_tags=tuple(block_tags))


@dataclass(frozen=True, slots=True)
class _Marks:
    """The operators around a block's content."""

    plan: Plan
    first_id: int
    tagged: bool

    def begin(self, block: int) -> bytes:
        if not self.tagged:
            return b""
        return b"/%b <</MCID %d>> BDC " % (self.plan.tags[self.plan.block_tags[block]].name.encode(),
                                          self.first_id + block)

    @property
    def end(self) -> bytes:
        return b"EMC\n" if self.tagged else b""


def _static(cell: Cell, mark: _Marks, used: Used) -> bytes:
    """Graphics, then words, block by block."""
    move = b"q 1 0 0 1 %b %b cm" % (number(cell.x), number(cell.y))
    out = [move, b"/Artifact BMC q", cell.plan.graphics, b"Q EMC"]
    block = None
    for word in cell.plan.words:
        if word.block != block:
            out.append((mark.end if block is not None else b"") + mark.begin(word.block))
            block = word.block
        shown = lettering.line(word.text, word.style.size, word.style.bold, word.style.mono, word.direction)
        used.add(word.text, word.style, shown)
        x = word.left if word.direction == "ltr" else word.right - shown.width
        out.append(b"BT %b 1 0 0 1 %b %b Tm %b ET" % (word.style.colour.encode(), number(x), number(word.baseline),
                                                     shown.show))
    out.append((mark.end if block is not None else b"") + b"Q")
    return b"\n".join(out)


def _prefixes(cell: Cell, mark: _Marks) -> tuple[tuple[Slot, bytes], ...]:
    prefixes = []
    for slot in cell.plan.slots:
        move = b"" if prefixes else b"q 1 0 0 1 %b %b cm " % (number(cell.x), number(cell.y))
        colour = b"" if slot.is_code else slot.style.colour.encode() + b" "
        prefixes.append((slot, move + mark.begin(slot.block) + colour))
    return tuple(prefixes)


def _elements(plan: Plan, first_id: int, section: int):
    """The section around a plan, then each of its structure elements: a format and the offsets that fill it."""
    kids: dict[int, list] = {index: [] for index in range(-1, len(plan.tags))}
    place = [float(len(plan.block_tags))] * len(plan.tags)
    for block, tag in reversed(list(enumerate(plan.block_tags))):
        kids[tag].append((block, b"%d" % (first_id + block), None))
        place[tag] = block - 0.5
    for index in reversed(range(len(plan.tags))):
        parent = plan.tags[index].parent
        kids[parent].append((place[index], b"%d 0 R", section + 1 + index))
        if parent >= 0:
            place[parent] = min(place[parent], place[index])
    for index in range(-1, len(plan.tags)):
        tag = plan.tags[index] if index >= 0 else None
        own = sorted(kids[index], key=lambda kid: kid[0])
        parent = b"%d 0 R" if tag else b"%d 0 R" % DOCUMENT
        alt = b"/Alt%b" % text_string(tag.alt) if tag and tag.alt else b""
        scope = b"/A<</O/Table/Scope/%b>>" % SCOPES[tag.scope] if tag and tag.scope in SCOPES else b""
        yield (b"<</Type/StructElem/S/%b/P %b/Pg %%d 0 R/K[%b]%b%b>>" % (
            (tag.name if tag else "Sect").encode(), parent, b" ".join(kid for _, kid, _ in own), alt, scope),
            [*([section + 1 + tag.parent] if tag else []), 0, *(at for _, _, at in own if at is not None)])


def number(value: float) -> bytes:
    """A coordinate as exact as reportlab writes it: a reader may round a letter to the next pixel."""
    return (b"%.5f" % value).rstrip(b"0").rstrip(b".")
