"""The board writes what candidates may do next."""
import unicodedata

from models.contacts import too_long
from models.database import Overtaken, Refused, Sentence, database
from models.rules.languages import LANGUAGES
from models.rules.next_steps import forget
from models.tables import audit
from models.tables.exams import Centre
from models.tables.next_steps import NextSteps

JOINERS = "\u200c\u200d"  # bear meaning between letters
LONGEST = 1500  # characters: three screens of a phone


def write(language, place, text, opened, seen, by, now):
    """Set the text of a language and place, '' to take it away. `place`: typed; `seen`: the text of the (language,
    place) that the person had `opened`.

    Raises `Refused`, by field, and `Overtaken`.
    """
    place, text = _place(place), _lines(text)
    before = _lines(seen) if (language, place) == opened else ""
    if language not in LANGUAGES:
        raise Refused(language=Sentence("Choose a language of the list."))
    if len(text) > LONGEST:
        raise Refused(text=too_long(LONGEST))
    if not text and not before:
        raise Refused(text=Sentence("Type a text."))
    this = (NextSteps.language == language) & (NextSteps.place == place)
    if not before and NextSteps.select().where(this).exists():
        raise Refused(place=Sentence("There is a text for this language and place. Open it in the list to change it."))
    if not before:
        change = NextSteps.insert(language=language, place=place, text=text).on_conflict_ignore().as_rowcount()
    elif text:
        change = NextSteps.update(text=text).where(this, NextSteps.text == before)
    else:
        change = NextSteps.delete().where(this, NextSteps.text == before)
    with database.atomic():
        if not change.execute():
            raise Overtaken
        audit.record(by, "set next steps", now, subject=f"{language} {place}".strip(),
                     changes=[("text", before, text)])
    forget()


def _place(typed):
    """'' or a place that some centre has, as it is written there."""
    words = " ".join(typed.split())
    if not words or Centre.select().where(Centre.country == words).exists():
        return words
    if not Centre.select().where(Centre.number == words.upper()).exists():
        raise Refused(place=Sentence("Type a country as the centres have it, or a centre number."))
    return words.upper()


def _lines(text):
    """The lines of a text without what no keyboard types, empty ones at most one at a time."""
    lines = ["".join(char for char in line if unicodedata.category(char)[0] != "C" or char in JOINERS).strip()
             for line in text.splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept).strip()
