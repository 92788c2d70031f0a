"""What every candidate reads below the results alike: until when to ask for a review, and what the board wrote."""
import re
import unicodedata
from datetime import date
from zoneinfo import ZoneInfo

from documents import words
from models.contacts import Contact
from models.rules.next_steps import next_steps_for

# ASCII alone: other scripts put no blank between an address and what follows. A number without + or 0 before it may be
# a year or a price; a day or the hours of a counter are none.
LINK = re.compile(
    r"(?<![A-Za-z0-9-])(?:https?://[A-Za-z0-9/._~:?#@!$&*+,;=%-]*[A-Za-z0-9/_~#&=%-]"
    r"|(?P<email>[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?P<phone>(?!(?:\d\d[ -]\d\d[ -](?:19|20)\d\d|\d\d[ -]?\d\d ?- ?\d\d[ -]\d\d)(?![ -]?\d))"
    r"(?:\+|\(0\d{1,4}\)|0)(?:[ \u00a0\u202f-]?(?:\(\d{1,4}\)[ -]?)?\d){6,17}))")


def review_before(sheet, now, language):
    """The day before which a review can be asked for, in words; '' where there is none any more."""
    if now.astimezone(ZoneInfo(sheet.time_zone)).date().isoformat() >= sheet.reviews_until:
        return ""
    return words.day(date.fromisoformat(sheet.reviews_until), language)


def next_steps(sheet, now, language):
    """(language, [(text, address of a link or '') of a line's pieces]) of what the board wrote, or None."""
    found = next_steps_for(language, sheet.country, sheet.centre_number, now)
    return found and (found[0], [_pieces(line) for line in found[1].splitlines() if line])


def _pieces(line):
    plain, at = [], 0
    ours = "".join(str(unicodedata.decimal(char, "+" if char == "＋" else char)) for char in line)  # of the same length
    for link in LINK.finditer(ours):
        plain += [(line[at:link.start()], ""), (line[slice(*link.span())], _address(link))]
        at = link.end()
    return [piece for piece in (*plain, (line[at:], "")) if piece[0]]


def _address(link):
    if link["phone"]:
        return f"tel:{Contact(phone=link[0]).dialled}"
    return f"mailto:{link[0]}" if link["email"] else link[0]
