"""Which passwords a member of staff may choose, and how they are kept: Argon2id, as people choose badly.

Length counts and composition rules do not (NIST SP 800-63B-4): 15 characters, or 8 beside a second factor.
What remains after the words and runs that guessers try first are taken away must still be worth guessing.
"""
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.contacts import too_long
from models.database import Refused, Sentence

SHORTEST, SHORTEST_WITH_SECOND_FACTOR, LONGEST = 15, 8, 200
LEFT_DIFFERENT = 5
DEMO_PASSWORD = "demo-password-for-everyone"  # noqa: S105 – of the demo's sign-ins, said on the sign-in page
COMMON = """
    administrator admin password passwort passw0rd passphrase pass word wachtwoord motdepasse contrasena letmein
    welcome secret changeme default temporary login signin guest user test testing trustno iloveyou love sunshine
    princess monkey dragon football baseball basketball superman batman starwars pokemon master shadow michael
    jordan hunter killer freedom whatever computer internet google facebook microsoft windows samsung apple
    school college university academy teacher student pupil office officer exam exams examination examinations
    results result candidate candidates centre center associate board portal grade grades series june november
    march january february april july august september october december monday tuesday wednesday thursday friday
    saturday sunday spring summer autumn winter
    correct horse battery staple
    hello please thank goodbye qwerty qwertz azerty asdf zxcv
"""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890",
        "abcdefghijklmnopqrstuvwxyz")
DISGUISES = str.maketrans("0134578@$!|", "oieastbasii")
hasher = PasswordHasher()
NOBODY = hasher.hash(secrets.token_urlsafe())  # verified for unknown names, so that they take as long

TOO_EASY = Sentence("That is too easy to guess. Four unusual words are good.")


def hashed(password, *, own=(), has_second_factor=False):
    """The hash to keep of a chosen password; `own`: the person's e-mail and name, which it may not be made of.

    Raises `Refused(password=…)`.
    """
    shortest = SHORTEST_WITH_SECOND_FACTOR if has_second_factor else SHORTEST
    if len(password) < shortest:
        raise Refused(password=Sentence("Use at least %(n)s characters. Four unusual words are good.", n=shortest))
    if len(password) > LONGEST:
        raise Refused(password=too_long(LONGEST))
    words = [word for text in own for word in re.findall(r"\w{3,}", text.casefold())]
    if not is_unusual(password, words, needed=(shortest + 1) // 2):
        raise Refused(password=TOO_EASY)
    return hasher.hash(password)


def is_unusual(password, own_words, needed):
    """Whether `needed` characters are left without common words and runs, plain and with disguises undone."""
    plain = password.casefold()
    return all(_is_enough(_without(re.sub(r"[\W_]+", "", text), own_words), needed)
               for text in (plain, plain.translate(DISGUISES)))


def is_right(password_hash, password):
    """Whether this is the password; no hash at all takes as long."""
    try:
        return hasher.verify(password_hash or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False


def _without(text, own_words):
    for word in sorted({*own_words, *COMMON.split()}, key=len, reverse=True):
        text = text.replace(word, "")
    text = re.sub(r"(.{1,8}?)\1{2,}", r"\1", text)
    for row in ROWS:
        for way in (row, row[::-1]):
            for length in range(len(way), 3, -1):
                for start in range(len(way) - length + 1):
                    text = text.replace(way[start:start + length], "")
    return text


def _is_enough(left, needed):
    return len(left) >= needed and len(set(left)) >= LEFT_DIFFERENT
