"""Embedding a face: only the glyphs that a document shows, with the text that each of them means."""
from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

import uharfbuzz

from documents.engine import typesetting
from documents.engine.lettering import advance, drawn
from documents.engine.writer import Writer

# Tables that a PDF reader has no use for: it is given glyph ids, not characters to shape.
_UNUSED = ("BASE", "DSIG", "FFTM", "GDEF", "GPOS", "GSUB", "HVAR", "LTSH", "MATH", "MVAR", "OS/2", "STAT", "VDMX",
           "avar", "cmap", "cvar", "fvar", "gasp", "gvar", "hdmx", "kern", "meta", "name", "post", "vhea", "vmtx")


@dataclass(frozen=True, slots=True)
class Subset:
    """A face reduced to some glyphs: its file and its ToUnicode map deflated, and its dictionaries' entries."""

    name: bytes
    program: bytes
    length: int
    meanings: bytes
    widths: bytes
    places: bytes                               # from codes to glyphs, where they are not the same


def embed(writer: Writer, number: int, glyphs: dict[int, str]) -> int:
    """Write a face with these glyphs; answers its font object. Glyph ids stay as they are in the whole face."""
    part = _subset(number, tuple(sorted(glyphs.items())))
    cff = typesetting.FACES[number].has(typesetting.CFF)
    file = writer.stream(part.program, b"/Subtype/OpenType" if cff else b"/Length1 %d" % part.length, packed=True)
    descriptor = writer.put(b"<</Type/FontDescriptor/FontName/%b/Flags 4/ItalicAngle 0/StemV 80%b"
                            b"/FontFile%d %d 0 R>>" % (part.name, _metrics(number), 3 if cff else 2, file))
    places = b"%d 0 R" % writer.stream(part.places, packed=True) if part.places else b"/Identity"
    descendant = writer.put(b"<</Type/Font/Subtype/CIDFontType%d/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)"
                            b"/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 0/W[%b]%b>>"
                            % (0 if cff else 2, part.name, descriptor, part.widths,
                               b"" if cff else b"/CIDToGIDMap " + places))
    meanings = writer.stream(part.meanings, packed=True)
    return writer.put(b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
                      b"/ToUnicode %d 0 R>>" % (part.name, descendant, meanings))


@lru_cache(maxsize=64)
def _subset(number: int, glyphs: tuple[tuple[int, str], ...]) -> Subset:
    """Cached, because most documents need the same letters."""
    ids = [glyph for glyph, _ in glyphs]
    places = {code: drawn(typesetting.FACES[number], code) for code in ids}
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(places.values())
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    wanted.drop_table_tag_set.update(int.from_bytes(tag.ljust(4).encode(), "big") for tag in _UNUSED)
    data = uharfbuzz.subset(_prepared(number), wanted).blob.data
    tag = bytes(65 + byte % 26 for byte in hashlib.sha256(data).digest()[:6])
    name = tag + b"+" + typesetting.FACES[number].name.replace(" ", "").encode()
    return Subset(name, zlib.compress(data, 6), len(data), zlib.compress(_to_unicode(glyphs), 6),
                  _widths(number, ids), _places(places))


def _widths(number: int, ids: list[int]) -> bytes:
    """The W array: each run of neighbouring glyphs with its widths in thousandths of an em."""
    face = typesetting.FACES[number]
    runs = (list(run) for _, run in groupby(enumerate(ids), lambda pair: pair[1] - pair[0]))
    return b"".join(b"%d[%b]" % (run[0][1], b" ".join(
        b"%g" % round(advance(face, glyph), 3) for _, glyph in run)) for run in runs)


def _places(places: dict[int, int]) -> bytes:
    """The CIDToGIDMap, deflated, of a face with codes beyond its glyphs. Unseen signs are the box there: readers pass
    over what has no outline."""
    if all(code == glyph for code, glyph in places.items()):
        return b""
    return zlib.compress(b"".join(struct.pack(">H", places.get(code, 0)) for code in range(max(places) + 1)), 6)


def _to_unicode(glyphs: tuple[tuple[int, str], ...]) -> bytes:
    said = [b"<%04X><%b>" % (glyph, text.encode("utf-16-be").hex().encode()) for glyph, text in glyphs if text]
    sections = [b"%d beginbfchar\n%b\nendbfchar\n" % (len(part), b"\n".join(part))
                for part in (said[start:start + 100] for start in range(0, len(said), 100))]
    return (b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
            b"<</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n"
            b"/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + b"".join(sections)
            + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")


@cache
def _prepared(number: int):
    """The face with what subsetting needs worked out once."""
    return uharfbuzz.subset_preprocess(typesetting.FACES[number].font.face)


@cache
def _metrics(number: int) -> bytes:
    face = typesetting.FACES[number]
    box = struct.unpack(">4h", face.font.face.reference_table("head").data[36:44])
    scale = [round(value * 1000 / face.upem) for value in (*box, face.ascent, face.descent)]
    return b"/FontBBox[%d %d %d %d]/Ascent %d/Descent %d/CapHeight 700" % (*scale,)
