"""What the code on a statement carries: the results themselves, signed. The format is docs/statement.md.

content (deterministic CBOR) → outer map → raw deflate → COSE_Sign1 → two bytes as five digits, in the fragment of an
address: so a phone's camera opens the page that checks it, and no server is told.
"""
import hashlib
import hmac
import unicodedata
import zlib
from typing import NamedTuple

import cbor2

from models.passwords import keys
from models.rules import grades
from models.signing import signer
from models.tables.exams import in_order

VERSION = 1
# Data bits of a QR code of version 20 (ISO/IEC 18004, table 7), the largest whose modules a scan at 150 dpi tells apart
BITS = {"M": 669 * 8, "L": 861 * 8}
HEADS = 4 + 16 + 4 + 12  # of its two segments: the address in bytes, the digits


class Message(NamedTuple):
    """`address`: with the code as its fragment; `level`: of the QR code's correction; `number`, `digest`: hex."""

    address: str
    level: str
    number: str
    digest: str


def in_paper_order(lines):
    """Lines as every statement lists them: by qualification, then syllabus."""
    rank = {name: place for place, name in enumerate(in_order(line.qualification for line in lines))}
    return sorted(lines, key=lambda line: (rank[line.qualification], line.syllabus_code))


def content_of(centre, candidate, series_name, lines, with_titles=True):
    """The bytes that are digested and signed. `centre`, `candidate`: (number, name); `lines`: Lines in any order."""
    parts = {}
    for line in in_paper_order(lines):
        parts.setdefault(line.qualification, [line.qualification]).append(_entry(line, with_titles))
    return cbor2.dumps({1: _texts(centre), 2: _texts(candidate), 3: _text(series_name), 4: list(parts.values())},
                       canonical=True)


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


def number_of(username, content):
    """The statement's number: the same content has the same one at each print, and nobody learns anything from it."""
    pepper = keys.pepper(keys.pepper_id)
    return hmac.digest(pepper, b"statement number" + username.encode() + content, "sha256")[:8]


def message(username, centre, candidate, series_name, lines, issued_at, check_address):
    """The Message of a statement. `check_address`: of the check page; `issued_at`: aware.

    Titles are left out where they alone make the code too fine to scan.
    """
    for with_titles in (True, False):
        content = content_of(centre, candidate, series_name, lines, with_titles)
        number = number_of(username, content)
        digits = _digits(_signed({1: VERSION, 2: number, 3: int(issued_at.timestamp()), 4: content}))
        bits = HEADS + 8 * len(f"{check_address}#") + -(-len(digits) * 10 // 3)
        level = next((level for level, most in BITS.items() if bits <= most), None)
        if level:
            break
    return Message(f"{check_address}#{digits}", level or "L", number.hex(), digest_of(content))


def _entry(line, with_titles):
    """[syllabus, title, grade, mark, second grade, endorsement] without the empty ones at its end."""
    entry = [line.syllabus_code, _text(line.title) if with_titles else "", str(grades.printed(line.grade)), line.pum,
             str(grades.printed(line.second_grade)) if line.second_grade else "", line.endorsement or ""]
    while entry[-1] in ("", None):
        entry.pop()
    return entry


def _texts(pair):
    return [_text(text) for text in pair]


def _text(text):
    return unicodedata.normalize("NFC", text)


def _signed(sheet):
    """COSE_Sign1 (RFC 9052): the compressed bytes are what is signed, so that only signed bytes are ever inflated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = packer.compress(cbor2.dumps(sheet, canonical=True)) + packer.flush()
    head = cbor2.dumps({1: -7, 4: signer.certified.id}, canonical=True)
    signature = signer.raw(cbor2.dumps(["Signature1", head, b"", payload]))
    return cbor2.dumps([head, {}, payload, signature])


def _digits(octets):
    pairs = [int.from_bytes(octets[at:at + 2]) for at in range(0, len(octets) - 1, 2)]
    last = f"{octets[-1]:03d}" if len(octets) % 2 else ""
    return "".join(f"{pair:05d}" for pair in pairs) + last
