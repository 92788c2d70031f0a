"""Candidates' passwords: derived to be printed, hashed to be verified.

A password is HMAC(issue key of the series, centre · candidate · generation · salt), written in 15 symbols of a
29-letter alphabet (72.9 bits) and one check symbol. So a slip can be printed again without killing the one
already handed out, and nothing that opens an account lies in the database, a file or a backup. Verified
against HMAC(pepper, PBKDF2-HMAC-SHA-256(password, salt, 1,000)): NIST SP 800-63B-4 lets the work factor of a
random secret be small.

Keys come from the settings as `id:secret` pairs, the current one first; portal and worker hold the masters,
the candidate site only the peppers.
"""
import hashlib
import hmac
import re
import secrets

from models.codes import ALPHABET, BASE, VALUE

LENGTH = 16  # 15 random symbols and the check symbol
SCHEME = "pbkdf2-sha256-1000"
ITERATIONS = 1000


class MissingKey(LookupError):
    """A row names a key id that the settings do not give."""


class Keys:
    """The secrets of this process: masters (id → bytes), peppers (id → bytes); the first of each is current."""

    def __init__(self):
        self.masters, self.peppers = {}, {}

    def load(self, masters, peppers):
        """Each `id:secret,id:secret…`, the current one first; '' for a process that holds none. Raises `ValueError`."""
        self.masters, self.peppers = _parse("CREDENTIAL_KEY", masters), _parse("PEPPER", peppers)

    @property
    def master_id(self):
        return _first(self.masters, "CREDENTIAL_KEY")

    @property
    def pepper_id(self):
        return _first(self.peppers, "PEPPER")

    def issue_key(self, series, master_id):
        """The key that a series' passwords are derived with; raises `MissingKey`."""
        if series.key_random is None:
            raise MissingKey(f"the key of {series.name} has been destroyed")
        if master_id not in self.masters:
            raise MissingKey(f"CREDENTIAL_KEY lacks the key {master_id!r}")
        return _hkdf(self.masters[master_id], bytes.fromhex(series.key_random), b"candidate passwords")

    def pepper(self, pepper_id):
        if pepper_id not in self.peppers:
            raise MissingKey(f"PEPPER lacks the key {pepper_id!r}")
        return self.peppers[pepper_id]


keys = Keys()


def new_salt():
    return secrets.token_hex(16)


def derive(issue_key, centre_number, candidate_number, generation, salt):
    """The 16 symbols of one candidate's password, without dashes."""
    label = "\x1f".join((centre_number, candidate_number, str(generation), salt))
    number = int.from_bytes(hmac.digest(issue_key, label.encode(), "sha256"))
    values = []
    for _ in range(LENGTH - 1):
        number, value = divmod(number, BASE)
        values.append(value)
    return "".join(ALPHABET[value] for value in values) + _check_symbol(values)


def mistake(symbols):
    """What is wrong with typed symbols before any look-up: 'length', 'symbol', 'check' or None.

    Σ 2^place · value ≡ 0 (mod 29) catches every single wrong symbol and every swap of two.
    """
    if len(symbols) != LENGTH:
        return "length"
    if any(symbol not in VALUE for symbol in symbols):
        return "symbol"
    return None if sum(VALUE[s] << place for place, s in enumerate(symbols)) % BASE == 0 else "check"


def verifier(password, salt, pepper):
    """What the row keeps: hex of HMAC(pepper, PBKDF2(password, salt))."""
    stretched = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), ITERATIONS)
    return hmac.digest(pepper, stretched, "sha256").hex()


def _check_symbol(values):
    total = sum(value << place for place, value in enumerate(values))
    inverse = pow(2, -(LENGTH - 1), BASE)
    return ALPHABET[-total * inverse % BASE]


def _hkdf(master, salt, info):
    """HKDF-SHA-256 (RFC 5869), one block."""
    return hmac.digest(hmac.digest(salt, master, "sha256"), info + b"\x01", "sha256")


def _parse(setting, text):
    parsed = {}
    for pair in filter(None, (part.strip() for part in (text or "").split(","))):
        key_id, colon, secret = pair.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9._-]{1,20}", key_id) or len(secret) < 32:
            raise ValueError(f"{setting}: a key is written id:secret, the secret at least 32 characters long.")
        parsed[key_id] = secret.encode()
    return parsed


def _first(keys, setting):
    if not keys:
        raise MissingKey(f"this process holds no {setting}")
    return next(iter(keys))
