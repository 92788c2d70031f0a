"""What every candidate reads below the results alike: until when to ask for a review, and what the board wrote."""
import re
from datetime import date
from zoneinfo import ZoneInfo

from documents import words
from models.contacts import Contact
from models.rules.next_steps import next_steps_for

# A number without + or 0 before it may be a year or a price.
LINK = re.compile(r"https?://[^\s<>\"،，。]*[^\s<>\"،，。.,;:!?)]|(?P<email>[\w.+-]+@[\w-]+(\.[\w-]+)+)"
                  r"|(?P<phone>(?<![\w-])[+0]\d[\d ()-]{4,18}\d)")


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
    for link in LINK.finditer(line):
        plain += [(line[at:link.start()], ""), (link[0], _address(link))]
        at = link.end()
    return [piece for piece in (*plain, (line[at:], "")) if piece[0]]


def _address(link):
    if link["phone"]:
        return f"tel:{Contact(phone=link[0]).dialled}"
    return f"mailto:{link[0]}" if link["email"] else link[0]
