"""The PDF side of a page: what xhtml2pdf drew, read back as lines of text, marked rooms and graphics.

Only what a laid-out page needs is understood. An operator that would make a stamped page differ from this one
(letter-spacing, justified words, clipped or outlined text) raises Unusual, and the page is not stamped at all.
"""
from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import pypdf
from pypdf.generic import ContentStream, StreamObject

ROOM = 0xFE                       # first byte of the fill colours that mark a value's room: #fe0000 and on
_PAINT = frozenset({b"f", b"f*", b"F", b"B", b"B*", b"b", b"b*", b"S", b"s", b"n"})
_PATH = frozenset({b"m", b"l", b"c", b"v", b"y", b"h", b"re", b"W", b"W*"})
_SPACING = {b"Tc": 0, b"Tw": 0, b"Tz": 100, b"Tr": 0}


class Unusual(ValueError):
    """The page uses something that cannot be stamped; the text says what, in words for a designer."""


class Overfull(Unusual):
    """The page has more to say than it has room for."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: size in points, fill colour as PDF operands, which of the three faces."""

    size: float
    colour: str
    bold: bool
    mono: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One string that was shown: its left and right end and baseline in points from the page's lower left."""

    text: str
    left: float
    right: float
    baseline: float
    style: Style


@dataclass(slots=True)
class Drawing:
    """A page as drawn: size, lines in drawing order, rooms by number, and everything else as operators."""

    width: float
    height: float
    lines: list[list[Piece]] = field(default_factory=list)
    rooms: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)
    leading: dict[int, float] = field(default_factory=dict)
    graphics: bytes = b""
    resources: dict = field(default_factory=dict)


def read(pdf: bytes, pages: int) -> list[Drawing]:
    """The pages of a PDF, which must be this many."""
    document = pypdf.PdfReader(io.BytesIO(pdf))
    if len(document.pages) != pages:
        raise Overfull("The page does not fit on one sheet.")
    return [_Replay(page, document).drawing for page in document.pages]


class _Replay:
    """Follows the page's operators with just the graphics state that text and rooms need."""

    def __init__(self, page, document):
        box = page.mediabox
        self.drawing = Drawing(float(box.width), float(box.height))
        self.resources = page["/Resources"]
        self.fonts = {name: _Font(ref.get_object()) for name, ref in self.resources.get("/Font", {}).items()}
        self.out: list[bytes] = []
        self.path: list[bytes] = []
        self.corners: list[tuple[float, float]] = []
        self.ctm, self.fill, self.stack = (1, 0, 0, 1, 0, 0), "0 0 0 rg", []
        self.font, self.size, self.leading = None, 0.0, 0.0
        self.origin = self.at = (0.0, 0.0)
        self.rise = 0.0
        content = ContentStream(page.get_contents(), document)
        for operands, operator in content.operations:
            self.step(operands, operator)
        self.drawing.graphics = b"\n".join(self.out)
        self.drawing.resources = {kind: self.resources[kind] for kind in ("/XObject", "/ExtGState")
                                  if kind in self.resources}

    def step(self, operands, operator: bytes) -> None:
        if operator in _PATH:
            self.path.append(_operation(operands, operator))
            self.corners += _corners(operands, operator)
        elif operator in _PAINT:
            self.paint(operands, operator)
        elif operator in (b"q", b"Q"):
            self.save() if operator == b"q" else self.restore()
        elif operator == b"cm":
            self.ctm = _times(tuple(map(float, operands)), self.ctm)
            self.out.append(_operation(operands, operator))
        elif operator in (b"rg", b"g", b"k", b"scn", b"sc"):
            self.fill = _operation(operands, operator).decode("latin-1")
            self.out.append(self.fill.encode("latin-1"))
        elif not self.text(operands, operator):
            if operator in (b"Do", b"sh"):
                self.painted = True
            self.out.append(_operation(operands, operator))

    # -- graphics

    painted = False

    def save(self) -> None:
        self.stack.append((self.ctm, self.fill, self.painted, len(self.out)))
        self.painted = False
        self.out.append(b"q")

    def restore(self) -> None:
        self.ctm, self.fill, before, start = self.stack.pop()
        if self.painted:
            self.out.append(b"Q")
        else:
            del self.out[start:]                                # nothing visible was left in it
        self.painted = self.painted or before

    def paint(self, operands, operator: bytes) -> None:
        room = _room(self.fill) if operator in (b"f", b"f*") and self.corners else None
        if room is not None:
            points = [_apply(self.ctm, *corner) for corner in self.corners]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            self.drawing.rooms[room] = (min(xs), min(ys), max(xs), max(ys))
        elif self.path:
            self.out += [*self.path, _operation(operands, operator)]
            self.painted = True
        self.path, self.corners = [], []

    # -- text

    def text(self, operands, operator: bytes) -> bool:
        """Take a text operator; False when it is none."""
        if operator == b"BT":
            self.origin = self.at = (0.0, 0.0)
            self.drawing.lines.append([])
        elif operator == b"Tf":
            self.font, self.size = self.fonts[operands[0]], float(operands[1])
        elif operator == b"TL":
            self.leading = float(operands[0])
        elif operator == b"Ts":
            self.rise = float(operands[0])
        elif operator == b"Tm":
            a, b, c, d, x, y = map(float, operands)
            if (a, b, c, d) != (1, 0, 0, 1):
                raise Unusual("Text is turned or scaled.")
            self.newline(x, y)
        elif operator == b"Td":
            self.newline(self.origin[0] + float(operands[0]), self.origin[1] + float(operands[1]))
        elif operator == b"T*":
            self.newline(self.origin[0], self.origin[1] - self.leading)
        elif operator == b"Tj":
            self.show(operands[0])
        elif operator in _SPACING:
            if float(operands[0]) != _SPACING[operator]:
                raise Unusual("Text is justified, letter-spaced, stretched or outlined.")
        elif operator in (b"TJ", b"'", b'"', b"TD"):
            raise Unusual(f"Text is shown with the operator {operator.decode()}.")
        else:
            return operator == b"ET"
        return True

    def newline(self, x: float, y: float) -> None:
        self.origin = self.at = (x, y)
        self.drawing.lines.append([])

    def show(self, string) -> None:
        codes = string.original_bytes
        text, width = self.font.read(codes)
        x, y = self.at
        a, b, c, d, _, _ = self.ctm
        if (round(a, 4), b, c, round(d, 4)) != (1, 0, 0, 1) and text.strip():
            raise Unusual(f"The text “{text}” is turned or scaled {self.ctm}.")
        left, baseline = _apply(self.ctm, x, y + self.rise)
        right = left + width * self.size
        self.at = (x + width * self.size, y)
        if text:
            style = Style(self.size, self.fill, self.font.bold, self.font.mono)
            self.drawing.lines[-1].append(Piece(text, left, right, baseline, style))


class _Font:
    """A simple font of the page: what its codes mean, how wide they are (in em), and which face it is."""

    def __init__(self, font):
        name = str(font["/BaseFont"])
        self.bold, self.mono = "Bold" in name, "Mono" in name
        self.first = int(font.get("/FirstChar", 0))
        self.widths = [float(width) / 1000 for width in font.get("/Widths", [])]
        to_unicode = font.get("/ToUnicode")
        self.chars = _to_unicode(to_unicode.get_object().get_data().decode("latin-1")) if to_unicode else None
        self.name = name

    def read(self, codes: bytes) -> tuple[str, float]:
        if self.chars is None:
            text = codes.decode("cp1252", "replace")
            if text.strip():
                raise Unusual(f"“{text}” is drawn in {self.name[1:]}, which is not one of the page's own faces.")
            return text, 0.0
        return "".join(self.chars[code] for code in codes), sum(self.widths[code - self.first] for code in codes)


def _to_unicode(cmap: str) -> dict[int, str]:
    chars: dict[int, str] = {}
    for section in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, value in re.findall(r"<(\w+)>\s*<(\w+)>", section):
            chars[int(code, 16)] = bytes.fromhex(value).decode("utf-16-be")
    for section in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for low, _high, values in re.findall(r"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", section, re.S):
            for offset, value in enumerate(re.findall(r"<(\w+)>", values)):
                chars[int(low, 16) + offset] = bytes.fromhex(value).decode("utf-16-be")
        for low, high, value in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", section):
            for offset in range(int(high, 16) - int(low, 16) + 1):
                chars[int(low, 16) + offset] = chr(int(value, 16) + offset)
    return chars


def _room(fill: str) -> int | None:
    """The number hidden in a marking colour, or None for a colour that is only a colour."""
    parts = fill.split()
    if len(parts) != 4 or parts[3] != "rg":
        return None
    red, green, blue = (round(float(part) * 255) for part in parts[:3])
    return green * 256 + blue if red == ROOM and green < 8 else None


def _operation(operands, operator: bytes) -> bytes:
    out = io.BytesIO()
    for operand in operands:
        if isinstance(operand, StreamObject):
            raise Unusual("The page holds an inline image.")
        operand.write_to_stream(out)
        out.write(b" ")
    return out.getvalue() + operator


def _corners(operands, operator: bytes) -> list[tuple[float, float]]:
    numbers = [float(operand) for operand in operands]
    if operator == b"re":
        x, y, w, h = numbers
        return [(x, y), (x + w, y + h)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _times(m, n):
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n                                                            # noqa: E741
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l)


def _apply(m, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
