"""Codes that people type from paper or a screen, and digests of secrets that are never kept themselves."""
import hashlib
import re
import secrets

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"  # no vowels, no 0 1 I O
VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
BASE = len(ALPHABET)


def new_code(symbols):
    """So many random symbols: 4.86 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(symbols))


def grouped(symbols):
    """In fours, as printed: 497R-CH3Y-3MKM-G3NV."""
    return "-".join(symbols[start:start + 4] for start in range(0, len(symbols), 4))


def as_typed(text):
    """The symbols of what was typed: case, blanks and dashes of every kind forgiven."""
    return re.sub(r"[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2212\ufeff_.]+", "", text or "").upper()


def new_token():
    """What a browser carries for a session: 192 random bits."""
    return secrets.token_urlsafe(24)


def digest_of(secret):
    """What the database keeps of a token or code: SHA-256, enough for what is random already."""
    return hashlib.sha256(secret.encode()).hexdigest()
