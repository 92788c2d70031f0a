"""Whom candidates ask, and what an e-mail address or a telephone number may be."""
import re
from typing import NamedTuple

from models.codes import in_our_digits
from models.database import Refused, Sentence

LONGEST = {"name": 120, "phone": 60, "email": 254}  # characters
EXTENSION = re.compile(r"([^A-Za-z#]*)([A-Za-z#]\D*)?(.*)", re.DOTALL)  # number, a word, what follows it
NO_EMAIL = Sentence("That is not an e-mail address, like exams@school.example.")


class Contact(NamedTuple):
    """Whom candidates ask: name and a telephone number or an e-mail address."""

    name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def dialled(self):
        """What a link calls (RFC 3966): '+54 11 5555-0199 ext. 44' or '٠٢ ٥٥٥' → '+541155550199;ext=44', '02555'."""
        number, _word, extension = EXTENSION.match(in_our_digits(self.phone)).groups()
        sign = "+" if number.lstrip(" (").startswith("+") else ""
        called, inside = ("".join(filter(str.isdecimal, part or "")) for part in (number, extension))
        return f"{sign}{called}{f';ext={inside}' if inside else ''}"

    @property
    def is_usable(self):
        return bool(self.name and (self.phone or self.email))


def is_email(text):
    name, at, host = text.rpartition("@")
    return bool(at and name and "." in host.strip(".") and not any(c.isspace() or c in "<>,;" for c in text))


def problem_with(part, text):
    """The Sentence of what is wrong with a `part` ('name', 'phone', 'email') of a contact, or None. '' is none."""
    if len(text) > LONGEST[part]:
        return too_long(LONGEST[part])
    return NO_EMAIL if part == "email" and text and not is_email(text) else None


def too_long(longest):
    return Sentence("Use at most %(n)s characters.", n=longest)


def email_as_typed(text):
    """The e-mail address by which an officer signs in. Raises `Refused(email=…)`."""
    email = text.strip().lower()
    if not email or (problem := problem_with("email", email)):
        raise Refused(email=problem if email else NO_EMAIL)
    return email
