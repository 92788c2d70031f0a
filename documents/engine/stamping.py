"""Stamp values onto sheets and write the pages, one after the other, into one PDF.

A page is two streams: the sheet's own, written once a document, and the candidate's values. Nothing of a page
stays in memory but its object numbers.
"""
from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from documents.engine import embedding, fitting
from documents.engine.compiler import Code, Slot
from documents.engine.lettering import Used
from documents.engine.sheets import DOCUMENT, PAGES, PARENTS, RESOURCES, Sheet, number
from documents.engine.writer import Writer, copy_object, text_string


class Press:
    """One document being written: `page` for each page, then `finish`."""

    def __init__(self, out: BinaryIO, language: str, title: str, tagged: bool = True,
                 made_at: datetime | None = None):
        self.writer, self.used = Writer(out), Used()
        self.language, self.title, self.tagged, self.made_at = language, title, tagged, made_at
        self.writer.reserve(3)
        self.streams: dict[Sheet, int] = {}
        self.stamped: dict[Sheet, list[list]] = {}
        self.resources: dict[str, dict[str, bytes]] = {}
        self.copied: dict = {}
        self.codes: dict[str, bytes] = {}
        self.pages, self.sections, self.parents = array("L"), array("L"), array("L")

    def page(self, sheet: Sheet, values: Sequence[list[str]], first: bool = False) -> None:
        """A page with the values of each cell. `first` puts it before all others."""
        shared = self.streams.get(sheet) or self._share(sheet)
        content = []
        for cell, (slots, texts) in enumerate(zip(sheet.slots, values, strict=True)):
            for (slot, prefix), last in zip(slots, self._last(sheet, cell), strict=True):
                text = texts[slot.value]
                if last[0] != text:                     # most values are the previous page's: a centre's
                    last[:] = text, prefix + self._value(slot, text) + sheet.end
                content.append(last[1])
            content.append(b"Q\n" if slots else b"")
        self._write_page(sheet, shared, b"".join(content), first)

    def finish(self) -> None:
        writer = self.writer
        for face, glyphs in sorted(self.used.by_face().items()):
            self.resources.setdefault("/Font", {})[f"/F{face}"] = b"%d 0 R" % embedding.embed(writer, face, glyphs)
        writer.put(b"<<%b>>" % b"".join(
            b"%b<<%b>>" % (kind.encode(), b"".join(b"%b %b " % (name.encode(), value) for name, value in
                                                   sorted(entries.items())))
            for kind, entries in sorted(self.resources.items())), RESOURCES)
        writer.put(b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self.pages), _references(self.pages)), PAGES)
        catalog = b"<</Type/Catalog/Pages %d 0 R/Lang%b/ViewerPreferences<</DisplayDocTitle true>>%b>>" % (
            PAGES, text_string(self.language), self._structure())
        made = self.made_at.strftime("/CreationDate(D:%Y%m%d%H%M%SZ)").encode() if self.made_at else b""
        writer.finish(writer.put(catalog), writer.put(b"<</Title%b%b>>" % (text_string(self.title), made)))

    def _structure(self) -> bytes:
        """The structure tree over all pages, as the catalogue's entries."""
        writer = self.writer
        if not self.tagged:
            writer.put(b"null", DOCUMENT)
            return b""
        tree = writer.put(b"<</Nums[%b]>>" % b" ".join(b"%d %d 0 R" % pair for pair in enumerate(self.parents)))
        root = writer.reserve()
        writer.put(b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (root, _references(self.sections)),
                   DOCUMENT)
        writer.put(b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
                   % (DOCUMENT, tree, len(self.parents)), root)
        return b"/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R" % root

    def _share(self, sheet: Sheet) -> int:
        """Write what the sheet's pages share. A sheet without values has one page and is not remembered."""
        self.used.merge(sheet.used)
        for resources in sheet.resources:
            for kind, entries in resources.items():
                known = self.resources.setdefault(kind, {})
                for name in entries:
                    known.setdefault(name, copy_object(self.writer, dict.__getitem__(entries, name), self.copied))
        stream = self.writer.stream(sheet.shared, packed=True)
        if any(sheet.slots):
            self.streams[sheet] = stream
        return stream

    def _last(self, sheet: Sheet, cell: int) -> list[list]:
        """Text and bytes of each value as last stamped in a cell."""
        if sheet not in self.stamped:
            if not any(sheet.slots):
                return []
            self.stamped[sheet] = [[[None, b""] for _ in slots] for slots in sheet.slots]
        return self.stamped[sheet][cell]

    def _value(self, slot: Slot, text: str) -> bytes:
        if slot.is_code:
            return self._code(slot, text)
        out = []
        for placed in fitting.place(slot, text):
            self.used.add(placed.text, slot.style, placed.line)
            out.append(b"BT 1 0 0 1 %b %b Tm %b ET " % (
                number(placed.x), number(placed.baseline), placed.line.show))
        return b"".join(out)

    def _code(self, slot: Slot, code: Code) -> bytes:
        side = number(min(slot.right - slot.left, slot.below))
        show = self._shared_code(code) + b" Do" if code.shared else fitting.code_path(code)
        return b"q %b 0 0 %b %b %b cm %b Q " % (side, side, number(slot.left), number(slot.baseline), show)

    def _shared_code(self, code: Code) -> bytes:
        """The name of the form that shows a code, written when it is first needed."""
        if code not in self.codes:
            self.codes[code] = name = b"/Code%d" % len(self.codes)
            form = self.writer.stream(fitting.shared_code(code), b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]",
                                      packed=True)
            self.resources.setdefault("/XObject", {})[name.decode()] = b"%d 0 R" % form
        return self.codes[code]

    def _write_page(self, sheet: Sheet, shared: int, content: bytes, first: bool) -> None:
        writer = self.writer
        base = writer.reserve(sheet.objects)
        writer.stream(zlib.compress(content, 3), number=base + 1, packed=True)
        page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b %b]/Resources %d 0 R/Contents[%d 0 R %d 0 R]" % (
            PAGES, number(sheet.width), number(sheet.height), RESOURCES, shared, base + 1)
        if self.tagged:
            page += b"/Tabs/S/StructParents %d" % len(self.parents)
            elements = sheet.elements % tuple([base + at for at in sheet.offsets])
            writer.put_all(base + PARENTS, elements.split(b"\n"))
            self.parents.append(base + PARENTS)
            at = 0 if first else len(self.sections)
            self.sections[at:at] = array("L", [base + section for section in sheet.sections])
        writer.put(page + b">>", base)
        self.pages.insert(0 if first else len(self.pages), base)


def _references(numbers) -> bytes:
    return b" ".join(b"%d 0 R" % value for value in numbers)
