"""Delays: minutes in the database, words in the text box (`24`, `24h`, `1d 6h`, `90m`)."""
import re

from peewee import IntegerField

from models.codes import in_our_digits
from models.database import Checked, Refused, Sentence

LONGEST_DAYS = 14
LONGEST = LONGEST_DAYS * 24 * 60
MINUTES = {"d": 24 * 60, "h": 60, "m": 1}
PART = re.compile(r"(\d{1,5}(?:[.,]\d{1,2})?)\s*([dhm])[a-z]*\.?", re.IGNORECASE)


class Delay(Checked, IntegerField):
    """Minutes, none at first, at most LONGEST."""

    rule = f"{{}} BETWEEN 0 AND {LONGEST}"

    def __init__(self):
        super().__init__(default=0)


def parse_delay(text, field="delay"):
    """Minutes from what was typed; a bare number is hours, an empty box no delay.

    Raises `Refused` for what is no delay, is not whole minutes or is longer than LONGEST.
    """
    typed = in_our_digits(text).strip().translate({0x200E: None, 0x200F: None, ord("٫"): ".", ord("،"): ","})
    if not typed:
        return 0
    if re.fullmatch(r"\d{1,5}(?:[.,]\d{1,2})?", typed, re.ASCII):
        typed += "h"
    unreadable = Refused(**{field: Sentence(
        "“%(typed)s” is not a delay. Type hours (24) or for example 1d 6h or 90m.", typed=(text or "").strip()[:40])})
    if not re.fullmatch(rf"(?:{PART.pattern}[\s,]*)+", typed, re.ASCII | re.IGNORECASE):
        raise unreadable
    minutes = sum(float(n.replace(",", ".")) * MINUTES[unit.lower()] for n, unit in PART.findall(typed))
    if minutes != int(minutes):
        raise unreadable
    if minutes > LONGEST:
        raise Refused(**{field: Sentence("A delay can be at most %(n)s days.", n=LONGEST_DAYS)})
    return int(minutes)


def format_delay(minutes):
    """The shortest form that the text box takes back: 0 → '', 1440 → '24h', 1830 → '30h 30m'."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{rest}m" if rest else "") if part)
