"""Long codes: a symbol made by zxing, which finds the best mask in a tenth of segno's time."""
from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import zxingcpp

if TYPE_CHECKING:
    from documents.engine.compiler import FineCode


def image(code: FineCode) -> bytes:
    """The code as a picture of one bit a module in the unit square, on white with its quiet zone."""
    rows = _rows(code, code.level)
    size, side = len(rows), len(rows) + 8
    packed = b"".join(int("".join("0" if dark else "1" for dark in row).ljust(-(-size // 8) * 8, "1"), 2)
                      .to_bytes(-(-size // 8)) for row in rows)
    unit, inset = 1 / side, 4 / side
    return b"1 g 0 0 1 1 re f %.6f 0 0 %.6f %.6f %.6f cm BI/W %d/H %d/BPC 1/CS/G/F/AHx ID %b> EI" % (
        size * unit, size * unit, inset, inset, size, size, packed.hex().encode())


def address(code: FineCode) -> str:
    """The same as an image's address, for a page that xhtml2pdf lays out by itself."""
    rows = _rows(code, code.level)
    path = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    side = len(rows) + 8
    return "data:image/svg+xml," + quote(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>')


@lru_cache(maxsize=2)  # the sheets of one statement
def _rows(text: str, level: str) -> list[list[bool]]:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    drawn = memoryview(made.to_image(scale=1, add_quiet_zones=False))
    return [[value == 0 for value in row] for row in drawn.tolist()]
