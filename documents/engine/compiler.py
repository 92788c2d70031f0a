"""Compile a page: xhtml2pdf lays the template out once, and what it drew becomes a plan to stamp values into.

    template + sentinels → xhtml2pdf → Drawing ─┐
                        └→ Markup (blocks, tags) ┴→ Plan(graphics, words, slots)

The template is drawn twice in one go. On the first page each value is a short sentinel and its block is filled
with a marking colour: the fill is the *room* the value has. The second page is the template as it is, with
sentinels of other widths. That gives, and proves, everything a plan says:

* a word that is the same on both pages, at the same place, is static; one that is not depends on a value in a
  way that cannot be stamped (`{{ name|length }}`) and is refused;
* a value stays at its left end, its right end or its middle: that is its alignment;
* every letter of the markup was found on paper, and nothing else was, so nothing was clipped or drawn twice;
* each page is one page.

What breaks one of these raises Unusual with a sentence for the designer, and the caller lets xhtml2pdf lay out
each candidate's own page instead (`compile_literal`): slower by a thousand, and just as right.
"""
from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from documents.engine import codes, drawing, markup, typesetting
from documents.engine.drawing import Drawing, Piece, Style, Unusual
from documents.engine.markup import Block, Markup, Tag

logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL + 1)      # its warnings quote the document, secrets too

SENTINELS = ("W{:03d}", "i{:03d}l")                      # short, of two widths and lengths, in every face
ROOM_IMAGE = ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' width='9' height='9'"
              "%3E%3Crect width='9' height='9' fill='%23{:02x}{:04x}'/%3E%3C/svg%3E")
ASCENT, DESCENT = 0.75, 0.25                            # of a line's ink, in em, as its slack is counted
NEAR = 0.05                                             # points; a fiftieth of a millimetre


class Code(str):
    """A value that is drawn as a QR code of this text. A shared one is the same on many pages."""

    shared = False

    def image(self) -> str:
        """The code as an image's address."""
        return segno.make(str(self), error="m", micro=False).svg_data_uri(border=4, light="white", omitsize=True)


class SharedCode(Code):
    shared = True


class FineCode(Code):
    """A long text as a code of just this level of correction, 'L' or 'M': an address, and digits behind its #."""

    level = "M"

    def image(self) -> str:
        return codes.address(self)


class Link(str):
    """A value that can be tapped; `address` is where it leads."""

    address = ""


class Signature(str):
    """The sentence that says who signed the document; the place of the signature lies over it."""


class Name(str):
    """A value that holds nothing up: cut where it is too long for its room, other values are refused then.
    `whole`: whether it is the name as it is written."""

    whole = True


@dataclass(frozen=True, slots=True)
class Word:
    """Static text of one look, where xhtml2pdf put it; `right` anchors right-to-left lines."""

    text: str
    left: float
    right: float
    baseline: float
    style: Style
    block: int
    direction: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes. `left` and `right` are the edges of its room, `above` and `below` the slack around
    its first line, all in points; `value` is its place among the page's values."""

    value: int
    block: int
    direction: str
    align: str
    left: float
    right: float
    baseline: float
    above: float
    below: float
    style: Style
    is_code: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """One page, ready to be stamped: the part that every page shares, and the slots."""

    width: float
    height: float
    graphics: bytes
    resources: dict
    words: tuple[Word, ...]
    slots: tuple[Slot, ...]
    tags: tuple[Tag, ...]
    block_tags: tuple[int, ...]
    language: str
    title: str

    @property
    def depth(self) -> float:
        """How far down the paper its words and the rooms of its values reach, in points."""
        return self.height - min([*(slot.baseline - slot.below - DESCENT * slot.style.size for slot in self.slots),
                                  *(word.baseline - DESCENT * word.style.size for word in self.words)])


def values_in(values) -> Iterator[str]:
    """The texts that a template's values hold, in order; empty ones are part of the page's shape instead."""
    if isinstance(values, str):
        if values:
            yield values
    elif isinstance(values, dict):
        for value in values.values():
            yield from values_in(value)
    elif isinstance(values, tuple):
        for value in values:
            yield from values_in(value)


def names_in(values, name: str = "") -> Iterator[str]:
    """What a template calls each of these texts: slip.candidate_name, slip.contact[0]."""
    if isinstance(values, str):
        if values:
            yield name
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from names_in(value, f"{name}.{key}" if name else key)
    elif isinstance(values, tuple):
        for index, value in enumerate(values):
            yield from names_in(value, f"{name}[{index}]")


def compile_page(design, values: dict) -> Plan:
    """The plan for every page whose values have this shape. `design`: a `pages.Design`."""
    marked, plain = (design.html(_replaced(values, _sentinels(form))) for form in SENTINELS)
    marked, plain = markup.read(marked), markup.read(plain)
    _mark_rooms(marked)
    first, second = drawing.read(draw(marked.html(plain), design.roots), pages=2)
    names = list(names_in(values))
    short, words_marked = _found(marked, first, SENTINELS[0], names)
    wide, words_plain = _found(plain, second, SENTINELS[1], names)
    _same_words(words_marked, words_plain)
    slots = tuple(_slot(one, other, names, first.rooms) for one, other in zip(short, wide, strict=True))
    codes = tuple(_code_slot(block, first.rooms) for block in marked.blocks if block.node.tag == "img"
                  and block.node.get("src", "").startswith("data:image/svg+xml,%3Csvg xmlns"))
    return _plan(plain, second, words_plain, slots + codes)


def compile_literal(design, values: dict) -> Plan:
    """One page with its values laid out by xhtml2pdf itself: no slots. The fall-back for one candidate."""
    runs = (run for text in values_in(values) for run in typesetting.shape(text))
    faces = tuple(dict.fromkeys(run.face for run in runs))
    page = markup.read(design.html(with_images(values), faces))
    drawn, = drawing.read(draw(page.html(), design.roots), pages=1)
    return _plan(page, drawn, _found(page, drawn, None, [])[1], ())


def draw(html: str, roots: tuple[Path, ...]) -> bytes:
    """xhtml2pdf's own PDF of a page. No file outside `roots`, no host, 20 s at most; a warning is an error."""
    out = io.BytesIO()
    policy = ResourceAccessPolicy.server(roots[0], extra_roots=roots[1:], allow_remote=False,
                                         max_render_seconds=20)
    result = pisa.CreatePDF(html, dest=out, encoding="utf-8", resource_policy=policy)
    if result.err or result.warn:
        kinds = {entry[2].split("\n")[0][:120] for entry in result.log if entry[0] in ("warning", "error")}
        raise Unusual("xhtml2pdf complains: " + "; ".join(sorted(kinds)))
    return out.getvalue()


# -- sentinels


def _sentinels(form: str) -> Callable[[int, str], str]:
    def sentinel(number: int, value: str) -> str:
        if isinstance(value, Code):
            return ROOM_IMAGE.format(drawing.ROOM, number)
        return form.format(number)
    return sentinel


def with_images(values: dict) -> dict:
    """The values as a template prints them by itself: codes as pictures."""
    return _replaced(values, lambda _, value: value.image() if isinstance(value, Code) else value)


def _replaced(values, sentinel, counter=None):
    """The same structure with each text replaced by its sentinel."""
    counter = counter if counter is not None else iter(range(1000))
    if isinstance(values, str):
        return sentinel(next(counter), values) if values else values
    if isinstance(values, dict):
        return {name: _replaced(value, sentinel, counter) for name, value in values.items()}
    if isinstance(values, tuple):
        return tuple(_replaced(value, sentinel, counter) for value in values)
    return values


def _number(text: str, form: str | None, count: int) -> int | None:
    """Which value's sentinel a text is, if it is one."""
    return next((number for number in range(count) if text == form.format(number)), None) if form else None


def _mark_rooms(page: Markup) -> None:
    for block in page.blocks:
        number = _number(block.text, SENTINELS[0], 1000) if block.text.startswith("W") else None
        if number is not None:
            style = block.node.get("style", "").rstrip("; ")
            block.node.set("style", f"{style}; background-color: #{drawing.ROOM:02x}{number:04x}".lstrip("; "))


# -- what was drawn, block by block


def _found(page: Markup, drawn: Drawing, form: str | None, names: list[str]):
    """Give every drawn line to its block. Answers where each value was drawn, and the static words."""
    values: list[tuple[int, Block, Piece]] = []
    words: list[Word] = []
    current = 0
    for line in drawn.lines:
        text = "".join(piece.text for piece in line)
        seen = markup.letters(text)
        if not seen:
            continue
        ahead = [block for block in (*page.blocks[current:], *page.blocks[:current]) if block.rest]
        block = (next((block for block in ahead if block.rest == seen), None)
                 or next((block for block in ahead if block.begins_with(seen)), None)
                 or next((block for block in ahead if page.may_reorder(text) and block.is_all_of(seen)), None)
                 or next((block for block in ahead if page.may_reorder(text) and block.holds(seen)), None))
        if block is None:
            raise Unusual(f"The text “{text}” is drawn, but no element says it.")
        current = block.number
        number = _number(block.text, form, len(names))
        if number is None:
            _no_sentinel(block.text, form, names)
            words += _words(block, line)
            continue
        if len(line) != 1 or text.strip() != block.text:
            raise Unusual(f"{names[number]} is drawn in other letters or mixed faces: its style changes it.")
        block.take(len(seen))
        values.append((number, block, line[0]))
    lost = next((block for block in page.blocks if block.rest), None)
    if lost:
        raise Unusual(f"The text “{lost.text[:80]}” is in the template and does not appear on paper.")
    return values, words


def _no_sentinel(text: str, form: str | None, names: list[str]) -> None:
    folded = text.casefold()
    for number, name in enumerate(names) if form else ():
        if form.format(number).casefold() in folded:
            raise Unusual(f"{name} stands inside a sentence or is changed by the template: "
                          "give it an element of its own.")


def _words(block: Block, line: list[Piece]) -> list[Word]:
    """A line as static words: its pieces where they stand, or as a whole where it was turned round."""
    if block.direction == "ltr" and block.begins_with(markup.letters("".join(piece.text for piece in line))):
        words = []
        for piece in line:
            count = len(markup.letters(piece.text))
            if count:
                block.take(count)
            text = piece.text.rstrip() if piece is line[-1] else piece.text
            if text.strip():
                words.append(Word(text, piece.left, piece.right, piece.baseline, piece.style, block.number, "ltr"))
        return words
    inked = [piece for piece in line if piece.text.strip()]
    main = max(inked, key=lambda piece: len(piece.text))
    text = block.take(sum(len(markup.letters(piece.text)) for piece in inked))
    return [Word(text, min(piece.left for piece in inked), max(piece.right for piece in inked), main.baseline,
                 main.style, block.number, block.direction)]


def _same_words(marked: list[Word], plain: list[Word]) -> None:
    for one, other in zip(marked, plain, strict=False):
        if one.text != other.text:
            raise Unusual(f"The text “{other.text}” depends on a value.")
        if abs(one.left - other.left) > NEAR or abs(one.baseline - other.baseline) > NEAR:
            raise Unusual(f"The text “{one.text}” moves with the length of a value.")
    if len(marked) != len(plain):
        raise Unusual("The number of lines depends on a value.")


# -- slots


def _slot(one, other, names: list[str], rooms: dict) -> Slot:
    """Where a value goes, from how its short and its wide sentinel were drawn."""
    (number, block, short), (_, _, wide) = one, other
    name = names[number]
    if number not in rooms:
        raise Unusual(f"{name} has no block of its own whose room could be measured.")
    if abs(short.baseline - wide.baseline) > NEAR or short.style != wide.style:
        raise Unusual(f"{name} moves or changes its look with its length.")
    left, low, right, high = rooms[number]
    if abs(short.left - wide.left) < NEAR:
        align, padding = "left", short.left - left
    elif abs(short.right - wide.right) < NEAR:
        align, padding = "right", right - short.right
    elif abs(short.left + short.right - wide.left - wide.right) < 2 * NEAR:
        align, padding = "center", 0.0
    else:
        raise Unusual(f"{name} is neither at the left, the right nor the middle of its room.")
    above = high - short.baseline - ASCENT * short.style.size
    below = short.baseline - low - DESCENT * short.style.size
    return Slot(number, block.number, block.direction, align, left + padding, right - padding, short.baseline,
                max(0.0, above), max(0.0, below), short.style)


def _code_slot(block: Block, rooms) -> Slot:
    number = next(n for n in rooms if ROOM_IMAGE.format(drawing.ROOM, n) == block.node.get("src"))
    left, low, right, high = rooms[number]
    style = Style(high - low, "0 0 0 rg", False, False)
    return Slot(number, block.number, block.direction, "left", left, right, low, 0.0, high - low, style,
                is_code=True)


def _plan(page: Markup, drawn: Drawing, words: list[Word], slots: tuple[Slot, ...]) -> Plan:
    return Plan(drawn.width, drawn.height, drawn.graphics, drawn.resources, tuple(words),
                tuple(sorted(slots, key=lambda slot: slot.block)), tuple(page.tags),
                tuple(block.tag for block in page.blocks), page.language, page.title)
