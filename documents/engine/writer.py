"""A small streaming PDF writer: objects go out as they are made, only their offsets stay in memory.

PDF 1.7 with object streams, so that the many small structure elements of a tagged page cost few bytes. The file's
ID is a digest of what was written before it: the same input gives the same bytes.
"""
from __future__ import annotations

import hashlib
import io
import struct
import zlib
from array import array
from typing import BinaryIO

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from documents.engine.signature import Container

FULL = 200                                              # objects in one object stream


class Writer:
    """Numbers are handed out by `reserve`; `put` takes a plain object, `stream` one with data."""

    def __init__(self, out: BinaryIO):
        self.out, self.position, self.digest = out, 0, hashlib.sha256()
        self.kinds, self.places, self.indexes = array("B", [0]), array("Q", [0]), array("H", [65535])
        self.waiting: list[tuple[int, bytes]] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self, count: int = 1) -> int:
        """The first of `count` new object numbers."""
        first = len(self.kinds)
        self.kinds.extend((0,) * count)
        self.places.extend((0,) * count)
        self.indexes.extend((0,) * count)
        return first

    def put(self, body: bytes, number: int | None = None) -> int:
        number = number or self.reserve()
        self.waiting.append((number, body))
        if len(self.waiting) >= FULL:
            self._flush()
        return number

    def put_all(self, first: int, bodies: list[bytes]) -> None:
        self.waiting.extend(enumerate(bodies, first))
        if len(self.waiting) >= FULL:
            self._flush()

    def stream(self, data: bytes, entries: bytes = b"", number: int | None = None, packed: bool = False) -> int:
        """A stream object, deflated here unless `packed` says that it already is."""
        number = number or self.reserve()
        self.kinds[number], self.places[number] = 1, self.position
        data = data if packed else zlib.compress(data, 6)
        self._write(b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n"
                    % (number, entries, len(data), data))
        return number

    def raw_stream(self, dictionary: bytes, data: bytes, number: int) -> None:
        """A stream copied with the filters it came with."""
        self.kinds[number], self.places[number] = 1, self.position
        self._write(b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n"
                    % (number, dictionary, len(data), data))

    def finish(self, catalog: int, info: int) -> None:
        self._flush()
        self._write(self._end(catalog, info, self.position))

    def finish_signed(self, catalog: int, info: int, number: int, entries: bytes, container: Container) -> None:
        """As `finish`, with the signature as the last object before the table: over every byte but its own place."""
        self._flush()
        self.kinds[number], self.places[number] = 1, self.position
        behind = b">>\nendobj\n"
        head = b"%d 0 obj\n<<%b/ByteRange[0 %%010d %%010d %%010d]/Contents" % (number, entries)
        start = self.position + len(head % (0, 0, 0))
        end = start + 2 * container.size + 2
        rest = behind + self._end(catalog, info, end + len(behind))
        head %= start, end, len(rest)
        self._write(head)
        self.digest.update(rest)
        place = container.signed(self.digest.digest()).hex().encode().ljust(2 * container.size, b"0")
        self.out.write(b"<%b>%b" % (place, rest))

    def _end(self, catalog: int, info: int, start: int) -> bytes:
        """The table of objects, which begins at `start`, and what follows it."""
        number = self.reserve()
        self.kinds[number], self.places[number] = 1, start
        identity = self.digest.hexdigest()[:32].encode()
        records = self._records()
        return (b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
                b"/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
                % (number, number + 1, catalog, info, identity, identity, len(records), records, start))

    def _records(self) -> bytes:
        """The cross-reference table, packed piece by piece: it is what grows with a document."""
        packer, pack = zlib.compressobj(6), struct.Struct(">BIH").pack
        parts = []
        for start in range(0, len(self.kinds), 1000):
            part = slice(start, start + 1000)
            rows = map(pack, self.kinds[part], self.places[part], self.indexes[part])
            parts.append(packer.compress(b"".join(rows)))
        return b"".join(parts) + packer.flush()

    def _flush(self) -> None:
        if not self.waiting:
            return
        holder, offset, index, bodies = self.reserve(), 0, [], []
        for place, (number, body) in enumerate(self.waiting):
            index.append(b"%d %d" % (number, offset))
            bodies.append(body)
            offset += len(body) + 1
            self.kinds[number], self.places[number], self.indexes[number] = 2, holder, place
        count, head = len(bodies), b" ".join(index) + b" "
        self.waiting.clear()
        self.stream(head + b"\n".join(bodies), b"/Type/ObjStm/N %d/First %d" % (count, len(head)), holder)

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self.digest.update(data)
        self.position += len(data)


def text_string(text: str) -> bytes:
    """A text string of the document's own level: title, language, alternative text, address."""
    if text.isascii() and text.isprintable():
        return b"(%b)" % text.encode().replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"<FEFF%b>" % text.encode("utf-16-be").hex().upper().encode()


def copy_object(writer: Writer, value, done: dict) -> bytes:
    """A pypdf object of another document, with what it refers to; `done` remembers the numbers given to it."""
    if isinstance(value, IndirectObject):
        key = (id(value.pdf), value.idnum)
        if key not in done:
            done[key] = number = writer.reserve()
            target = value.get_object()
            if isinstance(target, StreamObject):
                entries = DictionaryObject({k: v for k, v in target.items() if k != "/Length"})
                body = copy_object(writer, entries, done)
                writer.raw_stream(body[2:-2], target._data, number)     # pypdf shows packed bytes in no other way
            else:
                writer.put(copy_object(writer, target, done), number)
        return b"%d 0 R" % done[key]
    if isinstance(value, DictionaryObject):
        return b"<<" + b" ".join(k.encode() + b" " + copy_object(writer, dict.__getitem__(value, k), done)
                                 for k in value) + b">>"
    if isinstance(value, ArrayObject):
        return b"[" + b" ".join(copy_object(writer, item, done) for item in list.__iter__(value)) + b"]"

    out = io.BytesIO()
    value.write_to_stream(out)
    return out.getvalue()
