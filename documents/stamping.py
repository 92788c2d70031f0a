"""Stamp values into plans and write the pages, one after the other, into one PDF.

A page is two streams: the words and graphics that all pages of a plan share, written once, and its own values. On a
tagged page every block is marked content with the same numbers on every page, so only the structure elements, made
from one template of bytes, are per page.
"""
from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from documents import embedding, fitting, lettering
from documents.compiler import Code, Plan, Slot, values_in
from documents.lettering import Used
from documents.writer import Writer, copy_object, text_string

_PARENT, _PAGES, _RESOURCES = 1, 2, 3                     # object numbers: structure document, page tree, resources


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a plan on the paper, offset in points from the lower left."""

    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class Sheet:
    """A plan at its spots on paper, as one document prints it: the shared stream and the bytes of a page."""

    plan: Plan
    spots: tuple[Spot, ...]
    shared: int
    prefixes: list[list[tuple[Slot, bytes]]]
    elements: bytes
    offsets: tuple[int, ...]


class Press:
    """One document being written. `page` for each page, then `finish`."""

    def __init__(self, out: BinaryIO, language: str, title: str, tagged: bool = True, made_at: datetime | None = None):
        self.writer, self.used = Writer(out), Used()
        self.language, self.title, self.tagged, self.made_at = language, title, tagged, made_at
        self.end = b"EMC\n" if tagged else b""
        self.writer.reserve(3)
        self.sheets: dict = {}
        self.resources: dict[str, dict[str, bytes]] = {}
        self.copied: dict = {}
        self.codes: dict[str, str] = {}
        self.pages, self.sections, self.parents = array("L"), array("L"), array("L")

    def page(self, plan: Plan, values: list, spots: tuple[Spot, ...] = (Spot(),), paper=None, first: bool = False,
             extra: bytes = b"") -> None:
        """A page with one set of values at each spot, in order; fewer than spots on the last one. `first` puts the
        page before all others. `extra` is drawn as it is (cut lines)."""
        key = (id(plan), spots[:len(values)], extra)
        sheet = self.sheets.get(key) or self._sheet(key, plan, spots[:len(values)], extra)
        content = []
        for prefixes, spot_values in zip(sheet.prefixes, values, strict=True):
            texts = list(values_in(spot_values)) if not isinstance(spot_values, list) else spot_values
            for slot, prefix in prefixes:
                content.append(prefix)
                content.append(self._value(slot, texts[slot.value]))
            content.append(b" Q")
        self._write_page(sheet, b"".join(content), paper or (plan.width, plan.height), first)

    def finish(self) -> None:
        writer = self.writer
        for number, glyphs in sorted(self.used.by_face().items()):
            self.resources.setdefault("/Font", {})[f"/F{number}"] = b"%d 0 R" % embedding.embed(writer, number, glyphs)
        kinds = b"".join(b"%b<<%b>>" % (kind.encode(), b" ".join(b"%b %b" % (name.encode(), value)
                                                                  for name, value in sorted(entries.items())))
                         for kind, entries in sorted(self.resources.items()))
        writer.put(b"<<%b>>" % kinds, _RESOURCES)
        writer.put(b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self.pages), _references(self.pages)), _PAGES)
        catalog = b"<</Type/Catalog/Pages %d 0 R/Lang%b/ViewerPreferences<</DisplayDocTitle true>>" % (
            _PAGES, text_string(self.language))
        if self.tagged:
            tree = writer.put(b"<</Nums[%b]>>" % b" ".join(b"%d %d 0 R" % pair for pair in enumerate(self.parents)))
            root = writer.reserve()
            writer.put(b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (root, _references(self.sections)), _PARENT)
            writer.put(b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
                       % (_PARENT, tree, len(self.parents)), root)
            catalog += b"/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R" % root
        else:
            writer.put(b"null", _PARENT)
        info = b"<</Title%b" % text_string(self.title)
        if self.made_at:
            info += b"/CreationDate(%b)" % self.made_at.strftime("D:%Y%m%d%H%M%SZ").encode()
        writer.finish(writer.put(catalog + b">>"), writer.put(info + b">>"))

    # -- a sheet: what the pages of one plan share

    def _sheet(self, key, plan: Plan, spots: tuple[Spot, ...], extra: bytes) -> Sheet:
        for kind, entries in plan.resources.items():
            known = self.resources.setdefault(kind, {})
            for name in entries:
                known.setdefault(name, copy_object(self.writer, dict.__getitem__(entries, name), self.copied))
        shared = [b"/Artifact BMC %b EMC" % extra] if extra else []
        prefixes, elements, offsets = [], [], []
        for index, spot in enumerate(spots):
            first_id = index * len(plan.block_tags)
            shared.append(self._static(plan, spot, first_id))
            prefixes.append(self._prefixes(plan, spot, first_id))
            body, numbers = _elements(plan, first_id, 3 + index * (len(plan.tags) + 1))
            elements += body
            offsets += numbers
        count = len(spots)
        if self.tagged:
            parents = [3 + index * (len(plan.tags) + 1) + 1 + tag for index in range(count) for tag in plan.block_tags]
            elements.insert(0, b"[%b]" % b" ".join([b"%d 0 R"] * len(parents)))
            offsets[0:0] = parents
        number = self.writer.stream(b"\n".join(shared))
        sheet = Sheet(plan, spots, number, prefixes, b"\n".join(elements), tuple(offsets))
        self.sheets[key] = sheet
        return sheet

    def _static(self, plan: Plan, spot: Spot, first_id: int) -> bytes:
        out = [b"q 1 0 0 1 %b %b cm" % (_n(spot.x), _n(spot.y)), b"/Artifact BMC q", plan.graphics, b"Q EMC"]
        block = None
        for word in plan.words:
            if word.block != block:
                if block is not None:
                    out.append(self.end)
                block = word.block
                out.append(self._begin(plan, block, first_id))
            shown = lettering.line(word.text, word.style.size, word.style.bold, word.style.mono, word.direction)
            self.used.add(word.text, word.style, shown)
            x = word.left if word.direction == "ltr" else word.right - shown.width
            out.append(b"BT %b 1 0 0 1 %b %b Tm %b ET" % (word.style.colour.encode(), _n(x), _n(word.baseline),
                                                         shown.show))
        out.append(self.end + b"Q" if block is not None else b"Q")
        return b"\n".join(out)

    def _prefixes(self, plan: Plan, spot: Spot, first_id: int) -> list[tuple[Slot, bytes]]:
        prefixes = []
        for index, slot in enumerate(plan.slots):
            start = b"" if index else b"q 1 0 0 1 %b %b cm " % (_n(spot.x), _n(spot.y))
            colour = b"" if slot.is_code else slot.style.colour.encode() + b" "
            prefixes.append((slot, start + self._begin(plan, slot.block, first_id) + b" " + colour))
        return prefixes

    def _begin(self, plan: Plan, block: int, first_id: int) -> bytes:
        if not self.tagged:
            return b""
        return b"/%b <</MCID %d>> BDC" % (plan.tags[plan.block_tags[block]].name.encode(), first_id + block)

    # -- a page

    def _value(self, slot: Slot, text: str) -> bytes:
        if slot.is_code:
            return self._code(slot, text)
        lines = fitting.place(slot, text)
        for placed in lines:
            self.used.add(placed.text, slot.style, placed.line)
        return b"".join(b"BT 1 0 0 1 %b %b Tm %b ET " % (_n(placed.x), _n(placed.baseline), placed.line.show)
                        for placed in lines) + self.end

    def _code(self, slot: Slot, code: Code) -> bytes:
        side = min(slot.right - slot.left, slot.below)
        path = fitting.code_path(str(code))
        if code.shared:
            if code not in self.codes:
                number = self.writer.stream(path, b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]")
                self.codes[code] = f"/Code{len(self.codes)}"
                self.resources.setdefault("/XObject", {})[self.codes[code]] = b"%d 0 R" % number
            path = self.codes[code].encode() + b" Do"
        return b"q %b 0 0 %b %b %b cm %b Q %b" % (_n(side), _n(side), _n(slot.left), _n(slot.baseline), path, self.end)

    def _write_page(self, sheet: Sheet, content: bytes, paper, first: bool) -> None:
        writer = self.writer
        base = writer.reserve(2 if not self.tagged else 3 + len(sheet.spots) * (len(sheet.plan.tags) + 1))
        writer.stream(zlib.compress(content, 4), number=base + 1, packed=True)
        box = b"%b %b" % (_n(paper[0]), _n(paper[1]))
        page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b]/Resources %d 0 R/Contents[%d 0 R %d 0 R]" % (
            _PAGES, box, _RESOURCES, sheet.shared, base + 1)
        if self.tagged:
            page += b"/Tabs/S/StructParents %d" % len(self.parents)
            bodies = (sheet.elements % tuple([base + offset for offset in sheet.offsets])).split(b"\n")
            writer.put_all(base + 2, bodies)
            self.parents.append(base + 2)
            sections = [base + 3 + index * (len(sheet.plan.tags) + 1) for index in range(len(sheet.spots))]
            self.sections[0:0] = array("L", sections) if first else array("L")
            self.sections.extend(() if first else sections)
        writer.put(page + b">>", base)
        self.pages.insert(0, base) if first else self.pages.append(base)


def _elements(plan: Plan, first_id: int, section: int) -> tuple[list[bytes], list[int]]:
    """The structure elements of one stamped plan as formats, and the offsets from the page's number to fill in."""
    kids: dict[int, list] = {}
    for index, tag in enumerate(plan.tags):
        kids.setdefault(tag.parent, []).append((_first_block(plan, index), b"%d 0 R", section + 1 + index))
    for block, tag in enumerate(plan.block_tags):
        kids.setdefault(tag, []).append((block, b"%d" % (first_id + block), None))
    bodies, offsets = [], []
    for index in range(-1, len(plan.tags)):
        tag = plan.tags[index] if index >= 0 else None
        own = sorted(kids.get(index, ()), key=lambda kid: kid[0])
        name = tag.name if tag else "Sect"
        head = b"<</Type/StructElem/S/%b/P " % name.encode()
        if tag is None:
            head += b"%d 0 R" % _PARENT
        else:
            head += b"%d 0 R"
            offsets.append(section + 1 + tag.parent)
        offsets.append(0)
        offsets += [number for _, _, number in own if number is not None]
        alt = b"/Alt%b" % text_string(tag.alt) if tag and tag.alt else b""
        scope = b"/A<</O/Table/Scope/%b>>" % tag.scope.capitalize().encode() if tag and tag.scope else b""
        bodies.append(head + b"/Pg %d 0 R/K[" + b" ".join(kid for _, kid, _ in own) + b"]" + alt + scope + b">>")
    return bodies, offsets


def _first_block(plan: Plan, tag: int) -> float:
    """Where an element stands in reading order: at its first block."""
    inside = {tag}
    for index in range(tag + 1, len(plan.tags)):
        if plan.tags[index].parent in inside:
            inside.add(index)
    return min((block for block, owner in enumerate(plan.block_tags) if owner in inside), default=tag) - 0.5


def _references(numbers) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _n(value: float) -> bytes:
    return b"%g" % round(value, 3)
