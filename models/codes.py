"""Codes that people type from paper or a screen, and digests of secrets that are never kept themselves."""
import hashlib
import secrets
import unicodedata

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"  # no vowels, no 0 1 I O
VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
BASE = len(ALPHABET)
KEPT = {"Lu", "Lo", "Lt", "Ll", "Nd", "No"}  # categories of letters and digits; ー is none (Lm)
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "〇",
    "ABESIJKMHOPCTXY" "ABEZHIKMNOPTYX" "0",
    "一ᅳ")  # letters of Chinese and Korean that are typed for a dash
LETTERS = str.maketrans("01", "OI")
DIGITS = str.maketrans("OILZSB", "011258")  # what a letter can only be where digits alone stand


def new_code(symbols):
    """So many random symbols: 4.86 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(symbols))


def grouped(symbols):
    """In fours, as printed: 497R-CH3Y-3MKM-G3NV."""
    return "-".join(symbols[start:start + 4] for start in range(0, len(symbols), 4))


def in_our_digits(text):
    """The text with full-width letters as ours, and digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", text or ""))


def as_typed(text):
    """The symbols of what was typed on any keyboard: letters and digits alone, as they are printed.

    Small letters, blanks, dashes, dots and accents are forgiven; full-width letters and digits of every script are
    read as ours, and so are the Cyrillic and Greek letters that look like one of ours.
    """
    if (text or "").isascii():  # of nearly everybody, and in no time
        return "".join(filter(str.isalnum, text or "")).upper()
    letters = unicodedata.normalize("NFKD", in_our_digits(text)).upper().translate(LOOK_ALIKES)
    return "".join(char for char in letters if unicodedata.category(char) in KEPT)


def new_token():
    """What a browser carries for a session: 192 random bits."""
    return secrets.token_urlsafe(24)


def digest_of(secret):
    """What the database keeps of a token or code: SHA-256, enough for what is random already."""
    return hashlib.sha256(secret.encode()).hexdigest()
