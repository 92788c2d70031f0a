"""What may be printed: one line of plain text that every face, reader and copy agrees on.

A text that cannot be printed is refused; the name of a person or a centre never is, for it is as it is.
"""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from documents.engine import Link, Name, Signature, alphabet, clusters, unprintable
from models.contacts import Contact, is_email
from models.database import Refused, Sentence

LONGEST = 160                                   # characters
LONGEST_NAME = 200                              # characters, as the tables have it
NO_LETTER = "–"                                 # for a name of which nothing can be printed
_NUMBER = re.compile(r"\+?[\d(][\d ().\u00a0/-]{5,}( ?(ext|x|#)[.:]? ?\d+)?", re.IGNORECASE)
_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = frozenset({"Cc", "Cs", "Co", "Cn"})


class Unprintable(Refused):
    """Something that cannot be printed."""


def checked(text: str) -> str:
    """The text, composed (NFC), and still a link or a signature if it was; a name as it is. Raises Unprintable for what
    would print as boxes, in another order, or not at all."""
    if isinstance(text, Name):
        return text
    if isinstance(text, Link):
        return tapped(checked(str(text)), text.address)
    if isinstance(text, Signature):
        return Signature(checked(str(text)))
    if 0 < len(text) <= LONGEST and not text.isspace() and alphabet(False, False).covers(text):
        return text
    if not text.strip():
        raise Unprintable(Sentence("A text on it is empty."))
    text = unbroken(text)
    if len(text) > LONGEST:
        raise Unprintable(Sentence("A text on it is longer than a page can show."))
    if any(char in _STEERING or unicodedata.category(char) in _REFUSED for char in text):
        raise Unprintable(Sentence("A text on it contains invisible characters that change what is read."))
    text = unicodedata.normalize("NFC", text)   # first: the faces have composed Hangul, not the letters it is made of
    if unprintable(text):
        raise Unprintable(Sentence("A text on it has characters that no typeface here can print."))
    return text


@lru_cache(maxsize=1024)                        # a centre's are on every page
def tapped(text: str, address: str = "") -> str:
    """A text that leads to an address; of a telephone number or an e-mail address to itself, else the text alone."""
    if not address and is_email(text):
        address = f"mailto:{quote(text, safe='@')}"
    elif not address and _NUMBER.fullmatch(text):
        address = f"tel:{Contact(phone=text).dialled}"
    if not address:
        return text
    link = Link(text)
    link.address = address
    return link


def unbroken(text: str) -> str:
    """A text as paper breaks its lines: xhtml2pdf takes a narrow no-break space, as French has it, for a plain one."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def name_of(text: str) -> Name:
    """What can be printed of a name: without the letters that no face has, each with its marks, and without what would
    change how others are read."""
    if 0 < len(text) <= LONGEST_NAME and not text.isspace() and alphabet(False, False).covers(text):
        return Name(text)
    written = " ".join(unicodedata.normalize("NFC", text).split())
    left_out = set(unprintable(written))
    if written and len(written) <= LONGEST_NAME and not left_out:
        return Name(written)
    letters = "".join(written[start:end] for start, end in clusters(written) if written[start] not in left_out)
    printed = " ".join("".join(char for char in letters if char not in left_out).split())
    name = Name(printed[:LONGEST_NAME - 1] + "…" if len(printed) > LONGEST_NAME else printed or NO_LETTER)
    name.whole = False
    return name


def centre_of(number: str, name: str) -> Name:
    """A centre as every page names it."""
    return Name(f"{number} · {name_of(name)}")
