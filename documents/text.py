"""What may be printed: one line of plain text that every face, reader and copy agrees on."""
from __future__ import annotations

import unicodedata

from documents.engine import alphabet, unprintable
from models.database import Refused, Sentence

LONGEST = 160                                   # characters; a name has at most 80
_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = frozenset({"Cc", "Cs", "Co", "Cn"})


class Unprintable(Refused):
    """Something that cannot be printed."""


def printable(name: str) -> str:
    """A name as a page can show it: without the letters that no typeface has, and no longer than fits (D20)."""
    missing = set(unprintable(name))
    left = " ".join("".join(char for char in name if char not in missing).split())
    return left if len(left) <= LONGEST else f"{left[:LONGEST - 1]}…"


def checked(text: str) -> str:
    """The text, composed (NFC). Raises Unprintable for what would print as boxes, in another order, or not at all."""
    if 0 < len(text) <= LONGEST and not text.isspace() and alphabet(False, False).covers(text):
        return text
    if not text.strip():
        raise Unprintable(Sentence("A text on it is empty."))
    if len(text) > LONGEST:
        raise Unprintable(Sentence("A text on it is longer than a page can show."))
    if any(char in _STEERING or unicodedata.category(char) in _REFUSED for char in text):
        raise Unprintable(Sentence("A text on it contains invisible characters that change what is read."))
    text = unicodedata.normalize("NFC", text)   # first: the faces have composed Hangul, not the letters it is made of
    if unprintable(text):
        raise Unprintable(Sentence("A text on it has characters that no typeface here can print."))
    return text
