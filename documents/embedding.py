"""Embedding a face: only the glyphs that a document shows, with the text that each of them means."""
from __future__ import annotations

import hashlib
import struct
import zlib
from functools import cache, lru_cache

import uharfbuzz

from documents import typesetting
from documents.lettering import hb_font
from documents.writer import Writer

_UNUSED = ("cmap", "GSUB", "GPOS", "GDEF", "name", "post", "OS/2", "kern", "gasp", "MATH", "FFTM", "DSIG", "meta",
           "STAT", "BASE", "vhea", "vmtx", "hdmx", "VDMX", "LTSH")


def embed(writer: Writer, number: int, glyphs: dict[int, str]) -> int:
    """Write a face with these glyphs; answers its font object. Glyph ids stay as they are in the whole face."""
    ids = tuple(sorted(glyphs))
    program, size, widths, head = _program(number, ids)
    name = _tag(ids) + b"+" + typesetting.FACES[number].name.replace(" ", "").encode()
    file = writer.stream(program, b"/Length1 %d" % size, packed=True)
    descriptor = writer.put(b"<</Type/FontDescriptor/FontName/%b/Flags 4/ItalicAngle 0/StemV 80%b/FontFile2 %d 0 R>>"
                            % (name, head, file))
    descendant = writer.put(b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)"
                            b"/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 0/W[%b]"
                            b"/CIDToGIDMap/Identity>>" % (name, descriptor, widths))
    meaning = writer.stream(_meaning(tuple(sorted(glyphs.items()))), packed=True)
    return writer.put(b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
                      b"/ToUnicode %d 0 R>>" % (name, descendant, meaning))


@lru_cache(maxsize=64)
def _program(number: int, ids: tuple[int, ...]) -> tuple[bytes, int, bytes, bytes]:
    """The subset deflated, its length, its widths, its metrics. Cached: most slips need the same letters."""
    font = hb_font(typesetting.FACES[number])
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(ids)
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    wanted.drop_table_tag_set.update(int.from_bytes(tag.ljust(4).encode(), "big") for tag in _UNUSED)
    data = uharfbuzz.subset(_prepared(number), wanted).blob.data
    upem = font.face.upem
    widths = b" ".join(b"%d[%b]" % (glyph, _number(font.get_glyph_h_advance(glyph) * 1000 / upem)) for glyph in ids)
    return zlib.compress(data, 6), len(data), widths, _metrics(number)


@cache
def _prepared(number: int):
    """The face with what subsetting needs worked out once."""
    return uharfbuzz.subset_preprocess(hb_font(typesetting.FACES[number]).face)


@cache
def _metrics(number: int) -> bytes:
    face = typesetting.FACES[number]
    font = hb_font(face)
    box = struct.unpack(">4h", font.face.reference_table("head").data[36:44])
    scale = [round(value * 1000 / face.upem) for value in (*box, face.ascent, face.descent)]
    return b"/FontBBox[%d %d %d %d]/Ascent %d/Descent %d/CapHeight %d" % (*scale, round(0.7 * 1000))


@lru_cache(maxsize=64)
def _meaning(glyphs: tuple[tuple[int, str], ...]) -> bytes:
    """The ToUnicode map."""
    said = [b"<%04X><%b>" % (glyph, text.encode("utf-16-be").hex().encode()) for glyph, text in glyphs if text]
    sections = [b"%d beginbfchar\n%b\nendbfchar\n" % (len(part), b"\n".join(part))
                for part in (said[start:start + 100] for start in range(0, len(said), 100))]
    return zlib.compress(
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<</Registry (Adobe)\n"
        b"/Ordering (UCS)\n/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + b"".join(sections)
        + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend", 6)


def _tag(ids: tuple[int, ...]) -> bytes:
    """The six letters that name a subset."""
    digest = hashlib.sha256(repr(ids).encode()).digest()
    return bytes(65 + byte % 26 for byte in digest[:6])


def _number(value: float) -> bytes:
    return b"%g" % round(value, 3)
