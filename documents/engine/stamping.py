"""Stamp values onto sheets and write the pages, one after the other, into one PDF.

A page is two streams: the sheet's own, written once a document, and the candidate's values. Nothing of a page
stays in memory but its object numbers.
"""
from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from documents.engine import codes, embedding, fitting
from documents.engine.compiler import Code, FineCode, Link, Signature, Slot
from documents.engine.lettering import Used
from documents.engine.sheets import DOCUMENT, PAGES, PARENTS, RESOURCES, Sheet, number
from documents.engine.signature import Container
from documents.engine.writer import Writer, copy_object, text_string

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">{claim}<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li
 xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag>
</dc:language>{made}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Signing:
    """How a document is signed: by whom, why and when (aware), and the words for its place."""

    container: Container
    name: str
    reason: str
    label: str
    at: datetime


class Press:
    """One document being written: `page` for each page, then `finish`."""

    def __init__(self, out: BinaryIO, language: str, title: str, tagged: bool = True,
                 made_at: datetime | None = None, signing: Signing | None = None):
        self.writer, self.used = Writer(out), Used()
        self.language, self.title, self.tagged, self.made_at = language, title, tagged, made_at
        self.writer.reserve(3)
        self.signing = signing
        self.widget = self.writer.reserve(2) if signing else 0
        self.signature = self.widget + 1
        self.streams: dict[Sheet, int] = {}
        self.stamped: dict[Sheet, list[list]] = {}
        self.resources: dict[str, dict[str, bytes]] = {}
        self.copied: dict = {}
        self.codes: dict[str, bytes] = {}
        self.pages, self.sections, self.parents = array("L"), array("L"), array("L")

    def page(self, sheet: Sheet, values: Sequence[list[str]], first: bool = False) -> None:
        """A page with the values of each cell. `first` puts it before all others."""
        shared = self.streams.get(sheet) or self._share(sheet)
        content, notes = [], []
        for cell, (slots, texts) in enumerate(zip(sheet.slots, values, strict=True)):
            for (slot, prefix), last in zip(slots, self._last(sheet, cell), strict=True):
                text = texts[slot.value]
                if last[0] != text:                     # most values are the previous page's: a centre's
                    is_noted = isinstance(text, (Link, Signature))
                    last[:] = (text, prefix + self._value(slot, text) + sheet.end,
                               (text, _around(slot, text, *sheet.places[cell])) if is_noted else None)
                content.append(last[1])
                if last[2] and (isinstance(text, Link) or (self.signing and not self.pages)):
                    notes.append(last[2])
            content.append(b"Q\n" if slots else b"")
        self._write_page(sheet, shared, b"".join(content), notes, first)

    def finish(self) -> None:
        writer = self.writer
        for face, glyphs in sorted(self.used.by_face().items()):
            self.resources.setdefault("/Font", {})[f"/F{face}"] = b"%d 0 R" % embedding.embed(writer, face, glyphs)
        writer.put(b"<<%b>>" % b"".join(
            b"%b<<%b>>" % (kind.encode(), b"".join(b"%b %b " % (name.encode(), value) for name, value in
                                                   sorted(entries.items())))
            for kind, entries in sorted(self.resources.items())), RESOURCES)
        writer.put(b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self.pages), _references(self.pages)), PAGES)
        catalog = (b"<</Type/Catalog/Pages %d 0 R/Lang%b/ViewerPreferences<</DisplayDocTitle true>>"
                   b"/Metadata %d 0 R%b" % (PAGES, text_string(self.language), self._metadata(), self._structure()))
        made = b"/CreationDate%b" % _date(self.made_at) if self.made_at else b""
        info = writer.put(b"<</Title%b%b>>" % (text_string(self.title), made))
        if self.signing is None:
            writer.finish(writer.put(catalog + b">>"), info)
            return
        signing = self.signing
        catalog += (b"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>/Perms<</DocMDP %d 0 R>>"
                    b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>>>" % (self.widget, self.signature))
        entries = (b"/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Name%b/Reason%b/M%b/Reference[<</Type"
                   b"/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]" % (
                       text_string(signing.name), text_string(signing.reason), _date(signing.at)))
        writer.finish_signed(writer.put(catalog), info, self.signature, entries, signing.container)

    def _metadata(self) -> int:
        """XMP (ISO 16684-1); a tagged document says that it keeps PDF/UA-1."""
        made = f"<xmp:CreateDate>{self.made_at:%Y-%m-%dT%H:%M:%SZ}</xmp:CreateDate>" if self.made_at else ""
        text = _XMP.format(title=escape(self.title), language=self.language, made=made,
                           claim="<pdfuaid:part>1</pdfuaid:part>" if self.tagged else "")
        return self.writer.stream(text.encode(), b"/Type/Metadata/Subtype/XML")

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
        """Text and bytes of each value as last stamped in a cell, and what lies over it."""
        if sheet not in self.stamped:
            if not any(sheet.slots):
                return []
            self.stamped[sheet] = [[[None, b"", None] for _ in slots] for slots in sheet.slots]
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
        if isinstance(code, FineCode):
            show = codes.image(code)
        else:
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

    def _write_page(self, sheet: Sheet, shared: int, content: bytes, notes: list, first: bool) -> None:
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
        if self.signing and not self.pages and not any(isinstance(text, Signature) for text, _box in notes):
            notes.append((Signature(), (0, 0, 0, 0)))
        if annotations := [self._annotate(text, box, base, first) for text, box in notes]:
            page += b"/Annots[%b]" % _references(annotations)
        writer.put(page + b">>", base)
        self.pages.insert(0 if first else len(self.pages), base)

    def _annotate(self, text: str, box: tuple, page: int, first: bool) -> int:
        """What lies over a value: a link, or the place of the signature. Gives its object number."""
        writer, is_link = self.writer, isinstance(text, Link)
        annotation = writer.reserve() if is_link else self.widget
        rect = b" ".join(map(number, box))
        body = b"<</Type/Annot/Rect[%b]/P %d 0 R" % (rect, page)
        if self.tagged:
            body += b"/StructParent %d" % len(self.parents)
            element = writer.put(b"<</Type/StructElem/S/%b/P %d 0 R/Pg %d 0 R/K[<</Type/OBJR/Obj %d 0 R>>]>>" % (
                b"Link" if is_link else b"Form", DOCUMENT, page, annotation))
            self.parents.append(element)
            self.sections.insert(1 if first else len(self.sections), element)
        if is_link:
            return writer.put(body + b"/Subtype/Link/F 4/Border[0 0 0]/Contents%b/A<</S/URI/URI%b>>>>" % (
                text_string(text), text_string(text.address)), annotation)
        empty = writer.stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]")
        writer.put(body + b"/Subtype/Widget/FT/Sig/F 132/T(Signature)/TU%b/AP<</N %d 0 R>>/V %d 0 R>>" % (
            text_string(self.signing.label), empty, self.signature), annotation)
        return annotation


def _around(slot: Slot, text: str, x: float, y: float) -> tuple:
    """The box around a value as it stands on the page."""
    lines = list(fitting.place(slot, text))
    size = slot.style.size
    return (x + min(line.x for line in lines), y + min(line.baseline for line in lines) - fitting.DESCENT * size,
            x + max(line.x + line.line.width for line in lines),
            y + max(line.baseline for line in lines) + fitting.ASCENT * size)


def _date(moment: datetime) -> bytes:
    return moment.strftime("(D:%Y%m%d%H%M%SZ)").encode()


def _references(numbers) -> bytes:
    return b" ".join(b"%d 0 R" % value for value in numbers)
